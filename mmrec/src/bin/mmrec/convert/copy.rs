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
    input: &Path,
    new: &New<'_>,
    target: &Target,
    progress: &Progress,
) -> Result<()> {
    let file = File::open(input).map_err(|error| Failure::io(input, error))?;
    let from = Place::of(map, file)?;
    let options = DynMap::options().dtype(new.dtype.clone()).order(new.order).shape(map.shape());
    let made = match new.format {
        Format::Npy => options.create_npy(target.path()),
        _ => options.create(target.path()),
    };
    let made = made.map_err(|error| target.named(&error))?;
    let reopened = target.file().try_clone().map_err(|error| target.error(error))?;
    let to = Place::of(&made, reopened)?;
    let (source, wanted) = (axes(&map.view()), axes(&made.view()));
    let is_same = source == wanted && map.dtype() == new.dtype;
    drop(made);
    if is_same {
        let bytes = map.len() as u64 * map.dtype().itemsize() as u64;
        return verbatim(&from, input, &to, target, bytes, map.len() as u64, progress);
    }
    fill(&from, &to, map, (&source, &wanted), new.dtype, progress)
}

/// Copies an array of several axes to an unnamed file, in order C.
pub(super) fn in_order_c(
    map: &DynMap<ReadOnly>,
    from: &Place,
    directory: &Path,
    progress: &Progress,
) -> Result<Place> {
    let file = tempfile::tempfile_in(directory).map_err(|error| Failure::io(directory, error))?;
    let options = DynMap::options().dtype(map.dtype().clone()).shape(map.shape());
    let made = options.create(&file)?;
    let wanted = axes(&made.view());
    let to = Place::of(&made, file)?;
    drop(made);
    fill(from, &to, map, (&axes(&map.view()), &wanted), map.dtype(), progress)?;
    Ok(to)
}

fn fill(
    from: &Place,
    to: &Place,
    map: &DynMap<ReadOnly>,
    (source, wanted): (&[usize], &[usize]),
    dtype: &DType,
    progress: &Progress,
) -> Result<()> {
    let itemsize = map.dtype().itemsize().max(dtype.itemsize());
    if map.is_empty() || itemsize == 0 {
        // For what cannot be copied is an error without elements, too.
        return Ok(to.open_rw()?.view_mut().assign_by_name(&from.open()?)?);
    }
    for tile in Tiles::new(map.shape(), itemsize, source, wanted).iter() {
        let (from, mut to) = (from.open()?, to.open_rw()?);
        let (info, mut whole) = (tile.info.as_slice(), to.view_mut());
        whole.slice_mut(info).assign_by_name(from.view().slice(info))?;
        from.health()?;
        to.health()?;
        progress.add(tile.elements)?;
    }
    // Of the first mapping too, by which the input has its name.
    Ok(map.health()?)
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
