//! A record drawn byte by byte: each field a block over its bytes, and padding as holes.

use std::io::{self, Write};

use anstyle::{AnsiColor, Color, Style};

use super::leaf::Leaf;

/// Bytes in a line.
const LINE: usize = 32;

/// Lines that are drawn of what has more.
const MOST: usize = 24;

const COLORS: [AnsiColor; 6] = [
    AnsiColor::Cyan,
    AnsiColor::Yellow,
    AnsiColor::Green,
    AnsiColor::Magenta,
    AnsiColor::Blue,
    AnsiColor::Red,
];

/// The letter of a field.
pub(super) fn letter(field: usize) -> char {
    const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    LETTERS[field % LETTERS.len()].into()
}

/// The colour of a field.
pub(super) fn style(field: usize) -> Style {
    Style::new()
        .fg_color(Some(Color::Ansi(AnsiColor::Black)))
        .bg_color(Some(Color::Ansi(COLORS[field % COLORS.len()])))
}

/// What a byte of a record is.
#[derive(Clone, Copy, PartialEq)]
enum Byte {
    Hole,
    /// Of a field, and whether a scalar starts here.
    Of(usize, bool),
    /// Of several fields.
    Shared,
}

/// Draws a record of so many bytes.
pub(super) fn write(out: &mut impl Write, leaves: &[Leaf], itemsize: usize) -> io::Result<()> {
    let digits = itemsize.to_string().len();
    let (mut drawn, mut line) = (0, 0);
    while line < itemsize {
        if drawn == MOST {
            return writeln!(out, "{:digits$}  and {} bytes more", "", itemsize - line);
        }
        write!(out, "{line:>digits$}  ")?;
        let bytes: Vec<Byte> = (line..itemsize.min(line + LINE)).map(|at| byte(leaves, at)).collect();
        for (i, byte) in bytes.iter().enumerate() {
            if i > 0 && i % 8 == 0 {
                write!(out, " ")?;
            }
            match byte {
                Byte::Hole => write!(out, "··")?,
                Byte::Shared => write!(out, "##")?,
                Byte::Of(field, starts) => {
                    let (style, letter) = (style(*field), letter(*field));
                    let second = if *starts { '[' } else { letter };
                    write!(out, "{style}{}{}{style:#}", if *starts { second } else { letter }, letter)?;
                }
            }
        }
        writeln!(out)?;
        drawn += 1;
        line += LINE;
    }
    Ok(())
}

fn byte(leaves: &[Leaf], at: usize) -> Byte {
    let mut found = Byte::Hole;
    for (i, leaf) in leaves.iter().enumerate() {
        let bytes = leaf.bytes();
        if bytes.contains(&at) {
            let starts = (at - bytes.start).is_multiple_of(leaf.dtype.itemsize());
            found = if found == Byte::Hole { Byte::Of(i, starts) } else { Byte::Shared };
        }
    }
    found
}
