//! NumPy's `S`: a byte string of fixed size, padded with NUL.

use std::{borrow::Cow, cmp::Ordering, fmt, hash, str, str::FromStr};

use super::{Element, bulk};
use crate::{
    dtype::{ByteOrder, DType, Kind, Scalar},
    error::{Error, ErrorKind, Result},
};

/// A byte string in a field of `N` bytes: NumPy's `S`, for ticker symbols, names and codes.
///
/// It is padded with NUL bytes at the end, which do not count when it is read, compared, hashed or printed; NUL bytes
/// before the last other byte do. It need not be text: [`to_str`](Self::to_str) checks.
///
/// ```
/// use mmrec::ByteStr;
///
/// let symbol: ByteStr<8> = "AAPL".parse()?;
/// assert_eq!(symbol, "AAPL");
/// assert_eq!(symbol, b"AAPL");
/// assert_eq!(symbol.as_bytes(), b"AAPL");
/// # assert!("AAPL" == symbol && *"AAPL" == symbol && b"AAPL" == symbol && b"AAP"[..] != symbol && symbol != b"AAPL\0");
/// # assert_eq!(AsRef::<[u8]>::as_ref(&symbol), b"AAPL");
/// assert!("TOO LONG FOR IT".parse::<ByteStr<8>>().is_err());
/// # Ok::<(), mmrec::Error>(())
/// ```
///
/// NumPy: dtype `S8`. A string that is too long is an error here, where NumPy cuts it.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct ByteStr<const N: usize>([u8; N]);

impl<const N: usize> ByteStr<N> {
    /// The bytes in a field of `N`, padded with NUL.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::ShapeMismatch`] if there are more than `N`. NUL bytes at the end count here.
    pub fn new(bytes: impl AsRef<[u8]>) -> Result<Self> {
        let bytes = bytes.as_ref();
        let mut padded = [0; N];
        let Some(start) = padded.get_mut(..bytes.len()) else {
            let text = String::from_utf8_lossy(bytes);
            let message = format!(
                "a string of {} bytes does not fit a field of {N}: {text:?}; shorten it, or use ByteStr<{}>",
                bytes.len(),
                bytes.len()
            );
            return Err(Error::new(ErrorKind::ShapeMismatch, message));
        };
        start.copy_from_slice(bytes);
        Ok(Self(padded))
    }

    /// The text in a field of `N` bytes, for constants: a text that is too long does not compile.
    ///
    /// ```
    /// const SYMBOL: mmrec::ByteStr<8> = mmrec::ByteStr::from_literal("MSFT");
    /// ```
    ///
    /// # Panics
    ///
    /// If the text is longer than `N` bytes.
    #[track_caller]
    pub const fn from_literal(text: &str) -> Self {
        let text = text.as_bytes();
        assert!(text.len() <= N, "the text is longer than the field");
        let (mut padded, mut i) = ([0; N], 0);
        while i < text.len() {
            padded[i] = text[i];
            i += 1;
        }
        Self(padded)
    }

    /// All `N` bytes as they are stored, padding included.
    pub const fn from_padded(bytes: [u8; N]) -> Self {
        Self(bytes)
    }

    /// All `N` bytes as they are stored, padding included.
    pub const fn to_padded(self) -> [u8; N] {
        self.0
    }

    /// The bytes without the NUL bytes at the end.
    pub fn as_bytes(&self) -> &[u8] {
        let len = self.0.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1);
        &self.0[..len]
    }

    /// The text, if it is UTF-8.
    ///
    /// # Errors
    ///
    /// The place of the first byte that is not.
    pub fn to_str(&self) -> Result<&str, str::Utf8Error> {
        str::from_utf8(self.as_bytes())
    }

    /// The text, with U+FFFD for what is not UTF-8.
    pub fn to_string_lossy(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(self.as_bytes())
    }

    /// Bytes without the NUL bytes at the end.
    pub fn len(&self) -> usize {
        self.as_bytes().len()
    }

    /// Whether all bytes are NUL.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

// SAFETY: a `ByteStr` is `N` bytes of which every pattern is valid; they are accessed by value, many at once.
unsafe impl<const N: usize> Element for ByteStr<N> {
    const DTYPE: &'static DType = &DType::scalar(Scalar::new(Kind::Bytes, N, ByteOrder::None));
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

impl<const N: usize> Default for ByteStr<N> {
    fn default() -> Self {
        Self([0; N])
    }
}

impl<const N: usize> FromStr for ByteStr<N> {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Self::new(text)
    }
}

impl<const N: usize> TryFrom<&str> for ByteStr<N> {
    type Error = Error;

    fn try_from(text: &str) -> Result<Self> {
        Self::new(text)
    }
}

impl<const N: usize> TryFrom<&[u8]> for ByteStr<N> {
    type Error = Error;

    fn try_from(bytes: &[u8]) -> Result<Self> {
        Self::new(bytes)
    }
}

// Padding only adds NUL, the smallest byte, so comparing all `N` bytes is comparing without the padding.
impl<const N: usize> PartialEq for ByteStr<N> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<const N: usize> Eq for ByteStr<N> {}

impl<const N: usize> PartialOrd for ByteStr<N> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<const N: usize> Ord for ByteStr<N> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.cmp(&other.0)
    }
}

impl<const N: usize> hash::Hash for ByteStr<N> {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

/// Without the NUL bytes at the end.
impl<const N: usize> AsRef<[u8]> for ByteStr<N> {
    fn as_ref(&self) -> &[u8] {
        self.as_bytes()
    }
}

macro_rules! comparisons {
    ($([$($param:tt)*] $other:ty;)*) => {$(
        impl<const N: usize, $($param)*> PartialEq<$other> for ByteStr<N> {
            fn eq(&self, other: &$other) -> bool {
                let other: &[u8] = other.as_ref();
                self.as_bytes() == other
            }
        }

        impl<const N: usize, $($param)*> PartialEq<ByteStr<N>> for $other {
            fn eq(&self, other: &ByteStr<N>) -> bool {
                other == self
            }
        }
    )*};
}

comparisons! {
    [] str;
    [] &str;
    [] [u8];
    [] &[u8];
    // As `b"AAPL"` is.
    [const M: usize] &[u8; M];
}

/// The text, with U+FFFD for what is not UTF-8.
impl<const N: usize> fmt::Display for ByteStr<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.to_string_lossy())
    }
}

/// As a byte string literal: `b"AAPL"`.
impl<const N: usize> fmt::Debug for ByteStr<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "b\"{}\"", self.as_bytes().escape_ascii())
    }
}
