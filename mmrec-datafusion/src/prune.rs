//! Rows that cannot pass a filter, found by binary search where the rows are sorted.

use std::sync::Arc;

use arrow_array::{
    Array as _, ArrayRef, RecordBatch, RecordBatchOptions,
    cast::AsArray,
    types::{Float16Type, Float32Type, Float64Type},
};
use arrow_schema::{DataType, Field, Schema};
use datafusion::{
    arrow::compute::{
        concat,
        kernels::{cmp, numeric::neg},
    },
    common::{Result, tree_node::TreeNode},
    logical_expr::Operator,
    physical_expr::{
        PhysicalExpr, conjunction,
        expressions::{BinaryExpr, CastExpr, Column, Literal, NegativeExpr, TryCastExpr},
        split_conjunction,
        utils::collect_columns,
    },
    physical_expr_common::physical_expr::{is_volatile, snapshot_physical_expr},
};

use crate::{
    array::{Array, part},
    error::{execution, external},
    options::SortKey,
    scan::{Plan, Read, as_boolean},
};

/// The rows of `start..end` beyond which none passes the filter of the plan, if the file is sorted as was said.
///
/// The comparisons of the filter are evaluated themselves, on one row for each step of the search, so that what is left out is what
/// they say of these rows, whatever the type.
pub(crate) fn prune(array: &dyn Array, plan: &Plan, start: usize, end: usize) -> Result<(usize, usize)> {
    let (mut start, mut end) = (start, end);
    let Some(predicate) = plan.predicate() else { return Ok((start, end)) };
    if plan.sorted.is_empty() {
        return Ok((start, end));
    }
    let predicate = snapshot_physical_expr(Arc::clone(predicate))?;
    let comparisons: Vec<_> = split_conjunction(&predicate).into_iter().filter_map(Comparison::of).collect();
    for (key, read) in &plan.sorted {
        let mut about = comparisons.iter().filter(|comparison| comparison.column == key.column).peekable();
        if about.peek().is_none() || start >= end {
            continue;
        }
        let probe = Probe { array, read, key };
        (start, end) = probe.without_nulls(start, end)?;
        let numbers = probe.without_nans(start, end)?;
        probe.check(numbers.0, numbers.1)?;
        let (mut from, mut to) = numbers;
        for comparison in about {
            (from, to) = probe.cut(comparison, from, to)?;
        }
        // NaNs are for the filter.
        (start, end) = (if numbers.0 > start { start } else { from }, if numbers.1 < end { end } else { to });
    }
    Ok((start, end.max(start)))
}

/// The parts of a filter that may be asked of the least and greatest value of a column: with any other all rows would have to pass.
///
/// The engine takes these values through a cast as if every cast kept their order. The time of day of a timestamp is in no
/// order at all. What the parts say by now is put in the place of dynamic filters.
pub(crate) fn keeping_order(
    predicate: &Arc<dyn PhysicalExpr>,
    schema: &Schema,
) -> Result<Arc<dyn PhysicalExpr>> {
    let predicate = snapshot_physical_expr(Arc::clone(predicate))?;
    let parts = split_conjunction(&predicate).into_iter().filter(|part| {
        let turns = part.exists(|expression| {
            let Some(cast) = expression.downcast_ref::<CastExpr>() else {
                // The least number has no negative, and one that does not fit becomes a NULL of which nobody knows.
                return Ok(expression.is::<NegativeExpr>() || expression.is::<TryCastExpr>());
            };
            Ok(!cast.expr().data_type(schema).is_ok_and(|from| keeps_order(&from, cast.cast_type())))
        });
        turns.is_ok_and(|turns| !turns)
    });
    Ok(conjunction(parts.cloned()))
}

/// Whether a part of a filter that needs no columns says that no row passes: one of partition columns, of which there are literals.
pub(crate) fn is_never(predicate: &Arc<dyn PhysicalExpr>) -> bool {
    let options = RecordBatchOptions::new().with_row_count(Some(1));
    let row = RecordBatch::try_new_with_options(Arc::new(Schema::empty()), Vec::new(), &options);
    let Ok(row) = row else { return false };
    split_conjunction(predicate).into_iter().any(|part| {
        if is_volatile(part) || !collect_columns(part).is_empty() {
            return false;
        }
        // An error is one of the query that evaluates it for its rows.
        let value = part.evaluate(&row).and_then(|value| value.into_array(1));
        value.is_ok_and(|value| as_boolean(&value).is_ok_and(|passes| passes.true_count() == 0))
    })
}

/// Whether a cast leaves values in their order, or makes some of them equal.
fn keeps_order(from: &DataType, to: &DataType) -> bool {
    use DataType::{Boolean, Date32, Date64, Duration, Int64, Timestamp};
    let is_day = |type_: &DataType| matches!(type_, Date32 | Date64 | Timestamp(_, None));
    from == to
        || (from.is_numeric() && to.is_numeric())
        || (*from == Boolean && to.is_numeric())
        || (is_day(from) && (is_day(to) || *to == Int64))
        || (matches!(from, Duration(_)) && matches!(to, Duration(_) | Int64))
}

/// A column beside a number, or the other way round.
struct Comparison {
    column: String,
    operator: Operator,
    literal: Arc<dyn PhysicalExpr>,
}

impl Comparison {
    fn of(expression: &Arc<dyn PhysicalExpr>) -> Option<Self> {
        let binary = expression.downcast_ref::<BinaryExpr>()?;
        let (column, operator, literal) = match binary.left().downcast_ref::<Column>() {
            Some(column) => (column, *binary.op(), binary.right()),
            None => (binary.right().downcast_ref::<Column>()?, binary.op().swap()?, binary.left()),
        };
        literal.downcast_ref::<Literal>()?;
        let is_order =
            matches!(operator, Operator::Lt | Operator::LtEq | Operator::Gt | Operator::GtEq | Operator::Eq);
        is_order.then(|| Self { column: column.name().to_owned(), operator, literal: Arc::clone(literal) })
    }
}

/// Looks at single rows of a column by which rows are sorted.
struct Probe<'a> {
    array: &'a dyn Array,
    read: &'a Read,
    key: &'a SortKey,
}

impl Probe<'_> {
    fn at(&self, row: usize) -> Result<ArrayRef> {
        let column = self.array.column(&self.read.name).map_err(external)?;
        part(&column, row, row + 1).to_arrow_as(&self.read.type_).map_err(external)
    }

    /// The rows whose value is not NULL: these lie at one end.
    fn without_nulls(&self, start: usize, end: usize) -> Result<(usize, usize)> {
        nulls_at_end(self.key, start, end, |row| Ok(self.at(row)?.is_null(0)))
    }

    /// The rows whose value is not NaN. NumPy sorts all NaNs to one end, and Arrow orders them by their sign: what a filter says of
    /// them is not the same for all.
    fn without_nans(&self, start: usize, end: usize) -> Result<(usize, usize)> {
        if !self.read.type_.is_floating() || start >= end {
            return Ok((start, end));
        }
        let is_nan = |row: usize| Ok(float(&self.at(row)?).is_some_and(f64::is_nan));
        let (mut from, mut to) = (start, end);
        if is_nan(from)? {
            from = first(from, to, |row| is_nan(row).map(|is_nan| !is_nan))?;
        }
        if from < to && is_nan(to - 1)? {
            to = first(from, to, is_nan)?;
        }
        Ok((from, to))
    }

    /// An error if the first row and the last are in another order than was said.
    fn check(&self, start: usize, end: usize) -> Result<()> {
        if start + 1 >= end {
            return Ok(());
        }
        let (mut low, mut high) = (self.at(start)?, self.at(end - 1)?);
        if self.key.descending {
            (low, high) = (high, low);
        }
        // Zeros of both signs are the same to NumPy.
        if is_zero(&low) && is_zero(&high) {
            return Ok(());
        }
        // What cannot be compared this way (lists) is not compared by a filter either.
        if cmp::lt_eq(&low, &high).is_ok_and(|ordered| !ordered.value(0)) {
            let order = if self.key.descending { "descending" } else { "ascending" };
            return Err(execution(format!(
                "the rows are not sorted by {:?}, {order}, as the table declares: rows {start} and {} are the other way round; leave \
                 WITH ORDER away or sort the file",
                self.key.column,
                end - 1
            )));
        }
        Ok(())
    }

    fn cut(&self, comparison: &Comparison, start: usize, end: usize) -> Result<(usize, usize)> {
        let (from, to) = match comparison.operator {
            Operator::Eq => (Some(Operator::GtEq), Some(Operator::LtEq)),
            operator @ (Operator::Gt | Operator::GtEq) => (Some(operator), None),
            operator => (None, Some(operator)),
        };
        let (mut start, mut end) = (start, end);
        let (front, back) = if self.key.descending { (to, from) } else { (from, to) };
        if let Some(operator) = front {
            let passes = self.passes(comparison, operator);
            start = first(start, end, passes)?;
        }
        if let Some(operator) = back {
            let passes = self.passes(comparison, operator);
            end = first(start, end, |row| passes(row).map(|passes| !passes))?;
        }
        Ok((start, end))
    }

    fn passes(&self, comparison: &Comparison, operator: Operator) -> impl Fn(usize) -> Result<bool> {
        let column = Arc::new(Column::new(&self.key.column, 0));
        let expression = BinaryExpr::new(column, operator, Arc::clone(&comparison.literal));
        let schema = Arc::new(Schema::new(vec![Field::new(&self.key.column, self.read.type_.clone(), true)]));
        move |row| {
            let value = self.at(row)?;
            // Zeros of both signs lie in any order: where one of them passes, the row of the other may be in front of it.
            let values = match is_zero(&value) {
                true => concat(&[&neg(&value)?, &value])?,
                false => value,
            };
            let len = values.len();
            let batch = RecordBatch::try_new(Arc::clone(&schema), vec![values])?;
            let passes = expression.evaluate(&batch)?.into_array(len)?;
            Ok(as_boolean(&passes)?.iter().any(|passes| passes == Some(true)))
        }
    }
}

/// The first value, if it is a floating-point number.
pub(crate) fn float(array: &ArrayRef) -> Option<f64> {
    if array.is_empty() || array.is_null(0) {
        return None;
    }
    match array.data_type() {
        DataType::Float16 => Some(array.as_primitive::<Float16Type>().value(0).to_f64()),
        DataType::Float32 => Some(f64::from(array.as_primitive::<Float32Type>().value(0))),
        DataType::Float64 => Some(array.as_primitive::<Float64Type>().value(0)),
        _ => None,
    }
}

fn is_zero(array: &ArrayRef) -> bool {
    float(array).is_some_and(|value| value == 0.0)
}

/// The rows that are not NULL, where the others lie at the end that the order says.
pub(crate) fn nulls_at_end(
    key: &SortKey,
    start: usize,
    end: usize,
    is_null: impl Fn(usize) -> Result<bool>,
) -> Result<(usize, usize)> {
    Ok(match key.nulls_first {
        true => (first(start, end, |row| is_null(row).map(|is_null| !is_null))?, end),
        false => (start, first(start, end, is_null)?),
    })
}

/// The first row for which it is so, if it is so for all rows behind one for which it is; else `end`.
fn first(start: usize, end: usize, mut is_so: impl FnMut(usize) -> Result<bool>) -> Result<usize> {
    let (mut low, mut high) = (start, end);
    while low < high {
        let middle = low + (high - low) / 2;
        if is_so(middle)? {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    Ok(low)
}
