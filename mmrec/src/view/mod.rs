//! Views: strided arrays of elements in a mapped file, and what is read and written through them.

mod bulk;
mod chunks;
mod dynamic;
mod format;
mod iter;
pub(crate) mod raw;
pub(crate) mod reduce;
mod selected;
mod times;
mod traits;
mod versioned;

use ndarray::{Axis, Dimension, IntoDimension, Ix1, IxDyn, RemoveAxis, SliceArg};

#[cfg(feature = "rayon")]
pub(crate) use self::bulk::gather_block;
#[cfg(feature = "arrow")]
pub(crate) use self::dynamic::is_safe;
pub(crate) use self::dynamic::{FieldCopy, no_such_field};
#[doc(hidden)]
pub use self::raw::{ColumnViews, ColumnViewsMut};
use self::raw::{Raw, RawMut};
pub use self::{
    chunks::{AxisChunks, AxisChunksMut, Windows},
    dynamic::{Datum, DynIter, DynView, DynViewMut, Progress, Value},
    iter::{AxisIter, AxisIterMut, Iter},
};
use crate::{
    dtype::DType,
    element::Element,
    error::{Error, ErrorKind, Result},
    field::Field,
    record::MmapRecord,
    select::{Select, Whole},
};

/// A strided array of `T`, in a mapped file or in memory, to be read: whole records, one field of each record, a slice of
/// either.
///
/// To read: [`at`](Self::at), [`get`](Self::get), [`iter`](Self::iter), [`to_vec`](Self::to_vec), [`copy_to`](Self::copy_to);
/// to pick: [`field`](Self::field), [`columns`](Self::columns), [`select`](Self::select), [`native`](Self::native);
/// to cut: [`slice`](Self::slice), [`split_at`](Self::split_at), [`axis_iter`](Self::axis_iter),
/// [`axis_chunks`](Self::axis_chunks), [`windows`](Self::windows);
/// to reduce: [`sum`](Self::sum), [`mean`](Self::mean), [`min_max`](Self::min_max), [`fold_lanes`](Self::fold_lanes),
/// [`fold_blocks`](Self::fold_blocks);
/// to search: [`partition_point`](Self::partition_point), [`binary_search_by`](Self::binary_search_by).
/// There is no `view[i]`, which would be a reference into the file: `view.at(i)` is a value.
///
/// Values come out one at a time and by value. Strides are in **bytes**, so a field of a packed record of 13 bytes is a
/// view like any other. A view is a pointer with a shape: cutting, transposing and picking fields copy nothing. A view
/// borrows its map.
///
/// Shapes, slices and axes are [`ndarray`]'s.
///
/// ```
/// use mmrec::{View, s};
///
/// let view = View::from_slice(&[3u8, 1, 4, 1, 5, 9]);
/// assert_eq!(view.at(2), 4);
/// assert_eq!(view.slice(s![1..;2]).to_vec(), [1, 1, 9]);
/// assert_eq!(view.sum(), 23u64);
/// let odd = view.iter().filter(|x| x % 2 == 1).count();
/// assert_eq!(odd, 5);
/// ```
///
/// NumPy: the arrays that indexing a `numpy.memmap` gives.
pub struct View<'a, T, D = Ix1> {
    raw: Raw<'a, T, D>,
}

/// A strided array of `T` in a mapped file, to be read and written.
///
/// [`view`](Self::view) gives a [`View`] of it with all the ways to read. Methods in `_mut` borrow the view, and
/// methods in `into_` use it up, so that what they give lives as long as the map is borrowed.
///
/// ```
/// use mmrec::{Axis, RecordMap, s};
///
/// # let path = std::env::temp_dir().join(format!("mmrec-doc-view-mut-{}", std::process::id()));
/// let mut grid = RecordMap::<u32>::options().shape((3, 4)).create(&path)?;
/// let mut view = grid.view_mut();
/// view.set([0, 1], 7);
/// view.slice_mut(s![1.., ..;2]).fill(1);
/// let (mut left, right) = view.split_at(Axis(1), 2);
/// left.index_axis_mut(Axis(0), 2).assign(&right.view().index_axis(Axis(0), 0));
/// assert_eq!(grid.to_vec(), [0, 7, 0, 0, 1, 0, 1, 0, 0, 0, 1, 0]);
/// # std::fs::remove_file(path).unwrap();
/// # Ok::<(), mmrec::Error>(())
/// ```
///
/// Values that are written are in the file at once for every reader of it, in this process and others (or, in a
/// copy-on-write map, for this map alone); [`RecordMap::flush`](crate::RecordMap::flush) puts them on the disk.
pub struct ViewMut<'a, T, D = Ix1> {
    raw: RawMut<'a, T, D>,
}

/// Chosen fields of a view, to be read together. Made by [`View::select`].
///
/// ```
/// use mmrec::{MmapRecord, View};
///
/// #[derive(Clone, Copy, MmapRecord)]
/// #[repr(C)]
/// struct Trade {
///     ts: u64,
///     price: f64,
///     qty: u32,
///     flags: u32,
/// }
///
/// let trades = [5, 6, 7].map(|ts| Trade { ts, price: 0.5, qty: 10, flags: 0 });
/// let chosen = View::from_slice(&trades).select((Trade::FIELDS.ts, Trade::FIELDS.qty));
/// assert_eq!(chosen.at(1), (6, 10));
/// # let (chosen, _copy) = (chosen, chosen);
/// for (ts, qty) in &chosen {
///     assert!(ts >= 5 && qty == 10);
/// }
/// ```
///
/// NumPy: `array[['ts', 'qty']]`.
pub struct Selected<'a, T, S, D = Ix1> {
    raw: Raw<'a, T, D>,
    select: S,
}

macro_rules! geometry {
    () => {
        /// The number of elements along each axis.
        pub fn shape(&self) -> &[usize] {
            self.raw().dim().slice()
        }

        /// The shape in ndarray's form.
        pub fn raw_dim(&self) -> D {
            self.raw().dim().clone()
        }

        /// The number of axes.
        pub fn ndim(&self) -> usize {
            self.raw().dim().ndim()
        }

        /// The number of elements: the product of the shape.
        pub fn len(&self) -> usize {
            self.raw().len()
        }

        /// Whether there is no element.
        pub fn is_empty(&self) -> bool {
            self.len() == 0
        }

        /// The number of elements along one axis.
        ///
        /// # Panics
        ///
        /// If there is no such axis.
        #[track_caller]
        pub fn len_of(&self, axis: Axis) -> usize {
            self.raw().axis_len(axis.index())
        }

        /// How many **bytes** lie between neighbours along each axis; negative where the axis runs backwards.
        ///
        /// NumPy: `array.strides`.
        pub fn strides(&self) -> &[isize] {
            self.raw().strides().as_slice()
        }

        /// Bytes from the start of the file, or of the memory, to the first element, the one whose indices are all 0.
        ///
        /// In NumPy, `memmap.offset` stays that of the whole map.
        pub fn byte_offset(&self) -> u64 {
            self.raw().offset()
        }

        /// The dtype of the elements.
        pub fn dtype(&self) -> &'static DType {
            T::DTYPE
        }

        /// A copy of the element at `index`, or `None` past the end: `v.get(5)`, `v.get([1, 2])`; with a number of axes
        /// known only at run time, `v.get(&[1, 2][..])`.
        #[inline]
        pub fn get<I: IntoDimension<Dim = D>>(&self, index: I) -> Option<T> {
            self.raw().get(&index.into_dimension(), Whole)
        }

        /// A copy of the element at `index`: `v.at(5)`, `v.at([1, 2])`. Changing it does not change the file.
        ///
        /// # Panics
        ///
        /// If an index is past the end of its axis.
        #[inline]
        #[track_caller]
        pub fn at<I: IntoDimension<Dim = D>>(&self, index: I) -> T {
            let index = index.into_dimension();
            match self.raw().get(&index, Whole) {
                Some(value) => value,
                None => out_of_bounds(index, self.shape()),
            }
        }
    };
}

impl<'a, T: Element, D: Dimension> View<'a, T, D> {
    pub(crate) fn from_raw(raw: Raw<'a, T, D>) -> Self {
        Self { raw }
    }

    #[inline(always)]
    pub(crate) fn raw(&self) -> &Raw<'a, T, D> {
        &self.raw
    }

    geometry!();

    /// Iterates over the elements in C order, by value.
    pub fn iter(&self) -> Iter<'a, T, D> {
        Iter::new(&self.raw, Whole)
    }

    /// The view of one field: `v.field(Trade::FIELDS.price)`.
    ///
    /// NumPy: `array['price']`.
    pub fn field<F: Element>(&self, field: Field<T, F>) -> View<'a, F, D> {
        View { raw: self.raw.field(field) }
    }

    /// The view of the field with this name or title; `a.b` reaches into a nested record.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NoSuchField`], which lists the fields there are; [`ErrorKind::DTypeMismatch`] if the field is not
    /// an `F`.
    ///
    /// NumPy: `array['price']`.
    pub fn field_named<F: Element>(&self, name: &str) -> Result<View<'a, F, D>> {
        Ok(self.field(Field::named(name)?))
    }

    /// All fields, each as a view: `v.columns().price`.
    ///
    /// ```
    /// use mmrec::{MmapRecord, View};
    ///
    /// #[derive(Clone, Copy, MmapRecord)]
    /// #[repr(C)]
    /// struct Trade {
    ///     ts: u64,
    ///     price: f64,
    /// }
    ///
    /// let trades = [Trade { ts: 1, price: 2.5 }, Trade { ts: 2, price: 3.0 }];
    /// let columns = View::from_slice(&trades).columns();
    /// assert_eq!(columns.price.to_vec(), [2.5, 3.0]);
    /// assert_eq!(columns.ts.max(), Some(2));
    /// assert_eq!(format!("{columns:?}"), "TradeColumns(ts, price)");
    /// ```
    pub fn columns(&self) -> T::Columns<'a, D>
    where
        T: MmapRecord,
    {
        T::view_columns(self.clone())
    }

    /// Several fields to be read together, by one pass over the records and without reading the other fields.
    ///
    /// ```
    /// # use mmrec::{MmapRecord, RecordMap};
    /// # #[derive(Clone, Copy, MmapRecord)]
    /// # #[repr(C)]
    /// # struct Trade { price: f64, qty: u32, flags: u32 }
    /// # let path = std::env::temp_dir().join(format!("mmrec-doc-select-{}", std::process::id()));
    /// # let map = RecordMap::<Trade>::options().shape(3).create(&path)?;
    /// let fields = (Trade::FIELDS.price, Trade::FIELDS.qty);
    /// let turnover: f64 = map.select(fields).iter().map(|(price, qty)| price * f64::from(qty)).sum();
    /// # assert_eq!(turnover, 0.0);
    /// # std::fs::remove_file(path).unwrap();
    /// # Ok::<(), mmrec::Error>(())
    /// ```
    pub fn select<S: Select<T>>(&self, fields: S) -> Selected<'a, T, S, D> {
        Selected { raw: self.raw.clone(), select: fields }
    }

    /// The part that `s![..]` names: `v.slice(s![10..20])`, `v.slice(s![.., ..;2])`, `v.slice(s![..;-1])`, `v.slice(s![3, ..])`.
    ///
    /// A negative step goes through the range from its end, as in ndarray.
    ///
    /// # Panics
    ///
    /// If a range or index is past the end of its axis, or a step is 0.
    #[track_caller]
    pub fn slice<I: SliceArg<D>>(&self, info: I) -> View<'a, T, I::OutDim> {
        View { raw: self.raw.slice(&info) }
    }

    /// The sub-view at one index of an axis, which goes away.
    ///
    /// # Panics
    ///
    /// If there is no such axis or index.
    #[track_caller]
    pub fn index_axis(&self, axis: Axis, index: usize) -> View<'a, T, D::Smaller>
    where
        D: RemoveAxis,
    {
        View { raw: self.raw.index_axis(axis, index) }
    }

    /// Iterates over the sub-views at each index of an axis.
    ///
    /// # Panics
    ///
    /// If there is no such axis.
    #[track_caller]
    pub fn axis_iter(&self, axis: Axis) -> AxisIter<'a, T, D>
    where
        D: RemoveAxis,
    {
        AxisIter::new(self.clone(), axis)
    }

    /// Iterates over chunks of `size` indices of an axis; the last may have fewer.
    ///
    /// # Panics
    ///
    /// If there is no such axis, or `size` is 0.
    ///
    /// NumPy: `array[i : i + size] for i in range(0, len(array), size)`.
    #[track_caller]
    pub fn axis_chunks(&self, axis: Axis, size: usize) -> AxisChunks<'a, T, D> {
        AxisChunks::new(self.clone(), axis, size)
    }

    /// The view with its axes in reverse order.
    ///
    /// NumPy: `array.T`.
    #[must_use]
    pub fn t(&self) -> Self {
        View { raw: self.raw.permuted_axes(&reversed(self.ndim())) }
    }

    /// The view with its axes in another order: axis `i` of the result is axis `axes[i]` of this.
    ///
    /// # Panics
    ///
    /// If `axes` does not name each axis once.
    ///
    /// NumPy: `array.transpose(axes)`.
    #[must_use]
    #[track_caller]
    pub fn permuted_axes<I: IntoDimension<Dim = D>>(&self, axes: I) -> Self {
        View { raw: self.raw.permuted_axes(&axes.into_dimension()) }
    }

    /// The parts before and from `index` along an axis.
    ///
    /// # Panics
    ///
    /// If there is no such axis or `index` is past its end.
    #[track_caller]
    pub fn split_at(&self, axis: Axis, index: usize) -> (Self, Self) {
        let (left, right) = self.raw.split_at(axis, index);
        (View { raw: left }, View { raw: right })
    }

    /// The same view with a number of axes that is known only at run time.
    pub fn into_dyn(self) -> View<'a, T, IxDyn> {
        View { raw: self.raw.into_dyn() }
    }

    /// The same view with a number of axes that is known while compiling.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::RankMismatch`] if it has another number of axes.
    pub fn into_dimensionality<E: Dimension>(self) -> Result<View<'a, T, E>> {
        let ndim = self.ndim();
        let raw = self.raw.into_dimensionality().ok_or_else(|| wrong_rank::<E>(ndim))?;
        Ok(View { raw })
    }
}

impl<'a, T: Element> View<'a, T, Ix1> {
    /// Iterates over all runs of `size` neighbouring elements, each a view: `v.windows(2)` gives elements 0 and 1, then 1
    /// and 2, and so on, so that `v.windows(2).map(|w| w.at(1) - w.at(0))` are the differences. There is none if the view
    /// is shorter.
    ///
    /// # Panics
    ///
    /// If `size` is 0.
    ///
    /// NumPy: `numpy.lib.stride_tricks.sliding_window_view`.
    #[track_caller]
    pub fn windows(&self, size: usize) -> Windows<'a, T> {
        Windows::new(*self, size)
    }
}

impl<'a, F: Element, D: Dimension, const N: usize> View<'a, [F; N], D> {
    /// The elements of array elements, along a new last axis.
    ///
    /// NumPy has these axes at once: a field of dtype `('<f4', (3,))` gives an array with one more axis.
    ///
    /// # Panics
    ///
    /// If the number of elements does not fit `isize`, which takes a view of no bytes.
    #[track_caller]
    pub fn elements(&self) -> View<'a, F, D::Larger> {
        View {
            raw: match self.raw.elements() {
                Some(raw) => raw,
                None => too_many_elements(),
            },
        }
    }
}

impl<'a, T: Element, D: Dimension> ViewMut<'a, T, D> {
    pub(crate) fn from_raw(raw: RawMut<'a, T, D>) -> Self {
        Self { raw }
    }

    #[inline(always)]
    fn raw(&self) -> &Raw<'_, T, D> {
        self.raw.raw()
    }

    geometry!();

    /// The view to read through, with all the ways to read.
    pub fn view(&self) -> View<'_, T, D> {
        View { raw: self.raw().clone() }
    }

    /// A view to write through while this one waits.
    pub fn view_mut(&mut self) -> ViewMut<'_, T, D> {
        ViewMut { raw: self.raw.reborrow() }
    }

    #[cfg(feature = "rayon")]
    pub(crate) fn into_raw(self) -> RawMut<'a, T, D> {
        self.raw
    }

    /// The view to read through, for as long as the map is borrowed.
    pub fn into_view(self) -> View<'a, T, D> {
        View { raw: self.raw.into_raw() }
    }

    /// Iterates over the elements in C order, by value.
    pub fn iter(&self) -> Iter<'_, T, D> {
        Iter::new(self.raw(), Whole)
    }

    /// Writes the element at `index`: `m.set(5, value)`, `m.set([1, 2], value)`. Padding in the file stays as it is.
    ///
    /// # Panics
    ///
    /// If an index is past the end of its axis.
    #[inline]
    #[track_caller]
    pub fn set<I: IntoDimension<Dim = D>>(&mut self, index: I, value: T) {
        let index = index.into_dimension();
        if !self.raw.set(&index, value) {
            out_of_bounds(index, self.shape())
        }
    }

    /// All fields, each as a view to be written, all at once.
    pub fn columns_mut(&mut self) -> T::ColumnsMut<'_, D>
    where
        T: MmapRecord,
    {
        T::view_columns_mut(self.view_mut())
    }

    /// [`columns_mut`](Self::columns_mut) for as long as the map is borrowed.
    pub fn into_columns(self) -> T::ColumnsMut<'a, D>
    where
        T: MmapRecord,
    {
        T::view_columns_mut(self)
    }

    /// The view of one field, to be written: `m.field_mut(Trade::FIELDS.price)`.
    pub fn field_mut<F: Element>(&mut self, field: Field<T, F>) -> ViewMut<'_, F, D> {
        self.view_mut().into_field(field)
    }

    /// [`field_mut`](Self::field_mut) for as long as the map is borrowed.
    pub fn into_field<F: Element>(self, field: Field<T, F>) -> ViewMut<'a, F, D> {
        ViewMut { raw: self.raw.field(field) }
    }

    /// The view of the field with this name or title, to be written.
    ///
    /// # Errors
    ///
    /// As for [`View::field_named`].
    pub fn field_named_mut<F: Element>(&mut self, name: &str) -> Result<ViewMut<'_, F, D>> {
        Ok(self.field_mut(Field::named(name)?))
    }

    /// [`field_named_mut`](Self::field_named_mut) for as long as the map is borrowed.
    ///
    /// # Errors
    ///
    /// As for [`View::field_named`].
    pub fn into_field_named<F: Element>(self, name: &str) -> Result<ViewMut<'a, F, D>> {
        Ok(self.into_field(Field::named(name)?))
    }

    /// The part that `s![..]` names, to be written; see [`View::slice`].
    ///
    /// # Panics
    ///
    /// If a range or index is past the end of its axis, or a step is 0.
    #[track_caller]
    pub fn slice_mut<I: SliceArg<D>>(&mut self, info: I) -> ViewMut<'_, T, I::OutDim> {
        self.view_mut().into_slice(info)
    }

    /// [`slice_mut`](Self::slice_mut) for as long as the map is borrowed.
    ///
    /// # Panics
    ///
    /// As for `slice_mut`.
    #[track_caller]
    pub fn into_slice<I: SliceArg<D>>(self, info: I) -> ViewMut<'a, T, I::OutDim> {
        ViewMut { raw: self.raw.slice(&info) }
    }

    /// The sub-view at one index of an axis, to be written.
    ///
    /// # Panics
    ///
    /// If there is no such axis or index.
    #[track_caller]
    pub fn index_axis_mut(&mut self, axis: Axis, index: usize) -> ViewMut<'_, T, D::Smaller>
    where
        D: RemoveAxis,
    {
        self.view_mut().into_index_axis(axis, index)
    }

    /// [`index_axis_mut`](Self::index_axis_mut) for as long as the map is borrowed.
    ///
    /// # Panics
    ///
    /// If there is no such axis or index.
    #[track_caller]
    pub fn into_index_axis(self, axis: Axis, index: usize) -> ViewMut<'a, T, D::Smaller>
    where
        D: RemoveAxis,
    {
        ViewMut { raw: self.raw.index_axis(axis, index) }
    }

    /// Iterates over the sub-views at each index of an axis, to be written.
    ///
    /// # Panics
    ///
    /// If there is no such axis.
    #[track_caller]
    pub fn axis_iter_mut(&mut self, axis: Axis) -> AxisIterMut<'_, T, D>
    where
        D: RemoveAxis,
    {
        AxisIterMut::new(self.raw.reborrow(), axis)
    }

    /// Iterates over chunks of `size` indices of an axis, to be written; the last may have fewer.
    ///
    /// # Panics
    ///
    /// If there is no such axis, or `size` is 0.
    #[track_caller]
    pub fn axis_chunks_mut(&mut self, axis: Axis, size: usize) -> AxisChunksMut<'_, T, D> {
        AxisChunksMut::new(self.raw.reborrow(), axis, size)
    }

    /// The view with its axes in reverse order.
    #[must_use]
    pub fn t(self) -> Self {
        let axes = reversed(self.ndim());
        ViewMut { raw: self.raw.permuted_axes(&axes) }
    }

    /// The view with its axes in another order; see [`View::permuted_axes`].
    ///
    /// # Panics
    ///
    /// If `axes` does not name each axis once.
    #[must_use]
    #[track_caller]
    pub fn permuted_axes<I: IntoDimension<Dim = D>>(self, axes: I) -> Self {
        ViewMut { raw: self.raw.permuted_axes(&axes.into_dimension()) }
    }

    /// The parts before and from `index` along an axis, both to be written.
    ///
    /// # Panics
    ///
    /// If there is no such axis or `index` is past its end.
    #[track_caller]
    pub fn split_at(self, axis: Axis, index: usize) -> (Self, Self) {
        let (left, right) = self.raw.split_at(axis, index);
        (ViewMut { raw: left }, ViewMut { raw: right })
    }

    /// The same view with a number of axes that is known only at run time.
    pub fn into_dyn(self) -> ViewMut<'a, T, IxDyn> {
        ViewMut { raw: self.raw.into_dyn() }
    }

    /// The same view with a number of axes that is known while compiling.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::RankMismatch`] if it has another number of axes.
    pub fn into_dimensionality<E: Dimension>(self) -> Result<ViewMut<'a, T, E>> {
        let ndim = self.ndim();
        let raw = self.raw.into_dimensionality().ok_or_else(|| wrong_rank::<E>(ndim))?;
        Ok(ViewMut { raw })
    }
}

impl<'a, F: Element, D: Dimension, const N: usize> ViewMut<'a, [F; N], D> {
    /// The elements of array elements along a new last axis, to be written; see [`View::elements`].
    ///
    /// # Panics
    ///
    /// If the number of elements does not fit `isize`, which takes a view of no bytes.
    #[track_caller]
    pub fn elements_mut(&mut self) -> ViewMut<'_, F, D::Larger> {
        self.view_mut().into_elements()
    }

    /// [`elements_mut`](Self::elements_mut) for as long as the map is borrowed.
    ///
    /// # Panics
    ///
    /// As for `elements_mut`.
    #[track_caller]
    pub fn into_elements(self) -> ViewMut<'a, F, D::Larger> {
        ViewMut {
            raw: match self.raw.elements() {
                Some(raw) => raw,
                None => too_many_elements(),
            },
        }
    }
}

fn reversed<D: Dimension>(ndim: usize) -> D {
    let mut axes = D::zeros(ndim);
    for axis in 0..ndim {
        axes[axis] = ndim - 1 - axis;
    }
    axes
}

fn wrong_rank<E: Dimension>(ndim: usize) -> Error {
    let wanted = E::NDIM.unwrap_or(0);
    let message =
        format!("the view has {ndim} axes, not {wanted}; ask for {ndim}, or for IxDyn, which is any number");
    Error::new(ErrorKind::RankMismatch, message)
}

/// Takes the index by value, which so needs no place in memory where it is within bounds.
#[cold]
#[track_caller]
fn out_of_bounds<D: Dimension>(index: D, shape: &[usize]) -> ! {
    let (indices, axes) = (index.ndim(), shape.len());
    assert!(indices == axes, "{indices} indices for {axes} axes: index {:?}, shape {shape:?}", index.slice());
    panic!("index {:?} is out of bounds for shape {shape:?}", index.slice())
}

#[cold]
#[track_caller]
fn too_many_elements() -> ! {
    panic!("the number of elements does not fit isize")
}
