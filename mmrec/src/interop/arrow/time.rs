//! Steps of times, and the units that Arrow has.

use arrow_schema::{DataType, Field, TimeUnit as ArrowUnit};

use crate::dtype::{DType, Kind, Scalar, TimeStep, TimeUnit};

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

/// By what values of an Arrow type have to be multiplied, and then divided, to be steps of a time; `None` if they are
/// none. `field` may say of which step numbers are.
pub(super) fn ratio(from: &DataType, to: Scalar, field: &Field) -> Option<(i64, i64)> {
    let is_date = matches!(to.kind(), Kind::DateTime(_));
    let unit = match from {
        DataType::Int64 => return is_of(field, to).then_some((1, 1)),
        DataType::Timestamp(unit, zone) if is_date && is_utc(zone.as_deref()) => of_unit(*unit),
        DataType::Duration(unit) if !is_date => of_unit(*unit),
        DataType::Date32 if is_date => DAY,
        DataType::Date64 if is_date => SECOND / 1000,
        _ => return None,
    };
    let step = attoseconds(step(to)?)?;
    let ratio = |a: u128, b: u128| i64::try_from(a / b).ok();
    match (unit.is_multiple_of(step), step.is_multiple_of(unit)) {
        (true, _) => Some((ratio(unit, step)?, 1)),
        (_, true) => Some((1, ratio(step, unit)?)),
        _ => None,
    }
}

/// Whether the metadata of numbers does not say that they are steps of another kind.
fn is_of(field: &Field, to: Scalar) -> bool {
    let said = field.metadata().get(super::schema::DTYPE).and_then(|text| text.parse::<DType>().ok());
    let said = said.and_then(|dtype| dtype.without_axes().0.as_scalar());
    said.is_none_or(|said| step(said).is_none() || said.kind() == to.kind())
}
