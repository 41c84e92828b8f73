//! The answer of a query as `.npy` files.
//!
//! A file is made in the directory for temporary files, and goes to its name in one step when it is whole and the query has
//! ended well. Where text has no width that was said, batches are kept first, until the greatest is known.

use std::{
    fmt,
    fs::File,
    io::Read as _,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use arrow_schema::SchemaRef;
use async_trait::async_trait;
use bytes::Bytes;
use datafusion::datasource::file_format::write::{demux::DemuxedStreamReceiver, get_writer_schema};
use datafusion::{
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
use futures::{FutureExt, StreamExt, stream};
use object_store::{
    GetResultPayload, MultipartUpload, ObjectMeta, ObjectStore, ObjectStoreExt, PutPayload,
    path::Path as StorePath,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{
    array::State,
    columns::{DESCR_PATTERN, is_descr},
    error::plan,
    layout::Layout,
    making::{AT_ONCE, Made, Making, blocking},
    open::get,
    options::NpyOptions,
    sidecar::Sidecar,
};

/// Bytes that are sent to a store at once, unless the file would have too many pieces then.
const PIECE: u64 = 8 << 20;

/// Pieces that a file may have: of an S3 upload there are at most 10,000
/// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html>).
const MOST_PIECES: u64 = 10_000;

/// Pieces of a file that are on their way.
const PIECES: usize = 4;

/// Bytes that are on their way, of all files. One piece may have more.
const ON_THE_WAY: u64 = 64 << 20;

/// Of what the permits for them are.
const PERMIT: u64 = 1 << 20;

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
        context: &Arc<TaskContext>,
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
        let making = Arc::new(Making::new(layout, &context.runtime_env().disk_manager)?);
        let mut tasks = JoinSet::new();
        while let Some((path, batches)) = files.recv().await {
            let (making, number) = (Arc::clone(&making), tasks.len());
            tasks.spawn(async move {
                let begun = making.begin(number, path.filename().unwrap_or("rows.npy"), batches).await?;
                Ok((path, begun))
            });
        }
        let begun = all(tasks).await?;
        // The query has ended, well or not; until then no file is at its name.
        demux_task.join_unwind().await.map_err(|error| DataFusionError::ExecutionJoin(Box::new(error)))??;
        // Files of one table have one dtype, in which the widest text of all of them has its place.
        let mut widths = making.layout().widths();
        for (_, begun) in &begun {
            widths.merge(begun.widths());
        }
        let dtype = match making.layout().dtype() {
            Some(dtype) => dtype.clone(),
            None => widths.finish()?,
        };
        let dtype = Arc::new(dtype);
        let mut tasks = JoinSet::new();
        for (path, begun) in begun {
            let made = Arc::clone(&making).finish(begun, Arc::clone(&dtype), self.options.sidecars);
            tasks.spawn(async move { made.await.map(|made| (path, made)) });
        }
        put_all(&store, all(tasks).await?).await
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

/// Gives the files their names, a few at a time, or none of them: if one fails, those that have their names lose them again. Gives
/// the number of rows.
async fn put_all(store: &Arc<dyn ObjectStore>, made: Vec<(StorePath, Made)>) -> Result<u64> {
    let files = made.len();
    let has_failed = Arc::new(AtomicBool::new(false));
    let room = Arc::new(Semaphore::new(ON_THE_WAY.div_ceil(PERMIT) as usize));
    let puts = stream::iter(made).map(|(path, mut made)| {
        let (store, has_failed, room) = (Arc::clone(store), Arc::clone(&has_failed), Arc::clone(&room));
        async move {
            // None is begun behind one that failed.
            if has_failed.load(Ordering::Relaxed) {
                return None;
            }
            let put = put_file(&*store, &made.path, &path, &room).await;
            has_failed.fetch_or(put.is_err(), Ordering::Relaxed);
            // The file is removed here, where it was made.
            Some((path, made.rows, made.sidecar.take(), put))
        }
        .boxed()
    });
    let puts: Vec<_> = puts.buffer_unordered(AT_ONCE).collect().await;
    let (mut rows, mut there, mut failed) = (0, Vec::new(), None);
    for (path, more, sidecar, put) in puts.into_iter().flatten() {
        match put {
            Ok(tag) => {
                rows += more;
                there.push((path, sidecar, tag));
            }
            Err(error) => failed = failed.or(Some((path, error))),
        }
    }
    match failed {
        None => {
            let beside = there.into_iter().filter_map(|(path, sidecar, tag)| Some((path, sidecar?, tag)));
            let beside = beside.map(|(path, sidecar, tag)| {
                let store = Arc::clone(store);
                async move { put_beside(&*store, &path, &sidecar, tag).await }.boxed()
            });
            // Without, rows are only read more often: a failure is none of the query's.
            stream::iter(beside).buffer_unordered(AT_ONCE).collect::<Vec<_>>().await;
            Ok(rows)
        }
        Some((_, error)) if there.is_empty() && files == 1 => Err(error),
        Some((path, error)) => {
            let there: Vec<_> = there.into_iter().map(|(path, ..)| path).collect();
            Err(error.context(take_back(&**store, &path, &there, files).await))
        }
    }
}

/// Deletes the files that were put before one failed, and says so.
async fn take_back(store: &dyn ObjectStore, failed: &StorePath, there: &[StorePath], files: usize) -> String {
    let mut left = Vec::new();
    for path in there {
        match store.delete(path).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
            Err(error) => left.push(format!("{path}: {error}")),
        }
    }
    let (begin, put) = (format!("{failed}, one of {files} new files, could not be written"), there.len());
    match left.len() {
        0 => format!("{begin}; {put} others, which had been, are deleted again"),
        few => format!(
            "{begin}; of {put} others, which had been, {few} cannot be deleted again: delete them before the next try\n{}",
            left.join("\n")
        ),
    }
}

/// Puts what is known of a file's values beside it, if it is still the one that was put there with this tag.
async fn put_beside(
    store: &dyn ObjectStore,
    path: &StorePath,
    sidecar: &Sidecar,
    tag: Option<String>,
) -> Result<()> {
    let is_same = |now: &ObjectMeta| tag.is_some() && tag == now.e_tag;
    let put = store.head(path).await?;
    if !is_same(&put) {
        return Ok(());
    }
    // Somebody may change it at once, through a map too. In stores that are no file system the tag tells.
    if let GetResultPayload::File(file, _) = get(store, &put, Some(0..put.size.min(1))).await?.payload
        && !blocking(move || Ok(State::of(&file)?.settle(&file))).await?
    {
        return Ok(());
    }
    let now = store.head(path).await?;
    if is_same(&now) {
        sidecar.write(store, &now).await?;
    }
    Ok(())
}

/// Puts a file at its name. Gives the tag that it has there.
async fn put_file(
    store: &dyn ObjectStore,
    from: &Path,
    to: &StorePath,
    room: &Arc<Semaphore>,
) -> Result<Option<String>> {
    let from = from.to_owned();
    let (file, len) = blocking(move || {
        let file = File::open(from)?;
        let len = file.metadata()?.len();
        Ok((file, len))
    })
    .await?;
    let piece = PIECE.max(len.div_ceil(MOST_PIECES));
    if len <= PIECE {
        let _room = room_for(room, len).await?;
        let (_, piece) = read(file, piece).await?;
        return Ok(store.put(to, PutPayload::from_bytes(piece)).await?.e_tag);
    }
    let mut upload = store.put_multipart(to).await?;
    let put = put_pieces(&mut *upload, file, piece, room).await;
    if put.is_err() {
        // What is told is why, not that the store could not clear away as well.
        let _ = upload.abort().await;
    }
    put
}

async fn put_pieces(
    upload: &mut dyn MultipartUpload,
    mut file: File,
    len: u64,
    room: &Arc<Semaphore>,
) -> Result<Option<String>> {
    let mut pieces = JoinSet::new();
    loop {
        let room = room_for(room, len).await?;
        let (next, piece) = read(file, len).await?;
        if piece.is_empty() {
            break;
        }
        file = next;
        let put = upload.put_part(PutPayload::from_bytes(piece));
        pieces.spawn(async move {
            let _room = room;
            Ok(put.await?)
        });
        if pieces.len() >= PIECES
            && let Some(put) = pieces.join_next().await
        {
            put.map_err(|error| DataFusionError::ExecutionJoin(Box::new(error)))??;
        }
    }
    all(pieces).await?;
    Ok(upload.complete().await?.e_tag)
}

/// Waits until so many bytes may be on their way, or until nothing else is.
async fn room_for(room: &Arc<Semaphore>, len: u64) -> Result<OwnedSemaphorePermit> {
    let permits = len.min(ON_THE_WAY).div_ceil(PERMIT) as u32;
    let permit = Arc::clone(room).acquire_many_owned(permits).await;
    permit.map_err(|error| DataFusionError::External(error.into()))
}

/// The next piece of so many bytes, empty behind the last.
async fn read(file: File, len: u64) -> Result<(File, Bytes)> {
    blocking(move || {
        let mut piece = Vec::new();
        (&file).take(len).read_to_end(&mut piece)?;
        Ok((file, piece.into()))
    })
    .await
}
