//! The structs that are printed for fifty random dtypes, compiled with this program: each has exactly the dtype it was
//! printed for, and gives every column of NumPy's data by its fields.

use std::{fmt::Write as _, fs, path::Path, slice};

use mmrec::{DType, DTypeField, Element, Ix1, IxDyn, MmapRecord, RecordMap, View, ViewMut};

use crate::random::{self, Case, Leaf, Shown, Sum, crc32};

/// What is printed; `MMREC_WRITE_STRUCTS=1 cargo test -p mmrec-tests --test it printed` writes it anew.
const PRINTED: &str = "it/export/printed.rs";

#[expect(unreachable_pub, reason = "what is printed is for any crate")]
mod printed {
    include!("printed.rs");
}

/// The columns of one case, in the order of its leaves.
struct Columns<'a> {
    case: &'a Case,
    leaves: slice::Iter<'a, Leaf>,
    current: Option<&'a Leaf>,
}

impl Columns<'_> {
    /// Compares the next column.
    fn column<F: Element>(&mut self, column: &View<'_, F, IxDyn>) {
        let leaf = self.leaves.next().unwrap();
        self.current = Some(leaf);
        let what = format!("{} {:?}", self.case.id, leaf.names);
        assert_eq!(F::DTYPE, &leaf.dtype.parse::<DType>().unwrap(), "{what}");
        assert_eq!(column.shape(), leaf.shape, "{what}");
        let mut bytes = vec![0; column.len() * size_of::<F>()];
        if !bytes.is_empty() {
            ViewMut::<F, Ix1>::from_bytes(&mut bytes).unwrap().copy_from_slice(&column.to_vec());
        }
        assert_eq!(crc32(&bytes), leaf.crc, "{what}");
    }

    /// Compares the sum of the column that was compared last.
    fn sum(&mut self, sum: impl Shown) {
        let leaf = self.current.unwrap();
        let (kind, text) = sum.shown();
        assert_eq!(leaf.sum, Some(Sum { kind, text }), "{} {:?}", self.case.id, leaf.names);
    }
}

/// Which case, and the comparison of its columns.
type Check = (&'static str, fn(&Case));

/// Maps the data of the case as an array of `T`, and compares the columns that `columns` gives.
fn check<T: Element>(case: &Case, columns: fn(View<'_, T, IxDyn>, &mut Columns<'_>)) {
    assert_eq!(DType::of::<T>(), case.dtype(), "{}", case.id);
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("records.bin");
    fs::write(&path, case.data()).unwrap();
    let options = RecordMap::<T>::options().shape(IxDyn(&case.shape)).order(case.order());
    let map = options.open(&path).unwrap_or_else(|error| panic!("{}: {error}", case.id));
    let mut compared = Columns { case, leaves: case.leaves.iter(), current: None };
    columns(map.view(), &mut compared);
    assert_eq!(compared.leaves.len(), 0, "{}", case.id);
}

/// The dtypes whose structs are compiled: records that have a Rust form, from all over the file.
fn chosen(cases: &[Case]) -> Vec<&Case> {
    let has_struct = |case: &&Case| case.dtype().is_record() && case.dtype().to_rust_struct("Record").is_ok();
    let all: Vec<_> = cases.iter().filter(has_struct).collect();
    assert!(all.len() >= 400, "only {} of the dtypes have a Rust form", all.len());
    all.chunks(all.len() / 50).map(|chunk| chunk[0]).take(50).collect()
}

/// A struct in a printed text: its name, and identifier and type of each field that is no padding.
struct Struct<'a> {
    name: &'a str,
    fields: Vec<(&'a str, &'a str)>,
}

fn structs(text: &str) -> Vec<Struct<'_>> {
    let mut structs: Vec<Struct<'_>> = Vec::new();
    let mut is_padding = false;
    for line in text.lines() {
        let line = line.trim_start();
        if let Some(rest) = line.strip_prefix("pub struct ") {
            structs.push(Struct { name: rest.split(' ').next().unwrap(), fields: Vec::new() });
        } else if let Some(rest) = line.strip_prefix("pub ")
            && !is_padding
        {
            let (identifier, ty) = rest.trim_end_matches(',').split_once(": ").unwrap();
            structs.last_mut().unwrap().fields.push((identifier, ty));
        }
        is_padding = line == "#[mmrec(pad)]";
    }
    structs
}

/// Writes a comparison of each column below `view`, which is one of the struct called `name`.
fn write_columns(out: &mut String, structs: &[Struct<'_>], name: &str, view: &str) {
    let Struct { fields, .. } = structs.iter().find(|other| other.name == name).unwrap();
    for (identifier, ty) in fields {
        let item = ty.trim_start_matches('[').split(';').next().unwrap();
        let axes = ".elements()".repeat(ty.len() - ty.trim_start_matches('[').len());
        let column = format!("{view}.field({name}::FIELDS.{identifier}){axes}");
        if structs.iter().any(|other| other.name == item) {
            write_columns(out, structs, item, &column);
            continue;
        }
        writeln!(out, "        let column = {column};\n        columns.column(&column);").unwrap();
        let number = item.trim_end_matches('>').rsplit("::").next().unwrap().to_ascii_lowercase();
        match number.as_str() {
            // NumPy adds halves up as `f32` too, and rounds the sum.
            "f16" => {
                writeln!(out, "        columns.sum(mmrec::f16::from_f32(column.native().sum()));").unwrap()
            }
            "f32" | "f64" | "u8" | "u16" | "u32" | "u64" | "i8" | "i16" | "i32" | "i64" => {
                writeln!(out, "        columns.sum(column.native().sum());").unwrap();
            }
            _ => {}
        }
    }
}

/// A record with every name that is hard on a language.
fn hard() -> DType {
    let byte: DType = "|u1".parse().unwrap();
    let words = "abstract as async await become box break const continue crate do dyn else enum extern false final fn for \
                 gen if impl in let loop macro match mod move mut override priv pub ref return self Self static struct super \
                 trait true try type typeof unsafe unsized use virtual where while yield union auto default raw safe \
                 macro_rules u8 f64 bool mmrec core std Clone Copy Debug PartialEq MmapRecord Element Option Some None _ __ _0 \
                 __marker __record __at __field __src __dst __value __view __fields __dtype a A D T src FIELDS DTYPE load store";
    let marks = [
        "1st",
        "it's",
        "say \"hi\"",
        "back\\slash",
        "a.b",
        "a b",
        "a-b",
        "a_b",
        " ",
        ".",
        "{}",
        "{0}",
        "*/",
        "//",
        "r#type",
    ];
    let others = [
        "caf\u{e9}",
        "cafe\u{301}",
        "\u{301}",
        "\u{540d}\u{524d}",
        "\u{202e}",
        "nul\0",
        "tab\t",
        "f0",
        "f1",
        "_pad0",
        "_pad1",
    ];
    let names = words.split_whitespace().chain(marks).chain(others);
    let mut fields: Vec<_> = names.map(|name| DTypeField::new(name, byte.clone())).collect();
    // Structs that the derive has names for, and names that become one.
    for name in ["fields", "columns", "columns_mut", "Columns_Mut", "pos", "Pos", "p.o.s", "po_s"] {
        let inner = DType::packed([
            DTypeField::new("fields", byte.clone()),
            DTypeField::new("x", "<u4".parse().unwrap()),
        ]);
        fields.push(DTypeField::new(name, inner.unwrap()).with_title(format!("title of {name}: '\"\\")));
    }
    let end: usize = fields.iter().map(|field| field.dtype().itemsize() + 3).sum();
    let fields = fields.into_iter().scan(1, |at, field| {
        let start = *at;
        *at += field.dtype().itemsize() + 3;
        Some(field.at(start))
    });
    DType::with_offsets(fields, end + 1).unwrap()
}

fn print(cases: &[Case]) -> String {
    let mut out = "// What `DType::to_rust_struct` prints for fifty of the dtypes in `tests/golden/random.json`, and a comparison of each\n\
                   // of their columns. `structs.rs` beside this file writes it.\n"
        .to_owned();
    let (mut list, chosen) = (String::new(), chosen(cases));
    assert_eq!(chosen.len(), 50);
    for case in chosen {
        let (id, name) = (&case.id, format!("Record{}", case.id));
        let text = case.dtype().to_rust_struct(&name).unwrap();
        writeln!(out, "\npub(super) mod case_{id} {{\n    use mmrec::MmapRecord;\n\n{text}").unwrap();
        let mut columns = String::new();
        write_columns(&mut columns, &structs(&text), &name, "view");
        writeln!(
            out,
            "    pub(in super::super) fn columns(view: mmrec::View<'_, {name}, mmrec::IxDyn>, columns: &mut super::super::Columns<'_>) {{\n\
             {columns}    }}\n}}"
        )
        .unwrap();
        writeln!(list, "    (\"{id}\", |case| super::check(case, case_{id}::columns)),").unwrap();
    }
    let hard = hard().to_rust_struct("Hard").unwrap();
    writeln!(out, "\npub(super) mod hard {{\n{hard}}}").unwrap();
    write!(out, "\npub(super) const ALL: [super::Check; 50] = [\n{list}];\n").unwrap();
    out
}

#[test]
fn what_is_printed_is_what_is_compiled_here() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(PRINTED);
    let printed = print(&random::cases());
    if std::env::var_os("MMREC_WRITE_STRUCTS").is_some() {
        fs::write(&path, &printed).unwrap();
    }
    let compiled = include_str!("printed.rs");
    let first = compiled.lines().zip(printed.lines()).find(|(compiled, printed)| compiled != printed);
    assert!(
        compiled == printed,
        "other text is printed than is compiled here: {first:?}; MMREC_WRITE_STRUCTS=1 writes it to {PRINTED}, and the \
         tests have to be run again"
    );
}

#[test]
fn every_name_has_an_identifier() {
    assert_eq!(printed::hard::Hard::dtype(), hard());
}

#[test]
fn printed_structs_have_their_dtype_and_give_the_columns_of_numpy() {
    let cases = random::cases();
    for (id, check) in printed::ALL {
        check(cases.iter().find(|case| case.id == id).unwrap());
    }
}
