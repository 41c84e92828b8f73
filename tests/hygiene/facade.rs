//! Derives through a crate that passes `mmrec` on under another name.

/// Another crate's root.
mod other {
    pub(super) use mmrec::*;
}

use other::MmapRecord;

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
#[mmrec(crate = other, itemsize = 16)]
struct ByPath {
    #[mmrec(offset = 0, dtype = "<u8")]
    ts: u64,
    price: f64,
}

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
#[mmrec(crate = "crate::facade::other")]
struct Quoted {
    by_path: [ByPath; 2],
}

#[derive(Clone, Copy, MmapRecord)]
#[repr(u16)]
#[mmrec(crate = "crate::facade::other")]
enum Venue {
    Nyse,
    #[mmrec(other)]
    Other,
}

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
#[mmrec(crate = other)]
struct Orders {
    venues: [Venue; 2],
    codes: [other::Code<Venue>; 3],
}

macro_rules! record {
    ($($name:ident: $ty:ty),*) => {
        #[derive(Clone, Copy, MmapRecord)]
        #[repr(C)]
        #[mmrec(crate = $crate::facade::other)]
        struct FromMacro {
            $($name: $ty,)*
            own: u8,
        }
    };
}

record!(a: u16, b: [f32; 2]);

#[test]
fn the_path_may_be_any() {
    assert_eq!(super::described::<ByPath>(), "[('ts', '<u8'), ('price', '<f8')] 16 [0, 8]");
    assert_eq!(super::described::<Quoted>(), "[('by_path', [('ts', '<u8'), ('price', '<f8')], (2,))] 32 [0]");
    assert_eq!(super::described::<Orders>(), "[('venues', '<u2', (2,)), ('codes', '<u2', (3,))] 10 [0, 4]");
    let code = other::Code::new(Venue::Nyse);
    assert!(code == Venue::Nyse && code != Venue::Other);
    let dtype = "[('a', '<u2'), ('', '|V2'), ('b', '<f4', (2,)), ('own', '|u1'), ('', '|V3')]";
    assert_eq!(super::described::<FromMacro>(), format!("{dtype} 16 [0, 4, 12]"));
    let token = Quoted::FIELDS.by_path.index(1).then(ByPath::FIELDS.price);
    assert_eq!((token.offset(), token.name()), (24, "price"));
    assert_eq!(FromMacro::FIELDS.own.offset() + ByPath::FIELDS.ts.offset(), 12);
}
