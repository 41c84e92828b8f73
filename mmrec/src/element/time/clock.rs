//! Times of the standard library, and what the conversions to times of other crates are made of.
//!
//! All go through nanoseconds. What is finer on the other side is cut, always down.

use std::time::{Duration, SystemTime};

use super::{
    DateTime64, TimeDelta64,
    calendar::{Conversion, one},
    dated,
    units::Unit,
};
use crate::{
    dtype::{TimeStep, TimeUnit},
    element::Element,
    error::{Error, ErrorKind, Result},
};

const NANOSECOND: TimeStep = one(TimeUnit::Nanosecond);

const PER_SECOND: i128 = 1_000_000_000;

impl<U: Unit> DateTime64<U> {
    /// The step in which a time lies that is so many nanoseconds after the start of 1970.
    pub(crate) fn from_nanoseconds(nanoseconds: i128) -> Result<Self> {
        let time = Self::converted(nanoseconds, const { Conversion::of_dates(NANOSECOND, dated(U::STEP)) });
        time.ok_or_else(|| Self::out_of_reach(format_args!("{nanoseconds} ns since 1970")))
    }

    /// Whole seconds since the start of 1970, and nanoseconds after them. `what` is what they are to become.
    pub(crate) fn to_nanoseconds(self, what: &str) -> Result<(i128, u32)> {
        let nanoseconds = self.convert(const { Conversion::of_dates(dated(U::STEP), NANOSECOND) });
        nanoseconds.map(split).ok_or_else(|| self.not_a(what))
    }

    /// The error that this is NaT, or too far away.
    pub(crate) fn not_a(self, what: &str) -> Error {
        let message = match self.is_nat() {
            true => format!("NaT is no {what}; ask `is_nat()` first"),
            false => format!("{} steps of {} since 1970 do not fit a {what}", self.steps, Self::DTYPE),
        };
        Error::new(ErrorKind::BadTime, message)
    }
}

impl<U: Unit> TimeDelta64<U> {
    /// The step in which a duration of so many nanoseconds lies.
    pub(crate) fn from_nanoseconds(nanoseconds: i128) -> Result<Self> {
        let ratio = const { Conversion::of_durations(NANOSECOND, dated(U::STEP)) };
        Self::converted(nanoseconds, ratio).ok_or_else(|| {
            let message = format!("{nanoseconds} ns do not fit {}; use a coarser unit", Self::DTYPE);
            Error::new(ErrorKind::BadTime, message)
        })
    }

    /// Whole seconds, and nanoseconds after them. `what` is what they are to become.
    pub(crate) fn to_nanoseconds(self, what: &str) -> Result<(i128, u32)> {
        let ratio = const { Conversion::of_durations(dated(U::STEP), NANOSECOND) };
        let nanoseconds = if self.is_nat() { None } else { ratio.apply(self.steps.into()) };
        nanoseconds.map(split).ok_or_else(|| self.not_a(what))
    }

    /// The error that this is NaT, or too long.
    pub(crate) fn not_a(self, what: &str) -> Error {
        let message = match self.is_nat() {
            true => format!("NaT is no {what}; ask `is_nat()` first"),
            false => format!("{} steps of {} do not fit a {what}", self.steps, Self::DTYPE),
        };
        Error::new(ErrorKind::BadTime, message)
    }
}

fn split(nanoseconds: i128) -> (i128, u32) {
    // Less than 10^9.
    (nanoseconds.div_euclid(PER_SECOND), nanoseconds.rem_euclid(PER_SECOND) as u32)
}

/// The step in which the time lies.
///
/// Fails if it does not fit, with [`ErrorKind::BadTime`]. Does not compile for [`Generic`](super::units::Generic):
///
/// ```compile_fail,E0080
/// use std::time::SystemTime;
/// use mmrec::{DateTime64, units::Generic};
///
/// let time = DateTime64::<Generic>::try_from(SystemTime::now());
/// ```
impl<U: Unit> TryFrom<SystemTime> for DateTime64<U> {
    type Error = Error;

    fn try_from(time: SystemTime) -> Result<Self> {
        Self::from_nanoseconds(match time.duration_since(SystemTime::UNIX_EPOCH) {
            Ok(after) => nanoseconds_of(after),
            Err(before) => -nanoseconds_of(before.duration()),
        })
    }
}

/// The time at which the step starts, to the nanosecond (on Windows to 100 of them).
///
/// Fails for NaT, and if it does not fit, with [`ErrorKind::BadTime`]. Does not compile for
/// [`Generic`](super::units::Generic).
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use mmrec::{DateTime64, units::Millisecond};
///
/// let ts = DateTime64::<Millisecond>::from_steps(1500);
/// assert_eq!(SystemTime::try_from(ts)?, SystemTime::UNIX_EPOCH + Duration::from_millis(1500));
/// # Ok::<(), mmrec::Error>(())
/// ```
impl<U: Unit> TryFrom<DateTime64<U>> for SystemTime {
    type Error = Error;

    fn try_from(time: DateTime64<U>) -> Result<Self> {
        let what = "SystemTime";
        let (seconds, nanoseconds) = time.to_nanoseconds(what)?;
        let start =
            u64::try_from(seconds.unsigned_abs()).ok().map(Duration::from_secs).and_then(|seconds_away| {
                match seconds < 0 {
                    true => SystemTime::UNIX_EPOCH.checked_sub(seconds_away),
                    false => SystemTime::UNIX_EPOCH.checked_add(seconds_away),
                }
            });
        start
            .and_then(|start| start.checked_add(Duration::new(0, nanoseconds)))
            .ok_or_else(|| time.not_a(what))
    }
}

/// The step in which the duration lies.
///
/// Fails if it does not fit, with [`ErrorKind::BadTime`]. Does not compile for years, months and
/// [`Generic`](super::units::Generic).
impl<U: Unit> TryFrom<Duration> for TimeDelta64<U> {
    type Error = Error;

    fn try_from(duration: Duration) -> Result<Self> {
        Self::from_nanoseconds(nanoseconds_of(duration))
    }
}

/// The duration, cut to nanoseconds.
///
/// Fails for NaT and for what is less than zero, and if it does not fit, with [`ErrorKind::BadTime`]. Does not compile
/// for years, months and [`Generic`](super::units::Generic):
///
/// ```compile_fail,E0080
/// use std::time::Duration;
/// use mmrec::{TimeDelta64, units::Month};
///
/// let duration = Duration::try_from(TimeDelta64::<Month>::from_steps(1));
/// ```
impl<U: Unit> TryFrom<TimeDelta64<U>> for Duration {
    type Error = Error;

    fn try_from(delta: TimeDelta64<U>) -> Result<Self> {
        let what = "Duration";
        let (seconds, nanoseconds) = delta.to_nanoseconds(what)?;
        if seconds < 0 {
            let message = format!("{delta} is less than zero, and a {what} is not; take its `abs()`");
            return Err(Error::new(ErrorKind::BadTime, message));
        }
        let seconds = u64::try_from(seconds).map_err(|_| delta.not_a(what))?;
        Ok(Duration::new(seconds, nanoseconds))
    }
}

/// At most 2^64 seconds, which are fewer than 2^94 nanoseconds.
fn nanoseconds_of(duration: Duration) -> i128 {
    i128::from(duration.as_secs()) * PER_SECOND + i128::from(duration.subsec_nanos())
}
