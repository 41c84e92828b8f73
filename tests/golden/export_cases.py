"""dtypes as text with 'names', 'formats' and 'offsets': export.json.

A case gives the dtype as `spec`, a text or names, formats, offsets, titles and itemsize, and its text, `dict`, which
NumPy reads as an equal dtype.
"""

import numpy as np

from dtype_cases import RECORDS, SCALARS, TOP_LEVEL_ARRAYS, at

# Fields that overlap or come in another order than they lie in; there is no descr for these.
WITHOUT_DESCR = [
    at(["b", "a"], ["<i4", "<i4"], [4, 0], 8),
    at(["whole", "low", "high"], ["<u4", "<u2", "<u2"], [0, 0, 2], 4),
    at(["b", "a"], ["<i4", ("<i4", (2,))], [8, 0], 16, [None, "it's"]),
    np.dtype([("in", at(["y", "x"], ["<f4", "<f4"], [4, 0], 8)), ("n", "|u1")]),
    at(["n", "in"], ["|u1", np.dtype([("y", "<f4"), ("x", "|u1")], align=True)], [12, 0], 16),
    at(["n", "in"], ["|u1", np.dtype([("y", "<f4"), ("x", "|u1")], align=True)], [12, 0], 16, ["t", None]),
]


def dict_text(dtype):
    """Everything NumPy knows of a dtype but alignment, as an expression that numpy.dtype takes."""
    if dtype.subdtype is not None:
        base, shape = dtype.subdtype
        return f"({dict_text(base)}, {shape})"
    if dtype.names is None:
        return repr(dtype.str)
    fields = [(*dtype.fields[name], None)[:3] for name in dtype.names]
    parts = [
        f"'names': {list(dtype.names)}",
        f"'formats': [{', '.join(dict_text(inner) for inner, _, _ in fields)}]",
        f"'offsets': {[offset for _, offset, _ in fields]}",
    ]
    if any(title is not None for _, _, title in fields):
        parts.append(f"'titles': {[title for _, _, title in fields]}")
    return f"{{{', '.join(parts)}, 'itemsize': {dtype.itemsize}}}"


def spec(dtype):
    if dtype.subdtype is not None:
        base, shape = dtype.subdtype
        return {"base": spec(base), "shape": list(shape)}
    if dtype.names is None:
        return dtype.str
    fields = [(*dtype.fields[name], None)[:3] for name in dtype.names]
    fields = [[name, spec(inner), offset, title] for name, (inner, offset, title) in zip(dtype.names, fields)]
    return {"fields": fields, "itemsize": dtype.itemsize}


def generate():
    dtypes = [np.dtype(text) for text in SCALARS] + RECORDS + TOP_LEVEL_ARRAYS + WITHOUT_DESCR
    for dtype in dtypes:
        assert np.dtype(eval(dict_text(dtype))) == dtype, dtype
    return {"cases": [{"spec": spec(dtype), "dict": dict_text(dtype)} for dtype in dtypes]}
