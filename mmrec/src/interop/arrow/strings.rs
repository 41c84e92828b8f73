//! Strings and bytes of a width as those of Arrow, which have a length.

use std::{collections::HashMap, ops::Range, sync::Arc};

use arrow_array::{
    ArrayRef, BinaryViewArray, DictionaryArray, GenericBinaryArray, GenericStringArray, Int32Array,
    OffsetSizeTrait, StringViewArray, types::Int32Type,
};
use arrow_buffer::{Buffer, OffsetBuffer, ScalarBuffer};
use arrow_schema::DataType;

use super::{arrays::Elements, refused, too_many};
use crate::{
    dtype::{Kind, Scalar, stored},
    error::{Error, ErrorKind, Result},
};

/// The longest string that lies in its view.
const INLINE: usize = 12;

/// The most bytes of one buffer of long strings.
const LONGEST: usize = i32::MAX as usize;

/// Strings one after another in memory.
struct Texts {
    bytes: Buffer,
    spans: Spans,
    len: usize,
}

enum Spans {
    /// Each in as many bytes; NULs at its end do not count, if they are `padded`.
    Wide { width: usize, padded: bool },
    /// Where each ends, and the next starts.
    Ends(Vec<usize>),
}

impl Texts {
    fn span(&self, index: usize) -> Range<usize> {
        match &self.spans {
            Spans::Wide { width, padded } => {
                let start = index * width;
                let end = start + width;
                let len = if *padded { stored::without_end(&self.bytes[start..end]).len() } else { *width };
                start..start + len
            }
            Spans::Ends(ends) => index.checked_sub(1).map_or(0, |before| ends[before])..ends[index],
        }
    }

    fn text(&self, index: usize) -> &[u8] {
        &self.bytes[self.span(index)]
    }
}

/// The strings or bytes of a scalar as an array of an Arrow type that has any length.
pub(super) fn array(elements: &Elements<'_, '_>, scalar: Scalar, as_type: &DataType) -> Result<ArrayRef> {
    let is_view = matches!(as_type, DataType::Utf8View | DataType::BinaryView);
    if is_view && scalar.kind() == Kind::Bytes && matches!(scalar.size(), 1 | 2 | 4 | 8) {
        let views = match scalar.size() {
            1 => words(elements.words::<u8>()?.into_iter().map(u64::from)),
            2 => words(elements.words::<u16>()?.into_iter().map(|word| word.to_le().into())),
            4 => words(elements.words::<u32>()?.into_iter().map(|word| word.to_le().into())),
            _ => words(elements.words::<u64>()?.into_iter().map(u64::to_le)),
        };
        return of_views(elements, views, Vec::new(), as_type);
    }
    let len = elements.len()?;
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

/// The views of strings of up to eight bytes, the first of them the lowest of a word.
fn words(words: impl Iterator<Item = u64>) -> Vec<u128> {
    words.map(|word| u128::from(8 - word.leading_zeros() / 8) | u128::from(word) << 32).collect()
}

/// Code units as UTF-8.
fn decoded(elements: &Elements<'_, '_>, scalar: Scalar, len: usize) -> Result<Texts> {
    let (units, width) = (elements.units(scalar)?, scalar.size() / 4);
    let (mut bytes, mut ends) = (Vec::with_capacity(units.len()), Vec::with_capacity(len));
    for index in 0..len {
        let units = &units[index * width..][..width];
        let end = units.iter().rposition(|unit| *unit != 0).map_or(0, |last| last + 1);
        for &unit in &units[..end] {
            match char::from_u32(unit) {
                Some(char) if char.is_ascii() => bytes.push(char as u8),
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
        let first = (0..texts.len).find(|index| str::from_utf8(texts.text(*index)).is_err());
        first.map_or_else(|| refused(error), |index| no_text(elements, index))
    })
}

fn no_text(elements: &Elements<'_, '_>, index: usize) -> Error {
    let message = format!("{}: the bytes are no UTF-8; ask for Binary or BinaryView", elements.place(index));
    Error::new(ErrorKind::InvalidUnit, message)
}

fn views(elements: &Elements<'_, '_>, texts: &Texts, as_type: &DataType) -> Result<ArrayRef> {
    // Where strings of one width are longer than a buffer may be, they are in several.
    let (rows, width) = match &texts.spans {
        Spans::Wide { width, .. } => (LONGEST.checked_div(*width).unwrap_or(usize::MAX).max(1), *width),
        Spans::Ends(_) if texts.bytes.len() > LONGEST => return Err(too_many("bytes", as_type)),
        Spans::Ends(_) => (usize::MAX, 0),
    };
    let (mut views, mut is_long) = (Vec::with_capacity(texts.len), false);
    for index in 0..texts.len {
        let span = texts.span(index);
        let (text, buffer) = (&texts.bytes[span.clone()], index / rows);
        let mut view = [0; 16];
        view[..4].copy_from_slice(&number(text.len(), as_type)?);
        if text.len() <= INLINE {
            view[4..][..text.len()].copy_from_slice(text);
        } else {
            is_long = true;
            view[4..8].copy_from_slice(&text[..4]);
            view[8..12].copy_from_slice(&number(buffer, as_type)?);
            view[12..].copy_from_slice(&number(
                span.start - buffer.saturating_mul(rows).saturating_mul(width),
                as_type,
            )?);
        }
        views.push(u128::from_le_bytes(view));
    }
    let mut buffers = Vec::new();
    if is_long {
        let step = rows.saturating_mul(width.max(1)).min(texts.bytes.len());
        for start in (0..texts.bytes.len()).step_by(step.max(1)) {
            buffers.push(texts.bytes.slice_with_length(start, step.min(texts.bytes.len() - start)));
        }
    }
    of_views(elements, views, buffers, as_type)
}

fn number(number: usize, as_type: &DataType) -> Result<[u8; 4]> {
    i32::try_from(number).map(i32::to_le_bytes).map_err(|_| too_many("bytes", as_type))
}

fn of_views(
    elements: &Elements<'_, '_>,
    views: Vec<u128>,
    buffers: Vec<Buffer>,
    as_type: &DataType,
) -> Result<ArrayRef> {
    let views = ScalarBuffer::from(views);
    if *as_type == DataType::BinaryView {
        return Ok(Arc::new(BinaryViewArray::try_new(views, buffers, None).map_err(refused)?));
    }
    match StringViewArray::try_new(views.clone(), buffers.clone(), None) {
        Ok(array) => Ok(Arc::new(array)),
        Err(error) => {
            let bytes = BinaryViewArray::try_new(views, buffers, None).map_err(refused)?;
            let first = bytes.bytes_iter().position(|text| str::from_utf8(text).is_err());
            Err(first.map_or_else(|| refused(error), |index| no_text(elements, index)))
        }
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
        && let Some(bad) = (0..texts.len).find(|index| str::from_utf8(texts.text(*index)).is_err())
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
