//! Maps files of fixed-size records as typed, strided arrays, exact against NumPy's structured `memmap`.
//!
//! Derive [`MmapRecord`] on a struct, and a file of such records is an array of it: whole records by value, single
//! fields as strided columns, read-only, read-write, created or copy-on-write, at any byte offset, in C or Fortran
//! order. Nothing is parsed or copied, and no `unsafe` is needed.
//!
//! ```
//! use mmrec::{ByteStr, MmapRecord, RecordMap};
//!
//! #[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
//! #[repr(C)]
//! struct Trade {
//!     ts: u64,
//!     price: f64,
//!     qty: u32,
//!     flags: u32,
//!     symbol: ByteStr<8>,
//! }
//!
//! # let path = std::env::temp_dir().join(format!("mmrec-doc-lib-{}.bin", std::process::id()));
//! let mut trades = RecordMap::<Trade>::options().shape(3).create(&path)?;
//! trades.set(2, Trade { ts: 7, price: 1.5, qty: 10, flags: 0, symbol: "AAPL".parse()? });
//! trades.close()?;
//!
//! let trades = RecordMap::<Trade>::open(&path)?;
//! let c = trades.columns();
//! let notional: f64 = c.price.iter().zip(c.qty.iter()).map(|(p, q)| p * f64::from(q)).sum();
//! assert_eq!(notional, 15.0);
//! assert_eq!(trades.at(trades.len() - 1).symbol, "AAPL");
//! # std::fs::remove_file(&path).unwrap();
//! # Ok::<(), mmrec::Error>(())
//! ```
//!
//! # The main types
//!
//! - [`RecordMap`] is a mapped file; [`RecordMap::options`] has offset, shape, order, locking.
//! - [`View`] and [`ViewMut`] are strided arrays in it: records, fields, slices.
//! - [`DType`] is the NumPy dtype of a type, as a value; [`Element`] are the types that have one.
//! - [`Error`] names the file, what was expected, what was found, and what to do.
//!
//! # Safety
//!
//! Another process, or another map of the same file, may change mapped bytes at any time. So no reference into the
//! file is ever made in safe code: each scalar is read and written by value with one volatile access, records field by
//! field. A record may be torn under a concurrent writer; a `bool` with an invalid byte cannot come out. A file that is
//! cut short under a map ends the process with SIGBUS, as with every mapping.
//!
//! # What differs from NumPy
#![doc = include_str!("doc/numpy_differences.md")]

mod error;

mod dtype;

mod element;
mod field;
mod record;

mod view;

mod map;

pub use mmrec_derive::MmapRecord;
#[doc(no_inline)]
pub use ndarray::{
    self, Array, Axis, Dimension, IntoDimension, Ix0, Ix1, Ix2, Ix3, Ix4, Ix5, Ix6, IxDyn, RemoveAxis,
    SliceArg, s,
};
#[doc(no_inline)]
pub use zerocopy::byteorder::{big_endian, little_endian};

pub use crate::{
    dtype::{ByteOrder, DType, DTypeField, Kind, Scalar, TimeStep, TimeUnit},
    element::{ByteStr, Element, Padding},
    error::{Error, ErrorKind, Result},
    field::{Field, Select, Whole},
    map::{
        Advice, AnyMode, CopyOnWrite, Lock, MapOptions, Mode, NoShape, Order, ReadOnly, ReadWrite, RecordMap,
        Shaped, Source, Writable,
    },
    record::MmapRecord,
    view::{AxisIter, AxisIterMut, Iter, Selected, View, ViewMut},
};

/// What the derive's code names; not public API.
#[doc(hidden)]
pub mod __private {
    pub use core;
}

/// The README's examples.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
