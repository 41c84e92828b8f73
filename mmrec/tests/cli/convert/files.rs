//! The new file, and the one whose place it takes.

use super::{Files, golden};

#[test]
fn an_old_file_is_kept_unless_it_is_to_go() {
    let nested = std::fs::read(golden("nested.npy")).unwrap();
    let packed = std::fs::read(golden("nested_packed.npy")).unwrap();
    let files = Files::new().with("a.npy", &nested).with("old.npy", "old");
    files.fail("a.npy", "old.npy", &[]);
    assert_eq!(files.read("old.npy"), b"old");
    assert_eq!(files.convert("a.npy", "old.npy", &["--force"]), nested);
    // Over the file itself, too.
    assert_eq!(files.convert("a.npy", "a.npy", &["--force", "--packed"]), packed);
    assert_eq!(files.names(), ["a.npy", "old.npy"]);
    // One that fails leaves it.
    files.fail("a.npy", "a.npy", &["--force", "--as", "[('a', 'i1')]"]);
    assert_eq!(files.read("a.npy"), packed);
}

#[cfg(unix)]
#[test]
fn a_link_stays_and_leads_to_the_new_file() {
    let files = Files::new().with("old.npy", "old");
    std::os::unix::fs::symlink("old.npy", files.path("link.npy")).unwrap();
    std::fs::copy(golden("grid.npy"), files.path("grid.npy")).unwrap();
    files.fail("grid.npy", "link.npy", &[]);
    files.convert("grid.npy", "link.npy", &["--force"]);
    assert_eq!(files.read("old.npy"), files.read("grid.npy"));
    assert!(std::fs::symlink_metadata(files.path("link.npy")).unwrap().is_symlink());
    std::os::unix::fs::symlink("nothing", files.path("broken.npy")).unwrap();
    files.fail("grid.npy", "broken.npy", &["--force"]);
    std::fs::create_dir(files.path("directory.npy")).unwrap();
    let error = files.fail("grid.npy", "directory.npy", &["--force"]);
    assert_eq!(error, "directory.npy: it is a directory; name a file in it, such as directory.npy/grid.npy");
    let error = files.fail("grid.npy", "../../../dev/null", &["--force"]);
    assert!(
        error.ends_with(": expected a file or nothing, found something else; give another name"),
        "{error}"
    );
}

#[cfg(unix)]
#[test]
fn it_may_be_read_by_whoever_may_read_new_files() {
    use std::os::unix::fs::PermissionsExt;

    let files = Files::new().with("new", "");
    let mode = |name: &str| std::fs::metadata(files.path(name)).unwrap().permissions().mode();
    for to in ["a.npy", "a.raw", "a.csv"] {
        std::fs::copy(golden("grid.npy"), files.path("grid.npy")).unwrap();
        files.convert("grid.npy", to, &[]);
        assert_eq!(mode(to), mode("new"), "{to}");
    }
}

#[cfg(unix)]
#[test]
fn it_may_be_read_by_nobody_who_could_not_read_the_old_one() {
    use std::os::unix::fs::PermissionsExt;

    let files = Files::new();
    std::fs::copy(golden("grid.npy"), files.path("grid.npy")).unwrap();
    for mode in [0o600, 0o640, 0o664, 0o444, 0o400, 0o755] {
        for end in ["npy", "raw", "csv"] {
            let name = format!("{mode:o}.{end}");
            std::fs::write(files.path(&name), "old").unwrap();
            std::fs::set_permissions(files.path(&name), PermissionsExt::from_mode(mode)).unwrap();
            assert_eq!(files.run("grid.npy", &name, &["--force"]).code, Some(0));
            let found = std::fs::metadata(files.path(&name)).unwrap();
            assert!(found.len() != 3 && found.permissions().mode() & 0o777 == mode, "{name} {mode:o}");
        }
    }
}

#[cfg(unix)]
#[test]
fn it_stays_with_its_owner() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};

    let files = Files::new().with("old.npy", "old");
    std::fs::copy(golden("grid.npy"), files.path("grid.npy")).unwrap();
    std::fs::set_permissions(files.path("old.npy"), PermissionsExt::from_mode(0o640)).unwrap();
    // Only the superuser gives files away.
    if chown(files.path("old.npy"), Some(12_345), Some(12_346)).is_err() {
        return;
    }
    files.convert("grid.npy", "old.npy", &["--force"]);
    let found = std::fs::metadata(files.path("old.npy")).unwrap();
    assert_eq!((found.uid(), found.gid(), found.mode() & 0o777), (12_345, 12_346, 0o640));
}

#[test]
fn the_end_is_told() {
    let files = Files::new();
    std::fs::copy(golden("grid.npy"), files.path("grid.npy")).unwrap();
    let ran = files.run("grid.npy", "a.npy", &[]);
    assert_eq!((ran.code, ran.text.as_str()), (Some(0), ""));
    assert!(ran.errors.starts_with("3 rows in "), "{ran:?}");
    let files = files.with("one.raw", [7]);
    assert!(files.run("one.raw", "one.csv", &["--dtype", "u1"]).errors.starts_with("1 row in "));
    // Long enough for a speed.
    let rows = format!("{}\n", "x".repeat(99)).repeat(200_000);
    let files = files.with("many.csv", format!("value\n{rows}"));
    let errors = files.run("many.csv", "many.npy", &["--dtype", "S99"]).errors;
    let (start, speed) = errors.split_once(" s: ").unwrap_or_else(|| panic!("{errors}"));
    assert!(start.starts_with("200\u{202f}000 rows in "), "{errors}");
    let (rows, bytes) = speed.split_once(" rows/s, ").unwrap();
    let is_count =
        |text: &str| text.split('\u{202f}').skip(1).all(|part| part.len() == 3) && text.contains('\u{202f}');
    assert!(is_count(rows) && bytes.ends_with(" MB/s\n"), "{errors}");
    let ran = files.run("grid.npy", "a.csv", &["--json"]);
    let said: serde_json::Value = serde_json::from_str(&ran.text).unwrap();
    assert_eq!((ran.code, ran.errors.as_str()), (Some(0), ""));
    assert_eq!((&said["rows"], &said["bytes"], &said["skipped"]), (&3.into(), &240.into(), &0.into()));
    assert!(said["rows_per_second"].as_f64().unwrap() > 0.0 && said["seconds"].as_f64().unwrap() > 0.0);
}

#[test]
fn padding_goes_with_records_that_stay_as_they_are() {
    let bytes: Vec<u8> = (0..60).collect();
    let files = Files::new().with("a.raw", &bytes);
    let dtype = "{'names': ['a', 'b'], 'formats': ['u1', '<u4'], 'offsets': [0, 4], 'itemsize': 10}";
    assert_eq!(files.convert("a.raw", "b.raw", &["--dtype", dtype]), bytes);
    assert_eq!(files.convert("a.raw", "c.raw", &["--dtype", dtype, "--offset", "20"]), bytes[20..]);
    let npy = files.convert("a.raw", "b.npy", &["--dtype", dtype]);
    assert_eq!(npy[npy.len() - 60..], bytes);
    let packed = files.convert("b.npy", "d.raw", &["--packed"]);
    assert_eq!(packed[..10], [0, 4, 5, 6, 7, 10, 14, 15, 16, 17]);
}

#[test]
fn a_name_need_not_say_what_a_file_is() {
    let files = Files::new().with("text", "value\n258\n").with("records.csv", [2, 1]);
    assert_eq!(files.convert("text", "a", &["--from", "csv", "--dtype", "<u2"]), [2, 1]);
    assert_eq!(
        files.convert("records.csv", "b", &["--from", "binary", "--to", "csv", "--dtype", "<u2"]),
        b"value\n258\n"
    );
    let npy = files.convert("records.csv", "c.csv", &["--from", "binary", "--to", "npy", "--dtype", "<u2"]);
    assert!(npy.starts_with(b"\x93NUMPY") && npy.ends_with(&[2, 1]));
    assert_eq!(
        files.convert("records.csv", "d.npy", &["--from", "binary", "--to", "raw", "--dtype", "<u2"]),
        [2, 1]
    );
}

#[test]
fn rows_have_the_standard_output_to_themselves() {
    let files = Files::new().with("a.raw", [1, 2]);
    let ran = super::mmrec(&["convert", &files.path("a.raw"), "-", "--dtype", "u1", "--json"]);
    assert_eq!((ran.code, ran.text.as_str()), (Some(0), "value\n1\n2\n"));
    let said: serde_json::Value = serde_json::from_str(&ran.errors).unwrap();
    assert_eq!((&said["rows"], &said["file"]), (&2.into(), &"-".into()));
}

#[cfg(target_os = "linux")]
#[test]
fn what_the_standard_output_goes_to_is_not_replaced() {
    let files = Files::new().with("log", "before\n");
    std::fs::copy(golden("grid.npy"), files.path("a.npy")).unwrap();
    let log = std::fs::OpenOptions::new().append(true).open(files.path("log")).unwrap();
    let ran = std::process::Command::new(env!("CARGO_BIN_EXE_mmrec"))
        .args(["convert", &files.path("a.npy"), "/dev/stdout", "--to", "raw", "--force"])
        .stdout(log)
        .output()
        .unwrap();
    assert_eq!(ran.status.code(), Some(2));
    assert_eq!(files.read("log"), b"before\n");
    assert_eq!(files.names(), ["a.npy", "log"]);
}

#[test]
fn the_name_of_a_directory_is_refused_before_anything_is_copied() {
    let files = Files::new();
    std::fs::copy(golden("grid.npy"), files.path("a.npy")).unwrap();
    let error = files.fail("a.npy", "none/", &["--to", "raw"]);
    assert!(error.contains("name of a directory"), "{error}");
}
