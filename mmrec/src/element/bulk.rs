//! Many bytes at a time: copies, and arrays of numbers.
//!
//! As everywhere, the bytes of a file are accessed through volatile reads and writes, here of vector registers, or by an
//! instruction that the compiler does not look into. Under a concurrent writer a scalar that is copied may come out half old
//! and half new. The pieces of an array of numbers are whole numbers of them.

use std::mem::MaybeUninit;

use super::volatile::{Register, Unaligned, read, write};

/// What is read or written at once: any bytes are a valid one.
#[cfg(target_arch = "x86_64")]
type Piece = std::arch::x86_64::__m128i;
#[cfg(target_arch = "aarch64")]
type Piece = std::arch::aarch64::uint8x16_t;
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
type Piece = u64;

const PIECE: usize = size_of::<Piece>();

/// The number of bytes from which `rep movsb` is faster than a loop of pieces, where the processor is made for it. On a
/// Zen 5 both take the same time for 512 bytes, and for 4096 the loop takes three times as long.
#[cfg(all(target_arch = "x86_64", target_pointer_width = "64", not(miri)))]
const STRING: usize = 1024;

/// Copies bytes; either side may be in a file.
///
/// # Safety
///
/// `len` bytes can be read at `src` and written at `dst`, and the two do not overlap.
#[inline]
pub(crate) unsafe fn copy(src: *const u8, dst: *mut u8, len: usize) {
    #[cfg(all(target_arch = "x86_64", target_pointer_width = "64", not(miri)))]
    if len >= STRING && std::arch::is_x86_feature_detected!("ermsb") {
        // SAFETY: passed on from the caller.
        return unsafe { copy_string(src, dst, len) };
    }
    let mut done = 0;
    while len - done >= 4 * PIECE {
        // SAFETY: four pieces are left to copy from `done` on.
        unsafe { copy_four(src.wrapping_add(done), dst.wrapping_add(done)) };
        done += 4 * PIECE;
    }
    while len - done >= 8 {
        // SAFETY: eight bytes are left to copy from `done` on.
        let word: u64 = unsafe { read(src.wrapping_add(done)) };
        // SAFETY: as above.
        unsafe { write(word, dst.wrapping_add(done)) };
        done += 8;
    }
    while done < len {
        // SAFETY: `done < len`.
        let byte: u8 = unsafe { read(src.wrapping_add(done)) };
        // SAFETY: as above.
        unsafe { write(byte, dst.wrapping_add(done)) };
        done += 1;
    }
}

/// # Safety
///
/// As for [`copy`], of four pieces.
#[inline(always)]
unsafe fn copy_four(src: *const u8, dst: *mut u8) {
    // SAFETY: the piece is one of the four that the caller vouches for.
    let pieces: [Piece; 4] = [0, 1, 2, 3].map(|i| unsafe { read(src.wrapping_add(i * PIECE)) });
    for (i, piece) in pieces.into_iter().enumerate() {
        // SAFETY: as above.
        unsafe { write(piece, dst.wrapping_add(i * PIECE)) };
    }
}

/// # Safety
///
/// As for [`copy`].
#[cfg(all(target_arch = "x86_64", target_pointer_width = "64", not(miri)))]
unsafe fn copy_string(src: *const u8, dst: *mut u8, len: usize) {
    // SAFETY: it reads `len` bytes at `src` and writes them at `dst`, upwards, as the direction flag is clear in Rust code,
    // and changes the three registers alone.
    unsafe {
        std::arch::asm!(
            "rep movsb",
            inout("rcx") len => _,
            inout("rsi") src => _,
            inout("rdi") dst => _,
            options(nostack, preserves_flags),
        );
    }
}

/// Reads numbers one after another.
///
/// # Safety
///
/// `N` times `size_of::<T>()` bytes can be read at `src`, and every bit pattern is a valid `T`.
#[inline(always)]
pub(super) unsafe fn read_array<T: Copy, const N: usize>(src: *const u8) -> [T; N] {
    let mut values = MaybeUninit::<[T; N]>::uninit();
    let (dst, len) = (values.as_mut_ptr().cast::<u8>(), N * size_of::<T>());
    let mut done = 0;
    while len - done >= PIECE {
        // SAFETY: a piece is left to read.
        let piece: Piece = unsafe { read(src.wrapping_add(done)) };
        // SAFETY: a piece is left of `values`; `Unaligned` has alignment 1.
        unsafe { dst.wrapping_add(done).cast::<Unaligned<Piece>>().write(Unaligned(piece)) };
        done += PIECE;
    }
    if len - done >= 8 && PIECE > 8 {
        // SAFETY: eight bytes are left to read.
        let word: u64 = unsafe { read(src.wrapping_add(done)) };
        // SAFETY: eight bytes are left of `values`.
        unsafe { dst.wrapping_add(done).cast::<Unaligned<u64>>().write(Unaligned(word)) };
        done += 8;
    }
    while done < len {
        // SAFETY: pieces are whole numbers of `T`, so a `T` is left to read.
        let value: T = unsafe { read(src.wrapping_add(done)) };
        // SAFETY: as above, and of `values` too, which is an array of `T` that starts at `dst`.
        unsafe { dst.wrapping_add(done).cast::<Unaligned<T>>().write(Unaligned(value)) };
        done += size_of::<T>();
    }
    // SAFETY: all `len` bytes have been written, and every bit pattern is a valid `T`.
    unsafe { values.assume_init() }
}

/// Writes numbers one after another.
///
/// # Safety
///
/// `N` times `size_of::<T>()` bytes can be written at `dst`, and a `T` has no padding.
#[inline(always)]
pub(super) unsafe fn write_array<T: Register, const N: usize>(values: [T; N], dst: *mut u8) {
    let (src, len) = ((&raw const values).cast::<u8>(), N * size_of::<T>());
    let mut done = 0;
    while len - done >= PIECE {
        // SAFETY: a piece is left of `values`, all bytes of which are initialised.
        let piece = unsafe { src.wrapping_add(done).cast::<Unaligned<Piece>>().read() }.0;
        // SAFETY: a piece is left to write.
        unsafe { write(piece, dst.wrapping_add(done)) };
        done += PIECE;
    }
    if len - done >= 8 && PIECE > 8 {
        // SAFETY: eight bytes are left of `values`.
        let word = unsafe { src.wrapping_add(done).cast::<Unaligned<u64>>().read() }.0;
        // SAFETY: eight bytes are left to write.
        unsafe { write(word, dst.wrapping_add(done)) };
        done += 8;
    }
    while done < len {
        // SAFETY: pieces are whole numbers of `T`, so a `T` is left of `values`.
        let value = unsafe { src.wrapping_add(done).cast::<Unaligned<T>>().read() }.0;
        // SAFETY: a `T` is left to write.
        unsafe { write(value, dst.wrapping_add(done)) };
        done += size_of::<T>();
    }
}
