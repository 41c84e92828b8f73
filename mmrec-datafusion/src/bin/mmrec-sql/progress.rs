//! How far a query is, from what the sources of its plan have read.

use std::{
    fmt,
    io::{self, IsTerminal},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use datafusion::physical_plan::{ExecutionPlan, StatisticsArgs, StatisticsContext};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use tokio::sync::Notify;

/// A bar on a terminal, if the query takes long; elsewhere nothing.
pub(super) struct Progress {
    bar: ProgressBar,
    start: Instant,
    is_wanted: bool,
    sources: Vec<Arc<dyn ExecutionPlan>>,
}

/// What is done sooner needs no bar.
const SOON: Duration = Duration::from_millis(300);

/// How often to look.
const STEP: Duration = Duration::from_millis(100);

static LOOK: Notify = Notify::const_new();

/// From now on there are times to look. The clock is a thread of its own, for that of the engine's threads stands while all of them work.
pub(super) fn start_clock() {
    thread::spawn(|| {
        loop {
            thread::sleep(STEP);
            LOOK.notify_one();
        }
    });
}

/// Waits until it is time to look how far the query is.
pub(super) async fn time_to_look() {
    LOOK.notified().await;
}

/// Whether there is a place for a bar.
pub(super) fn has_place() -> bool {
    io::stderr().is_terminal()
}

impl Progress {
    pub(super) fn new(plan: &Arc<dyn ExecutionPlan>, is_wanted: bool) -> Self {
        let mut sources = Vec::new();
        add_sources(plan, &mut sources);
        let all = sources.iter().map(rows_of).sum::<Option<u64>>().filter(|&all| all > 0);
        let bar = ProgressBar::with_draw_target(all, ProgressDrawTarget::hidden());
        let template = match all {
            Some(_) => "{wide_bar} {percent:>3} %  {speed}  {eta}",
            None => "{spinner} {read} read  {speed}",
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            // A bar that cannot be drawn has nobody to tell.
            let read = |state: &ProgressState, out: &mut dyn fmt::Write| {
                let _ = write!(out, "{} rows", rounded(state.pos() as f64));
            };
            let speed = |state: &ProgressState, out: &mut dyn fmt::Write| {
                let _ = write!(out, "{} rows/s", rounded(state.per_sec()));
            };
            bar.set_style(style.with_key("read", read).with_key("speed", speed));
        }
        Self { bar, start: Instant::now(), is_wanted, sources }
    }

    /// Shows how far it is by now.
    pub(super) fn look(&mut self) {
        if self.is_wanted && self.start.elapsed() >= SOON {
            self.is_wanted = false;
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        self.bar.set_position(self.sources.iter().map(read_of).sum());
    }

    /// Runs `write` while no bar stands on the terminal.
    pub(super) fn aside<T>(&self, write: impl FnOnce() -> T) -> T {
        self.bar.suspend(write)
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// What the plan reads from: the ends of its branches.
fn add_sources(plan: &Arc<dyn ExecutionPlan>, to: &mut Vec<Arc<dyn ExecutionPlan>>) {
    let children = plan.children();
    if children.is_empty() {
        to.push(plan.clone());
    }
    for child in children {
        add_sources(child, to);
    }
}

fn rows_of(source: &Arc<dyn ExecutionPlan>) -> Option<u64> {
    known_rows(source, false)
}

/// How many rows of a source have been read by now, or left out.
fn read_of(source: &Arc<dyn ExecutionPlan>) -> u64 {
    let Some(metrics) = source.metrics() else { return 0 };
    let count = |name| metrics.sum_by_name(name).map(|count| count.as_usize());
    let rows = match count("rows_scanned") {
        Some(scanned) => {
            let skipped = ["rows_skipped_by_order", "rows_skipped_by_statistics"];
            scanned + skipped.into_iter().filter_map(count).sum::<usize>()
        }
        // Other sources say how many they gave.
        None => metrics.output_rows().unwrap_or(0),
    };
    rows as u64
}

/// How many rows a plan gives, if its statistics say so.
pub(super) fn known_rows(plan: &Arc<dyn ExecutionPlan>, exact: bool) -> Option<u64> {
    let statistics = StatisticsContext::new().compute(&**plan, &StatisticsArgs::new()).ok()?;
    let rows = statistics.num_rows;
    let rows = match exact {
        true if rows.is_exact() != Some(true) => None,
        _ => rows.get_value(),
    };
    rows.map(|&rows| rows as u64)
}

/// A number to three digits, with a letter for thousands, millions and more: 12.3 M.
fn rounded(mut number: f64) -> String {
    for unit in ["", " k", " M", " G", " T"] {
        // 999.6 would be written with four digits.
        if number < 999.5 {
            let digits = if unit.is_empty() || number >= 99.95 { 0 } else { usize::from(number >= 9.995) };
            let digits = if !unit.is_empty() && number < 9.995 { 2 } else { digits };
            return format!("{number:.digits$}{unit}");
        }
        number /= 1000.0;
    }
    format!("{number:.0} P")
}

#[cfg(test)]
mod tests {
    use super::rounded;

    #[test]
    fn numbers_have_three_digits() {
        let said = [0.0, 7.0, 999.6, 12_345.0, 99_960.0, 999_600.0, 2e7].map(rounded);
        assert_eq!(said, ["0", "7", "1.00 k", "12.3 k", "100 k", "1.00 M", "20.0 M"]);
    }
}
