//! Steps of times, and the units that Arrow has.

use arrow_schema::{DataType, TimeUnit as ArrowUnit};

use crate::dtype::{Kind, Scalar, TimeStep, TimeUnit};

/// Attoseconds of a second.
const SECOND: u128 = 1_000_000_000_000_000_000;
const DAY: u128 = 86_400 * SECOND;

/// How long a step is in attoseconds; `None` for years, months and steps without a unit.
fn attoseconds(step: Option<TimeStep>) -> Option<u128> {
    let step = step?;
    let unit = match step.unit {
        TimeUnit::Year | TimeUnit::Month => return None,
        TimeUnit::Week => 7 * DAY,
        TimeUnit::Day => DAY,
        TimeUnit::Hour => 3600 * SECOND,
        TimeUnit::Minute => 60 * SECOND,
        TimeUnit::Second => SECOND,
        TimeUnit::Millisecond => SECOND / 1000,
        TimeUnit::Microsecond => SECOND / 1_000_000,
        TimeUnit::Nanosecond => SECOND / 1_000_000_000,
        TimeUnit::Picosecond => 1_000_000,
        TimeUnit::Femtosecond => 1000,
        TimeUnit::Attosecond => 1,
    };
    // At most 2^31 weeks.
    Some(unit * u128::from(step.count))
}

fn of_unit(unit: ArrowUnit) -> u128 {
    match unit {
        ArrowUnit::Second => SECOND,
        ArrowUnit::Millisecond => SECOND / 1000,
        ArrowUnit::Microsecond => SECOND / 1_000_000,
        ArrowUnit::Nanosecond => SECOND / 1_000_000_000,
    }
}

/// The step of a `datetime64` or a `timedelta64`; `None` for other kinds.
pub(super) fn step(scalar: Scalar) -> Option<Option<TimeStep>> {
    match scalar.kind() {
        Kind::DateTime(step) | Kind::TimeDelta(step) => Some(step),
        _ => None,
    }
}

/// The unit of Arrow's that is one step.
fn same_unit(step: Option<TimeStep>) -> Option<ArrowUnit> {
    let long = attoseconds(step)?;
    [ArrowUnit::Second, ArrowUnit::Millisecond, ArrowUnit::Microsecond, ArrowUnit::Nanosecond]
        .into_iter()
        .find(|unit| of_unit(*unit) == long)
}

/// The Arrow type of a time: the unit it has, or its steps as they are.
pub(super) fn natural(scalar: Scalar) -> Option<DataType> {
    Some(match scalar.kind() {
        Kind::DateTime(Some(TimeStep { unit: TimeUnit::Day, count: 1 })) => DataType::Date32,
        Kind::DateTime(step) => {
            same_unit(step).map_or(DataType::Int64, |unit| DataType::Timestamp(unit, None))
        }
        Kind::TimeDelta(step) => same_unit(step).map_or(DataType::Int64, DataType::Duration),
        _ => return None,
    })
}

/// How many units of an Arrow type one step of the time is; `None` where a step is no whole number of them.
pub(super) fn factor(scalar: Scalar, as_type: &DataType) -> Option<i64> {
    if *as_type == DataType::Int64 {
        return Some(1);
    }
    let long = attoseconds(step(scalar)?)?;
    let unit = match (scalar.kind(), as_type) {
        (Kind::DateTime(_), DataType::Timestamp(unit, zone)) if is_utc(zone.as_deref()) => of_unit(*unit),
        (Kind::TimeDelta(_), DataType::Duration(unit)) => of_unit(*unit),
        (Kind::DateTime(_), DataType::Date32) => DAY,
        // Milliseconds, of whole days.
        (Kind::DateTime(_), DataType::Date64) if long.is_multiple_of(DAY) => SECOND / 1000,
        _ => return None,
    };
    long.is_multiple_of(unit).then(|| i64::try_from(long / unit).ok())?
}

/// Whether a time zone is that of NumPy's times.
pub(super) fn is_utc(zone: Option<&str>) -> bool {
    zone.is_none_or(|zone| matches!(zone, "UTC" | "utc" | "Z" | "+00:00" | "Etc/UTC"))
}

/// The step of NumPy's that is a unit of Arrow's.
pub(super) fn step_of(unit: ArrowUnit) -> TimeStep {
    let unit = match unit {
        ArrowUnit::Second => TimeUnit::Second,
        ArrowUnit::Millisecond => TimeUnit::Millisecond,
        ArrowUnit::Microsecond => TimeUnit::Microsecond,
        ArrowUnit::Nanosecond => TimeUnit::Nanosecond,
    };
    TimeStep { unit, count: 1 }
}
