//! The kernels of `compare` for `cargo bench -p mmrec-benches`, at 1 MiB and 16 MiB, without NumPy.
//!
//! Each benchmark is one pass over a file; `-- 'sum of f64'` picks by name.

use std::{env, fmt};

use divan::{Bencher, counter::ItemsCount};
use mmrec_benches::{
    case::Contender,
    files::Files,
    kernels::{KERNELS, Kernel, Size},
};

fn main() {
    divan::main();
}

/// A kernel at a size, with the name that divan prints.
#[derive(Clone, Copy)]
struct Case(&'static Kernel, Size);

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}, {}", self.0.name, self.0.layout, self.1)
    }
}

fn cases() -> impl Iterator<Item = Case> {
    let sizes = [Size::Mib1, Size::Mib16];
    KERNELS
        .iter()
        .flat_map(move |kernel| sizes.map(|size| Case(kernel, size)))
        .filter(|Case(kernel, size)| kernel.from <= *size)
}

#[divan::bench(args = cases())]
fn mmrec(bencher: Bencher<'_, '_>, case: Case) {
    run(bencher, case, |case| Some(&mut case.mmrec));
}

/// The last of the raw loops, which is the fastest on most machines.
#[divan::bench(args = cases())]
fn raw(bencher: Bencher<'_, '_>, case: Case) {
    run(bencher, case, |case| case.raw.last_mut().map(|(_, raw)| raw));
}

fn run(
    bencher: Bencher<'_, '_>,
    Case(kernel, size): Case,
    pick: impl for<'c, 'a> Fn(&'c mut mmrec_benches::case::Case<'a>) -> Option<&'c mut Contender<'a>>,
) {
    let files = Files::new(&env::temp_dir(), size.bytes());
    let mut bencher = Some(bencher);
    (kernel.run)(&files, &mut |mut case| {
        let records = ItemsCount::new(case.records);
        if let (Some(bencher), Some(contender)) = (bencher.take(), pick(&mut case)) {
            // Fills caches and page tables.
            contender.time();
            bencher.counter(records).bench_local(|| contender.time());
        }
    });
}
