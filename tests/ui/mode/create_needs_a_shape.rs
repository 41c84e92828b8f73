use mmrec::RecordMap;

fn main() {
    RecordMap::<u32>::options().create("numbers.bin").unwrap();
    RecordMap::<u32>::options().offset(8).create_new("numbers.bin").unwrap();
}
