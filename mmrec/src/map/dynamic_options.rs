//! The builder of maps whose dtype is known only at run time.

use std::{marker::PhantomData, path::Path, time::Duration};

use ndarray::{Dimension, IntoDimension};

use super::{
    DynMap, Source,
    lock::Lock,
    making::Old,
    mode::{AnyMode, CopyOnWrite, Mode, ReadOnly, ReadWrite},
    opening::{Elements, Opening, Place},
    options::{HasShape, NoShape, Order, Shaped, common_options},
    region::Access,
    source::Origin,
};
use crate::{dtype::DType, error::Result};

/// What to map of a file and how, from [`DynMap::options`].
///
/// ```
/// use mmrec::DynMap;
///
/// # let path = std::env::temp_dir().join(format!("mmrec-doc-dyn-options-{}.npy", std::process::id()));
/// let dtype = "[('name', '|S4'), ('xyz', '<f4', (3,))]".parse()?;
/// let mut map = DynMap::options().dtype(dtype).shape(2).create_npy(&path)?;
/// map.field_mut("name")?.set(1, "Io")?;
/// map.field_mut("xyz")?.set([1, 2], 2.5)?;
/// assert_eq!(map.view().to_string(), "[(b'', [0. , 0. , 0. ]) (b'Io', [0. , 0. , 2.5])]");
/// # std::fs::remove_file(path).unwrap();
/// # Ok::<(), mmrec::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "options do nothing until the file is opened"]
pub struct DynOptions<S = NoShape> {
    pub(super) opening: Opening,
    shape: PhantomData<fn() -> S>,
}

impl DynOptions {
    pub(super) fn new() -> Self {
        Self { opening: Opening::new(None, None), shape: PhantomData }
    }
}

impl<S> DynOptions<S> {
    /// The dtype of the elements. That of a `.npy` is in its header, and must be this if it is given. One that is an array
    /// adds its axes at the end of those of the shape.
    pub fn dtype(mut self, dtype: DType) -> Self {
        self.opening.elements = Some(Elements { name: format!("elements of {dtype}"), dtype });
        self
    }

    common_options!();

    /// The array has this shape, of any number of axes. Without one, a raw file is taken from the offset to its end. That of a
    /// `.npy` is in its header, and must be this if it is given.
    pub fn shape<I: IntoDimension>(mut self, shape: I) -> DynOptions<Shaped> {
        self.opening.shape = Some(shape.into_dimension().slice().to_vec());
        DynOptions { opening: self.opening, shape: PhantomData }
    }

    /// Maps a file to be read, mode `r`.
    ///
    /// # Errors
    ///
    /// As for [`MapOptions::open`](crate::MapOptions::open), and [`Unsupported`](crate::ErrorKind::Unsupported) for a file that is no `.npy`
    /// without a dtype.
    pub fn open(self, source: impl Source) -> Result<DynMap<ReadOnly>> {
        self.map(Mode::ReadOnly, source.into_origin())
    }

    /// Maps a file to be read and written, mode `r+`; see [`MapOptions::open_rw`](crate::MapOptions::open_rw).
    ///
    /// # Errors
    ///
    /// As for [`open`](Self::open) and [`MapOptions::open_rw`](crate::MapOptions::open_rw).
    pub fn open_rw(self, source: impl Source) -> Result<DynMap<ReadWrite>> {
        self.map(Mode::ReadWrite, source.into_origin())
    }

    /// Maps a file to be read and changed in this process alone, mode `c`.
    ///
    /// # Errors
    ///
    /// As for [`open`](Self::open).
    pub fn open_cow(self, source: impl Source) -> Result<DynMap<CopyOnWrite>> {
        self.map(Mode::CopyOnWrite, source.into_origin())
    }

    /// Maps a file in a mode that is known only at run time.
    ///
    /// # Errors
    ///
    /// As for the call of that mode.
    pub fn open_mode(self, mode: Mode, source: impl Source) -> Result<DynMap<AnyMode>> {
        self.map(mode, source.into_origin())
    }

    fn map<M>(self, mode: Mode, origin: Origin) -> Result<DynMap<M>> {
        let access = match mode {
            Mode::Create => return self.make(origin, Old::Overwritten, false),
            Mode::ReadOnly => Access::Read,
            Mode::CopyOnWrite => Access::Copy,
            Mode::ReadWrite => Access::Write,
        };
        DynMap::new(self.opening.open(mode, access, origin)?)
    }

    fn make<M>(self, origin: Origin, old: Old, is_npy: bool) -> Result<DynMap<M>> {
        DynMap::new(self.opening.create(origin, old, is_npy)?)
    }

    /// Makes a file of zeros, or overwrites an old one with zeros, and maps it, mode `w+`; see
    /// [`MapOptions::create`](crate::MapOptions::create).
    ///
    /// # Errors
    ///
    /// As for [`MapOptions::create`](crate::MapOptions::create), and [`DTypeMismatch`](crate::ErrorKind::DTypeMismatch) if no dtype was given.
    pub fn create(self, source: impl Source) -> Result<DynMap<ReadWrite>>
    where
        S: HasShape,
    {
        self.make(source.into_origin(), Old::Overwritten, false)
    }

    /// [`create`](Self::create), but only if there is no such file.
    ///
    /// # Errors
    ///
    /// As for `create`, and [`Io`](crate::ErrorKind::Io) if the file exists.
    pub fn create_new(self, path: impl AsRef<Path>) -> Result<DynMap<ReadWrite>>
    where
        S: HasShape,
    {
        self.make(Origin::Path(path.as_ref().to_path_buf()), Old::Refused, false)
    }

    /// Makes a `.npy` file of zeros, or overwrites an old file with one, and maps its array, mode `r+`; see
    /// [`MapOptions::create_npy`](crate::MapOptions::create_npy).
    ///
    /// # Errors
    ///
    /// As for [`MapOptions::create_npy`](crate::MapOptions::create_npy), and [`DTypeMismatch`](crate::ErrorKind::DTypeMismatch) if no dtype was
    /// given.
    pub fn create_npy(self, source: impl Source) -> Result<DynMap<ReadWrite>>
    where
        S: HasShape,
    {
        self.make(source.into_origin(), Old::Overwritten, true)
    }

    /// [`create_npy`](Self::create_npy), but only if there is no such file; see [`MapOptions::create_new_npy`](crate::MapOptions::create_new_npy).
    ///
    /// # Errors
    ///
    /// As for `create_npy`, and [`Io`](crate::ErrorKind::Io) if the file exists.
    pub fn create_new_npy(self, path: impl AsRef<Path>) -> Result<DynMap<ReadWrite>>
    where
        S: HasShape,
    {
        self.make(Origin::Path(path.as_ref().to_path_buf()), Old::Refused, true)
    }

    /// Maps the array of a `.npy` to be read and written, or makes the file with this shape if there is none; see
    /// [`MapOptions::open_or_create_npy`](crate::MapOptions::open_or_create_npy).
    ///
    /// # Errors
    ///
    /// As there, and [`DTypeMismatch`](crate::ErrorKind::DTypeMismatch) if no dtype was given.
    pub fn open_or_create_npy(self, path: impl AsRef<Path>) -> Result<DynMap<ReadWrite>>
    where
        S: HasShape,
    {
        DynMap::new(self.opening.open_or_create_npy(path.as_ref())?)
    }
}
