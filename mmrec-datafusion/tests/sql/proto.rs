//! Plans as bytes and back: they read the same, in another session, and bytes that are damaged are errors.

use std::{path::Path, sync::Arc};

use datafusion::{
    datasource::{
        physical_plan::{FileScanConfig, FileScanConfigBuilder, FileSource},
        source::DataSourceExec,
    },
    error::Result,
    execution::TaskContext,
    physical_plan::{ExecutionPlan, collect, display::DisplayableExecutionPlan, displayable},
    prelude::SessionContext,
};
use datafusion_proto::{
    bytes::{
        logical_plan_from_bytes_with_extension_codec, logical_plan_to_bytes_with_extension_codec,
        physical_plan_from_bytes_with_extension_codec, physical_plan_to_bytes_with_extension_codec,
    },
    physical_plan::{DefaultPhysicalProtoConverter, PhysicalExtensionCodec},
};
use mmrec::RecordMap;
use mmrec_datafusion::{
    MapTable, NpySource,
    proto::{NpyLogicalCodec, NpyPhysicalCodec, SendNpyTables},
};

use crate::{
    columns::{append, write_columns},
    kit::{Trade, lines, metric, number, query, session, trades, write},
};

const QUERIES: [&str; 12] = [
    "SELECT * FROM $t",
    "SELECT count(*) FROM $t",
    "SELECT price * 2 AS twice, symbol FROM $t WHERE qty > 3",
    "SELECT symbol, sum(price * qty) / sum(qty) AS vwap, count(*) FROM $t GROUP BY symbol ORDER BY symbol",
    "SELECT ts, \"Last Px\" FROM $t WHERE qty IN (1, 5) ORDER BY ts, \"Last Px\" LIMIT 7",
    "SELECT * FROM $t ORDER BY price DESC, ts, \"Last Px\" LIMIT 5",
    "SELECT count(*), min(ts) FROM $t WHERE ts >= '1970-01-01T00:00:20' AND ts < '1970-01-01T00:01:00'",
    "SELECT min(ts), max(ts), min(symbol), max(price) FROM $t",
    "SELECT a.qty FROM $t a JOIN $t b ON a.\"Last Px\" = b.\"Last Px\" WHERE b.price < 3 ORDER BY a.qty",
    "SELECT \"Last Px\" FROM $t WHERE price < 0",
    "SELECT count(*) FROM $t WHERE price > (SELECT avg(price) FROM $t)",
    "SELECT price FROM $t WHERE symbol LIKE 'D%' OR symbol = 'Ä' ORDER BY price, ts LIMIT 3",
];

/// Tables over the same rows: one file, a directory, partition columns with a declared order, raw files, directories of columns, files
/// with their values beside them, and paths.
struct Tables {
    directory: tempfile::TempDir,
}

impl Tables {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path();
        let rows = trades(0..900);
        write(&path.join("all.npy"), &rows);
        for (day, rows) in rows.chunks(300).enumerate() {
            write(&path.join(format!("flat/{day}.npy")), rows);
            write(&path.join(format!("hive/day=2024-06-0{}/trades.npy", day + 1)), rows);
            let npy = std::fs::read(path.join(format!("flat/{day}.npy"))).unwrap();
            let raw = path.join(format!("raw/{day}.bin"));
            std::fs::create_dir_all(raw.parent().unwrap()).unwrap();
            std::fs::write(raw, &npy[npy.len() - 300 * size_of::<Trade>()..]).unwrap();
            write_columns(&path.join(format!("days/day={day}")), rows);
        }
        write_columns(&path.join("columns"), &rows);
        Self { directory }
    }

    async fn register(&self, context: &SessionContext) -> Vec<String> {
        let path = self.directory.path().display();
        let dtype = <Trade as mmrec::Element>::DTYPE.to_string().replace('\'', "''");
        for sql in [
            format!(
                "CREATE EXTERNAL TABLE one STORED AS NPY LOCATION '{path}/all.npy' OPTIONS ('npy.strings' 'utf8')"
            ),
            format!("CREATE EXTERNAL TABLE flat STORED AS NPY WITH ORDER (ts) LOCATION '{path}/flat/'"),
            format!(
                "CREATE EXTERNAL TABLE hive STORED AS NPY PARTITIONED BY (day) WITH ORDER (ts) LOCATION '{path}/hive/'"
            ),
            format!(
                "CREATE EXTERNAL TABLE raw STORED AS NPY LOCATION '{path}/raw/' OPTIONS ('npy.dtype' '{dtype}')"
            ),
            format!("CREATE EXTERNAL TABLE columns STORED AS NPY WITH ORDER (ts) LOCATION '{path}/columns/'"),
            format!("CREATE EXTERNAL TABLE days STORED AS NPY PARTITIONED BY (day) LOCATION '{path}/days/'"),
            format!(
                "CREATE EXTERNAL TABLE beside STORED AS NPY LOCATION '{path}/flat/' OPTIONS ('npy.sidecar' 'write')"
            ),
        ] {
            query(context, &sql).await;
        }
        let paths = ["flat", "columns"].map(|name| format!("'{path}/{name}/'"));
        let names = ["one", "flat", "hive", "raw", "columns", "days", "beside"].map(str::to_owned);
        names.into_iter().chain(paths).collect()
    }
}

/// A session as another machine has it: it knows no table.
fn elsewhere(partitions: usize) -> SessionContext {
    let context = session(partitions, 64);
    mmrec_datafusion::register(&context).unwrap();
    context
}

fn text(plan: &Arc<dyn ExecutionPlan>) -> String {
    displayable(plan.as_ref()).indent(true).to_string()
}

fn sorted(sql: &str, mut lines: Vec<String>) -> Vec<String> {
    if !sql.contains("ORDER BY") {
        lines.sort();
    }
    lines
}

#[tokio::test]
async fn physical_plans_come_back() {
    let tables = Tables::new();
    let codec = NpyPhysicalCodec::default();
    for partitions in [1, 3] {
        let here = session(partitions, 64);
        // As Ballista does: a subquery that a scan waits for cannot be taken out of its plan.
        query(&here, "SET datafusion.optimizer.enable_physical_uncorrelated_scalar_subquery = false").await;
        let there = elsewhere(1);
        for table in tables.register(&here).await {
            for sql in QUERIES {
                let sql = sql.replace("$t", &table);
                let expected = sorted(&sql, lines(&query(&here, &sql).await));
                let plan = here.sql(&sql).await.unwrap().create_physical_plan().await.unwrap();
                let bytes = physical_plan_to_bytes_with_extension_codec(Arc::clone(&plan), &codec).unwrap();
                let again =
                    physical_plan_from_bytes_with_extension_codec(&bytes, &there.task_ctx(), &codec).unwrap();
                assert_eq!(text(&plan), text(&again), "{sql}");
                let found = lines(&collect(again, there.task_ctx()).await.unwrap());
                assert_eq!(expected, sorted(&sql, found), "{sql}");
            }
        }
    }
}

#[tokio::test]
async fn logical_plans_come_back() {
    let tables = Tables::new();
    let codec = NpyLogicalCodec::default();
    let here = session(2, 64);
    let names = tables.register(&here).await;
    let sender = session(2, 64);
    tables.register(&sender).await;
    sender.add_optimizer_rule(Arc::new(SendNpyTables));
    let there = elsewhere(3);
    for table in names {
        for sql in QUERIES {
            let sql = sql.replace("$t", &table);
            let expected = sorted(&sql, lines(&query(&here, &sql).await));
            // The sender runs its plans itself too.
            assert_eq!(expected, sorted(&sql, lines(&query(&sender, &sql).await)), "{sql}");
            let plan = sender.sql(&sql).await.unwrap().into_optimized_plan().unwrap();
            let bytes = logical_plan_to_bytes_with_extension_codec(&plan, &codec).unwrap();
            let again =
                logical_plan_from_bytes_with_extension_codec(&bytes, &there.task_ctx(), &codec).unwrap();
            let again = there.execute_logical_plan(again).await.unwrap().collect().await.unwrap();
            assert_eq!(expected, sorted(&sql, lines(&again)), "{sql}");
        }
    }
}

/// Declared orders and partition columns are used where the plan arrives: no sort, and files of one day alone.
#[tokio::test]
async fn orders_and_partitions_are_used_elsewhere() {
    let tables = Tables::new();
    let codec = NpyLogicalCodec::default();
    let here = session(1, 64);
    tables.register(&here).await;
    here.add_optimizer_rule(Arc::new(SendNpyTables));
    let there = elsewhere(1);
    let sql = "SELECT ts FROM hive WHERE day = '2024-06-02' ORDER BY ts LIMIT 2";
    let plan = here.sql(sql).await.unwrap().into_optimized_plan().unwrap();
    let bytes = logical_plan_to_bytes_with_extension_codec(&plan, &codec).unwrap();
    let again = logical_plan_from_bytes_with_extension_codec(&bytes, &there.task_ctx(), &codec).unwrap();
    let plan = there.execute_logical_plan(again).await.unwrap().create_physical_plan().await.unwrap();
    let text = text(&plan);
    assert!(!text.contains("SortExec") && text.contains("output_ordering=[ts"), "{text}");
    assert!(text.contains("day=2024-06-02") && !text.contains("day=2024-06-01"), "{text}");
}

/// The parts of a directory of columns mean the rows that it had when the plan was made, on whatever machine they are read.
#[tokio::test]
async fn rows_that_are_added_to_columns_while_the_plan_travels() {
    let tables = Tables::new();
    let codec = NpyPhysicalCodec::default();
    let here = session(3, 64);
    tables.register(&here).await;
    let sql = "SELECT count(*) FROM columns WHERE qty >= 0";
    let plan = here.sql(sql).await.unwrap().create_physical_plan().await.unwrap();
    assert!(text(&plan).contains("3 groups"), "{}", text(&plan));
    let bytes = physical_plan_to_bytes_with_extension_codec(plan, &codec).unwrap();
    append(&tables.directory.path().join("columns"), &trades(900..1000));
    let there = elsewhere(1);
    let again = physical_plan_from_bytes_with_extension_codec(&bytes, &there.task_ctx(), &codec).unwrap();
    assert_eq!(number(&collect(again, there.task_ctx()).await.unwrap()), 900);
    assert_eq!(number(&query(&here, sql).await), 1000);
}

/// What is known of the values of the files travels with them.
#[tokio::test]
async fn files_are_skipped_elsewhere() {
    let tables = Tables::new();
    let codec = NpyPhysicalCodec::default();
    let here = session(1, 64);
    tables.register(&here).await;
    let sql = "SELECT count(*) FROM beside WHERE ts < '1970-01-01T00:00:20'";
    let plan = here.sql(sql).await.unwrap().create_physical_plan().await.unwrap();
    let bytes = physical_plan_to_bytes_with_extension_codec(plan, &codec).unwrap();
    let there = elsewhere(1);
    let again = physical_plan_from_bytes_with_extension_codec(&bytes, &there.task_ctx(), &codec).unwrap();
    assert_eq!(number(&collect(Arc::clone(&again), there.task_ctx()).await.unwrap()), 40);
    let plan = DisplayableExecutionPlan::with_metrics(again.as_ref()).indent(true).to_string();
    assert_eq!(metric(&plan, "files_skipped_by_statistics"), 2, "{plan}");
}

fn scan_of(plan: &Arc<dyn ExecutionPlan>) -> Option<(&FileScanConfig, &NpySource)> {
    match plan.downcast_ref::<DataSourceExec>() {
        Some(scan) => scan.downcast_to_file_source::<NpySource>(),
        None => plan.children().into_iter().find_map(scan_of),
    }
}

#[tokio::test]
async fn all_parts_of_a_scan_come_back() {
    let tables = Tables::new();
    let codec = NpyPhysicalCodec::default();
    let context = session(3, 64);
    tables.register(&context).await;
    let sql = "SELECT day, price * 2 AS twice FROM hive WHERE qty > 3";
    let plan = context.sql(sql).await.unwrap().create_physical_plan().await.unwrap();
    let (config, source) = scan_of(&plan).unwrap();
    // A limit that 32 bits do not hold, and a size of batches that the source was given.
    let limit = Some((1 << 33) + 5);
    let source = source.clone().with_rows_in_batch(7);
    let config =
        FileScanConfigBuilder::from(config.clone()).with_source(Arc::new(source)).with_limit(limit).build();
    let plan = DataSourceExec::from_data_source(config) as Arc<dyn ExecutionPlan>;
    let bytes = physical_plan_to_bytes_with_extension_codec(Arc::clone(&plan), &codec).unwrap();
    let again = physical_plan_from_bytes_with_extension_codec(&bytes, &context.task_ctx(), &codec).unwrap();

    let (old, old_source) = scan_of(&plan).unwrap();
    let (new, new_source) = scan_of(&again).unwrap();
    assert_eq!(new.limit, limit);
    assert_eq!(new_source.batch_size(), Some(7));
    assert_eq!(new.statistics(), old.statistics());
    assert_eq!(new.output_ordering, old.output_ordering);
    assert_eq!(new.preserve_order, old.preserve_order);
    assert_eq!(new.object_store_url, old.object_store_url);
    assert_eq!(new_source.options(), old_source.options());
    assert_eq!(new_source.table_schema().table_schema(), old_source.table_schema().table_schema());
    assert_eq!(new_source.filter().unwrap().to_string(), old_source.filter().unwrap().to_string());
    assert_eq!(new_source.projection().unwrap().to_string(), old_source.projection().unwrap().to_string());
    let files = |config: &FileScanConfig| {
        let files = config.file_groups.iter().map(|group| {
            let parts = group.files().iter().map(|file| {
                let meta = &file.object_meta;
                let range = file.range.as_ref().map(|range| (range.start, range.end));
                (
                    meta.location.clone(),
                    meta.size,
                    meta.last_modified,
                    range,
                    file.partition_values.clone(),
                    file.statistics.clone(),
                )
            });
            parts.collect::<Vec<_>>()
        });
        files.collect::<Vec<_>>()
    };
    assert_eq!(files(old).len(), 3);
    assert!(
        files(old)
            .iter()
            .flatten()
            .any(|(_, _, _, _, values, statistics)| values.len() == 1 && statistics.is_some())
    );
    assert_eq!(files(new), files(old));
}

#[tokio::test]
async fn what_does_not_travel_says_so() {
    let tables = Tables::new();
    let context = session(1, 64);
    tables.register(&context).await;
    let path = tables.directory.path();

    let plan = context.sql("SELECT * FROM one").await.unwrap().into_optimized_plan().unwrap();
    let error = logical_plan_to_bytes_with_extension_codec(&plan, &NpyLogicalCodec::default())
        .unwrap_err()
        .to_string();
    assert!(error.contains("unknown file format"), "without the rule: {error}");

    let map = Arc::new(RecordMap::<Trade>::open(path.join("all.npy")).unwrap());
    context.register_table("map", Arc::new(MapTable::new(map).unwrap())).unwrap();
    let table = context.sql("SELECT price FROM map").await.unwrap();
    let expected = "a MapTable is of one process, and another cannot read it; create an external table at the path of its file";
    let plan = table.clone().into_optimized_plan().unwrap();
    let error = logical_plan_to_bytes_with_extension_codec(&plan, &NpyLogicalCodec::default())
        .unwrap_err()
        .to_string();
    assert!(error.contains(expected), "{error}");
    let plan = table.create_physical_plan().await.unwrap();
    let error = physical_plan_to_bytes_with_extension_codec(plan, &NpyPhysicalCodec::default())
        .unwrap_err()
        .to_string();
    assert!(error.contains(expected), "{error}");

    let sql = format!("COPY (SELECT price FROM one) TO '{}'", path.join("out.npy").display());
    let plan = context.state().create_logical_plan(&sql).await.unwrap();
    let plan = SendNpyTables.apply(plan);
    let error = logical_plan_to_bytes_with_extension_codec(&plan, &NpyLogicalCodec::default())
        .unwrap_err()
        .to_string();
    assert!(error.contains("COPY to a .npy file is not sent to other machines"), "{error}");
}

/// The rule without a session.
trait Apply {
    fn apply(&self, plan: datafusion::logical_expr::LogicalPlan) -> datafusion::logical_expr::LogicalPlan;
}

impl Apply for SendNpyTables {
    fn apply(&self, plan: datafusion::logical_expr::LogicalPlan) -> datafusion::logical_expr::LogicalPlan {
        use datafusion::optimizer::{OptimizerContext, OptimizerRule};
        self.rewrite(plan, &OptimizerContext::new()).unwrap().data
    }
}

fn encoded(plan: &Arc<dyn ExecutionPlan>) -> Vec<u8> {
    let mut bytes = Vec::new();
    NpyPhysicalCodec::default()
        .try_encode(Arc::clone(plan), &mut bytes, &DefaultPhysicalProtoConverter {})
        .unwrap();
    bytes
}

fn decoded(bytes: &[u8], context: &TaskContext) -> Result<Arc<dyn ExecutionPlan>> {
    NpyPhysicalCodec::default().try_decode(bytes, &[], context, &DefaultPhysicalProtoConverter {})
}

async fn scan(path: &Path, context: &SessionContext) -> Arc<dyn ExecutionPlan> {
    let tables = path.display();
    let table = format!(
        "CREATE EXTERNAL TABLE hive STORED AS NPY PARTITIONED BY (day) WITH ORDER (ts) LOCATION '{tables}/hive/'"
    );
    query(context, &table).await;
    let sql = "SELECT day, price * 2 AS twice FROM hive WHERE qty > 3 AND price > 1.5";
    let plan = context.sql(sql).await.unwrap().create_physical_plan().await.unwrap();
    let (config, _) = scan_of(&plan).unwrap();
    DataSourceExec::from_data_source(config.clone())
}

#[tokio::test]
async fn bytes_of_other_versions_are_errors() {
    let tables = Tables::new();
    let context = session(1, 64);
    let bytes = encoded(&scan(tables.directory.path(), &context).await);
    assert!(decoded(&bytes, &context.task_ctx()).is_ok());
    for (place, expected) in [(5, "in revision 255"), (6, "written by mmrec-datafusion 255")] {
        let mut other = bytes.clone();
        other[place] = 255;
        let error = decoded(&other, &context.task_ctx()).unwrap_err().to_string();
        assert!(error.contains(expected) && error.contains("run the same version"), "{error}");
    }
    // What does not begin as our bytes do is another codec's.
    let error = decoded(&bytes[1..], &context.task_ctx()).unwrap_err().to_string();
    assert!(error.contains("PhysicalExtensionCodec is not provided"), "{error}");
}

/// Damaged bytes are an error, or a plan that reads something else or fails; nothing panics.
#[tokio::test]
async fn damaged_bytes_are_no_panic() {
    let tables = Tables::new();
    let context = session(2, 64);
    let bytes = encoded(&scan(tables.directory.path(), &context).await);
    let task = context.task_ctx();
    let (mut refused, mut read) = (0, 0);
    for length in 0..bytes.len() {
        refused += usize::from(decoded(&bytes[..length], &task).is_err());
    }
    assert!(refused > bytes.len() / 2, "{refused} of {}", bytes.len());
    for place in 0..bytes.len() {
        for flip in [1, 128, 255] {
            let mut damaged = bytes.clone();
            damaged[place] ^= flip;
            let Ok(plan) = decoded(&damaged, &task) else { continue };
            // Running it may fail, and may not take the process with it.
            if flip == 1 {
                read += 1;
                let _ = collect(plan, Arc::clone(&task)).await;
            }
        }
    }
    assert!(read > 0);
}
