//! Files of trades, the same rows as a table in memory, and their comparison.

use std::{path::Path, sync::Arc};

use arrow_array::{
    ArrayRef, Float64Array, RecordBatch, StringArray, TimestampNanosecondArray, UInt32Array, cast::AsArray,
};
use arrow_schema::{DataType, Field, Schema, TimeUnit};
use datafusion::{
    arrow::util::display::array_value_to_string, datasource::MemTable, execution::config::SessionConfig,
    prelude::SessionContext,
};
use mmrec::{ByteStr, DateTime64, MmapRecord, RecordMap, units::Nanosecond};

/// 40 bytes, of which the last 4 are padding.
#[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
#[repr(C)]
pub(crate) struct Trade {
    pub(crate) ts: DateTime64<Nanosecond>,
    pub(crate) price: f64,
    pub(crate) qty: u32,
    pub(crate) symbol: ByteStr<8>,
    #[mmrec(rename = "Last Px")]
    pub(crate) last: mmrec::big_endian::F64,
}

pub(crate) const SYMBOLS: [&str; 4] = ["ABC", "DEFGHIJK", "", "Ä"];

/// The trade of this number: sorted by time, two of each.
pub(crate) fn trade(number: usize) -> Trade {
    let number = u32::try_from(number).unwrap();
    Trade {
        ts: DateTime64::from_steps(i64::from(number / 2) * 1_000_000_000),
        price: f64::from(number * 7 % 101) / 4.0,
        qty: number % 13,
        symbol: ByteStr::new(SYMBOLS[number as usize % 4]).unwrap(),
        last: (-f64::from(number)).into(),
    }
}

pub(crate) fn trades(range: std::ops::Range<usize>) -> Vec<Trade> {
    range.map(trade).collect()
}

pub(crate) fn write(path: &Path, trades: &[Trade]) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut map = RecordMap::<Trade>::options().shape(trades.len()).create_npy(path).unwrap();
    map.view_mut().copy_from_slice(trades);
}

/// The rows made by hand, as SQL is to see them.
pub(crate) fn batch(trades: &[Trade]) -> RecordBatch {
    let schema = Schema::new(vec![
        Field::new("ts", DataType::Timestamp(TimeUnit::Nanosecond, None), true),
        Field::new("price", DataType::Float64, false),
        Field::new("qty", DataType::UInt32, false),
        Field::new("symbol", DataType::Utf8, false),
        Field::new("Last Px", DataType::Float64, false),
    ]);
    let columns: Vec<ArrayRef> = vec![
        Arc::new(trades.iter().map(|trade| trade.ts.get()).collect::<TimestampNanosecondArray>()),
        Arc::new(trades.iter().map(|trade| trade.price).collect::<Float64Array>()),
        Arc::new(trades.iter().map(|trade| trade.qty).collect::<UInt32Array>()),
        Arc::new(
            trades
                .iter()
                .map(|trade| Some(trade.symbol.to_str().unwrap().to_owned()))
                .collect::<StringArray>(),
        ),
        Arc::new(trades.iter().map(|trade| trade.last.get()).collect::<Float64Array>()),
    ];
    RecordBatch::try_new(Arc::new(schema), columns).unwrap()
}

/// A session of so many partitions, which splits the smallest file and reads few rows at a time.
pub(crate) fn session(partitions: usize, batch_size: usize) -> SessionContext {
    let config = SessionConfig::new()
        .with_target_partitions(partitions)
        .with_batch_size(batch_size)
        .with_repartition_file_min_size(1);
    let context = SessionContext::new_with_config(config);
    mmrec_datafusion::register(&context).unwrap();
    context
}

/// The same rows under the name `memory`.
pub(crate) fn with_memory(context: &SessionContext, trades: &[Trade]) {
    let batch = batch(trades);
    let table = MemTable::try_new(batch.schema(), vec![vec![batch]]).unwrap();
    context.deregister_table("memory").unwrap();
    context.register_table("memory", Arc::new(table)).unwrap();
}

pub(crate) async fn query(context: &SessionContext, sql: &str) -> Vec<RecordBatch> {
    match try_query(context, sql).await {
        Ok(batches) => batches,
        Err(error) => panic!("{sql}: {error}"),
    }
}

pub(crate) async fn try_query(
    context: &SessionContext,
    sql: &str,
) -> datafusion::error::Result<Vec<RecordBatch>> {
    context.sql(sql).await?.collect().await
}

/// The rows of the answer, in its order, as text.
pub(crate) fn lines(batches: &[RecordBatch]) -> Vec<String> {
    let line = |batch: &RecordBatch, row: usize| {
        let cells = batch.columns().iter().map(|column| array_value_to_string(column, row).unwrap());
        cells.collect::<Vec<_>>().join(" | ")
    };
    batches.iter().flat_map(|batch| (0..batch.num_rows()).map(move |row| line(batch, row))).collect()
}

/// An answer of one number.
pub(crate) fn number(batches: &[RecordBatch]) -> i64 {
    batches[0].column(0).as_primitive::<arrow_array::types::Int64Type>().value(0)
}

pub(crate) async fn error(context: &SessionContext, sql: &str) -> String {
    try_query(context, sql).await.unwrap_err().to_string()
}

/// Asks the same of a table and of `memory`, and compares the rows, in order if the query says one.
pub(crate) async fn compare(context: &SessionContext, table: &str, sql: &str) {
    let sort = |mut lines: Vec<String>| {
        if !sql.contains("ORDER BY") {
            lines.sort();
        }
        lines
    };
    let found = sort(lines(&query(context, &sql.replace("$t", table)).await));
    let expected = sort(lines(&query(context, &sql.replace("$t", "memory")).await));
    assert_eq!(found, expected, "{sql}");
}

/// The plan with what was counted when it ran.
pub(crate) async fn analyze(context: &SessionContext, sql: &str) -> String {
    lines(&query(context, &format!("EXPLAIN ANALYZE {sql}")).await).join("\n")
}

/// A count of the plan.
pub(crate) fn metric(plan: &str, name: &str) -> usize {
    let (_, rest) = plan.split_once(&format!("{name}=")).unwrap_or_else(|| panic!("no {name} in {plan}"));
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap()
}
