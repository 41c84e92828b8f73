//! Iterating over the records that columns have at their rows.

use std::{fmt, iter::FusedIterator, ops::Range};

use ndarray::Ix1;

use crate::record::MmapRecord;

/// Iterates over the records of a [`ColumnMap`](crate::ColumnMap), by value. From [`ColumnMap::iter`](crate::ColumnMap::iter).
#[must_use = "iterators do nothing until they are used"]
pub struct ColumnIter<'a, T: MmapRecord> {
    columns: T::Columns<'a, Ix1>,
    rows: Range<usize>,
}

impl<'a, T: MmapRecord> ColumnIter<'a, T> {
    pub(super) fn new(columns: T::Columns<'a, Ix1>, len: usize) -> Self {
        Self { columns, rows: 0..len }
    }
}

impl<'a, T: MmapRecord> Clone for ColumnIter<'a, T>
where
    T::Columns<'a, Ix1>: Clone,
{
    fn clone(&self) -> Self {
        Self { columns: self.columns.clone(), rows: self.rows.clone() }
    }
}

impl<T: MmapRecord> Iterator for ColumnIter<'_, T> {
    type Item = T;

    #[inline]
    fn next(&mut self) -> Option<T> {
        let row = self.rows.next()?;
        Some(T::record_of(&self.columns, row))
    }

    #[inline]
    fn nth(&mut self, n: usize) -> Option<T> {
        let row = self.rows.nth(n)?;
        Some(T::record_of(&self.columns, row))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.rows.size_hint()
    }
}

impl<T: MmapRecord> DoubleEndedIterator for ColumnIter<'_, T> {
    #[inline]
    fn next_back(&mut self) -> Option<T> {
        let row = self.rows.next_back()?;
        Some(T::record_of(&self.columns, row))
    }
}

impl<T: MmapRecord> ExactSizeIterator for ColumnIter<'_, T> {}
impl<T: MmapRecord> FusedIterator for ColumnIter<'_, T> {}

impl<T: MmapRecord> fmt::Debug for ColumnIter<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ColumnIter({} left)", self.rows.len())
    }
}
