//! Rows gathered into narrow bins of x whose range need not be known before.
//!
//! A bin is as wide as a power of two, and starts at a multiple of its width. Of all widths it is the smallest with which so many
//! bins reach from the least x to the greatest, so it depends on these two alone. When they move apart, bins are joined, which
//! loses nothing. What is kept of a bin are its first, last, lowest and highest point, where first and last are by x, and by row
//! if x is equal: all of it is the same in whatever order rows come, and two sets of bins merge in any order.

use std::ops::Range;

/// What x or y can be: `f64`, or `i64`.
pub(super) trait Key: Copy + PartialOrd + Default + Send + Sync {
    /// The least level at which 2^bits bins reach from `least` to `greatest`. A bin is 2^level wide.
    fn level(least: Self, greatest: Self, bits: u32) -> i32;

    /// The bin that starts at this many times 2^level.
    fn bin(self, level: i32) -> i64;

    /// Whether there is nothing to draw: NaN, the infinities, and NaT if it is a time.
    fn is_gap(self, is_time: bool) -> bool;

    /// The least and the greatest of some, if none of them is a gap, and there are some.
    fn extremes(values: &[Self], is_time: bool) -> Option<(Self, Self)>;
}

/// A point of a line, and its row.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Point<X, Y> {
    pub(super) x: X,
    pub(super) row: u64,
    pub(super) y: Y,
}

impl<X: PartialOrd, Y> Point<X, Y> {
    fn is_before<Z>(&self, other: &Point<X, Z>) -> bool {
        self.x < other.x || self.x == other.x && self.row < other.row
    }
}

/// Rows whose x lie next to each other.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Bin<X, Y> {
    /// Rows with a y; if there is none, only what is said of gaps means something.
    pub(super) count: u64,
    pub(super) first: Point<X, Y>,
    pub(super) last: Point<X, Y>,
    pub(super) least: Y,
    pub(super) greatest: Y,
    /// Rows whose y is a gap, the first and the last of them.
    pub(super) gaps: u64,
    first_gap: Point<X, ()>,
    last_gap: Point<X, ()>,
}

impl<X: Key, Y: Key> Bin<X, Y> {
    fn of(point: Point<X, Y>) -> Self {
        Self { count: 1, first: point, last: point, least: point.y, greatest: point.y, ..Self::default() }
    }

    fn of_gap(x: X, row: u64) -> Self {
        let gap = Point { x, row, y: () };
        Self { gaps: 1, first_gap: gap, last_gap: gap, ..Self::default() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.count == 0 && self.gaps == 0
    }

    /// Whether a gap comes before the first point.
    pub(super) fn starts_with_gap(&self) -> bool {
        self.gaps > 0 && (self.count == 0 || self.first_gap.is_before(&self.first))
    }

    /// Whether a gap comes after the last point.
    pub(super) fn ends_with_gap(&self) -> bool {
        self.gaps > 0 && (self.count == 0 || self.last.is_before(&self.last_gap))
    }

    #[inline]
    pub(super) fn merge(&mut self, other: &Self) {
        if other.count > 0 {
            if self.count == 0 || other.first.is_before(&self.first) {
                self.first = other.first;
            }
            if self.count == 0 || self.last.is_before(&other.last) {
                self.last = other.last;
            }
            if self.count == 0 || other.least < self.least {
                self.least = other.least;
            }
            if self.count == 0 || other.greatest > self.greatest {
                self.greatest = other.greatest;
            }
            self.count += other.count;
        }
        if other.gaps > 0 {
            if self.gaps == 0 || other.first_gap.is_before(&self.first_gap) {
                self.first_gap = other.first_gap;
            }
            if self.gaps == 0 || self.last_gap.is_before(&other.last_gap) {
                self.last_gap = other.last_gap;
            }
            self.gaps += other.gaps;
        }
    }
}

/// The x of rows that follow each other.
pub(super) trait Places<X>: Copy {
    fn at(self, i: usize) -> X;
}

impl<X: Copy> Places<X> for &[X] {
    #[inline(always)]
    fn at(self, i: usize) -> X {
        self[i]
    }
}

/// The numbers of rows from one on.
#[derive(Clone, Copy, Debug)]
pub(super) struct RowsFrom(pub(super) i64);

impl Places<i64> for RowsFrom {
    #[inline(always)]
    fn at(self, i: usize) -> i64 {
        self.0 + i.cast_signed() as i64
    }
}

/// Rows that follow each other, each with an x.
#[derive(Clone, Copy, Debug)]
pub(super) struct Block<X, P> {
    pub(super) xs: P,
    /// The number of the first row.
    pub(super) row: u64,
    pub(super) least: X,
    pub(super) greatest: X,
    /// Whether x never falls.
    pub(super) is_sorted: bool,
}

/// The bins of one line.
#[derive(Clone, Debug)]
pub(super) struct Bins<X, Y> {
    /// There are at most 2^bits bins.
    bits: u32,
    is_time: bool,
    range: Option<(X, X)>,
    level: i32,
    /// Each bin at its number, modulo how many there are room for.
    slots: Vec<Bin<X, Y>>,
}

impl<X: Key, Y: Key> Bins<X, Y> {
    /// `is_time` says whether y has NaT.
    pub(super) fn new(bits: u32, is_time: bool) -> Self {
        Self { bits, is_time, range: None, level: 0, slots: Vec::new() }
    }

    /// The bytes that so many bins take.
    pub(super) fn size(bits: u32) -> usize {
        size_of::<Bin<X, Y>>() << bits
    }

    /// Joins bins so that they reach from one x to another, too; both are x of rows, which are added sooner or later.
    pub(super) fn reach(&mut self, least: X, greatest: X) {
        let (least, greatest) = match self.range {
            Some((low, high)) if low <= least && greatest <= high => return,
            Some((low, high)) => {
                (if least < low { least } else { low }, if greatest > high { greatest } else { high })
            }
            None => (least, greatest),
        };
        let level = X::level(least, greatest, self.bits);
        if self.range.is_none() {
            self.slots = vec![Bin::default(); 1 << self.bits];
        } else if level != self.level {
            self.join(level);
        }
        (self.range, self.level) = (Some((least, greatest)), level);
    }

    /// Joins bins to those of a coarser level, where they are.
    fn join(&mut self, level: i32) {
        let Some((least, greatest)) = self.range else { return };
        let joined = shift(self.level, level);
        let mask = self.slots.len() - 1;
        let (first, last) = (least.bin(self.level), greatest.bin(self.level));
        // The first bin comes first, so that none is overwritten before it has been merged.
        self.slots.rotate_left(place(first, mask));
        for number in first..=last {
            let bin = std::mem::take(&mut self.slots[number.abs_diff(first) as usize]);
            if !bin.is_empty() {
                self.slots[(number >> joined).abs_diff(first >> joined) as usize].merge(&bin);
            }
        }
        self.slots.rotate_right(place(first >> joined, mask));
    }

    /// Merges into bins of a level that is no finer, and reach as far.
    fn put_into(&self, level: i32, slots: &mut [Bin<X, Y>]) {
        let Some((least, greatest)) = self.range else { return };
        let joined = shift(self.level, level);
        let mask = slots.len() - 1;
        for number in least.bin(self.level)..=greatest.bin(self.level) {
            let bin = &self.slots[place(number, mask)];
            if !bin.is_empty() {
                slots[place(number >> joined, mask)].merge(bin);
            }
        }
    }

    pub(super) fn merge(&mut self, other: &Self) {
        if let Some((least, greatest)) = other.range {
            self.reach(least, greatest);
            other.put_into(self.level, &mut self.slots);
        }
    }

    /// Adds rows, of which there are some.
    pub(super) fn add<P: Places<X>>(&mut self, block: Block<X, P>, ys: &[Y]) {
        self.reach(block.least, block.greatest);
        if !block.is_sorted {
            for (i, &y) in ys.iter().enumerate() {
                self.add_one(block, i, y);
            }
            return;
        }
        let (level, last) = (self.level, block.greatest.bin(self.level));
        let mut start = 0;
        while start < ys.len() {
            let bin = block.xs.at(start).bin(level);
            let end = match bin == last {
                true => ys.len(),
                false => end_of_bin(block.xs, start..ys.len(), |x| x.bin(level) == bin),
            };
            self.add_run(block, bin, start..end, ys);
            start = end;
        }
    }

    /// Adds rows that all lie in one bin, in the order of x.
    #[inline]
    fn add_run<P: Places<X>>(&mut self, block: Block<X, P>, bin: i64, rows: Range<usize>, ys: &[Y]) {
        let point = |i: usize| Point { x: block.xs.at(i), row: block.row + i as u64, y: ys[i] };
        match Y::extremes(&ys[rows.clone()], self.is_time) {
            Some((least, greatest)) => {
                let mask = self.slots.len() - 1;
                self.slots[place(bin, mask)].merge(&Bin {
                    count: rows.len() as u64,
                    first: point(rows.start),
                    last: point(rows.end - 1),
                    least,
                    greatest,
                    ..Bin::default()
                });
            }
            None => rows.for_each(|i| self.add_one(block, i, ys[i])),
        }
    }

    #[inline]
    fn add_one<P: Places<X>>(&mut self, block: Block<X, P>, i: usize, y: Y) {
        let (x, row) = (block.xs.at(i), block.row + i as u64);
        let mask = self.slots.len() - 1;
        let bin = if y.is_gap(self.is_time) { Bin::of_gap(x, row) } else { Bin::of(Point { x, row, y }) };
        self.slots[place(x.bin(self.level), mask)].merge(&bin);
    }

    /// The least and the greatest x, those of gaps too; `None` if there is no row.
    pub(super) fn range(&self) -> Option<(X, X)> {
        self.range
    }

    /// All bins, from that of the least x to that of the greatest. Empty if there is no row.
    pub(super) fn all(&self) -> impl ExactSizeIterator<Item = &Bin<X, Y>> {
        let (first, len) = match self.range {
            Some((least, greatest)) => {
                let first = least.bin(self.level);
                (first, greatest.bin(self.level).abs_diff(first) as usize + 1)
            }
            None => (0, 0),
        };
        let mask = self.slots.len().max(1) - 1;
        (0..len).map(move |i| &self.slots[place(first + i.cast_signed() as i64, mask)])
    }
}

/// By how much the numbers of bins of one level are shifted for those of another.
fn shift(from: i32, to: i32) -> i32 {
    // A shift by all bits leaves the sign, as every longer one would.
    (to - from).min(63)
}

/// A place among the slots, of which there are a power of two.
#[inline(always)]
fn place(bin: i64, mask: usize) -> usize {
    bin.cast_unsigned() as usize & mask
}

/// The first row, of those after the first one, whose x is in another bin; x never falls.
#[inline]
fn end_of_bin<X, P: Places<X>>(xs: P, rows: Range<usize>, is_in: impl Fn(X) -> bool) -> usize {
    let (mut inside, mut step) = (rows.start, 1);
    let mut outside = loop {
        let next = inside + step;
        if next >= rows.end {
            break rows.end;
        }
        if !is_in(xs.at(next)) {
            break next;
        }
        (inside, step) = (next, 2 * step);
    };
    while outside - inside > 1 {
        let middle = inside + (outside - inside) / 2;
        if is_in(xs.at(middle)) {
            inside = middle;
        } else {
            outside = middle;
        }
    }
    outside
}

/// The power of two of the smallest normal number.
const LEAST_EXPONENT: i32 = -1022;

/// 2^exponent, of a normal number.
pub(super) fn power(exponent: i32) -> f64 {
    f64::from_bits(u64::from((exponent + 1023).cast_unsigned()) << 52)
}

/// The power of two that a number is not below.
fn exponent(number: f64) -> i32 {
    let biased = (number.to_bits() >> 52) & 0x7ff;
    (i32::try_from(biased).unwrap_or(0) - 1023).max(LEAST_EXPONENT)
}

/// The least level from this one on at which the bins are few enough.
fn level_from<X: Key>(level: i32, least: X, greatest: X, bits: u32) -> i32 {
    let is_enough = |level: &i32| greatest.bin(*level).abs_diff(least.bin(*level)) < 1 << bits;
    (level..).find(is_enough).unwrap_or(level)
}

impl Key for f64 {
    fn level(least: f64, greatest: f64, bits: u32) -> i32 {
        // A number divided by the width stays below 2^52.
        let from_size = exponent(least.abs().max(greatest.abs())) - 51;
        // The difference of halves, which is finite; less than this is not enough for it.
        let from_distance = exponent(greatest / 2.0 - least / 2.0) + 1 - bits.cast_signed();
        level_from(from_size.max(from_distance).max(LEAST_EXPONENT), least, greatest, bits)
    }

    #[inline(always)]
    fn bin(self, level: i32) -> i64 {
        let whole = (self * power(-level)).floor();
        // What is too small to be divided is still above or below 0.
        let whole = if whole * power(level) > self { whole - 1.0 } else { whole };
        whole as i64
    }

    #[inline(always)]
    fn is_gap(self, _: bool) -> bool {
        !self.is_finite()
    }

    #[inline]
    fn extremes(values: &[f64], _: bool) -> Option<(f64, f64)> {
        let (mut least, mut greatest, mut zeros) = ([f64::INFINITY; 8], [f64::NEG_INFINITY; 8], [0.0; 8]);
        let (eights, rest) = values.as_chunks::<8>();
        let mut add = |i: usize, value: f64| {
            least[i] = if value < least[i] { value } else { least[i] };
            greatest[i] = if value > greatest[i] { value } else { greatest[i] };
            // NaN once there is a NaN or an infinity.
            zeros[i] += value * 0.0;
        };
        for eight in eights {
            for (i, &value) in eight.iter().enumerate() {
                add(i, value);
            }
        }
        for &value in rest {
            add(0, value);
        }
        let is_whole = !values.is_empty() && !zeros.iter().sum::<f64>().is_nan();
        is_whole.then(|| {
            let least = least.into_iter().fold(f64::INFINITY, f64::min);
            (least, greatest.into_iter().fold(f64::NEG_INFINITY, f64::max))
        })
    }
}

impl Key for i64 {
    fn level(least: i64, greatest: i64, bits: u32) -> i32 {
        let from_distance = (i64::BITS - greatest.abs_diff(least).leading_zeros()).saturating_sub(bits);
        level_from(from_distance.cast_signed(), least, greatest, bits)
    }

    #[inline(always)]
    fn bin(self, level: i32) -> i64 {
        self >> level
    }

    #[inline(always)]
    fn is_gap(self, is_time: bool) -> bool {
        is_time && self == i64::MIN
    }

    #[inline]
    fn extremes(values: &[i64], is_time: bool) -> Option<(i64, i64)> {
        let (mut least, mut greatest) = ([i64::MAX; 4], [i64::MIN; 4]);
        let (fours, rest) = values.as_chunks::<4>();
        for four in fours {
            for (i, &value) in four.iter().enumerate() {
                (least[i], greatest[i]) = (least[i].min(value), greatest[i].max(value));
            }
        }
        for &value in rest {
            (least[0], greatest[0]) = (least[0].min(value), greatest[0].max(value));
        }
        let least = least.into_iter().fold(i64::MAX, i64::min);
        let is_whole = !values.is_empty() && !least.is_gap(is_time);
        is_whole.then(|| (least, greatest.into_iter().fold(i64::MIN, i64::max)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_the_least_that_reach() {
        let reaches =
            |least: f64, greatest: f64, level| greatest.bin(level).abs_diff(least.bin(level)) < 1 << 5;
        for (least, greatest) in
            [(0.0, 1.0), (-1e300, 1e300), (5e-324, 1e-320), (0.1, 0.1), (f64::MIN, f64::MAX)]
        {
            let level = f64::level(least, greatest, 5);
            assert!(reaches(least, greatest, level), "{least} {greatest}");
            let finest = (exponent(least.abs().max(greatest.abs())) - 51).max(LEAST_EXPONENT);
            assert!(level == finest || !reaches(least, greatest, level - 1), "{least} {greatest}");
        }
        for (least, greatest) in [(0, 31), (0, 32), (31, 32), (-1, 31), (i64::MIN, i64::MAX), (7, 7)] {
            let level = i64::level(least, greatest, 5);
            assert!((greatest >> level) - (least >> level) < 32, "{least} {greatest}");
            assert!(
                level == 0 || (greatest >> (level - 1)) - (least >> (level - 1)) >= 32,
                "{least} {greatest}"
            );
        }
    }

    /// The bins of rows that are added in blocks of so many, in this order of the blocks.
    fn gathered(xs: &[f64], ys: &[f64], block: usize, is_reversed: bool) -> String {
        let mut bins = Bins::new(3, false);
        let mut starts: Vec<_> = (0..xs.len()).step_by(block).collect();
        if is_reversed {
            starts.reverse();
        }
        for start in starts {
            let end = xs.len().min(start + block);
            let (xs, ys) = (&xs[start..end], &ys[start..end]);
            let (least, greatest) = f64::extremes(xs, false).unwrap();
            let is_sorted = xs.is_sorted();
            let mut own = Bins::new(3, false);
            own.add(Block { xs, row: start as u64, least, greatest, is_sorted }, ys);
            bins.merge(&own);
        }
        format!("{:?} {:?}", bins.range(), bins.all().collect::<Vec<_>>())
    }

    #[test]
    fn bins_depend_on_the_rows_alone() {
        let mut state = 1u64;
        for case in 0..40 {
            let mut next = || {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                ((state >> 40) % 50) as f64
            };
            let mut xs: Vec<_> = (0..60).map(|_| next()).collect();
            let ys: Vec<_> =
                (0..60).map(|_| next()).map(|y| if y < 9.0 { f64::NAN } else { y - 25.0 }).collect();
            if case % 2 == 0 {
                xs.sort_by(f64::total_cmp);
            }
            let whole = gathered(&xs, &ys, 60, false);
            for block in [1, 2, 7, 31] {
                assert_eq!(gathered(&xs, &ys, block, false), whole);
                assert_eq!(gathered(&xs, &ys, block, true), whole);
            }
        }
    }
}
