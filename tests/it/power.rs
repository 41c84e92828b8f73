//! What the disk holds when the power is cut. A disk is copied while it is mounted, and the copy is mounted: it has what had been
//! written to it by then, and nothing of what was in memory.
//!
//! A write that a real disk was given and has not been told to keep may be lost too; the copy has it.
#![cfg(target_os = "linux")]

use std::{
    env,
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
    process::Command,
};

use mmrec::{Ix1, MmapRecord, ReadWrite, RecordMap};
use tempfile::{TempDir, tempdir};

use super::mount::Mount;

#[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
#[repr(C)]
struct Row {
    id: u64,
    value: f64,
}

fn row(id: usize) -> Row {
    Row { id: id as u64 + 1, value: 0.5 }
}

fn rows(ids: std::ops::Range<usize>) -> Vec<Row> {
    ids.map(row).collect()
}

fn create(path: &Path, len: usize) -> RecordMap<Row, Ix1, ReadWrite> {
    let options = RecordMap::<Row>::options().shape(len);
    let is_npy = path.extension().is_some_and(|extension| extension == "npy");
    let mut map = if is_npy { options.create_npy(path) } else { options.create(path) }.unwrap();
    (0..len).for_each(|i| map.set(i, row(i)));
    map
}

struct Disk {
    mount: Mount,
    dir: TempDir,
}

impl Disk {
    fn new() -> Option<Self> {
        let dir = tempdir().unwrap();
        let at = dir.path().join("mnt");
        fs::create_dir(&at).unwrap();
        Some(Self { mount: Mount::image("ext4", &at, &dir.path().join("image"), 16 << 20)?, dir })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.mount.path().join(name)
    }

    /// What a file holds if the power is cut now; `None` in it if it is not there. `None`, and says so, if there is no other loop device.
    fn after_power_cut(&self, name: &str) -> Option<Option<mmrec::Result<Vec<Row>>>> {
        let copied = tempdir().unwrap();
        let (image, at) = (copied.path().join("image"), copied.path().join("mnt"));
        fs::copy(self.dir.path().join("image"), &image).unwrap();
        fs::create_dir(&at).unwrap();
        let mount = Mount::of_image("ext4", &at, &image)?;
        let path = mount.path().join(name);
        Some(path.exists().then(|| RecordMap::<Row>::open(path).map(|map| map.to_vec())))
    }

    #[track_caller]
    fn expect(&self, name: &str, expected: &[Row]) {
        let Some(found) = self.after_power_cut(name) else { return };
        let found = found.expect("the file is there").unwrap();
        assert!(found == expected, "{name}: {} rows, {} expected", found.len(), expected.len());
    }

    /// Has the file system write all that it keeps in its journal, and no content of other files.
    fn write_journal(&self) {
        let mut other = File::create(self.path("other")).unwrap();
        other.write_all(&[1; 100]).unwrap();
        other.sync_all().unwrap();
    }
}

#[test]
fn what_was_flushed_survives_a_power_cut() {
    let Some(disk) = Disk::new() else { return };
    for name in ["f.bin", "f.npy"] {
        let mut map = create(&disk.path(name), 100);
        let found = disk.after_power_cut(name);
        assert!(!matches!(found, Some(Some(_))), "nothing has been flushed, so the test sees what is");
        map.flush().unwrap();
        let mut expected = rows(0..100);
        disk.expect(name, &expected);

        expected[50] = row(7000);
        map.set(50, row(7000));
        map.flush_range(50..51).unwrap();
        disk.expect(name, &expected);

        map.append(&rows(100..150)).unwrap();
        map.flush().unwrap();
        expected.extend(rows(100..150));
        disk.expect(name, &expected);

        let mut appender = map.appender().unwrap();
        for ids in [150..1000, 1000..40_000, 40_000..40_001] {
            appender.extend_from_slice(&rows(ids.clone())).unwrap();
            appender.flush().unwrap();
            expected.extend(rows(ids));
            disk.expect(name, &expected);
        }
        appender.finish().unwrap();

        map.grow(1).unwrap();
        map.set(40_001, row(3));
        map.close().unwrap();
        expected.push(row(3));
        disk.expect(name, &expected);

        let mut map = RecordMap::<Row>::open_rw(disk.path(name)).unwrap();
        map.shrink_to(20).unwrap();
        map.flush().unwrap();
        expected.truncate(20);
        disk.expect(name, &expected);
        // Nothing is left that is mapped, and the length is on the disk all the same.
        map.shrink_to(0).unwrap();
        map.flush().unwrap();
        disk.expect(name, &[]);
        map.append(&rows(0..5000)).unwrap();
        map.flush().unwrap();
        disk.expect(name, &rows(0..5000));
        create(&disk.path(name), 0).flush().unwrap();
        disk.expect(name, &[]);
    }
}

/// A new file whose only flush is that of an appender has its name on the disk.
#[test]
fn an_appender_puts_the_name_of_a_new_file_on_the_disk() {
    let Some(disk) = Disk::new() else { return };
    for name in ["f.bin", "f.npy"] {
        let mut map = create(&disk.path(name), 0);
        let mut appender = map.appender().unwrap();
        appender.push(row(0)).unwrap();
        appender.flush().unwrap();
        disk.expect(name, &rows(0..1));
    }
}

/// The file system may put its new length on the disk before anything that was written to it.
#[test]
fn a_header_names_no_rows_that_were_cut_away() {
    let Some(disk) = Disk::new() else { return };
    for name in ["f.bin", "f.npy"] {
        let mut map = create(&disk.path(name), 10_000);
        map.flush().unwrap();
        // So many that the header and the new end are far apart, and nothing writes both for the sake of one.
        map.shrink_to(5000).unwrap();
        disk.write_journal();
        disk.expect(name, &rows(0..5000));
    }
}

const CHILD: &str = "MMREC_TEST_POWER";

/// What no copy shows, for it would have to be made in the middle of a call: what is on the disk before what.
#[test]
fn a_header_is_written_when_its_rows_are_on_the_disk() {
    if let Some(path) = env::var_os(CHILD) {
        let mut map = RecordMap::<Row>::open_rw(path).unwrap();
        let mut appender = map.appender().unwrap();
        appender.extend_from_slice(&rows(10..20)).unwrap();
        appender.flush().unwrap();
        appender.finish().unwrap();
        map.shrink_to(5).unwrap();
        return;
    }
    let dir = tempdir().unwrap();
    let path = dir.path().join("watched.npy");
    create(&path, 10).close().unwrap();
    let traced = Command::new("strace")
        .args(["-f", "-y", "-s", "1", "-e", "trace=ftruncate,pwrite64,fdatasync,msync"])
        .arg(env::current_exe().unwrap())
        .args(["--exact", "power::a_header_is_written_when_its_rows_are_on_the_disk"])
        .env(CHILD, &path)
        .output();
    let Ok(traced) = traced.map(|traced| String::from_utf8_lossy(&traced.stderr).into_owned()) else {
        println!("skipped: no strace");
        return;
    };
    if !traced.contains("pwrite64(") {
        println!("skipped: strace cannot trace here");
        return;
    }
    const HEADER: u64 = 128;
    let number_at_end = |line: &str| -> u64 {
        let arguments = line.rsplit_once(')').unwrap().0;
        arguments.rsplit_once(", ").unwrap().1.parse().unwrap()
    };
    let calls: Vec<&str> = traced
        .lines()
        .filter_map(|line| match line {
            _ if line.contains("msync(") => Some("flush the map"),
            _ if !line.contains("/watched.npy>") => None,
            _ if line.contains("fdatasync(") => Some("flush the file"),
            _ if line.contains("ftruncate(") && number_at_end(line) == HEADER + 5 * 16 => Some("cut"),
            _ if line.contains("ftruncate(") => None,
            _ if number_at_end(line) < HEADER => Some("header"),
            _ => Some("rows"),
        })
        .collect();
    let appended = ["rows", "flush the file", "header", "flush the map", "flush the file"];
    let shrunk = ["header", "flush the file", "cut"];
    assert_eq!(calls, [&appended[..], &shrunk].concat(), "{traced}");
}
