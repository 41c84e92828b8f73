//! Running the command.

use std::{
    process::{Child, Command},
    thread,
    time::{Duration, Instant},
};

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

/// Waits until the command has come so far; it may end before on a machine that is faster than the test thinks, which is a failure.
pub(crate) fn wait_until(child: &mut Child, is_so: impl Fn(u32) -> bool) {
    let start = Instant::now();
    while !is_so(child.id()) {
        let ended = child.try_wait().unwrap();
        if ended.is_some() || start.elapsed() > Duration::from_secs(60) {
            let _ = child.kill();
            panic!("the command has not come so far: {ended:?}");
        }
        thread::sleep(Duration::from_millis(2));
    }
}
