//! Everything that works on many elements at a time, against a model: an `ndarray` array of the places where the elements
//! are, and plain slices of bytes.

mod fields;
mod numbers;
mod reads;
pub(crate) mod samples;
mod searches;
pub(crate) mod stores;
mod writes;

/// A test for each type of element. `PROPTEST_CASES` makes the cases fewer, for slow machines and valgrind.
macro_rules! for_each_type {
    ($cases:literal cases of $check:ident: $($name:ident $type:ty),* $(,)?) => {
        proptest::prelude::proptest! {
            #![proptest_config(proptest::prelude::ProptestConfig {
                cases: u32::min($cases, proptest::prelude::ProptestConfig::default().cases),
                ..proptest::prelude::ProptestConfig::default()
            })]

            $(
                #[test]
                fn $name(case in crate::bulk::stores::cases()) {
                    $check::<$type>(&case);
                }
            )*
        }
    };
    ($cases:literal cases of $check:ident) => {
        use mmrec::{ByteStr, Code, big_endian, little_endian};

        use crate::bulk::samples::{
            Aligned, Empty, Large, Marked, Nested, Order, Packed13, Packed21, Padded, Plain, Venue,
        };

        for_each_type! {
            $cases cases of $check:
            u8 u8,
            i16 i16,
            u32 u32,
            f32 f32,
            f64 f64,
            bool bool,
            big_endian_u16 big_endian::U16,
            little_endian_i32 little_endian::I32,
            big_endian_f64 big_endian::F64,
            byte_str ByteStr<5>,
            code Code<Venue>,
            array [f32; 3],
            packed_13 Packed13,
            packed_21 Packed21,
            plain Plain,
            padded Padded,
            marked Marked,
            nested Nested,
            order Order,
            aligned Aligned,
            empty Empty,
            large Large,
            large_array [f64; 1100],
        }
    };
}

/// The same on a view whose number of axes is known while compiling.
macro_rules! by_rank {
    ($view:expr, |$ranked:pat_param| $body:expr) => {
        match $view.ndim() {
            1 => {
                let $ranked = $view.into_dimensionality::<mmrec::Ix1>().unwrap();
                $body
            }
            2 => {
                let $ranked = $view.into_dimensionality::<mmrec::Ix2>().unwrap();
                $body
            }
            _ => {
                let $ranked = $view;
                $body
            }
        }
    };
}

use by_rank;
pub(crate) use for_each_type;
