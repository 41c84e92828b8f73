//! Traits of the standard library that views have.

use std::fmt;

use ndarray::{Dimension, Ix1};

use super::{Iter, Selected, View, ViewMut, format};
use crate::{
    element::{Element, stored_bytes},
    select::Select,
};

/// Equal shapes and equal elements.
impl<T: Element + PartialEq, D: Dimension> PartialEq for View<'_, T, D> {
    fn eq(&self, other: &Self) -> bool {
        self.shape() == other.shape() && self.iter().eq(other.iter())
    }
}

impl<T, D: Clone> Clone for View<'_, T, D> {
    fn clone(&self) -> Self {
        Self { raw: self.raw.clone() }
    }
}

impl<T, D: Copy> Copy for View<'_, T, D> {}

impl<T, D: Clone, S: Clone> Clone for Selected<'_, T, S, D> {
    fn clone(&self) -> Self {
        Self { raw: self.raw.clone(), select: self.select.clone() }
    }
}

impl<T, D: Copy, S: Copy> Copy for Selected<'_, T, S, D> {}

impl<'a, T: Element, D: Dimension> From<&View<'a, T, D>> for View<'a, T, D> {
    fn from(view: &View<'a, T, D>) -> Self {
        view.clone()
    }
}

impl<'v, T: Element, D: Dimension> From<&'v ViewMut<'_, T, D>> for View<'v, T, D> {
    fn from(view: &'v ViewMut<'_, T, D>) -> Self {
        view.view()
    }
}

impl<'a, T: Element, D: Dimension> From<ViewMut<'a, T, D>> for View<'a, T, D> {
    fn from(view: ViewMut<'a, T, D>) -> Self {
        view.into_view()
    }
}

impl<'a, T: Element> From<&'a [T]> for View<'a, T, Ix1> {
    fn from(elements: &'a [T]) -> Self {
        View::from_slice(elements)
    }
}

impl<'a, T: Element, const N: usize> From<&'a [T; N]> for View<'a, T, Ix1> {
    fn from(elements: &'a [T; N]) -> Self {
        View::from_slice(elements)
    }
}

impl<'a, T: Element> From<&'a Vec<T>> for View<'a, T, Ix1> {
    fn from(elements: &'a Vec<T>) -> Self {
        View::from_slice(elements)
    }
}

impl<'a, T: Element, D: Dimension> IntoIterator for View<'a, T, D> {
    type Item = T;
    type IntoIter = Iter<'a, T, D>;

    fn into_iter(self) -> Iter<'a, T, D> {
        self.iter()
    }
}

impl<'a, T: Element, D: Dimension> IntoIterator for &View<'a, T, D> {
    type Item = T;
    type IntoIter = Iter<'a, T, D>;

    fn into_iter(self) -> Iter<'a, T, D> {
        self.iter()
    }
}

impl<'a, T: Element, D: Dimension, S: Select<T>> IntoIterator for Selected<'a, T, S, D> {
    type Item = S::Item;
    type IntoIter = Iter<'a, T, D, S>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'a, T: Element, D: Dimension, S: Select<T>> IntoIterator for &Selected<'a, T, S, D> {
    type Item = S::Item;
    type IntoIter = Iter<'a, T, D, S>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'v, T: Element, D: Dimension> IntoIterator for &'v ViewMut<'_, T, D> {
    type Item = T;
    type IntoIter = Iter<'v, T, D>;

    fn into_iter(self) -> Iter<'v, T, D> {
        self.iter()
    }
}

/// Gives the stored bytes of the element at an index, for printing.
fn item<'v, T: Element, D: Dimension>(
    view: &'v View<'_, T, D>,
) -> impl Fn(&[usize]) -> Vec<u8> + use<'v, T, D> {
    |index| {
        let mut at = D::zeros(view.ndim());
        at.slice_mut().copy_from_slice(index);
        view.get(at).map(stored_bytes).unwrap_or_default()
    }
}

/// As NumPy's `str(array)`: more than 1000 elements are shown by three at each end of each axis.
impl<T: Element, D: Dimension> fmt::Display for View<'_, T, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        format::write_array(f, T::DTYPE, self.shape(), &item(self))
    }
}

/// As NumPy's `repr(array)`, with the dtype: `View([1., 2.5], dtype='<f8')`.
impl<T: Element, D: Dimension> fmt::Debug for View<'_, T, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        format::write_repr(f, "View", T::DTYPE, self.shape(), &item(self))
    }
}

impl<T: Element, D: Dimension> fmt::Display for ViewMut<'_, T, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.view(), f)
    }
}

impl<T: Element, D: Dimension> fmt::Debug for ViewMut<'_, T, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        format::write_repr(f, "ViewMut", T::DTYPE, self.shape(), &item(&self.view()))
    }
}

impl<T: Element, D: Dimension, S: Select<T>> fmt::Debug for Selected<'_, T, S, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Selected({} records)", self.len())
    }
}
