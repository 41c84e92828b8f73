//! Readers and writers of one file at the same time, in threads and in processes, in every pair of modes: nothing crashes,
//! no value is invalid, and no aligned scalar of up to eight bytes is half old and half new.
//!
//! `MMREC_HAMMER_SECONDS` is how long all of them take together: 6 seconds if it is not set. They take turns, each has a
//! share of the time, and each prints how many scalars were read and written in it:
//!
//! ```text
//! MMREC_HAMMER_SECONDS=60 cargo test -p mmrec-tests --test it concurrency -- --nocapture
//! ```
//!
//! Every scalar that is written alone tells whether it is whole: its upper half follows from its lower half. Zeros are
//! whole too, for that is what mode `w+` leaves. What is read one element at a time has to be whole; what is read many at
//! a time, which may be torn, has to be valid.
#![cfg(unix)]

mod bounds;
mod parties;
mod scalars;

use std::{
    hint::black_box,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use mmrec::{DType, DynMap, Ix1, MmapRecord, Mode, RecordMap, View, s};
use tempfile::tempdir;

use self::{parties::*, scalars::*};

/// A file of rows, all of them whole.
fn file_of(path: &Path, rows: usize) {
    let recs: Vec<_> = (0..rows as u64).map(rec).collect();
    options(rows).create(path).unwrap().copy_from_slice(&recs);
}

/// Lets two parties at a file for some time, in threads of this process.
fn in_threads(reader: &Party, writer: &Party, time: Duration) -> Counts {
    let (stop_reader, stop_writer) = (Stop::new(), Stop::new());
    thread::scope(|scope| {
        let _stops = (Tells(&stop_reader), Tells(&stop_writer));
        let writes = scope.spawn(|| writer.run(&stop_writer));
        let reads = scope.spawn(|| reader.run(&stop_reader));
        let until = Instant::now() + time;
        while Instant::now() < until && !reads.is_finished() && !writes.is_finished() {
            thread::sleep(Duration::from_millis(2));
        }
        // The reader goes first, for it waits until it has seen something.
        stop_reader.tell();
        let mut counts = reads.join().unwrap();
        stop_writer.tell();
        counts += writes.join().unwrap();
        counts
    })
}

/// Lets two parties at a file for some time, each in a process of its own.
fn in_processes(reader: &Party, writer: &Party, time: Duration) -> Counts {
    let (mut writes, mut reads) = (writer.in_a_process(), reader.in_a_process());
    let until = Instant::now() + time;
    while Instant::now() < until && !reads.has_ended() && !writes.has_ended() {
        thread::sleep(Duration::from_millis(2));
    }
    let mut counts = reads.finish();
    counts += writes.finish();
    counts
}

fn every_pair(run: fn(&Party, &Party, Duration) -> Counts, percent: f64, place: &str) {
    let _turn = turn();
    let dir = tempdir().unwrap();
    let path = dir.path().join("recs");
    file_of(&path, ROWS);
    let time = share(percent / (READERS.len() * WRITERS.len()) as f64);
    for reads in READERS {
        for writes in WRITERS {
            let reader = Party::new(Does::Read, reads, &path, ROWS);
            let writer = Party::new(Does::Write, writes, &path, ROWS);
            let counts = run(&reader, &writer, time);
            counts.print(&format!("{} × {}, {place}", reads.name(), writes.name()));
            assert!(counts.reads > 0 && counts.writes > 0 && counts.changes > 0);
        }
    }
}

#[test]
fn every_pair_of_modes_in_threads() {
    every_pair(in_threads, 27.0, "threads");
}

#[test]
fn every_pair_of_modes_in_two_processes() {
    if let Some(party) = Party::of_child() {
        return party.run_as_child();
    }
    every_pair(in_processes, 27.0, "processes");
}

/// The maps that go to threads are the same one, and so are the views and the threads of a pool.
#[test]
fn several_threads_share_one_map() {
    fn share_it<M>(map: &RecordMap<Rec, Ix1, M>, writer: &Party, what: &str) {
        let (stop_readers, stop_writer) = (Stop::new(), Stop::new());
        let counts = thread::scope(|scope| {
            let _stops = (Tells(&stop_readers), Tells(&stop_writer));
            let writes = scope.spawn(|| writer.run(&stop_writer));
            let reads = [(); 3].map(|()| {
                scope.spawn(|| {
                    let mut reader = Reader::new(ROWS);
                    while !stop_readers.is_told() || reader.counts.changes < 2 {
                        reader.read_for_a_while(map, &stop_readers);
                        assert!(!stop_readers.is_late(), "nobody has written anything");
                    }
                    reader.counts
                })
            });
            thread::sleep(share(7.0 / 3.0));
            stop_readers.tell();
            let mut counts = Counts::default();
            reads.into_iter().for_each(|reader| counts += reader.join().unwrap());
            stop_writer.tell();
            counts += writes.join().unwrap();
            counts
        });
        counts.print(&format!("3 threads of one map in mode {what} × {}", writer.how.name()));
    }

    let _turn = turn();
    let dir = tempdir().unwrap();
    let path = dir.path().join("recs");
    file_of(&path, ROWS);
    let writer = |how| Party::new(Does::Write, how, &path, ROWS);
    share_it(&RecordMap::open(&path).unwrap(), &writer(How::Write), "r");
    share_it(&RecordMap::open_cow(&path).unwrap(), &writer(How::Any), "c");
    share_it(&options(ROWS).open_mode(Mode::ReadWrite, &path).unwrap(), &writer(How::Create), "r+ (AnyMode)");
}

/// What a map in mode `c` has written stays as it was written, and so do the pages that it lies in, which are the map's
/// own from then on. All others change as the file does. Nobody else sees any of it.
#[test]
fn a_copy_on_write_map_keeps_its_own_pages_and_sees_the_others_change() {
    /// As large as any system's pages.
    const BLOCK: usize = 64 << 10;
    const MANY: usize = 3 * BLOCK / 56;
    /// The rows that lie in the second block with all their bytes.
    const FIRST: usize = BLOCK.div_ceil(56);
    const END: usize = 2 * BLOCK / 56;

    /// Nobody else writes such a tag.
    fn mine(seed: u64) -> Rec {
        Rec { tag: 0xa5, ..rec(seed) }
    }

    fn keep(path: &Path, stop: &Stop) -> Counts {
        let mut map = RecordMap::<Rec>::open_cow(path).unwrap();
        let others = RecordMap::<Rec>::open(path).unwrap();
        // One in each page at least.
        (FIRST..END).step_by(36).for_each(|i| map.set(i, mine(i as u64)));
        map.set(END - 1, mine(0));
        let mut expected: Vec<_> = (FIRST..END).map(|i| map.at(i)).collect();
        let mut counts = Counts::default();
        let mut last = [0; 2];
        for round in 0.. {
            match round % 4 {
                0 => {
                    for (i, expected) in (FIRST..END).zip(&expected) {
                        assert_eq!(map.at(i), *expected, "row {i} of a page of one's own");
                    }
                }
                1 => assert!(map.slice(s![FIRST..END;-1]).iter().eq(expected.iter().rev().copied())),
                2 => assert_eq!(map.slice(s![FIRST..END]).to_vec(), expected),
                _ => all_whole(others.slice(s![FIRST - 10..END + 10]).iter()).unwrap(),
            }
            all_whole(map.slice(s![..FIRST - 1]).iter()).unwrap();
            all_whole((END + 1..MANY).map(|i| map.at(i))).unwrap();
            counts.reads += MANY as u64 * SCALARS;
            // More of one's own.
            let i = mixed(round) as usize % expected.len();
            expected[i] = mine(round);
            map.set(FIRST + i, expected[i]);
            let word = word(round ^ 1 << 50);
            map.field_mut(Rec::FIELDS.word).set(FIRST + i, word);
            expected[i].word = word;
            counts.writes += SCALARS + 1;
            map.flush().unwrap();

            let now = [map.at(1).word, map.at(MANY - 2).word];
            counts.changes += u64::from(now[0] != last[0] && now[1] != last[1]);
            last = now;
            if stop.is_told() && counts.changes > 1 {
                return counts;
            }
            assert!(!stop.is_late(), "nobody has written anything");
        }
        unreachable!("the rounds have no end")
    }

    let _turn = turn();
    let dir = tempdir().unwrap();
    let path = dir.path().join("recs");
    file_of(&path, MANY);
    let time = share(14.0 / 4.0);
    for how in [How::Write, How::Create] {
        let writer = Party::new(Does::Write, how, &path, MANY);
        let (stop, stop_writer) = (Stop::new(), Stop::new());
        let mut counts = thread::scope(|scope| {
            let _stops = (Tells(&stop), Tells(&stop_writer));
            let writes = scope.spawn(|| writer.run(&stop_writer));
            let reads = scope.spawn(|| keep(&path, &stop));
            thread::sleep(time);
            stop.tell();
            let mut counts = reads.join().unwrap();
            stop_writer.tell();
            counts += writes.join().unwrap();
            counts
        });
        counts.print(&format!("c that writes × {}, threads", how.name()));

        let child = writer.in_a_process();
        let stop = Stop::new();
        counts = thread::scope(|scope| {
            let _stops = Tells(&stop);
            let reads = scope.spawn(|| keep(&path, &stop));
            thread::sleep(time);
            stop.tell();
            reads.join().unwrap()
        });
        counts += child.finish();
        counts.print(&format!("c that writes × {}, processes", how.name()));
    }
    assert!(RecordMap::<Rec>::open(&path).unwrap().columns().tag.iter().all(is_whole_tag));
}

/// Whether each scalar is that of the row, or zero still.
fn is_partly(found: Rec, row: Rec) -> bool {
    (found.word == 0 || found.word == row.word)
        && (found.price == 0.0 || found.price == row.price)
        && (found.tag == 0 || found.tag == row.tag)
        && (found.short == 0 || found.short == row.short)
        && (found.half == 0 || found.half == row.half)
        && (!found.on || row.on)
        && (found.side == Side::Unknown || found.side == row.side)
        && (found.code.raw() == 0 || found.code == row.code)
        && (found.signed == 0 || found.signed == row.signed)
        && found.pair.into_iter().zip(row.pair).all(|(found, of)| found == 0 || found == of)
        && (found.name.is_empty() || found.name == row.name)
}

/// Reads a file in every mode, anew each time, while another process makes it longer.
fn rows_that_are_appended(is_npy: bool, percent: f64) {
    const MANY: usize = 4000;
    let _turn = turn();
    let dir = tempdir().unwrap();
    let path = dir.path().join("recs");
    let until = Instant::now() + share(percent);
    let (mut counts, mut rounds) = (Counts::default(), 0);
    while rounds == 0 || Instant::now() < until {
        rounds += 1;
        let empty = if is_npy { options(0).create_npy(&path) } else { options(0).create(&path) };
        empty.unwrap().close().unwrap();
        let mut child = Party::new(Does::Append, How::Write, &path, MANY).in_a_process();
        let mut is_over = false;
        let (mut len, mut kept) = (0, None);
        for round in 0_usize.. {
            fn check<M>(map: &RecordMap<Rec, Ix1, M>, from: usize, is_named: bool) -> usize {
                for i in from.min(map.len())..map.len() {
                    let (found, row) = (map.at(i), row(i as u64));
                    let is_right = if is_named { found == row } else { is_partly(found, row) };
                    assert!(is_right, "row {i} of {}: {found:x?}", map.len());
                }
                map.len()
            }
            // All rows at times, and else those that are new.
            let from = if is_over || round.is_multiple_of(64) { 0 } else { len };
            let named = is_npy || is_over;
            let now = match round % 5 {
                0 => check(&RecordMap::open(&path).unwrap(), from, named),
                1 => check(&RecordMap::open_rw(&path).unwrap(), from, named),
                2 => check(&RecordMap::open_cow(&path).unwrap(), from, named),
                3 => check(
                    &RecordMap::<Rec>::options().open_mode(Mode::ReadWrite, &path).unwrap(),
                    from,
                    named,
                ),
                _ => {
                    let options = DynMap::options().dtype(DType::of::<Rec>());
                    check(&options.open(&path).unwrap().into_typed::<Rec, Ix1>().unwrap(), from, named)
                }
            };
            assert!(now >= len, "{now} rows after {len}");
            counts.reads += (now - from.min(now)) as u64 * SCALARS;
            counts.changes += u64::from(now > len);
            len = now;
            if is_over {
                break;
            }
            // One that was opened early keeps its length and its rows.
            match &kept {
                None if len > 0 => kept = Some((RecordMap::<Rec>::open(&path).unwrap(), now)),
                Some((map, rows)) if is_npy => assert_eq!(check(map, 0, true).min(*rows), *rows),
                _ => {}
            }
            is_over = child.has_ended();
        }
        assert!(len >= MANY, "{len}");
        let appended = child.finish();
        assert_eq!(appended.writes, len as u64 * SCALARS);
        counts += appended;
    }
    assert!(counts.changes > 10, "{} lengths were seen", counts.changes);
    counts.print(if is_npy { "all modes × append, .npy" } else { "all modes × append, raw" });
}

#[test]
fn rows_that_another_process_appends_are_whole_once_the_header_names_them() {
    rows_that_are_appended(true, 8.0);
}

/// Where there is no header, a row may be there before it is written, as zeros.
#[test]
fn rows_that_another_process_appends_to_records_alone_are_there_scalar_by_scalar() {
    rows_that_are_appended(false, 8.0);
}

/// Copies of many elements at once, on both sides, where numbers lie one after another.
#[test]
fn what_is_written_many_at_a_time_is_valid_however_it_is_read() {
    fn write_words(path: &Path, stop: &Stop) -> Counts {
        let mut words = RecordMap::<u64>::open_rw(path).unwrap();
        let mut counts = Counts::default();
        for seed in 0.. {
            // Whatever of it is a price in the end is at least 0 and less than 2.
            let of = |i: u64| price(seed + i).to_bits();
            let many: Vec<_> = (0..words.len() as u64).map(of).collect();
            match seed % 5 {
                0 => words.fill(of(0)),
                1 => words.copy_from_slice(&many),
                2 => words.assign(View::from_slice(&many)),
                3 => words.update(|word| word & 0x3fff_ffff_ffff_ffff),
                _ => words.view_mut().par_update(|word| (word ^ 1) & 0x3fff_ffff_ffff_ffff),
            }
            counts.writes += many.len() as u64;
            if stop.is_told() {
                break;
            }
        }
        counts
    }

    fn write_recs(path: &Path, stop: &Stop) -> Counts {
        let mut recs = RecordMap::<Rec>::open_rw(path).unwrap();
        let other = RecordMap::<Rec>::open(path).unwrap();
        let mut counts = Counts::default();
        for seed in 0.. {
            let mut next = seed;
            match seed % 6 {
                0 => recs.fill(rec(seed)),
                1 => recs.fill_with(|| {
                    next += 1;
                    rec(next)
                }),
                2 => recs.update(|old| Rec { half: old.half.rotate_left(16), ..old }),
                3 => recs.slice_mut(s![..;-1]).assign(&other.view()),
                4 => recs.assign_by_name(&other).unwrap(),
                _ => recs.view_mut().par_update(|old| Rec { on: !old.on, ..old }),
            }
            counts.writes += recs.len() as u64 * SCALARS;
            if stop.is_told() {
                break;
            }
        }
        counts
    }

    fn read_words(path: &Path, stop: &Stop) -> Counts {
        let words = RecordMap::<u64>::open(path).unwrap();
        let mut own = RecordMap::<u64>::open_cow(path).unwrap();
        let floats = RecordMap::<f64>::open(path).unwrap();
        let arrays = RecordMap::<[u64; 7]>::open(path).unwrap();
        let mut counts = Counts::default();
        let mut buffer = vec![0; words.len()];
        while !stop.is_told() {
            words.copy_to(&mut buffer);
            own.assign(&words);
            assert_eq!(own.to_vec(), own.iter().collect::<Vec<_>>(), "nobody else writes there by now");
            let (least, greatest) = words.min_max().unwrap();
            assert!(least <= greatest);
            assert_eq!(arrays.to_vec().len() * 7, words.len());
            black_box((words.sum(), words.view().par_sum(), floats.sum(), floats.min_max(), floats.mean()));
            assert!(!words.to_string().is_empty());
            counts.reads += words.len() as u64 * 10;
        }
        counts
    }

    let _turn = turn();
    let dir = tempdir().unwrap();
    let path = dir.path().join("recs");
    file_of(&path, ROWS);
    let stop = Stop::new();
    let counts = thread::scope(|scope| {
        let _stops = Tells(&stop);
        let parties = [write_words, write_recs, read_words].map(|party| {
            let (path, stop) = (&path, &stop);
            scope.spawn(move || party(path, stop))
        });
        let map = RecordMap::<Rec>::open(&path).unwrap();
        let mut reader = Reader::new(ROWS);
        let until = Instant::now() + share(9.0);
        while Instant::now() < until || reader.counts.changes < 2 {
            reader.round += 8;
            reader.counts.reads += reader.read_many(&map);
            for rec in &map {
                assert_eq!(rec.invalid(), None, "{rec:?}");
            }
            let now = map.at(1).word;
            reader.counts.changes += u64::from(now != reader.last);
            reader.last = now;
            assert!(!stop.is_late(), "nobody has written anything");
            if parties.iter().any(|party| party.is_finished()) {
                break;
            }
        }
        stop.tell();
        let mut counts = reader.counts;
        parties.into_iter().for_each(|party| counts += party.join().unwrap());
        counts
    });
    counts.print("many at a time, threads");
}

/// The readers of the other tests would see what they look for: here is a writer that writes a word in halves.
#[test]
fn a_writer_that_tears_is_caught() {
    let _turn = turn();
    let dir = tempdir().unwrap();
    let path = dir.path().join("recs");
    file_of(&path, ROWS);
    let stop = Stop::new();
    thread::scope(|scope| {
        let _stops = Tells(&stop);
        scope.spawn(|| {
            let mut halves = RecordMap::<u32>::open_rw(&path).unwrap();
            for seed in 0.. {
                let word = word(seed);
                halves.set(0, word as u32);
                thread::yield_now();
                halves.set(1, (word >> 32) as u32);
                if stop.is_told() {
                    break;
                }
            }
        });
        let map = RecordMap::<Rec>::open(&path).unwrap();
        for way in 0..10 {
            // Each of the ways looks at the first row.
            while read_once(&map, way).is_ok() {
                assert!(!stop.is_late(), "a torn word is not seen in way {way}");
            }
        }
    });
}
