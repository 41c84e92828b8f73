//! The operating system's mapping: the only file that names memmap2.
#![allow(unsafe_code, reason = "the mapping itself: its address becomes views here")]

use std::{fs::File, io, ops::Range};

use memmap2::{MmapOptions, MmapRaw};
use ndarray::{ArrayView, Dimension, IxDyn};
use zerocopy::{FromBytes, Immutable};

#[cfg(all(
    any(target_os = "linux", target_os = "android"),
    target_has_atomic = "64",
    feature = "fault-guard"
))]
use super::fault::Watch;
use super::{core::Layout, options::Order, reserve};
use crate::{
    element::Element,
    error::Result,
    view::raw::{Bytes, DynRaw, DynRawMut, Mismatch, Raw, RawMut, Rows},
};

/// What a mapping allows and where its writes go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Pages that can only be read.
    Read,
    /// Invariant M2: pages that can only be read, of a file that the kernel lets nobody change or shorten, so that their
    /// bytes are the same for as long as they are mapped.
    Sealed,
    /// Pages shared with the file.
    Write,
    /// Pages that become this process's own when they are written.
    Copy,
}

impl Access {
    fn is_writable(self) -> bool {
        matches!(self, Self::Write | Self::Copy)
    }
}

/// How the bytes of a map will be read, as a hint to the operating system; see [`RecordMap::advise`].
///
/// A hint never changes what is read, but of a map whose file was cut under it. Systems without `madvise` take none.
///
/// # What pays
///
/// Times against no hint, from opening to the last result: below 1 the hint pays. The file has 1 GiB of 48-byte records;
/// a scan sums one field of all, a lookup reads one field of a random record. The file is *cold* if all of it has to come
/// from the disk, and *warm* if it is in memory. Of two figures, the first is with a system that reads ahead 8 MiB at a
/// time, the second with one that reads ahead 128 KiB, as most do.
///
/// | hint | cold scan | 2000 cold lookups | warm scan | 200 000 warm lookups |
/// |---|---|---|---|---|
/// | none | 1 (0.4 s, 1.2 s) | 1 (1.1 s, 0.6 s) | 1 (0.1 s to 0.2 s) | 1 (0.07 s to 0.15 s) |
/// | `Sequential` | 0.9, 1.0 | 1.0, 0.8 | 1.0 | 1.0 |
/// | `Random` | **48**, **26** | **0.13**, **0.36** | 1.0 | 1.0 |
/// | `WillNeed`, for all of it | 2.1, 1.0 | 0.6, 1.4 | 1.2 | 1.2 to 1.3 |
/// | `HugePage` | 3.9, 2.0 | 0.7, 1.5 | 1.0 | 1.0 |
/// | [`populate`] | 1.0, 1.1 | 0.4, 1.8 | 1.0 to 1.4 | 1.3 to 1.5 |
/// | [`prefetch`], 16 MiB or 64 lookups ahead | 1.9, 1.1 | **0.03**, **0.08** | 1.1 to 1.2 | 2 to 3 |
///
/// So on a cold file, `Random` pays for few lookups, and telling them beforehand with `prefetch` pays most; the system
/// reads ahead of a scan well enough by itself. On a warm file no hint pays.
///
/// These are medians on a virtual machine (two cores of an AMD EPYC, Linux 6.18, ext4, a disk of 1 to 3 GB/s; the second
/// figures through a loop device), which was busy with other work too: half of the figures for cold scans lay within a
/// factor of 3 of them, of those for lookups within a third. `cargo run --release -p mmrec-benches --bin hints` measures
/// yours.
///
/// [`RecordMap::advise`]: crate::RecordMap::advise
/// [`populate`]: crate::MapOptions::populate
/// [`prefetch`]: crate::RecordMap::prefetch
///
/// NumPy has none; `mmap.madvise` of Python is nearest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Advice {
    /// No special treatment: takes back `Random` and `Sequential`.
    #[default]
    Normal,
    /// In no order: reads what is asked for and nothing around it. For lookups in a file larger than memory or not yet in
    /// it; a scan of such a map waits for the disk at every page.
    Random,
    /// Front to back: reads ahead further, and may drop what was read.
    Sequential,
    /// Soon: starts reading all of it now. [`prefetch`](crate::RecordMap::prefetch) does that for a part.
    WillNeed,
    /// In large pages where the file system has them (Linux), which take longer to read and shorter to look up.
    HugePage,
    /// Not for now: takes what was read out of this process's resident memory (Linux), so that a scan of a file of any size takes little.
    /// The system keeps it as it keeps other files, and reading brings it back; what was written is in the file as before. In mode
    /// c nothing is taken, for there what was written is in these pages alone.
    DontNeed,
}

/// A mapped range of a file, or nothing for a range of no bytes.
struct Region {
    /// Before the mapping, so that it is dropped before.
    #[cfg(all(
        any(target_os = "linux", target_os = "android"),
        target_has_atomic = "64",
        feature = "fault-guard"
    ))]
    watch: Option<Watch>,
    map: Option<MmapRaw>,
    access: Access,
}

impl Region {
    fn open(file: &File, access: Access, offset: u64, len: usize, populate: bool) -> io::Result<Self> {
        let mut options = MmapOptions::new();
        options.offset(offset).len(len);
        if access == Access::Copy {
            // Or files larger than memory could not be mapped, for all of it might be written.
            options.no_reserve_swap();
        }
        if populate {
            options.populate();
        }
        if len == 0 {
            if access == Access::Sealed {
                map_sealed(&options, file)?;
            }
            return Ok(Self {
                #[cfg(all(
                    any(target_os = "linux", target_os = "android"),
                    target_has_atomic = "64",
                    feature = "fault-guard"
                ))]
                watch: None,
                map: None,
                access,
            });
        }
        let map = match access {
            Access::Read => options.map_raw_read_only(file)?,
            Access::Sealed => map_sealed(&options, file)?,
            Access::Write => options.map_raw(file)?,
            Access::Copy if populate => {
                // To populate pages of one's own that can be written is to copy them all, so they become that later.
                // SAFETY: `Mmap` hands out slices of bytes that others may change; it becomes a `MmapRaw` at once,
                // which hands out only a pointer.
                let map = unsafe { options.map_copy_read_only(file)? };
                MmapRaw::from(map.make_mut()?)
            }
            Access::Copy => {
                // SAFETY: as above.
                MmapRaw::from(unsafe { options.map_copy(file)? })
            }
        };
        #[cfg(all(
            any(target_os = "linux", target_os = "android"),
            target_has_atomic = "64",
            feature = "fault-guard"
        ))]
        let watch = match access {
            // M2: the pages of a sealed map never become zeros, for safe code has references to them. A fault ends the process.
            Access::Sealed => None,
            // SAFETY: the file is mapped there until `map` is dropped, which is after the watch.
            _ => Some(unsafe { Watch::new(file, map.as_ptr(), len, offset, access.is_writable())? }),
        };
        Ok(Self {
            #[cfg(all(
                any(target_os = "linux", target_os = "android"),
                target_has_atomic = "64",
                feature = "fault-guard"
            ))]
            watch,
            map: Some(map),
            access,
        })
    }

    fn bytes(&self) -> Bytes<'_> {
        match &self.map {
            // SAFETY: B1: the system maps `len` readable bytes here until the region is dropped, and `len` is at most
            // `isize::MAX`, or memmap2 would have refused it. Every access goes through pointers of this address. Past
            // the end of the file, an access is a fault that ends the process, or finds zeros there, and nothing else.
            Some(map) => unsafe { Bytes::new(map.as_mut_ptr(), map.len()) },
            None => Bytes::empty(),
        }
    }
}

/// Maps a file for M2; [`io::ErrorKind::Unsupported`], and why, if the kernel does not guarantee it.
///
/// What memmap2 accepts is a memory file sealed against writing and shrinking, which no seal added later takes back, or
/// a file of which the file system says that fs-verity is on. It is for us to see that the file system is the kernel's
/// own, and not a program or a device driver that answers as it likes.
fn map_sealed(options: &MmapOptions, file: &File) -> io::Result<MmapRaw> {
    let unsupported = |why: &str| io::Error::new(io::ErrorKind::Unsupported, why);
    if !reserve::is_of_kernel_file_system(file)? {
        return Err(unsupported("it is neither a memory file nor a file of ext4, f2fs or btrfs"));
    }
    match options.map_if_safe(file) {
        Ok(map) => Ok(MmapRaw::from(map)),
        Err(error) if error.map_failed() => Err(error.into()),
        Err(error) if error.not_supported() => Err(unsupported("this system has no such guarantee")),
        Err(error) => {
            let why = error.to_string();
            Err(unsupported(why.rsplit(": ").next().unwrap_or(&why)))
        }
    }
}

/// A mapping together with the array that it holds, `A`: a [`Raw`], a [`DynRaw`] or [`Rows`].
pub(crate) struct Mapped<A> {
    /// Invariant M1: its places lie in `region`, whose address does not change and which lives as long as `self`. The
    /// lifetime is shortened to that of a borrow of `self` wherever it is given away.
    raw: A,
    region: Region,
}

/// The mapped array of `T`.
pub(crate) type Typed<T, D> = Mapped<Raw<'static, T, D>>;

/// The mapped array of elements whose dtype is known at run time. Every file is mapped as one.
pub(crate) type Dynamic = Mapped<DynRaw<'static>>;

impl Dynamic {
    /// Maps an array without gaps that starts `offset` bytes into the file. The file is as long as that takes, or is
    /// made so before anything of the array is read (which Windows does not allow). With `populate`,
    /// what the file has of it by now is read first, where the system can.
    pub(crate) fn open(file: &File, access: Access, array: &Layout, populate: bool) -> io::Result<Self> {
        let region = Region::open(file, access, array.offset, array.bytes, populate)?;
        let (shape, fortran) = (IxDyn(&array.shape), array.order == Order::F);
        let raw = DynRaw::contiguous(region.bytes(), shape, array.dtype.clone(), fortran, array.offset)
            .ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        // SAFETY: M1: `raw` points into `region`, which is kept beside it.
        let raw = unsafe { raw.with_lifetime() };
        Ok(Self { raw, region })
    }

    pub(crate) fn raw(&self) -> &DynRaw<'_> {
        &self.raw
    }

    /// The array to be written, if the pages allow it.
    pub(crate) fn raw_mut(&mut self) -> Option<DynRawMut<'_>> {
        if !self.region.access.is_writable() {
            return None;
        }
        // SAFETY: W4: as for `Typed::raw_mut`, and it is a file.
        Some(unsafe { DynRawMut::new(self.raw.clone()) })
    }

    /// The same array with the axes of elements that are arrays at the end of its own.
    pub(crate) fn axes(self) -> Option<Self> {
        // M1: the same places.
        Some(Self { raw: self.raw.axes()?, region: self.region })
    }

    /// The array as one with one axis, if it is.
    pub(crate) fn rows(self) -> Option<Mapped<Rows<'static>>> {
        // M1: the same places.
        Some(Mapped { raw: Rows::new(self.raw)?, region: self.region })
    }

    /// The array as one of `T`, if it is.
    pub(crate) fn typed<T: Element, D: Dimension>(self) -> Result<Typed<T, D>, Mismatch> {
        // M1: the same places.
        Ok(Mapped { raw: self.raw.typed()?, region: self.region })
    }
}

impl Mapped<Rows<'static>> {
    #[inline(always)]
    pub(crate) fn rows(&self) -> &Rows<'_> {
        &self.raw
    }

    /// The array to be written, if the pages allow it.
    pub(crate) fn raw_mut(&mut self) -> Option<DynRawMut<'_>> {
        if !self.region.access.is_writable() {
            return None;
        }
        // SAFETY: W4: as for `Typed::raw_mut`, and it is a file.
        Some(unsafe { DynRawMut::new(self.raw.raw().clone()) })
    }
}

impl<T: Element, D: Dimension> Typed<T, D> {
    #[inline(always)]
    pub(crate) fn raw(&self) -> &Raw<'_, T, D> {
        &self.raw
    }

    /// The array to be written, if the pages allow it.
    pub(crate) fn raw_mut(&mut self) -> Option<RawMut<'_, T, D>> {
        if !self.region.access.is_writable() {
            return None;
        }
        // SAFETY: W1: the pages can be written, and `self` is borrowed mutably, so no other view of this mapping is in
        // use. Another map of the same file has other addresses. W3: the array has no gaps.
        Some(unsafe { RawMut::new(self.raw.clone()) })
    }

    /// The array to be written, whatever its elements are, if the pages allow it.
    pub(crate) fn untyped_mut(&mut self) -> Option<DynRawMut<'_>> {
        if !self.region.access.is_writable() {
            return None;
        }
        // SAFETY: W4: as for `raw_mut`, and it is a file.
        Some(unsafe { DynRawMut::new(DynRaw::of_typed(&self.raw)) })
    }

    /// The elements as a slice, if their bytes never change and they lie as those of a slice do.
    pub(crate) fn as_slice(&self) -> Option<&[T]>
    where
        T: FromBytes + Immutable,
    {
        if self.region.access != Access::Sealed {
            return None;
        }
        // SAFETY: M1 and M2: the bytes are there for as long as `self`, and nobody can write them.
        unsafe { self.raw.as_slice() }
    }

    /// The elements as an ndarray view, if their bytes never change and they lie as those of one do.
    pub(crate) fn as_array(&self) -> Option<ArrayView<'_, T, D>>
    where
        T: FromBytes + Immutable,
    {
        if self.region.access != Access::Sealed {
            return None;
        }
        // SAFETY: as for `as_slice`.
        unsafe { self.raw.as_array() }
    }
}

impl<A> Mapped<A> {
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

    /// An error if pages of the mapping were lost, or if the file ends before byte `end` by now, where the array does.
    /// Only with the feature is it known.
    #[cfg_attr(
        not(all(
            any(target_os = "linux", target_os = "android"),
            target_has_atomic = "64",
            feature = "fault-guard"
        )),
        allow(
            clippy::unnecessary_wraps,
            clippy::unused_self,
            reason = "nothing is known without the feature"
        )
    )]
    pub(crate) fn check(&self, end: u64) -> Result<()> {
        #[cfg(all(
            any(target_os = "linux", target_os = "android"),
            target_has_atomic = "64",
            feature = "fault-guard"
        ))]
        if let Some(watch) = &self.region.watch {
            return watch.check(end);
        }
        let _ = end;
        Ok(())
    }

    /// Has the file system give room to a range of the mapping, which ends where the file does or before, without changing
    /// what is there.
    ///
    /// For file systems that have no call to reserve space: every page is asked for as if it were written. An error if
    /// there is no room; nothing happens where the system cannot be asked (before Linux 5.14).
    pub(crate) fn make_room(&self, range: Range<usize>) -> io::Result<()> {
        #[cfg(target_os = "linux")]
        if let Some(map) = self.region.map.as_ref().filter(|_| !range.is_empty()) {
            // A piece at a time, for the system heeds no signal in between.
            const PIECE: usize = 64 << 20;
            let mut at = range.start;
            while at < range.end {
                let len = PIECE.min(range.end - at);
                match map.advise_range(memmap2::Advice::PopulateWrite, at, len) {
                    Ok(()) => at += len,
                    Err(error) => match error.kind() {
                        io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported => return Ok(()),
                        io::ErrorKind::Interrupted => {}
                        // What would have been a fault of whoever wrote to the page, most likely for want of room.
                        _ if reserve::is_fault(&error) => {
                            let message = "the file system has no room for all pages of it, or another program has cut the file \
                                           meanwhile";
                            return Err(io::Error::new(io::ErrorKind::StorageFull, message));
                        }
                        _ => return Err(error),
                    },
                }
            }
        }
        let _ = range;
        Ok(())
    }

    /// Hints how a range of the mapping will be read.
    #[cfg(unix)]
    pub(crate) fn advise(&self, advice: Advice, range: Range<usize>) -> io::Result<()> {
        let range = range.start..range.end.min(self.len());
        let Some(map) = self.region.map.as_ref().filter(|_| !range.is_empty()) else { return Ok(()) };
        let advice = match advice {
            Advice::Normal => memmap2::Advice::Normal,
            Advice::Random => memmap2::Advice::Random,
            Advice::Sequential => memmap2::Advice::Sequential,
            Advice::WillNeed => return read_ahead(map, range),
            Advice::DontNeed => return self.let_go(map, range),
            #[cfg(target_os = "linux")]
            Advice::HugePage => memmap2::Advice::HugePage,
            #[cfg(not(target_os = "linux"))]
            Advice::HugePage => return Ok(()),
        };
        map.advise_range(advice, range.start, range.len())
    }

    /// Takes the pages of a range out of memory, if they are the file's. Those at its ends go too, with what of them lies outside.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    fn let_go(&self, map: &MmapRaw, range: Range<usize>) -> io::Result<()> {
        if self.region.access == Access::Copy {
            return Ok(());
        }
        // SAFETY: the mapping is shared with the file, so the next access finds in these pages what the file has, which is what they had: no
        // byte changes, neither for volatile accesses nor for references (of a sealed map, or by promise of the caller). Pages that
        // stand in for lost ones become zeros again; they are read by volatile accesses alone, for sealed maps have none, and who has
        // a slice by promise has promised that none is lost.
        unsafe { map.unchecked_advise_range(memmap2::UncheckedAdvice::DontNeed, range.start, range.len()) }
    }

    #[cfg(all(unix, not(any(target_os = "linux", target_os = "android"))))]
    #[allow(clippy::unnecessary_wraps, clippy::unused_self, reason = "elsewhere nothing is taken")]
    fn let_go(&self, _: &MmapRaw, _: Range<usize>) -> io::Result<()> {
        Ok(())
    }

    #[cfg(not(unix))]
    pub(crate) fn advise(&self, _: Advice, _: Range<usize>) -> io::Result<()> {
        Ok(())
    }
}

/// Starts reading a range of a mapping.
///
/// Linux reads no more for one call than its window for reading ahead, 128 KiB unless set otherwise, and says nothing of
/// the rest. So this asks for a window at a time. A window may start in the middle of a page but, but for the last, ends
/// with one.
#[cfg(unix)]
fn read_ahead(map: &MmapRaw, range: Range<usize>) -> io::Result<()> {
    const WINDOW: usize = 128 << 10;
    let mut at = range.start;
    while at < range.end {
        let len = (WINDOW - (map.as_ptr().addr() + at) % WINDOW).min(range.end - at);
        map.advise_range(memmap2::Advice::WillNeed, at, len)?;
        at += len;
    }
    Ok(())
}
