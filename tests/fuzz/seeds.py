"""Fills `corpus/` with inputs to start from: the headers, dtypes and archives of the golden files, and, for targets
whose input is a program, random bytes.

    python3 tests/fuzz/seeds.py
"""

import hashlib
import json
import random
from pathlib import Path

HERE = Path(__file__).parent
GOLDEN = HERE.parent / "golden"

# Longer inputs make every run slower, and say little that shorter ones do not.
LONGEST = 2000


def golden(name):
    return json.loads((GOLDEN / f"{name}.json").read_text())


def encoded(text):
    """A header's text, as versions 1 and 2 have it where they can, and 3 otherwise."""
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def npy_headers():
    headers = golden("headers")
    rng = random.Random(1)
    for version, text, _ in headers["read"]:
        # The first byte: a header is made around the text, of that version, perhaps not at the start of the file,
        # with so many bytes behind it.
        yield bytes([1 | version << 1 | rng.randrange(2) << 3 | rng.randrange(16) << 4]) + encoded(text)
    for raw, _ in headers["raw"]:
        yield b"\0" + encoded(raw)


def descrs():
    dtypes = golden("dtypes")
    for case in dtypes["dtypes"] + dtypes["layouts"]:
        yield case["text"].encode()
    for case in dtypes["spellings"]:
        yield case["spelling"].encode()
    for text in dtypes["refused"] + dtypes["objects"] + dtypes["not_read"]:
        yield str(text).encode("utf-8", "replace")
    for case in golden("export").get("cases", []):
        if isinstance(case, dict) and "descr" in case:
            yield str(case["descr"]).encode()


def archives():
    for case in golden("zips")["cases"]:
        # The first byte: the archive is the rest.
        yield b"\0" + bytes.fromhex(case["hex"])
    # Archives that are made and damaged as the others say.
    yield from programs(7, first=b"\1")


def programs(seed, first=b""):
    rng = random.Random(seed)
    for size in [16, 32, 64, 128, 256, 512, 1024] * 20:
        yield first + rng.randbytes(size)


TARGETS = {
    "descr": descrs(),
    "npy_header": npy_headers(),
    "npz": archives(),
    "raw_open": programs(1),
    "view_ops": programs(2),
}

for target, seeds in TARGETS.items():
    corpus = HERE / "corpus" / target
    corpus.mkdir(parents=True, exist_ok=True)
    for seed in seeds:
        if len(seed) <= LONGEST:
            (corpus / hashlib.sha1(seed).hexdigest()).write_bytes(seed)
    print(f"{target}: {len(list(corpus.iterdir()))} inputs")
