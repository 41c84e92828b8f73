//! Columns of floats: fixed point or exponents, and how wide.

use super::digits::{Class, Decimal, Magnitude, Real, Wanted, magnitude};

/// Digits after the point that NumPy prints at most.
const PRECISION: i32 = 8;

/// What a float is to the number it belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Number,
    Real,
    /// Signed even if positive.
    Imaginary,
}

/// How the floats of one array, or of one field of it, are written: all alike, their points in one column.
pub(super) struct FloatStyle {
    part: Part,
    /// Characters before the point.
    left: usize,
    /// Characters after the point.
    right: usize,
    exponents: Option<Exponents>,
}

struct Exponents {
    /// Digits after the point, which all numbers get.
    fraction: usize,
    /// Digits of the exponent at least.
    width: usize,
}

impl FloatStyle {
    /// The style for these numbers together.
    pub(super) fn new(reals: &[Real], size: usize, part: Part) -> Self {
        let finite = || reals.iter().filter(|real| real.is_finite());
        let mut style = Self { part, left: 0, right: 0, exponents: None };
        if finite().any(|_| true) && wants_exponents(reals, size) {
            let mut exponents = Exponents { fraction: 0, width: 0 };
            for real in finite() {
                let decimal = real.digits(Wanted::Significant { most: Some(PRECISION + 1), least: 0 });
                style.left = style.left.max(sign(real, part).len() + 1);
                exponents.fraction =
                    exponents.fraction.max(decimal.digits.trim_end_matches('0').len().max(1) - 1);
                exponents.width = exponents.width.max(exponent_text(decimal.exponent, 2).len() - 2);
            }
            style.right = exponents.fraction + 2 + exponents.width;
            style.exponents = Some(exponents);
        } else {
            for real in finite() {
                let (whole, fraction) = positional(real, Some(PRECISION), part);
                style.left = style.left.max(whole.len());
                style.right = style.right.max(fraction.len());
            }
        }
        if reals.iter().any(|real| !real.is_finite()) {
            let below = part == Part::Imaginary
                || reals.iter().any(|real| real.class == Class::Infinite && real.negative);
            let infinite = 3 + usize::from(below);
            style.left = style.left.max(infinite.saturating_sub(style.right + 1));
        }
        style
    }

    pub(super) fn text(&self, real: &Real) -> String {
        if !real.is_finite() {
            let width = self.left + self.right + 1;
            return format!("{:>width$}", not_finite(real, self.part));
        }
        let left = self.left;
        let Some(Exponents { fraction, width }) = self.exponents else {
            let (whole, fraction) = positional(real, Some(PRECISION), self.part);
            let right = self.right;
            return format!("{whole:>left$}.{fraction:<right$}");
        };
        let wanted = i32::try_from(fraction).unwrap_or(PRECISION) + 1;
        let decimal = real.digits(Wanted::Significant { most: Some(wanted), least: wanted });
        let (first, rest) = decimal.digits.split_at(1);
        let whole = format!("{}{first}", sign(real, self.part));
        format!("{whole:>left$}.{rest:0<fraction$}{}", exponent_text(decimal.exponent, width))
    }
}

/// A float on its own: as many digits as name it, and an exponent from 10^16 on (less for the shorter floats) and
/// under 0.0001.
pub(super) fn alone(real: &Real, size: usize, part: Part) -> String {
    if !real.is_finite() {
        return not_finite(real, part);
    }
    let (small, large) = match size {
        2 => (double(0.0001), magnitude(1000, 0)),
        4 => (double(0.0001), magnitude(1_000_000, 0)),
        8 => (double(0.0001), magnitude(10_000_000_000_000_000, 0)),
        // 0.0001 with the 64 bits of x87's precision.
        _ => (magnitude(0xD1B7_1758_E219_652C, -77), magnitude(10_000_000_000_000_000, 0)),
    };
    if real.is_zero() || (small..large).contains(&real.magnitude()) {
        let (whole, fraction) = positional(real, None, part);
        return match fraction.as_str() {
            "" if part == Part::Number => format!("{whole}.0"),
            "" => whole,
            fraction => format!("{whole}.{fraction}"),
        };
    }
    let Decimal { digits, exponent } = real.digits(Wanted::Significant { most: None, least: 0 });
    let (first, rest) = digits.split_at(1);
    let point = if rest.is_empty() { "" } else { "." };
    format!("{}{first}{point}{rest}{}", sign(real, part), exponent_text(exponent, 2))
}

/// Whether NumPy turns to exponents: for large numbers, small ones, and ones too far apart.
fn wants_exponents(reals: &[Real], size: usize) -> bool {
    let nonzero = || reals.iter().filter(|real| real.is_finite() && !real.is_zero());
    let largest = nonzero().map(Real::magnitude).max();
    let smallest = nonzero().min_by_key(|real| real.magnitude());
    let (Some(largest), Some(smallest)) = (largest, smallest) else { return false };
    let (small, large) = match size {
        2 => (Real::new(0x068E, 2).magnitude(), 1000),
        4 => (Real::new(0.0001_f32.to_bits().into(), 4).magnitude(), 1_000_000),
        _ => (double(0.0001), 100_000_000),
    };
    largest >= magnitude(large, 0) || smallest.magnitude() < small || Real::thousandfold(largest, smallest)
}

fn double(value: f64) -> Magnitude {
    Real::new(value.to_bits().into(), 8).magnitude()
}

/// What stands before the point, with the sign, and after it, without zeros at the end.
fn positional(real: &Real, most: Option<i32>, part: Part) -> (String, String) {
    let Decimal { digits, exponent } = real.digits(Wanted::Fraction { most });
    let sign = sign(real, part);
    let (whole, fraction) = match usize::try_from(exponent) {
        Ok(exponent) => {
            let (whole, fraction) = digits.split_at(digits.len().min(exponent + 1));
            let width = exponent + 1;
            (format!("{sign}{whole:0<width$}"), fraction.to_owned())
        }
        Err(_) => {
            let zeros = usize::try_from(-1 - exponent).unwrap_or(0);
            (format!("{sign}0"), format!("{:0<zeros$}{digits}", ""))
        }
    };
    (whole, fraction.trim_end_matches('0').to_owned())
}

fn not_finite(real: &Real, part: Part) -> String {
    match real.class {
        Class::Nan if part == Part::Imaginary => "+nan".to_owned(),
        Class::Nan => "nan".to_owned(),
        _ => format!("{}inf", sign(real, part)),
    }
}

fn sign(real: &Real, part: Part) -> &'static str {
    match part {
        _ if real.negative => "-",
        Part::Imaginary => "+",
        Part::Number | Part::Real => "",
    }
}

/// `e+08`
fn exponent_text(exponent: i32, width: usize) -> String {
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("e{sign}{:0>width$}", exponent.unsigned_abs())
}
