//! From one order of the axes to another, by way of memory: in a mapping each run would bring in pages around it, up to 2 MiB.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom, Write},
    ops::Range,
};

use mmrec::{Axis, DType, DynView, DynViewMut};

use super::{
    super::{failure::Failure, failure::Result, progress::Progress},
    tiles::Tiles,
};

/// An array in a file.
pub(super) struct Side<'a> {
    pub(super) file: &'a File,
    pub(super) offset: u64,
    pub(super) dtype: &'a DType,
    /// In bytes.
    pub(super) strides: Vec<u64>,
    /// Axes of more than one element, those first whose elements are farther apart.
    pub(super) axes: &'a [usize],
    pub(super) failed: &'a dyn Fn(io::Error) -> Failure,
}

/// Copies all elements of an array of this shape.
pub(super) fn run(from: &Side<'_>, to: &Side<'_>, shape: &[usize], progress: &Progress) -> Result<()> {
    let itemsize = from.dtype.itemsize().max(to.dtype.itemsize());
    // Where the first axis of the new order is in the old one, and so on.
    let place = |axis: &usize| from.axes.iter().position(|own| own == axis).unwrap_or(0);
    let order: Vec<usize> = to.axes.iter().map(place).collect();
    // What no field is in stays 0, as it is at the same place of every record.
    let (mut old, mut new) = (Vec::new(), Vec::new());
    for tile in Tiles::new(shape, itemsize, from.axes, to.axes).iter() {
        let lens =
            |axes: &[usize]| -> Vec<usize> { axes.iter().map(|&axis| tile.ranges[axis].len()).collect() };
        let elements = lens(from.axes).iter().product::<usize>();
        old.resize(elements * from.dtype.itemsize(), 0);
        new.resize(elements * to.dtype.itemsize(), 0);
        let (mut file, mut rest) = (from.file, old.as_mut_slice());
        from.each_run(shape, &tile.ranges, &mut |at, len| {
            let (run, behind) = std::mem::take(&mut rest).split_at_mut(len);
            rest = behind;
            file.seek(SeekFrom::Start(at))?;
            file.read_exact(run)
        })?;
        let source = DType::array(from.dtype.clone(), &lens(from.axes))?;
        let target = DType::array(to.dtype.clone(), &lens(to.axes))?;
        let source = DynView::from_bytes(&old, &source)?.index_axis(Axis(0), 0).permuted_axes(&order);
        DynViewMut::from_bytes(&mut new, &target)?.index_axis_mut(Axis(0), 0).assign_by_name(source)?;
        let (mut file, mut rest) = (to.file, new.as_slice());
        to.each_run(shape, &tile.ranges, &mut |at, len| {
            let (run, behind) = rest.split_at(len);
            rest = behind;
            file.seek(SeekFrom::Start(at))?;
            file.write_all(run)
        })?;
        progress.add(tile.elements)?;
    }
    Ok(())
}

impl Side<'_> {
    /// Calls `f` with the place and the length of all bytes of a part that lie together, in the order of the axes.
    fn each_run(
        &self,
        shape: &[usize],
        part: &[Range<usize>],
        f: &mut dyn FnMut(u64, usize) -> io::Result<()>,
    ) -> Result<()> {
        let (mut outer, mut len) = (self.axes, self.dtype.itemsize());
        while let Some((&axis, before)) = outer.split_last() {
            (outer, len) = (before, len * part[axis].len());
            if part[axis].len() < shape[axis] {
                break;
            }
        }
        let mut at: Vec<usize> = part.iter().map(|range| range.start).collect();
        loop {
            let place: u64 = self.axes.iter().map(|&axis| at[axis] as u64 * self.strides[axis]).sum();
            f(self.offset + place, len).map_err(self.failed)?;
            let next = outer.iter().rev().find(|&&axis| {
                at[axis] += 1;
                let is_within = at[axis] < part[axis].end;
                if !is_within {
                    at[axis] = part[axis].start;
                }
                is_within
            });
            if next.is_none() {
                return Ok(());
            }
        }
    }
}
