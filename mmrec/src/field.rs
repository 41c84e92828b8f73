//! Typed field tokens.
#![allow(unsafe_code, reason = "a field token is a pointer offset")]

use std::{fmt, marker::PhantomData};

use crate::{
    dtype::{DType, DTypeField},
    element::{Element, FieldMemory, Known},
    error::{Error, ErrorKind, Result},
};

/// Where a field of type `F` lies inside a record `R`: a constant byte offset.
///
/// The derive makes one for each field, as `Trade::FIELDS.price`. [`then`](Self::then) reaches into nested records and
/// [`index`](Self::index) into arrays.
///
/// ```
/// use mmrec::MmapRecord;
///
/// #[derive(Clone, Copy, MmapRecord)]
/// #[repr(C)]
/// struct Point {
///     x: f32,
///     y: f32,
/// }
///
/// #[derive(Clone, Copy, MmapRecord)]
/// #[repr(C)]
/// struct Line {
///     id: u64,
///     ends: [Point; 2],
/// }
///
/// let y1 = Line::FIELDS.ends.index(1).then(Point::FIELDS.y);
/// assert_eq!(y1.offset(), 20);
/// ```
pub struct Field<R, F> {
    /// Invariant F1: wherever an `R` is stored, the stored form of an `F` lies this many bytes into it, all of it
    /// within the `R`.
    offset: usize,
    name: &'static str,
    types: PhantomData<fn(R) -> F>,
}

impl<R, F> Field<R, F> {
    /// The token of a field, from the place of a record and the place of the field in it.
    ///
    /// # Safety
    ///
    /// `field` points to a field of the `R` at `record`.
    #[doc(hidden)]
    pub const unsafe fn between(name: &'static str, record: *const R, field: *const F) -> Self {
        // SAFETY: both point into the same record, by the caller.
        let offset = unsafe { field.cast::<u8>().offset_from(record.cast::<u8>()) };
        // F1: the compiler says that an `F` is there.
        Self { offset: offset.cast_unsigned(), name, types: PhantomData }
    }

    /// Bytes from the start of the record.
    pub const fn offset(self) -> usize {
        self.offset
    }

    /// The name in the dtype; of a nested field, that of the innermost.
    pub const fn name(self) -> &'static str {
        self.name
    }

    // The type of a token is that of the field, and so is that of what is known.

    /// What this field means for the memory of the record.
    #[doc(hidden)]
    pub const fn memory(self, known: Known<F>) -> FieldMemory {
        known.memory
    }

    /// The dtype of this field.
    #[doc(hidden)]
    pub const fn dtype(self, known: Known<F>) -> &'static DType {
        known.dtype
    }

    /// This field in the dtype of the record.
    #[doc(hidden)]
    pub const fn dtype_field(self, title: Option<&'static str>, known: Known<F>) -> DTypeField {
        DTypeField::of_struct(self.name, title, self.offset, known.dtype)
    }

    /// The field `inner` of the record that this field is.
    #[must_use]
    pub const fn then<G>(self, inner: Field<F, G>) -> Field<R, G> {
        // F1: `inner` lies within the `F`, which lies within the `R`.
        Field { offset: self.offset + inner.offset, name: inner.name, types: PhantomData }
    }
}

impl<R: Element, F: Element> Field<R, F> {
    /// The token of the field with this name, title or dotted path, if it is an `F`.
    pub(crate) fn named(name: &str) -> Result<Self> {
        let (dtype, offset) = find(R::DTYPE, name).ok_or_else(|| {
            let names: Vec<_> = R::DTYPE.fields().iter().map(|field| format!("`{}`", field.name())).collect();
            let there = match names.is_empty() {
                true => "it has no fields".to_owned(),
                false => format!("its fields are: {}", names.join(", ")),
            };
            let record = short_name::<R>();
            Error::new(ErrorKind::NoSuchField, format!("{record} has no field `{name}`; {there}"))
        })?;
        if dtype != F::DTYPE {
            let (record, asked) = (short_name::<R>(), short_name::<F>());
            let message = format!(
                "field `{name}` of {record} is {dtype}, and {asked} is {}; ask for a type with the field's dtype",
                F::DTYPE
            );
            return Err(Error::new(ErrorKind::DTypeMismatch, message));
        }
        if dtype.itemsize() != size_of::<F>() || offset + size_of::<F>() > size_of::<R>() {
            let message = format!("the dtype of {} does not describe it", short_name::<R>());
            return Err(Error::new(ErrorKind::DTypeMismatch, message));
        }
        // F1: an `F` that starts at `offset` ends within the `R`, as was just seen; that it is what is stored there is
        // what the equal dtypes say. Every bit pattern loads as a valid `F`.
        Ok(Self { offset, name: "", types: PhantomData })
    }
}

impl<R, F, const N: usize> Field<R, [F; N]> {
    /// Element `i` of the array that this field is.
    ///
    /// # Panics
    ///
    /// If `i` is not less than `N`.
    #[must_use]
    #[track_caller]
    pub const fn index(self, i: usize) -> Field<R, F> {
        assert!(i < N, "the index lies past the end of the array field");
        // F1: element `i` lies within the array, which lies within the `R`.
        Field { offset: self.offset + i * size_of::<F>(), name: self.name, types: PhantomData }
    }
}

impl<R, F> Clone for Field<R, F> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R, F> Copy for Field<R, F> {}

impl<R, F> fmt::Debug for Field<R, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Field({:?} at {})", self.name, self.offset)
    }
}

/// The field of that name, title or dotted path, and its offset.
fn find<'a>(dtype: &'a DType, name: &str) -> Option<(&'a DType, usize)> {
    if let Some(field) = dtype.field(name) {
        return Some((field.dtype(), field.offset()));
    }
    name.match_indices('.').find_map(|(dot, _)| {
        let outer = dtype.field(&name[..dot])?;
        let (inner, offset) = find(outer.dtype(), &name[dot + 1..])?;
        Some((inner, outer.offset() + offset))
    })
}

/// The name of a type without its modules.
pub(crate) fn short_name<T>() -> &'static str {
    let name = std::any::type_name::<T>();
    if name.contains(['<', '[']) { name } else { name.rsplit("::").next().unwrap_or(name) }
}
