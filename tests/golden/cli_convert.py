"""What `mmrec convert` makes of arrays: cli/convert/*, into the directory --out, with the commands in cli/convert/cases.json.

The files are NumPy's: text that is read back by nobody is written here as the command writes it, scalar by scalar.
--check BINARY has the command convert other arrays, of dtypes that chance makes, and reads with NumPy what comes out.
"""

import argparse
import csv
import io
import json
import random
import subprocess
import tempfile
from pathlib import Path

import numpy as np

from cli_stats import records

UNITS = ["Y", "M", "W", "D", "h", "m", "s", "ms", "us", "ns", "ps", "fs", "as", "5m", "25s", "100ns"]

# Decimal exponents of numbers that are written without one.
PLAIN = {"f8": range(-5, 16), "f4": range(-6, 13)}


def float_text(x):
    """The shortest digits that read back as the number."""
    if np.isnan(x) or np.isinf(x) or x.dtype.itemsize == 2:
        return str(x)
    mantissa, exponent = np.format_float_scientific(x, unique=True, trim="-").split("e")
    exponent, sign = int(exponent), "-" if mantissa.startswith("-") else ""
    digits = mantissa.lstrip("-").replace(".", "")
    if exponent not in PLAIN[x.dtype.str[1:]]:
        return f"{mantissa}e{'-' if exponent < 0 else '+'}{abs(exponent)}"
    if exponent < 0:
        return f"{sign}0.{'0' * (-exponent - 1)}{digits}"
    whole, part = digits[: exponent + 1].ljust(exponent + 1, "0"), digits[exponent + 1 :]
    return f"{sign}{whole}.{part or '0'}"


def text(x, epoch=False):
    """A scalar as the command writes it, dates as steps since 1970 if `epoch`."""
    kind = x.dtype.kind
    if kind == "f" and x.dtype.itemsize == 16 or kind == "V":
        return x.tobytes().hex()
    if kind == "f":
        return float_text(x)
    if kind == "c":
        real, imaginary = float_text(x.real), float_text(x.imag)
        return f"{real}{'' if imaginary.startswith('-') else '+'}{imaginary}j"
    if kind == "m" or x.dtype.str[1:] == "M8" or kind == "M" and epoch:
        return "NaT" if np.isnat(x) else str(int(x.astype("i8")))
    if kind == "S":
        return bytes(x).decode("utf-8", "surrogateescape")
    return str(x)


def columns(array, name=""):
    """Names and values of all scalars of an array whose first axis are rows."""
    if array.dtype.names is not None:
        for field in array.dtype.names:
            yield from columns(array[field], f"{name}.{field}" if name else field)
        return
    native = array.astype(array.dtype.newbyteorder("=")) if array.dtype.kind not in "mM" else swapped(array)
    for index in np.ndindex(array.shape[1:]):
        place = "".join(f"[{i}]" for i in index)
        yield (name or "value") + place, native[(slice(None), *index)]


def swapped(times):
    """Times in native order: NumPy's own casts of m8 without a unit swap no bytes."""
    steps = np.ascontiguousarray(times).view(times.dtype.str[0] + "i8").astype("i8")
    return steps.view(times.dtype.newbyteorder("="))


def write_csv(path, array, delimiter=",", end="\n", header=True, epoch=False):
    array = array.reshape(1) if array.ndim == 0 else array
    names, values = zip(*columns(array))
    special = [delimiter, '"', "\r", "\n"]

    def quoted(value):
        is_plain = not any(part in value for part in special) and (value or len(names) > 1) and not value.startswith("\ufeff")
        return value if is_plain else '"' + value.replace('"', '""') + '"'

    rows = [[text(x, epoch) for x in row] for row in zip(*values)]
    lines = [delimiter.join(map(quoted, row)) for row in ([names] if header else []) + rows]
    joined = "".join(line + end for line in lines)
    path.write_bytes(joined.encode("utf-8", "surrogateescape"))


def laid_out(dtype, align=False, order=None):
    """The same fields, packed or aligned, and in another byte order."""
    if dtype.subdtype:
        base, shape = dtype.subdtype
        return np.dtype((laid_out(base, align, order), shape))
    if dtype.names is None:
        return dtype.newbyteorder(order) if order else dtype
    fields = [(name, laid_out(dtype[name], align, order)) for name in dtype.names]
    return np.dtype(fields, align=align)


def copied(array, dtype, order="C"):
    """The fields that both dtypes have."""
    to = np.zeros(array.shape, dtype, order=order)
    copy_fields(array, to)
    return to


def copy_fields(source, to):
    if source.dtype.names is None:
        if source.dtype.kind in "mM":
            to.view(to.dtype.str[0] + "i8")[...] = source.view(source.dtype.str[0] + "i8")
        else:
            to[...] = source
        return
    for name in source.dtype.names:
        if name in to.dtype.names:
            copy_fields(source[name], to[name])


def dates():
    fields = [(f"t{unit}", f"<M8[{unit}]") for unit in UNITS] + [(f"d{unit}", f">m8[{unit}]") for unit in UNITS]
    array = np.zeros(12, fields + [("t", "<M8"), ("d", ">m8")])
    for at, (name, of) in enumerate(array.dtype.fields.items()):
        steps = [0, 1, -1, 59, 1000, -1000, 12345, -54321, 10**6, -(10**6), 86_399 + at, np.iinfo("i8").min]
        array[name].view(of[0].str[0] + "i8")[...] = steps
    return array


def extremes():
    array = np.zeros(8, [(f"{kind}{size}", f"<{kind}{size}") for kind in "iu" for size in (1, 2, 4, 8)])
    for name in array.dtype.names:
        least, greatest = np.iinfo(name).min, np.iinfo(name).max
        array[name] = [least, greatest, 0, 1, greatest - 1, least + 1, greatest // 2, 10]
    return array


def floats():
    array = np.zeros(24, [("d", "<f8"), ("s", ">f4"), ("h", "<f2"), ("z", "<c16"), ("c", ">c8")])
    special = [0.0, -0.0, np.nan, np.inf, -np.inf, 0.1, 1e15, 1e16, 1e12, 1e13, 1e-5, 1e-6, 1e-7, 5e-324, 2.2250738585072014e-308]
    special += [1.7976931348623157e308, 1 / 3, 16777217, 2**53 + 2.0, -1.5e-5, 1e22, 123456.789, 1e23, -7.0]
    with np.errstate(over="ignore"):
        for name in "dsh":
            array[name] = special
        array["z"].real, array["z"].imag = special, special[::-1]
        array["c"].real, array["c"].imag = special[::-1], special
    return array


def strings():
    array = np.zeros(14, [("s", "S9"), ("n", "<i4"), ("u", "<U5"), ("b", "?"), ("empty", "S0")])
    array["s"] = [b"", b"a,b", b'say "x"', b"two\nrows", b"\r", b" ", b"\xff\xfe", b"a\0b", b"x" * 9, b"'", b";", b"\t", b"#", b"c\r"]
    array["u"] = ["", "\u00e4\u00f6", "\U0001f980", 'q"', ",", "\n", " x ", "a\0b", "vwxyz", "\ufeff", "\u2028", "NaN", "\r\n", "z"]
    array["n"], array["b"] = np.arange(14) - 7, np.arange(14) % 3 == 0
    return array


def nested():
    inner = np.dtype([("x", "<f4", (2,)), ("y", ">i2")], align=True)
    array = np.zeros((3, 4), np.dtype([("a", "u1"), ("p", inner, (2, 3)), ("q", inner), ("s", "<U2")], align=True))
    array["a"] = np.arange(12).reshape(3, 4)
    array["p"]["x"] = np.arange(144).reshape(3, 4, 2, 3, 2) / 8
    array["p"]["y"] = -np.arange(72).reshape(3, 4, 2, 3)
    array["q"]["x"], array["q"]["y"], array["s"] = 0.1, 7, "\u00e4b"
    return array


def cases(out):
    """Writes the files; yields which command makes which of which."""
    # 1.5 and -2.5, of ten bytes.
    numbers = b"\0" * 7 + b"\xc0\xff\x3f" + b"\0" * 6, b"\0" * 7 + b"\xa0\x00\xc0" + b"\0" * 6
    opaque = np.frombuffer(b"\0\1" + numbers[0] + b"ab" + numbers[1], [("v", "V2"), ("g", np.longdouble)])
    grid = ((np.arange(60).reshape(3, 4, 5) - 30) / 7).astype(">f4")
    arrays = {
        "little": records("<", 30), "big": records(">", 30), "dates": dates(), "extremes": extremes(), "floats": floats(),
        "strings": strings(), "nested": nested(), "grid": grid, "grid_f": np.asfortranarray(grid),
        "single": np.array((3, b"x"), [("n", ">u8"), ("s", "S4")]), "scalar": np.array(-7.25), "none": np.zeros(0, "<i4"), "opaque": opaque,
        "texts": np.array(["", "a", "b,c"]), "wide": np.arange(300, dtype="<u2").reshape(2, 150),
    }
    for name, array in arrays.items():
        np.save(out / f"{name}.npy", array)
        write_csv(out / f"{name}.csv", array)
        yield f"{name}.npy", [], f"{name}.csv"
        if array.ndim > 0 and name != "grid_f":
            yield f"{name}.csv", ["--like", f"{name}.npy"], f"{name}.npy"
    array = arrays["little"]
    write_csv(out / "semicolon.csv", array, delimiter=";", end="\r\n")
    yield "semicolon.csv", ["--like", "little.npy", "--delimiter", ";"], "little.npy"
    write_csv(out / "little.tsv", array, delimiter="\t", header=False)
    yield "little.tsv", ["--like", "little.npy", "--no-header"], "little.npy"
    yield "little.npy", ["--no-header"], "little.tsv"
    write_csv(out / "returns.csv", arrays["strings"], end="\r\n")
    yield "returns.csv", ["--like", "strings.npy"], "strings.npy"

    write_csv(out / "epoch.csv", arrays["dates"], epoch=True)
    yield "dates.npy", ["--epoch"], "epoch.csv"
    yield "epoch.csv", ["--like", "dates.npy", "--epoch"], "dates.npy"
    # Quotes within values, as Python's csv takes them.
    quotes = 'n,s\n1,x"y\n2,"x""y"\n3, "z"\n4,w"\n5,""\n6,"e,\n"""\n7,""""\n8,a""b\n'
    (out / "quotes.csv").write_text(quotes)
    rows = [(int(n), s.encode()) for n, s in list(csv.reader(io.StringIO(quotes, newline="")))[1:]]
    np.save(out / "quotes.npy", np.array(rows, [("n", "u1"), ("s", "S9")]))
    yield "quotes.csv", ["--like", "quotes.npy"], "quotes.npy"

    for name in ("nested", "little", "grid", "grid_f"):
        array = arrays[name]
        own = "F" if name == "grid_f" else "C"
        for args, dtype, order in [
            (["--packed"], laid_out(array.dtype), own),
            (["--aligned"], laid_out(array.dtype, align=True), own),
            (["--endian", "big", "--packed"], laid_out(array.dtype, order=">"), own),
            (["--endian", "little", "--aligned", "--to-order", "F"], laid_out(array.dtype, align=True, order="<"), "F"),
            (["--to-order", "C", "--packed"], laid_out(array.dtype), "C"),
            (["--to-order", "f", "--packed"], laid_out(array.dtype), "F"),
        ]:
            made = "_".join([name, *(arg.strip("-") for arg in args)]) + ".npy"
            np.save(out / made, copied(array, dtype, order))
            yield f"{name}.npy", args, made
    array = arrays["nested"]
    inner = laid_out(array.dtype)["q"]
    chosen = np.zeros(array.shape, [("s", "<U2"), ("q", [("y", inner["y"])]), ("p", [("x", inner["x"])], (2, 3))])
    copy_fields(array, chosen)
    np.save(out / "chosen.npy", chosen)
    yield "nested.npy", ["--fields", "s,q.y,p.x"], "chosen.npy"
    write_csv(out / "chosen.csv", chosen)
    yield "nested.npy", ["--fields", "s,q.y,p.x"], "chosen.csv"
    yield "nested.csv", ["--like", "nested.npy", "--fields", "s,q.y,p.x"], "chosen.npy"

    wide = "[('f_i2', '<i8'), ('f_f4', '>f8'), ('more', '<u2'), ('f_S5', 'S9'), ('f_b1', '<u4')]"
    made = copied(arrays["little"], np.dtype([tuple(field) for field in eval(wide)]))
    np.save(out / "wide_as.npy", made)
    yield "little.npy", ["--as", wide], "wide_as.npy"

    for name in ("little", "grid", "grid_f", "scalar"):
        (out / f"{name}.raw").write_bytes(arrays[name].tobytes(order="F" if name == "grid_f" else "C"))
        yield f"{name}.npy", [], f"{name}.raw"
    descr, shape = str(np.lib.format.dtype_to_descr(arrays["little"].dtype)), ["--shape", "3,4,5"]
    yield "little.raw", ["--dtype", descr], "little.npy"
    yield "little.raw", ["--like", "little.npy"], "little.csv"
    yield "grid.raw", ["--dtype", ">f4", *shape], "grid.npy"
    yield "grid_f.raw", ["--dtype", ">f4", *shape, "--order", "F"], "grid_f.npy"
    yield "grid_f.raw", ["--dtype", ">f4", *shape, "--order", "F", "--to-order", "C"], "grid.npy"
    np.savez(out / "grids.npz", grid=grid, other=np.zeros(3))
    yield "grids.npz", ["--member", "grid"], "grid.npy"
    # Elements that are arrays stay together in order F.
    pairs = grid.transpose(1, 0, 2)[:, :, :2]
    (out / "pairs.raw").write_bytes(pairs.transpose(1, 0, 2).tobytes())
    np.save(out / "pairs.npy", np.ascontiguousarray(pairs))
    raw = ["--dtype", "('>f4', (2,))", "--shape", "4,3", "--order", "F"]
    yield "pairs.raw", [*raw, "--to-order", "C"], "pairs.npy"
    np.save(out / "pairs_f.npy", np.asfortranarray(pairs))
    yield "pairs.raw", raw, "pairs_f.npy"


def any_dtype(chance, depth=0):
    kinds = ["b1", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8", "c8", "c16", "S7", "U3", "V3", "S0"]
    kinds += [f"M8[{chance.choice(UNITS)}]", f"m8[{chance.choice(UNITS)}]", "m8"]
    if depth == 2 or chance.random() < 0.3:
        return np.dtype(chance.choice("<>") + chance.choice(kinds))
    fields = []
    for at in range(chance.randint(1, 6)):
        base = any_dtype(chance, depth + 1)
        shape = tuple(chance.randint(1, 3) for _ in range(chance.choice([0, 0, 0, 1, 2]))) if base.itemsize else ()
        fields.append((f"f{at}", base, shape) if shape else (f"f{at}", base))
    return np.dtype(fields, align=chance.random() < 0.5)


def fill(array, chance):
    """Values of all kinds, but for NaN with other bits and dates that have no text."""
    if array.dtype.names is not None:
        for name in array.dtype.names:
            fill(array[name], chance)
        return
    for index in np.ndindex(array.shape):
        bits = chance.getrandbits(8 * array.dtype.itemsize).to_bytes(array.dtype.itemsize, "little")
        kind = array.dtype.kind
        if kind == "S":
            array[index] = bytes(chance.choice(b'a,"\n\r; \xe9\0') for _ in range(chance.randint(0, array.dtype.itemsize)))
        elif kind == "U":
            array[index] = "".join(chance.choice('\u00e4,"\n\r\U0001f980') for _ in range(chance.randint(0, 3)))
        elif kind in "mM":
            step = chance.choice([np.iinfo("i8").min, chance.randint(-(10**9), 10**9), chance.randint(-100, 100)])
            array[index] = np.array(step, "i8").view(array.dtype.newbyteorder("="))
        elif kind == "b":
            array[index] = chance.random() < 0.5
        elif kind == "V":
            array[index] = np.void(bits)
        else:
            value = np.frombuffer(bits, array.dtype)[0]
            array[index] = np.nan if kind == "f" and np.isnan(value) else value
            if kind == "c":
                real, imaginary = (np.nan if np.isnan(part) else part for part in (value.real, value.imag))
                array[index] = complex(real, imaginary)


def check(binary, seed, rounds):
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as directory:
        directory = Path(directory)

        def convert(source, to, *args):
            command = [binary, "convert", "--force", "--quiet", directory / source, directory / to, *args]
            subprocess.run([str(part) for part in command], check=True)

        for at in range(rounds):
            dtype = any_dtype(chance)
            shape = tuple(chance.randint(0, 4) for _ in range(chance.choice([1, 1, 1, 2, 3])))
            # Of these there is no text.
            if dtype.itemsize == 0 or 0 in shape[1:]:
                continue
            array = np.zeros(shape, dtype, order=chance.choice("CF"))
            fill(array, chance)
            np.save(directory / "a.npy", array)
            what = f"seed {seed}, round {at}: {dtype} {shape}"
            convert("a.npy", "a.csv")
            convert("a.csv", "b.npy", "--like", directory / "a.npy")
            back = np.load(directory / "b.npy")
            assert back.dtype == array.dtype and back.shape == shape, what
            assert leaves(back) == leaves(array), what
            write_csv(directory / "numpy.csv", array)
            assert (directory / "numpy.csv").read_bytes() == (directory / "a.csv").read_bytes(), what
            order = chance.choice("CF")
            convert("a.npy", "c.npy", "--to-order", order, chance.choice(["--packed", "--aligned"]), "--endian", chance.choice(["little", "big"]))
            made = np.load(directory / "c.npy")
            assert made.flags[f"{order}_CONTIGUOUS"] and made.shape == shape, what
            assert leaves(made) == leaves(array), what
    print(f"{rounds} arrays, seed {seed}")


def leaves(array):
    return [(name, [text(x) for x in values]) for name, values in columns(array)]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=Path)
    parser.add_argument("--check", metavar="BINARY")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=200)
    asked = parser.parse_args()
    if asked.check:
        check(asked.check, asked.seed, asked.rounds)
    if asked.out:
        out = asked.out / "cli" / "convert"
        out.mkdir(parents=True, exist_ok=True)
        lines = [json.dumps({"from": source, "args": args, "to": to}) for source, args, to in cases(out)]
        (out / "cases.json").write_text("[\n" + ",\n".join(lines) + "\n]\n")


if __name__ == "__main__":
    main()
