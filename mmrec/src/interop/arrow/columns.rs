//! Directories of columns as record batches, and batches appended to them.

use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow_schema::Schema;
use ndarray::{Slice, SliceInfoElem};

use super::{refused, rows::Rows};
use crate::{
    columns::{ColumnMap, DynColumnMap},
    error::Result,
    map::ReadWrite,
    record::MmapRecord,
    view::DynView,
};

/// These rows of the columns of a record.
fn batch(columns: &[DynView<'_>], schema: &Arc<Schema>, start: usize, end: usize) -> Result<RecordBatch> {
    let arrays = columns.iter().zip(schema.fields()).map(|(column, field)| {
        let mut part = vec![SliceInfoElem::from(Slice::from(..)); column.ndim()];
        part[0] = SliceInfoElem::from(Slice::from(start..end));
        column.slice(part.as_slice()).to_arrow_as(field.data_type())
    });
    let arrays: Vec<ArrayRef> = arrays.collect::<Result<_>>()?;
    let options = RecordBatchOptions::new().with_row_count(Some(end - start));
    RecordBatch::try_new_with_options(Arc::clone(schema), arrays, &options).map_err(refused)
}

macro_rules! batches_of_columns {
    () => {
        /// All rows as an Arrow record batch with a column for each field, copied: that of a
        /// [`RecordMap`](crate::RecordMap) of the same records. See [`DynView::to_record_batch`].
        ///
        /// # Errors
        ///
        /// As for [`DynView::to_arrow`].
        ///
        /// Of the feature `arrow`.
        ///
        /// NumPy: `pyarrow.table({name: numpy.load(f'{name}.npy') for name in names})`.
        pub fn to_record_batch(&self) -> Result<RecordBatch> {
            self.batch(0, self.len())
        }

        /// Record batches of `rows` rows each, the last of those that are left; each is copied when it is asked for.
        ///
        /// # Panics
        ///
        /// If `rows` is 0.
        ///
        /// Of the feature `arrow`.
        #[track_caller]
        pub fn batches(
            &self,
            rows: usize,
        ) -> impl DoubleEndedIterator<Item = Result<RecordBatch>> + ExactSizeIterator {
            assert!(rows > 0, "batches have at least one row");
            (0..self.len().div_ceil(rows)).map(move |index| {
                let start = index * rows;
                self.batch(start, start.saturating_add(rows).min(self.len()))
            })
        }

        fn batch(&self, start: usize, end: usize) -> Result<RecordBatch> {
            let made = || {
                let schema = Arc::new(self.dtype().to_arrow_schema()?);
                batch(&self.views()?, &schema, start, end)
            };
            made().map_err(|error| error.with_path(Some(self.path())))
        }
    };
}

macro_rules! append_of_columns {
    () => {
        /// Makes all columns longer by the rows of an Arrow record batch, or none; see [`ColumnMap::append`]. Which columns and types
        /// it may have: see [`DynMap::append_batch`](crate::DynMap::append_batch).
        ///
        /// # Errors
        ///
        /// As for [`DynMap::append_batch`](crate::DynMap::append_batch) of what the batch has, and as for [`ColumnMap::append`].
        ///
        /// Of the feature `arrow`.
        pub fn append_batch(&mut self, batch: &RecordBatch) -> Result<()> {
            let mut rows =
                Rows::new(batch, self.dtype(), &[]).map_err(|error| error.with_path(Some(self.path())))?;
            self.append_untyped(&rows.view()?.into_view())
        }
    };
}

impl<T: MmapRecord, M> ColumnMap<T, M> {
    batches_of_columns!();
}

impl<M> DynColumnMap<M> {
    batches_of_columns!();
}

impl<T: MmapRecord> ColumnMap<T, ReadWrite> {
    append_of_columns!();
}

impl DynColumnMap<ReadWrite> {
    append_of_columns!();
}
