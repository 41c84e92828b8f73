//! Files of fixed-size records, and what NumPy wrote, as tables of DataFusion.

mod array;
mod columns;
mod error;
mod factory;
mod format;
mod layout;
mod open;
mod opener;
mod options;
#[cfg(feature = "proto")]
pub mod proto;
mod prune;
mod scan;
mod schema;
mod sink;
mod source;
mod statistics;
mod table;

pub use self::{
    array::OpenMap,
    factory::{NpyTableFactory, register},
    format::{NpyFormat, NpyFormatFactory},
    options::{NpyOptions, SortKey, Strings, Text},
    source::NpySource,
    table::MapTable,
};
