//! Records to columns and back, by blocks of rows that stay in the cache while their fields are taken.
//!
//! What goes into files goes there by calls, each of a block: to touch every page of a new file through a mapping takes the
//! system several times as long as to copy it.

use ndarray::{Axis, IxDyn, s};

use crate::{
    dtype::DType,
    error::Result,
    view::{
        FieldCopy, Progress,
        raw::{DynRaw, DynRawMut},
    },
};

/// Bytes of records that are written at a time, which their columns take as much again of: a part of the second-level cache.
const BLOCK: usize = 1 << 20;

/// Bytes of records whose fields are taken one after another.
const PART: usize = 32 << 10;

/// Bytes between two reports of progress, at least.
const STEP: usize = 16 << 20;

/// Calls `f` with where each part of at most `len` rows begins and ends.
fn each_part(
    rows: std::ops::Range<usize>,
    len: usize,
    mut f: impl FnMut(usize, usize) -> Result<()>,
) -> Result<()> {
    let mut start = rows.start;
    while start < rows.end {
        let end = start.saturating_add(len).min(rows.end);
        f(start, end)?;
        start = end;
    }
    Ok(())
}

/// Calls `f` for each block of rows, and tells how far it has come.
fn each_block(
    itemsize: usize,
    rows: usize,
    progress: &mut dyn FnMut(Progress),
    mut f: impl FnMut(usize, usize) -> Result<()>,
) -> Result<()> {
    let mut told = 0;
    each_part(0..rows, at_most(BLOCK, itemsize), |start, end| {
        f(start, end)?;
        if end < rows && (end - told).saturating_mul(itemsize) >= STEP {
            progress(Progress { done: end, total: rows });
            told = end;
        }
        Ok(())
    })?;
    progress(Progress { done: rows, total: rows });
    Ok(())
}

/// The number of elements that so many bytes have room for, but one at least.
fn at_most(bytes: usize, itemsize: usize) -> usize {
    (bytes / itemsize.max(1)).max(1)
}

/// The array that these bytes are.
fn array<'a>(bytes: &'a mut [u8], len: usize, dtype: &DType) -> DynRawMut<'a> {
    match DynRawMut::of_bytes(bytes, IxDyn(&[len]), dtype.clone()) {
        Some(array) => array,
        None => unreachable!("there are as many bytes as the elements take"),
    }
}

/// Writes rows of a column: which one, from which row on, and their bytes.
pub(super) type WriteColumn<'w> = &'w mut dyn FnMut(usize, usize, &[u8]) -> Result<()>;

/// Writes records: from which row on, and their bytes.
pub(super) type WriteRows<'w> = &'w mut dyn FnMut(usize, &[u8]) -> Result<()>;

/// Gives the fields of records, in blocks of bytes as they are in columns.
pub(super) fn to_columns(
    rows: &DynRaw<'_>,
    record: &DType,
    write: WriteColumn<'_>,
    progress: &mut dyn FnMut(Progress),
) -> Result<()> {
    let (itemsize, len) = (record.itemsize(), rows.axis_len(Axis(0)));
    let block = at_most(BLOCK, itemsize).min(len);
    let mut columns = Vec::with_capacity(record.fields().len());
    for field in record.fields() {
        let Some(from) = rows.part(field.offset(), field.dtype().clone()) else {
            unreachable!("a field lies in its record");
        };
        let copy = FieldCopy::new(field.dtype(), 0, 0);
        // Padding within the field stays as it is: zeros.
        columns.push((field.dtype(), from, copy, vec![0; block * field.dtype().itemsize()]));
    }
    each_block(itemsize, len, progress, |start, end| {
        each_part(start..end, at_most(PART, itemsize), |from, to| {
            for (dtype, rows, copy, buffer) in &mut columns {
                let size = dtype.itemsize();
                let bytes = &mut buffer[(from - start) * size..(to - start) * size];
                copy.run(array(bytes, to - from, dtype), rows.slice(&s![from..to]));
            }
            Ok(())
        })?;
        columns.iter().enumerate().try_for_each(|(i, (dtype, _, _, buffer))| {
            write(i, start, &buffer[..(end - start) * dtype.itemsize()])
        })
    })
}

/// Gives records made of columns, in blocks of bytes as they are in a file. What no field takes up is zeros.
pub(super) fn to_rows(
    columns: &[DynRaw<'_>],
    record: &DType,
    len: usize,
    write: WriteRows<'_>,
    progress: &mut dyn FnMut(Progress),
) -> Result<()> {
    let itemsize = record.itemsize();
    let copies: Vec<_> =
        record.fields().iter().map(|field| FieldCopy::new(field.dtype(), 0, field.offset())).collect();
    let mut buffer = vec![0; at_most(BLOCK, itemsize).min(len) * itemsize];
    each_block(itemsize, len, progress, |start, end| {
        each_part(start..end, at_most(PART, itemsize), |from, to| {
            let bytes = &mut buffer[(from - start) * itemsize..(to - start) * itemsize];
            let mut rows = array(bytes, to - from, record);
            for (copy, column) in copies.iter().zip(columns) {
                copy.run(rows.reborrow(), column.slice(&s![from..to]));
            }
            Ok(())
        })?;
        write(start, &buffer[..(end - start) * itemsize])
    })
}
