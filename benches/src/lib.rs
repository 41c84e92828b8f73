//! The kernels that `compare`, `instructions` and `cargo bench` measure, each written several times: with raw
//! pointers ([`raw`]), with mmrec ([`mapped`]), and over a cast slice ([`slices`]). [`kernels`] puts them side by side.
//! [`lanes`] is what the other programs measure with: contenders in turns.

pub mod case;
pub mod files;
pub mod kernels;
pub mod lanes;
pub mod mapped;
pub mod numpy;
pub mod raw;
pub mod records;
pub mod slices;
