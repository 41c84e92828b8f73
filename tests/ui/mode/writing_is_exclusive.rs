use mmrec::{Axis, MmapRecord, RecordMap};

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
struct Trade {
    price: f64,
    qty: u32,
}

fn main() {
    let mut map = RecordMap::<Trade>::open_rw("trades.bin").unwrap();

    let view = map.view();
    map.set(0, Trade { price: 1.0, qty: 1 });
    view.at(0);

    let mut prices = map.field_mut(Trade::FIELDS.price);
    let mut again = map.field_mut(Trade::FIELDS.price);
    prices.fill(1.0);
    again.fill(2.0);

    let (mut left, _) = map.view_mut().split_at(Axis(0), 1);
    map.columns_mut().qty.fill(1);
    left.fill(Trade { price: 1.0, qty: 1 });
}
