//! What is read of each record, one record at a time or gathered into blocks.
#![allow(unsafe_code, reason = "parts of records are element access, and blocks are filled slot by slot")]

use std::{fmt, marker::PhantomData, mem::MaybeUninit, slice};

use crate::{
    element::{Element, Number, bulk, stride::fold_places},
    field::Field,
};

/// What is read of each record: all of it ([`Whole`]), a field, a field in native byte order ([`Field::native`]), or a tuple
/// of up to twelve of these. Only this crate implements it.
///
/// Blocks take 8 KiB of the stack for each field.
///
/// # Safety
///
/// 1. `load` and `gather` read only the `size_of::<R>()` bytes of each record, by value, at any alignment.
/// 2. `slots` points to room for `CAPACITY` values of each column, and `slots_at` to what is `n` values further on.
/// 3. `gather` initialises the first `len` slots, of which there may be more than `CAPACITY`.
/// 4. Where `Slots` is `*mut Item`, slot `n` is the `Item` at that address plus `n`.
pub unsafe trait Select<R>: Copy {
    /// What comes out for each record.
    type Item;

    /// What comes out for many records at once: a slice, or a tuple of slices of the same length.
    type Block<'b>;

    /// The memory of a block.
    #[doc(hidden)]
    type Buffers: Default;

    /// Where values go.
    #[doc(hidden)]
    type Slots: Copy;

    /// The number of records in a full block.
    #[doc(hidden)]
    const CAPACITY: usize;

    /// Reads from one record.
    ///
    /// # Safety
    ///
    /// The bytes of an `R` can be read at `record`.
    #[doc(hidden)]
    unsafe fn load(self, record: *const u8) -> Self::Item;

    #[doc(hidden)]
    fn slots(buffers: &mut Self::Buffers) -> Self::Slots;

    #[doc(hidden)]
    fn slots_at(slots: Self::Slots, n: usize) -> Self::Slots;

    /// Reads from one record into slot `i`.
    ///
    /// # Safety
    ///
    /// The bytes of an `R` can be read at `record`, and there is a slot `i`.
    #[doc(hidden)]
    unsafe fn put(self, record: *const u8, slots: Self::Slots, i: usize);

    /// Reads from `len` records that lie `stride` bytes apart into the first slots.
    ///
    /// # Safety
    ///
    /// The bytes of an `R` can be read at each of the records, and there are `len` slots.
    #[doc(hidden)]
    #[inline(always)]
    unsafe fn gather(self, records: *const u8, stride: isize, len: usize, slots: Self::Slots) {
        fold_places(records.cast_mut(), stride, len, 0, |i, record| {
            // SAFETY: `record` is record `i`, and `i < len`.
            unsafe { Select::<R>::put(self, record, slots, i) };
            i + 1
        });
    }

    /// The first `len` values that were gathered.
    ///
    /// # Safety
    ///
    /// The first `len` slots of the buffers are initialised.
    #[doc(hidden)]
    unsafe fn block(buffers: &Self::Buffers, len: usize) -> Self::Block<'_>;
}

/// The bytes of one column in a block: a part of the first-level cache, which holds 32 KiB or more.
const BLOCK: usize = 8192;

/// The number of values of one column in a block.
const fn capacity<T>() -> usize {
    match size_of::<T>() {
        0 => BLOCK,
        size if size >= BLOCK => 1,
        size => BLOCK / size,
    }
}

#[derive(Clone, Copy)]
#[repr(C, align(64))]
struct Line([u8; 64]);

/// Room for one column of a block: on the stack, or for values too large or too aligned for that, on the heap.
pub struct Buffer<T> {
    stack: MaybeUninit<[Line; BLOCK / 64]>,
    heap: Vec<MaybeUninit<T>>,
}

impl<T> Buffer<T> {
    const ON_STACK: bool = size_of::<T>() <= BLOCK && align_of::<T>() <= align_of::<Line>();

    fn slots(&mut self) -> *mut T {
        if Self::ON_STACK {
            return self.stack.as_mut_ptr().cast();
        }
        self.heap.reserve(capacity::<T>());
        self.heap.as_mut_ptr().cast()
    }

    /// # Safety
    ///
    /// The first `len` slots are initialised.
    unsafe fn block(&self, len: usize) -> &[T] {
        let first = if Self::ON_STACK { self.stack.as_ptr().cast() } else { self.heap.as_ptr().cast() };
        // SAFETY: the slots are aligned, and the caller says that they are initialised.
        unsafe { slice::from_raw_parts(first, len) }
    }
}

impl<T> Default for Buffer<T> {
    fn default() -> Self {
        Self { stack: MaybeUninit::uninit(), heap: Vec::new() }
    }
}

/// A block that is being filled.
pub(crate) struct Gathered<R, S: Select<R>> {
    buffers: S::Buffers,
    /// Invariant G1: the first `len` slots are initialised, and `len` is at most `S::CAPACITY`.
    len: usize,
    record: PhantomData<fn() -> R>,
}

impl<R, S: Select<R>> Gathered<R, S> {
    #[inline]
    pub(crate) fn new() -> Self {
        Self { buffers: S::Buffers::default(), len: 0, record: PhantomData }
    }

    /// How many more records fit.
    #[inline]
    pub(crate) fn room(&self) -> usize {
        S::CAPACITY - self.len
    }

    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    #[inline]
    pub(crate) fn clear(&mut self) {
        self.len = 0;
    }

    /// Adds `len` records that lie `stride` bytes apart.
    ///
    /// # Safety
    ///
    /// The bytes of an `R` can be read at each of the records, and they fit.
    #[inline(always)]
    pub(crate) unsafe fn add(&mut self, select: S, records: *const u8, stride: isize, len: usize) {
        let slots = S::slots_at(S::slots(&mut self.buffers), self.len);
        // SAFETY: the caller vouches for the records; there are `CAPACITY` slots, of which `len` are left.
        unsafe { select.gather(records, stride, len, slots) };
        self.len += len;
    }

    #[inline]
    pub(crate) fn block(&self) -> S::Block<'_> {
        // SAFETY: G1.
        unsafe { S::block(&self.buffers, self.len) }
    }
}

impl<R: Element> Gathered<R, Whole> {
    /// The values gathered, to be changed.
    #[inline]
    pub(crate) fn values_mut(&mut self) -> &mut [R] {
        // SAFETY: G1, and the buffer is borrowed mutably.
        unsafe { slice::from_raw_parts_mut(Whole::slots(&mut self.buffers), self.len) }
    }

    /// Fills the room with copies of a value, as many as fit.
    pub(crate) fn repeat(&mut self, value: R) {
        let slots: *mut R = Whole::slots(&mut self.buffers);
        for i in 0..<Whole as Select<R>>::CAPACITY {
            // SAFETY: there are as many slots.
            let slot = unsafe { slots.add(i) };
            // SAFETY: as above.
            unsafe { slot.write(value) };
        }
        self.len = <Whole as Select<R>>::CAPACITY;
    }
}

/// Copies values that lie one after another.
///
/// # Safety
///
/// `len` values can be read at `src`, `T` is plain, and there are `len` slots.
#[inline]
unsafe fn gather_plain<T: Element>(src: *const u8, len: usize, slots: *mut T) {
    // SAFETY: passed on from the caller; the slots are in memory of this process alone, so the two do not overlap. Any
    // bytes are a valid `T` (Element, 6).
    unsafe { bulk::copy(src, slots.cast(), len * size_of::<T>()) };
}

#[inline(always)]
fn lie_together<T>(stride: isize, len: usize) -> bool {
    stride == size_of::<T>().cast_signed() || len == 1
}

macro_rules! one_column {
    ($value:ty, of $record:ty) => {
        type Item = $value;
        type Block<'b> = &'b [$value];
        type Buffers = Buffer<$value>;
        type Slots = *mut $value;
        const CAPACITY: usize = capacity::<$value>();

        #[inline(always)]
        fn slots(buffers: &mut Self::Buffers) -> *mut $value {
            buffers.slots()
        }

        #[inline(always)]
        fn slots_at(slots: *mut $value, n: usize) -> *mut $value {
            slots.wrapping_add(n)
        }

        #[inline(always)]
        unsafe fn put(self, record: *const u8, slots: *mut $value, i: usize) {
            // SAFETY: passed on from the caller.
            let value = unsafe { Select::<$record>::load(self, record) };
            // SAFETY: there is a slot `i`, by the caller.
            unsafe { slots.wrapping_add(i).write(value) }
        }

        #[inline]
        unsafe fn block(buffers: &Self::Buffers, len: usize) -> &[$value] {
            // SAFETY: passed on from the caller.
            unsafe { buffers.block(len) }
        }
    };
}

/// Selects the whole record.
#[derive(Clone, Copy, Debug)]
pub struct Whole;

// SAFETY: `Element::load` keeps to the bytes of the `R`, and so does a copy of whole records (1); the slots are those of a
// buffer (2); what is plain is valid once copied, anything else is put slot by slot (3).
unsafe impl<R: Element> Select<R> for Whole {
    one_column!(R, of R);

    #[inline(always)]
    unsafe fn load(self, record: *const u8) -> R {
        // SAFETY: passed on from the caller.
        unsafe { R::load(record) }
    }

    #[inline(always)]
    unsafe fn gather(self, records: *const u8, stride: isize, len: usize, slots: *mut R) {
        if R::PLAIN && lie_together::<R>(stride, len) {
            // SAFETY: the records are plain and one after another.
            return unsafe { gather_plain(records, len, slots) };
        }
        fold_places(records.cast_mut(), stride, len, 0, |i, record| {
            // SAFETY: `record` is record `i`, and `i < len`.
            unsafe { Select::<R>::put(self, record, slots, i) };
            i + 1
        });
    }
}

/// Selects a number in the byte order of the machine. See [`View::native`](crate::View::native).
#[derive(Clone, Copy, Debug)]
pub struct Native;

// SAFETY: as for `Whole`; a number has the size of its native twin and no greater alignment.
unsafe impl<R: Number> Select<R> for Native {
    one_column!(R::Native, of R);

    #[inline(always)]
    unsafe fn load(self, record: *const u8) -> R::Native {
        // SAFETY: passed on from the caller.
        unsafe { R::load(record) }.to_native()
    }

    #[inline(always)]
    unsafe fn gather(self, records: *const u8, stride: isize, len: usize, slots: *mut R::Native) {
        const { assert!(size_of::<R>() == size_of::<R::Native>() && align_of::<R>() <= align_of::<R::Native>()) };
        if R::PLAIN && lie_together::<R>(stride, len) {
            // SAFETY: the numbers are plain and one after another, and their size is that of a slot.
            unsafe { gather_plain::<R>(records, len, slots.cast()) };
            for i in 0..len {
                let slot = slots.wrapping_add(i);
                // SAFETY: slot `i` has just been filled with an `R`.
                let number: R = unsafe { slot.cast::<R>().read() };
                // SAFETY: there is a slot `i`.
                unsafe { slot.write(number.to_native()) };
            }
            return;
        }
        fold_places(records.cast_mut(), stride, len, 0, |i, record| {
            // SAFETY: `record` is record `i`, and `i < len`.
            unsafe { Select::<R>::put(self, record, slots, i) };
            i + 1
        });
    }
}

// SAFETY: by F1 the field lies within the `R` (1); the slots are those of a buffer (2), and all are put (3).
unsafe impl<R, F: Element> Select<R> for Field<R, F> {
    one_column!(F, of R);

    #[inline(always)]
    unsafe fn load(self, record: *const u8) -> F {
        // SAFETY: by F1 the field lies within the `R` that the caller vouches for.
        let field = unsafe { record.add(self.offset()) };
        // SAFETY: as above.
        unsafe { F::load(field) }
    }
}

/// Selects a field as a number in the byte order of the machine. Made by [`Field::native`].
pub struct NativeField<R, F>(Field<R, F>);

impl<R, F: Number> Field<R, F> {
    /// The field as a number in the byte order of the machine, to be [selected](crate::View::select):
    /// `v.select((Tick::FIELDS.price.native(), Tick::FIELDS.qty.native()))`.
    #[must_use]
    pub const fn native(self) -> NativeField<R, F> {
        NativeField(self)
    }
}

impl<R, F> Clone for NativeField<R, F> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R, F> Copy for NativeField<R, F> {}

impl<R, F> fmt::Debug for NativeField<R, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}.native()", self.0)
    }
}

// SAFETY: as for the field (1); the slots are those of a buffer (2), and all are put (3).
unsafe impl<R, F: Number> Select<R> for NativeField<R, F> {
    one_column!(F::Native, of R);

    #[inline(always)]
    unsafe fn load(self, record: *const u8) -> F::Native {
        // SAFETY: passed on from the caller.
        unsafe { self.0.load(record) }.to_native()
    }
}

/// The least of some numbers.
const fn least(of: &[usize]) -> usize {
    let (mut least, mut i) = (of[0], 1);
    while i < of.len() {
        if of[i] < least {
            least = of[i];
        }
        i += 1;
    }
    least
}

macro_rules! select_tuples {
    ($(($($name:ident $slots:ident)+))*) => {$(
        // SAFETY: each column keeps to the bytes of the `R` (1), has buffers of its own with room for as many (2), and
        // puts its value for every record (3).
        unsafe impl<R, $($name: Select<R>),+> Select<R> for ($($name,)+) {
            type Item = ($($name::Item,)+);
            type Block<'b> = ($($name::Block<'b>,)+);
            type Buffers = ($($name::Buffers,)+);
            type Slots = ($($name::Slots,)+);
            const CAPACITY: usize = least(&[$($name::CAPACITY),+]);

            #[inline(always)]
            #[expect(non_snake_case, reason = "one name serves as type and as variable")]
            unsafe fn load(self, record: *const u8) -> Self::Item {
                let ($($name,)+) = self;
                // SAFETY: passed on from the caller.
                ($(unsafe { $name.load(record) },)+)
            }

            #[inline(always)]
            #[expect(non_snake_case, reason = "as above")]
            fn slots(buffers: &mut Self::Buffers) -> Self::Slots {
                let ($($name,)+) = buffers;
                ($($name::slots($name),)+)
            }

            #[inline(always)]
            #[expect(non_snake_case, reason = "as above")]
            fn slots_at(slots: Self::Slots, n: usize) -> Self::Slots {
                let ($($name,)+) = slots;
                ($($name::slots_at($name, n),)+)
            }

            #[inline(always)]
            #[expect(non_snake_case, reason = "as above")]
            unsafe fn put(self, record: *const u8, slots: Self::Slots, i: usize) {
                let ($($name,)+) = self;
                let ($($slots,)+) = slots;
                // SAFETY: passed on from the caller.
                $(unsafe { $name.put(record, $slots, i) };)+
            }

            #[inline]
            #[expect(non_snake_case, reason = "as above")]
            unsafe fn block(buffers: &Self::Buffers, len: usize) -> Self::Block<'_> {
                let ($($name,)+) = buffers;
                // SAFETY: passed on from the caller.
                ($(unsafe { $name::block($name, len) },)+)
            }
        }
    )*};
}

select_tuples! {
    (A a)
    (A a B b)
    (A a B b C c)
    (A a B b C c E e)
    (A a B b C c E e F f)
    (A a B b C c E e F f G g)
    (A a B b C c E e F f G g H h)
    (A a B b C c E e F f G g H h I j)
    (A a B b C c E e F f G g H h I j J k)
    (A a B b C c E e F f G g H h I j J k K l)
    (A a B b C c E e F f G g H h I j J k K l L m)
    (A a B b C c E e F f G g H h I j J k K l L m M n)
}
