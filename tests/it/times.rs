//! Datetimes and timedeltas against NumPy's (`tests/golden/times.json`), against whole numbers of 128 bits, and against the
//! crate chrono.

use std::{
    collections::HashSet,
    fmt::Debug,
    time::{Duration, SystemTime},
};

use mmrec::{
    DType, DateTime64, Element, ErrorKind, MmapRecord, RecordMap, TimeDelta64, View, chrono,
    units::{
        Attosecond, Day, Femtosecond, Generic, Hour, Microsecond, Millisecond, Minute, Month, Multiple,
        Nanosecond, Picosecond, Second, Unit, Week, Year,
    },
};
use proptest::prelude::*;
use serde::Deserialize;
use tempfile::tempdir;

/// Runs code with the unit of that name, of those the list names.
macro_rules! with_unit {
    (months, $name:expr, $unit:ident => $body:expr) => {
        with_unit!(@match $name, $unit, $body,
            "Y": Year, "M": Month, "400Y": Multiple<Year, 400>, "5M": Multiple<Month, 5>)
    };
    (fixed, $name:expr, $unit:ident => $body:expr) => {
        with_unit!(@match $name, $unit, $body,
            "W": Week, "D": Day, "h": Hour, "m": Minute, "s": Second, "ms": Millisecond, "us": Microsecond,
            "ns": Nanosecond, "ps": Picosecond, "fs": Femtosecond, "as": Attosecond, "3W": Multiple<Week, 3>,
            "7D": Multiple<Day, 7>, "25s": Multiple<Second, 25>, "1500ms": Multiple<Millisecond, 1500>,
            "1000ns": Multiple<Nanosecond, 1000>, "2147483647as": Multiple<Attosecond, 2_147_483_647>)
    };
    (dated, $name:expr, $unit:ident => $body:expr) => {
        match is_months($name) {
            true => with_unit!(months, $name, $unit => $body),
            false => with_unit!(fixed, $name, $unit => $body),
        }
    };
    (all, $name:expr, $unit:ident => $body:expr) => {
        match $name {
            "generic" => {
                type $unit = Generic;
                $body
            }
            name => with_unit!(dated, name, $unit => $body),
        }
    };
    (@match $name:expr, $unit:ident, $body:expr, $($text:literal: $type:ty),*) => {
        match $name {
            $($text => {
                type $unit = $type;
                $body
            })*
            other => panic!("no unit {other}"),
        }
    };
}

fn is_months(unit: &str) -> bool {
    unit.ends_with(['Y', 'M'])
}

#[derive(Deserialize)]
struct Golden {
    dtypes: Vec<DTypeCase>,
    common: [Vec<i64>; 1],
    casts: Vec<CastCase>,
    read_as: [Vec<String>; 1],
    texts: Vec<TextCase>,
    prints: Vec<PrintCase>,
    operands: [Vec<i64>; 1],
    arithmetic: Vec<ArithmeticCase>,
    order: Vec<OrderCase>,
}

impl Golden {
    fn read() -> Self {
        serde_json::from_str(include_str!("../golden/times.json")).unwrap()
    }
}

#[derive(Deserialize)]
struct DTypeCase {
    kind: String,
    unit: String,
    descr: String,
}

#[test]
fn dtypes_are_those_of_numpy() {
    let golden = Golden::read();
    assert_eq!(golden.dtypes.len(), 44);
    for case in &golden.dtypes {
        let unit = case.unit.as_str();
        let dtype = match case.kind.as_str() {
            "M8" => with_unit!(all, unit, U => DType::of::<DateTime64<U>>()),
            _ => with_unit!(all, unit, U => DType::of::<TimeDelta64<U>>()),
        };
        assert_eq!(dtype.to_string(), case.descr);
        assert_eq!(dtype, case.descr.parse().unwrap());
    }
}

#[derive(Deserialize)]
struct CastCase {
    kind: String,
    from: String,
    to: String,
    common: Vec<Option<i64>>,
    edges: Vec<(i64, Option<i64>)>,
}

fn cast_date(steps: i64, from: &str, to: &str) -> Option<i64> {
    fn of<U: Unit, V: Unit>(steps: i64) -> Option<i64> {
        DateTime64::<U>::from_steps(steps).checked_cast::<V>().map(DateTime64::steps)
    }
    fn from_dated<U: Unit>(steps: i64, to: &str) -> Option<i64> {
        with_unit!(dated, to, V => of::<U, V>(steps))
    }
    match from {
        "generic" => with_unit!(fixed, to, V => of::<Generic, V>(steps)),
        from => with_unit!(dated, from, U => from_dated::<U>(steps, to)),
    }
}

fn cast_delta(steps: i64, from: &str, to: &str) -> Option<i64> {
    fn of<U: Unit, V: Unit>(steps: i64) -> Option<i64> {
        TimeDelta64::<U>::from_steps(steps).checked_cast::<V>().map(TimeDelta64::steps)
    }
    fn from_months<U: Unit>(steps: i64, to: &str) -> Option<i64> {
        with_unit!(months, to, V => of::<U, V>(steps))
    }
    fn from_fixed<U: Unit>(steps: i64, to: &str) -> Option<i64> {
        with_unit!(fixed, to, V => of::<U, V>(steps))
    }
    match from {
        "generic" => with_unit!(dated, to, V => of::<Generic, V>(steps)),
        from if is_months(from) => with_unit!(months, from, U => from_months::<U>(steps, to)),
        from => with_unit!(fixed, from, U => from_fixed::<U>(steps, to)),
    }
}

#[test]
fn conversions_are_those_of_numpy() {
    let golden = Golden::read();
    // 21 units to 21, of the generic one to 17; 17 to 17, 4 to 4, the generic one to 21.
    assert_eq!(golden.casts.len(), 21 * 21 + 17 + 17 * 17 + 4 * 4 + 21);
    let (mut results, mut misfits) = (0, 0);
    for case in &golden.casts {
        let cast = if case.kind == "M8" { cast_date } else { cast_delta };
        let common = golden.common[0].iter().copied().zip(case.common.iter().copied());
        for (steps, expected) in common.chain(case.edges.iter().copied()) {
            let found = cast(steps, &case.from, &case.to);
            assert_eq!(found, expected, "{steps} {}[{}] to {}", case.kind, case.from, case.to);
            results += 1;
            misfits += usize::from(expected.is_none());
        }
    }
    assert!(results > 20_000 && misfits > 2000, "{results} {misfits}");
}

#[derive(Deserialize)]
struct TextCase {
    text: String,
    steps: Read,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Read {
    /// By no unit.
    Error(String),
    /// By each unit.
    As(Vec<ReadAs>),
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(untagged)]
enum ReadAs {
    Steps(i64),
    Failed(String),
}

#[test]
fn texts_are_read_as_by_numpy() {
    let golden = Golden::read();
    assert!(golden.texts.len() > 130);
    for TextCase { text, steps } in &golden.texts {
        for (at, unit) in golden.read_as[0].iter().enumerate() {
            let found = with_unit!(all, unit.as_str(), U => match text.parse::<DateTime64<U>>() {
                Ok(time) => ReadAs::Steps(time.steps()),
                Err(error) => {
                    assert_eq!(error.kind(), ErrorKind::BadTime);
                    let reach = error.to_string().contains("out of the reach");
                    ReadAs::Failed(if reach { "reach" } else { "error" }.to_owned())
                }
            });
            match steps {
                Read::Error(error) => assert_eq!(found, ReadAs::Failed(error.clone()), "{text:?} as {unit}"),
                Read::As(steps) => assert_eq!(found, steps[at], "{text:?} as {unit}"),
            }
        }
    }
}

#[derive(Deserialize)]
struct PrintCase {
    kind: String,
    unit: String,
    texts: Vec<(i64, String)>,
}

#[test]
fn scalars_print_as_in_numpy() {
    let golden = Golden::read();
    assert_eq!(golden.prints.len(), 43);
    for PrintCase { kind, unit, texts } in &golden.prints {
        for (steps, text) in texts {
            let steps = *steps;
            let (display, debug) = match kind.as_str() {
                "M8" => with_unit!(all, unit.as_str(), U => printed(DateTime64::<U>::from_steps(steps))),
                _ => with_unit!(all, unit.as_str(), U => printed(TimeDelta64::<U>::from_steps(steps))),
            };
            assert_eq!(&display, text, "{steps} {kind}[{unit}]");
            assert_eq!(display, debug);
        }
    }
    assert_eq!(format!("{:>12}|", DateTime64::<Day>::default()), "  1970-01-01|");
}

fn printed(time: impl ToString + Debug) -> (String, String) {
    (time.to_string(), format!("{time:?}"))
}

#[derive(Deserialize)]
struct ArithmeticCase {
    what: String,
    table: Vec<Vec<Option<i64>>>,
}

type Time = DateTime64<Multiple<Second, 25>>;
type Delta = TimeDelta64<Multiple<Second, 25>>;

/// What an operation makes of two numbers.
fn operate(what: &str, a: i64, b: i64) -> Option<i64> {
    let (time, delta) = (Time::from_steps, Delta::from_steps);
    match what {
        "time + delta" => time(a).checked_add(delta(b)).map(Time::steps),
        "time - delta" => time(a).checked_sub(delta(b)).map(Time::steps),
        "time - time" => time(a).checked_since(time(b)).map(Delta::steps),
        "delta + delta" => delta(a).checked_add(delta(b)).map(Delta::steps),
        "delta - delta" => delta(a).checked_sub(delta(b)).map(Delta::steps),
        "delta * number" => delta(a).checked_mul(b).map(Delta::steps),
        "delta / number" => delta(a).checked_div(b).map(Delta::steps),
        other => panic!("no operation {other}"),
    }
}

#[test]
fn arithmetic_is_that_of_numpy() {
    let golden = Golden::read();
    let operands = &golden.operands[0];
    assert_eq!(golden.arithmetic.len(), 9);
    for ArithmeticCase { what, table } in &golden.arithmetic {
        match what.as_str() {
            "-delta" | "abs(delta)" => {
                let of = |steps| {
                    let delta = Delta::from_steps(steps);
                    Some(if what == "-delta" { -delta } else { delta.abs() }.steps())
                };
                assert_eq!(operands.iter().copied().map(of).collect::<Vec<_>>(), table[0], "{what}");
            }
            _ => {
                for (a, row) in operands.iter().zip(table) {
                    let found: Vec<_> = operands.iter().map(|b| operate(what, *a, *b)).collect();
                    assert_eq!(&found, row, "{what}: {a}");
                }
            }
        }
    }
}

#[derive(Deserialize)]
struct OrderCase {
    kind: String,
    sorted: Vec<i64>,
    unique: Vec<i64>,
    before: Vec<usize>,
}

#[test]
fn times_sort_as_in_numpy_with_nat_last_and_equal_to_itself() {
    fn check<T: Element + Ord + Debug + std::hash::Hash>(
        case: &OrderCase,
        operands: &[i64],
        time: fn(i64) -> T,
    ) {
        let mut times: Vec<T> =
            operands.iter().chain(operands.iter().rev()).map(|steps| time(*steps)).collect();
        assert_eq!(times.iter().collect::<HashSet<_>>().len(), case.unique.len());
        times.sort_unstable();
        assert_eq!(times, case.sorted.iter().map(|steps| time(*steps)).collect::<Vec<_>>());
        let bytes: Vec<u8> = case.sorted.iter().flat_map(|steps| steps.to_ne_bytes()).collect();
        let view = View::<T>::from_bytes(&bytes).unwrap();
        let before: Vec<_> = operands.iter().map(|at| view.partition_point(|t| t < time(*at))).collect();
        assert_eq!(before, case.before);
        assert_eq!((view.iter().min(), view.iter().max()), (times.first().copied(), times.last().copied()));
        times.dedup();
        assert_eq!(times, case.unique.iter().map(|steps| time(*steps)).collect::<Vec<_>>());
    }
    let golden = Golden::read();
    for case in &golden.order {
        match case.kind.as_str() {
            "M8[ns]" => check(case, &golden.operands[0], DateTime64::<Nanosecond>::from_steps),
            _ => check(case, &golden.operands[0], TimeDelta64::<Nanosecond>::from_steps),
        }
    }
    assert_eq!(golden.order.len(), 2);
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, MmapRecord)]
#[repr(C)]
#[mmrec(
    descr = "[('ts', '<M8[ns]'), ('day', '<M8[D]'), ('wait', '<m8[25s]'), ('any', '<m8'), ('hours', '<M8[h]', (2,))]"
)]
struct Event {
    ts: DateTime64<Nanosecond>,
    day: DateTime64<Day>,
    wait: TimeDelta64<Multiple<Second, 25>>,
    any: TimeDelta64<Generic>,
    hours: [DateTime64<Hour>; 2],
}

#[test]
fn records_of_times_are_mapped() {
    let dir = tempdir().unwrap();
    let path = dir.path().join("events.bin");
    let event = |i: u32| {
        let n = i64::from(i);
        Event {
            ts: DateTime64::from_steps(1_622_539_867_123_456_789 + n),
            day: if i.is_multiple_of(3) { DateTime64::NAT } else { DateTime64::from_steps(18_779 + n) },
            wait: TimeDelta64::from_steps(-n),
            any: TimeDelta64::from_steps(i64::MAX - n),
            hours: [DateTime64::from_steps(n), DateTime64::NAT],
        }
    };
    let mut events = RecordMap::<Event>::options().shape(100).create(&path).unwrap();
    assert_eq!(events.at(0), Event::default());
    for (at, event) in (0..100).map(event).enumerate() {
        events.set(at, event);
    }
    events.close().unwrap();

    let mut expected = Vec::new();
    for event in (0..100).map(event) {
        let steps = [
            event.ts.steps(),
            event.day.steps(),
            event.wait.steps(),
            event.any.steps(),
            event.hours[0].steps(),
            i64::MIN,
        ];
        expected.extend(steps.map(i64::to_ne_bytes).concat());
    }
    assert_eq!(std::fs::read(&path).unwrap(), expected);

    let mut events = RecordMap::<Event>::open_rw(&path).unwrap();
    let columns = events.columns();
    assert_eq!(columns.day.iter().filter(|day| day.is_nat()).count(), 34);
    assert_eq!(columns.ts.to_vec(), (0..100).map(|i| event(i).ts).collect::<Vec<_>>());
    assert_eq!(
        columns.ts.slice(mmrec::s![..2]).to_string(),
        "['2021-06-01T09:31:07.123456789' '2021-06-01T09:31:07.123456790']"
    );
    assert_eq!(columns.hours.elements().to_vec()[..2], event(0).hours);
    events.field_mut(Event::FIELDS.wait).update(|wait| wait.checked_mul(2).unwrap());
    assert_eq!(events.at(99).wait, TimeDelta64::from_steps(-198));
}

#[test]
fn days_have_year_month_and_day() {
    // Day by day through two cycles of the calendar.
    let (mut year, mut month, mut day) = (1600, 1, 1);
    let first = DateTime64::<Day>::from_ymd(year, month, day).unwrap();
    assert_eq!(first.steps(), -135_140);
    for i in 0..=2 * 146_097 {
        let date = DateTime64::<Day>::from_steps(first.steps() + i);
        assert_eq!(date.ymd(), Some((year, month, day)));
        assert_eq!(DateTime64::from_ymd(year, month, day), Some(date));
        let leap = year % 400 == 0 || year % 4 == 0 && year % 100 != 0;
        let days = match month {
            2 => 28 + u8::from(leap),
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        (year, month, day) = match () {
            () if day < days => (year, month, day + 1),
            () if month < 12 => {
                assert_eq!(DateTime64::<Day>::from_ymd(year, month, days + 1), None);
                (year, month + 1, 1)
            }
            () => (year + 1, 1, 1),
        };
    }
    assert_eq!((year, month, day), (2400, 1, 2));
    for (year, month, day) in [(2020, 0, 1), (2020, 13, 1), (2020, 1, 0), (2020, 1, 32), (i64::MAX, 1, 1)] {
        assert_eq!(DateTime64::<Day>::from_ymd(year, month, day), None);
    }
    assert_eq!(DateTime64::<Year>::from_ymd(2021, 12, 31).unwrap().to_string(), "2021");
    assert_eq!(
        DateTime64::<Nanosecond>::from_ymd(2262, 4, 11).unwrap().to_string(),
        "2262-04-11T00:00:00.000000000"
    );
    assert_eq!(DateTime64::<Nanosecond>::from_ymd(2262, 4, 12), None);
}

#[test]
fn parts_of_any_time() {
    type Long = Multiple<Year, 2_147_483_647>;
    let parts = |text: &str| {
        let time: DateTime64<Attosecond> = text.parse().unwrap();
        (time.ymd().unwrap(), time.hms().unwrap())
    };
    assert_eq!(parts("1970-01-01T00:00:09.2"), ((1970, 1, 1), (0, 0, 9)));
    assert_eq!(parts("1969-12-31T23:59:59.999999999999999999"), ((1969, 12, 31), (23, 59, 59)));
    assert_eq!(DateTime64::<Hour>::from_steps(-1).hms(), Some((23, 0, 0)));
    assert_eq!(DateTime64::<Month>::from_steps(-1).ymd(), Some((1969, 12, 1)));
    for extreme in [i64::MIN + 1, i64::MAX] {
        assert_eq!(DateTime64::<Long>::from_steps(extreme).ymd(), None);
        assert_eq!(DateTime64::<Long>::from_steps(extreme).hms(), Some((0, 0, 0)));
        let year = extreme.checked_add(1970);
        assert_eq!(DateTime64::<Year>::from_steps(extreme).ymd().map(|(year, _, _)| year), year);
    }
    assert_eq!((DateTime64::<Long>::NAT.ymd(), DateTime64::<Day>::NAT.hms()), (None, None));
}

/// Numbers of all magnitudes, the extremes among them.
fn any_steps() -> impl Strategy<Value = i64> {
    prop_oneof![
        any::<i64>(),
        (0_u32..64, any::<i64>()).prop_map(|(shift, steps)| steps >> shift),
        prop::sample::select(vec![i64::MIN, i64::MIN + 1, i64::MAX, i64::MAX - 1, 0, 1, -1]),
    ]
}

fn fit(steps: i128) -> Option<i64> {
    i64::try_from(steps).ok().filter(|steps| *steps != i64::MIN)
}

/// The lengths of some units in attoseconds.
const LENGTHS: [(&str, i128); 8] = [
    ("3W", 1_814_400 * 10_i128.pow(18)),
    ("D", 86_400 * 10_i128.pow(18)),
    ("25s", 25 * 10_i128.pow(18)),
    ("1500ms", 1500 * 10_i128.pow(15)),
    ("us", 10_i128.pow(12)),
    ("ns", 10_i128.pow(9)),
    ("fs", 1000),
    ("2147483647as", 2_147_483_647),
];

fn common(a: i128, b: i128) -> i128 {
    if b == 0 { a } else { common(b, a % b) }
}

proptest! {
    #[test]
    fn arithmetic_is_exact_or_none(a in any_steps(), b in any_steps()) {
        let nat = a == i64::MIN || b == i64::MIN;
        let (x, y) = (i128::from(a), i128::from(b));
        for (what, exact) in [
            ("time + delta", Some(x + y)),
            ("time - delta", Some(x - y)),
            ("time - time", Some(x - y)),
            ("delta + delta", Some(x + y)),
            ("delta - delta", Some(x - y)),
        ] {
            prop_assert_eq!(operate(what, a, b), if nat { Some(i64::MIN) } else { exact.and_then(fit) });
        }
        for (what, exact) in [("delta * number", Some(x * y)), ("delta / number", x.checked_div(y))] {
            let expected = if a == i64::MIN { Some(i64::MIN) } else { exact.and_then(fit) };
            prop_assert_eq!(operate(what, a, b), expected);
        }
    }

    #[test]
    fn conversions_are_exact_and_round_down_or_none(steps in any_steps(), from in 0..8_usize, to in 0..8_usize) {
        let ((from, length), (to, other)) = (LENGTHS[from], LENGTHS[to]);
        let exact = match (length % other, other % length) {
            (0, _) => i128::from(steps).checked_mul(length / other),
            (_, 0) => Some(i128::from(steps).div_euclid(other / length)),
            // What does not fit 128 bits here has a quotient that does not fit 64.
            _ => i128::from(steps).checked_mul(length / common(length, other))
                .map(|product| product.div_euclid(other / common(length, other))),
        };
        let exact = exact.and_then(fit);
        let expected = if steps == i64::MIN { Some(i64::MIN) } else { exact };
        prop_assert_eq!(cast_date(steps, from, to), expected, "{} {} to {}", steps, from, to);
        prop_assert_eq!(cast_delta(steps, from, to), expected);
    }

    #[test]
    fn texts_come_back(steps in any_steps()) {
        fn round_trip<U: Unit>(steps: i64) -> Result<(), TestCaseError> {
            let time = DateTime64::<U>::from_steps(steps);
            prop_assert_eq!(time.to_string().parse::<DateTime64<U>>().unwrap(), time);
            Ok(())
        }
        for unit in ["h", "m", "s", "ms", "us", "ns", "ps", "fs", "as"] {
            with_unit!(fixed, unit, U => round_trip::<U>(steps)?);
        }
        // NumPy's text of longer units wraps around.
        for unit in ["M", "W", "D", "25s", "7D", "400Y"] {
            with_unit!(dated, unit, U => round_trip::<U>(steps / 10_000 + i64::from(steps == i64::MIN))?);
        }
    }

    #[test]
    fn months_hold_their_days(day in any_steps()) {
        prop_assume!(day != i64::MIN);
        let day = DateTime64::<Day>::from_steps(day);
        let month: DateTime64<Month> = day.checked_cast().unwrap();
        let next = month.checked_add(TimeDelta64::from_steps(1)).unwrap();
        if let (Some(first), Some(next)) = (month.checked_cast::<Day>(), next.checked_cast::<Day>()) {
            prop_assert!(first <= day && day < next);
            let (year, number, of_month) = day.ymd().unwrap();
            prop_assert_eq!(day.checked_since(first), Some(TimeDelta64::from_steps(i64::from(of_month) - 1)));
            prop_assert_eq!((year - 1970) * 12 + i64::from(number) - 1, month.steps());
            // The calendar repeats after 400 years.
            let later = day.checked_add(TimeDelta64::from_steps(146_097));
            prop_assert!(later.is_none_or(|later| later.ymd() == Some((year + 400, number, of_month))));
        }
    }

    #[test]
    fn system_times_go_through_nanoseconds(nanoseconds in any_steps()) {
        prop_assume!(nanoseconds != i64::MIN);
        let away = Duration::from_nanos(nanoseconds.unsigned_abs());
        let system = match nanoseconds < 0 {
            true => SystemTime::UNIX_EPOCH - away,
            false => SystemTime::UNIX_EPOCH + away,
        };
        let time = DateTime64::<Nanosecond>::try_from(system).unwrap();
        prop_assert_eq!(time.steps(), nanoseconds);
        prop_assert_eq!(SystemTime::try_from(time).unwrap(), system);
        prop_assert_eq!(DateTime64::<Millisecond>::try_from(system).unwrap(), time.checked_cast().unwrap());
        prop_assert_eq!(DateTime64::<Month>::try_from(system).unwrap(), time.checked_cast().unwrap());
        let delta = TimeDelta64::<Nanosecond>::try_from(away).unwrap();
        prop_assert_eq!(Duration::try_from(delta).unwrap(), away);
        prop_assert_eq!(TimeDelta64::<Hour>::try_from(away).unwrap(), delta.checked_cast().unwrap());
    }

    /// Text by chrono, and its own arithmetic.
    #[test]
    fn chrono_has_the_same_calendar(nanoseconds in any_steps()) {
        prop_assume!(nanoseconds != i64::MIN);
        let time = DateTime64::<Nanosecond>::from_steps(nanoseconds);
        let theirs = chrono::DateTime::from_timestamp_nanos(nanoseconds);
        prop_assert_eq!(chrono::DateTime::<chrono::Utc>::try_from(time).unwrap(), theirs);
        prop_assert_eq!(DateTime64::try_from(theirs).unwrap(), time);
        let naive = theirs.naive_utc();
        prop_assert_eq!(chrono::NaiveDateTime::try_from(time).unwrap(), naive);
        prop_assert_eq!(DateTime64::try_from(naive).unwrap(), time);
        // `2021-06-01 09:30:00.250`, which is read, too.
        prop_assert_eq!(naive.to_string().parse::<DateTime64<Nanosecond>>().unwrap(), time);
        let day = DateTime64::<Day>::from(naive.date());
        prop_assert_eq!(Some(day), time.checked_cast());
        prop_assert_eq!(day.to_string(), naive.date().to_string());
        prop_assert_eq!(chrono::NaiveDate::try_from(day).unwrap(), naive.date());
        let delta = TimeDelta64::<Nanosecond>::from_steps(nanoseconds);
        let theirs = chrono::TimeDelta::nanoseconds(nanoseconds);
        prop_assert_eq!(chrono::TimeDelta::try_from(delta).unwrap(), theirs);
        prop_assert_eq!(TimeDelta64::try_from(theirs).unwrap(), delta);
        prop_assert_eq!(TimeDelta64::<Second>::try_from(theirs).unwrap(), delta.checked_cast().unwrap());
    }
}

/// The text of an error of the kind that all conversions have.
fn refusal<T: Debug>(result: mmrec::Result<T>) -> String {
    let error = result.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BadTime);
    error.to_string()
}

#[test]
fn what_does_not_fit_the_standard_library_is_an_error() {
    let epoch = SystemTime::UNIX_EPOCH;
    // Finer units are cut, back in time.
    let time = DateTime64::<Picosecond>::from_steps(-1);
    assert_eq!(SystemTime::try_from(time).unwrap(), epoch - Duration::from_nanos(1));
    let delta = TimeDelta64::<Picosecond>::from_steps(1999);
    assert_eq!(Duration::try_from(delta).unwrap(), Duration::from_nanos(1));
    assert_eq!(
        SystemTime::try_from(DateTime64::<Year>::from_steps(-1)).unwrap(),
        epoch - Duration::from_secs(365 * 86_400)
    );

    assert_eq!(
        refusal(SystemTime::try_from(DateTime64::<Day>::NAT)),
        "NaT is no SystemTime; ask `is_nat()` first"
    );
    assert_eq!(
        refusal(Duration::try_from(TimeDelta64::<Day>::NAT)),
        "NaT is no Duration; ask `is_nat()` first"
    );
    assert_eq!(
        refusal(SystemTime::try_from(DateTime64::<Week>::from_steps(i64::MAX))),
        "9223372036854775807 steps of '<M8[W]' since 1970 do not fit a SystemTime"
    );
    assert_eq!(
        refusal(Duration::try_from(TimeDelta64::<Day>::from_steps(-2))),
        "-2 days is less than zero, and a Duration is not; take its `abs()`"
    );
    assert_eq!(
        refusal(Duration::try_from(TimeDelta64::<Week>::from_steps(i64::MAX))),
        "9223372036854775807 steps of '<m8[W]' do not fit a Duration"
    );
    assert_eq!(
        refusal(TimeDelta64::<Attosecond>::try_from(Duration::from_secs(10))),
        "10000000000 ns do not fit '<m8[as]'; use a coarser unit"
    );
    assert_eq!(TimeDelta64::<Second>::try_from(Duration::MAX).ok(), None);
    assert_eq!(
        TimeDelta64::<Minute>::try_from(Duration::MAX).unwrap().steps(),
        (u64::MAX / 60).cast_signed()
    );
    assert_eq!(
        refusal(DateTime64::<Nanosecond>::try_from(epoch + Duration::from_secs(9_223_372_037))),
        "9223372037000000000 ns since 1970 is out of the reach of '<M8[ns]', which is from \
         1677-09-21T00:12:43.145224193 to 2262-04-11T23:47:16.854775807; use a coarser unit"
    );
}

#[test]
fn what_does_not_fit_chrono_is_an_error() {
    use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, Utc};

    assert_eq!(
        refusal(DateTime::<Utc>::try_from(DateTime64::<Second>::NAT)),
        "NaT is no chrono::DateTime; ask `is_nat()` first"
    );
    assert_eq!(
        refusal(NaiveDateTime::try_from(DateTime64::<Year>::from_steps(300_000))),
        "300000 steps of '<M8[Y]' since 1970 do not fit a chrono::DateTime"
    );
    for day in [DateTime64::NAT, DateTime64::from_steps(i64::MAX), DateTime64::from_steps(100_000_000)] {
        assert!(refusal(NaiveDate::try_from(day)).contains("chrono::NaiveDate"));
    }
    for date in [NaiveDate::MIN, NaiveDate::MAX] {
        let day = DateTime64::<Day>::from(date);
        assert_eq!(NaiveDate::try_from(day).unwrap(), date);
    }
    for delta in
        [TimeDelta64::<Hour>::NAT, TimeDelta64::from_steps(i64::MAX), TimeDelta64::from_steps(i64::MIN + 1)]
    {
        assert!(refusal(TimeDelta::try_from(delta)).contains("chrono::TimeDelta"));
    }
    assert_eq!(TimeDelta64::<Millisecond>::try_from(TimeDelta::MAX).unwrap().steps(), i64::MAX);
    assert_eq!(
        refusal(TimeDelta64::<Nanosecond>::try_from(TimeDelta::MAX)),
        "9223372036854775807000000 ns do not fit '<m8[ns]'; use a coarser unit"
    );
    assert_eq!(TimeDelta64::<Second>::try_from(TimeDelta::nanoseconds(-1)).unwrap().steps(), -1);
    // A leap second is the first of the next minute.
    let leap = NaiveDate::from_ymd_opt(2016, 12, 31).unwrap().and_hms_milli_opt(23, 59, 59, 1500).unwrap();
    assert_eq!(DateTime64::<Millisecond>::try_from(leap).unwrap().to_string(), "2017-01-01T00:00:00.500");
}

/// NumPy reads these otherwise; see the table of differences.
#[test]
fn texts_that_numpy_misreads() {
    let year = |text: &str| text.parse::<DateTime64<Year>>().map(|time| time.to_string());
    // There the sign after a space is lost.
    assert_eq!(year(" -2020").unwrap(), "-2020");
    assert_eq!(year(" +2020").unwrap(), "2020");
    // The year 0.
    assert_eq!(
        refusal(year("+-01")),
        "\"+-01\" is no date: expected a year at byte 1; write it like 2021-06-01T09:30:00.25"
    );
    // A year modulo 2^64.
    assert!(refusal(year("18446744073709551617")).contains("expected a year that fits 64 bits at byte 0"));
    // The clock of the machine.
    assert!(refusal(year("now")).contains("expected a year at byte 0"));
    assert!(refusal(year("today")).contains("expected a year at byte 0"));
}

#[test]
fn a_text_that_is_no_date_says_where() {
    let second = |text: &str| refusal(text.parse::<DateTime64<Second>>());
    let example = "; write it like 2021-06-01T09:30:00.25";
    for (text, expected) in [
        ("2020-13-01", "a month, 01 to 12 at byte 5"),
        ("2021-02-29", "a day that the month has at byte 8"),
        ("2020-01-02T24", "an hour, 00 to 23 at byte 11"),
        ("2020-01-02T03:60", "a minute, 00 to 59 at byte 14"),
        ("2020-01-02T03:04:61", "a second, 00 to 59 at byte 17"),
        ("2020-01-02T03:04+24", "hours from UTC, 00 to 23 at byte 17"),
        ("2020-01-02T03:04+01:60", "minutes of the offset from UTC, 00 to 59 at byte 20"),
        ("2020-01-02x", "the end, or the next part of a date like 2021-06-01T09:30:00.25 at byte 10"),
    ] {
        assert_eq!(second(text), format!("{text:?} is no date: expected {expected}{example}"));
    }
    assert_eq!(
        refusal("2020".parse::<DateTime64<Generic>>()),
        "\"2020\" cannot be a '<M8', which has no unit and is read from NaT alone; use another unit"
    );
    assert!(
        refusal(
            "9223372036854775807"
                .parse::<DateTime64<Multiple<Millisecond, 2_147_483_647>>>()
                .map(|_| ())
                .and_then(|()| "9223372036854775807".parse::<DateTime64<Second>>())
        )
        .contains("out of the reach")
    );
}
