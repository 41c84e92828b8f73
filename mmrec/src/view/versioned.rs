//! Whole records beside a writer: a field that counts the writes of its record, as in a seqlock.

use std::sync::atomic::{Ordering, fence};

use ndarray::{Dimension, IntoDimension};

use super::{View, ViewMut};
use crate::{
    element::{Element, stored_bytes},
    error::{Error, ErrorKind, Result},
    field::Field,
};

impl<T: Element, D: Dimension> View<'_, T, D> {
    /// A copy of the element at `index` that no write has torn, or `None` if one was under way: then try again, though not
    /// for ever, for a writer that was ended in the middle leaves the record so, until it is written again. `version` is a field that
    /// [`set_versioned`](ViewMut::set_versioned) counts up; all who write must use it. A record whose version is 0 has never been
    /// written so: it is what the file had there, zeros if it is new. After a loss of power the pages of a
    /// record may be of several ages, which its version does not tell.
    ///
    /// ```
    /// use mmrec::{MmapRecord, RecordMap};
    ///
    /// #[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
    /// #[repr(C)]
    /// struct Quote {
    ///     version: u64,
    ///     bid: f64,
    ///     ask: f64,
    /// }
    ///
    /// # let path = std::env::temp_dir().join(format!("mmrec-doc-versioned-{}.bin", std::process::id()));
    /// let version = Quote::FIELDS.version;
    /// let mut quotes = RecordMap::<Quote>::options().shape(10).create(&path)?;
    /// quotes.set_versioned(3, version, Quote { version: 0, bid: 1.25, ask: 1.5 })?;
    ///
    /// let reader = RecordMap::<Quote>::open(&path)?;                                  // in another process, say
    /// let mut tries = 0..1000;
    /// let quote = loop {
    ///     match reader.at_versioned(3, version)? {
    ///         Some(quote) => break Some(quote),
    ///         None if tries.next().is_none() => break None,                           // its writer is gone
    ///         None => std::thread::yield_now(),
    ///     }
    /// };
    /// assert_eq!(quote, Some(Quote { version: 2, bid: 1.25, ask: 1.5 }));
    /// # std::fs::remove_file(path)?;
    /// # Ok::<(), mmrec::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unsupported`] if the field does not lie at a multiple of 8 bytes in the file, where it could be torn itself.
    ///
    /// # Panics
    ///
    /// If an index is past the end of its axis.
    #[track_caller]
    pub fn at_versioned<I: IntoDimension<Dim = D>>(
        &self,
        index: I,
        version: Field<T, u64>,
    ) -> Result<Option<T>> {
        let index = index.into_dimension();
        let versions = self.field(version);
        check_whole(versions.byte_offset(), versions.strides())?;
        let before = versions.at(index.clone());
        // The record is read after its version, and its version again after the record.
        fence(Ordering::Acquire);
        let record = self.at(index.clone());
        fence(Ordering::Acquire);
        Ok((before.is_multiple_of(2) && versions.at(index) == before).then_some(record))
    }
}

impl<T: Element, D: Dimension> ViewMut<'_, T, D> {
    /// Writes the element at `index` so that [`at_versioned`](View::at_versioned) never sees it half written. The field
    /// `version` is odd meanwhile and the next even number then, whatever it is in `value`. One writer at a time for each record. A
    /// plain `set` writes the version that its value has, which readers of versions must not meet.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unsupported`] if the field does not lie at a multiple of 8 bytes in the file, where it could be torn itself.
    ///
    /// # Panics
    ///
    /// If an index is past the end of its axis.
    #[track_caller]
    pub fn set_versioned<I: IntoDimension<Dim = D>>(
        &mut self,
        index: I,
        version: Field<T, u64>,
        value: T,
    ) -> Result<()> {
        let index = index.into_dimension();
        let mut versions = self.field_mut(version);
        check_whole(versions.byte_offset(), versions.strides())?;
        // A writer that was ended in the middle has left it odd.
        let busy = versions.at(index.clone()) | 1;
        let mut bytes = stored_bytes(value);
        let Ok(mut one) = ViewMut::<T>::from_bytes(&mut bytes) else {
            unreachable!("these are the bytes of one value")
        };
        one.field_mut(version).set(0, busy);
        let value = one.at(0);
        versions.set(index.clone(), busy);
        // The record is written after its version became odd, and before it becomes even.
        fence(Ordering::Release);
        self.set(index.clone(), value);
        fence(Ordering::Release);
        self.field_mut(version).set(index, busy.wrapping_add(1));
        Ok(())
    }
}

/// A number that is not at a multiple of its size may be read half old and half new.
fn check_whole(offset: u64, strides: &[isize]) -> Result<()> {
    if offset.is_multiple_of(8) && strides.iter().all(|stride| stride % 8 == 0) {
        return Ok(());
    }
    let message = format!(
        "the version of a record has to lie at a multiple of 8 bytes in the file, or it could be torn itself; the first lies at byte \
         {offset}, the next so many bytes behind it along each axis: {strides:?}; put it first, in a #[repr(C)] record whose size is \
         a multiple of 8, in a file whose records start at such a byte"
    );
    Err(Error::new(ErrorKind::Unsupported, message))
}
