//! Binary floats to decimal digits: the shortest digits that name a value, cut or continued to a wanted place.
//!
//! The digits come out one by one from exact integer fractions, as in Steele and White's Dragon4, which is what NumPy
//! runs. Rust's own formatting is not used because it differs in three places: it knows no `f2` and no `f16`, it
//! breaks ties between two shortest texts upwards rather than to the even digit, and it cannot continue past the
//! shortest text with exact digits, as columns of equal width need.

use std::cmp::Ordering;

/// A stored float taken apart.
#[derive(Clone, Copy)]
pub(super) struct Real {
    pub(super) negative: bool,
    pub(super) class: Class,
    /// The value is `mantissa * 2^exponent`; 0 when not finite.
    mantissa: u128,
    exponent: i32,
    /// Whether the next smaller float is half as far away as the next larger one, as below powers of two.
    uneven: bool,
    /// Bytes it was stored in, which stand for its format.
    size: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Finite,
    Infinite,
    Nan,
}

/// How many digits are wanted, counted after the point or from the first one that is not zero.
#[derive(Clone, Copy)]
pub(super) enum Wanted {
    Fraction { most: Option<i32> },
    Significant { most: Option<i32>, least: i32 },
}

/// Decimal digits and the power of ten of the first.
pub(super) struct Decimal {
    pub(super) digits: String,
    pub(super) exponent: i32,
}

/// A size that can be compared: the place of the highest bit, then the bits below it.
pub(super) type Magnitude = (i32, u128);

/// Whether the platform's long double is the 80-bit format of x87; elsewhere it is taken for the 128-bit one.
const X87: bool = cfg!(any(target_arch = "x86", target_arch = "x86_64"));

/// Bits of precision of the float of `size` bytes, the leading one counted, and bits of its exponent.
const fn format(size: usize) -> (u32, u32) {
    match size {
        2 => (11, 5),
        4 => (24, 8),
        8 => (53, 11),
        _ if X87 => (64, 15),
        _ => (113, 15),
    }
}

impl Real {
    /// The float of `size` bytes with these bits.
    pub(super) fn new(bits: u128, size: usize) -> Self {
        let (precision, exponent_bits) = format(size);
        let leading = 1_u128 << (precision - 1);
        let explicit = size == 16 && X87;
        let stored = if explicit { precision } else { precision - 1 };
        let largest = (1_u16 << exponent_bits) - 1;
        let bias = i32::from(largest >> 1);

        let field = (bits >> stored) as u16 & largest;
        let negative = (bits >> (stored + exponent_bits)) & 1 == 1;
        let mut mantissa = bits & ((1 << stored) - 1);
        let fraction = mantissa & (leading - 1);
        // Only the 80-bit format stores the leading one. Where a normal number lacks it, the processor sees a NaN.
        let lacks_leading = explicit && field != 0 && mantissa & leading == 0;
        let class = match () {
            () if lacks_leading || (field == largest && fraction != 0) => Class::Nan,
            () if field == largest => Class::Infinite,
            () => Class::Finite,
        };
        if field != 0 {
            mantissa |= leading;
        }
        if class != Class::Finite {
            mantissa = 0;
        }
        let exponent = i32::from(field.max(1)) - bias - (precision - 1).cast_signed();
        Self { negative, class, mantissa, exponent, uneven: field > 1 && fraction == 0, size }
    }

    pub(super) fn is_finite(&self) -> bool {
        self.class == Class::Finite
    }

    pub(super) fn is_zero(&self) -> bool {
        self.is_finite() && self.mantissa == 0
    }

    pub(super) fn magnitude(&self) -> Magnitude {
        magnitude(self.mantissa, self.exponent)
    }

    /// Whether the quotient of the sizes, rounded to the format of `small` as a division would, exceeds 1000.
    pub(super) fn thousandfold(large: Magnitude, small: &Self) -> bool {
        let (precision, _) = format(small.size);
        let (small_exponent, small_mantissa) = small.magnitude();
        let distance = large.0 - small_exponent;
        // Beside this the quotient is under 512 or at least 1024.
        let shift = match distance {
            ..=8 => return false,
            9 => precision,
            10 => precision + 1,
            _ => return true,
        };
        // 1000 is even, so a tie rounds down to it: quotient > 1000 + 2^9 / 2^precision, multiplied out.
        let bound =
            Big::new(small_mantissa).times(1000).shifted(precision - 9).plus(&Big::new(small_mantissa));
        Big::new(large.1).shifted(shift).compare(&bound) == Ordering::Greater
    }

    /// The digits of a finite value, without its sign.
    pub(super) fn digits(&self, wanted: Wanted) -> Decimal {
        if self.mantissa == 0 {
            return Decimal { digits: "0".to_owned(), exponent: 0 };
        }
        Fraction::new(self).digits(wanted, self.mantissa.is_multiple_of(2))
    }
}

/// The size of `mantissa * 2^exponent`.
pub(super) fn magnitude(mantissa: u128, exponent: i32) -> Magnitude {
    let spare = mantissa.leading_zeros();
    match mantissa.checked_shl(spare) {
        Some(mantissa) => (exponent + (128 - spare).cast_signed(), mantissa),
        None => (i32::MIN, 0),
    }
}

/// What is left to print, over `scale`, at first `10^place` times smaller than the value; and how far the real value
/// may be off on either side before the text would name another float, over the same scale.
struct Fraction {
    rest: Big,
    scale: Big,
    below: Big,
    above: Big,
    place: i32,
}

impl Fraction {
    fn new(real: &Real) -> Self {
        // Everything is four times too large, to keep a quarter of a unit in the last place whole.
        let up = u32::try_from(real.exponent).unwrap_or(0);
        let down = u32::try_from(-real.exponent).unwrap_or(0);
        let mut rest = Big::new(real.mantissa).shifted(up + 2);
        let mut scale = Big::new(1).shifted(down + 2);
        let above = Big::new(1).shifted(up + 1);
        let below = if real.uneven { Big::new(1).shifted(up) } else { above.clone() };
        let mut edges = [below, above];

        // log10(2) * 2^20 is 315653; the estimate may be off by one and is put right below.
        let (bits, _) = real.magnitude();
        let estimate = (i64::from(bits - 1) * 315_653) >> 20;
        // Of 15 bits at most, as the exponents of all formats are.
        let mut place = estimate as i32;
        let power = place.unsigned_abs();
        if place > 0 {
            scale = scale.times_ten_to(power);
        } else {
            rest = rest.times_ten_to(power);
            edges = edges.map(|edge| edge.times_ten_to(power));
        }
        while rest.compare(&scale) != Ordering::Less {
            scale = scale.times(10);
            place += 1;
        }
        let mut next = rest.clone().times(10);
        while next.compare(&scale) == Ordering::Less {
            rest = next;
            next = rest.clone().times(10);
            edges = edges.map(|edge| edge.times(10));
            place -= 1;
        }
        let [below, above] = edges;
        Self { rest, scale, below, above, place }
    }

    /// `even`: the mantissa is, so that a text halfway to the next float still reads back as this one.
    fn digits(mut self, wanted: Wanted, even: bool) -> Decimal {
        let first = self.place - 1;
        let (stop, go_on) = match wanted {
            Wanted::Fraction { most } => (most.map(|most| -most), self.place),
            Wanted::Significant { most, least } => (most.map(|most| self.place - most), self.place - least),
        };
        let mut digits = Vec::new();
        let up = loop {
            self.place -= 1;
            self.rest = self.rest.times(10);
            self.below = self.below.times(10);
            self.above = self.above.times(10);
            let digit = self.rest.take_multiples(&self.scale);
            digits.push(digit);

            let low = match self.rest.compare(&self.below) {
                Ordering::Less => true,
                Ordering::Equal => even,
                Ordering::Greater => false,
            };
            let high = match self.rest.clone().plus(&self.above).compare(&self.scale) {
                Ordering::Less => false,
                Ordering::Equal => even,
                Ordering::Greater => true,
            };
            let named = (low || high) && self.place <= go_on;
            if named || stop.is_some_and(|stop| self.place <= stop) {
                break if low == high {
                    match self.rest.times(2).compare(&self.scale) {
                        Ordering::Less => false,
                        Ordering::Equal => digit % 2 == 1,
                        Ordering::Greater => true,
                    }
                } else {
                    high
                };
            }
        };
        rounded(digits, first, up)
    }
}

/// The digits as text, the last one raised if `up`.
fn rounded(mut digits: Vec<u8>, mut exponent: i32, up: bool) -> Decimal {
    if up {
        while digits.pop_if(|digit| *digit == 9).is_some() {}
        match digits.last_mut() {
            Some(digit) => *digit += 1,
            None => {
                digits.push(1);
                exponent += 1;
            }
        }
    }
    Decimal { digits: digits.iter().map(|digit| char::from(b'0' + digit)).collect(), exponent }
}

/// A whole number of any size: groups of 32 bits, the lowest first, without zeros at the end.
#[derive(Clone)]
struct Big(Vec<u32>);

impl Big {
    fn new(mut value: u128) -> Self {
        let mut groups = Vec::new();
        while value != 0 {
            groups.push(value as u32);
            value >>= 32;
        }
        Self(groups)
    }

    fn shifted(mut self, bits: u32) -> Self {
        self = self.times(1 << (bits % 32));
        if !self.0.is_empty() {
            self.0.splice(0..0, (0..bits / 32).map(|_| 0));
        }
        self
    }

    fn times(mut self, factor: u32) -> Self {
        let mut carry = 0;
        for group in &mut self.0 {
            let product = u64::from(*group) * u64::from(factor) + carry;
            *group = product as u32;
            carry = product >> 32;
        }
        if carry != 0 {
            self.0.push(carry as u32);
        }
        self
    }

    /// Times a power of ten. An `f16` is up to 10^4932, and most of the time that it takes to print one is spent here.
    fn times_ten_to(mut self, power: u32) -> Self {
        for _ in 0..power / 9 {
            self = self.times(1_000_000_000);
        }
        self.times(10_u32.pow(power % 9))
    }

    fn plus(mut self, other: &Self) -> Self {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        let mut carry = 0;
        for (i, group) in self.0.iter_mut().enumerate() {
            let sum = u64::from(*group) + u64::from(other.0.get(i).copied().unwrap_or(0)) + carry;
            *group = sum as u32;
            carry = sum >> 32;
        }
        if carry != 0 {
            self.0.push(carry as u32);
        }
        self
    }

    /// How often `other` fits, which is at most nine times here; what is left stays.
    fn take_multiples(&mut self, other: &Self) -> u8 {
        let mut times = 0;
        while self.compare(other) != Ordering::Less {
            let mut borrow = 0;
            for (i, group) in self.0.iter_mut().enumerate() {
                let less = u64::from(other.0.get(i).copied().unwrap_or(0)) + borrow;
                let have = u64::from(*group);
                borrow = u64::from(have < less);
                *group = ((borrow << 32) + have - less) as u32;
            }
            while self.0.pop_if(|group| *group == 0).is_some() {}
            times += 1;
        }
        times
    }

    fn compare(&self, other: &Self) -> Ordering {
        let lengths = self.0.len().cmp(&other.0.len());
        lengths.then_with(|| self.0.iter().rev().cmp(other.0.iter().rev()))
    }
}
