//! The builder: what to map and how. Everything is checked before anything is touched.

use std::{fs, io, marker::PhantomData, path::Path};

use ndarray::{Dimension, IntoDimension, Ix1};

use super::{
    RecordMap, Source,
    lock::Lock,
    mode::{AnyMode, CopyOnWrite, Mode, ReadOnly, ReadWrite, Sealed},
    region::{Access, Mapped},
    reserve::{self, Space},
    source::{Opened, Origin, starts_as_npy},
};
use crate::{
    dtype::ShapeText,
    element::Element,
    error::{Error, ErrorKind, Result},
    field::short_name,
    view::raw::checked_count,
};

/// The order in which the elements of several axes lie in the file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Order {
    /// The last index varies fastest, as in C.
    #[default]
    C,
    /// The first index varies fastest, as in Fortran.
    F,
}

/// Marks [`MapOptions`] that have no shape yet: they map one axis to the end of the file, and cannot create one.
#[derive(Clone, Copy, Debug)]
pub enum NoShape {}

/// Marks [`MapOptions`] that have a shape.
#[derive(Clone, Copy, Debug)]
pub enum Shaped {}

/// Options with a shape, as are needed to make a file.
#[diagnostic::on_unimplemented(
    message = "a new file needs a shape",
    label = "how many records?",
    note = "say how many there are with `.shape(1000)`, or along each axis with `.shape((3, 4))`, before this call"
)]
pub trait HasShape: sealed::Sealed {}

impl HasShape for Shaped {}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Shaped {}
}

/// What to map of a file and how, from [`RecordMap::options`].
///
/// ```
/// use mmrec::{Order, RecordMap};
///
/// # let path = std::env::temp_dir().join(format!("mmrec-doc-options-{}.bin", std::process::id()));
/// let mut grid = RecordMap::<f32>::options().offset(16).shape((3, 4)).order(Order::F).create(&path)?;
/// grid.set([2, 1], 0.5);
/// assert_eq!(grid.view().strides(), [4, 12]);
/// assert_eq!(std::fs::metadata(&path).unwrap().len(), 16 + 3 * 4 * 4);
/// # std::fs::remove_file(&path).unwrap();
/// # Ok::<(), mmrec::Error>(())
/// ```
///
/// A file can only be created once there is a shape:
///
/// ```compile_fail,E0277
/// let map = mmrec::RecordMap::<f32>::options().create("new.bin");
/// ```
#[must_use = "options do nothing until the file is opened"]
pub struct MapOptions<T, D = Ix1, S = NoShape> {
    shape: Option<D>,
    offset: u64,
    order: Order,
    sparse: bool,
    lock: Lock,
    raw: bool,
    populate: bool,
    types: PhantomData<fn() -> (T, S)>,
}

impl<T: Element> MapOptions<T> {
    pub(super) fn new() -> Self {
        let (offset, order, lock) = (0, Order::C, Lock::None);
        Self {
            shape: None,
            offset,
            order,
            sparse: false,
            lock,
            raw: false,
            populate: false,
            types: PhantomData,
        }
    }
}

impl<T: Element, D: Dimension, S> MapOptions<T, D, S> {
    /// The array starts this many bytes into the file. Any number will do; no alignment is needed.
    pub fn offset(mut self, bytes: u64) -> Self {
        self.offset = bytes;
        self
    }

    /// The array has this shape: `.shape(10)`, `.shape((3, 4))`, `.shape([3, 4])`, `.shape(())` for a single element;
    /// a `Vec<usize>` or `&[usize]` gives a number of axes known only at run time.
    ///
    /// Without a shape, the map has one axis and takes all of the file from the offset on.
    pub fn shape<I: IntoDimension>(self, shape: I) -> MapOptions<T, I::Dim, Shaped> {
        let Self { offset, order, sparse, lock, raw, populate, .. } = self;
        let shape = Some(shape.into_dimension());
        MapOptions { shape, offset, order, sparse, lock, raw, populate, types: PhantomData }
    }

    /// The order of the elements in the file, C by default.
    pub fn order(mut self, order: Order) -> Self {
        self.order = order;
        self
    }

    /// Whether a new file, or what is added to an old one, may be a hole instead of disk space that is reserved. Then a
    /// full disk shows only when a page is written, and ends the process.
    ///
    /// Space is reserved on Linux and Android, where the file system can (`fallocate`); elsewhere every file is sparse. A
    /// new file has space for all of it; of a file that [`open_rw`](Self::open_rw) extends, the holes it had stay holes.
    pub fn sparse(mut self, sparse: bool) -> Self {
        self.sparse = sparse;
        self
    }

    /// The advisory lock to hold while the file is mapped.
    pub fn lock(mut self, lock: Lock) -> Self {
        self.lock = lock;
        self
    }

    /// Maps the bytes of the file as they are, even if they begin as those of a `.npy` file do.
    pub fn raw(mut self) -> Self {
        self.raw = true;
        self
    }

    /// Whether opening reads all of the array into memory, and waits for it, so that no later read does while memory
    /// lasts. In mode `c` that copies nothing. What [`create`](Self::create) overwrites is not read. Linux alone does it.
    ///
    /// Where all of a file is read front to back, opening takes longer by the time that is saved later. Random lookups in
    /// 1 GiB that was not in memory took 0.4 of the time of no hint on one system and 1.8 on another; if it was in memory
    /// already, opening took 0.1 s to 0.2 s longer, which 200 000 lookups did not bring in. [`Advice`] has the table.
    ///
    /// [`Advice`]: crate::Advice
    pub fn populate(mut self, populate: bool) -> Self {
        self.populate = populate;
        self
    }

    /// Maps a file to be read, mode `r`.
    ///
    /// # Errors
    ///
    /// - [`ErrorKind::Io`] if the file cannot be opened or mapped;
    /// - [`ErrorKind::SizeNotMultiple`] if, without a shape, the rest of the file is no whole number of elements;
    /// - [`ErrorKind::PastEnd`] if the offset, or the end of the shape, lies past the end of the file;
    /// - [`ErrorKind::Overflow`] if the shape has more bytes than there are addresses;
    /// - [`ErrorKind::Locked`] if a lock was asked for and another holds one;
    /// - [`ErrorKind::Unsupported`] for a `.npy` file without [`raw`](Self::raw) or an offset.
    ///
    /// NumPy: `numpy.memmap(path, dtype, mode='r', offset=, shape=, order=)`.
    pub fn open(self, source: impl Source) -> Result<RecordMap<T, D, ReadOnly>> {
        self.map(Mode::ReadOnly, source.into_origin())
    }

    /// Maps a file that the operating system lets nobody change, mode `r`, so that slices of it can be had in safe code.
    ///
    /// Two kinds of files are such, both on Linux: memory files (`memfd_create`) sealed against writing and shrinking
    /// with `F_SEAL_WRITE` and `F_SEAL_SHRINK`, and files of ext4, f2fs or btrfs with fs-verity. Permissions and
    /// read-only mounts are no guarantee.
    ///
    /// ```
    /// use mmrec::{ErrorKind, RecordMap};
    ///
    /// # let path = std::env::temp_dir().join(format!("mmrec-doc-sealed-{}.bin", std::process::id()));
    /// # std::fs::write(&path, [0; 12]).unwrap();
    /// match RecordMap::<u32>::options().open_sealed(&path) {
    ///     Ok(map) => println!("{:?}", map.as_slice()),
    ///     Err(error) if error.kind() == ErrorKind::Unsupported => println!("{error}"),
    ///     Err(error) => return Err(error),
    /// }
    /// # std::fs::remove_file(path).unwrap();
    /// # Ok::<(), mmrec::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As for [`open`](Self::open), and [`ErrorKind::Unsupported`] for every other file.
    ///
    /// NumPy has no mode for it.
    pub fn open_sealed(self, source: impl Source) -> Result<RecordMap<T, D, Sealed>> {
        self.map_as(Mode::ReadOnly, Access::Sealed, source.into_origin())
    }

    /// Maps a file to be read and written, mode `r+`. If the shape ends past the end of the file, the file is extended
    /// with zeros.
    ///
    /// There is one exception, on file systems in memory (tmpfs): if a program has written to a map past the end of the
    /// file, into the rest of its last page, that shows instead. To overwrite it is to overwrite what others append at
    /// the same time, so only a call with [`Lock::Exclusive`] does it.
    ///
    /// # Errors
    ///
    /// As for [`open`](Self::open), and [`ErrorKind::StorageFull`] if the disk has no room for the file to be extended,
    /// where space [is reserved](Self::sparse). The file is then as it was; but if others fill the disk meanwhile, some
    /// of the space may stay reserved for it.
    ///
    /// NumPy: `numpy.memmap(path, dtype, mode='r+', ...)`.
    pub fn open_rw(self, source: impl Source) -> Result<RecordMap<T, D, ReadWrite>> {
        self.map(Mode::ReadWrite, source.into_origin())
    }

    /// Maps a file to be read and changed in this process alone, mode `c`. The file need not be writable.
    ///
    /// # Errors
    ///
    /// As for [`open`](Self::open).
    ///
    /// NumPy: `numpy.memmap(path, dtype, mode='c', ...)`.
    pub fn open_cow(self, source: impl Source) -> Result<RecordMap<T, D, CopyOnWrite>> {
        self.map(Mode::CopyOnWrite, source.into_origin())
    }

    /// Maps a file in a mode that is known only at run time.
    ///
    /// # Errors
    ///
    /// As for the call of that mode; [`ErrorKind::ShapeMismatch`] for [`Mode::Create`] without a shape.
    ///
    /// NumPy: `numpy.memmap(path, dtype, mode, ...)`.
    pub fn open_mode(self, mode: Mode, source: impl Source) -> Result<RecordMap<T, D, AnyMode>> {
        self.map(mode, source.into_origin())
    }

    fn map<M>(self, mode: Mode, origin: Origin) -> Result<RecordMap<T, D, M>> {
        let access = match mode {
            Mode::Create => return self.create_as(origin, false),
            Mode::ReadOnly => Access::Read,
            Mode::CopyOnWrite => Access::Copy,
            Mode::ReadWrite => Access::Write,
        };
        self.map_as(mode, access, origin)
    }

    fn map_as<M>(self, mode: Mode, access: Access, origin: Origin) -> Result<RecordMap<T, D, M>> {
        self.given_size().map_err(|error| error.with_path(origin.path().as_deref()))?;
        let opened = Opened::existing(origin, mode)?;
        let path = opened.path.clone();
        self.map_existing(mode, access, opened).map_err(|error| error.with_path(path.as_deref()))
    }

    fn map_existing<M>(self, mode: Mode, access: Access, opened: Opened) -> Result<RecordMap<T, D, M>> {
        opened.lock(self.lock)?;
        let len = opened.len()?;
        // A device without an end holds no `.npy` file, and reading from it may do anything.
        if !self.raw && self.offset == 0 && len.is_some() && starts_as_npy(&opened.file)? {
            let message = "the file begins as a .npy file, whose first bytes are a header and not records; this version \
                           maps no .npy: give the offset and shape of its data, or call .raw() to map all bytes as records";
            return Err(Error::new(ErrorKind::Unsupported, message));
        }
        let dim = match &self.shape {
            Some(dim) => dim.clone(),
            None => self.shape_of_rest(len)?,
        };
        let bytes = byte_size::<T>(dim.slice())?;
        let end = end_of(self.offset, bytes)?;
        let extends = mode == Mode::ReadWrite && self.shape.is_some();
        if let Some(len) = len
            && end > len
        {
            if !extends {
                return Err(past_end::<T>(dim.slice(), self.offset, end, len));
            }
            if bytes > 0 {
                let (mapped, _) = self.map_and_extend(&opened.file, dim, end, Space::Added)?;
                return Ok(self.finish(mapped, mode, opened));
            }
        }
        let mapped = self.map_array(&opened.file, access, dim, end)?;
        Ok(self.finish(mapped, mode, opened))
    }

    /// Maps the array to be written and makes the file `end` bytes long if it is shorter; gives the length it had then.
    ///
    /// The map comes first, past the end of the file, where nothing may be read yet. So what can be refused is refused
    /// before the file changes, and no extension is ever taken back on which someone else relies by then.
    fn map_and_extend(
        &self,
        file: &fs::File,
        dim: D,
        end: u64,
        space: Space,
    ) -> Result<(Mapped<T, D>, Option<u64>)> {
        // A file that is overwritten is cleared then. One that others may extend meanwhile is not.
        #[cfg(unix)]
        let is_ours = space == Space::Added && self.lock == Lock::Exclusive;
        let space = if self.sparse { Space::None } else { space };
        let too_long = |error| {
            let hint = if self.sparse { "" } else { "; make room, or use .sparse(true) to reserve none" };
            Error::io(format!("cannot make the file {end} bytes long{hint}"), error)
        };
        reserve::check_room(file, end, space).map_err(too_long)?;
        #[cfg(unix)]
        let (mapped, grown_from) = {
            let mapped = self.map_array(file, Access::Write, dim, end)?;
            if is_ours {
                reserve::clear_rest_of_page(file);
            }
            (mapped, reserve::extend(file, end, space).map_err(too_long)?)
        };
        // Windows maps nothing past the end, and lets nobody cut a file that is mapped.
        #[cfg(not(unix))]
        let (mapped, grown_from) = {
            let grown_from = reserve::extend(file, end, space).map_err(too_long)?;
            let mapped = self.map_array(file, Access::Write, dim, end).inspect_err(|_| {
                if let Some(before) = grown_from {
                    reserve::cut_back(file, before, end);
                }
            })?;
            (mapped, grown_from)
        };
        Ok((mapped, grown_from))
    }

    fn map_array(&self, file: &fs::File, access: Access, dim: D, end: u64) -> Result<Mapped<T, D>> {
        Mapped::open(file, access, self.offset, dim, self.order == Order::F, self.populate).map_err(|error| {
            if access == Access::Sealed && error.kind() == io::ErrorKind::Unsupported {
                let message = format!(
                    "nothing guarantees that the file stays as it is: {error}; give a memory file sealed with \
                     F_SEAL_WRITE and F_SEAL_SHRINK, or a file with fs-verity, or call open, which needs no guarantee"
                );
                return Error::new(ErrorKind::Unsupported, message);
            }
            let hint = match error.kind() {
                io::ErrorKind::PermissionDenied if access == Access::Sealed => {
                    "; before Linux 6.7 a sealed file has to be opened for reading alone: give its path, which for a \
                     memory file is /proc/self/fd/ and its number"
                }
                io::ErrorKind::PermissionDenied => {
                    "; open the File with .read(true), and .write(true) to write"
                }
                _ => "",
            };
            Error::io(
                format!("cannot map {} bytes from byte {}{hint}", end - self.offset, self.offset),
                error,
            )
        })
    }

    fn finish<M>(self, mapped: Mapped<T, D>, mode: Mode, opened: Opened) -> RecordMap<T, D, M> {
        let made_in = opened.made_in();
        let lock = (self.lock != Lock::None).then_some(opened.file);
        RecordMap::new(mapped, mode, self.order, self.offset, opened.path, lock, made_in)
    }

    /// The bytes of the shape that was given, if one was, so that sizes are refused before a file is opened.
    fn given_size(&self) -> Result<()> {
        match &self.shape {
            Some(dim) => end_of(self.offset, byte_size::<T>(dim.slice())?).map(drop),
            None => Ok(()),
        }
    }

    /// One axis over the rest of the file.
    fn shape_of_rest(&self, len: Option<u64>) -> Result<D> {
        let (offset, itemsize) = (self.offset, size_of::<T>() as u64);
        let record = short_name::<T>();
        let Some(len) = len else {
            let message = "the file is a device and has no end; give a shape";
            return Err(Error::new(ErrorKind::ShapeMismatch, message));
        };
        let Some(rest) = len.checked_sub(offset) else {
            let message = format!(
                "the offset of {offset} bytes lies past the end of the file, which has {len} bytes; give a smaller one"
            );
            return Err(Error::new(ErrorKind::PastEnd, message));
        };
        if itemsize == 0 {
            let message = format!(
                "{record} has no bytes, so the file's size does not say how many there are; give a shape"
            );
            return Err(Error::new(ErrorKind::ShapeMismatch, message));
        }
        let (count, remainder) = (rest / itemsize, rest % itemsize);
        if remainder != 0 {
            let leave_out = match count {
                0 => String::new(),
                _ => format!(", or give .shape({count}) to leave the end out"),
            };
            let message = format!(
                "{rest} bytes from byte {offset} on are not a whole number of {record}, which has {itemsize} bytes: \
                 {count} of them and {remainder} bytes over; check the type and the offset{leave_out}"
            );
            return Err(Error::new(ErrorKind::SizeNotMultiple, message));
        }
        let count = usize::try_from(count).map_err(|_| too_large(&format!("the file has {rest} bytes")))?;
        D::from_dimension(&Ix1(count)).ok_or_else(|| {
            let message = "several axes were asked for, and a raw file has no shape of its own; give one";
            Error::new(ErrorKind::ShapeMismatch, message)
        })
    }

    fn create_as<M>(mut self, origin: Origin, only_new: bool) -> Result<RecordMap<T, D, M>> {
        // What an old file holds is overwritten, not read.
        self.populate = false;
        let Some(dim) = self.shape.clone() else {
            let message = "mode w+ makes a file and needs to know its shape; give one with .shape(..)";
            return Err(Error::new(ErrorKind::ShapeMismatch, message).with_path(origin.path().as_deref()));
        };
        let end = byte_size::<T>(dim.slice()).and_then(|bytes| end_of(self.offset, bytes));
        let end = end.map_err(|error| error.with_path(origin.path().as_deref()))?;
        let path = origin.path();
        let (mut origin, mut to_be_named) = (origin, true);
        loop {
            let opened = Opened::created(origin, only_new, to_be_named)?;
            let mapped =
                self.map_created(dim.clone(), end, &opened).inspect_err(|error| opened.unmake(error))?;
            match (opened.give_name(), &path) {
                (Err(error), Some(path)) => {
                    // Another call has made the file meanwhile, or the system gives no names to such files.
                    to_be_named = error.kind() == io::ErrorKind::AlreadyExists;
                    origin = Origin::Path(path.clone());
                }
                _ => return Ok(self.finish(mapped, Mode::Create, opened)),
            }
        }
    }

    /// Makes the file long enough and maps it, and only when nothing but the disk itself can fail any more overwrites
    /// what it held.
    fn map_created(&self, dim: D, end: u64, opened: &Opened) -> Result<Mapped<T, D>> {
        self.overwrite(dim, end, opened).map_err(|error| error.with_path(opened.path.as_deref()))
    }

    fn overwrite(&self, dim: D, end: u64, opened: &Opened) -> Result<Mapped<T, D>> {
        opened.lock(self.lock)?;
        let file = &opened.file;
        if reserve::appends(file) {
            let message =
                "the file was opened for appending, so it cannot be overwritten; open it without append";
            return Err(Error::new(ErrorKind::Unsupported, message));
        }
        if !opened.is_regular()? {
            let message = "expected a file to overwrite, found a device; open it with open_rw";
            return Err(Error::new(ErrorKind::Unsupported, message));
        }
        let (mapped, grown_from) = self.map_and_extend(file, dim, end, Space::Whole)?;
        reserve::overwrite(file, end, grown_from, self.sparse)
            .map_err(|error| Error::io("cannot overwrite all that the file held", error))?;
        Ok(mapped)
    }
}

impl<T: Element, D: Dimension, S> MapOptions<T, D, S> {
    /// Makes a file of zeros, or overwrites an old one with zeros, and maps it to be read and written, mode `w+`. The
    /// file ends where the shape does; bytes before the offset are zero too. What others write to the file, or append to
    /// it, while this call overwrites it may be in it or behind it.
    ///
    /// Disk space is reserved for all of it, where the system can, unless [`sparse`](Self::sparse) says otherwise. An old
    /// file is overwritten only once its space is reserved and mapped; programs that still map it see the zeros, and lose
    /// what lies past the new end.
    ///
    /// # Errors
    ///
    /// - [`ErrorKind::Io`] if the file cannot be made or opened;
    /// - [`ErrorKind::StorageFull`] if the disk has no room for it, where space is reserved;
    /// - [`ErrorKind::Overflow`] if the shape has more bytes than there are addresses;
    /// - [`ErrorKind::Locked`] if a lock was asked for and another holds one.
    ///
    /// An old file is then as it was, unless it is the disk that fails while old bytes are being overwritten. If others
    /// fill the disk meanwhile, some of the space may stay reserved for it.
    ///
    /// NumPy: `numpy.memmap(path, dtype, mode='w+', shape=...)`.
    pub fn create(self, source: impl Source) -> Result<RecordMap<T, D, ReadWrite>>
    where
        S: HasShape,
    {
        self.create_as(source.into_origin(), false)
    }

    /// [`create`](Self::create), but only if there is no such file.
    ///
    /// # Errors
    ///
    /// As for `create`, and [`ErrorKind::Io`] if the file exists.
    pub fn create_new(self, path: impl AsRef<Path>) -> Result<RecordMap<T, D, ReadWrite>>
    where
        S: HasShape,
    {
        self.create_as(Origin::Path(path.as_ref().to_path_buf()), true)
    }
}

/// The bytes that a shape of `T` takes.
fn byte_size<T: Element>(shape: &[usize]) -> Result<usize> {
    let itemsize = size_of::<T>();
    let bytes = checked_count(shape).and_then(|_| {
        // An axis of no elements counts as one here: its strides have to fit too.
        let most = shape.iter().try_fold(itemsize, |bytes, &len| bytes.checked_mul(len.max(1)))?;
        isize::try_from(most).ok()?;
        Some(if shape.contains(&0) { 0 } else { most })
    });
    bytes.ok_or_else(|| {
        too_large(&format!("shape {} of {} with {itemsize} bytes each", ShapeText(shape), short_name::<T>()))
    })
}

fn end_of(offset: u64, bytes: usize) -> Result<u64> {
    let end = offset.checked_add(bytes as u64).filter(|&end| i64::try_from(end).is_ok());
    end.ok_or_else(|| too_large(&format!("{bytes} bytes from byte {offset} on")))
}

fn too_large(what: &str) -> Error {
    let most = isize::MAX;
    Error::new(
        ErrorKind::Overflow,
        format!("{what} is more than a file or map can be, {most} bytes; map a part of it"),
    )
}

fn past_end<T>(shape: &[usize], offset: u64, end: u64, len: u64) -> Error {
    let message = format!(
        "shape {} of {} from byte {offset} on ends at byte {end}, the file has {len} bytes: {} too few; the file may \
         be cut short, or the shape or offset too large; open_rw would extend it",
        ShapeText(shape),
        short_name::<T>(),
        end - len
    );
    Error::new(ErrorKind::PastEnd, message)
}
