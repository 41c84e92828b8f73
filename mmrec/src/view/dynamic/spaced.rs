//! Scalars of records as an axis.

use super::too_many;
use crate::{
    dtype::{DType, Scalar},
    error::{Error, ErrorKind, Result},
    view::raw::DynRaw,
};

const UNEVEN: &str = "for they are not evenly spaced";

/// Scalars of one type that are evenly spaced.
#[derive(Clone, Copy)]
pub(super) struct Spaced {
    first: usize,
    count: usize,
    /// Bytes between neighbours; of a single scalar, not known yet.
    stride: Option<usize>,
    leaf: Scalar,
}

impl Spaced {
    /// The scalars of an element, if they are such.
    pub(super) fn of(dtype: &DType) -> Result<Self> {
        let why = match Self::find(dtype) {
            Ok(Some(spaced)) => return Ok(spaced),
            Ok(None) => "for it has none",
            Err(why) => why,
        };
        let message = format!(
            "the scalars of {dtype} cannot be a last axis, {why}; all have to be of one type and evenly spaced: take those \
             that are with .fields([..]), or copy"
        );
        Err(Error::new(ErrorKind::DTypeMismatch, message))
    }

    /// `None` if there are no scalars; an error is why they are not evenly spaced.
    fn find(dtype: &DType) -> Result<Option<Self>, &'static str> {
        if let Some(leaf) = dtype.as_scalar() {
            return Ok((leaf.size() > 0).then_some(Self { first: 0, count: 1, stride: None, leaf }));
        }
        if let Some((base, len)) = dtype.outer_axis() {
            // What no element has cannot be uneven.
            let found = if len > 0 { Self::find(base)? } else { None };
            let Some(one) = found else { return Ok(None) };
            let Some(two) = (len > 1).then(|| one.then(Self { first: one.first + base.itemsize(), ..one }))
            else {
                return Ok(Some(one));
            };
            // As the second follows the first, so do all others.
            return Ok(Some(Self { count: one.count * len, ..two? }));
        }
        let mut all: Option<Self> = None;
        for field in dtype.fields() {
            let Some(found) = Self::find(field.dtype())? else { continue };
            let found = Self { first: found.first + field.offset(), ..found };
            all = Some(match all {
                Some(before) => before.then(found)?,
                None => found,
            });
        }
        Ok(all)
    }

    /// These scalars, and then others.
    fn then(self, next: Self) -> Result<Self, &'static str> {
        if self.leaf != next.leaf {
            return Err("for they are of several types");
        }
        let last = self.first + self.stride.unwrap_or(0) * (self.count - 1);
        let step = next.first.checked_sub(last).ok_or(UNEVEN)?;
        if [self.stride, next.stride].into_iter().flatten().any(|stride| stride != step) {
            return Err(UNEVEN);
        }
        Ok(Self { count: self.count + next.count, stride: Some(step), ..self })
    }

    pub(super) fn in_array<'a>(&self, raw: &DynRaw<'a>) -> Result<DynRaw<'a>> {
        let found =
            raw.leaves(self.first, self.count, self.stride.unwrap_or(self.leaf.size()), self.leaf.into());
        found.ok_or_else(|| too_many(raw.shape(), raw.dtype()))
    }
}
