"""What the ports of NumPy's own tests need to know of NumPy: numpy_tests.json.

`suites`: the names of the tests in the test files, or classes of them, that are ported as a whole, and some of others.
`basic`: for each array of test_format.py its dtype, how it is laid out, and the file that NumPy makes of it: where the
data start, its length, and its hash.
`records`: for each array of records there its dtype and its file.
`descrs`: the dtypes of test_descr_to_dtype as a header has them.
`large`: the lengths and hashes of files with long headers or items.
`files`: other files, by name.

Bytes are in base64, hashes are 64-bit FNV-1a.
"""

import ast
import base64
import importlib.util
import io
import warnings
from pathlib import Path
from unittest import mock

import numpy as np
from numpy.lib import format as npy

from memmap_cases import fnv1a

warnings.simplefilter("ignore")

ROOT = Path(importlib.util.find_spec("numpy").origin).parent

SUITES = [
    ("memmap", "_core/tests/test_memmap.py", "TestMemmap"),
    ("format", "lib/tests/test_format.py", None),
    ("dtype_record", "_core/tests/test_dtype.py", "TestRecord"),
    ("dtype_subarray", "_core/tests/test_dtype.py", "TestSubarray"),
    ("sparse_fields", "_core/tests/test_dtype.py", "TestStructuredDtypeSparseFields"),
    ("monster_type", "_core/tests/test_dtype.py", "TestMonsterType"),
    ("multiarray_structured", "_core/tests/test_multiarray.py", "TestStructured"),
    ("multiarray_record", "_core/tests/test_multiarray.py", "TestRecord"),
]

CHOSEN = [
    ("saving", "lib/tests/test_io.py", ["test_mmap", "test_save_load_memmap", "test_save_load_memmap_readwrite"]),
    ("fields", "lib/tests/test_recfunctions.py",
     ["test_repack_fields", "test_structured_to_unstructured", "test_field_assignment_by_name"]),
    ("printing", "_core/tests/test_dtype.py",
     ["test_repr_structured", "test_repr_structured_not_packed", "test_repr_structured_datetime", "test_repr_str_subarray",
      "test_descr_has_trailing_void"]),
    ("records", "_core/tests/test_records.py",
     ["test_recarray_views", "test_recarray_conflict_fields", "test_tofile_fromfile", "test_nonwriteable_setfield",
      "test_out_of_order_fields", "test_missing_field", "test_nested_fields_are_records", "test_nested_dtype_padding"]),
    ("closing", "_core/tests/test_multiarray.py", ["test_mmap_close"]),
]

SCALARS = ["u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f4", "f8", "c8", "c16"]

PLAIN = [("x", "i4", (2,)), ("y", "f8", (2, 2)), ("z", "u1")]
PLAIN_VALUES = [([3, 2], [[6.0, 4.0], [6.0, 4.0]], 8), ([4, 3], [[7.0, 5.0], [7.0, 5.0]], 9)]
INNERMOST = [("name", "S2"), ("value", "c16", (2,)), ("y3", "f8", (2,)), ("z3", "u4", (2,))]
INNER = [("value", "c16"), ("y2", "f8"), ("Info2", INNERMOST), ("name", "S2"), ("z2", "b1")]
NESTED = [("x", "i4", (2,)), ("Info", INNER), ("color", "S2"), ("info", [("Name", "U8"), ("Value", "c16")]),
          ("y", "f8", (2, 2)), ("z", "u1")]
NESTED_VALUES = [
    ([3, 2], (6j, 6.0, ("nn", [6j, 4j], [6.0, 4.0], [1, 2]), "NN", True), "cc", ("NN", 6j), [[6.0, 4.0]] * 2, 8),
    ([4, 3], (7j, 7.0, ("oo", [7j, 5j], [7.0, 5.0], [2, 1]), "OO", False), "dd", ("OO", 7j), [[7.0, 5.0]] * 2, 9),
]

GAPS = {"names": ["a", "b"], "formats": ["i4", "i4"], "offsets": [1, 6]}
PADDED = {
    "dt1": np.dtype("i1, i4, i1", align=True),
    "dt2": np.dtype(GAPS),
    "dt3": np.dtype({"names": ["c", "d"], "formats": ["i4", np.dtype(GAPS)]}),
    "dt4": np.dtype({"names": ["a", "", "b"], "formats": ["i4"] * 3}),
    "dt5": np.dtype(GAPS | {"titles": ["aa", "bb"]}),
    "dt6": np.dtype({"names": [], "formats": [], "itemsize": 8}),
}

SPARSE = np.dtype({"names": ["a", "b"], "formats": ["i1", "i1"], "offsets": [0, 4], "itemsize": 8})
DESCRS = [
    np.dtype([("a", np.int8), ("b", np.int16), ("c", np.int32)], align=True),
    np.dtype([("x", (SPARSE, (3,)), (4,))]),
    np.dtype([("x", ("<f8", (5,)), (2,))]),
    np.dtype([("x", np.dtype((np.dtype((SPARSE, (3,))), (4,))))]),
    np.dtype([("a", np.dtype((np.dtype((np.dtype(([("a", int), ("b", SPARSE)], (3,))), (4,))), (5,))))]),
]


def text(data):
    return base64.b64encode(data).decode()


def tests(path, name):
    """The names of the tests of a file, or of a class in it."""
    body = ast.parse((ROOT / path).read_text(encoding="utf-8")).body
    if name is not None:
        [body] = [node.body for node in body if isinstance(node, ast.ClassDef) and node.name == name]
    return [node.name for node in body if isinstance(node, ast.FunctionDef) and node.name.startswith("test")]


def chosen(path, names):
    """The names of some tests of a file, which it has."""
    nodes = ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8")))
    assert set(names) <= {node.name for node in nodes if isinstance(node, ast.FunctionDef)}
    return names


def saved(array, version=None):
    file = io.BytesIO()
    npy.write_array(file, array, version=version)
    return file.getvalue()


def archive(**arrays):
    """With the same time on every run."""
    file = io.BytesIO()
    with mock.patch("time.localtime", return_value=(2024, 1, 1, 0, 0, 0)):
        np.savez(file, **arrays)
    return file.getvalue()


def hashed(data):
    width = 2 if data[6] == 1 else 4
    offset = 8 + width + int.from_bytes(data[8 : 8 + width], "little")
    return {"offset": offset, "size": len(data), "hash": fnv1a(data)}


def basic():
    cases = []
    for scalar in SCALARS:
        for order in "<>":
            numbers = np.arange(1500).astype(np.dtype(scalar).newbyteorder(order))
            layouts = {
                "empty": numbers[:0],
                "one": numbers[10],
                "row": numbers,
                "C": numbers.reshape(30, 50),
                "F": numbers.reshape(30, 50).T,
                "strided": numbers.reshape(30, 50)[::-1, ::2],
            }
            for layout, array in layouts.items():
                array = np.asarray(array, numbers.dtype)
                cases.append({"dtype": numbers.dtype.str, "layout": layout} | hashed(saved(array)))
    return cases


def records():
    arrays = [
        np.array(values, np.dtype(descr).newbyteorder(order))
        for order in "<>"
        for descr, values in [(PLAIN, PLAIN_VALUES), (NESTED, NESTED_VALUES)]
    ]
    arrays.append(np.zeros(1, [("c", ("<f8", (5,)), (2,))]))
    return [{"dtype": repr(npy.dtype_to_descr(array.dtype)), "file": text(saved(array))} for array in arrays]


def large():
    many = np.ones(1000, [(str(i) * 100, float) for i in range(500)])
    yield "version 2.0", many
    yield "huge header", np.array(1, "i," * 10000 + "i")
    yield "long str", np.ones(1, (str, npy.BUFFER_SIZE + 1))


def files():
    data = ROOT / "lib/tests/data"
    for name in ["win64python2.npy", "py2-objarr.npy", "py2-objarr.npz"]:
        yield name, (data / name).read_bytes()
    for version in [(1, 0), (2, 0)]:
        yield f"version {version[0]}.0", saved(np.ones((3, 6)), version)
    padded = {}
    for name, dtype in PADDED.items():
        padded[name] = np.zeros(3, dtype)
        for i in range(3):
            padded[name][i] = i + 5
    yield "padded.npz", archive(**padded)
    yield "nothing.npz", archive()
    shapes = "\N{CJK UNIFIED IDEOGRAPH-6574}\N{CJK UNIFIED IDEOGRAPH-5F62}"
    yield "unicode.npy", saved(np.array([(1, 3), (1, 2), (1, 3), (1, 2)], [("int", int), (shapes, int)]))


def generate():
    return {
        "suites": [{"name": name, "tests": tests(path, group)} for name, path, group in SUITES]
        + [{"name": name, "tests": chosen(path, names)} for name, path, names in CHOSEN],
        "basic": basic(),
        "records": records(),
        "descrs": [repr(dtype.descr) for dtype in DESCRS],
        "large": [{"name": name} | hashed(saved(array)) for name, array in large()],
        "files": [{"name": name, "file": text(data)} for name, data in files()],
    }
