//! One column of a directory: a `.npy` with as many rows as the others, which grows in two steps, so that all grow or none.

use std::{
    fs::{self, File},
    path::Path,
    time::{Duration, Instant},
};

use super::{
    Advice, DynMap,
    core::{Core, Layout, directory, is_not_for},
    header::NextHeader,
    lock::Lock,
    making::Old,
    mode::{Mode, ReadWrite},
    opening::{Elements, Opening, Place},
    options::Order,
    region::{Access, Dynamic},
    reserve,
    resize::{Behind, holds},
    source::{Origin, is_same as is_same_file},
};
use crate::{
    dtype::DType,
    error::{Error, ErrorKind, Result},
    view::raw::{DynRaw, DynRawMut},
};

/// A mapped `.npy`. Once it is [folded](Self::folded) it has one axis, whose elements may be arrays.
pub(crate) struct Column {
    core: Core<DynRaw<'static>>,
}

/// Rows that are in the file, behind those that its header names.
pub(crate) struct NewRows(Behind);

/// How long to wait for a lock that others hold while they append.
const PATIENCE: Duration = Duration::from_secs(10);

impl Column {
    /// Maps a `.npy`, whatever is in it, in mode `r`, `r+` or `c`.
    pub(crate) fn open(path: &Path, mode: Mode) -> Result<Self> {
        let opening = Opening { place: Place::NpyAt(0), ..Opening::new(None, None) };
        let core = opening.open(mode, access(mode), Origin::Path(path.to_path_buf()))?;
        Ok(Self { core })
    }

    /// The same column with the first `rows` rows of its file, whatever its header says of them.
    pub(crate) fn with_rows(&self, path: &Path, mode: Mode, rows: usize) -> Result<Self> {
        let layout = &self.core.layout;
        let name = format!("elements of {}", layout.dtype);
        let elements = Elements { dtype: layout.dtype.clone(), name };
        let opening = Opening {
            shape: Some(vec![rows]),
            offset: layout.offset,
            place: Place::Raw,
            ..Opening::new(Some(elements), Some(1))
        };
        let core = opening.open(mode, access(mode), Origin::Path(path.to_path_buf()))?;
        Ok(Self { core })
    }

    /// Makes a `.npy` of `rows` zeros.
    pub(crate) fn create(path: &Path, dtype: &DType, rows: usize) -> Result<Self> {
        let opening = of_rows(dtype, rows);
        let core = opening.create(Origin::Path(path.to_path_buf()), Old::Refused, true)?;
        Ok(Self { core })
    }

    /// The shape that the header says.
    pub(crate) fn shape(&self) -> &[usize] {
        &self.core.layout.shape
    }

    /// The dtype that the header says, or that it was folded to.
    pub(crate) fn dtype(&self) -> &DType {
        &self.core.layout.dtype
    }

    pub(crate) fn is_fortran(&self) -> bool {
        self.core.layout.order == Order::F && self.core.layout.shape.len() > 1
    }

    /// The column with one axis, of elements of this dtype, if it is in C order and its last axes are theirs.
    pub(crate) fn folded(self, dtype: &DType) -> Option<Self> {
        let rows = *self.shape().first()?;
        let path = self.core.path.clone();
        let core = self.core.with(|mapped| {
            let folded = mapped.folded(dtype).filter(|folded| folded.raw().shape() == [rows]);
            folded.ok_or_else(|| Error::new(ErrorKind::DTypeMismatch, "").with_path(path.as_deref()))
        });
        let mut core = core.ok()?;
        core.layout.dtype = dtype.clone();
        core.layout.shape = vec![rows];
        core.layout.order = Order::C;
        Some(Self { core })
    }

    pub(crate) fn raw(&self) -> &DynRaw<'_> {
        self.core.mapped.raw()
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
        self.core.next_rows(rows).map(drop).map_err(|error| self.core.name(error))
    }

    /// An error if another program has cut the column, as far as it was noticed.
    pub(crate) fn health(&self) -> Result<()> {
        self.core.health()
    }

    /// Makes room for rows behind those there are. No header names them yet.
    pub(crate) fn put_behind(&self, rows: usize) -> Result<NewRows> {
        let put = self.core.put_behind(rows, |_, _| Ok(()));
        put.map(NewRows).map_err(|error| self.core.name(error))
    }

    /// An error if another program has cut new rows away.
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

    /// Maps the new rows in place of the old ones.
    pub(crate) fn take(&mut self, new: NewRows) {
        match self.core.take(new.0.into_resized(), Ok) {
            Ok(()) => {}
            Err(_) => unreachable!("the array is what it was mapped as"),
        }
    }

    /// Has the header name `rows` rows, which are in the file.
    pub(crate) fn name_rows(&self, rows: usize) -> Result<()> {
        let named = || {
            let Some(npy) = &self.core.npy else { unreachable!("a column is a .npy") };
            holds(self.file(), &self.core.layout_of_rows(0, rows)?)?;
            NextHeader::new(npy, self.file(), 0, rows)?.write(self.file())
        };
        named().map_err(|error| self.core.name(error))
    }

    /// Cuts the file where the rows end that its header names.
    pub(crate) fn discard_rest(&self) -> Result<u64> {
        self.core.discard_rest()
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
        mut fill: impl FnMut(&mut dyn FnMut(usize, &[u8]) -> Result<()>) -> Result<()>,
    ) -> Result<Self> {
        let fill = |_: &mut Dynamic, file: &File, layout: &Layout| {
            fill(&mut |row, bytes| {
                let at = layout.offset + row as u64 * layout.dtype.itemsize() as u64;
                reserve::write_at(file, bytes, at).map_err(not_written)
            })
        };
        let origin = Origin::Path(path.to_path_buf());
        Self::new(of_rows(dtype, rows).create_filled(origin, Old::Refused, true, fill)?)
    }
}

fn not_written(error: std::io::Error) -> Error {
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

/// Locks a file until what is given is dropped, and waits for others that have it locked, some seconds.
pub(crate) fn locked(path: &Path) -> Result<File> {
    let named = |error: Error| error.with_path(Some(path));
    // Some file systems over a network lock only what is open for writing.
    let opened = File::options().read(true).write(true).open(path).or_else(|_| File::open(path));
    let file = opened.map_err(|error| named(Error::io("cannot open the file, to lock it", error)))?;
    Lock::Exclusive.take(&file, false, PATIENCE, Instant::now()).map_err(named)?;
    Ok(file)
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
