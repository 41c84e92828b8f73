"""Sums, means and extremes: sums.json.

Floats are the generator's numbers, signed 32 bits, times one of four powers of ten; integers are the lowest bytes of
two of its numbers put together. `series` has the sums of the first n of them for n from `from` to `to`, as the FNV-1a
hash of their bits, in one layout; `long` the bits of single sums and means; `hard` what NumPy makes of inputs that are
hard on sums, and how far it is from the exact sum in units of 2^-`scale`; `integers` and `special` what comes of
integers and of NaN, infinities and zeros, the numbers of the latter as runs: which, and how many of it.
"""

import warnings
from fractions import Fraction
from itertools import groupby

import numpy as np

from memmap_cases import fnv1a
from printing_cases import Random

FLOATS = {"f64": np.dtype("<f8"), "f32": np.dtype("<f4")}
INTEGERS = {kind + str(8 * size): np.dtype(f"<{kind}{size}") for kind in "ui" for size in (1, 2, 4, 8)}
SCALES = (1e-3, 1.0, 1e9, 1e-9)
LONGEST = 100_003
EVERY_LENGTH_TO = 1100
PER_HASH = 100
# Inputs that are hard on sums are multiples of 2^-SCALE.
SCALE = 56

# A record in which the number `x` is aligned.
RECORDS = {
    "f64": np.dtype([("a", "<u4"), ("x", "<f8"), ("b", "<u8")], align=True),
    "f32": np.dtype([("a", "<u1"), ("x", "<f4"), ("b", "<u4")], align=True),
}


def floats(dtype, count):
    random = Random(1)
    numbers = []
    for _ in range(count):
        bits = random.bits()
        numbers.append((bits - 2**32 if bits >= 2**31 else bits) * SCALES[bits % 4])
    return np.array(numbers, dtype)


def field(kind, numbers):
    records = np.zeros(len(numbers), RECORDS[kind])
    records["x"] = numbers
    return records["x"]


def layouts(kind, numbers):
    """The numbers as they lie in arrays of several kinds; the name says how to cut the first `n` of them out."""
    return {
        "contiguous": numbers,
        "field": field(kind, numbers),
        "every second": np.repeat(numbers, 2)[::2],
        "backwards": numbers[::-1].copy()[::-1],
        "field, every third backwards": field(kind, np.repeat(numbers, 3)[::-1])[::-3],
    }


def bits(number):
    """The bits of a float; there are many NaNs."""
    if np.isnan(number):
        return "NaN"
    return np.asarray(number).astype(np.asarray(number).dtype.newbyteorder(">")).tobytes().hex()


def sum_and_mean(array):
    return {"sum": bits(array.sum()), "mean": bits(array.mean())}


def series():
    for kind, dtype in FLOATS.items():
        numbers = floats(dtype, EVERY_LENGTH_TO)
        for layout, array in layouts(kind, numbers).items():
            for start in range(0, EVERY_LENGTH_TO, PER_HASH):
                stop = min(start + PER_HASH, EVERY_LENGTH_TO)
                sums = b"".join(array[:n].sum().tobytes() for n in range(start, stop + 1))
                yield {"kind": kind, "layout": layout, "from": start, "to": stop, "hash": fnv1a(sums)}


def long():
    for kind, dtype in FLOATS.items():
        numbers = floats(dtype, LONGEST)
        for layout, array in layouts(kind, numbers).items():
            for n in (4095, 8192, 8193, 32_769, 65_544, LONGEST):
                yield {"kind": kind, "layout": layout, "shape": [n]} | sum_and_mean(array[:n])
        for shape in [(3, 1001), (1001, 3), (129, 131), (8, 8200), (1, 777), (777, 1), (20, 30, 40)]:
            count = int(np.prod(shape))
            for order in "CF":
                array = np.ndarray(shape, dtype, numbers[:count].tobytes(), order=order)
                assert sum_and_mean(array.T) == sum_and_mean(array)
                yield {"kind": kind, "layout": order, "shape": list(shape)} | sum_and_mean(array)


def hard():
    inputs = {
        "1e16 and 1": ("f64", [1e16, 1.0] * 50_000),
        "1e16, 1, -1e16, 1": ("f64", [1e16, 1.0, -1e16, 1.0] * 25_000),
        "1e8 and 1": ("f32", [1e8, 1.0] * 50_000),
        "a million 0.1": ("f64", [0.1] * 1_000_000),
        "a million 0.1 of 32 bits": ("f32", [0.1] * 1_000_000),
    }
    for name, (kind, numbers) in inputs.items():
        array = np.array(numbers, FLOATS[kind])
        # All repeat after four.
        exact = sum(Fraction(float(number)) for number in array[:4]) * (len(array) // 4)
        total = array.sum()
        error = abs(Fraction(float(total)) - exact) * 2**SCALE
        assert error.denominator == 1
        yield {
            "name": name,
            "kind": kind,
            "first": [float(number) for number in array[:4]],
            "count": len(array),
            "sum": bits(total),
            "scale": SCALE,
            "error": str(error.numerator),
        }


def integers():
    random = Random(2)
    wide = [random.bits() << 32 | random.bits() for _ in range(10_000)]
    for kind, dtype in INTEGERS.items():
        numbers = np.array([number % 2 ** (8 * dtype.itemsize) for number in wide], f"<u{dtype.itemsize}").view(dtype)
        arrays = {
            "random": numbers,
            "short": numbers[:1000],
            "largest": np.full(1000, np.iinfo(dtype).max),
            "smallest": np.full(1000, np.iinfo(dtype).min),
            "none": numbers[:0],
        }
        for name, array in arrays.items():
            array = array.astype(dtype)
            yield {"kind": kind, "name": name} | outcome(array)


def outcome(array):
    """An empty array has no extremes."""
    extremes = [None, None] if array.size == 0 else [array.min(), array.max()]
    show = bits if array.dtype.kind == "f" else str
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        total, mean = array.sum(), array.mean()
    return {
        "sum": show(total),
        "sum_kind": f"{total.dtype.kind}{8 * total.itemsize}",
        "mean": bits(mean),
        "mean_kind": f"{mean.dtype.kind}{8 * mean.itemsize}",
        "min": None if extremes[0] is None else show(extremes[0]),
        "max": None if extremes[1] is None else show(extremes[1]),
    }


def special():
    nan, inf = float("nan"), float("inf")
    for numbers in [
        [],
        [0.0],
        [-0.0],
        [-0.0, -0.0],
        [-0.0] * 9,
        [-0.0] * 200,
        [nan],
        [1.0, nan, 2.0],
        [nan, 1.0, 2.0],
        [1.0, 2.0, nan],
        [0.0] * 150 + [nan] + [1.0] * 150,
        [inf, 1.0],
        [-inf, 1.0],
        [inf, -inf],
        [-inf] + [1.0] * 20 + [inf],
        [inf, nan, -inf],
        [3e38, 3e38, -3e38],
        [1.7e308, 1.7e308, -1.7e308],
        [5e-324, 1e-45],
        [1.0, 2.0, 4.0],
    ]:
        for kind, dtype in FLOATS.items():
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", RuntimeWarning)
                array = np.array(numbers, dtype)
            with np.errstate(all="ignore"):
                runs = [[number, len(list(same))] for number, same in groupby(array, bits)]
                yield {"kind": kind, "runs": runs} | outcome(array)


def generate():
    return {
        "series": list(series()),
        "long": list(long()),
        "hard": list(hard()),
        "integers": list(integers()),
        "special": list(special()),
    }
