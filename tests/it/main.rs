//! One binary for all integration tests.

mod access;
mod bulk;
mod descr;
mod difference;
mod dynamic;
mod enums;
mod examples;
mod export;
mod fuzzed;
mod golden;
mod hands;
mod hints;
mod maps;
mod npy;
mod numpy_tests;
mod oracles;
mod parallel;
mod printing;
mod random;
mod reference;
mod sharing;
mod sums;
mod times;
mod types;
mod views;
