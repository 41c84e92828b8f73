//! SQL over mmrec's tables on many machines, by Ballista.

mod data;
mod demo;
mod engine;
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
