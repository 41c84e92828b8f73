//! Opening, creating, flushing and locking; and that a call which fails changes nothing.

use std::{
    fs::{self, File, OpenOptions},
    io,
    path::{Path, PathBuf},
    process::Command,
};

use mmrec::{
    Advice, AnyMode, Error, ErrorKind, Ix1, Ix2, Lock, MmapRecord, Mode, Order, ReadWrite, RecordMap, Result,
    s,
};
use tempfile::{TempDir, tempdir};

#[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
#[repr(C)]
struct Tick {
    ts: u64,
    price: f64,
}

fn tick(i: u64) -> Tick {
    Tick { ts: i, price: i as f64 * 0.5 }
}

/// A directory with a file of `len` bytes, none of them zero.
fn file_of(len: usize) -> (TempDir, PathBuf) {
    let dir = tempdir().unwrap();
    let path = dir.path().join("ticks.bin");
    fs::write(&path, content(len)).unwrap();
    (dir, path)
}

fn content(len: usize) -> Vec<u8> {
    (0..len).map(|i| (i % 250 + 1) as u8).collect()
}

fn len_of(path: &Path) -> u64 {
    fs::metadata(path).unwrap().len()
}

/// The error of a call that must fail, with a text that names the file and holds each of `parts`.
#[track_caller]
fn expect_error<T>(result: Result<T>, kind: ErrorKind, path: &Path, parts: &[&str]) -> Error {
    let Err(error) = result else { panic!("expected an error of kind {kind:?}") };
    let text = error.to_string();
    assert_eq!(error.kind(), kind, "{text}");
    assert_eq!(error.path(), Some(path), "{text}");
    assert!(text.starts_with(&path.display().to_string()), "{text}");
    for part in parts {
        assert!(text.contains(part), "`{part}` is not in: {text}");
    }
    error
}

#[test]
fn the_modes_do_what_numpys_do() {
    let (_dir, path) = file_of(48);
    let before = fs::read(&path).unwrap();

    let map = RecordMap::<Tick>::open(&path).unwrap();
    assert_eq!((map.mode(), map.shape(), map.offset()), (Mode::ReadOnly, &[3][..], 0));
    drop(map);

    let mut map = RecordMap::<Tick>::open_cow(&path).unwrap();
    assert_eq!(map.mode(), Mode::CopyOnWrite);
    map.fill(tick(1));
    assert_eq!(map.at(2), tick(1));
    map.flush().unwrap();
    map.close().unwrap();
    assert_eq!(fs::read(&path).unwrap(), before);

    let mut map = RecordMap::<Tick>::open_rw(&path).unwrap();
    assert_eq!(map.mode(), Mode::ReadWrite);
    map.set(1, tick(7));
    assert_eq!(RecordMap::<Tick>::open(&path).unwrap().at(1), tick(7));
    drop(map);
    let after = fs::read(&path).unwrap();
    assert_eq!((&after[..16], &after[32..]), (&before[..16], &before[32..]));

    let map = RecordMap::<Tick>::options().shape(2).create(&path).unwrap();
    assert_eq!((map.mode(), map.mode().to_string().as_str()), (Mode::Create, "w+"));
    assert_eq!(map.to_vec(), [Tick { ts: 0, price: 0.0 }; 2]);
    assert_eq!(fs::read(&path).unwrap(), [0; 32]);
}

#[test]
fn modes_parse_from_numpys_eight_spellings() {
    let all = ["r", "c", "r+", "w+", "readonly", "copyonwrite", "readwrite", "write"];
    let modes: Vec<Mode> = all.iter().map(|text| text.parse().unwrap()).collect();
    let short: Vec<_> = modes.iter().map(Mode::to_string).collect();
    assert_eq!(short, ["r", "c", "r+", "w+", "r", "c", "r+", "w+"]);
    for text in ["w", "a", "R", "rb", "x", "", "rw", "r+b", "w+b", " r"] {
        let error = text.parse::<Mode>().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::BadMode);
        let expected = format!(
            "mode must be one of 'r', 'c', 'r+', 'w+', 'readonly', 'copyonwrite', 'readwrite', 'write' (got '{text}')"
        );
        assert_eq!(error.to_string(), expected);
    }
}

#[test]
fn a_mode_known_at_run_time_gives_a_map_whose_writing_is_checked() {
    let (_dir, path) = file_of(32);
    let open = |mode: &str| -> Result<RecordMap<Tick, Ix1, AnyMode>> {
        RecordMap::<Tick>::options().open_mode(mode.parse()?, &path)
    };
    let mut map = open("r").unwrap();
    expect_error(map.view_mut(), ErrorKind::ReadOnly, &path, &["mode r", "r+"]);
    for mode in ["r+", "c"] {
        let mut map = open(mode).unwrap();
        map.view_mut().unwrap().set(0, tick(3));
        assert_eq!(map.at(0), tick(3));
        assert_eq!(map.mode().to_string(), mode);
    }
    let error = open("w+").unwrap_err();
    assert_eq!((error.kind(), len_of(&path)), (ErrorKind::ShapeMismatch, 32));
    assert!(error.to_string().contains(".shape(..)"), "{error}");
    let mut map = RecordMap::<Tick>::options().shape((2, 2)).open_mode(Mode::Create, &path).unwrap();
    map.view_mut().unwrap().fill(tick(1));
    assert_eq!(len_of(&path), 64);
}

#[test]
fn paths_and_files_of_every_kind_are_sources() {
    let (dir, path) = file_of(32);
    let text = path.to_str().unwrap();
    let owned = text.to_owned();
    let maps = [
        RecordMap::<Tick>::open(text),
        RecordMap::<Tick>::open(text.to_owned()),
        RecordMap::<Tick>::open(&owned),
        RecordMap::<Tick>::open(path.as_path()),
        RecordMap::<Tick>::open(path.clone()),
        RecordMap::<Tick>::open(&path),
        RecordMap::<Tick>::open(path.as_os_str()),
        RecordMap::<Tick>::open(path.as_os_str().to_owned()),
    ];
    for map in maps {
        assert_eq!(map.unwrap().path(), Some(path.as_path()));
    }

    let file = File::open(&path).unwrap();
    let map = RecordMap::<Tick>::open(&file).unwrap();
    assert_eq!((map.path(), map.len()), (None, 2));
    drop(map);
    // An open file for reading only allows the modes that only read.
    RecordMap::<Tick>::open_cow(&file).unwrap().set(0, tick(1));
    let error = RecordMap::<Tick>::open_rw(&file).unwrap_err();
    assert_eq!((error.kind(), error.path()), (ErrorKind::Io, None));
    let error = RecordMap::<Tick>::options().shape(3).open_rw(file).unwrap_err();
    assert_eq!((error.kind(), len_of(&path)), (ErrorKind::Io, 32));

    let file = OpenOptions::new().read(true).write(true).open(&path).unwrap();
    let mut map = RecordMap::<Tick>::options().shape(3).open_rw(&file).unwrap();
    drop(file);
    map.set(2, tick(9));
    assert_eq!(len_of(&path), 48);
    fs::remove_file(&path).unwrap();
    assert_eq!(map.at(2), tick(9));

    // A relative path becomes absolute, so that the name still means the file when the directory is changed.
    let relative = PathBuf::from(format!("mmrec-relative-{}", std::process::id()));
    RecordMap::<Tick>::options().shape(1).create(&relative).unwrap();
    let map = RecordMap::<Tick>::open(&relative).unwrap();
    assert_eq!(map.path(), Some(std::env::current_dir().unwrap().join(&relative).as_path()));
    fs::remove_file(&relative).unwrap();
    drop(dir);
}

#[test]
fn an_open_file_keeps_its_position() {
    use io::{Read, Seek};
    let (_dir, path) = file_of(64);
    let mut file = OpenOptions::new().read(true).write(true).open(&path).unwrap();
    file.seek(io::SeekFrom::Start(10)).unwrap();
    RecordMap::<Tick>::open(&file).unwrap();
    RecordMap::<Tick>::options().shape(5).open_rw(&file).unwrap();
    let mut byte = [0];
    file.read_exact(&mut byte).unwrap();
    assert_eq!(byte[0], content(64)[10]);
}

#[test]
fn offsets_need_no_alignment() {
    let (_dir, path) = file_of(20_000);
    for offset in [0usize, 1, 13, 4095, 4096, 4097, 10_000, 20_000 - 16, 20_000] {
        let shape = (20_000 - offset) / 16;
        let map = RecordMap::<Tick>::options().offset(offset as u64).shape(shape).open(&path).unwrap();
        assert_eq!(
            (map.offset(), map.len(), map.view().byte_offset()),
            (offset as u64, shape, offset as u64)
        );
        for i in [0, shape / 2, shape.saturating_sub(1)].into_iter().filter(|&i| i < shape) {
            let bytes = &content(20_000)[offset + 16 * i..][..16];
            assert_eq!(map.at(i).ts.to_le_bytes(), bytes[..8]);
            assert_eq!(map.at(i).price.to_le_bytes(), bytes[8..]);
        }
        let mut map = RecordMap::<Tick>::options().offset(offset as u64).shape(shape).open_rw(&path).unwrap();
        if shape > 0 {
            let value = map.at(shape - 1);
            map.set(shape - 1, value);
        }
        map.flush().unwrap();
        assert!(fs::read(&path).unwrap() == content(20_000));
    }
}

#[test]
fn shapes_and_orders() {
    let (_dir, path) = file_of(24);
    let c = RecordMap::<u8>::options().shape((2, 3, 4)).open(&path).unwrap();
    let f = RecordMap::<u8>::options().shape([2, 3, 4]).order(Order::F).open(&path).unwrap();
    assert_eq!((c.order(), c.strides()), (Order::C, &[12, 4, 1][..]));
    assert_eq!((f.order(), f.strides()), (Order::F, &[1, 2, 6][..]));
    let bytes = content(24);
    assert_eq!((c.at([1, 2, 3]), c.at([0, 1, 0])), (bytes[23], bytes[4]));
    assert_eq!((f.at([1, 2, 3]), f.at([1, 0, 0])), (bytes[23], bytes[1]));
    assert_eq!(f.view().t().to_vec(), bytes);
    // A shape that ends before the file does leaves the rest alone.
    let mut part = RecordMap::<u8>::options().shape(5).open_rw(&path).unwrap();
    part.fill(0);
    part.close().unwrap();
    assert_eq!(fs::read(&path).unwrap()[5..], bytes[5..]);
    assert_eq!(len_of(&path), 24);
}

#[test]
fn open_rw_extends_a_file_with_zeros() {
    for sparse in [false, true] {
        let (_dir, path) = file_of(17);
        let map = RecordMap::<Tick>::options().offset(20).shape(3).sparse(sparse).open_rw(&path).unwrap();
        assert_eq!(map.to_vec(), [Tick { ts: 0, price: 0.0 }; 3]);
        let bytes = fs::read(&path).unwrap();
        assert_eq!((bytes.len(), &bytes[..17]), (68, &content(17)[..]));
        assert!(bytes[17..].iter().all(|&b| b == 0));
    }
}

#[test]
fn empty_maps_work_and_leave_the_file_alone() {
    for len in [0, 24] {
        let (_dir, path) = file_of(len);
        let options = || RecordMap::<Tick>::options().offset(len as u64);
        assert!(options().open(&path).unwrap().is_empty());
        assert!(options().open_cow(&path).unwrap().is_empty());
        let mut map = options().open_rw(&path).unwrap();
        map.fill(tick(1));
        map.update(|t| t);
        map.flush().unwrap();
        map.flush_async().unwrap();
        map.flush_range(..).unwrap();
        map.advise(Advice::Sequential).unwrap();
        map.prefetch(0..0).unwrap();
        assert_eq!((map.shape(), map.iter().len(), map.get(0), map.to_vec()), (&[0][..], 0, None, vec![]));
        assert_eq!(map.slice(s![..;-1]).len(), 0);
        assert_eq!(map.to_string(), "[]");
        map.close().unwrap();
        let map = options().shape((3, 0)).open_rw(&path).unwrap();
        assert_eq!((map.shape(), map.len(), map.index_axis(mmrec::Axis(0), 2).len()), (&[3, 0][..], 0, 0));
        assert_eq!(fs::read(&path).unwrap(), content(len));
        // Even past the end there is nothing to extend the file for.
        let map = RecordMap::<Tick>::options().offset(100).shape(0).open_rw(&path).unwrap();
        map.flush().unwrap();
        assert_eq!(fs::read(&path).unwrap(), content(len));
    }
    let dir = tempdir().unwrap();
    let path = dir.path().join("new");
    RecordMap::<Tick>::options().shape((0, 4)).create(&path).unwrap().close().unwrap();
    assert_eq!(len_of(&path), 0);
    assert_eq!(RecordMap::<Tick>::open(&path).unwrap().len(), 0);
}

#[test]
fn create_overwrites_and_create_new_does_not() {
    for sparse in [false, true] {
        for (before, shape) in [(0, 3), (10, 3), (1_000_000, 3), (10, 100_000), (1_600_000, 100_000)] {
            let (_dir, path) = file_of(before);
            let map = RecordMap::<Tick>::options().shape(shape).sparse(sparse).create(&path).unwrap();
            assert_eq!(map.shape(), [shape]);
            assert!(map.iter().all(|t| t == Tick { ts: 0, price: 0.0 }));
            assert!(fs::read(&path).unwrap() == vec![0; shape * 16], "{before} {shape} {sparse}");
        }
    }
    let (_dir, path) = file_of(10);
    let result = RecordMap::<Tick>::options().shape(3).create_new(&path);
    let error = expect_error(result, ErrorKind::Io, &path, &["remove it", "create"]);
    assert_eq!(error.io_error().unwrap().kind(), io::ErrorKind::AlreadyExists);
    assert_eq!(fs::read(&path).unwrap(), content(10));
    fs::remove_file(&path).unwrap();
    RecordMap::<Tick>::options().offset(8).shape(3).create_new(&path).unwrap().set(0, tick(1));
    assert_eq!(fs::read(&path).unwrap()[..16], [[0; 8], [1, 0, 0, 0, 0, 0, 0, 0]].concat());
}

#[test]
fn create_follows_a_link_to_a_file_that_does_not_exist_yet() {
    #[cfg(unix)]
    {
        let dir = tempdir().unwrap();
        let (link, target) = (dir.path().join("link"), dir.path().join("target"));
        std::os::unix::fs::symlink(&target, &link).unwrap();
        RecordMap::<Tick>::options().shape(2).create(&link).unwrap();
        assert_eq!(len_of(&target), 32);
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    }
}

#[cfg(unix)]
#[test]
fn a_link_to_no_file_leaves_none_if_the_file_cannot_be_made() {
    let dir = tempdir().unwrap();
    let (link, target) = (dir.path().join("link"), dir.path().join("target"));
    std::os::unix::fs::symlink(&target, &link).unwrap();
    assert!(RecordMap::<u8>::options().offset(1 << 62).shape(1).sparse(true).create(&link).is_err());
    assert!(!target.exists() && fs::symlink_metadata(&link).unwrap().is_symlink());
}

#[test]
fn a_file_opened_for_appending_is_not_overwritten() {
    for dir in [tempdir().unwrap(), tempfile::tempdir_in("/dev/shm").unwrap_or_else(|_| tempdir().unwrap())] {
        let path = dir.path().join("log");
        fs::write(&path, content(64)).unwrap();
        let file = OpenOptions::new().read(true).append(true).open(&path).unwrap();
        let error = RecordMap::<u8>::options().shape(64).create(file).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
        assert_eq!(fs::read(&path).unwrap(), content(64));
        let file = OpenOptions::new().read(true).write(true).open(&path).unwrap();
        RecordMap::<u8>::options().shape(60).create(file).unwrap();
        assert_eq!(fs::read(&path).unwrap(), [0; 60]);
    }
}

/// Others may extend a file, or append to it, while this process tries to: nobody's bytes are cut off.
#[cfg(target_os = "linux")]
#[test]
fn a_file_that_others_extend_meanwhile_is_never_shortened() {
    use io::Write;
    let dir = tempdir().unwrap();
    let path = dir.path().join("log");
    fs::write(&path, content(16)).unwrap();
    std::thread::scope(|scope| {
        let appended = scope.spawn(|| {
            let mut file = OpenOptions::new().append(true).open(&path).unwrap();
            (0..3000).for_each(|_| file.write_all(&content(16)).unwrap());
        });
        while !appended.is_finished() {
            let refused = RecordMap::<u8>::options().shape(1 << 46).open_rw(&path);
            assert!(refused.is_err());
        }
    });
    assert_eq!(len_of(&path), 16 * 3001);

    for i in 0..300 {
        let path = dir.path().join(format!("raced{i}"));
        fs::write(&path, b"").unwrap();
        let extend =
            |shape: usize| RecordMap::<u8>::options().shape(shape).sparse(true).open_rw(&path).unwrap();
        std::thread::scope(|scope| {
            let long = scope.spawn(|| extend(100_000));
            extend(10);
            let long = long.join().unwrap();
            assert_eq!(len_of(&path), 100_000);
            assert_eq!(long.at(99_999), 0);
        });
    }
}

#[test]
fn create_keeps_the_inode_so_that_other_maps_stay_coherent() {
    let (_dir, path) = file_of(48);
    let reader = RecordMap::<Tick>::open(&path).unwrap();
    let mut map = RecordMap::<Tick>::options().shape(3).create(&path).unwrap();
    map.set(2, tick(5));
    assert_eq!(reader.to_vec(), [Tick { ts: 0, price: 0.0 }, Tick { ts: 0, price: 0.0 }, tick(5)]);
}

#[cfg(unix)]
#[test]
fn disk_space_is_reserved_unless_the_file_may_be_sparse() {
    use std::os::unix::fs::MetadataExt;
    let dir = tempdir().unwrap();
    let blocks = |name: &str| fs::metadata(dir.path().join(name)).unwrap().blocks() * 512;
    let make = |name: &str, sparse| {
        RecordMap::<u8>::options().shape(1 << 22).sparse(sparse).create(dir.path().join(name))
    };
    make("sparse", true).unwrap();
    // One block is for the last byte, by which the file was extended, as NumPy's are.
    assert!(blocks("sparse") <= 4096);
    make("dense", false).unwrap();
    if blocks("dense") < 1 << 22 {
        println!("skipped: this file system cannot reserve space");
        return;
    }
    RecordMap::<u8>::options().shape(1 << 22).open_rw(dir.path().join("sparse")).unwrap();
    assert!(blocks("sparse") <= 4096, "a file that is long enough is not touched");
    // What is added is reserved, and no hole in front of it: one more byte must not take the room of the whole file.
    RecordMap::<u8>::options().shape((1 << 22) + 1).open_rw(dir.path().join("sparse")).unwrap();
    assert!(blocks("sparse") <= 2 * 4096);
    RecordMap::<u8>::options().shape(3 << 21).open_rw(dir.path().join("sparse")).unwrap();
    assert!((1 << 21..3 << 20).contains(&blocks("sparse")));
    make("sparse", false).unwrap();
    assert!(blocks("sparse") >= 1 << 22, "a file that is made has room for all of it");
}

#[test]
fn a_disk_without_room_is_an_error_and_the_file_stays_as_it_was() {
    let (_dir, path) = file_of(100);
    let too_much = 1usize << 46;
    let create = RecordMap::<u8>::options().shape(too_much).create(&path);
    if create.is_ok() {
        println!("skipped: this file system cannot reserve space, or has 64 TiB");
        return;
    }
    expect_error(create, ErrorKind::StorageFull, &path, &["70368744177664 bytes", "free", ".sparse(true)"]);
    assert_eq!(fs::read(&path).unwrap(), content(100));
    let extend = RecordMap::<u8>::options().shape(too_much).open_rw(&path);
    expect_error(extend, ErrorKind::StorageFull, &path, &["free"]);
    assert_eq!(fs::read(&path).unwrap(), content(100));
    let new = path.with_file_name("new");
    let result = RecordMap::<u8>::options().shape(too_much).create(&new);
    expect_error(result, ErrorKind::StorageFull, &new, &[]);
    assert!(!new.exists(), "a file that could not be made is not left behind");
}

/// A disk that is really full: a file system of one megabyte, where the test may mount one.
#[cfg(target_os = "linux")]
#[test]
fn a_full_file_system_is_an_error_and_the_file_stays_as_it_was() {
    let dir = tempdir().unwrap();
    let mount =
        Command::new("mount").args(["-t", "tmpfs", "-o", "size=1m", "mmrec-test"]).arg(dir.path()).output();
    if !mount.is_ok_and(|output| output.status.success()) {
        println!("skipped: no permission to mount a small file system");
        return;
    }
    let result = std::panic::catch_unwind(|| {
        let (path, filler) = (dir.path().join("ticks.bin"), dir.path().join("filler"));
        fs::write(&path, content(1000)).unwrap();
        let create = |shape: usize| RecordMap::<u8>::options().shape(shape).create(&path);
        expect_error(create(2 << 20), ErrorKind::StorageFull, &path, &["free"]);
        fs::write(&filler, vec![1; 900 << 10]).unwrap();
        expect_error(create(200 << 10), ErrorKind::StorageFull, &path, &["free"]);
        let extend = RecordMap::<u8>::options().shape(200 << 10).open_rw(&path);
        expect_error(extend, ErrorKind::StorageFull, &path, &["free"]);
        assert!(fs::read(&path).unwrap() == content(1000));
        let mut map = create(50 << 10).unwrap();
        map.fill(7);
        map.close().unwrap();
        // Every page of the reserved file can be written, whatever others do to the disk.
        let mut map = create(60 << 10).unwrap();
        while fs::write(dir.path().join("rest"), vec![1; 64 << 10]).is_ok()
            && fs::rename(dir.path().join("rest"), dir.path().join(format!("rest{}", counter()))).is_ok()
        {
        }
        map.fill(9);
        assert!(map.iter().all(|b| b == 9));
    });
    let unmounted = Command::new("umount").arg(dir.path()).status();
    assert!(unmounted.is_ok_and(|status| status.success()));
    result.unwrap();
}

/// A number that is another one at each call.
#[cfg(target_os = "linux")]
fn counter() -> u32 {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NEXT: AtomicU32 = AtomicU32::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

#[test]
fn files_that_cannot_be_opened_are_errors_that_name_them() {
    let dir = tempdir().unwrap();
    let missing = dir.path().join("missing");
    for result in [
        RecordMap::<Tick>::open(&missing).map(drop),
        RecordMap::<Tick>::open_rw(&missing).map(drop),
        RecordMap::<Tick>::open_cow(&missing).map(drop),
    ] {
        let error =
            expect_error(result, ErrorKind::Io, &missing, &["cannot open the file in mode", "create"]);
        assert_eq!(error.io_error().unwrap().kind(), io::ErrorKind::NotFound);
    }
    assert!(!missing.exists());
    let nested = missing.join("file");
    expect_error(
        RecordMap::<Tick>::options().shape(1).create(&nested),
        ErrorKind::Io,
        &nested,
        &["cannot make"],
    );

    for result in [
        RecordMap::<Tick>::open(dir.path()).map(drop),
        RecordMap::<Tick>::open_rw(dir.path()).map(drop),
        RecordMap::<Tick>::options().shape(1).create(dir.path()).map(drop),
    ] {
        let error = expect_error(result, ErrorKind::Io, dir.path(), &["directory"]);
        assert_eq!(error.io_error().unwrap().kind(), io::ErrorKind::IsADirectory);
    }
    assert_eq!(RecordMap::<Tick>::open("").unwrap_err().kind(), ErrorKind::Io);
    assert_eq!(RecordMap::<Tick>::open("a\0b").unwrap_err().kind(), ErrorKind::Io);
}

#[cfg(unix)]
#[test]
fn pipes_and_sockets_are_refused_without_waiting_for_their_other_end() {
    let dir = tempdir().unwrap();
    let pipe = dir.path().join("pipe");
    if !Command::new("mkfifo").arg(&pipe).status().is_ok_and(|status| status.success()) {
        println!("skipped: no mkfifo");
        return;
    }
    expect_error(RecordMap::<Tick>::open(&pipe), ErrorKind::Unsupported, &pipe, &["pipe"]);
    let created = RecordMap::<Tick>::options().shape(1).create(&pipe);
    expect_error(created, ErrorKind::Unsupported, &pipe, &["pipe"]);
}

#[cfg(target_os = "linux")]
#[test]
fn devices_can_be_mapped_with_a_shape() {
    let map = RecordMap::<Tick>::options().shape(10).open("/dev/zero").unwrap();
    assert_eq!(map.to_vec(), [Tick { ts: 0, price: 0.0 }; 10]);
    let path = Path::new("/dev/zero");
    expect_error(RecordMap::<Tick>::open(path), ErrorKind::ShapeMismatch, path, &["device", "shape"]);
    let path = Path::new("/dev/null");
    expect_error(
        RecordMap::<Tick>::options().shape(1).open(path),
        ErrorKind::Io,
        path,
        &["cannot map 16 bytes"],
    );
}

/// A block device has a length, and asking for it moves no file's position, not even for a moment.
#[cfg(target_os = "linux")]
#[test]
fn block_devices_are_mapped_to_their_end() {
    use io::Seek;
    let devices = fs::read_dir("/sys/block").into_iter().flatten().flatten().filter_map(|entry| {
        let file = File::open(Path::new("/dev").join(entry.file_name())).ok()?;
        let len = fs::read_to_string(entry.path().join("size")).ok()?.trim().parse::<usize>().ok()? * 512;
        (len > 0).then_some((file, len))
    });
    let Some((mut file, len)) = devices.into_iter().next() else {
        println!("skipped: no block device that may be read");
        return;
    };
    file.seek(io::SeekFrom::Start(10)).unwrap();
    std::thread::scope(|scope| {
        let opened = scope.spawn(|| {
            for _ in 0..1000 {
                let map = RecordMap::<u8>::options().raw().open(&file).unwrap();
                assert_eq!(map.len(), len);
            }
        });
        while !opened.is_finished() {
            assert_eq!((&file).stream_position().unwrap(), 10);
        }
    });
}

/// Permission does not bind root, so the test runs itself again as a user that is nobody.
#[cfg(unix)]
#[test]
fn permission_is_asked_only_where_the_mode_needs_it() {
    use std::os::unix::{fs::PermissionsExt, process::CommandExt};
    const AGAIN: &str = "MMREC_TEST_UNPRIVILEGED";
    let dir = tempdir().unwrap();
    let path = dir.path().join("readonly.bin");
    fs::write(&path, content(32)).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
    if OpenOptions::new().write(true).open(&path).is_ok() {
        assert!(std::env::var_os(AGAIN).is_none(), "the second run has to be bound by permissions");
        let name = "maps::permission_is_asked_only_where_the_mode_needs_it";
        let copy = std::env::temp_dir().join(format!("mmrec-it-{}", std::process::id()));
        fs::copy(std::env::current_exe().unwrap(), &copy).unwrap();
        fs::set_permissions(&copy, fs::Permissions::from_mode(0o755)).unwrap();
        let again = Command::new(&copy)
            .args(["--exact", name])
            .env(AGAIN, "1")
            .current_dir(std::env::temp_dir())
            .uid(65534)
            .gid(65534)
            .output();
        fs::remove_file(&copy).unwrap();
        match again {
            Ok(output) => assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout)),
            Err(error) => println!("skipped: cannot run as another user: {error}"),
        }
        return;
    }
    assert_eq!(RecordMap::<Tick>::open(&path).unwrap().len(), 2);
    RecordMap::<Tick>::open_cow(&path).unwrap().fill(tick(1));
    let error =
        expect_error(RecordMap::<Tick>::open_rw(&path), ErrorKind::Io, &path, &["mode r+", "modes r and c"]);
    assert_eq!(error.io_error().unwrap().kind(), io::ErrorKind::PermissionDenied);
    let created = RecordMap::<Tick>::options().shape(1).create(&path);
    expect_error(created, ErrorKind::Io, &path, &["permission"]);
    assert_eq!(fs::read(&path).unwrap(), content(32));
}

#[test]
fn sizes_that_do_not_fit_are_errors_with_the_numbers() {
    let (_dir, path) = file_of(100);
    let all = |offset, kind, parts: &[&str]| {
        for mode in [Mode::ReadOnly, Mode::CopyOnWrite, Mode::ReadWrite] {
            expect_error(
                RecordMap::<Tick>::options().offset(offset).open_mode(mode, &path),
                kind,
                &path,
                parts,
            );
        }
        assert_eq!(fs::read(&path).unwrap(), content(100));
    };
    let parts =
        ["100 bytes from byte 0", "Tick, which has 16 bytes", "6 of them and 4 bytes over", ".shape(6)"];
    all(0, ErrorKind::SizeNotMultiple, &parts);
    all(3, ErrorKind::SizeNotMultiple, &["97 bytes from byte 3", "1 bytes over"]);
    all(116, ErrorKind::PastEnd, &["offset of 116", "100 bytes"]);
}

#[test]
fn a_shape_past_the_end_is_an_error_where_the_file_is_not_extended() {
    let (_dir, path) = file_of(100);
    for mode in [Mode::ReadOnly, Mode::CopyOnWrite] {
        let map = |offset, shape: (usize, usize)| {
            RecordMap::<Tick>::options().offset(offset).shape(shape).open_mode(mode, &path)
        };
        map(4, (3, 2)).unwrap();
        let parts = [
            "shape (3, 2) of Tick from byte 5 on ends at byte 101",
            "the file has 100 bytes",
            "1 too few",
            "open_rw",
        ];
        expect_error(map(5, (3, 2)), ErrorKind::PastEnd, &path, &parts);
        expect_error(map(101, (0, 2)), ErrorKind::PastEnd, &path, &["(0, 2)"]);
        map(100, (0, 2)).unwrap();
    }
    assert_eq!(fs::read(&path).unwrap(), content(100));
}

#[test]
fn sizes_that_overflow_are_errors_before_the_file_is_opened() {
    let (_dir, path) = file_of(100);
    let missing = path.with_file_name("missing");
    let huge = [usize::MAX, usize::MAX / 16, 1 << 62, (isize::MAX as usize) / 16 + 1];
    for count in huge {
        let options = || RecordMap::<Tick>::options().shape(count);
        for path in [&path, &missing] {
            for mode in [Mode::ReadOnly, Mode::ReadWrite, Mode::CopyOnWrite, Mode::Create] {
                let error = options().open_mode(mode, path).unwrap_err();
                assert_eq!(error.kind(), ErrorKind::Overflow, "{error}");
                assert!(error.to_string().contains("more than a file or map can be"), "{error}");
            }
        }
    }
    // Products that wrap to something small, and that NumPy computes with wrapping.
    for shape in [[1 << 32, (1 << 32) + 1], [1 << 63, 2], [0, usize::MAX], [usize::MAX, 0]] {
        let error = RecordMap::<u8>::options().shape(shape).open_rw(&path).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Overflow, "{shape:?}");
    }
    for offset in [u64::MAX, u64::MAX - 15, 1 << 63, (1 << 63) - 10] {
        let error = RecordMap::<Tick>::options().offset(offset).shape(1).open_rw(&path).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Overflow, "{offset}");
        let error = RecordMap::<Tick>::options().offset(offset).open_rw(&path).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::PastEnd, "{offset}");
    }
    assert_eq!(fs::read(&path).unwrap(), content(100));
    assert!(!missing.exists());
}

#[test]
fn a_file_too_long_for_the_file_system_is_an_error_and_the_file_stays_as_it_was() {
    let (_dir, path) = file_of(100);
    let options = || RecordMap::<u8>::options().offset(1 << 62).shape(16).sparse(true);
    for result in [options().open_rw(&path), options().create(&path)] {
        expect_error(result, ErrorKind::Io, &path, &["cannot make the file 4611686018427387920 bytes long"]);
        assert_eq!(fs::read(&path).unwrap(), content(100));
    }
}

/// The address space ends before the file does.
#[test]
fn a_map_that_the_system_refuses_leaves_the_file_as_it_was() {
    let (_dir, path) = file_of(100);
    let options = || RecordMap::<u8>::options().shape(1 << 47).sparse(true);
    for result in [options().open_rw(&path), options().create(&path)] {
        let Err(error) = result else {
            println!("skipped: this system maps 128 TiB");
            return;
        };
        assert_eq!(error.kind(), ErrorKind::Io, "{error}");
        assert_eq!(fs::read(&path).unwrap(), content(100));
    }
    let new = path.with_file_name("new");
    assert!(RecordMap::<u8>::options().shape(1 << 47).sparse(true).create(&new).is_err());
    assert!(!new.exists());
}

#[test]
fn an_npy_file_is_not_mapped_as_records_by_accident() {
    let dir = tempdir().unwrap();
    let path = dir.path().join("array.npy");
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.resize(128 + 32, b' ');
    fs::write(&path, &bytes).unwrap();
    for mode in [Mode::ReadOnly, Mode::CopyOnWrite, Mode::ReadWrite] {
        let result = RecordMap::<Tick>::options().open_mode(mode, &path);
        expect_error(result, ErrorKind::BadNpy, &path, &["header"]);
        let result = RecordMap::<Tick>::options().shape(2).open_mode(mode, &path);
        expect_error(result, ErrorKind::BadNpy, &path, &["header"]);
        assert_eq!(RecordMap::<Tick>::options().raw().open_mode(mode, &path).unwrap().len(), 10);
        assert_eq!(RecordMap::<Tick>::options().offset(128).open_mode(mode, &path).unwrap().len(), 2);
    }
    let file = File::open(&path).unwrap();
    assert_eq!(RecordMap::<Tick>::open(&file).unwrap_err().kind(), ErrorKind::BadNpy);
    assert_eq!(fs::read(&path).unwrap(), bytes);
    // To overwrite one is another matter.
    RecordMap::<Tick>::options().shape(1).create(&path).unwrap();
    assert_eq!(len_of(&path), 16);
    // The first five bytes are not enough to be one.
    fs::write(&path, b"\x93NUMP").unwrap();
    assert_eq!(RecordMap::<u8>::open(&path).unwrap().len(), 5);
}

/// What cannot be read may be a `.npy` file.
#[cfg(target_os = "linux")]
#[test]
fn a_file_that_cannot_be_read_is_not_taken_for_records() {
    // A file whose first bytes nobody has mapped, so that reading them is an error. It says that it has none.
    let path = Path::new("/proc/self/mem");
    for mode in [Mode::ReadOnly, Mode::CopyOnWrite, Mode::ReadWrite] {
        let result = RecordMap::<u8>::options().shape(0).open_mode(mode, path);
        expect_error(result, ErrorKind::Unsupported, path, &["as those of the kernel do", "copy it"]);
    }
    let (_dir, path) = file_of(32);
    let write_only = || OpenOptions::new().write(true).open(&path).unwrap();
    for result in [
        RecordMap::<Tick>::open_rw(write_only()),
        RecordMap::<Tick>::options().shape(3).open_rw(write_only()),
    ] {
        let error = result.unwrap_err().to_string();
        assert!(
            error.contains("cannot read how the file begins") && error.contains(".read(true)"),
            "{error}"
        );
    }
    assert_eq!(fs::read(&path).unwrap(), content(32));
}

#[test]
fn records_of_no_bytes_need_a_shape() {
    let (_dir, path) = file_of(10);
    let result = RecordMap::<[u8; 0]>::open(&path);
    expect_error(result, ErrorKind::ShapeMismatch, &path, &["no bytes", "shape"]);
    let mut map = RecordMap::<[u8; 0]>::options().shape((3, 2)).open_rw(&path).unwrap();
    map.fill([]);
    assert_eq!((map.len(), map.at([2, 1]), map.iter().len()), (6, [], 6));
    assert_eq!(len_of(&path), 10);
}

#[test]
fn locks_keep_out_other_maps_until_they_are_dropped() {
    let (_dir, path) = file_of(32);
    let with = |lock| RecordMap::<Tick>::options().lock(lock);
    let writer = with(Lock::Exclusive).open_rw(&path).unwrap();
    for lock in [Lock::Shared, Lock::Exclusive] {
        expect_error(with(lock).open(&path), ErrorKind::Locked, &path, &["lock", "close it there"]);
        expect_error(with(lock).shape(9).open_rw(&path), ErrorKind::Locked, &path, &[]);
        expect_error(with(lock).shape(9).create(&path), ErrorKind::Locked, &path, &[]);
        assert_eq!(fs::read(&path).unwrap(), content(32));
    }
    with(Lock::None).open(&path).unwrap();
    writer.close().unwrap();

    // A program that another test starts in that moment has the file, and its lock, until it is running.
    let free = |lock| with(lock).lock_timeout(std::time::Duration::from_secs(20));
    let readers = (free(Lock::Shared).open(&path).unwrap(), free(Lock::Shared).open_cow(&path).unwrap());
    expect_error(with(Lock::Exclusive).open_rw(&path), ErrorKind::Locked, &path, &["an exclusive lock"]);
    drop(readers);
    // A file that is given up to the map is locked and let go of like one that was opened for it.
    let open = || OpenOptions::new().read(true).write(true).open(&path).unwrap();
    let map = free(Lock::Exclusive).open_rw(open()).unwrap();
    expect_error(with(Lock::Shared).open(&path), ErrorKind::Locked, &path, &[]);
    drop(map);
    // A lock on a file that is only lent would be the lender's, and two maps of it would not exclude each other.
    let file = open();
    let error = with(Lock::Exclusive).open_rw(&file).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
    file.lock().unwrap();
    with(Lock::None).open_rw(&file).unwrap();
    expect_error(with(Lock::Shared).open(&path), ErrorKind::Locked, &path, &[]);
    drop(file);
    // A map that could not be made leaves no lock behind.
    expect_error(free(Lock::Exclusive).shape(1 << 40).open(&path), ErrorKind::PastEnd, &path, &[]);
    free(Lock::Exclusive).open_rw(&path).unwrap();
    // A file that could not be made because of someone's lock is that someone's, and stays.
    let holder = free(Lock::Exclusive).open_rw(&path).unwrap();
    expect_error(with(Lock::Exclusive).shape(1).create(&path), ErrorKind::Locked, &path, &[]);
    assert_eq!(holder.len(), 2);
}

/// The lock of another process, which ends with it.
#[test]
fn locks_of_other_processes_are_seen() {
    const CHILD: &str = "MMREC_TEST_LOCKED_FILE";
    if let Some(path) = std::env::var_os(CHILD) {
        let error = RecordMap::<Tick>::options().lock(Lock::Shared).open(path).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Locked);
        return;
    }
    let (_dir, path) = file_of(32);
    let _writer = RecordMap::<Tick>::options().lock(Lock::Exclusive).open_rw(&path).unwrap();
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "maps::locks_of_other_processes_are_seen"])
        .env(CHILD, &path)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&child.stdout);
    assert!(child.status.success() && text.contains("1 passed"), "{text}");
}

#[test]
fn flushing_ranges_and_hints_check_their_rows() {
    let dir = tempdir().unwrap();
    let path = dir.path().join("m");
    for order in [Order::C, Order::F] {
        let mut map: RecordMap<Tick, Ix2, ReadWrite> =
            RecordMap::<Tick>::options().offset(7).shape((1000, 3)).order(order).create(&path).unwrap();
        map.fill(tick(1));
        map.flush_range(10..20).unwrap();
        map.flush_range(..).unwrap();
        map.flush_range(999..).unwrap();
        map.flush_range(..=999).unwrap();
        map.flush_range(1000..).unwrap();
        map.flush_async().unwrap();
        map.prefetch(5..500).unwrap();
        for advice in [Advice::Normal, Advice::Random, Advice::Sequential, Advice::WillNeed] {
            map.advise(advice).unwrap();
        }
        expect_error(map.flush_range(..1001), ErrorKind::PastEnd, &path, &["1000 rows"]);
        expect_error(map.flush_range(..=usize::MAX), ErrorKind::PastEnd, &path, &[]);
        expect_error(map.prefetch(0..=1000), ErrorKind::PastEnd, &path, &["0..1000"]);
    }
    let map = RecordMap::<Tick>::options().shape(()).create(&path).unwrap();
    map.flush_range(0..1).unwrap();
    map.flush_range(..).unwrap();
}

#[test]
fn debug_shows_what_is_mapped_and_io_errors_keep_their_kind() {
    let (_dir, path) = file_of(32);
    let map = RecordMap::<Tick>::open(&path).unwrap();
    let debug = format!("{map:?}");
    for part in ["ticks.bin", "mode: r", "(2,)", "[('ts', '<u8'), ('price', '<f8')]"] {
        assert!(debug.contains(part), "{debug}");
    }
    let error = RecordMap::<Tick>::open("/nowhere/at/all").unwrap_err();
    assert_eq!(io::Error::from(error).kind(), io::ErrorKind::NotFound);
    let error = RecordMap::<Tick>::options().offset(100).open(&path).unwrap_err();
    assert_eq!(io::Error::from(error).kind(), io::ErrorKind::UnexpectedEof);
}
