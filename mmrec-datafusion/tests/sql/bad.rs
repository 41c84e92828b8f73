//! Files that are no table: errors, with what they say.

use std::fs;

use mmrec::{DynMap, RecordMap};

use crate::kit::{Trade, error, lines, number, query, session, trades, try_query, write};

fn make(path: &std::path::Path, dtype: &str, rows: usize) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    DynMap::options().dtype(dtype.parse().unwrap()).shape(rows).create_npy(path).unwrap();
}

fn contains(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "no {part:?} in {text}");
    }
}

#[tokio::test]
async fn files_that_disagree() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().display();
    make(&directory.path().join("1.npy"), "[('a', '<i4'), ('b', '<f8')]", 2);
    make(&directory.path().join("2.npy"), "[('a', '<i4'), ('c', 'S3')]", 3);
    let context = session(2, 8192);
    let create = format!("CREATE EXTERNAL TABLE t STORED AS NPY LOCATION '{path}/'");
    let text = error(&context, &create).await;
    contains(
        &text,
        &["have different dtypes", "2.npy differs from", "field `b`", "field `c`", "npy.superset"],
    );

    query(&context, &format!("{create} OPTIONS ('npy.superset' 'true')")).await;
    let rows = lines(&query(&context, "SELECT a, b, c, b IS NULL, c IS NULL FROM t ORDER BY b, c").await);
    assert_eq!(rows.len(), 5);
    assert_eq!(rows.iter().filter(|row| row.ends_with("| false | true")).count(), 2, "{rows:?}");
    assert_eq!(rows.iter().filter(|row| row.ends_with("| true | false")).count(), 3, "{rows:?}");
    assert_eq!(number(&query(&context, "SELECT count(*) FROM t WHERE b IS NULL").await), 3);
    assert_eq!(number(&query(&context, "SELECT count(b) FROM t").await), 2);
    assert_eq!(number(&query(&context, "SELECT count(*) FROM t WHERE c = ''").await), 3);

    // A column of two types is no superset.
    make(&directory.path().join("3.npy"), "[('a', '<f4')]", 1);
    let context = session(2, 8192);
    let text = error(&context, &format!("{create} OPTIONS ('npy.superset' 'true')")).await;
    contains(&text, &["for column \"a\"", "3.npy has '<f4' (Float32)", "'<i4' (Int32)"]);
}

#[tokio::test]
async fn a_file_that_came_later_with_other_fields() {
    let directory = tempfile::tempdir().unwrap();
    make(&directory.path().join("1.npy"), "[('a', '<i4'), ('b', '<f8')]", 2);
    let context = session(1, 8192);
    query(
        &context,
        &format!("CREATE EXTERNAL TABLE t STORED AS NPY LOCATION '{}/*.npy'", directory.path().display()),
    )
    .await;
    make(&directory.path().join("1.npy"), "[('a', '<i4'), ('c', '<f8')]", 2);
    let text = error(&context, "SELECT b FROM t").await;
    assert!(text.contains("changed since the query found it") || text.contains("no column \"b\""), "{text}");
}

#[tokio::test]
async fn empty_files_and_directories() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().display();
    write(&directory.path().join("zero.npy"), &[]);
    let context = session(4, 8192);
    query(
        &context,
        &format!("CREATE EXTERNAL TABLE zero STORED AS NPY WITH ORDER (ts) LOCATION '{path}/zero.npy'"),
    )
    .await;
    assert_eq!(number(&query(&context, "SELECT count(*) FROM zero").await), 0);
    assert_eq!(
        number(&query(&context, "SELECT count(*) FROM zero WHERE price > 1 AND ts > '1970-01-01'").await),
        0
    );
    assert_eq!(lines(&query(&context, "SELECT max(ts), sum(price) FROM zero").await), [" | "]);

    fs::create_dir(directory.path().join("none")).unwrap();
    let text =
        error(&context, &format!("CREATE EXTERNAL TABLE none STORED AS NPY LOCATION '{path}/none/'")).await;
    contains(&text, &["No files found at", "/none/", "add data files"]);

    fs::write(directory.path().join("empty.npy"), b"").unwrap();
    let text =
        error(&context, &format!("CREATE EXTERNAL TABLE e STORED AS NPY LOCATION '{path}/empty.npy'")).await;
    contains(&text, &["no file of the table says which columns it has", "files without bytes"]);
    fs::write(directory.path().join("empty.bin"), b"").unwrap();
    query(
        &context,
        &format!(
            "CREATE EXTERNAL TABLE e STORED AS NPY LOCATION '{path}/empty.bin' OPTIONS ('npy.dtype' '<f8')"
        ),
    )
    .await;
    assert_eq!(number(&query(&context, "SELECT count(value) FROM e").await), 0);
}

#[tokio::test]
async fn files_that_are_cut_or_are_none() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().display();
    let context = session(1, 8192);
    write(&directory.path().join("cut.npy"), &trades(0..10));
    let bytes = fs::read(directory.path().join("cut.npy")).unwrap();
    fs::write(directory.path().join("cut.npy"), &bytes[..bytes.len() - 1]).unwrap();
    let text =
        error(&context, &format!("CREATE EXTERNAL TABLE t STORED AS NPY LOCATION '{path}/cut.npy'")).await;
    contains(&text, &["cut.npy", "header"]);
    fs::write(directory.path().join("head.npy"), &bytes[..20]).unwrap();
    let text =
        error(&context, &format!("CREATE EXTERNAL TABLE t STORED AS NPY LOCATION '{path}/head.npy'")).await;
    contains(&text, &["head.npy", "cut short"]);
    fs::write(directory.path().join("text.npy"), "a,b\n1,2\n").unwrap();
    let text =
        error(&context, &format!("CREATE EXTERNAL TABLE t STORED AS NPY LOCATION '{path}/text.npy'")).await;
    contains(&text, &["text.npy", "dtype"]);
    fs::write(directory.path().join("raw.bin"), [0; 17]).unwrap();
    let text = error(
        &context,
        &format!(
            "CREATE EXTERNAL TABLE t STORED AS NPY LOCATION '{path}/raw.bin' OPTIONS ('npy.dtype' '<f8')"
        ),
    )
    .await;
    contains(&text, &["raw.bin", "17 bytes", "whole number"]);
    let text =
        error(&context, &format!("CREATE EXTERNAL TABLE t STORED AS NPY LOCATION '{path}/none.npy'")).await;
    contains(&text, &["No files found at", "none.npy"]);
}

/// A deflated member, as `numpy.savez_compressed` writes it, and one that is stored.
#[tokio::test]
async fn archives() {
    let context = session(2, 64);
    let create = |table: &str, name: &str| {
        format!(
            "CREATE EXTERNAL TABLE {table} STORED AS NPY LOCATION '{}'",
            crate::types::golden(name).display()
        )
    };
    let text = error(&context, &format!("{} OPTIONS ('npy.member' 'x')", create("t", "deflated.npz"))).await;
    contains(&text, &["deflated.npz", "compressed"]);
    query(&context, &format!("{} OPTIONS ('npy.member' 'x')", create("t", "stored.npz"))).await;
    assert_eq!(
        lines(&query(&context, "SELECT count(*), sum(value) FROM t WHERE value >= 90").await),
        ["10 | 945.0"]
    );
    let text = error(&context, &create("u", "stored.npz")).await;
    contains(&text, &["stored.npz", "dtype"]);
}

#[tokio::test]
async fn a_file_that_is_replaced_or_cut_during_a_query() {
    use futures::StreamExt;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("t.npy");
    let rows = trades(0..200_000);
    for what in ["cut", "changed", "replaced"] {
        let _ = fs::remove_file(&path);
        write(&path, &rows);
        let context = session(1, 1000);
        query(&context, &format!("CREATE EXTERNAL TABLE t STORED AS NPY LOCATION '{}'", path.display()))
            .await;
        let mut stream = context.sql("SELECT price FROM t").await.unwrap().execute_stream().await.unwrap();
        assert_eq!(stream.next().await.unwrap().unwrap().num_rows(), 1000);
        std::thread::sleep(std::time::Duration::from_millis(20));
        match what {
            "cut" => fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(4096).unwrap(),
            "changed" => {
                use std::os::unix::fs::FileExt;
                fs::OpenOptions::new()
                    .write(true)
                    .open(&path)
                    .unwrap()
                    .write_all_at(&[1; 8], 40_000)
                    .unwrap();
            }
            _ => {
                write(&directory.path().join("new.npy"), &trades(0..10));
                fs::rename(directory.path().join("new.npy"), &path).unwrap();
            }
        }
        let mut count = 1000;
        let mut failed = None;
        while let Some(batch) = stream.next().await {
            match batch {
                Ok(batch) => count += batch.num_rows(),
                Err(error) => failed = Some(error.to_string()),
            }
        }
        match what {
            // The old file is open, whole, and read to its end.
            "replaced" => assert_eq!((count, failed), (rows.len(), None)),
            "cut" => contains(&failed.unwrap(), &["t.npy", "bytes"]),
            _ => contains(&failed.unwrap(), &["t.npy", "was changed", "run the query again"]),
        }
    }
}

#[tokio::test]
async fn a_file_that_is_replaced_between_queries() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("t.npy");
    write(&path, &trades(0..100));
    let context = session(1, 1000);
    let plan = {
        query(&context, &format!("CREATE EXTERNAL TABLE t STORED AS NPY LOCATION '{}'", path.display()))
            .await;
        context.sql("SELECT sum(price) FROM t").await.unwrap().create_physical_plan().await.unwrap()
    };
    std::thread::sleep(std::time::Duration::from_millis(20));
    write(&path, &trades(0..90));
    let text = datafusion::physical_plan::collect(plan, context.task_ctx()).await.unwrap_err().to_string();
    contains(&text, &["t.npy was changed since the query found it: it had", "run the query again"]);
}

#[tokio::test]
async fn a_map_that_is_cut() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("t.npy");
    write(&path, &trades(0..100_000));
    let map = RecordMap::<Trade>::open(&path).unwrap();
    let context = session(2, 1000);
    let table = mmrec_datafusion::MapTable::new(std::sync::Arc::new(map)).unwrap();
    context.register_table("t", std::sync::Arc::new(table)).unwrap();
    fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(4096).unwrap();
    contains(&error(&context, "SELECT sum(price) FROM t").await, &["bytes"]);
}

#[tokio::test]
async fn names_that_must_be_quoted() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("n.npy");
    let dtype = r#"[('Upper', '<i4'), ('with space', '<i4'), ('a.b', '<i4'), ('quote"d', '<i4'), ('select', '<i4'), ('a', [('b', '<i4')]), ('ä', '<i4')]"#;
    make(&path, dtype, 3);
    let context = session(1, 8192);
    query(&context, &format!("CREATE EXTERNAL TABLE n STORED AS NPY LOCATION '{}'", path.display())).await;
    let sql = r#"SELECT "Upper", "with space", "a.b", "quote""d", "select", a, "ä" FROM n WHERE "Upper" = 0 AND "a.b" = 0 AND "quote""d" < 1 LIMIT 2"#;
    assert_eq!(lines(&query(&context, sql).await).len(), 2);
    let text = error(&context, "SELECT Upper FROM n").await;
    contains(&text, &["upper"]);
    let sorted = r#"CREATE EXTERNAL TABLE s STORED AS NPY WITH ORDER ("with space") LOCATION '{}'"#
        .replace("{}", &path.display().to_string());
    query(&context, &sorted).await;
    assert_eq!(number(&query(&context, r#"SELECT count(*) FROM s WHERE "with space" >= 0"#).await), 3);
}

#[tokio::test]
async fn options_that_are_wrong() {
    let context = session(1, 8192);
    for (option, says) in [
        ("'npy.dtypo' '<f8'", "there is no option npy.dtypo"),
        ("'has_header' 'true'", "there is no option npy.has_header"),
        ("'npy.dtype' '<f3'", "option npy.dtype"),
        ("'npy.superset' 'yes'", "expected true or false, found \"yes\""),
    ] {
        let result = try_query(
            &context,
            &format!("CREATE EXTERNAL TABLE t STORED AS NPY LOCATION 'x.npy' OPTIONS ({option})"),
        )
        .await;
        contains(&result.unwrap_err().to_string(), &[says]);
    }
}

#[tokio::test]
async fn weeks_are_no_superset_of_numbers() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().display();
    make(&directory.path().join("t/1.npy"), "[('a', '<i8')]", 2);
    make(&directory.path().join("t/2.npy"), "[('a', '<M8[W]'), ('b', '<f8')]", 3);
    let context = session(2, 8192);
    let options = "OPTIONS ('npy.superset' 'true')";
    let text =
        error(&context, &format!("CREATE EXTERNAL TABLE t STORED AS NPY LOCATION '{path}/t/' {options}"))
            .await;
    contains(&text, &["for column \"a\"", "2.npy has '<M8[W]'", "'<i8'"]);
}

#[tokio::test]
async fn folders_among_raw_files() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().display();
    fs::create_dir_all(directory.path().join("t/day=1/old")).unwrap();
    fs::write(directory.path().join("t/day=1/1.bin"), [1; 8]).unwrap();
    fs::write(directory.path().join("t/day=1/old/2.bin"), [2; 8]).unwrap();
    let context = session(1, 8192);
    let create = format!("CREATE EXTERNAL TABLE t STORED AS NPY PARTITIONED BY (day) LOCATION '{path}/t/'");
    let create = format!("{create} OPTIONS ('npy.dtype' '<i4')");
    let text = error(&context, &create).await;
    contains(&text, &["day=1/old is a folder of no partition", "t/*.bin"]);
    fs::remove_dir_all(directory.path().join("t/day=1/old")).unwrap();
    query(&context, &create).await;
    assert_eq!(number(&query(&context, "SELECT count(*) FROM t").await), 2);
}
