//! Files that are not plain ones, names that are not plain ones, and sizes past 32 and 40 bits: the right result, or an
//! error that says what was wrong with which file.
#![cfg(unix)]

#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
mod large;

use std::{
    ffi::{OsStr, OsString},
    fs::{self, File, OpenOptions},
    io::{self, Read},
    os::unix::{
        ffi::{OsStrExt, OsStringExt},
        fs::{FileExt, MetadataExt, symlink},
        net::UnixListener,
    },
    path::{Path, PathBuf},
    process::Command,
    sync::mpsc,
    thread,
    time::Duration,
};

use mmrec::{
    DType, DynMap, DynOptions, Error, ErrorKind, Ix1, Lock, MapOptions, MmapRecord, Mode, ReadWrite,
    RecordMap, Result,
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

fn ticks() -> MapOptions<Tick> {
    RecordMap::<Tick>::options()
}

/// A new file of ticks, raw or a `.npy`.
fn made(path: &Path, is_npy: bool, numbers: &[u64]) -> RecordMap<Tick, Ix1, ReadWrite> {
    let options = ticks().shape(numbers.len());
    let mut map = if is_npy { options.create_npy(path) } else { options.create(path) }.unwrap();
    map.copy_from_slice(&numbers.iter().copied().map(tick).collect::<Vec<_>>());
    map
}

/// The numbers of the ticks in a file that is open, read without this crate.
fn numbers_in(file: &File, is_npy: bool) -> Vec<u64> {
    let mut bytes = vec![0; file.metadata().unwrap().len() as usize];
    file.read_exact_at(&mut bytes, 0).unwrap();
    let head = if is_npy { 128 } else { 0 };
    bytes[head..].chunks(16).map(|tick| u64::from_le_bytes(tick[..8].try_into().unwrap())).collect()
}

fn numbers<M>(map: &RecordMap<Tick, Ix1, M>) -> Vec<u64> {
    map.columns().ts.to_vec()
}

/// A directory with a file of three ticks.
fn three_ticks() -> (TempDir, PathBuf) {
    let dir = tempdir().unwrap();
    let path = dir.path().join("ticks.bin");
    made(&path, false, &[1, 2, 3]);
    (dir, path)
}

/// The numbers of the ticks in a raw file, read without this crate.
fn read_ticks(path: &Path) -> Vec<u64> {
    numbers_in(&File::open(path).unwrap(), false)
}

type Attempt = (&'static str, fn(&Path) -> Result<()>);

fn dynamic() -> DynOptions {
    DynMap::options().dtype(DType::of::<Tick>())
}

/// Every way to map a file that is there.
const OPENING: [Attempt; 14] = [
    ("r", |path| RecordMap::<Tick>::open(path).map(drop)),
    ("c", |path| RecordMap::<Tick>::open_cow(path).map(drop)),
    ("r+", |path| RecordMap::<Tick>::open_rw(path).map(drop)),
    ("r, shape", |path| ticks().shape(1).open(path).map(drop)),
    ("c, shape", |path| ticks().shape(1).open_cow(path).map(drop)),
    ("r+, shape", |path| ticks().shape(1).open_rw(path).map(drop)),
    ("r, raw", |path| ticks().raw().populate(true).open(path).map(drop)),
    ("AnyMode", |path| ticks().shape(1).open_mode(Mode::ReadWrite, path).map(drop)),
    ("sealed", |path| ticks().shape(1).open_sealed(path).map(drop)),
    ("npy_at", |path| ticks().npy_at(0).open(path).map(drop)),
    ("npz_member", |path| ticks().npz_member("a").open(path).map(drop)),
    ("DynMap r", |path| DynMap::open(path).map(drop)),
    ("DynMap c", |path| dynamic().open_cow(path).map(drop)),
    ("DynMap r+", |path| dynamic().shape(1).open_rw(path).map(drop)),
];

/// Every way to make a file, or to overwrite one.
const MAKING: [Attempt; 7] = [
    ("w+", |path| ticks().shape(1).create(path).map(drop)),
    ("w+, sparse and locked", |path| {
        ticks().shape(1).sparse(true).lock(Lock::Exclusive).create(path).map(drop)
    }),
    ("AnyMode", |path| ticks().shape(1).open_mode(Mode::Create, path).map(drop)),
    ("npy", |path| ticks().shape(1).create_npy(path).map(drop)),
    ("new", |path| ticks().shape(1).create_new(path).map(drop)),
    ("DynMap w+", |path| dynamic().shape(1).create(path).map(drop)),
    ("DynMap npy", |path| dynamic().shape(1).create_npy(path).map(drop)),
];

/// The ways to open a file that take all there is of it, as long as it says it is.
const WHOLE: [&str; 5] = ["r", "c", "r+", "r, raw", "DynMap c"];

/// The way to make a file that overwrites none.
const NEW: [&str; 1] = ["new"];

/// The attempts of these names.
fn only(attempts: &[Attempt], names: &[&str]) -> Vec<Attempt> {
    attempts.iter().filter(|(name, _)| names.contains(name)).copied().collect()
}

/// The attempts of other names.
fn except(attempts: &[Attempt], names: &[&str]) -> Vec<Attempt> {
    attempts.iter().filter(|(name, _)| !names.contains(name)).copied().collect()
}

/// What a call gives, if it gives something at all.
#[track_caller]
fn in_time<R: Send + 'static>(what: &str, call: impl FnOnce() -> R + Send + 'static) -> R {
    let (sender, result) = mpsc::channel();
    thread::spawn(move || sender.send(call()));
    result.recv_timeout(Duration::from_secs(30)).unwrap_or_else(|error| panic!("{what}: {error}"))
}

/// The errors of these attempts, all of which fail in time and name the file.
#[track_caller]
fn refused(attempts: &[Attempt], path: &Path) -> Vec<(&'static str, Error)> {
    let error = |&(name, attempt): &Attempt| {
        let what = format!("{}, {name}", path.display());
        let result = in_time(&what, {
            let path = path.to_path_buf();
            move || attempt(&path)
        });
        let Err(error) = result else { panic!("{what}: expected an error") };
        let text = error.to_string();
        assert_eq!(error.path(), Some(path), "{what}: {text}");
        assert!(text.starts_with(&format!("{}: ", path.display())), "{what}: {text}");
        (name, error)
    };
    attempts.iter().map(error).collect()
}

/// All attempts fail in time, with errors of one kind that hold one of `parts`.
#[track_caller]
fn all_refused(attempts: &[Attempt], path: &Path, kind: ErrorKind, parts: &[&str]) -> Vec<Error> {
    let check = |(name, error): (&str, Error)| {
        let text = error.to_string();
        assert_eq!(error.kind(), kind, "{name}: {text}");
        assert!(parts.iter().any(|part| text.contains(part)), "{name}: none of {parts:?} in {text}");
        error
    };
    refused(attempts, path).into_iter().map(check).collect()
}

fn names_in(dir: &Path) -> Vec<OsString> {
    fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name()).collect()
}

#[test]
fn a_pipe_is_refused_in_every_mode_and_nothing_waits_for_its_other_end() {
    let dir = tempdir().unwrap();
    let pipe = dir.path().join("pipe");
    if !Command::new("mkfifo").arg(&pipe).status().is_ok_and(|status| status.success()) {
        println!("skipped: no mkfifo");
        return;
    }
    let link = dir.path().join("link");
    symlink("pipe", &link).unwrap();
    for path in [&pipe, &link] {
        for attempts in [&OPENING[..], &MAKING] {
            all_refused(attempts, path, ErrorKind::Unsupported, &["found a pipe or socket"]);
        }
    }
    assert_eq!(names_in(dir.path()).len(), 2);
    // One that is open already; for reading and writing, which Linux opens at once.
    #[cfg(target_os = "linux")]
    {
        let open = OpenOptions::new().read(true).write(true).open(&pipe).unwrap();
        for result in [
            ticks().open(&open).map(drop),
            ticks().shape(1).create(&open).map(drop),
            DynMap::open(&open).map(drop),
        ] {
            let error = result.unwrap_err();
            assert_eq!((error.kind(), error.path()), (ErrorKind::Unsupported, None), "{error}");
        }
    }
}

#[test]
fn a_socket_is_refused_in_every_mode() {
    let dir = tempdir().unwrap();
    let socket = dir.path().join("socket");
    let listener = UnixListener::bind(&socket).unwrap();
    for attempts in [&OPENING[..], &MAKING] {
        all_refused(attempts, &socket, ErrorKind::Unsupported, &["found a pipe or socket"]);
    }
    // Nobody has knocked at it either.
    listener.set_nonblocking(true).unwrap();
    assert_eq!(listener.accept().unwrap_err().kind(), io::ErrorKind::WouldBlock);
    assert_eq!(names_in(dir.path()), ["socket"]);
}

#[test]
fn a_directory_is_refused_in_every_mode() {
    let dir = tempdir().unwrap();
    let (inner, link) = (dir.path().join("inner"), dir.path().join("link"));
    fs::create_dir(&inner).unwrap();
    symlink("inner", &link).unwrap();
    for path in [&inner, &link] {
        for attempts in [&OPENING[..], &MAKING] {
            for error in all_refused(attempts, path, ErrorKind::Io, &["give the path of a file in it"]) {
                assert_eq!(error.io_error().unwrap().kind(), io::ErrorKind::IsADirectory);
            }
        }
    }
    assert_eq!(names_in(&inner), [""; 0]);
    let error = ticks().open(File::open(&inner).unwrap()).unwrap_err();
    assert_eq!((error.kind(), error.path()), (ErrorKind::Io, None), "{error}");
    // What has a file for a directory.
    let file = dir.path().join("file");
    fs::write(&file, [7; 16]).unwrap();
    for attempts in [&OPENING[..], &MAKING] {
        for error in all_refused(attempts, &file.join("inner"), ErrorKind::Io, &["cannot"]) {
            assert_eq!(error.io_error().unwrap().kind(), io::ErrorKind::NotADirectory);
        }
    }
    assert_eq!(fs::read(&file).unwrap(), [7; 16]);
}

/// Terminals, sources of random numbers and the like: nothing of them can be mapped.
#[cfg(target_os = "linux")]
#[test]
fn devices_that_cannot_be_mapped_are_refused_in_every_mode() {
    for name in ["null", "full", "random", "urandom", "ptmx", "tty"] {
        let path = Path::new("/dev").join(name);
        if !path.exists() {
            println!("skipped: no {}", path.display());
            continue;
        }
        for (name, error) in refused(&OPENING, &path).into_iter().chain(refused(&MAKING, &path)) {
            let text = error.to_string();
            match error.kind() {
                ErrorKind::Io => assert!(text.contains("cannot"), "{name}: {text}"),
                ErrorKind::ShapeMismatch => {
                    assert!(text.contains("device") && text.contains("shape"), "{text}")
                }
                kind => assert!(kind == ErrorKind::Unsupported, "{name}: {text}"),
            }
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn dev_zero_is_zeros_in_the_modes_that_do_not_make_a_file() {
    let path = Path::new("/dev/zero");
    let zeros = [tick(0); 3];
    assert_eq!(ticks().shape(3).open(path).unwrap().to_vec(), zeros);
    assert_eq!(dynamic().shape(3).open(path).unwrap().view().to_bytes(), [0; 48]);
    let mut own = ticks().shape(3).open_cow(path).unwrap();
    let mut shared = ticks().offset(8).shape(3).open_rw(path).unwrap();
    let mut any = ticks().shape((3, 1)).open_mode(Mode::ReadWrite, path).unwrap();
    own.set(2, tick(7));
    shared.set(2, tick(8));
    any.view_mut().unwrap().set([2, 0], tick(9));
    assert_eq!((own.at(1), own.at(2)), (tick(0), tick(7)));
    assert_eq!((shared.at(1), shared.at(2)), (tick(0), tick(8)));
    assert_eq!((any.at([1, 0]), any.at([2, 0])), (tick(0), tick(9)));
    // What was written is nobody else's.
    assert_eq!(ticks().shape(3).open_rw(path).unwrap().to_vec(), zeros);
    shared.flush().unwrap();
    for error in [shared.grow(1).unwrap_err(), shared.append(&[tick(1)]).unwrap_err()] {
        assert_eq!((error.kind(), error.path()), (ErrorKind::Unsupported, Some(path)), "{error}");
        assert!(error.to_string().contains("a device cannot grow"), "{error}");
    }
    assert_eq!(shared.at(2), tick(8));

    // It has no end, and there is no file in it.
    all_refused(
        &only(&OPENING, &WHOLE),
        path,
        ErrorKind::ShapeMismatch,
        &["device and has no end; give a shape"],
    );
    let in_a_file = only(&OPENING, &["sealed", "npy_at", "npz_member", "DynMap r"]);
    all_refused(&in_a_file, path, ErrorKind::Unsupported, &["nothing guarantees", "no .npy", ".dtype()"]);
    all_refused(
        &except(&MAKING, &NEW),
        path,
        ErrorKind::Unsupported,
        &["found a device; open it with open_rw"],
    );
    all_refused(&only(&MAKING, &NEW), path, ErrorKind::Io, &["remove it"]);
}

/// Files of the kernel, which have other lengths than they say.
#[cfg(target_os = "linux")]
#[test]
fn files_of_the_kernel_are_not_mapped() {
    let files = [
        "/proc/self/maps",
        "/proc/self/mem",
        "/proc/self/status",
        "/proc/self/pagemap",
        "/proc/self/comm",
        "/proc/sys/kernel/ostype",
        "/sys/kernel/fscaps",
        "/sys/kernel/mm/transparent_hugepage/hpage_pmd_size",
    ];
    for path in files.map(Path::new) {
        let Ok(len) = File::open(path).and_then(|file| Ok(file.metadata()?.len())) else {
            println!("skipped: no {} to be read", path.display());
            continue;
        };
        let mut before = vec![0; 4096];
        let read = File::open(path).unwrap().read(&mut before).unwrap_or_default();
        before.truncate(read);
        refused(&except(&OPENING, &WHOLE), path);
        refused(&MAKING, path);
        if len > 0 {
            refused(&OPENING, path);
        }
        // These stay as they are of themselves.
        if path.ends_with("comm") || len > 0 {
            assert_eq!(fs::read(path).unwrap(), before);
        }
    }
}

/// A file that says it has no bytes, and gives some to who reads it, is not an array of no elements.
#[cfg(target_os = "linux")]
#[test]
fn files_of_the_kernel_that_say_they_are_empty_are_no_empty_arrays() {
    for path in ["/proc/self/maps", "/proc/self/status", "/proc/self/comm"].map(Path::new) {
        assert_eq!(fs::metadata(path).unwrap().len(), 0);
        refused(&only(&OPENING, &WHOLE), path);
    }
}

/// Linux maps what others write to `/dev/zero` as memory that is as long as the map, and keeps the offset into it: a
/// map that starts in another page than the first ended the process where it was read.
#[cfg(target_os = "linux")]
#[test]
fn dev_zero_is_zeros_at_every_offset_or_an_error() {
    const CHILD: &str = "MMREC_TEST_DEV_ZERO";
    let path = Path::new("/dev/zero");
    if std::env::var_os(CHILD).is_some() {
        for offset in [4095, 4096, 1 << 40] {
            for mode in [Mode::ReadOnly, Mode::CopyOnWrite, Mode::ReadWrite] {
                match ticks().offset(offset).shape(1000).open_mode(mode, path) {
                    Ok(map) => assert_eq!(map.to_vec(), [tick(0); 1000]),
                    Err(error) => assert_eq!(error.path(), Some(path), "{error}"),
                }
            }
        }
        return;
    }
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "special::dev_zero_is_zeros_at_every_offset_or_an_error"])
        .env(CHILD, "1")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&child.stdout);
    assert!(child.status.success() && text.contains("1 passed"), "{}: {text}", child.status);
}

#[test]
fn links_in_a_circle_are_an_error_and_links_in_a_row_are_followed() {
    let (dir, path) = three_ticks();
    let link = |name: &str, target: &str| {
        let link = dir.path().join(name);
        symlink(target, &link).unwrap();
        link
    };
    let (around, itself) = (link("around", "back"), link("itself", "itself"));
    link("back", "around");
    let too_many = File::open(&around).unwrap_err().raw_os_error();
    assert!(too_many.is_some());
    for path in [&around, &itself, &around.join("inside")] {
        for attempts in [OPENING.to_vec(), except(&MAKING, &NEW)] {
            for error in all_refused(&attempts, path, ErrorKind::Io, &["cannot open"]) {
                assert_eq!(error.io_error().unwrap().raw_os_error(), too_many);
            }
        }
        refused(&only(&MAKING, &NEW), path);
    }
    assert_eq!(names_in(dir.path()).len(), 4);

    fs::create_dir(dir.path().join("deep")).unwrap();
    link("deep/first", "../second");
    link("second", "home/ticks.bin");
    link("home", "deep/..");
    let first = dir.path().join("deep").join("first");
    let map = ticks().open(&first).unwrap();
    assert_eq!((map.path(), map.len()), (Some(first.as_path()), 3), "links are not resolved");
    ticks().open_cow(&first).unwrap().fill(tick(9));
    ticks().open_rw(&first).unwrap().append(&[tick(4)]).unwrap();
    assert_eq!(read_ticks(&path), [1, 2, 3, 4]);
    ticks().shape(4).create(&first).unwrap().fill(tick(5));
    assert_eq!((read_ticks(&path), map.at(2)), (vec![5; 4], tick(5)), "it is the same file");
    assert_eq!(
        refused(&only(&MAKING, &NEW), &first)[0].1.io_error().unwrap().kind(),
        io::ErrorKind::AlreadyExists
    );
    dynamic().shape(1).create_npy(&first).unwrap();
    assert_eq!(DynMap::open(&first).unwrap().shape(), [1]);
    assert!(fs::symlink_metadata(&first).unwrap().is_symlink());
    // Once mapped, the links are of no account.
    let mut map = ticks().open_rw(&first).unwrap();
    fs::remove_file(&first).unwrap();
    symlink("itself", &first).unwrap();
    map.append(&[tick(6)]).unwrap();
    map.close().unwrap();
    assert_eq!(ticks().open(&path).unwrap().to_vec(), [tick(0), tick(6)]);
}

#[test]
fn a_file_that_is_removed_goes_on_under_its_maps() {
    for is_npy in [false, true] {
        let dir = tempdir().unwrap();
        let path = dir.path().join("ticks");
        let mut writer = made(&path, is_npy, &[1, 2, 3]);
        let (reader, mut own) = (ticks().open(&path).unwrap(), ticks().open_cow(&path).unwrap());
        let file = File::open(&path).unwrap();
        fs::remove_file(&path).unwrap();

        assert_eq!(
            (numbers(&reader), numbers(&own), numbers(&writer)),
            (vec![1, 2, 3], vec![1, 2, 3], vec![1, 2, 3])
        );
        writer.set(1, tick(20));
        own.set(2, tick(30));
        writer.flush_range(1..2).unwrap();
        writer.flush_async().unwrap();
        writer.flush().unwrap();
        assert_eq!((numbers(&reader), numbers(&own)), (vec![1, 20, 3], vec![1, 20, 30]));
        assert_eq!(numbers_in(&file, is_npy), [1, 20, 3]);
        // What is added goes to the file that is gone, and makes none of its name.
        writer.append(&[tick(4)]).unwrap();
        writer.grow(1).unwrap();
        assert!(!path.exists());
        assert_eq!((numbers_in(&file, is_npy), file.metadata().unwrap().nlink()), (vec![1, 20, 3, 4, 0], 0));
        assert_eq!(numbers(&reader), [1, 20, 3]);

        // A file that is made in its place is another.
        let mut new = made(&path, !is_npy, &[7]);
        writer.append(&[tick(5)]).unwrap();
        writer.set(0, tick(10));
        new.append(&[tick(8)]).unwrap();
        writer.flush().unwrap();
        assert_eq!((numbers(&writer), numbers(&new)), (vec![10, 20, 3, 4, 0, 5], vec![7, 8]));
        assert_eq!(numbers(&ticks().open(&path).unwrap()), [7, 8]);
        assert_eq!(numbers(&reader), [10, 20, 3]);
        assert_eq!((writer.path(), reader.path()), (Some(path.as_path()), Some(path.as_path())));
        // So is one that cannot be had.
        fs::remove_file(&path).unwrap();
        assert_eq!(ticks().open(&path).unwrap_err().io_error().unwrap().kind(), io::ErrorKind::NotFound);
        writer.discard_rest().unwrap();
        writer.close().unwrap();
        assert_eq!(numbers_in(&file, is_npy), [10, 20, 3, 4, 0, 5]);
    }
}

#[test]
fn a_file_that_is_replaced_is_two_files() {
    for is_npy in [false, true] {
        let dir = tempdir().unwrap();
        let (path, other) = (dir.path().join("ticks"), dir.path().join("other"));
        let mut old = made(&path, is_npy, &[1, 2, 3]);
        let (reader, own) = (ticks().open(&path).unwrap(), ticks().open_cow(&path).unwrap());
        let file = File::open(&path).unwrap();
        let mut new = made(&other, is_npy, &[7, 8, 9, 10]);
        fs::rename(&other, &path).unwrap();

        assert_eq!(
            (numbers(&reader), numbers(&own), numbers(&old)),
            (vec![1, 2, 3], vec![1, 2, 3], vec![1, 2, 3])
        );
        assert_eq!(numbers(&ticks().open(&path).unwrap()), [7, 8, 9, 10]);
        // Both grow, each where it is, under the name that one of them has.
        old.append(&[tick(4), tick(5)]).unwrap();
        new.append(&[tick(11)]).unwrap();
        old.set(0, tick(100));
        new.set(0, tick(70));
        old.flush().unwrap();
        new.flush().unwrap();
        assert_eq!(numbers_in(&file, is_npy), [100, 2, 3, 4, 5]);
        assert_eq!(numbers_in(&File::open(&path).unwrap(), is_npy), [70, 8, 9, 10, 11]);
        assert_eq!((numbers(&reader), numbers(&own)), (vec![100, 2, 3], vec![100, 2, 3]));
        assert_eq!((old.path(), new.path()), (Some(path.as_path()), Some(other.as_path())));
        // To make one of the name is to overwrite the new one.
        ticks().shape(1).create(&path).unwrap();
        assert_eq!((numbers_in(&file, is_npy).len(), numbers(&reader)), (5, vec![100, 2, 3]));
        assert_eq!(names_in(dir.path()), ["ticks"]);
    }
}

#[test]
fn a_directory_that_is_removed_takes_no_map_with_it() {
    let dir = tempdir().unwrap();
    let inner = dir.path().join("inner");
    fs::create_dir(&inner).unwrap();
    let path = inner.join("ticks");
    let mut maps = [false, true].map(|is_npy| {
        let map = made(&path, is_npy, &[1, 2, 3]);
        let file = File::open(&path).unwrap();
        fs::remove_file(&path).unwrap();
        (map, file, is_npy)
    });
    fs::remove_dir(&inner).unwrap();
    for (map, file, is_npy) in &mut maps {
        map.append(&[tick(4)]).unwrap();
        map.set(0, tick(10));
        map.flush().unwrap();
        assert_eq!(numbers_in(file, *is_npy), [10, 2, 3, 4]);
    }
    for error in all_refused(&MAKING, &path, ErrorKind::Io, &["make its directory first"]) {
        assert_eq!(error.io_error().unwrap().kind(), io::ErrorKind::NotFound);
    }
    for error in all_refused(&OPENING, &path, ErrorKind::Io, &["check the path"]) {
        assert_eq!(error.io_error().unwrap().kind(), io::ErrorKind::NotFound);
    }
    assert_eq!(names_in(dir.path()), [""; 0]);
}

#[test]
fn a_file_of_two_names_is_one_file() {
    let (dir, path) = three_ticks();
    let other = dir.path().join("other");
    fs::hard_link(&path, &other).unwrap();
    let mut map = ticks().open_rw(&path).unwrap();
    let (reader, mut twin) = (ticks().open(&other).unwrap(), ticks().open_rw(&other).unwrap());
    map.set(0, tick(10));
    twin.set(1, tick(20));
    assert_eq!(
        (numbers(&map), numbers(&twin), numbers(&reader)),
        (vec![10, 20, 3], vec![10, 20, 3], vec![10, 20, 3])
    );
    // A lock is on the file, whatever its name.
    let locked =
        ticks().lock(Lock::Exclusive).lock_timeout(std::time::Duration::from_secs(20)).open(&path).unwrap();
    assert_eq!(ticks().lock(Lock::Shared).open(&other).unwrap_err().kind(), ErrorKind::Locked);
    drop(locked);
    // What one has added, the other does not overwrite.
    map.append(&[tick(4)]).unwrap();
    assert_eq!(twin.append(&[tick(5)]).unwrap_err().kind(), ErrorKind::ShapeMismatch);
    assert_eq!(read_ticks(&other), [10, 20, 3, 4]);
    // Nor is one made under a name that is taken; to overwrite one is to overwrite both.
    assert_eq!(
        refused(&only(&MAKING, &NEW), &other)[0].1.io_error().unwrap().kind(),
        io::ErrorKind::AlreadyExists
    );
    ticks().shape(3).create(&other).unwrap().set(2, tick(7));
    assert_eq!((read_ticks(&path), numbers(&reader)), (vec![0, 0, 7], vec![0, 0, 7]));
    fs::remove_file(&path).unwrap();
    ticks().open_rw(&other).unwrap().append(&[tick(8)]).unwrap();
    assert_eq!((read_ticks(&other), numbers(&reader)), (vec![0, 0, 7, 8], vec![0, 0, 7]));
    assert_eq!(fs::metadata(&other).unwrap().nlink(), 1);
}

/// A file system that is mounted to be read alone, where the test may mount one.
#[cfg(target_os = "linux")]
#[test]
fn a_read_only_file_system_is_mapped_in_the_modes_that_only_read() {
    let dir = tempdir().unwrap();
    let mount = |args: &[&str]| {
        let output = Command::new("mount").args(args).arg(dir.path()).output();
        output.is_ok_and(|output| output.status.success())
    };
    if !mount(&["-t", "tmpfs", "-o", "size=1m", "mmrec-test"]) {
        println!("skipped: no permission to mount a file system");
        return;
    }
    let result = std::panic::catch_unwind(|| {
        let (raw, npy, new) = (dir.path().join("raw"), dir.path().join("ticks.npy"), dir.path().join("new"));
        made(&raw, false, &[1, 2, 3]).close().unwrap();
        made(&npy, true, &[1, 2, 3]).close().unwrap();
        assert!(mount(&["-o", "remount,ro"]), "a file system that was mounted is mounted again");
        let before =
            [&raw, &npy].map(|path| (fs::read(path).unwrap(), fs::metadata(path).unwrap().mtime_nsec()));

        for path in [&raw, &npy] {
            assert_eq!(numbers(&ticks().open(path).unwrap()), [1, 2, 3]);
            assert_eq!(
                numbers(
                    &ticks()
                        .populate(true)
                        .lock(Lock::Exclusive)
                        .lock_timeout(std::time::Duration::from_secs(20))
                        .open(path)
                        .unwrap()
                ),
                [1, 2, 3]
            );
            assert_eq!(dynamic().open(path).unwrap().shape(), [3]);
            let mut own = ticks()
                .lock(Lock::Shared)
                .lock_timeout(std::time::Duration::from_secs(20))
                .open_cow(path)
                .unwrap();
            own.fill(tick(7));
            own.flush().unwrap();
            assert_eq!(numbers(&own), [7, 7, 7]);
            let mut any = ticks().open_mode(Mode::CopyOnWrite, path).unwrap();
            any.view_mut().unwrap().set(0, tick(8));
            assert_eq!(
                (numbers(&any), numbers(&ticks().open(path).unwrap())),
                (vec![8, 2, 3], vec![1, 2, 3])
            );

            let writing = only(&OPENING, &["r+", "r+, shape", "AnyMode", "DynMap r+"]);
            let overwriting = except(&MAKING, &NEW);
            for attempts in [&writing[..], &overwriting] {
                for error in all_refused(attempts, path, ErrorKind::Io, &["cannot open the file"]) {
                    assert_eq!(
                        error.io_error().unwrap().kind(),
                        io::ErrorKind::ReadOnlyFilesystem,
                        "{error}"
                    );
                    assert!(error.to_string().contains("Read-only file system"), "{error}");
                    assert_eq!(io::Error::from(error).kind(), io::ErrorKind::ReadOnlyFilesystem);
                }
            }
            refused(&only(&MAKING, &NEW), path);
        }
        for error in all_refused(&MAKING, &new, ErrorKind::Io, &["cannot make the file"]) {
            assert_eq!(error.io_error().unwrap().kind(), io::ErrorKind::ReadOnlyFilesystem, "{error}");
        }
        let after =
            [&raw, &npy].map(|path| (fs::read(path).unwrap(), fs::metadata(path).unwrap().mtime_nsec()));
        assert!(after == before);
        assert_eq!(names_in(dir.path()).len(), 2);
    });
    let unmounted = Command::new("umount").arg(dir.path()).status();
    assert!(unmounted.is_ok_and(|status| status.success()));
    result.unwrap();
}

/// Does everything there is with a file of this name, which need not be there.
fn works_in_every_mode(path: &Path) {
    for is_npy in [false, true] {
        let map = made(path, is_npy, &[1, 2]);
        assert_eq!(map.path(), Some(path));
        map.close().unwrap();
        assert_eq!(ticks().open(path).unwrap().path(), Some(path));
        assert_eq!(DynMap::options().dtype(DType::of::<Tick>()).open_cow(path).unwrap().path(), Some(path));
        let mut map = ticks()
            .lock(Lock::Exclusive)
            .lock_timeout(std::time::Duration::from_secs(20))
            .open_mode(Mode::ReadWrite, path.as_os_str())
            .unwrap();
        map.view_mut().unwrap().set(0, tick(7));
        map.close().unwrap();
        ticks().open_rw(path).unwrap().append(&[tick(3)]).unwrap();
        let map = ticks().open_cow(path).unwrap();
        assert_eq!((numbers(&map), map.path()), (vec![7, 2, 3], Some(path)));
        assert!(format!("{map:?}").contains("mode: c"));
        // Errors have it too.
        let error = ticks().offset(1 << 20).open(path).unwrap_err();
        assert_eq!((error.kind(), error.path()), (ErrorKind::PastEnd, Some(path)), "{error}");
        let exists = ticks().shape(1).create_new(path).unwrap_err();
        assert_eq!(exists.io_error().unwrap().kind(), io::ErrorKind::AlreadyExists, "{exists}");
        fs::remove_file(path).unwrap();
        ticks().shape(1).create_new(path).unwrap();
        fs::remove_file(path).unwrap();
        for error in all_refused(&OPENING, path, ErrorKind::Io, &["cannot open"]) {
            assert_eq!(error.io_error().unwrap().kind(), io::ErrorKind::NotFound);
        }
    }
}

/// Names on Linux are bytes, and need be no text.
#[cfg(target_os = "linux")]
#[test]
fn a_path_that_is_no_text_is_as_good_as_any() {
    let dir = tempdir().unwrap();
    for name in [&b"ticks-\xff\xfe.bin"[..], b"\x80", b"\xed\xa0\x80.npy", b"a\nb\xc3", b" ", b"-", b"..."] {
        let name = OsString::from_vec(name.to_vec());
        let inner = dir.path().join(&name);
        fs::create_dir(&inner).unwrap();
        let path = inner.join(&name);
        works_in_every_mode(&path);
        fs::write(&path, [1; 17]).unwrap();
        let error = ticks().open(&path).unwrap_err();
        let text = format!("{error} {error:?}");
        assert_eq!(error.path().unwrap().as_os_str().as_bytes(), path.as_os_str().as_bytes());
        assert!(text.contains("1 of them and 1 bytes over"), "{text}");
        assert_eq!(text.contains('\u{fffd}'), name.to_str().is_none(), "{text}");
        // As an open file it has no name, and so needs none.
        assert_eq!(RecordMap::<u8>::open(File::open(&path).unwrap()).unwrap().len(), 17);
    }
}

/// Lengths that Linux and its file systems have in common.
#[cfg(target_os = "linux")]
#[test]
fn the_longest_name_is_mapped_and_a_longer_one_is_an_error() {
    let dir = tempdir().unwrap();
    works_in_every_mode(&dir.path().join("n".repeat(255)));
    works_in_every_mode(&dir.path().join(OsStr::from_bytes(&[0xff; 255])));
    let too_long_a_path = dir.path().join("directory/".repeat(500)).join("n");
    for path in [dir.path().join("n".repeat(256)), too_long_a_path] {
        for attempts in [&OPENING[..], &MAKING] {
            for error in all_refused(attempts, &path, ErrorKind::Io, &["cannot open", "cannot make"]) {
                assert_eq!(error.io_error().unwrap().kind(), io::ErrorKind::InvalidFilename, "{error}");
            }
        }
    }
    assert_eq!(names_in(dir.path()), [""; 0]);
}
