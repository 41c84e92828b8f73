//! Answers, as all contenders can give them.

use datafusion::arrow::{
    array::{AsArray, RecordBatch},
    compute::cast,
    datatypes::{DataType, Float64Type},
};
use serde_json::Value;

use crate::Result;

/// Rows in an order of their own: the texts of each, and its numbers.
#[derive(Debug)]
pub(crate) struct Answer(Vec<(Vec<String>, Vec<f64>)>);

/// Sums of floats may be made in any order.
const ROUNDING: f64 = 1e-12;

impl Answer {
    pub(crate) fn of_batches(batches: &[RecordBatch]) -> Result<Self> {
        let mut rows = Vec::new();
        for batch in batches {
            let from = rows.len();
            rows.resize(from + batch.num_rows(), (Vec::new(), Vec::new()));
            for column in batch.columns() {
                let is_number = column.data_type().is_numeric();
                let to = if is_number { DataType::Float64 } else { DataType::Utf8 };
                let column = cast(column, &to)?;
                for (i, (texts, numbers)) in rows[from..].iter_mut().enumerate() {
                    match is_number {
                        true => numbers.push(column.as_primitive::<Float64Type>().value(i)),
                        false => texts.push(column.as_string::<i32>().value(i).to_owned()),
                    }
                }
            }
        }
        Ok(Self::of(rows))
    }

    pub(crate) fn of_json(rows: &Value) -> Result<Self> {
        let mut found = Vec::new();
        for row in rows.as_array().ok_or("the rows are no list")? {
            let (mut texts, mut numbers) = (Vec::new(), Vec::new());
            for value in row.as_array().ok_or("a row is no list")? {
                match value {
                    Value::String(text) => texts.push(text.clone()),
                    value => numbers.push(value.as_f64().ok_or("a value is neither a text nor a number")?),
                }
            }
            found.push((texts, numbers));
        }
        Ok(Self::of(found))
    }

    fn of(mut rows: Vec<(Vec<String>, Vec<f64>)>) -> Self {
        rows.sort_by(|a, b| {
            a.0.cmp(&b.0)
                .then_with(|| a.1.first().partial_cmp(&b.1.first()).unwrap_or(std::cmp::Ordering::Equal))
        });
        Self(rows)
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Where they differ by more than rounding.
    pub(crate) fn difference(&self, other: &Self) -> Option<String> {
        if self.0.len() != other.0.len() {
            return Some(format!("{} rows, and {}", self.0.len(), other.0.len()));
        }
        let is_near = |a: &f64, b: &f64| (a - b).abs() <= ROUNDING * a.abs().max(b.abs());
        let rows = self.0.iter().zip(&other.0);
        let mut differing = rows.filter(|(a, b)| {
            a.0 != b.0 || a.1.len() != b.1.len() || !a.1.iter().zip(&b.1).all(|(a, b)| is_near(a, b))
        });
        differing.next().map(|(a, b)| format!("{a:?}, and {b:?}"))
    }
}
