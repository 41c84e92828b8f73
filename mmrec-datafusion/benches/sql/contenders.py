"""What a user of NumPy, and of polars, writes for the questions of the benchmark `sql`.

Each line of the input is a contender and a question; each is answered with a line of JSON: the seconds that it took and the rows of the
answer. The first line of the output says which contenders there are. The arguments are the .npy file, the Parquet file, the first
and the last time of a range, and the time that others are counted from, in nanoseconds.
"""

import json
import sys
from time import perf_counter

import numpy as np

try:
    import polars as pl
except ImportError:
    pl = None

npy, parquet = sys.argv[1:3]
start, stop, base = map(int, sys.argv[3:])


def open_npy():
    return np.load(npy, mmap_mode="r")


def codes_of(symbol):
    """Names of 8 bytes as numbers from 0, and the names."""
    names, codes = np.unique(np.ascontiguousarray(symbol).view("u8"), return_inverse=True)
    return names.view("S8"), codes


def numpy_vwap():
    a = open_npy()
    names, codes = codes_of(a["symbol"])
    qty = a["qty"]
    traded = np.bincount(codes, a["price"] * qty)
    return names, traded / np.bincount(codes, qty)


def in_range(rows):
    return len(rows), (rows["price"] * rows["qty"]).sum()


def numpy_range_sorted():
    a = open_npy()
    first, last = np.searchsorted(a["ts"], np.array([start, stop], "M8[ns]"))
    return in_range(a[first:last])


def numpy_range():
    a = open_npy()
    ts = a["ts"]
    return in_range(a[(ts >= np.datetime64(start, "ns")) & (ts < np.datetime64(stop, "ns"))])


def numpy_sum():
    return (open_npy()["price"].sum(),)


def numpy_top():
    a = open_npy()
    names, codes = codes_of(a["symbol"])
    qty, ts = np.ascontiguousarray(a["qty"]), a["ts"]
    # Rows come in the order of time, and the sort is stable.
    order = np.lexsort((np.uint32(0xFFFFFFFF) - qty, codes))
    codes = codes[order]
    rank = np.arange(len(codes)) - np.searchsorted(codes, codes)
    best = rank < 3
    order = order[best]
    return names[codes[best]], rank[best] + 1, qty[order], ts[order].astype("i8") - base


def scan():
    return pl.scan_parquet(parquet)


def traded():
    return (pl.col("price") * pl.col("qty")).sum()


def polars_vwap():
    return scan().group_by("symbol").agg(traded() / pl.col("qty").sum()).collect()


def polars_range():
    ts = pl.col("ts").cast(pl.Int64)
    return scan().filter((ts >= start) & (ts < stop)).select(pl.len(), traded()).collect()


def polars_range_sorted():
    ts = pl.col("ts").set_sorted()
    limits = pl.Series([start, stop]).cast(pl.Datetime("ns"))
    return scan().filter((ts >= limits[0]) & (ts < limits[1])).select(pl.len(), traded()).collect()


def polars_sum():
    return scan().select(pl.col("price").sum()).collect()


def polars_top():
    best = pl.struct("qty", "ts").sort_by("qty", "ts", descending=[True, False]).head(3)
    best = scan().group_by("symbol").agg(best.alias("best")).explode("best").unnest("best")
    rank = pl.int_range(1, pl.len() + 1).over("symbol")
    return best.select("symbol", rank, "qty", pl.col("ts").cast(pl.Int64) - base).collect()


def rows(answer):
    """Columns, or numbers, as rows of what JSON has."""
    if pl is not None and isinstance(answer, pl.DataFrame):
        return answer.rows()
    columns = [np.atleast_1d(column) for column in answer]
    columns = [column.astype("U") if column.dtype.kind == "S" else column for column in columns]
    return list(zip(*(column.tolist() for column in columns)))


contenders = {"NumPy": "numpy"}
if pl is not None:
    contenders["polars"] = "polars"
versions = {"NumPy": np.__version__, "polars": getattr(pl, "__version__", None)}
print(json.dumps([[name, versions[name]] for name in contenders]), flush=True)
for line in sys.stdin:
    contender, question = line.rstrip("\n").split("\t")
    run = globals()[f"{contenders[contender]}_{question}"]
    begin = perf_counter()
    answer = run()
    seconds = perf_counter() - begin
    print(json.dumps({"seconds": seconds, "rows": rows(answer)}), flush=True)
