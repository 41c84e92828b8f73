//! The Python process that measures NumPy and polars.

use std::{
    ffi::OsStr,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use serde_json::Value;

use crate::{Result, answer::Answer};

/// `contenders.py`, which answers each line with a line.
pub(crate) struct Python {
    process: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    /// Names and versions.
    contenders: Vec<(String, String)>,
}

impl Python {
    pub(crate) fn start<'a>(python: &Path, args: impl IntoIterator<Item = &'a OsStr>) -> Result<Self> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/sql/contenders.py");
        let mut process = Command::new(python)
            .arg(script)
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{}: {error}", python.display()))?;
        let input = process.stdin.take();
        let output = BufReader::new(process.stdout.take().ok_or("Python has no output")?);
        let mut python = Self { process, input, output, contenders: Vec::new() };
        python.contenders = serde_json::from_str(&python.line()?)?;
        Ok(python)
    }

    pub(crate) fn contenders(&self) -> &[(String, String)] {
        &self.contenders
    }

    /// The seconds that a question took, and the answer.
    pub(crate) fn ask(&mut self, contender: &str, question: &str) -> Result<(f64, Answer)> {
        writeln!(self.input.as_mut().ok_or("Python has no input")?, "{contender}\t{question}")?;
        let said: Value = serde_json::from_str(&self.line()?)?;
        let seconds = said["seconds"].as_f64().ok_or("Python says no time")?;
        Ok((seconds, Answer::of_json(&said["rows"])?))
    }

    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        if line.is_empty() {
            return Err("Python ended; what it says stands above".into());
        }
        Ok(line)
    }
}

impl Drop for Python {
    fn drop(&mut self) {
        // The end of its input ends it.
        self.input = None;
        let _ = self.process.wait();
    }
}
