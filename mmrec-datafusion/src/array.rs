//! Arrays that are open for reading: a file that is mapped, rows in memory, a map of the caller.

use std::{fs::File, time::SystemTime};

use bytes::Bytes;
use datafusion::common::Result;
use mmrec::{DType, Dimension, DynMap, DynView, Element, RecordMap, ndarray::SliceInfoElem};

use crate::{
    error::{execution, external, of_file},
    options::NpyOptions,
};

/// What rows are read from.
pub(crate) trait Array: Send + Sync {
    /// All of it; the first axis are the rows.
    fn view(&self) -> mmrec::Result<DynView<'_>>;

    /// One of its columns: a field of the records, or all of it where they are none.
    fn column(&self, name: &str) -> mmrec::Result<DynView<'_>> {
        let view = self.view()?;
        if view.dtype().is_record() { view.field(name) } else { Ok(view) }
    }

    /// The dtype of a row, with the axes after the first.
    fn row(&self) -> mmrec::Result<DType> {
        row_of(&self.view()?)
    }

    /// The number of rows.
    fn rows(&self) -> mmrec::Result<usize> {
        let view = self.view()?;
        Ok(view.shape().first().copied().unwrap_or(1))
    }

    /// An error unless all that was read so far was there, and is what was opened.
    fn check(&self) -> Result<()>;
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
    name: String,
    len: u64,
    modified: Option<SystemTime>,
}

impl MappedFile {
    pub(crate) fn open(file: File, name: &str, options: &NpyOptions) -> Result<Self> {
        install_guard()?;
        let about = file.metadata()?;
        let mut how = DynMap::options();
        if let Some(dtype) = &options.dtype {
            how = how.dtype(dtype.clone()).offset(options.offset);
        }
        if let Some(member) = &options.member {
            how = how.npz_member(member);
        }
        let map = how.open(&file).map_err(|error| of_file(name, error))?;
        Ok(Self { map, file, name: name.to_owned(), len: about.len(), modified: about.modified().ok() })
    }
}

impl Array for MappedFile {
    fn view(&self) -> mmrec::Result<DynView<'_>> {
        Ok(self.map.view())
    }

    fn check(&self) -> Result<()> {
        health(&self.map).map_err(|error| of_file(&self.name, error))?;
        let about = self.file.metadata()?;
        if about.len() != self.len || about.modified().ok() != self.modified {
            return Err(changed(&self.name, self.len, about.len()));
        }
        Ok(())
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

/// Rows that were copied into memory.
pub(crate) struct Memory {
    pub(crate) bytes: Bytes,
    pub(crate) row: DType,
    /// Counted beside the bytes, for rows may have none.
    pub(crate) rows: usize,
}

impl Array for Memory {
    fn view(&self) -> mmrec::Result<DynView<'_>> {
        DynView::from_bytes(&self.bytes, &self.row)
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
    fn view(&self) -> mmrec::Result<DynView<'_>> {
        Ok(OpenMap::view(&**self))
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
