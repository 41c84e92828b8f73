//! What is said of one field.

use mmrec::{ByteOrder, DType, Kind, Value};

use super::{
    bins::{Binned, Bins, power},
    column::{Column, Form},
    distinct::Distinct,
    moments::Moments,
    tally::{Complex, Real, Tally, Text, Wide},
};
use crate::{failure::Result, leaf::Leaf};

/// What is known of the values of one field.
pub(super) struct Summary {
    pub(super) leaf: Leaf,
    /// Values in all, those that are none too.
    pub(super) count: u64,
    pub(super) nan: Option<u64>,
    pub(super) nat: Option<u64>,
    pub(super) infinite: Option<u64>,
    pub(super) min: Option<Value>,
    pub(super) max: Option<Value>,
    pub(super) mean: Option<Mean>,
    pub(super) std: Option<Std>,
    pub(super) distinct: Option<Distinct>,
    /// Of strings: bytes, or characters of `U`.
    pub(super) longest: Option<u64>,
    pub(super) histogram: Option<Histogram>,
}

#[derive(Clone, Debug)]
pub(super) enum Mean {
    Number(f64),
    Complex(f64, f64),
    /// To the nearest step.
    Time(Value),
}

#[derive(Clone, Debug)]
pub(super) enum Std {
    Number(f64),
    /// To the nearest step, and in steps.
    Time(Value, f64),
}

/// How many values there are in ranges of one width, from that of the least value to that of the greatest.
#[derive(Clone)]
pub(super) struct Histogram {
    /// A range is 2^level wide.
    level: i32,
    /// The first range starts at so many times the width.
    first: i128,
    pub(super) counts: Vec<u64>,
    of: Of,
}

/// What is counted in a histogram.
#[derive(Clone)]
enum Of {
    Floats,
    Integers,
    Times(DType),
}

/// Where a range starts.
pub(super) enum Start {
    Float(f64),
    Integer(i128),
    Time(Value),
}

impl Histogram {
    fn of<T: Binned>(bins: &Bins<T>, of: Of) -> Option<Self> {
        let (level, first, counts) = bins.counted()?;
        Some(Self { level, first: first.into(), counts: counts.to_vec(), of })
    }

    /// The ranges joined, two by two, until there are no more than so many.
    pub(super) fn joined(&self, most: usize) -> Self {
        let mut joined = self.clone();
        while joined.counts.len() > most.max(2) {
            let first = joined.first >> 1;
            let mut counts = vec![0; joined.counts.len() / 2 + 1];
            for (range, count) in (joined.first..).zip(&joined.counts) {
                counts[usize::try_from((range >> 1) - first).unwrap_or(0)] += count;
            }
            if joined.first % 2 == 0 && joined.counts.len().is_multiple_of(2) {
                counts.pop();
            }
            (joined.level, joined.first, joined.counts) = (joined.level + 1, first, counts);
        }
        joined
    }

    /// How wide the ranges are; those of times in steps.
    pub(super) fn width(&self) -> f64 {
        power(self.level)
    }

    pub(super) fn start(&self) -> Result<Start> {
        Ok(match &self.of {
            Of::Floats => Start::Float(self.first as f64 * power(self.level)),
            Of::Integers => Start::Integer(self.first << self.level),
            // It may be before the first time, which is after NaT.
            Of::Times(dtype) => Start::Time(steps(
                dtype,
                i64::try_from(self.first << self.level).unwrap_or(i64::MIN).max(-i64::MAX),
            )?),
        })
    }
}

impl Summary {
    pub(super) fn of(
        leaf: &Leaf,
        count: u64,
        column: &Column<'_>,
        tally: &Tally,
        moments: [Moments; 2],
        has_histogram: bool,
    ) -> Result<Self> {
        let mut summary = Self {
            leaf: leaf.clone(),
            count,
            nan: None,
            nat: None,
            infinite: None,
            min: None,
            max: None,
            mean: None,
            std: None,
            distinct: None,
            longest: None,
            histogram: None,
        };
        match (tally, column) {
            (Tally::Byte(counts), _) => summary.bytes(counts, has_histogram)?,
            (Tally::Real(tally), Column::Real { is_whole, seen, .. }) => {
                summary.distinct = seen.as_ref().map(|seen| seen.number());
                summary.real(tally, moments[0], *is_whole)?;
            }
            (Tally::Wide(tally), Column::Wide { is_time, .. }) => {
                summary.wide(tally, moments[0], *is_time)?
            }
            (Tally::Complex(tally), _) => summary.complex(tally, moments)?,
            (Tally::Text(tally), Column::Text(_, form)) => summary.text(tally, *form)?,
            // A tally is made of its column.
            _ => {}
        }
        Ok(summary)
    }

    fn number(&self, number: impl Into<Value>) -> Result<Value> {
        Ok(number.into().cast(&self.leaf.dtype)?)
    }

    fn kind(&self) -> Option<Kind> {
        self.leaf.dtype.as_scalar().map(mmrec::Scalar::kind)
    }

    fn bytes(&mut self, counts: &[u64; 256], has_histogram: bool) -> Result<()> {
        let least = match self.kind() {
            Some(Kind::Int) => i64::from(i8::MIN),
            _ => 0,
        };
        let numbers = || (least..).zip(counts.iter()).filter(|(_, count)| **count > 0);
        self.distinct = Some(Distinct::Exactly(numbers().count() as u64));
        let (Some((min, _)), Some((max, _))) = (numbers().next(), numbers().last()) else { return Ok(()) };
        (self.min, self.max) = (Some(self.number(min)?), Some(self.number(max)?));
        let sum: i128 = numbers().map(|(number, &count)| i128::from(number) * i128::from(count)).sum();
        let mean = quotient(sum, self.count);
        let squares: f64 =
            numbers().map(|(number, &count)| (number as f64 - mean).powi(2) * count as f64).sum();
        self.mean = Some(Mean::Number(mean));
        self.std = Some(Std::Number((squares / self.count as f64).sqrt()));
        if has_histogram {
            let counts = (least..).zip(counts.iter()).filter(|(number, _)| (min..=max).contains(number));
            let counts = counts.map(|(_, count)| *count).collect();
            self.histogram = Some(Histogram { level: 0, first: min.into(), counts, of: Of::Integers });
        }
        Ok(())
    }

    fn real(&mut self, tally: &Real, moments: Moments, is_whole: bool) -> Result<()> {
        let [below, above] = tally.infinite;
        if !is_whole {
            (self.nan, self.infinite) = (Some(tally.nan), Some(below + above));
        }
        let finite = tally.extremes;
        let min = if below > 0 { Some(f64::NEG_INFINITY) } else { finite.map(|(least, _)| least) };
        let max = if above > 0 { Some(f64::INFINITY) } else { finite.map(|(_, greatest)| greatest) };
        // Where there is one infinity only, it is both.
        let (min, max) = (min.or(max), max.or(min));
        let (Some(min), Some(max)) = (min, max) else { return Ok(()) };
        (self.min, self.max) = (Some(self.number(min)?), Some(self.number(max)?));
        let (mean, std) = match (below > 0, above > 0) {
            (true, true) => (f64::NAN, f64::NAN),
            (true, false) => (f64::NEG_INFINITY, f64::NAN),
            (false, true) => (f64::INFINITY, f64::NAN),
            (false, false) if is_whole => (quotient(tally.sum, moments.count), moments.variance().sqrt()),
            (false, false) => (moments.mean(), moments.variance().sqrt()),
        };
        (self.mean, self.std) = (Some(Mean::Number(mean)), Some(Std::Number(std)));
        let of = if is_whole { Of::Integers } else { Of::Floats };
        self.histogram = tally.bins.as_ref().and_then(|bins| Histogram::of(bins, of));
        Ok(())
    }

    fn wide(&mut self, tally: &Wide, moments: Moments, is_time: bool) -> Result<()> {
        if is_time {
            self.nat = Some(tally.nat);
        }
        let Some((least, greatest)) = tally.extremes else { return Ok(()) };
        let std = moments.variance().sqrt();
        if is_time {
            let dtype = self.leaf.dtype.clone();
            (self.min, self.max) = (Some(steps(&dtype, least)?), Some(steps(&dtype, greatest)?));
            self.mean = Some(Mean::Time(steps(&dtype, nearest(tally.sum, tally.count))?));
            let rounded = std.round_ties_even() as i64;
            self.std = Some(Std::Time(steps(&distance(&dtype), rounded)?, std));
            self.histogram = tally.bins.as_ref().and_then(|bins| Histogram::of(bins, Of::Times(dtype)));
            return Ok(());
        }
        // What was taken off integers without a sign.
        let less = if self.kind() == Some(Kind::Uint) { 1i128 << 63 } else { 0 };
        let value = |number: i64| match less {
            0 => Value::from(number),
            _ => Value::from(number.cast_unsigned() ^ 1 << 63),
        };
        (self.min, self.max) = (Some(self.number(value(least))?), Some(self.number(value(greatest))?));
        let sum = tally.sum + i128::from(tally.count) * less;
        (self.mean, self.std) = (Some(Mean::Number(quotient(sum, tally.count))), Some(Std::Number(std)));
        self.histogram = tally.bins.as_ref().and_then(|bins| Histogram::of(bins, Of::Integers));
        if let Some(histogram) = &mut self.histogram {
            histogram.first += less >> histogram.level;
        }
        Ok(())
    }

    fn complex(&mut self, tally: &Complex, moments: [Moments; 2]) -> Result<()> {
        (self.nan, self.infinite) = (Some(tally.nan), Some(tally.infinite));
        let Some((min, max)) = tally.extremes else { return Ok(()) };
        let value = |[re, im]: [f64; 2]| self.number(mmrec::Complex::new(re, im));
        (self.min, self.max) = (Some(value(min)?), Some(value(max)?));
        let mean = [0, 1]
            .map(|part| if tally.beyond[part] == 0.0 { moments[part].mean() } else { tally.beyond[part] });
        self.mean = Some(Mean::Complex(mean[0], mean[1]));
        let variance = match tally.infinite {
            0 => moments[0].variance() + moments[1].variance(),
            _ => f64::NAN,
        };
        self.std = Some(Std::Number(variance.sqrt()));
        self.histogram = tally.bins.as_ref().and_then(|bins| Histogram::of(bins, Of::Floats));
        Ok(())
    }

    fn text(&mut self, tally: &Text, form: Form) -> Result<()> {
        let is_empty = self.leaf.dtype.itemsize() == 0;
        self.distinct = Some(match tally.different.number() {
            // Values of no bytes are all the same, and are not read.
            _ if is_empty => Distinct::Exactly(self.count.min(1)),
            number => number,
        });
        if form == Form::Opaque {
            return Ok(());
        }
        let bytes = match form {
            Form::Unicode(_) => 4,
            _ => 1,
        };
        self.longest = Some(tally.longest.div_ceil(bytes) as u64);
        let none = Some((Box::default(), Box::default())).filter(|_| is_empty && self.count > 0);
        if let Some((min, max)) = tally.extremes.clone().or(none) {
            let value = |bytes: Box<[u8]>| Value::from_bytes(self.leaf.dtype.clone(), bytes);
            (self.min, self.max) = (Some(value(min)?), Some(value(max)?));
        }
        Ok(())
    }
}

/// A sum by a count, to the last digit or the one before.
fn quotient(sum: i128, count: u64) -> f64 {
    let (whole, rest) = (sum.div_euclid(count.into()), sum.rem_euclid(count.into()));
    whole as f64 + rest as f64 / count as f64
}

/// A sum of times by their number, to the nearest step, ties to the even one.
fn nearest(sum: i128, count: u64) -> i64 {
    let (below, rest) = (sum.div_euclid(count.into()), sum.rem_euclid(count.into()));
    let is_up = match (2 * rest).cmp(&count.into()) {
        std::cmp::Ordering::Equal => below % 2 != 0,
        order => order.is_gt(),
    };
    // Between two times.
    i64::try_from(below + i128::from(is_up)).unwrap_or(0)
}

/// A time of so many steps.
fn steps(dtype: &DType, steps: i64) -> Result<Value> {
    let is_big = dtype.as_scalar().is_some_and(|scalar| scalar.order() == ByteOrder::Big);
    let bytes = if is_big { steps.to_be_bytes() } else { steps.to_le_bytes() };
    Ok(Value::from_bytes(dtype.clone(), bytes)?)
}

/// The dtype of distances between times.
fn distance(dtype: &DType) -> DType {
    match dtype.as_scalar() {
        Some(scalar) => match scalar.kind() {
            Kind::DateTime(step) => mmrec::Scalar::new(Kind::TimeDelta(step), 8, scalar.order()).into(),
            _ => dtype.clone(),
        },
        None => dtype.clone(),
    }
}
