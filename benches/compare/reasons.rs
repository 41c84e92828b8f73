//! Why a figure misses what it was to reach.

use mmrec_benches::kernels::Size;

use super::table::Row;

const SYSTEM_CALLS: &str = "The six system calls and the page fault are all of the raw time. NumPy makes them too, so \
    no more than the quotient of the two times can be gained; where they are slow, as in a virtual machine, that is \
    less.";
const MEMORY: &str = "What memory, or the last level of the cache, delivers bounds all contenders, NumPy and the raw loop \
    included.";
const TREE: &str = "Sums are pairwise, as NumPy's are, and come out with the same bits: every 128 records or fewer, eight \
    sums become one. The raw loop does that once, and knows the stride while compiling.";
const STRIDE: &str =
    "The stride of a view is known at run time. The raw loop's is part of its load instructions.";
const NAN: &str = "Whether there is a NaN is found record by record, and the least and greatest are kept for it to be \
    returned as NumPy does; the raw loop's stride is known while compiling.";
const CHECKED: &str = "Each lookup compares its index with the shape, and multiplies it by a stride that is not known \
    while compiling.";
const ALL_FIELDS: &str = "mmrec reads each field of a record, for the reads are volatile; the compiler lets a raw loop \
    read those that are used.";
const THREADS: &str = "One thread already takes most of what memory delivers on this machine, and what is left differs \
    from run to run: two raw threads gain as little.";
const NOISE: &str = "The two compile to the same loop; what differs is the measurement.";

/// The reason, if one is known.
pub(crate) fn reason(row: &Row) -> Option<&'static str> {
    let is_small = row.size == Size::Mib1;
    Some(match row.kernel.name {
        "open, first record, close" => SYSTEM_CALLS,
        "sum of f64, two threads" => THREADS,
        "random at(i), records" | "records by value" => ALL_FIELDS,
        "random at(i), a field" => CHECKED,
        "sum of f64 by as_slice" => NOISE,
        _ if !is_small && row.is_as_raw() => MEMORY,
        "sum of f64" | "sum of u32" | "sum of every second" => TREE,
        "min and max" => NAN,
        "count of price > x" | "VWAP of two fields" | "update of a field" | "fill of a field" => STRIDE,
        _ if !is_small => MEMORY,
        _ => return None,
    })
}
