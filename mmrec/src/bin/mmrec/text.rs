//! Values as people read them.

use std::fmt::Write as _;

use mmrec::{Datum, DynView, Value};

/// A value in one line: strings without quotes, times as dates, numbers as NumPy prints them.
pub(super) fn text(value: &Value) -> String {
    match value.data() {
        Datum::Bytes(bytes) => escaped_bytes(bytes),
        Datum::Str(text) => escaped(&text),
        _ => one_line(&value.to_string()),
    }
}

/// What a leaf holds in one row: a value, or an array.
pub(super) fn cell(view: &DynView<'_>) -> String {
    match view.get([]) {
        Some(value) if view.ndim() == 0 => text(&value),
        _ => one_line(&view.to_string()),
    }
}

/// Text that is UTF-8 as it is, and other bytes, and what would move the cursor, as `\x1b`.
fn escaped_bytes(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.utf8_chunks() {
        text += &escaped(chunk.valid());
        for byte in chunk.invalid() {
            // Writing to a `String` cannot fail.
            let _ = write!(text, "\\x{byte:02x}");
        }
    }
    text
}

fn escaped(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter.is_control() {
            match u8::try_from(letter) {
                Ok(byte) => shown.extend(std::ascii::escape_default(byte).map(char::from)),
                Err(_) => shown.extend(letter.escape_unicode()),
            }
        } else {
            shown.push(letter);
        }
    }
    shown
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A count of bytes with its unit, to three digits.
pub(super) fn size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["KiB", "MiB", "GiB", "TiB", "PiB"];
    if bytes < 10_000 {
        return format!("{bytes} bytes");
    }
    let mut value = bytes as f64 / 1024.0;
    let mut unit = 0;
    while value >= 1000.0 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    let digits = if value < 10.0 { 2 } else { usize::from(value < 100.0) };
    format!("{value:.digits$} {}", UNITS[unit])
}

/// A number with its thousands apart.
pub(super) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

/// A shape as Python writes it.
pub(super) fn shape(shape: &[usize]) -> String {
    match shape {
        [one] => format!("({one},)"),
        _ => format!("({})", shape.iter().map(usize::to_string).collect::<Vec<_>>().join(", ")),
    }
}
