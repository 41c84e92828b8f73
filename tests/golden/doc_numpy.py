#!/usr/bin/env python3
"""Runs the Python of the guides in mmrec/src/doc, and compares what NumPy gives with the examples of numpy_users.md.

    python doc_numpy.py

In a table with the head `NumPy | mmrec`, the code on the left is run by real NumPy, row by row. The code on the right has
to stand in the Rust examples of the same section, which the documentation tests run; where one is `assert_eq!(code, value)`,
that value has to be what NumPy gave. So both sides give the same, and neither is out of date. The Python of the other
guides asserts what it says. And the figures of performance.md have to be those of compare.md, which the benchmark writes.
"""

import ast
import os
import re
import sys
import tempfile
from pathlib import Path

import numpy as np

# How many there are at least, so that none gets lost.
COMPARED = 100
PAGE = Path(__file__).resolve().parents[2] / "mmrec/src/doc/numpy_users.md"

BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`([^`]+)`")
SPACES = re.compile(r'("(?:\\.|[^"\\])*")|\s+')
NUMBER = re.compile(r"\b(\d[\d_]*(?:\.\d+)?)(?:_?[uif](?:8|16|32|64|size))?\b")


def blocks(text, language):
    return [body for found, body in BLOCK.findall(text) if found == language]


def rows(section):
    """The code of the two cells of each row of the tables of calls, in their order."""
    is_calls = False
    for line in section.splitlines():
        if not line.startswith("|"):
            is_calls = False
            continue
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if cells[:2] == ["NumPy", "mmrec"]:
            is_calls = True
        elif is_calls and set(cells[0]) != set("-"):
            yield [[code.replace("\\|", "|") for code in CODE.findall(cell)] for cell in cells[:2]]


def squeezed(code):
    """Without spaces, but for those in strings, and without the comma that a line break leaves behind."""
    joined = SPACES.sub(lambda found: found[1] or "", code)
    return re.sub(r",(?=[\])}])", "", joined)


def asserted(code, rust, start):
    """Where the examples assert what this expression is, from this place on, and the value."""
    head = f"assert_eq!({code},"
    start = rust.find(head, start)
    return (start, rust[start + len(head) : rust.index(");", start + len(head))]) if start >= 0 else (start, None)


def value(rust):
    """The value of a literal of Rust, as Python has it."""
    text = re.sub(r"^array!", "", rust.removeprefix("*"))
    text = text.replace(".to_owned()", "")
    while text.startswith("Some("):
        text = text[len("Some(") : -1]
    text = {"true": "True", "false": "False"}.get(text, text)
    if '"' not in text:
        text = NUMBER.sub(r"\1", text)
    return plain(ast.literal_eval(text))


def plain(found):
    """A value of NumPy in plain Python: lists for whatever has elements, text for bytes that are text."""
    if isinstance(found, (np.ndarray, np.generic)):
        found = found.tolist()
    if isinstance(found, (list, tuple)):
        return [plain(item) for item in found]
    return found.decode("latin-1") if isinstance(found, bytes) else found


def agree(found, expected):
    # The text of a scalar's dtype has quotes, as it has in a header.
    return found == expected or f"'{found}'" == expected


def run(code, names):
    """What an expression gives, or None for a statement."""
    try:
        tree = compile(code, "numpy_users.md", "eval")
    except SyntaxError:
        exec(compile(code, "numpy_users.md", "exec"), names)
        return None
    return eval(tree, names)


def sections(text):
    """The page cut at its headings. Hidden lines of examples start with `# ` too."""
    found, in_block = [""], False
    for line in text.splitlines(keepends=True):
        in_block ^= line.startswith("```")
        if line.startswith("# ") and not in_block:
            found.append("")
        found[-1] += line
    return found


def check(section, fixture):
    """Runs one section, and counts the calls and the values that were compared."""
    title = section.splitlines()[0].removeprefix("# ")
    names = {"bytes": b"\1\0\2\0", "new": "new.bin"}
    for block in [fixture, *blocks(section, "python")]:
        exec(compile(block, title, "exec"), names)
    rust = squeezed("".join(blocks(section, "rust")))
    calls = compared = at = 0
    for left, right in rows(section):
        found = [run(code, names) for code in left]
        calls += len(found)
        # Two ways to say one thing on the right have one on the left.
        found *= len(right) if len(found) == 1 else 1
        if found and len(found) != len(right):
            sys.exit(f"{title}: {left} and {right} are not as many")
        for i, code in enumerate(right):
            if squeezed(code) not in rust:
                sys.exit(f"{title}: `{code}` is in none of the examples of its section")
            # In the order of the rows, for some write, and the same expression is another value then.
            found_at, expected = asserted(squeezed(code), rust, at)
            if expected is None:
                if asserted(squeezed(code), rust, 0)[1] is not None:
                    sys.exit(f"{title}: `{code}` is asserted before the row above; put them in one order")
                continue
            at = found_at
            if not found or found[i] is None:
                sys.exit(f"{title}: `{code}` has nothing on the left to be compared with")
            if not agree(plain(found[i]), value(expected)):
                sys.exit(f"{title}: `{code}` is {value(expected)!r}, and {left} gave {plain(found[i])!r}")
            compared += 1
    return calls, compared


def cells(text):
    """The rows of all tables."""
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines() if line.startswith("|")]


def check_figures():
    measured = {tuple(row[:3]): row[4] for row in cells((PAGE.parent / "compare.md").read_text())}
    table = cells((PAGE.parent / "performance.md").read_text())
    start = table.index(["kernel", "layout", "size", "ns per record"]) + 2
    for row in table[start:]:
        if len(row) != 4:
            break
        if measured.get(tuple(row[:3])) != row[3]:
            sys.exit(f"performance.md has {row}, and compare.md {measured.get(tuple(row[:3]))}")


def main():
    check_figures()
    first, *rest = sections(PAGE.read_text())
    (fixture,) = blocks(first, "python")
    totals = [0, 0]
    for section in rest:
        with tempfile.TemporaryDirectory() as directory:
            os.chdir(directory)
            totals = [total + more for total, more in zip(totals, check(section, fixture))]
            os.chdir("/")
    calls, compared = totals
    if compared < COMPARED:
        sys.exit(f"{PAGE.name}: {compared} values are in the examples, and there were {COMPARED}: an example asserts less")
    for page in PAGE.parent.glob("*.md"):
        if page != PAGE:
            names = {}
            for block in blocks(page.read_text(), "python"):
                exec(compile(block, page.name, "exec"), names)
    print(f"{PAGE.name}: NumPy {np.__version__} ran {calls} calls, and gave {compared} values that the examples have")


if __name__ == "__main__":
    main()
