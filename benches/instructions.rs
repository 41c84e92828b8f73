//! What does a record cost in instructions, conditional branches and calls, in mmrec's loops and in raw ones?
//!
//! `cargo run --release -p mmrec-benches --bin instructions` runs each kernel of `compare` under callgrind, over files
//! of two sizes, and prints the difference per record. What happens once a file falls out, and the loop is left.
//! As few instructions as in a raw loop say that both do the same work; no calls, that all is inlined; and as few
//! branches, that no bounds are checked. `-- NAME` picks the kernels whose name or layout contains it.
//!
//! Needs valgrind.

use std::{env, error::Error, fs, path::Path, process::Command};

use mmrec_benches::{
    case::{Case, Contender},
    files::Files,
    kernels::{KERNELS, Kernel},
};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// The sizes of the files.
const BYTES: [usize; 2] = [1 << 20, 2 << 20];

fn main() -> Result<()> {
    let args: Vec<_> = env::args().skip(1).collect();
    if let [command, kernel, contender, bytes, dir] = &args[..]
        && command == "run"
    {
        return run(kernel.parse()?, contender.parse()?, bytes.parse()?, Path::new(dir));
    }
    if Command::new("valgrind").arg("--version").output().is_err() {
        println!("valgrind is not installed; it is what counts the instructions.");
        return Ok(());
    }
    let only = args.first().map_or("", String::as_str);
    let dir = tempfile::tempdir()?;
    println!("{:<94}{:>13}{:>10}{:>7}", "per record", "instructions", "branches", "calls");
    for (i, kernel) in KERNELS.iter().enumerate() {
        if kernel.name.contains(only) || kernel.layout.contains(only) {
            compare(i, kernel, dir.path())?;
        }
    }
    Ok(())
}

/// Prints what the contenders of a kernel cost, unless they take other threads or go over no records.
fn compare(index: usize, kernel: &Kernel, dir: &Path) -> Result<()> {
    let [few, many] = BYTES.map(|bytes| {
        let mut case = (0, Vec::new());
        (kernel.run)(&Files::new(dir, bytes), &mut |found| {
            let raw = found.raw.iter().map(|(form, _)| format!("raw, {form}"));
            case = (found.records, raw.chain(["mmrec".to_owned()]).collect());
        });
        case
    });
    if many.0 == 1 || kernel.one_thread > 0.0 {
        return Ok(());
    }
    for (contender, name) in many.1.iter().enumerate() {
        let large = Counts::of(index, contender, BYTES[1], dir)?;
        // Lookups are as many whatever the size.
        let (records, small) = match many.0 - few.0 {
            0 => (many.0, Counts::default()),
            records => (records, Counts::of(index, contender, BYTES[0], dir)?),
        };
        let per_record = |pick: fn(Counts) -> f64| (pick(large) - pick(small)) / records as f64;
        println!(
            "{:<26}{:<34}{:<34}{:>13.2}{:>10.3}{:>7.3}",
            kernel.name,
            kernel.layout,
            name,
            per_record(|counts| counts.instructions),
            per_record(|counts| counts.branches),
            per_record(|counts| counts.calls),
        );
    }
    Ok(())
}

/// What callgrind counted within [`counted_by_callgrind`].
#[derive(Clone, Copy, Default)]
struct Counts {
    instructions: f64,
    branches: f64,
    calls: f64,
}

impl Counts {
    /// Runs this program under callgrind.
    fn of(kernel: usize, contender: usize, bytes: usize, dir: &Path) -> Result<Self> {
        let out = dir.join("callgrind.out");
        let output = Command::new("valgrind")
            .args(["--tool=callgrind", "--branch-sim=yes", "--toggle-collect=*counted_by_callgrind*"])
            .arg(format!("--callgrind-out-file={}", out.display()))
            .arg(env::current_exe()?)
            .args(["run", &kernel.to_string(), &contender.to_string(), &bytes.to_string()])
            .arg(dir)
            .output()?;
        if !output.status.success() {
            return Err(format!("valgrind failed: {}", String::from_utf8_lossy(&output.stderr)).into());
        }
        let text = fs::read_to_string(out)?;
        let words = |name| {
            let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
            line.split_whitespace()
        };
        let event = |name| -> Result<f64> {
            let total = words("events: ").zip(words("totals: ")).find(|(event, _)| *event == name);
            Ok(total.ok_or("callgrind's output has no totals")?.1.parse()?)
        };
        let calls = text
            .lines()
            .filter_map(|line| line.strip_prefix("calls=")?.split(' ').next()?.parse::<f64>().ok());
        Ok(Self { instructions: event("Ir")?, branches: event("Bc")?, calls: calls.sum() })
    }
}

/// Runs one contender, counted.
fn run(kernel: usize, contender: usize, bytes: usize, dir: &Path) -> Result<()> {
    let kernel = KERNELS.get(kernel).ok_or("there is no such kernel")?;
    (kernel.run)(&Files::new(dir, bytes), &mut |case| {
        let Case { raw, mmrec, .. } = case;
        let mut contenders = raw.into_iter().map(|(_, raw)| raw).chain([mmrec]);
        if let Some(mut contender) = contenders.nth(contender) {
            counted_by_callgrind(&mut contender);
        }
    });
    Ok(())
}

/// Callgrind counts while this runs.
#[inline(never)]
fn counted_by_callgrind(contender: &mut Contender<'_>) {
    contender.time();
}
