//! Views of arrays whose dtype is known only at run time, to be written.

use ndarray::{Axis, Dimension, IntoDimension, IxDyn, SliceArg};

use super::{DynIter, DynView, DynViewMut, Value, mismatch, no_such_field, path, too_many};
use crate::{
    dtype::DType,
    element::Element,
    error::Result,
    view::{
        ViewMut, out_of_bounds,
        raw::{DynRaw, DynRawMut},
    },
};

impl<'a> DynViewMut<'a> {
    pub(crate) fn from_raw(raw: DynRawMut<'a>) -> Result<Self> {
        let error = too_many(raw.raw().shape(), raw.raw().dtype());
        Ok(Self { raw: raw.axes().ok_or(error)? })
    }

    /// Bytes in memory as an array of this dtype with one axis, at any alignment, to be written.
    ///
    /// ```
    /// use mmrec::{DynView, DynViewMut};
    ///
    /// let (narrow, wide) = ("('<u2', (2,))".parse()?, "('>u4', (2,))".parse()?);
    /// let mut bytes = [0; 8];
    /// DynViewMut::from_bytes(&mut bytes, &wide)?.assign_by_name(DynView::from_bytes(&[1, 0, 2, 0], &narrow)?)?;
    /// assert_eq!(bytes, [0, 0, 0, 1, 0, 0, 0, 2]);
    /// # Ok::<(), mmrec::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As for [`DynView::from_bytes`].
    ///
    /// NumPy: `numpy.frombuffer` of a `bytearray`.
    pub fn from_bytes(to: &'a mut [u8], dtype: &DType) -> Result<Self> {
        let shape = IxDyn(DynView::from_bytes(to, dtype)?.shape().get(..1).unwrap_or_default());
        match DynRawMut::of_bytes(to, shape, dtype.clone()) {
            Some(raw) => Self::from_raw(raw),
            None => unreachable!("there are as many bytes as the elements take"),
        }
    }

    /// The view to read through, with all the ways to read.
    pub fn view(&self) -> DynView<'_> {
        DynView { raw: self.raw.raw() }
    }

    /// A view to write through while this one waits.
    pub fn view_mut(&mut self) -> DynViewMut<'_> {
        DynViewMut { raw: self.raw.reborrow() }
    }

    /// The view to read through, for as long as the map is borrowed.
    pub fn into_view(self) -> DynView<'a> {
        DynView { raw: self.raw.into_raw() }
    }

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
        self.shape().iter().product()
    }

    /// Whether there is no element.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many **bytes** lie between neighbours along each axis; see [`DynView::strides`].
    pub fn strides(&self) -> &[isize] {
        self.raw.strides()
    }

    /// Bytes from the start of the file, or of the memory, to the first element; see [`DynView::byte_offset`].
    pub fn byte_offset(&self) -> u64 {
        self.raw.raw().offset()
    }

    /// The dtype of the elements.
    pub fn dtype(&self) -> &DType {
        self.raw.dtype()
    }

    /// A copy of the element at `index`, or `None` past the end; see [`DynView::get`].
    pub fn get<I: IntoDimension>(&self, index: I) -> Option<Value> {
        self.view().get(index)
    }

    /// A copy of the element at `index`; see [`DynView::at`].
    ///
    /// # Panics
    ///
    /// If there are more or fewer indices than axes, or one is past the end of its axis.
    #[track_caller]
    pub fn at<I: IntoDimension>(&self, index: I) -> Value {
        self.view().at(index)
    }

    /// Iterates over copies of the elements in C order.
    pub fn iter(&self) -> DynIter<'_> {
        self.view().iter()
    }

    /// The view as one of elements of a Rust type, to be written; see [`DynView::typed`].
    ///
    /// # Errors
    ///
    /// As for [`DynView::typed`].
    pub fn typed_mut<T: Element, D: Dimension>(&mut self) -> Result<ViewMut<'_, T, D>> {
        self.view_mut().into_typed()
    }

    /// [`typed_mut`](Self::typed_mut) for as long as the map is borrowed.
    ///
    /// # Errors
    ///
    /// As for [`DynView::typed`].
    pub fn into_typed<T: Element, D: Dimension>(self) -> Result<ViewMut<'a, T, D>> {
        let dtype = self.dtype().clone();
        Ok(ViewMut::from_raw(self.raw.typed().map_err(|error| mismatch::<T, D>(error, &dtype))?))
    }

    /// The view of a field, to be written; see [`DynView::field`].
    ///
    /// # Errors
    ///
    /// As for [`DynView::field`].
    pub fn field_mut(&mut self, name: &str) -> Result<DynViewMut<'_>> {
        self.view_mut().into_field(name)
    }

    /// [`field_mut`](Self::field_mut) for as long as the map is borrowed.
    ///
    /// # Errors
    ///
    /// As for [`DynView::field`].
    pub fn into_field(self, name: &str) -> Result<DynViewMut<'a>> {
        let mut view = self;
        for (offset, dtype) in path(view.dtype(), name)? {
            let outer = view.dtype().clone();
            let part = view.raw.part(offset, dtype);
            view = Self::from_raw(part.ok_or_else(|| no_such_field(&outer, name))?)?;
        }
        Ok(view)
    }

    /// The part that `s![..]` names, to be written; see [`DynView::slice`].
    ///
    /// # Panics
    ///
    /// As for [`DynView::slice`].
    #[track_caller]
    pub fn slice_mut<I: SliceArg<IxDyn>>(&mut self, info: I) -> DynViewMut<'_> {
        self.view_mut().into_slice(info)
    }

    /// [`slice_mut`](Self::slice_mut) for as long as the map is borrowed.
    ///
    /// # Panics
    ///
    /// As for [`DynView::slice`].
    #[track_caller]
    pub fn into_slice<I: SliceArg<IxDyn>>(self, info: I) -> DynViewMut<'a> {
        DynViewMut { raw: self.raw.slice(&info) }
    }

    /// The sub-view at one index of an axis, to be written.
    ///
    /// # Panics
    ///
    /// If there is no such axis or index.
    #[track_caller]
    pub fn index_axis_mut(&mut self, axis: Axis, index: usize) -> DynViewMut<'_> {
        self.view_mut().into_index_axis(axis, index)
    }

    /// [`index_axis_mut`](Self::index_axis_mut) for as long as the map is borrowed.
    ///
    /// # Panics
    ///
    /// If there is no such axis or index.
    #[track_caller]
    pub fn into_index_axis(self, axis: Axis, index: usize) -> DynViewMut<'a> {
        DynViewMut { raw: self.raw.index_axis(axis, index) }
    }

    /// The view with its axes in reverse order.
    #[must_use]
    pub fn t(self) -> Self {
        let axes: Vec<_> = (0..self.ndim()).rev().collect();
        self.permuted_axes(&axes)
    }

    /// The view with its axes in another order; see [`DynView::permuted_axes`].
    ///
    /// # Panics
    ///
    /// If `axes` does not name each axis once.
    #[must_use]
    #[track_caller]
    pub fn permuted_axes(self, axes: &[usize]) -> Self {
        Self { raw: self.raw.permuted_axes(&IxDyn(axes)) }
    }

    /// The parts before and from `index` along an axis, both to be written.
    ///
    /// # Panics
    ///
    /// If there is no such axis or `index` is past its end.
    #[track_caller]
    pub fn split_at(self, axis: Axis, index: usize) -> (Self, Self) {
        let (left, right) = self.raw.split_at(axis, index);
        (Self { raw: left }, Self { raw: right })
    }

    /// Writes the element at `index`: `v.set(5, 1.5)?`. Padding stays as it is. A number of another type is converted if
    /// that loses nothing but the last digits of a float.
    ///
    /// # Errors
    ///
    /// [`DTypeMismatch`](crate::ErrorKind::DTypeMismatch) if the value is of another kind,
    /// [`Overflow`](crate::ErrorKind::Overflow) for a number out of range and
    /// [`ShapeMismatch`](crate::ErrorKind::ShapeMismatch) for a string that is too long; nothing is written then.
    ///
    /// # Panics
    ///
    /// If there are more or fewer indices than axes, or one is past the end of its axis.
    #[track_caller]
    pub fn set<I: IntoDimension>(&mut self, index: I, value: impl Into<Value>) -> Result<()> {
        let (index, value) = (index.into_dimension(), value.into().cast(self.dtype())?);
        if !self.raw.write(index.slice(), value.bytes()) {
            out_of_bounds(index, self.shape())
        }
        Ok(())
    }

    /// Writes `value` to every element; numbers are converted as by [`set`](Self::set).
    ///
    /// # Errors
    ///
    /// As for [`set`](Self::set).
    pub fn fill(&mut self, value: impl Into<Value>) -> Result<()> {
        let value = value.into().cast(self.dtype())?;
        let shape = self.shape().to_vec();
        let one = DynRaw::repeated(value.bytes(), &shape, self.dtype().clone());
        let one = one.ok_or_else(|| too_many(&shape, self.dtype()))?;
        self.assign(&DynView { raw: one })
    }
}

impl<'v> IntoIterator for &'v DynViewMut<'_> {
    type Item = Value;
    type IntoIter = DynIter<'v>;

    fn into_iter(self) -> DynIter<'v> {
        self.iter()
    }
}
