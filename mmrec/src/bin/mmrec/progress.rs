//! How far a long command is, and whether it is to stop.

use std::{
    fmt,
    io::{self, IsTerminal},
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use super::{
    args::Common,
    failure::{Failure, Result},
    text::rounded,
};

static IS_STOPPED: AtomicBool = AtomicBool::new(false);

/// From now on Ctrl-C, and the signals that ask a program to end, are errors that [`is_to_stop`] gives; a second one ends the process.
pub(super) fn catch_interrupts() -> Result<()> {
    ctrlc::set_handler(|| {
        if IS_STOPPED.swap(true, Ordering::SeqCst) {
            super::convert::remove_unfinished();
            std::process::exit(130);
        }
    })
    .map_err(|error| Failure::Usage(format!("cannot handle Ctrl-C: {error}")))
}

/// An error once the command is to stop; to be asked many times a second.
pub(super) fn is_to_stop() -> Result<()> {
    if IS_STOPPED.load(Ordering::Relaxed) { Err(Failure::Stopped) } else { Ok(()) }
}

/// A bar on a terminal, if the command takes long; elsewhere nothing.
pub(super) struct Progress {
    bar: ProgressBar,
    start: Instant,
    is_wanted: AtomicBool,
}

/// What is done sooner needs no bar.
const SOON: Duration = Duration::from_millis(300);

impl Progress {
    /// One of so many rows.
    pub(super) fn new(rows: u64, common: Common) -> Self {
        Self::of(rows, common, |per_second| format!("{} rows/s", rounded(per_second)))
    }

    /// One of so many bytes, or of some number that is not known if it is 0.
    pub(super) fn of_bytes(bytes: u64, common: Common) -> Self {
        Self::of(bytes, common, |per_second| format!("{:.1} MB/s", per_second / 1e6))
    }

    fn of(all: u64, common: Common, speed: fn(f64) -> String) -> Self {
        let bar = ProgressBar::with_draw_target((all > 0).then_some(all), ProgressDrawTarget::hidden());
        if let Ok(style) = ProgressStyle::with_template("{wide_bar} {percent:>3} %  {speed}  {eta}") {
            let speed = move |state: &ProgressState, out: &mut dyn fmt::Write| {
                // A bar that cannot be drawn has nobody to tell.
                let _ = write!(out, "{}", speed(state.per_sec()));
            };
            bar.set_style(style.with_key("speed", speed));
        }
        let is_wanted = !common.quiet && io::stderr().is_terminal();
        Self { bar, start: Instant::now(), is_wanted: is_wanted.into() }
    }

    /// So many rows or bytes more are done; an error once the command is to stop. Any thread may call it.
    pub(super) fn add(&self, more: u64) -> Result<()> {
        self.bar.inc(more);
        if self.is_wanted.load(Ordering::Relaxed)
            && self.start.elapsed() >= SOON
            && self.is_wanted.swap(false, Ordering::Relaxed)
        {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        is_to_stop()
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
