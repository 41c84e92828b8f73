//! Many bytes at a time: copies, and arrays of numbers.
//!
//! As everywhere, the bytes of a file are accessed through volatile reads and writes, here of vector registers, or by an
//! instruction that the compiler does not look into. Under a concurrent writer a scalar that is copied may come out half old
//! and half new. The pieces of an array of numbers are whole numbers of them.

use std::mem::MaybeUninit;

use super::{
    stride::fold_places,
    volatile::{Register, Unaligned, read, write},
};

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
#[cfg(all(target_arch = "x86_64", target_pointer_width = "64", not(any(miri, mmrec_no_asm))))]
const STRING: usize = 1024;

/// Copies bytes; either side may be in a file.
///
/// # Safety
///
/// `len` bytes can be read at `src` and written at `dst`, and the two do not overlap.
#[inline]
pub(crate) unsafe fn copy(src: *const u8, dst: *mut u8, len: usize) {
    #[cfg(all(target_arch = "x86_64", target_pointer_width = "64", not(any(miri, mmrec_no_asm))))]
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

/// Copies scalars one after another; a single one of up to eight bytes in one access. Either side may be in a file.
///
/// # Safety
///
/// As for [`copy`], of `count` times `size` bytes.
#[inline]
pub(crate) unsafe fn copy_scalars(src: *const u8, dst: *mut u8, size: usize, count: usize) {
    if count == 1 {
        // SAFETY: passed on from the caller.
        return unsafe { copy_scalar(src, dst, size) };
    }
    // SAFETY: passed on from the caller, who vouches for the product.
    unsafe { copy(src, dst, size * count) }
}

/// # Safety
///
/// As for [`copy`], of `size` bytes.
#[inline(always)]
unsafe fn copy_scalar(src: *const u8, dst: *mut u8, size: usize) {
    macro_rules! whole {
        ($number:ty) => {{
            // SAFETY: passed on from the caller, for the size of this number.
            let value: $number = unsafe { read(src) };
            // SAFETY: as above.
            unsafe { write(value, dst) }
        }};
    }
    match size {
        1 => whole!(u8),
        2 => whole!(u16),
        4 => whole!(u32),
        8 => whole!(u64),
        // SAFETY: passed on from the caller.
        _ => unsafe { copy(src, dst, size) },
    }
}

/// What is copied of every place of one run to those of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    /// Bytes of one scalar.
    pub(crate) size: usize,
    /// How many there are, one after another.
    pub(crate) count: usize,
    /// The bytes of a number whose order is reversed on the way, if it is: a scalar, half a complex number, a code unit.
    pub(crate) swapped: Option<usize>,
}

impl Part {
    /// Bytes in all.
    pub(crate) fn bytes(self) -> Option<usize> {
        self.size.checked_mul(self.count)
    }
}

/// Copies a part of `len` places that lie `strides.0` bytes apart to places that lie `strides.1` bytes apart.
///
/// # Safety
///
/// At each place `part.bytes()` bytes can be read, and written at those of the other run; no byte of one is a byte of the
/// other.
pub(crate) unsafe fn copy_parts(
    src: *const u8,
    dst: *mut u8,
    strides: (isize, isize),
    len: usize,
    part: Part,
) {
    let each = |copy: &dyn Fn(*const u8, *mut u8)| {
        let (mut from, mut to) = (src, dst);
        for _ in 0..len {
            copy(from, to);
            from = from.wrapping_offset(strides.0);
            to = to.wrapping_offset(strides.1);
        }
    };
    macro_rules! numbers {
        ($number:ty, $change:expr) => {{
            fold_places(src.cast_mut(), strides.0, len, dst, |to, from| {
                // SAFETY: a place of the run, of which the caller vouches for as many bytes.
                let value: $number = unsafe { read(from) };
                // SAFETY: as above.
                unsafe { write($change(value), to) };
                to.wrapping_offset(strides.1)
            });
        }};
    }
    macro_rules! several {
        ($number:ty, $count:literal) => {
            // SAFETY: passed on from the caller, for a part of so many numbers.
            unsafe { copy_several::<$number, $count>(src, dst, strides, len) }
        };
    }
    match (part.size, part.count, part.swapped) {
        (4, 2, None) => several!(u32, 2),
        (4, 3, None) => several!(u32, 3),
        (4, 4, None) => several!(u32, 4),
        (8, 2, None) => several!(u64, 2),
        (8, 3, None) => several!(u64, 3),
        (8, 4, None) => several!(u64, 4),
        (1, 1, _) => numbers!(u8, |value| value),
        (2, 1, None) => numbers!(u16, |value| value),
        (4, 1, None) => numbers!(u32, |value| value),
        (8, 1, None) => numbers!(u64, |value| value),
        (2, 1, Some(2)) => numbers!(u16, u16::swap_bytes),
        (4, 1, Some(4)) => numbers!(u32, u32::swap_bytes),
        (8, 1, Some(8)) => numbers!(u64, u64::swap_bytes),
        (size, count, None) => each(&|from, to| {
            // SAFETY: a place of the run, of which the caller vouches for as many bytes.
            unsafe { copy_scalars(from, to, size, count) };
        }),
        (size, count, Some(width @ (2 | 4 | 8))) => each(&|from, to| {
            let step = width.cast_signed();
            let number = Part { size: width, count: 1, swapped: Some(width) };
            // SAFETY: the numbers at a place of the run, of which the caller vouches for as many bytes.
            unsafe { copy_parts(from, to, (step, step), size * count / width, number) };
        }),
        (size, count, Some(width)) => each(&|from, to| {
            // SAFETY: as above.
            unsafe { copy_swapped(from, to, size * count, width) };
        }),
    }
}

/// Copies `N` numbers of each of `len` places.
///
/// # Safety
///
/// As for [`copy_parts`], of `N` times the size of a `T`, which has no padding and is valid whatever its bytes are.
unsafe fn copy_several<T: Register, const N: usize>(
    src: *const u8,
    dst: *mut u8,
    strides: (isize, isize),
    len: usize,
) {
    fold_places(src.cast_mut(), strides.0, len, dst, |to, from| {
        // SAFETY: number `i` of a place of the run, of which the caller vouches for `N`.
        let values: [T; N] = std::array::from_fn(|i| unsafe { read(from.wrapping_add(i * size_of::<T>())) });
        for (i, value) in values.into_iter().enumerate() {
            // SAFETY: as above.
            unsafe { write(value, to.wrapping_add(i * size_of::<T>())) };
        }
        to.wrapping_offset(strides.1)
    });
}

/// Copies `len` bytes, and reverses each `width` of them.
///
/// # Safety
///
/// As for [`copy`].
unsafe fn copy_swapped(src: *const u8, dst: *mut u8, len: usize, width: usize) {
    if width == 0 {
        return;
    }
    let mut done = 0;
    while len - done >= width {
        for i in 0..width {
            // SAFETY: `done + i < len`.
            let byte: u8 = unsafe { read(src.wrapping_add(done + i)) };
            // SAFETY: as above, for `width - 1 - i < width`.
            unsafe { write(byte, dst.wrapping_add(done + width - 1 - i)) };
        }
        done += width;
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
#[cfg(all(target_arch = "x86_64", target_pointer_width = "64", not(any(miri, mmrec_no_asm))))]
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
