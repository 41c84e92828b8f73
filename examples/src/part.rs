//! Mapping a part of a file: so many records from some byte on.

use std::path::Path;

use mmrec::{Element, ErrorKind, Ix0, RecordMap};

use crate::error::{Error, Result};

/// Maps `count` records that begin at byte `offset`. `what` names them in the error if they are not all there.
pub(crate) fn records<T: Element>(path: &Path, what: &str, offset: u64, count: u64) -> Result<RecordMap<T>> {
    let past_end = || {
        let size = size_of::<T>();
        let message = format!(
            "the {what} ({count} of {size} bytes from byte {offset}) do not fit the file; it is cut short or damaged"
        );
        Error::malformed(path, message)
    };
    let shape = usize::try_from(count).map_err(|_| past_end())?;
    RecordMap::<T>::options().offset(offset).shape(shape).open(path).map_err(|error| match error.kind() {
        ErrorKind::PastEnd | ErrorKind::Overflow => past_end(),
        _ => error.into(),
    })
}

/// Maps the one record that begins at byte `offset`, as an array without axes.
pub(crate) fn record<T: Element>(path: &Path, what: &str, offset: u64) -> Result<RecordMap<T, Ix0>> {
    RecordMap::<T>::options().offset(offset).shape(()).open(path).map_err(|error| match error.kind() {
        ErrorKind::PastEnd | ErrorKind::Overflow => {
            let size = size_of::<T>();
            let message = format!("the {what} ({size} bytes from byte {offset}) does not fit the file");
            Error::malformed(path, message)
        }
        _ => error.into(),
    })
}

/// The text from index `start` up to the next NUL, in a table of such texts.
pub(crate) fn text(table: &RecordMap<u8>, start: u64) -> Option<String> {
    let start = usize::try_from(start).ok().filter(|&start| start < table.len())?;
    let rest = table.slice(mmrec::s![start..]);
    let end = rest.iter().position(|byte| byte == 0)?;
    let bytes = rest.slice(mmrec::s![..end]).to_vec();
    Some(String::from_utf8_lossy(&bytes).into_owned())
}
