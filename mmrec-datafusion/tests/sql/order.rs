//! Declared orders: what is skipped, and that nothing else is.

use std::path::Path;

use mmrec::{ByteStr, DateTime64, RecordMap};

use crate::kit::{Trade, analyze, compare, error, metric, query, session, trade, trades, with_memory, write};

async fn declare(context: &datafusion::prelude::SessionContext, path: &Path, order: &str) {
    let location = path.display();
    query(
        context,
        &format!(
            "CREATE OR REPLACE EXTERNAL TABLE t STORED AS NPY WITH ORDER ({order}) LOCATION '{location}'"
        ),
    )
    .await;
}

const BOUNDS: [&str; 16] = [
    "ts >= '1970-01-01T00:00:10'",
    "ts > '1970-01-01T00:00:10'",
    "ts < '1970-01-01T00:00:10'",
    "ts <= '1970-01-01T00:00:10'",
    "ts = '1970-01-01T00:00:10'",
    "'1970-01-01T00:00:10' <= ts",
    "'1970-01-01T00:00:10' > ts",
    "ts BETWEEN '1970-01-01T00:00:03' AND '1970-01-01T00:00:04'",
    "ts >= '1970-01-01T00:00:07' AND ts < '1970-01-01T00:00:08' AND qty > 3",
    "ts > '1970-01-01T00:00:07' AND ts < '1970-01-01T00:00:07'",
    "ts < '1960-01-01'",
    "ts >= '1960-01-01'",
    "ts > '2100-01-01'",
    "ts IS NULL",
    "ts IS NOT NULL AND ts <= '1970-01-01T00:00:02'",
    "ts <> '1970-01-01T00:00:02'",
];

/// Ascending and descending, NaT at either end, pairs of equal keys.
#[tokio::test]
async fn ranges_of_sorted_rows_are_exact() {
    let directory = tempfile::tempdir().unwrap();
    let nat = (0..5).map(|number| Trade { ts: DateTime64::NAT, ..trade(number) });
    for (order, reversed, nulls_first) in [
        ("ts", false, false),
        ("ts ASC NULLS FIRST", false, true),
        ("ts DESC", true, true),
        ("ts DESC NULLS LAST", true, false),
    ] {
        let mut rows = trades(0..101);
        if reversed {
            rows.reverse();
        }
        let at = if nulls_first { 0 } else { rows.len() };
        rows.splice(at..at, nat.clone());
        let path = directory.path().join("t.npy");
        write(&path, &rows);
        for partitions in [1, 3] {
            let context = session(partitions, 8);
            with_memory(&context, &rows);
            declare(&context, &path, order).await;
            for bound in BOUNDS {
                compare(&context, "t", &format!("SELECT * FROM $t WHERE {bound}")).await;
                compare(&context, "t", &format!("SELECT count(*) FROM $t WHERE {bound}")).await;
            }
            compare(&context, "t", "SELECT min(ts), max(ts), count(ts), count(*) FROM $t").await;
            compare(&context, "t", "SELECT ts FROM $t ORDER BY ts").await;
            compare(&context, "t", "SELECT ts FROM $t ORDER BY ts DESC LIMIT 9").await;
        }
    }
}

#[tokio::test]
async fn rows_and_files_that_cannot_pass_are_not_read() {
    let directory = tempfile::tempdir().unwrap();
    for (day, rows) in trades(0..10_000).chunks(1000).enumerate() {
        write(&directory.path().join(format!("{day}.npy")), rows);
    }
    let context = session(1, 8192);
    declare(&context, directory.path(), "ts").await;
    let sql = "SELECT sum(price) FROM t WHERE ts >= '1970-01-01T00:10:00' AND ts < '1970-01-01T00:10:05'";
    let plan = analyze(&context, sql).await;
    assert!(plan.contains("rows_skipped_by_order=9.99 K"), "{plan}");
    assert_eq!(metric(&plan, "files_skipped_by_order"), 9, "{plan}");
    // The files lie one behind the other: no sort.
    let plan = analyze(&context, "SELECT ts FROM t ORDER BY ts").await;
    assert!(!plan.contains("SortExec"), "{plan}");
}

#[tokio::test]
async fn a_file_in_another_order_than_declared_is_an_error_where_it_is_seen() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("t.npy");
    let mut rows = trades(0..100);
    rows.reverse();
    write(&path, &rows);
    let context = session(1, 8192);
    declare(&context, &path, "ts").await;
    let text = error(&context, "SELECT count(*) FROM t WHERE ts < '1970-01-01T00:00:10'").await;
    assert!(
        text.contains("the rows are not sorted by \"ts\", ascending, as the table declares: rows 0 and 99"),
        "{text}"
    );
    assert!(text.contains("leave WITH ORDER away or sort the file"), "{text}");
}

/// A limit counts rows before what joins and sorts above it have learned.
#[tokio::test]
async fn filters_from_above_a_limit_do_not_move_it() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("t.npy");
    let symbol = |number| ByteStr::new(if number < 10 { "ABC" } else { "later" }).unwrap();
    let price = |number| match number {
        0..1000 => 5.0,
        1000..10_000 => 10.0,
        _ => 1.0,
    };
    let rows: Vec<_> = (0..20_000)
        .map(|number| Trade { symbol: symbol(number), price: price(number), ..trade(number) })
        .collect();
    write(&path, &rows);
    for partitions in [1, 3] {
        let context = session(partitions, 1000);
        with_memory(&context, &rows);
        declare(&context, &path, "ts").await;
        query(&context, "CREATE TABLE s AS SELECT 'later' AS symbol").await;
        for sql in [
            "SELECT count(*) FROM (SELECT * FROM $t ORDER BY ts LIMIT 10) a JOIN s ON a.symbol = s.symbol",
            "SELECT price FROM (SELECT * FROM $t ORDER BY ts LIMIT 10000) ORDER BY price LIMIT 1",
            "SELECT min(price) FROM (SELECT * FROM $t ORDER BY ts LIMIT 10000)",
        ] {
            compare(&context, "t", sql).await;
        }
    }
}

/// Files with NaT at their ends are not one sorted stream.
#[tokio::test]
async fn files_with_null_keys_are_merged() {
    let directory = tempfile::tempdir().unwrap();
    let ts = |second: Option<i64>| {
        second.map_or(DateTime64::NAT, |second| DateTime64::from_steps(second * 1_000_000_000))
    };
    let of = |seconds: [Option<i64>; 3]| -> Vec<Trade> {
        seconds
            .into_iter()
            .zip(trades(0..3))
            .map(|(second, trade)| Trade { ts: ts(second), ..trade })
            .collect()
    };
    let (one, two) = (of([Some(1), Some(2), None]), of([Some(3), Some(4), None]));
    write(&directory.path().join("t/1.npy"), &one);
    write(&directory.path().join("t/2.npy"), &two);
    let context = session(1, 8192);
    with_memory(&context, &[one, two].concat());
    declare(&context, &directory.path().join("t"), "ts").await;
    compare(&context, "t", "SELECT ts FROM $t ORDER BY ts").await;
    compare(&context, "t", "SELECT min(ts), max(ts), count(ts) FROM $t").await;
}

/// As NumPy sorts them: NaNs last, whatever their sign, and zeros of both signs in any order.
#[tokio::test]
async fn floats_are_searched_as_they_are_sorted() {
    let directory = tempfile::tempdir().unwrap();
    let values = [-1.0, 0.0, -0.0, 0.0, -0.0, 1.0, 2.0, -f64::NAN, f64::NAN, -f64::NAN];
    for (order, values) in [
        ("value", values.to_vec()),
        ("value DESC", values.iter().rev().copied().collect()),
        ("value", vec![-f64::NAN, f64::NAN]),
        ("value", vec![0.0, -0.0]),
    ] {
        let path = directory.path().join("t.npy");
        RecordMap::<f64>::options()
            .shape(values.len())
            .create_npy(&path)
            .unwrap()
            .view_mut()
            .copy_from_slice(&values);
        for partitions in [1, 3] {
            let context = session(partitions, 2);
            query(
                &context,
                &format!("CREATE EXTERNAL TABLE plain STORED AS NPY LOCATION '{}'", path.display()),
            )
            .await;
            query(&context, "CREATE TABLE memory AS SELECT * FROM plain").await;
            declare(&context, &path, order).await;
            for operator in ["<", "<=", "=", ">=", ">", "<>"] {
                for bound in ["-1", "0", "-0.0", "1.5", "2", "'NaN'", "-'NaN'::double"] {
                    let sql = format!("SELECT * FROM $t WHERE value {operator} {bound}");
                    compare(&context, "t", &sql).await;
                }
            }
            compare(&context, "t", "SELECT min(value), max(value), count(value) FROM $t").await;
        }
    }
}
