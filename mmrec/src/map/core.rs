//! What every map is, whether its dtype is known while compiling or at run time.

use std::{
    fs::File,
    io,
    ops::{Bound, Range, RangeBounds},
    path::{Path, PathBuf},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use super::{Advice, mode::Mode, options::Order, region::Mapped};
use crate::{
    dtype::{DType, ShapeText},
    error::{Error, ErrorKind, Result},
    npy::Header,
    view::raw::checked_count,
};

/// Where an array lies in a file, and how.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    pub(super) dtype: DType,
    pub(super) shape: Vec<usize>,
    pub(super) order: Order,
    /// The first byte of the array in the file.
    pub(super) offset: u64,
    /// The bytes of all elements.
    pub(super) bytes: usize,
}

impl Layout {
    /// Sizes past what a file or a map can be are errors. `name`: what an element is called in them.
    pub(super) fn new(
        dtype: DType,
        name: &str,
        shape: Vec<usize>,
        order: Order,
        offset: u64,
    ) -> Result<Self> {
        let itemsize = dtype.itemsize();
        // With the axes of elements that are arrays, which untyped views have.
        let axes = [shape.as_slice(), &dtype.without_axes().1].concat();
        let bytes = checked_count(&axes).and_then(|_| {
            // An axis of no elements counts as one here: its strides have to fit too.
            let most = shape.iter().try_fold(itemsize, |bytes, &len| bytes.checked_mul(len.max(1)))?;
            isize::try_from(most).ok()?;
            Some(if shape.contains(&0) { 0 } else { most })
        });
        let bytes = bytes.ok_or_else(|| {
            too_large(&format!("shape {} of {name} with {itemsize} bytes each", ShapeText(&shape)))
        })?;
        let layout = Self { dtype, shape, order, offset, bytes };
        match layout.offset.checked_add(bytes as u64).filter(|&end| i64::try_from(end).is_ok()) {
            Some(_) => Ok(layout),
            None => Err(too_large(&format!("{bytes} bytes from byte {offset} on"))),
        }
    }

    /// The layout with the axes of elements that are arrays as axes of the array, where that is one in C order.
    pub(super) fn expanded(&self) -> Option<Self> {
        let (base, inner) = self.dtype.without_axes();
        let in_c_order = self.order == Order::C || self.shape.len() <= 1;
        // Without an axis of its own, the array does not grow along that of its element.
        (in_c_order && !inner.is_empty() && !self.shape.is_empty()).then(|| Self {
            dtype: base.clone(),
            shape: [self.shape.as_slice(), &inner].concat(),
            order: Order::C,
            ..*self
        })
    }

    /// The first byte of the file behind the array.
    pub(super) fn end(&self) -> u64 {
        self.offset + self.bytes as u64
    }

    /// The axis along which the array grows: that whose neighbours are furthest apart.
    pub(super) fn growing_axis(&self) -> Option<usize> {
        match self.order {
            Order::C if self.shape.is_empty() => None,
            Order::C => Some(0),
            Order::F => self.shape.len().checked_sub(1),
        }
    }
}

pub(super) fn too_large(what: &str) -> Error {
    let most = isize::MAX;
    Error::new(
        ErrorKind::Overflow,
        format!("{what} is more than a file or map can be, {most} bytes; map a part of it"),
    )
}

/// The `.npy` header of a map.
#[derive(Clone)]
pub(super) struct Npy {
    /// Where it starts in the file.
    pub(super) at: u64,
    pub(super) header: Header,
}

/// What is not on the disk yet, and not in the mapping either.
#[derive(Debug, Default)]
pub(super) struct Unflushed {
    /// The directory of a file that was made for the map, until its name there is on the disk.
    pub(super) made_in: Option<PathBuf>,
    /// Whether the file was changed by calls: its header, what lies before the array, or where it ends.
    pub(super) file: bool,
}

/// A mapped array and what is known of its file.
pub(super) struct Core<A> {
    pub(super) mapped: Mapped<A>,
    pub(super) layout: Layout,
    pub(super) mode: Mode,
    /// Absolute; `None` for a file that was open already.
    pub(super) path: Option<PathBuf>,
    /// The file, where it has to stay open to be extended or for its lock. Closed after the mapping is gone, which lets go
    /// of the lock.
    pub(super) file: Option<File>,
    /// Locked by whoever waits for the disk, so that of two only one is told that it failed, and the other finds it in `is_lost`.
    pub(super) unflushed: Mutex<Unflushed>,
    /// Whether the disk has failed to take something. The system says so once, and forgets what it was.
    pub(super) is_lost: AtomicBool,
    pub(super) npy: Option<Npy>,
    /// Whether what is added to the file may be a hole.
    pub(super) sparse: bool,
}

impl<A> Core<A> {
    /// The same map with its array as something else.
    pub(super) fn with<B>(self, f: impl FnOnce(Mapped<A>) -> Result<Mapped<B>>) -> Result<Core<B>> {
        let Self { mapped, layout, mode, path, file, unflushed, is_lost, npy, sparse } = self;
        let mapped = f(mapped).map_err(|error| error.with_path(path.as_deref()))?;
        Ok(Core { mapped, layout, mode, path, file, unflushed, is_lost, npy, sparse })
    }

    /// The error with the name of the file.
    pub(super) fn name(&self, error: Error) -> Error {
        error.with_path(self.path.as_deref())
    }

    /// An error if pages of the map were lost, or if the file ends before the array does by now. Only with the feature
    /// `fault-guard` is it known.
    pub(super) fn health(&self) -> Result<()> {
        self.mapped.check(self.layout.end()).map_err(|error| self.name(error))
    }

    pub(super) fn flush(&self, bytes: Range<usize>, wait: bool) -> Result<()> {
        self.put_on_disk(bytes, wait)?;
        self.health()
    }

    fn put_on_disk(&self, bytes: Range<usize>, wait: bool) -> Result<()> {
        let flush = || self.keep(self.mapped.flush(bytes, wait), "what has changed");
        if !wait {
            self.nothing_is_lost()?;
            return flush();
        }
        let mut unflushed = self.unflushed();
        self.nothing_is_lost()?;
        flush()?;
        if let Some(path) = unflushed.made_in.as_deref()
            && let Some(directory) = directory(path).map_err(|error| {
                self.name(Error::io("cannot open the file's directory, to write its name to the disk", error))
            })?
        {
            match directory.sync_all() {
                // Not what can be asked of it.
                Err(error) if is_not_for(&error) => {}
                synced => self.keep(synced, "the file's name")?,
            }
        }
        unflushed.made_in = None;
        if let Some(file) = self.file.as_ref().filter(|_| unflushed.file) {
            self.keep(file.sync_data(), "what was written to the file")?;
        }
        unflushed.file = false;
        Ok(())
    }

    /// Waits until the file is on the disk, but for its name: what was written to it by calls, and through the mapping. `what`: what
    /// of it matters, for the error.
    pub(super) fn sync_file(&self, file: &File, what: &str) -> Result<()> {
        let mut unflushed = self.unflushed();
        self.nothing_is_lost()?;
        self.keep(file.sync_data(), what)?;
        unflushed.file = false;
        Ok(())
    }

    /// An error if the disk has failed before.
    pub(super) fn nothing_is_lost(&self) -> Result<()> {
        if !self.is_lost.load(Ordering::SeqCst) {
            return Ok(());
        }
        let message = "the disk did not take what an earlier flush gave it, and the system says so only once: what was written before \
                       that may not be on the disk; write it again, to another file if the disk fails";
        Err(self.name(Error::new(ErrorKind::Io, message)))
    }

    /// Keeps in mind that the disk failed.
    fn keep(&self, given: io::Result<()>, what: &str) -> Result<()> {
        given.map_err(|error| {
            // What was interrupted has failed at nothing.
            if error.kind() != io::ErrorKind::Interrupted {
                self.is_lost.store(true, Ordering::SeqCst);
            }
            self.name(Error::io(format!("cannot write {what} to the disk"), error))
        })
    }

    pub(super) fn unflushed(&self) -> MutexGuard<'_, Unflushed> {
        self.unflushed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn flush_range(&self, rows: impl RangeBounds<usize>) -> Result<()> {
        self.flush(self.bytes_of(rows)?, true)
    }

    pub(super) fn advise(&self, advice: Advice) -> Result<()> {
        let advised = self.mapped.advise(advice, 0..usize::MAX);
        advised.map_err(|error| self.name(Error::io(format!("cannot take the advice {advice:?}"), error)))
    }

    pub(super) fn prefetch(&self, rows: impl RangeBounds<usize>) -> Result<()> {
        let advised = self.mapped.advise(Advice::WillNeed, self.bytes_of(rows)?);
        advised.map_err(|error| self.name(Error::io("cannot read ahead", error)))
    }

    /// The bytes of the mapping that hold these indices of axis 0.
    fn bytes_of(&self, rows: impl RangeBounds<usize>) -> Result<Range<usize>> {
        let Layout { shape, order, bytes, .. } = &self.layout;
        let len = shape.first().copied().unwrap_or(1);
        let start = match rows.start_bound() {
            Bound::Included(&start) => Some(start),
            Bound::Excluded(&before) => before.checked_add(1),
            Bound::Unbounded => Some(0),
        };
        let end = match rows.end_bound() {
            Bound::Included(&last) => last.checked_add(1),
            Bound::Excluded(&end) => Some(end),
            Bound::Unbounded => Some(len),
        };
        let (Some(start), Some(end)) = (start, end.filter(|&end| end <= len)) else {
            let message =
                format!("the range ends past axis 0, which has {len} rows; give one within 0..{len}");
            return Err(self.name(Error::new(ErrorKind::PastEnd, message)));
        };
        let rows_are_apart = *order == Order::F && shape.len() > 1;
        if start >= end {
            return Ok(0..0);
        }
        if rows_are_apart {
            return Ok(0..usize::MAX);
        }
        // `len` is not 0, for `start` is below `end`. No overflow: a row has at most the bytes of the mapping.
        let row = bytes / len;
        Ok(start * row..end * row)
    }
}

/// A directory, to wait until the names in it are on the disk; `None` if it cannot be asked that.
#[cfg(unix)]
pub(crate) fn directory(path: &Path) -> io::Result<Option<File>> {
    match File::open(path) {
        Ok(directory) => Ok(Some(directory)),
        Err(error) if is_not_for(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(not(unix))]
pub(crate) fn directory(_: &Path) -> io::Result<Option<File>> {
    Ok(None)
}

/// Whether the system says so of a directory that cannot be flushed, or is gone.
pub(crate) fn is_not_for(error: &io::Error) -> bool {
    use io::ErrorKind::{InvalidInput, NotADirectory, NotFound, PermissionDenied, Unsupported};
    matches!(error.kind(), InvalidInput | NotADirectory | NotFound | PermissionDenied | Unsupported)
}
