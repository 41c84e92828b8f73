//! Units of time as types, for [`DateTime64`](crate::DateTime64) and [`TimeDelta64`](crate::TimeDelta64).
//!
//! ```
//! use mmrec::{DType, DateTime64, TimeDelta64, units};
//!
//! assert_eq!(DType::of::<DateTime64<units::Nanosecond>>().to_string(), "'<M8[ns]'");
//! assert_eq!(DType::of::<TimeDelta64<units::Multiple<units::Second, 25>>>().to_string(), "'<m8[25s]'");
//! ```
//!
//! They are compared and hashed, though there is no value of them, so that a record with a unit for a parameter may derive that:
//!
//! ```
//! use mmrec::{DateTime64, MmapRecord, units::{Second, Unit}};
//!
//! #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, MmapRecord)]
//! #[repr(C)]
//! struct Event<U: Unit> {
//!     at: DateTime64<U>,
//!     code: u64,
//! }
//!
//! let event = Event::<Second> { at: "2021-06-01".parse()?, code: 7 };
//! assert!(event < Event { code: 8, ..event });
//! # Ok::<(), mmrec::Error>(())
//! ```

use std::marker::PhantomData;

use crate::dtype::{TimeStep, TimeUnit};

/// What a [`DateTime64`](crate::DateTime64) or [`TimeDelta64`](crate::TimeDelta64) counts: the types of
/// [`units`](crate::units). Only this crate implements it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a unit of time",
    label = "not a unit of time",
    note = "the units are the types of `mmrec::units`: Year, Month, Week, Day, Hour, Minute, Second, Millisecond to Attosecond, Multiple<Second, 25>, and Generic"
)]
pub trait Unit: Sealed + 'static {
    /// The unit and how many of it one step is; `None` for [`Generic`].
    const STEP: Option<TimeStep>;
}

#[doc(hidden)]
pub trait Sealed {}

macro_rules! units {
    ($($unit:ident $text:literal,)*) => {$(
        #[doc = concat!("NumPy's unit `", $text, "`.")]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $unit {}

        impl Sealed for $unit {}

        impl Unit for $unit {
            const STEP: Option<TimeStep> = Some(TimeStep { unit: TimeUnit::$unit, count: 1 });
        }
    )*};
}

units! {
    Year "Y",
    Month "M",
    Week "W",
    Day "D",
    Hour "h",
    Minute "m",
    Second "s",
    Millisecond "ms",
    Microsecond "us",
    Nanosecond "ns",
    Picosecond "ps",
    Femtosecond "fs",
    Attosecond "as",
}

/// No unit: NumPy's dtypes `M8` and `m8`. A datetime of it is a number and no date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Generic {}

impl Sealed for Generic {}

impl Unit for Generic {
    const STEP: Option<TimeStep> = None;
}

/// `N` units in one step: `Multiple<Second, 25>` is NumPy's `25s`.
///
/// `N` is 1 to 2147483647; other numbers do not compile:
///
/// ```compile_fail,E0080
/// use mmrec::{TimeDelta64, units::{Multiple, Second}};
///
/// let never = TimeDelta64::<Multiple<Second, 0>>::from_steps(1);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Multiple<U, const N: u32>(Never, PhantomData<U>);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Never {}

impl<U: Unit, const N: u32> Sealed for Multiple<U, N> {}

impl<U: Unit, const N: u32> Unit for Multiple<U, N> {
    const STEP: Option<TimeStep> = {
        let Some(TimeStep { unit, count }) = U::STEP else {
            panic!("the generic unit has no multiples; take Generic itself, or a multiple of a unit");
        };
        match count.checked_mul(N) {
            Some(count) if count > 0 && count <= i32::MAX as u32 => Some(TimeStep { unit, count }),
            _ => panic!("a step is 1 to 2147483647 units, as in NumPy; take another number of them"),
        }
    };
}
