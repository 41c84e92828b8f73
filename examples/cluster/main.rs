//! SQL over mmrec tables on many machines, by Ballista.

fn main() {}
