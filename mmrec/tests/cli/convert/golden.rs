//! Against what NumPy makes of the same arrays.

use std::fs;

use serde_json::Value;

use super::{Files, golden, mmrec};

#[test]
fn what_is_made_is_what_numpy_makes() {
    let cases: Value = serde_json::from_slice(&fs::read(golden("cases.json")).unwrap()).unwrap();
    let (files, mut made) = (Files::new(), 0);
    for case in cases.as_array().unwrap() {
        let name = |key: &str| case[key].as_str().unwrap().to_owned();
        let (from, to) = (golden(&name("from")), name("to"));
        let args: Vec<String> = case["args"]
            .as_array()
            .unwrap()
            .iter()
            .map(|arg| match arg.as_str().unwrap() {
                file if file.ends_with(".npy") => golden(file).to_str().unwrap().to_owned(),
                arg => arg.to_owned(),
            })
            .collect();
        let out = files.path(&to);
        let mut all = vec!["convert", "--quiet", "--force", from.to_str().unwrap(), &out];
        all.extend(args.iter().map(String::as_str));
        let ran = mmrec(&all);
        assert_eq!((ran.code, ran.text.as_str(), ran.errors.as_str()), (Some(0), "", ""), "{case}");
        // Not `assert_eq`, which would print both.
        assert!(files.read(&to) == fs::read(golden(&to)).unwrap(), "{case}");
        made += 1;
    }
    assert!(made > 70, "{made}");
}

#[test]
fn text_goes_to_the_standard_output_and_comes_from_the_standard_input() {
    use std::{
        io::Write,
        process::{Command, Stdio},
    };

    let ran = mmrec(&["convert", golden("nested.npy").to_str().unwrap(), "-", "--quiet"]);
    assert_eq!((ran.code, ran.errors.as_str()), (Some(0), ""));
    assert_eq!(ran.text.as_bytes(), fs::read(golden("nested.csv")).unwrap());

    let files = Files::new();
    let mut child = Command::new(env!("CARGO_BIN_EXE_mmrec"))
        .args(["convert", "-", &files.path("nested.npy"), "--quiet", "--like"])
        .arg(golden("nested.npy"))
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(ran.text.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(files.read("nested.npy"), fs::read(golden("nested.npy")).unwrap());
}

#[test]
fn whoever_closes_the_output_is_not_told() {
    use std::{
        io::Read,
        process::{Command, Stdio},
    };

    let files = Files::new().with("zeros.raw", vec![0; 1 << 20]);
    let mut child = Command::new(env!("CARGO_BIN_EXE_mmrec"))
        .args(["convert", &files.path("zeros.raw"), "-", "--dtype", "u1", "--quiet"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = [0; 8];
    child.stdout.take().unwrap().read_exact(&mut first).unwrap();
    assert_eq!(&first, b"value\n0\n");
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr.len()), (Some(0), 0));
}
