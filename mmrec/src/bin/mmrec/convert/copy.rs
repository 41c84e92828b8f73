//! From records to records, in another layout or order.

use std::{
    cmp::Reverse,
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    path::Path,
};

use mmrec::{DType, DynMap, DynView, Order, ReadOnly};

use super::{
    super::{
        failure::{Failure, Result},
        progress::Progress,
    },
    asked::Format,
    place::Place,
    target::Target,
    tiles::Tiles,
    transpose::{self, Side},
};

/// Bytes that are copied before the next look whether to stop.
const STEP: u64 = 16 << 20;

/// What to make of an array.
pub(super) struct New<'a> {
    pub(super) dtype: &'a DType,
    pub(super) order: Order,
    pub(super) format: Format,
}

/// Copies an array to a new file.
pub(super) fn run(
    map: &DynMap<ReadOnly>,
    file: File,
    input: &Path,
    new: &New<'_>,
    target: &Target,
    progress: &Progress,
) -> Result<()> {
    let from = Place::of(map, file)?;
    let options = DynMap::options().dtype(new.dtype.clone()).order(new.order).shape(map.shape());
    let made = match new.format {
        Format::Npy => options.create_npy(target.path()),
        _ => options.create(target.path()),
    };
    let made = made.map_err(|error| target.named(&error))?;
    let reopened = target.file().try_clone().map_err(|error| target.error(error))?;
    let to = Place::of(&made, reopened)?;
    let (source, wanted) = (Array::of(map, &from), Array::of(&made, &to));
    if source.axes == wanted.axes && map.dtype() == new.dtype {
        let bytes = map.len() as u64 * map.dtype().itemsize() as u64;
        return verbatim(&from, input, &to, target, bytes, map.len() as u64, progress);
    }
    fill(&source, &wanted, &|error| Failure::io(input, error), &|error| target.error(error), progress)?;
    // Of the first mapping too, by which the input has its name.
    Ok(map.health()?)
}

/// Copies an array of several axes to an unnamed file, in order C.
pub(super) fn in_order_c(
    map: &DynMap<ReadOnly>,
    from: &Place,
    input: &Path,
    directory: &Path,
    progress: &Progress,
) -> Result<Place> {
    let file = tempfile::tempfile_in(directory).map_err(|error| Failure::io(directory, error))?;
    let made = DynMap::options().dtype(map.dtype().clone()).shape(map.shape()).create(&file)?;
    let to = Place::of(&made, file)?;
    let failed = |error| Failure::io(directory, error);
    fill(
        &Array::of(map, from),
        &Array::of(&made, &to),
        &|error| Failure::io(input, error),
        &failed,
        progress,
    )?;
    Ok(to)
}

/// An array, and where it is.
struct Array<'a> {
    view: DynView<'a>,
    place: &'a Place,
    /// Axes of more than one element, those first whose elements are farther apart.
    axes: Vec<usize>,
}

impl<'a> Array<'a> {
    fn of<M>(map: &'a DynMap<M>, place: &'a Place) -> Self {
        let view = map.view();
        Self { axes: axes(&view), view, place }
    }

    fn side<'b>(&'b self, failed: &'b dyn Fn(io::Error) -> Failure) -> Side<'b> {
        Side {
            file: &self.place.file,
            offset: self.place.offset,
            dtype: self.view.dtype(),
            strides: self.view.strides().iter().map(|stride| stride.unsigned_abs() as u64).collect(),
            axes: &self.axes,
            failed,
        }
    }
}

fn fill(
    from: &Array<'_>,
    to: &Array<'_>,
    unread: &dyn Fn(io::Error) -> Failure,
    unwritten: &dyn Fn(io::Error) -> Failure,
    progress: &Progress,
) -> Result<()> {
    let (shape, sizes) = (from.view.shape(), [&from.view, &to.view].map(|view| view.dtype().itemsize()));
    if from.view.is_empty() || sizes.contains(&0) || shape != to.view.shape() {
        // For what cannot be copied is an error without elements, too.
        return Ok(to.place.open_rw()?.view_mut().assign_by_name(&from.place.open()?)?);
    }
    if from.axes != to.axes {
        return transpose::run(&from.side(unread), &to.side(unwritten), shape, progress);
    }
    for tile in Tiles::new(shape, sizes[0].max(sizes[1]), &from.axes, &to.axes).iter() {
        let (from, mut to) = (from.place.open()?, to.place.open_rw()?);
        let (info, mut whole) = (tile.info(), to.view_mut());
        whole.slice_mut(info.as_slice()).assign_by_name(from.view().slice(info.as_slice()))?;
        from.health()?;
        to.health()?;
        progress.add(tile.elements)?;
    }
    Ok(())
}

/// Axes of more than one element, those first whose elements are farther apart.
fn axes(view: &DynView<'_>) -> Vec<usize> {
    let mut axes: Vec<usize> = (0..view.ndim()).filter(|&axis| view.shape()[axis] > 1).collect();
    axes.sort_by_key(|&axis| Reverse(view.strides()[axis].unsigned_abs()));
    axes
}

/// Bytes as they are, by the system alone where it can.
fn verbatim(
    from: &Place,
    input: &Path,
    to: &Place,
    target: &Target,
    bytes: u64,
    elements: u64,
    progress: &Progress,
) -> Result<()> {
    let (mut source, mut sink) = (&from.file, &to.file);
    source.seek(SeekFrom::Start(from.offset)).map_err(|error| Failure::io(input, error))?;
    sink.seek(SeekFrom::Start(to.offset)).map_err(|error| target.error(error))?;
    let (mut done, mut told) = (0, 0);
    while done < bytes {
        let step = STEP.min(bytes - done);
        let what = || format!("cannot copy {} to the new file", input.display());
        let copied =
            io::copy(&mut source.take(step), &mut sink).map_err(|error| Failure::Io(what(), error))?;
        if copied < step {
            let message = format!(
                "{}: expected {bytes} bytes of records, found {}; another program has cut the file",
                input.display(),
                done + copied
            );
            return Err(Failure::Usage(message));
        }
        done += copied;
        // No overflow for any file that there is.
        let now = (u128::from(elements) * u128::from(done) / u128::from(bytes)) as u64;
        progress.add(now - told)?;
        told = now;
    }
    Ok(())
}
