//! Running the command among the golden files, and comparing what it shows.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde_json::Value;

use crate::run::Ran;

/// Where the files are.
pub(crate) fn files() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/cli/look").canonicalize().unwrap()
}

pub(crate) fn command(dir: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mmrec"));
    command.args(args).current_dir(dir).stdin(Stdio::null());
    for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS"] {
        command.env_remove(name);
    }
    command
}

/// Runs it where the golden files are.
pub(crate) fn look(args: &[&str]) -> Ran {
    look_in(&files(), args)
}

pub(crate) fn look_in(dir: &Path, args: &[&str]) -> Ran {
    let output = command(dir, args).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap().replace(dir.to_str().unwrap(), "DIR");
    Ran { code: output.status.code(), text: text(output.stdout), errors: text(output.stderr) }
}

/// What it says in JSON.
pub(crate) fn json(args: &[&str]) -> Value {
    let ran = look(&[args, &["--json"]].concat());
    assert_eq!((ran.code, ran.errors.as_str()), (Some(0), ""), "{args:?}: {ran:?}");
    serde_json::from_str(&ran.text).unwrap_or_else(|error| panic!("{args:?}: {error}: {}", ran.text))
}

/// Commands with what they show, as one would see them in a shell.
pub(crate) fn session(dir: &Path, commands: &[&[&str]]) -> String {
    let mut text = String::new();
    for args in commands {
        let ran = look_in(dir, args);
        let quoted = |arg: &&str| match arg.is_empty() || arg.contains([' ', '\'', '[', '{']) {
            true => format!("\"{arg}\""),
            false => (*arg).to_owned(),
        };
        let args: Vec<_> = args.iter().map(quoted).collect();
        text += &format!("$ mmrec {}\n{}{}", args.join(" "), ran.text, ran.errors);
        if ran.code != Some(0) {
            text += &format!("[exit code {}]\n", ran.code.map_or("none".to_owned(), |code| code.to_string()));
        }
        text.push('\n');
    }
    text
}

/// Compares a text with the one that is kept, or keeps it.
pub(crate) fn is_as_kept(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/shots").join(format!("{name}.txt"));
    let escaped = text.replace('\x1b', "<ESC>");
    let unseen = escaped.chars().find(|letter| letter.is_control() && !matches!(letter, '\n' | '\r'));
    assert_eq!(unseen, None, "{name}: {escaped}");
    if env::var_os("MMREC_WRITE_SHOTS").is_some() {
        return fs::write(path, escaped).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == escaped, "{name} is not as kept; MMREC_WRITE_SHOTS=1 keeps what is found:\n{escaped}");
}
