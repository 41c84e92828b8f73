//! What must not compile, and with which message: one folder for each rule.

use std::{
    io::{self, Write},
    process::Command,
};

/// The messages are partly the compiler's, and change from one release to the next.
const COMPILER: &str = "rustc 1.95.";

#[test]
fn messages() {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = Command::new(rustc).arg("--version").output().expect("the compiler runs");
    let version = String::from_utf8_lossy(&version.stdout);
    if !version.starts_with(COMPILER) {
        // Straight to the terminal: what a passing test prints is not shown.
        let _ =
            writeln!(io::stderr(), "skipped: the messages are those of {COMPILER}x, and this is {version}");
        return;
    }
    let cases = trybuild::TestCases::new();
    cases.compile_fail("ui/*/*.rs");
}
