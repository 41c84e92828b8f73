//! Types, constants and traits of the user's with names that the derive's code could be thought to mean.

use mmrec::MmapRecord;

mod shadowed {
    #![expect(
        non_camel_case_types,
        non_upper_case_globals,
        dead_code,
        unused_imports,
        unused_qualifications,
        reason = "meant to be in the way"
    )]

    pub(super) struct Clone;
    pub(super) struct Copy;
    pub(super) struct Debug;
    pub(super) struct Result;
    pub(super) struct Element;
    pub(super) struct DType;
    pub(super) struct Field;
    pub(super) struct View;
    pub(super) struct ViewMut;
    pub(super) struct Ix1;
    pub(super) struct PhantomData;
    pub(super) struct usize;
    pub(super) struct bool;
    pub(super) enum Maybe {
        Some,
        None,
    }
    pub(super) use Maybe::{None, Some};
    pub(super) mod core {}
    pub(super) mod std {}
    pub(super) mod mmrec {}
    pub(super) const value: i32 = 1;
    pub(super) static src: i32 = 2;
    pub(super) static dst: i32 = 3;

    /// Methods that are in every type's way.
    pub(super) trait Methods {
        fn field(&self) {}
        fn add(&self, _: i32) {}
        fn cast(&self) {}
        fn clone(&self) {}
        fn load(&self) {}
        fn split_field(&self) {}
        fn assert_itemsize(&self) {}
    }

    impl<T> Methods for T {}

    /// A record of one's own called like a type of the standard library.
    #[derive(::core::clone::Clone, ::core::marker::Copy, ::mmrec::MmapRecord)]
    #[repr(C)]
    pub(super) struct Option {
        pub(super) strike: f64,
        pub(super) call: self::u8,
    }

    #[derive(::core::clone::Clone, ::core::marker::Copy, ::mmrec::MmapRecord)]
    #[repr(C)]
    pub(super) struct Vec<T> {
        pub(super) x: T,
        pub(super) y: T,
    }

    #[derive(::core::clone::Clone, ::core::marker::Copy, ::mmrec::MmapRecord)]
    #[repr(C)]
    pub(super) struct Box {
        pub(super) low: self::Vec<f32>,
        pub(super) high: self::Vec<f32>,
    }

    #[derive(::core::clone::Clone, ::core::marker::Copy, ::mmrec::MmapRecord)]
    #[repr(transparent)]
    pub(super) struct u8(i16);

    #[derive(::core::clone::Clone, ::core::marker::Copy, ::mmrec::MmapRecord)]
    #[repr(C)]
    #[mmrec(itemsize = 40)]
    pub(super) struct Contract {
        pub(super) option: Option,
        pub(super) area: Box,
        #[mmrec(pad, offset = 32)]
        gap: [u16; 4],
    }
}

#[test]
fn what_is_in_scope_is_not_meant() {
    assert_eq!(
        super::described::<shadowed::Option>(),
        "[('strike', '<f8'), ('call', '<i2'), ('', '|V6')] 16 [0, 8]"
    );
    assert_eq!(
        super::described::<shadowed::Contract>().split_once(" 40 ").map(|(_, offsets)| offsets),
        Some("[0, 16]")
    );
    let token =
        shadowed::Contract::FIELDS.area.then(shadowed::Box::FIELDS.high).then(shadowed::Vec::FIELDS.y);
    assert_eq!(token.offset(), 28);
}

#[test]
fn a_struct_in_a_function() {
    const LANES: usize = 4;

    #[derive(Clone, Copy, MmapRecord)]
    #[repr(C)]
    #[mmrec(itemsize = 32)]
    struct Local {
        lanes: [f64; LANES],
    }

    #[derive(Clone, Copy, MmapRecord)]
    #[repr(C, packed)]
    struct Nested(Local, u8);

    assert_eq!(super::described::<Nested>(), "[('f0', [('lanes', '<f8', (4,))]), ('f1', '|u1')] 33 [0, 32]");
    assert_eq!(Nested::FIELDS.1.offset() + Local::FIELDS.lanes.offset(), 32);
}

#[test]
fn deprecated_fields_are_the_users_business() {
    #[derive(Clone, Copy, MmapRecord)]
    #[repr(C)]
    struct Versioned {
        #[deprecated]
        old: u32,
        new: u32,
    }

    assert_eq!(super::described::<Versioned>(), "[('old', '<u4'), ('new', '<u4')] 8 [0, 4]");
    assert_eq!(Versioned::FIELDS.new.offset(), 4);
}
