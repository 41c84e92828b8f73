//! Whole records beside a writer: versions that count the writes.

use std::{
    panic::catch_unwind,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use mmrec::{ErrorKind, Field, MmapRecord, Order, RecordMap, View, ViewMut, s};
use tempfile::tempdir;

#[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
#[repr(C)]
struct Quote {
    kind: u8,
    version: u64,
    values: [u64; 30],
    last: u16,
}

const VERSION: Field<Quote, u64> = Quote::FIELDS.version;

fn quote(i: u64) -> Quote {
    Quote { kind: i as u8, version: 99, values: [i; 30], last: i as u16 }
}

fn is_whole(quote: &Quote) -> bool {
    let i = quote.values[0];
    *quote == Quote { version: quote.version, ..self::quote(i) }
}

#[test]
fn versions_count_the_writes() {
    let dir = tempdir().unwrap();
    let mut map =
        RecordMap::<Quote>::options().shape((2, 3)).order(Order::F).create(dir.path().join("f")).unwrap();
    for i in 1..=5 {
        map.view_mut().set_versioned([1, 2], VERSION, quote(i)).unwrap();
        let found = map.view().at_versioned([1, 2], VERSION).unwrap().unwrap();
        assert_eq!(found, Quote { version: 2 * i, ..quote(i) });
        assert_eq!(map.at([1, 2]), found);
    }
    assert_eq!(map.view().at_versioned([0, 0], VERSION).unwrap().unwrap().version, 0);
    // A writer that was ended in the middle leaves an odd one, which the next write puts right.
    map.field_mut(VERSION).set([0, 1], 7);
    assert_eq!(map.view().at_versioned([0, 1], VERSION).unwrap(), None);
    map.view_mut().set_versioned([0, 1], VERSION, quote(3)).unwrap();
    assert_eq!(map.view().at_versioned([0, 1], VERSION).unwrap().unwrap().version, 8);
    // The greatest number is odd, and the next is the first.
    map.field_mut(VERSION).set([0, 1], !0);
    map.view_mut().set_versioned([0, 1], VERSION, quote(3)).unwrap();
    assert_eq!(map.view().at_versioned([0, 1], VERSION).unwrap().unwrap().version, 0);
    assert_eq!(map.iter().filter(|quote| quote.kind > 0).count(), 2, "no other was written");

    let reversed = map.view().slice(s![..;-1, ..]).at_versioned([0, 2], VERSION).unwrap().unwrap();
    assert_eq!(reversed, Quote { version: 10, ..quote(5) });
    let mut memory = [quote(1), quote(2)];
    ViewMut::from_slice(&mut memory).set_versioned(1, VERSION, quote(3)).unwrap();
    assert_eq!(
        View::from_slice(&memory).at_versioned(1, VERSION).unwrap().unwrap(),
        Quote { version: 100, ..quote(3) }
    );
}

#[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
#[repr(C, packed)]
struct Packed {
    kind: u32,
    version: u64,
}

#[test]
fn a_version_that_could_be_torn_is_refused() {
    let dir = tempdir().unwrap();
    let path = dir.path().join("f");
    RecordMap::<Packed>::options().shape(10).create(&path).unwrap();
    for offset in [0, 4] {
        let mut map = RecordMap::<Packed>::options().offset(offset).shape(5).open_rw(&path).unwrap();
        let before = map.to_vec();
        let read = map.view().at_versioned(1, Packed::FIELDS.version).unwrap_err();
        let written = map.view_mut().set_versioned(1, Packed::FIELDS.version, Packed { kind: 1, version: 1 });
        for error in [read, written.unwrap_err()] {
            assert_eq!(error.kind(), ErrorKind::Unsupported);
            assert!(error.to_string().contains("a multiple of 8 bytes"), "{error}");
        }
        assert_eq!(map.to_vec(), before);
    }
    let past = catch_unwind(|| View::from_slice(&[quote(1)]).at_versioned(1, VERSION));
    past.unwrap_err();
}

/// The same that plain reads are not.
#[test]
fn no_record_is_torn_beside_a_writer() {
    let dir = tempdir().unwrap();
    let path = dir.path().join("f");
    let mut writer = RecordMap::<Quote>::options().shape(4).create(&path).unwrap();
    (0..4).for_each(|at| writer.view_mut().set_versioned(at, VERSION, quote(1)).unwrap());
    let is_done = AtomicBool::new(false);
    let (whole, busy, torn) = thread::scope(|scope| {
        let readers: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| {
                    // A map of its own has addresses of its own, as another process.
                    let map = RecordMap::<Quote>::open(&path).unwrap();
                    let (mut whole, mut busy, mut torn) = (0, 0, 0);
                    let (mut last, mut at) = ([0; 4], 0);
                    while !is_done.load(Ordering::Relaxed) {
                        at = (at + 1) % 4;
                        match map.view().at_versioned(at, VERSION).unwrap() {
                            Some(found) => {
                                assert!(is_whole(&found), "{found:?}");
                                assert!(found.version >= last[at] && found.version.is_multiple_of(2));
                                last[at] = found.version;
                                whole += 1;
                            }
                            None => busy += 1,
                        }
                        torn += u64::from(!is_whole(&map.at(at)));
                    }
                    (whole, busy, torn)
                })
            })
            .collect();
        let end = Instant::now() + Duration::from_secs(2);
        let mut i = 1;
        while Instant::now() < end {
            i += 1;
            writer.view_mut().set_versioned(i as usize % 4, VERSION, quote(i)).unwrap();
        }
        is_done.store(true, Ordering::Relaxed);
        let counts = readers.into_iter().map(|reader| reader.join().unwrap());
        counts.fold((0, 0, 0), |a, b| (a.0 + b.0, a.1 + b.1, a.2 + b.2))
    });
    println!("{whole} whole, {busy} while it was written, {torn} torn by a plain read");
    assert!(whole > 1000);
    assert!(busy + torn > 0, "the readers have never met the writer");
}
