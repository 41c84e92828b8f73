//! `#[derive(MmapRecord)]` for the crate `mmrec`, which re-exports it; depend on that crate, not on this one.
//!
//! The stations, in order: `ast` reads the struct, with its attributes (`attr`) and representation (`repr`);
//! `check` looks for mistakes; `expand` writes the code, with the structs beside the user's (`structs`). Every
//! station reports to `diag`. If there was a report, `fallback` writes stand-ins in place of the code. Enums, which are
//! simpler, go through all of it in `enums`.

mod ast;
mod attr;
mod check;
mod diag;
mod enums;
mod expand;
mod fallback;
mod repr;
mod structs;

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, parse_macro_input};

/// Makes a struct a record: it gets the structured dtype that NumPy would use for it, by-value access, and typed
/// fields and columns. Of an enum it makes numbers that a record can hold: [see below](#enums).
///
/// ```
/// use mmrec::{ByteStr, DType, MmapRecord};
///
/// #[derive(Clone, Copy, MmapRecord)]
/// #[repr(C)]
/// #[mmrec(descr = "[('ts', '<u8'), ('price', '<f8'), ('quantity', '<u4'), ('', '|V4'), ('symbol', '|S8')]")]
/// struct Trade {
///     ts: u64,
///     price: f64,
///     #[mmrec(rename = "quantity", offset = 16)]
///     qty: u32,
///     #[mmrec(pad)]
///     reserved: [u8; 4],
///     symbol: ByteStr<8>,
/// }
///
/// assert_eq!(DType::of::<Trade>().itemsize(), 32);
/// assert_eq!(Trade::FIELDS.symbol.offset(), 24);
/// ```
///
/// # The struct
///
/// It implements `Clone` and `Copy`, has no lifetimes, and its layout is fixed by one of:
///
/// | `repr` | the dtype |
/// |---|---|
/// | `C`, `C, align(N)` | with padding where the C compiler puts it, as NumPy's `align=True` |
/// | `C, packed` | without padding |
/// | `C, packed(N)` | with padding up to `N` bytes |
/// | `transparent` | that of its one field |
///
/// Its fields are elements: numbers, `bool`, strings, these in a stated byte order, `Code` of an enum, arrays of elements,
/// and other records.
/// A field that is `pad` is of a type that implements `Padding`: an integer, `()`, `PhantomData`, or an array of these.
/// Fields without names are called `f0`, `f1` and so on, as in NumPy. Types and constants may be parameters.
///
/// # What it gets
///
/// For a struct `Trade`, with the visibility that it and its fields have:
///
/// - the traits `Element` and `MmapRecord`;
/// - `TradeFields`, a token for each field, of which `Trade::FIELDS` is the value;
/// - `TradeColumns` and `TradeColumnsMut`, a view for each field, which `columns()` and `columns_mut()` give.
///
/// Bytes between fields are neither read nor written.
///
/// # Attributes of the struct
///
/// | `#[mmrec(…)]` | |
/// |---|---|
/// | `itemsize = 40` | does not compile if the record has another number of bytes |
/// | `descr = "[('ts', '<u8'), …]"` | does not compile if the dtype is another; `('', '\|V4')` is padding |
/// | `crate = path` | where the derive finds the crate mmrec if not at `::mmrec` |
///
/// # Attributes of a field
///
/// | `#[mmrec(…)]` | |
/// |---|---|
/// | `rename = "…"` | its name in the dtype, if not that of the field |
/// | `title = "…"` | its title in the dtype, NumPy's second name |
/// | `offset = 16` | does not compile if it lies elsewhere |
/// | `dtype = "<f8"` | does not compile if its dtype is another |
/// | `pad` | padding: not in the dtype, not a column, neither read nor written; zero in a record that is read |
///
/// In a struct with parameters the layout is compared where the parameters are known: when its dtype is asked for or a
/// map of it is made.
///
/// # Enums
///
/// ```
/// use mmrec::{Code, Element, MmapRecord};
///
/// #[derive(Clone, Copy, MmapRecord)]
/// #[repr(u8)]
/// enum Side {
///     Buy = b'B',
///     Sell = b'S',
/// }
///
/// #[derive(Clone, Copy, MmapRecord)]
/// #[repr(i16)]
/// enum Venue {
///     Nyse = 1,
///     Xetra = 7,
///     #[mmrec(other)]
///     Unknown = -1,
/// }
///
/// #[derive(Clone, Copy, MmapRecord)]
/// #[repr(C, packed)]
/// #[mmrec(descr = "[('side', '|u1'), ('venue', '<i2')]")]
/// struct Order {
///     side: Code<Side>,
///     venue: Venue,
/// }
/// ```
///
/// An enum without fields, whose `repr` is one of `u8`, `i8`, `u16`, `i16`, `u32`, `i32`, `u64` and `i64`, gets the trait
/// `CodedEnum`. A record holds it as `Code<Side>`: the number, of which `get()` makes a variant or an error.
///
/// | `#[mmrec(…)]` | |
/// |---|---|
/// | `other`, on one variant | a number without a variant reads as this one, and the enum is an element itself |
/// | `crate = path`, on the enum | as for structs |
///
/// A number that reads as the variant marked `other` is not kept: a record that is read and written back has the number
/// of that variant from then on. Where that matters, use `Code`, with which every number stays as it is.
#[proc_macro_derive(MmapRecord, attributes(mmrec))]
pub fn derive_mmap_record(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    derive(&input).into()
}

fn derive(input: &DeriveInput) -> TokenStream {
    if let Data::Enum(data) = &input.data {
        return enums::derive(input, data);
    }
    let mut diag = diag::Diag::default();
    let record = ast::Record::read(input, &mut diag);
    check::record(&record, &mut diag);
    match diag.into_errors() {
        None => expand::record(&record),
        Some(errors) => {
            let stand_ins = fallback::record(&record);
            quote!(#errors #stand_ins)
        }
    }
}

#[cfg(test)]
mod tests;
