#!/usr/bin/env python3
"""Asks NumPy what is right and writes it down, for the golden tests to replay.

    python generate.py [--out DIR]

writes the .json files, each from the script named after it, and random.npz, the same bytes on every run.
requirements.txt pins NumPy. Never edit what is written: change a case here and run this again.
"""

import argparse
import json
from pathlib import Path

import numpy as np

import column_cases
import dtype_cases
import enum_cases
import export_cases
import headers_cases
import memmap_cases
import npy_cases
import numpy_tests_cases
import printing_cases
import random_cases
import sums_cases
import types_cases
import times_cases
import zip_cases


def write(path, sections):
    """Writes JSON with one case per line, so that a change shows as the lines it changes."""
    parts = [f'"numpy":{json.dumps(np.__version__)}']
    for name, cases in sections.items():
        lines = [json.dumps(case, separators=(",", ":")) for case in cases]
        parts.append(f'"{name}":[\n' + ",\n".join(lines) + "\n]")
    path.write_text("{" + ",\n".join(parts) + "}\n", encoding="ascii")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path(__file__).resolve().parent, help="default: this folder")
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    write(out / "columns.json", {"cases": column_cases.generate()})
    write(out / "dtypes.json", dtype_cases.generate())
    write(out / "export.json", export_cases.generate())
    write(out / "headers.json", headers_cases.generate())
    write(out / "memmap.json", {"cases": memmap_cases.generate()})
    write(out / "npy.json", npy_cases.generate())
    write(out / "numpy_tests.json", numpy_tests_cases.generate())
    write(out / "printing.json", {"cases": printing_cases.generate()})
    cases, members = random_cases.generate()
    write(out / "random.json", cases)
    random_cases.write_archive(out / "random.npz", members)
    write(out / "sums.json", sums_cases.generate())
    write(out / "enums.json", {"cases": enum_cases.generate()})
    write(out / "types.json", types_cases.generate())
    write(out / "times.json", times_cases.generate())
    write(out / "zips.json", {"cases": zip_cases.generate()})


if __name__ == "__main__":
    main()
