//! The scheduler and the executors, each a process of its own.

use std::{
    io::{self, Read},
    net::TcpListener,
    path::PathBuf,
    sync::Arc,
    thread,
    time::Duration,
};

use ballista_core::{RuntimeProducer, config::TaskSchedulingPolicy, error::BallistaError};
use ballista_executor::executor_process::{ExecutorProcessConfig, start_executor_process};
use ballista_scheduler::{
    cluster::BallistaCluster,
    config::SchedulerConfig,
    scheduler_process::{create_scheduler, start_grpc_service_with_listener},
};
use datafusion::{
    error::{DataFusionError, Result},
    execution::{object_store::ObjectStoreUrl, runtime_env::RuntimeEnvBuilder},
};
use datafusion_proto::protobuf::{LogicalPlanNode, PhysicalPlanNode};
use object_store::local::LocalFileSystem;

use crate::{engine::Engine, session};

/// Executors ask for tasks, every 50 milliseconds when they have none, and so say that they live, every 5 seconds at least: a scheduler's
/// `--timeout` has to be longer.
const POLICY: TaskSchedulingPolicy = TaskSchedulingPolicy::PullStaged;

/// The first word of the line in which a node says where it listens.
pub(crate) const LISTENING: &str = "listening on ";

/// What a node of either kind is asked for.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Common {
    /// Name or address of this machine, under which the others reach it
    #[arg(long, default_value = "127.0.0.1")]
    pub(crate) host: String,
    /// Address to listen on
    #[arg(long, default_value = "127.0.0.1")]
    pub(crate) bind: String,
    /// End when the standard input does, so that no process outlives the one that started it
    #[arg(long)]
    pub(crate) until_eof: bool,
}

impl Common {
    /// Runs a node, as long as the standard input is open if that was asked for.
    async fn run(&self, node: impl Future<Output = Result<(), BallistaError>>) -> Result<()> {
        let (ended, end) = tokio::sync::oneshot::channel();
        if self.until_eof {
            thread::spawn(|| {
                let mut rest = [0; 64];
                while io::stdin().read(&mut rest).is_ok_and(|read| read > 0) {}
                ended.send(())
            });
        }
        tokio::select! {
            done = node => done.map_err(BallistaError::into_datafusion),
            Ok(()) = end => Ok(()),
        }
    }
}

/// What a scheduler is asked for.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct SchedulerArgs {
    #[command(flatten)]
    pub(crate) common: Common,
    /// Port to listen on; 0 takes a free one
    #[arg(long, default_value_t = 50050)]
    pub(crate) port: u16,
    /// Seconds without a word from an executor after which it counts as dead, and its tasks go to others; more than 5
    #[arg(long, default_value_t = 20)]
    pub(crate) timeout: u64,
    /// Number of executors from which on `/readyz` answers that the cluster is ready
    #[arg(long, default_value_t = 1)]
    pub(crate) min_executors: usize,
}

/// What an executor is asked for.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct ExecutorArgs {
    #[command(flatten)]
    pub(crate) common: Common,
    /// Where the scheduler listens
    #[arg(long, value_name = "HOST:PORT")]
    pub(crate) scheduler: String,
    /// Port for results; 0 takes a free one
    #[arg(long, default_value_t = 0)]
    pub(crate) port: u16,
    /// Port for tasks; 0 takes a free one
    #[arg(long, default_value_t = 0)]
    pub(crate) task_port: u16,
    /// Tasks at a time; 0 is the number of cores
    #[arg(long, default_value_t = 0)]
    pub(crate) tasks: usize,
    /// Directory for what the stages of a query hand to each other; a temporary one if not given
    #[arg(long)]
    pub(crate) work_dir: Option<PathBuf>,
    /// Directory that stands for `/` in the paths of tables, where shared storage is mounted elsewhere
    #[arg(long)]
    pub(crate) root: Option<PathBuf>,
    /// Print a line for each task that starts
    #[arg(long)]
    pub(crate) tell: bool,
    /// Milliseconds to wait before each task, for tests
    #[arg(long, default_value_t = 0)]
    pub(crate) pause: u64,
}

/// Runs a scheduler until it is ended.
pub(crate) async fn scheduler(args: SchedulerArgs) -> Result<()> {
    let listener = TcpListener::bind((args.common.bind.as_str(), args.port))?;
    listener.set_nonblocking(true)?;
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let address = listener.local_addr()?;
    let config = SchedulerConfig {
        external_host: args.common.host.clone(),
        bind_host: args.common.bind.clone(),
        bind_port: address.port(),
        executor_timeout_seconds: args.timeout,
        expire_dead_executor_interval_seconds: 1,
        no_executors_grace_period_seconds: args.timeout,
        min_ready_executors: args.min_executors,
        scheduling_policy: POLICY,
        override_config_producer: Some(Arc::new(session::config)),
        override_logical_codec: Some(session::logical_codec()),
        override_physical_codec: Some(session::physical_codec()),
        ..SchedulerConfig::default()
    };
    let cluster = BallistaCluster::new_from_config(&config).await.map_err(BallistaError::into_datafusion)?;
    let scheduler = create_scheduler::<LogicalPlanNode, PhysicalPlanNode>(cluster, Arc::new(config))
        .await
        .map_err(BallistaError::into_datafusion)?;
    println!("{LISTENING}{}:{}", args.common.host, address.port());
    args.common.run(start_grpc_service_with_listener(listener, scheduler)).await
}

/// Runs an executor until it is ended, by SIGTERM or Ctrl-C in order: what it has for others is removed then.
pub(crate) async fn executor(args: ExecutorArgs) -> Result<()> {
    let (scheduler_host, scheduler_port) = split(&args.scheduler)?;
    let port = free(&args.common.bind, args.port)?;
    let grpc_port = free(&args.common.bind, args.task_port)?;
    let temporary = match args.work_dir {
        Some(_) => None,
        None => Some(tempfile::Builder::new().prefix("cluster-").tempdir()?),
    };
    let work_dir =
        args.work_dir.or_else(|| temporary.as_ref().map(|temporary| temporary.path().to_path_buf()));
    let name = format!("{}:{port}", args.common.host);
    println!("{LISTENING}{name}");

    let root: Option<RuntimeProducer> = match args.root {
        None => None,
        Some(root) => {
            let store = Arc::new(LocalFileSystem::new_with_prefix(root)?);
            Some(Arc::new(move |_| {
                let runtime = RuntimeEnvBuilder::new().build_arc()?;
                runtime.register_object_store(
                    ObjectStoreUrl::local_filesystem().as_ref(),
                    Arc::<LocalFileSystem>::clone(&store) as _,
                );
                Ok(runtime)
            }))
        }
    };
    let config = ExecutorProcessConfig {
        bind_host: args.common.bind.clone(),
        external_host: Some(args.common.host.clone()),
        port,
        grpc_port,
        scheduler_host,
        scheduler_port,
        scheduler_connect_timeout_seconds: 20,
        vcores: args.tasks,
        work_dir: work_dir.map(|work_dir| work_dir.display().to_string()),
        task_scheduling_policy: POLICY,
        override_execution_engine: Some(Arc::new(Engine::new(
            name,
            args.tell,
            Duration::from_millis(args.pause),
        ))),
        override_runtime_producer: root,
        override_config_producer: Some(Arc::new(session::config)),
        override_logical_codec: Some(session::logical_codec()),
        override_physical_codec: Some(session::physical_codec()),
        ..ExecutorProcessConfig::default()
    };
    args.common.run(start_executor_process(Arc::new(config))).await
}

/// The port asked for, or one that was free a moment ago: the executor binds its ports by number.
fn free(bind: &str, port: u16) -> Result<u16> {
    if port != 0 {
        return Ok(port);
    }
    Ok(TcpListener::bind((bind, 0))?.local_addr()?.port())
}

fn split(address: &str) -> Result<(String, u16)> {
    address
        .rsplit_once(':')
        .and_then(|(host, port)| Some((host.to_owned(), port.parse().ok()?)))
        .ok_or_else(|| DataFusionError::Configuration(format!("{address:?} is no HOST:PORT")))
}
