//! Files of fixed-size records, and what NumPy wrote, as tables of [DataFusion](datafusion): a `.npy` file, a directory of daily
//! files, raw records, a directory of columns, or a map that is open, asked in SQL.
//!
//! ```
//! use datafusion::prelude::SessionContext;
//! use mmrec::{MmapRecord, RecordMap};
//!
//! #[derive(Clone, Copy, MmapRecord)]
//! #[repr(C)]
//! struct Trade {
//!     ts: u64,
//!     price: f64,
//!     symbol: mmrec::ByteStr<8>,
//! }
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let dir = std::env::temp_dir().join(format!("mmrec-datafusion-doc-{}", std::process::id()));
//! # std::fs::create_dir_all(dir.join("trades"))?;
//! # let dir = dir.display();
//! # {
//! let mut monday = RecordMap::<Trade>::options().shape(2).create_npy(format!("{dir}/trades/monday.npy"))?;
//! monday.set(0, Trade { ts: 1, price: 10.5, symbol: "ABC".parse()? });
//! monday.set(1, Trade { ts: 2, price: 11.0, symbol: "XYZ".parse()? });
//! # }
//! let session = SessionContext::new();
//! mmrec_datafusion::register(&session)?;
//! session.sql(&format!("CREATE EXTERNAL TABLE trades STORED AS NPY WITH ORDER (ts) LOCATION '{dir}/trades/'")).await?;
//! let answer = session.sql("SELECT symbol, max(price) FROM trades WHERE ts >= 2 GROUP BY symbol").await?;
//! assert_eq!(
//!     answer.to_string().await?,
//!     "+--------+-------------------+\n\
//!      | symbol | max(trades.price) |\n\
//!      +--------+-------------------+\n\
//!      | XYZ    | 11.0              |\n\
//!      +--------+-------------------+"
//! );
//! // A path is a table too, and an answer can be a file.
//! session.sql(&format!("COPY (SELECT price FROM '{dir}/trades/monday.npy') TO '{dir}/prices.npy'")).await?.collect().await?;
//! # assert_eq!(mmrec::DynMap::open(format!("{dir}/prices.npy"))?.len(), 2);
//! # std::fs::remove_dir_all(dir.to_string())?;
//! # Ok(())
//! # }
//! ```
//!
//! [`register`] makes all of it known to a session. [`MapTable`] is a table of a map that is open.
//!
//! # Tables
//!
//! | `LOCATION` | is |
//! |---|---|
//! | `'trades.npy'` | one file |
//! | `'trades/'` | all `.npy` files in it, which have the same dtype |
//! | `'trades/'` with `PARTITIONED BY (day)` | those in `day=2024-06-01/` and so on, with a column `day` |
//! | `'trades/'`, with a `dtype.descr` in it | the directory of columns of a [`ColumnMap`](mmrec::ColumnMap); without, its files are rows of one table, so of arrays that NumPy has saved write one: `Path('trades/dtype.descr').write_text(str(dtype.descr))`. Directories may lie in folders of partitions too |
//! | `'feed.bin'` with the option `npy.dtype` | records as they are, behind `npy.offset` bytes; a directory is all files in it |
//! | `'archive.npz'` with the option `npy.member` | the array of this name, if it is stored: one that is deflated is an error |
//!
//! Files whose names begin with a dot are files as others; those of 0 bytes the engine passes over. `*`, `?` and `[` in a path are a
//! pattern, unless there is a file or directory of just that name.
//!
//! `.npy` files and raw ones may lie in any object store of the session. On this machine they are mapped; elsewhere their headers are
//! read, and then 4 MiB of rows at a time, declared order or not. Arrays of more than one axis have lists in their rows.
//!
//! [`NpyOptions`] is the table of all options.
//!
//! # Types
//!
//! | dtype | SQL |
//! |---|---|
//! | `b1`, `i1` to `i8`, `u1` to `u8`, `f2` to `f8`, of either byte order | `BOOLEAN`, `TINYINT` to `BIGINT`, unsigned too, `Float16`, `FLOAT`, `DOUBLE` |
//! | `S` | text (`Utf8View`); bytes that are no UTF-8 are an error, and `npy.strings` `binary` makes all of it bytes |
//! | `U` | text (`Utf8View`) |
//! | `M8[s]`, `[ms]`, `[us]`, `[ns]` | `TIMESTAMP` of that unit |
//! | `M8[D]` | `DATE` |
//! | `m8[s]`, `[ms]`, `[us]`, `[ns]` | `Duration` of that unit |
//! | `M8` and `m8` of other units | `BIGINT`, the number of steps |
//! | NaT | NULL; nothing else is |
//! | `V`, long doubles | `FixedSizeBinary`, their bytes |
//! | `c8`, `c16` | a list of two floats |
//! | sub-arrays, axes after the first | lists of a fixed size |
//! | nested records | structs: `get_field(pos, 'x')`, or `pos['x']` with DataFusion's feature `nested_expressions` |
//!
//! The engine compares a time with one of a finer unit by cutting that to the unit of the column: `ts >= '2024-06-01T00:00:00.5'` of a
//! `M8[s]` is true for `00:00:00`.
//!
//! A name that SQL would take for something else is quoted: `"Last Px"`. An array without fields has one column, `value`.
//!
//! # What is not read
//!
//! - Rows are counted from the size of the file: `SELECT count(*)` reads none.
//! - Of the columns, those that the query names. A filter looks at its own columns first, and the others are gathered of the rows that
//!   pass. No filter is left for the engine to apply again, and the thresholds of a top-k and the keys of a join are applied as they
//!   become known.
//! - `WITH ORDER (ts)` says that the rows of each file are sorted. Then a comparison of `ts` with a value is answered by binary search
//!   on the map: rows before and behind are not touched, and files without such rows are skipped. NULLs are where the order says, last
//!   unless it is descending. The first and last row are the least and the greatest value, so that files are read in their order
//!   and `ORDER BY ts` sorts nothing. Floats are in the order of the engine, -0.0 before 0.0 and NaN last. `EXPLAIN ANALYZE` shows
//!   `files_skipped_by_order` and `rows_skipped_by_order`. **A file that is not sorted as declared gives wrong answers**; where the first row
//!   and the last are the wrong way round, it is an error.
//! - With `npy.sidecar`, the least and greatest value of each column lie in a small file beside each `.npy`, and files in which no row
//!   can pass are not opened, in any order of rows; `min(ts)` and `max(ts)` read none. [`Sidecars`] says how they are made.
//!   `EXPLAIN ANALYZE` shows `files_skipped_by_statistics` and their rows. Columns of numbers (but `f2`), times and booleans have them, if
//!   no value is NULL or NaN. A comparison of a cast counts where the cast keeps the order of values: `ts::date`, not `ts::time`.
//! - A file is split among the partitions of the session if all files have 10 MiB together
//!   (`datafusion.optimizer.repartition_file_min_size`), at whole rows.
//! - A `LIMIT` ends the reading.
//! - A batch has as many rows as the session says, and no more than 16 MiB of the columns that it is made of, as they are in the
//!   file, unless one row has more.
//!
//! # How fast
//!
//! `cargo bench -p mmrec-datafusion --features engine,proto --bench sql` makes 20 million trades of 48 bytes, asks the same of several kinds of
//! files in turns, and holds the answers against each other. Milliseconds from the text of a query to its rows on two cores, medians of 3
//! rounds, files in memory, DataFusion 55.2, NumPy 2.4.6, polars 2.1.0 (which reads the Parquet file):
//!
//! | | `.npy` of records | directory of columns | Parquet | without dictionaries | CSV | NumPy | polars |
//! |---|--:|--:|--:|--:|--:|--:|--:|
//! | `sum(price * qty) / sum(qty)` by symbol | 179 | 159 | 229 | 328 | 1913 | 3995 | 330 |
//! | `sum(price)` | 50 | 23 | 46 | 56 | 1446 | 68 | 44 |
//! | 1 % by time, `WITH ORDER (ts)` | 4.9 | 5.0 | 5.9 | 5.1 | 2236 | 1.8 | 62 |
//! | 1 % by time, no order declared | 61 | 36 | 5.7 | 4.7 | 2269 | 183 | 64 |
//! | 3 largest `qty` of each symbol, `row_number() over` | 8207 | 7907 | 8406 | 8368 | 10046 | 12722 | 1161 |
//!
//! So a range of a declared order takes a twelfth of a full scan. **Without the order Parquet is eleven times as fast:** its file has the least and
//! greatest `ts` of each million rows and of each page, by which it leaves out 19 of 20 groups and then 42 of 52 pages
//! (`row_groups_pruned_statistics`, `page_index_pages_pruned` in `EXPLAIN ANALYZE`), while of a `.npy` every `ts` is read
//! (`rows_scanned=20.00 M`), and with it, of records, each cache line of the file. What to do: declare the order, or, of a directory of
//! many files, keep values beside them (`npy.sidecar`).
//!
//! **The sum of one field of records is as fast as the memory gives 960 MB,** every cache line of the file, which is all that its plan
//! has: a scan of `price` and two partial sums. A directory of columns has 160 MB to read for it, as Parquet has without dictionaries;
//! with them, for prices that repeat, Parquet has 50 MB (`bytes_scanned`), and decodes them in 0.9 of the time that records take.
//!
//! The top-k by a window is the engine's work, not the scan's: its plan sorts all 20 million rows by symbol and quantity (`SortExec`),
//! numbers them and filters the numbers, whatever the files are.
//!
//! # Writing
//!
//! `COPY (SELECT …) TO 'out.npy'` makes one `.npy` of packed records, in the session's directory for temporary files, within its limit;
//! only when the query has ended well does it get its name, so that a failure leaves nothing, or the old file. Text becomes `U`, or `S` with `npy.text` `bytes` or where
//! the column was `S` in its file, as wide as the longest there is (the answer is kept twice then, once in Arrow's format) or as `npy.width`
//! says, and longer text is an error. Within structs and lists text has no width, and is written if it comes from a `.npy` alone. A NULL is NaT, and for any other type an error that names the row. A path without an ending, with `STORED AS NPY`, is a directory of several files.
//! `INSERT INTO` a table of a directory adds files of exactly its dtype.
//!
//! Each file is whole at its name or not there. Of several files, `PARTITIONED BY` or not, none has its name before all are whole; if one
//! cannot be put there, those that this call has put are deleted again, and no others; empty folders of partitions may stay. What the
//! store refuses to delete is named in the error. A query that is dropped at that moment leaves what it has put, and so does a store that says a put has failed when it has
//! not. There may be thousands: some 80 are open at once, and 64 MiB on their way. Where `A` and `a` are one name for the file system,
//! do not partition by a column that has both.
//!
//! # What is refused
//!
//! - In object stores that are not of this machine: Fortran order, members of `.npz`, directories of columns.
//! - Files that are compressed, and deflated members of `.npz`.
//! - `INSERT OVERWRITE`: files are added to a table, and none is taken away. `COPY` to the name of a file gives it other rows.
//! - `INSERT INTO` directories of columns: a new file would be no part of them.
//! - `COPY` with `npy.dtype` or `npy.member`: what is written is `.npy`. Columns of types that have no dtype, such as decimals, need a `CAST`.
//!
//! # Files that change
//!
//! A query reads the files that it found when it was planned. One that has another size or time by then, or that is changed or
//! cut while it is read, is an error, never a crash and never other rows (writes through a map of another process may not
//! change the time of a file at once, and are not seen then). One that is replaced by `rename` is read to its end as it was. In object stores
//! the tag of a file counts too, for each of its parts that is asked for. Rows that are appended to a directory of columns are seen by
//! the next query; one that is planned before reads the rows there were, in all its parts, and if they are appended while it reads, it is an error: run it
//! again. Files that are left out by what is known of them are not asked whether they have changed. A session keeps
//! the list of the files of a table, unless `datafusion.runtime.list_files_cache_limit` is 0: make the table again to see new files. What it
//! knows of a file's values it keeps until the file has another size or time; most object stores tell whole seconds.
//! To that end the handler of [`mmrec::fault`] is installed in the process, on Linux and Android.

mod array;
mod columns;
mod error;
mod factory;
mod format;
mod layout;
mod making;
mod open;
mod opener;
mod options;
#[cfg(feature = "proto")]
pub mod proto;
mod prune;
mod scan;
mod schema;
mod sidecar;
mod sink;
mod source;
mod statistics;
mod table;

pub use self::{
    array::OpenMap,
    factory::{NpyTableFactory, register},
    format::{NpyFormat, NpyFormatFactory},
    options::{NpyOptions, Sidecars, SortKey, Strings, Text},
    source::NpySource,
    table::MapTable,
};

/// The program in the README compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
