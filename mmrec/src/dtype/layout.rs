//! Record dtypes from fields: packed, aligned as C does, or at given offsets. Every sum is checked.

use std::{collections::HashSet, sync::Arc};

use super::{DType, DTypeField, Fields, Kind, MAX_DEPTH, MAX_ITEMSIZE, Ref, Repr, Scalar};
use crate::error::{Error, ErrorKind, Result};

/// NumPy's limit on the axes of an array.
pub(crate) const MAX_AXES: usize = 64;

impl DType {
    /// A sub-array of `base` with this shape; an empty shape is `base` itself.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Overflow`] past 2^31 - 1 bytes or for a longer axis, [`ErrorKind::RankMismatch`] for more than 64
    /// axes; these are NumPy's limits. [`ErrorKind::BadDescr`] for more than 300 levels of nesting, each axis of a
    /// sub-array being one.
    ///
    /// NumPy: `numpy.dtype((base, shape))`.
    pub fn array(base: DType, shape: &[usize]) -> Result<Self> {
        if base.as_scalar().is_some_and(|scalar| scalar.size() == 0) && !shape.is_empty() {
            let message =
                format!("{base} has no bytes, and NumPy has no sub-array of it; use one with bytes");
            return Err(Error::new(ErrorKind::BadDescr, message));
        }
        if shape.len() > MAX_AXES {
            let message =
                format!("a sub-array has {} axes, and NumPy allows {MAX_AXES}; merge some", shape.len());
            return Err(Error::new(ErrorKind::RankMismatch, message));
        }
        shape.iter().rev().enumerate().try_fold(base, |base, (axis, &len)| {
            let bytes = base.itemsize().checked_mul(len).filter(|_| len <= MAX_ITEMSIZE);
            let itemsize = within_limit(bytes)?;
            let joined = axis > 0;
            let depth = within_depth(base.depth() + 1)?;
            Ok(Self(Repr::Array { base: Ref::Shared(Arc::new(base)), len, itemsize, joined, depth }))
        })
    }

    /// A record of these fields one after another, without gaps. What [`DTypeField::at`] said is replaced.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::BadDescr`] for a name or title that occurs twice and for more than 300 levels of nesting,
    /// [`ErrorKind::Overflow`] past 2^31 - 1 bytes.
    ///
    /// NumPy: `numpy.dtype([...])`.
    pub fn packed(fields: impl IntoIterator<Item = DTypeField>) -> Result<Self> {
        let mut fields: Vec<_> = fields.into_iter().collect();
        let mut end = 0;
        for field in &mut fields {
            field.offset = end;
            end = field_end(field)?;
        }
        record(fields, end, 1)
    }

    /// A record of these fields, each at the next multiple of its alignment, padded at the end, as a C compiler does.
    ///
    /// # Errors
    ///
    /// As for [`packed`](Self::packed).
    ///
    /// NumPy: `numpy.dtype([...], align=True)`.
    pub fn aligned(fields: impl IntoIterator<Item = DTypeField>) -> Result<Self> {
        let mut fields: Vec<_> = fields.into_iter().collect();
        let (mut end, mut alignment) = (0usize, 1);
        for field in &mut fields {
            let step = field.dtype().alignment();
            field.offset = within_limit(end.checked_next_multiple_of(step))?;
            alignment = alignment.max(step);
            end = field_end(field)?;
        }
        let itemsize = within_limit(end.checked_next_multiple_of(alignment))?;
        record(fields, itemsize, alignment)
    }

    /// A record of these fields where [`DTypeField::at`] puts them, `itemsize` bytes in all. Gaps are padding; fields
    /// may overlap and come in any order, as in NumPy.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::ShapeMismatch`] if a field ends past `itemsize`, and as for [`packed`](Self::packed).
    ///
    /// NumPy: `numpy.dtype({'names': ..., 'formats': ..., 'offsets': ..., 'itemsize': ...})`.
    pub fn with_offsets(fields: impl IntoIterator<Item = DTypeField>, itemsize: usize) -> Result<Self> {
        let fields: Vec<_> = fields.into_iter().collect();
        within_limit(Some(itemsize))?;
        for field in &fields {
            let end = field_end(field)?;
            if end > itemsize {
                let message = format!(
                    "field `{}` ends at byte {end}, past the itemsize of {itemsize}; make the itemsize at least {end}",
                    field.name()
                );
                return Err(Error::new(ErrorKind::ShapeMismatch, message));
            }
        }
        record(fields, itemsize, 1)
    }

    /// Whether a `.npy` header can say the dtype: all fields are in order and none is read as padding, those of fields
    /// too.
    pub(crate) fn has_descr(&self) -> bool {
        let is_read = |field: &DTypeField| {
            let is_padding = field.name.is_empty() && field.title.is_none() && field.dtype().is_void();
            !is_padding && field.dtype().has_descr()
        };
        match self.outer_axis() {
            Some((base, _)) => base.has_descr(),
            None => self.is_in_order() && self.fields().iter().all(is_read),
        }
    }

    /// Whether NumPy takes a nameless field of this for padding: void bytes, and sub-arrays of anything count as void.
    pub(super) fn is_void(&self) -> bool {
        matches!(self.as_scalar().map(Scalar::kind), Some(Kind::Void)) || self.outer_axis().is_some()
    }

    /// Whether the fields follow each other without overlap.
    pub(super) fn is_in_order(&self) -> bool {
        let mut end = 0;
        self.fields().iter().all(|field| {
            let fits = field.offset >= end;
            end = field.end();
            fits
        })
    }
}

fn within_limit(bytes: Option<usize>) -> Result<usize> {
    bytes.filter(|&bytes| bytes <= MAX_ITEMSIZE).ok_or_else(too_large)
}

pub(super) fn too_large() -> Error {
    let message = "a dtype is larger than 2147483647 bytes, the most that NumPy can express; use fewer or shorter fields";
    Error::new(ErrorKind::Overflow, message)
}

/// The record that a dict describes: at these offsets or one after another, as C aligns if `aligned`.
pub(super) fn from_dict(
    fields: Vec<DTypeField>,
    offsets: Option<Vec<usize>>,
    itemsize: Option<usize>,
    aligned: bool,
) -> Result<DType> {
    let mut dtype = match offsets {
        None if aligned => DType::aligned(fields)?,
        None => DType::packed(fields)?,
        Some(offsets) => {
            let fields: Vec<_> = fields.into_iter().zip(offsets).map(|(field, at)| field.at(at)).collect();
            let ends = fields.iter().map(field_end).collect::<Result<Vec<_>>>()?;
            DType::with_offsets(fields, ends.into_iter().max().unwrap_or(0))?
        }
    };
    let alignment = if aligned {
        dtype.fields().iter().map(|field| field.dtype().alignment()).max().unwrap_or(1)
    } else {
        1
    };
    let misplaced =
        dtype.fields().iter().find(|field| aligned && field.offset % field.dtype().alignment() != 0);
    if let Some(field) = misplaced {
        let (name, at, step) = (field.name(), field.offset, field.dtype().alignment());
        let message = format!(
            "'aligned' is True, but field `{name}` at {at} is not at a multiple of {step}; move it, or leave 'aligned' out"
        );
        return Err(Error::new(ErrorKind::BadDescr, message));
    }
    let needed = within_limit(dtype.itemsize().checked_next_multiple_of(alignment))?;
    let size = within_limit(Some(itemsize.unwrap_or(needed)))?;
    if size < dtype.itemsize() {
        let message =
            format!("'itemsize' is {size}, but the fields end at byte {}; make it larger", dtype.itemsize());
        return Err(Error::new(ErrorKind::ShapeMismatch, message));
    }
    if size % alignment != 0 {
        let message = format!(
            "'aligned' is True, but 'itemsize' {size} is no multiple of {alignment}; change it, or leave 'aligned' out"
        );
        return Err(Error::new(ErrorKind::BadDescr, message));
    }
    if let Repr::Record { itemsize, alignment: of, .. } = &mut dtype.0 {
        (*itemsize, *of) = (size, alignment);
    }
    Ok(dtype)
}

fn within_depth(depth: usize) -> Result<usize> {
    if depth > MAX_DEPTH {
        let message = format!(
            "records and axes of sub-arrays are nested {depth} deep; at most {MAX_DEPTH} levels are allowed"
        );
        return Err(Error::new(ErrorKind::BadDescr, message));
    }
    Ok(depth)
}

fn field_end(field: &DTypeField) -> Result<usize> {
    within_limit(field.offset.checked_add(field.dtype().itemsize()))
}

fn record(fields: Vec<DTypeField>, itemsize: usize, alignment: usize) -> Result<DType> {
    let mut seen = HashSet::new();
    for field in &fields {
        for name in std::iter::once(field.name()).chain(field.title()) {
            if !seen.insert(name) {
                let message =
                    format!("the name or title `{name}` occurs more than once in one record; rename one");
                return Err(Error::new(ErrorKind::BadDescr, message));
            }
        }
    }
    drop(seen);
    let depth = within_depth(fields.iter().map(|field| field.dtype().depth()).max().unwrap_or(0) + 1)?;
    Ok(DType(Repr::Record { fields: Fields::Shared(fields.into()), itemsize, alignment, depth }))
}
