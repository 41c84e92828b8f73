//! What others do between two steps of a call: here they are taken one by one.

use std::{
    fs::{self, File},
    io,
    time::{Duration, Instant},
};

use tempfile::tempdir;

use super::{
    header::NextHeader,
    making::Old,
    opening::{Elements, Opening},
    source::{Opened, Origin},
    *,
};
use crate::error::{ErrorKind, Result};

fn opening(rows: usize) -> Opening {
    let elements = Elements { dtype: DType::of::<u64>(), name: "u64".to_owned() };
    Opening { shape: Some(vec![rows]), ..Opening::new(Some(elements), Some(1)) }
}

#[test]
fn a_file_is_taken_over_only_while_it_is_empty() {
    let dir = tempdir().unwrap();
    let path = dir.path().join("log.npy");
    let others = b"rows of another, by now";
    fs::write(&path, others).unwrap();
    for old in [Old::TakenIfEmpty, Old::Refused] {
        let error = opening(3).create(Origin::Path(path.clone()), old, true).err().unwrap();
        let kind = error.io_error().map(io::Error::kind);
        assert_eq!((kind, error.path()), (Some(io::ErrorKind::AlreadyExists), Some(path.as_path())));
        assert_eq!(fs::read(&path).unwrap(), others);
    }
    fs::write(&path, "").unwrap();
    opening(3).create(Origin::Path(path.clone()), Old::TakenIfEmpty, true).unwrap();
    assert_eq!(RecordMap::<u64>::open(&path).unwrap().to_vec(), [0; 3]);
}

#[test]
fn a_file_that_another_has_taken_is_not_removed() {
    let dir = tempdir().unwrap();
    let path = dir.path().join("made");
    // A name from the start, as where the system makes no files without one.
    let make = || Opened::created(Origin::Path(path.clone()), true, false).unwrap();
    let take = || {
        let file = File::options().read(true).write(true).open(&path).unwrap();
        let start = Instant::now();
        Lock::Exclusive.take(&file, false, Duration::from_secs(20), start).map(|()| file)
    };

    let mut made = make();
    assert!(made.keep_from_others(Lock::None));
    let error_of_other = File::open(&path).unwrap().try_lock().unwrap_err();
    assert!(matches!(error_of_other, fs::TryLockError::WouldBlock));
    made.unmake();
    assert!(!path.exists());
    drop(made);

    let mut made = make();
    let other = take().unwrap();
    assert!(!made.keep_from_others(Lock::None));
    made.unmake();
    assert!(path.exists());
    drop((made, other));
    fs::remove_file(&path).unwrap();

    let mut made = make();
    assert!(made.keep_from_others(Lock::None));
    made.let_others(Lock::None);
    take().unwrap();
}

#[test]
fn a_file_that_cannot_be_read_is_not_begun() {
    let dir = tempdir().unwrap();
    let path = dir.path().join("log.npy");
    for rows in [0, 3] {
        let file = File::create(&path).unwrap();
        let error = RecordMap::<u64>::options().shape(rows).create_npy(&file).unwrap_err();
        assert!(error.to_string().contains(".read(true)"), "{error}");
        assert_eq!(fs::read(&path).unwrap(), b"");
    }
}

/// The source of a copy is cut, and nothing is left of the copy; the copy is taken by another, and is his.
#[test]
fn what_fails_while_it_is_filled_is_removed_if_it_is_ours() {
    let dir = tempdir().unwrap();
    let path = dir.path().join("copy.npy");
    let fill = |kind: ErrorKind, others: &dyn Fn()| {
        let failed =
            opening(3).create_filled(Origin::Path(path.clone()), Old::Overwritten, true, |_, _, _| {
                others();
                Err(Error::new(kind, "for the sake of the test"))
            });
        failed.err().unwrap().kind()
    };
    fs::write(&path, "").unwrap();
    assert_eq!(fill(ErrorKind::Truncated, &|| ()), ErrorKind::Truncated);
    assert_eq!(fs::read(&path).unwrap(), b"", "it is as it was");
    let others = b"\x93NUMPY, and what another has made of it";
    assert_eq!(fill(ErrorKind::Io, &|| fs::write(&path, others).unwrap()), ErrorKind::Io);
    assert_eq!(fs::read(&path).unwrap(), others);
}

/// The map of a log, and another of the same.
fn log(rows: usize) -> (tempfile::TempDir, std::path::PathBuf, RecordMap<u64, Ix1, ReadWrite>) {
    let dir = tempdir().unwrap();
    let path = dir.path().join("log.npy");
    let map = RecordMap::<u64>::options().shape(rows).create_npy(&path).unwrap();
    (dir, path, map)
}

/// With the feature `fault-guard` and without.
#[test]
fn rows_that_another_cuts_away_while_they_are_written_are_not_named() {
    let (_dir, path, map) = log(10);
    let before = fs::read(&path).unwrap();
    let len = before.len() as u64;
    let cut = |len| {
        File::options().write(true).open(&path).unwrap().set_len(len).unwrap();
        Ok(())
    };
    let error = map.core.grown(5, |_, _| cut(len)).err().unwrap();
    assert_eq!((error.kind(), error.path()), (ErrorKind::Truncated, Some(path.as_path())), "{error}");
    assert_eq!(fs::read(&path).unwrap(), before);
    // And where some of them are left.
    let error = map.core.grown(5, |_, _| cut(len + 8)).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Truncated, "{error}");
    assert_eq!(RecordMap::<u64>::open(&path).unwrap().len(), 10);
}

#[test]
fn a_header_that_has_changed_is_not_written_over() {
    let (_dir, path, map) = log(10);
    let (file, npy) = (map.core.file.as_ref().unwrap(), map.core.npy.as_ref().unwrap());
    let next = NextHeader::new(npy, file, 0, 11).unwrap();
    RecordMap::<u64>::open_rw(&path).unwrap().append(&[1, 2]).unwrap();
    let named = fs::read(&path).unwrap();
    assert_eq!(next.write(file).unwrap_err().kind(), ErrorKind::ShapeMismatch);
    assert_eq!(fs::read(&path).unwrap(), named);
    next.take_back(file);
    assert_eq!(fs::read(&path).unwrap(), named, "a header of another is not taken back");
}

#[test]
fn a_header_is_taken_back_from_wherever_writing_it_ended() {
    let (_dir, path, map) = log(10);
    let (file, npy) = (map.core.file.as_ref().unwrap(), map.core.npy.as_ref().unwrap());
    let then = fs::read(&path).unwrap();
    let next = NextHeader::new(npy, file, 0, 9).unwrap();
    next.write(file).unwrap();
    let now = fs::read(&path).unwrap();
    assert_ne!(then, now);
    for written in 0..=npy.header.len as usize {
        let torn = [&now[..written], &then[written..]].concat();
        fs::write(&path, torn).unwrap();
        next.take_back(file);
        assert_eq!(fs::read(&path).unwrap(), then, "{written} bytes written");
    }
}

#[test]
fn a_long_header_is_taken_back_in_no_time() {
    let dir = tempdir().unwrap();
    let path = dir.path().join("long.npy");
    let mut text = "{'shape': (10,), 'descr': '<u8', 'fortran_order': False}".to_owned();
    text += &" ".repeat((1 << 20) - 64 - text.len());
    text += "\n";
    let mut bytes = b"\x93NUMPY\x02\x00".to_vec();
    bytes.extend(u32::try_from(text.len()).unwrap().to_le_bytes());
    bytes.extend(text.as_bytes());
    bytes.extend([0; 80]);
    fs::write(&path, &bytes).unwrap();
    let map = RecordMap::<u64>::open_rw(&path).unwrap();
    let (file, npy) = (map.core.file.as_ref().unwrap(), map.core.npy.as_ref().unwrap());
    let next = NextHeader::new(npy, file, 0, 9).unwrap();
    next.write(file).unwrap();
    // Quadratic in the header it is minutes.
    next.take_back(file);
    assert_eq!(fs::read(&path).unwrap(), bytes);
}

#[test]
fn an_appender_gives_its_map_what_is_named_and_no_more() {
    let dir = tempdir().unwrap();
    let path = dir.path().join("short.npy");
    // Room for one digit.
    let text = "{'descr': '<u8', 'fortran_order': False, 'shape': (8,), }\n";
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend(u16::try_from(text.len()).unwrap().to_le_bytes());
    bytes.extend(text.as_bytes());
    bytes.extend([0; 64]);
    fs::write(&path, &bytes).unwrap();
    let mut map = RecordMap::<u64>::open_rw(&path).unwrap();
    let mut appender = map.appender().unwrap();
    appender.push(7).unwrap();
    appender.commit().unwrap();
    appender.push(8).unwrap();
    assert_eq!(appender.finish().unwrap_err().kind(), ErrorKind::Unsupported);
    assert_eq!((map.len(), map.at(8)), (9, 7));
    assert_eq!(RecordMap::<u64>::open(&path).unwrap().len(), 9);
}

#[test]
fn a_file_that_is_written_while_it_is_opened_is_read_as_what_it_has_become() -> Result<()> {
    let (_dir, path, map) = log(10);
    drop(map);
    let whole = fs::read(&path).unwrap();
    fs::write(&path, "").unwrap();
    let opened = Opened::existing(Origin::Path(path.clone()), Mode::ReadOnly)?;
    let stale = opened.len()?;
    assert_eq!(stale, Some(0));
    fs::write(&path, &whole).unwrap();
    let (npy, end) = Opening { shape: None, ..opening(0) }.find_npy(&opened, stale, Mode::ReadOnly)?.unwrap();
    assert_eq!((npy.header.shape, end), (vec![10], whole.len() as u64));
    Ok(())
}
