//! One kernel over one file: the contenders, and how their results are compared.

use std::{fmt, hint::black_box, path::PathBuf};

/// What a kernel gives, as a number to compare.
pub trait Answer {
    /// The same for the same answer, in Rust and in `compare.py`.
    fn digest(&self) -> f64;
}

impl Answer for () {
    fn digest(&self) -> f64 {
        0.0
    }
}

impl Answer for f64 {
    fn digest(&self) -> f64 {
        *self
    }
}

impl Answer for u64 {
    fn digest(&self) -> f64 {
        *self as f64
    }
}

impl Answer for usize {
    fn digest(&self) -> f64 {
        *self as f64
    }
}

impl Answer for (f64, f64) {
    fn digest(&self) -> f64 {
        self.0 + 3.0 * self.1
    }
}

impl Answer for [f64] {
    /// Weighted, so that it tells the order.
    fn digest(&self) -> f64 {
        self.iter().zip((1..=17).cycle()).map(|(value, weight)| value * f64::from(weight)).sum()
    }
}

impl Answer for Vec<f64> {
    fn digest(&self) -> f64 {
        self.as_slice().digest()
    }
}

/// Why a kernel runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To be measured.
    Time,
    /// To be compared with the others.
    Check,
}

/// One way to do what the kernel does.
pub struct Contender<'a>(Box<dyn FnMut(Purpose) -> f64 + 'a>);

impl<'a> Contender<'a> {
    /// A contender that does the same whatever the purpose.
    pub fn new<A: Answer>(mut run: impl FnMut() -> A + 'a) -> Self {
        Self(Box::new(move |purpose| {
            let answer = black_box(run());
            if purpose == Purpose::Check { answer.digest() } else { 0.0 }
        }))
    }

    /// A contender that does less to be checked.
    pub fn by_purpose(mut run: impl FnMut(Purpose) -> f64 + 'a) -> Self {
        Self(Box::new(move |purpose| black_box(run(purpose))))
    }

    /// Runs once.
    pub fn time(&mut self) {
        (self.0)(Purpose::Time);
    }

    /// Runs once, and gives the digest of the answer.
    pub fn check(&mut self) -> f64 {
        (self.0)(Purpose::Check)
    }
}

impl fmt::Debug for Contender<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Contender")
    }
}

/// What `compare.py` is to do.
#[derive(Clone, Debug)]
pub struct Job {
    /// The function.
    pub function: &'static str,
    /// The name of the dtype and shape.
    pub layout: &'static str,
    /// How many elements of the file it maps.
    pub elements: usize,
    /// How many records each run goes over.
    pub records: usize,
    /// The file to read, and the file to write to.
    pub files: Vec<PathBuf>,
}

/// The file that a kernel writes to.
pub struct Written<'a> {
    /// Brings it back to its first state.
    pub reset: Box<dyn FnMut() + 'a>,
    /// Tells what is in it.
    pub digest: Box<dyn FnMut() -> f64 + 'a>,
}

impl fmt::Debug for Written<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Written")
    }
}

/// The contenders of one kernel over one file.
#[derive(Debug)]
pub struct Case<'a> {
    /// How many records each run goes over.
    pub records: usize,
    /// Raw loops, with what tells them apart. The fastest is what mmrec is compared with.
    pub raw: Vec<(&'static str, Contender<'a>)>,
    /// mmrec.
    pub mmrec: Contender<'a>,
    /// mmrec on one thread, where the others use more.
    pub one_thread: Option<Contender<'a>>,
    /// memmap2 and `bytemuck::cast_slice`.
    pub slice: Option<Contender<'a>>,
    /// NumPy.
    pub numpy: Option<Job>,
    /// The file that is written to.
    pub written: Option<Written<'a>>,
}

impl<'a> Case<'a> {
    /// A case with mmrec as its only contender.
    pub fn new(records: usize, mmrec: Contender<'a>) -> Self {
        Self { records, raw: Vec::new(), mmrec, one_thread: None, slice: None, numpy: None, written: None }
    }

    /// Adds a raw loop.
    #[must_use]
    pub fn raw(mut self, form: &'static str, raw: Contender<'a>) -> Self {
        self.raw.push((form, raw));
        self
    }

    /// Adds a loop over a slice.
    #[must_use]
    pub fn slice(mut self, slice: Contender<'a>) -> Self {
        self.slice = Some(slice);
        self
    }

    /// Adds NumPy, over as many records.
    #[must_use]
    pub fn numpy(
        self,
        function: &'static str,
        layout: &'static str,
        files: impl IntoIterator<Item = PathBuf>,
    ) -> Self {
        let (elements, records) = (self.records, self.records);
        self.job(Job { function, layout, elements, records, files: files.into_iter().collect() })
    }

    /// Adds NumPy.
    #[must_use]
    pub fn job(mut self, job: Job) -> Self {
        self.numpy = Some(job);
        self
    }

    /// Adds the file that is written to.
    #[must_use]
    pub fn written(mut self, reset: impl FnMut() + 'a, digest: impl FnMut() -> f64 + 'a) -> Self {
        self.written = Some(Written { reset: Box::new(reset), digest: Box::new(digest) });
        self
    }
}
