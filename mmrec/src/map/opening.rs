//! Opening and making files: what to map is found out, and checked before anything is touched.
//!
//! Nothing here knows a Rust type. A typed map is what comes out of here, and the proof that its elements are of that type.

use std::{
    fs::{self, File},
    io,
    ops::Range,
    path::Path,
    sync::{Mutex, atomic::AtomicBool},
    thread,
    time::{Duration, Instant},
};

use super::{
    core::{Core, Layout, Npy, Unflushed, too_large},
    lock::Lock,
    mode::Mode,
    options::Order,
    region::{Access, Dynamic},
    reserve::{self, Space},
    resize::{read_from, unchanged_header},
    source::{Opened, Origin, read_at, starts_as_npy, starts_with},
};
use crate::{
    dtype::{DType, ShapeText},
    element::Element,
    error::{Error, ErrorKind, Result},
    npy::{self, Header},
    view::raw::DynRaw,
};

/// What the elements have to be.
#[derive(Clone, Debug)]
pub(super) struct Elements {
    pub(super) dtype: DType,
    /// What they are called in errors.
    pub(super) name: String,
}

/// Where in a file the array is to be looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// At the offset; or as the header says, if there is no offset and the file begins as a `.npy`.
    Offset,
    /// At the offset, whatever the file begins with.
    Raw,
    /// As the `.npy` header says that starts so many bytes into the file.
    NpyAt(u64),
    /// As the `.npy` header says with which the member of this name begins.
    Member(String),
}

/// Whether nothing has been written to where a file begins: it is empty, or all zeros.
fn is_unwritten(path: &Path) -> bool {
    let mut start = [0; 8];
    File::open(path).and_then(|file| read_at(&file, &mut start, 0)).is_ok() && start == [0; 8]
}

/// How often something is tried again that others are changing: a header, a name.
const AGAIN: usize = 100;

/// Reads a header until it has been the same twice: a read beside a write may find half of each.
fn read_header(file: &File, at: u64, end: u64) -> Result<Header> {
    let mut again = AGAIN;
    loop {
        let mut seen = Vec::new();
        let header = npy::read(at, &mut |place, bytes| {
            let left = usize::try_from(end.saturating_sub(place)).unwrap_or(usize::MAX);
            let wanted = bytes.len().min(left);
            let read = read_at(file, &mut bytes[..wanted], place)?;
            // It is read from its start to its end.
            seen.extend_from_slice(&bytes[..read]);
            Ok(read)
        });
        let mut now = vec![0; seen.len()];
        let read = read_at(file, &mut now, at).unwrap_or(0);
        again -= 1;
        if again == 0 || now[..read] == *seen {
            return header;
        }
    }
}

/// What is asked for, as far as it is not said by types.
#[derive(Clone, Debug)]
pub(super) struct Opening {
    /// `None`: what the file says.
    pub(super) elements: Option<Elements>,
    pub(super) shape: Option<Vec<usize>>,
    /// The number of axes; `None` for any.
    pub(super) rank: Option<usize>,
    pub(super) offset: u64,
    pub(super) order: Option<Order>,
    pub(super) place: Place,
    pub(super) sparse: bool,
    pub(super) lock: Lock,
    pub(super) lock_timeout: Duration,
    pub(super) populate: bool,
}

impl Opening {
    pub(super) fn new(elements: Option<Elements>, rank: Option<usize>) -> Self {
        Self {
            elements,
            shape: None,
            rank,
            offset: 0,
            order: None,
            place: Place::Offset,
            sparse: false,
            lock: Lock::None,
            lock_timeout: Duration::ZERO,
            populate: false,
        }
    }

    /// Maps an existing file.
    pub(super) fn open(self, mode: Mode, access: Access, origin: Origin) -> Result<Core<DynRaw<'static>>> {
        let named = |error: Error| error.with_path(origin.path().as_deref());
        if self.place == Place::Offset || self.place == Place::Raw {
            self.given_layout().map_err(named)?;
        } else if self.offset != 0 {
            let message = "the offset of records and the place of a .npy were both given, and the header says where its \
                           records are; leave out .offset()";
            return Err(named(Error::new(ErrorKind::Unsupported, message)));
        }
        let opened = self.locked(origin, |origin| Opened::existing(origin, mode))?;
        let path = opened.path.clone();
        self.map_existing(mode, access, opened).map_err(|error| error.with_path(path.as_deref()))
    }

    /// Opens a file and takes the lock that was asked for. The lock is one of the file that has the name once it is taken: who held
    /// it may have put another in its place.
    fn locked(&self, origin: Origin, mut open: impl FnMut(Origin) -> Result<Opened>) -> Result<Opened> {
        let start = Instant::now();
        let Origin::Path(path) = origin else {
            let opened = open(origin)?;
            opened.lock(self.lock, self.lock_timeout, start)?;
            return Ok(opened);
        };
        let mut again = AGAIN;
        loop {
            let opened = open(Origin::Path(path.clone()))?;
            let locked = opened.lock(self.lock, self.lock_timeout, start);
            let locked = locked.map_err(|error| error.with_path(opened.path.as_deref()));
            locked.inspect_err(|error| opened.unmake(error))?;
            if self.lock == Lock::None || opened.has_its_name() {
                return Ok(opened);
            }
            again -= 1;
            if again == 0 {
                let message = format!(
                    "cannot take the lock: {AGAIN} times, once it was locked, there was another file of that name, or none; try \
                     later, or lock a File that you have opened, and give it to the map"
                );
                return Err(Error::new(ErrorKind::Locked, message).with_path(opened.path.as_deref()));
            }
        }
    }

    fn map_existing(self, mode: Mode, access: Access, opened: Opened) -> Result<Core<DynRaw<'static>>> {
        let len = opened.len()?;
        let mut again = AGAIN;
        while let Some((npy, end)) = self.find_npy(&opened, len, mode)? {
            let layout = self.layout_of_npy(&npy, end);
            if let Err(error) = &layout
                && error.kind() == ErrorKind::Truncated
                && again > 0
                && (unchanged_header(&npy, &opened.file).is_err()
                    || opened.len()?.is_some_and(|now| now > end))
            {
                // Another program has named fewer rows, and cut the file behind them, between two of these calls; and perhaps made
                // it longer again.
                again -= 1;
                continue;
            }
            let layout = layout?;
            let mapped = self.map_array(&opened.file, access, &layout)?;
            return Ok(self.finish(mapped, layout, Some(npy), mode, opened));
        }
        let layout = match self.given_layout()? {
            Some(layout) => layout,
            None => {
                self.layout_of_rest(len).map_err(|error| match starts_with(&opened.file, b"PK\x03\x04") {
                    true => error
                        .with_hint("the file begins as an .npz does: name an array of it with .npz_member()"),
                    false => error,
                })?
            }
        };
        if len.is_none() && access == Access::Write {
            opened.refuse_late_zeros(layout.offset)?;
        }
        let extends = mode == Mode::ReadWrite && self.shape.is_some();
        if let Some(len) = len
            && layout.end() > len
        {
            if !extends {
                return Err(self.past_end(&layout, len));
            }
            if layout.bytes > 0 {
                let (mapped, _) = self.map_and_extend(&opened.file, &layout, Space::Added)?;
                let map = self.finish(mapped, layout, None, mode, opened);
                map.unflushed().file = true;
                return Ok(map);
            }
        }
        let mapped = self.map_array(&opened.file, access, &layout)?;
        Ok(self.finish(mapped, layout, None, mode, opened))
    }

    /// The `.npy` header, if that is what says where the array lies, and where the file, or the member, ends.
    fn find_npy(&self, opened: &Opened, len: Option<u64>, mode: Mode) -> Result<Option<(Npy, u64)>> {
        let file = &opened.file;
        let (at, end) = match &self.place {
            Place::Raw => return Ok(None),
            // A device without an end holds no `.npy` file, and reading from it may do anything.
            Place::Offset if self.offset != 0 || len.is_none() || !starts_as_npy(file)? => return Ok(None),
            Place::Offset => (0, len.unwrap_or(0)),
            place => {
                let Some(len) = len else {
                    let message = "a device without an end holds no .npy; map it with .raw() and a shape";
                    return Err(Error::new(ErrorKind::Unsupported, message));
                };
                match place {
                    Place::Member(_) if mode == Mode::ReadWrite => {
                        let message = "the archive keeps a checksum of its member, which would no longer be right; open it in \
                                       mode r, or in mode c to keep changes here, or unpack the archive";
                        return Err(Error::new(ErrorKind::Unsupported, message));
                    }
                    Place::Member(name) => {
                        let member = npy::find_member(len, name, &mut |at, bytes| read_at(file, bytes, at))?;
                        // Both were held against the length.
                        (member.offset, member.offset.saturating_add(member.len))
                    }
                    Place::NpyAt(at) if *at <= len => (*at, len),
                    _ => {
                        let message = format!(
                            "the place of the .npy lies past the end of the file, which has {len} bytes; give a smaller one"
                        );
                        return Err(Error::new(ErrorKind::PastEnd, message));
                    }
                }
            }
        };
        let header = read_header(file, at, end)?;
        // Asked for again, since others may append: they make the file longer first, and then say so in the header.
        let is_member = matches!(self.place, Place::Member(_));
        let end = if is_member { end } else { opened.len()?.unwrap_or(end) };
        Ok(Some((Npy { at, header }, end)))
    }

    /// What the header says, held against what was asked for and against the file.
    fn layout_of_npy(&self, npy: &Npy, end_of_file: u64) -> Result<Layout> {
        let header = &npy.header;
        let (dtype, shape, name) = match &self.elements {
            None => (header.dtype.clone(), header.shape.clone(), "an element".to_owned()),
            Some(wanted) => {
                let shape = wanted.shape_in(header).ok_or_else(|| wanted.differs(&header.dtype))?;
                (wanted.dtype.clone(), shape, wanted.name.clone())
            }
        };
        // One axis is in either order, and those of elements that are arrays follow it in C order.
        let order = if header.fortran && shape == header.shape { Order::F } else { Order::C };
        let offset = npy.at.saturating_add(header.len);
        let layout = Layout::new(dtype, &name, shape, order, offset)?;
        if let Some(asked) = &self.shape
            && *asked != layout.shape
        {
            let message = format!(
                "the header says shape {}, and {} was asked for; leave out .shape() to take what the file has",
                ShapeText(&layout.shape),
                ShapeText(asked)
            );
            return Err(Error::new(ErrorKind::ShapeMismatch, message));
        }
        if let Some(rank) = self.rank.filter(|&rank| rank != layout.shape.len()) {
            let ndim = layout.shape.len();
            let message = format!(
                "the file has {ndim} axes, shape {}, and {rank} were asked for; ask for them with .rank::<Ix{ndim}>(), or \
                 for any number with .rank::<IxDyn>()",
                ShapeText(&layout.shape)
            );
            return Err(Error::new(ErrorKind::RankMismatch, message));
        }
        if let Some(asked) = self.order
            && asked != order
            && layout.shape.len() > 1
        {
            let message = format!(
                "the header says order {order:?}, and {asked:?} was asked for; leave out .order() to take what the file has"
            );
            return Err(Error::new(ErrorKind::ShapeMismatch, message));
        }
        let (end, found) = (layout.end(), end_of_file);
        if end > found {
            let what = if matches!(self.place, Place::Member(_)) { "the member" } else { "the file" };
            let message = format!(
                "the header says shape {} of {}, which ends at byte {end}, and {what} ends at byte {found}: {} bytes too few; \
                 it was cut short, or never fully written; copy it anew, or map what is left of its records, from byte \
                 {offset} on, with .offset({offset}) and a shape",
                ShapeText(&layout.shape),
                layout.dtype,
                end - found
            );
            return Err(Error::new(ErrorKind::Truncated, message));
        }
        Ok(layout)
    }

    /// The layout that was given, if one was, so that sizes are refused before a file is opened.
    fn given_layout(&self) -> Result<Option<Layout>> {
        let (Some(elements), Some(shape)) = (&self.elements, &self.shape) else { return Ok(None) };
        let (dtype, order) = (elements.dtype.clone(), self.order.unwrap_or_default());
        Layout::new(dtype, &elements.name, shape.clone(), order, self.offset).map(Some)
    }

    /// One axis over the rest of the file.
    fn layout_of_rest(&self, len: Option<u64>) -> Result<Layout> {
        let Some(Elements { dtype, name }) = &self.elements else {
            let message = "the file does not begin as a .npy file, so nothing says what its records are; give their dtype \
                           with .dtype(), map it with a Rust type, or, of an .npz, name an array with .npz_member()";
            return Err(Error::new(ErrorKind::Unsupported, message));
        };
        let (offset, itemsize) = (self.offset, dtype.itemsize() as u64);
        let Some(len) = len else {
            let message = "the file is a device and has no end; give a shape";
            return Err(Error::new(ErrorKind::ShapeMismatch, message));
        };
        let Some(rest) = len.checked_sub(offset) else {
            let message = format!(
                "the offset of {offset} bytes lies past the end of the file, which has {len} bytes; give a smaller one"
            );
            return Err(Error::new(ErrorKind::PastEnd, message));
        };
        if itemsize == 0 {
            let message = format!(
                "{name} has no bytes, so the file's size does not say how many there are; give a shape"
            );
            return Err(Error::new(ErrorKind::ShapeMismatch, message));
        }
        let (count, remainder) = (rest / itemsize, rest % itemsize);
        if remainder != 0 {
            let leave_out = match count {
                0 => String::new(),
                _ => format!(", or give .shape({count}) to leave the end out"),
            };
            let message = format!(
                "{rest} bytes from byte {offset} on are not a whole number of {name}, which has {itemsize} bytes: \
                 {count} of them and {remainder} bytes over; check the type and the offset{leave_out}"
            );
            return Err(Error::new(ErrorKind::SizeNotMultiple, message));
        }
        let count = usize::try_from(count).map_err(|_| too_large(&format!("the file has {rest} bytes")))?;
        if self.rank.is_some_and(|rank| rank != 1) {
            let message = "several axes were asked for, and a raw file has no shape of its own; give one";
            return Err(Error::new(ErrorKind::ShapeMismatch, message));
        }
        Layout::new(dtype.clone(), name, vec![count], self.order.unwrap_or_default(), offset)
    }

    fn past_end(&self, layout: &Layout, len: u64) -> Error {
        let name = self.elements.as_ref().map_or("elements", |elements| &elements.name);
        let (offset, end) = (layout.offset, layout.end());
        let message = format!(
            "shape {} of {name} from byte {offset} on ends at byte {end}, the file has {len} bytes: {} too few; the file may \
             be cut short, or the shape or offset too large; open_rw would extend it",
            ShapeText(&layout.shape),
            end - len
        );
        Error::new(ErrorKind::PastEnd, message)
    }

    /// Maps the array to be written and makes the file as long as that takes if it is shorter; gives the length it had then.
    fn map_and_extend(&self, file: &File, layout: &Layout, space: Space) -> Result<(Dynamic, Option<u64>)> {
        // A file that is overwritten is cleared then. One that others may extend meanwhile is not.
        let is_ours = space == Space::Added && self.lock == Lock::Exclusive;
        let space = if self.sparse { Space::None } else { space };
        extend(file, layout, space, is_ours, || self.map_array(file, Access::Write, layout))
    }

    fn map_array(&self, file: &File, access: Access, layout: &Layout) -> Result<Dynamic> {
        map_array(file, access, layout, self.populate)
    }

    fn finish(
        self,
        mapped: Dynamic,
        layout: Layout,
        npy: Option<Npy>,
        mode: Mode,
        opened: Opened,
    ) -> Core<DynRaw<'static>> {
        let made_in = opened.made_in();
        let unflushed = Mutex::new(Unflushed { made_in, ..Unflushed::default() });
        let extends = matches!(mode, Mode::ReadWrite | Mode::Create);
        let file = (extends || self.lock != Lock::None).then_some(opened.file);
        let (path, is_lost) = (opened.path, AtomicBool::new(false));
        Core { mapped, layout, mode, path, file, unflushed, is_lost, npy, sparse: self.sparse }
    }

    /// Makes a file of zeros, or overwrites one with zeros, in mode `w+`. As a `.npy`, that is of mode `r+`.
    pub(super) fn create(
        self,
        origin: Origin,
        only_new: bool,
        is_npy: bool,
    ) -> Result<Core<DynRaw<'static>>> {
        self.create_filled(origin, only_new, is_npy, |_| Ok(()))
    }

    /// Maps a `.npy` to be read and written, with as many rows as it has, or makes it with the shape that was given.
    pub(super) fn open_or_create_npy(self, path: &Path) -> Result<Core<DynRaw<'static>>> {
        let origin = || Origin::Path(path.to_path_buf());
        let named = |error: Error| error.with_path(origin().path().as_deref());
        // What cannot be made is refused whether there is a file or not.
        self.plan_npy().map_err(named)?;
        let is = |error: &Error, kind| error.io_error().is_some_and(|error| error.kind() == kind);
        let mut again = AGAIN;
        loop {
            let existing = Self { shape: None, place: Place::NpyAt(0), ..self.clone() };
            let mut only_new = true;
            match existing.open(Mode::ReadWrite, Access::Write, origin()) {
                Err(error) if is(&error, io::ErrorKind::NotFound) => {}
                // One that has a name before it is whole, where the system makes no others, and whose maker is at work, or was ended.
                Err(error) if error.kind() == ErrorKind::BadNpy && is_unwritten(path) => {
                    let is_ours = self.lock == Lock::Exclusive || again == 0;
                    if !is_ours {
                        again -= 1;
                        thread::sleep(Duration::from_millis(1));
                        continue;
                    }
                    if fs::metadata(path).is_ok_and(|found| found.len() > 0) {
                        return Err(error);
                    }
                    only_new = false;
                }
                opened => {
                    let map = opened?;
                    self.has_such_rows(&map.layout).map_err(named)?;
                    return Ok(map);
                }
            }
            match self.clone().create(origin(), only_new, true) {
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
        only_new: bool,
        is_npy: bool,
        mut fill: impl FnMut(&mut Dynamic) -> Result<()>,
    ) -> Result<Core<DynRaw<'static>>> {
        // What an old file holds is overwritten, not read.
        self.populate = false;
        let path = origin.path();
        let planned = if is_npy { self.plan_npy() } else { self.plan_raw() };
        let (layout, head) = planned.map_err(|error| error.with_path(path.as_deref()))?;
        let mode = if is_npy { Mode::ReadWrite } else { Mode::Create };
        let (mut origin, mut to_be_named) = (origin, true);
        loop {
            let opened = self.locked(origin, |origin| Opened::created(origin, only_new, to_be_named))?;
            // Others may have locked it first, and written to it.
            if only_new && opened.len().is_ok_and(|len| len.is_some_and(|len| len > 0)) {
                let error = io::Error::from(io::ErrorKind::AlreadyExists);
                let error = Error::io("cannot make the file: another program has taken it meanwhile", error);
                return Err(error.with_path(opened.path.as_deref()));
            }
            let made = self.overwrite(&layout, head.as_deref(), &opened);
            let (mut mapped, npy) = made
                .map_err(|error| error.with_path(opened.path.as_deref()))
                .inspect_err(|error| opened.unmake(error))?;
            let filled = fill(&mut mapped);
            // With pages that were lost meanwhile it is not what it should be.
            let checked = mapped.check(layout.end());
            // One that has been cut meanwhile is no longer ours alone.
            let is_ours = !matches!(&checked, Err(error) if error.kind() == ErrorKind::Truncated);
            if let Err(error) = filled.and(checked) {
                // Some systems remove no file that is mapped.
                drop(mapped);
                if is_ours {
                    opened.remove();
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
                    let map = self.finish(mapped, layout, npy, mode, opened);
                    map.unflushed().file = true;
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
    /// what it held.
    fn overwrite(
        &self,
        layout: &Layout,
        head: Option<&[u8]>,
        opened: &Opened,
    ) -> Result<(Dynamic, Option<Npy>)> {
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
        opened.len()?;
        let header = head.map(read_from).transpose()?;
        let npy = header.map(|header| Npy { at: 0, header });
        let (mapped, grown_from) = self.map_and_extend(file, layout, Space::Whole)?;
        let failed = |error| Error::io("cannot overwrite all that the file held", error);
        let (end, mut kept) = (layout.end(), 0);
        if let (Some(head), Some(npy)) = (head, &npy)
            && !opened.is_unnamed()
        {
            // Whoever opens the file before it is all zeros finds an array without rows, and not one that ends past its end.
            let mut empty = head.to_vec();
            let change = layout.growing_axis().and_then(|axis| npy.header.with_axis_len(axis, 0));
            if let Some((at, bytes)) = change
                && let Some(place) =
                    usize::try_from(at).ok().and_then(|at| empty.get_mut(at..)?.get_mut(..bytes.len()))
            {
                place.copy_from_slice(&bytes);
            }
            kept = head.len() as u64;
            let mut old = vec![0; empty.len()];
            let read = read_at(file, &mut old, 0).map_err(failed)?;
            let cut = reserve::write_at(file, &empty, 0).and_then(|()| reserve::cut(file, end));
            if let Err(error) = cut {
                // The error to report is why it could not be cut.
                let _ = reserve::write_at(file, &old[..read], 0);
                if let Some(before) = grown_from {
                    reserve::cut_back(file, before, end);
                }
                return Err(failed(error));
            }
        }
        reserve::overwrite(file, kept..end, grown_from, self.sparse).map_err(failed)?;
        if let Some(head) = head {
            // Others may take the rest for rows that a program has never named, and discard it.
            let found = file.metadata().map_err(failed)?.len();
            if found < end {
                let message = format!(
                    "another program has cut the file to {found} bytes while it was being overwritten, and {end} were to be; lock it, or \
                     make it under another name and rename it"
                );
                return Err(Error::new(ErrorKind::Truncated, message));
            }
            reserve::write_at(file, head, 0).map_err(failed)?;
        }
        Ok((mapped, npy))
    }
}

impl Elements {
    /// The shape of an array in these elements, if the header's are such. Axes at its end may be those of elements that are
    /// arrays.
    fn shape_in(&self, header: &Header) -> Option<Vec<usize>> {
        if header.dtype == self.dtype {
            return Some(header.shape.clone());
        }
        let (base, inner) = self.dtype.without_axes();
        let (found, last) = header.dtype.without_axes();
        let all = [header.shape.as_slice(), &last].concat();
        let in_c_order = !header.fortran || header.shape.len() <= 1;
        let outer = all.strip_suffix(inner.as_slice())?;
        (base == found && in_c_order).then(|| outer.to_vec())
    }

    pub(super) fn differs(&self, found: &DType) -> Error {
        let Self { dtype, name } = self;
        let (base, axes) = dtype.without_axes();
        let difference = match dtype.difference(name, found, "the file") {
            Some(_) if !axes.is_empty() && base == found.without_axes().0 => {
                format!("its last axes, in C order, are not {}, those of {name}", ShapeText(&axes))
            }
            difference => difference.unwrap_or_default(),
        };
        let is_found = |other: Result<DType>| other.is_ok_and(|other| other == *found);
        let what_to_do = if !found.is_record() {
            "change the type, or open the file with DynMap, which takes any"
        } else if is_found(dtype.to_packed()) {
            "the file has the same fields without gaps, as NumPy lays them out: make the struct #[repr(C, packed)]"
        } else if is_found(dtype.to_aligned()) {
            "the file has the same fields as a C compiler lays them out: make the struct #[repr(C)]"
        } else {
            "change the type (DynMap::open(..)?.dtype().to_rust_struct(..) writes the struct), or use DynMap, which takes any"
        };
        let message = format!("the records of the file are not {name}; {what_to_do}\n{difference}");
        Error::new(ErrorKind::DTypeMismatch, message)
    }
}

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
    let too_long = |error| {
        let hint =
            if space == Space::None { "" } else { "; make room, or use .sparse(true) to reserve none" };
        Error::io(format!("cannot make the file {end} bytes long{hint}"), error)
    };
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

pub(super) fn map_array(file: &File, access: Access, layout: &Layout, populate: bool) -> Result<Dynamic> {
    Dynamic::open(file, access, layout, populate).map_err(|error| {
        if access == Access::Sealed && error.kind() == io::ErrorKind::Unsupported {
            let message = format!(
                "nothing guarantees that the file stays as it is: {error}; give a memory file sealed with \
                 F_SEAL_WRITE and F_SEAL_SHRINK, or a file with fs-verity, or call open, which needs no guarantee"
            );
            return Error::new(ErrorKind::Unsupported, message);
        }
        let hint = match error.kind() {
            io::ErrorKind::PermissionDenied if access == Access::Sealed => {
                "; before Linux 6.7 a sealed file has to be opened for reading alone: give its path, which for a \
                 memory file is /proc/self/fd/ and its number"
            }
            io::ErrorKind::PermissionDenied => "; open the File with .read(true), and .write(true) to write",
            _ => "",
        };
        Error::io(format!("cannot map {} bytes from byte {}{hint}", layout.bytes, layout.offset), error)
    })
}
