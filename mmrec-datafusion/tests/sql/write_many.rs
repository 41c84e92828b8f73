//! Copies of more files than are open at once, and where they are made.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use datafusion::{
    execution::{
        config::SessionConfig,
        disk_manager::{DiskManagerBuilder, DiskManagerMode},
        runtime_env::RuntimeEnvBuilder,
    },
    prelude::SessionContext,
};

use crate::kit::{compare, error, lines, query, session};

/// The most files that the process had open while this ran, as far as was seen.
#[cfg(target_os = "linux")]
async fn most_open<T>(work: impl Future<Output = T>) -> (T, usize) {
    let has_ended = Arc::new(AtomicBool::new(false));
    let watch = std::thread::spawn({
        let has_ended = Arc::clone(&has_ended);
        move || {
            let mut most = 0;
            while !has_ended.load(Ordering::Relaxed) {
                most = std::fs::read_dir("/proc/self/fd").map_or(0, Iterator::count).max(most);
                std::thread::sleep(Duration::from_millis(5));
            }
            most
        }
    });
    let done = work.await;
    has_ended.store(true, Ordering::Relaxed);
    (done, watch.join().unwrap())
}

/// More folders than there are threads that may block, with text of a width that all rows decide, and without text.
#[tokio::test]
async fn more_folders_than_threads_and_files() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().display();
    let context = session(2, 2048);
    for (name, columns, folders) in [("numbers", "n", 700), ("text", "n, text", 1500)] {
        let rows = format!(
            "SELECT value AS n, 'text ' || value AS text, value % {folders} AS part FROM generate_series(1, {})",
            2 * folders
        );
        query(&context, &format!("CREATE OR REPLACE TABLE memory AS {rows}")).await;
        let sql = format!(
            "COPY (SELECT {columns}, part FROM memory) TO '{path}/{name}/' STORED AS NPY PARTITIONED BY (part)"
        );
        #[cfg(target_os = "linux")]
        {
            let (copied, most) = most_open(query(&context, &sql)).await;
            assert_eq!(lines(&copied), [(2 * folders).to_string()]);
            assert!(most < 500, "{most} files were open");
        }
        #[cfg(not(target_os = "linux"))]
        assert_eq!(lines(&query(&context, &sql).await), [(2 * folders).to_string()]);
        assert_eq!(std::fs::read_dir(directory.path().join(name)).unwrap().count(), folders);
    }
    let table = format!("STORED AS NPY PARTITIONED BY (part) LOCATION '{path}/text/'");
    query(&context, &format!("CREATE EXTERNAL TABLE t {table}")).await;
    compare(&context, "t", "SELECT n, text, CAST(part AS BIGINT) FROM $t").await;
}

/// Files that are closed and opened again while their rows come: all rows are there, with the width of the widest text.
#[tokio::test]
async fn files_that_are_written_in_many_pieces() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().display();
    let context = session(2, 1024);
    for (name, columns, folders, rows) in [
        ("numbers", "value AS n, CAST(value % 1000 AS SMALLINT) AS text", 240, 2_400_000),
        ("text", "value AS n, 'text ' || (value * value) AS text", 90, 1_800_000),
    ] {
        let select = format!("SELECT {columns}, value % {folders} AS part FROM generate_series(1, {rows})");
        let copy = format!("COPY ({select}) TO '{path}/{name}/' STORED AS NPY PARTITIONED BY (part)");
        #[cfg(target_os = "linux")]
        {
            let (copied, most) = most_open(query(&context, &copy)).await;
            assert_eq!(lines(&copied), [rows.to_string()]);
            // 64 from their first row to their last, and 8 at a time.
            assert!(most < 180, "{most} files were open");
        }
        #[cfg(not(target_os = "linux"))]
        assert_eq!(lines(&query(&context, &copy).await), [rows.to_string()]);
        let table = format!("STORED AS NPY PARTITIONED BY (part) LOCATION '{path}/{name}/'");
        query(&context, &format!("CREATE EXTERNAL TABLE {name} {table}")).await;
        // Every row once, and in its folder.
        let sql = "SELECT count(*), count(DISTINCT n), sum(n), min(text), max(text), count(DISTINCT part)";
        let found =
            query(&context, &format!("{sql} FROM {name} WHERE n % {folders} = CAST(part AS BIGINT)")).await;
        assert_eq!(lines(&found), lines(&query(&context, &format!("{sql} FROM ({select})")).await), "{name}");
    }
    let wrong = "SELECT count(*) FROM text WHERE text <> 'text ' || (n * n)";
    assert_eq!(lines(&query(&context, wrong).await), ["0"]);
}

/// Of several files of this machine, too, all are there or none.
#[tokio::test]
async fn a_folder_that_cannot_be_made() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().display();
    let context = session(2, 1024);
    std::fs::write(directory.path().join("part=3"), "no folder").unwrap();
    let rows = "SELECT value AS n, value % 8 AS part FROM generate_series(1, 800)";
    let options = "OPTIONS ('npy.sidecar' 'write')";
    let copy = format!("COPY ({rows}) TO '{path}/' STORED AS NPY PARTITIONED BY (part) {options}");
    let text = error(&context, &copy).await;
    assert!(text.contains("one of 8 new files, could not be written") && text.contains("part=3"), "{text}");
    let mut files = Vec::new();
    for entry in std::fs::read_dir(directory.path()).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => files.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path())),
            false => files.push(path),
        }
    }
    assert_eq!(files, [directory.path().join("part=3")], "{text}");
    std::fs::remove_file(&files[0]).unwrap();
    assert_eq!(lines(&query(&context, &copy).await), ["800"]);
}

/// A session that makes temporary files there, up to so many bytes.
fn with_temporary(mode: DiskManagerMode, bytes: u64) -> SessionContext {
    let disk = DiskManagerBuilder::default().with_mode(mode).with_max_temp_directory_size(bytes);
    let runtime = RuntimeEnvBuilder::new().with_disk_manager_builder(disk).build().unwrap();
    let config = SessionConfig::new().with_target_partitions(2);
    let context = SessionContext::new_with_config_rt(config, Arc::new(runtime));
    mmrec_datafusion::register(&context).unwrap();
    context
}

fn entries(directory: &Path) -> usize {
    std::fs::read_dir(directory).unwrap().count()
}

#[tokio::test]
async fn temporary_files_are_where_the_session_says_and_no_larger() {
    let directory = tempfile::tempdir().unwrap();
    let (out, temporary) = (directory.path().join("out"), directory.path().join("tmp"));
    std::fs::create_dir(&out).unwrap();
    let mode = || DiskManagerMode::Directories(vec![temporary.clone()]);
    for columns in ["value", "'text ' || value AS text"] {
        let copy = |rows: usize| {
            format!("COPY (SELECT {columns} FROM generate_series(1, {rows})) TO '{}/n.npy'", out.display())
        };
        let context = with_temporary(mode(), 2_000_000);
        // It is not in the system's directory: the session's is gone, and it is an error.
        query(&context, &copy(1000)).await;
        let text = error(&context, &copy(1_000_000)).await;
        assert!(text.contains("more than datafusion.runtime.max_temp_directory_size, 2000000"), "{text}");
        // The old file is there, and nothing else.
        assert_eq!(entries(&out), 1);
        let sessions = std::fs::read_dir(&temporary).unwrap().next().unwrap().unwrap();
        assert_eq!(entries(&sessions.path()), 0, "what was made is gone");
        std::fs::remove_dir_all(sessions.path()).unwrap();
        assert!(error(&context, &copy(1000)).await.contains("directory for temporary files"));

        let context = with_temporary(DiskManagerMode::Disabled, 2_000_000);
        let text = error(&context, &copy(1000)).await;
        assert!(text.contains("directory for temporary files") && text.contains("disabled"), "{text}");
    }
}
