//! SQL over mmrec's tables on many machines, by Ballista: DataFusion's distributed engine, from its released crates.
//!
//! `cluster scheduler` on one machine, `cluster executor --scheduler HOST:PORT` on each that has the files, and
//! `cluster query --scheduler HOST:PORT "CREATE EXTERNAL TABLE …; SELECT …"` anywhere. Files lie under the same path everywhere
//! (`--root` for an executor that has them mounted below another).
//!
//! `cargo run -p mmrec-cluster -- demo` starts a scheduler and two executors on this machine, and prints:
//!
//! ```text
//! 8 files of 50000 trades, a directory for each day
//! one process:
//! +--------+--------+--------------------+
//! | symbol | trades | vwap               |
//! +--------+--------+--------------------+
//! | AAPL   | 60455  | 131.90251692676637 |
//! | AMZN   | 59640  | 131.8020503826385  |
//! | GOOG   | 60034  | 131.98918009497552 |
//! | MSFT   | 60037  | 131.90477707978744 |
//! | NVDA   | 59834  | 131.92743194063226 |
//! +--------+--------+--------------------+
//! a scheduler at 127.0.0.1:…, and executors at 127.0.0.1:… and 127.0.0.1:…
//! the cluster: the same rows
//! the second executor killed while it ran task …: the same rows
//! a file removed after the query was planned: …on executor 127.0.0.1:…/trades/day=2026-03-08/trades.npy…
//! …
//! all processes have ended
//! ```

mod data;
mod demo;
mod engine;
mod measure;
mod nodes;
mod process;
mod query;
mod session;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use datafusion::error::Result;

/// SQL over .npy files on many machines
#[derive(Debug, Parser)]
#[command(name = "cluster")]
struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Plan queries, and give their parts to executors
    Scheduler(nodes::SchedulerArgs),
    /// Run parts of queries
    Executor(nodes::ExecutorArgs),
    /// Run statements of SQL, and print their rows
    Query(query::QueryArgs),
    /// Start a cluster on this machine, run a query, kill an executor, and take a file away
    Demo,
    /// Measure queries in one process and with 1, 2 and 4 executors on this machine
    Measure(measure::MeasureArgs),
}

fn main() -> ExitCode {
    match run(Args::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("cluster: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<()> {
    // Plans of many stages are deep, and are taken apart by recursion.
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().thread_stack_size(16 << 20).build()?;
    runtime.block_on(async {
        match command {
            Command::Scheduler(args) => nodes::scheduler(args).await,
            Command::Executor(args) => nodes::executor(args).await,
            Command::Measure(args) => measure::run(args).await,
            Command::Demo => demo::run().await,
            Command::Query(args) => {
                let session = match &args.scheduler {
                    Some(scheduler) => session::remote(scheduler, args.partitions).await?,
                    None => session::local(args.partitions)?,
                };
                for rows in query::run(&session, &args.sql).await? {
                    println!("{}", query::text(&rows)?);
                }
                Ok(())
            }
        }
    })
}
