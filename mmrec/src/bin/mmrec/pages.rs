//! Pages of the mapped file, which count as this process's memory once they have been read.

use std::sync::atomic::{AtomicU64, Ordering};

use mmrec::{Advice, DynMap, ReadOnly};

/// Bytes that are read before their pages are let go of.
const MOST: u64 = 4 << 20;

/// Lets go of pages that have been read, of a file that is read from one end to the other.
pub(super) struct Pages<'a> {
    map: &'a DynMap<ReadOnly>,
    read: AtomicU64,
}

impl<'a> Pages<'a> {
    pub(super) fn of(map: &'a DynMap<ReadOnly>) -> Self {
        Self { map, read: AtomicU64::new(0) }
    }

    /// The elements of so many bytes have been read, or some of their fields. Any thread may call it.
    pub(super) fn read(&self, bytes: u64) {
        if self.read.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes) >= MOST {
            self.read.store(0, Ordering::Relaxed);
            // Where the system does not let go of them, they only take memory. Other threads get theirs back as they read them.
            let _ = self.map.advise(Advice::DontNeed);
        }
    }
}
