//! Times as text: dates as NumPy writes them, durations as numbers of steps.

use mmrec::{DateTime64, TimeStep, TimeUnit, units};

/// What stands for no time.
pub(super) const NAT: i64 = i64::MIN;

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
    units.checked_mul(7)?.checked_sub(1 << 20)?.checked_add(1 << 20)?;
    with_unit!(step.unit, U => Some(DateTime64::<U>::from_steps(units).to_string()), None)
}

/// The steps to a date; why not, if it cannot be read.
pub(super) fn steps(text: &str, step: TimeStep) -> Result<i64, String> {
    let units = with_unit!(
        step.unit,
        U => text.parse::<DateTime64<U>>().map(DateTime64::steps).map_err(|error| error.to_string()),
        Err("its unit is unknown".to_owned())
    )?;
    Ok(if units == NAT { NAT } else { units.div_euclid(step.count.into()) })
}
