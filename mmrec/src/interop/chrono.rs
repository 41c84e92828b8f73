//! Feature `chrono`: times of the crate chrono.
//!
//! Why chrono: it is what Arrow, Polars and the database crates exchange, its 0.4 has been stable since 2017, and without
//! its default features it brings one small crate, num-traits.
//!
//! All conversions go through nanoseconds and round down where a unit is coarser. chrono's leap seconds become the first
//! second of the next minute.

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, Utc};

use crate::{
    element::{
        DateTime64, TimeDelta64,
        units::{Day, Unit},
    },
    error::{Error, Result},
};

/// The step in which the time lies.
///
/// Fails if it does not fit, with [`ErrorKind::BadTime`](crate::ErrorKind::BadTime). Does not compile for
/// [`Generic`](crate::units::Generic).
///
/// Of the feature `chrono`.
impl<U: Unit> TryFrom<DateTime<Utc>> for DateTime64<U> {
    type Error = Error;

    fn try_from(time: DateTime<Utc>) -> Result<Self> {
        Self::from_nanoseconds(
            i128::from(time.timestamp()) * 1_000_000_000 + i128::from(time.timestamp_subsec_nanos()),
        )
    }
}

/// The time at which the step starts, to the nanosecond.
///
/// Fails for NaT, and if it does not fit, with [`ErrorKind::BadTime`](crate::ErrorKind::BadTime). Does not compile for
/// [`Generic`](crate::units::Generic).
///
/// Of the feature `chrono`.
impl<U: Unit> TryFrom<DateTime64<U>> for DateTime<Utc> {
    type Error = Error;

    fn try_from(time: DateTime64<U>) -> Result<Self> {
        let what = "chrono::DateTime";
        let (seconds, nanoseconds) = time.to_nanoseconds(what)?;
        let seconds = i64::try_from(seconds).ok();
        seconds
            .and_then(|seconds| DateTime::from_timestamp(seconds, nanoseconds))
            .ok_or_else(|| time.not_a(what))
    }
}

/// As from a `DateTime<Utc>`, for neither has a time zone.
///
/// Of the feature `chrono`.
impl<U: Unit> TryFrom<NaiveDateTime> for DateTime64<U> {
    type Error = Error;

    fn try_from(time: NaiveDateTime) -> Result<Self> {
        time.and_utc().try_into()
    }
}

/// As to a `DateTime<Utc>`, for neither has a time zone.
///
/// Of the feature `chrono`.
impl<U: Unit> TryFrom<DateTime64<U>> for NaiveDateTime {
    type Error = Error;

    fn try_from(time: DateTime64<U>) -> Result<Self> {
        DateTime::<Utc>::try_from(time).map(|time| time.naive_utc())
    }
}

/// Of the feature `chrono`.
impl From<NaiveDate> for DateTime64<Day> {
    fn from(date: NaiveDate) -> Self {
        Self::from_steps(date.signed_duration_since(NaiveDate::default()).num_days())
    }
}

/// Fails for NaT, and if the year does not fit, with [`ErrorKind::BadTime`](crate::ErrorKind::BadTime).
///
/// Of the feature `chrono`.
impl TryFrom<DateTime64<Day>> for NaiveDate {
    type Error = Error;

    fn try_from(day: DateTime64<Day>) -> Result<Self> {
        let date = day.get().and_then(TimeDelta::try_days);
        date.and_then(|days| NaiveDate::default().checked_add_signed(days))
            .ok_or_else(|| day.not_a("chrono::NaiveDate"))
    }
}

/// The step in which the duration lies.
///
/// Fails if it does not fit, with [`ErrorKind::BadTime`](crate::ErrorKind::BadTime). Does not compile for years, months
/// and [`Generic`](crate::units::Generic).
///
/// Of the feature `chrono`.
impl<U: Unit> TryFrom<TimeDelta> for TimeDelta64<U> {
    type Error = Error;

    fn try_from(delta: TimeDelta) -> Result<Self> {
        // Both have the sign of the duration.
        Self::from_nanoseconds(
            i128::from(delta.num_seconds()) * 1_000_000_000 + i128::from(delta.subsec_nanos()),
        )
    }
}

/// The duration, cut to nanoseconds, down.
///
/// Fails for NaT, and if it does not fit, with [`ErrorKind::BadTime`](crate::ErrorKind::BadTime). Does not compile for
/// years, months and [`Generic`](crate::units::Generic).
///
/// Of the feature `chrono`.
impl<U: Unit> TryFrom<TimeDelta64<U>> for TimeDelta {
    type Error = Error;

    fn try_from(delta: TimeDelta64<U>) -> Result<Self> {
        let what = "chrono::TimeDelta";
        let (seconds, nanoseconds) = delta.to_nanoseconds(what)?;
        let seconds = i64::try_from(seconds).ok();
        seconds.and_then(|seconds| TimeDelta::new(seconds, nanoseconds)).ok_or_else(|| delta.not_a(what))
    }
}
