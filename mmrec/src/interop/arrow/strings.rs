//! Strings and bytes of a width as those of Arrow, which have a length.

use std::{collections::HashMap, ops::Range, sync::Arc};

use arrow_array::{
    ArrayRef, DictionaryArray, GenericBinaryArray, GenericStringArray, Int32Array, OffsetSizeTrait,
    types::Int32Type,
};
use arrow_buffer::{Buffer, OffsetBuffer, ScalarBuffer};
use arrow_schema::DataType;

use super::{arrays::Elements, refused, too_many, too_many_elements, views};
use crate::{
    dtype::{Kind, Scalar, stored},
    error::{Error, ErrorKind, Result},
};

/// Strings one after another in memory.
pub(super) struct Texts {
    pub(super) bytes: Buffer,
    pub(super) spans: Spans,
    pub(super) len: usize,
}

pub(super) enum Spans {
    /// Each in as many bytes; NULs at its end do not count, if they are `padded`.
    Wide { width: usize, padded: bool },
    /// Where each ends, and the next starts.
    Ends(Vec<usize>),
}

impl Texts {
    /// Where a string lies, within the bytes.
    pub(super) fn span(&self, index: usize) -> Range<usize> {
        match &self.spans {
            Spans::Wide { width, padded } => {
                let start = index * width;
                let end = start + width;
                let len = if *padded { trimmed(&self.bytes[start..end]) } else { *width };
                start..start + len
            }
            Spans::Ends(ends) => index.checked_sub(1).map_or(0, |before| ends[before])..ends[index],
        }
    }

    fn text(&self, index: usize) -> &[u8] {
        &self.bytes[self.span(index)]
    }

    /// Whether each is UTF-8.
    pub(super) fn is_utf8(&self) -> bool {
        // All at once, which is faster, and then whether a character goes on from one to the next. What pads them is ASCII.
        let is_start = |at: usize| self.bytes.get(at).is_none_or(|byte| byte & 0xc0 != 0x80);
        self.bytes.is_ascii()
            || str::from_utf8(&self.bytes).is_ok()
                && match &self.spans {
                    Spans::Wide { width: 0, .. } => true,
                    Spans::Wide { width, .. } => (0..self.bytes.len()).step_by(*width).all(is_start),
                    Spans::Ends(ends) => ends.iter().all(|end| is_start(*end)),
                }
    }

    /// The first that is not UTF-8.
    fn first_not_utf8(&self) -> Option<usize> {
        (0..self.len).find(|index| str::from_utf8(self.text(*index)).is_err())
    }
}

/// The number of bytes without the NULs at their end.
fn trimmed(bytes: &[u8]) -> usize {
    let mut rest = bytes;
    while let Some((before, last)) = rest.split_last_chunk() {
        match u64::from_le_bytes(*last) {
            0 => rest = before,
            word => return rest.len() - word.leading_zeros() as usize / 8,
        }
    }
    stored::without_end(rest).len()
}

/// The strings or bytes of a scalar as an array of an Arrow type that has any length.
pub(super) fn array(elements: &Elements<'_, '_>, scalar: Scalar, as_type: &DataType) -> Result<ArrayRef> {
    let is_view = matches!(as_type, DataType::Utf8View | DataType::BinaryView);
    if is_view && scalar.kind() == Kind::Bytes && matches!(scalar.size(), 1 | 2 | 4 | 8) {
        let made = match scalar.size() {
            1 => views::of_words(elements.words::<u8>()?.iter().map(|word| (*word).into()), as_type),
            2 => views::of_words(elements.words::<u16>()?.iter().map(|word| word.to_le().into()), as_type),
            4 => views::of_words(elements.words::<u32>()?.iter().map(|word| word.to_le().into()), as_type),
            _ => views::of_words(elements.words::<u64>()?.iter().map(|word| word.to_le()), as_type),
        };
        if let Some(array) = made {
            return Ok(array);
        }
        // One is no text; the way of all others says which.
    }
    let len = elements.len()?;
    if scalar.size() == 0 {
        // Of these a header can name any number, without a byte of them in the file.
        let reserved =
            len.checked_add(1).is_some_and(|len| Vec::<u128>::new().try_reserve_exact(len).is_ok());
        reserved.then_some(()).ok_or_else(too_many_elements)?;
    }
    let texts = match scalar.kind() {
        Kind::Unicode => decoded(elements, scalar, len)?,
        kind => {
            let spans = Spans::Wide { width: scalar.size(), padded: kind == Kind::Bytes };
            Texts { bytes: elements.bytes(scalar)?, spans, len }
        }
    };
    match as_type {
        DataType::Binary => Ok(Arc::new(binary::<i32>(&texts, as_type)?)),
        DataType::LargeBinary => Ok(Arc::new(binary::<i64>(&texts, as_type)?)),
        DataType::Utf8 => Ok(Arc::new(utf8::<i32>(elements, &texts, as_type)?)),
        DataType::LargeUtf8 => Ok(Arc::new(utf8::<i64>(elements, &texts, as_type)?)),
        DataType::Utf8View | DataType::BinaryView => views(elements, &texts, as_type),
        DataType::Dictionary(keys, values) if **keys == DataType::Int32 => {
            dictionary(elements, &texts, values, as_type)
        }
        _ => Err(elements.cannot(as_type)),
    }
}

/// Code units as UTF-8.
fn decoded(elements: &Elements<'_, '_>, scalar: Scalar, len: usize) -> Result<Texts> {
    let (units, width) = (elements.units(scalar)?, scalar.size() / 4);
    let (mut bytes, mut ends) = (Vec::with_capacity(units.len()), Vec::with_capacity(len));
    for index in 0..len {
        let units = &units[index * width..][..width];
        let end = units.iter().rposition(|unit| *unit != 0).map_or(0, |last| last + 1);
        if units[..end].iter().all(|unit| *unit < 0x80) {
            bytes.extend(units[..end].iter().map(|unit| *unit as u8));
            ends.push(bytes.len());
            continue;
        }
        for &unit in &units[..end] {
            match char::from_u32(unit) {
                Some(char) => bytes.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes()),
                None => {
                    let message = format!(
                        "{}: the code unit 0x{unit:X} is no character; to_arrow_as {} gives the code units as they are",
                        elements.place(index),
                        super::schema::fixed(scalar.size())
                    );
                    return Err(Error::new(ErrorKind::InvalidUnit, message));
                }
            }
        }
        ends.push(bytes.len());
    }
    Ok(Texts { bytes: Buffer::from_vec(bytes), spans: Spans::Ends(ends), len })
}

/// The strings without what pads them, and where each starts and ends.
fn packed<O: OffsetSizeTrait>(texts: &Texts, as_type: &DataType) -> Result<(OffsetBuffer<O>, Buffer)> {
    let offset = |end: usize| O::from_usize(end).ok_or_else(|| too_many("bytes", as_type));
    let mut offsets = Vec::with_capacity(texts.len + 1);
    offsets.push(O::zero());
    let bytes = match &texts.spans {
        Spans::Ends(ends) => {
            for &end in ends {
                offsets.push(offset(end)?);
            }
            texts.bytes.clone()
        }
        Spans::Wide { .. } => {
            let mut bytes = Vec::with_capacity(texts.bytes.len());
            for index in 0..texts.len {
                bytes.extend_from_slice(texts.text(index));
                offsets.push(offset(bytes.len())?);
            }
            Buffer::from_vec(bytes)
        }
    };
    Ok((OffsetBuffer::new(ScalarBuffer::from(offsets)), bytes))
}

fn binary<O: OffsetSizeTrait>(texts: &Texts, as_type: &DataType) -> Result<GenericBinaryArray<O>> {
    let (offsets, bytes) = packed(texts, as_type)?;
    GenericBinaryArray::try_new(offsets, bytes, None).map_err(refused)
}

fn utf8<O: OffsetSizeTrait>(
    elements: &Elements<'_, '_>,
    texts: &Texts,
    as_type: &DataType,
) -> Result<GenericStringArray<O>> {
    let (offsets, bytes) = packed(texts, as_type)?;
    GenericStringArray::try_new(offsets, bytes, None).map_err(|error| {
        texts.first_not_utf8().map_or_else(|| refused(error), |index| no_text(elements, index))
    })
}

fn no_text(elements: &Elements<'_, '_>, index: usize) -> Error {
    let message = format!("{}: the bytes are no UTF-8; ask for Binary or BinaryView", elements.place(index));
    Error::new(ErrorKind::InvalidUnit, message)
}

fn views(elements: &Elements<'_, '_>, texts: &Texts, as_type: &DataType) -> Result<ArrayRef> {
    match views::of_texts(texts, as_type)? {
        Some(array) => Ok(array),
        None => Err(no_text(elements, texts.first_not_utf8().unwrap_or(0))),
    }
}

fn dictionary(
    elements: &Elements<'_, '_>,
    texts: &Texts,
    values: &DataType,
    as_type: &DataType,
) -> Result<ArrayRef> {
    let (mut known, mut distinct, mut ends) = (HashMap::new(), Vec::new(), Vec::new());
    let mut first = Vec::new();
    let mut keys = Vec::with_capacity(texts.len);
    for index in 0..texts.len {
        let text = texts.text(index);
        let key = match known.get(text) {
            Some(key) => *key,
            None => {
                let key = i32::try_from(known.len()).map_err(|_| too_many("values", as_type))?;
                known.insert(text, key);
                distinct.extend_from_slice(text);
                ends.push(distinct.len());
                first.push(index);
                key
            }
        };
        keys.push(key);
    }
    let texts = Texts { len: ends.len(), bytes: Buffer::from_vec(distinct), spans: Spans::Ends(ends) };
    if !matches!(values, DataType::Binary | DataType::LargeBinary | DataType::BinaryView)
        && let Some(bad) = texts.first_not_utf8()
    {
        return Err(no_text(elements, first[bad]));
    }
    let values: ArrayRef = match values {
        DataType::Binary => Arc::new(binary::<i32>(&texts, values)?),
        DataType::LargeBinary => Arc::new(binary::<i64>(&texts, values)?),
        DataType::Utf8 => Arc::new(utf8::<i32>(elements, &texts, values)?),
        DataType::LargeUtf8 => Arc::new(utf8::<i64>(elements, &texts, values)?),
        DataType::Utf8View | DataType::BinaryView => views(elements, &texts, values)?,
        _ => return Err(elements.cannot(as_type)),
    };
    let array = DictionaryArray::<Int32Type>::try_new(Int32Array::from(keys), values);
    Ok(Arc::new(array.map_err(refused)?))
}
