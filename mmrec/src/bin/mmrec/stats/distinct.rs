//! How many different values there are, as far as that takes little memory.

use std::{
    collections::HashSet,
    hash::{BuildHasherDefault, Hasher},
    sync::atomic::{AtomicU64, Ordering},
};

use super::bins::WHOLE;

/// How many different values have been found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Distinct {
    Exactly(u64),
    MoreThan(u64),
}

/// Strings or opaque bytes that differ, up to a number of them.
#[derive(Debug)]
pub(super) struct Different {
    most: usize,
    /// `None` once there are more.
    found: Option<HashSet<Box<[u8]>, BuildHasherDefault<Hash>>>,
}

impl Different {
    pub(super) fn new(most: usize) -> Self {
        Self { most, found: Some(HashSet::default()) }
    }

    /// Adds a value, and says whether it may be new.
    #[inline]
    pub(super) fn add(&mut self, value: &[u8]) -> bool {
        let Some(found) = &mut self.found else { return true };
        if found.contains(value) {
            return false;
        }
        if found.len() == self.most {
            self.found = None;
        } else {
            found.insert(value.into());
        }
        true
    }

    pub(super) fn merge(&mut self, other: Self) {
        match other.found {
            Some(found) => {
                for value in &found {
                    self.add(value);
                }
            }
            None => self.found = None,
        }
    }

    pub(super) fn number(&self) -> Distinct {
        match &self.found {
            Some(found) => Distinct::Exactly(found.len() as u64),
            None => Distinct::MoreThan(self.most as u64),
        }
    }
}

/// Multiplies and adds, eight bytes at a time. The sets are small, so whoever makes values that collide gains little.
#[derive(Default)]
struct Hash(u64);

impl Hasher for Hash {
    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        let (eights, rest) = bytes.as_chunks::<8>();
        for eight in eights {
            self.write_u64(u64::from_le_bytes(*eight));
        }
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        self.write_u64(u64::from_le_bytes(last));
    }

    #[inline]
    fn write_u64(&mut self, number: u64) {
        self.0 = (self.0.rotate_left(23) ^ number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    fn write_usize(&mut self, number: usize) {
        self.write_u64(number as u64);
    }

    #[inline]
    fn finish(&self) -> u64 {
        (self.0 ^ (self.0 >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }
}

/// Which numbers of 16 bits have been found, by any thread.
#[derive(Debug)]
pub(super) struct Seen(Box<[AtomicU64; 1024]>);

impl Seen {
    pub(super) fn new() -> Self {
        Self(Box::new([const { AtomicU64::new(0) }; 1024]))
    }

    /// Adds a whole number, of which the low 16 bits are enough to know it.
    #[inline]
    pub(super) fn add(&self, number: f64) {
        let number = (number + WHOLE).to_bits() as u16;
        let (word, bit) = (&self.0[usize::from(number >> 6)], 1 << (number & 63));
        if word.load(Ordering::Relaxed) & bit == 0 {
            word.fetch_or(bit, Ordering::Relaxed);
        }
    }

    pub(super) fn number(&self) -> Distinct {
        Distinct::Exactly(
            self.0.iter().map(|word| u64::from(word.load(Ordering::Relaxed).count_ones())).sum(),
        )
    }
}
