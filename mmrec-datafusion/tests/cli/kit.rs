//! A directory with files, and the command run in it.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use mmrec::{ByteStr, DateTime64, MmapRecord, RecordMap, units::Nanosecond};
use tempfile::TempDir;

/// The record of the README.
#[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
#[repr(C)]
#[mmrec(itemsize = 48)]
pub(crate) struct Trade {
    pub(crate) ts: DateTime64<Nanosecond>,
    pub(crate) side: ByteStr<1>,
    pub(crate) price: f64,
    pub(crate) qty: u32,
    pub(crate) fees: [f32; 2],
    pub(crate) symbol: ByteStr<8>,
}

/// Trade `i`, a second after the one before.
pub(crate) fn trade(i: u32) -> Trade {
    Trade {
        ts: DateTime64::from_steps(1_772_461_800_000_000_000 + i64::from(i) * 1_000_000_000),
        side: if i.is_multiple_of(2) { "B" } else { "S" }.parse().unwrap(),
        price: 100.0 + f64::from(i) / 4.0,
        qty: 10 * i,
        fees: [0.25, f64::from(i) as f32],
        symbol: ["AAPL", "MSFT", "NVDA"][i as usize % 3].parse().unwrap(),
    }
}

/// What came of a run.
#[derive(Debug)]
pub(crate) struct Ran {
    /// The exit code; `None` if a signal ended it.
    pub(crate) code: Option<i32>,
    pub(crate) text: String,
    pub(crate) errors: String,
}

/// A directory.
pub(crate) struct Files(TempDir);

impl Files {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// With `trades.npy` of so many rows.
    pub(crate) fn with_trades(rows: u32) -> Self {
        let files = Self::new();
        let mut map =
            RecordMap::<Trade>::options().shape(rows as usize).create_npy(files.path("trades.npy")).unwrap();
        let mut next = 0..;
        map.fill_with(|| trade(next.next().unwrap()));
        map.close().unwrap();
        files
    }

    pub(crate) fn with(self, name: &str, contents: impl AsRef<[u8]>) -> Self {
        fs::write(self.path(name), contents).unwrap();
        self
    }

    pub(crate) fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// The names of all files, those of unfinished ones too.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.0.path()).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mmrec-sql"));
        command.args(args).current_dir(self.0.path()).env_remove("NO_COLOR");
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        self.run_with(args, "")
    }

    /// With a text on the standard input.
    pub(crate) fn run_with(&self, args: &[&str], input: &str) -> Ran {
        let mut command = self.command(args);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // One that has failed meanwhile reads nothing.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Ran { code: output.status.code(), text: text(output.stdout), errors: text(output.stderr) }
    }

    /// What it writes, all being well.
    #[track_caller]
    pub(crate) fn ok(&self, args: &[&str]) -> String {
        let ran = self.run(args);
        assert_eq!((ran.code, ran.errors.as_str()), (Some(0), ""), "{args:?}: {}", ran.text);
        ran.text
    }

    /// What it says is wrong, having written nothing.
    #[track_caller]
    pub(crate) fn fail(&self, args: &[&str]) -> String {
        let ran = self.run(args);
        assert_eq!((ran.code, ran.text.as_str()), (Some(2), ""), "{args:?}: {}", ran.errors);
        let error = ran.errors.strip_prefix("error: ").unwrap_or_else(|| panic!("{}", ran.errors));
        error.trim_end().to_owned()
    }
}
