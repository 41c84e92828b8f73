//! Growing: a longer file, a new mapping, and for a `.npy` the new length in its header, in an order in which the file can be
//! read at every moment.

use std::fs::File;

use ndarray::{Axis, Dimension, RemoveAxis};

use super::{
    RecordMap,
    core::{Core, Layout, Npy},
    mode::ReadWrite,
    opening::{extend, map_array},
    options::mismatch,
    region::{Access, Dynamic, Mapped},
    reserve::{self, Space},
    source::read_at,
};
use crate::{
    element::Element,
    error::{Error, ErrorKind, Result},
    npy::{self, Header},
    view::ViewMut,
};

/// A longer array of the same file, which nothing names yet.
pub(super) struct Grown {
    mapped: Dynamic,
    layout: Layout,
    header: Option<Header>,
}

/// The header that names the new rows, made before anything is touched.
struct NextHeader {
    /// Where the header starts in the file.
    at: u64,
    /// All of the header as it is, and as it will be.
    before: Vec<u8>,
    header: Header,
    /// What of it changes, and where in it.
    change: (u64, Vec<u8>),
}

impl NextHeader {
    fn new(npy: &Npy, file: &File, axis: usize, len: usize) -> Result<Self> {
        let (before, now) = unchanged_header(npy, file)?;
        let no_room = || {
            let message = format!(
                "the header has no room for {len} rows; copy the array to a file made by create_npy, which leaves room"
            );
            Error::new(ErrorKind::Unsupported, message)
        };
        let change = now.with_axis_len(axis, len).ok_or_else(no_room)?;
        let mut after = before.clone();
        let place =
            usize::try_from(change.0).ok().and_then(|at| after.get_mut(at..)?.get_mut(..change.1.len()));
        place.ok_or_else(no_room)?.copy_from_slice(&change.1);
        // Nothing is written that could not be read again.
        let header = read_from(&after)?;
        let rows = |header: &Header| header.shape.get(axis).copied();
        if rows(&header) != Some(len) || header.len != now.len || header.dtype != now.dtype {
            return Err(no_room());
        }
        Ok(Self { at: npy.at, before, header, change })
    }

    fn write(self, file: &File) -> Result<Header> {
        if header_bytes(file, self.at, self.before.len())? != self.before {
            return Err(changed());
        }
        // One call, so that a program that reads the header meanwhile sees the old length or the new one.
        let (at, bytes) = self.change;
        reserve::write_at(file, &bytes, self.at + at)
            .map_err(|error| Error::io("cannot write the new length to the header", error))?;
        Ok(self.header)
    }
}

/// The header as it is in the file by now, if it says what it said when it was read.
fn unchanged_header(npy: &Npy, file: &File) -> Result<(Vec<u8>, Header)> {
    let (then, len) = (&npy.header, usize::try_from(npy.header.len).unwrap_or(usize::MAX));
    let bytes = header_bytes(file, npy.at, len)?;
    let Ok(now) = read_from(&bytes) else { return Err(changed()) };
    if (&now.dtype, &now.shape, now.fortran, now.len) != (&then.dtype, &then.shape, then.fortran, then.len) {
        return Err(changed());
    }
    Ok((bytes, now))
}

/// The bytes of a header of at most 1 MiB, or fewer if the file has become shorter.
fn header_bytes(file: &File, at: u64, len: usize) -> Result<Vec<u8>> {
    let mut bytes = vec![0; len];
    let read =
        read_at(file, &mut bytes, at).map_err(|error| Error::io("cannot read the header again", error))?;
    bytes.truncate(read);
    Ok(bytes)
}

/// A header from all of its bytes.
pub(super) fn read_from(bytes: &[u8]) -> Result<Header> {
    npy::read(0, &mut |at, to| {
        let rest = usize::try_from(at).ok().and_then(|at| bytes.get(at..)).unwrap_or_default();
        let len = rest.len().min(to.len());
        to[..len].copy_from_slice(&rest[..len]);
        Ok(len)
    })
}

fn changed() -> Error {
    let message = "the header is no longer what it was when the file was opened: another program has appended to the array, or \
                   put another in its place; open the file again";
    Error::new(ErrorKind::ShapeMismatch, message)
}

impl<A> Core<A> {
    /// Maps `rows` more rows, makes the file as long as they take, has `fill` write them, and then names them in the header, if
    /// there is one.
    pub(super) fn grown(
        &self,
        rows: usize,
        fill: impl FnOnce(&mut Dynamic, usize) -> Result<()>,
    ) -> Result<Grown> {
        self.grow_file(rows, fill).map_err(|error| self.name(error))
    }

    fn grow_file(&self, rows: usize, fill: impl FnOnce(&mut Dynamic, usize) -> Result<()>) -> Result<Grown> {
        let old = &self.layout;
        let Some(axis) = old.growing_axis() else {
            let message =
                "the map is a single element without axes, which cannot grow; make one with .shape(1)";
            return Err(Error::new(ErrorKind::RankMismatch, message));
        };
        let Some(file) = &self.file else { unreachable!("a map that is written keeps its file") };
        let mut shape = old.shape.clone();
        let before = shape[axis];
        shape[axis] = before.checked_add(rows).ok_or_else(|| super::core::too_large("the number of rows"))?;
        let name = format!("elements of {}", old.dtype);
        let layout = Layout::new(old.dtype.clone(), &name, shape, old.order, old.offset)?;
        if reserve::appends(file) {
            let message = "the file was opened for appending, where the system writes to its end whatever the place; open it \
                           without append";
            return Err(Error::new(ErrorKind::Unsupported, message));
        }
        let next = match &self.npy {
            Some(npy) => Some(NextHeader::new(npy, file, axis, layout.shape[axis])?),
            None => None,
        };
        let behind = self.bytes_behind(file)?;
        if behind > 0 {
            let message = format!(
                "{behind} bytes lie behind the array, which ends at byte {}; open the file again if another program has \
                 appended to it, map all of it, or call discard_rest if they are rows of a program that was ended while it \
                 appended them",
                old.end()
            );
            return Err(Error::new(ErrorKind::ShapeMismatch, message));
        }
        let space = if self.sparse { Space::None } else { Space::Added };
        let (mut mapped, _) = extend(file, layout.end(), space, next.is_some(), || {
            map_array(file, Access::Write, &layout, false)
        })?;
        fill(&mut mapped, before)?;
        let header = match next {
            Some(next) => {
                let header = next.write(file)?;
                self.unflushed().header = true;
                Some(header)
            }
            None => None,
        };
        Ok(Grown { mapped, layout, header })
    }

    /// How many bytes the file has behind the array.
    fn bytes_behind(&self, file: &File) -> Result<u64> {
        let metadata = file.metadata().map_err(|error| Error::io("cannot read the file's size", error))?;
        if !metadata.is_file() {
            let message = "a device cannot grow; map more of it with a larger shape";
            return Err(Error::new(ErrorKind::Unsupported, message));
        }
        let (end, len) = (self.layout.end(), metadata.len());
        if self.layout.bytes == 0 && self.npy.is_none() {
            // An array of no elements may lie past the end.
            return Ok(len.saturating_sub(end));
        }
        len.checked_sub(end).ok_or_else(|| {
            let message = format!(
                "the array ends at byte {end}, and the file has become {len} bytes long; another program has cut it: open it \
                 again"
            );
            Error::new(ErrorKind::Truncated, message)
        })
    }

    /// Cuts the file where the array ends, and says how many bytes that were.
    pub(super) fn discard_rest(&self) -> Result<u64> {
        let discard = || {
            let Some(file) = &self.file else { unreachable!("a map that is written keeps its file") };
            if let Some(npy) = &self.npy {
                unchanged_header(npy, file)?;
            }
            let behind = self.bytes_behind(file)?;
            if behind > 0 {
                let cut = file.set_len(self.layout.end());
                cut.map_err(|error| Error::io("cannot cut what lies behind the array", error))?;
            }
            Ok(behind)
        };
        discard().map_err(|error| self.name(error))
    }

    /// Puts a longer array in the place of the old one.
    pub(super) fn take(
        &mut self,
        grown: Grown,
        prove: impl FnOnce(Dynamic) -> Result<Mapped<A>>,
    ) -> Result<()> {
        self.mapped = prove(grown.mapped)?;
        self.layout = grown.layout;
        if let (Some(npy), Some(header)) = (&mut self.npy, grown.header) {
            npy.header = header;
        }
        Ok(())
    }
}

impl<T: Element, D: Dimension> RecordMap<T, D, ReadWrite> {
    /// Makes the array longer by `rows` rows of zeros: along axis 0, or in Fortran order along the last axis. The file becomes
    /// longer, with its space reserved unless the map is [`sparse`](crate::MapOptions::sparse).
    ///
    /// Views of the map have to be gone. Other maps of the file keep the length they have. The header of a `.npy` names the new
    /// rows once they are there, so that the file can be read at every moment. Two programs that append to one file at a time
    /// need a [`lock`](crate::MapOptions::lock).
    ///
    /// ```
    /// # let path = std::env::temp_dir().join(format!("mmrec-doc-grow-{}.npy", std::process::id()));
    /// let mut map = mmrec::RecordMap::<u32>::options().shape(2).create_npy(&path)?;
    /// map.grow(3)?;
    /// map.append(&[7, 8])?;
    /// assert_eq!(map.to_vec(), [0, 0, 0, 0, 0, 7, 8]);
    /// assert_eq!(mmrec::RecordMap::<u32>::open(&path)?.len(), 7);
    /// # std::fs::remove_file(path).unwrap();
    /// # Ok::<(), mmrec::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// - [`ErrorKind::StorageFull`] or [`ErrorKind::Io`] if the file cannot be made longer or mapped;
    /// - [`ErrorKind::ShapeMismatch`] if the file goes on behind the array, or its header says another shape by now, because
    ///   another program has appended to it; [`ErrorKind::Truncated`] if it ends before the array does;
    /// - [`ErrorKind::RankMismatch`] for a map without axes, [`ErrorKind::Overflow`] for a size past what a file can be;
    /// - [`ErrorKind::Unsupported`] for a `.npy` whose header has no room for the number, for a device, and for a file that was
    ///   opened for appending.
    ///
    /// The map is as it was then, and so is what a reader finds in the file; unless another program appends to it at the same
    /// time without a lock, whose rows may be overwritten. If the disk fails when the header is written, the file may have
    /// become longer.
    ///
    /// # What is on the disk
    ///
    /// A program that is ended, however it ends, leaves the old length or the new one, and behind the array perhaps rows that
    /// were never named; the file can be read, and [`discard_rest`](Self::discard_rest) makes it grow again. After a loss of
    /// power the header may be on the disk before the rows are: [`flush`](Self::flush) puts both there.
    ///
    /// NumPy has no such call; a file has to be made longer and mapped again.
    pub fn grow(&mut self, rows: usize) -> Result<()> {
        self.grow_with(rows, |_, _| Ok(()))
    }

    /// Cuts the file where the array ends, and gives the number of bytes that were behind it. For a `.npy` that a program was
    /// appending to when it was ended; whatever else lies there is gone too.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::ShapeMismatch`] if the header of a `.npy` has changed since the file was opened,
    /// [`ErrorKind::Truncated`] if the file ends before the array does, and [`ErrorKind::Io`].
    pub fn discard_rest(&mut self) -> Result<u64> {
        self.core.discard_rest()
    }

    /// Makes the array longer by these rows, in C order each: along axis 0, or in Fortran order along the last axis; see
    /// [`grow`](Self::grow). They are in the file before a header names them.
    ///
    /// Each call maps the file anew and, of a `.npy`, reads the header again, which takes some 30 µs: append many rows at a time.
    ///
    /// # Errors
    ///
    /// As for `grow`, and [`ErrorKind::ShapeMismatch`] if `elements` is no whole number of rows.
    pub fn append(&mut self, elements: &[T]) -> Result<()>
    where
        D: RemoveAxis,
    {
        let layout = &self.core.layout;
        let axis = layout.growing_axis().unwrap_or(0);
        let row: usize =
            layout.shape.iter().enumerate().filter(|(other, _)| *other != axis).map(|(_, len)| len).product();
        if row == 0 || !elements.len().is_multiple_of(row) {
            let message = format!(
                "{} elements are not a whole number of rows, which have {row} each; give all of a row",
                elements.len()
            );
            return Err(self.name(Error::new(ErrorKind::ShapeMismatch, message)));
        }
        self.grow_with(elements.len() / row, |view, before| {
            let mut new = view.split_at(Axis(axis), before).1;
            if axis == 0 {
                new.copy_from_slice(elements);
                return Ok(());
            }
            for (mut row, elements) in new.axis_iter_mut(Axis(axis)).zip(elements.chunks_exact(row)) {
                row.copy_from_slice(elements);
            }
            Ok(())
        })
    }

    fn grow_with(
        &mut self,
        rows: usize,
        fill: impl FnOnce(ViewMut<'_, T, D>, usize) -> Result<()>,
    ) -> Result<()> {
        let typed = |error| mismatch::<T>(error, T::DTYPE);
        let grown = self.core.grown(rows, |mapped, before| match mapped.raw_mut() {
            Some(raw) => fill(ViewMut::from_raw(raw.typed().map_err(typed)?), before),
            None => unreachable!("it was mapped to be written"),
        })?;
        self.core.take(grown, |mapped| mapped.typed().map_err(typed))
    }
}
