//! Mapped files.

mod appender;
mod archive;
mod bulk;
pub(crate) mod column;
mod core;
mod dynamic;
mod dynamic_options;
mod extend;
#[cfg(all(
    any(target_os = "linux", target_os = "android"),
    target_has_atomic = "64",
    feature = "fault-guard"
))]
pub mod fault;
mod header;
#[cfg(all(
    any(target_os = "linux", target_os = "android"),
    target_has_atomic = "64",
    feature = "fault-guard"
))]
mod health;
mod lock;
mod making;
mod mode;
mod opening;
mod options;
mod region;
mod reserve;
mod resize;
mod source;

use std::{fmt, marker::PhantomData, ops::RangeBounds, path::Path};

use ndarray::{Array, ArrayView, Axis, Dimension, IntoDimension, Ix1, RemoveAxis, SliceArg};
use zerocopy::{FromBytes, Immutable};

use self::core::Core;
pub use self::{
    appender::Appender,
    dynamic::DynMap,
    dynamic_options::DynOptions,
    lock::Lock,
    mode::{AnyMode, CopyOnWrite, Mode, ReadOnly, ReadWrite, Sealed, Writable},
    options::{HasShape, MapOptions, NoShape, Order, Shaped},
    region::Advice,
    source::Source,
};
use crate::{
    dtype::{DType, ShapeText},
    element::Element,
    error::{Error, ErrorKind, Result},
    field::Field,
    record::MmapRecord,
    select::Select,
    view::{
        AxisIter, AxisIterMut, Iter, Selected, View, ViewMut,
        raw::{Raw, RawMut},
    },
};

/// A file mapped as an array of `T` with axes `D`, in mode `M`.
///
/// `M` is [`ReadOnly`], [`ReadWrite`], [`CopyOnWrite`], [`Sealed`] for a file that nobody can change, or [`AnyMode`] for a
/// mode known at run time. A map that only reads has no methods that write: using one does not compile.
///
/// ```compile_fail,E0277
/// # fn f() -> mmrec::Result<()> {
/// let mut map = mmrec::RecordMap::<u32>::open("numbers.bin")?;
/// map.set(0, 7);
/// # Ok(())
/// # }
/// ```
///
/// The common ways to read and write are here; [`view`](Self::view) and [`view_mut`](Self::view_mut) have the rest.
///
/// ```
/// use mmrec::{ErrorKind, MmapRecord, RecordMap, s};
///
/// #[derive(Clone, Copy, MmapRecord)]
/// #[repr(C)]
/// struct Tick {
///     ts: u64,
///     price: f64,
/// }
///
/// # let path = std::env::temp_dir().join(format!("mmrec-doc-map-{}.bin", std::process::id()));
/// let mut ticks = RecordMap::<Tick>::options().shape(1000).create(&path)?;        // a new file of zeros
/// ticks.set(7, Tick { ts: 7, price: 1.5 });                                       // one record
/// ticks.field_mut(Tick::FIELDS.price).update(|price| price + 0.5);                // one field of all
/// ticks.slice_mut(s![10..20]).fill(Tick { ts: 10, price: 3.0 });                  // some records
/// ticks.close()?;
///
/// let ticks = RecordMap::<Tick>::open(&path)?;
/// assert_eq!(ticks.columns().price.slice(s![6..11]).to_vec(), [0.5, 2.0, 0.5, 0.5, 3.0]);
///
/// match RecordMap::<[u8; 3]>::open(&path) {
///     Err(error) if error.kind() == ErrorKind::SizeNotMultiple => println!("{error}"),
///     other => panic!("{other:?}"),
/// }
/// # std::fs::remove_file(&path).unwrap();
/// # Ok::<(), mmrec::Error>(())
/// ```
///
/// # What others do to the file
///
/// Others may write to the file while it is mapped: values read later are theirs, and a record that is being written may
/// be read half old and half new, always as valid values. If the file is cut short under the map, reading or writing
/// past its new end ends the process with SIGBUS, unless the feature `fault-guard` and `fault::install` make it an error. [`MapOptions::lock`] keeps
/// out programs that ask for locks. [`doc::memory_model`](crate::doc::memory_model) has all of it.
///
/// # What is on the disk
///
/// What is written is at once in the page cache, where every other program sees it, and survives the end of this
/// process, however it ends. It is on the disk after [`flush`](Self::flush) or [`close`](Self::close), and so is the name
/// of a file that was made for the map, where its directory can be opened and the file system has that asked of it. (On
/// macOS it may be in the drive's own memory still.) Dropping the map unmaps it and does not wait for the disk, so after a
/// loss of power what was written since the last flush may be gone.
///
/// NumPy: `numpy.memmap`.
pub struct RecordMap<T, D = Ix1, M = ReadOnly> {
    core: Core<Raw<'static, T, D>>,
    access: PhantomData<fn() -> M>,
}

// As below: the bound on each method brings up the text of `Element`.
impl<T> RecordMap<T, Ix1, ReadOnly> {
    /// Maps a whole file to be read, mode `r`, with one axis.
    ///
    /// # Errors
    ///
    /// As for [`MapOptions::open`].
    ///
    /// NumPy: `numpy.memmap(path, dtype, mode='r')`.
    pub fn open(source: impl Source) -> Result<Self>
    where
        T: Element,
    {
        Self::options().open(source)
    }

    /// Maps a whole file to be read and written, mode `r+`, with one axis.
    ///
    /// # Errors
    ///
    /// As for [`MapOptions::open_rw`].
    ///
    /// NumPy: `numpy.memmap(path, dtype, mode='r+')`.
    pub fn open_rw(source: impl Source) -> Result<RecordMap<T, Ix1, ReadWrite>>
    where
        T: Element,
    {
        Self::options().open_rw(source)
    }

    /// Maps a whole file to be read and changed in this process alone, mode `c`, with one axis.
    ///
    /// # Errors
    ///
    /// As for [`MapOptions::open_cow`].
    ///
    /// NumPy: `numpy.memmap(path, dtype, mode='c')`.
    pub fn open_cow(source: impl Source) -> Result<RecordMap<T, Ix1, CopyOnWrite>>
    where
        T: Element,
    {
        Self::options().open_cow(source)
    }

    /// What to map and how: offset, shape, order, lock; and the way to make files.
    pub fn options() -> MapOptions<T>
    where
        T: Element,
    {
        MapOptions::new()
    }
}

impl<T: Element, D: Dimension, M> RecordMap<T, D, M> {
    fn new(core: Core<Raw<'static, T, D>>) -> Self {
        Self { core, access: PhantomData }
    }

    /// The array to be read.
    pub fn view(&self) -> View<'_, T, D> {
        View::from_raw(self.core.mapped.raw().clone())
    }

    /// The number of elements along each axis.
    pub fn shape(&self) -> &[usize] {
        self.core.mapped.raw().dim().slice()
    }

    /// The shape in ndarray's form.
    pub fn raw_dim(&self) -> D {
        self.core.mapped.raw().dim().clone()
    }

    /// The number of axes.
    pub fn ndim(&self) -> usize {
        self.shape().len()
    }

    /// The number of elements: the product of the shape.
    pub fn len(&self) -> usize {
        self.core.mapped.raw().len()
    }

    /// Whether there is no element.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number of **bytes** between neighbours along each axis.
    pub fn strides(&self) -> &[isize] {
        self.core.mapped.raw().strides().as_slice()
    }

    /// The dtype of the elements.
    pub fn dtype(&self) -> &'static DType {
        T::DTYPE
    }

    /// The order of the elements in the file.
    pub fn order(&self) -> Order {
        self.core.layout.order
    }

    /// The mode; `w+` for a map made by [`MapOptions::create`].
    pub fn mode(&self) -> Mode {
        self.core.mode
    }

    /// Where in the file the array starts, in bytes: the offset that was asked for, or the end of the header of a `.npy`.
    pub fn offset(&self) -> u64 {
        self.core.layout.offset
    }

    /// The absolute path of the file; `None` if it was given as an open file. Links are not resolved, and a file that
    /// is renamed later keeps its old name here.
    pub fn path(&self) -> Option<&Path> {
        self.core.path.as_deref()
    }

    /// A copy of the element at `index`, or `None` past the end: `map.get(5)`, `map.get([1, 2])`.
    #[inline]
    pub fn get<I: IntoDimension<Dim = D>>(&self, index: I) -> Option<T> {
        self.core.mapped.raw().get(&index.into_dimension(), crate::select::Whole)
    }

    /// A copy of the element at `index`: `map.at(5)`, `map.at([1, 2])`. To change a field in the file, write through its
    /// view: `map.field_mut(Trade::FIELDS.qty).set(5, 100)`.
    ///
    /// # Panics
    ///
    /// If an index is past the end of its axis.
    #[inline]
    #[track_caller]
    pub fn at<I: IntoDimension<Dim = D>>(&self, index: I) -> T {
        self.view().at(index)
    }

    /// A copy of the element at `index` that no write has torn; see [`View::at_versioned`].
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unsupported`] if the field does not lie at a multiple of 8 bytes in the file.
    ///
    /// # Panics
    ///
    /// If an index is past the end of its axis.
    #[track_caller]
    pub fn at_versioned<I: IntoDimension<Dim = D>>(
        &self,
        index: I,
        version: Field<T, u64>,
    ) -> Result<Option<T>> {
        self.view().at_versioned(index, version).map_err(|error| self.name(error))
    }

    /// Iterates over the elements in C order, by value.
    pub fn iter(&self) -> Iter<'_, T, D> {
        self.view().iter()
    }

    /// The view of one field; see [`View::field`].
    pub fn field<F: Element>(&self, field: Field<T, F>) -> View<'_, F, D> {
        self.view().field(field)
    }

    /// The view of the field with this name or title; see [`View::field_named`].
    ///
    /// # Errors
    ///
    /// As for [`View::field_named`]; the error names the file.
    pub fn field_named<F: Element>(&self, name: &str) -> Result<View<'_, F, D>> {
        self.view().field_named(name).map_err(|error| self.name(error))
    }

    /// All fields, each as a view.
    pub fn columns(&self) -> T::Columns<'_, D>
    where
        T: MmapRecord,
    {
        self.view().columns()
    }

    /// Several fields to be read together; see [`View::select`].
    pub fn select<S: Select<T>>(&self, fields: S) -> Selected<'_, T, S, D> {
        self.view().select(fields)
    }

    /// The part that `s![..]` names; see [`View::slice`].
    ///
    /// # Panics
    ///
    /// If a range or index is past the end of its axis, or a step is 0.
    #[track_caller]
    pub fn slice<I: SliceArg<D>>(&self, info: I) -> View<'_, T, I::OutDim> {
        self.view().slice(info)
    }

    /// The sub-view at one index of an axis.
    ///
    /// # Panics
    ///
    /// If there is no such axis or index.
    #[track_caller]
    pub fn index_axis(&self, axis: Axis, index: usize) -> View<'_, T, D::Smaller>
    where
        D: RemoveAxis,
    {
        self.view().index_axis(axis, index)
    }

    /// Iterates over the sub-views at each index of an axis.
    ///
    /// # Panics
    ///
    /// If there is no such axis.
    #[track_caller]
    pub fn axis_iter(&self, axis: Axis) -> AxisIter<'_, T, D>
    where
        D: RemoveAxis,
    {
        self.view().axis_iter(axis)
    }

    /// All elements in C order.
    pub fn to_vec(&self) -> Vec<T> {
        self.view().to_vec()
    }

    /// A copy as an [`ndarray::Array`] of the same shape.
    pub fn to_array(&self) -> Array<T, D> {
        self.view().to_array()
    }

    /// Puts everything written on the disk, and waits for it. Nothing to do in modes `r` and `c`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`] or [`ErrorKind::StorageFull`] if the disk could not take it. The system says so once and forgets it, so from
    /// then on every flush of this map fails: write anew what was written since the last one that was `Ok`. With the feature
    /// `fault-guard`, in every mode, also [`ErrorKind::Truncated`] or [`ErrorKind::Io`] if part of the map was lost.
    ///
    /// NumPy: `memmap.flush()`.
    pub fn flush(&self) -> Result<()> {
        self.core.flush(0..usize::MAX, true)
    }

    /// Starts to put everything written on the disk, and does not wait.
    ///
    /// # Errors
    ///
    /// As for [`flush`](Self::flush), as far as it is known at once.
    pub fn flush_async(&self) -> Result<()> {
        self.core.flush(0..usize::MAX, false)
    }

    /// [`flush`](Self::flush) for these indices of axis 0: `map.flush_range(0..100)`. In Fortran order with several
    /// axes they lie all over the array, and all of it is flushed.
    ///
    /// # Errors
    ///
    /// As for `flush`, and [`ErrorKind::PastEnd`] if the range ends past the axis.
    pub fn flush_range(&self, rows: impl RangeBounds<usize>) -> Result<()> {
        self.core.flush_range(rows)
    }

    /// Flushes, unmaps, lets go of any lock, and reports errors, which dropping the map does not.
    ///
    /// # Errors
    ///
    /// As for [`flush`](Self::flush). The map is gone all the same.
    pub fn close(self) -> Result<()> {
        self.flush()
    }

    /// Hints how the map will be read from now on; [`Advice`] says which hint pays when.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`] if the system refuses the hint, as one without large pages does.
    pub fn advise(&self, advice: Advice) -> Result<()> {
        self.core.advise(advice)
    }

    /// Starts reading these indices of axis 0 into memory, and does not wait for them: `map.prefetch(1000..2000)`. Much
    /// more than the disk takes orders for, some tens of MiB, takes as long as reading it.
    ///
    /// It pays for lookups in a file that is not in memory, if several are known beforehand, for the disk then works on
    /// all of them at once: 2000 lookups in 1 GiB, told 64 at a time, took 0.03 to 0.08 of the time of no hint. A scan
    /// gains nothing, and where the file is in memory a call costs 0.7 µs. [`Advice`] has the table.
    ///
    /// ```
    /// # let path = std::env::temp_dir().join(format!("mmrec-doc-prefetch-{}.bin", std::process::id()));
    /// # mmrec::RecordMap::<f64>::options().shape(10_000).create(&path)?.close()?;
    /// let map = mmrec::RecordMap::<f64>::open(&path)?;
    /// let wanted = [9_000, 17, 4_711];
    /// for i in wanted {
    ///     map.prefetch(i..=i)?;
    /// }
    /// let sum: f64 = wanted.iter().map(|&i| map.at(i)).sum();
    /// # assert_eq!(sum, 0.0);
    /// # std::fs::remove_file(path).unwrap();
    /// # Ok::<(), mmrec::Error>(())
    /// ```
    ///
    /// In Fortran order with several axes the rows lie all over the array, and all of it is read.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::PastEnd`] if the range ends past the axis, [`ErrorKind::Io`] if the system refuses.
    pub fn prefetch(&self, rows: impl RangeBounds<usize>) -> Result<()> {
        self.core.prefetch(rows)
    }

    fn name(&self, error: Error) -> Error {
        self.core.name(error)
    }
}

impl<T: Element, D: Dimension, M: Writable> RecordMap<T, D, M> {
    fn raw_mut(&mut self) -> RawMut<'_, T, D> {
        match self.core.mapped.raw_mut() {
            Some(raw) => raw,
            None => unreachable!("maps of writable modes have pages that can be written"),
        }
    }

    /// The array to be read and written.
    pub fn view_mut(&mut self) -> ViewMut<'_, T, D> {
        ViewMut::from_raw(self.raw_mut())
    }
}

// The bound is on each method, not on the block, so that using one on a map that only reads is answered by the text of
// `Writable`.
impl<T: Element, D: Dimension, M> RecordMap<T, D, M> {
    /// Writes the element at `index`: `map.set(5, value)`, `map.set([1, 2], value)`. Padding in the file stays as it is.
    ///
    /// # Panics
    ///
    /// If an index is past the end of its axis.
    #[inline]
    #[track_caller]
    pub fn set<I: IntoDimension<Dim = D>>(&mut self, index: I, value: T)
    where
        M: Writable,
    {
        self.view_mut().set(index, value);
    }

    /// Writes the element at `index` so that [`at_versioned`](Self::at_versioned) never sees it half written; see
    /// [`ViewMut::set_versioned`].
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unsupported`] if the field does not lie at a multiple of 8 bytes in the file.
    ///
    /// # Panics
    ///
    /// If an index is past the end of its axis.
    #[track_caller]
    pub fn set_versioned<I: IntoDimension<Dim = D>>(
        &mut self,
        index: I,
        version: Field<T, u64>,
        value: T,
    ) -> Result<()>
    where
        M: Writable,
    {
        let written = self.view_mut().set_versioned(index, version, value);
        written.map_err(|error| self.name(error))
    }

    /// Writes `value` to every element.
    pub fn fill(&mut self, value: T)
    where
        M: Writable,
    {
        self.view_mut().fill(value);
    }

    /// Writes what `f` gives to every element, in C order, and reads none; see [`ViewMut::fill_with`].
    pub fn fill_with(&mut self, f: impl FnMut() -> T)
    where
        M: Writable,
    {
        self.view_mut().fill_with(f);
    }

    /// Replaces every element by what `f` makes of it, in C order; see [`ViewMut::update`].
    pub fn update(&mut self, f: impl FnMut(T) -> T)
    where
        M: Writable,
    {
        self.view_mut().update(f);
    }

    /// Copies all elements from a view or map of the same shape; see [`ViewMut::assign`].
    ///
    /// # Panics
    ///
    /// If the shapes differ.
    #[track_caller]
    pub fn assign<'v>(&mut self, from: impl Into<View<'v, T, D>>)
    where
        M: Writable,
    {
        self.view_mut().assign(from);
    }

    /// Copies all elements from a slice in C order.
    ///
    /// # Panics
    ///
    /// If `from` is not of the map's length.
    #[track_caller]
    pub fn copy_from_slice(&mut self, from: &[T])
    where
        M: Writable,
    {
        self.view_mut().copy_from_slice(from);
    }

    /// All fields, each as a view to be written, all at once.
    pub fn columns_mut(&mut self) -> T::ColumnsMut<'_, D>
    where
        M: Writable,
        T: MmapRecord,
    {
        self.view_mut().into_columns()
    }

    /// The view of one field, to be written.
    pub fn field_mut<F: Element>(&mut self, field: Field<T, F>) -> ViewMut<'_, F, D>
    where
        M: Writable,
    {
        self.view_mut().into_field(field)
    }

    /// The view of the field with this name or title, to be written.
    ///
    /// # Errors
    ///
    /// As for [`View::field_named`]; the error names the file.
    pub fn field_named_mut<F: Element>(&mut self, name: &str) -> Result<ViewMut<'_, F, D>>
    where
        M: Writable,
    {
        let field = Field::named(name).map_err(|error| self.name(error))?;
        Ok(self.field_mut(field))
    }

    /// The part that `s![..]` names, to be written; see [`View::slice`].
    ///
    /// # Panics
    ///
    /// If a range or index is past the end of its axis, or a step is 0.
    #[track_caller]
    pub fn slice_mut<I: SliceArg<D>>(&mut self, info: I) -> ViewMut<'_, T, I::OutDim>
    where
        M: Writable,
    {
        self.view_mut().into_slice(info)
    }

    /// The sub-view at one index of an axis, to be written.
    ///
    /// # Panics
    ///
    /// If there is no such axis or index.
    #[track_caller]
    pub fn index_axis_mut(&mut self, axis: Axis, index: usize) -> ViewMut<'_, T, D::Smaller>
    where
        M: Writable,
        D: RemoveAxis,
    {
        ViewMut::from_raw(self.raw_mut().index_axis(axis, index))
    }

    /// Iterates over the sub-views at each index of an axis, to be written.
    ///
    /// # Panics
    ///
    /// If there is no such axis.
    #[track_caller]
    pub fn axis_iter_mut(&mut self, axis: Axis) -> AxisIterMut<'_, T, D>
    where
        M: Writable,
        D: RemoveAxis,
    {
        AxisIterMut::new(self.raw_mut(), axis)
    }
}

impl<T: Element, D: Dimension> RecordMap<T, D, AnyMode> {
    /// The array to be read and written, if the mode is one that writes.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::ReadOnly`] in mode `r`.
    pub fn view_mut(&mut self) -> Result<ViewMut<'_, T, D>> {
        let error = self.core.name(read_only());
        self.core.mapped.raw_mut().map(ViewMut::from_raw).ok_or(error)
    }
}

fn read_only() -> Error {
    let message = "the map was opened in mode r and cannot be written to; open it in mode r+, or in mode c to keep changes here";
    Error::new(ErrorKind::ReadOnly, message)
}

impl<T: Element + FromBytes + Immutable, D: Dimension> RecordMap<T, D, Sealed> {
    /// The elements as a slice, without copying; `None` if they are not aligned or do not lie one after another in C
    /// order. Of other maps, only [`View::as_slice`] gives one, to callers who promise that nobody changes the file.
    pub fn as_slice(&self) -> Option<&[T]> {
        self.core.mapped.as_slice()
    }

    /// The elements as an ndarray view, without copying; `None` if they are not aligned.
    pub fn as_array(&self) -> Option<ArrayView<'_, T, D>> {
        self.core.mapped.as_array()
    }
}

impl<'a, T: Element, D: Dimension, M> From<&'a RecordMap<T, D, M>> for View<'a, T, D> {
    fn from(map: &'a RecordMap<T, D, M>) -> Self {
        map.view()
    }
}

impl<'a, T: Element, D: Dimension, M> IntoIterator for &'a RecordMap<T, D, M> {
    type Item = T;
    type IntoIter = Iter<'a, T, D>;

    fn into_iter(self) -> Iter<'a, T, D> {
        self.iter()
    }
}

impl<T: Element, D: Dimension, M> fmt::Display for RecordMap<T, D, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.view().fmt(f)
    }
}

/// The file, mode, shape and dtype; not the elements.
impl<T: Element, D: Dimension, M> fmt::Debug for RecordMap<T, D, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecordMap")
            .field("path", &self.core.path)
            .field("mode", &format_args!("{}", self.core.mode))
            .field("offset", &self.offset())
            .field("shape", &format_args!("{}", ShapeText(self.shape())))
            .field("order", &self.order())
            .field("dtype", &format_args!("{}", T::DTYPE))
            .finish()
    }
}

#[cfg(all(test, unix))]
mod tests;
