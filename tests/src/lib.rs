//! One public record, for the compiler to see that what the derive makes public is documented, and that the derive is
//! content where unsafe code is forbidden. All else in this package is its tests: `it`, `ui`, `hygiene`.
#![forbid(unsafe_code)]

use mmrec::MmapRecord;

/// A record that other crates can name.
#[derive(Clone, Copy, Debug, MmapRecord)]
#[repr(C)]
pub struct Public {
    /// A field that other crates can name.
    pub open: u64,
    closed: u32,
    #[mmrec(pad)]
    gap: [u8; 4],
}

/// As above, without names and with a parameter.
#[derive(Clone, Copy, Debug, MmapRecord)]
#[repr(C, packed)]
pub struct PublicPair<T>(pub T, u8);
