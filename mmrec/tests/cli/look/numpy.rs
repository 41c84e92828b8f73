//! The JSON says what NumPy finds in the files.

use std::fs;

use serde_json::{Value, json};

use super::kit::{files, json as json_of, look};

fn cases() -> Vec<Value> {
    serde_json::from_slice(&fs::read(files().join("look.json")).unwrap()).unwrap()
}

fn args(case: &Value) -> Vec<&str> {
    let more = case["args"].as_array().unwrap().iter().map(|arg| arg.as_str().unwrap());
    std::iter::once(case["file"].as_str().unwrap()).chain(more).collect()
}

/// As text, for which the order of keys, signs of zeros and kinds of numbers count.
fn is_same(what: &str, found: &Value, expected: &Value) {
    assert_eq!(found.to_string(), expected.to_string(), "{what}");
}

#[test]
fn info() {
    let mut count = 0;
    for case in cases() {
        let found = json_of(&[&["info"], args(&case).as_slice()].concat());
        let what = format!("{}", case["file"]);
        for key in ["file", "itemsize", "shape", "order", "padding"] {
            is_same(&format!("{what} {key}"), &found[key], &case[key]);
        }
        let fields: Vec<_> = found["fields"]
            .as_array()
            .unwrap()
            .iter()
            .map(|field| {
                let part = |key: &str| field[key].clone();
                json!({ "name": part("name"), "offset": part("offset"), "shape": part("shape"), "dtype": part("dtype") })
            })
            .collect();
        is_same(&what, &Value::Array(fields), &case["fields"]);
        let rows = case["rows"].as_array().unwrap().len();
        assert_eq!(found["rows"], rows, "{what}");
        count += 1;
    }
    assert!(count >= 20, "{count}");
}

#[test]
fn rows() {
    for case in cases() {
        let (args, rows) = (args(&case), case["rows"].as_array().unwrap());
        let found = json_of(&[&["rows", ".."], args.as_slice()].concat());
        let found = found.as_array().unwrap();
        assert_eq!(found.len(), rows.len());
        for (row, (found, expected)) in found.iter().zip(rows).enumerate() {
            is_same(&format!("{} {row}", case["file"]), found, expected);
        }
        let part = |command: &str, rows: &[Value]| {
            let found = json_of(&[&[command, "-n", "3"], args.as_slice()].concat());
            is_same(&format!("{command} {}", case["file"]), &found, &Value::Array(rows.to_vec()));
        };
        part("head", &rows[..rows.len().min(3)]);
        part("tail", &rows[rows.len().saturating_sub(3)..]);
    }
}

#[test]
fn each_row_is_a_line() {
    let ran = look(&["rows", "..", "--json", "trades.npy"]);
    let lines: Vec<_> = ran.text.lines().collect();
    assert_eq!((lines.len(), lines[0], lines[26]), (27, "[", "]"));
    for line in &lines[1..26] {
        assert!(serde_json::from_str::<Value>(line.trim_end_matches(',')).unwrap().is_object(), "{line}");
    }
}

#[test]
fn the_dict_for_numpy_reads_raw_records_as_the_file_says() {
    for case in cases().iter().filter(|case| case["file"].as_str().unwrap().ends_with(".npy")) {
        let file = case["file"].as_str().unwrap();
        let info = json_of(&["info", file]);
        let dtype = look(&["struct", "--numpy", file]);
        assert_eq!(dtype.code, Some(0), "{dtype:?}");
        let shape: Vec<_> = info["shape"].as_array().unwrap().iter().map(Value::to_string).collect();
        // A single element is one row.
        let shape = if shape.is_empty() { "1".to_owned() } else { shape.join(",") };
        let (offset, order) = (info["data_offset"].to_string(), info["order"].as_str().unwrap());
        let as_raw = ["--dtype", dtype.text.trim(), "--offset", &offset, "--shape", &shape, "--order", order];
        let found = json_of(&[&["rows", "..", file], as_raw.as_slice()].concat());
        is_same(file, &found, &case["rows"]);
        let found = json_of(&[&["rows", "..", file, "--like", file], &as_raw[2..]].concat());
        is_same(file, &found, &case["rows"]);
    }
}
