//! Advisory locks, held by the open file as long as it is mapped.

use std::{
    fs::{File, TryLockError},
    thread,
    time::{Duration, Instant},
};

use crate::error::{Error, ErrorKind, Result};

/// An advisory lock on the file, held while it is mapped.
///
/// Only programs that ask for locks heed them; NumPy does not. They are those of the standard library, [`File::try_lock`]:
/// `flock` on Unix, which programs in other languages can take too. The lock is let go of when the map is dropped, and when
/// the process ends, however it ends.
///
/// A lock belongs to an open file, so a map takes one only on a file that is its own: opened from a path, or given up to
/// it. To lock a `&File`, call [`File::try_lock`] on it.
///
/// A program that is started by this one has a copy of every open file, and so of its lock, for the moment until it is running: a lock
/// that was let go of meanwhile may be found held for that long.
///
/// Where the file system makes no file without a name, a call that makes one holds a shared lock until it is whole, whatever lock was asked
/// for.
///
/// Where another holds a lock that is in the way, opening fails at once with [`ErrorKind::Locked`], or waits as long as
/// [`lock_timeout`] says: it asks again, up to twenty times a second, and there is no queue, so that a writer may wait for ever
/// where readers come and go. To stand in line, lock a [`File`] with [`File::lock`] and give it to the map. A lock is
/// held as long as the map: where a writer appends all day, let readers take none.
///
/// ```
/// use std::time::Duration;
///
/// use mmrec::{ErrorKind, Lock, RecordMap};
///
/// # let path = std::env::temp_dir().join(format!("mmrec-doc-lock-{}.bin", std::process::id()));
/// let writer = RecordMap::<u64>::options().lock(Lock::Exclusive).shape(3).create(&path)?;
/// let reader = RecordMap::<u64>::options().lock(Lock::Shared);
/// assert_eq!(reader.open(&path).unwrap_err().kind(), ErrorKind::Locked);
///
/// let other = std::thread::spawn(move || {
///     std::thread::sleep(Duration::from_millis(50));
///     drop(writer);
/// });
/// let reader = RecordMap::<u64>::options().lock(Lock::Shared).lock_timeout(Duration::from_secs(10)).open(&path)?;
/// # other.join().unwrap();
/// # drop(reader);
/// # std::fs::remove_file(path)?;
/// # Ok::<(), mmrec::Error>(())
/// ```
///
/// [`lock_timeout`]: crate::MapOptions::lock_timeout
///
/// NumPy has no locks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Lock {
    /// No lock.
    #[default]
    None,
    /// Others may hold shared locks, but not an exclusive one: for readers.
    Shared,
    /// Nobody else may hold a lock: for a writer.
    Exclusive,
}

impl Lock {
    /// Takes the lock, within this time from `start` on; closing the file lets go of it.
    pub(super) fn take(
        self,
        file: &File,
        is_borrowed: bool,
        timeout: Duration,
        start: Instant,
    ) -> Result<()> {
        let wanted = match self {
            Self::None => return Ok(()),
            Self::Shared => "a shared",
            Self::Exclusive => "an exclusive",
        };
        if is_borrowed {
            let message = "a lock would be shared with the open file that was lent, and not be the map's; lock that file, or \
                           give the map a path or the file itself";
            return Err(Error::new(ErrorKind::Unsupported, message));
        }
        // A time past what the clock can say is none.
        let deadline = start.checked_add(timeout);
        // The system has no call that waits for some time, so it is asked again: soon at first, and twenty times a second
        // in the end.
        let mut pause = Duration::from_millis(1);
        loop {
            match if self == Self::Shared { file.try_lock_shared() } else { file.try_lock() } {
                Ok(()) => return Ok(()),
                Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(error)) => return Err(Error::io("cannot lock the file", error)),
            }
            let left = deadline.map_or(pause, |deadline| deadline.saturating_duration_since(Instant::now()));
            if left.is_zero() {
                let (waited, hint) = match timeout.is_zero() {
                    true => (String::new(), "or wait with .lock_timeout()"),
                    false => (format!(" within {timeout:?}"), "or wait longer"),
                };
                let message = format!(
                    "cannot take {wanted} lock{waited}: another process or map holds a lock on the file; close it there, or \
                     try later, {hint}"
                );
                return Err(Error::new(ErrorKind::Locked, message));
            }
            thread::sleep(pause.min(left));
            pause = (pause * 2).min(Duration::from_millis(50));
        }
    }
}
