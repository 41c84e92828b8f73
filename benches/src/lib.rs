//! The kernels that `compare`, `instructions` and `cargo bench` measure, each written several times: with raw
//! pointers ([`raw`]), with mmrec ([`mapped`]), and over a cast slice ([`slices`]). [`kernels`] puts them side by side.

pub mod case;
pub mod files;
pub mod kernels;
pub mod mapped;
pub mod numpy;
pub mod raw;
pub mod records;
pub mod slices;
