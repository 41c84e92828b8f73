//! Records as the wire has them: packed, big-endian, an enum as a letter, a price in ten thousandths; and a layout that has
//! got one more field over the years.
//!
//! `cargo run --example 06_feed` prints:
//!
//! ```text
//! 4 orders of 25 bytes; order 1: Some(Sell) 300 of ACME     at 125.0500
//! shares: [100, 300, 20, 1], 421 in all
//! 2 buy; order 3 is neither: Err("63 is no code of Side, which has 66 (Buy), 83 (Sell); add a variant, or take the number itself from Code::raw")
//! …2026.bin: 54 bytes from byte 0 on are not a whole number of Order, which has 25 bytes: 2 of them and 4 bytes over; check the type and the offset, or give .shape(2) to leave the end out
//! field `shares`: Order2 has '>u4' at 11, Order has '>u4' at 9
//! field `stock`: Order2 has '|S8' at 15, Order has '|S8' at 13
//! field `price`: Order2 has '>u4' at 23, Order has '>u4' at 21
//! field `venue`: Order2 has '|S2' at 9, Order has none
//! itemsize: Order2 has 27 bytes, Order has 25
//! [('id', '<u8'), ('shares', '<u4'), ('price', '<u4'), ('stock', '|S8'), ('venue', '|S2'), ('side', '|u1'), ('', '|V5')]
//! [( 7, 100, 1250000, b'ACME    ', b'', 66)
//!  ( 8, 300, 1250500, b'ACME    ', b'', 83)
//!  ( 9,  20,   72500, b'INITECH ', b'', 66)
//!  (10,   1,       1, b'ACME    ', b'', 63)
//!  (11,  50, 1249900, b'ACME', b'XN', 83)
//!  (12,  50, 1249900, b'ACME', b'XN', 83)]
//! ```

use std::{
    fs,
    io::{self, Write},
    path::Path,
    process::ExitCode,
};

use mmrec::{
    ByteStr, Code, DType, DynMap, MmapRecord, RecordMap,
    big_endian::{U32, U64},
    s,
};
use mmrec_examples::{Result, exit_code};

/// The number in the file is the letter. One that is neither is kept as it is, and `get` is an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, MmapRecord)]
#[repr(u8)]
enum Side {
    Buy = b'B',
    Sell = b'S',
}

/// An order as it was sent, 25 bytes: no gaps, and the most significant byte first.
#[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
#[repr(C, packed)]
#[mmrec(descr = "[('id', '>u8'), ('side', '|u1'), ('shares', '>u4'), ('stock', '|S8'), ('price', '>u4')]")]
struct Order {
    id: U64,
    side: Code<Side>,
    shares: U32,
    stock: ByteStr<8>,
    price: U32,
}

/// Since a later day there is a venue between the others, 27 bytes. The day decides which file has which.
#[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
#[repr(C, packed)]
#[mmrec(itemsize = 27)]
struct Order2 {
    id: U64,
    side: Code<Side>,
    venue: ByteStr<2>,
    shares: U32,
    stock: ByteStr<8>,
    price: U32,
}

/// What a program works with.
#[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
#[repr(C)]
struct Row {
    id: u64,
    shares: u32,
    price: u32,
    stock: ByteStr<8>,
    venue: ByteStr<2>,
    side: Code<Side>,
}

fn main() -> ExitCode {
    exit_code(run())
}

fn run() -> Result<()> {
    let mut out = io::stdout().lock();
    let dir = tempfile::tempdir()?;
    let [old, new] = ["2025.bin", "2026.bin"].map(|name| dir.path().join(name));
    write(&old, &new)?;

    // A field is read where it lies, at any address, and its bytes turned round on the way.
    let orders = RecordMap::<Order>::open(&old)?;
    let order = orders.at(1);
    writeln!(
        out,
        "{} orders of {} bytes; order 1: {:?} {} of {} at {}.{:04}",
        orders.len(),
        size_of::<Order>(),
        order.side.get().ok(),
        { order.shares },
        { order.stock },
        order.price.get() / 10_000,
        order.price.get() % 10_000
    )?;
    // `native` has a column in the machine's own numbers, at the same places.
    let shares = orders.columns().shares.native();
    writeln!(out, "shares: {:?}, {} in all", shares.iter().collect::<Vec<u32>>(), shares.sum())?;
    // A letter that the enum has not is not an error until somebody asks what it is.
    let sides = orders.columns().side;
    let buys = sides.iter().filter(|side| *side == Side::Buy).count();
    writeln!(
        out,
        "{buys} buy; order 3 is neither: {:?}",
        sides.at(3).get().map_err(|error| error.to_string())
    )?;

    // The wrong layout is found where the size is not a multiple, and where it is known what is in the file.
    match RecordMap::<Order>::open(&new) {
        Ok(_) => writeln!(out, "2 x 27 bytes pass for records of 25")?,
        Err(error) => writeln!(out, "{error}")?,
    }
    if let Some(difference) = DType::of::<Order>().difference("Order", &DType::of::<Order2>(), "Order2") {
        writeln!(out, "{difference}")?;
    }

    // Both go into one file by the names of their fields; what the old one has not is zeros.
    let path = dir.path().join("orders.npy");
    RecordMap::<Row>::options().shape(0).create_npy(&path)?.close()?;
    let mut rows = DynMap::open_rw(&path)?;
    for (day, dtype) in [(&old, DType::of::<Order>()), (&new, DType::of::<Order2>())] {
        let orders = DynMap::options().dtype(dtype.clone()).open(day)?;
        let before = rows.len();
        rows.grow(orders.len())?;
        rows.view_mut().slice_mut(s![before..]).assign_by_name(&orders)?;
    }
    rows.close()?;
    let rows = RecordMap::<Row>::open(&path)?;
    writeln!(out, "{}\n{}", rows.dtype(), rows.view())?;
    Ok(())
}

/// Two days of orders.
fn write(old: &Path, new: &Path) -> Result<()> {
    let mut bytes = Vec::new();
    for (id, side, shares, stock, price) in [
        (7_u64, b'B', 100_u32, b"ACME    ", 1_250_000_u32),
        (8, b'S', 300, b"ACME    ", 1_250_500),
        (9, b'B', 20, b"INITECH ", 72_500),
        (10, b'?', 1, b"ACME    ", 1),
    ] {
        bytes.extend(id.to_be_bytes());
        bytes.push(side);
        bytes.extend(shares.to_be_bytes());
        bytes.extend(stock);
        bytes.extend(price.to_be_bytes());
    }
    fs::write(old, bytes)?;
    let order = Order2 {
        id: 11.into(),
        side: Side::Sell.into(),
        venue: "XN".parse()?,
        shares: 50.into(),
        stock: "ACME".parse()?,
        price: 1_249_900.into(),
    };
    let mut map = RecordMap::<Order2>::options().shape(2).create(new)?;
    map.set(0, order);
    map.set(1, Order2 { id: 12.into(), ..order });
    Ok(map.close()?)
}
