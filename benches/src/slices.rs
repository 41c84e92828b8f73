//! What one writes without mmrec: memmap2 and a slice by `bytemuck::cast_slice`, and then plain iterators.
//!
//! The slice is sound only while nobody else writes to the file.

use bytemuck::Pod;

/// The bytes as records.
///
/// # Panics
///
/// If the mapping is not aligned for them; mappings are, from their first byte on.
pub fn records<T: Pod>(bytes: &[u8]) -> &[T] {
    let whole = bytes.len() - bytes.len() % size_of::<T>();
    bytemuck::cast_slice(&bytes[..whole])
}

/// A sum as an iterator makes it.
#[inline(never)]
pub fn sum<T: Copy>(records: &[T], value: impl Fn(T) -> f64) -> f64 {
    records.iter().map(|&record| value(record)).sum()
}

/// A sum with eight accumulators.
#[inline(never)]
pub fn sum_8(numbers: &[f64]) -> f64 {
    let (blocks, rest) = numbers.as_chunks::<8>();
    let mut sums = [0.0; 8];
    for block in blocks {
        for (sum, number) in sums.iter_mut().zip(block) {
            *sum += number;
        }
    }
    sums.iter().chain(rest).sum()
}
