//! Records whose fields lie in arrays of their own: what the derive calls for them.
//!
//! None of it asks that a field's type is an element, so that one that is none is reported once, where the derive asks
//! for what is known of it.

use std::{
    ptr,
    sync::atomic::{AtomicUsize, Ordering},
};

use ndarray::{Dimension, Ix1};

use super::{DynRaw, DynRawMut, Raw, Strides, View, ViewMut, untyped::Untyped};
use crate::{dtype::DType, element::Known};

/// Gives the columns of a record one after another, in the order of its fields.
pub trait ColumnViews<'a> {
    /// The next column.
    ///
    /// # Panics
    ///
    /// If there is none, or it is not of this type.
    fn next<F>(&mut self, known: Known<F>) -> View<'a, F, Ix1>;
}

/// Gives the columns of a record one after another, to be written.
pub trait ColumnViewsMut<'a> {
    /// The next column.
    ///
    /// # Panics
    ///
    /// If there is none, or it is not of this type.
    fn next<F>(&mut self, known: Known<F>) -> ViewMut<'a, F, Ix1>;
}

/// An array with one axis, of which views are made again and again, one for each record that is read.
pub(crate) struct Rows<'a> {
    raw: DynRaw<'a>,
    /// The places of `raw`.
    places: Raw<'a, Untyped, Ix1>,
    /// The address of a dtype that was found to be that of `raw`; 0 for none. No other can have it, since it is static.
    known: AtomicUsize,
}

impl<'a> Rows<'a> {
    /// `None` if the array has another number of axes.
    pub(crate) fn new(raw: DynRaw<'a>) -> Option<Self> {
        let (&[len], &[stride]) = (raw.raw.dim.slice(), raw.raw.strides.0.slice()) else { return None };
        // R1, R2: the same places.
        let places = raw.raw.moved(0, Ix1(len), Strides(Ix1(stride)));
        Some(Self { raw, places, known: AtomicUsize::new(0) })
    }

    pub(crate) fn raw(&self) -> &DynRaw<'a> {
        &self.raw
    }

    /// The array as one of `T`, which is known to be an element, if its elements are such.
    #[inline(always)]
    fn typed<T>(&self, known: Known<T>) -> Option<Raw<'a, T, Ix1>> {
        if self.known.load(Ordering::Relaxed) != ptr::from_ref(known.dtype).addr() && !self.is_of(known.dtype)
        {
            return None;
        }
        // R1: by D1 a place has the bytes of an element of the dtype, which is that of `T`. Any bytes load as a `T`.
        Some(self.places.retyped())
    }

    #[cold]
    fn is_of(&self, dtype: &'static DType) -> bool {
        let is_same = self.raw.dtype() == dtype;
        if is_same {
            self.known.store(ptr::from_ref(dtype).addr(), Ordering::Relaxed);
        }
        is_same
    }
}

/// Columns, one for each field, of its dtype and with one axis.
pub(crate) struct Fields<I>(pub(crate) I);

impl<'a, I: Iterator<Item = &'a Rows<'a>>> ColumnViews<'a> for Fields<I> {
    #[inline(always)]
    fn next<F>(&mut self, known: Known<F>) -> View<'a, F, Ix1> {
        match self.0.next().and_then(|column| column.typed(known)) {
            Some(raw) => View { raw },
            None => not_compared(),
        }
    }
}

impl<'a, I: Iterator<Item = DynRawMut<'a>>> ColumnViewsMut<'a> for Fields<I> {
    fn next<F>(&mut self, known: Known<F>) -> ViewMut<'a, F, Ix1> {
        match self.0.next().and_then(|column| column.known(known).ok()) {
            Some(raw) => ViewMut { raw },
            None => not_compared(),
        }
    }
}

#[cold]
fn not_compared() -> ! {
    panic!("the columns were compared with the fields before")
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
