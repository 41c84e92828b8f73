//! Dates from counts of seconds.

use std::fmt;

const DAY: i64 = 24 * 60 * 60;

/// Seconds since 1970, displayed as a date and time: `2026-03-29 01:00:00`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Utc(pub i64);

impl fmt::Display for Utc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (days, second) = (self.0.div_euclid(DAY), self.0.rem_euclid(DAY));
        // Days are counted in years that begin in March, so that a leap day is the last day of a year, and from a year
        // that 400 divides.
        let days = days + 719_468;
        let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
        let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
        let day = day - (365 * year + year / 4 - year / 100);
        let month = (5 * day + 2) / 153;
        let day = day - (153 * month + 2) / 5 + 1;
        let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
        let year = 400 * era + year + next;
        let text = format!(
            "{year:04}-{month:02}-{day:02} {:02}:{:02}:{:02}",
            second / 3600,
            second / 60 % 60,
            second % 60
        );
        f.pad(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar() {
        let dates = [
            (0, "1970-01-01 00:00:00"),
            (-1, "1969-12-31 23:59:59"),
            (951_782_399, "2000-02-28 23:59:59"),
            (951_782_400, "2000-02-29 00:00:00"),
            (951_868_800, "2000-03-01 00:00:00"),
            (4_107_542_400, "2100-03-01 00:00:00"),
            (1_774_746_000, "2026-03-29 01:00:00"),
            (-2_422_054_408, "1893-03-31 23:06:32"),
            (-62_167_219_200, "0000-01-01 00:00:00"),
        ];
        for (seconds, text) in dates {
            assert_eq!(Utc(seconds).to_string(), text);
        }
        for seconds in [i64::MIN, i64::MAX] {
            assert!(!Utc(seconds).to_string().is_empty());
        }
    }
}
