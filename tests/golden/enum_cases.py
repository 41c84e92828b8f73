"""Columns of numbers that stand for variants: enums.json.

One case for each integer that an enum may have as its `repr`. `codes` are the numbers of the variants, in the order in
which the Rust enum declares them. The records are `bytes`, with codes that are variants, and some that are not, in the
field `kind` and in the array `pair`. `counts` says how many of `kind` are each variant, `sum` is of `kind`, `pairs` of
`pair`; `moved` are the bytes after every `kind` of the first variant was made the last.
"""

import numpy as np

from printing_cases import Random

RECORDS = 60


def codes(info):
    return [1, 2, 65, int(info.max), int(info.min), -7 if info.min else 7]


def case(kind, size):
    scalar = np.dtype(f"<{kind}{size}")
    info, random = np.iinfo(scalar), Random(size + ord(kind))
    variants = codes(info)
    # As many numbers without a variant as variants.
    pool = variants + [3, 66, 97, int(info.max) - 1, int(info.min) + 5, 120]

    def draw():
        return pool[random.bits() % len(pool)]

    array = np.zeros(RECORDS, [("at", "<u2"), ("kind", scalar), ("pair", scalar, (2,))])
    for record in array:
        record["at"] = random.bits() % 65536
        record["kind"] = draw()
        record["pair"] = [draw(), draw()]
    moved = array.copy()
    moved["kind"][moved["kind"] == variants[0]] = variants[-1]
    return {
        "repr": kind + str(8 * size),
        "descr": str(np.lib.format.dtype_to_descr(array.dtype)),
        "codes": variants,
        "bytes": array.tobytes().hex(),
        "counts": [int((array["kind"] == code).sum()) for code in variants],
        "sum": str(array["kind"].sum()),
        "pairs": str(array["pair"].sum()),
        "moved": moved.tobytes().hex(),
    }


def generate():
    return [case(kind, size) for kind in "ui" for size in (1, 2, 4, 8)]
