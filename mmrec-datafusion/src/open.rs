//! Files of an object store, opened: mapped if they lie on this machine, or what their headers say.

use std::{ops::Range, sync::Arc};

use bytes::Bytes;
use datafusion::common::Result;
use mmrec::{DType, DynView, NpyHeader};
use object_store::{GetOptions, GetRange, GetResult, GetResultPayload, ObjectMeta, ObjectStore};

use crate::{
    array::{Array, ColumnFiles, MappedFile, changed},
    columns::is_descr,
    error::{execution, of_file},
    options::NpyOptions,
};

/// Bytes that are read of a file that cannot be mapped, to find its header.
const START: u64 = 16 << 10;

/// A file that was found.
pub(crate) enum Opened {
    /// Mapped.
    Here(Arc<dyn Array>),
    /// To be read in parts.
    Away(Head),
}

/// Where the rows of a file lie.
pub(crate) struct Head {
    /// The dtype of a row.
    pub(crate) row: DType,
    pub(crate) rows: usize,
    /// Bytes before the first row.
    pub(crate) data: u64,
}

impl Opened {
    /// The dtype of a row, and their number.
    pub(crate) fn shape(&self) -> mmrec::Result<(DType, usize)> {
        match self {
            Self::Here(array) => Ok((array.row()?, array.rows()?)),
            Self::Away(head) => Ok((head.row.clone(), head.rows)),
        }
    }
}

/// Opens the file that a list of files names, if it is still the one of the list.
pub(crate) async fn open(
    store: &dyn ObjectStore,
    listed: &ObjectMeta,
    options: &NpyOptions,
) -> Result<Opened> {
    let name = listed.location.as_ref();
    let got = get(store, listed, (listed.size > 0).then_some(0..START.min(listed.size))).await?;
    match got.payload {
        GetResultPayload::File(_, path) if is_descr(&listed.location) => {
            Ok(Opened::Here(Arc::new(ColumnFiles::open(&path, name)?)))
        }
        GetResultPayload::Stream(_) if is_descr(&listed.location) => Err(execution(format!(
            "table file {name}: directories of columns are read on this machine alone; copy it here, or store rows"
        ))),
        GetResultPayload::File(file, _) => {
            Ok(Opened::Here(Arc::new(MappedFile::open(file, Some(&got.meta), name, options)?)))
        }
        GetResultPayload::Stream(_) => {
            let start = got.bytes().await?;
            Ok(Opened::Away(head(store, listed, options, start).await?))
        }
    }
}

/// Asks for bytes of a file that was listed, all of them without a range. It is an error if it is another by now.
pub(crate) async fn get(
    store: &dyn ObjectStore,
    listed: &ObjectMeta,
    range: Option<Range<u64>>,
) -> Result<GetResult> {
    let name = listed.location.as_ref();
    // As a store wants it: a weak tag is never a match, and some lists leave the quotes away. What is got tells its tag anyway.
    let if_match = listed.e_tag.clone().filter(|tag| tag.starts_with('"'));
    let options = GetOptions { range: range.map(GetRange::Bounded), if_match, ..GetOptions::default() };
    match store.get_opts(&listed.location, options).await {
        Ok(got) => {
            let is_here = matches!(got.payload, GetResultPayload::File(..));
            match is_other(listed, &got.meta, is_here) {
                true => Err(changed(name, listed.size, got.meta.size)),
                false => Ok(got),
            }
        }
        Err(error @ object_store::Error::Precondition { .. }) => {
            match object_store::ObjectStoreExt::head(store, &listed.location).await {
                Ok(now) => Err(changed(name, listed.size, now.size)),
                Err(_) => Err(error.into()),
            }
        }
        Err(error) => Err(error.into()),
    }
}

/// Whether a file is another than the one that was listed, as far as the list says. On this machine both are known exactly; of
/// stores the lists have tags with or without quotes, and times with or without fractions of a second.
pub(crate) fn is_other(listed: &ObjectMeta, found: &ObjectMeta, is_here: bool) -> bool {
    fn bare(tag: &str) -> &str {
        tag.trim_start_matches("W/").trim_matches('"')
    }
    // A list that was made by hand, or that has travelled, may not know the time.
    let knows_time = listed.last_modified.timestamp_nanos_opt() != Some(0);
    let (then, now) = (listed.last_modified, found.last_modified);
    let is_later = match is_here {
        true => then != now,
        false => then.timestamp() != now.timestamp(),
    };
    let tags = listed.e_tag.as_deref().zip(found.e_tag.as_deref());
    listed.size != found.size
        || match tags.map(|(listed, found)| bare(listed) == bare(found)) {
            Some(false) => true,
            Some(true) if !is_here => false,
            _ => knows_time && is_later,
        }
}

async fn head(
    store: &dyn ObjectStore,
    listed: &ObjectMeta,
    options: &NpyOptions,
    start: Bytes,
) -> Result<Head> {
    let name = listed.location.as_ref();
    if options.member.is_some() {
        return Err(execution(format!(
            "table file {name}: arrays of .npz files are read on this machine alone; copy it here"
        )));
    }
    let is_npy = start.starts_with(b"\x93NUMPY") && options.offset == 0;
    let head = match (&options.dtype, is_npy) {
        (Some(dtype), false) => of_raw(dtype, options.offset, listed)?,
        (dtype, _) => {
            let header = match NpyHeader::from_bytes(&start) {
                Err(_) if is_npy && listed.size > start.len() as u64 => {
                    let end = listed.size.min(NpyHeader::MAX_LEN as u64);
                    let more = get(store, listed, Some(0..end)).await?;
                    NpyHeader::from_bytes(&more.bytes().await?)
                }
                read => read,
            };
            let header = header.map_err(|error| of_file(name, error))?;
            if let Some(difference) =
                dtype.as_ref().and_then(|dtype| dtype.difference("npy.dtype", header.dtype(), name))
            {
                return Err(execution(format!(
                    "table file {name} has another dtype than npy.dtype says:\n{difference}"
                )));
            }
            of_npy(&header, listed)?
        }
    };
    Ok(head)
}

fn of_raw(dtype: &DType, offset: u64, listed: &ObjectMeta) -> Result<Head> {
    let name = &listed.location;
    let Some(len) = listed.size.checked_sub(offset) else {
        let message =
            format!("table file {name} has {} bytes and npy.offset is {offset}; give less", listed.size);
        return Err(execution(message));
    };
    let itemsize = dtype.itemsize() as u64;
    let rows = len.checked_div(itemsize).unwrap_or(0);
    if rows.checked_mul(itemsize) != Some(len) {
        return Err(execution(format!(
            "table file {name}: {len} bytes are not a whole number of records of {itemsize} bytes; give the npy.dtype or npy.offset \
             that the file has"
        )));
    }
    Ok(Head {
        row: dtype.clone(),
        rows: usize::try_from(rows).map_err(|_| too_large(name.as_ref()))?,
        data: offset,
    })
}

fn of_npy(header: &NpyHeader, listed: &ObjectMeta) -> Result<Head> {
    let name = listed.location.as_ref();
    let (rows, axes) = match header.shape() {
        [] => (1, &[][..]),
        [rows, axes @ ..] => (*rows, axes),
    };
    if header.is_fortran() && !axes.is_empty() {
        return Err(execution(format!(
            "table file {name} is in Fortran order, whose rows lie apart; such files are read on this machine alone, or save it in C order"
        )));
    }
    let row = match axes {
        [] => header.dtype().clone(),
        axes => DType::array(header.dtype().clone(), axes).map_err(|error| of_file(name, error))?,
    };
    let data = header.len() as u64;
    let end = (row.itemsize() as u64).checked_mul(rows as u64).and_then(|len| len.checked_add(data));
    match end {
        Some(end) if end <= listed.size => Ok(Head { row, rows, data }),
        _ => Err(execution(format!(
            "table file {name} has {} bytes and its header names {rows} rows of {} behind {data}; copy or save it again",
            listed.size,
            row.itemsize()
        ))),
    }
}

fn too_large(name: &str) -> datafusion::common::DataFusionError {
    execution(format!("table file {name} has more rows than this machine can count"))
}

/// The natural type of a column without rows.
pub(crate) fn empty(row: &DType) -> mmrec::Result<DynView<'static>> {
    DynView::from_bytes(&[], row)
}

#[cfg(test)]
mod tests {
    use arrow_array::temporal_conversions::timestamp_ms_to_datetime;

    use super::*;

    #[test]
    fn files_are_known_by_what_lists_and_answers_have_in_common() {
        let meta = |tag: Option<&str>, millis: i64, size| ObjectMeta {
            location: "a.npy".into(),
            last_modified: timestamp_ms_to_datetime(millis).unwrap().and_utc(),
            size,
            e_tag: tag.map(ToOwned::to_owned),
            version: None,
        };
        let listed = meta(Some("0x8D"), 1_700_000_000_250, 8);
        for (found, is_here, is_changed) in [
            (meta(Some("\"0x8D\""), 1_700_000_000_000, 8), false, false),
            (meta(Some("W/\"0x8D\""), 1_700_000_000_000, 8), false, false),
            (meta(Some("\"0x8E\""), 1_700_000_000_250, 8), false, true),
            (meta(Some("0x8D"), 1_700_000_000_250, 9), false, true),
            (meta(None, 1_700_000_000_000, 8), false, false),
            (meta(None, 1_700_000_001_000, 8), false, true),
            (meta(Some("0x8D"), 1_700_000_000_250, 8), true, false),
            (meta(Some("0x8D"), 1_700_000_000_251, 8), true, true),
        ] {
            assert_eq!(is_other(&listed, &found, is_here), is_changed, "{found:?}");
        }
    }
}
