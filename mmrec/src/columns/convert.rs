//! Records to columns and back, on several threads, by parts of rows that stay in the cache while their fields are taken.
//!
//! What goes into files goes there by calls, each of a block: to touch every page of a new file through a mapping takes the
//! system several times as long as to copy it.

use std::{
    num::NonZero,
    panic::resume_unwind,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use ndarray::{Axis, IxDyn, s};

use crate::{
    dtype::DType,
    error::Result,
    view::{
        FieldCopy, Progress,
        raw::{DynRaw, DynRawMut},
    },
};

/// Bytes of records that are gathered before they are written, which their columns take as much again of: the fewer writes, the
/// larger the pieces that the system has its copy in.
const BLOCK: usize = if cfg!(test) { 64 << 10 } else { 4 << 20 };

/// Bytes of records whose fields are taken one after another: a part of the second-level cache.
const PART: usize = 128 << 10;

/// Threads at most: with more, they wait for each other where they write to one file.
const THREADS: usize = 4;

/// Bytes between two reports of progress, at least.
const STEP: usize = if cfg!(test) { 4 * BLOCK } else { 16 << 20 };

/// Calls `f` with where each part of at most `len` rows begins and ends.
fn each_part(rows: std::ops::Range<usize>, len: usize, mut f: impl FnMut(usize, usize)) {
    let mut start = rows.start;
    while start < rows.end {
        let end = start.saturating_add(len).min(rows.end);
        f(start, end);
        start = end;
    }
}

/// Calls `run` for each block of rows, on several threads with what `begin` gives each of them, and tells on this one how far all
/// have come.
///
/// Half of the time goes into the copies that the system makes of what it writes, which others can gather meanwhile.
fn each_block<B>(
    itemsize: usize,
    rows: usize,
    progress: &mut dyn FnMut(Progress),
    begin: impl Fn(usize) -> B + Sync,
    run: impl Fn(&mut B, usize, usize) -> Result<()> + Sync,
) -> Result<()> {
    if itemsize == 0 {
        // Of rows without bytes there can be more than anybody counts.
        progress(Progress { done: rows, total: rows });
        return Ok(());
    }
    let block = at_most(BLOCK, itemsize).min(rows.max(1));
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let work = |tell: &mut dyn FnMut(usize)| -> Result<()> {
        let _last = Last { next: &next, rows };
        let mut buffers = begin(block);
        loop {
            let start = next.fetch_add(block, Ordering::Relaxed);
            if start >= rows {
                return Ok(());
            }
            let end = start.saturating_add(block).min(rows);
            run(&mut buffers, start, end)?;
            tell(done.fetch_add(end - start, Ordering::Relaxed) + (end - start));
        }
    };
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(THREADS);
    let others = rows.div_ceil(block).min(threads).saturating_sub(1);
    thread::scope(|scope| {
        // Where the system gives no thread, this one does it all.
        let others = (0..others).map_while(|_| {
            thread::Builder::new().name("mmrec-columns".into()).spawn_scoped(scope, || work(&mut |_| ())).ok()
        });
        let others: Vec<_> = others.collect();
        let mut told = 0;
        let own = work(&mut |done| {
            if done < rows && (done - told).saturating_mul(itemsize) >= STEP {
                progress(Progress { done, total: rows });
                told = done;
            }
        });
        others
            .into_iter()
            .fold(own, |all, other| all.and(other.join().unwrap_or_else(|panic| resume_unwind(panic))))
    })?;
    progress(Progress { done: rows, total: rows });
    Ok(())
}

/// Has no thread begin another block once one has ended, which it does before the last block if it fails.
struct Last<'a> {
    next: &'a AtomicUsize,
    rows: usize,
}

impl Drop for Last<'_> {
    fn drop(&mut self) {
        self.next.fetch_max(self.rows, Ordering::Relaxed);
    }
}

/// The number of elements that so many bytes have room for, but one at least.
fn at_most(bytes: usize, itemsize: usize) -> usize {
    (bytes / itemsize.max(1)).max(1)
}

/// The array that these bytes are.
fn array<'a>(bytes: &'a mut [u8], len: usize, dtype: &DType) -> DynRawMut<'a> {
    match DynRawMut::of_bytes(bytes, IxDyn(&[len]), dtype.clone()) {
        Some(array) => array,
        None => unreachable!("there are as many bytes as the elements take"),
    }
}

/// Writes rows of a column: which one, from which row on, and their bytes.
pub(super) type WriteColumn<'w> = &'w (dyn Fn(usize, usize, &[u8]) -> Result<()> + Sync);

/// Writes records: from which row on, and their bytes.
pub(super) type WriteRows<'w> = &'w (dyn Fn(usize, &[u8]) -> Result<()> + Sync);

/// Gives the fields of records, in blocks of bytes as they are in columns, on several threads.
pub(super) fn to_columns(
    rows: &DynRaw<'_>,
    record: &DType,
    write: WriteColumn<'_>,
    progress: &mut dyn FnMut(Progress),
) -> Result<()> {
    let fields = record.fields().iter().map(|field| {
        let Some(from) = rows.part(field.offset(), field.dtype().clone()) else {
            unreachable!("a field lies in its record");
        };
        (field.dtype(), from, FieldCopy::new(field.dtype(), 0, 0))
    });
    let fields: Vec<_> = fields.collect();
    // Padding within a field stays as it is: zeros.
    let begin =
        |block| fields.iter().map(|(dtype, ..)| vec![0; block * dtype.itemsize()]).collect::<Vec<Vec<u8>>>();
    each_block(record.itemsize(), rows.axis_len(Axis(0)), progress, begin, |buffers, start, end| {
        each_part(start..end, at_most(PART, record.itemsize()), |from, to| {
            for ((dtype, rows, copy), buffer) in fields.iter().zip(&mut *buffers) {
                let size = dtype.itemsize();
                let bytes = &mut buffer[(from - start) * size..(to - start) * size];
                copy.run(array(bytes, to - from, dtype), rows.slice(&s![from..to]));
            }
        });
        fields.iter().zip(buffers).enumerate().try_for_each(|(i, ((dtype, ..), buffer))| {
            write(i, start, &buffer[..(end - start) * dtype.itemsize()])
        })
    })
}

/// Gives records made of columns, in blocks of bytes as they are in a file, on several threads. What no field takes up is zeros.
pub(super) fn to_rows(
    columns: &[DynRaw<'_>],
    record: &DType,
    len: usize,
    write: WriteRows<'_>,
    progress: &mut dyn FnMut(Progress),
) -> Result<()> {
    let itemsize = record.itemsize();
    let copies: Vec<_> =
        record.fields().iter().map(|field| FieldCopy::new(field.dtype(), 0, field.offset())).collect();
    each_block(
        itemsize,
        len,
        progress,
        |block| vec![0; block * itemsize],
        |buffer, start, end| {
            each_part(start..end, at_most(PART, itemsize), |from, to| {
                let bytes = &mut buffer[(from - start) * itemsize..(to - start) * itemsize];
                let mut rows = array(bytes, to - from, record);
                for (copy, column) in copies.iter().zip(columns) {
                    copy.run(rows.reborrow(), column.slice(&s![from..to]));
                }
            });
            write(start, &buffer[..(end - start) * itemsize])
        },
    )
}

#[cfg(test)]
mod tests {
    use std::{
        panic::{AssertUnwindSafe, catch_unwind},
        sync::{Mutex, atomic::AtomicBool},
        time::Duration,
    };

    use super::*;
    use crate::{
        error::{Error, ErrorKind},
        view::raw::DynRaw,
    };

    /// Rows that take some blocks, the last of them a short one.
    const ROWS: usize = 21 * BLOCK / 12 + 7;

    /// Whether this is a thread that conversion has begun.
    fn is_other() -> bool {
        thread::current().name() == Some("mmrec-columns")
    }

    fn record() -> DType {
        "[('a', '<u4'), ('b', '<u8')]".parse().unwrap()
    }

    fn bytes(rows: usize) -> Vec<u8> {
        (0..rows * 12).map(|i| (i % 251) as u8).collect()
    }

    fn raw<'a>(bytes: &'a [u8], dtype: &DType) -> DynRaw<'a> {
        DynRaw::of_bytes(bytes, dtype.clone()).unwrap()
    }

    #[test]
    fn blocks_of_all_threads_are_written_once_each_and_told_of_in_order() {
        let (record, rows) = (record(), bytes(ROWS));
        let columns = Mutex::new([vec![0; ROWS * 4], vec![0; ROWS * 8]]);
        let written = Mutex::new(0);
        let write = |column: usize, row: usize, bytes: &[u8]| {
            let size = [4, 8][column];
            columns.lock().unwrap()[column][row * size..][..bytes.len()].copy_from_slice(bytes);
            *written.lock().unwrap() += bytes.len();
            Ok(())
        };
        let mut told = Vec::new();
        to_columns(&raw(&rows, &record), &record, &write, &mut |progress| told.push(progress)).unwrap();
        assert_eq!(*written.lock().unwrap(), rows.len());
        assert_eq!(told.last(), Some(&Progress { done: ROWS, total: ROWS }));
        assert!(told.is_sorted_by(|a, b| a.done < b.done), "{told:?}");
        let columns = columns.into_inner().unwrap();
        for row in 0..ROWS {
            assert_eq!(columns[0][row * 4..][..4], rows[row * 12..][..4]);
            assert_eq!(columns[1][row * 8..][..8], rows[row * 12 + 4..][..8]);
        }
        let [a, b] = record.fields() else { unreachable!() };
        let columns = [raw(&columns[0], a.dtype()), raw(&columns[1], b.dtype())];
        let back = Mutex::new(vec![0; rows.len()]);
        let write = |row: usize, bytes: &[u8]| {
            back.lock().unwrap()[row * 12..][..bytes.len()].copy_from_slice(bytes);
            Ok(())
        };
        to_rows(&columns, &record, ROWS, &write, &mut |_| ()).unwrap();
        assert!(back.into_inner().unwrap() == rows);
    }

    #[test]
    fn progress_is_told_on_the_way_and_not_too_often() {
        let (record, rows) = (record(), bytes(200 * BLOCK / 12));
        let (is_told, told) = (AtomicBool::new(false), Mutex::new(Vec::new()));
        // All but the first blocks of the others are left to this thread.
        let write = |_: usize, _: usize, _: &[u8]| {
            while is_other() && !is_told.load(Ordering::Relaxed) {
                thread::yield_now();
            }
            Ok(())
        };
        let mut tell = |progress: Progress| {
            is_told.store(true, Ordering::Relaxed);
            told.lock().unwrap().push(progress.done);
        };
        to_columns(&raw(&rows, &record), &record, &write, &mut tell).unwrap();
        let told = told.into_inner().unwrap();
        let [steps @ .., last] = &told[..] else { panic!("{told:?}") };
        assert_eq!(*last, rows.len() / 12);
        assert!(!steps.is_empty() && steps.last() < Some(last), "{told:?}");
        let mut before = 0;
        for &done in steps {
            assert!((done - before) * 12 >= STEP, "{told:?}");
            before = done;
        }
    }

    #[test]
    fn an_error_of_any_thread_is_given_and_ends_the_others() {
        let (record, rows) = (record(), bytes(200 * BLOCK / 12));
        let written = Mutex::new(0);
        let write = |_: usize, _: usize, bytes: &[u8]| {
            // This thread fails not, and would have time to end it all.
            if is_other() {
                return Err(Error::new(ErrorKind::Io, "full"));
            }
            thread::sleep(Duration::from_millis(1));
            *written.lock().unwrap() += bytes.len();
            Ok(())
        };
        if thread::available_parallelism().map_or(1, NonZero::get) == 1 {
            return;
        }
        let mut told = Vec::new();
        let failed = to_columns(&raw(&rows, &record), &record, &write, &mut |told_| told.push(told_));
        assert!(failed.unwrap_err().to_string().contains("full"));
        assert!(*written.lock().unwrap() < rows.len() / 2);
        assert!(told.iter().all(|progress| progress.done < progress.total), "{told:?}");
    }

    #[test]
    fn a_panic_of_the_caller_is_passed_on_and_ends_the_others() {
        let (record, rows) = (record(), bytes(200 * BLOCK / 12));
        let (written, is_told) = (Mutex::new(0), AtomicBool::new(false));
        let write = |_: usize, _: usize, bytes: &[u8]| {
            while is_other() && !is_told.load(Ordering::Relaxed) {
                thread::yield_now();
            }
            thread::sleep(Duration::from_millis(1));
            *written.lock().unwrap() += bytes.len();
            Ok(())
        };
        let told = catch_unwind(AssertUnwindSafe(|| {
            to_columns(&raw(&rows, &record), &record, &write, &mut |_| {
                is_told.store(true, Ordering::Relaxed);
                resume_unwind(Box::new("enough"))
            })
        }));
        assert_eq!(told.unwrap_err().downcast_ref(), Some(&"enough"));
        assert!(*written.lock().unwrap() < rows.len() / 2);
    }
}
