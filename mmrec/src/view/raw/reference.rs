//! References into the bytes of a view, where someone promises that nobody changes them; and views of memory.

use std::{ptr, slice};

use ndarray::{ArrayView, ArrayViewMut, Axis, Dimension, Ix1, ShapeBuilder, StrideShape};
use zerocopy::{FromBytes, Immutable, IntoBytes};

use super::{Bytes, Raw, RawMut, View, ViewMut};
use crate::element::Element;

impl<'a, T: Element, D: Dimension> Raw<'a, T, D> {
    /// The view as a slice, if its elements are aligned and lie one after another in C order.
    ///
    /// # Safety
    ///
    /// Nobody writes the bytes for `'a`.
    pub(crate) unsafe fn as_slice(&self) -> Option<&'a [T]>
    where
        T: FromBytes + Immutable,
    {
        let first = self.first_of_slice()?;
        // SAFETY: R1 and R2: the elements can be read for `'a`, and lie one after another, aligned; any bytes are a valid
        // `T`, and it has no interior mutability. The caller says that nobody writes them.
        Some(unsafe { slice::from_raw_parts(first, self.len()) })
    }

    /// The place of the first element, if all are aligned and lie one after another in C order.
    fn first_of_slice(&self) -> Option<*mut T> {
        let mut runs = self.runs();
        let Some(run) = runs.next() else { return Some(ptr::dangling_mut()) };
        let lie_together = run.len() <= 1 || run.stride == size_of::<T>().cast_signed();
        let first = run.ptr.cast::<T>();
        (runs.remaining() == 0 && lie_together && first.is_aligned()).then_some(first)
    }

    /// The lowest address of an element, the shape with strides in elements, and the axes that run backwards; `None` if an
    /// element is not aligned or a stride is no whole number of elements.
    fn in_elements(&self) -> Option<(*mut T, StrideShape<D>, Vec<Axis>)> {
        let (itemsize, ndim) = (size_of::<T>().cast_signed(), self.dim.ndim());
        if self.len() == 0 || itemsize == 0 {
            // No byte is accessed, whatever the strides.
            return Some((ptr::dangling_mut(), self.dim.clone().into(), Vec::new()));
        }
        let (mut first, mut strides, mut backwards) = (self.ptr, D::zeros(ndim), Vec::new());
        for axis in (0..ndim).filter(|&axis| self.dim[axis] > 1) {
            let stride = self.strides.get(axis);
            if stride % itemsize != 0 {
                return None;
            }
            if stride < 0 {
                first = first.wrapping_offset(stride * (self.dim[axis].cast_signed() - 1));
                backwards.push(Axis(axis));
            }
            strides[axis] = (stride / itemsize).unsigned_abs();
        }
        let first = first.cast::<T>();
        first.is_aligned().then(|| (first, self.dim.clone().strides(strides), backwards))
    }

    /// The view as an ndarray view, if its elements are aligned and its strides are whole numbers of elements.
    ///
    /// # Safety
    ///
    /// Nobody writes the bytes for `'a`.
    pub(crate) unsafe fn as_array(&self) -> Option<ArrayView<'a, T, D>>
    where
        T: FromBytes + Immutable,
    {
        let (first, shape, backwards) = self.in_elements()?;
        // SAFETY: by R1 the elements that the shape and the strides name from `first` on, the one of the lowest address, are
        // those of the view, aligned, and can be read for `'a`; no offset overflows. The rest is as for `as_slice`.
        let mut array = unsafe { ArrayView::from_shape_ptr(shape, first) };
        backwards.into_iter().for_each(|axis| array.invert_axis(axis));
        Some(array)
    }
}

impl<'a, T: Element, D: Dimension> RawMut<'a, T, D> {
    /// The view as a slice, if its elements are aligned and lie one after another in C order.
    ///
    /// # Safety
    ///
    /// Nobody else reads or writes the bytes for `'a`.
    pub(crate) unsafe fn into_slice(self) -> Option<&'a mut [T]>
    where
        T: FromBytes + IntoBytes,
    {
        let first = self.raw.first_of_slice()?;
        // SAFETY: R1, R2 and W1: the elements can be read and written for `'a`, through this view alone, and lie one after
        // another, aligned; any bytes are a valid `T`, and all bytes of one are initialised. The caller says that nobody
        // else accesses them.
        Some(unsafe { slice::from_raw_parts_mut(first, self.raw.len()) })
    }

    /// The view as an ndarray view, if its elements are aligned and its strides are whole numbers of elements.
    ///
    /// # Safety
    ///
    /// Nobody else reads or writes the bytes for `'a`.
    pub(crate) unsafe fn into_array(self) -> Option<ArrayViewMut<'a, T, D>>
    where
        T: FromBytes + IntoBytes,
    {
        let (first, shape, backwards) = self.raw.in_elements()?;
        // SAFETY: as for `as_array` and `into_slice`; elements of different indices do not overlap (W3).
        let mut array = unsafe { ArrayViewMut::from_shape_ptr(shape, first) };
        backwards.into_iter().for_each(|axis| array.invert_axis(axis));
        Some(array)
    }
}

impl<'a, T: Element, D: Dimension> View<'a, T, D> {
    /// The elements as a slice, without copying; `None` if they are not aligned or do not lie one after another in C order.
    ///
    /// ```
    /// # let path = std::env::temp_dir().join(format!("mmrec-doc-as-slice-{}", std::process::id()));
    /// # std::fs::write(&path, [7; 80]).unwrap();
    /// let map = mmrec::RecordMap::<u64>::open(&path)?;
    /// // SAFETY: the file is this program's alone, and it does not write to it.
    /// let numbers = unsafe { map.view().as_slice() }.unwrap();
    /// assert_eq!(numbers.iter().rev().step_by(2).count(), 5);
    /// # std::fs::remove_file(path).unwrap();
    /// # Ok::<(), mmrec::Error>(())
    /// ```
    ///
    /// A record needs `#[derive(zerocopy::FromBytes, zerocopy::Immutable)]` (zerocopy's feature `derive`), and `IntoBytes`
    /// to be written. One field of
    /// records that have others does not lie together and has no slice; see [`as_array`](Self::as_array).
    ///
    /// # Safety
    ///
    /// As long as the slice lives, nobody changes these bytes: no other program, and no other map of the same file in this
    /// one. Nobody cuts the file short either, which would end the process, and the system can read every page: with the handler of the
    /// feature `fault-guard` a lost page is not the end of the process, but another content of the slice.
    pub unsafe fn as_slice(&self) -> Option<&'a [T]>
    where
        T: FromBytes + Immutable,
    {
        // SAFETY: passed on from the caller.
        unsafe { self.raw.as_slice() }
    }

    /// The elements as an ndarray view, without copying; `None` if they are not aligned or their strides are no whole
    /// numbers of elements: a field of 8 bytes in records of 21 has none.
    ///
    /// # Safety
    ///
    /// As for [`as_slice`](Self::as_slice).
    pub unsafe fn as_array(&self) -> Option<ArrayView<'a, T, D>>
    where
        T: FromBytes + Immutable,
    {
        // SAFETY: passed on from the caller.
        unsafe { self.raw.as_array() }
    }
}

impl<'a, T: Element, D: Dimension> ViewMut<'a, T, D> {
    /// The elements as a slice to be written, without copying; `None` as for [`View::as_slice`].
    ///
    /// # Safety
    ///
    /// As long as the slice lives, nobody else reads or changes these bytes: no other program, and no other map of the same
    /// file in this one. Nobody cuts the file short either, and the system can read and write every page, as for
    /// [`as_slice`](View::as_slice).
    pub unsafe fn as_slice_mut(&mut self) -> Option<&mut [T]>
    where
        T: FromBytes + IntoBytes,
    {
        // SAFETY: passed on from the caller.
        unsafe { self.raw.reborrow().into_slice() }
    }

    /// The elements as an ndarray view to be written, without copying; `None` as for [`View::as_array`].
    ///
    /// # Safety
    ///
    /// As for [`as_slice_mut`](Self::as_slice_mut).
    pub unsafe fn as_array_mut(&mut self) -> Option<ArrayViewMut<'_, T, D>>
    where
        T: FromBytes + IntoBytes,
    {
        // SAFETY: passed on from the caller.
        unsafe { self.raw.reborrow().into_array() }
    }
}

impl<'a, T: Element> Raw<'a, T, Ix1> {
    /// The elements of a slice.
    pub(crate) fn of_slice(from: &'a [T]) -> Self {
        let ptr = from.as_ptr().cast_mut().cast();
        // SAFETY: B1: a slice is one allocation of at most `isize::MAX` bytes, which can be read for `'a`. What a `T` has
        // of padding is not read (Element, 5).
        let bytes = unsafe { Bytes::new(ptr, size_of_val(from)) };
        Self::over(bytes, from.len())
    }

    /// Values in bytes; `None` if they are no whole number.
    pub(crate) fn of_bytes(from: &'a [u8]) -> Option<Self> {
        let len = whole(from.len(), size_of::<T>())?;
        // SAFETY: B1: as for a slice of `T`, but for its alignment, which is of no account.
        let bytes = unsafe { Bytes::new(from.as_ptr().cast_mut(), from.len()) };
        Some(Self::over(bytes, len))
    }

    fn over(bytes: Bytes<'a>, len: usize) -> Self {
        match Self::contiguous(bytes, Ix1(len), false, 0) {
            Some(raw) => raw,
            None => unreachable!("a slice has the bytes of its elements, and no more than isize::MAX"),
        }
    }
}

impl<'a, T: Element> RawMut<'a, T, Ix1> {
    /// The elements of a slice.
    pub(crate) fn of_slice(from: &'a mut [T]) -> Self {
        const {
            assert!(
                T::SPANS_DTYPE,
                "memory of this type is not written through views: another type of the same dtype could store what this \
                 one has no value for, as a number that is no variant of an enum; use mmrec::Code<E> for enums in records \
                 that are changed in memory, or ViewMut::from_bytes"
            );
        };
        let (ptr, len) = (from.as_mut_ptr().cast(), size_of_val(from));
        // SAFETY: B1: as for `Raw::of_slice`.
        let bytes = unsafe { Bytes::new(ptr, len) };
        // SAFETY: W1: the slice is borrowed mutably for `'a`. What is stored leaves valid `T`s: as a `T` or as the type of
        // a field or an element of it, by that type's own `store` (Element, 5); as another type of the same dtype, which
        // can be asked for by name, because `T` has a value for all of its dtype, as was just asserted (Element, 7).
        unsafe { Self::new(Raw::over(bytes, from.len())) }
    }

    /// Values in bytes; `None` if they are no whole number.
    pub(crate) fn of_bytes(from: &'a mut [u8]) -> Option<Self> {
        let len = whole(from.len(), size_of::<T>())?;
        // SAFETY: B1: as for `Raw::of_bytes`.
        let bytes = unsafe { Bytes::new(from.as_mut_ptr(), from.len()) };
        // SAFETY: W1: the bytes are borrowed mutably for `'a`.
        Some(unsafe { Self::new(Raw::over(bytes, len)) })
    }
}

/// How many elements there are in so many bytes, if that is a whole number. Of elements without bytes there are none.
pub(super) fn whole(bytes: usize, itemsize: usize) -> Option<usize> {
    match itemsize {
        0 => (bytes == 0).then_some(0),
        _ => bytes.is_multiple_of(itemsize).then_some(bytes / itemsize),
    }
}
