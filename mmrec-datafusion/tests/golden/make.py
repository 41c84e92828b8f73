"""Files that NumPy writes, and what Python says is in them: python make.py --out DIRECTORY."""

import argparse
import pathlib

import numpy as np


def types():
    """Two rows of every kind of dtype."""
    dtype = np.dtype(
        [
            ("b1", "?"), ("i1", "<i1"), ("i2", ">i2"), ("i4", "<i4"), ("i8", ">i8"),
            ("u1", "u1"), ("u2", "<u2"), ("u4", ">u4"), ("u8", "<u8"),
            ("f2", "<f2"), ("f4", ">f4"), ("f8", "<f8"),
            ("s", "S5"), ("u", "<U3"), ("v", "V3"), ("c8", "<c8"), ("c16", ">c16"), ("g", np.longdouble),
            ("day", "<M8[D]"), ("ns", ">M8[ns]"), ("us", "<M8[us]"), ("month", "<M8[M]"), ("odd", "<M8[25s]"),
            ("delta", "<m8[ms]"), ("hours", "<m8[h]"),
            ("xyz", "<f4", (3,)), ("grid", "<i2", (2, 2)), ("names", "S2", (2,)),
            ("pos", [("x", "<f8"), ("tag", "S2")]),
        ],
        align=True,
    )
    rows = np.zeros(3, dtype)
    rows[0] = (
        True, -1, -2, -3, -4, 1, 2, 3, 2**64 - 1, 0.5, 1.25, -2.5,
        b"abcde", "äb", b"\x01\x02\x03", 1 + 2j, -1j, 0.25,
        "2024-02-29", "2024-02-29T12:30:00.123456789", "1969-12-31T23:59:59.999999", "2024-02", 2,
        1500, 3, [1, 2, 3], [[1, 2], [3, 4]], [b"a", b"bc"], (1.5, b"t"),
    )
    for name in ("day", "ns", "us", "month", "odd", "delta", "hours"):
        rows[1][name] = "NaT"
    return rows


def main():
    """Writes all of them."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=pathlib.Path, required=True)
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)

    rows = types()
    # A long double has 10 bytes, and 6 of whatever was in memory.
    raw = bytearray(rows.tobytes())
    for at in range(rows.dtype.fields["g"][1], len(raw), rows.itemsize):
        raw[at + 10 : at + 16] = bytes(6)
    np.save(out / "types.npy", np.frombuffer(raw, rows.dtype))
    lines = []
    for name in rows.dtype.names:
        column = rows[name]
        if column.dtype.kind in "mM":
            values = ["NULL" if np.isnat(x) else str(x.astype("i8")) for x in column]
        elif column.dtype.kind == "S" and column.ndim == 1:
            values = [x.decode() for x in column.tolist()]
        elif column.dtype.kind == "b":
            values = [str(x).lower() for x in column.tolist()]
        elif column.dtype.kind in "iufU" and column.ndim == 1 and name != "g":
            values = [str(x) for x in column.tolist()]
        else:
            continue
        lines.append("\t".join([name, *values]))
    (out / "types.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")

    array = np.arange(24, dtype="<i4").reshape(4, 3, 2)
    np.save(out / "c.npy", array)
    np.save(out / "fortran.npy", np.asfortranarray(array))
    np.save(out / "scalar.npy", np.array(7, "<i4"))
    np.savez(out / "stored.npz", x=np.arange(100.0))
    np.savez_compressed(out / "deflated.npz", x=np.arange(100.0))


if __name__ == "__main__":
    main()
