//! The code for a struct without mistakes.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Generics, PredicateType, Token, TypeParamBound, WherePredicate, parse_quote};

use crate::{
    ast::{Field, Record},
    repr::Repr,
    structs::{self, Kind},
};

/// A load, a store or the views of more fields than this are left to the compiler to inline.
const INLINE_FIELDS: usize = 16;

pub(crate) fn record(record: &Record<'_>) -> TokenStream {
    let structs = structs::declare(record);
    let element = element(record);
    let mmap_record = mmap_record(record);
    let pins = standalone_pins(record);
    quote!(#structs #element #mmap_record #pins)
}

/// Where clauses for the two traits: those of the user, and what the fields need.
pub(crate) fn bounds(record: &Record<'_>, fields_too: bool) -> Generics {
    let core = record.core();
    let mut generics = record.generics.clone();
    if generics.params.is_empty() {
        return generics;
    }
    let clause = generics.make_where_clause();
    clause.predicates.push(parse_quote!(Self: #core::marker::Copy + 'static));
    for field in record.fields.iter().filter(|field| fields_too && record.is_generic(field.ty)) {
        let (ty, (start, end)) = (field.ty, field.type_ends());
        let krate = record.krate(end);
        let bound = Ident::new(if field.is_pad() { "Padding" } else { "Element" }, end);
        let bound = TypeParamBound::Verbatim(quote_spanned!(end=> #krate::#bound));
        clause.predicates.push(WherePredicate::Type(PredicateType {
            lifetimes: None,
            bounded_ty: ty.clone(),
            colon_token: Token![:](start),
            bounds: [bound].into_iter().collect(),
        }));
    }
    generics
}

/// Attributes of the generated impls.
pub(crate) fn impl_attrs(record: &Record<'_>) -> TokenStream {
    let deprecated = record.is_deprecated.then(|| quote!(#[allow(deprecated)]));
    quote!(#[automatically_derived] #deprecated)
}

/// `<u64 as Element>::load`, placed so that the compiler's complaints about the type underline the type: they are the
/// same wherever the type is used, and so come out once.
fn of_element(record: &Record<'_>, field: &Field<'_>, item: &str) -> TokenStream {
    item_of(record, field, "Element", item)
}

fn item_of(record: &Record<'_>, field: &Field<'_>, of: &str, item: &str) -> TokenStream {
    let (ty, (start, end)) = (field.ty, field.type_ends());
    let (krate, of, item) = (record.krate(end), Ident::new(of, end), Ident::new(item, end));
    let open = quote_spanned!(start=> <);
    quote_spanned!(end=> #open #ty as #krate::#of>::#item)
}

fn local(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}

fn element(record: &Record<'_>) -> TokenStream {
    let (krate, core) = (record.krate(Span::call_site()), record.core());
    let attrs = impl_attrs(record);
    let name = record.name;
    let generics = bounds(record, true);
    let (params, args, where_clause) = generics.split_for_impl();
    let dtype = dtype(record);
    let memory = quote!(#krate::__private::FieldMemory);
    let field_memory = quote!(<Self as #krate::MmapRecord>::__FIELD_MEMORY);
    // A value of padding that cannot be made is found while compiling.
    let pads = record.fields.iter().filter(|field| field.is_pad());
    let pads = pads.map(|field| item_of(record, field, "Padding", "PADDING"));
    let inline = inline(record);
    let (src, dst, value) = (local("__src"), local("__dst"), local("__value"));
    let loads = record.fields.iter().map(|field| load(record, field, &src));
    let (taken, stores): (Vec<_>, Vec<_>) =
        record.fields.iter().enumerate().map(|(i, field)| store(record, field, i, &dst)).unzip();
    // SAFETY: a `repr` fixes the layout, and `DType::of_record` asks the compiler for the size (1). `load` makes a `Self`
    // of valid fields whatever the bytes are, and `store` writes to the places of the fields alone (2, 3). Both go
    // through the fields' own `load` and `store` at addresses, by value (4). So padding is made and not read, and left as
    // it is when a value is stored; each field stays valid because its own type says so (5). The record is plain if fields
    // that are plain take up all of its bytes (6). A record of an equal dtype has fields of equal dtypes at the same places,
    // and so leaves what is valid if each field spans its dtype (7).
    quote! {
        #attrs
        unsafe impl #params #krate::Element for #name #args #where_clause {
            const DTYPE: &'static #krate::DType = #dtype;
            const PLAIN: #core::primitive::bool = {
                #(let _ = #pads;)*
                #memory::is_plain::<Self>(#field_memory)
            };
            const SPANS_DTYPE: #core::primitive::bool = #memory::spans_dtype(#field_memory);

            #inline
            unsafe fn load(#src: *const #core::primitive::u8) -> Self {
                Self { #(#loads),* }
            }

            #inline
            unsafe fn store(#value: Self, #dst: *mut #core::primitive::u8) {
                let Self { #(#taken),* } = #value;
                #(#stores)*
            }
        }
    }
}

fn inline(record: &Record<'_>) -> TokenStream {
    if record.fields.len() > INLINE_FIELDS { quote!(#[inline]) } else { quote!(#[inline(always)]) }
}

/// The value of `MmapRecord::__FIELD_MEMORY`. Both constants that rest on it read it there, so that a mistake in a field
/// is reported once.
fn field_memory(record: &Record<'_>) -> TokenStream {
    let krate = record.krate(Span::call_site());
    let fields = record.columns().map(|field| {
        let member = field.generated_member();
        let known = of_element(record, field, "KNOWN");
        quote!(#krate::Field::memory(<Self as #krate::MmapRecord>::FIELDS.#member, #known))
    });
    quote! {
        const __FIELD_MEMORY: &'static [#krate::__private::FieldMemory] = &[#(#fields),*];
    }
}

fn load(record: &Record<'_>, field: &Field<'_>, src: &Ident) -> TokenStream {
    let member = &field.member;
    if field.is_pad() {
        let padding = item_of(record, field, "Padding", "PADDING");
        return quote!(#member: #padding);
    }
    let (load, at) = (of_element(record, field, "load"), local("__at"));
    // SAFETY: the caller of the generated `load` vouches for the bytes of a `Self`, and the place of the field is within
    // them. It is only named, not accessed, so it needs no alignment. What `load` gives becomes the field, so its type
    // is the field's own, whatever the tokens of the type mean elsewhere.
    quote! {
        #member: {
            let #at = unsafe { &raw const (*#src.cast::<Self>()).#member };
            unsafe { #load(#at.cast()) }
        }
    }
}

/// How the value is taken apart, and what is done with one field. Taking apart is safe code, so it does not compile for a
/// type that has become a union since it was derived, and whose fields need not hold anything.
fn store(record: &Record<'_>, field: &Field<'_>, index: usize, dst: &Ident) -> (TokenStream, TokenStream) {
    let member = &field.member;
    if field.is_pad() {
        // Not stored, but not an unused field either.
        return (quote!(#member: _), TokenStream::new());
    }
    let (store, at, taken) =
        (of_element(record, field, "store"), local("__at"), local(&format!("__field{index}")));
    // SAFETY: as for `load`; what is stored is the field, so its type is the field's own.
    let store = quote! {
        let #at = unsafe { &raw mut (*#dst.cast::<Self>()).#member };
        unsafe { #store(#taken, #at.cast()) };
    };
    (quote!(#member: #taken), store)
}

/// The one field of a `repr(transparent)` struct, whose dtype is that of the struct.
fn inner<'r, 'a>(record: &'r Record<'a>) -> Option<&'r Field<'a>> {
    if record.repr == Repr::Transparent { record.columns().next() } else { None }
}

/// The value of `Element::DTYPE`. Where there are type or const parameters the layout is pinned here, since it is
/// known only once they are.
fn dtype(record: &Record<'_>) -> TokenStream {
    let (krate, core) = (record.krate(Span::call_site()), record.core());
    if let Some(inner) = inner(record) {
        let (member, known) = (inner.generated_member(), of_element(record, inner, "KNOWN"));
        let dtype = quote!(#krate::Field::dtype(<Self as #krate::MmapRecord>::FIELDS.#member, #known));
        let pins = generic_pins(record, &dtype);
        return if pins.is_empty() { dtype } else { quote!({ #(#pins;)* #dtype }) };
    }
    let dtype = quote!(#krate::DType::of_record::<Self>(<Self as #krate::MmapRecord>::__DTYPE_FIELDS));
    let dtype_local = local("__dtype");
    let pins = generic_pins(record, &quote!(&#dtype_local));
    if pins.is_empty() {
        return quote!(&#dtype);
    }
    quote!({
        let #dtype_local = #dtype;
        #(#pins;)*
        #core::mem::forget(#dtype_local);
        &#dtype
    })
}

fn generic_pins(record: &Record<'_>, dtype: &TokenStream) -> Vec<TokenStream> {
    if record.generics.params.is_empty() { Vec::new() } else { pins(record, &quote!(Self), dtype) }
}

/// One constant for each pin, so that the compiler looks at every one of them.
fn standalone_pins(record: &Record<'_>) -> TokenStream {
    if !record.generics.params.is_empty() {
        return TokenStream::new();
    }
    let (krate, name) = (record.krate(Span::call_site()), record.name);
    let pins = pins(record, &name.to_token_stream(), &quote!(<#name as #krate::Element>::DTYPE));
    quote!(#(const _: () = #pins;)*)
}

/// Calls that panic while compiling unless the layout is what the attributes say, each placed on what it is about.
fn pins(record: &Record<'_>, this: &TokenStream, dtype: &TokenStream) -> Vec<TokenStream> {
    let mut pins = Vec::new();
    let name = record.name.to_string();
    if let Some(itemsize) = &record.attrs.itemsize {
        let place = itemsize.span().resolved_at(Span::mixed_site());
        let krate = record.krate(place);
        pins.push(quote_spanned!(place=> #krate::DType::assert_itemsize(#dtype, #name, #itemsize)));
    }
    if let Some(descr) = &record.attrs.descr {
        let place = descr.span().resolved_at(Span::mixed_site());
        let krate = record.krate(place);
        pins.push(quote_spanned!(place=> #krate::DType::assert_descr(#dtype, #name, #descr)));
    }
    for field in &record.fields {
        let (member, label) = (&field.member, field.label());
        if let Some(offset) = &field.attrs.offset {
            let place = offset.span().resolved_at(Span::mixed_site());
            let (krate, core) = (record.krate(place), record.core());
            let found = quote!(#core::mem::offset_of!(#this, #member));
            pins.push(quote_spanned!(place=> #krate::DType::assert_offset(#label, #offset, #found)));
        }
        if let Some(dtype) = &field.attrs.dtype {
            let place = dtype.span().resolved_at(Span::mixed_site());
            let (krate, found) = (record.krate(place), of_element(record, field, "DTYPE"));
            pins.push(quote_spanned!(place=> #krate::DType::assert_dtype(#found, #label, #dtype)));
        }
    }
    pins
}

fn mmap_record(record: &Record<'_>) -> TokenStream {
    let (krate, core) = (record.krate(Span::call_site()), record.core());
    let attrs = impl_attrs(record);
    let Record { name, lifetime, dim, .. } = record;
    let generics = bounds(record, true);
    let (params, args, where_clause) = generics.split_for_impl();
    let column_generics = record.column_generics();
    let (_, column_args, _) = column_generics.split_for_impl();
    let [fields, columns, columns_mut] =
        [Kind::Fields, Kind::Columns, Kind::ColumnsMut].map(|kind| kind.name(record));
    let tokens = tokens(record);
    let dtype_fields = dtype_fields(record);
    let field_memory = field_memory(record);
    let (view, token) = (local("__view"), local("__fields"));
    let views = Kind::Columns
        .construct(record, |_, member| quote!(#krate::View::split_field(&#view, #token.#member)));
    // SAFETY: the fields of a struct do not overlap, each has one token, and the view of the whole is used up.
    let views_mut = Kind::ColumnsMut.construct(
        record,
        |_, member| quote!(unsafe { #krate::ViewMut::split_field(&#view, #token.#member) }),
    );
    let inline = inline(record);
    let (source, columns_at, row) = (local("__source"), local("__columns"), local("__row"));
    let given = |of: &str, field: &Field<'_>| {
        let (of, known) = (Ident::new(of, Span::call_site()), of_element(record, field, "KNOWN"));
        quote!(#krate::__private::#of::next(#source, #known))
    };
    let views_given = Kind::Columns.construct(record, |field, _| given("ColumnViews", field));
    let views_mut_given = Kind::ColumnsMut.construct(record, |field, _| given("ColumnViewsMut", field));
    let let_source = record.columns().next().is_none().then(|| quote!(let _ = #source;));
    let gathered = record.fields.iter().map(|field| gathered(record, field, &columns_at, &row));
    let let_row = record.columns().next().is_none().then(|| quote!(let _ = (#columns_at, #row);));
    let let_token =
        record.columns().next().map(|_| quote!(let #token = <Self as #krate::MmapRecord>::FIELDS;));
    let let_view = record.columns().next().is_none().then(|| quote!(let _ = #view;));
    quote! {
        #attrs
        impl #params #krate::MmapRecord for #name #args #where_clause {
            type Fields = #fields #args;
            const FIELDS: #fields #args = #tokens;
            type Columns<#lifetime, #dim> = #columns #column_args;
            type ColumnsMut<#lifetime, #dim> = #columns_mut #column_args;
            #dtype_fields
            #field_memory

            fn view_columns<#lifetime, #dim: #krate::Dimension>(
                #view: #krate::View<#lifetime, Self, #dim>,
            ) -> #columns #column_args {
                #let_view
                #let_token
                #views
            }

            fn view_columns_mut<#lifetime, #dim: #krate::Dimension>(
                #view: #krate::ViewMut<#lifetime, Self, #dim>,
            ) -> #columns_mut #column_args {
                #let_view
                #let_token
                #views_mut
            }

            #inline
            fn columns_of<#lifetime>(
                #source: &mut impl #krate::__private::ColumnViews<#lifetime>,
            ) -> <Self as #krate::MmapRecord>::Columns<#lifetime, #krate::Ix1> {
                #let_source
                #views_given
            }

            fn columns_mut_of<#lifetime>(
                #source: &mut impl #krate::__private::ColumnViewsMut<#lifetime>,
            ) -> <Self as #krate::MmapRecord>::ColumnsMut<#lifetime, #krate::Ix1> {
                #let_source
                #views_mut_given
            }

            #inline
            fn record_of(
                #columns_at: &<Self as #krate::MmapRecord>::Columns<'_, #krate::Ix1>,
                #row: #core::primitive::usize,
            ) -> Self {
                #let_row
                Self { #(#gathered),* }
            }
        }
    }
}

/// One field of the record that columns have at a row. What a view of a type has there becomes the field, so its type is
/// the field's own, whatever the tokens of the type mean in the struct of the columns.
fn gathered(record: &Record<'_>, field: &Field<'_>, columns: &Ident, row: &Ident) -> TokenStream {
    let member = &field.member;
    if field.is_pad() {
        let padding = item_of(record, field, "Padding", "PADDING");
        return quote!(#member: #padding);
    }
    let (krate, column) = (record.krate(Span::call_site()), field.generated_member());
    let known = of_element(record, field, "KNOWN");
    quote!(#member: #krate::View::known_at(&#columns.#column, #row, #known))
}

/// The value of `MmapRecord::FIELDS`. Offset and type of each token come from the place of the field, so a token fits
/// its field even where the same tokens of a type mean another type in the generated struct, as `Self` can.
pub(crate) fn tokens(record: &Record<'_>) -> TokenStream {
    let (krate, core) = (record.krate(Span::call_site()), record.core());
    if record.columns().next().is_none() {
        return Kind::Fields.construct(record, |_, _| TokenStream::new());
    }
    let [room, at, place] = ["__record", "__at", "__field"].map(local);
    // SAFETY: the place of a field is within the room for a `Self`, and it is only named. `Field::between` is given a
    // record and the place of a field of it.
    let tokens = Kind::Fields.construct(record, |field, _| {
        let (name, member) = (field.dtype_name(), &field.member);
        quote!({
            let #place = unsafe { &raw const (*#at).#member };
            unsafe { #krate::Field::between(#name, #at, #place) }
        })
    });
    quote!({
        let #room = #core::mem::MaybeUninit::<Self>::uninit();
        let #at: *const Self = #room.as_ptr();
        #tokens
    })
}

fn dtype_fields(record: &Record<'_>) -> Option<TokenStream> {
    if record.repr == Repr::Transparent {
        return None;
    }
    let (krate, core) = (record.krate(Span::call_site()), record.core());
    let fields = record.columns().map(|field| {
        let member = field.generated_member();
        let title = match &field.attrs.title {
            Some(title) => quote!(#core::option::Option::Some(#title)),
            None => quote!(#core::option::Option::None),
        };
        let known = of_element(record, field, "KNOWN");
        quote!(#krate::Field::dtype_field(<Self as #krate::MmapRecord>::FIELDS.#member, #title, #known))
    });
    Some(quote!(const __DTYPE_FIELDS: &'static [#krate::DTypeField] = &[#(#fields),*];))
}
