//! What `.npy` and `.npz` files say of the arrays in them. Nothing here maps, and no data is read.

mod header;
mod start;
#[cfg(test)]
mod tests;
mod zip;

use std::io;

pub use self::start::NpyHeader;
pub(crate) use self::{
    header::{Header, read, write},
    zip::{find_member, member_names},
};
use crate::error::{Error, Result};

/// Fills as much of a buffer as the file has bytes from a place on, and says how much that is.
type ReadAt<'a> = dyn FnMut(u64, &mut [u8]) -> io::Result<usize> + 'a;

/// The bytes from `at` on, `len` of them or as many as there are. What a file claims to have is not allocated before it
/// has been found.
fn read_at_most(at: u64, len: usize, read: &mut ReadAt<'_>, what: &str) -> Result<Vec<u8>> {
    const PIECE: usize = 16 << 10;
    let mut bytes = Vec::new();
    while bytes.len() < len {
        let start = bytes.len();
        bytes.resize(start + PIECE.max(start).min(len - start), 0);
        let place = at.checked_add(start as u64);
        let found = match place {
            Some(place) => read(place, &mut bytes[start..])
                .map_err(|error| Error::io(format!("cannot read {what}"), error))?
                .min(bytes.len() - start),
            None => 0,
        };
        bytes.truncate(start + found);
        if found == 0 {
            break;
        }
    }
    Ok(bytes)
}
