"""What the command's `stats` says of arrays of all dtypes: cli/*.npy and cli/stats.json, into the directory --out.

The figures are NumPy's, but for the mean of integers and times, which is the exact one, rounded once. Histograms are
counted over ranges of the least power of two with which 64 reach from the least value to the greatest; one is no
narrower than 1 for integers and times, and for floats than 2^-49 of the power of two in the largest.
"""

import argparse
import json
import math
from fractions import Fraction
from pathlib import Path

import numpy as np

MOST_DIFFERENT = 1000
RANGES = 64


def numbers(seed, count):
    return np.random.RandomState(seed).randint(0, 2**32, count, dtype=np.uint64)


def fields(order):
    """A field of each dtype, in one byte order."""
    plain = ["b1", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8", "c8", "c16", "S5", "U3", "V3"]
    plain += ["M8[ns]", "M8[D]", "M8[25s]", "m8[us]", "m8", "m8[h]"]
    return [("f_" + name.translate(str.maketrans("[]", "__")), order + name) for name in plain]


def records(order, rows):
    array = np.zeros(rows, fields(order))
    for seed, name in enumerate(array.dtype.names):
        random, dtype = numbers(seed, rows), array.dtype[name]
        if dtype.kind in "fc":
            values = (random.astype("f8") - 2**31) / 2**20
            if dtype.kind == "c":
                values = values + 1j * np.roll(values, 1)
            values[::7] = np.nan
            array[name] = values
        elif dtype.kind == "b":
            array[name] = random % 3 == 0
        elif dtype.kind in "iu":
            bits = 8 * dtype.itemsize
            whole = random * np.uint64(2**32 + 1)
            array[name] = (whole >> np.uint64(64 - bits)).astype("u8").astype(dtype)
        elif dtype.kind == "S":
            array[name] = [("%x" % (n % 3000))[: n % 6].encode() for n in random.tolist()]
        elif dtype.kind == "U":
            array[name] = [(chr(65 + n % 40) + "\u00e4\U0001f980")[: n % 4] for n in random.tolist()]
        elif dtype.kind == "V":
            array[name] = [np.void(bytes([n % 2, 0, n % 5])) for n in random.tolist()]
        else:
            steps = random.astype("i8") - (2**31 if dtype.kind == "m" else 0)
            if dtype.str[1:] in ("M8[ns]", "m8[us]"):
                steps = steps * 1000 + 10**18
            elif dtype.str[1:] != "m8":
                steps = steps % 100_000
            steps[::11] = np.iinfo("i8").min
            array[name] = steps.astype(order + "i8").view(dtype)
    return array


def cases():
    yield "little", records("<", 400)
    yield "big", records(">", 400)
    inner = np.dtype([("x", "<f4", (2,)), ("y", ">i2")])
    nested = np.zeros(50, np.dtype([("a", "u1"), ("p", inner, (3, 2)), ("q", inner)], align=True))
    nested["a"] = np.arange(50) % 7
    nested["p"]["x"] = (numbers(100, 600).reshape(50, 3, 2, 2) % 1000) / 8
    nested["p"]["y"] = numbers(101, 300).reshape(50, 3, 2) % 500
    nested["q"]["x"] = -1.5
    yield "nested", nested
    grid = (numbers(102, 600).reshape(20, 30).astype("f8") - 2**31) * 1e-5
    grid[3, ::4] = np.nan
    yield "fortran", np.asfortranarray(grid)
    yield "fortran_big", np.asfortranarray(grid.reshape(5, 12, 10).astype(">f4"))
    yield "axes", (numbers(103, 210) % 200).astype("u1").reshape(3, 7, 10)
    yield "long_f4", ((numbers(104, 3000).astype("f8") - 2**31) / 997).astype("<f4")
    yield "long_u2", (numbers(105, 5000) % 30_000).astype("<u2")
    yield "long_i1", (numbers(106, 10_000) % 256).astype("u1").view("i1")
    yield "none", np.zeros(0, [("a", "<f8"), ("b", "<i8"), ("s", "S3"), ("t", "<M8[s]"), ("u", "u1"), ("v", "V2")])
    yield "none_axes", np.zeros((3, 0, 2), "<c16")
    yield "single", np.array(-7.25, "<f8")
    yield "single_record", np.array((3, b"x"), [("n", ">u8"), ("s", "S4")])
    yield "nan", np.full(5, np.nan, "<f4")
    yield "nat", np.full(5, "NaT", "<M8[s]")
    special = np.array([0.0, -0.0, 1.5, np.nan, np.inf, -2.5, np.inf, np.nan], "<f8")
    yield "infinite", special
    yield "infinite_below", np.array([-np.inf, -np.inf], "<f2")
    yield "infinite_both", np.array([-np.inf, np.inf, 1.0], ">f4")
    yield "infinite_complex", np.array([1 + 2j, complex(np.inf, 3), complex(np.nan, 1), 5 - 1j], "<c16")
    yield "extreme_i8", np.array([np.iinfo("i8").min, np.iinfo("i8").max, 0, -1, 5], "<i8")
    yield "extreme_u8", np.array([0, 2**64 - 1, 2**64 - 2, 2**63], ">u8")
    yield "near_i8", (10**18 + (numbers(107, 2500) % 40).astype("i8"))
    yield "far_f8", 1e9 + (numbers(108, 2500) % 1000) / 1024
    yield "tiny_f8", np.array([1e-300, -1e-300, 3e-310, 5e-324, 0.0, 2e-300], "<f8")
    yield "huge_f8", np.array([1e300, -1e300, 5e299], "<f8")
    yield "constant", np.full(2000, 2.5, "<f8")
    yield "bools", (numbers(109, 100) % 4 == 0)
    yield "strings", np.array([b"b", b"a\0b", b"a", b"", b"\x7f", b"ab", b"abcd"], "S4")
    yield "strings_none", np.zeros(4, "S0")
    yield "units", np.array(["b", "a\0b", "\u00ff", "\U0010ffff", "\u0100", "", "zz"], ">U3")
    yield "many_strings", np.array(["%04d" % (n % 1500) for n in range(2000)], "S4")
    yield "thousand_strings", np.array(["%03d" % (n % 1000) for n in range(2000)], "S3")
    yield "opaque", np.array([np.void(b"ab"), np.void(b"\0\0"), np.void(b"ab")])
    double = np.array([1.5, -2.5, 1.5], np.longdouble)
    # Ten bytes are the number, and what NumPy leaves in the others is left to chance.
    double.view("u1").reshape(-1, 16)[:, 10:] = 0
    yield "long_double", double


def leaves(array, path=()):
    if array.dtype.names is None:
        yield path, array
        return
    for name in array.dtype.names:
        yield from leaves(array[name], (*path, name))


def number(x):
    x = float(x)
    if math.isnan(x):
        return "NaN"
    return ("Infinity" if x > 0 else "-Infinity") if math.isinf(x) else x


def value(x):
    """As json.rs writes values."""
    kind = x.dtype.kind
    if kind == "b":
        return bool(x)
    if kind in "iu":
        return int(x)
    if kind == "f":
        return number(x) if not np.isfinite(x) else float(str(x))
    if kind == "c":
        return [value(x.real), value(x.imag)]
    if kind == "S":
        return bytes(x).decode()
    return int(x.astype("i8")) if kind == "m" else str(x)


def level(least, greatest, level):
    """The least level, from this one on, at which there are few enough ranges."""
    while math.floor(Fraction(greatest) / Fraction(2) ** level) - math.floor(Fraction(least) / Fraction(2) ** level) >= RANGES:
        level += 1
    return level


def float_histogram(values):
    values = values.astype("f8")
    least, greatest = values.min(), values.max()
    size = max(abs(least), abs(greatest))
    exponent = max(math.frexp(size)[1] - 1, -1022) if size else -1022
    at = level(least, greatest, max(exponent - 49, -1022))
    width = 2.0**at
    first = math.floor(Fraction(least) / Fraction(width))
    last = math.floor(Fraction(greatest) / Fraction(width))
    counts = np.histogram(values, np.arange(first, last + 2) * width)[0]
    return {"start": first * width, "width": width, "counts": counts.tolist()}


def whole_histogram(values, start):
    at = level(min(values), max(values), 0)
    first, last = min(values) >> at, max(values) >> at
    counts = [0] * (last - first + 1)
    for x in values:
        counts[(x >> at) - first] += 1
    return {"start": start(first << at), "width": 2.0**at, "counts": counts}


def moments(values):
    """The mean of integers, exact, and their standard deviation."""
    mean = Fraction(sum(values), len(values))
    distances = np.array([float(Fraction(x) - mean) for x in values])
    return mean, float(np.sqrt(np.mean(distances**2)))


def figures(array):
    flat = array.ravel()
    found = {"count": flat.size}
    kind = array.dtype.kind
    opaque = kind == "V" or (kind in "fc" and array.dtype.itemsize in (16, 32) and array.dtype.char in "gG")
    if opaque:
        found["distinct"] = len({x.tobytes() for x in flat})
        return found | {"min": None, "max": None, "mean": None, "std": None, "histogram": None}
    if kind in "SU":
        texts = flat.tolist()
        different = len(set(texts))
        if different > MOST_DIFFERENT:
            found |= {"distinct": None, "distinct_more_than": MOST_DIFFERENT}
        else:
            found["distinct"] = different
        found["longest"] = max(map(len, texts), default=0)
        ordered = np.sort(flat)
        ends = [value(x) for x in (ordered[0], ordered[-1])] if flat.size else [None, None]
        return found | {"min": ends[0], "max": ends[1], "mean": None, "std": None, "histogram": None}
    if kind in "fc":
        found["nan"] = int(np.isnan(flat).sum())
        found["infinite"] = int(np.isinf(flat).sum())
        if kind == "c":
            broken = np.isnan(flat.real) | np.isnan(flat.imag)
            infinite = ~broken & (np.isinf(flat.real) | np.isinf(flat.imag))
            found |= {"nan": int(broken.sum()), "infinite": int(infinite.sum())}
            flat = flat[~broken]
        else:
            flat = flat[~np.isnan(flat)]
    elif kind in "mM":
        # Steps, for NumPy's own casts of m8 without a unit swap no bytes.
        flat = flat.view(flat.dtype.str[0] + "i8").astype("i8").view(flat.dtype.newbyteorder("="))
        found["nat"] = int(np.isnat(flat).sum())
        flat = flat[~np.isnat(flat)]
    elif array.dtype.itemsize <= 2:
        found["distinct"] = len(np.unique(flat))
    if flat.size == 0:
        return found | {"min": None, "max": None, "mean": None, "std": None, "histogram": None}
    native = flat.astype(flat.dtype.newbyteorder("="))
    found |= {"min": value(native.min()), "max": value(native.max())}
    if kind == "f":
        wide = native.astype("f8")
        with np.errstate(all="ignore"):
            found |= {"mean": number(wide.mean()), "std": number(wide.std())}
        finite = native[np.isfinite(native)]
        found["histogram"] = float_histogram(finite) if finite.size else None
    elif kind == "c":
        wide = native.astype("c16")
        with np.errstate(all="ignore"):
            mean = [number(wide.real.mean()), number(wide.imag.mean())]
            found |= {"mean": mean, "std": number(wide.std())}
        magnitudes = np.array([math.hypot(z.real, z.imag) for z in wide])
        finite = magnitudes[np.isfinite(magnitudes)]
        found["histogram"] = float_histogram(finite) if finite.size else None
    elif kind in "mM":
        steps = native.view("i8").tolist()
        mean, std = moments(steps)
        distance = native.dtype.str.replace("M8", "m8")
        time = lambda x: np.array([x], "i8").view(native.dtype)[0]
        for name, x in ("min", min(steps)), ("max", max(steps)), ("mean", round(mean)):
            found |= {name: value(time(x)), f"{name}_steps": x, f"{name}_text": str(time(x))}
        found["std"] = value(np.array([round(std)], "i8").view(distance)[0])
        found["std_steps"] = std
        found["histogram"] = whole_histogram(steps, lambda x: value(time(x)))
    else:
        whole = [int(x) for x in native.tolist()]
        mean, std = moments(whole)
        found |= {"mean": float(mean), "std": std, "histogram": whole_histogram(whole, lambda x: x)}
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=Path, required=True)
    out = parser.parse_args().out / "cli"
    out.mkdir(parents=True, exist_ok=True)
    expected = {}
    for name, array in cases():
        np.save(out / f"{name}.npy", array)
        expected[name] = {
            "shape": list(array.shape),
            "fields": {".".join(path) or "value": figures(leaf) for path, leaf in leaves(array)},
        }
    text = json.dumps(expected, indent=None, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    (out / "stats.json").write_text(text.replace('},"', '},\n"') + "\n")


if __name__ == "__main__":
    main()
