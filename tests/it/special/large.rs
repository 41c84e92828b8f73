//! Files past 32 and 40 bits, all but a few pages of them holes.

use mmrec::{Advice, Axis, Ix2, Order, s};

use super::*;

const GIB: u64 = 1 << 30;
const TIB: u64 = 1 << 40;

/// A file of this length, in the first directory whose file system has such files.
fn hole(len: u64) -> Option<(TempDir, PathBuf)> {
    let dirs = [tempdir(), tempfile::tempdir_in("/dev/shm")];
    let made = dirs.into_iter().flatten().find_map(|dir| {
        let path = dir.path().join("large");
        File::create(&path).unwrap().set_len(len).ok()?;
        Some((dir, path))
    });
    if made.is_none() {
        println!("skipped: no file system with files of {len} bytes");
    }
    made
}

fn bytes_of(tick: Tick) -> Vec<u8> {
    [tick.ts.to_le_bytes(), tick.price.to_le_bytes()].concat()
}

fn write_at(path: &Path, at: u64, bytes: &[u8]) {
    OpenOptions::new().write(true).open(path).unwrap().write_all_at(bytes, at).unwrap();
}

fn read_at<const N: usize>(path: &Path, at: u64) -> [u8; N] {
    let mut bytes = [0; N];
    File::open(path).unwrap().read_exact_at(&mut bytes, at).unwrap();
    bytes
}

/// Bytes that the file takes on the disk are few.
#[track_caller]
fn is_sparse(path: &Path) {
    let kib = fs::metadata(path).unwrap().blocks() / 2;
    assert!(kib <= 512, "{kib} KiB");
}

#[test]
fn every_way_to_read_reaches_past_4_gib() {
    const LEN: u64 = 5 * GIB + 48;
    const ROWS: usize = LEN as usize / 16;
    let Some((_dir, path)) = hole(LEN) else { return };
    let last = [tick(1), tick(2), tick(3)];
    write_at(&path, 5 * GIB, &last.map(bytes_of).concat());
    // One that has its bytes on both sides of 4 GiB, where it is mapped at an odd place.
    write_at(&path, 4 * GIB - 5, &bytes_of(tick(4)));

    let map = ticks().open(&path).unwrap();
    assert_eq!((map.len(), map.shape()), (ROWS, &[ROWS][..]));
    assert_eq!([3, 2, 1].map(|back| map.at(ROWS - back)), last);
    assert_eq!((map.get(ROWS - 1), map.get(ROWS), map.get(usize::MAX)), (Some(tick(3)), None, None));
    let columns = map.columns();
    assert_eq!(columns.ts.slice(s![ROWS - 4..]).to_vec(), [0, 1, 2, 3]);
    assert_eq!(columns.price.slice(s![-2..]).to_vec(), [1.0, 1.5]);
    assert_eq!(columns.ts.slice(s![..;-1]).slice(s![..3]).to_vec(), [3, 2, 1]);
    assert_eq!(columns.price.byte_offset(), 8);
    let end = map.slice(s![-3..]);
    assert_eq!((end.byte_offset(), end.to_vec().as_slice()), (5 * GIB, &last[..]));
    assert_eq!(end.field(Tick::FIELDS.price).byte_offset(), 5 * GIB + 8);
    assert_eq!((end.columns().ts.sum(), end.columns().price.max()), (6, Some(1.5)));
    assert_eq!(map.view().split_at(Axis(0), ROWS - 1).1.to_vec(), [tick(3)]);
    assert_eq!(map.view().windows(3).next_back().unwrap().to_vec(), last);
    // From both ends of an iterator, and from far inside.
    let mut iter = map.iter();
    assert_eq!((iter.len(), iter.next(), iter.next_back()), (ROWS, Some(tick(0)), Some(tick(3))));
    assert_eq!(
        (iter.nth_back(0), iter.nth(ROWS - 4), iter.next_back()),
        (Some(tick(2)), Some(tick(1)), None)
    );
    assert_eq!(map.iter().rev().take(4).collect::<Vec<_>>(), [tick(3), tick(2), tick(1), tick(0)]);
    let fields = (Tick::FIELDS.price, Tick::FIELDS.ts);
    assert_eq!(map.select(fields).iter().next_back(), Some((1.5, 3)));
    // Strides past 32 bits, and steps with them.
    let steps = columns.ts.slice(s![1..; (GIB / 4) as usize]);
    assert_eq!((steps.strides(), steps.len(), steps.to_vec().as_slice()), (&[1 << 32][..], 2, &[0, 0][..]));
    let steps = map.slice(s![..; -(5 << 26)]);
    assert_eq!((steps.strides(), steps.to_vec().as_slice()), (&[-5 << 30][..], &[tick(3), tick(0)][..]));
    let steps = map.slice(s![..ROWS - 2; -(5 << 26)]);
    assert_eq!((steps.byte_offset(), steps.to_vec()), (5 * GIB, vec![tick(1), tick(0)]));
    let any = dynamic().open(&path).unwrap();
    assert_eq!(any.at(ROWS - 1).to::<Tick>().unwrap(), tick(3));
    assert_eq!(any.field("ts").unwrap().slice(s![-3..]).to_string(), "[1 2 3]");
    assert_eq!(any.iter().next_back().unwrap().field("ts").unwrap().as_u64(), Some(3));
    map.prefetch(ROWS - 3..).unwrap();
    map.advise(Advice::Random).unwrap();
    assert_eq!(map.at(ROWS - 1), tick(3));

    // At offsets past 32 bits, in every mode; and at one that is at the limit.
    for mode in [Mode::ReadOnly, Mode::CopyOnWrite, Mode::ReadWrite] {
        let at = |offset, shape: usize| ticks().offset(offset).shape(shape).open_mode(mode, &path).unwrap();
        let mut map = at(5 * GIB, 3);
        assert_eq!(
            (map.offset(), map.view().byte_offset(), map.to_vec().as_slice()),
            (5 * GIB, 5 * GIB, &last[..])
        );
        assert_eq!(at(4 * GIB - 5, 1).to_vec(), [tick(4)]);
        assert_eq!(at(5 * GIB - 1, 2).len(), 2);
        assert!(at(LEN, 0).is_empty());
        if mode.is_writable() {
            let value = map.at(2);
            map.view_mut().unwrap().set(2, tick(30));
            assert_eq!(map.at(2), tick(30));
            let written = read_at::<8>(&path, LEN - 16);
            assert_eq!(u64::from_le_bytes(written), if mode == Mode::ReadWrite { 30 } else { 3 });
            map.view_mut().unwrap().set(2, value);
        }
    }
    let past_end = ticks().offset(LEN - 15).shape(1).open(&path).unwrap_err();
    assert_eq!(past_end.kind(), ErrorKind::PastEnd, "{past_end}");
    assert!(
        past_end.to_string().contains("ends at byte 5368709169, the file has 5368709168 bytes"),
        "{past_end}"
    );

    // Several axes, the first or the last of which crosses 4 GiB.
    let shape = (1 << 26, 5);
    let c = ticks().offset(48).shape(shape).open(&path).unwrap();
    assert_eq!((c.at([(1 << 26) - 1, 4]), c.at([(1 << 26) - 1, 1])), (tick(3), tick(0)));
    let f: RecordMap<Tick, Ix2> = ticks().offset(48).shape(shape).order(Order::F).open(&path).unwrap();
    assert_eq!((f.strides(), f.at([(1 << 26) - 2, 4])), (&[16, 1 << 30][..], tick(2)));
    assert_eq!(f.view().t().index_axis(Axis(0), 4).slice(s![-3..]).to_vec(), last);
    assert_eq!(c.axis_iter(Axis(0)).next_back().unwrap().slice(s![2..]).to_vec(), last);
    is_sparse(&path);
}

#[test]
fn files_past_4_gib_grow() {
    for is_npy in [false, true] {
        let rows = (5 * GIB / 16) as usize;
        let Some((_dir, path)) = hole(16) else { return };
        let options = ticks().shape(rows).sparse(true);
        let made = if is_npy { options.create_npy(&path) } else { options.create(&path) };
        let mut map = made.unwrap();
        let head = map.offset();
        map.set(rows - 1, tick(1));
        map.append(&[tick(2), tick(3)]).unwrap();
        map.grow(2).unwrap();
        map.close().unwrap();
        // Where space is reserved, it is what was added that gets some.
        let mut map = ticks().open_rw(&path).unwrap();
        map.append(&[tick(4); 100]).unwrap();
        map.flush_range(rows..).unwrap();
        assert_eq!(map.len(), rows + 104);
        assert_eq!(map.slice(s![rows - 2..rows + 5]).columns().ts.to_vec(), [0, 1, 2, 3, 0, 0, 4]);
        assert_eq!((map.iter().next_back(), map.at(0)), (Some(tick(4)), tick(0)));
        map.close().unwrap();
        assert_eq!(fs::metadata(&path).unwrap().len(), head + 5 * GIB + 104 * 16);
        assert_eq!(read_at::<8>(&path, head + 5 * GIB + 16), 3_u64.to_le_bytes());
        assert_eq!(ticks().open(&path).unwrap().len(), rows + 104);
        is_sparse(&path);
    }
}

#[test]
fn growing_crosses_4_gib() {
    for is_npy in [false, true] {
        let Some((_dir, path)) = hole(16) else { return };
        // Two ticks are missing to 4 GiB, or, with a header, to half a tick past it.
        let rows = (4 * GIB / 16) as usize - if is_npy { 9 } else { 2 };
        let options = ticks().shape(rows).sparse(true);
        let made = if is_npy { options.create_npy(&path) } else { options.create(&path) };
        let mut map = made.unwrap();
        let head = map.offset();
        let reader = ticks().open(&path).unwrap();
        for round in 1..=4 {
            map.append(&[tick(round)]).unwrap();
            map.set(rows - 1, tick(round * 10));
            assert_eq!(fs::metadata(&path).unwrap().len(), head + (rows as u64 + round) * 16);
            assert_eq!(ticks().open(&path).unwrap().at(rows + round as usize - 1), tick(round));
            assert_eq!(reader.at(rows - 1), tick(round * 10));
        }
        assert_eq!(map.slice(s![-5..]).columns().ts.to_vec(), [40, 1, 2, 3, 4]);
        assert_eq!(reader.len(), rows);
        is_sparse(&path);
    }
}

/// More rows than 32 bits can count, in a header that has been made for fewer.
#[test]
fn a_npy_has_more_rows_than_32_bits_count() {
    let Some((_dir, path)) = hole(16) else { return };
    let rows = u32::MAX as usize;
    let mut map = RecordMap::<u8>::options().shape(rows).sparse(true).create_npy(&path).unwrap();
    map.set(rows - 1, 1);
    map.append(&[2]).unwrap();
    map.append(&[3, 4]).unwrap();
    assert_eq!(map.len(), rows + 3);
    map.close().unwrap();
    let head = String::from_utf8(read_at::<118>(&path, 10).to_vec()).unwrap();
    assert!(head.starts_with("{'descr': '|u1', 'fortran_order': False, 'shape': (4294967298,), }"), "{head}");
    let any = DynMap::open(&path).unwrap();
    assert_eq!((any.shape(), any.slice(s![-5..]).to_string().as_str()), (&[rows + 3][..], "[0 1 2 3 4]"));
    let map = RecordMap::<u8>::open_cow(&path).unwrap();
    assert_eq!((map.at(u32::MAX as usize), map.iter().next_back()), (2, Some(4)));
    // As many rows as were asked for at once, of nothing that is there.
    let rows = (1 << 32) + 1;
    let map = RecordMap::<[u8; 0]>::options().shape(rows).create_npy(&path).unwrap();
    assert_eq!((map.len(), map.iter().count()), (rows, rows));
    is_sparse(&path);
}

const MEASURED: &str = "MMREC_TEST_MEASURED";

/// KiB of memory that this process has, and that its page tables take.
fn memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let of = |key: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(key)).unwrap();
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap()
    };
    of("VmRSS:") + of("VmPTE:")
}

/// In a process of its own, where nobody else takes memory.
#[test]
fn a_file_past_1_tib_takes_the_memory_of_what_is_read_of_it() {
    const LEN: u64 = TIB + 16 * 1000;
    const ROWS: usize = LEN as usize / 16;
    let Some(path) = std::env::var_os(MEASURED).map(PathBuf::from) else {
        let Some((_dir, path)) = hole(LEN) else { return };
        let name = "special::large::a_file_past_1_tib_takes_the_memory_of_what_is_read_of_it";
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", name, "--nocapture"])
            .env(MEASURED, &path)
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&child.stdout);
        let error = String::from_utf8_lossy(&child.stderr);
        assert!(child.status.success() && text.contains("1 passed"), "{} {text} {error}", child.status);
        text.lines().filter(|line| line.starts_with("skipped")).for_each(|line| println!("{line}"));
        is_sparse(&path);
        return;
    };
    write_at(&path, LEN - 48, &[1, 2, 3].map(|i| bytes_of(tick(i))).concat());
    write_at(&path, TIB / 2, &bytes_of(tick(9)));
    // The code for it takes memory too, once.
    let (_dir, small) = three_ticks();
    assert_eq!(numbers(&ticks().open(&small).unwrap()), [1, 2, 3]);
    memory();
    let before = memory();
    let map = ticks().open(&path).unwrap();
    let opened = memory();
    assert!(opened < before + 1024, "{before} KiB, {opened} KiB once it is open");
    assert_eq!(map.len(), ROWS);
    assert_eq!([0, ROWS / 2 - 500, ROWS - 1].map(|i| map.at(i)), [tick(0), tick(9), tick(3)]);
    let mut looked_at = 0;
    let found = map.columns().ts.slice(s![ROWS / 2..]).partition_point(|ts| {
        looked_at += 1;
        ts == 0
    });
    assert_eq!(found, ROWS - ROWS / 2 - 3);
    assert!(looked_at <= 40, "{looked_at}");
    assert_eq!(map.slice(s![1 + ROWS / 2..]).binary_search_by_key(&2, |tick| tick.ts), Ok(ROWS / 2 - 3));
    map.prefetch(ROWS / 3..ROWS / 3 + 1000).unwrap();
    map.prefetch(ROWS - 10..).unwrap();
    let steps = map.slice(s![..;1_isize << 33]);
    assert_eq!(steps.strides(), [1 << 37]);
    assert_eq!(steps.columns().ts.to_vec(), [0, 0, 0, 0, 9, 0, 0, 0, 0]);
    let steps = map.slice(s![..;-(1_isize << 33)]);
    assert_eq!((steps.len(), steps.columns().ts.sum()), (9, 3));
    assert_eq!(map.iter().rev().take(3).map(|tick| tick.ts).collect::<Vec<_>>(), [3, 2, 1]);
    assert_eq!(map.iter().skip(ROWS - 2).map(|tick| tick.ts).collect::<Vec<_>>(), [2, 3]);
    assert_eq!(map.iter().step_by(1 << 35).count(), 3);
    assert_eq!(map.to_string().matches("(3, 1.5)").count(), 1);
    let read = memory();
    assert!(read < before + (16 << 10), "{before} KiB, {read} KiB once some has been read");

    // To write some of it is no more.
    let mut map = ticks().open_rw(&path).unwrap();
    map.set(ROWS / 4, tick(5));
    map.append(&[tick(4)]).unwrap();
    map.flush_range(ROWS..).unwrap();
    assert_eq!((map.at(ROWS / 4), map.at(ROWS), map.len()), (tick(5), tick(4), ROWS + 1));
    let any = DynMap::options().dtype(DType::of::<[u64; 2]>()).open(&path).unwrap();
    assert_eq!(any.at([ROWS / 4, 0]).as_u64(), Some(5));
    // Pages of one's own for all of it may be more than the system promises. It says so then.
    match ticks().open_cow(&path) {
        Ok(mut map) => {
            map.set(ROWS - 1, tick(30));
            assert_eq!((map.at(ROWS - 1).ts, any.at([ROWS - 1, 0]).as_u64()), (30, Some(3)));
        }
        Err(error) => {
            let text = error.to_string();
            println!("skipped: mode c of 1 TiB: {text}");
            assert_eq!((error.kind(), error.path()), (ErrorKind::Io, Some(path.as_path())), "{text}");
            assert_eq!(error.io_error().unwrap().kind(), io::ErrorKind::OutOfMemory, "{text}");
            assert!(text.contains("cannot map 1099511643792 bytes"), "{text}");
            let end = ticks().offset(LEN - 48).open_cow(&path).unwrap();
            assert_eq!(end.columns().ts.to_vec(), [1, 2, 3, 4]);
        }
    }
    let written = memory();
    assert!(written < before + (16 << 10), "{before} KiB, {written} KiB once some has been written");
}

#[test]
fn a_sparse_file_past_1_tib_is_made_and_overwritten() {
    const ROWS: usize = (TIB / 16) as usize + 100;
    let Some((dir, path)) = hole(TIB + 1600) else { return };
    fs::remove_file(&path).unwrap();
    let make = |is_npy| {
        let options = ticks().shape(ROWS).sparse(true);
        if is_npy { options.create_npy(&path) } else { options.create(&path) }.unwrap()
    };
    for is_npy in [false, true] {
        let mut map = make(is_npy);
        let head = map.offset();
        assert_eq!(fs::metadata(&path).unwrap().len(), head + TIB + 1600);
        assert_eq!([0, ROWS / 2, ROWS - 1].map(|i| map.at(i)), [tick(0); 3]);
        map.set(ROWS - 1, tick(1));
        map.set(ROWS / 2, tick(2));
        map.grow(5).unwrap();
        map.append(&[tick(3)]).unwrap();
        map.close().unwrap();
        let map = ticks().open(&path).unwrap();
        assert_eq!([ROWS / 2, ROWS - 1, ROWS + 4, ROWS + 5].map(|i| map.at(i).ts), [2, 1, 0, 3]);
        is_sparse(&path);
        let mut over = make(is_npy);
        assert_eq!([0, ROWS / 2, ROWS - 1].map(|i| over.at(i)), [tick(0); 3]);
        over.slice_mut(s![..;1_isize << 34]).fill(tick(4));
        assert_eq!(over.slice(s![..;1_isize << 33]).columns().ts.to_vec(), [4, 0, 4, 0, 4, 0, 4, 0, 4]);
        is_sparse(&path);
    }
    // Space for all of it is more than there is.
    let full = ticks().shape(ROWS * 64).create(dir.path().join("full"));
    match full {
        Err(error) => assert_eq!(error.kind(), ErrorKind::StorageFull, "{error}"),
        Ok(_) => println!("skipped: this file system has 64 TiB, or reserves none"),
    }
}
