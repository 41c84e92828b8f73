//! What is said of a picture, as text and as JSON.

use std::{io::Write, ops::Range, path::Path};

use mmrec::{ByteOrder, DType, Kind, Scalar, Value};
use serde_json::{Value as Json, json};

use super::{
    decimate::{Column, Drawn, Line, Number},
    field::Field,
    read::is_time,
};
use crate::{
    args::Plot,
    failure::{Failure, Result},
    json, text,
};

/// What was drawn of what.
pub(super) struct Said<'a> {
    pub(super) asked: &'a Plot,
    pub(super) x: Option<&'a Field<'a>>,
    pub(super) lines: &'a [Field<'a>],
    pub(super) rows: Range<usize>,
    pub(super) drawn: &'a Drawn,
    pub(super) is_joined: bool,
}

impl Said<'_> {
    /// A line for the picture, and one for each field.
    pub(super) fn text(&self, path: &Path) -> Result<Vec<u8>> {
        let mut said = Vec::new();
        let rows = text::count(self.rows.len() as u64);
        let path = text::plain(&path.display().to_string());
        writeln!(said, "{path}: {rows} rows as {}", self.style())?;
        let name = text::plain(self.x.map_or("row", |x| &x.name));
        if let Some((least, greatest)) = self.drawn.range {
            let ends = (self.of_x(least)?, self.of_x(greatest)?);
            writeln!(said, "x: {name} from {} to {}", text::text(&ends.0), text::text(&ends.1))?;
        }
        for (field, line) in self.lines.iter().zip(&self.drawn.lines) {
            let gaps = match line.gaps {
                0 => String::new(),
                gaps => format!(", {} without", text::count(gaps)),
            };
            let name = text::plain(&field.name);
            match line.extremes() {
                Some((least, greatest)) => {
                    let ends = (value(least, field.scalar)?, value(greatest, field.scalar)?);
                    let (least, greatest) = (text::text(&ends.0), text::text(&ends.1));
                    writeln!(said, "y: {name} from {least} to {greatest}{gaps}")?;
                }
                None => writeln!(said, "y: {name}, nothing to draw")?,
            }
        }
        Ok(said)
    }

    fn style(&self) -> &'static str {
        if self.is_joined { "lines" } else { "points" }
    }

    pub(super) fn json(&self, path: &Path) -> Result<Vec<u8>> {
        let (x_least, x_greatest) = match self.drawn.range {
            Some((least, greatest)) => (json::value(&self.of_x(least)?), json::value(&self.of_x(greatest)?)),
            None => (Json::Null, Json::Null),
        };
        let lines = self.lines.iter().zip(&self.drawn.lines);
        let lines: Vec<_> = lines.map(|(field, line)| self.line(field, line)).collect::<Result<_>>()?;
        let all = json!({
            "file": self.asked.input.file.display().to_string(),
            "picture": path.display().to_string(),
            "size": [self.asked.size.width, self.asked.size.height],
            "rows": [self.rows.start, self.rows.end],
            "style": self.style(),
            "x": {
                "name": self.x.map(|x| x.name.as_str()),
                "dtype": self.x.map(super::dtype),
                "min": x_least,
                "max": x_greatest,
                "is_sorted": self.drawn.is_sorted,
            },
            "y": lines,
        });
        Ok(json::pretty(&all).into_bytes())
    }

    fn line(&self, field: &Field<'_>, line: &Line) -> Result<Json> {
        let (least, greatest) = match line.extremes() {
            Some((least, greatest)) => {
                (json::value(&value(least, field.scalar)?), json::value(&value(greatest, field.scalar)?))
            }
            None => (Json::Null, Json::Null),
        };
        let mut all = json!({
            "name": field.name,
            "dtype": super::dtype(field),
            "min": least,
            "max": greatest,
            "count": line.count,
            "gaps": line.gaps,
            "columns": line.columns.len(),
        });
        if self.asked.points {
            let points = line.columns.iter().map(|column| self.column(field, column));
            all["points"] = Json::Array(points.collect::<Result<_>>()?);
        }
        Ok(all)
    }

    fn column(&self, field: &Field<'_>, column: &Column) -> Result<Json> {
        let y = |number| Ok::<_, Failure>(json::value(&value(number, field.scalar)?));
        let point = |(of_x, of_y)| Ok::<_, Failure>(json!([json::value(&self.of_x(of_x)?), y(of_y)?]));
        Ok(json!({
            "column": column.at,
            "count": column.count,
            "first": point(column.first)?,
            "last": point(column.last)?,
            "min": y(column.least)?,
            "max": y(column.greatest)?,
            "after_gap": column.is_after_gap,
        }))
    }

    fn of_x(&self, number: Number) -> Result<Value> {
        match self.x {
            Some(x) => value(number, x.scalar),
            None => value(number, Scalar::new(Kind::Int, 8, ByteOrder::NATIVE)),
        }
    }
}

/// A number as what it is in the file.
fn value(number: Number, scalar: Scalar) -> Result<Value> {
    let dtype = DType::from(scalar);
    Ok(match number {
        Number::Whole(steps) if is_time(scalar) => {
            let steps = i64::try_from(steps).unwrap_or(i64::MIN);
            let is_big = scalar.order() == ByteOrder::Big;
            let bytes = if is_big { steps.to_be_bytes() } else { steps.to_le_bytes() };
            Value::from_bytes(dtype, bytes)?
        }
        Number::Whole(number) => match (i64::try_from(number), u64::try_from(number)) {
            (Ok(number), _) => Value::from(number).cast(&dtype)?,
            (_, number) => Value::from(number.unwrap_or(u64::MAX)).cast(&dtype)?,
        },
        Number::Real(number) if scalar.kind() == Kind::Bool => Value::from(number != 0.0),
        Number::Real(number) => Value::from(number).cast(&dtype)?,
    })
}
