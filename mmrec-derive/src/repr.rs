//! `#[repr(…)]`: whether the struct has a layout that files can rely on.

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
        // A `repr` that is not a list is reported by the compiler.
        let lists = attrs
            .iter()
            .filter(|attr| attr.path().is_ident("repr"))
            .flat_map(|attr| attr.meta.require_list());
        let hints: Vec<_> = lists.flat_map(|list| split_at_commas(list.tokens.clone())).collect();
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
