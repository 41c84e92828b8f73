//! Views as Arrow's arrays and record batches, and back (feature `arrow`).

mod views;
