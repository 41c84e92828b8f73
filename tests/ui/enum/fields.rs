use mmrec::{Code, MmapRecord, RecordMap};

#[derive(Clone, Copy, MmapRecord)]
#[repr(u8)]
enum Message {
    Heartbeat,
    Price(f64),
    Trade { price: f64, qty: u32 },
    Nothing(),
}

fn main() -> mmrec::Result<()> {
    let messages = RecordMap::<Code<Message>>::open("messages.bin")?;
    let _first = messages.at(0).get()?;
    Ok(())
}
