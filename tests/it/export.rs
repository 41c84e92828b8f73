//! dtypes as source text: a Python expression against NumPy (`tests/golden/export.json`), C through a C compiler, and
//! Rust through this very program, which holds the structs of fifty random dtypes.

mod structs;

use std::{
    io::{self, Write as _},
    process::{Command, Stdio},
};

use mmrec::{DType, DTypeField, ErrorKind};
use serde::Deserialize;

use crate::random::{self, crc32};

#[derive(Deserialize)]
struct Golden {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    spec: Spec,
    dict: String,
}

/// A dtype as its parts.
#[derive(Deserialize)]
#[serde(untagged)]
enum Spec {
    Scalar(String),
    Array {
        base: Box<Spec>,
        shape: Vec<usize>,
    },
    Record {
        /// Name, type, offset, title.
        fields: Vec<(String, Spec, usize, Option<String>)>,
        itemsize: usize,
    },
}

impl Spec {
    fn build(&self) -> DType {
        match self {
            Self::Scalar(text) => text.parse().unwrap(),
            Self::Array { base, shape } => DType::array(base.build(), shape).unwrap(),
            Self::Record { fields, itemsize } => {
                let field = |(name, spec, offset, title): &(String, Self, usize, Option<String>)| {
                    let field = DTypeField::new(name, spec.build()).at(*offset);
                    title.iter().fold(field, |field, title| field.with_title(title))
                };
                DType::with_offsets(fields.iter().map(field), *itemsize).unwrap()
            }
        }
    }
}

#[test]
fn numpy_reads_the_expression_as_an_equal_dtype() {
    let golden: Golden = serde_json::from_str(include_str!("../golden/export.json")).unwrap();
    assert!(golden.cases.len() >= 110, "the file has too few cases: {}", golden.cases.len());
    let mut without_descr = 0;
    for Case { spec, dict } in golden.cases {
        let dtype = spec.build();
        assert_eq!(dtype.to_numpy_dict(), dict);
        if dtype.to_string().starts_with('{') {
            without_descr += 1;
            assert_eq!(dtype.to_string(), dict);
        }
    }
    assert_eq!(without_descr, 5);
    for case in random::cases() {
        let text = case.dtype().to_numpy_dict();
        assert_eq!(crc32(text.as_bytes()), case.dict, "{}: {text}", case.id);
    }
}

/// Compiles C, or says that there is no compiler for it.
fn compile_c(source: &str) {
    // Straight to the terminal: what a passing test prints is not shown.
    let skipped = |why: &str| {
        let _ = writeln!(io::stderr(), "skipped: {why}");
    };
    if !cfg!(all(target_os = "linux", target_pointer_width = "64")) {
        return skipped("C may have another `long double` here");
    }
    let compiler = std::env::var_os("CC").unwrap_or_else(|| "cc".into());
    let flags = ["-std=c11", "-pedantic", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "-x", "c", "-"];
    let started = Command::new(&compiler)
        .args(flags)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut process = match started {
        Ok(process) => process,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return skipped(&format!("there is no C compiler {}", compiler.to_string_lossy()));
        }
        Err(error) => panic!("{error}"),
    };
    process.stdin.take().unwrap().write_all(source.as_bytes()).unwrap();
    let output = process.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// The assertions in the text have the compiler prove every size and every offset.
#[test]
#[cfg(target_endian = "little")]
fn a_c_compiler_finds_every_field_in_its_place() {
    let (mut source, mut asserts, mut declared) = (String::new(), 0, 0);
    for case in random::cases() {
        match case.dtype().to_c_struct(&format!("case_{}", case.id)) {
            Ok(text) => {
                declared += 1;
                asserts += text.matches("_Static_assert(").count();
                source.push_str(&text);
            }
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::Unsupported);
                assert!(case.itemsize == 0 && error.to_string().contains("no bytes"), "{error}");
            }
        }
    }
    assert!(declared >= 480 && asserts >= 2500, "{declared} types, {asserts} assertions");
    compile_c(&source);
}

fn rust(text: &str) -> String {
    text.parse::<DType>().unwrap().to_rust_struct("Trade").unwrap()
}

#[test]
#[cfg(target_endian = "little")]
fn a_struct_is_packed_only_where_it_has_to_be() {
    // As C would lay it out, nothing has to be said.
    let aligned = "[('a', '|u1'), ('', '|V3'), ('b', '<i4'), ('c', '|b1'), ('', '|V3')]";
    assert_eq!(
        rust(aligned),
        format!(
            "#[derive(Clone, Copy, Debug, PartialEq, mmrec::MmapRecord)]\n#[repr(C)]\n#[mmrec(descr = \"{aligned}\")]\n\
             pub struct Trade {{\n    pub a: u8,\n    pub b: i32,\n    pub c: bool,\n}}\n"
        )
    );
    // More than C would leave, but every field is aligned.
    let gaps = rust("[('', '|V8'), ('a', '|u1'), ('', '|V7'), ('b', '<i4'), ('', '|V8')]");
    assert!(gaps.contains("#[repr(C)]\n"), "{gaps}");
    assert!(gaps.contains("{\n    #[mmrec(pad)]\n    pub _pad0: [u8; 8],\n    pub a: u8,\n    #[mmrec(pad)]\n    pub _pad1: [u8; 7],\n"), "{gaps}");
    assert!(gaps.contains("    pub b: i32,\n    #[mmrec(pad)]\n    pub _pad2: [u8; 8],\n}"), "{gaps}");
    // Fields, or the end, where C would not have them.
    for text in ["[('a', '|u1'), ('b', '<i4')]", "[('a', '<i4'), ('b', '|u1')]"] {
        let packed = rust(text);
        assert!(packed.contains("#[repr(C, packed)]\n") && !packed.contains("pad)]"), "{packed}");
    }
    // Numbers of the other byte order have no alignment.
    let big = rust("[('a', '|u1'), ('b', '>i4'), ('c', '>c16')]");
    assert!(big.starts_with("// Needs the feature `complex` of mmrec.\n#[derive"), "{big}");
    assert!(big.contains("#[repr(C)]") && big.contains("    pub b: mmrec::big_endian::I32,\n"), "{big}");
    assert!(big.contains("    pub c: mmrec::BigEndian<mmrec::Complex<f64>>,\n"), "{big}");
}

#[test]
#[cfg(target_endian = "little")]
fn every_type_has_a_name_in_rust() {
    let types = [
        ("?", "bool"),
        ("i1", "i8"),
        ("<u2", "u16"),
        (">u8", "mmrec::big_endian::U64"),
        ("<f4", "f32"),
        (">f4", "mmrec::big_endian::F32"),
        ("<f2", "mmrec::f16"),
        (">f2", "mmrec::BigEndian<mmrec::f16>"),
        ("<f16", "mmrec::LongDouble"),
        (">f16", "mmrec::BigEndian<mmrec::LongDouble>"),
        ("<c8", "mmrec::Complex<f32>"),
        ("<c32", "mmrec::ComplexLongDouble"),
        ("S5", "mmrec::ByteStr<5>"),
        ("<U5", "mmrec::UnicodeStr<5>"),
        (">U5", "mmrec::BigEndian<mmrec::UnicodeStr<5>>"),
        ("V5", "mmrec::Void<5>"),
        ("<M8[ns]", "mmrec::DateTime64<mmrec::units::Nanosecond>"),
        ("<M8", "mmrec::DateTime64<mmrec::units::Generic>"),
        (
            ">m8[25s]",
            "mmrec::BigEndian<mmrec::TimeDelta64<mmrec::units::Multiple<mmrec::units::Second, 25>>>",
        ),
        ("('<f8', (2, 5))", "[[f64; 5]; 2]"),
        ("('<f8', (0,))", "[f64; 0]"),
    ];
    for (dtype, name) in types {
        let text = rust(dtype);
        assert!(text.ends_with(&format!("pub type Trade = {name};\n")), "{text}");
    }
    assert!(rust("('<f2', (2,))").starts_with("// Needs the feature `half` of mmrec.\n"));
    let records = rust("([('x', '<f2'), ('y', '<c8')], (2,))");
    assert!(
        records.starts_with(
            "// Needs the features `complex` and `half` of mmrec.\npub type Trade = [TradeItem; 2];\n\n#[derive("
        ),
        "{records}"
    );
}

/// A long double has an alignment that packed structs do not take, be it in a struct inside.
#[test]
#[cfg(target_endian = "little")]
fn long_doubles_in_packed_structs_are_bytes() {
    let aligned = rust("[('in', [('x', '<f16')]), ('y', '<c32')]");
    assert!(aligned.contains("    pub x: mmrec::LongDouble,\n") && !aligned.contains("packed"), "{aligned}");
    assert!(
        aligned.contains("    pub y: mmrec::ComplexLongDouble,\n") && !aligned.contains("PartialEq"),
        "{aligned}"
    );
    let packed = rust("[('a', '|u1'), ('in', [('x', '<f16'), ('n', '<u4'), ('', '|V12')])]");
    assert!(packed.contains("    pub x: mmrec::LittleEndian<mmrec::LongDouble>,\n"), "{packed}");
    assert!(packed.contains("#[repr(C)]\npub struct TradeIn {"), "{packed}");
    // Without the alignment the end has to be said.
    assert!(packed.contains("    pub _pad0: [u8; 12],\n"), "{packed}");
}

#[test]
#[cfg(target_endian = "little")]
fn names_that_are_no_identifiers_are_kept_by_rename() {
    let text = rust(
        "[('type', '|u1'), ('Self', '|u1'), (('the title', 'a b'), '|u1'), ('a_b', '|u1'), ('1st', '|u1'), ('\\u540d', '|u1'), \
         ('say \"hi\"', '|u1'), ('_pad0', '|u1'), ('', '|V2'), ('USD', [('x', '|u1')]), ('fields', [('x', '|u1')], (2,))]",
    );
    let members = [
        "pub r#type: u8,",
        "#[mmrec(rename = \"Self\")]\n    pub Self_: u8,",
        "#[mmrec(rename = \"a b\", title = \"the title\")]\n    pub a_b_2: u8,",
        "pub a_b: u8,",
        "#[mmrec(rename = \"1st\")]\n    pub _1st: u8,",
        "#[mmrec(rename = \"\u{540d}\")]\n    pub f5: u8,",
        "#[mmrec(rename = \"say \\\"hi\\\"\")]\n    pub say_hi: u8,",
        "pub _pad0: u8,",
        "#[mmrec(pad)]\n    pub _pad1: [u8; 2],",
        "pub USD: TradeUSD,",
        "pub fields: [TradeFields_2; 2],",
    ];
    let expected =
        format!("#[allow(non_snake_case)]\npub struct Trade {{\n    {}\n}}\n", members.join("\n    "));
    assert!(text.contains(&expected), "{text}");
    assert!(text.contains("pub struct TradeUSD {\n    pub x: u8,\n}\n"), "{text}");
    assert!(text.contains("pub struct TradeFields_2 {\n    pub x: u8,\n}\n"), "{text}");
}

fn u4() -> DType {
    "<u4".parse().unwrap()
}

#[track_caller]
fn assert_unsupported(result: mmrec::Result<String>, words: &[&str]) {
    let error = result.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    let text = error.to_string();
    assert!(words.iter().all(|word| text.contains(word)), "{text}");
}

#[test]
fn what_has_no_rust_form_is_an_error() {
    let at = |a, b| {
        let inner =
            DType::with_offsets([DTypeField::new("a", u4()).at(a), DTypeField::new("b", u4()).at(b)], 8);
        DType::packed([DTypeField::new("in", inner.unwrap())]).unwrap().to_rust_struct("Trade")
    };
    assert!(at(0, 4).is_ok());
    assert_unsupported(at(4, 0), &["`in.b`", "at byte 0", "at 8"]);
    assert_unsupported(at(0, 3), &["`in.b`", "at byte 3", "at 4"]);
    let nested: DType = "[('a', ('<f8', (5,)), (2,))]".parse().unwrap();
    assert_unsupported(nested.to_rust_struct("Trade"), &["`a`", "(('<f8', (5,)), (2,))"]);
    assert_unsupported(nested.field("a").unwrap().dtype().to_rust_struct("Trade"), &["the dtype is"]);
    let unnamed = DType::packed([DTypeField::new("", u4())]).unwrap();
    assert_unsupported(unnamed.to_rust_struct("Trade"), &["empty name"]);
    let untitled = DType::packed([DTypeField::new("a", u4()).with_title("")]).unwrap();
    assert_unsupported(untitled.to_rust_struct("Trade"), &["`a`", "title"]);
    for name in ["", "1st", "a b", "type", "Self", "_", "caf\u{e9}", "mmrec", "u8"] {
        assert_unsupported(u4().to_rust_struct(name), &["not a name"]);
    }
}

#[test]
#[cfg(target_endian = "little")]
fn a_c_declaration_says_what_c_has_no_type_for() {
    let inner =
        DType::packed([DTypeField::new("x", u4()), DTypeField::new("*/", "|u1".parse().unwrap())]).unwrap();
    let fields = [
        DTypeField::new("last", ">f8".parse().unwrap()).at(40),
        DTypeField::new("int", "<M8[25s]".parse().unwrap()).at(0).with_title("when"),
        DTypeField::new("in", DType::array(inner, &[2, 3]).unwrap()).at(8),
        DTypeField::new("none", DType::array(u4(), &[0]).unwrap()).at(38),
    ];
    let text = DType::with_offsets(fields, 48).unwrap().to_c_struct("trade").unwrap();
    let expected = r#"#include <stddef.h>
#include <stdint.h>

#pragma pack(push, 1)
struct trade_in {
    uint32_t x; /* <u4 */
    uint8_t f1; /* '*\/', |u1 */
};
#pragma pack(pop)
_Static_assert(sizeof(struct trade_in) == 5, "struct trade_in");
_Static_assert(offsetof(struct trade_in, x) == 0, "x");
_Static_assert(offsetof(struct trade_in, f1) == 4, "f1");

struct trade {
    int64_t int_; /* 'int', <M8[25s], steps since 1970, INT64_MIN is NaT, title 'when' */
    struct trade_in in[2][3];
    /* 'none' takes no bytes: ('<u4', (0,)) */
    uint8_t _pad0[2];
    uint64_t last; /* >f8, big-endian */
};
_Static_assert(sizeof(struct trade) == 48, "struct trade");
_Static_assert(offsetof(struct trade, int_) == 0, "int_");
_Static_assert(offsetof(struct trade, in) == 8, "in");
_Static_assert(offsetof(struct trade, last) == 40, "last");
"#;
    assert_eq!(text, expected);
    compile_c(&text);
}

#[test]
#[cfg(target_endian = "little")]
fn every_type_has_a_name_in_c() {
    let types = [
        ("?", "uint8_t t; /* |b1, zero is false */"),
        ("i1", "int8_t t; /* |i1 */"),
        ("<u8", "uint64_t t; /* <u8 */"),
        (">i2", "int16_t t; /* >i2, big-endian */"),
        ("<f2", "uint16_t t; /* <f2, half precision */"),
        ("<f4", "float t; /* <f4 */"),
        (">f4", "uint32_t t; /* >f4, big-endian */"),
        ("<f16", "long double t; /* <f16 */"),
        (">f16", "uint8_t t[16]; /* >f16, big-endian */"),
        ("<c8", "float _Complex t; /* <c8 */"),
        ("<c16", "double _Complex t; /* <c16 */"),
        (">c16", "uint64_t t[2]; /* >c16, big-endian */"),
        ("<c32", "long double _Complex t; /* <c32 */"),
        (">c32", "uint8_t t[32]; /* >c32, big-endian */"),
        ("S5", "char t[5]; /* |S5, padded with NUL, without one if full */"),
        (">U5", "uint32_t t[5]; /* >U5, big-endian, code points, padded with 0 */"),
        ("V5", "uint8_t t[5]; /* |V5 */"),
        ("<m8", "int64_t t; /* <m8, steps, INT64_MIN is NaT */"),
        ("('<c16', (2, 5))", "double _Complex t[2][5]; /* <c16 */"),
        ("('>c16', (3,))", "uint64_t t[3][2]; /* >c16, big-endian */"),
        ("(('<f8', (5,)), (2,))", "double t[2][5]; /* <f8 */"),
    ];
    let mut source = String::new();
    for (i, (dtype, declaration)) in types.into_iter().enumerate() {
        let dtype: DType = dtype.parse().unwrap();
        let text = dtype.to_c_struct("t").unwrap();
        assert!(text.contains(&format!("\ntypedef {declaration}\n_Static_assert(sizeof(t) == ")), "{text}");
        source.push_str(&dtype.to_c_struct(&format!("t{i}")).unwrap());
    }
    compile_c(&source);
}

#[test]
fn what_has_no_c_form_is_an_error() {
    let overlapping = [DTypeField::new("a", u4()).at(0), DTypeField::new("b", u4()).at(3)];
    let inner = DType::with_offsets(overlapping, 8).unwrap();
    let outer = DType::packed([DTypeField::new("in", inner)]).unwrap();
    assert_unsupported(outer.to_c_struct("trade"), &["`in.b`", "at byte 3", "at 4"]);
    assert_unsupported("[]".parse::<DType>().unwrap().to_c_struct("trade"), &["[]", "no bytes"]);
    for name in ["", "1st", "a b", "int", "__x", "_X", "linux", "INT8_MAX"] {
        assert_unsupported(u4().to_c_struct(name), &["not a name"]);
    }
}
