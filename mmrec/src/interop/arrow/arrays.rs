//! Elements as Arrow's arrays, by the Arrow type that is asked for.

use std::sync::Arc;

use arrow_array::{
    Array, ArrayRef, ArrowPrimitiveType, BooleanArray, FixedSizeBinaryArray, FixedSizeListArray,
    PrimitiveArray, StructArray, types,
};
use arrow_buffer::{ArrowNativeType, BooleanBuffer, Buffer, MutableBuffer, NullBuffer, ScalarBuffer};
use arrow_schema::{DataType, Fields, TimeUnit as ArrowUnit};
use ndarray::{Axis, Ix1, Ix2, IxDyn, Slice, SliceInfoElem};

use super::{refused, schema, strings, time, too_many_elements};
use crate::{
    dtype::{ByteOrder, DType, Kind, Scalar},
    element::Element,
    error::{Error, ErrorKind, Result},
    view::{DynView, DynViewMut, raw::DynRawMut},
};

/// Which rows are read: indices of axis 0.
#[derive(Clone, Copy)]
pub(super) enum Rows<'r> {
    All,
    /// Each less than the number of rows.
    Chosen(&'r [usize]),
}

/// What is read: the elements at these rows of a view, in C order.
#[derive(Clone)]
pub(super) struct Elements<'v, 'r> {
    pub(super) view: DynView<'v>,
    pub(super) rows: Rows<'r>,
    /// How many axes of the view, the first ones, count as the length of the array; the others are lists.
    outer: usize,
}

impl<'v, 'r> Elements<'v, 'r> {
    /// Axis 0 is the rows; an array without axes is one row.
    pub(super) fn new(view: DynView<'v>, rows: Rows<'r>) -> Self {
        let outer = view.ndim().min(1);
        Self { view, rows, outer }
    }

    /// The field of each element.
    pub(super) fn field(&self, offset: usize, dtype: &DType) -> Result<Self> {
        let view = self.view.part(offset, dtype).ok_or_else(|| no_such_part(dtype))?;
        Ok(Self { view, rows: self.rows, outer: self.view.ndim() })
    }

    /// The field of each element, in as many lists as the elements are.
    pub(super) fn part(&self, offset: usize, dtype: &DType) -> Result<Self> {
        let view = self.view.part(offset, dtype).ok_or_else(|| no_such_part(dtype))?;
        Ok(Self { view, rows: self.rows, outer: self.outer })
    }

    /// How many there are along the first `axes` axes.
    fn len_of(&self, axes: usize) -> Result<usize> {
        let shape = &self.view.shape()[..axes];
        let rows = match (self.rows, shape.first()) {
            (Rows::Chosen(rows), Some(_)) => rows.len(),
            (_, Some(&len)) => len,
            (_, None) => return Ok(1),
        };
        shape[1..].iter().try_fold(rows, |len, &axis| len.checked_mul(axis)).ok_or_else(too_many_elements)
    }

    /// How many there are.
    pub(super) fn len(&self) -> Result<usize> {
        self.len_of(self.view.ndim())
    }

    /// Where an element is, for errors: its row, and the byte at which it starts.
    pub(super) fn place(&self, index: usize) -> String {
        let (shape, strides) = (self.view.shape(), self.view.strides());
        let (mut rest, mut offset) = (index, i128::from(self.view.byte_offset()));
        for axis in (1..shape.len()).rev() {
            let len = shape[axis].max(1);
            offset += (rest % len) as i128 * strides[axis] as i128;
            rest /= len;
        }
        let row = match self.rows {
            Rows::Chosen(rows) => rows.get(rest).copied().unwrap_or(rest),
            Rows::All => rest,
        };
        offset += row as i128 * strides.first().copied().unwrap_or(0) as i128;
        format!("row {row} (at byte {offset})")
    }

    /// The elements as an array of an Arrow type.
    pub(super) fn to(&self, as_type: &DataType) -> Result<ArrayRef> {
        self.in_lists(as_type, |leaf| self.leaf(leaf))
    }

    /// An array of all elements, which `leaf` makes of the type in the innermost lists, in lists of the axes after the outer ones.
    pub(super) fn in_lists(
        &self,
        as_type: &DataType,
        leaf: impl FnOnce(&DataType) -> Result<ArrayRef>,
    ) -> Result<ArrayRef> {
        let (mut levels, mut inner) = (Vec::new(), as_type);
        for &len in &self.view.shape()[self.outer..] {
            match inner {
                DataType::FixedSizeList(field, size) if usize::try_from(*size) == Ok(len) => {
                    levels.push((field, *size));
                    inner = field.data_type();
                }
                _ => return Err(self.cannot(as_type)),
            }
        }
        let mut array = leaf(inner)?;
        for (level, (field, size)) in levels.into_iter().enumerate().rev() {
            let len = self.len_of(self.outer + level)?;
            let list = FixedSizeListArray::try_new_with_length(Arc::clone(field), size, array, None, len);
            array = Arc::new(list.map_err(refused)?);
        }
        Ok(array)
    }

    fn leaf(&self, as_type: &DataType) -> Result<ArrayRef> {
        let dtype = self.view.dtype();
        let Some(scalar) = dtype.as_scalar() else {
            return match as_type {
                DataType::Struct(fields) => self.records(fields),
                _ => Err(self.cannot(as_type)),
            };
        };
        match (scalar.kind(), as_type) {
            (Kind::Complex, DataType::FixedSizeList(_, 2)) => {
                let part = schema::part_of_complex(scalar, scalar.size());
                self.field(0, &DType::array(part.into(), &[2])?)?.to(as_type)
            }
            (Kind::Bool, DataType::Boolean) => self.booleans(),
            (Kind::DateTime(_) | Kind::TimeDelta(_), _) => self.times(scalar, as_type),
            (Kind::Bytes | Kind::Void | Kind::Unicode, other) if schema::is_string(other) => {
                strings::array(self, scalar, as_type)
            }
            (Kind::Bytes | Kind::Void | Kind::Unicode | Kind::Float, DataType::FixedSizeBinary(_))
                if *as_type == schema::fixed(scalar.size())
                    && (scalar.kind() != Kind::Float || scalar.size() == 16) =>
            {
                self.fixed(scalar)
            }
            _ => match schema::widens_to(scalar, as_type) {
                Some(number) => self.numbers(scalar, number, as_type),
                None => Err(self.cannot(as_type)),
            },
        }
    }

    fn records(&self, fields: &Fields) -> Result<ArrayRef> {
        let dtype = self.view.dtype();
        let len = self.len()?;
        if fields.len() != dtype.fields().len() {
            return Err(self.cannot(&DataType::Struct(fields.clone())));
        }
        let arrays: Result<Vec<ArrayRef>> = fields
            .iter()
            .map(|to| match dtype.fields().iter().find(|field| field.name() == to.name()) {
                Some(field) => self.field(field.offset(), field.dtype())?.to(to.data_type()),
                None => Err(self.cannot(&DataType::Struct(fields.clone()))),
            })
            .collect();
        let array = StructArray::try_new_with_length(fields.clone(), arrays?, None, len);
        Ok(Arc::new(array.map_err(refused)?))
    }

    fn booleans(&self) -> Result<ArrayRef> {
        let bytes = self.words::<u8>()?;
        let bits = BooleanBuffer::collect_bool(bytes.len(), |i| bytes[i] != 0);
        Ok(Arc::new(BooleanArray::new(bits, None)))
    }

    fn fixed(&self, scalar: Scalar) -> Result<ArrayRef> {
        let bytes = match scalar.kind() {
            // As numbers of four bytes each, which have a byte order.
            Kind::Unicode => self.units(scalar)?.into_inner(),
            _ => self.bytes(native(scalar))?,
        };
        let size = i32::try_from(scalar.size()).unwrap_or(i32::MAX);
        let array = FixedSizeBinaryArray::try_new_with_len(size, bytes, None, self.len()?);
        Ok(Arc::new(array.map_err(refused)?))
    }

    fn numbers(&self, scalar: Scalar, number: Scalar, as_type: &DataType) -> Result<ArrayRef> {
        let is_same = (scalar.kind(), scalar.size()) == (number.kind(), number.size());
        let numbers = match scalar.size() {
            1 if is_same => Buffer::from_vec(self.words::<u8>()?),
            2 if is_same => Buffer::from_vec(self.words::<u16>()?),
            4 if is_same => Buffer::from_vec(self.words::<u32>()?),
            8 if is_same => Buffer::from_vec(self.words::<u64>()?),
            _ => self.copied(number.into())?,
        };
        primitive(as_type, numbers, None)
    }

    fn times(&self, scalar: Scalar, as_type: &DataType) -> Result<ArrayRef> {
        let factor = time::factor(scalar, as_type).ok_or_else(|| self.cannot(as_type))?;
        let mut steps = self.words::<i64>()?;
        let nulls = nat(&steps);
        if factor != 1 {
            for (i, step) in steps.iter_mut().enumerate().filter(|(_, step)| **step != i64::MIN) {
                *step =
                    step.checked_mul(factor).ok_or_else(|| self.out_of_reach(i, *step, scalar, as_type))?;
            }
        }
        if *as_type != DataType::Date32 {
            return primitive(as_type, Buffer::from_vec(steps), nulls);
        }
        let days: Result<Vec<i32>> = (steps.iter().enumerate())
            .map(|(i, &step)| match i32::try_from(step) {
                Ok(day) => Ok(day),
                Err(_) if step == i64::MIN => Ok(0),
                Err(_) => Err(self.out_of_reach(i, step, scalar, as_type)),
            })
            .collect();
        primitive(as_type, Buffer::from_vec(days?), nulls)
    }

    fn out_of_reach(&self, index: usize, step: i64, scalar: Scalar, as_type: &DataType) -> Error {
        let message = format!(
            "{}: {step} of '{scalar}' is out of the reach of {as_type}; to_arrow_as Int64 gives the steps as they are",
            self.place(index)
        );
        Error::new(ErrorKind::BadTime, message)
    }

    /// The code units of strings, one after another, in the byte order of the machine.
    pub(super) fn units(&self, scalar: Scalar) -> Result<ScalarBuffer<u32>> {
        if matches!(self.rows, Rows::All) {
            // Whole strings at a time.
            return Ok(self.copied(native(scalar).into())?.into());
        }
        let unit = Scalar::new(Kind::Uint, 4, scalar.order());
        Ok(self.field(0, &DType::array(unit.into(), &[scalar.size() / 4])?)?.words()?.into())
    }

    /// The elements as numbers of their size, in the byte order of the machine.
    pub(super) fn words<W: Word>(&self) -> Result<Vec<W>> {
        let dtype = self.view.dtype();
        let is_swapped = dtype.as_scalar().is_some_and(|scalar| {
            !matches!(scalar.order(), ByteOrder::None) && scalar.order() != ByteOrder::NATIVE
        });
        let view = self.view.part(0, W::DTYPE).ok_or_else(|| no_such_part(W::DTYPE))?;
        let mut words = match self.rows {
            _ if view.ndim() == 0 => view.typed::<W, IxDyn>()?.to_vec(),
            Rows::All => view.typed::<W, IxDyn>()?.to_vec(),
            Rows::Chosen(rows) if view.ndim() == 1 => {
                let view = view.typed::<W, Ix1>()?;
                rows.iter().map(|&row| view.at(row)).collect()
            }
            Rows::Chosen(rows) if view.ndim() == 2 => {
                let (view, len) = (view.typed::<W, Ix2>()?, view.shape()[1]);
                rows.iter()
                    .flat_map(|&row| (0..len).map(move |i| [row, i]))
                    .map(|index| view.at(index))
                    .collect()
            }
            Rows::Chosen(rows) => {
                let view = view.typed::<W, IxDyn>()?;
                let mut words = Vec::with_capacity(self.len()?);
                rows.iter().for_each(|&row| words.extend(view.index_axis(Axis(0), row).iter()));
                words
            }
        };
        if is_swapped {
            words.iter_mut().for_each(|word| *word = word.swapped());
        }
        Ok(words)
    }

    /// The bytes of scalars, one after another.
    pub(super) fn bytes(&self, scalar: Scalar) -> Result<Buffer> {
        let (is_same, size) = (self.view.dtype().as_scalar() == Some(scalar), scalar.size());
        Ok(match (size, self.rows) {
            _ if !is_same => self.copied(scalar.into())?,
            (1 | 2 | 4 | 8, _) => self.pieces(size, 1)?,
            (1.., Rows::Chosen(_)) => {
                let piece = if size.is_multiple_of(8) { 8 } else { 1 };
                self.pieces(piece, size / piece)?
            }
            _ => self.copied(scalar.into())?,
        })
    }

    /// The bytes of elements that are taken for this many unsigned numbers of this size.
    fn pieces(&self, size: usize, count: usize) -> Result<Buffer> {
        let number = DType::scalar(Scalar::new(Kind::Uint, size, ByteOrder::NATIVE));
        let pieces = self.field(0, &if count == 1 { number } else { DType::array(number, &[count])? })?;
        Ok(match size {
            1 => Buffer::from_vec(pieces.words::<u8>()?),
            2 => Buffer::from_vec(pieces.words::<u16>()?),
            4 => Buffer::from_vec(pieces.words::<u32>()?),
            _ => Buffer::from_vec(pieces.words::<u64>()?),
        })
    }

    /// A copy of the elements, one after another, as those of a dtype that has all their values.
    fn copied(&self, dtype: DType) -> Result<Buffer> {
        let bytes = self.len()?.checked_mul(dtype.itemsize()).filter(|bytes| isize::try_from(*bytes).is_ok());
        let bytes = bytes.ok_or_else(too_many_elements)?;
        let mut buffer = MutableBuffer::from_len_zeroed(bytes);
        let per_row = self.view.shape().iter().skip(1).product::<usize>() * dtype.itemsize();
        let copy = |view: DynView<'_>, to: &mut [u8]| match DynRawMut::of_bytes(
            to,
            IxDyn(view.shape()),
            dtype.clone(),
        ) {
            Some(raw) => DynViewMut::from_raw(raw)?.assign_by_name(view),
            None => unreachable!("there are as many bytes as the elements take"),
        };
        match self.rows {
            Rows::Chosen(rows) if self.view.ndim() > 0 => {
                let mut done = 0;
                for run in rows.chunk_by(|a, b| a.checked_add(1) == Some(*b)) {
                    let mut part = vec![SliceInfoElem::from(Slice::from(..)); self.view.ndim()];
                    part[0] = SliceInfoElem::from(Slice::from(run[0]..run[0] + run.len()));
                    let end = done + run.len() * per_row;
                    copy(self.view.slice(part.as_slice()), &mut buffer[done..end])?;
                    done = end;
                }
            }
            _ => copy(self.view.clone(), &mut buffer)?,
        }
        Ok(buffer.into())
    }

    pub(super) fn cannot(&self, as_type: &DataType) -> Error {
        let dtype = self.view.dtype();
        let axes = match self.view.shape().get(self.outer..) {
            Some(axes) if !axes.is_empty() => format!(" in lists of {axes:?}"),
            _ => String::new(),
        };
        let natural = schema::natural(dtype).map(|natural| format!("; {natural} does")).unwrap_or_default();
        let message = format!("{as_type} does not hold all values of {dtype}{axes}{natural}");
        Error::new(ErrorKind::DTypeMismatch, message)
    }
}

/// The scalar in the byte order of the machine.
pub(super) fn native(scalar: Scalar) -> Scalar {
    Scalar::new(scalar.kind(), scalar.size(), ByteOrder::NATIVE)
}

fn no_such_part(dtype: &DType) -> Error {
    Error::new(
        ErrorKind::Overflow,
        format!("the elements are not as long as {dtype}, or there are too many of it"),
    )
}

/// Nulls where there is NaT, if there is any.
pub(super) fn nat(steps: &[i64]) -> Option<NullBuffer> {
    let any = steps.iter().fold(false, |any, step| any | (*step == i64::MIN));
    any.then(|| NullBuffer::new(BooleanBuffer::collect_bool(steps.len(), |i| steps[i] != i64::MIN)))
}

/// An unsigned number that stands for scalars of its size, or steps of times.
pub(super) trait Word: Element + ArrowNativeType {
    fn swapped(self) -> Self;
}

macro_rules! words {
    ($($word:ty)*) => {$(
        impl Word for $word {
            fn swapped(self) -> Self {
                self.swap_bytes()
            }
        }
    )*};
}

words!(u8 u16 u32 u64 i64);

/// An array of numbers or times from their bytes.
pub(super) fn primitive(as_type: &DataType, values: Buffer, nulls: Option<NullBuffer>) -> Result<ArrayRef> {
    fn of<T: ArrowPrimitiveType>(
        as_type: &DataType,
        values: Buffer,
        nulls: Option<NullBuffer>,
    ) -> Result<ArrayRef> {
        let array = PrimitiveArray::<T>::try_new(ScalarBuffer::from(values), nulls).map_err(refused)?;
        // Of a time zone.
        Ok(Arc::new(if array.data_type() == as_type { array } else { array.with_data_type(as_type.clone()) }))
    }
    let made = match as_type {
        DataType::Int8 => of::<types::Int8Type>,
        DataType::Int16 => of::<types::Int16Type>,
        DataType::Int32 => of::<types::Int32Type>,
        DataType::Int64 => of::<types::Int64Type>,
        DataType::UInt8 => of::<types::UInt8Type>,
        DataType::UInt16 => of::<types::UInt16Type>,
        DataType::UInt32 => of::<types::UInt32Type>,
        DataType::UInt64 => of::<types::UInt64Type>,
        DataType::Float16 => of::<types::Float16Type>,
        DataType::Float32 => of::<types::Float32Type>,
        DataType::Float64 => of::<types::Float64Type>,
        DataType::Date32 => of::<types::Date32Type>,
        DataType::Date64 => of::<types::Date64Type>,
        DataType::Timestamp(ArrowUnit::Second, _) => of::<types::TimestampSecondType>,
        DataType::Timestamp(ArrowUnit::Millisecond, _) => of::<types::TimestampMillisecondType>,
        DataType::Timestamp(ArrowUnit::Microsecond, _) => of::<types::TimestampMicrosecondType>,
        DataType::Timestamp(ArrowUnit::Nanosecond, _) => of::<types::TimestampNanosecondType>,
        DataType::Duration(ArrowUnit::Second) => of::<types::DurationSecondType>,
        DataType::Duration(ArrowUnit::Millisecond) => of::<types::DurationMillisecondType>,
        DataType::Duration(ArrowUnit::Microsecond) => of::<types::DurationMicrosecondType>,
        DataType::Duration(ArrowUnit::Nanosecond) => of::<types::DurationNanosecondType>,
        other => unreachable!("{other} is no number or time"),
    };
    made(as_type, values, nulls)
}
