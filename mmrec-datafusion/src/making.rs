//! Files in the directory for temporary files, until they are whole.
//!
//! A query can have thousands of files at once, one for each folder of a partition column. Each has a task that waits for its
//! batches; a few at a time write theirs, small batches first wait for more, and of many files most are closed in between.

use std::{
    fs::File,
    io::{BufRead as _, BufReader, BufWriter},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
};

use arrow_array::RecordBatch;
use datafusion::{
    arrow::{
        compute::concat_batches,
        ipc::{reader::StreamReader, writer::StreamWriter},
    },
    common::{DataFusionError, Result, runtime::SpawnedTask},
    execution::{disk_manager::DiskManager, spill_file::SpillFile},
};
use mmrec::{DType, DynMap, ReadWrite};
use tempfile::TempDir;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc::Receiver};

use crate::{
    array::MappedFile,
    error::{execution, external},
    layout::{Layout, Widths, compact, decoded},
    options::{NpyOptions, Sidecars},
    sidecar::Sidecar,
};

/// Files that stay open from their first row to their last.
const HELD: usize = 64;

/// Files that are written or read at the same time.
pub(crate) const AT_ONCE: usize = 8;

/// Rows that wait for more of their file.
const ROWS: usize = 8192;

/// Bytes of rows that wait, of all files.
const WAITING: usize = 64 << 20;

/// What follows the directory of a file whose batches wait for the widths of others.
const SPOOL: &str = "batches";

/// What the files of one query share.
pub(crate) struct Making {
    layout: Layout,
    directory: TempDir,
    /// The session keeps its directory for as long as this is in it.
    _guard: Arc<dyn SpillFile>,
    disk: Arc<DiskManager>,
    /// Bytes in the directory.
    used: AtomicU64,
    /// Bytes of rows that wait.
    waiting: AtomicUsize,
    held: Arc<Semaphore>,
    turns: Semaphore,
}

impl Making {
    /// In a directory of the session's own for temporary files.
    pub(crate) fn new(layout: Layout, disk: &Arc<DiskManager>) -> Result<Self> {
        let guard = disk.create_tmp_file("making .npy files").map_err(|error| {
            error.context("a .npy file is made in the session's directory for temporary files")
        })?;
        let Some(parent) = guard.path().and_then(Path::parent) else {
            return Err(execution(
                "a .npy file is made in a directory for temporary files, and those of this session are in none: give its disk manager \
                 a directory",
            ));
        };
        Ok(Self {
            layout,
            directory: tempfile::Builder::new().prefix("npy-").tempdir_in(parent)?,
            _guard: guard,
            disk: Arc::clone(disk),
            used: AtomicU64::new(0),
            waiting: AtomicUsize::new(0),
            held: Arc::new(Semaphore::new(HELD)),
            turns: Semaphore::new(AT_ONCE),
        })
    }

    pub(crate) fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Takes all batches of a file, of which these are the number and the last part of its name: errors tell it.
    pub(crate) async fn begin(
        self: Arc<Self>,
        number: usize,
        name: &str,
        mut batches: Receiver<RecordBatch>,
    ) -> Result<Begun> {
        let directory = self.directory.path().join(number.to_string());
        let mut begun = Begun {
            path: directory.join(name),
            directory,
            waiting: Vec::new(),
            rows_waiting: 0,
            bytes_waiting: 0,
            written: 0,
            spooled: 0,
            widths: self.layout.widths(),
            writer: None,
            held: Arc::clone(&self.held).try_acquire_owned().ok(),
            making: Arc::clone(&self),
        };
        while let Some(batch) = batches.recv().await {
            if begun.takes(&batch)? {
                begun = self.turn(move || begun.write().map(|()| begun)).await?;
            }
        }
        self.turn(move || begun.end()).await
    }

    /// Makes the file of what was taken.
    pub(crate) async fn finish(
        self: Arc<Self>,
        begun: Begun,
        dtype: Arc<DType>,
        sidecars: Sidecars,
    ) -> Result<Made> {
        self.turn(move || begun.finish(&dtype, sidecars == Sidecars::Write)).await
    }

    /// Does what blocks, when it is its turn.
    async fn turn<T: Send + 'static>(&self, work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
        // It is never closed; without a permit the work is done all the same.
        let _turn = self.turns.acquire().await;
        blocking(work).await
    }

    /// Counts bytes of the directory, which are within the session's limit.
    fn takes(&self, bytes: u64) -> Result<()> {
        let used = self.used.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes);
        let (others, limit) = (self.disk.used_disk_space(), self.disk.max_temp_directory_size());
        if used.saturating_add(others) <= limit {
            return Ok(());
        }
        Err(DataFusionError::ResourcesExhausted(format!(
            "the .npy files of this query have {used} bytes before they go to their names, and other temporary files {others}: more than \
             datafusion.runtime.max_temp_directory_size, {limit}; set it to more, or write fewer rows at once"
        )))
    }
}

/// Does what blocks, on a thread for it.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    let ended = SpawnedTask::spawn_blocking(work).join_unwind().await;
    ended.map_err(|error| DataFusionError::ExecutionJoin(Box::new(error)))?
}

/// A file that takes rows.
pub(crate) struct Begun {
    /// A directory of its own.
    directory: PathBuf,
    path: PathBuf,
    waiting: Vec<RecordBatch>,
    rows_waiting: usize,
    bytes_waiting: usize,
    /// Rows in the file, or batches in the spool.
    written: u64,
    /// Bytes in the spool.
    spooled: u64,
    widths: Widths,
    writer: Option<Writer>,
    /// Whether `writer` is kept.
    held: Option<OwnedSemaphorePermit>,
    making: Arc<Making>,
}

enum Writer {
    Rows(Box<DynMap<ReadWrite>>),
    /// Batches in Arrow's format, until the widths of text in all files are known. A file of them is one stream behind the other.
    Batches(Box<StreamWriter<BufWriter<File>>>),
}

impl Begun {
    /// The widths found in it.
    pub(crate) fn widths(&self) -> &Widths {
        &self.widths
    }

    fn spool_path(&self) -> PathBuf {
        self.directory.with_extension(SPOOL)
    }

    /// Takes a batch. Whether it is time to write.
    fn takes(&mut self, batch: &RecordBatch) -> Result<bool> {
        let batch = compact(&decoded(batch)?)?;
        if batch.num_rows() == 0 {
            return Ok(false);
        }
        let bytes = batch.get_array_memory_size();
        self.rows_waiting += batch.num_rows();
        self.bytes_waiting += bytes;
        self.waiting.push(batch);
        let all = self.making.waiting.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes);
        Ok(self.rows_waiting >= ROWS || all > WAITING)
    }

    /// Writes what waits.
    fn write(&mut self) -> Result<()> {
        let Some(first) = self.waiting.first() else { return Ok(()) };
        let batch = match self.waiting.len() {
            1 => first.clone(),
            _ => concat_batches(&first.schema(), &self.waiting)?,
        };
        self.waiting.clear();
        self.rows_waiting = 0;
        self.making.waiting.fetch_sub(std::mem::take(&mut self.bytes_waiting), Ordering::Relaxed);
        match self.making.layout.dtype() {
            Some(dtype) => {
                let dtype = dtype.clone();
                self.append(&dtype, &batch)?;
            }
            None => self.spool(&batch)?,
        }
        if self.held.is_none() {
            self.close()?;
        }
        Ok(())
    }

    fn append(&mut self, dtype: &DType, batch: &RecordBatch) -> Result<()> {
        let rows = batch.num_rows();
        self.making.takes((rows as u64).saturating_mul(dtype.itemsize() as u64))?;
        let map = match &mut self.writer {
            Some(Writer::Rows(map)) => map,
            writer => {
                let options = DynMap::options().dtype(dtype.clone());
                let map = match self.written {
                    0 => {
                        std::fs::create_dir_all(&self.directory)?;
                        options.shape(0).create_npy(&self.path)
                    }
                    _ => options.open_rw(&self.path),
                };
                let Writer::Rows(map) = writer.insert(Writer::Rows(Box::new(map.map_err(external)?))) else {
                    return Err(execution("a file of rows is one of batches"));
                };
                map
            }
        };
        map.append_batch(batch).map_err(|error| self.making.layout.failed(error))?;
        self.written += rows as u64;
        Ok(())
    }

    fn spool(&mut self, batch: &RecordBatch) -> Result<()> {
        self.widths.add(batch)?;
        let path = self.spool_path();
        let writer = match &mut self.writer {
            Some(Writer::Batches(writer)) => writer,
            writer => {
                let file = File::options().create(true).append(true).open(path)?;
                let new = StreamWriter::try_new_buffered(file, &batch.schema())?;
                let Writer::Batches(new) = writer.insert(Writer::Batches(Box::new(new))) else {
                    return Err(execution("a file of batches is one of rows"));
                };
                new
            }
        };
        writer.write(batch)?;
        self.written += 1;
        let bytes = writer.get_ref().get_ref().metadata()?.len();
        self.making.takes(bytes - self.spooled)?;
        self.spooled = bytes;
        Ok(())
    }

    fn close(&mut self) -> Result<()> {
        if let Some(Writer::Batches(mut writer)) = self.writer.take() {
            writer.finish()?;
        }
        Ok(())
    }

    /// No more rows come.
    fn end(mut self) -> Result<Self> {
        self.write()?;
        self.close()?;
        self.held = None;
        Ok(self)
    }

    fn finish(mut self, dtype: &DType, has_sidecar: bool) -> Result<Made> {
        if self.making.layout.dtype().is_none() && self.written > 0 {
            let spool = self.spool_path();
            self.written = 0;
            let mut file = BufReader::new(File::open(&spool)?);
            while !file.fill_buf()?.is_empty() {
                for batch in StreamReader::try_new(&mut file, None)? {
                    self.append(dtype, &batch?)?;
                }
            }
            std::fs::remove_file(spool)?;
            self.making.used.fetch_sub(self.spooled, Ordering::Relaxed);
        }
        if self.written == 0 {
            std::fs::create_dir_all(&self.directory)?;
            let none = DynMap::options().dtype(dtype.clone()).shape(0).create_npy(&self.path);
            none.map_err(external)?;
        }
        // What was written is seen by who reads the file, and the disk need not have it.
        self.writer = None;
        let mut made = Made { path: self.path, rows: self.written, sidecar: None, _making: self.making };
        if has_sidecar {
            let name = made.path.display().to_string();
            let file = MappedFile::open(File::open(&made.path)?, None, &name, &NpyOptions::default())?;
            made.sidecar = Some(Sidecar::of(&file)?);
        }
        Ok(made)
    }
}

/// A file that is whole, under no name of the query's.
pub(crate) struct Made {
    pub(crate) path: PathBuf,
    pub(crate) rows: u64,
    /// What is to lie beside it.
    pub(crate) sidecar: Option<Sidecar>,
    /// The directory that it is in.
    _making: Arc<Making>,
}

impl Drop for Made {
    fn drop(&mut self) {
        // The directory goes with all that is left in it.
        let _ = std::fs::remove_file(&self.path);
    }
}
