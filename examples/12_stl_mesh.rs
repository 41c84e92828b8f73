//! A binary STL file: packed records of 50 bytes from byte 84 on, measured column by column.
//!
//! `cargo run --release --example 12_stl_mesh` makes a ball; `-- FILE` shows another mesh. The records are in `src/stl.rs`.
//!
//! It prints:
//!
//! ```text
//! a ball of radius 1: area 12.566371, volume 4.188790
//!
//! …ball.stl: "a ball"
//! 81920 triangles, dtype [('normal', '<f4', (3,)), ('vertices', '<f4', (3, 3)), ('attribute', '<u2')], from byte 84 on
//! coordinates have shape [81920, 3, 3] and strides [50, 12, 4]
//!
//!  axis       least   greatest   mean of corners
//! ───────────────────────────────────────────────
//!  x      -1.000000   1.000000         -0.000000
//!  y      -1.000000   1.000000          0.000000
//!  z      -1.000000   1.000000          0.000000
//!
//! area 12.565431
//! volume 4.188224
//! ```

use std::{
    f64::consts::PI,
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

use clap::Parser;
use mmrec::Axis;
use mmrec_examples::{
    Column::{Left, Right},
    Result, Table, exit_code,
    stl::{self, Mesh},
};

/// Measures the surface in a binary STL file.
#[derive(Parser)]
struct Args {
    /// A binary STL file; a ball of radius 1 if none is given.
    file: Option<PathBuf>,
    /// How fine the ball is: 20 triangles, four times as many, and so on.
    #[arg(long, default_value_t = 6, value_parser = clap::value_parser!(u32).range(..=10))]
    times: u32,
}

fn main() -> ExitCode {
    exit_code(run(&Args::parse()))
}

fn run(args: &Args) -> Result<()> {
    let mut out = io::stdout().lock();
    let dir = tempfile::tempdir()?;
    let path = match &args.file {
        Some(path) => path.clone(),
        None => {
            let path = dir.path().join("ball.stl");
            stl::write_sample(&path, args.times)?;
            writeln!(out, "a ball of radius 1: area {:.6}, volume {:.6}\n", 4.0 * PI, 4.0 * PI / 3.0)?;
            path
        }
    };

    let mesh = Mesh::open(&path)?;
    let facets = &mesh.facets;
    writeln!(out, "{}: \"{}\"", path.display(), mesh.text().escape_debug())?;
    writeln!(out, "{} triangles, dtype {}, from byte {} on", facets.len(), facets.dtype(), facets.offset())?;
    let Some(bounds) = mesh.bounds() else { return Ok(()) };

    // The x of all corners is one column, 50 bytes from record to record and 12 from corner to corner.
    let coordinates = mesh.coordinates();
    writeln!(
        out,
        "coordinates have shape {:?} and strides {:?}\n",
        coordinates.shape(),
        coordinates.strides()
    )?;
    let mut table = Table::new([Left("axis"), Right("least"), Right("greatest"), Right("mean of corners")]);
    for (axis, (name, (least, greatest))) in ["x", "y", "z"].into_iter().zip(bounds).enumerate() {
        let mean = coordinates.index_axis(Axis(2), axis).mean();
        table.row([name.to_owned(), format!("{least:.6}"), format!("{greatest:.6}"), format!("{mean:.6}")]);
    }
    writeln!(out, "{table}\n")?;

    writeln!(out, "area {:.6}", mesh.area())?;
    match mesh.is_closed() {
        true => writeln!(out, "volume {:.6}", mesh.volume())?,
        false => writeln!(out, "the surface is not closed, so it has no volume")?,
    }
    match mesh.turned() {
        0 => {}
        turned => writeln!(out, "{turned} normals point to the wrong side of their triangle")?,
    }
    Ok(())
}
