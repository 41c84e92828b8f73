//! One file, directories, partition columns, raw files, paths as names, open maps.

use std::sync::Arc;

use mmrec::{DynMap, RecordMap};
use mmrec_datafusion::MapTable;

use crate::kit::{Trade, analyze, compare, error, lines, number, query, session, trades, with_memory, write};

pub(crate) const QUERIES: [&str; 12] = [
    "SELECT * FROM $t",
    "SELECT price, symbol FROM $t",
    "SELECT count(*) FROM $t",
    "SELECT symbol, sum(price * qty) / sum(qty) AS vwap, count(*) FROM $t GROUP BY symbol ORDER BY symbol",
    "SELECT qty FROM $t WHERE symbol = 'ABC' AND price > 5",
    "SELECT ts, \"Last Px\" FROM $t WHERE qty IN (1, 5) ORDER BY ts, \"Last Px\" LIMIT 7",
    "SELECT * FROM $t ORDER BY price DESC, ts, \"Last Px\" LIMIT 5",
    "SELECT count(*) FROM $t WHERE ts >= '1970-01-01T00:00:20' AND ts < '1970-01-01T00:01:00'",
    "SELECT min(ts), max(ts), min(symbol), max(price) FROM $t",
    "SELECT a.qty FROM $t a JOIN $t b ON a.\"Last Px\" = b.\"Last Px\" WHERE b.price < 3",
    "SELECT \"Last Px\" FROM $t WHERE price < 0",
    "SELECT count(*), sum(qty + 1) FROM $t WHERE symbol LIKE 'D%' OR symbol = ''",
];

#[tokio::test]
async fn a_file_answers_as_memory_does() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("trades.npy");
    let rows = trades(0..1000);
    write(&path, &rows);
    for (partitions, batch_size) in [(1, 8192), (4, 17)] {
        let context = session(partitions, batch_size);
        with_memory(&context, &rows);
        query(&context, &format!("CREATE EXTERNAL TABLE t STORED AS NPY LOCATION '{}'", path.display()))
            .await;
        for sql in QUERIES {
            compare(&context, "t", sql).await;
            compare(&context, &format!("'{}'", path.display()), sql).await;
        }
    }
}

#[tokio::test]
async fn a_directory_is_one_table_and_its_folders_are_columns() {
    let directory = tempfile::tempdir().unwrap();
    let rows = trades(0..900);
    for (day, rows) in rows.chunks(300).enumerate() {
        write(&directory.path().join(format!("flat/{day}.npy")), rows);
        write(&directory.path().join(format!("hive/day=2024-06-0{}/trades.npy", day + 1)), rows);
    }
    for partitions in [1, 3, 5] {
        let context = session(partitions, 100);
        with_memory(&context, &rows);
        let path = directory.path().display();
        query(&context, &format!("CREATE EXTERNAL TABLE flat STORED AS NPY LOCATION '{path}/flat/'")).await;
        query(
            &context,
            &format!("CREATE EXTERNAL TABLE hive STORED AS NPY PARTITIONED BY (day) LOCATION '{path}/hive/'"),
        )
        .await;
        for sql in QUERIES {
            compare(&context, "flat", sql).await;
            compare(&context, &format!("'{path}/flat/'"), sql).await;
            compare(&context, "(SELECT ts, price, qty, symbol, \"Last Px\" FROM hive)", sql).await;
        }
        let days = query(&context, "SELECT day, count(*), min(\"Last Px\") FROM hive WHERE day > '2024-06-01' GROUP BY day ORDER BY day").await;
        assert_eq!(lines(&days), ["2024-06-02 | 300 | -599.0", "2024-06-03 | 300 | -899.0"]);
        // Of the rows, and of the folder: neither the other folders nor other rows.
        let sql = "SELECT count(*) FROM hive WHERE (day = '2024-06-02' AND qty = 1) OR (day = '2024-06-03' AND qty = 2)";
        assert_eq!(number(&query(&context, sql).await), 48);
        let plan = analyze(&context, "SELECT sum(price) FROM hive WHERE day = '2024-06-02'").await;
        assert!(!plan.contains("2024-06-01/"), "{plan}");
    }
}

#[tokio::test]
async fn only_what_is_asked_for_is_in_the_plan() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("trades.npy");
    write(&path, &trades(0..1000));
    let context = session(2, 64);
    query(&context, &format!("CREATE EXTERNAL TABLE t STORED AS NPY LOCATION '{}'", path.display())).await;
    let plan = analyze(&context, "SELECT sum(price) FROM t WHERE qty = 3").await;
    assert!(plan.contains("projection=[price]") && plan.contains("predicate=qty@2 = 3"), "{plan}");
    assert!(!plan.contains("FilterExec"), "{plan}");
    assert!(plan.contains("trades.npy:0.."), "{plan}");
    // Counted by the header alone.
    let plan = analyze(&context, "SELECT count(*) FROM t").await;
    assert!(plan.contains("PlaceholderRowExec") && !plan.contains("DataSourceExec"), "{plan}");
    // A limit stops early.
    let plan = analyze(&context, "SELECT price FROM t LIMIT 3").await;
    assert!(plan.contains("limit=3"), "{plan}");
    // The threshold of a top-k and the keys of a join arrive in the source.
    let plan = analyze(&context, "SELECT price FROM t ORDER BY price DESC LIMIT 3").await;
    assert!(plan.contains("predicate=DynamicFilter"), "{plan}");
}

#[tokio::test]
async fn raw_files_with_a_dtype() {
    let directory = tempfile::tempdir().unwrap();
    let rows = trades(0..500);
    let dtype = mmrec::DType::of::<Trade>().to_string().replace('\'', "''");
    for (day, rows) in rows.chunks(250).enumerate() {
        let mut map = RecordMap::<Trade>::options()
            .shape(rows.len())
            .offset(6)
            .create(directory.path().join(format!("{day}.dat")))
            .unwrap();
        map.view_mut().copy_from_slice(rows);
    }
    let context = session(3, 50);
    with_memory(&context, &rows);
    for location in ["", "/"] {
        let path = directory.path().display();
        let options = format!("OPTIONS ('npy.dtype' '{dtype}', 'npy.offset' '6')");
        query(
            &context,
            &format!(
                "CREATE OR REPLACE EXTERNAL TABLE t STORED AS NPY LOCATION '{path}{location}' {options}"
            ),
        )
        .await;
        for sql in QUERIES {
            compare(&context, "t", sql).await;
        }
    }
}

#[tokio::test]
async fn open_maps() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("trades.npy");
    let rows = trades(0..1000);
    write(&path, &rows);
    for partitions in [1, 4] {
        let context = session(partitions, 33);
        with_memory(&context, &rows);
        let typed = RecordMap::<Trade>::open_rw(&path).unwrap();
        let untyped = DynMap::open(&path).unwrap();
        context.register_table("typed", Arc::new(MapTable::new(Arc::new(typed)).unwrap())).unwrap();
        context.register_table("untyped", Arc::new(MapTable::new(Arc::new(untyped)).unwrap())).unwrap();
        for sql in QUERIES {
            compare(&context, "typed", sql).await;
            compare(&context, "untyped", sql).await;
        }
        let plan = analyze(&context, "SELECT sum(price) FROM typed WHERE qty = 3").await;
        assert!(plan.contains("predicate=qty@2 = 3") && !plan.contains("FilterExec"), "{plan}");
        let plan = analyze(&context, "SELECT count(*) FROM typed").await;
        assert!(!plan.contains("DataSourceExec"), "{plan}");
    }
}

#[tokio::test]
async fn batches_of_wide_rows_have_few() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("wide.npy");
    let dtype = "[('a', '<f8', (1048576,)), ('b', '<i4')]".parse().unwrap();
    DynMap::options().dtype(dtype).shape(5).create_npy(&path).unwrap();
    let context = session(1, 8192);
    for (sql, most) in [("SELECT a FROM", 2), ("SELECT b FROM", 5)] {
        let batches = query(&context, &format!("{sql} '{}'", path.display())).await;
        assert_eq!(batches.iter().map(|batch| batch.num_rows()).sum::<usize>(), 5);
        assert_eq!(batches.iter().map(|batch| batch.num_rows()).max(), Some(most), "{sql}");
    }
}

/// In paths `*`, `?` and `[` stand for other letters, unless there is something of that name.
#[cfg(unix)]
#[tokio::test]
async fn names_that_look_like_patterns() {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name);
    for (name, rows) in [("a?b.npy", 0..5), ("aXb.npy", 5..20), ("a[1].npy", 20..23)] {
        write(&path(name), &trades(rows));
    }
    write(&path("d[1]/a.npy"), &trades(0..7));
    crate::columns::write_columns(&path("c*"), &trades(0..9));
    crate::columns::write_columns(&path("days/day=1"), &trades(0..11));
    crate::columns::write_columns(&path("e[1]/day=1"), &trades(0..13));
    let context = session(2, 64);
    for (name, rows) in
        [("a?b.npy", 5), ("a[1].npy", 3), ("a*b.npy", 20), ("d[1]", 7), ("d[1]/", 7), ("c*", 9), ("days", 11)]
    {
        let location = path(name).display().to_string();
        let sql = format!("SELECT count(*) FROM '{location}'");
        assert_eq!(number(&query(&context, &sql).await), rows, "{name}");
        query(&context, &format!("CREATE OR REPLACE EXTERNAL TABLE t STORED AS NPY LOCATION '{location}'"))
            .await;
        assert_eq!(number(&query(&context, "SELECT count(*) FROM t").await), rows, "{name}");
        query(&context, "DROP TABLE t").await;
    }
}

/// Folders, files, columns and raw records by their URLs, and folders of other formats.
#[cfg(unix)]
#[tokio::test]
async fn urls_of_this_machine() {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name);
    write(&path("days/a.npy"), &trades(0..5));
    write(&path("days/b.npy"), &trades(5..8));
    crate::columns::write_columns(&path("columns"), &trades(0..9));
    crate::columns::write_columns(&path("folders/day=1"), &trades(0..11));
    for name in ["raw", "r[1]"] {
        std::fs::create_dir(path(name)).unwrap();
        std::fs::write(path(name).join("a.bin"), [0; 24]).unwrap();
    }
    let context = session(2, 64);
    let of = |name: &str| format!("file://{}", path(name).display());
    for (name, rows) in [("days/", 8), ("days", 8), ("days/a.npy", 5), ("columns/", 9), ("folders/", 11)] {
        let sql = format!("SELECT count(*) FROM '{}'", of(name));
        assert_eq!(number(&query(&context, &sql).await), rows, "{name}");
        for columns in ["", "(price DOUBLE)"] {
            let table =
                format!("CREATE OR REPLACE EXTERNAL TABLE t {columns} STORED AS NPY LOCATION '{}'", of(name));
            query(&context, &table).await;
            assert_eq!(
                number(&query(&context, "SELECT count(price) FROM t").await),
                rows,
                "{name} {columns}"
            );
            query(&context, "DROP TABLE t").await;
        }
    }
    let raw = "OPTIONS ('npy.dtype' '<f8')";
    for location in [of("raw/"), path("raw").display().to_string(), path("r[1]").display().to_string()] {
        query(&context, &format!("CREATE EXTERNAL TABLE t STORED AS NPY LOCATION '{location}' {raw}")).await;
        assert_eq!(number(&query(&context, "SELECT count(*) FROM t").await), 3, "{location}");
        query(&context, "DROP TABLE t").await;
    }
    // What is there beside the files of a pattern is none of them, and of another ending none of ours.
    std::fs::write(path("days/a.npy.stats"), "other").unwrap();
    std::fs::write(path("days/a.csv"), "other").unwrap();
    let sql = format!("SELECT count(*) FROM '{}'", path("days/a*").display());
    assert_eq!(number(&query(&context, &sql).await), 5);
    let sql = format!("SELECT count(*) FROM '{}'", path("days/a.*").display());
    assert_eq!(number(&query(&context, &sql).await), 5);
    let sql = format!("SELECT count(*) FROM '{}'", path("columns/dtype.descr").display());
    assert_eq!(number(&query(&context, &sql).await), 9);
    std::fs::rename(path("days/b.npy"), path("raw/b[1].npy")).unwrap();
    let sql = format!("SELECT count(*) FROM '{}'", path("days/../raw/b[1].npy").display());
    assert_eq!(number(&query(&context, &sql).await), 3);
    // Of a table that could not be made, what was found is looked for again.
    std::fs::create_dir(path("later")).unwrap();
    std::fs::write(path("later/notes.txt"), "x").unwrap();
    let later = format!("CREATE EXTERNAL TABLE later STORED AS NPY LOCATION '{}'", path("later").display());
    assert!(error(&context, &later).await.contains("add data files"));
    write(&path("later/a.npy"), &trades(0..4));
    query(&context, &later).await;
    assert_eq!(number(&query(&context, "SELECT count(*) FROM later").await), 4);
    let text = error(&context, &format!("SELECT count(*) FROM '{}'", path("days/*.csv").display())).await;
    assert!(text.contains("not found"), "{text}");
}
