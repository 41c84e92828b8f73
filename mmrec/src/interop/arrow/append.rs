//! Record batches appended to maps, and written over views.

use arrow_array::RecordBatch;
use ndarray::Dimension;

use super::rows::Rows;
use crate::{
    dtype::{DType, ShapeText},
    element::Element,
    error::{Error, ErrorKind, Result},
    map::{DynMap, Order, ReadWrite, RecordMap},
    view::DynViewMut,
};

impl DynMap<ReadWrite> {
    /// Makes the array longer by the rows of an Arrow record batch, along axis 0; see [`RecordMap::grow`] for what happens to the
    /// file. Records take the columns by name, and anything else the only column there is; padding is 0. Axes after the first
    /// are lists of a fixed size.
    ///
    /// A column may be of any type that [`DynView::to_arrow_as`](crate::DynView::to_arrow_as) gives for its field, or of narrower numbers. Times of another unit
    /// are converted where they are whole steps; null is NaT; `Int64` is a number of steps.
    ///
    /// ```
    /// use mmrec::DynMap;
    ///
    /// # let dir = std::env::temp_dir().join(format!("mmrec-doc-append-batch-{}", std::process::id()));
    /// # std::fs::create_dir_all(&dir).unwrap();
    /// # let (old, new) = (dir.join("old.npy"), dir.join("new.npy"));
    /// # DynMap::options().dtype("[('id', '<u4'), ('price', '<f8')]".parse()?).shape(3).create_npy(&old)?.field_mut("price")?.fill(1.5)?;
    /// let from = DynMap::open(&old)?;                               // [('id', '<u4'), ('price', '<f8')]
    /// let dtype = "[('price', '>f8'), ('id', '<u8')]".parse()?;
    /// let mut to = DynMap::options().dtype(dtype).shape(0).create_npy(&new)?;
    /// for batch in from.batches(8192) {
    ///     to.append_batch(&batch?)?;
    /// }
    /// assert_eq!(to.at(2).to_string(), "(1.5, 0)");
    /// # std::fs::remove_dir_all(dir).unwrap();
    /// # Ok::<(), mmrec::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// - [`ErrorKind::NoSuchField`] if columns are missing, are none of the fields, or come twice;
    /// - [`ErrorKind::DTypeMismatch`] for a column of another type, and for a null where there is no NaT;
    /// - [`ErrorKind::ShapeMismatch`] for a string that is too long, or ends in NUL, which would not count;
    /// - [`ErrorKind::BadTime`] for a time that is no whole step or out of reach;
    /// - [`ErrorKind::Unsupported`] in Fortran order with more axes than one, where axis 0 does not grow;
    /// - and as for [`RecordMap::grow`].
    ///
    /// They name the column, and the row of the batch. The file is as it was then.
    ///
    /// Of the feature `arrow`.
    ///
    /// NumPy has no such call.
    pub fn append_batch(&mut self, batch: &RecordBatch) -> Result<()> {
        let rows = rows_to_append(batch, self.dtype(), self.shape(), self.order());
        self.append(rows.map_err(|error| error.with_path(self.path()))?.view()?.into_view())
    }
}

impl<T: Element, D: Dimension> RecordMap<T, D, ReadWrite> {
    /// Makes the array longer by the rows of an Arrow record batch; see [`DynMap::append_batch`].
    ///
    /// # Errors
    ///
    /// As for [`DynMap::append_batch`].
    ///
    /// Of the feature `arrow`.
    pub fn append_batch(&mut self, batch: &RecordBatch) -> Result<()> {
        let view = self.view().untyped();
        let rows = rows_to_append(batch, view.dtype(), view.shape(), self.order());
        let mut rows = rows.map_err(|error| error.with_path(self.path()))?;
        self.append_untyped(&rows.view()?.into_view())
    }
}

impl DynViewMut<'_> {
    /// Writes the rows of an Arrow record batch over those of the view, which are as many; see [`DynMap::append_batch`].
    /// Padding stays as it is.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::ShapeMismatch`] if the rows are more or fewer, or the view has no axes, and as for [`DynMap::append_batch`].
    /// Nothing is written then.
    ///
    /// Of the feature `arrow`.
    pub fn assign_batch(&mut self, batch: &RecordBatch) -> Result<()> {
        let (dtype, axes) = (self.dtype().clone(), self.shape().get(1..).unwrap_or_default().to_vec());
        if self.shape().first() != Some(&batch.num_rows()) {
            let message = format!(
                "the batch has {} rows, and the view the shape {}; take a slice of as many",
                batch.num_rows(),
                ShapeText(self.shape())
            );
            return Err(Error::new(ErrorKind::ShapeMismatch, message));
        }
        self.assign(Rows::new(batch, &dtype, &axes)?.view()?.into_view())
    }
}

/// The rows of a batch for the end of an array of this shape.
fn rows_to_append(batch: &RecordBatch, dtype: &DType, shape: &[usize], order: Order) -> Result<Rows> {
    if order == Order::F && shape.len() > 1 {
        let message = "in Fortran order the last axis grows, and the rows of a batch are those of axis 0; copy the array to \
                       a file in C order, or append views";
        return Err(Error::new(ErrorKind::Unsupported, message));
    }
    Rows::new(batch, dtype, shape.get(1..).unwrap_or_default())
}
