//! Random arrays that NumPy wrote, `tests/golden/random.npz`, and what it says of them, `tests/golden/random.json`.

mod answers;
mod maps;

use std::{collections::HashMap, sync::OnceLock};

use mmrec::{DType, Order};
use serde::Deserialize;

pub(crate) use self::answers::{Shown, crc32};

/// One array; `tests/golden/random_cases.py` says what the keys mean.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    pub(crate) id: String,
    pub(crate) descr: String,
    pub(crate) itemsize: usize,
    pub(crate) shape: Vec<usize>,
    order: String,
    /// CRC-32 of `DType::to_numpy_dict`.
    pub(crate) dict: u32,
    pub(crate) leaves: Vec<Leaf>,
    /// What `str` makes of it.
    #[serde(default)]
    pub(crate) text: Option<String>,
}

/// A column of scalars.
#[derive(Deserialize)]
#[serde(from = "Row")]
pub(crate) struct Leaf {
    /// The names that lead to it, from the outermost.
    pub(crate) names: Vec<String>,
    pub(crate) dtype: String,
    /// The shape of the array and those of the sub-arrays on the way.
    pub(crate) shape: Vec<usize>,
    /// CRC-32 of the bytes in C order.
    pub(crate) crc: u32,
    /// For numbers, their sum.
    pub(crate) sum: Option<Sum>,
}

/// A sum as text: integers as they are, the bits of floats as big-endian digits, `NaN`; two of these if it is complex.
#[derive(Debug, PartialEq)]
pub(crate) struct Sum {
    /// Kind and size of the number, as in `f8`.
    pub(crate) kind: String,
    pub(crate) text: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Row {
    Plain(Vec<String>, String, Vec<usize>, u32),
    Added(Vec<String>, String, Vec<usize>, u32, String, serde_json::Value),
}

impl From<Row> for Leaf {
    fn from(row: Row) -> Self {
        match row {
            Row::Plain(names, dtype, shape, crc) => Self { names, dtype, shape, crc, sum: None },
            Row::Added(names, dtype, shape, crc, kind, value) => {
                let text = value.to_string().replace('"', "");
                Self { names, dtype, shape, crc, sum: Some(Sum { kind, text }) }
            }
        }
    }
}

impl Case {
    pub(crate) fn dtype(&self) -> DType {
        self.descr.parse().unwrap_or_else(|error| panic!("{}: {error}", self.id))
    }

    pub(crate) fn order(&self) -> Order {
        match self.order.as_str() {
            "C" => Order::C,
            "F" => Order::F,
            other => panic!("{}: no such order: {other}", self.id),
        }
    }

    /// The `.npy`.
    pub(crate) fn npy(&self) -> &'static [u8] {
        static MEMBERS: OnceLock<HashMap<&str, &[u8]>> = OnceLock::new();
        let members = MEMBERS.get_or_init(|| members(include_bytes!("../golden/random.npz")));
        members[format!("{}.npy", self.id).as_str()]
    }

    /// The elements as they lie in the `.npy`.
    pub(crate) fn data(&self) -> &'static [u8] {
        let bytes: usize = self.shape.iter().product::<usize>() * self.itemsize;
        let npy = self.npy();
        &npy[npy.len() - bytes..]
    }
}

/// All cases.
pub(crate) fn cases() -> Vec<Case> {
    #[derive(Deserialize)]
    struct Golden {
        cases: Vec<Case>,
    }
    let golden: Golden = serde_json::from_str(include_str!("../golden/random.json")).unwrap();
    assert_eq!(golden.cases.len(), 500);
    golden.cases
}

/// The members of an archive by name, as they follow each other; none is compressed.
fn members(archive: &'static [u8]) -> HashMap<&'static str, &'static [u8]> {
    let (mut members, mut rest) = (HashMap::new(), archive);
    while let Some(header) = rest.strip_prefix(b"PK\x03\x04") {
        let u16_at = |at: usize| usize::from(u16::from_le_bytes([header[at], header[at + 1]]));
        let (method, size, name, extra) = (u16_at(4), u16_at(14) | u16_at(16) << 16, u16_at(22), u16_at(24));
        assert_eq!(method, 0, "a member is compressed");
        let (head, tail) = header[26..].split_at(name + extra);
        let (data, next) = tail.split_at(size);
        members.insert(str::from_utf8(&head[..name]).unwrap(), data);
        rest = next;
    }
    members
}

#[test]
fn every_case_has_its_array() {
    for case in cases() {
        let dtype = case.dtype();
        assert_eq!(dtype.to_string(), case.descr, "{}", case.id);
        assert_eq!(dtype.itemsize(), case.itemsize, "{}", case.id);
        let head = case.npy().len() - case.data().len();
        assert!(head >= 64 && head.is_multiple_of(64) && case.npy().starts_with(b"\x93NUMPY"), "{}", case.id);
        assert_eq!(case.npy()[head - 1], b'\n', "{}", case.id);
    }
    assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
}
