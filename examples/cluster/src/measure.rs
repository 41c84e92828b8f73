//! What a cluster on this machine costs over one process: the medians of several runs.

use std::time::{Duration, Instant};

use datafusion::{error::Result, prelude::SessionContext};

use crate::{
    data,
    process::{Cluster, Size},
    query, session,
};

/// What is measured.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct MeasureArgs {
    /// Files, of a day each
    #[arg(long, default_value_t = 16)]
    days: usize,
    /// Trades in a file
    #[arg(long, default_value_t = 1_000_000)]
    rows: usize,
    /// Runs of each query; the median counts
    #[arg(long, default_value_t = 9)]
    runs: usize,
}

const QUERIES: [(&str, &str); 3] = [
    ("count(*)", "SELECT count(*) FROM trades"),
    ("by symbol", "SELECT symbol, sum(price * qty) / sum(qty) FROM trades GROUP BY symbol"),
    (
        "an hour",
        "SELECT sum(qty) FROM trades WHERE ts >= '2026-03-02T12:00:00' AND ts < '2026-03-02T13:00:00'",
    ),
];

/// Prints a table of milliseconds.
pub(crate) async fn run(args: MeasureArgs) -> Result<()> {
    let directory = tempfile::Builder::new().prefix("cluster-measure-").tempdir()?;
    let trades = directory.path().join("trades");
    data::make(&trades, args.days, args.rows)?;
    let names: Vec<_> = QUERIES.iter().map(|(name, _)| *name).collect();
    println!("milliseconds, medians of {} runs over {} files of {} trades", args.runs, args.days, args.rows);
    println!("| | {} |", names.join(" | "));
    println!("|---|---|---|---|");
    let local = session::local(2)?;
    row("one process", &local, &trades, args.runs).await?;
    for executors in [1, 2, 4] {
        let size = Size { executors, tasks: 2_usize.div_ceil(executors), pause: 0 };
        let work_dir = directory.path().join(executors.to_string());
        std::fs::create_dir(&work_dir)?;
        let cluster = Cluster::start(size, &work_dir)?;
        let remote = session::remote(&cluster.scheduler.address, 2).await?;
        row(&format!("executors: {executors}"), &remote, &trades, args.runs).await?;
    }
    Ok(())
}

async fn row(name: &str, session: &SessionContext, trades: &std::path::Path, runs: usize) -> Result<()> {
    query::run(session, &data::table(trades)).await?;
    let mut cells = Vec::new();
    for (_, sql) in QUERIES {
        // The first run finds the files in no cache, and is not counted.
        query::run(session, sql).await?;
        let mut times: Vec<Duration> = Vec::with_capacity(runs);
        for _ in 0..runs {
            let started = Instant::now();
            query::run(session, sql).await?;
            times.push(started.elapsed());
        }
        times.sort();
        let median = times.get(times.len() / 2).copied().unwrap_or_default();
        cells.push(format!("{:.1}", median.as_secs_f64() * 1000.0));
    }
    println!("| {name} | {} |", cells.join(" | "));
    Ok(())
}
