//! What the client, the scheduler and the executors have to agree on: how a session is configured, and how plans become bytes.

use std::sync::Arc;

use ballista::prelude::{SessionConfigExt, SessionContextExt};
use ballista_core::serde::{BallistaLogicalExtensionCodec, BallistaPhysicalExtensionCodec};
use datafusion::{
    error::Result,
    execution::SessionStateBuilder,
    prelude::{SessionConfig, SessionContext},
};
use datafusion_proto::{logical_plan::LogicalExtensionCodec, physical_plan::PhysicalExtensionCodec};
use mmrec_datafusion::proto::{NpyLogicalCodec, NpyPhysicalCodec, SendNpyTables};

/// Logical plans as bytes: our tables, and Ballista's codec for all else. From the client to the scheduler.
pub(crate) fn logical_codec() -> Arc<dyn LogicalExtensionCodec> {
    Arc::new(NpyLogicalCodec::new(Arc::new(BallistaLogicalExtensionCodec::default())))
}

/// Physical plans as bytes: our scans, and Ballista's codec for what it puts into plans itself. From the scheduler to the executors.
pub(crate) fn physical_codec() -> Arc<dyn PhysicalExtensionCodec> {
    Arc::new(NpyPhysicalCodec::new(Arc::new(BallistaPhysicalExtensionCodec::default())))
}

/// The configuration that every session starts from, wherever it is.
pub(crate) fn config() -> SessionConfig {
    SessionConfig::new_with_ballista()
        // With plans that adapt while they run, a query whose finished stages are lost with an executor waits for ever.
        .with_ballista_adaptive_query_planner(false)
        .with_ballista_logical_extension_codec(logical_codec())
        .with_ballista_physical_extension_codec(physical_codec())
}

/// A session whose queries run on the executors of a scheduler.
pub(crate) async fn remote(scheduler: &str, partitions: usize) -> Result<SessionContext> {
    let config = config().with_target_partitions(partitions);
    let state = SessionStateBuilder::new().with_config(config).with_default_features().build();
    let session = SessionContext::remote_with_state(&format!("df://{scheduler}"), state).await?;
    mmrec_datafusion::register(&session)?;
    session.add_optimizer_rule(Arc::new(SendNpyTables));
    Ok(session)
}

/// A session whose queries run in this process.
pub(crate) fn local(partitions: usize) -> Result<SessionContext> {
    let session = SessionContext::new_with_config(SessionConfig::new().with_target_partitions(partitions));
    mmrec_datafusion::register(&session)?;
    Ok(session)
}
