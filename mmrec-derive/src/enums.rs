//! Enums, through all stations: variants that are numbers in a file.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::{DataEnum, DeriveInput, Fields, Generics, ext::IdentExt, parse_quote};

use crate::{
    ast::is_deprecated,
    attr::{EnumAttrs, VariantAttrs, runtime},
    diag::Diag,
    repr::Integer,
};

/// The code for an enum, or the mistakes in it with stand-ins.
pub(crate) fn derive(input: &DeriveInput, data: &DataEnum) -> TokenStream {
    let mut diag = Diag::default();
    let coded = Coded::read(input, data, &mut diag);
    coded.check(data, &mut diag);
    match diag.into_errors() {
        None => coded.expand(),
        Some(errors) => {
            let stand_ins = coded.stand_ins();
            quote!(#errors #stand_ins)
        }
    }
}

/// The enum.
struct Coded<'a> {
    name: &'a Ident,
    generics: &'a Generics,
    attrs: EnumAttrs,
    repr: Integer,
    variants: Vec<Variant<'a>>,
    /// Whether the enum or a variant is marked `#[deprecated]`.
    is_deprecated: bool,
}

struct Variant<'a> {
    name: &'a Ident,
    attrs: VariantAttrs,
}

impl<'a> Coded<'a> {
    /// Reads the enum. Mistakes are reported, and what is left of the enum is returned.
    fn read(input: &'a DeriveInput, data: &'a DataEnum, diag: &mut Diag) -> Self {
        let name = &input.ident;
        let repr = Integer::read(name, &input.attrs, diag);
        let attrs = EnumAttrs::read(&input.attrs, diag);
        let variants = data
            .variants
            .iter()
            .map(|variant| Variant { name: &variant.ident, attrs: VariantAttrs::read(&variant.attrs, diag) })
            .collect();
        let is_deprecated =
            is_deprecated(&input.attrs) || data.variants.iter().any(|variant| is_deprecated(&variant.attrs));
        Self { name, generics: &input.generics, attrs, repr, variants, is_deprecated }
    }

    fn check(&self, data: &DataEnum, diag: &mut Diag) {
        if data.variants.is_empty() {
            let text = "no number is a variant of an enum that has none; add a variant, \
                        or store the number itself, such as `u8`";
            diag.error(self.name, text);
        }
        if !self.generics.params.is_empty() {
            let text = "the variants of an enum are the same numbers everywhere; remove the parameters";
            diag.error(&self.generics.params, text);
        }
        for variant in &data.variants {
            if !matches!(variant.fields, Fields::Unit) {
                let text = "a file holds the number of a variant alone; remove its fields, and store them in the record, \
                            beside the enum";
                diag.error(&variant.fields, text);
            }
        }
        let mut others =
            self.variants.iter().filter_map(|variant| Some((variant, variant.attrs.other.as_ref()?)));
        let first = others.next();
        for (_, key) in others {
            let Some((first, _)) = first else { break };
            let text = format!(
                "`{}` is marked `other` already, and a number without a variant reads as one variant alone; remove one \
                 of the marks",
                first.name.unraw()
            );
            diag.error(key, text);
        }
    }

    /// The variant that numbers without one read as.
    fn other(&self) -> Option<&Ident> {
        self.variants.iter().find(|variant| variant.attrs.other.is_some()).map(|variant| variant.name)
    }

    fn krate(&self) -> TokenStream {
        runtime(self.attrs.krate.as_ref(), Span::call_site())
    }

    /// The path of the crate `core`, whatever is in scope.
    fn core(&self) -> TokenStream {
        let krate = self.krate();
        quote!(#krate::__private::core)
    }

    /// The integer that is stored, whatever is in scope.
    fn integer(&self) -> TokenStream {
        let (core, repr) = (self.core(), Ident::new(self.repr.name(), Span::call_site()));
        quote!(#core::primitive::#repr)
    }

    fn impl_attrs(&self) -> TokenStream {
        let deprecated = self.is_deprecated.then(|| quote!(#[allow(deprecated)]));
        quote!(#[automatically_derived] #deprecated)
    }

    fn expand(&self) -> TokenStream {
        let (krate, core, integer) = (self.krate(), self.core(), self.integer());
        let (name, attrs) = (self.name, self.impl_attrs());
        let number = Ident::new("__number", Span::mixed_site());
        let variants: Vec<_> = self.variants.iter().map(|variant| variant.name).collect();
        let names = variants.iter().map(|variant| variant.unraw().to_string());
        let element = self.other().map(|other| self.element(other));
        // The numbers are the compiler's, whatever expressions the user gave for them.
        quote! {
            #attrs
            impl #krate::CodedEnum for #name {
                type Repr = #integer;
                const VARIANTS: &'static [Self] = &[#(Self::#variants),*];

                #[inline]
                fn from_code(#number: #integer) -> #core::option::Option<Self> {
                    match #number {
                        #(#number if #number == Self::#variants as #integer => {
                            #core::option::Option::Some(Self::#variants)
                        })*
                        _ => #core::option::Option::None,
                    }
                }

                #[inline]
                fn code(self) -> #integer {
                    self as #integer
                }

                fn name(self) -> &'static #core::primitive::str {
                    match self {
                        #(Self::#variants => #names,)*
                    }
                }
            }

            #element
        }
    }

    /// The enum as an element, numbers without a variant being `other`.
    fn element(&self, other: &Ident) -> TokenStream {
        let (krate, core, integer) = (self.krate(), self.core(), self.integer());
        let (name, attrs) = (self.name, self.impl_attrs());
        let [src, dst, value, number] =
            ["__src", "__dst", "__value", "__number"].map(|name| Ident::new(name, Span::mixed_site()));
        // SAFETY: the `repr` fixes the size, and `DType::of_enum` asks the compiler for it (1). Both go through the
        // integer's own `load` and `store`, by value (4), and make a variant of any number in safe code (2). The number of
        // a variant is what lies in memory where the variant does: that is the bytes which are read and written (3, 5).
        // It is not plain (6) and does not span its dtype (7), which are the defaults.
        quote! {
            #attrs
            unsafe impl #krate::Element for #name {
                const DTYPE: &'static #krate::DType = #krate::DType::of_enum::<Self>();

                #[inline(always)]
                unsafe fn load(#src: *const #core::primitive::u8) -> Self {
                    let #number = unsafe { <#integer as #krate::Element>::load(#src) };
                    match <Self as #krate::CodedEnum>::from_code(#number) {
                        #core::option::Option::Some(#value) => #value,
                        #core::option::Option::None => Self::#other,
                    }
                }

                #[inline(always)]
                unsafe fn store(#value: Self, #dst: *mut #core::primitive::u8) {
                    unsafe { <#integer as #krate::Element>::store(#value as #integer, #dst) }
                }
            }
        }
    }

    /// The code for an enum with mistakes: what the rest of the program may name exists, so that it is not blamed as well.
    fn stand_ins(&self) -> TokenStream {
        let (krate, core, integer) = (self.krate(), self.core(), self.integer());
        let (name, attrs) = (self.name, self.impl_attrs());
        let mut generics = self.generics.clone();
        if !generics.params.is_empty() {
            generics.make_where_clause().predicates.push(parse_quote!(Self: #core::marker::Copy + 'static));
        }
        let (params, args, where_clause) = generics.split_for_impl();
        // SAFETY: as for the stand-ins of a record.
        let element = quote! {
            #attrs
            unsafe impl #params #krate::Element for #name #args #where_clause {
                const DTYPE: &'static #krate::DType = &#krate::DType::of_record::<Self>(&[]);

                unsafe fn load(_: *const #core::primitive::u8) -> Self {
                    loop {}
                }

                unsafe fn store(_: Self, _: *mut #core::primitive::u8) {}
            }
        };
        // Where a variant has a key, right or wrong, the enum was meant to be an element.
        let element = self.variants.iter().any(|variant| variant.attrs.has_keys).then_some(element);
        quote! {
            #attrs
            impl #params #krate::CodedEnum for #name #args #where_clause {
                type Repr = #integer;
                const VARIANTS: &'static [Self] = &[];

                fn from_code(_: #integer) -> #core::option::Option<Self> {
                    loop {}
                }

                fn code(self) -> #integer {
                    loop {}
                }

                fn name(self) -> &'static #core::primitive::str {
                    loop {}
                }
            }

            #element
        }
    }
}
