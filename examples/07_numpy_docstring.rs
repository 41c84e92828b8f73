//! Every example in the documentation of `numpy.memmap` (NumPy 2.4), line for line: above each line of Rust stands the
//! line of Python, with what it prints.
//!
//! The same is printed here, and asserted. (The documentation pads numbers with one space more than NumPy does today.)
//!
//! It prints:
//!
//! ```text
//! Create a memmap with dtype and shape that matches our data:
//! View([[0., 0., 0., 0.],
//!       [0., 0., 0., 0.],
//!       [0., 0., 0., 0.]], dtype='<f4')
//!
//! Write data to memmap array:
//! View([[ 0.,  1.,  2.,  3.],
//!       [ 4.,  5.,  6.,  7.],
//!       [ 8.,  9., 10., 11.]], dtype='<f4')
//! filename is the absolute path: true
//!
//! Load the memmap and verify data was stored:
//! View([[ 0.,  1.,  2.,  3.],
//!       [ 4.,  5.,  6.,  7.],
//!       [ 8.,  9., 10., 11.]], dtype='<f4')
//!
//! Read-only memmap:
//! mode r
//!
//! Copy-on-write memmap:
//! mode c
//!
//! It's possible to assign to copy-on-write array, but values are only
//! written into the memory copy of the array, and not written to disk:
//! View([[ 0.,  1.,  2.,  3.],
//!       [ 4.,  5.,  6.,  7.],
//!       [ 8.,  9., 10., 11.]], dtype='<f4')
//! View([[ 0.,  0.,  0.,  0.],
//!       [ 4.,  5.,  6.,  7.],
//!       [ 8.,  9., 10., 11.]], dtype='<f4')
//!
//! File on disk is unchanged:
//! View([[ 0.,  1.,  2.,  3.],
//!       [ 4.,  5.,  6.,  7.],
//!       [ 8.,  9., 10., 11.]], dtype='<f4')
//!
//! Offset into a memmap:
//! View([ 4.,  5.,  6.,  7.,  8.,  9., 10., 11.], dtype='<f4')
//! ```

use std::{
    io::{self, Write},
    process::ExitCode,
};

use mmrec::{Array, Dimension, Mode, RecordMap, View, s};
use mmrec_examples::{Result, exit_code};

const ZEROS: &str = "\
View([[0., 0., 0., 0.],
      [0., 0., 0., 0.],
      [0., 0., 0., 0.]], dtype='<f4')";

const DATA: &str = "\
View([[ 0.,  1.,  2.,  3.],
      [ 4.,  5.,  6.,  7.],
      [ 8.,  9., 10., 11.]], dtype='<f4')";

const FIRST_ROW_ZERO: &str = "\
View([[ 0.,  0.,  0.,  0.],
      [ 4.,  5.,  6.,  7.],
      [ 8.,  9., 10., 11.]], dtype='<f4')";

const OFFSET: &str = "View([ 4.,  5.,  6.,  7.,  8.,  9., 10., 11.], dtype='<f4')";

fn main() -> ExitCode {
    exit_code(run())
}

#[rustfmt::skip]
fn run() -> Result<()> {
    let mut out = io::stdout().lock();

    // >>> import numpy as np
    // >>> data = np.arange(12, dtype='float32')
    // >>> data.resize((3,4))
    let data = Array::from_shape_fn((3, 4), |(i, j)| (4 * i + j) as f32);

    // This example uses a temporary file so that doctest doesn't write
    // files to your directory. You would use a 'normal' filename.

    // >>> from tempfile import mkdtemp
    // >>> import os.path as path
    // >>> filename = path.join(mkdtemp(), 'newfile.dat')
    let dir = tempfile::tempdir()?;
    let filename = dir.path().join("newfile.dat");

    writeln!(out, "Create a memmap with dtype and shape that matches our data:")?;

    // >>> fp = np.memmap(filename, dtype='float32', mode='w+', shape=(3,4))
    let mut fp = RecordMap::<f32>::options().shape((3, 4)).create(&filename)?;

    // >>> fp
    // memmap([[0., 0., 0., 0.],
    //         [0., 0., 0., 0.],
    //         [0., 0., 0., 0.]], dtype=float32)
    show(&mut out, fp.view(), ZEROS)?;

    writeln!(out, "\nWrite data to memmap array:")?;

    // >>> fp[:] = data[:]
    fp.copy_from_slice(data.as_slice().unwrap_or_default());

    // >>> fp
    // memmap([[  0.,   1.,   2.,   3.],
    //         [  4.,   5.,   6.,   7.],
    //         [  8.,   9.,  10.,  11.]], dtype=float32)
    show(&mut out, fp.view(), DATA)?;
    assert_eq!(fp.to_array(), data);

    // >>> fp.filename == path.abspath(filename)
    // True
    let same = fp.path() == Some(std::path::absolute(&filename)?.as_path());
    writeln!(out, "filename is the absolute path: {same}")?;
    assert!(same);

    // Flushes memory changes to disk in order to read them back

    // >>> fp.flush()
    fp.flush()?;

    writeln!(out, "\nLoad the memmap and verify data was stored:")?;

    // >>> newfp = np.memmap(filename, dtype='float32', mode='r', shape=(3,4))
    let newfp = RecordMap::<f32>::options().shape((3, 4)).open(&filename)?;

    // >>> newfp
    // memmap([[  0.,   1.,   2.,   3.],
    //         [  4.,   5.,   6.,   7.],
    //         [  8.,   9.,  10.,  11.]], dtype=float32)
    show(&mut out, newfp.view(), DATA)?;

    writeln!(out, "\nRead-only memmap:")?;

    // >>> fpr = np.memmap(filename, dtype='float32', mode='r', shape=(3,4))
    let fpr = RecordMap::<f32>::options().shape((3, 4)).open(&filename)?;

    // >>> fpr.flags.writeable
    // False
    //
    // Here this is known while compiling: `fpr.set([0, 0], 1.0)` is an error.
    writeln!(out, "mode {}", fpr.mode())?;
    assert_eq!(fpr.mode(), Mode::ReadOnly);

    writeln!(out, "\nCopy-on-write memmap:")?;

    // >>> fpc = np.memmap(filename, dtype='float32', mode='c', shape=(3,4))
    let mut fpc = RecordMap::<f32>::options().shape((3, 4)).open_cow(&filename)?;

    // >>> fpc.flags.writeable
    // True
    writeln!(out, "mode {}", fpc.mode())?;
    assert_eq!(fpc.mode(), Mode::CopyOnWrite);

    writeln!(out, "\nIt's possible to assign to copy-on-write array, but values are only")?;
    writeln!(out, "written into the memory copy of the array, and not written to disk:")?;

    // >>> fpc
    // memmap([[  0.,   1.,   2.,   3.],
    //         [  4.,   5.,   6.,   7.],
    //         [  8.,   9.,  10.,  11.]], dtype=float32)
    show(&mut out, fpc.view(), DATA)?;

    // >>> fpc[0,:] = 0
    fpc.slice_mut(s![0, ..]).fill(0.0);

    // >>> fpc
    // memmap([[  0.,   0.,   0.,   0.],
    //         [  4.,   5.,   6.,   7.],
    //         [  8.,   9.,  10.,  11.]], dtype=float32)
    show(&mut out, fpc.view(), FIRST_ROW_ZERO)?;

    writeln!(out, "\nFile on disk is unchanged:")?;

    // >>> fpr
    // memmap([[  0.,   1.,   2.,   3.],
    //         [  4.,   5.,   6.,   7.],
    //         [  8.,   9.,  10.,  11.]], dtype=float32)
    show(&mut out, fpr.view(), DATA)?;

    writeln!(out, "\nOffset into a memmap:")?;

    // >>> fpo = np.memmap(filename, dtype='float32', mode='r', offset=16)
    let fpo = RecordMap::<f32>::options().offset(16).open(&filename)?;

    // >>> fpo
    // memmap([  4.,   5.,   6.,   7.,   8.,   9.,  10.,  11.], dtype=float32)
    show(&mut out, fpo.view(), OFFSET)?;

    Ok(())
}

/// Prints the array, and asserts that it is as expected.
fn show<D: Dimension>(out: &mut impl Write, array: View<'_, f32, D>, expected: &str) -> Result<()> {
    let shown = format!("{array:?}");
    assert_eq!(shown, expected);
    Ok(writeln!(out, "{shown}")?)
}
