//! The command `mmrec-sql`: files of fixed-size records, asked in SQL.
//!
//! `args.rs` says what can be asked for, `statements.rs` goes through the statements, `session.rs` has the engine work, on threads of
//! its own, and `output/` writes rows. What is made gets its name at the end, by `target.rs`.

mod args;
mod failure;
mod output;
mod progress;
mod session;
mod statements;
mod stop;
mod target;
mod text;
mod unfinished;

use std::{
    fs,
    io::{self, IsTerminal},
    path::Path,
    process::ExitCode,
};

use clap::Parser;

use self::{
    args::Args,
    failure::{Failure, Result},
    session::Session,
};

fn main() -> ExitCode {
    let args = Args::parse();
    args.color.write_global();
    match run(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

fn run(args: &Args) -> Result<()> {
    stop::catch_interrupts()?;
    // A file that is cut meanwhile is an error, not the end of the process; where there is no such thing, it is as it was.
    #[cfg(all(any(target_os = "linux", target_os = "android"), target_has_atomic = "64"))]
    mmrec::fault::install().map_err(|error| Failure::Usage(error.to_string()))?;
    let texts = texts(args)?;
    let session = Session::new(args)?;
    if !args.no_progress && progress::has_place() {
        progress::start_clock();
    }
    let done = statements::run(&session, args, &texts);
    session.end();
    done
}

/// The texts of the statements.
fn texts(args: &Args) -> Result<Vec<String>> {
    let mut texts = Vec::new();
    match &args.file {
        Some(file) if file.as_os_str() == "-" => texts.push(standard_input()?),
        Some(file) => texts.push(fs::read_to_string(file).map_err(|error| Failure::io(file, error))?),
        None if args.sql.is_empty() && io::stdin().is_terminal() => {
            return Err(Failure::Usage(
                "there is no statement; give one, as in mmrec-sql \"select count(*) from 'trades.npy'\", or --file with a file of them"
                    .to_owned(),
            ));
        }
        None if args.sql.is_empty() => texts.push(standard_input()?),
        None => {}
    }
    texts.extend_from_slice(&args.sql);
    Ok(texts)
}

fn standard_input() -> Result<String> {
    io::read_to_string(io::stdin()).map_err(|error| Failure::io(Path::new("standard input"), error))
}
