//! Growing: a longer file, a new mapping, and for a `.npy` the new length in its header, in an order in which the file can be
//! read at every moment.

use ndarray::{Axis, Dimension, RemoveAxis};

use super::{
    RecordMap,
    core::{Core, Layout},
    mode::ReadWrite,
    opening::{extend, map_array},
    options::mismatch,
    region::{Access, Dynamic, Mapped},
    reserve::{self, Space},
    source::read_at,
};
use crate::{
    dtype::ShapeText,
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
        let named = match &self.npy {
            Some(npy) if npy.is_member => {
                let message = "a member of an archive cannot grow; copy it to a .npy file of its own";
                return Err(Error::new(ErrorKind::Unsupported, message));
            }
            Some(npy) => {
                // What the header says by now: rows behind the array may have been named since.
                let header = npy::read(npy.at, &mut |at, bytes| read_at(file, bytes, at))?;
                if header.shape != npy.header.shape || header.len != npy.header.len {
                    let message = format!(
                        "the header says shape {} by now, and said {} when the file was opened; another program has changed \
                         it: open it again",
                        ShapeText(&header.shape),
                        ShapeText(&npy.header.shape)
                    );
                    return Err(Error::new(ErrorKind::ShapeMismatch, message));
                }
                let Some((at, bytes)) = header.with_axis_len(axis, layout.shape[axis]) else {
                    let message = format!(
                        "the header has no room for {} rows; copy the array to a file made by create_npy, which leaves room",
                        layout.shape[axis]
                    );
                    return Err(Error::new(ErrorKind::Unsupported, message));
                };
                Some((npy.at + at, bytes))
            }
            None => None,
        };
        let metadata = file.metadata().map_err(|error| Error::io("cannot read the file's size", error))?;
        let (end, len) = (old.end(), metadata.len());
        if !metadata.is_file() {
            let message = "a device cannot grow; map more of it with a larger shape";
            return Err(Error::new(ErrorKind::Unsupported, message));
        }
        if len < end {
            let message = format!(
                "the array ends at byte {end}, and the file has become {len} bytes long; another program has cut it: open it \
                 again"
            );
            return Err(Error::new(ErrorKind::Truncated, message));
        }
        // What lies behind the array of a `.npy` is no part of it: rows that were never named, because a program was ended
        // while it appended them. Behind a header that does not start the file, it may be anything.
        if len > end && self.npy.as_ref().is_none_or(|npy| npy.at > 0) {
            let message = format!(
                "{} bytes lie behind the array, which ends at byte {end}, and would become part of it; open the file again if \
                 another program has appended to it, or map all of it",
                len - end
            );
            return Err(Error::new(ErrorKind::ShapeMismatch, message));
        }
        let space = if self.sparse { Space::None } else { Space::Added };
        let is_npy = self.npy.is_some();
        let (mut mapped, _) =
            extend(file, layout.end(), space, is_npy, || map_array(file, Access::Write, &layout, false))?;
        let left_over = end..len.min(layout.end());
        reserve::zero(file, left_over, self.sparse)
            .map_err(|error| Error::io("cannot overwrite what lies behind the array", error))?;
        fill(&mut mapped, before)?;
        let mut header = None;
        if let (Some(npy), Some((at, bytes))) = (&self.npy, named) {
            // One call, so that a program that reads the header meanwhile sees the old length or the new one.
            reserve::write_at(file, &bytes, at)
                .map_err(|error| Error::io("cannot write the new length to the header", error))?;
            self.unflushed().header = true;
            header = Some(npy::read(npy.at, &mut |at, bytes| read_at(file, bytes, at))?);
        }
        Ok(Grown { mapped, layout, header })
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
    /// - [`ErrorKind::Unsupported`] for a `.npy` whose header has no room for the number, for a member of an archive, and for
    ///   a device.
    ///
    /// The map is as it was then, and so is what a reader finds in the file.
    ///
    /// NumPy has no such call; a file has to be made longer and mapped again.
    pub fn grow(&mut self, rows: usize) -> Result<()> {
        self.grow_with(rows, |_, _| Ok(()))
    }

    /// Makes the array longer by these rows, in C order each: along axis 0, or in Fortran order along the last axis; see
    /// [`grow`](Self::grow). They are in the file before a header names them.
    ///
    /// Each call maps the file anew, which takes some 10 µs: append many rows at a time.
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
