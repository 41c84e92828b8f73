//! Rows that cannot pass a filter, found by binary search where the rows are sorted.

use std::sync::Arc;

use arrow_array::{Array as _, ArrayRef, RecordBatch};
use arrow_schema::{Field, Schema};
use datafusion::{
    arrow::compute::kernels::cmp,
    common::Result,
    logical_expr::Operator,
    physical_expr::{
        PhysicalExpr,
        expressions::{BinaryExpr, Column, Literal},
        split_conjunction,
    },
    physical_expr_common::physical_expr::snapshot_physical_expr,
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
        probe.check(start, end)?;
        for comparison in about {
            (start, end) = probe.cut(comparison, start, end)?;
        }
    }
    Ok((start, end.max(start)))
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

    /// An error if the first row and the last are in another order than was said.
    fn check(&self, start: usize, end: usize) -> Result<()> {
        if start + 1 >= end {
            return Ok(());
        }
        let (mut low, mut high) = (self.at(start)?, self.at(end - 1)?);
        if self.key.descending {
            (low, high) = (high, low);
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
            let batch = RecordBatch::try_new(Arc::clone(&schema), vec![self.at(row)?])?;
            let passes = expression.evaluate(&batch)?.into_array(1)?;
            let passes = as_boolean(&passes)?;
            Ok(passes.is_valid(0) && passes.value(0))
        }
    }
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
