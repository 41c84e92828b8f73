//! Directories of columns, known by a small file in them.

use std::sync::Arc;

use arrow_schema::Schema;
use datafusion::{
    common::{Result, Statistics, stats::Precision},
    datasource::{listing::PartitionedFile, physical_plan::FileGroup},
};
use object_store::{ObjectStore, path::Path};

use crate::{error::external, open::open, options::NpyOptions};

/// The file that a directory of columns is known by.
pub(crate) const DESCR: &str = "dtype.descr";

/// A pattern of its name alone, which makes a list of what lies under a directory.
pub(crate) const DESCR_PATTERN: &str = "dtype.desc[r]";

/// A pattern of the files of a folder that are rows of a table.
pub(crate) const NPY_PATTERN: &str = "*.npy";

/// Whether a file stands for a directory of columns.
pub(crate) fn is_descr(location: &Path) -> bool {
    location.filename() == Some(DESCR)
}

/// Counts the rows of the one directory of columns of a scan, which can be split: what is kept of it may be older than rows that were
/// added since. Its parts rely on this number, wherever they run.
pub(crate) async fn count(
    groups: &mut [FileGroup],
    store: &dyn ObjectStore,
    options: &NpyOptions,
    table: &Schema,
) -> Result<()> {
    if groups.iter().map(FileGroup::len).sum::<usize>() != 1 {
        return Ok(());
    }
    let Some(group) = groups.iter_mut().find(|group| !group.is_empty()) else { return Ok(()) };
    let Some(mut file) = group.pop() else { return Ok(()) };
    if is_descr(&file.object_meta.location) {
        let (row, rows) = open(store, &file.object_meta, options).await?.shape().map_err(external)?;
        let mut statistics = match &file.statistics {
            Some(statistics) => Statistics::clone(statistics),
            None => Statistics::new_unknown(table),
        };
        statistics.num_rows = Precision::Inexact(rows);
        statistics.total_byte_size = Precision::Inexact(rows.saturating_mul(row.itemsize()));
        file.statistics = Some(Arc::new(statistics));
    }
    group.push(file);
    Ok(())
}

/// Directories of columns split into parts of their rows; `None` if there is a file of another kind among them. What says how much
/// lies in a directory is its statistics.
#[allow(clippy::option_option, reason = "whether it is for this to decide, and whether anything is split")]
pub(crate) fn split(
    groups: &[FileGroup],
    target: usize,
    min_size: usize,
) -> Option<Option<Vec<Vec<PartitionedFile>>>> {
    let files: Vec<_> = groups.iter().flat_map(FileGroup::iter).collect();
    if files.is_empty() || !files.iter().all(|file| is_descr(&file.object_meta.location)) {
        return None;
    }
    // Of several, each is read by one.
    let &[file] = &files[..] else { return Some(None) };
    let size = file.statistics.as_ref().map(|statistics| statistics.total_byte_size);
    let is_small =
        !matches!(size, Some(Precision::Exact(size) | Precision::Inexact(size)) if size >= min_size);
    if is_small || file.range.is_some() || target < 2 {
        return Some(None);
    }
    let len = i64::try_from(file.object_meta.size).unwrap_or(i64::MAX);
    let parts = i64::try_from(target).unwrap_or(1).min(len);
    if parts < 2 {
        return Some(None);
    }
    let cut = |at: i64| i64::try_from(i128::from(len) * i128::from(at) / i128::from(parts)).unwrap_or(len);
    Some(Some((0..parts).map(|at| vec![file.clone().with_range(cut(at), cut(at + 1))]).collect()))
}

/// What stays true of a directory for a while: rows are added to its other files, and the file that it is known by, with which
/// statistics are kept, does not change.
pub(crate) fn estimates(statistics: Statistics) -> Statistics {
    let mut statistics = statistics.to_inexact();
    for column in &mut statistics.column_statistics {
        column.min_value = Precision::Absent;
        column.max_value = Precision::Absent;
    }
    statistics
}
