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

/// How numbers become one value: what those of a leaf make, and what two values make.
pub(crate) trait Reduce<N: Number>: Copy + Send + Sync {
    type Value: Copy + Send;

    /// Reduces the numbers of a leaf.
    fn leaf(self, numbers: impl Source<N>) -> Self::Value;

    fn merge(self, left: Self::Value, right: Self::Value) -> Self::Value;
}

macro_rules! reductions {
    ($($(#[$doc:meta])* $name:ident: $value:ty, |$numbers:ident| $leaf:expr, |$left:ident, $right:ident| $merged:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy)]
        pub(crate) struct $name;

        impl<N: Number> Reduce<N> for $name {
            type Value = $value;

            #[inline(always)]
            fn leaf(self, $numbers: impl Source<N>) -> $value {
                $leaf
            }

            #[inline(always)]
            fn merge(self, $left: $value, $right: $value) -> $value {
                $merged
            }
        }
    )*};
}

reductions! {
    Sum: N::Sum, |numbers| total(numbers, N::sum_term), |left, right| left.plus(right);
    /// The sum of the terms of a mean.
    MeanSum: N::Mean, |numbers| total(numbers, N::mean_term), |left, right| left.plus(right);
    Min: N::Native, |numbers| numbers.least(), |left, right| smaller(left, right);
    Max: N::Native, |numbers| numbers.greatest(), |left, right| larger(left, right);
    MinMax: (N::Native, N::Native), |numbers| numbers.extremes(),
        |left, right| (smaller(left.0, right.0), larger(left.1, right.1));
}

#[inline(always)]
#[expect(clippy::eq_op, reason = "NaN alone differs from itself")]
fn is_nan<T: PartialEq>(number: T) -> bool {
    number != number
}

/// The smaller of two, or the NaN among them.
#[inline(always)]
fn smaller<T: PartialOrd + Copy>(left: T, right: T) -> T {
    if right < left || is_nan(right) { right } else { left }
}

/// The larger of two, or the NaN among them.
#[inline(always)]
fn larger<T: PartialOrd + Copy>(left: T, right: T) -> T {
    if right > left || is_nan(right) { right } else { left }
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
        if self.run.len() >= len {
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
pub(crate) trait Source<N: Number>: Clone {
    fn eight(&mut self) -> Option<[N::Native; LANES]>;

    fn one(&mut self) -> Option<N::Native>;

    /// Adds up the accumulators.
    #[inline(always)]
    fn sum<A: Total>(lanes: [A; LANES]) -> A {
        sum_of_array(&lanes)
    }

    /// The least, or a NaN.
    #[inline(always)]
    fn least(self) -> N::Native {
        let nan = nan_among::<N, Self>(self.clone());
        if is_nan(nan) { nan } else { side_by_side(self, N::GREATEST, less) }
    }

    /// The greatest, or a NaN.
    #[inline(always)]
    fn greatest(self) -> N::Native {
        let nan = nan_among::<N, Self>(self.clone());
        if is_nan(nan) { nan } else { side_by_side(self, N::LEAST, more) }
    }

    /// The least and the greatest, or a NaN twice.
    #[inline(always)]
    fn extremes(self) -> (N::Native, N::Native) {
        let nan = nan_among::<N, Self>(self.clone());
        match is_nan(nan) {
            true => (nan, nan),
            false => (side_by_side(self.clone(), N::GREATEST, less), side_by_side(self, N::LEAST, more)),
        }
    }
}

#[inline(always)]
fn less<T: PartialOrd>(least: T, number: T) -> T {
    if number < least { number } else { least }
}

#[inline(always)]
fn more<T: PartialOrd>(greatest: T, number: T) -> T {
    if number > greatest { number } else { greatest }
}

/// A NaN if there is one, otherwise another number.
#[inline(always)]
fn nan_among<N: Number, S: Source<N>>(numbers: S) -> N::Native {
    side_by_side(numbers, N::GREATEST, |nan, number| if is_nan(nan) { nan } else { number })
}

/// Folds numbers eight side by side, and the eight results.
#[inline(always)]
fn side_by_side<N: Number, S: Source<N>>(
    mut numbers: S,
    first: N::Native,
    step: impl Fn(N::Native, N::Native) -> N::Native,
) -> N::Native {
    let mut lanes = [first; LANES];
    while let Some(eight) = numbers.eight() {
        for (lane, number) in lanes.iter_mut().zip(eight) {
            *lane = step(*lane, number);
        }
    }
    let mut value = fold_eight(&lanes, &step);
    while let Some(number) = numbers.one() {
        value = step(value, number);
    }
    value
}

#[inline(never)]
fn fold_eight<T: Copy>(lanes: &[T; LANES], step: &impl Fn(T, T) -> T) -> T {
    let [first, rest @ ..] = *lanes;
    rest.into_iter().fold(first, step)
}

// Adding up is out of line, so that how the accumulators are added up has no say in how they are kept: side by side in
// vector registers where they are taken from an array, and one by one where they are values.

#[inline(never)]
fn sum_of_array<A: Total>(lanes: &[A; LANES]) -> A {
    sum_of_eight(*lanes)
}

#[inline(never)]
#[expect(clippy::too_many_arguments, reason = "one for each accumulator")]
fn sum_of_values<A: Total>(a: A, b: A, c: A, d: A, e: A, f: A, g: A, h: A) -> A {
    sum_of_eight([a, b, c, d, e, f, g, h])
}

#[inline(always)]
fn sum_of_eight<A: Total>([a, b, c, d, e, f, g, h]: [A; LANES]) -> A {
    let (left, right) = (a.plus(b).plus(c.plus(d)), e.plus(f).plus(g.plus(h)));
    left.plus(right)
}

/// Adds up numbers, eight side by side.
///
/// The accumulators start at what changes no number that is added to it. So the first eight numbers are loaded where all
/// others are; loads of their own would hide from the processor that all are as far apart.
#[inline(always)]
fn total<N: Number, A: Total, S: Source<N>>(mut numbers: S, term: impl Fn(N::Native) -> A) -> A {
    let mut lanes = [A::NEUTRAL; LANES];
    while let Some(eight) = numbers.eight() {
        for (lane, number) in lanes.iter_mut().zip(eight) {
            *lane = lane.plus(term(number));
        }
    }
    let mut sum = S::sum(lanes);
    while let Some(number) = numbers.one() {
        sum = sum.plus(term(number));
    }
    sum
}

/// The least and the greatest of some numbers, or a NaN twice, by one pass: four side by side, as more would not fit the
/// registers. Whether there is a NaN is asked apart, which keeps comparing short.
#[inline(always)]
fn extremes<N: Number, S: Source<N>>(mut numbers: S) -> (N::Native, N::Native) {
    let (mut least, mut greatest, mut nans) = ([N::GREATEST; 4], [N::LEAST; 4], [N::GREATEST; 4]);
    while let Some(eight) = numbers.eight() {
        for four in eight.as_chunks::<4>().0 {
            for (i, &number) in four.iter().enumerate() {
                least[i] = less(least[i], number);
                greatest[i] = more(greatest[i], number);
                nans[i] = if is_nan(number) { number } else { nans[i] };
            }
        }
    }
    let (mut low, mut high, mut nan) = (N::GREATEST, N::LEAST, N::GREATEST);
    for i in 0..4 {
        (low, high, nan) = (less(low, least[i]), more(high, greatest[i]), smaller(nan, nans[i]));
    }
    while let Some(number) = numbers.one() {
        (low, high, nan) = (less(low, number), more(high, number), smaller(nan, number));
    }
    if is_nan(nan) { (nan, nan) } else { (low, high) }
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
    fn sum<A: Total>([a, b, c, d, e, f, g, h]: [A; LANES]) -> A {
        sum_of_values(a, b, c, d, e, f, g, h)
    }

    #[inline(always)]
    fn least(self) -> N::Native {
        extremes(self).0
    }

    #[inline(always)]
    fn greatest(self) -> N::Native {
        extremes(self).1
    }

    #[inline(always)]
    fn extremes(self) -> (N::Native, N::Native) {
        extremes(self)
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
