//! Batches of the columns and rows that a query asks for.

use std::sync::Arc;

use arrow_array::{
    Array as _, ArrayRef, BooleanArray, RecordBatch, RecordBatchOptions, cast::AsArray, new_null_array,
};
use arrow_schema::{ArrowError, DataType, Schema, SchemaRef};
use datafusion::{
    common::{Result, ScalarValue},
    physical_expr::{
        PhysicalExpr,
        expressions::Literal,
        utils::{collect_columns, reassign_expr_columns},
    },
    physical_expr_adapter::replace_columns_with_literals,
};
use mmrec::DType;

use crate::{
    array::{Array, part},
    error::{execution, external},
    open::empty,
    options::{NpyOptions, SortKey},
    schema::columns,
};

/// Windows of rows that a filter looks at before others have their turn.
const WINDOWS: usize = 16;

/// Bytes of a file that are read for one batch, if a row has no more.
const BATCH: usize = 16 << 20;

/// A column as it is read of one file.
#[derive(Clone, Debug)]
pub(crate) struct Read {
    pub(crate) name: String,
    pub(crate) type_: DataType,
    /// Whether the file has it; else it is NULL.
    is_there: bool,
}

impl Read {
    fn gather(&self, array: &dyn Array, start: usize, end: usize) -> Result<ArrayRef> {
        if !self.is_there {
            return Ok(new_null_array(&self.type_, end - start));
        }
        let column = array.column(&self.name).map_err(external)?;
        part(&column, start, end).to_arrow_as(&self.type_).map_err(|error| self.failed(error))
    }

    fn take(&self, array: &dyn Array, rows: &[usize]) -> Result<ArrayRef> {
        if !self.is_there {
            return Ok(new_null_array(&self.type_, rows.len()));
        }
        let column = array.column(&self.name).map_err(external)?;
        column.take_to_arrow(rows, &self.type_).map_err(|error| self.failed(error))
    }

    /// Bytes of a row that are read for it.
    fn width(&self, row: &DType) -> usize {
        match row.base().field(&self.name) {
            _ if !self.is_there => 0,
            Some(field) => field.dtype().itemsize(),
            None => row.itemsize(),
        }
    }

    fn failed(&self, error: mmrec::Error) -> datafusion::common::DataFusionError {
        external(error).context(format!("column {:?}", self.name))
    }
}

/// What is read of one file.
#[derive(Debug)]
pub(crate) struct Plan {
    schema: SchemaRef,
    reads: Vec<Read>,
    filter: Option<Filter>,
    pub(crate) sorted: Vec<(SortKey, Read)>,
    batch_size: usize,
}

#[derive(Debug)]
struct Filter {
    predicate: Arc<dyn PhysicalExpr>,
    schema: SchemaRef,
    reads: Vec<Read>,
}

impl Plan {
    /// For a file whose rows have this dtype: the columns of the table that `projection` counts, of the rows that are true to
    /// `predicate`, which names columns of the table.
    pub(crate) fn new(
        table: &Schema,
        row: &DType,
        options: &NpyOptions,
        projection: &[usize],
        predicate: Option<&Arc<dyn PhysicalExpr>>,
        batch_size: usize,
    ) -> Result<Self> {
        let found = columns(row, options)?;
        let read = |index: usize| read_of(table, index, &found, row, options);
        let reads = projection.iter().map(|&index| read(index)).collect::<Result<Vec<_>>>()?;
        let filter = match predicate {
            None => None,
            Some(predicate) => Some(Filter::new(table, predicate, read)?),
        };
        let sorted = options.sorted.iter().filter_map(|key| {
            let index = table.index_of(&key.column).ok()?;
            let read = read(index).ok().filter(|read| read.is_there)?;
            Some((key.clone(), read))
        });
        let sorted = sorted.collect();
        let filtered = filter.iter().flat_map(|filter| &filter.reads);
        let width: usize = reads.iter().chain(filtered).map(|read| read.width(row)).sum();
        Ok(Self {
            schema: Arc::new(table.project(projection)?),
            reads,
            filter,
            sorted,
            batch_size: batch_size.min(BATCH / width.max(1)).max(1),
        })
    }

    /// The filter, of the columns of the table.
    pub(crate) fn predicate(&self) -> Option<&Arc<dyn PhysicalExpr>> {
        self.filter.as_ref().map(|filter| &filter.predicate)
    }

    fn batch(&self, columns: Vec<ArrayRef>, rows: usize) -> Result<RecordBatch> {
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        Ok(RecordBatch::try_new_with_options(Arc::clone(&self.schema), columns, &options)?)
    }
}

/// How a column of the table is read of a file with these columns.
fn read_of(table: &Schema, index: usize, found: &Schema, row: &DType, options: &NpyOptions) -> Result<Read> {
    let field = table.field(index);
    let read = |is_there| Read { name: field.name().clone(), type_: field.data_type().clone(), is_there };
    match found.field_with_name(field.name()) {
        Ok(there) if there.data_type() == field.data_type() => Ok(read(true)),
        Ok(there) => {
            let column = empty(row).and_then(|view| match row.base().is_record() {
                true => view.field(field.name()),
                false => Ok(view),
            });
            match column.and_then(|column| column.to_arrow_as(field.data_type())) {
                Ok(_) => Ok(read(true)),
                Err(error) => Err(execution(format!(
                    "column {:?} is {} in the table and {} in the file: {error}",
                    field.name(),
                    field.data_type(),
                    there.data_type()
                ))),
            }
        }
        Err(_) if options.superset => Ok(read(false)),
        Err(_) => {
            let names: Vec<_> = found.fields().iter().map(|field| format!("{:?}", field.name())).collect();
            Err(execution(format!(
                "the file has no column {:?}, it has {}; set npy.superset to true if it may be NULL there",
                field.name(),
                names.join(", ")
            )))
        }
    }
}

impl Filter {
    fn new(
        table: &Schema,
        predicate: &Arc<dyn PhysicalExpr>,
        read: impl Fn(usize) -> Result<Read>,
    ) -> Result<Self> {
        let mut indices: Vec<usize> = collect_columns(predicate)
            .iter()
            .map(|column| table.index_of(column.name()))
            .collect::<Result<_, _>>()?;
        indices.sort_unstable();
        indices.dedup();
        let mut predicate = Arc::clone(predicate);
        let (mut reads, mut fields) = (Vec::new(), Vec::new());
        for &index in &indices {
            let read = read(index)?;
            if read.is_there {
                reads.push(read);
                fields.push(index);
            } else {
                let null = ScalarValue::try_from(&read.type_)?;
                predicate = replace_columns_with_literals(predicate, &[(read.name.as_str(), null)].into())?;
            }
        }
        let schema = table.project(&fields)?;
        let predicate = reassign_expr_columns(predicate, &schema)?;
        Ok(Self { predicate, schema: Arc::new(schema), reads })
    }

    /// Adds the rows of a window that pass to `rows`.
    fn pass(&self, array: &dyn Array, start: usize, end: usize, rows: &mut Vec<usize>) -> Result<()> {
        if let Some(literal) = self.predicate.downcast_ref::<Literal>() {
            if literal.value() == &ScalarValue::Boolean(Some(true)) {
                rows.extend(start..end);
            }
            return Ok(());
        }
        let columns =
            self.reads.iter().map(|read| read.gather(array, start, end)).collect::<Result<Vec<_>>>()?;
        let options = RecordBatchOptions::new().with_row_count(Some(end - start));
        let batch = RecordBatch::try_new_with_options(Arc::clone(&self.schema), columns, &options)?;
        let passes = self.predicate.evaluate(&batch)?.into_array(end - start)?;
        rows.extend(set(as_boolean(&passes)?).map(|row| start + row));
        Ok(())
    }
}

pub(crate) fn as_boolean(array: &ArrayRef) -> Result<&BooleanArray> {
    let error = || ArrowError::CastError(format!("a filter gives {}, no boolean", array.data_type()));
    Ok(array.as_boolean_opt().ok_or_else(error)?)
}

/// The places that are true; those that are NULL are not.
fn set(passes: &BooleanArray) -> impl Iterator<Item = usize> {
    let values = match passes.nulls() {
        Some(nulls) => passes.values() & nulls.inner(),
        None => passes.values().clone(),
    };
    let rows: Vec<usize> = match values.count_set_bits() {
        0 => Vec::new(),
        all if all == values.len() => (0..all).collect(),
        _ => values.set_indices().collect(),
    };
    rows.into_iter()
}

/// What a scan comes to next.
pub(crate) enum Step {
    Batch(RecordBatch),
    /// Rows were looked at, and none passed.
    Nothing,
    End,
}

/// Goes over rows of an array.
pub(crate) struct Scanner {
    array: Arc<dyn Array>,
    plan: Arc<Plan>,
    at: usize,
    end: usize,
    /// Rows to give at most.
    left: usize,
    rows: Vec<usize>,
}

impl Scanner {
    pub(crate) fn new(array: Arc<dyn Array>, plan: Arc<Plan>, start: usize, end: usize, left: usize) -> Self {
        Self { array, plan, at: start, end, left, rows: Vec::new() }
    }

    /// Rows that may still be given.
    pub(crate) fn left(&self) -> usize {
        self.left
    }

    /// The row that is looked at next.
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    pub(crate) fn step(&mut self) -> Result<Step> {
        if self.at >= self.end || self.left == 0 {
            // What was read of the last windows may have passed nothing.
            return self.array.check().map(|()| Step::End);
        }
        let plan = Arc::clone(&self.plan);
        let batch = match &plan.filter {
            None => {
                let rows = plan.batch_size.min(self.end - self.at).min(self.left);
                self.at += rows;
                self.run(self.at - rows, self.at)?
            }
            Some(filter) => match self.filtered(filter)? {
                Some(batch) => batch,
                None => return Ok(Step::Nothing),
            },
        };
        self.left -= batch.num_rows();
        self.array.check()?;
        Ok(Step::Batch(batch))
    }

    fn run(&self, start: usize, end: usize) -> Result<RecordBatch> {
        let columns = self.plan.reads.iter().map(|read| read.gather(&*self.array, start, end));
        self.plan.batch(columns.collect::<Result<_>>()?, end - start)
    }

    /// The rows that pass, of some windows.
    fn filtered(&mut self, filter: &Filter) -> Result<Option<RecordBatch>> {
        self.rows.clear();
        let wanted = self.plan.batch_size.min(self.left);
        for _ in 0..WINDOWS {
            let end = self.at.saturating_add(self.plan.batch_size).min(self.end);
            filter.pass(&*self.array, self.at, end, &mut self.rows)?;
            self.at = end;
            if self.rows.len() >= wanted || self.at >= self.end {
                break;
            }
        }
        // More than `wanted` lie in one window: the rest is come back to.
        if self.rows.len() > wanted {
            self.at = self.rows[wanted];
            self.rows.truncate(wanted);
        }
        let (Some(&first), Some(&last)) = (self.rows.first(), self.rows.last()) else { return Ok(None) };
        if last - first + 1 == self.rows.len() {
            return self.run(first, last + 1).map(Some);
        }
        let columns = self.plan.reads.iter().map(|read| read.take(&*self.array, &self.rows));
        self.plan.batch(columns.collect::<Result<_>>()?, self.rows.len()).map(Some)
    }
}
