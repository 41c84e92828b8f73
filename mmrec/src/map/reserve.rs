//! Sizes of files: extending them with room on the disk, so that a full disk is an error when a file is made and not a
//! fault when it is written; zeroing what they held; making them out of sight; and asking devices for theirs.
//! And, for it is a system call too, of which file system they are.
//!
//! Others may extend the same file at the same time, so a file is never shortened to be extended where the file system
//! has a call that does not (`fallocate`). To overwrite one is to cut it where it shall end.
#![allow(unsafe_code, reason = "these system calls have no safe form in the standard library")]

use std::{fs::File, io, ops::Range, path::Path};

/// What of a file that is made longer gets space on the disk, where the file system can reserve it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Space {
    /// Nothing: it may have holes.
    None,
    /// The bytes behind its end.
    Added,
    /// All of it, holes that it has already too.
    Whole,
}

impl Space {
    /// The bytes to reserve in a file that is to have at least `len`.
    fn of(self, file: &File, len: u64) -> io::Result<Range<u64>> {
        Ok(match self {
            Self::None => len..len,
            Self::Added => file.metadata()?.len().min(len)..len,
            Self::Whole => 0..len,
        })
    }
}

/// Whether the disk has room for what [`extend`] would reserve: an error if not. Nothing changes.
pub(crate) fn check_room(file: &File, len: u64, space: Space) -> io::Result<()> {
    imp::check_room(file, space.of(file, len)?)
}

/// What [`extend`] has done.
#[derive(Clone, Debug)]
pub(crate) struct Extended {
    /// The length that the file had, if it was made longer.
    pub(crate) from: Option<u64>,
    /// The bytes that were to have space on the disk and have been given none, for the file system has no call for it.
    pub(crate) without_space: Range<u64>,
}

/// Makes the file `len` bytes long if it is shorter. Space is reserved first.
///
/// On failure the file has the length it had; some of the space may stay reserved.
pub(crate) fn extend(file: &File, len: u64, space: Space) -> io::Result<Extended> {
    let wanted = space.of(file, len)?;
    let without_space = if imp::reserve(file, wanted.clone())? { 0..0 } else { wanted };
    let before = file.metadata()?.len();
    if before >= len {
        return Ok(Extended { from: None, without_space });
    }
    if !imp::extend(file, len)? {
        // Not atomic: a file that someone else has made longer since would be cut. There is no other way here.
        file.set_len(len)?;
    }
    Ok(Extended { from: Some(before), without_space })
}

/// Takes back an extension from `before` to `len` bytes, unless someone else has changed the length since.
pub(crate) fn cut_back(file: &File, before: u64, len: u64) {
    if file.metadata().is_ok_and(|metadata| metadata.len() == len) {
        // The caller has a better error to report than that this failed.
        let _ = file.set_len(before);
    }
}

/// Cuts a file that is longer there.
pub(crate) fn cut(file: &File, end: u64) -> io::Result<()> {
    if file.metadata()?.len() > end { file.set_len(end) } else { Ok(()) }
}

/// Cuts a file that is at least so long where a range ends, and makes everything zero in the range; it was `grown_from` bytes long
/// when it was extended, if it was: as holes if it is to be sparse, and else reserved.
pub(crate) fn overwrite(
    file: &File,
    range: Range<u64>,
    grown_from: Option<u64>,
    sparse: bool,
) -> io::Result<()> {
    cut(file, range.end)?;
    zero(file, range.start..end_of_page(grown_from.unwrap_or(range.end)).min(range.end), sparse)
}

/// Makes what lies behind the end of a file zero, before it is extended: what other maps wrote into the
/// rest of its last page, which some file systems (tmpfs) would show.
///
/// Overwrites what others append at the same time.
#[cfg(unix)]
pub(crate) fn clear_rest_of_page(file: &File) {
    let Ok(len) = file.metadata().map(|found| found.len()) else { return };
    // As a hole whatever the rest will be, for anything else would make the file longer. Only Linux has been seen to
    // need it.
    imp::zero(file, len..end_of_page(len), true);
}

/// Where the page ends that holds the last of `len` bytes. No system's pages are known to be larger.
fn end_of_page(len: u64) -> u64 {
    len.checked_next_multiple_of(64 << 10).unwrap_or(len)
}

/// Whether a call that touches pages has met one that would have been a fault of a program that touches it.
#[cfg(target_os = "linux")]
pub(crate) fn is_fault(error: &io::Error) -> bool {
    error.raw_os_error() == Some(libc::EFAULT)
}

/// Makes a range of bytes zero: as a hole if the file is to be sparse, and else reserved.
pub(crate) fn zero(file: &File, range: Range<u64>, sparse: bool) -> io::Result<()> {
    if range.is_empty() || imp::zero(file, range.clone(), sparse) {
        return Ok(());
    }
    let zeros = vec![0; 1 << 20];
    let mut at = range.start;
    while at < range.end {
        let rest = usize::try_from(range.end - at).unwrap_or(usize::MAX).min(zeros.len());
        write_at(file, &zeros[..rest], at)?;
        at += rest as u64;
    }
    Ok(())
}

/// Writes all bytes to a place in a file.
#[cfg(unix)]
pub(crate) fn write_at(file: &File, bytes: &[u8], at: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, at)
}

#[cfg(windows)]
pub(crate) fn write_at(file: &File, mut bytes: &[u8], mut at: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        match std::os::windows::fs::FileExt::seek_write(file, bytes, at)? {
            0 => return Err(io::ErrorKind::WriteZero.into()),
            written => {
                bytes = &bytes[written..];
                at += written as u64;
            }
        }
    }
    Ok(())
}

/// A new file without a name, in this directory; `None` if the system makes none there.
pub(crate) fn unnamed(directory: &Path) -> Option<File> {
    imp::unnamed(directory).ok()
}

/// Gives a file without a name this one; fails if there is something of that name.
pub(crate) fn give_name(file: &File, name: &Path) -> io::Result<()> {
    imp::give_name(file, name)
}

/// The bytes of a block device. Moves the position of the file, there and back, where the system has no better way.
pub(crate) fn device_len(file: &File) -> io::Result<u64> {
    imp::device_len(file)
}

/// Whether the file was opened for appending, so that writes go to its end wherever they are meant for.
#[cfg(unix)]
pub(crate) fn appends(file: &File) -> bool {
    use std::os::fd::AsRawFd;
    // SAFETY: the descriptor is that of an open file; the call reads and writes no memory of this process.
    let flags = unsafe { libc::fcntl(file.as_raw_fd(), libc::F_GETFL) };
    flags != -1 && flags & libc::O_APPEND != 0
}

#[cfg(not(unix))]
pub(crate) fn appends(_: &File) -> bool {
    false
}

/// Whether it is a file, and not a device, of a file system that is part of the kernel and that has seals or fs-verity,
/// so that what it says of them is the kernel's word.
pub(crate) fn is_of_kernel_file_system(file: &File) -> io::Result<bool> {
    Ok(file.metadata()?.is_file() && imp::is_of_kernel_file_system(file)?)
}

/// Whether the file is one of /proc.
pub(crate) fn is_of_proc(file: &File) -> bool {
    imp::is_of_proc(file)
}

/// Whether it is Linux's device of zeros.
pub(crate) fn is_dev_zero(file: &File) -> bool {
    imp::is_dev_zero(file)
}

/// Bytes in a page of memory, a power of two.
#[cfg(unix)]
pub(crate) fn page_size() -> usize {
    // SAFETY: the call takes a number and gives one.
    let size = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    usize::try_from(size).unwrap_or(4096)
}

#[cfg(any(target_os = "linux", target_os = "android"))]
mod imp {
    use std::{
        ffi::CString,
        fs::{File, OpenOptions},
        io,
        mem::MaybeUninit,
        ops::Range,
        os::{
            fd::AsRawFd,
            unix::{
                ffi::OsStrExt,
                fs::{MetadataExt, OpenOptionsExt},
            },
        },
        path::Path,
    };

    /// A reservation that cannot succeed would first fill the disk for everyone else.
    pub(super) fn check_room(file: &File, range: Range<u64>) -> io::Result<()> {
        if range.is_empty() {
            return Ok(());
        }
        let allocated = file.metadata()?.blocks().saturating_mul(512);
        let missing = range.end.saturating_sub(allocated).min(range.end - range.start);
        if let Some(free) = free_bytes(file)
            && missing > free
        {
            let message = format!("{missing} more bytes are needed, and the disk has {free} free");
            return Err(io::Error::new(io::ErrorKind::StorageFull, message));
        }
        Ok(())
    }

    /// Reserves a range of bytes; `false` if the file system cannot. The file's length stays as it is.
    pub(super) fn reserve(file: &File, range: Range<u64>) -> io::Result<bool> {
        fallocate(file, libc::FALLOC_FL_KEEP_SIZE, range)
    }

    /// Extends a shorter file to `len` bytes in one step that never shortens it; `false` if the file system cannot.
    pub(super) fn extend(file: &File, len: u64) -> io::Result<bool> {
        fallocate(file, 0, len - 1..len)
    }

    /// Zeroes without writing; `false` if the file system cannot.
    pub(super) fn zero(file: &File, range: Range<u64>, sparse: bool) -> bool {
        let how = if sparse { libc::FALLOC_FL_PUNCH_HOLE } else { libc::FALLOC_FL_ZERO_RANGE };
        fallocate(file, how | libc::FALLOC_FL_KEEP_SIZE, range).unwrap_or(false)
    }

    pub(super) fn device_len(file: &File) -> io::Result<u64> {
        /// `BLKGETSIZE64`, which names a `size_t` and means 64 bits.
        const LEN: libc::Ioctl = libc::_IOR::<usize>(0x12, 114);
        let mut len = 0_u64;
        // SAFETY: the descriptor is that of an open file, and `len` has room for the 64 bits that the call writes.
        match unsafe { libc::ioctl(file.as_raw_fd(), LEN, &raw mut len) } {
            0 => Ok(len),
            _ => Err(io::Error::last_os_error()),
        }
    }

    pub(super) fn unnamed(directory: &Path) -> io::Result<File> {
        OpenOptions::new().read(true).write(true).custom_flags(libc::O_TMPFILE).open(directory)
    }

    pub(super) fn give_name(file: &File, name: &Path) -> io::Result<()> {
        let from = CString::new(format!("/proc/self/fd/{}", file.as_raw_fd()))?;
        let to = CString::new(name.as_os_str().as_bytes())?;
        let (here, follow) = (libc::AT_FDCWD, libc::AT_SYMLINK_FOLLOW);
        // SAFETY: both texts end in a zero byte and outlive the call, which reads them and no other memory.
        match unsafe { libc::linkat(here, from.as_ptr(), here, to.as_ptr(), follow) } {
            0 => Ok(()),
            _ => Err(io::Error::last_os_error()),
        }
    }

    /// `false` if the file system cannot do it.
    fn fallocate(file: &File, mode: libc::c_int, range: Range<u64>) -> io::Result<bool> {
        if range.is_empty() {
            return Ok(true);
        }
        let signed = |value| i64::try_from(value).map_err(|_| io::Error::from(io::ErrorKind::FileTooLarge));
        let (from, len) = (signed(range.start)?, signed(range.end - range.start)?);
        loop {
            // SAFETY: the descriptor is that of an open file; the call reads and writes no memory of this process.
            if unsafe { libc::fallocate64(file.as_raw_fd(), mode, from, len) } == 0 {
                return Ok(true);
            }
            let error = io::Error::last_os_error();
            match error.raw_os_error() {
                Some(libc::EINTR) => {}
                Some(libc::EOPNOTSUPP | libc::ENOSYS) => return Ok(false),
                _ => return Err(error),
            }
        }
    }

    /// `None` if it is not known, or not limited, as on a tmpfs without a size and a ramfs.
    #[allow(
        clippy::useless_conversion,
        clippy::unnecessary_cast,
        reason = "the fields are narrower on 32-bit systems"
    )]
    fn free_bytes(file: &File) -> Option<u64> {
        let mut stat = MaybeUninit::<libc::statvfs64>::zeroed();
        // SAFETY: the descriptor is that of an open file, and `stat` has room for what the call writes.
        let failed = unsafe { libc::fstatvfs64(file.as_raw_fd(), stat.as_mut_ptr()) } != 0;
        if failed {
            return None;
        }
        // SAFETY: the call has filled it in, and all zeros would be valid too.
        let stat = unsafe { stat.assume_init() };
        if stat.f_blocks == 0 {
            return None;
        }
        Some((stat.f_bavail as u64).saturating_mul(stat.f_frsize as u64))
    }

    #[allow(clippy::useless_conversion, reason = "the numbers are narrower on some systems")]
    pub(super) fn is_dev_zero(file: &File) -> bool {
        use std::os::unix::fs::FileTypeExt;
        file.metadata().is_ok_and(|found| {
            found.file_type().is_char_device() && found.rdev() == u64::from(libc::makedev(1, 5))
        })
    }

    #[allow(
        clippy::cast_sign_loss,
        clippy::unnecessary_cast,
        reason = "the number has 32 bits, in fields and constants of several types"
    )]
    pub(super) fn is_of_proc(file: &File) -> bool {
        file_system(file).is_ok_and(|found| found == libc::PROC_SUPER_MAGIC as u32)
    }

    #[allow(
        clippy::cast_sign_loss,
        clippy::unnecessary_cast,
        reason = "the number has 32 bits, in fields and constants of several types"
    )]
    pub(super) fn is_of_kernel_file_system(file: &File) -> io::Result<bool> {
        // Sealed memory files are on tmpfs. A file system in user space is never one of these, whatever it says.
        const KNOWN: [u32; 4] = [
            libc::TMPFS_MAGIC as u32,
            libc::EXT4_SUPER_MAGIC as u32,
            libc::F2FS_SUPER_MAGIC as u32,
            libc::BTRFS_SUPER_MAGIC as u32,
        ];
        file_system(file).map(|found| KNOWN.contains(&found))
    }

    /// The number of the kind of file system that a file is on.
    #[allow(
        clippy::cast_sign_loss,
        clippy::cast_possible_truncation,
        clippy::unnecessary_cast,
        reason = "the number has 32 bits, in fields of several types"
    )]
    fn file_system(file: &File) -> io::Result<u32> {
        let mut stat = MaybeUninit::<libc::statfs64>::zeroed();
        // SAFETY: the descriptor is that of an open file, and `stat` has room for what the call writes.
        let failed = unsafe { libc::fstatfs64(file.as_raw_fd(), stat.as_mut_ptr()) } != 0;
        if failed {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the call has filled it in, and all zeros would be valid too.
        let stat = unsafe { stat.assume_init() };
        Ok(stat.f_type as u32)
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
mod imp {
    use std::{
        fs::File,
        io::{self, Seek, SeekFrom},
        ops::Range,
        path::Path,
    };

    pub(super) fn device_len(mut file: &File) -> io::Result<u64> {
        let position = file.stream_position()?;
        let end = file.seek(SeekFrom::End(0))?;
        file.seek(SeekFrom::Start(position))?;
        Ok(end)
    }

    pub(super) fn unnamed(_: &Path) -> io::Result<File> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(super) fn give_name(_: &File, _: &Path) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(super) fn check_room(_: &File, _: Range<u64>) -> io::Result<()> {
        Ok(())
    }

    pub(super) fn reserve(_: &File, _: Range<u64>) -> io::Result<bool> {
        Ok(false)
    }

    pub(super) fn extend(_: &File, _: u64) -> io::Result<bool> {
        Ok(false)
    }

    pub(super) fn zero(_: &File, _: Range<u64>, _: bool) -> bool {
        false
    }

    pub(super) fn is_of_proc(_: &File) -> bool {
        false
    }

    pub(super) fn is_dev_zero(_: &File) -> bool {
        false
    }

    /// FreeBSD has sealed memory files and no fs-verity; the others have neither.
    #[allow(clippy::unnecessary_wraps, reason = "the other one asks the system")]
    pub(super) fn is_of_kernel_file_system(_: &File) -> io::Result<bool> {
        Ok(true)
    }
}
