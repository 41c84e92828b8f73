//! Enums: every number in a file is a code, some are variants; and what may be written where an enum lies in memory.

use std::{
    collections::HashSet,
    fmt::Debug,
    fs, io,
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use mmrec::{
    ByteStr, Code, CodedEnum, DType, Element, Error, ErrorKind, InvalidCode, MmapRecord, RecordMap, View,
    ViewMut, big_endian,
};
use serde::Deserialize;
use tempfile::tempdir;

#[derive(Deserialize)]
struct Golden {
    cases: Vec<Case>,
}

/// `tests/golden/enum_cases.py` says what the keys mean.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    repr: String,
    descr: String,
    codes: Vec<i128>,
    bytes: String,
    counts: Vec<usize>,
    sum: String,
    pairs: String,
    moved: String,
}

/// A record of such enums, as NumPy wrote it.
#[derive(Clone, Copy, Debug, MmapRecord)]
#[repr(C, packed)]
struct Coded<E: CodedEnum> {
    at: u16,
    kind: Code<E>,
    pair: [Code<E>; 2],
}

/// The same bytes, with the enum itself.
#[derive(Clone, Copy, Debug, MmapRecord)]
#[repr(C, packed)]
struct Plain<E> {
    at: u16,
    kind: E,
    pair: [E; 2],
}

/// One enum for each integer: a module of that name.
macro_rules! for_each_repr {
    ($($repr:ident: $seventh:literal;)*) => {$(
        mod $repr {
            use super::*;

            #[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
            #[repr($repr)]
            enum Kind {
                One = 1,
                Two,
                Letter = 65,
                Greatest = $repr::MAX,
                #[mmrec(other)]
                Least = $repr::MIN,
                Seven = $seventh,
            }

            #[test]
            fn as_numpy_has_the_numbers() {
                check_against_numpy::<Kind>(stringify!($repr));
            }
        }
    )*};
}

for_each_repr! {
    u8: 7;
    u16: 7;
    u32: 7;
    u64: 7;
    i8: -7;
    i16: -7;
    i32: -7;
    i64: -7;
}

fn check_against_numpy<E: CodedEnum + Element + Debug + PartialEq>(repr: &str) {
    let golden: Golden = serde_json::from_str(include_str!("../golden/enums.json")).unwrap();
    assert_eq!(golden.cases.len(), 8);
    let case = golden.cases.into_iter().find(|case| case.repr == repr).unwrap();
    let numpy: DType = case.descr.parse().unwrap();
    assert_eq!(DType::of::<Coded<E>>(), numpy);
    assert_eq!(DType::of::<Plain<E>>(), numpy);
    assert_eq!(size_of::<Code<E>>(), size_of::<E>());
    assert_eq!(E::VARIANTS.iter().map(|variant| variant.code().into()).collect::<Vec<i128>>(), case.codes);
    for &variant in E::VARIANTS {
        assert_eq!(E::from_code(variant.code()), Some(variant));
    }

    let dir = tempdir().unwrap();
    let path = dir.path().join("coded");
    let bytes = bytes_of(&case.bytes);
    fs::write(&path, &bytes).unwrap();
    let mut map = RecordMap::<Coded<E>>::open_rw(&path).unwrap();
    let kinds = map.columns().kind;
    let counts = E::VARIANTS.iter().map(|variant| kinds.iter().filter(|kind| kind == variant).count());
    assert_eq!(counts.collect::<Vec<_>>(), case.counts);
    assert_eq!(kinds.iter().filter(|kind| kind.get().is_ok()).count(), case.counts.iter().sum::<usize>());

    let numbers = map.view().field_named::<E::Repr>("kind").unwrap();
    assert_eq!(format!("{:?}", numbers.sum()), case.sum);
    assert!(numbers.iter().eq(kinds.iter().map(Code::raw)));
    let pairs = map.view().field_named::<[E::Repr; 2]>("pair").unwrap().elements();
    assert_eq!(format!("{:?}", pairs.sum()), case.pairs);

    // The enum itself: a number that is no variant is the fifth.
    let plain = RecordMap::<Plain<E>>::open(&path).unwrap();
    let other = E::VARIANTS[4];
    for (coded, plain) in map.iter().zip(plain.iter()) {
        assert_eq!({ coded.at }, { plain.at });
        assert_eq!({ coded.kind }.get().unwrap_or(other), { plain.kind });
        assert_eq!({ coded.pair }.map(|code| code.get().unwrap_or(other)), { plain.pair });
    }

    let (first, last) = (E::VARIANTS[0], *E::VARIANTS.last().unwrap());
    map.columns_mut().kind.update(|kind| if kind == first { last.into() } else { kind });
    map.close().unwrap();
    assert!(fs::read(&path).unwrap() == bytes_of(&case.moved));

    // Written back, what is no variant has the number of the fifth.
    fs::write(&path, &bytes).unwrap();
    let mut map = RecordMap::<Plain<E>>::open_rw(&path).unwrap();
    map.update(|record| record);
    map.close().unwrap();
    let map = RecordMap::<Coded<E>>::open(&path).unwrap();
    let before = View::<Coded<E>>::from_bytes(&bytes).unwrap();
    for (now, before) in map.iter().zip(before.iter()) {
        assert_eq!({ now.at }, { before.at });
        assert_eq!({ now.kind }, { before.kind }.get().unwrap_or(other));
        assert_eq!({ now.pair }, { before.pair }.map(|code| Code::new(code.get().unwrap_or(other))));
    }
}

fn bytes_of(hex: &str) -> Vec<u8> {
    hex.as_bytes()
        .chunks_exact(2)
        .map(|digits| u8::from_str_radix(str::from_utf8(digits).unwrap(), 16).unwrap())
        .collect()
}

/// Without a variant for all other numbers: not an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq, MmapRecord)]
#[repr(u8)]
enum Side {
    Buy = b'B',
    Sell = b'S',
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, MmapRecord)]
#[repr(i8)]
enum State {
    Open = 1,
    Closed = -1,
    #[mmrec(other)]
    Unknown = 100,
    Halted = 2,
}

/// What a number under a `State` reads as.
fn state_of(number: i8) -> State {
    match number {
        1 => State::Open,
        -1 => State::Closed,
        2 => State::Halted,
        _ => State::Unknown,
    }
}

#[derive(Clone, Copy, Debug, MmapRecord)]
#[repr(C)]
struct Order {
    id: u16,
    state: State,
    price: f64,
    history: [State; 3],
    side: Code<Side>,
}

#[derive(Clone, Copy, Debug, MmapRecord)]
#[repr(C, packed)]
struct Book {
    tag: u8,
    orders: [Order; 2],
    last: State,
}

#[test]
fn every_byte_is_a_code() {
    for byte in 0..=255 {
        let code = Code::<Side>::from_raw(byte);
        assert_eq!(code.raw(), byte);
        let variant = match byte {
            b'B' => Some(Side::Buy),
            b'S' => Some(Side::Sell),
            _ => None,
        };
        assert_eq!(code.get().ok(), variant);
        assert_eq!(Side::from_code(byte), variant);
        for side in [Side::Buy, Side::Sell] {
            assert_eq!(code == side, variant == Some(side));
        }
        match variant {
            Some(side) => assert_eq!((Code::new(side), Code::from(side), side.code()), (code, code, byte)),
            None => assert_eq!(code.get().unwrap_err().raw(), i128::from(byte)),
        }
        // The variant for all other numbers is one of its own number alone.
        let number = byte.cast_signed();
        let state = (state_of(number) != State::Unknown || number == 100).then(|| state_of(number));
        assert_eq!(Code::<State>::from_raw(number).get().ok(), state);
    }
}

#[test]
fn every_byte_reads_as_a_variant_however_it_is_read() {
    let dir = tempdir().unwrap();
    let path = dir.path().join("states");
    let bytes: Vec<u8> = (0..=255).collect();
    let expected: Vec<_> = bytes.iter().map(|byte| state_of(byte.cast_signed())).collect();
    fs::write(&path, &bytes).unwrap();
    let map = RecordMap::<State>::open(&path).unwrap();
    assert_eq!(map.to_vec(), expected);
    assert!(map.iter().eq(expected.iter().copied()));
    for (i, &state) in expected.iter().enumerate() {
        assert_eq!(map.at(i), state);
        // An invalid value shows where the compiler turned a match into a table.
        let name = match map.at(i) {
            State::Open => "Open",
            State::Closed => "Closed",
            State::Unknown => "Unknown",
            State::Halted => "Halted",
        };
        assert_eq!((map.at(i).name(), format!("{:?}", map.at(i))), (name, name.to_owned()));
        assert_eq!(map.at(i).code(), state as i8);
    }
    let mut states = Vec::new();
    map.for_each_block(|block| states.extend_from_slice(block));
    assert_eq!(states, expected);
    states.fill(State::Open);
    map.copy_to(&mut states);
    assert_eq!(states, expected);
    let arrays = RecordMap::<[State; 32]>::open(&path).unwrap();
    assert_eq!(arrays.iter().flatten().collect::<Vec<_>>(), expected);
    assert_eq!(arrays.view().elements().iter().collect::<Vec<_>>(), expected);
    assert_eq!(View::<State>::from_bytes(&bytes).unwrap().to_vec(), expected);
    // What was read is as good in memory as it was in the file.
    assert_eq!(View::from_slice(&states).to_vec(), expected);
    let counted = map.view().fold_lanes(0, |n, state| n + u32::from(state == State::Unknown), |a, b| a + b);
    assert_eq!(counted, 253);
}

#[test]
fn a_variant_is_stored_as_its_own_number() {
    let mut bytes = [7, 8, 9, 10, 11, 12];
    let mut view = ViewMut::<State>::from_bytes(&mut bytes).unwrap();
    view.set(0, State::Closed);
    view.slice_mut(mmrec::s![1..3]).fill(State::Halted);
    view.slice_mut(mmrec::s![3..4]).update(|state| {
        assert_eq!(state, State::Unknown);
        state
    });
    view.slice_mut(mmrec::s![4..6]).copy_from_slice(&[State::Open, State::Unknown]);
    assert_eq!(bytes, [255, 2, 2, 100, 1, 100]);
    let mut arrays = [0; 6];
    ViewMut::<[State; 3]>::from_bytes(&mut arrays)
        .unwrap()
        .assign(&View::<[State; 3]>::from_bytes(&bytes).unwrap());
    assert_eq!(arrays, bytes);
}

#[test]
fn in_nested_records_a_code_keeps_its_number_and_an_enum_does_not() {
    let dtype = "[('id', '<u2'), ('state', '|i1'), ('', '|V5'), ('price', '<f8'), ('history', '|i1', (3,)), \
                 ('side', '|u1'), ('', '|V4')]";
    assert_eq!(DType::of::<Order>().to_string(), dtype);
    let book = DType::of::<Book>();
    assert_eq!((book.itemsize(), book.field("last").unwrap().dtype().to_string()), (50, "'|i1'".to_owned()));

    let dir = tempdir().unwrap();
    let path = dir.path().join("books");
    // A byte that is no variant of either, everywhere.
    fs::write(&path, [0x55; 150]).unwrap();
    let mut map = RecordMap::<Book>::open_rw(&path).unwrap();
    let read = map.at(1);
    assert_eq!({ read.last }, State::Unknown);
    for order in read.orders {
        assert_eq!((order.state, order.history), (State::Unknown, [State::Unknown; 3]));
        assert_eq!((order.side.raw(), order.side.get().is_err()), (0x55, true));
    }
    map.set(1, read);
    let side = Book::FIELDS.orders.index(1).then(Order::FIELDS.side);
    map.field_mut(side).set(1, Side::Sell.into());
    assert_eq!(map.field(side).iter().filter(|&side| side == Side::Sell).count(), 1);
    let fields = (side, Book::FIELDS.last);
    assert_eq!(map.select(fields).at(1), (Code::new(Side::Sell), State::Unknown));
    map.close().unwrap();

    let bytes = fs::read(&path).unwrap();
    let mut expected = [0x55; 150];
    for order in [51, 75] {
        expected[order + 2] = 100;
        expected[order + 16..order + 19].fill(100);
    }
    expected[75 + 19] = b'S';
    expected[99] = 100;
    assert_eq!(bytes, expected);
}

#[test]
fn a_column_of_codes_can_be_had_as_numbers_of_the_same_dtype_and_no_other() {
    let dir = tempdir().unwrap();
    let path = dir.path().join("orders");
    let mut map = RecordMap::<Order>::options().shape(3).create(&path).unwrap();
    // In a file this is all right, whatever is written: nothing is an enum there.
    map.view_mut().field_named_mut::<i8>("state").unwrap().fill(-128);
    map.view_mut().field_named_mut::<u8>("side").unwrap().copy_from_slice(&[66, 67, 0]);
    assert!(map.columns().state.iter().all(|state| state == State::Unknown));
    let sides: Vec<_> = map.columns().side.iter().map(Code::get).collect();
    assert_eq!(sides[0], Ok(Side::Buy));
    assert_eq!(sides[1].unwrap_err().raw(), 67);
    let error = map.view().field_named::<u8>("state").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::DTypeMismatch);
    assert_eq!(map.view().field_named::<Code<State>>("state").unwrap().at(0).raw(), -128);
    assert_eq!(map.view().field_named::<State>("state").unwrap().at(2), State::Unknown);
}

/// A record of enums in memory that is only read.
#[test]
fn records_of_enums_in_memory_are_read() {
    let order = |state| Order { id: 1, state, price: 2.0, history: [state; 3], side: Side::Buy.into() };
    let orders = [State::Open, State::Unknown, State::Halted].map(order);
    let view = View::from_slice(&orders);
    assert!(view.columns().state.iter().eq([State::Open, State::Unknown, State::Halted]));
    assert!(view.iter().map(|order| order.history[2]).eq([State::Open, State::Unknown, State::Halted]));
    assert_eq!(view.field_named::<i8>("state").unwrap().to_vec(), [1, 100, 2]);
    assert_eq!(view.field_named::<[i8; 3]>("history").unwrap().elements().sum(), 309);
}

/// Codes in memory are numbers, and may be written as such.
#[test]
fn records_of_codes_in_memory_are_written() {
    #[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
    #[repr(C)]
    struct Trade {
        side: Code<Side>,
        done: bool,
        states: [Code<State>; 2],
        qty: u32,
    }

    let states = [Code::new(State::Open), Code::from_raw(77)];
    let mut trades = [Trade { side: Side::Buy.into(), done: false, states, qty: 1 }; 3];
    let mut view = ViewMut::from_slice(&mut trades);
    view.field_named_mut::<u8>("side").unwrap().copy_from_slice(&[0, 255, b'S']);
    view.field_named_mut::<[i8; 2]>("states").unwrap().elements_mut().fill(-128);
    view.columns_mut().done.fill(true);
    assert_eq!(trades.map(|trade| trade.side.raw()), [0, 255, b'S']);
    assert_eq!(trades.map(|trade| trade.side.get().ok()), [None, None, Some(Side::Sell)]);
    assert!(trades.iter().all(|trade| trade.done && trade.states == [Code::from_raw(-128); 2]));
}

/// A record of whatever it is given.
#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
struct Pair<A, B>(A, B);

/// The dtype of what it wraps.
#[derive(Clone, Copy, MmapRecord)]
#[repr(transparent)]
struct Wrapped<T>(T);

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
struct Marked {
    #[mmrec(pad)]
    gap: [u8; 3],
    on: bool,
}

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
struct Empty;

#[test]
fn memory_that_holds_an_enum_is_told_from_memory_that_takes_its_whole_dtype() {
    let spans = |name, spans_dtype, expected: bool| assert_eq!(spans_dtype, expected, "{name}");
    macro_rules! check {
        ($($expected:literal: $($type:ty),*;)*) => {$($(
            spans(stringify!($type), <$type as Element>::SPANS_DTYPE, $expected);
        )*)*};
    }
    check! {
        true: u8, i64, f32, bool, big_endian::U16, ByteStr<3>, Code<Side>, Code<State>, [bool; 2], [Code<State>; 0],
            Pair<u8, f64>, Pair<bool, [bool; 3]>, Pair<Code<State>, Pair<bool, u8>>, Wrapped<bool>, Marked, Empty,
            Wrapped<[Pair<bool, u8>; 2]>;
        false: State, [State; 2], [[State; 1]; 1], Pair<State, u8>, Pair<u8, State>, Pair<u8, Pair<[State; 2], u8>>,
            Wrapped<State>, [Wrapped<State>; 2], Order, Book, Plain<State>;
    }
    let plain = [u8::PLAIN, Code::<Side>::PLAIN, <[Code<State>; 2]>::PLAIN, Pair::<u8, Code<State>>::PLAIN];
    assert_eq!(plain, [true; 4]);
    let plain = [bool::PLAIN, State::PLAIN, <[State; 2]>::PLAIN, Pair::<u8, State>::PLAIN, Order::PLAIN];
    assert_eq!(plain, [false; 5]);
}

/// A number that changes all the time never comes out as anything but a variant.
#[test]
fn a_variant_under_a_concurrent_writer_is_a_variant() {
    let dir = tempdir().unwrap();
    let path = dir.path().join("states");
    fs::write(&path, [0; 64]).unwrap();
    let mut writer = RecordMap::<i8>::open_rw(&path).unwrap();
    let reader = RecordMap::<State>::open(&path).unwrap();
    let arrays = RecordMap::<[State; 64]>::open(&path).unwrap();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut number = 0i8;
            while !done.load(Ordering::Relaxed) {
                writer.update(|_| {
                    number = number.wrapping_add(1);
                    number
                });
            }
        });
        let mut seen = [0; 4];
        let index = |state| match state {
            State::Open => 0,
            State::Closed => 1,
            State::Unknown => 2,
            State::Halted => 3,
        };
        // Until the numbers have changed under the reader.
        for round in 0.. {
            if round >= 2000 && !seen.contains(&0) {
                break;
            }
            reader.iter().for_each(|state| seen[index(state)] += 1);
            arrays.at(0).into_iter().for_each(|state| seen[index(state)] += 1);
        }
        done.store(true, Ordering::Relaxed);
    });
}

#[test]
fn codes_compare_hash_and_print_by_number() {
    let code = Code::<State>::from_raw;
    assert_eq!(Code::<State>::default().raw(), 0);
    let mut codes = [2, -1, 100, 50, -128, 1].map(code);
    codes.sort();
    assert_eq!(codes.map(Code::raw), [-128, -1, 1, 2, 50, 100]);
    assert!(code(1) < code(2) && code(-1) < code(1) && code(3) == code(3) && code(3) != code(4));
    assert_eq!(codes.into_iter().chain([code(1), code(50)]).collect::<HashSet<_>>().len(), 6);
    assert_eq!(format!("{:?} {:?} {} {}", code(1), code(9), code(-1), code(-9)), "Open 9 Closed -9");
    assert_eq!(
        format!("[{:>6}] [{:<6}] [{:+}] [{:06}]", code(1), code(1), code(9), code(-9)),
        "[  Open] [Open  ] [+9] [-00009]"
    );
    let order = View::<Pair<u8, Code<Side>>>::from_bytes(&[1, b'B']).unwrap().at(0);
    assert_eq!(format!("{:?}", order.1), "Buy");
    // A view prints numbers, as NumPy does.
    assert_eq!(View::from_slice(&[code(1), code(9)]).to_string(), "[1 9]");
}

#[test]
fn an_invalid_code_says_which_and_what_there_is() {
    fn side(number: u8) -> Result<Side, Error> {
        Ok(Code::<Side>::from_raw(number).get()?)
    }

    assert_eq!(side(b'S').unwrap(), Side::Sell);
    let error = side(7).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidCode);
    let text = "7 is no code of Side, which has 66 (Buy), 83 (Sell); add a variant, or take the number itself from Code::raw";
    assert_eq!(error.to_string(), text);
    assert_eq!(io::Error::from(error).kind(), io::ErrorKind::InvalidData);

    let invalid: InvalidCode = Code::<State>::from_raw(-128).get().unwrap_err();
    assert_eq!((invalid.raw(), invalid.enum_name()), (-128, "State"));
    assert_eq!(invalid, Code::<State>::from_raw(-128).get().unwrap_err());
    assert_ne!(invalid, Code::<State>::from_raw(-127).get().unwrap_err());
    assert_ne!(Code::<Side>::from_raw(5).get().unwrap_err(), Code::<Many>::from_raw(5).get().unwrap_err());
    assert_eq!(format!("{invalid:?}"), format!("InvalidCode({invalid})"));

    let text = Code::<Many>::from_raw(u8::MAX).get().unwrap_err().to_string();
    let listed = "255 is no code of Many, which has 10 (A), 11 (B), 12 (C), 13 (D), 14 (E), 15 (F), 16 (G), 17 (H) and 2 more;";
    assert!(text.starts_with(listed), "{text}");
    let text = Code::<Large>::from_raw(0).get().unwrap_err().to_string();
    assert!(text.starts_with("0 is no code of Large, which has 18446744073709551615 (Greatest);"), "{text}");
}

#[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
#[repr(u8)]
enum Many {
    A = 10,
    B,
    C,
    D,
    E,
    F,
    G,
    H,
    I,
    J,
}

#[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
#[repr(u64)]
enum Large {
    Greatest = u64::MAX,
}
