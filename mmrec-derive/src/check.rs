//! What the compiler would not find, or would explain badly.

use proc_macro2::Span;
use syn::{GenericParam, LitStr, PathArguments, Type};

use crate::{
    ast::{Field, Record},
    diag::Diag,
    repr::Repr,
};

/// Reports the mistakes that a struct can have once it is read.
pub(crate) fn record(record: &Record<'_>, diag: &mut Diag) {
    for param in &record.generics.params {
        if let GenericParam::Lifetime(param) = param {
            let text =
                "a record holds its bytes itself and borrows nothing; remove the lifetime and store values";
            diag.error(&param.lifetime, text);
        }
    }
    for field in record.columns() {
        field_type(field.ty, diag);
    }
    for field in &record.fields {
        pad_alone(field, diag);
    }
    match record.repr {
        Repr::C => names(record, diag),
        Repr::Transparent => transparent(record, diag),
    }
}

fn pad_alone(field: &Field<'_>, diag: &mut Diag) {
    if !field.is_pad() {
        return;
    }
    for (key, value) in
        [("rename", &field.attrs.rename), ("title", &field.attrs.title), ("dtype", &field.attrs.dtype)]
    {
        if let Some(value) = value {
            diag.error(
                value,
                format_args!("a field marked `pad` is not in the dtype; remove `{key}`, or remove `pad`"),
            );
        }
    }
}

/// Names and titles, which have to be unlike each other, as in NumPy. A name that is written out gives way.
fn names(record: &Record<'_>, diag: &mut Diag) {
    let mut taken: Vec<(String, String)> = Vec::new();
    let mut claim = |kind: &str, text: &LitStr, field: &Field<'_>, diag: &mut Diag| {
        let value = text.value();
        if value.is_empty() {
            diag.error(text, format_args!("an empty {kind}; write one, or leave it out"));
        } else if let Some((_, owner)) = taken.iter().find(|(name, _)| *name == value) {
            diag.error(text, format_args!("`{value}` is already the {owner}; choose another {kind}"));
        } else {
            taken.push((value, format!("{kind} of field `{}`", field.label())));
        }
    };
    for field in record.columns().filter(|field| field.attrs.rename.is_none()) {
        let name = LitStr::new(&field.dtype_name(), Span::call_site());
        claim("name", &name, field, diag);
    }
    for field in record.columns() {
        if let Some(name) = &field.attrs.rename {
            claim("name", name, field, diag);
        }
    }
    for field in record.columns() {
        if let Some(title) = &field.attrs.title {
            claim("title", title, field, diag);
        }
    }
}

fn transparent(record: &Record<'_>, diag: &mut Diag) {
    for field in record.columns() {
        for (key, value) in [("rename", &field.attrs.rename), ("title", &field.attrs.title)] {
            if let Some(value) = value {
                let text = format!(
                    "`{key}` has no place to go: the dtype of a `repr(transparent)` struct is that of its field; \
                     use `repr(C)` for a record with one field, or remove `{key}`"
                );
                diag.error(value, text);
            }
        }
    }
    let mut columns = record.columns();
    let (first, second) = (columns.next(), columns.next());
    match (first, second) {
        (Some(_), None) => {}
        (None, _) => {
            diag.error(
                record.name,
                "`repr(transparent)` takes the dtype of its one field; add a field without `pad`",
            );
        }
        (Some(_), Some(second)) => {
            let text = "`repr(transparent)` takes the dtype of its one field; mark the others `#[mmrec(pad)]`, or use `repr(C)`";
            diag.error(second.ty, text);
        }
    }
}

/// Reports a type that can never be an element, under the part of it that is at fault.
fn field_type(ty: &Type, diag: &mut Diag) {
    match ty {
        Type::Array(array) => field_type(&array.elem, diag),
        Type::Group(group) => field_type(&group.elem, diag),
        Type::Paren(paren) => field_type(&paren.elem, diag),
        Type::Path(path) => {
            if let Some(text) = named_type(path) {
                diag.error(ty, text);
            }
        }
        other => {
            if let Some(text) = built_in_type(other) {
                diag.error(ty, text);
            }
        }
    }
}

fn built_in_type(ty: &Type) -> Option<&'static str> {
    Some(match ty {
        Type::Reference(reference) if is_named(&reference.elem, "str") => {
            "a file cannot hold a reference; store the text itself as `ByteStr<N>`, at most `N` bytes"
        }
        Type::Reference(_) => "a file cannot hold a reference; store the value itself",
        Type::Ptr(_) => "an address means nothing in a file; store an index or an offset as `u64`",
        Type::BareFn(_) => "an address means nothing in a file; store a number that stands for the function",
        Type::Tuple(tuple) if tuple.elems.is_empty() => {
            "`()` has no bytes; mark the field `#[mmrec(pad)]` or remove it"
        }
        Type::Tuple(_) => {
            "a tuple has no fixed layout; use a struct with `#[derive(Clone, Copy, MmapRecord)]` and `#[repr(C)]`, \
             or an array if all parts are of one type"
        }
        Type::Slice(_) => "a slice has no fixed size; use an array `[T; N]`",
        Type::TraitObject(_) | Type::ImplTrait(_) | Type::Infer(_) => {
            "a field needs a concrete type of fixed size; name it"
        }
        Type::Never(_) => "`!` has no value; remove the field",
        _ => return None,
    })
}

/// Types of the language and of the standard library, as they are usually written. A type of one's own with such a
/// name is let through if it is written as a path: `self::Vec<f32>`.
fn named_type(ty: &syn::TypePath) -> Option<&'static str> {
    let segments = &ty.path.segments;
    let (first, last) = (segments.first()?, segments.last()?);
    let standard = ["std", "core", "alloc"].iter().any(|root| first.ident == root);
    if ty.qself.is_some() || (segments.len() > 1 && !standard) {
        return None;
    }
    let name = last.ident.to_string();
    Some(match (name.as_str(), matches!(last.arguments, PathArguments::AngleBracketed(_))) {
        ("usize", false) => "`usize` has another size on another machine; use `u64` or `u32`",
        ("isize", false) => "`isize` has another size on another machine; use `i64` or `i32`",
        ("u128" | "i128", false) => "NumPy has no 128-bit integer; use `[u64; 2]`",
        ("f128", false) => "NumPy has no such float; use `[u8; 16]` for the bytes as they are",
        ("char", false) => {
            "a file may hold numbers that are no `char`; use `u32` and `char::from_u32`, or `UnicodeStr<N>`"
        }
        ("str", false) => "a `str` has no fixed size; use `ByteStr<N>`, which holds at most `N` bytes",
        ("String" | "OsString" | "CString" | "PathBuf", false) => {
            "the text would lie outside the record; use `ByteStr<N>`, which holds at most `N` bytes in it"
        }
        ("Option", true) => {
            "`Option` has no fixed layout; store the value, and choose one that stands for none (0, NaN), \
             or add a `bool` field"
        }
        ("Vec" | "VecDeque" | "HashMap" | "BTreeMap" | "HashSet" | "BTreeSet", true) => {
            "the elements would lie outside the record; use an array `[T; N]`"
        }
        ("Box" | "Rc" | "Arc" | "Cow", true) => {
            "the value would lie outside the record; store the value itself"
        }
        ("Cell" | "RefCell" | "UnsafeCell" | "OnceCell" | "Mutex" | "RwLock", true) => {
            "a record is a plain value; store the value itself, and write through a view of the map"
        }
        ("PhantomData", true) => "`PhantomData` has no bytes; mark the field `#[mmrec(pad)]`",
        _ => return None,
    })
}

fn is_named(ty: &Type, name: &str) -> bool {
    matches!(ty, Type::Path(path) if path.path.is_ident(name))
}
