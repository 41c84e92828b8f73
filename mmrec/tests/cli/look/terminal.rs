//! On a terminal: colours, the width, and the bar.

use std::{
    fs::File,
    io::Read,
    process::{Command, Stdio},
};

use rustix::{
    pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt},
    termios::{Winsize, tcsetwinsize},
};

use super::kit::{command, files, is_as_kept};

/// Which of the outputs are a terminal.
#[derive(Clone, Copy, PartialEq)]
enum Terminal {
    Output,
    Errors,
}

/// What a command writes to a terminal of so many columns, and its exit code.
fn on_terminal(mut command: Command, terminal: Terminal, columns: u16) -> (String, Option<i32>) {
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&master).unwrap();
    unlockpt(&master).unwrap();
    let name = ptsname(&master, Vec::new()).unwrap().into_string().unwrap();
    tcsetwinsize(&master, Winsize { ws_row: 50, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 }).unwrap();
    let other = File::options().read(true).write(true).open(name).unwrap();
    match terminal {
        Terminal::Output => command.stdout(other).stderr(Stdio::null()),
        Terminal::Errors => command.stderr(other).stdout(Stdio::null()),
    };
    let mut child = command.env("TERM", "xterm-256color").env_remove("CI").spawn().unwrap();
    // It holds the terminal open.
    drop(command);
    let (mut bytes, mut master) = (Vec::new(), File::from(master));
    // Once nobody has the other end, Linux says that with an error.
    let _ = master.read_to_end(&mut bytes);
    (String::from_utf8(bytes).unwrap().replace("\r\n", "\n"), child.wait().unwrap().code())
}

fn shown(args: &[&str], columns: u16) -> String {
    let (text, code) = on_terminal(command(&files(), args), Terminal::Output, columns);
    assert_eq!(code, Some(0), "{text}");
    text
}

#[test]
fn colours_are_for_terminals() {
    let args = ["info", "trades.npy"];
    let text = shown(&args, 100);
    assert!(text.contains("\x1b[30m\x1b[46m[ts "), "{text:?}");
    is_as_kept("terminal_info", &text);

    let plain = String::from_utf8(command(&files(), &args).output().unwrap().stdout).unwrap();
    assert!(!plain.contains('\x1b'));
    assert_eq!(anstream::adapter::strip_str(&text).to_string(), plain);

    let mut no_color = command(&files(), &args);
    no_color.env("NO_COLOR", "1");
    assert_eq!(on_terminal(no_color, Terminal::Output, 100).0, plain);
    assert_eq!(shown(&["info", "trades.npy", "--color", "never"], 100), plain);
    let always = command(&files(), &["info", "trades.npy", "--color", "always"]).output().unwrap().stdout;
    assert_eq!(String::from_utf8(always).unwrap(), text);
    assert!(!shown(&["info", "trades.npy", "--json"], 100).contains('\x1b'));
}

#[test]
fn errors_have_colours_on_a_terminal() {
    let (text, code) = on_terminal(command(&files(), &["rows", "30", "trades.npy"]), Terminal::Errors, 80);
    assert_eq!(
        (text.as_str(), code),
        ("\x1b[1m\x1b[31merror:\x1b[0m there is no row 30; the last is 24\n", Some(2))
    );
    let quiet = command(&files(), &["rows", "30", "trades.npy", "--color", "never"]);
    assert_eq!(on_terminal(quiet, Terminal::Errors, 80).0, "error: there is no row 30; the last is 24\n");
}

#[test]
fn what_is_wide_is_paged_to_the_terminal() {
    for columns in [40, 80, 140] {
        for args in [
            ["head", "wide.npy"].as_slice(),
            &["head", "trades.npy"],
            &["head", "hostile.npy"],
            &["info", "nested.npy"],
            &["stats", "wide.npy"],
            &["head", "grid_f.npy"],
        ] {
            let text = anstream::adapter::strip_str(&shown(args, columns)).to_string();
            for line in text.lines() {
                let width = unicode_width::UnicodeWidthStr::width(line);
                assert!(
                    width <= usize::from(columns) || (args[0], columns) == ("info", 40),
                    "{args:?}: {width} of {columns}:\n{text}"
                );
            }
        }
        let text =
            anstream::adapter::strip_str(&shown(&["head", "wide.npy", "-n", "2"], columns)).to_string();
        is_as_kept(&format!("terminal_wide_{columns}"), &text);
        // Each page says which rows it shows, and each field is on one page.
        let pages: Vec<_> = text.split("\n\n").collect();
        assert!(pages.len() > 3 && pages.iter().all(|page| page.starts_with(" row  field_")), "{text}");
        for field in 0..60 {
            assert_eq!(text.matches(&format!("field_{field:02}")).count(), 1, "{text}");
        }
    }
    assert_eq!(shown(&["head", "wide.npy", "--width", "1000"], 80).lines().count(), 4);
}

#[test]
fn a_text_gives_a_terminal_no_orders() {
    let text = shown(&["convert", "hostile.npy", "-", "--quiet"], 80);
    assert!(text.contains("\\x1b") && text.lines().count() > 2, "{text:?}");
    assert_eq!(
        text.find(|letter: char| letter.is_control() && !matches!(letter, '\r' | '\n')),
        None,
        "{text:?}"
    );
}

/// Records in a file that takes a while to go over.
fn slow(dir: &tempfile::TempDir) -> [&'static str; 5] {
    // What is not optimised goes over less in a second.
    let bytes = if cfg!(debug_assertions) { 128 << 20 } else { 16 << 30 };
    File::create(dir.path().join("sparse.bin")).unwrap().set_len(bytes).unwrap();
    ["stats", "sparse.bin", "--no-histogram", "--dtype", "<u4"]
}

#[test]
fn a_bar_says_how_far_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let args = slow(&dir);
    let (text, code) = on_terminal(command(dir.path(), &args), Terminal::Errors, 80);
    assert_eq!(code, Some(0), "{text}");
    let is_speed = |text: &str| {
        let number = text.trim_end_matches(" M").trim_end_matches(" k");
        text.contains(['M', 'k']) && number.len() <= 4 && number.parse::<f64>().is_ok()
    };
    let speeds: Vec<_> =
        text.split(" rows/s").filter_map(|before| before.rsplit("%  ").next()).map(str::trim).collect();
    assert!(speeds.iter().any(|speed| is_speed(speed)), "{speeds:?} in {text:?}");
    assert!(text.contains('█') && text.contains(" %"), "{text:?}");
    // It is gone in the end.
    let last = text.rsplit(['\r', '\n']).next().unwrap();
    assert_eq!(anstream::adapter::strip_str(last).to_string().trim(), "", "{text:?}");

    // What is done soon has none.
    let soon = command(&files(), &["stats", "trades.npy"]);
    assert_eq!(on_terminal(soon, Terminal::Errors, 80), (String::new(), Some(0)));

    let quiet = command(dir.path(), &[args.as_slice(), &["--quiet"]].concat());
    assert_eq!(on_terminal(quiet, Terminal::Errors, 80).0, "");
    let output = command(dir.path(), &args).output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
}
