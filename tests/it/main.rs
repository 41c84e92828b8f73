//! One binary for all integration tests.

mod access;
mod appending;
mod bulk;
mod concurrency;
mod descr;
mod difference;
mod dynamic;
mod enums;
mod examples;
mod export;
mod full;
mod fuzzed;
mod golden;
mod halted;
mod hands;
mod hints;
mod kills;
mod locks;
mod maps;
#[cfg(target_os = "linux")]
#[allow(dead_code, unreachable_pub, reason = "other tests use more of it")]
#[path = "../support/mount.rs"]
mod mount;
mod npy;
mod numpy_tests;
mod oracles;
mod parallel;
mod power;
mod printing;
mod random;
mod reference;
mod sharing;
mod special;
#[cfg(target_os = "linux")]
#[allow(unreachable_pub, reason = "it is for other tests, too")]
#[path = "../support/strace.rs"]
mod strace;
mod sums;
mod times;
mod twins;
mod types;
mod versioned;
mod views;
