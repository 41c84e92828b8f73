//! Dates and times along an axis.

use mmrec::{TimeStep, TimeUnit};

use super::scale::{Tick, Ticks};

const DAY: i128 = 86_400;

/// Seconds between marks, up to weeks.
const SECONDS: [i128; 20] = [
    1,
    2,
    5,
    10,
    15,
    30,
    60,
    120,
    300,
    600,
    900,
    1800,
    3600,
    7200,
    10_800,
    21_600,
    43_200,
    DAY,
    2 * DAY,
    7 * DAY,
];

/// Months between marks, up to years.
const MONTHS: [i128; 4] = [1, 2, 3, 6];

/// Days from a Monday to 1970-01-01.
const MONDAY: i128 = 3;

/// How far marks lie apart.
#[derive(Clone, Copy, Debug)]
enum Distance {
    /// Parts of a second.
    Parts(i128),
    Seconds(i128),
    Months(i128),
}

/// Marks from one time to another, in steps since 1970, so many at most if they have so many letters.
pub(super) fn ticks(least: i128, greatest: i128, step: TimeStep, most: impl Fn(usize) -> usize) -> Ticks {
    let clock = Clock::of(step);
    let (first, last) = (clock.parts(least), clock.parts(greatest));
    let is_few = |distance: &Distance| {
        let letters = clock.letters(*distance);
        let (from, to) = (clock.number(first, *distance), clock.number(last, *distance));
        to - from <= most(letters).max(1) as i128
    };
    let Some(distance) = clock.distances().find(is_few) else { return Ticks::default() };
    let numbers = clock.number(first - 1, distance) + 1..=clock.number(last, distance);
    let marks = numbers.map(|number| {
        let parts = clock.at(number, distance);
        Tick { at: (parts - first) as f64 / (last - first) as f64, text: clock.text(parts, distance) }
    });
    let (from, to) = (clock.day(first), clock.day(last));
    let note = match distance {
        Distance::Parts(_) | Distance::Seconds(..DAY) if from == to => date(from),
        Distance::Parts(_) | Distance::Seconds(..DAY) => format!("from {}", date(from)),
        _ => String::new(),
    };
    Ticks { ticks: marks.collect(), note }
}

/// What times are counted in: parts of a second, or months.
#[derive(Clone, Copy, Debug)]
enum Clock {
    /// So many parts a second, so many of them in a step.
    Parts(i128, i128),
    /// So many months in a step.
    Months(i128),
}

impl Clock {
    fn of(step: TimeStep) -> Self {
        let count = i128::from(step.count);
        let finer = |thousands| Self::Parts(1000i128.pow(thousands), count);
        match step.unit {
            TimeUnit::Year => Self::Months(12 * count),
            TimeUnit::Month => Self::Months(count),
            TimeUnit::Week => Self::Parts(1, 7 * DAY * count),
            TimeUnit::Day => Self::Parts(1, DAY * count),
            TimeUnit::Hour => Self::Parts(1, 3600 * count),
            TimeUnit::Minute => Self::Parts(1, 60 * count),
            TimeUnit::Second => finer(0),
            TimeUnit::Millisecond => finer(1),
            TimeUnit::Microsecond => finer(2),
            TimeUnit::Nanosecond => finer(3),
            TimeUnit::Picosecond => finer(4),
            TimeUnit::Femtosecond => finer(5),
            _ => finer(6),
        }
    }

    /// Parts or months since 1970.
    fn parts(self, steps: i128) -> i128 {
        match self {
            Self::Parts(_, in_step) | Self::Months(in_step) => steps * in_step,
        }
    }

    /// All distances, the shortest first.
    fn distances(self) -> impl Iterator<Item = Distance> {
        let second = match self {
            Self::Parts(second, _) => second,
            Self::Months(_) => 0,
        };
        let powers = |end: i128| {
            std::iter::successors(Some(1i128), |power| power.checked_mul(10))
                .take_while(move |power| *power < end)
        };
        let parts = powers(second).flat_map(|power| [1, 2, 5].map(|digit| Distance::Parts(digit * power)));
        let seconds = SECONDS.into_iter().filter(move |_| second > 0).map(Distance::Seconds);
        let years = powers(10i128.pow(30))
            .flat_map(|power| [1, 2, 5].map(|digit| Distance::Months(12 * digit * power)));
        parts.chain(seconds).chain(MONTHS.into_iter().map(Distance::Months)).chain(years)
    }

    /// The number of the last mark that is not behind a time.
    fn number(self, parts: i128, distance: Distance) -> i128 {
        match (self, distance) {
            (_, Distance::Parts(distance)) => parts.div_euclid(distance),
            (Self::Parts(second, _), Distance::Seconds(distance)) => {
                (parts.div_euclid(second) + week(distance)).div_euclid(distance)
            }
            (Self::Parts(..), Distance::Months(distance)) => {
                let (year, month, _) = civil(self.day(parts));
                ((year - 1970) * 12 + month - 1).div_euclid(distance)
            }
            (Self::Months(_), Distance::Seconds(distance) | Distance::Months(distance)) => {
                parts.div_euclid(distance)
            }
        }
    }

    /// When a mark is.
    fn at(self, number: i128, distance: Distance) -> i128 {
        match (self, distance) {
            (_, Distance::Parts(distance)) => number * distance,
            (Self::Parts(second, _), Distance::Seconds(distance)) => {
                (number * distance - week(distance)) * second
            }
            (Self::Parts(second, _), Distance::Months(distance)) => {
                let months = number * distance;
                days(1970 + months.div_euclid(12), months.rem_euclid(12) + 1) * DAY * second
            }
            (Self::Months(_), Distance::Seconds(distance) | Distance::Months(distance)) => number * distance,
        }
    }

    /// Days since 1970.
    fn day(self, parts: i128) -> i128 {
        match self {
            Self::Parts(second, _) => parts.div_euclid(second * DAY),
            Self::Months(_) => days(1970 + parts.div_euclid(12), parts.rem_euclid(12) + 1),
        }
    }

    /// How long a text of marks so far apart is.
    fn letters(self, distance: Distance) -> usize {
        self.text(0, distance).len().max(10)
    }

    /// A time as precise as the distance between marks asks for; where a day starts, that day.
    fn text(self, parts: i128, distance: Distance) -> String {
        let day = self.day(parts);
        let (year, month, _) = civil(day);
        let of_day = match self {
            Self::Parts(second, _) => parts.rem_euclid(second * DAY),
            Self::Months(_) => 0,
        };
        match (self, distance) {
            (_, Distance::Months(distance)) if distance % 12 == 0 => format!("{year:04}"),
            (_, Distance::Months(_)) => format!("{year:04}-{month:02}"),
            (_, Distance::Seconds(DAY..)) => date(day),
            (Self::Parts(second, _), Distance::Seconds(distance)) => {
                let seconds = of_day / second;
                match distance % 60 {
                    0 if seconds == 0 => date(day),
                    0 => format!("{:02}:{:02}", seconds / 3600, seconds / 60 % 60),
                    _ => hour(seconds),
                }
            }
            (Self::Parts(second, _), Distance::Parts(distance)) => {
                let places = second.ilog10() as usize;
                let fraction = format!("{:0places$}", of_day % second);
                let kept = places - distance.ilog10() as usize;
                format!("{}.{}", hour(of_day / second), &fraction[..kept.min(places)])
            }
            (Self::Months(_), _) => date(day),
        }
    }
}

/// Weeks start on Mondays.
fn week(distance: i128) -> i128 {
    if distance == 7 * DAY { MONDAY * DAY } else { 0 }
}

fn hour(seconds: i128) -> String {
    format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

fn date(day: i128) -> String {
    let (year, month, day) = civil(day);
    format!("{year:04}-{month:02}-{day:02}")
}

/// Days of 400 years.
const ERA: i128 = 146_097;

/// Days from 1970-01-01 to the first of a month. Years are counted from March, so that the day of a leap year is the last.
fn days(year: i128, month: i128) -> i128 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5;
    era * ERA + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// Year, month and day of a day since 1970.
fn civil(day: i128) -> (i128, i128, i128) {
    let from_march = day + 719_468;
    let (era, of_era) = (from_march.div_euclid(ERA), from_march.rem_euclid(ERA));
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let (next, month_of_year) = if month < 10 { (0, month + 3) } else { (1, month - 9) };
    (era * 400 + year + next, month_of_year, of_year - (153 * month + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_dates_are_the_same() {
        assert_eq!((civil(0), civil(-1), civil(19_723)), ((1970, 1, 1), (1969, 12, 31), (2024, 1, 1)));
        assert_eq!((days(2000, 2) + 28, days(-400, 3)), (11_016, days(0, 3) - ERA));
        for day in (-1_000_000..1_000_000).step_by(17) {
            let (year, month, of_month) = civil(day);
            assert_eq!(days(year, month) + of_month - 1, day);
            assert!((1..=12).contains(&month) && (1..=31).contains(&of_month), "{day}");
        }
    }

    fn texts(least: i64, greatest: i64, unit: TimeUnit, most: usize) -> (Vec<String>, String) {
        let found = ticks(least.into(), greatest.into(), TimeStep { unit, count: 1 }, |_| most);
        assert!(found.ticks.iter().all(|tick| (0.0..=1.0).contains(&tick.at)), "{found:?}");
        (found.ticks.into_iter().map(|tick| tick.text).collect(), found.note)
    }

    #[test]
    fn marks_are_as_precise_as_they_must_be() {
        let wanted = |texts: &[&str], note: &str| {
            (texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>(), note.to_owned())
        };
        let found = texts(19_722 * 86_400 + 80_000, 19_723 * 86_400 + 7300, TimeUnit::Second, 4);
        assert_eq!(found, wanted(&["23:00", "2024-01-01", "01:00", "02:00"], "from 2023-12-31"));
        assert_eq!(
            texts(-3, 12, TimeUnit::Millisecond, 3),
            wanted(&["00:00:00.000", "00:00:00.005", "00:00:00.010"], "from 1969-12-31")
        );
        assert_eq!(texts(0, 2_000_000_000, TimeUnit::Nanosecond, 4).0[1], "00:00:00.5");
        assert_eq!(
            texts(0, 400, TimeUnit::Day, 5).0,
            ["1970-01", "1970-04", "1970-07", "1970-10", "1971-01"]
        );
        assert_eq!(
            texts(0, 30, TimeUnit::Day, 6).0,
            ["1970-01-05", "1970-01-12", "1970-01-19", "1970-01-26"]
        );
        assert_eq!(texts(-5, 40, TimeUnit::Year, 5).0, ["1970", "1980", "1990", "2000", "2010"]);
        assert_eq!(texts(1, 9, TimeUnit::Month, 3).0, ["1970-04", "1970-07", "1970-10"]);
    }

    #[test]
    fn all_times_have_marks() {
        for unit in [TimeUnit::Year, TimeUnit::Month, TimeUnit::Week, TimeUnit::Hour, TimeUnit::Attosecond] {
            for count in [1, 25, i32::MAX.cast_unsigned()] {
                for (least, greatest) in [(-i64::MAX, i64::MAX), (i64::MAX - 1, i64::MAX), (0, 1), (-1000, 5)]
                {
                    let found = ticks(least.into(), greatest.into(), TimeStep { unit, count }, |_| 8);
                    assert!(found.ticks.len() <= 10, "{unit:?} {count} {least} {greatest} {found:?}");
                    assert!(
                        !found.ticks.is_empty() || greatest - least == 1,
                        "{unit:?} {count} {least} {greatest}"
                    );
                }
            }
        }
    }
}
