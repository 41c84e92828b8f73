use mmrec::RecordMap;

fn main() -> mmrec::Result<()> {
    let mut map = RecordMap::<u32>::open_rw("numbers.bin")?;
    let view = map.view();
    map.grow(1)?;
    map.append(&[1])?;
    map.shrink_to(1)?;
    let appender = map.appender()?;
    println!("{} {}", view.len(), map.len());
    drop(appender);
    Ok(())
}
