//! What is counted of one field.

use std::cmp::Ordering;

use mmrec::ByteOrder;

use super::{
    bins::Bins,
    column::{BLOCK, Column, Form},
    distinct::Different,
    moments::{Moments, sum_and_extremes},
    plan::Chunk,
};

/// What has been counted of a field by one thread. All but the moments come out the same in whatever order it is counted.
pub(super) enum Tally {
    Byte(Box<[u64; 256]>),
    Real(Real),
    Wide(Wide),
    Complex(Complex),
    Text(Text),
    Unread,
}

/// Of floats, and of integers that `f64` holds.
pub(super) struct Real {
    pub(super) nan: u64,
    /// Below and above all numbers.
    pub(super) infinite: [u64; 2],
    /// Of finite numbers.
    pub(super) extremes: Option<(f64, f64)>,
    pub(super) bins: Option<Bins<f64>>,
    /// The sum of integers.
    pub(super) sum: i128,
    moments: Moments,
}

/// Of integers of 64 bits, and times.
pub(super) struct Wide {
    pub(super) nat: u64,
    pub(super) extremes: Option<(i64, i64)>,
    pub(super) bins: Option<Bins<i64>>,
    pub(super) sum: i128,
    pub(super) count: u64,
    /// Of distances from the origin.
    moments: Moments,
}

/// Of complex numbers.
pub(super) struct Complex {
    /// Of numbers one of whose parts is NaN.
    pub(super) nan: u64,
    /// Of other numbers one of whose parts is infinite.
    pub(super) infinite: u64,
    /// Sums of infinite parts.
    pub(super) beyond: [f64; 2],
    /// Real parts decide, and imaginary parts where those are equal.
    pub(super) extremes: Option<([f64; 2], [f64; 2])>,
    /// Of magnitudes.
    pub(super) bins: Option<Bins<f64>>,
    /// Of the finite real and imaginary parts.
    moments: [Moments; 2],
}

/// A string as it lies in the file, with its padding.
type Stored = Box<[u8]>;

/// Of strings and opaque bytes.
pub(super) struct Text {
    form: Form,
    /// As they are stored; none of opaque bytes.
    pub(super) extremes: Option<(Stored, Stored)>,
    /// In bytes, without the padding.
    pub(super) longest: usize,
    pub(super) different: Different,
}

/// Bytes that a tally of a number may take.
pub(super) const OF_NUMBER: usize = 8 * super::bins::BINS + 512;

impl Tally {
    /// Of a field of which no more than `most` different strings are kept.
    pub(super) fn new(column: &Column<'_>, has_bins: bool, most: usize) -> Self {
        match column {
            Column::Byte(_) => Self::Byte(Box::new([0; 256])),
            Column::Real { is_whole, .. } => Self::Real(Real {
                nan: 0,
                infinite: [0; 2],
                extremes: None,
                bins: has_bins.then(|| Bins::new(if *is_whole { 0 } else { i32::MIN })),
                sum: 0,
                moments: Moments::default(),
            }),
            Column::Wide { .. } => Self::Wide(Wide {
                nat: 0,
                extremes: None,
                bins: has_bins.then(|| Bins::new(0)),
                sum: 0,
                count: 0,
                moments: Moments::default(),
            }),
            Column::Complex(_) => Self::Complex(Complex {
                nan: 0,
                infinite: 0,
                beyond: [0.0; 2],
                extremes: None,
                bins: has_bins.then(|| Bins::new(i32::MIN)),
                moments: [Moments::default(); 2],
            }),
            Column::Unread => Self::Unread,
            Column::Text(_, form) => {
                Self::Text(Text { form: *form, extremes: None, longest: 0, different: Different::new(most) })
            }
        }
    }

    /// Counts the values of a field in a chunk.
    pub(super) fn add(&mut self, column: &Column<'_>, chunk: &Chunk) {
        match (self, column) {
            (Self::Byte(counts), Column::Byte(from)) => {
                from.each(chunk, &mut |block| add_bytes(counts, block))
            }
            (Self::Real(tally), Column::Real { from, is_whole, seen }) => {
                from.each(chunk, &mut |block| {
                    tally.add(block, *is_whole);
                    if let Some(seen) = seen {
                        block.iter().for_each(|&number| seen.add(number));
                    }
                });
            }
            (Self::Wide(tally), Column::Wide { from, origin, is_time }) => {
                from.each(chunk, &mut |block| tally.add(block, *origin, *is_time));
            }
            (Self::Complex(tally), Column::Complex(from)) => from.each(chunk, &mut |block| tally.add(block)),
            (Self::Text(tally), Column::Text(stored, _)) => {
                let width = stored.width();
                stored.each(chunk, &mut |bytes| bytes.chunks_exact(width).for_each(|text| tally.add(text)));
            }
            // A tally is made of its column.
            _ => {}
        }
    }

    /// The moments since they were last taken.
    pub(super) fn take_moments(&mut self) -> [Moments; 2] {
        match self {
            Self::Real(tally) => [std::mem::take(&mut tally.moments), Moments::default()],
            Self::Wide(tally) => [std::mem::take(&mut tally.moments), Moments::default()],
            Self::Complex(tally) => std::mem::take(&mut tally.moments),
            Self::Byte(_) | Self::Text(_) | Self::Unread => [Moments::default(); 2],
        }
    }

    /// Takes in what another thread has counted of the same field, but for the moments.
    pub(super) fn merge(&mut self, other: Self) {
        match (self, other) {
            (Self::Byte(counts), Self::Byte(others)) => {
                counts.iter_mut().zip(others.iter()).for_each(|(count, other)| *count += other);
            }
            (Self::Real(tally), Self::Real(other)) => {
                tally.nan += other.nan;
                tally.infinite = [0, 1].map(|side| tally.infinite[side] + other.infinite[side]);
                tally.sum += other.sum;
                tally.extremes = wider(tally.extremes, other.extremes);
                merge_bins(&mut tally.bins, other.bins.as_ref());
            }
            (Self::Wide(tally), Self::Wide(other)) => {
                tally.nat += other.nat;
                tally.count += other.count;
                tally.sum += other.sum;
                tally.extremes = wider(tally.extremes, other.extremes);
                merge_bins(&mut tally.bins, other.bins.as_ref());
            }
            (Self::Complex(tally), Self::Complex(other)) => {
                tally.nan += other.nan;
                tally.infinite += other.infinite;
                tally.beyond = [0, 1].map(|part| tally.beyond[part] + other.beyond[part]);
                tally.extremes = wider(tally.extremes, other.extremes);
                merge_bins(&mut tally.bins, other.bins.as_ref());
            }
            (Self::Text(tally), Self::Text(other)) => tally.merge(other),
            // Both are of one field.
            _ => {}
        }
    }
}

fn merge_bins<T: super::bins::Binned>(bins: &mut Option<Bins<T>>, other: Option<&Bins<T>>) {
    if let (Some(bins), Some(other)) = (bins, other) {
        bins.merge(other);
    }
}

/// The extremes of two sets, none of which is NaN.
fn wider<T: PartialOrd>(a: Option<(T, T)>, b: Option<(T, T)>) -> Option<(T, T)> {
    match (a, b) {
        (Some(a), Some(b)) => Some((if b.0 < a.0 { b.0 } else { a.0 }, if b.1 > a.1 { b.1 } else { a.1 })),
        (a, b) => a.or(b),
    }
}

fn add_bytes(counts: &mut [u64; 256], block: &[u8]) {
    // Four sets in turn: a count that was just changed is not there to be changed again at once.
    let mut sets = [[0u64; 256]; 4];
    let (fours, rest) = block.as_chunks::<4>();
    for four in fours {
        for (set, &byte) in sets.iter_mut().zip(four) {
            set[usize::from(byte)] += 1;
        }
    }
    for &byte in rest {
        sets[0][usize::from(byte)] += 1;
    }
    for (byte, count) in counts.iter_mut().enumerate() {
        *count += sets.iter().map(|set| set[byte]).sum::<u64>();
    }
}

impl Real {
    #[inline]
    fn add(&mut self, block: &[f64], is_whole: bool) {
        let (sum, least, greatest) = sum_and_extremes(block);
        if sum.is_finite() {
            self.add_finite(block, sum, least, greatest, is_whole);
        } else {
            self.add_some(block);
        }
    }

    /// Counts numbers some of which may be NaN or infinite.
    #[inline(never)]
    fn add_some(&mut self, block: &[f64]) {
        let (mut finite, mut len) = ([0.0; BLOCK], 0);
        for &number in block {
            self.nan += u64::from(number.is_nan());
            self.infinite[0] += u64::from(number == f64::NEG_INFINITY);
            self.infinite[1] += u64::from(number == f64::INFINITY);
            // Overwritten by the next if it is none.
            finite[len] = number;
            len += usize::from(number.is_finite());
        }
        let finite = &finite[..len];
        let (sum, least, greatest) = sum_and_extremes(finite);
        self.add_finite(finite, sum, least, greatest, false);
    }

    #[inline]
    fn add_finite(&mut self, block: &[f64], sum: f64, least: f64, greatest: f64, is_whole: bool) {
        if block.is_empty() {
            return;
        }
        self.extremes = wider(self.extremes, Some((least, greatest)));
        self.moments.merge(Moments::of(block, sum));
        if is_whole {
            // Whole, and far below 2^53.
            self.sum += i128::from(sum as i64);
        }
        if let Some(bins) = &mut self.bins {
            bins.add(block, least, greatest);
        }
    }
}

impl Wide {
    #[inline]
    fn add(&mut self, block: &[i64], origin: i64, is_time: bool) {
        let (mut least, mut greatest) = ([i64::MAX; 4], [i64::MIN; 4]);
        let (fours, rest) = block.as_chunks::<4>();
        for four in fours {
            for (i, &number) in four.iter().enumerate() {
                (least[i], greatest[i]) = (least[i].min(number), greatest[i].max(number));
            }
        }
        for &number in rest {
            (least[0], greatest[0]) = (least[0].min(number), greatest[0].max(number));
        }
        let (low, high) = least
            .into_iter()
            .zip(greatest)
            .fold((i64::MAX, i64::MIN), |all, one| (all.0.min(one.0), all.1.max(one.1)));
        if is_time && low == i64::MIN {
            self.add_some(block, origin);
        } else {
            self.add_all(block, low, high, origin);
        }
    }

    /// Counts times some of which are NaT.
    #[inline(never)]
    fn add_some(&mut self, block: &[i64], origin: i64) {
        let (mut times, mut len) = ([0; BLOCK], 0);
        for &time in block {
            times[len] = time;
            len += usize::from(time != i64::MIN);
        }
        self.nat += (block.len() - len) as u64;
        self.add(&times[..len], origin, false);
    }

    #[inline]
    fn add_all(&mut self, block: &[i64], least: i64, greatest: i64, origin: i64) {
        if block.is_empty() {
            return;
        }
        self.extremes = wider(self.extremes, Some((least, greatest)));
        self.count += block.len() as u64;
        let (mut distances, mut high, mut low) = ([0.0; BLOCK], 0, 0);
        let is_near = least.checked_sub(origin).is_some() && greatest.checked_sub(origin).is_some();
        for (distance, &number) in distances.iter_mut().zip(block) {
            // Two sums that cannot be too large of a block.
            high += number >> 32;
            low += number & 0xffff_ffff;
            *distance = match is_near {
                true => number.wrapping_sub(origin) as f64,
                false => (i128::from(number) - i128::from(origin)) as f64,
            };
        }
        self.sum += (i128::from(high) << 32) + i128::from(low);
        let distances = &distances[..block.len()];
        let (sum, ..) = sum_and_extremes(distances);
        self.moments.merge(Moments::of(distances, sum));
        if let Some(bins) = &mut self.bins {
            bins.add(block, least, greatest);
        }
    }
}

impl Complex {
    fn add(&mut self, block: &[[f64; 2]]) {
        let (mut parts, mut lens) = ([[0.0; BLOCK]; 2], [0; 2]);
        let (mut magnitudes, mut len) = ([0.0; BLOCK], 0);
        for &number in block {
            if number[0].is_nan() || number[1].is_nan() {
                self.nan += 1;
                continue;
            }
            self.extremes = wider(self.extremes, Some((number, number)));
            for part in 0..2 {
                if number[part].is_finite() {
                    parts[part][lens[part]] = number[part];
                    lens[part] += 1;
                } else {
                    self.beyond[part] += number[part];
                }
            }
            let magnitude = number[0].hypot(number[1]);
            self.infinite += u64::from(!number[0].is_finite() || !number[1].is_finite());
            magnitudes[len] = magnitude;
            len += usize::from(magnitude.is_finite());
        }
        for part in 0..2 {
            let numbers = &parts[part][..lens[part]];
            self.moments[part].merge(Moments::of(numbers, sum_and_extremes(numbers).0));
        }
        if let (Some(bins), true) = (&mut self.bins, len > 0) {
            let magnitudes = &magnitudes[..len];
            let (_, least, greatest) = sum_and_extremes(magnitudes);
            bins.add(magnitudes, least, greatest);
        }
    }
}

impl Text {
    #[inline]
    fn add(&mut self, text: &[u8]) {
        let form = self.form;
        let is_new = self.different.add(text);
        if !is_new || form == Form::Opaque {
            return;
        }
        match &mut self.extremes {
            Some((least, greatest)) => {
                if form.compare(text, least).is_lt() {
                    least.copy_from_slice(text);
                } else if form.compare(text, greatest).is_gt() {
                    greatest.copy_from_slice(text);
                }
            }
            none => *none = Some((text.into(), text.into())),
        }
        // What follows the longest so far is mostly padding.
        if text[self.longest..].iter().any(|&byte| byte != 0) {
            self.longest = text.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1);
        }
    }

    fn merge(&mut self, other: Self) {
        self.different.merge(other.different);
        self.longest = self.longest.max(other.longest);
        if let Some((least, greatest)) = other.extremes {
            match &mut self.extremes {
                Some((own_least, own_greatest)) => {
                    if self.form.compare(&least, own_least).is_lt() {
                        *own_least = least;
                    }
                    if self.form.compare(&greatest, own_greatest).is_gt() {
                        *own_greatest = greatest;
                    }
                }
                none => *none = Some((least, greatest)),
            }
        }
    }
}

impl Form {
    /// As NumPy does: by bytes, and by units.
    fn compare(self, a: &[u8], b: &[u8]) -> Ordering {
        match self {
            Self::Unicode(ByteOrder::Little) => {
                let units =
                    |text| <[u8]>::as_chunks::<4>(text).0.iter().map(|unit| u32::from_le_bytes(*unit));
                units(a).cmp(units(b))
            }
            _ => a.cmp(b),
        }
    }
}
