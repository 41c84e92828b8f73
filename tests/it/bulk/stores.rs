//! Random views, and the places in the bytes where the elements of each have to be.

use std::fs;

use mmrec::{Axis, IxDyn, MmapRecord, Order, RecordMap, View, ViewMut};
use ndarray::{Array, ArrayD, ArrayViewD, ShapeBuilder, SliceInfo, SliceInfoElem};
use proptest::{collection::vec, prelude::*};
use tempfile::tempdir;

use super::samples::{Loose, Random, Sample, Tight};

/// Where the bytes are.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Backing {
    /// In a file.
    File,
    /// In memory, at any address.
    Bytes,
    /// In memory, as a slice of elements.
    Slice,
}

/// What lies around each element.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Around {
    Nothing,
    Loose,
    Tight,
}

#[derive(Clone, Debug)]
pub(crate) enum Shape {
    /// Up to four short axes.
    Short(Vec<usize>),
    /// So many bytes, in so many rows.
    Long(usize, usize),
    /// These axes.
    Exact(Vec<usize>),
}

#[derive(Clone, Debug)]
pub(crate) enum Cut {
    Slice(Vec<(u8, u8, i8, u8)>),
    Permute(u32),
    Split(u8, u8, bool),
    Transpose,
}

/// A view: where it lies and how it is cut out of the whole.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) shape: Shape,
    pub(crate) fortran: bool,
    pub(crate) lead: usize,
    pub(crate) backing: Backing,
    pub(crate) around: Around,
    pub(crate) cuts: Vec<Cut>,
    /// For all else that is random.
    pub(crate) seed: u64,
}

fn shapes() -> impl Strategy<Value = Shape> {
    let axis = prop_oneof![12 => 1usize..7, 1 => Just(0usize)];
    prop_oneof![
        4 => vec(axis, 0..5).prop_map(Shape::Short),
        2 => (0usize..40_000, Just(1usize)).prop_map(|(bytes, rows)| Shape::Long(bytes, rows)),
        1 => (2000usize..30_000, 2usize..9).prop_map(|(bytes, rows)| Shape::Long(bytes, rows)),
    ]
}

fn cuts() -> impl Strategy<Value = Vec<Cut>> {
    let cut = prop_oneof![
        4 => vec((any::<u8>(), any::<u8>(), -3i8..4, any::<u8>()), 4).prop_map(Cut::Slice),
        2 => any::<u32>().prop_map(Cut::Permute),
        1 => (any::<u8>(), any::<u8>(), any::<bool>()).prop_map(|(axis, at, right)| Cut::Split(axis, at, right)),
        1 => Just(Cut::Transpose),
    ];
    vec(cut, 0..4)
}

pub(crate) fn cases() -> impl Strategy<Value = Case> {
    let backing = prop_oneof![
        3 => Just(Backing::File),
        1 => Just(Backing::Bytes),
        1 => Just(Backing::Slice),
    ];
    let around = prop_oneof![2 => Just(Around::Nothing), 1 => Just(Around::Loose), 1 => Just(Around::Tight)];
    (shapes(), any::<bool>(), 0usize..10, backing, around, cuts(), any::<u64>()).prop_map(
        |(shape, fortran, lead, backing, around, cuts, seed)| Case {
            shape,
            fortran,
            lead,
            backing,
            around,
            cuts,
            seed,
        },
    )
}

/// What views and their model have in common.
pub(crate) trait Cuts: Sized {
    fn lens(&self) -> Vec<usize>;

    fn sliced(self, info: SliceInfo<Vec<SliceInfoElem>, IxDyn, IxDyn>) -> Self;

    fn permuted(self, axes: Vec<usize>) -> Self;

    fn half(self, axis: usize, at: usize, right: bool) -> Self;

    fn transposed(self) -> Self;

    /// The slices with a step on every axis.
    fn stepped(self, steps: &[isize]) -> Self {
        let elems: Vec<_> =
            steps.iter().map(|&step| SliceInfoElem::Slice { start: 0, end: None, step }).collect();
        self.sliced(SliceInfo::try_from(elems).unwrap())
    }

    /// The first of each axis, as many as the shape says.
    fn up_to(self, shape: &[usize]) -> Self {
        let end = |&len: &usize| SliceInfoElem::Slice { start: 0, end: Some(len.cast_signed()), step: 1 };
        self.sliced(SliceInfo::try_from(shape.iter().map(end).collect::<Vec<_>>()).unwrap())
    }

    fn cut(mut self, cuts: &[Cut]) -> Self {
        for cut in cuts {
            let shape = self.lens();
            self = match cut {
                Cut::Slice(numbers) => self.sliced(slice_info(&shape, numbers)),
                Cut::Permute(seed) => self.permuted(permutation(*seed, shape.len())),
                Cut::Split(..) if shape.is_empty() => self,
                Cut::Split(axis, at, right) => {
                    let axis = usize::from(*axis) % shape.len();
                    self.half(axis, usize::from(*at) * shape[axis] / 255, *right)
                }
                Cut::Transpose => self.transposed(),
            };
        }
        self
    }
}

impl<T: Sample> Cuts for View<'_, T, IxDyn> {
    fn lens(&self) -> Vec<usize> {
        self.shape().to_vec()
    }

    fn sliced(self, info: SliceInfo<Vec<SliceInfoElem>, IxDyn, IxDyn>) -> Self {
        self.slice(info)
    }

    fn permuted(self, axes: Vec<usize>) -> Self {
        self.permuted_axes(axes)
    }

    fn half(self, axis: usize, at: usize, right: bool) -> Self {
        let (left, rest) = self.split_at(Axis(axis), at);
        if right { rest } else { left }
    }

    fn transposed(self) -> Self {
        self.t()
    }
}

impl<T: Sample> Cuts for ViewMut<'_, T, IxDyn> {
    fn lens(&self) -> Vec<usize> {
        self.shape().to_vec()
    }

    fn sliced(self, info: SliceInfo<Vec<SliceInfoElem>, IxDyn, IxDyn>) -> Self {
        self.into_slice(info)
    }

    fn permuted(self, axes: Vec<usize>) -> Self {
        self.permuted_axes(axes)
    }

    fn half(self, axis: usize, at: usize, right: bool) -> Self {
        let (left, rest) = self.split_at(Axis(axis), at);
        if right { rest } else { left }
    }

    fn transposed(self) -> Self {
        self.t()
    }
}

/// The model: where each element starts.
impl Cuts for ArrayViewD<'_, usize> {
    fn lens(&self) -> Vec<usize> {
        self.shape().to_vec()
    }

    fn sliced(self, info: SliceInfo<Vec<SliceInfoElem>, IxDyn, IxDyn>) -> Self {
        self.slice_move(info)
    }

    fn permuted(self, axes: Vec<usize>) -> Self {
        self.permuted_axes(axes)
    }

    fn half(self, axis: usize, at: usize, right: bool) -> Self {
        let (left, rest) = self.split_at(Axis(axis), at);
        if right { rest } else { left }
    }

    fn transposed(self) -> Self {
        self.reversed_axes()
    }
}

fn slice_info(shape: &[usize], numbers: &[(u8, u8, i8, u8)]) -> SliceInfo<Vec<SliceInfoElem>, IxDyn, IxDyn> {
    let elems = shape.iter().enumerate().map(|(axis, &len)| {
        let (a, b, step, kind) = numbers[axis % numbers.len()];
        let (a, b) = (usize::from(a.min(b)) * len / 255, usize::from(a.max(b)) * len / 255);
        let step = if step == 0 { -1 } else { step.into() };
        match kind % 8 {
            0 if a < len => SliceInfoElem::Index(a.cast_signed()),
            1 => SliceInfoElem::Slice { start: a.cast_signed(), end: Some(b.cast_signed()), step },
            2 if a < len => SliceInfoElem::Slice { start: a.cast_signed(), end: None, step },
            _ => SliceInfoElem::Slice { start: 0, end: None, step },
        }
    });
    let mut elems: Vec<_> = elems.collect();
    if numbers[0].3.is_multiple_of(7) && shape.len() < 5 {
        elems.insert(elems.len() / 2, SliceInfoElem::NewAxis);
    }
    SliceInfo::try_from(elems).unwrap()
}

pub(crate) fn permutation(mut seed: u32, n: usize) -> Vec<usize> {
    let mut axes: Vec<_> = (0..n).collect();
    for i in (1..n).rev() {
        axes.swap(i, seed as usize % (i + 1));
        seed /= 7;
    }
    axes
}

impl Case {
    /// The shape of the whole, of elements of type `T`.
    pub(crate) fn shape<T>(&self) -> Vec<usize> {
        let shape = match &self.shape {
            Shape::Short(axes) if size_of::<T>() > 1000 => axes.iter().map(|&len| len.min(2)).collect(),
            Shape::Short(axes) | Shape::Exact(axes) => axes.clone(),
            &Shape::Long(bytes, rows) => {
                let len = bytes / size_of::<T>().max(4);
                if rows == 1 { vec![len] } else { vec![rows, len / rows] }
            }
        };
        match self.backing {
            Backing::File => shape,
            // Bytes in memory have one axis.
            Backing::Bytes if self.width::<T>() == 0 => vec![0],
            Backing::Bytes | Backing::Slice => vec![shape.iter().product()],
        }
    }

    /// A record that has to be aligned is in no packed one.
    fn around<T>(&self) -> Around {
        match self.around {
            Around::Tight if align_of::<T>() > 64 => Around::Loose,
            around => around,
        }
    }

    /// Bytes between neighbours, and from the start of a record to the element in it.
    fn spacing<T>(&self) -> (usize, usize) {
        let (size, align) = (size_of::<T>(), align_of::<T>());
        match self.around::<T>() {
            Around::Nothing => (size, 0),
            Around::Loose => ((align + size + 1).next_multiple_of(align), align),
            Around::Tight => (size + 4, 1),
        }
    }

    fn width<T>(&self) -> usize {
        self.spacing::<T>().0
    }

    /// Where the elements of the whole start.
    pub(crate) fn places<T>(&self) -> ArrayD<usize> {
        let (width, start) = self.spacing::<T>();
        let shape = self.shape::<T>();
        let fortran = self.fortran && matches!(self.backing, Backing::File);
        let count: usize = shape.iter().product();
        let places = (0..count).map(|i| self.lead + i * width + start).collect();
        Array::from_shape_vec(IxDyn(&shape).set_f(fortran), places).unwrap()
    }

    /// As many random bytes as the whole takes, and some before and after.
    pub(crate) fn bytes<T: Sample>(&self) -> Vec<u8> {
        let count: usize = self.shape::<T>().iter().product();
        let mut bytes = Random::new(self.seed).bytes(self.lead + count * self.width::<T>() + 5);
        // Zeros are rare and matter.
        bytes.iter_mut().for_each(|byte| *byte = if *byte < 40 { 0 } else { *byte });
        if let Backing::Slice = self.backing {
            // A value in memory has no byte 2 under a `bool`.
            let mut inner = &mut bytes[self.lead..];
            for _ in 0..count {
                let (record, rest) = inner.split_at_mut(self.width::<T>());
                match self.around::<T>() {
                    Around::Nothing => T::decode(record).encode(record),
                    Around::Loose => Loose::<T>::decode(record).encode(record),
                    Around::Tight => Tight::<T>::decode(record).encode(record),
                }
                inner = rest;
            }
        }
        bytes
    }

    /// What `f` makes of the view of these bytes.
    pub(crate) fn read<T: Sample, R>(&self, bytes: &[u8], f: impl FnOnce(View<'_, T, IxDyn>) -> R) -> R {
        let cut = |view: View<'_, T, IxDyn>| f(view.cut(&self.cuts));
        let shape = self.shape::<T>();
        match self.around::<T>() {
            Around::Nothing => self.read_whole::<T, R>(shape, bytes, cut),
            Around::Loose => {
                self.read_whole::<Loose<T>, R>(shape, bytes, |view| cut(view.field(Loose::<T>::FIELDS.value)))
            }
            Around::Tight => {
                self.read_whole::<Tight<T>, R>(shape, bytes, |view| cut(view.field(Tight::<T>::FIELDS.value)))
            }
        }
    }

    fn read_whole<W: Sample, R>(
        &self,
        shape: Vec<usize>,
        bytes: &[u8],
        f: impl FnOnce(View<'_, W, IxDyn>) -> R,
    ) -> R {
        let inner = &bytes[self.lead..bytes.len() - 5];
        match self.backing {
            Backing::File => {
                let dir = tempdir().unwrap();
                let path = dir.path().join("map");
                fs::write(&path, bytes).unwrap();
                let order = if self.fortran { Order::F } else { Order::C };
                let options = RecordMap::<W>::options().offset(self.lead as u64);
                f(options.shape(shape).order(order).open(&path).unwrap().view())
            }
            Backing::Bytes => f(View::from_bytes(inner).unwrap().into_dyn()),
            Backing::Slice => {
                let values = values_of::<W>(inner, shape[0]);
                f(View::from_slice(&values).into_dyn())
            }
        }
    }

    /// Lets `f` write to the view of these bytes.
    pub(crate) fn write<T: Sample, R>(
        &self,
        bytes: &mut Vec<u8>,
        f: impl FnOnce(ViewMut<'_, T, IxDyn>) -> R,
    ) -> R {
        let cut = |view: ViewMut<'_, T, IxDyn>| f(view.cut(&self.cuts));
        let shape = self.shape::<T>();
        match self.around::<T>() {
            Around::Nothing => self.write_whole::<T, R>(shape, bytes, cut),
            Around::Loose => self.write_whole::<Loose<T>, R>(shape, bytes, |view| {
                cut(view.into_field(Loose::<T>::FIELDS.value))
            }),
            Around::Tight => self.write_whole::<Tight<T>, R>(shape, bytes, |view| {
                cut(view.into_field(Tight::<T>::FIELDS.value))
            }),
        }
    }

    fn write_whole<W: Sample, R>(
        &self,
        shape: Vec<usize>,
        bytes: &mut Vec<u8>,
        f: impl FnOnce(ViewMut<'_, W, IxDyn>) -> R,
    ) -> R {
        let end = bytes.len() - 5;
        match self.backing {
            Backing::File => {
                let dir = tempdir().unwrap();
                let path = dir.path().join("map");
                fs::write(&path, &*bytes).unwrap();
                let order = if self.fortran { Order::F } else { Order::C };
                let options = RecordMap::<W>::options().offset(self.lead as u64);
                let mut map = options.shape(shape).order(order).open_rw(&path).unwrap();
                let result = f(map.view_mut());
                drop(map);
                *bytes = fs::read(&path).unwrap();
                result
            }
            Backing::Bytes => f(ViewMut::from_bytes(&mut bytes[self.lead..end]).unwrap().into_dyn()),
            Backing::Slice => {
                let mut values = values_of::<W>(&bytes[self.lead..end], shape[0]);
                let result = f(ViewMut::from_slice(&mut values).into_dyn());
                for (i, value) in values.into_iter().enumerate() {
                    value.encode(&mut bytes[self.lead + i * size_of::<W>()..]);
                }
                result
            }
        }
    }
}

fn values_of<W: Sample>(bytes: &[u8], count: usize) -> Vec<W> {
    (0..count).map(|i| W::decode(&bytes[i * size_of::<W>()..])).collect()
}

/// The elements at these places.
pub(crate) fn at_places<T: Sample>(bytes: &[u8], places: &ArrayViewD<'_, usize>) -> Vec<T> {
    places.iter().map(|&at| T::decode(&bytes[at..])).collect()
}
