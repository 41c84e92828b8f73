// What `DType::to_rust_struct` prints for fifty of the dtypes in `tests/golden/random.json`, and a comparison of each
// of their columns. `structs.rs` beside this file writes it.

pub(super) mod case_000 {
    use mmrec::MmapRecord;

#[derive(Clone, Copy, Debug, PartialEq, mmrec::MmapRecord)]
#[repr(C)]
#[mmrec(descr = "[('b', '<u2', (4, 1, 4)), ('a.b', '<m8[7D]')]")]
pub struct Record000 {
    pub b: [[[u16; 4]; 1]; 4],
    #[mmrec(rename = "a.b")]
    pub a_b: mmrec::TimeDelta64<mmrec::units::Multiple<mmrec::units::Day, 7>>,
}

    pub(in super::super) fn columns(view: mmrec::View<'_, Record000, mmrec::IxDyn>, columns: &mut super::super::Columns<'_>) {
        let column = view.field(Record000::FIELDS.b).elements().elements().elements();
        columns.column(&column);
        columns.sum(column.native().sum());
        let column = view.field(Record000::FIELDS.a_b);
        columns.column(&column);
    }
}

pub(super) mod case_010 {
    use mmrec::MmapRecord;

// Needs the feature `complex` of mmrec.
#[derive(Clone, Copy, Debug, PartialEq, mmrec::MmapRecord)]
#[repr(C)]
#[mmrec(descr = "[(('match', 'USD'), [('qty', '<c8'), ('symbol', [('class', '<i4'), ('', '|V4'), ('id', '<c16')], (3, 3))]), ('b', '>i4'), ('', '|V4')]")]
#[allow(non_snake_case)]
pub struct Record010 {
    #[mmrec(title = "match")]
    pub USD: Record010USD,
    pub b: mmrec::big_endian::I32,
}

#[derive(Clone, Copy, Debug, PartialEq, mmrec::MmapRecord)]
#[repr(C)]
pub struct Record010USD {
    pub qty: mmrec::Complex<f32>,
    pub symbol: [[Record010USDSymbol; 3]; 3],
}

#[derive(Clone, Copy, Debug, PartialEq, mmrec::MmapRecord)]
#[repr(C)]
pub struct Record010USDSymbol {
    pub class: i32,
    pub id: mmrec::Complex<f64>,
}

    pub(in super::super) fn columns(view: mmrec::View<'_, Record010, mmrec::IxDyn>, columns: &mut super::super::Columns<'_>) {
        let column = view.field(Record010::FIELDS.USD).field(Record010USD::FIELDS.qty);
        columns.column(&column);
        let column = view.field(Record010::FIELDS.USD).field(Record010USD::FIELDS.symbol).elements().elements().field(Record010USDSymbol::FIELDS.class);
        columns.column(&column);
        columns.sum(column.native().sum());
        let column = view.field(Record010::FIELDS.USD).field(Record010USD::FIELDS.symbol).elements().elements().field(Record010USDSymbol::FIELDS.id);
        columns.column(&column);
        let column = view.field(Record010::FIELDS.b);
        columns.column(&column);
        columns.sum(column.native().sum());
    }
}

pub(super) mod case_019 {
    use mmrec::MmapRecord;

// Needs the feature `complex` of mmrec.
#[derive(Clone, Copy, Debug, PartialEq, mmrec::MmapRecord)]
#[repr(C)]
#[mmrec(descr = "[('id', '>c8'), (('Time', '{}'), '<i4'), ('z', '<c8'), ('a', '<i4', (4, 2))]")]
pub struct Record019 {
    pub id: mmrec::BigEndian<mmrec::Complex<f32>>,
    #[mmrec(rename = "{}", title = "Time")]
    pub f1: i32,
    pub z: mmrec::Complex<f32>,
    pub a: [[i32; 2]; 4],
}

    pub(in super::super) fn columns(view: mmrec::View<'_, Record019, mmrec::IxDyn>, columns: &mut super::super::Columns<'_>) {
        let column = view.field(Record019::FIELDS.id);
        columns.column(&column);
        let column = view.field(Record019::FIELDS.f1);
        columns.column(&column);
        columns.sum(column.native().sum());
        let column = view.field(Record019::FIELDS.z);
        columns.column(&column);
        let column = view.field(Record019::FIELDS.a).elements().elements();
        columns.column(&column);
        columns.sum(column.native().sum());
    }
}

pub(super) mod case_029 {
    use mmrec::MmapRecord;

// Needs the feature `complex` of mmrec.
#[derive(Clone, Copy, Debug, PartialEq, mmrec::MmapRecord)]
#[repr(C)]
#[mmrec(descr = "[('price', '<U3'), ('tag', '<c8'), ('Time', '<i2'), ('pos', '|i1'), ('Time_', '|S3'), ('', '|V2')]")]
#[allow(non_snake_case)]
pub struct Record029 {
    pub price: mmrec::UnicodeStr<3>,
    pub tag: mmrec::Complex<f32>,
    pub Time: i16,
    pub pos: i8,
    pub Time_: mmrec::ByteStr<3>,
}

    pub(in super::super) fn columns(view: mmrec::View<'_, Record029, mmrec::IxDyn>, columns: &mut super::super::Columns<'_>) {
        let column = view.field(Record029::FIELDS.price);
        columns.column(&column);
        let column = view.field(Record029::FIELDS.tag);
        columns.column(&column);
        let column = view.field(Record029::FIELDS.Time);
        columns.column(&column);
        columns.sum(column.native().sum());
        let column = view.field(Record029::FIELDS.pos);
        columns.column(&column);
        columns.sum(column.native().sum());
        let column = view.field(Record029::FIELDS.Time_);
        columns.column(&column);
    }
}

pub(super) mod case_038 {
    use mmrec::MmapRecord;

// Needs the feature `complex` of mmrec.
#[derive(Clone, Copy, Debug, PartialEq, mmrec::MmapRecord)]
#[repr(C, packed)]
#[mmrec(descr = "[('', '|V4'), ('linux', '<c16')]")]
pub struct Record038 {
    #[mmrec(pad)]
    pub _pad0: [u8; 4],
    pub linux: mmrec::Complex<f64>,
}

    pub(in super::super) fn columns(view: mmrec::View<'_, Record038, mmrec::IxDyn>, columns: &mut super::super::Columns<'_>) {
        let column = view.field(Record038::FIELDS.linux);
        columns.column(&column);
    }
}

pub(super) mod case_048 {
    use mmrec::MmapRecord;

#[derive(Clone, Copy, Debug, PartialEq, mmrec::MmapRecord)]
#[repr(C)]
#[mmrec(descr = "[('qty', '>f4'), ('', '|V4'), ('y', '<m8[2W]'), ('ts', '<f8')]")]
pub struct Record048 {
    pub qty: mmrec::big_endian::F32,
    pub y: mmrec::TimeDelta64<mmrec::units::Multiple<mmrec::units::Week, 2>>,
    pub ts: f64,
}

    pub(in super::super) fn columns(view: mmrec::View<'_, Record048, mmrec::IxDyn>, columns: &mut super::super::Columns<'_>) {
        let column = view.field(Record048::FIELDS.qty);
        columns.column(&column);
        columns.sum(column.native().sum());
        let column = view.field(Record048::FIELDS.y);
        columns.column(&column);
        let column = view.field(Record048::FIELDS.ts);
        columns.column(&column);
        columns.sum(column.native().sum());
    }
}

pub(super) mod case_059 {
    use mmrec::MmapRecord;

#[derive(Clone, Copy, Debug, PartialEq, mmrec::MmapRecord)]
#[repr(C, packed)]
#[mmrec(descr = "[('x', [('', '|V2'), ('gen', '|u1'), ('', '|V9'), ('USD', []), ('', '|V8'), ('ts', '<i4', (0, 3))]), ('id', '|S5')]")]
pub struct Record059 {
    pub x: Record059X,
    pub id: mmrec::ByteStr<5>,
}

#[derive(Clone, Copy, Debug, PartialEq, mmrec::MmapRecord)]
#[repr(C)]
#[allow(non_snake_case)]
pub struct Record059X {
    #[mmrec(pad)]
    pub _pad0: [u8; 2],
    pub r#gen: u8,
    #[mmrec(pad)]
    pub _pad1: [u8; 9],
    pub USD: Record059XUSD,
    #[mmrec(pad)]
    pub _pad2: [u8; 8],
    pub ts: [[i32; 3]; 0],
}

#[derive(Clone, Copy, Debug, PartialEq, mmrec::MmapRecord)]
#[repr(C)]
pub struct Record059XUSD {}

    pub(in super::super) fn columns(view: mmrec::View<'_, Record059, mmrec::IxDyn>, columns: &mut super::super::Columns<'_>) {
        let column = view.field(Record059::FIELDS.x).field(Record059X::FIELDS.r#gen);
        columns.column(&column);
        columns.sum(column.native().sum());
        let column = view.field(Record059::FIELDS.x).field(Record059X::FIELDS.ts).elements().elements();
        columns.column(&column);
        columns.sum(column.native().sum());
        let column = view.field(Record059::FIELDS.id);
        columns.column(&column);
    }
}

pub(super) mod case_071 {
    use mmrec::MmapRecord;

#[derive(Clone, Copy, Debug, PartialEq, mmrec::MmapRecord)]
#[repr(C)]
#[mmrec(descr = "[('linux', [('', '|V4'), ('id', '>m8[25M]'), ('', '|V8'), ('price', '<i8'), ('', '|V2'), ('ts', '<i4')])]")]
pub struct Record071 {
    pub linux: Record071Linux,
}

#[derive(Clone, Copy, Debug, PartialEq, mmrec::MmapRecord)]
#[repr(C, packed)]
pub struct Record071Linux {
    #[mmrec(pad)]
    pub _pad0: [u8; 4],
    pub id: mmrec::BigEndian<mmrec::TimeDelta64<mmrec::units::Multiple<mmrec::units::Month, 25>>>,
    #[mmrec(pad)]
    pub _pad1: [u8; 8],
    pub price: i64,
    #[mmrec(pad)]
    pub _pad2: [u8; 2],
    pub ts: i32,
}

    pub(in super::super) fn columns(view: mmrec::View<'_, Record071, mmrec::IxDyn>, columns: &mut super::super::Columns<'_>) {
        let column = view.field(Record071::FIELDS.linux).field(Record071Linux::FIELDS.id);
        columns.column(&column);
        let column = view.field(Record071::FIELDS.linux).field(Record071Linux::FIELDS.price);
        columns.column(&column);
        columns.sum(column.native().sum());
        let column = view.field(Record071::FIELDS.linux).field(Record071Linux::FIELDS.ts);
        columns.column(&column);
        columns.sum(column.native().sum());
    }
}

pub(super) mod case_080 {
    use mmrec::MmapRecord;

// Needs the feature `complex` of mmrec.
#[derive(Clone, Copy, Debug, mmrec::MmapRecord)]
#[repr(C, packed)]
#[mmrec(descr = "[('vel', '|S6'), ('self_', '>c16'), ('flags', '<c8', (0, 1, 0)), ('qty', '<f16'), ('.', '<M8[D]', (2,))]")]
pub struct Record080 {
    pub vel: mmrec::ByteStr<6>,
    pub self_: mmrec::BigEndian<mmrec::Complex<f64>>,
    pub flags: [[[mmrec::Complex<f32>; 0]; 1]; 0],
    pub qty: mmrec::LittleEndian<mmrec::LongDouble>,
    #[mmrec(rename = ".")]
    pub f4: [mmrec::DateTime64<mmrec::units::Day>; 2],
}

    pub(in super::super) fn columns(view: mmrec::View<'_, Record080, mmrec::IxDyn>, columns: &mut super::super::Columns<'_>) {
        let column = view.field(Record080::FIELDS.vel);
        columns.column(&column);
        let column = view.field(Record080::FIELDS.self_);
        columns.column(&column);
        let column = view.field(Record080::FIELDS.flags).elements().elements().elements();
        columns.column(&column);
        let column = view.field(Record080::FIELDS.qty);
        columns.column(&column);
        let column = view.field(Record080::FIELDS.f4).elements();
        columns.column(&column);
    }
}

pub(super) mod case_089 {
    use mmrec::MmapRecord;

#[derive(Clone, Copy, Debug, PartialEq, mmrec::MmapRecord)]
#[repr(C)]
#[mmrec(descr = "[('c', '<M8[W]')]")]
pub struct Record089 {
    pub c: mmrec::DateTime64<mmrec::units::Week>,
}

    pub(in super::super) fn columns(view: mmrec::View<'_, Record089, mmrec::IxDyn>, columns: &mut super::super::Columns<'_>) {
        let column = view.field(Record089::FIELDS.c);
        columns.column(&column);
    }
}

pub(super) mod case_099 {
    use mmrec::MmapRecord;

// Needs the feature `complex` of mmrec.
#[derive(Clone, Copy, Debug, PartialEq, mmrec::MmapRecord)]
#[repr(C, packed)]
#[mmrec(descr = "[('', '|V8'), ('id', '>i8'), ('self', '<c16'), ('', '|V3'), ('b', '<c8', (0,)), ('', '|V2')]")]
pub struct Record099 {
    #[mmrec(pad)]
    pub _pad0: [u8; 8],
    pub id: mmrec::big_endian::I64,
    #[mmrec(rename = "self")]
    pub self_: mmrec::Complex<f64>,
    #[mmrec(pad)]
    pub _pad1: [u8; 3],
    pub b: [mmrec::Complex<f32>; 0],
    #[mmrec(pad)]
    pub _pad2: [u8; 2],
}

    pub(in super::super) fn columns(view: mmrec::View<'_, Record099, mmrec::IxDyn>, columns: &mut super::super::Columns<'_>) {
        let column = view.field(Record099::FIELDS.id);
        columns.column(&column);
        columns.sum(column.native().sum());
        let column = view.field(Record099::FIELDS.self_);
        columns.column(&column);
        let column = view.field(Record099::FIELDS.b).elements();
        columns.column(&column);
    }
}

pub(super) mod case_108 {
    use mmrec::MmapRecord;

// Needs the feature `half` of mmrec.
#[derive(Clone, Copy, Debug, PartialEq, mmrec::MmapRecord)]
#[repr(C, packed)]
#[mmrec(descr = "[('/* */', '>f2'), ('ts', '>f4'), ('USD', '<U2'), ('flags', '>U3')]")]
#[allow(non_snake_case)]
pub struct Record108 {
    #[mmrec(rename = "/* */")]
    pub f0: mmrec::BigEndian<mmrec::f16>,
    pub ts: mmrec::big_endian::F32,
    pub USD: mmrec::UnicodeStr<2>,
    pub flags: mmrec::BigEndian<mmrec::UnicodeStr<3>>,
}

    pub(in super::super) fn columns(view: mmrec::View<'_, Record108, mmrec::IxDyn>, columns: &mut super::super::Columns<'_>) {
        let column = view.field(Record108::FIELDS.f0);
        columns.column(&column);
        columns.sum(mmrec::f16::from_f32(column.native().sum()));
        let column = view.field(Record108::FIELDS.ts);
        columns.column(&column);
        columns.sum(column.native().sum());
        let column = view.field(Record108::FIELDS.USD);
        columns.column(&column);
        let column = view.field(Record108::FIELDS.flags);
        columns.column(&column);
    }
}

pub(super) mod case_117 {
    use mmrec::MmapRecord;

// Needs the feature `complex` of mmrec.
#[derive(Clone, Copy, Debug, PartialEq, mmrec::MmapRecord)]
#[repr(C)]
#[mmrec(descr = "[(('y', 'ts'), '|V6', (3, 3, 0)), ('Time', '<U4', (4, 2)), ('id', '<f4'), ('', '|V4'), (\"it's\", '>c16', (1, 2))]")]
#[allow(non_snake_case)]
pub struct Record117 {
    #[mmrec(title = "y")]
    pub ts: [[[mmrec::Void<6>; 0]; 3]; 3],
    pub Time: [[mmrec::UnicodeStr<4>; 2]; 4],
    pub id: f32,
    #[mmrec(pad)]
    pub _pad0: [u8; 4],
    #[mmrec(rename = "it's")]
    pub it_s: [[mmrec::BigEndian<mmrec::Complex<f64>>; 2]; 1],
}

    pub(in super::super) fn columns(view: mmrec::View<'_, Record117, mmrec::IxDyn>, columns: &mut super::super::Columns<'_>) {
        let column = view.field(Record117::FIELDS.ts).elements().elements().elements();
        columns.column(&column);
        let column = view.field(Record117::FIELDS.Time).elements().elements();
        columns.column(&column);
        let column = view.field(Record117::FIELDS.id);
        columns.column(&column);
        columns.sum(column.native().sum());
        let column = view.field(Record117::FIELDS.it_s).elements().elements();
        columns.column(&column);
    }
}

pub(super) mod case_127 {
    use mmrec::MmapRecord;

#[derive(Clone, Copy, Debug, PartialEq, mmrec::MmapRecord)]
#[repr(C)]
#[mmrec(descr = "[('z', '|V9'), ('gen', '|V2', (3, 0)), (('id', 'x'), '|i1', (2, 2, 0))]")]
pub struct Record127 {
    pub z: mmrec::Void<9>,
    pub r#gen: [[mmrec::Void<2>; 0]; 3],
    #[mmrec(title = "id")]
    pub x: [[[i8; 0]; 2]; 2],
}

    pub(in super::super) fn columns(view: mmrec::View<'_, Record127, mmrec::IxDyn>, columns: &mut super::super::Columns<'_>) {
        let column = view.field(Record127::FIELDS.z);
        columns.column(&column);
        let column = view.field(Record127::FIELDS.r#gen).elements().elements();
        columns.column(&column);
        let column = view.field(Record127::FIELDS.x).elements().elements().elements();
        columns.column(&column);
        columns.sum(column.native().sum());
    }
}

pub(super) mod case_136 {
    use mmrec::MmapRecord;

// Needs the feature `complex` of mmrec.
#[derive(Clone, Copy, Debug, PartialEq, mmrec::MmapRecord)]
#[repr(C)]
#[mmrec(descr = "[('', '|V8'), (('pos', 'id'), '<c16'), ('', '|V8'), ('USD', '>f8')]")]
#[allow(non_snake_case)]
pub struct Record136 {
    #[mmrec(pad)]
    pub _pad0: [u8; 8],
    #[mmrec(title = "pos")]
    pub id: mmrec::Complex<f64>,
    #[mmrec(pad)]
    pub _pad1: [u8; 8],
    pub USD: mmrec::big_endian::F64,
}

    pub(in super::super) fn columns(view: mmrec::View<'_, Record136, mmrec::IxDyn>, columns: &mut super::super::Columns<'_>) {
        let column = view.field(Record136::FIELDS.id);
        columns.column(&column);
        let column = view.field(Record136::FIELDS.USD);
        columns.column(&column);
        columns.sum(column.native().sum());
    }
}

pub(super) mod case_147 {
    use mmrec::MmapRecord;

// Needs the features `complex` and `half` of mmrec.
#[derive(Clone, Copy, Debug, mmrec::MmapRecord)]
#[repr(C)]
#[mmrec(descr = "[(('flags', 'vel'), '<f2'), ('', '|V14'), ('Time', '<c32'), ('double', [(('qty', 'a-b'), '<i2', (0, 3, 0))]), ('c', '<m8'), (('vel_', 'qty'), [('y', [('Time', '<c16')]), ('', '|V3'), ('linux', '<c16'), ('price', '<f8'), ('', '|V1'), ('_pad1', '<u4')]), ('tag', '<M8[2147483647ms]')]")]
#[allow(non_snake_case)]
pub struct Record147 {
    #[mmrec(title = "flags")]
    pub vel: mmrec::f16,
    pub Time: mmrec::ComplexLongDouble,
    pub double: Record147Double,
    pub c: mmrec::TimeDelta64<mmrec::units::Generic>,
    #[mmrec(title = "vel_")]
    pub qty: Record147Qty,
    pub tag: mmrec::DateTime64<mmrec::units::Multiple<mmrec::units::Millisecond, 2147483647>>,
}

#[derive(Clone, Copy, Debug, PartialEq, mmrec::MmapRecord)]
#[repr(C)]
pub struct Record147Double {
    #[mmrec(rename = "a-b", title = "qty")]
    pub a_b: [[[i16; 0]; 3]; 0],
}

#[derive(Clone, Copy, Debug, PartialEq, mmrec::MmapRecord)]
#[repr(C, packed)]
pub struct Record147Qty {
    pub y: Record147QtyY,
    #[mmrec(pad)]
    pub _pad0: [u8; 3],
    pub linux: mmrec::Complex<f64>,
    pub price: f64,
    #[mmrec(pad)]
    pub _pad2: [u8; 1],
    pub _pad1: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, mmrec::MmapRecord)]
#[repr(C)]
#[allow(non_snake_case)]
pub struct Record147QtyY {
    pub Time: mmrec::Complex<f64>,
}

    pub(in super::super) fn columns(view: mmrec::View<'_, Record147, mmrec::IxDyn>, columns: &mut super::super::Columns<'_>) {
        let column = view.field(Record147::FIELDS.vel);
        columns.column(&column);
        columns.sum(mmrec::f16::from_f32(column.native().sum()));
        let column = view.field(Record147::FIELDS.Time);
        columns.column(&column);
        let column = view.field(Record147::FIELDS.double).field(Record147Double::FIELDS.a_b).elements().elements().elements();
        columns.column(&column);
        columns.sum(column.native().sum());
        let column = view.field(Record147::FIELDS.c);
        columns.column(&column);
        let column = view.field(Record147::FIELDS.qty).field(Record147Qty::FIELDS.y).field(Record147QtyY::FIELDS.Time);
        columns.column(&column);
        let column = view.field(Record147::FIELDS.qty).field(Record147Qty::FIELDS.linux);
        columns.column(&column);
        let column = view.field(Record147::FIELDS.qty).field(Record147Qty::FIELDS.price);
        columns.column(&column);
        columns.sum(column.native().sum());
        let column = view.field(Record147::FIELDS.qty).field(Record147Qty::FIELDS._pad1);
        columns.column(&column);
        columns.sum(column.native().sum());
        let column = view.field(Record147::FIELDS.tag);
        columns.column(&column);
    }
}

pub(super) mod case_157 {
    use mmrec::MmapRecord;

#[derive(Clone, Copy, Debug, PartialEq, mmrec::MmapRecord)]
#[repr(C)]
#[mmrec(descr = "[('ts', '>m8[ps]'), ('x', '>m8[100ns]')]")]
pub struct Record157 {
    pub ts: mmrec::BigEndian<mmrec::TimeDelta64<mmrec::units::Picosecond>>,
    pub x: mmrec::BigEndian<mmrec::TimeDelta64<mmrec::units::Multiple<mmrec::units::Nanosecond, 100>>>,
}

    pub(in super::super) fn columns(view: mmrec::View<'_, Record157, mmrec::IxDyn>, columns: &mut super::super::Columns<'_>) {
        let column = view.field(Record157::FIELDS.ts);
        columns.column(&column);
        let column = view.field(Record157::FIELDS.x);
        columns.column(&column);
    }
}

pub(super) mod case_168 {
    use mmrec::MmapRecord;

// Needs the feature `complex` of mmrec.
#[derive(Clone, Copy, Debug, PartialEq, mmrec::MmapRecord)]
#[repr(C, packed)]
#[mmrec(descr = "[('', '|V8'), ('type', '|i1'), ('', '|V1'), ('tag', [('', '|V2'), ('qty', '<i2'), ('', '|V2'), ('_', '|V7'), ('', '|V9')]), ('', '|V4'), (('type_', 'id'), '<c16'), ('', '|V2'), ('ts', '|b1'), ('', '|V1'), ('a', '<m8[2Y]'), ('', '|V8')]")]
pub struct Record168 {
    #[mmrec(pad)]
    pub _pad0: [u8; 8],
    pub r#type: i8,
    #[mmrec(pad)]
    pub _pad1: [u8; 1],
    pub tag: Record168Tag,
    #[mmrec(pad)]
    pub _pad2: [u8; 4],
    #[mmrec(title = "type_")]
    pub id: mmrec::Complex<f64>,
    #[mmrec(pad)]
    pub _pad3: [u8; 2],
    pub ts: bool,
    #[mmrec(pad)]
    pub _pad4: [u8; 1],
    pub a: mmrec::TimeDelta64<mmrec::units::Multiple<mmrec::units::Year, 2>>,
    #[mmrec(pad)]
    pub _pad5: [u8; 8],
}

#[derive(Clone, Copy, Debug, PartialEq, mmrec::MmapRecord)]
#[repr(C)]
pub struct Record168Tag {
    #[mmrec(pad)]
    pub _pad0: [u8; 2],
    pub qty: i16,
    #[mmrec(pad)]
    pub _pad1: [u8; 2],
    #[mmrec(rename = "_")]
    pub f1: mmrec::Void<7>,
    #[mmrec(pad)]
    pub _pad2: [u8; 9],
}

    pub(in super::super) fn columns(view: mmrec::View<'_, Record168, mmrec::IxDyn>, columns: &mut super::super::Columns<'_>) {
        let column = view.field(Record168::FIELDS.r#type);
        columns.column(&column);
        columns.sum(column.native().sum());
        let column = view.field(Record168::FIELDS.tag).field(Record168Tag::FIELDS.qty);
        columns.column(&column);
        columns.sum(column.native().sum());
        let column = view.field(Record168::FIELDS.tag).field(Record168Tag::FIELDS.f1);
        columns.column(&column);
        let column = view.field(Record168::FIELDS.id);
        columns.column(&column);
        let column = view.field(Record168::FIELDS.ts);
        columns.column(&column);
        let column = view.field(Record168::FIELDS.a);
        columns.column(&column);
    }
}

pub(super) mod case_178 {
    use mmrec::MmapRecord;

// Needs the feature `complex` of mmrec.
#[derive(Clone, Copy, Debug, mmrec::MmapRecord)]
#[repr(C, packed)]
#[mmrec(descr = "[('', '|V3'), ('self_', '>c8'), ('', '|V3'), ('b', '<U1'), ('', '|V8'), ('try', '<f16'), ('', '|V8'), ('a', '>c8', (3, 1))]")]
pub struct Record178 {
    #[mmrec(pad)]
    pub _pad0: [u8; 3],
    pub self_: mmrec::BigEndian<mmrec::Complex<f32>>,
    #[mmrec(pad)]
    pub _pad1: [u8; 3],
    pub b: mmrec::UnicodeStr<1>,
    #[mmrec(pad)]
    pub _pad2: [u8; 8],
    pub r#try: mmrec::LittleEndian<mmrec::LongDouble>,
    #[mmrec(pad)]
    pub _pad3: [u8; 8],
    pub a: [[mmrec::BigEndian<mmrec::Complex<f32>>; 1]; 3],
}

    pub(in super::super) fn columns(view: mmrec::View<'_, Record178, mmrec::IxDyn>, columns: &mut super::super::Columns<'_>) {
        let column = view.field(Record178::FIELDS.self_);
        columns.column(&column);
        let column = view.field(Record178::FIELDS.b);
        columns.column(&column);
        let column = view.field(Record178::FIELDS.r#try);
        columns.column(&column);
        let column = view.field(Record178::FIELDS.a).elements().elements();
        columns.column(&column);
    }
}

pub(super) mod case_189 {
    use mmrec::MmapRecord;

// Needs the feature `half` of mmrec.
#[derive(Clone, Copy, Debug, mmrec::MmapRecord)]
#[repr(C)]
#[mmrec(descr = "[('USD', '>f2'), ('id', [('qty', '|S4', (1, 4, 4)), ('x', [('try', '<f16')]), ('price', '|u1')], (2,)), ('fn', [('', '|V8'), ('id', '|u1', (0,))])]")]
#[allow(non_snake_case)]
pub struct Record189 {
    pub USD: mmrec::BigEndian<mmrec::f16>,
    pub id: [Record189Id; 2],
    pub r#fn: Record189Fn,
}

#[derive(Clone, Copy, Debug, mmrec::MmapRecord)]
#[repr(C, packed)]
pub struct Record189Id {
    pub qty: [[[mmrec::ByteStr<4>; 4]; 4]; 1],
    pub x: Record189IdX,
    pub price: u8,
}

#[derive(Clone, Copy, Debug, mmrec::MmapRecord)]
#[repr(C)]
pub struct Record189IdX {
    pub r#try: mmrec::LittleEndian<mmrec::LongDouble>,
}

#[derive(Clone, Copy, Debug, PartialEq, mmrec::MmapRecord)]
#[repr(C)]
pub struct Record189Fn {
    #[mmrec(pad)]
    pub _pad0: [u8; 8],
    pub id: [u8; 0],
}

    pub(in super::super) fn columns(view: mmrec::View<'_, Record189, mmrec::IxDyn>, columns: &mut super::super::Columns<'_>) {
        let column = view.field(Record189::FIELDS.USD);
        columns.column(&column);
        columns.sum(mmrec::f16::from_f32(column.native().sum()));
        let column = view.field(Record189::FIELDS.id).elements().field(Record189Id::FIELDS.qty).elements().elements().elements();
        columns.column(&column);
        let column = view.field(Record189::FIELDS.id).elements().field(Record189Id::FIELDS.x).field(Record189IdX::FIELDS.r#try);
        columns.column(&column);
        let column = view.field(Record189::FIELDS.id).elements().field(Record189Id::FIELDS.price);
        columns.column(&column);
        columns.sum(column.native().sum());
        let column = view.field(Record189::FIELDS.r#fn).field(Record189Fn::FIELDS.id).elements();
        columns.column(&column);
        columns.sum(column.native().sum());
    }
}

pub(super) mod case_198 {
    use mmrec::MmapRecord;

#[derive(Clone, Copy, Debug, PartialEq, mmrec::MmapRecord)]
#[repr(C, packed)]
#[mmrec(descr = "[('', '|V4'), ('Time', [('b', [('async', '<m8[ms]'), ('y', '<i8')]), ('b0', '<m8[us]')], (4, 1))]")]
#[allow(non_snake_case)]
pub struct Record198 {
    #[mmrec(pad)]
    pub _pad0: [u8; 4],
    pub Time: [[Record198Time; 1]; 4],
}

#[derive(Clone, Copy, Debug, PartialEq, mmrec::MmapRecord)]
#[repr(C)]
pub struct Record198Time {
    pub b: Record198TimeB,
    pub b0: mmrec::TimeDelta64<mmrec::units::Microsecond>,
}

#[derive(Clone, Copy, Debug, PartialEq, mmrec::MmapRecord)]
#[repr(C)]
pub struct Record198TimeB {
    pub r#async: mmrec::TimeDelta64<mmrec::units::Millisecond>,
    pub y: i64,
}

    pub(in super::super) fn columns(view: mmrec::View<'_, Record198, mmrec::IxDyn>, columns: &mut super::super::Columns<'_>) {
        let column = view.field(Record198::FIELDS.Time).elements().elements().field(Record198Time::FIELDS.b).field(Record198TimeB::FIELDS.r#async);
        columns.column(&column);
        let column = view.field(Record198::FIELDS.Time).elements().elements().field(Record198Time::FIELDS.b).field(Record198TimeB::FIELDS.y);
        columns.column(&column);
        columns.sum(column.native().sum());
        let column = view.field(Record198::FIELDS.Time).elements().elements().field(Record198Time::FIELDS.b0);
        columns.column(&column);
    }
}

pub(super) mod case_207 {
    use mmrec::MmapRecord;

#[derive(Clone, Copy, Debug, PartialEq, mmrec::MmapRecord)]
#[repr(C)]
#[mmrec(descr = "[('2', '>i8'), ('int', '<i4', (3, 4, 4)), ('pos', '>m8[m]', (2, 1, 4)), ('поле', '>M8[as]', (3, 0))]")]
pub struct Record207 {
    #[mmrec(rename = "2")]
    pub _2: mmrec::big_endian::I64,
    pub int: [[[i32; 4]; 4]; 3],
    pub pos: [[[mmrec::BigEndian<mmrec::TimeDelta64<mmrec::units::Minute>>; 4]; 1]; 2],
    #[mmrec(rename = "поле")]
    pub f3: [[mmrec::BigEndian<mmrec::DateTime64<mmrec::units::Attosecond>>; 0]; 3],
}

    pub(in super::super) fn columns(view: mmrec::View<'_, Record207, mmrec::IxDyn>, columns: &mut super::super::Columns<'_>) {
        let column = view.field(Record207::FIELDS._2);
        columns.column(&column);
        columns.sum(column.native().sum());
        let column = view.field(Record207::FIELDS.int).elements().elements().elements();
        columns.column(&column);
        columns.sum(column.native().sum());
        let column = view.field(Record207::FIELDS.pos).elements().elements().elements();
        columns.column(&column);
        let column = view.field(Record207::FIELDS.f3).elements().elements();
        columns.column(&column);
    }
}

pub(super) mod case_219 {
    use mmrec::MmapRecord;

#[derive(Clone, Copy, Debug, PartialEq, mmrec::MmapRecord)]
#[repr(C)]
#[mmrec(descr = "[('USD', [('c', '>U4'), ('pos', '>u2'), ('', '|V2')]), ('crate', '>U1', (3, 1)), ('price', '<u4')]")]
#[allow(non_snake_case)]
pub struct Record219 {
    pub USD: Record219USD,
    #[mmrec(rename = "crate")]
    pub crate_: [[mmrec::BigEndian<mmrec::UnicodeStr<1>>; 1]; 3],
    pub price: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, mmrec::MmapRecord)]
#[repr(C)]
pub struct Record219USD {
    pub c: mmrec::BigEndian<mmrec::UnicodeStr<4>>,
    pub pos: mmrec::big_endian::U16,
    #[mmrec(pad)]
    pub _pad0: [u8; 2],
}

    pub(in super::super) fn columns(view: mmrec::View<'_, Record219, mmrec::IxDyn>, columns: &mut super::super::Columns<'_>) {
        let column = view.field(Record219::FIELDS.USD).field(Record219USD::FIELDS.c);
        columns.column(&column);
        let column = view.field(Record219::FIELDS.USD).field(Record219USD::FIELDS.pos);
        columns.column(&column);
        columns.sum(column.native().sum());
        let column = view.field(Record219::FIELDS.crate_).elements().elements();
        columns.column(&column);
        let column = view.field(Record219::FIELDS.price);
        columns.column(&column);
        columns.sum(column.native().sum());
    }
}

pub(super) mod case_228 {
    use mmrec::MmapRecord;

#[derive(Clone, Copy, Debug, mmrec::MmapRecord)]
#[repr(C)]
#[mmrec(descr = "[('linux', '>f16', (4,)), ('y', '|i1', (2,)), ('flags', '>U4', (4, 1))]")]
pub struct Record228 {
    pub linux: [mmrec::BigEndian<mmrec::LongDouble>; 4],
    pub y: [i8; 2],
    pub flags: [[mmrec::BigEndian<mmrec::UnicodeStr<4>>; 1]; 4],
}

    pub(in super::super) fn columns(view: mmrec::View<'_, Record228, mmrec::IxDyn>, columns: &mut super::super::Columns<'_>) {
        let column = view.field(Record228::FIELDS.linux).elements();
        columns.column(&column);
        let column = view.field(Record228::FIELDS.y).elements();
        columns.column(&column);
        columns.sum(column.native().sum());
        let column = view.field(Record228::FIELDS.flags).elements().elements();
        columns.column(&column);
    }
}

pub(super) mod case_238 {
    use mmrec::MmapRecord;

// Needs the feature `complex` of mmrec.
#[derive(Clone, Copy, Debug, PartialEq, mmrec::MmapRecord)]
#[repr(C)]
#[mmrec(descr = "[('z', '<c16'), ('c', '>u8'), ('type', '<f4'), ('symbol', '>i4')]")]
pub struct Record238 {
    pub z: mmrec::Complex<f64>,
    pub c: mmrec::big_endian::U64,
    pub r#type: f32,
    pub symbol: mmrec::big_endian::I32,
}

    pub(in super::super) fn columns(view: mmrec::View<'_, Record238, mmrec::IxDyn>, columns: &mut super::super::Columns<'_>) {
        let column = view.field(Record238::FIELDS.z);
        columns.column(&column);
        let column = view.field(Record238::FIELDS.c);
        columns.column(&column);
        columns.sum(column.native().sum());
        let column = view.field(Record238::FIELDS.r#type);
        columns.column(&column);
        columns.sum(column.native().sum());
        let column = view.field(Record238::FIELDS.symbol);
        columns.column(&column);
        columns.sum(column.native().sum());
    }
}

pub(super) mod case_248 {
    use mmrec::MmapRecord;

// Needs the feature `complex` of mmrec.
#[derive(Clone, Copy, Debug, PartialEq, mmrec::MmapRecord)]
#[repr(C)]
#[mmrec(descr = "[('tab\\t', '<c8'), ('int', '|S1'), ('', '|V3'), ('a..b', [('#', '>U1'), ('Time', '<u2', (3,)), ('', '|V2')]), ('b', [('Time', '>i2'), ('x', '|b1'), ('USD', '<f8')]), ('', '|V1')]")]
pub struct Record248 {
    #[mmrec(rename = "tab\t")]
    pub tab: mmrec::Complex<f32>,
    pub int: mmrec::ByteStr<1>,
    #[mmrec(pad)]
    pub _pad0: [u8; 3],
    #[mmrec(rename = "a..b")]
    pub a_b: Record248AB,
    pub b: Record248B,
}

#[derive(Clone, Copy, Debug, PartialEq, mmrec::MmapRecord)]
#[repr(C)]
#[allow(non_snake_case)]
pub struct Record248AB {
    #[mmrec(rename = "#")]
    pub f0: mmrec::BigEndian<mmrec::UnicodeStr<1>>,
    pub Time: [u16; 3],
    #[mmrec(pad)]
    pub _pad0: [u8; 2],
}

#[derive(Clone, Copy, Debug, PartialEq, mmrec::MmapRecord)]
#[repr(C, packed)]
#[allow(non_snake_case)]
pub struct Record248B {
    pub Time: mmrec::big_endian::I16,
    pub x: bool,
    pub USD: f64,
}

    pub(in super::super) fn columns(view: mmrec::View<'_, Record248, mmrec::IxDyn>, columns: &mut super::super::Columns<'_>) {
        let column = view.field(Record248::FIELDS.tab);
        columns.column(&column);
        let column = view.field(Record248::FIELDS.int);
        columns.column(&column);
        let column = view.field(Record248::FIELDS.a_b).field(Record248AB::FIELDS.f0);
        columns.column(&column);
        let column = view.field(Record248::FIELDS.a_b).field(Record248AB::FIELDS.Time).elements();
        columns.column(&column);
        columns.sum(column.native().sum());
        let column = view.field(Record248::FIELDS.b).field(Record248B::FIELDS.Time);
        columns.column(&column);
        columns.sum(column.native().sum());
        let column = view.field(Record248::FIELDS.b).field(Record248B::FIELDS.x);
        columns.column(&column);
        let column = view.field(Record248::FIELDS.b).field(Record248B::FIELDS.USD);
        columns.column(&column);
        columns.sum(column.native().sum());
    }
}

pub(super) mod case_259 {
    use mmrec::MmapRecord;

#[derive(Clone, Copy, Debug, mmrec::MmapRecord)]
#[repr(C, packed)]
#[mmrec(descr = "[('symbol', '<f16'), ('', '|V4'), ('z', [('_', '|i1'), ('', '|V1'), ('%s', '<i2', (2, 1, 1)), ('', '|V2'), ('//', '<i4', (3,))])]")]
pub struct Record259 {
    pub symbol: mmrec::LittleEndian<mmrec::LongDouble>,
    #[mmrec(pad)]
    pub _pad0: [u8; 4],
    pub z: Record259Z,
}

#[derive(Clone, Copy, Debug, PartialEq, mmrec::MmapRecord)]
#[repr(C)]
pub struct Record259Z {
    #[mmrec(rename = "_")]
    pub f0: i8,
    #[mmrec(rename = "%s")]
    pub s: [[[i16; 1]; 1]; 2],
    #[mmrec(rename = "//")]
    pub f2: [i32; 3],
}

    pub(in super::super) fn columns(view: mmrec::View<'_, Record259, mmrec::IxDyn>, columns: &mut super::super::Columns<'_>) {
        let column = view.field(Record259::FIELDS.symbol);
        columns.column(&column);
        let column = view.field(Record259::FIELDS.z).field(Record259Z::FIELDS.f0);
        columns.column(&column);
        columns.sum(column.native().sum());
        let column = view.field(Record259::FIELDS.z).field(Record259Z::FIELDS.s).elements().elements().elements();
        columns.column(&column);
        columns.sum(column.native().sum());
        let column = view.field(Record259::FIELDS.z).field(Record259Z::FIELDS.f2).elements();
        columns.column(&column);
        columns.sum(column.native().sum());
    }
}

pub(super) mod case_268 {
    use mmrec::MmapRecord;

#[derive(Clone, Copy, Debug, PartialEq, mmrec::MmapRecord)]
#[repr(C)]
#[mmrec(descr = "[('2', '|V3')]")]
pub struct Record268 {
    #[mmrec(rename = "2")]
    pub _2: mmrec::Void<3>,
}

    pub(in super::super) fn columns(view: mmrec::View<'_, Record268, mmrec::IxDyn>, columns: &mut super::super::Columns<'_>) {
        let column = view.field(Record268::FIELDS._2);
        columns.column(&column);
    }
}

pub(super) mod case_278 {
    use mmrec::MmapRecord;

#[derive(Clone, Copy, Debug, PartialEq, mmrec::MmapRecord)]
#[repr(C)]
#[mmrec(descr = "[('', '|V4'), ('Time', '<U4'), ('', '|V4'), ('b', '<u8', (2, 0, 3)), ('', '|V8')]")]
#[allow(non_snake_case)]
pub struct Record278 {
    #[mmrec(pad)]
    pub _pad0: [u8; 4],
    pub Time: mmrec::UnicodeStr<4>,
    pub b: [[[u64; 3]; 0]; 2],
    #[mmrec(pad)]
    pub _pad1: [u8; 8],
}

    pub(in super::super) fn columns(view: mmrec::View<'_, Record278, mmrec::IxDyn>, columns: &mut super::super::Columns<'_>) {
        let column = view.field(Record278::FIELDS.Time);
        columns.column(&column);
        let column = view.field(Record278::FIELDS.b).elements().elements().elements();
        columns.column(&column);
        columns.sum(column.native().sum());
    }
}

pub(super) mod case_287 {
    use mmrec::MmapRecord;

#[derive(Clone, Copy, Debug, PartialEq, mmrec::MmapRecord)]
#[repr(C, packed)]
#[mmrec(descr = "[('z', '<u2'), ('id', '|b1'), ('', '|V1'), ('price', '|b1'), ('', '|V8')]")]
pub struct Record287 {
    pub z: u16,
    pub id: bool,
    #[mmrec(pad)]
    pub _pad0: [u8; 1],
    pub price: bool,
    #[mmrec(pad)]
    pub _pad1: [u8; 8],
}

    pub(in super::super) fn columns(view: mmrec::View<'_, Record287, mmrec::IxDyn>, columns: &mut super::super::Columns<'_>) {
        let column = view.field(Record287::FIELDS.z);
        columns.column(&column);
        columns.sum(column.native().sum());
        let column = view.field(Record287::FIELDS.id);
        columns.column(&column);
        let column = view.field(Record287::FIELDS.price);
        columns.column(&column);
    }
}

pub(super) mod case_298 {
    use mmrec::MmapRecord;

#[derive(Clone, Copy, Debug, PartialEq, mmrec::MmapRecord)]
#[repr(C, packed)]
#[mmrec(descr = "[('', '|V8'), (('vel', 'a'), '|b1'), ('', '|V1'), ('ts', '<U0'), ('qty', '<f8'), ('', '|V3'), ('c', '|S5'), ('', '|V2')]")]
pub struct Record298 {
    #[mmrec(pad)]
    pub _pad0: [u8; 8],
    #[mmrec(title = "vel")]
    pub a: bool,
    #[mmrec(pad)]
    pub _pad1: [u8; 1],
    pub ts: mmrec::UnicodeStr<0>,
    pub qty: f64,
    #[mmrec(pad)]
    pub _pad2: [u8; 3],
    pub c: mmrec::ByteStr<5>,
    #[mmrec(pad)]
    pub _pad3: [u8; 2],
}

    pub(in super::super) fn columns(view: mmrec::View<'_, Record298, mmrec::IxDyn>, columns: &mut super::super::Columns<'_>) {
        let column = view.field(Record298::FIELDS.a);
        columns.column(&column);
        let column = view.field(Record298::FIELDS.ts);
        columns.column(&column);
        let column = view.field(Record298::FIELDS.qty);
        columns.column(&column);
        columns.sum(column.native().sum());
        let column = view.field(Record298::FIELDS.c);
        columns.column(&column);
    }
}

pub(super) mod case_307 {
    use mmrec::MmapRecord;

#[derive(Clone, Copy, Debug, PartialEq, mmrec::MmapRecord)]
#[repr(C, packed)]
#[mmrec(descr = "[('поле', '|u1', (2,)), ('tag', '<u4'), ('pos', '|u1')]")]
pub struct Record307 {
    #[mmrec(rename = "поле")]
    pub f0: [u8; 2],
    pub tag: u32,
    pub pos: u8,
}

    pub(in super::super) fn columns(view: mmrec::View<'_, Record307, mmrec::IxDyn>, columns: &mut super::super::Columns<'_>) {
        let column = view.field(Record307::FIELDS.f0).elements();
        columns.column(&column);
        columns.sum(column.native().sum());
        let column = view.field(Record307::FIELDS.tag);
        columns.column(&column);
        columns.sum(column.native().sum());
        let column = view.field(Record307::FIELDS.pos);
        columns.column(&column);
        columns.sum(column.native().sum());
    }
}

pub(super) mod case_318 {
    use mmrec::MmapRecord;

#[derive(Clone, Copy, Debug, mmrec::MmapRecord)]
#[repr(C, packed)]
#[mmrec(descr = "[('', '|V4'), ('a', '>f16'), ('', '|V2'), ('Time', '<m8[100ns]'), ('x', '|i1', (0,))]")]
#[allow(non_snake_case)]
pub struct Record318 {
    #[mmrec(pad)]
    pub _pad0: [u8; 4],
    pub a: mmrec::BigEndian<mmrec::LongDouble>,
    #[mmrec(pad)]
    pub _pad1: [u8; 2],
    pub Time: mmrec::TimeDelta64<mmrec::units::Multiple<mmrec::units::Nanosecond, 100>>,
    pub x: [i8; 0],
}

    pub(in super::super) fn columns(view: mmrec::View<'_, Record318, mmrec::IxDyn>, columns: &mut super::super::Columns<'_>) {
        let column = view.field(Record318::FIELDS.a);
        columns.column(&column);
        let column = view.field(Record318::FIELDS.Time);
        columns.column(&column);
        let column = view.field(Record318::FIELDS.x).elements();
        columns.column(&column);
        columns.sum(column.native().sum());
    }
}

pub(super) mod case_328 {
    use mmrec::MmapRecord;

// Needs the feature `complex` of mmrec.
#[derive(Clone, Copy, Debug, PartialEq, mmrec::MmapRecord)]
#[repr(C)]
#[mmrec(descr = "[('Time', '>i4', (4, 2, 3)), ('qty', '<M8[25s]'), ('c', '<c16')]")]
#[allow(non_snake_case)]
pub struct Record328 {
    pub Time: [[[mmrec::big_endian::I32; 3]; 2]; 4],
    pub qty: mmrec::DateTime64<mmrec::units::Multiple<mmrec::units::Second, 25>>,
    pub c: mmrec::Complex<f64>,
}

    pub(in super::super) fn columns(view: mmrec::View<'_, Record328, mmrec::IxDyn>, columns: &mut super::super::Columns<'_>) {
        let column = view.field(Record328::FIELDS.Time).elements().elements().elements();
        columns.column(&column);
        columns.sum(column.native().sum());
        let column = view.field(Record328::FIELDS.qty);
        columns.column(&column);
        let column = view.field(Record328::FIELDS.c);
        columns.column(&column);
    }
}

pub(super) mod case_337 {
    use mmrec::MmapRecord;

#[derive(Clone, Copy, Debug, mmrec::MmapRecord)]
#[repr(C)]
#[mmrec(descr = "[('z', '<f16'), ('qty', '|b1'), ('tag', '|V0'), ('', '|V15')]")]
pub struct Record337 {
    pub z: mmrec::LongDouble,
    pub qty: bool,
    pub tag: mmrec::Void<0>,
}

    pub(in super::super) fn columns(view: mmrec::View<'_, Record337, mmrec::IxDyn>, columns: &mut super::super::Columns<'_>) {
        let column = view.field(Record337::FIELDS.z);
        columns.column(&column);
        let column = view.field(Record337::FIELDS.qty);
        columns.column(&column);
        let column = view.field(Record337::FIELDS.tag);
        columns.column(&column);
    }
}

pub(super) mod case_347 {
    use mmrec::MmapRecord;

#[derive(Clone, Copy, Debug, mmrec::MmapRecord)]
#[repr(C)]
#[mmrec(descr = "[('id', '>c32'), ('price', '>U1'), ('x', [('a-b', '<f4'), ('symbol', '|S7'), ('', '|V1')])]")]
pub struct Record347 {
    pub id: mmrec::BigEndian<mmrec::ComplexLongDouble>,
    pub price: mmrec::BigEndian<mmrec::UnicodeStr<1>>,
    pub x: Record347X,
}

#[derive(Clone, Copy, Debug, PartialEq, mmrec::MmapRecord)]
#[repr(C)]
pub struct Record347X {
    #[mmrec(rename = "a-b")]
    pub a_b: f32,
    pub symbol: mmrec::ByteStr<7>,
}

    pub(in super::super) fn columns(view: mmrec::View<'_, Record347, mmrec::IxDyn>, columns: &mut super::super::Columns<'_>) {
        let column = view.field(Record347::FIELDS.id);
        columns.column(&column);
        let column = view.field(Record347::FIELDS.price);
        columns.column(&column);
        let column = view.field(Record347::FIELDS.x).field(Record347X::FIELDS.a_b);
        columns.column(&column);
        columns.sum(column.native().sum());
        let column = view.field(Record347::FIELDS.x).field(Record347X::FIELDS.symbol);
        columns.column(&column);
    }
}

pub(super) mod case_357 {
    use mmrec::MmapRecord;

// Needs the feature `complex` of mmrec.
#[derive(Clone, Copy, Debug, PartialEq, mmrec::MmapRecord)]
#[repr(C)]
#[mmrec(descr = "[('', '|V8'), ('USD', '<c16'), ('ü', [('ts', '>u2', (3,))], (3,)), ('', '|V6'), ('Time', '<f4'), ('', '|V4')]")]
#[allow(non_snake_case)]
pub struct Record357 {
    #[mmrec(pad)]
    pub _pad0: [u8; 8],
    pub USD: mmrec::Complex<f64>,
    #[mmrec(rename = "ü")]
    pub f1: [Record357F1; 3],
    #[mmrec(pad)]
    pub _pad1: [u8; 6],
    pub Time: f32,
}

#[derive(Clone, Copy, Debug, PartialEq, mmrec::MmapRecord)]
#[repr(C)]
pub struct Record357F1 {
    pub ts: [mmrec::big_endian::U16; 3],
}

    pub(in super::super) fn columns(view: mmrec::View<'_, Record357, mmrec::IxDyn>, columns: &mut super::super::Columns<'_>) {
        let column = view.field(Record357::FIELDS.USD);
        columns.column(&column);
        let column = view.field(Record357::FIELDS.f1).elements().field(Record357F1::FIELDS.ts).elements();
        columns.column(&column);
        columns.sum(column.native().sum());
        let column = view.field(Record357::FIELDS.Time);
        columns.column(&column);
        columns.sum(column.native().sum());
    }
}

pub(super) mod case_366 {
    use mmrec::MmapRecord;

#[derive(Clone, Copy, Debug, PartialEq, mmrec::MmapRecord)]
#[repr(C, packed)]
#[mmrec(descr = "[(('pos', 'x'), '<f4'), ('async', '<u8'), ('symbol', '|b1', (3,)), ('y', '|V1')]")]
pub struct Record366 {
    #[mmrec(title = "pos")]
    pub x: f32,
    pub r#async: u64,
    pub symbol: [bool; 3],
    pub y: mmrec::Void<1>,
}

    pub(in super::super) fn columns(view: mmrec::View<'_, Record366, mmrec::IxDyn>, columns: &mut super::super::Columns<'_>) {
        let column = view.field(Record366::FIELDS.x);
        columns.column(&column);
        columns.sum(column.native().sum());
        let column = view.field(Record366::FIELDS.r#async);
        columns.column(&column);
        columns.sum(column.native().sum());
        let column = view.field(Record366::FIELDS.symbol).elements();
        columns.column(&column);
        let column = view.field(Record366::FIELDS.y);
        columns.column(&column);
    }
}

pub(super) mod case_377 {
    use mmrec::MmapRecord;

// Needs the feature `complex` of mmrec.
#[derive(Clone, Copy, Debug, PartialEq, mmrec::MmapRecord)]
#[repr(C, packed)]
#[mmrec(descr = "[('a', '>c8'), ('', '|V2'), ('c', '<u8', (2, 3)), ('qty', '|b1'), ('', '|V1'), (('a-b', 'fn'), '|V5'), ('', '|V1')]")]
pub struct Record377 {
    pub a: mmrec::BigEndian<mmrec::Complex<f32>>,
    #[mmrec(pad)]
    pub _pad0: [u8; 2],
    pub c: [[u64; 3]; 2],
    pub qty: bool,
    #[mmrec(pad)]
    pub _pad1: [u8; 1],
    #[mmrec(title = "a-b")]
    pub r#fn: mmrec::Void<5>,
    #[mmrec(pad)]
    pub _pad2: [u8; 1],
}

    pub(in super::super) fn columns(view: mmrec::View<'_, Record377, mmrec::IxDyn>, columns: &mut super::super::Columns<'_>) {
        let column = view.field(Record377::FIELDS.a);
        columns.column(&column);
        let column = view.field(Record377::FIELDS.c).elements().elements();
        columns.column(&column);
        columns.sum(column.native().sum());
        let column = view.field(Record377::FIELDS.qty);
        columns.column(&column);
        let column = view.field(Record377::FIELDS.r#fn);
        columns.column(&column);
    }
}

pub(super) mod case_387 {
    use mmrec::MmapRecord;

#[derive(Clone, Copy, Debug, PartialEq, mmrec::MmapRecord)]
#[repr(C)]
#[mmrec(descr = "[('z', '<f4'), ('', '|V4'), ('Time', '<m8[25ns]'), ('pos', '<M8[s]')]")]
#[allow(non_snake_case)]
pub struct Record387 {
    pub z: f32,
    pub Time: mmrec::TimeDelta64<mmrec::units::Multiple<mmrec::units::Nanosecond, 25>>,
    pub pos: mmrec::DateTime64<mmrec::units::Second>,
}

    pub(in super::super) fn columns(view: mmrec::View<'_, Record387, mmrec::IxDyn>, columns: &mut super::super::Columns<'_>) {
        let column = view.field(Record387::FIELDS.z);
        columns.column(&column);
        columns.sum(column.native().sum());
        let column = view.field(Record387::FIELDS.Time);
        columns.column(&column);
        let column = view.field(Record387::FIELDS.pos);
        columns.column(&column);
    }
}

pub(super) mod case_397 {
    use mmrec::MmapRecord;

#[derive(Clone, Copy, Debug, PartialEq, mmrec::MmapRecord)]
#[repr(C)]
#[mmrec(descr = "[('Time', '<i8')]")]
#[allow(non_snake_case)]
pub struct Record397 {
    pub Time: i64,
}

    pub(in super::super) fn columns(view: mmrec::View<'_, Record397, mmrec::IxDyn>, columns: &mut super::super::Columns<'_>) {
        let column = view.field(Record397::FIELDS.Time);
        columns.column(&column);
        columns.sum(column.native().sum());
    }
}

pub(super) mod case_407 {
    use mmrec::MmapRecord;

#[derive(Clone, Copy, Debug, PartialEq, mmrec::MmapRecord)]
#[repr(C)]
#[mmrec(descr = "[('x', '<m8[us]'), ('b', '<f4'), ('', '|V4'), ('__marker', '<m8'), ('double', '<u4'), ('', '|V4')]")]
pub struct Record407 {
    pub x: mmrec::TimeDelta64<mmrec::units::Microsecond>,
    pub b: f32,
    pub __marker: mmrec::TimeDelta64<mmrec::units::Generic>,
    pub double: u32,
}

    pub(in super::super) fn columns(view: mmrec::View<'_, Record407, mmrec::IxDyn>, columns: &mut super::super::Columns<'_>) {
        let column = view.field(Record407::FIELDS.x);
        columns.column(&column);
        let column = view.field(Record407::FIELDS.b);
        columns.column(&column);
        columns.sum(column.native().sum());
        let column = view.field(Record407::FIELDS.__marker);
        columns.column(&column);
        let column = view.field(Record407::FIELDS.double);
        columns.column(&column);
        columns.sum(column.native().sum());
    }
}

pub(super) mod case_416 {
    use mmrec::MmapRecord;

#[derive(Clone, Copy, Debug, PartialEq, mmrec::MmapRecord)]
#[repr(C)]
#[mmrec(descr = "[('x', '<f8')]")]
pub struct Record416 {
    pub x: f64,
}

    pub(in super::super) fn columns(view: mmrec::View<'_, Record416, mmrec::IxDyn>, columns: &mut super::super::Columns<'_>) {
        let column = view.field(Record416::FIELDS.x);
        columns.column(&column);
        columns.sum(column.native().sum());
    }
}

pub(super) mod case_427 {
    use mmrec::MmapRecord;

// Needs the feature `complex` of mmrec.
#[derive(Clone, Copy, Debug, PartialEq, mmrec::MmapRecord)]
#[repr(C, packed)]
#[mmrec(descr = "[('self ', '|S1'), ('Time', '<c16', (2, 4)), ('pos', '|b1', (2, 2, 0)), ('Time0', '>M8[ps]')]")]
#[allow(non_snake_case)]
pub struct Record427 {
    #[mmrec(rename = "self ")]
    pub self_: mmrec::ByteStr<1>,
    pub Time: [[mmrec::Complex<f64>; 4]; 2],
    pub pos: [[[bool; 0]; 2]; 2],
    pub Time0: mmrec::BigEndian<mmrec::DateTime64<mmrec::units::Picosecond>>,
}

    pub(in super::super) fn columns(view: mmrec::View<'_, Record427, mmrec::IxDyn>, columns: &mut super::super::Columns<'_>) {
        let column = view.field(Record427::FIELDS.self_);
        columns.column(&column);
        let column = view.field(Record427::FIELDS.Time).elements().elements();
        columns.column(&column);
        let column = view.field(Record427::FIELDS.pos).elements().elements().elements();
        columns.column(&column);
        let column = view.field(Record427::FIELDS.Time0);
        columns.column(&column);
    }
}

pub(super) mod case_438 {
    use mmrec::MmapRecord;

#[derive(Clone, Copy, Debug, mmrec::MmapRecord)]
#[repr(C)]
#[mmrec(descr = "[('id', '<u2'), ('b', '|S4'), ('', '|V10'), ('vel', '>f16'), (('b_', 'a-b'), '>u4', (3, 2)), ('', '|V8')]")]
pub struct Record438 {
    pub id: u16,
    pub b: mmrec::ByteStr<4>,
    #[mmrec(pad)]
    pub _pad0: [u8; 10],
    pub vel: mmrec::BigEndian<mmrec::LongDouble>,
    #[mmrec(rename = "a-b", title = "b_")]
    pub a_b: [[mmrec::big_endian::U32; 2]; 3],
    #[mmrec(pad)]
    pub _pad1: [u8; 8],
}

    pub(in super::super) fn columns(view: mmrec::View<'_, Record438, mmrec::IxDyn>, columns: &mut super::super::Columns<'_>) {
        let column = view.field(Record438::FIELDS.id);
        columns.column(&column);
        columns.sum(column.native().sum());
        let column = view.field(Record438::FIELDS.b);
        columns.column(&column);
        let column = view.field(Record438::FIELDS.vel);
        columns.column(&column);
        let column = view.field(Record438::FIELDS.a_b).elements().elements();
        columns.column(&column);
        columns.sum(column.native().sum());
    }
}

pub(super) mod case_448 {
    use mmrec::MmapRecord;

#[derive(Clone, Copy, Debug, PartialEq, mmrec::MmapRecord)]
#[repr(C)]
#[mmrec(descr = "[('', '|V8'), ('z', [('price', '>f4', (0, 3)), ('Time', '<U4', (3, 1)), ('', '|V8')], (1, 0)), ('tag', '<M8[Y]'), ('', '|V8')]")]
pub struct Record448 {
    #[mmrec(pad)]
    pub _pad0: [u8; 8],
    pub z: [[Record448Z; 0]; 1],
    pub tag: mmrec::DateTime64<mmrec::units::Year>,
    #[mmrec(pad)]
    pub _pad1: [u8; 8],
}

#[derive(Clone, Copy, Debug, PartialEq, mmrec::MmapRecord)]
#[repr(C)]
#[allow(non_snake_case)]
pub struct Record448Z {
    pub price: [[mmrec::big_endian::F32; 3]; 0],
    pub Time: [[mmrec::UnicodeStr<4>; 1]; 3],
    #[mmrec(pad)]
    pub _pad0: [u8; 8],
}

    pub(in super::super) fn columns(view: mmrec::View<'_, Record448, mmrec::IxDyn>, columns: &mut super::super::Columns<'_>) {
        let column = view.field(Record448::FIELDS.z).elements().elements().field(Record448Z::FIELDS.price).elements().elements();
        columns.column(&column);
        columns.sum(column.native().sum());
        let column = view.field(Record448::FIELDS.z).elements().elements().field(Record448Z::FIELDS.Time).elements().elements();
        columns.column(&column);
        let column = view.field(Record448::FIELDS.tag);
        columns.column(&column);
    }
}

pub(super) mod case_457 {
    use mmrec::MmapRecord;

#[derive(Clone, Copy, Debug, PartialEq, mmrec::MmapRecord)]
#[repr(C, packed)]
#[mmrec(descr = "[('a.b', '|i1'), (('NULL', 'try'), '<M8[D]', (3,))]")]
pub struct Record457 {
    #[mmrec(rename = "a.b")]
    pub a_b: i8,
    #[mmrec(title = "NULL")]
    pub r#try: [mmrec::DateTime64<mmrec::units::Day>; 3],
}

    pub(in super::super) fn columns(view: mmrec::View<'_, Record457, mmrec::IxDyn>, columns: &mut super::super::Columns<'_>) {
        let column = view.field(Record457::FIELDS.a_b);
        columns.column(&column);
        columns.sum(column.native().sum());
        let column = view.field(Record457::FIELDS.r#try).elements();
        columns.column(&column);
    }
}

pub(super) mod case_468 {
    use mmrec::MmapRecord;

#[derive(Clone, Copy, Debug, PartialEq, mmrec::MmapRecord)]
#[repr(C, packed)]
#[mmrec(descr = "[('gen', '|V4'), ('', '|V4'), ('Time', '|i1'), ('', '|V3'), ('id', '<m8[Y]', (2,)), ('', '|V4'), ('gen1', '<M8[25fs]'), ('', '|V4'), ('USD', '<i4'), ('', '|V4')]")]
#[allow(non_snake_case)]
pub struct Record468 {
    pub r#gen: mmrec::Void<4>,
    #[mmrec(pad)]
    pub _pad0: [u8; 4],
    pub Time: i8,
    #[mmrec(pad)]
    pub _pad1: [u8; 3],
    pub id: [mmrec::TimeDelta64<mmrec::units::Year>; 2],
    #[mmrec(pad)]
    pub _pad2: [u8; 4],
    pub gen1: mmrec::DateTime64<mmrec::units::Multiple<mmrec::units::Femtosecond, 25>>,
    #[mmrec(pad)]
    pub _pad3: [u8; 4],
    pub USD: i32,
    #[mmrec(pad)]
    pub _pad4: [u8; 4],
}

    pub(in super::super) fn columns(view: mmrec::View<'_, Record468, mmrec::IxDyn>, columns: &mut super::super::Columns<'_>) {
        let column = view.field(Record468::FIELDS.r#gen);
        columns.column(&column);
        let column = view.field(Record468::FIELDS.Time);
        columns.column(&column);
        columns.sum(column.native().sum());
        let column = view.field(Record468::FIELDS.id).elements();
        columns.column(&column);
        let column = view.field(Record468::FIELDS.gen1);
        columns.column(&column);
        let column = view.field(Record468::FIELDS.USD);
        columns.column(&column);
        columns.sum(column.native().sum());
    }
}

pub(super) mod case_479 {
    use mmrec::MmapRecord;

// Needs the feature `complex` of mmrec.
#[derive(Clone, Copy, Debug, PartialEq, mmrec::MmapRecord)]
#[repr(C)]
#[mmrec(descr = "[('ts', '>c16'), (('line\\n', 'x'), '|V7'), ('price', [('', '|V1'), ('Time', '>u4'), ('', '|V3'), (('async', 'id'), '>u2'), ('', '|V3'), ('pos', [('x', '<i4'), ('', '|V4'), (('c', 'r#type'), '|S4')]), ('nul\\x00', '>i4'), ('', '|V2')])]")]
pub struct Record479 {
    pub ts: mmrec::BigEndian<mmrec::Complex<f64>>,
    #[mmrec(title = "line\n")]
    pub x: mmrec::Void<7>,
    pub price: Record479Price,
}

#[derive(Clone, Copy, Debug, PartialEq, mmrec::MmapRecord)]
#[repr(C, packed)]
#[allow(non_snake_case)]
pub struct Record479Price {
    #[mmrec(pad)]
    pub _pad0: [u8; 1],
    pub Time: mmrec::big_endian::U32,
    #[mmrec(pad)]
    pub _pad1: [u8; 3],
    #[mmrec(title = "async")]
    pub id: mmrec::big_endian::U16,
    #[mmrec(pad)]
    pub _pad2: [u8; 3],
    pub pos: Record479PricePos,
    #[mmrec(rename = "nul\0")]
    pub nul: mmrec::big_endian::I32,
    #[mmrec(pad)]
    pub _pad3: [u8; 2],
}

#[derive(Clone, Copy, Debug, PartialEq, mmrec::MmapRecord)]
#[repr(C)]
pub struct Record479PricePos {
    pub x: i32,
    #[mmrec(pad)]
    pub _pad0: [u8; 4],
    #[mmrec(rename = "r#type", title = "c")]
    pub r_type: mmrec::ByteStr<4>,
}

    pub(in super::super) fn columns(view: mmrec::View<'_, Record479, mmrec::IxDyn>, columns: &mut super::super::Columns<'_>) {
        let column = view.field(Record479::FIELDS.ts);
        columns.column(&column);
        let column = view.field(Record479::FIELDS.x);
        columns.column(&column);
        let column = view.field(Record479::FIELDS.price).field(Record479Price::FIELDS.Time);
        columns.column(&column);
        columns.sum(column.native().sum());
        let column = view.field(Record479::FIELDS.price).field(Record479Price::FIELDS.id);
        columns.column(&column);
        columns.sum(column.native().sum());
        let column = view.field(Record479::FIELDS.price).field(Record479Price::FIELDS.pos).field(Record479PricePos::FIELDS.x);
        columns.column(&column);
        columns.sum(column.native().sum());
        let column = view.field(Record479::FIELDS.price).field(Record479Price::FIELDS.pos).field(Record479PricePos::FIELDS.r_type);
        columns.column(&column);
        let column = view.field(Record479::FIELDS.price).field(Record479Price::FIELDS.nul);
        columns.column(&column);
        columns.sum(column.native().sum());
    }
}

pub(super) mod case_488 {
    use mmrec::MmapRecord;

#[derive(Clone, Copy, Debug, mmrec::MmapRecord)]
#[repr(C, packed)]
#[mmrec(descr = "[('self', '>M8[7h]'), ('ts', '<i2'), ('', '|V14'), ('Time', '<c32')]")]
#[allow(non_snake_case)]
pub struct Record488 {
    #[mmrec(rename = "self")]
    pub self_: mmrec::BigEndian<mmrec::DateTime64<mmrec::units::Multiple<mmrec::units::Hour, 7>>>,
    pub ts: i16,
    #[mmrec(pad)]
    pub _pad0: [u8; 14],
    pub Time: mmrec::LittleEndian<mmrec::ComplexLongDouble>,
}

    pub(in super::super) fn columns(view: mmrec::View<'_, Record488, mmrec::IxDyn>, columns: &mut super::super::Columns<'_>) {
        let column = view.field(Record488::FIELDS.self_);
        columns.column(&column);
        let column = view.field(Record488::FIELDS.ts);
        columns.column(&column);
        columns.sum(column.native().sum());
        let column = view.field(Record488::FIELDS.Time);
        columns.column(&column);
    }
}

pub(super) mod hard {
#[derive(Clone, Copy, Debug, PartialEq, mmrec::MmapRecord)]
#[repr(C)]
#[mmrec(descr = "[('', '|V1'), ('abstract', '|u1'), ('', '|V3'), ('as', '|u1'), ('', '|V3'), ('async', '|u1'), ('', '|V3'), ('await', '|u1'), ('', '|V3'), ('become', '|u1'), ('', '|V3'), ('box', '|u1'), ('', '|V3'), ('break', '|u1'), ('', '|V3'), ('const', '|u1'), ('', '|V3'), ('continue', '|u1'), ('', '|V3'), ('crate', '|u1'), ('', '|V3'), ('do', '|u1'), ('', '|V3'), ('dyn', '|u1'), ('', '|V3'), ('else', '|u1'), ('', '|V3'), ('enum', '|u1'), ('', '|V3'), ('extern', '|u1'), ('', '|V3'), ('false', '|u1'), ('', '|V3'), ('final', '|u1'), ('', '|V3'), ('fn', '|u1'), ('', '|V3'), ('for', '|u1'), ('', '|V3'), ('gen', '|u1'), ('', '|V3'), ('if', '|u1'), ('', '|V3'), ('impl', '|u1'), ('', '|V3'), ('in', '|u1'), ('', '|V3'), ('let', '|u1'), ('', '|V3'), ('loop', '|u1'), ('', '|V3'), ('macro', '|u1'), ('', '|V3'), ('match', '|u1'), ('', '|V3'), ('mod', '|u1'), ('', '|V3'), ('move', '|u1'), ('', '|V3'), ('mut', '|u1'), ('', '|V3'), ('override', '|u1'), ('', '|V3'), ('priv', '|u1'), ('', '|V3'), ('pub', '|u1'), ('', '|V3'), ('ref', '|u1'), ('', '|V3'), ('return', '|u1'), ('', '|V3'), ('self', '|u1'), ('', '|V3'), ('Self', '|u1'), ('', '|V3'), ('static', '|u1'), ('', '|V3'), ('struct', '|u1'), ('', '|V3'), ('super', '|u1'), ('', '|V3'), ('trait', '|u1'), ('', '|V3'), ('true', '|u1'), ('', '|V3'), ('try', '|u1'), ('', '|V3'), ('type', '|u1'), ('', '|V3'), ('typeof', '|u1'), ('', '|V3'), ('unsafe', '|u1'), ('', '|V3'), ('unsized', '|u1'), ('', '|V3'), ('use', '|u1'), ('', '|V3'), ('virtual', '|u1'), ('', '|V3'), ('where', '|u1'), ('', '|V3'), ('while', '|u1'), ('', '|V3'), ('yield', '|u1'), ('', '|V3'), ('union', '|u1'), ('', '|V3'), ('auto', '|u1'), ('', '|V3'), ('default', '|u1'), ('', '|V3'), ('raw', '|u1'), ('', '|V3'), ('safe', '|u1'), ('', '|V3'), ('macro_rules', '|u1'), ('', '|V3'), ('u8', '|u1'), ('', '|V3'), ('f64', '|u1'), ('', '|V3'), ('bool', '|u1'), ('', '|V3'), ('mmrec', '|u1'), ('', '|V3'), ('core', '|u1'), ('', '|V3'), ('std', '|u1'), ('', '|V3'), ('Clone', '|u1'), ('', '|V3'), ('Copy', '|u1'), ('', '|V3'), ('Debug', '|u1'), ('', '|V3'), ('PartialEq', '|u1'), ('', '|V3'), ('MmapRecord', '|u1'), ('', '|V3'), ('Element', '|u1'), ('', '|V3'), ('Option', '|u1'), ('', '|V3'), ('Some', '|u1'), ('', '|V3'), ('None', '|u1'), ('', '|V3'), ('_', '|u1'), ('', '|V3'), ('__', '|u1'), ('', '|V3'), ('_0', '|u1'), ('', '|V3'), ('__marker', '|u1'), ('', '|V3'), ('__record', '|u1'), ('', '|V3'), ('__at', '|u1'), ('', '|V3'), ('__field', '|u1'), ('', '|V3'), ('__src', '|u1'), ('', '|V3'), ('__dst', '|u1'), ('', '|V3'), ('__value', '|u1'), ('', '|V3'), ('__view', '|u1'), ('', '|V3'), ('__fields', '|u1'), ('', '|V3'), ('__dtype', '|u1'), ('', '|V3'), ('a', '|u1'), ('', '|V3'), ('A', '|u1'), ('', '|V3'), ('D', '|u1'), ('', '|V3'), ('T', '|u1'), ('', '|V3'), ('src', '|u1'), ('', '|V3'), ('FIELDS', '|u1'), ('', '|V3'), ('DTYPE', '|u1'), ('', '|V3'), ('load', '|u1'), ('', '|V3'), ('store', '|u1'), ('', '|V3'), ('1st', '|u1'), ('', '|V3'), (\"it's\", '|u1'), ('', '|V3'), ('say \"hi\"', '|u1'), ('', '|V3'), ('back\\\\slash', '|u1'), ('', '|V3'), ('a.b', '|u1'), ('', '|V3'), ('a b', '|u1'), ('', '|V3'), ('a-b', '|u1'), ('', '|V3'), ('a_b', '|u1'), ('', '|V3'), (' ', '|u1'), ('', '|V3'), ('.', '|u1'), ('', '|V3'), ('{}', '|u1'), ('', '|V3'), ('{0}', '|u1'), ('', '|V3'), ('*/', '|u1'), ('', '|V3'), ('//', '|u1'), ('', '|V3'), ('r#type', '|u1'), ('', '|V3'), ('café', '|u1'), ('', '|V3'), ('cafe\u{301}', '|u1'), ('', '|V3'), ('\u{301}', '|u1'), ('', '|V3'), ('名前', '|u1'), ('', '|V3'), ('\\u202e', '|u1'), ('', '|V3'), ('nul\\x00', '|u1'), ('', '|V3'), ('tab\\t', '|u1'), ('', '|V3'), ('f0', '|u1'), ('', '|V3'), ('f1', '|u1'), ('', '|V3'), ('_pad0', '|u1'), ('', '|V3'), ('_pad1', '|u1'), ('', '|V3'), (('title of fields: \\'\"\\\\', 'fields'), [('fields', '|u1'), ('x', '<u4')]), ('', '|V3'), (('title of columns: \\'\"\\\\', 'columns'), [('fields', '|u1'), ('x', '<u4')]), ('', '|V3'), (('title of columns_mut: \\'\"\\\\', 'columns_mut'), [('fields', '|u1'), ('x', '<u4')]), ('', '|V3'), (('title of Columns_Mut: \\'\"\\\\', 'Columns_Mut'), [('fields', '|u1'), ('x', '<u4')]), ('', '|V3'), (('title of pos: \\'\"\\\\', 'pos'), [('fields', '|u1'), ('x', '<u4')]), ('', '|V3'), (('title of Pos: \\'\"\\\\', 'Pos'), [('fields', '|u1'), ('x', '<u4')]), ('', '|V3'), (('title of p.o.s: \\'\"\\\\', 'p.o.s'), [('fields', '|u1'), ('x', '<u4')]), ('', '|V3'), (('title of po_s: \\'\"\\\\', 'po_s'), [('fields', '|u1'), ('x', '<u4')]), ('', '|V3')]")]
#[allow(non_snake_case)]
pub struct Hard {
    #[mmrec(pad)]
    pub _pad2: [u8; 1],
    pub r#abstract: u8,
    #[mmrec(pad)]
    pub _pad3: [u8; 3],
    pub r#as: u8,
    #[mmrec(pad)]
    pub _pad4: [u8; 3],
    pub r#async: u8,
    #[mmrec(pad)]
    pub _pad5: [u8; 3],
    pub r#await: u8,
    #[mmrec(pad)]
    pub _pad6: [u8; 3],
    pub r#become: u8,
    #[mmrec(pad)]
    pub _pad7: [u8; 3],
    pub r#box: u8,
    #[mmrec(pad)]
    pub _pad8: [u8; 3],
    pub r#break: u8,
    #[mmrec(pad)]
    pub _pad9: [u8; 3],
    pub r#const: u8,
    #[mmrec(pad)]
    pub _pad10: [u8; 3],
    pub r#continue: u8,
    #[mmrec(pad)]
    pub _pad11: [u8; 3],
    #[mmrec(rename = "crate")]
    pub crate_: u8,
    #[mmrec(pad)]
    pub _pad12: [u8; 3],
    pub r#do: u8,
    #[mmrec(pad)]
    pub _pad13: [u8; 3],
    pub r#dyn: u8,
    #[mmrec(pad)]
    pub _pad14: [u8; 3],
    pub r#else: u8,
    #[mmrec(pad)]
    pub _pad15: [u8; 3],
    pub r#enum: u8,
    #[mmrec(pad)]
    pub _pad16: [u8; 3],
    pub r#extern: u8,
    #[mmrec(pad)]
    pub _pad17: [u8; 3],
    pub r#false: u8,
    #[mmrec(pad)]
    pub _pad18: [u8; 3],
    pub r#final: u8,
    #[mmrec(pad)]
    pub _pad19: [u8; 3],
    pub r#fn: u8,
    #[mmrec(pad)]
    pub _pad20: [u8; 3],
    pub r#for: u8,
    #[mmrec(pad)]
    pub _pad21: [u8; 3],
    pub r#gen: u8,
    #[mmrec(pad)]
    pub _pad22: [u8; 3],
    pub r#if: u8,
    #[mmrec(pad)]
    pub _pad23: [u8; 3],
    pub r#impl: u8,
    #[mmrec(pad)]
    pub _pad24: [u8; 3],
    pub r#in: u8,
    #[mmrec(pad)]
    pub _pad25: [u8; 3],
    pub r#let: u8,
    #[mmrec(pad)]
    pub _pad26: [u8; 3],
    pub r#loop: u8,
    #[mmrec(pad)]
    pub _pad27: [u8; 3],
    pub r#macro: u8,
    #[mmrec(pad)]
    pub _pad28: [u8; 3],
    pub r#match: u8,
    #[mmrec(pad)]
    pub _pad29: [u8; 3],
    pub r#mod: u8,
    #[mmrec(pad)]
    pub _pad30: [u8; 3],
    pub r#move: u8,
    #[mmrec(pad)]
    pub _pad31: [u8; 3],
    pub r#mut: u8,
    #[mmrec(pad)]
    pub _pad32: [u8; 3],
    pub r#override: u8,
    #[mmrec(pad)]
    pub _pad33: [u8; 3],
    pub r#priv: u8,
    #[mmrec(pad)]
    pub _pad34: [u8; 3],
    pub r#pub: u8,
    #[mmrec(pad)]
    pub _pad35: [u8; 3],
    pub r#ref: u8,
    #[mmrec(pad)]
    pub _pad36: [u8; 3],
    pub r#return: u8,
    #[mmrec(pad)]
    pub _pad37: [u8; 3],
    #[mmrec(rename = "self")]
    pub self_: u8,
    #[mmrec(pad)]
    pub _pad38: [u8; 3],
    #[mmrec(rename = "Self")]
    pub Self_: u8,
    #[mmrec(pad)]
    pub _pad39: [u8; 3],
    pub r#static: u8,
    #[mmrec(pad)]
    pub _pad40: [u8; 3],
    pub r#struct: u8,
    #[mmrec(pad)]
    pub _pad41: [u8; 3],
    #[mmrec(rename = "super")]
    pub super_: u8,
    #[mmrec(pad)]
    pub _pad42: [u8; 3],
    pub r#trait: u8,
    #[mmrec(pad)]
    pub _pad43: [u8; 3],
    pub r#true: u8,
    #[mmrec(pad)]
    pub _pad44: [u8; 3],
    pub r#try: u8,
    #[mmrec(pad)]
    pub _pad45: [u8; 3],
    pub r#type: u8,
    #[mmrec(pad)]
    pub _pad46: [u8; 3],
    pub r#typeof: u8,
    #[mmrec(pad)]
    pub _pad47: [u8; 3],
    pub r#unsafe: u8,
    #[mmrec(pad)]
    pub _pad48: [u8; 3],
    pub r#unsized: u8,
    #[mmrec(pad)]
    pub _pad49: [u8; 3],
    pub r#use: u8,
    #[mmrec(pad)]
    pub _pad50: [u8; 3],
    pub r#virtual: u8,
    #[mmrec(pad)]
    pub _pad51: [u8; 3],
    pub r#where: u8,
    #[mmrec(pad)]
    pub _pad52: [u8; 3],
    pub r#while: u8,
    #[mmrec(pad)]
    pub _pad53: [u8; 3],
    pub r#yield: u8,
    #[mmrec(pad)]
    pub _pad54: [u8; 3],
    pub union: u8,
    #[mmrec(pad)]
    pub _pad55: [u8; 3],
    pub auto: u8,
    #[mmrec(pad)]
    pub _pad56: [u8; 3],
    pub default: u8,
    #[mmrec(pad)]
    pub _pad57: [u8; 3],
    pub raw: u8,
    #[mmrec(pad)]
    pub _pad58: [u8; 3],
    pub safe: u8,
    #[mmrec(pad)]
    pub _pad59: [u8; 3],
    pub macro_rules: u8,
    #[mmrec(pad)]
    pub _pad60: [u8; 3],
    pub u8: u8,
    #[mmrec(pad)]
    pub _pad61: [u8; 3],
    pub f64: u8,
    #[mmrec(pad)]
    pub _pad62: [u8; 3],
    pub bool: u8,
    #[mmrec(pad)]
    pub _pad63: [u8; 3],
    pub mmrec: u8,
    #[mmrec(pad)]
    pub _pad64: [u8; 3],
    pub core: u8,
    #[mmrec(pad)]
    pub _pad65: [u8; 3],
    pub std: u8,
    #[mmrec(pad)]
    pub _pad66: [u8; 3],
    pub Clone: u8,
    #[mmrec(pad)]
    pub _pad67: [u8; 3],
    pub Copy: u8,
    #[mmrec(pad)]
    pub _pad68: [u8; 3],
    pub Debug: u8,
    #[mmrec(pad)]
    pub _pad69: [u8; 3],
    pub PartialEq: u8,
    #[mmrec(pad)]
    pub _pad70: [u8; 3],
    pub MmapRecord: u8,
    #[mmrec(pad)]
    pub _pad71: [u8; 3],
    pub Element: u8,
    #[mmrec(pad)]
    pub _pad72: [u8; 3],
    pub Option: u8,
    #[mmrec(pad)]
    pub _pad73: [u8; 3],
    pub Some: u8,
    #[mmrec(pad)]
    pub _pad74: [u8; 3],
    pub None: u8,
    #[mmrec(pad)]
    pub _pad75: [u8; 3],
    #[mmrec(rename = "_")]
    pub f73: u8,
    #[mmrec(pad)]
    pub _pad76: [u8; 3],
    pub __: u8,
    #[mmrec(pad)]
    pub _pad77: [u8; 3],
    pub _0: u8,
    #[mmrec(pad)]
    pub _pad78: [u8; 3],
    pub __marker: u8,
    #[mmrec(pad)]
    pub _pad79: [u8; 3],
    pub __record: u8,
    #[mmrec(pad)]
    pub _pad80: [u8; 3],
    pub __at: u8,
    #[mmrec(pad)]
    pub _pad81: [u8; 3],
    pub __field: u8,
    #[mmrec(pad)]
    pub _pad82: [u8; 3],
    pub __src: u8,
    #[mmrec(pad)]
    pub _pad83: [u8; 3],
    pub __dst: u8,
    #[mmrec(pad)]
    pub _pad84: [u8; 3],
    pub __value: u8,
    #[mmrec(pad)]
    pub _pad85: [u8; 3],
    pub __view: u8,
    #[mmrec(pad)]
    pub _pad86: [u8; 3],
    pub __fields: u8,
    #[mmrec(pad)]
    pub _pad87: [u8; 3],
    pub __dtype: u8,
    #[mmrec(pad)]
    pub _pad88: [u8; 3],
    pub a: u8,
    #[mmrec(pad)]
    pub _pad89: [u8; 3],
    pub A: u8,
    #[mmrec(pad)]
    pub _pad90: [u8; 3],
    pub D: u8,
    #[mmrec(pad)]
    pub _pad91: [u8; 3],
    pub T: u8,
    #[mmrec(pad)]
    pub _pad92: [u8; 3],
    pub src: u8,
    #[mmrec(pad)]
    pub _pad93: [u8; 3],
    pub FIELDS: u8,
    #[mmrec(pad)]
    pub _pad94: [u8; 3],
    pub DTYPE: u8,
    #[mmrec(pad)]
    pub _pad95: [u8; 3],
    pub load: u8,
    #[mmrec(pad)]
    pub _pad96: [u8; 3],
    pub store: u8,
    #[mmrec(pad)]
    pub _pad97: [u8; 3],
    #[mmrec(rename = "1st")]
    pub _1st: u8,
    #[mmrec(pad)]
    pub _pad98: [u8; 3],
    #[mmrec(rename = "it's")]
    pub it_s: u8,
    #[mmrec(pad)]
    pub _pad99: [u8; 3],
    #[mmrec(rename = "say \"hi\"")]
    pub say_hi: u8,
    #[mmrec(pad)]
    pub _pad100: [u8; 3],
    #[mmrec(rename = "back\\slash")]
    pub back_slash: u8,
    #[mmrec(pad)]
    pub _pad101: [u8; 3],
    #[mmrec(rename = "a.b")]
    pub a_b_2: u8,
    #[mmrec(pad)]
    pub _pad102: [u8; 3],
    #[mmrec(rename = "a b")]
    pub a_b_3: u8,
    #[mmrec(pad)]
    pub _pad103: [u8; 3],
    #[mmrec(rename = "a-b")]
    pub a_b_4: u8,
    #[mmrec(pad)]
    pub _pad104: [u8; 3],
    pub a_b: u8,
    #[mmrec(pad)]
    pub _pad105: [u8; 3],
    #[mmrec(rename = " ")]
    pub f103: u8,
    #[mmrec(pad)]
    pub _pad106: [u8; 3],
    #[mmrec(rename = ".")]
    pub f104: u8,
    #[mmrec(pad)]
    pub _pad107: [u8; 3],
    #[mmrec(rename = "{}")]
    pub f105: u8,
    #[mmrec(pad)]
    pub _pad108: [u8; 3],
    #[mmrec(rename = "{0}")]
    pub _0_2: u8,
    #[mmrec(pad)]
    pub _pad109: [u8; 3],
    #[mmrec(rename = "*/")]
    pub f107: u8,
    #[mmrec(pad)]
    pub _pad110: [u8; 3],
    #[mmrec(rename = "//")]
    pub f108: u8,
    #[mmrec(pad)]
    pub _pad111: [u8; 3],
    #[mmrec(rename = "r#type")]
    pub r_type: u8,
    #[mmrec(pad)]
    pub _pad112: [u8; 3],
    #[mmrec(rename = "café")]
    pub caf: u8,
    #[mmrec(pad)]
    pub _pad113: [u8; 3],
    #[mmrec(rename = "cafe\u{301}")]
    pub cafe: u8,
    #[mmrec(pad)]
    pub _pad114: [u8; 3],
    #[mmrec(rename = "\u{301}")]
    pub f112: u8,
    #[mmrec(pad)]
    pub _pad115: [u8; 3],
    #[mmrec(rename = "名前")]
    pub f113: u8,
    #[mmrec(pad)]
    pub _pad116: [u8; 3],
    #[mmrec(rename = "\u{202e}")]
    pub f114: u8,
    #[mmrec(pad)]
    pub _pad117: [u8; 3],
    #[mmrec(rename = "nul\0")]
    pub nul: u8,
    #[mmrec(pad)]
    pub _pad118: [u8; 3],
    #[mmrec(rename = "tab\t")]
    pub tab: u8,
    #[mmrec(pad)]
    pub _pad119: [u8; 3],
    pub f0: u8,
    #[mmrec(pad)]
    pub _pad120: [u8; 3],
    pub f1: u8,
    #[mmrec(pad)]
    pub _pad121: [u8; 3],
    pub _pad0: u8,
    #[mmrec(pad)]
    pub _pad122: [u8; 3],
    pub _pad1: u8,
    #[mmrec(pad)]
    pub _pad123: [u8; 3],
    #[mmrec(title = "title of fields: '\"\\")]
    pub fields: HardFields_2,
    #[mmrec(pad)]
    pub _pad124: [u8; 3],
    #[mmrec(title = "title of columns: '\"\\")]
    pub columns: HardColumns_2,
    #[mmrec(pad)]
    pub _pad125: [u8; 3],
    #[mmrec(title = "title of columns_mut: '\"\\")]
    pub columns_mut: HardColumnsMut_2,
    #[mmrec(pad)]
    pub _pad126: [u8; 3],
    #[mmrec(title = "title of Columns_Mut: '\"\\")]
    pub Columns_Mut: HardColumnsMut_3,
    #[mmrec(pad)]
    pub _pad127: [u8; 3],
    #[mmrec(title = "title of pos: '\"\\")]
    pub pos: HardPos,
    #[mmrec(pad)]
    pub _pad128: [u8; 3],
    #[mmrec(title = "title of Pos: '\"\\")]
    pub Pos: HardPos_2,
    #[mmrec(pad)]
    pub _pad129: [u8; 3],
    #[mmrec(rename = "p.o.s", title = "title of p.o.s: '\"\\")]
    pub p_o_s: HardPOS,
    #[mmrec(pad)]
    pub _pad130: [u8; 3],
    #[mmrec(title = "title of po_s: '\"\\")]
    pub po_s: HardPoS,
    #[mmrec(pad)]
    pub _pad131: [u8; 3],
}

#[derive(Clone, Copy, Debug, PartialEq, mmrec::MmapRecord)]
#[repr(C, packed)]
pub struct HardFields_2 {
    pub fields: u8,
    pub x: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, mmrec::MmapRecord)]
#[repr(C, packed)]
pub struct HardColumns_2 {
    pub fields: u8,
    pub x: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, mmrec::MmapRecord)]
#[repr(C, packed)]
pub struct HardColumnsMut_2 {
    pub fields: u8,
    pub x: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, mmrec::MmapRecord)]
#[repr(C, packed)]
pub struct HardColumnsMut_3 {
    pub fields: u8,
    pub x: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, mmrec::MmapRecord)]
#[repr(C, packed)]
pub struct HardPos {
    pub fields: u8,
    pub x: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, mmrec::MmapRecord)]
#[repr(C, packed)]
pub struct HardPos_2 {
    pub fields: u8,
    pub x: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, mmrec::MmapRecord)]
#[repr(C, packed)]
pub struct HardPOS {
    pub fields: u8,
    pub x: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, mmrec::MmapRecord)]
#[repr(C, packed)]
pub struct HardPoS {
    pub fields: u8,
    pub x: u32,
}
}

pub(super) const ALL: [super::Check; 50] = [
    ("000", |case| super::check(case, case_000::columns)),
    ("010", |case| super::check(case, case_010::columns)),
    ("019", |case| super::check(case, case_019::columns)),
    ("029", |case| super::check(case, case_029::columns)),
    ("038", |case| super::check(case, case_038::columns)),
    ("048", |case| super::check(case, case_048::columns)),
    ("059", |case| super::check(case, case_059::columns)),
    ("071", |case| super::check(case, case_071::columns)),
    ("080", |case| super::check(case, case_080::columns)),
    ("089", |case| super::check(case, case_089::columns)),
    ("099", |case| super::check(case, case_099::columns)),
    ("108", |case| super::check(case, case_108::columns)),
    ("117", |case| super::check(case, case_117::columns)),
    ("127", |case| super::check(case, case_127::columns)),
    ("136", |case| super::check(case, case_136::columns)),
    ("147", |case| super::check(case, case_147::columns)),
    ("157", |case| super::check(case, case_157::columns)),
    ("168", |case| super::check(case, case_168::columns)),
    ("178", |case| super::check(case, case_178::columns)),
    ("189", |case| super::check(case, case_189::columns)),
    ("198", |case| super::check(case, case_198::columns)),
    ("207", |case| super::check(case, case_207::columns)),
    ("219", |case| super::check(case, case_219::columns)),
    ("228", |case| super::check(case, case_228::columns)),
    ("238", |case| super::check(case, case_238::columns)),
    ("248", |case| super::check(case, case_248::columns)),
    ("259", |case| super::check(case, case_259::columns)),
    ("268", |case| super::check(case, case_268::columns)),
    ("278", |case| super::check(case, case_278::columns)),
    ("287", |case| super::check(case, case_287::columns)),
    ("298", |case| super::check(case, case_298::columns)),
    ("307", |case| super::check(case, case_307::columns)),
    ("318", |case| super::check(case, case_318::columns)),
    ("328", |case| super::check(case, case_328::columns)),
    ("337", |case| super::check(case, case_337::columns)),
    ("347", |case| super::check(case, case_347::columns)),
    ("357", |case| super::check(case, case_357::columns)),
    ("366", |case| super::check(case, case_366::columns)),
    ("377", |case| super::check(case, case_377::columns)),
    ("387", |case| super::check(case, case_387::columns)),
    ("397", |case| super::check(case, case_397::columns)),
    ("407", |case| super::check(case, case_407::columns)),
    ("416", |case| super::check(case, case_416::columns)),
    ("427", |case| super::check(case, case_427::columns)),
    ("438", |case| super::check(case, case_438::columns)),
    ("448", |case| super::check(case, case_448::columns)),
    ("457", |case| super::check(case, case_457::columns)),
    ("468", |case| super::check(case, case_468::columns)),
    ("479", |case| super::check(case, case_479::columns)),
    ("488", |case| super::check(case, case_488::columns)),
];
