//! The Rust types of the table, each with how its values are shown in the golden file.

use mmrec::{
    BigEndian, ByteOrdered, ByteStr, Code, CodedEnum, Complex, ComplexLongDouble, DateTime64, Element,
    LittleEndian, LongDouble, MmapRecord, TimeDelta64, UnicodeStr, Void, big_endian, f16, little_endian,
    units::{
        Attosecond, Day, Femtosecond, Generic, Hour, Microsecond, Millisecond, Minute, Month, Multiple,
        Nanosecond, Picosecond, Second, Unit, Week, Year,
    },
};
use serde_json::{Value, json};

use super::{Case, Row, check};

/// A value as the golden file shows it.
pub(super) trait Shown: Copy {
    fn shown(self) -> Value;
}

macro_rules! checks {
    ($($type:ty),* $(,)?) => {
        /// How each type is compared with NumPy, by its name in the table.
        pub(super) const CHECKS: &[(&str, fn(&Row, &Case))] = &[$((stringify!($type), check::<$type>)),*];
    };
}

checks! {
    bool, i8, i16, i32, i64, u8, u16, u32, u64, f16, f32, f64, LongDouble, Complex<f32>, Complex<f64>,
    ComplexLongDouble,
    ByteStr<8>, UnicodeStr<8>, Void<6>,
    DateTime64<Year>, DateTime64<Month>, DateTime64<Week>, DateTime64<Day>, DateTime64<Hour>,
    DateTime64<Minute>, DateTime64<Second>, DateTime64<Millisecond>, DateTime64<Microsecond>,
    DateTime64<Nanosecond>, DateTime64<Picosecond>, DateTime64<Femtosecond>, DateTime64<Attosecond>,
    DateTime64<Multiple<Second, 25>>, DateTime64<Generic>, TimeDelta64<Year>, TimeDelta64<Month>,
    TimeDelta64<Week>, TimeDelta64<Day>, TimeDelta64<Hour>, TimeDelta64<Minute>, TimeDelta64<Second>,
    TimeDelta64<Millisecond>, TimeDelta64<Microsecond>, TimeDelta64<Nanosecond>, TimeDelta64<Picosecond>,
    TimeDelta64<Femtosecond>, TimeDelta64<Attosecond>, TimeDelta64<Multiple<Second, 25>>,
    TimeDelta64<Generic>, BigEndian<DateTime64<Nanosecond>>, BigEndian<TimeDelta64<Multiple<Second, 25>>>,
    LittleEndian<DateTime64<Day>>, LittleEndian<TimeDelta64<Millisecond>>,
    Code<Side>, Code<Level>, BigEndian<Code<Level>>,
    big_endian::I16, big_endian::I32, big_endian::I64, big_endian::U16, big_endian::U32, big_endian::U64,
    big_endian::F32, big_endian::F64,
    little_endian::I16, little_endian::I32, little_endian::I64, little_endian::U16, little_endian::U32,
    little_endian::U64, little_endian::F32, little_endian::F64,
    BigEndian<u8>, BigEndian<i32>, BigEndian<f64>, BigEndian<f16>, BigEndian<LongDouble>, BigEndian<Complex<f32>>,
    BigEndian<Complex<f64>>, BigEndian<ComplexLongDouble>, BigEndian<UnicodeStr<8>>,
    LittleEndian<u16>, LittleEndian<f32>, LittleEndian<f16>, LittleEndian<LongDouble>, LittleEndian<Complex<f32>>,
    LittleEndian<Complex<f64>>, LittleEndian<ComplexLongDouble>, LittleEndian<UnicodeStr<8>>,
    [f32; 3], [[f64; 5]; 2], [bool; 4], [big_endian::U16; 2], [BigEndian<Complex<f32>>; 2], [UnicodeStr<2>; 3],
    [Point; 2],
    Point, Aligned, Packed, PackedTo2, AlignedTo16, WithGaps, Renamed, Nested, Samples<big_endian::I16, 3>, Cents,
}

// The enums and records, as on the page.

#[derive(Clone, Copy, MmapRecord)]
#[repr(u8)]
enum Side {
    Buy = b'B',
    Sell = b'S',
}

#[derive(Clone, Copy, MmapRecord)]
#[repr(i16)]
enum Level {
    Low = -1,
    High = 1,
}

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
struct Point {
    x: f32,
    y: f32,
}

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
struct Aligned {
    buy: bool,
    price: f64,
    symbol: ByteStr<5>,
}

#[derive(Clone, Copy, MmapRecord)]
#[repr(C, packed)]
struct Packed {
    buy: bool,
    price: f64,
    symbol: ByteStr<5>,
}

#[derive(Clone, Copy, MmapRecord)]
#[repr(C, packed(2))]
struct PackedTo2 {
    buy: bool,
    price: f64,
    symbol: ByteStr<5>,
}

#[derive(Clone, Copy, MmapRecord)]
#[repr(C, align(16))]
struct AlignedTo16 {
    price: f64,
}

#[derive(Clone, Copy, MmapRecord)]
#[repr(C, packed)]
struct WithGaps {
    #[mmrec(pad)]
    header: [u8; 3],
    #[mmrec(offset = 3)]
    price: f64,
    #[mmrec(pad)]
    reserved: [u8; 5],
}

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
struct Renamed {
    #[mmrec(rename = "type", title = "what it is")]
    kind: u32,
}

#[derive(Clone, Copy, MmapRecord)]
#[repr(C, packed)]
struct Nested {
    id: u16,
    at: Point,
    path: [Point; 2],
}

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
struct Samples<T, const N: usize> {
    values: [T; N],
}

#[derive(Clone, Copy, MmapRecord)]
#[repr(transparent)]
struct Cents(i64);

macro_rules! shown {
    ($($type:ty: |$value:ident| $shown:expr;)*) => {$(
        impl Shown for $type {
            fn shown(self) -> Value {
                let $value = self;
                json!($shown)
            }
        }
    )*};
}

shown! {
    bool: |is| is;
    i8: |number| number;
    i16: |number| number;
    i32: |number| number;
    i64: |number| number;
    u8: |number| number;
    u16: |number| number;
    u32: |number| number;
    u64: |number| number;
    f16: |number| format!("{:04x}", number.to_bits());
    f32: |number| format!("{:08x}", number.to_bits());
    f64: |number| format!("{:016x}", number.to_bits());
    LongDouble: |number| hex(&number.to_bytes());
    Complex<f32>: |number| [number.re.shown(), number.im.shown()];
    Complex<f64>: |number| [number.re.shown(), number.im.shown()];
    ComplexLongDouble: |number| hex(&number.to_bytes());
    Point: |point| [point.x.shown(), point.y.shown()];
    Aligned: |record| [record.buy.shown(), record.price.shown(), record.symbol.shown()];
    Packed: |record| [{ record.buy }.shown(), { record.price }.shown(), { record.symbol }.shown()];
    PackedTo2: |record| [{ record.buy }.shown(), { record.price }.shown(), { record.symbol }.shown()];
    AlignedTo16: |record| [record.price.shown()];
    WithGaps: |record| [{ record.price }.shown()];
    Renamed: |record| [record.kind.shown()];
    Nested: |record| [{ record.id }.shown(), { record.at }.shown(), { record.path }.shown()];
    Cents: |cents| cents.0;
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl<const N: usize> Shown for ByteStr<N> {
    fn shown(self) -> Value {
        json!(hex(self.as_bytes()))
    }
}

impl<const N: usize> Shown for UnicodeStr<N> {
    fn shown(self) -> Value {
        json!(self.as_units())
    }
}

impl<const N: usize> Shown for Void<N> {
    fn shown(self) -> Value {
        json!(hex(self.as_bytes()))
    }
}

impl<U: Unit> Shown for DateTime64<U> {
    fn shown(self) -> Value {
        json!(self.steps())
    }
}

impl<U: Unit> Shown for TimeDelta64<U> {
    fn shown(self) -> Value {
        json!(self.steps())
    }
}

impl<E: CodedEnum<Repr: Shown>> Shown for Code<E> {
    fn shown(self) -> Value {
        self.raw().shown()
    }
}

impl<T: Shown, const N: usize> Shown for [T; N] {
    fn shown(self) -> Value {
        json!(self.map(Shown::shown).as_slice())
    }
}

impl<T: Element + Shown, const N: usize> Shown for Samples<T, N> {
    fn shown(self) -> Value {
        json!([self.values.shown()])
    }
}

macro_rules! in_order {
    ($($module:ident: $($number:ident)*;)*) => {$($(
        impl Shown for $module::$number {
            fn shown(self) -> Value {
                self.get().shown()
            }
        }
    )*)*};
}

in_order! {
    big_endian: U16 U32 U64 I16 I32 I64 F32 F64;
    little_endian: U16 U32 U64 I16 I32 I64 F32 F64;
}

impl<T: ByteOrdered + Shown> Shown for BigEndian<T> {
    fn shown(self) -> Value {
        self.get().shown()
    }
}

impl<T: ByteOrdered + Shown> Shown for LittleEndian<T> {
    fn shown(self) -> Value {
        self.get().shown()
    }
}
