//! How an executor runs a task: as Ballista does, and what goes wrong names the executor.

use std::{
    error::Error,
    fmt::{self, Debug, Display, Formatter},
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;
use ballista_core::{
    JobId,
    error::BallistaError,
    serde::protobuf::{RuntimeStatsReport, ShuffleWritePartition, TaskColumnStats, WindowStateReport},
};
use ballista_executor::execution_engine::{DefaultExecutionEngine, ExecutionEngine, QueryStageExecutor};
use datafusion::{
    error::{DataFusionError, Result},
    execution::TaskContext,
    physical_plan::{ExecutionPlan, metrics::MetricsSet},
    prelude::SessionConfig,
};

/// Ballista's engine, under the name of its executor.
pub(crate) struct Engine {
    inner: DefaultExecutionEngine,
    name: Arc<str>,
    tell: bool,
    pause: Duration,
}

impl Engine {
    pub(crate) fn new(name: String, tell: bool, pause: Duration) -> Self {
        Self { inner: DefaultExecutionEngine::new(), name: name.into(), tell, pause }
    }
}

impl ExecutionEngine for Engine {
    fn create_query_stage_exec(
        &self,
        job: JobId,
        stage: usize,
        task: usize,
        partitions: Vec<usize>,
        plan: Arc<dyn ExecutionPlan>,
        work_dir: &str,
        config: &SessionConfig,
    ) -> Result<Arc<dyn QueryStageExecutor>> {
        let line = self.tell.then(|| format!("task {stage}.{task}"));
        let inner =
            self.inner.create_query_stage_exec(job, stage, task, partitions, plan, work_dir, config)?;
        Ok(Arc::new(Stage { inner, name: Arc::clone(&self.name), line, pause: self.pause }))
    }
}

#[derive(Debug)]
struct Stage {
    inner: Arc<dyn QueryStageExecutor>,
    name: Arc<str>,
    line: Option<String>,
    pause: Duration,
}

impl Display for Stage {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        Display::fmt(&self.inner, f)
    }
}

#[async_trait]
impl QueryStageExecutor for Stage {
    async fn execute_query_stage(
        &self,
        task: usize,
        context: Arc<TaskContext>,
    ) -> Result<Vec<ShuffleWritePartition>> {
        if let Some(line) = &self.line {
            println!("{line}");
        }
        if !self.pause.is_zero() {
            tokio::time::sleep(self.pause).await;
        }
        self.inner.execute_query_stage(task, context).await.map_err(|error| named(&self.name, error))
    }

    fn collect_plan_metrics(&self) -> Vec<MetricsSet> {
        self.inner.collect_plan_metrics()
    }

    fn collect_runtime_stats_reports(&self) -> Vec<RuntimeStatsReport> {
        self.inner.collect_runtime_stats_reports()
    }

    fn collect_window_state_reports(&self) -> Result<Vec<WindowStateReport>> {
        self.inner.collect_window_state_reports()
    }

    fn collect_column_stats(&self) -> Vec<TaskColumnStats> {
        self.inner.collect_column_stats()
    }
}

/// The error with the name of the executor. What the scheduler tries again stays what it knows: its own errors (such as
/// results that cannot be fetched from another executor) and those of input and output.
fn named(name: &Arc<str>, error: DataFusionError) -> DataFusionError {
    match error.find_root() {
        DataFusionError::IoError(_) => error.context(format!("on executor {name}")),
        DataFusionError::External(inner) if inner.is::<BallistaError>() => error,
        _ => DataFusionError::External(Box::new(OnExecutor {
            name: Arc::clone(name),
            text: error.to_string(),
        })),
    }
}

/// What went wrong on an executor. Ballista hands on an error's `Debug`, which here is the text alone.
struct OnExecutor {
    name: Arc<str>,
    text: String,
}

impl Display for OnExecutor {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "on executor {}: {}", self.name, self.text)
    }
}

impl Debug for OnExecutor {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        Display::fmt(self, f)
    }
}

impl Error for OnExecutor {}
