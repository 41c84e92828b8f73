//! The dtype of a new file, from that of the old one and what is asked for.

use mmrec::{ByteOrder, DType, DTypeField, Scalar};

use super::{super::failure::Result, super::leaf::chosen, asked::Layout};

impl Layout {
    /// The dtype to write.
    pub(super) fn of(&self, dtype: &DType) -> Result<DType> {
        let mut made = selected(dtype, &self.fields)?;
        if let Some(text) = &self.record {
            made = text.parse()?;
        }
        if let Some(order) = self.byte_order() {
            made = ordered(&made, order)?;
        }
        Ok(match (self.packed, self.aligned) {
            (true, _) => made.to_packed()?,
            (_, true) => made.to_aligned()?,
            _ => made,
        })
    }
}

/// The records with these fields alone, packed; all as they are if none are named.
pub(super) fn selected(dtype: &DType, fields: &[String]) -> Result<DType> {
    if fields.is_empty() {
        return Ok(dtype.clone());
    }
    let leaves = chosen(dtype, fields)?;
    let paths: Vec<&[String]> = leaves.iter().map(|leaf| leaf.path.as_slice()).collect();
    Ok(part(dtype, &paths)?.to_packed()?)
}

/// What these paths lead to; one that is empty leads to all of it.
fn part(dtype: &DType, paths: &[&[String]]) -> Result<DType> {
    if !dtype.shape().is_empty() {
        return Ok(DType::array(part(dtype.base(), paths)?, &dtype.shape())?);
    }
    let mut groups: Vec<(&DTypeField, Vec<&[String]>)> = Vec::new();
    for path in paths {
        let Some((name, rest)) = path.split_first() else { return Ok(dtype.clone()) };
        match groups.iter_mut().find(|(field, _)| field.name() == name) {
            Some((_, group)) => group.push(rest),
            None => groups.extend(dtype.field(name).map(|field| (field, vec![rest]))),
        }
    }
    let fields = groups.into_iter().map(|(field, rest)| Ok(like(field, part(field.dtype(), &rest)?)));
    Ok(DType::packed(fields.collect::<Result<Vec<_>>>()?)?)
}

/// The same with all numbers in one byte order.
fn ordered(dtype: &DType, order: ByteOrder) -> Result<DType> {
    if let Some(scalar) = dtype.as_scalar() {
        return Ok(Scalar::new(scalar.kind(), scalar.size(), order).into());
    }
    if !dtype.is_record() {
        return Ok(DType::array(ordered(dtype.base(), order)?, &dtype.shape())?);
    }
    let fields = dtype.fields().iter();
    let fields = fields.map(|field| Ok(like(field, ordered(field.dtype(), order)?).at(field.offset())));
    Ok(DType::with_offsets(fields.collect::<Result<Vec<_>>>()?, dtype.itemsize())?)
}

/// A field of the same names and another dtype.
fn like(field: &DTypeField, dtype: DType) -> DTypeField {
    let new = DTypeField::new(field.name(), dtype);
    match field.title() {
        Some(title) => new.with_title(title),
        None => new,
    }
}
