"""Datetimes and timedeltas: times.json.

`dtypes` has the text of every unit's dtypes; `casts` what the `common` numbers of steps, and for each pair of units some
`edges`, become in another unit, null where that does not fit; `texts` what a text is read as, "error" where NumPy refuses
it, and "reach" where it does not fit; `prints` the text of a scalar; `arithmetic` tables of results for all pairs of the
`operands`, again null where one does not fit; `order` what sorting and comparing make of NaT.

NumPy wraps around, and in the middle of a conversion too. So every result is worked out a second time, exactly, by
Python's integers and dates. Where NumPy did not wrap the two have to agree, or this script fails; where it did, or refuses
a pair of units, the exact result is written.
"""

import re
import warnings
from datetime import date

import numpy as np

NAT = -(2**63)
LEAST, GREATEST = -(2**63) + 1, 2**63 - 1

SECONDS = {"W": 604_800, "D": 86_400, "h": 3600, "m": 60, "s": 1}
DIGITS = {"ms": 3, "us": 6, "ns": 9, "ps": 12, "fs": 15, "as": 18}
MONTHS = {"Y": 12, "M": 1}
# Attoseconds.
LENGTHS = {unit: seconds * 10**18 for unit, seconds in SECONDS.items()} | {
    unit: 10 ** (18 - digits) for unit, digits in DIGITS.items()
}

UNITS = [*MONTHS, *LENGTHS]
STEPS = [(unit, 1) for unit in UNITS] + [
    ("Y", 400), ("M", 5), ("W", 3), ("D", 7), ("s", 25), ("ms", 1500), ("ns", 1000), ("as", 2**31 - 1), ("generic", 1)
]

COMMON = [
    0, 1, -1, 2, -2, 12, -12, -13, 59, 60, -61, 365, -366, 1000, -1001, 11_016, 11_017, -25_509, -719_468, -719_469,
    10**9, -(10**9) - 1, 10**15, -(10**18) - 1, 1_622_539_867_123_456_789, LEAST, LEAST + 1, GREATEST, NAT,
]  # fmt: skip


def name(step):
    unit, count = step
    return unit if count == 1 else f"{count}{unit}"


def dtype(kind, step):
    return np.dtype(kind) if step[0] == "generic" else np.dtype(f"{kind}[{name(step)}]")


def length(step):
    return step[1] * LENGTHS[step[0]]


def first_day(month):
    """The first day of a month, both counted from January 1970."""
    cycles, month = divmod(month + 1970 * 12, 4800)
    # Python's dates start at year 1.
    return date(400 + month // 12, month % 12 + 1, 1).toordinal() + (cycles - 1) * 146_097 - date(1970, 1, 1).toordinal()


def month_of(day):
    cycles, day = divmod(day + date(1970, 1, 1).toordinal(), 146_097)
    there = date.fromordinal(day + 146_097)
    return (there.year + (cycles - 1) * 400 - 1970) * 12 + there.month - 1


def convert(steps, source, target):
    """The exact result, as large as it is."""
    if source[0] == "generic":
        return steps
    day = ("D", 1)
    if source[0] in MONTHS:
        months = steps * source[1] * MONTHS[source[0]]
        if target[0] in MONTHS:
            return months // (target[1] * MONTHS[target[0]])
        return first_day(months) * length(day) // length(target)
    if target[0] in MONTHS:
        return month_of(steps * length(source) // length(day)) // (target[1] * MONTHS[target[0]])
    return steps * length(source) // length(target)


def fit(steps):
    return steps if LEAST <= steps <= GREATEST else None


def wraps(kind, steps, source, target):
    """Whether a number that NumPy takes on its way from one unit to the other is too large."""
    units, whole = steps * source[1], (target[0], 1)
    on_the_way = [units, convert(steps, source, target)]
    if "generic" in (source[0], target[0]):
        pass
    elif kind == "M8" and (source[0] in MONTHS or target[0] in MONTHS):
        # Through a date and the time of day; days are counted from the start of 2000.
        on_the_way += [units * 7 if source[0] == "W" else units + 1970]
        if source[0] in LENGTHS:
            on_the_way += [convert(steps, source, ("D", 1)) - 10_957]
        if target[0] in LENGTHS:
            on_the_way += [convert(steps, source, ("D", 1)) - 366]
        on_the_way += [convert(steps, source, whole) - target[1]]
    else:
        times, over = reduced(source, target)
        on_the_way += [steps * times - (over - 1 if steps < 0 else 0)]
    return any(fit(number) is None for number in on_the_way)


def reduced(source, target):
    size = (lambda step: step[1] * MONTHS[step[0]]) if source[0] in MONTHS else length
    common = np.gcd.reduce([size(source), size(target)], dtype=object)
    return size(source) // common, size(target) // common


def cast(kind, numbers, source, target):
    exact = [NAT if steps == NAT else fit(convert(steps, source, target)) for steps in numbers]
    try:
        with np.errstate(all="ignore"):
            times = np.array(numbers, "i8").view(dtype(kind, source)).astype(dtype(kind, target)).view("i8").tolist()
    except OverflowError as error:
        assert "Integer overflow while computing the conversion factor" in str(error)
        return exact
    for steps, right, numpys in zip(numbers, exact, times):
        if steps == NAT or not wraps(kind, steps, source, target):
            assert right == numpys, (kind, steps, source, target, right, numpys)
    return exact


def edges(source, target):
    """The least and the greatest that fit, and those next to them."""
    found = []
    for sign in (-1, 1):
        inside, outside = 0, 2**63
        if fit(convert(sign * GREATEST, source, target)) is not None:
            continue
        while outside - inside > 1:
            middle = (inside + outside) // 2
            if fit(convert(sign * middle, source, target)) is None:
                outside = middle
            else:
                inside = middle
        found += [sign * inside, sign * outside]
    return found


def casts():
    for kind in ("M8", "m8"):
        for source in STEPS:
            for target in STEPS:
                # NumPy refuses, or takes years for 365.2425 days if it is made to.
                if target[0] == "generic" or kind == "M8" and source[0] == "generic" and target[0] in MONTHS:
                    continue
                if kind == "m8" and source[0] != "generic" and (source[0] in MONTHS) != (target[0] in MONTHS):
                    continue
                numbers = edges(source, target)
                results = cast(kind, COMMON + numbers, source, target)
                yield {
                    "kind": kind,
                    "from": name(source),
                    "to": name(target),
                    "common": results[: len(COMMON)],
                    "edges": [list(pair) for pair in zip(numbers, results[len(COMMON) :])],
                }


TEXTS = """
2020|2020-01|2020-1|2020-01-02|20200102|2020-01-02T03|2020-01-02 03|2020-01-02t03|2020-01-02T03:04|2020-01-02T03:04:05
2020-01-02T03:04:05.|2020-01-02T03:04:05.1|2020-01-02T03:04:05.1234|2020-01-02T03:04:05.123456789
2020-01-02T03:04:05.1234567890|2020-01-02T03:04:05.123456789012345678|2020-01-02T03:04:05.1234567890123456789
2020-01-02T03:04:05,5|2020-01-02T030405|2020-01-02T0304|2020-01-02T03:04:05Z|2020-01-02T03:04:05z
2020-01-02T03:04:05+01:00|2020-01-02T03:04:05+01|2020-01-02T03:04:05-0130|2020-01-02T03:04:05+25:00|2020-01-02T03Z
2020-01-02Z|2020-01-02T03:04 +01:00|-0001-01-01|+2020-01-01|-2020|12020-01-01|+12020-01-01|-12020|202|20|0|-0|0000
NaT|nat|NAT| NaT|NaT |NaTx|| |  | 2020-01-02|2020-01-02 |2020-01-02T03:04:05 |2020-01-02T03:04:05 Z|2020-01-02T03 
2020-13|2020-00|2020-01-00|2020-01-32|2020-02-30|2020-02-29|2019-02-29|1900-02-29|2000-02-29|-0004-02-29|2020-04-31
2020-01-02T24|2020-01-02T23|2020-01-02T24:00|2020-01-02T23:60|2020-01-02T23:59:60|2020-01-02T23:59:59.999|2020-
2020-01-|2020-01-02T|2020-01-02T03:|2020-01-02T03:04:|2020-W01|2020-001|2020 01|2020/01/02|2020-01-2|2020-1-2
2020-01-02  03|2020-01-02T3|2020-01-02T03:4|2020-01-02T03:04:5|2020-01-02T03:04:05.5Z |2020-01-02T03:04:05.+01
2020-01-02T03:04:05+1|2020-01-02T03:04:05+12:|2020-01-02T03:04:05+23:59|2020-01-02T03:04:05+24|2020-01-02T03:04:05-00:60
2020-01-02T03:04:05Z+01|2020-01-02T03:04:05+015|2020-01-02T03:04:05+01 |2020-01-02T03:04:05+01:00 |2020-01-02T03:04:05-
2020-01-02T23:30-01|2020-12-31T23:30-01|2020-01-01T00:30+01|1969-12-31T23:59:59.999999999999999999|1969-12-31
1969-12-31T23:59:37|1960-05-07|1677-09-21T00:12:43.145224193|1677-09-21T00:12:43.145224192|1677-09-21T00:12:43.145224191
2262-04-11T23:47:16.854775807|2262-04-11T23:47:16.854775808|1970-01-01T00:00:09|1970-01-01T00:00:09.223372036854775807
1970-01-01T00:00:09.223372036854775808|1969-12-31T23:59:50.776627963145224193|1969-12-31T23:59:50.776627963145224192
1970-01-01T00:00:10|292277026596-12-04T15:30:07|292277026596-12-04T15:30:08|-292277022657-01-27T08:29:53|2020-01-02TZ
-292277022657-01-27T08:29:52|99999-12-31|-|+|--01-|２０２０|2020-01-02T03:04:05.٣|2020−01−02|1e3|2020-01-02\t03|\t2020\v
"""
READ_AS = ["Y", "M", "W", "D", "h", "m", "s", "ms", "us", "ns", "ps", "fs", "as", "generic", "400Y", "5M", "7D", "25s", "1000ns"]


def step_of(text):
    digits = text.rstrip("YMWDhmsnupfaegric")
    return text[len(digits) :], int(digits or 1)


def attoseconds(text):
    """The exact point in time, or None for NaT."""
    if text.lower() in ("", "nat"):
        return None
    # Minutes are not too many, and an offset from UTC is a whole number of them.
    minutes = int(np.datetime64(text, "m").view("i8"))
    seconds, fraction = re.search(r"(?::\d\d:(\d\d)(?:\.(\d*))?)?(?:[Z+-][\d:]*)?\s*$", text).groups()
    return (minutes * 60 + int(seconds or 0)) * 10**18 + int((fraction or "").ljust(18, "0"))


def read(text, unit):
    try:
        steps = int(np.datetime64(text, unit).view("i8"))
    except ValueError:
        return "error"
    point = attoseconds(text)
    if point is None:
        assert steps == NAT
        return NAT
    base, count = step_of(unit)
    exact = convert(point, ("as", 1), (base, count))
    if fit(exact) is None:
        return "reach"
    whole = convert(point, ("as", 1), (base, 1))
    if fit(whole) is not None and fit(whole - count) is not None:
        assert exact == steps, (text, unit, exact, steps)
    return exact


def texts():
    found = TEXTS.replace("\\t", "\t").replace("\\v", "\v").strip("\n").replace("\n", "|").split("|")
    with warnings.catch_warnings():
        # "no explicit representation of timezones"
        warnings.simplefilter("ignore")
        for text in found:
            results = [read(text, unit) for unit in READ_AS]
            if results == ["error"] * len(results):
                results = "error"
            yield {"text": text, "steps": results}


def prints():
    numbers = [0, 1, -1, -13, 18_780, 1_622_539_867_123_456_789, -(10**12) - 1, 8030, -1971, -12_000, LEAST, GREATEST, NAT]
    for kind in ("M8", "m8"):
        for step in STEPS:
            if (kind, step[0]) == ("M8", "generic"):
                # NumPy refuses.
                continue
            scalars = np.array(numbers, "i8").view(dtype(kind, step))
            yield {
                "kind": kind,
                "unit": name(step),
                "texts": [[number, str(scalar)] for number, scalar in zip(numbers, scalars)],
            }


OPERANDS = [0, 1, -1, 7, -7, 2**32, 2**62, -(2**62), GREATEST - 1, GREATEST, LEAST, NAT]


def numpy_table(left, right, operation, exact):
    """Results for all pairs, null where one does not fit. What NumPy makes of those that do has to be the same."""
    table = []
    for a in OPERANDS:
        row = []
        for b in OPERANDS:
            nat = a == NAT or b == NAT and right != "i8"
            number = NAT if nat else exact(a, b)
            result = None if number is None else NAT if nat else fit(number)
            if result is not None:
                with np.errstate(all="ignore"):
                    numpys = operation(np.array([a]).view(left), np.array([b]).view(right)).view("i8")[0]
                assert int(numpys) == result, (left, right, a, b, result, numpys)
            row.append(result)
        table.append(row)
    return table


def cut_division(a, b):
    if b == 0:
        return None
    return abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)


def arithmetic():
    time, delta = "M8[25s]", "m8[25s]"
    plus, minus = (lambda a, b: a + b), (lambda a, b: a - b)
    for what, left, right, operation, exact in [
        ("time + delta", time, delta, np.add, plus),
        ("time - delta", time, delta, np.subtract, minus),
        ("time - time", time, time, np.subtract, minus),
        ("delta + delta", delta, delta, np.add, plus),
        ("delta - delta", delta, delta, np.subtract, minus),
        ("delta * number", delta, "i8", np.multiply, lambda a, b: a * b),
        ("delta / number", delta, "i8", np.divide, cut_division),
    ]:
        yield {"what": what, "table": numpy_table(left, right, operation, exact)}
    deltas = np.array(OPERANDS).view(delta)
    for what, results in [("-delta", -deltas), ("abs(delta)", abs(deltas))]:
        yield {"what": what, "table": [results.view("i8").tolist()]}


def order():
    for kind in ("M8[ns]", "m8[ns]"):
        times = np.array(OPERANDS + OPERANDS[::-1]).view(kind)
        yield {
            "kind": kind,
            "sorted": np.sort(times).view("i8").tolist(),
            "unique": np.unique(times).view("i8").tolist(),
            "before": np.searchsorted(np.sort(times), np.array(OPERANDS).view(kind)).tolist(),
        }


def dtypes():
    for step in STEPS:
        for kind in ("M8", "m8"):
            yield {"kind": kind, "unit": name(step), "descr": repr(dtype(kind, step).newbyteorder("<").str)}


def generate():
    return {
        "dtypes": list(dtypes()),
        "common": [COMMON],
        "casts": list(casts()),
        "read_as": [READ_AS],
        "texts": list(texts()),
        "prints": list(prints()),
        "operands": [OPERANDS],
        "arithmetic": list(arithmetic()),
        "order": list(order()),
    }
