//! A picture of a few fields, of files of any length.
//!
//! `field.rs` finds what is to be drawn, `read.rs` reads it, `decimate.rs` makes few points of all rows in one pass over the file, with
//! the bins of `bins.rs`, `scale.rs` and `time.rs` know the axes, `draw.rs` draws, and `output.rs` writes the file.

mod bins;
mod decimate;
mod draw;
mod field;
mod output;
mod read;
mod scale;
mod show;
mod time;

use mmrec::Kind;

pub(super) use self::draw::{Size, Style};
use self::{
    decimate::{Line, decimated, wider},
    draw::Picture,
    field::Field,
    output::{Format, Output},
    scale::{Measure, Scale},
};
use super::{
    args::{Common, Plot},
    failure::{Failure, Result},
    progress::{Progress, is_to_stop},
};

pub(super) fn run(asked: &Plot, common: Common) -> Result<()> {
    // `--json` may stand before the command, where clap's `requires` does not see it.
    if asked.points && !common.json {
        return Err(Failure::Usage("--points are written with --json alone; give it, too".to_owned()));
    }
    let output = Output::new(asked.output.as_deref(), &asked.input.file)?;
    if common.json && output.name().is_none() {
        return Err(Failure::Usage(
            "--json and the picture cannot both go to the standard output".to_owned(),
        ));
    }
    let map = asked.input.open()?;
    let view = map.view();
    if view.ndim() == 0 {
        return Err(Failure::Usage(format!("{} holds one element, and no rows", asked.input.file.display())));
    }
    let x = asked.x.as_ref().map(|name| field::axis(&view, name)).transpose()?;
    let lines = field::lines(&view, &field::names(&asked.y))?;
    let measure = common_measure(&lines)?;
    let rows = asked.rows.map_or(Ok(0..view.shape()[0]), |rows| rows.of(view.shape()[0]))?;

    let progress = Progress::new(rows.len() as u64, common);
    let drawn = decimated(&map, x.as_ref(), &lines, rows.clone(), asked.size.columns(measure), &progress)?;
    drop(progress);
    // Rows that were lost meanwhile have been read as zeros.
    map.health()?;

    let is_joined = match asked.style {
        Style::Auto => drawn.is_sorted,
        Style::Lines => true,
        Style::Points => false,
    };
    let names = (x.as_ref().map_or_else(|| "row".to_owned(), named), one_name(&lines));
    let of_x = x.as_ref().map_or(Measure::Whole, |x| Measure::of(x.scalar));
    let picture = Picture {
        size: asked.size,
        title: asked.title.as_deref(),
        x: (&names.0, drawn.range.map(|(least, greatest)| Scale::new(of_x, least, greatest))),
        y: (
            &names.1,
            wider(drawn.lines.iter().filter_map(Line::extremes))
                .map(|(least, greatest)| Scale::new(measure, least, greatest)),
        ),
        measure,
        lines: lines.iter().map(|line| line.name.as_str()).zip(&drawn.lines).collect(),
        is_joined,
    };
    let bytes = match output.format() {
        Format::Svg => picture.svg()?,
        Format::Png => picture.png()?,
    };
    is_to_stop()?;
    // What is said is made before anything is written.
    let said = show::Said { asked, x: x.as_ref(), lines: &lines, rows, drawn: &drawn, is_joined };
    let text = match (output.name(), common.json) {
        (None, _) => Vec::new(),
        (Some(name), true) => said.json(name)?,
        (Some(name), false) => said.text(name)?,
    };
    output.write(&bytes)?;
    super::failure::write_out(&text)
}

/// What the axis of several lines measures.
fn common_measure(lines: &[Field<'_>]) -> Result<Measure> {
    let Some(first) = lines.first() else {
        return Err(Failure::Usage("there are no elements in a row to draw".to_owned()));
    };
    let of_time = |line: &Field<'_>| match line.scalar.kind() {
        Kind::DateTime(step) => Some((true, step)),
        Kind::TimeDelta(step) => Some((false, step)),
        _ => None,
    };
    if let Some(other) = lines.iter().find(|line| of_time(line) != of_time(first)) {
        return Err(Failure::Usage(format!(
            "{} is {} and {} is {}, which have no axis in common; draw one picture of each",
            first.name,
            dtype(first),
            other.name,
            dtype(other)
        )));
    }
    let is_real = lines.iter().any(|line| Measure::of(line.scalar) == Measure::Real);
    Ok(if is_real { Measure::Real } else { Measure::of(first.scalar) })
}

/// The dtype of a field as NumPy writes it.
fn dtype(field: &Field<'_>) -> String {
    mmrec::DType::from(field.scalar).to_string().trim_matches('\'').to_owned()
}

/// The name of an axis, with the unit of its numbers.
fn named(field: &Field<'_>) -> String {
    match field.scalar.kind() {
        Kind::TimeDelta(Some(_)) => {
            let dtype = dtype(field);
            format!("{} {}", field.name, &dtype[dtype.find('[').unwrap_or(dtype.len())..])
        }
        _ => field.name.clone(),
    }
}

/// The name of the axis of lines; several have names of their own, and a unit in common.
fn one_name(lines: &[Field<'_>]) -> String {
    match lines {
        [line] => named(line),
        [line, ..] => named(line)[line.name.len()..].trim().to_owned(),
        [] => String::new(),
    }
}
