//! `#[derive(MmapRecord)]` for the crate `mmrec`, which re-exports it; depend on that crate, not on this one.
//!
//! The stations, in order: `ast` reads the struct, with its attributes (`attr`) and representation (`repr`);
//! `check` looks for mistakes; `expand` writes the code, with the structs beside the user's (`structs`). Every
//! station reports to `diag`. If there was a report, `fallback` writes stand-ins in place of the code. Enums, which are
//! simpler, go through all of it in `enums`.

mod ast;
mod attr;
mod check;
mod diag;
mod enums;
mod expand;
mod fallback;
mod repr;
mod structs;

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, parse_macro_input};

/// The crate `mmrec` re-exports this derive and has its documentation; what it writes names items of that crate.
#[proc_macro_derive(MmapRecord, attributes(mmrec))]
pub fn derive_mmap_record(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    derive(&input).into()
}

fn derive(input: &DeriveInput) -> TokenStream {
    if let Data::Enum(data) = &input.data {
        return enums::derive(input, data);
    }
    let mut diag = diag::Diag::default();
    let record = ast::Record::read(input, &mut diag);
    check::record(&record, &mut diag);
    match diag.into_errors() {
        None => expand::record(&record),
        Some(errors) => {
            let stand_ins = fallback::record(&record);
            quote!(#errors #stand_ins)
        }
    }
}

#[cfg(test)]
mod tests;
