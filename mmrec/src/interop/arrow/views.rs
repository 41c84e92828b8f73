//! Arrow's arrays of string views: 16 bytes each, in which up to 12 bytes lie, or the first four and where all are.
#![allow(unsafe_code, reason = "Arrow would look at every view again, which takes as long as making them")]

use std::sync::Arc;

use arrow_array::{ArrayRef, BinaryViewArray, StringViewArray};
use arrow_buffer::{Buffer, ScalarBuffer};
use arrow_schema::DataType;

use super::{
    strings::{Spans, Texts},
    too_many,
};
use crate::error::Result;

/// The longest string that lies in its view.
const INLINE: usize = 12;

/// The most bytes of one buffer of long strings.
const LONGEST: usize = i32::MAX as usize;

/// A bit of each byte of a word that no ASCII has.
const NOT_ASCII: u64 = 0x8080_8080_8080_8080;

/// Invariant V1: each view is a length of at most [`INLINE`] with as many bytes and zeros behind them, or a longer one with the
/// first four bytes of as many in the buffer of the number, from the offset on.
struct Views {
    views: Vec<u128>,
    buffers: Vec<Buffer>,
}

impl Views {
    /// An array of bytes, or, where all are UTF-8, of strings.
    fn into_array(self, as_type: &DataType, is_text: bool) -> Option<ArrayRef> {
        let views = ScalarBuffer::from(self.views);
        if *as_type == DataType::BinaryView {
            // SAFETY: V1 is what `try_new` looks for.
            return Some(Arc::new(unsafe { BinaryViewArray::new_unchecked(views, self.buffers, None) }));
        }
        if !is_text {
            return None;
        }
        // SAFETY: V1, and what the views show is UTF-8, as the two callers have seen.
        Some(Arc::new(unsafe { StringViewArray::new_unchecked(views, self.buffers, None) }))
    }
}

/// Strings of up to eight bytes, the first of them the lowest of a word, without the NULs at their end. `None` if text is asked
/// for and one is not UTF-8.
pub(super) fn of_words(
    words: impl ExactSizeIterator<Item = u64> + Clone,
    as_type: &DataType,
) -> Option<ArrayRef> {
    let mut all = 0;
    let each = words.clone().inspect(|word| all |= word);
    // V1: the length is up to the last byte that is not 0, and the others are.
    let views = each.map(|word| u128::from(length(word)) | u128::from(word) << 32).collect();
    let is_text = all & NOT_ASCII == 0
        || words.into_iter().all(|word| str::from_utf8(&word.to_le_bytes()[..length(word) as usize]).is_ok());
    Views { views, buffers: Vec::new() }.into_array(as_type, is_text)
}

/// The number of bytes up to the last that is not 0.
fn length(word: u64) -> u32 {
    8 - word.leading_zeros() / 8
}

/// Strings of any length. `None` if text is asked for and one is not UTF-8.
pub(super) fn of_texts(texts: &Texts, as_type: &DataType) -> Result<Option<ArrayRef>> {
    let views = match texts.spans {
        Spans::Wide { width: 0, .. } => Views { views: vec![0; texts.len], buffers: Vec::new() },
        Spans::Wide { width, padded } if width <= INLINE => short(&texts.bytes, width, padded),
        _ => long(texts, as_type)?,
    };
    Ok(views.into_array(as_type, *as_type == DataType::BinaryView || texts.is_utf8()))
}

fn short(bytes: &[u8], width: usize, padded: bool) -> Views {
    let view = |text: &[u8]| {
        let mut word = [0; 16];
        word[..width].copy_from_slice(text);
        let word = u128::from_le_bytes(word);
        let len = if padded { 16 - u128::from(word.leading_zeros() / 8) } else { width as u128 };
        // V1: at most 12 bytes, those behind the length are 0.
        len | word << 32
    };
    Views { views: bytes.chunks_exact(width).map(view).collect(), buffers: Vec::new() }
}

fn long(texts: &Texts, as_type: &DataType) -> Result<Views> {
    // Where strings of one width are longer than a buffer may be, they are in several, of whole strings.
    let (rows, width) = match texts.spans {
        Spans::Wide { width, .. } => (LONGEST / width.clamp(1, LONGEST), width),
        Spans::Ends(_) if texts.bytes.len() > LONGEST => return Err(too_many("bytes", as_type)),
        Spans::Ends(_) => (usize::MAX, 0),
    };
    let number =
        |number: usize| i32::try_from(number).map(i32::to_le_bytes).map_err(|_| too_many("bytes", as_type));
    let (mut views, mut is_long) = (Vec::with_capacity(texts.len), false);
    for index in 0..texts.len {
        let span = texts.span(index);
        let text = &texts.bytes[span.clone()];
        let mut view = [0; 16];
        view[..4].copy_from_slice(&number(text.len())?);
        if text.len() <= INLINE {
            view[4..][..text.len()].copy_from_slice(text);
        } else {
            // V1: `buffer` starts at the string `buffer * rows`, and this one lies within it.
            let buffer = index / rows;
            is_long = true;
            view[4..8].copy_from_slice(&text[..4]);
            view[8..12].copy_from_slice(&number(buffer)?);
            view[12..].copy_from_slice(&number(span.start - buffer * rows.min(texts.len) * width)?);
        }
        views.push(u128::from_le_bytes(view));
    }
    let (mut buffers, len) = (Vec::new(), texts.bytes.len());
    if is_long {
        let step = rows.saturating_mul(width.max(1)).min(len);
        buffers.extend(
            (0..len).step_by(step).map(|start| texts.bytes.slice_with_length(start, step.min(len - start))),
        );
    }
    Ok(Views { views, buffers })
}
