//! The error of the examples, and the exit code of a program that ends in one.

use std::{
    error, fmt, io,
    path::{Path, PathBuf},
    process::ExitCode,
    result,
};

/// The result of everything here that can fail.
pub type Result<T, E = Error> = result::Result<T, E>;

/// Why an example could not do its work.
#[derive(Debug)]
pub enum Error {
    /// A file could not be opened or mapped.
    Map(mmrec::Error),
    /// A file was mapped, and is not what it should be.
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        message: String,
    },
    /// The program was asked for something that cannot be done.
    Request(String),
    /// Something other than mapping a file was refused by the operating system.
    Io(io::Error),
}

impl Error {
    pub(crate) fn malformed(path: &Path, message: impl Into<String>) -> Self {
        Self::Malformed { path: path.to_path_buf(), message: message.into() }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Map(error) => error.fmt(f),
            Self::Malformed { path, message } => write!(f, "{}: {message}", path.display()),
            Self::Request(message) => f.write_str(message),
            Self::Io(error) => error.fmt(f),
        }
    }
}

impl error::Error for Error {}

impl From<mmrec::Error> for Error {
    fn from(error: mmrec::Error) -> Self {
        Self::Map(error)
    }
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// 0, or 2 after a line on the standard error output that says what went wrong.
///
/// That nobody reads the output any more, as after `| head`, is no error.
pub fn exit_code(result: Result<()>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(Error::Io(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}
