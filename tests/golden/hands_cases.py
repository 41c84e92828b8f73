#!/usr/bin/env python3
"""Files by other hands: what astropy, h5py and numpy-stl write, and what they read from it.

    python hands_cases.py [--out DIR]
    python hands_cases.py --read FILE...

The first writes hands.json, the same bytes on every run: `fits`, `hdf5` and `stl`, a case for each table, dataset and
mesh, with the file in base64. The second prints such cases for other files, in the same form without their content;
the word `astropy` stands for all files that astropy ships for its own tests. requirements-hands.txt pins the three.
"""

import argparse
import base64
import json
import logging
import math
import sys
import tempfile
import warnings
from itertools import combinations
from pathlib import Path

import astropy
import h5py
import numpy as np
from astropy.io import fits
from stl import mesh

from generate import write
from npy_cases import unpadded

warnings.simplefilter("ignore")
# That a mesh is not closed is asked for.
logging.disable(logging.WARNING)

# Tables of more values have their bytes compared alone.
MOST_VALUES = 2000


def text(data):
    return base64.b64encode(data).decode()


def descr(dtype):
    return repr(np.lib.format.dtype_to_descr(dtype))


def plain(value):
    """A value as JSON has it: floats as text, which loses nothing."""
    if isinstance(value, (np.ndarray, list)):
        return [plain(element) for element in value]
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        return int(value)
    if isinstance(value, (float, np.floating)):
        return repr(float(value))
    if isinstance(value, (complex, np.complexfloating)):
        return [repr(float(value.real)), repr(float(value.imag))]
    return str(value)


# FITS.


def fits_cases(path):
    """Every binary table of a file: where its rows are, their dtype, the bytes of each column, and what they mean."""
    cases = []
    with fits.open(path, disable_image_compression=True) as units:
        for unit in units:
            if not isinstance(unit, fits.BinTableHDU):
                continue
            # As stored: astropy converts columns only when they are asked for.
            rows = unit.data.view(np.ndarray)
            stored = {name: text(np.ascontiguousarray(rows[name]).tobytes()) for name in rows.dtype.names or ()}
            few = sum(math.prod(column.shape) for column in map(rows.__getitem__, stored)) <= MOST_VALUES
            columns = []
            for column in unit.columns:
                case = {"name": column.name, "bytes": stored[column.name]}
                # Not of bits, of which astropy makes one value each, nor of what it scales to complex numbers.
                if few and "X" not in column.format and not (column.format[-1] in "CM" and column.bscale):
                    case["values"] = plain(unit.data[column.name])
                columns.append(case)
            dtype = np.dtype([rows.dtype.descr[i] for i in range(len(rows.dtype))])
            case = {"name": unit.name, "offset": unit._data_offset, "rows": len(rows)}
            cases.append(case | {"dtype": descr(dtype), "columns": columns})
    return cases


def every_format(path):
    """All formats, scaled and unsigned, with arrays of several axes and none, after a picture and an empty table."""
    rows = 5
    i = np.arange(rows)
    texts = np.array(["", "a", "blank ", "it's", "seven.."])
    columns = [
        fits.Column("logical", "L", array=i % 2 == 0),
        fits.Column("logicals", "3L", array=(i[:, None] + np.arange(3)) % 2 == 0),
        fits.Column("bits", "11X", array=(i[:, None] + np.arange(11)) % 3 == 0),
        fits.Column("byte", "B", array=(i * 63).astype("u1")),
        fits.Column("signed", "B", bzero=-128, array=(i * 63 - 128).astype("i1")),
        fits.Column("short", "I", array=(i * 16383 - 32768).astype("i2"), null=-32768),
        fits.Column("ushort", "I", bzero=32768, array=(i * 16383).astype("u2")),
        fits.Column("int", "J", unit="count", array=(i * 1000000007 - 2**31).astype("i4")),
        fits.Column("uint", "J", bzero=2**31, array=(i * 1000000007).astype("u4")),
        fits.Column("long", "K", array=i * 2305843009213693951 + np.iinfo("i8").min),
        fits.Column("ulong", "K", bzero=2**63, array=i.astype("u8") * np.uint64(4611686018427387903)),
        fits.Column("float", "E", array=np.array([0.1, -0.0, np.inf, np.nan, 1e-45], "f4")),
        fits.Column("double", "D", array=np.array([0.1, -0.0, -np.inf, np.nan, 5e-324])),
        fits.Column("complex", "C", array=(i + 0.5j).astype("c8")),
        fits.Column("dcomplex", "M", array=i - 0.25j),
        fits.Column("scaled", "I", array=(i * 401 - 802).astype("i2")),
        fits.Column("text", "7A", array=texts),
        fits.Column("letter", "A", array=np.array(list("FITS!"))),
        fits.Column("words", "12A", dim="(4,3)", array=np.array([[f"{j}{k}" for k in "abc"] for j in i])),
        fits.Column("vector", "3E", array=np.arange(rows * 3, dtype="f4").reshape(rows, 3)),
        fits.Column("matrix", "6I", dim="(3,2)", array=np.arange(rows * 6, dtype="i2").reshape(rows, 2, 3)),
        fits.Column("nothing", "0D", array=np.zeros((rows, 0))),
    ]
    empty = fits.BinTableHDU.from_columns([fits.Column("x", "D"), fits.Column("id", "J")], nrows=0, name="empty")
    picture = fits.ImageHDU(np.arange(6, dtype="i2").reshape(2, 3), name="picture")
    table = fits.BinTableHDU.from_columns(columns, name="formats")
    units = fits.HDUList([fits.PrimaryHDU(np.zeros(3, "f4")), picture, empty, table])
    units.writeto(path, overwrite=True)
    # Set afterwards: what is stored is a round number then.
    number = 1 + [column.name for column in columns].index("scaled")
    with fits.open(path, mode="update") as units:
        units["formats"].header.update({f"TSCAL{number}": 0.25, f"TZERO{number}": -3.5})


def arrays(path):
    """Arrays of any length, in a heap."""

    def ragged(dtype):
        out = np.empty(4, dtype=object)
        out[:] = [np.arange(n, dtype=dtype) * 3 - (0 if dtype[0] == "u" else 4) for n in (2, 0, 5, 1)]
        return out

    columns = [
        fits.Column("id", "J", array=np.arange(4)),
        fits.Column("shorts", "PI()", array=ragged("i2")),
        fits.Column("doubles", "QD()", array=ragged("f8")),
        fits.Column("bytes", "PB()", array=ragged("u1")),
    ]
    table = fits.BinTableHDU.from_columns(columns, name="arrays")
    fits.HDUList([fits.PrimaryHDU(), table]).writeto(path, overwrite=True)


# HDF5.

BITS = [("kind", "|u1"), ("mask", ">u2")]
EVENT = np.dtype([("id", "<u8"), ("pos", [("x", "<f4"), ("y", ">f8"), ("bits", BITS)]), ("samples", "<i2", (2, 3)),
                  ("name", "|S5")])
PADDED = np.dtype([("tag", "|i1"), ("price", "<f8"), ("qty", "<u2"), ("pair", [("a", "|u1"), ("b", "<i4")], (2,))],
                  align=True)
SPARSE = np.dtype({"names": ["low", "high"], "formats": [">i4", "<f4"], "offsets": [3, 12], "itemsize": 20})


def filled(dtype, shape):
    """An array in which every scalar is another."""
    array = np.zeros(shape, dtype)

    def fill(part, start):
        if part.dtype.names is not None:
            for number, name in enumerate(part.dtype.names):
                fill(part[name], start + 7 * number)
        elif part.dtype.kind == "S":
            part[...] = np.array([f"n{n}".encode() for n in range(part.size)]).reshape(part.shape)
        else:
            part[...] = (np.arange(part.size).reshape(part.shape) + start) % 120

    fill(array, 1)
    return array


def hdf5_cases(path):
    """Every dataset whose bytes lie in the file as they are."""
    cases = []
    with h5py.File(path) as file:
        for name, data in file.items():
            if data.chunks is None and data.id.get_offset() is not None:
                case = {"name": name, "offset": data.id.get_offset(), "shape": list(data.shape)}
                cases.append(case | {"dtype": descr(data.dtype), "bytes": text(unpadded(data[...]))})
    return cases


def write_hdf5(path):
    with h5py.File(path, "w", libver="latest") as file:
        file["events"] = filled(EVENT, (6,))
        file["padded"] = filled(PADDED, (2, 3))
        file["sparse"] = filled(SPARSE, (4,))
        file["numbers"] = np.arange(12, dtype=">f4").reshape(3, 4)
        file["waves"] = np.array([1 + 2j, -0.5j, 3], "<c16")


def change_hdf5(path):
    """What the test changes through a map in mode r+."""
    with h5py.File(path, "r+") as file:
        # Field by field: in whole records, what it writes to the padding is left to chance.
        file["events"][4, "id"] = 2**63 + 1
        file["padded"][1, 2, "price"] = -0.5
        file["padded"][1, 2, "qty"] = 0xFFFF


# STL.


class Mesh(mesh.Mesh):
    def get_header(self, name):
        # Without the time, so that the file is the same on every run.
        return "written by numpy-stl".ljust(80)


def unit(vector):
    length = math.sqrt(sum(x * x for x in vector))
    return [x / length for x in vector]


def ball(times):
    """Triangles on a ball. Roots and sums alone, which are the same on every machine."""
    golden = (1 + math.sqrt(5)) / 2
    corners = [np.roll([a, b * golden, 0], turn) for turn in range(3) for a in (1, -1) for b in (1, -1)]
    triangles = [t for t in combinations(corners, 3) if all(abs(math.dist(*edge) - 2) < 1e-9 for edge in combinations(t, 2))]
    triangles = [(a, b, c) if np.linalg.det([a, b, c]) > 0 else (a, c, b) for a, b, c in triangles]
    triangles = [tuple(map(unit, triangle)) for triangle in triangles]
    for _ in range(times):
        parts = []
        for a, b, c in triangles:
            ab, bc, ca = (unit([x + y for x, y in zip(p, q)]) for p, q in ((a, b), (b, c), (c, a)))
            parts += [(a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca)]
        triangles = parts
    return np.array(triangles, "f4")


def write_stl(path, triangles):
    data = np.zeros(len(triangles), Mesh.dtype)
    data["vectors"] = triangles
    data["attr"][:, 0] = np.arange(len(triangles)) * 1000 % 65536
    Mesh(data).save(str(path))


def stl_cases(path):
    # As they are in the file; numpy-stl would compute the normals again.
    found = Mesh.from_file(str(path), calculate_normals=False)
    columns = [{"name": name, "bytes": text(np.ascontiguousarray(found.data[name]).tobytes())} for name in found.data.dtype.names]
    case = {"triangles": len(found.data), "itemsize": found.data.dtype.itemsize, "columns": columns}
    # Six digits: its numbers have single precision, and sums may be taken in another order.
    short = "{:.6g}".format
    case |= {"area": short(found.areas.sum(dtype="f8")), "min": plain(found.min_), "max": plain(found.max_)}
    is_closed = bool(found.is_closed(exact=True))
    return [case | {"closed": is_closed} | ({"volume": short(found.get_mass_properties()[0])} if is_closed else {})]


# All.

READERS = {".fits": fits_cases, ".h5": hdf5_cases, ".stl": stl_cases}


def generate(folder):
    def case(path):
        return {"file": text(path.read_bytes()), "parts": READERS[path.suffix](path)}

    sections = {"fits": [], "hdf5": [], "stl": []}
    path = folder / "a.fits"
    for write_fits in (every_format, arrays):
        write_fits(path)
        sections["fits"].append(case(path))

    path = folder / "a.h5"
    write_hdf5(path)
    before = case(path)
    change_hdf5(path)
    sections["hdf5"].append(before | {"changed": text(path.read_bytes())})

    path = folder / "a.stl"
    whole = ball(1)
    for triangles in (whole, whole[1:] * np.array([3, 2, 1], "f4") + np.float32(0.5)):
        write_stl(path, triangles)
        sections["stl"].append(case(path))
    return sections


def read(names):
    """Prints a line of JSON for each file that its library can read."""
    shipped = Path(astropy.__file__).parent / "io/fits/tests/data"
    for name in names:
        for path in sorted(shipped.glob("*.fits")) if name == "astropy" else [Path(name)]:
            print(json.dumps({"path": str(path), "parts": READERS[path.suffix](path)}))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path(__file__).resolve().parent, help="default: this folder")
    parser.add_argument("--read", nargs="+", metavar="FILE", help="print what is in these instead")
    args = parser.parse_args()
    if args.read:
        return read(args.read)
    args.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        write(args.out / "hands.json", generate(Path(folder)))


if __name__ == "__main__":
    sys.exit(main())
