//! What is left when it is stopped: nothing.
#![cfg(target_os = "linux")]

use std::{
    fs,
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use super::Files;

fn start(files: &Files, to: &str, args: &[&str]) -> Child {
    fs::File::create(files.path("a.raw")).unwrap().set_len(2 << 30).unwrap();
    let child = Command::new(env!("CARGO_BIN_EXE_mmrec"))
        .args(["convert", &files.path("a.raw"), &files.path(to)])
        .args(args)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // In the middle of it: the new file has been begun.
    let is_begun = || {
        let name = files.names().into_iter().find(|name| name.starts_with(".mmrec-"));
        name.is_some_and(|name| fs::metadata(files.path(&name)).is_ok_and(|found| found.len() > 0))
    };
    while !is_begun() {
        thread::sleep(Duration::from_millis(1));
    }
    thread::sleep(Duration::from_millis(50));
    child
}

fn send(child: &Child, signal: &str) {
    assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
}

#[test]
fn ctrl_c_leaves_nothing() {
    for signal in ["-INT", "-TERM", "-HUP"] {
        for (to, args) in [
            (
                "b.npy",
                &["--dtype", "[('a', 'u1'), ('b', '<u2')]", "--shape", "1000000", "--as", "[('b', '<u8')]"][..],
            ),
            ("b.csv", &["--dtype", "u1"]),
        ] {
            let files = Files::new();
            let child = start(&files, to, args);
            send(&child, signal);
            let output = child.wait_with_output().unwrap();
            assert_eq!(
                (output.status.code(), output.stdout.len(), output.stderr.len()),
                (Some(130), 0, 0),
                "{output:?}"
            );
            assert_eq!(files.names(), ["a.raw"], "{signal} {to}");
        }
    }
}

#[test]
fn nor_does_a_second_one() {
    for _ in 0..5 {
        let files = Files::new();
        let child = start(&files, "b.csv", &["--dtype", "u1"]);
        // One that is stopped notices neither at once.
        for signal in ["-STOP", "-INT", "-TERM", "-CONT"] {
            send(&child, signal);
        }
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(130), "{output:?}");
        assert_eq!(files.names(), ["a.raw"]);
    }
}

#[test]
fn nor_does_a_file_that_is_cut_meanwhile() {
    for (to, args) in [
        ("b.npy", &["--dtype", "<u2", "--shape", "200000000", "--as", "<u4"][..]),
        ("b.csv", &["--dtype", "u1"]),
    ] {
        let files = Files::new();
        let child = start(&files, to, args);
        fs::OpenOptions::new().write(true).open(files.path("a.raw")).unwrap().set_len(4096).unwrap();
        let output = child.wait_with_output().unwrap();
        let errors = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(2) && errors.starts_with("error: "), "{errors}");
        assert_eq!(files.names(), ["a.raw"], "{to}");
    }
}

#[test]
fn text_that_does_not_come_to_an_end_is_stopped_too() {
    use std::io::Write;

    let files = Files::new();
    let mut child = Command::new(env!("CARGO_BIN_EXE_mmrec"))
        .args(["convert", "-", &files.path("b.npy"), "--dtype", "u1"])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(b"value\n").unwrap();
    let rows = b"7\n".repeat(1 << 16);
    for _ in 0..40 {
        input.write_all(&rows).unwrap();
    }
    send(&child, "-INT");
    while input.write_all(&rows).is_ok() {}
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_eq!(files.names(), Vec::<String>::new());
}

#[test]
fn nor_is_one_that_does_not_come_waited_for() {
    for (signal, begun) in [("-INT", &b""[..]), ("-TERM", b"value\n1\n"), ("-HUP", b"value\n\"1\n")] {
        let files = Files::new();
        let mut child = Command::new(env!("CARGO_BIN_EXE_mmrec"))
            .args(["convert", "-", &files.path("b.npy"), "--dtype", "u1"])
            .stdin(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        stops(&mut child, begun, signal);
        assert_eq!(files.names(), Vec::<String>::new());
    }
}

#[test]
fn nor_is_a_pipe_with_a_name() {
    let files = Files::new();
    assert!(Command::new("mkfifo").arg(files.path("a.csv")).status().unwrap().success());
    let mut child = Command::new(env!("CARGO_BIN_EXE_mmrec"))
        .args(["convert", &files.path("a.csv"), &files.path("b.npy"), "--dtype", "u1"])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    stops(&mut child, b"", "-INT");
    assert_eq!(files.names(), ["a.csv"]);
}

/// Sends a signal to one that waits for more, and has it end soon, with nothing to say.
fn stops(child: &mut Child, begun: &[u8], signal: &str) {
    use std::io::{Read, Write};

    let mut input = child.stdin.take().unwrap();
    input.write_all(begun).unwrap();
    thread::sleep(Duration::from_millis(300));
    assert!(child.try_wait().unwrap().is_none());
    send(child, signal);
    let mut ended = None;
    for _ in 0..100 {
        ended = child.try_wait().unwrap();
        if ended.is_some() {
            break;
        }
        thread::sleep(Duration::from_millis(50));
    }
    if ended.is_none() {
        child.kill().unwrap();
    }
    drop(input);
    assert_eq!(ended.and_then(|status| status.code()), Some(130));
    let mut errors = String::new();
    child.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
    assert_eq!(errors, "");
}
