use mmrec::MmapRecord;

#[derive(Clone, Copy, MmapRecord)]
enum Missing {
    Buy,
    Sell,
}

#[derive(Clone, Copy, MmapRecord)]
#[repr(usize)]
enum PointerSize {
    Buy,
    Sell,
}

#[derive(Clone, Copy, MmapRecord)]
#[repr(isize)]
enum SignedPointerSize {
    Buy,
    Sell,
}

#[derive(Clone, Copy, MmapRecord)]
#[repr(i128)]
enum TooLarge {
    Buy,
    Sell,
}

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
enum SizeOfC {
    Buy,
    Sell,
}

#[derive(Clone, Copy, MmapRecord)]
#[repr(Rust)]
enum SizeOfRust {
    Buy,
    Sell,
}

#[derive(Clone, Copy, MmapRecord)]
#[repr(u8, align(4))]
enum WithPadding {
    Buy,
    Sell,
}

fn main() {}
