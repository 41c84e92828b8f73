//! Iterators over pieces of a view: chunks along an axis, and windows.

use std::{fmt, iter::FusedIterator};

use ndarray::{Axis, Dimension, Ix1};

use super::{View, ViewMut, raw::RawMut};
use crate::element::Element;

/// Iterates over chunks of a view along one axis. Made by [`View::axis_chunks`].
#[derive(Clone)]
#[must_use = "iterators do nothing until they are used"]
pub struct AxisChunks<'a, T, D> {
    rest: View<'a, T, D>,
    axis: Axis,
    size: usize,
}

impl<'a, T: Element, D: Dimension> AxisChunks<'a, T, D> {
    #[track_caller]
    pub(super) fn new(view: View<'a, T, D>, axis: Axis, size: usize) -> Self {
        let _ = view.len_of(axis);
        check(size);
        Self { rest: view, axis, size }
    }

    /// Cuts the rest in two and keeps the second part.
    fn cut(&mut self, at: usize) -> View<'a, T, D> {
        let (first, rest) = self.rest.split_at(self.axis, at);
        self.rest = rest;
        first
    }

    fn left(&self) -> usize {
        self.rest.len_of(self.axis)
    }
}

#[track_caller]
fn check(size: usize) {
    assert!(size > 0, "the size of a chunk is 0");
}

impl<'a, T: Element, D: Dimension> Iterator for AxisChunks<'a, T, D> {
    type Item = View<'a, T, D>;

    fn next(&mut self) -> Option<Self::Item> {
        self.nth(0)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let chunks = self.left().div_ceil(self.size);
        (chunks, Some(chunks))
    }

    fn nth(&mut self, n: usize) -> Option<Self::Item> {
        let skipped = n.saturating_mul(self.size).min(self.left());
        let _ = self.cut(skipped);
        match self.left() {
            0 => None,
            left => Some(self.cut(self.size.min(left))),
        }
    }
}

impl<T: Element, D: Dimension> DoubleEndedIterator for AxisChunks<'_, T, D> {
    fn next_back(&mut self) -> Option<Self::Item> {
        let at = (self.left().checked_sub(1)? / self.size) * self.size;
        let (rest, last) = self.rest.split_at(self.axis, at);
        self.rest = rest;
        Some(last)
    }
}

impl<T: Element, D: Dimension> ExactSizeIterator for AxisChunks<'_, T, D> {}
impl<T: Element, D: Dimension> FusedIterator for AxisChunks<'_, T, D> {}

impl<T: Element, D: Dimension> fmt::Debug for AxisChunks<'_, T, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AxisChunks({} left)", self.len())
    }
}

/// Iterates over chunks of a view along one axis, each to be written. Made by [`ViewMut::axis_chunks_mut`].
#[must_use = "iterators do nothing until they are used"]
pub struct AxisChunksMut<'a, T, D> {
    /// `None` only while a chunk is cut off.
    rest: Option<RawMut<'a, T, D>>,
    axis: Axis,
    size: usize,
}

impl<'a, T: Element, D: Dimension> AxisChunksMut<'a, T, D> {
    #[track_caller]
    pub(super) fn new(raw: RawMut<'a, T, D>, axis: Axis, size: usize) -> Self {
        let _ = raw.raw().axis_len(axis.index());
        check(size);
        Self { rest: Some(raw), axis, size }
    }

    fn left(&self) -> usize {
        self.rest.as_ref().map_or(0, |rest| rest.raw().dim()[self.axis.index()])
    }
}

impl<'a, T: Element, D: Dimension> Iterator for AxisChunksMut<'a, T, D> {
    type Item = ViewMut<'a, T, D>;

    fn next(&mut self) -> Option<Self::Item> {
        let at = self.size.min(self.left());
        if at == 0 {
            return None;
        }
        let (first, rest) = self.rest.take()?.split_at(self.axis, at);
        self.rest = Some(rest);
        Some(ViewMut::from_raw(first))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let chunks = self.left().div_ceil(self.size);
        (chunks, Some(chunks))
    }
}

impl<T: Element, D: Dimension> DoubleEndedIterator for AxisChunksMut<'_, T, D> {
    fn next_back(&mut self) -> Option<Self::Item> {
        let at = (self.left().checked_sub(1)? / self.size) * self.size;
        let (rest, last) = self.rest.take()?.split_at(self.axis, at);
        self.rest = Some(rest);
        Some(ViewMut::from_raw(last))
    }
}

impl<T: Element, D: Dimension> ExactSizeIterator for AxisChunksMut<'_, T, D> {}
impl<T: Element, D: Dimension> FusedIterator for AxisChunksMut<'_, T, D> {}

impl<T: Element, D: Dimension> fmt::Debug for AxisChunksMut<'_, T, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AxisChunksMut({} left)", self.len())
    }
}

/// Iterates over all runs of neighbouring elements of one length. Made by [`View::windows`].
#[derive(Clone)]
#[must_use = "iterators do nothing until they are used"]
pub struct Windows<'a, T> {
    rest: View<'a, T, Ix1>,
    size: usize,
}

impl<'a, T: Element> Windows<'a, T> {
    #[track_caller]
    pub(super) fn new(view: View<'a, T, Ix1>, size: usize) -> Self {
        assert!(size > 0, "the size of a window is 0");
        Self { rest: view, size }
    }
}

impl<'a, T: Element> Iterator for Windows<'a, T> {
    type Item = View<'a, T, Ix1>;

    fn next(&mut self) -> Option<Self::Item> {
        self.nth(0)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let windows = (self.rest.len() + 1).saturating_sub(self.size);
        (windows, Some(windows))
    }

    fn nth(&mut self, n: usize) -> Option<Self::Item> {
        let (_, rest) = self.rest.split_at(Axis(0), n.min(self.rest.len()));
        self.rest = rest;
        if self.rest.len() < self.size {
            return None;
        }
        let (window, _) = self.rest.split_at(Axis(0), self.size);
        self.rest = self.rest.split_at(Axis(0), 1).1;
        Some(window)
    }
}

impl<T: Element> DoubleEndedIterator for Windows<'_, T> {
    fn next_back(&mut self) -> Option<Self::Item> {
        let at = self.rest.len().checked_sub(self.size)?;
        let (_, window) = self.rest.split_at(Axis(0), at);
        self.rest = self.rest.split_at(Axis(0), self.rest.len() - 1).0;
        Some(window)
    }
}

impl<T: Element> ExactSizeIterator for Windows<'_, T> {}
impl<T: Element> FusedIterator for Windows<'_, T> {}

impl<T: Element> fmt::Debug for Windows<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Windows({} left)", self.len())
    }
}
