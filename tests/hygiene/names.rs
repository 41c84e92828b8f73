//! Fields called like what surrounds them.

use mmrec::{MmapRecord, RecordMap};

/// Keywords.
#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
struct r#struct {
    r#type: u8,
    r#fn: u8,
    r#match: u8,
    self_: u8,
    r#async: u8,
}

/// What the derive's code and the traits use.
#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
struct Locals {
    value: u8,
    src: u8,
    dst: u8,
    at: u8,
    view: u8,
    fields: u8,
    len: u8,
    iter: u8,
    load: u8,
    store: u8,
    columns: u8,
    __src: u8,
    __value: u8,
    __dst: u8,
    __at: u8,
    __view: u8,
    __fields: u8,
    __marker: u8,
}

/// Names that the language's conventions do not like.
#[expect(non_snake_case, reason = "taken over from a file format")]
mod unconventional {
    #[derive(Clone, Copy, mmrec::MmapRecord)]
    #[repr(C)]
    pub(super) struct trade_record {
        pub(super) Price: f64,
        pub(super) QTY: u32,
        pub(super) größe: f32,
    }
}

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
struct Renamed {
    #[mmrec(rename = "über 'quoted' \\ names")]
    a: u8,
    #[mmrec(rename = "type", title = "a title")]
    b: u8,
}

macro_rules! two_hundred {
    ($($field:ident)*) => {
        #[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
        #[repr(C, packed)]
        struct Wide {
            $($field: u16,)*
        }

        const NAMES: &[&str] = &[$(stringify!($field)),*];
    };
}

two_hundred! {
    a0 a1 a2 a3 a4 a5 a6 a7 a8 a9 b0 b1 b2 b3 b4 b5 b6 b7 b8 b9 c0 c1 c2 c3 c4 c5 c6 c7 c8 c9 d0 d1 d2 d3 d4 d5 d6 d7 d8 d9
    e0 e1 e2 e3 e4 e5 e6 e7 e8 e9 f0 f1 f2 f3 f4 f5 f6 f7 f8 f9 g0 g1 g2 g3 g4 g5 g6 g7 g8 g9 h0 h1 h2 h3 h4 h5 h6 h7 h8 h9
    i0 i1 i2 i3 i4 i5 i6 i7 i8 i9 j0 j1 j2 j3 j4 j5 j6 j7 j8 j9 k0 k1 k2 k3 k4 k5 k6 k7 k8 k9 l0 l1 l2 l3 l4 l5 l6 l7 l8 l9
    m0 m1 m2 m3 m4 m5 m6 m7 m8 m9 n0 n1 n2 n3 n4 n5 n6 n7 n8 n9 o0 o1 o2 o3 o4 o5 o6 o7 o8 o9 p0 p1 p2 p3 p4 p5 p6 p7 p8 p9
    q0 q1 q2 q3 q4 q5 q6 q7 q8 q9 r0 r1 r2 r3 r4 r5 r6 r7 r8 r9 s0 s1 s2 s3 s4 s5 s6 s7 s8 s9 t0 t1 t2 t3 t4 t5 t6 t7 t8 t9
}

#[test]
fn keywords_are_names() {
    let dtype = "[('type', '|u1'), ('fn', '|u1'), ('match', '|u1'), ('self_', '|u1'), ('async', '|u1')]";
    assert_eq!(super::described::<r#struct>(), format!("{dtype} 5 [0, 1, 2, 3, 4]"));
    assert_eq!(r#struct::FIELDS.r#fn.name(), "fn");
}

#[test]
fn fields_and_locals_do_not_meet() {
    let file = tempfile();
    let mut map =
        RecordMap::<Locals>::options().shape(2).create(&file).expect("a file in the temporary directory");
    let mut record = map.at(0);
    (record.value, record.src, record.load, record.__at, record.__marker) = (1, 2, 3, 4, 5);
    map.set(1, record);
    let columns = map.columns();
    assert_eq!((columns.value.at(1), columns.src.at(1), columns.load.at(1)), (1, 2, 3));
    assert_eq!((columns.__at.at(1), columns.__marker.at(1), columns.__fields.at(1)), (4, 5, 0));
    drop(map);
    std::fs::remove_file(file).expect("the file was just made");
}

#[test]
fn unconventional_names_are_kept() {
    let dtype = "[('Price', '<f8'), ('QTY', '<u4'), ('größe', '<f4')]";
    assert_eq!(super::described::<unconventional::trade_record>(), format!("{dtype} 16 [0, 8, 12]"));
    let fields = unconventional::trade_record::FIELDS;
    assert_eq!((fields.Price.offset(), fields.QTY.offset(), fields.größe.offset()), (0, 8, 12));
}

#[test]
fn names_may_be_any_text() {
    let text = r#"[("über 'quoted' \\ names", '|u1'), (('a title', 'type'), '|u1')] 2 [0, 1]"#;
    assert_eq!(super::described::<Renamed>(), text);
    assert_eq!(Renamed::FIELDS.a.name(), r"über 'quoted' \ names");
}

#[test]
fn two_hundred_fields() {
    let file = tempfile();
    let mut map =
        RecordMap::<Wide>::options().shape(3).create(&file).expect("a file in the temporary directory");
    assert_eq!(NAMES.len(), 200);
    assert_eq!(map.dtype().fields().len(), 200);
    let mut record = map.at(1);
    (record.a0, record.t9) = (7, 9);
    map.set(1, record);
    assert_eq!(map.at(1), record);
    assert_eq!(map.columns().t9.to_vec(), [0, 9, 0]);
    for (i, name) in NAMES.iter().enumerate() {
        assert_eq!(map.view().field_named::<u16>(name).expect("a field").byte_offset(), 2 * i as u64);
    }
    drop(map);
    std::fs::remove_file(file).expect("the file was just made");
}

/// A path that no other test uses.
fn tempfile() -> std::path::PathBuf {
    let name = std::thread::current().name().unwrap_or("main").replace("::", "-");
    std::env::temp_dir().join(format!("mmrec-hygiene-{}-{name}", std::process::id()))
}
