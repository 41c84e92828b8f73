//! Views of arrays whose dtype is known only at run time.

mod assign;
mod cast;
mod spaced;
mod value;
mod write;

use std::{collections::HashSet, fmt, iter::FusedIterator};

use ndarray::{Axis, Dimension, IntoDimension, IxDyn, SliceArg};

pub(crate) use self::assign::FieldCopy;
#[cfg(feature = "arrow")]
pub(crate) use self::assign::is_safe;
pub use self::{
    assign::Progress,
    value::{Datum, Value},
};
use self::{assign::by_name, spaced::Spaced};
use super::{
    View, format,
    raw::{DynRaw, DynRawMut, Mismatch},
};
use crate::{
    dtype::{DType, DTypeField, ShapeText},
    element::Element,
    error::{Error, ErrorKind, Result},
    field::short_name,
};

/// A strided array of elements whose dtype is known only at run time, to be read: the untyped twin of [`View`].
///
/// It has the fields, axes and slices that NumPy's arrays have. Where a Rust type is known after all,
/// [`typed`](Self::typed) gives a [`View`] of the same places, with all its speed; single elements come out as [`Value`]s.
///
/// ```
/// use mmrec::{DynMap, Ix1, s};
///
/// # let path = std::env::temp_dir().join(format!("mmrec-doc-dyn-view-{}.npy", std::process::id()));
/// # DynMap::options().dtype("[('ts', '<u8'), ('pos', [('x', '<f4'), ('y', '<f4')])]".parse()?).shape(10)
/// #     .create_npy(&path)?.field_mut("pos.x")?.set(3, 1.5f32)?;
/// let map = DynMap::open(&path)?;                       // any .npy
/// let x = map.view().field("pos.x")?;
/// assert_eq!(x.slice(s![2..5]).to_string(), "[0.  1.5 0. ]");
/// assert_eq!(x.typed::<f32, Ix1>()?.sum(), 1.5);
/// assert_eq!(map.at(3).to_string(), "(0, (1.5, 0.0))");
/// # std::fs::remove_file(path).unwrap();
/// # Ok::<(), mmrec::Error>(())
/// ```
///
/// Elements that are arrays add their axes at the end, so the dtype of a view is a scalar or a record.
///
/// NumPy: `numpy.ndarray` of any dtype.
#[derive(Clone)]
pub struct DynView<'a> {
    /// Its dtype is no sub-array.
    raw: DynRaw<'a>,
}

/// A strided array of elements whose dtype is known only at run time, to be read and written.
///
/// [`view`](Self::view) has the ways to read. Methods in `_mut` borrow the view, and methods in `into_` use it up.
///
/// ```
/// use mmrec::{DynMap, s};
///
/// # let path = std::env::temp_dir().join(format!("mmrec-doc-dyn-view-mut-{}.npy", std::process::id()));
/// let dtype = "[('id', '<u2'), ('xy', '<f4', (2,))]".parse()?;
/// let mut map = DynMap::options().dtype(dtype).shape(3).create_npy(&path)?;
/// let mut view = map.view_mut();
/// view.field_mut("id")?.fill(7)?;
/// view.field_mut("xy")?.slice_mut(s![1.., 0]).fill(0.5)?;
/// assert_eq!(view.field_mut("xy")?.at([2, 0]).as_f64(), Some(0.5));
/// assert_eq!(map.to_string(), "[(7, [0. , 0. ]) (7, [0.5, 0. ]) (7, [0.5, 0. ])]");
/// # std::fs::remove_file(path).unwrap();
/// # Ok::<(), mmrec::Error>(())
/// ```
pub struct DynViewMut<'a> {
    /// Its dtype is no sub-array.
    raw: DynRawMut<'a>,
}

/// Iterates over the elements of a [`DynView`] in C order.
#[derive(Clone)]
#[must_use = "iterators do nothing until they are used"]
pub struct DynIter<'a> {
    view: DynView<'a>,
    next: usize,
    end: usize,
}

macro_rules! geometry {
    () => {
        /// The number of elements along each axis.
        pub fn shape(&self) -> &[usize] {
            self.raw.shape()
        }

        /// The number of axes.
        pub fn ndim(&self) -> usize {
            self.shape().len()
        }

        /// The number of elements: the product of the shape.
        pub fn len(&self) -> usize {
            self.raw.len()
        }

        /// Whether there is no element.
        pub fn is_empty(&self) -> bool {
            self.len() == 0
        }

        /// How many **bytes** lie between neighbours along each axis; negative where the axis runs backwards.
        ///
        /// NumPy: `array.strides`.
        pub fn strides(&self) -> &[isize] {
            self.raw.strides()
        }

        /// Bytes from the start of the file, or of the memory, to the first element, the one whose indices are all 0.
        pub fn byte_offset(&self) -> u64 {
            self.raw.offset()
        }

        /// The dtype of the elements.
        ///
        /// NumPy: `array.dtype`.
        pub fn dtype(&self) -> &DType {
            self.raw.dtype()
        }

        /// A copy of the element at `index`, or `None` past the end: `v.get(5)`, `v.get([1, 2])`, `v.get(&[1, 2][..])`.
        pub fn get<I: IntoDimension>(&self, index: I) -> Option<Value> {
            let bytes = self.raw.read(index.into_dimension().slice())?;
            Some(Value::stored(self.dtype().clone(), bytes))
        }

        /// A copy of the element at `index`: `v.at(5)`, `v.at([1, 2])`.
        ///
        /// # Panics
        ///
        /// If there are more or fewer indices than axes, or one is past the end of its axis.
        #[track_caller]
        pub fn at<I: IntoDimension>(&self, index: I) -> Value {
            let index = index.into_dimension();
            match self.raw.read(index.slice()) {
                Some(bytes) => Value::stored(self.dtype().clone(), bytes),
                None => super::out_of_bounds(index, self.shape()),
            }
        }
    };
}

impl<'a> DynView<'a> {
    /// The array, with the axes of its elements as axes of its own.
    pub(crate) fn from_raw(raw: DynRaw<'a>) -> Result<Self> {
        Ok(Self { raw: raw.axes().ok_or_else(|| too_many(raw.shape(), raw.dtype()))? })
    }

    pub(crate) fn raw(&self) -> &DynRaw<'a> {
        &self.raw
    }

    /// Bytes in memory as an array of this dtype with one axis, at any alignment.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::SizeNotMultiple`] if they are no whole number of elements.
    ///
    /// NumPy: `numpy.frombuffer`.
    pub fn from_bytes(from: &'a [u8], dtype: &DType) -> Result<Self> {
        let itemsize = dtype.itemsize();
        let raw = DynRaw::of_bytes(from, dtype.clone()).ok_or_else(|| {
            let message = format!(
                "{} bytes are not a whole number of {dtype}, which has {itemsize}; give fewer, or another dtype",
                from.len()
            );
            Error::new(ErrorKind::SizeNotMultiple, message)
        })?;
        Self::from_raw(raw)
    }

    geometry!();

    /// The view as one of elements of a Rust type: `v.typed::<f64, Ix1>()`, with `IxDyn` for any number of axes. `T` may be
    /// an array type that takes up the last axes.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::DTypeMismatch`], with the fields that differ, if the elements are not `T`;
    /// [`ErrorKind::RankMismatch`] for another number of axes.
    pub fn typed<T: Element, D: Dimension>(&self) -> Result<View<'a, T, D>> {
        let raw = self.raw.typed().map_err(|error| mismatch::<T, D>(error, self.dtype()))?;
        Ok(View::from_raw(raw))
    }

    /// The view of the field with this name or title: `v.field("price")`. `a.b` reaches into a nested record, unless there is
    /// a field of just that name. A field that is an array adds its axes.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NoSuchField`], which lists the fields there are.
    ///
    /// NumPy: `array['price']`, `array['a']['b']`.
    pub fn field(&self, name: &str) -> Result<DynView<'a>> {
        let mut view = self.clone();
        for (offset, dtype) in path(self.dtype(), name)? {
            view = Self::from_raw(view.raw.part(offset, dtype).unwrap_or(view.raw))?;
        }
        Ok(view)
    }

    /// Several fields, as records that have no others: `v.fields(["ts", "price"])`. The fields come in this order, where they
    /// lie in the records, and the itemsize is that of the whole record, so nothing is copied.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NoSuchField`] for a name that is none of this record's, such as a path or a title; [`ErrorKind::BadDescr`] for one that comes
    /// twice.
    ///
    /// NumPy: `array[['ts', 'price']]`.
    pub fn fields<N: AsRef<str>>(&self, names: impl IntoIterator<Item = N>) -> Result<DynView<'a>> {
        let raw = self.raw.part(0, chosen(self.dtype(), names)?);
        Ok(Self { raw: raw.unwrap_or_else(|| self.raw.clone()) })
    }

    /// The scalars of records as a last axis, without copying, where all are of one type and evenly spaced: four `<f4` fields,
    /// or nested records and arrays of such.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::DTypeMismatch`] if the scalars are of several types or not evenly spaced, or there is none.
    ///
    /// NumPy: `numpy.lib.recfunctions.structured_to_unstructured(array, copy=False)`, which copies where it has to.
    pub fn structured_to_unstructured(&self) -> Result<DynView<'a>> {
        Ok(Self { raw: Spaced::of(self.dtype())?.in_array(&self.raw)? })
    }

    /// The part that `s![..]` names: `v.slice(s![10..20])`, `v.slice(s![.., ..;2])`; a `&[SliceInfoElem]` for a number of
    /// axes known only at run time.
    ///
    /// # Panics
    ///
    /// If there are more or fewer parts than axes, a range or index is past the end of its axis, or a step is 0.
    #[track_caller]
    pub fn slice<I: SliceArg<IxDyn>>(&self, info: I) -> DynView<'a> {
        Self { raw: self.raw.slice(&info) }
    }

    /// The sub-view at one index of an axis, which goes away.
    ///
    /// # Panics
    ///
    /// If there is no such axis or index.
    #[track_caller]
    pub fn index_axis(&self, axis: Axis, index: usize) -> DynView<'a> {
        Self { raw: self.raw.index_axis(axis, index) }
    }

    /// Iterates over the sub-views at each index of an axis.
    ///
    /// # Panics
    ///
    /// If there is no such axis.
    #[track_caller]
    pub fn axis_iter(
        &self,
        axis: Axis,
    ) -> impl DoubleEndedIterator<Item = DynView<'a>> + ExactSizeIterator + FusedIterator + Clone + use<'a>
    {
        let (view, len) = (self.clone(), self.raw.axis_len(axis));
        (0..len).map(move |index| view.index_axis(axis, index))
    }

    /// The view with its axes in reverse order.
    ///
    /// NumPy: `array.T`.
    #[must_use]
    pub fn t(&self) -> Self {
        let axes: Vec<_> = (0..self.ndim()).rev().collect();
        Self { raw: self.raw.permuted_axes(&IxDyn(&axes)) }
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
    pub fn permuted_axes(&self, axes: &[usize]) -> Self {
        Self { raw: self.raw.permuted_axes(&IxDyn(axes)) }
    }

    /// The parts before and from `index` along an axis.
    ///
    /// # Panics
    ///
    /// If there is no such axis or `index` is past its end.
    #[track_caller]
    pub fn split_at(&self, axis: Axis, index: usize) -> (Self, Self) {
        let (left, right) = self.raw.split_at(axis, index);
        (Self { raw: left }, Self { raw: right })
    }

    /// Iterates over copies of the elements in C order. Each takes some 100 ns; [`typed`](Self::typed) views are for speed.
    pub fn iter(&self) -> DynIter<'a> {
        DynIter { view: self.clone(), next: 0, end: self.len() }
    }

    /// The bytes of all elements in C order, one after another; padding is 0.
    ///
    /// NumPy: `array.tobytes()`, which copies padding, too, or leaves it undefined.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![0; self.len() * self.dtype().itemsize()];
        let to = DynRawMut::of_bytes(&mut bytes, IxDyn(self.shape()), self.dtype().clone());
        if let Some(raw) = to {
            // Of one shape and dtype, so nothing can fail.
            let _ = (DynViewMut { raw }).assign(self);
        }
        bytes
    }
}

/// The way to a field: the offset of each field in the one before, and its dtype.
fn path(dtype: &DType, name: &str) -> Result<Vec<(usize, DType)>> {
    fn steps<'a>(dtype: &'a DType, name: &str, found: &mut Vec<&'a DTypeField>) -> bool {
        let dtype = dtype.without_axes().0;
        if let Some(field) = dtype.field(name) {
            found.push(field);
            return true;
        }
        name.match_indices('.').any(|(dot, _)| {
            let Some(outer) = dtype.field(&name[..dot]) else { return false };
            found.push(outer);
            let is_found = steps(outer.dtype(), &name[dot + 1..], found);
            if !is_found {
                found.pop();
            }
            is_found
        })
    }
    let mut found = Vec::new();
    match steps(dtype, name, &mut found) {
        true => Ok(found.into_iter().map(|field| (field.offset(), field.dtype().clone())).collect()),
        false => Err(no_such_field(dtype, name)),
    }
}

/// The record of these fields of a record, where they are.
fn chosen<N: AsRef<str>>(dtype: &DType, names: impl IntoIterator<Item = N>) -> Result<DType> {
    let (there, mut seen) = (by_name(dtype), HashSet::new());
    let fields: Result<Vec<DTypeField>> = names
        .into_iter()
        .map(|name| {
            let name = name.as_ref();
            let Some(&field) = there.get(name) else {
                let error = no_such_field(dtype, name);
                return Err(match path(dtype, name) {
                    Ok(_) => error.with_hint("take a field of a nested record, or a title, with .field()"),
                    Err(_) => error,
                });
            };
            if !seen.insert(field.name()) {
                return Err(Error::new(
                    ErrorKind::BadDescr,
                    format!("field `{name}` is asked for twice; leave one out"),
                ));
            }
            Ok(field.clone())
        })
        .collect();
    DType::with_offsets(fields?, dtype.itemsize())
}

pub(crate) fn no_such_field(dtype: &DType, name: &str) -> Error {
    let names: Vec<_> = dtype.fields().iter().map(|field| format!("`{}`", field.name())).collect();
    let there = match names.is_empty() {
        true => "it has no fields".to_owned(),
        false => format!("its fields are: {}", names.join(", ")),
    };
    Error::new(ErrorKind::NoSuchField, format!("no field `{name}` in {dtype}; {there}"))
}

fn too_many(shape: &[usize], dtype: &DType) -> Error {
    let message = format!(
        "shape {} of {dtype} has more elements than there are addresses; take a part of it",
        ShapeText(shape)
    );
    Error::new(ErrorKind::Overflow, message)
}

fn mismatch<T: Element, D: Dimension>(mismatch: Mismatch, found: &DType) -> Error {
    match mismatch {
        Mismatch::Rank(ndim) => super::wrong_rank::<D>(ndim),
        Mismatch::DType => {
            let name = short_name::<T>();
            let difference = T::DTYPE.difference(name, found, "the view").unwrap_or_else(|| {
                format!("the axes of {} are not the last ones of the view, in C order", T::DTYPE)
            });
            let or_field = if found.is_record() { ", or take a field" } else { "" };
            let message = format!(
                "the elements are not {name}; ask for the type of their dtype{or_field}\n{difference}"
            );
            Error::new(ErrorKind::DTypeMismatch, message)
        }
    }
}

impl<'a, T: Element, D: Dimension> View<'a, T, D> {
    /// The same places as a view whose dtype is known at run time.
    ///
    /// # Panics
    ///
    /// If the number of elements does not fit `isize`, which takes elements that are arrays, and a view of no bytes.
    #[track_caller]
    pub fn untyped(&self) -> DynView<'a> {
        match DynView::from_raw(DynRaw::of_typed(self.raw())) {
            Ok(view) => view,
            Err(_) => super::too_many_elements(),
        }
    }

    /// The scalars of records as a last axis, without copying, where all are `F` and evenly spaced; see
    /// [`DynView::structured_to_unstructured`].
    ///
    /// ```
    /// use mmrec::{MmapRecord, View};
    ///
    /// #[derive(Clone, Copy, MmapRecord)]
    /// #[repr(C)]
    /// struct Point {
    ///     x: f32,
    ///     y: f32,
    ///     z: f32,
    /// }
    ///
    /// let points = [Point { x: 1.0, y: 2.0, z: 3.0 }, Point { x: 4.0, y: 5.0, z: 6.0 }];
    /// let xyz = View::from_slice(&points).structured_to_unstructured::<f32>()?;
    /// assert_eq!(xyz.shape(), [2, 3]);
    /// assert_eq!(xyz.to_vec(), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    /// # Ok::<(), mmrec::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::DTypeMismatch`] if the scalars are not all `F`, or not evenly spaced.
    ///
    /// NumPy: `numpy.lib.recfunctions.structured_to_unstructured(array, copy=False)`.
    pub fn structured_to_unstructured<F: Element>(&self) -> Result<View<'a, F, D::Larger>> {
        DynView { raw: Spaced::of(T::DTYPE)?.in_array(&DynRaw::of_typed(self.raw()))? }.typed()
    }
}

impl<'a> From<&DynView<'a>> for DynView<'a> {
    fn from(view: &DynView<'a>) -> Self {
        view.clone()
    }
}

impl<'v> From<&'v DynViewMut<'_>> for DynView<'v> {
    fn from(view: &'v DynViewMut<'_>) -> Self {
        view.view()
    }
}

impl<'a, T: Element, D: Dimension> From<View<'a, T, D>> for DynView<'a> {
    fn from(view: View<'a, T, D>) -> Self {
        view.untyped()
    }
}

impl<'a, T: Element, D: Dimension> From<&View<'a, T, D>> for DynView<'a> {
    fn from(view: &View<'a, T, D>) -> Self {
        view.untyped()
    }
}

impl Iterator for DynIter<'_> {
    type Item = Value;

    fn next(&mut self) -> Option<Value> {
        self.nth(0)
    }

    fn nth(&mut self, n: usize) -> Option<Value> {
        let at = self.next.saturating_add(n).min(self.end);
        self.next = at.saturating_add(1).min(self.end);
        if at < self.end { self.view.nth(at) } else { None }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.end - self.next;
        (left, Some(left))
    }
}

impl DoubleEndedIterator for DynIter<'_> {
    fn next_back(&mut self) -> Option<Value> {
        if self.next == self.end {
            return None;
        }
        self.end -= 1;
        self.view.nth(self.end)
    }
}

impl ExactSizeIterator for DynIter<'_> {}
impl FusedIterator for DynIter<'_> {}

impl DynView<'_> {
    /// The element with this number in C order.
    fn nth(&self, at: usize) -> Option<Value> {
        let mut index = vec![0; self.ndim()];
        let mut rest = at;
        for (i, &len) in index.iter_mut().zip(self.shape()).rev() {
            (*i, rest) = (rest.checked_rem(len)?, rest.checked_div(len)?);
        }
        self.get(index)
    }
}

impl<'a> IntoIterator for DynView<'a> {
    type Item = Value;
    type IntoIter = DynIter<'a>;

    fn into_iter(self) -> DynIter<'a> {
        self.iter()
    }
}

impl<'a> IntoIterator for &DynView<'a> {
    type Item = Value;
    type IntoIter = DynIter<'a>;

    fn into_iter(self) -> DynIter<'a> {
        self.iter()
    }
}

/// As NumPy's `str(array)`: more than 1000 elements are shown by three at each end of each axis.
impl fmt::Display for DynView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        format::write_array(f, self.dtype(), self.shape(), &|index| self.raw.read(index).unwrap_or_default())
    }
}

/// As NumPy's `repr(array)`, with the dtype as a header has it, padding and all.
impl fmt::Debug for DynView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let item = |index: &[usize]| self.raw.read(index).unwrap_or_default();
        format::write_repr(f, "DynView", self.dtype(), self.shape(), &item)
    }
}

impl fmt::Display for DynViewMut<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.view(), f)
    }
}

impl fmt::Debug for DynViewMut<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let view = self.view();
        let item = |index: &[usize]| view.raw.read(index).unwrap_or_default();
        format::write_repr(f, "DynViewMut", self.dtype(), self.shape(), &item)
    }
}

impl fmt::Debug for DynIter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DynIter({} left)", self.len())
    }
}
