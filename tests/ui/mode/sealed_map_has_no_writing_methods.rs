use mmrec::RecordMap;

fn main() {
    let mut map = RecordMap::<u32>::options().open_sealed("numbers.bin").unwrap();
    map.set(0, 7);
}
