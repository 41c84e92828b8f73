//! An array cut into parts that take little memory, of which each is in few runs in the old file and in the new one.

use std::ops::Range;

use mmrec::ndarray::{Slice, SliceInfoElem};

/// Bytes of a part.
const TOGETHER: usize = 8 << 20;

/// The parts of an array, in the order in which they are written.
#[derive(Debug)]
pub(super) struct Tiles {
    shape: Vec<usize>,
    extent: Vec<usize>,
    /// The axes whose elements are farther apart in the new file come first.
    axes: Vec<usize>,
}

/// A part of an array.
#[derive(Debug)]
pub(super) struct Tile {
    pub(super) ranges: Vec<Range<usize>>,
    pub(super) elements: u64,
}

impl Tiles {
    /// Of an array with elements, whose axes are in these orders in the old and the new file, the slowest first.
    pub(super) fn new(shape: &[usize], itemsize: usize, from: &[usize], to: &[usize]) -> Self {
        let mut extent = vec![1; shape.len()];
        let elements = (TOGETHER / itemsize).max(1);
        if from == to {
            grow(&mut extent, shape, from, elements);
        } else {
            // Runs as long in one file as in the other.
            grow(&mut extent, shape, from, elements.isqrt());
            grow(&mut extent, shape, to, elements.isqrt());
        }
        Self { shape: shape.to_vec(), extent, axes: to.to_vec() }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Tile> {
        let counts: Vec<usize> =
            self.axes.iter().map(|&axis| self.shape[axis].div_ceil(self.extent[axis])).collect();
        (0..counts.iter().product()).map(move |mut at: usize| {
            let mut ranges: Vec<_> = self.shape.iter().map(|&len| 0..len).collect();
            let mut elements = 1;
            for (&axis, &count) in self.axes.iter().zip(&counts).rev() {
                let start = at % count * self.extent[axis];
                let end = self.shape[axis].min(start + self.extent[axis]);
                ranges[axis] = start..end;
                elements *= end - start;
                at /= count;
            }
            Tile { ranges, elements: elements as u64 }
        })
    }
}

impl Tile {
    /// What `slice` takes for it.
    pub(super) fn info(&self) -> Vec<SliceInfoElem> {
        self.ranges.iter().map(|range| SliceInfoElem::from(Slice::from(range.clone()))).collect()
    }
}

/// Makes a part longer along the fastest axes, until so many elements lie together.
fn grow(extent: &mut [usize], shape: &[usize], axes: &[usize], mut elements: usize) {
    for &axis in axes.iter().rev() {
        extent[axis] = extent[axis].max(shape[axis].min(elements));
        elements /= shape[axis];
        if elements < 2 {
            return;
        }
    }
}
