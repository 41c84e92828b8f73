//! `.npy` headers and `.npz` archives. Nothing here knows a mapping.

use std::io;

use crate::{
    dtype::DType,
    error::{Error, ErrorKind, Result},
};

pub(crate) struct Header {
    pub(crate) dtype: DType,
    pub(crate) fortran: bool,
    pub(crate) shape: Vec<usize>,
    pub(crate) len: u64,
}

pub(crate) struct Member {
    pub(crate) offset: u64,
    pub(crate) len: u64,
}

type Read<'a> = &'a mut dyn FnMut(u64, &mut [u8]) -> io::Result<usize>;

pub(crate) fn read(_: u64, _: Read<'_>) -> Result<Header> {
    let message = "the file begins as a .npy file, whose first bytes are a header and not records; this version \
                   maps no .npy: give the offset and shape of its data, or call .raw() to map all bytes as records";
    Err(Error::new(ErrorKind::Unsupported, message))
}

pub(crate) fn write(_: &DType, _: &[usize], _: bool) -> Result<Vec<u8>> {
    Err(Error::new(ErrorKind::Unsupported, "this version makes no .npy"))
}

pub(crate) fn find_member(_: u64, _: &str, _: Read<'_>) -> Result<Member> {
    Err(Error::new(ErrorKind::Unsupported, "this version maps no .npz"))
}

impl Header {
    pub(crate) fn with_axis_len(&self, _: usize, _: usize) -> Option<(u64, Vec<u8>)> {
        None
    }
}
