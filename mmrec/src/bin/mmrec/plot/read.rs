//! Values of one field, read in blocks of rows as one of two types, whatever the dtype.

use std::ops::Range;

#[cfg(target_endian = "little")]
use mmrec::BigEndian as Swapped;
#[cfg(target_endian = "big")]
use mmrec::LittleEndian as Swapped;
use mmrec::{ByteOrder, DynView, Ix1, Kind, Number, Scalar, f16, ndarray::Slice, s};

use crate::failure::Result;

/// Appends the values of some rows.
pub(super) type Read<'a, T> = Box<dyn Fn(Range<usize>, &mut Vec<T>) + Sync + 'a>;

/// Where values come from.
pub(super) enum Source<'a> {
    /// `bool`, floats, and integers of 8, 16 and 32 bits.
    Real(Read<'a, f64>),
    /// Integers of 64 bits, without a sign less by 2^63; and times.
    Wide(Read<'a, i64>),
}

/// Whether there is a place for such values on an axis.
pub(super) fn is_drawable(scalar: Scalar) -> bool {
    match scalar.kind() {
        Kind::Bool | Kind::Int | Kind::Uint | Kind::DateTime(_) | Kind::TimeDelta(_) => true,
        Kind::Float => scalar.size() <= 8,
        _ => false,
    }
}

/// What was taken off integers of 64 bits.
pub(super) fn less(scalar: Scalar) -> i128 {
    if scalar.kind() == Kind::Uint && scalar.size() == 8 { 1 << 63 } else { 0 }
}

pub(super) fn is_time(scalar: Scalar) -> bool {
    matches!(scalar.kind(), Kind::DateTime(_) | Kind::TimeDelta(_))
}

impl<'a> Source<'a> {
    /// Of an array of one axis, whose values are drawable.
    pub(super) fn new(view: &DynView<'a>, scalar: Scalar) -> Result<Self> {
        let is_swapped = !matches!(scalar.order(), ByteOrder::None | ByteOrder::NATIVE);
        macro_rules! numbers {
            ($native:ty, $convert:expr) => {
                if is_swapped {
                    numbers::<Swapped<$native>, _>(view, $convert)?
                } else {
                    numbers::<$native, _>(view, $convert)?
                }
            };
        }
        Ok(match (scalar.kind(), scalar.size()) {
            (Kind::Bool, _) => {
                let view = view.typed::<bool, Ix1>()?;
                Self::Real(Box::new(move |rows, out| {
                    view.slice(s![rows]).for_each_block(|block| {
                        out.extend(block.iter().map(|&truth| f64::from(u8::from(truth))));
                    });
                }))
            }
            (Kind::Uint, 1) => Self::Real(numbers::<u8, _>(view, f64::from)?),
            (Kind::Uint, 2) => Self::Real(numbers!(u16, f64::from)),
            (Kind::Uint, 4) => Self::Real(numbers!(u32, f64::from)),
            (Kind::Uint, _) => Self::Wide(numbers!(u64, |number| number.cast_signed() ^ i64::MIN)),
            (Kind::Int, 1) => Self::Real(numbers::<i8, _>(view, f64::from)?),
            (Kind::Int, 2) => Self::Real(numbers!(i16, f64::from)),
            (Kind::Int, 4) => Self::Real(numbers!(i32, f64::from)),
            (Kind::Int, _) => Self::Wide(numbers!(i64, |number| number)),
            (Kind::Float, 2) => Self::Real(numbers!(f16, f64::from)),
            (Kind::Float, 4) => Self::Real(numbers!(f32, f64::from)),
            (Kind::Float, _) => Self::Real(numbers!(f64, |number| number)),
            // The types of times in Rust have their units, of which there are too many.
            _ => {
                let (view, is_big) = (view.clone(), scalar.order() == ByteOrder::Big);
                Self::Wide(Box::new(move |rows, out| {
                    let bytes = view.slice(s![Slice::from(rows)]).to_bytes();
                    let steps = bytes.as_chunks::<8>().0.iter();
                    out.extend(steps.map(|&bytes| match is_big {
                        true => i64::from_be_bytes(bytes),
                        false => i64::from_le_bytes(bytes),
                    }));
                }))
            }
        })
    }
}

fn numbers<'a, N, T>(view: &DynView<'a>, convert: impl Fn(N::Native) -> T + Sync + 'a) -> Result<Read<'a, T>>
where
    N: Number + Send + Sync,
    N::Native: Copy,
{
    let view = view.typed::<N, Ix1>()?;
    Ok(Box::new(move |rows, out| {
        view.slice(s![rows]).native().for_each_block(|block| out.extend(block.iter().map(|&x| convert(x))));
    }))
}
