use mmrec::RecordMap;

fn main() {
    let map = RecordMap::<u32>::open_rw("numbers.bin").unwrap();
    map.view().set(0, 7);
    map.view().fill(7);
}
