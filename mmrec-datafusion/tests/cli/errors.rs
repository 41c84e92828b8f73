//! What is said of what cannot be done.

use crate::kit::Files;

#[test]
fn mistakes_are_told_with_what_to_do() {
    let files = Files::new().with("t.csv", "a,Price\n1,2\n");
    let error = files.fail(&["select 1 from nothing"]);
    let advice = "a file is named in single quotes and with its ending, as in from 'trades.npy'; check that it is there, and SHOW TABLES \
                  lists what CREATE EXTERNAL TABLE has made";
    assert_eq!(error, format!("table 'datafusion.public.nothing' not found; {advice}"));
    let error = files.fail(&["select Price from 't.csv'"]);
    assert!(error.contains("No field named price"), "{error}");
    assert!(
        error.ends_with(
            "a name stands in double quotes if it is not all in lower case, and a text in single ones"
        ),
        "{error}"
    );
    let error = files.fail(&["select 1 from 'none.npy'"]);
    let advice = "none.npy: there is no such file, or none with the right ending in it; check the name";
    assert!(error.starts_with("file:///") && error.ends_with(advice), "{error}");
    let error = files.fail(&["select 1 from 'nodir/'"]);
    assert_eq!(
        error,
        "nodir/: there is no such directory, or no .npy, Parquet or CSV file in it; check the name"
    );
    let files = files.with("a.npz", "PK").with("raw.bin", "x");
    for (name, option) in [("a.npz", "'npy.member' 'NAME'"), ("raw.bin", "'npy.dtype' 'DTYPE'")] {
        let error = files.fail(&[&format!("select 1 from '{name}'")]);
        assert!(
            error.starts_with(name) && error.contains(&format!("location '{name}' options ({option})")),
            "{error}"
        );
    }
    let error = files.fail(&["t.csv"]);
    let advice = "is the name of a file, not a statement; ask for its rows with mmrec-sql \"select * from 't.csv' limit 10\"";
    assert_eq!(error, format!("t.csv {advice}"));
    let error = files.fail(&["select (1"]);
    assert!(error.starts_with("syntax: Expected: )"), "{error}");
    assert_eq!(files.run(&["select 1", "--format", "xml"]).code, Some(2));
    assert_eq!(files.run(&["--force", "select 1"]).code, Some(2));
}

#[test]
fn times_and_tables_that_cannot_be() {
    let files = Files::with_trades(10);
    let error = files.fail(&["select * from 'trades.npy' where ts >= '2026-03-02T14:30'"]);
    assert!(error.starts_with("Parser error: Error parsing timestamp from '2026-03-02T14:30'"), "{error}");
    assert!(error.ends_with("; a time has its seconds, as in '2026-03-02T14:30:00'"), "{error}");
    let before = std::fs::read(files.path("trades.npy")).unwrap();
    let error = files.fail(&["insert into 'trades.npy' select * from 'trades.npy'"]);
    assert!(error.contains("whose LOCATION ends in '/'") && error.contains("COPY to a new file"), "{error}");
    assert!(std::fs::read(files.path("trades.npy")).unwrap() == before);
}

/// Each is in words of SQL.
#[test]
fn files_that_are_not_as_was_said() {
    let files = Files::with_trades(10);
    for dtype in ["<i4", "[(''a'', ''<i4'')]"] {
        let table = format!(
            "create external table t stored as npy location 'trades.npy' options ('npy.dtype' '{dtype}')"
        );
        let error = files.fail(&[&format!("{table}; select 1 from t")]);
        assert!(error.contains("leave the option 'npy.dtype' away") && !error.contains("DynMap"), "{error}");
    }
    let bytes = std::fs::read(files.path("trades.npy")).unwrap();
    let files = files.with("cut.npy", &bytes[..bytes.len() - 1]);
    let error = files.fail(&["select 1 from 'cut.npy'"]);
    assert!(error.ends_with("; copy it anew") && !error.contains(".shape"), "{error}");
}

#[test]
fn errors_give_a_terminal_no_orders() {
    let error = Files::new().fail(&["select * from \"\x1b[31m\""]);
    assert!(error.contains(r"\x1b[31m") && !error.contains('\x1b'), "{error}");
}

#[test]
fn an_error_in_the_middle_keeps_what_was_shown() {
    let files = Files::new();
    let ran = files.run(&["select 1 as a; select 1 / (value - 2) from generate_series(2, 2)"]);
    assert_eq!((ran.code, ran.text.as_str()), (Some(2), "a\n1\n"), "{}", ran.errors);
    assert_eq!(ran.errors, "error: Divide by zero error\n");
}
