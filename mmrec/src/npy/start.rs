//! The header of a `.npy` whose bytes are somewhere else than in a file that can be mapped.

use super::header::{self, Header};
use crate::{dtype::DType, error::Result};

/// What the header of a `.npy` says, from its first bytes alone: for files that cannot be mapped, such as those of an object store.
/// [`DynView::from_bytes`](crate::DynView::from_bytes) makes an array of the data.
///
/// ```
/// let header = b"\x93NUMPY\x01\x00\x37\x00{'descr': '<f8', 'fortran_order': False, 'shape': (3,)}";
/// let file = [&header[..], &1.5_f64.to_le_bytes(), &[0; 16]].concat();
/// let npy = mmrec::NpyHeader::from_bytes(&file)?;
/// assert_eq!((npy.dtype().to_string().as_str(), npy.shape()), ("'<f8'", &[3][..]));
/// let data = &file[npy.len()..];
/// assert_eq!(mmrec::DynView::from_bytes(data, npy.dtype())?.at(0).as_f64(), Some(1.5));
/// # Ok::<(), mmrec::Error>(())
/// ```
#[derive(Clone)]
pub struct NpyHeader(Header);

impl NpyHeader {
    /// The longest header that is read, in bytes from the start of the file.
    pub const MAX_LEN: usize = header::MAX_LEN + 12;

    /// Reads the header that these bytes begin with.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::BadNpy`](crate::ErrorKind::BadNpy) for what is no header, or fewer bytes than it has;
    /// [`ErrorKind::BadDescr`](crate::ErrorKind::BadDescr) and [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) for a dtype
    /// that is none or holds Python objects.
    ///
    /// NumPy: `numpy.lib.format.read_array_header_1_0`, and its twin for 2.0.
    pub fn from_bytes(start: &[u8]) -> Result<Self> {
        let header = header::read(0, &mut |at, into: &mut [u8]| {
            let rest = usize::try_from(at).ok().and_then(|at| start.get(at..)).unwrap_or(&[]);
            let len = rest.len().min(into.len());
            into[..len].copy_from_slice(&rest[..len]);
            Ok(len)
        })?;
        Ok(Self(header))
    }

    /// The dtype of the elements.
    pub fn dtype(&self) -> &DType {
        &self.0.dtype
    }

    /// The number of elements along each axis.
    pub fn shape(&self) -> &[usize] {
        &self.0.shape
    }

    /// Whether the first axis varies fastest in the file.
    pub fn is_fortran(&self) -> bool {
        self.0.fortran
    }

    /// Bytes from the start of the file to the data.
    #[allow(clippy::len_without_is_empty, reason = "no header is empty")]
    pub fn len(&self) -> usize {
        // At most `MAX_LEN`.
        self.0.len as usize
    }
}
