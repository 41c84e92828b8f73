"""Directories of columns as NumPy's users make them, a `numpy.save` for each field: columns.json.

`descr`, `rows`: the `.npy` of the records, as hex. `files`: for each file of the directory, its bytes as hex.
"""

import io

import numpy as np
from numpy.lib import format as npy

POINT = np.dtype([("x", "<f4"), ("y", "<f4")])

DTYPES = {
    "plain": np.dtype([("ts", "<u8"), ("price", "<f8"), ("qty", "<u4"), ("symbol", "S8")]),
    # Padding in between and behind; arrays of one and of two axes; records, and arrays of them.
    "padded": np.dtype(
        [("id", "u1"), ("price", "<f8"), ("pos", POINT), ("vel", "<f4", (3,)), ("grid", "<u2", (3, 2)), ("ok", "?"),
         ("name", "U3"), ("ends", POINT, (2,))],
        align=True,
    ),
    "other_order": np.dtype([("t", ">M8[ns]"), ("z", ">c16"), ("f", ">f4", (2,))]),
    "titles": np.dtype([(("the title", "a"), "<i2"), ("b", "V3")]),
    # Not every file system has these names.
    "names": np.dtype([("a/b", "u1"), ("x", "u1"), ("X", "u1"), ("con", "u1"), (".hidden", "u1"), ("50%", "u1"), ("\u00e9", "u1")]),
    "no_bytes": np.dtype([("a", "u1"), ("empty", "S0"), ("none", "<f8", (0,))]),
}

FILES = {"a/b": "a%2Fb", "X": "%58", "con": "%63on", ".hidden": "%2Ehidden", "50%": "50%25"}


def saved(array):
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def records(dtype, n):
    """Something in every byte of every field, zeros in the padding."""
    array = np.zeros(n, dtype)
    for at, name in enumerate(dtype.names):
        column = np.zeros(array[name].shape, array[name].dtype)
        if column.nbytes:
            raw = column.reshape(-1).view("u1")
            raw[:] = (np.arange(raw.size) * (at * 2 + 1)) % 100
            if dtype[name] == np.dtype("?"):
                raw[:] = raw % 2
            if dtype[name].kind == "U":
                column[...] = [f"\u00e9{i}" for i in range(n)]
        array[name] = column
    return array


def generate():
    cases = []
    for name, dtype in DTYPES.items():
        for n in (0, 1, 7):
            array = records(dtype, n)
            files = {f"{FILES.get(field, field)}.npy": saved(array[field]).hex() for field in dtype.names}
            files["dtype.descr"] = f"{npy.dtype_to_descr(dtype)!r}\n".encode().hex()
            cases.append({"id": f"{name} {n}", "rows": saved(array).hex(), "files": files})
    return cases
