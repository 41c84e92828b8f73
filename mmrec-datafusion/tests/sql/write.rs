//! COPY TO and INSERT INTO.

use mmrec::{DynMap, RecordMap};

use crate::kit::{Trade, compare, error, lines, number, query, session, trades, with_memory, write};

#[tokio::test]
async fn what_is_copied_comes_back() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().display();
    let rows = trades(0..1000);
    write(&directory.path().join("from.npy"), &rows);
    let context = session(3, 64);
    with_memory(&context, &rows);
    let copied =
        query(&context, &format!("COPY (SELECT * FROM '{path}/from.npy') TO '{path}/out.npy'")).await;
    assert_eq!(lines(&copied), ["1000"]);
    for sql in ["SELECT * FROM $t", "SELECT symbol, count(*), min(ts) FROM $t GROUP BY symbol"] {
        compare(&context, &format!("'{path}/out.npy'"), sql).await;
    }
    // Byte orders, widths and times are those of the file it came from.
    assert_eq!(
        DynMap::open(directory.path().join("out.npy")).unwrap().dtype().to_string(),
        "[('ts', '<M8[ns]'), ('price', '<f8'), ('qty', '<u4'), ('symbol', 'S8'), ('Last Px', '>f8')]"
            .replace("'S8'", "'|S8'")
    );
    // From rows that were in no file: text as U, as wide as the widest.
    query(&context, &format!("COPY (SELECT qty, symbol FROM memory WHERE qty < 7 ORDER BY \"Last Px\" DESC) TO '{path}/text.npy'")).await;
    let map = DynMap::open(directory.path().join("text.npy")).unwrap();
    assert_eq!(map.dtype().to_string(), "[('qty', '<u4'), ('symbol', '<U8')]");
    let expected =
        rows.iter().filter(|row| row.qty < 7).map(|row| (row.qty, row.symbol.to_str().unwrap().to_owned()));
    let found = map.iter().map(|row| {
        let qty = row.field("qty").unwrap().as_u64().unwrap();
        (u32::try_from(qty).unwrap(), row.field("symbol").unwrap().as_str().unwrap().into_owned())
    });
    assert!(found.eq(expected));
    let options = "OPTIONS ('npy.text' 'bytes', 'npy.width' '9')";
    query(&context, &format!("COPY (SELECT symbol FROM memory) TO '{path}/bytes.npy' {options}")).await;
    assert_eq!(
        DynMap::open(directory.path().join("bytes.npy")).unwrap().dtype().to_string(),
        "[('symbol', '|S9')]"
    );
    compare(&context, &format!("'{path}/bytes.npy'"), "SELECT symbol FROM $t").await;
}

#[tokio::test]
async fn no_rows_and_many() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().display();
    let context = session(2, 8192);
    query(&context, &format!("COPY (SELECT 'x' AS a, 1 AS b WHERE 1 = 2) TO '{path}/none.npy'")).await;
    let map = DynMap::open(directory.path().join("none.npy")).unwrap();
    assert_eq!((map.len(), map.dtype().to_string().as_str()), (0, "[('a', '<U1'), ('b', '<i8')]"));
    // More than one piece.
    let sql = "SELECT value AS a, value * 2 AS b FROM generate_series(1, 1000000)";
    query(&context, &format!("COPY ({sql}) TO '{path}/many.npy'")).await;
    let sums = query(&context, &format!("SELECT sum(b) - 2 * sum(a), count(*) FROM '{path}/many.npy'")).await;
    assert_eq!(lines(&sums), ["0 | 1000000"]);
}

#[tokio::test]
async fn a_copy_that_fails_leaves_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().display();
    let context = session(2, 64);
    for (sql, options, says) in [
        ("SELECT value, 10 / (value - 5000) AS x FROM generate_series(1, 9000)", "", "zero"),
        ("SELECT CASE WHEN value < 5000 THEN value END AS x FROM generate_series(1, 9000)", "", "null"),
        (
            "SELECT CAST(value AS VARCHAR) AS x FROM generate_series(1, 9000)",
            "OPTIONS ('npy.width' '3')",
            "x",
        ),
        ("SELECT CAST(1.5 AS DECIMAL(10, 2)) AS x", "", "cannot be written; CAST it"),
        ("SELECT 1 AS x", "OPTIONS ('npy.dtype' '<f8')", "leave npy.dtype"),
    ] {
        let text = error(&context, &format!("COPY ({sql}) TO '{path}/out.npy' {options}")).await;
        assert!(text.to_lowercase().contains(&says.to_lowercase()), "{says} in {text}");
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0, "{sql}");
    }
    // An old file stays as it is.
    write(&directory.path().join("out.npy"), &trades(0..3));
    error(
        &context,
        &format!("COPY (SELECT 10 / (value - 5000) AS x FROM generate_series(1, 9000)) TO '{path}/out.npy'"),
    )
    .await;
    assert_eq!(
        RecordMap::<Trade>::open(directory.path().join("out.npy")).unwrap().view().to_vec(),
        trades(0..3)
    );
}

#[tokio::test]
async fn rows_are_added_to_a_directory_as_files_of_its_dtype() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().display();
    let rows = trades(0..200);
    write(&directory.path().join("t/1.npy"), &rows[..100]);
    let context = session(2, 64);
    with_memory(&context, &rows[100..]);
    query(&context, &format!("CREATE EXTERNAL TABLE t STORED AS NPY LOCATION '{path}/t/'")).await;
    query(&context, "INSERT INTO t SELECT * FROM memory").await;
    with_memory(&context, &rows);
    compare(&context, "t", "SELECT * FROM $t").await;
    // The new files are as the old one, to the padding.
    let context = session(2, 64);
    query(&context, &format!("CREATE EXTERNAL TABLE t STORED AS NPY LOCATION '{path}/t/'")).await;
    assert_eq!(number(&query(&context, "SELECT count(*) FROM t").await), 200);
    let text = error(
        &context,
        "INSERT INTO t SELECT ts, price, qty, 'longer than eight' AS symbol, \"Last Px\" FROM t",
    )
    .await;
    assert!(text.contains("symbol"), "{text}");
    assert_eq!(number(&query(&context, "SELECT count(*) FROM t").await), 200);
}

/// All files of a copy have one dtype, and are read as one table.
#[tokio::test]
async fn text_is_as_wide_in_all_files() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().display();
    let context = session(3, 64);
    query(&context, "CREATE TABLE memory AS SELECT repeat('x', value) AS text, value AS n, value % 4 AS part FROM generate_series(1, 9)").await;
    query(&context, &format!("COPY memory TO '{path}/t/' STORED AS NPY PARTITIONED BY (part)")).await;
    query(
        &context,
        &format!("CREATE EXTERNAL TABLE t STORED AS NPY PARTITIONED BY (part) LOCATION '{path}/t/'"),
    )
    .await;
    compare(&context, "t", "SELECT text, n, CAST(part AS BIGINT) FROM $t").await;
    for part in 0..4 {
        let mut files = std::fs::read_dir(directory.path().join(format!("t/part={part}"))).unwrap();
        let map = DynMap::open(files.next().unwrap().unwrap().path()).unwrap();
        assert_eq!(map.dtype().to_string(), "[('text', '<U9'), ('n', '<i8')]");
    }
}

#[tokio::test]
async fn folders_of_partitions_and_plain_arrays() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().display();
    let rows = trades(0..200);
    let context = session(2, 64);
    with_memory(&context, &rows);
    let sql = "SELECT ts, price, symbol, \"Last Px\", qty FROM memory";
    query(&context, &format!("COPY ({sql}) TO '{path}/t/' STORED AS NPY PARTITIONED BY (qty)")).await;
    assert!(directory.path().join("t/qty=12").is_dir());
    query(&context, &format!("CREATE EXTERNAL TABLE t STORED AS NPY PARTITIONED BY (qty) LOCATION '{path}/t/' OPTIONS ('npy.superset' 'true')")).await;
    compare(&context, "t", "SELECT ts, symbol, CAST(qty AS INT) FROM $t WHERE CAST(qty AS INT) < 5").await;

    // An array of numbers stays one.
    std::fs::create_dir(directory.path().join("n")).unwrap();
    DynMap::options()
        .dtype("<f8".parse().unwrap())
        .shape(3)
        .create_npy(directory.path().join("n/1.npy"))
        .unwrap();
    query(&context, &format!("CREATE EXTERNAL TABLE n STORED AS NPY LOCATION '{path}/n/'")).await;
    query(&context, "INSERT INTO n VALUES (1.5), (2.5)").await;
    let context = session(2, 64);
    query(&context, &format!("CREATE EXTERNAL TABLE n STORED AS NPY LOCATION '{path}/n/'")).await;
    assert_eq!(lines(&query(&context, "SELECT count(*), sum(value) FROM n").await), ["5 | 4.0"]);
}
