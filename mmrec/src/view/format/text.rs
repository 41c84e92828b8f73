//! Strings and bytes the way Python's `repr` writes them.

/// `b'AAPL'`
pub(super) fn bytes_repr(bytes: &[u8]) -> String {
    let quote = quote(|quote| bytes.contains(&quote));
    let mut text = format!("b{quote}");
    for &byte in bytes {
        match char::from(byte) {
            c if c == quote => text.extend(['\\', c]),
            c if c == ' ' || c.is_ascii_graphic() && c != '\\' => text.push(c),
            c => escape(&mut text, c.into()),
        }
    }
    text.push(quote);
    text
}

/// `'AAPL'`. What is no character, such as half of a surrogate pair, is escaped.
pub(super) fn str_repr(units: &[u32]) -> String {
    let quote = quote(|quote| units.contains(&quote.into()));
    let mut text = String::from(quote);
    for &unit in units {
        match char::from_u32(unit) {
            Some(c) if c == quote => text.extend(['\\', c]),
            Some(c) if c != '\\' && printable(c) => text.push(c),
            _ => escape(&mut text, unit),
        }
    }
    text.push(quote);
    text
}

/// The string itself; what is no character is escaped.
pub(super) fn str_plain(units: &[u32]) -> String {
    let mut text = String::new();
    for &unit in units {
        match char::from_u32(unit) {
            Some(c) => text.push(c),
            None => escape(&mut text, unit),
        }
    }
    text
}

/// `b'\x00\xFF'`: opaque bytes.
pub(super) fn void_repr(bytes: &[u8]) -> String {
    let mut text = String::from("b'");
    for byte in bytes {
        text.push_str(&format!("\\x{byte:02X}"));
    }
    text.push('\'');
    text
}

/// Single quotes, unless only they need escaping.
fn quote(has: impl Fn(u8) -> bool) -> char {
    if has(b'\'') && !has(b'"') { '"' } else { '\'' }
}

/// Whether Python prints the character as it is. Rust goes by the same Unicode categories: anything but separators,
/// other than the space, and the kinds of "other". A character younger than Python's tables is the one difference.
fn printable(c: char) -> bool {
    // After another character, because Rust escapes an accent that comes first.
    matches!(c, '\'' | '"') || ["a", c.encode_utf8(&mut [0; 4])].concat().escape_debug().nth(1) == Some(c)
}

fn escape(text: &mut String, unit: u32) {
    text.push_str(&match unit {
        0x09 => "\\t".to_owned(),
        0x0A => "\\n".to_owned(),
        0x0D => "\\r".to_owned(),
        0x5C => "\\\\".to_owned(),
        _ if unit <= 0xFF => format!("\\x{unit:02x}"),
        _ if unit <= 0xFFFF => format!("\\u{unit:04x}"),
        _ => format!("\\U{unit:08x}"),
    });
}
