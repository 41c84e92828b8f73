//! The layouts that `repr` gives: offsets and sizes come from the compiler.

use mmrec::{ByteStr, MmapRecord, RecordMap, big_endian, little_endian};

#[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
#[repr(C)]
struct Aligned {
    a: u8,
    b: f64,
    c: u16,
}

#[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
#[repr(C, packed)]
#[mmrec(descr = "[('a', '|u1'), ('b', '<f8'), ('c', '<u2')]", itemsize = 11)]
struct Packed {
    a: u8,
    #[mmrec(offset = 1)]
    b: f64,
    #[mmrec(offset = 9, dtype = "u2")]
    c: u16,
}

#[derive(Clone, Copy, MmapRecord)]
#[repr(packed(2), C)]
#[mmrec(descr = "[('a', 'u1'), ('', 'V1'), ('b', 'f8'), ('c', 'u2')]")]
struct PackedTwo {
    a: u8,
    b: f64,
    c: u16,
}

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
#[repr(align(64))]
#[mmrec(itemsize = 64)]
struct Line {
    packed: Packed,
    aligned: Aligned,
}

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
#[mmrec(descr = "[
    ('id', '>u4'), ('lo', '<i2'), ('flag', '?'), ('name', 'S6'), ('', 'V3'),
    ('grid', '<f8', (2, 3)), ('last', [('a', 'u1'), ('b', 'f8'), ('c', 'u2')], (2,)), ('', 'V2'),
]")]
struct Everything {
    id: big_endian::U32,
    #[mmrec(dtype = "<i2")]
    lo: little_endian::I16,
    flag: bool,
    name: ByteStr<6>,
    #[mmrec(dtype = "('<f8', (2, 3))")]
    grid: [[f64; 3]; 2],
    last: [Packed; 2],
}

#[test]
fn the_compiler_says_where_fields_lie() {
    let gaps = "[('a', '|u1'), ('', '|V7'), ('b', '<f8'), ('c', '<u2'), ('', '|V6')]";
    assert_eq!(super::described::<Aligned>(), format!("{gaps} 24 [0, 8, 16]"));
    assert_eq!(super::described::<Packed>(), "[('a', '|u1'), ('b', '<f8'), ('c', '<u2')] 11 [0, 1, 9]");
    let gap = "[('a', '|u1'), ('', '|V1'), ('b', '<f8'), ('c', '<u2')]";
    assert_eq!(super::described::<PackedTwo>(), format!("{gap} 12 [0, 2, 10]"));
    assert_eq!(super::described::<Line>().split_once("] 64 ").map(|(_, offsets)| offsets), Some("[0, 16]"));
    assert_eq!(Everything::FIELDS.grid.index(1).index(2).offset(), 56);
}

#[test]
fn padding_is_neither_read_nor_written() {
    let file = std::env::temp_dir().join(format!("mmrec-hygiene-padding-{}", std::process::id()));
    std::fs::write(&file, [0xaa; 48]).expect("a file in the temporary directory");
    let mut map = RecordMap::<Aligned>::open_rw(&file).expect("the file was just written");
    let record = Aligned { a: 1, b: 2.0, c: 3 };
    map.set(1, record);
    assert_eq!(map.at(1), record);
    assert_eq!(map.columns().c.to_vec(), [0xaaaa, 3]);
    drop(map);
    let bytes = std::fs::read(&file).expect("the file was just written");
    std::fs::remove_file(&file).expect("the file was just written");
    assert_eq!(bytes[..24], [0xaa; 24]);
    assert_eq!(bytes[24..32], [1, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa]);
    assert_eq!(bytes[40..], [3, 0, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa]);
}
