//! Parameters of types and constants, their bounds, and the names that the derive needs beside them.

use std::{fmt::Debug, marker::PhantomData};

use mmrec::{Element, MmapRecord};

#[derive(Clone, Copy, Debug, MmapRecord)]
#[repr(C)]
struct Sample<T, const N: usize> {
    values: [T; N],
    count: u8,
}

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
struct Outer<T: Debug = f32, const N: usize = 2>
where
    T: PartialOrd,
{
    id: u64,
    inner: Sample<T, N>,
    single: T,
}

/// A tag that takes up nothing; what it tags with need not be stored.
#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
struct Tagged<Unit: 'static> {
    value: f64,
    #[mmrec(pad)]
    unit: PhantomData<fn() -> Unit>,
}

#[derive(Clone, Copy)]
enum Metres {}

trait Storage {
    type Stored: Element;
}

#[derive(Clone, Copy)]
struct Wide;

impl Storage for Wide {
    type Stored = u64;
}

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
struct Associated<S: Storage> {
    stored: S::Stored,
    twice: [<S as Storage>::Stored; 2],
}

/// The parameters are called what the derive would like to call its own, and the bound too.
#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
struct Names<D, F, T>
where
    for<'a> D: PartialEq<D> + PartialEq<&'a Metres>,
{
    f: F,
    t: T,
    #[mmrec(pad)]
    d: PhantomData<D>,
}

#[derive(Clone, Copy)]
struct Loose;

impl PartialEq for Loose {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl PartialEq<&Metres> for Loose {
    fn eq(&self, _: &&Metres) -> bool {
        true
    }
}

/// A type of the user's with the name of the parameter that columns have.
#[derive(Clone, Copy, MmapRecord)]
#[repr(transparent)]
struct D(u32);

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
struct HasD {
    d: D,
}

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
struct Unused<T, const N: usize>
where
    T: Copy,
{
    #[mmrec(pad)]
    tag: PhantomData<T>,
}

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
struct Marked<T> {
    __marker: u8,
    #[mmrec(pad)]
    tag: PhantomData<T>,
}

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
#[mmrec(itemsize = 16, descr = "[('a', '<f8'), ('b', '<f8')]")]
struct Pinned<T> {
    a: T,
    #[mmrec(offset = 8, dtype = "<f8")]
    b: T,
}

#[derive(Clone, Copy, MmapRecord)]
#[repr(transparent)]
#[mmrec(itemsize = 4)]
struct PinnedWrap<T>(T, #[mmrec(pad)] PhantomData<u64>);

#[test]
fn parameters_are_carried_over() {
    assert_eq!(
        super::described::<Sample<f32, 3>>(),
        "[('values', '<f4', (3,)), ('count', '|u1'), ('', '|V3')] 16 [0, 12]"
    );
    assert_eq!(
        super::described::<Outer<u8>>(),
        "[('id', '<u8'), ('inner', [('values', '|u1', (2,)), ('count', '|u1')]), ('single', '|u1'), ('', '|V4')] 16 [0, 8, 11]"
    );
    assert_eq!(super::described::<Tagged<Metres>>(), "[('value', '<f8')] 8 [0]");
    assert_eq!(
        super::described::<Associated<Wide>>(),
        "[('stored', '<u8'), ('twice', '<u8', (2,))] 24 [0, 8]"
    );
    assert_eq!(super::described::<Names<Loose, u16, u16>>(), "[('f', '<u2'), ('t', '<u2')] 4 [0, 2]");
    assert_eq!(super::described::<HasD>(), "[('d', '<u4')] 4 [0]");
    assert_eq!(super::described::<Unused<Loose, 7>>(), "[] 0 []");
    assert_eq!(super::described::<Marked<Loose>>(), "[('__marker', '|u1')] 1 [0]");
}

#[test]
fn pins_hold_for_the_parameters_that_fit() {
    assert_eq!(super::described::<Pinned<f64>>(), "[('a', '<f8'), ('b', '<f8')] 16 [0, 8]");
    assert_eq!(super::described::<PinnedWrap<u32>>(), "'<u4' 4 []");
}

#[test]
fn tokens_reach_through() {
    let token = Outer::<f64, 4>::FIELDS.inner.then(Sample::FIELDS.values).index(3);
    assert_eq!(token.offset(), 32);
    assert_eq!(Outer::<f64, 4>::FIELDS.single.offset() + Outer::<f64, 4>::FIELDS.id.offset(), 48);
    assert_eq!(
        format!("{:?}", Sample::<u8, 1>::FIELDS),
        r#"SampleFields { values: Field("values" at 0), count: Field("count" at 1) }"#
    );
}

/// What a macro in a type expands to is called as the derive would like to call a parameter.
mod hidden {
    use mmrec::MmapRecord;

    type D = u64;

    macro_rules! hidden {
        () => {
            D
        };
    }

    #[derive(Clone, Copy, MmapRecord)]
    #[repr(C)]
    struct Hidden {
        value: hidden!(),
    }

    #[test]
    fn a_macro_in_a_type_may_name_anything() {
        assert_eq!(crate::described::<Hidden>(), "[('value', '<u8')] 8 [0]");
    }
}
