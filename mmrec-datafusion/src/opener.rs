//! A part of a file as a stream of batches.

use std::{collections::HashMap, sync::Arc};

use arrow_array::RecordBatch;
use datafusion::{
    common::{Result, ScalarValue},
    datasource::{
        listing::{FileRange, PartitionedFile},
        physical_plan::{FileOpenFuture, FileOpener},
        table_schema::TableSchema,
    },
    physical_expr::PhysicalExpr,
    physical_expr_adapter::replace_columns_with_literals,
    physical_optimizer::pruning::FilePruner,
    physical_plan::metrics::{Count, ExecutionPlanMetricsSet, MetricBuilder},
};
use futures::{StreamExt, stream, stream::BoxStream};
use object_store::{ObjectMeta, ObjectStore};

use crate::{
    array::{Array, Memory, OpenMap},
    columns::is_descr,
    error::{execution, external},
    open::{Head, Opened, get, open},
    options::{NpyOptions, Sidecars},
    prune::{is_never, keeping_order, prune},
    scan::{Plan, Scanner, Step},
};

/// Bytes that are read at once of a file that cannot be mapped.
const BLOCK: usize = 4 << 20;

/// Opens the files of one partition.
pub(crate) struct NpyOpener {
    pub(crate) store: Arc<dyn ObjectStore>,
    pub(crate) table_schema: TableSchema,
    pub(crate) options: NpyOptions,
    pub(crate) projection: Vec<usize>,
    pub(crate) predicate: Option<Arc<dyn PhysicalExpr>>,
    pub(crate) batch_size: usize,
    pub(crate) limit: Option<usize>,
    pub(crate) metrics: ExecutionPlanMetricsSet,
    pub(crate) partition: usize,
}

/// What stands for an open map in a list of files.
#[derive(Clone)]
pub(crate) struct MapFile(pub(crate) Arc<dyn OpenMap>);

/// Counts that EXPLAIN ANALYZE shows.
struct Counts {
    /// Files that statistics say have no row that passes.
    unopened: Count,
    /// Their rows.
    unread: Count,
    skipped: Count,
    pruned: Count,
    /// Rows that were looked at, whether they passed or not.
    scanned: Count,
}

impl FileOpener for NpyOpener {
    fn open(&self, file: PartitionedFile) -> Result<FileOpenFuture> {
        let count = |name: &'static str| MetricBuilder::new(&self.metrics).counter(name, self.partition);
        let counts = Counts {
            unopened: count("files_skipped_by_statistics"),
            unread: count("rows_skipped_by_statistics"),
            skipped: count("files_skipped_by_order"),
            pruned: count("rows_skipped_by_order"),
            scanned: count("rows_scanned"),
        };
        let predicate = match &self.predicate {
            Some(predicate) => Some(self.of_partition(predicate, &file)?),
            None => None,
        };
        let reading = Reading {
            store: Arc::clone(&self.store),
            table_schema: self.table_schema.clone(),
            options: self.options.clone(),
            projection: self.projection.clone(),
            predicate,
            batch_size: self.batch_size,
            left: self.limit.unwrap_or(usize::MAX),
            counts,
        };
        Ok(Box::pin(reading.stream(file)))
    }
}

impl NpyOpener {
    /// The predicate with the values that the partition columns have for this file.
    fn of_partition(
        &self,
        predicate: &Arc<dyn PhysicalExpr>,
        file: &PartitionedFile,
    ) -> Result<Arc<dyn PhysicalExpr>> {
        let names = self.table_schema.table_partition_cols().iter().map(|field| field.name().as_str());
        let values: HashMap<&str, ScalarValue> = names.zip(file.partition_values.iter().cloned()).collect();
        replace_columns_with_literals(Arc::clone(predicate), &values)
    }
}

/// All that is needed to read one file.
struct Reading {
    store: Arc<dyn ObjectStore>,
    table_schema: TableSchema,
    options: NpyOptions,
    projection: Vec<usize>,
    predicate: Option<Arc<dyn PhysicalExpr>>,
    batch_size: usize,
    left: usize,
    counts: Counts,
}

impl Reading {
    async fn stream(self, file: PartitionedFile) -> Result<BoxStream<'static, Result<RecordBatch>>> {
        let name = file.object_meta.location.to_string();
        if self.is_skipped(&file)? {
            self.counts.unopened.add(1);
            let rows = file.statistics.as_ref().and_then(|known| known.num_rows.get_value().copied());
            let (start, end) = part(rows.unwrap_or(0), file.object_meta.size, file.range.as_ref());
            self.counts.unread.add(end.saturating_sub(start));
            return Ok(stream::empty().boxed());
        }
        let opened = match file.extension::<MapFile>() {
            Some(MapFile(map)) => Opened::Here(Arc::new(Arc::clone(map)) as Arc<dyn Array>),
            None => open(&*self.store, &file.object_meta, &self.options).await?,
        };
        let (row, mut rows) = opened.shape().map_err(external)?;
        if file.range.is_some() && is_descr(&file.object_meta.location) {
            rows = planned_rows(&file, rows)?;
        }
        let (start, end) = part(rows, file.object_meta.size, file.range.as_ref());
        let plan = Plan::new(
            self.table_schema.file_schema(),
            &row,
            &self.options,
            &self.projection,
            self.predicate.as_ref(),
            self.batch_size,
        );
        let plan = Arc::new(plan.map_err(|error| error.context(format!("table file {name}")))?);
        match opened {
            Opened::Here(array) => {
                let (start, end) = self.prune(&*array, &plan, start, end, &name)?;
                Ok(scan(Scanner::new(array, plan, start, end, self.left), self.counts.scanned))
            }
            Opened::Away(head) => Ok(self.fetch(file.object_meta, head, plan, start, end)),
        }
    }

    /// Whether the partition columns, or the least and greatest values, say that no row passes.
    fn is_skipped(&self, file: &PartitionedFile) -> Result<bool> {
        let Some(predicate) = &self.predicate else { return Ok(false) };
        let schema = self.table_schema.file_schema();
        let predicate = keeping_order(predicate, schema)?;
        if is_never(&predicate) {
            return Ok(true);
        }
        if self.options.sidecars == Sidecars::Off {
            return Ok(false);
        }
        match FilePruner::try_new(predicate, schema, file, Count::new()) {
            Some(mut pruner) => pruner.should_prune(),
            None => Ok(false),
        }
    }

    fn prune(
        &self,
        array: &dyn Array,
        plan: &Plan,
        start: usize,
        end: usize,
        name: &str,
    ) -> Result<(usize, usize)> {
        let about = |error: datafusion::error::DataFusionError| error.context(format!("table file {name}"));
        let (from, to) = prune(array, plan, start, end).map_err(about)?;
        array.check()?;
        if from >= to && start < end {
            self.counts.skipped.add(1);
        }
        self.counts.pruned.add((end - start) - (to.max(from) - from));
        Ok((from, to))
    }

    /// The rows of a file that cannot be mapped, by blocks.
    fn fetch(
        self,
        file: ObjectMeta,
        head: Head,
        plan: Arc<Plan>,
        start: usize,
        end: usize,
    ) -> BoxStream<'static, Result<RecordBatch>> {
        let itemsize = head.row.itemsize();
        let rows = (BLOCK / itemsize.max(1)).max(1);
        let left = self.left;
        let state = (self, file, head, plan, start, left);
        let blocks = stream::try_unfold(state, move |(reading, file, head, plan, at, left)| async move {
            if at >= end || left == 0 {
                return Ok(None);
            }
            let to = at.saturating_add(rows).min(end);
            let place = |row: usize| head.data + (row as u64) * (itemsize as u64);
            let bytes = match itemsize {
                0 => bytes::Bytes::new(),
                _ => get(&*reading.store, &file, Some(place(at)..place(to))).await?.bytes().await?,
            };
            if bytes.len() != (to - at) * itemsize {
                return Err(execution(format!(
                    "table file {} gave {} bytes for rows {at} to {to}, which have {}; it was changed or cut, run the query again",
                    file.location,
                    bytes.len(),
                    (to - at) * itemsize
                )));
            }
            let array: Arc<dyn Array> = Arc::new(Memory { bytes, row: head.row.clone(), rows: to - at });
            let (from, until) = reading.prune(&*array, &plan, 0, to - at, file.location.as_ref())?;
            let mut scanner = Scanner::new(array, Arc::clone(&plan), from, until, left);
            let mut batches = Vec::new();
            loop {
                match scanner.step()? {
                    Step::Batch(batch) => batches.push(Ok(batch)),
                    Step::Nothing => tokio::task::yield_now().await,
                    Step::End => break,
                }
            }
            reading.counts.scanned.add(scanner.at() - from);
            let left = scanner.left();
            Ok(Some((stream::iter(batches), (reading, file, head, plan, to, left))))
        });
        futures::TryStreamExt::try_flatten(blocks).boxed()
    }
}

/// The batches of an array, one when it is asked for.
fn scan(scanner: Scanner, scanned: Count) -> BoxStream<'static, Result<RecordBatch>> {
    let batches = stream::try_unfold((scanner, scanned), |(mut scanner, scanned)| async move {
        loop {
            let before = scanner.at();
            let step = scanner.step()?;
            scanned.add(scanner.at() - before);
            match step {
                Step::Batch(batch) => return Ok(Some((batch, (scanner, scanned)))),
                Step::Nothing => tokio::task::yield_now().await,
                Step::End => return Ok(None),
            }
        }
    });
    batches.boxed()
}

/// The rows that a directory of columns had when it was split. Its parts are opened one by one, and all mean the same rows: those that
/// were added since are for the next query.
fn planned_rows(file: &PartitionedFile, rows: usize) -> Result<usize> {
    let planned = file.statistics.as_ref().and_then(|statistics| statistics.num_rows.get_value().copied());
    match planned {
        Some(planned) if planned > rows => Err(execution(format!(
            "table file {} stood for {planned} rows when the query was planned, and the columns have {rows}: run the query again",
            file.object_meta.location
        ))),
        planned => Ok(planned.unwrap_or(rows)),
    }
}

/// The rows that a range of the bytes of a file stands for: the same part of them. Ranges that together are the file are together
/// all rows, each once.
fn part(rows: usize, size: u64, range: Option<&FileRange>) -> (usize, usize) {
    let Some(range) = range else { return (0, rows) };
    let row = |byte: i64| {
        let byte = u128::from(u64::try_from(byte).unwrap_or(0).min(size));
        let row = (byte * rows as u128).div_ceil(u128::from(size.max(1)));
        usize::try_from(row).unwrap_or(rows).min(rows)
    };
    (row(range.start), row(range.end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_that_are_the_file_are_all_rows_once() {
        for (rows, size) in [(0, 128), (1, 136), (3, 7), (1000, 8128), (7, 1)] {
            for parts in 1..9u64 {
                let cut = |at: u64| i64::try_from(size * at / parts).unwrap();
                let mut next = 0;
                for at in 0..parts {
                    let (start, end) =
                        part(rows, size, Some(&FileRange { start: cut(at), end: cut(at + 1) }));
                    assert_eq!(start, next);
                    assert!(end >= start);
                    next = end;
                }
                assert_eq!(next, rows);
            }
        }
        assert_eq!(part(5, 9, None), (0, 5));
    }
}
