//! Files that are made of the last statement's rows.

use std::fs;

use crate::kit::Files;

const ROWS: &str = "select value as n, value / 4.0 as x from generate_series(1, 3) order by value";

#[test]
fn the_ending_says_what_is_written() {
    let files = Files::new();
    for name in ["a.csv", "a.json", "a.ndjson", "a.jsonl", "a.parquet"] {
        assert_eq!(files.ok(&["select 5 as five", ROWS, "-o", name]), "five\n   5\n", "{name}");
    }
    assert_eq!(files.read("a.csv"), "n,x\n1,0.25\n2,0.5\n3,0.75\n");
    assert_eq!(
        files.read("a.json"),
        "[\n{\"n\":1,\"x\":0.25},\n{\"n\":2,\"x\":0.5},\n{\"n\":3,\"x\":0.75}\n]\n"
    );
    assert_eq!(files.read("a.ndjson"), "{\"n\":1,\"x\":0.25}\n{\"n\":2,\"x\":0.5}\n{\"n\":3,\"x\":0.75}\n");
    assert_eq!(files.read("a.jsonl"), files.read("a.ndjson"));
    assert_eq!(files.ok(&["select * from 'a.parquet' order by n", "--format", "csv"]), files.read("a.csv"));
    assert_eq!(files.names(), ["a.csv", "a.json", "a.jsonl", "a.ndjson", "a.parquet"]);

    let error = files.fail(&[ROWS, "-o", "a.xlsx"]);
    assert_eq!(
        error,
        "a.xlsx: its ending does not say what to write; give .parquet, .npy, .csv, .json or .ndjson"
    );
    let error = files.fail(&["create view v as select 1", "-o", "b.csv"]);
    assert_eq!(error, "b.csv: the last statement gives no rows to write; end with a SELECT");
}

#[test]
fn a_file_that_is_there_is_replaced_only_by_force() {
    for name in ["a.csv", "a.parquet"] {
        let files = Files::new().with(name, "old");
        let error = files.fail(&[ROWS, "-o", name]);
        let advice = "the file exists; give --force to put the new one in its place, or another name";
        assert_eq!(error, format!("{name}: {advice}"));
        assert_eq!(files.read(name), "old");
        assert_eq!(files.ok(&[ROWS, "-o", name, "--force"]), "");
        assert_eq!(files.ok(&[&format!("select count(*) as rows from '{name}'")]), "rows\n   3\n");
        assert_eq!(files.names(), [name]);
    }
}

#[test]
fn what_fails_leaves_nothing_and_keeps_what_was_there() {
    // It fails in the middle, in the last of many batches.
    let failing = "select 10 / (value - 100000) as q from generate_series(1, 100000)";
    for name in ["a.csv", "a.json", "a.parquet"] {
        let files = Files::new();
        let error = files.fail(&[failing, "-o", name]);
        assert!(error.contains("Divide by zero"), "{error}");
        assert_eq!(files.names(), [""; 0], "{name}");
        let files = files.with(name, "old");
        files.fail(&[failing, "-o", name, "--force"]);
        assert_eq!((files.names(), files.read(name)), (vec![name.to_owned()], "old".to_owned()));
    }
    let files = Files::new();
    assert!(
        files
            .fail(&[ROWS, "-o", "none/a.csv"])
            .starts_with("none/a.csv: cannot make a file in its directory: No such file")
    );
    assert_eq!(
        files.fail(&[ROWS, "-o", "none/"]),
        "none/: its ending does not say what to write; give .parquet, .npy, .csv, .json or .ndjson"
    );
}

#[test]
fn directories_may_have_any_name() {
    let files = Files::new();
    let name = "a [b]*%20é#?'";
    fs::create_dir(files.path(name)).unwrap();
    for ending in ["csv", "parquet"] {
        let path = format!("{name}/x y.{ending}");
        assert_eq!(files.ok(&[ROWS, "-o", &path]), "");
        assert!(files.path(&path).is_file());
    }
    assert_eq!(fs::read_dir(files.path(name)).unwrap().count(), 2);
}

#[test]
fn an_answer_without_rows_is_a_file_too() {
    let files = Files::new();
    for name in ["a.csv", "a.json", "a.parquet"] {
        files.ok(&["select 1 as n where false", "-o", name]);
    }
    assert_eq!(files.ok(&["select count(*) as rows from 'a.parquet'"]), "rows\n   0\n");
    assert_eq!((files.read("a.csv").as_str(), files.read("a.json").as_str()), ("n\n", "[]\n"));
}

#[cfg(unix)]
#[test]
fn who_may_read_it_is_who_could_before() {
    use std::os::unix::fs::{PermissionsExt, symlink};

    let files = Files::new().with("old.csv", "old");
    fs::set_permissions(files.path("old.csv"), fs::Permissions::from_mode(0o600)).unwrap();
    symlink("old.csv", files.path("link.csv")).unwrap();
    files.ok(&[ROWS, "-o", "link.csv", "--force"]);
    assert!(fs::symlink_metadata(files.path("link.csv")).unwrap().is_symlink());
    assert_eq!(files.read("old.csv").lines().count(), 4);
    assert_eq!(fs::metadata(files.path("old.csv")).unwrap().permissions().mode() & 0o777, 0o600);
}
