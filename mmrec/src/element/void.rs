//! NumPy's `V`: bytes that mean nothing to it.

use std::fmt;

use super::{Element, bulk};
use crate::dtype::{ByteOrder, DType, Kind, Scalar};

/// `N` bytes that are kept as they are: NumPy's `V`, for digests, addresses and what other programs put there.
///
/// Unlike [`ByteStr`](crate::ByteStr) all bytes count, NUL at the end too. A field of it is a field like any other; bytes
/// that belong to no field are [`#[mmrec(pad)]`](derive@crate::MmapRecord).
///
/// ```
/// use mmrec::{DType, Void};
///
/// let digest = Void::from_bytes([0x5f, 0xe2, 0, 0]);
/// assert_eq!(digest.to_bytes(), [0x5f, 0xe2, 0, 0]);
/// assert_eq!(format!("{digest:?}"), "Void(5fe20000)");
/// # assert_eq!(<[u8; 4]>::from(digest), digest.as_ref());
/// # assert_eq!(Void::from([0x5f, 0xe2, 0, 0]), digest);
/// assert_eq!(DType::of::<Void<4>>().to_string(), "'|V4'");
/// ```
///
/// NumPy: dtype `|V4`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct Void<const N: usize>([u8; N]);

impl<const N: usize> Void<N> {
    /// A field of these bytes.
    pub const fn from_bytes(bytes: [u8; N]) -> Self {
        Self(bytes)
    }

    /// The bytes as they are stored.
    pub const fn to_bytes(self) -> [u8; N] {
        self.0
    }

    /// The bytes as they are stored.
    pub const fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

// SAFETY: a `Void` is `N` bytes of which every pattern is valid; they are accessed by value, many at once.
unsafe impl<const N: usize> Element for Void<N> {
    const DTYPE: &'static DType = &DType::scalar(Scalar::new(Kind::Void, N, ByteOrder::None));
    const PLAIN: bool = true;

    #[inline(always)]
    unsafe fn load(src: *const u8) -> Self {
        // SAFETY: passed on from the caller.
        Self(unsafe { bulk::read_array(src) })
    }

    #[inline(always)]
    unsafe fn store(value: Self, dst: *mut u8) {
        // SAFETY: passed on from the caller.
        unsafe { bulk::write_array(value.0, dst) }
    }
}

impl<const N: usize> Default for Void<N> {
    fn default() -> Self {
        Self([0; N])
    }
}

impl<const N: usize> From<[u8; N]> for Void<N> {
    fn from(bytes: [u8; N]) -> Self {
        Self(bytes)
    }
}

impl<const N: usize> From<Void<N>> for [u8; N] {
    fn from(void: Void<N>) -> Self {
        void.0
    }
}

impl<const N: usize> AsRef<[u8]> for Void<N> {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// The bytes in hexadecimal digits: `Void(5fe20000)`.
impl<const N: usize> fmt::Debug for Void<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        super::write_hex(f, "Void", &self.0)
    }
}
