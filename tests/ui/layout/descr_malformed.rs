use mmrec::MmapRecord;

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
#[mmrec(descr = "[('ts' '<u8')]")]
struct Comma {
    ts: u64,
}

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
#[mmrec(descr = "[('ts', '<u8')")]
struct End {
    ts: u64,
}

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
#[mmrec(descr = "[('ts', 'u64')]")]
struct Name {
    ts: u64,
}

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
#[mmrec(descr = "[('ts', '<u8')] and more")]
struct More {
    ts: u64,
}

fn main() {}
