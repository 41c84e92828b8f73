//! What other crates give views and elements, one file and one feature for each.

#[cfg(feature = "arrow")]
mod arrow;
#[cfg(feature = "chrono")]
mod chrono;
#[cfg(feature = "rayon")]
mod rayon;

#[cfg(feature = "rayon")]
pub use self::rayon::ParIter;
