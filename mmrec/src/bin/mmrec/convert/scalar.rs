//! Bits of scalars in either byte order.

use mmrec::{ByteOrder, Scalar};

/// The low bits that are stored; at most 8 bytes.
pub(super) fn bits(stored: &[u8], order: ByteOrder) -> u64 {
    let (mut word, len) = ([0; 8], stored.len());
    if order == ByteOrder::Big {
        word[8 - len..].copy_from_slice(stored);
        return u64::from_be_bytes(word);
    }
    word[..len].copy_from_slice(stored);
    u64::from_le_bytes(word)
}

/// The same as a number with a sign.
pub(super) fn signed(stored: &[u8], order: ByteOrder) -> i64 {
    let unused = 64 - 8 * stored.len() as u32;
    (bits(stored, order) << unused).cast_signed() >> unused
}

pub(super) fn put_bits(word: u64, to: &mut [u8], order: ByteOrder) {
    let len = to.len();
    match order {
        ByteOrder::Big => to.copy_from_slice(&word.to_be_bytes()[8 - len..]),
        _ => to.copy_from_slice(&word.to_le_bytes()[..len]),
    }
}

/// Whether it is bytes that mean nothing to this program: `V`, and long doubles.
pub(super) fn is_opaque(scalar: Scalar) -> bool {
    use mmrec::Kind::{Complex, Float, Void};
    matches!((scalar.kind(), scalar.size()), (Void, _) | (Float, 16) | (Complex, 32))
}
