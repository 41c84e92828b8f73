//! Record batches as rows of a dtype.

use std::collections::HashMap;

use arrow_array::{Array, FixedSizeListArray, RecordBatch, StructArray, cast::AsArray};
use arrow_schema::{DataType, Field, FieldRef};
use ndarray::IxDyn;

use super::{cells, schema, too_many_elements};
use crate::{
    dtype::{DType, Kind, ShapeText},
    error::{Error, ErrorKind, Result},
    view::{DynView, DynViewMut, raw::DynRawMut},
};

/// A column of a batch, or a field of one.
#[derive(Clone, Copy)]
pub(super) struct Column<'c> {
    pub(super) name: &'c str,
    /// Of which the metadata may say more than the type.
    pub(super) field: &'c Field,
    /// Rows of the batch.
    pub(super) rows: usize,
    /// Elements of the array.
    pub(super) len: usize,
}

impl Column<'_> {
    /// An error at an element.
    pub(super) fn error_at(&self, index: usize, kind: ErrorKind, what: &str) -> Error {
        let row = index / self.len.checked_div(self.rows).unwrap_or(1).max(1);
        Error::new(kind, format!("column `{}`, row {row}: {what}; nothing is written", self.name))
    }

    /// An error because of the type.
    pub(super) fn wrong_type(&self, found: &DataType, to: &DType, axes: &[usize]) -> Error {
        let of =
            if axes.is_empty() { String::new() } else { format!(" in arrays of shape {}", ShapeText(axes)) };
        let natural =
            schema::in_lists(to, axes).map(|natural| format!(" (as {natural})")).unwrap_or_default();
        let message = format!(
            "column `{}` is {found}, and its field {to}{of}; cast it to what the field holds{natural}; nothing is written",
            self.name
        );
        Error::new(ErrorKind::DTypeMismatch, message)
    }
}

/// The rows of a batch as elements of a dtype, one after another; padding is 0.
pub(super) struct Rows {
    bytes: Vec<u8>,
    /// The rows of the batch, and the axes of one.
    shape: Vec<usize>,
    dtype: DType,
}

impl Rows {
    /// Rows with these axes each.
    pub(super) fn new(batch: &RecordBatch, dtype: &DType, axes: &[usize]) -> Result<Self> {
        let shape = [&[batch.num_rows()], axes].concat();
        let len = shape.iter().try_fold(dtype.itemsize(), |bytes, &len| bytes.checked_mul(len));
        let len = len.filter(|len| isize::try_from(*len).is_ok()).ok_or_else(too_many_elements)?;
        let mut rows = Self { bytes: vec![0; len], shape, dtype: dtype.clone() };
        fill_rows(&mut rows.view()?, batch)?;
        Ok(rows)
    }

    pub(super) fn view(&mut self) -> Result<DynViewMut<'_>> {
        let raw = DynRawMut::of_bytes(&mut self.bytes, IxDyn(&self.shape), self.dtype.clone());
        DynViewMut::from_raw(raw.ok_or_else(too_many_elements)?)
    }
}

fn fill_rows(to: &mut DynViewMut<'_>, batch: &RecordBatch) -> Result<()> {
    let (rows, dtype) = (batch.num_rows(), to.dtype().clone());
    let columns: Vec<(&FieldRef, &dyn Array)> =
        batch.schema_ref().fields().iter().zip(batch.columns().iter().map(AsRef::as_ref)).collect();
    if dtype.is_record() {
        return fill_fields(to, 1, &columns, "", rows);
    }
    let [(field, array)] = columns[..] else {
        let message = format!(
            "the batch has {} columns, and elements of {dtype} are one; take the one that is meant",
            columns.len()
        );
        return Err(Error::new(ErrorKind::NoSuchField, message));
    };
    fill(to, 1, array, Column { name: field.name(), field, rows, len: array.len() })
}

/// Writes the columns of these names to the fields of each element. The first `outer` axes are those along which the arrays
/// go.
fn fill_fields(
    to: &mut DynViewMut<'_>,
    outer: usize,
    columns: &[(&FieldRef, &dyn Array)],
    within: &str,
    rows: usize,
) -> Result<()> {
    let dtype = to.dtype().clone();
    let mut there: HashMap<&str, &(&FieldRef, &dyn Array)> = HashMap::new();
    let twice: Vec<_> = (columns.iter())
        .filter_map(|column| there.insert(column.0.name(), column).map(|_| column.0.name().as_str()))
        .collect();
    let missing: Vec<_> =
        dtype.fields().iter().map(|field| field.name()).filter(|name| !there.contains_key(name)).collect();
    let extra: Vec<_> = (columns.iter().map(|column| column.0.name().as_str()))
        .filter(|name| !dtype.fields().iter().any(|field| field.name() == *name))
        .collect();
    let mut wrong = Vec::new();
    for (names, what) in [
        (missing, "there is no column"),
        (extra, "there is no field for column"),
        (twice, "there are two columns"),
    ] {
        wrong.extend(names.iter().map(|name| format!("{what} `{}`", joined(within, name))));
    }
    if !wrong.is_empty() {
        let message = format!("{}; a batch has the columns of {dtype}; nothing is written", wrong.join(", "));
        return Err(Error::new(ErrorKind::NoSuchField, message));
    }
    for field in dtype.fields() {
        let Some((arrow, array)) = there.get(field.name()) else { unreachable!("none is missing") };
        let name = joined(within, field.name());
        let column = Column { name: &name, field: arrow, rows, len: array.len() };
        let mut part = to.part(field.offset(), field.dtype()).ok_or_else(too_many_elements)?;
        fill(&mut part, outer, *array, column)?;
    }
    Ok(())
}

fn joined(within: &str, name: &str) -> String {
    if within.is_empty() { name.to_owned() } else { format!("{within}.{name}") }
}

/// Writes the values of an array. Axes of `to` after the first `outer` are lists in it.
fn fill(to: &mut DynViewMut<'_>, outer: usize, array: &dyn Array, column: Column<'_>) -> Result<()> {
    let (dtype, axes) = (to.dtype().clone(), to.shape()[outer..].to_vec());
    let wrong_type = || column.wrong_type(array.data_type(), &dtype, &axes);
    let (mut inner, mut column) = (array, column);
    for &len in &axes {
        let list: &FixedSizeListArray = inner.as_fixed_size_list_opt().ok_or_else(wrong_type)?;
        if usize::try_from(list.value_length()) != Ok(len) {
            return Err(wrong_type());
        }
        without_nulls(list, column)?;
        inner = list.values().as_ref();
        column.len = inner.len();
    }
    let Some(scalar) = dtype.as_scalar() else {
        let records: &StructArray = inner.as_struct_opt().ok_or_else(wrong_type)?;
        without_nulls(records, column)?;
        let columns: Vec<(&FieldRef, &dyn Array)> =
            records.fields().iter().zip(records.columns().iter().map(AsRef::as_ref)).collect();
        let outer = to.ndim();
        return fill_fields(to, outer, &columns, column.name, column.rows);
    };
    if scalar.kind() == Kind::Complex {
        let parts = DType::array(schema::part_of_complex(scalar, scalar.size()).into(), &[2])?;
        let outer = to.ndim();
        let mut parts = to.part(0, &parts).ok_or_else(too_many_elements)?;
        return fill(&mut parts, outer, inner, column);
    }
    if !matches!(scalar.kind(), Kind::DateTime(_) | Kind::TimeDelta(_)) {
        without_nulls(inner, column)?;
    }
    let (bytes, from) = cells::of(inner, scalar, column)?.ok_or_else(wrong_type)?;
    if to.is_empty() || scalar.size() == 0 {
        return Ok(());
    }
    // The same axes after the first, which are those of a sub-array of the values.
    let whole = DType::array(from.into(), &to.shape()[1..])?;
    to.assign_by_name(DynView::from_bytes(bytes.as_slice(), &whole)?)
}

/// An error if there is a null, for which NumPy has no value.
fn without_nulls(array: &dyn Array, column: Column<'_>) -> Result<()> {
    let Some(nulls) = array.logical_nulls().filter(|nulls| nulls.null_count() > 0) else { return Ok(()) };
    let first = (0..nulls.len()).find(|index| nulls.is_null(*index)).unwrap_or(0);
    let what = "it is null, for which NumPy has no value but the NaT of times; put a value in its place";
    Err(column.error_at(first, ErrorKind::DTypeMismatch, what))
}
