//! How a command ends that cannot do what was asked.

use std::{
    fmt,
    io::{self, Write},
    path::Path,
    process::ExitCode,
};

use super::text::plain_lines;

pub(super) type Result<T, E = Failure> = std::result::Result<T, E>;

/// Why a command has ended.
#[derive(Debug)]
pub(super) enum Failure {
    /// A file is not what it should be, or the system refused.
    Library(mmrec::Error),
    /// What was asked makes no sense for the file, and what to ask instead.
    Usage(String),
    /// A file that is none of records could not be read or written.
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
                // There is nobody to tell that nothing can be said.
                let _ = writeln!(
                    anstream::stderr(),
                    "{style}error:{style:#} {}",
                    plain_lines(&other.to_string())
                );
                ExitCode::from(2)
            }
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Library(error) => f.write_str(&as_flags(&error.to_string())),
            Self::Usage(text) => f.write_str(text),
            Self::Io(what, error) => write!(f, "{what}: {error}"),
            Self::ClosedOutput => f.write_str("the output was closed"),
            Self::Stopped => f.write_str("stopped"),
        }
    }
}

/// The library's calls as the arguments that stand for them here.
pub(super) fn as_flags(text: &str) -> String {
    const PHRASES: [(&str, &str); 6] = [
        (
            "give their dtype with .dtype(), map it with a Rust type, or",
            "give their dtype with --dtype or --like, or",
        ),
        ("check the path, or make the file with a shape and create", "check the path"),
        ("with .offset(", "with --dtype, .offset("),
        ("; open_rw would extend it", ""),
        ("give a shape", "give a --shape"),
        ("make room, or use .sparse(true) to reserve none", "make room"),
    ];
    const CALLS: [(&str, &str); 5] = [
        (".dtype(", "--dtype"),
        (".shape(", "--shape"),
        (".offset(", "--offset"),
        (".order(", "--order"),
        (".npz_member(", "--member"),
    ];
    let mut text = text.to_owned();
    for (phrase, own) in PHRASES {
        text = text.replace(phrase, own);
    }
    for (call, flag) in CALLS {
        while let Some((before, after)) = text.split_once(call)
            && let Some((value, rest)) = after.split_once(')')
        {
            let space = if value.is_empty() { "" } else { " " };
            text = format!("{before}{flag}{space}{value}{rest}");
        }
    }
    text
}

impl From<mmrec::Error> for Failure {
    fn from(error: mmrec::Error) -> Self {
        Self::Library(error)
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

/// Writes to the standard output, colours where they are wanted.
pub(super) fn write_out(bytes: &[u8]) -> Result<()> {
    let mut out = anstream::stdout().lock();
    out.write_all(bytes)?;
    Ok(out.flush()?)
}
