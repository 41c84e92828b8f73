"""The dtypes that the replaying test has Rust types for, by the name it knows them under."""

import numpy as np

SCALARS = {
    "u8": "<u1", "u16": "<u2", "u32": "<u4", "u64": "<u8",
    "i8": "<i1", "i16": "<i2", "i32": "<i4", "i64": "<i8",
    "f32": "<f4", "f64": "<f8", "bool": "?",
    "BeI32": ">i4", "BeU32": ">u4", "BeF64": ">f8",
    "S0": "S0", "S1": "S1", "S5": "S5", "S12": "S12",
}

TICK = [("tag", "u1"), ("qty", "<u4"), ("price", "<f8")]
# With a gap inside and one at the end.
GAPS = np.dtype([("tag", "u1"), ("price", "<f8"), ("qty", "<u4")], align=True)
POINT = [("x", "<f4"), ("y", "<f4")]

RECORDS = {
    # The same three fields, 13 bytes and 24.
    "Packed": np.dtype(TICK),
    "Padded": GAPS,
    "One": np.dtype([("v", "<i4")]),
    "Point": np.dtype(POINT),
    "Line": np.dtype([("id", "<u8"), ("ends", POINT, (2,))], align=True),
    "Named": np.dtype([("symbol", "S5"), ("buy", "?"), ("price", "<f8")], align=True),
    "Waves": np.dtype([("t", "<f4"), ("samples", "<i2", (4,)), ("grid", "<f4", (2, 2))], align=True),
    "Flags": np.dtype([("on", "?"), ("bits", "?", (3,)), ("tags", "S3", (2,))]),
    "Outer": np.dtype([("id", "<u2"), ("tick", np.dtype(TICK)), ("pads", GAPS, (2,))]),
    "Wide": np.dtype([("id", "<u4"), ("samples", "<i2", (1100,))], align=True),
}

# Top-level sub-arrays: NumPy turns them into trailing axes.
ARRAYS = {
    "[f64; 3]": np.dtype(("<f8", (3,))),
    "[[i16; 2]; 2]": np.dtype(("<i2", (2, 2))),
    "[Point; 2]": np.dtype((np.dtype(POINT), (2,))),
}

TYPES = {name: np.dtype(text) for name, text in SCALARS.items()} | RECORDS | ARRAYS


def descr_object(dtype):
    if dtype.subdtype is not None:
        base, shape = dtype.subdtype
        return descr_object(base), shape
    return np.lib.format.dtype_to_descr(dtype)


def descr(dtype):
    """What a .npy header says after 'descr': ."""
    return repr(descr_object(dtype))


def leaves(dtype, at=0):
    """Yields (offset, dtype) of every scalar, in the order of the fields."""
    if dtype.subdtype is not None:
        base, shape = dtype.subdtype
        for i in range(int(np.prod(shape, dtype=np.int64))):
            yield from leaves(base, at + i * base.itemsize)
    elif dtype.names is not None:
        for name in dtype.names:
            yield from leaves(dtype.fields[name][0], at + dtype.fields[name][1])
    else:
        yield at, dtype


def is_padding(dtype):
    """For each byte of an element, whether no field takes it up."""
    padding = np.ones(dtype.itemsize, dtype=bool)
    for at, leaf in leaves(dtype):
        padding[at : at + leaf.itemsize] = False
    return padding
