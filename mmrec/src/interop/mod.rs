//! What other crates give a view, one file and one feature for each.

#[cfg(feature = "rayon")]
mod rayon;

#[cfg(feature = "rayon")]
pub use self::rayon::ParIter;
