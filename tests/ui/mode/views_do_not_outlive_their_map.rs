use mmrec::RecordMap;

fn main() {
    let map = RecordMap::<u32>::open("numbers.bin").unwrap();
    let view = map.view();
    drop(map);
    view.at(0);

    let other = RecordMap::<u32>::open("numbers.bin").unwrap();
    let iter = other.iter();
    other.close().unwrap();
    iter.count();
}
