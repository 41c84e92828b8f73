//! FITS binary tables: the header of a table says its dtype, so that any table can be mapped, and its columns are big-endian
//! numbers in packed records.
//!
//! `cargo run --release --example 11_fits_table` shows a table of bright stars; `-- FILE` shows those of another file. How a
//! header becomes a dtype is in `src/fits.rs`.
//!
//! It prints:
//!
//! ```text
//! …stars.fits: 2 units
//!
//! table "STARS": 10 records of 47 bytes from byte 5760 on
//!
//!  column     format   dtype           at   unit      least   greatest         mean
//! ──────────────────────────────────────────────────────────────────────────────────
//!  name       16A      '|S16'           0
//!  hip        J        '>i4'           16              7588      91262   41730.5000
//!  hr         I        '>i2'           20               472       7001    3151.4000
//!  ra         D        '>f8'           22   deg     24.4290   279.2350     129.6180
//!  dec        D        '>f8'           30   deg    -60.8340    45.9980      -7.9089
//!  mag        2E       ('>f4', (2,))   38   mag     -1.4600     2.3500       0.1505
//!  variable   L        '|i1'           46
//!
//! Sirius  32349  2491  101.287  -16.716  [-1.46 -1.46]  no
//! Canopus  30438  2326  95.988  -52.696  [-0.59 -0.74]  no
//! Rigil Kentaurus  71683  5459  219.902  -60.834  [0.44 -0.27]  no
//! Arcturus  69673  5340  213.915  19.182  [1.18 -0.05]  no
//! Vega  91262  7001  279.235  38.784  [0.03 0.03]  no
//!
//! 3 of 10 stars are variable; the reddest is Betelgeuse, B - V 1.85
//! ```

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Parser;
use mmrec::{CodedEnum, Datum, DynView, Element, Ix1, IxDyn, Kind, Value, View, big_endian as be};
use mmrec_examples::{
    Column::{Left, Right},
    Result, Table, exit_code,
    fits::{self, Column, Fits, Logical, Star},
};

/// Shows the binary tables of a FITS file.
#[derive(Parser)]
struct Args {
    /// A FITS file; one with a table of stars if none is given.
    file: Option<PathBuf>,
    /// Show this table alone.
    #[arg(long, value_name = "NAME")]
    table: Option<String>,
    /// How many records to show.
    #[arg(long, default_value_t = 5)]
    count: usize,
}

fn main() -> ExitCode {
    exit_code(run(&Args::parse()))
}

fn run(args: &Args) -> Result<()> {
    let mut out = io::stdout().lock();
    let dir = tempfile::tempdir()?;
    let path = match &args.file {
        Some(path) => path.clone(),
        None => {
            let path = dir.path().join("stars.fits");
            fits::write_sample(&path)?;
            path
        }
    };

    let file = Fits::open(&path)?;
    writeln!(out, "{}: {} units", path.display(), file.units.len())?;
    let tables = match &args.table {
        Some(name) => vec![file.table(name)?],
        None => file.tables()?,
    };
    for table in &tables {
        show(&mut out, table, args.count)?;
    }
    if args.file.is_none() {
        stars(&mut out, &path)?;
    }
    Ok(())
}

/// A table whose dtype is known only now.
fn show(out: &mut impl Write, table: &fits::Table, count: usize) -> Result<()> {
    let records = table.records()?;
    let (len, itemsize) = (records.len(), records.dtype().itemsize());
    writeln!(
        out,
        "\ntable \"{}\": {len} records of {itemsize} bytes from byte {} on\n",
        table.name,
        records.offset()
    )?;

    let mut rows = Table::new([
        Left("column"),
        Left("format"),
        Left("dtype"),
        Right("at"),
        Left("unit"),
        Right("least"),
        Right("greatest"),
        Right("mean"),
    ]);
    for (column, field) in table.columns.iter().zip(records.dtype().fields()) {
        let numbers = summary(column, &records.field(&column.name)?)?;
        let [least, greatest, mean] = numbers.map(|numbers| numbers.map(number)).unwrap_or_default();
        let (dtype, offset) = (field.dtype().to_string(), field.offset().to_string());
        let (name, format, unit) = (column.name.clone(), column.format.clone(), column.unit.clone());
        rows.row([name, format, dtype, offset, unit, least, greatest, mean]);
    }
    writeln!(out, "{rows}\n")?;

    for record in records.iter().take(count) {
        let values = table.columns.iter().filter_map(|column| Some((column, record.field(&column.name)?)));
        let cells = values.map(|(column, value)| cell(table, column, &value)).collect::<Result<Vec<_>>>()?;
        writeln!(out, "{}", cells.join("  "))?;
    }
    Ok(())
}

/// The least, the greatest and the mean of a column of numbers.
fn summary(column: &Column, view: &DynView<'_>) -> Result<Option<[f64; 3]>> {
    let Some(scalar) = view.dtype().as_scalar().filter(|_| column.is_number()) else { return Ok(None) };
    // From here on the elements have a Rust type, and reading them costs what it costs in any map.
    Ok(match (scalar.kind(), scalar.size()) {
        (Kind::Uint, 1) => reduce(column, view.typed::<u8, IxDyn>()?, |stored| stored.into()),
        (Kind::Int, 2) => reduce(column, view.typed::<be::I16, IxDyn>()?, |stored| stored.get().into()),
        (Kind::Int, 4) => reduce(column, view.typed::<be::I32, IxDyn>()?, |stored| stored.get().into()),
        (Kind::Int, 8) => reduce(column, view.typed::<be::I64, IxDyn>()?, |stored| stored.get() as f64),
        (Kind::Float, 4) => reduce(column, view.typed::<be::F32, IxDyn>()?, |stored| stored.get().into()),
        (Kind::Float, 8) => reduce(column, view.typed::<be::F64, IxDyn>()?, |stored| stored.get()),
        _ => None,
    })
}

fn reduce<T: Element>(
    column: &Column,
    view: View<'_, T, IxDyn>,
    to_f64: impl Fn(T) -> f64,
) -> Option<[f64; 3]> {
    let null = column.null.map_or(f64::NAN, |null| null as f64);
    let is_value = |stored: &f64| !stored.is_nan() && *stored != null;
    let values = view.iter().map(to_f64).filter(is_value).map(|stored| column.value(stored));
    let (mut count, mut sum, mut least, mut greatest) = (0u64, 0.0, f64::INFINITY, f64::NEG_INFINITY);
    for value in values {
        (count, sum, least, greatest) = (count + 1, sum + value, value.min(least), value.max(greatest));
    }
    (count > 0).then(|| [least, greatest, sum / count as f64])
}

/// A value as it is meant: scaled, and from the heap if it lies there.
fn cell(table: &fits::Table, column: &Column, value: &Value) -> Result<String> {
    const MOST: usize = 8;
    if column.elements.is_some() && !value.bytes().is_empty() {
        let array = table.array(column, value)?;
        return Ok(list(array.iter().take(MOST).map(|element| scalar(column, &element)), array.len()));
    }
    Ok(match value.data() {
        Datum::Array(array) => {
            list(array.iter().take(MOST).map(|element| scalar(column, &element)), array.len())
        }
        _ => scalar(column, value),
    })
}

/// Elements of an array that has `len` of them.
fn list(elements: impl Iterator<Item = String>, len: usize) -> String {
    let mut elements: Vec<_> = elements.collect();
    if elements.len() < len {
        elements.push(format!("… {len} in all"));
    }
    format!("[{}]", elements.join(" "))
}

fn scalar(column: &Column, value: &Value) -> String {
    match value.data() {
        Datum::Bytes(text) => String::from_utf8_lossy(text.trim_ascii_end()).into_owned(),
        Datum::Int(stored) if column.is_logical() => {
            match i8::try_from(stored).ok().and_then(Logical::from_code) {
                Some(Logical::True) => "yes".to_owned(),
                Some(Logical::False) => "no".to_owned(),
                Some(Logical::Unknown) | None => "?".to_owned(),
            }
        }
        Datum::Int(stored) if column.null == Some(stored) => "-".to_owned(),
        Datum::Int(stored) => match column.integer(stored) {
            Some(integer) => integer.to_string(),
            None => number(column.value(stored as f64)),
        },
        Datum::Uint(stored) if column.is_scaled() => number(column.value(stored as f64)),
        Datum::Float(stored) if column.is_scaled() => number(column.value(stored)),
        _ => value.to_string(),
    }
}

/// Four digits after the point, if there is anything after it.
fn number(number: f64) -> String {
    if number.fract() == 0.0 { number.to_string() } else { format!("{number:.4}") }
}

/// The table of stars, as records of a Rust type that is known while compiling.
fn stars(out: &mut impl Write, path: &Path) -> Result<()> {
    let stars = Fits::open(path)?.table("stars")?.records()?.into_typed::<Star, Ix1>()?;
    let c = stars.columns();
    let (mut red, mut reddest) = (f32::NEG_INFINITY, 0);
    for (i, [blue, visual]) in c.mag.iter().enumerate() {
        let colour = blue.get() - visual.get();
        if colour > red {
            (red, reddest) = (colour, i);
        }
    }
    let variable = c.variable.iter().filter(|&variable| variable == Logical::True).count();
    let name = c.name.at(reddest).to_string_lossy().into_owned();
    writeln!(
        out,
        "\n{variable} of {} stars are variable; the reddest is {name}, B - V {red:.2}",
        stars.len()
    )?;
    Ok(())
}
