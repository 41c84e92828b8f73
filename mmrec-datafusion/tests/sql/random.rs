//! Random rows, filters, columns, orders, limits and partitions, against the same rows in memory.

use mmrec::DateTime64;
use proptest::prelude::*;

use crate::kit::{SYMBOLS, Trade, compare, query, session, trade, with_memory, write};

fn row() -> impl Strategy<Value = Trade> {
    let ts = prop_oneof![8 => -20..20i64, 1 => Just(i64::MIN)];
    (ts, -5..5i32, 0..6u32, 0..4usize, any::<i32>()).prop_map(|(ts, price, qty, symbol, last)| Trade {
        ts: DateTime64::from_steps(ts),
        price: f64::from(price) / 2.0,
        qty,
        symbol: mmrec::ByteStr::new(SYMBOLS[symbol]).unwrap(),
        last: f64::from(last).into(),
        ..trade(0)
    })
}

fn comparison() -> impl Strategy<Value = String> {
    let operator = prop::sample::select(vec!["<", "<=", ">", ">=", "=", "<>"]);
    (operator, -22..22i64, 0..6usize).prop_map(|(operator, number, column)| match column {
        0 | 1 => format!("CAST(ts AS BIGINT) {operator} {number}"),
        2 => format!("ts {operator} arrow_cast({number}, 'Timestamp(Nanosecond, None)')"),
        3 => format!("price {operator} {}", f64::from(i32::try_from(number).unwrap()) / 8.0),
        4 => format!("qty {operator} {}", number.unsigned_abs() % 7),
        _ => format!("symbol {operator} '{}'", SYMBOLS[usize::try_from(number.unsigned_abs()).unwrap() % 4]),
    })
}

fn filter() -> impl Strategy<Value = String> {
    let joined = |word: &'static str| {
        prop::collection::vec(comparison(), 1..4).prop_map(move |parts| format!("({})", parts.join(word)))
    };
    prop_oneof![joined(" AND "), joined(" OR "), Just("ts IS NULL".to_owned()), Just("TRUE".to_owned())]
}

fn asked() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "SELECT * FROM $t WHERE $f",
        "SELECT price FROM $t WHERE $f",
        "SELECT count(*), count(ts), min(ts), max(ts), sum(qty) FROM $t WHERE $f",
        "SELECT symbol, count(*), max(price) FROM $t WHERE $f GROUP BY symbol",
        "SELECT ts, price, qty, symbol, \"Last Px\" FROM $t WHERE $f ORDER BY ts, price, qty, symbol, \"Last Px\" LIMIT 5",
        "SELECT ts FROM $t WHERE $f ORDER BY ts DESC LIMIT 3",
        "SELECT ts FROM $t WHERE $f ORDER BY ts",
        "SELECT price, price + qty AS x FROM $t WHERE $f ORDER BY price, x LIMIT 4",
        "SELECT count(*) FROM (SELECT qty FROM $t WHERE $f LIMIT 7)",
        "SELECT a.qty, b.price FROM $t a JOIN $t b ON a.qty = b.qty WHERE b.price < 0 AND a.qty < 2",
    ])
    .prop_map(str::to_owned)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn as_memory_does(
        files in prop::collection::vec(prop::collection::vec(row(), 0..40), 1..4),
        order in prop::sample::select(vec!["", "ts ASC NULLS FIRST", "ts ASC", "ts DESC", "ts DESC NULLS LAST"]),
        partitions in 1..5usize,
        batch_size in 1..20usize,
        queries in prop::collection::vec((asked(), filter()), 6),
    ) {
        let directory = tempfile::tempdir().unwrap();
        let nulls_first = matches!(order, "ts ASC NULLS FIRST" | "ts DESC");
        let mut all = Vec::new();
        for (number, mut rows) in files.into_iter().enumerate() {
            if !order.is_empty() {
                rows.sort_by_key(|row| {
                    let key = row.ts.get().map(|ts| if order.contains("DESC") { -ts } else { ts });
                    (key.is_none() != nulls_first, key)
                });
            }
            write(&directory.path().join(format!("{number}.npy")), &rows);
            all.extend(rows);
        }
        let with = if order.is_empty() { String::new() } else { format!("WITH ORDER ({order})") };
        tokio::runtime::Runtime::new().unwrap().block_on(async {
            let context = session(partitions, batch_size);
            with_memory(&context, &all);
            query(&context, &format!("CREATE EXTERNAL TABLE t STORED AS NPY {with} LOCATION '{}/'", directory.path().display())).await;
            for (asked, filter) in queries {
                compare(&context, "t", &asked.replace("$f", &filter)).await;
            }
        });
    }
}
