//! Values as people read them.

use std::fmt::Write as _;

use mmrec::{Datum, DynView, Value};

/// A value in one line: strings without quotes, times as dates, numbers as NumPy prints them.
pub(super) fn text(value: &Value) -> String {
    match value.data() {
        Datum::Bytes(bytes) => plain(&of_bytes(bytes)),
        Datum::Str(text) => plain(&text),
        Datum::Units(units) => plain(&of_units(&units)),
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

/// The start of what is longer than so many letters.
pub(super) fn cut(mut text: String, letters: usize) -> String {
    if let Some((end, _)) = text.char_indices().nth(letters) {
        text.truncate(end);
        text.push('…');
    }
    text
}

/// Text that is UTF-8 as it is, and other bytes as `\x1b`.
pub(super) fn of_bytes(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.utf8_chunks() {
        text += chunk.valid();
        for byte in chunk.invalid() {
            // Writing to a `String` cannot fail.
            let _ = write!(text, "\\x{byte:02x}");
        }
    }
    text
}

/// Code units, and those that are no letters as `\udac6`.
pub(super) fn of_units(units: &[u32]) -> String {
    let text = |unit: &u32| char::from_u32(*unit).map_or_else(|| format!("\\u{unit:04x}"), String::from);
    units.iter().map(text).collect()
}

/// Text of which nothing moves the cursor of a terminal, rings, or turns what stands beside it: such letters are shown as `\x1b`.
pub(super) fn plain(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for letter in text.chars() {
        match u8::try_from(letter) {
            _ if !is_obeyed(letter) => shown.push(letter),
            Ok(byte) => shown.extend(std::ascii::escape_default(byte).map(char::from)),
            Err(_) => shown.extend(letter.escape_unicode()),
        }
    }
    shown
}

/// The same of a text of several lines.
pub(super) fn plain_lines(text: &str) -> String {
    text.split('\n').map(plain).collect::<Vec<_>>().join("\n")
}

/// Control characters, and those that say in which direction text runs or where a line ends.
pub(super) fn is_obeyed(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// An array as NumPy prints it, without its lines; strings in it keep their spaces.
fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    let (mut quote, mut is_escaped) = (None, false);
    for letter in text.chars() {
        let is_space = quote.is_none() && letter.is_whitespace();
        if is_space && (line.is_empty() || line.ends_with([' ', '['])) {
            continue;
        }
        if letter == ']' && quote.is_none() && line.ends_with(' ') {
            line.pop();
        }
        match quote {
            _ if is_escaped => is_escaped = false,
            Some(_) if letter == '\\' => is_escaped = true,
            Some(open) if letter == open => quote = None,
            None if matches!(letter, '\'' | '"') => quote = Some(letter),
            _ => {}
        }
        line.push(if is_space { ' ' } else { letter });
    }
    plain(&line)
}

/// A count of bytes with its unit, to three digits.
pub(super) fn size(bytes: u64) -> String {
    if bytes < 10_000 {
        return counted(bytes, "byte");
    }
    let (number, unit) = in_units(bytes as f64 / 1024.0, 1024.0, ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]);
    format!("{number} {unit}")
}

/// A number to three digits, with a letter for thousands, millions and more: 12.3 M.
pub(super) fn rounded(number: f64) -> String {
    if number < 1000.0 {
        return format!("{number:.0}");
    }
    let (number, unit) = in_units(number / 1000.0, 1000.0, ["k", "M", "G", "T", "P", "E"]);
    format!("{number} {unit}")
}

/// A number to three digits in the unit that leaves the fewest before the point.
fn in_units(mut value: f64, step: f64, units: [&'static str; 6]) -> (String, &'static str) {
    let mut unit = 0;
    // 999.6 would be written with four digits.
    while value >= 999.5 && unit + 1 < units.len() {
        value /= step;
        unit += 1;
    }
    let digits = if value < 9.995 { 2 } else { usize::from(value < 99.95) };
    (format!("{value:.digits$}"), units[unit])
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

/// A number of things: 1 row, 2 rows.
pub(super) fn counted(number: u64, thing: &str) -> String {
    format!("{} {thing}{}", count(number), if number == 1 { "" } else { "s" })
}

/// A shape as Python writes it.
pub(super) fn shape(shape: &[usize]) -> String {
    match shape {
        [one] => format!("({one},)"),
        _ => format!("({})", shape.iter().map(usize::to_string).collect::<Vec<_>>().join(", ")),
    }
}
