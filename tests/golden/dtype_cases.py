"""dtypes and the text that .npy headers have for them: dtypes.json.

`dtypes`: texts that NumPy writes, and what it reads from them.
`layouts`: records made of parts, packed or aligned, and where everything lies.
`spellings`: texts that NumPy reads and writes differently.
`pairs`: whether two dtypes are equal.
`refused`: texts that are no dtype.
`objects`: texts that stand for Python objects.
`not_read`: other texts that NumPy reads and mmrec does not.
"""

import ast
import itertools
import warnings

import numpy as np
from numpy.lib.format import descr_to_dtype

from record_types import TYPES, descr, leaves

SCALARS = [
    "|b1", "|i1", "|u1", "<i2", "<i4", "<i8", "<u2", "<u4", "<u8", "<f2", "<f4", "<f8", "<f16", "<c8", "<c16", "<c32",
    ">i2", ">i4", ">i8", ">u2", ">u4", ">u8", ">f2", ">f4", ">f8", ">c8", ">c16",
    "|S0", "|S1", "|S5", "|S255", "|S2147483647", "<U0", "<U1", "<U3", ">U3", "<U536870911", "|V1", "|V7",
    "<M8", "<M8[ns]", "<M8[us]", "<M8[ms]", "<M8[s]", "<M8[m]", "<M8[h]", "<M8[D]", "<M8[W]", "<M8[M]", "<M8[Y]",
    "<M8[ps]", "<M8[fs]", "<M8[as]", "<M8[25s]", "<M8[1000ns]", ">M8[D]", "<m8", "<m8[ns]", "<m8[7D]", ">m8[100ms]",
]

TICK = [("tag", "u1"), ("qty", "<u4"), ("price", "<f8")]
ALIGNED = np.dtype(TICK, align=True)


def at(names, formats, offsets, itemsize, titles=None):
    spec = {"names": names, "formats": formats, "offsets": offsets, "itemsize": itemsize}
    return np.dtype(spec | ({} if titles is None else {"titles": titles}))


RECORDS = [
    np.dtype(TICK),
    ALIGNED,
    np.dtype([("a", "<i4")]),
    np.dtype([("a", "|b1"), ("b", "|S3"), ("c", "<U2"), ("d", "<M8[ns]"), ("e", "|V4"), ("f", ">c16")]),
    np.dtype([("xyz", "<f4", (3,))]),
    np.dtype([("m", "<f8", (2, 5)), ("n", "|u1")]),
    np.dtype([("one", "<i4", (1,))]),
    np.dtype([("none", "<i4", (0,)), ("a", "|u1")]),
    np.dtype([("none", "<i4", (2, 0, 3))]),
    np.dtype([("deep", "|i1", (1, 2, 3, 4, 5, 6))]),
    np.dtype([("c", ("<f8", (5,)), (2,))]),
    np.dtype([("in", np.dtype(TICK)), ("x", "<u2")]),
    np.dtype([("in", ALIGNED), ("x", "<u2")]),
    np.dtype([("in", ALIGNED, (2,)), ("x", "<u2")]),
    np.dtype([("in", ALIGNED, (2, 3)), ("x", "<u2")], align=True),
    np.dtype([("l1", [("l2", [("l3", [("l4", "<i2")])])])]),
    np.dtype([("l1", [("a", "|u1"), ("l2", [("b", "<f8"), ("c", "|u1")])]), ("d", "<u4")], align=True),
    np.dtype([(("the title", "a"), "<i4"), ("b", "<i4")]),
    np.dtype([(("t1", "a"), "<i4"), (("t2", "b"), "<f8", (2,))], align=True),
    np.dtype([("a", "|u1"), (("a title", "b"), [(("inner", "c"), "<i4")])], align=True),
    at(["a", "b"], ["<i4", "<i4"], [4, 12], 24),
    at(["a", "b"], ["<i4", "<i4"], [0, 4], 40),
    at(["a"], ["|u1"], [7], 8),
    at(["a", "b"], ["|u1", "|u1"], [3, 9], 10, ["x", None]),
    at([], [], [], 8),
    np.dtype([]),
    np.dtype([("a", "|S0"), ("b", "<i4"), ("c", "<U0")]),
    np.dtype([("v", "|V3"), ("w", "|V3")]),
    # A name is whatever it is: Python's repr of it is in the header.
    np.dtype([("it's", "<i4"), ('say "hi"', "<i4"), ("'\"", "<i4")]),
    np.dtype([("back\\slash", "<i4"), ("tab\t", "<i4"), ("line\n", "<i4"), ("\r", "<i4"), ("nul\0", "<i4")]),
    np.dtype([("caf\u00e9", "<i4"), ("\u540d\u524d", "<f8"), ("\U0001f600", "|u1")]),
    np.dtype([("e\u0301", "|u1"), ("\u0301", "|u1")]),
    np.dtype([("no\u00a0break", "<i4"), ("soft\u00adhyphen", "<i4"), ("\x7f", "<i4"), ("\x80", "<i4")]),
    np.dtype([("zero\u200bwidth", "<i4"), ("\u2028", "<i4"), ("\u3000", "<i4"), ("\ufeff", "<i4")]),
    np.dtype([("\ue000", "<i4"), ("\x1b", "<i4")]),
    np.dtype([("\U000e0001", "<i4"), ("\U0010ffff", "<i4"), ("\U0001d538", "<i4"), ("\u0378", "<i4")]),
    np.dtype([(" ", "<i4"), ("  a ", "<i4"), ("[(", "<i4"), (")], ", "<i4"), ("#", "<i4"), (("'", '"'), "<i4")]),
    np.dtype([("x" * 300, "<i4")]),
    np.dtype([(f"f{i:03}", "<f4") for i in range(120)]),
    np.dtype([("big", "|V2147483000"), ("b", "<i8")]),
    np.dtype([("big", "|u1", (2147483647,))]),
]

TOP_LEVEL_ARRAYS = [np.dtype(part) for part in [("<f8", (3,)), ("<i2", (2, 2)), (ALIGNED, (4,)), (">u4", (0,))]]

# A part is a text, ["array", part, shape] or ["packed" | "aligned", [[name, part], ...]].
TICK_PARTS = [["tag", "|u1"], ["qty", "<u4"], ["price", "<f8"]]
LAYOUTS = [
    [kind, parts]
    for kind in ("packed", "aligned")
    for parts in [
        TICK_PARTS,
        [["a", "<f8"], ["b", "|u1"]],
        [["a", "|u1"], ["b", "<u2"], ["c", "|u1"], ["d", "<u4"], ["e", "|u1"], ["f", "<u8"]],
        [["a", "|u1"], ["b", "<f2"], ["c", "|b1"], ["d", "<c8"], ["e", "|u1"], ["f", "<c16"]],
        [["a", "|u1"], ["b", "<U3"], ["c", "|S3"], ["d", "<M8[ns]"], ["e", "|V3"], ["f", ">i4"]],
        [["a", "|u1"], ["b", "<f16"], ["c", "|u1"], ["d", "<c32"], ["e", "|u1"]],
        [["a", "|u1"], ["b", ["array", "<f8", [3]]], ["c", "|u1"]],
        [["a", "|u1"], ["b", ["array", "<u2", [2, 0]]], ["c", "|u1"]],
        [["a", "|u1"], ["b", ["packed", TICK_PARTS]], ["c", "|u1"]],
        [["a", "|u1"], ["b", ["aligned", TICK_PARTS]], ["c", "|u1"]],
        [["a", "|u1"], ["b", ["array", ["aligned", TICK_PARTS], [2]]], ["c", "<u2"]],
        [["a", "|u1"], ["b", ["packed", [["x", "|u1"], ["y", ["aligned", TICK_PARTS]]]]], ["c", "<u2"]],
        [["a", "|S0"], ["b", "<U0"], ["c", "|u1"]],
        [],
    ]
]

# NumPy says which of these it reads.
TEXTS = [
    # Byte order left out, or where it means nothing.
    "i4", "=i4", "|i4", "<i4", "u1", "<u1", ">u1", "=u1", "|u1", "?", "|?", "b1", "<b1", "f8", "=f8", "c8",
    "S5", "<S5", ">S5", "=S5", "S", "|S", "U3", "|U3", "=U3", "U", ">U", "V3", "<V3", "V", "M8", "=M8[ns]", "M8[1s]",
    "m8[s]", "|M8[D]",
    "'i4'", "'=i4'", '"<i4"', "'?'", "'|i4'", "S007", "i04",
    # Lists, tuples and shapes as they may be typed.
    "[('a','<i4'),('b','<f8')]", "[ ( 'a' , '<i4' ) ]", "[('a', '<i4',),]", '[("a", "i4")]',
    "[('a', '?'), ('b', 'u1')]",
    "[('a', '<i4', 3)]", "[('a', '<i4', (3,))]", "[('a', '<i4', (3))]", "[('a', '<i4', ())]",
    "[('a', '<i4', (2, 3,))]", "[('a', '<i4', [2, 3])]", "[('a', '<i4', 1)]",
    "[('a', ('<i4', (3,)))]", "[('a', ('<i4', 3))]", "[('a', ('<i4', (3,)), (2,))]", "('<i4', 3)", "('<i4', (2, 3))",
    "('<i4', ())",
    "[('a', [('b', '<i4')])]", "[('a', [('b', '<i4')], (2,))]", "\n[('a', '<i4'),\n ('b', '<f8')]\n",
    "[('a', '<i4')] ",
    # Holes.
    "[('a', '|u1'), ('', '|V3'), ('b', '<i4')]", "[('', '|V3'), ('b', '<i4')]", "[('', '|V4')]",
    "[('a', '|u1'), ('', '|V0')]",
    "[('', '<i4')]", "[('', 'V2'), ('', 'V2'), ('a', 'u1')]", "[('v', '|V3')]", "[('', '|V1', (3,)), ('b', '<i4')]",
    "[('', '|V3'), ('', '|V3')]",
    "[('', '<f4', (3,)), ('b', '<i4')]", "[('', ('<f4', (3,))), ('b', '<i4')]",
    "[('', [('a', '<i4')]), ('b', '<i4')]",
    "[('', [('a', '<i4')], (2,)), ('b', '<i4')]", "[('', '|V0')]", "[('', '|S3')]",
    # Names.
    "[('\\x61', '<i4')]", "[('\\u00e9', '<i4')]", "[('\\U0001f600', '<i4')]", "[('\\'', '<i4')]", '[("\\"", "<i4")]',
    "[(('t', 'a'), '<i4')]", "[(('a', 'b'), '<i4'), ('c', '<i4')]",
    # No such scalar.
    "<i3", "f5", "<f12", "<i16", "@i4", "!i4", "", "1", "|S-1", "S99999999999", "|b2", "<l8", "M8[xx]", "M8[]",
    "M8[-1s]",
    "M8[s", "M8s]", "M4[s]", "M8[s]x", "i4x", "x4", "<", "=", "|", "<<i4", "f0", "i0", "b0", "u3", "c4", "?1", "? ",
    "<i4 ", "i4\0",
    "M8[2147483648s]", "M8[99999999999999999999s]", "S2147483648", "U536870912", "V2147483648",
    "S18446744073709551617", "nonsense",
    "'<i3'", "''", "'<i4 '", "' <i4'", "'M8[xx]'",
    # No list of fields.
    "[", "]", "[(", "[('a'", "[('a',", "[('a')]", "[('a',)]", "[('a', '<i4']", "[('a', '<i4')", "[('a' '<i4')]",
    "('a', '<i4')]", "[('a', '<i4'))]",
    "[('a', '<i4') ('b', '<i4')]", "[,]", "[('a', '<i4'),,]", "(", "()", "('<i4',)", "('<i4', (2)",
    "[('a', '<i4'), 3]", "[3]", "[('a', 3)]", "[(3, '<i4')]", "[(None, '<i4')]", "[(b'a', '<i4')]",
    "[('a', '<i4', 2, 3)]", "[('a', '<i4', 'x')]",
    "[('a', '<i4', -1)]", "[('a', '<i4', (-1,))]", "[('a', '<i4', 1.5)]", "[('a', '<i4', (1, None))]",
    "[('a', '<i4'); ('b', '<i4')]",
    "[('a', '<i4')] x", "[('a', '<i4')][('b', '<i4')]", "[('a, '<i4')]", "[('a', '<i4)]", "[('a', \"<i4')]",
    "[('a', '<i4\")]",
    "[('\\', '<i4')]", "[('\\x4', '<i4')]", "[('\\u12', '<i4')]", "[('\\U00110000', '<i4')]",
    # Names twice, titles twice, a title that is a name.
    "[('a', '<i4'), ('a', '<f8')]", "[(('t', 'a'), '<i4'), (('t', 'b'), '<f8')]",
    "[(('b', 'a'), '<i4'), ('b', '<f8')]", "[(('a', 'a'), '<i4')]",
    "[(('t', 'a', 'x'), '<i4')]", "[(('t',), '<i4')]", "[((), '<i4')]",
    # Too large for the C int that holds a size.
    "[('a', '|V2147483647'), ('b', '|u1')]", "[('a', '<i8', (268435456,))]", "[('a', '|u1', (2147483648,))]",
    "[('a', '|u1', (65536, 65536))]",
    "[('a', '|S0', (2147483648,))]", "[('a', '|u1', (0, 2147483648))]", "[('a', '|u1', (99999999999999999999,))]",
    "[('a', '|V2147483647'), ('', '|V1')]",
    "('<f8', (1000000000,))", "[('a', [('b', '|V2147483647')], (2,))]",
]

# Without quotes, as numpy.dtype takes them: codes, names, counts and lists.
ORDERED = ("i2", "?", "b", "d", "a", "a3", "S3", "U2", "V4", "M8[us]", "m", "c", "int32")
UNITS = "Y M W D h m s ms us ns ps fs as".split()
BARE = [
    *"?bBhHiIlLqQpPnNefdgFDGcSaUVMm",
    *"kotxXwZ$ 0[](){}.,",
    *(order + code for order in "<>=|@!" for code in ORDERED),
    *(f"{kind}{size}" for kind in "biufcmM" for size in (0, 1, 2, 3, 4, 8, 12, 16, 32, 64)),
    *(f"{kind}{size}" for kind in "SUVa" for size in (0, 1, 7, 2**29 - 1, 2**29, 2**31 - 1, 2**31)),
    *sorted(name for name in np.sctypeDict if not np.dtype(name).hasobject),
    "int32 ", " int32", "Int32", "int 32", "float96", "float80", "string", "cfloat", "int0", "datetime", "unicode_",
    "i 4", "i+4", "i-4", "i\t4", "i04", "S 5", "S+5", "S007", "U 3", "i4.0", "i4_", "f4L", "i\u00a04", "\u0664i",
    *(f"M8[{count}{unit}]" for count in ("", "25") for unit in [*UNITS, "generic", "\u03bcs", "\u00b5s", "B"]),
    *(f"M8[{unit}/{n}]" for unit in "Y M D h m s ms ns fs as".split() for n in (1, 2, 7, 12, 60, 365, 1000, 10**6)),
    "M8[W/7]", "M8[W/2]", "M8[W/168]", "M8[4W/2]", "M8[10D/24]", "M8[generic/2]", "M8[D/]", "M8[/2]", "M8[D/2/3]",
    "M8[D/2]x", "M8[ 25s]", "M8[+25s]", "M8[25 s]", "M8[s ]", "M8[D/ 2]", "M8[D/2 ]", "M8[]", "M8[", "M8]", "M8[s",
    "M8[2]", "M8[+s]", "M8[ s]", "M8[2147483647s]", "M8[2147483648s]", "datetime64[ns]", "timedelta64[25s]",
    "<datetime64[D]", ">timedelta64", "datetime64 [s]", "datetime64[D/2]", "datetime6", "timedelta64[s]]", "M9[s]",
    "m8[D",
    "i4,f4", "i4, f4", "i4 ,f4", "i4 , f4", "i4,", "i4, ", ",i4", "i4,,f4", "i4,f4 ", "i4,f4\n", " i4,f4", "i4;f4",
    "i4 f4", "i4,f4 x", "i4,f4,", "i4,\u2003f4", "i4\u00a0,f4", "i4\x1c,f4", "i4\x85,f4", "i4,\u200bf4", "i4,int32",
    "float,?", "?,?", "c,c,c", "3i4", "03i4", "00i4", "0i4", "1i4", "3 i4", " 3i4", "3  i4", "3\ti4", "3", "<3",
    "3<i4", "<3i4", ">3i4", ">3>i4", "=3<i4", "|3<i4", "<3>i4", "|3|i4", "=3=i4", ">3=i4", "3>i4", "3|u1", "3S",
    "3S5", "3U", "3V", "3a", "3M8[ns]", "3?", "3int32", "3datetime64[ns]", "(2,3)i4", "(2)i4", "(2,)i4", "()i4",
    "<()i4", "( )i4", "(2, 3) i4", "( 2,3)i4", " (2,3)i4", "<(2,3)i4", "(2,3)<i4", "(2,3)", "(2,3", "((2,3))i4",
    "2,3i4", "3,i4", "1,1,1i4", "2 3i4", "(2,,3)i4", "(,)i4", "2)i4", "(2i4", "(2,i4", "(2)i4,f4", "(2) i4,f4",
    "(2),i4", "3(2)i4", "(2)3i4", "(2,3)(4)i4", "(1_0,)i4", "1_0i4", "(2,-1)i4", "(0x2,)i4", "(2.,)i4", "(2,)S5",
    "(2,)S", "()S", "(0,)i4", "(03,)i4", "i4,(2,3)f4,3S5", "i4,3S", "i4,S", "S,i4", "i4,M8[ns]", "M8[ns],M8[D]",
    "M8[25s],i4", "i4,M8[D/2]", "M8[D,2]", "i4,M8[ns]3", "i4[2],f4", "<i4,>f4", "=i4,|u1", "i4,$", "i4,<$",
    "i4, ,f4", "i4,>", "3<4i4", "3>4i4", "3 4i4", "i4,3", "i4,f.4", "a3,i4", "i4[,]", "[i4,f4]", "i4]],f4",
    "2147483647u1", "2147483648u1", "2147483647i4", "99999999999999999999i4", "3U536870911", "(2147483648,)u1",
    "(65536,65536)u1", *(f"({'1,' * axes})u1" for axes in (63, 64)),
]

# Literals as nobody writes them.
ODD = [
    "u'i4'", "U'i4'", "b'i4'", "r'i4'", "f'i4'", "'i' '4'", "('i4')", "(('i4'))", "(('i4'), (3))", "(('i4'), (3),)",
    "('i' '4', 3)", r"'\x69\64'", r"'\151\64'", r"'\U00000069\u0034'", "'i\\\n4'", "'''i4'''", "'''i4''' \"\"",
    r"'i\q4'", r"r'i\x34'", "'int32'", "'i4,f4'", "'(2,3)i4'", "'3i4'", "('3i4', 2)", "('i4,f4', 2)",
    "[('a', '3i4')]", "[('a', 'i4,f4')]", "[('a', 'int32', 3)]", "'M8[D/2]'", "'c'", "[['a', 'i4']]",
    "[['a', 'i4', 3]]", "[('a', 'i4', [3])]", "[('a', 'i4', [])]", "[(('a', 'i4'))]", "[((('t', 'a'), 'i4'))]",
    "(['a'], 2)", "[((None, 'a'), 'i4')]", "[((None, ''), 'V4')]", "[(('', 'a'), 'i4')]", "[(('', ''), 'V4')]",
    "[(('t', ''), 'V4')]", "[(['t', 'a'], 'i4')]", "[(('t', 'a',), 'i4')]", "[('a', 'i4'), ('a', 'V2')]",
    "[('', 'i4'), ('', 'i4')]", "[('', 'i4'), (('', 'b'), 'i4')]", "[('a', 'i4', (2,), 3)]", "('i4', (2,), 3)",
    "('i4', (2,), 3, {'a': [1]})", "('i4', 2, 1+2j)", "('i4', 2, 1+2)", "('i4', 2, -(1))", "('i4', 2, --1)",
    "('i4', 2, ...)", "('i4', 2, set())", "('i4', 2, set([]))", "('i4', 2, {1, 2})", "('i4', 2, {[]})",
    "('i4', 2, {[]: 1})", "('i4', 2, {(1, []): 1})", "('i4', 2, {**{}})", "('i4', 2, [*()])", "('i4', 2, x)",
    "('i4', 2, 1.5e3)", "('i4', 2, 1.)", "('i4', 2, .5)", "('i4', 2, 1e)", "('i4', 2, 1_0.0_1)", "('i4', 2, 1__0)",
    "('i4', 2, 1_)", "('i4', 2, 01.5)", "('i4', 2, 01j)", "('i4', 2, 1j-1j)", "('i4', 2, (1)+(2j))",
    "('i4', 2, -(1+2j))", "('i4', 2, 0x)", "('i4', 2, 0b12)", "('i4', 2, 0o8)", "('i4', 2, not 1)",
    "('i4', 2, 1 if 1 else 2)", "('i4', 2, b'a' b'b')", "('i4', 2, b'a' 'b')", "('i4', 2, 'a' b'b')",
    r"('i4', 2, b'\xff')", r"('i4', 2, b'\xf')", r"('i4', 2, b'\u12')", "('i4', 2, b'\u00e9')", "('i4', 2, f'')",
    "('i4', 2, " + "9" * 4300 + ")", "('i4', 2, " + "9" * 4301 + ")", "('i4', 2, 0x" + "9" * 4301 + ")",
    "('i4', 0x10)", "('i4', 0o17)", "('i4', 0b11)", "('i4', 1_0)", "('i4', +3)", "('i4', -0)", "('i4', -1)",
    "('i4', (-0, +2))", "('i4', 3L)", "('i4', 3.0)", "('i4', True)", "('i4', (True,))", "('i4', 'x')", "('i4', {})",
    "('i4', 00)", "('i4', 03)", "('i4', (2,(3,)))", "('i4', ((2), 3))", "('i4', (2, 3)) # comment",
    "[ # comment\n('a', # another\n'i4')]", "[('a', 'i4')]#", "[('a', 'i4'), # ( [\n]", "[('a',\\\n'i4')]",
    "[('a',\\ \n'i4')]", "[\f('a',\t'i4')\r\n]", "[\v('a', 'i4')]", "[\u00a0('a', 'i4')]",
    "('S', 3)", "('U', 3)", "('V', 3)", "('V', 0)", "('S', (3,))", "('S', ())", "('S', [3])", "[('a', 'S', 3)]",
    "[('', 'V', 3)]", "[('a', 'S', 2147483648)]", "[('a', 'U', 536870912)]", "[('a', 'U', 536870911)]",
    "(('i4', 0), (2,))", "(('i4', 0), ())", "([], 2)", "([], (2,))", "((), 2)", "(('i4', (3,)), (2,))",
    "(('i4', 3), 2)", "((('i4', 3), 2), 4)", "[('a', ((('i4', 3), 2), 4), 5)]", "[('', (('i4', 3), 2)), ('b', 'i4')]",
    "[()]", "[[]]", "[('a',), ('b',)]", "{'names': ['a'], 'formats': ['i4']}",
    "{'names': ['a', 'b'], 'formats': ['u1', 'i8'], 'aligned': True}",
    "{'names': ['a', 'b'], 'formats': ['u1', 'i8'], 'offsets': [0, 8], 'aligned': True, 'itemsize': 24}",
    "{'names': ['a', 'b'], 'formats': ['u1', 'i8'], 'offsets': [0, 8], 'aligned': True, 'itemsize': 20}",
    "{'names': ['a', 'b'], 'formats': ['u1', 'i8'], 'offsets': [0, 4], 'aligned': True}",
    "{'names': ['a', 'b'], 'formats': ['u1', 'i8'], 'offsets': [3, 8]}",
    "{'names': ('a', 'b'), 'formats': ('u1', 'i8'), 'itemsize': 12}", "{'names': ['a'], 'formats': ['i3']}",
    "{'formats': ['i4', ('f8', 2)], 'names': ['a', 'b'], 'titles': ['t', None]}",
    "{'names': ['a'], 'formats': ['u1'], 'aligned': 1}", "{'names': ['a'], 'formats': ['i4'], 'titles': ['a']}",
    "{'names': ['a'], 'formats': ['i4'], 'other': (1, 2)}", "{'names': ['a']}", "{'formats': ['i4']}",
    "{'names': ['a', 'b'], 'formats': ['i4', 'i4'], 'offsets': [0]}",
    "{'names': ['a'], 'formats': ['i4'], 'itemsize': 3}", "{'names': ['a'], 'formats': ['i4'], 'itemsize': 2147483648}",
    "{'names': ['a'], 'formats': ['i4'], 'offsets': [-1]}", "{'names': ['a'], 'formats': ['i4'], 'offsets': [1.0]}",
    "{'names': ['a'], 'formats': ['i4'], 'offsets': [True]}", "{'names': ['a', 'a'], 'formats': ['i4', 'i4']}",
    "{'names': [], 'formats': [], 'itemsize': 8}", "{'names': [], 'formats': []}",
    "[('in', {'names': ['a'], 'formats': ['i4'], 'offsets': [4]})]",
    "[('in', {'names': ['a'], 'formats': ['i4'], 'offsets': [4]}, 2)]",
    "{'names': ['a'], 'formats': [{'names': ['b'], 'formats': ['i4'], 'offsets': [4]}]}",
    "{'names': ['a'], 'formats': ['i4,f4']}", "{'names': [1], 'formats': ['i4']}",
    "{'names': ['a'] 'formats': ['i4']}", "{'names': ['a'], 'formats': ['i4'],, }", "{'names'}", "{",
    "(" * 200 + "'i4'" + ")" * 200, "(" * 201 + "'i4'" + ")" * 201, "[" * 100 + "]" * 100, "['", "[\"", "'''", "'i4",
    "'i4\\'", "'\n'", "'i4' 'x", "'i4'\n'f4'", "'i4';", "'i4'.x", "'i4'\\", "'i4'\\\n",
]
TEXTS = list(dict.fromkeys(TEXTS + BARE + ODD))

# Python objects, which are no bytes in a file.
OBJECTS = [
    "O", "|O", "<O", "O8", "|O4", "T", "object", "object_", "3O", "i4,O", "'O'", "'|O'", "[('a', 'O')]", "('O', 2)",
    "[('a', [('b', 'O')])]",
]

# NumPy reads these and mmrec does not, by reason.
NOT_READ = {
    "a byte order of nothing": ["i4,<"],
    "the numbers that types have in NumPy's C code": ["\x01", "\x0c", "\x17"],
    "steps of a length that is not positive": ["M8[0s]", "M8[-0s]", "M8[D/-2]"],
    "steps of 0 years, from behind NumPy's table of parts of a week": ["M8[W/13]", "M8[W/5000]"],
    "numbers that wrap around": [
        "M8[2147483647D/2]", "M8[D/4294967298]", "S2147483647,S1",
        "{'names': ['a'], 'formats': ['u1'], 'offsets': [2147483647]}",
    ],
    "a dtype or bytes in the place of a shape": [
        "('i4', 'f4')", "('S', 'i4')", "[('a', 'f8', None)]", "('i4', '2i2')", "('V', {})", "('S', [])",
        "('i4', [('a', 'i2'), ('b', 'i2')])", "('i4', b'ab')",
    ],
    "a sub-array of a sub-array without elements, for which NumPy forgets the base": ["(('i4', 0), 2)"],
    "strings, sets and dicts in the place of lists": [
        "['ai']", "{'ai'}", "{('a', 'i4')}", "{'names': 'ab', 'formats': ['i4', 'i4']}",
    ],
    "titles that are no strings": ["[((1, 'a'), 'i4')]", "[(((1, 2), 'a'), 'i4')]", "[((b'x', 'a'), 'i4')]"],
    "names of characters, for which one needs the list of them": [r"[('\N{BULLET}', 'i4')]"],
    "halves of characters, which are none in UTF-8": [r"[('\ud800', 'i4')]"],
    "the form of a dict without 'names'": ["{'a': ('i4', 0), 'b': ('f4', 4)}", "{}"],
    "None for float64": ["{'names': ['a'], 'formats': [None]}"],
    "more formats than names": ["{'names': ['a'], 'formats': ['i4', 'i4']}"],
}

FAMILIES = [
    [
        "'<i4'", "'>i4'", "'<u4'", "'<f4'", "'|S4'", "'|V4'", "'<U1'", "'=i4'", "'i4'", "('<i4', (1,))", "('|u1', (4,))",
        "[('a', '<i4')]",
    ],
    ["'|u1'", "'<u1'", "'>u1'", "'|b1'", "'?'", "'|i1'", "'|S1'", "'|V1'"],
    ["'|S5'", "'<S5'", "'|V5'", "'|S6'", "'<U5'", "'>U5'", "'|U5'"],
    [
        "'<M8'", "'<M8[ns]'", "'<M8[us]'", "'<M8[1000ns]'", "'<M8[1000us]'", "'<M8[ms]'", "'<M8[s]'",
        "'<M8[1000000000ns]'", "'>M8[s]'", "'<m8[s]'",
        "'<M8[60s]'", "'<M8[m]'", "'<M8[60m]'", "'<M8[h]'", "'<M8[24h]'", "'<M8[D]'", "'<M8[86400s]'", "'<M8[7D]'",
        "'<M8[W]'", "'<M8[M]'",
        "'<M8[12M]'", "'<M8[Y]'", "'<M8[365D]'", "'<M8[30D]'", "'<M8[1000as]'", "'<M8[fs]'", "'<M8[168h]'",
    ],
    [
        "[('a', '<i4'), ('b', '<f8')]",
        "[('b', '<f8'), ('a', '<i4')]",
        "[('a', '<i4'), ('c', '<f8')]",
        "[('a', '>i4'), ('b', '<f8')]",
        "[('a', '<i4'), ('', '|V4'), ('b', '<f8')]",
        "[('a', '<i4'), ('b', '<f8'), ('', '|V4')]",
        "[('', '|V4'), ('a', '<i4'), ('b', '<f8')]",
        "[(('t', 'a'), '<i4'), ('b', '<f8')]",
        "[(('u', 'a'), '<i4'), ('b', '<f8')]",
        "[('a', '=i4'), ('b', 'f8')]",
        "[('a', '<i4'), ('b', '<f8'), ('c', '|u1')]",
        "[('a', '<i4'), ('b', '<f8', (1,))]",
        "[('a', '<i4'), ('b', [('c', '<f8')])]",
        "[('a', '<i4'), ('b', [('d', '<f8')])]",
        "'|V12'",
    ],
    [
        "[('a', '<i4', (6,))]", "[('a', '<i4', (2, 3))]", "[('a', '<i4', (3, 2))]", "[('a', '<i4', 6)]",
        "[('a', ('<i4', (3,)), (2,))]", "[('a', ('<i4', (2, 3)))]",
    ],
    ["[]", "[('', '|V8')]", "[('', '|V4'), ('', '|V4')]", "[('', '<i8')]", "'|V8'"],
]


def read(text):
    """The dtype that a text in a header, or one without quotes, stands for."""
    with warnings.catch_warnings():
        # Python warns of calls like `'a' ('b')` and of unknown escapes, NumPy of `a`.
        warnings.simplefilter("ignore")
        try:
            return np.dtype(text)
        except Exception:
            value = ast.literal_eval(text.strip())
        # Headers have no dicts.
        return np.dtype(value) if "'formats'" in text or isinstance(value, dict) else descr_to_dtype(value)


def is_read(text):
    try:
        read(text)
    except Exception:
        return False
    return True


def fields(dtype):
    """Name, title, offset and text of each field."""
    described = []
    for name in dtype.names or ():
        inner, offset, title = (*dtype.fields[name], None)[:3]
        described.append([name, title, offset, descr(inner)])
    return described


def places(dtype):
    """Offset and text of each scalar, unless there are very many."""
    scalars = list(itertools.islice(leaves(dtype), 1001))
    return {} if len(scalars) > 1000 else {"leaves": [[at, descr(leaf)] for at, leaf in scalars]}


def described(dtype):
    return {
        "text": descr(dtype),
        "itemsize": dtype.itemsize,
        "alignment": dtype.alignment,
        "shape": list(dtype.shape),
        "fields": fields(dtype),
    } | places(dtype)


def read_back(dtype):
    text = descr(dtype)
    back = read(text)
    assert back == dtype and descr(back) == text, text
    return described(back)


def is_equal(a, b):
    """NumPy's == of times depends on the order: 1000ns == us is true, us == 1000ns is false. Either will do."""
    return bool(read(a) == read(b) or read(b) == read(a))


def part(spec):
    if isinstance(spec, str):
        return np.dtype(spec)
    if spec[0] == "array":
        return np.dtype((part(spec[1]), tuple(spec[2])))
    return np.dtype([(name, part(inner)) for name, inner in spec[1]], align=spec[0] == "aligned")


def generate():
    dtypes = [np.dtype(text) for text in SCALARS] + RECORDS + TOP_LEVEL_ARRAYS + list(TYPES.values())
    unique = {descr(dtype): dtype for dtype in dtypes}
    not_read = [text for texts in NOT_READ.values() for text in texts]
    assert all(is_read(text) for text in not_read) and all(read(text).hasobject for text in OBJECTS)
    assert all(descr(np.dtype(text)) == repr(text) for text in SCALARS)
    return {
        "dtypes": [read_back(dtype) for dtype in unique.values()],
        "layouts": [{"parts": spec} | described(part(spec)) for spec in LAYOUTS],
        "spellings": [{"spelling": text} | described(read(text)) for text in TEXTS if is_read(text)],
        "pairs": [
            {"a": a, "b": b, "equal": is_equal(a, b)}
            for family in FAMILIES
            for a, b in itertools.combinations(family, 2)
        ],
        "refused": [text for text in TEXTS if not is_read(text)],
        "objects": OBJECTS,
        "not_read": not_read,
    }
