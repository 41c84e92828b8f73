//! What can be said of the code without compiling it. How it behaves is tested in the workspace's `tests`.

use proc_macro2::{TokenStream, TokenTree};
use syn::{DeriveInput, parse_quote};

use crate::derive;

fn errors_in(code: &TokenStream) -> usize {
    code.to_string().matches("compile_error").count()
}

/// Every name in the code, with the one before it where the two are joined by `::`.
fn names(code: TokenStream, found: &mut Vec<(Option<String>, String)>) {
    let tokens: Vec<_> = code.into_iter().collect();
    for (i, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Group(group) => names(group.stream(), found),
            TokenTree::Ident(name) => {
                let before = match &tokens[i.saturating_sub(3)..i] {
                    [TokenTree::Ident(before), TokenTree::Punct(a), TokenTree::Punct(b)]
                        if a.as_char() == ':' && b.as_char() == ':' =>
                    {
                        Some(before.to_string())
                    }
                    _ => None,
                };
                found.push((before, name.to_string()));
            }
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

#[test]
fn a_value_is_taken_apart_by_safe_code_before_it_is_stored() {
    let code = derive(&parse_quote! { #[repr(C)] struct Pair { a: u8, b: u64 } }).to_string();
    let (_, store) = code.split_once("unsafe fn store").unwrap();
    let (_, body) = store.split_once('{').unwrap();
    assert!(body.trim_start().starts_with("let Self { a : __field0 , b : __field1 } = __value ;"), "{body}");
}

fn every_sort_of_input() -> Vec<DeriveInput> {
    vec![
        parse_quote! {
            #[repr(C)]
            #[mmrec(itemsize = 24, descr = "[]")]
            pub struct Trade {
                #[mmrec(rename = "time", title = "when")]
                pub ts: u64,
                #[mmrec(offset = 8, dtype = "<f8")]
                price: f64,
                #[mmrec(pad)]
                gap: [u8; 8],
            }
        },
        parse_quote! { #[repr(C, packed)] struct Pair(u8, #[mmrec(pad)] (), u64); },
        parse_quote! { #[repr(C)] struct Unit; },
        parse_quote! { #[repr(C, align(64))] struct Empty {} },
        parse_quote! { #[repr(transparent)] #[mmrec(itemsize = 8)] struct Wrap<T>(T, #[mmrec(pad)] PhantomData<T>); },
        parse_quote! {
            #[repr(C)]
            #[mmrec(itemsize = 16)]
            struct Sample<T: Copy = f64, const N: usize = 2> where T: Default { value: [T; N] }
        },
        parse_quote! { #[repr(C)] #[deprecated] struct Old { a: u8 } },
        parse_quote! { #[repr(u8)] enum Side { Buy = b'B', Sell = b'S' } },
        parse_quote! { #[repr(C, i64)] #[deprecated] enum Old { A, #[mmrec(other)] r#type = -1 } },
        // With mistakes.
        parse_quote! { struct Trade<'a> { ts: usize, name: &'a str } },
        parse_quote! { #[repr(C)] struct Slice { tail: [u8] } },
        parse_quote! { enum Side<'a> { Buy(u8), #[mmrec(other = 1)] Sell, #[mmrec(othre)] None } },
        parse_quote! { #[repr(u8)] enum Empty {} },
        parse_quote! { #[repr(C)] union Word { int: u32, float: f32 } },
    ]
}

#[test]
fn no_name_is_taken_from_the_scope() {
    for mut input in every_sort_of_input() {
        input.attrs.push(parse_quote!(#[mmrec(crate = other)]));
        let code = derive(&input);
        let mut found = Vec::new();
        names(code.clone(), &mut found);
        let mut roots = 0;
        for (before, name) in &found {
            match name.as_str() {
                "other" => assert_eq!(*before, None),
                "__private" => assert_eq!(before.as_deref(), Some("other")),
                "core" if before.is_none() => roots += 1,
                "core" => assert_eq!(before.as_deref(), Some("__private")),
                "mmrec" | "std" | "alloc" => panic!("`{name}` in {code}"),
                "usize" | "bool" | "Option" | "Some" | "None" | "Clone" | "Copy" | "PhantomData"
                | "Element" => {
                    // In the user's own bounds some of these stand alone.
                    assert!(
                        before.is_some()
                            || input.generics.type_params().next().is_some()
                            || errors_in(&code) > 0
                    );
                }
                _ => {}
            }
        }
        // `::core::compile_error!` is syn's.
        assert_eq!(roots, errors_in(&code));
    }
}

#[test]
fn the_crate_is_named_as_a_path_or_in_quotes() {
    for attr in
        [parse_quote!(#[mmrec(crate = crate::facade)]), parse_quote!(#[mmrec(crate = "crate::facade")])]
    {
        let mut input: DeriveInput = parse_quote! { #[repr(C)] struct Trade { ts: u64 } };
        input.attrs.push(attr);
        let code = derive(&input).to_string();
        assert!(code.contains("crate :: facade :: Element"), "{code}");
        assert_eq!(errors_in(&derive(&input)), 0);
    }
}

#[test]
fn every_mistake_is_reported() {
    let code = derive(&parse_quote! {
        #[mmrec(itemsize = "40", nonsense)]
        struct Trade<'a> {
            ts: usize,
            symbol: &'a str,
            #[mmrec(renmae = "px")]
            price: f64,
            #[mmrec(pad, title = "gap")]
            gap: [u8; 4],
        }
    });
    // The representation, two keys of the struct, the lifetime, two types, a key, and the title.
    assert_eq!(errors_in(&code), 8, "{code}");
}

#[test]
fn every_mistake_in_an_enum_is_reported() {
    let code = derive(&parse_quote! {
        #[repr(usize, align(8))]
        #[mmrec(descr = "|u1", other)]
        enum Side<'a> {
            Buy(&'a str),
            #[mmrec(rename = "S", othre, crate = mmrec)]
            Sell,
            #[mmrec(other)]
            None,
            #[mmrec(other)]
            Unknown {},
            #[mmrec(other)]
            Missing,
        }
    });
    // Two representations, two keys of the enum, three of a variant, the lifetime, two variants with fields, and two
    // more that are `other`.
    assert_eq!(errors_in(&code), 12, "{code}");
}

#[test]
fn only_a_variant_marked_other_makes_an_enum_an_element() {
    let code = derive(&parse_quote! { #[repr(u8)] enum Side { Buy, Sell } }).to_string();
    assert!(code.contains("CodedEnum for Side") && !code.contains("Element for Side"), "{code}");
    let code = derive(&parse_quote! { #[repr(u8)] enum Side { Buy, #[mmrec(other)] Sell } }).to_string();
    assert!(code.contains("CodedEnum for Side") && code.contains("unsafe impl :: mmrec :: Element for Side"));
}

#[test]
fn any_attribute_is_read_or_reported() {
    let attrs: Vec<syn::Attribute> = vec![
        parse_quote!(#[mmrec]),
        parse_quote!(#[mmrec = 1]),
        parse_quote!(#[mmrec(=)]),
        parse_quote!(#[mmrec(pad pad)]),
        parse_quote!(#[mmrec(pad = )]),
        parse_quote!(#[mmrec(offset = = 3)]),
        parse_quote!(#[mmrec({ pad })]),
        parse_quote!(#[mmrec(::pad)]),
        parse_quote!(#[mmrec("pad" = 1)]),
    ];
    for attr in attrs {
        let input: DeriveInput = parse_quote! { #[repr(C)] struct Trade { #attr ts: u64 } };
        assert_eq!(errors_in(&derive(&input)), 1);
    }
    for attr in [parse_quote!(#[mmrec()]), parse_quote!(#[mmrec(,)]), parse_quote!(#[mmrec(pad,)])] {
        let attr: syn::Attribute = attr;
        let input: DeriveInput = parse_quote! { #[repr(C)] struct Trade { #attr ts: u64 } };
        assert_eq!(errors_in(&derive(&input)), 0);
    }
}

#[test]
fn new_parameters_have_free_names() {
    let code = derive(&parse_quote! {
        #[repr(C)]
        struct Trade<D, D1> where for<'a> D: PartialEq<&'a D1> { one: D, two: D1 }
    });
    let code = code.to_string();
    assert!(code.contains("TradeColumns < 'a1 , D , D1 , D2"), "{code}");
}
