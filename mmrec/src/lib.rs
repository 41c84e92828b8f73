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
//! // A file of three zeros, and a trade written over the last.
//! let symbol = "AAPL".parse()?;
//! let mut new = RecordMap::<Trade>::options().shape(3).create(&path)?;
//! new.set(2, Trade { ts: 7, price: 1.5, qty: 10, flags: 0, symbol });
//! new.close()?;
//!
//! // The file as an array: a column for each field, and whole trades by value.
//! let trades = RecordMap::<Trade>::open(&path)?;
//! let c = trades.columns();
//! let pairs = c.price.iter().zip(c.qty.iter());
//! let notional: f64 = pairs.map(|(price, qty)| price * f64::from(qty)).sum();
//! assert_eq!(notional, 15.0);
//! assert_eq!(trades.at(2).symbol, "AAPL");
//! # std::fs::remove_file(&path).unwrap();
//! # Ok::<(), mmrec::Error>(())
//! ```
//!
//! The command `mmrec` (feature `cli`) draws such a record, and shows, plots and converts its files:
//!
#![doc = include_str!("doc/info.svg")]
//!
//! # Where to go
//!
//! | you | read |
//! |---|---|
//! | know NumPy | [For NumPy users](doc::numpy_users): each call side by side; [what differs, and why](doc::numpy_differences) |
//! | have structs of C, or a binary feed | [From C and from feeds](doc::c_and_feeds): packed, big-endian, layouts that change |
//! | look for the Rust type of a dtype | [The dtypes](doc::dtypes) |
//! | have a file whose records you do not know | [`DynMap::open`], and [`to_rust_struct`](DType::to_rust_struct) for the struct to derive on |
//! | want to get something done | [Recipes](doc::recipes): days, time ranges, windows, bars, joins, logs |
//! | want it fast | [Performance](doc::performance): which call when, and what it costs; [all measurements](doc::speed) |
//! | share a file with other programs | [The memory model](doc::memory_model): who may change it, and what a crash leaves |
//!
//! # The main types
//!
//! - [`RecordMap`] is a mapped file; [`RecordMap::options`] has offset, shape, order and locks, and makes files.
//! - [`View`] and [`ViewMut`] are strided arrays in it: records, fields, slices. A map has the common ones of their methods,
//!   and [`RecordMap::view`] and [`RecordMap::view_mut`] give all.
//! - [`Appender`] adds records at the end, one at a time.
//! - [`DynMap`] and [`DynView`] are the same for files whose dtype is known only at run time, with [`Value`] for an element.
//! - [`DType`] is the NumPy dtype of a type, as a value; [`Element`] are the types that have one.
//! - [`Error`] names the file, what was expected, what was found, and what to do; [`ErrorKind`] is for `match`.
//!
//! Shapes, axes and slices are those of [`ndarray`]. What is needed of it is re-exported here: [`s!`], [`Axis`],
//! [`Array`], and `Ix1` to `Ix6` and `IxDyn` for numbers of axes.
//!
//! # Features
//!
//! None is on by default: `mmrec = { version = "0.1", features = ["rayon"] }`.
//!
//! | feature | brings |
//! |---|---|
//! | `rayon` | `par_iter`, `par_blocks`, `par_update`, `par_sum` and the other reductions of views, in many threads; rayon itself as `mmrec::rayon` |
//! | `chrono` | conversions of [`DateTime64`] from and to `DateTime<Utc>`, `NaiveDateTime` and `NaiveDate`, and of [`TimeDelta64`] from and to `TimeDelta`; chrono itself as `mmrec::chrono`, without most of its features. `SystemTime` and `Duration` need none. |
//! | `complex` | `Complex<f32>` and `Complex<f64>` of num-complex as elements, NumPy's `c8` and `c16`; `Complex` itself as `mmrec::Complex` |
//! | `half` | `f16` of half as an element that adds up and compares, NumPy's `f2`; `f16` itself as `mmrec::f16` |
//! | `fault-guard` | Linux and Android: `fault::install`, `RecordMap::health`, `RecordMap::guarded`: a file that is cut short under a map, or that the disk cannot read, is an error instead of the end of the process. No new dependency; a map keeps its file open. |
//! | `cli` | the command `mmrec`, which looks at such files; not for libraries |
//!
//! # Safety
//!
//! Another process, or another map of the same file, may change mapped bytes at any time. So no reference into the
//! file is ever made in safe code: each scalar is read and written by value with one volatile access, records field by
//! field; plain values that lie one after another are copied many at once. Under a concurrent writer a record may be torn,
//! and so may a number that lies across two cache lines or is copied with others; an invalid value cannot come out. A file
//! that is cut short under a map ends the process with SIGBUS, as with every mapping; with the feature `fault-guard`
//! and `fault::install` lost pages read as zeros, and `guarded`, `health`, `flush` and `close` are errors.
//! [The memory model](doc::memory_model) has all of it on one page.
//!
//! Code that can promise that nobody changes the bytes may ask for references: [`View::as_slice`], [`View::as_array`]. Of
//! a file that the kernel lets nobody change, [`MapOptions::open_sealed`] makes a map that gives them without a promise.

mod error;

mod dtype;

mod element;
mod field;
mod record;
mod select;

mod view;

mod npy;

mod map;

mod columns;

mod interop;

#[doc = include_str!("doc/derive.md")]
pub use mmrec_derive::MmapRecord;
#[doc(no_inline)]
pub use ndarray::{self, Array, Axis, Dimension, IntoDimension, RemoveAxis, SliceArg, s};
// Each is a type and a function, which would make two lines of the front page.
#[doc(hidden)]
pub use ndarray::{Ix0, Ix1, Ix2, Ix3, Ix4, Ix5, Ix6, IxDyn};
#[doc(no_inline)]
pub use zerocopy::byteorder::{big_endian, little_endian};

#[cfg(feature = "arrow")]
#[doc(no_inline)]
pub use arrow_array;
#[cfg(feature = "arrow")]
#[doc(no_inline)]
pub use arrow_schema;
#[cfg(feature = "chrono")]
#[doc(no_inline)]
pub use chrono;
#[cfg(feature = "half")]
#[doc(no_inline)]
pub use half::f16;
#[cfg(feature = "complex")]
#[doc(no_inline)]
pub use num_complex::Complex;
#[cfg(feature = "rayon")]
#[doc(no_inline)]
pub use rayon;

#[cfg(feature = "rayon")]
pub use crate::interop::ParIter;
#[cfg(all(
    any(target_os = "linux", target_os = "android"),
    target_has_atomic = "64",
    feature = "fault-guard"
))]
pub use crate::map::fault;
pub use crate::{
    columns::{ColumnIter, ColumnMap, DynColumnMap},
    dtype::{ByteOrder, DType, DTypeField, Kind, Scalar, TimeStep, TimeUnit},
    element::{
        BigEndian, ByteOrdered, ByteStr, Code, CodeRepr, CodedEnum, ComplexLongDouble, DateTime64, Element,
        InvalidCode, InvalidUnit, LittleEndian, LongDouble, Number, Padding, TimeDelta64, Total, UnicodeStr,
        Void, units,
    },
    error::{Error, ErrorKind, Result},
    field::Field,
    map::{
        Advice, AnyMode, Appender, CopyOnWrite, DynMap, DynOptions, HasShape, Lock, MapOptions, Mode,
        NoShape, Order, ReadOnly, ReadWrite, RecordMap, Sealed, Shaped, Source, Writable,
    },
    npy::NpyHeader,
    record::MmapRecord,
    select::{Native, NativeField, Select, Whole},
    view::{
        AxisChunks, AxisChunksMut, AxisIter, AxisIterMut, Datum, DynIter, DynView, DynViewMut, Iter,
        Progress, Selected, Value, View, ViewMut, Windows,
    },
};

/// The guides: pages to read, without items.
///
/// 1. [For NumPy users](doc::numpy_users): how to write here what you would write there; [what differs](doc::numpy_differences)
///    on purpose.
/// 2. [The dtypes](doc::dtypes): which Rust type each dtype of NumPy is.
/// 3. [From C and from feeds](doc::c_and_feeds): records that other programs laid out, and layouts that change.
/// 4. [Recipes](doc::recipes): daily files, time ranges, rolling windows, bars, joins, logs.
/// 5. [Performance](doc::performance): which call to use when, and what is faster in columns; [all measurements](doc::speed).
/// 6. [The memory model](doc::memory_model): who else may change a file, and what a crash leaves.
#[cfg(doc)]
pub mod doc {
    #[doc = include_str!("doc/c_and_feeds.md")]
    pub mod c_and_feeds {}

    #[doc = include_str!("doc/dtypes.md")]
    pub mod dtypes {}

    #[doc = include_str!("doc/memory_model.md")]
    pub mod memory_model {}

    #[doc = include_str!("doc/numpy_differences.md")]
    pub mod numpy_differences {}

    #[doc = include_str!("doc/numpy_users.md")]
    pub mod numpy_users {}

    #[doc = include_str!("doc/recipes.md")]
    pub mod recipes {}

    #[doc = include_str!("doc/performance.md")]
    ///
    /// # The curves
    ///
    /// Nanoseconds per record of the sum of one field, against the size of the file. The steps are where the file leaves a
    /// cache; less is better.
    ///
    #[doc = include_str!("doc/compare_sizes.svg")]
    ///
    /// Throughput of the sum of one field of 1 GiB of records, against the number of threads; more is better.
    ///
    #[doc = include_str!("doc/compare_threads.svg")]
    ///
    /// `cargo run --release -p mmrec-benches --bin compare` draws them for your machine.
    pub mod performance {}

    /// How fast, against NumPy and hand-written loops: the whole table.
    ///
    /// `cargo run --release -p mmrec-benches --bin compare` measures this on your machine, all contenders in turns in one
    /// run. What follows is its output on one machine; [`performance`](crate::doc::performance#the-curves) has it as curves.
    ///
    #[doc = include_str!("doc/compare.md")]
    pub mod speed {}
}

/// What the derive's code names; not public API.
#[doc(hidden)]
pub mod __private {
    pub use core;

    pub use crate::{
        element::FieldMemory,
        view::{ColumnViews, ColumnViewsMut},
    };
}

/// The README's examples.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// The layout of a record with parameters is compared when it is mapped.
///
/// ```compile_fail,E0080
/// use mmrec::{Element, MmapRecord, RecordMap};
///
/// #[derive(Clone, Copy, MmapRecord)]
/// #[repr(C)]
/// #[mmrec(itemsize = 40)]
/// struct Rec<T: Element> {
///     x: T,
/// }
///
/// let map = RecordMap::<Rec<u64>>::open("records.bin");
/// ```
#[cfg(doctest)]
struct PinsOfGenericRecords;

/// Memory that holds an enum is not written through views.
///
/// ```compile_fail,E0080
/// use mmrec::{MmapRecord, ViewMut};
///
/// #[derive(Clone, Copy, MmapRecord)]
/// #[repr(u8)]
/// enum Side {
///     Buy,
///     #[mmrec(other)]
///     Unknown,
/// }
///
/// #[derive(Clone, Copy, MmapRecord)]
/// #[repr(C)]
/// struct Trade {
///     price: f64,
///     sides: [Side; 2],
/// }
///
/// let mut trades = [Trade { price: 1.0, sides: [Side::Buy; 2] }];
/// let mut view = ViewMut::from_slice(&mut trades);
/// view.field_named_mut::<[u8; 2]>("sides")?.fill([255; 2]);
/// # Ok::<(), mmrec::Error>(())
/// ```
///
/// A file or bytes hold any number, and so does a code in memory.
///
/// ```
/// use mmrec::{Code, MmapRecord, ViewMut};
///
/// #[derive(Clone, Copy, MmapRecord)]
/// #[repr(u8)]
/// enum Side {
///     Buy,
///     #[mmrec(other)]
///     Unknown,
/// }
///
/// #[derive(Clone, Copy, MmapRecord)]
/// #[repr(C)]
/// struct Trade {
///     price: f64,
///     sides: [Code<Side>; 2],
/// }
///
/// let mut trades = [Trade { price: 1.0, sides: [Side::Buy.into(); 2] }];
/// let mut view = ViewMut::from_slice(&mut trades);
/// view.field_named_mut::<[u8; 2]>("sides")?.fill([255; 2]);
/// ViewMut::<Side>::from_bytes(&mut [0, 255])?.fill(Side::Unknown);
/// # Ok::<(), mmrec::Error>(())
/// ```
#[cfg(doctest)]
struct EnumsInMemory;
