//! The dtype as a C declaration.

use std::{collections::HashSet, fmt::Write as _};

use super::{Language, is_identifier, path_of, unsupported, unused};
use crate::{
    dtype::{ByteOrder, DType, DTypeField, Kind, Scalar, literal::quoted},
    error::Result,
};

const C: Language = Language { takes };

/// Keywords up to C23, and what compilers and the two headers define as macros.
const KEYWORDS: [&str; 59] = [
    "alignas",
    "alignof",
    "asm",
    "auto",
    "bool",
    "break",
    "case",
    "char",
    "const",
    "constexpr",
    "continue",
    "default",
    "do",
    "double",
    "else",
    "enum",
    "extern",
    "false",
    "float",
    "for",
    "fortran",
    "goto",
    "i386",
    "if",
    "inline",
    "int",
    "linux",
    "long",
    "nullptr",
    "offsetof",
    "register",
    "restrict",
    "return",
    "short",
    "signed",
    "sizeof",
    "static",
    "static_assert",
    "struct",
    "switch",
    "thread_local",
    "true",
    "typedef",
    "typeof",
    "typeof_unqual",
    "union",
    "unix",
    "unsigned",
    "void",
    "volatile",
    "while",
    "NULL",
    "INT8_C",
    "INT16_C",
    "INT32_C",
    "INT64_C",
    "UINT8_C",
    "UINT16_C",
    "UINT32_C",
];

fn takes(name: &str) -> bool {
    // The compiler's own: `__x` and `_X`. Limits, such as `INT8_MAX`.
    let is_reserved = name.starts_with("__")
        || name.starts_with('_') && name[1..].starts_with(|c: char| c.is_ascii_uppercase());
    let is_limit = ["_MAX", "_MIN", "_WIDTH"].iter().any(|end| name.ends_with(end));
    !is_reserved && !is_limit && !KEYWORDS.contains(&name)
}

pub(super) fn write(dtype: &DType, name: &str) -> Result<String> {
    if !(is_identifier(name) && takes(name)) {
        return unsupported(format!(
            "`{name}` is not a name for a struct; use ASCII letters, digits and `_`, and no keyword, as in `trade`"
        ));
    }
    if dtype.itemsize() == 0 {
        return unsupported(format!(
            "{dtype} takes no bytes, and C has no such type; add a field or padding"
        ));
    }
    let mut writer = Writer { text: String::new(), taken: HashSet::from([name.to_owned()]) };
    if dtype.is_record() {
        writer.record(name, dtype, "")?;
    } else {
        let tag = format!("{name}_item");
        writer.taken.insert(tag.clone());
        let declared = writer.member(&tag, dtype, "")?;
        let Member { specifier, dimensions, note, .. } = declared;
        let comment = comment(&[note.as_deref()]);
        let _ = writeln!(writer.text, "typedef {specifier} {name}{dimensions};{comment}");
        let _ = writeln!(writer.text, "_Static_assert(sizeof({name}) == {}, \"{name}\");", dtype.itemsize());
    }
    Ok(format!("#include <stddef.h>\n#include <stdint.h>\n\n{}", writer.text))
}

/// How a field is declared.
struct Member {
    specifier: String,
    dimensions: String,
    align: usize,
    /// What the type does not say.
    note: Option<String>,
}

struct Writer {
    text: String,
    /// Tags of structs.
    taken: HashSet<String>,
}

impl Writer {
    /// How a field of this dtype is declared, with the record in it, if there is one, declared before as `tag`.
    fn member(&mut self, tag: &str, dtype: &DType, path: &str) -> Result<Member> {
        if let Some(scalar) = dtype.as_scalar() {
            return Ok(Member::of_scalar(scalar));
        }
        if dtype.is_record() {
            let tag = unused(tag.to_owned(), |tag| self.taken.insert(tag.to_owned()));
            let align = self.record(&tag, dtype, path)?;
            return Ok(Member {
                specifier: format!("struct {tag}"),
                dimensions: String::new(),
                align,
                note: None,
            });
        }
        let mut member = self.member(tag, dtype.base(), path)?;
        let shape: String = dtype.shape().iter().map(|len| format!("[{len}]")).collect();
        member.dimensions.insert_str(0, &shape);
        Ok(member)
    }

    /// Declares the record as `tag`, the records in it before, and returns its alignment.
    fn record(&mut self, tag: &str, dtype: &DType, path: &str) -> Result<usize> {
        let mut fields: Vec<&DTypeField> = dtype.fields().iter().collect();
        // The sort is stable, so fields without bytes stay before what lies at the same place.
        fields.sort_by_key(|field| field.offset());
        let identifiers = C.identifiers(fields.iter().copied());
        let mut paddings = Language::paddings(&identifiers);
        let (mut members, mut asserts, mut end, mut align) = (String::new(), String::new(), 0, 1);
        let mut is_packed = false;
        let mut pad = |members: &mut String, bytes: usize| {
            if bytes > 0
                && let Some(padding) = paddings.next()
            {
                let _ = writeln!(members, "    uint8_t {padding}[{bytes}];");
            }
        };
        for (field, identifier) in fields.into_iter().zip(&identifiers) {
            let (inner, offset) = (path_of(path, field), field.offset());
            if field.dtype().itemsize() == 0 {
                let left_out =
                    comment(&[Some(&format!("{} takes no bytes: {}", quoted(field.name()), field.dtype()))]);
                let _ = writeln!(members, "   {left_out}");
                continue;
            }
            if offset < end {
                return unsupported(format!(
                    "field `{inner}` lies at byte {offset}, before the end of the one before it at {end}; the members of a C \
                     struct do not overlap, so leave out one of the fields"
                ));
            }
            pad(&mut members, offset - end);
            end = field.end();
            let member = self.member(&format!("{tag}_{identifier}"), field.dtype(), &inner)?;
            is_packed |= !offset.is_multiple_of(member.align);
            align = align.max(member.align);
            let name = (identifier != field.name()).then(|| quoted(field.name()));
            let title = field.title().map(|title| format!("title {}", quoted(title)));
            let comment = comment(&[name.as_deref(), member.note.as_deref(), title.as_deref()]);
            let Member { specifier, dimensions, .. } = member;
            let _ = writeln!(members, "    {specifier} {identifier}{dimensions};{comment}");
            let _ = writeln!(
                asserts,
                "_Static_assert(offsetof(struct {tag}, {identifier}) == {offset}, \"{identifier}\");"
            );
        }
        pad(&mut members, dtype.itemsize() - end);
        is_packed |= !dtype.itemsize().is_multiple_of(align);
        let (before, after) =
            if is_packed { ("#pragma pack(push, 1)\n", "#pragma pack(pop)\n") } else { ("", "") };
        let separator = if self.text.is_empty() { "" } else { "\n" };
        let _ = write!(
            self.text,
            "{separator}{before}struct {tag} {{\n{members}}};\n{after}\
             _Static_assert(sizeof(struct {tag}) == {}, \"struct {tag}\");\n{asserts}",
            dtype.itemsize()
        );
        Ok(if is_packed { 1 } else { align })
    }
}

impl Member {
    fn of_scalar(scalar: Scalar) -> Self {
        let size = scalar.size();
        let is_native = matches!(scalar.order(), ByteOrder::None | ByteOrder::NATIVE);
        let (specifier, count) = match scalar.kind() {
            Kind::Float | Kind::Complex if !is_native => match (scalar.kind(), size) {
                (Kind::Float, 2 | 4 | 8) => (format!("uint{}_t", 8 * size), None),
                (Kind::Complex, 8 | 16) => (format!("uint{}_t", 4 * size), Some(2)),
                _ => ("uint8_t".to_owned(), Some(size)),
            },
            Kind::Float | Kind::Complex => {
                let complex = if scalar.kind() == Kind::Complex { " _Complex" } else { "" };
                let part = if complex.is_empty() { size } else { size / 2 };
                let specifier = match part {
                    2 => "uint16_t".to_owned(),
                    4 => format!("float{complex}"),
                    8 => format!("double{complex}"),
                    _ => format!("long double{complex}"),
                };
                (specifier, None)
            }
            Kind::Int | Kind::DateTime(_) | Kind::TimeDelta(_) => (format!("int{}_t", 8 * size), None),
            Kind::Uint => (format!("uint{}_t", 8 * size), None),
            Kind::Bool => ("uint8_t".to_owned(), None),
            Kind::Bytes => ("char".to_owned(), Some(size)),
            Kind::Unicode => ("uint32_t".to_owned(), Some(size / 4)),
            Kind::Void => ("uint8_t".to_owned(), Some(size)),
        };
        let order = match scalar.order() {
            _ if is_native => None,
            ByteOrder::Little => Some("little-endian"),
            ByteOrder::Big | ByteOrder::None => Some("big-endian"),
        };
        let meaning = match scalar.kind() {
            Kind::Bool => Some("zero is false"),
            Kind::Bytes => Some("padded with NUL, without one if full"),
            Kind::Unicode => Some("code points, padded with 0"),
            Kind::DateTime(_) => Some("steps since 1970, INT64_MIN is NaT"),
            Kind::TimeDelta(_) => Some("steps, INT64_MIN is NaT"),
            Kind::Float if size == 2 => Some("half precision"),
            _ => None,
        };
        let dimensions = count.map_or(String::new(), |count| format!("[{count}]"));
        let note = [Some(scalar.to_string().as_str()), order, meaning]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(", ");
        let is_bytes = specifier == "uint8_t" || specifier == "char";
        Self { specifier, dimensions, align: if is_bytes { 1 } else { scalar.alignment() }, note: Some(note) }
    }
}

/// A comment of these parts behind a declaration, if there are any.
fn comment(parts: &[Option<&str>]) -> String {
    let parts: Vec<_> = parts.iter().flatten().copied().collect();
    if parts.is_empty() {
        return String::new();
    }
    // A name may hold what would end the comment, or look like the start of one.
    let text = parts.join(", ").replace("*/", "*\\/").replace("/*", "/\\*");
    format!(" /* {text} */")
}
