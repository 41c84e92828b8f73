//! Many threads do what one does, to the last bit.

use std::{
    collections::HashMap,
    fmt::Debug,
    fs,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread::{self, ThreadId},
    time::{Duration, Instant},
};

use mmrec::{
    Dimension, Element, Ix1, Ix2, Ix3, MmapRecord, Number, Order, RecordMap, Selected, View, big_endian, s,
};
use rayon::{
    ThreadPool, ThreadPoolBuilder,
    iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator},
};
use tempfile::tempdir;

use crate::bulk::samples::Random;

/// More than ten times what is left to one thread, and nothing round.
const COUNT: usize = 10 * 32_768 + 17;

fn pools() -> Vec<ThreadPool> {
    [1, 2, 3, 7].map(|n| ThreadPoolBuilder::new().num_threads(n).build().unwrap()).into()
}

#[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
#[repr(C, packed)]
struct Packed {
    tag: u8,
    x: f64,
    y: big_endian::F32,
    id: i64,
}

fn packed(random: &mut Random) -> Packed {
    let x = f64::from(random.bits().cast_signed()) * [1e-3, 1.0, 1e9, 1e-9][random.below(4)];
    let id = i64::from(random.bits()) << 31;
    Packed { tag: random.bits() as u8, x, y: big_endian::F32::new(x as f32), id }
}

/// A number as it is, whichever NaN or zero it is.
fn bits(value: impl Debug) -> String {
    format!("{value:?}")
}

fn serial<T: Number, D: Dimension>(view: &View<'_, T, D>) -> [String; 5] {
    [bits(view.sum()), bits(view.mean()), bits(view.min()), bits(view.max()), bits(view.min_max())]
}

fn parallel<T: Number + Send + Sync, D: Dimension>(view: &View<'_, T, D>) -> [String; 5] {
    let (sum, mean, min_max) = (view.par_sum(), view.par_mean(), view.par_min_max());
    [bits(sum), bits(mean), bits(view.par_min()), bits(view.par_max()), bits(min_max)]
}

fn native<T: Number + Send + Sync, D: Dimension>(view: &Selected<'_, T, mmrec::Native, D>) -> [String; 5] {
    let (sum, mean, min_max) = (view.par_sum(), view.par_mean(), view.par_min_max());
    [bits(sum), bits(mean), bits(view.par_min()), bits(view.par_max()), bits(min_max)]
}

fn reductions_agree<T: Number + Send + Sync, D: Dimension + Send + Sync>(view: &View<'_, T, D>, what: &str) {
    let (expected, pools) = (serial(view), pools());
    for pool in &pools {
        assert_eq!(bits(pool.install(|| view.par_sum())), expected[0], "{what}");
    }
    assert_eq!(pools[1].install(|| native(&view.native())), expected, "{what}, native");
    assert_eq!(pools[2].install(|| parallel(view)), expected, "{what}");
}

#[test]
fn reductions_agree_to_the_last_bit() {
    let dir = tempdir().unwrap();
    let mut random = Random::new(1);
    let mut numbers: Vec<f64> = (0..COUNT).map(|_| packed(&mut random).x).collect();
    let view = View::from_slice(&numbers);
    reductions_agree(&view, "contiguous");
    reductions_agree(&view.slice(s![..;-1]), "backwards");
    for len in [0, 1, 127, 129, 32_767, 32_768, 32_769, 65_537, 131_080] {
        reductions_agree(&view.slice(s![..len]), "shorter");
    }
    // The sum of one accumulator differs, so that to the last bit says something.
    assert_ne!(bits(numbers.iter().sum::<f64>()), bits(view.sum()));
    numbers[200_000] = f64::NAN;
    reductions_agree(&View::from_slice(&numbers), "NaN");
    let small: Vec<i16> = numbers.iter().map(|&number| number as i16).collect();
    reductions_agree(&View::from_slice(&small), "i16");

    let path = dir.path().join("map");
    let mut map =
        RecordMap::<Packed>::options().offset(3).shape((643, 510)).order(Order::F).create(&path).unwrap();
    map.fill_with(|| packed(&mut random));
    assert!(map.len() > 10 * 32_768);
    let columns = map.columns();
    reductions_agree(&columns.x, "packed, F");
    reductions_agree(&columns.y, "big-endian, F");
    reductions_agree(&columns.id, "i64, F");
    reductions_agree(&columns.x.t(), "packed, transposed");
    let path = dir.path().join("sliced");
    let mut map = RecordMap::<Packed>::options().shape((7, 400, 250)).create(&path).unwrap();
    map.fill_with(|| packed(&mut random));
    let sliced = map.columns().x.slice(s![..;-1, .., 1..;2]);
    assert!(sliced.len() > 10 * 32_768);
    reductions_agree(&sliced, "sliced");
    reductions_agree(&sliced.permuted_axes([1, 2, 0]), "sliced and permuted");
}

/// The elements in C order as bits of two numbers.
type Key = (u64, i64);

fn key(record: Packed) -> Key {
    ({ record.x }.to_bits(), record.id)
}

fn iterators_agree<D: Dimension + Send + Sync>(view: &View<'_, Packed, D>) {
    let expected: Vec<Key> = view.iter().map(key).collect();
    let len = expected.len();
    for pool in pools() {
        pool.install(|| {
            assert!(view.par_iter().map(key).collect::<Vec<_>>() == expected);
            assert!(view.clone().into_par_iter().map(key).collect::<Vec<_>>() == expected);
            assert_eq!((view.par_iter().len(), view.par_iter().opt_len()), (len, Some(len)));
            let backwards: Vec<_> = view.par_iter().with_max_len(999).rev().map(key).collect();
            assert!(backwards.iter().eq(expected.iter().rev()));
            let places = view.par_iter().with_max_len(333).map(key).enumerate();
            assert!(places.all(|(i, key)| key == expected[i]));
            let both = view.par_iter().zip(view.par_iter().rev()).map(|(a, b)| (key(a), key(b)));
            assert!(both.enumerate().all(|(i, pair)| pair == (expected[i], expected[len - 1 - i])));
            let chunks: Vec<Vec<Packed>> = view.par_iter().chunks(1234).collect();
            assert_eq!(chunks.len(), len.div_ceil(1234));
            assert!(chunks.concat().into_iter().map(key).eq(expected.iter().copied()));
            let part = view.par_iter().skip(len / 3).take(len / 2).step_by(7).map(key);
            assert!(
                part.collect::<Vec<_>>().iter().eq(expected.iter().skip(len / 3).take(len / 2).step_by(7))
            );
            let fields = view.select((Packed::FIELDS.id, Packed::FIELDS.x));
            let pairs = fields.par_iter().map(|(id, x)| (x.to_bits(), id)).collect::<Vec<_>>();
            assert!(pairs == expected && fields.into_par_iter().len() == len);
        });
    }
}

#[test]
fn parallel_iterators_agree() {
    let dir = tempdir().unwrap();
    let mut random = Random::new(2);
    let mut map =
        RecordMap::<Packed>::options().offset(1).shape((40, 50, 20)).create(dir.path().join("map")).unwrap();
    map.fill_with(|| packed(&mut random));
    let view = map.view();
    iterators_agree(&view);
    iterators_agree(&view.t());
    iterators_agree::<Ix3>(&view.slice(s![1.., ..;-3, ..;2]));
    iterators_agree::<Ix2>(&view.slice(s![3, ..;-1, 2..]));
    iterators_agree::<Ix1>(&view.slice(s![3, ..;-1, 2]));
    iterators_agree::<Ix1>(&view.slice(s![3, 4..4, 2]));
    iterators_agree(&view.into_dyn().slice(s![.., 7, ..].as_ref()));
}

fn blocks_agree<T, D>(view: &View<'_, T, D>)
where
    T: Element + Send + Sync + PartialEq,
    D: Dimension + Send + Sync,
{
    let push = |mut blocks: Vec<Vec<T>>, block: &[T]| {
        blocks.push(block.to_vec());
        blocks
    };
    let expected = view.fold_blocks(Vec::new(), push);
    for pool in pools() {
        let blocks: Vec<Vec<T>> = pool.install(|| view.par_blocks(<[T]>::to_vec).collect());
        assert!(blocks == expected);
        let lens = pool.install(|| view.par_blocks(<[T]>::len).enumerate().collect::<Vec<_>>());
        assert!(lens.into_iter().eq(expected.iter().map(Vec::len).enumerate()));
    }
}

#[test]
fn parallel_blocks_are_those_of_one_thread_in_order() {
    let dir = tempdir().unwrap();
    let mut random = Random::new(3);
    let mut map =
        RecordMap::<Packed>::options().offset(5).shape((90, 61, 7)).create(dir.path().join("map")).unwrap();
    map.fill_with(|| packed(&mut random));
    let view = map.view();
    blocks_agree(&view);
    blocks_agree(&view.t());
    blocks_agree(&view.columns().x);
    blocks_agree(&view.columns().tag);
    blocks_agree::<_, Ix3>(&view.slice(s![..;-1, ..;2, 1..]));
    blocks_agree::<_, Ix2>(&view.slice(s![.., 1, ..]));
    // Runs of every length: blocks end anywhere in them.
    for len in 1..=7 {
        blocks_agree::<_, Ix3>(&view.slice(s![.., ..;2, ..len]));
    }
    blocks_agree::<_, Ix1>(&view.slice(s![0..0, 1, 2]));
    let zero = RecordMap::<u32>::options().shape(()).create(dir.path().join("zero")).unwrap();
    blocks_agree(&zero.view());
    let large = RecordMap::<[u64; 1100]>::options().shape(9).create(dir.path().join("large")).unwrap();
    blocks_agree(&large.view());
    // Several fields at a time.
    let fields = view.select((Packed::FIELDS.x, Packed::FIELDS.tag));
    let expected = fields.fold_blocks(Vec::new(), |mut blocks, (x, tag)| {
        blocks.push((x.to_vec(), tag.to_vec()));
        blocks
    });
    for pool in pools() {
        let blocks =
            pool.install(|| fields.par_blocks(|(x, tag)| (x.to_vec(), tag.to_vec())).collect::<Vec<_>>());
        assert!(blocks == expected);
    }
}

/// Updates a file twice, in one thread and in many, and compares all of its bytes.
fn updates_agree<T: Element + Send + Sync>(
    shape: (usize, usize),
    order: Order,
    fill: impl Fn(usize) -> T,
    f: impl Fn(T) -> T + Sync,
    sliced: bool,
) {
    let dir = tempdir().unwrap();
    let path = dir.path().join("map");
    let run = |update: &mut dyn FnMut(mmrec::ViewMut<'_, T, Ix2>)| {
        let options = RecordMap::<T>::options().offset(13).shape(shape).order(order);
        let mut map = options.create(&path).unwrap();
        let mut next = 0..;
        map.fill_with(|| fill(next.next().unwrap()));
        update(if sliced { map.slice_mut(s![1..;-2, 3..]) } else { map.view_mut() });
        drop(map);
        fs::read(&path).unwrap()
    };
    let (untouched, expected) = (run(&mut |_| ()), run(&mut |mut view| view.update(&f)));
    assert!(untouched != expected);
    for pool in pools() {
        assert!(run(&mut |mut view| pool.install(|| view.par_update(&f))) == expected);
    }
}

#[test]
fn parallel_updates_agree() {
    let record = |i: usize| packed(&mut Random::new(i as u64));
    let next = |r: Packed| Packed { id: r.id.wrapping_mul(3) + 1, tag: r.tag.wrapping_add(1), ..r };
    for order in [Order::C, Order::F] {
        for sliced in [false, true] {
            updates_agree((350, 400), order, record, next, sliced);
            updates_agree((3, 60_000), order, |i| i as u16, |x| x.wrapping_mul(3).wrapping_add(1), sliced);
        }
        // Larger than a page.
        updates_agree((4, 9000), order, |i| [i as u32; 17], |x| x.map(|x| x * 3 + 1), false);
        updates_agree((60, 20), order, |i| [i as u32; 1100], |x| x.map(|x| x * 3 + 1), false);
    }
    // One column of the records, and the rest stays.
    let dir = tempdir().unwrap();
    let mut map =
        RecordMap::<Packed>::options().offset(2).shape(COUNT).create(dir.path().join("map")).unwrap();
    let mut random = Random::new(4);
    map.fill_with(|| packed(&mut random));
    let expected: Vec<_> = map.iter().map(|r| key(Packed { x: r.x + 1.0, ..r })).collect();
    map.field_mut(Packed::FIELDS.x).par_update(|x| x + 1.0);
    assert!(map.iter().map(key).eq(expected));
    // No axes, and no elements.
    let mut zero = RecordMap::<u32>::options().shape(()).create(dir.path().join("zero")).unwrap();
    zero.view_mut().par_update(|x| x + 3);
    assert_eq!(zero.at(()), 3);
    let mut none = RecordMap::<u32>::options().shape((3, 0)).create(dir.path().join("none")).unwrap();
    none.view_mut().par_update(|_| unreachable!("there is no element"));
}

/// Waits until two threads are here.
#[derive(Default)]
struct Meeting {
    arrived: Mutex<Vec<ThreadId>>,
    late: AtomicUsize,
}

impl Meeting {
    fn attend(&self) {
        let me = thread::current().id();
        let mut arrived = self.arrived.lock().unwrap();
        if arrived.contains(&me) {
            return;
        }
        arrived.push(me);
        drop(arrived);
        let until = Instant::now() + Duration::from_secs(20);
        while self.arrived.lock().unwrap().len() < 2 {
            if Instant::now() > until {
                self.late.fetch_add(1, Ordering::Relaxed);
                return;
            }
            thread::yield_now();
        }
    }

    fn has_taken_place(&self) -> bool {
        self.late.load(Ordering::Relaxed) == 0 && self.arrived.lock().unwrap().len() == 2
    }
}

#[test]
fn two_threads_work_at_the_same_time_and_on_pages_of_their_own() {
    let dir = tempdir().unwrap();
    let pool = ThreadPoolBuilder::new().num_threads(2).build().unwrap();
    let mut map = RecordMap::<u64>::options().shape(COUNT).create(dir.path().join("map")).unwrap();
    let mut next = 0..;
    map.fill_with(|| next.next().unwrap());
    let meeting = Meeting::default();
    let sum = pool.install(|| {
        map.view()
            .par_iter()
            .map(|x| {
                meeting.attend();
                x
            })
            .sum::<u64>()
    });
    assert_eq!(sum, (0..COUNT as u64).sum::<u64>());
    assert!(meeting.has_taken_place());
    let meeting = Meeting::default();
    assert_eq!(pool.install(|| map.view().par_blocks(|_| meeting.attend()).count()), COUNT.div_ceil(1024));
    assert!(meeting.has_taken_place());
    for step in [1, -1] {
        let (meeting, pages) = (Meeting::default(), Mutex::new(HashMap::new()));
        pool.install(|| {
            map.slice_mut(s![..;step]).par_update(|i| {
                meeting.attend();
                let first = *pages.lock().unwrap().entry(i / 512).or_insert_with(|| thread::current().id());
                assert_eq!(
                    first,
                    thread::current().id(),
                    "two threads write to page {}, step {step}",
                    i / 512
                );
                i
            });
        });
        assert!(meeting.has_taken_place());
        assert_eq!(pages.into_inner().unwrap().len(), COUNT.div_ceil(512));
    }
}
