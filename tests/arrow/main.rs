//! Views as Arrow's arrays and record batches, and back (feature `arrow`).

mod append;
mod columns;
mod golden;
mod random;
mod shared;
mod table;
mod views;
