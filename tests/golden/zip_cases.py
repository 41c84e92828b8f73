"""Zip files, whole and damaged, and where Python finds their members: zips.json.

`hex`: the file. `members`: for a name, where its bytes are and how many, or why there are none: `missing`, `unsupported`
(compressed or encrypted) or `damaged`.
"""

import io
import struct
import zipfile
import zlib

import numpy as np

# One array of numbers and one of records.
A = np.arange(3, dtype="<u2")
B = np.array([(1, 2.5)], dtype=[("x", "u1"), ("y", "<f4")])


def savez(**arrays):
    file = io.BytesIO()
    np.savez(file, **arrays)
    return clear_times(file.getvalue())


def zipped(members, comment=b"", **options):
    """A zip file with the given times; a member is its name and bytes, and how it is stored."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", **options) as archive:
        for name, data, *how in members:
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data, *how)
        archive.comment = comment
    return file.getvalue()


def clear_times(raw):
    """The same file as if it were made at the same time on every run."""
    raw = bytearray(raw)
    for info in zipfile.ZipFile(io.BytesIO(raw)).infolist():
        raw[info.header_offset + 10 : info.header_offset + 14] = bytes(4)
    at = raw.find(b"PK\x01\x02")
    while at >= 0:
        raw[at + 12 : at + 16] = bytes(4)
        at = raw.find(b"PK\x01\x02", at + 46)
    return bytes(raw)


def zip64(members):
    """As for a file of more than 4 GiB: every size and place in 8 bytes."""
    body, directory = b"", b""
    for name, data in members:
        crc = zlib.crc32(data)
        sizes = struct.pack("<HHQQ", 1, 16, len(data), len(data))
        local = struct.pack("<4sHHHHHIIIHH", b"PK\x03\x04", 45, 0, 0, 0, 33, crc, 2**32 - 1, 2**32 - 1, len(name), len(sizes))
        extra = struct.pack("<HHI", 0x7875, 4, 7) + struct.pack("<HHQQQ", 1, 24, len(data), len(data), len(body))
        entry = (b"PK\x01\x02", 45, 45, 0, 0, 0, 33, crc, 2**32 - 1, 2**32 - 1, len(name), len(extra), 0, 0, 0, 0, 2**32 - 1)
        directory += struct.pack("<4sHHHHHHIIIHHHHHII", *entry) + name + extra
        body += local + name + sizes + data
    end = struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, len(members), len(members), len(directory), len(body))
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, len(body) + len(directory), 1)
    return body + directory + end + locator + struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 2**16 - 1, 2**16 - 1, 2**32 - 1, 2**32 - 1, 0)


def patched(raw, at, new):
    at %= len(raw)
    return raw[:at] + new + raw[at + len(new) :]


def files():
    plain = savez(a=A, b=B)
    entry, end = plain.find(b"PK\x01\x02"), plain.rfind(b"PK\x05\x06")
    wide = zip64([(b"a.npy", b"12345"), (b"b.npy", b"")])
    wide_entry, wide_end = wide.find(b"PK\x01\x02"), wide.rfind(b"PK\x06\x06")
    yield "savez", plain
    yield "savez of one", savez(a=A)
    yield "savez_compressed", zipped([("a.npy", b"1" * 50, zipfile.ZIP_DEFLATED), ("b.npy", b"2")])
    yield "bzip2", zipped([("a.npy", b"1" * 50, zipfile.ZIP_BZIP2)])
    yield "lzma", zipped([("a.npy", b"1" * 50, zipfile.ZIP_LZMA)])
    yield "empty", zipped([])
    yield "empty members", zipped([("a.npy", b""), ("b.npy", b"")])
    yield "other names", zipped([("a", b"12"), ("a.npy", b"345"), ("b.npy.npy", b"6"), ("dir/b.npy", b"7"), ("dir/", b"")])
    yield "twice", zipped([("a.npy", b"12"), ("b.npy", b"3"), ("a.npy", b"456")])
    yield "utf-8", zipped([("caf\u00e9.npy", b"12"), ("\u540d.npy", b"3")])
    yield "cp437", zipped([("caf!.npy", b"12")]).replace(b"caf!", b"caf\x82")
    yield "many", zipped([(f"m{i}.npy", b"%d" % i) for i in range(25)])
    yield "long names", zipped([("n" * 300, b"1"), ("a.npy", b"23")])
    yield "comment", zipped([("a.npy", b"12")], b"a comment")
    yield "comment with a record in it", zipped([("a.npy", b"12")], b"PK\x05\x06" + b"\xff" * 30)
    yield "records in the data", zipped([("a.npy", b"PK\x05\x06" + bytes(18)), ("b.npy", b"PK\x01\x02PK\x03\x04")])
    yield "prefix", b"#!/bin/sh\n" + plain
    yield "junk behind", plain + b"\n"
    yield "zip64", wide
    yield "zip64 with a prefix", b"12345678" + wide
    yield "zip64 without its end", wide[:wide_end] + wide[-22:]
    yield "zip64 with a comment", wide[:-2] + b"\x03\0abc"
    yield "encrypted", patched(patched(plain, entry + 8, b"\x01"), 6, b"\x01")
    yield "strongly encrypted", patched(plain, entry + 8, b"\x40")
    yield "other method", patched(patched(plain, entry + 10, b"\x63"), 8, b"\x63")
    yield "none", b""
    yield "short", b"PK\x05\x06"
    yield "no zip", b"\x93NUMPY\x01\0" + bytes(100)
    yield "cut", plain[:-1]
    yield "cut to half", plain[: len(plain) // 2]
    yield "cut in front", plain[1:]
    yield "directory of other entries", patched(plain, entry, b"XX")
    yield "second entry damaged", patched(plain, plain.find(b"PK\x01\x02", entry + 4), b"XX")
    yield "members damaged", patched(plain, 0, b"XX")
    yield "directory too long", patched(plain, end + 12, b"\xff\xff\xff\x7f")
    yield "directory past the end", patched(plain, end + 16, b"\xff\xff\xff\x7f")
    yield "name too long", patched(plain, entry + 28, b"\xff\xff")
    yield "extra too long", patched(plain, entry + 30, b"\xff\xff")
    yield "member past the end", patched(plain, entry + 42, b"\xff\xff\xff\x7f")
    yield "member in the directory", patched(plain, entry + 42, struct.pack("<I", entry))
    yield "member too long", patched(patched(plain, entry + 20, b"\xff\xff\xff\x7f"), entry + 24, b"\xff\xff\xff\x7f")
    yield "member too long by one", patched(patched(zipped([("a.npy", b"12")]), -22 - 51 + 20, b"\3"), -22 - 51 + 24, b"\3")
    yield "two sizes", patched(plain, entry + 20, b"\x01")
    yield "zip64 past the end", patched(wide, wide_entry + 46 + 5 + 8 + 4 + 16, b"\xff" * 8)
    yield "zip64 too long", patched(wide, wide_entry + 46 + 5 + 8 + 4, b"\xfe" * 16)
    yield "zip64 numbers missing", patched(wide, wide_entry + 46 + 5 + 8 + 2, b"\x08")
    yield "zip64 directory too long", patched(wide, wide_end + 40, b"\xff" * 8)
    yield "zip64 directory past the end", patched(wide, wide_end + 48, b"\xff" * 7)


def place(raw, name):
    """Where Python reads the bytes of a member from."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(raw))
        names = archive.namelist()
        found = name if name in names else name + ".npy"
        if found not in names:
            return "missing"
        info = archive.getinfo(found)
        if info.flag_bits & 0x41 or info.compress_type != zipfile.ZIP_STORED:
            return "unsupported"
        with archive.open(info) as member:
            offset = member._fileobj._pos
            # The checksum has to be right too.
            data = member.read()
        # Python reads on into the directory.
        if offset + info.file_size > archive.start_dir or len(data) != info.file_size:
            return "damaged"
        return [offset, len(data)]
    except (zipfile.BadZipFile, EOFError, ValueError, struct.error, OSError, OverflowError):
        return "damaged"


def generate():
    return [
        {"id": name, "hex": raw.hex(), "members": {name: place(raw, name) for name in NAMES}}
        for name, raw in files()
    ]


NAMES = ["a", "a.npy", "b", "b.npy", "dir/b", "caf\u00e9", "\u540d", "n" * 300, "m24", "nope", ""]
