//! The columns of a text: one for each scalar of a row.

use mmrec::{DynView, Scalar, ndarray};

use super::super::{
    failure::{Failure, Result},
    leaf::Leaf,
};
use super::{quotes::BYTE_ORDER_MARK, source};

/// The most columns of a text.
const MOST: usize = 100_000;

/// A scalar of each row.
#[derive(Clone, Debug)]
pub(super) struct Column {
    /// `a.b`, and `v[0]` or `v[0][1]` for an element of an array.
    pub(super) name: String,
    pub(super) scalar: Scalar,
    /// Where it lies in the row, in bytes.
    pub(super) offset: usize,
}

/// The columns of a field, of a view whose first axis are rows.
pub(super) fn of_leaf(leaf: &Leaf, field: &DynView<'_>, known: usize) -> Result<Vec<Column>> {
    let (shape, strides) = (&field.shape()[1..], &field.strides()[1..]);
    let Some(scalar) = leaf.dtype.as_scalar() else { return Ok(Vec::new()) };
    let count = shape.iter().try_fold(1usize, |count, &len| count.checked_mul(len));
    if count.is_none_or(|count| count > MOST - known) {
        let message = format!(
            "{} is an array of {} in each row, and a text has at most {MOST} columns; choose other fields with --fields",
            leaf.name(),
            super::super::text::shape(shape)
        );
        return Err(Failure::Usage(message));
    }
    let start = leaf_start(field);
    let columns = ndarray::indices(shape).into_iter().map(|index| {
        let index = ndarray::Dimension::slice(&index);
        let steps = index.iter().zip(strides).map(|(&at, &stride)| at * stride.unsigned_abs());
        let place: String = index.iter().map(|at| format!("[{at}]")).collect();
        Column { name: leaf.name() + &place, scalar, offset: start + steps.sum::<usize>() }
    });
    Ok(columns.collect())
}

/// Where the first scalar lies in memory that starts with a row.
fn leaf_start(field: &DynView<'_>) -> usize {
    usize::try_from(field.byte_offset()).unwrap_or(0)
}

/// How a text is written and read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Style {
    pub(super) delimiter: u8,
    pub(super) has_header: bool,
    /// Whether a row is one value, so that one without text needs quotes to be a line that is not empty.
    pub(super) is_single: bool,
    /// A float or time of which there is no text is none.
    pub(super) empty_is_nan: bool,
    /// Dates are steps since 1970.
    pub(super) epoch: bool,
}

impl Style {
    /// Writes a text, in quotes where it must be.
    pub(super) fn put(self, text: &[u8], out: &mut Vec<u8>) {
        let special = |byte: &u8| matches!(byte, b'"' | b'\n' | b'\r') || *byte == self.delimiter;
        // Whoever reads takes a mark of byte order at the start of a text for what it is, and leaves it out, and some others for no text.
        let is_lost = text.is_empty() && self.is_single
            || text.starts_with(BYTE_ORDER_MARK)
            || source::other(text).is_some();
        if !is_lost && !text.iter().any(special) {
            return out.extend_from_slice(text);
        }
        out.push(b'"');
        for &byte in text {
            if byte == b'"' {
                out.push(b'"');
            }
            out.push(byte);
        }
        out.push(b'"');
    }
}
