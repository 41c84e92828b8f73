use mmrec::MmapRecord;

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
struct Padded<T> {
    value: u64,
    #[mmrec(pad)]
    gap: T,
}

fn record<R: MmapRecord>() {}

fn main() {
    record::<Padded<[u8; 4]>>();
    record::<Padded<f32>>();
}
