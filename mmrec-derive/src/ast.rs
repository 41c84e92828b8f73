//! The struct as the later stations see it.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};
use syn::{
    Attribute, Data, DeriveInput, GenericParam, Generics, Lifetime, Member, Type, Visibility, ext::IdentExt,
    parse_quote, spanned::Spanned,
};

use crate::{
    attr::{FieldAttrs, StructAttrs, runtime},
    diag::Diag,
    repr::Repr,
};

/// The struct.
pub(crate) struct Record<'a> {
    pub(crate) name: &'a Ident,
    pub(crate) vis: &'a Visibility,
    pub(crate) attrs: StructAttrs,
    pub(crate) repr: Repr,
    /// Whether the fields have numbers and not names.
    pub(crate) is_tuple: bool,
    pub(crate) fields: Vec<Field<'a>>,
    /// The user's parameters and where clauses, without defaults and attributes.
    pub(crate) generics: Generics,
    /// The parameters that column structs have beside those of the struct: their names are free.
    pub(crate) lifetime: Lifetime,
    pub(crate) dim: Ident,
    /// The member of a generated struct that holds what no column mentions.
    pub(crate) marker: Ident,
    /// Whether the struct or a field is marked `#[deprecated]`.
    pub(crate) is_deprecated: bool,
}

/// A field of the struct.
pub(crate) struct Field<'a> {
    pub(crate) member: Member,
    pub(crate) vis: &'a Visibility,
    pub(crate) ty: &'a Type,
    pub(crate) attrs: FieldAttrs,
}

impl<'a> Record<'a> {
    /// Reads the struct. Mistakes are reported, and what is left of the struct is returned.
    pub(crate) fn read(input: &'a DeriveInput, diag: &mut Diag) -> Self {
        let name = &input.ident;
        let fields = match &input.data {
            Data::Struct(data) => Some(&data.fields),
            // `enums` reads these.
            Data::Enum(_) => None,
            Data::Union(data) => {
                diag.error(
                    data.union_token,
                    "a union is not a record; use a struct, and read the bytes you need",
                );
                None
            }
        };
        let repr = match fields {
            Some(_) => Repr::read(name, &input.attrs, diag),
            None => Repr::C,
        };
        let used = names_in(input);
        Self {
            name,
            vis: &input.vis,
            attrs: StructAttrs::read(&input.attrs, diag),
            repr,
            is_tuple: matches!(fields, Some(syn::Fields::Unnamed(_))),
            fields: fields.into_iter().flatten().enumerate().map(|field| Field::read(field, diag)).collect(),
            generics: plain(&input.generics),
            lifetime: Lifetime::new(&format!("'{}", free_name("a", &used)), Span::call_site()),
            dim: Ident::new(&free_name("D", &used), Span::call_site()),
            marker: Ident::new(&free_name("__marker", &used), Span::call_site()),
            is_deprecated: is_deprecated(&input.attrs)
                || fields.into_iter().flatten().any(|field| is_deprecated(&field.attrs)),
        }
    }

    /// The path of the runtime crate, as [`runtime`] has it.
    pub(crate) fn krate(&self, place: Span) -> TokenStream {
        runtime(self.attrs.krate.as_ref(), place)
    }

    /// The path of the crate `core`, whatever is in scope.
    pub(crate) fn core(&self) -> TokenStream {
        let krate = self.krate(Span::call_site());
        quote!(#krate::__private::core)
    }

    /// The name of a generated struct, `TradeColumns`.
    pub(crate) fn name_with(&self, suffix: &str) -> Ident {
        format_ident!("{}{suffix}", self.name, span = Span::call_site())
    }

    /// The fields that are columns.
    pub(crate) fn columns(&self) -> impl Iterator<Item = &Field<'a>> {
        self.fields.iter().filter(|field| !field.is_pad())
    }

    /// Whether the type mentions one of the struct's type parameters.
    pub(crate) fn is_generic(&self, ty: &Type) -> bool {
        self.generics.type_params().any(|param| mentions(ty, &param.ident))
    }

    /// Parameters and where clauses of the column structs.
    pub(crate) fn column_generics(&self) -> Generics {
        let Self { lifetime, dim, .. } = self;
        let mut generics = self.generics.clone();
        generics.params.insert(0, parse_quote!(#lifetime));
        generics.params.push(parse_quote!(#dim));
        generics
    }
}

impl<'a> Field<'a> {
    fn read((index, field): (usize, &'a syn::Field), diag: &mut Diag) -> Self {
        let member = match &field.ident {
            Some(name) => Member::Named(name.clone()),
            None => Member::Unnamed(index.into()),
        };
        let attrs = FieldAttrs::read(&field.attrs, diag);
        Self { member, vis: &field.vis, ty: &field.ty, attrs }
    }

    pub(crate) fn is_pad(&self) -> bool {
        self.attrs.pad.is_some()
    }

    /// The field as the user knows it, for messages and documentation.
    pub(crate) fn label(&self) -> String {
        match &self.member {
            Member::Named(name) => name.unraw().to_string(),
            Member::Unnamed(index) => index.index.to_string(),
        }
    }

    /// The name in the dtype: as `rename` says, or that of the field; fields without names are called as in NumPy.
    pub(crate) fn dtype_name(&self) -> String {
        match (&self.attrs.rename, &self.member) {
            (Some(rename), _) => rename.value(),
            (None, Member::Named(name)) => name.unraw().to_string(),
            (None, Member::Unnamed(index)) => format!("f{}", index.index),
        }
    }

    /// The name of the field in a generated struct.
    pub(crate) fn generated_member(&self) -> Member {
        match &self.member {
            Member::Named(name) => {
                let mut name = name.clone();
                name.set_span(name.span().resolved_at(Span::call_site()));
                Member::Named(name)
            }
            index => index.clone(),
        }
    }

    /// The places of the first and the last token of the type.
    pub(crate) fn type_ends(&self) -> (Span, Span) {
        let first = self.ty.span();
        let last = self.ty.to_token_stream().into_iter().last().map_or(first, |token| token.span());
        (first.resolved_at(Span::mixed_site()), last.resolved_at(Span::mixed_site()))
    }
}

/// Whether there is a `#[deprecated]`.
pub(crate) fn is_deprecated(attrs: &[Attribute]) -> bool {
    attrs.iter().any(|attr| attr.path().is_ident("deprecated"))
}

pub(crate) fn mentions(ty: &Type, name: &Ident) -> bool {
    let mut found = false;
    each_name(ty.to_token_stream(), &mut |other| found = found || other == *name);
    found
}

fn plain(generics: &Generics) -> Generics {
    let mut plain = generics.clone();
    for param in &mut plain.params {
        match param {
            GenericParam::Lifetime(param) => param.attrs.clear(),
            GenericParam::Type(param) => {
                param.attrs.clear();
                param.eq_token = None;
                param.default = None;
            }
            GenericParam::Const(param) => {
                param.attrs.clear();
                param.eq_token = None;
                param.default = None;
            }
        }
    }
    plain
}

/// Every name in the struct, so that a new one can be told apart.
fn names_in(input: &DeriveInput) -> Vec<String> {
    let mut names = vec![input.ident.to_string()];
    let mut add = |name: Ident| names.push(name.to_string());
    each_name(input.generics.to_token_stream(), &mut add);
    each_name(input.generics.where_clause.to_token_stream(), &mut add);
    let fields = match &input.data {
        Data::Struct(data) => Some(&data.fields),
        _ => None,
    };
    for field in fields.into_iter().flatten() {
        each_name(field.ident.to_token_stream(), &mut add);
        each_name(field.ty.to_token_stream(), &mut add);
    }
    // What a macro in a type expands to may be called as the new parameters would be.
    let types = || fields.into_iter().flatten().map(|field| field.ty.to_token_stream());
    if types().any(|ty| ty.to_string().contains('!')) {
        names.extend(["a", "D"].map(str::to_owned));
    }
    names
}

fn each_name(tokens: TokenStream, visit: &mut impl FnMut(Ident)) {
    for token in tokens {
        match token {
            TokenTree::Ident(name) => visit(name),
            TokenTree::Group(group) => each_name(group.stream(), visit),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

/// `wanted`, or with a number behind it if it is used already.
fn free_name(wanted: &str, used: &[String]) -> String {
    let numbered = (1..).map(|number| format!("{wanted}{number}"));
    let mut names = std::iter::once(wanted.to_owned()).chain(numbered);
    names.find(|name| !used.contains(name)).unwrap_or_default()
}
