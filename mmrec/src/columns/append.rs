//! Appending to all columns or to none, at whatever moment the program is ended.
//!
//! While `.append.begun` is there, rows are being written behind those that the headers name, and count for nothing. Its
//! renaming to `.append` is the moment at which they count: all columns have them by then, on the disk, and who opens the
//! directory reads their number there. The headers name them next, and the file goes.
//!
//! Whoever appends holds a lock, on `.append.lock`, which is for nothing else and is never removed. Who finds one of the two other
//! files and gets the lock knows that its writer is gone, and does what was left to do.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use super::table::same_rows;
use crate::{
    error::{Error, ErrorKind, Result},
    map::column::{self, APPEND_BEGUN as BEGUN, APPEND_DONE as DONE, APPEND_LOCK, Unmapped},
};

/// What an append has to say: how many rows there were, and how many there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Append {
    pub(super) before: usize,
    pub(super) rows: usize,
}

impl Append {
    /// The append that counts already, and which headers may not name yet.
    pub(super) fn done(dir: &Path) -> Result<Option<Self>> {
        let path = dir.join(DONE);
        let text = match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            read => read.map_err(|error| cannot("read", error, &path))?,
        };
        let text = String::from_utf8_lossy(&text);
        Self::parse(&text).map(Some).ok_or_else(|| {
            let shown: String = text.chars().take(100).collect();
            let message = format!(
                "expected a text such as '10 -> 12 rows', which says what an append did, found {shown:?}; if the columns \
                 all have the same number of rows, remove the file"
            );
            Error::new(ErrorKind::Unsupported, message).with_path(Some(&path))
        })
    }

    /// The append that was begun and does not count, if the file says so: one that is not whole is of a program that has not
    /// written any row.
    fn begun(dir: &Path) -> Result<Option<Self>> {
        let path = dir.join(BEGUN);
        match fs::read_to_string(&path) {
            Ok(text) => Ok(Self::parse(&text)),
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::InvalidData) => {
                Ok(None)
            }
            Err(error) => Err(cannot("read", error, &path)),
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let (before, rows) = text.strip_suffix(" rows\n")?.split_once(" -> ")?;
        let append = Self { before: before.parse().ok()?, rows: rows.parse().ok()? };
        (append.before <= append.rows && append.text() == text).then_some(append)
    }

    fn text(self) -> String {
        format!("{} -> {} rows\n", self.before, self.rows)
    }

    /// Says that rows are about to be written.
    pub(super) fn begin(self, dir: &Path) -> Result<()> {
        let path = dir.join(BEGUN);
        let begun = || {
            let mut file = File::create_new(&path)?;
            file.write_all(self.text().as_bytes())?;
            // Or the renamed file might be empty after a loss of power.
            file.sync_all()
        };
        // And rows might be there of which nothing says that they are to be cut.
        let begun = begun().map_err(|error| cannot("make", error, &path));
        begun.and_then(|()| column::sync_names(dir)).inspect_err(|_| {
            // If it is there, it was made by this, under the lock.
            let _ = fs::remove_file(&path);
        })
    }

    /// Makes the rows count.
    pub(super) fn commit(dir: &Path) -> Result<()> {
        let begun = dir.join(BEGUN);
        fs::rename(&begun, dir.join(DONE)).map_err(|error| cannot("rename", error, &begun))
    }

    /// Whether rows count, where that can be asked.
    pub(super) fn is_done(dir: &Path) -> io::Result<bool> {
        dir.join(DONE).try_exists()
    }

    /// Says that there is nothing left to do, on the disk too: else what is told here might be there again after a loss of power, when
    /// others have made the columns longer or shorter. What stays if this fails says what is so, or that there is nothing behind the
    /// rows, and the next one removes it.
    pub(super) fn end(dir: &Path) -> Result<()> {
        for name in [DONE, BEGUN] {
            let path = dir.join(name);
            match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(cannot("remove", error, &path));
                }
                _ => {}
            }
        }
        column::sync_names(dir)
    }

    /// An error if a column has neither of the two numbers of rows.
    pub(super) fn check(self, dir: &Path, files: &[PathBuf], columns: &[Unmapped]) -> Result<()> {
        let Self { before, rows } = self;
        let is_other =
            |column: &Unmapped| !matches!(column.shape().first(), Some(n) if *n == before || *n == rows);
        let Some(at) = columns.iter().position(is_other) else { return Ok(()) };
        let message = format!(
            "an append to these columns was from {before} to {rows} rows, and {} has shape {:?}: it is not the column that was \
             appended to; put that back, or, if all columns are new, remove the file {DONE}",
            files[at].file_name().unwrap_or_default().display(),
            columns[at].shape()
        );
        Err(Error::new(ErrorKind::ShapeMismatch, message).with_path(Some(dir)))
    }
}

/// Keeps others from appending until what is given is dropped; waits for those that do.
pub(super) fn lock(dir: &Path) -> Result<File> {
    column::locked(&dir.join(APPEND_LOCK)).map_err(|error| match error.kind() {
        ErrorKind::Locked => error.with_hint("this lock is held by who appends to the columns"),
        _ => error,
    })
}

/// Does what a program has left to do that was ended while it appended. The caller has the lock, and has opened the columns since,
/// to be written.
pub(super) fn recover(dir: &Path, files: &[PathBuf], columns: &[Unmapped]) -> Result<()> {
    // Its writer may have been ended between giving a file its name and waiting for the disk.
    column::sync_names(dir)?;
    let rows = match Append::done(dir)? {
        Some(done) => {
            done.check(dir, files, columns)?;
            // Those that name the rows already, too: what the disk did not take the system takes for written, unless it is written again.
            columns.iter().try_for_each(|column| column.name_rows(done.rows))?;
            done.rows
        }
        None => same_rows(dir, files, columns)?,
    };
    // Of an append that never was: its maker has looked that there was nothing behind the rows before. It can be beside one that
    // counts, whose file is there again after a loss of power. Whatever lies behind other rows than it began with is not its own.
    if let Some(begun) = Append::begun(dir)?.filter(|begun| begun.before == rows) {
        columns.iter().try_for_each(|column| column.discard_behind(rows, begun.rows))?;
    }
    // Or the file might be gone after a loss of power that says what is to be done, and the headers be the old ones, or the rows there.
    columns.iter().try_for_each(Unmapped::sync)?;
    Append::end(dir)
}

fn cannot(what: &str, error: io::Error, path: &Path) -> Error {
    Error::io(format!("cannot {what} the file that says what is being appended"), error).with_path(Some(path))
}
