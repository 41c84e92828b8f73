// The tokens of a field's type mean another type in the generated structs: no token of the wrong type comes of it.
use mmrec::{Element, MmapRecord};

trait Held {
    type A: Element;
}

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
struct Record {
    a: <Self as Held>::A,
    b: u8,
}

impl Held for Record {
    type A = u8;
}

impl Held for RecordFields {
    type A = [u64; 8];
}

impl<D> Held for RecordColumns<'_, D> {
    type A = [u64; 8];
}

impl<D> Held for RecordColumnsMut<'_, D> {
    type A = [u64; 8];
}

fn main() {}
