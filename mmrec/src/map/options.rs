//! The builder: what to map and how. Everything is checked before anything is touched.

use std::{fmt, marker::PhantomData, path::Path, time::Duration};

use ndarray::{Dimension, IntoDimension, Ix1};

use super::{
    RecordMap, Source,
    lock::Lock,
    making::Old,
    mode::{AnyMode, CopyOnWrite, Mode, ReadOnly, ReadWrite, Sealed},
    opening::{Elements, Opening, Place},
    region::Access,
    source::Origin,
};
use crate::{
    dtype::DType,
    element::Element,
    error::{Error, ErrorKind, Result},
    field::short_name,
    view::raw::Mismatch,
};

/// The order in which the elements of several axes lie in the file.
///
/// ```
/// use mmrec::{Order, RecordMap};
///
/// # let path = std::env::temp_dir().join(format!("mmrec-doc-order-{}.bin", std::process::id()));
/// # std::fs::write(&path, [0, 1, 2, 3, 4, 5]).unwrap();
/// let options = RecordMap::<u8>::options().shape((2, 3));                   // of a file of the bytes 0 to 5
/// assert_eq!(options.clone().open(&path)?.to_string(), "[[0 1 2]\n [3 4 5]]");
/// let map = options.order(Order::F).open(&path)?;
/// assert_eq!(map.to_string(), "[[0 2 4]\n [1 3 5]]");
/// assert_eq!(map.order().to_string(), "F");
/// # std::fs::remove_file(path).unwrap();
/// # Ok::<(), mmrec::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Order {
    /// The last index varies fastest, as in C.
    #[default]
    C,
    /// The first index varies fastest, as in Fortran.
    F,
}

/// As NumPy spells it: `C` or `F`.
impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::C => "C",
            Self::F => "F",
        })
    }
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
    opening: Opening,
    element: PhantomData<fn() -> T>,
    rank: PhantomData<fn() -> D>,
    shape: PhantomData<fn() -> S>,
}

impl<T, D, S> Clone for MapOptions<T, D, S> {
    fn clone(&self) -> Self {
        Self { opening: self.opening.clone(), element: PhantomData, rank: PhantomData, shape: PhantomData }
    }
}

impl<T, D, S> fmt::Debug for MapOptions<T, D, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.opening.fmt(f)
    }
}

impl<T: Element> MapOptions<T> {
    pub(super) fn new() -> Self {
        let elements = Elements { dtype: T::DTYPE.clone(), name: short_name::<T>().to_owned() };
        Self {
            opening: Opening::new(Some(elements), Some(1)),
            element: PhantomData,
            rank: PhantomData,
            shape: PhantomData,
        }
    }
}

macro_rules! common_options {
    () => {
        /// The array starts this many bytes into the file. Any number will do; no alignment is needed. What the file
        /// begins with is then of no account, be it a `.npy` header.
        pub fn offset(mut self, bytes: u64) -> Self {
            self.opening.offset = bytes;
            self
        }

        /// The order of the elements in the file, C by default. That of a `.npy` is in its header, and must be this if it
        /// is given.
        pub fn order(mut self, order: Order) -> Self {
            self.opening.order = Some(order);
            self
        }

        /// Whether a new file, or what is added to an old one, may be a hole instead of disk space that is reserved. Then a
        /// full disk shows only when a page is written, and ends the process, unless the feature `fault-guard` is used.
        ///
        /// Space is reserved on Linux and Android (`fallocate`). On Linux, a file system that cannot is asked for every page as
        /// if it were written, which takes as long; elsewhere every file is sparse. A
        /// new file has space for all of it; of a file that [`open_rw`](Self::open_rw) extends, the holes it had stay holes.
        pub fn sparse(mut self, sparse: bool) -> Self {
            self.opening.sparse = sparse;
            self
        }

        /// The advisory lock to hold while the file is mapped.
        pub fn lock(mut self, lock: Lock) -> Self {
            self.opening.lock = lock;
            self
        }

        /// How long opening waits for the [`lock`](Self::lock) while another holds one; not at all by default. With
        /// [`Duration::MAX`](std::time::Duration::MAX), until it is free. Of no effect without a lock.
        pub fn lock_timeout(mut self, timeout: Duration) -> Self {
            self.opening.lock_timeout = timeout;
            self
        }

        /// Maps the bytes of the file as they are, even if they begin as those of a `.npy` file do.
        pub fn raw(mut self) -> Self {
            self.opening.place = Place::Raw;
            self
        }

        /// Reads a `.npy` that starts this many bytes into the file: one inside a file of another format, or one of several
        /// that follow each other.
        ///
        /// NumPy loads such arrays from an open file, and cannot map them.
        pub fn npy_at(mut self, offset: u64) -> Self {
            self.opening.place = Place::NpyAt(offset);
            self
        }

        /// Reads the array of this name in an `.npz`, as [`numpy.savez`] writes it; `.npy` at the end of the name may be
        /// left out. An array that is compressed cannot be mapped, which is an error, and none can be written: the archive
        /// keeps its checksum. Mode `c` keeps what is written in this process.
        ///
        /// NumPy loads such arrays into memory, whatever `mmap_mode` says.
        ///
        /// [`numpy.savez`]: https://numpy.org/doc/stable/reference/generated/numpy.savez.html
        pub fn npz_member(mut self, name: &str) -> Self {
            self.opening.place = Place::Member(name.to_owned());
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
            self.opening.populate = populate;
            self
        }
    };
}
pub(super) use common_options;

impl<T: Element, D: Dimension, S> MapOptions<T, D, S> {
    common_options!();

    /// The array has this shape: `.shape(10)`, `.shape((3, 4))`, `.shape([3, 4])`, `.shape(())` for a single element;
    /// a `Vec<usize>` or `&[usize]` gives a number of axes known only at run time.
    ///
    /// Without a shape, the map has one axis and takes all of the file from the offset on. That of a `.npy` is in its header,
    /// and must be this if it is given.
    pub fn shape<I: IntoDimension>(mut self, shape: I) -> MapOptions<T, I::Dim, Shaped> {
        self.opening.shape = Some(shape.into_dimension().slice().to_vec());
        self.opening.rank = I::Dim::NDIM;
        MapOptions { opening: self.opening, element: PhantomData, rank: PhantomData, shape: PhantomData }
    }

    /// The number of axes of a `.npy`, whose shape is in its header: one, unless this or [`shape`](Self::shape) says
    /// otherwise. [`IxDyn`](type@crate::IxDyn) takes any number.
    ///
    /// ```
    /// use mmrec::{Ix2, IxDyn, RecordMap};
    ///
    /// # let path = std::env::temp_dir().join(format!("mmrec-doc-rank-{}.npy", std::process::id()));
    /// # RecordMap::<f32>::options().shape((3, 4)).create_npy(&path)?;
    /// let map = RecordMap::<f32>::options().rank::<Ix2>().open(&path)?;
    /// assert_eq!(map.at([2, 3]), 0.0);
    /// let map = RecordMap::<f32>::options().rank::<IxDyn>().open(&path)?;
    /// assert_eq!(map.shape(), [3, 4]);
    /// # std::fs::remove_file(path).unwrap();
    /// # Ok::<(), mmrec::Error>(())
    /// ```
    pub fn rank<E: Dimension>(mut self) -> MapOptions<T, E> {
        self.opening.shape = None;
        self.opening.rank = E::NDIM;
        MapOptions { opening: self.opening, element: PhantomData, rank: PhantomData, shape: PhantomData }
    }

    /// Maps a file to be read, mode `r`.
    ///
    /// # Errors
    ///
    /// - [`ErrorKind::Io`] if the file cannot be opened or mapped;
    /// - [`ErrorKind::SizeNotMultiple`] if, without a shape, the rest of the file is no whole number of elements;
    /// - [`ErrorKind::PastEnd`] if the offset, or the end of the shape, lies past the end of the file;
    /// - [`ErrorKind::Overflow`] if the shape has more bytes than there are addresses;
    /// - [`ErrorKind::Locked`] if a lock was asked for and another holds one.
    ///
    /// For a `.npy` file:
    ///
    /// - [`ErrorKind::BadNpy`] if the header cannot be read, [`ErrorKind::Unsupported`] if it is one of Python objects;
    /// - [`ErrorKind::DTypeMismatch`] if its records are not `T`, with the fields that differ;
    /// - [`ErrorKind::RankMismatch`] if it has another number of axes, [`ErrorKind::ShapeMismatch`] if it has another shape
    ///   or order than was given;
    /// - [`ErrorKind::Truncated`] if the file is shorter than its header says.
    ///
    /// NumPy: `numpy.memmap(path, dtype, mode='r', offset=, shape=, order=)`, `numpy.load(path, mmap_mode='r')`.
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
            Mode::Create => return self.make(origin, Old::Overwritten, false),
            Mode::ReadOnly => Access::Read,
            Mode::CopyOnWrite => Access::Copy,
            Mode::ReadWrite => Access::Write,
        };
        self.map_as(mode, access, origin)
    }

    fn map_as<M>(self, mode: Mode, access: Access, origin: Origin) -> Result<RecordMap<T, D, M>> {
        self.opening
            .open(mode, access, origin)?
            .with(|mapped| mapped.typed().map_err(|error| mismatch::<T>(error, T::DTYPE)))
            .map(RecordMap::new)
    }

    fn make<M>(self, origin: Origin, old: Old, is_npy: bool) -> Result<RecordMap<T, D, M>> {
        let made = self.opening.create(origin, old, is_npy)?;
        made.with(|mapped| mapped.typed().map_err(|error| mismatch::<T>(error, T::DTYPE))).map(RecordMap::new)
    }
}

/// Why an array of the dtype `found` is not one of `T`.
pub(super) fn mismatch<T: Element>(mismatch: Mismatch, found: &DType) -> Error {
    let name = short_name::<T>();
    match mismatch {
        Mismatch::DType => {
            let elements = Elements { dtype: T::DTYPE.clone(), name: name.to_owned() };
            elements.differs(found)
        }
        Mismatch::Rank(ndim) => {
            let message =
                format!("the array of {name} has {ndim} axes; ask for as many, or for any number with IxDyn");
            Error::new(ErrorKind::RankMismatch, message)
        }
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
        self.make(source.into_origin(), Old::Overwritten, false)
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
        self.make(Origin::Path(path.as_ref().to_path_buf()), Old::Refused, false)
    }

    /// Makes a `.npy` file of zeros, or overwrites an old file with one, and maps its array to be read and written, mode `r+`.
    /// The header is byte for byte what NumPy writes for the same dtype, shape and order, with room for the array to
    /// [grow](RecordMap::grow).
    ///
    /// The axes of elements that are arrays become the last ones of the array in the file.
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
    /// # let path = std::env::temp_dir().join(format!("mmrec-doc-create-npy-{}.npy", std::process::id()));
    /// let mut ticks = RecordMap::<Tick>::options().shape(3).create_npy(&path)?;
    /// ticks.set(0, Tick { ts: 1, price: 2.5 });
    /// ticks.close()?;
    /// let ticks = RecordMap::<Tick>::open(&path)?;      // in Python: numpy.load(path, mmap_mode='r')
    /// assert_eq!(ticks.at(0), Tick { ts: 1, price: 2.5 });
    /// # std::fs::remove_file(path).unwrap();
    /// # Ok::<(), mmrec::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As for [`create`](Self::create), and [`ErrorKind::Unsupported`] where the `.npy` format has no form for it: records
    /// whose fields overlap or are out of order, and elements that are arrays with several axes in Fortran order.
    ///
    /// NumPy: `numpy.lib.format.open_memmap(path, mode='w+', dtype=, shape=, fortran_order=)`.
    pub fn create_npy(self, source: impl Source) -> Result<RecordMap<T, D, ReadWrite>>
    where
        S: HasShape,
    {
        self.make(source.into_origin(), Old::Overwritten, true)
    }

    /// [`create_npy`](Self::create_npy), but only if there is no such file.
    ///
    /// # Errors
    ///
    /// As for `create_npy`, and [`ErrorKind::Io`] if the file exists.
    pub fn create_new_npy(self, path: impl AsRef<Path>) -> Result<RecordMap<T, D, ReadWrite>>
    where
        S: HasShape,
    {
        self.make(Origin::Path(path.as_ref().to_path_buf()), Old::Refused, true)
    }

    /// Maps the array of a `.npy` to be read and written, mode `r+`, or makes the file with this shape if there is none: for a log
    /// that goes on where it ended. A file that is there has the rows it has, whatever the shape says of their number.
    ///
    /// Two programs that call it at the same time do not overwrite each other's file. One without a byte, as a program leaves it that was
    /// ended while it made it, is made whole under a lock that is exclusive, and is [`ErrorKind::BadNpy`] without. One whose maker was killed a
    /// little later has no rows, whatever the shape. A program that was killed while it appended
    /// may have left bytes behind the array, which [`discard_rest`](RecordMap::discard_rest) cuts.
    ///
    /// ```
    /// use mmrec::{Lock, RecordMap};
    ///
    /// # let path = std::env::temp_dir().join(format!("mmrec-doc-log-{}.npy", std::process::id()));
    /// for run in 1..=3 {
    ///     let mut log = RecordMap::<u64>::options().lock(Lock::Exclusive).shape(0).open_or_create_npy(&path)?;
    ///     log.discard_rest()?;
    ///     log.append(&[7; 10])?;
    ///     assert_eq!(log.len(), run * 10);
    /// }
    /// # std::fs::remove_file(path)?;
    /// # Ok::<(), mmrec::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As for [`open_rw`](Self::open_rw) if there is a file, [`ErrorKind::BadNpy`] if that is no `.npy`, and
    /// [`ErrorKind::ShapeMismatch`] if its shape differs in more than the number of rows: along axis 0, or in Fortran order along
    /// the last axis. As for `create_npy` if there is none.
    ///
    /// NumPy has no such call.
    pub fn open_or_create_npy(self, path: impl AsRef<Path>) -> Result<RecordMap<T, D, ReadWrite>>
    where
        S: HasShape,
    {
        let opened = self.opening.open_or_create_npy(path.as_ref())?;
        opened
            .with(|mapped| mapped.typed().map_err(|error| mismatch::<T>(error, T::DTYPE)))
            .map(RecordMap::new)
    }
}
