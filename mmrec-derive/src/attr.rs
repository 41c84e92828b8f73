//! `#[mmrec(…)]` on the struct and on its fields.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Attribute, LitInt, LitStr, Path, parse::Parser};

use crate::diag::{Diag, did_you_mean};

const STRUCT_KEYS: [&str; 3] = ["itemsize", "descr", "crate"];
const FIELD_KEYS: [&str; 5] = ["rename", "title", "offset", "dtype", "pad"];

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
    pub(crate) pad: Option<Ident>,
}

impl StructAttrs {
    pub(crate) fn read(attrs: &[Attribute], diag: &mut Diag) -> Self {
        let mut found = Self::default();
        for item in items(attrs, diag) {
            match item.key.to_string().as_str() {
                "crate" => item.put(&mut found.krate, Item::path, diag),
                "itemsize" => item.put(&mut found.itemsize, Item::number, diag),
                "descr" => item.put(&mut found.descr, Item::text, diag),
                key if FIELD_KEYS.contains(&key) => {
                    diag.error(
                        &item.key,
                        format_args!("`{key}` is for a field; move it to the field it is about"),
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
                "rename" => item.put(&mut found.rename, Item::text, diag),
                "title" => item.put(&mut found.title, Item::text, diag),
                "offset" => item.put(&mut found.offset, Item::number, diag),
                "dtype" => item.put(&mut found.dtype, Item::text, diag),
                "pad" => item.put(&mut found.pad, Item::flag, diag),
                key if STRUCT_KEYS.contains(&key) => {
                    diag.error(&item.key, format_args!("`{key}` is for the struct; move it above `struct`"));
                }
                key => item.unknown(key, &FIELD_KEYS, &STRUCT_KEYS, "a field", diag),
            }
        }
        found
    }
}

/// One `key` or `key = value`.
struct Item {
    key: Ident,
    /// What stands after the `=`.
    value: Option<TokenStream>,
}

/// What a key takes, for the message: `rename = "ts"`.
type Expected = &'static str;

impl Item {
    fn put<V>(self, slot: &mut Option<V>, read: impl FnOnce(&Self) -> Result<V, Expected>, diag: &mut Diag) {
        if slot.is_some() {
            diag.error(&self.key, format_args!("`{}` is given twice; remove one of the two", self.key));
            return;
        }
        match read(&self) {
            Ok(value) => *slot = Some(value),
            Err(expected) => {
                let text = format!("`{}` takes {expected}", self.key);
                match self.value.filter(|value| !value.is_empty()) {
                    Some(value) => diag.error(value, text),
                    None => diag.error(&self.key, text),
                }
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

    fn text(&self) -> Result<LitStr, Expected> {
        let expected = "a string in quotes, as in `= \"…\"`";
        self.value.clone().and_then(|value| syn::parse2(value).ok()).ok_or(expected)
    }

    fn number(&self) -> Result<LitInt, Expected> {
        let expected = "a number of bytes without quotes, as in `= 40`";
        let number: LitInt = self.value.clone().and_then(|value| syn::parse2(value).ok()).ok_or(expected)?;
        let plain = matches!(number.suffix(), "" | "usize") && number.base10_parse::<u32>().is_ok();
        plain.then_some(number).ok_or(expected)
    }

    fn path(&self) -> Result<Path, Expected> {
        let expected = "the path of the mmrec crate, as in `= ::mmrec`";
        let value = self.value.clone().ok_or(expected)?;
        let path = match syn::parse2::<LitStr>(value.clone()) {
            Ok(quoted) => quoted.parse_with(Path::parse_mod_style),
            Err(_) => Path::parse_mod_style.parse2(value),
        };
        path.map_err(|_| expected)
    }

    fn flag(&self) -> Result<Ident, Expected> {
        match self.value {
            None => Ok(self.key.clone()),
            Some(_) => Err("no value; write `pad` alone"),
        }
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

/// `tokens` as if they stood at `place`; names mean what they did.
pub(crate) fn moved_to(place: Span, tokens: impl ToTokens) -> TokenStream {
    let moved = tokens.into_token_stream().into_iter().map(|mut token| {
        token.set_span(place.resolved_at(token.span()));
        token
    });
    moved.collect()
}
