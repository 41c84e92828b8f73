//! One column of a directory: a `.npy` with as many rows as the others, which grows in two steps, so that all grow or none.

use std::{
    fs::{self, File},
    io,
    path::Path,
    time::{Duration, Instant},
};

use super::{
    Advice, DynMap,
    core::{Core, Layout, Npy, directory, is_not_for},
    header::{NextHeader, changed, header_bytes, read_from},
    lock::Lock,
    making::Old,
    mode::{Mode, ReadWrite},
    opening::{AGAIN, Elements, Opening, Place, map_array},
    options::Order,
    region::{Access, Dynamic, Mapped},
    reserve,
    resize::{Behind, holds},
    source::{Opened, Origin, is_same as is_same_file},
};
use crate::{
    dtype::DType,
    error::{Error, ErrorKind, Result},
    view::raw::{DynRaw, DynRawMut, Rows},
};

/// A `.npy` that is open, and whose header was read. It is not mapped yet, so that it can be cut on every system, and what is mapped
/// then is this file, whatever has its name by then.
pub(crate) struct Unmapped {
    opened: Opened,
    npy: Npy,
    /// What the header says.
    layout: Layout,
    mode: Mode,
}

/// A mapped `.npy` with one axis, whose elements may be arrays.
pub(crate) struct Column {
    core: Core<Rows<'static>>,
}

/// Rows that are in the file, behind those that its header names.
pub(crate) struct NewRows(Behind);

/// The file that says of rows that are being written behind those of all columns of its directory, and count for nothing.
pub(crate) const APPEND_BEGUN: &str = ".append.begun";
/// The file that says of rows that count, and which not all headers may name yet.
pub(crate) const APPEND_DONE: &str = ".append";
/// The file that whoever appends locks.
pub(crate) const APPEND_LOCK: &str = ".append.lock";

/// Which file in a directory says that an append to its columns is under way, or was not finished.
pub(crate) fn append_left(dir: &Path) -> Option<&'static str> {
    // In this order, for the one is renamed to the other.
    [APPEND_BEGUN, APPEND_DONE].into_iter().find(|name| dir.join(name).exists())
}

/// How long to wait for a lock that others hold while they append.
const PATIENCE: Duration = Duration::from_secs(10);

impl Unmapped {
    /// Opens a `.npy`, whatever is in it, for mode `r`, `r+` or `c`.
    pub(crate) fn open(path: &Path, mode: Mode) -> Result<Self> {
        let opened = Opened::existing(Origin::Path(path.to_path_buf()), mode)?;
        let found = opened.len().and_then(|len| opening().npy_and_layout(&opened, len, mode));
        let found = found.map_err(|error| match error.kind() {
            ErrorKind::Truncated => {
                error.with_hint("these are options of RecordMap and DynMap, which map one file")
            }
            _ => error,
        });
        match found.map_err(|error| error.with_path(opened.path.as_deref()))? {
            Some((npy, layout)) => Ok(Self { opened, npy, layout, mode }),
            None => unreachable!("that there is a header was said, and not asked"),
        }
    }

    /// The shape that the header says.
    pub(crate) fn shape(&self) -> &[usize] {
        &self.layout.shape
    }

    /// The dtype that the header says.
    pub(crate) fn dtype(&self) -> &DType {
        &self.layout.dtype
    }

    pub(crate) fn is_fortran(&self) -> bool {
        self.layout.order == Order::F && self.layout.shape.len() > 1
    }

    /// Maps the first `rows` rows of the file, whatever the header says of their number. They are of this dtype, and in C order.
    pub(crate) fn map(self, dtype: &DType, rows: usize) -> Result<Column> {
        let Self { opened, npy, layout, mode } = self;
        let named = |error: Error| error.with_path(opened.path.as_deref());
        let layout = layout_of(dtype, rows, layout.offset).map_err(named)?;
        has_rows(&opened.file, &layout, rows).map_err(named)?;
        let mapped = map_array(&opened.file, access(mode), &layout, false).map_err(named)?;
        Ok(Column::of(opening().finish(mapped, layout, Some(npy), mode, opened)))
    }

    /// Has the header name `rows` rows, which are in the file.
    pub(crate) fn name_rows(&self, rows: usize) -> Result<()> {
        let named = || {
            has_rows(&self.opened.file, &self.with_rows(rows)?, rows)?;
            NextHeader::new(&self.npy, &self.opened.file, 0, rows)?.write(&self.opened.file)
        };
        named().map_err(|error| self.name(error))
    }

    /// Cuts the file behind the `rows` rows that its header names by now, if there is no more than an append puts there that
    /// makes them `most`.
    pub(crate) fn discard_behind(&self, rows: usize, most: usize) -> Result<()> {
        let (file, at) = (&self.opened.file, self.npy.at);
        let discard = || {
            let (end, most) = (self.with_rows(rows)?.end(), self.with_rows(most)?.end());
            let found = file.metadata().map_err(|error| Error::io("cannot read the file's size", error))?;
            if !(end + 1..=most).contains(&found.len()) {
                return Ok(());
            }
            // Asked after the length: rows that are in that length and have been named by now are not cut.
            let now = header_bytes(file, at, usize::try_from(self.npy.header.len).unwrap_or(0))?;
            if read_from(&now)?.shape.first() != Some(&rows) {
                return Err(changed());
            }
            file.set_len(end).map_err(|error| {
                let hint = match cfg!(unix) {
                    true => "",
                    false => "; this system cuts no file that is mapped: close all maps of the columns, and open them with open_rw",
                };
                let what = format!("cannot cut what an append has left behind the rows that was not finished{hint}");
                Error::io(what, error)
            })
        };
        discard().map_err(|error| self.name(error))
    }

    /// Waits until all that was written is on the disk.
    pub(crate) fn sync(&self) -> Result<()> {
        let synced = self.opened.file.sync_data();
        synced.map_err(|error| self.name(Error::io("cannot write the column to the disk", error)))
    }

    /// What the header would say of another number of rows. It has an axis for them.
    fn with_rows(&self, rows: usize) -> Result<Layout> {
        let Layout { dtype, shape, order, offset, .. } = &self.layout;
        let shape = [&[rows], shape.get(1..).unwrap_or_default()].concat();
        Layout::new(dtype.clone(), &format!("elements of {dtype}"), shape, *order, *offset)
    }

    fn name(&self, error: Error) -> Error {
        error.with_path(self.opened.path.as_deref())
    }
}

impl Column {
    fn of(core: Core<DynRaw<'static>>) -> Self {
        match core.with(rows) {
            Ok(core) => Self { core },
            Err(_) => unreachable!("it was mapped with one axis"),
        }
    }

    /// Makes a `.npy` of `rows` zeros.
    pub(crate) fn create(path: &Path, dtype: &DType, rows: usize) -> Result<Self> {
        let opening = of_rows(dtype, rows);
        let created = opening.create(Origin::Path(path.to_path_buf()), Old::Refused, true);
        created.map(Self::of).map_err(without_options)
    }

    #[inline(always)]
    pub(crate) fn rows(&self) -> &Rows<'_> {
        self.core.mapped.rows()
    }

    pub(crate) fn raw(&self) -> &DynRaw<'_> {
        self.rows().raw()
    }

    /// The column to be written.
    ///
    /// # Panics
    ///
    /// If it was opened in mode `r`.
    pub(crate) fn raw_mut(&mut self) -> DynRawMut<'_> {
        match self.core.mapped.raw_mut() {
            Some(raw) => raw,
            None => unreachable!("it was mapped to be written"),
        }
    }

    /// Writes the bytes of elements from a row on by a call. There is room for them in the file.
    pub(crate) fn write(&self, row: usize, bytes: &[u8]) -> Result<()> {
        let Layout { dtype, offset, .. } = &self.core.layout;
        let at = offset + row as u64 * dtype.itemsize() as u64;
        let written = reserve::write_at(self.file(), bytes, at);
        self.core.unflushed().file = true;
        written.map_err(|error| self.core.name(not_written(error)))
    }

    pub(crate) fn flush(&self) -> Result<()> {
        self.core.flush(0..usize::MAX, true)
    }

    pub(crate) fn advise(&self, advice: Advice) -> Result<()> {
        self.core.advise(advice)
    }

    /// An error if another file has taken the name since this one was opened.
    pub(crate) fn is_still(&self, path: &Path) -> Result<()> {
        let found = fs::metadata(path).and_then(|found| Ok(is_same_file(&found, &self.file().metadata()?)));
        if found.map_err(|error| self.core.name(Error::io("cannot look at the file again", error)))? {
            return Ok(());
        }
        let message = "another file has been put in its place since it was opened; open the columns again";
        Err(self.core.name(Error::new(ErrorKind::ShapeMismatch, message)))
    }

    /// An error if rows cannot be put behind those there are: bytes lie there, or the header has no room for their number.
    pub(crate) fn can_grow(&self, rows: usize) -> Result<()> {
        let can_grow = || {
            self.core.next_layout(rows)?;
            self.core.check_end_or(
                self.file(),
                "open the columns again if another program has appended to them; if nobody needs these bytes, DynMap::open_rw of this \
                 file and its discard_rest cut them",
            )
        };
        can_grow().map_err(|error| self.core.name(error))
    }

    /// An error if another program has cut the column, as far as it was noticed.
    pub(crate) fn health(&self) -> Result<()> {
        self.core.health()
    }

    /// Makes room for rows behind those there are. No header names them yet.
    pub(crate) fn put_behind(&self, rows: usize) -> Result<NewRows> {
        let put = self.core.put_behind(rows, |_, _| Ok(()));
        put.map(NewRows).map_err(|error| without_options(self.core.name(error)))
    }

    /// An error if the file ends before the new rows do. Of a file that was cut and is as long again, and has zeros where it was cut,
    /// nothing is known, unless a page of it was found to be gone.
    pub(crate) fn check(&self, new: &NewRows) -> Result<()> {
        let there = new.0.mapped.check(new.0.layout.end()).and_then(|()| holds(self.file(), &new.0.layout));
        there.map_err(|error| self.core.name(error))
    }

    /// Waits until all that was written is on the disk.
    pub(crate) fn sync(&self) -> Result<()> {
        self.core.sync_file(self.file(), "the column")
    }

    /// Has the header name the new rows.
    pub(crate) fn name(&self, new: &NewRows) -> Result<()> {
        let named = new.0.next.as_ref().map_or(Ok(()), |next| next.write(self.file()));
        named.map_err(|error| self.core.name(error))
    }

    /// Cuts new rows that no header names.
    pub(crate) fn cut(&self, new: &NewRows) {
        new.0.cut(self.file());
    }

    /// Whether the file ends where the rows do.
    pub(crate) fn is_cut(&self) -> bool {
        self.core.check_end(self.file()).is_ok()
    }

    /// Maps the new rows in place of the old ones.
    pub(crate) fn take(&mut self, new: NewRows) {
        match self.core.take(new.0.into_resized(), rows) {
            Ok(()) => {}
            Err(_) => unreachable!("it was mapped with one axis"),
        }
    }

    fn file(&self) -> &File {
        match &self.core.file {
            Some(file) => file,
            None => unreachable!("a map that is written keeps its file"),
        }
    }
}

impl DynMap<ReadWrite> {
    /// Makes a `.npy` of `rows` zeros, which gets its name once `fill` has written them, where the system can do that. It is given
    /// what writes rows: from which on, and their bytes.
    pub(crate) fn create_filled(
        path: &Path,
        dtype: &DType,
        rows: usize,
        mut fill: impl FnMut(&(dyn Fn(usize, &[u8]) -> Result<()> + Sync)) -> Result<()>,
    ) -> Result<Self> {
        let fill = |_: &mut Dynamic, file: &File, layout: &Layout| {
            fill(&|row, bytes| {
                let at = layout.offset + row as u64 * layout.dtype.itemsize() as u64;
                reserve::write_at(file, bytes, at).map_err(not_written)
            })
        };
        let origin = Origin::Path(path.to_path_buf());
        Self::new(of_rows(dtype, rows).create_filled(origin, Old::Refused, true, fill)?)
    }
}

fn rows(mapped: Dynamic) -> Result<Mapped<Rows<'static>>> {
    mapped.rows().ok_or_else(|| Error::new(ErrorKind::RankMismatch, "expected one axis"))
}

/// What opens a column.
fn opening() -> Opening {
    Opening { place: Place::NpyAt(0), ..Opening::new(None, None) }
}

fn layout_of(dtype: &DType, rows: usize, offset: u64) -> Result<Layout> {
    Layout::new(dtype.clone(), &format!("elements of {dtype}"), vec![rows], Order::C, offset)
}

/// An error if the file ends before the rows do that are said to be in it.
fn has_rows(file: &File, layout: &Layout, rows: usize) -> Result<()> {
    let found = file.metadata().map_err(|error| Error::io("cannot read the file's size", error))?.len();
    let end = layout.end();
    if found >= end || layout.bytes == 0 {
        return Ok(());
    }
    let message = format!(
        "{rows} rows end at byte {end}, and the file at byte {found}: {} bytes too few; the header or the file `.append` beside it \
         says that they are there, so it was cut or replaced since: put the column back, or, if all columns are new, remove `.append`",
        end - found
    );
    Err(Error::new(ErrorKind::Truncated, message))
}

/// Maps of columns have no options.
fn without_options(error: Error) -> Error {
    error.reworded(", or use .sparse(true) to reserve none", "")
}

fn not_written(error: io::Error) -> Error {
    Error::io("cannot write rows to the file", error)
}

fn of_rows(dtype: &DType, rows: usize) -> Opening {
    let elements = Elements { dtype: dtype.clone(), name: format!("elements of {dtype}") };
    Opening { shape: Some(vec![rows]), ..Opening::new(Some(elements), Some(1)) }
}

fn access(mode: Mode) -> Access {
    match mode {
        Mode::ReadOnly => Access::Read,
        Mode::CopyOnWrite => Access::Copy,
        Mode::ReadWrite | Mode::Create => Access::Write,
    }
}

/// Locks the file of this name until what is given is dropped, and waits for others that have it locked, some seconds. It is made if
/// it is not there.
pub(crate) fn locked(path: &Path) -> Result<File> {
    let start = Instant::now();
    let locked = || {
        for _ in 0..AGAIN {
            // Some file systems over a network lock only what is open for writing.
            let opened = File::options().read(true).write(true).create(true).truncate(false).open(path);
            let file = opened.map_err(|error| {
                let hint = match error.kind() {
                    io::ErrorKind::PermissionDenied => {
                        "; it needs permission to write, or its directory does, if it is not there"
                    }
                    _ => "",
                };
                let what = "cannot open or make the file that is locked by who appends to the columns";
                Error::io(format!("{what}{hint}"), error)
            })?;
            Lock::Exclusive.take(&file, false, PATIENCE, start)?;
            // Somebody may have put another in its place meanwhile, or removed it.
            if let (Ok(own), Ok(named)) = (file.metadata(), fs::metadata(path))
                && is_same_file(&own, &named)
            {
                return Ok(file);
            }
        }
        let message = format!(
            "cannot take the lock: {AGAIN} times, once it was locked, there was another file of that name, or none; try later"
        );
        Err(Error::new(ErrorKind::Locked, message))
    };
    locked().map_err(|error: Error| error.with_path(Some(path)))
}

/// Waits until the names in a directory are on the disk, where it can be asked that.
pub(crate) fn sync_names(path: &Path) -> Result<()> {
    let synced =
        directory(path).and_then(|directory| match directory.map(|directory| directory.sync_all()) {
            Some(Err(error)) if !is_not_for(&error) => Err(error),
            _ => Ok(()),
        });
    synced.map_err(|error| {
        Error::io("cannot write the names in the directory to the disk", error).with_path(Some(path))
    })
}
