#!/usr/bin/env python3
"""Asks pyarrow which arrays it makes of NumPy's and writes it down, for the test `arrow` to replay.

    python arrow.py [--out DIR]

writes arrow.json. Of every dtype it has the elements as bytes, in base64, and pyarrow's type and values for them, or what
pyarrow says where it makes nothing of the dtype. Some of what it makes is not what NumPy has: it cuts strings at the first
NUL, and leaves out how many of a unit a step is. requirements-hands.txt pins NumPy and pyarrow. Never edit what is written.
"""

import argparse
import base64
import json
from pathlib import Path

import numpy as np
import pyarrow as pa

ROWS = 9

DTYPES = [
    "|b1", "|i1", "<i2", "<i4", "<i8", "|u1", "<u2", "<u4", "<u8", "<f2", "<f4", "<f8",
    "|S1", "|S4", "|S8", "|S12", "|S13", "|S30", ">U1", "<U4", ">U4", "<U20",
    "<M8[D]", "<M8[s]", "<M8[ms]", "<M8[us]", "<M8[ns]", "<m8[s]", "<m8[ms]", "<m8[us]", "<m8[ns]",
    # Of which pyarrow makes nothing, or of some.
    ">i2", ">f8", "<f16", "<c8", "<c16", "<c32", "|V0", "|V6", ">M8[s]", ">m8[ns]",
    "<M8[Y]", "<M8[M]", "<M8[W]", "<M8[h]", "<M8[m]", "<M8[ps]", "<M8[as]", "<M8",
    "<m8[Y]", "<m8[W]", "<m8[D]", "<m8[h]", "<m8[m]", "<m8[ps]", "<m8",
    # Where pyarrow leaves out the count of the unit.
    "<M8[25s]", "<m8[25s]", "<M8[1000ms]",
]

# pyarrow makes arrays of columns, not of records: a table is made of the fields.
RECORDS = [
    [("ts", "<M8[ns]"), ("symbol", "|S4"), ("price", "<f8"), ("on", "|b1")],
    {"names": ["a", "b"], "formats": ["<u2", "<U3"], "offsets": [1, 8], "itemsize": 24},
]

# As arrow.fixed_shape_tensor, whose storage is a list of a fixed size.
SHAPES = [("<i4", (ROWS, 3)), ("<f8", (ROWS, 2, 4)), ("|u1", (ROWS, 1, 1, 5))]


def elements(dtype, rows):
    """Elements of all kinds, the same on every run."""
    dtype = np.dtype(dtype)
    numbers = np.arange(rows)
    if dtype.str[1:] in ("f16", "c32"):
        # Some of their bytes are of no number.
        return np.frombuffer((np.arange(rows * dtype.itemsize) * 5 % 256).astype("u1").tobytes(), dtype)
    match dtype.kind:
        case "b":
            return numbers % 3 == 1
        case "i":
            values = np.full(rows, np.iinfo(dtype).max, dtype) - numbers.astype(dtype) * 7
            values[1::2] = np.iinfo(dtype).min + numbers[1::2].astype(dtype)
            return values
        case "u":
            return np.full(rows, np.iinfo(dtype).max, dtype) - numbers.astype(dtype) * 7
        case "f" | "c":
            values = (numbers * 1.25 - 3).astype(dtype)
            values[2], values[3], values[4] = np.inf, -0.0, -np.inf
            return values
        case "S":
            texts = [b"", b"a", b"bc\0d", b"\0\0ef", b"AAPL", b"\x01\x7f", b"abcdefgh", b"abcdefghijkl", b"abcdefghijklmnopqrs"]
            return np.array([text[: dtype.itemsize] for text in texts], dtype)
        case "U":
            texts = ["", "a", "b\0c", "\u00e9\u20ac", "\U0001f600!", "\uffff", "abcd", "\u0416" * 12, "na\u00efve \U00010348 text"]
            return np.array([text[: dtype.itemsize // 4] for text in texts], dtype)
        case "V":
            raw = (np.arange(rows * dtype.itemsize) * 5 % 256).astype("u1").tobytes()
            return np.frombuffer(raw, dtype) if dtype.itemsize else np.zeros(rows, dtype)
        case "M" | "m":
            values = (numbers * 40_000 - 100_000).astype("<i8")
            values[3] = np.iinfo("<i8").min
            return values.view(dtype.newbyteorder("<")).astype(dtype)
    raise ValueError(dtype)


def value(scalar):
    """A value that JSON has; times are their steps, bytes base64."""
    if not scalar.is_valid:
        return None
    if pa.types.is_fixed_size_list(scalar.type):
        return [value(item) for item in scalar]
    if pa.types.is_timestamp(scalar.type) or pa.types.is_duration(scalar.type):
        return scalar.value
    if pa.types.is_date32(scalar.type):
        return scalar.value
    if pa.types.is_floating(scalar.type):
        return repr(float(scalar.as_py()))
    if pa.types.is_binary(scalar.type):
        return base64.b64encode(scalar.as_py()).decode("ascii")
    return scalar.as_py()


def outcome(make):
    try:
        array = make()
    except pa.ArrowException as error:
        return {"error": str(error)}
    return {"type": str(array.type), "values": [value(scalar) for scalar in array]}


def case(dtype, array, made):
    return {"dtype": dtype, "shape": array.shape, "bytes": base64.b64encode(array.tobytes()).decode("ascii"), **made}


def generate():
    cases = []
    for text in DTYPES:
        array = elements(text, ROWS).astype(text)
        cases.append(case(text, array, outcome(lambda: pa.array(array))))
    for dtype in RECORDS:
        dtype = np.dtype(dtype)
        array = np.zeros(ROWS, dtype)
        for name in dtype.names:
            array[name] = elements(dtype[name], ROWS)
        table = pa.table({name: array[name] for name in dtype.names})
        columns = [{"name": name, **outcome(lambda: table[name].combine_chunks())} for name in dtype.names]
        # As a header has it.
        descr = repr(np.lib.format.dtype_to_descr(dtype))
        cases.append(case(descr, array, {"columns": columns}))
    for text, shape in SHAPES:
        array = np.arange(np.prod(shape)).astype(text).reshape(shape)
        tensor = pa.FixedShapeTensorArray.from_numpy_ndarray(array)
        # One list for all axes after the first.
        cases.append(case(text, array, outcome(lambda: tensor.storage)))
    return cases


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path(__file__).resolve().parent, help="default: this folder")
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps(case, separators=(",", ":")) for case in generate()]
    head = f'"numpy":{json.dumps(np.__version__)},\n"pyarrow":{json.dumps(pa.__version__)}'
    text = "{" + head + ',\n"cases":[\n' + ",\n".join(lines) + "\n]}\n"
    (out / "arrow.json").write_text(text, encoding="ascii")


if __name__ == "__main__":
    main()
