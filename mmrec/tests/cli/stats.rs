use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use serde_json::{Value, json};

use super::run::{Ran, mmrec, wait_until};

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/cli").join(name)
}

fn json_of(ran: &Ran) -> Value {
    assert_eq!((ran.code, ran.errors.as_str()), (Some(0), ""), "{ran:?}");
    serde_json::from_str(&ran.text).unwrap()
}

fn stats(args: &[&str]) -> Value {
    json_of(&mmrec(&[&["stats", "--json"], args].concat()))
}

/// Numbers that were rounded on two ways.
fn is_near(found: &Value, expected: &Value, scale: f64) -> bool {
    match (found, expected) {
        (Value::Array(found), Value::Array(expected)) => {
            found.iter().zip(expected).all(|(found, expected)| is_near(found, expected, scale))
        }
        _ => match (found.as_f64(), expected.as_f64()) {
            (Some(found), Some(expected)) => {
                (found - expected).abs() <= 1e-13 * scale.max(expected.abs()) || found == expected
            }
            _ => found == expected,
        },
    }
}

/// Of a field whose mean may be far below its values.
fn scale(field: &Value) -> f64 {
    let size = |name: &str| match &field[name] {
        Value::Array(parts) => parts.iter().filter_map(Value::as_f64).fold(0.0, |a: f64, b| a.max(b.abs())),
        value => value.as_f64().unwrap_or(0.0).abs(),
    };
    size("min").max(size("max"))
}

#[test]
fn the_figures_are_those_of_numpy() {
    let expected: Value = serde_json::from_slice(&fs::read(golden("stats.json")).unwrap()).unwrap();
    let mut fields = 0;
    for (file, expected) in expected.as_object().unwrap() {
        let path = golden(&format!("{file}.npy"));
        let found = stats(&[path.to_str().unwrap()]);
        assert_eq!(found["shape"], expected["shape"], "{file}");
        let expected = expected["fields"].as_object().unwrap();
        assert_eq!(found["fields"].as_array().unwrap().len(), expected.len(), "{file}");
        for found in found["fields"].as_array().unwrap() {
            let name = found["name"].as_str().unwrap();
            for (figure, expected) in expected[name].as_object().unwrap() {
                let found_figure = found.get(figure);
                let what = format!("{file} {name} {figure}: {found_figure:?} for {expected}");
                match figure.as_str() {
                    "mean" | "std" | "std_steps" => {
                        assert!(is_near(found_figure.unwrap(), expected, scale(found)), "{what}");
                    }
                    _ => assert_eq!(found_figure, Some(expected), "{what}"),
                }
            }
            // The last one is a text for people, which has a test of its own.
            let more = ["name", "dtype", "shape", "std_text"];
            for figure in found.as_object().unwrap().keys() {
                assert!(
                    more.contains(&figure.as_str()) || expected[name].get(figure).is_some(),
                    "{file} {name} {figure}"
                );
            }
            fields += 1;
        }
    }
    assert!(fields > 80, "{fields}");
}

#[test]
fn deviations_of_numbers_close_together_keep_their_digits() {
    for file in ["near_i8", "far_f8"] {
        let expected: Value = serde_json::from_slice(&fs::read(golden("stats.json")).unwrap()).unwrap();
        let found = stats(&[golden(&format!("{file}.npy")).to_str().unwrap()]);
        let (found, expected) = (&found["fields"][0]["std"], &expected[file]["fields"]["value"]["std"]);
        let error = found.as_f64().unwrap() / expected.as_f64().unwrap() - 1.0;
        assert!(error.abs() < 1e-10, "{file}: {found} for {expected}");
    }
}

const MIXED: &str = "[('x', '<f8'), ('n', '>i8'), ('k', '<u2'), ('s', 'S3'), ('q', '<f4', (3,)), ('t', '<M8[ns]'), \
                     ('z', '>c8'), ('b', 'i1')]";
const MIXED_SIZE: usize = 8 + 8 + 2 + 3 + 12 + 8 + 8 + 1;

/// Bytes of records that no field has in order, with NaN, infinities and NaT among them.
fn mixed(path: &Path, rows: usize) {
    let (mut state, mut bytes) = (1u64, Vec::with_capacity(rows * MIXED_SIZE));
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state >> 33
    };
    for row in 0..rows {
        let number = match row % 1000 {
            17 => f64::NAN,
            18 if row > 50_000 => f64::INFINITY,
            _ => (next() as f64 - 1e9) / 7.0,
        };
        bytes.extend(number.to_le_bytes());
        bytes.extend((next() << 20).to_be_bytes());
        bytes.extend((next() as u16 % 5000).to_le_bytes());
        bytes.extend(format!("{:03}", next() % 700).as_bytes());
        for _ in 0..3 {
            bytes.extend((next() as f32 / 3.0).to_le_bytes());
        }
        let time =
            if row % 77 == 0 { i64::MIN } else { 1_700_000_000_000_000_000 + i64::try_from(next()).unwrap() };
        bytes.extend(time.to_le_bytes());
        bytes.extend((next() as f32).to_be_bytes());
        bytes.extend((-(next() as f32)).to_be_bytes());
        bytes.push(next() as u8);
    }
    fs::write(path, bytes).unwrap();
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("mixed.bin");
    mixed(&path, 100_000);
    let run = |threads: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_mmrec"))
            .args(["stats", "--json", "--dtype", MIXED])
            .arg(&path)
            .env("RAYON_NUM_THREADS", threads)
            .output()
            .unwrap();
        assert!(output.status.success());
        output.stdout
    };
    let one = run("1");
    for threads in ["2", "3", "7"] {
        assert!(run(threads) == one, "{threads} threads");
    }
    let found: Value = serde_json::from_slice(&one).unwrap();
    let field = |at: usize| &found["fields"][at];
    assert_eq!(
        (&field(0)["count"], &field(0)["nan"], &field(0)["infinite"]),
        (&json!(100_000), &json!(100), &json!(50))
    );
    assert_eq!((&field(0)["max"], &field(0)["std"]), (&json!("Infinity"), &json!("NaN")));
    assert_eq!(
        (&field(2)["distinct"], &field(3)["distinct"], &field(7)["distinct"]),
        (&json!(5000), &json!(700), &json!(256))
    );
    assert_eq!((&field(4)["count"], &field(5)["nat"]), (&json!(300_000), &json!(100_000u32.div_ceil(77))));
    for at in [1, 2, 4, 5, 6, 7] {
        let counts = field(at)["histogram"]["counts"].as_array().unwrap();
        let counted: u64 = counts.iter().map(|count| count.as_u64().unwrap()).sum();
        let none = field(at)["nat"].as_u64().unwrap_or(0);
        assert_eq!(counted, field(at)["count"].as_u64().unwrap() - none, "{at}");
    }
}

#[test]
fn fields_are_chosen_and_drawn() {
    let path = golden("nested.npy");
    let path = path.to_str().unwrap();
    let ran = mmrec(&["stats", path, "--fields", "p.x,a"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let lines: Vec<_> = ran.text.lines().collect();
    assert_eq!(lines.len(), 3, "{}", ran.text);
    assert!(lines[1].contains("p.x") && lines[1].contains("600") && lines[1].contains('█'), "{}", ran.text);
    assert!(lines[2].trim_start().starts_with('a') && lines[2].contains("█▇"), "{}", ran.text);
    let ran = mmrec(&["stats", path, "--fields", "p.x,a", "--no-histogram"]);
    assert!(!ran.text.contains('█') && !ran.text.contains("histogram"), "{}", ran.text);
    let found = stats(&[path, "--fields", "p", "--no-histogram"]);
    assert_eq!(found["fields"][1]["name"], "p.y");
    assert_eq!(found["fields"][1]["histogram"], Value::Null);
    let ran = mmrec(&["stats", path, "--fields", "nothing"]);
    assert!(ran.code == Some(2) && ran.errors.contains("there are a, p.x, p.y, q.x, q.y"), "{ran:?}");
}

#[test]
fn lengths_of_time_are_said_for_people_and_in_steps() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("times.bin");
    let steps = [0i64, 7200 * 1_000_000_000];
    fs::write(&path, steps.iter().flat_map(|step| step.to_le_bytes()).collect::<Vec<_>>()).unwrap();
    for dtype in ["<M8[ns]", "<m8[ns]"] {
        let args = [path.to_str().unwrap(), "--dtype", dtype];
        let ran = mmrec(&[&["stats"], args.as_slice()].concat());
        assert!(ran.text.contains(" 1 h 0 min 0 s "), "{}", ran.text);
        let field = &stats(&args)["fields"][0];
        assert_eq!(
            (&field["std"], &field["std_steps"], &field["std_text"], &field["max_steps"]),
            (&json!(3_600_000_000_000i64), &json!(3.6e12), &json!("1 h 0 min 0 s"), &json!(steps[1])),
            "{field}"
        );
    }
}

/// The histogram of numbers, each so many times, as it is drawn.
fn drawn(numbers: impl Iterator<Item = i32>, times: usize) -> String {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("numbers.bin");
    let bytes: Vec<u8> = numbers.flat_map(|number| number.to_le_bytes().repeat(times)).collect();
    fs::write(&path, bytes).unwrap();
    let ran = mmrec(&["stats", path.to_str().unwrap(), "--dtype", "<i4"]);
    let lines: Vec<_> = ran.text.lines().collect();
    lines[1].chars().skip(lines[0].find("histogram").unwrap()).collect()
}

#[test]
fn a_histogram_has_no_bumps_that_the_values_do_not_have() {
    let shown = drawn((0..5).map(|at| at * 10), 1000);
    assert_eq!(shown, "█    █    █    █    █");
    for values in [2, 7, 24, 25, 27, 30, 35, 36, 48, 49, 100, 256, 512] {
        let shown = drawn(0..values, 3);
        let is_level = shown.chars().all(|block| block == '█');
        assert!(is_level && (2..=24).contains(&shown.chars().count()), "{values}: {shown}");
    }
}

#[test]
fn a_bad_file_is_an_error() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("bad.npy");
    let whole = fs::read(golden("little.npy")).unwrap();
    for bytes in [&whole[..whole.len() - 1], &whole[..70], &whole[..5], b"not a file of records"] {
        fs::write(&path, bytes).unwrap();
        let ran = mmrec(&["stats", path.to_str().unwrap()]);
        assert!(ran.code == Some(2) && ran.text.is_empty() && ran.errors.starts_with("error: "), "{ran:?}");
        assert!(!ran.errors.contains("panicked"), "{ran:?}");
    }
    let ran = mmrec(&["stats", dir.path().join("none").to_str().unwrap()]);
    assert!(ran.code == Some(2) && ran.text.is_empty(), "{ran:?}");
}

/// Records with one byte to be counted in 64 KiB.
pub(crate) const SPARSE: &str = "[('n', 'u1'), ('rest', 'V65535')]";

pub(crate) fn sparse(dir: &Path, bytes: u64) -> PathBuf {
    let path = dir.join("sparse.bin");
    fs::File::create(&path).unwrap().set_len(bytes).unwrap();
    path
}

#[cfg(target_os = "linux")]
pub(crate) fn line(pid: u32, name: &str) -> Option<String> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    status
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))
        .map(|text| text.trim().to_owned())
}

#[cfg(target_os = "linux")]
#[test]
fn memory_does_not_grow_with_the_file() {
    let dir = tempfile::tempdir().unwrap();
    let path = sparse(dir.path(), 10 << 30);
    let mut child = Command::new(env!("CARGO_BIN_EXE_mmrec"))
        .args(["stats", "--json", "--dtype", SPARSE, "--fields", "n"])
        .arg(&path)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut most, mut looks) = (0, 0);
    while child.try_wait().unwrap().is_none() {
        if let Some(text) = line(child.id(), "VmHWM") {
            most = most.max(text.trim_end_matches(" kB").parse::<u64>().unwrap());
            looks += 1;
        }
        thread::sleep(Duration::from_millis(2));
    }
    let found: Value = serde_json::from_slice(&child.wait_with_output().unwrap().stdout).unwrap();
    assert_eq!(found["fields"][0]["count"], (10u64 << 30) / 65536);
    assert!(looks > 5 && most > 0 && most < 100 << 10, "{most} KiB, {looks} looks");
}

#[cfg(target_os = "linux")]
#[test]
fn ctrl_c_ends_it() {
    let dir = tempfile::tempdir().unwrap();
    // More than can be counted before the signal comes.
    let path = sparse(dir.path(), 200 << 30);
    let mut child = Command::new(env!("CARGO_BIN_EXE_mmrec"))
        .args(["stats", "--dtype", "u1"])
        .arg(&path)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Bit 1 is of SIGINT.
    wait_until(&mut child, |id| u64::from_str_radix(&line(id, "SigCgt").unwrap(), 16).unwrap() & 2 != 0);
    thread::sleep(Duration::from_millis(100));
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    assert_eq!((output.stdout.len(), output.stderr.len()), (0, 0));
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_that_is_cut_meanwhile_is_an_error() {
    let dir = tempfile::tempdir().unwrap();
    let path = sparse(dir.path(), 200 << 30);
    let mut child = Command::new(env!("CARGO_BIN_EXE_mmrec"))
        .args(["stats", "--dtype", "u1"])
        .arg(&path)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Mapped, and being read.
    wait_until(&mut child, |id| {
        fs::read_to_string(format!("/proc/{id}/maps")).unwrap().contains("sparse.bin")
    });
    fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(1 << 20).unwrap();
    let output = child.wait_with_output().unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(2) && output.stdout.is_empty(), "{errors}");
    assert!(errors.starts_with("error: "), "{errors}");
}

#[test]
fn records_of_no_bytes_have_no_fields_to_count() {
    let mut header = Vec::new();
    header.write_all(b"\x93NUMPY\x01\x00\x76\x00").unwrap();
    let text = "{'descr': [('s', '|S0')], 'fortran_order': False, 'shape': (1000000000000,), }";
    header.write_all(format!("{text:<117}\n").as_bytes()).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("empty.npy");
    fs::write(&path, header).unwrap();
    let found = stats(&[path.to_str().unwrap()]);
    assert_eq!(
        (&found["fields"][0]["count"], &found["fields"][0]["distinct"]),
        (&json!(1_000_000_000_000u64), &json!(1))
    );
}

#[cfg(target_os = "linux")]
#[test]
fn many_fields_and_threads_take_little_memory() {
    let dir = tempfile::tempdir().unwrap();
    let kinds = ["S16", "<f8", "U3", "<u2", ">c8"];
    let fields: Vec<_> = (0..200).map(|i| format!("('f{i}', '{}')", kinds[i % kinds.len()])).collect();
    let (dtype, itemsize) = (format!("[{}]", fields.join(", ")), 40 * (16 + 8 + 12 + 2 + 8));
    // Strings that differ, and floats of all sizes.
    let mut state = 1u64;
    let bytes: Vec<u8> = (0..4000 * itemsize)
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 56) as u8
        })
        .collect();
    let path = dir.path().join("wide.bin");
    fs::write(&path, bytes).unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_mmrec"))
        .args(["stats", "--dtype", &dtype])
        .arg(&path)
        .env("RAYON_NUM_THREADS", "64")
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let mut most = 0;
    while child.try_wait().unwrap().is_none() {
        if let Some(text) = line(child.id(), "VmHWM") {
            most = most.max(text.trim_end_matches(" kB").parse::<u64>().unwrap());
        }
        thread::sleep(Duration::from_millis(2));
    }
    assert!(child.wait().unwrap().success());
    assert!(most > 1 << 10 && most < 100 << 10, "{most} KiB");
}

#[test]
fn of_very_long_strings_the_number_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let path = sparse(dir.path(), 3 << 20);
    let found = stats(&[path.to_str().unwrap(), "--dtype", "[('s', 'S1048575'), ('n', 'u1')]"]);
    let long = found["fields"][0].as_object().unwrap();
    assert_eq!((&long["count"], &long["min"], long.get("distinct")), (&json!(3), &Value::Null, None));
    assert_eq!((&found["fields"][1]["count"], &found["fields"][1]["max"]), (&json!(3), &json!(0)));
}
