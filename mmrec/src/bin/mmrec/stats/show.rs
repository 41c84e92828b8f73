//! What is said of the fields, as a table and as JSON.

use std::{io, path::Path};

use mmrec::{Datum, Value};
use serde_json::{Map, Value as Json, json};

use super::{
    distinct::Distinct,
    summary::{Histogram, Mean, Start, Std, Summary},
};
use crate::{
    failure::Result,
    json,
    table::{Column, Sheet, width},
    text,
};

/// Blocks of a histogram.
const BLOCKS: usize = 24;

const HEIGHTS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// The most ranges of a histogram in JSON.
const RANGES: usize = 64;

type Cell = fn(&Summary) -> Option<String>;

/// A table with a row for each field. Columns that would be empty are left out.
pub(super) fn text(summaries: &[Summary], asked: Option<usize>) -> io::Result<Vec<u8>> {
    let columns: [(Column, Cell); 12] = [
        (Column::text("field"), |field| Some(field.leaf.label())),
        (Column::text("dtype"), |field| Some(field.leaf.dtype_text())),
        (Column::number("count"), |field| Some(text::count(field.count))),
        (Column::number("NaN"), |field| field.nan.filter(|&nan| nan > 0).map(text::count)),
        (Column::number("NaT"), |field| field.nat.filter(|&nat| nat > 0).map(text::count)),
        (Column::number("infinite"), |field| field.infinite.filter(|&number| number > 0).map(text::count)),
        (Column::number("min"), |field| {
            field.min.as_ref().map(|value| text::cut(text::text(value), LETTERS))
        }),
        (Column::number("max"), |field| {
            field.max.as_ref().map(|value| text::cut(text::text(value), LETTERS))
        }),
        (Column::number("mean"), |field| field.mean.as_ref().map(mean)),
        (Column::number("std"), |field| field.std.as_ref().map(std)),
        (Column::number("distinct"), |field| field.distinct.map(distinct)),
        (Column::number("longest"), |field| field.longest.map(text::count)),
    ];
    let mut kept = Vec::new();
    for (column, cell) in columns {
        let cells: Vec<Option<String>> = summaries.iter().map(cell).collect();
        if cells.iter().any(Option::is_some) {
            kept.push((column, cells));
        }
    }
    let blocks: Vec<_> = summaries.iter().map(|field| field.histogram.as_ref().map(blocks)).collect();
    if blocks.iter().any(Option::is_some) {
        kept.push((Column::text("histogram"), blocks));
    }
    let rows = (0..summaries.len())
        .map(|row| kept.iter().map(|(_, cells)| cells[row].clone().unwrap_or_default()).collect())
        .collect();
    let sheet = Sheet { columns: kept.into_iter().map(|(column, _)| column).collect(), keys: 1, rows };
    let mut text = Vec::new();
    sheet.write(&mut text, width(asked))?;
    Ok(text)
}

/// The most letters of a value.
const LETTERS: usize = 32;

fn mean(mean: &Mean) -> String {
    match mean {
        Mean::Number(number) => short(*number),
        Mean::Complex(re, im) => {
            let sign = if im.is_sign_negative() { "" } else { "+" };
            format!("{}{sign}{}j", short(*re), short(*im))
        }
        Mean::Time(value) => text::text(value),
    }
}

fn std(std: &Std) -> String {
    match std {
        Std::Number(number) => short(*number),
        Std::Time(value, steps) => time(value, *steps),
    }
}

/// A length of time, of this value or so many of its steps.
fn time(value: &Value, steps: f64) -> String {
    match value.data() {
        Datum::TimeDelta(_, Some(step)) => text::duration(steps, step).unwrap_or_else(|| text::text(value)),
        _ => text::text(value),
    }
}

fn distinct(number: Distinct) -> String {
    match number {
        Distinct::Exactly(number) => text::count(number),
        Distinct::MoreThan(number) => format!("more than {}", text::count(number)),
    }
}

/// A number to seven digits.
fn short(number: f64) -> String {
    let size = number.abs();
    if !number.is_finite() {
        return Value::from(number).to_string();
    }
    if number == 0.0 || (1e-3..1e15).contains(&size) {
        let before = if number == 0.0 { 0 } else { size.log10().floor() as i32 };
        let digits = (6 - before).max(0);
        let text = format!("{number:.*}", usize::try_from(digits).unwrap_or(0));
        return match text.contains('.') {
            true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
            false => text,
        };
    }
    format!("{number:.6e}")
}

/// A histogram in blocks: a space for none, and the lowest block for a few.
///
/// Each block is of as many whole ranges, for of one that is shared between two nobody knows which of its values are where. The
/// last block may lack some; of the numbers of ranges that give enough blocks, it is the one with which it lacks the fewest.
fn blocks(histogram: &Histogram) -> String {
    let ranges = histogram.counts.len();
    let least = ranges.div_ceil(BLOCKS).max(1);
    let together = (least..=2 * least + 1).min_by_key(|of| ranges.next_multiple_of(*of)).unwrap_or(least);
    let columns: Vec<u64> = histogram.counts.chunks(together).map(|counts| counts.iter().sum()).collect();
    let most = columns.iter().copied().max().unwrap_or(0).max(1);
    let block = |count: u64| match usize::try_from((8 * u128::from(count)).div_ceil(u128::from(most))) {
        Ok(height @ 1..) => HEIGHTS[height.min(8) - 1],
        _ => ' ',
    };
    columns.into_iter().map(block).collect()
}

/// One object for each field.
pub(super) fn json(file: &Path, shape: &[usize], summaries: &[Summary]) -> Result<Vec<u8>> {
    let fields = summaries.iter().map(field).collect::<Result<Vec<_>>>()?;
    let all = json!({ "file": file.display().to_string(), "shape": shape, "fields": fields });
    Ok(json::pretty(&all).into_bytes())
}

/// What is known of a field; null stands for what there is none of, such as the mean of no numbers.
fn field(summary: &Summary) -> Result<Json> {
    let mut object = Map::new();
    let mut put = |name: &str, value: Json| drop(object.insert(name.to_owned(), value));
    put("name", summary.leaf.name().into());
    put("dtype", summary.leaf.dtype_text().into());
    put("shape", summary.leaf.shape.clone().into());
    put("count", summary.count.into());
    for (name, number) in [
        ("nan", summary.nan),
        ("nat", summary.nat),
        ("infinite", summary.infinite),
        ("longest", summary.longest),
    ] {
        if let Some(number) = number {
            put(name, number.into());
        }
    }
    put("min", summary.min.as_ref().map_or(Json::Null, json::value));
    put("max", summary.max.as_ref().map_or(Json::Null, json::value));
    put(
        "mean",
        match &summary.mean {
            None => Json::Null,
            Some(Mean::Number(number)) => json::float(*number),
            Some(Mean::Complex(re, im)) => json!([json::float(*re), json::float(*im)]),
            Some(Mean::Time(value)) => json::value(value),
        },
    );
    put(
        "std",
        match &summary.std {
            None => Json::Null,
            Some(Std::Number(number)) => json::float(*number),
            Some(Std::Time(value, _)) => json::value(value),
        },
    );
    // Of times in steps, and as text.
    let mean = match &summary.mean {
        Some(Mean::Time(value)) => Some(value),
        _ => None,
    };
    for (name, value) in [("min", summary.min.as_ref()), ("max", summary.max.as_ref()), ("mean", mean)] {
        if let Some((value, steps)) = value.and_then(|value| Some((value, steps(value)?))) {
            put(&format!("{name}_steps"), steps.into());
            put(&format!("{name}_text"), text::text(value).into());
        }
    }
    if let Some(Std::Time(value, steps)) = &summary.std {
        put("std_steps", json::float(*steps));
        put("std_text", time(value, *steps).into());
    }
    match summary.distinct {
        None => {}
        Some(Distinct::Exactly(number)) => put("distinct", number.into()),
        Some(Distinct::MoreThan(number)) => {
            put("distinct", Json::Null);
            put("distinct_more_than", number.into());
        }
    }
    put("histogram", summary.histogram.as_ref().map_or(Ok(Json::Null), histogram)?);
    Ok(Json::Object(object))
}

fn steps(value: &Value) -> Option<i64> {
    match value.data() {
        Datum::DateTime(steps, _) | Datum::TimeDelta(steps, _) => steps,
        _ => None,
    }
}

/// A few ranges; each holds its start and not its end.
fn histogram(histogram: &Histogram) -> Result<Json> {
    let joined = histogram.joined(RANGES);
    let start = match joined.start()? {
        Start::Float(number) => json::float(number),
        Start::Integer(number) => match i64::try_from(number) {
            Ok(number) => number.into(),
            // Of 64 bits without a sign.
            Err(_) => u64::try_from(number).unwrap_or(0).into(),
        },
        Start::Time(value) => json::value(&value),
    };
    Ok(json!({ "start": start, "width": joined.width(), "counts": joined.counts }))
}
