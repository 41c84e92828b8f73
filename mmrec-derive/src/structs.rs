//! The structs beside the user's: `TradeFields`, `TradeColumns` and `TradeColumnsMut`.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{Generics, Member, parse_quote};

use crate::ast::{Field, Record, mentions};

#[derive(Clone, Copy)]
pub(crate) enum Kind {
    /// A token for each field.
    Fields,
    /// A view for each field.
    Columns,
    /// A view to write through for each field.
    ColumnsMut,
}

impl Kind {
    pub(crate) fn name(self, record: &Record<'_>) -> Ident {
        record.name_with(match self {
            Self::Fields => "Fields",
            Self::Columns => "Columns",
            Self::ColumnsMut => "ColumnsMut",
        })
    }

    fn generics(self, record: &Record<'_>) -> Generics {
        match self {
            Self::Fields => record.generics.clone(),
            Self::Columns | Self::ColumnsMut => record.column_generics(),
        }
    }

    /// What stands for a value of type `ty`.
    fn member_type(self, record: &Record<'_>, ty: impl ToTokens) -> TokenStream {
        let krate = record.krate(Span::call_site());
        let Record { name, lifetime, dim, .. } = record;
        match self {
            Self::Fields => {
                let (_, args, _) = record.generics.split_for_impl();
                quote!(#krate::Field<#name #args, #ty>)
            }
            Self::Columns => quote!(#krate::View<#lifetime, #ty, #dim>),
            Self::ColumnsMut => quote!(#krate::ViewMut<#lifetime, #ty, #dim>),
        }
    }

    /// Whether there is a parameter that no column mentions.
    fn needs_marker(self, record: &Record<'_>) -> bool {
        let mentioned = |name| record.columns().any(|field| mentions(field.ty, name));
        match self {
            Self::Fields => record.columns().next().is_none(),
            Self::Columns | Self::ColumnsMut => {
                record.columns().next().is_none()
                    || record.generics.type_params().any(|param| !mentioned(&param.ident))
            }
        }
    }

    /// What holds the parameters that no column mentions.
    fn marker_type(self, record: &Record<'_>) -> TokenStream {
        let core = record.core();
        let name = record.name;
        let (_, args, _) = record.generics.split_for_impl();
        let held = self.member_type(record, quote!(#name #args));
        quote!(#core::marker::PhantomData<#held>)
    }

    fn doc(self, record: &Record<'_>) -> String {
        let name = record.name;
        match self {
            Self::Fields => format!("Where each field of `{name}` lies."),
            Self::Columns => format!("A view of each field of `{name}`."),
            Self::ColumnsMut => format!("A view of each field of `{name}`, to read and write through."),
        }
    }

    fn declare(self, record: &Record<'_>) -> TokenStream {
        let (vis, name, mut generics) = (record.vis, self.name(record), self.generics(record));
        let krate = record.krate(Span::call_site());
        if let (Self::Columns | Self::ColumnsMut, Some(syn::GenericParam::Type(dim))) =
            (self, generics.params.last_mut())
        {
            dim.default = Some(parse_quote!(#krate::Ix1));
        }
        let where_clause = generics.where_clause.take();
        let doc = self.doc(record);
        let mut members: Vec<_> = record
            .fields
            .iter()
            .filter_map(|field| {
                let (vis, doc) = (field.vis, format!("The field `{}`.", field.label()));
                let ty = self.member_type(record, field.ty);
                match field.generated_member() {
                    Member::Named(_) if field.is_pad() => None,
                    Member::Named(name) => Some(quote!(#[doc = #doc] #vis #name: #ty)),
                    Member::Unnamed(_) if field.is_pad() => Some(quote!(())),
                    Member::Unnamed(_) => Some(quote!(#[doc = #doc] #vis #ty)),
                }
            })
            .collect();
        if self.needs_marker(record) {
            let (marker, ty) = (&record.marker, self.marker_type(record));
            members.push(if record.is_tuple { ty } else { quote!(#marker: #ty) });
        }
        if record.is_tuple {
            quote!(#[doc = #doc] #vis struct #name #generics (#(#members),*) #where_clause;)
        } else {
            quote!(#[doc = #doc] #vis struct #name #generics #where_clause { #(#members),* })
        }
    }

    /// A value of the struct.
    pub(crate) fn construct(
        self,
        record: &Record<'_>,
        mut value: impl FnMut(&Field<'_>, &Member) -> TokenStream,
    ) -> TokenStream {
        let core = record.core();
        let name = self.name(record);
        let mut members: Vec<_> = record
            .fields
            .iter()
            .filter_map(|field| {
                let member = field.generated_member();
                match member {
                    Member::Named(_) if field.is_pad() => None,
                    Member::Unnamed(_) if field.is_pad() => Some(quote!(#member: ())),
                    _ => {
                        let value = value(field, &member);
                        Some(quote!(#member: #value))
                    }
                }
            })
            .collect();
        if self.needs_marker(record) {
            let member = match record.is_tuple {
                true => Member::from(record.fields.len()),
                false => Member::from(record.marker.clone()),
            };
            members.push(quote!(#member: #core::marker::PhantomData));
        }
        quote!(#name { #(#members),* })
    }

    fn impl_for(
        self,
        record: &Record<'_>,
        name: TokenStream,
        dim: Option<TokenStream>,
        body: TokenStream,
    ) -> TokenStream {
        let struct_name = self.name(record);
        let mut generics = self.generics(record);
        if let (Some(bound), param) = (dim, &record.dim) {
            generics.make_where_clause().predicates.push(parse_quote!(#param: #bound));
        }
        let (params, args, where_clause) = generics.split_for_impl();
        quote! {
            #[automatically_derived]
            impl #params #name for #struct_name #args #where_clause { #body }
        }
    }
}

/// The three structs, and the traits that they implement.
pub(crate) fn declare(record: &Record<'_>) -> TokenStream {
    let core = record.core();
    let (clone, copy) = (quote!(#core::clone::Clone), quote!(#core::marker::Copy));

    let declared = [Kind::Fields, Kind::Columns, Kind::ColumnsMut].map(|kind| kind.declare(record));
    let by_copy = quote! {
        #[inline]
        fn clone(&self) -> Self {
            *self
        }
    };
    let each_cloned = Kind::Columns.construct(record, |_, member| quote!(#clone::clone(&self.#member)));
    let each_cloned = quote! {
        #[inline]
        fn clone(&self) -> Self {
            #each_cloned
        }
    };
    let impls = [
        Kind::Fields.impl_for(record, clone.clone(), None, by_copy),
        Kind::Fields.impl_for(record, copy.clone(), None, TokenStream::new()),
        Kind::Fields.impl_for(record, quote!(#core::fmt::Debug), None, debug(record)),
        Kind::Columns.impl_for(record, clone.clone(), Some(clone), each_cloned),
        Kind::Columns.impl_for(record, copy.clone(), Some(copy), TokenStream::new()),
        Kind::Columns.impl_for(record, quote!(#core::fmt::Debug), None, debug_names(record, Kind::Columns)),
        Kind::ColumnsMut.impl_for(
            record,
            quote!(#core::fmt::Debug),
            None,
            debug_names(record, Kind::ColumnsMut),
        ),
    ];
    quote!(#(#declared)* #(#impls)*)
}

fn debug(record: &Record<'_>) -> TokenStream {
    let core = record.core();
    let name = Kind::Fields.name(record).to_string();
    let [f, out] = ["__f", "__out"].map(|name| Ident::new(name, Span::mixed_site()));
    let fields = record.columns().map(|field| {
        let (label, member) = (field.label(), field.generated_member());
        quote!(let _ = #core::fmt::DebugStruct::field(&mut #out, #label, &self.#member);)
    });
    quote! {
        fn fmt(&self, #f: &mut #core::fmt::Formatter<'_>) -> #core::fmt::Result {
            let mut #out = #core::fmt::Formatter::debug_struct(#f, #name);
            #(#fields)*
            #core::fmt::DebugStruct::finish(&mut #out)
        }
    }
}

/// The names of the columns and not what is in them, which is the whole file; nor does that need their types to be elements,
/// which would be another error for one that is none.
fn debug_names(record: &Record<'_>, kind: Kind) -> TokenStream {
    let core = record.core();
    let f = Ident::new("__f", Span::mixed_site());
    let names: Vec<_> = record.columns().map(|field| field.label()).collect();
    let text = format!("{}({})", kind.name(record), names.join(", "));
    quote! {
        fn fmt(&self, #f: &mut #core::fmt::Formatter<'_>) -> #core::fmt::Result {
            #core::fmt::Formatter::write_str(#f, #text)
        }
    }
}
