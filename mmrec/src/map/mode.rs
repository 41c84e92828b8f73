//! Modes: how a file is opened, as a value and as a type parameter.

use std::{fmt, str::FromStr};

use crate::error::{Error, ErrorKind};

/// How a file is opened and mapped, as a value; NumPy's `mode`.
///
/// Parses NumPy's eight spellings and displays as the short one.
///
/// ```
/// use mmrec::Mode;
///
/// assert_eq!("copyonwrite".parse::<Mode>()?, Mode::CopyOnWrite);
/// assert_eq!(Mode::ReadWrite.to_string(), "r+");
/// # Ok::<(), mmrec::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// `r`, `readonly`: an existing file, to be read.
    ReadOnly,
    /// `r+`, `readwrite`: an existing file, to be read and written; extended if the shape asks for more.
    ReadWrite,
    /// `w+`, `write`: a new file of zeros, or an old one overwritten with zeros.
    Create,
    /// `c`, `copyonwrite`: an existing file; what is written stays in this map.
    CopyOnWrite,
}

const SPELLINGS: [(&str, Mode); 8] = [
    ("r", Mode::ReadOnly),
    ("c", Mode::CopyOnWrite),
    ("r+", Mode::ReadWrite),
    ("w+", Mode::Create),
    ("readonly", Mode::ReadOnly),
    ("copyonwrite", Mode::CopyOnWrite),
    ("readwrite", Mode::ReadWrite),
    ("write", Mode::Create),
];

/// # Errors
///
/// [`ErrorKind::BadMode`], which lists the eight spellings.
impl FromStr for Mode {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let found = SPELLINGS.iter().find(|(spelling, _)| *spelling == text);
        found.map(|(_, mode)| *mode).ok_or_else(|| {
            let all: Vec<_> = SPELLINGS.iter().map(|(spelling, _)| format!("'{spelling}'")).collect();
            Error::new(ErrorKind::BadMode, format!("mode must be one of {} (got '{text}')", all.join(", ")))
        })
    }
}

impl Mode {
    /// Whether maps of this mode can be written to: all but `r`.
    pub fn is_writable(self) -> bool {
        self != Self::ReadOnly
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::ReadOnly => "r",
            Self::ReadWrite => "r+",
            Self::Create => "w+",
            Self::CopyOnWrite => "c",
        })
    }
}

/// A map that only reads, mode `r`: it has no methods that write.
#[derive(Clone, Copy, Debug)]
pub enum ReadOnly {}

/// A map of a file that the operating system lets nobody change, from [`MapOptions::open_sealed`], mode `r`.
///
/// It reads as a [`ReadOnly`] map does, and hands out slices of its elements besides.
///
/// [`MapOptions::open_sealed`]: crate::MapOptions::open_sealed
#[derive(Clone, Copy, Debug)]
pub enum Sealed {}

/// A map that writes to its file: modes `r+` and `w+`.
#[derive(Clone, Copy, Debug)]
pub enum ReadWrite {}

/// A map whose writes stay in this process, mode `c`.
#[derive(Clone, Copy, Debug)]
pub enum CopyOnWrite {}

/// A map whose mode is known only at run time: it is written to through `view_mut()?`, which fails in mode `r`.
#[derive(Clone, Copy, Debug)]
pub enum AnyMode {}

/// The modes whose maps can be written to.
#[diagnostic::on_unimplemented(
    message = "a map in mode `{Self}` has no methods that write",
    label = "writing needs another mode",
    note = "open the file with `open_rw` to write to it, or with `open_cow` to keep what is written in this process",
    note = "a map from `open_mode` is written to through `view_mut()?`"
)]
pub trait Writable: sealed::Sealed {}

impl Writable for ReadWrite {}
impl Writable for CopyOnWrite {}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::ReadWrite {}
    impl Sealed for super::CopyOnWrite {}
}
