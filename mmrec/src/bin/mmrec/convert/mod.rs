//! A file of records as another: raw, `.npy` and CSV, and other layouts.
//!
//! `asked.rs` says what can be asked for, `layout.rs` makes the dtype of the new file, and `target.rs` the file, which has its name
//! only when all of it is there. `copy.rs` goes from records to records, in parts (`tiles.rs`) that are mapped one after another
//! (`place.rs`), or read and written where the order of the axes changes (`transpose.rs`), so that memory stays small. `to_csv.rs` and `from_csv.rs` go to text and back, scalar by scalar (`encode.rs`,
//! `decode.rs`, `times.rs`); `source.rs` opens a text, `lines.rs` has its rows, `header.rs` knows their columns, and `quotes.rs` what is wrong with its quotes.

mod asked;
mod columns;
mod copy;
mod decode;
mod encode;
mod from_csv;
mod header;
mod layout;
mod lines;
mod place;
mod quotes;
mod report;
mod scalar;
mod source;
mod target;
mod tiles;
mod times;
mod to_csv;
mod transpose;

use std::{
    fs::File,
    io::{self, IsTerminal, Write},
    path::Path,
    time::Instant,
};

use mmrec::{DType, DynMap, Order, ReadOnly};

pub(super) use self::{
    asked::Convert,
    target::{Target, remove_unfinished},
};
use self::{
    asked::Format,
    columns::Style,
    copy::New,
    from_csv::{Done, Text},
    place::Place,
    to_csv::Table,
};
use super::{
    args::Common,
    failure::{Failure, Result},
    leaf::chosen,
    progress::Progress,
    text::plain_lines,
};

/// Bytes of an array of several axes that is read row by row whatever its order; and elements of a row, each of which may bring
/// in a large page.
const SMALL: u64 = 32 << 20;
const FEW: usize = 16;

pub(super) fn run(asked: &Convert, common: Common) -> Result<()> {
    let start = Instant::now();
    let read = match (asked.is_from_csv()?, asked.format()?) {
        (true, Format::Csv) => {
            return Err(usage("from text to text nothing is converted; make a .npy or raw file"));
        }
        (true, format) => from_text(asked, format, common)?,
        (false, Format::Csv) => to_text(asked, common)?,
        (false, format) => to_records(asked, format, common)?,
    };
    report::say(asked, &read, start, common)
}

fn to_records(asked: &Convert, format: Format, common: Common) -> Result<Done> {
    if asked.text.is_asked() {
        return Err(usage(
            "--delimiter, --no-header, --empty-is-nan, --epoch and --bad-rows are of text; neither file is: if FILE is, give \
             --from csv",
        ));
    }
    let (map, file) = opened(asked)?;
    let target = target(asked)?;
    let dtype = asked.layout.of(map.dtype())?;
    let order = match asked.layout.order() {
        // Of one axis both are the same, and NumPy calls it C.
        Some(_) if map.ndim() < 2 => Order::C,
        order => order.unwrap_or(map.order()),
    };
    let new = New { dtype: &dtype, order, format };
    let progress = Progress::new(map.len() as u64, common);
    copy::run(&map, file, &asked.input.file, &new, &target, &progress)?;
    drop(progress);
    let read = all_of(map.shape(), map.len(), map.dtype());
    drop(map);
    target.finish()?;
    Ok(read)
}

fn to_text(asked: &Convert, common: Common) -> Result<Done> {
    if asked.layout.is_asked() {
        return Err(usage(
            "--as, --packed, --aligned, --endian and --to-order are of records; a text has none of them",
        ));
    }
    let (map, file) = opened(asked)?;
    let target = if asked.is_to_stdout() { None } else { Some(target(asked)?) };
    let style = style(asked, &asked.out);
    let table = Table::new(&map, chosen(map.dtype(), &asked.layout.fields)?, style)?;
    let input = &asked.input.file;
    let mut place = Place::of(&map, file)?;
    let read = all_of(map.shape(), map.len(), map.dtype());
    let row = map.shape().iter().skip(1).product::<usize>();
    if map.order() == Order::F && map.ndim() > 1 && row > FEW && read.bytes > SMALL {
        let directory = match &target {
            Some(target) => target.path().parent().unwrap_or(Path::new(".")).to_path_buf(),
            None => std::env::temp_dir(),
        };
        let progress = Progress::new(map.len() as u64, common);
        place = copy::in_order_c(&map, &place, input, &directory, &progress)?;
    }
    let progress = Progress::new(read.rows, common);
    match target {
        Some(target) => {
            let mut file = target.file();
            table.write(&map, &place, &mut file, &|error| target.error(error), &progress)?;
            drop(progress);
            target.finish()?;
        }
        None => {
            let out = std::io::stdout().lock();
            let mut out: Box<dyn Write> =
                if out.is_terminal() { Box::new(Plain(out)) } else { Box::new(out) };
            table.write(&map, &place, &mut out, &Failure::from, &progress)?;
            out.flush()?;
        }
    }
    Ok(read)
}

fn from_text(asked: &Convert, format: Format, common: Common) -> Result<Done> {
    let layout = &asked.layout;
    if layout.record.is_some() || layout.order() == Some(Order::F) {
        return Err(usage(
            "--as and --to-order F are not for text: say what it is with --dtype, and convert the .npy to the other order",
        ));
    }
    let path = if asked.input.is_stdin() { None } else { Some(asked.input.file.as_path()) };
    if path.is_none() && !asked.input.is_raw() {
        return Err(usage(
            "the standard input is read as text, which does not say what its records are: say it with --dtype or --like, or name \
             the file if it is a .npy",
        ));
    }
    let all = asked.input.row()?;
    let dtype = layout.of(&all)?;
    let style = style(asked, &asked.input.file);
    let text = Text::new(path, &dtype, style, !layout.fields.is_empty(), asked.text.bad_rows)?;
    let target = target(asked)?;
    let progress =
        Progress::of_bytes(path.and_then(|path| path.metadata().ok()).map_or(0, |found| found.len()), common);
    let read = text.read(format, &target, &progress)?;
    drop(progress);
    target.finish()?;
    Ok(read)
}

/// The input, and the file that it is in: the one whose header was read, though another may have been given its name.
fn opened(asked: &Convert) -> Result<(DynMap<ReadOnly>, File)> {
    let path = &asked.input.file;
    // Opening anything but a file may wait, and is refused anyway.
    let file = path.is_file().then(|| File::open(path));
    let map = asked.input.open()?;
    let file = match file {
        Some(file) => file,
        None => File::open(path),
    };
    let file = file.map_err(|error| Failure::io(path, error))?;
    if is_renamed(path, &file) {
        let message = "another file has been put in its place just now; try again";
        return Err(Failure::Usage(format!("{}: {message}", path.display())));
    }
    Ok((map, file))
}

#[cfg(unix)]
fn is_renamed(path: &Path, file: &File) -> bool {
    use std::os::unix::fs::MetadataExt;
    let place = |found: std::fs::Metadata| (found.dev(), found.ino());
    let (named, own) = (path.metadata().map(place), file.metadata().map(place));
    named.is_err() || named.ok() != own.ok()
}

#[cfg(not(unix))]
fn is_renamed(_: &Path, _: &File) -> bool {
    false
}

/// Text to a terminal, which nothing in it gives orders.
struct Plain<W>(W);

impl<W: Write> Write for Plain<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write_all(plain_lines(&String::from_utf8_lossy(bytes)).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

fn target(asked: &Convert) -> Result<Target> {
    if asked.is_to_stdout() {
        return Err(usage("the standard output takes text alone; name a file, or give --to csv"));
    }
    Target::new(&asked.out, asked.force)
}

fn style(asked: &Convert, text: &Path) -> Style {
    Style {
        delimiter: asked.delimiter(text),
        has_header: !asked.text.no_header,
        is_single: false,
        empty_is_nan: asked.text.empty_is_nan,
        epoch: asked.text.epoch,
    }
}

fn all_of(shape: &[usize], len: usize, dtype: &DType) -> Done {
    let rows = shape.first().map_or(1, |&rows| rows as u64);
    Done { rows, bytes: len as u64 * dtype.itemsize() as u64, ..Done::default() }
}

fn usage(text: &str) -> Failure {
    Failure::Usage(text.to_owned())
}
