//! Records to columns and back, by blocks of rows that stay in the cache while their fields are taken.

use ndarray::{Axis, s};

use crate::{
    dtype::DType,
    view::{
        FieldCopy, Progress,
        raw::{DynRaw, DynRawMut},
    },
};

/// Bytes of records in a block, which its columns take as much again of: a part of the second-level cache.
const BLOCK: usize = 64 << 10;

/// Bytes between two reports of progress, at least.
const STEP: usize = 16 << 20;

/// Where blocks of rows begin and end.
struct Blocks {
    rows: usize,
    block: usize,
    report: usize,
}

impl Blocks {
    fn new(record: &DType, rows: usize) -> Self {
        let itemsize = record.itemsize().max(1);
        let block = (BLOCK / itemsize).max(1);
        Self { rows, block, report: (STEP / itemsize / block).max(1) }
    }

    fn each(&self, mut copy: impl FnMut(usize, usize), progress: &mut dyn FnMut(Progress)) {
        let total = self.rows;
        let (mut start, mut blocks) = (0, 0);
        while start < total {
            let end = start.saturating_add(self.block).min(total);
            copy(start, end);
            (start, blocks) = (end, blocks + 1);
            if end < total && blocks % self.report == 0 {
                progress(Progress { done: end, total });
            }
        }
        progress(Progress { done: total, total });
    }
}

/// Copies the fields of records to columns, which are those of the record in their order, and have as many rows.
pub(super) fn to_columns(
    rows: &DynRaw<'_>,
    record: &DType,
    columns: &mut [DynRawMut<'_>],
    progress: &mut dyn FnMut(Progress),
) {
    let copies: Vec<_> =
        record.fields().iter().map(|field| FieldCopy::new(field.dtype(), field.offset(), 0)).collect();
    let len = rows.axis_len(Axis(0));
    let copy = |start, end| {
        let block = rows.slice(&s![start..end]);
        for (copy, column) in copies.iter().zip(&mut *columns) {
            copy.run(column.reborrow().slice(&s![start..end]), block.clone());
        }
    };
    Blocks::new(record, len).each(copy, progress);
}

/// Copies columns to the fields of records; what no field takes up stays as it is.
pub(super) fn to_rows(
    columns: &[DynRaw<'_>],
    record: &DType,
    mut rows: DynRawMut<'_>,
    progress: &mut dyn FnMut(Progress),
) {
    let copies: Vec<_> =
        record.fields().iter().map(|field| FieldCopy::new(field.dtype(), 0, field.offset())).collect();
    let len = rows.raw().axis_len(Axis(0));
    let copy = |start, end| {
        let mut block = rows.reborrow().slice(&s![start..end]);
        for (copy, column) in copies.iter().zip(columns) {
            copy.run(block.reborrow(), column.slice(&s![start..end]));
        }
    };
    Blocks::new(record, len).each(copy, progress);
}
