//! The one error type: what went wrong, in which file, what was expected, what was found, and what to do.

use std::{
    error, fmt, io,
    path::{Path, PathBuf},
};

/// The result of every fallible call of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What kind of thing went wrong, for code that has to tell errors apart.
///
/// The text of an [`Error`] says more: the file, the numbers and the remedy.
///
/// ```
/// use mmrec::{ErrorKind, RecordMap};
///
/// let error = RecordMap::<u64>::open("no/such/file").unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::Io);
/// assert_eq!(error.io_error().unwrap().kind(), std::io::ErrorKind::NotFound);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The operating system refused: a missing file, a directory, no permission, a file that exists. [`Error::io_error`] has
    /// its error.
    Io,
    /// Another process or handle holds a lock on the file.
    Locked,
    /// The disk has too little room for the file to be created or extended.
    StorageFull,
    /// The bytes from the offset to the end of the file are not a whole number of records.
    SizeNotMultiple,
    /// The offset, or the offset plus the shape, lies past the end of the file.
    PastEnd,
    /// A size in bytes does not fit the address space or the file offset type; or a number is out of range of its type.
    Overflow,
    /// The type asked for has another dtype than what is stored.
    DTypeMismatch,
    /// The number of axes differs from what was asked for.
    RankMismatch,
    /// The shape cannot be had: sizes that must agree do not. Or a string is too long for its field.
    ShapeMismatch,
    /// The record has no field of that name.
    NoSuchField,
    /// A `.npy` header could not be read, or the `.npz` file that a member is looked for in.
    BadNpy,
    /// The `.npz` file has no member of that name.
    NoSuchMember,
    /// A dtype text could not be read, or names a field twice.
    BadDescr,
    /// A text is no date, or a time lies out of the reach of the type that is to hold it.
    BadTime,
    /// A mode text is not one of NumPy's eight.
    BadMode,
    /// The file became shorter than the map, or is shorter than the header of a `.npy` says.
    Truncated,
    /// A write was asked of a map that only reads.
    ReadOnly,
    /// A stored number is none of the variants of its enum.
    InvalidCode,
    /// A code unit of a stored string is no character.
    InvalidUnit,
    /// The request is understood but cannot be carried out for this file or by this version.
    Unsupported,
}

/// An error of this crate.
///
/// `Display` names the file, what was expected, what was found and what to do about it, in one line; where dtypes differ, a line
/// for each field follows.
/// [`kind`](Self::kind) tells errors apart in code, and [`path`](Self::path) is the file.
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    message: String,
    path: Option<PathBuf>,
    source: Option<io::Error>,
}

impl Error {
    /// The kind of error, to match on.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The file the error is about, where one is known.
    pub fn path(&self) -> Option<&Path> {
        self.0.path.as_deref()
    }

    /// The operating system's error, where that is the cause.
    pub fn io_error(&self) -> Option<&io::Error> {
        self.0.source.as_ref()
    }

    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner { kind, message: message.into(), path: None, source: None }))
    }

    /// An operating-system error met while doing `what`. A full disk and a held lock get their own kinds.
    pub(crate) fn io(what: impl Into<String>, source: io::Error) -> Self {
        let kind = match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => ErrorKind::StorageFull,
            _ => ErrorKind::Io,
        };
        Self(Box::new(Inner { kind, message: what.into(), path: None, source: Some(source) }))
    }

    pub(crate) fn with_hint(mut self, hint: &str) -> Self {
        self.0.message = format!("{}; {hint}", self.0.message);
        self
    }

    /// The error with other words in the place of some, where these are no advice for the caller.
    pub(crate) fn reworded(mut self, from: &str, to: &str) -> Self {
        self.0.message = self.0.message.replace(from, to);
        self
    }

    /// The error of a file in a directory that was to have another name.
    pub(crate) fn with_directory(mut self, was: &Path, is: &Path) -> Self {
        if let Some(Ok(rest)) = self.0.path.as_deref().map(|path| path.strip_prefix(was)) {
            self.0.path = Some(is.join(rest));
        }
        self
    }

    pub(crate) fn with_path(mut self, path: Option<&Path>) -> Self {
        if self.0.path.is_none() {
            self.0.path = path.map(Path::to_path_buf);
        }
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(path) = &self.0.path {
            write!(f, "{}: ", path.display())?;
        }
        f.write_str(&self.0.message)?;
        if let Some(source) = &self.0.source {
            write!(f, ": {source}")?;
        }
        Ok(())
    }
}

/// The text with the kind behind it: what a `main` that returns the error shows.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self} ({:?})", self.0.kind)
    }
}

// The operating system's text is part of `Display`, so `source` stays empty: reports that print the chain say it once.
impl error::Error for Error {}

/// So that `?` works on calls of the standard library beside those of this crate. It names no file.
impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        Self::io("a call of the operating system failed", error)
    }
}

impl From<Error> for io::Error {
    fn from(error: Error) -> Self {
        let kind = match (error.kind(), error.io_error()) {
            (_, Some(source)) => source.kind(),
            (ErrorKind::Locked, None) => io::ErrorKind::WouldBlock,
            (ErrorKind::StorageFull, None) => io::ErrorKind::StorageFull,
            (ErrorKind::Unsupported, None) => io::ErrorKind::Unsupported,
            (ErrorKind::ReadOnly, None) => io::ErrorKind::PermissionDenied,
            (ErrorKind::PastEnd | ErrorKind::Truncated, None) => io::ErrorKind::UnexpectedEof,
            (
                ErrorKind::SizeNotMultiple
                | ErrorKind::BadNpy
                | ErrorKind::DTypeMismatch
                | ErrorKind::InvalidCode
                | ErrorKind::InvalidUnit,
                None,
            ) => io::ErrorKind::InvalidData,
            _ => io::ErrorKind::InvalidInput,
        };
        io::Error::new(kind, error)
    }
}
