use mmrec::Code;

enum Side {
    Buy,
    Sell,
}

fn is_buy(_side: &Code<Side>) -> bool {
    false
}

fn main() {}
