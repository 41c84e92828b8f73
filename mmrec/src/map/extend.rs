//! Making a file longer, and mapping what lies there: in an order in which nothing has to be taken back on which others may rely.

#[cfg(unix)]
use std::ops::Range;
use std::{fs::File, io};

use super::{
    core::Layout,
    region::Dynamic,
    reserve::{self, Space},
};
#[cfg(unix)]
use super::{options::Order, region::Access};
#[cfg(unix)]
use crate::element::Element;
use crate::error::{Error, Result};

/// Maps what lies past the end of a file, by `map`, and makes the file `end` bytes long if it is shorter; gives the length
/// it had then. `is_ours`: nobody else extends the file meanwhile.
///
/// The map comes first, past the end of the file, where nothing may be read yet. So what can be refused is refused
/// before the file changes, and no extension is taken back on which someone else relies by then.
///
/// But for one: a file system that cannot reserve space gives it to pages that are written, so there every page is asked for as if it
/// were. If there is too little, the file is made as long again as it was, unless its length has changed meanwhile. Another
/// program that has extended it to the same length in that moment, without a lock, relies on what is taken back.
pub(super) fn extend(
    file: &File,
    layout: &Layout,
    space: Space,
    is_ours: bool,
    map: impl FnOnce() -> Result<Dynamic>,
) -> Result<(Dynamic, Option<u64>)> {
    let end = layout.end();
    let too_long = |error| too_long(end, space, error);
    reserve::check_room(file, end, space).map_err(too_long)?;
    #[cfg(unix)]
    {
        let mapped = map()?;
        if is_ours {
            reserve::clear_rest_of_page(file);
        }
        let extended = reserve::extend(file, end, space).map_err(too_long)?;
        if let Err(error) = make_room(file, &mapped, layout, extended.without_space) {
            if let Some(before) = extended.from {
                reserve::cut_back(file, before, end);
            }
            return Err(too_long(error));
        }
        Ok((mapped, extended.from))
    }
    // Windows maps nothing past the end, and lets nobody cut a file that is mapped.
    #[cfg(not(unix))]
    {
        let _ = is_ours;
        let extended = reserve::extend(file, end, space).map_err(too_long)?;
        let mapped = map().inspect_err(|_| {
            if let Some(before) = extended.from {
                reserve::cut_back(file, before, end);
            }
        })?;
        Ok((mapped, extended.from))
    }
}

/// Has the file system give room to bytes of a file, those of the array and those before it.
#[cfg(unix)]
fn make_room(file: &File, mapped: &Dynamic, layout: &Layout, wanted: Range<u64>) -> io::Result<()> {
    let within = |byte: u64| usize::try_from(byte.saturating_sub(layout.offset)).unwrap_or(layout.bytes);
    mapped.make_room(within(wanted.start)..within(wanted.end))?;
    let before = wanted.start..wanted.end.min(layout.offset);
    let bytes = usize::try_from(before.end.saturating_sub(before.start)).unwrap_or(0);
    if bytes == 0 {
        // Or more than there are addresses, which stays as it is.
        return Ok(());
    }
    let head = Layout {
        dtype: <u8 as Element>::DTYPE.clone(),
        shape: vec![bytes],
        order: Order::C,
        offset: before.start,
        bytes,
    };
    Dynamic::open(file, Access::Write, &head, false)?.make_room(0..bytes)
}

pub(super) fn too_long(end: u64, space: Space, error: io::Error) -> Error {
    let hint = if space == Space::None { "" } else { "; make room, or use .sparse(true) to reserve none" };
    Error::io(format!("cannot make the file {end} bytes long{hint}"), error)
}
