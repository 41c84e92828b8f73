//! Advisory locks, held by the open file as long as it is mapped.

use std::{
    fs::{File, TryLockError},
    ops::Deref,
};

use crate::error::{Error, ErrorKind, Result};

/// An advisory lock on the file, held while it is mapped.
///
/// Only programs that ask for locks heed them. NumPy has none.
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

/// An open file that lets go of its lock when it is dropped.
#[derive(Debug)]
pub(super) struct LockedFile {
    file: File,
    locked: bool,
}

impl LockedFile {
    pub(super) fn unlocked(file: File) -> Self {
        Self { file, locked: false }
    }

    pub(super) fn lock(&mut self, lock: Lock) -> Result<()> {
        let (taken, wanted) = match lock {
            Lock::None => return Ok(()),
            Lock::Shared => (self.file.try_lock_shared(), "a shared"),
            Lock::Exclusive => (self.file.try_lock(), "an exclusive"),
        };
        match taken {
            Ok(()) => {
                self.locked = true;
                Ok(())
            }
            Err(TryLockError::WouldBlock) => {
                let message = format!(
                    "cannot take {wanted} lock: another process or map holds a lock on the file; close it there, or try later"
                );
                Err(Error::new(ErrorKind::Locked, message))
            }
            Err(TryLockError::Error(error)) => Err(Error::io("cannot lock the file", error)),
        }
    }

    /// The file, if it has to stay open for its lock.
    pub(super) fn if_locked(self) -> Option<Self> {
        self.locked.then_some(self)
    }
}

impl Deref for LockedFile {
    type Target = File;

    fn deref(&self) -> &File {
        &self.file
    }
}

impl Drop for LockedFile {
    fn drop(&mut self) {
        if self.locked {
            // Closing the file would do, unless the caller has the same file open. There is nobody to tell of an error.
            let _ = self.file.unlock();
        }
    }
}
