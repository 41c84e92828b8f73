//! `mmrec convert`: against files of NumPy, there and back, what is wrong in a file, and what is left when it is stopped.

mod bad;
mod columns;
mod epoch;
mod files;
mod golden;
mod large;
mod names;
mod quotes;
mod random;
mod source;
mod stop;

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use tempfile::TempDir;

use super::run::{Ran, mmrec};

/// Files that NumPy made.
fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/cli/convert").join(name)
}

/// Runs `mmrec convert` on what comes from a pipe.
fn from_stdin(text: &[u8], args: &[&str]) -> Ran {
    let mut child = Command::new(env!("CARGO_BIN_EXE_mmrec"))
        .args(["convert", "-"])
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // One that has seen enough reads no more.
    let _ = child.stdin.take().unwrap().write_all(text);
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { code: output.status.code(), text: text(output.stdout), errors: text(output.stderr) }
}

/// A directory of its own for files to convert.
struct Files(TempDir);

impl Files {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }

    fn with(self, name: &str, contents: impl AsRef<[u8]>) -> Self {
        fs::write(self.path(name), contents).unwrap();
        self
    }

    /// Runs `mmrec convert` on a file of this directory.
    fn run(&self, from: &str, to: &str, args: &[&str]) -> Ran {
        mmrec(&[&["convert", &self.path(from), &self.path(to)], args].concat())
    }

    /// The same, and what came out.
    fn convert(&self, from: &str, to: &str, args: &[&str]) -> Vec<u8> {
        let ran = self.run(from, to, &[args, &["--quiet"]].concat());
        assert_eq!(
            (ran.code, ran.text.as_str(), ran.errors.as_str()),
            (Some(0), "", ""),
            "{from} {to} {args:?}"
        );
        self.read(to)
    }

    /// The error of a run that fails, without the path of the directory.
    fn fail(&self, from: &str, to: &str, args: &[&str]) -> String {
        let before = self.names();
        let ran = self.run(from, to, args);
        assert_eq!((ran.code, ran.text.as_str()), (Some(2), ""), "{ran:?}");
        assert_eq!(self.names(), before, "something is left");
        let errors = ran.errors.strip_prefix("error: ").unwrap().trim_end();
        errors.replace(&format!("{}/", self.0.path().display()), "")
    }

    fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap()
    }

    /// All files there are.
    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.0.path()).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}
