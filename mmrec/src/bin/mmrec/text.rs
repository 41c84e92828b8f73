//! Values as people read them.

use std::fmt::Write as _;

use mmrec::{Axis, Datum, DynView, TimeStep, TimeUnit, Value};

/// A value in one line: strings without quotes, times as dates, numbers as NumPy prints them.
pub(super) fn text(value: &Value) -> String {
    match value.data() {
        Datum::Bytes(bytes) => plain(&of_bytes(bytes)),
        Datum::Str(text) => plain(&text),
        Datum::Units(units) => plain(&of_units(&units)),
        _ => one_line(&value.to_string()),
    }
}

/// The most elements of an array that are all shown in a cell, and how many are at each end of an axis of a longer one.
const ALL: usize = 24;
const ENDS: usize = 3;

/// What a leaf holds in one row: a value, or an array.
pub(super) fn cell(view: &DynView<'_>) -> String {
    match view.get([]) {
        Some(value) if view.ndim() == 0 => text(&value),
        _ if view.len() > ALL => ends(view),
        _ => one_line(&view.to_string()),
    }
}

/// An array as NumPy shortens it: of an axis its first elements, three dots, and its last.
fn ends(view: &DynView<'_>) -> String {
    let len = view.shape()[0];
    if view.ndim() > 1 {
        let part = |at: usize| ends(&view.index_axis(Axis(0), at));
        let parts: Vec<_> = if len <= 2 * ENDS {
            (0..len).map(part).collect()
        } else {
            let dots = std::iter::once("...".to_owned());
            (0..ENDS).map(part).chain(dots).chain((len - ENDS..len).map(part)).collect()
        };
        return format!("[{}]", parts.join(" "));
    }
    if len <= 2 * ENDS {
        return one_line(&view.to_string());
    }
    let (first, last) = (view.slice(mmrec::s![..ENDS]), view.slice(mmrec::s![len - ENDS..]));
    let (first, last) = (one_line(&first.to_string()), one_line(&last.to_string()));
    let (first, last) = (first.strip_suffix(']').unwrap_or(&first), last.strip_prefix('[').unwrap_or(&last));
    format!("{first} ... {last}")
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

/// A length of time as people say it: 1 h 36 min 13.66 s. `None` of months and years, which are not all of one length.
pub(super) fn duration(steps: f64, step: TimeStep) -> Option<String> {
    const PARTS: [(f64, &str); 7] =
        [(1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns"), (1e-12, "ps"), (1e-15, "fs"), (1e-18, "as")];
    let unit = match step.unit {
        TimeUnit::Week => 604_800.0,
        TimeUnit::Day => 86_400.0,
        TimeUnit::Hour => 3600.0,
        TimeUnit::Minute => 60.0,
        TimeUnit::Second => 1.0,
        TimeUnit::Millisecond => 1e-3,
        TimeUnit::Microsecond => 1e-6,
        TimeUnit::Nanosecond => 1e-9,
        TimeUnit::Picosecond => 1e-12,
        TimeUnit::Femtosecond => 1e-15,
        TimeUnit::Attosecond => 1e-18,
        _ => return None,
    };
    let seconds = steps * f64::from(step.count) * unit;
    let hundredths = (seconds * 100.0).round();
    if hundredths < 6000.0 {
        // 0.99996 ms would be 1000 µs.
        let is_reached = |part: &&(f64, &str)| seconds >= part.0 * 0.99995;
        let (part, name) = PARTS.iter().find(is_reached).copied().unwrap_or((1.0, "s"));
        return Some(format!("{} {name}", four_digits(seconds / part)));
    }
    let minutes =
        if hundredths < 8_640_000.0 { (hundredths / 6000.0).floor() } else { (seconds / 60.0).round() };
    let (hours, minute) = ((minutes / 60.0).floor(), minutes % 60.0);
    let rest = format!("{:.2}", (hundredths - minutes * 6000.0) / 100.0);
    let rest = rest.trim_end_matches('0').trim_end_matches('.');
    Some(if hundredths < 360_000.0 {
        format!("{minute} min {rest} s")
    } else if hundredths < 8_640_000.0 {
        format!("{hours} h {minute} min {rest} s")
    } else {
        format!("{} d {} h {minute} min", (hours / 24.0).floor(), hours % 24.0)
    })
}

/// A number below 1000 to four digits, without zeros at the end.
fn four_digits(number: f64) -> String {
    let digits = if number < 9.9995 {
        3
    } else if number < 99.995 {
        2
    } else {
        usize::from(number < 999.95)
    };
    let text = format!("{number:.digits$}");
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}

/// A shape as Python writes it.
pub(super) fn shape(shape: &[usize]) -> String {
    match shape {
        [one] => format!("({one},)"),
        _ => format!("({})", shape.iter().map(usize::to_string).collect::<Vec<_>>().join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_are_said_in_few_words() {
        let said = |steps: f64, unit, count| duration(steps, TimeStep { unit, count });
        for (steps, unit, count, text) in [
            (5_773_655_780_970.0, TimeUnit::Nanosecond, 1, "1 h 36 min 13.66 s"),
            (0.0, TimeUnit::Nanosecond, 1, "0 s"),
            (0.25, TimeUnit::Attosecond, 1, "0 s"),
            (427.0, TimeUnit::Microsecond, 1, "427 µs"),
            (427.25, TimeUnit::Microsecond, 10, "4.272 ms"),
            (999_960.0, TimeUnit::Nanosecond, 1, "1 ms"),
            (59.994, TimeUnit::Second, 1, "59.99 s"),
            (59.996, TimeUnit::Second, 1, "1 min 0 s"),
            (3599.996, TimeUnit::Second, 1, "1 h 0 min 0 s"),
            (1.5, TimeUnit::Minute, 1, "1 min 30 s"),
            (86_399.999, TimeUnit::Second, 1, "1 d 0 h 0 min"),
            (400.5, TimeUnit::Day, 1, "400 d 12 h 0 min"),
            (2.0, TimeUnit::Week, 1, "14 d 0 h 0 min"),
        ] {
            assert_eq!(said(steps, unit, count).as_deref(), Some(text), "{steps} {unit}");
        }
        assert_eq!(said(3.0, TimeUnit::Month, 1), None);
    }
}
