//! Errors of this crate and of mmrec as those of the engine.

use datafusion::common::DataFusionError;

/// What cannot be planned, with the remedy.
pub(crate) fn plan(message: impl Into<String>) -> DataFusionError {
    DataFusionError::Plan(message.into())
}

/// What went wrong while a query runs.
pub(crate) fn execution(message: impl Into<String>) -> DataFusionError {
    DataFusionError::Execution(message.into())
}

/// An error of mmrec, about the file of this name.
pub(crate) fn of_file(name: &str, error: mmrec::Error) -> DataFusionError {
    DataFusionError::External(Box::new(error)).context(format!("table file {name}"))
}

/// An error of mmrec that says enough.
pub(crate) fn external(error: mmrec::Error) -> DataFusionError {
    DataFusionError::External(Box::new(error))
}
