//! `#[derive(MmapRecord)]` for the crate `mmrec`, which re-exports it; depend on that crate, not on this one.
//!
//! The stations, in order: [`ast`] reads the struct, with its attributes ([`attr`]) and representation ([`repr`]);
//! [`check`] looks for mistakes; [`expand`] writes the code, with the structs beside the user's ([`structs`]). Every
//! station reports to [`diag`]. If there was a report, [`fallback`] writes stand-ins in place of the code.

mod ast;
mod attr;
mod check;
mod diag;
mod expand;
mod fallback;
mod repr;
mod structs;

use proc_macro::TokenStream;
use quote::quote;
use syn::{DeriveInput, parse_macro_input};

/// Derives `MmapRecord` and `Element`.
#[proc_macro_derive(MmapRecord, attributes(mmrec))]
pub fn derive_mmap_record(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    let mut diag = diag::Diag::default();
    let record = ast::Record::read(&input, &mut diag);
    check::record(&record, &mut diag);
    match diag.into_errors() {
        None => expand::record(&record).into(),
        Some(errors) => {
            let stand_ins = fallback::record(&record);
            quote!(#errors #stand_ins).into()
        }
    }
}
