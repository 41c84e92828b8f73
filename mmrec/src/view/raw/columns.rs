//! Records whose fields lie in arrays of their own: what the derive calls for them.
//!
//! None of it asks that a field's type is an element, so that one that is none is reported once, where the derive asks
//! for what is known of it.

use ndarray::{Dimension, Ix1};

use super::{DynRaw, DynRawMut, View, ViewMut};
use crate::element::Known;

/// Gives the columns of a record one after another, in the order of its fields.
pub struct ColumnViews<'s, 'a> {
    columns: &'s mut dyn Iterator<Item = &'a DynRaw<'a>>,
}

/// Gives the columns of a record one after another, to be written.
pub struct ColumnViewsMut<'s, 'a> {
    columns: &'s mut dyn Iterator<Item = DynRawMut<'a>>,
}

impl<'s, 'a> ColumnViews<'s, 'a> {
    /// The caller sees to it that there is a column for each field, of its dtype and with one axis.
    pub(crate) fn new(columns: &'s mut dyn Iterator<Item = &'a DynRaw<'a>>) -> Self {
        Self { columns }
    }

    /// The next column.
    ///
    /// # Panics
    ///
    /// If there is none, or it is not of this type.
    pub fn next<F, D: Dimension>(&mut self, known: Known<F>) -> View<'a, F, D> {
        let column = self.columns.next().and_then(|column| column.known(known).ok());
        View { raw: column.expect("the columns were compared with the fields before") }
    }
}

impl<'s, 'a> ColumnViewsMut<'s, 'a> {
    /// The caller sees to what [`ColumnViews::new`] says.
    pub(crate) fn new(columns: &'s mut dyn Iterator<Item = DynRawMut<'a>>) -> Self {
        Self { columns }
    }

    /// The next column.
    ///
    /// # Panics
    ///
    /// If there is none, or it is not of this type.
    pub fn next<F, D: Dimension>(&mut self, known: Known<F>) -> ViewMut<'a, F, D> {
        let column = self.columns.next().and_then(|column| column.known(known).ok());
        ViewMut { raw: column.expect("the columns were compared with the fields before") }
    }
}

impl<F> View<'_, F, Ix1> {
    /// [`at`](Self::at), for the derive.
    ///
    /// # Panics
    ///
    /// If there is no such element.
    #[doc(hidden)]
    #[inline(always)]
    #[track_caller]
    pub fn known_at(&self, index: usize, known: Known<F>) -> F {
        match self.raw.place(&Ix1(index)) {
            // SAFETY: by R1 the place is that of `size_of::<F>()` bytes that can be read, and `load` is that of `F` as an
            // element, since nothing else makes a `Known<F>`.
            Some(place) => unsafe { (known.load)(place) },
            None => crate::view::out_of_bounds(Ix1(index), self.raw.dim().slice()),
        }
    }
}
