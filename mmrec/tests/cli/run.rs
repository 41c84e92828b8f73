//! Running the command.

use std::process::Command;

/// What came of a run.
#[derive(Debug)]
pub(crate) struct Ran {
    /// The exit code; `None` if a signal ended it.
    pub(crate) code: Option<i32>,
    pub(crate) text: String,
    pub(crate) errors: String,
}

pub(crate) fn mmrec(args: &[&str]) -> Ran {
    let output = Command::new(env!("CARGO_BIN_EXE_mmrec")).args(args).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { code: output.status.code(), text: text(output.stdout), errors: text(output.stderr) }
}
