//! Enums in awkward places, with variants called like what the derive's code uses.

use mmrec::{Code, CodedEnum, Element, MmapRecord, RecordMap};

mod shadowed {
    #![expect(
        non_camel_case_types,
        non_upper_case_globals,
        dead_code,
        unused_imports,
        clippy::upper_case_acronyms,
        reason = "meant to be in the way"
    )]

    pub(super) struct u8;
    pub(super) struct u16;
    pub(super) struct str;
    pub(super) struct Option;
    pub(super) struct Element;
    pub(super) struct CodedEnum;
    pub(super) struct Code;
    pub(super) enum Maybe {
        Some,
        None,
    }
    pub(super) use Maybe::{None, Some};
    pub(super) mod core {}
    pub(super) mod std {}
    pub(super) mod mmrec {}
    pub(super) const number: i32 = 1;
    pub(super) const value: i32 = 2;
    pub(super) static src: i32 = 3;
    pub(super) static dst: i32 = 4;

    /// Methods that are in every type's way.
    pub(super) trait Methods {
        fn code(&self) {}
        fn name(&self) {}
        fn load(&self) {}
        fn store(&self) {}
    }

    impl<T> Methods for T {}

    #[derive(
        ::core::clone::Clone,
        ::core::marker::Copy,
        ::core::fmt::Debug,
        ::core::cmp::PartialEq,
        ::mmrec::MmapRecord,
    )]
    #[repr(u16)]
    pub(super) enum Words {
        Some = 3,
        None,
        Self_,
        Repr,
        VARIANTS,
        DTYPE,
        from_code,
        code,
        name,
        load,
        r#type,
        u16,
        #[mmrec(other)]
        __number = 600,
    }
}

/// Numbers that are only known to the compiler.
#[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
#[repr(i64)]
enum Computed {
    Least = i64::MIN,
    Next,
    Size = size_of::<[u16; 7]>().cast_signed() as i64,
    #[mmrec(other)]
    Text = -(b"text".len().cast_signed() as i64),
}

macro_rules! coded {
    ($name:ident: $repr:ident { $($variant:ident = $number:expr),*; $other:ident }) => {
        #[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
        #[repr($repr)]
        #[mmrec(crate = $crate::enums::other)]
        enum $name {
            $($variant = $number,)*
            #[mmrec(other)]
            $other,
        }
    };
}

/// Another crate's root.
mod other {
    pub(super) use mmrec::*;
}

coded!(FromMacro: i8 { A = -128, B = 3 + 4; Rest });

#[test]
fn what_is_in_scope_is_not_meant() {
    use shadowed::Words;

    assert_eq!(super::described::<Words>(), "'<u2' 2 []");
    assert_eq!(super::described::<[Code<Words>; 2]>(), "('<u2', (2,)) 4 []");
    let names = <Words as CodedEnum>::VARIANTS.iter().map(|&word| CodedEnum::name(word)).collect::<Vec<_>>();
    let expected = "Some None Self_ Repr VARIANTS DTYPE from_code code name load type u16 __number";
    assert_eq!(names.join(" "), expected);
    for &word in <Words as CodedEnum>::VARIANTS {
        assert_eq!(<Words as CodedEnum>::from_code(CodedEnum::code(word)), Some(word));
    }
    assert_eq!(<Words as CodedEnum>::from_code(2), None);
}

#[test]
fn numbers_are_the_compilers() {
    assert_eq!(
        Computed::VARIANTS.iter().map(|v| v.code()).collect::<Vec<_>>(),
        [i64::MIN, i64::MIN + 1, 14, -4]
    );
    assert_eq!(Computed::from_code(14), Some(Computed::Size));
    assert_eq!(FromMacro::VARIANTS.iter().map(|v| v.code()).collect::<Vec<_>>(), [-128, 7, 8]);
    assert_eq!(FromMacro::from_code(7), Some(FromMacro::B));
    assert_eq!(<FromMacro as Element>::DTYPE.to_string(), "'|i1'");
}

#[test]
fn enums_in_functions_and_deprecated_variants() {
    #[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
    #[repr(u8)]
    enum Local {
        New = 1,
        #[deprecated]
        Old = 2,
        #[mmrec(other)]
        #[deprecated]
        Older,
    }

    #[derive(Clone, Copy, MmapRecord)]
    #[repr(C)]
    struct Pair {
        local: Local,
        code: Code<Local>,
    }

    let path = std::env::temp_dir().join(format!("mmrec-hygiene-enums-{}", std::process::id()));
    std::fs::write(&path, [1, 1, 0, 9]).expect("a file in the temporary directory");
    let map = RecordMap::<Pair>::open(&path).expect("two records");
    assert_eq!((map.at(0).local, map.at(0).code.get()), (Local::New, Ok(Local::New)));
    assert_eq!((map.at(1).local.name(), map.at(1).code.raw()), ("Older", 9));
    drop(map);
    std::fs::remove_file(path).expect("the file was just made");
}
