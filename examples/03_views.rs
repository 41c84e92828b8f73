//! Arrays of several axes in a file: slices, other orders, fields inside fields, and arrays inside records.
//!
//! `cargo run --example 03_views` prints:
//!
//! ```text
//! 3 rows of 4 points, 20 bytes each: strides [80, 20]
//! every other column: shape [3, 2], strides [80, 40]
//! transposed: shape [4, 3], strides [20, 80]
//! the y of all points, a column of f32 inside a record: strides [80, 20]
//! [[ 0.  1.  2.  3.]
//!  [10. 11. 12. 13.]
//!  [20. 21. 22. 23.]]
//! colours have one more axis: shape [3, 4, 3], the red ones sum to 1380
//! the row that begins at byte 80: [10. 11. 12. 13.]
//! the same bytes in Fortran order, 4 by 3: y of [3, 2] is 23
//! row 1 has y [110. 111. 112. 113.] now, and every map of the file shows it: [110. 111. 112. 113.]
//! a row of 80 bytes at offset 160, with no more known than where it is: [20. 21. 22. 23.]
//! ```

use std::{
    io::{self, Write},
    process::ExitCode,
};

use mmrec::{Axis, MmapRecord, Order, RecordMap, s};
use mmrec_examples::{Result, exit_code};

#[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
#[repr(C)]
struct Position {
    x: f32,
    y: f32,
    z: f32,
}

/// A record in a record, and an array in a record. `packed` leaves no gap before the four bytes of `id`, which is what
/// NumPy does by default; here there would be one byte.
#[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
#[repr(C, packed)]
#[mmrec(
    descr = "[('at', [('x', '<f4'), ('y', '<f4'), ('z', '<f4')]), ('rgb', '|u1', (3,)), ('class', '|u1'), ('id', '<u4')]"
)]
struct Point {
    at: Position,
    rgb: [u8; 3],
    class: u8,
    id: u32,
}

fn main() -> ExitCode {
    exit_code(run())
}

fn run() -> Result<()> {
    let mut out = io::stdout().lock();
    let dir = tempfile::tempdir()?;
    let path = dir.path().join("points.bin");

    let mut new = RecordMap::<Point>::options().shape((3, 4)).create(&path)?;
    for (row, mut points) in new.axis_iter_mut(Axis(0)).enumerate() {
        for column in 0..points.len() {
            let number = 10 * row + column;
            let at = Position { x: column as f32, y: number as f32, z: 0.0 };
            let [red, id] = [10 * number, number].map(|number| number as u32);
            points.set(column, Point { at, rgb: [red as u8, 0, 0], class: 1, id });
        }
    }
    new.close()?;

    // A file has no shape: it is given, and held against the size.
    let points = RecordMap::<Point>::options().shape((3, 4)).open(&path)?;
    writeln!(
        out,
        "{} rows of {} points, {} bytes each: strides {:?}",
        points.shape()[0],
        points.shape()[1],
        size_of::<Point>(),
        points.strides()
    )?;

    // A slice is a view too: other strides over the same bytes, and nothing is copied.
    let some = points.slice(s![.., ..;2]);
    writeln!(out, "every other column: shape {:?}, strides {:?}", some.shape(), some.strides())?;
    let turned = points.view().t();
    writeln!(out, "transposed: shape {:?}, strides {:?}", turned.shape(), turned.strides())?;

    // Tokens of fields go on into records inside records.
    let y = points.field(Point::FIELDS.at.then(Position::FIELDS.y));
    writeln!(out, "the y of all points, a column of f32 inside a record: strides {:?}", y.strides())?;
    writeln!(out, "{y}")?;

    // An array inside a record is one more axis.
    let rgb = points.field(Point::FIELDS.rgb).elements();
    let red = rgb.slice(s![.., .., 0]);
    writeln!(out, "colours have one more axis: shape {:?}, the red ones sum to {}", rgb.shape(), red.sum())?;
    let row = y.index_axis(Axis(0), 1);
    writeln!(out, "the row that begins at byte {}: {row}", row.byte_offset() - y.byte_offset())?;

    // Fortran order: the first index varies fastest.
    let other = RecordMap::<Point>::options().shape((4, 3)).order(Order::F).open(&path)?;
    writeln!(out, "the same bytes in Fortran order, 4 by 3: y of [3, 2] is {}", { other.at((3, 2)).at.y })?;

    // Mode r+.
    let mut edited = RecordMap::<Point>::options().shape((3, 4)).open_rw(&path)?;
    let mut y_edited = edited.field_mut(Point::FIELDS.at.then(Position::FIELDS.y));
    y_edited.index_axis_mut(Axis(0), 1).update(|y| y + 100.0);
    let now = y_edited.index_axis_mut(Axis(0), 1).to_string();
    writeln!(out, "row 1 has y {now} now, and every map of the file shows it: {}", y.index_axis(Axis(0), 1))?;

    // A part of a file: where it starts, and how much of it.
    let last = RecordMap::<Point>::options().offset(160).shape(4).open(&path)?;
    let last = last.field(Point::FIELDS.at.then(Position::FIELDS.y));
    writeln!(out, "a row of 80 bytes at offset 160, with no more known than where it is: {last}")?;
    Ok(())
}
