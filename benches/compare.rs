//! How fast is mmrec, against a raw pointer loop, NumPy's `memmap`, and memmap2 with a cast slice, in one run?
//!
//! `cargo run --release -p mmrec-benches --bin compare` measures every kernel at 1 MiB, 16 MiB and 1 GiB, all
//! contenders in turns, and prints the medians and the ratios. `-- --quick` measures at 1 MiB only, and briefly. The
//! same table as Markdown, and curves as SVG, go to `target/compare/`, or to where `-- --write DIR` says.
//!
//! NumPy comes from a virtual environment in `target/compare/venv`, which is made when it is missing.

mod compare {
    pub(crate) mod curves;
    pub(crate) mod machine;
    pub(crate) mod measure;
    pub(crate) mod reasons;
    pub(crate) mod svg;
    pub(crate) mod table;
}

use std::{error::Error, fs, path::PathBuf};

use clap::Parser;
use mmrec_benches::{
    files::{Files, target},
    kernels::{KERNELS, Kernel, Size},
    numpy::Worker,
};

use crate::compare::{
    curves, machine,
    measure::{self, Plan},
    table::{self, Row},
};

pub(crate) type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Compares mmrec with raw loops, NumPy and cast slices.
#[derive(Parser)]
struct Args {
    /// Measure at 1 MiB only, and briefly.
    #[arg(long)]
    quick: bool,
    /// Measure only kernels whose name or layout contains this.
    #[arg(long, value_name = "NAME")]
    only: Option<String>,
    /// Write the Markdown and the SVG files to this directory.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["quick", "only"])]
    write: Option<PathBuf>,
}

impl Args {
    fn wants(&self, kernel: &Kernel) -> bool {
        let only = self.only.as_deref().unwrap_or("");
        kernel.name.contains(only) || kernel.layout.contains(only)
    }
}

fn main() -> Result<()> {
    let args = Args::parse();
    let dir = directory()?;
    let mut numpy = match Worker::start(&dir) {
        Ok(numpy) => Some(numpy),
        Err(error) => {
            println!("Without NumPy: {error}\n");
            None
        }
    };
    let machine = machine::describe(numpy.as_ref().map(Worker::version));
    println!("{machine}\n\n{}", table::header());

    let sizes = if args.quick { &Size::ALL[..1] } else { &Size::ALL[..] };
    let mut rows = Vec::new();
    for &size in sizes {
        let plan = Plan::of(size, args.quick);
        for group in KERNELS.chunk_by(|a, b| a.files == b.files) {
            let files = Files::new(&dir, size.bytes());
            for kernel in group.iter().filter(|kernel| args.wants(kernel) && kernel.from <= size) {
                let row = measure_kernel(kernel, &files, size, plan, numpy.as_mut())?;
                println!("{}", table::line(&row));
                rows.push(row);
            }
        }
    }
    println!("\n{}", table::summary(&rows));

    let to = args.write.as_deref().unwrap_or(&dir);
    fs::create_dir_all(to)?;
    fs::write(to.join("compare.md"), table::markdown(&machine, &rows))?;
    if args.only.is_none() {
        let size = sizes.last().copied().unwrap_or(Size::Mib1);
        let files = Files::new(&dir, size.bytes());
        let by_size = curves::by_size(&files, numpy.as_mut(), args.quick)?;
        fs::write(to.join("compare_sizes.svg"), by_size.svg())?;
        let by_threads = curves::by_threads(&files, Plan::of(size, args.quick))?;
        fs::write(to.join("compare_threads.svg"), by_threads.svg())?;
    }
    println!("Written to {}", to.display());
    Ok(())
}

fn measure_kernel(
    kernel: &'static Kernel,
    files: &Files,
    size: Size,
    plan: Plan,
    mut numpy: Option<&mut Worker>,
) -> Result<Row> {
    let mut row = Err("the kernel has no case".into());
    (kernel.run)(files, &mut |case| {
        row = measure::measure(case, numpy.as_deref_mut(), plan).map(|times| Row { kernel, size, times });
    });
    row.map_err(|error| format!("{}, {}, {size}: {error}", kernel.name, kernel.layout).into())
}

/// `target/compare`, beside the directory of the profile that this program is in.
fn directory() -> Result<PathBuf> {
    let dir = target()?.join("compare");
    fs::create_dir_all(&dir)?;
    Ok(dir)
}
