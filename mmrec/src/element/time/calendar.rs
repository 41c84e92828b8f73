//! Days, months and years of the Gregorian calendar, without end in both directions, and how steps of one length become
//! steps of another.
//!
//! All of it is exact, in numbers of 128 bits: the longest step is 2^31 years, and there are 2^63 of it, or 2^98 months.

use crate::dtype::{TimeStep, TimeUnit};

const DAYS_IN_400_YEARS: i128 = 146_097;
const DAYS_IN_100_YEARS: i64 = 36_524;
const DAYS_IN_4_YEARS: i64 = 1461;

/// Days from the 1st of March of year 0 to the 1st of January 1970.
const DAYS_TO_1970: i128 = 719_468;

/// Months from the same day to the same.
const MONTHS_TO_1970: i128 = 1970 * 12 - 2;

/// The first day of a month; both are counted from January 1970.
pub(crate) const fn first_day(month: i128) -> i128 {
    // In years from March on the leap day is the last one.
    let months = month + MONTHS_TO_1970;
    let (year, month) = (months.div_euclid(12), months.rem_euclid(12));
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    year * 365 + leap_days + days_before(month as i64) as i128 - DAYS_TO_1970
}

/// The month that a day lies in, counted from January 1970, and which day of the month it is, from 1 on.
pub(crate) const fn month_of(day: i128) -> (i128, u8) {
    let days = day + DAYS_TO_1970;
    let cycle = divide(days, DAYS_IN_400_YEARS);
    let days = (days - cycle * DAYS_IN_400_YEARS) as i64;
    // The last of four centuries, and the last of four years, may be a day longer than the others.
    let century = least(days / DAYS_IN_100_YEARS, 3);
    let days = days - century * DAYS_IN_100_YEARS;
    let (four_years, days) = (days / DAYS_IN_4_YEARS, days % DAYS_IN_4_YEARS);
    let year = least(days / 365, 3);
    let days = days - year * 365;
    let month = (days * 5 + 2) / 153;
    let years = cycle * 400 + (century * 100 + four_years * 4 + year) as i128;
    let day = (days - days_before(month)).unsigned_abs() as u8 + 1;
    (years * 12 + month as i128 - MONTHS_TO_1970, day)
}

/// Days in a year from March on that are before a month: of five months that follow each other from March or August on, 153.
const fn days_before(month: i64) -> i64 {
    (month * 153 + 2) / 5
}

const fn least(a: i64, b: i64) -> i64 {
    if a < b { a } else { b }
}

/// The quotient rounded down; of numbers that fit, by the division of 64 bits, which is many times faster.
const fn divide(number: i128, by: i128) -> i128 {
    let (small, small_by) = (number as i64, by as i64);
    if small as i128 == number && small_by as i128 == by && by > 0 {
        small.div_euclid(small_by) as i128
    } else {
        number.div_euclid(by)
    }
}

/// How long a step is.
#[derive(Clone, Copy)]
enum Length {
    /// Months have no fixed length.
    Months(i128),
    Attoseconds(i128),
}

impl Length {
    const fn of(step: TimeStep) -> Self {
        let count = step.count as i128;
        let seconds = match step.unit {
            TimeUnit::Year => return Self::Months(12 * count),
            TimeUnit::Month => return Self::Months(count),
            TimeUnit::Week => 604_800,
            TimeUnit::Day => 86_400,
            TimeUnit::Hour => 3600,
            TimeUnit::Minute => 60,
            _ => 1,
        };
        Self::Attoseconds(seconds * count * attoseconds_of(step.unit))
    }
}

/// How many attoseconds a unit of a second and finer has. Longer units are counted in seconds.
pub(crate) const fn attoseconds_of(unit: TimeUnit) -> i128 {
    match unit {
        TimeUnit::Millisecond => 10_i128.pow(15),
        TimeUnit::Microsecond => 10_i128.pow(12),
        TimeUnit::Nanosecond => 10_i128.pow(9),
        TimeUnit::Picosecond => 10_i128.pow(6),
        TimeUnit::Femtosecond => 1000,
        TimeUnit::Attosecond => 1,
        _ => 10_i128.pow(18),
    }
}

/// One unit.
pub(crate) const fn one(unit: TimeUnit) -> TimeStep {
    TimeStep { unit, count: 1 }
}

/// How a number of steps since 1970, or of a duration, becomes a number of steps of another length, rounded down.
#[derive(Clone, Copy)]
pub(crate) enum Conversion {
    Fixed(Ratio),
    /// Steps of so many months become days, and these become steps.
    FromMonths(i128, Ratio),
    /// Steps become days, and these become steps of so many months.
    ToMonths(Ratio, i128),
}

impl Conversion {
    /// Between points in time: through the calendar if one of the units is years or months.
    pub(crate) const fn of_dates(from: TimeStep, to: TimeStep) -> Self {
        const DAY: i128 = 86_400 * 10_i128.pow(18);
        match (Length::of(from), Length::of(to)) {
            (Length::Months(from), Length::Months(to)) => Self::Fixed(Ratio::new(from, to)),
            (Length::Attoseconds(from), Length::Attoseconds(to)) => Self::Fixed(Ratio::new(from, to)),
            (Length::Months(from), Length::Attoseconds(to)) => Self::FromMonths(from, Ratio::new(DAY, to)),
            (Length::Attoseconds(from), Length::Months(to)) => Self::ToMonths(Ratio::new(from, DAY), to),
        }
    }

    /// Between durations.
    ///
    /// # Panics
    ///
    /// If one is counted in years or months and the other is not. It is called while compiling.
    #[track_caller]
    pub(crate) const fn of_durations(from: TimeStep, to: TimeStep) -> Self {
        match Self::of_dates(from, to) {
            ratio @ Self::Fixed(_) => ratio,
            _ => panic!(
                "years and months have no fixed length: durations of them become no others; count from a date, or multiply `steps()` by the length you mean"
            ),
        }
    }

    /// As [`of_dates`](Self::of_dates), or as [`of_durations`](Self::of_durations), but for the generic unit, of which
    /// the number is kept.
    ///
    /// # Panics
    ///
    /// As above, and where NumPy has no conversion: from a unit to the generic one, and from a date of that to years.
    #[track_caller]
    pub(crate) const fn cast(from: Option<TimeStep>, to: Option<TimeStep>, dates: bool) -> Self {
        match (from, to) {
            (Some(from), Some(to)) if dates => Self::of_dates(from, to),
            (Some(from), Some(to)) => Self::of_durations(from, to),
            (None, Some(to)) if dates && matches!(Length::of(to), Length::Months(_)) => {
                panic!(
                    "NumPy has no conversion from the generic datetime to years and months; if the number is to stay, `from_steps(time.steps())` makes it"
                )
            }
            (None, _) => Self::Fixed(Ratio::new(1, 1)),
            (Some(_), None) => {
                panic!(
                    "NumPy has no conversion from a unit to the generic one; if the number is to stay, `from_steps(time.steps())` makes it"
                )
            }
        }
    }

    /// The number of steps; `None` if it does not fit, and no multiple of it by less than 2^31 would fit 64 bits.
    #[inline]
    pub(crate) const fn apply(self, steps: i128) -> Option<i128> {
        match self {
            Self::Fixed(ratio) => ratio.of(steps),
            Self::FromMonths(months, ratio) => match steps.checked_mul(months) {
                Some(month) => ratio.of(first_day(month)),
                None => None,
            },
            Self::ToMonths(ratio, months) => match ratio.of(steps) {
                Some(day) => Some(divide(month_of(day).0, months)),
                None => None,
            },
        }
    }
}

/// A step in terms of another: a fraction in lowest terms.
#[derive(Clone, Copy)]
pub(crate) struct Ratio {
    times: i128,
    over: i128,
}

impl Ratio {
    const fn new(from: i128, to: i128) -> Self {
        let (mut common, mut rest) = (from, to);
        while rest > 0 {
            (common, rest) = (rest, common % rest);
        }
        Self { times: from / common, over: to / common }
    }

    /// Rounded down. Of two units one is a whole number of the other, so `times` or `over` is less than 2^31. If the
    /// product does not fit, `times` is the large one, and the quotient is more than 2^95.
    const fn of(self, steps: i128) -> Option<i128> {
        match steps.checked_mul(self.times) {
            Some(product) => Some(divide(product, self.over)),
            None => None,
        }
    }
}

/// The number as one of 64 bits that is not NaT.
pub(crate) const fn fit(steps: i128) -> Option<i64> {
    let small = steps as i64;
    if small as i128 == steps && small != super::NAT { Some(small) } else { None }
}

/// The day, counted from the start of 1970; `None` if there is none.
pub(crate) const fn day_of(year: i64, month: u8, day: u8) -> Option<i128> {
    if month < 1 || month > 12 || day < 1 {
        return None;
    }
    let month = (year as i128 - 1970) * 12 + month as i128 - 1;
    let day = first_day(month) + day as i128 - 1;
    if day < first_day(month + 1) { Some(day) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_around_leap_days() {
        for (year, month, day, days) in [
            (1970, 1, 1, 0),
            (2000, 2, 29, 11_016),
            (2000, 3, 1, 11_017),
            (1900, 3, 1, -25_508),
            (2100, 12, 31, 47_846),
            (0, 2, 29, -719_469),
            (0, 3, 1, -719_468),
            (-1, 12, 31, -719_529),
        ] {
            assert_eq!(day_of(year, month, day), Some(days));
            assert_eq!(month_of(days), ((i128::from(year) - 1970) * 12 + i128::from(month) - 1, day));
        }
        for (year, month, day) in [(1900, 2, 29), (2000, 2, 30), (2021, 4, 31), (2021, 0, 1), (2021, 13, 1)] {
            assert_eq!(day_of(year, month, day), None);
        }
    }

    #[test]
    fn both_divisions_round_down() {
        let large = 1 << 70;
        for (number, by, quotient) in [
            (7, 2, 3),
            (-7, 2, -4),
            (i64::MIN.into(), 1, i64::MIN.into()),
            (large + 1, 2, large / 2),
            (-large - 1, 2, -large / 2 - 1),
            (-1, large, -1),
            (large, large, 1),
        ] {
            assert_eq!(divide(number, by), quotient, "{number} / {by}");
        }
    }

    #[test]
    fn the_longest_steps_do_not_overflow() {
        let most = i32::MAX as u32;
        let step = |unit| TimeStep { unit, count: most };
        for steps in [i64::MIN + 1, i64::MAX].map(i128::from) {
            let days = Conversion::of_dates(step(TimeUnit::Year), one(TimeUnit::Day)).apply(steps).unwrap();
            assert_eq!(month_of(days), (steps * 12 * i128::from(most), 1));
            let back = Conversion::of_dates(one(TimeUnit::Day), step(TimeUnit::Year)).apply(days);
            assert_eq!(back, Some(steps));
            let weeks = Conversion::of_dates(step(TimeUnit::Week), step(TimeUnit::Month)).apply(steps);
            // Months have 30.436875 days.
            let months = weeks.unwrap() as f64 / steps as f64;
            assert!((months - 7.0 / 30.436_875).abs() < 1e-9, "{months}");
            let fine = Conversion::of_dates(step(TimeUnit::Week), one(TimeUnit::Attosecond));
            assert_eq!(fine.apply(steps), None);
        }
    }
}
