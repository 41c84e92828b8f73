//! Large copies in memory.

/// From this many bytes on, as in NumPy.
#[cfg(all(target_os = "linux", not(miri)))]
const LARGE: usize = 4 << 20;

/// Asks for huge pages for memory that is about to be filled, where there is much of it. Without, the system has to find
/// and clear a page of 4 KiB for every 4 KiB, which takes longer than copying from a file that is in memory.
#[cfg(all(target_os = "linux", not(miri)))]
pub(super) fn ask_for_huge_pages(memory: *mut u8, bytes: usize) {
    const PAGE: usize = 4096;
    if bytes < LARGE {
        return;
    }
    // Whole pages within the memory.
    let skipped = memory.addr().wrapping_neg() % PAGE;
    let len = (bytes - skipped) / PAGE * PAGE;
    let first = memory.wrapping_add(skipped);
    // SAFETY: the pages belong to the memory that the caller holds, and advice of this kind changes no byte of them. It stays
    // with the addresses when the memory is freed, as that of NumPy's arrays does. Systems with larger pages refuse it,
    // which costs nothing.
    let _ = unsafe { libc::madvise(first.cast(), len, libc::MADV_HUGEPAGE) };
}

#[cfg(not(all(target_os = "linux", not(miri))))]
pub(super) fn ask_for_huge_pages(_: *mut u8, _: usize) {}
