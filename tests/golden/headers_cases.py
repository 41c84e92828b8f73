"""Headers of .npy files, written and read by NumPy: headers.json.

`written`: what open_memmap writes for a dtype, a shape and an order.
`unwritten`: dtypes for which it writes none.
`read`: headers as they may be found, and what NumPy reads from them, or that it refuses them.
`raw`: the same, magic and length included.
"""

import io
import itertools
import random
import tempfile
import warnings
from pathlib import Path

import numpy as np
from numpy.lib import format as npy

from dtype_cases import ALIGNED, RECORDS, SCALARS, TICK, at
from record_types import descr

SHAPES = [(), (0,), (1,), (3,), (123456,), (2, 3), (3, 0), (0, 0), (7, 1, 10), (1,) * 32, (1,) * 64]
LARGE = [(10**18,), (2**63 - 1,), (10**17, 3), (0, 10**18), (2**62, 0)]
LONG_NAMES = np.dtype([("x" * 65536, "<i4")])


def header_bytes(dtype, shape, fortran):
    """The header that open_memmap writes; for shapes that fit no disk by the call it makes."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = io.BytesIO()
        described = {"descr": npy.dtype_to_descr(dtype), "fortran_order": fortran, "shape": shape}
        np.lib._format_impl._write_array_header(made, described)
        size = dtype.itemsize * int(np.prod(shape, dtype=object))
        if max(shape, default=0) < 2**20 and size < 2**20:
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder, "a.npy")
                offset = npy.open_memmap(path, "w+", dtype, shape, fortran).offset
                assert path.read_bytes()[:offset] == made.getvalue()
    return made.getvalue()


def packed(header):
    """The bytes as Latin-1, and how many spaces there are before the end of the line."""
    assert header[-1:] == b"\n"
    text = header[:-1].rstrip(b" ")
    return [text.decode("latin-1"), len(header) - 1 - len(text)]


def written():
    cases = []
    plain = [np.dtype(text) for text in SCALARS]
    records = [dtype for dtype in RECORDS if dtype.itemsize < 2**20 and len(repr(dtype)) < 2000]
    pairs = [(dtype, (3,)) for dtype in plain + records]
    pairs += [(dtype, shape) for dtype in (plain[5], np.dtype(TICK)) for shape in SHAPES + LARGE]
    pairs += [(np.dtype([("x" * n, "<i4")]), (3,)) for n in range(1, 66)]
    for dtype, shape in pairs:
        for fortran in (False, True) if len(shape) != 1 or dtype in plain[:9] else (False,):
            cases.append([descr(dtype), list(shape), fortran, *packed(header_bytes(dtype, shape, fortran))])
    return cases


def long():
    """Around the end of version 1: names of so many characters, and the version and length of the header."""

    def case(letter, n):
        header = header_bytes(np.dtype([(letter * n, "<i4")]), (3,), False)
        return [letter, n, header[6], len(header)]

    last = next(n for n in itertools.count(65400) if case("x", n + 1)[2] == 2)
    cases = [case(letter, n) for letter in "x\u00e9" for n in (21000, last, last + 1, 66000)]
    return cases + [case("\u540d", n) for n in (1, 21000, 66000)]


UNWRITTEN = [
    at(["a", "b"], ["<i4", "<i4"], [0, 2], 8),
    at(["a", "b"], ["<i4", "<i4"], [4, 0], 8),
    np.dtype([("in", at(["a", "b"], ["<i4", "<i4"], [4, 0], 8))]),
    np.dtype([("in", at(["a", "b"], ["<i4", "<i4"], [4, 0], 8), (2,))]),
]


def numpy_dict(dtype):
    """The dtype as the dict that mmrec reads and writes."""
    if dtype.names is None:
        return dtype.str if dtype.subdtype is None else (numpy_dict(dtype.subdtype[0]), dtype.subdtype[1])
    fields = [dtype.fields[name] for name in dtype.names]
    return {
        "names": list(dtype.names),
        "formats": [numpy_dict(field[0]) for field in fields],
        "offsets": [field[1] for field in fields],
        "itemsize": dtype.itemsize,
    }


def unwritten():
    for dtype in UNWRITTEN:
        try:
            header_bytes(dtype, (3,), False)
        except ValueError:
            continue
        raise AssertionError(dtype)
    return [repr(numpy_dict(dtype)) for dtype in UNWRITTEN]


def verdict(raw):
    """What NumPy reads: [descr, shape, fortran, offset], or why it does not.

    It finds some mistakes in a shape only when it makes the array.
    """
    file = io.BytesIO(raw)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            version = npy.read_magic(file)
            np.lib._format_impl._check_version(version)
            shape, fortran, dtype = np.lib._format_impl._read_array_header(file, version, max_header_size=2**40)
        except Exception:
            return "refused"
    if dtype.hasobject:
        return "objects"
    for axis in shape:
        if isinstance(axis, bool) or not 0 <= axis < 2**63:
            return "refused"
    if len(shape) > 64:
        return "refused"
    return [descr(dtype), list(shape), fortran, file.tell()]


def wrapped(version, text):
    body = text.encode("utf-8" if version == 3 else "latin-1")
    return b"\x93NUMPY" + bytes([version, 0]) + len(body).to_bytes(2 if version == 1 else 4, "little") + body


def of(descr="'<i4'", shape="(3,)", order="False"):
    return f"{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}"


PLAIN = of()
PRE = [
    "", "\n", " ", "\n ", "\f", "\n\f", "\n \f", "\n\f ", "\\\n", "\\\n ", " \\\n ", "# c\n", "# c\n ", " # c\n", "\r", "\r\n",
    "\r\n ", "\v", "\xa0", " \n", "\t\n", "\n\n\n", "\n#\n ", "\ufeff", "\0", "\\", "x", "'a' ", "(", "-", "*", "not ",
]
POST = [
    "", " ", "\n", "\n ", "\n  \n", "\n\f", "\n \f", "\n  # c", "\\\n", "\\\n ", "\\", "\\ ", ";", "\r", "\r\n", "\r ", "\r\n ",
    "\n \n ", "\n\t", "\n\\\n", "\n \\\n", "\n\\", "\n\0", "\0", "\xa0", "\v", "#", "#\n ", " #\r ", "\n\n", "\n\n ", "\n \n",
    "L", "\nL", "\f ", "\n\\\n ", "\x1a", "# \0", ", ", ",1", "[0]", ".x", "()", " if 1 else 2", "{}", "\n{}", " 'a'", ")", "}",
    " " * 5000, " " * 70 + "\n",
]
SHAPE_TEXTS = [
    "()", "(3)", "(3,)", "[3]", "[3,]", "3", "'3'", "None", "(3,4)", "(3,4,)", "( 3 , 4 )", "((3,))", "((3),)", "((3,),)", "(3,,)",
    "(,)", "(3 4)", "(+3,)", "(-0,)", "(-3,)", "(--3,)", "(-(3),)", "(+(3),)", "(0x10,)", "(0X1f,)", "(0o17,)", "(0b101,)", "(1_0,)",
    "(1__0,)", "(_1,)", "(1_,)", "(0_3,)", "(03,)", "(00,)", "(0_0,)", "(3.0,)", "(3e0,)", "(3j,)", "(True,)", "(False, 3)", "(None,)",
    "('3',)", "(3L,)", "(3 L,)", "(3\\\nL,)", "(3\nL,)", "(3LL,)", "(3L L,)", "(3L4,)", "(0x3L,)", "(03L,)", "(0L,)", "(3l,)",
    "(3#\nL,)", "((3)L,)", "(+3L,)", "(3\tL,)", "(3L, 4L)", "(3L\n,)", "(L,)", "(3.0L,)", "(3jL,)", "(3)L,", "(3L)", "(3,) L",
    "(9223372036854775807,)", "(9223372036854775808,)", "(18446744073709551615,)", "(18446744073709551616,)", "(1" + "0" * 30 + ",)",
    "(0, 9223372036854775807)", "(0, 9223372036854775808)", "(0, 1000000000000)", "(3037000500, 3037000500, 2)",
    "(" + "1," * 64 + ")", "(" + "1," * 65 + ")", "(" + "1," * 1000 + ")", "(3, # rows\n 4)", "(\n3\n,\n)", "(3,*())", "(3 if 1 else 2,)",
    "(1+2,)", "(1+2j,)", "(3,) + (4,)", "tuple([3])", "(3,)[:]", "(x,)", "(b'3',)", "(...,)", "((),)", "{3}", "{3: 4}", "(3\\\n,)", "(3\\ \n,)",
    "(0xffffffffffffffffffff,)", "(" + "0" * 4300 + ",)", "(" + "0" * 4301 + ",)", "(3,)#)", "(3;)", "(3:)", "(1if 1 else 2,)", "(0xfor x in y,)",
]
ORDERS = [
    "True", "False", "true", "false", "0", "1", "None", "'False'", "(True)", "((True))", "(True,)", "not True", "T", "u'True'", "True and True",
    "1 == 1", "Tru\\\ne", "\\\nTrue", "# x\nTrue", "0.0", "-True", "b'x'", "[True]", "Ellipsis", "...", "bool(1)", "True L", "TrueL",
]
DESCRS = [
    "'<i4'", "u'<i4'", "b'<i4'", "'i4'", "'>i4'", "'=i4'", "'|i4'", "'<u1'", "'|O'", "'O'", "'T'", "'i4,f4'", "'3i4'", "'(2,3)i4'", "'int32'",
    "'float64'", "'datetime64[ns]'", "'M8[D/2]'", "'<i3'", "''", "'@i4'", "' <i4'", "'<i4 '", "1", "None", "True", "{}", "()", "[]", "('<i4',)",
    "('<i4', (3,))", "('<i4', 3)", "('<i4', ())", "('<i4', (2,), 5)", "(('<i4', (3,)), (2,))", "('|O', (3,))", "(('<i4'))", "'<' 'i4'", "'<' \"i4\"",
    "'<i'\n'4'", "r'<i4'", "R'<i4'", "rb'<i4'", "ur'<i4'", "f'<i4'", "'''<i4'''", '"""<i4"""', "'<i\\x34'", "'<i\\064'", "'<i\\u0034'", "'<i\\U00000034'",
    "'<i\\x4'", "'<i\\u004'", "'<i\\4'", "'<i\\\n4'", "'<i\n4'", "'<i4", "<i4", "dtype('<i4')", "np.int32", "[('a', '<i4')]", "[('a','<i4'),]",
    "[['a', '<i4']]", "(('a', '<i4'),)", "[('a', '<i4', (2,))]", "[('a', '<i4', [2])]", "[('a', '<i4', 2)]", "[('a', '<i4', 2, 3)]", "[('a',)]",
    "[('a', '<i4'), ('a', '<i4')]", "[(('t', 'a'), '<i4')]", "[(('t', 'a'), '<i4'), ('t', '<i4')]", "[((None, 'a'), '<i4')]", "[(('t',), '<i4')]",
    "[(('t', 'a', 'b'), '<i4')]", "[(['t', 'a'], '<i4')]", "[('', '|V4')]", "[('', '|V4'), ('a', '<i4'), ('', '|V4')]", "[('', '<i4')]",
    "[('', '|O')]", "[('', '<i4', (2,)), ('b', '<i4')]", "[('', '|V4', (2,)), ('b', '<i4')]", "[('', []), ('b', '<i4')]", "[(('', ''), '|V4')]",
    "[((None, ''), '|V4')]", "[('a', [('b', '<i4')])]", "[('a', [('b', '|O')])]", "[('a', [('b', '<i4')], (2,)), ('c', ('<f8', (5,)), (2,))]",
    "[('a', {'names': ['b'], 'formats': ['<i4']})]", "{'names': ['b'], 'formats': ['<i4']}", "[('caf\u00e9', '<i4')]", "[('\u00ff\u00fe', '<i4')]",
    "[('it\\'s', '<i4')]", '[("it\'s", \'<i4\')]', "[('a\\nb', '<i4')]", "[('a\\\\', '<i4')]", "[('a\\q', '<i4')]", "[('\\a\\b\\f\\v\\r\\t', '<i4')]",
    "[('\\777\\7', '<i4')]", "[('\\x00', '<i4')]", "[('a' 'b', '<i4')]", "[('a' b'b', '<i4')]", "[(b'a', '<i4')]", "[(1, '<i4')]", "[(None, '<i4')]",
    "[('a', '|V2147483647')]", "[('a', '|V2147483648')]", "[('a', '|V2147483647'), ('b', '|u1')]", "[('a', '<i4', (1073741824,))]",
    "[('a', '|u1', (2147483647,))]", "[('a', '|S0', (2,))]", "[('a', '|S0', 2)]", "[('a', '|S', 2)]", "('|U', 3)", "[('a', '<i4', (-1,))]",
    "[('a', '<i4', (2.0,))]", "[('a', '<i4', True)]", "[('a', '<i4', (" + "1," * 64 + "))]", "[('a', '<i4', (" + "1," * 65 + "))]",
    "[('a', '<i4'), # first\n ('b', '<i4') # second\n]", "[('a', '<i4')\n, ('b', '<i4')\n]", "[('a', '<i4') ('b', '<i4')]", "[(('a', '<i4'))]",
    "[('a', ('<i4'))]", "[(('a'), '<i4')]", "[('a', '<i4'), *[]]", "[('a', '<i4') for x in y]", "[('a', '<i4'),,]", "[('a': '<i4')]", "[('a', '<i4'}]",
    "([('a', '<i4')], 2)", "[('a', '<i4', (2,),)]", "[('a', '<i4',)]", "(('<i4', 0), (2,))", "{'a'}", "{('a', '<i4'): 1}", "['<i4', '<f4']", "[3]",
    "'<M8'", "'<M8[ns]'", "'<m8[25s]'", "'<M8[xx]'", "'<M8[]'", "'|S'", "'|S5'", "'<U3'", "'|U3'", "'|V'", "'<f16'", "'<c32'", "'<c8'", "'<f2'", "'|b1'", "'?'",
    "'c'", "'<c1'", "'p'", "'l'", "'i'", "'>a3'", "'S99999999999'", "'|S-1'", "'|b2'", "'<l8'", "'i4\\0'", "'\u0141i4'",
]
DICTS = [
    "{'shape': (3,), 'fortran_order': False, 'descr': '<i4'}", "{'shape': (3,), 'fortran_order': False, 'descr': '<i4',}",
    '{"descr": "<i4", "fortran_order": False, "shape": (3,)}', "{u'descr': u'<i4', u'fortran_order': False, u'shape': (3,)}",
    "{'descr':'<i4','fortran_order':False,'shape':(3,)}", "{ 'descr' : '<i4' , 'fortran_order' : False , 'shape' : ( 3 , ) , }",
    "{'descr': '<i4', 'fortran_order': False, 'shape': (3,), 'descr': '<f8'}", "{'descr': '<i3', 'fortran_order': False, 'shape': (3,), 'descr': '<f8'}",
    "{'shape': (1,), 'descr': '<i4', 'fortran_order': False, 'shape': (3,)}", "{'shape': 'x', 'descr': '<i4', 'fortran_order': False, 'shape': (3,)}",
    "{'shape': 1+2j, 'descr': '<i4', 'fortran_order': False, 'shape': (3,)}", "{'shape': x, 'descr': '<i4', 'fortran_order': False, 'shape': (3,)}",
    "{'descr': '<i4', 'fortran_order': False}", "{'descr': '<i4', 'shape': (3,)}", "{'fortran_order': False, 'shape': (3,)}", "{}", "", " ", "\n", "#",
    "{'descr': '<i4', 'fortran_order': False, 'shape': (3,), 'x': 1}", "{'descr': '<i4', 'fortran_order': False, 'shape': (3,), 1: 1}",
    "{'descr': '<i4', 'fortran_order': False, 'shape': (3,), []: 1}", "{'descr': '<i4', 'fortran_order': False, b'shape': (3,)}",
    "{'descr': '<i4', 'fortran_order': False, ('shape'): (3,)}", "{'descr': '<i4', 'fortran_order': False, 'sh' 'ape': (3,)}",
    "{'descr': '<i4', 'fortran_order': False, 'sh\\x61pe': (3,)}", "{'descr': '<i4', 'fortran_order': False, 'Shape': (3,)}",
    "{'descr': '<i4', 'fortran_order': False, 'shape ': (3,)}", "{'descr': '<i4', 'fortran_order': False, 'shape': (3,), **{}}",
    "{'descr': '<i4', 'fortran_order': False, 'shape'}", "{'descr', 'fortran_order', 'shape'}", "{'descr': '<i4' 'fortran_order': False, 'shape': (3,)}",
    "{'descr': '<i4', 'fortran_order': False, 'shape': (3,)", "'descr': '<i4', 'fortran_order': False, 'shape': (3,)}",
    "{'descr': '<i4', 'fortran_order': False, 'shape': (3,)}}", "{'descr': '<i4', 'fortran_order': False, 'shape': (3,)},",
    "({'descr': '<i4', 'fortran_order': False, 'shape': (3,)})", "(({'descr': '<i4', 'fortran_order': False, 'shape': (3,)}))",
    "({'descr': '<i4', 'fortran_order': False, 'shape': (3,)},)", "[{'descr': '<i4', 'fortran_order': False, 'shape': (3,)}]",
    "dict(descr='<i4', fortran_order=False, shape=(3,))", "[('descr', '<i4'), ('fortran_order', False), ('shape', (3,))]", "3", "'x'", "None",
    '{"descr": "<i4", "fortran_order": false, "shape": [3]}', "{'descr': '<i4', 'fortran_order': False, 'shape': (3,) if 1 else 2}",
    "{\n'descr': '<i4',\n  'fortran_order': False,\n    'shape': (3,),\n}", "{'descr': '<i4', # the type\n'fortran_order': False,\t'shape':\r\n(3,)}",
    "{'descr'\f: '<i4', 'fortran_order': \\\nFalse, 'shape': (3,)}", "{'descr': '<i4'; 'fortran_order': False, 'shape': (3,)}",
    "{'descr': '<i4', 'fortran_order': False, 'shape': (3,), }\\\n", "{'descr' = '<i4', 'fortran_order': False, 'shape': (3,)}",
    "{('descr'): ('<i4'), ('fortran_order'): (False), ('shape'): ((3,))}", "{'descr': '<i4', 'fortran_order': False, 'shape': (3,), 'shape': (4L,)}",
    "{'descr': '<i4', 'fortran_order': False, 'shape': (3L,), 'x': 1}", "{'descr': [('L', '<i4')], 'fortran_order': False, 'shape': (3L,)}",
    "{'descr': [('3L', '<i4')], 'fortran_order': False, 'shape': (3,)}", "{'descr': [('a', '<i4', (2L,))], 'fortran_order': False, 'shape': (3,)}",
    "{'descr': ('<i4', 2L), 'fortran_order': False, 'shape': (3,)}", "{'descr': ('<i4', 2, 3L), 'fortran_order': False, 'shape': (3,)}",
]
DEEP = [
    of(descr="[('a', " * n + "'<i4'" + ")]" * n) for n in (1, 50, 98, 99, 100)
] + [
    of(descr="(" * n + "'<i4'" + ", 1)" * n) for n in (1, 100, 198, 199, 200)
] + [
    of(descr="(" * n + "'<i4'" + ")" * n) for n in (1, 100, 199, 200)
] + [
    of(descr=f"('<i4', 2, {open * n}{close * n})") for n in (197, 198, 199) for open, close in ("()", "[]")
] + ["[" * 300, "{" * 300, "(" * 300, "-" * 300 + "1", "{'a':" * 150 + "1" + "}" * 150]

SEEDS = [
    PLAIN,
    of(shape="(20, 31)", order="True"),
    of(shape="()"),
    of(descr="'|S5'", shape="(3L,)"),
    of(descr="[('ts', '<u8'), ('price', '>f8'), ('qty', '<u4')]"),
    of(descr="[('tag', '|u1'), ('', '|V3'), ('qty', '<u4')]", shape="(2, 3)"),
    of(descr="[(('time', 't'), '<M8[25s]'), ('xyz', '<f4', (3, 2))]"),
    of(descr="[('in', [('a', '<i2'), ('b', '<U3')], (2,)), ('v', '|V7')]"),
    of(descr="[('c', ('<f8', (5,)), (2,)), ('n', '<c16')]", shape="(7,)"),
    of(descr='[("it\'s", \'<i4\'), (\'a\\\\b\', \'<i4\'), (\'\\x7f\', \'|b1\')]'),
    "{'shape': (3,),  # rows\n 'fortran_order': False, 'descr': \"<i4\"}",
    of(descr="('<i4', (3,))"),
    of(descr="'i4, (2,3)f8, 3S5'"),
]


def mutated(count):
    """Headers with one to three mistakes in them, no two the same."""
    rng = random.Random(20240229)
    alphabet = "0123456789()[]{},:'\"\\ <>|=?.-+_#\nLbBuUrRxeEjnfiVSMOm8TrueFalse\xe9"
    seen = set(SEEDS)
    while len(seen) < count + len(SEEDS):
        text = rng.choice(SEEDS)
        for _ in range(rng.choice((1, 1, 1, 2, 3))):
            at, end = sorted((rng.randrange(len(text)), rng.randrange(len(text))))
            kind = rng.randrange(8)
            if kind == 0:
                text = text[:at] + text[at + 1 :]
            elif kind == 1:
                text = text[:at] + text[at] * 2 + text[at + 1 :]
            elif kind == 2:
                text = text[:at] + text[at + 1 : at + 2] + text[at] + text[at + 2 :]
            elif kind == 3:
                text = text[:at] + rng.choice(alphabet) + text[at + 1 :]
            elif kind == 4:
                text = text[:at] + rng.choice(alphabet) + text[at:]
            elif kind == 5:
                digits = [i for i, c in enumerate(text) if c.isdigit()]
                at = rng.choice(digits or [0])
                text = text[:at] + rng.choice("0123456789") * rng.choice((0, 1, 1, 2)) + text[at + 1 :]
            elif kind == 6:
                end = min(end, at + 12)
                text = text[:at] + text[end:]
            else:
                other = rng.choice(SEEDS)
                text = text[:at] + other[min(at, len(other)) :]
            if not text:
                break
        seen.add(text)
    return sorted(seen - set(SEEDS))


def read():
    texts = [pre + PLAIN for pre in PRE] + [PLAIN + post for post in POST] + DICTS + DEEP
    texts += [of(shape=text) for text in SHAPE_TEXTS]
    texts += [of(order=text) for text in ORDERS] + [of(descr=text) for text in DESCRS]
    cases = []
    for text in dict.fromkeys(texts):
        for version in (1, 3):
            try:
                raw = wrapped(version, text)
            except UnicodeEncodeError:
                continue
            cases.append([version, text, verdict(raw)])
    for i, text in enumerate(mutated(1100)):
        version = (1, 3, 2)[i % 3]
        cases.append([version, text, verdict(wrapped(version, text))])
    return cases


def raw():
    """Magic, versions and lengths that do not fit; and encodings."""
    whole = wrapped(1, PLAIN + " " * 20 + "\n") + bytes(12)
    cases = [whole] + [whole[:n] for n in (0, 1, 5, 6, 7, 8, 9, 10, 11, 50, len(whole) - 13, len(whole) - 12)]
    cases += [whole[:i] + bytes([whole[i] ^ 1]) + whole[i + 1 :] for i in range(10)]
    cases += [whole[:6] + bytes([major, minor]) + whole[8:] for major in (0, 1, 2, 3, 4, 255) for minor in (0, 1)]
    for version in (2, 3):
        good = wrapped(version, PLAIN + "\n") + bytes(12)
        for length in (0, 1, len(PLAIN), 10**6, 2**31, 2**32 - 1):
            cases.append(good[:8] + length.to_bytes(4, "little") + good[12:])
        cases += [good[:n] for n in (8, 10, 11, 12, 13)]
    latin = of(descr="[('caf\xe9', '<i4')]").encode("latin-1")
    utf8 = of(descr="[('caf\xe9', '<i4')]").encode("utf-8")
    bodies = [
        latin, utf8, b"\xef\xbb\xbf" + utf8, utf8.replace(b"'<i4'", b"'<i4\xff'"), PLAIN.encode() + b"#\xff", PLAIN.encode() + b"\xff",
        PLAIN.encode("utf-16"), PLAIN.encode() + b"\n\0", PLAIN.encode() + b" \0", PLAIN.encode("ascii").replace(b"3", b"\xb3"),
        b"\0" * 20, b"\xc3", latin + b"# \xe9", utf8[:-2], PLAIN.encode() + b" " * 60000 + b"\n",
        of(descr="[" + ", ".join(f"('f{i}', '<i4')" for i in range(500)) + "]").encode(),
    ]
    for body in bodies:
        for version in (1, 2, 3):
            if version > 1 or len(body) < 65536:
                size = len(body).to_bytes(2 if version == 1 else 4, "little")
                cases.append(b"\x93NUMPY" + bytes([version, 0]) + size + body + bytes(4))
    return [[case.decode("latin-1"), verdict(case)] for case in dict.fromkeys(cases)]


def generate():
    return {
        "written": written(),
        "long": long(),
        "unwritten": unwritten(),
        "read": read(),
        "raw": raw(),
    }
