//! The files of one size, written when they are first asked for and removed at the end.

use std::{
    env,
    error::Error,
    path::{Path, PathBuf},
};

use mmrec::{Ix1, ReadOnly, ReadWrite, RecordMap, Result};
use tempfile::TempDir;

use crate::{raw::Bytes, records::Record};

/// The target directory of the program that runs.
///
/// # Errors
///
/// If it is in none.
pub fn target() -> std::result::Result<PathBuf, Box<dyn Error>> {
    let program = env::current_exe()?;
    Ok(program.ancestors().nth(2).ok_or("the program is not in a target directory")?.to_path_buf())
}

/// A directory of files of about the same size, with records of every type.
#[derive(Debug)]
pub struct Files {
    dir: TempDir,
    bytes: usize,
}

impl Files {
    /// Files of `bytes` bytes each in a new directory under `parent`.
    ///
    /// # Panics
    ///
    /// If no directory can be made there.
    pub fn new(parent: &Path, bytes: usize) -> Self {
        let dir =
            TempDir::with_prefix_in("files-", parent).expect("the directory for the files can be written to");
        Self { dir, bytes }
    }

    /// How large each file is, but for what is left after the last whole record.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// The number of records of a file.
    pub fn records<T: Record>(&self) -> usize {
        self.bytes / size_of::<T>()
    }

    /// The file to read.
    pub fn from<T: Record>(&self) -> PathBuf {
        self.written::<T>(T::NAME)
    }

    /// The file to write to, at first a copy of the one to read.
    pub fn to<T: Record>(&self) -> PathBuf {
        self.written::<T>(&format!("{}-to", T::NAME))
    }

    /// A map of the file to read.
    ///
    /// # Panics
    ///
    /// If it cannot be made, as in all that follow.
    pub fn map<T: Record>(&self) -> RecordMap<T, Ix1, ReadOnly> {
        RecordMap::<T>::open(self.from::<T>()).expect("the file was written")
    }

    /// A map of the file to write to.
    pub fn map_to<T: Record>(&self) -> RecordMap<T, Ix1, ReadWrite> {
        RecordMap::<T>::open_rw(self.to::<T>()).expect("the file was written")
    }

    /// The file to read, for raw loops.
    pub fn raw<T: Record>(&self) -> Bytes {
        Bytes::open(&self.from::<T>())
    }

    /// The file to write to, for raw loops.
    pub fn raw_to<T: Record>(&self) -> Bytes {
        Bytes::open(&self.to::<T>())
    }

    fn written<T: Record>(&self, name: &str) -> PathBuf {
        let path = self.dir.path().join(name);
        if !path.exists() {
            write::<T>(&path, self.records::<T>()).expect("there is room for the files");
        }
        path
    }
}

/// Writes a file of records.
///
/// # Errors
///
/// If there is no room for it.
pub fn write<T: Record>(path: &Path, n: usize) -> Result<()> {
    let mut map = RecordMap::<T>::options().shape(n).create(path)?;
    let mut next = 0..;
    map.fill_with(|| T::nth(next.next().unwrap_or_default()));
    // On the disk now, so that no kernel is measured while the system writes.
    map.close()
}
