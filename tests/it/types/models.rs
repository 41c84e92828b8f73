//! The types against models: strings against Rust's, byte orders against zerocopy's.

use std::{
    collections::hash_map::DefaultHasher,
    fmt::Debug,
    hash::{Hash, Hasher},
};

use mmrec::{
    BigEndian, ByteOrdered, ByteStr, Code, Complex, ComplexLongDouble, DateTime64, Element, ErrorKind,
    LittleEndian, LongDouble, MmapRecord, TimeDelta64, UnicodeStr, View, ViewMut, Void, big_endian, f16,
    little_endian,
    units::{Multiple, Nanosecond, Second},
};
use proptest::prelude::*;

/// The bytes in a file.
fn stored<T: Element>(value: T) -> Vec<u8> {
    let mut bytes = vec![0xAA; size_of::<T>() + 2];
    ViewMut::<T>::from_bytes(&mut bytes[1..=size_of::<T>()]).unwrap().set(0, value);
    assert_eq!((bytes[0], bytes[size_of::<T>() + 1]), (0xAA, 0xAA), "the bytes beside it are as they were");
    bytes[1..=size_of::<T>()].to_vec()
}

fn loaded<T: Element>(bytes: &[u8]) -> T {
    View::<T>::from_bytes(bytes).unwrap().at(0)
}

fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// What a string of code units is, worked out one unit at a time.
fn model(units: &[u32]) -> (Vec<u32>, String, Option<(usize, u32)>) {
    let len = units.iter().rposition(|unit| *unit != 0).map_or(0, |last| last + 1);
    let is_character = |unit: u32| unit < 0xD800 || (0xE000..=0x10FFFF).contains(&unit);
    let units = &units[..len];
    let lossy = units.iter().map(|&unit| match is_character(unit) {
        true => char::from_u32(unit).unwrap(),
        false => '\u{FFFD}',
    });
    let bad = units.iter().copied().enumerate().find(|(_, unit)| !is_character(*unit));
    (units.to_vec(), lossy.collect(), bad)
}

fn unit() -> impl Strategy<Value = u32> {
    prop_oneof![
        Just(0),
        0u32..0x80,
        any::<char>().prop_map(u32::from),
        prop::sample::select(vec![
            0xD7FF,
            0xD800,
            0xDBFF,
            0xDC00,
            0xDFFF,
            0xE000,
            0x10FFFF,
            0x110000,
            u32::MAX
        ]),
        any::<u32>(),
    ]
}

proptest! {
    #[test]
    fn any_code_units_are_kept(units in prop::array::uniform6(unit())) {
        let text = UnicodeStr::from_padded(units);
        let (without_end, lossy, bad) = model(&units);
        prop_assert_eq!(text.as_units(), &without_end);
        prop_assert_eq!((text.len(), text.is_empty()), (without_end.len(), without_end.is_empty()));
        prop_assert_eq!(text.to_padded(), units);
        prop_assert!(text == without_end[..]);
        prop_assert_eq!(UnicodeStr::<6>::from_units(&without_end).unwrap(), text);
        prop_assert_eq!(UnicodeStr::<6>::try_from(&units[..]).unwrap(), text);

        prop_assert_eq!(&text.to_string_lossy(), &lossy);
        prop_assert_eq!(&text.to_string(), &lossy);
        prop_assert_eq!(format!("{text:>9}"), format!("{lossy:>9}"));
        prop_assert_eq!(format!("{text:.2}"), format!("{lossy:.2}"));
        match bad {
            None => {
                prop_assert_eq!(text.to_utf8(), Ok(lossy.clone()));
                prop_assert!(text == lossy.as_str());
                prop_assert_eq!(UnicodeStr::<6>::new(&lossy).unwrap(), text);
                prop_assert_eq!(UnicodeStr::<6>::from_literal(&lossy), text);
            }
            Some((index, unit)) => {
                let error = text.to_utf8().unwrap_err();
                let (said, shown) = (error.to_string(), format!("{text:?}"));
                let (place, escape) = (format!("{unit:#X} at index {index}"), format!("\\u{{{unit:x}}}"));
                prop_assert_eq!((error.index(), error.unit()), (index, unit));
                prop_assert_eq!(mmrec::Error::from(error).kind(), ErrorKind::InvalidUnit);
                prop_assert!(said.contains(&place), "{}", said);
                prop_assert!(text != lossy.as_str());
                prop_assert!(shown.contains(&escape), "{}", shown);
            }
        }
        prop_assert_eq!(text.chars().len(), without_end.len());
        prop_assert_eq!(text.chars().rev().count(), without_end.len());

        let bytes = stored(text);
        prop_assert_eq!(&bytes, &units.map(u32::to_le_bytes).concat());
        prop_assert_eq!(loaded::<UnicodeStr<6>>(&bytes), text);
        prop_assert_eq!(loaded::<[UnicodeStr<2>; 3]>(&bytes).map(UnicodeStr::to_padded).concat(), units);
    }

    #[test]
    fn strings_compare_as_their_units(
        a in prop::array::uniform3(unit()),
        b in prop::array::uniform3(unit()),
        same in 0usize..4,
    ) {
        let mut b = b;
        b[..same].copy_from_slice(&a[..same]);
        let (x, y) = (UnicodeStr::from_padded(a), UnicodeStr::from_padded(b));
        let (without_end_a, without_end_b) = (model(&a).0, model(&b).0);
        prop_assert_eq!(x.cmp(&y), without_end_a.cmp(&without_end_b));
        prop_assert_eq!(x.partial_cmp(&y), Some(x.cmp(&y)));
        prop_assert_eq!(x == y, without_end_a == without_end_b);
        prop_assert_eq!(x == y, hash(&x) == hash(&y));
    }

    #[test]
    fn texts_are_stored_whole_or_refused(text in "[a\u{e9}\u{20ac}\u{1f600}\0]{0,6}") {
        let count = text.chars().count();
        let made = [UnicodeStr::<4>::new(&text), text.parse(), text.as_str().try_into()];
        for made in made {
            match made {
                Ok(made) => {
                    prop_assert!(count <= 4);
                    prop_assert_eq!(made.to_utf8().unwrap(), text.trim_end_matches('\0'));
                }
                Err(error) => {
                    prop_assert!(count > 4);
                    prop_assert_eq!(error.kind(), ErrorKind::ShapeMismatch);
                    let message = error.to_string();
                    prop_assert!(message.contains(&format!("{count} characters")), "{}", message);
                    prop_assert!(message.contains(&format!("UnicodeStr<{count}>")), "{}", message);
                }
            }
        }
    }

    /// Debug is the literal of a text without what cannot be in one.
    #[test]
    fn strings_are_shown_as_literals(text in "[ -~\n\t\u{e9}\u{20ac}\u{1f600}]{0,6}") {
        prop_assert_eq!(format!("{:?}", UnicodeStr::<6>::new(&text).unwrap()), format!("{text:?}"));
    }

    #[test]
    fn opaque_bytes_are_kept(bytes in any::<[u8; 32]>()) {
        prop_assert_eq!(stored(Void::from_bytes(bytes)), bytes);
        prop_assert_eq!(loaded::<Void<32>>(&bytes).to_bytes(), bytes);
        prop_assert_eq!(stored(ComplexLongDouble::from_bytes(bytes)), bytes);
        prop_assert_eq!(loaded::<ComplexLongDouble>(&bytes).to_bytes(), bytes);
        let half = *bytes.first_chunk::<16>().unwrap();
        prop_assert_eq!(stored(LongDouble::from_bytes(half)), half);
        prop_assert_eq!(loaded::<[LongDouble; 2]>(&bytes).map(LongDouble::to_bytes).concat(), bytes);
        let digits: String = half.iter().map(|byte| format!("{byte:02x}")).collect();
        prop_assert_eq!(format!("{:?}", LongDouble::from_bytes(half)), format!("LongDouble({digits})"));
        prop_assert_eq!(format!("{:?}", Void::from_bytes(half)), format!("Void({digits})"));
    }
}

#[test]
fn texts_of_constants_are_decoded_while_compiling() {
    const MIXED: UnicodeStr<8> = UnicodeStr::from_literal("aé€\u{7ff}\u{800}\u{ffff}\u{10000}\u{10ffff}");
    const SHORT: UnicodeStr<8> = UnicodeStr::from_literal("");
    assert_eq!(MIXED, "aé€\u{7ff}\u{800}\u{ffff}\u{10000}\u{10ffff}");
    assert_eq!(SHORT, UnicodeStr::default());
    assert_eq!(UnicodeStr::<0>::from_literal(""), "");
}

#[test]
#[should_panic(expected = "the text is longer than the field")]
fn a_literal_that_is_too_long_panics() {
    UnicodeStr::<3>::from_literal("éééé");
}

#[test]
fn more_code_units_than_fit_are_refused() {
    let error = UnicodeStr::<2>::from_units(&[1, 2, 0]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ShapeMismatch);
    assert!(error.to_string().contains("3 code units"), "{error}");
    assert!(error.to_string().contains("UnicodeStr<3>"), "{error}");
}

#[test]
fn errors_say_what_is_wrong_with_a_code_unit() {
    let text = |unit| UnicodeStr::<2>::from_padded([0x41, unit]).to_utf8().unwrap_err().to_string();
    assert!(text(0xD800).contains("surrogate"), "{}", text(0xD800));
    assert!(text(0x0011_0000).contains("above 0x10FFFF"), "{}", text(0x0011_0000));
}

/// Compares `BigEndian<T>` and `LittleEndian<T>` with models that have the same dtype: made, stored, loaded, in arrays, and
/// at once.
fn against<T, B, L>(values: &[T], big: impl Fn(T) -> B, little: impl Fn(T) -> L) -> Result<(), TestCaseError>
where
    T: ByteOrdered,
    B: Element,
    L: Element,
{
    fn one<T: ByteOrdered, O: Element, M: Element>(
        values: &[T],
        new: impl Fn(T) -> O,
        get: impl Fn(O) -> T,
        model: impl Fn(T) -> M,
    ) -> Result<(), TestCaseError> {
        prop_assert_eq!((size_of::<O>(), align_of::<O>()), (size_of::<T>(), 1));
        prop_assert!(O::DTYPE.base() == M::DTYPE.base());
        let expected: Vec<u8> = values.iter().flat_map(|&value| stored(model(value))).collect();
        let ours: Vec<O> = values.iter().map(|&value| new(value)).collect();
        let one_by_one: Vec<u8> = ours.iter().flat_map(|&value| stored(value)).collect();
        prop_assert_eq!(&one_by_one, &expected);
        let mut at_once = vec![0; expected.len()];
        ViewMut::from_bytes(&mut at_once).unwrap().copy_from_slice(&ours);
        prop_assert_eq!(&at_once, &expected);
        let pairs: Vec<[O; 2]> = View::<[O; 2]>::from_bytes(&expected).unwrap().to_vec();
        let arrays: Vec<u8> = pairs.iter().flat_map(|&pair| stored(pair)).collect();
        prop_assert_eq!(&arrays, &expected);
        // The value comes back to the last bit.
        for (back, &value) in View::<O>::from_bytes(&expected).unwrap().iter().zip(values) {
            prop_assert_eq!(stored(get(back)), stored(value));
        }
        Ok(())
    }
    one(values, BigEndian::new, BigEndian::get, big)?;
    one(values, LittleEndian::new, LittleEndian::get, little)
}

/// A value in an order is compared, hashed and shown as itself.
fn as_the_value<T>(a: T, b: T) -> Result<(), TestCaseError>
where
    T: ByteOrdered + PartialOrd + Debug,
{
    let (x, y) = (BigEndian::new(a), BigEndian::new(b));
    prop_assert_eq!((x == y, x == b), (a == b, a == b));
    prop_assert_eq!(x.partial_cmp(&y), a.partial_cmp(&b));
    prop_assert_eq!(format!("{x:?} {x:#?}"), format!("{a:?} {a:#?}"));
    let (x, y) = (LittleEndian::new(a), LittleEndian::new(b));
    prop_assert_eq!((x == y, x == b), (a == b, a == b));
    prop_assert_eq!(x.partial_cmp(&y), a.partial_cmp(&b));
    prop_assert_eq!(format!("{x:?} {x:#?}"), format!("{a:?} {a:#?}"));
    Ok(())
}

macro_rules! numbers {
    ($($test:ident: $number:ty as $bits:ty, $from:expr, $wrapper:ident;)*) => {
        proptest! {$(
            #[test]
            fn $test(bits in any::<[$bits; 4]>()) {
                let numbers: [$number; 4] = bits.map($from);
                against(&numbers, big_endian::$wrapper::new, little_endian::$wrapper::new)?;
                as_the_value(numbers[0], numbers[1])?;
                as_the_value(numbers[0], numbers[0])?;
                let ours = numbers.map(BigEndian::new);
                let theirs = numbers.map(big_endian::$wrapper::new);
                let (ours, theirs) = (View::from_slice(&ours), View::from_slice(&theirs));
                prop_assert_eq!(format!("{:?}", ours.sum()), format!("{:?}", theirs.sum()));
                prop_assert_eq!(format!("{:?}", ours.mean()), format!("{:?}", theirs.mean()));
                prop_assert_eq!(format!("{:?}", ours.min_max()), format!("{:?}", theirs.min_max()));
            }
        )*}
    };
}

numbers! {
    numbers_of_u16: u16 as u16, |number| number, U16;
    numbers_of_u32: u32 as u32, |number| number, U32;
    numbers_of_u64: u64 as u64, |number| number, U64;
    numbers_of_i16: i16 as i16, |number| number, I16;
    numbers_of_i32: i32 as i32, |number| number, I32;
    numbers_of_i64: i64 as i64, |number| number, I64;
    numbers_of_f32: f32 as u32, f32::from_bits, F32;
    numbers_of_f64: f64 as u64, f64::from_bits, F64;
}

proptest! {
    #[test]
    fn bytes_have_no_order(bytes in any::<[u8; 4]>()) {
        against(&bytes, |byte| byte, |byte| byte)?;
        against(&bytes.map(u8::cast_signed), |byte| byte, |byte| byte)?;
    }

    #[test]
    fn halves_are_swapped_whole(bits in any::<[u16; 4]>()) {
        let numbers = bits.map(f16::from_bits);
        let model = |number: f16| number.to_bits();
        for (order, bytes) in [
            (stored(numbers.map(BigEndian::new)), numbers.map(model).map(u16::to_be_bytes)),
            (stored(numbers.map(LittleEndian::new)), numbers.map(model).map(u16::to_le_bytes)),
        ] {
            prop_assert_eq!(order, bytes.concat());
        }
        against(&numbers, BigEndian::new, LittleEndian::new)?;
        as_the_value(numbers[0], numbers[1])?;
    }

    #[test]
    fn each_part_of_a_complex_number_is_swapped(bits in any::<[[u64; 2]; 4]>()) {
        let wide = bits.map(|[re, im]| Complex::new(f64::from_bits(re), f64::from_bits(im)));
        for (number, [re, im]) in wide.into_iter().zip(bits) {
            prop_assert_eq!(stored(BigEndian::new(number)), [re, im].map(u64::to_be_bytes).concat());
            prop_assert_eq!(stored(LittleEndian::new(number)), [re, im].map(u64::to_le_bytes).concat());
        }
        let narrow = bits.map(|bits| bits.map(|bits| bits as u32));
        for [re, im] in narrow {
            let number = Complex::new(f32::from_bits(re), f32::from_bits(im));
            prop_assert_eq!(stored(BigEndian::new(number)), [re, im].map(u32::to_be_bytes).concat());
            prop_assert_eq!(stored(LittleEndian::new(number)), [re, im].map(u32::to_le_bytes).concat());
            let [re, im] = [re, im].map(f32::from_bits);
            let parts = [big_endian::F32::new(re), big_endian::F32::new(im)];
            prop_assert_eq!(stored(BigEndian::new(number)), stored(parts));
        }
        against(&wide, BigEndian::new, LittleEndian::new)?;
        prop_assert_eq!(BigEndian::new(wide[0]) == BigEndian::new(wide[1]), wide[0] == wide[1]);
        prop_assert_eq!(BigEndian::new(wide[0]).to_string(), wide[0].to_string());
    }

    #[test]
    fn each_code_unit_is_swapped(units in prop::array::uniform5(unit()), other in prop::array::uniform5(unit())) {
        let [text, other] = [units, other].map(UnicodeStr::from_padded);
        prop_assert_eq!(stored(BigEndian::new(text)), stored(units.map(big_endian::U32::new)));
        prop_assert_eq!(stored(LittleEndian::new(text)), stored(units.map(little_endian::U32::new)));
        against(&[text, other], BigEndian::new, LittleEndian::new)?;
        as_the_value(text, other)?;
        let (x, y) = (BigEndian::new(text), BigEndian::new(other));
        prop_assert_eq!(x.cmp(&y), text.cmp(&other));
        prop_assert_eq!(hash(&x), hash(&text));
        prop_assert_eq!(hash(&LittleEndian::new(text)), hash(&text));
        prop_assert_eq!(format!("{x:>9} {x}"), format!("{text:>9} {text}"));
    }

    #[test]
    fn long_doubles_are_swapped_whole(bytes in any::<[u8; 32]>()) {
        let number = LongDouble::from_bytes(*bytes.first_chunk().unwrap());
        let bits = u128::from_le_bytes(*bytes.first_chunk().unwrap());
        prop_assert_eq!(stored(BigEndian::new(number)), bits.to_be_bytes());
        prop_assert_eq!(stored(LittleEndian::new(number)), bits.to_le_bytes());
        prop_assert_eq!(BigEndian::new(number).get().to_bytes(), number.to_bytes());
        let other = u128::from_le_bytes(*bytes.last_chunk().unwrap());
        let number = ComplexLongDouble::from_bytes(bytes);
        prop_assert_eq!(stored(BigEndian::new(number)), [bits, other].map(u128::to_be_bytes).concat());
        prop_assert_eq!(stored(LittleEndian::new(number)), [bits, other].map(u128::to_le_bytes).concat());
        prop_assert_eq!(BigEndian::new(number).get().to_bytes(), bytes);
        prop_assert_eq!(format!("{:?}", BigEndian::new(number)), format!("{number:?}"));
    }
}

#[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
#[repr(u32)]
enum Word {
    Magic = 0x0102_0304,
}

#[test]
fn the_bytes_of_a_code_are_those_of_its_integer() {
    let magic = BigEndian::new(Code::new(Word::Magic));
    assert_eq!(stored(magic), [1, 2, 3, 4]);
    assert_eq!(magic.get().get(), Ok(Word::Magic));
    assert_eq!(format!("{magic} {magic:?}"), "Magic Magic");
    let read: LittleEndian<Code<Word>> = loaded(&[1, 2, 3, 4]);
    assert_eq!(read.get().raw(), 0x0403_0201);
}

proptest! {
    #[test]
    fn times_are_swapped_whole(steps in any::<[i64; 4]>()) {
        let times = steps.map(DateTime64::<Multiple<Second, 25>>::from_steps);
        let deltas = steps.map(TimeDelta64::<Nanosecond>::from_steps);
        for ((time, delta), steps) in times.into_iter().zip(deltas).zip(steps) {
            prop_assert_eq!(stored(BigEndian::new(time)), steps.to_be_bytes());
            prop_assert_eq!(stored(BigEndian::new(delta)), steps.to_be_bytes());
            prop_assert_eq!(stored(LittleEndian::new(time)), steps.to_le_bytes());
        }
        against(&times, BigEndian::new, LittleEndian::new)?;
        against(&deltas, BigEndian::new, LittleEndian::new)?;
        as_the_value(times[0], times[1])?;
        prop_assert_eq!(BigEndian::new(deltas[0]).cmp(&BigEndian::new(deltas[1])), deltas[0].cmp(&deltas[1]));
    }
}

#[test]
fn what_is_empty_is_zero_in_either_order() {
    assert_eq!(stored(BigEndian::<UnicodeStr<2>>::default()), [0; 8]);
    assert_eq!(stored(LittleEndian::<LongDouble>::default()), [0; 16]);
    assert_eq!(stored(ComplexLongDouble::default()), [0; 32]);
    assert_eq!(Void::<3>::default().as_bytes(), [0; 3]);
    assert_eq!(BigEndian::from(7u32).get(), 7);
    assert_eq!(ByteStr::<2>::default(), "");
}

/// Elements without bytes.
#[test]
fn strings_of_no_characters_are_elements() {
    assert_eq!(View::from_slice(&[UnicodeStr::<0>::default(); 3]).to_vec(), [UnicodeStr::default(); 3]);
    assert_eq!(UnicodeStr::<0>::new("").unwrap(), "");
    assert!(UnicodeStr::<0>::new("a").is_err());
    assert_eq!(UnicodeStr::<0>::DTYPE.to_string(), "'<U0'");
    assert_eq!(Void::<0>::DTYPE.to_string(), "'|V0'");
}
