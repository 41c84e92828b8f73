use mmrec::{MmapRecord, RecordMap};

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
struct Trade {
    price: f64,
}

fn main() {
    let mut map = RecordMap::<Trade>::open("trades.bin").unwrap();
    map.set(0, Trade { price: 1.0 });
    map.fill(Trade { price: 1.0 });
    map.update(|trade| trade);
    map.copy_from_slice(&[]);
    map.view_mut();
    map.columns_mut();
    map.field_mut(Trade::FIELDS.price);
}
