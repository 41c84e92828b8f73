//! Feature `rayon`: views in many threads.

use std::fmt;

use ndarray::{Axis, Dimension, Ix1};
use rayon::iter::{
    IndexedParallelIterator, IntoParallelIterator, ParallelIterator,
    plumbing::{Consumer, Producer, ProducerCallback, UnindexedConsumer, bridge},
};

use crate::{
    element::{Element, Number, Total},
    select::{Gathered, Native, Select, Whole},
    view::{
        Iter, Selected, View, ViewMut, gather_block,
        raw::{Raw, RawMut},
        reduce::{Elements, Max, MeanSum, Min, MinMax, Reduce, Sum, middle},
    },
};

/// Fewer elements than this are left to one thread. Summing so many takes longer than handing them to another.
const GRAIN: usize = 1 << 15;

/// Iterates over a view in many threads; see [`View::par_iter`].
///
/// Of the feature `rayon`.
#[must_use = "iterators do nothing until they are used"]
pub struct ParIter<'a, T, D = Ix1, S = Whole> {
    iter: Iter<'a, T, D, S>,
}

impl<T, D: Clone, S: Clone> Clone for ParIter<'_, T, D, S> {
    fn clone(&self) -> Self {
        Self { iter: self.iter.clone() }
    }
}

impl<T: Element, D: Dimension, S: Select<T>> fmt::Debug for ParIter<'_, T, D, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ParIter({} left)", self.iter.len())
    }
}

impl<T, D, S> ParallelIterator for ParIter<'_, T, D, S>
where
    T: Element + Send + Sync,
    D: Dimension,
    S: Select<T, Item: Send> + Send,
{
    type Item = S::Item;

    fn drive_unindexed<C: UnindexedConsumer<S::Item>>(self, consumer: C) -> C::Result {
        bridge(self, consumer)
    }

    fn opt_len(&self) -> Option<usize> {
        Some(self.iter.len())
    }
}

impl<T, D, S> IndexedParallelIterator for ParIter<'_, T, D, S>
where
    T: Element + Send + Sync,
    D: Dimension,
    S: Select<T, Item: Send> + Send,
{
    fn len(&self) -> usize {
        self.iter.len()
    }

    fn drive<C: Consumer<S::Item>>(self, consumer: C) -> C::Result {
        bridge(self, consumer)
    }

    fn with_producer<B: ProducerCallback<S::Item>>(self, callback: B) -> B::Output {
        callback.callback(IterProducer { iter: self.iter })
    }
}

struct IterProducer<'a, T, D, S> {
    iter: Iter<'a, T, D, S>,
}

impl<'a, T, D, S> Producer for IterProducer<'a, T, D, S>
where
    T: Element + Send + Sync,
    D: Dimension,
    S: Select<T, Item: Send> + Send,
{
    type Item = S::Item;
    type IntoIter = Iter<'a, T, D, S>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter
    }

    fn split_at(self, index: usize) -> (Self, Self) {
        let (left, right) = self.iter.split_at(index);
        (Self { iter: left }, Self { iter: right })
    }
}

/// The tree of a reduction, its branches in many threads. The tree is that of one thread, and so is the result.
fn par_tree<N, D, R>(raw: &Raw<'_, N, D>, reduce: R, start: usize, len: usize) -> R::Value
where
    N: Number + Send + Sync,
    D: Dimension,
    R: Reduce<N>,
{
    if len <= GRAIN {
        return Elements::from(raw, start).tree(reduce, len);
    }
    let middle = middle(len);
    let (left, right) = rayon::join(
        || par_tree(raw, reduce, start, middle),
        || par_tree(raw, reduce, start + middle, len - middle),
    );
    reduce.merge(left, right)
}

fn par_reduce<N, D, R>(raw: &Raw<'_, N, D>, reduce: R) -> Option<R::Value>
where
    N: Number + Send + Sync,
    D: Dimension,
    R: Reduce<N>,
{
    let raw = raw.permuted_axes(&raw.axes_by_stride());
    match raw.len() {
        0 => None,
        len => Some(par_tree(&raw, reduce, 0, len)),
    }
}

fn par_update<T, D>(raw: RawMut<'_, T, D>, f: &(impl Fn(T) -> T + Sync))
where
    T: Element + Send + Sync,
    D: Dimension,
{
    // The axis along which elements are farthest apart, of those that can be cut.
    let axes = raw.raw().axes_by_stride();
    let axis = axes.slice().iter().copied().find(|&axis| raw.raw().dim()[axis] > 1);
    let Some(axis) = axis.filter(|_| raw.raw().len() > GRAIN) else {
        ViewMut::from_raw(raw).update(f);
        return;
    };
    let at = raw.raw().middle_page(axis);
    let (left, right) = raw.split_at(Axis(axis), at);
    rayon::join(|| par_update(left, f), || par_update(right, f));
}

fn par_blocks<'a, T, D, S, R, F>(
    raw: Raw<'a, T, D>,
    select: S,
    f: F,
) -> impl IndexedParallelIterator<Item = R> + use<'a, T, D, S, R, F>
where
    F: Fn(S::Block<'_>) -> R + Send + Sync,
    T: Element + Send + Sync,
    D: Dimension,
    S: Select<T> + Send + Sync,
    R: Send,
{
    let blocks = raw.len().div_ceil(S::CAPACITY);
    (0..blocks).into_par_iter().map_init(Gathered::<T, S>::new, move |block, index| {
        gather_block(&raw, select, index, block);
        f(block.block())
    })
}

macro_rules! reductions {
    ($number:ident) => {
        /// [`sum`](Self::sum) in many threads, with the same result to the last bit.
        ///
        /// Of the feature `rayon`.
        pub fn par_sum(&self) -> $number::Sum
        where
            $number: Number,
        {
            $number::Sum::ZERO.plus(par_reduce(self.raw(), Sum).unwrap_or($number::Sum::ZERO))
        }

        /// [`mean`](Self::mean) in many threads, with the same result to the last bit.
        ///
        /// Of the feature `rayon`.
        pub fn par_mean(&self) -> $number::Mean
        where
            $number: Number,
        {
            let sum = par_reduce(self.raw(), MeanSum).unwrap_or($number::Mean::ZERO);
            $number::mean_of($number::Mean::ZERO.plus(sum), self.len())
        }

        /// [`min`](Self::min) in many threads.
        ///
        /// Of the feature `rayon`.
        pub fn par_min(&self) -> Option<$number::Native>
        where
            $number: Number,
        {
            par_reduce(self.raw(), Min)
        }

        /// [`max`](Self::max) in many threads.
        ///
        /// Of the feature `rayon`.
        pub fn par_max(&self) -> Option<$number::Native>
        where
            $number: Number,
        {
            par_reduce(self.raw(), Max)
        }

        /// [`min_max`](Self::min_max) in many threads.
        ///
        /// Of the feature `rayon`.
        pub fn par_min_max(&self) -> Option<($number::Native, $number::Native)>
        where
            $number: Number,
        {
            par_reduce(self.raw(), MinMax)
        }
    };
}

impl<T: Element + Send + Sync, D: Dimension> View<'_, T, D> {
    reductions!(T);
}

impl<T: Number + Send + Sync, D: Dimension> Selected<'_, T, Native, D> {
    reductions!(T);
}

impl<'a, T: Element + Send + Sync, D: Dimension> View<'a, T, D> {
    /// Iterates over the elements by value in many threads, as rayon's indexed parallel iterators do.
    ///
    /// ```
    /// use rayon::iter::ParallelIterator;
    ///
    /// let numbers: Vec<u32> = (0..100_000).collect();
    /// let view = mmrec::View::from_slice(&numbers);
    /// assert_eq!(view.par_iter().filter(|x| x % 7 == 0).count(), 14_286);
    /// # assert_eq!(format!("{:?}", view.par_iter().clone()), "ParIter(100000 left)");
    /// ```
    ///
    /// Of the feature `rayon`.
    pub fn par_iter(&self) -> ParIter<'a, T, D> {
        ParIter { iter: self.iter() }
    }

    /// Hands all elements to `f` in blocks, in many threads, and gives what it returned for each, in order. The blocks are
    /// those of [`fold_blocks`](Self::fold_blocks).
    ///
    /// ```
    /// use rayon::iter::ParallelIterator;
    ///
    /// let numbers: Vec<f32> = vec![0.5; 100_000];
    /// let view = mmrec::View::from_slice(&numbers);
    /// let squares: f32 = view.par_blocks(|block| block.iter().map(|x| x * x).sum::<f32>()).sum();
    /// assert_eq!(squares, 25_000.0);
    /// ```
    ///
    /// Of the feature `rayon`.
    pub fn par_blocks<R: Send, F: Fn(&[T]) -> R + Send + Sync>(
        &self,
        f: F,
    ) -> impl IndexedParallelIterator<Item = R> + use<'a, T, D, R, F> {
        par_blocks(self.raw().clone(), Whole, f)
    }
}

impl<'a, T: Element + Send + Sync, D: Dimension, S: Select<T> + Send + Sync> Selected<'a, T, S, D> {
    /// Iterates over what was chosen in many threads; see [`View::par_iter`].
    ///
    /// Of the feature `rayon`.
    pub fn par_iter(&self) -> ParIter<'a, T, D, S> {
        ParIter { iter: self.iter() }
    }

    /// Hands what was chosen of all records to `f` in blocks, in many threads; see [`View::par_blocks`].
    ///
    /// Of the feature `rayon`.
    pub fn par_blocks<R: Send, F: Fn(S::Block<'_>) -> R + Send + Sync>(
        &self,
        f: F,
    ) -> impl IndexedParallelIterator<Item = R> + use<'a, T, S, D, R, F> {
        par_blocks(self.raw().clone(), self.select(), f)
    }
}

impl<T: Element + Send + Sync, D: Dimension> ViewMut<'_, T, D> {
    /// Replaces every element by what `f` makes of it, in many threads, which part where a page of the file does if it can
    /// be. Otherwise as [`update`](Self::update).
    ///
    /// Of the feature `rayon`.
    pub fn par_update(&mut self, f: impl Fn(T) -> T + Sync) {
        par_update(self.view_mut().into_raw(), &f);
    }
}

impl<'a, T, D> IntoParallelIterator for View<'a, T, D>
where
    T: Element + Send + Sync,
    D: Dimension,
{
    type Item = T;
    type Iter = ParIter<'a, T, D>;

    fn into_par_iter(self) -> ParIter<'a, T, D> {
        self.par_iter()
    }
}

impl<'a, T, D, S> IntoParallelIterator for Selected<'a, T, S, D>
where
    T: Element + Send + Sync,
    D: Dimension,
    S: Select<T, Item: Send> + Send + Sync,
{
    type Item = S::Item;
    type Iter = ParIter<'a, T, D, S>;

    fn into_par_iter(self) -> ParIter<'a, T, D, S> {
        self.par_iter()
    }
}
