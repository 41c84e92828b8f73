//! One query, in one process and on a cluster, with an executor that is killed and a file that is gone.

use std::{fs, path::Path, time::Duration};

use datafusion::error::Result;
use tokio::task::JoinHandle;

use crate::{
    data,
    process::{Cluster, Size, execution},
    query, session,
};

const DAYS: usize = 8;
const ROWS: usize = 50_000;
const PARTITIONS: usize = 4;
/// What an executor waits before each task here: time to kill it in the midst of one.
const PAUSE: u64 = 500;
const PATIENCE: Duration = Duration::from_secs(30);

const QUERY: &str = "SELECT symbol, count(*) AS trades, sum(price * qty) / sum(qty) AS vwap FROM trades \
                     WHERE day >= '2026-03-03' GROUP BY symbol ORDER BY symbol";

/// Runs it in a new directory, which is removed at the end.
pub(crate) async fn run() -> Result<()> {
    let directory = tempfile::Builder::new().prefix("cluster-demo-").tempdir()?;
    // The directory and the processes of the cluster are gone when this future is dropped.
    tokio::select! {
        done = steps(directory.path()) => done,
        _ = tokio::signal::ctrl_c() => Err(execution("interrupted".to_owned())),
    }
}

async fn steps(directory: &Path) -> Result<()> {
    let trades = directory.join("trades");
    data::make(&trades, DAYS, ROWS)?;
    println!("{DAYS} files of {ROWS} trades, a directory for each day");
    let sql = format!("{}; {QUERY}", data::table(&trades));

    let local = session::local(PARTITIONS)?;
    let expected = rows(query::run(&local, &sql).await?)?;
    println!("one process:\n{expected}");

    let size = Size { executors: 2, tasks: 1, pause: PAUSE };
    let mut cluster = Cluster::start(size, directory)?;
    println!(
        "a scheduler at {}, and executors at {} and {}",
        cluster.scheduler.address, cluster.executors[0].address, cluster.executors[1].address
    );
    let address = cluster.scheduler.address.clone();
    let found = start(&address, &sql).await.map_err(|error| execution(error.to_string()))??;
    same(&expected, &found)?;
    println!("the cluster: the same rows");

    cluster.executors.iter().for_each(|executor| executor.forget_lines());
    let running = start(&address, &sql);
    let (killed, cluster) = tokio::task::spawn_blocking(move || {
        let task = cluster.executors[1].line("task ", PATIENCE)?;
        cluster.executors[1].kill()?;
        Ok::<_, datafusion::error::DataFusionError>((task, cluster))
    })
    .await
    .map_err(|error| execution(error.to_string()))??;
    let found = running.await.map_err(|error| execution(error.to_string()))??;
    same(&expected, &found)?;
    println!("the second executor killed while it ran {killed}: the same rows");

    cluster.executors[0].forget_lines();
    let running = start(&address, &sql);
    let cluster = tokio::task::spawn_blocking(move || {
        cluster.executors[0].line("task ", PATIENCE)?;
        Ok::<_, datafusion::error::DataFusionError>(cluster)
    })
    .await
    .map_err(|error| execution(error.to_string()))??;
    fs::remove_file(data::file(&trades, DAYS - 1))?;
    match running.await.map_err(|error| execution(error.to_string()))? {
        Ok(_) => return Err(execution("a file that is gone was not missed".to_owned())),
        Err(error) => println!("a file removed after the query was planned: {error}"),
    }
    drop(cluster);
    println!("all processes have ended");
    Ok(())
}

/// Starts the statements on the cluster. Each time a session is new, so it lists the files again.
fn start(scheduler: &str, sql: &str) -> JoinHandle<Result<String>> {
    let (scheduler, sql) = (scheduler.to_owned(), sql.to_owned());
    tokio::spawn(async move {
        let session = session::remote(&scheduler, PARTITIONS).await?;
        rows(query::run(&session, &sql).await?)
    })
}

fn rows(results: Vec<Vec<datafusion::arrow::array::RecordBatch>>) -> Result<String> {
    let last = results.last().ok_or_else(|| execution("a query without a result".to_owned()))?;
    query::text(last)
}

fn same(expected: &str, found: &str) -> Result<()> {
    if expected == found {
        return Ok(());
    }
    Err(execution(format!("the cluster has other rows:\n{found}")))
}
