//! Columns on disk: directories with a `.npy` for each field.

mod basics;
mod disk;
mod errors;
mod full;
mod golden;
mod kills;
mod left;
mod lock;
mod random;

#[cfg(target_os = "linux")]
#[allow(dead_code, unreachable_pub, reason = "other tests use more of it")]
#[path = "../support/mount.rs"]
mod mount;
#[cfg(target_os = "linux")]
#[allow(unreachable_pub, reason = "it is for other tests, too")]
#[path = "../support/strace.rs"]
mod strace;
