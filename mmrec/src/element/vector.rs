//! Wider vector registers, where the processor has them.

/// Calls `f`, compiled for AVX2 if the processor has it: as far as it is inlined here, loops over slices and arrays in it
/// work on 32 bytes at a time.
#[inline(always)]
pub(crate) fn widest<R>(f: impl FnOnce() -> R) -> R {
    #[cfg(all(target_arch = "x86_64", not(target_feature = "avx2")))]
    if std::arch::is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has been found to have AVX2.
        return unsafe { with_avx2(f) };
    }
    f()
}

#[cfg(all(target_arch = "x86_64", not(target_feature = "avx2")))]
#[target_feature(enable = "avx2")]
fn with_avx2<R>(f: impl FnOnce() -> R) -> R {
    f()
}
