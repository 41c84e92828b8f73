//! What a field marked `#[mmrec(pad)]` may be.

use std::marker::PhantomData;

/// The type of a field marked `#[mmrec(pad)]`: a hole in the dtype that is neither read nor written. A record that is
/// read has [`PADDING`](Self::PADDING) there.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a field marked #[mmrec(pad)]",
    label = "not a type of padding",
    note = "padding is an integer, an array of padding such as [u8; 4], (), or PhantomData"
)]
pub trait Padding: Copy {
    /// What a record that is read has in the field.
    const PADDING: Self;
}

macro_rules! zero {
    ($($number:ty),*) => {$(
        impl Padding for $number {
            const PADDING: Self = 0;
        }
    )*};
}

zero!(u8, i8, u16, i16, u32, i32, u64, i64);

impl Padding for () {
    const PADDING: Self = ();
}

impl<T: ?Sized> Padding for PhantomData<T> {
    const PADDING: Self = PhantomData;
}

impl<T: Padding, const N: usize> Padding for [T; N] {
    const PADDING: Self = [T::PADDING; N];
}
