//! Where a map comes from: a path, which is opened, or a file that is open already.

use std::{
    ffi::{OsStr, OsString},
    fs::{self, File, OpenOptions, TryLockError},
    io,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use super::{lock::Lock, mode::Mode, reserve};
use crate::error::{Error, ErrorKind, Result};

/// What can be mapped: a path (`&str`, `String`, `&Path`, `PathBuf`, `&OsStr`, `OsString`, or a reference to one of
/// these), or an open [`File`] or `&File`.
///
/// An open file's position is left alone, except on Windows, and for a block device on other systems than Linux and
/// Android. Its length is too, except that a shape past the end extends it in mode `r+`, and that mode `w+` overwrites
/// it. It may be closed while it is mapped.
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
    made: Made,
    /// Whether another has taken the file that this call made.
    is_taken: bool,
    is_borrowed: bool,
}

/// What a call made, and has to remove if it fails.
enum Made {
    /// Nothing: the file is older.
    Nothing,
    /// A file without a name, which goes when it is closed.
    Unnamed,
    /// The file of this name: the one asked for, or the target of a link to none.
    Named(PathBuf),
}

impl Opened {
    /// Opens an existing file for a mode. Nothing about it changes.
    pub(super) fn existing(origin: Origin, mode: Mode) -> Result<Self> {
        let write = mode == Mode::ReadWrite;
        Self::open(origin, |path| {
            let file = OpenOptions::new().read(true).write(write).open(path);
            file.map(|file| (file, Made::Nothing)).map_err(|error| {
                let hint = match error.kind() {
                    io::ErrorKind::NotFound => "; check the path, or make the file with a shape and create",
                    io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem if write => {
                        "; modes r and c need no permission to write"
                    }
                    io::ErrorKind::PermissionDenied => "; every mode needs permission to read it",
                    _ => "",
                };
                Error::io(format!("cannot open the file in mode {mode}{hint}"), error)
            })
        })
    }

    /// Opens a file to be overwritten, or makes it. What an old file holds stays for now.
    ///
    /// A new file has no name yet where it is `to_be_named` and the system can do that, so that nobody sees it before it
    /// is whole, and nothing has to be removed if that fails.
    pub(super) fn created(origin: Origin, only_new: bool, to_be_named: bool) -> Result<Self> {
        Self::open(origin, |path| {
            let mut options = OpenOptions::new();
            options.read(true).write(true);
            let is_missing = |error: &io::Error| error.kind() == io::ErrorKind::NotFound;
            let old = |error| {
                let what =
                    "cannot open the file to overwrite it (mode w+ needs permission to read and write)";
                Error::io(what, error)
            };
            let absolute = std::path::absolute(path).unwrap_or_default();
            // Another round if others make the file, or remove it, between two of these calls.
            for _ in 0..10_000 {
                if !only_new {
                    match options.open(path) {
                        Err(error) if is_missing(&error) => {}
                        opened => return opened.map(|file| (file, Made::Nothing)).map_err(old),
                    }
                }
                let named = fs::symlink_metadata(path);
                match &named {
                    Err(error) if to_be_named && is_missing(error) => {
                        if let Some(file) = absolute.parent().and_then(reserve::unnamed) {
                            return Ok((file, Made::Unnamed));
                        }
                    }
                    // The target of a link to none. Nobody else is likely to make it in this very moment.
                    Ok(link) if !only_new && link.is_symlink() => {
                        let file = options.clone().create(true).truncate(false).open(path).map_err(old)?;
                        return Ok((file, fs::canonicalize(path).map_or(Made::Nothing, Made::Named)));
                    }
                    Ok(_) if !only_new => continue,
                    _ => {}
                }
                match options.clone().create_new(true).open(path) {
                    Ok(file) => return Ok((file, Made::Named(absolute))),
                    Err(error) if error.kind() == io::ErrorKind::AlreadyExists && !only_new => {}
                    Err(error) => {
                        let hint = match error.kind() {
                            io::ErrorKind::AlreadyExists => {
                                "; remove it or give another path, or overwrite it with create"
                            }
                            io::ErrorKind::NotFound => "; make its directory first",
                            io::ErrorKind::PermissionDenied => "; its directory needs permission to write",
                            io::ErrorKind::ReadOnlyFilesystem => "; give a path on another file system",
                            _ => "",
                        };
                        return Err(Error::io(format!("cannot make the file{hint}"), error));
                    }
                }
            }
            Err(old(io::ErrorKind::NotFound.into()))
        })
    }

    /// Gives a new file its name, if it has none yet. Fails if another file has it by now.
    pub(super) fn give_name(&self) -> io::Result<()> {
        match (&self.made, &self.path) {
            (Made::Unnamed, Some(path)) => reserve::give_name(&self.file, path),
            _ => Ok(()),
        }
    }

    fn open(origin: Origin, open: impl FnOnce(&Path) -> Result<(File, Made)>) -> Result<Self> {
        let lent = |error| Error::io("cannot duplicate the open file", error);
        let opened = match origin {
            Origin::File(file) => {
                Self { file, path: None, made: Made::Nothing, is_taken: false, is_borrowed: false }
            }
            Origin::Borrowed(file) => Self {
                file: file.map_err(lent)?,
                path: None,
                made: Made::Nothing,
                is_taken: false,
                is_borrowed: true,
            },
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
                Self { file, path: Some(path), made, is_taken: false, is_borrowed: false }
            }
        };
        let checked = opened.metadata().and_then(|metadata| refuse_unmappable(&metadata));
        checked.map_err(|error| error.with_path(opened.path.as_deref()))?;
        Ok(opened)
    }

    /// Keeps others from taking the file that this call made at its name for one that its maker has left empty, until
    /// [`let_others`](Self::let_others) is called: they take it under an exclusive lock, with which this shared one does not go, while it
    /// goes with those of readers. `false` if another has taken it already. On Windows a lock would refuse reading, and there is none.
    pub(super) fn keep_from_others(&mut self, lock: Lock) -> bool {
        if !self.is_kept_by_lock(lock) {
            return true;
        }
        // Who looks whether it is empty may hold a lock for that moment.
        for _ in 0..50 {
            match self.file.try_lock_shared() {
                Err(TryLockError::WouldBlock) => {}
                // Where there are no locks, nobody takes it under one.
                Ok(()) | Err(TryLockError::Error(_)) => return true,
            }
            if self.file.metadata().is_ok_and(|found| found.len() > 0) {
                break;
            }
            thread::sleep(Duration::from_millis(1));
        }
        self.is_taken = true;
        false
    }

    /// Lets go of the lock by which the file was kept from others.
    pub(super) fn let_others(&self, lock: Lock) {
        if self.is_kept_by_lock(lock) {
            // Where it cannot be let go of, there is none.
            let _ = self.file.unlock();
        }
    }

    fn is_kept_by_lock(&self, lock: Lock) -> bool {
        cfg!(unix) && lock == Lock::None && !self.is_taken && matches!(self.made, Made::Named(_))
    }

    /// The directory of a file that this call made.
    pub(super) fn made_in(&self) -> Option<PathBuf> {
        let made = match &self.made {
            Made::Nothing => None,
            Made::Unnamed => self.path.as_deref(),
            Made::Named(name) => Some(name.as_path()),
        };
        made.and_then(Path::parent).map(Path::to_path_buf)
    }

    /// Removes the file if this call made it and nobody else has taken it for his own: locked it, written to it, or
    /// put another in its place. Who asks for an exclusive lock cannot take it meanwhile, where there are locks.
    pub(super) fn unmake(&self) {
        if !self.is_taken
            && let Made::Named(made) = &self.made
            && let (Ok(own), Ok(named)) = (self.file.metadata(), fs::symlink_metadata(made))
            && named.len() == 0
            && is_same(&own, &named)
        {
            // The error to report is why the file could not be made.
            let _ = fs::remove_file(made);
        }
    }

    /// Removes the file if this call made it and nobody has put another in its place.
    pub(super) fn remove(&self) {
        if !self.is_taken
            && let Made::Named(made) = &self.made
            && let (Ok(own), Ok(named)) = (self.file.metadata(), fs::symlink_metadata(made))
            && is_same(&own, &named)
        {
            // The error to report is why the file could not be filled.
            let _ = fs::remove_file(made);
        }
    }

    fn metadata(&self) -> Result<fs::Metadata> {
        self.file.metadata().map_err(|error| Error::io("cannot read the file's size", error))
    }

    /// Takes a lock, within this time from `start` on; it goes when the file is closed.
    pub(super) fn lock(&self, lock: Lock, timeout: Duration, start: Instant) -> Result<()> {
        lock.take(&self.file, self.is_borrowed, timeout, start)
    }

    /// Whether the file still has the name by which it was opened or made; so if it never had one.
    pub(super) fn has_its_name(&self) -> bool {
        let named = match (&self.made, &self.path) {
            (Made::Nothing, Some(path)) => fs::metadata(path),
            (Made::Named(name), _) => fs::symlink_metadata(name),
            (Made::Nothing, None) | (Made::Unnamed, _) => return true,
        };
        matches!((self.file.metadata(), named), (Ok(own), Ok(named)) if is_same(&own, &named))
    }

    /// Whether it is a file, and not a device.
    pub(super) fn is_regular(&self) -> Result<bool> {
        self.metadata().map(|metadata| metadata.is_file())
    }

    /// Bytes in the file now; `None` for a device without an end. To be asked once the file is locked.
    pub(super) fn len(&self) -> Result<Option<u64>> {
        let metadata = self.metadata()?;
        if metadata.is_file() {
            let len = metadata.len();
            return if len == 0 { self.len_of_empty().map(Some) } else { Ok(Some(len)) };
        }
        if !is_block_device(&metadata) {
            return Ok(None);
        }
        reserve::device_len(&self.file)
            .map(Some)
            .map_err(|error| Error::io("cannot read the device's size", error))
    }

    /// The length of a file that said it has no bytes. Those of the kernel, as in /proc, say so whatever can be read from them.
    fn len_of_empty(&self) -> Result<u64> {
        let made_up = || {
            let message = "the file says that it has no bytes, and makes them up when it is read, as those of the kernel do; \
                           there is nothing to map: copy it to a file";
            Err(Error::new(ErrorKind::Unsupported, message))
        };
        // Reading some of them waits, so they are not even asked.
        if reserve::is_of_proc(&self.file) {
            return made_up();
        }
        match read_at(&self.file, &mut [0], 0) {
            // Others may have written to it meanwhile.
            Ok(1) => match self.metadata()?.len() {
                0 => made_up(),
                len => Ok(len),
            },
            // One that cannot be read, whatever for, says so when it is mapped.
            _ => Ok(0),
        }
    }

    /// An error for /dev/zero, mapped to be written from a later page on than the first: Linux makes memory for it as long as
    /// the mapping, and looks for pages behind its end.
    #[cfg(unix)]
    pub(super) fn refuse_late_zeros(&self, offset: u64) -> Result<()> {
        if offset >= reserve::page_size() as u64 && reserve::is_dev_zero(&self.file) {
            let message =
                "mapped to be written, /dev/zero has zeros in its first page alone; leave out .offset()";
            return Err(Error::new(ErrorKind::Unsupported, message));
        }
        Ok(())
    }

    #[cfg(not(unix))]
    #[allow(clippy::unnecessary_wraps, clippy::unused_self, reason = "there is no such device")]
    pub(super) fn refuse_late_zeros(&self, _: u64) -> Result<()> {
        Ok(())
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

#[cfg(unix)]
pub(super) fn is_same(a: &fs::Metadata, b: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (a.dev(), a.ino()) == (b.dev(), b.ino())
}

#[cfg(not(unix))]
pub(super) fn is_same(_: &fs::Metadata, _: &fs::Metadata) -> bool {
    true
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
///
/// An error is none of the answers: taken for a no, it would let a header be mapped as records.
pub(super) fn starts_as_npy(file: &File) -> Result<bool> {
    let mut start = [0; 6];
    match read_at(file, &mut start, 0) {
        Ok(read) => Ok(start[..read] == *b"\x93NUMPY"),
        Err(error) => {
            let what = "cannot read how the file begins, to tell records from a .npy file; \
                        every mode reads it: open a File with .read(true)";
            Err(Error::io(what, error))
        }
    }
}

/// Whether the file begins with these bytes, for a hint.
pub(super) fn starts_with(file: &File, bytes: &[u8; 4]) -> bool {
    let mut start = [0; 4];
    read_at(file, &mut start, 0).is_ok() && start == *bytes
}

/// Reads bytes from a place in a file: all that are asked for, or as many as there are.
pub(super) fn read_at(file: &File, bytes: &mut [u8], at: u64) -> io::Result<usize> {
    let mut done = 0;
    while done < bytes.len() {
        match read_some_at(file, &mut bytes[done..], at.saturating_add(done as u64)) {
            Ok(0) => break,
            Ok(read) => done += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(done)
}

#[cfg(unix)]
fn read_some_at(file: &File, bytes: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, bytes, at)
}

#[cfg(windows)]
fn read_some_at(file: &File, bytes: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, bytes, at)
}
