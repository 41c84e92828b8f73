//! Rows as a table, as CSV and as JSON.

use serde_json::{Value, json};

use crate::kit::Files;

const ROWS: &str = "select * from (values (1, 'ab', 2.5), (-20, null, null), (300, 'c', cast('nan' as double))) as t (n, word, x) order by n";

#[test]
fn a_table_is_aligned_and_shows_nulls() {
    let expected = "  n  word  x\n\
                    -20  NULL  NULL\n\
                    \x20 1  ab     2.5\n\
                    300  c      NaN\n";
    let text = Files::new().ok(&[ROWS]);
    // The last column is one of numbers, on the right.
    let expected = expected.replace("word  x\n", "word     x\n");
    assert_eq!(text, expected);
    assert_eq!(Files::new().ok(&["select 1 as a, 2 as b where false"]), "a  b\n");
    assert_eq!(
        Files::new().ok(&["select '日本' as wide, 1 as n union all select 'a', 22 order by n"]),
        "wide   n\n日本   1\na     22\n"
    );
}

#[test]
fn a_table_shows_as_many_rows_as_asked_for_and_says_how_many_more() {
    let sql = "select value from generate_series(1, 2500) order by value";
    let all = Files::new().ok(&[sql]);
    let lines: Vec<_> = all.lines().map(str::trim).collect();
    assert_eq!(lines.len(), 2501);
    assert_eq!((lines[0], lines[1], lines[2500]), ("value", "1", "2500"));
    let some = Files::new().ok(&[sql, "--rows", "2"]);
    let more = "… 2\u{202f}498 rows more: --rows N shows as many, --format csv or --output FILE all";
    assert_eq!(some, format!("value\n    1\n    2\n{more}\n"));
    assert_eq!(Files::new().ok(&[sql, "--rows", "2500"]), all);
}

#[test]
fn columns_that_do_not_fit_come_in_pages() {
    let sql = "select 'aaaaaaaaaa' as first, 'bbbbbbbbbb' as second, 'cccccccccc' as third";
    let text = Files::new().ok(&[sql, "--width", "24"]);
    assert_eq!(text, "first       second\naaaaaaaaaa  bbbbbbbbbb\n\nthird\ncccccccccc\n");
}

#[test]
fn what_a_terminal_obeys_is_escaped_in_a_table() {
    let text = Files::new().ok(&["select chr(27) || '[31m' || chr(10) as \"n\u{9b}\", 'é' as e"]);
    assert_eq!(text, "n\\x9b       e\n\\x1b[31m\\n  é\n");
}

#[test]
fn csv_has_a_column_for_each_part() {
    let files = Files::new();
    assert_eq!(files.ok(&[ROWS, "--format", "csv"]), "n,word,x\n-20,,\n1,ab,2.5\n300,c,NaN\n");
    assert_eq!(files.ok(&["select 1 as a where false", "--format", "csv"]), "a\n");
    let sql = "select named_struct('a', 1, 'b', arrow_cast(make_array(2, 3), 'FixedSizeList(2, Int64)')) as r, make_array(4, null) as v, \
               'x,\"y' as s";
    let expected = "r.a,r.b[0],r.b[1],v,s\n1,2,3,\"[4, NULL]\",\"x,\"\"y\"\n";
    assert_eq!(files.ok(&[sql, "--format", "csv"]), expected);
}

#[test]
fn json_keeps_all_digits_and_names_what_is_no_number() {
    let sql = "select 18446744073709551615 as u, 0.1 as x, cast(0.1 as float) as f, cast('-inf' as double) as i, cast('nan' as float) as n, null as e, \
               make_array(1.5, cast('inf' as double)) as v, named_struct('a', 'q\"') as r";
    let object = r#"{"u":18446744073709551615,"x":0.1,"f":0.1,"i":"-Infinity","n":"NaN","e":null,"v":[1.5,"Infinity"],"r":{"a":"q\""}}"#;
    let files = Files::new();
    assert_eq!(files.ok(&[sql, "--format", "ndjson"]), format!("{object}\n"));
    assert_eq!(files.ok(&[sql, "--format", "json"]), format!("[\n{object}\n]\n"));
    assert_eq!(files.ok(&["select 1 as a where false", "--format", "json"]), "[]\n");

    let text = files.ok(&["select value from generate_series(1, 20000) order by value", "--format", "json"]);
    let rows: Vec<Value> = serde_json::from_str(&text).unwrap();
    assert_eq!(rows.len(), 20000);
    assert!(rows.iter().zip(1..).all(|(row, n)| *row == json!({ "value": n })));
}
