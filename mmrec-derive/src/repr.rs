//! `#[repr(…)]`: whether the struct or the enum has a layout that files can rely on.

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::Attribute;

use crate::{attr::split_at_commas, diag::Diag};

/// The representations that fix the place of every field. Packing and alignment are left to the compiler.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Repr {
    /// `repr(C)`, with or without `packed` or `align`.
    C,
    /// `repr(transparent)`: the dtype is that of the one field.
    Transparent,
}

impl Repr {
    /// The representation of the struct called `name`. A mistake is reported, and `repr(C)` assumed.
    pub(crate) fn read(name: &Ident, attrs: &[Attribute], diag: &mut Diag) -> Self {
        let hints = hints(attrs);
        let has = |hint: &str| {
            hints.iter().any(|tokens| matches!(&tokens[..], [TokenTree::Ident(name), ..] if name == hint))
        };
        if has("transparent") {
            return Self::Transparent;
        }
        let mut missing = !has("C");
        for hint in &hints {
            let tokens: TokenStream = hint.iter().cloned().collect();
            let text = match tokens.to_string().replace(' ', "") {
                hint if hint == "C" => continue,
                hint if hint.starts_with("packed") || hint.starts_with("align") => {
                    if has("C") {
                        continue;
                    }
                    format!(
                        "`repr({hint})` alone lets the compiler reorder the fields; write `repr(C, {hint})`"
                    )
                }
                hint if hint == "Rust" => {
                    "`repr(Rust)` lets the compiler reorder the fields; use `repr(C)` or `repr(C, packed)`"
                        .into()
                }
                hint => format!("`repr({hint})` is not for a record; use `repr(C)` or `repr(C, packed)`"),
            };
            diag.error(tokens, text);
            missing = false;
        }
        if missing {
            let text = format!(
                "without a `repr` the compiler may reorder the fields of `{name}`; \
                 add `#[repr(C)]`, or `#[repr(C, packed)]` for a record without padding"
            );
            diag.error(name, text);
        }
        Self::C
    }
}

/// The integer that an enum's variants are.
#[derive(Clone, Copy)]
pub(crate) struct Integer(&'static str);

impl Integer {
    /// Those that NumPy has, of the same size on every machine.
    const ALL: [&str; 8] = ["u8", "i8", "u16", "i16", "u32", "i32", "u64", "i64"];

    pub(crate) fn name(self) -> &'static str {
        self.0
    }

    /// The integer of the enum called `name`. A mistake is reported, and `u8` assumed.
    pub(crate) fn read(name: &Ident, attrs: &[Attribute], diag: &mut Diag) -> Self {
        let (mut found, mut missing) = (None, true);
        let mut c = None;
        for hint in hints(attrs) {
            let tokens: TokenStream = hint.into_iter().collect();
            let hint = tokens.to_string().replace(' ', "");
            if hint == "C" {
                c = Some(tokens);
                continue;
            }
            missing = false;
            let text = match (Self::ALL.into_iter().find(|integer| *integer == hint), hint.as_str()) {
                (Some(integer), _) if found.is_none() => {
                    found = Some(integer);
                    continue;
                }
                (Some(_), _) => "an enum is one integer; remove all but one".into(),
                (None, "usize") => {
                    "`usize` has another size on another machine; use `repr(u64)` or `repr(u32)`".into()
                }
                (None, "isize") => {
                    "`isize` has another size on another machine; use `repr(i64)` or `repr(i32)`".into()
                }
                (None, "u128" | "i128") => {
                    "NumPy has no 128-bit integer; use `repr(u64)` or `repr(i64)`".into()
                }
                (None, hint) => format!(
                    "`repr({hint})` is not for an enum in a file; use that of the integer alone, such as `repr(u8)`"
                ),
            };
            diag.error(tokens, text);
        }
        match c {
            Some(tokens) if missing => diag.error(
                tokens,
                "the size of a `repr(C)` enum is the C compiler's affair; use that of the integer, such as `repr(u32)`",
            ),
            None if missing => {
                let text = format!(
                    "without a `repr` the compiler chooses the size of `{name}`; add that of the integer in the file, \
                     such as `#[repr(u8)]`"
                );
                diag.error(name, text);
            }
            // Beside an integer, `C` changes nothing in an enum without fields.
            _ => {}
        }
        Self(found.unwrap_or("u8"))
    }
}

/// The items of every `#[repr(…)]`.
fn hints(attrs: &[Attribute]) -> Vec<Vec<TokenTree>> {
    // A `repr` that is not a list is reported by the compiler.
    let lists =
        attrs.iter().filter(|attr| attr.path().is_ident("repr")).flat_map(|attr| attr.meta.require_list());
    lists.flat_map(|list| split_at_commas(list.tokens.clone())).collect()
}
