//! Times as numbers.

use super::Files;

const EPOCH: &str = "1772461800000000000";

fn of(text: &str) -> Files {
    Files::new().with("a.csv", format!("value\n{text}\n"))
}

#[test]
fn a_number_is_no_date() {
    for (dtype, text) in [
        ("<M8[ns]", EPOCH),
        ("<M8[ns]", "-1772461800000000000"),
        ("<M8[s]", "1772461800"),
        ("<M8[D]", "20514"),
        ("<M8[D]", "20260302"),
        ("<M8[us]", "1772461800000000"),
    ] {
        let error = of(text).fail("a.csv", "a.npy", &["--dtype", dtype]);
        let wrong = format!(
            "a.csv: line 2, column value: expected a date such as 2021-06-01T09:30:00, or --epoch for steps of '{dtype}' since \
             1970, found \"{text}\"; correct it, or leave such rows out with --bad-rows skip"
        );
        assert_eq!(error, wrong);
    }
    // A year is one, as for NumPy.
    let year = of("2026").convert("a.csv", "a.raw", &["--dtype", "<M8[D]"]);
    assert_eq!(year, 20_454i64.to_le_bytes());
    let year = of("20260").convert("a.csv", "a.raw", &["--dtype", "<M8[Y]"]);
    assert_eq!(year, 18_290i64.to_le_bytes());
}

#[test]
fn it_is_one_where_that_is_asked_for() {
    let dtype = ["--dtype", "[('t', '<M8[ns]'), ('d', '>M8[D]'), ('y', '<M8[5Y]')]", "--epoch"];
    let files = Files::new().with("a.csv", format!("t,d,y\n{EPOCH},-1,2026\nNaT,2026-03-02,0\n"));
    let raw = files.convert("a.csv", "a.raw", &dtype);
    let expected: Vec<u8> = [
        1_772_461_800_000_000_000i64.to_le_bytes(),
        (-1i64).to_be_bytes(),
        2026i64.to_le_bytes(),
        i64::MIN.to_le_bytes(),
        20_514i64.to_be_bytes(),
        0i64.to_le_bytes(),
    ]
    .concat();
    assert_eq!(raw, expected);
    // And back.
    let text = format!("t,d,y\n{EPOCH},-1,2026\nNaT,20514,0\n");
    assert_eq!(files.convert("a.raw", "b.csv", &dtype), text.as_bytes());
    assert_eq!(files.convert("b.csv", "b.raw", &dtype), raw);
    let date = of(EPOCH).convert("a.csv", "a.npy", &["--dtype", "<M8[ns]", "--epoch"]);
    let files = Files::new().with("a.npy", date);
    assert_eq!(files.convert("a.npy", "b.csv", &[]), b"value\n2026-03-02T14:30:00.000000000\n");
    for text in ["9223372036854775808", "-9223372036854775808", "1e9", "1.5"] {
        let error = of(text).fail("a.csv", "a.npy", &["--dtype", "<M8[ns]", "--epoch"]);
        assert!(error.starts_with("a.csv: line 2, column value: expected a date"), "{error}");
    }
}
