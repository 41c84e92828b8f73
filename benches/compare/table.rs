//! The table, as text and as Markdown.

use std::fmt::Write;

use mmrec_benches::kernels::{Kernel, Size};

use super::{
    measure::{Times, Who},
    reasons::reason,
};

/// One kernel at one size.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) kernel: &'static Kernel,
    pub(crate) size: Size,
    pub(crate) times: Times,
}

/// A ratio, and the one to reach.
#[derive(Clone, Copy)]
struct Goal {
    against: Who,
    reached: f64,
    wanted: f64,
}

impl Goal {
    /// Ratios count as they are printed, with two digits.
    fn is_met(&self) -> bool {
        (self.reached * 100.0).round() >= (self.wanted * 100.0).round()
    }
}

impl Row {
    /// What someone is to reach, of what was measured.
    fn goals(&self, who: Who) -> Vec<Goal> {
        let size = self.size as usize;
        let goals = [
            (Who::NumPy, self.kernel.numpy[size]),
            (self.times.raw(), self.kernel.raw[size]),
            (Who::OneThread, self.kernel.one_thread),
        ];
        let goal = |(against, wanted)| {
            let reached = self.times.ratio(who, against)?;
            (wanted > 0.0).then_some(Goal { against, reached, wanted })
        };
        goals.into_iter().filter_map(goal).collect()
    }

    /// Whether all is reached; `None` if nothing was to be.
    pub(crate) fn is_met(&self) -> Option<bool> {
        let goals = self.goals(Who::Mmrec);
        (!goals.is_empty()).then(|| goals.iter().all(Goal::is_met))
    }

    /// Whether the raw loop misses all that mmrec misses.
    pub(crate) fn is_as_raw(&self) -> bool {
        let (ours, raw) = (self.goals(Who::Mmrec), self.goals(self.times.raw()));
        ours.iter().zip(&raw).all(|(ours, raw)| ours.is_met() || !raw.is_met())
    }

    fn verdict(&self) -> &'static str {
        match self.is_met() {
            None => "",
            Some(true) => "ok",
            Some(false) if self.is_as_raw() => "miss, as raw",
            Some(false) => "miss",
        }
    }

    /// As `1.6x NumPy, 0.95 raw`.
    fn target(&self) -> String {
        let text = |goal: &Goal| match goal.against {
            Who::NumPy => format!("{}x NumPy", goal.wanted),
            Who::OneThread => format!("{}x one thread", goal.wanted),
            _ => format!("{} raw", goal.wanted),
        };
        self.goals(Who::Mmrec).iter().map(text).collect::<Vec<_>>().join(", ")
    }

    fn form(&self) -> &'static str {
        match self.times.raw() {
            Who::Raw(form) => form,
            _ => "",
        }
    }

    /// The columns from the raw loop's time to the verdict.
    fn cells(&self) -> [String; 8] {
        let time = |who| self.times.median(who).map_or_else(|| "-".to_owned(), nanoseconds);
        let ratio = |than| self.times.ratio(Who::Mmrec, than);
        let raw = self.times.raw();
        let of_numpy = match (ratio(Who::OneThread), ratio(Who::NumPy)) {
            (Some(ratio), _) => format!("{ratio:.2}x 1 thread"),
            (None, Some(ratio)) => format!("{ratio:.2}x"),
            (None, None) => "-".to_owned(),
        };
        [
            time(raw),
            time(Who::Mmrec),
            time(Who::NumPy),
            time(Who::Slice),
            of_numpy,
            ratio(raw).map_or_else(|| "-".to_owned(), |ratio| format!("{ratio:.2}")),
            self.target(),
            self.verdict().to_owned(),
        ]
    }
}

/// Three digits.
fn nanoseconds(ns: f64) -> String {
    match ns {
        0.0..1.0 => format!("{ns:.3}"),
        1.0..10.0 => format!("{ns:.2}"),
        10.0..100.0 => format!("{ns:.1}"),
        _ => format!("{ns:.0}"),
    }
}

const WIDTHS: [usize; 8] = [8, 8, 8, 8, 15, 7, 27, 13];

const TITLES: [&str; 8] = ["raw", "mmrec", "NumPy", "slice", "of NumPy", "of raw", "to reach", ""];

/// The titles of the columns.
pub(crate) fn header() -> String {
    let mut line = format!("{:<26}{:<34}{:>7}", "kernel", "layout", "size");
    push_cells(&mut line, &TITLES.map(str::to_owned));
    line
}

/// One line, with times in nanoseconds per record.
pub(crate) fn line(row: &Row) -> String {
    let mut line = format!("{:<26}{:<34}{:>7}", row.kernel.name, row.kernel.layout, row.size);
    push_cells(&mut line, &row.cells());
    line
}

fn push_cells(line: &mut String, cells: &[String; 8]) {
    for (cell, width) in cells.iter().zip(WIDTHS) {
        // Writing to a string does not fail, here and below.
        let _ = write!(line, " {cell:>width$}");
    }
}

/// What the columns mean.
const LEGEND: &str = "Nanoseconds per record, medians of samples taken in turns. `raw` is the fastest of the raw \
    pointer loops written by hand for the layout, whose form stands beside it; `slice` is memmap2 with \
    `bytemuck::cast_slice` and an iterator. `of NumPy` is how many times as fast as NumPy mmrec is, and `of raw` how \
    much of the raw loop's speed it reaches, each the median of the ratios within one round. `miss, as raw` is said \
    where the raw loop misses the same.";

/// How many rows are as they are to be.
pub(crate) fn summary(rows: &[Row]) -> String {
    let verdicts: Vec<_> = rows.iter().filter_map(Row::is_met).collect();
    let met = verdicts.iter().filter(|met| **met).count();
    format!("{met} of {} rows reach what they are to reach", verdicts.len())
}

/// The table as Markdown, with a note for each row that misses.
pub(crate) fn markdown(machine: &str, rows: &[Row]) -> String {
    let mut text = format!("{machine}\n\n{LEGEND}\n\n");
    let _ = writeln!(
        text,
        "| kernel | layout | size | raw | mmrec | NumPy | slice | of NumPy | of raw | to reach | |\n\
         |---|---|--:|--:|--:|--:|--:|--:|--:|---|---|"
    );
    let mut notes = Vec::new();
    for row in rows {
        let [raw, mmrec, numpy, slice, of_numpy, of_raw, target, mut verdict] = row.cells();
        if row.is_met() == Some(false)
            && let Some(reason) = reason(row)
        {
            let number = notes.iter().position(|note| *note == reason).unwrap_or(notes.len());
            if number == notes.len() {
                notes.push(reason);
            }
            let _ = write!(verdict, " ({})", number + 1);
        }
        let _ = writeln!(
            text,
            "| {} | {} | {} | {raw} ({}) | {mmrec} | {numpy} | {slice} | {of_numpy} | {of_raw} | {target} | {verdict} |",
            row.kernel.name,
            row.kernel.layout,
            row.size,
            row.form(),
        );
    }
    if !notes.is_empty() {
        text.push_str("\nWhat misses, and why:\n\n");
        for (number, note) in notes.iter().enumerate() {
            let _ = writeln!(text, "{}. {note}", number + 1);
        }
    }
    text
}
