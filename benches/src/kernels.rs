//! What is measured: every kernel, the ratios it is to reach, and its contenders.

use std::{fmt, thread};

use mmrec::{MmapRecord, s};

use crate::{
    case::{Case, Contender, Job, Purpose},
    files::Files,
    mapped, raw,
    records::{Big, Packed, Padded, Record, Wide},
    slices,
};

/// How large the files are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Size {
    /// In the second level of the cache, or nearly.
    Mib1,
    /// In the last level of the cache, where it is that large.
    Mib16,
    /// In memory.
    Gib1,
}

impl Size {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Mib1, Self::Mib16, Self::Gib1];

    /// The bytes of a file.
    pub fn bytes(self) -> usize {
        match self {
            Self::Mib1 => 1 << 20,
            Self::Mib16 => 16 << 20,
            Self::Gib1 => 1 << 30,
        }
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Mib1 => "1 MiB",
            Self::Mib16 => "16 MiB",
            Self::Gib1 => "1 GiB",
        })
    }
}

/// Ratios to reach, by size; 0 where there is none.
type Ratios = [f64; 3];

const NONE: Ratios = [0.0; 3];

/// What takes the contenders of a kernel and measures them.
pub type Visit<'v> = &'v mut dyn FnMut(Case<'_>);

/// A kernel over one layout.
#[derive(Clone, Copy, Debug)]
pub struct Kernel {
    /// What is done.
    pub name: &'static str,
    /// To what.
    pub layout: &'static str,
    /// The records of the files it needs. Kernels with the same files stand together in [`KERNELS`].
    pub files: &'static str,
    /// How many times as fast as NumPy it is to be.
    pub numpy: Ratios,
    /// How much of the raw loop's speed it is to reach.
    pub raw: Ratios,
    /// How many times as fast as one thread it is to be.
    pub one_thread: f64,
    /// The smallest size at which it is measured.
    pub from: Size,
    /// Opens the files, and hands out the contenders.
    pub run: fn(&Files, Visit<'_>),
}

const WIDE: Kernel = Kernel {
    name: "",
    layout: "48-byte records",
    files: Wide::NAME,
    numpy: NONE,
    raw: NONE,
    one_thread: 0.0,
    from: Size::Mib1,
    run: |_, _| {},
};
const PACKED: Kernel = Kernel { layout: "21-byte packed records", files: Packed::NAME, ..WIDE };
const BIG: Kernel = Kernel { layout: "21-byte big-endian records", files: Big::NAME, ..WIDE };
const PLAIN: Kernel = Kernel { layout: "contiguous f64", files: f64::NAME, ..WIDE };
const PADDED: Kernel = Kernel { layout: "24-byte padded records", files: Padded::NAME, ..WIDE };

/// All kernels.
pub const KERNELS: &[Kernel] = &[
    Kernel { name: "sum of f64", numpy: [1.6, 1.25, 1.0], raw: [0.95; 3], run: sum_wide, ..WIDE },
    Kernel { name: "sum of u32", numpy: [1.8, 1.8, 0.0], raw: [0.9; 3], run: sum_u32, ..WIDE },
    Kernel { name: "VWAP of two fields", numpy: [2.2; 3], raw: [0.95; 3], run: vwap, ..WIDE },
    Kernel { name: "count of price > x", numpy: [1.4, 1.4, 0.0], raw: [0.95; 3], run: count, ..WIDE },
    Kernel { name: "min and max", numpy: [1.4, 1.4, 0.0], raw: [0.95; 3], run: min_max, ..WIDE },
    Kernel { name: "field to a Vec", numpy: [1.2; 3], raw: [0.95; 3], run: gather, ..WIDE },
    Kernel { name: "field to a buffer", numpy: [1.2; 3], raw: [0.95; 3], run: gather_to, ..WIDE },
    Kernel { name: "records by value", raw: [0.0, 0.0, 0.7], run: records, ..WIDE },
    Kernel { name: "update of a field", numpy: [1.1, 0.95, 0.95], raw: [0.9; 3], run: update, ..WIDE },
    Kernel { name: "fill of a field", numpy: [1.1, 0.95, 0.95], raw: [0.9; 3], run: fill, ..WIDE },
    Kernel {
        name: "field from another map",
        numpy: [1.1, 0.95, 0.95],
        raw: [0.9; 3],
        run: assign_field,
        ..WIDE
    },
    Kernel { name: "records from another map", numpy: [4.0; 3], raw: [0.8; 3], run: assign, ..WIDE },
    Kernel {
        name: "random at(i), records",
        numpy: [20.0, 0.0, 0.0],
        raw: [0.95; 3],
        run: at_records,
        ..WIDE
    },
    Kernel { name: "random at(i), a field", numpy: [20.0, 0.0, 0.0], raw: [0.95; 3], run: at_field, ..WIDE },
    #[cfg(unix)]
    Kernel { name: "open, first record, close", numpy: [5.0; 3], raw: [0.8; 3], run: open, ..WIDE },
    Kernel {
        name: "sum of f64, two threads",
        raw: [0.95; 3],
        one_thread: 1.4,
        from: Size::Gib1,
        run: threads,
        ..WIDE
    },
    Kernel { name: "sum of f64", numpy: [2.5, 2.0, 1.3], raw: [0.95; 3], run: sum_packed, ..PACKED },
    Kernel { name: "sum of f64", numpy: [1.8, 1.8, 0.0], raw: [0.9; 3], run: sum_big, ..BIG },
    Kernel { name: "sum of f64", numpy: [1.15; 3], run: sum_plain, ..PLAIN },
    Kernel { name: "sum of f64 by as_slice", raw: [0.98; 3], run: sum_as_slice, ..PLAIN },
    Kernel {
        name: "sum of every second",
        layout: "3-D, every second row and column",
        numpy: [1.3; 3],
        raw: [0.9; 3],
        run: sum_cube,
        ..PLAIN
    },
    Kernel { name: "sum of f64", layout: "2-D, Fortran order", numpy: [1.15; 3], run: sum_fortran, ..PLAIN },
    Kernel { name: "to a Vec in C order", layout: "2-D, Fortran order", run: transpose, ..PLAIN },
    Kernel { name: "records from another map", numpy: [4.0; 3], run: assign_padded, ..PADDED },
];

/// Lookups of one run of the kernels with `at(i)`: mmrec and raw loops.
const LOOKUPS: usize = 10_000_000;

/// Lookups of one run of a loop in Python, and of every check.
const PYTHON_LOOKUPS: usize = 100_000;

/// Half of the prices are greater.
const X: f64 = 612.0;

const ONE: &str = "1 accumulator";
const EIGHT: &str = "8 accumulators";
const LOOP: &str = "loop";

fn sum_wide(files: &Files, visit: Visit<'_>) {
    let (map, raw) = (files.map::<Wide>(), files.raw::<Wide>());
    visit(
        Case::new(map.len(), Contender::new(|| mapped::sum(&map.field(Wide::FIELDS.price))))
            .raw(ONE, Contender::new(|| raw::sum_f64::<48, 8>(&raw)))
            .raw(EIGHT, Contender::new(|| raw::sum_f64_8::<48, 8>(&raw)))
            .slice(Contender::new(|| slices::sum(slices::records::<Wide>(raw.slice()), |t| t.price)))
            .numpy("sum_price", "wide", [files.from::<Wide>()]),
    );
}

fn sum_packed(files: &Files, visit: Visit<'_>) {
    let (map, raw) = (files.map::<Packed>(), files.raw::<Packed>());
    visit(
        Case::new(map.len(), Contender::new(|| mapped::sum(&map.field(Packed::FIELDS.price))))
            .raw(ONE, Contender::new(|| raw::sum_f64::<21, 5>(&raw)))
            .raw(EIGHT, Contender::new(|| raw::sum_f64_8::<21, 5>(&raw)))
            .slice(Contender::new(|| slices::sum(slices::records::<Packed>(raw.slice()), |t| t.price)))
            .numpy("sum_price", "packed", [files.from::<Packed>()]),
    );
}

fn sum_big(files: &Files, visit: Visit<'_>) {
    let (map, raw) = (files.map::<Big>(), files.raw::<Big>());
    visit(
        Case::new(map.len(), Contender::new(|| mapped::sum_big(&map.field(Big::FIELDS.price))))
            .raw(ONE, Contender::new(|| raw::sum_big::<21, 5>(&raw)))
            .raw(EIGHT, Contender::new(|| raw::sum_big_8::<21, 5>(&raw)))
            .numpy("sum_price", "big", [files.from::<Big>()]),
    );
}

fn sum_u32(files: &Files, visit: Visit<'_>) {
    let (map, raw) = (files.map::<Wide>(), files.raw::<Wide>());
    visit(
        Case::new(map.len(), Contender::new(|| mapped::sum(&map.field(Wide::FIELDS.qty))))
            .raw(ONE, Contender::new(|| raw::sum_u32::<48, 16>(&raw)))
            .raw(EIGHT, Contender::new(|| raw::sum_u32_8::<48, 16>(&raw)))
            .slice(Contender::new(|| {
                slices::records::<Wide>(raw.slice()).iter().map(|trade| u64::from(trade.qty)).sum::<u64>()
            }))
            .numpy("sum_qty", "wide", [files.from::<Wide>()]),
    );
}

fn vwap(files: &Files, visit: Visit<'_>) {
    let (map, raw) = (files.map::<Wide>(), files.raw::<Wide>());
    visit(
        Case::new(map.len(), Contender::new(|| mapped::vwap(&map.view())))
            .raw(ONE, Contender::new(|| raw::vwap(&raw)))
            .raw(EIGHT, Contender::new(|| raw::vwap_8(&raw)))
            .slice(Contender::new(|| {
                let trades = slices::records::<Wide>(raw.slice());
                let volume: u64 = trades.iter().map(|trade| u64::from(trade.qty)).sum();
                slices::sum(trades, |trade| trade.price * f64::from(trade.qty)) / volume as f64
            }))
            .numpy("vwap", "wide", [files.from::<Wide>()]),
    );
}

fn count(files: &Files, visit: Visit<'_>) {
    let (map, raw) = (files.map::<Wide>(), files.raw::<Wide>());
    visit(
        Case::new(map.len(), Contender::new(|| mapped::count_above(&map.field(Wide::FIELDS.price), X)))
            .raw(ONE, Contender::new(|| raw::count_above::<48, 8>(&raw, X)))
            .raw(EIGHT, Contender::new(|| raw::count_above_8::<48, 8>(&raw, X)))
            .slice(Contender::new(|| {
                slices::records::<Wide>(raw.slice()).iter().filter(|trade| trade.price > X).count()
            }))
            .numpy("count", "wide", [files.from::<Wide>()]),
    );
}

fn min_max(files: &Files, visit: Visit<'_>) {
    let (map, raw) = (files.map::<Wide>(), files.raw::<Wide>());
    visit(
        Case::new(map.len(), Contender::new(|| mapped::min_max(&map.field(Wide::FIELDS.price))))
            .raw("1 lane", Contender::new(|| raw::min_max::<48, 8, 1>(&raw)))
            .raw("4 lanes", Contender::new(|| raw::min_max::<48, 8, 4>(&raw)))
            .raw("8 lanes", Contender::new(|| raw::min_max::<48, 8, 8>(&raw)))
            .numpy("min_max", "wide", [files.from::<Wide>()]),
    );
}

fn gather(files: &Files, visit: Visit<'_>) {
    let (map, raw) = (files.map::<Wide>(), files.raw::<Wide>());
    visit(
        Case::new(map.len(), Contender::new(|| mapped::gather(&map.field(Wide::FIELDS.price))))
            .raw(LOOP, Contender::new(|| raw::gather::<48, 8>(&raw)))
            .slice(Contender::new(|| {
                slices::records::<Wide>(raw.slice()).iter().map(|trade| trade.price).collect::<Vec<_>>()
            }))
            .numpy("gather", "wide", [files.from::<Wide>()]),
    );
}

fn gather_to(files: &Files, visit: Visit<'_>) {
    let (map, raw) = (files.map::<Wide>(), files.raw::<Wide>());
    let (mut buffer, mut raw_buffer) = (vec![0.0; map.len()], vec![0.0; map.len()]);
    visit(
        Case::new(
            map.len(),
            Contender::by_purpose(|purpose| {
                mapped::gather_to(&map.field(Wide::FIELDS.price), &mut buffer);
                buffer_digest(purpose, &buffer)
            }),
        )
        .raw(
            LOOP,
            Contender::by_purpose(|purpose| {
                raw::gather_to::<48, 8>(&raw, &mut raw_buffer);
                buffer_digest(purpose, &raw_buffer)
            }),
        )
        .numpy("gather_to", "wide", [files.from::<Wide>()]),
    );
}

fn buffer_digest(purpose: Purpose, buffer: &[f64]) -> f64 {
    use crate::case::Answer;
    if purpose == Purpose::Check { buffer.digest() } else { 0.0 }
}

fn records(files: &Files, visit: Visit<'_>) {
    let (map, raw) = (files.map::<Wide>(), files.raw::<Wide>());
    visit(
        Case::new(map.len(), Contender::new(|| mapped::sum_of_records(&map.view())))
            .raw(LOOP, Contender::new(|| raw::sum_of_records(&raw)))
            .slice(Contender::new(|| slices::sum(slices::records::<Wide>(raw.slice()), |t| t.price))),
    );
}

fn update(files: &Files, visit: Visit<'_>) {
    let (mut to, from) = (files.map_to::<Wide>(), files.raw::<Wide>());
    let raw = files.raw_to::<Wide>();
    visit(
        Case::new(to.len(), Contender::new(|| mapped::increment(to.field_mut(Wide::FIELDS.qty))))
            .raw(LOOP, Contender::new(|| raw::increment::<48, 16>(&raw)))
            .numpy("increment", "wide", [files.from::<Wide>(), files.to::<Wide>()])
            .written(|| raw::copy(&from, &raw), || raw::digest(&raw)),
    );
}

fn fill(files: &Files, visit: Visit<'_>) {
    let (mut to, from) = (files.map_to::<Wide>(), files.raw::<Wide>());
    let raw = files.raw_to::<Wide>();
    visit(
        Case::new(to.len(), Contender::new(|| mapped::fill(to.field_mut(Wide::FIELDS.qty), 7)))
            .raw(LOOP, Contender::new(|| raw::fill::<48, 16>(&raw, 7)))
            .numpy("fill", "wide", [files.from::<Wide>(), files.to::<Wide>()])
            .written(|| raw::copy(&from, &raw), || raw::digest(&raw)),
    );
}

fn assign_field(files: &Files, visit: Visit<'_>) {
    let (mut to, from) = (files.map_to::<Wide>(), files.map::<Wide>());
    let (raw, raw_from) = (files.raw_to::<Wide>(), files.raw::<Wide>());
    let price = Wide::FIELDS.price;
    visit(
        Case::new(
            from.len(),
            Contender::new(|| mapped::assign_field(to.field_mut(price), &from.field(price))),
        )
        .raw(LOOP, Contender::new(|| raw::assign_field::<48, 8>(&raw_from, &raw)))
        .numpy("assign_price", "wide", [files.from::<Wide>(), files.to::<Wide>()])
        .written(|| raw::clear(&raw), || raw::digest(&raw)),
    );
}

fn assign(files: &Files, visit: Visit<'_>) {
    let (mut to, from) = (files.map_to::<Wide>(), files.map::<Wide>());
    let (raw, raw_from) = (files.raw_to::<Wide>(), files.raw::<Wide>());
    visit(
        Case::new(from.len(), Contender::new(|| mapped::assign_records(to.view_mut(), &from.view())))
            .raw("memcpy", Contender::new(|| raw::copy(&raw_from, &raw)))
            .numpy("assign", "wide", [files.from::<Wide>(), files.to::<Wide>()])
            .written(|| raw::clear(&raw), || raw::digest(&raw)),
    );
}

fn assign_padded(files: &Files, visit: Visit<'_>) {
    let (mut to, from) = (files.map_to::<Padded>(), files.map::<Padded>());
    let (raw, raw_from) = (files.raw_to::<Padded>(), files.raw::<Padded>());
    visit(
        Case::new(from.len(), Contender::new(|| mapped::assign_padded(to.view_mut(), &from.view())))
            .raw("field by field", Contender::new(|| raw::assign_padded(&raw_from, &raw)))
            .numpy("assign", "padded", [files.from::<Padded>(), files.to::<Padded>()])
            .written(|| raw::clear(&raw), || raw::digest(&raw)),
    );
}

/// A contender that makes fewer lookups to be checked.
fn lookups<'a>(mut run: impl FnMut(usize) -> f64 + 'a) -> Contender<'a> {
    Contender::by_purpose(move |purpose| match purpose {
        Purpose::Time => run(LOOKUPS),
        Purpose::Check => run(PYTHON_LOOKUPS),
    })
}

fn python_lookups(function: &'static str, files: &Files) -> Job {
    let (elements, files) = (files.records::<Wide>(), vec![files.from::<Wide>()]);
    Job { function, layout: "wide", elements, records: PYTHON_LOOKUPS, files }
}

fn at_records(files: &Files, visit: Visit<'_>) {
    let (map, raw) = (files.map::<Wide>(), files.raw::<Wide>());
    visit(
        Case::new(LOOKUPS, lookups(|lookups| mapped::at_records(&map.view(), lookups)))
            .raw(LOOP, lookups(|lookups| raw::at_records(&raw, lookups)))
            .job(python_lookups("at_records", files)),
    );
}

fn at_field(files: &Files, visit: Visit<'_>) {
    let (map, raw) = (files.map::<Wide>(), files.raw::<Wide>());
    visit(
        Case::new(LOOKUPS, lookups(|lookups| mapped::at_field(&map.field(Wide::FIELDS.price), lookups)))
            .raw(LOOP, lookups(|lookups| raw::at_field::<48, 8>(&raw, lookups)))
            .job(python_lookups("at_field", files)),
    );
}

#[cfg(unix)]
fn open(files: &Files, visit: Visit<'_>) {
    use std::{ffi::CString, os::unix::ffi::OsStrExt};

    let path = files.from::<Wide>();
    let name = CString::new(path.as_os_str().as_bytes()).expect("the path has no NUL");
    let elements = files.records::<Wide>();
    visit(
        Case::new(1, Contender::new(|| mapped::open_and_close(&path).expect("the file can be mapped")))
            .raw("system calls", Contender::new(|| raw::open_and_close(&name)))
            .job(Job { function: "open", layout: "wide", elements, records: 1, files: vec![path.clone()] }),
    );
}

fn threads(files: &Files, visit: Visit<'_>) {
    let (map, raw) = (files.map::<Wide>(), files.raw::<Wide>());
    let pool = pool(2);
    let mut case = Case::new(
        map.len(),
        Contender::new(|| pool.install(|| mapped::par_sum(&map.field(Wide::FIELDS.price)))),
    )
    .raw("2 threads", Contender::new(|| raw::sum_f64_threads::<48, 8>(&raw, 2)))
    .numpy("sum_price", "wide", [files.from::<Wide>()]);
    case.one_thread = Some(Contender::new(|| mapped::sum(&map.field(Wide::FIELDS.price))));
    visit(case);
}

/// A pool of so many threads.
///
/// # Panics
///
/// If the system does not give them.
pub fn pool(threads: usize) -> rayon::ThreadPool {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads can be started")
}

/// How many threads can run at once.
pub fn cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

fn sum_plain(files: &Files, visit: Visit<'_>) {
    let (map, raw) = (files.map::<f64>(), files.raw::<f64>());
    visit(
        Case::new(map.len(), Contender::new(|| mapped::sum(&map.view())))
            .raw(ONE, Contender::new(|| raw::sum_f64::<8, 0>(&raw)))
            .raw(EIGHT, Contender::new(|| raw::sum_f64_8::<8, 0>(&raw)))
            .slice(Contender::new(|| slices::sum(slices::records::<f64>(raw.slice()), |price| price)))
            .numpy("sum", "plain", [files.from::<f64>()]),
    );
}

fn sum_as_slice(files: &Files, visit: Visit<'_>) {
    let (map, raw) = (files.map::<f64>(), files.raw::<f64>());
    visit(
        Case::new(map.len(), Contender::new(|| slices::sum_8(mapped::as_slice(&map.view()))))
            .raw("slice", Contender::new(|| slices::sum_8(slices::records(raw.slice()))))
            .numpy("sum", "plain", [files.from::<f64>()]),
    );
}

fn sum_cube(files: &Files, visit: Visit<'_>) {
    let planes = files.records::<f64>() / (256 * 256);
    let map = mapped::cube(&files.from::<f64>(), planes).expect("the file was written");
    let raw = files.raw::<f64>();
    let records = map.slice(s![.., ..;2, ..;2]).len();
    let job = Job {
        function: "sum_cube",
        layout: "cube",
        elements: map.len(),
        records,
        files: vec![files.from::<f64>()],
    };
    visit(
        Case::new(records, Contender::new(|| mapped::sum_cube(&map)))
            .raw(EIGHT, Contender::new(|| raw::sum_cube(&raw)))
            .job(job),
    );
}

/// Not a power of two, so that the elements of a row do not all fall into one set of the cache.
const ROWS: usize = 1000;

fn sum_fortran(files: &Files, visit: Visit<'_>) {
    let map = mapped::matrix(&files.from::<f64>(), ROWS, files.records::<f64>() / ROWS);
    let map = map.expect("the file was written");
    let raw = files.raw::<f64>();
    visit(
        Case::new(map.len(), Contender::new(|| mapped::sum(&map.view())))
            .raw(EIGHT, Contender::new(|| raw::sum_f64_of::<8, 0>(&raw, 0, map.len())))
            .numpy("sum", "fortran", [files.from::<f64>()]),
    );
}

fn transpose(files: &Files, visit: Visit<'_>) {
    let map = mapped::matrix(&files.from::<f64>(), ROWS, files.records::<f64>() / ROWS);
    let map = map.expect("the file was written");
    let raw = files.raw::<f64>();
    visit(
        Case::new(map.len(), Contender::new(|| mapped::gather(&map.view())))
            .raw("row by row", Contender::new(|| raw::transpose_rows::<ROWS>(&raw, map.len())))
            .raw("8 rows at once", Contender::new(|| raw::transpose::<ROWS>(&raw, map.len())))
            .numpy("ravel", "fortran", [files.from::<f64>()]),
    );
}
