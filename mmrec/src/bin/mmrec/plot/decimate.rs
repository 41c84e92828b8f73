//! All rows made few points, with which the picture is that of all of them.
//!
//! The picture has so many columns of pixels. Of each line, what lies in a column are its first, last, lowest and highest point: lines
//! between these cover the same pixels as lines between all. (Jugel, Jerzak, Hackenbroich, Markl, M4: a visualization-oriented
//! time series data aggregation, VLDB 2014.) As it is known at the end alone from where to where x reaches, rows are gathered in
//! bins (`bins.rs`), eight to thirty for a column, unless x are whole numbers and there are fewer. A bin goes into one column.
//!
//! The file is read once, in parts that threads take one after another. What comes out does not depend on their number.

use std::{
    ops::Range,
    sync::atomic::{AtomicUsize, Ordering},
};

use mmrec::{
    DynMap, ReadOnly, Scalar,
    rayon::{self, prelude::*},
};

use super::{
    bins::{Bin, Bins, Block, Key, Places, Point, RowsFrom},
    field::Field,
    read::{Read, Source, is_time, less},
};
use crate::{failure::Result, pages::Pages, progress::Progress};

/// Rows that are read together, and the bytes that they may have.
const ROWS: usize = 4096;
const BYTES: usize = 256 << 10;

/// The most parts that are given out to threads.
const PARTS: usize = 1024;

/// Bytes that the bins of a thread may take, as far as there are two for each column, and those of all threads.
const BINS: usize = 24 << 20;
const ALL_BINS: usize = 48 << 20;

/// A value of any field.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Number {
    Real(f64),
    /// Of 64 bits, or a number of steps.
    Whole(i128),
}

impl Number {
    pub(super) fn is_less(self, other: Self) -> bool {
        match (self, other) {
            (Self::Real(a), Self::Real(b)) => a < b,
            (Self::Whole(a), Self::Whole(b)) => a < b,
            (Self::Real(a), Self::Whole(b)) => a < b as f64,
            (Self::Whole(a), Self::Real(b)) => (a as f64) < b,
        }
    }
}

/// What is drawn of a line in one column.
#[derive(Clone, Debug)]
pub(super) struct Column {
    /// Its number, from 0 on.
    pub(super) at: usize,
    /// Rows.
    pub(super) count: u64,
    pub(super) first: (Number, Number),
    pub(super) last: (Number, Number),
    pub(super) least: Number,
    pub(super) greatest: Number,
    /// Whether the line is broken between the column before and this one.
    pub(super) is_after_gap: bool,
}

/// A line.
#[derive(Debug, Default)]
pub(super) struct Line {
    pub(super) columns: Vec<Column>,
    /// Rows that have an x, and a y.
    pub(super) count: u64,
    /// Rows that have an x, and no y.
    pub(super) gaps: u64,
}

impl Line {
    /// The least and the greatest y.
    pub(super) fn extremes(&self) -> Option<(Number, Number)> {
        wider(self.columns.iter().map(|column| (column.least, column.greatest)))
    }
}

/// The least and the greatest of several pairs of them.
pub(super) fn wider(pairs: impl Iterator<Item = (Number, Number)>) -> Option<(Number, Number)> {
    pairs.reduce(|(least, greatest), (low, high)| {
        (if low.is_less(least) { low } else { least }, if greatest.is_less(high) { high } else { greatest })
    })
}

/// What is drawn.
#[derive(Debug)]
pub(super) struct Drawn {
    pub(super) lines: Vec<Line>,
    /// The least and the greatest x; `None` if no row has one.
    pub(super) range: Option<(Number, Number)>,
    /// Whether x never falls from row to row.
    pub(super) is_sorted: bool,
}

/// Makes few points of rows, for so many columns. Without x it is the number of the row.
pub(super) fn decimated(
    map: &DynMap<ReadOnly>,
    x: Option<&Field<'_>>,
    lines: &[Field<'_>],
    rows: Range<usize>,
    columns: usize,
    progress: &Progress,
) -> Result<Drawn> {
    let sources: Vec<Source<'_>> =
        lines.iter().map(|line| Source::new(&line.view, line.scalar)).collect::<Result<_>>()?;
    let lanes = sources.iter().zip(lines).map(|(source, line)| match source {
        Source::Real(read) => Of::Real(read),
        Source::Wide(read) => Of::Wide(read, line.scalar),
    });
    let pass = Pass { map, rows, columns, progress, lines: lanes.collect() };
    let Some(x) = x else {
        let ends = [pass.rows.start, pass.rows.end.saturating_sub(1)].map(|row| row.cast_signed() as i64);
        return pass.drawn(
            &ends[..if pass.rows.is_empty() { 0 } else { 2 }],
            &|rows, worker: &mut Worker<'_, i64>| {
                let (first, end) = (rows.start.cast_signed() as i64, rows.end.cast_signed() as i64);
                let last = end - 1;
                let block = Block {
                    xs: RowsFrom(first),
                    row: rows.start as u64,
                    least: first,
                    greatest: last,
                    is_sorted: true,
                };
                worker.order.add(first, last, true);
                worker.add(block, 0..rows.len());
            },
            0,
        );
    };
    match Source::new(&x.view, x.scalar)? {
        Source::Real(read) => pass.with(&read, false, 0),
        Source::Wide(read) => pass.with(&read, is_time(x.scalar), less(x.scalar)),
    }
}

/// What is read of a line.
#[derive(Clone, Copy)]
enum Of<'a> {
    Real(&'a Read<'a, f64>),
    Wide(&'a Read<'a, i64>, Scalar),
}

struct Pass<'a> {
    map: &'a DynMap<ReadOnly>,
    rows: Range<usize>,
    columns: usize,
    progress: &'a Progress,
    lines: Vec<Of<'a>>,
}

impl Pass<'_> {
    /// With an x that is read.
    fn with<X: Place>(&self, read: &Read<'_, X>, is_time: bool, less: i128) -> Result<Drawn> {
        let add = |rows: Range<usize>, worker: &mut Worker<'_, X>| {
            let mut xs = std::mem::take(&mut worker.xs);
            xs.clear();
            read(rows.clone(), &mut xs);
            match X::extremes(&xs, is_time) {
                Some(ends) => worker.add_some(&xs, rows.start, 0, ends),
                None => {
                    // The rows between those that have no x.
                    let mut start = 0;
                    for some in xs.split(|x| x.is_gap(is_time)) {
                        if let Some(ends) = X::extremes(some, is_time) {
                            worker.add_some(some, rows.start, start, ends);
                        }
                        start += some.len() + 1;
                    }
                }
            }
            worker.xs = xs;
        };
        let mut ends = Vec::new();
        let (start, end) = (self.rows.start, self.rows.end);
        for row in [start, end.saturating_sub(1)] {
            read(row..end.min(row + 1), &mut ends);
        }
        ends.retain(|x| !x.is_gap(is_time));
        self.drawn(&ends, &add, less)
    }

    /// `add` reads x of a few rows, and adds what is drawn to a worker. The ends are some x that will come: mostly the first and
    /// the last, and with these the bins need not be joined time and again.
    fn drawn<X: Place>(&self, ends: &[X], add: &Add<'_, X>, less: i128) -> Result<Drawn> {
        let bits = self.bits::<X>();
        let (parts, chunk, together) = self.parts();
        let (next, pages, row) = (AtomicUsize::new(0), Pages::of(self.map), self.bytes_of_row() as u64);
        let new = || {
            let mut worker = Worker::<X>::new(&self.lines, bits);
            ends.iter().for_each(|&x| worker.reach(x));
            worker
        };
        let work = |_| -> Result<_> {
            let (mut worker, mut orders) = (new(), Vec::new());
            loop {
                let part = next.fetch_add(1, Ordering::Relaxed);
                if part >= parts {
                    return Ok((worker.lanes, orders));
                }
                // Of a file that was cut, the rest need not be read, as zeros.
                self.map.health()?;
                for number in part * together..(part + 1) * together {
                    let start = self.rows.start + number * chunk;
                    let rows = start..self.rows.end.min(start + chunk);
                    if rows.is_empty() {
                        break;
                    }
                    worker.read(&rows);
                    add(rows.clone(), &mut worker);
                    pages.read(rows.len() as u64 * row);
                    self.progress.add(rows.len() as u64)?;
                }
                orders.push((part, std::mem::take(&mut worker.order)));
            }
        };
        let most = ALL_BINS / (self.lines.len() * Bins::<X, f64>::size(bits)).max(1);
        let threads = rayon::current_num_threads().min(most).min(parts).max(1);
        let found: Vec<_> = (0..threads).into_par_iter().with_max_len(1).map(work).collect::<Result<_>>()?;

        let (mut all, mut orders) = (new().lanes, Vec::new());
        for (lanes, order) in found {
            all.iter_mut().zip(&lanes).for_each(|(own, other)| own.merge(other));
            orders.extend(order);
        }
        orders.sort_by_key(|(part, _)| *part);
        let mut order = Order::default();
        for (_, part) in orders {
            if let Some((first, last)) = part.ends {
                order.add(first, last, part.is_sorted);
            }
        }
        let range = all.first().and_then(Lane::range);
        Ok(Drawn {
            lines: all.iter().map(|lane| lane.line(self.columns, less)).collect(),
            range: range.map(|(least, greatest)| (least.number(less), greatest.number(less))),
            is_sorted: order.is_sorted,
        })
    }

    /// How many bins there are, as a power of two: sixteen for a column or more, if there is memory for them.
    fn bits<X: Key>(&self) -> u32 {
        let least = (2 * self.columns).next_power_of_two().ilog2();
        let size = |bits| self.lines.len() * Bins::<X, f64>::size(bits);
        let most = (16 * self.columns).next_power_of_two().ilog2();
        (least..=most).rev().find(|&bits| size(bits) <= BINS).unwrap_or(least)
    }

    fn bytes_of_row(&self) -> usize {
        self.map.dtype().itemsize() * self.map.shape().iter().skip(1).product::<usize>()
    }

    /// How many parts there are, how many rows are read together, and how often that is done in a part.
    fn parts(&self) -> (usize, usize, usize) {
        let chunk = (BYTES / self.bytes_of_row().max(1)).clamp(1, ROWS);
        let chunks = self.rows.len().div_ceil(chunk);
        let together = chunks.div_ceil(PARTS).max(1);
        (chunks.div_ceil(together), chunk, together)
    }
}

type Add<'a, X> = dyn Fn(Range<usize>, &mut Worker<'_, X>) + Sync + 'a;

/// What one thread reads and gathers.
struct Worker<'a, X> {
    lanes: Vec<Lane<'a, X>>,
    order: Order<X>,
    xs: Vec<X>,
}

/// A line: the values of a few rows, and the bins of all rows so far.
enum Lane<'a, X> {
    Real { read: &'a Read<'a, f64>, ys: Vec<f64>, bins: Bins<X, f64> },
    Wide { read: &'a Read<'a, i64>, ys: Vec<i64>, bins: Bins<X, i64>, less: i128 },
}

impl<'a, X: Place> Worker<'a, X> {
    fn new(lines: &[Of<'a>], bits: u32) -> Self {
        let lanes = lines.iter().map(|of| match *of {
            Of::Real(read) => Lane::Real { read, ys: Vec::new(), bins: Bins::new(bits, false) },
            Of::Wide(read, scalar) => Lane::Wide {
                read,
                ys: Vec::new(),
                bins: Bins::new(bits, is_time(scalar)),
                less: less(scalar),
            },
        });
        Self { lanes: lanes.collect(), order: Order::default(), xs: Vec::new() }
    }

    fn reach(&mut self, x: X) {
        for lane in &mut self.lanes {
            match lane {
                Lane::Real { bins, .. } => bins.reach(x, x),
                Lane::Wide { bins, .. } => bins.reach(x, x),
            }
        }
    }

    fn read(&mut self, rows: &Range<usize>) {
        for lane in &mut self.lanes {
            match lane {
                Lane::Real { read, ys, .. } => {
                    ys.clear();
                    read(rows.clone(), ys);
                }
                Lane::Wide { read, ys, .. } => {
                    ys.clear();
                    read(rows.clone(), ys);
                }
            }
        }
    }

    /// Adds rows whose x are these, from one on among those that were read, with the least x and the greatest.
    fn add_some(&mut self, xs: &[X], first_read: usize, start: usize, (least, greatest): (X, X)) {
        let is_sorted = xs.iter().zip(&xs[1..]).fold(true, |is_sorted, (a, b)| is_sorted & (a <= b));
        self.order.add(xs[0], xs[xs.len() - 1], is_sorted);
        let row = (first_read + start) as u64;
        self.add(Block { xs, row, least, greatest, is_sorted }, start..start + xs.len());
    }

    /// Adds a block, whose y are these of the rows that were read.
    fn add<P: Places<X>>(&mut self, block: Block<X, P>, rows: Range<usize>) {
        for lane in &mut self.lanes {
            match lane {
                Lane::Real { ys, bins, .. } => bins.add(block, &ys[rows.clone()]),
                Lane::Wide { ys, bins, .. } => bins.add(block, &ys[rows.clone()]),
            }
        }
    }
}

/// Whether x never falls, from the first row to the last one.
#[derive(Clone, Copy)]
struct Order<X> {
    ends: Option<(X, X)>,
    is_sorted: bool,
}

impl<X> Default for Order<X> {
    fn default() -> Self {
        Self { ends: None, is_sorted: true }
    }
}

impl<X: Key> Order<X> {
    /// Rows that follow, by the first x and the last one.
    fn add(&mut self, first: X, last: X, is_sorted: bool) {
        self.is_sorted &= is_sorted && self.ends.is_none_or(|(_, end)| end <= first);
        self.ends = Some((self.ends.map_or(first, |(start, _)| start), last));
    }
}

/// A key that is a number.
trait Place: Key {
    fn number(self, less: i128) -> Number;
}

impl Place for f64 {
    fn number(self, _: i128) -> Number {
        // Which of the two zeros comes first would depend on the threads.
        Number::Real(self + 0.0)
    }
}

impl Place for i64 {
    fn number(self, less: i128) -> Number {
        Number::Whole(i128::from(self) + less)
    }
}

impl<X: Place> Lane<'_, X> {
    /// Takes what another thread has gathered of the same line.
    fn merge(&mut self, other: &Self) {
        match (self, other) {
            (Self::Real { bins, .. }, Self::Real { bins: other, .. }) => bins.merge(other),
            (Self::Wide { bins, .. }, Self::Wide { bins: other, .. }) => bins.merge(other),
            _ => {}
        }
    }

    fn range(&self) -> Option<(X, X)> {
        match self {
            Self::Real { bins, .. } => bins.range(),
            Self::Wide { bins, .. } => bins.range(),
        }
    }

    fn line(&self, columns: usize, less_x: i128) -> Line {
        match self {
            Self::Real { bins, .. } => line(bins, columns, less_x, 0),
            Self::Wide { bins, less, .. } => line(bins, columns, less_x, *less),
        }
    }
}

/// The column that a bin lies in, if there are so many bins: the first in the first, the last in the last.
pub(super) fn column(bin: usize, bins: usize, columns: usize) -> usize {
    match bins - 1 {
        0 => (columns - 1) / 2,
        last => (2 * bin * (columns - 1) + last) / (2 * last),
    }
}

fn line<X: Place, Y: Place>(bins: &Bins<X, Y>, columns: usize, less_x: i128, less_y: i128) -> Line {
    let len = bins.all().len();
    let mut line = Line::default();
    let mut is_after_gap = false;
    let mut all = bins.all().enumerate().map(|(i, bin)| (column(i, len, columns), *bin)).peekable();
    while let Some((at, mut bin)) = all.next() {
        while let Some((_, next)) = all.next_if(|(next, _)| *next == at) {
            bin.merge(&next);
        }
        line.gaps += bin.gaps;
        line.count += bin.count;
        if bin.count > 0 {
            let point = |point: Point<X, Y>| (point.x.number(less_x), point.y.number(less_y));
            line.columns.push(Column {
                at,
                count: bin.count,
                first: point(bin.first),
                last: point(bin.last),
                least: bin.least.number(less_y),
                greatest: bin.greatest.number(less_y),
                is_after_gap: is_after_gap | bin.starts_with_gap(),
            });
            is_after_gap = false;
        }
        is_after_gap |= Bin::ends_with_gap(&bin);
    }
    line
}
