//! What goes to other threads and is shared by them, seen while compiling.

use mmrec::{
    AnyMode, AxisChunks, AxisChunksMut, AxisIter, AxisIterMut, ByteStr, Code, CopyOnWrite, DType, Dimension,
    DynIter, DynMap, DynOptions, DynView, DynViewMut, Element, Error, Field, Iter, Ix1, MapOptions,
    MmapRecord, Mode, Native, NativeField, ParIter, ReadOnly, ReadWrite, RecordMap, RemoveAxis, Sealed,
    Select, Selected, Shaped, Value, View, ViewMut, Whole, Windows,
};

use super::scalars::{Rec, Side};

const fn send<T: Send>() {}
const fn sync<T: Sync>() {}

/// Maps, views and iterators go to other threads, and are shared by them, for every element that does, every number of
/// axes and every mode. All elements of this crate do; one that does not would be `Copy`, without a lifetime, and the
/// `unsafe impl` of someone else.
const fn maps_and_views<T, D, M>()
where
    T: Element + Send + Sync,
    D: Dimension + RemoveAxis,
{
    send::<RecordMap<T, D, M>>();
    sync::<RecordMap<T, D, M>>();
    send::<View<'static, T, D>>();
    sync::<View<'static, T, D>>();
    send::<ViewMut<'static, T, D>>();
    sync::<ViewMut<'static, T, D>>();
    send::<Iter<'static, T, D>>();
    sync::<Iter<'static, T, D>>();
    send::<ParIter<'static, T, D>>();
    sync::<ParIter<'static, T, D>>();
    send::<(
        AxisIter<'static, T, D>,
        AxisIterMut<'static, T, D>,
        AxisChunks<'static, T, D>,
        AxisChunksMut<'static, T, D>,
    )>();
    sync::<(
        AxisIter<'static, T, D>,
        AxisIterMut<'static, T, D>,
        AxisChunks<'static, T, D>,
        AxisChunksMut<'static, T, D>,
    )>();
    send::<Windows<'static, T>>();
    sync::<Windows<'static, T>>();
}

/// What has no element in it goes to other threads whatever the element is, and so do the parts that are read of one.
const fn tokens<T, F, D, S, M>()
where
    T: Element + Send + Sync,
    D: Dimension,
    S: Select<T> + Send + Sync,
{
    send::<(Field<T, F>, NativeField<T, F>, MapOptions<T, D>, MapOptions<T, D, Shaped>)>();
    sync::<(Field<T, F>, NativeField<T, F>, MapOptions<T, D>, MapOptions<T, D, Shaped>)>();
    send::<Selected<'static, T, S, D>>();
    sync::<Selected<'static, T, S, D>>();
    send::<DynMap<M>>();
    sync::<DynMap<M>>();
}

const fn all_of<T>()
where
    T: MmapRecord + Send + Sync,
    T::Fields: Send + Sync,
    T::Columns<'static, Ix1>: Send + Sync,
    T::ColumnsMut<'static, Ix1>: Send + Sync,
{
    maps_and_views::<T, Ix1, ReadOnly>();
    maps_and_views::<T, mmrec::Ix2, ReadWrite>();
    maps_and_views::<T, mmrec::IxDyn, CopyOnWrite>();
    maps_and_views::<T, mmrec::Ix6, AnyMode>();
    maps_and_views::<T, Ix1, Sealed>();
    tokens::<T, f64, Ix1, Whole, ReadOnly>();
    tokens::<T, f64, mmrec::IxDyn, Field<T, f64>, ReadWrite>();
    tokens::<T, u32, mmrec::Ix0, (Field<T, u8>, Field<T, ByteStr<8>>), CopyOnWrite>();
}

const _: () = {
    all_of::<Rec>();
    maps_and_views::<u64, Ix1, ReadOnly>();
    maps_and_views::<Code<Side>, Ix1, ReadOnly>();
    maps_and_views::<[ByteStr<3>; 2], Ix1, ReadOnly>();
    maps_and_views::<mmrec::DateTime64<mmrec::units::Second>, Ix1, ReadOnly>();
    tokens::<u64, u64, Ix1, Native, AnyMode>();
    send::<(DynMap, DynView<'static>, DynViewMut<'static>, DynIter<'static>, DynOptions, DynOptions<Shaped>)>(
    );
    sync::<(DynMap, DynView<'static>, DynViewMut<'static>, DynIter<'static>, DynOptions, DynOptions<Shaped>)>(
    );
    send::<(Error, mmrec::Result<()>, mmrec::InvalidCode, Value, DType, mmrec::Lock, mmrec::Advice, Mode)>();
    sync::<(Error, mmrec::Result<()>, mmrec::InvalidCode, Value, DType, mmrec::Lock, mmrec::Advice, Mode)>();
};
