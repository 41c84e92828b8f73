//! Arrays whose dtype is known only at run time, on the same pointer arithmetic.

use ndarray::{Axis, Dimension, IxDyn, SliceArg};

use super::{Bytes, Raw, RawMut, Strides, checked_count};
use crate::{
    dtype::DType,
    element::{
        Element, Known,
        bulk::{self, Part},
    },
};

/// Stands for elements whose dtype is known only at run time. There is no value of it.
pub(crate) enum Untyped {}

/// A strided array of elements of a dtype.
///
/// Invariant D1: R1 and R2 hold for `raw`, with `dtype.itemsize()` bytes at each place, which are stored elements of the
/// dtype as far as fields take them up.
#[derive(Clone)]
pub(crate) struct DynRaw<'a> {
    pub(super) raw: Raw<'a, Untyped, IxDyn>,
    dtype: DType,
}

/// A [`DynRaw`] through which bytes may be written.
///
/// Invariant W4: W1 and W3 hold for `raw`, and any bytes may be stored there, as in a file.
pub(crate) struct DynRawMut<'a> {
    raw: RawMut<'a, Untyped, IxDyn>,
    dtype: DType,
}

/// Why an array is not one of a Rust type.
pub(crate) enum Mismatch {
    /// The dtypes differ.
    DType,
    /// It has this many axes.
    Rank(usize),
}

impl<'a> DynRaw<'a> {
    /// An array without gaps from the start of `bytes`; `None` if they are too few or a size overflows.
    pub(crate) fn contiguous(
        bytes: Bytes<'a>,
        shape: IxDyn,
        dtype: DType,
        fortran: bool,
        offset: u64,
    ) -> Option<Self> {
        let itemsize = dtype.itemsize();
        let strides = Strides::contiguous(&shape, itemsize, fortran)?;
        let count = checked_count(shape.slice())?;
        if count.checked_mul(itemsize)? > bytes.len {
            return None;
        }
        // D1: the last place ends at `count * itemsize`, within the bytes of B1; R2: `checked_count`.
        let raw = Raw { ptr: bytes.ptr, dim: shape, strides, offset, life: std::marker::PhantomData };
        Some(Self { raw, dtype })
    }

    /// The elements in bytes, with one axis; `None` if they are no whole number.
    pub(crate) fn of_bytes(from: &'a [u8], dtype: DType) -> Option<Self> {
        let len = super::reference::whole(from.len(), dtype.itemsize())?;
        // SAFETY: B1: a slice is one allocation of at most `isize::MAX` bytes, which can be read for `'a`.
        let bytes = unsafe { Bytes::new(from.as_ptr().cast_mut(), from.len()) };
        Self::contiguous(bytes, IxDyn(&[len]), dtype, false, 0)
    }

    /// The same element at every index of a shape; `None` if the bytes are too few or a size overflows.
    pub(crate) fn repeated(element: &'a [u8], shape: &[usize], dtype: DType) -> Option<Self> {
        checked_count(shape)?;
        // SAFETY: B1: as for `of_bytes`.
        let bytes = unsafe { Bytes::new(element.as_ptr().cast_mut(), element.len()) };
        let one = Self::contiguous(bytes, IxDyn(&[]), dtype.clone(), false, 0)?;
        // R1: every place is that of the one element.
        one.strided(shape.to_vec(), &vec![0; shape.len()], dtype)
    }

    /// # Safety
    ///
    /// R1 holds for `'b` too.
    pub(crate) unsafe fn with_lifetime<'b>(self) -> DynRaw<'b> {
        // SAFETY: passed on from the caller.
        let raw = unsafe { self.raw.with_lifetime() };
        DynRaw { raw, dtype: self.dtype }
    }

    /// The array of a typed view.
    pub(crate) fn of_typed<T: Element, D: Dimension>(raw: &Raw<'a, T, D>) -> Self {
        // D1: an element has the size of its dtype and holds what that says (Element, 1), of which every byte is initialised
        // in memory too (Element, 5).
        Self { raw: raw.clone().into_dyn().retyped(), dtype: T::DTYPE.clone() }
    }

    /// The array as one of `T`, if its elements are such. Axes at the end may be those of a `T` that is an array.
    pub(crate) fn typed<T: Element, D: Dimension>(&self) -> Result<Raw<'a, T, D>, Mismatch> {
        // Every map comes through here, so this also evaluates what the derive compares in a record with parameters.
        const { assert!(T::DTYPE.itemsize() == size_of::<T>(), "the dtype has the size of the type") };
        self.known(T::KNOWN)
    }

    /// The array as one of `T`, which is known to be an element.
    pub(crate) fn known<T, D: Dimension>(&self, known: Known<T>) -> Result<Raw<'a, T, D>, Mismatch> {
        let ndim = match self.dtype == *known.dtype {
            true => self.raw.dim.ndim(),
            false => self.axes_before(known.dtype).ok_or(Mismatch::DType)?,
        };
        let dim = IxDyn(&self.raw.dim.slice()[..ndim]);
        let mut strides = Strides::zeros(ndim);
        for axis in 0..ndim {
            strides.set(axis, self.raw.strides.get(axis));
        }
        // R1: by D1 a place has the bytes of an element of the dtype, which is that of `T`; or the bytes of all elements
        // along the axes left out, which follow each other from there. Any bytes load as a `T`.
        let raw = self.raw.moved(0, dim, strides).retyped();
        raw.into_dimensionality().ok_or(Mismatch::Rank(ndim))
    }

    /// How many axes are left if those at the end are the axes of `whole`, an array type of these elements.
    fn axes_before(&self, whole: &DType) -> Option<usize> {
        let (part, shape) = whole.without_axes();
        let ndim = self.raw.dim.ndim().checked_sub(shape.len())?;
        if *part != self.dtype || self.raw.dim.slice()[ndim..] != shape {
            return None;
        }
        if shape.contains(&0) {
            // No place, whatever the strides.
            return Some(ndim);
        }
        let follow = Strides::contiguous(&IxDyn(&shape), part.itemsize(), false)?;
        (self.raw.strides.as_slice()[ndim..] == *follow.as_slice()).then_some(ndim)
    }

    pub(crate) fn dtype(&self) -> &DType {
        &self.dtype
    }

    pub(crate) fn shape(&self) -> &[usize] {
        self.raw.dim.slice()
    }

    pub(crate) fn strides(&self) -> &[isize] {
        self.raw.strides.as_slice()
    }

    pub(crate) fn offset(&self) -> u64 {
        self.raw.offset
    }

    pub(crate) fn len(&self) -> usize {
        self.raw.len()
    }

    /// The part of each element that starts `offset` bytes into it; `None` if it ends past the element.
    pub(crate) fn part(&self, offset: usize, dtype: DType) -> Option<Self> {
        let end = offset.checked_add(dtype.itemsize())?;
        if end > self.dtype.itemsize() {
            return None;
        }
        // D1: the part lies within each element; that it holds what `dtype` says is the caller's business, and safe, for
        // any bytes can be read as anything.
        let (dim, strides) = (self.raw.dim.clone(), Strides(self.raw.strides.0.clone()));
        Some(Self { raw: self.raw.moved(offset.cast_signed(), dim, strides), dtype })
    }

    /// The axes of elements that are arrays at the end of those of the view, as NumPy has them; `None` if their product
    /// overflows.
    pub(crate) fn axes(&self) -> Option<Self> {
        let (mut dtype, mut shape) = (&self.dtype, self.shape().to_vec());
        let mut strides = self.strides().to_vec();
        while let Some((base, len)) = dtype.outer_axis() {
            shape.push(len);
            strides.push(base.itemsize().cast_signed());
            dtype = base;
        }
        self.strided(shape, &strides, dtype.clone())
    }

    /// The leaves of each element along one more axis, `count` of them, `stride` bytes apart from `offset` on; `None` if they
    /// do not lie within the element.
    pub(crate) fn leaves(&self, offset: usize, count: usize, stride: usize, leaf: DType) -> Option<Self> {
        let last = stride.checked_mul(count.saturating_sub(1))?;
        let end = offset.checked_add(last)?.checked_add(leaf.itemsize())?;
        if end > self.dtype.itemsize() {
            return None;
        }
        let first = self.part(offset, leaf.clone())?;
        let shape = [self.shape(), &[count]].concat();
        let strides = [self.strides(), &[stride.cast_signed()]].concat();
        first.strided(shape, &strides, leaf)
    }

    /// The caller sees to it that the places lie within the elements.
    fn strided(&self, shape: Vec<usize>, byte_strides: &[isize], dtype: DType) -> Option<Self> {
        // R2.
        checked_count(&shape)?;
        let mut strides = Strides::zeros(shape.len());
        byte_strides.iter().enumerate().for_each(|(axis, &stride)| strides.set(axis, stride));
        Some(Self { raw: self.raw.moved(0, IxDyn(&shape), strides), dtype })
    }

    #[track_caller]
    pub(crate) fn axis_len(&self, axis: Axis) -> usize {
        self.raw.axis_len(axis.index())
    }

    #[track_caller]
    pub(crate) fn slice<I: SliceArg<IxDyn>>(&self, info: &I) -> Self {
        Self { raw: self.raw.slice(info).into_dyn(), dtype: self.dtype.clone() }
    }

    #[track_caller]
    pub(crate) fn index_axis(&self, axis: Axis, index: usize) -> Self {
        Self { raw: self.raw.index_axis(axis, index), dtype: self.dtype.clone() }
    }

    #[track_caller]
    pub(crate) fn permuted_axes(&self, axes: &IxDyn) -> Self {
        Self { raw: self.raw.permuted_axes(axes), dtype: self.dtype.clone() }
    }

    #[track_caller]
    pub(crate) fn split_at(&self, axis: Axis, index: usize) -> (Self, Self) {
        let (left, right) = self.raw.split_at(axis, index);
        (Self { raw: left, dtype: self.dtype.clone() }, Self { raw: right, dtype: self.dtype.clone() })
    }

    /// The bytes of the element at `index`, padding as zeros; `None` outside the shape.
    pub(crate) fn read(&self, index: &[usize]) -> Option<Vec<u8>> {
        let place = self.raw.place(&IxDyn(index))?;
        let mut bytes = vec![0; self.dtype.itemsize()];
        self.dtype.each_leaf(0, &mut |at, scalar, count| {
            let to = bytes[at..][..count * scalar.size()].as_mut_ptr();
            // SAFETY: D1, for an index within the shape and bytes of a leaf within the element; as many were just seen in
            // the buffer, which is nobody else's.
            unsafe { bulk::copy_scalars(place.wrapping_add(at), to, scalar.size(), count) };
        });
        Some(bytes)
    }
}

impl<'a> DynRawMut<'a> {
    /// # Safety
    ///
    /// W4.
    pub(crate) unsafe fn new(raw: DynRaw<'a>) -> Self {
        let DynRaw { raw, dtype } = raw;
        // SAFETY: passed on from the caller.
        Self { raw: unsafe { RawMut::new(raw) }, dtype }
    }

    /// An array without gaps in bytes; `None` if they are too few or a size overflows.
    pub(crate) fn of_bytes(from: &'a mut [u8], shape: IxDyn, dtype: DType) -> Option<Self> {
        // SAFETY: B1: as for `DynRaw::of_bytes`.
        let bytes = unsafe { Bytes::new(from.as_mut_ptr(), from.len()) };
        // W4: the bytes are borrowed mutably for `'a`, and any bytes are valid ones.
        DynRaw::contiguous(bytes, shape, dtype, false, 0).map(Self::of)
    }

    pub(crate) fn shape(&self) -> &[usize] {
        self.raw.raw.dim.slice()
    }

    pub(crate) fn strides(&self) -> &[isize] {
        self.raw.raw.strides.as_slice()
    }

    pub(crate) fn dtype(&self) -> &DType {
        &self.dtype
    }

    pub(crate) fn raw(&self) -> DynRaw<'_> {
        DynRaw { raw: self.raw.raw.clone(), dtype: self.dtype.clone() }
    }

    pub(crate) fn reborrow(&mut self) -> DynRawMut<'_> {
        DynRawMut { raw: self.raw.reborrow(), dtype: self.dtype.clone() }
    }

    /// W4: the caller sees to it that the places are those of an array to be written that is gone, or lie within them,
    /// and that those of different indices do not overlap.
    fn of(raw: DynRaw<'a>) -> Self {
        Self { raw: RawMut::of(raw.raw), dtype: raw.dtype }
    }

    pub(crate) fn into_raw(self) -> DynRaw<'a> {
        DynRaw { raw: self.raw.into_raw(), dtype: self.dtype }
    }

    /// The array as one of `T`, which is known to be an element, to be written.
    pub(crate) fn known<T, D: Dimension>(self, known: Known<T>) -> Result<RawMut<'a, T, D>, Mismatch> {
        // W1, W3: the same places, by W4.
        Ok(RawMut::of(self.into_raw().known(known)?))
    }

    /// The array as one of `T`, to be written; see [`DynRaw::typed`].
    pub(crate) fn typed<T: Element, D: Dimension>(self) -> Result<RawMut<'a, T, D>, Mismatch> {
        // W1, W3: the same places, by W4.
        Ok(RawMut::of(self.into_raw().typed()?))
    }

    pub(crate) fn part(self, offset: usize, dtype: DType) -> Option<Self> {
        Some(Self::of(self.into_raw().part(offset, dtype)?))
    }

    pub(crate) fn axes(self) -> Option<Self> {
        Some(Self::of(self.into_raw().axes()?))
    }

    #[track_caller]
    pub(crate) fn slice<I: SliceArg<IxDyn>>(self, info: &I) -> Self {
        Self::of(self.into_raw().slice(info))
    }

    #[track_caller]
    pub(crate) fn index_axis(self, axis: Axis, index: usize) -> Self {
        Self::of(self.into_raw().index_axis(axis, index))
    }

    #[track_caller]
    pub(crate) fn permuted_axes(self, axes: &IxDyn) -> Self {
        Self::of(self.into_raw().permuted_axes(axes))
    }

    #[track_caller]
    pub(crate) fn split_at(self, axis: Axis, index: usize) -> (Self, Self) {
        let (left, right) = self.into_raw().split_at(axis, index);
        (Self::of(left), Self::of(right))
    }

    /// Writes the element at `index` from its bytes, those of padding left out; `false` outside the shape.
    ///
    /// # Panics
    ///
    /// If `bytes` has not the length of an element.
    pub(crate) fn write(&mut self, index: &[usize], bytes: &[u8]) -> bool {
        assert_eq!(bytes.len(), self.dtype.itemsize());
        let Some(place) = self.raw.raw.place(&IxDyn(index)) else { return false };
        self.dtype.each_leaf(0, &mut |at, scalar, count| {
            let from = bytes[at..][..count * scalar.size()].as_ptr();
            // SAFETY: D1 and W1, for an index within the shape and bytes of a leaf within the element; as many were just
            // seen in `bytes`, which is elsewhere, since nobody else in this process reaches those of the array.
            unsafe { bulk::copy_scalars(from, place.wrapping_add(at), scalar.size(), count) };
        });
        true
    }

    /// Copies parts of every element from those of an array of the same shape; `None` if a part ends past its element, and
    /// then nothing is written.
    ///
    /// # Panics
    ///
    /// If the shapes differ.
    pub(crate) fn copy_parts(&mut self, from: &DynRaw<'_>, parts: &[(usize, usize, Part)]) -> Option<()> {
        assert_eq!(self.shape(), from.shape());
        for (source, target, part) in parts {
            let end = |at: &usize| part.bytes().and_then(|bytes| at.checked_add(bytes));
            if end(source)? > from.dtype.itemsize() || end(target)? > self.dtype.itemsize() {
                return None;
            }
        }
        self.raw.with_runs_of(&from.raw, |to, from| {
            let strides = (from.stride, to.run.stride);
            for (source, target, part) in parts {
                let (src, dst) = (from.ptr.wrapping_add(*source), to.run.ptr.wrapping_add(*target));
                // SAFETY: P1 and W2 for the places of the runs, which are as long, with the bytes of D1, in which the part
                // was just seen to lie. No address is in both, since no other view reaches those of `self`.
                unsafe { bulk::copy_parts(src, dst, strides, to.len(), *part) };
            }
        });
        Some(())
    }
}
