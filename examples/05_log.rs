//! A log that grows while others read it, and goes on after a crash.
//!
//! `cargo run --example 05_log` prints:
//!
//! ```text
//! the first writer has taken 250000 readings; others see 200000, which is what it has committed
//! a second writer is turned away: …sensors.npy: cannot take an exclusive lock: …
//! the first writer ends without a word, as in a crash
//! the next one goes on at 200000, after … bytes that had been written and not named are cut off
//! the reader of before has 200000 readings still; one that opens the log now has 260000
//! it is a .npy file, which numpy.load opens: [('time', '<M8[ms]'), ('sensor', '<u2'), ('celsius', '<f4')]
//! the hour from 12:30 has 3600 readings, of 21.5 degrees on average
//! ```

use std::{
    env,
    io::{self, BufRead, BufReader, Write},
    path::Path,
    process::{self, Command, ExitCode, Stdio},
};

use mmrec::{DateTime64, Ix1, Lock, MmapRecord, ReadWrite, RecordMap, s, units::Millisecond};
use mmrec_examples::{Error, Result, exit_code};

#[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
#[repr(C, packed)]
struct Reading {
    time: DateTime64<Millisecond>,
    sensor: u16,
    celsius: f32,
}

impl Reading {
    /// There is one every second, from the midnight of 2026-03-02 on.
    fn at(second: usize) -> Self {
        const MIDNIGHT: i64 = 1_772_409_600_000;
        let time = DateTime64::from_steps(MIDNIGHT + 1000 * i64::try_from(second).unwrap_or(i64::MAX));
        Self { time, sensor: 7, celsius: 21.0 + (second % 2) as f32 }
    }
}

/// Goes on with the log, or starts it. There is one writer at a time, and any number of readers.
fn open(path: &Path) -> mmrec::Result<RecordMap<Reading, Ix1, ReadWrite>> {
    RecordMap::<Reading>::options().shape(0).lock(Lock::Exclusive).open_or_create_npy(path)
}

fn main() -> ExitCode {
    // The program calls itself for the writer that crashes.
    exit_code(match env::args_os().nth(1) {
        Some(path) => crash(Path::new(&path)),
        None => run(),
    })
}

/// The first writer.
fn crash(path: &Path) -> Result<()> {
    let mut log = open(path)?;
    let mut appender = log.appender()?;
    for second in 0..250_000 {
        appender.push(Reading::at(second))?;
        if second % 100_000 == 99_999 {
            // From here on others see the rows, and a crash does not lose them; `flush` is for the loss of power.
            appender.commit()?;
        }
    }
    println!("{}", appender.len());
    io::stdin().read_line(&mut String::new())?;
    process::exit(1)
}

fn run() -> Result<()> {
    let mut out = io::stdout().lock();
    let dir = tempfile::tempdir()?;
    let path = dir.path().join("sensors.npy");

    let mut first = Command::new(env::current_exe()?);
    let mut first = first.arg(&path).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let mut taken = String::new();
    if let Some(output) = &mut first.stdout {
        BufReader::new(output).read_line(&mut taken)?;
    }
    // A reader needs no lock: it has the rows that the header named when it opened the file.
    let reader = RecordMap::<Reading>::open(&path)?;
    writeln!(
        out,
        "the first writer has taken {} readings; others see {}, which is what it has committed",
        taken.trim(),
        reader.len()
    )?;
    match open(&path) {
        Ok(_) => return Err(Error::Request("there are two writers".to_owned())),
        Err(error) => writeln!(out, "a second writer is turned away: {error}")?,
    }
    drop(first.stdin.take());
    first.wait()?;
    writeln!(out, "the first writer ends without a word, as in a crash")?;

    // The lock went with it.
    let mut log = open(&path)?;
    let rest = log.discard_rest()?;
    writeln!(
        out,
        "the next one goes on at {}, after {rest} bytes that had been written and not named are cut off",
        log.len()
    )?;
    let mut appender = log.appender()?;
    for second in appender.len()..260_000 {
        appender.push(Reading::at(second))?;
    }
    appender.flush()?;
    drop(appender);

    let now = RecordMap::<Reading>::open(&path)?;
    writeln!(
        out,
        "the reader of before has {} readings still; one that opens the log now has {}",
        reader.len(),
        now.len()
    )?;
    writeln!(out, "it is a .npy file, which numpy.load opens: {}", now.dtype())?;

    // The log is in the order of time, so two binary searches find an hour of it.
    let c = now.columns();
    let row_of = |text: &str| -> Result<usize> {
        let start: DateTime64<Millisecond> = text.parse()?;
        Ok(c.time.partition_point(|time| time < start))
    };
    let hour = c.celsius.slice(s![row_of("2026-03-02T12:30")?..row_of("2026-03-02T13:30")?]);
    writeln!(out, "the hour from 12:30 has {} readings, of {} degrees on average", hour.len(), hour.mean())?;
    Ok(())
}
