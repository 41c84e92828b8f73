//! Columns of times.

use ndarray::Dimension;

use super::View;
use crate::element::{DateTime64, units::Unit};

impl<U: Unit, D: Dimension> View<'_, DateTime64<U>, D> {
    /// The earliest time, or `None` of no elements; NaT if any is NaT, as in NumPy.
    ///
    /// ```
    /// use mmrec::{DateTime64, View, units::Day};
    ///
    /// let days = ["2021-06-01", "2020-02-29", "2023-01-01"].map(|day| day.parse::<DateTime64<Day>>().unwrap());
    /// let view = View::from_slice(&days);
    /// assert_eq!(view.earliest().unwrap().to_string(), "2020-02-29");
    /// assert_eq!(view.latest().unwrap().to_string(), "2023-01-01");
    ///
    /// let days = [days[0], DateTime64::NAT, days[1]];
    /// let view = View::from_slice(&days);
    /// assert!(view.earliest().unwrap().is_nat() && view.latest().unwrap().is_nat());
    /// let without_nat = view.iter().filter(|day| !day.is_nat());
    /// assert_eq!(without_nat.max(), Some(days[0]));
    /// ```
    ///
    /// NumPy: `array.min()`.
    pub fn earliest(&self) -> Option<DateTime64<U>> {
        // The number of NaT is the least.
        let earlier = |a: i64, b: i64| a.min(b);
        let least = self.fold_lanes(i64::MAX, |least, time| earlier(least, time.steps()), earlier);
        (!self.is_empty()).then(|| DateTime64::from_steps(least))
    }

    /// The latest time, or `None` of no elements; NaT if any is NaT, as in NumPy; see [`earliest`](Self::earliest).
    ///
    /// NumPy: `array.max()`.
    pub fn latest(&self) -> Option<DateTime64<U>> {
        // To `Ord`, NaT is the greatest, and one step more than its number is the least.
        let first = DateTime64::from_steps(i64::MIN + 1);
        let greatest = self.fold_lanes(first, Ord::max, Ord::max);
        (!self.is_empty()).then_some(greatest)
    }
}
