"""What the command's `plot` draws of arrays: cli/plot_*.npy and cli/plot.json, into the directory --out.

Rows are put in the order of x, those of equal x as they are in the file, and each into the column of pixels that the bin of its
x lies in. Bins are a power of two wide, the least with which there are few enough, and counted with exact fractions.
"""

import argparse
import json
import math
from fractions import Fraction
from pathlib import Path

import numpy as np

from cli_stats import numbers, value

# Of pictures 240 pixels wide, without what is beside the frame and the points: 136 of numbers, and 220 of times.
COLUMNS = {"numbers": 104, "times": 20}
BINS = {"numbers": 2048, "times": 512}


def times(steps, unit):
    return steps.astype("i8").astype(unit.replace("M8", "i8").replace("m8", "i8")[:3]).view(unit)


def arrays():
    """Names of files and what is in them."""
    rows = 1500
    packed = np.zeros(
        rows,
        [("t", "<M8[ns]"), ("b", "?"), ("p", ">f8"), ("n", "<i2"), ("d", ">m8[us]"), ("h", "<f2"), ("u", ">u8"), ("q", "<f4", (2, 2))],
    )
    random = numbers(200, rows)
    packed["t"] = times(1_700_000_000 * 10**9 + np.cumsum(random % 10**9), "<M8[ns]")
    packed["b"] = random % 3 == 0
    packed["p"] = np.cumsum((numbers(201, rows) % 2001).astype("f8") - 1000) / 8
    packed["p"][200:400] = np.nan
    packed["p"][::97] = np.nan
    packed["p"][700] = np.inf
    packed["n"] = (numbers(202, rows) % 5000).astype("i2") - 2500
    lengths = (numbers(203, rows) % 10**6).astype("i8")
    lengths[::5] = np.iinfo("i8").min
    packed["d"] = times(lengths, ">m8[us]")
    packed["h"] = (numbers(204, rows) % 1000).astype("f8") / 7
    packed["u"] = np.uint64(2**64 - 1) - numbers(205, rows) % np.uint64(1000)
    packed["q"] = (numbers(206, 4 * rows).reshape(rows, 2, 2) % 77).astype("f4")
    yield "packed", packed

    shuffled = np.zeros(rows, [("x", ">f8"), ("y", "<f8"), ("s", "S2")])
    shuffled["x"] = (numbers(207, rows) % 4000).astype("f8") / 3 - 500
    shuffled["x"][::31] = np.nan
    shuffled["x"][5] = np.inf
    shuffled["y"] = (numbers(208, rows) % 999).astype("f8") * 1e-3
    shuffled["y"][::7] = np.nan
    yield "shuffled", shuffled

    days = np.zeros(rows, [("day", ">M8[D]"), ("y", "<i8")])
    steps = (numbers(209, rows) % 30_000).astype("i8") - 10_000
    steps[::11] = np.iinfo("i8").min
    days["day"] = times(steps, ">M8[D]")
    days["y"] = numbers(210, rows).astype("i8") << 31
    days["y"][:3] = [np.iinfo("i8").min, np.iinfo("i8").max, 0]
    yield "days", days

    near = np.zeros(rows, [("ns", "<u8"), ("y", "<i4")])
    near["ns"] = np.uint64(2**64 - rows) + np.arange(rows, dtype="u8")
    near["y"] = numbers(211, rows) % 1000
    yield "near", near

    few = np.zeros(12, [("x", "<i4"), ("y", "<f4")])
    few["x"] = np.arange(12) ** 2
    few["y"] = [np.nan, 3, 2, np.nan, 5, 4, np.nan, 2, np.nan, 1, 2, np.nan]
    yield "few", few

    huge = np.zeros(300, [("x", "<f8"), ("y", ">f8")])
    huge["x"] = np.linspace(-1.0, 1.0, 300) * 1.7e308
    huge["y"] = np.where(np.arange(300) % 2, 1.7e308, -1.7e308)
    yield "huge", huge

    tiny = np.zeros(200, [("x", "<f8"), ("y", "<f8")])
    tiny["x"] = np.arange(200) * 5e-324
    tiny["y"] = np.arange(200) * -5e-324
    yield "tiny", tiny

    close = np.zeros(100, [("x", "<f8"), ("y", "<f8")])
    close["x"] = 1e15 + np.arange(100) / 8
    close["y"] = 1e300
    yield "close", close

    yield "grid", np.asfortranarray((numbers(212, 900).reshape(300, 3) % 100).astype(">u2"))
    yield "none", np.zeros(0, [("x", "<f8"), ("y", "<f8")])
    yield "no_x", np.array([(np.nan, 1.0), (np.nan, 2.0)], [("x", "<f8"), ("y", "<f8")])
    yield "no_y", np.array([(1.0, np.nan), (2.0, np.inf)], [("x", "<f8"), ("y", "<f8")])


# The file, x, y and the rows.
CASES = [
    *[("packed", "t", y, None) for y in ("b", "p", "n", "d", "h", "u", "q[1,0]")],
    ("packed", None, "p", None),
    ("packed", None, "p", (150, 420)),
    ("packed", "p", "n", None),
    ("packed", "u", "d", None),
    ("packed", "d", "t", None),
    ("packed", "b", "n", None),
    ("packed", "q[0,1]", "p", None),
    ("shuffled", "x", "y", None),
    ("shuffled", "y", "x", (100, 1000)),
    ("days", "day", "y", None),
    ("days", "y", "day", None),
    ("near", "ns", "y", None),
    ("few", "x", "y", None),
    ("huge", "x", "y", None),
    ("tiny", "x", "y", None),
    ("close", "x", "y", None),
    ("grid", None, "value[1]", None),
    ("grid", "value[2]", "value[0]", None),
    ("none", "x", "y", None),
    ("no_x", "x", "y", None),
    ("no_y", "x", "y", None),
]


def part(array, name):
    """A field, or an element of one."""
    name, _, index = name.rstrip("]").partition("[")
    field = array if name == "value" else array[name]
    return field[(slice(None), *map(int, index.split(",")))] if index else field


def native(values):
    """Steps are taken by themselves, for NumPy's own casts of m8 without a unit swap no bytes."""
    if values.dtype.kind in "mM":
        steps = np.frombuffer(values.tobytes(), values.dtype.str[0] + "i8").astype("i8")
        return steps.view(values.dtype.newbyteorder("="))
    return values.astype(values.dtype.newbyteorder("="))


def is_gap(values):
    if values.dtype.kind in "mM":
        return np.isnat(values)
    return ~np.isfinite(values)


def whole(x):
    """As an exact number."""
    return Fraction(int(x.view("i8"))) if x.dtype.kind in "mM" else Fraction(float(x) if x.dtype.kind == "f" else int(x))


def level(least, greatest, is_float, bins):
    """The least power of two as wide as a bin."""
    at = 0
    if is_float:
        size = max(abs(least), abs(greatest))
        exponent = max(math.frexp(float(size))[1] - 1, -1022) if size else -1022
        at = max(exponent - 51, -1022)
    while math.floor(greatest / Fraction(2) ** at) - math.floor(least / Fraction(2) ** at) >= bins:
        at += 1
    return at


def drawn(array, x, y, rows):
    start, end = rows or (0, len(array))
    ys = native(part(array, y))[start:end]
    xs = np.arange(start, end) if x is None else native(part(array, x))[start:end]
    kept = np.flatnonzero(~is_gap(xs))
    found = {"gaps": 0, "count": 0, "min": None, "max": None, "x": [None, None], "is_sorted": True, "points": []}
    if len(kept) == 0:
        return found
    found["is_sorted"] = bool(np.all(xs[kept][:-1] <= xs[kept][1:]))
    kept = kept[np.argsort(xs[kept], kind="stable")]
    found["x"] = [value(xs[kept[0]]), value(xs[kept[-1]])]
    is_float = xs.dtype.kind == "f"
    if not is_float and xs.dtype.kind in "biu" and xs.dtype.itemsize < 8:
        # Read as floats.
        is_float = True
    measure = "times" if ys.dtype.kind == "M" else "numbers"
    columns_in_all = COLUMNS[measure]
    exact = {i: whole(xs[i]) for i in kept}
    width = Fraction(2) ** level(exact[kept[0]], exact[kept[-1]], is_float, BINS[measure])
    first = math.floor(exact[kept[0]] / width)
    bins = math.floor(exact[kept[-1]] / width) - first + 1

    def column(i):
        if bins == 1:
            return (columns_in_all - 1) // 2
        return (2 * (math.floor(exact[i] / width) - first) * (columns_in_all - 1) + bins - 1) // (2 * (bins - 1))

    gaps = is_gap(ys)
    columns, after_gap = {}, False
    for i in kept:
        if gaps[i]:
            after_gap = True
            continue
        at = column(i)
        if at not in columns:
            columns[at] = ([], after_gap)
        columns[at][0].append(i)
        after_gap = False
    for at, (own, is_after_gap) in columns.items():
        values = ys[own]
        ends = [[value(xs[i]), value(ys[i])] for i in (own[0], own[-1])]
        found["points"].append([at, len(own), *ends, value(values.min()), value(values.max()), is_after_gap])
    found["gaps"] = int(gaps[kept].sum())
    found["count"] = len(kept) - found["gaps"]
    if found["count"]:
        values = ys[kept][~gaps[kept]]
        found |= {"min": value(values.min()), "max": value(values.max())}
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=Path, required=True)
    out = parser.parse_args().out / "cli"
    out.mkdir(parents=True, exist_ok=True)
    files = dict(arrays())
    for name, array in files.items():
        np.save(out / f"plot_{name}.npy", array)
    cases = [{"file": file, "args": [x, y, rows]} | drawn(files[file], x, y, rows) for file, x, y, rows in CASES]
    text = ",\n".join(json.dumps(case, separators=(",", ":"), allow_nan=False) for case in cases)
    (out / "plot.json").write_text(f"[{text}]\n")


if __name__ == "__main__":
    main()
