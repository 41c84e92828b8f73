//! Feature `arrow`: views as Arrow's arrays and record batches, and back.
//!
//! Only the crates for arrays, schemas and buffers, which do not compute. `schema` says which Arrow type each dtype is, and
//! back; `arrays` and `strings` copy elements out of views, by the Arrow type that is asked for, and know nothing of maps;
//! `batches` has the public methods. The way back is `append`, over `rows`, which finds a column for each field, and `cells`,
//! which has the values of one. `columns` has both ways for directories of columns. Unsafe code is in `shared`, arrays over the bytes of a map, and in `views`,
//! strings that Arrow does not look at again.

mod append;
mod arrays;
mod batches;
mod cells;
mod columns;
mod rows;
mod schema;
mod shared;
mod strings;
mod time;
mod views;

use arrow_schema::{ArrowError, DataType};

use crate::error::{Error, ErrorKind};

/// What Arrow's own checks refuse, which is only what was not foreseen here.
fn refused(error: ArrowError) -> Error {
    Error::new(ErrorKind::Unsupported, format!("Arrow refuses the array: {error}"))
}

/// More than Arrow counts.
fn too_many(what: &str, as_type: &DataType) -> Error {
    let message = format!(
        "{as_type} has no room for so many {what}; take fewer rows at a time with batches(), or another type"
    );
    Error::new(ErrorKind::Overflow, message)
}

fn too_many_elements() -> Error {
    Error::new(ErrorKind::Overflow, "there are more elements than addresses; take fewer rows at a time")
}
