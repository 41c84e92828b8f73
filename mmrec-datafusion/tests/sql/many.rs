//! Thousands of small files: what listing, statistics and pruning cost for each.

use std::{fs, time::Instant};

use crate::kit::{analyze, lines, number, query, session, trades, try_query, write};

const DAYS: usize = 100;
const FILES: usize = 100;
const ROWS: usize = 10;

/// 10,000 files. What is printed is the time per file; what is asserted is that the answers are right and that files of days that
/// a query does not ask for are not opened: they are no `.npy` any more, and opening one is an error.
#[tokio::test]
async fn files_of_other_days_are_not_opened() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    let rows = trades(0..ROWS);
    write(&path.join("one.npy"), &rows);
    let bytes = fs::read(path.join("one.npy")).unwrap();
    let file = |day: usize, file: usize| path.join(format!("many/day={day:03}/{file:03}.npy"));
    for day in 0..DAYS {
        fs::create_dir_all(file(day, 0).parent().unwrap()).unwrap();
        for number in 0..FILES {
            fs::write(file(day, number), &bytes).unwrap();
        }
    }
    let context = session(2, 8192);
    let all = DAYS * FILES;
    let timed = |what: &str, files: usize, started: Instant| {
        let time = started.elapsed();
        println!("{what}: {time:.2?}, {:.1?} a file of {files}", time / u32::try_from(files).unwrap());
    };

    let started = Instant::now();
    let table = format!("STORED AS NPY PARTITIONED BY (day) LOCATION '{}/many/'", path.display());
    query(&context, &format!("CREATE EXTERNAL TABLE many {table}")).await;
    timed("the table, by all headers", all, started);

    let started = Instant::now();
    assert_eq!(
        number(&query(&context, "SELECT count(*) FROM many").await),
        i64::try_from(all * ROWS).unwrap()
    );
    timed("count(*), by the statistics of all", all, started);

    let started = Instant::now();
    assert_eq!(
        number(&query(&context, "SELECT count(*) FROM many").await),
        i64::try_from(all * ROWS).unwrap()
    );
    timed("count(*) again, with the statistics that are kept", all, started);

    let sum = "SELECT sum(qty) FROM many";
    let started = Instant::now();
    let found = lines(&query(&context, sum).await);
    timed("the sum of a column, from all files", all, started);
    let total = i64::from(rows.iter().map(|trade| trade.qty).sum::<u32>()) * i64::try_from(all).unwrap();
    assert!(found.iter().any(|line| line.contains(&total.to_string())), "{found:?}");

    // All files but those of day 42 are no longer what they were, under the same sizes.
    for day in (0..DAYS).filter(|day| *day != 42) {
        for number in 0..FILES {
            fs::write(file(day, number), vec![b'x'; bytes.len()]).unwrap();
        }
    }
    let context = session(2, 8192);
    let dtype = <crate::kit::Trade as mmrec::Element>::DTYPE;
    println!("{} bytes a row, {} a file", dtype.itemsize(), bytes.len());
    // The columns are said by another table of the same files, so that making this one opens none.
    query(
        &context,
        &format!("CREATE EXTERNAL TABLE day STORED AS NPY LOCATION '{}/many/day=042/'", path.display()),
    )
    .await;
    let provider = context.table_provider("day").await.unwrap();
    let listing = provider.downcast_ref::<datafusion::datasource::listing::ListingTable>().unwrap();
    let options = listing
        .options()
        .clone()
        .with_table_partition_cols(vec![("day".to_owned(), arrow_schema::DataType::Utf8)]);
    let url =
        datafusion::datasource::listing::ListingTableUrl::parse(format!("{}/many/", path.display())).unwrap();
    let config = datafusion::datasource::listing::ListingTableConfig::new(url)
        .with_listing_options(options)
        .with_schema(provider.schema());
    let many = datafusion::datasource::listing::ListingTable::try_new(config).unwrap();
    context.register_table("many", std::sync::Arc::new(many)).unwrap();

    let started = Instant::now();
    let found = lines(&query(&context, &format!("{sum} WHERE day = '042'")).await);
    timed("the sum of a column of one day", FILES, started);
    assert!(
        found.iter().any(|line| line.contains(&(total / i64::try_from(DAYS).unwrap()).to_string())),
        "{found:?}"
    );
    let plan = analyze(&context, &format!("{sum} WHERE day = '042'")).await;
    assert!(plan.contains("day=042") && !plan.contains("day=041"), "{plan}");
    let error = try_query(&context, sum).await.unwrap_err().to_string();
    assert!(error.contains("many/day=0"), "opening one of the others is an error: {error}");
}
