//! Dates and durations as text: NumPy's `str` of the scalar, and what `np.datetime64` reads.

use super::{
    NAT,
    calendar::{Conversion, attoseconds_of, day_of, fit, month_of, one},
};
use crate::dtype::{TimeStep, TimeUnit};

/// `2021-06-01T09:30:00.250`, to the unit of the step. NumPy refuses to print dates without a unit; here they come out
/// as their number.
pub(crate) fn date(steps: i64, step: Option<TimeStep>) -> String {
    let Some(TimeStep { unit, count }) = step else { return plain(steps) };
    if steps == NAT {
        return plain(steps);
    }
    // Where a sum is too large NumPy's wraps, too.
    let units = steps.wrapping_mul(count.into());
    match unit {
        TimeUnit::Year => exact_date(i128::from(units.wrapping_add(1970)) - 1970, unit),
        TimeUnit::Week => exact_date(days_as_in_numpy(units.wrapping_mul(7)), TimeUnit::Day),
        TimeUnit::Day => exact_date(days_as_in_numpy(units), unit),
        _ => exact_date(units.into(), unit),
    }
}

/// NumPy counts days from the start of 2000.
fn days_as_in_numpy(days: i64) -> i128 {
    const DAYS_TO_2000: i64 = 10_957;
    i128::from(days.wrapping_sub(DAYS_TO_2000)) + i128::from(DAYS_TO_2000)
}

/// `5 seconds`: a duration on its own.
pub(crate) fn duration(steps: i64, step: Option<TimeStep>) -> String {
    if steps == NAT {
        return plain(steps);
    }
    let Some(TimeStep { unit, count }) = step else { return format!("{steps} generic time units") };
    let units = steps.wrapping_mul(count.into());
    // NumPy's words are the names of the units.
    format!("{units} {}s", format!("{unit:?}").to_lowercase())
}

fn plain(steps: i64) -> String {
    if steps == NAT { "NaT".to_owned() } else { steps.to_string() }
}

/// The earliest and the latest date that steps can be.
pub(super) fn reach(step: TimeStep) -> (String, String) {
    let text = |steps: i64| exact_date(i128::from(steps) * i128::from(step.count), step.unit);
    (text(NAT + 1), text(i64::MAX))
}

/// The date so many units after the start of 1970.
fn exact_date(units: i128, unit: TimeUnit) -> String {
    // Units in a day, and digits after the seconds.
    let (per_day, digits) = match unit {
        TimeUnit::Year => return format!("{:04}", units + 1970),
        TimeUnit::Month => return month(units),
        TimeUnit::Week => return day(units * 7),
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
    let day = day(units.div_euclid(per_day * per_second));
    let in_day = units.rem_euclid(per_day * per_second);
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

/// `2021-06`, that many months after January 1970.
fn month(months: i128) -> String {
    format!("{:04}-{:02}", months.div_euclid(12) + 1970, months.rem_euclid(12) + 1)
}

/// `2021-06-01`, that many days after 1970-01-01.
fn day(days: i128) -> String {
    let (months, day) = month_of(days);
    format!("{}-{day:02}", month(months))
}

/// What a text says of when.
#[derive(Clone, Copy)]
pub(super) enum When {
    NotATime,
    At(Instant),
}

/// A point in time.
#[derive(Clone, Copy)]
pub(super) struct Instant {
    /// Since the start of 1970.
    seconds: i128,
    /// After these, less than a second.
    attoseconds: i128,
}

impl Instant {
    /// The step that it lies in; `None` if there is none.
    pub(super) fn steps(self, TimeStep { unit, count }: TimeStep) -> Option<i64> {
        let mut units = Conversion::of_dates(one(TimeUnit::Second), one(unit)).apply(self.seconds)?;
        if !matches!(unit, TimeUnit::Year | TimeUnit::Month) {
            // Whole seconds are whole numbers of finer units; of coarser ones none is left.
            units = units.checked_add(self.attoseconds / attoseconds_of(unit))?;
        }
        fit(units.div_euclid(count.into()))
    }
}

/// Where a text stops being a date, and what would have been right.
#[derive(Clone, Copy, Debug)]
pub(super) struct Malformed {
    pub(super) at: usize,
    pub(super) expected: &'static str,
}

/// Reads what NumPy's `np.datetime64` reads: a year, and as much as there is of `-06-01T09:30:00.25`; a space may stand
/// for the `T`. After a time of day there may be `Z` or an offset from UTC such as `+01:30`, and white space.
pub(super) fn parse(text: &str) -> Result<When, Malformed> {
    if text.is_empty() || text.eq_ignore_ascii_case("nat") {
        return Ok(When::NotATime);
    }
    let mut text = Reader { text: text.as_bytes(), at: 0 };
    text.skip_white_space();
    let year = text.year()?;
    let (mut month, mut day, mut at) = (1, 1, text.at);
    let mut seconds = 0;
    let mut attoseconds = 0;
    let mut has_time = false;
    if text.take(b'-') {
        month = text.two_digits(1, 12, "a month, 01 to 12")?;
        at = text.at;
        if text.take(b'-') {
            at = text.at;
            day = text.two_digits(1, 31, "a day, 01 to 31")?;
            has_time = text.take(b'T') || text.take(b' ');
        }
    }
    let no_day = Malformed { at, expected: "a day that the month has" };
    let day = day_of(year, month, day).ok_or(no_day)?;
    if has_time {
        (seconds, attoseconds) = text.clock()?;
        seconds -= text.zone()?;
        text.skip_white_space();
    }
    if text.at < text.text.len() {
        return text.fail("the end, or the next part of a date like 2021-06-01T09:30:00.25");
    }
    Ok(When::At(Instant { seconds: day * 86_400 + i128::from(seconds), attoseconds }))
}

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn fail<T>(&self, expected: &'static str) -> Result<T, Malformed> {
        Err(Malformed { at: self.at, expected })
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    fn digit(&mut self) -> Option<u8> {
        let digit = self.peek().filter(u8::is_ascii_digit)?;
        self.at += 1;
        Some(digit - b'0')
    }

    /// What C's `isspace` takes for white space.
    fn skip_white_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t'..=b'\r')) {
            self.at += 1;
        }
    }

    /// A sign or none, and any number of digits.
    fn year(&mut self) -> Result<i64, Malformed> {
        let start = self.at;
        let sign = if self.take(b'-') { -1 } else { 1 };
        if sign > 0 {
            self.take(b'+');
        }
        let Some(first) = self.digit() else { return self.fail("a year") };
        let mut year = i64::from(first);
        while let Some(digit) = self.digit() {
            let shifted = year.checked_mul(10).and_then(|year| year.checked_add(digit.into()));
            year = shifted.ok_or(Malformed { at: start, expected: "a year that fits 64 bits" })?;
        }
        Ok(sign * year)
    }

    fn two_digits(&mut self, least: u8, greatest: u8, expected: &'static str) -> Result<u8, Malformed> {
        let start = self.at;
        if let (Some(tens), Some(ones)) = (self.digit(), self.digit()) {
            let number = tens * 10 + ones;
            if (least..=greatest).contains(&number) {
                return Ok(number);
            }
        }
        Err(Malformed { at: start, expected })
    }

    /// `09`, `09:30`, `09:30:00`, `09:30:00.25`: seconds and attoseconds of the day.
    fn clock(&mut self) -> Result<(i64, i128), Malformed> {
        let mut seconds = 3600 * i64::from(self.two_digits(0, 23, "an hour, 00 to 23")?);
        let mut attoseconds = 0;
        if self.take(b':') {
            seconds += 60 * i64::from(self.two_digits(0, 59, "a minute, 00 to 59")?);
            if self.take(b':') {
                seconds += i64::from(self.two_digits(0, 59, "a second, 00 to 59")?);
                if self.take(b'.') {
                    let mut worth = 10_i128.pow(18);
                    while worth > 1
                        && let Some(digit) = self.digit()
                    {
                        worth /= 10;
                        attoseconds += worth * i128::from(digit);
                    }
                }
            }
        }
        Ok((seconds, attoseconds))
    }

    /// `Z`, `+01`, `+0130` or `+01:30`, or nothing: how many seconds the clock is ahead of UTC.
    fn zone(&mut self) -> Result<i64, Malformed> {
        if self.take(b'Z') {
            return Ok(0);
        }
        let sign = match self.peek() {
            Some(b'+') => 1,
            Some(b'-') => -1,
            _ => return Ok(0),
        };
        self.at += 1;
        let mut minutes = 60 * i64::from(self.two_digits(0, 23, "hours from UTC, 00 to 23")?);
        if self.at < self.text.len() {
            self.take(b':');
            minutes += i64::from(self.two_digits(0, 59, "minutes of the offset from UTC, 00 to 59")?);
        }
        Ok(sign * 60 * minutes)
    }
}
