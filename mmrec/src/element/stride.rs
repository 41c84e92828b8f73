//! Walking over places a constant distance apart, as fast as with a distance that is known while compiling.
//!
//! Left to itself the compiler makes each address from the one before, an addition each time, and the chain of additions
//! takes longer than the loads. Multiples of the stride that it has not seen being made stay in registers, and all
//! addresses of a round are made at once.

/// The same number, of which the compiler knows nothing.
#[inline(always)]
fn opaque(number: isize) -> isize {
    #[cfg(all(any(target_arch = "x86_64", target_arch = "aarch64"), target_pointer_width = "64", not(miri)))]
    {
        let mut number = number;
        // SAFETY: no instruction at all, on one register.
        unsafe {
            std::arch::asm!("/* {0} */", inout(reg) number, options(pure, nomem, nostack, preserves_flags))
        };
        number
    }
    #[cfg(not(all(
        any(target_arch = "x86_64", target_arch = "aarch64"),
        target_pointer_width = "64",
        not(miri)
    )))]
    number
}

/// Calls `f` with `len` places `stride` bytes apart, in order, and with what it returned for the place before.
#[inline(always)]
pub(crate) fn fold_places<B>(
    first: *mut u8,
    stride: isize,
    len: usize,
    init: B,
    mut f: impl FnMut(B, *mut u8) -> B,
) -> B {
    let (mut acc, mut place) = (init, first);
    let four = Four::of(stride);
    for _ in 0..len / 4 {
        for place in four.places(place) {
            acc = f(acc, place);
        }
        place = four.after(place);
    }
    for _ in 0..len % 4 {
        acc = f(acc, place);
        place = place.wrapping_offset(stride);
    }
    acc
}

/// Multiples of a stride up to four times; an address with twice as much is made in the load itself.
#[derive(Clone, Copy)]
pub(crate) struct Four {
    stride: isize,
    three: isize,
    four: isize,
}

impl Four {
    #[inline(always)]
    pub(crate) fn of(stride: isize) -> Self {
        let [three, four] = [3, 4].map(|times| opaque(stride.wrapping_mul(times)));
        Self { stride, three, four }
    }

    /// Four places from `first` on.
    #[inline(always)]
    pub(crate) fn places(self, first: *mut u8) -> [*mut u8; 4] {
        let Self { stride, three, .. } = self;
        [0, stride, stride.wrapping_mul(2), three].map(|step| first.wrapping_offset(step))
    }

    /// The place after those.
    #[inline(always)]
    pub(crate) fn after(self, first: *mut u8) -> *mut u8 {
        first.wrapping_offset(self.four)
    }
}

/// Multiples of a stride up to eight times; addresses with twice and four times as much are made in the load itself.
#[derive(Clone, Copy)]
pub(crate) struct Eight {
    stride: isize,
    three: isize,
    five: isize,
    seven: isize,
    eight: isize,
}

impl Eight {
    #[inline(always)]
    pub(crate) fn of(stride: isize) -> Self {
        let [three, five, seven, eight] = [3, 5, 7, 8].map(|times| opaque(stride.wrapping_mul(times)));
        Self { stride, three, five, seven, eight }
    }

    /// Eight places from `first` on.
    #[inline(always)]
    pub(crate) fn places(self, first: *mut u8) -> [*mut u8; 8] {
        let Self { stride, three, five, seven, .. } = self;
        let (two, four, six) = (stride.wrapping_mul(2), stride.wrapping_mul(4), three.wrapping_mul(2));
        [0, stride, two, three, four, five, six, seven].map(|step| first.wrapping_offset(step))
    }

    /// The place after those.
    #[inline(always)]
    pub(crate) fn after(self, first: *mut u8) -> *mut u8 {
        first.wrapping_offset(self.eight)
    }
}
