//! Making files and making them longer: nothing that a file held is touched before all that can be refused has been.
//!
//! A new file has no name until it is whole, where the system can do that. An old one is overwritten in place, under whoever has
//! it mapped.

use std::{
    fs::{self, File},
    io,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use super::{
    core::{Core, Layout, Npy},
    extend::{extend, too_long},
    header::{header_bytes, patched, read_from},
    lock::Lock,
    mode::Mode,
    opening::{AGAIN, Opening, Place},
    options::Order,
    region::{Access, Dynamic},
    reserve::{self, Space},
    resize::holds,
    source::{Opened, Origin, read_at, starts_with},
};
use crate::{
    dtype::ShapeText,
    error::{Error, ErrorKind, Result},
    npy,
    view::raw::DynRaw,
};

/// What becomes of a file that is there already when one is to be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Old {
    Overwritten,
    /// An error.
    Refused,
    /// Overwritten if there is nothing in it, and else an error.
    TakenIfEmpty,
}

impl Opening {
    /// Makes a file of zeros, or overwrites one with zeros, in mode `w+`. As a `.npy`, that is of mode `r+`.
    pub(super) fn create(self, origin: Origin, old: Old, is_npy: bool) -> Result<Core<DynRaw<'static>>> {
        self.create_filled(origin, old, is_npy, |_, _, _| Ok(()))
    }

    /// Maps a `.npy` to be read and written, with as many rows as it has, or makes it with the shape that was given.
    pub(super) fn open_or_create_npy(self, path: &Path) -> Result<Core<DynRaw<'static>>> {
        let origin = || Origin::Path(path.to_path_buf());
        let named = |error: Error| error.with_path(origin().path().as_deref());
        // What cannot be made is refused whether there is a file or not.
        self.plan_npy().map_err(named)?;
        let is = |error: &Error, kind| error.io_error().is_some_and(|error| error.kind() == kind);
        // Who has locked it need not wait long for whoever has not.
        let (mut again, mut reads, mut waits) =
            (AGAIN, 2, if self.lock == Lock::Exclusive { 5 } else { AGAIN });
        let start = Instant::now();
        // One time for all that waits for a lock.
        let asked =
            || Self { lock_timeout: self.lock_timeout.saturating_sub(start.elapsed()), ..self.clone() };
        loop {
            let existing = Self { shape: None, place: Place::NpyAt(0), ..asked() };
            let old = match existing.open(Mode::ReadWrite, Access::Write, origin()) {
                Err(error) if is(&error, io::ErrorKind::NotFound) => Old::Refused,
                // One that has a name before it is whole, where the system makes no others, and whose maker is at work.
                Err(error) if error.kind() == ErrorKind::BadNpy && waits > 0 && is_being_made(path) => {
                    waits -= 1;
                    thread::sleep(Duration::from_millis(1));
                    continue;
                }
                // Or could not make it, and has removed it.
                Err(error) if error.kind() == ErrorKind::BadNpy && again > 0 && is_gone(path) => {
                    again -= 1;
                    continue;
                }
                // Or was ended. Without a lock nobody can tell that it is not about to go on.
                Err(error) if error.kind() == ErrorKind::BadNpy && is_being_made(path) => {
                    if self.lock != Lock::Exclusive {
                        let hint = "it is empty, as a program leaves it that was ended while it made it: remove it, or open it with \
                                    .lock(Lock::Exclusive), and it is made whole";
                        return Err(error.with_hint(hint));
                    }
                    Old::TakenIfEmpty
                }
                // Or has made it since it was looked at: asked last, since it becomes so at any moment.
                Err(error) if error.kind() == ErrorKind::BadNpy && reads > 0 && has_a_header(path) => {
                    reads -= 1;
                    continue;
                }
                opened => {
                    let map = opened?;
                    self.has_such_rows(&map.layout).map_err(named)?;
                    return Ok(map);
                }
            };
            match asked().create(origin(), old, true) {
                // Another call has made it meanwhile.
                Err(error) if is(&error, io::ErrorKind::AlreadyExists) && again > 0 => again -= 1,
                made => return made,
            }
        }
    }

    /// An error if the shape that was given differs from one in more than the number of rows.
    fn has_such_rows(&self, found: &Layout) -> Result<()> {
        let asked = self.shape.as_deref().unwrap_or_default();
        let axis = found.growing_axis().unwrap_or(0);
        let is_same = |(i, lens): (usize, (&usize, &usize))| i == axis || lens.0 == lens.1;
        if asked.len() == found.shape.len() && asked.iter().zip(&found.shape).enumerate().all(is_same) {
            return Ok(());
        }
        let message = format!(
            "the file has shape {}, and {} was asked for: they may differ in the number of rows alone, axis {axis}; ask for the \
             same rows, or give another path",
            ShapeText(&found.shape),
            ShapeText(asked)
        );
        Err(Error::new(ErrorKind::ShapeMismatch, message))
    }

    /// [`create`](Self::create), with something in it before it has its name, where the system can do that.
    pub(super) fn create_filled(
        mut self,
        origin: Origin,
        old: Old,
        is_npy: bool,
        mut fill: impl FnMut(&mut Dynamic, &File, &Layout) -> Result<()>,
    ) -> Result<Core<DynRaw<'static>>> {
        // What an old file holds is overwritten, not read.
        self.populate = false;
        let path = origin.path();
        let planned = if is_npy { self.plan_npy() } else { self.plan_raw() };
        let (layout, head) = planned.map_err(|error| error.with_path(path.as_deref()))?;
        let mode = if is_npy { Mode::ReadWrite } else { Mode::Create };
        let (mut origin, mut to_be_named) = (origin, true);
        loop {
            let mut opened =
                self.locked(origin, |origin| Opened::created(origin, old == Old::Refused, to_be_named))?;
            let is_kept = opened.keep_from_others(self.lock);
            // Others may have locked it first, and written to it.
            let is_taken = |opened: &Opened| opened.len().is_ok_and(|len| len.is_some_and(|len| len > 0));
            if old != Old::Overwritten && (!is_kept || is_taken(&opened)) {
                return Err(taken().with_path(opened.path.as_deref()));
            }
            let made = self.overwrite(&layout, head.as_deref(), &opened, old);
            let (mut mapped, named) =
                made.map_err(|error| error.with_path(opened.path.as_deref())).inspect_err(|error| {
                    if !is_of_others(error) {
                        opened.unmake();
                    }
                })?;
            let filled = fill(&mut mapped, &opened.file, &layout);
            // With pages that were lost meanwhile it is not what it should be.
            let own = mapped.check(layout.end()).and_then(|()| match &named {
                Some(named) if filled.is_ok() => named.name_rows(&opened.file, &layout),
                _ => Ok(()),
            });
            // One that has been cut meanwhile, or been taken, is no longer ours alone.
            let is_ours = !matches!(&own, Err(error) if is_of_others(error));
            if let Err(error) = filled.and(own) {
                // Some systems neither cut nor remove a file that is mapped.
                drop(mapped);
                match named {
                    Some(named) if is_ours => {
                        if named.was_empty {
                            named.take_back(&opened.file, layout.end());
                        }
                        opened.unmake();
                    }
                    None if is_ours => opened.remove(),
                    _ => {}
                }
                return Err(error.with_path(opened.path.as_deref()));
            }
            match (opened.give_name(), &path) {
                (Err(error), Some(path)) => {
                    // Another call has made the file meanwhile, or the system gives no names to such files.
                    to_be_named = error.kind() == io::ErrorKind::AlreadyExists;
                    origin = Origin::Path(path.clone());
                }
                _ => {
                    opened.let_others(self.lock);
                    // Whoever made a file that was left empty has not put its name on the disk.
                    let named_in =
                        path.as_deref().filter(|_| old == Old::TakenIfEmpty).and_then(Path::parent);
                    let named_in = named_in.map(Path::to_path_buf);
                    let npy = named.map(|named| named.npy);
                    let map = self.finish(mapped, layout, npy, mode, opened);
                    let mut unflushed = map.unflushed();
                    unflushed.file = true;
                    unflushed.made_in = unflushed.made_in.take().or(named_in);
                    drop(unflushed);
                    return Ok(map);
                }
            }
        }
    }

    /// The layout of a new file of records alone.
    fn plan_raw(&self) -> Result<(Layout, Option<Vec<u8>>)> {
        if !matches!(self.place, Place::Offset | Place::Raw) {
            let message = "records are made at an offset, and a .npy has its own; leave out .npy_at() and .npz_member()";
            return Err(Error::new(ErrorKind::Unsupported, message));
        }
        match self.given_layout()? {
            Some(layout) => Ok((layout, None)),
            None if self.elements.is_none() => {
                let message = "a new file needs to know its records; give their dtype with .dtype(..)";
                Err(Error::new(ErrorKind::DTypeMismatch, message))
            }
            None => {
                let message = "mode w+ makes a file and needs to know its shape; give one with .shape(..)";
                Err(Error::new(ErrorKind::ShapeMismatch, message))
            }
        }
    }

    /// The layout of a new `.npy`, and the bytes of its header.
    fn plan_npy(&self) -> Result<(Layout, Option<Vec<u8>>)> {
        if self.place != Place::Offset || self.offset != 0 {
            let message = "a new .npy takes the whole file, header first; leave out .raw(), .offset(), .npy_at() and \
                           .npz_member()";
            return Err(Error::new(ErrorKind::Unsupported, message));
        }
        let mut layout = self.plan_raw()?.0;
        // The axes of elements that are arrays come last. They lie as in C, so with those of the shape they can only be in
        // Fortran order if there is one in all.
        let (base, inner) = layout.dtype.without_axes();
        let is_fortran = layout.order == Order::F && (inner.is_empty() || layout.shape.len() > 1);
        if is_fortran && !inner.is_empty() {
            let message = format!(
                "elements of {} in Fortran order have no .npy form, for their own axes are in C order; use order C",
                layout.dtype
            );
            return Err(Error::new(ErrorKind::Unsupported, message));
        }
        let head = npy::write(base, &[layout.shape.as_slice(), &inner].concat(), is_fortran)?;
        layout.offset = head.len() as u64;
        let name = self.elements.as_ref().map_or("", |elements| &elements.name);
        let Layout { dtype, shape, order, offset, .. } = layout;
        Ok((Layout::new(dtype, name, shape, order, offset)?, Some(head)))
    }

    /// Makes the file long enough and maps it, and only when nothing but the disk itself can fail any more overwrites
    /// what it held. The rows of a `.npy` have no name then.
    fn overwrite(
        &self,
        layout: &Layout,
        head: Option<&[u8]>,
        opened: &Opened,
        old: Old,
    ) -> Result<(Dynamic, Option<Unnamed>)> {
        let file = &opened.file;
        if reserve::appends(file) {
            let message =
                "the file was opened for appending, so it cannot be overwritten; open it without append";
            return Err(Error::new(ErrorKind::Unsupported, message));
        }
        if !opened.is_regular()? {
            let message = "expected a file to overwrite, found a device; open it with open_rw";
            return Err(Error::new(ErrorKind::Unsupported, message));
        }
        // One that has no length is refused by this.
        let is_empty = opened.len()? == Some(0);
        if !cfg!(unix) {
            // Nobody cuts a file there that is mapped.
            reserve::cut(file, layout.end()).map_err(not_overwritten)?;
        }
        let Some(head) = head else {
            let (mapped, grown_from) = self.map_and_extend(file, layout, Space::Whole)?;
            reserve::overwrite(file, 0..layout.end(), grown_from, self.sparse).map_err(not_overwritten)?;
            return Ok((mapped, None));
        };
        let mut unnamed = Unnamed::new(head, layout)?;
        // What is written has to be read, to see that it is there still.
        read_at(file, &mut [0], 0).map_err(|error| {
            Error::io("cannot read the file, as a .npy has to be; open the File with .read(true)", error)
        })?;
        if is_empty {
            match self.begin_empty(file, layout, &unnamed) {
                // It is overwritten as it is by now.
                Err(error) if is_taken_by_another(&error) && old == Old::Overwritten => {}
                begun => {
                    unnamed.was_empty = true;
                    return Ok((begun?, Some(unnamed)));
                }
            }
        }
        Ok((self.begin_anew(file, layout, &unnamed)?, Some(unnamed)))
    }

    /// Makes a `.npy` without rows of a file that has not a byte, from the first write on, and then gives it room. It is empty
    /// again after an error.
    fn begin_empty(&self, file: &File, layout: &Layout, unnamed: &Unnamed) -> Result<Dynamic> {
        let (first, end) = (unnamed.first.as_slice(), layout.end());
        let space = if self.sparse { Space::None } else { Space::Whole };
        let begin = || {
            if !cfg!(unix) {
                // It is mapped once it is as long as it will be.
                reserve::write_at(file, first, 0).map_err(|error| too_long(end, space, error))?;
            }
            let begun = extend(file, layout, space, false, || {
                let mapped = self.map_array(file, Access::Write, layout)?;
                reserve::write_at(file, first, 0).map_err(|error| too_long(end, space, error))?;
                Ok(mapped)
            });
            let (mapped, grown_from) = begun?;
            let from = first.len() as u64;
            let found = file.metadata().map_err(not_overwritten)?.len();
            // Only programs that ask for no lock can have come in between. What has become too long for them stays so: they may
            // have appended to it by now.
            let is_from = grown_from.map_or(end <= from, |grown_from| grown_from == from);
            if found > end || !is_from || !unnamed.is_unnamed(file)? {
                return Err(taken());
            }
            Ok(mapped)
        };
        begin().inspect_err(|error| {
            if !is_taken_by_another(error) {
                unnamed.take_back(file, end);
            }
        })
    }

    /// Makes another `.npy` of what a file held: one without rows, and zeros.
    fn begin_anew(&self, file: &File, layout: &Layout, unnamed: &Unnamed) -> Result<Dynamic> {
        let (mapped, grown_from) = self.map_and_extend(file, layout, Space::Whole)?;
        let (end, first) = (layout.end(), &unnamed.first[..unnamed.head.len()]);
        let mut old = vec![0; first.len()];
        let mut read = 0;
        let cut = read_at(file, &mut old, 0).and_then(|found| {
            read = found;
            reserve::write_at(file, first, 0)?;
            reserve::cut(file, end)
        });
        if let Err(error) = cut {
            if header_bytes(file, 0, first.len()).is_ok_and(|now| now == first) {
                // The error to report is why it could not be cut.
                let _ = reserve::write_at(file, &old[..read], 0);
            }
            if let Some(before) = grown_from {
                reserve::cut_back(file, before, end);
            }
            return Err(not_overwritten(error));
        }
        let kept = first.len() as u64;
        reserve::overwrite(file, kept..end, grown_from, self.sparse).map_err(not_overwritten)?;
        Ok(mapped)
    }

    /// Maps the array to be written and makes the file as long as that takes if it is shorter; gives the length it had then.
    pub(super) fn map_and_extend(
        &self,
        file: &File,
        layout: &Layout,
        space: Space,
    ) -> Result<(Dynamic, Option<u64>)> {
        // A file that is overwritten is cleared then. One that others may extend meanwhile is not.
        let is_ours = space == Space::Added && self.lock == Lock::Exclusive;
        let space = if self.sparse { Space::None } else { space };
        extend(file, layout, space, is_ours, || self.map_array(file, Access::Write, layout))
    }
}

/// A `.npy` that is being made, whose rows its header does not name yet.
struct Unnamed {
    npy: Npy,
    /// The header as it will be.
    head: Vec<u8>,
    /// What the file begins with until then: a header that names no rows, or all of an array that has none to name.
    first: Vec<u8>,
    was_empty: bool,
}

impl Unnamed {
    fn new(head: &[u8], layout: &Layout) -> Result<Self> {
        let npy = Npy { at: 0, header: read_from(head)? };
        let change = layout.growing_axis().and_then(|axis| npy.header.with_axis_len(axis, 0));
        let mut first = change.and_then(|change| patched(head, &change)).unwrap_or_else(|| head.to_vec());
        if layout.growing_axis().is_none() && layout.bytes <= 1 << 20 {
            // It is never without its one element.
            first.resize(head.len() + layout.bytes, 0);
        }
        Ok(Self { npy, head: head.to_vec(), first, was_empty: false })
    }

    /// Whether nobody has written another header meanwhile.
    fn is_unnamed(&self, file: &File) -> Result<bool> {
        let head = self.head.len();
        Ok(header_bytes(file, 0, head)? == self.first[..head])
    }

    /// Writes the header to a file that is as long as it says.
    fn name_rows(&self, file: &File, layout: &Layout) -> Result<()> {
        // Others may take the rest for rows that a program has never named, and discard it.
        holds(file, layout)?;
        if self.first.starts_with(&self.head) {
            return Ok(());
        }
        // Of those who overwrite a file at the same time, the last one has it.
        if self.was_empty && !self.is_unnamed(file)? {
            return Err(taken());
        }
        reserve::write_at(file, &self.head, 0).map_err(not_overwritten)?;
        holds(file, layout).inspect_err(|_| {
            if header_bytes(file, 0, self.head.len()).is_ok_and(|now| now == self.head) {
                // The error to report is that it was cut.
                let _ = reserve::write_at(file, &self.first, 0);
            }
        })
    }

    /// Makes a file empty again that was, if it is what this call has made of it up to now.
    fn take_back(&self, file: &File, end: u64) {
        let (first, found) =
            (&self.first[..self.head.len()], file.metadata().map_or(u64::MAX, |found| found.len()));
        let is_ours = |now: Vec<u8>| {
            let written = now.iter().zip(&self.head).take_while(|(now, head)| now == head).count();
            // One that has all of the other header was finished by another.
            let is_named = written == self.head.len() && self.head != first;
            !is_named && first.get(written..now.len()) == now.get(written..)
        };
        if (found <= self.first.len() as u64 || found == end)
            && header_bytes(file, 0, self.head.len()).is_ok_and(is_ours)
        {
            // The error to report is why it could not be made.
            let _ = file.set_len(0);
        }
    }
}

fn not_overwritten(error: io::Error) -> Error {
    Error::io("cannot overwrite all that the file held", error)
}

fn taken() -> Error {
    let error = io::Error::from(io::ErrorKind::AlreadyExists);
    Error::io("cannot make the file: another program has taken it meanwhile", error)
}

fn is_taken_by_another(error: &Error) -> bool {
    error.io_error().is_some_and(|error| error.kind() == io::ErrorKind::AlreadyExists)
}

/// Whether the error is what others have done to the file meanwhile.
fn is_of_others(error: &Error) -> bool {
    is_taken_by_another(error) || error.kind() == ErrorKind::Truncated
}

fn is_gone(path: &Path) -> bool {
    fs::metadata(path).is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
}

/// Whether another call may be making a file of this name, or was ended while it did: there is nothing in it.
fn is_being_made(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|found| found.is_file() && found.len() == 0)
}

fn has_a_header(path: &Path) -> bool {
    File::open(path).is_ok_and(|file| starts_with(&file, b"\x93NUM"))
}
