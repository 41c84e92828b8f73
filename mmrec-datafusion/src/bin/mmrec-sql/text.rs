//! Text that gives a terminal no orders.

use std::io::{self, Write};

/// Text in which nothing moves the cursor of a terminal, rings, or turns what stands beside it: such letters are shown as `\x1b`.
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
fn is_obeyed(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// The start of what is longer than so many letters.
pub(super) fn cut(mut text: String, letters: usize) -> String {
    if let Some((end, _)) = text.char_indices().nth(letters) {
        text.truncate(end);
        text.push('…');
    }
    text
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

/// A number of rows: 1 row, 2 rows.
pub(super) fn rows(number: u64) -> String {
    format!("{} row{}", count(number), if number == 1 { "" } else { "s" })
}

/// Where text goes; a terminal gets it without orders. What is written at a time are whole letters.
pub(super) struct Plain<W> {
    pub(super) to: W,
    pub(super) is_terminal: bool,
}

impl<W: Write> Write for Plain<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.is_terminal {
            true => self.to.write_all(plain_lines(&String::from_utf8_lossy(bytes)).as_bytes())?,
            false => self.to.write_all(bytes)?,
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_obeys_is_escaped() {
        assert_eq!(plain("\x1b[31mred\u{202e}\n\u{9b}é日"), r"\x1b[31mred\u{202e}\n\x9bé日");
        assert_eq!(plain_lines("a\nb\r\n"), "a\nb\\r\n");
    }
}
