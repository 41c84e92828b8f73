//! An array cut into chunks that fit a cache, in the order in which they lie in the file.

use std::ops::Range;

use mmrec::{
    DynView,
    ndarray::{Slice, SliceInfoElem},
};

/// The bytes of a chunk, or those of one element if it has more.
const CHUNK: usize = 512 << 10;

/// The bytes of the elements in front that are looked at beforehand.
const FIRST: usize = 16 << 10;

/// The most parts that are given out to threads, so that what is kept of each is bounded.
const PARTS: usize = 1024;

/// How an array is cut. What comes out is the same whatever the number of threads.
#[derive(Debug)]
pub(super) struct Plan {
    shape: Vec<usize>,
    /// The axis along which chunks are cut; each has one index of the axes before it, and all of those behind.
    axis: usize,
    /// Indices of that axis in a chunk.
    step: usize,
    chunks: usize,
    /// Chunks in a part.
    together: usize,
}

/// A part of an array.
#[derive(Debug)]
pub(super) struct Chunk {
    info: Vec<SliceInfoElem>,
    pub(super) elements: u64,
}

impl Plan {
    /// Of an array whose axes are in the order of [`in_file_order`], with no more parts than `parts` if a few will do.
    pub(super) fn new(view: &DynView<'_>, parts: usize) -> Self {
        let (shape, itemsize) = (view.shape().to_vec(), view.dtype().itemsize());
        if view.is_empty() || itemsize == 0 {
            return Self { shape, axis: 0, step: 1, chunks: 0, together: 1 };
        }
        let (mut axis, mut inner) = (shape.len(), itemsize);
        while axis > 0 && inner * shape[axis - 1] <= CHUNK {
            axis -= 1;
            inner *= shape[axis];
        }
        // All of it is one chunk, or the next axis is cut.
        let axis = axis.saturating_sub(1);
        let inner = itemsize * shape.iter().skip(axis + 1).product::<usize>();
        let step = (CHUNK / inner).max(1);
        let outer: usize = shape[..axis.min(shape.len())].iter().product();
        let chunks = outer * shape.get(axis).map_or(1, |len| len.div_ceil(step));
        Self { together: chunks.div_ceil(parts.clamp(1, PARTS)), shape, axis, step, chunks }
    }

    pub(super) fn parts(&self) -> usize {
        self.chunks.div_ceil(self.together)
    }

    pub(super) fn chunks(&self, part: usize) -> impl Iterator<Item = Chunk> {
        let start = part * self.together;
        (start..self.chunks.min(start + self.together)).map(|chunk| self.chunk(chunk))
    }

    fn chunk(&self, chunk: usize) -> Chunk {
        let Some(&len) = self.shape.get(self.axis) else {
            return Chunk { info: Vec::new(), elements: 1 };
        };
        let along = len.div_ceil(self.step);
        let (mut outer, start) = (chunk / along, chunk % along * self.step);
        let range = start..len.min(start + self.step);
        let elements = range.len() * self.shape[self.axis + 1..].iter().product::<usize>();
        let mut info = vec![all(); self.shape.len()];
        info[self.axis] = slice(range);
        for axis in (0..self.axis).rev() {
            info[axis] = SliceInfoElem::from((outer % self.shape[axis]).cast_signed());
            outer /= self.shape[axis];
        }
        Chunk { info, elements: elements as u64 }
    }
}

impl Chunk {
    /// Some elements in front; `None` if there is none.
    pub(super) fn first(view: &DynView<'_>) -> Option<Self> {
        let (itemsize, mut info) = (view.dtype().itemsize(), vec![slice(0..1); view.ndim()]);
        if view.is_empty() || itemsize == 0 {
            return None;
        }
        let elements = view.shape().last().map_or(1, |&len| len.min((FIRST / itemsize).max(1)));
        if let Some(last) = info.last_mut() {
            *last = slice(0..elements);
        }
        Some(Self { info, elements: elements as u64 })
    }

    /// What `slice` takes for an array of so many axes, of which those of the plan come first.
    pub(super) fn of(&self, ndim: usize) -> Vec<SliceInfoElem> {
        let mut info = self.info.clone();
        info.resize(ndim, all());
        info
    }
}

fn slice(range: Range<usize>) -> SliceInfoElem {
    SliceInfoElem::from(Slice::from(range))
}

fn all() -> SliceInfoElem {
    SliceInfoElem::from(Slice::from(..))
}

/// The array with the axes whose elements are farther apart first.
pub(super) fn in_file_order<'a>(view: &DynView<'a>) -> DynView<'a> {
    let mut axes: Vec<usize> = (0..view.ndim()).collect();
    axes.sort_by_key(|&axis| std::cmp::Reverse(view.strides()[axis].unsigned_abs()));
    view.permuted_axes(&axes)
}
