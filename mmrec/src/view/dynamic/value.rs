//! Single elements whose dtype is known only at run time.

use std::{borrow::Cow, fmt};

use ndarray::IxDyn;

use super::DynView;
use crate::{
    dtype::{ByteOrder, DType, DTypeField, Kind, Scalar, TimeStep, stored},
    element::{Element, stored_bytes},
    error::{Error, ErrorKind, Result},
    field::short_name,
    view::{View, format, raw::DynRaw},
};

/// One element, with its dtype: what an untyped view gives for an index.
///
/// [`data`](Self::data) says what it is; `as_i64`, `as_f64` and `as_str` are for those who know. It prints as NumPy prints
/// it. Rust values of [`Element`] types and strings become values by `into`.
///
/// ```
/// use mmrec::{Datum, Value};
///
/// let price = Value::from(2.5);
/// assert_eq!(price.as_f64(), Some(2.5));
/// assert_eq!(price.dtype().to_string(), "'<f8'");
/// assert!(matches!(Value::from("AAPL").data(), Datum::Str(text) if text == "AAPL"));
/// ```
///
/// NumPy: a scalar, or `numpy.void` for a record.
#[derive(Clone)]
pub struct Value {
    dtype: DType,
    /// As they are stored, as many as the itemsize; those of padding are 0.
    bytes: Vec<u8>,
}

/// What a [`Value`] holds.
///
/// ```
/// use mmrec::{ByteStr, Datum, MmapRecord, Value};
///
/// #[derive(Clone, Copy, MmapRecord)]
/// #[repr(C)]
/// struct Trade {
///     symbol: ByteStr<8>,
///     price: f64,
/// }
///
/// let value = Value::from(Trade { symbol: "AAPL".parse()?, price: 2.5 });
/// let Datum::Record(fields) = value.data() else { unreachable!("it is a record") };
/// for (name, value) in fields {
///     match value.data() {
///         Datum::Bytes(bytes) => assert_eq!((name, bytes), ("symbol", b"AAPL".as_slice())),
///         Datum::Float(number) => assert_eq!((name, number), ("price", 2.5)),
///         other => println!("{name}: {other:?}"),
///     }
/// }
/// # Ok::<(), mmrec::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Datum<'a> {
    /// `b1`.
    Bool(bool),
    /// `i1` to `i8`.
    Int(i64),
    /// `u1` to `u8`.
    Uint(u64),
    /// `f2` to `f8`. The shortest text of an `f4` or `f2` is that of the [`Value`].
    Float(f64),
    /// `c8` and `c16`: the real and the imaginary part.
    Complex(f64, f64),
    /// `S`, without the NUL bytes at the end.
    Bytes(&'a [u8]),
    /// `U`, without the NULs at the end.
    Str(String),
    /// A `U` that is no text: its code units, one of which is a surrogate or past the last of Unicode.
    Units(Vec<u32>),
    /// `M8`: steps since 1970-01-01, or `None` for NaT, and how long a step is, if that is known.
    DateTime(Option<i64>, Option<TimeStep>),
    /// `m8`: a number of steps, or `None` for NaT, and how long a step is, if that is known.
    TimeDelta(Option<i64>, Option<TimeStep>),
    /// `V`, and the numbers of the platform's long double, `f16` and `c32`.
    Opaque(&'a [u8]),
    /// A sub-array, as a field of a record can be one.
    Array(DynView<'a>),
    /// A record: names and values of its fields.
    Record(Vec<(&'a str, Value)>),
}

impl Value {
    /// `bytes` has the length of an element.
    pub(crate) fn stored(dtype: DType, bytes: Vec<u8>) -> Self {
        Self { dtype, bytes }
    }

    /// A value from its stored bytes.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::SizeNotMultiple`] if there are more or fewer than the itemsize.
    pub fn from_bytes(dtype: DType, bytes: impl Into<Vec<u8>>) -> Result<Self> {
        let mut bytes = bytes.into();
        if bytes.len() != dtype.itemsize() {
            let (wanted, found) = (dtype.itemsize(), bytes.len());
            let message = format!("an element of {dtype} has {wanted} bytes, and {found} were given");
            return Err(Error::new(ErrorKind::SizeNotMultiple, message));
        }
        let mut without_padding = vec![0; bytes.len()];
        dtype.each_leaf(0, &mut |at, scalar, count| {
            let leaf = at..at + count * scalar.size();
            without_padding[leaf.clone()].copy_from_slice(&bytes[leaf]);
        });
        bytes = without_padding;
        Ok(Self { dtype, bytes })
    }

    /// The dtype.
    pub fn dtype(&self) -> &DType {
        &self.dtype
    }

    /// The bytes as they are stored; those of padding are 0.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What it holds.
    pub fn data(&self) -> Datum<'_> {
        match self.dtype.as_scalar() {
            Some(scalar) => datum(scalar, &self.bytes),
            None if self.dtype.is_record() => {
                let fields = self.dtype.fields().iter();
                Datum::Record(fields.map(|field| (field.name(), self.part(field))).collect())
            }
            None => match DynRaw::repeated(&self.bytes, &[], self.dtype.clone()).map(DynView::from_raw) {
                Some(Ok(view)) => Datum::Array(view),
                // Only of no bytes: a shape whose product fits no address.
                _ => Datum::Opaque(&self.bytes),
            },
        }
    }

    /// The value of a field of a record.
    pub fn field(&self, name: &str) -> Option<Value> {
        self.dtype.field(name).map(|field| self.part(field))
    }

    /// An integer or bool that fits.
    pub fn as_i64(&self) -> Option<i64> {
        match self.data() {
            Datum::Bool(truth) => Some(truth.into()),
            Datum::Int(number) => Some(number),
            Datum::Uint(number) => number.try_into().ok(),
            _ => None,
        }
    }

    /// An integer or bool that fits.
    pub fn as_u64(&self) -> Option<u64> {
        match self.data() {
            Datum::Bool(truth) => Some(truth.into()),
            Datum::Int(number) => number.try_into().ok(),
            Datum::Uint(number) => Some(number),
            _ => None,
        }
    }

    /// A number; integers of more than 53 bits are rounded.
    pub fn as_f64(&self) -> Option<f64> {
        match self.data() {
            Datum::Bool(truth) => Some(truth.into()),
            Datum::Int(number) => Some(number as f64),
            Datum::Uint(number) => Some(number as f64),
            Datum::Float(number) => Some(number),
            _ => None,
        }
    }

    /// The text of an `S` or `U`, if it is one.
    pub fn as_str(&self) -> Option<Cow<'_, str>> {
        match self.data() {
            Datum::Bytes(bytes) => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
            Datum::Str(text) => Some(Cow::Owned(text)),
            _ => None,
        }
    }

    /// The value as one of a Rust type of the same dtype.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::DTypeMismatch`] if the dtypes differ.
    pub fn to<T: Element>(&self) -> Result<T> {
        let value = if self.dtype == *T::DTYPE { self.load() } else { None };
        value.ok_or_else(|| {
            let name = short_name::<T>();
            let difference = T::DTYPE.difference(name, &self.dtype, "the value").unwrap_or_default();
            let message = format!("the value is not {name}; ask for the type of its dtype\n{difference}");
            Error::new(ErrorKind::DTypeMismatch, message)
        })
    }

    fn load<T: Element>(&self) -> Option<T> {
        let raw = DynRaw::repeated(&self.bytes, &[], self.dtype.clone())?;
        View::<T, IxDyn>::from_raw(raw.typed().ok()?).get(&[][..])
    }

    pub(super) fn part(&self, field: &DTypeField) -> Value {
        let (start, dtype) = (field.offset(), field.dtype().clone());
        let bytes = self.bytes[start..][..dtype.itemsize()].to_vec();
        Self { dtype, bytes }
    }
}

/// What the stored bytes of a scalar are.
fn datum(scalar: Scalar, bytes: &[u8]) -> Datum<'_> {
    let steps = || Some(stored::steps(scalar, bytes)).filter(|&steps| steps != i64::MIN);
    match scalar.kind() {
        Kind::Bool => Datum::Bool(bytes.iter().any(|&byte| byte != 0)),
        Kind::Int => Datum::Int(stored::int(scalar, bytes) as i64),
        Kind::Uint => Datum::Uint(stored::bits(scalar.order(), bytes) as u64),
        Kind::Float => match stored::float(scalar, bytes) {
            Some(number) => Datum::Float(number),
            None => Datum::Opaque(bytes),
        },
        Kind::Complex => match stored::complex(scalar, bytes) {
            Some((real, imaginary)) => Datum::Complex(real, imaginary),
            None => Datum::Opaque(bytes),
        },
        Kind::Bytes => Datum::Bytes(stored::without_end(bytes)),
        Kind::Unicode => {
            let units = stored::units(scalar, bytes);
            let text: Option<String> = units.iter().map(|&unit| char::from_u32(unit)).collect();
            text.map_or(Datum::Units(units), Datum::Str)
        }
        Kind::DateTime(step) => Datum::DateTime(steps(), step),
        Kind::TimeDelta(step) => Datum::TimeDelta(steps(), step),
        Kind::Void => Datum::Opaque(bytes),
    }
}

impl<T: Element> From<T> for Value {
    fn from(value: T) -> Self {
        Self { dtype: T::DTYPE.clone(), bytes: stored_bytes(value) }
    }
}

/// A `U` as long as the text.
///
/// # Panics
///
/// If it would have more than 2^31 - 1 bytes.
impl From<&str> for Value {
    fn from(text: &str) -> Self {
        let units: Vec<u32> = text.chars().map(u32::from).collect();
        let scalar = Scalar::new(Kind::Unicode, 4 * units.len(), ByteOrder::Little);
        Self { dtype: scalar.into(), bytes: units.into_iter().flat_map(u32::to_le_bytes).collect() }
    }
}

/// An `S` as long as the bytes.
///
/// # Panics
///
/// If there are more than 2^31 - 1.
impl From<&[u8]> for Value {
    fn from(bytes: &[u8]) -> Self {
        let scalar = Scalar::new(Kind::Bytes, bytes.len(), ByteOrder::None);
        Self { dtype: scalar.into(), bytes: bytes.to_vec() }
    }
}

impl From<&Value> for Value {
    fn from(value: &Value) -> Self {
        value.clone()
    }
}

/// Of one dtype, and of the same bytes but for padding.
impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        self.dtype == other.dtype && self.bytes == other.bytes
    }
}

/// As NumPy's `str(scalar)`.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        format::write_value(f, &self.dtype, &self.bytes)
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Value({self}, dtype={})", self.dtype)
    }
}
