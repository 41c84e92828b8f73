//! Room on the disk: so that a full disk is an error when a file is made and not a fault when it is written.
#![allow(unsafe_code, reason = "fallocate and fstatvfs have no safe form in the standard library")]

use std::{fs::File, io};

/// Makes the file `len` bytes long with all of them reserved on the disk, keeping what it holds. Where the file system
/// cannot reserve, only the length is set.
///
/// On failure the file has the length it had.
pub(crate) fn reserve(file: &File, len: u64) -> io::Result<()> {
    let before = file.metadata()?.len();
    let done = imp::reserve(file, len).and_then(|reserved| {
        let now = file.metadata()?.len();
        if !reserved || now < len { file.set_len(len.max(now)) } else { Ok(()) }
    });
    if done.is_err() {
        // The first error is the one to report.
        let _ = file.set_len(before);
    }
    done
}

/// Makes the first `len` bytes zero and keeps them reserved.
pub(crate) fn zero(file: &File, len: u64) -> io::Result<()> {
    if len == 0 || imp::zero(file, len) {
        return Ok(());
    }
    let zeros = vec![0; 1 << 20];
    let mut at = 0;
    while at < len {
        let rest = usize::try_from(len - at).unwrap_or(usize::MAX).min(zeros.len());
        at += write_at(file, &zeros[..rest], at)? as u64;
    }
    Ok(())
}

#[cfg(unix)]
fn write_at(file: &File, bytes: &[u8], at: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::write_at(file, bytes, at)
}

#[cfg(windows)]
fn write_at(file: &File, bytes: &[u8], at: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_write(file, bytes, at)
}

#[cfg(any(target_os = "linux", target_os = "android"))]
mod imp {
    use std::{
        fs::File,
        io,
        mem::MaybeUninit,
        os::{fd::AsRawFd, unix::fs::MetadataExt},
    };

    /// Whether the file system reserved the space; `false` if it cannot.
    pub(super) fn reserve(file: &File, len: u64) -> io::Result<bool> {
        // A reservation that cannot succeed would first fill the disk for everyone else.
        let missing = len.saturating_sub(file.metadata()?.blocks().saturating_mul(512));
        if let Some(free) = free_bytes(file)
            && missing > free
        {
            let message = format!("{missing} more bytes are needed, and the disk has {free} free");
            return Err(io::Error::new(io::ErrorKind::StorageFull, message));
        }
        loop {
            return match fallocate(file, 0, len) {
                Ok(()) => Ok(true),
                Err(error) => match error.raw_os_error() {
                    Some(libc::EINTR) => continue,
                    Some(libc::EOPNOTSUPP | libc::ENOSYS) => Ok(false),
                    _ => Err(error),
                },
            };
        }
    }

    /// Whether the file system could do it without writing.
    pub(super) fn zero(file: &File, len: u64) -> bool {
        fallocate(file, libc::FALLOC_FL_ZERO_RANGE | libc::FALLOC_FL_KEEP_SIZE, len).is_ok()
    }

    fn fallocate(file: &File, mode: libc::c_int, len: u64) -> io::Result<()> {
        let len = i64::try_from(len).map_err(|_| io::Error::from(io::ErrorKind::FileTooLarge))?;
        if len == 0 {
            return Ok(());
        }
        // SAFETY: the descriptor is that of an open file; the call reads and writes no memory of this process.
        let failed = unsafe { libc::fallocate64(file.as_raw_fd(), mode, 0, len) } != 0;
        if failed { Err(io::Error::last_os_error()) } else { Ok(()) }
    }

    fn free_bytes(file: &File) -> Option<u64> {
        let mut stat = MaybeUninit::<libc::statvfs64>::zeroed();
        // SAFETY: the descriptor is that of an open file, and `stat` has room for what the call writes.
        let failed = unsafe { libc::fstatvfs64(file.as_raw_fd(), stat.as_mut_ptr()) } != 0;
        if failed {
            return None;
        }
        // SAFETY: the call has filled it in, and all zeros would be valid too.
        let stat = unsafe { stat.assume_init() };
        Some(stat.f_bavail.saturating_mul(stat.f_frsize))
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
mod imp {
    use std::{fs::File, io};

    pub(super) fn reserve(_: &File, _: u64) -> io::Result<bool> {
        Ok(false)
    }

    pub(super) fn zero(_: &File, _: u64) -> bool {
        false
    }
}
