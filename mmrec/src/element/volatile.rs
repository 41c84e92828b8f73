//! One access of one scalar, at any address.

/// A `T` at any address.
#[derive(Clone, Copy)]
#[repr(C, packed)]
pub(super) struct Unaligned<T>(pub(super) T);

/// Reads a scalar in one access.
///
/// # Safety
///
/// `size_of::<T>()` bytes can be read at `src`, and every bit pattern is a valid `T`.
#[inline(always)]
pub(super) unsafe fn read<T: Copy>(src: *const u8) -> T {
    // SAFETY: the caller vouches for the bytes; `Unaligned` has alignment 1 and the size of `T`.
    unsafe { src.cast::<Unaligned<T>>().read_volatile() }.0
}

/// Writes a scalar in one access.
///
/// # Safety
///
/// `size_of::<T>()` bytes can be written at `dst`.
#[inline(always)]
pub(super) unsafe fn write<T: Register>(value: T, dst: *mut u8) {
    // SAFETY: passed on from the caller.
    unsafe { value.write(dst) }
}

/// What fits a register and is written from it.
///
/// A volatile write of an `Unaligned` goes through memory: the compiler puts the value on the stack, and copies it from
/// there. On x86-64, where every store may be unaligned, one instruction does it, in two thirds of the time. Miri and
/// sanitizers, which do not see into instructions, are given the volatile write (`cfg(mmrec_no_asm)`).
pub(super) trait Register: Copy {
    /// # Safety
    ///
    /// `size_of::<Self>()` bytes can be written at `dst`.
    unsafe fn write(self, dst: *mut u8);
}

macro_rules! registers {
    ($($type:ty: $store:literal $class:ident;)*) => {$(
        impl Register for $type {
            #[inline(always)]
            unsafe fn write(self, dst: *mut u8) {
                #[cfg(all(target_arch = "x86_64", target_pointer_width = "64", not(any(miri, mmrec_no_asm))))]
                // SAFETY: one store of a register of the size of `Self`, at an address that the caller vouches for.
                unsafe {
                    std::arch::asm!(
                        $store,
                        at = in(reg) dst,
                        value = in($class) self,
                        options(nostack, preserves_flags),
                    );
                }
                #[cfg(not(all(target_arch = "x86_64", target_pointer_width = "64", not(any(miri, mmrec_no_asm)))))]
                // SAFETY: the caller vouches for the bytes; `Unaligned` has alignment 1 and the size of `Self`.
                unsafe {
                    dst.cast::<Unaligned<Self>>().write_volatile(Unaligned(self))
                }
            }
        }
    )*};
}

registers! {
    u8: "mov byte ptr [{at}], {value}" reg_byte;
    i8: "mov byte ptr [{at}], {value}" reg_byte;
    u16: "mov word ptr [{at}], {value:x}" reg;
    i16: "mov word ptr [{at}], {value:x}" reg;
    u32: "mov dword ptr [{at}], {value:e}" reg;
    i32: "mov dword ptr [{at}], {value:e}" reg;
    u64: "mov qword ptr [{at}], {value}" reg;
    i64: "mov qword ptr [{at}], {value}" reg;
    f32: "movss dword ptr [{at}], {value}" xmm_reg;
    f64: "movsd qword ptr [{at}], {value}" xmm_reg;
}

#[cfg(target_arch = "x86_64")]
registers! {
    std::arch::x86_64::__m128i: "movups xmmword ptr [{at}], {value}" xmm_reg;
}

#[cfg(target_arch = "aarch64")]
registers! {
    std::arch::aarch64::uint8x16_t: "" reg;
}
