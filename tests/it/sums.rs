//! Sums, means and extremes as NumPy's, `tests/golden/sums.json`: the same bits.
//!
//! `tests/golden/sums_cases.py` says what the keys mean.

use std::fmt::Debug;

use mmrec::{Axis, IxDyn, MmapRecord, Number, Order, RecordMap, View, ViewMut, big_endian, s};
use ndarray::NewAxis;
use serde::Deserialize;
use tempfile::tempdir;

use crate::bulk::samples::Random;

#[derive(Deserialize)]
struct Golden {
    series: Vec<Series>,
    long: Vec<Long>,
    hard: Vec<Hard>,
    integers: Vec<Integers>,
    special: Vec<Special>,
}

#[derive(Deserialize)]
struct Series {
    kind: String,
    layout: String,
    from: usize,
    to: usize,
    hash: String,
}

#[derive(Deserialize)]
struct Long {
    kind: String,
    layout: String,
    shape: Vec<usize>,
    sum: String,
    mean: String,
}

#[derive(Deserialize)]
struct Hard {
    name: String,
    kind: String,
    first: Vec<f64>,
    count: usize,
    sum: String,
    scale: i32,
    error: String,
}

#[derive(Deserialize)]
struct Integers {
    kind: String,
    name: String,
    #[serde(flatten)]
    outcome: Outcome,
}

#[derive(Deserialize)]
struct Special {
    kind: String,
    runs: Vec<(String, usize)>,
    #[serde(flatten)]
    outcome: Outcome,
}

#[derive(Debug, Deserialize, PartialEq)]
struct Outcome {
    sum: String,
    sum_kind: String,
    mean: String,
    mean_kind: String,
    min: Option<String>,
    max: Option<String>,
}

fn golden() -> Golden {
    serde_json::from_str(include_str!("../golden/sums.json")).unwrap()
}

/// FNV-1a, 64 bits.
fn fnv1a(bytes: &[u8]) -> String {
    let hash = |value: u64, &byte: &u8| (value ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
    format!("{:016x}", bytes.iter().fold(0xcbf2_9ce4_8422_2325, hash))
}

/// A number as the golden file shows it.
trait Shown: Copy {
    const KIND: &'static str;

    fn shown(self) -> String;
}

macro_rules! shown {
    ($($integer:ty)*) => {$(
        impl Shown for $integer {
            const KIND: &'static str = stringify!($integer);

            fn shown(self) -> String {
                self.to_string()
            }
        }
    )*};
}

shown!(u8 u16 u32 u64 i8 i16 i32 i64);

impl Shown for f32 {
    const KIND: &'static str = "f32";

    fn shown(self) -> String {
        if self.is_nan() { "NaN".to_owned() } else { format!("{:08x}", self.to_bits()) }
    }
}

impl Shown for f64 {
    const KIND: &'static str = "f64";

    fn shown(self) -> String {
        if self.is_nan() { "NaN".to_owned() } else { format!("{:016x}", self.to_bits()) }
    }
}

/// A float, a record that has it aligned, one that has it at an odd address, and its other byte order.
trait Float: Number<Native = Self, Sum = Self, Mean = Self> + Shown + Default + PartialOrd + Debug {
    type Record: MmapRecord;
    type Tight: MmapRecord;
    type Swapped: Number<Native = Self, Sum = Self, Mean = Self>;

    fn rounded(number: f64) -> Self;

    fn exact(self) -> f64;

    fn of_bits(bits: &str) -> Self;

    fn le_bytes(self) -> Vec<u8>;

    fn swapped(self) -> Self::Swapped;

    fn record(self) -> Self::Record;

    fn tight(self) -> Self::Tight;

    fn of_record(record: mmrec::View<'_, Self::Record>) -> View<'_, Self>;

    fn of_tight(record: mmrec::View<'_, Self::Tight>) -> View<'_, Self>;
}

macro_rules! floats {
    ($($float:ident $bits:ident $swapped:ident $record:ident $tight:ident $a:ident $b:ident;)*) => {$(
        #[derive(Clone, Copy, MmapRecord)]
        #[repr(C)]
        struct $record {
            a: $a,
            x: $float,
            b: $b,
        }

        #[derive(Clone, Copy, MmapRecord)]
        #[repr(C, packed)]
        struct $tight {
            a: $a,
            b: u8,
            x: $float,
        }

        impl Float for $float {
            type Record = $record;
            type Tight = $tight;
            type Swapped = big_endian::$swapped;

            #[expect(clippy::allow_attributes, reason = "one of the two is a float of 64 bits already")]
            #[allow(clippy::unnecessary_cast, reason = "as above")]
            fn rounded(number: f64) -> Self {
                number as $float
            }

            #[expect(clippy::allow_attributes, reason = "one of the two is a float of 64 bits already")]
            #[allow(clippy::useless_conversion, reason = "as above")]
            fn exact(self) -> f64 {
                self.into()
            }

            fn of_bits(bits: &str) -> Self {
                match bits {
                    "NaN" => Self::NAN,
                    bits => Self::from_bits($bits::from_str_radix(bits, 16).unwrap()),
                }
            }

            fn le_bytes(self) -> Vec<u8> {
                self.to_le_bytes().to_vec()
            }

            fn swapped(self) -> Self::Swapped {
                big_endian::$swapped::new(self)
            }

            fn record(self) -> $record {
                $record { a: 1, x: self, b: 2 }
            }

            fn tight(self) -> $tight {
                $tight { a: 1, b: 2, x: self }
            }

            fn of_record(records: View<'_, $record>) -> View<'_, Self> {
                records.field($record::FIELDS.x)
            }

            fn of_tight(records: View<'_, $tight>) -> View<'_, Self> {
                records.field($tight::FIELDS.x)
            }
        }
    )*};
}

floats! {
    f32 u32 F32 Record32 Tight32 u8 u32;
    f64 u64 F64 Record64 Tight64 u32 u64;
}

/// The numbers of the script.
fn numbers<F: Float>(count: usize) -> Vec<F> {
    let mut random = Random::new(1);
    let number = |bits: u32| f64::from(bits.cast_signed()) * [1e-3, 1.0, 1e9, 1e-9][bits as usize % 4];
    (0..count).map(|_| F::rounded(number(random.bits()))).collect()
}

/// Calls `f` with the numbers as they lie in the layout of this name.
fn laid_out<F: Float>(layout: &str, numbers: &[F], f: impl FnOnce(View<'_, F>)) {
    let each = |times| numbers.iter().flat_map(move |&number| std::iter::repeat_n(number, times));
    match layout {
        "contiguous" => f(View::from_slice(numbers)),
        "field" => {
            let records: Vec<_> = numbers.iter().map(|number| number.record()).collect();
            f(F::of_record(View::from_slice(&records)));
        }
        "every second" => f(View::from_slice(&each(2).collect::<Vec<_>>()).slice(s![..;2])),
        "backwards" => {
            let backwards: Vec<_> = numbers.iter().rev().copied().collect();
            f(View::from_slice(&backwards).slice(s![..;-1]));
        }
        "field, every third backwards" => {
            let mut records: Vec<_> = each(3).map(F::record).collect();
            records.reverse();
            f(F::of_record(View::from_slice(&records)).slice(s![..;-3]));
        }
        _ => panic!("there is no layout {layout}"),
    }
}

#[test]
fn sums_of_every_length_have_numpys_bits() {
    fn check<F: Float>(golden: &Golden) {
        let numbers = numbers::<F>(1100);
        let mut checked = 0;
        for series in golden.series.iter().filter(|series| series.kind == F::KIND) {
            laid_out(&series.layout, &numbers, |view| {
                let sums = (series.from..=series.to).map(|n| view.slice(s![..n]).sum().le_bytes());
                let hash = fnv1a(&sums.flatten().collect::<Vec<_>>());
                assert_eq!(hash, series.hash, "{} {} from {}", series.kind, series.layout, series.from);
            });
            checked += 1;
        }
        assert_eq!(checked, 55);
    }
    let golden = golden();
    check::<f64>(&golden);
    check::<f32>(&golden);
}

#[test]
fn sums_of_many_have_numpys_bits() {
    fn check<F: Float>(golden: &Golden) {
        let numbers = numbers::<F>(100_003);
        let dir = tempdir().unwrap();
        let mut checked = 0;
        for case in golden.long.iter().filter(|case| case.kind == F::KIND) {
            let what = format!("{} {} {:?}", case.kind, case.layout, case.shape);
            let count = case.shape.iter().product();
            let order = match case.layout.as_str() {
                "C" => Order::C,
                "F" => Order::F,
                layout => {
                    laid_out(layout, &numbers[..count], |view| {
                        assert_eq!(
                            (view.sum().shown(), view.mean().shown()),
                            (case.sum.clone(), case.mean.clone()),
                            "{what}"
                        );
                    });
                    checked += 1;
                    continue;
                }
            };
            // An odd offset makes no difference here, while NumPy then adds up in another order.
            for offset in [0, 3] {
                let path = dir.path().join("map");
                let mut map = RecordMap::<F>::options().offset(offset).shape(count).create(&path).unwrap();
                map.copy_from_slice(&numbers[..count]);
                map.close().unwrap();
                let options = RecordMap::<F>::options().offset(offset).shape(case.shape.as_slice());
                let map = options.order(order).open(&path).unwrap();
                for view in [map.view(), map.view().t()] {
                    assert_eq!(
                        (view.sum().shown(), view.mean().shown()),
                        (case.sum.clone(), case.mean.clone()),
                        "{what}"
                    );
                }
            }
            checked += 1;
        }
        assert_eq!(checked, 44);
    }
    let golden = golden();
    check::<f64>(&golden);
    check::<f32>(&golden);
}

/// A float as a multiple of 2^-scale.
fn scaled(number: f64, scale: i32) -> i128 {
    let bits = number.to_bits();
    let exponent = i32::try_from(bits >> 52 & 0x7ff).unwrap();
    let mantissa = i128::from(bits & ((1 << 52) - 1) | u64::from(exponent > 0) << 52);
    let shift = exponent.max(1) - 1075 + scale;
    let magnitude = if shift < 0 {
        assert_eq!(mantissa % (1 << shift.unsigned_abs()), 0, "{number} is no multiple of 2^-{scale}");
        mantissa >> shift.unsigned_abs()
    } else {
        assert!(mantissa.leading_zeros() > shift.unsigned_abs() + 1);
        mantissa << shift
    };
    if number.is_sign_negative() { -magnitude } else { magnitude }
}

#[test]
fn hard_sums_are_as_near_as_numpys() {
    fn check<F: Float>(case: &Hard) {
        let numbers: Vec<F> = (0..case.count).map(|i| F::rounded(case.first[i % 4])).collect();
        let exact: i128 = numbers.iter().map(|number| scaled(number.exact(), case.scale)).sum();
        let bound: u128 = case.error.parse().unwrap();
        let near = |sum: F, layout: &str| {
            let error = (scaled(sum.exact(), case.scale) - exact).unsigned_abs();
            assert!(error <= bound, "{}, {layout}: {sum:?} is off by {error}, NumPy's by {bound}", case.name);
        };
        let view = View::from_slice(&numbers);
        assert_eq!(view.sum().shown(), case.sum, "{}", case.name);
        // NumPy's own bound is there to be missed: one accumulator for all is worse.
        let simple = numbers.iter().fold(0.0, |sum, number| F::rounded(sum + number.exact()).exact());
        assert!((scaled(simple, case.scale) - exact).unsigned_abs() > bound, "{}", case.name);

        let swapped: Vec<_> = numbers.iter().map(|number| number.swapped()).collect();
        near(View::from_slice(&swapped).sum(), "the other byte order");
        near(View::from_slice(&swapped).native().sum(), "the other byte order, native");
        let tight: Vec<_> = numbers.iter().map(|number| number.tight()).collect();
        near(F::of_tight(View::from_slice(&tight)).sum(), "packed");
        let mut bytes = vec![0; 5];
        bytes.extend(numbers.iter().flat_map(|number| number.le_bytes()));
        near(View::<F>::from_bytes(&bytes[5..]).unwrap().sum(), "at an odd address");
        near(view.slice(s![.., NewAxis]).t().sum(), "with one more axis");
        // All repeat after four, so in rows of a multiple of four any order of the rows has the same numbers.
        let dir = tempdir().unwrap();
        let options = RecordMap::<F>::options().shape((case.count / 1000, 1000));
        let mut map = options.create(dir.path().join("map")).unwrap();
        map.copy_from_slice(&numbers);
        near(map.sum(), "in rows");
        near(map.slice(s![..;-1, ..]).sum(), "in rows backwards");
        near(map.view().split_at(Axis(1), 1000).0.sum(), "split");
    }
    for case in golden().hard {
        if case.kind == "f64" { check::<f64>(&case) } else { check::<f32>(&case) }
    }
}

fn outcome<N>(view: &View<'_, N, IxDyn>) -> Outcome
where
    N: Number<Native: Shown, Sum: Shown, Mean: Shown>,
{
    let (min, max) = (view.min(), view.max());
    let shown = |extreme: Option<N::Native>| extreme.map(Shown::shown);
    let (both_min, both_max) = view.min_max().unzip();
    assert_eq!((shown(min), shown(max)), (shown(both_min), shown(both_max)));
    Outcome {
        sum: view.sum().shown(),
        sum_kind: <N::Sum as Shown>::KIND.to_owned(),
        mean: view.mean().shown(),
        mean_kind: <N::Mean as Shown>::KIND.to_owned(),
        min: shown(min),
        max: shown(max),
    }
}

#[test]
fn integers_widen_and_wrap_as_numpys_do() {
    macro_rules! check {
        ($case:ident: $($integer:ident)*) => {
            match $case.kind.as_str() {
                $(stringify!($integer) => {
                    let mut random = Random::new(2);
                    let wide = std::iter::repeat_with(|| u64::from(random.bits()) << 32 | u64::from(random.bits()));
                    let random = wide.map(|wide| $integer::from_le_bytes(*wide.to_le_bytes().first_chunk().unwrap()));
                    let numbers: Vec<$integer> = match $case.name.as_str() {
                        "random" => random.take(10_000).collect(),
                        "short" => random.take(1000).collect(),
                        "largest" => vec![$integer::MAX; 1000],
                        "smallest" => vec![$integer::MIN; 1000],
                        _ => Vec::new(),
                    };
                    let view = View::from_slice(&numbers).into_dyn();
                    let mut outcome = outcome(&view);
                    if size_of::<$integer>() == 8 && numbers.len() > 8192 {
                        // NumPy converts 8192 at a time, and adds up what these come to.
                        let (ours, theirs) = (view.mean(), f64::of_bits(&$case.outcome.mean));
                        assert!((ours - theirs).abs() <= 1e-12 * theirs.abs(), "{ours} {theirs}");
                        outcome.mean.clone_from(&$case.outcome.mean);
                    }
                    assert_eq!(outcome, $case.outcome, "{} {}", $case.kind, $case.name);
                })*
                kind => panic!("there is no kind {kind}"),
            }
        };
    }
    let cases = golden().integers;
    assert_eq!(cases.len(), 40);
    for case in &cases {
        check!(case: u8 u16 u32 u64 i8 i16 i32 i64);
    }
}

#[test]
fn nan_infinities_and_zeros_come_out_as_numpys() {
    fn check<F: Float>(case: &Special) {
        let runs = case.runs.iter();
        let numbers: Vec<F> =
            runs.flat_map(|(bits, len)| std::iter::repeat_n(F::of_bits(bits), *len)).collect();
        assert_eq!(outcome(&View::from_slice(&numbers).into_dyn()), case.outcome, "{:?}", case.runs);
        let tight: Vec<_> = numbers.iter().map(|number| number.tight()).collect();
        assert_eq!(
            outcome(&F::of_tight(View::from_slice(&tight)).into_dyn()),
            case.outcome,
            "{:?}",
            case.runs
        );
    }
    let cases = golden().special;
    assert_eq!(cases.len(), 40);
    for case in &cases {
        if case.kind == "f64" { check::<f64>(case) } else { check::<f32>(case) }
    }
}

/// A million and more numbers of 32 bits: how many there are is not rounded to 32 bits before the division.
#[test]
fn means_of_many_floats_of_32_bits_divide_by_their_number() {
    let count = (1 << 24) + 1;
    let mut numbers = vec![0.0f32; count];
    ViewMut::from_slice(&mut numbers).set(7, 1_073_741_824.0);
    // What NumPy gives.
    assert_eq!(View::from_slice(&numbers).mean().to_bits(), 0x427f_ffff);
}
