//! Loops over raw pointers, each written for one layout, as one who knows it would: strides and offsets are constants.
//!
//! Floating-point sums come with one accumulator, which is what one writes first, and with eight, which do not wait
//! for each other.
#![allow(unsafe_code, reason = "the loops to compare with are raw pointer loops")]
#![expect(
    clippy::undocumented_unsafe_blocks,
    reason = "each loop goes over the records of the mapping that it is given, and these are plain numbers"
)]
#![expect(clippy::multiple_unsafe_ops_per_block, reason = "a raw loop is written as one would write it")]

use std::{
    fs::{File, OpenOptions},
    io,
    ops::AddAssign,
    path::Path,
    ptr, slice, thread,
};

use crate::records::{Padded, Record, Wide};

/// A mapping to run raw loops over.
#[derive(Debug)]
pub struct Bytes(memmap2::MmapRaw);

impl Bytes {
    /// Maps all of a file to be read and written.
    ///
    /// # Panics
    ///
    /// If that cannot be done.
    pub fn open(path: &Path) -> Self {
        let file = OpenOptions::new().read(true).write(true).open(path).expect("the file was written");
        Self(memmap2::MmapRaw::map_raw(&file).expect("the file can be mapped"))
    }

    /// The first byte.
    pub fn at(&self) -> *mut u8 {
        self.0.as_mut_ptr()
    }

    /// The number of bytes.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The bytes as a slice, for files that nobody writes to while they are measured.
    pub fn slice(&self) -> &[u8] {
        unsafe { slice::from_raw_parts(self.at(), self.len()) }
    }

    /// The first field of this stride and offset, and the number of records.
    fn column<const STRIDE: usize, const OFFSET: usize>(&self) -> (*mut u8, usize) {
        (self.at().wrapping_add(OFFSET), self.len() / STRIDE)
    }
}

/// Sums what `value` gives for `0..n` with eight accumulators.
#[inline(always)]
fn eight<A: Copy + Default + AddAssign>(n: usize, value: impl Fn(usize) -> A) -> A {
    let mut sums = [A::default(); 8];
    let whole = n - n % 8;
    let mut i = 0;
    while i < whole {
        for (k, sum) in sums.iter_mut().enumerate() {
            *sum += value(i + k);
        }
        i += 8;
    }
    let mut total = A::default();
    for i in whole..n {
        total += value(i);
    }
    for sum in sums {
        total += sum;
    }
    total
}

/// The sum of an `f64` field, one accumulator.
#[inline(never)]
pub fn sum_f64<const STRIDE: usize, const OFFSET: usize>(bytes: &Bytes) -> f64 {
    let (at, n) = bytes.column::<STRIDE, OFFSET>();
    (0..n).map(|i| unsafe { at.add(STRIDE * i).cast::<f64>().read_unaligned() }).sum()
}

/// The sum of an `f64` field, eight accumulators.
#[inline(never)]
pub fn sum_f64_8<const STRIDE: usize, const OFFSET: usize>(bytes: &Bytes) -> f64 {
    let (at, n) = bytes.column::<STRIDE, OFFSET>();
    eight(n, |i| unsafe { at.add(STRIDE * i).cast::<f64>().read_unaligned() })
}

/// [`sum_f64_8`] over the first `n` records from record `from` on.
#[inline(never)]
pub fn sum_f64_of<const STRIDE: usize, const OFFSET: usize>(bytes: &Bytes, from: usize, n: usize) -> f64 {
    let (at, len) = bytes.column::<STRIDE, OFFSET>();
    assert!(from <= len && n <= len - from, "the records are there");
    let at = at.wrapping_add(STRIDE * from);
    eight(n, |i| unsafe { at.add(STRIDE * i).cast::<f64>().read_unaligned() })
}

/// The sum of an `f64` field by threads of the standard library, each over one part.
pub fn sum_f64_threads<const STRIDE: usize, const OFFSET: usize>(bytes: &Bytes, threads: usize) -> f64 {
    let n = bytes.len() / STRIDE;
    let part = |k: usize| n / threads * k + (n % threads).min(k);
    thread::scope(|scope| {
        let others: Vec<_> = (1..threads)
            .map(|k| scope.spawn(move || sum_f64_of::<STRIDE, OFFSET>(bytes, part(k), part(k + 1) - part(k))))
            .collect();
        let first = sum_f64_of::<STRIDE, OFFSET>(bytes, 0, part(1));
        others.into_iter().fold(first, |sum, other| sum + other.join().unwrap_or(f64::NAN))
    })
}

/// The sum of a big-endian `f64` field, one accumulator.
#[inline(never)]
pub fn sum_big<const STRIDE: usize, const OFFSET: usize>(bytes: &Bytes) -> f64 {
    let (at, n) = bytes.column::<STRIDE, OFFSET>();
    (0..n)
        .map(|i| unsafe { f64::from_bits(u64::from_be(at.add(STRIDE * i).cast::<u64>().read_unaligned())) })
        .sum()
}

/// The sum of a big-endian `f64` field, eight accumulators.
#[inline(never)]
pub fn sum_big_8<const STRIDE: usize, const OFFSET: usize>(bytes: &Bytes) -> f64 {
    let (at, n) = bytes.column::<STRIDE, OFFSET>();
    eight(n, |i| unsafe { f64::from_bits(u64::from_be(at.add(STRIDE * i).cast::<u64>().read_unaligned())) })
}

/// The sum of a `u32` field, one accumulator.
#[inline(never)]
pub fn sum_u32<const STRIDE: usize, const OFFSET: usize>(bytes: &Bytes) -> u64 {
    let (at, n) = bytes.column::<STRIDE, OFFSET>();
    (0..n).map(|i| unsafe { u64::from(at.add(STRIDE * i).cast::<u32>().read_unaligned()) }).sum()
}

/// The sum of a `u32` field, eight accumulators.
#[inline(never)]
pub fn sum_u32_8<const STRIDE: usize, const OFFSET: usize>(bytes: &Bytes) -> u64 {
    let (at, n) = bytes.column::<STRIDE, OFFSET>();
    eight(n, |i| unsafe { u64::from(at.add(STRIDE * i).cast::<u32>().read_unaligned()) })
}

#[inline(always)]
unsafe fn wide(at: *const u8, i: usize) -> *const Wide {
    unsafe { at.cast::<Wide>().add(i) }
}

/// The price weighted by the quantity, one accumulator for each sum.
#[inline(never)]
pub fn vwap(bytes: &Bytes) -> f64 {
    let (at, n) = bytes.column::<48, 0>();
    let (mut turnover, mut volume) = (0.0, 0);
    for i in 0..n {
        let (price, qty) = unsafe { ((*wide(at, i)).price, (*wide(at, i)).qty) };
        turnover += price * f64::from(qty);
        volume += u64::from(qty);
    }
    turnover / volume as f64
}

/// The price weighted by the quantity, eight accumulators for the turnover.
#[inline(never)]
pub fn vwap_8(bytes: &Bytes) -> f64 {
    #[derive(Clone, Copy, Default)]
    struct Sums(f64, u64);

    impl AddAssign for Sums {
        #[inline(always)]
        fn add_assign(&mut self, other: Self) {
            self.0 += other.0;
            self.1 += other.1;
        }
    }

    let (at, n) = bytes.column::<48, 0>();
    let Sums(turnover, volume) = eight(n, |i| {
        let (price, qty) = unsafe { ((*wide(at, i)).price, (*wide(at, i)).qty) };
        Sums(price * f64::from(qty), u64::from(qty))
    });
    turnover / volume as f64
}

/// How many of an `f64` field are greater than `x`, one counter.
#[inline(never)]
pub fn count_above<const STRIDE: usize, const OFFSET: usize>(bytes: &Bytes, x: f64) -> u64 {
    let (at, n) = bytes.column::<STRIDE, OFFSET>();
    (0..n).map(|i| unsafe { u64::from(at.add(STRIDE * i).cast::<f64>().read_unaligned() > x) }).sum()
}

/// How many of an `f64` field are greater than `x`, eight counters.
#[inline(never)]
pub fn count_above_8<const STRIDE: usize, const OFFSET: usize>(bytes: &Bytes, x: f64) -> u64 {
    let (at, n) = bytes.column::<STRIDE, OFFSET>();
    eight(n, |i| unsafe { u64::from(at.add(STRIDE * i).cast::<f64>().read_unaligned() > x) })
}

/// The smallest and greatest of an `f64` field; NaN if there is one. In `LANES` lanes that do not wait for each other.
#[inline(never)]
pub fn min_max<const STRIDE: usize, const OFFSET: usize, const LANES: usize>(bytes: &Bytes) -> (f64, f64) {
    let (at, n) = bytes.column::<STRIDE, OFFSET>();
    let mut least = [f64::INFINITY; LANES];
    let mut most = [f64::NEG_INFINITY; LANES];
    let mut nan = [false; LANES];
    let mut lane = |k: usize, i: usize| {
        let value = unsafe { at.add(STRIDE * i).cast::<f64>().read_unaligned() };
        least[k] = if value < least[k] { value } else { least[k] };
        most[k] = if value > most[k] { value } else { most[k] };
        nan[k] |= value.is_nan();
    };
    let whole = n - n % LANES;
    let mut i = 0;
    while i < whole {
        for k in 0..LANES {
            lane(k, i + k);
        }
        i += LANES;
    }
    for i in whole..n {
        lane(0, i);
    }
    if nan.contains(&true) {
        return (f64::NAN, f64::NAN);
    }
    (least.into_iter().fold(f64::INFINITY, f64::min), most.into_iter().fold(f64::NEG_INFINITY, f64::max))
}

/// An `f64` field as a new `Vec`.
#[inline(never)]
pub fn gather<const STRIDE: usize, const OFFSET: usize>(bytes: &Bytes) -> Vec<f64> {
    let (at, n) = bytes.column::<STRIDE, OFFSET>();
    let mut values = Vec::with_capacity(n);
    let to: *mut f64 = values.as_mut_ptr();
    for i in 0..n {
        unsafe { to.add(i).write(at.add(STRIDE * i).cast::<f64>().read_unaligned()) }
    }
    unsafe { values.set_len(n) };
    values
}

/// An `f64` field into a buffer.
#[inline(never)]
pub fn gather_to<const STRIDE: usize, const OFFSET: usize>(bytes: &Bytes, to: &mut [f64]) {
    let (at, n) = bytes.column::<STRIDE, OFFSET>();
    assert_eq!(to.len(), n, "there is room for the field");
    let to = to.as_mut_ptr();
    for i in 0..n {
        unsafe { to.add(i).write(at.add(STRIDE * i).cast::<f64>().read_unaligned()) }
    }
}

/// Records by value, of which the price is used.
#[inline(never)]
pub fn sum_of_records(bytes: &Bytes) -> f64 {
    let (at, n) = bytes.column::<48, 0>();
    (0..n).map(|i| unsafe { wide(at, i).read() }.price).sum()
}

/// Adds 1 to a `u32` field.
#[inline(never)]
pub fn increment<const STRIDE: usize, const OFFSET: usize>(bytes: &Bytes) {
    let (at, n) = bytes.column::<STRIDE, OFFSET>();
    for i in 0..n {
        unsafe {
            let qty = at.add(STRIDE * i).cast::<u32>();
            qty.write_unaligned(qty.read_unaligned().wrapping_add(1));
        }
    }
}

/// Fills a `u32` field.
#[inline(never)]
pub fn fill<const STRIDE: usize, const OFFSET: usize>(bytes: &Bytes, value: u32) {
    let (at, n) = bytes.column::<STRIDE, OFFSET>();
    for i in 0..n {
        unsafe { at.add(STRIDE * i).cast::<u32>().write_unaligned(value) }
    }
}

/// Copies an `f64` field from one file to another.
#[inline(never)]
pub fn assign_field<const STRIDE: usize, const OFFSET: usize>(from: &Bytes, to: &Bytes) {
    let (from, n) = from.column::<STRIDE, OFFSET>();
    let (to, room) = to.column::<STRIDE, OFFSET>();
    assert_eq!(n, room, "the files are of one size");
    for i in 0..n {
        unsafe {
            let value = from.add(STRIDE * i).cast::<f64>().read_unaligned();
            to.add(STRIDE * i).cast::<f64>().write_unaligned(value);
        }
    }
}

/// Copies a file over another.
#[inline(never)]
pub fn copy(from: &Bytes, to: &Bytes) {
    assert_eq!(from.len(), to.len(), "the files are of one size");
    unsafe { ptr::copy_nonoverlapping(from.at(), to.at(), from.len()) }
}

/// Copies records with padding, field by field.
#[inline(never)]
pub fn assign_padded(from: &Bytes, to: &Bytes) {
    assert_eq!(from.len(), to.len(), "the files are of one size");
    let n = from.len() / size_of::<Padded>();
    let (from, to) = (from.at().cast::<Padded>(), to.at().cast::<Padded>());
    for i in 0..n {
        unsafe {
            (*to.add(i)).ts = (*from.add(i)).ts;
            (*to.add(i)).price = (*from.add(i)).price;
            (*to.add(i)).qty = (*from.add(i)).qty;
        }
    }
}

/// Sets all bytes of a file to 0.
pub fn clear(bytes: &Bytes) {
    unsafe { bytes.at().write_bytes(0, bytes.len()) }
}

/// A number that depends on every byte of a file, and on where it is.
pub fn digest(bytes: &Bytes) -> f64 {
    let words = bytes.len() / 8;
    let at = bytes.at().cast::<u64>();
    let hash = (0..words).fold(0u64, |hash, i| {
        let word = unsafe { at.add(i).read() };
        (hash.rotate_left(5) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    });
    (hash >> 11) as f64
}

/// Index `i` of a sequence that jumps about in `0..n`; the same as in `compare.py`.
#[inline(always)]
pub fn scattered(i: usize, n: usize) -> usize {
    let spread = (i as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
    (spread as usize * n) >> 32
}

/// A number that takes all fields of a record; the same as in `compare.py`.
#[inline(always)]
pub fn weigh(record: Wide) -> f64 {
    let Wide { ts, price, qty, flags, rest: [a, b, c] } = record;
    price + (ts + u64::from(qty) + u64::from(flags) + a + b + c) as f64
}

/// The sum of records at scattered places, read whole.
#[inline(never)]
pub fn at_records(bytes: &Bytes, lookups: usize) -> f64 {
    let (at, n) = bytes.column::<48, 0>();
    (0..lookups).map(|i| weigh(unsafe { wide(at, scattered(i, n)).read() })).sum()
}

/// The sum of an `f64` field at scattered places.
#[inline(never)]
pub fn at_field<const STRIDE: usize, const OFFSET: usize>(bytes: &Bytes, lookups: usize) -> f64 {
    let (at, n) = bytes.column::<STRIDE, OFFSET>();
    (0..lookups).map(|i| unsafe { at.add(STRIDE * scattered(i, n)).cast::<f64>().read_unaligned() }).sum()
}

/// The sum of every second row and column of planes of 256 by 256.
#[inline(never)]
pub fn sum_cube(bytes: &Bytes) -> f64 {
    let rows = bytes.len() / (256 * 8);
    let at = bytes.at().cast::<f64>();
    let mut sums = [0.0; 8];
    for row in (0..rows).step_by(2) {
        let row = at.wrapping_add(256 * row);
        for i in 0..16 {
            for (k, sum) in sums.iter_mut().enumerate() {
                *sum += unsafe { row.add(2 * (8 * i + k)).read() };
            }
        }
    }
    sums.into_iter().sum()
}

/// All elements of a matrix of `ROWS` rows in Fortran order, in C order: eight rows at a time, so that each line of
/// cache that is read is used up.
#[inline(never)]
pub fn transpose<const ROWS: usize>(bytes: &Bytes, elements: usize) -> Vec<f64> {
    const { assert!(ROWS.is_multiple_of(8)) };
    let columns = elements / ROWS;
    assert!(columns * ROWS * 8 <= bytes.len(), "the matrix is there");
    let at = bytes.at().cast::<f64>();
    let mut values = Vec::with_capacity(columns * ROWS);
    let to: *mut f64 = values.as_mut_ptr();
    for row in (0..ROWS).step_by(8) {
        for column in 0..columns {
            for k in 0..8 {
                unsafe { to.add((row + k) * columns + column).write(at.add(column * ROWS + row + k).read()) }
            }
        }
    }
    unsafe { values.set_len(columns * ROWS) };
    values
}

/// The same row by row, which writes in order.
#[inline(never)]
pub fn transpose_rows<const ROWS: usize>(bytes: &Bytes, elements: usize) -> Vec<f64> {
    let columns = elements / ROWS;
    assert!(columns * ROWS * 8 <= bytes.len(), "the matrix is there");
    let at = bytes.at().cast::<f64>();
    let mut values = Vec::with_capacity(columns * ROWS);
    let to: *mut f64 = values.as_mut_ptr();
    for row in 0..ROWS {
        for column in 0..columns {
            unsafe { to.add(row * columns + column).write(at.add(column * ROWS + row).read()) }
        }
    }
    unsafe { values.set_len(columns * ROWS) };
    values
}

/// Opens a file, reads the price of its first record, and closes it, by nothing but system calls.
///
/// # Panics
///
/// If one of them fails.
#[cfg(unix)]
#[inline(never)]
pub fn open_and_close(path: &std::ffi::CStr) -> f64 {
    unsafe {
        let file = libc::open(path.as_ptr(), libc::O_RDONLY | libc::O_CLOEXEC);
        assert!(file >= 0, "the file can be opened");
        let mut stat: libc::stat = std::mem::zeroed();
        assert_eq!(libc::fstat(file, &raw mut stat), 0, "the file has a size");
        let len = usize::try_from(stat.st_size).unwrap_or_default();
        let map = libc::mmap(ptr::null_mut(), len, libc::PROT_READ, libc::MAP_SHARED, file, 0);
        assert_ne!(map, libc::MAP_FAILED, "the file can be mapped");
        let price = map.cast::<Wide>().read_volatile().price;
        libc::munmap(map, len);
        libc::close(file);
        price
    }
}

/// Makes the first `n` records of the file, which has room for them, through a mapping.
///
/// # Errors
///
/// If it cannot be mapped.
///
/// # Panics
///
/// If the file is too short.
pub fn write_wide(file: &File, n: u64) -> io::Result<()> {
    let map = memmap2::MmapRaw::map_raw(file)?;
    assert!(n * size_of::<Wide>() as u64 <= map.len() as u64);
    let mut at = map.as_mut_ptr().cast::<Wide>();
    for i in 0..n {
        unsafe {
            at.write_unaligned(Wide::nth(i));
            at = at.add(1);
        }
    }
    Ok(())
}
