//! Programs whose system calls strace interferes with.

use std::{
    env,
    path::Path,
    process::{Child, Command, Stdio},
};

/// Starts this test binary with one of its tests under strace, which traces the calls that name these paths and injects what it is
/// told to; `None`, and says so, without strace.
pub fn start(
    test: &str,
    (key, value): (&str, &str),
    paths: &[&Path],
    calls: &str,
    inject: &[&str],
) -> Option<Child> {
    let started = Command::new("strace")
        .args(["-f", "-qq", "-s", "8", "-e", &format!("trace={calls}")])
        .args(paths.iter().flat_map(|path| [Path::new("-P"), path]))
        .args(inject.iter().flat_map(|inject| ["-e", inject]))
        .arg(env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture", "--test-threads=1"])
        .env(key, value)
        // Nobody looks for leaks in a program that is traced already.
        .env("ASAN_OPTIONS", "detect_leaks=0")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    started.inspect_err(|_| println!("skipped: no strace")).ok()
}

/// Whether it came to its end, and what it and strace have said.
pub fn end(child: Child) -> (bool, String) {
    let output = child.wait_with_output().unwrap();
    let text = [&output.stdout[..], &output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&text).into_owned())
}
