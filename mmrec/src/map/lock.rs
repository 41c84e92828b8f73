//! Advisory locks, held by the open file as long as it is mapped.

use std::fs::{File, TryLockError};

use crate::error::{Error, ErrorKind, Result};

/// An advisory lock on the file, held while it is mapped.
///
/// Only programs that ask for locks heed them. A lock belongs to an open file, so a map takes one only on a file that is
/// its own: opened from a path, or given up to it. To lock a `&File`, call [`File::try_lock`] on it.
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
    /// Takes the lock; closing the file lets go of it. Does not wait.
    pub(super) fn take(self, file: &File, is_borrowed: bool) -> Result<()> {
        let (taken, wanted) = match self {
            Self::None => return Ok(()),
            _ if is_borrowed => {
                let message = "a lock would be shared with the open file that was lent, and not be the map's; lock that \
                               file, or give the map a path or the file itself";
                return Err(Error::new(ErrorKind::Unsupported, message));
            }
            Self::Shared => (file.try_lock_shared(), "a shared"),
            Self::Exclusive => (file.try_lock(), "an exclusive"),
        };
        match taken {
            Ok(()) => Ok(()),
            Err(TryLockError::WouldBlock) => {
                let message = format!(
                    "cannot take {wanted} lock: another process or map holds a lock on the file; close it there, or try later"
                );
                Err(Error::new(ErrorKind::Locked, message))
            }
            Err(TryLockError::Error(error)) => Err(Error::io("cannot lock the file", error)),
        }
    }
}
