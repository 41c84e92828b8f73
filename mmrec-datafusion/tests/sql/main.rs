//! Files of records asked in SQL, compared with the same rows in memory, through the same engine.

mod bad;
mod files;
mod kit;
mod order;
mod random;
mod types;
mod write;
