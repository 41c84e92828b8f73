//! Appending records one at a time: collected in memory, written many at once.

use std::{
    fmt,
    fs::File,
    ops::{Deref, DerefMut},
};

use ndarray::Ix1;

use super::{
    RecordMap,
    core::{Layout, Npy},
    header::NextHeader,
    mode::ReadWrite,
    opening::map_array,
    region::Access,
    reserve::{self, Space},
    resize::Resized,
};
use crate::{
    element::{Element, store_in},
    error::{Error, ErrorKind, Result},
};

/// Bytes that are collected before they are written: so many that the system calls for them cost little beside the copy, and
/// few enough for the cache of one core.
const BUFFER: usize = 256 << 10;

/// Appends records to a map, one at a time or many. Made by [`RecordMap::appender`].
///
/// ```
/// use mmrec::{MmapRecord, RecordMap};
///
/// #[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
/// #[repr(C)]
/// struct Tick {
///     ts: u64,
///     price: f64,
/// }
///
/// # let path = std::env::temp_dir().join(format!("mmrec-doc-appender-{}.npy", std::process::id()));
/// let mut ticks = RecordMap::<Tick>::options().shape(0).create_npy(&path)?;
/// let mut appender = ticks.appender()?;
/// for ts in 0..100_000 {
///     appender.push(Tick { ts, price: 1.5 })?;
/// }
/// appender.flush()?;                      // these 100 000 survive a loss of power from here on
/// appender.push(Tick { ts: 100_000, price: 2.5 })?;
/// appender.finish()?;                     // this one is in the file, and survives the end of this process
/// assert_eq!(ticks.at(100_000).price, 2.5);
/// # std::fs::remove_file(path)?;
/// # Ok::<(), mmrec::Error>(())
/// ```
///
/// # Where a record is
///
/// | after | the record is | others see it | it survives |
/// |---|---|---|---|
/// | [`push`](Self::push) | in memory, or in the file behind the array | perhaps, in a raw file; in a `.npy` not yet | nothing |
/// | [`commit`](Self::commit) | in the file | when they open it | the end of this process, however it ends |
/// | [`flush`](Self::flush) | on the disk | when they open it | a loss of power too |
/// | [`finish`](Self::finish) | in the file | when they open it, and the map sees it too | as `commit` |
///
/// The header of a `.npy` names records only once they are in the file, and where `flush` names them, only once they are on
/// the disk: so if nothing else than `flush` is called, no loss of power leaves a header that names what is not there. A raw file has no header: its length says how many records it
/// has. It grows by whole records, in one step, and they are written then; so a program that is ended in that moment leaves
/// zeros, or parts of records, behind those that were committed, and one that reads meanwhile may find such.
///
/// Dropping the appender does as `finish` does, a panic too, and cannot say if that failed. `std::process::exit` drops nothing. So make
/// one and keep it: one that is made for each record writes each record by itself, and loses it without a word if the disk is full.
///
/// It borrows the map until it is gone, so keep both in the function that runs the log; its own [`len`](Self::len) and
/// [`flush`](Self::flush) take the place of those of the map. Where it has to be kept in a struct, or sent to a thread,
/// [`RecordMap::into_appender`] gives one that has the map.
///
/// 256 KiB of records are collected before they are written, at the least one. How long that takes is up to who pushes: where
/// others wait for the records, or none may be lost, call `commit` or `flush` from time to time.
///
/// NumPy has no such thing.
#[must_use = "an appender collects records for as long as it is there: keep it, push to it, and finish it"]
pub struct Appender<'a, T: Element> {
    map: Holder<'a, T>,
    /// Room for a whole number of records, as they are in the file. Padding is 0, for nothing writes it.
    buffer: Vec<u8>,
    /// Bytes of the buffer that hold records.
    filled: usize,
    /// All rows that are in the file, named or not.
    layout: Layout,
    /// The header as it is by now.
    npy: Option<Npy>,
    /// Rows that the header names, or that have been committed to a raw file.
    named: usize,
    /// Whether rows were written that may not be on the disk yet.
    is_unsynced: bool,
    is_finished: bool,
}

/// The map that is appended to.
enum Holder<'a, T: Element> {
    Lent(&'a mut RecordMap<T, Ix1, ReadWrite>),
    Own(Box<RecordMap<T, Ix1, ReadWrite>>),
}

impl<T: Element> Deref for Holder<'_, T> {
    type Target = RecordMap<T, Ix1, ReadWrite>;

    fn deref(&self) -> &Self::Target {
        match self {
            Self::Lent(map) => map,
            Self::Own(map) => map,
        }
    }
}

impl<T: Element> DerefMut for Holder<'_, T> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        match self {
            Self::Lent(map) => map,
            Self::Own(map) => map,
        }
    }
}

impl<T: Element> RecordMap<T, Ix1, ReadWrite> {
    /// What appends records to the map, one at a time or many. Until it is gone, the map is borrowed; afterwards the map has
    /// the new records.
    ///
    /// # Errors
    ///
    /// As for [`grow`](Self::grow), where the file cannot become longer: because there is something behind the array already,
    /// another program has changed its header, or it is a device.
    pub fn appender(&mut self) -> Result<Appender<'_, T>> {
        Appender::new(Holder::Lent(self))
    }

    /// An [`appender`](Self::appender) that has the map, to be kept in a struct or sent to a thread.
    ///
    /// ```
    /// use mmrec::{Appender, RecordMap};
    ///
    /// struct Logger {
    ///     ticks: Appender<'static, u64>,
    /// }
    ///
    /// # let path = std::env::temp_dir().join(format!("mmrec-doc-into-appender-{}.npy", std::process::id()));
    /// let map = RecordMap::<u64>::options().shape(0).open_or_create_npy(&path)?;
    /// let mut logger = Logger { ticks: map.into_appender()? };
    /// logger.ticks.push(7)?;
    /// logger.ticks.flush()?;
    /// assert_eq!(RecordMap::<u64>::open(&path)?.to_vec(), [7]);
    /// # std::fs::remove_file(path)?;
    /// # Ok::<(), mmrec::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As for [`appender`](Self::appender). The map is gone then.
    pub fn into_appender(self) -> Result<Appender<'static, T>> {
        Appender::new(Holder::Own(Box::new(self)))
    }
}

impl<'a, T: Element> Appender<'a, T> {
    fn new(map: Holder<'a, T>) -> Result<Self> {
        let core = &map.core;
        let checked = core.growing_file().and_then(|file| {
            if let Some(npy) = &core.npy {
                NextHeader::new(npy, file, 0, core.layout.shape[0])?;
            }
            core.check_end(file)
        });
        checked.map_err(|error| core.name(error))?;
        let (layout, npy) = (core.layout.clone(), core.npy.clone());
        let records = BUFFER / size_of::<T>().max(1);
        let buffer = vec![0; size_of::<T>() * records.max(1)];
        let named = layout.shape[0];
        Ok(Appender { map, buffer, filled: 0, layout, npy, named, is_unsynced: false, is_finished: false })
    }
}

impl<T: Element> Appender<'_, T> {
    /// Takes a record. It is in the file once enough have been taken, or after [`commit`](Self::commit).
    ///
    /// # Errors
    ///
    /// - [`ErrorKind::StorageFull`] or [`ErrorKind::Io`] if the records taken up to now cannot be written;
    /// - [`ErrorKind::ShapeMismatch`] if another program has made the file longer, [`ErrorKind::Truncated`] if it has cut it;
    /// - [`ErrorKind::Overflow`] for more records than a file can have.
    ///
    /// This record is not taken then. Those that were are still there, and the next call tries to write them again.
    #[inline]
    pub fn push(&mut self, record: T) -> Result<()> {
        if self.filled == self.buffer.len() {
            self.write_out()?;
        }
        let end = self.filled + size_of::<T>();
        if size_of::<T>() == 0 {
            return self.push_nothing();
        }
        store_in(record, &mut self.buffer[self.filled..end]);
        self.filled = end;
        Ok(())
    }

    /// Takes records, in order.
    ///
    /// # Errors
    ///
    /// As for [`push`](Self::push). Some of the records may have been taken then: [`len`](Self::len) says how many.
    pub fn extend_from_slice(&mut self, records: &[T]) -> Result<()> {
        records.iter().try_for_each(|record| self.push(*record))
    }

    /// The number of records of the array, with all that were taken.
    pub fn len(&self) -> usize {
        self.layout.shape[0] + self.filled.checked_div(size_of::<T>()).unwrap_or(0)
    }

    /// Whether there is no record, neither in the array nor taken.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Puts all records taken in the file, and names them in its header if it is a `.npy`. They survive the end of this
    /// process, however it ends.
    ///
    /// # Errors
    ///
    /// As for [`push`](Self::push), and [`ErrorKind::Unsupported`] for a `.npy` whose header has no room for the number. Those
    /// that could be written are named all the same; the others are kept, and the next call tries again.
    pub fn commit(&mut self) -> Result<()> {
        let written = self.write_out();
        self.name_rows()?;
        written
    }

    /// [`commit`](Self::commit), and waits until all of it is on the disk: first the records, then the header that names them.
    ///
    /// # Errors
    ///
    /// As for `commit`, and for [`RecordMap::flush`]. If the disk has not taken something, no later flush is `Ok`, for the system does
    /// not say what it was: write it again, to another file.
    pub fn flush(&mut self) -> Result<()> {
        let written = self.write_out();
        if self.is_unsynced {
            self.map.core.sync_file(self.file(), "what was appended")?;
            self.is_unsynced = false;
        }
        self.name_rows()?;
        self.map.flush()?;
        written
    }

    /// [`commit`](Self::commit), and gives the map the new records, if it is borrowed; one of [`RecordMap::into_appender`] closes it.
    ///
    /// # Errors
    ///
    /// As for `commit`, and [`ErrorKind::Io`] if the longer array cannot be mapped. What could not be written is gone then, with
    /// the appender: where that matters, call `commit` until it is `Ok`. The map has what could be.
    pub fn finish(mut self) -> Result<()> {
        self.is_finished = true;
        self.end()
    }

    /// For records of no bytes, which a file has none of.
    fn push_nothing(&mut self) -> Result<()> {
        let rows =
            self.layout.shape[0].checked_add(1).ok_or_else(|| super::core::too_large("the number of rows"));
        self.layout =
            rows.and_then(|rows| self.map.core.layout_of_rows(0, rows)).map_err(|error| self.name(error))?;
        Ok(())
    }

    fn file(&self) -> &File {
        match &self.map.core.file {
            Some(file) => file,
            None => unreachable!("a map that is written keeps its file"),
        }
    }

    fn name(&self, error: Error) -> Error {
        self.map.core.name(error)
    }

    /// Writes what was collected to the end of the file.
    #[cold]
    fn write_out(&mut self) -> Result<()> {
        if self.filled == 0 {
            return Ok(());
        }
        let layout = self.write_records().map_err(|error| self.name(error))?;
        self.layout = layout;
        self.filled = 0;
        self.is_unsynced = true;
        // For a flush of the map, once the appender is gone.
        self.map.core.unflushed().file = true;
        Ok(())
    }

    fn write_records(&self) -> Result<Layout> {
        let (file, records, from) = (self.file(), &self.buffer[..self.filled], self.layout.end());
        let rows = self.layout.shape[0].checked_add(self.filled / size_of::<T>());
        let rows = rows.ok_or_else(|| super::core::too_large("the number of rows"))?;
        let layout = self.map.core.layout_of_rows(0, rows)?;
        let found = self.len_with_all()?;
        if found > from {
            let what = "another program has appended to it; open it again, and lock it";
            return Err(self.changed(found, ErrorKind::ShapeMismatch, what));
        }
        // In one step, so that it has a whole number of records at every moment. Writing them takes the space on the disk,
        // and says so if there is none.
        let too_long = |error| Error::io(format!("cannot make the file {} bytes long", layout.end()), error);
        let extended = reserve::extend(file, layout.end(), Space::None).map_err(too_long)?;
        reserve::write_at(file, records, from).map_err(|error| {
            // Not what another program has added in this very moment.
            if extended.from == Some(found) {
                reserve::cut_back(file, found, layout.end());
            }
            Error::io(format!("cannot append {} bytes to the file", records.len()), error)
        })?;
        Ok(layout)
    }

    /// The length of the file, or an error if it ends before the rows do that were written to it.
    fn len_with_all(&self) -> Result<u64> {
        let metadata = self.file().metadata();
        let found = metadata.map_err(|error| Error::io("cannot read the file's size", error))?.len();
        // An array of no elements may lie past the end of a file.
        let is_first = self.layout.bytes == 0 && self.npy.is_none();
        if found < self.layout.end() && !is_first {
            let what = format!(
                "another program has cut it; open it again, or, if a header names more than is left, map what is left with \
                 .offset({}) and a shape, to copy it",
                self.layout.offset
            );
            return Err(self.changed(found, ErrorKind::Truncated, &what));
        }
        Ok(found)
    }

    fn changed(&self, found: u64, kind: ErrorKind, what: &str) -> Error {
        let message = format!(
            "the records appended up to now end at byte {}, and the file at byte {found}: {what}",
            self.layout.end()
        );
        Error::new(kind, message)
    }

    /// Names the rows that are in the file in its header, if it has one. What another program has cut away is not named.
    fn name_rows(&mut self) -> Result<()> {
        let rows = self.layout.shape[0];
        self.len_with_all().map_err(|error| self.name(error))?;
        if self.named == rows {
            return Ok(());
        }
        if let Some(npy) = &self.npy {
            let file = self.file();
            let named = NextHeader::new(npy, file, 0, rows).and_then(|next| {
                next.write(file)?;
                Ok(next.into_header())
            });
            let header = named.map_err(|error| self.name(error))?;
            self.map.core.unflushed().file = true;
            self.npy = Some(Npy { at: npy.at, header });
        }
        self.named = rows;
        Ok(())
    }

    fn end(&mut self) -> Result<()> {
        let committed = self.commit();
        // What another program has cut away, the map does not get; and nobody is left to read one that the appender has.
        let is_cut = matches!(&committed, Err(error) if error.kind() == ErrorKind::Truncated);
        let is_lent = matches!(self.map, Holder::Lent(_));
        if is_cut || !is_lent || self.named == self.map.core.layout.shape[0] {
            return committed;
        }
        // Nor does it get what the header does not name.
        let named = || {
            let layout = self.map.core.layout_of_rows(0, self.named)?;
            let mapped = map_array(self.file(), Access::Write, &layout, false)?;
            mapped.check(layout.end())?;
            Ok((mapped, layout))
        };
        let (mapped, layout) = named().map_err(|error| self.name(error))?;
        let header = self.npy.take().map(|npy| npy.header);
        self.map.take(Resized { mapped, layout, header })?;
        committed
    }
}

impl<T: Element> Drop for Appender<'_, T> {
    fn drop(&mut self) {
        if !self.is_finished {
            // Nobody is there to be told.
            let _ = self.end();
        }
    }
}

impl<T: Element> fmt::Debug for Appender<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Appender").field("map", &*self.map).field("len", &self.len()).finish()
    }
}
