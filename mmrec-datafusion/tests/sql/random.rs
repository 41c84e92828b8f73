//! Random rows, filters, columns, orders, limits and partitions, against the same rows in memory.

use mmrec::DateTime64;

use crate::kit::{SYMBOLS, Trade, compare, query, session, with_memory, write};

/// A generator of numbers that are the same for the same seed (splitmix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// One of so many.
    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).unwrap()
    }

    fn number(&mut self, from: i32, to: i32) -> i32 {
        from + i32::try_from(self.below(usize::try_from(to - from).unwrap())).unwrap()
    }

    fn pick<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }

    fn row(&mut self) -> Trade {
        let ts = if self.below(8) == 0 {
            DateTime64::NAT
        } else {
            DateTime64::from_steps(self.number(-20, 20).into())
        };
        Trade {
            ts,
            price: f64::from(self.number(-5, 5)) / 2.0,
            qty: u32::try_from(self.below(6)).unwrap(),
            symbol: mmrec::ByteStr::new(self.pick(&SYMBOLS)).unwrap(),
            last: f64::from(self.number(-1000, 1000)).into(),
        }
    }

    fn comparison(&mut self) -> String {
        let operator = self.pick(&["<", "<=", ">", ">=", "=", "<>"]);
        let number = self.number(-22, 22);
        match self.below(6) {
            0 => format!("CAST(ts AS BIGINT) {operator} {number}"),
            1 | 2 => format!("ts {operator} arrow_cast({number}, 'Timestamp(Nanosecond, None)')"),
            3 => format!("price {operator} {}", f64::from(number) / 8.0),
            4 => format!("qty {operator} {}", number.unsigned_abs() % 7),
            _ => format!("symbol {operator} '{}'", self.pick(&SYMBOLS)),
        }
    }

    fn filter(&mut self) -> String {
        let parts: Vec<_> = (0..1 + self.below(3)).map(|_| self.comparison()).collect();
        match self.below(8) {
            0 => "ts IS NULL".to_owned(),
            1 => "TRUE".to_owned(),
            2 | 3 => parts.join(" OR "),
            _ => parts.join(" AND "),
        }
    }
}

const ASKED: [&str; 10] = [
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
];

#[tokio::test]
async fn as_memory_does() {
    for seed in 0..30 {
        let mut random = Random(seed);
        let directory = tempfile::tempdir().unwrap();
        let order = random.pick(&["", "ts ASC NULLS FIRST", "ts ASC", "ts DESC", "ts DESC NULLS LAST"]);
        let nulls_first = matches!(order, "ts ASC NULLS FIRST" | "ts DESC");
        let mut all = Vec::new();
        for number in 0..1 + random.below(3) {
            let mut rows: Vec<_> = (0..random.below(40)).map(|_| random.row()).collect();
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
        let context = session(1 + random.below(4), 1 + random.below(20));
        with_memory(&context, &all);
        query(
            &context,
            &format!(
                "CREATE EXTERNAL TABLE t STORED AS NPY {with} LOCATION '{}/'",
                directory.path().display()
            ),
        )
        .await;
        for _ in 0..8 {
            let sql = random.pick(&ASKED).replace("$f", &random.filter());
            println!("seed {seed}: {sql}");
            compare(&context, "t", &sql).await;
        }
    }
}
