//! Runs: what every loop over a view comes down to.

use std::{marker::PhantomData, ptr};

use ndarray::Dimension;

use super::Strides;
use crate::{
    element::{
        Element,
        stride::{Eight, Four, fold_places},
    },
    select::{Gathered, Select},
};

/// Places a constant number of bytes apart: what every loop over a view comes down to.
///
/// Invariant P1: at `ptr + i × stride` for every `i` below `len` lie `size_of::<T>()` bytes that can be read for `'a`.
pub(crate) struct Run<'a, T> {
    pub(super) ptr: *mut u8,
    pub(super) stride: isize,
    len: usize,
    life: PhantomData<(&'a [u8], T)>,
}

// SAFETY: as for `Raw`.
unsafe impl<T: Send + Sync> Send for Run<'_, T> {}
// SAFETY: as for `Raw`.
unsafe impl<T: Send + Sync> Sync for Run<'_, T> {}

impl<T> Clone for Run<'_, T> {
    fn clone(&self) -> Self {
        Self { ..*self }
    }
}

impl<T> Run<'_, T> {
    pub(crate) fn empty() -> Self {
        Self { ptr: ptr::dangling_mut(), stride: 0, len: 0, life: PhantomData }
    }

    #[inline(always)]
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// The first place, which is then no longer of the run.
    #[inline(always)]
    pub(super) fn take_first(&mut self) -> Option<*mut u8> {
        self.len = self.len.checked_sub(1)?;
        let first = self.ptr;
        self.ptr = first.wrapping_offset(self.stride);
        Some(first)
    }

    #[inline(always)]
    fn take_last(&mut self) -> Option<*mut u8> {
        self.len = self.len.checked_sub(1)?;
        Some(self.ptr.wrapping_offset(self.len.cast_signed() * self.stride))
    }

    #[inline(always)]
    pub(crate) fn next<S: Select<T>>(&mut self, select: S) -> Option<S::Item> {
        let place = self.take_first()?;
        // SAFETY: P1, for a place that was of the run.
        Some(unsafe { select.load(place) })
    }

    #[inline(always)]
    pub(crate) fn next_back<S: Select<T>>(&mut self, select: S) -> Option<S::Item> {
        let place = self.take_last()?;
        // SAFETY: P1, for a place that was of the run.
        Some(unsafe { select.load(place) })
    }

    /// Folds all values.
    #[inline(always)]
    pub(crate) fn fold<S: Select<T>, B>(&self, select: S, init: B, mut f: impl FnMut(B, S::Item) -> B) -> B {
        fold_places(self.ptr, self.stride, self.len, init, |acc, place| {
            // SAFETY: P1, for a place of the run.
            f(acc, unsafe { select.load(place) })
        })
    }

    /// Folds all values, the first into the first accumulator, the next into the next, and so on in turn.
    #[inline(always)]
    pub(crate) fn fold_lanes<S: Select<T>, B: Copy>(
        &self,
        select: S,
        mut lanes: [B; 4],
        mut f: impl FnMut(B, S::Item) -> B,
    ) -> [B; 4] {
        let four = Four::of(self.stride);
        let mut first = self.ptr;
        for _ in 0..self.len / 4 {
            for (lane, place) in lanes.iter_mut().zip(four.places(first)) {
                // SAFETY: P1, for a place of the run.
                *lane = f(*lane, unsafe { select.load(place) });
            }
            first = four.after(first);
        }
        for (lane, place) in lanes.iter_mut().zip(four.places(first)).take(self.len % 4) {
            // SAFETY: P1, for one of the last places of the run.
            *lane = f(*lane, unsafe { select.load(place) });
        }
        lanes
    }

    /// The same places from the last to the first.
    #[inline]
    pub(crate) fn reversed(&self) -> Self {
        let last = self.len.saturating_sub(1).cast_signed();
        // P1: the same places.
        Self {
            ptr: self.ptr.wrapping_offset(last.wrapping_mul(self.stride)),
            stride: self.stride.wrapping_neg(),
            len: self.len,
            life: PhantomData,
        }
    }

    /// Reads all values into the first slots.
    ///
    /// # Safety
    ///
    /// There are as many slots as the run is long.
    #[inline(always)]
    pub(super) unsafe fn gather<S: Select<T>>(&self, select: S, slots: S::Slots) {
        // SAFETY: P1; the caller vouches for the slots.
        unsafe { select.gather(self.ptr, self.stride, self.len, slots) };
    }

    /// Moves places from the front to a block, as many as it has room for.
    #[inline]
    pub(crate) fn gather_into<S: Select<T>>(&mut self, select: S, block: &mut Gathered<T, S>) {
        let len = self.len.min(block.room());
        // SAFETY: P1 for the first `len` places, which fit.
        unsafe { block.add(select, self.ptr, self.stride, len) };
        self.skip(len);
    }

    /// The first `n` places, which are then no longer of the run; there are as many.
    #[inline]
    pub(crate) fn take_front(&mut self, n: usize) -> Self {
        let n = n.min(self.len);
        let front = Self { len: n, ..*self };
        self.skip(n);
        front
    }

    /// Whether the places follow each other without gaps, and hold what can be copied as it is.
    #[inline]
    pub(crate) fn is_plain(&self) -> bool
    where
        T: Element,
    {
        T::PLAIN && (self.stride == size_of::<T>().cast_signed() || self.len <= 1)
    }

    /// Reduces the run as a tree: `halve` says where a run of some length is cut in two, or that it is a leaf.
    #[inline(always)]
    pub(crate) fn tree<V>(
        self,
        halve: &impl Fn(usize) -> Option<usize>,
        leaf: &impl Fn(Self) -> V,
        merge: &impl Fn(V, V) -> V,
    ) -> V {
        branch(self.ptr, self.len, self.stride, halve, leaf, merge)
    }

    /// Multiples of the distance between places, for [`take_eight`](Self::take_eight).
    #[inline(always)]
    pub(crate) fn eight(&self) -> Eight {
        Eight::of(self.stride)
    }

    /// The first eight values, whose places are then no longer of the run. `eight` is that of this run.
    #[inline(always)]
    pub(crate) fn take_eight(&mut self, eight: Eight) -> Option<[T; 8]>
    where
        T: Element,
    {
        self.len = self.len.checked_sub(8)?;
        let places = eight.places(self.ptr);
        self.ptr = eight.after(self.ptr);
        // SAFETY: P1, for the first eight places.
        Some(places.map(|place| unsafe { T::load(place) }))
    }

    /// The first `N` values, whose places are then no longer of the run; `None` too if they do not lie one after another.
    #[inline(always)]
    pub(crate) fn take_plain_array<const N: usize>(&mut self) -> Option<[T; N]>
    where
        T: Element,
    {
        let left = self.len.checked_sub(N)?;
        if self.stride != size_of::<T>().cast_signed() {
            return None;
        }
        let ptr = self.ptr;
        self.len = left;
        self.ptr = ptr.wrapping_offset(N.cast_signed().wrapping_mul(self.stride));
        // SAFETY: P1, for the first `N` places, which lie one after another.
        Some(unsafe { T::load_array(ptr) })
    }

    /// Drops `n` places from the front, or all there are.
    #[inline]
    pub(crate) fn skip(&mut self, n: usize) {
        let n = n.min(self.len);
        // One past the last place may be too far for `isize`; nothing is accessed there.
        self.ptr = self.ptr.wrapping_offset(n.cast_signed().wrapping_mul(self.stride));
        self.len -= n;
    }

    /// Drops `n` places from the back, or all there are.
    pub(crate) fn skip_back(&mut self, n: usize) {
        self.len -= n.min(self.len);
    }
}

/// A branch of [`Run::tree`]: `len` places of a run from `ptr` on, given as numbers so that they stay in registers.
fn branch<'a, T, V>(
    ptr: *mut u8,
    len: usize,
    stride: isize,
    halve: &impl Fn(usize) -> Option<usize>,
    leaf: &impl Fn(Run<'a, T>) -> V,
    merge: &impl Fn(V, V) -> V,
) -> V {
    let Some(middle) = halve(len).map(|middle| middle.min(len)) else {
        // P1: the caller's places.
        return leaf(Run { ptr, stride, len, life: PhantomData });
    };
    let right = ptr.wrapping_offset(middle.cast_signed().wrapping_mul(stride));
    let left = branch(ptr, middle, stride, halve, leaf, merge);
    merge(left, branch(right, len - middle, stride, halve, leaf, merge))
}

/// The runs of a view, in C order and from both ends.
///
/// Invariant: every run that is still to come consists of places of the view (R1); `distance` and `index` are those of
/// the next run from the front.
pub(crate) struct Runs<'a, T, D> {
    pub(super) ptr: *mut u8,
    pub(super) distance: isize,
    pub(super) dim: D,
    pub(super) strides: Strides<D>,
    pub(super) index: D,
    pub(super) next: usize,
    pub(super) end: usize,
    pub(super) run_len: usize,
    pub(super) run_stride: isize,
    pub(super) life: PhantomData<(&'a [u8], T)>,
}

// SAFETY: as for `Raw`.
unsafe impl<T: Send + Sync, D: Send> Send for Runs<'_, T, D> {}
// SAFETY: as for `Raw`.
unsafe impl<T: Send + Sync, D: Sync> Sync for Runs<'_, T, D> {}

impl<T, D: Clone> Clone for Runs<'_, T, D> {
    fn clone(&self) -> Self {
        Self {
            dim: self.dim.clone(),
            strides: Strides(self.strides.0.clone()),
            index: self.index.clone(),
            ..*self
        }
    }
}

impl<'a, T, D: Dimension> Runs<'a, T, D> {
    /// The number of elements of each run.
    pub(crate) fn run_len(&self) -> usize {
        self.run_len
    }

    /// How many runs are still to come.
    pub(crate) fn remaining(&self) -> usize {
        self.end - self.next
    }

    fn run_at(&self, distance: isize) -> Run<'a, T> {
        // P1: a run of the view, by R1.
        Run {
            ptr: self.ptr.wrapping_offset(distance),
            stride: self.run_stride,
            len: self.run_len,
            life: PhantomData,
        }
    }

    /// The index and distance of run `n`.
    fn locate(&self, mut n: usize) -> (D, isize) {
        let mut index = D::zeros(self.dim.ndim());
        let mut distance = 0;
        for axis in (0..self.dim.ndim().saturating_sub(1)).rev() {
            index[axis] = n % self.dim[axis];
            n /= self.dim[axis];
            distance += index[axis].cast_signed() * self.strides.get(axis);
        }
        (index, distance)
    }

    #[inline]
    pub(crate) fn next(&mut self) -> Option<Run<'a, T>> {
        if self.next == self.end {
            return None;
        }
        let run = self.run_at(self.distance);
        self.next += 1;
        for axis in (0..self.dim.ndim().saturating_sub(1)).rev() {
            if self.index[axis] + 1 < self.dim[axis] {
                self.index[axis] += 1;
                self.distance += self.strides.get(axis);
                break;
            }
            // Back to index 0. Every sum on the way is that of a place, so none overflows.
            self.distance -= self.index[axis].cast_signed() * self.strides.get(axis);
            self.index[axis] = 0;
        }
        Some(run)
    }

    pub(crate) fn next_back(&mut self) -> Option<Run<'a, T>> {
        if self.next == self.end {
            return None;
        }
        self.end -= 1;
        let (_, distance) = self.locate(self.end);
        Some(self.run_at(distance))
    }

    /// Drops `n` runs from the front; there are as many.
    pub(crate) fn skip(&mut self, n: usize) {
        self.next = self.end.min(self.next + n);
        if self.next < self.end {
            (self.index, self.distance) = self.locate(self.next);
        }
    }

    /// Drops `n` elements, of which there are as many, and gives what is left of the run that the next one is in.
    #[cfg(feature = "rayon")]
    pub(crate) fn skip_elements(&mut self, n: usize) -> Run<'a, T> {
        self.skip(n.checked_div(self.run_len).unwrap_or(0));
        let mut run = self.next().unwrap_or_else(Run::empty);
        run.skip(n.checked_rem(self.run_len).unwrap_or(0));
        run
    }

    /// Drops `n` runs from the back; there are as many.
    pub(crate) fn skip_back(&mut self, n: usize) {
        self.end = self.next.max(self.end - n.min(self.end));
    }
}
