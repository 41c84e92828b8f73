//! Values as JSON.
//!
//! Numbers are numbers, with all digits, but for those that JSON has none for: NaN and the infinities are the strings "NaN",
//! "Infinity" and "-Infinity". Dates are the texts of NumPy, a timedelta64 is the number of its steps, and NaT is null. Strings are as they are; in one that is no Unicode,
//! `\xff` stands for such a byte, or `\udac6` for such a unit. Opaque bytes are written in hexadecimal digits. Complex numbers are
//! [real, imaginary], but long doubles, and complex numbers of them, are texts.

use std::fmt::Write as _;

use mmrec::{Datum, DynView, Kind, Scalar, Value};
use serde_json::{Value as Json, json};

use super::text;

pub(super) fn value(value: &Value) -> Json {
    match value.data() {
        Datum::Bool(truth) => truth.into(),
        Datum::Int(number) => number.into(),
        Datum::Uint(number) => number.into(),
        Datum::Float(number) if number.is_finite() => shortest(value, number),
        Datum::Float(number) => float(number),
        Datum::Complex(real, imaginary) => json!([part(value, real), part(value, imaginary)]),
        Datum::DateTime(None, _) | Datum::TimeDelta(None, _) => Json::Null,
        Datum::TimeDelta(Some(steps), _) => steps.into(),
        Datum::Bytes(bytes) => text::of_bytes(bytes).into(),
        Datum::Str(text) => text.into(),
        Datum::Units(units) => text::of_units(&units).into(),
        Datum::Opaque(bytes) if value.dtype().as_scalar().map(Scalar::kind) == Some(Kind::Void) => {
            let digits = bytes.iter().fold(String::new(), |mut digits, byte| {
                // Writing to a `String` cannot fail.
                let _ = write!(digits, "{byte:02x}");
                digits
            });
            digits.into()
        }
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

/// A part of a complex number, whose parts may be `f4`.
fn part(value: &Value, number: f64) -> Json {
    match value.dtype().itemsize() {
        8 => shortest(&Value::from(number as f32), number),
        _ => float(number),
    }
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
fn array(view: &DynView<'_>) -> Json {
    if view.ndim() == 0 {
        return view.get([]).map_or(Json::Null, |value| self::value(&value));
    }
    Json::Array(view.axis_iter(mmrec::Axis(0)).map(|part| array(&part)).collect())
}

/// JSON in one line, or in many for people. What a terminal would obey is escaped.
pub(super) fn line(json: &Json) -> String {
    escaped(&json.to_string())
}

pub(super) fn pretty(json: &Json) -> String {
    escaped(&format!("{json:#}\n"))
}

/// JSON escapes what is below a space, within strings; what is to be escaped beyond is in strings alone.
fn escaped(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for letter in json.chars() {
        if letter >= '\u{7f}' && text::is_obeyed(letter) {
            // Writing to a `String` cannot fail.
            let _ = write!(text, "\\u{:04x}", u32::from(letter));
        } else {
            text.push(letter);
        }
    }
    text
}
