//! The pointer arithmetic of views: shapes and byte strides over bytes that others may change.
//!
//! All of it is here, so that every other module of `view` is safe code.
#![allow(unsafe_code, reason = "the one place where a view's indices become addresses")]

mod columns;
mod large;
mod reference;
mod run;
mod untyped;
mod write;

use std::{marker::PhantomData, ptr};

use ndarray::{Axis, Dimension, RemoveAxis, SliceArg, SliceInfoElem};

pub use self::columns::{ColumnViews, ColumnViewsMut};
pub(crate) use self::{
    columns::{Fields, Rows},
    run::{Run, Runs},
    untyped::{DynRaw, DynRawMut, Mismatch},
    write::RawMut,
};
use super::{View, ViewMut};
use crate::{element::Element, field::Field, select::Select};

/// Bytes that can be read for `'a`, none of them through a reference.
#[derive(Clone, Copy)]
pub(crate) struct Bytes<'a> {
    /// Invariant B1: `len` bytes can be read here for `'a`, in one allocation or mapping of at most `isize::MAX` bytes.
    ptr: *mut u8,
    len: usize,
    life: PhantomData<&'a [u8]>,
}

impl Bytes<'_> {
    /// # Safety
    ///
    /// B1: `len` bytes, at most `isize::MAX`, can be read at `ptr` for the lifetime, others writing them or not.
    pub(crate) unsafe fn new(ptr: *mut u8, len: usize) -> Self {
        Self { ptr, len, life: PhantomData }
    }

    pub(crate) fn empty() -> Self {
        Self { ptr: ptr::dangling_mut(), len: 0, life: PhantomData }
    }
}

/// Signed byte strides, one for each axis of `D`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Strides<D>(D);

impl<D: Dimension> Strides<D> {
    fn zeros(ndim: usize) -> Self {
        Self(D::zeros(ndim))
    }

    fn get(&self, axis: usize) -> isize {
        self.0.slice()[axis].cast_signed()
    }

    fn set(&mut self, axis: usize, stride: isize) {
        self.0.slice_mut()[axis] = stride.cast_unsigned();
    }

    pub(crate) fn as_slice(&self) -> &[isize] {
        zerocopy::transmute_ref!(self.0.slice())
    }

    /// The strides of an array without gaps, as NumPy has them: an axis of no elements counts as one.
    pub(crate) fn contiguous(dim: &D, itemsize: usize, fortran: bool) -> Option<Self> {
        let mut strides = Self::zeros(dim.ndim());
        let mut stride = isize::try_from(itemsize).ok()?;
        for i in 0..dim.ndim() {
            let axis = if fortran { i } else { dim.ndim() - 1 - i };
            strides.set(axis, stride);
            stride = stride.checked_mul(isize::try_from(dim[axis].max(1)).ok()?)?;
        }
        Some(strides)
    }
}

/// A strided array of `T` in bytes that live for `'a`.
///
/// Invariants:
///
/// - R1: for every index below `dim` the place `ptr + Σ index × stride` is the start of `size_of::<T>()` bytes that can
///   be read for `'a`; the sums do not overflow. Where `T` is `Untyped`, D1 says how many bytes.
/// - R2: the product of `dim` is at most `isize::MAX`.
///
/// Addresses are computed with wrapping pointer methods, which are safe; what R1 promises makes them right.
pub(crate) struct Raw<'a, T, D> {
    ptr: *mut u8,
    dim: D,
    strides: Strides<D>,
    /// Bytes from the start of the file to `ptr`.
    offset: u64,
    life: PhantomData<(&'a [u8], T)>,
}

// SAFETY: a `Raw` only reads, by value; sending it or sharing it hands `T`s to another thread and nothing else.
unsafe impl<T: Send + Sync, D: Send> Send for Raw<'_, T, D> {}
// SAFETY: as above.
unsafe impl<T: Send + Sync, D: Sync> Sync for Raw<'_, T, D> {}

impl<T, D: Clone> Clone for Raw<'_, T, D> {
    fn clone(&self) -> Self {
        Self { dim: self.dim.clone(), strides: Strides(self.strides.0.clone()), ..*self }
    }
}

impl<T, D: Copy> Copy for Raw<'_, T, D> {}

impl<'a, T: Element, D: Dimension> Raw<'a, T, D> {
    /// An array without gaps from the start of `bytes`; `None` if they are too few or a size overflows.
    pub(crate) fn contiguous(bytes: Bytes<'a>, dim: D, fortran: bool, offset: u64) -> Option<Self> {
        // Every map is made here, so this also evaluates what the derive compares in a record with parameters.
        const { assert!(T::DTYPE.itemsize() == size_of::<T>(), "the dtype has the size of the type") };
        let strides = Strides::contiguous(&dim, size_of::<T>(), fortran)?;
        let count = checked_count(dim.slice())?;
        if count.checked_mul(size_of::<T>())? > bytes.len {
            return None;
        }
        // R1: the last place ends at `count * size_of::<T>()`, within the bytes of B1. R2: `checked_count`.
        Some(Self { ptr: bytes.ptr, dim, strides, offset, life: PhantomData })
    }

    #[inline(always)]
    pub(crate) fn get<S: Select<T>>(&self, index: &D, select: S) -> Option<S::Item> {
        let place = self.place(index)?;
        // SAFETY: R1, for an index that `place` found within the shape.
        Some(unsafe { select.load(place) })
    }

    pub(crate) fn field<F>(&self, field: Field<T, F>) -> Raw<'a, F, D> {
        let raw = self.clone();
        // R1: by F1 the field lies within each `T`.
        Raw {
            ptr: raw.ptr.wrapping_offset(field.offset().cast_signed()),
            dim: raw.dim,
            strides: raw.strides,
            offset: raw.offset + field.offset() as u64,
            life: PhantomData,
        }
    }

    /// All values in C order.
    pub(crate) fn to_vec<S: Select<T, Slots = *mut I, Item = I>, I>(&self, select: S) -> Vec<I> {
        let mut values: Vec<I> = Vec::with_capacity(self.len());
        // Rows that are written side by side are far apart, which is when huge pages cost more than they bring.
        if self.crossing_axes().is_none() {
            large::ask_for_huge_pages(values.as_mut_ptr().cast(), self.len() * size_of::<I>());
        }
        // SAFETY: there is room for as many values as the view has.
        unsafe { self.copy_to_slots(select, values.as_mut_ptr()) };
        // SAFETY: every value has been written (Select, 3).
        unsafe { values.set_len(self.len()) };
        values
    }

    /// Copies all values to a slice as long as the view, in C order.
    pub(crate) fn copy_to<S: Select<T, Slots = *mut I, Item = I>, I>(&self, select: S, to: &mut [I]) {
        assert_eq!(to.len(), self.len());
        // SAFETY: the slice has as many slots as the view has values, which are `Copy` and need no drop.
        unsafe { self.copy_to_slots(select, to.as_mut_ptr()) };
    }

    /// # Safety
    ///
    /// There are as many slots as the view has elements.
    unsafe fn copy_to_slots<S: Select<T>>(&self, select: S, slots: S::Slots) {
        if let Some(axes) = self.crossing_axes() {
            // SAFETY: passed on from the caller.
            return unsafe { self.copy_across(axes, select, slots) };
        }
        let (mut runs, mut done) = (self.runs(), 0);
        while let Some(run) = runs.next() {
            // SAFETY: the runs together have as many places as the view.
            unsafe { run.gather(select, S::slots_at(slots, done)) };
            done += run.len();
        }
    }

    /// The axis whose elements are closest in memory and the last axis, if these are two and the last goes from one cache
    /// line to another, so that to follow it alone is to read every line many times.
    fn crossing_axes(&self) -> Option<(usize, usize)> {
        const LINE: usize = 64;
        let width = |axis| self.strides.get(axis).unsigned_abs();
        let long = |&axis: &usize| self.dim[axis] > 1;
        let last = (0..self.dim.ndim()).rev().find(long)?;
        let closest = (0..last).filter(long).min_by_key(|&axis| width(axis))?;
        (width(last) >= LINE && width(closest) < width(last) && self.len() > 0).then_some((closest, last))
    }

    /// Copies eight indices of the first axis at a time, each along the last axis.
    ///
    /// # Safety
    ///
    /// As for `copy_to_slots`; the axes are two.
    unsafe fn copy_across<S: Select<T>>(&self, axes: (usize, usize), select: S, slots: S::Slots) {
        const ROWS: usize = 8;
        let ((rows, columns), ndim) = (axes, self.dim.ndim());
        // How far apart the slots of neighbours along each axis are.
        let mut steps = D::zeros(ndim);
        let mut step = 1;
        for axis in (0..ndim).rev() {
            steps[axis] = step;
            step *= self.dim[axis];
        }
        let (row, column) = (self.strides.get(rows), self.strides.get(columns));
        let mut index = D::zeros(ndim);
        loop {
            let (mut distance, mut first) = (0, 0);
            for axis in 0..ndim {
                distance += index[axis].cast_signed() * self.strides.get(axis);
                first += index[axis] * steps[axis];
            }
            let corner = self.ptr.wrapping_offset(distance);
            let count = ROWS.min(self.dim[rows] - index[rows]);
            for i in 0..self.dim[columns] {
                let top = corner.wrapping_offset(i.cast_signed() * column);
                let mut copy = |j: usize| {
                    let place = top.wrapping_offset(j.cast_signed() * row);
                    // SAFETY: R1, for an index within the shape; there is a slot for each, and its number is that of the
                    // index in C order.
                    unsafe { select.put(place, slots, first + j * steps[rows] + i) };
                };
                match count {
                    ROWS => (0..ROWS).for_each(&mut copy),
                    _ => (0..count).for_each(&mut copy),
                }
            }
            // The next eight rows, or the next index of the other axes.
            index[rows] += count;
            if index[rows] < self.dim[rows] {
                continue;
            }
            index[rows] = 0;
            let others = (0..ndim).rev().filter(|&axis| axis != rows && axis != columns);
            let mut done = true;
            for axis in others {
                index[axis] += 1;
                if index[axis] < self.dim[axis] {
                    done = false;
                    break;
                }
                index[axis] = 0;
            }
            if done {
                return;
            }
        }
    }
}

/// What does not depend on what the elements are.
impl<'a, T, D: Dimension> Raw<'a, T, D> {
    /// # Safety
    ///
    /// R1 holds for `'b` too.
    pub(crate) unsafe fn with_lifetime<'b>(self) -> Raw<'b, T, D> {
        Raw { ptr: self.ptr, dim: self.dim, strides: self.strides, offset: self.offset, life: PhantomData }
    }

    pub(crate) fn dim(&self) -> &D {
        &self.dim
    }

    pub(crate) fn strides(&self) -> &Strides<D> {
        &self.strides
    }

    pub(crate) fn offset(&self) -> u64 {
        self.offset
    }

    /// The number of elements.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.dim.size()
    }

    /// The address of an element, if the index is within the shape.
    #[inline(always)]
    fn place(&self, index: &D) -> Option<*mut u8> {
        let index = index.slice();
        let dim = self.dim.slice();
        if index.len() != dim.len() {
            return None;
        }
        let mut distance = 0;
        for axis in 0..dim.len() {
            if index[axis] >= dim[axis] {
                return None;
            }
            // No overflow: by R1 the sum stays within one mapping.
            distance += index[axis].cast_signed() * self.strides.get(axis);
        }
        Some(self.ptr.wrapping_offset(distance))
    }

    #[track_caller]
    pub(crate) fn index_axis(&self, axis: Axis, index: usize) -> Raw<'a, T, D::Smaller>
    where
        D: RemoveAxis,
    {
        let Axis(axis) = axis;
        let len = self.axis_len(axis);
        assert!(index < len, "index {index} is out of bounds for axis {axis} with length {len}");
        let distance = index.cast_signed() * self.strides.get(axis);
        let mut dim = D::Smaller::zeros(self.dim.ndim() - 1);
        let mut strides = Strides::zeros(self.dim.ndim() - 1);
        for (to, from) in (0..self.dim.ndim()).filter(|&from| from != axis).enumerate() {
            dim[to] = self.dim[from];
            strides.set(to, self.strides.get(from));
        }
        // R1: the same places with one index held fixed, below its axis's length.
        self.moved(distance, dim, strides)
    }

    #[track_caller]
    pub(crate) fn axis_len(&self, axis: usize) -> usize {
        let ndim = self.dim.ndim();
        assert!(axis < ndim, "axis {axis} is out of bounds for a view of {ndim} axes");
        self.dim[axis]
    }

    #[track_caller]
    pub(crate) fn slice<I: SliceArg<D>>(&self, info: &I) -> Raw<'a, T, I::OutDim> {
        let ndim = self.dim.ndim();
        assert!(info.in_ndim() == ndim, "a slice of {} axes does not fit a view of {ndim}", info.in_ndim());
        let mut dim = I::OutDim::zeros(info.out_ndim());
        let mut strides = Strides::zeros(info.out_ndim());
        let (mut from, mut to, mut distance) = (0, 0, 0);
        for elem in info.as_ref() {
            match *elem {
                SliceInfoElem::Slice { start, end, step } => {
                    let (first, len) = slice_axis(self.dim[from], start, end, step, from);
                    let stride = self.strides.get(from);
                    dim[to] = len;
                    // A stride past `isize` only arises for an axis of one element or none, where it is not used.
                    strides.set(to, if len > 1 { stride * step } else { stride });
                    if len > 0 {
                        distance += first.cast_signed() * stride;
                    }
                    from += 1;
                    to += 1;
                }
                SliceInfoElem::Index(index) => {
                    let len = self.dim[from];
                    let at = absolute(index, len);
                    assert!(
                        at.is_some_and(|at| at < len),
                        "index {index} is out of bounds for axis {from} with length {len}"
                    );
                    distance += at.unwrap_or(0).cast_signed() * self.strides.get(from);
                    from += 1;
                }
                SliceInfoElem::NewAxis => {
                    dim[to] = 1;
                    strides.set(to, 0);
                    to += 1;
                }
            }
        }
        // R1: a subset of the places, unless an axis has become empty, and then there are none.
        self.moved(distance, dim, strides)
    }

    #[track_caller]
    pub(crate) fn permuted_axes(&self, axes: &D) -> Self {
        let ndim = self.dim.ndim();
        assert!(axes.ndim() == ndim, "{} axes do not permute a view of {ndim}", axes.ndim());
        let mut seen = D::zeros(ndim);
        let mut out = self.clone();
        for (to, &from) in axes.slice().iter().enumerate() {
            assert!(from < ndim, "axis {from} is out of bounds for a view of {ndim} axes");
            assert!(seen[from] == 0, "axis {from} is repeated");
            seen[from] = 1;
            out.dim[to] = self.dim[from];
            out.strides.set(to, self.strides.get(from));
        }
        // R1: the same places under indices in another order.
        out
    }

    /// The axes in the order of the places in memory, the widest strides first. Axes that are as wide keep their order.
    pub(crate) fn axes_by_stride(&self) -> D {
        let ndim = self.dim.ndim();
        let mut axes = D::zeros(ndim);
        for (i, axis) in axes.slice_mut().iter_mut().enumerate() {
            *axis = i;
        }
        axes.slice_mut().sort_by_key(|&axis| std::cmp::Reverse(self.strides.get(axis).unsigned_abs()));
        axes
    }

    /// An index near the middle of an axis, one at which a page of memory begins if the axis goes through as many; 0 if the
    /// axis has fewer than two elements.
    #[cfg(feature = "rayon")]
    pub(crate) fn middle_page(&self, axis: usize) -> usize {
        // A multiple of the pages in use.
        const PAGE: usize = 64 << 10;
        let (len, stride) = (self.dim[axis], self.strides.get(axis));
        let middle = len / 2;
        let place = self.ptr.wrapping_offset(middle.cast_signed() * stride).addr();
        // From the middle on to the first index on another page.
        let steps = match stride.unsigned_abs() {
            0 => 0,
            width if stride < 0 => place % PAGE / width + 1,
            width => (place.wrapping_neg() % PAGE).div_ceil(width),
        };
        let at_page = middle + steps;
        if at_page < len { at_page } else { middle }
    }

    #[track_caller]
    pub(crate) fn split_at(&self, axis: Axis, at: usize) -> (Self, Self) {
        let Axis(axis) = axis;
        let len = self.axis_len(axis);
        assert!(at <= len, "cannot split axis {axis} with length {len} at {at}");
        let (mut left, mut dim) = (self.clone(), self.dim.clone());
        left.dim[axis] = at;
        dim[axis] = len - at;
        let distance = if dim.slice().contains(&0) { 0 } else { at.cast_signed() * self.strides.get(axis) };
        // R1: each place is in exactly one of the two.
        (left, self.moved(distance, dim, Strides(self.strides.0.clone())))
    }

    pub(crate) fn into_dyn(self) -> Raw<'a, T, ndarray::IxDyn> {
        let dim = self.dim.clone().into_dyn();
        let strides = Strides(self.strides.0.clone().into_dyn());
        self.moved(0, dim, strides)
    }

    /// The same view if it has as many axes as `E`.
    pub(crate) fn into_dimensionality<E: Dimension>(self) -> Option<Raw<'a, T, E>> {
        let dim = E::from_dimension(&self.dim)?;
        let strides = Strides(E::from_dimension(&self.strides.0)?);
        Some(self.moved(0, dim, strides))
    }

    /// The view that starts `distance` bytes further on. The caller sees to R1 and R2.
    fn moved<E>(&self, distance: isize, dim: E, strides: Strides<E>) -> Raw<'a, T, E> {
        let offset = self.offset.wrapping_add_signed(distance as i64);
        Raw { ptr: self.ptr.wrapping_offset(distance), dim, strides, offset, life: PhantomData }
    }

    /// The same places as elements of another type. The caller sees to R1.
    fn retyped<U>(self) -> Raw<'a, U, D> {
        let Self { ptr, dim, strides, offset, life: _ } = self;
        Raw { ptr, dim, strides, offset, life: PhantomData }
    }

    /// The runs of the view in C order: as few and as long as the strides allow.
    pub(crate) fn runs(&self) -> Runs<'a, T, D> {
        let (mut dim, mut strides) = (self.dim.clone(), Strides(self.strides.0.clone()));
        let ndim = dim.ndim();
        let empty = dim.slice().contains(&0);
        // Gather the axes at the end, last first: leave out those of one element, and merge into one those that
        // continue each other.
        let mut to = ndim;
        for from in (0..ndim).rev() {
            let (len, stride) = (self.dim[from], self.strides.get(from));
            if len == 1 || empty {
                continue;
            }
            if to < ndim && Some(stride) == strides.get(to).checked_mul(dim[to].cast_signed()) {
                dim[to] *= len;
            } else {
                to -= 1;
                dim[to] = len;
                strides.set(to, stride);
            }
        }
        for axis in 0..to {
            dim[axis] = 1;
            strides.set(axis, 0);
        }
        let (run_len, run_stride) = match ndim {
            0 => (1, 0),
            _ => (dim[ndim - 1], strides.get(ndim - 1)),
        };
        let outer = if ndim == 0 { 1 } else { dim.slice()[..ndim - 1].iter().product() };
        let (run_len, outer) = if empty { (0, 0) } else { (run_len, outer) };
        let index = D::zeros(ndim);
        // R1: the places are those of the view, in the same order.
        Runs {
            ptr: self.ptr,
            distance: 0,
            dim,
            strides,
            index,
            next: 0,
            end: outer,
            run_len,
            run_stride,
            life: PhantomData,
        }
    }
}

impl<'a, F: Element, D: Dimension, const N: usize> Raw<'a, [F; N], D> {
    /// The elements of the arrays along a new last axis.
    pub(crate) fn elements(&self) -> Option<Raw<'a, F, D::Larger>> {
        let ndim = self.dim.ndim();
        let mut dim = D::Larger::zeros(ndim + 1);
        let mut strides = Strides::zeros(ndim + 1);
        for axis in 0..ndim {
            dim[axis] = self.dim[axis];
            strides.set(axis, self.strides.get(axis));
        }
        dim[ndim] = N;
        strides.set(ndim, size_of::<F>().cast_signed());
        checked_count(dim.slice())?;
        // R1: each place is one of the `N` values within the array at a place of this view. R2: checked.
        Some(Raw { ptr: self.ptr, dim, strides, offset: self.offset, life: PhantomData })
    }
}

/// The product of a shape if it is at most `isize::MAX` (R2). Axes of no elements count as one on the way, as in
/// NumPy, so that `(0, 2^40, 2^40)` is refused like `(1, 2^40, 2^40)`.
pub(crate) fn checked_count(shape: &[usize]) -> Option<usize> {
    let most = shape.iter().try_fold(1usize, |count, &len| count.checked_mul(len.max(1)))?;
    isize::try_from(most).ok()?;
    Some(if shape.contains(&0) { 0 } else { most })
}

/// An index that may count from the end.
fn absolute(index: isize, len: usize) -> Option<usize> {
    if index < 0 { len.checked_add_signed(index) } else { Some(index.unsigned_abs()) }
}

/// The first index and the number of elements of `start..end;step` on an axis, by ndarray's rules.
#[track_caller]
fn slice_axis(len: usize, start: isize, end: Option<isize>, step: isize, axis: usize) -> (usize, usize) {
    assert!(step != 0, "a slice with step 0 on axis {axis}");
    let within = |index| absolute(index, len).filter(|&index| index <= len);
    let (Some(from), Some(to)) = (within(start), end.map_or(Some(len), within)) else {
        let end = end.map(|end| end.to_string()).unwrap_or_default();
        panic!("slice {start}..{end} is out of bounds for axis {axis} with length {len}");
    };
    let span = to.saturating_sub(from);
    let count = span.div_ceil(step.unsigned_abs());
    let first = if step < 0 && span > 0 { to - 1 } else { from };
    (first, count)
}
