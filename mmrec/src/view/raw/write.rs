//! Writing through views.

use std::marker::PhantomData;

use ndarray::{Axis, Dimension, RemoveAxis, SliceArg};

use super::{Raw, Run, Runs, View, ViewMut};
use crate::{
    element::{Element, bulk, stride::fold_places},
    field::Field,
    select::{Gathered, Whole},
};

/// A [`Raw`] through which bytes may be written.
///
/// Invariants:
///
/// - W1: the bytes of R1 can be written for `'a` too, and no other view of this process reaches the same addresses while
///   this one is in use.
/// - W3: elements of different indices do not overlap.
pub(crate) struct RawMut<'a, T, D> {
    pub(super) raw: Raw<'a, T, D>,
    life: PhantomData<(&'a mut [u8], T)>,
}

impl<'a, T, D: Dimension> RawMut<'a, T, D> {
    /// # Safety
    ///
    /// W1 and W3.
    pub(crate) unsafe fn new(raw: Raw<'a, T, D>) -> Self {
        Self::of(raw)
    }

    /// The caller sees to W1 and W3.
    pub(super) fn of(raw: Raw<'a, T, D>) -> Self {
        Self { raw, life: PhantomData }
    }

    /// The view to read through.
    pub(crate) fn raw(&self) -> &Raw<'_, T, D> {
        &self.raw
    }

    /// The view to read through from now on.
    pub(crate) fn into_raw(self) -> Raw<'a, T, D> {
        self.raw
    }

    pub(crate) fn reborrow(&mut self) -> RawMut<'_, T, D> {
        // W1: `self` cannot be used while the new one lives.
        RawMut::of(self.raw.clone())
    }

    #[track_caller]
    pub(crate) fn index_axis(self, axis: Axis, index: usize) -> RawMut<'a, T, D::Smaller>
    where
        D: RemoveAxis,
    {
        // W1 here and below: no other places than before, and `self` is gone.
        RawMut::of(self.raw.index_axis(axis, index))
    }

    #[track_caller]
    pub(crate) fn slice<I: SliceArg<D>>(self, info: &I) -> RawMut<'a, T, I::OutDim> {
        RawMut::of(self.raw.slice(info))
    }

    #[track_caller]
    pub(crate) fn permuted_axes(self, axes: &D) -> Self {
        RawMut::of(self.raw.permuted_axes(axes))
    }

    #[track_caller]
    pub(crate) fn split_at(self, axis: Axis, at: usize) -> (Self, Self) {
        // W1: each place is in exactly one of the two.
        let (left, right) = self.raw.split_at(axis, at);
        (RawMut::of(left), RawMut::of(right))
    }

    pub(crate) fn into_dyn(self) -> RawMut<'a, T, ndarray::IxDyn> {
        RawMut::of(self.raw.into_dyn())
    }

    pub(crate) fn into_dimensionality<E: Dimension>(self) -> Option<RawMut<'a, T, E>> {
        Some(RawMut::of(self.raw.into_dimensionality()?))
    }

    /// The runs of the view in C order, to be written.
    #[inline]
    pub(crate) fn runs_mut(&mut self) -> RunsMut<'_, T, D> {
        RunsMut { runs: self.raw.runs() }
    }

    /// Calls `f` with runs of this view and those of another of the same shape, as long, that have the same indices; in the
    /// order of the places of this view.
    #[inline]
    pub(super) fn with_runs_of<U>(
        &mut self,
        from: &Raw<'_, U, D>,
        mut f: impl FnMut(RunMut<'_, T>, Run<'_, U>),
    ) {
        let axes = self.raw.axes_by_stride();
        let (mut to, from) = (self.reborrow().permuted_axes(&axes), from.permuted_axes(&axes));
        let (mut to, mut from) = (to.runs_mut(), from.runs());
        let Some(mut source) = from.next() else { return };
        while let Some(mut run) = to.next() {
            while run.len() > 0 {
                if source.len() == 0 {
                    let Some(next) = from.next() else { return };
                    source = next;
                }
                let len = run.len().min(source.len());
                f(run.take_front(len), source.take_front(len));
            }
        }
    }
}

impl<'a, T: Element, D: Dimension> RawMut<'a, T, D> {
    /// Writes an element; `false` if the index is outside the shape.
    #[inline(always)]
    pub(crate) fn set(&mut self, index: &D, value: T) -> bool {
        let Some(place) = self.raw.place(index) else { return false };
        // SAFETY: R1 and W1, for an index that `place` found within the shape.
        unsafe { T::store(value, place) };
        true
    }

    /// Writes `value` to every element.
    pub(crate) fn fill(&mut self, value: T) {
        let axes = self.raw.axes_by_stride();
        let mut runs = self.reborrow().permuted_axes(&axes);
        let mut runs = runs.runs_mut();
        let mut block = None;
        while let Some(run) = runs.next() {
            run.fill(value, &mut block);
        }
    }

    /// Copies every element from a view of the same shape.
    pub(crate) fn assign(&mut self, from: &Raw<'_, T, D>) {
        self.with_runs_of(from, |to, from| to.copy_from_run(from));
    }

    /// Copies every element from a slice as long as the view, in C order.
    pub(crate) fn copy_from_slice(&mut self, mut from: &[T]) {
        let mut runs = self.runs_mut();
        while let Some(run) = runs.next() {
            let Some((front, rest)) = from.split_at_checked(run.len()) else { return };
            run.copy_from_slice(front);
            from = rest;
        }
    }

    pub(crate) fn field<F: Element>(self, field: Field<T, F>) -> RawMut<'a, F, D> {
        // W1: fewer places than before, and `self` is gone.
        RawMut::of(self.raw.field(field))
    }
}

impl<'a, F: Element, D: Dimension, const N: usize> RawMut<'a, [F; N], D> {
    pub(crate) fn elements(self) -> Option<RawMut<'a, F, D::Larger>> {
        Some(RawMut::of(self.raw.elements()?))
    }
}

// The derive calls these. They ask nothing of `F`, so that a field of an unsuitable type is reported once, where the
// derive asks for its dtype.
impl<'a, T: Element, D: Dimension> View<'a, T, D> {
    /// [`field`](Self::field), for the derive.
    #[doc(hidden)]
    pub fn split_field<F>(&self, field: Field<T, F>) -> View<'a, F, D> {
        View { raw: self.raw.field(field) }
    }
}

impl<'a, T: Element, D: Dimension> ViewMut<'a, T, D> {
    /// A view of one field, beside which the caller may hold views of other fields.
    ///
    /// # Safety
    ///
    /// While the view is in use, `self` is not, and neither is any other view of the same field or of one that
    /// overlaps it.
    #[doc(hidden)]
    pub unsafe fn split_field<F>(&self, field: Field<T, F>) -> ViewMut<'a, F, D> {
        // W1 is what the caller promises.
        ViewMut { raw: RawMut::of(self.raw.raw.field(field)) }
    }
}

/// The runs of a view to be written, in C order.
pub(crate) struct RunsMut<'a, T, D> {
    /// W1 holds for the places of the runs to come.
    runs: Runs<'a, T, D>,
}

impl<'a, T, D: Dimension> RunsMut<'a, T, D> {
    #[inline]
    pub(crate) fn next(&mut self) -> Option<RunMut<'a, T>> {
        // W1: each place of the view is in one run.
        Some(RunMut { run: self.runs.next()? })
    }
}

/// A [`Run`] through which bytes may be written.
///
/// Invariant W2: the bytes of P1 can be written for `'a` too, and nobody else in this process accesses the same addresses
/// meanwhile.
pub(crate) struct RunMut<'a, T> {
    pub(super) run: Run<'a, T>,
}

impl<T> RunMut<'_, T> {
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.run.len()
    }

    /// The first `n` places, which are then no longer of the run; there are as many.
    #[inline]
    fn take_front(&mut self, n: usize) -> Self {
        // W2: each place is in one of the two.
        Self { run: self.run.take_front(n) }
    }
}

impl<T: Element> RunMut<'_, T> {
    /// Writes what `f` gives.
    #[inline]
    pub(crate) fn fill_with(self, mut f: impl FnMut() -> T) {
        self.for_each_place(|place| {
            // SAFETY: W2, for a place of the run.
            unsafe { T::store(f(), place) };
        });
    }

    #[inline(always)]
    fn for_each_place(self, mut f: impl FnMut(*mut u8)) {
        fold_places(self.run.ptr, self.run.stride, self.run.len(), (), |(), place| f(place));
    }

    /// Writes `value` everywhere; `block` keeps copies of it from one run to the next.
    fn fill(mut self, value: T, block: &mut Option<Gathered<T, Whole>>) {
        if !self.run.is_plain() || self.run.len() < 8 {
            return self.fill_with(|| value);
        }
        let block = block.get_or_insert_with(|| {
            let mut block = Gathered::new();
            block.repeat(value);
            block
        });
        while self.run.len() > 0 {
            let front = self.take_front(block.len());
            let values = &block.block()[..front.len()];
            front.copy_from_slice(values);
        }
    }

    /// Replaces every value by what `f` makes of it.
    #[inline]
    pub(crate) fn update(mut self, block: &mut Gathered<T, Whole>, mut f: impl FnMut(T) -> T) {
        if self.run.is_plain() && self.run.len() >= 8 {
            while self.run.len() > 0 {
                block.clear();
                let mut front = self.take_front(block.room());
                let places = Self { run: front.run.clone() };
                front.run.gather_into(Whole, block);
                for value in block.values_mut() {
                    *value = f(*value);
                }
                places.copy_from_slice(block.block());
            }
            return;
        }
        self.for_each_place(|place| {
            // SAFETY: W2, for a place of the run.
            let value = unsafe { T::load(place) };
            // SAFETY: as above.
            unsafe { T::store(f(value), place) };
        });
    }

    /// Writes the values of a slice as long as the run.
    #[inline]
    fn copy_from_slice(self, from: &[T]) {
        assert_eq!(from.len(), self.run.len());
        if self.run.is_plain() {
            // SAFETY: W2: the places of the run lie one after another, and `from` is elsewhere, since nobody else in this
            // process accesses them. A plain value is its bytes, all initialised.
            return unsafe { bulk::copy(from.as_ptr().cast(), self.run.ptr, size_of_val(from)) };
        }
        let mut from = from.iter();
        self.for_each_place(|place| {
            if let Some(&value) = from.next() {
                // SAFETY: W2, for a place of the run.
                unsafe { T::store(value, place) };
            }
        });
    }

    /// Copies the values of a run of the same length.
    #[inline]
    fn copy_from_run(self, from: Run<'_, T>) {
        assert_eq!(from.len(), self.run.len());
        if self.run.is_plain() && from.is_plain() {
            let bytes = from.len() * size_of::<T>();
            // SAFETY: P1 and W2: the places of both lie one after another, and no address is in both, since no other view
            // reaches those of `self`. A plain value is its bytes.
            return unsafe { bulk::copy(from.ptr, self.run.ptr, bytes) };
        }
        let (mut source, stride) = (from.ptr, from.stride);
        self.for_each_place(|place| {
            // SAFETY: P1, for a place of `from`, which is as long as the run.
            let value = unsafe { T::load(source) };
            source = source.wrapping_offset(stride);
            // SAFETY: W2, for a place of the run.
            unsafe { T::store(value, place) };
        });
    }
}
