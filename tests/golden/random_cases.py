"""Random arrays of random dtypes: random.npz, and what NumPy says of them: random.json.

random.npz has 500 members, `000.npy` to `499.npy`, stored and not deflated, with NumPy's own headers. A case of
random.json says of one of them:

`id`, `descr`, `itemsize`, `shape`, `order`: as in its header.
`dict`: CRC-32 of the dtype as text with 'names', 'formats' and 'offsets', which NumPy reads as an equal dtype.
`leaves`: for every column of scalars `a[name][name]...` the names, the dtype, the shape, the CRC-32 of the bytes in C
order, and for numbers that NumPy adds up the dtype of the sum and the sum: integers as they are, floats as bits. The
numbers are added in the order in which they lie in the file.
`text`: str(), of a few.
"""

import warnings
import zipfile
from io import BytesIO
from zlib import crc32

import numpy as np

import printing_cases
from export_cases import dict_text
from record_types import descr, leaves
from sums_cases import bits

CASES = 500
# NumPy makes no scalar type of more than this many, and neither should a test.
LARGEST_ELEMENT = 320
LARGEST_ARRAY = 2000

WORDS = ["a", "b", "c", "x", "y", "z", "ts", "price", "qty", "symbol", "flags", "pos", "vel", "id", "tag", "USD", "Time"]
KEYWORDS = ["type", "self", "Self", "crate", "fn", "match", "async", "gen", "_", "int", "double", "class", "NULL", "linux", "try"]
HARD = [
    "it's", 'say "hi"', "'\"", "a.b", ".", "a..b", "x y", "x_y", "x-y", " ", "  a ", "1st", "2", "back\\slash", "tab\t",
    "line\n", "nul\0", "#", "/* */", "//", "{}", "[(", "%s", "_pad0", "_pad1", "__marker", "Columns", "a b", "a_b", "a-b",
    "caf\u00e9", "\u00fc", "\u540d\u524d", "\u03c3", "\u043f\u043e\u043b\u0435", "e\u0301", "\U0001f600", "\u200b",
    "\u202e", "no\u00a0break", "x" * 40, "r#type", "self ", "self_",
]
UNITS = ["Y", "M", "W", "D", "h", "m", "s", "ms", "us", "ns", "ps", "fs", "as"]
# Every scalar that there is, but for sizes and units.
EVERY_KIND = {"|b1", "|i1", "|u1", "|S", "|V"} | {
    order + kind
    for order in "<>"
    for kind in "i2 i4 i8 u2 u4 u8 f2 f4 f8 f16 c8 c16 c32 U M m".split()
}
CHARACTERS = "abcXYZ 019.,-'\"\\\u00e9\u00df\u03c0\u540d\u524d\U0001f600\t"


class Random(printing_cases.Random):
    def below(self, count):
        return self.bits() % count

    def one_in(self, count):
        return self.below(count) == 0

    def of(self, items):
        return items[self.below(len(items))]

    def bytes(self, count):
        return b"".join(self.bits().to_bytes(4, "little") for _ in range(count // 4 + 1))[:count]


def scalar(random, may_be_empty):
    order = random.of("<<>")
    match random.of("biiuuffccSUVMm"):
        case "b":
            return "|b1"
        case "i" | "u" as kind:
            return f"{order}{kind}{random.of([1, 2, 4, 8])}"
        case "f":
            return f"{order}f{random.of([2, 4, 4, 8, 8, 16])}"
        case "c":
            return f"{order}c{random.of([8, 16, 16, 32])}"
        case "M" | "m" as kind:
            count = random.of([25, 100, 7, 2, 2**31 - 1]) if random.one_in(4) else ""
            return f"{order}{kind}8" + ("" if random.one_in(12) else f"[{count}{random.of(UNITS)}]")
        case kind:
            return f"{order}{kind}{0 if may_be_empty and random.one_in(12) else 1 + random.below(4 if kind == 'U' else 9)}"


def shape(random):
    return tuple(random.of([0, 1, 2, 2, 3, 3, 4]) for _ in range(random.of([1, 1, 1, 2, 2, 3])))


def field_dtype(random, depth):
    has_shape = random.one_in(4)
    if depth < 4 and random.one_in(4 + depth):
        inner = record(random, depth + 1)
    else:
        inner = np.dtype(scalar(random, not has_shape))
    if not has_shape:
        return inner
    if random.one_in(40):
        # NumPy has no sub-arrays of a sub-array without bytes.
        inner = np.dtype((inner, tuple(max(length, 1) for length in shape(random))))
    if inner.itemsize == 0 and inner.names is None:
        return inner
    return np.dtype((inner, shape(random)))


def new_name(random, taken):
    pool = random.of([WORDS, WORDS, WORDS, WORDS, KEYWORDS, HARD])
    name = random.of(pool)
    while name in taken:
        name += random.of(["0", "1", "_", "x"])
    taken.add(name)
    return name


def record(random, depth):
    count = random.of([0, 1, 1, 2, 2, 2, 3, 3, 4]) if depth > 1 else random.of([1, 2, 3, 3, 4, 4, 5, 6])
    if count == 0 and not random.one_in(4):
        count = 1
    taken = set()
    names = [new_name(random, taken) for _ in range(count)]
    titles = [new_name(random, taken) if random.one_in(10) else None for _ in range(count)]
    formats = [field_dtype(random, depth) for _ in range(count)]
    form = random.of(["packed", "aligned", "aligned", "offsets"])
    if form != "offsets":
        fields = zip(names, titles, formats)
        fields = [(name if title is None else (title, name), inner) for name, title, inner in fields]
        return np.dtype(fields, align=form == "aligned")
    # Gaps that a C compiler would not leave, or not there.
    step = random.of([1, 1, 2, 4, 8])
    offsets, end = [], 0
    for inner in formats:
        end = -(-(end + random.of([0, 0, 1, 3, 8])) // step) * step
        offsets.append(end)
        end += inner.itemsize
    itemsize = -(-(end + random.of([0, 0, 2, 8])) // step) * step
    spec = {"names": names, "formats": formats, "offsets": offsets, "itemsize": itemsize}
    return np.dtype(spec | ({"titles": titles} if any(titles) else {}))


def random_dtype(random):
    while True:
        dtype = np.dtype(scalar(random, False)) if random.one_in(14) else record(random, 1)
        scalars = sum(1 for _ in leaves(dtype))
        if dtype.itemsize <= LARGEST_ELEMENT and scalars <= 60:
            return dtype


def random_shape(random, itemsize):
    most = max(1, min(60, LARGEST_ARRAY // max(itemsize, 1)))
    while True:
        axes = random.of([0, 1, 1, 1, 2, 2, 2, 3, 3, 4])
        lens = tuple(0 if random.one_in(20) else 1 + random.below([60, 60, 12, 6, 4][axes]) for _ in range(axes))
        if int(np.prod(lens)) <= most:
            return lens


def integer(random, size, signed):
    top = 2 ** (8 * size)
    low = -(top // 2) if signed else 0
    edges = [0, 1, low, low + top - 1, low + 1, -1 if signed else 2]
    if random.one_in(4):
        return random.of(edges) % top
    if random.one_in(2):
        return random.below(min(100, top // 2))
    return int.from_bytes(random.bytes(size), "little")


def float_bits(random, size):
    """The bits of a float of 2, 4, 8 or 16 bytes, the last as x86 has them."""
    if size == 16:
        exponent, mantissa = 16383 - 20 + random.below(40), random.bits() << 32 | random.bits() | 1 << 63
        if random.one_in(10):
            exponent, mantissa = random.of([(0, 0), (0x7FFF, 1 << 63), (0x7FFF, 3 << 62)])
        return (random.of([0, 0, 1]) << 15 | exponent) << 64 | mantissa
    kind = np.dtype(f"<f{size}")
    info = np.finfo(kind)
    edges = [0.0, -0.0, np.inf, -np.inf, np.nan, info.max, info.min, info.tiny, info.eps, 1.0]
    match random.below(24):
        case 0:
            return int.from_bytes(random.bytes(size), "little")
        case 1:
            number = random.of(edges)
        case _:
            number = random.number(4, (-5, 0))
    return int.from_bytes(np.array(number, kind).tobytes(), "little")


def character(random):
    if random.one_in(200):
        return 0xD800 + random.below(0x800)
    return ord(random.of(CHARACTERS))


def content(random, dtype):
    """The bytes of one scalar."""
    order = "big" if dtype.str[0] == ">" else "little"
    size = dtype.itemsize
    match dtype.kind:
        case "b":
            return bytes([random.below(2)])
        case "i" | "u":
            return integer(random, size, dtype.kind == "i").to_bytes(size, order)
        case "f":
            return float_bits(random, size).to_bytes(size, order)
        case "c":
            return b"".join(float_bits(random, size // 2).to_bytes(size // 2, order) for _ in "ri")
        case "S":
            text = random.bytes(size) if random.one_in(8) else bytes(97 + random.below(26) for _ in range(size))
            return text[: random.below(size + 1)].ljust(size, b"\0")
        case "U":
            used = random.below(size // 4 + 1)
            units = (character(random) if i < used else 0 for i in range(size // 4))
            return b"".join(unit.to_bytes(4, order) for unit in units)
        case "V":
            return random.bytes(size)
        case "M" | "m":
            if random.one_in(6):
                number = random.of([-(2**63), -(2**63) + 1, 2**63 - 1, 0, -1])
            else:
                number = (random.bits() << random.of([0, 0, 20])) * random.of([1, 1, -1])
            return number.to_bytes(8, order, signed=True)


def random_array(random, dtype):
    """The array, and the buffer that it lies in. What no field takes up is random too."""
    lens = random_shape(random, dtype.itemsize)
    data = bytearray(random.bytes(int(np.prod(lens)) * dtype.itemsize))
    scalars = list(leaves(dtype))
    for start in range(0, len(data), max(dtype.itemsize, 1)):
        for at, leaf in scalars:
            data[start + at : start + at + leaf.itemsize] = content(random, leaf)
    # Sub-arrays are axes of the array, and only fields have them here.
    return np.ndarray(lens, dtype, bytes(data), order=random.of("CFF")), bytes(data)


def columns(array, names=()):
    if array.dtype.names is None:
        yield list(names), array
    for name in array.dtype.names or ():
        yield from columns(array[name], (*names, name))


def total(column):
    """What NumPy adds the numbers up to, and its dtype."""
    kind = column.dtype.kind + str(column.dtype.itemsize)
    if kind[0] not in "biufc" or kind in ("f16", "c32"):
        return []
    # One run of numbers in native order, which has one way to be added up.
    flat = column.ravel(order="K")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        added = flat.astype(flat.dtype.newbyteorder("=")).sum()
    show = [bits(added.real), bits(added.imag)] if kind[0] == "c" else bits(added) if kind[0] == "f" else int(added)
    return [added.dtype.str[1:], show]


def described(array):
    return [described_column(names, column) for names, column in columns(array)]


def described_column(names, column):
    # A copy of a string without bytes would have one byte.
    data = np.ascontiguousarray(column).tobytes() if column.dtype.itemsize else b""
    return [names, column.dtype.str, list(column.shape), crc32(data), *total(column)]


def printed(array):
    """What str() makes of it, if that is short and a text."""
    if array.size > 8 or any(leaf.str[1:] in ("f16", "c32") for _, leaf in leaves(array.dtype)):
        return {}
    try:
        text = str(array)
        text.encode()
    except ValueError:
        # Dates without unit, and text with unpaired surrogates.
        return {}
    return {"text": text} if len(text) < 300 else {}


def npy(array, data):
    """NumPy's header and the data with its padding, which NumPy's own writing need not keep."""
    file = BytesIO()
    with warnings.catch_warnings():
        # Names that are no latin-1 need version 3.0, and NumPy says so.
        warnings.simplefilter("ignore", UserWarning)
        np.lib.format.write_array(file, array, allow_pickle=False)
    written = file.getvalue()
    return written[: len(written) - len(data)] + data


def check(array, data, member):
    """NumPy reads what was written."""
    back = np.load(BytesIO(member), allow_pickle=False)
    assert back.dtype == array.dtype and back.shape == array.shape, array.dtype
    assert described(back) == described(array), array.dtype
    assert member.endswith(data)
    assert descr(back.dtype) == descr(array.dtype)
    assert np.dtype(eval(dict_text(array.dtype))) == array.dtype


def generate(seed=4):
    """The cases, and the members of the archive by name."""
    random = Random(seed)
    cases, members = [], {}
    for number in range(CASES):
        dtype = random_dtype(random)
        array, data = random_array(random, dtype)
        order = "F" if array.flags.f_contiguous and not array.flags.c_contiguous else "C"
        member = npy(array, data)
        check(array, data, member)
        case = {
            "id": f"{number:03}",
            "descr": descr(dtype),
            "itemsize": dtype.itemsize,
            "shape": list(array.shape),
            "order": order,
            "dict": crc32(dict_text(dtype).encode()),
            "leaves": described(array),
        }
        cases.append(case | (printed(array) if number % 2 == 0 else {}))
        members[case["id"] + ".npy"] = member
    seen = {leaf[1] for case in cases for leaf in case["leaves"]}
    letters = {text[:2] + ("" if text[1] in "SUVMm" else text[2:]) for text in seen}
    assert letters == EVERY_KIND, letters ^ EVERY_KIND
    units = {text[4:-1].lstrip("0123456789") for text in seen if text[1:3] in ("M8", "m8")}
    assert units == {"", *UNITS}, units
    return {"cases": cases}, members


def write_archive(path, members):
    """An archive that is the same bytes whenever and wherever it is written."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, member in members.items():
            entry = zipfile.ZipInfo(name)
            entry.create_system = 3
            archive.writestr(entry, member)
