//! What an archive of arrays has in it.

use super::{
    DynMap, Mode, ReadOnly, Source,
    source::{Opened, read_at},
};
use crate::{
    error::{Error, ErrorKind, Result},
    npy,
};

impl DynMap<ReadOnly> {
    /// The names of the arrays in an `.npz`, for [`npz_member`](crate::DynOptions::npz_member), compressed ones too. A name comes
    /// without the `.npy` at its end.
    ///
    /// ```no_run
    /// use mmrec::DynMap;
    ///
    /// for name in DynMap::npz_members("run.npz")? {
    ///     let map = DynMap::options().npz_member(&name).open("run.npz")?;
    ///     println!("{name}: {} {:?}", map.dtype(), map.shape());
    /// }
    /// # Ok::<(), mmrec::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`] if the file cannot be opened or read, [`ErrorKind::BadNpy`] if it is no whole zip file.
    ///
    /// NumPy: `numpy.load(path).files`.
    pub fn npz_members(source: impl Source) -> Result<Vec<String>> {
        let opened = Opened::existing(source.into_origin(), Mode::ReadOnly)?;
        let names = || {
            let Some(len) = opened.len()? else {
                let message =
                    "expected an .npz file, found a device without an end; copy the archive to a file";
                return Err(Error::new(ErrorKind::Unsupported, message));
            };
            npy::member_names(len, &mut |at, bytes| read_at(&opened.file, bytes, at))
        };
        names().map_err(|error| error.with_path(opened.path.as_deref()))
    }
}
