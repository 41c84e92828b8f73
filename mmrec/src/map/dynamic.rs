//! Maps of files whose dtype is known only at run time.

use std::{fmt, marker::PhantomData, ops::RangeBounds, path::Path};

use ndarray::{Axis, Dimension, IntoDimension, IxDyn, SliceArg};

use super::{
    Advice, RecordMap, Source,
    core::{Core, too_large},
    dynamic_options::DynOptions,
    making::Old,
    mode::{AnyMode, CopyOnWrite, Mode, ReadOnly, ReadWrite, Writable},
    options::{Order, mismatch},
    region::Dynamic,
    source::Origin,
};
use crate::{
    dtype::{DType, ShapeText},
    element::Element,
    error::{Error, ErrorKind, Result},
    view::{
        DynIter, DynView, DynViewMut, Progress, Value,
        raw::{DynRaw, DynRawMut, Mismatch},
    },
};

/// A file mapped as an array of elements whose dtype is known only at run time, in mode `M`: the untyped twin of
/// [`RecordMap`].
///
/// [`open`](Self::open) maps any `.npy` file. For other files, [`options`](Self::options) takes the dtype.
/// [`into_typed`](Self::into_typed) makes a [`RecordMap`] of it once the type is known, without opening the file again.
///
/// ```
/// use mmrec::{DynMap, s};
///
/// # let dir = std::env::temp_dir().join(format!("mmrec-doc-dyn-map-{}", std::process::id()));
/// # std::fs::create_dir_all(&dir).unwrap();
/// # let (npy, raw) = (dir.join("a.npy"), dir.join("a.bin"));
/// # mmrec::RecordMap::<f32>::options().shape((3, 4)).create_npy(&npy)?;
/// # std::fs::write(&raw, [1, 0, 7, 2, 0, 9]).unwrap();
/// let map = DynMap::open(&npy)?;
/// println!("{} {:?}", map.dtype(), map.shape());                        // '<f4' [3, 4]
/// assert_eq!(map.view().slice(s![1, ..]).to_string(), "[0. 0. 0. 0.]");
///
/// let pairs = "[('id', '<u2'), ('kind', '|u1')]".parse()?;
/// let map = DynMap::options().dtype(pairs).open(&raw)?;
/// assert_eq!(map.view().to_string(), "[(1, 7) (2, 9)]");
/// # std::fs::remove_dir_all(dir).unwrap();
/// # Ok::<(), mmrec::Error>(())
/// ```
///
/// NumPy: `numpy.memmap`, `numpy.load(path, mmap_mode=...)`.
pub struct DynMap<M = ReadOnly> {
    pub(super) core: Core<DynRaw<'static>>,
    /// With the axes of elements that are arrays.
    shape: Vec<usize>,
    dtype: DType,
    access: PhantomData<fn() -> M>,
}

impl DynMap<ReadOnly> {
    /// Maps a `.npy` file to be read, mode `r`.
    ///
    /// # Errors
    ///
    /// As for [`DynOptions::open`].
    ///
    /// NumPy: `numpy.load(path, mmap_mode='r')`.
    pub fn open(source: impl Source) -> Result<Self> {
        Self::options().open(source)
    }

    /// Maps a `.npy` file to be read and written, mode `r+`.
    ///
    /// # Errors
    ///
    /// As for [`DynOptions::open_rw`].
    ///
    /// NumPy: `numpy.load(path, mmap_mode='r+')`.
    pub fn open_rw(source: impl Source) -> Result<DynMap<ReadWrite>> {
        Self::options().open_rw(source)
    }

    /// Maps a `.npy` file to be read and changed in this process alone, mode `c`.
    ///
    /// # Errors
    ///
    /// As for [`DynOptions::open_cow`].
    ///
    /// NumPy: `numpy.load(path, mmap_mode='c')`.
    pub fn open_cow(source: impl Source) -> Result<DynMap<CopyOnWrite>> {
        Self::options().open_cow(source)
    }

    /// What to map and how: dtype, offset, shape, order, lock; and the way to make files.
    pub fn options() -> DynOptions {
        DynOptions::new()
    }
}

impl<M> DynMap<M> {
    pub(super) fn new(mut core: Core<DynRaw<'static>>) -> Result<Self> {
        if let Some(layout) = core.layout.expanded() {
            core = core.with(|mapped| mapped.axes().ok_or_else(|| too_large("the shape")))?;
            core.layout = layout;
        }
        let view = DynView::from_raw(core.mapped.raw().clone());
        let view = view.map_err(|error| core.name(error))?;
        let (shape, dtype) = (view.shape().to_vec(), view.dtype().clone());
        Ok(Self { core, shape, dtype, access: PhantomData })
    }

    /// The array to be read.
    pub fn view(&self) -> DynView<'_> {
        match DynView::from_raw(self.core.mapped.raw().clone()) {
            Ok(view) => view,
            Err(_) => unreachable!("the axes were added once when the file was opened"),
        }
    }

    /// The map as one of elements of a Rust type, of a number of axes `D`: `map.into_typed::<Trade, Ix1>()?`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::DTypeMismatch`], with the fields that differ, or [`ErrorKind::RankMismatch`]; the map is gone then.
    pub fn into_typed<T: Element, D: Dimension>(self) -> Result<RecordMap<T, D, M>> {
        let (wanted, found) = (T::DTYPE, self.dtype.clone());
        let core = self.core;
        // In Fortran order the last axes are not those of elements that are arrays, even where they lie as if they were: a
        // row that is added would not.
        let in_c_order = core.layout.order == Order::C || core.layout.shape.len() <= 1;
        if core.layout.dtype != *wanted && !in_c_order {
            let error = mismatch::<T>(Mismatch::DType, &found);
            let whole = &core.layout.dtype;
            let hint = match whole.without_axes().1.is_empty() {
                true => "in Fortran order, elements that are arrays cannot be the last axes".to_owned(),
                false => {
                    format!("in Fortran order the elements are whole, {whole}: ask for these, or take a view")
                }
            };
            return Err(core.name(error.with_hint(&hint)));
        }
        let mut core =
            core.with(|mapped| mapped.typed::<T, D>().map_err(|error| mismatch::<T>(error, &found)))?;
        core.layout.dtype = wanted.clone();
        core.layout.shape = core.mapped.raw().dim().slice().to_vec();
        Ok(RecordMap::new(core))
    }

    /// [`into_typed`](Self::into_typed) by a shorter name.
    #[doc(hidden)]
    pub fn typed<T: Element, D: Dimension>(self) -> Result<RecordMap<T, D, M>> {
        self.into_typed()
    }

    /// The number of elements along each axis.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// The number of axes.
    pub fn ndim(&self) -> usize {
        self.shape.len()
    }

    /// The number of elements: the product of the shape.
    pub fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// Whether there is no element.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The dtype of the elements.
    pub fn dtype(&self) -> &DType {
        &self.dtype
    }

    /// The order of the elements in the file.
    pub fn order(&self) -> Order {
        self.core.layout.order
    }

    /// The mode.
    pub fn mode(&self) -> Mode {
        self.core.mode
    }

    /// Where in the file the array starts, in bytes; for a `.npy`, behind its header.
    pub fn offset(&self) -> u64 {
        self.core.layout.offset
    }

    /// The absolute path of the file; `None` if it was given as an open file.
    pub fn path(&self) -> Option<&Path> {
        self.core.path.as_deref()
    }

    /// A copy of the element at `index`, or `None` past the end; see [`DynView::get`].
    pub fn get<I: IntoDimension>(&self, index: I) -> Option<Value> {
        self.view().get(index)
    }

    /// A copy of the element at `index`; see [`DynView::at`].
    ///
    /// # Panics
    ///
    /// If there are more or fewer indices than axes, or one is past the end of its axis.
    #[track_caller]
    pub fn at<I: IntoDimension>(&self, index: I) -> Value {
        self.view().at(index)
    }

    /// Iterates over copies of the elements in C order.
    pub fn iter(&self) -> DynIter<'_> {
        self.view().iter()
    }

    /// The view of the field with this name, title or path; see [`DynView::field`].
    ///
    /// # Errors
    ///
    /// As for [`DynView::field`]; the error names the file.
    pub fn field(&self, name: &str) -> Result<DynView<'_>> {
        self.view().field(name).map_err(|error| self.core.name(error))
    }

    /// Several fields, as records that have no others; see [`DynView::fields`].
    ///
    /// # Errors
    ///
    /// As for [`DynView::fields`]; the error names the file.
    pub fn fields<N: AsRef<str>>(&self, names: impl IntoIterator<Item = N>) -> Result<DynView<'_>> {
        self.view().fields(names).map_err(|error| self.core.name(error))
    }

    /// The part that `s![..]` names; see [`DynView::slice`].
    ///
    /// # Panics
    ///
    /// As for [`DynView::slice`].
    #[track_caller]
    pub fn slice<I: SliceArg<IxDyn>>(&self, info: I) -> DynView<'_> {
        self.view().slice(info)
    }

    /// The sub-view at one index of an axis; see [`DynView::index_axis`].
    ///
    /// # Panics
    ///
    /// If there is no such axis or index.
    #[track_caller]
    pub fn index_axis(&self, axis: Axis, index: usize) -> DynView<'_> {
        self.view().index_axis(axis, index)
    }

    /// Puts everything written on the disk, and waits for it; see [`RecordMap::flush`].
    ///
    /// # Errors
    ///
    /// As for [`RecordMap::flush`].
    pub fn flush(&self) -> Result<()> {
        self.core.flush(0..usize::MAX, true)
    }

    /// Starts putting everything written on the disk; see [`RecordMap::flush_async`].
    ///
    /// # Errors
    ///
    /// As for [`RecordMap::flush_async`].
    pub fn flush_async(&self) -> Result<()> {
        self.core.flush(0..usize::MAX, false)
    }

    /// Puts what is written of these indices of axis 0 on the disk; see [`RecordMap::flush_range`].
    ///
    /// # Errors
    ///
    /// As for [`RecordMap::flush_range`].
    pub fn flush_range(&self, rows: impl RangeBounds<usize>) -> Result<()> {
        self.core.flush_range(rows)
    }

    /// Flushes, unmaps, lets go of any lock, and reports errors, which dropping the map does not.
    ///
    /// # Errors
    ///
    /// As for [`RecordMap::flush`]. The map is gone all the same.
    pub fn close(self) -> Result<()> {
        self.flush()
    }

    /// Hints how the map will be read from now on; see [`RecordMap::advise`].
    ///
    /// # Errors
    ///
    /// As for [`RecordMap::advise`].
    pub fn advise(&self, advice: Advice) -> Result<()> {
        self.core.advise(advice)
    }

    /// Starts reading these indices of axis 0 into memory; see [`RecordMap::prefetch`].
    ///
    /// # Errors
    ///
    /// As for [`RecordMap::prefetch`].
    pub fn prefetch(&self, rows: impl RangeBounds<usize>) -> Result<()> {
        self.core.prefetch(rows)
    }

    /// Copies the array to a new `.npy` file of the same shape and order whose elements are of another dtype, field by field,
    /// by name: `map.repack(path, &map.dtype().to_packed()?, |_| ())`. `progress` is called after every 16 MiB or so.
    ///
    /// ```
    /// use mmrec::DynMap;
    ///
    /// # let dir = std::env::temp_dir().join(format!("mmrec-doc-repack-{}", std::process::id()));
    /// # std::fs::create_dir_all(&dir).unwrap();
    /// # let (padded, packed) = (dir.join("padded.npy"), dir.join("packed.npy"));
    /// # DynMap::options().dtype("[('a', '|u1'), ('', '|V7'), ('b', '<f8')]".parse()?).shape(1000).create_npy(&padded)?;
    /// let from = DynMap::open(&padded)?;                                    // 16 bytes each, 7 of them padding
    /// let to = from.repack(&packed, &from.dtype().to_packed()?, |progress| {
    ///     println!("{} of {}", progress.done, progress.total);
    /// })?;
    /// assert_eq!(to.dtype().itemsize(), 9);
    /// # std::fs::remove_dir_all(dir).unwrap();
    /// # Ok::<(), mmrec::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`] if there is a file of this name, and as for [`DynOptions::create_npy`] and
    /// [`DynViewMut::assign_by_name`]; nothing is left of the new file then. Where the file system can, the file has no
    /// name before all of it is there.
    ///
    /// NumPy: `numpy.lib.recfunctions.repack_fields`, in memory.
    pub fn repack(
        &self,
        path: impl AsRef<Path>,
        dtype: &DType,
        mut progress: impl FnMut(Progress),
    ) -> Result<DynMap<ReadWrite>> {
        let from = self.view();
        from.check_by_name(dtype).map_err(|error| self.core.name(error))?;
        let options = DynMap::options().dtype(dtype.clone()).order(self.order()).shape(self.shape());
        let origin = Origin::Path(path.as_ref().to_path_buf());
        let copy = |to: &mut Dynamic| match to.raw_mut() {
            Some(raw) => {
                DynViewMut::from_raw(raw)?.assign_by_name_with(&from, &mut progress)?;
                self.core.health()
            }
            None => unreachable!("it was mapped to be written"),
        };
        DynMap::new(options.opening.create_filled(origin, Old::Refused, true, copy)?)
    }

    fn raw_mut(&mut self) -> Option<DynViewMut<'_>> {
        let raw: DynRawMut<'_> = self.core.mapped.raw_mut()?;
        match DynViewMut::from_raw(raw) {
            Ok(view) => Some(view),
            Err(_) => unreachable!("the axes were added once when the file was opened"),
        }
    }
}

impl<M: Writable> DynMap<M> {
    /// The array to be read and written.
    pub fn view_mut(&mut self) -> DynViewMut<'_> {
        match self.raw_mut() {
            Some(view) => view,
            None => unreachable!("maps of writable modes have pages that can be written"),
        }
    }
}

// The bound is on each method, so that using one on a map that only reads is answered by the text of `Writable`.
impl<M> DynMap<M> {
    /// Writes the element at `index`; see [`DynViewMut::set`].
    ///
    /// # Errors
    ///
    /// As for [`DynViewMut::set`]; the error names the file.
    ///
    /// # Panics
    ///
    /// If there are more or fewer indices than axes, or one is past the end of its axis.
    #[track_caller]
    pub fn set<I: IntoDimension>(&mut self, index: I, value: impl Into<Value>) -> Result<()>
    where
        M: Writable,
    {
        let set = self.view_mut().set(index, value);
        set.map_err(|error| self.core.name(error))
    }

    /// Writes `value` to every element; see [`DynViewMut::fill`].
    ///
    /// # Errors
    ///
    /// As for [`DynViewMut::set`]; the error names the file.
    pub fn fill(&mut self, value: impl Into<Value>) -> Result<()>
    where
        M: Writable,
    {
        let filled = self.view_mut().fill(value);
        filled.map_err(|error| self.core.name(error))
    }

    /// Copies all elements from a view or map of the same shape and dtype; see [`DynViewMut::assign`].
    ///
    /// # Errors
    ///
    /// As for [`DynViewMut::assign`]; the error names the file.
    pub fn assign<'v>(&mut self, from: impl Into<DynView<'v>>) -> Result<()>
    where
        M: Writable,
    {
        let assigned = self.view_mut().assign(from);
        assigned.map_err(|error| self.core.name(error))
    }

    /// Copies the fields that both have, by name; see [`DynViewMut::assign_by_name`].
    ///
    /// # Errors
    ///
    /// As for [`DynViewMut::assign_by_name`]; the error names the file.
    pub fn assign_by_name<'v>(&mut self, from: impl Into<DynView<'v>>) -> Result<()>
    where
        M: Writable,
    {
        let assigned = self.view_mut().assign_by_name(from);
        assigned.map_err(|error| self.core.name(error))
    }

    /// The view of a field, to be written; see [`DynView::field`].
    ///
    /// # Errors
    ///
    /// As for [`DynView::field`].
    pub fn field_mut(&mut self, name: &str) -> Result<DynViewMut<'_>>
    where
        M: Writable,
    {
        self.view_mut().into_field(name)
    }

    /// The part that `s![..]` names, to be written; see [`DynView::slice`].
    ///
    /// # Panics
    ///
    /// As for [`DynView::slice`].
    #[track_caller]
    pub fn slice_mut<I: SliceArg<IxDyn>>(&mut self, info: I) -> DynViewMut<'_>
    where
        M: Writable,
    {
        self.view_mut().into_slice(info)
    }

    /// The sub-view at one index of an axis, to be written.
    ///
    /// # Panics
    ///
    /// If there is no such axis or index.
    #[track_caller]
    pub fn index_axis_mut(&mut self, axis: Axis, index: usize) -> DynViewMut<'_>
    where
        M: Writable,
    {
        self.view_mut().into_index_axis(axis, index)
    }
}

impl DynMap<AnyMode> {
    /// The array to be read and written, if the mode is one that writes.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::ReadOnly`] in mode `r`.
    pub fn view_mut(&mut self) -> Result<DynViewMut<'_>> {
        let error = self.core.name(super::read_only());
        self.raw_mut().ok_or(error)
    }
}

impl DynMap<ReadWrite> {
    /// Makes the array longer by `rows` rows of zeros; see [`RecordMap::grow`].
    ///
    /// # Errors
    ///
    /// As for [`RecordMap::grow`].
    pub fn grow(&mut self, rows: usize) -> Result<()> {
        let grown = self.core.grown(rows, |_, _| Ok(()))?;
        self.core.take(grown, Ok)?;
        self.shape = self.view().shape().to_vec();
        Ok(())
    }

    /// Makes the array longer by the elements of a view or map, whose shape is that of this but along the axis that grows; see
    /// [`RecordMap::append`].
    ///
    /// # Errors
    ///
    /// As for [`RecordMap::append`], and [`ErrorKind::DTypeMismatch`] if the dtypes differ.
    pub fn append<'v>(&mut self, elements: impl Into<DynView<'v>>) -> Result<()> {
        let from = elements.into();
        let axis = self.core.layout.growing_axis().unwrap_or(0);
        let mut shape = self.shape.clone();
        if let (Some(len), Some(&rows)) = (shape.get_mut(axis), from.shape().get(axis)) {
            *len = rows;
        }
        let fits = !shape.is_empty() && shape == from.shape();
        if !fits || *from.dtype() != self.dtype {
            let (kind, what) = match fits {
                true => (ErrorKind::DTypeMismatch, "dtypes"),
                false => (ErrorKind::ShapeMismatch, "shapes"),
            };
            let message = format!(
                "the {what} differ: shape {} of {} here, shape {} of {} of what is appended; axis {axis} alone may differ",
                ShapeText(&self.shape),
                self.dtype,
                ShapeText(from.shape()),
                from.dtype()
            );
            return Err(self.core.name(Error::new(kind, message)));
        }
        let rows = from.shape()[axis];
        let grown = self.core.grown(rows, |mapped, before| match mapped.raw_mut() {
            Some(raw) => DynViewMut::from_raw(raw)?.split_at(Axis(axis), before).1.assign(&from),
            None => unreachable!("it was mapped to be written"),
        })?;
        self.core.take(grown, Ok)?;
        self.shape = self.view().shape().to_vec();
        Ok(())
    }

    /// Makes the array shorter; see [`RecordMap::shrink_to`].
    ///
    /// # Errors
    ///
    /// As for [`RecordMap::shrink_to`].
    pub fn shrink_to(&mut self, rows: usize) -> Result<()> {
        let shrunk = self.core.shrunk(rows)?;
        self.core.take(shrunk, Ok)?;
        self.shape = self.view().shape().to_vec();
        Ok(())
    }

    /// Cuts the file where the array ends; see [`RecordMap::discard_rest`].
    ///
    /// # Errors
    ///
    /// As for [`RecordMap::discard_rest`].
    pub fn discard_rest(&mut self) -> Result<u64> {
        self.core.discard_rest()
    }
}

impl<'a, M> From<&'a DynMap<M>> for DynView<'a> {
    fn from(map: &'a DynMap<M>) -> Self {
        map.view()
    }
}

impl<'a, T: Element, D: Dimension, M> From<&'a RecordMap<T, D, M>> for DynView<'a> {
    fn from(map: &'a RecordMap<T, D, M>) -> Self {
        map.view().untyped()
    }
}

impl<T: Element, D: Dimension, M> RecordMap<T, D, M> {
    /// Copies the fields that both records have, by name, from a view or map of the same shape; see
    /// [`DynViewMut::assign_by_name`].
    ///
    /// ```
    /// # use mmrec::{MmapRecord, RecordMap};
    /// #[derive(Clone, Copy, MmapRecord)]
    /// #[repr(C)]
    /// struct Old {
    ///     id: u32,
    ///     price: f32,
    /// }
    ///
    /// #[derive(Clone, Copy, MmapRecord)]
    /// #[repr(C)]
    /// struct New {
    ///     price: f64,
    ///     flags: u64,
    ///     id: u64,
    /// }
    ///
    /// # let dir = std::env::temp_dir().join(format!("mmrec-doc-typed-by-name-{}", std::process::id()));
    /// # std::fs::create_dir_all(&dir).unwrap();
    /// # let mut old = RecordMap::<Old>::options().shape(3).create(dir.join("old"))?;
    /// # old.fill(Old { id: 7, price: 1.5 });
    /// let mut new = RecordMap::<New>::options().shape(old.len()).create(dir.join("new"))?;
    /// new.assign_by_name(&old)?;
    /// assert_eq!((new.at(2).id, new.at(2).price), (7, 1.5));
    /// # std::fs::remove_dir_all(dir).unwrap();
    /// # Ok::<(), mmrec::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As for [`DynViewMut::assign_by_name`]; the error names the file.
    pub fn assign_by_name<'v>(&mut self, from: impl Into<DynView<'v>>) -> Result<()>
    where
        M: Writable,
    {
        let assigned = match self.core.mapped.untyped_mut() {
            Some(raw) => DynViewMut::from_raw(raw).and_then(|mut view| view.assign_by_name(from)),
            None => unreachable!("maps of writable modes have pages that can be written"),
        };
        assigned.map_err(|error| self.core.name(error))
    }
}

#[cfg(feature = "arrow")]
impl<T: Element, D: Dimension> RecordMap<T, D, ReadWrite> {
    /// [`append`](Self::append) along axis 0, of elements that are known to be of the shape and the dtype of these.
    pub(crate) fn append_untyped(&mut self, from: &DynView<'_>) -> Result<()> {
        let rows = from.shape().first().copied().unwrap_or(0);
        let grown = self.core.grown(rows, |mapped, before| match mapped.raw_mut() {
            Some(raw) => DynViewMut::from_raw(raw)?.split_at(Axis(0), before).1.assign(from),
            None => unreachable!("it was mapped to be written"),
        })?;
        self.take(grown)
    }
}

impl<'a, M> IntoIterator for &'a DynMap<M> {
    type Item = Value;
    type IntoIter = DynIter<'a>;

    fn into_iter(self) -> DynIter<'a> {
        self.iter()
    }
}

impl<M> fmt::Display for DynMap<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.view().fmt(f)
    }
}

/// The file, mode, shape and dtype; not the elements.
impl<M> fmt::Debug for DynMap<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DynMap")
            .field("path", &self.core.path)
            .field("mode", &format_args!("{}", self.core.mode))
            .field("offset", &self.offset())
            .field("shape", &format_args!("{}", ShapeText(&self.shape)))
            .field("order", &self.order())
            .field("dtype", &format_args!("{}", self.dtype))
            .finish()
    }
}
