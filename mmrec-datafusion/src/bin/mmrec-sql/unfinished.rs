//! Directories of what is not finished, which are gone when the process ends, in whatever way it can see.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use tempfile::{Builder, TempDir};

/// All there were: for a second Ctrl-C, which ends the process at once, and for threads of the engine that put a file into one that has
/// just been removed. No name is given twice.
static ALL: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// How often a directory is removed again into which a thread of the engine has just put a file.
const TRIES: usize = 20;

/// A directory that is removed with all that is in it.
pub(super) struct Unfinished(TempDir);

impl Unfinished {
    /// A new directory in `parent`.
    pub(super) fn new(parent: &Path) -> io::Result<Self> {
        // Under the lock, so that a second Ctrl-C does not come between.
        let mut all = ALL.lock().unwrap_or_else(PoisonError::into_inner);
        let directory = Builder::new().prefix(".mmrec-sql-").suffix(".part").tempdir_in(parent)?;
        all.push(directory.path().to_path_buf());
        Ok(Self(directory))
    }

    pub(super) fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        remove(self.path());
    }
}

/// Removes all of them; to be called before the process ends.
pub(super) fn remove_all() {
    for path in &*ALL.lock().unwrap_or_else(PoisonError::into_inner) {
        remove(path);
    }
}

fn remove(path: &Path) {
    for _ in 0..TRIES {
        // It may be gone already; and there is nobody to tell if it cannot be removed.
        if fs::remove_dir_all(path).is_ok() || !path.exists() {
            return;
        }
    }
}
