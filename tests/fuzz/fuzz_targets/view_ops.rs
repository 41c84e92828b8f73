//! Random programs on a mapped array, with and without a Rust type, against an `ndarray` of plain values.
#![no_main]

use std::{ops::Range, sync::LazyLock};

use arbitrary::{Arbitrary, Unstructured};
use libfuzzer_sys::fuzz_target;
use mmrec::{
    Array, Axis, DynMap, DynView, DynViewMut, IntoDimension, Ix1, IxDyn, MmapRecord, Order, ReadWrite,
    RecordMap, Value, View, ViewMut, big_endian,
    ndarray::{ArrayD, ArrayViewD, ArrayViewMutD, SliceInfo, SliceInfoElem},
};
use mmrec_fuzz::Memory;

/// The file of the typed map, that of the untyped one, and one for what is copied from.
static FILES: LazyLock<[Memory; 3]> = LazyLock::new(Default::default);

#[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
#[repr(C, packed)]
struct Point {
    x: i16,
    y: i16,
}

#[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
#[repr(C, packed)]
struct Tick {
    tag: u8,
    id: u32,
    pos: Point,
    price: big_endian::F64,
    levels: [u16; 3],
    flag: bool,
}

/// An element made of a number.
fn tick(n: u32) -> Tick {
    let low = n as u16;
    Tick {
        tag: n as u8,
        id: n.wrapping_mul(0x9e37_79b1),
        pos: Point { x: low as i16, y: (low >> 3) as i16 - 100 },
        // Sums of these are exact.
        price: (f64::from(low) / 4.0).into(),
        levels: [low, low / 2, !low],
        flag: n % 3 == 1,
    }
}

/// The bytes of an element, as they lie in a file; a `bool` is any byte.
fn encode(tick: Tick, truth: u8) -> Vec<u8> {
    let mut bytes = vec![tick.tag];
    bytes.extend(tick.id.to_le_bytes());
    bytes.extend(tick.pos.x.to_le_bytes());
    bytes.extend(tick.pos.y.to_le_bytes());
    bytes.extend(tick.price.get().to_be_bytes());
    bytes.extend(tick.levels.into_iter().flat_map(u16::to_le_bytes));
    bytes.push(if tick.flag { truth.max(1) } else { 0 });
    bytes
}

#[derive(Arbitrary, Debug)]
struct Program {
    shape: Shape,
    fortran: bool,
    offset: u8,
    truth: u8,
    seed: u16,
    ops: Vec<Op>,
}

#[derive(Debug)]
struct Shape(Vec<usize>);

impl<'a> Arbitrary<'a> for Shape {
    fn arbitrary(u: &mut Unstructured<'a>) -> arbitrary::Result<Self> {
        let ndim = u.int_in_range(1..=4)?;
        let len = |u: &mut Unstructured<'a>| {
            Ok(match u.arbitrary::<u8>()? {
                0..16 => 0,
                16..48 => 1,
                // Long enough for a leaf of a sum, or a block, to end within it.
                255 if ndim == 1 => u.int_in_range(100..=700)?,
                254 if ndim == 2 => u.int_in_range(10..=40)?,
                // Some dozens of elements in all.
                byte => usize::from(byte) % [9, 6, 3, 2][ndim - 1] + 2,
            })
        };
        Ok(Self((0..ndim).map(|_| len(u)).collect::<arbitrary::Result<_>>()?))
    }
}

/// Numbers are brought into range when an operation is done.
#[derive(Arbitrary, Debug)]
enum Op {
    /// Goes to a part of the view, or another order of its axes.
    Go(Step),
    /// Goes back.
    Back,
    /// To the whole array.
    Root,
    Read(Read),
    Write(Write, u32),
    Grow(u8, u32),
}

#[derive(Arbitrary, Clone, Debug)]
enum Step {
    Slice([(u8, u8, i8, u8); 4]),
    Index(u8, u8),
    Permute(u32),
    Split(u8, u8, bool),
    Transpose,
}

#[derive(Arbitrary, Debug)]
enum Read {
    All,
    Iterate(Vec<(u8, u8)>),
    Fields,
    AxisIter(u8, u8),
    Chunks(u8, u8, u8),
    Windows(u8, u8),
    Blocks,
    Numbers,
    Search(u32),
    Untyped,
}

#[derive(Arbitrary, Debug)]
enum Write {
    Set(u32),
    Fill,
    FillWith,
    Update,
    CopyFromSlice,
    Assign,
    Field,
    Levels,
    Columns,
    Rows(u8),
    Chunks(u8, u8),
    Halves(u8, u8),
    Sort,
}

fuzz_target!(|program: Program| {
    let mut state = State::new(&program);
    for op in program.ops.iter().take(40) {
        match op {
            Op::Go(step) => state.go(step),
            Op::Back => drop(state.path.pop()),
            Op::Root => state.path.clear(),
            Op::Read(read) => state.read(read),
            Op::Write(write, n) => state.write(write, *n),
            Op::Grow(rows, n) => state.grow(usize::from(rows % 3), *n),
        }
    }
    state.path.clear();
    state.read(&Read::All);
    state.read(&Read::Untyped);
    state.check_files();
});

/// The arrays, and the way to the view that the next operation is done on.
struct State {
    map: RecordMap<Tick, IxDyn, ReadWrite>,
    untyped: DynMap<ReadWrite>,
    model: ArrayD<Tick>,
    path: Vec<Step>,
    order: Order,
    offset: usize,
}

impl State {
    fn new(program: &Program) -> Self {
        let (shape, offset) = (program.shape.0.clone(), usize::from(program.offset % 40));
        let order = if program.fortran { Order::F } else { Order::C };
        let count: usize = shape.iter().product();
        let ticks: Vec<_> = (0..count).map(|i| tick(u32::from(program.seed) + i as u32 * 7)).collect();
        let mut bytes = vec![0xaa; offset];
        bytes.extend(ticks.iter().flat_map(|&tick| encode(tick, program.truth)));
        for file in &FILES[..2] {
            file.rewrite(&bytes);
        }
        let options = RecordMap::<Tick>::options().offset(offset as u64).shape(&shape[..]).order(order);
        let map = options.open_rw(FILES[0].file()).expect("the file is as long as the array");
        let options =
            DynMap::options().dtype(Tick::dtype()).offset(offset as u64).shape(&shape[..]).order(order);
        let untyped = options.open_rw(FILES[1].file()).expect("the file is as long as the array");
        let model = match order {
            Order::C => Array::from_shape_vec(IxDyn(&shape), ticks),
            Order::F => {
                let reversed: Vec<_> = shape.iter().rev().copied().collect();
                Array::from_shape_vec(IxDyn(&reversed), ticks).map(Array::reversed_axes)
            }
        };
        let model = model.expect("as many elements as the shape says");
        Self { map, untyped, model, path: Vec::new(), order, offset }
    }

    fn view(&self) -> (View<'_, Tick, IxDyn>, ArrayViewD<'_, Tick>) {
        self.path
            .iter()
            .fold((self.map.view(), self.model.view()), |(view, model), step| go(step, view, model))
    }

    fn untyped(&self) -> DynView<'_> {
        self.path.iter().fold(self.untyped.view(), |view, step| go_untyped(step, view))
    }

    fn view_mut(&mut self) -> (ViewMut<'_, Tick, IxDyn>, ArrayViewMutD<'_, Tick>) {
        let views = (self.map.view_mut(), self.model.view_mut());
        self.path.iter().fold(views, |(view, model), step| go_mut(step, view, model))
    }

    fn go(&mut self, step: &Step) {
        if self.path.len() < 12 {
            self.path.push(step.clone());
        }
    }

    fn read(&self, read: &Read) {
        let (view, model) = self.view();
        assert_eq!(view.shape(), model.shape());
        let expected: Vec<_> = model.iter().copied().collect();
        match read {
            Read::All => read_all(&view, &model, &expected),
            Read::Iterate(moves) => iterate(&view, expected, moves),
            Read::Fields => read_fields(&view, &model, &expected),
            Read::AxisIter(axis, at) => read_axis(&view, &model, *axis, *at),
            Read::Chunks(axis, size, at) => read_chunks(&view, &model, *axis, *size, *at),
            Read::Windows(size, at) => read_windows(&view, &expected, *size, *at),
            Read::Blocks => read_blocks(&view, &expected),
            Read::Numbers => read_numbers(&view, &expected),
            Read::Search(id) => search(&view, &expected, *id),
            Read::Untyped => read_untyped(&self.untyped(), &view, &expected),
        }
    }

    fn write(&mut self, write: &Write, n: u32) {
        let shape = self.view().0.shape().to_vec();
        let count: usize = shape.iter().product();
        let fresh: Vec<_> = (0..count as u32).map(|i| tick(n.wrapping_add(i * 11))).collect();
        let (mut view, mut model) = self.view_mut();
        match write {
            Write::Set(at) if count > 0 => {
                let index = nth(&shape, *at as usize % count);
                view.set(&index[..], tick(n));
                model[&index[..]] = tick(n);
                let set = |mut view: DynViewMut<'_>| {
                    view.set(&index[..], tick(n)).expect("the dtype is that of the value")
                };
                return self.write_untyped(set);
            }
            Write::Set(_) => {}
            Write::Fill => {
                view.fill(tick(n));
                model.fill(tick(n));
                return self
                    .write_untyped(|mut view| view.fill(tick(n)).expect("the dtype is that of the value"));
            }
            Write::FillWith => {
                let mut next = fresh.iter();
                view.fill_with(|| *next.next().expect("as many elements"));
                model.iter_mut().zip(&fresh).for_each(|(to, from)| *to = *from);
            }
            Write::Update => {
                let changed = |tick: Tick| Tick { id: tick.id ^ n, flag: !tick.flag, ..tick };
                view.update(changed);
                model.mapv_inplace(changed);
            }
            Write::CopyFromSlice => {
                view.copy_from_slice(&fresh);
                model.iter_mut().zip(&fresh).for_each(|(to, from)| *to = *from);
            }
            Write::Assign => {
                let order = if n % 2 == 0 { Order::C } else { Order::F };
                let options =
                    RecordMap::<Tick>::options().shape(&shape[..]).order(order).offset(u64::from(n % 9));
                let mut other = options.create(FILES[2].file()).expect("a file in memory is made");
                other.copy_from_slice(&fresh);
                view.assign(&other);
                model.iter_mut().zip(&fresh).for_each(|(to, from)| *to = *from);
            }
            Write::Field => {
                let id = n.wrapping_mul(3);
                view.field_mut(Tick::FIELDS.id).fill(id);
                view.field_mut(Tick::FIELDS.pos.then(Point::FIELDS.y)).update(|y| y.wrapping_add(5));
                model.mapv_inplace(|tick| Tick {
                    id,
                    pos: Point { y: tick.pos.y.wrapping_add(5), ..tick.pos },
                    ..tick
                });
                let ys: Vec<i16> = model.iter().map(|tick| tick.pos.y).collect();
                return self.write_untyped(|mut view| {
                    // As a number of another type.
                    view.field_mut("id").expect("a field").fill(i64::from(id)).expect("it fits");
                    let mut field = view.field_mut("pos.y").expect("a field");
                    for (i, &y) in ys.iter().enumerate() {
                        field.set(&nth(&shape, i)[..], f64::from(y)).expect("it fits");
                    }
                });
            }
            Write::Levels => {
                let level = n as u16;
                let mut levels = view.field_mut(Tick::FIELDS.levels).into_elements();
                let last = levels.ndim() - 1;
                levels.index_axis_mut(Axis(last), 1).fill(level);
                levels.view_mut().t().update(|level| level.rotate_left(1));
                let turned = |[a, _, c]: [u16; 3]| [a, level, c].map(|level| level.rotate_left(1));
                model.mapv_inplace(|tick| Tick { levels: turned(tick.levels), ..tick });
            }
            Write::Columns => {
                let mut columns = view.columns_mut();
                columns.flag.fill(n % 2 == 0);
                columns.price.update(|price| (price.get() + 1.0).into());
                let mut next = fresh.iter();
                columns.pos.fill_with(|| next.next().expect("as many elements").pos);
                for (tick, from) in model.iter_mut().zip(&fresh) {
                    let price = (tick.price.get() + 1.0).into();
                    *tick = Tick { flag: n % 2 == 0, pos: from.pos, price, ..*tick };
                }
            }
            Write::Rows(axis) if !shape.is_empty() => {
                let axis = Axis(usize::from(*axis) % shape.len());
                for (i, mut row) in view.axis_iter_mut(axis).enumerate().step_by(2) {
                    row.fill(tick(i as u32));
                }
                for (i, mut row) in model.axis_iter_mut(axis).enumerate().step_by(2) {
                    row.fill(tick(i as u32));
                }
            }
            Write::Chunks(axis, size) if !shape.is_empty() => {
                let (axis, size) = (Axis(usize::from(*axis) % shape.len()), usize::from(size % 5) + 1);
                for (i, mut chunk) in view.axis_chunks_mut(axis, size).rev().enumerate() {
                    chunk.fill(tick(i as u32));
                }
                let chunks = shape[axis.index()].div_ceil(size);
                for (i, mut chunk) in model.axis_chunks_iter_mut(axis, size).enumerate() {
                    chunk.fill(tick((chunks - 1 - i) as u32));
                }
            }
            Write::Halves(axis, at) if !shape.is_empty() => {
                let axis = usize::from(*axis) % shape.len();
                let at = usize::from(*at) % (shape[axis] + 1);
                let (mut left, mut right) = view.split_at(Axis(axis), at);
                right.fill(tick(n));
                left.fill(tick(!n));
                let (mut left, mut right) = model.split_at(Axis(axis), at);
                right.fill(tick(n));
                left.fill(tick(!n));
            }
            Write::Sort => {
                let mut sorted: Vec<_> = model.iter().copied().collect();
                sorted.sort_by_key(|tick| tick.id);
                view.copy_from_slice(&sorted);
                model.iter_mut().zip(&sorted).for_each(|(to, from)| *to = *from);
            }
            Write::Rows(_) | Write::Chunks(..) | Write::Halves(..) => {}
        }
        // What was written, as a whole.
        let from = self.map.view();
        self.untyped.assign(&from).expect("the shapes and dtypes are the same");
    }

    /// Writes through the untyped map, by a view of the same part.
    fn write_untyped(&mut self, write: impl FnOnce(DynViewMut<'_>)) {
        if self.path.iter().any(|step| matches!(step, Step::Permute(_))) {
            // Untyped views to be written have no such method.
            let from = self.map.view();
            return self.untyped.assign(&from).expect("the shapes and dtypes are the same");
        }
        at_untyped(&self.path, self.untyped.view_mut(), write);
    }

    fn grow(&mut self, rows: usize, n: u32) {
        let axis = if self.order == Order::C { 0 } else { self.model.ndim() - 1 };
        let mut shape = self.model.shape().to_vec();
        shape[axis] = rows;
        let count = shape.iter().product::<usize>();
        if self.model.len() + count > 2000 {
            return;
        }
        self.path.clear();
        let added: Vec<_> = (0..count as u32).map(|i| tick(n.wrapping_add(i * 5))).collect();
        // The rows one after another, in C order each.
        let row = shape.iter().enumerate().filter(|(other, _)| *other != axis).map(|(_, &len)| len).product();
        let new = match row {
            0 => {
                assert!(self.map.append(&added).is_err(), "a row has no elements");
                self.map.grow(rows).expect("a row has no elements");
                self.untyped.grow(rows).expect("a row has no elements");
                ArrayD::from_elem(shape, tick(0))
            }
            _ => {
                self.map.append(&added).expect("rows are whole");
                let mut first = shape.clone();
                first.remove(axis);
                first.insert(0, rows);
                let new = Array::from_shape_vec(IxDyn(&first), added).expect("rows are whole");
                let mut axes: Vec<_> = (1..first.len()).collect();
                axes.insert(axis, 0);
                let new = new.permuted_axes(axes);
                let end = self.map.shape()[axis];
                let mut part = vec![SliceInfoElem::from(..); shape.len()];
                part[axis] = SliceInfoElem::from(end - rows..end);
                self.untyped.append(self.map.slice(part.as_slice())).expect("the dtypes are the same");
                new
            }
        };
        self.model.append(Axis(axis), new.view()).expect("one axis alone differs");
    }

    /// What the files hold: the elements, and in front of them what was there.
    fn check_files(self) {
        let elements: Vec<_> = match self.order {
            Order::C => self.model.iter().copied().collect(),
            Order::F => self.model.t().iter().copied().collect(),
        };
        drop((self.map, self.untyped));
        for file in &FILES[..2] {
            let mut bytes = file.bytes();
            assert!(bytes[..self.offset].iter().all(|&byte| byte == 0xaa));
            let elements = elements.iter().flat_map(|&tick| encode(tick, 1)).collect::<Vec<_>>();
            for truth in bytes[self.offset..].chunks_exact_mut(size_of::<Tick>()) {
                let last = truth.last_mut().expect("an element has bytes");
                *last = (*last).min(1);
            }
            assert_eq!(bytes[self.offset..], elements);
        }
    }
}

/// The index of the element with a number in C order.
fn nth(shape: &[usize], mut at: usize) -> Vec<usize> {
    let mut index = vec![0; shape.len()];
    for (i, len) in index.iter_mut().zip(shape).rev() {
        (*i, at) = (at % len, at / len);
    }
    index
}

// Steps, on a view and on the model.

fn slice_of(shape: &[usize], numbers: &[(u8, u8, i8, u8); 4]) -> SliceInfo<Vec<SliceInfoElem>, IxDyn, IxDyn> {
    let part = |(axis, &len): (usize, &usize)| {
        let (a, b, step, kind) = numbers[axis % numbers.len()];
        let (a, b) = (usize::from(a) % (len + 1), usize::from(b) % (len + 1));
        let (start, end) = (a.min(b).cast_signed(), a.max(b).cast_signed());
        let step = if step == 0 { -1 } else { isize::from(step) };
        // Mostly short steps.
        let step = if kind >= 128 { step } else { (step % 4 + step.signum()).clamp(-4, 4) };
        match kind % 8 {
            0 if len > 0 => SliceInfoElem::Index((a % len).cast_signed()),
            1 if len > 0 => SliceInfoElem::Index((a % len).cast_signed() - len.cast_signed()),
            2 if start < len.cast_signed() => {
                SliceInfoElem::Slice { start: start - len.cast_signed(), end: None, step }
            }
            3 => SliceInfoElem::Slice { start: 0, end: None, step },
            4 if end < len.cast_signed() => {
                SliceInfoElem::Slice { start, end: Some(end - len.cast_signed()), step }
            }
            _ => SliceInfoElem::Slice { start, end: Some(end), step },
        }
    };
    let mut parts: Vec<_> = shape.iter().enumerate().map(part).collect();
    if numbers[0].3 % 16 == 5 && shape.len() < 5 {
        parts.insert(usize::from(numbers[1].3) % (parts.len() + 1), SliceInfoElem::NewAxis);
    }
    SliceInfo::try_from(parts).expect("parts of axes")
}

/// The slice of an axis, with all of the others.
fn slice_along(shape: &[usize], axis: usize, range: Range<usize>) -> Vec<SliceInfoElem> {
    let mut parts = vec![SliceInfoElem::from(..); shape.len()];
    parts[axis] = SliceInfoElem::from(range);
    parts
}

/// An axis and an index of it; `None` if there are none.
fn axis_and_index(shape: &[usize], axis: u8, at: u8) -> Option<(usize, usize)> {
    let axis = usize::from(axis).checked_rem(shape.len())?;
    Some((axis, usize::from(at).checked_rem(shape[axis])?))
}

/// An axis and where it is split.
fn axis_and_cut(shape: &[usize], axis: u8, at: u8) -> Option<(usize, usize)> {
    let axis = usize::from(axis).checked_rem(shape.len())?;
    Some((axis, usize::from(at) % (shape[axis] + 1)))
}

fn permutation(mut seed: u32, n: usize) -> Vec<usize> {
    let mut axes: Vec<_> = (0..n).collect();
    for i in (1..n).rev() {
        axes.swap(i, seed as usize % (i + 1));
        seed /= 7;
    }
    axes
}

fn go<'a>(
    step: &Step,
    view: View<'a, Tick, IxDyn>,
    model: ArrayViewD<'a, Tick>,
) -> (View<'a, Tick, IxDyn>, ArrayViewD<'a, Tick>) {
    let shape = view.shape().to_vec();
    match step {
        Step::Slice(numbers) => {
            let info = slice_of(&shape, numbers);
            (view.slice(info.clone()), model.slice_move(info))
        }
        Step::Index(axis, at) => match axis_and_index(&shape, *axis, *at) {
            Some((axis, at)) => (view.index_axis(Axis(axis), at), model.index_axis_move(Axis(axis), at)),
            None => (view, model),
        },
        Step::Permute(seed) => {
            let axes = permutation(*seed, shape.len());
            (view.permuted_axes(axes.clone()), model.permuted_axes(axes))
        }
        Step::Split(axis, at, right) => match axis_and_cut(&shape, *axis, *at) {
            Some((axis, at)) => {
                let (views, models) = (view.split_at(Axis(axis), at), model.split_at(Axis(axis), at));
                if *right { (views.1, models.1) } else { (views.0, models.0) }
            }
            None => (view, model),
        },
        Step::Transpose => (view.t(), model.reversed_axes()),
    }
}

fn go_untyped<'a>(step: &Step, view: DynView<'a>) -> DynView<'a> {
    let shape = view.shape().to_vec();
    match step {
        Step::Slice(numbers) => view.slice(slice_of(&shape, numbers)),
        Step::Index(axis, at) => match axis_and_index(&shape, *axis, *at) {
            Some((axis, at)) => view.index_axis(Axis(axis), at),
            None => view,
        },
        Step::Permute(seed) => view.permuted_axes(&permutation(*seed, shape.len())),
        Step::Split(axis, at, right) => match axis_and_cut(&shape, *axis, *at) {
            Some((axis, at)) => {
                let (first, second) = view.split_at(Axis(axis), at);
                if *right { second } else { first }
            }
            None => view,
        },
        Step::Transpose => view.t(),
    }
}

fn go_mut<'a>(
    step: &Step,
    view: ViewMut<'a, Tick, IxDyn>,
    model: ArrayViewMutD<'a, Tick>,
) -> (ViewMut<'a, Tick, IxDyn>, ArrayViewMutD<'a, Tick>) {
    let shape = view.shape().to_vec();
    match step {
        Step::Slice(numbers) => {
            let info = slice_of(&shape, numbers);
            (view.into_slice(info.clone()), model.slice_move(info))
        }
        Step::Index(axis, at) => match axis_and_index(&shape, *axis, *at) {
            Some((axis, at)) => {
                let mut parts = vec![SliceInfoElem::from(..); shape.len()];
                parts[axis] = SliceInfoElem::Index(at.cast_signed());
                (view.into_slice(parts.as_slice()), model.index_axis_move(Axis(axis), at))
            }
            None => (view, model),
        },
        Step::Permute(seed) => {
            let axes = permutation(*seed, shape.len());
            (view.permuted_axes(axes.clone()), model.permuted_axes(axes))
        }
        Step::Split(axis, at, right) => match axis_and_cut(&shape, *axis, *at) {
            Some((axis, at)) => {
                let (views, models) = (view.split_at(Axis(axis), at), model.split_at(Axis(axis), at));
                if *right { (views.1, models.1) } else { (views.0, models.0) }
            }
            None => (view, model),
        },
        Step::Transpose => (view.t(), model.reversed_axes()),
    }
}

/// Calls `write` with the part that a path without permutations leads to.
fn at_untyped(path: &[Step], mut view: DynViewMut<'_>, write: impl FnOnce(DynViewMut<'_>)) {
    let Some((step, rest)) = path.split_first() else { return write(view) };
    let shape = view.shape().to_vec();
    match step {
        Step::Slice(numbers) => at_untyped(rest, view.slice_mut(slice_of(&shape, numbers)), write),
        Step::Index(axis, at) => match axis_and_index(&shape, *axis, *at) {
            Some((axis, at)) => at_untyped(rest, view.index_axis_mut(Axis(axis), at), write),
            None => at_untyped(rest, view, write),
        },
        Step::Split(axis, at, right) => match axis_and_cut(&shape, *axis, *at) {
            Some((axis, at)) => {
                let (first, second) = view.split_at(Axis(axis), at);
                at_untyped(rest, if *right { second } else { first }, write);
            }
            None => at_untyped(rest, view, write),
        },
        Step::Permute(_) => unreachable!("such paths are not taken"),
        Step::Transpose => at_untyped(rest, view.t(), write),
    }
}

// Reading: every way gives the elements of the model.

fn read_all(view: &View<'_, Tick, IxDyn>, model: &ArrayViewD<'_, Tick>, expected: &[Tick]) {
    assert_eq!((view.len(), view.ndim(), view.is_empty()), (model.len(), model.ndim(), model.is_empty()));
    assert_eq!(view.to_array(), *model);
    assert_eq!(view.to_vec(), expected);
    assert!(view.iter().rev().eq(expected.iter().rev().copied()));
    let mut copied = vec![tick(0); view.len()];
    view.copy_to(&mut copied);
    assert_eq!(copied, expected);
    for (i, &value) in expected.iter().enumerate() {
        let index = nth(view.shape(), i);
        assert_eq!((view.get(&index[..]), view.at(&index[..])), (Some(value), value));
    }
    if view.ndim() > 0 {
        assert_eq!(view.get(view.shape()), None);
    }
    assert_eq!(view, &view.t().t());
    let count = view.iter().fold(0, |count, tick| count + usize::from(tick.flag));
    assert_eq!(count, expected.iter().filter(|tick| tick.flag).count());
    let last = view.iter().rfold(None, |_, tick| Some(tick));
    assert_eq!(last, expected.first().copied());
    macro_rules! with_rank {
        ($($rank:ty, $ndim:literal;)*) => {$(
            match view.clone().into_dimensionality::<$rank>() {
                Ok(same) => assert_eq!((view.ndim(), same.to_vec()), ($ndim, expected.to_vec())),
                Err(_) => assert_ne!(view.ndim(), $ndim),
            }
        )*};
    }
    with_rank! { mmrec::Ix0, 0; mmrec::Ix1, 1; mmrec::Ix2, 2; mmrec::Ix3, 3; }
}

fn iterate(view: &View<'_, Tick, IxDyn>, expected: Vec<Tick>, moves: &[(u8, u8)]) {
    let (mut ours, mut theirs) = (view.iter(), expected.clone().into_iter());
    for &(kind, n) in moves.iter().take(40) {
        let n = usize::from(if n < 192 { n % 8 } else { n % 64 });
        let (a, b) = match kind % 6 {
            0 => (ours.next(), theirs.next()),
            1 => (ours.next_back(), theirs.next_back()),
            2 => (ours.nth(n), theirs.nth(n)),
            3 => (ours.nth_back(n), theirs.nth_back(n)),
            4 => {
                assert!(ours.clone().step_by(n + 1).eq(theirs.clone().step_by(n + 1)));
                assert!(ours.clone().rev().step_by(n + 1).eq(theirs.clone().rev().step_by(n + 1)));
                (None, None)
            }
            _ => (ours.clone().last(), theirs.clone().last()),
        };
        assert_eq!(a, b);
        assert_eq!(ours.len(), theirs.len());
        assert_eq!(ours.clone().count(), theirs.len());
    }
    assert!(ours.clone().map(|tick| tick.id).eq(theirs.clone().map(|tick| tick.id)));
    let fields = view.select((Tick::FIELDS.tag, Tick::FIELDS.price.native()));
    let (mut ours, mut theirs) = (fields.iter(), expected.iter().map(|tick| (tick.tag, tick.price.get())));
    for &(kind, n) in moves.iter().take(40) {
        let n = usize::from(if n < 192 { n % 8 } else { n % 64 });
        match kind % 4 {
            0 => assert_eq!(ours.next(), theirs.next()),
            1 => assert_eq!(ours.next_back(), theirs.next_back()),
            2 => assert_eq!(ours.nth(n), theirs.nth(n)),
            _ => assert_eq!(ours.nth_back(n), theirs.nth_back(n)),
        }
    }
    assert!(ours.rev().eq(theirs.rev()));
}

fn read_fields(view: &View<'_, Tick, IxDyn>, model: &ArrayViewD<'_, Tick>, expected: &[Tick]) {
    fn of<T>(expected: &[Tick], f: impl FnMut(&Tick) -> T) -> Vec<T> {
        expected.iter().map(f).collect()
    }
    let columns = view.columns();
    assert_eq!(columns.tag.to_vec(), of(expected, |tick| tick.tag));
    assert_eq!(columns.id.to_vec(), of(expected, |tick| tick.id));
    assert_eq!(columns.pos.to_vec(), of(expected, |tick| tick.pos));
    assert_eq!(columns.price.native().to_vec(), of(expected, |tick| tick.price.get()));
    assert_eq!(columns.levels.to_vec(), of(expected, |tick| tick.levels));
    assert_eq!(columns.flag.shape(), model.shape());
    assert_eq!(columns.flag.to_vec(), of(expected, |tick| tick.flag));
    assert_eq!(
        columns.flag.iter().rev().collect::<Vec<_>>(),
        of(expected, |tick| tick.flag).into_iter().rev().collect::<Vec<_>>()
    );
    let x = Tick::FIELDS.pos.then(Point::FIELDS.x);
    assert_eq!(view.field(x).to_vec(), of(expected, |tick| tick.pos.x));
    assert_eq!(view.field_named::<i16>("pos.x").expect("a field"), view.field(x));
    assert_eq!(view.field(x).byte_offset(), view.byte_offset() + 5);
    let levels = view.field(Tick::FIELDS.levels).elements();
    assert_eq!(levels.shape(), [view.shape(), &[3]].concat());
    assert_eq!(levels.to_vec(), of(expected, |tick| tick.levels).concat());
    let second = view.field(Tick::FIELDS.levels.index(1));
    assert_eq!(second.to_vec(), of(expected, |tick| tick.levels[1]));
    assert_eq!(levels.index_axis(Axis(view.ndim()), 1), second);
    let pos = columns.pos.structured_to_unstructured::<i16>().expect("two numbers side by side");
    assert_eq!(pos.to_vec(), of(expected, |tick| [tick.pos.x, tick.pos.y]).concat());
    let chosen = view.select((Tick::FIELDS.flag, x, Tick::FIELDS.levels.index(2)));
    assert_eq!(
        chosen.iter().collect::<Vec<_>>(),
        of(expected, |tick| (tick.flag, tick.pos.x, tick.levels[2]))
    );
    if let Some(first) = expected.first() {
        let index = vec![0; view.ndim()];
        assert_eq!(chosen.at(&index[..]), (first.flag, first.pos.x, first.levels[2]));
    }
}

/// Shape and elements.
fn of_view(view: View<'_, Tick, IxDyn>) -> (Vec<usize>, Vec<Tick>) {
    (view.shape().to_vec(), view.to_vec())
}

/// The same of a part of the model. `to_owned` would keep the order of its memory, and has ndarray complain of some strides
/// of axes of one element.
fn of_model(model: ArrayViewD<'_, Tick>) -> (Vec<usize>, Vec<Tick>) {
    (model.shape().to_vec(), model.iter().copied().collect())
}

fn read_axis(view: &View<'_, Tick, IxDyn>, model: &ArrayViewD<'_, Tick>, axis: u8, at: u8) {
    if view.ndim() == 0 {
        return;
    }
    let axis = Axis(usize::from(axis) % view.ndim());
    let (mut ours, mut theirs) = (view.axis_iter(axis), model.axis_iter(axis));
    assert_eq!(ours.len(), theirs.len());
    for (ours, theirs) in ours.clone().zip(theirs.clone()) {
        assert_eq!(ours.to_array(), theirs);
    }
    for (ours, theirs) in ours.clone().rev().zip(theirs.clone().rev()) {
        assert_eq!(ours.to_vec(), theirs.iter().copied().collect::<Vec<_>>());
    }
    let n = usize::from(at % 4);
    assert_eq!(ours.nth(n).map(of_view), theirs.nth(n).map(of_model));
    assert_eq!(ours.next_back().map(of_view), theirs.next_back().map(of_model));
    assert_eq!(ours.len(), theirs.len());
    assert_eq!(ours.next().map(of_view), theirs.next().map(of_model));
}

fn read_chunks(view: &View<'_, Tick, IxDyn>, model: &ArrayViewD<'_, Tick>, axis: u8, size: u8, at: u8) {
    if view.ndim() == 0 {
        return;
    }
    let (axis, size) = (usize::from(axis) % view.ndim(), usize::from(size % 9) + 1);
    let len = view.shape()[axis];
    let chunk = |start: usize| slice_along(model.shape(), axis, start..(start + size).min(len));
    let chunks = (0..len).step_by(size).map(chunk);
    let expected: Vec<_> = chunks.map(|chunk| of_model(model.slice(chunk.as_slice()))).collect();
    let chunks = view.axis_chunks(Axis(axis), size);
    assert_eq!(chunks.len(), expected.len());
    assert!(chunks.clone().map(of_view).eq(expected.iter().cloned()));
    assert!(chunks.clone().rev().map(of_view).eq(expected.iter().rev().cloned()));
    let (mut ours, mut theirs) = (chunks, expected.iter());
    let n = usize::from(at % 4);
    assert_eq!(ours.nth(n).map(of_view).as_ref(), theirs.nth(n));
    assert_eq!(ours.next_back().map(of_view).as_ref(), theirs.next_back());
    assert_eq!(ours.len(), theirs.len());
}

fn read_windows(view: &View<'_, Tick, IxDyn>, expected: &[Tick], size: u8, at: u8) {
    let Ok(view) = view.clone().into_dimensionality::<Ix1>() else { return };
    let size = usize::from(size % 7) + 1;
    let (mut ours, mut theirs) = (view.windows(size), expected.windows(size));
    assert!(ours.clone().map(|window| window.to_vec()).eq(theirs.clone().map(<[Tick]>::to_vec)));
    assert!(ours.clone().rev().map(|window| window.to_vec()).eq(theirs.clone().rev().map(<[Tick]>::to_vec)));
    let n = usize::from(at % 5);
    assert_eq!(ours.nth(n).map(|window| window.to_vec()), theirs.nth(n).map(<[Tick]>::to_vec));
    assert_eq!(ours.next_back().map(|window| window.to_vec()), theirs.next_back().map(<[Tick]>::to_vec));
    assert_eq!(ours.len(), theirs.len());
}

fn read_blocks(view: &View<'_, Tick, IxDyn>, expected: &[Tick]) {
    let mut all = Vec::new();
    view.for_each_block(|block| all.extend_from_slice(block));
    assert_eq!(all, expected);
    let mut ids = Vec::new();
    view.field(Tick::FIELDS.id).for_each_block(|block| ids.extend_from_slice(block));
    assert!(ids.iter().copied().eq(expected.iter().map(|tick| tick.id)));
    let chosen = view.select((Tick::FIELDS.price.native(), Tick::FIELDS.pos));
    let pairs = chosen.fold_blocks(Vec::new(), |mut pairs, (prices, places)| {
        assert_eq!(prices.len(), places.len());
        pairs.extend(prices.iter().copied().zip(places.iter().copied()));
        pairs
    });
    assert!(pairs.into_iter().eq(expected.iter().map(|tick| (tick.price.get(), tick.pos))));
    let sum = view.fold_lanes(0u64, |sum, tick| sum + u64::from(tick.id), |a, b| a + b);
    assert_eq!(sum, expected.iter().map(|tick| u64::from(tick.id)).sum());
    let sum = chosen.fold_lanes(0i64, |sum, (_, pos)| sum + i64::from(pos.x), |a, b| a + b);
    assert_eq!(sum, expected.iter().map(|tick| i64::from(tick.pos.x)).sum::<i64>());
}

fn read_numbers(view: &View<'_, Tick, IxDyn>, expected: &[Tick]) {
    let mean = |sum: f64| sum / expected.len() as f64;
    let same = |ours: f64, theirs: f64| assert!(ours == theirs || (ours.is_nan() && theirs.is_nan()));

    let ids = view.field(Tick::FIELDS.id);
    let sum = expected.iter().map(|tick| u64::from(tick.id)).sum::<u64>();
    let (least, most) =
        (expected.iter().map(|tick| tick.id).min(), expected.iter().map(|tick| tick.id).max());
    assert_eq!((ids.sum(), ids.min(), ids.max(), ids.min_max()), (sum, least, most, least.zip(most)));
    same(ids.mean(), mean(sum as f64));

    let ys = view.field(Tick::FIELDS.pos.then(Point::FIELDS.y));
    let sum = expected.iter().map(|tick| i64::from(tick.pos.y)).sum::<i64>();
    let (least, most) =
        (expected.iter().map(|tick| tick.pos.y).min(), expected.iter().map(|tick| tick.pos.y).max());
    assert_eq!((ys.sum(), ys.min(), ys.max(), ys.min_max()), (sum, least, most, least.zip(most)));
    same(ys.mean(), mean(sum as f64));

    let prices = view.field(Tick::FIELDS.price);
    let sum = expected.iter().map(|tick| tick.price.get()).sum::<f64>();
    let least = expected.iter().map(|tick| tick.price.get()).reduce(f64::min);
    let most = expected.iter().map(|tick| tick.price.get()).reduce(f64::max);
    assert_eq!((prices.sum(), prices.min(), prices.max()), (sum, least, most));
    assert_eq!((prices.native().sum(), prices.native().min_max()), (sum, least.zip(most)));
    same(prices.mean(), mean(sum));

    let levels = view.field(Tick::FIELDS.levels).elements();
    let all = || expected.iter().flat_map(|tick| tick.levels);
    assert_eq!(
        (levels.sum(), levels.min(), levels.max()),
        (all().map(u64::from).sum(), all().min(), all().max())
    );
}

fn search(view: &View<'_, Tick, IxDyn>, expected: &[Tick], id: u32) {
    let Ok(view) = view.clone().into_dimensionality::<Ix1>() else { return };
    let ids: Vec<_> = expected.iter().map(|tick| tick.id).collect();
    // Mostly one that is there.
    let id = match ids.len() {
        len if len > 0 && id % 4 != 0 => ids[id as usize % len],
        _ => id,
    };
    let column = view.field(Tick::FIELDS.id);
    let found = column.partition_point(|other| other < id);
    assert!(found <= ids.len());
    if !ids.is_sorted() {
        return;
    }
    let first = ids.partition_point(|&other| other < id);
    assert_eq!(found, first);
    assert_eq!(view.partition_point(|tick| tick.id <= id), ids.partition_point(|&other| other <= id));
    let expected = if ids.get(first) == Some(&id) { Ok(first) } else { Err(first) };
    assert_eq!(column.binary_search(&id), expected);
    assert_eq!(column.native().binary_search(&id), expected);
    assert_eq!(view.binary_search_by_key(&id, |tick| tick.id), expected);
    assert_eq!(View::from_slice(&ids).binary_search(&id), expected);
}

fn read_untyped(untyped: &DynView<'_>, view: &View<'_, Tick, IxDyn>, expected: &[Tick]) {
    let other = view.untyped();
    assert_eq!((other.shape(), other.strides(), other.dtype()), (view.shape(), view.strides(), view.dtype()));
    assert_eq!((untyped.shape(), untyped.strides()), (view.shape(), view.strides()));
    assert_eq!((untyped.byte_offset(), other.byte_offset()), (view.byte_offset(), view.byte_offset()));
    assert_eq!(untyped.typed::<Tick, IxDyn>().expect("the dtype"), *view);
    // Element by element takes long.
    if expected.len() <= 50 {
        let same = untyped;
        let values: Vec<_> = same.iter().map(|value| value.to::<Tick>().expect("the dtype")).collect();
        assert_eq!(values, expected);
        assert_eq!(
            same.iter().next_back().map(|value| value.to::<Tick>().expect("the dtype")),
            expected.last().copied()
        );
        assert_eq!(same.to_string(), view.to_string());
        let ids = same.field("id").expect("a field");
        assert!(ids.iter().map(|id| id.as_u64()).eq(expected.iter().map(|tick| Some(u64::from(tick.id)))));
        assert_eq!(ids.to_string(), view.field(Tick::FIELDS.id).to_string());
        let x = same.field("pos.x").expect("a field");
        assert_eq!(
            x.typed::<i16, IxDyn>().expect("the dtype"),
            view.field(Tick::FIELDS.pos.then(Point::FIELDS.x))
        );
        let levels = same.field("levels").expect("a field");
        assert_eq!(levels.shape(), [view.shape(), &[3]].concat());
        assert_eq!(levels.typed::<[u16; 3], IxDyn>().expect("the dtype"), view.field(Tick::FIELDS.levels));
        let two = same.fields(["flag", "tag"]).expect("fields");
        for (value, tick) in two.iter().zip(expected) {
            // Its byte may be another one than that of `true`.
            assert_eq!(value.field("flag").and_then(|flag| flag.as_u64()), Some(tick.flag.into()));
            assert_eq!(value.field("tag"), Some(Value::from(tick.tag)));
        }
        let bytes = same.field("price").expect("a field").to_bytes();
        assert!(bytes.chunks(8).eq(expected.iter().map(|tick| tick.price.to_bytes())));
    }
    if let Some(&last) = expected.last() {
        let index = nth(view.shape(), expected.len() - 1).into_dimension();
        assert_eq!(untyped.at(index.clone()).to::<Tick>().expect("the dtype"), last);
        assert_eq!(
            untyped.get(index.clone()).map(|value| value.to_string()),
            Some(view.untyped().at(index).to_string())
        );
    }
}
