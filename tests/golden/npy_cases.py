"""`.npy` and `.npz` files that NumPy wrote: npy.json.

`dtypes`: dtypes as .npy headers have them.
`created`: what `open_memmap(mode='w+')` makes of one of these, a shape and an order: the header, and how long the file is.
`written`: whole files, and what NumPy reads from them.
`archives`: `.npz` files, and the arrays in them.

Bytes are in base64.
"""

import base64
import io
import tempfile
import warnings
import zipfile
from pathlib import Path

import numpy as np
from numpy.lib import format as npy

warnings.simplefilter("ignore")

TICK = np.dtype([("ts", "<u8"), ("price", "<f8")])
PADDED = np.dtype([("a", "|u1"), ("b", "<u4"), ("c", ">f8")], align=True)
NESTED = np.dtype([("id", "<u2"), ("in", [("x", "<f4"), ("y", "<i8", (2,))], (3,)), (("a title", "t"), "<M8[ns]")])
SPARSE = np.dtype({"names": ["a", "b"], "formats": ["<i4", "|S3"], "offsets": [4, 12], "itemsize": 24})
LONG = np.dtype([(f"a rather long name of a field, number {i:04}", "<f4") for i in range(1500)])
UNICODE = np.dtype([("价格", "<f8"), ("é", "|u1")])
LATIN = np.dtype([("é", "<f8"), ("it's", "|u1"), ('"', "|u1"), ("a\nb\\", "<i2")])

DTYPES = ["<f8", ">i2", "|u1", "|b1", "|S5", "<U3", "<M8[25s]", "<m8", "|V7", "<c16", "<f2", "<f16",
          TICK, PADDED, NESTED, SPARSE, LONG, UNICODE, LATIN]
SHAPES = [(), (3,), (0,), (2, 3), (3, 2, 2), (0, 4), (1, 5), (1000000,)]


def text(data):
    return base64.b64encode(data).decode()


def unpadded(array):
    """The bytes of an array in C order, those of padding zero."""
    out = np.zeros(array.shape, array.dtype)
    fill(out, array)
    return out.tobytes()


def fill(to, array):
    if array.dtype.names is None:
        to[...] = array
        return
    for name in array.dtype.names:
        fill(to[name], array[name])


def created():
    cases = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.npy"
        for number, dtype in enumerate(map(np.dtype, DTYPES)):
            for shape in SHAPES:
                if np.prod(shape) * dtype.itemsize > 1e6 and dtype.itemsize > 1:
                    continue
                # A long header needs no more than two.
                if dtype is LONG and shape != (3,):
                    continue
                for fortran in [False, True]:
                    array = npy.open_memmap(path, mode="w+", dtype=dtype, shape=shape, fortran_order=fortran)
                    data = path.read_bytes()
                    assert not any(data[array.offset:])
                    cases.append({
                        "dtype": number,
                        "shape": shape,
                        "fortran": fortran,
                        "head": text(data[: array.offset]),
                        "size": len(data),
                    })
                    del array
    return cases


def random(rng, dtype, shape, order="C"):
    count = int(np.prod(shape))
    data = rng.integers(0, 256, count * dtype.itemsize, dtype=np.uint8)
    # Not a copy, which would leave padding undefined.
    array = np.frombuffer(bytearray(data.tobytes()), dtype, count).reshape(shape, order=order)
    for name in leaves(dtype):
        column = array
        for part in name:
            column = column[part]
        if column.dtype.kind == "U":
            column[...] = "aé价"[: max(column.dtype.itemsize // 4, 1)]
        if column.dtype.kind == "b":
            column[...] = True
    return array


def leaves(dtype, name=()):
    if dtype.names is None:
        return [name]
    return [leaf for field in dtype.names for leaf in leaves(dtype[field].base, name + (field,))]


def described(name, data, array):
    return {
        "name": name,
        "file": text(data),
        "descr": repr(npy.dtype_to_descr(array.dtype)),
        "shape": array.shape,
        "data": text(unpadded(array)),
    }


def written():
    rng = np.random.default_rng(7)
    cases = []

    def add(name, data):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "a.npy"
            path.write_bytes(data)
            array = npy.open_memmap(path, mode="r", max_header_size=10**6)
            cases.append(described(name, data, array) | {"offset": array.offset})

    for dtype in map(np.dtype, DTYPES):
        for shape, order in [((), "C"), ((4,), "C"), ((2, 3), "C"), ((2, 3), "F"), ((3, 0), "C"), ((2, 2, 2), "F")]:
            if dtype is LONG and shape != (4,):
                continue
            array = random(rng, dtype, shape, order)
            file = io.BytesIO()
            npy.write_array(file, array)
            add(f"{dtype.str} {shape} {order}", file.getvalue())
    array = random(rng, TICK, (3,))
    for version in [(1, 0), (2, 0), (3, 0)]:
        file = io.BytesIO()
        npy.write_array(file, array, version=version)
        add(f"version {version}", file.getvalue())

    def by_hand(name, head, end=b"", version=b"\x01\x00", data=None):
        head = head.encode("latin-1") + end
        size = len(head).to_bytes(2 if version == b"\x01\x00" else 4, "little")
        add(name, b"\x93NUMPY" + version + size + head + (array.tobytes() if data is None else data))

    descr = repr(npy.dtype_to_descr(TICK))
    head = "{'descr': %s, 'fortran_order': False, 'shape': (3,)}" % descr
    by_hand("no padding and no newline", head)
    by_hand("padded to 16 bytes, as NumPy before 1.14", head + " " * (15 - (10 + len(head)) % 16), b"\n")
    by_hand("other order of keys", "{'shape': (3,), 'fortran_order': False, 'descr': %s, }   " % descr, b"\n")
    by_hand("Python 2", "{'descr': %s, 'fortran_order': False, 'shape': (3L,), }      " % descr, b"\n")
    by_hand("a comment", "{'descr': %s, # of ticks\n 'fortran_order': False, 'shape': (3,), }  " % descr, b"\n")
    by_hand("more bytes than the header says", head + " " * 20, b"\n", data=array.tobytes() + b"more")
    by_hand("a sub-array", "{'descr': ('<f4', (2, 2)), 'fortran_order': False, 'shape': (3,), }  ", b"\n")
    return cases


def archives():
    rng = np.random.default_rng(8)
    arrays = {
        "ticks": random(rng, TICK, (5,)),
        "grid": random(rng, np.dtype(">i2"), (3, 4), "F"),
        "one": np.array(2.5),
        "none": np.zeros((0, 3), PADDED),
        "价格": np.arange(3, dtype="<u4"),
    }
    cases = []
    for name, save in [("stored", np.savez), ("deflated", np.savez_compressed)]:
        file = io.BytesIO()
        # With the same times on every run.
        real, zipfile.time = zipfile.time, type("", (), {"localtime": staticmethod(lambda _: (2024, 1, 1, 0, 0, 0)),
                                                          "time": staticmethod(lambda: 0)})
        try:
            save(file, **arrays)
        finally:
            zipfile.time = real
        members = [described(member, b"", array) for member, array in arrays.items()]
        cases.append({"name": name, "file": text(file.getvalue()), "members": members})
    return cases


def generate():
    dtypes = [repr(npy.dtype_to_descr(np.dtype(dtype))) for dtype in DTYPES]
    return {"dtypes": dtypes, "created": created(), "written": written(), "archives": archives()}
