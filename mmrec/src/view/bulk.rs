//! Many elements at a time: blocks, copies, sums and searches.

use std::cmp::Ordering;

use ndarray::{Array, Dimension, Ix1};

use super::{
    Selected, View, ViewMut,
    raw::{Raw, RawMut},
    reduce::{Max, MeanSum, Min, MinMax, Sum, reduce},
};
use crate::{
    element::{Element, Number, Total},
    error::{Error, ErrorKind, Result},
    field::short_name,
    select::{Gathered, Native, Select, Whole},
};

fn fold_blocks<T: Element, D: Dimension, S: Select<T>, B>(
    raw: &Raw<'_, T, D>,
    select: S,
    init: B,
    mut f: impl FnMut(B, S::Block<'_>) -> B,
) -> B {
    let (mut acc, mut block, mut runs) = (init, Gathered::new(), raw.runs());
    while let Some(mut run) = runs.next() {
        while run.len() > 0 {
            run.gather_into(select, &mut block);
            if block.room() == 0 {
                acc = f(acc, block.block());
                block.clear();
            }
        }
    }
    if block.len() > 0 {
        acc = f(acc, block.block());
    }
    acc
}

/// Fills a block with the elements of block `index` of the view, which has as many.
#[cfg(feature = "rayon")]
pub(crate) fn gather_block<T: Element, D: Dimension, S: Select<T>>(
    raw: &Raw<'_, T, D>,
    select: S,
    index: usize,
    block: &mut Gathered<T, S>,
) {
    let mut runs = raw.runs();
    let mut run = runs.skip_elements(index * S::CAPACITY);
    block.clear();
    loop {
        run.gather_into(select, block);
        match runs.next() {
            Some(next) if block.room() > 0 => run = next,
            _ => return,
        }
    }
}

fn fold_lanes<T: Element, D: Dimension, S: Select<T>, B: Copy>(
    raw: &Raw<'_, T, D>,
    select: S,
    init: B,
    mut f: impl FnMut(B, S::Item) -> B,
    mut merge: impl FnMut(B, B) -> B,
) -> B {
    let (mut lanes, mut runs) = ([init; 4], raw.runs());
    while let Some(run) = runs.next() {
        lanes = run.fold_lanes(select, lanes, &mut f);
    }
    let [a, b, c, d] = lanes;
    let (left, right) = (merge(a, b), merge(c, d));
    merge(left, right)
}

#[track_caller]
fn check_length(len: usize, wanted: usize) {
    assert!(len == wanted, "cannot copy {wanted} elements to a slice of {len}");
}

/// The index of the first of `len` indices for which `pred` is false.
fn partition_point(len: usize, mut pred: impl FnMut(usize) -> bool) -> usize {
    let (mut from, mut len) = (0, len);
    while len > 0 {
        let half = len / 2;
        if pred(from + half) {
            from += half + 1;
            len -= half + 1;
        } else {
            len = half;
        }
    }
    from
}

fn binary_search(
    len: usize,
    mut compare: impl FnMut(usize) -> Ordering,
) -> std::result::Result<usize, usize> {
    let at = partition_point(len, |i| compare(i) == Ordering::Less);
    if at < len && compare(at) == Ordering::Equal { Ok(at) } else { Err(at) }
}

macro_rules! searches {
    ($item:ty) => {
        /// The index of the first element for which `pred` is false, in a view sorted so that those for which it is true
        /// come first. Reads about log2(n) elements.
        ///
        /// NumPy: `numpy.searchsorted(a, x)` is `|element| element < x`, with `side='right'` it is `|element| element <= x`.
        pub fn partition_point(&self, mut pred: impl FnMut($item) -> bool) -> usize {
            partition_point(self.len(), |i| pred(self.at(i)))
        }

        /// Looks for a value in a sorted view: `Ok` with the index of the first element equal to it, or `Err` with the
        /// index where it belongs. Reads about log2(n) elements.
        ///
        /// Floats have no such order: `v.binary_search_by(|x| x.total_cmp(&5.0))`, and of another byte order
        /// `v.native().binary_search_by(|x| x.total_cmp(&5.0))`.
        ///
        /// # Errors
        ///
        /// The index where the value belongs, if it is not there.
        pub fn binary_search(&self, value: &$item) -> std::result::Result<usize, usize>
        where
            $item: Ord,
        {
            self.binary_search_by(|element| element.cmp(value))
        }

        /// Looks for the element that `compare` finds equal, in a view sorted by it: `compare` says how an element stands
        /// to what is looked for. Otherwise as [`binary_search`](Self::binary_search).
        ///
        /// # Errors
        ///
        /// The index where it belongs, if it is not there.
        pub fn binary_search_by(
            &self,
            mut compare: impl FnMut($item) -> Ordering,
        ) -> std::result::Result<usize, usize> {
            binary_search(self.len(), |i| compare(self.at(i)))
        }

        /// Looks for the element with a key, in a view sorted by it. Otherwise as
        /// [`binary_search`](Self::binary_search).
        ///
        /// # Errors
        ///
        /// The index where the key belongs, if it is not there.
        pub fn binary_search_by_key<K: Ord>(
            &self,
            key: &K,
            mut f: impl FnMut($item) -> K,
        ) -> std::result::Result<usize, usize> {
            self.binary_search_by(|element| f(element).cmp(key))
        }
    };
}

macro_rules! reductions {
    ($number:ident) => {
        /// The sum. Integers add up to `u64` or `i64`, modulo 2^64; floats keep their type and are added pairwise, in
        /// the order in which they lie in the file, so that the error grows with the logarithm of their number. Of no
        /// elements it is 0.
        ///
        /// NumPy: `array.sum()`, with the same bits for aligned 1-D floats in native order.
        pub fn sum(&self) -> $number::Sum
        where
            $number: Number,
        {
            $number::Sum::ZERO.plus(reduce(&self.raw, Sum).unwrap_or($number::Sum::ZERO))
        }

        /// The mean: `f64`, or `f32` for `f32`. NaN if there are no elements.
        ///
        /// NumPy: `array.mean()`.
        pub fn mean(&self) -> $number::Mean
        where
            $number: Number,
        {
            let sum = reduce(&self.raw, MeanSum).unwrap_or($number::Mean::ZERO);
            $number::mean_of($number::Mean::ZERO.plus(sum), self.len())
        }

        /// The smallest element, or NaN if one is NaN; `None` if there are none, where NumPy raises.
        ///
        /// NumPy: `array.min()`; `numpy.nanmin` is `v.iter().filter(|x| !x.is_nan()).reduce(f64::min)`.
        pub fn min(&self) -> Option<$number::Native>
        where
            $number: Number,
        {
            reduce(&self.raw, Min)
        }

        /// The largest element, or NaN if one is NaN; `None` if there are none, where NumPy raises.
        ///
        /// NumPy: `array.max()`.
        pub fn max(&self) -> Option<$number::Native>
        where
            $number: Number,
        {
            reduce(&self.raw, Max)
        }

        /// The smallest and the largest element by one pass, each as from [`min`](Self::min) and [`max`](Self::max).
        pub fn min_max(&self) -> Option<($number::Native, $number::Native)>
        where
            $number: Number,
        {
            reduce(&self.raw, MinMax)
        }
    };
}

impl<'a, T: Element, D: Dimension> View<'a, T, D> {
    /// All elements in C order.
    ///
    /// NumPy: `array.ravel()`, as a copy.
    pub fn to_vec(&self) -> Vec<T> {
        self.raw.to_vec(Whole)
    }

    /// A copy as an [`ndarray::Array`] of the same shape.
    ///
    /// NumPy: `numpy.array(array)`.
    pub fn to_array(&self) -> Array<T, D> {
        match Array::from_shape_vec(self.raw_dim(), self.to_vec()) {
            Ok(array) => array,
            Err(_) => unreachable!("a view has as many elements as its shape says"),
        }
    }

    /// Copies all elements to `to` in C order.
    ///
    /// # Panics
    ///
    /// If `to` is not of the view's length.
    #[track_caller]
    pub fn copy_to(&self, to: &mut [T]) {
        check_length(to.len(), self.len());
        self.raw.copy_to(Whole, to);
    }

    /// Hands all elements to `f` in blocks, in C order, with what it returned for the block before.
    ///
    /// The elements of a view may be far apart, unaligned, and changed by others meanwhile. A block is a copy of some of
    /// them, one after another, in a buffer of 8 KiB in the first-level cache, and so a slice for any code that works on
    /// slices. All blocks but the last have the same length, which depends on the type alone.
    ///
    /// ```
    /// # let path = std::env::temp_dir().join(format!("mmrec-doc-blocks-{}", std::process::id()));
    /// let mut map = mmrec::RecordMap::<f32>::options().shape(10_000).create(&path)?;
    /// map.fill(0.5);
    /// let squares = map.view().fold_blocks(0.0, |sum, block| sum + block.iter().map(|x| x * x).sum::<f32>());
    /// assert_eq!(squares, 2500.0);
    /// # std::fs::remove_file(path).unwrap();
    /// # Ok::<(), mmrec::Error>(())
    /// ```
    pub fn fold_blocks<B>(&self, init: B, f: impl FnMut(B, &[T]) -> B) -> B {
        fold_blocks(&self.raw, Whole, init, f)
    }

    /// Hands all elements to `f` in blocks, in C order; see [`fold_blocks`](Self::fold_blocks).
    pub fn for_each_block(&self, mut f: impl FnMut(&[T])) {
        self.fold_blocks((), |(), block| f(block));
    }

    /// Folds the elements with four accumulators in turn, each of which starts as `init`, and merges them at the end. So
    /// `init` must be what changes nothing that it is merged with: 0 for a sum.
    ///
    /// A fold with one accumulator waits at each step for the one before, which for a sum of floats takes longer than
    /// reading does.
    ///
    /// ```
    /// let prices = [10.0, 12.5, 11.0, 14.0, 9.5, 13.0];
    /// let view = mmrec::View::from_slice(&prices);
    /// let squares = view.fold_lanes(0.0, |sum, price| sum + price * price, |a, b| a + b);
    /// assert_eq!(squares, prices.iter().map(|price| price * price).sum::<f64>());
    /// ```
    pub fn fold_lanes<B: Copy>(&self, init: B, f: impl FnMut(B, T) -> B, merge: impl FnMut(B, B) -> B) -> B {
        fold_lanes(&self.raw, Whole, init, f, merge)
    }

    /// The elements as native numbers, to be read; of use where the file has them in another byte order. Slice and pick
    /// fields first. To write, convert: `v.update(|x| (x.get() * 2.0).into())`.
    ///
    /// ```
    /// use mmrec::{RecordMap, big_endian::U16};
    ///
    /// # let path = std::env::temp_dir().join(format!("mmrec-doc-native-{}", std::process::id()));
    /// # std::fs::write(&path, [0, 1, 1, 0]).unwrap();
    /// let map = RecordMap::<U16>::open(&path)?;
    /// assert_eq!(map.view().native().to_vec(), [1u16, 256]);
    /// assert_eq!(map.view().sum(), 257u64);
    /// # std::fs::remove_file(path).unwrap();
    /// # Ok::<(), mmrec::Error>(())
    /// ```
    ///
    /// NumPy: `array.astype(array.dtype.newbyteorder('='))`, without the copy.
    pub fn native(&self) -> Selected<'a, T, Native, D>
    where
        T: Number,
    {
        self.select(Native)
    }
}

// The bound is on each method, so that a sum of what is no number is answered by the text of `Number`.
impl<T: Element, D: Dimension> View<'_, T, D> {
    reductions!(T);
}

impl<T: Element> View<'_, T, Ix1> {
    searches!(T);
}

impl<'a, T: Element> View<'a, T, Ix1> {
    /// The elements of a slice as a view, so that the same code runs on memory and on files.
    ///
    /// ```
    /// let view = mmrec::View::from_slice(&[1.5f64, 2.5, 3.5]);
    /// assert_eq!(view.slice(mmrec::s![1..]).sum(), 6.0);
    /// ```
    pub fn from_slice(from: &'a [T]) -> Self {
        View { raw: Raw::of_slice(from) }
    }

    /// Bytes as a view of the elements stored in them, at any alignment.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::SizeNotMultiple`] if they are no whole number of elements.
    ///
    /// NumPy: `numpy.frombuffer`.
    pub fn from_bytes(from: &'a [u8]) -> Result<Self> {
        Ok(View { raw: Raw::of_bytes(from).ok_or_else(|| not_a_multiple::<T>(from.len()))? })
    }
}

impl<T: Element, D: Dimension> ViewMut<'_, T, D> {
    /// Writes `value` to every element.
    pub fn fill(&mut self, value: T) {
        self.raw.fill(value);
    }

    /// Writes what `f` gives to every element, in C order, and reads none.
    ///
    /// ```
    /// # let path = std::env::temp_dir().join(format!("mmrec-doc-fill-with-{}", std::process::id()));
    /// let mut squares = mmrec::RecordMap::<u64>::options().shape(5).create(&path)?;
    /// let mut n = 0..;
    /// squares.fill_with(|| n.next().map_or(0, |n| n * n));
    /// assert_eq!(squares.to_vec(), [0, 1, 4, 9, 16]);
    /// # std::fs::remove_file(path).unwrap();
    /// # Ok::<(), mmrec::Error>(())
    /// ```
    pub fn fill_with(&mut self, mut f: impl FnMut() -> T) {
        let mut runs = self.raw.runs_mut();
        while let Some(run) = runs.next() {
            run.fill_with(&mut f);
        }
    }

    /// Replaces every element by what `f` makes of it, in C order.
    ///
    /// Elements that lie one after another are read, changed and written in blocks of up to 8 KiB: what others write to
    /// a block meanwhile is overwritten, and if `f` panics, nothing of the block that it was called for is written.
    pub fn update(&mut self, mut f: impl FnMut(T) -> T) {
        let (mut runs, mut block) = (self.raw.runs_mut(), Gathered::new());
        while let Some(run) = runs.next() {
            run.update(&mut block, &mut f);
        }
    }

    /// Copies all elements from a view or map of the same shape, in any order. If both are views of the same bytes, which takes
    /// two maps of one file, what comes out where they overlap is left open.
    ///
    /// # Panics
    ///
    /// If the shapes differ.
    #[track_caller]
    pub fn assign<'v>(&mut self, from: impl Into<View<'v, T, D>>) {
        let from = from.into();
        let (ours, theirs) = (self.shape(), from.shape());
        assert!(ours == theirs, "cannot assign a view of shape {theirs:?} to one of shape {ours:?}");
        self.raw.assign(&from.raw);
    }

    /// Copies all elements from a slice in C order.
    ///
    /// # Panics
    ///
    /// If `from` is not of the view's length.
    #[track_caller]
    pub fn copy_from_slice(&mut self, from: &[T]) {
        let (len, wanted) = (from.len(), self.len());
        assert!(len == wanted, "cannot copy a slice of {len} to {wanted} elements");
        self.raw.copy_from_slice(from);
    }
}

impl<'a, T: Element> ViewMut<'a, T, Ix1> {
    /// The elements of a slice as a view to be written, so that the same code runs on memory and on files.
    ///
    /// There is none of `&[Cell<T>]`: a view may be sent to another thread, and a cell may not. `Cell::from_mut` and
    /// `&mut [T]` are two ways to hold the same memory; this one takes the second.
    ///
    /// It does not compile if `T` is or holds an enum (one with a variant marked `#[mmrec(other)]`). An enum in memory is
    /// one of its variants, and what is written as another type of the same dtype, through
    /// [`field_named_mut`](Self::field_named_mut), need not be. [`Code`](crate::Code) in its place holds any number; and a
    /// file, or [`from_bytes`](Self::from_bytes), does too.
    pub fn from_slice(from: &'a mut [T]) -> Self {
        ViewMut { raw: RawMut::of_slice(from) }
    }

    /// Bytes as a view of the elements stored in them, at any alignment, to be written.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::SizeNotMultiple`] if they are no whole number of elements.
    pub fn from_bytes(from: &'a mut [u8]) -> Result<Self> {
        let len = from.len();
        Ok(ViewMut { raw: RawMut::of_bytes(from).ok_or_else(|| not_a_multiple::<T>(len))? })
    }
}

impl<T: Element, D: Dimension, S: Select<T>> Selected<'_, T, S, D> {
    /// Hands what was chosen of all records to `f` in blocks, in C order, with what it returned for the block before: a
    /// slice for each field, all of the same length. See [`View::fold_blocks`].
    ///
    /// ```
    /// # use mmrec::{MmapRecord, RecordMap};
    /// # #[derive(Clone, Copy, MmapRecord)]
    /// # #[repr(C)]
    /// # struct Trade { price: f64, qty: u32, flags: u32 }
    /// # let path = std::env::temp_dir().join(format!("mmrec-doc-select-blocks-{}", std::process::id()));
    /// # let mut map = RecordMap::<Trade>::options().shape(3000).create(&path)?;
    /// # map.fill(Trade { price: 2.5, qty: 4, flags: 0 });
    /// let fields = (Trade::FIELDS.price, Trade::FIELDS.qty);
    /// let turnover = map.select(fields).fold_blocks(0.0, |sum, (price, qty)| {
    ///     sum + price.iter().zip(qty).map(|(p, &q)| p * f64::from(q)).sum::<f64>()
    /// });
    /// assert_eq!(turnover, 30_000.0);
    /// # std::fs::remove_file(path).unwrap();
    /// # Ok::<(), mmrec::Error>(())
    /// ```
    pub fn fold_blocks<B>(&self, init: B, f: impl FnMut(B, S::Block<'_>) -> B) -> B {
        fold_blocks(&self.raw, self.select, init, f)
    }

    /// Folds what was chosen of all records with four accumulators in turn, each of which starts as `init`, and merges
    /// them; see [`View::fold_lanes`].
    ///
    /// ```
    /// # use mmrec::{MmapRecord, RecordMap};
    /// # #[derive(Clone, Copy, MmapRecord)]
    /// # #[repr(C)]
    /// # struct Trade { price: f64, qty: u32, flags: u32 }
    /// # let path = std::env::temp_dir().join(format!("mmrec-doc-select-lanes-{}", std::process::id()));
    /// # let mut map = RecordMap::<Trade>::options().shape(3000).create(&path)?;
    /// # map.fill(Trade { price: 2.5, qty: 4, flags: 0 });
    /// let (turnover, volume) = map.select((Trade::FIELDS.price, Trade::FIELDS.qty)).fold_lanes(
    ///     (0.0, 0),
    ///     |(turnover, volume), (price, qty)| (turnover + price * f64::from(qty), volume + u64::from(qty)),
    ///     |a, b| (a.0 + b.0, a.1 + b.1),
    /// );
    /// assert_eq!(turnover / volume as f64, 2.5);
    /// # std::fs::remove_file(path).unwrap();
    /// # Ok::<(), mmrec::Error>(())
    /// ```
    pub fn fold_lanes<B: Copy>(
        &self,
        init: B,
        f: impl FnMut(B, S::Item) -> B,
        merge: impl FnMut(B, B) -> B,
    ) -> B {
        fold_lanes(&self.raw, self.select, init, f, merge)
    }

    /// Hands what was chosen of all records to `f` in blocks; see [`fold_blocks`](Self::fold_blocks).
    pub fn for_each_block(&self, mut f: impl FnMut(S::Block<'_>)) {
        self.fold_blocks((), |(), block| f(block));
    }
}

impl<T: Element, D: Dimension, S: Select<T, Slots = *mut I, Item = I>, I> Selected<'_, T, S, D> {
    /// All values in C order.
    pub fn to_vec(&self) -> Vec<I> {
        self.raw.to_vec(self.select)
    }

    /// A copy as an [`ndarray::Array`] of the same shape.
    pub fn to_array(&self) -> Array<I, D> {
        match Array::from_shape_vec(self.raw.dim().clone(), self.to_vec()) {
            Ok(array) => array,
            Err(_) => unreachable!("a view has as many elements as its shape says"),
        }
    }

    /// Copies all values to `to` in C order.
    ///
    /// # Panics
    ///
    /// If `to` is not of the view's length.
    #[track_caller]
    pub fn copy_to(&self, to: &mut [I]) {
        check_length(to.len(), self.len());
        self.raw.copy_to(self.select, to);
    }
}

impl<T: Number, D: Dimension> Selected<'_, T, Native, D> {
    reductions!(T);
}

impl<T: Element, S: Select<T>> Selected<'_, T, S, Ix1> {
    searches!(S::Item);
}

fn not_a_multiple<T>(bytes: usize) -> Error {
    let (itemsize, name) = (size_of::<T>(), short_name::<T>());
    let message = format!(
        "{bytes} bytes are not a whole number of {name}, which has {itemsize} bytes; cut off what is over"
    );
    Error::new(ErrorKind::SizeNotMultiple, message)
}
