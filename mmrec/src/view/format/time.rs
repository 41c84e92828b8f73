//! Dates and durations.

use crate::dtype::{TimeStep, TimeUnit};

/// Days from the start of 1970 to the start of 2000, which begins a cycle of 400 years.
const DAYS_TO_2000: i64 = 10_957;
const DAYS_IN_400_YEARS: i64 = 146_097;

/// What NumPy takes for "not a time".
pub(super) const NAT: i64 = i64::MIN;

/// `2021-06-01T09:30:00.250`, to the unit of the step. NumPy refuses to print dates without a unit; here they come out
/// as their number.
pub(super) fn date(steps: i64, step: Option<TimeStep>) -> String {
    let Some(TimeStep { unit, count }) = step else { return steps.to_string() };
    // Where the sum is too large NumPy's wraps, too.
    let units = steps.wrapping_mul(count.into());
    // Parts of a day, and digits after the seconds.
    let (per_day, digits) = match unit {
        TimeUnit::Year => return format!("{:04}", units.wrapping_add(1970)),
        TimeUnit::Month => {
            return format!("{:04}-{:02}", units.div_euclid(12) + 1970, units.rem_euclid(12) + 1);
        }
        TimeUnit::Week => return day(units.wrapping_mul(7)),
        TimeUnit::Day => return day(units),
        TimeUnit::Hour => (24, 0),
        TimeUnit::Minute => (1440, 0),
        TimeUnit::Second => (86_400, 0),
        TimeUnit::Millisecond => (86_400, 3),
        TimeUnit::Microsecond => (86_400, 6),
        TimeUnit::Nanosecond => (86_400, 9),
        TimeUnit::Picosecond => (86_400, 12),
        TimeUnit::Femtosecond => (86_400, 15),
        TimeUnit::Attosecond => (86_400, 18),
    };
    let per_second = 10_i128.pow(digits);
    let units = i128::from(units);
    let days = units.div_euclid(per_day * per_second);
    let in_day = units.rem_euclid(per_day * per_second);
    // Fewer than `units`, so it fits.
    let day = day(i64::try_from(days).unwrap_or(NAT));
    let (clock, fraction) = (in_day / per_second, in_day % per_second);
    match unit {
        TimeUnit::Hour => format!("{day}T{clock:02}"),
        TimeUnit::Minute => format!("{day}T{:02}:{:02}", clock / 60, clock % 60),
        _ => {
            let clock = format!("{:02}:{:02}:{:02}", clock / 3600, clock / 60 % 60, clock % 60);
            let width = digits as usize;
            match digits {
                0 => format!("{day}T{clock}"),
                _ => format!("{day}T{clock}.{fraction:0width$}"),
            }
        }
    }
}

/// `5 seconds`: a duration on its own.
pub(super) fn duration(steps: i64, step: Option<TimeStep>) -> String {
    let Some(TimeStep { unit, count }) = step else { return format!("{steps} generic time units") };
    let units = steps.wrapping_mul(count.into());
    // NumPy's words are the names of the units.
    format!("{units} {}s", format!("{unit:?}").to_lowercase())
}

/// `2021-06-01`, that many days after 1970-01-01.
fn day(days: i64) -> String {
    let days = days.wrapping_sub(DAYS_TO_2000);
    let cycle = days.div_euclid(DAYS_IN_400_YEARS);
    let mut rest = days.rem_euclid(DAYS_IN_400_YEARS);
    let mut year = 2000 + 400 * cycle;
    let leap = |year: i64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let in_year = |year| if leap(year) { 366 } else { 365 };
    while rest >= in_year(year) {
        rest -= in_year(year);
        year += 1;
    }
    let february = if leap(year) { 29 } else { 28 };
    let mut month = 1;
    for days in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30] {
        if rest < days {
            break;
        }
        rest -= days;
        month += 1;
    }
    format!("{year:04}-{month:02}-{:02}", rest + 1)
}
