//! A record drawn byte by byte: each field a block over its bytes, and padding as holes.

use std::{
    io::{self, Write},
    ops::Range,
};

use anstyle::{AnsiColor, Color, Style};
use unicode_width::UnicodeWidthStr;

use super::leaf::Leaf;

/// Letters that a byte takes.
const BYTE: usize = 4;

/// Lines that are drawn of what has more.
const MOST: usize = 24;

const COLORS: [AnsiColor; 6] = [
    AnsiColor::Cyan,
    AnsiColor::Yellow,
    AnsiColor::Green,
    AnsiColor::Magenta,
    AnsiColor::BrightBlue,
    AnsiColor::BrightRed,
];

/// The mark of a field, which stands for its name where there is no room for that. Its colon tells it from a name.
pub(super) fn mark(field: usize) -> String {
    const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    format!("{}:", char::from(LETTERS[field % LETTERS.len()]))
}

/// The colour of a field.
pub(super) fn style(field: usize) -> Style {
    Style::new().fg_color(Some(AnsiColor::Black.into())).bg_color(Some(color(field)))
}

fn color(field: usize) -> Color {
    COLORS[field % COLORS.len()].into()
}

/// What a byte of a record is.
#[derive(Clone, Copy, PartialEq)]
enum Byte {
    Hole,
    /// Of a field: which, which scalar of it, and which byte of that.
    Of(usize, usize, usize),
    /// Of several fields.
    Shared,
}

impl Byte {
    fn continues(self, before: Self) -> bool {
        match (before, self) {
            (Self::Of(field, scalar, byte), other) => other == Self::Of(field, scalar, byte + 1),
            (before, other) => before == other,
        }
    }
}

/// Draws a record of so many bytes, in lines of `width` columns of text if that is enough for eight bytes.
pub(super) fn write(out: &mut impl Write, leaves: &[Leaf], itemsize: usize, width: usize) -> io::Result<()> {
    let digits = itemsize.to_string().len();
    let len = if width < digits + 2 + 16 * BYTE { 8 } else { 16 };
    let dim = Style::new().dimmed();
    let numbers: String = (0..len.min(itemsize)).map(|byte| format!("{byte:<BYTE$}")).collect();
    writeln!(out, "{:digits$}  {dim}{}{dim:#}", "", numbers.trim_end())?;
    let (mut drawn, mut line) = (0, 0);
    while line < itemsize {
        if drawn == MOST {
            return writeln!(out, "{:digits$}  and {} bytes more", "", itemsize - line);
        }
        let bytes: Vec<Byte> = (line..itemsize.min(line + len)).map(|at| byte(leaves, at)).collect();
        write!(out, "{dim}{line:>digits$}{dim:#}  ")?;
        let mut blocks = Vec::new();
        for run in bytes.chunk_by(|before, byte| byte.continues(*before)) {
            write_run(&mut blocks, leaves, run)?;
        }
        out.write_all(blocks.trim_ascii_end())?;
        writeln!(out)?;
        drawn += 1;
        line += len;
        let end = end_of_like(leaves, line, len);
        if end - line > 2 * len {
            writeln!(out, "{:digits$}  …", "")?;
            line += (end - 1 - line) / len * len;
        }
    }
    Ok(())
}

/// Where the bytes of a field end that goes on from the line before without gaps; `line` if none does.
fn end_of_like(leaves: &[Leaf], line: usize, len: usize) -> usize {
    let (Byte::Of(field, ..), Byte::Of(before, ..)) = (byte(leaves, line), byte(leaves, line - 1)) else {
        return line;
    };
    let Range { start, end } = leaves[field].span();
    let is_whole = field == before && end - start == leaves[field].size();
    let is_crossed = || {
        leaves
            .iter()
            .map(Leaf::span)
            .enumerate()
            .any(|(i, span)| i != field && span.start < end && span.end > line - len)
    };
    if is_whole && !is_crossed() { end } else { line }
}

fn write_run(out: &mut impl Write, leaves: &[Leaf], run: &[Byte]) -> io::Result<()> {
    let width = BYTE * run.len();
    match run[0] {
        Byte::Hole => write!(out, "{}", " ·  ".repeat(run.len())),
        Byte::Shared => write!(out, "{}", "#".repeat(width)),
        Byte::Of(field, scalar, first) => {
            let leaf = &leaves[field];
            let starts = first == 0;
            let ends = first + run.len() == leaf.dtype.itemsize();
            let room = width - usize::from(starts) - usize::from(ends);
            // The name stands where it is first whole.
            let label = match BYTE * first {
                0 => label(leaf, field, scalar, room),
                before => names(leaf, scalar)
                    .into_iter()
                    .next()
                    .filter(|name| name.width() >= before && name.width() <= room)
                    .unwrap_or_default(),
            };
            let rest = room - label.width();
            // Where there are colours, the block has no line in it.
            let (style, line) = (style(field), style(field).fg_color(Some(color(field))));
            let gap = if !starts {
                0
            } else if rest < 3 {
                rest
            } else {
                1
            };
            let (open, close) = (if starts { "[" } else { "" }, if ends { "]" } else { "" });
            let dashes = "─".repeat(rest - gap);
            write!(out, "{style}{open}{label}{:gap$}{style:#}", "")?;
            write!(out, "{line}{dashes}{line:#}{style}{close}{style:#}")
        }
    }
}

/// A name of a scalar, as long as there is room for: the mark of the field at last.
fn label(leaf: &Leaf, field: usize, scalar: usize, room: usize) -> String {
    let names = names(leaf, scalar).into_iter().chain([mark(field)]);
    names.into_iter().find(|name| name.width() <= room).unwrap_or_default()
}

/// The whole name of a scalar, and the end of it.
fn names(leaf: &Leaf, scalar: usize) -> [String; 2] {
    let index = leaf.index_text(scalar);
    let last = leaf.path.last().map_or(String::new(), |last| super::text::plain(last));
    [leaf.label() + &index, last + &index]
}

fn byte(leaves: &[Leaf], at: usize) -> Byte {
    let mut found = Byte::Hole;
    for (i, leaf) in leaves.iter().enumerate() {
        if let Some((scalar, byte)) = leaf.scalar_at(at) {
            found = if found == Byte::Hole { Byte::Of(i, scalar, byte) } else { Byte::Shared };
        }
    }
    found
}
