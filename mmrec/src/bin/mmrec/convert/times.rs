//! Times as text: dates as NumPy writes them, durations as numbers of steps.

use mmrec::{DType, DateTime64, Scalar, TimeStep, TimeUnit, units};

/// What stands for no time.
pub(super) const NAT: i64 = i64::MIN;

const DAYS_TO_2000: i64 = 10_957;

/// Calls `$body` with the unit as a type.
macro_rules! with_unit {
    ($unit:expr, $u:ident => $body:expr, $other:expr) => {
        with_unit!(@ $unit, $u, $body, $other, Year Month Week Day Hour Minute Second Millisecond Microsecond Nanosecond Picosecond
            Femtosecond Attosecond)
    };
    (@ $unit:expr, $u:ident, $body:expr, $other:expr, $($name:ident)*) => {
        match $unit {
            $(TimeUnit::$name => { type $u = units::$name; $body })*
            _ => $other,
        }
    };
}

/// A date; `None` for one that NumPy gives a wrong text for, as it is too far away.
pub(super) fn date(steps: i64, step: TimeStep) -> Option<String> {
    if steps == NAT {
        return Some("NaT".to_owned());
    }
    let units = steps.checked_mul(step.count.into())?;
    // NumPy counts years from 0, weeks in days, and days from 2000.
    match step.unit {
        TimeUnit::Year => units.checked_add(1970)?,
        TimeUnit::Week => units.checked_mul(7)?.checked_sub(DAYS_TO_2000)?,
        TimeUnit::Day => units.checked_sub(DAYS_TO_2000)?,
        _ => units,
    };
    with_unit!(step.unit, U => Some(DateTime64::<U>::from_steps(units).to_string()), None)
}

/// The steps to a date; what was expected, if it is none, or lies between two steps.
pub(super) fn steps(text: &str, scalar: Scalar, step: TimeStep) -> Result<i64, String> {
    let units = with_unit!(
        step.unit,
        U => text.parse::<DateTime64<U>>().map(DateTime64::steps).map_err(|error| format!("a date: {error}")),
        Err("a date with a unit that is known".to_owned())
    )?;
    if units == NAT {
        return Ok(NAT);
    }
    let count = i64::from(step.count);
    if units % count != 0 || !is_exact(text, units, step.unit) {
        return Err(format!("a date that {} has", DType::from(scalar)));
    }
    Ok(units / count)
}

/// Whether a date is a whole number of units, of which it has so many.
fn is_exact(text: &str, units: i64, unit: TimeUnit) -> bool {
    // How many letters a date of our time has, and digits after the seconds.
    let (len, digits) = match unit {
        TimeUnit::Year => (4, 0),
        TimeUnit::Month => (7, 0),
        TimeUnit::Day => (10, 0),
        TimeUnit::Millisecond => (0, 3),
        TimeUnit::Microsecond => (0, 6),
        TimeUnit::Nanosecond => (0, 9),
        TimeUnit::Picosecond => (0, 12),
        TimeUnit::Femtosecond => (0, 15),
        TimeUnit::Attosecond => (0, 18),
        _ => (0, 0),
    };
    if text.len() <= len {
        return true;
    }
    let fraction = text.split_once('.').map_or("", |(_, fraction)| fraction).bytes();
    let mut finer = fraction.take_while(u8::is_ascii_digit).skip(digits);
    if finer.any(|digit| digit != b'0') {
        return false;
    }
    if matches!(
        unit,
        TimeUnit::Year | TimeUnit::Month | TimeUnit::Week | TimeUnit::Day | TimeUnit::Hour | TimeUnit::Minute
    ) {
        let seconds = |text: &str| text.parse::<DateTime64<units::Second>>().map(DateTime64::steps).ok();
        let own = date(units, TimeStep { unit, count: 1 });
        return own.is_none_or(|own| seconds(&own) == seconds(text));
    }
    true
}
