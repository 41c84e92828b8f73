//! How the command ends when it cannot do what was asked.

use std::{
    fmt,
    io::{self, Write},
    path::Path,
    process::ExitCode,
};

use datafusion::{
    arrow::error::ArrowError, common::SchemaError, error::DataFusionError,
    sql::sqlparser::parser::ParserError,
};

use super::text::plain_lines;

pub(super) type Result<T, E = Failure> = std::result::Result<T, E>;

/// Why the command has ended.
#[derive(Debug)]
pub(super) enum Failure {
    /// The statement is none, a file is not what it should be, or the system refused.
    Engine(DataFusionError),
    /// What was asked makes no sense, and what to ask instead.
    Usage(String),
    /// A file could not be read or written.
    Io(String, io::Error),
    /// Nobody reads the output any more.
    ClosedOutput,
    /// Ctrl-C, or the system asked to end.
    Stopped,
}

impl Failure {
    pub(super) fn io(path: &Path, error: io::Error) -> Self {
        Self::Io(path.display().to_string(), error)
    }

    /// Says what went wrong, and gives the exit code.
    pub(super) fn report(self) -> ExitCode {
        match self {
            // Whoever has read enough is not to be told.
            Self::ClosedOutput => ExitCode::SUCCESS,
            Self::Stopped => ExitCode::from(130),
            other => {
                let style = anstyle::Style::new().bold().fg_color(Some(anstyle::AnsiColor::Red.into()));
                let text = plain_lines(other.to_string().trim_end());
                // There is nobody to tell that nothing can be said.
                let _ = writeln!(anstream::stderr(), "{style}error:{style:#} {text}");
                ExitCode::from(2)
            }
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Engine(error) => f.write_str(&said(error)),
            Self::Usage(text) => f.write_str(text),
            Self::Io(what, error) => write!(f, "{what}: {error}"),
            Self::ClosedOutput => f.write_str("the output was closed"),
            Self::Stopped => f.write_str("stopped"),
        }
    }
}

/// What the engine says, without the names of its rules that an error passed, and with what to do about the most common mistakes.
fn said(error: &DataFusionError) -> String {
    let (mut places, mut error) = (String::new(), error);
    loop {
        error = match error {
            DataFusionError::Context(place, inner) => {
                // A rule is one word, or named as one.
                if place.contains(' ') && !place.starts_with("Optimizer rule '") {
                    places += &format!("{place}: ");
                }
                inner
            }
            DataFusionError::Diagnostic(_, inner) => inner,
            DataFusionError::Shared(inner) => inner,
            DataFusionError::External(inner) => match inner.downcast_ref() {
                Some(inner) => inner,
                None => break,
            },
            DataFusionError::ArrowError(outer, _) => match &**outer {
                ArrowError::ExternalError(inner) => match inner.downcast_ref() {
                    Some(inner) => inner,
                    None => break,
                },
                _ => break,
            },
            _ => break,
        };
    }
    places + &of_root(error)
}

fn of_root(error: &DataFusionError) -> String {
    let text = match error {
        DataFusionError::Plan(text)
        | DataFusionError::Execution(text)
        | DataFusionError::Configuration(text) => text.clone(),
        DataFusionError::NotImplemented(text) => format!("not supported: {text}"),
        DataFusionError::SQL(error, _) => match &**error {
            ParserError::ParserError(text) | ParserError::TokenizerError(text) => format!("syntax: {text}"),
            ParserError::RecursionLimitExceeded => "syntax: the statement is nested too deeply".to_owned(),
        },
        DataFusionError::SchemaError(error, _) => error.to_string(),
        DataFusionError::External(error) => innermost(&**error),
        DataFusionError::ArrowError(error, _) => match &**error {
            ArrowError::ExternalError(error) => innermost(&**error),
            other => other.to_string(),
        },
        other => other.strip_backtrace(),
    };
    let missing = text.strip_prefix("No files found at ").and_then(|rest| rest.split_once(". Cannot infer"));
    if let Some((place, _)) = missing {
        return format!(
            "{place}: there is no such file, or none with the right ending in it; check the name"
        );
    }
    if text.starts_with("Inserting into a ListingTable backed by a single file") {
        return "rows are added to a table of a directory of .npy files alone, whose LOCATION ends in '/'; a file, and a directory of \
                columns, stay as they are: COPY to a new file"
            .to_owned();
    }
    let table =
        text.strip_prefix("table 'datafusion.public.").and_then(|rest| rest.strip_suffix("' not found"));
    if let Some(file) = table.filter(|file| Path::new(file).is_file()) {
        let option = if file.ends_with(".npz") { "'npy.member' 'NAME'" } else { "'npy.dtype' 'DTYPE'" };
        return format!(
            "{file}: a file of this ending is no table by its name alone; if it has records: create external table t stored as npy \
             location '{file}' options ({option}); select … from t"
        );
    }
    if let Some(place) = table.filter(|place| place.ends_with('/') || Path::new(place).is_dir()) {
        return format!(
            "{place}: there is no such directory, or no .npy, Parquet or CSV file in it; check the name"
        );
    }
    match hint(error, &text) {
        Some(hint) => format!("{}; {hint}", text.trim_end_matches('.')),
        None => text,
    }
}

/// An error of the library says all there is to say, wherever it stands in the chain.
fn innermost(error: &(dyn std::error::Error + 'static)) -> String {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(own) = error.downcast_ref::<mmrec::Error>() {
            return as_options(&own.to_string());
        }
        next = error.source();
    }
    error.to_string()
}

/// The library's calls as the options that stand for them in SQL.
fn as_options(text: &str) -> String {
    /// What to do about another dtype than was said.
    const OTHER: &str = "leave the option 'npy.dtype' away, for the file says its own";
    const PHRASES: [(&str, &str); 7] = [
        (
            "change the type (DynMap::open(..)?.dtype().to_rust_struct(..) writes the struct), or use DynMap, which takes any",
            OTHER,
        ),
        ("change the type, or open the file with DynMap, which takes any", OTHER),
        (
            "the file has the same fields without gaps, as NumPy lays them out: make the struct #[repr(C, packed)]",
            OTHER,
        ),
        ("the file has the same fields as a C compiler lays them out: make the struct #[repr(C)]", OTHER),
        (
            "give their dtype with .dtype(), map it with a Rust type, or, of an .npz, name an array with .npz_member()",
            "make a table of it with CREATE EXTERNAL TABLE, whose option 'npy.dtype' says it, or, of an .npz, 'npy.member' names an array",
        ),
        (".npz_member()", "the option 'npy.member' of CREATE EXTERNAL TABLE"),
        (".dtype()", "the option 'npy.dtype' of CREATE EXTERNAL TABLE"),
    ];
    // The end of the sentence is about a map of what is left, which SQL has none of.
    let text =
        text.split(", or map what is left of its records, from byte ").next().unwrap_or_default().to_owned();
    PHRASES.iter().fold(text, |text, (call, option)| text.replace(call, option))
}

fn hint(error: &DataFusionError, text: &str) -> Option<&'static str> {
    match error {
        DataFusionError::Plan(_) if text.starts_with("table '") && text.ends_with("not found") => Some(
            "a file is named in single quotes and with its ending, as in from 'trades.npy'; check that it is there, and SHOW TABLES \
             lists what CREATE EXTERNAL TABLE has made",
        ),
        _ if lacks_seconds(text) => Some("a time has its seconds, as in '2026-03-02T14:30:00'"),
        DataFusionError::SchemaError(error, _) if matches!(**error, SchemaError::FieldNotFound { .. }) => {
            Some("a name stands in double quotes if it is not all in lower case, and a text in single ones")
        }
        DataFusionError::ResourcesExhausted(_) if !text.contains("max_temp_directory_size") => {
            Some("give fewer --threads, or more memory: set datafusion.runtime.memory_limit = '8G'")
        }
        _ => None,
    }
}

/// Whether a text that is no time for the engine ends in hours and minutes.
fn lacks_seconds(text: &str) -> bool {
    let text = text.split_once("Error parsing timestamp from '").map_or("", |(_, rest)| rest);
    let clock = text.split('\'').next().and_then(|time| time.split(['T', ' ']).nth(1)).unwrap_or_default();
    let is_of_clock = |(at, byte): (usize, u8)| if at == 2 { byte == b':' } else { byte.is_ascii_digit() };
    clock.len() == 5 && clock.bytes().enumerate().all(is_of_clock)
}

impl From<DataFusionError> for Failure {
    fn from(error: DataFusionError) -> Self {
        Self::Engine(error)
    }
}

impl From<ArrowError> for Failure {
    fn from(error: ArrowError) -> Self {
        Self::Engine(error.into())
    }
}

/// An error of the standard output.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::ClosedOutput,
            _ => Self::Io("cannot write the output".to_owned(), error),
        }
    }
}
