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
//! - [`RecordMap`] is a mapped file; [`RecordMap::options`] has offset, shape, order and locks, and makes files.
//! - [`View`] and [`ViewMut`] are strided arrays in it: records, fields, slices.
//! - [`DynMap`] and [`DynView`] are the same for files whose dtype is known only at run time, with [`Value`] for an element.
//! - [`DType`] is the NumPy dtype of a type, as a value; [`Element`] are the types that have one.
//! - [`Error`] names the file, what was expected, what was found, and what to do; [`ErrorKind`] is for `match`.
//!
//! Shapes, axes and slices are those of [`ndarray`]. What is needed of it is re-exported here: [`s!`], [`Axis`],
//! [`Array`], and `Ix1` to `Ix6` and `IxDyn` for numbers of axes.
//!
//! # For those who know NumPy
//!
//! | NumPy | mmrec |
//! |---|---|
//! | `np.memmap(path, dtype, mode='r')` | [`RecordMap::<T>::open(path)`](RecordMap::open) |
//! | `mode='r+'`, `mode='c'` | [`open_rw`](RecordMap::open_rw), [`open_cow`](RecordMap::open_cow) |
//! | `mode='w+', shape=(3, 4)` | `RecordMap::<T>::options().shape((3, 4))`[`.create(path)`](MapOptions::create) |
//! | `offset=16, order='F'` | [`.offset(16)`](MapOptions::offset) [`.order(Order::F)`](MapOptions::order) |
//! | `np.load(path, mmap_mode='r')` | [`RecordMap::<T>::open(path)`](RecordMap::open), or [`DynMap::open(path)`](DynMap::open) for any dtype; of several axes, [`.rank::<Ix2>()`](MapOptions::rank) |
//! | `open_memmap(path, mode='w+', dtype, shape=(3, 4))` | `RecordMap::<T>::options().shape((3, 4))`[`.create_npy(path)`](MapOptions::create_npy) |
//! | an array in an `.npz`, a `.npy` inside another file | [`.npz_member("name")`](MapOptions::npz_member), [`.npy_at(offset)`](MapOptions::npy_at) |
//! | no call: a longer file, and its header | [`a.append(&[x, y])`](RecordMap::append), [`a.grow(1000)`](RecordMap::grow), [`a.shrink_to(10)`](RecordMap::shrink_to) |
//! | `for x in …: file.write(x)`, one record at a time | `let mut w = `[`a.appender()?`](RecordMap::appender); `w.`[`push(x)?`](Appender::push) for each; `w.`[`flush()?`](Appender::flush) |
//! | `a[5]`, `a[5] = x` | [`a.at(5)`](RecordMap::at), [`a.set(5, x)`](RecordMap::set) |
//! | `a['price']`, `a['pos']['x']` | `a.field(T::FIELDS.price)`, `a.field(T::FIELDS.pos.`[`then`](Field::then)`(Pos::FIELDS.x))` |
//! | `a['qty'] += 1`, `a[5]['qty'] = 3` | `a.field_mut(T::FIELDS.qty).update(\|q\| q + 1)`, `a.field_mut(T::FIELDS.qty).set(5, 3)` |
//! | `a[10:20]`, `a[:, ::2]`, `a.T` | [`a.slice(s![10..20])`](View::slice), `a.slice(s![.., ..;2])`, [`a.view().t()`](View::t) |
//! | `a['xyz']` of `('<f4', (3,))` has one more axis | [`a.field(T::FIELDS.xyz).elements()`](View::elements) |
//! | `np.searchsorted(a['ts'], t)` | [`a.columns().ts.partition_point(\|ts\| ts < t)`](View::partition_point) |
//! | `np.array(a)`, `a[:] = b` | [`a.to_array()`](View::to_array), [`a.assign(&b)`](RecordMap::assign) |
//! | `a['price'].sum()`, `.min()`, `.max()`, `.mean()` | [`a.columns().price.sum()`](View::sum), [`min`](View::min), [`max`](View::max), [`mean`](View::mean) |
//! | any other fold of an array | [`a.columns().price.fold_lanes(0.0, \|acc, x\| …, \|a, b\| a + b)`](View::fold_lanes) |
//! | code that works on arrays | [`a.columns().price.for_each_block(\|block: &[f64]\| …)`](View::for_each_block) |
//! | `np.frombuffer(bytes, dtype)` | [`View::<T>::from_bytes(&bytes)`](View::from_bytes), [`DynView::from_bytes(&bytes, &dtype)`](DynView::from_bytes) |
//! | `a[['ts', 'price']]`, `a['pos']['x']` of any dtype | [`v.fields(["ts", "price"])`](DynView::fields), [`v.field("pos.x")`](DynView::field) |
//! | `assign_fields_by_name`, `repack_fields`, `structured_to_unstructured` | [`a.assign_by_name(&b)`](RecordMap::assign_by_name), [`map.repack(..)`](DynMap::repack), [`v.structured_to_unstructured::<f32>()`](View::structured_to_unstructured) |
//! | `a.flush()` | [`a.flush()`](RecordMap::flush), [`a.close()`](RecordMap::close) |
//! | `np.datetime64('2021-06-01T09:30', 'ns')`, `t.astype('M8[m]')` | `"2021-06-01T09:30".parse::<`[`DateTime64`]`<`[`Nanosecond`](units::Nanosecond)`>>()`, [`t.checked_cast::<Minute>()`](DateTime64::checked_cast) |
//! | `np.dtype(…)`, `str(a)`, `repr(a)` | [`DType::of::<T>()`](DType::of), `format!("{a}")`, `format!("{a:?}")` |
//! | `str(dtype)`, and the struct for a file's dtype | [`Trade::dtype()`](MmapRecord::dtype)`.to_string()`, [`dtype.to_rust_struct("Trade")`](DType::to_rust_struct), [`to_c_struct`](DType::to_c_struct), [`to_numpy_dict`](DType::to_numpy_dict) |
//!
//! # Which loop
//!
//! | what | how |
//! |---|---|
//! | sum, mean, least, greatest | [`sum`](View::sum), [`mean`](View::mean), [`min_max`](View::min_max) |
//! | any other fold, above all of floats | [`fold_lanes`](View::fold_lanes): four accumulators side by side |
//! | code that works on slices | [`fold_blocks`](View::fold_blocks): copies of 8 KiB in the cache |
//! | several fields of each record | [`select`](View::select) before any of these |
//! | what ends early, or has to go in order | [`iter`](View::iter) |
//! | many threads | `par_sum`, `par_iter`, `par_blocks` of a view, feature `rayon` |
//! | a slice without copying | [`as_slice`](View::as_slice), unsafe: nobody may change the file meanwhile |
//!
//! Maps have the common ones of these; [`RecordMap::view`] and [`RecordMap::view_mut`] have all.
//!
//! Which Rust type each dtype is: [`doc::dtypes`]. What differs on purpose, with the reasons: [`doc::numpy_differences`].
//! How fast it is: [`doc::speed`]. Who else may change a file, and what a crash leaves: [`doc::memory_model`].
//!
//! # Features
//!
//! None is on by default.
//!
//! - `complex`: `Complex<f32>` and `Complex<f64>` of num-complex as elements, NumPy's `c8` and `c16`, and `Complex` itself as
//!   `mmrec::Complex`.
//! - `half`: `f16` of half as an element that adds up and compares, NumPy's `f2`, and `f16` itself as `mmrec::f16`.
//! - `fault-guard` (Linux, Android): `fault::install`, `RecordMap::health`, `RecordMap::guarded`: a file that is cut short under a map, or
//!   that the disk cannot read, is an error instead of the end of the process. No new dependency; a map keeps its file open.
//! - `rayon`: `par_iter`, `par_blocks`, `par_update`, `par_sum` and the other reductions of views, in many threads; with
//!   `mmrec = { version = "0.1", features = ["rayon"] }`, and rayon itself as `mmrec::rayon`.
//! - `chrono`: conversions of [`DateTime64`] from and to `DateTime<Utc>`, `NaiveDateTime` and `NaiveDate`, and of
//!   [`TimeDelta64`] from and to `TimeDelta`, all of the crate chrono, and that crate itself as `mmrec::chrono`, without most of its features. It is the
//!   one that Arrow, Polars and the database crates exchange times in, its 0.4 has been stable since 2017, and it brings
//!   one small crate. `SystemTime` and `Duration` need no feature.
//!
//! # Safety
//!
//! Another process, or another map of the same file, may change mapped bytes at any time. So no reference into the
//! file is ever made in safe code: each scalar is read and written by value with one volatile access, records field by
//! field; plain values that lie one after another are copied many at once. Under a concurrent writer a record may be torn,
//! and so may a number that lies across two cache lines or is copied with others; an invalid value cannot come out. A file
//! that is cut short under a map ends the process with SIGBUS, as with every mapping; with the feature `fault-guard`
//! and `fault::install` lost pages read as zeros, and `guarded`, `health`, `flush` and `close` are errors. [`doc::memory_model`] has all of it on one page.
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

mod interop;

pub use mmrec_derive::MmapRecord;
#[doc(no_inline)]
pub use ndarray::{self, Array, Axis, Dimension, IntoDimension, RemoveAxis, SliceArg, s};
// Each is a type and a function, which would make two lines of the front page.
#[doc(hidden)]
pub use ndarray::{Ix0, Ix1, Ix2, Ix3, Ix4, Ix5, Ix6, IxDyn};
#[doc(no_inline)]
pub use zerocopy::byteorder::{big_endian, little_endian};

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
    record::MmapRecord,
    select::{Native, NativeField, Select, Whole},
    view::{
        AxisChunks, AxisChunksMut, AxisIter, AxisIterMut, Datum, DynIter, DynView, DynViewMut, Iter,
        Progress, Selected, Value, View, ViewMut, Windows,
    },
};

/// Guides.
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

    pub use crate::element::FieldMemory;
}

/// The README's examples.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
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
