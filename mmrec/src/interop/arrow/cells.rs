//! The values of Arrow's arrays as scalars of NumPy's.

use arrow_array::{Array, BooleanArray, cast::AsArray};
use arrow_buffer::Buffer;
use arrow_schema::DataType;

use super::{rows::Column, schema, time};
use crate::{
    dtype::{ByteOrder, Kind, Scalar},
    error::{ErrorKind, Result},
    view::is_safe,
};

/// The values as the bytes of scalars that become `to` without loss, one after another, and which these are; `None` if the type
/// is not one of them.
pub(super) fn of(array: &dyn Array, to: Scalar, column: Column<'_>) -> Result<Option<(Buffer, Scalar)>> {
    let native = Scalar::new(to.kind(), to.size(), ByteOrder::NATIVE);
    let found = array.data_type();
    let is_fixed = *found == schema::fixed(to.size());
    Ok(match to.kind() {
        Kind::Bool => array.as_boolean_opt().map(|bits| (Buffer::from_vec(booleans(bits)), to)),
        Kind::Int | Kind::Uint | Kind::Float if to.size() <= 8 => schema::number_of(found)
            .filter(|from| is_safe(*from, to) || (from.kind(), from.size()) == (to.kind(), to.size()))
            .map(|from| (values(array, from.size()), from)),
        Kind::DateTime(_) | Kind::TimeDelta(_) => {
            steps(array, to, column)?.map(|steps| (Buffer::from_vec(steps), native))
        }
        Kind::Float | Kind::Void | Kind::Bytes | Kind::Unicode if is_fixed => {
            // A buffer may have more at its end, less than one element.
            let bytes = &array.as_fixed_size_binary().value_data()[..array.len() * to.size()];
            Some((Buffer::from(bytes), native))
        }
        Kind::Bytes | Kind::Void if schema::is_string(found) => {
            strings(array, to, column)?.map(|bytes| (Buffer::from_vec(bytes), native))
        }
        Kind::Unicode if is_text(found) => {
            units(array, to, column)?.map(|units| (Buffer::from_vec(units), native))
        }
        _ => None,
    })
}

fn booleans(bits: &BooleanArray) -> Vec<u8> {
    bits.values().iter().map(u8::from).collect()
}

/// The bytes of numbers.
fn values(array: &dyn Array, size: usize) -> Buffer {
    let data = array.to_data();
    data.buffers()[0].slice_with_length(data.offset() * size, data.len() * size)
}

/// Steps of a time, with NaT for null.
fn steps(array: &dyn Array, to: Scalar, column: Column<'_>) -> Result<Option<Vec<i64>>> {
    let found = array.data_type();
    let Some((multiply, divide)) = time::ratio(found, to, column.field) else { return Ok(None) };
    let values = values(array, if *found == DataType::Date32 { 4 } else { 8 });
    let mut steps: Vec<i64> = match found {
        DataType::Date32 => values.typed_data::<i32>().iter().map(|day| i64::from(*day)).collect(),
        _ => values.typed_data::<i64>().to_vec(),
    };
    let nulls = array.nulls();
    for (index, step) in steps.iter_mut().enumerate() {
        if nulls.is_some_and(|nulls| nulls.is_null(index)) {
            *step = i64::MIN;
            continue;
        }
        let exact = step.checked_mul(multiply).filter(|step| step % divide == 0).map(|step| step / divide);
        *step = exact.filter(|step| *step != i64::MIN).ok_or_else(|| {
            let what = format!(
                "{step} of {found} is no step of '{to}', or out of its reach; round it, or use another unit"
            );
            column.error_at(index, ErrorKind::BadTime, &what)
        })?;
    }
    Ok(Some(steps))
}

fn is_text(found: &DataType) -> bool {
    match found {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => true,
        DataType::Dictionary(_, values) => is_text(values),
        _ => false,
    }
}

/// Hands every string or bytes to `f`, in order; `None` if it has none.
fn each_text(array: &dyn Array, f: &mut dyn FnMut(usize, &[u8]) -> Result<()>) -> Result<Option<()>> {
    macro_rules! of {
        ($array:expr) => {{
            let array = $array;
            for index in 0..array.len() {
                let text: &[u8] = array.value(index).as_ref();
                f(index, text)?;
            }
        }};
    }
    match array.data_type() {
        DataType::Utf8 => of!(array.as_string::<i32>()),
        DataType::LargeUtf8 => of!(array.as_string::<i64>()),
        DataType::Utf8View => of!(array.as_string_view()),
        DataType::Binary => of!(array.as_binary::<i32>()),
        DataType::LargeBinary => of!(array.as_binary::<i64>()),
        DataType::BinaryView => of!(array.as_binary_view()),
        DataType::Dictionary(..) if array.is_empty() => {}
        DataType::Dictionary(..) => {
            let array = array.as_any_dictionary();
            let mut texts = Vec::new();
            if each_text(array.values().as_ref(), &mut |_, text| {
                texts.push(text.to_vec());
                Ok(())
            })?
            .is_none()
            {
                return Ok(None);
            }
            for (index, key) in array.normalized_keys().into_iter().enumerate() {
                f(index, &texts[key])?;
            }
        }
        _ => return Ok(None),
    }
    Ok(Some(()))
}

/// Strings padded with NUL, or bytes of just the right number.
fn strings(array: &dyn Array, to: Scalar, column: Column<'_>) -> Result<Option<Vec<u8>>> {
    let (width, is_exact) = (to.size(), to.kind() == Kind::Void);
    let mut bytes = vec![0; width * array.len()];
    let each = each_text(array, &mut |index, text| {
        if text.len() > width || (is_exact && text.len() != width) {
            return Err(wrong_length(index, text.len(), "bytes", to, column));
        }
        if !is_exact && text.ends_with(&[0]) {
            return Err(ends_in_nul(index, to, column));
        }
        bytes[index * width..][..text.len()].copy_from_slice(text);
        Ok(())
    })?;
    Ok(each.map(|()| bytes))
}

/// Text as code units padded with NUL.
fn units(array: &dyn Array, to: Scalar, column: Column<'_>) -> Result<Option<Vec<u32>>> {
    let width = to.size() / 4;
    let mut units = vec![0; width * array.len()];
    let each = each_text(array, &mut |index, text| {
        let Ok(text) = str::from_utf8(text) else { unreachable!("its type is text") };
        let len = text.chars().count();
        if len > width {
            return Err(wrong_length(index, len, "characters", to, column));
        }
        if text.ends_with('\0') {
            return Err(ends_in_nul(index, to, column));
        }
        units[index * width..].iter_mut().zip(text.chars()).for_each(|(unit, char)| *unit = char.into());
        Ok(())
    })?;
    Ok(each.map(|()| units))
}

fn wrong_length(index: usize, len: usize, what: &str, to: Scalar, column: Column<'_>) -> crate::Error {
    let what =
        format!("it has {len} {what}, and its field is '{to}'; shorten it, or use a dtype of its width");
    column.error_at(index, ErrorKind::ShapeMismatch, &what)
}

fn ends_in_nul(index: usize, to: Scalar, column: Column<'_>) -> crate::Error {
    let what = format!("it ends in NUL, which does not count in '{to}'; cut it off, or use a V");
    column.error_at(index, ErrorKind::ShapeMismatch, &what)
}
