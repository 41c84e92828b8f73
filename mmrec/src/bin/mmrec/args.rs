//! What the command can be asked for.

use std::path::PathBuf;

use anstream::ColorChoice;
use clap::{Parser, Subcommand, builder::PossibleValue};

use super::{convert::Convert, input::Input};

/// Looks at files of fixed-size records: .npy files, arrays in .npz archives, and raw records.
#[derive(Debug, Parser)]
#[command(
    version,
    propagate_version = true,
    after_help = "Exit codes: 0, all is well; 1, `diff` has found that dtypes differ; 2, an error; 130, stopped by Ctrl-C."
)]
pub(super) struct Args {
    #[command(subcommand)]
    pub(super) command: Command,

    #[command(flatten)]
    pub(super) common: Common,

    /// When to use colours: auto, on a terminal alone
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", value_parser = color_parser())]
    pub(super) color: Color,
}

/// What every command takes.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(super) struct Common {
    /// Write JSON
    #[arg(long, global = true)]
    pub(super) json: bool,

    /// Show no progress bar
    #[arg(long, short, global = true)]
    pub(super) quiet: bool,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// What a file is, and its record drawn byte by byte
    ///
    /// Of an .npz archive its arrays, and with --member the one of that name.
    Info(Info),
    /// The first rows
    ///
    /// See `mmrec rows --help` for what is shown of them.
    Head(Count),
    /// The last rows
    ///
    /// See `mmrec rows --help` for what is shown of them.
    Tail(Count),
    /// Some rows
    ///
    /// A row is what one index along the first axis leads to. An array of up to 8 elements in it, of further axes or of a field, has a
    /// column for each; a longer one is shown as NumPy prints it, of more than 24 elements the first and last three along each axis, and of a text 1000 letters. What does not fit in the width comes in further tables.
    ///
    /// With --json, a list of objects, one in a line. NaN and the infinities are the strings "NaN", "Infinity" and "-Infinity", and NaT is
    /// null; integers have all their digits. Dates and long doubles are NumPy's texts, a timedelta64 is the number of its steps, complex numbers [real, imaginary],
    /// opaque bytes hexadecimal digits, and in strings that are no Unicode \xff stands for such a byte. Of arrays of records, and of
    /// records in rows of several axes, each field is a list.
    Rows(Rows),
    /// What each field holds: least, greatest, mean, standard deviation, a histogram
    ///
    /// NaN, and NaT of times, are counted and otherwise left out: of min, max, mean, std and the histogram. Infinities are in all
    /// but the histogram. std is that of all values, as numpy.std gives it, not of a sample. The figures are the same for any
    /// number of threads, and the file is read once.
    ///
    /// Complex numbers: one is NaN if a part is; min and max go by the real part, and where that is equal by the imaginary one,
    /// as in NumPy; std is the root of the mean of squares of distances in the plane; the histogram is of magnitudes. Means
    /// of times are to the nearest step. Strings have min and max in NumPy's order, and the longest. Different values are counted
    /// of bool, integers of 8 and 16 bits, strings and opaque bytes: of the last two up to 1000, or fewer if there are many
    /// fields or they are long, and of those of more than 64 KiB nothing is told but how many there are. Long doubles are opaque bytes.
    ///
    /// With --json, times are as in `mmrec rows`: dates, and of a timedelta64 the number of its steps, which the dtype has the unit of.
    /// Beside min, max, mean and std of times there are min_steps and so on, and min_text and so on for people.
    Stats(Stats),
    /// A picture of fields, as SVG or PNG
    ///
    /// The file is read once, and of each line the lowest, highest, first and last point in each column of pixels are drawn, which
    /// covers the same pixels as all of its points would. Memory does not grow with the file.
    ///
    /// Rows are drawn in the order of x. If x falls from one row to another, points are not joined: a column has one or two dots, or
    /// a line from its lowest point to its highest; --style lines joins them all the same. A line is broken where y is NaN, infinite
    /// or NaT, as far as that can be seen; rows whose x is one of these are left out.
    ///
    /// x is rounded down to an eighth of a pixel or less, or in large pictures of many lines to one; integers and times of 64 bits
    /// keep all their digits until then. What can be drawn: bool, integers, floats up to 64 bits, and times.
    Plot(Plot),
    /// The struct to derive `MmapRecord` on, or the record in C or Python
    Struct(Struct),
    /// A file of records as another: raw, .npy or CSV, in another layout, order or byte order
    ///
    /// The new file has its name only when all of it is there and on the disk: whatever happens before, nothing is left of it. A
    /// program that is killed without being asked leaves a file .mmrec-*.part beside it.
    ///
    /// FILE may also be CSV, by its name or with --from csv, or - for the standard input: --dtype or --like say what its records are,
    /// and columns are found by their names, in any order. A column that no field has is an error, unless --fields says which are
    /// wanted.
    ///
    /// A value may stand in quotes, and then has delimiters, lines, and quotes written twice. As in Python's csv, a quote within a value
    /// that starts without one is a letter; one that is never closed, and a value that goes on behind its closing quote, are errors.
    ///
    /// In CSV a column is named as NumPy would ask for it: a.b is field b of the record in field a, and v[0][1] an element of the
    /// array in field v. Of an array of several axes a row is one index of the first. Floats have the fewest digits that read back as the
    /// same float, dates are as NumPy writes them or with --epoch steps since 1970, timedelta64 is a number of its steps, a complex number is 1.5-2j, and opaque
    /// bytes and long doubles are hexadecimal digits. What is read back is what was written, but for the bits of NaN and padding.
    Convert(Convert),
    /// How the layouts of two files differ, field by field: their dtypes, not their rows
    ///
    /// The exit code is 0 if the dtypes are the same, and 1 if they differ. Shapes that differ are shown, and are no difference.
    Diff(Diff),
    /// Completions for a shell: mmrec completions bash > /etc/bash_completion.d/mmrec
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// The manual, for man -l
    Man {
        /// Write one page for each command into this directory
        directory: Option<PathBuf>,
    },
}

#[derive(Debug, clap::Args)]
pub(super) struct Info {
    #[command(flatten)]
    pub(super) input: Input,
}

#[derive(Debug, clap::Args)]
pub(super) struct Count {
    #[command(flatten)]
    pub(super) input: Input,

    #[command(flatten)]
    pub(super) shown: Shown,

    /// How many rows
    #[arg(short = 'n', long = "rows", value_name = "N", default_value_t = 10)]
    pub(super) count: usize,
}

#[derive(Debug, clap::Args)]
pub(super) struct Rows {
    /// Which rows: A..B without B, A.. to the end, ..B from the start, .. all, A alone; below zero counts from the end
    #[arg(allow_hyphen_values = true)]
    pub(super) range: super::rows::Range,

    #[command(flatten)]
    pub(super) input: Input,

    #[command(flatten)]
    pub(super) shown: Shown,
}

#[derive(Debug, clap::Args)]
pub(super) struct Shown {
    /// Only these fields, in this order; a.b is field b of the record in field a, a alone is all of it, v[0] one of an array
    #[arg(long, value_name = "FIELDS", value_delimiter = ',')]
    pub(super) fields: Vec<String>,

    /// Columns of text that a line may have; those of the terminal, or as many as it takes
    #[arg(long, value_name = "COLUMNS")]
    pub(super) width: Option<usize>,
}

#[derive(Debug, clap::Args)]
pub(super) struct Stats {
    #[command(flatten)]
    pub(super) input: Input,

    #[command(flatten)]
    pub(super) shown: Shown,

    /// Make no histograms, which is faster
    #[arg(long)]
    pub(super) no_histogram: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct Plot {
    #[command(flatten)]
    pub(super) input: Input,

    /// The field along the horizontal axis; without it, the number of the row
    #[arg(long, short, value_name = "FIELD")]
    pub(super) x: Option<String>,

    /// The fields that are drawn, each a line: price, a.b of a record in a record, a[3] of an array, a for all of a short one; to
    /// be left out if there is but one
    #[arg(long, short, value_name = "FIELDS")]
    pub(super) y: Vec<String>,

    /// Where the picture goes: a name that ends in .svg or .png, replaced if it is there, or - for SVG to the standard
    /// output; by default FILE's own name with .svg, in the current directory
    #[arg(long, short, value_name = "PICTURE")]
    pub(super) output: Option<PathBuf>,

    /// Only these rows: A..B without B, A.. to the end, ..B from the start; below zero counts from the end
    #[arg(long, value_name = "ROWS", allow_hyphen_values = true)]
    pub(super) rows: Option<super::rows::Range>,

    /// Width and height in pixels
    #[arg(long, value_name = "SIZE", default_value = "1200x600")]
    pub(super) size: super::plot::Size,

    /// What stands above the picture
    #[arg(long, value_name = "TEXT")]
    pub(super) title: Option<String>,

    /// How points are joined
    #[arg(long, value_enum, value_name = "STYLE", default_value = "auto")]
    pub(super) style: super::plot::Style,

    /// With --json, the points that are drawn, too
    #[arg(long)]
    pub(super) points: bool,
}

#[derive(Debug, clap::Args)]
#[command(mut_arg("file", |file| {
    file.required(false).required_unless_present_any(["dtype", "like"]).default_value("-").hide_default_value(true)
}))]
pub(super) struct Struct {
    #[command(flatten)]
    pub(super) input: Input,

    /// The name of the struct
    #[arg(long, default_value = "Record")]
    pub(super) name: String,

    /// As a C declaration that proves its offsets
    #[arg(long, conflicts_with = "numpy")]
    pub(super) c: bool,

    /// As the dict that numpy.dtype takes
    #[arg(long)]
    pub(super) numpy: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct Diff {
    /// A .npy file, FILE.npz:NAME for an array in an archive, or the text of a dtype
    pub(super) a: String,

    /// Another
    pub(super) b: String,
}

/// When to use colours.
#[derive(Clone, Copy, Debug)]
pub(super) struct Color(ColorChoice);

impl Color {
    pub(super) fn write_global(self) {
        self.0.write_global();
    }
}

const COLORS: [(&str, ColorChoice); 3] =
    [("auto", ColorChoice::Auto), ("always", ColorChoice::Always), ("never", ColorChoice::Never)];

fn color_parser() -> impl clap::builder::TypedValueParser<Value = Color> {
    use clap::builder::{PossibleValuesParser, TypedValueParser};
    PossibleValuesParser::new(COLORS.map(|(name, _)| PossibleValue::new(name))).map(|name| {
        let choice = COLORS.iter().find(|(known, _)| *known == name);
        Color(choice.map_or(ColorChoice::Auto, |(_, choice)| *choice))
    })
}

/// An error that says how many rows are asked for, if it is of `head -2` or the like.
pub(super) fn with_tip(mut error: clap::Error) -> clap::Error {
    use clap::error::{ContextKind, ContextValue};
    let is_number =
        |arg: &str| arg.starts_with('-') && arg[1..].starts_with(|letter: char| letter.is_ascii_digit());
    if matches!(error.get(ContextKind::InvalidArg), Some(ContextValue::String(arg)) if is_number(arg)) {
        let tip = "head and tail take a number of rows as in -n 2".into();
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip]));
    }
    error
}
