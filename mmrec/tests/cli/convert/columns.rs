//! Columns that are too many, and what stands between them.

use super::Files;

#[test]
fn columns_that_are_not_asked_for_are_left_out() {
    let files = Files::new().with("a.csv", ",b,a,more\n0,1,2,x\n1,3,4,y\n");
    let both = ["--dtype", "[('a', 'u1'), ('b', 'u1')]"];
    assert_eq!(files.convert("a.csv", "a.raw", &[&both[..], &["--fields", "a,b"]].concat()), [2, 1, 4, 3]);
    assert_eq!(files.convert("a.csv", "b.raw", &[&both[..], &["--fields", "b"]].concat()), [1, 3]);
    let error = files.fail("a.csv", "c.raw", &both);
    let advice =
        "name the fields to be read with --fields, and others are left out; or give a dtype that has it";
    assert_eq!(
        error,
        format!(
            "a.csv: line 1: expected the columns a, b, found one more without a name, the first; {advice}"
        )
    );
    let files = Files::new().with("a.csv", "b,a,more\n1,2,x\n");
    let error = files.fail("a.csv", "c.raw", &both);
    assert_eq!(
        error,
        format!("a.csv: line 1: expected the columns a, b, found one more, \"more\"; {advice}")
    );
    // One that is there twice is none that is not asked for.
    let files = Files::new().with("a.csv", "a,x,a\n1,2,3\n");
    let error = files.fail("a.csv", "c.raw", &[&both[..], &["--fields", "a"]].concat());
    assert_eq!(error, "a.csv: line 1: expected one column a, found more; give each a name of its own");
}

#[test]
fn another_delimiter_is_named() {
    let both = ["--dtype", "[('a', 'u1'), ('b', 'u1')]"];
    for (text, given, said) in [
        ("a;b\n1;2\n", ",", "--delimiter ';'"),
        ("a\tb\n1\t2\n", ",", "--delimiter tab"),
        ("a|b\n1|2\n", ",", "--delimiter '|'"),
        ("a,b\n1,2\n", ";", "--delimiter ,"),
    ] {
        let files = Files::new().with("a.csv", text);
        let hint = format!("if that is what stands between the values, give {said}");
        let args = [&both[..], &["--delimiter", given]].concat();
        let error = files.fail("a.csv", "a.raw", &args);
        assert!(
            error.starts_with("a.csv: line 1: expected a column a, found ") && error.ends_with(&hint),
            "{error}"
        );
        let error = files.fail("a.csv", "a.raw", &[&args[..], &["--no-header"]].concat());
        assert!(
            error.contains("line 1: expected 2 values, found 1; there is ") && error.contains(&hint),
            "{error}"
        );
    }
    let error = Files::new().with("a.csv", "c\n1\n").fail("a.csv", "a.raw", &both);
    assert!(!error.contains("--delimiter"), "{error}");
}
