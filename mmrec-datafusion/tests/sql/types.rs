//! Every kind of dtype as a column, written by NumPy, against what Python says is in it.

use std::path::PathBuf;

use crate::kit::{error, lines, number, query, session};

/// A file that `golden/make.py` wrote.
pub(crate) fn golden(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name)
}

#[tokio::test]
async fn values_are_those_of_python() {
    let context = session(1, 8192);
    query(
        &context,
        &format!("CREATE EXTERNAL TABLE t STORED AS NPY LOCATION '{}'", golden("types.npy").display()),
    )
    .await;
    let expected = std::fs::read_to_string(golden("types.tsv")).unwrap();
    assert_eq!(expected.lines().count(), 21);
    for line in expected.lines() {
        let (name, expected) = line.split_once('\t').unwrap();
        let times = ["day", "ns", "us", "month", "odd", "delta", "hours"];
        // Times are steps since 1970.
        let value = match name {
            "day" => "CAST(CAST(day AS INT) AS BIGINT)".to_owned(),
            // Half floats are shown without the `.0`.
            "f2" => "CAST(f2 AS DOUBLE)".to_owned(),
            name if times.contains(&name) => format!("CAST({name} AS BIGINT)"),
            name => name.to_owned(),
        };
        let rows = query(&context, &format!("SELECT {value} FROM t")).await;
        let found = lines(&rows);
        let found = found.iter().map(|cell| match cell.as_str() {
            "" if times.contains(&name) => "NULL".to_owned(),
            cell => cell.to_owned(),
        });
        assert_eq!(found.collect::<Vec<_>>().join("\t"), expected, "{name}");
    }
    let expected_types = [
        ("day", "Date32"),
        ("ns", "Timestamp(ns)"),
        ("us", "Timestamp(µs)"),
        ("delta", "Duration(ms)"),
        ("s", "Utf8View"),
        ("u", "Utf8View"),
    ];
    for (name, type_) in expected_types {
        let rows = query(&context, &format!("SELECT arrow_typeof({name}) FROM t LIMIT 1")).await;
        assert_eq!(lines(&rows), [type_], "{name}");
    }
    let rows = query(&context, "SELECT xyz, grid, names, pos FROM t LIMIT 1").await;
    assert_eq!(lines(&rows), ["[1.0, 2.0, 3.0] | [[1, 2], [3, 4]] | [a, bc] | {x: 1.5, tag: t}"]);
    let rows = query(&context, "SELECT count(*) FROM t WHERE get_field(pos, 'x') > 1").await;
    assert_eq!(number(&rows), 1);
}

/// What SQL has no word for is there, as bytes or lists, and harms no other column.
#[tokio::test]
async fn dtypes_that_sql_has_no_word_for() {
    let context = session(1, 8192);
    query(
        &context,
        &format!("CREATE EXTERNAL TABLE t STORED AS NPY LOCATION '{}'", golden("types.npy").display()),
    )
    .await;
    let rows = query(&context, "SELECT v, c8, c16, arrow_typeof(g) FROM t LIMIT 1").await;
    assert_eq!(lines(&rows), ["010203 | [1.0, 2.0] | [-0.0, -1.0] | FixedSizeBinary(16)"]);
    assert_eq!(
        number(
            &query(&context, "SELECT count(*) FROM (SELECT * FROM t) WHERE v IS NOT NULL AND g IS NOT NULL")
                .await
        ),
        3
    );
    assert_eq!(number(&query(&context, "SELECT count(DISTINCT v) FROM t").await), 2);
}

#[tokio::test]
async fn byte_strings_as_bytes() {
    let context = session(1, 8192);
    let options = "OPTIONS ('npy.strings' 'binary')";
    query(
        &context,
        &format!(
            "CREATE EXTERNAL TABLE t STORED AS NPY LOCATION '{}' {options}",
            golden("types.npy").display()
        ),
    )
    .await;
    let rows = query(&context, "SELECT s, u FROM t LIMIT 1").await;
    assert_eq!(lines(&rows), ["6162636465 | äb"]);

    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("latin.bin");
    std::fs::write(&path, b"ok\xe9!").unwrap();
    let location = format!("LOCATION '{}'", path.display());
    query(&context, &format!("CREATE EXTERNAL TABLE b STORED AS NPY {location} OPTIONS ('npy.dtype' 'S2', 'npy.strings' 'binary')")).await;
    assert_eq!(lines(&query(&context, "SELECT value FROM b").await), ["6f6b", "e921"]);
    query(&context, &format!("CREATE EXTERNAL TABLE u STORED AS NPY {location} OPTIONS ('npy.dtype' 'S2')"))
        .await;
    let text = error(&context, "SELECT value FROM u").await;
    assert!(text.contains("column \"value\"") && text.contains("UTF-8"), "{text}");
    // Only what is read has to be text.
    assert_eq!(number(&query(&context, "SELECT count(*) FROM u").await), 2);
}

#[tokio::test]
async fn arrays_of_several_axes_are_lists() {
    let context = session(3, 2);
    let mut answers = Vec::new();
    for name in ["c", "fortran"] {
        query(
            &context,
            &format!(
                "CREATE EXTERNAL TABLE {name} STORED AS NPY LOCATION '{}'",
                golden(&format!("{name}.npy")).display()
            ),
        )
        .await;
        let mut rows = lines(&query(&context, &format!("SELECT value FROM {name}")).await);
        rows.sort();
        answers.push(rows);
    }
    assert_eq!(answers[0][0], "[[0, 1], [2, 3], [4, 5]]");
    assert_eq!(answers[0].len(), 4);
    assert_eq!(answers[0], answers[1]);
    let path = golden("scalar.npy");
    assert_eq!(
        lines(&query(&context, &format!("SELECT value FROM '{}' WHERE value = 7", path.display())).await),
        ["7"]
    );
}
