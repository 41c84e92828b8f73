"""What the command shows of files of every kind: cli/look/*, into the directory --out.

The files are NumPy's; look.json says what NumPy finds in them, which the command's JSON has to repeat.
"""

import argparse
import io
import json
import math
import zipfile
from pathlib import Path

import numpy as np

TRADE = np.dtype(
    [("ts", "<M8[ns]"), ("side", "S1"), ("price", "<f8"), ("qty", "<u4"), ("fees", "<f4", (2,)), ("symbol", "S8")],
    align=True,
)


def trades(rows):
    array = np.zeros(rows, TRADE)
    at = np.arange(rows)
    array["ts"] = np.datetime64("2024-03-01T14:30:00", "ns") + at * 1_250_000_017
    array["side"] = np.where(at % 3 == 0, b"B", b"S")
    array["price"] = 187.5 + (at * 7 % 41) / 100
    array["qty"] = 100 * (1 + at * 5 % 9)
    array["fees"] = np.stack([at / 8, -at / 4], 1)
    array["symbol"] = np.array([b"AAPL", b"MSFT", b"BRK.A"])[at % 3]
    return array


def numbers():
    array = np.zeros(5, [("i1", "i1"), ("u8", "<u8"), ("i8", ">i8"), ("f2", "<f2"), ("f4", ">f4"), ("f8", "<f8"), ("b", "?")])
    array["i1"] = [0, -1, 127, -128, 5]
    array["u8"] = [0, 1, 2**53 + 1, 2**64 - 1, 2**63]
    array["i8"] = [0, -1, 2**53 + 1, -(2**63), 2**63 - 1]
    array["f2"] = [0.1, -0.0, np.nan, np.inf, 65504]
    array["f4"] = [0.1, 1e-45, -np.inf, 16777216, 3.4e38]
    array["f8"] = [0.1, 5e-324, np.nan, 1e23, 1.7976931348623157e308]
    array.view("u1").reshape(5, -1)[:, -1] = [0, 1, 2, 255, 0]
    return array


def others():
    array = np.zeros(3, [("c8", "<c8"), ("c16", ">c16"), ("long", "<f16"), ("v", "V3"), ("flag", "?")])
    array["c8"] = [0.1 + 2j, complex(-0.5, np.inf), complex(0, -0.0)]
    array["c16"] = [0.1 - 0.2j, complex(np.nan, 1), 1e300]
    array["long"] = [np.longdouble(1.5), np.longdouble(-2), np.longdouble("1e4000")]
    # Ten bytes are the number, and what NumPy leaves in the others is left to chance.
    at = array.dtype.fields["long"][1]
    array.view("u1").reshape(3, -1)[:, at + 10 : at + 16] = 0
    array["v"] = [np.void(b"abc"), np.void(b"\0\x1b\xff"), np.void(b"\0\0\0")]
    array["flag"] = [True, False, True]
    return array


def times():
    array = np.zeros(4, [("ns", "<M8[ns]"), ("day", ">M8[D]"), ("quarter", "<M8[15m]"), ("took", "<m8[us]"), ("steps", "<m8")])
    array["ns"] = ["2024-02-29T23:59:59.999999999", "NaT", "1969-12-31T23:59:59", "2000-01-01"]
    array["day"] = ["0001-01-01", "9999-12-31", "NaT", "-0044-03-15"]
    array["quarter"] = ["2024-01-01T00:15", "2024-01-01T12:45", "2024-01-01", "NaT"]
    array["took"] = np.array([1, -1, np.iinfo("i8").min, 10**15], "<i8").view("<m8[us]")
    array["steps"] = np.array([1, np.iinfo("i8").min, -7, 0], "<i8").view("<m8")
    return array


def nested():
    point = np.dtype([("tag", "u1"), ("x", "<f4"), ("y", ">i2")], align=True)
    array = np.zeros(4, np.dtype([("id", "<u2"), ("at", point), ("path", point, (2,)), ("grid", "<i2", (2, 2))], align=True))
    array["id"] = np.arange(4)
    array["at"]["x"] = [0.5, 1.5, -2.5, 1e10]
    array["at"]["y"] = [-1, 2, -3, 4]
    array["path"]["tag"] = np.arange(8).reshape(4, 2)
    array["path"]["x"] = np.arange(8).reshape(4, 2) / 4
    array["grid"] = np.arange(16).reshape(4, 2, 2) - 8
    return array


def hostile():
    """Names and strings that would move the cursor, ring, hide or turn what stands around them."""
    names = ["\x1b[31mred", "a\nb", "tab\there", "\u202eright to left", "\u00e9t\u00e9", "\u4ef7\u683c", "a.b", "quote'\"\\", "\x9b2J"]
    array = np.zeros(2, [(name, "<i2") for name in names] + [("s", "S12"), ("u", "<U8"), ("list", "S6", (2,))])
    for i, name in enumerate(names):
        array[name] = [i, -i]
    array["s"] = [b"\x1b[2Jgone", b"\x07\xff\\x07\x9b"]
    array["u"] = ["\x1b]0;t\x07", "\u202e\u9999\U0001f980\x9b"]
    array["list"] = [[b"a  b", b"\x1b[1m"], [b"'\"\\", b""]]
    return array


def wide():
    array = np.zeros(3, [(f"field_{i:02}", ["<f8", "<i4", "S5"][i % 3]) for i in range(60)])
    for i, name in enumerate(array.dtype.names):
        array[name] = np.arange(3) * i if i % 3 < 2 else b"s%02d" % i
    return array


def shared():
    """Fields that lie over each other."""
    dtype = np.dtype({"names": ["all", "low", "odd"], "formats": ["<u4", "<u2", "<u2"], "offsets": [4, 4, 11], "itemsize": 16})
    array = np.zeros(2, dtype)
    array["all"] = [0x12345678, 7]
    array["odd"] = [1, 65535]
    return array


def cases():
    yield "trades", trades(25)
    yield "numbers", numbers()
    yield "others", others()
    yield "times", times()
    yield "nested", nested()
    yield "hostile", hostile()
    yield "wide", wide()
    yield "none", np.zeros(0, TRADE)
    yield "titles", np.zeros(2, [(("the price", "p"), "<f8"), ("q", "<u2")])
    yield "single", np.array(-7.25, "<f8")
    yield "single_record", np.array((3, b"x"), [("n", ">u8"), ("s", "S4")])
    yield "grid", np.arange(12, dtype="<i4").reshape(3, 4)
    yield "grid_f", np.asfortranarray(np.arange(24, dtype=">f4").reshape(2, 3, 4) / 4)
    records = np.zeros((3, 2), trades(0)[["price", "qty"]].dtype, order="F")
    records[...] = trades(6)[["price", "qty"]].reshape(3, 2)
    yield "grid_records", records
    yield "texts", np.array(["a", "\u00e9\u00df", "\U0001f980", "", " \udac6"], ">U2")
    yield "empty", np.zeros(2, [("list", "<f4", (0, 3)), ("none", "S0"), ("records", [("x", "u1")], (0,)), ("b", "u1")])


# As raw records, or in an archive: the file, what the command is told, and what is in it.
def more():
    array = trades(25)
    yield "raw.bin", ["--dtype", str(array.dtype), "--offset", "10"], array
    yield "raw.bin", ["--like", "trades.npy", "--offset", "10", "--shape", "5,5", "--order", "f"], array.reshape(5, 5, order="F")
    yield "raw.bin", ["--dtype", "<u2", "--offset", "3", "--shape", "4"], np.frombuffer(raw(array), "<u2", 4, 3)
    array = shared()
    dtype = "{'names': ['all', 'low', 'odd'], 'formats': ['<u4', '<u2', '<u2'], 'offsets': [4, 4, 11], 'itemsize': 16}"
    yield "shared.bin", ["--dtype", dtype], array
    array = trades(2)
    yield "arrays.npz", ["--member", "second"], np.arange(5, dtype="<i8")
    yield "arrays.npz", ["--member", "first.npy"], array


def raw(array):
    return b"0123456789" + array.tobytes()


def number(x):
    x = float(x)
    if math.isnan(x):
        return "NaN"
    return ("Infinity" if x > 0 else "-Infinity") if math.isinf(x) else x


def bytes_text(data):
    """UTF-8 as it is, and other bytes as \\x1b."""
    return "".join("\\x%02x" % (ord(c) - 0xDC00) if 0xDC80 <= ord(c) <= 0xDCFF else c for c in data.decode("utf-8", "surrogateescape"))


def value(x):
    """As json.rs writes values."""
    kind = x.dtype.kind
    if kind == "b":
        return bool(x)
    if kind in "iu":
        return int(x)
    if x.dtype.char == "g":
        return str(x)
    if kind == "f":
        return number(x) if not np.isfinite(x) else float(str(x))
    if kind == "c":
        return [value(x.real), value(x.imag)]
    if kind == "S":
        return bytes_text(bytes(x))
    if kind == "U":
        # No letter of Unicode, and not to be had in JSON.
        return "".join("\\u%04x" % ord(c) if 0xD800 <= ord(c) < 0xE000 else c for c in str(x))
    if kind == "V":
        return x.tobytes().hex()
    if np.isnat(x):
        return None
    return int(x.astype("i8")) if kind == "m" else str(x)


def values(array):
    """An array as lists in lists; of records, an object with a list for each field."""
    if array.dtype.names is not None:
        return {name: values(array[name]) for name in array.dtype.names}
    if array.ndim == 0:
        return value(array[()])
    return [values(array[i, ...]) for i in range(len(array))]


def leaves(dtype, path=(), offset=0, shape=()):
    while dtype.subdtype:
        dtype, shape = dtype.base, shape + dtype.shape
    if dtype.names is None:
        yield {"name": ".".join(path) or "value", "offset": offset, "shape": list(shape), "dtype": dtype.str}
        return
    for name in dtype.names:
        inner, at = dtype.fields[name][:2]
        yield from leaves(inner, (*path, name), offset + at, shape)


def covered(dtype):
    """The bytes of an element that are in fields."""
    if dtype.subdtype:
        one, size = covered(dtype.base), dtype.base.itemsize
        return {i * size + at for i in range(int(np.prod(dtype.shape))) for at in one}
    if dtype.names is None:
        return set(range(dtype.itemsize))
    return {dtype.fields[name][1] + at for name in dtype.names for at in covered(dtype.fields[name][0])}


def expected(file, args, array):
    order = "F" if array.flags.f_contiguous and not array.flags.c_contiguous else "C"
    rows = array if array.ndim else array.reshape(1)
    return {
        "file": file,
        "args": args,
        "itemsize": array.dtype.itemsize,
        "shape": list(array.shape),
        "order": order,
        "padding": array.dtype.itemsize - len(covered(array.dtype)),
        "fields": list(leaves(array.dtype)),
        "rows": [row if isinstance(row := values(rows[i, ...]), dict) else {"value": row} for i in range(len(rows))],
    }


def write_archive(path, arrays, **how):
    with zipfile.ZipFile(path, "w") as archive:
        for name, array in arrays.items():
            text = io.BytesIO()
            np.save(text, array)
            # Of no year and no system.
            member = zipfile.ZipInfo(name + ".npy")
            member.create_system = 3
            archive.writestr(member, text.getvalue(), **how)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=Path, required=True)
    out = parser.parse_args().out / "cli" / "look"
    out.mkdir(parents=True, exist_ok=True)
    found = []
    for name, array in cases():
        np.save(out / f"{name}.npy", array)
        found.append(expected(f"{name}.npy", [], array))
    (out / "shared.bin").write_bytes(shared().tobytes())
    (out / "raw.bin").write_bytes(raw(trades(25)))
    write_archive(out / "arrays.npz", {"first": trades(25)[:2], "second": np.arange(5, dtype="<i8")})
    # Blocks that deflate keeps as they are, which are the same for each library that writes them.
    write_archive(out / "deflated.npz", {"first": np.arange(5)}, compress_type=zipfile.ZIP_DEFLATED, compresslevel=0)
    np.save(out / "objects.npy", np.array([None, "a"], object), allow_pickle=True)
    found += [expected(*each) for each in more()]
    text = json.dumps(found, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    (out / "look.json").write_text(text.replace('},{"file"', '},\n{"file"') + "\n")


if __name__ == "__main__":
    main()
