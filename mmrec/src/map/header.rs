//! The header of a `.npy` that is mapped: read again, since others may have changed it, and changed in place to name another number
//! of rows.

use std::fs::File;

use super::{core::Npy, reserve, source::read_at};
use crate::{
    error::{Error, ErrorKind, Result},
    npy::{self, Header},
};

/// The header that names another number of rows, made before anything is touched.
pub(super) struct NextHeader {
    /// Where the header starts in the file.
    at: u64,
    /// All of the header as it is, and as it will be.
    before: Vec<u8>,
    header: Header,
    /// What of it changes, and where in it.
    change: (u64, Vec<u8>),
}

impl NextHeader {
    pub(super) fn new(npy: &Npy, file: &File, axis: usize, len: usize) -> Result<Self> {
        let (before, now) = unchanged_header(npy, file)?;
        let no_room = || {
            let message = format!(
                "the header has no room for {len} rows; copy the array to a file made by create_npy, which leaves room"
            );
            Error::new(ErrorKind::Unsupported, message)
        };
        let change = now.with_axis_len(axis, len).ok_or_else(no_room)?;
        let after = patched(&before, &change).ok_or_else(no_room)?;
        // Nothing is written that could not be read again.
        let header = read_from(&after)?;
        let rows = |header: &Header| header.shape.get(axis).copied();
        if rows(&header) != Some(len) || header.len != now.len || header.dtype != now.dtype {
            return Err(no_room());
        }
        Ok(Self { at: npy.at, before, header, change })
    }

    pub(super) fn write(&self, file: &File) -> Result<()> {
        if header_bytes(file, self.at, self.before.len())? != self.before {
            return Err(changed());
        }
        // One call, so that a program that reads the header meanwhile sees the old length or the new one, or digits of both,
        // and the right one when it reads again.
        let (at, bytes) = &self.change;
        reserve::write_at(file, bytes, self.at + at).map_err(|error| {
            self.take_back(file);
            Error::io("cannot write the new length to the header", error)
        })
    }

    /// Writes the header as it was, where it is still what `write` has made of it, all of it or its first bytes.
    pub(super) fn take_back(&self, file: &File) {
        let (at, bytes) = &self.change;
        let place = self.at + at;
        let then = usize::try_from(*at).ok().and_then(|at| self.before.get(at..)?.get(..bytes.len()));
        let Some(then) = then else { return };
        let is_ours = |now: Vec<u8>| {
            let written = now.iter().zip(bytes).take_while(|(now, ours)| now == ours).count();
            now.get(written..) == then.get(written..)
        };
        if header_bytes(file, place, bytes.len()).is_ok_and(is_ours) {
            // The caller has a better error to report than that this failed.
            let _ = reserve::write_at(file, then, place);
        }
    }

    /// Whether the header is as it was, so that no other program has named rows meanwhile.
    pub(super) fn is_unwritten(&self, file: &File) -> bool {
        header_bytes(file, self.at, self.before.len()).is_ok_and(|now| now == self.before)
    }

    pub(super) fn into_header(self) -> Header {
        self.header
    }
}

/// The header as it is in the file by now, if it says what it said when it was read.
pub(super) fn unchanged_header(npy: &Npy, file: &File) -> Result<(Vec<u8>, Header)> {
    let (then, len) = (&npy.header, usize::try_from(npy.header.len).unwrap_or(usize::MAX));
    let bytes = header_bytes(file, npy.at, len)?;
    let Ok(now) = read_from(&bytes) else { return Err(changed()) };
    if (&now.dtype, &now.shape, now.fortran, now.len) != (&then.dtype, &then.shape, then.fortran, then.len) {
        return Err(changed());
    }
    Ok((bytes, now))
}

/// A header with other bytes at a place in it; `None` if it ends before they do.
pub(super) fn patched(header: &[u8], (at, bytes): &(u64, Vec<u8>)) -> Option<Vec<u8>> {
    let mut after = header.to_vec();
    let at = usize::try_from(*at).ok()?;
    after.get_mut(at..)?.get_mut(..bytes.len())?.copy_from_slice(bytes);
    Some(after)
}

/// The bytes of a header of at most 1 MiB, or fewer if the file has become shorter.
pub(super) fn header_bytes(file: &File, at: u64, len: usize) -> Result<Vec<u8>> {
    let mut bytes = vec![0; len];
    let read =
        read_at(file, &mut bytes, at).map_err(|error| Error::io("cannot read the header again", error))?;
    bytes.truncate(read);
    Ok(bytes)
}

/// A header from all of its bytes.
pub(super) fn read_from(bytes: &[u8]) -> Result<Header> {
    npy::read(0, &mut |at, to| {
        let rest = usize::try_from(at).ok().and_then(|at| bytes.get(at..)).unwrap_or_default();
        let len = rest.len().min(to.len());
        to[..len].copy_from_slice(&rest[..len]);
        Ok(len)
    })
}

/// The error for a header that others have changed.
pub(super) fn changed() -> Error {
    let message = "the header is no longer what it was when the file was opened: another program has appended to the array, or \
                   put another in its place; open the file again";
    Error::new(ErrorKind::ShapeMismatch, message)
}
