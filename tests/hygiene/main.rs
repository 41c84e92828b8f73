//! The derive where its surroundings are hostile: nothing in scope, clashing names, forbidden unsafe code, every
//! lint on. What the derive says of a struct is compared with what the struct is.
#![forbid(unsafe_code)]
#![deny(
    warnings,
    missing_docs,
    future_incompatible,
    nonstandard_style,
    rust_2018_idioms,
    unused,
    let_underscore_drop,
    missing_copy_implementations,
    missing_debug_implementations,
    single_use_lifetimes,
    trivial_bounds,
    unit_bindings,
    unreachable_pub,
    unused_lifetimes,
    unused_qualifications,
    unused_results,
    clippy::all,
    clippy::pedantic,
    clippy::undocumented_unsafe_blocks,
    clippy::multiple_unsafe_ops_per_block
)]

mod enums;
mod facade;
mod generics;
mod layout;
mod names;
mod no_prelude;
mod scope;
mod shapes;

use mmrec::{DType, Element};

/// The dtype, the itemsize and the offsets of a record, in one line.
fn described<T: Element>() -> String {
    let dtype = DType::of::<T>();
    let offsets: Vec<usize> = dtype.fields().iter().map(mmrec::DTypeField::offset).collect();
    assert_eq!(dtype.itemsize(), size_of::<T>());
    assert_eq!(dtype.alignment(), align_of::<T>());
    format!("{dtype} {} {offsets:?}", dtype.itemsize())
}
