//! Arrays that are open for reading: a file that is mapped, rows in memory, a map of the caller.

use std::{
    fs::File,
    io::ErrorKind,
    path::Path,
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use datafusion::common::Result;
use object_store::ObjectMeta;

use mmrec::{DType, Dimension, DynColumnMap, DynMap, DynView, Element, RecordMap, ndarray::SliceInfoElem};

use crate::{
    error::{execution, external, of_file},
    options::NpyOptions,
};

/// What rows are read from.
pub(crate) trait Array: Send + Sync {
    /// One of its columns: a field of the records, or all of it where they are none. The first axis are the rows.
    fn column(&self, name: &str) -> mmrec::Result<DynView<'_>>;

    /// The dtype of a row, with the axes after the first.
    fn row(&self) -> mmrec::Result<DType>;

    /// The number of rows.
    fn rows(&self) -> mmrec::Result<usize>;

    /// An error unless all that was read so far was there, and is what was opened.
    fn check(&self) -> Result<()>;

    /// Makes every write from here on change what `check` looks at, those through maps of others too, as far as the system does so.
    /// `false` if that cannot be.
    fn settle(&self) -> bool {
        false
    }
}

fn column<'a>(view: DynView<'a>, name: &str) -> mmrec::Result<DynView<'a>> {
    if view.dtype().is_record() { view.field(name) } else { Ok(view) }
}

fn rows_of(view: &DynView<'_>) -> usize {
    view.shape().first().copied().unwrap_or(1)
}

/// The dtype of a row of an array.
fn row_of(view: &DynView<'_>) -> mmrec::Result<DType> {
    match view.shape() {
        [] | [_] => Ok(view.dtype().clone()),
        [_, axes @ ..] => DType::array(view.dtype().clone(), axes),
    }
}

/// These rows of a column.
pub(crate) fn part<'a>(column: &DynView<'a>, start: usize, end: usize) -> DynView<'a> {
    if column.ndim() == 0 {
        return column.clone();
    }
    let index = |at: usize| isize::try_from(at).unwrap_or(isize::MAX);
    let all = SliceInfoElem::Slice { start: 0, end: None, step: 1 };
    let mut parts = vec![all; column.ndim()];
    parts[0] = SliceInfoElem::Slice { start: index(start), end: Some(index(end)), step: 1 };
    column.slice(&parts[..])
}

/// A file on this machine, mapped.
pub(crate) struct MappedFile {
    map: DynMap,
    /// The same file, to ask whether it is still as it was.
    file: File,
    state: State,
    name: String,
}

/// What a file is known by while it is read.
#[derive(PartialEq)]
pub(crate) struct State {
    len: u64,
    modified: Option<SystemTime>,
}

impl State {
    pub(crate) fn of(file: &File) -> Result<Self> {
        let about = file.metadata()?;
        Ok(Self { len: about.len(), modified: about.modified().ok() })
    }

    /// An error if it is another by now.
    fn check(&self, file: &File, name: &str) -> Result<()> {
        let now = Self::of(file)?;
        match now == *self {
            true => Ok(()),
            false => Err(changed(name, self.len, now.len)),
        }
    }

    /// See [`Array::settle`].
    ///
    /// A write through a map changes the time of a file only where the page is not dirty yet: it is then a fault. What is synced
    /// is clean, on Linux; elsewhere times change as they may, and there a file that is only read may not be synced.
    pub(crate) fn settle(&self, file: &File) -> bool {
        let Some(tick) = self.modified.and_then(rest_of_tick) else { return false };
        std::thread::sleep(tick);
        let synced = if cfg!(target_os = "linux") { file.sync_data() } else { Ok(()) };
        let is_synced = match synced {
            Ok(()) => true,
            // Where nothing is written, nothing is waited for.
            Err(error) => matches!(error.kind(), ErrorKind::InvalidInput | ErrorKind::ReadOnlyFilesystem),
        };
        // Over a network the time may have become known just now.
        is_synced && Self::of(file).is_ok_and(|now| now == *self)
    }
}

/// How long it is until a write will give a file another time than this one, its last: two within one tick of the clock leave the
/// same. `None` for a time to come, of a machine whose clock is ahead.
fn rest_of_tick(modified: SystemTime) -> Option<Duration> {
    // Where times are kept in whole seconds, or, on FAT, two of them.
    let is_coarse = modified.duration_since(SystemTime::UNIX_EPOCH).is_ok_and(|age| age.subsec_nanos() == 0);
    let tick = Duration::from_millis(if is_coarse { 2100 } else { 50 });
    SystemTime::now().duration_since(modified).ok().map(|age| tick.saturating_sub(age))
}

impl MappedFile {
    /// The file, if it is still what it was when `found` was said of it.
    pub(crate) fn open(
        file: File,
        found: Option<&ObjectMeta>,
        name: &str,
        options: &NpyOptions,
    ) -> Result<Self> {
        install_guard()?;
        let state = match found {
            Some(found) => State { len: found.size, modified: Some(found.last_modified.into()) },
            None => State::of(&file)?,
        };
        state.check(&file, name)?;
        let mut how = DynMap::options();
        if let Some(dtype) = &options.dtype {
            how = how.dtype(dtype.clone()).offset(options.offset);
        }
        if let Some(member) = &options.member {
            how = how.npz_member(member);
        }
        let map = how.open(&file).map_err(|error| of_file(name, error))?;
        Ok(Self { map, file, state, name: name.to_owned() })
    }
}

impl Array for MappedFile {
    fn column(&self, name: &str) -> mmrec::Result<DynView<'_>> {
        column(self.map.view(), name)
    }

    fn row(&self) -> mmrec::Result<DType> {
        row_of(&self.map.view())
    }

    fn rows(&self) -> mmrec::Result<usize> {
        Ok(rows_of(&self.map.view()))
    }

    fn check(&self) -> Result<()> {
        health(&self.map).map_err(|error| of_file(&self.name, error))?;
        self.state.check(&self.file, &self.name)
    }

    fn settle(&self) -> bool {
        self.state.settle(&self.file)
    }
}

/// The error about a file that is another than it was.
pub(crate) fn changed(name: &str, before: u64, now: u64) -> datafusion::common::DataFusionError {
    let sizes = match before == now {
        true => format!("it has {now} bytes as before, and another time of its last change"),
        false => format!("it had {before} bytes and has {now}"),
    };
    execution(format!(
        "table file {name} was changed since the query found it: {sizes}; run the query again, and create the table again if the \
         session keeps its lists of files"
    ))
}

/// A directory of columns, mapped.
pub(crate) struct ColumnFiles {
    map: DynColumnMap,
    /// The files of the columns, to ask whether they are still as they were.
    files: Vec<(File, State, String)>,
    name: String,
}

impl ColumnFiles {
    /// The directory in which this `dtype.descr` lies.
    pub(crate) fn open(descr: &Path, name: &str) -> Result<Self> {
        install_guard()?;
        let directory = descr.parent().unwrap_or(Path::new("."));
        let mut files = Vec::new();
        for entry in std::fs::read_dir(directory)? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "npy") {
                let file = File::open(&path)?;
                let state = State::of(&file)?;
                files.push((file, state, path.display().to_string()));
            }
        }
        let map = DynColumnMap::open(directory).map_err(|error| of_file(name, error))?;
        Ok(Self { map, files, name: name.to_owned() })
    }
}

impl Array for ColumnFiles {
    fn column(&self, name: &str) -> mmrec::Result<DynView<'_>> {
        self.map.column(name)
    }

    fn row(&self) -> mmrec::Result<DType> {
        Ok(self.map.dtype().clone())
    }

    fn rows(&self) -> mmrec::Result<usize> {
        Ok(self.map.len())
    }

    fn check(&self) -> Result<()> {
        self.files.iter().try_for_each(|(file, state, name)| state.check(file, name))?;
        #[cfg(any(target_os = "linux", target_os = "android"))]
        self.map.health().map_err(|error| of_file(&self.name, error))?;
        Ok(())
    }
}

/// Rows that were copied into memory.
pub(crate) struct Memory {
    pub(crate) bytes: Bytes,
    pub(crate) row: DType,
    /// Counted beside the bytes, for rows may have none.
    pub(crate) rows: usize,
}

impl Array for Memory {
    fn column(&self, name: &str) -> mmrec::Result<DynView<'_>> {
        column(DynView::from_bytes(&self.bytes, &self.row)?, name)
    }

    fn row(&self) -> mmrec::Result<DType> {
        Ok(self.row.clone())
    }

    fn rows(&self) -> mmrec::Result<usize> {
        Ok(self.rows)
    }

    fn check(&self) -> Result<()> {
        Ok(())
    }
}

/// A map that is open: a [`RecordMap`] of any records, or a [`DynMap`].
pub trait OpenMap: Send + Sync {
    /// Its array.
    fn view(&self) -> DynView<'_>;

    /// An error if a part of it was lost; see [`RecordMap::health`].
    ///
    /// # Errors
    ///
    /// As for `health`.
    fn health(&self) -> mmrec::Result<()>;
}

impl<M: Send + Sync> OpenMap for DynMap<M> {
    fn view(&self) -> DynView<'_> {
        DynMap::view(self)
    }

    fn health(&self) -> mmrec::Result<()> {
        health(self)
    }
}

impl<T: Element, D: Dimension, M> OpenMap for RecordMap<T, D, M>
where
    Self: Send + Sync,
{
    fn view(&self) -> DynView<'_> {
        RecordMap::view(self).untyped()
    }

    fn health(&self) -> mmrec::Result<()> {
        #[cfg(any(target_os = "linux", target_os = "android"))]
        return RecordMap::health(self);
        #[cfg(not(any(target_os = "linux", target_os = "android")))]
        Ok(())
    }
}

impl Array for std::sync::Arc<dyn OpenMap> {
    fn column(&self, name: &str) -> mmrec::Result<DynView<'_>> {
        column(self.view(), name)
    }

    fn row(&self) -> mmrec::Result<DType> {
        row_of(&self.view())
    }

    fn rows(&self) -> mmrec::Result<usize> {
        Ok(rows_of(&self.view()))
    }

    fn check(&self) -> Result<()> {
        self.health().map_err(external)
    }
}

/// Makes a file that is cut short an error instead of the end of the process, where the system can.
pub(crate) fn install_guard() -> Result<()> {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    mmrec::fault::install().map_err(external)?;
    Ok(())
}

fn health<M>(map: &DynMap<M>) -> mmrec::Result<()> {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    return map.health();
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    {
        let _ = map;
        Ok(())
    }
}
