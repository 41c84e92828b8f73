//! Histograms whose range need not be known before.
//!
//! A bin is as wide as a power of two, and starts at a multiple of its width. Of all widths it is the smallest with which
//! [`BINS`] bins reach from the least value to the greatest, so it depends on these two alone. When they move apart, bins are
//! joined, which loses nothing: a wide bin is made of whole narrow ones. So the counts are exact, and two histograms merge in
//! any order.

/// The most bins.
pub(super) const BINS: usize = 512;

type Counts = [u64; BINS];

/// What can be put into bins: numbers of `f64`, none of which is NaN or infinite, and `i64`.
pub(super) trait Binned: Copy + PartialOrd {
    /// The least level, no finer than `finest`, at which the bins reach from `least` to `greatest`. A bin is 2^level wide.
    fn level(least: Self, greatest: Self, finest: i32) -> i32;

    /// The bin that starts at this many times 2^level.
    fn bin(self, level: i32) -> i64;

    /// Counts values that all lie in the bins from `first` on.
    fn count(values: &[Self], level: i32, first: i64, counts: &mut Counts);
}

/// A histogram.
#[derive(Clone, Debug)]
pub(super) struct Bins<T> {
    finest: i32,
    /// The least and the greatest value, once there is one.
    range: Option<(T, T)>,
    level: i32,
    /// The bin of the least value, which the first of the counts is of.
    first: i64,
    counts: Box<Counts>,
}

impl<T: Binned> Bins<T> {
    /// An empty one whose bins are never narrower than 2^finest.
    pub(super) fn new(finest: i32) -> Self {
        Self { finest, range: None, level: 0, first: 0, counts: Box::new([0; BINS]) }
    }

    /// Counts values, of which these two are the least and the greatest.
    pub(super) fn add(&mut self, values: &[T], least: T, greatest: T) {
        self.reach(least, greatest);
        if least == greatest {
            // One bin, which would have to wait for itself each time.
            self.counts[place(least.bin(self.level) - self.first)] += values.len() as u64;
        } else {
            T::count(values, self.level, self.first, &mut self.counts);
        }
    }

    /// Joins and moves bins so that they reach from one value to another, too.
    fn reach(&mut self, least: T, greatest: T) {
        let (before, least, greatest) = match self.range {
            Some((low, high)) if low <= least && greatest <= high => return,
            Some((low, high)) => {
                (true, if least < low { least } else { low }, if greatest > high { greatest } else { high })
            }
            None => (false, least, greatest),
        };
        let level = T::level(least, greatest, self.finest);
        let first = least.bin(level);
        if before && (level, first) != (self.level, self.first) {
            let mut counts = Box::new([0; BINS]);
            self.put_into(level, first, &mut counts);
            self.counts = counts;
        }
        (self.range, self.level, self.first) = (Some((least, greatest)), level, first);
    }

    /// Adds the counts to those of bins that are no narrower, and reach as far.
    fn put_into(&self, level: i32, first: i64, counts: &mut Counts) {
        // A shift by all bits leaves the sign, as every longer one would.
        let joined = (level - self.level).min(63);
        for (bin, &count) in (self.first..).zip(self.counts.iter()) {
            if count > 0 {
                counts[place((bin >> joined) - first)] += count;
            }
        }
    }

    pub(super) fn merge(&mut self, other: &Self) {
        if let Some((least, greatest)) = other.range {
            self.reach(least, greatest);
            other.put_into(self.level, self.first, &mut self.counts);
        }
    }

    /// How wide a bin is, as a power of two; the first bin, as a number of them; and the counts, from the bin of the least value to
    /// that of the greatest. `None` if nothing has been counted.
    pub(super) fn counted(&self) -> Option<(i32, i64, &[u64])> {
        let (_, greatest) = self.range?;
        let last = place(greatest.bin(self.level) - self.first);
        Some((self.level, self.first, &self.counts[..=last]))
    }
}

/// How many bins lie between two values, the first one too.
fn between<T: Binned>(least: T, greatest: T, level: i32) -> u64 {
    greatest.bin(level).abs_diff(least.bin(level))
}

/// A place among the counts. It is one, as the bins reach to every value that is counted.
#[inline(always)]
fn place(bin: i64) -> usize {
    bin.cast_unsigned() as usize % BINS
}

/// The power of two of the smallest normal number.
const LEAST_EXPONENT: i32 = -1022;

/// Added to a number of less than 2^51 it leaves a whole one, in the low bits of the sum.
pub(super) const WHOLE: f64 = 6_755_399_441_055_744.0;

/// 2^exponent, of a normal number.
pub(super) fn power(exponent: i32) -> f64 {
    f64::from_bits(u64::from((exponent + 1023).cast_unsigned()) << 52)
}

/// The power of two that a number is not below.
fn exponent(number: f64) -> i32 {
    let biased = (number.to_bits() >> 52) & 0x7ff;
    (i32::try_from(biased).unwrap_or(0) - 1023).max(LEAST_EXPONENT)
}

impl Binned for f64 {
    fn level(least: f64, greatest: f64, finest: i32) -> i32 {
        // A number divided by the width has to stay below 2^51, where it is still told from its half.
        let from_size = exponent(least.abs().max(greatest.abs())) - 49;
        // The difference of halves, which is finite; less than this is not enough for it.
        let from_distance = exponent(greatest / 2.0 - least / 2.0) + 1 - 10;
        let mut level = from_size.max(from_distance).max(finest).max(LEAST_EXPONENT);
        while between(least, greatest, level) >= BINS as u64 {
            level += 1;
        }
        level
    }

    fn bin(self, level: i32) -> i64 {
        let whole = (self * power(-level)).floor();
        // What is too small to be divided is still above or below 0.
        let whole = if whole * power(level) > self { whole - 1.0 } else { whole };
        whole as i64
    }

    #[inline]
    fn count(values: &[f64], level: i32, first: i64, counts: &mut Counts) {
        let (scale, width) = (power(-level), power(level));
        let zero = WHOLE.to_bits().wrapping_add(first.cast_unsigned());
        let bin = |value: f64| {
            // The nearest whole number, and one less if it is above.
            let sum = value * scale + WHOLE;
            let is_above = (sum - WHOLE) * width > value;
            sum.to_bits().wrapping_sub(zero).wrapping_sub(u64::from(is_above))
        };
        let (eights, rest) = values.as_chunks::<8>();
        for eight in eights {
            for bin in eight.map(bin) {
                counts[place(bin.cast_signed())] += 1;
            }
        }
        for &value in rest {
            counts[place(bin(value).cast_signed())] += 1;
        }
    }
}

impl Binned for i64 {
    fn level(least: i64, greatest: i64, finest: i32) -> i32 {
        let bits = i64::BITS - greatest.abs_diff(least).leading_zeros();
        let mut level = bits.cast_signed().saturating_sub(10).max(finest);
        while between(least, greatest, level) >= BINS as u64 {
            level += 1;
        }
        level
    }

    #[inline(always)]
    fn bin(self, level: i32) -> i64 {
        self >> level
    }

    #[inline]
    fn count(values: &[i64], level: i32, first: i64, counts: &mut Counts) {
        for value in values {
            counts[place((value >> level) - first)] += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bins of values that are added in blocks of so many.
    fn counted<T: Binned>(values: &[T], block: usize, finest: i32) -> (i32, i64, Vec<u64>) {
        let mut bins = Bins::new(finest);
        for block in values.chunks(block) {
            let (mut least, mut greatest) = (block[0], block[0]);
            for &value in block {
                least = if value < least { value } else { least };
                greatest = if value > greatest { value } else { greatest };
            }
            bins.add(block, least, greatest);
        }
        let (level, first, counts) = bins.counted().unwrap();
        (level, first, counts.to_vec())
    }

    fn do_not_depend_on_blocks<T: Binned>(values: &[T], finest: i32) {
        for len in 1..=values.len() {
            let values: Vec<T> = values[..len].iter().cycle().take(5 * len).copied().collect();
            let whole = counted(&values, values.len(), finest);
            assert_eq!(whole.2.iter().sum::<u64>(), values.len() as u64);
            for block in 1..values.len() {
                assert_eq!(counted(&values, block, finest), whole, "{len} {block}");
            }
        }
    }

    #[test]
    fn bins_depend_on_the_values_alone() {
        let numbers = [0.0, -0.0, 5e-324, -5e-324, 1.0, -1.0, 1e-300, -1e-300, f64::MAX, f64::MIN, 0.1, 2.5];
        do_not_depend_on_blocks(&numbers, i32::MIN);
        do_not_depend_on_blocks(&[3.0, -7.0, 4e9, 511.0, 512.0, -1.0], 0);
        do_not_depend_on_blocks(&[5, 4, -1, 511, 512, -9_999_999, i64::MAX, i64::MIN, 0], 0);
    }

    #[test]
    fn a_value_lies_in_its_bin() {
        for value in [0.0, 0.3, -0.3, -1.0, 7.999_999, -7.5, 1e-310, 123_456.789, -5e-324] {
            for level in [-20, 0, 3, 40] {
                let bin = value.bin(level);
                let (start, end) = (bin as f64 * power(level), (bin + 1) as f64 * power(level));
                assert!(start <= value && value < end, "{value} {level}");
                let mut counts = [0; BINS];
                f64::count(&[value; 9], level, bin - 3, &mut counts);
                assert_eq!(counts[3], 9, "{value} {level}");
            }
        }
    }
}
