//! Statements of SQL, one after another, in a session of this process or of a cluster.

use datafusion::{
    arrow::{array::RecordBatch, util::pretty::pretty_format_batches},
    error::Result,
    prelude::SessionContext,
    sql::parser::DFParser,
};

/// What a client asks for.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct QueryArgs {
    /// Where the scheduler listens; without it the query runs in this process
    #[arg(long, value_name = "HOST:PORT")]
    pub(crate) scheduler: Option<String>,
    /// Number of parts that a table is read in, and that what is grouped or joined is spread over
    #[arg(long, default_value_t = 16)]
    pub(crate) partitions: usize,
    /// Statements, separated by `;`
    pub(crate) sql: String,
}

/// Runs the statements, and returns the rows of each that has a result.
pub(crate) async fn run(session: &SessionContext, sql: &str) -> Result<Vec<Vec<RecordBatch>>> {
    let mut results = Vec::new();
    for statement in DFParser::parse_sql(sql)? {
        let plan = session.state().statement_to_plan(statement).await?;
        let table = session.execute_logical_plan(plan).await?;
        if !table.schema().fields().is_empty() {
            results.push(table.collect().await?);
        }
    }
    Ok(results)
}

/// A table of the rows, as text.
pub(crate) fn text(batches: &[RecordBatch]) -> Result<String> {
    Ok(pretty_format_batches(batches)?.to_string())
}
