//! Contenders that are measured in turns, and what is to be said of their times: medians, and ratios within a round, which share what
//! else the machine does.

use std::{
    error::Error,
    fmt,
    hint::black_box,
    time::{Duration, Instant},
};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// A contender, and its times round by round.
pub struct Lane<'a> {
    name: &'a str,
    run: Box<dyn FnMut() -> Result<Duration> + 'a>,
    times: Vec<f64>,
}

impl<'a> Lane<'a> {
    /// A contender that does it once and says how long that took.
    pub fn new(name: &'a str, run: impl FnMut() -> Result<Duration> + 'a) -> Self {
        Self { name, run: Box::new(run), times: Vec::new() }
    }

    /// What it is called.
    pub fn name(&self) -> &'a str {
        self.name
    }

    /// The median of its times, in seconds.
    ///
    /// # Panics
    ///
    /// If it was not measured; so for all that follow.
    pub fn seconds(&self) -> f64 {
        median(self.times.clone())
    }

    /// How many times the time of another it takes, in the same round: the median of the rounds.
    pub fn ratio_to(&self, other: &Self) -> f64 {
        median(self.times.iter().zip(&other.times).map(|(own, other)| own / other).collect())
    }
}

impl fmt::Debug for Lane<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lane").field("name", &self.name).field("times", &self.times).finish_non_exhaustive()
    }
}

/// Measures all in turns, another one first in each round. A round before the first fills caches and page tables.
///
/// # Errors
///
/// Those of a contender, with its name.
pub fn measure(lanes: &mut [Lane<'_>], rounds: usize) -> Result<()> {
    for round in 0..=rounds {
        let at = round % lanes.len();
        lanes.rotate_left(at);
        for lane in &mut *lanes {
            let time = (lane.run)().map_err(|error| format!("{}: {error}", lane.name))?;
            if round > 0 {
                lane.times.push(time.as_secs_f64());
            }
        }
        lanes.rotate_right(at);
    }
    Ok(())
}

/// The time of something done several times, and its answer, which has to be this.
///
/// # Errors
///
/// If it fails, or has another answer.
pub fn timed(repeat: u32, expected: f64, mut run: impl FnMut() -> Result<f64>) -> Result<Duration> {
    let (mut answer, start) = (0.0, Instant::now());
    for _ in 0..repeat {
        answer = black_box(run()?);
    }
    let time = start.elapsed() / repeat;
    if answer == expected { Ok(time) } else { Err(format!("{answer} and not {expected}").into()) }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
