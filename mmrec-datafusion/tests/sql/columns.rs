//! Directories of columns.

use std::sync::Arc;

use mmrec::{DynColumnMap, RecordMap};

use crate::kit::{Trade, analyze, compare, error, lines, number, query, session, trades, with_memory, write};

pub(crate) fn write_columns(directory: &std::path::Path, rows: &[Trade]) {
    let scratch = tempfile::tempdir().unwrap();
    write(&scratch.path().join("rows.npy"), rows);
    std::fs::create_dir_all(directory.parent().unwrap()).unwrap();
    let rows = RecordMap::<Trade>::open(scratch.path().join("rows.npy")).unwrap();
    DynColumnMap::from_rows(rows.view().untyped(), directory, |_| ()).unwrap();
}

const QUERIES: [&str; 5] = [
    "SELECT * FROM $t",
    "SELECT count(*) FROM $t",
    "SELECT symbol, sum(price * qty), count(*) FROM $t GROUP BY symbol",
    "SELECT \"Last Px\" FROM $t WHERE ts >= '1970-01-01T00:00:20' AND ts < '1970-01-01T00:00:30' AND symbol <> 'ABC'",
    "SELECT ts, price FROM $t ORDER BY price, ts, \"Last Px\" LIMIT 9",
];

#[tokio::test]
async fn columns_answer_as_rows_do() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().display();
    let rows = trades(0..600);
    write_columns(&directory.path().join("one"), &rows);
    for (day, rows) in rows.chunks(200).enumerate() {
        write_columns(&directory.path().join(format!("days/day={day}")), rows);
    }
    for partitions in [1, 3] {
        let context = session(partitions, 64);
        with_memory(&context, &rows);
        query(
            &context,
            &format!("CREATE EXTERNAL TABLE one STORED AS NPY WITH ORDER (ts) LOCATION '{path}/one/'"),
        )
        .await;
        query(
            &context,
            &format!("CREATE EXTERNAL TABLE days STORED AS NPY PARTITIONED BY (day) LOCATION '{path}/days/'"),
        )
        .await;
        for sql in QUERIES {
            compare(&context, "one", sql).await;
            compare(&context, &format!("'{path}/one'"), sql).await;
            compare(&context, "(SELECT ts, price, qty, symbol, \"Last Px\" FROM days)", sql).await;
        }
        assert_eq!(
            number(&query(&context, "SELECT count(*) FROM days WHERE day = '1' AND qty = 3").await),
            15
        );
        let plan = analyze(&context, "SELECT sum(price) FROM one WHERE ts >= '1970-01-01T00:00:20'").await;
        assert!(plan.contains("projection=[price]"), "{plan}");
        if partitions == 3 {
            assert!(plan.contains("3 groups"), "{plan}");
        }
    }
}

#[tokio::test]
async fn a_column_that_is_short_or_missing() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().display();
    write_columns(&directory.path().join("t"), &trades(0..100));
    let context = session(1, 64);
    std::fs::remove_file(directory.path().join("t/price.npy")).unwrap();
    let text = error(&context, &format!("CREATE EXTERNAL TABLE t STORED AS NPY LOCATION '{path}/t/'")).await;
    assert!(text.contains("price") && text.contains("dtype.descr"), "{text}");
}

#[tokio::test]
async fn a_column_that_is_cut_during_a_query() {
    use futures::StreamExt;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().display();
    write_columns(&directory.path().join("t"), &trades(0..100_000));
    let context = session(1, 1000);
    let mut stream =
        context.sql(&format!("SELECT price FROM '{path}/t'")).await.unwrap().execute_stream().await.unwrap();
    assert_eq!(stream.next().await.unwrap().unwrap().num_rows(), 1000);
    std::fs::OpenOptions::new()
        .write(true)
        .open(directory.path().join("t/price.npy"))
        .unwrap()
        .set_len(4096)
        .unwrap();
    let mut failed = None;
    while let Some(batch) = stream.next().await {
        failed = failed.or(batch.err().map(|error| error.to_string()));
    }
    assert!(failed.as_ref().is_some_and(|text| text.contains("was changed")), "{failed:?}");
}

pub(crate) fn append(directory: &std::path::Path, rows: &[Trade]) {
    let scratch = tempfile::tempdir().unwrap();
    write(&scratch.path().join("rows.npy"), rows);
    let rows = RecordMap::<Trade>::open(scratch.path().join("rows.npy")).unwrap();
    let mut map = DynColumnMap::open_rw(directory).unwrap();
    map.append(rows.view().untyped()).unwrap();
    map.close().unwrap();
}

/// Statistics are kept with a file that does not change when rows are added.
#[tokio::test]
async fn rows_that_were_added_are_seen() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().display();
    let rows = trades(0..400);
    for (partitions, collects) in [(1, true), (4, true), (4, false)] {
        let name = format!("t{partitions}{collects}");
        write_columns(&directory.path().join(&name), &rows[..300]);
        let context = session(partitions, 64);
        query(&context, &format!("SET datafusion.execution.collect_statistics = {collects}")).await;
        with_memory(&context, &rows);
        query(
            &context,
            &format!("CREATE EXTERNAL TABLE t STORED AS NPY WITH ORDER (ts) LOCATION '{path}/{name}/'"),
        )
        .await;
        let counts = ["SELECT count(*) FROM t", "SELECT count(*) FROM t WHERE qty >= 0"];
        for sql in counts {
            assert_eq!(number(&query(&context, sql).await), 300);
        }
        append(&directory.path().join(&name), &rows[300..]);
        for sql in counts {
            assert_eq!(number(&query(&context, sql).await), 400, "{sql}");
        }
        for sql in QUERIES {
            compare(&context, "t", sql).await;
        }
        compare(&context, "t", "SELECT min(ts), max(ts) FROM $t").await;
        let plan = analyze(&context, counts[1]).await;
        assert_eq!(plan.contains("4 groups"), partitions == 4, "{plan}");
    }
}

/// The parts of a directory are opened one by one: all are parts of the rows that it had when the query was planned.
#[tokio::test]
async fn rows_that_are_added_between_planning_and_reading() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    let rows = trades(0..400);
    write_columns(&path.join("t"), &rows[..300]);
    let context = session(4, 64);
    with_memory(&context, &rows[..300]);
    query(&context, &format!("CREATE EXTERNAL TABLE t STORED AS NPY LOCATION '{}/t/'", path.display())).await;
    let sql = "SELECT count(*), sum(\"Last Px\"), min(\"Last Px\") FROM";
    let plan = context.sql(&format!("{sql} t")).await.unwrap().create_physical_plan().await.unwrap();
    append(&path.join("t"), &rows[300..]);
    let found = datafusion::physical_plan::collect(Arc::clone(&plan), context.task_ctx()).await.unwrap();
    assert_eq!(lines(&found), lines(&query(&context, &format!("{sql} memory")).await));
    assert_eq!(number(&query(&context, "SELECT count(*) FROM t").await), 400);
}

#[tokio::test]
async fn rows_are_not_inserted_into_directories_of_columns() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().display();
    write_columns(&directory.path().join("days/day=1"), &trades(0..10));
    let context = session(1, 64);
    query(
        &context,
        &format!("CREATE EXTERNAL TABLE days STORED AS NPY PARTITIONED BY (day) LOCATION '{path}/days/'"),
    )
    .await;
    for sql in ["INSERT INTO days SELECT * FROM days", "INSERT INTO days SELECT * FROM days WHERE qty > 100"]
    {
        let text = error(&context, sql).await;
        assert!(text.contains("COPY to a directory of .npy files"), "{text}");
    }
    assert_eq!(number(&query(&context, "SELECT count(*) FROM days").await), 10);
}
