//! What views and maps have for Arrow.

use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow_schema::{DataType, Field, Schema};
use ndarray::{Dimension, Slice, SliceInfoElem};

use super::{
    arrays::{Elements, Rows},
    refused, schema,
};
use crate::{
    dtype::DType,
    element::Element,
    error::{Error, Result},
    map::{DynMap, RecordMap},
    view::{DynView, View},
};

impl<'a> DynView<'a> {
    /// The elements as one Arrow array of the type that loses nothing, copied: axis 0 is its length, and further axes are
    /// lists of a fixed size. A view without axes is an array of one.
    ///
    /// ```
    /// use arrow_array::{Array, Float64Array};
    /// use mmrec::{DynMap, arrow_array, s};
    ///
    /// # let path = std::env::temp_dir().join(format!("mmrec-doc-to-arrow-{}.npy", std::process::id()));
    /// # DynMap::options().dtype("[('symbol', 'S8'), ('price', '>f8')]".parse()?).shape(10).create_npy(&path)?.field_mut("price")?.fill(2.5)?;
    /// let trades = DynMap::open(&path)?;                            // [('symbol', '|S8'), ('price', '>f8')]
    /// let prices = trades.field("price")?.slice(s![2..5]).to_arrow()?;
    /// let prices: &Float64Array = prices.as_any().downcast_ref().unwrap();
    /// assert_eq!(prices.values(), &[2.5, 2.5, 2.5]);
    /// # std::fs::remove_file(path)?;
    /// # Ok::<(), mmrec::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// - [`InvalidUnit`](crate::ErrorKind::InvalidUnit) for a `U` with a code unit that is no character,
    /// - [`BadTime`](crate::ErrorKind::BadTime) for an `M8[D]` that Arrow's 32-bit date cannot reach, more than 5.8 million
    ///   years from now; both name the row, and [`to_arrow_as`](Self::to_arrow_as) has a type that holds it;
    /// - [`Overflow`](crate::ErrorKind::Overflow) for strings of more than 2 GiB in all.
    ///
    /// Of the feature `arrow`.
    ///
    /// NumPy: `pyarrow.array(array)`, for one axis.
    pub fn to_arrow(&self) -> Result<ArrayRef> {
        self.to_arrow_as(&natural(self)?)
    }

    /// The elements as one Arrow array of this type, copied. Any type is possible that has a value for all that the dtype can
    /// hold; where only some values fit, one that does not is an error.
    ///
    /// | dtype | types |
    /// |---|---|
    /// | integers, floats, `\|b1` | their own, and wider numbers that hold all of them |
    /// | `S` | `Binary`, `LargeBinary`, `BinaryView`, `FixedSizeBinary` of the same width; `Utf8`, `LargeUtf8`, `Utf8View` if they are UTF-8; `Dictionary(Int32, …)` of any of these but `FixedSizeBinary` |
    /// | `U` | the same, as UTF-8; `FixedSizeBinary` has the code units in four bytes each |
    /// | `V` | `FixedSizeBinary` of the same width, `Binary`, `LargeBinary`, `BinaryView` |
    /// | `M8` | `Int64` for the steps; `Timestamp` of a unit of which a step is a whole number, in UTC or without a zone; of whole days `Date32`, `Date64` |
    /// | `m8` | `Int64` for the steps; `Duration` of such a unit |
    /// | complex | `FixedSizeList` of two floats |
    /// | sub-arrays and axes | `FixedSizeList` of any of these |
    /// | records | `Struct` with the same names, of any of these |
    ///
    /// # Errors
    ///
    /// [`DTypeMismatch`](crate::ErrorKind::DTypeMismatch) for any other type,
    /// [`InvalidUnit`](crate::ErrorKind::InvalidUnit) for bytes that are no UTF-8, and as for [`to_arrow`](Self::to_arrow).
    ///
    /// Of the feature `arrow`.
    ///
    /// NumPy: `pyarrow.array(array, type=...)`.
    pub fn to_arrow_as(&self, as_type: &DataType) -> Result<ArrayRef> {
        Elements::new(self.clone(), Rows::All).to(as_type)
    }

    /// The elements in these rows, in this order, as one Arrow array; see [`to_arrow_as`](Self::to_arrow_as). For filters that
    /// leave few rows: of many that follow each other, a slice is faster.
    ///
    /// # Errors
    ///
    /// As for `to_arrow_as`.
    ///
    /// # Panics
    ///
    /// If a row is past the end, or the view has no axes.
    ///
    /// Of the feature `arrow`.
    ///
    /// NumPy: `pyarrow.array(array[rows], type=...)`.
    #[track_caller]
    pub fn take_to_arrow(&self, rows: &[usize], as_type: &DataType) -> Result<ArrayRef> {
        let Some(&len) = self.shape().first() else { panic!("a view without axes has no rows to take") };
        if let Some(row) = rows.iter().find(|row| **row >= len) {
            panic!("row {row} is out of bounds for {len} rows");
        }
        Elements::new(self.clone(), Rows::Chosen(rows)).to(as_type)
    }

    /// The elements as an Arrow record batch: a column for each field of a record, and one called `value` for anything else. Its
    /// schema is that of [`DType::to_arrow_schema`], each column in lists of the axes after the first.
    ///
    /// # Errors
    ///
    /// As for [`to_arrow`](Self::to_arrow).
    ///
    /// Of the feature `arrow`.
    ///
    /// NumPy: `pyarrow.table({name: array[name] for name in array.dtype.names})`.
    pub fn to_record_batch(&self) -> Result<RecordBatch> {
        batch(self, &Arc::new(schema_of(self)?))
    }

    /// Record batches of `rows` rows each, the last of those that are left; each is copied when it is asked for. See
    /// [`to_record_batch`](Self::to_record_batch).
    ///
    /// ```
    /// use mmrec::DynMap;
    ///
    /// # let path = std::env::temp_dir().join(format!("mmrec-doc-batches-{}.npy", std::process::id()));
    /// # DynMap::options().dtype("[('id', '<u4'), ('price', '<f8')]".parse()?).shape(20_000).create_npy(&path)?;
    /// let trades = DynMap::open(&path)?;                                    // 20,000 rows
    /// let sizes: mmrec::Result<Vec<usize>> = trades.batches(8192).map(|batch| Ok(batch?.num_rows())).collect();
    /// assert_eq!(sizes?, [8192, 8192, 3616]);
    /// # std::fs::remove_file(path)?;
    /// # Ok::<(), mmrec::Error>(())
    /// ```
    ///
    /// # Panics
    ///
    /// If `rows` is 0.
    ///
    /// Of the feature `arrow`.
    #[track_caller]
    pub fn batches(
        &self,
        rows: usize,
    ) -> impl DoubleEndedIterator<Item = Result<RecordBatch>> + ExactSizeIterator + use<'a> {
        assert!(rows > 0, "batches have at least one row");
        let (view, schema) = (self.clone(), schema_of(self).map(Arc::new));
        let len = view.shape().first().copied();
        (0..len.unwrap_or(1).div_ceil(rows)).map(move |index| {
            let schema = match &schema {
                Ok(schema) => schema,
                // The error again, for every batch.
                Err(_) => &Arc::new(schema_of(&view)?),
            };
            let Some(len) = len else { return batch(&view, schema) };
            let mut part = vec![SliceInfoElem::from(Slice::from(..)); view.ndim()];
            part[0] =
                SliceInfoElem::from(Slice::from(index * rows..len.min((index + 1).saturating_mul(rows))));
            batch(&view.slice(part.as_slice()), schema)
        })
    }
}

/// The Arrow type of the elements of a view, in lists of its axes after the first.
fn natural(view: &DynView<'_>) -> Result<DataType> {
    schema::in_lists(view.dtype(), view.shape().get(1..).unwrap_or_default())
}

/// The schema of a view's batches.
fn schema_of(view: &DynView<'_>) -> Result<Schema> {
    let (dtype, axes) = (view.dtype(), view.shape().get(1..).unwrap_or_default());
    if axes.is_empty() {
        return dtype.to_arrow_schema();
    }
    if !dtype.is_record()
        && let Ok(whole) = DType::array(dtype.clone(), axes)
    {
        return whole.to_arrow_schema();
    }
    let column = |name: &str, title: Option<&str>, dtype: &DType| -> Result<Field> {
        match DType::array(dtype.clone(), axes) {
            Ok(whole) => schema::column(name, title, &whole),
            // NumPy has no such sub-array: of elements without bytes, or of too many.
            Err(_) => Ok(Field::new(name, schema::in_lists(dtype, axes)?, false)),
        }
    };
    let fields: Result<Vec<Field>> = match dtype.is_record() {
        true => {
            dtype.fields().iter().map(|field| column(field.name(), field.title(), field.dtype())).collect()
        }
        false => Ok(vec![column(schema::VALUE, None, dtype)?]),
    };
    Ok(Schema::new(fields?))
}

/// The elements of a view by the schema of its batches.
fn batch(view: &DynView<'_>, schema: &Arc<Schema>) -> Result<RecordBatch> {
    let dtype = view.dtype();
    let elements = Elements::new(view.clone(), Rows::All);
    let columns: Result<Vec<ArrayRef>> = match dtype.is_record() {
        true => (dtype.fields().iter().zip(schema.fields()))
            .map(|(field, column)| elements.part(field.offset(), field.dtype())?.to(column.data_type()))
            .collect(),
        false => schema.fields().iter().map(|column| elements.to(column.data_type())).collect(),
    };
    let rows = view.shape().first().copied().unwrap_or(1);
    let options = RecordBatchOptions::new().with_row_count(Some(rows));
    RecordBatch::try_new_with_options(Arc::clone(schema), columns?, &options).map_err(refused)
}

macro_rules! delegated {
    () => {
        /// The elements as one Arrow array; see [`DynView::to_arrow`].
        ///
        /// # Errors
        ///
        /// As for [`DynView::to_arrow`].
        ///
        /// Of the feature `arrow`.
        pub fn to_arrow(&self) -> Result<ArrayRef> {
            self.arrow_view().to_arrow().map_err(|error| self.arrow_name(error))
        }

        /// The elements as one Arrow array of this type; see [`DynView::to_arrow_as`].
        ///
        /// # Errors
        ///
        /// As for [`DynView::to_arrow_as`].
        ///
        /// Of the feature `arrow`.
        pub fn to_arrow_as(&self, as_type: &DataType) -> Result<ArrayRef> {
            self.arrow_view().to_arrow_as(as_type).map_err(|error| self.arrow_name(error))
        }

        /// The elements in these rows as one Arrow array; see [`DynView::take_to_arrow`].
        ///
        /// # Errors
        ///
        /// As for [`DynView::to_arrow_as`].
        ///
        /// # Panics
        ///
        /// If a row is past the end, or there are no axes.
        ///
        /// Of the feature `arrow`.
        #[track_caller]
        pub fn take_to_arrow(&self, rows: &[usize], as_type: &DataType) -> Result<ArrayRef> {
            self.arrow_view().take_to_arrow(rows, as_type).map_err(|error| self.arrow_name(error))
        }

        /// The elements as an Arrow record batch; see [`DynView::to_record_batch`].
        ///
        /// # Errors
        ///
        /// As for [`DynView::to_arrow`].
        ///
        /// Of the feature `arrow`.
        pub fn to_record_batch(&self) -> Result<RecordBatch> {
            self.arrow_view().to_record_batch().map_err(|error| self.arrow_name(error))
        }
    };
}

impl<'a, T: Element, D: Dimension> View<'a, T, D> {
    delegated!();

    /// Record batches of `rows` rows each; see [`DynView::batches`].
    ///
    /// # Panics
    ///
    /// If `rows` is 0.
    ///
    /// Of the feature `arrow`.
    #[track_caller]
    pub fn batches(
        &self,
        rows: usize,
    ) -> impl DoubleEndedIterator<Item = Result<RecordBatch>> + ExactSizeIterator + use<'a, T, D> {
        self.untyped().batches(rows)
    }

    fn arrow_view(&self) -> DynView<'a> {
        self.untyped()
    }

    #[expect(clippy::unused_self, reason = "maps name their file")]
    fn arrow_name(&self, error: Error) -> Error {
        error
    }
}

macro_rules! delegated_of_maps {
    () => {
        delegated!();

        /// Record batches of `rows` rows each; see [`DynView::batches`].
        ///
        /// # Panics
        ///
        /// If `rows` is 0.
        ///
        /// Of the feature `arrow`.
        #[track_caller]
        pub fn batches(
            &self,
            rows: usize,
        ) -> impl DoubleEndedIterator<Item = Result<RecordBatch>> + ExactSizeIterator {
            self.arrow_view().batches(rows).map(|batch| batch.map_err(|error| self.arrow_name(error)))
        }

        fn arrow_view(&self) -> DynView<'_> {
            self.into()
        }

        fn arrow_name(&self, error: Error) -> Error {
            error.with_path(self.path())
        }
    };
}

impl<T: Element, D: Dimension, M> RecordMap<T, D, M> {
    delegated_of_maps!();
}

impl<M> DynMap<M> {
    delegated_of_maps!();
}
