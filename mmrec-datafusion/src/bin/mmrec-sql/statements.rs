//! Statements, one after another, and what comes of each.

use std::{collections::HashMap, fmt::Write as _, ops::ControlFlow, path::Path, sync::Arc, time::Instant};

use datafusion::{
    arrow::array::{AsArray, RecordBatch},
    datasource::file_format::format_as_file_type,
    logical_expr::{LogicalPlan, LogicalPlanBuilder},
    physical_plan::ExecutionPlan,
    sql::parser::{DFParser, Statement},
};

use super::{
    args::{Args, Format},
    failure::{Failure, Result},
    output,
    progress::{self, Progress},
    session::Session,
    target::Target,
    text,
};

/// Does what the texts say, in their order. Nothing is done if one cannot be read.
pub(super) fn run(session: &Session, args: &Args, texts: &[String]) -> Result<()> {
    let mut statements = Vec::new();
    for text in texts {
        statements.extend(DFParser::parse_sql(text).map_err(|error| match named_file(text) {
            Some(file) => Failure::Usage(format!(
                "{file} is the name of a file, not a statement; ask for its rows with mmrec-sql \"select * from '{file}' limit 10\""
            )),
            None => error.into(),
        })?);
    }
    let Some(last) = statements.pop() else {
        return Err(Failure::Usage(
            "there is no statement; give one, as in mmrec-sql \"select count(*) from 'trades.npy'\""
                .to_owned(),
        ));
    };
    let out = args.output.as_deref().map(|out| Out::new(out, args.force)).transpose()?;
    for statement in statements {
        timed(args, || show(session, args, statement))?;
    }
    timed(args, || match out {
        Some(out) => out.take(session, args, last),
        None => show(session, args, last),
    })
}

/// The text, if it looks like the name of a file.
fn named_file(text: &str) -> Option<&str> {
    let text = text.trim();
    let is_word = !text.contains(char::is_whitespace);
    (Path::new(text).exists() || (is_word && Path::new(text).extension().is_some())).then_some(text)
}

/// Says how long it took, if that is asked for, and how many rows came.
fn timed(args: &Args, work: impl FnOnce() -> Result<u64>) -> Result<()> {
    let start = Instant::now();
    let rows = work()?;
    if args.time {
        eprintln!("{} in {:.3?}", text::rows(rows), start.elapsed());
    }
    Ok(())
}

/// Does what a statement says, and writes its rows to the standard output.
fn show(session: &Session, args: &Args, statement: Statement) -> Result<u64> {
    let logical = planned(session, statement)?;
    let is_explanation = matches!(logical, LogicalPlan::Explain(_) | LogicalPlan::Analyze(_));
    let plan = physical(session, logical)?;
    if plan.schema().fields().is_empty() {
        // It has no rows, and is done for what it does.
        return run_into(session, args, &plan, |_| Ok(ControlFlow::Continue(())));
    }
    if is_explanation && args.format == Format::Table {
        return run_into(session, args, &plan, explain);
    }
    let mut sink = output::standard(args, &plan.schema(), progress::known_rows(&plan, true))?;
    let rows = run_into(session, args, &plan, |batch| sink.write(batch))?;
    sink.finish()?;
    Ok(rows)
}

fn planned(session: &Session, statement: Statement) -> Result<LogicalPlan> {
    let context = session.context.clone();
    session.wait(async move { context.state().statement_to_plan(statement).await })
}

/// Executes what changes the session, and makes the plan of the rest.
fn physical(session: &Session, logical: LogicalPlan) -> Result<Arc<dyn ExecutionPlan>> {
    let context = session.context.clone();
    session.wait(async move { context.execute_logical_plan(logical).await?.create_physical_plan().await })
}

fn run_into(
    session: &Session,
    args: &Args,
    plan: &Arc<dyn ExecutionPlan>,
    mut write: impl FnMut(&RecordBatch) -> Result<ControlFlow<()>>,
) -> Result<u64> {
    let mut progress = Progress::new(plan, !args.no_progress && progress::has_place());
    let mut rows = 0;
    session.run(plan, &mut progress, |batch, progress| {
        rows += batch.num_rows() as u64;
        progress.aside(|| write(batch))
    })?;
    Ok(rows)
}

/// Plans are texts of many lines, which no table has.
fn explain(batch: &RecordBatch) -> Result<ControlFlow<()>> {
    use std::io::Write;

    let mut out = anstream::stdout().lock();
    let [kinds, plans] = batch.columns() else {
        return Ok(ControlFlow::Continue(()));
    };
    let (kinds, plans) = (kinds.as_string::<i32>(), plans.as_string::<i32>());
    for (kind, plan) in kinds.iter().zip(plans) {
        let (kind, plan) = (kind.unwrap_or_default(), plan.unwrap_or_default());
        let bold = anstyle::Style::new().bold();
        writeln!(out, "{bold}{}{bold:#}\n{}\n", text::plain(kind), text::plain_lines(plan.trim_end()))?;
    }
    out.flush()?;
    Ok(ControlFlow::Continue(()))
}

/// The file that the rows of the last statement go to.
struct Out<'a> {
    path: &'a Path,
    kind: Kind,
    target: Target,
}

enum Kind {
    Text(Format),
    /// A format of the engine, by its ending.
    Engine(&'static str),
}

impl<'a> Out<'a> {
    fn new(path: &'a Path, force: bool) -> Result<Self> {
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        let kind = match ending.to_ascii_lowercase().as_str() {
            "parquet" => Kind::Engine("parquet"),
            "npy" => Kind::Engine("npy"),
            "csv" => Kind::Text(Format::Csv),
            "json" => Kind::Text(Format::Json),
            "ndjson" | "jsonl" => Kind::Text(Format::Ndjson),
            _ => {
                return Err(Failure::Usage(format!(
                    "{}: its ending does not say what to write; give .parquet, .npy, .csv, .json or .ndjson",
                    path.display()
                )));
            }
        };
        Ok(Self { path, kind, target: Target::new(path, force)? })
    }

    fn take(self, session: &Session, args: &Args, statement: Statement) -> Result<u64> {
        let logical = planned(session, statement)?;
        if !is_query(&logical) {
            return Err(Failure::Usage(format!(
                "{}: the last statement gives no rows to write; end with a SELECT",
                self.path.display()
            )));
        }
        let rows = match self.kind {
            Kind::Text(format) => {
                let plan = physical(session, logical)?;
                let mut sink = output::to_file(&self.target, format, &plan.schema())?;
                let rows = run_into(session, args, &plan, |batch| sink.write(batch))?;
                sink.finish()?;
                rows
            }
            Kind::Engine(format) => {
                let plan = physical(session, copied(session, logical, &self.target, format)?)?;
                let mut rows = 0;
                let done = run_into(session, args, &plan, |batch| {
                    rows += counted(batch);
                    Ok(ControlFlow::Continue(()))
                });
                done.map_err(|failure| self.target.named(failure))?;
                rows
            }
        };
        self.target.finish()?;
        Ok(rows)
    }
}

/// Whether a statement asks for rows, and changes nothing.
fn is_query(plan: &LogicalPlan) -> bool {
    !matches!(
        plan,
        LogicalPlan::Ddl(_) | LogicalPlan::Dml(_) | LogicalPlan::Copy(_) | LogicalPlan::Statement(_)
    )
}

/// The rows of a query into a file of a format of the engine.
fn copied(session: &Session, query: LogicalPlan, target: &Target, format: &str) -> Result<LogicalPlan> {
    let state = session.context.state();
    let Some(factory) = state.get_file_format_factory(format) else {
        return Err(Failure::Usage(format!("files of the format {format} cannot be written")));
    };
    let path = std::path::absolute(target.path()).map_err(|error| target.error(error))?;
    let Some(url) = path.to_str().map(url) else {
        return Err(Failure::Usage(format!("{}: the name of its directory is no Unicode", path.display())));
    };
    let options = HashMap::new();
    let plan = LogicalPlanBuilder::copy_to(query, url, format_as_file_type(factory), options, Vec::new())?;
    Ok(plan.build()?)
}

/// A path as a URL, in which no letter has a meaning of its own, as `*` has in a path.
fn url(path: &str) -> String {
    let mut url = "file://".to_owned();
    // That of Windows begins with the letter of a drive.
    if !path.starts_with('/') {
        url.push('/');
    }
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' | b'~' => {
                url.push(char::from(byte))
            }
            b'\\' if cfg!(windows) => url.push('/'),
            b':' if cfg!(windows) => url.push(':'),
            // Writing to a `String` cannot fail.
            _ => drop(write!(url, "%{byte:02X}")),
        }
    }
    url
}

/// How many rows a sink says that it has taken.
fn counted(batch: &RecordBatch) -> u64 {
    use datafusion::arrow::datatypes::UInt64Type;

    let counts = batch.columns().first().and_then(|column| column.as_primitive_opt::<UInt64Type>());
    counts.map_or(0, |counts| counts.iter().flatten().sum())
}
