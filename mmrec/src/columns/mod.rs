//! Columns on disk: a directory with a `.npy` for each field of a record.

mod append;
mod convert;
mod dynamic;
mod iter;
mod place;
mod table;

use std::{fmt, marker::PhantomData, path::Path};

use ndarray::Ix1;

#[cfg(feature = "arrow")]
use crate::view::DynView;

use self::table::{Table, Wanted};
pub use self::{dynamic::DynColumnMap, iter::ColumnIter};
use crate::{
    dtype::DType,
    error::{Error, ErrorKind, Result},
    field::short_name,
    map::{Advice, CopyOnWrite, Mode, ReadOnly, ReadWrite, RecordMap, Writable, column::Column},
    record::MmapRecord,
    view::{Progress, View, raw::Fields},
};

/// A directory with a `.npy` for each field of the record `T`, mapped in mode `M`: the columns of a
/// [`RecordMap`](crate::RecordMap), each in a file of its own.
///
/// Reading one field of a file of records reads the whole cache lines in which it lies, and so most of the file; its column has
/// nothing else. Reading whole records is the other way round. [`columns`](Self::columns) gives the same struct of views as a
/// `RecordMap` does, here without gaps, so code that works on columns runs on both.
///
/// ```
/// use mmrec::{ByteStr, ColumnMap, MmapRecord, RecordMap};
///
/// #[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
/// #[repr(C)]
/// struct Trade {
///     ts: u64,
///     price: f64,
///     qty: u32,
///     symbol: ByteStr<8>,
/// }
///
/// fn notional(c: &TradeColumns<'_>) -> f64 {
///     c.price.iter().zip(c.qty.iter()).map(|(price, qty)| price * f64::from(qty)).sum()
/// }
///
/// # let tmp = std::env::temp_dir().join(format!("mmrec-doc-columns-{}", std::process::id()));
/// # std::fs::create_dir_all(&tmp)?;
/// # let (dir, npy) = (tmp.join("trades"), tmp.join("trades.npy"));
/// let symbol = "AAPL".parse()?;
/// let new = [1, 2, 3].map(|ts| Trade { ts, price: 1.5, qty: 10, symbol });
/// let mut trades = ColumnMap::<Trade>::create(&dir, 0)?;        // trades/ts.npy, trades/price.npy, ...
/// trades.append(&new)?;
/// trades.columns_mut().price.set(0, 4.5);
/// trades.close()?;
///
/// let trades = ColumnMap::<Trade>::open(&dir)?;
/// assert_eq!(trades.at(2), new[2]);
/// assert_eq!(notional(&trades.columns()), 75.0);
/// let rows = trades.to_rows(&npy)?;                             // a .npy of records
/// assert_eq!(notional(&rows.columns()), 75.0);
///
/// // In Python: numpy.load('trades/price.npy', mmap_mode='r')
/// assert_eq!(RecordMap::<f64>::open(dir.join("price.npy"))?.to_vec(), [4.5, 1.5, 1.5]);
/// # std::fs::remove_dir_all(tmp)?;
/// # Ok::<(), mmrec::Error>(())
/// ```
///
/// # The directory
///
/// A file is named as its field in the dtype. `%` and two hexadecimal digits stand for each byte of a character that a file name
/// may not have on every system (`/ \ : * ? " < > | %`, those that control, a dot at either end), for the first letter of a name
/// that Windows keeps for a device (`con`), and for capital letters in names that differ in these alone (`x.npy`, `%58.npy`).
///
/// A field that is an array adds its axes: `[f32; 3]` is a file of shape `(n, 3)`. A field that is a record is one file of such
/// records, as its view in the columns is one of records. Padding has no column.
///
/// The text of the record's dtype is in `dtype.descr`, as a `.npy` header would have it: with it, [`DynColumnMap`] knows the
/// order and the places of the fields, their titles, and the padding between them. A directory without it, as NumPy makes one by
/// saving each array, can be opened too. What a struct is compared with are the columns: their names and dtypes, in any order,
/// whatever padding it has.
///
/// Whoever appends locks `.append.lock`, which is empty, and stays once the first append has made it. `.append.begun` and `.append` are
/// there while rows are appended, or where a program was ended meanwhile. Leave them to [`open_rw`](ColumnMap::open_rw).
///
/// # Appending
///
/// [`append`](Self::append) makes all columns longer or none, whatever moment the program is ended at, or the power lost. Programs
/// that have the directory open to read keep the rows that they have.
///
/// NumPy: a directory of `numpy.save(f'{name}.npy', array[name])`, read by `numpy.load(..., mmap_mode='r')`.
pub struct ColumnMap<T, M = ReadOnly> {
    /// Its columns are those of `T`.
    table: Table,
    types: PhantomData<fn() -> (T, M)>,
}

impl<T: MmapRecord> ColumnMap<T> {
    /// Maps the columns to be read, mode `r`.
    ///
    /// # Errors
    ///
    /// - [`ErrorKind::DTypeMismatch`] if columns are missing, extra, or of another dtype than `T` has; all of them are named;
    /// - [`ErrorKind::ShapeMismatch`] if one has fewer or more rows than the others, or is in Fortran order,
    ///   [`ErrorKind::RankMismatch`] if it has no axis;
    /// - [`ErrorKind::BadDescr`] if `dtype.descr` cannot be read as a dtype; [`ErrorKind::Unsupported`] if `T` has no fields, or is
    ///   `repr(transparent)`;
    /// - [`ErrorKind::Io`] if there is no such directory or it cannot be read, and as for
    ///   [`MapOptions::open`](crate::MapOptions::open) for each file.
    ///
    /// NumPy: `numpy.load(path, mmap_mode='r')` for each column.
    pub fn open(dir: impl AsRef<Path>) -> Result<Self> {
        Self::map(dir.as_ref(), Mode::ReadOnly)
    }

    /// Maps the columns to be read and written, mode `r+`. What a program has left to do that was ended while it appended is done
    /// first.
    ///
    /// # Errors
    ///
    /// As for [`open`](Self::open), and [`ErrorKind::Locked`] if another program is appending, and does so for more than ten seconds.
    /// Where something was left to do, the directory has to be one that can be written.
    ///
    /// NumPy: `numpy.load(path, mmap_mode='r+')` for each column.
    pub fn open_rw(dir: impl AsRef<Path>) -> Result<ColumnMap<T, ReadWrite>> {
        ColumnMap::map(dir.as_ref(), Mode::ReadWrite)
    }

    /// Maps the columns to be read and changed in this process alone, mode `c`.
    ///
    /// # Errors
    ///
    /// As for [`open`](Self::open).
    ///
    /// NumPy: `numpy.load(path, mmap_mode='c')` for each column.
    pub fn open_cow(dir: impl AsRef<Path>) -> Result<ColumnMap<T, CopyOnWrite>> {
        ColumnMap::map(dir.as_ref(), Mode::CopyOnWrite)
    }

    /// Makes a directory of columns with `rows` rows of zeros, and maps them, mode `r+`. It has its name once all of it is there.
    ///
    /// # Errors
    ///
    /// - [`ErrorKind::Io`] if something of that name is there, or the directory cannot be made;
    /// - [`ErrorKind::StorageFull`] if the disk has no room for the columns, [`ErrorKind::Overflow`] if no map has;
    /// - [`ErrorKind::Unsupported`] if `T` has no fields, is `repr(transparent)`, or has one whose dtype no `.npy` can have.
    ///
    /// Nothing is left of the directory then, but for one error: if the new directory cannot be opened, it is there and whole, and the
    /// error says so. A program that is killed leaves at most a directory beside it, whose name begins with a dot and ends in `.new`.
    ///
    /// NumPy: `os.mkdir`, and `numpy.lib.format.open_memmap(path, mode='w+', dtype=, shape=)` for each column.
    pub fn create(dir: impl AsRef<Path>, rows: usize) -> Result<ColumnMap<T, ReadWrite>> {
        has_fields::<T>(dir.as_ref())?;
        Ok(ColumnMap::new(Table::create(dir.as_ref(), T::DTYPE, rows, |_| Ok(()))?))
    }

    /// Makes a directory of columns of these records, a slice, a `Vec`, a view or a map, and maps them, mode `r+`.
    ///
    /// ```
    /// use mmrec::{ColumnMap, MmapRecord};
    ///
    /// #[derive(Clone, Copy, MmapRecord)]
    /// #[repr(C)]
    /// struct Point {
    ///     x: f32,
    ///     y: f32,
    /// }
    ///
    /// # let dir = std::env::temp_dir().join(format!("mmrec-doc-from-rows-{}", std::process::id()));
    /// let points = [Point { x: 1.0, y: 2.0 }, Point { x: 3.0, y: 4.0 }];
    /// let map = ColumnMap::from_rows(&points, &dir)?;       // or from_rows(&record_map, dir)
    /// assert_eq!(map.columns().y.to_vec(), [2.0, 4.0]);
    /// # std::fs::remove_dir_all(dir)?;
    /// # Ok::<(), mmrec::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As for [`create`](Self::create). Whether a map of rows is whole is asked of the map: with `fault-guard`, what was cut away under
    /// it is copied as zeros, and its `health` says so.
    ///
    /// NumPy: `numpy.save(f'{name}.npy', array[name])` for each field.
    pub fn from_rows<'v>(
        rows: impl Into<View<'v, T, Ix1>>,
        dir: impl AsRef<Path>,
    ) -> Result<ColumnMap<T, ReadWrite>> {
        Self::from_rows_with(rows, dir, |_| ())
    }

    /// [`from_rows`](Self::from_rows), calling `progress` after every 16 MiB or so of records, and at the end.
    ///
    /// # Errors
    ///
    /// As for `from_rows`.
    pub fn from_rows_with<'v>(
        rows: impl Into<View<'v, T, Ix1>>,
        dir: impl AsRef<Path>,
        mut progress: impl FnMut(Progress),
    ) -> Result<ColumnMap<T, ReadWrite>> {
        has_fields::<T>(dir.as_ref())?;
        let rows = rows.into().untyped();
        let table = Table::create(dir.as_ref(), T::DTYPE, rows.len(), |write| {
            convert::to_columns(rows.raw(), T::DTYPE, write, &mut progress)
        });
        Ok(ColumnMap::new(table?))
    }
}

impl<T: MmapRecord, M> ColumnMap<T, M> {
    fn new(table: Table) -> Self {
        Self { table, types: PhantomData }
    }

    fn map(dir: &Path, mode: Mode) -> Result<Self> {
        has_fields::<T>(dir)?;
        let wanted = Wanted { dtype: T::DTYPE, name: short_name::<T>() };
        Table::open(dir, Some(&wanted), mode).map(Self::new)
    }

    /// All fields, each as a view of its column.
    ///
    /// NumPy: `numpy.load(path, mmap_mode='r')` for each column.
    #[inline]
    pub fn columns(&self) -> T::Columns<'_, Ix1> {
        T::columns_of(&mut Fields(self.table.columns.iter().map(Column::rows)))
    }

    /// All fields, each as a view of its column, to be written.
    pub fn columns_mut(&mut self) -> T::ColumnsMut<'_, Ix1>
    where
        M: Writable,
    {
        T::columns_mut_of(&mut Fields(self.table.columns.iter_mut().map(Column::raw_mut)))
    }

    /// The record at a row, or `None` past the end; see [`at`](Self::at).
    #[inline]
    pub fn get(&self, row: usize) -> Option<T> {
        (row < self.len()).then(|| T::record_of(&self.columns(), row))
    }

    /// The record at a row, gathered from its columns: one access to each.
    ///
    /// # Panics
    ///
    /// If there is no such row.
    #[inline]
    #[track_caller]
    pub fn at(&self, row: usize) -> T {
        match self.get(row) {
            Some(record) => record,
            None => panic!("row {row} is out of bounds for {} rows", self.len()),
        }
    }

    /// Iterates over the records, by value, from front or back.
    pub fn iter(&self) -> ColumnIter<'_, T> {
        ColumnIter::new(self.columns(), self.len())
    }

    /// Copies the records to a new `.npy` file, whose padding is zeros. It has its name once all of it is there, where the file
    /// system can do that.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`] if there is a file of this name, and as for
    /// [`MapOptions::create_npy`](crate::MapOptions::create_npy).
    ///
    /// NumPy: `array[name] = numpy.load(f'{name}.npy')` for each field.
    pub fn to_rows(&self, path: impl AsRef<Path>) -> Result<RecordMap<T, Ix1, ReadWrite>> {
        self.to_rows_with(path, |_| ())
    }

    /// [`to_rows`](Self::to_rows), calling `progress` after every 16 MiB or so of records, and at the end.
    ///
    /// # Errors
    ///
    /// As for `to_rows`.
    pub fn to_rows_with(
        &self,
        path: impl AsRef<Path>,
        mut progress: impl FnMut(Progress),
    ) -> Result<RecordMap<T, Ix1, ReadWrite>> {
        self.table.to_rows(path.as_ref(), &mut progress)?.into_typed()
    }
}

impl<T: MmapRecord> ColumnMap<T, ReadWrite> {
    /// Makes all columns longer by these records, a slice, a `Vec`, a view or a map of rows, or none: whatever moment the program is
    /// ended at, and if the power is lost.
    ///
    /// Who opens the directory finds the old rows or all of the new ones, in every column; NumPy, which opens one file at a time, may
    /// find some columns longer than others until the call returns, or, if the program is ended before, until
    /// [`open_rw`](ColumnMap::open_rw) is called. The rows are on the disk when the call returns `Ok`, which waits for it four times, and
    /// twice more for each column: append many rows at a time. A directory that this map has made is put on the disk first.
    ///
    /// # Errors
    ///
    /// - [`ErrorKind::StorageFull`] or [`ErrorKind::Io`] if a column cannot be made longer;
    /// - [`ErrorKind::ShapeMismatch`] if a column is no longer what it was when it was opened, because another program has appended to
    ///   it, or if its file goes on behind its rows; [`ErrorKind::DTypeMismatch`] if columns have been added or removed since;
    /// - [`ErrorKind::Locked`] if another program is appending, and does so for more than ten seconds;
    /// - [`ErrorKind::Unsupported`] if the header of a column has no room for the number of rows.
    ///
    /// The columns are as they were then, but for one error, of kind [`ErrorKind::Io`]: if the disk does not take that the rows count.
    /// It says that they were written, and count, but may not survive a loss of power. Others may have them by then, and this map has
    /// not: open the directory again before anything else is appended.
    ///
    /// NumPy has no such call.
    pub fn append<'v>(&mut self, records: impl Into<View<'v, T, Ix1>>) -> Result<()> {
        self.table.append(records.into().untyped().raw())
    }
}

// What needs no type of the record, and is the same for both maps.
macro_rules! of_table {
    () => {
        /// The number of rows.
        pub fn len(&self) -> usize {
            self.table.len
        }

        /// Whether there is no row.
        pub fn is_empty(&self) -> bool {
            self.len() == 0
        }

        /// The directory, as an absolute path.
        pub fn path(&self) -> &Path {
            &self.table.dir
        }

        /// The columns, in the order of the fields, with their axes behind that of the rows.
        #[cfg(feature = "arrow")]
        pub(crate) fn views(&self) -> Result<Vec<DynView<'_>>> {
            self.table.columns.iter().map(|column| DynView::from_raw(column.raw().clone())).collect()
        }

        /// Appends records of the dtype of the columns, with one axis.
        #[cfg(feature = "arrow")]
        pub(crate) fn append_untyped(&mut self, records: &DynView<'_>) -> Result<()> {
            self.table.append(records.raw())
        }

        /// Puts everything written on the disk, and waits for it; see [`RecordMap::flush`](crate::RecordMap::flush).
        ///
        /// # Errors
        ///
        /// [`ErrorKind::Io`] if the disk does not take it.
        pub fn flush(&self) -> Result<()> {
            self.table.flush()
        }

        /// Flushes, unmaps, and reports errors, which dropping the map does not.
        ///
        /// # Errors
        ///
        /// As for [`flush`](Self::flush). The map is gone all the same.
        pub fn close(self) -> Result<()> {
            self.flush()
        }

        /// An error if a column was cut short under the map, or if the disk could not read or write a page of it; see
        /// [`RecordMap::health`](crate::RecordMap::health). Feature `fault-guard`, on Linux and Android.
        ///
        /// # Errors
        ///
        /// As for [`RecordMap::health`](crate::RecordMap::health), for the first column that is not whole.
        #[cfg(all(feature = "fault-guard", any(target_os = "linux", target_os = "android")))]
        pub fn health(&self) -> Result<()> {
            self.table.health()
        }

        /// Hints how all columns will be read from now on; see [`RecordMap::advise`](crate::RecordMap::advise).
        ///
        /// # Errors
        ///
        /// As for [`RecordMap::advise`](crate::RecordMap::advise).
        pub fn advise(&self, advice: Advice) -> Result<()> {
            self.table.advise(advice)
        }
    };
}
use of_table;

impl<T: MmapRecord, M> ColumnMap<T, M> {
    of_table!();

    /// The dtype of the records.
    pub fn dtype(&self) -> &'static DType {
        T::DTYPE
    }
}

impl<'a, T: MmapRecord, M> IntoIterator for &'a ColumnMap<T, M> {
    type Item = T;
    type IntoIter = ColumnIter<'a, T>;

    fn into_iter(self) -> ColumnIter<'a, T> {
        self.iter()
    }
}

/// The directory, the number of rows and the dtype; not the records.
impl<T: MmapRecord, M> fmt::Debug for ColumnMap<T, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.table.debug("ColumnMap", f)
    }
}

/// An error for a type whose fields are not those of its dtype: one without fields, and one that is its only field.
fn has_fields<T: MmapRecord>(dir: &Path) -> Result<()> {
    if !T::__DTYPE_FIELDS.is_empty() {
        return Ok(());
    }
    let message = format!(
        "{} has no fields of its own that could be columns: it is empty, or repr(transparent); use a struct with repr(C)",
        short_name::<T>()
    );
    Err(Error::new(ErrorKind::Unsupported, message).with_path(Some(&place::absolute(dir))))
}
