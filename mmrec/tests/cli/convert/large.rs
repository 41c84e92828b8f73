//! Memory does not grow with the file.
#![cfg(target_os = "linux")]

use std::{fs, io::Write, process::Command, thread, time::Duration};

use super::Files;

/// Runs it, and gives the most memory that it had, mapped pages too, in KiB.
fn peak(files: &Files, from: &str, to: &str, args: &[&str]) -> u64 {
    let mut child = Command::new(env!("CARGO_BIN_EXE_mmrec"))
        .args(["convert", "--quiet", &files.path(from), &files.path(to)])
        .args(args)
        .env("RAYON_NUM_THREADS", "8")
        .spawn()
        .unwrap();
    let mut most = 0;
    while child.try_wait().unwrap().is_none() {
        let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        if let Some(line) = line {
            most = most.max(line.trim().trim_end_matches(" kB").parse::<u64>().unwrap());
        }
        thread::sleep(Duration::from_millis(1));
    }
    assert!(child.wait().unwrap().success());
    assert!(most > 1 << 10, "{most} KiB");
    most
}

fn sparse(files: &Files, bytes: u64) {
    fs::File::create(files.path("a.raw")).unwrap().set_len(bytes).unwrap();
}

const MOST: u64 = 100_000;

/// Records of 1 MiB, of which a byte is wanted: the pages that the system maps for each come to many times the limit.
const SPARSE: &[&str] = &["--dtype", "[('n', 'u1'), ('rest', 'V1048575')]", "--fields", "n"];

#[test]
fn of_ten_gigabytes() {
    let files = Files::new();
    sparse(&files, 10 << 30);
    let most = peak(&files, "a.raw", "b.npy", SPARSE);
    assert!(most < MOST, "{most} KiB");
    assert_eq!(files.read("b.npy").len(), 128 + 10240);
    // As many as would take too much if they stayed.
    sparse(&files, 2 << 30);
    let most = peak(&files, "a.raw", "b.csv", SPARSE);
    assert!(most < MOST, "{most} KiB");
    assert_eq!(files.read("b.csv").len(), 2 + 2 * 2048);
}

#[test]
fn in_another_order() {
    let files = Files::new();
    sparse(&files, 256 << 20);
    for (dtype, shape) in [
        ("V65536", "64,64"),
        ("V4096", "4,4096,4"),
        ("V8192", "32768,1"),
        ("<u8", "4096,8192"),
        ("<u8", "32,1048576"),
    ] {
        let args = ["--dtype", dtype, "--shape", shape, "--to-order", "F", "--force"];
        let most = peak(&files, "a.raw", "b.raw", &args);
        assert!(most < MOST, "{dtype} {shape}: {most} KiB");
    }
}

#[test]
fn of_text() {
    let files = Files::new();
    let line = format!("{}\n", "x".repeat(4000));
    let mut file = std::io::BufWriter::new(fs::File::create(files.path("a.csv")).unwrap());
    file.write_all(b"value\n").unwrap();
    for _ in 0..40_000 {
        file.write_all(line.as_bytes()).unwrap();
    }
    drop(file);
    let most = peak(&files, "a.csv", "b.raw", &["--dtype", "S4000"]);
    assert!(most < MOST, "{most} KiB");
    let most = peak(&files, "b.raw", "b.csv", &["--dtype", "S4000"]);
    assert!(most < MOST, "{most} KiB");
    assert!(files.read("a.csv") == files.read("b.csv"));
}

#[test]
fn of_text_from_columns_far_apart() {
    let files = Files::new();
    sparse(&files, 256 << 20);
    let args = ["--dtype", "S4096", "--order", "F", "--shape", "32,2048"];
    let most = peak(&files, "a.raw", "b.csv", &args);
    assert!(most < MOST, "{most} KiB");
    assert_eq!(files.read("b.csv").split(|&byte| byte == b'\n').nth(1).unwrap(), [b','; 2047]);
    assert_eq!(files.names(), ["a.raw", "b.csv"]);
}

#[test]
fn each_element_goes_where_it_belongs() {
    let (a, b, c) = (100, 50, 501);
    let numbers: Vec<u8> = (0..a * b * c).flat_map(u32::to_le_bytes).collect();
    let files = Files::new().with("a.raw", &numbers);
    let shape = format!("{a},{b},{c}");
    let as_c = ["--dtype", "<u4", "--shape", &shape, "--to-order", "F", "--endian", "big"];
    let in_f = files.convert("a.raw", "f.raw", &as_c);
    let expected: Vec<u8> = (0..c)
        .flat_map(|k| (0..b).flat_map(move |j| (0..a).map(move |i| (i * b + j) * c + k)))
        .flat_map(u32::to_be_bytes)
        .collect();
    assert!(in_f == expected);
    let as_f = ["--dtype", ">u4", "--shape", &shape, "--order", "F", "--endian", "little"];
    assert!(files.convert("f.raw", "c.raw", &[&as_f[..], &["--to-order", "C"]].concat()) == numbers);
    let in_order: Vec<u8> = expected.chunks(4).flat_map(|number| number.iter().rev().copied()).collect();
    assert!(files.convert("f.raw", "d.raw", &as_f) == in_order);
}
