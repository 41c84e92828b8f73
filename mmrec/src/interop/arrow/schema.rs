//! Which Arrow type each dtype is, and back.

use std::{collections::HashMap, sync::Arc};

use arrow_schema::{DataType, Field, Fields, Schema};

use super::{time, too_many};
use crate::{
    dtype::{ByteOrder, DType, DTypeField, Kind, Scalar, TimeStep, TimeUnit},
    error::{Error, ErrorKind, Result},
    view::is_safe,
};

/// The metadata of a field, or of a schema, that is its dtype as the header of a `.npy` has it.
pub(super) const DTYPE: &str = "mmrec.dtype";
/// The metadata of a field that is its title.
const TITLE: &str = "mmrec.title";
/// The column of an array that is none of records.
pub(super) const VALUE: &str = "value";

impl DType {
    /// The Arrow schema of elements of this dtype: a column for each field of a record, and one called `value` for anything
    /// else. [The dtypes](crate::doc::dtypes#arrow) has the table of the types.
    ///
    /// What Arrow cannot say is in the metadata: each field has its dtype as `mmrec.dtype`, and its title as `mmrec.title`;
    /// the schema has that of the whole record, with offsets, padding and itemsize.
    /// [`from_arrow_schema`](Self::from_arrow_schema) makes the same dtype of it.
    ///
    /// ```
    /// use mmrec::DType;
    ///
    /// let dtype: DType = "[('ts', '<M8[ns]'), ('symbol', 'S8'), ('', 'V4'), ('price', '>f4')]".parse()?;
    /// let schema = dtype.to_arrow_schema()?;
    /// assert_eq!(schema.field(0).data_type().to_string(), "Timestamp(ns)");
    /// assert_eq!(schema.field(1).data_type().to_string(), "Binary");
    /// assert_eq!(schema.field(2).metadata()["mmrec.dtype"], "'>f4'");
    /// assert_eq!(DType::from_arrow_schema(&schema)?, dtype);
    /// # Ok::<(), mmrec::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Overflow`] for a sub-array of more than 2^31 - 1 elements, which are elements without bytes.
    ///
    /// Of the feature `arrow`.
    ///
    /// NumPy: `pyarrow.from_numpy_dtype`, which knows no records.
    pub fn to_arrow_schema(&self) -> Result<Schema> {
        let fields: Fields = columns(self)?.into();
        let metadata = HashMap::from([(DTYPE.to_owned(), self.to_string())]);
        Ok(Schema::new_with_metadata(fields, metadata))
    }

    /// The dtype of an Arrow schema: that which [`to_arrow_schema`](Self::to_arrow_schema) has written into its metadata, if
    /// its columns are still of these names and types. Otherwise a record with a field for each column, without padding, of the
    /// dtype that the metadata of the column says, or, without such, that of its Arrow type:
    ///
    /// | Arrow | dtype |
    /// |---|---|
    /// | `Boolean`, `Int8` to `UInt64`, `Float16` to `Float64` | `\|b1`, `i1` to `u8`, `f2` to `f8` |
    /// | `Timestamp(unit)`, without a time zone or in UTC | `M8[unit]` |
    /// | `Date32`, `Date64` | `M8[D]`, `M8[ms]` |
    /// | `Duration(unit)` | `m8[unit]` |
    /// | `FixedSizeBinary(n)` | `\|Vn` |
    /// | `FixedSizeList(type, n)` | a sub-array of shape `(n,)` |
    /// | `Struct` | a nested record |
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unsupported`] for strings and bytes of any length, whose width only the metadata can say, and for types that
    /// NumPy has none for; [`ErrorKind::BadDescr`] for two columns of one name.
    ///
    /// Of the feature `arrow`.
    pub fn from_arrow_schema(schema: &Schema) -> Result<DType> {
        let whole = schema.metadata().get(DTYPE).and_then(|text| text.parse::<DType>().ok());
        if let Some(dtype) = whole
            && columns(&dtype).is_ok_and(|columns| is_stored_as(&columns, schema.fields()))
        {
            return Ok(dtype);
        }
        of_fields(schema.fields(), "")
    }
}

/// The Arrow fields of a dtype's columns.
pub(super) fn columns(dtype: &DType) -> Result<Vec<Field>> {
    if !dtype.is_record() {
        return Ok(vec![column(VALUE, None, dtype)?]);
    }
    dtype.fields().iter().map(|field| column(field.name(), field.title(), field.dtype())).collect()
}

/// The Arrow field of a dtype.
pub(super) fn column(name: &str, title: Option<&str>, dtype: &DType) -> Result<Field> {
    let mut metadata = HashMap::from([(DTYPE.to_owned(), dtype.to_string())]);
    if let Some(title) = title {
        metadata.insert(TITLE.to_owned(), title.to_owned());
    }
    Ok(Field::new(name, natural(dtype)?, has_nulls(dtype)).with_metadata(metadata))
}

/// Whether there may be nulls: NaT.
fn has_nulls(dtype: &DType) -> bool {
    dtype.as_scalar().and_then(time::step).is_some()
}

/// The Arrow type of a dtype, which loses nothing.
pub(super) fn natural(dtype: &DType) -> Result<DataType> {
    if let Some(scalar) = dtype.as_scalar() {
        return Ok(natural_of(scalar));
    }
    if let Some((base, len)) = dtype.outer_axis() {
        return list(natural(base)?, has_nulls(base), len);
    }
    Ok(DataType::Struct(columns(dtype)?.into()))
}

/// Lists of so many elements.
pub(super) fn list(of: DataType, nullable: bool, len: usize) -> Result<DataType> {
    let Ok(size) = i32::try_from(len) else {
        return Err(too_many(
            "elements",
            &DataType::FixedSizeList(Arc::new(Field::new_list_field(of, nullable)), i32::MAX),
        ));
    };
    Ok(DataType::FixedSizeList(Arc::new(Field::new_list_field(of, nullable)), size))
}

/// The Arrow type of a dtype in lists of these axes.
pub(super) fn in_lists(dtype: &DType, axes: &[usize]) -> Result<DataType> {
    let (mut of, mut nullable) = (natural(dtype)?, has_nulls(dtype));
    for &len in axes.iter().rev() {
        of = list(of, nullable, len)?;
        nullable = false;
    }
    Ok(of)
}

fn natural_of(scalar: Scalar) -> DataType {
    match (scalar.kind(), scalar.size()) {
        (Kind::Bool, _) => DataType::Boolean,
        (Kind::Bytes, _) => DataType::Binary,
        (Kind::Unicode, _) => DataType::Utf8,
        (Kind::DateTime(_) | Kind::TimeDelta(_), _) => time::natural(scalar).unwrap_or(DataType::Int64),
        (Kind::Complex, size) => {
            let part = natural_of(part_of_complex(scalar, size));
            DataType::FixedSizeList(Arc::new(Field::new_list_field(part, false)), 2)
        }
        (Kind::Int, 1) => DataType::Int8,
        (Kind::Int, 2) => DataType::Int16,
        (Kind::Int, 4) => DataType::Int32,
        (Kind::Int, _) => DataType::Int64,
        (Kind::Uint, 1) => DataType::UInt8,
        (Kind::Uint, 2) => DataType::UInt16,
        (Kind::Uint, 4) => DataType::UInt32,
        (Kind::Uint, _) => DataType::UInt64,
        (Kind::Float, 2) => DataType::Float16,
        (Kind::Float, 4) => DataType::Float32,
        (Kind::Float, 8) => DataType::Float64,
        (Kind::Float | Kind::Void, size) => fixed(size),
    }
}

/// The real or the imaginary part of a complex number.
pub(super) fn part_of_complex(scalar: Scalar, size: usize) -> Scalar {
    Scalar::new(Kind::Float, size / 2, scalar.order())
}

/// So many bytes, of which no dtype has more than 2^31 - 1.
pub(super) fn fixed(size: usize) -> DataType {
    DataType::FixedSizeBinary(i32::try_from(size).unwrap_or(i32::MAX))
}

/// The dtype of numbers of an Arrow type.
pub(super) fn number_of(as_type: &DataType) -> Option<Scalar> {
    let (kind, size) = match as_type {
        DataType::Int8 => (Kind::Int, 1),
        DataType::Int16 => (Kind::Int, 2),
        DataType::Int32 => (Kind::Int, 4),
        DataType::Int64 => (Kind::Int, 8),
        DataType::UInt8 => (Kind::Uint, 1),
        DataType::UInt16 => (Kind::Uint, 2),
        DataType::UInt32 => (Kind::Uint, 4),
        DataType::UInt64 => (Kind::Uint, 8),
        DataType::Float16 => (Kind::Float, 2),
        DataType::Float32 => (Kind::Float, 4),
        DataType::Float64 => (Kind::Float, 8),
        _ => return None,
    };
    Some(Scalar::new(kind, size, ByteOrder::NATIVE))
}

/// Whether an Arrow type is one of variable bytes or text, in any of its forms.
pub(super) fn is_string(as_type: &DataType) -> bool {
    use DataType::{Binary, BinaryView, Dictionary, LargeBinary, LargeUtf8, Utf8, Utf8View};
    match as_type {
        Binary | LargeBinary | BinaryView | Utf8 | LargeUtf8 | Utf8View => true,
        Dictionary(_, values) => !matches!(**values, Dictionary(..)) && is_string(values),
        _ => false,
    }
}

/// Whether these columns are in these fields, in an Arrow type that is theirs.
fn is_stored_as(columns: &[Field], fields: &Fields) -> bool {
    let is_same = |column: &Field, field: &Field| {
        column.name() == field.name() && is_form_of(column.data_type(), field.data_type())
    };
    columns.len() == fields.len() && columns.iter().zip(fields).all(|(column, field)| is_same(column, field))
}

/// Whether an Arrow type is another, but for the metadata, and for strings in another form.
fn is_form_of(natural: &DataType, found: &DataType) -> bool {
    match (natural, found) {
        (DataType::FixedSizeList(a, m), DataType::FixedSizeList(b, n)) => {
            m == n && is_form_of(a.data_type(), b.data_type())
        }
        (DataType::Struct(a), DataType::Struct(b)) => {
            let columns: Vec<Field> = a.iter().map(|field| field.as_ref().clone()).collect();
            is_stored_as(&columns, b)
        }
        (DataType::Binary | DataType::Utf8, found) => is_string(found),
        (natural, found) => natural == found,
    }
}

/// A record of these fields, without padding.
fn of_fields(fields: &Fields, outer: &str) -> Result<DType> {
    let fields: Result<Vec<_>> = fields
        .iter()
        .map(|field| {
            let name =
                if outer.is_empty() { field.name().clone() } else { format!("{outer}.{}", field.name()) };
            let made = DTypeField::new(field.name(), of_field(field, &name)?);
            Ok(match field.metadata().get(TITLE) {
                Some(title) => made.with_title(title),
                None => made,
            })
        })
        .collect();
    DType::packed(fields?)
}

fn of_field(field: &Field, name: &str) -> Result<DType> {
    let said = field.metadata().get(DTYPE).and_then(|text| text.parse::<DType>().ok());
    match said {
        Some(dtype) if natural(&dtype).is_ok_and(|natural| is_form_of(&natural, field.data_type())) => {
            Ok(dtype)
        }
        _ => of_type(field.data_type(), name),
    }
}

/// The dtype of an Arrow type without metadata.
fn of_type(from: &DataType, name: &str) -> Result<DType> {
    let time = |kind: fn(Option<TimeStep>) -> Kind, step| {
        DType::scalar(Scalar::new(kind(Some(step)), 8, ByteOrder::NATIVE))
    };
    if let Some(number) = number_of(from) {
        return Ok(number.into());
    }
    Ok(match from {
        DataType::Boolean => Scalar::new(Kind::Bool, 1, ByteOrder::None).into(),
        DataType::Timestamp(unit, zone) if time::is_utc(zone.as_deref()) => {
            time(Kind::DateTime, time::step_of(*unit))
        }
        DataType::Date32 => time(Kind::DateTime, TimeStep { unit: TimeUnit::Day, count: 1 }),
        DataType::Date64 => time(Kind::DateTime, TimeStep { unit: TimeUnit::Millisecond, count: 1 }),
        DataType::Duration(unit) => time(Kind::TimeDelta, time::step_of(*unit)),
        DataType::FixedSizeBinary(size) => {
            let size = usize::try_from(*size).ok();
            let void = size.and_then(|size| Scalar::try_new(Kind::Void, size, ByteOrder::None));
            void.ok_or_else(|| none(from, name, "make its width one from 0 to 2147483647"))?.into()
        }
        DataType::FixedSizeList(item, size) => {
            let len = usize::try_from(*size).map_err(|_| none(from, name, "make its length 0 or more"))?;
            of_list(&of_field(item, name)?, len)?
        }
        DataType::Struct(fields) => of_fields(fields, name)?,
        other if is_string(other) => {
            let hint = "strings in a record have a width; give the field one as the metadata mmrec.dtype, '|S8' or '<U8', say";
            return Err(none(from, name, hint));
        }
        DataType::Timestamp(..) => {
            return Err(none(from, name, "NumPy's times have no zone; cast it to UTC"));
        }
        _ => return Err(none(from, name, "leave the column out, or cast it to a type that has one")),
    })
}

/// A sub-array; more axes of one are joined to its shape.
fn of_list(item: &DType, len: usize) -> Result<DType> {
    let shape = [&[len][..], &item.shape()].concat();
    DType::array(item.base().clone(), &shape)
}

fn none(from: &DataType, name: &str, hint: &str) -> Error {
    let column = if name.is_empty() { String::new() } else { format!(" of column `{name}`") };
    Error::new(ErrorKind::Unsupported, format!("the Arrow type {from}{column} is no dtype of NumPy: {hint}"))
}

/// Whether numbers of one dtype can be those of an Arrow type, wider ones than their own.
pub(super) fn widens_to(scalar: Scalar, as_type: &DataType) -> Option<Scalar> {
    number_of(as_type).filter(|to| {
        let is_number = matches!(scalar.kind(), Kind::Bool | Kind::Int | Kind::Uint | Kind::Float);
        is_number && (is_safe(scalar, *to) || (scalar.kind(), scalar.size()) == (to.kind(), to.size()))
    })
}
