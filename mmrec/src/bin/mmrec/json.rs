//! Values as JSON.
//!
//! Numbers are numbers, but for those that JSON has none for: NaN and the infinities are the strings "NaN", "Infinity" and
//! "-Infinity". Times are the texts of NumPy, and NaT is null. Byte strings that are no UTF-8, and opaque bytes, are strings with
//! `\x1b` for such a byte. Complex numbers are [real, imaginary].

use mmrec::{Datum, DynView, Value};
use serde_json::{Map, Value as Json, json};

use super::text;

pub(super) fn value(value: &Value) -> Json {
    match value.data() {
        Datum::Bool(truth) => truth.into(),
        Datum::Int(number) => number.into(),
        Datum::Uint(number) => number.into(),
        Datum::Float(number) if number.is_finite() => shortest(value, number),
        Datum::Float(number) => float(number),
        Datum::Complex(real, imaginary) => json!([float(real), float(imaginary)]),
        Datum::DateTime(None, _) | Datum::TimeDelta(None, _) => Json::Null,
        Datum::Array(view) => array(&view),
        Datum::Record(fields) => {
            Json::Object(fields.iter().map(|(name, part)| ((*name).to_owned(), self::value(part))).collect())
        }
        _ => text::text(value).into(),
    }
}

/// The number that is nearest to the shortest text of it: 0.1 for an `f4` too.
fn shortest(value: &Value, number: f64) -> Json {
    value.to_string().parse().map_or_else(|_| float(number), float)
}

pub(super) fn float(number: f64) -> Json {
    match number {
        _ if number.is_nan() => "NaN".into(),
        f64::INFINITY => "Infinity".into(),
        f64::NEG_INFINITY => "-Infinity".into(),
        _ => number.into(),
    }
}

/// An array of any number of axes, as lists in lists.
pub(super) fn array(view: &DynView<'_>) -> Json {
    if view.ndim() == 0 {
        return view.get([]).map_or(Json::Null, |value| self::value(&value));
    }
    Json::Array(view.axis_iter(mmrec::Axis(0)).map(|part| array(&part)).collect())
}

/// Puts a value where the names lead, making the objects on the way.
pub(super) fn put(into: &mut Map<String, Json>, path: &[String], value: Json) {
    match path {
        [] => drop(into.insert("value".to_owned(), value)),
        [name] => drop(into.insert(name.clone(), value)),
        [name, rest @ ..] => {
            let inner = into.entry(name.clone()).or_insert_with(|| Json::Object(Map::new()));
            if let Json::Object(inner) = inner {
                put(inner, rest, value);
            }
        }
    }
}
