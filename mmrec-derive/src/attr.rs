//! `#[mmrec(…)]` on the struct and on its fields, on an enum and on its variants.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};
use syn::{Attribute, LitInt, LitStr, Path, parse::Parser};

use crate::diag::{Diag, did_you_mean};

const STRUCT_KEYS: [&str; 3] = ["itemsize", "descr", "crate"];
const FIELD_KEYS: [&str; 5] = ["rename", "title", "offset", "dtype", "pad"];
const ENUM_KEYS: [&str; 1] = ["crate"];
const VARIANT_KEYS: [&str; 1] = ["other"];

/// What `#[mmrec(…)]` on the struct says.
#[derive(Default)]
pub(crate) struct StructAttrs {
    pub(crate) krate: Option<Path>,
    pub(crate) itemsize: Option<LitInt>,
    pub(crate) descr: Option<LitStr>,
}

/// What `#[mmrec(…)]` on a field says.
#[derive(Default)]
pub(crate) struct FieldAttrs {
    pub(crate) rename: Option<LitStr>,
    pub(crate) title: Option<LitStr>,
    pub(crate) offset: Option<LitInt>,
    pub(crate) dtype: Option<LitStr>,
    pub(crate) pad: Option<Flag>,
}

impl StructAttrs {
    pub(crate) fn read(attrs: &[Attribute], diag: &mut Diag) -> Self {
        let mut found = Self::default();
        for item in items(attrs, diag) {
            match item.key.to_string().as_str() {
                "crate" => item.put(&mut found.krate, diag),
                "itemsize" => item.put(&mut found.itemsize, diag),
                "descr" => item.put(&mut found.descr, diag),
                key if FIELD_KEYS.contains(&key) => {
                    diag.error(
                        &item.key,
                        format_args!("`{key}` is for a field; move it from the struct to the field"),
                    );
                }
                key => item.unknown(key, &STRUCT_KEYS, &FIELD_KEYS, "a struct", diag),
            }
        }
        found
    }
}

impl FieldAttrs {
    pub(crate) fn read(attrs: &[Attribute], diag: &mut Diag) -> Self {
        let mut found = Self::default();
        for item in items(attrs, diag) {
            match item.key.to_string().as_str() {
                "rename" => item.put(&mut found.rename, diag),
                "title" => item.put(&mut found.title, diag),
                "offset" => item.put(&mut found.offset, diag),
                "dtype" => item.put(&mut found.dtype, diag),
                "pad" => item.put(&mut found.pad, diag),
                key if STRUCT_KEYS.contains(&key) => {
                    diag.error(
                        &item.key,
                        format_args!("`{key}` is for the struct; move it from the field to the struct"),
                    );
                }
                key => item.unknown(key, &FIELD_KEYS, &STRUCT_KEYS, "a field", diag),
            }
        }
        found
    }
}

/// What `#[mmrec(…)]` on an enum says.
#[derive(Default)]
pub(crate) struct EnumAttrs {
    pub(crate) krate: Option<Path>,
}

/// What `#[mmrec(…)]` on a variant says.
#[derive(Default)]
pub(crate) struct VariantAttrs {
    /// The key, where it stands.
    pub(crate) other: Option<Ident>,
    /// Whether there is any key, be it right or wrong.
    pub(crate) has_keys: bool,
}

impl EnumAttrs {
    pub(crate) fn read(attrs: &[Attribute], diag: &mut Diag) -> Self {
        let mut found = Self::default();
        for item in items(attrs, diag) {
            match item.key.to_string().as_str() {
                "crate" => item.put(&mut found.krate, diag),
                key if VARIANT_KEYS.contains(&key) => {
                    let text = format!("`{key}` is for a variant; move it from the enum to the variant");
                    diag.error(&item.key, text);
                }
                key if STRUCT_KEYS.contains(&key) || FIELD_KEYS.contains(&key) => {
                    let text = format!(
                        "`{key}` is not for an enum, which has the dtype of its `repr`; remove it, or move it to the \
                         record that holds the enum"
                    );
                    diag.error(&item.key, text);
                }
                key => item.unknown(key, &ENUM_KEYS, &VARIANT_KEYS, "an enum", diag),
            }
        }
        found
    }
}

impl VariantAttrs {
    pub(crate) fn read(attrs: &[Attribute], diag: &mut Diag) -> Self {
        let (mut found, mut other) = (Self::default(), None::<Flag>);
        for item in items(attrs, diag) {
            found.has_keys = true;
            match item.key.to_string().as_str() {
                "other" => {
                    found.other.get_or_insert_with(|| item.key.clone());
                    item.put(&mut other, diag);
                }
                key if ENUM_KEYS.contains(&key) => {
                    let text = format!("`{key}` is for the enum; move it from the variant to the enum");
                    diag.error(&item.key, text);
                }
                key if STRUCT_KEYS.contains(&key) || FIELD_KEYS.contains(&key) => {
                    let text = format!(
                        "`{key}` is not for a variant, of which a file holds the number alone; remove it"
                    );
                    diag.error(&item.key, text);
                }
                key => item.unknown(key, &VARIANT_KEYS, &ENUM_KEYS, "a variant", diag),
            }
        }
        found
    }
}

/// The path of the runtime crate. The default is as if written at `place`; the user's stays where it is, so that a wrong
/// one is reported there.
pub(crate) fn runtime(path: Option<&Path>, place: Span) -> TokenStream {
    let Some(path) = path else { return quote_spanned!(place=> ::mmrec) };
    let tokens = path.to_token_stream().into_iter().map(|mut token| {
        // `$crate` means something only where it was written.
        if token.to_string() != "$crate" {
            token.set_span(token.span().resolved_at(Span::call_site()));
        }
        token
    });
    tokens.collect()
}

/// One `key` or `key = value`.
struct Item {
    key: Ident,
    /// What stands after the `=`.
    value: Option<TokenStream>,
}

impl Item {
    fn put<V: Value>(self, slot: &mut Option<V>, diag: &mut Diag) {
        let key = &self.key;
        if slot.is_some() {
            diag.error(key, format_args!("`{key}` is given twice; remove one of the two"));
            return;
        }
        *slot = V::read(self.value.as_ref());
        if slot.is_none() {
            let text = format!("`{key}` takes {}, as in `{key}{}`", V::WHAT, V::EXAMPLE);
            match &self.value {
                Some(value) if !value.is_empty() => diag.error(value, text),
                _ => diag.error(key, text),
            }
        }
    }

    fn unknown(&self, key: &str, here: &[&str], elsewhere: &[&str], place: &str, diag: &mut Diag) {
        let keys = here.join("`, `");
        let text = match did_you_mean(key, here.iter().chain(elsewhere).copied()) {
            Some(meant) if here.contains(&meant) => format!("unknown key `{key}`; did you mean `{meant}`?"),
            Some(meant) => format!("unknown key `{key}`; `{meant}` is not for {place}, which takes `{keys}`"),
            None => format!("unknown key `{key}`; {place} takes `{keys}`"),
        };
        diag.error(&self.key, text);
    }
}

/// What stands after a key.
trait Value: Sized {
    const WHAT: &'static str;
    /// What follows the key in an example.
    const EXAMPLE: &'static str;

    fn read(value: Option<&TokenStream>) -> Option<Self>;
}

impl Value for LitStr {
    const WHAT: &'static str = "a string in quotes";
    const EXAMPLE: &'static str = " = \"…\"";

    fn read(value: Option<&TokenStream>) -> Option<Self> {
        syn::parse2(value?.clone()).ok()
    }
}

impl Value for LitInt {
    const WHAT: &'static str = "a number of bytes without quotes";
    const EXAMPLE: &'static str = " = 40";

    fn read(value: Option<&TokenStream>) -> Option<Self> {
        let number: Self = syn::parse2(value?.clone()).ok()?;
        let is_size = matches!(number.suffix(), "" | "usize") && number.base10_parse::<u32>().is_ok();
        is_size.then_some(number)
    }
}

impl Value for Path {
    const WHAT: &'static str = "the path of the crate mmrec";
    const EXAMPLE: &'static str = " = ::mmrec";

    fn read(value: Option<&TokenStream>) -> Option<Self> {
        match syn::parse2::<LitStr>(value?.clone()) {
            Ok(quoted) => quoted.parse_with(Path::parse_mod_style).ok(),
            Err(_) => Path::parse_mod_style.parse2(value?.clone()).ok(),
        }
    }
}

/// A key alone.
pub(crate) struct Flag;

impl Value for Flag {
    const WHAT: &'static str = "no value";
    const EXAMPLE: &'static str = "";

    fn read(value: Option<&TokenStream>) -> Option<Self> {
        value.is_none().then_some(Self)
    }
}

/// The items of every `#[mmrec(…)]`. What cannot be read is reported and left out.
fn items(attrs: &[Attribute], diag: &mut Diag) -> Vec<Item> {
    let mut items = Vec::new();
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("mmrec")) {
        match &attr.meta {
            syn::Meta::List(list) => {
                for tokens in split_at_commas(list.tokens.clone()) {
                    items.extend(item(&tokens, diag));
                }
            }
            meta => diag.error(meta, "the keys of `mmrec` go in parentheses, as in `#[mmrec(pad)]`"),
        }
    }
    items
}

/// The items of a list; none of them is empty.
pub(crate) fn split_at_commas(tokens: TokenStream) -> Vec<Vec<TokenTree>> {
    let is_comma = |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ',');
    let tokens: Vec<_> = tokens.into_iter().collect();
    tokens.split(is_comma).filter(|item| !item.is_empty()).map(<[_]>::to_vec).collect()
}

fn item(tokens: &[TokenTree], diag: &mut Diag) -> Option<Item> {
    match tokens {
        [TokenTree::Ident(key)] => Some(Item { key: key.clone(), value: None }),
        [TokenTree::Ident(key), TokenTree::Punct(equals), value @ ..] if equals.as_char() == '=' => {
            let value = value.iter().cloned().collect();
            Some(Item { key: key.clone(), value: Some(value) })
        }
        other => {
            let tokens: TokenStream = other.iter().cloned().collect();
            diag.error(tokens, "expected `key` or `key = value`, with commas between them");
            None
        }
    }
}
