//! The least and greatest values of a `.npy` file, in a small file beside it.
//!
//! `trades.npy.stats` is JSON: what the file was when it was looked at (`size`, `modified`, in nanoseconds since 1970, `e_tag`, `dtype`,
//! `rows`), and its columns with `nulls`, `min` and `max`. Values are texts, exact: floats in the fewest digits that read back, times
//! as the number of their steps.

use std::sync::Arc;

use arrow_array::{Array as _, temporal_conversions::timestamp_ns_to_datetime};
use arrow_schema::{DataType, Schema, TimeUnit};
use datafusion::{
    common::{ColumnStatistics, Result, ScalarValue, Statistics, stats::Precision},
    functions_aggregate::min_max::{MaxAccumulator, MinAccumulator},
    logical_expr::Accumulator,
};
use mmrec::DType;
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt, PutPayload, path::Path};
use serde_json::{Value, json};

use crate::{
    array::{Array, part},
    error::{execution, external},
    making::blocking,
    open::{Opened, is_other},
    options::{NpyOptions, Sidecars},
    prune::float,
    schema::columns,
};

/// What the name of a file is followed by.
const ENDING: &str = ".stats";

/// The first entry: what this is, and how it is written.
const FORMAT: &str = "mmrec statistics 1";

/// Rows that are looked at together.
const ROWS: usize = 64 << 10;

/// Bytes beyond which a file is none of ours.
const MOST: u64 = 64 << 20;

/// What is known of the values of a file.
#[derive(Debug, PartialEq)]
pub(crate) struct Sidecar {
    row: DType,
    rows: usize,
    /// In the order of the file.
    columns: Vec<(String, Bounds)>,
}

/// What is known of the values of a column.
#[derive(Clone, Debug, PartialEq)]
struct Bounds {
    nulls: usize,
    /// The least and the greatest. With NaN among them, or without values, there are none.
    ends: Option<(ScalarValue, ScalarValue)>,
}

/// Where the values of a file are written.
fn beside(location: &Path) -> Path {
    let path = format!("{location}{ENDING}");
    // What is encoded in it is so already.
    Path::parse(&path).unwrap_or_else(|_| Path::from(path))
}

/// The values of a file that was opened: what lies beside it, or else what its rows say, if that is to be written.
pub(crate) async fn of_file(
    store: &dyn ObjectStore,
    file: &ObjectMeta,
    opened: Opened,
    options: &NpyOptions,
    is_settled: bool,
) -> Result<Option<Sidecar>> {
    // It does not say which array of an archive it is of, nor how raw bytes are taken.
    if options.sidecars == Sidecars::Off || options.dtype.is_some() || options.member.is_some() {
        return Ok(None);
    }
    let (row, rows) = opened.shape().map_err(external)?;
    let is_here = matches!(opened, Opened::Here(_));
    let found = Sidecar::read(store, file, &row, rows, is_here).await?;
    match opened {
        Opened::Here(array) if found.is_none() && is_settled && options.sidecars == Sidecars::Write => {
            let made = blocking(move || Sidecar::of(&*array)).await?;
            // Where the directory cannot be written, it is known for this session alone.
            let _ = made.write(store, file).await;
            Ok(Some(made))
        }
        _ => Ok(found),
    }
}

impl Sidecar {
    /// Looks at all rows of an array.
    pub(crate) fn of(array: &dyn Array) -> Result<Self> {
        let (row, rows) = (array.row().map_err(external)?, array.rows().map_err(external)?);
        let schema = columns(&row, &NpyOptions::default())?;
        let fields = schema.fields().iter().filter(|field| is_ordered(field.data_type()));
        let mut looks = fields
            .map(|field| {
                let low = MinAccumulator::try_new(field.data_type())?;
                Ok((field, 0, low, MaxAccumulator::try_new(field.data_type())?))
            })
            .collect::<Result<Vec<_>>>()?;
        // Rows without bytes can be more than anybody counts.
        let seen = if looks.is_empty() { 0 } else { rows };
        for start in (0..seen).step_by(ROWS) {
            let end = start.saturating_add(ROWS).min(rows);
            for (field, nulls, low, high) in &mut looks {
                let column = array.column(field.name()).map_err(external)?;
                let values = part(&column, start, end).to_arrow_as(field.data_type()).map_err(external)?;
                *nulls += values.null_count();
                low.update_batch(&[Arc::clone(&values)])?;
                high.update_batch(&[values])?;
            }
        }
        let mut found = Vec::new();
        for (field, nulls, mut low, mut high) in looks {
            let ends = Some((low.evaluate()?, high.evaluate()?)).filter(|(low, _)| !low.is_null());
            found.push((field.name().clone(), Bounds { nulls, ends }));
        }
        array.check()?;
        Ok(Self { row, rows, columns: found })
    }

    /// Adds to what is known of a file: where its columns have the types of the table.
    pub(crate) fn add_to(&self, statistics: &mut Statistics, table: &Schema) {
        for (field, column) in table.fields().iter().zip(&mut statistics.column_statistics) {
            if let Some((_, bounds)) = self.columns.iter().find(|(name, _)| name == field.name()) {
                bounds.add_to(column, field.data_type());
            }
        }
    }

    /// Reads what lies beside a file of these rows; `None` if nothing does, or if it was of another file.
    pub(crate) async fn read(
        store: &dyn ObjectStore,
        file: &ObjectMeta,
        row: &DType,
        rows: usize,
        is_here: bool,
    ) -> Result<Option<Self>> {
        let path = beside(&file.location);
        let got = match store.get(&path).await {
            Ok(got) => got,
            // Who may not list a store is told by some that a file that is not there may not be read.
            Err(object_store::Error::NotFound { .. } | object_store::Error::PermissionDenied { .. }) => {
                return Ok(None);
            }
            Err(error) => return Err(error.into()),
        };
        let wrong = |what: String| {
            execution(format!(
                "{path} does not say what values {} has: {what}; if it is no file of yours, delete it, and have it made again with npy.sidecar 'write'; else move it away, or set \
                 npy.sidecar to off",
                file.location
            ))
        };
        if got.meta.size > MOST {
            return Err(wrong(format!("it has {} bytes", got.meta.size)));
        }
        let text = got.bytes().await?;
        let value: Value = serde_json::from_slice(&text).map_err(|error| wrong(error.to_string()))?;
        let entry = |key: &str| value.get(key).ok_or_else(|| wrong(format!("there is no {key:?}")));
        if entry("format")?.as_str() != Some(FORMAT) {
            return Err(wrong(format!("expected the format {FORMAT:?}, found {}", entry("format")?)));
        }
        let size = entry("size")?.as_u64().ok_or_else(|| wrong("size is no number of bytes".to_owned()))?;
        let modified = entry("modified")?.as_i64().ok_or_else(|| wrong("modified is no time".to_owned()))?;
        let last_modified = timestamp_ns_to_datetime(modified)
            .ok_or_else(|| wrong("modified is no time".to_owned()))?
            .and_utc();
        let then = ObjectMeta {
            location: file.location.clone(),
            size,
            last_modified,
            e_tag: entry("e_tag")?.as_str().map(ToOwned::to_owned),
            version: None,
        };
        if is_other(&then, file, is_here) {
            return Ok(None);
        }
        Self::parse(&value, row, rows).map(Some).map_err(wrong)
    }

    fn parse(value: &Value, row: &DType, rows: usize) -> std::result::Result<Self, String> {
        let found = value.get("dtype").and_then(Value::as_str).unwrap_or_default();
        if found != row.to_string() {
            return Err(format!("its dtype is {found:?}, and that of the file {:?}", row.to_string()));
        }
        let found = value.get("rows").and_then(Value::as_u64);
        if found != Some(rows as u64) {
            return Err(format!("it is of {found:?} rows, and the file has {rows}"));
        }
        let schema = columns(row, &NpyOptions::default()).map_err(|error| error.to_string())?;
        let all = value.get("columns").and_then(Value::as_object).ok_or("there are no columns")?;
        let columns = all.iter().map(|(name, entry)| {
            let field =
                schema.field_with_name(name).map_err(|_| format!("the file has no column {name:?}"))?;
            let bounds = Bounds::parse(entry, field.data_type(), rows);
            Ok((name.clone(), bounds.ok_or_else(|| format!("column {name:?} is {entry}"))?))
        });
        Ok(Self { row: row.clone(), rows, columns: columns.collect::<std::result::Result<_, String>>()? })
    }

    /// Writes it beside a file that is so.
    pub(crate) async fn write(&self, store: &dyn ObjectStore, file: &ObjectMeta) -> Result<()> {
        let path = beside(&file.location);
        match store.get(&path).await {
            Ok(got) => {
                let old: Value = match got.meta.size > MOST {
                    true => Value::Null,
                    false => serde_json::from_slice(&got.bytes().await?).unwrap_or_default(),
                };
                if old.get("format").and_then(Value::as_str) != Some(FORMAT) {
                    return Err(execution(format!(
                        "{path} is none of this crate's files, and is left as it is"
                    )));
                }
            }
            Err(object_store::Error::NotFound { .. }) => {}
            Err(error) => return Err(error.into()),
        }
        let columns: serde_json::Map<_, _> =
            self.columns.iter().map(|(name, bounds)| (name.clone(), bounds.json())).collect();
        let value = json!({
            "format": FORMAT,
            "size": file.size,
            "modified": file.last_modified.timestamp_nanos_opt(),
            "e_tag": file.e_tag,
            "dtype": self.row.to_string(),
            "rows": self.rows,
            "columns": columns,
        });
        store.put(&path, PutPayload::from(format!("{value:#}\n"))).await?;
        Ok(())
    }
}

impl Bounds {
    /// The ends if they hold for all values: NaNs lie at either end of the engine's order, by their sign, and on none of NumPy's.
    fn plain(&self) -> Option<&(ScalarValue, ScalarValue)> {
        let is_nan = |value: &ScalarValue| {
            value.to_array().ok().and_then(|value| float(&value)).is_some_and(f64::is_nan)
        };
        self.ends.as_ref().filter(|(low, high)| !is_nan(low) && !is_nan(high))
    }

    fn add_to(&self, column: &mut ColumnStatistics, type_: &DataType) {
        column.null_count = Precision::Exact(self.nulls);
        // The engine puts files one behind the other by these two, and does not see NULLs at the end of one.
        if self.nulls > 0 {
            return;
        }
        if let Some((low, high)) = self.plain().filter(|(low, _)| low.data_type() == *type_) {
            column.min_value = Precision::Exact(low.clone());
            column.max_value = Precision::Exact(high.clone());
        }
    }

    fn json(&self) -> Value {
        match self.plain() {
            Some((low, high)) => json!({ "nulls": self.nulls, "min": text(low), "max": text(high) }),
            None => json!({ "nulls": self.nulls }),
        }
    }

    fn parse(entry: &Value, type_: &DataType, rows: usize) -> Option<Self> {
        let nulls = usize::try_from(entry.get("nulls")?.as_u64()?).ok().filter(|nulls| *nulls <= rows)?;
        let end = |key: &str| entry.get(key).map(|value| scalar(value.as_str()?, type_));
        let ends = match (end("min"), end("max")) {
            (None, None) => None,
            (Some(Some(low)), Some(Some(high))) if low <= high && nulls < rows => Some((low, high)),
            _ => return None,
        };
        Some(Self { nulls, ends })
    }
}

/// Whether columns of a type have a least value here.
fn is_ordered(type_: &DataType) -> bool {
    match type_ {
        DataType::Float16 => false,
        DataType::Boolean | DataType::Date32 | DataType::Timestamp(_, None) | DataType::Duration(_) => true,
        type_ => type_.is_numeric(),
    }
}

fn text(value: &ScalarValue) -> String {
    use ScalarValue as S;
    match value {
        S::TimestampSecond(Some(steps), _)
        | S::TimestampMillisecond(Some(steps), _)
        | S::TimestampMicrosecond(Some(steps), _)
        | S::TimestampNanosecond(Some(steps), _)
        | S::DurationSecond(Some(steps))
        | S::DurationMillisecond(Some(steps))
        | S::DurationMicrosecond(Some(steps))
        | S::DurationNanosecond(Some(steps)) => steps.to_string(),
        S::Date32(Some(days)) => days.to_string(),
        S::Float32(Some(value)) => format!("{value:?}"),
        S::Float64(Some(value)) => format!("{value:?}"),
        value => value.to_string(),
    }
}

fn scalar(text: &str, type_: &DataType) -> Option<ScalarValue> {
    use ScalarValue as S;
    use TimeUnit::{Microsecond, Millisecond, Nanosecond, Second};
    Some(match type_ {
        DataType::Boolean => S::Boolean(Some(text.parse().ok()?)),
        DataType::Int8 => S::Int8(Some(text.parse().ok()?)),
        DataType::Int16 => S::Int16(Some(text.parse().ok()?)),
        DataType::Int32 => S::Int32(Some(text.parse().ok()?)),
        DataType::Int64 => S::Int64(Some(text.parse().ok()?)),
        DataType::UInt8 => S::UInt8(Some(text.parse().ok()?)),
        DataType::UInt16 => S::UInt16(Some(text.parse().ok()?)),
        DataType::UInt32 => S::UInt32(Some(text.parse().ok()?)),
        DataType::UInt64 => S::UInt64(Some(text.parse().ok()?)),
        DataType::Float32 => S::Float32(Some(text.parse().ok().filter(|value: &f32| !value.is_nan())?)),
        DataType::Float64 => S::Float64(Some(text.parse().ok().filter(|value: &f64| !value.is_nan())?)),
        DataType::Date32 => S::Date32(Some(text.parse().ok()?)),
        DataType::Timestamp(Second, None) => S::TimestampSecond(Some(text.parse().ok()?), None),
        DataType::Timestamp(Millisecond, None) => S::TimestampMillisecond(Some(text.parse().ok()?), None),
        DataType::Timestamp(Microsecond, None) => S::TimestampMicrosecond(Some(text.parse().ok()?), None),
        DataType::Timestamp(Nanosecond, None) => S::TimestampNanosecond(Some(text.parse().ok()?), None),
        DataType::Duration(Second) => S::DurationSecond(Some(text.parse().ok()?)),
        DataType::Duration(Millisecond) => S::DurationMillisecond(Some(text.parse().ok()?)),
        DataType::Duration(Microsecond) => S::DurationMicrosecond(Some(text.parse().ok()?)),
        DataType::Duration(Nanosecond) => S::DurationNanosecond(Some(text.parse().ok()?)),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_back_from_their_texts() {
        use ScalarValue as S;
        for value in [
            S::Boolean(Some(true)),
            S::Int8(Some(i8::MIN)),
            S::Int64(Some(i64::MIN)),
            S::UInt64(Some(u64::MAX)),
            S::Float32(Some(0.1)),
            S::Float64(Some(-0.0)),
            S::Float64(Some(f64::MIN_POSITIVE / 3.0)),
            S::Float64(Some(f64::INFINITY)),
            S::Float64(Some(1e300)),
            S::Date32(Some(-1)),
            S::TimestampNanosecond(Some(i64::MAX), None),
            S::DurationSecond(Some(-5)),
        ] {
            assert!(is_ordered(&value.data_type()));
            let back = scalar(&text(&value), &value.data_type()).unwrap();
            assert_eq!(format!("{back:?}"), format!("{value:?}"));
        }
        assert_eq!(scalar("NaN", &DataType::Float64), None);
        assert_eq!(scalar("300", &DataType::UInt8), None);
        assert_eq!(scalar("x", &DataType::Utf8View), None);
    }
}
