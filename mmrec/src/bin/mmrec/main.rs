//! The command `mmrec`: looks at files of fixed-size records, and changes their form.
//!
//! `args.rs` says what can be asked for, and each command has a file of its own. What they share: `input.rs` opens what is looked
//! at, `leaf.rs` takes records apart, `text.rs` and `json.rs` write values, `table.rs` lays them out, and `progress.rs` knows
//! how far a long command is and whether it is to stop.

mod archive;
mod args;
mod bytemap;
mod convert;
mod diff;
mod failure;
mod info;
mod input;
mod json;
mod leaf;
mod pages;
mod plot;
mod progress;
mod rows;
mod schema;
mod stats;
mod table;
mod text;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use self::{
    args::{Args, Command},
    failure::{Failure, Result},
};

fn main() -> ExitCode {
    let args = Args::try_parse().unwrap_or_else(|error| args::with_tip(error).exit());
    args.color.write_global();
    match run(args) {
        Ok(code) => code,
        Err(failure) => failure.report(),
    }
}

fn run(args: Args) -> Result<ExitCode> {
    progress::catch_interrupts()?;
    // A file that is cut meanwhile is an error, not the end of the process; where there is no such thing, it is as it was.
    #[cfg(all(any(target_os = "linux", target_os = "android"), target_has_atomic = "64"))]
    mmrec::fault::install()?;
    let common = args.common;
    match args.command {
        Command::Info(asked) => info::run(&asked, common)?,
        Command::Head(asked) => rows::head(&asked, common)?,
        Command::Tail(asked) => rows::tail(&asked, common)?,
        Command::Rows(asked) => rows::range(&asked, common)?,
        Command::Stats(asked) => stats::run(&asked, common)?,
        Command::Plot(asked) => plot::run(&asked, common)?,
        Command::Struct(asked) => schema::run(&asked, common)?,
        Command::Convert(asked) => convert::run(&asked, common)?,
        Command::Diff(asked) => return diff::run(&asked, common),
        Command::Completions { shell } => {
            let mut text = Vec::new();
            clap_complete::generate(shell, &mut Args::command(), "mmrec", &mut text);
            failure::write_out(&text)?;
        }
        Command::Man { directory } => man(directory.as_deref())?,
    }
    Ok(ExitCode::SUCCESS)
}

/// The manual, one page for each command in a directory, or the first alone to the standard output.
fn man(directory: Option<&std::path::Path>) -> Result<()> {
    let command = Args::command();
    match directory {
        Some(directory) => {
            clap_mangen::generate_to(command, directory).map_err(|error| Failure::io(directory, error))
        }
        None => {
            let mut text = Vec::new();
            // As in the directory, where `help` has no page.
            clap_mangen::Man::new(command.disable_help_subcommand(true))
                .render(&mut text)
                .map_err(|error| Failure::Usage(error.to_string()))?;
            failure::write_out(&text)
        }
    }
}
