//! What is said in the end.

use std::{
    io::Write,
    time::{Duration, Instant},
};

use serde_json::json as object;

use super::{
    super::{
        args::Common,
        failure::Result,
        json,
        text::{counted, plain, rounded},
    },
    asked::Convert,
    from_csv::Done,
};

pub(super) fn say(asked: &Convert, read: &Done, start: Instant, common: Common) -> Result<()> {
    let took = start.elapsed().max(Duration::from_micros(1));
    let seconds = took.as_secs_f64();
    let (rows, bytes) = (read.rows as f64 / seconds, read.bytes as f64 / seconds);
    let mut errors = anstream::stderr().lock();
    if read.skipped > 0 {
        // Rows that are lost are worth a word whatever is asked.
        let others = if read.skipped > read.named.len() as u64 { ", of which the first are" } else { ":" };
        let mut told = format!("left out {}{others}\n", counted(read.skipped, "bad row"));
        for wrong in &read.named {
            told += &format!("  {}\n", plain(wrong));
        }
        // If nobody listens, nobody is told.
        let _ = errors.write_all(told.as_bytes());
    }
    if common.json {
        let object = object!({
            "file": asked.out.display().to_string(),
            "rows": read.rows,
            "skipped": read.skipped,
            "bytes": read.bytes,
            "seconds": seconds,
            "rows_per_second": rows,
            "bytes_per_second": bytes,
        });
        let line = json::line(&object) + "\n";
        // The rows have the standard output to themselves.
        return match asked.is_to_stdout() {
            true => Ok(errors.write_all(line.as_bytes())?),
            false => super::super::failure::write_out(line.as_bytes()),
        };
    }
    if !common.quiet {
        let _ = writeln!(errors, "{} in {}", counted(read.rows, "row"), speed(took, read.rows, bytes));
    }
    Ok(())
}

/// What is done sooner has no speed worth telling.
const SOON: Duration = Duration::from_millis(50);

fn speed(took: Duration, rows: u64, bytes: f64) -> String {
    let seconds = took.as_secs_f64();
    if took < SOON {
        return format!("less than {} s", SOON.as_secs_f64());
    }
    let rows = u128::from(rows) * 1000 / took.as_millis();
    let (rows, bytes) = (counted(u64::try_from(rows).unwrap_or(u64::MAX), "row"), rounded(bytes));
    let space = if bytes.ends_with(|end: char| end.is_ascii_digit()) { " " } else { "" };
    format!("{seconds:.2} s: {rows}/s, {bytes}{space}B/s")
}
