//! On a terminal: colours, the width, fewer rows, and the bar.

use std::{
    io::{Read, Write},
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use crate::kit::Files;

/// What goes to the terminal, and nowhere else.
#[derive(Clone, Copy, PartialEq)]
enum Terminal {
    Output,
    Errors,
}

/// What a command writes to a terminal of so many columns, and its exit code; Ctrl-C is pressed after `stop_after`.
fn on_terminal(
    files: &Files,
    args: &[&str],
    which: Terminal,
    columns: u16,
    stop_after: Option<Duration>,
) -> (String, Option<i32>) {
    let other = match which {
        Terminal::Output => "2> /dev/null",
        Terminal::Errors => "> /dev/null",
    };
    let quoted: Vec<_> = args.iter().map(|arg| format!("'{}'", arg.replace('\'', r"'\''"))).collect();
    let line = format!(
        "stty cols {columns} rows 50; exec '{}' {} {other}",
        env!("CARGO_BIN_EXE_mmrec-sql"),
        quoted.join(" ")
    );
    let mut command = Command::new("script");
    command.args(["--quiet", "--return", "--command", &line, "/dev/null"]).current_dir(files.path(""));
    command.env("TERM", "xterm-256color").env("SHELL", "/bin/sh").env_remove("CI").env_remove("NO_COLOR");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    // As long as it is open, the terminal is.
    let mut keys = child.stdin.take().unwrap();
    if let Some(time) = stop_after {
        thread::sleep(time);
        keys.write_all(b"\x03").unwrap();
    }
    let mut bytes = Vec::new();
    child.stdout.take().unwrap().read_to_end(&mut bytes).unwrap();
    let code = child.wait().unwrap().code();
    drop(keys);
    (String::from_utf8(bytes).unwrap().replace("\r\n", "\n"), code)
}

fn shown(args: &[&str], columns: u16) -> String {
    let (text, code) = on_terminal(&Files::new(), args, Terminal::Output, columns, None);
    assert_eq!(code, Some(0), "{text}");
    text
}

#[test]
fn a_terminal_gets_bold_names_and_the_first_rows() {
    let text = shown(&["select null as n, 'a' as word"], 80);
    assert_eq!(text, "\x1b[1mn\x1b[0m     \x1b[1mword\x1b[0m\n\x1b[2mNULL\x1b[0m  a\n");
    assert_eq!(shown(&["select 1 as n", "--color", "never"], 80), "n\n1\n");
    let text =
        shown(&["select value as n from generate_series(1, 100000) order by value", "--color", "never"], 80);
    let lines: Vec<_> = text.lines().collect();
    assert_eq!((lines.len(), lines[100].trim()), (102, "100"));
    assert!(lines[101].starts_with("… 99\u{202f}900 rows more: "), "{}", lines[101]);
    let text = shown(&["select 'aaaaaaaaaaaaaaa' as x, 'bbbbbbbbbbbbbbb' as y", "--color", "never"], 30);
    assert_eq!(text, "x\naaaaaaaaaaaaaaa\n\ny\nbbbbbbbbbbbbbbb\n");
}

#[test]
fn no_format_gives_a_terminal_orders() {
    for format in ["csv", "json", "ndjson"] {
        let text = shown(&["select chr(155) || chr(27) || '[31m' || chr(8238) as s", "--format", format], 80);
        assert!(
            !text.contains(['\x1b', '\u{9b}', '\u{202e}']) && text.contains("[31m"),
            "{format}: {text:?}"
        );
    }
}

#[test]
fn a_long_query_has_a_bar() {
    // CSV knows no number of rows before; of what is in memory it is known.
    let known = "create table t as select value from generate_series(1, 100000); \
                 select count(*) from t a, t b where a.value * b.value % 7 = 3 and a.value < b.value";
    for (sql, sign) in
        [(known, " %  "), ("select sum(value * 2) from generate_series(1, 1000000000000)", "rows/s")]
    {
        let files = Files::new();
        let stop = Some(Duration::from_millis(2500));
        let (text, code) = on_terminal(&files, &[sql], Terminal::Errors, 80, stop);
        assert_eq!(code, Some(130), "{text:?}");
        assert!(text.contains(sign), "{text:?}");
        let (text, _) = on_terminal(&files, &[sql, "--no-progress"], Terminal::Errors, 80, stop);
        assert_eq!(text.replace("^C", ""), "");
    }
}

#[test]
fn errors_have_colours_on_a_terminal() {
    let (text, code) = on_terminal(&Files::new(), &["selct"], Terminal::Errors, 80, None);
    assert!(text.starts_with("\x1b[1m\x1b[31merror:\x1b[0m syntax: ") && code == Some(2), "{text:?}");
}
