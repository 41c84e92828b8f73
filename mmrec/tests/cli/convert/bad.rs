//! What is wrong in a text, and what is said of it.

use super::{Files, golden};

const DTYPE: &[&str] =
    &["--dtype", "[('n', '<i2'), ('x', '<f4'), ('s', 'S3'), ('t', '<M8[D]'), ('v', '<u1', (2,))]"];
const NAMES: &str = "n,x,s,t,v[0],v[1]\n";
const ROW: &str = "1,2.5,abc,2021-06-01,3,4\n";

fn text(rows: &str) -> Files {
    Files::new().with("a.csv", format!("{NAMES}{rows}"))
}

#[test]
fn a_value_that_is_none_is_named_with_its_line_and_column() {
    let advice = "correct it, or leave such rows out with --bad-rows skip";
    for (row, wrong) in [
        ("one,2,a,NaT,3,4", r#"column n: expected an integer of 16 bits, found "one""#),
        ("32768,2,a,NaT,3,4", r#"column n: expected an integer of 16 bits, found "32768""#),
        ("1.0,2,a,NaT,3,4", r#"column n: expected an integer of 16 bits, found "1.0""#),
        ("--1,2,a,NaT,3,4", r#"column n: expected an integer of 16 bits, found "--1""#),
        (
            "99999999999999999999,2,a,NaT,3,4",
            r#"column n: expected an integer of 16 bits, found "99999999999999999999""#,
        ),
        ("1,2.5.5,a,NaT,3,4", r#"column x: expected a float of 32 bits, found "2.5.5""#),
        ("1,1e39,a,NaT,3,4", r#"column x: expected a float of 32 bits, found "1e39""#),
        (
            "1,,a,NaT,3,4",
            r#"column x: expected a float of 32 bits, or --empty-is-nan for floats and times, found """#,
        ),
        ("1,2,abcd,NaT,3,4", r#"column s: expected at most 3 bytes, and these are 4, found "abcd""#),
        ("1,2,a,NaT,3,-4", r#"column v[1]: expected an integer of 8 bits without a sign, found "-4""#),
        ("1,2,a,NaT,3,256", r#"column v[1]: expected an integer of 8 bits without a sign, found "256""#),
    ] {
        let files = text(&format!("{ROW}{ROW}{row}\n{ROW}"));
        assert_eq!(files.fail("a.csv", "a.npy", DTYPE), format!("a.csv: line 4, {wrong}; {advice}"));
    }
    let error = text("1,2,a,2021-02-30,3,4\n").fail("a.csv", "a.npy", DTYPE);
    let start = "a.csv: line 2, column t: expected a date: \"2021-02-30\" is no date: expected a day that the month has at byte ";
    assert!(error.starts_with(start) && error.ends_with(advice), "{error}");
    for (date, dtype) in [
        ("2021-06-01T09:30", "<M8[D]"),
        ("2021-06-01T00:00:00.5", "<M8[D]"),
        ("2021-06-02", ">M8[W]"),
        ("2021-02", "<M8[Y]"),
        ("2021-06-01T00:00:07", "<M8[5s]"),
        ("2021-06-01T00:00:07.12345", "<M8[ms]"),
        ("2021-06-01T00:00:00+01", "<M8[D]"),
    ] {
        let files = Files::new().with("a.csv", format!("value\nNaT\n{date}\n"));
        let wrong = format!(
            "a.csv: line 3, column value: expected a date that '{dtype}' has, found \"{date}\"; {advice}"
        );
        assert_eq!(files.fail("a.csv", "a.npy", &["--dtype", dtype]), wrong);
    }
    let files = Files::new().with("a.csv", "value\nTrue\nyes\n");
    let wrong = format!("a.csv: line 3, column value: expected True or False, found \"yes\"; {advice}");
    assert_eq!(files.fail("a.csv", "a.npy", &["--dtype", "?"]), wrong);
    let files = Files::new().with("a.csv", "value\n65504\n65520\n");
    let wrong =
        format!("a.csv: line 3, column value: expected a float of 16 bits, found \"65520\"; {advice}");
    assert_eq!(files.fail("a.csv", "a.npy", &["--dtype", "f2"]), wrong);
    let files = Files::new().with("a.csv", "value\n1-2j\n1-2k\n");
    let wrong = "a.csv: line 3, column value: expected a complex number such as 1.5-2j, of two floats of 32 bits, found \"1-2k\"";
    assert_eq!(files.fail("a.csv", "a.npy", &["--dtype", "c8"]), format!("{wrong}; {advice}"));
    let files = Files::new().with("a.csv", "value\n00ff\n0ff\n");
    let wrong =
        "a.csv: line 3, column value: expected 4 hexadecimal digits, two for each of 2 bytes, found \"0ff\"";
    assert_eq!(files.fail("a.csv", "a.raw", &["--dtype", "V2"]), format!("{wrong}; {advice}"));
    let files = Files::new().with("a.csv", b"value\nabc\n\xff\n");
    let wrong = "a.csv: line 3, column value: expected text in UTF-8, found \"\u{fffd}\"";
    assert_eq!(files.fail("a.csv", "a.npy", &["--dtype", "U3"]), format!("{wrong}; {advice}"));
}

#[test]
fn rows_that_are_too_short_or_too_long_are_named() {
    let error = text(&format!("{ROW}1,2.5,abc\n")).fail("a.csv", "a.npy", DTYPE);
    let wrong = "expected 6 values, found 3; correct it, or leave such rows out with --bad-rows skip";
    assert_eq!(error, format!("a.csv: line 3: {wrong}"));
    let error = text("1,2.5,abc,NaT,3,4,5").fail("a.csv", "a.npy", DTYPE);
    assert!(error.starts_with("a.csv: line 2: expected 6 values, found 7; "), "{error}");
}

#[test]
fn lines_are_counted_whatever_they_are() {
    let two_lines = "7,1,\"a\nb\",NaT,0,0\n";
    let cases = [
        (format!("{two_lines}\n\n{two_lines}x,1,a,NaT,0,0"), 8),
        (format!("{two_lines}x,1,\"\n\n\",NaT,0,0\n{ROW}"), 4),
        (format!("\n\n{ROW}\nx,1,a,NaT,0,0\n"), 6),
        (format!("{ROW}x,1,\"a\n\",NaT,0,0"), 3),
    ];
    for (rows, line) in cases {
        for end in ["\n", "\r\n"] {
            let rows = format!("{NAMES}{rows}").replace('\n', end);
            let files = Files::new().with("a.csv", rows);
            let error = files.fail("a.csv", "a.npy", &["--dtype", &DTYPE[1].replace("S3", "S9")]);
            assert!(error.starts_with(&format!("a.csv: line {line}, column n: ")), "{error}");
        }
    }
}

#[test]
fn empty_lines_are_no_rows() {
    for end in ["\n", "\r\n"] {
        let lines = |text: &str| Files::new().with("a.csv", text.replace('\n', end));
        let files = lines("\nvalue\n\n1\n\n\n2\n\n");
        assert_eq!(files.convert("a.csv", "a.raw", &["--dtype", "u1"]), [1, 2]);
        let files = lines("value\na\n\n\"\"\nb\n\n");
        assert_eq!(files.convert("a.csv", "a.raw", &["--dtype", "S1"]), b"a\0b");
        let files = lines("value\na\n\"\"");
        assert_eq!(files.convert("a.csv", "a.raw", &["--dtype", "S1"]), b"a\0");
        let files = lines("a,b\n1,2\n\n3,4\n\n");
        assert_eq!(files.convert("a.csv", "a.raw", &["--dtype", "[('b', 'u1'), ('a', 'u1')]"]), [2, 1, 4, 3]);
    }
}

#[test]
fn columns_are_found_by_their_names() {
    let files = Files::new().with("a.csv", "b,a\n1,2\n3,4\n");
    let dtype = ["--dtype", "[('a', 'u1'), ('b', '>u2')]"];
    assert_eq!(files.convert("a.csv", "a.raw", &dtype), [2, 0, 1, 4, 0, 3]);
    let error = files.fail("a.csv", "b.raw", &["--dtype", "[('a', 'u1'), ('c', 'u1')]"]);
    let advice = "choose fields with --fields, or give --no-header if the first line is a row";
    assert_eq!(error, format!("a.csv: line 1: expected a column c, found b, a; {advice}"));
    let error = files.fail("a.csv", "b.raw", &["--dtype", "[('a', 'u1')]"]);
    let advice =
        "name the fields to be read with --fields, and others are left out; or give a dtype that has it";
    assert_eq!(error, format!("a.csv: line 1: expected the columns a, found one more, \"b\"; {advice}"));
    assert_eq!(files.convert("a.csv", "c.raw", &["--fields", "b", dtype[0], dtype[1]]), [0, 1, 0, 3]);
    let error = files.fail("a.csv", "b.raw", &["--no-header", dtype[0], dtype[1]]);
    assert!(
        error.starts_with(
            "a.csv: line 1, column a: expected an integer of 8 bits without a sign, found \"b\""
        ),
        "{error}"
    );
    let error = Files::new().with("a.csv", "").fail("a.csv", "b.raw", &dtype);
    assert_eq!(error, "a.csv: line 1: expected the names of the columns, found the end of the text");
    let files = Files::new().with("a.csv", "");
    assert!(files.convert("a.csv", "b.raw", &["--no-header", dtype[0], dtype[1]]).is_empty());
}

#[test]
fn bad_rows_are_left_out_and_told() {
    let files = text(&format!("{ROW}1,2\n{ROW}2,x,a,NaT,1,1\n\"\n\",2,a,NaT,1,1\n{ROW}"));
    let ran = files.run("a.csv", "a.raw", &[DTYPE, &["--bad-rows", "skip", "--quiet"]].concat());
    assert_eq!((ran.code, ran.text.as_str()), (Some(0), ""));
    let told = "left out 3 bad rows:\n  line 3: expected 6 values, found 2\n  \
                line 5, column x: expected a float of 32 bits, found \"x\"\n  \
                line 6, column n: expected an integer of 16 bits, or --empty-is-nan for floats and times, found \"\\n\"\n";
    assert_eq!(ran.errors, told);
    let row = [&[1, 0][..], &2.5f32.to_le_bytes(), b"abc", &18_779i64.to_le_bytes(), &[3, 4]].concat();
    assert_eq!(files.read("a.raw"), row.repeat(3));

    let many = text(&"x\n".repeat(1000));
    let ran = many.run("a.csv", "a.raw", &[DTYPE, &["--bad-rows", "skip", "--json"]].concat());
    assert_eq!((ran.code, ran.errors.lines().count()), (Some(0), 11));
    assert!(
        ran.errors.starts_with("left out 1\u{202f}000 bad rows, of which the first are\n"),
        "{}",
        ran.errors
    );
    let said: serde_json::Value = serde_json::from_str(&ran.text).unwrap();
    assert_eq!((&said["rows"], &said["skipped"]), (&0.into(), &1000.into()));
}

#[test]
fn a_text_may_be_more_exact_than_it_need_be() {
    let texts = "\u{feff}d,y,w,five,ms,n\n2021-06-01T00:00:00.000Z, 2021-01-01 ,2021-06-03T00,2021-06-01 00:00:05,2021-06-01T01:00:00.1200+01,+5\n";
    let dtype = "[('d', '<M8[D]'), ('y', '<M8[Y]'), ('w', '<M8[W]'), ('five', '<M8[5s]'), ('ms', '<M8[ms]'), ('n', 'u1')]";
    let files = Files::new().with("a.csv", texts);
    files.convert("a.csv", "a.raw", &["--dtype", dtype]);
    let text = files.convert("a.raw", "b.csv", &["--dtype", dtype, "--no-header"]);
    let expected = b"2021-06-01,2021,2021-06-03,2021-06-01T00:00:05,2021-06-01T00:00:00.120,5\n";
    assert_eq!(String::from_utf8_lossy(&text), String::from_utf8_lossy(expected));
}

#[test]
fn a_quote_that_is_never_closed_is_an_error_before_memory_ends() {
    let files = Files::new().with("a.csv", format!("value\nab\n\"{}", "x\n".repeat(20 << 20)));
    let error = files.fail("a.csv", "a.npy", &["--dtype", "S3"]);
    assert_eq!(
        error,
        "a.csv: line 3: a row does not end within the bytes that it may have; is a quote never closed?"
    );
}

#[test]
fn empty_values_are_none_where_that_is_asked_for() {
    let dtype = ["--dtype", "[('x', '<f4'), ('t', '<M8[s]'), ('d', '<m8[s]'), ('n', 'u1')]"];
    let files = Files::new().with("a.csv", "x,t,d,n\n,,,1\n");
    let nat = i64::MIN.to_le_bytes();
    let expected = [&f32::NAN.to_le_bytes()[..], &nat, &nat, &[1]].concat();
    assert_eq!(files.convert("a.csv", "a.raw", &["--empty-is-nan", dtype[0], dtype[1]]), expected);
    let files = Files::new().with("a.csv", "x,t,d,n\n1,NaT,nat,\n");
    let error = files.fail("a.csv", "a.raw", &["--empty-is-nan", dtype[0], dtype[1]]);
    assert!(
        error.starts_with(
            "a.csv: line 2, column n: expected an integer of 8 bits without a sign, found \"\";"
        ),
        "{error}"
    );
}

#[test]
fn what_makes_no_sense_is_refused() {
    let files = Files::new()
        .with("a.csv", "value\n1\n")
        .with("a.raw", [0; 8])
        .with("cut.npy", b"\x93NUMPY\x01\x00v\x00{");
    let little = std::fs::read(golden("little.npy")).unwrap();
    let files = files
        .with("short.npy", &little[..little.len() - 1])
        .with("f.npy", std::fs::read(golden("floats.npy")).unwrap())
        .with("two.npy", std::fs::read(golden("wide.npy")).unwrap());
    for (from, to, args, error) in [
        (
            "a.csv",
            "b.npy",
            &[][..],
            "a.csv: a text does not say what its records are: say it with --dtype or --like",
        ),
        (
            "a.csv",
            "b.csv",
            &["--dtype", "u1"],
            "from text to text nothing is converted; make a .npy or raw file",
        ),
        (
            "a.csv",
            "b.npy",
            &["--dtype", "u1", "--offset", "1"],
            "--offset, --shape, --order and --member are not for text, which has rows alone",
        ),
        (
            "a.csv",
            "b.npy",
            &["--dtype", "u1", "--as", "u2"],
            "--as and --to-order F are not for text: say what it is with --dtype, and convert the .npy to the other order",
        ),
        ("a.csv", "b.npz", &["--dtype", "u1"], "b.npz: no .npz archive is made; make a .npy"),
        (
            "a.raw",
            "b.csv",
            &["--dtype", "u1", "--packed"],
            "--as, --packed, --aligned, --endian and --to-order are of records; a text has none of them",
        ),
        ("f.npy", "b.npy", &["--fields", "d,q"], "there is no field `q`; there are d, s, h, z, c"),
        (
            "f.npy",
            "b.npy",
            &["--as", "[('q', 'u1')]"],
            "no field has a name in common: `q` here, `d`, `s`, `h`, `z`, `c` in what is copied; check which file is which",
        ),
        (
            "f.npy",
            "b.npy",
            &["--as", "[('d', '<f4')]"],
            "values would be lost; make these fields wider, or leave them out\nfield `d`: '<f8' does not become '<f4' without loss",
        ),
        (
            "two.npy",
            "b.raw",
            &["--as", "(3,)<f8", "--to-order", "F"],
            "the shapes differ: (2, 150, 3) here, (2, 150) of what is copied; take slices of one shape",
        ),
        (
            "f.npy",
            "f.npy",
            &[],
            "f.npy: the file exists; give --force to put the new one in its place, or another name",
        ),
        (
            "f.npy",
            "no/b.npy",
            &[],
            "no/b.npy: cannot make a file in its directory: No such file or directory (os error 2)",
        ),
    ] {
        assert_eq!(files.fail(from, to, args), error);
    }
    for from in ["cut.npy", "short.npy", "none.npy"] {
        let error = files.fail(from, "b.npy", &[]);
        assert!(error.contains(from) && !error.contains("panicked"), "{error}");
        files.fail(from, "b.csv", &[]);
    }
    files.fail("a.raw", "b.csv", &["--dtype", "<f8", "--offset", "9"]);
    files.fail("a.raw", "b.csv", &["--dtype", "nothing"]);
    let ran = super::mmrec(&["convert", &files.path("f.npy"), "-", "--to", "npy"]);
    let error = "error: the standard output takes text alone; name a file, or give --to csv\n";
    assert_eq!((ran.code, ran.text.as_str(), ran.errors.as_str()), (Some(2), "", error));
}

#[test]
fn what_has_no_text_is_named() {
    let surrogate = [0x41, 0, 0, 0, 0, 0xd8, 0, 0];
    let files = Files::new().with("a.raw", [[0; 8], surrogate].concat());
    let error = files.fail("a.raw", "a.csv", &["--dtype", "<U2"]);
    let wrong = "row 1, column value: expected a value that a text can have, found code units that are no text; leave the field \
                 out with --fields";
    assert_eq!(error, wrong);
    let files = Files::new().with("a.raw", i64::MAX.to_le_bytes());
    let error = files.fail("a.raw", "a.csv", &["--dtype", "<M8[5D]"]);
    assert!(
        error.starts_with("row 0, column value: ") && error.contains("a date too far away to have a text"),
        "{error}"
    );
    for dtype in ["<M8[W]", "<M8[Y]"] {
        let error = files.fail("a.raw", "a.csv", &["--dtype", dtype]);
        assert!(error.contains("a date too far away to have a text"), "{error}");
    }
    let error = files.fail("a.raw", "a.csv", &["--dtype", "u1", "--shape", "0,100001"]);
    let wrong = "value is an array of (100001,) in each row, and a text has at most 100000 columns; choose other fields with --fields";
    assert_eq!(error, wrong);
}
