//! What the programs beside this crate share: five file formats as records, and how a program ends.
//!
//! Each format is a module of record types and one type that holds the maps of a file's parts. Opening one checks
//! everything that the maps rely on, so that a file which is none of its kind, or is damaged, ends in an [`Error`] that
//! says what is wrong with it.

pub mod elf;
pub mod fits;
pub mod pack_index;
pub mod stl;
pub mod tzif;

mod clock;
mod error;
mod part;
mod table;

pub use self::{
    clock::Utc,
    error::{Error, Result, exit_code},
    table::{Column, Table},
};
