//! Files of records asked in SQL, compared with the same rows in memory, through the same engine.

mod bad;
mod columns;
mod files;
mod kit;
mod many;
mod order;
#[cfg(feature = "proto")]
mod proto;
mod random;
mod sidecar;
mod stores;
mod types;
mod write;
mod write_many;
