//! What is read of one field: slices of values in a few forms, whatever the dtype.

#[cfg(target_endian = "little")]
use mmrec::BigEndian as Swapped;
#[cfg(target_endian = "big")]
use mmrec::LittleEndian as Swapped;
use mmrec::{Axis, ByteOrder, Complex, DynView, Element, IntoDimension, IxDyn, Kind, Number, View, f16};

use super::{distinct::Seen, plan::Chunk};
use crate::{failure::Result, leaf::Leaf};

/// The most values of a slice, but for those of bytes.
pub(super) const BLOCK: usize = 1024;

/// The most bytes of strings that are copied at once.
pub(super) const STORED: usize = 64 << 10;

/// The most elements of an array in each record that are read one after another in the file. Of fewer, the first of all
/// records are read, then the second of all, and so on: loops of few steps cost more than reading the cache again.
const SHORT: usize = 64;

/// The values of a field in a chunk, in slices.
pub(super) trait Blocks<T>: Sync {
    fn each(&self, chunk: &Chunk, f: &mut dyn FnMut(&[T]));
}

type From<'a, T> = Box<dyn Blocks<T> + 'a>;

/// A field, and what is read of it.
pub(super) enum Column<'a> {
    /// `bool`, and integers of 8 bits, of which the least is 0.
    Byte(From<'a, u8>),
    /// Floats, and integers of 16 and 32 bits.
    Real { from: From<'a, f64>, is_whole: bool, seen: Option<Seen> },
    /// Integers of 64 bits, without a sign less by 2^63; and times. Distances are from `origin`, one of them.
    Wide { from: From<'a, i64>, origin: i64, is_time: bool },
    /// Complex numbers, as their parts.
    Complex(From<'a, [f64; 2]>),
    /// Strings, and what the library knows as bytes alone.
    Text(Stored<'a>, Form),
    /// Such values that are too long to be kept.
    Unread,
}

/// What the bytes of a string are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Bytes,
    /// Units of four bytes.
    Unicode(ByteOrder),
    /// Nothing that is larger or smaller than another.
    Opaque,
}

impl<'a> Column<'a> {
    /// A field of an array. `has_set` says whether a set of numbers of 16 bits may be kept, and `longest` how many bytes a string
    /// may have.
    pub(super) fn new(leaf: &Leaf, view: &DynView<'a>, has_set: bool, longest: usize) -> Result<Self> {
        let field = Field { field: leaf.of(view)?, outer: view.ndim() };
        let stored = || Stored(field.field.clone());
        let Some(scalar) = leaf.dtype.as_scalar() else { return Ok(Self::Unread) };
        let is_swapped = !matches!(scalar.order(), ByteOrder::None | ByteOrder::NATIVE);
        let short = |from| Self::Real { from, is_whole: true, seen: has_set.then(Seen::new) };
        let real = |from, is_whole| Self::Real { from, is_whole, seen: None };
        let wide = |from: From<'a, i64>, is_time| {
            let origin = origin(&*from, view);
            Self::Wide { from, origin, is_time }
        };
        macro_rules! numbers {
            ($native:ty) => {
                if is_swapped {
                    field.numbers::<Swapped<$native>, _>()
                } else {
                    field.numbers::<$native, _>()
                }?
            };
        }
        let text = |form| match scalar.size() > longest {
            true => Self::Unread,
            false => Self::Text(stored(), form),
        };
        Ok(match (scalar.kind(), scalar.size()) {
            (Kind::Bool, _) => Self::Byte(field.typed(|blocks: &[bool], f| converted(blocks, u8::from, f))?),
            (Kind::Uint, 1) => Self::Byte(field.typed(|block: &[u8], f| f(block))?),
            (Kind::Int, 1) => {
                Self::Byte(field.typed(|block, f| converted(block, |x: i8| x.cast_unsigned() ^ 0x80, f))?)
            }
            (Kind::Uint, 2) => short(numbers!(u16)),
            (Kind::Int, 2) => short(numbers!(i16)),
            (Kind::Uint, 4) => real(numbers!(u32), true),
            (Kind::Int, 4) => real(numbers!(i32), true),
            (Kind::Uint, 8) => wide(numbers!(u64), false),
            (Kind::Int, 8) => wide(numbers!(i64), false),
            (Kind::Float, 2) => real(numbers!(f16), false),
            (Kind::Float, 4) => real(numbers!(f32), false),
            (Kind::Float, 8) => real(numbers!(f64), false),
            (Kind::Complex, 8) => Self::Complex(match is_swapped {
                true => {
                    field.typed(|block, f| converted(block, |z: Swapped<Complex<f32>>| parts(z.get()), f))?
                }
                false => field.typed(|block, f| converted(block, parts::<f32>, f))?,
            }),
            (Kind::Complex, 16) => Self::Complex(match is_swapped {
                true => {
                    field.typed(|block, f| converted(block, |z: Swapped<Complex<f64>>| parts(z.get()), f))?
                }
                false => field.typed(|block, f| converted(block, parts::<f64>, f))?,
            }),
            (Kind::DateTime(_) | Kind::TimeDelta(_), _) => {
                wide(Box::new(Steps { stored: stored(), is_big: scalar.order() == ByteOrder::Big }), true)
            }
            (Kind::Bytes, _) => text(Form::Bytes),
            (Kind::Unicode, _) => text(Form::Unicode(scalar.order())),
            _ => text(Form::Opaque),
        })
    }
}

/// The first value that is no NaT of a few in front; 0 if all are.
fn origin(from: &dyn Blocks<i64>, view: &DynView<'_>) -> i64 {
    let mut found = None;
    if let Some(chunk) = Chunk::first(view) {
        from.each(&chunk, &mut |block| found = found.or(block.iter().copied().find(|&x| x != i64::MIN)));
    }
    found.unwrap_or(0)
}

/// What a slice of values becomes before it is handed on.
trait Converted<T>: Copy {
    fn hand(block: &[Self], f: &mut dyn FnMut(&[T]));
}

macro_rules! converted {
    ($($from:ty => $to:ty: |$number:ident| $value:expr;)*) => {$(
        impl Converted<$to> for $from {
            #[inline]
            fn hand(block: &[$from], f: &mut dyn FnMut(&[$to])) {
                converted(block, |$number| $value, f);
            }
        }
    )*};
}

converted! {
    u16 => f64: |number| number.into();
    i16 => f64: |number| number.into();
    u32 => f64: |number| number.into();
    i32 => f64: |number| number.into();
    f16 => f64: |number| number.into();
    f32 => f64: |number| number.into();
    u64 => i64: |number| number.cast_signed() ^ i64::MIN;
}

impl Converted<f64> for f64 {
    fn hand(block: &[f64], f: &mut dyn FnMut(&[f64])) {
        block.chunks(BLOCK).for_each(f);
    }
}

impl Converted<i64> for i64 {
    fn hand(block: &[i64], f: &mut dyn FnMut(&[i64])) {
        block.chunks(BLOCK).for_each(f);
    }
}

fn parts<T: Into<f64>>(number: Complex<T>) -> [f64; 2] {
    [number.re.into(), number.im.into()]
}

#[inline]
fn converted<A: Copy, B: Copy + Default>(block: &[A], convert: impl Fn(A) -> B, f: &mut dyn FnMut(&[B]))
where
    [B; BLOCK]: Sized,
{
    let mut room = [B::default(); BLOCK];
    for values in block.chunks(BLOCK) {
        for (place, &value) in room.iter_mut().zip(values) {
            *place = convert(value);
        }
        f(&room[..values.len()]);
    }
}

/// A field of an array whose elements have so many axes; those of the field come behind.
struct Field<'a> {
    field: DynView<'a>,
    outer: usize,
}

impl<'a> Field<'a> {
    fn numbers<N, T>(&self) -> Result<From<'a, T>>
    where
        N: Number<Native: Converted<T>> + Send + Sync,
        T: 'a,
    {
        let own = Own::of(self);
        let view = self.field.typed::<N, IxDyn>()?;
        Ok(Box::new(Each(move |chunk: &Chunk, f: &mut dyn FnMut(&[T])| {
            own.cut(&view, chunk).native().for_each_block(|block| Converted::hand(block, f));
        })))
    }

    fn typed<E, T>(&self, hand: impl Fn(&[E], &mut dyn FnMut(&[T])) + Sync + 'a) -> Result<From<'a, T>>
    where
        E: Element + Send + Sync,
        T: 'a,
    {
        let own = Own::of(self);
        let view = self.field.typed::<E, IxDyn>()?;
        Ok(Box::new(Each(move |chunk: &Chunk, f: &mut dyn FnMut(&[T])| {
            own.cut(&view, chunk).for_each_block(|block| hand(block, f));
        })))
    }
}

struct Each<F>(F);

impl<T, F: Fn(&Chunk, &mut dyn FnMut(&[T])) + Sync> Blocks<T> for Each<F> {
    fn each(&self, chunk: &Chunk, f: &mut dyn FnMut(&[T])) {
        (self.0)(chunk, f);
    }
}

/// How many axes a field has of its own, and whether they are to come first.
#[derive(Clone, Copy)]
struct Own {
    axes: usize,
    come_first: bool,
}

impl Own {
    fn of(field: &Field<'_>) -> Self {
        let own = &field.field.shape()[field.outer..];
        Self { axes: own.len(), come_first: !own.is_empty() && own.iter().product::<usize>() < SHORT }
    }

    fn cut<'a, T: Element>(self, view: &View<'a, T, IxDyn>, chunk: &Chunk) -> View<'a, T, IxDyn> {
        let part = view.slice(chunk.of(view.ndim()).as_slice());
        if !self.come_first {
            return part;
        }
        let outer = part.ndim() - self.axes;
        let axes: Vec<usize> = (outer..part.ndim()).chain(0..outer).collect();
        part.permuted_axes(axes.into_dimension())
    }
}

/// The bytes of a field, so many for each value, as they are stored.
pub(super) struct Stored<'a>(DynView<'a>);

impl Stored<'_> {
    pub(super) fn width(&self) -> usize {
        self.0.dtype().itemsize()
    }

    /// Copies of the values of a chunk, one after another in slices.
    pub(super) fn each(&self, chunk: &Chunk, f: &mut dyn FnMut(&[u8])) {
        pieces(&self.0.slice(chunk.of(self.0.ndim()).as_slice()), f);
    }
}

fn pieces(view: &DynView<'_>, f: &mut dyn FnMut(&[u8])) {
    let longest = (0..view.ndim()).max_by_key(|&axis| view.shape()[axis]);
    match longest {
        _ if view.is_empty() || view.dtype().itemsize() == 0 => {}
        Some(axis) if view.len() > 1 && view.len() * view.dtype().itemsize() > STORED => {
            let (left, right) = view.split_at(Axis(axis), view.shape()[axis] / 2);
            pieces(&left, f);
            pieces(&right, f);
        }
        _ => f(&view.to_bytes()),
    }
}

/// The steps of times, whose types in Rust have their units, of which there are too many.
struct Steps<'a> {
    stored: Stored<'a>,
    is_big: bool,
}

impl Blocks<i64> for Steps<'_> {
    fn each(&self, chunk: &Chunk, f: &mut dyn FnMut(&[i64])) {
        let read = if self.is_big { i64::from_be_bytes } else { i64::from_le_bytes };
        self.stored.each(chunk, &mut |bytes| converted(bytes.as_chunks::<8>().0, read, f));
    }
}
