//! A dtype as source text for others: a Rust struct, a C declaration, a Python expression.

mod c;
mod numpy;
mod rust;

pub(super) use self::numpy::NumpyDict;

use std::collections::HashSet;

use super::{DType, DTypeField};
use crate::error::{Error, ErrorKind, Result};

impl DType {
    /// Rust source of a struct called `name` with exactly this dtype, to be pasted or written to a file; records inside
    /// it become structs of their own.
    ///
    /// Fields whose names are no ASCII identifiers get one, and keep their name in the dtype by
    /// `#[mmrec(rename = "…")]`. The struct is `repr(C)` where every field lies at a multiple of its alignment, and
    /// `repr(C, packed)` otherwise. Bytes that neither a field nor an alignment accounts for are `#[mmrec(pad)]` fields.
    /// The dtype is pinned by `#[mmrec(descr = "…")]`: where it would be another, the text does not compile. A scalar or a
    /// sub-array becomes a type alias.
    ///
    /// ```
    /// use mmrec::DType;
    ///
    /// let dtype: DType = "[('ts', '<u8'), ('price', '>f8'), ('type', 'S8'), ('last qty', '<u4', (2,))]".parse()?;
    /// # #[cfg(target_endian = "little")]
    /// assert_eq!(
    ///     dtype.to_rust_struct("Trade")?,
    ///     r#"#[derive(Clone, Copy, Debug, PartialEq, mmrec::MmapRecord)]
    /// #[repr(C)]
    /// #[mmrec(descr = "[('ts', '<u8'), ('price', '>f8'), ('type', '|S8'), ('last qty', '<u4', (2,))]")]
    /// pub struct Trade {
    ///     pub ts: u64,
    ///     pub price: mmrec::big_endian::F64,
    ///     pub r#type: mmrec::ByteStr<8>,
    ///     #[mmrec(rename = "last qty")]
    ///     pub last_qty: [u32; 2],
    /// }
    /// "#
    /// );
    /// # Ok::<(), mmrec::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unsupported`] if no Rust struct has this dtype: for fields that overlap or come in another order than
    /// they lie in, sub-arrays of sub-arrays (in Rust, arrays of arrays are one shape), and empty names or titles; and
    /// if `name` is no name for a struct.
    pub fn to_rust_struct(&self, name: &str) -> Result<String> {
        rust::write(self, name)
    }

    /// C11 source of a struct called `name` that lies in memory as this dtype does; records inside it become structs of
    /// their own, before it.
    ///
    /// Padding is written out. Static assertions have the C compiler prove every offset and size. What C has no type for
    /// stands in a comment: byte orders that are not this machine's, strings, times, names that are no C identifiers.
    /// Floats of the other byte order are unsigned integers, `longdouble` is C's `long double`, fields without bytes are
    /// left out, and the order of the fields is that in memory. A scalar or a sub-array becomes a `typedef`.
    ///
    /// ```
    /// use mmrec::MmapRecord;
    ///
    /// #[derive(Clone, Copy, MmapRecord)]
    /// #[repr(C)]
    /// struct Tick {
    ///     price: f64,
    ///     flag: u8,
    /// }
    ///
    /// # #[cfg(target_endian = "little")]
    /// assert_eq!(
    ///     Tick::dtype().to_c_struct("tick")?,
    ///     r#"#include <stddef.h>
    /// #include <stdint.h>
    ///
    /// struct tick {
    ///     double price; /* <f8 */
    ///     uint8_t flag; /* |u1 */
    ///     uint8_t _pad0[7];
    /// };
    /// _Static_assert(sizeof(struct tick) == 16, "struct tick");
    /// _Static_assert(offsetof(struct tick, price) == 0, "price");
    /// _Static_assert(offsetof(struct tick, flag) == 8, "flag");
    /// "#
    /// );
    /// # Ok::<(), mmrec::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unsupported`] for fields that overlap, for a type without bytes, and if `name` is no name for a
    /// struct.
    pub fn to_c_struct(&self, name: &str) -> Result<String> {
        c::write(self, name)
    }

    /// The dtype as a Python expression with `'names'`, `'formats'` and `'offsets'`, which NumPy has for every dtype and
    /// reads as an equal one: `numpy.dtype({'names': ['a'], …})`. Records inside it are written in the same way.
    ///
    /// `Display` writes the shorter list of `.npy` headers, which `numpy.dtype` takes for another dtype where there is
    /// padding.
    ///
    /// ```
    /// let dtype: mmrec::DType = "[('tag', '|u1'), ('', '|V3'), ('xyz', '<f4', (3,))]".parse()?;
    /// assert_eq!(
    ///     dtype.to_numpy_dict(),
    ///     "{'names': ['tag', 'xyz'], 'formats': ['|u1', ('<f4', (3,))], 'offsets': [0, 4], 'itemsize': 16}"
    /// );
    /// # Ok::<(), mmrec::Error>(())
    /// ```
    pub fn to_numpy_dict(&self) -> String {
        NumpyDict(self).to_string()
    }
}

/// A language, as far as names of fields go.
struct Language {
    /// Whether an ASCII identifier can be the name of a field.
    takes: fn(&str) -> bool,
}

impl Language {
    /// An identifier for each field, all different: the name itself where it can be, otherwise what is left of it.
    fn identifiers<'a>(&self, fields: impl Iterator<Item = &'a DTypeField> + Clone) -> Vec<String> {
        let is_name = |name: &str| is_identifier(name) && (self.takes)(name);
        let mut taken: HashSet<String> =
            fields.clone().map(|field| field.name().to_owned()).filter(|name| is_name(name)).collect();
        let identifier = |(index, field): (usize, &DTypeField)| {
            if is_name(field.name()) {
                return field.name().to_owned();
            }
            let mut cleaned = clean(field.name(), index);
            if !(self.takes)(&cleaned) {
                cleaned.push('_');
            }
            unused(cleaned, |name| taken.insert(name.to_owned()))
        };
        fields.enumerate().map(identifier).collect()
    }

    /// Names for padding: `_pad0`, `_pad1` and so on, but for those that fields have.
    fn paddings(identifiers: &[String]) -> impl Iterator<Item = String> {
        (0..).map(|number| format!("_pad{number}")).filter(|name| !identifiers.contains(name))
    }
}

/// Whether it is an ASCII identifier, in Rust and in C, keyword or not.
fn is_identifier(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// What is left of a name as an identifier: its ASCII letters and digits, with `_` between what was apart. The field at
/// `index` is called as NumPy calls fields without names if there are none.
fn clean(name: &str, index: usize) -> String {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let cleaned = words.collect::<Vec<_>>().join("_");
    match cleaned.chars().next() {
        None => format!("f{index}"),
        Some('0'..='9') => format!("_{cleaned}"),
        Some(_) => cleaned,
    }
}

/// `wanted`, or with a number behind it: the first that `claim` grants.
fn unused(wanted: String, mut claim: impl FnMut(&str) -> bool) -> String {
    if claim(&wanted) {
        return wanted;
    }
    let mut number = 2u64;
    loop {
        let numbered = format!("{wanted}_{number}");
        if claim(&numbered) {
            return numbered;
        }
        number += 1;
    }
}

/// The path of a field inside the field `path`, for messages.
fn path_of(path: &str, field: &DTypeField) -> String {
    if path.is_empty() { field.name().to_owned() } else { format!("{path}.{}", field.name()) }
}

fn unsupported<T>(message: String) -> Result<T> {
    Err(Error::new(ErrorKind::Unsupported, message))
}
