//! Growing and shrinking: a longer or shorter file, a new mapping, and for a `.npy` the new length in its header, in an order
//! in which the file can be read at every moment.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    path::{Path, PathBuf},
};

use ndarray::{Axis, Dimension, RemoveAxis};

use super::{
    RecordMap,
    column::{APPEND_LOCK, append_left, locked},
    core::{Core, Layout},
    extend::extend,
    header::{NextHeader, unchanged_header},
    mode::ReadWrite,
    opening::map_array,
    options::mismatch,
    region::{Access, Dynamic, Mapped},
    reserve::{self, Space},
};
use crate::{
    element::Element,
    error::{Error, ErrorKind, Result},
    npy::Header,
    view::ViewMut,
};

/// A longer or shorter array of the same file, in a new mapping.
pub(super) struct Resized {
    pub(super) mapped: Dynamic,
    pub(super) layout: Layout,
    pub(super) header: Option<Header>,
}

/// Rows that are in the file, behind those that its header names.
pub(super) struct Behind {
    pub(super) mapped: Dynamic,
    pub(super) layout: Layout,
    pub(super) next: Option<NextHeader>,
    /// The length of the file before, if this has made it longer.
    extended_from: Option<u64>,
}

impl Behind {
    /// Makes the file as long again as it was, unless another program has named rows meanwhile.
    pub(super) fn cut(&self, file: &File) {
        if let Some(before) = self.extended_from
            && self.next.as_ref().is_none_or(|next| next.is_unwritten(file))
        {
            reserve::cut_back(file, before, self.layout.end());
        }
    }

    pub(super) fn into_resized(self) -> Resized {
        let Self { mapped, layout, next, .. } = self;
        Resized { mapped, layout, header: next.map(NextHeader::into_header) }
    }
}

/// An error if the file ends before the array does.
pub(super) fn holds(file: &File, layout: &Layout) -> Result<()> {
    let found = file.metadata().map_err(|error| Error::io("cannot read the file's size", error))?.len();
    if found >= layout.end() || layout.bytes == 0 {
        return Ok(());
    }
    let message = format!(
        "another program has cut the file to {found} bytes while it was made {} bytes long; open it again, and lock it",
        layout.end()
    );
    Err(Error::new(ErrorKind::Truncated, message))
}

impl<A> Core<A> {
    /// Maps `rows` more rows, makes the file as long as they take, has `fill` write them, and then names them in the header, if
    /// there is one.
    pub(super) fn grown(
        &self,
        rows: usize,
        fill: impl FnOnce(&mut Dynamic, usize) -> Result<()>,
    ) -> Result<Resized> {
        self.grow_file(rows, fill).map_err(|error| self.name(error))
    }

    fn grow_file(
        &self,
        rows: usize,
        fill: impl FnOnce(&mut Dynamic, usize) -> Result<()>,
    ) -> Result<Resized> {
        let behind = self.put_behind(rows, fill)?;
        if let Some(next) = &behind.next {
            let file = self.growing_file()?;
            next.write(file).inspect_err(|_| behind.cut(file))?;
        }
        Ok(behind.into_resized())
    }

    /// Maps `rows` more rows, makes the file as long as they take, and has `fill` write them. No header names them yet.
    pub(super) fn put_behind(
        &self,
        rows: usize,
        fill: impl FnOnce(&mut Dynamic, usize) -> Result<()>,
    ) -> Result<Behind> {
        let file = self.growing_file()?;
        let (_, before) = self.rows()?;
        let (layout, next) = self.next_rows(rows)?;
        let (mapped, extended_from) = extend(file, &layout, self.space(), next.is_some(), || {
            map_array(file, Access::Write, &layout, false)
        })?;
        let mut behind = Behind { mapped, layout, next, extended_from };
        // What another program has cut away meanwhile is not named.
        let filled = fill(&mut behind.mapped, before).and_then(|()| behind.mapped.check(behind.layout.end()));
        filled.and_then(|()| holds(file, &behind.layout)).inspect_err(|_| behind.cut(file))?;
        self.unflushed().file = true;
        Ok(behind)
    }

    /// The array with `rows` more rows, and the header that names them. Nothing is changed yet.
    fn next_rows(&self, rows: usize) -> Result<(Layout, Option<NextHeader>)> {
        let next = self.next_layout(rows)?;
        self.check_end(self.growing_file()?)?;
        Ok(next)
    }

    /// [`next_rows`](Self::next_rows), wherever the file ends.
    pub(super) fn next_layout(&self, rows: usize) -> Result<(Layout, Option<NextHeader>)> {
        let file = self.growing_file()?;
        let (axis, before) = self.rows()?;
        let len = before.checked_add(rows).ok_or_else(|| super::core::too_large("the number of rows"))?;
        let layout = self.layout_of_rows(axis, len)?;
        let next = match &self.npy {
            Some(npy) => Some(NextHeader::new(npy, file, axis, len)?),
            None => None,
        };
        Ok((layout, next))
    }

    /// Maps the first `rows` rows alone, names them in the header, if there is one, and cuts the file behind them.
    pub(super) fn shrunk(&self, rows: usize) -> Result<Resized> {
        self.shrink_file(rows).map_err(|error| self.name(error))
    }

    fn shrink_file(&self, rows: usize) -> Result<Resized> {
        let file = self.growing_file()?;
        let (axis, before) = self.rows()?;
        if rows > before {
            let message =
                format!("the array has {before} rows and cannot shrink to {rows}; grow makes it longer");
            return Err(Error::new(ErrorKind::ShapeMismatch, message));
        }
        if !cfg!(unix) {
            let message =
                "this system cuts no file that is mapped; close the map, cut the file, and open it again";
            return Err(Error::new(ErrorKind::Unsupported, message));
        }
        let layout = self.layout_of_rows(axis, rows)?;
        let next = match &self.npy {
            Some(npy) => Some(NextHeader::new(npy, file, axis, rows)?),
            None => None,
        };
        self.check_end(file)?;
        let mapped = map_array(file, Access::Write, &layout, false)?;
        // The header comes first, on the disk too, so that it never names rows that are gone.
        let mut cut = Ok(());
        if let Some(next) = &next {
            self.nothing_is_lost()?;
            next.write(file)?;
            cut = self.sync_file(file, "the header, so that the file could be cut,");
        }
        self.unflushed().file = true;
        // An array of no elements may lie past the end.
        let cut = cut.and_then(|()| {
            reserve::cut(file, layout.end()).map_err(|error| Error::io("cannot cut the file", error))
        });
        if let Err(error) = cut {
            // Others may have cut what no header named meanwhile.
            if let Some(next) = &next
                && file.metadata().is_ok_and(|found| found.len() >= self.layout.end())
            {
                next.take_back(file);
            }
            return Err(error);
        }
        Ok(Resized { mapped, layout, header: next.map(NextHeader::into_header) })
    }

    /// The file, if it can be made longer or shorter by this map, whose pages are all there.
    pub(super) fn growing_file(&self) -> Result<&File> {
        let Some(file) = &self.file else { unreachable!("a map that is written keeps its file") };
        self.health()?;
        if reserve::appends(file) {
            let message = "the file was opened for appending, where the system writes to its end whatever the place; open it \
                           without append";
            return Err(Error::new(ErrorKind::Unsupported, message));
        }
        Ok(file)
    }

    /// The axis along which the array grows, and how long it is.
    pub(super) fn rows(&self) -> Result<(usize, usize)> {
        let layout = &self.layout;
        layout.growing_axis().map(|axis| (axis, layout.shape[axis])).ok_or_else(|| {
            let message = "the map is a single element without axes, which cannot grow or shrink; make one with .shape(1)";
            Error::new(ErrorKind::RankMismatch, message)
        })
    }

    /// The layout with another number of rows.
    pub(super) fn layout_of_rows(&self, axis: usize, rows: usize) -> Result<Layout> {
        let Layout { dtype, shape, order, offset, .. } = &self.layout;
        let mut shape = shape.clone();
        shape[axis] = rows;
        Layout::new(dtype.clone(), &format!("elements of {dtype}"), shape, *order, *offset)
    }

    /// What of added rows gets space on the disk.
    fn space(&self) -> Space {
        if self.sparse { Space::None } else { Space::Added }
    }

    /// An error if the file does not end where the array does.
    pub(super) fn check_end(&self, file: &File) -> Result<()> {
        let what_to_do = "open the file again if another program has appended to it, map all of it, or call discard_rest if they are \
                          rows of a program that was ended while it appended them";
        self.check_end_or(file, what_to_do)
    }

    /// [`check_end`](Self::check_end), which says what to do with bytes that lie behind the array.
    pub(super) fn check_end_or(&self, file: &File, what_to_do: &str) -> Result<()> {
        match self.bytes_behind(file)? {
            0 => Ok(()),
            behind => {
                let message = format!(
                    "{behind} bytes lie behind the array, which ends at byte {}; {what_to_do}",
                    self.layout.end()
                );
                Err(Error::new(ErrorKind::ShapeMismatch, message))
            }
        }
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
            self.health()?;
            let _locks = self.locks_of_columns()?;
            let behind = self.bytes_behind(file)?;
            // Both asked after the length, and in this order: who appends to columns says so before rows are in that length, and until they
            // are named; and rows that have been named by now are not cut.
            self.is_not_appended_to()?;
            if let Some(npy) = &self.npy {
                unchanged_header(npy, file)?;
            }
            if behind > 0 {
                let cut = file.set_len(self.layout.end());
                cut.map_err(|error| Error::io("cannot cut what lies behind the array", error))?;
                self.unflushed().file = true;
            }
            Ok(behind)
        };
        discard().map_err(|error| self.name(error))
    }

    /// An error if the file is a column of a directory in which an append is under way, or was left. The rows behind those that its
    /// header names may be a part of it then, and may count.
    fn is_not_appended_to(&self) -> Result<()> {
        let Some(name) = self.directories().iter().find_map(|dir| append_left(dir)) else { return Ok(()) };
        let message = format!(
            "an append to the columns of its directory is under way, or was left by a program that was ended, which the file {name} \
             beside it says; open the directory with ColumnMap::open_rw or DynColumnMap::open_rw, which do what was left to do"
        );
        Err(Error::new(ErrorKind::Locked, message))
    }

    /// The locks of those who append to the columns of the file's directory, if there has been one: else one could begin between what is
    /// asked and what is cut.
    fn locks_of_columns(&self) -> Result<Vec<File>> {
        let locks = self.directories().into_iter().map(|dir| dir.join(APPEND_LOCK));
        // One file is locked once, and several in one order.
        let locks: BTreeSet<_> = locks.filter_map(|lock| fs::canonicalize(lock).ok()).collect();
        locks.iter().map(|lock| locked(lock)).collect()
    }

    /// Where the file is by its path, and where it is indeed.
    fn directories(&self) -> Vec<PathBuf> {
        let Some(path) = &self.path else { return Vec::new() };
        let target = fs::canonicalize(path).unwrap_or_default();
        [path.parent(), target.parent()].into_iter().flatten().map(Path::to_path_buf).collect()
    }

    /// Puts a longer or shorter array in the place of the old one.
    pub(super) fn take(
        &mut self,
        resized: Resized,
        prove: impl FnOnce(Dynamic) -> Result<Mapped<A>>,
    ) -> Result<()> {
        self.mapped = prove(resized.mapped)?;
        self.layout = resized.layout;
        if let (Some(npy), Some(header)) = (&mut self.npy, resized.header) {
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
    /// The map is as it was then, and so is the file; unless another program appends to it at the same time without a lock, whose rows
    /// may be overwritten.
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

    /// Makes the array shorter, so that it has `rows` rows: the first ones along axis 0, or in Fortran order along the last
    /// axis. The file is cut behind them, and the header of a `.npy` names them alone, before it is cut.
    ///
    /// Views of the map have to be gone. **Other maps of the file keep their length, and lose what they had behind the new
    /// end**: reading it there ends their process, unless it has the handler of the feature `fault-guard`. A program that
    /// is ended in between leaves the old rows behind the array, for [`discard_rest`](Self::discard_rest).
    ///
    /// ```
    /// # let path = std::env::temp_dir().join(format!("mmrec-doc-shrink-{}.npy", std::process::id()));
    /// let mut map = mmrec::RecordMap::<u32>::options().shape(1000).create_npy(&path)?;
    /// map.set(1, 7);
    /// map.shrink_to(2)?;
    /// assert_eq!(map.to_vec(), [0, 7]);
    /// assert_eq!(std::fs::metadata(&path)?.len(), 128 + 2 * 4);
    /// # std::fs::remove_file(path)?;
    /// # Ok::<(), mmrec::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::ShapeMismatch`] if there are fewer rows, and as for [`grow`](Self::grow) otherwise;
    /// [`ErrorKind::Unsupported`] on Windows, which cuts no file that is mapped. The map is as it was then, and so is the file.
    ///
    /// NumPy has no such call.
    pub fn shrink_to(&mut self, rows: usize) -> Result<()> {
        let shrunk = self.core.shrunk(rows)?;
        self.take(shrunk)
    }

    /// Cuts the file where the array ends, and gives the number of bytes that were behind it. For a `.npy` that a program was
    /// appending to when it was ended; whatever else lies there is gone too.
    ///
    /// # Errors
    ///
    /// - [`ErrorKind::ShapeMismatch`] if the header of a `.npy` has changed since the file was opened,
    ///   [`ErrorKind::Truncated`] if the file ends before the array does, and [`ErrorKind::Io`];
    /// - [`ErrorKind::Locked`] for a column of a directory, by its path, while an append to the columns is under way, or was left by a
    ///   program that was ended, which [`ColumnMap::open_rw`](crate::ColumnMap::open_rw) then finishes. It waits for one up to ten
    ///   seconds; [`ErrorKind::Io`] if `.append.lock` is there and cannot be written.
    pub fn discard_rest(&mut self) -> Result<u64> {
        self.core.discard_rest()
    }

    /// Makes the array longer by these rows, in C order each: along axis 0, or in Fortran order along the last axis; see
    /// [`grow`](Self::grow). They are in the file before a header names them.
    ///
    /// Each call maps the file anew and, of a `.npy`, reads the header again, which takes some 30 µs: append many rows at a time,
    /// or use an [`appender`](Self::appender), which collects them.
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
        let grown = self.core.grown(rows, |mapped, before| match mapped.raw_mut() {
            Some(raw) => {
                let raw = raw.typed().map_err(|error| mismatch::<T>(error, T::DTYPE))?;
                fill(ViewMut::from_raw(raw), before)
            }
            None => unreachable!("it was mapped to be written"),
        })?;
        self.take(grown)
    }

    pub(super) fn take(&mut self, resized: Resized) -> Result<()> {
        self.core.take(resized, |mapped| mapped.typed().map_err(|error| mismatch::<T>(error, T::DTYPE)))
    }
}
