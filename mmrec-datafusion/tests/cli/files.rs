//! Tables that are files of records.

use std::fs;

use mmrec::{ColumnMap, DType, DynMap, RecordMap};

use crate::kit::{Files, Trade};

#[test]
fn a_npy_is_a_table_by_its_name() {
    let files = Files::with_trades(6);
    let sql = "select symbol, sum(price * qty) / sum(qty) as vwap, count(*) as n from 'trades.npy' group by symbol order by symbol";
    assert_eq!(
        files.ok(&[sql, "--format", "csv"]),
        "symbol,vwap,n\nAAPL,100.75,2\nMSFT,100.85,2\nNVDA,101.03571428571429,2\n"
    );
    let expected = "ts,side,price,qty,fees[0],fees[1],symbol\n\
                    2026-03-02T14:30:04,B,101.0,40,0.25,4.0,MSFT\n\
                    2026-03-02T14:30:05,S,101.25,50,0.25,5.0,NVDA\n";
    assert_eq!(
        files.ok(&["select * from 'trades.npy' where qty >= 40 order by ts", "--format", "csv"]),
        expected
    );
    let text = files.ok(&["select * from 'trades.npy' order by ts limit 1"]);
    let expected = "ts                   side  price  qty  fees         symbol\n\
                    2026-03-02T14:30:00  B     100.0    0  [0.25, 0.0]  AAPL\n";
    assert_eq!(text, expected);
}

#[test]
fn directories_of_files_and_of_columns_are_tables_too() {
    let files = Files::with_trades(4);
    let trades = RecordMap::<Trade>::open(files.path("trades.npy")).unwrap();
    ColumnMap::from_rows(&trades, files.path("columns")).unwrap().close().unwrap();
    fs::create_dir(files.path("days")).unwrap();
    for day in ["a.npy", "b.npy"] {
        fs::copy(files.path("trades.npy"), files.path("days").join(day)).unwrap();
    }
    for (from, rows) in [("'columns'", 4), ("'columns/'", 4), ("'days/'", 8), ("'trades.npy'", 4)] {
        let text = files.ok(&[&format!("select count(*), sum(qty) from {from}"), "--format", "csv"]);
        assert_eq!(text.lines().nth(1).unwrap(), format!("{rows},{}", 60 * rows / 4), "{from}");
    }
    let all = |from| files.ok(&[&format!("select * from {from} order by ts"), "--format", "csv"]);
    assert_eq!(all("'columns'"), all("'trades.npy'"));
}

#[test]
fn what_is_written_as_npy_reads_back() {
    let files = Files::with_trades(6);
    files.ok(&["select * from 'trades.npy' order by ts desc", "-o", "back.npy"]);
    let made = DynMap::open(files.path("back.npy")).unwrap();
    let dtype = "[('ts', '<M8[ns]'), ('side', 'S1'), ('price', '<f8'), ('qty', '<u4'), ('fees', '<f4', (2,)), ('symbol', 'S8')]";
    assert_eq!((made.len(), made.dtype()), (6, &dtype.parse().unwrap()));
    let text = |from| files.ok(&[&format!("select * from '{from}' order by ts"), "--format", "json"]);
    assert_eq!(text("back.npy"), text("trades.npy"));
    assert_eq!(files.names(), ["back.npy", "trades.npy"]);

    let error =
        files.fail(&["select case when qty > 20 then qty end as q from 'trades.npy'", "-o", "nulls.npy"]);
    assert!(error.contains(" nulls.npy: column `q`, row 0: it is null, "), "{error}");
    assert_eq!(files.names(), ["back.npy", "trades.npy"]);
}

#[test]
fn a_declared_order_is_used() {
    let files = Files::with_trades(1000);
    let range = "select count(*) from t where ts >= timestamp '2026-03-02T14:35:00' and ts < timestamp '2026-03-02T14:35:10'";
    let table = "create external table t stored as npy location 'trades.npy' with order (ts);";
    assert_eq!(files.ok(&[table, range, "--format", "csv"]), "count(*)\n10\n");
    let text = files.ok(&[table, &format!("explain analyze {range}")]);
    assert!(text.contains("rows_skipped_by_order=990"), "{text}");
    assert!(text.contains("rows_scanned=10"), "{text}");
}

#[test]
fn names_that_sql_must_quote_and_names_that_give_orders() {
    let files = Files::new();
    let dtype: DType = "[('Price', '<f8'), ('a b', '<i4'), ('it\\'s \\x1b[31m', '<i2')]".parse().unwrap();
    DynMap::options().dtype(dtype).shape(2).create_npy(files.path("n.npy")).unwrap();
    let text = files.ok(&["select \"Price\" as p, \"a b\" as n, * from 'n.npy' limit 1", "--format", "csv"]);
    assert_eq!(text.lines().nth(1).unwrap(), "0.0,0,0.0,0,0");
    let text = files.ok(&["select * from 'n.npy'"]);
    assert!(text.starts_with("Price  a b  it's \\x1b[31m\n") && !text.contains('\x1b'), "{text:?}");
    let text = files.ok(&["describe 'n.npy'"]);
    assert!(text.contains("it's \\x1b[31m") && !text.contains('\x1b'), "{text:?}");
    assert!(!files.fail(&["select nothing from 'n.npy'"]).contains('\x1b'));
}

#[test]
fn files_that_are_none_are_told() {
    let files = Files::with_trades(4).with("text.npy", "none");
    let whole = fs::read(files.path("trades.npy")).unwrap();
    let files = files.with("cut.npy", &whole[..whole.len() - 20]);
    for name in ["text.npy", "cut.npy"] {
        let error = files.fail(&[&format!("select * from '{name}'")]);
        assert!(error.contains(name) && !error.contains("External"), "{error}");
    }
    let error = files.fail(&["select * from 'text.npy'"]);
    assert!(
        error.ends_with("whose option 'npy.dtype' says it, or, of an .npz, 'npy.member' names an array"),
        "{error}"
    );
    let sql = "create external table t stored as npy location 'text.npy' options ('npy.dtype' 'S2'); select * from t";
    assert_eq!(files.ok(&[sql]), "value\nno\nne\n");

    fs::create_dir(files.path("days")).unwrap();
    fs::copy(files.path("trades.npy"), files.path("days/a.npy")).unwrap();
    let other: DType = "[('ts', '<M8[ns]'), ('price', '<f4')]".parse().unwrap();
    DynMap::options().dtype(other).shape(1).create_npy(files.path("days/b.npy")).unwrap();
    let error = files.fail(&["select * from 'days/'"]);
    assert!(error.contains("price"), "{error}");
}
