//! Means and squares of distances from them, which merge.

/// Of some numbers: how many, their mean, and the sum of the squares of their distances from it.
///
/// The mean is a sum of two numbers. Where numbers are much larger than they are far apart, one is not enough for the distance
/// between two means.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Moments {
    pub(super) count: u64,
    mean: f64,
    /// What is missing from the mean.
    rest: f64,
    squares: f64,
}

impl Moments {
    /// Of numbers that add up to `sum`.
    #[inline]
    pub(super) fn of(numbers: &[f64], sum: f64) -> Self {
        if numbers.is_empty() {
            return Self::default();
        }
        let (count, mean) = (numbers.len() as f64, sum / numbers.len() as f64);
        let (mut sums, mut squares) = ([0.0; 8], [0.0; 8]);
        let (eights, last) = numbers.as_chunks::<8>();
        for eight in eights {
            for (i, number) in eight.iter().enumerate() {
                let distance = number - mean;
                sums[i] += distance;
                squares[i] += distance * distance;
            }
        }
        for (i, number) in last.iter().enumerate() {
            let distance = number - mean;
            sums[i] += distance;
            squares[i] += distance * distance;
        }
        let (sum, squares): (f64, f64) = (sums.iter().sum(), squares.iter().sum());
        let rest = sum / count;
        // From the mean with its rest.
        Self { count: numbers.len() as u64, mean, rest, squares: (squares - sum * rest).max(0.0) }
    }

    /// Takes in those of other numbers, which come after these (Chan, Golub and LeVeque, 1979).
    #[inline]
    pub(super) fn merge(&mut self, other: Self) {
        if self.count == 0 {
            *self = other;
        } else if other.count > 0 {
            let count = self.count + other.count;
            let share = other.count as f64 / count as f64;
            let distance = (other.mean - self.mean) + (other.rest - self.rest);
            let rest = self.rest + distance * share;
            let mean = self.mean + rest;
            // What the sum has lost (Knuth); of numbers that overflow there is none.
            let added = mean - self.mean;
            let lost = (self.mean - (mean - added)) + (rest - added);
            (self.mean, self.rest) = (mean, if lost.is_finite() { lost } else { 0.0 });
            self.squares += other.squares + distance * distance * share * self.count as f64;
            self.count = count;
        }
    }

    /// The mean, rounded.
    pub(super) fn mean(self) -> f64 {
        self.mean + self.rest
    }

    /// The square of the standard deviation of all, not of a sample.
    pub(super) fn variance(self) -> f64 {
        self.squares / self.count as f64
    }
}

/// The sum, the least and the greatest of some numbers: of none, 0 and two infinities. The sum is NaN or infinite if a number
/// is.
#[inline]
pub(super) fn sum_and_extremes(numbers: &[f64]) -> (f64, f64, f64) {
    let (mut sums, mut least, mut greatest) = ([0.0; 8], [f64::INFINITY; 8], [f64::NEG_INFINITY; 8]);
    let (eights, rest) = numbers.as_chunks::<8>();
    for eight in eights {
        for (i, &number) in eight.iter().enumerate() {
            sums[i] += number;
            least[i] = if number < least[i] { number } else { least[i] };
            greatest[i] = if number > greatest[i] { number } else { greatest[i] };
        }
    }
    for (i, &number) in rest.iter().enumerate() {
        sums[i] += number;
        least[i] = if number < least[i] { number } else { least[i] };
        greatest[i] = if number > greatest[i] { number } else { greatest[i] };
    }
    let (low, high) = (
        least.into_iter().fold(f64::INFINITY, f64::min),
        greatest.into_iter().fold(f64::NEG_INFINITY, f64::max),
    );
    (sums.into_iter().sum(), low, high)
}
