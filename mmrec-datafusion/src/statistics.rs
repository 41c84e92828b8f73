//! What is known of a file without reading its rows.

use arrow_array::Array as _;
use arrow_schema::Schema;
use datafusion::common::{ColumnStatistics, Result, ScalarValue, Statistics, stats::Precision};

use crate::{
    array::{Array, part},
    error::external,
    open::Opened,
    options::{NpyOptions, SortKey},
    prune::{float, nulls_at_end},
    schema::columns,
};

/// Rows and bytes, which the size of a file tells exactly; NULLs where there cannot be any; and the least and greatest value of
/// columns by which a mapped file is sorted.
///
/// `has_ends`: whether the last of these may be told.
pub(crate) fn of_file(
    opened: &Opened,
    table: &Schema,
    options: &NpyOptions,
    has_ends: bool,
) -> Result<Statistics> {
    let (row, rows) = opened.shape().map_err(external)?;
    let found = columns(&row, options)?;
    let mut statistics = Statistics::new_unknown(table);
    statistics.num_rows = Precision::Exact(rows);
    statistics.total_byte_size = Precision::Exact(rows.saturating_mul(row.itemsize()));
    for (field, column) in table.fields().iter().zip(&mut statistics.column_statistics) {
        match found.field_with_name(field.name()) {
            Ok(there) if !there.is_nullable() => column.null_count = Precision::Exact(0),
            Ok(_) => {}
            Err(_) => {
                // Else it is an error of the query that reads it.
                if options.superset {
                    column.null_count = Precision::Exact(rows);
                }
                continue;
            }
        }
        if let Some(key) = options.sorted.iter().find(|key| key.column == *field.name())
            && let Opened::Here(array) = opened
            && let Ok(there) = found.field_with_name(field.name())
            && there.data_type() == field.data_type()
            && has_ends
        {
            ends(&**array, key, there.data_type(), rows, column)?;
        }
    }
    if let Opened::Here(array) = opened {
        array.check()?;
    }
    Ok(statistics)
}

/// The first row and the last, of those that are not NULL.
fn ends(
    array: &dyn Array,
    key: &SortKey,
    type_: &arrow_schema::DataType,
    rows: usize,
    statistics: &mut ColumnStatistics,
) -> Result<()> {
    let column = array.column(&key.column).map_err(external)?;
    let at = |row: usize| part(&column, row, row + 1).to_arrow_as(type_).map_err(external);
    let (start, end) = nulls_at_end(key, 0, rows, |row| Ok(at(row)?.is_null(0)))?;
    statistics.null_count = Precision::Exact(rows - (end - start));
    // With NULLs at an end there is no least or greatest row: files are put one behind the other by these two.
    if start >= end || end - start != rows {
        return Ok(());
    }
    let (first, last) = (at(start)?, at(end - 1)?);
    // The order of NaNs and of zeros is another for NumPy than here, and these may hide behind the ends.
    if [&first, &last].into_iter().filter_map(float).any(|value| value.is_nan() || value == 0.0) {
        return Ok(());
    }
    let (low, high) = if key.descending { (last, first) } else { (first, last) };
    let (low, high) = (ScalarValue::try_from_array(&low, 0)?, ScalarValue::try_from_array(&high, 0)?);
    // Else the file is not sorted as was said, which is an error of the query that relies on it.
    if low.partial_cmp(&high).is_some_and(|ordering| ordering.is_le()) {
        statistics.min_value = Precision::Exact(low);
        statistics.max_value = Precision::Exact(high);
    }
    Ok(())
}
