//! Ctrl-C, a closed pipe, and how much is held in memory.

use std::{
    fs,
    io::Read,
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::kit::Files;

/// More than any machine counts in the time of a test.
const LONG: &str = "select sum(value * 2) from generate_series(1, 1000000000000)";
const MANY: &str = "select value as n, repeat('x', 1000) as s from generate_series(1, 1000000000000)";

/// Waits until it is so; the command is not to end before.
fn wait_until(child: &mut Child, is_so: impl Fn() -> bool) {
    let start = Instant::now();
    while !is_so() {
        let ended = child.try_wait().unwrap();
        if ended.is_some() || start.elapsed() > Duration::from_secs(60) {
            let _ = child.kill();
            panic!("the command has not come so far: {ended:?}");
        }
        thread::sleep(Duration::from_millis(5));
    }
}

/// Of all files in a directory, as far as they stay while it is looked at.
fn bytes(directory: &Path) -> u64 {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    entries
        .map(|entry| match entry.metadata() {
            Ok(about) if about.is_dir() => bytes(&entry.path()),
            about => about.map_or(0, |about| about.len()),
        })
        .sum()
}

fn interrupt(child: &Child) {
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
}

#[test]
fn ctrl_c_ends_a_query() {
    let files = Files::new();
    let mut child = files.command(&[LONG]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    thread::sleep(Duration::from_millis(500));
    assert!(child.try_wait().unwrap().is_none());
    interrupt(&child);
    let start = Instant::now();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    assert_eq!((output.stdout, output.stderr), (Vec::new(), Vec::new()));
}

#[test]
fn ctrl_c_leaves_nothing_of_a_file() {
    // The second time the process ends at once.
    for (name, times) in [("a.csv", 1), ("a.parquet", 1), ("a.npy", 1), ("a.npy", 2)] {
        let (files, spills) = (Files::new(), tempfile::tempdir().unwrap());
        let mut command = files.command(&[MANY, "-o", name]);
        // Text is kept there until the widest is known.
        let mut child = command.env("TMPDIR", spills.path()).stderr(Stdio::piped()).spawn().unwrap();
        wait_until(&mut child, || !files.names().is_empty());
        if name == "a.npy" && cfg!(unix) {
            wait_until(&mut child, || bytes(spills.path()) > 1 << 20);
        }
        // It works on the rows by now.
        thread::sleep(Duration::from_millis(500));
        for _ in 0..times {
            interrupt(&child);
            thread::sleep(Duration::from_micros(300));
        }
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), output.stderr), (Some(130), Vec::new()));
        assert_eq!(files.names(), [""; 0], "{name}");
        assert_eq!(fs::read_dir(spills.path()).unwrap().count(), 0, "{name}");
    }
}

#[test]
fn a_closed_pipe_is_no_error_and_rows_are_not_held() {
    for format in ["csv", "ndjson", "json", "table"] {
        let files = Files::new();
        let args = [MANY, "--format", format];
        let mut child = files.command(&args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut start = vec![0; 20 << 20];
        child.stdout.as_mut().unwrap().read_exact(&mut start).unwrap();
        // It has the time to make as many rows as it likes, and nobody takes them.
        thread::sleep(Duration::from_millis(500));
        if cfg!(target_os = "linux") {
            let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
            let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
            let kib: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
            assert!(kib < 512 << 10, "{format}: {kib} KiB");
        }
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), output.stderr), (Some(0), Vec::new()), "{format}");
    }
}
