//! What is read of fields chosen together; blocks and reductions are in `bulk`.

use ndarray::{Dimension, IntoDimension};

#[cfg(feature = "rayon")]
use super::raw::Raw;
use super::{Iter, Selected, out_of_bounds};
use crate::{element::Element, select::Select};

#[cfg(feature = "rayon")]
impl<'a, T, D, S: Copy> Selected<'a, T, S, D> {
    pub(crate) fn raw(&self) -> &Raw<'a, T, D> {
        &self.raw
    }

    pub(crate) fn select(&self) -> S {
        self.select
    }
}

impl<'a, T: Element, D: Dimension, S: Select<T>> Selected<'a, T, S, D> {
    /// Iterates in C order over the values of the chosen fields.
    pub fn iter(&self) -> Iter<'a, T, D, S> {
        Iter::new(&self.raw, self.select)
    }

    /// The number of records along each axis.
    pub fn shape(&self) -> &[usize] {
        self.raw.dim().slice()
    }

    /// The number of axes.
    pub fn ndim(&self) -> usize {
        self.raw.dim().ndim()
    }

    /// The number of records.
    pub fn len(&self) -> usize {
        self.raw.len()
    }

    /// Whether there is no record.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The chosen fields of the record at `index`, or `None` past the end.
    pub fn get<I: IntoDimension<Dim = D>>(&self, index: I) -> Option<S::Item> {
        self.raw.get(&index.into_dimension(), self.select)
    }

    /// The chosen fields of the record at `index`.
    ///
    /// # Panics
    ///
    /// If an index is past the end of its axis.
    #[track_caller]
    pub fn at<I: IntoDimension<Dim = D>>(&self, index: I) -> S::Item {
        let index = index.into_dimension();
        match self.raw.get(&index, self.select) {
            Some(item) => item,
            None => out_of_bounds(index, self.raw.dim().slice()),
        }
    }
}
