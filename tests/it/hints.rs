//! Reading hints, which change nothing that is read; populating; and maps of files that nobody can change.

use std::{fs, path::PathBuf};

use mmrec::{Advice, CopyOnWrite, ErrorKind, Ix1, Order, ReadOnly, ReadWrite, RecordMap};
use tempfile::{TempDir, tempdir};

const ADVICE: [Advice; 6] = [
    Advice::Random,
    Advice::Sequential,
    Advice::WillNeed,
    Advice::HugePage,
    Advice::DontNeed,
    Advice::Normal,
];

/// A directory with a file of `n` numbers, behind as many bytes as asked for.
fn numbers(offset: usize, n: u32) -> (TempDir, PathBuf) {
    let dir = tempdir().unwrap();
    let path = dir.path().join("numbers");
    let mut bytes = vec![0xFF; offset];
    bytes.extend((0..n).flat_map(u32::to_le_bytes));
    fs::write(&path, bytes).unwrap();
    (dir, path)
}

/// The advice, which a system without such pages may refuse.
fn advise<T: mmrec::Element, D: mmrec::Dimension, M>(map: &RecordMap<T, D, M>, advice: Advice) {
    match map.advise(advice) {
        Err(error) if advice == Advice::HugePage => assert_eq!(error.kind(), ErrorKind::Io),
        advised => advised.unwrap(),
    }
}

#[test]
fn hints_change_nothing_that_is_read() {
    let n = 300_000;
    // At the start of a page, near its end, and in the middle of a number.
    for offset in [0, 4092, 4099] {
        let (_dir, path) = numbers(offset, n);
        let expected: Vec<u32> = (0..n).collect();
        let map = RecordMap::<u32>::options().offset(offset as u64).open(&path).unwrap();
        for advice in ADVICE {
            advise(&map, advice);
            assert_eq!(map.to_vec(), expected);
        }
        for rows in [0..1, 299_999..300_000, 1023..1025, 7..7, 0..300_000] {
            map.prefetch(rows).unwrap();
        }
        map.prefetch(..).unwrap();
        map.prefetch(..=5).unwrap();
        map.prefetch(300_000..).unwrap();
        assert_eq!(map.to_vec(), expected);
    }
}

#[test]
fn what_was_written_survives_hints() {
    let (_dir, path) = numbers(0, 100_000);
    let mut shared = RecordMap::<u32>::open_rw(&path).unwrap();
    let mut own = RecordMap::<u32>::open_cow(&path).unwrap();
    shared.fill(1);
    own.fill(2);
    for advice in ADVICE {
        advise(&shared, advice);
        advise(&own, advice);
    }
    shared.prefetch(..).unwrap();
    own.prefetch(..).unwrap();
    assert!(shared.iter().all(|x| x == 1));
    assert!(own.iter().all(|x| x == 2));
}

#[test]
fn hints_for_nothing_are_taken() {
    let (_dir, path) = numbers(0, 10);
    let no_bytes = RecordMap::<[u32; 0]>::options().shape(7).open(&path).unwrap();
    let no_rows = RecordMap::<u32>::options().shape((0, 3)).populate(true).open(&path).unwrap();
    let no_columns =
        RecordMap::<u32>::options().shape((3, 0)).order(Order::F).populate(true).open(&path).unwrap();
    let single = RecordMap::<u32>::options().shape(()).populate(true).open(&path).unwrap();
    for advice in ADVICE {
        advise(&no_bytes, advice);
        advise(&no_rows, advice);
        advise(&no_columns, advice);
        advise(&single, advice);
    }
    no_bytes.prefetch(2..5).unwrap();
    no_rows.prefetch(..).unwrap();
    no_columns.prefetch(1..3).unwrap();
    single.prefetch(..).unwrap();
    assert_eq!(no_rows.prefetch(0..1).unwrap_err().kind(), ErrorKind::PastEnd);
    assert_eq!(no_columns.prefetch(..=3).unwrap_err().kind(), ErrorKind::PastEnd);
}

#[test]
fn a_populated_map_is_as_any_other() {
    let (_dir, path) = numbers(4, 50_000);
    let before = fs::read(&path).unwrap();
    let options = || RecordMap::<u32>::options().offset(4).populate(true);
    let expected: Vec<u32> = (0..50_000).collect();
    let read: RecordMap<u32, Ix1, ReadOnly> = options().open(&path).unwrap();
    let mut own: RecordMap<u32, Ix1, CopyOnWrite> = options().open_cow(&path).unwrap();
    assert_eq!(read.to_vec(), expected);
    assert_eq!(own.to_vec(), expected);
    own.fill(7);
    assert!(own.iter().all(|x| x == 7));
    assert_eq!(read.to_vec(), expected);
    assert_eq!(fs::read(&path).unwrap(), before);
    drop((read, own));

    let mut shared: RecordMap<u32, Ix1, ReadWrite> = options().shape(60_000).open_rw(&path).unwrap();
    assert_eq!(shared.to_vec()[..50_000], expected);
    assert!(shared.to_vec()[50_000..].iter().all(|&x| x == 0));
    shared.set(59_999, 9);
    shared.close().unwrap();
    assert_eq!(RecordMap::<u32>::options().offset(4).open(&path).unwrap().at(59_999), 9);

    let created = options().shape(70_000).create(&path).unwrap();
    assert!(created.iter().all(|x| x == 0));
    assert_eq!(fs::metadata(&path).unwrap().len(), 280_004);
}

#[cfg(target_os = "linux")]
mod linux {
    use std::{
        fs::{self, File},
        io::Write,
        os::{fd::AsRawFd, unix::fs::FileExt},
        path::Path,
    };

    use mmrec::{Advice, ErrorKind, MmapRecord, Mode, Order, RecordMap};
    use rustix::fs::{Advice as FileAdvice, MemfdFlags, SealFlags, fadvise, fcntl_add_seals, memfd_create};
    use tempfile::tempdir;

    /// The kilobytes of a file's mapping that `/proc` gives under this name.
    fn mapped(path: &Path, name: &str) -> u64 {
        let smaps = fs::read_to_string("/proc/self/smaps").unwrap();
        let of_file = smaps.lines().skip_while(|line| !line.ends_with(path.to_str().unwrap()));
        let line = of_file.skip(1).find(|line| line.starts_with(name)).expect("the file is mapped");
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }

    #[test]
    fn populating_maps_every_page_and_copies_none() {
        let (_dir, path) = super::numbers(0, 1 << 20);
        let options = || RecordMap::<u32>::options().populate(true);
        let idle = RecordMap::<u32>::open(&path).unwrap();
        assert_eq!(mapped(&path, "Rss:"), 0);
        drop(idle);
        for mode in [Mode::ReadOnly, Mode::ReadWrite, Mode::CopyOnWrite] {
            let _map = options().open_mode(mode, &path).unwrap();
            assert_eq!(mapped(&path, "Rss:"), 4096, "{mode}");
            assert_eq!(mapped(&path, "Anonymous:"), 0, "{mode}");
        }
        // What a new file held is not read.
        let _map = options().shape(1 << 20).create(&path).unwrap();
        assert_eq!(mapped(&path, "Rss:"), 0);
    }

    /// The bytes that this thread has asked of disks; `None` if the system does not count them.
    fn read_from_disk() -> Option<u64> {
        let io = fs::read_to_string("/proc/thread-self/io").ok()?;
        io.lines().find_map(|line| line.strip_prefix("read_bytes: "))?.parse().ok()
    }

    #[test]
    fn prefetching_reads_all_that_was_asked_for() {
        // More than any system reads ahead for one request.
        const LEN: u64 = 48 << 20;
        let dir = tempdir().unwrap();
        let path = dir.path().join("cold");
        fs::write(&path, vec![1; LEN as usize]).unwrap();
        let file = File::open(&path).unwrap();
        // How many bytes are asked for when none is in memory.
        let asked_for = |advice| {
            file.sync_all().unwrap();
            fadvise(&file, 0, None, FileAdvice::DontNeed).unwrap();
            let map =
                RecordMap::<[u8; 3]>::options().offset(1).shape(LEN as usize / 3 - 1).open(&path).unwrap();
            let before = read_from_disk();
            if advice {
                map.advise(Advice::WillNeed).unwrap();
            } else {
                map.prefetch(5..).unwrap();
            }
            before.zip(read_from_disk()).map_or(0, |(before, after)| after - before)
        };
        for advice in [false, true] {
            // The system keeps what it is busy with when it is told to drop a file from memory, so a try may find some of it.
            match (0..20).map(|_| asked_for(advice)).find(|&read| read == 0 || read > LEN / 2) {
                Some(0) => println!("skipped: this file is not on a disk whose reads are counted"),
                read => assert!(read.is_some(), "of {LEN} bytes not even half were asked for"),
            }
        }
    }

    /// A file in memory with these bytes and seals.
    fn memory_file(bytes: &[u8], seals: SealFlags) -> File {
        let file = memfd_create("mmrec-test", MemfdFlags::ALLOW_SEALING | MemfdFlags::CLOEXEC).unwrap();
        let mut file = File::from(file);
        file.write_all(bytes).unwrap();
        fcntl_add_seals(&file, seals).unwrap();
        file
    }

    const IMMUTABLE: SealFlags = SealFlags::SHRINK.union(SealFlags::WRITE);

    #[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
    #[repr(C)]
    struct Row {
        key: u32,
        value: u32,
    }

    fn rows() -> Vec<u8> {
        (0..2000_u32).flat_map(u32::to_le_bytes).collect()
    }

    #[test]
    fn a_sealed_file_is_read_as_any_other() {
        let file = memory_file(&rows(), IMMUTABLE | SealFlags::GROW | SealFlags::SEAL);
        let map = RecordMap::<Row>::options().open_sealed(&file).unwrap();
        assert_eq!((map.len(), map.mode()), (1000, Mode::ReadOnly));
        assert_eq!(map.at(10), Row { key: 20, value: 21 });
        assert_eq!(map.columns().value.iter().last(), Some(1999));
        map.prefetch(..).unwrap();

        let options = || RecordMap::<u32>::options().offset(40).shape((3, 4)).order(Order::F).populate(true);
        let reopened = format!("/proc/self/fd/{}", file.as_raw_fd());
        assert_eq!(options().open_sealed(&reopened).unwrap().at([1, 2]), 10 + 7);
        let map = options().open_sealed(file).unwrap();
        assert_eq!((map.at([1, 2]), map.offset(), map.order()), (10 + 7, 40, Order::F));
    }

    #[test]
    fn a_sealed_file_is_slices_and_arrays() {
        let file = memory_file(&rows(), IMMUTABLE);
        let numbers = RecordMap::<u32>::options().open_sealed(&file).unwrap();
        let expected: Vec<u32> = (0..2000).collect();
        assert_eq!(numbers.as_slice().unwrap(), expected);
        let grid = RecordMap::<u32>::options().shape((3, 4)).order(Order::F).open_sealed(&file).unwrap();
        assert_eq!(grid.as_array().unwrap(), grid.to_array());
        assert_eq!(grid.as_slice(), None);
        // A place that is no multiple of four, and one without elements.
        let odd = RecordMap::<u32>::options().offset(2).shape(5).open_sealed(&file).unwrap();
        assert_eq!((odd.as_slice(), odd.as_array()), (None, None));
        let none = RecordMap::<u32>::options().offset(8000).open_sealed(&file).unwrap();
        assert_eq!(none.as_slice(), Some(&[][..]));
    }

    #[test]
    fn a_sealed_file_stays_as_it_is() {
        let file = memory_file(&rows(), IMMUTABLE);
        let map = RecordMap::<u32>::options().open_sealed(&file).unwrap();
        assert!(file.write_all_at(&[9; 4], 0).is_err());
        assert!(file.set_len(4).is_err());
        // Longer it may become.
        file.set_len(80_000).unwrap();
        drop(file);
        assert!(map.as_slice().unwrap().iter().copied().eq(0..2000));
        assert!(map.iter().eq(0..2000));
    }

    /// One that may not become shorter keeps all that it held.
    #[test]
    fn a_file_that_cannot_be_cut_is_not_overwritten() {
        let file = memory_file(&rows(), SealFlags::SHRINK);
        for _ in 0..2 {
            assert_eq!(
                RecordMap::<u32>::options().shape(3).create_npy(&file).unwrap_err().kind(),
                ErrorKind::Io
            );
            assert_eq!(RecordMap::<u32>::options().shape(3).create(&file).unwrap_err().kind(), ErrorKind::Io);
            assert!(RecordMap::<u32>::open(&file).unwrap().iter().eq(0..2000));
        }
    }

    #[test]
    fn a_file_that_may_change_is_refused() {
        let refused = |file: &File, why: &str| {
            let error = RecordMap::<u32>::options().open_sealed(file).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
            let text = error.to_string();
            for part in ["nothing guarantees", why, "call open"] {
                assert!(text.contains(part), "`{part}` is not in: {text}");
            }
            assert_eq!(
                RecordMap::<u32>::open(file).unwrap().len() as u64 * 4,
                file.metadata().unwrap().len()
            );
        };
        refused(&memory_file(&rows(), SealFlags::empty()), "missing seals F_SEAL_SHRINK and F_SEAL_WRITE");
        refused(&memory_file(&rows(), SealFlags::SHRINK | SealFlags::GROW), "missing seals F_SEAL_WRITE");
        refused(&memory_file(&rows(), SealFlags::WRITE), "missing seals F_SEAL_SHRINK");
        let only_later = SealFlags::SHRINK | SealFlags::FUTURE_WRITE;
        refused(&memory_file(&rows(), only_later), "missing seals F_SEAL_WRITE");
        refused(&memory_file(&[], SealFlags::SHRINK), "missing seals F_SEAL_WRITE");

        let (_dir, path) = super::numbers(0, 10);
        let mut permissions = fs::metadata(&path).unwrap().permissions();
        permissions.set_readonly(true);
        fs::set_permissions(&path, permissions).unwrap();
        refused(&File::open(&path).unwrap(), "");
        let error = RecordMap::<u32>::options().open_sealed(&path).unwrap_err();
        assert_eq!((error.kind(), error.path()), (ErrorKind::Unsupported, Some(&*path)));
        let error = RecordMap::<u32>::options().shape(4).open_sealed("/dev/zero").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
    }

    #[test]
    fn sizes_of_a_sealed_file_are_checked_as_any_others() {
        let file = memory_file(&rows(), IMMUTABLE);
        let options = || RecordMap::<u32>::options();
        let past_end = options().shape(2001).open_sealed(&file).unwrap_err();
        assert_eq!(past_end.kind(), ErrorKind::PastEnd);
        let not_multiple = RecordMap::<[u8; 3]>::options().open_sealed(&file).unwrap_err();
        assert_eq!(not_multiple.kind(), ErrorKind::SizeNotMultiple);
        assert_eq!(options().offset(8000).open_sealed(&file).unwrap().len(), 0);
        assert_eq!(options().shape((0, 3)).open_sealed(&file).unwrap().shape(), [0, 3]);
        assert!(options().open_sealed(memory_file(&[], IMMUTABLE)).unwrap().is_empty());
    }
}
