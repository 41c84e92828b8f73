//! Files are not held in memory, and long commands can be stopped.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write, pipe},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use super::kit::command;

const TRADE: &str = "[('ts', '<M8[ns]'), ('price', '<f8'), ('qty', '<u4', (3,)), ('symbol', 'S4')]";

fn sparse(dir: &Path, name: &str, bytes: u64) {
    fs::File::create(dir.join(name)).unwrap().set_len(bytes).unwrap();
}

/// A line of what the system says of a process, which is none once it has ended.
fn line(child: &Child, name: &str) -> Option<String> {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    status.lines().find_map(|line| line.strip_prefix(name)).map(|line| line.trim().to_owned())
}

/// The most memory that a process has had in RAM, mapped pages of files among it, in KiB.
fn peak(child: &Child) -> u64 {
    line(child, "VmHWM:").and_then(|line| line.trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}

/// The length of what a command writes, and the most memory that it had. It cannot end before somebody has looked, for it
/// writes into a pipe that is full.
fn watched(dir: &Path, args: &[&str]) -> (u64, u64) {
    const FULL: usize = 64 << 10;
    let (mut out, mut full) = pipe().unwrap();
    full.write_all(&vec![b' '; FULL - 1]).unwrap();
    let mut child = command(dir, args).stdout(full).spawn().unwrap();
    let mut before = 0;
    while child.try_wait().unwrap().is_none() {
        let now = peak(&child);
        if now == before
            && now > 1 << 10
            && line(&child, "State:").is_some_and(|state| state.starts_with('S'))
        {
            break;
        }
        before = now;
        thread::sleep(Duration::from_millis(10));
    }
    let (mut buffer, mut len, mut most) = (vec![0; 64 << 10], 0, 0);
    loop {
        most = most.max(peak(&child));
        match out.read(&mut buffer).unwrap() {
            0 => break,
            read => len += read as u64,
        }
    }
    assert_eq!(child.wait().unwrap().code(), Some(0), "{args:?}");
    (len + 1 - FULL as u64, most)
}

#[test]
fn of_ten_gibibytes_little_is_read() {
    let dir = tempfile::tempdir().unwrap();
    sparse(dir.path(), "large.bin", 10 << 30);
    let header = "{'descr': '<f8', 'fortran_order': True, 'shape': (3, 447392426), }";
    let mut npy = b"\x93NUMPY\x01\x00\x76\x00".to_vec();
    npy.extend(format!("{header:<117}\n").bytes());
    fs::write(dir.path().join("large.npy"), npy).unwrap();
    fs::OpenOptions::new()
        .write(true)
        .open(dir.path().join("large.npy"))
        .unwrap()
        .set_len(128 + 24 * 447_392_426)
        .unwrap();
    let raw = ["--dtype", TRADE, "--shape", "335544320", "large.bin"];
    let whole = ["--dtype", "V2000000000", "--shape", "5", "large.bin"];
    let long = ["--dtype", "[('s', 'V1048576'), ('n', 'S1000', (2000,))]", "--shape", "1000", "large.bin"];
    let commands: [&[&str]; 14] = [
        &["info"],
        &["head"],
        &["tail", "--json"],
        &["rows", "100_000_000..100_000_100"],
        &["struct"],
        &["info", "large.npy"],
        &["head", "large.npy"],
        &["tail", "large.npy"],
        &["diff", "large.npy", "large.npy"],
        &["struct", "--numpy", "large.npy"],
        &["head", "--fields", "value[1000000]", "large.npy"],
        &["info", "whole"],
        &["head", "-n", "1", "long"],
        &["tail", "--json", "-n", "1", "long"],
    ];
    for args in commands {
        let more: &[&str] = match args.last() {
            Some(&"whole") => &whole,
            Some(&"long") => &long,
            Some(last) if last.ends_with(".npy") => &[],
            _ => &raw,
        };
        let args: Vec<_> =
            args.iter().chain(more).copied().filter(|arg| !["whole", "long"].contains(arg)).collect();
        let (len, most) = watched(dir.path(), &args);
        assert!(len > 0 && most > 1 << 10 && most < 100 << 10, "{args:?}: {len} bytes, {most} KiB");
    }
    // A value of two gigabytes is not tried to be shown.
    let output = command(dir.path(), &[["head"].as_slice(), &whole].concat()).output().unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(
        output.status.code() == Some(2) && errors.contains("has 1.86 GiB, too many to be shown"),
        "{errors}"
    );
}

#[test]
fn all_rows_are_streamed() {
    let dir = tempfile::tempdir().unwrap();
    sparse(dir.path(), "rows.bin", 32 * 40_000);
    // Of the last, a row of many elements.
    for (args, shapes) in [
        (["rows", "..", "--dtype", TRADE].as_slice(), ["1000", "10000"]),
        (&["rows", "..", "--json", "--dtype", TRADE], ["1000", "40000"]),
        (&["rows", "..", "--json", "--dtype", "u1"], ["1,40000", "1,1200000"]),
    ] {
        let run = |shape| watched(dir.path(), &[args, &["rows.bin", "--shape", shape]].concat());
        let ((few, least), (many, most)) = (run(shapes[0]), run(shapes[1]));
        assert!(
            many > 9 * few && least > 1 << 10 && most < least + (2 << 10),
            "{args:?}: {least} KiB, {most} KiB"
        );
    }
}

#[test]
fn ctrl_c_ends_it() {
    let dir = tempfile::tempdir().unwrap();
    sparse(dir.path(), "large.bin", 10 << 30);
    for args in [["rows", "..", "--json"], ["rows", "..", "--quiet"]] {
        let args = [args.as_slice(), &["large.bin", "--dtype", TRADE, "--shape", "335544320"]].concat();
        let mut child =
            command(dir.path(), &args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        for _ in 0..100 {
            out.read_line(&mut String::new()).unwrap();
        }
        assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
        let mut rest = Vec::new();
        out.read_to_end(&mut rest).unwrap();
        let mut errors = String::new();
        child.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
        assert_eq!((child.wait().unwrap().code(), errors.as_str()), (Some(130), ""), "{args:?}");
    }
}
