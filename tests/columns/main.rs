//! Columns on disk: directories with a `.npy` for each field.

mod basics;
mod golden;
