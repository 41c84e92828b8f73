//! The Python process that measures NumPy, and its virtual environment.
//!
//! What fails here is said in a text, for a person to read.

use std::{
    error::Error,
    fmt::Display,
    fs,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    time::Duration,
};

use crate::case::Job;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// `compare.py`, which answers each line with a line.
#[derive(Debug)]
pub struct Worker {
    process: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    version: String,
}

impl Worker {
    /// Starts Python in the virtual environment under `dir`, making it if it is missing.
    ///
    /// # Errors
    ///
    /// If there is no Python, or no NumPy to be had; so for all that follow, if it has ended.
    pub fn start(dir: &Path) -> Result<Self> {
        let package = Path::new(env!("CARGO_MANIFEST_DIR"));
        let environment = dir.join("venv");
        let python = environment.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
        if !python.exists() {
            println!("Making a virtual environment with NumPy in {}", environment.display());
            run(Command::new("python3").args(["-m", "venv"]).arg(&environment))?;
        }
        // The NumPy that the golden files come from. Without effect, and without network, if it is there already.
        let requirements = package.join("../tests/golden/requirements.txt");
        run(Command::new(&python)
            .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"])
            .arg(requirements))?;
        let mut process = Command::new(&python)
            .arg(package.join("compare.py"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let input = process.stdin.take();
        let output = process.stdout.take().ok_or("Python has no output")?;
        let mut worker = Self { process, input, output: BufReader::new(output), version: String::new() };
        worker.version = worker.answer()?;
        Ok(worker)
    }

    /// Starts Python as [`start`](Self::start) does, in the directory of `compare` under `target`; says why if it cannot.
    ///
    /// # Errors
    ///
    /// If there can be no such directory.
    pub fn start_if_any(target: &Path) -> Result<Option<Self>> {
        let dir = target.join("compare");
        fs::create_dir_all(&dir)?;
        Ok(Self::start(&dir).inspect_err(|error| println!("Without NumPy: {error}")).ok())
    }

    /// NumPy's version.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Opens the files of a job, and forgets the job before.
    pub fn open(&mut self, job: &Job) -> Result<()> {
        let mut words = vec!["open".to_owned(), job.function.to_owned(), job.layout.to_owned()];
        words.push(job.elements.to_string());
        words.extend(job.files.iter().map(|path| path.display().to_string()));
        self.ask(words.join("\t")).map(drop)
    }

    /// The time of so many repetitions.
    pub fn time(&mut self, repetitions: u32) -> Result<Duration> {
        Ok(Duration::from_nanos(self.ask(format_args!("run\t{repetitions}"))?.parse()?))
    }

    /// The digest of the answer.
    pub fn check(&mut self) -> Result<f64> {
        Ok(self.ask("check")?.parse()?)
    }

    fn ask(&mut self, line: impl Display) -> Result<String> {
        writeln!(self.input.as_mut().ok_or("Python has no input")?, "{line}")?;
        self.answer()
    }

    fn answer(&mut self) -> Result<String> {
        let mut answer = String::new();
        self.output.read_line(&mut answer)?;
        if answer.is_empty() {
            return Err("Python ended; what it says stands above".into());
        }
        Ok(answer.trim_end().to_owned())
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // The end of its input ends it.
        self.input = None;
        let _ = self.process.wait();
    }
}

fn run(command: &mut Command) -> Result<()> {
    let name = command.get_program().display().to_string();
    let status = command.status().map_err(|error| format!("{name} cannot be started: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("{name} failed: {status}").into()) }
}
