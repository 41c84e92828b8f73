"""The rows of the table of dtypes and Rust types, mmrec/src/doc/dtypes.md: types.json.

`rows`: for each dtype of the table its text in a header, its `dtype.str`, size and alignment, and `samples`: the bytes
of a value, the value, and the bytes that the value is stored as where these are others. A value is a bool, an
integer (of a time its steps), the bits of a float in hexadecimal digits, two floats, the code points of a string, or
the hexadecimal bytes of anything else, with NUL cut from the end of byte strings; of arrays and records it is a list
of these. `npy` is a .npy file of records, packed, with the number of the sample as `tag` and the sample as `value`.
`halves`: sums of the first n of some numbers of 16 bits for n from `from` to `to`, their hash, in one layout, and
their means. `half_extremes`: the least and the greatest.
"""

import io
import re
import warnings
from pathlib import Path

import numpy as np

from dtype_cases import read
from memmap_cases import fnv1a
from printing_cases import Random
from record_types import descr
from sums_cases import bits

TABLE = Path(__file__).resolve().parents[2] / "mmrec/src/doc/dtypes.md"

FLOATS = [0.0, -0.0, 1.5, -2.25, np.inf, -np.inf, np.nan, 1 / 3]
TIMES = [0, 1, -1, 2**63 - 1, -(2**63), -(2**63) + 1, 1_700_000_000]
BYTES = [b"", b"a", b"AAPL", b"a\0b", b"\xff\xfe", b"12345678901234567890"]
# The last is of the length of every field after it is cut, and the one before is half of a pair.
TEXTS = ["", "a", "\u0141\u00f3d\u017a", "a\0b", "\ud800", "\U0001f600\U0010ffff" * 8]
SAMPLES = 10
MANY = 1100


def rows():
    """The dtypes of the table, each once."""
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if line.startswith("| `"):
            numpy = re.split(r"(?<!\\)\|", line)[1].strip()
            yield numpy.strip("`").replace("\\|", "|")


def leaf_samples(dtype):
    """The bytes of some values of a scalar."""
    kind, size = dtype.kind, dtype.itemsize
    if kind == "b":
        return [bytes([byte]) for byte in (0, 1, 2, 255)]
    if kind in "iu":
        limits = np.iinfo(dtype)
        values = [0, 1, limits.max, limits.min, 0x0102030405060708 % 2 ** (8 * size - 1)]
        return [np.array(value, dtype).tobytes() for value in values]
    if kind in "Mm":
        return [np.array(steps, "i8").view(dtype.newbyteorder("=")).astype(dtype).tobytes() for steps in TIMES]
    if kind == "S":
        return [np.array(value[:size], dtype).tobytes() for value in BYTES]
    if kind == "U":
        return [np.array(value[: size // 4], dtype).tobytes() for value in TEXTS]
    if kind == "V":
        return [bytes(size), bytes(range(1, size + 1)), bytes(range(size, 0, -1)), b"\xff" * (size - 1) + b"\0"]
    part = size if kind == "f" else size // 2
    parts = [float_bytes(value, part) for value in FLOATS]
    # A signalling NaN with something in it, and the least number there is.
    infinity = int.from_bytes(float_bytes(np.inf, part)[:10], "little")
    parts += [number.to_bytes(part, "little") for number in (infinity + 5, 1)]
    if part == 16:
        parts = [number[:10] + bytes(6) for number in parts]
    native = parts if kind == "f" else [a + b for a, b in zip(parts, parts[3:] + parts[:3], strict=True)]
    swap = not dtype.isnative
    whole = [np.frombuffer(number, dtype.newbyteorder("=")) for number in native]
    return [(number.byteswap() if swap else number).tobytes() for number in whole]


def float_bytes(value, size):
    with np.errstate(all="ignore"):
        return np.array(value, f"<f{size}").tobytes()


def sample(dtype, i):
    """The bytes of sample `i`; bytes that no field takes up are 0."""
    if dtype.subdtype is not None:
        base, shape = dtype.subdtype
        return b"".join(sample(base, i + k) for k in range(int(np.prod(shape))))
    if dtype.names is not None:
        raw = bytearray(dtype.itemsize)
        for k, name in enumerate(dtype.names):
            inner, at = dtype.fields[name][:2]
            raw[at : at + inner.itemsize] = sample(inner, i + k)
        return bytes(raw)
    samples = leaf_samples(dtype)
    return samples[i % len(samples)]


def float_bits(array):
    native = array.astype(array.dtype.newbyteorder("="))
    size = native.dtype.itemsize
    return f"{int(native.view(f'u{size}')[0]):0{2 * size}x}"


def value(dtype, raw):
    """What NumPy reads from the bytes."""
    if dtype.subdtype is not None:
        base, shape = dtype.subdtype
        inner = np.dtype((base, shape[1:])) if len(shape) > 1 else base
        return [value(inner, raw[i * inner.itemsize :][: inner.itemsize]) for i in range(shape[0])]
    if dtype.names is not None:
        fields = [dtype.fields[name][:2] for name in dtype.names]
        return [value(inner, raw[at : at + inner.itemsize]) for inner, at in fields]
    array = np.frombuffer(raw, dtype)
    kind, element = dtype.kind, array[0]
    if kind == "b":
        return bool(element)
    if kind in "iu":
        return int(element)
    if kind in "Mm":
        return int(array.astype(dtype.newbyteorder("=")).view("i8")[0])
    if kind == "S":
        return element.hex()
    if kind == "U":
        return [ord(character) for character in element]
    if kind == "V":
        return element.tobytes().hex()
    if dtype.itemsize // (2 if kind == "c" else 1) == 16:
        return (array if dtype.isnative else array.byteswap()).tobytes().hex()
    return float_bits(array) if kind == "f" else [float_bits(array.real.copy()), float_bits(array.imag.copy())]


def stored(dtype, raw):
    """The bytes after the value was taken out and stored again, element by element."""
    if dtype.subdtype is not None:
        size = dtype.subdtype[0].itemsize
        return b"".join(stored(dtype.subdtype[0], raw[at : at + size]) for at in range(0, len(raw), size))
    if dtype.names is not None:
        out = bytearray(raw)
        for inner, at in (dtype.fields[name][:2] for name in dtype.names):
            out[at : at + inner.itemsize] = stored(inner, raw[at : at + inner.itemsize])
        return bytes(out)
    if dtype.kind == "b":
        return np.array(bool(np.frombuffer(raw, dtype)[0])).tobytes()
    return raw


def aligned(dtype):
    """The dtype of the same fields that `align=True` makes."""
    if dtype.subdtype is not None:
        return np.dtype((aligned(dtype.subdtype[0]), dtype.subdtype[1]))
    if dtype.names is None:
        return dtype
    fields = []
    for name in dtype.names:
        inner, _, *title = dtype.fields[name]
        fields.append(((*title, name) if title else name, aligned(inner)))
    return np.dtype(fields, align=True)


def npy(dtype, samples):
    records = np.dtype([("tag", "u1"), ("value", dtype)])
    raw = b"".join(bytes([i]) + data for i, data in enumerate(samples))
    file = io.BytesIO()
    np.save(file, np.frombuffer(raw, records))
    return file.getvalue().hex()


def described(text):
    dtype = read(text)
    samples = [sample(dtype, i) for i in range(SAMPLES)]
    with_align = aligned(dtype)
    return {
        "row": text,
        "text": descr(dtype),
        "str": dtype.str,
        "itemsize": dtype.itemsize,
        "alignment": with_align.alignment if with_align == dtype else dtype.alignment,
        "samples": [
            {"bytes": raw.hex(), "value": value(dtype, raw)}
            | ({"stored": stored(dtype, raw).hex()} if stored(dtype, raw) != raw else {})
            for raw in samples
        ],
        "npy": npy(dtype, samples),
    }


def half_numbers():
    random = Random(3)
    return np.array([(random.bits() % 4001 - 2000) / 7 for _ in range(MANY)], "<f2")


def halves():
    numbers = half_numbers()
    layouts = {
        "contiguous": numbers,
        "every second": np.repeat(numbers, 2)[::2],
        "backwards": numbers[::-1].copy()[::-1],
    }
    for layout, array in layouts.items():
        for start in range(1, MANY, 100):
            lengths = range(start, min(start + 100, MANY + 1))
            sums = b"".join(array[:n].sum().tobytes() for n in lengths)
            means = b"".join(array[:n].mean().tobytes() for n in lengths)
            yield {"layout": layout, "from": start, "to": lengths[-1], "sums": fnv1a(sums), "means": fnv1a(means)}


def half_extremes():
    nan, inf = float("nan"), float("inf")
    largest = 65504.0
    for numbers in [
        [1.0, -2.0, 0.5],
        [-0.0],
        [nan, 1.0],
        [1.0, nan],
        [inf, -inf],
        [largest, largest],
        [-largest, -largest, largest],
        [6e-8, -6e-8, 1e-4],
        [1.0] * 300 + [nan] + [2.0] * 300,
    ]:
        array = np.array(numbers, "<f2")
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            outcome = {name: bits(getattr(array, name)()) for name in ("sum", "mean", "min", "max")}
        yield {"numbers": array.tobytes().hex()} | outcome


def generate():
    return {
        "rows": [described(text) for text in dict.fromkeys(rows())],
        "halves": list(halves()),
        "half_extremes": list(half_extremes()),
    }
