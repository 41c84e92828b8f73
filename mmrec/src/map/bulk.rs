//! What a map does with many elements at a time, as its view does.

use std::cmp::Ordering;

use ndarray::{Dimension, Ix1};

use super::{RecordMap, Writable};
use crate::{
    element::{Element, Number},
    view::{View, ViewMut},
};

impl<T: Element, D: Dimension, M> RecordMap<T, D, M> {
    /// Copies all elements to `to` in C order.
    ///
    /// # Panics
    ///
    /// If `to` is not of the map's length.
    #[track_caller]
    pub fn copy_to(&self, to: &mut [T]) {
        self.view().copy_to(to);
    }

    /// Hands all elements to `f` in blocks, in C order; see [`View::fold_blocks`].
    pub fn fold_blocks<B>(&self, init: B, f: impl FnMut(B, &[T]) -> B) -> B {
        self.view().fold_blocks(init, f)
    }

    /// Hands all elements to `f` in blocks, in C order; see [`View::fold_blocks`].
    pub fn for_each_block(&self, f: impl FnMut(&[T])) {
        self.view().for_each_block(f);
    }

    /// Folds all elements into four accumulators side by side; see [`View::fold_lanes`].
    pub fn fold_lanes<B: Copy>(&self, init: B, f: impl FnMut(B, T) -> B, merge: impl FnMut(B, B) -> B) -> B {
        self.view().fold_lanes(init, f, merge)
    }
}

impl<F: Element, D: Dimension, M, const N: usize> RecordMap<[F; N], D, M> {
    /// The elements of array elements, along a new last axis; see [`View::elements`].
    ///
    /// # Panics
    ///
    /// As for [`View::elements`].
    #[track_caller]
    pub fn elements(&self) -> View<'_, F, D::Larger> {
        self.view().elements()
    }

    /// The elements of array elements, along a new last axis, to be written; see [`View::elements`].
    ///
    /// ```
    /// # let path = std::env::temp_dir().join(format!("mmrec-doc-elements-mut-{}.bin", std::process::id()));
    /// let mut points = mmrec::RecordMap::<[f32; 3]>::options().shape(10).create(&path)?;
    /// points.elements_mut().set([9, 2], 1.5);
    /// assert_eq!(points.at(9), [0.0, 0.0, 1.5]);
    /// # std::fs::remove_file(path).unwrap();
    /// # Ok::<(), mmrec::Error>(())
    /// ```
    ///
    /// # Panics
    ///
    /// As for [`View::elements`].
    #[track_caller]
    pub fn elements_mut(&mut self) -> ViewMut<'_, F, D::Larger>
    where
        M: Writable,
    {
        self.view_mut().into_elements()
    }
}

// The bound is on each method, as for views.
impl<T: Element, D: Dimension, M> RecordMap<T, D, M> {
    /// The sum; see [`View::sum`].
    pub fn sum(&self) -> T::Sum
    where
        T: Number,
    {
        self.view().sum()
    }

    /// The mean; see [`View::mean`].
    pub fn mean(&self) -> T::Mean
    where
        T: Number,
    {
        self.view().mean()
    }

    /// The smallest element; see [`View::min`].
    pub fn min(&self) -> Option<T::Native>
    where
        T: Number,
    {
        self.view().min()
    }

    /// The largest element; see [`View::max`].
    pub fn max(&self) -> Option<T::Native>
    where
        T: Number,
    {
        self.view().max()
    }

    /// The smallest and the largest element; see [`View::min_max`].
    pub fn min_max(&self) -> Option<(T::Native, T::Native)>
    where
        T: Number,
    {
        self.view().min_max()
    }
}

impl<T: Element, M> RecordMap<T, Ix1, M> {
    /// The index of the first element for which `pred` is false; see [`View::partition_point`].
    /// To look at one field alone, call it on that field's view.
    pub fn partition_point(&self, pred: impl FnMut(T) -> bool) -> usize {
        self.view().partition_point(pred)
    }

    /// Looks for a value in a sorted map; see [`View::binary_search`].
    ///
    /// # Errors
    ///
    /// The index where the value belongs, if it is not there.
    pub fn binary_search(&self, value: &T) -> Result<usize, usize>
    where
        T: Ord,
    {
        self.view().binary_search(value)
    }

    /// Looks for the element that `compare` finds equal; see [`View::binary_search_by`].
    ///
    /// # Errors
    ///
    /// The index where it belongs, if it is not there.
    pub fn binary_search_by(&self, compare: impl FnMut(T) -> Ordering) -> Result<usize, usize> {
        self.view().binary_search_by(compare)
    }

    /// Looks for the element with a key; see [`View::binary_search_by_key`].
    ///
    /// # Errors
    ///
    /// The index where the key belongs, if it is not there.
    pub fn binary_search_by_key<K: Ord>(&self, key: &K, f: impl FnMut(T) -> K) -> Result<usize, usize> {
        self.view().binary_search_by_key(key, f)
    }
}
