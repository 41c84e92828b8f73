//! An axis: where a value lies, and which values are written along it.

use mmrec::{Kind, Scalar, TimeStep};

use super::{decimate::Number, time};

/// A mark on an axis: where it is, from 0 to 1, and its text.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tick {
    pub(super) at: f64,
    pub(super) text: String,
}

/// The marks of an axis, and what has to be said besides: `×10⁶`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Ticks {
    pub(super) ticks: Vec<Tick>,
    pub(super) note: String,
}

/// What an axis measures.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Measure {
    Real,
    /// Integers, `bool`, and numbers of steps that are said elsewhere.
    Whole,
    Time(TimeStep),
}

impl Measure {
    pub(super) fn of(scalar: Scalar) -> Self {
        match scalar.kind() {
            Kind::DateTime(Some(step)) => Self::Time(step),
            Kind::Float => Self::Real,
            _ => Self::Whole,
        }
    }
}

/// An axis from one value to another.
#[derive(Clone, Copy, Debug)]
pub(super) enum Scale {
    Real(f64, f64),
    Whole(i128, i128),
    Time(i128, i128, TimeStep),
}

impl Scale {
    /// If both are equal, there is a place around them.
    pub(super) fn new(measure: Measure, least: Number, greatest: Number) -> Self {
        match measure {
            Measure::Real => {
                let (least, greatest) = (real(least), real(greatest));
                let room = match least < greatest {
                    true => 0.0,
                    false if least == 0.0 => 1.0,
                    // It stays finite.
                    false => (least.abs() / 10.0).min(f64::MAX - least.abs()),
                };
                Self::Real(least - room, greatest + room)
            }
            _ => {
                let (least, greatest) = (whole(least), whole(greatest));
                let room = i128::from(least == greatest);
                match measure {
                    Measure::Time(step) => Self::Time(least - room, greatest + room, step),
                    _ => Self::Whole(least - room, greatest + room),
                }
            }
        }
    }

    /// Where a value lies, from 0 to 1.
    pub(super) fn place(&self, value: Number) -> f64 {
        match *self {
            Self::Real(least, greatest) => {
                // The distance of the halves is finite.
                let (from, to) = (real(value) / 2.0 - least / 2.0, greatest / 2.0 - least / 2.0);
                if to > 0.0 { from / to } else { 0.5 }
            }
            Self::Whole(least, greatest) | Self::Time(least, greatest, _) => {
                (whole(value) - least) as f64 / (greatest - least) as f64
            }
        }
    }

    /// Marks from a place before 0 to as far behind 1, so many at most if they are `letters` wide.
    pub(super) fn ticks(&self, beyond: f64, most: impl Fn(usize) -> usize) -> Ticks {
        match *self {
            Self::Time(least, greatest, step) => time::ticks(least, greatest, step, most),
            Self::Real(least, greatest) => of_reals(self, least, greatest, beyond, most(8)),
            Self::Whole(least, greatest) => of_wholes(self, least, greatest, beyond, most(8)),
        }
    }
}

/// A number as one of `f64`, which may be rounded.
fn real(number: Number) -> f64 {
    match number {
        Number::Real(number) => number,
        Number::Whole(number) => number as f64,
    }
}

/// A number that is whole.
fn whole(number: Number) -> i128 {
    match number {
        Number::Real(number) => number as i128,
        Number::Whole(number) => number,
    }
}

/// The least of 1, 2 and 5 times 10^exponent, no less than a number above 0.
fn step_from(number: f64) -> (i128, i32) {
    let mut exponent = number.log10().floor() as i32 - 1;
    loop {
        if let Some(digit) = [1, 2, 5].into_iter().find(|&digit| value(digit, exponent) >= number) {
            return (digit, exponent);
        }
        exponent += 1;
    }
}

/// digits times 10^exponent, rounded once.
fn value(digits: i128, exponent: i32) -> f64 {
    format!("{digits}e{exponent}").parse().unwrap_or(f64::NAN)
}

fn of_reals(scale: &Scale, least: f64, greatest: f64, beyond: f64, most: usize) -> Ticks {
    // Of the halves, which is finite.
    let distance = greatest / 2.0 - least / 2.0;
    let step = distance / (most.max(2) as f64 / 2.0);
    if distance <= 0.0 || step < f64::MIN_POSITIVE {
        let tick = |number: f64| Tick { at: scale.place(Number::Real(number)), text: number.to_string() };
        let mut ticks = vec![tick(least), tick(greatest)];
        ticks.dedup();
        return Ticks { ticks, note: String::new() };
    }
    let (digit, exponent) = step_from(step);
    let step = value(digit, exponent);
    let (first, last) = ((least / step).floor() as i128 - 1, (greatest / step).ceil() as i128 + 1);
    let at = |count: i128| scale.place(Number::Real(value(count * digit, exponent)));
    let counts = (first..=last).map(|count| (at(count), count * digit));
    labelled(counts.filter(|(at, _)| (-beyond..=1.0 + beyond).contains(at)).collect(), exponent)
}

fn of_wholes(scale: &Scale, least: i128, greatest: i128, beyond: f64, most: usize) -> Ticks {
    let step = (greatest - least) as f64 / most.max(1) as f64;
    let (digit, exponent) = step_from(step.max(1.0));
    let step = digit * 10i128.pow(exponent.cast_unsigned());
    let (first, last) = (least.div_euclid(step) - 1, greatest.div_euclid(step) + 1);
    let at = |count: i128| scale.place(Number::Whole(count * step));
    let counts = (first..=last).map(|count| (at(count), count * digit));
    labelled(counts.filter(|(at, _)| (-beyond..=1.0 + beyond).contains(at)).collect(), exponent)
}

/// The most letters of a mark, beside a sign.
const LETTERS: i32 = 8;

/// Marks of so many times 10^exponent, in as few letters as tell them apart.
fn labelled(counts: Vec<(f64, i128)>, exponent: i32) -> Ticks {
    let largest = counts.iter().map(|(_, digits)| digits.unsigned_abs()).max().unwrap_or(0);
    let all = |base: i128, shift: i32, note: String| Ticks {
        ticks: counts
            .iter()
            .map(|&(at, digits)| Tick { at, text: plain(digits - base, exponent - shift) })
            .collect(),
        note,
    };
    let is_short = |exponent: i32| {
        exponent.abs() <= LETTERS && plain(largest.cast_signed(), exponent).len() <= LETTERS as usize
    };
    if is_short(exponent) {
        return all(0, 0, String::new());
    }
    let power = length(largest) - 1 + exponent;
    if is_short(exponent - power) {
        return all(0, power, format!("×10{}", superscript(power)));
    }
    // All begin with the same digits.
    let least = counts.iter().map(|(_, digits)| *digits).min().unwrap_or(0);
    let span = counts.iter().map(|(_, digits)| digits - least).max().unwrap_or(0).unsigned_abs();
    let room = 10i128.pow(length(span).cast_unsigned());
    let base = least.div_euclid(room) * room;
    let sign = if base < 0 { '+' } else { '−' };
    let base_text = plain(base.saturating_abs(), exponent);
    let base_text = match base_text.contains('.') {
        true => base_text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => base_text,
    };
    let base_text = if base_text.len() > 24 { format!("{}e{exponent}", base.abs()) } else { base_text };
    let rest = labelled(counts.iter().map(|&(at, digits)| (at, digits - base)).collect(), exponent);
    Ticks { ticks: rest.ticks, note: format!("{sign} {base_text} {}", rest.note).trim_end().to_owned() }
}

/// How many digits a number has.
fn length(number: u128) -> i32 {
    number.checked_ilog10().unwrap_or(0).cast_signed() + 1
}

/// digits times 10^exponent without a power, if that is not very long.
fn plain(digits: i128, exponent: i32) -> String {
    let sign = if digits < 0 { "−" } else { "" };
    let all = digits.unsigned_abs().to_string();
    match usize::try_from(exponent) {
        _ if digits == 0 => "0".to_owned(),
        Ok(zeros) if zeros > 40 => format!("{sign}{all}e{exponent}"),
        Ok(zeros) => format!("{sign}{all}{}", "0".repeat(zeros)),
        Err(_) if exponent < -60 => format!("{sign}{all}e{exponent}"),
        Err(_) => {
            let places = exponent.unsigned_abs() as usize;
            let all = format!("{all:0>width$}", width = places + 1);
            let (before, after) = all.split_at(all.len() - places);
            format!("{sign}{before}.{after}")
        }
    }
}

fn superscript(number: i32) -> String {
    const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let raised = |letter: char| letter.to_digit(10).map_or('⁻', |digit| DIGITS[digit as usize]);
    number.to_string().chars().map(raised).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(scale: Scale) -> (Vec<String>, String) {
        let found = scale.ticks(0.0, |_| 4);
        assert!(found.ticks.iter().all(|tick| (0.0..=1.0).contains(&tick.at)), "{found:?}");
        (found.ticks.into_iter().map(|tick| tick.text).collect(), found.note)
    }

    fn wanted(texts: &[&str], note: &str) -> (Vec<String>, String) {
        (texts.iter().map(|text| (*text).to_owned()).collect(), note.to_owned())
    }

    #[test]
    fn marks_tell_values_apart() {
        assert_eq!(texts(Scale::Real(0.0, 1.0)), wanted(&["0", "0.5", "1.0"], ""));
        assert_eq!(texts(Scale::Real(-0.002, 0.001)), wanted(&["−0.002", "−0.001", "0", "0.001"], ""));
        assert_eq!(texts(Scale::Real(0.0, 3e-9)), wanted(&["0", "1", "2", "3"], "×10⁻⁹"));
        assert_eq!(texts(Scale::Whole(0, 3_000_000_000)), wanted(&["0", "1", "2", "3"], "×10⁹"));
        assert_eq!(texts(Scale::Whole(0, 3)), wanted(&["0", "1", "2", "3"], ""));
        let base = 1_234_567_890_000;
        assert_eq!(texts(Scale::Whole(base + 1, base + 7)), wanted(&["2", "4", "6"], "− 1234567890000"));
        assert_eq!(texts(Scale::Whole(-base - 7, -base - 1)), wanted(&["4", "6", "8"], "+ 1234567890010"));
        assert_eq!(texts(Scale::Real(1e9, 1e9 + 3e-6)).1, "− 1000000000");
    }

    #[test]
    fn all_numbers_have_marks() {
        for (least, greatest) in [
            (f64::MIN, f64::MAX),
            (0.0, 5e-324),
            (1.0, 1.0 + f64::EPSILON),
            (-1e308, 1e308),
            (f64::MAX / 2.0, f64::MAX),
            (-2.5e-310, 1e-308),
        ] {
            let found = Scale::Real(least, greatest).ticks(0.02, |_| 8);
            assert!((1..=10).contains(&found.ticks.len()), "{least} {greatest} {found:?}");
        }
        for (least, greatest) in
            [(i64::MIN.into(), u64::MAX.into()), (0, 1), (u64::MAX.into(), i128::from(u64::MAX) + 2)]
        {
            let found = Scale::Whole(least, greatest).ticks(0.02, |_| 8);
            assert!((1..=10).contains(&found.ticks.len()), "{least} {greatest} {found:?}");
        }
        for same in [0.0, 7.0, -1e308, f64::MAX, f64::MIN, 5e-324] {
            let scale = Scale::new(Measure::Real, Number::Real(same), Number::Real(same));
            assert_eq!(scale.place(Number::Real(same)), 0.5, "{same}");
            assert!(scale.ticks(0.02, |_| 8).ticks.iter().all(|tick| tick.at.is_finite()), "{same}");
        }
    }
}
