//! Columns whose dtype is known only at run time.

use std::{fmt, marker::PhantomData, path::Path};

use super::{convert, of_table, table::Table};
use crate::{
    dtype::{DType, ShapeText},
    error::{Error, ErrorKind, Result},
    map::{Advice, CopyOnWrite, DynMap, Mode, ReadOnly, ReadWrite, Writable},
    view::{DynView, DynViewMut, Progress, Value, no_such_field},
};

/// A directory of columns whose dtype is known only at run time, mapped in mode `M`: the untyped twin of
/// [`ColumnMap`](crate::ColumnMap), where it is told what the directory holds, and what while somebody appends.
///
/// ```
/// use mmrec::{DynColumnMap, Ix1};
///
/// # let dir = std::env::temp_dir().join(format!("mmrec-doc-dyn-columns-{}", std::process::id()));
/// let dtype = "[('ts', '<u8'), ('xyz', '<f4', (3,))]".parse()?;
/// let mut map = DynColumnMap::create(&dir, &dtype, 10)?;                  // ts.npy: (10,), xyz.npy: (10, 3)
/// map.column_mut("xyz")?.set([4, 2], 1.5)?;
/// map.close()?;
///
/// let map = DynColumnMap::open(&dir)?;
/// assert_eq!((map.dtype(), map.len()), (&dtype, 10));
/// assert_eq!(map.at(4).to_string(), "(0, [0.0, 0.0, 1.5])");
/// let ts = map.column("ts")?.typed::<u64, Ix1>()?;
/// assert_eq!(ts.sum(), 0);
/// # std::fs::remove_dir_all(dir)?;
/// # Ok::<(), mmrec::Error>(())
/// ```
///
/// NumPy: `numpy.load(path, mmap_mode='r')` for each `.npy` in the directory.
pub struct DynColumnMap<M = ReadOnly> {
    table: Table,
    access: PhantomData<fn() -> M>,
}

impl DynColumnMap {
    /// Maps the columns to be read, mode `r`.
    ///
    /// The record's dtype is in `dtype.descr`. Without that file the columns are the fields in the order of their names, without
    /// padding.
    ///
    /// # Errors
    ///
    /// - [`ErrorKind::DTypeMismatch`] if columns are missing, extra, or of another dtype than `dtype.descr` says; all of them are
    ///   named; [`ErrorKind::NoSuchField`] if there are none at all;
    /// - otherwise as for [`ColumnMap::open`](crate::ColumnMap::open).
    pub fn open(dir: impl AsRef<Path>) -> Result<Self> {
        Table::open(dir.as_ref(), None, Mode::ReadOnly).map(Self::new)
    }

    /// Maps the columns to be read and written, mode `r+`; see [`ColumnMap::open_rw`](crate::ColumnMap::open_rw).
    ///
    /// # Errors
    ///
    /// As for [`open`](Self::open) and [`ColumnMap::open_rw`](crate::ColumnMap::open_rw).
    pub fn open_rw(dir: impl AsRef<Path>) -> Result<DynColumnMap<ReadWrite>> {
        Table::open(dir.as_ref(), None, Mode::ReadWrite).map(DynColumnMap::new)
    }

    /// Maps the columns to be read and changed in this process alone, mode `c`.
    ///
    /// # Errors
    ///
    /// As for [`open`](Self::open).
    pub fn open_cow(dir: impl AsRef<Path>) -> Result<DynColumnMap<CopyOnWrite>> {
        Table::open(dir.as_ref(), None, Mode::CopyOnWrite).map(DynColumnMap::new)
    }

    /// Makes a directory of columns with `rows` rows of zeros, one for each field of the dtype, and maps them, mode `r+`; see
    /// [`ColumnMap::create`](crate::ColumnMap::create).
    ///
    /// # Errors
    ///
    /// As for [`ColumnMap::create`](crate::ColumnMap::create).
    pub fn create(dir: impl AsRef<Path>, dtype: &DType, rows: usize) -> Result<DynColumnMap<ReadWrite>> {
        Table::create(dir.as_ref(), dtype, rows, |_| Ok(())).map(DynColumnMap::new)
    }

    /// Makes a directory of columns of these records, which are a view or map with one axis, and maps them, mode `r+`; see
    /// [`ColumnMap::from_rows`](crate::ColumnMap::from_rows). `progress` is called after every 16 MiB or so, and at the end.
    ///
    /// # Errors
    ///
    /// As for [`ColumnMap::create`](crate::ColumnMap::create), and [`ErrorKind::RankMismatch`] if the view has another number of axes.
    pub fn from_rows<'v>(
        rows: impl Into<DynView<'v>>,
        dir: impl AsRef<Path>,
        mut progress: impl FnMut(Progress),
    ) -> Result<DynColumnMap<ReadWrite>> {
        let rows = rows.into();
        if rows.ndim() != 1 {
            let message = format!(
                "the rows have shape {}, and columns have one axis; take a part of one axis",
                ShapeText(rows.shape())
            );
            return Err(Error::new(ErrorKind::RankMismatch, message).with_path(Some(dir.as_ref())));
        }
        let table = Table::create(dir.as_ref(), rows.dtype(), rows.len(), |write| {
            convert::to_columns(rows.raw(), rows.dtype(), write, &mut progress)
        });
        table.map(DynColumnMap::new)
    }
}

impl<M> DynColumnMap<M> {
    fn new(table: Table) -> Self {
        Self { table, access: PhantomData }
    }

    of_table!();

    /// The dtype of the records, whose fields are the columns.
    pub fn dtype(&self) -> &DType {
        &self.table.dtype
    }

    /// The view of the column with this name or title; `a.b` reaches into a column of records, unless there is one of just that
    /// name. A column of arrays has their axes behind that of the rows.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NoSuchField`], which lists the columns there are.
    pub fn column(&self, name: &str) -> Result<DynView<'_>> {
        let (at, rest) = self.find(name)?;
        let view = DynView::from_raw(self.table.columns[at].raw().clone())?;
        if rest.is_empty() { Ok(view) } else { view.field(rest) }
    }

    /// The view of the column with this name, to be written; see [`column`](Self::column).
    ///
    /// # Errors
    ///
    /// As for [`column`](Self::column).
    pub fn column_mut(&mut self, name: &str) -> Result<DynViewMut<'_>>
    where
        M: Writable,
    {
        let (at, rest) = self.find(name)?;
        let view = DynViewMut::from_raw(self.table.columns[at].raw_mut())?;
        if rest.is_empty() { Ok(view) } else { view.into_field(rest) }
    }

    /// Which column it is, and what is named in it.
    fn find<'n>(&self, name: &'n str) -> Result<(usize, &'n str)> {
        let fields = self.table.dtype.fields();
        let at = |name: &str| {
            let field = self.table.dtype.field(name)?;
            fields.iter().position(|other| other.name() == field.name())
        };
        let inner = || {
            name.match_indices('.').find_map(|(dot, _)| {
                let (at, rest) = (at(&name[..dot])?, &name[dot + 1..]);
                let is_there = self.column(&name[..dot]).is_ok_and(|column| column.field(rest).is_ok());
                is_there.then_some((at, rest))
            })
        };
        at(name)
            .map(|at| (at, ""))
            .or_else(inner)
            .ok_or_else(|| no_such_field(&self.table.dtype, name).with_path(Some(&self.table.dir)))
    }

    /// The record at a row, gathered from its columns, or `None` past the end.
    pub fn get(&self, row: usize) -> Option<Value> {
        self.table.read(row).map(|bytes| Value::stored(self.table.dtype.clone(), bytes))
    }

    /// The record at a row, gathered from its columns. [`column`](Self::column) is for speed.
    ///
    /// # Panics
    ///
    /// If there is no such row.
    #[track_caller]
    pub fn at(&self, row: usize) -> Value {
        match self.get(row) {
            Some(record) => record,
            None => panic!("row {row} is out of bounds for {} rows", self.len()),
        }
    }

    /// Copies the records to a new `.npy` file, whose padding is zeros; see [`ColumnMap::to_rows`](crate::ColumnMap::to_rows).
    /// `progress` is called after every 16 MiB or so, and at the end.
    ///
    /// # Errors
    ///
    /// As for [`ColumnMap::to_rows`](crate::ColumnMap::to_rows).
    pub fn to_rows(
        &self,
        path: impl AsRef<Path>,
        mut progress: impl FnMut(Progress),
    ) -> Result<DynMap<ReadWrite>> {
        self.table.to_rows(path.as_ref(), &mut progress)
    }
}

impl DynColumnMap<ReadWrite> {
    /// Makes all columns longer by the records of a view or map with one axis, or none; see
    /// [`ColumnMap::append`](crate::ColumnMap::append).
    ///
    /// # Errors
    ///
    /// As for [`ColumnMap::append`](crate::ColumnMap::append), and [`ErrorKind::DTypeMismatch`] or [`ErrorKind::RankMismatch`] if the
    /// records are not of the dtype, with one axis.
    pub fn append<'v>(&mut self, records: impl Into<DynView<'v>>) -> Result<()> {
        let records = records.into();
        let named = |error: Error| error.with_path(Some(&self.table.dir));
        if let Some(difference) =
            self.table.dtype.difference("the columns", records.dtype(), "what is appended")
        {
            let message =
                format!("the dtypes differ; append records of the dtype of the columns\n{difference}");
            return Err(named(Error::new(ErrorKind::DTypeMismatch, message)));
        }
        if records.ndim() != 1 {
            let message = format!(
                "the records have shape {}, and columns have one axis; take a part of one axis",
                ShapeText(records.shape())
            );
            return Err(named(Error::new(ErrorKind::RankMismatch, message)));
        }
        self.table.append(records.raw())
    }
}

/// The directory, the number of rows and the dtype; not the records.
impl<M> fmt::Debug for DynColumnMap<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.table.debug("DynColumnMap", f)
    }
}
