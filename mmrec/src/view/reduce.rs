//! Sums, extremes and means.
//!
//! All are one tree over the elements in memory order: they are halved until 128 or fewer are left, which eight
//! accumulators go through side by side. It is the tree of NumPy's pairwise sum, so that the error of a sum of floats grows
//! with the logarithm of their number. Its shape depends on their number alone: a sum comes out the same, to the last bit,
//! whatever lies between the elements and however many threads there are.

use ndarray::Dimension;

use super::raw::{Raw, Run, Runs};
use crate::{
    element::{Number, Total, stride::Eight, vector::widest},
    select::{Gathered, Native},
};

/// The most elements of a leaf of the tree.
const LEAF: usize = 128;

/// Accumulators in a leaf.
const LANES: usize = 8;

/// How numbers become one value: what the first makes, and what two such values make.
pub(crate) trait Reduce<N: Number>: Copy + Send + Sync {
    type Value: Copy + Send;

    /// Whether a leaf is gone through more than once, so that numbers that lie apart are better gathered first.
    const GATHERS: bool = false;

    fn first(self, number: N::Native) -> Self::Value;

    fn merge(self, left: Self::Value, right: Self::Value) -> Self::Value;

    /// Reduces the numbers of a leaf.
    #[inline(always)]
    fn leaf(self, numbers: impl Source<N> + Clone) -> Self::Value {
        lanes(self, numbers)
    }
}

macro_rules! reductions {
    ($($(#[$doc:meta])* $name:ident: $value:ty, |$number:ident| $first:expr, |$left:ident, $right:ident| $merged:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy)]
        pub(crate) struct $name;

        impl<N: Number> Reduce<N> for $name {
            type Value = $value;

            #[inline(always)]
            fn first(self, $number: N::Native) -> $value {
                $first
            }

            #[inline(always)]
            fn merge(self, $left: $value, $right: $value) -> $value {
                $merged
            }
        }
    )*};
}

reductions! {
    Sum: N::Sum, |number| N::sum_term(number), |left, right| left.plus(right);
    /// The sum of the terms of a mean.
    MeanSum: N::Mean, |number| N::mean_term(number), |left, right| left.plus(right);
    Min: N::Native, |number| number, |left, right| smaller(left, right);
    Max: N::Native, |number| number, |left, right| larger(left, right);
}

#[derive(Clone, Copy)]
pub(crate) struct MinMax;

impl<N: Number> Reduce<N> for MinMax {
    type Value = (N::Native, N::Native);
    const GATHERS: bool = true;

    fn first(self, number: N::Native) -> Self::Value {
        (number, number)
    }

    #[inline(always)]
    fn merge(self, left: Self::Value, right: Self::Value) -> Self::Value {
        (smaller(left.0, right.0), larger(left.1, right.1))
    }

    #[inline(always)]
    fn leaf(self, numbers: impl Source<N> + Clone) -> Self::Value {
        (lanes(Min, numbers.clone()), lanes(Max, numbers))
    }
}

/// The smaller of two, or the NaN among them.
#[inline(always)]
#[expect(clippy::eq_op, reason = "NaN alone differs from itself")]
fn smaller<T: PartialOrd + Copy>(left: T, right: T) -> T {
    if right < left || right != right { right } else { left }
}

/// The larger of two, or the NaN among them.
#[inline(always)]
#[expect(clippy::eq_op, reason = "NaN alone differs from itself")]
fn larger<T: PartialOrd + Copy>(left: T, right: T) -> T {
    if right > left || right != right { right } else { left }
}

/// Reduces all elements; `None` if there are none.
pub(crate) fn reduce<N: Number, D: Dimension, R: Reduce<N>>(
    raw: &Raw<'_, N, D>,
    reduce: R,
) -> Option<R::Value> {
    let runs = raw.permuted_axes(&raw.axes_by_stride()).runs();
    match raw.len() {
        0 => None,
        len => Some(Elements::new(runs).tree(reduce, len)),
    }
}

/// Where the halves of so many elements meet.
pub(crate) fn middle(len: usize) -> usize {
    let half = len / 2;
    half - half % LANES
}

fn middle_or_leaf(len: usize) -> Option<usize> {
    (len > LEAF).then(|| middle(len))
}

/// The elements of a view that are still to come.
pub(crate) struct Elements<'a, N: Number, D> {
    run: Run<'a, N>,
    runs: Runs<'a, N, D>,
    /// Elements of several runs, where a run is shorter than a leaf.
    leaf: Gathered<N, Native>,
}

impl<'a, N: Number, D: Dimension> Elements<'a, N, D> {
    pub(crate) fn new(runs: Runs<'a, N, D>) -> Self {
        Self { run: Run::empty(), runs, leaf: Gathered::new() }
    }

    /// The elements from index `start` on, in the order of the view's axes.
    #[cfg(feature = "rayon")]
    pub(crate) fn from(raw: &Raw<'a, N, D>, start: usize) -> Self {
        let mut elements = Self::new(raw.runs());
        elements.run = elements.runs.skip_elements(start);
        elements
    }

    /// Reduces the next `len` elements; there are as many, and at least one.
    pub(crate) fn tree<R: Reduce<N>>(&mut self, reduce: R, len: usize) -> R::Value {
        if self.run.len() == 0 {
            self.run = self.runs.next().unwrap_or_else(Run::empty);
        }
        if self.run.len() >= len && (self.run.is_plain() || !R::GATHERS) {
            let run = self.run.take_front(len);
            let (halve, merge) = (middle_or_leaf, |left, right| reduce.merge(left, right));
            if run.is_plain() {
                return run.tree(&halve, &|leaf| widest(|| reduce.leaf(Plain(leaf))), &merge);
            }
            let eight = run.eight();
            return run.tree(&halve, &|leaf| reduce.leaf(Strided(leaf, eight)), &merge);
        }
        if len <= LEAF {
            return self.leaf_of_many(reduce, len);
        }
        let middle = middle(len);
        let left = self.tree(reduce, middle);
        let right = self.tree(reduce, len - middle);
        reduce.merge(left, right)
    }

    #[inline(never)]
    fn leaf_of_many<R: Reduce<N>>(&mut self, reduce: R, len: usize) -> R::Value {
        self.leaf.clear();
        while self.leaf.len() < len {
            if self.run.len() == 0 {
                match self.runs.next() {
                    Some(run) => self.run = run,
                    None => break,
                }
            }
            self.run.take_front(len - self.leaf.len()).gather_into(Native, &mut self.leaf);
        }
        widest(|| reduce.leaf(Block(self.leaf.block())))
    }
}

/// Where the numbers of a leaf come from.
pub(crate) trait Source<N: Number> {
    fn eight(&mut self) -> Option<[N::Native; LANES]>;

    fn one(&mut self) -> Option<N::Native>;

    /// Merges the accumulators.
    #[inline(always)]
    fn merge<R: Reduce<N>>(reduce: R, lanes: [R::Value; LANES]) -> R::Value {
        merge_array(reduce, &lanes)
    }
}

// Merging is out of line, so that how the accumulators are merged has no say in how they are kept: side by side in vector
// registers where they are merged from an array, and one by one where they are values.

#[inline(never)]
fn merge_array<N: Number, R: Reduce<N>>(reduce: R, lanes: &[R::Value; LANES]) -> R::Value {
    merge_eight(reduce, *lanes)
}

#[inline(never)]
#[expect(clippy::too_many_arguments, reason = "one for each accumulator")]
fn merge_values<N: Number, R: Reduce<N>>(
    reduce: R,
    a: R::Value,
    b: R::Value,
    c: R::Value,
    d: R::Value,
    e: R::Value,
    f: R::Value,
    g: R::Value,
    h: R::Value,
) -> R::Value {
    merge_eight(reduce, [a, b, c, d, e, f, g, h])
}

#[inline(always)]
fn merge_eight<N: Number, R: Reduce<N>>(reduce: R, [a, b, c, d, e, f, g, h]: [R::Value; LANES]) -> R::Value {
    let left = reduce.merge(reduce.merge(a, b), reduce.merge(c, d));
    let right = reduce.merge(reduce.merge(e, f), reduce.merge(g, h));
    reduce.merge(left, right)
}

#[derive(Clone)]
struct Plain<'a, N>(Run<'a, N>);

impl<N: Number> Source<N> for Plain<'_, N> {
    #[inline(always)]
    fn eight(&mut self) -> Option<[N::Native; LANES]> {
        Some(self.0.take_plain_array::<LANES>()?.map(N::to_native))
    }

    #[inline(always)]
    fn one(&mut self) -> Option<N::Native> {
        self.0.next(Native)
    }
}

#[derive(Clone)]
struct Strided<'a, N>(Run<'a, N>, Eight);

impl<N: Number> Source<N> for Strided<'_, N> {
    #[inline(always)]
    fn eight(&mut self) -> Option<[N::Native; LANES]> {
        Some(self.0.take_eight(self.1)?.map(N::to_native))
    }

    #[inline(always)]
    fn one(&mut self) -> Option<N::Native> {
        self.0.next(Native)
    }

    #[inline(always)]
    fn merge<R: Reduce<N>>(reduce: R, lanes: [R::Value; LANES]) -> R::Value {
        let [a, b, c, d, e, f, g, h] = lanes;
        merge_values(reduce, a, b, c, d, e, f, g, h)
    }
}

#[derive(Clone)]
struct Block<'b, T>(&'b [T]);

impl<N: Number> Source<N> for Block<'_, N::Native> {
    #[inline(always)]
    fn eight(&mut self) -> Option<[N::Native; LANES]> {
        let (eight, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*eight)
    }

    #[inline(always)]
    fn one(&mut self) -> Option<N::Native> {
        let (&one, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(one)
    }
}

/// Reduces at least one number, eight side by side.
#[inline(always)]
fn lanes<N: Number, R: Reduce<N>, S: Source<N>>(reduce: R, mut source: S) -> R::Value {
    let mut value = match source.eight() {
        Some(eight) => {
            let mut lanes = eight.map(|number| reduce.first(number));
            while let Some(eight) = source.eight() {
                for (lane, number) in lanes.iter_mut().zip(eight) {
                    *lane = reduce.merge(*lane, reduce.first(number));
                }
            }
            S::merge(reduce, lanes)
        }
        None => match source.one() {
            Some(number) => reduce.first(number),
            None => unreachable!("a leaf has an element"),
        },
    };
    while let Some(number) = source.one() {
        value = reduce.merge(value, reduce.first(number));
    }
    value
}
