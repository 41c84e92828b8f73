//! What does an answer in SQL cost from files of mmrec, from Parquet and from CSV in the same engine, and with NumPy and polars?
//!
//! `cargo bench -p mmrec-datafusion --features engine --bench sql` makes 20 million trades of 48 bytes, asks each contender each question, in
//! turns, and prints the medians, and the ratios to mmrec's rows in the same round. All have to give the same answers. The files
//! are warm. `-- --quick` takes few rows and two rounds, `-- --million 5` another number of rows, `-- --plans` shows the plans.
//!
//! NumPy and polars are those of `target/venv`, or of `--python`; what is missing there is left out.

mod answer;
mod data;
mod python;
mod table;

use std::{
    env,
    error::Error,
    ffi::OsString,
    path::{Path, PathBuf},
    time::Instant,
};

use clap::Parser;
use datafusion::prelude::{SessionConfig, SessionContext};
use tokio::runtime::Runtime;

use self::{answer::Answer, data::Encoding, python::Python, table::Line};

pub(crate) type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Asks the same questions of several kinds of files.
#[derive(Parser)]
struct Args {
    /// Few rows, two rounds.
    #[arg(long)]
    quick: bool,
    /// Millions of rows.
    #[arg(long, default_value_t = 20)]
    million: u64,
    /// How often each question is asked.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Show the plans of the engine, with what each part took.
    #[arg(long)]
    plans: bool,
    /// Ask only the questions whose name has this.
    #[arg(long, default_value = "")]
    only: String,
    /// A Python with NumPy, and polars if that is to be measured.
    #[arg(long)]
    python: Option<PathBuf>,
    /// What `cargo bench` gives to all benchmarks.
    #[arg(long, hide = true)]
    bench: bool,
}

struct Question {
    /// Its function in `contenders.py`.
    name: &'static str,
    /// For people.
    title: &'static str,
    /// `{table}` stands for the table, `{start}` and `{stop}` for the limits of a range of a hundredth of the rows, and `{base}` for the first time.
    sql: &'static str,
    /// Whether the order by time is declared.
    is_ordered: bool,
}

const QUESTIONS: [Question; 5] = [
    Question {
        name: "vwap",
        title: "`sum(price*qty)/sum(qty)` by symbol",
        sql: "select symbol, sum(price * qty) / sum(qty) from {table} group by symbol",
        is_ordered: false,
    },
    Question { name: "sum", title: "`sum(price)`", sql: "select sum(price) from {table}", is_ordered: false },
    Question {
        name: "range_sorted",
        title: "1 % by time, `WITH ORDER (ts)`",
        sql: "select count(*), sum(price * qty) from {table} where ts >= timestamp '{start}' and ts < timestamp '{stop}'",
        is_ordered: true,
    },
    Question {
        name: "range",
        title: "1 % by time, no order declared",
        sql: "select count(*), sum(price * qty) from {table} where ts >= timestamp '{start}' and ts < timestamp '{stop}'",
        is_ordered: false,
    },
    Question {
        name: "top",
        title: "3 largest `qty` of each symbol, by `row_number() over`",
        sql: "select symbol, nth, qty, cast(ts as bigint) - {base} from (select symbol, qty, ts, row_number() over (partition by symbol \
              order by qty desc, ts) as nth from {table}) where nth <= 3",
        is_ordered: false,
    },
];

/// The columns of the table that the engine fills, and the tables that it reads: without an order and with one.
struct Kind {
    name: &'static str,
    table: &'static str,
}

const KINDS: [Kind; 5] = [
    Kind { name: "mmrec, rows", table: "npy" },
    Kind { name: "mmrec, columns", table: "columns" },
    Kind { name: "Parquet", table: "parquet" },
    Kind { name: "Parquet, no dictionaries", table: "plain" },
    Kind { name: "CSV", table: "csv" },
];

/// Who gives an answer.
enum Contender {
    Engine(&'static Kind),
    Python(String),
}

impl Contender {
    fn name(&self) -> &str {
        match self {
            Self::Engine(kind) => kind.name,
            Self::Python(name) => name,
        }
    }
}

fn main() -> Result<()> {
    let args = Args::parse();
    let rows = if args.quick { 20_000 } else { args.million * 1_000_000 };
    let rounds = if args.quick { 2 } else { args.rounds };
    let program = env::current_exe()?;
    let target = program.ancestors().nth(3).ok_or("the program is not in a target directory")?;
    let directory = tempfile::Builder::new().prefix("sql-").tempdir_in(target)?;
    let [npy, parquet, csv] =
        ["trades.npy", "trades.parquet", "trades.csv"].map(|name| directory.path().join(name));
    data::write_npy(&npy, rows)?;
    data::write_columns(&npy, &directory.path().join("trades.columns"))?;
    data::write_parquet(&parquet, rows, Encoding::Dictionary)?;
    data::write_parquet(&directory.path().join("plain.parquet"), rows, Encoding::Plain)?;
    data::write_csv(&csv, rows)?;

    let (start, stop) = (data::time(rows / 2), data::time(rows / 2 + rows / 100));
    let mut engine = Engine::new([start, stop])?;
    engine.register(directory.path())?;
    let python = args.python.clone().unwrap_or_else(|| target.join("venv/bin/python"));
    let numbers = [start, stop, data::BASE].map(|number| OsString::from(number.to_string()));
    let arguments =
        [npy.as_os_str(), parquet.as_os_str()].into_iter().chain(numbers.iter().map(|text| &**text));
    let mut python =
        Python::start(&python, arguments).inspect_err(|error| println!("Without Python: {error}\n")).ok();

    let mut contenders: Vec<_> = KINDS.iter().map(Contender::Engine).collect();
    let versions = python.as_ref().map_or(Vec::new(), |python| python.contenders().to_vec());
    contenders.extend(versions.iter().map(|(name, _)| Contender::Python(name.clone())));
    let versions = versions.iter().map(|(name, version)| format!(", {name} {version}"));
    println!(
        "{rows} rows of {} bytes, {} threads, DataFusion {}{}, medians of {rounds} rounds\n",
        size_of::<data::Trade>(),
        engine.threads,
        datafusion::DATAFUSION_VERSION,
        versions.collect::<String>(),
    );

    println!("{}", table::header(contenders.iter().map(Contender::name)));
    let mut lines = Vec::new();
    for question in QUESTIONS.iter().filter(|question| question.name.contains(&args.only)) {
        let mut line = Line::new(question.name, question.title, contenders.len());
        let mut expected: Option<Answer> = None;
        for _ in 0..rounds {
            for (contender, times) in contenders.iter().zip(&mut line.times) {
                let (seconds, answer) = match (contender, &mut python) {
                    (Contender::Engine(kind), _) => engine.ask(kind, question)?,
                    (Contender::Python(name), Some(python)) => python.ask(name, question.name)?,
                    (Contender::Python(_), None) => continue,
                };
                times.push(seconds);
                let difference = expected.as_ref().and_then(|expected| expected.difference(&answer));
                if let Some(difference) = difference {
                    return Err(format!("{}, {}: {difference}", question.title, contender.name()).into());
                }
                expected.get_or_insert(answer);
            }
        }
        let answered = expected.as_ref().map_or(0, Answer::len);
        if answered == 0 {
            return Err(format!("{}: no rows", question.title).into());
        }
        println!("{line}");
        lines.push(line);
    }
    println!("\n{}", table::summary(&lines));
    for (question, line) in QUESTIONS
        .iter()
        .filter_map(|question| Some((question, lines.iter().find(|line| line.name == question.name)?)))
    {
        // Where Parquet is faster, the reason is in the plans.
        if args.plans || (!args.quick && line.ratio(2) < 1.0) {
            for kind in &KINDS[..4] {
                println!("{}, {}:\n{}\n", question.title, kind.name, engine.plan(kind, question)?);
            }
        }
    }
    Ok(())
}

/// DataFusion, with a table for each kind of file.
struct Engine {
    context: SessionContext,
    runtime: Runtime,
    threads: usize,
    range: [String; 2],
}

impl Engine {
    fn new(range: [i64; 2]) -> Result<Self> {
        let threads = std::thread::available_parallelism()?.get();
        let config = SessionConfig::new().with_target_partitions(threads);
        let context = SessionContext::new_with_config(config);
        mmrec_datafusion::register(&context)?;
        let time = |steps| mmrec::DateTime64::<mmrec::units::Nanosecond>::from_steps(steps).to_string();
        Ok(Self { context, runtime: Runtime::new()?, threads, range: range.map(time) })
    }

    /// Tables without an order, and the same with one.
    fn register(&mut self, directory: &Path) -> Result<()> {
        let columns = "(ts timestamp, side varchar, price double, qty int unsigned, fee0 float, fee1 float, symbol varchar)";
        let header = "options ('format.has_header' 'true')";
        for (ending, order) in [("", ""), ("_ordered", "with order (ts)")] {
            for (table, columns, format, file, options) in [
                ("npy", "", "npy", "trades.npy", ""),
                ("columns", "", "npy", "trades.columns/", ""),
                ("parquet", "", "parquet", "trades.parquet", ""),
                ("plain", "", "parquet", "plain.parquet", ""),
                ("csv", columns, "csv", "trades.csv", header),
            ] {
                let path = directory.join(file);
                self.rows(&format!(
                    "create external table {table}{ending} {columns} stored as {format} {order} location '{}' {options}",
                    path.display()
                ))?;
            }
        }
        Ok(())
    }

    fn rows(&self, sql: &str) -> Result<Vec<datafusion::arrow::array::RecordBatch>> {
        Ok(self.runtime.block_on(async { self.context.sql(sql).await?.collect().await })?)
    }

    fn sql(&self, kind: &Kind, question: &Question) -> String {
        let table = format!("{}{}", kind.table, if question.is_ordered { "_ordered" } else { "" });
        let [start, stop] = &self.range;
        let sql = question.sql.replace("{table}", &table).replace("{base}", &data::BASE.to_string());
        sql.replace("{start}", start).replace("{stop}", stop)
    }

    /// The seconds from the text to the rows, and these.
    fn ask(&self, kind: &Kind, question: &Question) -> Result<(f64, Answer)> {
        let sql = self.sql(kind, question);
        let start = Instant::now();
        let rows = self.rows(&sql)?;
        let seconds = start.elapsed().as_secs_f64();
        Ok((seconds, Answer::of_batches(&rows)?))
    }

    /// What each part of the plan did.
    fn plan(&self, kind: &Kind, question: &Question) -> Result<String> {
        let rows = self.rows(&format!("explain analyze {}", self.sql(kind, question)))?;
        Ok(datafusion::arrow::util::pretty::pretty_format_batches(&rows)?.to_string())
    }
}
