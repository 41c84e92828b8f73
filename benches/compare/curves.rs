//! The field sum against the size of the file, and against the number of threads.

use mmrec::{Field, MmapRecord, s};
use mmrec_benches::{
    case::{Case, Contender, Job},
    files::Files,
    kernels::{Size, cores, pool},
    mapped,
    numpy::Worker,
    raw,
    records::{Packed, Record, Wide},
};

use super::{
    measure::{self, Plan, Times, Who},
    svg::{Axis, Chart, Line, Panel},
};
use crate::Result;

const RAW: Who = Who::Raw("8 accumulators");

/// Whose lines there are, their names and colours.
const LINES: [(Who, &str, &str); 3] =
    [(RAW, "raw loop", "#8a8a8a"), (Who::Mmrec, "mmrec", "#d1642b"), (Who::NumPy, "NumPy", "#3b82c4")];

/// Nanoseconds per record of the field sum against the size, for aligned and for packed records.
pub(crate) fn by_size(files: &Files, mut numpy: Option<&mut Worker>, quick: bool) -> Result<Chart> {
    let wide = sizes::<Wide, 48, 8>(files, Wide::FIELDS.price, numpy.as_deref_mut(), quick)?;
    let packed = sizes::<Packed, 21, 5>(files, Packed::FIELDS.price, numpy, quick)?;
    Ok(Chart {
        panels: vec![
            panel("Sum of an f64 field, 48-byte records", wide),
            panel("21-byte packed records", packed),
        ],
    })
}

fn panel(title: &'static str, lines: Vec<Line>) -> Panel {
    let x = Axis { label: "bytes of the file", is_log: true };
    let y = Axis { label: "ns per record", is_log: true };
    Panel { title, x, y, lines }
}

/// The sum of the first `n` records, for `n` of 1000 up to all.
fn sizes<T: Record + MmapRecord, const STRIDE: usize, const OFFSET: usize>(
    files: &Files,
    price: Field<T, f64>,
    mut numpy: Option<&mut Worker>,
    quick: bool,
) -> Result<Vec<Line>> {
    let (map, raw) = (files.map::<T>(), files.raw::<T>());
    let all = map.len();
    let rounded = (3..).flat_map(|power| [1, 2, 5].map(|digit| digit * 10_usize.pow(power)));
    let counts = rounded.take_while(|&n| n < all / 4 * 3).chain([all]);
    let mut points = Vec::new();
    for n in counts {
        let bytes = n * size_of::<T>();
        let size = Size::ALL.into_iter().find(|size| bytes <= size.bytes()).unwrap_or(Size::Gib1);
        let job = Job {
            function: "sum_price",
            layout: T::NAME,
            elements: n,
            records: n,
            files: vec![files.from::<T>()],
        };
        let case = Case::new(n, Contender::new(|| mapped::sum(&map.slice(s![..n]).field(price))))
            .raw("8 accumulators", Contender::new(|| raw::sum_f64_of::<STRIDE, OFFSET>(&raw, 0, n)))
            .job(job);
        let times = measure::measure(case, numpy.as_deref_mut(), Plan::of(size, quick))?;
        points.push((bytes as f64, times));
    }
    Ok(lines(&points, |ns| ns))
}

/// Bytes per second of the field sum against the number of threads.
pub(crate) fn by_threads(files: &Files, plan: Plan) -> Result<Chart> {
    let (map, raw) = (files.map::<Wide>(), files.raw::<Wide>());
    let mut points = Vec::new();
    for threads in 1..=cores() {
        let pool = pool(threads);
        let prices = map.field(Wide::FIELDS.price);
        let case = Case::new(map.len(), Contender::new(|| pool.install(|| mapped::par_sum(&prices))))
            .raw("8 accumulators", Contender::new(|| raw::sum_f64_threads::<48, 8>(&raw, threads)));
        points.push((threads as f64, measure::measure(case, None, plan)?));
    }
    let lines = lines(&points, |ns| size_of::<Wide>() as f64 / ns);
    let x = Axis { label: "threads", is_log: false };
    let y = Axis { label: "GB per second", is_log: false };
    Ok(Chart { panels: vec![Panel { title: "Sum of an f64 field, 48-byte records", x, y, lines }] })
}

/// The lines through the medians of those who were measured.
fn lines(points: &[(f64, Times)], y: impl Fn(f64) -> f64) -> Vec<Line> {
    let line = |(who, name, colour)| {
        let points: Option<Vec<_>> =
            points.iter().map(|(x, times)| times.median(who).map(|ns| (*x, y(ns)))).collect();
        Some(Line { name, colour, points: points? })
    };
    LINES.into_iter().filter_map(line).collect()
}
