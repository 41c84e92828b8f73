//! Object stores that are no file system: files that change there, and puts that fail.

use std::{
    fmt,
    ops::RangeInclusive,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use async_trait::async_trait;
use datafusion::prelude::SessionContext;
use futures::{StreamExt, TryStreamExt, stream::BoxStream};
use mmrec::RecordMap;
use object_store::{
    CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore, ObjectStoreExt,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, Result, memory::InMemory, path::Path,
};

use crate::kit::{compare, error, lines, query, session, trades, with_memory, write};

/// Whether the columns are declared or not, files of other endings are none of the table's.
#[tokio::test]
async fn other_files_of_a_folder() {
    let store = Arc::new(Store::default());
    let context = with_store(2, &store);
    let directory = tempfile::tempdir().unwrap();
    write(&directory.path().join("a.npy"), &trades(0..100));
    let bytes = std::fs::read(directory.path().join("a.npy")).unwrap();
    with_memory(&context, &trades(0..100));
    for (name, bytes) in [
        ("day=1/a.npy", bytes),
        ("day=1/a.npy.stats.old", b"other".to_vec()),
        ("day=1/notes.txt", b"x".to_vec()),
    ] {
        store.put(&Path::from(format!("t/{name}")), PutPayload::from(bytes)).await.unwrap();
    }
    for (name, columns) in [("t", ""), ("u", "(price DOUBLE, qty INTEGER UNSIGNED, day VARCHAR)")] {
        let table = format!("CREATE EXTERNAL TABLE {name} {columns} STORED AS NPY");
        query(&context, &format!("{table} PARTITIONED BY (day) LOCATION 'mem://bucket/t/'")).await;
        compare(&context, name, "SELECT sum(price), count(qty) FROM $t").await;
        let day = lines(&query(&context, &format!("SELECT day, count(*) FROM {name} GROUP BY day")).await);
        assert_eq!(day, ["1 | 100"], "{name}");
    }
}

/// Of several folders the columns are those of all their files.
#[tokio::test]
async fn several_folders_of_a_store() {
    let store = Arc::new(Store::default());
    let context = with_store(2, &store);
    let directory = tempfile::tempdir().unwrap();
    for (name, dtype) in [("old", "[('a', '>f8')]"), ("new", "[('a', '<f8'), ('b', '<i4')]")] {
        let path = directory.path().join(name);
        mmrec::DynMap::options().dtype(dtype.parse().unwrap()).shape(3).create_npy(&path).unwrap();
        let bytes = std::fs::read(path).unwrap();
        store.put(&Path::from(format!("{name}/x.npy")), PutPayload::from(bytes)).await.unwrap();
        store.put(&Path::from(format!("{name}/x.npy.stats")), PutPayload::from("other")).await.unwrap();
    }
    let table = "CREATE EXTERNAL TABLE t STORED AS NPY LOCATION ('mem://bucket/old/', 'mem://bucket/new/')";
    let text = error(&context, table).await;
    assert!(text.contains("have different dtypes"), "{text}");
    query(&context, &format!("{table} OPTIONS ('npy.superset' 'true')")).await;
    assert_eq!(lines(&query(&context, "SELECT count(a), count(b) FROM t").await), ["6 | 3"]);
}

/// A store in memory of which some puts and deletes fail.
#[derive(Debug, Default)]
struct Store {
    inner: InMemory,
    puts: AtomicUsize,
    /// The puts that fail, counted from 1.
    full: Option<RangeInclusive<usize>>,
    keeps_all: bool,
}

impl Store {
    fn error(what: &str) -> object_store::Error {
        object_store::Error::Generic { store: "test", source: what.into() }
    }

    async fn names(&self) -> Vec<String> {
        let files: Vec<ObjectMeta> = self.inner.list(None).try_collect().await.unwrap();
        files.into_iter().map(|file| file.location.to_string()).collect()
    }
}

impl fmt::Display for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Store")
    }
}

#[async_trait]
impl ObjectStore for Store {
    async fn put_opts(&self, location: &Path, payload: PutPayload, opts: PutOptions) -> Result<PutResult> {
        let put = self.puts.fetch_add(1, Ordering::Relaxed) + 1;
        // Others end in between.
        tokio::task::yield_now().await;
        match &self.full {
            Some(full) if full.contains(&put) => Err(Self::error("there is no room")),
            _ => self.inner.put_opts(location, payload, opts).await,
        }
    }

    async fn put_multipart_opts(
        &self,
        location: &Path,
        opts: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.inner.put_multipart_opts(location, opts).await
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.inner.get_opts(location, options).await
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        match self.keeps_all {
            true => locations.map(|_| Err(Self::error("nothing is deleted here"))).boxed(),
            false => self.inner.delete_stream(locations),
        }
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.inner.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.inner.copy_opts(from, to, options).await
    }
}

fn with_store(partitions: usize, store: &Arc<Store>) -> SessionContext {
    let context = session(partitions, 64);
    let store = Arc::clone(store) as Arc<dyn ObjectStore>;
    context.register_object_store(&"mem://bucket".parse().unwrap(), store);
    context
}

/// The bytes of a `.npy` of so many numbers, all the same.
fn numbers(rows: usize, value: i64) -> Vec<u8> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("n.npy");
    let mut map = RecordMap::<i64>::options().shape(rows).create_npy(&path).unwrap();
    map.view_mut().fill(value);
    drop(map);
    std::fs::read(path).unwrap()
}

#[tokio::test]
async fn a_store_that_is_no_file_system() {
    let directory = tempfile::tempdir().unwrap();
    let rows = trades(0..1000);
    let store = Arc::new(Store::default());
    for (day, rows) in rows.chunks(400).enumerate() {
        let path = directory.path().join("trades.npy");
        write(&path, rows);
        let bytes = std::fs::read(&path).unwrap();
        store.put(&format!("trades/{day}.npy").into(), bytes.into()).await.unwrap();
    }
    let context = with_store(3, &store);
    with_memory(&context, &rows);
    query(&context, "CREATE EXTERNAL TABLE t STORED AS NPY LOCATION 'mem://bucket/trades/' WITH ORDER (ts)")
        .await;
    for sql in crate::files::QUERIES {
        compare(&context, "t", sql).await;
    }
}

#[tokio::test]
async fn a_file_that_is_put_anew_between_planning_and_reading() {
    let store = Arc::new(Store::default());
    let path = Path::from("n.npy");
    for rows in [1000, 999] {
        store.put(&path, numbers(1000, 1).into()).await.unwrap();
        let context = with_store(1, &store);
        query(&context, "CREATE EXTERNAL TABLE n STORED AS NPY LOCATION 'mem://bucket/n.npy'").await;
        let plan =
            context.sql("SELECT sum(value) FROM n").await.unwrap().create_physical_plan().await.unwrap();
        store.put(&path, numbers(rows, 2).into()).await.unwrap();
        let ended = datafusion::physical_plan::collect(plan, context.task_ctx()).await;
        let text = ended.unwrap_err().to_string();
        assert!(text.contains("n.npy was changed since the query found it: it ha"), "{text}");
        assert!(text.contains("run the query again"), "{text}");
    }
}

/// The second range of bytes is asked for when the first has been read.
#[tokio::test]
async fn a_file_that_is_put_anew_between_two_ranges() {
    let rows = 600_000;
    for other in [rows, rows + 1] {
        let store = Arc::new(Store::default());
        let path = Path::from("n.npy");
        store.put(&path, numbers(rows, 1).into()).await.unwrap();
        let context = with_store(1, &store);
        let frame = context.sql("SELECT value FROM 'mem://bucket/n.npy'").await.unwrap();
        let mut batches = frame.execute_stream().await.unwrap();
        assert_eq!(batches.next().await.unwrap().unwrap().num_rows(), 64);
        store.put(&path, numbers(other, 2).into()).await.unwrap();
        let (mut count, mut failed) = (64, None);
        while let Some(batch) = batches.next().await {
            match batch {
                Ok(batch) => {
                    assert!(lines(std::slice::from_ref(&batch)).iter().all(|line| line == "1"));
                    count += batch.num_rows();
                }
                Err(error) => failed = Some(error.to_string()),
            }
        }
        let text = failed.unwrap();
        assert!(text.contains("n.npy was changed since the query found it: it ha"), "{text}");
        assert!(count < rows);
    }
}

const COPY: &str = "COPY (SELECT value, value % 30 AS part FROM generate_series(1, 900)) TO 'mem://bucket/t/' STORED AS NPY \
                    PARTITIONED BY (part)";

#[tokio::test]
async fn a_copy_of_several_files_that_fails_takes_them_back() {
    for options in ["", "OPTIONS ('npy.sidecar' 'write')"] {
        for full in [1, 7, 30] {
            let store = Arc::new(Store { full: Some(full + 1..=usize::MAX), ..Store::default() });
            store.put(&"t/part=1/old.npy".into(), numbers(3, 1).into()).await.unwrap();
            let text = error(&with_store(2, &store), &format!("{COPY} {options}")).await;
            assert!(text.contains("one of 30 new files, could not be written"), "{text}");
            assert!(text.contains("deleted again") && text.contains("there is no room"), "{text}");
            assert_eq!(store.names().await, ["t/part=1/old.npy"]);
        }
        // What is not deleted is named.
        let store = Arc::new(Store { full: Some(9..=usize::MAX), keeps_all: true, ..Store::default() });
        let text = error(&with_store(2, &store), &format!("{COPY} {options}")).await;
        let names = store.names().await;
        assert!(names.len() >= 8 && names.iter().all(|name| text.contains(name)), "{names:?} in {text}");
        assert!(text.contains(&format!("{} cannot be deleted again", names.len())), "{text}");
        // It is all there when nothing fails.
        let store = Arc::new(Store::default());
        query(&with_store(2, &store), &format!("{COPY} {options}")).await;
        assert_eq!(store.names().await.len(), if options.is_empty() { 30 } else { 60 });
    }
}

/// The rows may stand in the place of older ones by then.
#[tokio::test]
async fn values_that_cannot_be_put_beside_a_file_are_left_away() {
    let store = Arc::new(Store { full: Some(2..=2), ..Store::default() });
    let sql = "COPY (SELECT 7 AS value) TO 'mem://bucket/n.npy' OPTIONS ('npy.sidecar' 'write')";
    let context = with_store(1, &store);
    query(&context, sql).await;
    assert_eq!(store.names().await, ["n.npy"]);
    query(&context, sql).await;
    assert_eq!(store.names().await, ["n.npy", "n.npy.stats"]);
}

#[tokio::test]
async fn one_file_that_fails_leaves_the_old_one() {
    let store = Arc::new(Store { full: Some(2..=9), ..Store::default() });
    let old = numbers(3, 1);
    store.put(&"n.npy".into(), old.clone().into()).await.unwrap();
    let text = error(&with_store(1, &store), "COPY (SELECT 1 AS value) TO 'mem://bucket/n.npy'").await;
    assert!(text.contains("there is no room"), "{text}");
    assert_eq!(store.get(&"n.npy".into()).await.unwrap().bytes().await.unwrap(), old);
}

/// In pieces, which are sent while others are read.
#[tokio::test]
async fn a_large_file_is_whole() {
    const ROWS: i64 = 2_500_000;
    let store = Arc::new(Store::default());
    let context = with_store(1, &store);
    let sql = format!("SELECT value FROM generate_series(1, {ROWS})");
    query(&context, &format!("COPY ({sql}) TO 'mem://bucket/large.npy'")).await;
    assert_eq!(store.puts.load(Ordering::Relaxed), 0, "it is not sent at once");
    let bytes = store.get(&"large.npy".into()).await.unwrap().bytes().await.unwrap();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("large.npy");
    std::fs::write(&path, bytes).unwrap();
    let map = mmrec::DynMap::open(&path).unwrap();
    let values = map.field("value").unwrap().typed::<i64, mmrec::ndarray::Ix1>().unwrap();
    assert!(values.iter().eq(1..=ROWS));
}
