//! The engine, and how its work is waited for.

use std::{env, future::Future, ops::ControlFlow, sync::Arc, time::Duration};

use datafusion::{
    arrow::array::RecordBatch,
    catalog::DynamicFileCatalog,
    common::Result as EngineResult,
    datasource::dynamic_file::DynamicListTableFactory,
    execution::{
        disk_manager::{DiskManagerBuilder, DiskManagerMode},
        runtime_env::RuntimeEnvBuilder,
    },
    physical_plan::{ExecutionPlan, execute_stream},
    prelude::{SessionConfig, SessionContext},
};
use futures::StreamExt;
use tokio::{
    runtime::{Builder, Runtime},
    select,
    sync::mpsc,
    task::{JoinError, JoinHandle},
};

use super::{
    args::Args,
    failure::{Failure, Result},
    progress::{self, Progress},
    stop,
    unfinished::{self, Unfinished},
};

/// How long to wait, at the end, for threads that are in the middle of a batch.
const LAST: Duration = Duration::from_secs(2);

/// Batches that may wait to be written.
const WAITING: usize = 4;

pub(super) struct Session {
    pub(super) context: SessionContext,
    /// Its threads do all work but writing rows, which this one does.
    runtime: Runtime,
    /// Where the engine puts what it has no memory for, and files of records until they are whole. The engine removes each, unless the
    /// process ends before.
    spills: Option<Unfinished>,
}

impl Session {
    pub(super) fn new(args: &Args) -> Result<Self> {
        let threads = args.threads.map_or_else(
            || std::thread::available_parallelism().map_or(1, |threads| threads.get()),
            |threads| threads.get(),
        );
        let runtime = Builder::new_multi_thread()
            .worker_threads(threads)
            .enable_all()
            .build()
            .map_err(|error| Failure::Io("cannot start threads".to_owned(), error))?;
        let config = SessionConfig::new()
            .with_target_partitions(threads)
            .with_batch_size(args.batch_size.get())
            .with_information_schema(true);
        // Where there is no place for such files, there may be nothing to put there either.
        let spills = Unfinished::new(&env::temp_dir()).ok();
        let mode = spills.as_ref().map_or(DiskManagerMode::OsTmpDirectory, |spills| {
            DiskManagerMode::Directories(vec![spills.path().to_path_buf()])
        });
        let disk = DiskManagerBuilder::default().with_mode(mode);
        let environment = RuntimeEnvBuilder::new().with_disk_manager_builder(disk).build_arc()?;
        let context = SessionContext::new_with_config_rt(config, environment);
        mmrec_datafusion::register(&context)?;
        add_files(&context);
        Ok(Self { context, runtime, spills })
    }

    /// Waits for something that the engine does, or until it is to stop.
    pub(super) fn wait<T: Send + 'static>(
        &self,
        work: impl Future<Output = EngineResult<T>> + Send + 'static,
    ) -> Result<T> {
        let mut task = self.runtime.spawn(work);
        self.runtime.block_on(async {
            select! {
                done = &mut task => joined(done),
                () = stop::stopped() => {
                    task.abort();
                    Err(Failure::Stopped)
                }
            }
        })
    }

    /// Runs a plan, and gives each batch of its rows to `write`, as long as that wants more.
    pub(super) fn run(
        &self,
        plan: &Arc<dyn ExecutionPlan>,
        progress: &mut Progress,
        mut write: impl FnMut(&RecordBatch, &Progress) -> Result<ControlFlow<()>>,
    ) -> Result<()> {
        let (sender, mut batches) = mpsc::channel(WAITING);
        let (plan, context) = (plan.clone(), self.context.task_ctx());
        let mut task = Stopping(self.runtime.spawn(async move {
            let mut rows = execute_stream(plan, context)?;
            while let Some(batch) = rows.next().await {
                if sender.send(batch?).await.is_err() {
                    break;
                }
            }
            Ok(())
        }));
        self.runtime.block_on(async {
            loop {
                select! {
                    biased;
                    () = stop::stopped() => return Err(Failure::Stopped),
                    () = progress::time_to_look() => progress.look(),
                    batch = batches.recv() => match batch {
                        Some(batch) => {
                            if write(&batch, progress)?.is_break() {
                                return Ok(());
                            }
                        }
                        None => return joined((&mut task.0).await),
                    },
                }
            }
        })
    }

    /// Ends without waiting for all that is still being worked on.
    pub(super) fn end(self) {
        let Self { context, runtime, spills } = self;
        drop(context);
        runtime.shutdown_timeout(LAST);
        drop(spills);
        unfinished::remove_all();
    }
}

/// Has the files of the engine's own formats be tables by their names, those of records having been asked first.
fn add_files(context: &SessionContext) {
    let factory = Arc::new(DynamicListTableFactory::default());
    factory.session_store().with_state(context.state_weak_ref());
    let catalogs = Arc::clone(context.state().catalog_list());
    context.register_catalog_list(Arc::new(DynamicFileCatalog::new(catalogs, factory)));
}

/// A task that ends when nobody waits for it any more.
struct Stopping<T>(JoinHandle<T>);

impl<T> Drop for Stopping<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

fn joined<T>(done: Result<EngineResult<T>, JoinError>) -> Result<T> {
    match done {
        Ok(done) => Ok(done?),
        Err(error) => Err(Failure::Usage(format!("the engine has ended early: {error}"))),
    }
}
