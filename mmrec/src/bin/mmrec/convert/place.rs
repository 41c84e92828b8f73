//! An array in a file, mapped anew for each part that is worked on, so that the pages of a part are let go with it.

use std::fs::File;

use mmrec::{DType, DynMap, DynView, Order, ReadOnly, ReadWrite};

use super::super::failure::Result;

pub(super) struct Place {
    pub(super) file: File,
    /// Of the elements, which may be arrays.
    dtype: DType,
    pub(super) offset: u64,
    /// Of the array, without the axes of its elements.
    shape: Vec<usize>,
    order: Order,
}

impl Place {
    /// The array of a map, whose file is open a second time.
    pub(super) fn of<M>(map: &DynMap<M>, file: File) -> Result<Self> {
        let (mut dtype, mut shape, order) = (map.dtype().clone(), map.shape().to_vec(), map.order());
        // Elements that are arrays keep their own axes together, in whatever order they lie.
        if order == Order::F {
            let own = own_axes(&map.view());
            let inner = shape.split_off(shape.len() - own);
            dtype = DType::array(dtype, &inner)?;
        }
        Ok(Self { file, dtype, offset: map.offset(), shape, order })
    }

    /// Maps it to be read.
    pub(super) fn open(&self) -> Result<DynMap<ReadOnly>> {
        Ok(self.options().open(&self.file)?)
    }

    /// Maps it to be written.
    pub(super) fn open_rw(&self) -> Result<DynMap<ReadWrite>> {
        Ok(self.options().open_rw(&self.file)?)
    }

    fn options(&self) -> mmrec::DynOptions<mmrec::Shaped> {
        let options = DynMap::options().dtype(self.dtype.clone()).raw().offset(self.offset).order(self.order);
        options.shape(self.shape.as_slice())
    }
}

/// How many axes at the end of an array in order F are those of its elements.
fn own_axes(view: &DynView<'_>) -> usize {
    let (shape, strides) = (view.shape(), view.strides());
    let fits = |own: usize| {
        let outer = shape.len() - own;
        let mut step = view.dtype().itemsize();
        (outer..shape.len()).rev().chain(0..outer).all(|axis| {
            let is_next = shape[axis] < 2 || strides[axis].unsigned_abs() == step;
            step = step.saturating_mul(shape[axis]);
            is_next
        })
    };
    (0..=shape.len()).find(|&own| fits(own)).unwrap_or(0)
}
