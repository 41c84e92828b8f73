"""str() of arrays: printing.json.

A case gives the elements as bytes (`hex`), as bytes repeated until the shape is full (`cycle`), or as numbers
`start + i * step` (`arange`). `column` prints that field instead of the whole record.
"""

import numpy as np

from record_types import TYPES, descr, is_padding

NAN, INF = float("nan"), float("inf")


class Cases:
    def __init__(self):
        self.cases, self.group = [], ""

    def add(self, rust, shape, content, array, order="C", column=None):
        if column is not None:
            array = array[column]
        number = sum(case["id"].startswith(self.group + "-") for case in self.cases)
        case = {"id": f"{self.group}-{number:02}", "rust": rust, "descr": descr(TYPES[rust]), "shape": list(shape)}
        if order != "C":
            case["order"] = order
        if column is not None:
            case["column"] = column
        self.cases.append(case | content | {"text": str(array)})

    def values(self, rust, values, shape=None, order="C", column=None):
        """An array of these elements, in the order they lie in memory."""
        dtype = TYPES[rust]
        shape = (len(values),) if shape is None else shape
        data = elements(dtype, values)
        array = np.ndarray(shape, dtype, data, order=order)
        self.add(rust, shape, {"hex": data.hex()}, array, order, column)

    def cycle(self, rust, values, shape, order="C", column=None):
        """An array of these elements over and over."""
        dtype = TYPES[rust]
        data = elements(dtype, values)
        count = int(np.prod(shape, dtype=np.int64))
        array = np.ndarray(shape, dtype, (data * (count // len(values) + 1))[: count * dtype.itemsize], order=order)
        self.add(rust, shape, {"cycle": data.hex()}, array, order, column)

    def arange(self, rust, start, step, shape, order="C"):
        """An array of start, start + step, ..., in the order they lie in memory."""
        count = int(np.prod(shape, dtype=np.int64))
        data = np.array([start + i * step for i in range(count)], dtype=TYPES[rust]).tobytes()
        array = np.ndarray(shape, TYPES[rust], data, order=order)
        self.add(rust, shape, {"arange": [start, step]}, array, order)

    def raw(self, rust, data, shape=None):
        """An array of these bytes."""
        dtype = TYPES[rust]
        shape = (len(data) // dtype.itemsize,) if shape is None else shape
        self.add(rust, shape, {"hex": data.hex()}, np.ndarray(shape, dtype, data))


def elements(dtype, values):
    """The bytes of the elements; what no field takes up is 0xa5, so that printing it would show."""
    if dtype.subdtype is not None:
        return np.array(values, dtype=dtype.base).tobytes()
    array = np.zeros(len(values), dtype)
    for i, value in enumerate(values):
        array[i] = value
    raw = np.frombuffer(array.tobytes(), np.uint8).reshape(len(values), dtype.itemsize).copy()
    raw[:, is_padding(dtype)] = 0xA5
    return raw.tobytes()


class Random:
    """Knuth's 64-bit generator: the same numbers in every version of Python and NumPy."""

    def __init__(self, seed):
        self.state = seed

    def bits(self):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return self.state >> 32

    def number(self, digits, exponents):
        """A signed decimal number with up to so many digits and an exponent out of the range."""
        mantissa = (self.bits() << 32 | self.bits()) % 10 ** (1 + self.bits() % digits)
        low, high = exponents
        exponent = low + self.bits() % (high - low + 1)
        return float(f"{'-' if self.bits() % 3 == 0 else ''}{mantissa}e{exponent}")


def integers(to):
    to.group = "integer"
    to.values("u8", [1, 2, 3])
    to.values("u8", [0, 255, 10])
    to.values("u8", [7], ())
    to.values("u8", [7])
    to.values("i8", [-128, 127, 0, -1])
    to.values("u16", [0, 65535, 9])
    to.values("i16", [-32768, 5])
    to.values("u32", [2**32 - 1, 0, 17, 1000])
    to.values("i32", [-(2**31), 2**31 - 1])
    to.values("i32", [-5], ())
    to.values("u64", [2**64 - 1, 1])
    to.values("i64", [-(2**63), 2**63 - 1, 0])
    to.values("i64", [-1, -10, -100])
    to.values("BeI32", [1, -2, 300])
    to.arange("i32", 0, 1, (3, 4))
    to.arange("i32", 0, 1, (3, 4), "F")
    to.arange("i32", -6, 1, (2, 3, 2))
    to.arange("i16", -4, 3, (2, 2, 2, 2))
    to.cycle("u8", [0], (1, 1, 1, 1))
    to.arange("i64", 9, 1, (4, 1))
    to.arange("i64", 9, 1, (1, 4))
    to.group = "bool"
    to.values("bool", [True, False, True])
    to.values("bool", [True, True])
    to.values("bool", [False], ())
    to.values("bool", [True, False, False, True], (2, 2))
    # Any byte but zero is true.
    to.raw("bool", bytes([2, 0, 255, 1]))


def floats(to):
    to.group = "float"
    for values in [
        [1.0, 2.0, 3.0],
        [0.0],
        [-0.0, 0.0],
        [0.1, 0.25, 0.5],
        [1.5, -2.25, 100.0],
        [1 / 3, 2 / 3],
        [3.141592653589793, 2.718281828459045],
        [0.1 + 0.2],
        [99999999.0, 1.0],
        [99999999.0, 100000.0],
        [1e8],
        [100000000.0, 99999999.5],
        [12345678.9, 0.1],
        [0.0001, 0.001],
        [0.00009999, 0.0001],
        [1000.0, 1.0],
        [1000.5, 1.0],
        [1001.0, 1.0],
        [1e15, 2e15],
        [1e16, 1.0],
        [1e100, 1e-100],
        [1e-5],
        [1.23456789012e-5, -1.0],
        [5e-324],
        [5e-324, 1.7976931348623157e308],
        [2.2250738585072014e-308, 0.0],
        [1e22, 1e23],
        [9007199254740993.0, 1.0],
        [0.123456785, 0.123456775],
        [0.999999995, 0.9999999949],
        [1.999999999, 12.0],
        [12345.678901234],
        [9.999999995, 99.99999999999],
        [999999.999999999, 1.0],
        [NAN],
        [INF, -INF],
        [NAN, 1.0],
        [NAN, -1.0],
        [NAN, 1.5, -INF, INF],
        [NAN, 100.25],
        [NAN, INF],
        [NAN, 1e10],
        [INF, 1e-10, 0.0],
        [-INF, 2.5],
        [-INF, -123456.0],
        [0.0, 1e-7],
        [0.0, 1e9],
        [-1e-9, 1e9],
        [1e5, 1e-5, 1.0],
    ]:
        to.values("f64", values)
    to.values("BeF64", [1.0, 0.125, -3.5])
    to.group = "float-0d"
    for value in [0.0, -0.0, 1.0, 0.1, 1 / 3, 1e16, 1e15, 1234567890123456.0, 1e-4, 1e-5, 5e-324, 1e300, 123456.789]:
        to.values("f64", [value], ())
    for value in [NAN, -INF]:
        to.values("f64", [value], ())
    for value in [0.1, 1 / 3, 16777216.0, 1e16, 3.4028235e38, 1e-45, NAN, 1e-5]:
        to.values("f32", [value], ())
    to.group = "float-f4"
    for values in [
        [0.1, 0.2, 0.3],
        [1 / 3, 2 / 3],
        [16777216.0, 1.0],
        [3.4028235e38, 1.1754944e-38],
        [1e-45],
        [1.0, -1.0, NAN],
        [99999999.0, 1.0],
        [1234.5677, 0.001],
        [1e-5, 1.0],
        [0.3, 1000.1],
        [INF, -0.0],
    ]:
        to.values("f32", values)
    to.group = "float-nd"
    to.arange("f64", 0.0, 0.5, (2, 3))
    to.arange("f64", 0.0, 0.5, (2, 3), "F")
    to.arange("f64", -1.0, 0.25, (2, 2, 2))
    to.arange("f32", 0.0, 0.1, (2, 2, 2, 2))
    to.values("f64", [1.0, NAN, 1e-9, -2.0], (2, 2))
    to.group = "float-random"
    random = Random(20)
    for rust, digits, exponents in [
        ("f64", 3, (-3, 0)),
        ("f64", 9, (-9, -4)),
        ("f64", 17, (-17, -12)),
        ("f64", 17, (-16, -10)),
        ("f64", 17, (-22, -6)),
        ("f64", 17, (-30, 10)),
        ("f64", 17, (-300, 280)),
        ("f32", 5, (-4, -1)),
        ("f32", 9, (-9, -5)),
        ("f32", 9, (-12, 3)),
        ("f32", 9, (-40, 25)),
    ]:
        for length in (1, 3, 6, 6):
            to.values(rust, [random.number(digits, exponents) for _ in range(length)])


def strings(to):
    to.group = "string"
    to.values("S5", [b"a", b"hello", b""])
    to.values("S5", [b"a\0b", b"it's", b'say"'])
    to.values("S5", [b"'\"", b"\\", b"\n\t\r"])
    to.raw("S5", b"\x00\x01\x7f\x80\xff" + b"a\0\0\0\0" + b"\0\0\0\0b")
    to.values("S5", [b"ab"], ())
    to.values("S1", [b"x", b"y"])
    to.values("S12", [b"a longer one", b"short"], (2, 1))
    to.cycle("S12", [b"a longer one", b"short"], (9,))


def records(to):
    packed = [(1, 2, 3.5), (200, 4000000000, -0.25), (3, 0, 1e10)]
    padded = [(tag, price, qty) for tag, qty, price in packed]
    to.group = "record"
    for rust, ticks in [("Packed", packed), ("Padded", padded)]:
        to.values(rust, ticks)
        to.values(rust, ticks[:1])
        to.values(rust, ticks[1:2], ())
        to.values(rust, ticks[:2] * 3, (2, 3))
        to.values(rust, ticks[:2] * 3, (2, 3), "F")
        to.values(rust, ticks[:2] * 3, (3, 1, 2))
        for column in ("tag", "qty", "price"):
            to.values(rust, ticks, column=column)
        to.values(rust, ticks[:2] * 3, (2, 3), "F", column="price")
        to.cycle(rust, ticks, (10,))
    to.values("Padded", [(1, NAN, 2), (1, -INF, 2)])
    to.values("One", [(1,), (-20,)])
    to.values("One", [(1,)], ())
    to.values("Point", [(0.5, 1.0), (-1.0, 2.5)])
    to.values("Point", [(0.1, 1e20)], ())
    lines = [(7, [(0.0, 1.0), (2.0, 3.0)]), (12, [(0.5, 1.0), (2.0, -3.25)])]
    to.values("Line", lines)
    to.values("Line", lines[:1], ())
    to.values("Line", lines, column="id")
    to.values("Line", lines, (1, 2))
    names = [(b"AAPL", True, 191.25), (b"", False, 0.5), (b"a'b", True, 1e-9)]
    to.values("Named", names)
    to.values("Named", names[:1], ())
    to.values("Named", names, column="symbol")
    waves = [(0.5, [1, -2, 300, 4], [[0, 1], [2, 3]]), (12.25, [0, 0, 0, 0], [[0.5, 1], [-2, NAN]])]
    to.values("Waves", waves)
    to.values("Waves", waves[1:], ())
    to.values("Waves", waves, column="samples")
    flags = [(True, [True, False, True], [b"a", b"bcd"]), (False, [False, False, False], [b"", b"\xff"])]
    to.values("Flags", flags)
    to.values("Flags", flags[:1], ())
    outers = [(1, packed[0], padded[:2]), (500, packed[1], padded[1:])]
    to.values("Outer", outers)
    to.values("Outer", outers[:1], ())
    to.values("Wide", [(5, range(1100)), (6, range(-1100, 0))])
    to.values("Wide", [(5, range(1100))], ())


def sub_arrays(to):
    to.group = "sub-array"
    to.values("[f64; 3]", [[0, 1, 2], [0.5, 1.5, 2.5]], (2,))
    to.values("[f64; 3]", [[0, 1, 2]], ())
    to.values("[f64; 3]", [[0, 1, 2], [3, 4, 5]], (2, 1))
    to.values("[[i16; 2]; 2]", [[[1, 2], [3, 4]], [[5, 6], [7, -8]]], (2,))
    to.values("[Point; 2]", [[(0.5, 1.0), (-1.0, 2.5)], [(0.5, 1.0), (-1.0, 1e-9)]], (2,))
    # 334 elements are 1002 numbers: enough to leave out the middle.
    to.cycle("[f64; 3]", [[0, 1, 2]], (334,))


def empties(to):
    to.group = "empty"
    for rust, shape in [
        ("f64", (0,)),
        ("u8", (0, 4)),
        ("i32", (3, 0)),
        ("f32", (2, 0, 3)),
        ("bool", (0, 0)),
        ("S5", (0,)),
        ("Padded", (0,)),
        ("Packed", (2, 0)),
        ("[f64; 3]", (0,)),
    ]:
        to.values(rust, [], shape)
    to.values("Padded", [], (0,), column="price")


def long_lines(to):
    to.group = "line"
    to.arange("i32", 0, 1, (30,))
    to.arange("i32", 0, 1, (2, 30))
    to.arange("i32", 0, 1, (2, 2, 30))
    # One element more or less than a line holds: 75 columns with the brackets.
    to.values("i32", [10] * 24)
    to.values("i32", [10] * 25)
    to.values("i32", [10] * 26)
    to.values("u8", [1] * 36)
    to.values("u8", [1] * 37)
    to.values("u8", [1] * 38)
    to.values("u8", [1] * 36, (1, 36))
    to.values("u8", [1] * 37, (1, 37))
    to.values("u8", [1] * 36, (1, 1, 36))
    to.arange("f64", 0.0, 0.125, (40,))
    to.arange("f64", 0.0, 0.1, (3, 20))
    to.arange("i64", 10**17, 10**15, (5,))
    to.cycle("bool", [True, False, False], (25,))
    to.cycle("Named", [(b"AAPL", True, 191.25), (b"MSFT", False, 0.5)], (2, 5))
    to.cycle("Waves", [(0.5, [1, -2, 300, 4], [[0, 1], [2, 3]])], (4,))


def summaries(to):
    to.group = "summary"
    to.arange("i32", 0, 1, (1000,))
    to.arange("i32", 0, 1, (1001,))
    to.arange("i32", 0, 1, (100000,))
    to.cycle("u8", [0], (1001,))
    to.arange("f64", 0.0, 0.5, (2000,))
    to.arange("f64", -1e6, 1e4, (1500,))
    to.arange("f32", 0.0, 0.1, (1200,))
    to.arange("i32", 0, 1, (40, 30))
    to.arange("i32", 0, 1, (40, 30), "F")
    to.arange("i32", 0, 1, (2, 600))
    to.arange("i32", 0, 1, (600, 2))
    to.arange("i32", 0, 1, (6, 200))
    to.arange("i32", 0, 1, (7, 200))
    to.arange("i64", 0, 10**14, (7, 8, 20))
    to.arange("i16", 0, 1, (4, 3, 9, 11))
    to.cycle("u8", [0], (1, 1, 1, 1100))
    # The widest number is in the part that is left out, so it does not set the width.
    to.cycle("i64", [1, 2, 3] + [10**12] * 1100 + [4], (1104,))
    to.cycle("f64", [0.5, 0.25, 1.0] + [1e-9] * 1100 + [4.0], (1104,))
    to.cycle("bool", [True, False], (1200,))
    to.cycle("S5", [b"a", b"bcd"], (1200,))
    to.cycle("Padded", [(1, 3.5, 2), (200, -0.25, 4000000000), (3, 1e10, 0)], (1200,))
    to.cycle("Packed", [(1, 2, 3.5), (200, 4000000000, -0.25)], (50, 30))
    to.cycle("Padded", [(1, 3.5, 2), (200, -0.25, 4000000000)], (1200,), column="price")
    to.cycle("Waves", [(0.5, [1, -2, 300, 4], [[0, 1], [2, 3]])], (1200,))
    to.arange("i32", 0, 1, (1001, 1))
    to.arange("i32", 0, 1, (1, 1001))
    to.arange("i64", 10**17, 10**14, (1200,))


def generate():
    to = Cases()
    for section in (integers, floats, strings, records, sub_arrays, empties, long_lines, summaries):
        section(to)
    return to.cases
