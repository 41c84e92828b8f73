//! What is compared with NumPy of a column of scalars: its bytes and its sum.

use mmrec::{
    BigEndian, DynMap, DynView, IxDyn, Kind, LittleEndian, Number, Result, Scalar, big_endian, f16,
    little_endian,
};

/// CRC-32, as in zip files.
pub(crate) fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, byte: &u8| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 * (crc & 1)))
    };
    !bytes.iter().fold(!0, step)
}

/// The column that these names lead to.
pub(crate) fn column<'a, M>(map: &'a DynMap<M>, names: &[String]) -> Result<DynView<'a>> {
    names.iter().try_fold(map.view(), |view, name| view.field(name))
}

/// Kind and size of the sum, and the sum as text: integers as they are, floats as the digits of their bits, or `NaN`. `None`
/// for what has none here: no number, complex numbers, bool.
pub(crate) fn sum(view: &DynView<'_>) -> Option<(String, String)> {
    let scalar = view.dtype().as_scalar()?;
    macro_rules! by_size {
        ($($kind:ident $size:literal: $wrapper:ident;)*) => {
            match (scalar.kind(), scalar.size()) {
                (Kind::Uint, 1) => Some(of::<u8>(view)),
                (Kind::Int, 1) => Some(of::<i8>(view)),
                // NumPy rounds the sum, which it makes in `f4` too.
                (Kind::Float, 2) if is_big(scalar) => Some(f16::from_f32(total::<BigEndian<f16>>(view)).shown()),
                (Kind::Float, 2) => Some(f16::from_f32(total::<LittleEndian<f16>>(view)).shown()),
                $((Kind::$kind, $size) if is_big(scalar) => Some(of::<big_endian::$wrapper>(view)),
                (Kind::$kind, $size) => Some(of::<little_endian::$wrapper>(view)),)*
                _ => None,
            }
        };
    }
    by_size! {
        Uint 2: U16; Uint 4: U32; Uint 8: U64;
        Int 2: I16; Int 4: I32; Int 8: I64;
        Float 4: F32; Float 8: F64;
    }
}

fn is_big(scalar: Scalar) -> bool {
    scalar.order() == mmrec::ByteOrder::Big
}

fn of<T: Number>(view: &DynView<'_>) -> (String, String)
where
    T::Sum: Shown,
{
    total::<T>(view).shown()
}

fn total<T: Number>(view: &DynView<'_>) -> T::Sum {
    view.typed::<T, IxDyn>().expect("the type of the column's dtype").sum()
}

/// A sum as the golden file has it.
pub(crate) trait Shown {
    fn shown(self) -> (String, String);
}

impl Shown for u64 {
    fn shown(self) -> (String, String) {
        ("u8".to_owned(), self.to_string())
    }
}

impl Shown for i64 {
    fn shown(self) -> (String, String) {
        ("i8".to_owned(), self.to_string())
    }
}

impl Shown for f64 {
    fn shown(self) -> (String, String) {
        ("f8".to_owned(), if self.is_nan() { "NaN".to_owned() } else { format!("{:016x}", self.to_bits()) })
    }
}

impl Shown for f32 {
    fn shown(self) -> (String, String) {
        ("f4".to_owned(), if self.is_nan() { "NaN".to_owned() } else { format!("{:08x}", self.to_bits()) })
    }
}

impl Shown for f16 {
    fn shown(self) -> (String, String) {
        ("f2".to_owned(), if self.is_nan() { "NaN".to_owned() } else { format!("{:04x}", self.to_bits()) })
    }
}
