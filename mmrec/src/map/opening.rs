//! Opening and making files: what to map is found out, and checked before anything is touched.
//!
//! Nothing here knows a Rust type. A typed map is what comes out of here, and the proof that its elements are of that type.

use std::{
    fs::File,
    io,
    sync::{Mutex, atomic::AtomicBool},
    time::{Duration, Instant},
};

use super::{
    core::{Core, Layout, Npy, Unflushed, too_large},
    header::unchanged_header,
    lock::Lock,
    mode::Mode,
    options::Order,
    region::{Access, Dynamic},
    reserve::Space,
    source::{Opened, Origin, read_at, starts_as_npy, starts_with},
};
use crate::{
    dtype::{DType, ShapeText},
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

/// How often something is tried again that others are changing: a header, a name.
pub(super) const AGAIN: usize = 100;

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
    pub(super) fn locked(
        &self,
        origin: Origin,
        mut open: impl FnMut(Origin) -> Result<Opened>,
    ) -> Result<Opened> {
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
            locked.inspect_err(|error| {
                if error.kind() != ErrorKind::Locked {
                    opened.unmake();
                }
            })?;
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

    /// The header that says where the array lies, if one does, and what it says.
    pub(super) fn npy_and_layout(
        &self,
        opened: &Opened,
        len: Option<u64>,
        mode: Mode,
    ) -> Result<Option<(Npy, Layout)>> {
        let mut again = AGAIN;
        while let Some((npy, end)) = self.find_npy(opened, len, mode)? {
            let layout = self.layout_of_npy(&npy, end);
            if let Err(error) = &layout
                && error.kind() == ErrorKind::Truncated
                && again > 0
                && (unchanged_header(&npy, &opened.file).is_err()
                    || (!matches!(self.place, Place::Member(_))
                        && opened.len()?.is_some_and(|now| now > end)))
            {
                // Another program has named fewer rows, and cut the file behind them, between two of these calls; and perhaps made
                // it longer again.
                again -= 1;
                continue;
            }
            return Ok(Some((npy, layout?)));
        }
        Ok(None)
    }

    fn map_existing(self, mode: Mode, access: Access, opened: Opened) -> Result<Core<DynRaw<'static>>> {
        let len = opened.len()?;
        if let Some((npy, layout)) = self.npy_and_layout(&opened, len, mode)? {
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
    pub(super) fn find_npy(
        &self,
        opened: &Opened,
        len: Option<u64>,
        mode: Mode,
    ) -> Result<Option<(Npy, u64)>> {
        let file = &opened.file;
        let (at, end) = match &self.place {
            Place::Raw => return Ok(None),
            // A device without an end holds no `.npy` file, and reading from it may do anything.
            Place::Offset if self.offset != 0 || len.is_none() || !starts_as_npy(file)? => return Ok(None),
            // Asked for again: others may have written all of it since.
            Place::Offset => (0, opened.len()?.or(len).unwrap_or(0)),
            place => {
                let Some(len) = opened.len()?.or(len) else {
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
            let left = found.saturating_sub(offset).checked_div(layout.dtype.itemsize() as u64).unwrap_or(0);
            let message = format!(
                "the header says shape {} of {}, which ends at byte {end}, and {what} ends at byte {found}: {} bytes too few; \
                 it was cut short, or never fully written; copy it anew, or map what is left of its records, from byte \
                 {offset} on, with .offset({offset}) and .shape({left})",
                ShapeText(&layout.shape),
                layout.dtype,
                end - found
            );
            return Err(Error::new(ErrorKind::Truncated, message));
        }
        Ok(layout)
    }

    /// The layout that was given, if one was, so that sizes are refused before a file is opened.
    pub(super) fn given_layout(&self) -> Result<Option<Layout>> {
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

    pub(super) fn map_array(&self, file: &File, access: Access, layout: &Layout) -> Result<Dynamic> {
        map_array(file, access, layout, self.populate)
    }

    pub(super) fn finish(
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
