//! Scalars from their stored bytes.

use super::{ByteOrder, Kind, Scalar};

/// The bits of a stored number, in the low end.
pub(crate) fn bits(order: ByteOrder, bytes: &[u8]) -> u128 {
    let add = |bits: u128, byte: &u8| bits << 8 | u128::from(*byte);
    match order {
        ByteOrder::Big => bytes.iter().fold(0, add),
        ByteOrder::Little | ByteOrder::None => bytes.iter().rev().fold(0, add),
    }
}

/// Any integer, the sign carried over to all 128 bits.
pub(crate) fn int(scalar: Scalar, bytes: &[u8]) -> i128 {
    let number = bits(scalar.order(), bytes).cast_signed();
    match scalar.kind() {
        Kind::Uint => number,
        _ => {
            // At most 8 bytes.
            let spare = 128 - 8 * scalar.size();
            number << spare >> spare
        }
    }
}

/// Steps of a time; NaT is the least.
pub(crate) fn steps(scalar: Scalar, bytes: &[u8]) -> i64 {
    // Times have eight bytes.
    i64::try_from(int(scalar, bytes)).unwrap_or(i64::MIN)
}

/// A byte string without the NULs that pad it.
pub(crate) fn without_end(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    &bytes[..end]
}

/// The code units of a string without the NULs that pad it.
pub(crate) fn units(scalar: Scalar, bytes: &[u8]) -> Vec<u32> {
    let mut units: Vec<u32> = bytes.chunks_exact(4).map(|unit| bits(scalar.order(), unit) as u32).collect();
    while units.pop_if(|unit| *unit == 0).is_some() {}
    units
}

/// A float of up to eight bytes; `None` for the platform's long double.
pub(crate) fn float(scalar: Scalar, bytes: &[u8]) -> Option<f64> {
    float_of(bits(scalar.order(), bytes), scalar.size())
}

/// The parts of a complex number of two such floats.
pub(crate) fn complex(scalar: Scalar, bytes: &[u8]) -> Option<(f64, f64)> {
    let (size, (real, imaginary)) = (scalar.size() / 2, bytes.split_at_checked(scalar.size() / 2)?);
    Some((float_of(bits(scalar.order(), real), size)?, float_of(bits(scalar.order(), imaginary), size)?))
}

fn float_of(bits: u128, size: usize) -> Option<f64> {
    match size {
        2 => Some(half(bits as u16)),
        4 => Some(f32::from_bits(bits as u32).into()),
        8 => Some(f64::from_bits(bits as u64)),
        _ => None,
    }
}

/// IEEE 754 binary16: a sign, 5 bits of exponent, 10 of fraction.
fn half(bits: u16) -> f64 {
    let (exponent, fraction) = (i32::from(bits >> 10 & 0x1f), f64::from(bits & 0x3ff));
    let size = match exponent {
        0 => fraction * 2f64.powi(-24),
        0x1f if fraction == 0.0 => f64::INFINITY,
        0x1f => f64::NAN,
        _ => (1024.0 + fraction) * 2f64.powi(exponent - 25),
    };
    if bits >> 15 == 0 { size } else { -size }
}
