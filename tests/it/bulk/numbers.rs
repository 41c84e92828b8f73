//! Sums, extremes, means and native numbers.

use mmrec::{Dimension, Number, Selected, View, big_endian, little_endian};
use ndarray::ArrayViewD;

use super::{
    by_rank, for_each_type,
    samples::{Random, Sample, stored},
    stores::{Case, Cuts, at_places},
};

for_each_type! {
    48 cases of check:
    u8 u8,
    u16 u16,
    u32 u32,
    u64 u64,
    i8 i8,
    i16 i16,
    i32 i32,
    i64 i64,
    f32 f32,
    f64 f64,
    big_endian_u16 big_endian::U16,
    big_endian_i64 big_endian::I64,
    big_endian_f32 big_endian::F32,
    big_endian_f64 big_endian::F64,
    little_endian_i32 little_endian::I32,
    little_endian_f64 little_endian::F64,
}

/// What a view makes of its numbers.
struct Summary<T: Number> {
    sum: T::Sum,
    mean: T::Mean,
    min: Option<T::Native>,
    max: Option<T::Native>,
    min_max: Option<(T::Native, T::Native)>,
}

trait Model: Number<Native: Sample> + Sample {
    /// A number; one that is hard on sums if `wild`.
    fn pick(random: &mut Random, wild: bool) -> Self;

    fn swapped(self) -> Self::Native;

    /// Compares with the same of numbers in the order in which they lie in memory.
    fn check(summary: &Summary<Self>, numbers: &[Self]);
}

macro_rules! integers {
    ($($number:ty: $swapped:expr;)*) => {$(
        impl Model for $number {
            fn pick(random: &mut Random, _: bool) -> Self {
                Self::random(random)
            }

            fn swapped(self) -> Self::Native {
                $swapped(self)
            }

            fn check(summary: &Summary<Self>, numbers: &[Self]) {
                let numbers: Vec<_> = numbers.iter().map(|&number| i128::from($swapped(number))).collect();
                let exact: i128 = numbers.iter().sum();
                assert_eq!(i128::from(summary.sum).rem_euclid(1 << 64), exact.rem_euclid(1 << 64));
                let (min, max) = (numbers.iter().copied().min(), numbers.iter().copied().max());
                assert_eq!((summary.min.map(i128::from), summary.max.map(i128::from)), (min, max));
                let both = summary.min_max.map(|(min, max)| (min.into(), max.into()));
                assert_eq!(both, min.zip(max));
                if numbers.is_empty() {
                    assert!(summary.mean.is_nan());
                    return;
                }
                let (len, size) = (numbers.len() as f64, numbers.iter().map(|n| n.unsigned_abs()).max().unwrap());
                let error = summary.mean - exact as f64 / len;
                assert!(error.abs() <= 1e-14 * size as f64, "{} by {error}", summary.mean);
            }
        }
    )*};
}

integers! {
    u8: |n| n;
    u16: |n| n;
    u32: |n| n;
    u64: |n| n;
    i8: |n| n;
    i16: |n| n;
    i32: |n| n;
    i64: |n| n;
    big_endian::U16: big_endian::U16::get;
    big_endian::I64: big_endian::I64::get;
    little_endian::I32: little_endian::I32::get;
}

macro_rules! floats {
    ($($float:ident $pairwise:ident: [$($number:ty, $swapped:expr, $made:expr;)*])*) => {$(
        /// NumPy's `pairwise_sum`, line by line.
        fn $pairwise(numbers: &[$float]) -> $float {
            let n = numbers.len();
            if n < 8 {
                return numbers.iter().fold(-0.0, |sum, number| sum + number);
            }
            if n <= 128 {
                let mut r: [$float; 8] = *numbers.first_chunk().unwrap();
                let mut i = 8;
                while i < n - n % 8 {
                    for k in 0..8 {
                        r[k] += numbers[i + k];
                    }
                    i += 8;
                }
                let sum = ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]));
                return numbers[i..].iter().fold(sum, |sum, number| sum + number);
            }
            let half = n / 2 - n / 2 % 8;
            $pairwise(&numbers[..half]) + $pairwise(&numbers[half..])
        }

        $(impl Model for $number {
            fn pick(random: &mut Random, wild: bool) -> Self {
                const WILD: [$float; 6] = [$float::NAN, $float::INFINITY, $float::NEG_INFINITY, -0.0, -0.0, -0.0];
                let plain = $float::from(random.bits() as i16) * [1e-3, 1.0, 1e9, 1e-9][random.below(4)];
                $made(if wild { *WILD.get(random.below(2000)).unwrap_or(&plain) } else { plain })
            }

            fn swapped(self) -> Self::Native {
                $swapped(self)
            }

            fn check(summary: &Summary<Self>, numbers: &[Self]) {
                let numbers: Vec<$float> = numbers.iter().copied().map($swapped).collect();
                let same = |a: $float, b: $float| a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan());
                let sum = 0.0 + $pairwise(&numbers);
                assert!(same(summary.sum, sum), "{} is not {sum}", summary.sum);
                let mean = (f64::from(sum) / numbers.len() as f64) as $float;
                assert!(same(summary.mean, mean), "{} is not {mean}", summary.mean);
                let has_nan = numbers.iter().any(|n| n.is_nan());
                let expected = |f: fn($float, $float) -> $float| {
                    numbers.iter().copied().reduce(f).map(|found| if has_nan { $float::NAN } else { found })
                };
                let (min, max) = (expected($float::min), expected($float::max));
                // Which zero is the smaller is nobody's business, as in NumPy.
                let alike = |a: Option<$float>, b: Option<$float>| a == b || a.zip(b).is_some_and(|(a, b)| same(a, b));
                assert!(alike(summary.min, min), "{:?} is not {min:?}", summary.min);
                assert!(alike(summary.max, max), "{:?} is not {max:?}", summary.max);
                let (both_min, both_max) = summary.min_max.unzip();
                assert!(alike(both_min, min) && alike(both_max, max), "{:?}", summary.min_max);
            }
        })*
    )*};
}

floats! {
    f32 pairwise_f32: [
        f32, |n| n, |n| n;
        big_endian::F32, big_endian::F32::get, big_endian::F32::new;
    ]
    f64 pairwise_f64: [
        f64, |n| n, |n| n;
        big_endian::F64, big_endian::F64::get, big_endian::F64::new;
        little_endian::F64, little_endian::F64::get, little_endian::F64::new;
    ]
}

fn check<T: Model>(case: &Case) {
    let mut bytes = case.bytes::<T>();
    let places = case.places::<T>();
    let random = &mut Random::new(case.seed);
    let wild = random.below(2) == 0;
    places.iter().for_each(|&at| T::pick(random, wild).encode(&mut bytes[at..]));
    let places = places.view().cut(&case.cuts);
    let in_memory = in_memory_order(places.clone());
    let numbers = at_places::<T>(&bytes, &in_memory);
    let natives: Vec<_> = at_places::<T>(&bytes, &places).into_iter().map(T::swapped).collect();
    case.read::<T, ()>(&bytes, |view| {
        by_rank!(view, |ranked| {
            T::check(&summary_of_view(&ranked), &numbers);
            T::check(&summary_of_native(&ranked.native()), &numbers);
            native(&ranked, &natives);
        });
    });
}

/// The places with the axes in the order of their strides, the widest first.
fn in_memory_order(places: ArrayViewD<'_, usize>) -> ArrayViewD<'_, usize> {
    let width = |axis: usize| {
        let lane = places.lanes(ndarray::Axis(axis)).into_iter().next()?;
        Some(lane.get(1)?.abs_diff(lane[0]))
    };
    let mut axes: Vec<_> = (0..places.ndim()).collect();
    axes.sort_by_key(|&axis| std::cmp::Reverse(width(axis)));
    places.permuted_axes(axes)
}

fn summary_of_view<T: Model, D: Dimension>(view: &View<'_, T, D>) -> Summary<T> {
    let (sum, mean, min_max) = (view.sum(), view.mean(), view.min_max());
    Summary { sum, mean, min: view.min(), max: view.max(), min_max }
}

fn summary_of_native<T: Model, D: Dimension>(view: &Selected<'_, T, mmrec::Native, D>) -> Summary<T> {
    let (sum, mean, min_max) = (view.sum(), view.mean(), view.min_max());
    Summary { sum, mean, min: view.min(), max: view.max(), min_max }
}

fn native<T: Model, D: Dimension>(view: &View<'_, T, D>, natives: &[T::Native]) {
    let (expected, native) = (stored(natives.iter().copied()), view.native());
    assert_eq!(native.len(), natives.len());
    assert_eq!(stored(native.to_vec()), expected);
    assert_eq!(stored(native.iter()), expected);
    assert_eq!(stored(native.iter().rev()), stored(natives.iter().rev().copied()));
    let array = native.to_array();
    assert_eq!(array.shape(), view.shape());
    assert_eq!(stored(array), expected);
    let mut copied = vec![T::Native::decode(&[0; 8]); natives.len()];
    native.copy_to(&mut copied);
    assert_eq!(stored(copied), expected);
    let full = 8192 / size_of::<T>();
    let mut values = Vec::new();
    native.for_each_block(|block| {
        assert_eq!(block.len(), full.min(natives.len() - values.len()));
        values.extend_from_slice(block);
    });
    assert_eq!(stored(values), expected);
    let array = view.to_array();
    for (i, (index, _)) in array.indexed_iter().enumerate().step_by(11) {
        let index = mmrec::IntoDimension::into_dimension(index);
        let mut of_rank = D::zeros(view.ndim());
        of_rank.slice_mut().copy_from_slice(index.slice());
        assert_eq!(stored([native.at(of_rank)]), stored([natives[i]]));
    }
}

/// A map sums as its view does.
#[test]
fn maps_and_their_views_agree() {
    let dir = tempfile::tempdir().unwrap();
    let mut map = mmrec::RecordMap::<f32>::options().shape((30, 70)).create(dir.path().join("map")).unwrap();
    let mut random = Random::new(3);
    map.fill_with(|| Model::pick(&mut random, false));
    let view = map.view();
    assert_eq!(map.sum().to_bits(), view.sum().to_bits());
    assert_eq!(map.mean().to_bits(), view.mean().to_bits());
    assert_eq!((map.min(), map.max(), map.min_max()), (view.min(), view.max(), view.min_max()));
    let blocks = map.fold_blocks(Vec::new(), |blocks, block| [&blocks, block].concat());
    assert_eq!(blocks, view.to_vec());
    let mut copied = vec![0.0; 2100];
    map.copy_to(&mut copied);
    assert_eq!(copied, blocks);
    let mut again = Vec::new();
    map.for_each_block(|block| again.extend_from_slice(block));
    assert_eq!(again, blocks);
}
