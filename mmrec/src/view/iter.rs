//! Iterators over the elements and the axes of a view.

use std::{fmt, iter::FusedIterator};

use ndarray::{Axis, Dimension, Ix1, RemoveAxis};

use super::{
    View, ViewMut,
    raw::{Raw, RawMut, Run, Runs},
};
use crate::{
    element::Element,
    select::{Select, Whole},
};

/// Iterates over a view in C order and gives values: whole elements, or the fields chosen with
/// [`View::select`].
///
/// It knows its length and goes from both ends. Made by [`View::iter`] and [`Selected::iter`](super::Selected::iter).
#[must_use = "iterators do nothing until they are used"]
pub struct Iter<'a, T, D = Ix1, S = Whole> {
    front: Run<'a, T>,
    runs: Runs<'a, T, D>,
    back: Run<'a, T>,
    select: S,
}

impl<'a, T: Element, D: Dimension, S: Select<T>> Iter<'a, T, D, S> {
    pub(super) fn new(raw: &Raw<'a, T, D>, select: S) -> Self {
        let mut runs = raw.runs();
        let front = runs.next().unwrap_or_else(Run::empty);
        Self { front, runs, back: Run::empty(), select }
    }

    fn remaining(&self) -> usize {
        self.front.len() + self.runs.remaining() * self.runs.run_len() + self.back.len()
    }

    /// Drops `n` elements from the front, or all there are.
    fn skip_front(&mut self, mut n: usize) {
        let in_front = self.front.len();
        if n >= in_front && self.runs.remaining() > 0 {
            n -= in_front;
            let whole = (n / self.runs.run_len()).min(self.runs.remaining());
            self.runs.skip(whole);
            n -= whole * self.runs.run_len();
            self.front = self.runs.next().unwrap_or_else(Run::empty);
        }
        if n >= self.front.len() {
            n -= self.front.len();
            self.front = Run::empty();
            self.back.skip(n);
        } else {
            self.front.skip(n);
        }
    }

    /// Drops `n` elements from the back, or all there are.
    fn skip_back(&mut self, mut n: usize) {
        let in_back = self.back.len();
        if n >= in_back && self.runs.remaining() > 0 {
            n -= in_back;
            let whole = (n / self.runs.run_len()).min(self.runs.remaining());
            self.runs.skip_back(whole);
            n -= whole * self.runs.run_len();
            self.back = self.runs.next_back().unwrap_or_else(Run::empty);
        }
        if n >= self.back.len() {
            n -= self.back.len();
            self.back = Run::empty();
            self.front.skip_back(n);
        } else {
            self.back.skip_back(n);
        }
    }

    /// The first `n` elements, of which there are as many, and the rest.
    #[cfg(feature = "rayon")]
    pub(crate) fn split_at(mut self, n: usize) -> (Self, Self) {
        let mut front = self.clone();
        front.skip_back(self.remaining() - n);
        self.skip_front(n);
        (front, self)
    }
}

impl<T: Element, D: Dimension, S: Select<T>> Iterator for Iter<'_, T, D, S> {
    type Item = S::Item;

    #[inline]
    fn next(&mut self) -> Option<S::Item> {
        loop {
            if let Some(item) = self.front.next(self.select) {
                return Some(item);
            }
            match self.runs.next() {
                Some(run) => self.front = run,
                None => return self.back.next(self.select),
            }
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.remaining(), Some(self.remaining()))
    }

    fn count(self) -> usize {
        self.remaining()
    }

    fn last(mut self) -> Option<S::Item> {
        self.next_back()
    }

    fn nth(&mut self, n: usize) -> Option<S::Item> {
        self.skip_front(n);
        self.next()
    }

    #[inline]
    fn fold<B, F: FnMut(B, S::Item) -> B>(mut self, init: B, mut f: F) -> B {
        let mut acc = self.front.fold(self.select, init, &mut f);
        while let Some(run) = self.runs.next() {
            acc = run.fold(self.select, acc, &mut f);
        }
        self.back.fold(self.select, acc, &mut f)
    }
}

impl<T: Element, D: Dimension, S: Select<T>> DoubleEndedIterator for Iter<'_, T, D, S> {
    #[inline]
    fn next_back(&mut self) -> Option<S::Item> {
        loop {
            if let Some(item) = self.back.next_back(self.select) {
                return Some(item);
            }
            match self.runs.next_back() {
                Some(run) => self.back = run,
                None => return self.front.next_back(self.select),
            }
        }
    }

    fn nth_back(&mut self, n: usize) -> Option<S::Item> {
        self.skip_back(n);
        self.next_back()
    }

    #[inline]
    fn rfold<B, F: FnMut(B, S::Item) -> B>(mut self, init: B, mut f: F) -> B {
        let mut acc = self.back.reversed().fold(self.select, init, &mut f);
        while let Some(run) = self.runs.next_back() {
            acc = run.reversed().fold(self.select, acc, &mut f);
        }
        self.front.reversed().fold(self.select, acc, &mut f)
    }
}

impl<T: Element, D: Dimension, S: Select<T>> ExactSizeIterator for Iter<'_, T, D, S> {}
impl<T: Element, D: Dimension, S: Select<T>> FusedIterator for Iter<'_, T, D, S> {}

impl<T, D: Clone, S: Clone> Clone for Iter<'_, T, D, S> {
    fn clone(&self) -> Self {
        let (front, back) = (self.front.clone(), self.back.clone());
        Self { front, runs: self.runs.clone(), back, select: self.select.clone() }
    }
}

impl<T: Element, D: Dimension, S: Select<T>> fmt::Debug for Iter<'_, T, D, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Iter({} left)", self.remaining())
    }
}

/// Iterates over the sub-views along one axis. Made by [`View::axis_iter`].
#[derive(Clone)]
#[must_use = "iterators do nothing until they are used"]
pub struct AxisIter<'a, T, D> {
    rest: View<'a, T, D>,
    axis: Axis,
}

impl<'a, T: Element, D: RemoveAxis> AxisIter<'a, T, D> {
    #[track_caller]
    pub(super) fn new(view: View<'a, T, D>, axis: Axis) -> Self {
        // Refuses an axis that is not there at once rather than at the first `next`.
        let _ = view.len_of(axis);
        Self { rest: view, axis }
    }
}

impl<'a, T: Element, D: RemoveAxis> Iterator for AxisIter<'a, T, D> {
    type Item = View<'a, T, D::Smaller>;

    fn next(&mut self) -> Option<Self::Item> {
        self.nth(0)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let len = self.rest.len_of(self.axis);
        (len, Some(len))
    }

    fn nth(&mut self, n: usize) -> Option<Self::Item> {
        let len = self.rest.len_of(self.axis);
        let at = n.min(len);
        let item = (n < len).then(|| self.rest.index_axis(self.axis, n));
        self.rest = self.rest.split_at(self.axis, (at + 1).min(len)).1;
        item
    }
}

impl<T: Element, D: RemoveAxis> DoubleEndedIterator for AxisIter<'_, T, D> {
    fn next_back(&mut self) -> Option<Self::Item> {
        let last = self.rest.len_of(self.axis).checked_sub(1)?;
        let item = self.rest.index_axis(self.axis, last);
        self.rest = self.rest.split_at(self.axis, last).0;
        Some(item)
    }
}

impl<T: Element, D: RemoveAxis> ExactSizeIterator for AxisIter<'_, T, D> {}
impl<T: Element, D: RemoveAxis> FusedIterator for AxisIter<'_, T, D> {}

impl<T: Element, D: RemoveAxis> fmt::Debug for AxisIter<'_, T, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AxisIter({} left)", self.len())
    }
}

/// Iterates over the sub-views along one axis, each to be written. Made by [`ViewMut::axis_iter_mut`].
#[must_use = "iterators do nothing until they are used"]
pub struct AxisIterMut<'a, T, D> {
    /// `None` only while an item is cut off, and after the last.
    rest: Option<RawMut<'a, T, D>>,
    axis: Axis,
}

impl<'a, T: Element, D: RemoveAxis> AxisIterMut<'a, T, D> {
    #[track_caller]
    pub(crate) fn new(raw: RawMut<'a, T, D>, axis: Axis) -> Self {
        // Refuses an axis that is not there at once rather than at the first `next`.
        let _ = raw.raw().axis_len(axis.index());
        Self { rest: Some(raw), axis }
    }

    fn left(&self) -> usize {
        self.rest.as_ref().map_or(0, |rest| rest.raw().dim()[self.axis.index()])
    }
}

impl<'a, T: Element, D: RemoveAxis> Iterator for AxisIterMut<'a, T, D> {
    type Item = ViewMut<'a, T, D::Smaller>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.left() == 0 {
            return None;
        }
        let (first, rest) = self.rest.take()?.split_at(self.axis, 1);
        self.rest = Some(rest);
        Some(ViewMut::from_raw(first.index_axis(self.axis, 0)))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left(), Some(self.left()))
    }
}

impl<T: Element, D: RemoveAxis> DoubleEndedIterator for AxisIterMut<'_, T, D> {
    fn next_back(&mut self) -> Option<Self::Item> {
        let last = self.left().checked_sub(1)?;
        let (rest, item) = self.rest.take()?.split_at(self.axis, last);
        self.rest = Some(rest);
        Some(ViewMut::from_raw(item.index_axis(self.axis, 0)))
    }
}

impl<T: Element, D: RemoveAxis> ExactSizeIterator for AxisIterMut<'_, T, D> {}
impl<T: Element, D: RemoveAxis> FusedIterator for AxisIterMut<'_, T, D> {}

impl<T: Element, D: RemoveAxis> fmt::Debug for AxisIterMut<'_, T, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AxisIterMut({} left)", self.left())
    }
}
