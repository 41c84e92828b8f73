//! Measuring the contenders of a case in turns.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use mmrec_benches::{
    case::{Case, Contender},
    kernels::Size,
    numpy::Worker,
};

use crate::Result;

/// How often and how long to measure.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    /// How many samples of each contender, as long as [`LIMIT`] allows.
    rounds: usize,
    /// How long a sample is at least; a short kernel is repeated.
    sample: Duration,
}

/// The time after which a case is done, if it has [`ENOUGH`] rounds.
const LIMIT: Duration = Duration::from_secs(15);
const ENOUGH: usize = 5;

impl Plan {
    pub(crate) fn of(size: Size, quick: bool) -> Self {
        let (rounds, sample) = match size {
            _ if quick => (7, 1),
            Size::Mib1 => (61, 3),
            Size::Mib16 => (61, 3),
            Size::Gib1 => (15, 3),
        };
        Self { rounds, sample: Duration::from_millis(sample) }
    }
}

/// Who runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Who {
    /// A raw loop in this form.
    Raw(&'static str),
    /// mmrec.
    Mmrec,
    /// mmrec on one thread.
    OneThread,
    /// memmap2 and a cast slice.
    Slice,
    /// NumPy.
    NumPy,
}

/// Nanoseconds per record of each contender, round by round.
#[derive(Debug)]
pub(crate) struct Times(BTreeMap<Who, Vec<f64>>);

impl Times {
    /// The median of a contender.
    pub(crate) fn median(&self, who: Who) -> Option<f64> {
        self.0.get(&who).map(|samples| median(samples.iter().copied()))
    }

    /// The raw loop that is fastest.
    pub(crate) fn raw(&self) -> Who {
        let raws = self.0.keys().copied().filter(|who| matches!(who, Who::Raw(_)));
        let median = |who: &Who| self.median(*who).unwrap_or(f64::INFINITY);
        raws.min_by(|a, b| median(a).total_cmp(&median(b))).unwrap_or(Who::Mmrec)
    }

    /// How many times as fast as `than` someone is: the median of the ratios within a round, which share what else the
    /// machine was doing.
    pub(crate) fn ratio(&self, who: Who, than: Who) -> Option<f64> {
        let (times, others) = (self.0.get(&who)?, self.0.get(&than)?);
        Some(median(others.iter().zip(times).map(|(other, time)| other / time)))
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<_> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

enum Runner<'r, 'a> {
    Here(&'r mut Contender<'a>),
    NumPy(&'r mut Worker),
}

impl Runner<'_, '_> {
    /// The time of so many repetitions.
    fn time(&mut self, repetitions: u32) -> Result<Duration> {
        match self {
            Self::Here(contender) => {
                let start = Instant::now();
                for _ in 0..repetitions {
                    contender.time();
                }
                Ok(start.elapsed())
            }
            Self::NumPy(worker) => worker.time(repetitions),
        }
    }

    fn check(&mut self) -> Result<f64> {
        match self {
            Self::Here(contender) => Ok(contender.check()),
            Self::NumPy(worker) => worker.check(),
        }
    }
}

struct Lane<'r, 'a> {
    who: Who,
    runner: Runner<'r, 'a>,
    records: usize,
    repetitions: u32,
    samples: Vec<f64>,
}

/// Checks that all contenders of a case do the same, and measures them.
pub(crate) fn measure(mut case: Case<'_>, numpy: Option<&mut Worker>, plan: Plan) -> Result<Times> {
    let records = case.records;
    let lane = |who, runner, records| Lane { who, runner, records, repetitions: 1, samples: Vec::new() };
    let mut lanes: Vec<_> = case
        .raw
        .iter_mut()
        .map(|(form, contender)| (Who::Raw(form), contender))
        .chain([(Who::Mmrec, &mut case.mmrec)])
        .chain(case.one_thread.iter_mut().map(|contender| (Who::OneThread, contender)))
        .chain(case.slice.iter_mut().map(|contender| (Who::Slice, contender)))
        .map(|(who, contender)| lane(who, Runner::Here(contender), records))
        .collect();
    if let (Some(job), Some(numpy)) = (&case.numpy, numpy) {
        numpy.open(job)?;
        lanes.push(lane(Who::NumPy, Runner::NumPy(numpy), job.records));
    }

    let mut expected = None;
    for lane in &mut lanes {
        if let Some(written) = &mut case.written {
            (written.reset)();
        }
        let answer = lane.runner.check()?;
        let answer = (answer, case.written.as_mut().map(|written| (written.digest)()));
        let expected = *expected.get_or_insert(answer);
        if answer != expected {
            return Err(format!("{:?} computes {answer:?} and not {expected:?}", lane.who).into());
        }
    }

    let start = Instant::now();
    for lane in &mut lanes {
        // The second run, for the first fills caches and page tables.
        lane.runner.time(1)?;
        let once = lane.runner.time(1)?;
        lane.repetitions = u32::try_from(plan.sample.as_nanos() / once.as_nanos().max(1))?.max(1);
    }
    for round in 0..plan.rounds {
        if round >= ENOUGH && start.elapsed() > LIMIT {
            break;
        }
        // Each round starts with another contender, for what runs before leaves its traces in caches and clocks.
        let first = round % lanes.len();
        let (before, from) = lanes.split_at_mut(first);
        for lane in from.iter_mut().chain(before) {
            if lane.repetitions > 1 {
                lane.runner.time(1)?;
            }
            let time = lane.runner.time(lane.repetitions)?;
            lane.samples.push(time.as_secs_f64() * 1e9 / f64::from(lane.repetitions) / lane.records as f64);
        }
    }
    Ok(Times(lanes.into_iter().map(|lane| (lane.who, lane.samples)).collect()))
}
