//! Nothing is in scope, not even `Some`.
#![no_implicit_prelude]

/// Every attribute there is.
#[derive(::std::clone::Clone, ::std::marker::Copy, ::std::fmt::Debug, ::mmrec::MmapRecord)]
#[repr(C)]
#[mmrec(itemsize = 24, descr = "[(('when', 'time'), '<u8'), ('price', '<f8'), ('qty', '<u4'), ('', '|V4')]")]
pub(crate) struct Trade {
    #[mmrec(rename = "time", title = "when", offset = 0, dtype = "<u8")]
    pub(crate) ts: u64,
    price: f64,
    pub(crate) qty: u32,
    #[mmrec(pad, offset = 20)]
    gap: [u8; 4],
}

#[derive(::std::clone::Clone, ::std::marker::Copy, ::mmrec::MmapRecord)]
#[repr(C, packed)]
pub(crate) struct Pair<T, const N: usize>(T, #[mmrec(pad)] [u8; N], u16);

#[derive(::std::clone::Clone, ::std::marker::Copy, ::mmrec::MmapRecord)]
#[repr(transparent)]
pub(crate) struct Price(f64);

#[derive(::std::clone::Clone, ::std::marker::Copy, ::mmrec::MmapRecord)]
#[repr(C)]
pub(crate) struct Nothing;

/// Every attribute that an enum can have.
#[derive(::std::clone::Clone, ::std::marker::Copy, ::std::fmt::Debug, ::mmrec::MmapRecord)]
#[mmrec(crate = ::mmrec)]
#[repr(i16)]
pub(crate) enum Venue {
    Nyse = 1,
    Xetra,
    #[mmrec(other)]
    Unknown = -1,
}

#[derive(::std::clone::Clone, ::std::marker::Copy, ::mmrec::MmapRecord)]
#[repr(C)]
pub(crate) struct Order {
    venue: Venue,
    sent_to: ::mmrec::Code<Venue>,
}

#[::core::prelude::v1::test]
fn the_derive_brings_its_own_names() {
    ::std::assert_eq!(
        super::described::<Trade>(),
        "[(('when', 'time'), '<u8'), ('price', '<f8'), ('qty', '<u4'), ('', '|V4')] 24 [0, 8, 16]"
    );
    ::std::assert_eq!(
        super::described::<Pair<u8, 2>>(),
        "[('f0', '|u1'), ('', '|V2'), ('f2', '<u2')] 5 [0, 3]"
    );
    ::std::assert_eq!(super::described::<Price>(), "'<f8' 8 []");
    ::std::assert_eq!(super::described::<Nothing>(), "[] 0 []");
    let trade = Trade { ts: 1, price: 2.0, qty: 3, gap: [4; 4] };
    let (_, _) = (trade, <Trade as ::mmrec::MmapRecord>::FIELDS.price);
    ::std::assert_eq!(super::described::<Order>(), "[('venue', '<i2'), ('sent_to', '<i2')] 4 [0, 2]");
    ::std::assert_eq!(<Venue as ::mmrec::CodedEnum>::VARIANTS.len(), 3);
    let order = Order { venue: Venue::Nyse, sent_to: ::mmrec::Code::new(Venue::Xetra) };
    let (_, _) = (order.venue, order.sent_to);
}
