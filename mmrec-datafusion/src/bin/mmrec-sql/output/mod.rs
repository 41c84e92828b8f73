//! Where rows go: a table for people, CSV, or JSON, batch by batch.

mod flat;
mod json;
mod table;

use std::{
    fs::File,
    io::{self, BufWriter, IsTerminal, Write},
    ops::ControlFlow,
};

use datafusion::arrow::{array::RecordBatch, csv, datatypes::SchemaRef};

use super::{
    args::{Args, Format},
    failure::{Failure, Result},
    target::Target,
    text::Plain,
};

/// Takes rows.
pub(super) trait Sink {
    /// The next rows, of the schema that it was made for. It breaks if no more are wanted.
    fn write(&mut self, batch: &RecordBatch) -> Result<ControlFlow<()>>;

    /// There are no more rows, or no more are wanted.
    fn finish(&mut self) -> Result<()>;
}

/// The standard output, in the format that was asked for. `rows` is how many there will be, if that is known.
pub(super) fn standard(args: &Args, schema: &SchemaRef, rows: Option<u64>) -> Result<Box<dyn Sink>> {
    let is_terminal = io::stdout().is_terminal();
    let text = || Plain { to: BufWriter::with_capacity(BUFFER, io::stdout()), is_terminal };
    Ok(match args.format {
        Format::Table => Box::new(table::Table::new(args, schema, is_terminal, rows)),
        Format::Csv => Box::new(Csv::new(text(), schema, Failure::from)?),
        Format::Json => Box::new(json::Json::list(text(), Failure::from)?),
        Format::Ndjson => Box::new(json::Json::lines(text(), Failure::from)),
    })
}

/// A new file of text.
pub(super) fn to_file<'t>(
    target: &'t Target,
    format: Format,
    schema: &SchemaRef,
) -> Result<Box<dyn Sink + 't>> {
    let file = File::create_new(target.path()).map_err(|error| target.error(error))?;
    let file = BufWriter::with_capacity(BUFFER, file);
    let failure = |error| target.error(error);
    Ok(match format {
        Format::Json => Box::new(json::Json::list(file, failure)?),
        Format::Ndjson => Box::new(json::Json::lines(file, failure)),
        Format::Csv | Format::Table => Box::new(Csv::new(file, schema, failure)?),
    })
}

const BUFFER: usize = 256 << 10;

/// A header, and a line for each row.
struct Csv<W, F> {
    out: W,
    failure: F,
    /// The rows of a batch as text.
    text: Vec<u8>,
}

impl<W: Write, F: Fn(io::Error) -> Failure> Csv<W, F> {
    fn new(out: W, schema: &SchemaRef, failure: F) -> Result<Self> {
        let mut csv = Self { out, failure, text: Vec::new() };
        csv.put(&RecordBatch::new_empty(schema.clone()), true)?;
        Ok(csv)
    }

    fn put(&mut self, batch: &RecordBatch, header: bool) -> Result<()> {
        self.text.clear();
        csv::WriterBuilder::new().with_header(header).build(&mut self.text).write(&flat::flat(batch)?)?;
        self.out.write_all(&self.text).map_err(&self.failure)
    }
}

impl<W: Write, F: Fn(io::Error) -> Failure> Sink for Csv<W, F> {
    fn write(&mut self, batch: &RecordBatch) -> Result<ControlFlow<()>> {
        self.put(batch, false)?;
        Ok(ControlFlow::Continue(()))
    }

    fn finish(&mut self) -> Result<()> {
        self.out.flush().map_err(&self.failure)
    }
}
