"""numpy.memmap over files, dtypes, modes, shapes, offsets and orders: memmap.json.

A case is one call. `file` is the size in bytes of the file before it; its byte i is (i * 131 + 7) % 251. `size` and
`hash` are the file's after the call, also after a call that fails. A call that succeeds also gives `content`, the
hash of the elements in C order without padding, and, where the map can be written, `written`: size and hash of the
file after the last element was set to the bytes 1, 30, 59, ... and the map was flushed and dropped.

Hashes are FNV-1a, 64 bits; files and arrays of more than 1 MiB have none.
"""

import tempfile
import warnings
from math import prod
from pathlib import Path

import numpy as np

from record_types import TYPES, is_padding, leaves

DTYPES = ("u8", "f64", "BeU32", "Packed", "Padded")
MODES = ("r", "r+", "w+", "c")
EXISTING = ("r", "r+", "c")
PAGE = 4096
# Files and arrays of more bytes are not read.
LARGE = 1 << 20


def fnv1a(data):
    value = 0xCBF29CE484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return f"{value:016x}"


def file_bytes(size):
    return bytes((i * 131 + 7) % 251 for i in range(size))


def file_state(path):
    """Size and hash of the file, or nothing if there is none."""
    if not path.is_file():
        return {"size": None}
    size = path.stat().st_size
    return {"size": size} | ({"hash": fnv1a(path.read_bytes())} if size <= LARGE else {})


def packed_bytes(array, dtype):
    """The elements in C order, without the bytes that no field takes up: copies leave those undefined."""
    if dtype.itemsize == 0:
        return b""
    raw = np.frombuffer(array.tobytes(), np.uint8).reshape(-1, dtype.itemsize)
    return raw[:, ~is_padding(dtype)].tobytes()


def set_last(array, dtype):
    """Sets the last element field by field, which leaves padding alone."""
    raw = bytearray(dtype.itemsize)
    packed = 0
    for at, leaf in leaves(dtype):
        for i in range(leaf.itemsize):
            raw[at + i] = ((packed + i) * 29 + 1) % 256
        packed += leaf.itemsize
    value = np.frombuffer(bytes(raw), dtype)
    last = tuple(length - 1 for length in array.shape[: array.ndim - dtype.ndim])
    if dtype.names is None:
        array[last] = value[0]
    else:
        for name in dtype.names:
            array[name][last] = value[name][0]


class Cases:
    def __init__(self, folder):
        self.folder, self.cases, self.asked = folder, [], set()

    def add(self, section, dtype, mode, file, shape=None, offset=0, order="C", place="file", handle=None):
        case = {"id": "", "dtype": dtype, "mode": mode, "file": file, "offset": offset}
        case["shape"] = None if shape is None else list(shape)
        if order != "C":
            case["order"] = order
        if place != "file":
            case["place"] = place
        if handle is not None:
            case["handle"] = handle
        asked = repr(case)
        assert asked not in self.asked, f"asked twice: {asked}"
        self.asked.add(asked)
        number = sum(other["id"].startswith(section + "-") for other in self.cases)
        case["id"] = f"{section}-{number:03}"
        self.cases.append(case | self.run(case))

    def path(self, case):
        """The path to map, and the file that it may come to."""
        target = self.folder / "data.bin"
        if case["file"] is not None:
            target.write_bytes(file_bytes(case["file"]))
        link = self.folder / "link.bin"
        match case.get("place", "file"):
            case "file" | "missing":
                return str(target), target
            case "link" | "dangling link":
                link.symlink_to(target)
                return str(link), target
            case "folder":
                return str(self.folder), target
            case "missing folder":
                return str(self.folder / "none" / "data.bin"), target
            case "trailing slash":
                return f"{target}/", target
            case "empty path":
                return "", target
            case "NUL in path":
                return f"{target}\0x", target
            case device:
                return device, target

    def run(self, case):
        path, target = self.path(case)
        dtype = TYPES[case["dtype"]]
        shape = None if case["shape"] is None else tuple(case["shape"])
        source = open(path, case["handle"]) if "handle" in case else path
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", RuntimeWarning)
                array = np.memmap(source, dtype, case["mode"], case["offset"], shape, case.get("order", "C"))
        except Exception as error:
            message = str(error).replace(str(self.folder), "DIR")
            result = {"error": type(error).__name__, "message": message} | file_state(target)
        else:
            result = self.describe(array, dtype, target)
            del array
        if "handle" in case:
            source.close()
        for made in self.folder.iterdir():
            made.unlink()
        return result

    def describe(self, array, dtype, target):
        state = file_state(target)
        result = {"got": list(array.shape), "strides": list(array.strides), "attributes": [array.mode, array.offset]}
        result |= state
        if array.nbytes > LARGE:
            return result
        result["content"] = fnv1a(packed_bytes(array, dtype))
        if array.flags.writeable and array.size > 0:
            if dtype.itemsize > 0:
                set_last(array, dtype)
            array.flush()
            written = file_state(target)
            result["written"] = [written["size"], written.get("hash")]
        return result


def item(dtype):
    return TYPES[dtype].itemsize


def one_axis_of_three(to):
    for dtype in DTYPES:
        three = 3 * item(dtype)
        for mode in MODES:
            for file in sorted({0, 1, 2 * item(dtype), three - 1, three, three + 1, three + 16}):
                to.add("shape", dtype, mode, file, (3,))


def rest_of_the_file(to):
    for dtype in DTYPES:
        size = item(dtype)
        files = [(0, 0), (1, 0), (3 * size, 0), (3 * size + 1, 0), (3 * size - 1, 0)]
        files += [(3 * size + 1, 1), (3 * size + 13, 13), (3 * size + 14, 13), (13, 13)]
        files += [(3 * size, 3 * size), (3 * size, 4 * size), (3 * size, 3 * size + 1)]
        files += [(PAGE + 3 * size, PAGE), (PAGE + 1 + 3 * size, PAGE + 1), (PAGE, PAGE), (2 * PAGE, 2 * PAGE)]
        for mode in EXISTING:
            for file, offset in dict.fromkeys(files):
                to.add("rest", dtype, mode, file, None, offset)
        to.add("rest", dtype, "w+", 3 * size)
    for mode in EXISTING:
        for file, offset in [(0, PAGE), (0, 8), (10, 2 * PAGE), (100, 2**40), (8, 2**63 - 8)]:
            to.add("rest", "f64", mode, file, None, offset)


def at_an_offset(to):
    for dtype in DTYPES:
        size = item(dtype)
        places = [(4 * size, size), (size + 1, 1), (2 * size + 13, 13), (size + 13, 14)]
        places += [(0, 13), (13, 13), (size, size + 5), (PAGE + size - 1, PAGE)]
        places += [(PAGE + size, PAGE), (PAGE + 1 + size, PAGE + 1), (PAGE - 1 + size, PAGE - 1)]
        for mode in MODES:
            for file, offset in dict.fromkeys(places):
                to.add("offset", dtype, mode, file, (1,), offset)
    for mode in MODES:
        for file, offset in [(11816, 10000), (8192, 8192), (0, 8192), (8191, 4097), (100, 12288)]:
            to.add("offset", "f64", mode, file, (2,), offset)
        to.add("offset", "Packed", mode, 500, (4, 5), 16)
        to.add("offset", "Padded", mode, 500, (4, 5), 16)
        to.add("offset", "Padded", mode, 200, (4, 5), 16)


def no_elements(to):
    places = [(0, 0), (24, 0), (24, 13), (24, 24), (24, 30), (0, 7), (0, PAGE), (PAGE, PAGE), (5000, PAGE)]
    for dtype in ("f64", "Padded", "u8"):
        for mode in MODES:
            for file, offset in places:
                to.add("empty", dtype, mode, file, (0,), offset)
    for dtype in ("f64", "Packed"):
        for mode in MODES:
            for shape in [(0, 4), (3, 0), (2, 0, 3)]:
                for file in (0, 24):
                    to.add("empty", dtype, mode, file, shape)
            to.add("empty", dtype, mode, 24, (0, 4), 30)


def elements_without_bytes(to):
    for mode in MODES:
        for file in (0, 24):
            to.add("no-bytes", "S0", mode, file)
            to.add("no-bytes", "S0", mode, file, (3,))
            to.add("no-bytes", "S0", mode, file, (2, 2), 24)
            to.add("no-bytes", "S0", mode, file, (0,))


def single_elements(to):
    for dtype in ("f64", "Packed", "Padded"):
        size = item(dtype)
        for mode in MODES:
            for file, offset in [(0, 0), (size - 1, 0), (size, 0), (size + 7, 0), (size + 13, 13), (size + 13, 14)]:
                to.add("single", dtype, mode, file, (), offset)


def several_axes(to):
    for dtype in DTYPES:
        for shape in [(2, 3), (2, 3, 2), (4, 1), (1, 5)]:
            file = prod(shape) * item(dtype)
            for mode in MODES:
                for order in "CF":
                    to.add("axes", dtype, mode, file, shape, 0, order)
    for mode in MODES:
        for order in "CF":
            to.add("axes", "Packed", mode, 1000, (3, 2), 13, order)
            to.add("axes", "Padded", mode, 50, (3, 2), 13, order)
            to.add("axes", "f64", mode, 1000, (2, 2, 1, 3, 2), 1, order)
        to.add("axes", "f64", mode, 24, (3,), 0, "F")
        to.add("axes", "f64", mode, 24, (), 0, "F")
        to.add("axes", "f64", mode, 24, None, 0, "F")
        to.add("axes", "f64", mode, 24, (3, 0, 2), 0, "F")
        to.add("axes", "BeU32", mode, 24, (0, 3), 0, "F")
        to.add("axes", "u8", mode, 24, (1,) * 64)
        to.add("axes", "u8", mode, 24, (1,) * 65)
        to.add("axes", "u8", mode, 200, (1,) * 40 + (2, 3) + (1,) * 22, 0, "F")


def arrays_as_elements(to):
    for mode in MODES:
        to.add("sub-array", "[f64; 3]", mode, 48)
        to.add("sub-array", "[f64; 3]", mode, 50)
        to.add("sub-array", "[f64; 3]", mode, 48, (2,))
        to.add("sub-array", "[f64; 3]", mode, 24, (2,))
        to.add("sub-array", "[f64; 3]", mode, 24, ())
        to.add("sub-array", "[f64; 3]", mode, 61, (2, 1), 13)
        to.add("sub-array", "[f64; 3]", mode, 0, (0,))
        to.add("sub-array", "[f64; 3]", mode, 144, (2, 3), 0, "F")
        to.add("sub-array", "[f64; 3]", mode, 48, (2,), 0, "F")


def too_large(to):
    shapes = [
        ("f64", (2**62, 4)),
        ("f64", (2**63 - 1,)),
        ("f64", (2**63,)),
        ("u8", (2**64 - 1,)),
        ("f64", (2**61,)),
        ("f64", (2**60,)),
        ("Packed", (2**60,)),
        # Products that wrap around to a small one, and to a negative one.
        ("u8", (2**32 + 1, 2**32 + 1)),
        ("u8", (3037000500, 3037000500, 2)),
        ("f64", (2**32, 2**32)),
        ("Padded", (2**62, 2, 2)),
        ("u8", (2**62, 2)),
        # No elements, and yet too large: strides count an axis of none as one.
        ("f64", (0, 2**62, 8)),
        ("f64", (2**62, 0)),
        ("f64", (0, 2**60)),
        ("f64", (0, 2**60 - 1)),
        ("u8", (0, 2**63 - 1)),
        ("u8", (2**40, 0, 2**40)),
    ]
    for mode in MODES:
        for dtype, shape in shapes:
            to.add("large", dtype, mode, 40, shape)
        # The end wraps around to a negative number: NumPy then hands out an array over memory that is not there.
        to.add("large", "u8", mode, 40, (2**63 - 8,), 16)
        for offset in (2**63 - 8, 2**63 - 7, 2**63, 2**64 - 1):
            to.add("large", "f64", mode, 40, (1,), offset)
        to.add("large", "f64", mode, 40, None, 2**63)
    # In r+ and w+ what becomes of a file of 2^62 bytes is up to the file system.
    for mode in ("r", "c"):
        to.add("large", "u8", mode, 40, (2**63 - 1,))
        to.add("large", "u8", mode, 0, (2**63 - 1,))
        to.add("large", "f64", mode, 40, (1,), 2**62)
        to.add("large", "u8", mode, 40, (0,), 2**63 - 1)


def sparse(to):
    for mode in MODES:
        to.add("sparse", "f64", mode, 40, (2**40,))


def modes(to):
    for mode in ("readonly", "readwrite", "write", "copyonwrite"):
        to.add("mode", "f64", mode, 24, (3,))
        to.add("mode", "f64", mode, 24)
        to.add("mode", "f64", mode, 16, (3,))
    bad = ("w", "a", "R", "rb", "x", "", "rw", "r+b", "w+b", "+r", " r", "r ", "READONLY", "copyOnWrite", "r\0")
    for mode in bad:
        to.add("mode", "f64", mode, 24, (3,))


def places(to):
    for mode in MODES:
        for place in ("missing", "dangling link"):
            to.add("place", "f64", mode, None, (3,), 0, "C", place)
            to.add("place", "f64", mode, None, (3,), 16, "C", place)
            to.add("place", "f64", mode, None, None, 0, "C", place)
            to.add("place", "f64", mode, None, (0,), 0, "C", place)
            to.add("place", "f64", mode, None, (2**62, 4), 0, "C", place)
        to.add("place", "f64", mode, 30, (3,), 0, "C", "link")
        for place in ("folder", "missing folder", "trailing slash", "empty path", "NUL in path"):
            to.add("place", "f64", mode, 24, (3,), 0, "C", place)


def devices(to):
    for mode in MODES:
        to.add("device", "f64", mode, None, (3,), 0, "C", "/dev/zero")
        to.add("device", "Packed", mode, None, (3, 2), 13, "C", "/dev/zero")
        to.add("device", "f64", mode, None, (3,), 0, "C", "/dev/null")


def open_files(to):
    for mode, handle in [("r", "rb"), ("c", "rb"), ("r", "r+b"), ("r+", "r+b"), ("c", "r+b")]:
        to.add("open-file", "f64", mode, 24, None, 0, "C", "file", handle)
        to.add("open-file", "f64", mode, 40, (3,), 13, "C", "file", handle)
        to.add("open-file", "f64", mode, 20, (3,), 0, "C", "file", handle)
        to.add("open-file", "f64", mode, 20, None, 0, "C", "file", handle)
    for file in (0, 20, 24, 40):
        to.add("open-file", "f64", "w+", file, (3,), 0, "C", "file", "r+b")
        to.add("open-file", "Packed", "w+", file, (3,), 13, "C", "file", "r+b")
    to.add("open-file", "f64", "r+", 24, None, 0, "C", "file", "rb")
    to.add("open-file", "f64", "r+", 24, (3,), 0, "C", "file", "rb")
    to.add("open-file", "f64", "w+", 24, (3,), 0, "C", "file", "rb")


def generate():
    with tempfile.TemporaryDirectory() as folder:
        to = Cases(Path(folder))
        for section in (
            one_axis_of_three, rest_of_the_file, at_an_offset, no_elements, elements_without_bytes, single_elements,
            several_axes,
            arrays_as_elements, too_large, sparse, modes, places, devices, open_files,
        ):
            section(to)
        return to.cases
