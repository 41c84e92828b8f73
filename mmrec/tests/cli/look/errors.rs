//! What cannot be done is said, with the exit code 2.

use std::{
    fs,
    io::Read,
    process::{Command, Stdio},
};

use super::kit::{command, files, is_as_kept, look_in, session};

const TRADE: &str = "[('ts', '<u8'), ('price', '<f8')]";

#[test]
fn files_that_are_none() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().canonicalize().unwrap();
    for name in ["trades.npy", "objects.npy", "raw.bin", "arrays.npz", "deflated.npz"] {
        fs::copy(files().join(name), path.join(name)).unwrap();
    }
    let whole = fs::read(path.join("trades.npy")).unwrap();
    fs::write(path.join("empty.npy"), b"").unwrap();
    fs::write(path.join("cut.npy"), &whole[..whole.len() - 1]).unwrap();
    fs::write(path.join("cut_header.npy"), &whole[..70]).unwrap();
    fs::write(path.join("cut_magic.npy"), &whole[..5]).unwrap();
    let mut bad = whole.clone();
    bad[12] = b'x';
    fs::write(path.join("bad_header.npy"), bad).unwrap();
    let mut archive = fs::read(path.join("arrays.npz")).unwrap();
    let header = archive.windows(6).rposition(|bytes| bytes == b"\x93NUMPY").unwrap();
    archive[header + 12] = b'x';
    fs::write(path.join("bad_member.npz"), archive).unwrap();
    // An archive without members is the end of one.
    fs::write(path.join("none.npz"), [b"PK\x05\x06".as_slice(), &[0; 18]].concat()).unwrap();
    fs::write(path.join("table.csv"), "ts,price\n1,2\n").unwrap();
    fs::write(path.join("text.txt"), "ts,price\n1,2\n").unwrap();
    fs::write(path.join("\u{1b}[31mred.npy"), "not").unwrap();
    fs::create_dir(path.join("directory")).unwrap();
    let is_fifo = Command::new("mkfifo").arg(path.join("fifo")).status().is_ok_and(|status| status.success());
    let mut commands: Vec<&[&str]> = vec![
        &[],
        &["look", "trades.npy"],
        &["info"],
        &["info", "trades.npy", "raw.bin"],
        &["info", "trades.npy", "--fields", "ts"],
        &["rows", "trades.npy"],
        &["head", "trades.npy", "-n", "-1"],
        &["head", "-2", "trades.npy"],
        &["tail", "trades.npy", "-25"],
        &["info", "missing.npy"],
        &["info", "directory"],
        &["info", "empty.npy"],
        &["info", "cut.npy"],
        &["info", "cut_header.npy"],
        &["info", "cut_magic.npy"],
        &["info", "bad_header.npy"],
        &["info", "objects.npy"],
        &["info", "text.txt"],
        &["info", "\u{1b}[31mred.npy"],
        &["head", "arrays.npz"],
        &["info", "bad_member.npz"],
        &["info", "none.npz"],
        &["head", "table.csv"],
        &["info", "arrays.npz", "--member", "third"],
        &["info", "deflated.npz", "--member", "first"],
        &["info", "trades.npy", "--member", "first"],
        &["info", "arrays.npz", "--member", "second", "--dtype", "<i8"],
        &["head", "trades.npy", "--dtype", "<u4"],
        &["info", "raw.bin", "--like", "cut.npy"],
        &["info", "trades.npy", "--like", "trades.npy"],
        &["info", "raw.bin", "--dtype", TRADE],
        &["info", "raw.bin", "--dtype", TRADE, "--offset", "2000"],
        &["info", "raw.bin", "--dtype", TRADE, "--shape", "1000"],
        &["info", "raw.bin", "--dtype", TRADE, "--shape", "4611686018427387904,4"],
        &["info", "raw.bin", "--dtype", "f9"],
        &["info", "raw.bin", "--dtype", "[('a', '<f8'), ('a', '<f8')]"],
        &["info", "raw.bin", "--dtype", "S"],
        &["info", "raw.bin", "--like", "text.txt"],
        &["info", "raw.bin", "--like", "trades.npy", "--dtype", "f8"],
        &["info", "trades.npy", "--offset", "10"],
        &["info", "trades.npy", "--shape", "5,5"],
        &["head", "raw.bin", "--dtype", "S1e9"],
    ];
    if is_fifo {
        commands.push(&["info", "fifo"]);
    }
    let text = session(&path, &commands);
    is_as_kept("errors", &text.replace(env!("CARGO_PKG_VERSION"), "VERSION"));
}

/// What an error says to do can be done.
#[test]
fn what_is_left_of_a_file_is_shown_as_the_error_says() {
    let dir = tempfile::tempdir().unwrap();
    let whole = fs::read(files().join("trades.npy")).unwrap();
    fs::write(dir.path().join("cut.npy"), &whole[..whole.len() - 50]).unwrap();
    fs::copy(files().join("trades.npy"), dir.path().join("trades.npy")).unwrap();
    let ran = look_in(dir.path(), &["tail", "cut.npy"]);
    assert!(ran.code == Some(2) && ran.errors.contains("--offset 256 and --shape 23\n"), "{ran:?}");
    let left = ["--like", "trades.npy", "--offset", "256", "--shape", "23", "--json"];
    let ran = look_in(dir.path(), &[&["rows", "..", "cut.npy"], left.as_slice()].concat());
    assert_eq!(ran.text, look_in(dir.path(), &["rows", "..23", "trades.npy", "--json"]).text);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    // With an offset, even 0, what there is of the header is records.
    let ran = look_in(dir.path(), &["head", "cut.npy", "--dtype", "S6", "--offset", "0", "--shape", "1"]);
    assert!(ran.code == Some(0) && ran.text.contains("\\x93NUMPY"), "{ran:?}");
}

#[test]
fn whoever_has_read_enough_is_not_told() {
    for args in [["rows", "..", "wide.npy"], ["info", "wide.npy", "--quiet"], ["rows", "..", "--json"]] {
        let args =
            if args[2] == "--json" { vec!["rows", "..", "--json", "trades.npy"] } else { args.to_vec() };
        let mut child =
            command(&files(), &args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let mut errors = String::new();
        child.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
        assert_eq!((child.wait().unwrap().code(), errors.as_str()), (Some(0), ""), "{args:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error() {
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = command(&files(), &["head", "trades.npy"]).stdout(full).output().unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(
        output.status.code() == Some(2) && errors.starts_with("error: cannot write the output: "),
        "{errors}"
    );
}

/// No file makes a command panic, or end otherwise than with a result or an error.
#[test]
fn files_that_were_damaged_are_shown_or_refused() {
    let dir = tempfile::tempdir().unwrap();
    let mut state = 7u64;
    let mut random = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below
    };
    let (mut shown, mut refused) = (0, 0);
    for name in ["trades.npy", "hostile.npy", "nested.npy", "times.npy", "grid_f.npy", "arrays.npz"] {
        let whole = fs::read(files().join(name)).unwrap();
        for round in 0..12 {
            let mut bytes = whole.clone();
            match round % 3 {
                0 => bytes.truncate(random(whole.len())),
                1 => (0..1 + random(3)).for_each(|_| bytes[random(whole.len().min(400))] = random(256) as u8),
                _ => {
                    let digits: Vec<usize> =
                        (10..whole.len().min(400)).filter(|&i| whole[i].is_ascii_digit()).collect();
                    bytes[digits[random(digits.len())]] = b'0' + random(10) as u8;
                }
            }
            fs::write(dir.path().join("damaged"), bytes).unwrap();
            let member: &[&str] = if name.ends_with("npz") { &["--member", "second"] } else { &[] };
            let commands: [&[&str]; 5] = [
                &["info", "damaged"],
                &["rows", "..", "damaged"],
                &["tail", "--json", "damaged"],
                &["struct", "damaged"],
                &["stats", "damaged", "-q"],
            ];
            for args in commands {
                let ran = look_in(dir.path(), &[args, member].concat());
                match ran.code {
                    Some(0) => shown += 1,
                    Some(2) => refused += 1,
                    _ => panic!("{name} {round} {args:?}: {ran:?}"),
                }
                assert!(!ran.errors.contains("panicked"), "{name} {round} {args:?}: {ran:?}");
                assert_eq!(
                    ran.code == Some(2),
                    ran.errors.starts_with("error: "),
                    "{name} {round} {args:?}: {ran:?}"
                );
            }
        }
    }
    assert!(shown > 50 && refused > 50, "{shown} {refused}");
}
