//! Quotes in a text: where they open and close, and those that do not.

use super::Files;

const DTYPE: &[&str] = &["--dtype", "[('a', 'u1'), ('s', 'S32')]"];

fn text(rows: &str) -> Files {
    Files::new().with("a.csv", format!("a,s\n{rows}"))
}

fn never_closed(line: u64) -> String {
    format!("a.csv: a quote is opened on line {line} and never closed; correct it, rows may be lost in it")
}

#[test]
fn a_quote_that_is_never_closed_is_an_error() {
    for (rows, line) in [
        ("1,x\n2,\"y\n3,z\n4,w\n", 3),
        ("1,x\n2,\"y\n3,z\n4,w", 3),
        ("1,x\n2,\"y", 3),
        ("1,x\n2,\"", 3),
        ("1,x\n2,\"y\"\"\n", 3),
        ("1,x\n2,\"y\"\"", 3),
        // The line of the quote, if the row starts on another.
        ("\n\n\"1\n\",\"\n\"\n2,y\n\"\n\n3\",\"z\n", 10),
        ("\n\"1", 3),
        ("1,x\n2,\"y\"\"z\n", 3),
    ] {
        for end in ["\n", "\r\n"] {
            for bad in ["error", "skip"] {
                let files = Files::new().with("a.csv", format!("a,s\n{rows}").replace('\n', end));
                // Of the rows before, each is one that may be read.
                let dtype = ["--dtype", "[('a', 'S9'), ('s', 'S32')]", "--bad-rows", bad];
                assert_eq!(files.fail("a.csv", "a.npy", &dtype), never_closed(line), "{rows:?}");
            }
        }
    }
    let error = Files::new().with("a.csv", "\"a,s\n1,x\n").fail("a.csv", "a.npy", DTYPE);
    assert_eq!(error, never_closed(1));
    let error = Files::new().with("a.csv", "\u{feff}\"a\",\"s\n1,x\n").fail("a.csv", "a.npy", DTYPE);
    assert_eq!(error, never_closed(1));
}

#[test]
fn nor_is_what_follows_a_closed_one_taken_for_its_value() {
    // The quote that was forgotten is closed by one that was to open.
    let files = text("1,x\n2,\"y\n3,\"z\"\n4,w\n");
    let wrong = "line 3: a value goes on behind its closing quote, or one was forgotten; a quote in a value is written twice";
    let advice = "correct it, or leave such rows out with --bad-rows skip";
    assert_eq!(files.fail("a.csv", "a.npy", DTYPE), format!("a.csv: {wrong}; {advice}"));
    let ran = files.run("a.csv", "a.raw", &[DTYPE, &["--bad-rows", "skip", "--quiet"]].concat());
    assert_eq!((ran.code, ran.errors), (Some(0), format!("left out 1 bad row:\n  {wrong}\n")));
    assert_eq!(files.read("a.raw").iter().step_by(33).copied().collect::<Vec<_>>(), [1, 4]);
    for row in ["1,\"x\"y", "1,\"x\" ", "\"1\"2,x", "1,\"\"x\"\"", "1,\"x\"\r"] {
        let error = text(&format!("{row}\n2,y\n")).fail("a.csv", "a.npy", DTYPE);
        assert_eq!(error, format!("a.csv: {}; {advice}", wrong.replace('3', "2")), "{row:?}");
    }
    let error = Files::new().with("a.csv", "\"a\"x,s\n1,x\n").fail("a.csv", "a.npy", DTYPE);
    assert_eq!(error, format!("a.csv: {}", wrong.replace('3', "1")));
}

#[test]
fn a_quote_within_a_value_without_quotes_is_a_letter() {
    // As in Python's csv.
    let rows = "1,a\"b\n2,\"a\"\"b\"\n3, \"c\"\n4,d\"\n5,\"\"\n6,\"e,\n\"\"\"\n7,\"\"\"\"\n";
    for end in ["\n", "\r\n"] {
        let files = Files::new().with("a.csv", format!("a,s\n{rows}").replace('\n', end));
        let read = files.convert("a.csv", "a.raw", DTYPE);
        let texts: Vec<_> = read
            .chunks(33)
            .map(|row| String::from_utf8_lossy(&row[1..]).trim_end_matches('\0').replace("\r\n", "\n"))
            .collect();
        assert_eq!(texts, ["a\"b", "a\"b", " \"c\"", "d\"", "", "e,\n\"", "\""]);
    }
}

#[test]
fn quotes_are_followed_across_all_that_is_read_at_once() {
    // Each byte of the pattern comes to lie where a part of the text ends, which is read by the MiB.
    let pattern = "1,\"a\"\"\n,\"\"\"\n";
    for shift in 0..pattern.len() {
        let rows = format!("1,{}\n{}", "x".repeat(shift), pattern.repeat((2 << 20) / pattern.len()));
        let files = text(&format!("{rows}2,y\n"));
        let read = files.convert("a.csv", "a.raw", DTYPE);
        assert_eq!(read.len() / 33, 2 + (2 << 20) / pattern.len());
        let files = text(&format!("{rows}2,\"y\n"));
        assert_eq!(
            files.fail("a.csv", "a.npy", DTYPE),
            never_closed(3 + 2 * ((2 << 20) / pattern.len()) as u64)
        );
        let files = text(&format!("{rows}2,\"y\"z\n"));
        assert!(files.fail("a.csv", "a.npy", DTYPE).contains("behind its closing quote"));
    }
}
