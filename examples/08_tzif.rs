//! A time-zone file: big-endian times and packed records of six bytes, each mapped where it lies.
//!
//! `cargo run --release --example 08_tzif` shows when the clocks of Berlin change; `-- /usr/share/zoneinfo/America/New_York`
//! those of another place. The records and how they are found are in `src/tzif.rs`.
//!
//! It prints:
//!
//! ```text
//! …Europe/Berlin
//! … transitions, dtype '>i8', from byte … on
//! … types of local time, dtype [('utc_offset', '>i4'), ('is_dst', '|b1'), ('abbreviation', '|u1')], from byte … on
//!
//! around …
//!        from (universal time)   offset   daylight saving   name
//! ───────────────────────────────────────────────────────────────
//! …
//!  now   …
//! …
//! the clocks show CE…; after the last transition the rule is CET-1CEST,M3.5.0,M10.5.0/3
//! ```

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    time::SystemTime,
};

use clap::Parser;
use mmrec_examples::{
    Column::{Left, Right},
    Result, Table, Utc, exit_code,
    tzif::{self, TimeZone},
};

const BERLIN: &str = "/usr/share/zoneinfo/Europe/Berlin";

/// Shows when the clocks of a place change.
#[derive(Parser)]
struct Args {
    /// A time-zone file of version 2 or later; Berlin's if none is given.
    file: Option<PathBuf>,
    /// Show the changes around this time, in seconds since 1970; now if none is given.
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true)]
    at: Option<i64>,
}

fn main() -> ExitCode {
    exit_code(run(&Args::parse()))
}

fn run(args: &Args) -> Result<()> {
    let mut out = io::stdout().lock();
    let dir = tempfile::tempdir()?;
    let path = match &args.file {
        Some(path) => path.clone(),
        None if Path::new(BERLIN).exists() => BERLIN.into(),
        None => {
            let path = dir.path().join("Berlin");
            tzif::write_sample(&path)?;
            writeln!(out, "{BERLIN} is not there, so this is a file with some years of it\n")?;
            path
        }
    };

    let zone = TimeZone::open(&path)?;
    let (times, types) = (&zone.times, &zone.types);
    writeln!(out, "{}", path.display())?;
    writeln!(out, "{} transitions, dtype {}, from byte {} on", times.len(), times.dtype(), times.offset())?;
    writeln!(
        out,
        "{} types of local time, dtype {}, from byte {} on",
        types.len(),
        types.dtype(),
        types.offset()
    )?;

    let now = args.at.unwrap_or_else(now);
    let next = zone.next_transition(now);
    let mut table = Table::new([
        Left(""),
        Left("from (universal time)"),
        Right("offset"),
        Left("daylight saving"),
        Left("name"),
    ]);
    for transition in next.saturating_sub(4)..times.len().min(next + 4) {
        let kind = zone.type_after(Some(transition));
        table.row([
            if transition + 1 == next { "now" } else { "" }.to_owned(),
            Utc(times.at(transition).get()).to_string(),
            offset(kind.utc_offset.get()),
            if kind.is_dst { "yes" } else { "no" }.to_owned(),
            zone.abbreviation(&kind)?,
        ]);
    }
    writeln!(out, "\naround {}\n{table}\n", Utc(now))?;

    let kind = zone.type_after(next.checked_sub(1));
    let name = zone.abbreviation(&kind)?;
    match zone.rule.as_str() {
        rule if next == times.len() && !rule.is_empty() => {
            writeln!(out, "the last transition is over; since then the rule is {rule}")
        }
        "" => writeln!(out, "the clocks show {name}, {}", offset(kind.utc_offset.get())),
        rule => writeln!(
            out,
            "the clocks show {name}, {}; after the last transition the rule is {rule}",
            offset(kind.utc_offset.get())
        ),
    }?;
    Ok(())
}

/// Seconds since 1970.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.ok().and_then(|since| since.as_secs().try_into().ok()).unwrap_or(0)
}

/// Seconds as hours and minutes: `+02:00`.
fn offset(seconds: i32) -> String {
    let (sign, size) = (if seconds < 0 { '-' } else { '+' }, seconds.unsigned_abs());
    let text = format!("{sign}{:02}:{:02}", size / 3600, size / 60 % 60);
    if size % 60 == 0 { text } else { format!("{text}:{:02}", size % 60) }
}
