//! The operating system's mapping: the only file that names memmap2.
#![allow(unsafe_code, reason = "the mapping itself: its address becomes views here")]

use std::{fs::File, io, ops::Range};

use memmap2::{MmapOptions, MmapRaw};
use ndarray::Dimension;

use crate::{
    element::Element,
    view::raw::{Bytes, Raw, RawMut},
};

/// What a mapping allows and where its writes go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Pages that can only be read.
    Read,
    /// Pages shared with the file.
    Write,
    /// Pages that become this process's own when they are written.
    Copy,
}

/// How the bytes of a map will be read, as a hint to the operating system; NumPy has no equivalent.
///
/// A hint never changes what is read. Systems without `madvise` take none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Advice {
    /// No special treatment: takes back an earlier hint.
    Normal,
    /// In no order: reading ahead does not pay.
    Random,
    /// Front to back: reads ahead further.
    Sequential,
    /// Soon: starts reading now.
    WillNeed,
    /// In large pages where the file system has them (Linux).
    HugePage,
}

/// A mapped range of a file, or nothing for a range of no bytes.
struct Region {
    map: Option<MmapRaw>,
    access: Access,
}

impl Region {
    fn open(file: &File, access: Access, offset: u64, len: usize) -> io::Result<Self> {
        if len == 0 {
            return Ok(Self { map: None, access });
        }
        let mut options = MmapOptions::new();
        options.offset(offset).len(len);
        let map = match access {
            Access::Read => options.map_raw_read_only(file)?,
            Access::Write => options.map_raw(file)?,
            Access::Copy => {
                // SAFETY: `MmapMut` hands out slices of bytes that others may change; it becomes a `MmapRaw` at once,
                // which hands out only a pointer.
                MmapRaw::from(unsafe { options.map_copy(file)? })
            }
        };
        Ok(Self { map: Some(map), access })
    }

    fn bytes(&self) -> Bytes<'_> {
        match &self.map {
            // SAFETY: B1: the system maps `len` readable bytes here until the region is dropped, and `len` is at most
            // `isize::MAX`, or memmap2 would have refused it. Every access goes through pointers of this address. Past
            // the end of the file, an access is a fault that ends the process, and nothing else.
            Some(map) => unsafe { Bytes::new(map.as_mut_ptr(), map.len()) },
            None => Bytes::empty(),
        }
    }
}

/// A mapping together with the array that it holds.
pub(crate) struct Mapped<T, D> {
    /// Invariant M1: its places lie in `region`, whose address does not change and which lives as long as `self`. The
    /// lifetime is shortened to that of a borrow of `self` wherever it is given away.
    raw: Raw<'static, T, D>,
    region: Region,
}

impl<T: Element, D: Dimension> Mapped<T, D> {
    /// Maps an array without gaps that starts `offset` bytes into the file. The file is as long as that takes, or is
    /// made so before anything of the array is read (which Windows does not allow).
    pub(crate) fn open(file: &File, access: Access, offset: u64, dim: D, fortran: bool) -> io::Result<Self> {
        let len = dim.size() * size_of::<T>();
        let region = Region::open(file, access, offset, len)?;
        let raw = Raw::<T, D>::contiguous(region.bytes(), dim, fortran, offset)
            .ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        // SAFETY: M1: `raw` points into `region`, which is kept beside it.
        let raw = unsafe { raw.with_lifetime() };
        Ok(Self { raw, region })
    }

    #[inline(always)]
    pub(crate) fn raw(&self) -> &Raw<'_, T, D> {
        &self.raw
    }

    /// The array to be written, if the pages allow it.
    pub(crate) fn raw_mut(&mut self) -> Option<RawMut<'_, T, D>> {
        if self.region.access == Access::Read {
            return None;
        }
        // SAFETY: W1: the pages can be written, and `self` is borrowed mutably, so no other view of this mapping is in
        // use. Another map of the same file has other addresses.
        Some(unsafe { RawMut::new(self.raw.clone()) })
    }

    fn len(&self) -> usize {
        self.region.map.as_ref().map_or(0, MmapRaw::len)
    }

    /// Writes changed pages of a range of the mapping to the disk; waits for it unless `wait` is false.
    pub(crate) fn flush(&self, range: Range<usize>, wait: bool) -> io::Result<()> {
        let range = range.start..range.end.min(self.len());
        match &self.region.map {
            Some(map) if self.region.access == Access::Write && !range.is_empty() => {
                if wait {
                    map.flush_range(range.start, range.len())
                } else {
                    map.flush_async_range(range.start, range.len())
                }
            }
            _ => Ok(()),
        }
    }

    /// Hints how a range of the mapping will be read.
    #[cfg(unix)]
    pub(crate) fn advise(&self, advice: Advice, range: Range<usize>) -> io::Result<()> {
        let advice = match advice {
            Advice::Normal => memmap2::Advice::Normal,
            Advice::Random => memmap2::Advice::Random,
            Advice::Sequential => memmap2::Advice::Sequential,
            Advice::WillNeed => memmap2::Advice::WillNeed,
            #[cfg(target_os = "linux")]
            Advice::HugePage => memmap2::Advice::HugePage,
            #[cfg(not(target_os = "linux"))]
            Advice::HugePage => return Ok(()),
        };
        let range = range.start..range.end.min(self.len());
        match &self.region.map {
            Some(map) if !range.is_empty() => map.advise_range(advice, range.start, range.len()),
            _ => Ok(()),
        }
    }

    #[cfg(not(unix))]
    pub(crate) fn advise(&self, _: Advice, _: Range<usize>) -> io::Result<()> {
        Ok(())
    }
}
