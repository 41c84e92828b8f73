//! What can be asked of `mmrec convert`.

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use mmrec::{ByteOrder, Order};

use super::super::{
    failure::{Failure, Result},
    input::Input,
};

#[derive(Debug, clap::Args)]
pub(crate) struct Convert {
    #[command(flatten)]
    pub(crate) input: Input,

    /// The file to make: .npy, .csv or .tsv, in small or capital letters; raw records if it is .bin, .raw, .dat or has no such end;
    /// - is the standard output, for CSV
    pub(super) out: PathBuf,

    /// What the file is, whatever its name
    #[arg(long, value_enum, value_name = "FORMAT")]
    from: Option<From>,

    /// What to make, whatever the name
    #[arg(long, value_enum, value_name = "FORMAT")]
    to: Option<Format>,

    /// Put the new file in the place of an old one
    #[arg(long, short)]
    pub(super) force: bool,

    #[command(flatten)]
    pub(super) layout: Layout,

    #[command(flatten)]
    pub(super) text: Text,
}

/// What the records of a new file look like; as they are, if nothing is said.
#[derive(Debug, clap::Args)]
pub(super) struct Layout {
    /// Only these fields, in this order, without gaps; a.b is field b of the record in field a, a alone is all of it; other
    /// columns of a text are left out
    #[arg(long, value_name = "FIELDS", value_delimiter = ',')]
    pub(super) fields: Vec<String>,

    /// Records of this dtype: fields of the same name are copied, and others are zero. A dtype that does not hold every value of
    /// the old one is refused: nothing is rounded or cut, which NumPy's astype does
    #[arg(long = "as", value_name = "DTYPE")]
    pub(super) record: Option<String>,

    /// One field after another, without gaps
    #[arg(long, conflicts_with = "aligned")]
    pub(super) packed: bool,

    /// Each field at a multiple of its alignment, as in C
    #[arg(long)]
    pub(super) aligned: bool,

    /// The byte order of all numbers
    #[arg(long, value_enum, value_name = "ORDER")]
    endian: Option<Endian>,

    /// The order of the elements, if there are several axes
    #[arg(long, value_enum, ignore_case = true, value_name = "ORDER")]
    to_order: Option<To>,
}

/// How CSV is read and written.
#[derive(Debug, clap::Args)]
pub(super) struct Text {
    /// What stands between the values of a row, a comma if nothing is said; "tab" for one
    #[arg(long, value_name = "CHARACTER", value_parser = delimiter)]
    delimiter: Option<u8>,

    /// The first line is a row and not the names of the columns; none is written
    #[arg(long)]
    pub(super) no_header: bool,

    /// What to do about rows that cannot be read
    #[arg(long, value_enum, value_name = "WHAT", default_value = "error")]
    pub(super) bad_rows: BadRows,

    /// A float of which there is no text is NaN, and a time is NaT
    #[arg(long)]
    pub(super) empty_is_nan: bool,

    /// Dates are numbers: steps of their unit since 1970, such as nanoseconds for <M8[ns]; in a text that is read, dates as well
    #[arg(long)]
    pub(super) epoch: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// NumPy's file of one array
    Npy,
    /// Records one after another
    Raw,
    /// Text, one row in a line
    Csv,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum From {
    /// Text, one row in a line
    Csv,
    /// A .npy file, an .npz archive or raw records
    Binary,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Endian {
    /// Least byte first
    Little,
    /// Greatest byte first
    Big,
    /// That of this machine
    Native,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum To {
    /// The last index varies fastest
    C,
    /// The first index varies fastest
    F,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum BadRows {
    /// End, and leave no file
    Error,
    /// Leave them out, and say which
    Skip,
}

impl Convert {
    /// Whether text is read.
    pub(super) fn is_from_csv(&self) -> Result<bool> {
        let file = &self.input.file;
        match (self.from, extension(file).as_deref()) {
            (Some(from), _) => Ok(from == From::Csv),
            _ if self.input.is_stdin() => Ok(true),
            (_, Some("txt")) => Err(Failure::Usage(format!(
                "{}: is it text with columns, or records? say it with --from csv or --from binary",
                file.display()
            ))),
            (_, end) => Ok(end.is_some_and(is_csv)),
        }
    }

    /// What is made.
    pub(super) fn format(&self) -> Result<Format> {
        let (out, to_stdout) = (self.out.display(), self.is_to_stdout());
        let wrong = |what: &str| Err(Failure::Usage(format!("{out}: {what}")));
        if self.out.is_dir() && !to_stdout {
            let name = self.input.file.file_stem().unwrap_or_default();
            let inside = self.out.join(if self.input.is_stdin() { "records".as_ref() } else { name });
            return wrong(&format!("it is a directory; name a file in it, such as {}.npy", inside.display()));
        }
        match (self.to, extension(&self.out).as_deref()) {
            (Some(format), _) => Ok(format),
            _ if to_stdout => Ok(Format::Csv),
            (_, Some("npy")) => Ok(Format::Npy),
            (_, Some(end)) if is_csv(end) => Ok(Format::Csv),
            (_, Some("npz")) => wrong("no .npz archive is made; make a .npy"),
            (_, None | Some("bin" | "raw" | "dat")) => Ok(Format::Raw),
            _ => wrong(
                "the name does not say what to make; end it with .npy, .csv or .tsv, or for raw records with .bin, .raw, .dat or \
                 nothing, or say it with --to npy, --to csv or --to raw",
            ),
        }
    }

    pub(super) fn is_to_stdout(&self) -> bool {
        self.out.as_os_str() == "-"
    }

    /// What stands between values in a text of this name.
    pub(super) fn delimiter(&self, path: &Path) -> u8 {
        self.text.delimiter.unwrap_or(if extension(path).as_deref() == Some("tsv") { b'\t' } else { b',' })
    }
}

impl Text {
    /// Whether anything is asked for that no records have.
    pub(super) fn is_asked(&self) -> bool {
        self.delimiter.is_some()
            || self.no_header
            || self.empty_is_nan
            || self.epoch
            || self.bad_rows == BadRows::Skip
    }
}

impl Layout {
    pub(super) fn order(&self) -> Option<Order> {
        self.to_order.map(|order| match order {
            To::C => Order::C,
            To::F => Order::F,
        })
    }

    pub(super) fn byte_order(&self) -> Option<ByteOrder> {
        self.endian.map(|endian| match endian {
            Endian::Little => ByteOrder::Little,
            Endian::Big => ByteOrder::Big,
            Endian::Native => ByteOrder::NATIVE,
        })
    }

    /// Whether anything but the fields is asked for.
    pub(super) fn is_asked(&self) -> bool {
        self.record.is_some()
            || self.packed
            || self.aligned
            || self.endian.is_some()
            || self.to_order.is_some()
    }
}

/// The end of a name, in small letters.
fn extension(path: &Path) -> Option<String> {
    Some(path.extension()?.to_string_lossy().to_ascii_lowercase())
}

fn is_csv(extension: &str) -> bool {
    matches!(extension, "csv" | "tsv")
}

fn delimiter(text: &str) -> Result<u8, String> {
    match text.as_bytes() {
        b"tab" | b"\\t" => Ok(b'\t'),
        // Others are in numbers and times, or end fields and lines.
        [byte @ (b',' | b';' | b'\t' | b'|' | b' ' | b'^' | b'~' | b'!' | b'#' | b'&')] => Ok(*byte),
        _ => Err("give one of , ; | ^ ~ ! # & a space, or tab".to_owned()),
    }
}
