//! Least and greatest values beside the files: made, used, out of date, damaged.

use std::{
    fs,
    path::{Path, PathBuf},
};

use datafusion::prelude::SessionContext;
use mmrec::DateTime64;

use crate::kit::{
    Trade, analyze, compare, error, lines, metric, number, query, session, trades, with_memory, write,
};

async fn create(context: &SessionContext, path: &Path, sidecar: &str) {
    let options = format!("OPTIONS ('npy.sidecar' '{sidecar}')");
    let location = path.display();
    query(context, &format!("CREATE EXTERNAL TABLE t STORED AS NPY LOCATION '{location}' {options}")).await;
}

async fn with_table(path: &Path, sidecar: &str) -> SessionContext {
    let context = session(1, 8192);
    create(&context, path, sidecar).await;
    context
}

fn beside(file: &Path) -> PathBuf {
    PathBuf::from(format!("{}.stats", file.display()))
}

/// Days of trades, with what lies beside them.
async fn days(directory: &Path) -> Vec<Trade> {
    let rows = trades(0..10_000);
    for (day, rows) in rows.chunks(1000).enumerate() {
        write(&directory.join(format!("{day}.npy")), rows);
    }
    let context = with_table(directory, "write").await;
    query(&context, "SELECT count(*) FROM t").await;
    assert_eq!(fs::read_dir(directory).unwrap().count(), 20);
    rows
}

const MINUTE: &str = "ts >= '1970-01-01T00:25:00' AND ts < '1970-01-01T00:26:00'";

#[tokio::test]
async fn files_without_rows_that_pass_are_not_opened() {
    let directory = tempfile::tempdir().unwrap();
    let rows = days(directory.path()).await;
    let sql = format!("SELECT count(*), sum(price) FROM t WHERE {MINUTE}");
    let context = with_table(directory.path(), "read").await;
    with_memory(&context, &rows);
    // The statistics are there before the files change.
    query(&context, "SELECT count(*) FROM t").await;
    for day in (0..10).filter(|day| *day != 3) {
        let path = directory.path().join(format!("{day}.npy"));
        let about = fs::metadata(&path).unwrap();
        fs::write(&path, vec![0; usize::try_from(about.len()).unwrap()]).unwrap();
        fs::File::options().write(true).open(&path).unwrap().set_modified(about.modified().unwrap()).unwrap();
    }
    compare(&context, "t", &sql.replace("FROM t", "FROM $t")).await;
    let plan = analyze(&context, &sql).await;
    assert_eq!(metric(&plan, "files_skipped_by_statistics"), 9, "{plan}");
    assert!(
        plan.contains("rows_skipped_by_statistics=9.00 K") && plan.contains("rows_scanned=1.00 K"),
        "{plan}"
    );
    assert!(error(&context, "SELECT sum(price) FROM t").await.contains(".npy"), "the others are damaged");
    // A threshold that is found while the query runs is one too.
    let plan = analyze(&context, &format!("SELECT price FROM t WHERE {MINUTE} ORDER BY ts LIMIT 1")).await;
    assert_eq!(metric(&plan, "files_skipped_by_statistics"), 9, "{plan}");
}

#[tokio::test]
async fn the_least_and_the_greatest_are_known() {
    let directory = tempfile::tempdir().unwrap();
    let rows = days(directory.path()).await;
    for partitions in [1, 3] {
        let context = session(partitions, 64);
        create(&context, directory.path(), "read").await;
        with_memory(&context, &rows);
        for sql in crate::files::QUERIES {
            compare(&context, "t", sql).await;
        }
        let sql = "SELECT min(ts), max(ts), min(price), max(qty), min(\"Last Px\"), count(*) FROM $t";
        compare(&context, "t", sql).await;
        let plan = analyze(&context, &sql.replace("$t", "t")).await;
        assert!(!plan.contains("DataSourceExec"), "{plan}");
    }
    // Without the option nothing of it is looked at.
    fs::write(beside(&directory.path().join("3.npy")), "x").unwrap();
    let context = with_table(directory.path(), "off").await;
    assert!(analyze(&context, "SELECT min(price) FROM t").await.contains("DataSourceExec"));
}

#[tokio::test]
async fn what_is_of_another_state_counts_for_nothing() {
    let directory = tempfile::tempdir().unwrap();
    days(directory.path()).await;
    let path = directory.path().join("3.npy");
    let old = fs::read(beside(&path)).unwrap();
    std::thread::sleep(std::time::Duration::from_millis(20));
    // As many rows, later.
    write(&path, &trades(20_000..21_000));
    let sql = "SELECT count(*) FROM t WHERE ts >= '1970-01-01T02:46:40'";
    let context = with_table(directory.path(), "read").await;
    assert_eq!(number(&query(&context, sql).await), 1000);
    assert_eq!(fs::read(beside(&path)).unwrap(), old);
    let plan = analyze(&context, "SELECT max(ts) FROM t").await;
    assert!(plan.contains("DataSourceExec"), "{plan}");
    // It is made anew.
    let context = with_table(directory.path(), "write").await;
    assert_eq!(number(&query(&context, sql).await), 1000);
    assert_ne!(fs::read(beside(&path)).unwrap(), old);
    let plan = analyze(&context, sql).await;
    assert!(!plan.contains("DataSourceExec") || metric(&plan, "files_skipped_by_statistics") == 9, "{plan}");
}

#[tokio::test]
async fn what_is_damaged_is_an_error() {
    let directory = tempfile::tempdir().unwrap();
    days(directory.path()).await;
    let path = beside(&directory.path().join("3.npy"));
    let text = fs::read_to_string(&path).unwrap();
    for (from, to, says) in [
        ("\n", "", ""),
        ("mmrec statistics 1", "mmrec statistics 2", "expected the format \"mmrec statistics 1\""),
        ("\"rows\": 1000", "\"rows\": 999", "the file has 1000"),
        ("<f8", "<f4", "its dtype is"),
        ("\"price\": {", "\"prize\": {", "the file has no column \"prize\""),
        ("\"max\": \"12\"", "\"max\": \"-12\"", "column \"qty\" is"),
        ("\"max\": \"12\"", "\"max\": 12", "column \"qty\" is"),
        (",\n      \"max\": \"12\"", "", "column \"qty\" is"),
        ("\"size\": ", "\"length\": ", "there is no \"size\""),
        ("{", "[", "expected `,` or `]`"),
        (text.as_str(), "", "EOF"),
    ] {
        assert!(text.contains(from), "{from} in {text}");
        fs::write(&path, text.replace(from, to)).unwrap();
        for sidecar in ["read", "write"] {
            let context = with_table(directory.path(), sidecar).await;
            if says.is_empty() {
                query(&context, "SELECT count(*) FROM t").await;
                continue;
            }
            let text = error(&context, "SELECT count(*) FROM t").await;
            assert!(text.contains("3.npy.stats") && text.contains("delete it"), "{text}");
            assert!(text.contains(says), "{says} in {text}");
        }
    }
}

/// Integers to their last digit, NaN, zeros of both signs, NaT, booleans; written by COPY.
#[tokio::test]
async fn values_of_all_kinds() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().display();
    let context = session(2, 64);
    query(
        &context,
        "CREATE TABLE memory AS SELECT column1 AS file, arrow_cast(column2, 'Int64') AS i, arrow_cast(column3, 'UInt64') AS u, \
         arrow_cast(column4, 'Float64') AS f, arrow_cast(column5, 'Float32') AS z, \
         arrow_cast(column6, 'Timestamp(Nanosecond, None)') AS ts, arrow_cast(column7, 'Date32') AS d, \
         arrow_cast(column1 - 2, 'Duration(Second)') AS m, arrow_cast(column8, 'Boolean') AS b, \
         column8 AS s, arrow_cast(column4, 'Float16') AS h FROM (VALUES \
         (1, '-9223372036854775808', '0', '-1.5', '0.0', '2024-06-01T00:00:00', '2024-06-01', 'false'), \
         (1, '-9223372036854775807', '1', '1e-310', '-0.0', '2024-06-01T00:00:00.000000001', '1969-12-31', 'false'), \
         (2, '7', '18446744073709551614', 'NaN', '0.0', NULL, '2024-06-02', 'true'), \
         (2, '8', '18446744073709551614', '2.5', '0.0', '2024-06-02T00:00:00', '2024-06-02', 'true'), \
         (3, '9223372036854775806', '18446744073709551615', 'inf', '-0.0', NULL, '2024-06-03', 'false'), \
         (3, '9223372036854775807', '18446744073709551615', '0.1', '-0.0', NULL, '2024-06-04', 'true'))",
    )
    .await;
    for file in 1..=3 {
        let rows = format!("SELECT * FROM memory WHERE file = {file}");
        let options = "OPTIONS ('npy.sidecar' 'write', 'npy.width' '5')";
        query(&context, &format!("COPY ({rows}) TO '{path}/{file}.npy' {options}")).await;
        assert!(beside(&directory.path().join(format!("{file}.npy"))).is_file());
    }
    create(&context, directory.path(), "read").await;
    let plan =
        analyze(&context, "SELECT min(i), max(i), min(u), max(u), min(d), max(d), min(z), max(z) FROM t")
            .await;
    assert!(!plan.contains("DataSourceExec"), "{plan}");
    for (column, type_) in [
        ("i", "Int64"),
        ("u", "UInt64"),
        ("f", "Float64"),
        ("z", "Float32"),
        ("ts", "Timestamp(Nanosecond, None)"),
        ("d", "Date32"),
        ("m", ""),
        ("b", "Boolean"),
        ("s", "Utf8"),
        ("h", "Float16"),
    ] {
        compare(&context, "t", &format!("SELECT min({column}), max({column}), count({column}) FROM $t"))
            .await;
        // Each value of it is a bound.
        let values = lines(&query(&context, &format!("SELECT DISTINCT {column} FROM memory")).await);
        for value in values.iter().filter(|value| !value.is_empty() && !type_.is_empty()) {
            for operator in ["<", "<=", "=", ">=", ">", "<>"] {
                let bound = format!("{column} {operator} arrow_cast('{value}', '{type_}')");
                compare(&context, "t", &format!("SELECT * FROM $t WHERE {bound}")).await;
            }
        }
    }
    for bound in
        ["f >= 0", "f > 2.5", "f < 'NaN'::double", "f > 1e308", "z = 0", "z < 0.0", "z > -0.0", "ts IS NULL"]
    {
        compare(&context, "t", &format!("SELECT * FROM $t WHERE {bound}")).await;
    }
    let sql = "SELECT file FROM t WHERE i >= 9223372036854775806 AND u > 18446744073709551614";
    let plan = analyze(&with_table(directory.path(), "read").await, sql).await;
    assert_eq!(metric(&plan, "files_skipped_by_statistics"), 2, "{plan}");
}

/// Files are put one behind the other by their ends, and NaT has no place in that order.
#[tokio::test]
async fn declared_orders_with_null_keys() {
    let directory = tempfile::tempdir().unwrap();
    let ts = |second: Option<i64>| {
        second.map_or(DateTime64::NAT, |second| DateTime64::from_steps(second * 1_000_000_000))
    };
    let mut all = Vec::new();
    for (name, seconds) in [("1", [Some(1), Some(2), None]), ("2", [Some(3), Some(4), None])] {
        let rows: Vec<Trade> = seconds
            .into_iter()
            .zip(trades(0..3))
            .map(|(second, trade)| Trade { ts: ts(second), ..trade })
            .collect();
        write(&directory.path().join(format!("{name}.npy")), &rows);
        all.extend(rows);
    }
    let context = session(1, 8192);
    with_memory(&context, &all);
    let options = "OPTIONS ('npy.sidecar' 'write')";
    let location = directory.path().display();
    query(
        &context,
        &format!("CREATE EXTERNAL TABLE t STORED AS NPY WITH ORDER (ts) LOCATION '{location}' {options}"),
    )
    .await;
    compare(&context, "t", "SELECT ts FROM $t ORDER BY ts").await;
    compare(&context, "t", "SELECT min(ts), max(ts), count(ts) FROM $t").await;
}

#[tokio::test]
async fn other_files_have_none_beside_them() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    crate::columns::write_columns(&path.join("columns"), &trades(0..100));
    let context = session(2, 64);
    with_memory(&context, &trades(0..100));
    let options = "OPTIONS ('npy.sidecar' 'write')";
    let table = format!("STORED AS NPY LOCATION '{}/columns/' {options}", path.display());
    query(&context, &format!("CREATE EXTERNAL TABLE t {table}")).await;
    compare(&context, "t", "SELECT min(ts), max(price) FROM $t WHERE qty > 3").await;
    assert!(
        !fs::read_dir(path.join("columns")).unwrap().any(|entry| entry
            .unwrap()
            .path()
            .to_string_lossy()
            .ends_with(".stats"))
    );
    fs::write(path.join("raw.bin"), [0; 16]).unwrap();
    let options = "OPTIONS ('npy.dtype' '<f8', 'npy.sidecar' 'read')";
    let text = error(
        &context,
        &format!("CREATE EXTERNAL TABLE r STORED AS NPY LOCATION '{}/raw.bin' {options}", path.display()),
    )
    .await;
    assert!(text.contains("npy.sidecar is of .npy files"), "{text}");
}

/// Casts that keep no order say nothing of a file whose ends they are asked of.
#[tokio::test]
async fn filters_through_casts() {
    let directory = tempfile::tempdir().unwrap();
    let mut all = Vec::new();
    // From the evening of a day to the morning of a later one.
    for (file, start) in [(0, 64_800), (1, 300_000)] {
        let rows: Vec<Trade> = (0..500)
            .zip(trades(0..500))
            .map(|(step, trade)| {
                let second = start + step * 311;
                Trade { ts: DateTime64::from_steps(second * 1_000_000_000), qty: 5 + file, ..trade }
            })
            .collect();
        write(&directory.path().join(format!("{file}.npy")), &rows);
        all.extend(rows);
    }
    query(&with_table(directory.path(), "write").await, "SELECT count(*) FROM t").await;
    let context = with_table(directory.path(), "read").await;
    with_memory(&context, &all);
    for (column, type_, values) in [
        ("ts", "TIME", &["'12:00:00'", "'18:00:00'", "'00:00:00'", "'23:59:59'"][..]),
        ("ts", "DATE", &["'1970-01-02'", "'1970-01-05'", "'1971-01-01'"]),
        ("ts", "BIGINT", &["172800000000000", "0"]),
        ("qty", "BOOLEAN", &["true", "false"]),
        ("qty", "DOUBLE", &["5.5", "6.0", "7.5"]),
        ("qty", "TINYINT", &["5", "6"]),
    ] {
        for value in values {
            for operator in ["<", "<=", "=", ">=", ">", "<>"] {
                for filter in [
                    format!("CAST({column} AS {type_}) {operator} CAST({value} AS {type_})"),
                    format!(
                        "TRY_CAST({column} AS {type_}) {operator} CAST({value} AS {type_}) OR price > 1000"
                    ),
                    format!("TRY_CAST({column} AS {type_}) IS NOT DISTINCT FROM CAST({value} AS {type_})"),
                ] {
                    compare(&context, "t", &format!("SELECT ts, qty FROM $t WHERE {filter}")).await;
                }
            }
        }
    }
    // What does not fit is NULL, in a column without NULLs.
    for filter in [
        "TRY_CAST(price * 100 AS TINYINT) IS NOT DISTINCT FROM NULL",
        "TRY_CAST(\"Last Px\" AS TINYINT) IS NOT DISTINCT FROM NULL",
        "TRY_CAST(\"Last Px\" AS TINYINT) IS NULL",
    ] {
        compare(&context, "t", &format!("SELECT ts, \"Last Px\" FROM $t WHERE {filter}")).await;
    }
    // Those that keep it leave files out still, beside others.
    let sql = "SELECT count(*) FROM t WHERE ts::time >= '12:00' AND CAST(qty AS DOUBLE) > 5.5";
    let plan = analyze(&context, sql).await;
    assert_eq!(metric(&plan, "files_skipped_by_statistics"), 1, "{plan}");
}

/// Of a threshold of partition columns that becomes known, with values beside the files and without.
#[tokio::test]
async fn folders_behind_a_threshold() {
    let directory = tempfile::tempdir().unwrap();
    for day in 10..30 {
        write(&directory.path().join(format!("day={day}/a.npy")), &trades(day..day + 100));
    }
    for sidecar in ["off", "read", "write"] {
        let context = session(1, 8192);
        let table = format!("STORED AS NPY PARTITIONED BY (day) LOCATION '{}'", directory.path().display());
        query(&context, &format!("CREATE EXTERNAL TABLE t {table} OPTIONS ('npy.sidecar' '{sidecar}')"))
            .await;
        let sql = "SELECT day, qty FROM t ORDER BY day LIMIT 5";
        let days = query(&context, &format!("SELECT DISTINCT day FROM ({sql})")).await;
        assert_eq!(lines(&days), ["10"]);
        let plan = analyze(&context, sql).await;
        assert!(metric(&plan, "files_skipped_by_statistics") > 10, "{sidecar}: {plan}");
    }
}

/// Without `npy.superset` a column that no file has is an error, not NULL in all rows.
#[tokio::test]
async fn columns_that_no_file_has() {
    let directory = tempfile::tempdir().unwrap();
    days(directory.path()).await;
    let location = directory.path().display();
    for sidecar in ["off", "read"] {
        let context = session(1, 8192);
        let table = format!("STORED AS NPY LOCATION '{location}' OPTIONS ('npy.sidecar' '{sidecar}')");
        query(&context, &format!("CREATE EXTERNAL TABLE t (ts TIMESTAMP, prise DOUBLE) {table}")).await;
        for sql in ["SELECT count(*) FROM t WHERE prise > 5", "SELECT count(prise) FROM t"] {
            let text = error(&context, sql).await;
            assert!(text.contains("prise") && text.contains(".npy"), "{sql}: {text}");
        }
    }
}

/// A page that waits for the disk takes writes without the file's time being changed.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn writes_through_a_map_that_is_open() {
    // On a disk, where there is one: `/tmp` may be in memory, where nothing waits.
    let directory = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let system = std::process::Command::new("stat").args(["-f", "-c", "%T"]).arg(directory.path()).output();
    let system =
        system.map_or_else(|_| String::new(), |system| String::from_utf8_lossy(&system.stdout).into_owned());
    // Of others it is not promised.
    if !["ext2/ext3", "xfs", "btrfs", "overlayfs", "f2fs"].contains(&system.trim()) {
        println!("skipped on {system}");
        return;
    }
    let path = directory.path().join("trades.npy");
    write(&path, &trades(0..1000));
    let mut map = mmrec::RecordMap::<Trade>::open_rw(&path).unwrap();
    let mut set = |at: usize, qty| map.set(at, Trade { qty, ..trades(0..1)[0] });
    set(5, 1000);
    let sql = "SELECT count(*) FROM t WHERE qty >= 1000";
    assert_eq!(number(&query(&with_table(&path, "write").await, sql).await), 1);
    assert!(beside(&path).is_file());
    assert_eq!(
        number(&query(&with_table(&path, "read").await, "SELECT CAST(max(qty) AS BIGINT) FROM t").await),
        1000
    );
    std::thread::sleep(std::time::Duration::from_millis(20));
    for (at, qty) in [(6, 2000), (7, 3000)] {
        set(at, qty);
        let sql = format!("SELECT count(*) FROM t WHERE qty >= {qty}");
        assert_eq!(number(&query(&with_table(&path, "read").await, &sql).await), 1, "{qty}");
    }
}
