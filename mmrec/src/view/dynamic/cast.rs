//! Values as values of another dtype, where nothing is lost.

use super::{Datum, Value, assign::by_name};
use crate::{
    dtype::{ByteOrder, DType, Kind, Scalar},
    error::{Error, ErrorKind, Result},
};

/// Why a value has no form in a dtype.
enum Lost {
    Kind,
    Range,
    Fraction,
    Length(usize),
}

impl Value {
    /// The same value in another dtype. Numbers become numbers, if they fit; a float may lose its last digits, and has to be
    /// whole to become an integer. Strings and bytes become longer ones, or of the other kind if they are ASCII. Records and
    /// arrays do so field by field and element by element, with the same names and shapes; what a record lacks is zero.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::DTypeMismatch`] for another kind of value, [`ErrorKind::Overflow`] for a number out of range, and
    /// [`ErrorKind::ShapeMismatch`] for a string that is too long.
    ///
    /// NumPy: `array.astype`, which cuts strings and wraps integers.
    pub fn cast(&self, dtype: &DType) -> Result<Value> {
        if self.dtype() == dtype {
            return Ok(self.clone());
        }
        let mut bytes = vec![0; dtype.itemsize()];
        self.write_as(dtype, &mut bytes)?;
        Ok(Value::stored(dtype.clone(), bytes))
    }

    /// Writes the value to the bytes of an element, which are 0.
    fn write_as(&self, dtype: &DType, to: &mut [u8]) -> Result<()> {
        let lost = match (dtype.as_scalar(), self.dtype().as_scalar()) {
            (Some(to_scalar), Some(from)) => match encode(self, from, to_scalar, to) {
                Ok(()) => return Ok(()),
                Err(lost) => lost,
            },
            _ if dtype.is_record() && self.dtype().is_record() => {
                let fields = by_name(dtype);
                for own in self.dtype().fields() {
                    let Some(field) = fields.get(own.name()) else {
                        let name = own.name();
                        let message =
                            format!("{dtype} has no field `{name}`, and the value has; leave it out");
                        return Err(Error::new(ErrorKind::NoSuchField, message));
                    };
                    let end = field.offset() + field.dtype().itemsize();
                    self.part(own).write_as(field.dtype(), &mut to[field.offset()..end])?;
                }
                return Ok(());
            }
            _ => {
                let ((base, shape), (_, own)) = (dtype.without_axes(), self.dtype().without_axes());
                match self.data() {
                    _ if dtype.itemsize() == 0 && shape == own => return Ok(()),
                    Datum::Array(view) if shape == own && base.itemsize() > 0 => {
                        for (value, to) in view.iter().zip(to.chunks_exact_mut(base.itemsize())) {
                            value.write_as(base, to)?;
                        }
                        return Ok(());
                    }
                    _ => Lost::Kind,
                }
            }
        };
        let (kind, why) = match lost {
            Lost::Kind => {
                (ErrorKind::DTypeMismatch, "which is another kind of value; make one of that dtype, by Value::from of its Rust type, say".to_owned())
            }
            Lost::Fraction => (ErrorKind::Overflow, "for it is not whole; round it, or use a float".to_owned()),
            Lost::Range => (ErrorKind::Overflow, "in which it is out of range; use a wider type".to_owned()),
            Lost::Length(len) => {
                (ErrorKind::ShapeMismatch, format!("for it has {len}; shorten it, or use a longer type"))
            }
        };
        Err(Error::new(kind, format!("{self} of {} does not fit {dtype}, {why}", self.dtype())))
    }
}

fn encode(value: &Value, from: Scalar, scalar: Scalar, to: &mut [u8]) -> Result<(), Lost> {
    use Kind::{Bool, Bytes, Complex, DateTime, Float, Int, TimeDelta, Uint, Unicode, Void};
    let same = from.kind() == scalar.kind() && from.size() == scalar.size();
    if same {
        to.copy_from_slice(value.bytes());
        if let Some(width) = swapped_width(from, scalar) {
            to.chunks_exact_mut(width).for_each(<[u8]>::reverse);
        }
        return Ok(());
    }
    match (value.data(), scalar.kind()) {
        (Datum::Bool(truth), Int | Uint) => put(scalar, to, u64::from(truth).into()),
        (Datum::Bool(truth), Float) => put_float(scalar, to, f64::from(u8::from(truth))),
        (Datum::Int(number), Int | Uint) => put_int(scalar, to, number.into()),
        (Datum::Uint(number), Int | Uint) => put_int(scalar, to, number.into()),
        // Rounded once, to the type they become.
        (Datum::Int(number), Float) if scalar.size() == 4 => {
            put(scalar, to, (number as f32).to_bits().into())
        }
        (Datum::Uint(number), Float) if scalar.size() == 4 => {
            put(scalar, to, (number as f32).to_bits().into())
        }
        (Datum::Int(number), Float) => put_float(scalar, to, number as f64),
        (Datum::Uint(number), Float) => put_float(scalar, to, number as f64),
        (Datum::Int(number), Complex) if scalar.size() == 8 => {
            put_complex(scalar, to, (number as f32).into(), 0.0)
        }
        (Datum::Uint(number), Complex) if scalar.size() == 8 => {
            put_complex(scalar, to, (number as f32).into(), 0.0)
        }
        (Datum::Float(number), Float) => put_float(scalar, to, number),
        (Datum::Float(number), Int | Uint) => {
            // Exact up to 2^127; whatever is larger fits no integer either.
            if number.is_nan() || number.is_finite() && number.fract() != 0.0 {
                return Err(Lost::Fraction);
            }
            if number.abs() >= 2f64.powi(100) {
                return Err(Lost::Range);
            }
            put_int(scalar, to, number as i128)
        }
        (Datum::Int(number), Bool) if number == 0 || number == 1 => {
            put(scalar, to, number.cast_unsigned().into())
        }
        (Datum::Uint(number), Bool) if number <= 1 => put(scalar, to, number.into()),
        (Datum::Int(_) | Datum::Uint(_), Bool) => Err(Lost::Range),
        (Datum::Complex(real, imaginary), Complex) => put_complex(scalar, to, real, imaginary),
        (Datum::Bool(_) | Datum::Int(_) | Datum::Uint(_) | Datum::Float(_), Complex) => {
            put_complex(scalar, to, value.as_f64().ok_or(Lost::Kind)?, 0.0)
        }
        (Datum::Bytes(bytes), Bytes) => put_bytes(to, bytes),
        (Datum::Bytes(bytes), Unicode) if bytes.is_ascii() => {
            put_units(scalar, to, &bytes.iter().map(|&byte| byte.into()).collect::<Vec<u32>>())
        }
        (Datum::Str(text), Unicode) => {
            put_units(scalar, to, &text.chars().map(u32::from).collect::<Vec<_>>())
        }
        (Datum::Str(text), Bytes) if text.is_ascii() => put_bytes(to, text.as_bytes()),
        (Datum::Units(units), Unicode) => put_units(scalar, to, &units),
        (Datum::DateTime(None, _), DateTime(_)) | (Datum::TimeDelta(None, _), TimeDelta(_)) => {
            put(scalar, to, 1 << 63)
        }
        (Datum::Opaque(bytes), Void) => put_bytes(to, bytes),
        _ => Err(Lost::Kind),
    }
}

/// The bytes of a number whose order differs between two scalars that are otherwise the same, if one does.
pub(super) fn swapped_width(from: Scalar, to: Scalar) -> Option<usize> {
    if from.order() == to.order() {
        return None;
    }
    match from.kind() {
        Kind::Complex => Some(from.size() / 2),
        Kind::Unicode => Some(4),
        _ => Some(from.size()),
    }
}

/// Writes the low bytes of a number.
fn put(scalar: Scalar, to: &mut [u8], bits: u128) -> Result<(), Lost> {
    match scalar.order() {
        ByteOrder::Big => {
            let len = to.len();
            to.copy_from_slice(&bits.to_be_bytes()[16 - len..]);
        }
        ByteOrder::Little | ByteOrder::None => {
            let len = to.len();
            to.copy_from_slice(&bits.to_le_bytes()[..len]);
        }
    }
    Ok(())
}

fn put_int(scalar: Scalar, to: &mut [u8], number: i128) -> Result<(), Lost> {
    let bits = 8 * scalar.size();
    let (least, most) = match scalar.kind() {
        Kind::Uint => (0, (1i128 << bits) - 1),
        _ => (-(1i128 << (bits - 1)), (1i128 << (bits - 1)) - 1),
    };
    if number < least || number > most {
        return Err(Lost::Range);
    }
    put(scalar, to, number.cast_unsigned())
}

fn put_float(scalar: Scalar, to: &mut [u8], number: f64) -> Result<(), Lost> {
    let bits = float_bits(scalar.size(), number)?;
    put(scalar, to, bits)
}

fn put_complex(scalar: Scalar, to: &mut [u8], real: f64, imaginary: f64) -> Result<(), Lost> {
    let half = scalar.size() / 2;
    let (first, second) = to.split_at_mut(half);
    put(scalar, first, float_bits(half, real)?)?;
    put(scalar, second, float_bits(half, imaginary)?)
}

/// A finite number that would become infinite is out of range.
fn float_bits(size: usize, number: f64) -> Result<u128, Lost> {
    match size {
        8 => Ok(number.to_bits().into()),
        4 => {
            let single = number as f32;
            if single.is_infinite() && number.is_finite() {
                Err(Lost::Range)
            } else {
                Ok(single.to_bits().into())
            }
        }
        2 => {
            let half = half_bits(number);
            if half & 0x7fff == 0x7c00 && number.is_finite() { Err(Lost::Range) } else { Ok(half.into()) }
        }
        _ => Err(Lost::Kind),
    }
}

/// The nearest number of IEEE 754 binary16, ties to even.
fn half_bits(number: f64) -> u16 {
    let sign = if number.is_sign_negative() { 0x8000 } else { 0 };
    let size = number.abs();
    if size.is_nan() {
        return sign | 0x7e00;
    }
    // Numbers below 2^-14 have the spacing of that power, 2^-24; those from 2^e on have 2^(e - 10).
    let exponent = if size < 2f64.powi(-14) { -14 } else { exponent_of(size) };
    if exponent > 15 {
        return sign | 0x7c00;
    }
    // Exact: a division by a power of two. At most 2048, which carries into the exponent as it should.
    let steps = (size / 2f64.powi(exponent - 10)).round_ties_even() as i32;
    sign | u16::try_from(((exponent + 14) << 10) + steps).unwrap_or(0x7c00)
}

/// The exponent of a number of at least 2^-14; more than 15 for an infinite one.
fn exponent_of(size: f64) -> i32 {
    (size.to_bits() >> 52) as i32 - 1023
}

fn put_bytes(to: &mut [u8], bytes: &[u8]) -> Result<(), Lost> {
    let start = to.get_mut(..bytes.len()).ok_or(Lost::Length(bytes.len()))?;
    start.copy_from_slice(bytes);
    Ok(())
}

fn put_units(scalar: Scalar, to: &mut [u8], units: &[u32]) -> Result<(), Lost> {
    if 4 * units.len() > to.len() {
        return Err(Lost::Length(units.len()));
    }
    for (place, &unit) in to.chunks_exact_mut(4).zip(units) {
        put(scalar, place, unit.into())?;
    }
    Ok(())
}
