//! Whether all of a map is still there.

use ndarray::Dimension;

use super::{DynMap, RecordMap, fault};
use crate::{
    element::Element,
    error::Result,
    view::{DynView, View},
};

impl<T: Element, D: Dimension, M> RecordMap<T, D, M> {
    /// An error if the file was cut short under the map, or if the disk could not read or write a page of it. Feature
    /// `fault-guard`, on Linux and Android; see [`fault`](crate::fault).
    ///
    /// It asks for the length of the file, so it sees a cut that no access has met yet. That takes less than a microsecond.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Truncated`] with the length, or [`ErrorKind::Io`] with the first byte that could not be had. Once there was
    /// a fault, it stays an error. The map can still be read, for what is left; a new map of a `.npy` that was cut takes
    /// [`offset`](RecordMap::offset) and a shape, as its header names more than there is.
    ///
    /// [`ErrorKind::Truncated`]: crate::ErrorKind::Truncated
    /// [`ErrorKind::Io`]: crate::ErrorKind::Io
    pub fn health(&self) -> Result<()> {
        self.core.health()
    }

    /// What `f` makes of the map, if all of it was there meanwhile: where a fault in it would end the process, this is an error.
    /// Feature `fault-guard`, on Linux and Android; see [`fault`](crate::fault), whose handler is installed if it is not yet.
    ///
    /// ```
    /// # let path = std::env::temp_dir().join(format!("mmrec-doc-guarded-{}.bin", std::process::id()));
    /// # mmrec::RecordMap::<f64>::options().shape(1000).create(&path)?.fill(0.5);
    /// let map = mmrec::RecordMap::<f64>::open(&path)?;
    /// let (sum, last) = map.guarded(|view| (view.sum(), view.at(999)))?;
    /// assert_eq!((sum, last), (500.0, 0.5));
    /// # std::fs::remove_file(path)?;
    /// # Ok::<(), mmrec::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As for [`health`](Self::health). What `f` gave is dropped then, for zeros may have gone into it.
    pub fn guarded<R>(&self, f: impl FnOnce(View<'_, T, D>) -> R) -> Result<R> {
        fault::install()?;
        self.health()?;
        let result = f(self.view());
        self.health()?;
        Ok(result)
    }
}

impl<M> DynMap<M> {
    /// An error if part of the map was lost; see [`RecordMap::health`].
    ///
    /// # Errors
    ///
    /// As for [`RecordMap::health`].
    pub fn health(&self) -> Result<()> {
        self.core.health()
    }

    /// What `f` makes of the map, if all of it was there meanwhile; see [`RecordMap::guarded`].
    ///
    /// # Errors
    ///
    /// As for [`RecordMap::guarded`].
    pub fn guarded<R>(&self, f: impl FnOnce(DynView<'_>) -> R) -> Result<R> {
        fault::install()?;
        self.health()?;
        let result = f(self.view());
        self.health()?;
        Ok(result)
    }
}
