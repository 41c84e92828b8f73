//! The dtype as a Rust struct with `#[derive(MmapRecord)]`.

use std::{collections::HashSet, fmt::Write as _};

use super::{Language, is_identifier, path_of, unsupported, unused};
use crate::{
    dtype::{ByteOrder, DType, Kind, Scalar, TimeStep},
    error::Result,
};

const RUST: Language = Language { takes: |name| name != "_" && !ALWAYS_KEYWORDS.contains(&name) };

/// Words that are no names, not even as `r#self`.
const ALWAYS_KEYWORDS: [&str; 4] = ["crate", "self", "super", "Self"];

/// Words that are names only behind `r#`, in some edition.
const KEYWORDS: [&str; 48] = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn", "else",
    "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro",
    "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "static", "struct", "trait",
    "true", "try", "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// Types that the text names without a path, and the crate it names.
const NAMED: [&str; 12] =
    ["bool", "f32", "f64", "i8", "i16", "i32", "i64", "mmrec", "u8", "u16", "u32", "u64"];

pub(super) fn write(dtype: &DType, name: &str) -> Result<String> {
    let is_name =
        is_identifier(name) && (RUST.takes)(name) && !KEYWORDS.contains(&name) && !NAMED.contains(&name);
    if !is_name {
        return unsupported(format!(
            "`{name}` is not a name for a struct; use ASCII letters, digits and `_`, and no keyword, as in `Trade`"
        ));
    }
    let plan = Plan::of(dtype, "", false)?;
    let mut writer = Writer::default();
    writer.claim(name);
    if dtype.is_record() {
        writer.record(name, dtype, &plan, true);
    } else {
        let item = format!("{name}Item");
        writer.claim(&item);
        let _ = writeln!(writer.text, "pub type {name} = {};", plan.text(&item));
        writer.inner(&item, dtype, &plan);
    }
    Ok(plan.features() + &writer.text)
}

/// How a dtype is put in Rust.
enum Plan {
    Scalar { text: String, align: usize, is_comparable: bool, feature: Option<&'static str> },
    Array { base: Box<Plan>, shape: Vec<usize> },
    Record { fields: Vec<Plan>, align: usize, is_packed: bool },
}

impl Plan {
    /// `in_packed`: it lies, at some level, in a packed struct, which takes no type with an alignment of its own.
    fn of(dtype: &DType, path: &str, in_packed: bool) -> Result<Self> {
        if let Some(scalar) = dtype.as_scalar() {
            return Ok(Self::of_scalar(scalar, in_packed));
        }
        if dtype.is_record() {
            return Self::of_record(dtype, path, in_packed);
        }
        let (base, shape) = (dtype.base(), dtype.shape());
        if base.outer_axis().is_some() {
            let place = if path.is_empty() { "the dtype".to_owned() } else { format!("field `{path}`") };
            return unsupported(format!(
                "{place} is {dtype}, a sub-array of sub-arrays, which Rust has no type for: arrays of arrays are one \
                 shape; join the two shapes"
            ));
        }
        Ok(Self::Array { base: Box::new(Self::of(base, path, in_packed)?), shape })
    }

    fn of_record(dtype: &DType, path: &str, in_packed: bool) -> Result<Self> {
        let mut end = 0;
        for field in dtype.fields() {
            let inner = path_of(path, field);
            if field.name().is_empty() || field.title() == Some("") {
                return unsupported(format!(
                    "field `{inner}` has an empty name or title, which `#[derive(MmapRecord)]` does not take; choose one"
                ));
            }
            if field.offset() < end {
                return unsupported(format!(
                    "field `{inner}` lies at byte {}, before the end of the one before it at {end}; the fields of a Rust \
                     struct follow each other, so put them in the order of their offsets and leave out those that overlap",
                    field.offset()
                ));
            }
            end = field.end();
        }
        let plans = |in_packed| -> Result<Vec<Self>> {
            dtype
                .fields()
                .iter()
                .map(|field| Self::of(field.dtype(), &path_of(path, field), in_packed))
                .collect()
        };
        let fields = plans(in_packed)?;
        let align = fields.iter().map(Self::align).max().unwrap_or(1);
        let mut places = dtype.fields().iter().zip(&fields);
        let is_aligned = places.all(|(field, plan)| field.offset().is_multiple_of(plan.align()));
        if is_aligned && dtype.itemsize().is_multiple_of(align) {
            return Ok(Self::Record { fields, align, is_packed: false });
        }
        let fields = if in_packed { fields } else { plans(true)? };
        Ok(Self::Record { fields, align: 1, is_packed: true })
    }

    fn of_scalar(scalar: Scalar, in_packed: bool) -> Self {
        let size = scalar.size();
        let text = match (scalar.kind(), size) {
            (Kind::Int, _) => return Self::of_number(scalar, 'i'),
            (Kind::Uint, _) => return Self::of_number(scalar, 'u'),
            (Kind::Float, 4 | 8) => return Self::of_number(scalar, 'f'),
            (Kind::Float, 2) => "mmrec::f16".to_owned(),
            (Kind::Float, _) => "mmrec::LongDouble".to_owned(),
            (Kind::Complex, 8 | 16) => format!("mmrec::Complex<f{}>", 4 * size),
            (Kind::Complex, _) => "mmrec::ComplexLongDouble".to_owned(),
            (Kind::Bool, _) => "bool".to_owned(),
            (Kind::Bytes, _) => format!("mmrec::ByteStr<{size}>"),
            (Kind::Unicode, _) => format!("mmrec::UnicodeStr<{}>", size / 4),
            (Kind::Void, _) => format!("mmrec::Void<{size}>"),
            (Kind::DateTime(step), _) => format!("mmrec::DateTime64<{}>", unit(step)),
            (Kind::TimeDelta(step), _) => format!("mmrec::TimeDelta64<{}>", unit(step)),
        };
        let feature = match (scalar.kind(), size) {
            (Kind::Float, 2) => Some("half"),
            (Kind::Complex, 8 | 16) => Some("complex"),
            _ => None,
        };
        // These have `repr(align)`, and are no numbers that could be compared.
        let is_opaque = matches!((scalar.kind(), size), (Kind::Float, 16) | (Kind::Complex, 32));
        let (text, align) = match scalar.order() {
            _ if is_native(scalar) && !(is_opaque && in_packed) => {
                (text, if is_opaque { 16 } else { scalar.alignment() })
            }
            ByteOrder::Little => (format!("mmrec::LittleEndian<{text}>"), 1),
            ByteOrder::Big | ByteOrder::None => (format!("mmrec::BigEndian<{text}>"), 1),
        };
        Self::Scalar { text, align, is_comparable: !is_opaque, feature }
    }

    /// Rust's own number, or zerocopy's of the other byte order.
    fn of_number(scalar: Scalar, letter: char) -> Self {
        let bits = 8 * scalar.size();
        let (text, align) = match scalar.order() {
            _ if is_native(scalar) => (format!("{letter}{bits}"), scalar.alignment()),
            ByteOrder::Little => (format!("mmrec::little_endian::{}{bits}", letter.to_ascii_uppercase()), 1),
            ByteOrder::Big | ByteOrder::None => {
                (format!("mmrec::big_endian::{}{bits}", letter.to_ascii_uppercase()), 1)
            }
        };
        Self::Scalar { text, align, is_comparable: true, feature: None }
    }

    fn align(&self) -> usize {
        match self {
            Self::Scalar { align, .. } | Self::Record { align, .. } => *align,
            Self::Array { base, .. } => base.align(),
        }
    }

    /// Whether the type has `PartialEq`.
    fn is_comparable(&self) -> bool {
        match self {
            Self::Scalar { is_comparable, .. } => *is_comparable,
            Self::Array { base, .. } => base.is_comparable(),
            Self::Record { fields, .. } => fields.iter().all(Self::is_comparable),
        }
    }

    /// The type; `record` is the name of the record that it is or that it is an array of.
    fn text(&self, record: &str) -> String {
        match self {
            Self::Scalar { text, .. } => text.clone(),
            Self::Array { base, shape } => {
                let base = base.text(record);
                shape.iter().rev().fold(base, |base, len| format!("[{base}; {len}]"))
            }
            Self::Record { .. } => record.to_owned(),
        }
    }

    /// A comment that says which features the text needs, if any.
    fn features(&self) -> String {
        let mut used = Vec::new();
        self.collect_features(&mut used);
        used.sort_unstable();
        used.dedup();
        match used.as_slice() {
            [] => String::new(),
            [one] => format!("// Needs the feature `{one}` of mmrec.\n"),
            more => format!("// Needs the features `{}` of mmrec.\n", more.join("` and `")),
        }
    }

    fn collect_features(&self, used: &mut Vec<&'static str>) {
        match self {
            Self::Scalar { feature, .. } => used.extend(feature),
            Self::Array { base, .. } => base.collect_features(used),
            Self::Record { fields, .. } => fields.iter().for_each(|field| field.collect_features(used)),
        }
    }
}

fn is_native(scalar: Scalar) -> bool {
    matches!(scalar.order(), ByteOrder::None | ByteOrder::NATIVE)
}

fn unit(step: Option<TimeStep>) -> String {
    match step {
        None => "mmrec::units::Generic".to_owned(),
        Some(TimeStep { unit, count: 1 }) => format!("mmrec::units::{unit:?}"),
        Some(TimeStep { unit, count }) => format!("mmrec::units::Multiple<mmrec::units::{unit:?}, {count}>"),
    }
}

#[derive(Default)]
struct Writer {
    text: String,
    /// Names of structs, and of the structs that the derive makes for them.
    taken: HashSet<String>,
}

impl Writer {
    /// Takes the name for a struct, if nothing has it or one that the derive would make.
    fn claim(&mut self, name: &str) -> bool {
        let names = ["", "Fields", "Columns", "ColumnsMut"].map(|suffix| format!("{name}{suffix}"));
        let is_free = names.iter().all(|name| !self.taken.contains(name));
        if is_free {
            self.taken.extend(names);
        }
        is_free
    }

    /// The record that a dtype is or that it is an array of, if it is one.
    fn inner(&mut self, name: &str, dtype: &DType, plan: &Plan) {
        match plan {
            Plan::Scalar { .. } => {}
            Plan::Array { base, .. } => self.inner(name, dtype.base(), base),
            Plan::Record { .. } => {
                self.text.push('\n');
                self.record(name, dtype, plan, false);
            }
        }
    }

    fn record(&mut self, name: &str, dtype: &DType, plan: &Plan, is_outermost: bool) {
        let Plan::Record { fields: plans, align, is_packed } = plan else { return };
        let identifiers = RUST.identifiers(dtype.fields().iter());
        let mut paddings = Language::paddings(&identifiers);
        let (mut members, mut inner, mut end) = (String::new(), Vec::new(), 0usize);
        let mut pad = |members: &mut String, end: usize, align: usize, start: usize| {
            // What the compiler puts there needs no field.
            let natural = if *is_packed { end } else { end.next_multiple_of(align) };
            if natural != start
                && let Some(padding) = paddings.next()
            {
                let _ = writeln!(members, "    #[mmrec(pad)]\n    pub {padding}: [u8; {}],", start - end);
            }
        };
        for ((field, identifier), plan) in dtype.fields().iter().zip(&identifiers).zip(plans) {
            pad(&mut members, end, plan.align(), field.offset());
            end = field.end();
            let rename = (identifier != field.name()).then(|| format!("rename = {:?}", field.name()));
            let title = field.title().map(|title| format!("title = {title:?}"));
            let keys: Vec<_> = rename.into_iter().chain(title).collect();
            if !keys.is_empty() {
                let _ = writeln!(members, "    #[mmrec({})]", keys.join(", "));
            }
            let record = self.inner_name(name, identifier, field.dtype());
            let raw = if KEYWORDS.contains(&identifier.as_str()) { "r#" } else { "" };
            let _ = writeln!(members, "    pub {raw}{identifier}: {},", plan.text(&record));
            inner.push((record, field.dtype(), plan));
        }
        pad(&mut members, end, *align, dtype.itemsize());

        let equality = if plan.is_comparable() { "PartialEq, " } else { "" };
        let packed = if *is_packed { ", packed" } else { "" };
        let _ = writeln!(
            self.text,
            "#[derive(Clone, Copy, Debug, {equality}mmrec::MmapRecord)]\n#[repr(C{packed})]"
        );
        if is_outermost {
            let _ = writeln!(self.text, "#[mmrec(descr = {:?})]", dtype.to_string());
        }
        if !identifiers.iter().all(|identifier| is_snake_case(identifier)) {
            self.text.push_str("#[allow(non_snake_case)]\n");
        }
        let body = if members.is_empty() { "{}\n".to_owned() } else { format!("{{\n{members}}}\n") };
        let _ = write!(self.text, "pub struct {name} {body}");
        for (name, dtype, plan) in inner {
            self.inner(&name, dtype, plan);
        }
    }

    /// The name of the struct for the record in a field: that of the outer one and that of the field.
    fn inner_name(&mut self, outer: &str, identifier: &str, dtype: &DType) -> String {
        let mut base = dtype;
        while base.outer_axis().is_some() {
            base = base.base();
        }
        if !base.is_record() {
            return String::new();
        }
        let words = identifier.split('_').map(|word| {
            let (first, rest) = word.split_at(word.len().min(1));
            first.to_ascii_uppercase() + rest
        });
        unused(outer.to_owned() + &words.collect::<String>(), |name| self.claim(name))
    }
}

/// Whether the compiler has nothing to say about a field of this name.
fn is_snake_case(identifier: &str) -> bool {
    !identifier.contains(|c: char| c.is_ascii_uppercase()) && !identifier.trim_matches('_').contains("__")
}
