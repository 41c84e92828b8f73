//! Arrow's arrays over the bytes of a map, where someone promises that nobody changes them.
#![allow(unsafe_code, reason = "an Arrow buffer is a pointer and what keeps its bytes alive")]

use std::{panic::RefUnwindSafe, path::Path, ptr::NonNull, sync::Arc};

use arrow_array::{ArrayRef, FixedSizeBinaryArray};
use arrow_buffer::Buffer;
use arrow_schema::DataType;
use ndarray::{Dimension, IxDyn};
use zerocopy::{FromBytes, Immutable};

use super::{
    arrays::{Elements, Rows, Word, nat, primitive},
    refused, schema,
};
use crate::{
    dtype::{ByteOrder, DType, Kind},
    element::Element,
    error::Result,
    map::{DynMap, RecordMap},
    view::DynView,
};

/// A map that buffers keep.
struct Owner<O> {
    _map: Arc<O>,
}

/// Nothing looks at the map through a buffer.
impl<O> RefUnwindSafe for Owner<O> {}

/// The bytes of a view that lie one after another as a buffer that keeps their owner; `None` if they do not, or are not aligned.
///
/// # Safety
///
/// The bytes of the view are those of the owner and there for as long as it is, and until the last buffer over them is gone
/// nobody changes them.
unsafe fn buffer<W: Word + FromBytes + Immutable, O: Send + Sync + 'static>(
    view: &DynView<'_>,
    owner: &Arc<O>,
) -> Option<Buffer> {
    let words = view.typed::<W, IxDyn>().ok()?;
    // SAFETY: the caller says that nobody writes the bytes.
    let words = unsafe { words.as_slice() }?;
    let owner = Arc::new(Owner { _map: Arc::clone(owner) });
    let first = NonNull::from(words).cast::<u8>();
    // SAFETY: as many bytes as the slice has, which by the caller's word are there and unchanged for as long as the owner, which
    // the buffer keeps.
    Some(unsafe { Buffer::from_custom_allocation(first, size_of_val(words), owner) })
}

/// The elements of a view as an array over their bytes.
///
/// # Safety
///
/// As for [`buffer`].
unsafe fn array<O: Send + Sync + 'static>(view: DynView<'_>, owner: &Arc<O>) -> Result<Option<ArrayRef>> {
    let as_type = schema::in_lists(view.dtype(), view.shape().get(1..).unwrap_or_default())?;
    let Some(scalar) = view.dtype().as_scalar() else { return Ok(None) };
    let is_native = matches!(scalar.order(), ByteOrder::None | ByteOrder::NATIVE);
    let (width, count) = match scalar.kind() {
        Kind::Bool | Kind::Bytes | Kind::Unicode => return Ok(None),
        Kind::DateTime(_) if schema::natural(view.dtype())? == DataType::Date32 => return Ok(None),
        Kind::Complex if scalar.size() < 32 => (scalar.size() / 2, 2),
        Kind::Void | Kind::Complex => (1, scalar.size()),
        Kind::Float if scalar.size() == 16 => (1, 16),
        _ => (scalar.size(), 1),
    };
    let word = match width {
        1 => u8::DTYPE,
        2 => u16::DTYPE,
        4 => u32::DTYPE,
        _ => u64::DTYPE,
    };
    let whole = if count == 1 { word.clone() } else { DType::array(word.clone(), &[count])? };
    let Some(words) = view.part(0, &whole).filter(|_| is_native) else { return Ok(None) };
    let bytes = match width {
        // SAFETY: passed on from the caller, for the same bytes.
        1 => unsafe { buffer::<u8, O>(&words, owner) },
        // SAFETY: as above.
        2 => unsafe { buffer::<u16, O>(&words, owner) },
        // SAFETY: as above.
        4 => unsafe { buffer::<u32, O>(&words, owner) },
        // SAFETY: as above.
        _ => unsafe { buffer::<u64, O>(&words, owner) },
    };
    let Some(bytes) = bytes else { return Ok(None) };
    // The parts of complex numbers are one more axis.
    let elements = match scalar.kind() {
        Kind::Complex => {
            let parts = DType::array(schema::part_of_complex(scalar, scalar.size()).into(), &[2])?;
            Elements::new(view, Rows::All).part(0, &parts)?
        }
        _ => Elements::new(view, Rows::All),
    };
    let array = elements.in_lists(&as_type, |leaf| match leaf {
        DataType::FixedSizeBinary(size) => {
            let array = FixedSizeBinaryArray::try_new_with_len(*size, bytes, None, elements.len()?);
            Ok(Arc::new(array.map_err(refused)?) as ArrayRef)
        }
        _ => {
            let is_time = matches!(scalar.kind(), Kind::DateTime(_) | Kind::TimeDelta(_));
            let nulls = if is_time { nat(bytes.typed_data()) } else { None };
            primitive(leaf, bytes, nulls)
        }
    })?;
    Ok(Some(array))
}

/// A part of a map as an array over its bytes. `path`: that of its file, for errors.
///
/// # Safety
///
/// As for [`DynMap::as_arrow`].
unsafe fn part_of<O: Send + Sync + 'static>(
    map: &Arc<O>,
    path: Option<&Path>,
    part: impl FnOnce(&O) -> Result<DynView<'_>>,
) -> Result<Option<ArrayRef>> {
    let view = part(map).map_err(|error| error.with_path(path))?;
    // SAFETY: the view borrows the map for as long as anyone asks, so its bytes are those of the map, or there for ever; and
    // a map that is shared neither grows nor goes. The rest is passed on from the caller.
    unsafe { array(view, map) }
}

impl<M: 'static> DynMap<M>
where
    Self: Send + Sync,
{
    /// A part of the map as an Arrow array over its bytes, without copying; the map stays mapped until the last array over it
    /// is gone. The type is that of [`DynView::to_arrow`].
    ///
    /// `None` where there is no array that could lie over these bytes: the elements do not lie one after another in C order, as a
    /// field of records that have others; they are not aligned; they have the other byte order; or they are `|b1`, which Arrow
    /// keeps as bits, strings, of which Arrow knows the lengths, `M8[D]`, of which it has 32 bits, or records. Of times, the
    /// nulls are looked for, once.
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use arrow_array::{Array, Float64Array};
    /// use mmrec::{DynMap, arrow_array};
    ///
    /// # let path = std::env::temp_dir().join(format!("mmrec-doc-as-arrow-{}.npy", std::process::id()));
    /// # mmrec::RecordMap::<f64>::options().shape(1000).create_npy(&path)?.fill(0.5);
    /// let map = Arc::new(DynMap::open(&path)?);                             // 1000 of '<f8'
    /// // SAFETY: the file is this program's alone, and it does not write to it.
    /// let array = unsafe { map.as_arrow(|map| Ok(map.view())) }?.unwrap();
    /// drop(map);
    /// let array: &Float64Array = array.as_any().downcast_ref().unwrap();
    /// assert_eq!(array.values().iter().sum::<f64>(), 500.0);
    /// # std::fs::remove_file(path)?;
    /// # Ok::<(), mmrec::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of `part`.
    ///
    /// # Safety
    ///
    /// As long as any array or buffer over these bytes lives, and they are cloned and handed on freely, nobody changes them: no
    /// other program, and no other map of the same file in this one. Nobody cuts the file short either, as for
    /// [`View::as_slice`](crate::View::as_slice).
    ///
    /// Of the feature `arrow`.
    ///
    /// NumPy: `pyarrow.array(array)`, which does not copy numbers of one axis without gaps.
    pub unsafe fn as_arrow(
        self: &Arc<Self>,
        part: impl FnOnce(&Self) -> Result<DynView<'_>>,
    ) -> Result<Option<ArrayRef>> {
        // SAFETY: passed on from the caller.
        unsafe { part_of(self, self.path(), part) }
    }
}

impl<T: Element, D: Dimension, M: 'static> RecordMap<T, D, M>
where
    Self: Send + Sync + 'static,
{
    /// A part of the map as an Arrow array over its bytes, without copying; see [`DynMap::as_arrow`].
    ///
    /// # Errors
    ///
    /// Those of `part`.
    ///
    /// # Safety
    ///
    /// As for [`DynMap::as_arrow`].
    ///
    /// Of the feature `arrow`.
    pub unsafe fn as_arrow(
        self: &Arc<Self>,
        part: impl FnOnce(&Self) -> Result<DynView<'_>>,
    ) -> Result<Option<ArrayRef>> {
        // SAFETY: passed on from the caller.
        unsafe { part_of(self, self.path(), part) }
    }
}
