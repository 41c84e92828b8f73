//! The answer of a query as `.npy` files.
//!
//! A file is made in the directory for temporary files, and goes to its name in one step when it is whole and the query has
//! ended well. Where text has no width that was said, batches are kept first, until the greatest is known.

use std::{fmt, fs::File, io::Read as _, path::Path, sync::Arc};

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use async_trait::async_trait;
use datafusion::datasource::file_format::write::{demux::DemuxedStreamReceiver, get_writer_schema};
use datafusion::{
    arrow::ipc::{reader::StreamReader, writer::StreamWriter},
    common::{
        DataFusionError, Result, not_impl_err,
        runtime::{JoinSet, SpawnedTask},
    },
    datasource::{
        listing::ListingTableUrl,
        physical_plan::{FileSink, FileSinkConfig},
        sink::{DataSink, DataSinkExec},
    },
    execution::{SendableRecordBatchStream, TaskContext},
    logical_expr::dml::InsertOp,
    physical_expr::LexRequirement,
    physical_plan::{DisplayAs, DisplayFormatType, ExecutionPlan},
};
use mmrec::{DType, DynMap};
use object_store::{ObjectStore, ObjectStoreExt, PutPayload, WriteMultipart, path::Path as StorePath};
use tempfile::TempDir;
use tokio::sync::mpsc::Receiver;

use crate::{
    columns::{DESCR_PATTERN, is_descr},
    error::{external, plan},
    layout::{Layout, Widths, decoded},
    options::NpyOptions,
};

/// Bytes that are sent to a store at once.
const PIECE: usize = 8 << 20;

/// The plan that writes what `input` gives.
pub(crate) fn plan_writer(
    input: Arc<dyn ExecutionPlan>,
    config: FileSinkConfig,
    order: Option<LexRequirement>,
    options: &NpyOptions,
) -> Result<Arc<dyn ExecutionPlan>> {
    if config.insert_op != InsertOp::Append {
        return not_impl_err!(
            "files of records are added to a table, none is overwritten: INSERT INTO, or COPY to a new name"
        );
    }
    if options.dtype.is_some() || options.member.is_some() {
        return Err(plan("what is written is .npy; leave npy.dtype and npy.member away"));
    }
    let is_pattern =
        |url: &ListingTableUrl| url.get_glob().as_ref().is_some_and(|glob| glob.as_str() == DESCR_PATTERN);
    if config.file_group.iter().any(|file| is_descr(&file.object_meta.location))
        || config.table_paths.iter().any(is_pattern)
    {
        return Err(plan(
            "rows are not added to a table of directories of columns, where a new file would be no part of it: COPY to a directory of \
             .npy files, or append to the columns with mmrec",
        ));
    }
    let sink = NpySink { config, options: options.clone() };
    Ok(Arc::new(DataSinkExec::new(input, Arc::new(sink), order)))
}

/// Writes `.npy` files.
pub(crate) struct NpySink {
    config: FileSinkConfig,
    options: NpyOptions,
}

impl fmt::Debug for NpySink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NpySink").field("options", &self.options).finish_non_exhaustive()
    }
}

impl DisplayAs for NpySink {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NpySink(url={})", self.config.original_url)
    }
}

#[async_trait]
impl DataSink for NpySink {
    fn schema(&self) -> &SchemaRef {
        self.config.output_schema()
    }

    async fn write_all(&self, data: SendableRecordBatchStream, context: &Arc<TaskContext>) -> Result<u64> {
        FileSink::write_all(self, data, context).await
    }
}

#[async_trait]
impl FileSink for NpySink {
    fn config(&self) -> &FileSinkConfig {
        &self.config
    }

    async fn spawn_writer_tasks_and_join(
        &self,
        _: &Arc<TaskContext>,
        demux_task: SpawnedTask<Result<()>>,
        mut files: DemuxedStreamReceiver,
        store: Arc<dyn ObjectStore>,
    ) -> Result<u64> {
        let layout = Layout::new(
            // Without the columns that go into the names of folders.
            &get_writer_schema(&self.config),
            self.config.original_url.is_empty(),
            &self.options,
        )?;
        let mut tasks = JoinSet::new();
        while let Some((path, batches)) = files.recv().await {
            let layout = layout.clone();
            tasks.spawn_blocking(move || Begun::of(&layout, batches).map(|begun| (path, begun)));
        }
        let begun = all(tasks).await?;
        // The query has ended, well or not; until then no file is at its name.
        demux_task.join_unwind().await.map_err(|error| DataFusionError::ExecutionJoin(Box::new(error)))??;
        // Files of one table have one dtype, in which the widest text of all of them has its place.
        let mut widths = layout.widths();
        for (_, begun) in &begun {
            if let Begun::Spooled { widths: found, .. } = begun {
                widths.merge(found);
            }
        }
        let dtype = widths.finish()?;
        let mut tasks = JoinSet::new();
        for (path, begun) in begun {
            let (layout, dtype) = (layout.clone(), dtype.clone());
            tasks.spawn_blocking(move || begun.finish(&dtype, &layout).map(|made| (path, made)));
        }
        let made = all(tasks).await?;
        let mut rows = 0;
        for (path, made) in made {
            made.send(&*store, &path).await?;
            rows += made.rows;
        }
        Ok(rows)
    }
}

/// What all tasks gave, as soon as they ended.
async fn all<T: 'static>(mut tasks: JoinSet<Result<T>>) -> Result<Vec<T>> {
    let mut given = Vec::new();
    while let Some(result) = tasks.join_next().await {
        given.push(result.map_err(|error| DataFusionError::ExecutionJoin(Box::new(error)))??);
    }
    Ok(given)
}

/// A file of which all rows are known.
enum Begun {
    Made(Made),
    /// Batches that wait for the widths of other files; none if there is no file of them.
    Spooled {
        directory: TempDir,
        has_batches: bool,
        widths: Widths,
    },
}

impl Begun {
    fn of(layout: &Layout, mut batches: Receiver<RecordBatch>) -> Result<Self> {
        let directory = TempDir::new()?;
        let next = || batches.blocking_recv().map(Ok);
        if let Some(dtype) = layout.dtype() {
            let rows = fill(&directory.path().join(NAME), dtype, layout, std::iter::from_fn(next))?;
            return Ok(Self::Made(Made { directory, rows }));
        }
        let mut widths = layout.widths();
        let has_batches = spool(&directory.path().join(SPOOL), &mut widths, next)?;
        Ok(Self::Spooled { directory, has_batches, widths })
    }

    fn finish(self, dtype: &DType, layout: &Layout) -> Result<Made> {
        let (directory, has_batches) = match self {
            Self::Made(made) => return Ok(made),
            Self::Spooled { directory, has_batches, .. } => (directory, has_batches),
        };
        let path = directory.path().join(NAME);
        let rows = match has_batches {
            true => {
                let spool = directory.path().join(SPOOL);
                let reader = StreamReader::try_new(std::io::BufReader::new(File::open(&spool)?), None)?;
                let rows = fill(&path, dtype, layout, reader.map(|batch| Ok(batch?)))?;
                std::fs::remove_file(spool)?;
                rows
            }
            false => fill(&path, dtype, layout, std::iter::empty())?,
        };
        Ok(Made { directory, rows })
    }
}

/// A file that is whole, under no name.
struct Made {
    directory: TempDir,
    rows: u64,
}

const NAME: &str = "rows.npy";

const SPOOL: &str = "batches";

impl Made {
    async fn send(&self, store: &dyn ObjectStore, to: &StorePath) -> Result<()> {
        let mut file = File::open(self.directory.path().join(NAME))?;
        let len = usize::try_from(file.metadata()?.len()).unwrap_or(usize::MAX);
        let mut piece = vec![0; PIECE.min(len)];
        if len <= PIECE {
            file.read_exact(&mut piece)?;
            store.put(to, PutPayload::from(piece)).await?;
            return Ok(());
        }
        let mut upload = WriteMultipart::new_with_chunk_size(store.put_multipart(to).await?, PIECE);
        loop {
            match file.read(&mut piece) {
                Ok(0) => break,
                Ok(len) => upload.write(&piece[..len]),
                Err(error) => {
                    upload.abort().await?;
                    return Err(error.into());
                }
            }
            if let Err(error) = upload.wait_for_capacity(4).await {
                upload.abort().await?;
                return Err(error.into());
            }
        }
        upload.finish().await?;
        Ok(())
    }
}

/// Makes the file of these batches.
fn fill(
    path: &Path,
    dtype: &DType,
    layout: &Layout,
    batches: impl Iterator<Item = Result<RecordBatch>>,
) -> Result<u64> {
    let mut map = DynMap::options().dtype(dtype.clone()).shape(0).create_npy(path).map_err(external)?;
    for batch in batches {
        let batch = decoded(&batch?)?;
        if batch.num_rows() > 0 {
            map.append_batch(&batch).map_err(|error| layout.failed(error))?;
        }
    }
    let rows = map.len() as u64;
    map.close().map_err(external)?;
    Ok(rows)
}

/// Keeps the batches until all widths are known. Whether there are any.
fn spool(
    path: &Path,
    widths: &mut Widths,
    mut next: impl FnMut() -> Option<Result<RecordBatch>>,
) -> Result<bool> {
    let mut writer = None;
    while let Some(batch) = next() {
        let batch = decoded(&batch?)?;
        widths.add(&batch)?;
        let writer = match &mut writer {
            Some(writer) => writer,
            None => writer.insert(StreamWriter::try_new(File::create(path)?, &batch.schema())?),
        };
        writer.write(&batch)?;
    }
    let Some(mut writer) = writer else { return Ok(false) };
    writer.finish()?;
    Ok(true)
}
