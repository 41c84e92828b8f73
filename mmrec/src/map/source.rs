//! Where a map comes from: a path, which is opened, or a file that is open already.

use std::{
    ffi::{OsStr, OsString},
    fs::{self, File, OpenOptions},
    io,
    path::{Path, PathBuf},
};

use super::{lock::LockedFile, mode::Mode};
use crate::error::{Error, ErrorKind, Result};

/// What can be mapped: a path (`&str`, `String`, `&Path`, `PathBuf`, `&OsStr`, `OsString`) or an open [`File`].
///
/// An open file's position and length are left alone, except that a shape past the end extends it in mode `r+`. It
/// may be closed while it is mapped.
pub trait Source: sealed::Sealed {}

impl<T: sealed::Sealed> Source for T {}

pub(super) mod sealed {
    pub trait Sealed {
        #[doc(hidden)]
        fn into_origin(self) -> super::Origin;
    }
}

/// What a [`Source`] comes down to.
#[derive(Debug)]
pub enum Origin {
    /// To be opened.
    Path(PathBuf),
    /// Open, with what went wrong if it had to be duplicated.
    File(io::Result<File>),
}

macro_rules! paths {
    ($($path:ty),*) => {$(
        impl sealed::Sealed for $path {
            fn into_origin(self) -> Origin {
                Origin::Path(PathBuf::from(self))
            }
        }
    )*};
}

paths!(&str, String, &String, &Path, PathBuf, &OsStr, OsString);

impl sealed::Sealed for &PathBuf {
    fn into_origin(self) -> Origin {
        Origin::Path(self.clone())
    }
}

impl sealed::Sealed for File {
    fn into_origin(self) -> Origin {
        Origin::File(Ok(self))
    }
}

impl sealed::Sealed for &File {
    fn into_origin(self) -> Origin {
        Origin::File(self.try_clone())
    }
}

/// An open file with what is known about it.
pub(super) struct Opened {
    pub(super) file: LockedFile,
    /// Absolute; `None` for a file that was open already.
    pub(super) path: Option<PathBuf>,
    /// Bytes in the file; `None` for a device, which has no end.
    pub(super) len: Option<u64>,
    /// Whether this call made the file.
    pub(super) is_new: bool,
}

impl Opened {
    /// Opens an existing file for a mode. Nothing about it changes.
    pub(super) fn existing(origin: Origin, mode: Mode) -> Result<Self> {
        let write = mode == Mode::ReadWrite;
        Self::open(origin, |path| {
            let file = OpenOptions::new().read(true).write(write).open(path);
            file.map(|file| (file, false)).map_err(|error| {
                let hint = match error.kind() {
                    io::ErrorKind::NotFound => "; to make the file, give a shape and call create",
                    io::ErrorKind::PermissionDenied if write => "; modes r and c need no permission to write",
                    _ => "",
                };
                Error::io(format!("cannot open the file in mode {mode}{hint}"), error)
            })
        })
    }

    /// Opens a file to be overwritten, or makes it. What an old file holds stays for now.
    pub(super) fn created(origin: Origin, only_new: bool) -> Result<Self> {
        Self::open(origin, |path| {
            let mut options = OpenOptions::new();
            options.read(true).write(true);
            let made = options.clone().create_new(true).open(path);
            match made {
                Ok(file) => Ok((file, true)),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists && !only_new => {
                    // `create` is for a link whose target does not exist yet.
                    let file = options.create(true).truncate(false).open(path);
                    let what =
                        "cannot open the file to overwrite it (mode w+ needs permission to read and write)";
                    file.map(|file| (file, false)).map_err(|error| Error::io(what, error))
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                    let what = "cannot make the file; remove it, or call create to overwrite it";
                    Err(Error::io(what, error))
                }
                Err(error) => Err(Error::io("cannot make the file", error)),
            }
        })
    }

    fn open(origin: Origin, open: impl FnOnce(&Path) -> Result<(File, bool)>) -> Result<Self> {
        let (file, is_new, path) = match origin {
            Origin::File(file) => {
                (file.map_err(|error| Error::io("cannot use the open file", error))?, false, None)
            }
            Origin::Path(given) => {
                // Only fails for an empty path, which `open` then refuses.
                let path = std::path::absolute(&given).unwrap_or_else(|_| given.clone());
                refuse_unmappable(fs::metadata(&given).ok()).map_err(|error| error.with_path(Some(&path)))?;
                let (file, is_new) = open(&given).map_err(|error| error.with_path(Some(&path)))?;
                (file, is_new, Some(path))
            }
        };
        let checked = file.metadata().map_err(|error| Error::io("cannot read the file's size", error));
        let checked = checked.and_then(|metadata| {
            let len = metadata.is_file().then_some(metadata.len());
            refuse_unmappable(Some(metadata)).map(|()| len)
        });
        let len = checked.map_err(|error| error.with_path(path.as_deref()))?;
        Ok(Self { file: LockedFile::unlocked(file), path, len, is_new })
    }
}

/// Opening a directory succeeds and opening a pipe waits for its other end, so both are refused by what they are.
fn refuse_unmappable(metadata: Option<fs::Metadata>) -> Result<()> {
    let Some(metadata) = metadata else { return Ok(()) };
    if metadata.is_dir() {
        let error = io::Error::from(io::ErrorKind::IsADirectory);
        return Err(Error::io("expected a file of records; give the path of a file in it", error));
    }
    if is_stream(&metadata) {
        let message = "expected a file of records, found a pipe or socket, which cannot be mapped; write it to a file first";
        return Err(Error::new(ErrorKind::Unsupported, message));
    }
    Ok(())
}

#[cfg(unix)]
fn is_stream(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::FileTypeExt;
    metadata.file_type().is_fifo() || metadata.file_type().is_socket()
}

#[cfg(not(unix))]
fn is_stream(_: &fs::Metadata) -> bool {
    false
}

/// Whether the file begins with the six bytes that begin every `.npy` file.
pub(super) fn starts_as_npy(file: &File) -> bool {
    let mut start = [0; 6];
    matches!(read_at(file, &mut start), Ok(6)) && start == *b"\x93NUMPY"
}

#[cfg(unix)]
fn read_at(file: &File, bytes: &mut [u8]) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, bytes, 0)
}

#[cfg(windows)]
fn read_at(file: &File, bytes: &mut [u8]) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, bytes, 0)
}
