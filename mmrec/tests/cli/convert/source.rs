//! What is no text.

use super::{Files, from_stdin, golden};

#[test]
fn what_is_no_text_is_named() {
    let npy = std::fs::read(golden("little.npy")).unwrap();
    for (bytes, what) in
        [(&npy[..], "a .npy file"), (b"PK\x03\x04rest", "an archive"), (b"\x1f\x8b\x08\0", "compressed")]
    {
        let files = Files::new().with("a.csv", bytes);
        let error = files.fail("a.csv", "b.npy", &["--dtype", "u1"]);
        assert!(error.starts_with(&format!("a.csv: expected text, and this is {what}; ")), "{error}");
        let ran = from_stdin(bytes, &[&files.path("b.npy"), "--dtype", "u1"]);
        let start = format!("error: the standard input: expected text, and this is {what}; ");
        assert!(ran.code == Some(2) && ran.errors.starts_with(&start), "{ran:?}");
        assert_eq!(files.names(), ["a.csv"]);
    }
    let ran = from_stdin(&npy, &["b.npy"]);
    let error = "error: the standard input is read as text, which does not say what its records are: say it with --dtype or --like, \
                 or name the file if it is a .npy\n";
    assert_eq!((ran.code, ran.errors.as_str()), (Some(2), error));
    // A text may have such letters, and is read back.
    let files = Files::new().with("a.raw", b"PK\x03\x04");
    let args = ["--dtype", "S4", "--no-header"];
    assert_eq!(files.convert("a.raw", "a.csv", &args), b"\"PK\x03\x04\"\n");
    assert_eq!(files.convert("a.csv", "b.raw", &args), files.read("a.raw"));
}
