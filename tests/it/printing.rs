//! `Display` of views against NumPy's `str` of the same arrays: `tests/golden/printing.json`.

use std::fmt::Write as _;

use mmrec::{ByteStr, Element, IxDyn, Order, RecordMap, View, big_endian};
use serde::Deserialize;
use tempfile::tempdir;

use crate::golden::types::{Flags, Line, Named, One, Outer, Packed, Padded, Point, Waves, Wide};

#[derive(Deserialize)]
struct Golden {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    id: String,
    rust: String,
    descr: String,
    shape: Vec<usize>,
    #[serde(default)]
    order: Option<String>,
    /// Print this field instead of the record.
    #[serde(default)]
    column: Option<String>,
    /// The elements, in one of three forms.
    #[serde(default)]
    hex: Option<String>,
    #[serde(default)]
    cycle: Option<String>,
    #[serde(default)]
    arange: Option<[f64; 2]>,
    text: String,
}

/// A type whose arrays can be given as `start + i * step`.
trait Steps: Element {
    fn bytes_of(value: f64) -> Vec<u8>;
}

macro_rules! steps {
    ($($number:ty),*) => {$(
        impl Steps for $number {
            fn bytes_of(value: f64) -> Vec<u8> {
                (value as Self).to_le_bytes().to_vec()
            }
        }
    )*};
}

steps!(i16, i32, i64, f32, f64);

impl Case {
    fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// The bytes of the file.
    fn bytes<T: Element>(&self) -> Vec<u8> {
        let size = self.len() * size_of::<T>();
        let bytes = match (&self.hex, &self.cycle, self.arange) {
            (Some(hex), None, None) => from_hex(hex),
            (None, Some(hex), None) => from_hex(hex).into_iter().cycle().take(size).collect(),
            (None, None, Some([start, step])) => {
                let bytes_of = match self.rust.as_str() {
                    "i16" => i16::bytes_of,
                    "i32" => i32::bytes_of,
                    "i64" => i64::bytes_of,
                    "f32" => f32::bytes_of,
                    "f64" => f64::bytes_of,
                    other => panic!("{}: no steps of {other}", self.id),
                };
                (0..self.len()).flat_map(|i| bytes_of(start + i as f64 * step)).collect()
            }
            _ => panic!("{}: the elements are given in one form", self.id),
        };
        assert_eq!(bytes.len(), size, "{}", self.id);
        bytes
    }

    /// Maps the array and prints it.
    fn print<T: Element>(&self) -> String {
        self.with_view::<T>(|view| view.to_string())
    }

    /// Maps the records and prints one field of them.
    fn print_column<T: Element, F: Element>(&self, column: &str) -> String {
        self.with_view::<T>(|view| view.field_named::<F>(column).unwrap().to_string())
    }

    fn with_view<T: Element>(&self, print: impl FnOnce(View<'_, T, IxDyn>) -> String) -> String {
        assert_eq!(T::DTYPE.to_string(), self.descr, "{}: {} is another type here", self.id, self.rust);
        let dir = tempdir().unwrap();
        let path = dir.path().join("array.bin");
        std::fs::write(&path, self.bytes::<T>()).unwrap();
        let order = if self.order.as_deref() == Some("F") { Order::F } else { Order::C };
        let map = RecordMap::<T>::options().shape(self.shape.clone()).order(order).open(&path).unwrap();
        let text = print(map.view());
        if self.column.is_none() {
            assert_eq!(map.to_string(), text, "{}: the map prints as its view does", self.id);
        }
        text
    }

    fn printed(&self) -> String {
        if let Some(column) = &self.column {
            return match (self.rust.as_str(), column.as_str()) {
                ("Packed", "tag") => self.print_column::<Packed, u8>(column),
                ("Packed", "qty") => self.print_column::<Packed, u32>(column),
                ("Packed", "price") => self.print_column::<Packed, f64>(column),
                ("Padded", "tag") => self.print_column::<Padded, u8>(column),
                ("Padded", "qty") => self.print_column::<Padded, u32>(column),
                ("Padded", "price") => self.print_column::<Padded, f64>(column),
                ("Line", "id") => self.print_column::<Line, u64>(column),
                ("Named", "symbol") => self.print_column::<Named, ByteStr<5>>(column),
                ("Waves", "samples") => self.print_column::<Waves, [i16; 4]>(column),
                (rust, column) => panic!("{}: no column {rust}.{column}", self.id),
            };
        }
        match self.rust.as_str() {
            "u8" => self.print::<u8>(),
            "u16" => self.print::<u16>(),
            "u32" => self.print::<u32>(),
            "u64" => self.print::<u64>(),
            "i8" => self.print::<i8>(),
            "i16" => self.print::<i16>(),
            "i32" => self.print::<i32>(),
            "i64" => self.print::<i64>(),
            "f32" => self.print::<f32>(),
            "f64" => self.print::<f64>(),
            "bool" => self.print::<bool>(),
            "BeI32" => self.print::<big_endian::I32>(),
            "BeF64" => self.print::<big_endian::F64>(),
            "S1" => self.print::<ByteStr<1>>(),
            "S5" => self.print::<ByteStr<5>>(),
            "S12" => self.print::<ByteStr<12>>(),
            "[f64; 3]" => self.print::<[f64; 3]>(),
            "[[i16; 2]; 2]" => self.print::<[[i16; 2]; 2]>(),
            "[Point; 2]" => self.print::<[Point; 2]>(),
            "Packed" => self.print::<Packed>(),
            "Padded" => self.print::<Padded>(),
            "One" => self.print::<One>(),
            "Point" => self.print::<Point>(),
            "Line" => self.print::<Line>(),
            "Named" => self.print::<Named>(),
            "Waves" => self.print::<Waves>(),
            "Flags" => self.print::<Flags>(),
            "Outer" => self.print::<Outer>(),
            "Wide" => self.print::<Wide>(),
            other => panic!("{}: no type {other}", self.id),
        }
    }
}

fn from_hex(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|i| u8::from_str_radix(&hex[i..i + 2], 16).unwrap()).collect()
}

#[test]
fn arrays_print_as_in_numpy() {
    let golden: Golden = serde_json::from_str(include_str!("../golden/printing.json")).unwrap();
    assert!(golden.cases.len() >= 250, "the file has too few cases: {}", golden.cases.len());
    let mut wrong = String::new();
    for case in &golden.cases {
        let printed = case.printed();
        if printed != case.text {
            writeln!(wrong, "{} ({}):\nNumPy:\n{}\nhere:\n{printed}\n", case.id, case.rust, case.text)
                .unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
