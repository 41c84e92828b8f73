//! An array cut into parts that take little memory, of which each is in few runs in the old file and in the new one.

use mmrec::ndarray::{Slice, SliceInfoElem};

/// Bytes of a part that lies in the same order in both files.
const TOGETHER: usize = 8 << 20;

/// Bytes that lie together in either file, of a part that does not; and the most elements, for each run touches a few pages more.
const RUN: usize = 64 << 10;
const MOST_READ: usize = 4096;
const MOST_WRITTEN: usize = 128;

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
    pub(super) info: Vec<SliceInfoElem>,
    pub(super) elements: u64,
}

impl Tiles {
    /// Of an array with elements, whose axes are in these orders in the old and the new file, the slowest first.
    pub(super) fn new(shape: &[usize], itemsize: usize, from: &[usize], to: &[usize]) -> Self {
        let mut extent = vec![1; shape.len()];
        let bytes = |total: usize| (total / itemsize).max(1);
        if from == to {
            grow(&mut extent, shape, from, bytes(TOGETHER));
        } else {
            grow(&mut extent, shape, from, bytes(RUN).min(MOST_READ));
            grow(&mut extent, shape, to, bytes(RUN).min(MOST_WRITTEN));
        }
        Self { shape: shape.to_vec(), extent, axes: to.to_vec() }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Tile> {
        let counts: Vec<usize> =
            self.axes.iter().map(|&axis| self.shape[axis].div_ceil(self.extent[axis])).collect();
        (0..counts.iter().product()).map(move |mut at: usize| {
            let mut info = vec![SliceInfoElem::from(Slice::from(..)); self.shape.len()];
            let mut elements = 1;
            for (&axis, &count) in self.axes.iter().zip(&counts).rev() {
                let start = at % count * self.extent[axis];
                let end = self.shape[axis].min(start + self.extent[axis]);
                info[axis] = SliceInfoElem::from(Slice::from(start..end));
                elements *= end - start;
                at /= count;
            }
            Tile { info, elements: elements as u64 }
        })
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
