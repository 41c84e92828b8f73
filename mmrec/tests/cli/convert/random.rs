//! There and back, with random values.

use proptest::{collection::vec, prelude::*, sample::select};

use super::Files;

/// A kind of scalar, how many bytes it has, and how many of those are a number.
type Kind = (&'static str, usize, usize);

const KINDS: &[Kind] = &[
    ("?", 1, 0),
    ("i1", 1, 1),
    ("u1", 1, 1),
    ("<i2", 2, 2),
    (">u2", 2, 2),
    (">i4", 4, 4),
    ("<u4", 4, 4),
    ("<i8", 8, 8),
    (">u8", 8, 8),
    ("<f2", 2, 2),
    (">f4", 4, 4),
    ("<f8", 8, 8),
    ("<c8", 8, 4),
    (">c16", 16, 8),
    ("S4", 4, 0),
    ("<U2", 8, 4),
    (">U2", 8, 4),
    ("V3", 3, 0),
    ("<M8[us]", 8, 8),
    (">M8[D]", 8, 8),
    ("<M8[Y]", 8, 8),
    ("<M8[25s]", 8, 8),
    ("<M8", 8, 8),
    (">m8[ns]", 8, 8),
    ("<f16", 16, 0),
];

/// A value as it is stored, from random bits of which each kind takes what it has a text for.
fn stored((kind, size, number): Kind, bits: u128) -> Vec<u8> {
    let bytes = bits.to_le_bytes();
    if kind == "?" {
        return vec![bytes[0] & 1];
    }
    let mut value = match (kind.trim_start_matches(['<', '>']), number) {
        ("U2", _) => {
            let letters = ['\0', 'a', '"', ',', '\n', '\r', ' ', 'ä', '\u{10ffff}', '\u{feff}'];
            let letter = |at: usize| u32::from(letters[usize::from(bytes[at]) % letters.len()]).to_le_bytes();
            [letter(0), letter(1)].concat()
        }
        ("S4", _) => {
            let letters = b"\0a\",\n\r \xff;\t";
            bytes[..4].iter().map(|byte| letters[usize::from(*byte) % letters.len()]).collect()
        }
        (time, _) if time.starts_with("M8[") => {
            // All times within reach of a text, the near ones often.
            let steps = (bits as i64) >> (6 + bytes[15] % 58);
            if bytes[14].is_multiple_of(8) {
                i64::MIN.to_le_bytes().to_vec()
            } else {
                steps.to_le_bytes().to_vec()
            }
        }
        (float, 2..) if float.starts_with(['f', 'c']) => {
            bytes[..size].chunks(number).flat_map(|part| without_other_nans(part.to_vec())).collect()
        }
        _ => bytes[..size].to_vec(),
    };
    if kind.starts_with('>') {
        value.chunks_mut(number).for_each(<[u8]>::reverse);
    }
    value
}

/// A NaN has a sign and other bits, of which a text has none.
fn without_other_nans(float: Vec<u8>) -> Vec<u8> {
    let whole = float.iter().rev().fold(0u64, |whole, &byte| whole << 8 | u64::from(byte));
    match float.len() {
        2 if whole & 0x7fff > 0x7c00 => 0x7e00u16.to_le_bytes().to_vec(),
        4 if f32::from_bits(whole as u32).is_nan() => f32::NAN.to_le_bytes().to_vec(),
        8 if f64::from_bits(whole).is_nan() => f64::NAN.to_le_bytes().to_vec(),
        _ => float,
    }
}

/// Some fields, and rows of values of them.
fn records() -> impl Strategy<Value = (Vec<Kind>, Vec<Vec<u128>>)> {
    vec(select(KINDS), 1..6).prop_flat_map(|kinds| {
        let rows = vec(vec(any::<u128>(), kinds.len()), 0..20);
        (Just(kinds), rows)
    })
}

#[test]
fn every_half_is_read_back() {
    let is_nan = |bits: &u16| bits & 0x7fff > 0x7c00;
    let raw: Vec<u8> = (0..=u16::MAX).filter(|bits| !is_nan(bits)).flat_map(u16::to_le_bytes).collect();
    let files = Files::new().with("a.raw", &raw);
    files.convert("a.raw", "a.csv", &["--dtype", "<f2"]);
    assert!(files.convert("a.csv", "b.raw", &["--dtype", "<f2"]) == raw);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn text_is_read_back_as_what_was_written(
        (kinds, rows) in records(),
        delimiter in select(&[",", ";", "tab", "|", " "][..]),
        has_header: bool,
        has_returns: bool,
    ) {
        let fields: Vec<_> = kinds.iter().enumerate().map(|(at, kind)| format!("('f{at}', '{}')", kind.0)).collect();
        let dtype = format!("[{}]", fields.join(", "));
        let raw: Vec<u8> =
            rows.iter().flat_map(|row| kinds.iter().zip(row).flat_map(|(&kind, &bits)| stored(kind, bits))).collect();
        let files = Files::new().with("a.raw", &raw);
        let mut args = vec!["--dtype", &dtype, "--delimiter", delimiter];
        if !has_header {
            args.push("--no-header");
        }
        let text = files.convert("a.raw", "a.csv", &args);
        prop_assert!(files.convert("a.csv", "b.raw", &args) == raw, "{dtype}");
        prop_assert!(files.convert("b.raw", "b.csv", &args) == text);
        if has_returns {
            // Lines that end as on Windows, but not those in quotes.
            let mut is_quoted = false;
            let with_returns: Vec<u8> = text
                .iter()
                .flat_map(|&byte| {
                    is_quoted ^= byte == b'"';
                    if byte == b'\n' && !is_quoted { vec![b'\r', b'\n'] } else { vec![byte] }
                })
                .collect();
            std::fs::write(files.path("c.csv"), with_returns).unwrap();
            prop_assert!(files.convert("c.csv", "c.raw", &args) == raw, "{dtype}");
        }
        // By way of a .npy, which says what it is.
        files.convert("a.raw", "a.npy", &["--dtype", &dtype]);
        let without: Vec<&str> = args[2..].to_vec();
        prop_assert!(files.convert("a.npy", "d.csv", &without) == text);
    }

    #[test]
    fn layouts_lead_back_to_the_first((kinds, rows) in records(), outer in select(&["C", "F"][..])) {
        let fields: Vec<_> = kinds.iter().enumerate().map(|(at, kind)| format!("('f{at}', '{}')", kind.0)).collect();
        let dtype = format!("[{}]", fields.join(", "));
        let mut raw: Vec<u8> =
            rows.iter().flat_map(|row| kinds.iter().zip(row).flat_map(|(&kind, &bits)| stored(kind, bits))).collect();
        let (shape, size) = (format!("{},3,2", rows.len()), raw.len());
        for _ in 0..5 {
            raw.extend_from_within(..size);
        }
        let files = Files::new().with("a.raw", &raw);
        let as_raw = ["--dtype", &dtype, "--shape", &shape, "--order", outer];
        files.convert("a.raw", "a.npy", &as_raw);
        files.convert("a.npy", "b.npy", &["--aligned", "--endian", "big", "--to-order", if outer == "C" { "F" } else { "C" }]);
        files.convert("b.npy", "c.npy", &["--as", &dtype, "--to-order", outer]);
        prop_assert!(files.read("c.npy") == files.read("a.npy"), "{dtype}");
        prop_assert!(files.convert("c.npy", "c.raw", &[]) == raw);
    }
}
