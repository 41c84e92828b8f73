//! Disks that are full.
#![cfg(target_os = "linux")]

use std::fs;

use mmrec::{ColumnMap, ErrorKind, MmapRecord, View};
use tempfile::tempdir;

use crate::mount::Mount;

#[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
#[repr(C)]
struct Row {
    id: u64,
    values: [u64; 30],
    check: u64,
}

fn row(id: u64) -> Row {
    Row { id, values: [!id; 30], check: id ^ 7 }
}

fn rows(range: std::ops::Range<u64>) -> Vec<Row> {
    range.map(row).collect()
}

#[test]
fn a_full_disk_is_told_before_a_row_counts() {
    for kind in ["tmpfs", "ext4"] {
        let tmp = tempdir().unwrap();
        let at = tmp.path().join("mnt");
        fs::create_dir(&at).unwrap();
        let mount = match kind {
            "tmpfs" => Mount::memory(&at, 4 << 20),
            _ => Mount::image(kind, &at, &tmp.path().join("image"), 4 << 20),
        };
        let Some(mount) = mount else { return };
        let dir = mount.path().join("rows");
        let mut map = ColumnMap::from_rows(View::from_slice(&rows(0..100)), &dir).unwrap();
        // The last column has no room.
        let error = map.append(&rows(100..60_000)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::StorageFull, "{kind}: {error}");
        assert!(map.iter().eq(rows(0..100)));
        let mut names: Vec<_> = fs::read_dir(&dir)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        assert_eq!(names, [".append.lock", "check.npy", "dtype.descr", "id.npy", "values.npy"]);
        assert_eq!(fs::metadata(dir.join("id.npy")).unwrap().len(), 128 + 100 * 8);
        map.append(&rows(100..200)).unwrap();
        assert!(ColumnMap::<Row>::open(&dir).unwrap().iter().eq(rows(0..200)));

        let error =
            ColumnMap::from_rows(View::from_slice(&rows(0..60_000)), mount.path().join("more")).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::StorageFull, "{kind}: {error}");
        let mut names: Vec<_> = fs::read_dir(mount.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names.retain(|name| name != "lost+found");
        assert_eq!(names, ["rows"], "{kind}");
        let error = map.to_rows(mount.path().join("rows.npy")).map(drop);
        assert!(error.is_ok(), "{error:?}");
    }
}
