//! NumPy's `M8` and `m8`: points in time and durations, in 64-bit steps of a unit.

mod calendar;
mod clock;
mod text;
pub mod units;

use std::{cmp::Ordering, fmt, hash, marker::PhantomData, ops::Neg, str::FromStr};

use self::{
    calendar::{Conversion, day_of, fit, month_of, one},
    text::{Malformed, When},
    units::Unit,
};
use super::{
    Element, bulk,
    byte_order::ByteOrdered,
    number::Sealed,
    volatile::{read, write},
};
use crate::{
    dtype::{ByteOrder, DType, Kind, Scalar, TimeStep, TimeUnit},
    error::{Error, ErrorKind, Result},
};

pub(crate) use self::text::{date, duration};

/// What NumPy takes for "not a time".
pub(crate) const NAT: i64 = i64::MIN;

/// A point in time: a number of steps of `U` since the start of 1970, without a time zone, or NaT, "not a time".
///
/// ```
/// use mmrec::{DateTime64, TimeDelta64, units::{Day, Minute, Multiple, Nanosecond}};
///
/// let ts: DateTime64<Nanosecond> = "2021-06-01T09:31:07.25".parse()?;
/// assert_eq!(ts.steps(), 1_622_539_867_250_000_000);
/// assert_eq!((ts.ymd(), ts.hms()), (Some((2021, 6, 1)), Some((9, 31, 7))));
///
/// let bar = ts.checked_cast::<Multiple<Minute, 5>>().unwrap();
/// assert_eq!(bar.to_string(), "2021-06-01T09:30");
///
/// let midnight = DateTime64::<Nanosecond>::from_ymd(2021, 6, 1).unwrap();
/// let since = ts.checked_since(midnight).and_then(TimeDelta64::checked_cast::<Minute>);
/// assert_eq!(since, Some(TimeDelta64::from_steps(571)));
/// # Ok::<(), mmrec::Error>(())
/// ```
///
/// # NaT
///
/// `==`, `<` and hashing are those of NumPy's `sort` and `unique`: NaT equals itself and comes after all times, so that
/// `sort`, `HashMap` and [`partition_point`](crate::View::partition_point) work. NumPy's operators differ: there no
/// comparison with NaT is true. [`is_nat`](Self::is_nat) tells it apart, and [`get`](Self::get) is `None` for it. So
/// `view.iter().min()` leaves NaT out, and `max()` is NaT if there is one, where NumPy's are both NaT then.
///
/// # Arithmetic
///
/// The results of sums, differences and conversions are `Option`: NaT makes NaT, and what does not fit 64 bits is `None`,
/// where NumPy wraps around. There are no operators, for what a file holds must not end the program.
///
/// The default is the start of 1970, all bytes 0.
///
/// NumPy: dtype `M8[ns]`, `datetime64[ns]`.
#[repr(transparent)]
pub struct DateTime64<U> {
    steps: i64,
    unit: PhantomData<fn() -> U>,
}

/// A duration: a number of steps of `U`, negative ones too, or NaT, "not a time".
///
/// ```
/// use std::time::Duration;
/// use mmrec::{TimeDelta64, units::{Millisecond, Second}};
///
/// let delta = TimeDelta64::<Millisecond>::from_steps(-1500);
/// assert_eq!(delta.to_string(), "-1500 milliseconds");
/// // Rounded down, as in NumPy.
/// assert_eq!(delta.checked_cast::<Second>(), Some(TimeDelta64::from_steps(-2)));
/// assert_eq!(Duration::try_from(-delta)?, Duration::from_millis(1500));
/// # Ok::<(), mmrec::Error>(())
/// ```
///
/// NaT and arithmetic are as for [`DateTime64`]. The default is no time at all, all bytes 0.
///
/// NumPy: dtype `m8[ns]`, `timedelta64[ns]`.
#[repr(transparent)]
pub struct TimeDelta64<U> {
    steps: i64,
    unit: PhantomData<fn() -> U>,
}

macro_rules! times {
    ($($time:ident, $kind:ident, $dates:literal, $text:ident;)*) => {$(
        impl<U: Unit> $time<U> {
            /// Not a time.
            pub const NAT: Self = Self::from_steps(NAT);

            /// So many steps. `i64::MIN` is NaT.
            pub const fn from_steps(steps: i64) -> Self {
                // A unit that is none does not compile.
                const { _ = U::STEP };
                Self { steps, unit: PhantomData }
            }

            /// The number of steps as it is stored. That of NaT is `i64::MIN`.
            pub const fn steps(self) -> i64 {
                self.steps
            }

            /// The number of steps; `None` for NaT.
            pub const fn get(self) -> Option<i64> {
                if self.is_nat() { None } else { Some(self.steps) }
            }

            /// Whether it is "not a time".
            ///
            /// NumPy: `np.isnat(time)`.
            pub const fn is_nat(self) -> bool {
                self.steps == NAT
            }

            const fn from_sum(steps: Option<i64>) -> Option<Self> {
                match steps {
                    None | Some(NAT) => None,
                    Some(steps) => Some(Self::from_steps(steps)),
                }
            }

            /// From a number of steps of another length; `None` if it does not fit.
            const fn converted(steps: i128, conversion: Conversion) -> Option<Self> {
                let Some(steps) = conversion.apply(steps) else { return None };
                match fit(steps) {
                    Some(steps) => Some(Self::from_steps(steps)),
                    None => None,
                }
            }
        }

        // SAFETY: it is an `i64`, of which every bit pattern is valid, and is accessed as one.
        unsafe impl<U: Unit> Element for $time<U> {
            const DTYPE: &'static DType =
                &DType::scalar(Scalar::new(Kind::$kind(U::STEP), size_of::<i64>(), ByteOrder::NATIVE));
            const PLAIN: bool = true;

            #[inline(always)]
            unsafe fn load(src: *const u8) -> Self {
                // SAFETY: passed on from the caller.
                Self::from_steps(unsafe { read(src) })
            }

            #[inline(always)]
            unsafe fn store(value: Self, dst: *mut u8) {
                // SAFETY: passed on from the caller.
                unsafe { write(value.steps, dst) }
            }

            #[inline(always)]
            unsafe fn load_array<const N: usize>(src: *const u8) -> [Self; N] {
                // SAFETY: passed on from the caller.
                let steps: [i64; N] = unsafe { bulk::read_array(src) };
                steps.map(Self::from_steps)
            }

            #[inline(always)]
            unsafe fn store_array<const N: usize>(values: [Self; N], dst: *mut u8) {
                // SAFETY: passed on from the caller.
                unsafe { bulk::write_array(values.map(Self::steps), dst) }
            }
        }

        impl<U: Unit> Sealed for $time<U> {}

        impl<U: Unit> ByteOrdered for $time<U> {
            #[inline(always)]
            fn swap_bytes(self) -> Self {
                Self::from_steps(self.steps.swap_bytes())
            }
        }

        // By hand, for the unit is only a name.

        impl<U> Clone for $time<U> {
            fn clone(&self) -> Self {
                *self
            }
        }

        impl<U> Copy for $time<U> {}

        impl<U> Default for $time<U> {
            fn default() -> Self {
                Self { steps: 0, unit: PhantomData }
            }
        }

        impl<U> PartialEq for $time<U> {
            fn eq(&self, other: &Self) -> bool {
                self.steps == other.steps
            }
        }

        impl<U> Eq for $time<U> {}

        impl<U> PartialOrd for $time<U> {
            fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
                Some(self.cmp(other))
            }
        }

        /// Earlier is less, and NaT greatest.
        impl<U> Ord for $time<U> {
            fn cmp(&self, other: &Self) -> Ordering {
                // NaT is the least number; one less is the greatest.
                self.steps.wrapping_sub(1).cmp(&other.steps.wrapping_sub(1))
            }
        }

        impl<U> hash::Hash for $time<U> {
            fn hash<H: hash::Hasher>(&self, state: &mut H) {
                self.steps.hash(state);
            }
        }

        /// As `str` of NumPy's scalar.
        impl<U: Unit> fmt::Display for $time<U> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&$text(self.steps, U::STEP))
            }
        }

        /// As `Display`.
        impl<U: Unit> fmt::Debug for $time<U> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
    )*};
}

times! {
    DateTime64, DateTime, true, date;
    TimeDelta64, TimeDelta, false, duration;
}

impl<U: Unit> DateTime64<U> {
    /// Midnight at the start of a day, or the step of `U` that it lies in; `None` if there is no such day, or it does not
    /// fit.
    ///
    /// ```
    /// use mmrec::{DateTime64, units::Second};
    ///
    /// const START: DateTime64<Second> = DateTime64::from_ymd(2021, 6, 1).unwrap();
    /// assert_eq!(START.to_string(), "2021-06-01T00:00:00");
    /// assert_eq!(DateTime64::<Second>::from_ymd(2021, 2, 29), None);
    /// ```
    pub const fn from_ymd(year: i64, month: u8, day: u8) -> Option<Self> {
        match day_of(year, month, day) {
            Some(day) => {
                Self::converted(day, const { Conversion::of_dates(one(TimeUnit::Day), dated(U::STEP)) })
            }
            None => None,
        }
    }

    /// Year, month and day; `None` for NaT, and where the year does not fit.
    pub const fn ymd(self) -> Option<(i64, u8, u8)> {
        let Some(day) = self.convert(const { Conversion::of_dates(dated(U::STEP), one(TimeUnit::Day)) })
        else {
            return None;
        };
        let (month, day) = month_of(day);
        match fit(month.div_euclid(12) + 1970) {
            Some(year) => Some((year, month.rem_euclid(12) as u8 + 1, day)),
            None => None,
        }
    }

    /// Hour, minute and second of the day; `None` for NaT.
    pub const fn hms(self) -> Option<(u8, u8, u8)> {
        let Some(second) =
            self.convert(const { Conversion::of_dates(dated(U::STEP), one(TimeUnit::Second)) })
        else {
            return None;
        };
        let second = second.rem_euclid(86_400).unsigned_abs();
        Some(((second / 3600) as u8, (second / 60 % 60) as u8, (second % 60) as u8))
    }

    /// The time so much later; `None` if it does not fit.
    ///
    /// NumPy: `time + delta`, which wraps around.
    #[must_use = "the time itself stays as it is"]
    pub const fn checked_add(self, delta: TimeDelta64<U>) -> Option<Self> {
        if self.is_nat() || delta.is_nat() {
            return Some(Self::NAT);
        }
        Self::from_sum(self.steps.checked_add(delta.steps))
    }

    /// The time so much earlier; `None` if it does not fit.
    ///
    /// NumPy: `time - delta`, which wraps around.
    #[must_use = "the time itself stays as it is"]
    pub const fn checked_sub(self, delta: TimeDelta64<U>) -> Option<Self> {
        if self.is_nat() || delta.is_nat() {
            return Some(Self::NAT);
        }
        Self::from_sum(self.steps.checked_sub(delta.steps))
    }

    /// The time from another one to this; `None` if it does not fit.
    ///
    /// NumPy: `time - other`, which wraps around.
    #[must_use = "the time itself stays as it is"]
    pub const fn checked_since(self, other: Self) -> Option<TimeDelta64<U>> {
        if self.is_nat() || other.is_nat() {
            return Some(TimeDelta64::NAT);
        }
        TimeDelta64::from_sum(self.steps.checked_sub(other.steps))
    }

    /// The step of another unit that the time lies in, or at which the step of this unit starts; `None` if it does not
    /// fit. Years and months go through the calendar. The number of a generic time is kept.
    ///
    /// A conversion from a unit to [`Generic`](units::Generic) does not compile, for NumPy has none either.
    ///
    /// NumPy: `time.astype('M8[h]')`, which wraps around.
    #[must_use = "the time itself stays as it is"]
    pub const fn checked_cast<V: Unit>(self) -> Option<DateTime64<V>> {
        if self.is_nat() {
            return Some(DateTime64::NAT);
        }
        DateTime64::converted(self.steps as i128, const { Conversion::cast(U::STEP, V::STEP, true) })
    }

    /// Steps of another length since 1970; `None` for NaT, or if it does not fit.
    const fn convert(self, conversion: Conversion) -> Option<i128> {
        if self.is_nat() { None } else { conversion.apply(self.steps as i128) }
    }
}

impl<U: Unit> TimeDelta64<U> {
    /// The sum; `None` if it does not fit.
    #[must_use = "the time itself stays as it is"]
    pub const fn checked_add(self, other: Self) -> Option<Self> {
        if self.is_nat() || other.is_nat() {
            return Some(Self::NAT);
        }
        Self::from_sum(self.steps.checked_add(other.steps))
    }

    /// The difference; `None` if it does not fit.
    #[must_use = "the time itself stays as it is"]
    pub const fn checked_sub(self, other: Self) -> Option<Self> {
        if self.is_nat() || other.is_nat() {
            return Some(Self::NAT);
        }
        Self::from_sum(self.steps.checked_sub(other.steps))
    }

    /// The product; `None` if it does not fit.
    #[must_use = "the time itself stays as it is"]
    pub const fn checked_mul(self, times: i64) -> Option<Self> {
        if self.is_nat() {
            return Some(Self::NAT);
        }
        Self::from_sum(self.steps.checked_mul(times))
    }

    /// The quotient, cut towards zero; `None` for a division by zero.
    ///
    /// NumPy: `delta / 3`, which is NaT for a division by zero.
    #[must_use = "the time itself stays as it is"]
    pub const fn checked_div(self, by: i64) -> Option<Self> {
        if self.is_nat() {
            return Some(Self::NAT);
        }
        Self::from_sum(self.steps.checked_div(by))
    }

    /// The duration without its sign; NaT is NaT.
    #[must_use]
    pub const fn abs(self) -> Self {
        if self.steps < 0 { self.negative() } else { self }
    }

    /// The step of another unit that the duration lies in, rounded down; `None` if it does not fit. The number of a
    /// generic duration is kept.
    ///
    /// A conversion from or to years and months does not compile, but for one between the two: they have no fixed length.
    /// Nor does one from a unit to [`Generic`](units::Generic).
    ///
    /// ```compile_fail,E0080
    /// use mmrec::{TimeDelta64, units::{Day, Month}};
    ///
    /// let days = TimeDelta64::<Month>::from_steps(1).checked_cast::<Day>();
    /// ```
    ///
    /// NumPy: `delta.astype('m8[h]')`, which wraps around. It takes a year for 365.2425 days, though not with
    /// `casting='same_kind'`.
    #[must_use = "the time itself stays as it is"]
    pub const fn checked_cast<V: Unit>(self) -> Option<TimeDelta64<V>> {
        if self.is_nat() {
            return Some(TimeDelta64::NAT);
        }
        TimeDelta64::converted(self.steps as i128, const { Conversion::cast(U::STEP, V::STEP, false) })
    }

    const fn negative(self) -> Self {
        // NaT stays what it is, and all others have a negative.
        Self::from_steps(self.steps.wrapping_neg())
    }
}

/// The same time in the other direction; NaT is NaT. It always fits.
impl<U: Unit> Neg for TimeDelta64<U> {
    type Output = Self;

    fn neg(self) -> Self {
        self.negative()
    }
}

/// Reads what `np.datetime64` reads: `2021`, `2021-06`, `2021-06-01`, and with `T` or a space `2021-06-01T09`,
/// `2021-06-01 09:30`, `2021-06-01T09:30:00`, `2021-06-01T09:30:00.25` with up to 18 digits; `NaT` and the empty text are
/// NaT. A year may have a sign and any number of digits. After a time of day there may be `Z` or an offset from UTC such
/// as `+01:30`: the result is in UTC. What is finer than the unit is cut, always back in time.
///
/// ```
/// use mmrec::{DateTime64, units::{Day, Nanosecond}};
///
/// let ts: DateTime64<Nanosecond> = "2021-06-01T09:30:00.000000001".parse()?;
/// assert_eq!("2021-06-01T23:30-01".parse::<DateTime64<Day>>()?.to_string(), "2021-06-02");
///
/// let error = "2500-01-01".parse::<DateTime64<Nanosecond>>().unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "2500-01-01 is out of the reach of '<M8[ns]', which is from 1677-09-21T00:12:43.145224193 to \
///      2262-04-11T23:47:16.854775807; use a coarser unit"
/// );
/// # Ok::<(), mmrec::Error>(())
/// ```
impl<U: Unit> FromStr for DateTime64<U> {
    type Err = Error;

    /// # Errors
    ///
    /// [`ErrorKind::BadTime`] if the text is no date, or not one that fits.
    fn from_str(text: &str) -> Result<Self> {
        let instant = match text::parse(text) {
            Ok(When::NotATime) => return Ok(Self::NAT),
            Ok(When::At(instant)) => instant,
            Err(Malformed { at, expected }) => {
                let message = format!(
                    "{text:?} is no date: expected {expected} at byte {at}; write it like 2021-06-01T09:30:00.25"
                );
                return Err(Error::new(ErrorKind::BadTime, message));
            }
        };
        let Some(step) = U::STEP else {
            let message = format!(
                "{text:?} cannot be a {}, which has no unit and is read from NaT alone; use another unit",
                Self::DTYPE
            );
            return Err(Error::new(ErrorKind::BadTime, message));
        };
        instant.steps(step).map(Self::from_steps).ok_or_else(|| Self::out_of_reach(text))
    }
}

impl<U: Unit> DateTime64<U> {
    /// The error that a time does not fit.
    fn out_of_reach(time: impl fmt::Display) -> Error {
        let reach = U::STEP.map_or(String::new(), |step| {
            let (first, last) = text::reach(step);
            format!(", which is from {first} to {last}")
        });
        let message = format!("{time} is out of the reach of {}{reach}; use a coarser unit", Self::DTYPE);
        Error::new(ErrorKind::BadTime, message)
    }
}

/// The step of a datetime that is to be a date.
///
/// # Panics
///
/// If it has none. It is called while compiling.
#[track_caller]
const fn dated(step: Option<TimeStep>) -> TimeStep {
    match step {
        Some(step) => step,
        None => panic!("a time of the generic unit is a number and no date; take another unit"),
    }
}
