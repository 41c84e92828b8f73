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

/// A sum in the tree of NumPy's pairwise sum, which is that of [`View::sum`](mmrec::View::sum): halves down to 128 numbers, and
/// these with eight accumulators.
pub fn sum_pairwise(numbers: &[f64]) -> f64 {
    if numbers.len() <= 128 {
        return leaf(numbers);
    }
    let half = numbers.len() / 2;
    let (left, right) = numbers.split_at(half - half % 8);
    sum_pairwise(left) + sum_pairwise(right)
}

fn leaf(numbers: &[f64]) -> f64 {
    let (blocks, rest) = numbers.as_chunks::<8>();
    let mut s = [0.0; 8];
    for block in blocks {
        for (sum, number) in s.iter_mut().zip(block) {
            *sum += number;
        }
    }
    rest.iter()
        .fold(((s[0] + s[1]) + (s[2] + s[3])) + ((s[4] + s[5]) + (s[6] + s[7])), |sum, number| sum + number)
}
