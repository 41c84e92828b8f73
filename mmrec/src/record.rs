//! What `#[derive(MmapRecord)]` implements.

use ndarray::{Dimension, Ix1};

use crate::{
    dtype::{DType, DTypeField},
    element::{Element, FieldMemory},
    view::{ColumnViews, ColumnViewsMut, View, ViewMut},
};

/// A struct whose dtype, fields and columns are known: what `#[derive(MmapRecord)]` implements.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a record",
    label = "not a record with fields",
    note = "add #[derive(Clone, Copy, MmapRecord)] and #[repr(C)] to the struct"
)]
pub trait MmapRecord: Element {
    /// One [`Field`](crate::Field) token for each field, named as in the struct.
    type Fields: Copy;
    /// The field tokens: `Trade::FIELDS.price`.
    const FIELDS: Self::Fields;

    /// One [`View`] for each field, named as in the struct.
    type Columns<'a, D>;
    /// One [`ViewMut`] for each field, named as in the struct.
    type ColumnsMut<'a, D>;

    /// The dtype; it has the texts for NumPy, C and Rust.
    ///
    /// ```
    /// use mmrec::MmapRecord;
    ///
    /// #[derive(Clone, Copy, MmapRecord)]
    /// #[repr(C)]
    /// struct Point {
    ///     x: f32,
    ///     y: f32,
    /// }
    ///
    /// assert_eq!(Point::dtype().to_string(), "[('x', '<f4'), ('y', '<f4')]");
    /// ```
    fn dtype() -> DType {
        DType::of::<Self>()
    }

    /// The fields of the dtype.
    #[doc(hidden)]
    const __DTYPE_FIELDS: &'static [DTypeField] = &[];

    /// What each field means for memory.
    #[doc(hidden)]
    const __FIELD_MEMORY: &'static [FieldMemory] = &[];

    /// The columns of a view; [`View::columns`] calls this.
    #[doc(hidden)]
    fn view_columns<'a, D: Dimension>(view: View<'a, Self, D>) -> Self::Columns<'a, D>;

    /// The columns of a view; [`ViewMut::into_columns`] calls this.
    #[doc(hidden)]
    fn view_columns_mut<'a, D: Dimension>(view: ViewMut<'a, Self, D>) -> Self::ColumnsMut<'a, D>;

    /// The columns that lie in arrays of their own, in the order of the fields.
    #[doc(hidden)]
    fn columns_of<'a>(source: &mut impl ColumnViews<'a>) -> Self::Columns<'a, Ix1>;

    /// The columns that lie in arrays of their own, to be written.
    #[doc(hidden)]
    fn columns_mut_of<'a>(source: &mut impl ColumnViewsMut<'a>) -> Self::ColumnsMut<'a, Ix1>;

    /// The record that the columns have at a row, padding as a value has it.
    ///
    /// # Panics
    ///
    /// If a column has no such row.
    #[doc(hidden)]
    fn record_of(columns: &Self::Columns<'_, Ix1>, row: usize) -> Self;
}
