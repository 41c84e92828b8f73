//! Where a map comes from: a path, which is opened, or a file that is open already.

use std::{
    ffi::{OsStr, OsString},
    fs::{self, File, OpenOptions},
    io::{self, Seek, SeekFrom},
    path::{Path, PathBuf},
};

use super::{lock::Lock, mode::Mode};
use crate::error::{Error, ErrorKind, Result};

/// What can be mapped: a path (`&str`, `String`, `&Path`, `PathBuf`, `&OsStr`, `OsString`, or a reference to one of
/// these), or an open [`File`] or `&File`.
///
/// An open file's position is left alone, and its length too, except that a shape past the end extends it in mode
/// `r+`. It may be closed while it is mapped.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither a path nor an open file",
    label = "cannot be mapped",
    note = "give a path as `&str`, `String`, `&Path` or `PathBuf`, or an open `File` or `&File`"
)]
pub trait Source: sealed::Sealed {}

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
    /// Open, and given to the map.
    File(File),
    /// Open, and lent: a duplicate of it, or what went wrong with that.
    Borrowed(io::Result<File>),
}

impl Origin {
    /// The path, made absolute.
    pub(super) fn path(&self) -> Option<PathBuf> {
        match self {
            // Only fails for an empty path, which is refused when it is opened.
            Self::Path(path) => Some(std::path::absolute(path).unwrap_or_else(|_| path.clone())),
            Self::File(_) | Self::Borrowed(_) => None,
        }
    }
}

macro_rules! paths {
    ($($path:ty),*) => {$(
        impl Source for $path {}

        impl sealed::Sealed for $path {
            fn into_origin(self) -> Origin {
                Origin::Path(PathBuf::from(self))
            }
        }
    )*};
}

paths!(&str, String, &String, &Path, PathBuf, &OsStr, OsString);

impl Source for &PathBuf {}
impl Source for &OsString {}
impl Source for File {}
impl Source for &File {}

impl sealed::Sealed for &OsString {
    fn into_origin(self) -> Origin {
        Origin::Path(PathBuf::from(self))
    }
}

impl sealed::Sealed for &PathBuf {
    fn into_origin(self) -> Origin {
        Origin::Path(self.clone())
    }
}

impl sealed::Sealed for File {
    fn into_origin(self) -> Origin {
        Origin::File(self)
    }
}

impl sealed::Sealed for &File {
    fn into_origin(self) -> Origin {
        Origin::Borrowed(self.try_clone())
    }
}

/// An open file with what is known about it.
pub(super) struct Opened {
    pub(super) file: File,
    /// Absolute; `None` for a file that was open already.
    pub(super) path: Option<PathBuf>,
    /// What this call made and has to remove if it fails: the file, or the target of a link to none.
    pub(super) made: Option<PathBuf>,
    is_borrowed: bool,
}

impl Opened {
    /// Opens an existing file for a mode. Nothing about it changes.
    pub(super) fn existing(origin: Origin, mode: Mode) -> Result<Self> {
        let write = mode == Mode::ReadWrite;
        Self::open(origin, |path| {
            let file = OpenOptions::new().read(true).write(write).open(path);
            file.map(|file| (file, None)).map_err(|error| {
                let hint = match error.kind() {
                    io::ErrorKind::NotFound => "; check the path, or make the file with a shape and create",
                    io::ErrorKind::PermissionDenied if write => "; modes r and c need no permission to write",
                    io::ErrorKind::PermissionDenied => "; every mode needs permission to read it",
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
                Ok(file) => Ok((file, Some(path.to_path_buf()))),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists && !only_new => {
                    // `create` is for a link whose target does not exist yet.
                    let is_new =
                        fs::metadata(path).is_err_and(|error| error.kind() == io::ErrorKind::NotFound);
                    let file = options.create(true).truncate(false).open(path).map_err(|error| {
                        Error::io("cannot open the file to overwrite it (mode w+ needs permission to read and write)", error)
                    })?;
                    let made = if is_new { fs::canonicalize(path).ok() } else { None };
                    Ok((file, made))
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                    let what = "cannot make the file; remove it, or call create to overwrite it";
                    Err(Error::io(what, error))
                }
                Err(error) => {
                    let hint = match error.kind() {
                        io::ErrorKind::NotFound => "; make its directory first",
                        io::ErrorKind::PermissionDenied => "; its directory needs permission to write",
                        _ => "",
                    };
                    Err(Error::io(format!("cannot make the file{hint}"), error))
                }
            }
        })
    }

    fn open(origin: Origin, open: impl FnOnce(&Path) -> Result<(File, Option<PathBuf>)>) -> Result<Self> {
        let lent = |error| Error::io("cannot duplicate the open file", error);
        let opened = match origin {
            Origin::File(file) => Self { file, path: None, made: None, is_borrowed: false },
            Origin::Borrowed(file) => {
                Self { file: file.map_err(lent)?, path: None, made: None, is_borrowed: true }
            }
            Origin::Path(given) if given.as_os_str().is_empty() => {
                let error = io::Error::from(io::ErrorKind::NotFound);
                return Err(Error::io("the path is empty; give that of a file", error));
            }
            Origin::Path(ref given) => {
                let path = origin.path().unwrap_or_default();
                let opened = match fs::metadata(given) {
                    Ok(metadata) => refuse_unmappable(&metadata).and_then(|()| open(given)),
                    Err(_) => open(given),
                };
                let (file, made) = opened.map_err(|error| error.with_path(Some(&path)))?;
                Self { file, path: Some(path), made, is_borrowed: false }
            }
        };
        let checked = opened.metadata().and_then(|metadata| refuse_unmappable(&metadata));
        checked.map_err(|error| error.with_path(opened.path.as_deref()))?;
        Ok(opened)
    }

    fn metadata(&self) -> Result<fs::Metadata> {
        self.file.metadata().map_err(|error| Error::io("cannot read the file's size", error))
    }

    /// Takes a lock, which goes when the file is closed.
    pub(super) fn lock(&self, lock: Lock) -> Result<()> {
        lock.take(&self.file, self.is_borrowed)
    }

    /// Whether it is a file, and not a device.
    pub(super) fn is_regular(&self) -> Result<bool> {
        self.metadata().map(|metadata| metadata.is_file())
    }

    /// Bytes in the file now; `None` for a device without an end. To be asked once the file is locked.
    pub(super) fn len(&self) -> Result<Option<u64>> {
        let metadata = self.metadata()?;
        if metadata.is_file() {
            return Ok(Some(metadata.len()));
        }
        if !is_block_device(&metadata) {
            return Ok(None);
        }
        let mut file = &self.file;
        let end = file.stream_position().and_then(|position| {
            let end = file.seek(SeekFrom::End(0))?;
            file.seek(SeekFrom::Start(position))?;
            Ok(end)
        });
        end.map(Some).map_err(|error| Error::io("cannot read the device's size", error))
    }
}

/// Opening a directory succeeds and opening a pipe waits for its other end, so both are refused by what they are.
fn refuse_unmappable(metadata: &fs::Metadata) -> Result<()> {
    if metadata.is_dir() {
        let error = io::Error::from(io::ErrorKind::IsADirectory);
        return Err(Error::io("expected a file of records; give the path of a file in it", error));
    }
    if is_stream(metadata) {
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

#[cfg(unix)]
fn is_block_device(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::FileTypeExt;
    metadata.file_type().is_block_device()
}

#[cfg(not(unix))]
fn is_stream(_: &fs::Metadata) -> bool {
    false
}

#[cfg(not(unix))]
fn is_block_device(_: &fs::Metadata) -> bool {
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
