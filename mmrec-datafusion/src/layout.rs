//! The dtype that the columns of a query are written as.

use std::sync::Arc;

use arrow_array::{Array as _, ArrayRef, RecordBatch, RecordBatchOptions, cast::AsArray};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use datafusion::{
    arrow::compute::cast,
    common::{DataFusionError, Result},
};
use mmrec::{ByteOrder, DType, DTypeField, Kind, Scalar};

use crate::{
    error::{external, plan},
    options::{NpyOptions, Text},
    schema::DTYPE,
};

/// How each column is stored, as far as it is known before the rows are.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    columns: Vec<Column>,
    /// All of it, if no width is missing.
    dtype: Option<DType>,
}

#[derive(Clone, Debug)]
enum Column {
    Known(DTypeField),
    /// Text or bytes, at least so wide.
    Wide {
        name: String,
        kind: Kind,
        width: usize,
    },
}

impl Layout {
    /// For columns of this schema. Rows that are added to a table are laid out as those that are there.
    pub(crate) fn new(schema: &Schema, is_insert: bool, options: &NpyOptions) -> Result<Self> {
        if is_insert && let Some(dtype) = schema.metadata().get(DTYPE) {
            let dtype: DType = dtype.parse().map_err(external)?;
            return Ok(Self { columns: Vec::new(), dtype: Some(dtype) });
        }
        let columns: Vec<_> =
            schema.fields().iter().map(|field| column(field, options)).collect::<Result<_>>()?;
        let mut layout = Self { columns, dtype: None };
        if layout.columns.iter().all(|column| matches!(column, Column::Known(_))) {
            layout.dtype = Some(layout.widths().finish()?);
        }
        Ok(layout)
    }

    /// The dtype of the records, if it does not depend on what they hold.
    pub(crate) fn dtype(&self) -> Option<&DType> {
        self.dtype.as_ref()
    }

    /// Starts looking for the greatest widths.
    pub(crate) fn widths(&self) -> Widths {
        Widths(self.columns.clone())
    }

    /// What went wrong with a batch, with the remedies that SQL has.
    pub(crate) fn failed(&self, error: mmrec::Error) -> DataFusionError {
        external(error).context(
            "a .npy file has a value of the same width in each row: write coalesce(column, value) for a column with NULLs, and a greater \
             npy.width for longer text",
        )
    }
}

fn column(field: &Field, options: &NpyOptions) -> Result<Column> {
    // What the column was in the file that it came from.
    let before = field.metadata().get(DTYPE).and_then(|text| text.parse::<DType>().ok());
    let before = before.and_then(|dtype| dtype.as_scalar());
    let kind = match value_type(field.data_type()) {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => {
            match (before.map(Scalar::kind), options.text) {
                (Some(Kind::Bytes), _) | (_, Text::Bytes) => Kind::Bytes,
                _ => Kind::Unicode,
            }
        }
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView => Kind::Bytes,
        _ => {
            let schema =
                Schema::new(vec![field.clone().with_data_type(value_type(field.data_type()).clone())]);
            let dtype = DType::from_arrow_schema(&schema).map_err(|error| {
                external(error).context(format!("column {:?} cannot be written; CAST it", field.name()))
            })?;
            let inner = dtype.fields().first().map(|inner| inner.dtype().clone());
            let inner = inner.ok_or_else(|| plan(format!("column {:?} has no dtype", field.name())))?;
            return Ok(Column::Known(DTypeField::new(field.name(), inner)));
        }
    };
    match options.width {
        Some(width) => Ok(Column::Known(DTypeField::new(field.name(), text(kind, width)?))),
        None => {
            let width =
                before.filter(|scalar| scalar.kind() == kind).map_or(0, |scalar| scalar.size() / unit(kind));
            Ok(Column::Wide { name: field.name().clone(), kind, width })
        }
    }
}

/// The type of the values, where these are in a dictionary.
fn value_type(type_: &DataType) -> &DataType {
    match type_ {
        DataType::Dictionary(_, values) => values,
        type_ => type_,
    }
}

/// Bytes for each unit of width.
fn unit(kind: Kind) -> usize {
    if kind == Kind::Unicode { 4 } else { 1 }
}

fn text(kind: Kind, width: usize) -> Result<DType> {
    let size = width.checked_mul(unit(kind));
    let scalar = size.and_then(|size| Scalar::try_new(kind, size, ByteOrder::Little));
    scalar
        .map(DType::scalar)
        .ok_or_else(|| plan(format!("{width} is too wide for text in a .npy file; give a smaller npy.width")))
}

/// The greatest width of each column so far.
pub(crate) struct Widths(Vec<Column>);

impl Widths {
    pub(crate) fn add(&mut self, batch: &RecordBatch) -> Result<()> {
        for (column, array) in self.0.iter_mut().zip(batch.columns()) {
            if let Column::Wide { kind, width, .. } = column {
                *width = widest(array, *kind).max(*width);
            }
        }
        Ok(())
    }

    /// Takes in what was found of other rows.
    pub(crate) fn merge(&mut self, other: &Self) {
        for (column, other) in self.0.iter_mut().zip(&other.0) {
            if let (Column::Wide { width, .. }, Column::Wide { width: found, .. }) = (column, other) {
                *width = (*width).max(*found);
            }
        }
    }

    pub(crate) fn finish(self) -> Result<DType> {
        let fields = self.0.into_iter().map(|column| match column {
            Column::Known(field) => Ok(field),
            // NumPy has no use for strings of no width.
            Column::Wide { name, kind, width } => Ok(DTypeField::new(name, text(kind, width.max(1))?)),
        });
        DType::packed(fields.collect::<Result<Vec<_>>>()?).map_err(external)
    }
}

fn widest(array: &ArrayRef, kind: Kind) -> usize {
    fn most<'a>(texts: impl Iterator<Item = Option<&'a str>>, kind: Kind) -> usize {
        let len = |text: &str| if kind == Kind::Unicode { text.chars().count() } else { text.len() };
        texts.flatten().map(len).max().unwrap_or(0)
    }
    fn longest<'a>(bytes: impl Iterator<Item = Option<&'a [u8]>>) -> usize {
        bytes.flatten().map(<[u8]>::len).max().unwrap_or(0)
    }
    match array.data_type() {
        DataType::Utf8 => most(array.as_string::<i32>().iter(), kind),
        DataType::LargeUtf8 => most(array.as_string::<i64>().iter(), kind),
        DataType::Utf8View => most(array.as_string_view().iter(), kind),
        DataType::Binary => longest(array.as_binary::<i32>().iter()),
        DataType::LargeBinary => longest(array.as_binary::<i64>().iter()),
        DataType::BinaryView => longest(array.as_binary_view().iter()),
        _ => 0,
    }
}

/// The batch with text that is its own: rows that were taken out of others share all of theirs.
pub(crate) fn compact(batch: &RecordBatch) -> Result<RecordBatch> {
    let is_view = |array: &ArrayRef| matches!(array.data_type(), DataType::Utf8View | DataType::BinaryView);
    if !batch.columns().iter().any(is_view) {
        return Ok(batch.clone());
    }
    let columns = batch.columns().iter().map(|array| match array.data_type() {
        DataType::Utf8View => Arc::new(array.as_string_view().gc()),
        DataType::BinaryView => Arc::new(array.as_binary_view().gc()) as ArrayRef,
        _ => Arc::clone(array),
    });
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    Ok(RecordBatch::try_new_with_options(batch.schema(), columns.collect(), &options)?)
}

/// The batch with the values of dictionaries in their place.
pub(crate) fn decoded(batch: &RecordBatch) -> Result<RecordBatch> {
    if !batch.columns().iter().any(|array| matches!(array.data_type(), DataType::Dictionary(..))) {
        return Ok(batch.clone());
    }
    let schema = batch.schema();
    let fields = schema
        .fields()
        .iter()
        .map(|field| field.as_ref().clone().with_data_type(value_type(field.data_type()).clone()));
    let schema: SchemaRef = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    let columns = batch.columns().iter().map(|array| cast(array, value_type(array.data_type())));
    Ok(RecordBatch::try_new(schema, columns.collect::<Result<_, _>>()?)?)
}
