"""The picture of `mmrec info` for the README, from what the command writes in colours:

    python tests/golden/cli_picture.py target/debug/mmrec > mmrec/src/doc/info.svg
"""

import html
import itertools
import re
import subprocess
import sys
import unicodedata
from pathlib import Path

COMMAND = ["info", "trades.npy", "--color", "always"]
SHOWN = "mmrec info trades.npy"

WIDTH, HEIGHT, SIZE, MARGIN = 8.4, 19, 14, 16
BACKGROUND, TEXT, DIM = "#1e2030", "#d8dcec", "#7a80a0"
COLORS = {30: "#1e2030", 31: "#f38b94", 32: "#9fd68c", 33: "#ecce84", 34: "#86adf2", 35: "#cda2f0", 36: "#80d4d6", 91: "#f5a78c", 94: "#9db4f7"}


def runs(line):
    """The parts of a line: text, colour, colour behind it, and whether it is bold."""
    color, behind, bold = TEXT, None, False
    for codes, text in re.findall(r"\x1b\[([0-9;]*)m|([^\x1b]+)", line):
        if text:
            yield text, color, behind, bold
            continue
        for code in map(int, (codes or "0").split(";")):
            if code == 0:
                color, behind, bold = TEXT, None, False
            elif code == 1:
                bold = True
            elif code == 2:
                color = DIM
            elif code in COLORS:
                color = COLORS[code]
            else:
                behind = COLORS[code - 10]


def width(text):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def picture(lines):
    columns = max(sum(width(text) for text, *_ in runs(line)) for line in lines)
    size = columns * WIDTH + 2 * MARGIN, len(lines) * HEIGHT + 2 * MARGIN
    yield f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size[0]:.0f} {size[1]:.0f}" width="{size[0]:.0f}" height="{size[1]:.0f}">'
    yield f"<title>{SHOWN}</title>"
    yield f'<rect width="100%" height="100%" rx="8" fill="{BACKGROUND}"/>'
    yield f'<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, \'DejaVu Sans Mono\', monospace" font-size="{SIZE}" xml:space="preserve">'
    for row, line in enumerate(lines):
        x, y = MARGIN, MARGIN + row * HEIGHT
        # Runs of one colour are one block, for between two there would be a seam.
        for behind, block in itertools.groupby(runs(line), key=lambda run: run[2]):
            across = sum(width(text) for text, *_ in block) * WIDTH
            if behind:
                yield f'<rect x="{x:.1f}" y="{y + 1}" width="{across:.1f}" height="{HEIGHT - 2}" fill="{behind}"/>'
            x += across
        x = MARGIN
        for text, color, behind, bold in runs(line):
            # What has the colour of what is behind it is not to be seen. Each word has its place, whatever the font is.
            for word in re.finditer(r"\S+", "" if color == behind else text):
                at, length = x + width(text[: word.start()]) * WIDTH, width(word[0]) * WIDTH
                weight = ' font-weight="bold"' if bold else ""
                shape = f'x="{at:.1f}" y="{y + 14}" textLength="{length:.1f}" lengthAdjust="spacingAndGlyphs"'
                yield f'<text {shape} fill="{color}"{weight}>{html.escape(word[0])}</text>'
            x += width(text) * WIDTH
    yield "</g>"
    yield "</svg>"


def main():
    program = Path(sys.argv[1]).resolve()
    directory = Path(__file__).parent / "cli" / "look"
    text = subprocess.run([program, *COMMAND], cwd=directory, capture_output=True, text=True, check=True).stdout
    lines = [f"\x1b[2m$\x1b[0m {SHOWN}", *text.splitlines()]
    print("\n".join(picture(lines)))


if __name__ == "__main__":
    main()
