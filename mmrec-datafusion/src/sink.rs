//! Writing.
use std::sync::Arc;

use datafusion::{
    common::{Result, not_impl_err},
    datasource::physical_plan::FileSinkConfig,
    physical_expr::LexRequirement,
    physical_plan::ExecutionPlan,
};

use crate::options::NpyOptions;

pub(crate) fn plan_writer(
    _: Arc<dyn ExecutionPlan>,
    _: FileSinkConfig,
    _: Option<LexRequirement>,
    _: &NpyOptions,
) -> Result<Arc<dyn ExecutionPlan>> {
    not_impl_err!("not yet")
}
