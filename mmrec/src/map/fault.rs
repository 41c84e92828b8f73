//! A file that is cut short under a map, or that the disk cannot read: an error instead of the end of the process.
//!
//! The system answers an access to such a page with the signal SIGBUS, which ends a process that does nothing about it.
//! [`install`] puts one handler for it in place, for the whole process. If the page belongs to a map of this crate,
//! the handler puts a page of zeros there, notes that the map is damaged, and the access goes on; what it read or wrote
//! means nothing, and every call that answers for the map says so: [`RecordMap::health`], [`RecordMap::guarded`],
//! [`RecordMap::flush`], [`RecordMap::close`] and those that make it longer or shorter. Every other SIGBUS goes on to the
//! handler that was there before, or ends the process as it would have.
//!
//! ```
//! use mmrec::{ErrorKind, RecordMap};
//!
//! # let path = std::env::temp_dir().join(format!("mmrec-doc-fault-{}.bin", std::process::id()));
//! # RecordMap::<u64>::options().shape(100_000).create(&path)?.fill(7);
//! mmrec::fault::install()?;                                     // once, before threads are started if you can
//! let map = RecordMap::<u64>::open(&path)?;
//! assert_eq!(map.guarded(|view| view.sum())?, 700_000);
//!
//! std::fs::OpenOptions::new().write(true).open(&path)?.set_len(80_000)?;      // some other program
//! let error = map.guarded(|view| view.sum()).unwrap_err();
//! assert_eq!(error.kind(), ErrorKind::Truncated);
//! println!("{error}");
//! # std::fs::remove_file(path)?;
//! # Ok::<(), mmrec::Error>(())
//! ```
//!
//! A plain read of a lost page gives zeros and says nothing: read in [`guarded`], or ask [`health`] behind it. To write safely,
//! write, and then flush, which asks.
//!
//! # What it costs
//!
//! Nothing where elements are read and written, for nothing is done there. A map keeps its file open, one more descriptor for
//! each; opening and closing it takes a few short system calls more. A fault takes some microseconds, and of a file that was
//! cut there is one for each map, whatever it has lost: all pages past the end are replaced at the first. What is written to them
//! takes memory until the map is dropped.
//!
//! # What it does not do
//!
//! - It is there on Linux and Android. Others do not tell a page that is missing from a signal that was sent (macOS), or could not
//!   be tried. On Windows there is no such signal, and no file can be cut that is mapped.
//! - A file that is cut within its last page is no fault: the rest of that page reads as zeros. `health` and `guarded`
//!   ask for the file's length, and so see it, unless it has been made longer again meanwhile.
//! - A handler that another library installs later comes first. If it does not call the one that it found, faults do
//!   not reach this one. One that is installed before is called for all faults that are not of this crate, on the stack for signals.
//!   A thread that blocks SIGBUS is ended by a fault, whoever handles it.
//! - It does not make up for references: a slice from [`View::as_slice`] was promised to stay as it is, pages and all. Sealed maps,
//!   whose slices need no promise, are not served: a page that the disk cannot read ends the process there.
//! - If the system refuses the page of zeros (a map has more than some 30 000 pages that the disk cannot read, or lies on
//!   hugetlbfs), the fault goes on to the handler before. So do accesses that are not aligned, and broken memory.
//! - In a child that was forked while another thread opened or dropped a map, maps are not to be opened or dropped.
//! - As a map keeps the open file that it came from, a lock that was taken on a `File` lasts until maps of it are dropped too; and
//!   `fcntl` locks of the process on the file are let go of when a map of it is dropped.
//!
//! [`guarded`]: crate::RecordMap::guarded
//! [`health`]: crate::RecordMap::health
//! [`RecordMap::health`]: crate::RecordMap::health
//! [`RecordMap::guarded`]: crate::RecordMap::guarded
//! [`RecordMap::flush`]: crate::RecordMap::flush
//! [`RecordMap::close`]: crate::RecordMap::close
//! [`View::as_slice`]: crate::View::as_slice
#![allow(unsafe_code, reason = "a signal handler, and the pages that it puts in place of lost ones")]

use std::{
    fs::File,
    io,
    mem::{self, MaybeUninit},
    os::fd::AsRawFd,
    ptr,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicI32, AtomicPtr, AtomicU64, AtomicUsize, Ordering, fence},
    },
};

use libc::{c_int, c_void, sigaction, siginfo_t};

use super::reserve::page_size;
use crate::error::{Error, ErrorKind, Result};

/// Installs the handler of SIGBUS for this process. It serves all maps, those that are open already too. A later call installs it
/// again if SIGBUS ends the process by then, or is ignored; else it does nothing.
///
/// Call it where the program sets up its signals, after libraries that install handlers of their own.
///
/// # Errors
///
/// [`ErrorKind::Io`] if the system refuses, which none does.
///
/// NumPy has no such thing: a file that is cut short ends the process.
pub fn install() -> Result<()> {
    let mut registry = registry();
    let failed = |error| Error::io("cannot install the handler of SIGBUS", error);
    // What was called by it may have taken all handlers away, as that of the standard library does for a signal that was sent.
    // Others that came later are left alone: they may call this one.
    let is_handled = |action: sigaction| ![libc::SIG_DFL, libc::SIG_IGN].contains(&action.sa_sigaction);
    if registry.is_installed && is_handled(exchange(None).map_err(failed)?) {
        return Ok(());
    }
    put_handler().map_err(failed)?;
    registry.is_installed = true;
    Ok(())
}

/// Bytes in a page of memory, a power of two. 0 until the handler is there.
static PAGE: AtomicUsize = AtomicUsize::new(0);

/// What handled SIGBUS before. Not null once the handler is there, and what it points to stays as it is.
static PREVIOUS: AtomicPtr<sigaction> = AtomicPtr::new(ptr::null_mut());

/// Whether the handler before was one that is called but once, and has been.
static PREVIOUS_IS_SPENT: AtomicBool = AtomicBool::new(false);

/// All slots there are, as a list that only grows, at its head.
static SLOTS: AtomicPtr<Slot> = AtomicPtr::new(ptr::null_mut());

/// What only calls outside the handler look at.
struct Registry {
    is_installed: bool,
    /// Slots that watch nothing.
    free: Vec<&'static Slot>,
}

fn registry() -> MutexGuard<'static, Registry> {
    static REGISTRY: Mutex<Registry> = Mutex::new(Registry { is_installed: false, free: Vec::new() });
    REGISTRY.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A mapping as the handler sees it. Never freed, for the handler may look at it at any moment; when the mapping is gone,
/// the slot is used for another.
///
/// Invariant S1: while `version` is even, either `pages` is empty, or these are pages of one mapping of this crate, whole
/// pages, which nobody unmaps before `version` has become odd.
struct Slot {
    version: AtomicUsize,
    /// The address of the first page, and that behind the last.
    start: AtomicUsize,
    end: AtomicUsize,
    /// The byte of the file at `start`.
    file_start: AtomicU64,
    /// The file, if it is one that has a length; otherwise -1.
    file: AtomicI32,
    is_writable: AtomicBool,
    /// The shortest length of the file at which a page past its end was asked for.
    cut_to: AtomicU64,
    /// The first byte of the file that a fault was about which is no cut.
    failed_at: AtomicU64,
    /// The slot that was put in the list before this one.
    next: Option<&'static Slot>,
}

/// No damage of a kind.
const NONE: u64 = u64::MAX;

/// The mapping that a slot watches.
struct Watched {
    start: usize,
    end: usize,
    file_start: u64,
    file: c_int,
    is_writable: bool,
}

impl Slot {
    fn set(&self, watched: &Watched) {
        // Only the holder of the slot gets here, so the version is even.
        let version = self.version.load(Ordering::Relaxed);
        self.version.store(version.wrapping_add(1), Ordering::Relaxed);
        fence(Ordering::Release);
        self.start.store(watched.start, Ordering::Relaxed);
        self.end.store(watched.end, Ordering::Relaxed);
        self.file_start.store(watched.file_start, Ordering::Relaxed);
        self.file.store(watched.file, Ordering::Relaxed);
        self.is_writable.store(watched.is_writable, Ordering::Relaxed);
        self.version.store(version.wrapping_add(2), Ordering::Release);
    }

    /// The mapping, if the address is in it. `None` while it changes: then the address is not in it, for one that is being
    /// read or written belongs to a map that is borrowed, and so neither new nor on its way out.
    fn watches(&self, address: usize) -> Option<Watched> {
        let version = self.version.load(Ordering::Acquire);
        let watched = Watched {
            start: self.start.load(Ordering::Relaxed),
            end: self.end.load(Ordering::Relaxed),
            file_start: self.file_start.load(Ordering::Relaxed),
            file: self.file.load(Ordering::Relaxed),
            is_writable: self.is_writable.load(Ordering::Relaxed),
        };
        fence(Ordering::Acquire);
        let is_whole = version.is_multiple_of(2) && self.version.load(Ordering::Relaxed) == version;
        (is_whole && (watched.start..watched.end).contains(&address)).then_some(watched)
    }

    /// Puts zeros where a page is missing; `false` if the system refuses. Called by the handler, so it calls nothing but
    /// `fstat` and `mmap`.
    fn absorb(&self, watched: &Watched, address: usize) -> bool {
        let page = PAGE.load(Ordering::Relaxed);
        let first = address & !(page - 1);
        let byte_at = |address: usize| watched.file_start + (address - watched.start) as u64;
        let zeros = |start: usize, end: usize| put_zeros(start, end - start, watched.is_writable);
        // Noted before there are zeros, so that who reads them finds the note.
        match file_len(watched.file) {
            Some(len) if len <= byte_at(first) => {
                self.cut_to.fetch_min(len, Ordering::SeqCst);
                // All pages past the end, for none of them has anything to lose.
                let kept = len.saturating_sub(watched.file_start).next_multiple_of(page as u64);
                let lost = usize::try_from(kept).map_or(first, |kept| watched.start + kept);
                zeros(lost.min(first), watched.end) || zeros(first, first + page)
            }
            _ => {
                self.failed_at.fetch_min(byte_at(address), Ordering::SeqCst);
                zeros(first, first + page)
            }
        }
    }
}

/// A mapping that the handler knows, for as long as this is there.
pub(super) struct Watch {
    slot: &'static Slot,
    /// Kept open, for its length.
    file: File,
}

impl Watch {
    /// Watches a mapping of `len` bytes of a file, more than none, from byte `offset` on.
    ///
    /// # Safety
    ///
    /// The bytes are mapped from the file at `address`, and the pages that they lie on belong to that mapping and stay so
    /// until the watch is dropped.
    pub(super) unsafe fn new(
        file: &File,
        address: *const u8,
        len: usize,
        offset: u64,
        is_writable: bool,
    ) -> io::Result<Self> {
        let page = page_size();
        let file = file.try_clone()?;
        let fd = if file.metadata()?.is_file() { file.as_raw_fd() } else { -1 };
        let start = address.addr() & !(page - 1);
        let watched = Watched {
            start,
            end: (address.addr() + len).next_multiple_of(page),
            file_start: offset - (address.addr() - start) as u64,
            file: fd,
            is_writable,
        };
        let mut registry = registry();
        let slot = registry.free.pop().unwrap_or_else(new_slot);
        slot.cut_to.store(NONE, Ordering::SeqCst);
        slot.failed_at.store(NONE, Ordering::SeqCst);
        // S1: the caller promises that these are pages of the mapping.
        slot.set(&watched);
        Ok(Self { slot, file })
    }

    /// An error if there was a fault, or if the file ends before byte `end` by now, where the array does.
    pub(super) fn check(&self, end: u64) -> Result<()> {
        let truncated = |len: u64| {
            let message = format!(
                "the file was cut to {len} bytes while it was mapped to byte {end}: what is read past its end is zeros, and what is \
                 written there is lost; copy the file anew, or map what is left of it with .offset() and a shape"
            );
            Err(Error::new(ErrorKind::Truncated, message))
        };
        match (self.slot.cut_to.load(Ordering::SeqCst), self.slot.failed_at.load(Ordering::SeqCst)) {
            (NONE, NONE) => {}
            (NONE, at) => {
                let message = format!(
                    "the system could not read or write the page that holds byte {at} of the file, because of the disk, because \
                     it is full and the file has a hole there, or because another program is writing the file anew: zeros are read \
                     there, and what is written is lost; see that the disk is well and has room, and open the file again"
                );
                return Err(Error::new(ErrorKind::Io, message));
            }
            (len, _) => return truncated(len),
        }
        let metadata =
            self.file.metadata().map_err(|error| Error::io("cannot read the file's size", error))?;
        if metadata.is_file() && metadata.len() < end {
            return truncated(metadata.len());
        }
        Ok(())
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        // Before the mapping goes, as S1 asks, and before the file is closed, whose number may be another's then.
        self.slot.set(&Watched { start: 0, end: 0, file_start: 0, file: -1, is_writable: false });
        registry().free.push(self.slot);
    }
}

/// A slot at the head of the list, watching nothing. The registry is locked, so nobody else puts one there.
fn new_slot() -> &'static Slot {
    let slot = Box::leak(Box::new(Slot {
        version: AtomicUsize::new(0),
        start: AtomicUsize::new(0),
        end: AtomicUsize::new(0),
        file_start: AtomicU64::new(0),
        file: AtomicI32::new(-1),
        is_writable: AtomicBool::new(false),
        cut_to: AtomicU64::new(NONE),
        failed_at: AtomicU64::new(NONE),
        next: slots(),
    }));
    SLOTS.store(slot, Ordering::Release);
    slot
}

/// The head of the list.
fn slots() -> Option<&'static Slot> {
    // SAFETY: a slot in the list is never freed, and was whole before it got there.
    unsafe { SLOTS.load(Ordering::Acquire).as_ref() }
}

fn put_handler() -> io::Result<()> {
    PAGE.store(page_size(), Ordering::Relaxed);
    let previous = exchange(None)?;
    PREVIOUS.store(Box::into_raw(Box::new(previous)), Ordering::Release);
    let mut action = previous;
    action.sa_sigaction = handle as extern "C" fn(c_int, *mut siginfo_t, *mut c_void) as usize;
    // On the stack for signals, where a thread has one. What the handler before asked for holds for its calls too.
    action.sa_flags =
        libc::SA_SIGINFO | libc::SA_ONSTACK | previous.sa_flags & (libc::SA_NODEFER | libc::SA_RESTART);
    let replaced = exchange(Some(&action))?;
    // Most likely the same, unless another thread has installed one in this very moment.
    PREVIOUS.store(Box::into_raw(Box::new(replaced)), Ordering::Release);
    Ok(())
}

/// What handles SIGBUS, and, if another action is given, has handled it up to now.
fn exchange(action: Option<&sigaction>) -> io::Result<sigaction> {
    let mut previous = MaybeUninit::<sigaction>::zeroed();
    let new = action.map_or(ptr::null(), ptr::from_ref);
    // SAFETY: `new` is null or a whole action whose handler keeps to what a handler may do, and there is room for the old one.
    match unsafe { libc::sigaction(libc::SIGBUS, new, previous.as_mut_ptr()) } {
        // SAFETY: the call has filled it in, and all zeros would be valid too.
        0 => Ok(unsafe { previous.assume_init() }),
        _ => Err(io::Error::last_os_error()),
    }
}

/// The codes of faults that are met in the moment of an access, by the thread that makes it, for a page that cannot be had:
/// past the end of the file, or of a disk that fails. Not those of unaligned accesses, which zeros do not help, nor those of
/// broken memory, which may reach another thread at another time.
const MISSING_PAGE: [c_int; 2] = [2, 3];

/// Whether the code is that of a fault which is met in the moment of an access, and would be met again. The last is for what the
/// processor does not say more of, such as addresses that it cannot have.
fn is_at_access(code: c_int) -> bool {
    matches!(code, 1..=4 | libc::SI_KERNEL)
}

/// The handler. It may run at any moment in any thread, so it neither allocates nor locks, and leaves `errno` as it was.
extern "C" fn handle(signal: c_int, info: *mut siginfo_t, context: *mut c_void) {
    let errno = errno();
    // SAFETY: the system gives a handler with SA_SIGINFO a whole record, which is there until it returns.
    let record = unsafe { &*info };
    let code = record.si_code;
    // SAFETY: the record of a SIGBUS has room for an address, which means something where the code is that of a fault.
    let address = unsafe { record.si_addr() }.addr();
    if MISSING_PAGE.contains(&code) && absorb(address) {
        set_errno(errno);
        return;
    }
    set_errno(errno);
    pass_on(signal, code, info, context);
}

fn absorb(address: usize) -> bool {
    let mut next = slots();
    while let Some(slot) = next {
        if let Some(watched) = slot.watches(address) {
            return slot.absorb(&watched, address);
        }
        next = slot.next;
    }
    false
}

/// Does what would have been done without the handler.
fn pass_on(signal: c_int, code: c_int, info: *mut siginfo_t, context: *mut c_void) {
    // SAFETY: it was set before the handler was, and what it points to is never freed.
    let previous = unsafe { &*PREVIOUS.load(Ordering::Acquire) };
    let once = previous.sa_flags & libc::SA_RESETHAND != 0;
    let is_spent = once && PREVIOUS_IS_SPENT.swap(true, Ordering::SeqCst);
    match previous.sa_sigaction {
        // A fault cannot be ignored; a signal that was sent can.
        libc::SIG_IGN if !is_at_access(code) => {}
        libc::SIG_DFL | libc::SIG_IGN => end(signal, code),
        _ if is_spent => end(signal, code),
        handler if previous.sa_flags & libc::SA_SIGINFO != 0 => {
            // SAFETY: with this flag, the number is the address of such a function.
            let handler = unsafe {
                mem::transmute::<usize, extern "C" fn(c_int, *mut siginfo_t, *mut c_void)>(handler)
            };
            handler(signal, info, context);
        }
        handler => {
            // SAFETY: without the flag, the number is the address of such a function.
            let handler = unsafe { mem::transmute::<usize, extern "C" fn(c_int)>(handler) };
            handler(signal);
        }
    }
}

/// Lets the signal do what it does where nobody handles it: once the handler returns, the access is made again, and ends the
/// process where it was made. A signal that was sent is sent again.
fn end(signal: c_int, code: c_int) {
    let mut default = MaybeUninit::<sigaction>::zeroed();
    // SAFETY: all zeros are a valid action: no flags, nothing blocked.
    unsafe { default.assume_init_mut() }.sa_sigaction = libc::SIG_DFL;
    // SAFETY: the action is whole, and may be set in a handler.
    unsafe { libc::sigaction(signal, default.as_ptr(), ptr::null_mut()) };
    if !is_at_access(code) {
        // SAFETY: the call takes a number, and may be made in a handler.
        unsafe { libc::raise(signal) };
    }
}

/// Puts pages of zeros over those of a mapping of this crate; `false` if the system refuses.
fn put_zeros(start: usize, len: usize, is_writable: bool) -> bool {
    let protection = libc::PROT_READ | if is_writable { libc::PROT_WRITE } else { 0 };
    let flags = libc::MAP_FIXED | libc::MAP_PRIVATE | libc::MAP_ANON | libc::MAP_NORESERVE;
    let at = ptr::without_provenance_mut::<c_void>(start);
    // SAFETY: S1: the pages belong to a mapping of this crate, and stay that: by its code (`MISSING_PAGE`) the fault is of an
    // access that the thread in which this runs is making to one of them, so the map is borrowed. No reference to the bytes
    // is changed: safe code has none but to sealed maps, which are not watched; and who was given one by unsafe code has
    // promised that no page is lost.
    let mapped = unsafe { libc::mmap(at, len, protection, flags, -1, 0) };
    mapped != libc::MAP_FAILED
}

/// The length of a file that is open; `None` if there is none, or the system does not say.
fn file_len(file: c_int) -> Option<u64> {
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    use libc::{fstat, stat};
    #[cfg(any(target_os = "linux", target_os = "android"))]
    use libc::{fstat64 as fstat, stat64 as stat};
    if file < 0 {
        return None;
    }
    let mut found = MaybeUninit::<stat>::zeroed();
    // SAFETY: the descriptor is open for as long as the mapping is watched, and there is room for what the call writes.
    if unsafe { fstat(file, found.as_mut_ptr()) } != 0 {
        return None;
    }
    // SAFETY: the call has filled it in, and all zeros would be valid too.
    u64::try_from(unsafe { found.assume_init() }.st_size).ok()
}

/// Where the number of the last error of a system call stands, of this thread.
fn errno_place() -> *mut c_int {
    #[cfg(target_os = "android")]
    use libc::__errno as place;
    #[cfg(target_os = "linux")]
    use libc::__errno_location as place;
    // SAFETY: the call has no conditions.
    unsafe { place() }
}

fn errno() -> c_int {
    // SAFETY: it is this thread's own, and always there.
    unsafe { *errno_place() }
}

fn set_errno(errno: c_int) {
    // SAFETY: as above.
    unsafe { *errno_place() = errno };
}
