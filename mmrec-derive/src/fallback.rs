//! The code for a struct with mistakes: what the rest of the program may name exists, so that it is not blamed as well.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::Type;

use crate::{
    ast::Record,
    expand::{bounds, impl_attrs, tokens},
    structs::{self, Kind},
};

pub(crate) fn record(record: &Record<'_>) -> TokenStream {
    if record.fields.iter().any(|field| has_no_size(field.ty)) {
        return TokenStream::new();
    }
    let (krate, core) = (record.krate(Span::call_site()), record.core());
    let structs = structs::declare(record);
    let attrs = impl_attrs(record);
    let Record { name, lifetime, dim, .. } = record;
    let generics = bounds(record, false);
    let (params, args, where_clause) = generics.split_for_impl();
    let column_generics = record.column_generics();
    let (_, column_args, _) = column_generics.split_for_impl();
    let [fields, columns, columns_mut] =
        [Kind::Fields, Kind::Columns, Kind::ColumnsMut].map(|kind| kind.name(record));
    let tokens = tokens(record);
    // SAFETY: the dtype has the size of a `Self` (1), nothing is ever loaded (2), and nothing is stored (3, 4). So no harm
    // is done even where the errors beside this are suppressed.
    quote! {
        #structs

        #attrs
        unsafe impl #params #krate::Element for #name #args #where_clause {
            const DTYPE: &'static #krate::DType = &#krate::DType::of_record::<Self>(&[]);

            unsafe fn load(_: *const #core::primitive::u8) -> Self {
                loop {}
            }

            unsafe fn store(_: Self, _: *mut #core::primitive::u8) {}
        }

        #attrs
        impl #params #krate::MmapRecord for #name #args #where_clause {
            type Fields = #fields #args;
            const FIELDS: #fields #args = #tokens;
            type Columns<#lifetime, #dim> = #columns #column_args;
            type ColumnsMut<#lifetime, #dim> = #columns_mut #column_args;

            fn view_columns<#lifetime, #dim: #krate::Dimension>(
                _: #krate::View<#lifetime, Self, #dim>,
            ) -> #columns #column_args {
                loop {}
            }

            fn view_columns_mut<#lifetime, #dim: #krate::Dimension>(
                _: #krate::ViewMut<#lifetime, Self, #dim>,
            ) -> #columns_mut #column_args {
                loop {}
            }

            fn columns_of<#lifetime>(
                _: &mut impl #krate::__private::ColumnViews<#lifetime>,
            ) -> <Self as #krate::MmapRecord>::Columns<#lifetime, #krate::Ix1> {
                loop {}
            }

            fn columns_mut_of<#lifetime>(
                _: &mut impl #krate::__private::ColumnViewsMut<#lifetime>,
            ) -> <Self as #krate::MmapRecord>::ColumnsMut<#lifetime, #krate::Ix1> {
                loop {}
            }

            fn record_of(
                _: &<Self as #krate::MmapRecord>::Columns<'_, #krate::Ix1>,
                _: #core::primitive::usize,
            ) -> Self {
                loop {}
            }
        }
    }
}

/// Whether it is of no use to name the type again: the compiler would find fault with every mention.
fn has_no_size(ty: &Type) -> bool {
    match ty {
        Type::Array(array) => has_no_size(&array.elem),
        Type::Path(path) => path.path.is_ident("str"),
        ty => matches!(ty, Type::Slice(_) | Type::TraitObject(_) | Type::ImplTrait(_) | Type::Infer(_)),
    }
}
