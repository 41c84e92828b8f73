use mmrec::{Element, MmapRecord};

trait Held {
    type A: Element;
}

macro_rules! held {
    () => {
        <Self as Held>::A
    };
}

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
struct Record {
    a: held!(),
    b: u8,
}

impl Held for Record {
    type A = u8;
}

impl Held for RecordFields {
    type A = [u64; 8];
}

impl<D> Held for RecordColumns<'_, D> {
    type A = u8;
}

impl<D> Held for RecordColumnsMut<'_, D> {
    type A = u8;
}

fn main() {}
