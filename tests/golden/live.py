#!/usr/bin/env python3
"""Real NumPy and mmrec on each other's files.

    python live.py EXCHANGE [--seed N]

makes 500 random arrays of random dtypes, has them read and written by the program EXCHANGE (tests/examples/exchange.rs),
and compares everything: dtypes, shapes, orders, the bytes and sums of all columns of scalars, and headers byte for byte.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from numpy.lib import format as npy
from numpy.lib import recfunctions as rfn

import random_cases


def run(program, *args):
    result = subprocess.run([program, *map(str, args)], capture_output=True, text=True)
    if result.returncode:
        sys.exit(f"exchange {args[0]}: {result.stderr}")
    return [json.loads(line) for line in result.stdout.splitlines()]


def described(array):
    return [(names, np.dtype(dtype), shape, crc, total) for names, dtype, shape, crc, *total in random_cases.described(array)]


def check_read(found, path, name):
    fortran = b"'fortran_order': True" in path.read_bytes()[: npy.open_memmap(path, mode="r").offset]
    array = np.load(path)
    assert npy.descr_to_dtype(eval(found["descr"])) == array.dtype, name
    assert tuple(found["shape"]) == array.shape, name
    assert found["fortran"] == fortran, name
    for form, align in [("packed", False), ("aligned", True)]:
        assert npy.descr_to_dtype(eval(found[form])) == laid_out(array.dtype, align), (name, form)
    check_unstructured(found["unstructured"], array, name)
    for (names, dtype, shape, crc, total), column in zip(described(array), found["columns"], strict=True):
        assert [names, shape, crc] == [column[0], column[2], column[3]], (name, names)
        assert np.dtype(eval(column[1])) == dtype, (name, names)
        if column[4] is None:
            assert dtype.kind not in "iu" and (dtype.kind != "f" or dtype.itemsize == 16), (name, names)
        else:
            assert column[4] == [total[0], str(total[1])], (name, names, column[4], total)


def laid_out(dtype, align):
    """The same fields as NumPy lays them out anew, those of nested records and of records in arrays too. (Its repack_fields
    leaves the latter as they are, and packs nested records even with align=True.)"""
    if dtype.subdtype is not None:
        base, shape = dtype.subdtype
        return np.dtype((laid_out(base, align), shape))
    if dtype.names is None:
        return dtype
    fields = [dtype.fields[name] for name in dtype.names]
    names = [name if len(field) == 2 else (field[2], name) for name, field in zip(dtype.names, fields)]
    return np.dtype([(name, laid_out(field[0], align)) for name, field in zip(names, fields)], align=align)


def check_unstructured(found, array, name):
    """What is a view of the array in NumPy is one here, with the same strides. NumPy copies more: for another byte order,
    and for fields without elements."""
    kinds = {leaf for _, leaf in random_cases.leaves(array.dtype)}
    if array.dtype.names is None or not array.nbytes or any(kind.kind not in "biufc" for kind in kinds):
        return
    try:
        with np.errstate(invalid="ignore"):
            columns = rfn.structured_to_unstructured(array)
    except (TypeError, ValueError):
        # Fields without elements count there, and these are of other kinds, or have no bytes either.
        return
    if found is None:
        assert not np.shares_memory(columns, array), name
        return
    shape, strides, crc = found
    (leaf,) = kinds
    assert tuple(shape) == columns.shape, (name, shape, columns.shape)
    if columns.dtype == leaf.newbyteorder("="):
        assert crc == random_cases.crc32(np.ascontiguousarray(columns.astype(leaf)).tobytes()), name
    if np.shares_memory(columns, array):
        long = [axis for axis, n in enumerate(columns.shape) if n > 1]
        assert [strides[axis] for axis in long] == [columns.strides[axis] for axis in long], name


def check_written(path, original, name):
    array = np.load(original, mmap_mode="r")
    head = npy.open_memmap(original, mode="r").offset
    assert path.read_bytes()[:head] == original.read_bytes()[:head], name
    for mode in ["r", "r+", "c"]:
        mapped = np.load(path, mmap_mode=mode)
        assert mapped.dtype == array.dtype and mapped.shape == array.shape and mapped.strides == array.strides, name
        assert described(mapped) == described(array), (name, mode)


def check_columns(folder, original, name):
    """Each column as NumPy maps it, twice its rows; the dtype; and the records made of them, without what was in padding."""
    array = np.load(original)
    array = np.concatenate([array, array])
    assert npy.descr_to_dtype(eval((folder / "dtype.descr").read_text())) == array.dtype, name
    files = sorted(folder.glob("*.npy"))
    assert len(files) == len(array.dtype.names), name
    left = {path: np.load(path, mmap_mode="r") for path in files}
    rows = np.load(folder.with_suffix(".rows"), mmap_mode="r")
    assert rows.dtype == array.dtype and rows.shape == array.shape, name
    for field in array.dtype.names:
        # The file by its name, which is the field's where all of its characters may be in one.
        path = folder / f"{field}.npy" if field.isidentifier() and folder / f"{field}.npy" in left else None
        alike = [p for p, c in left.items() if same(c, array[field])] if path is None else [path]
        column = left.pop(alike[0])
        assert same(column, array[field]) and same(rows[field], array[field]), (name, field)
        if column.nbytes:
            mapped = np.memmap(alike[0], column.dtype, "r", column.offset, column.shape)
            assert same(mapped, array[field]), (name, field)


def same(a, b):
    if a.dtype != b.dtype or a.shape != b.shape:
        return False
    return all(x[3] == y[3] for x, y in zip(described(a), described(b), strict=True))


def swap(array):
    """Swaps the first and the last element, as bytes: NumPy's long doubles lose some when they are assigned."""
    elements = array.view(f"|V{array.dtype.itemsize}")
    first, last = (0,) * array.ndim, tuple(n - 1 for n in array.shape)
    elements[first], elements[last] = elements[last].copy(), elements[first].copy()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("exchange", help="the program built from tests/examples/exchange.rs")
    parser.add_argument("--seed", type=int, default=5)
    args = parser.parse_args()
    _, members = random_cases.generate(args.seed)
    with tempfile.TemporaryDirectory() as folder:
        here, there = Path(folder) / "numpy", Path(folder) / "mmrec"
        here.mkdir()
        there.mkdir()
        for name, member in members.items():
            (here / name).write_bytes(member)
        names = sorted(members)
        for name, found in zip(names, run(args.exchange, "read", here), strict=True):
            check_read(found, here / name, name)
        run(args.exchange, "write", here, there)
        for name in names:
            check_written(there / name, here / name, name)
        split = Path(folder) / "columns"
        split.mkdir()
        run(args.exchange, "columns", here, split)
        directories = [path for path in sorted(split.iterdir()) if path.is_dir()]
        for path in directories:
            check_columns(path, here / f"{path.name}.npy", path.name)
        # What one changes in place, the other sees.
        run(args.exchange, "turn", there)
        for name in names:
            mapped, original = np.load(there / name, mmap_mode="r+"), np.load(here / name)
            if original.nbytes:
                expected = np.load(here / name, mmap_mode="c")
                swap(expected)
                assert described(mapped) == described(expected), name
                swap(mapped)
                mapped.flush()
        for name, found in zip(names, run(args.exchange, "read", there), strict=True):
            check_read(found, there / name, name)
    assert len(directories) > 50, len(directories)
    print(f"{len(names)} arrays, {len(directories)} of them as columns, seed {args.seed}: NumPy {np.__version__} and mmrec agree")


if __name__ == "__main__":
    main()
