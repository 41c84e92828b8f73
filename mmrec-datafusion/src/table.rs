//! An open map as a table.

use std::{fmt, sync::Arc};

use arrow_schema::SchemaRef;
use async_trait::async_trait;
use datafusion::{
    arrow::compute::SortOptions,
    catalog::{Session, TableProvider},
    common::{Result, Statistics},
    datasource::{
        TableType,
        listing::PartitionedFile,
        object_store::ObjectStoreUrl,
        physical_plan::{FileGroup, FileScanConfigBuilder},
        source::DataSourceExec,
        table_schema::TableSchema,
    },
    logical_expr::{Expr, TableProviderFilterPushDown},
    physical_expr::{LexOrdering, PhysicalSortExpr, expressions::Column},
    physical_plan::ExecutionPlan,
};

use crate::{
    array::{Array, OpenMap, install_guard},
    error::external,
    open::Opened,
    opener::MapFile,
    options::{NpyOptions, SortKey},
    schema::columns,
    source::NpySource,
    statistics::of_file,
};

/// A map that is open as a table: a [`RecordMap`](mmrec::RecordMap) of any records or a [`DynMap`](mmrec::DynMap).
///
/// The table has the rows that the map has. Columns, filters and limits are applied as for files, in as many partitions as the
/// session has, and a map that is cut short while it is read is an error.
///
/// ```
/// use std::sync::Arc;
///
/// use datafusion::prelude::SessionContext;
/// use mmrec::{MmapRecord, RecordMap};
/// use mmrec_datafusion::MapTable;
///
/// #[derive(Clone, Copy, MmapRecord)]
/// #[repr(C)]
/// struct Trade { ts: u64, price: f64 }
///
/// # let path = std::env::temp_dir().join(format!("mmrec-doc-map-table-{}.bin", std::process::id()));
/// # RecordMap::<Trade>::options().shape(3).create(&path).unwrap();
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// let map = RecordMap::<Trade>::open(&path)?;
/// let context = SessionContext::new();
/// context.register_table("trades", Arc::new(MapTable::new(Arc::new(map))?))?;
/// let batches = context.sql("SELECT count(*), sum(price) FROM trades WHERE ts < 5").await?.collect().await?;
/// # assert_eq!(batches[0].num_rows(), 1);
/// # std::fs::remove_file(path)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).unwrap();
/// ```
pub struct MapTable {
    map: Arc<dyn OpenMap>,
    schema: SchemaRef,
    options: NpyOptions,
}

impl MapTable {
    /// A table of this map, with the usual options.
    ///
    /// # Errors
    ///
    /// [`DataFusionError::External`](datafusion::error::DataFusionError::External) with what mmrec says if the dtype has no Arrow type.
    pub fn new(map: Arc<dyn OpenMap>) -> Result<Self> {
        Self::with_options(map, NpyOptions::default())
    }

    /// A table of this map, with [`strings`](NpyOptions::strings) and [`sorted`](NpyOptions::sorted) of these options.
    ///
    /// # Errors
    ///
    /// As for [`new`](Self::new).
    pub fn with_options(map: Arc<dyn OpenMap>, options: NpyOptions) -> Result<Self> {
        install_guard()?;
        let row = Array::row(&map).map_err(external)?;
        Ok(Self { schema: Arc::new(columns(&row, &options)?), map, options })
    }

    fn statistics_now(&self) -> Result<Statistics> {
        of_file(&Opened::Here(Arc::new(Arc::clone(&self.map))), &self.schema, &self.options, true)
    }

    /// An order that was declared as the engine knows it.
    fn ordering(&self, key: &SortKey) -> Option<LexOrdering> {
        let index = self.schema.index_of(&key.column).ok()?;
        let options = SortOptions { descending: key.descending, nulls_first: key.nulls_first };
        LexOrdering::new([PhysicalSortExpr::new(Arc::new(Column::new(&key.column, index)), options)])
    }
}

impl fmt::Debug for MapTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MapTable").field("schema", &self.schema).finish_non_exhaustive()
    }
}

#[async_trait]
impl TableProvider for MapTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn statistics(&self) -> Option<Statistics> {
        self.statistics_now().ok()
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Result<Vec<TableProviderFilterPushDown>> {
        // The filter that stays in the plan is pushed into the source when it is made.
        Ok(vec![TableProviderFilterPushDown::Inexact; filters.len()])
    }

    async fn scan(
        &self,
        _: &dyn Session,
        projection: Option<&Vec<usize>>,
        _: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let statistics = self.statistics_now()?;
        let size = statistics.total_byte_size.get_value().copied().unwrap_or(0).max(1);
        let mut file =
            PartitionedFile::new("map", size as u64).with_extension(MapFile(Arc::clone(&self.map)));
        file.statistics = Some(Arc::new(statistics.clone()));
        let source = NpySource::new(TableSchema::from(Arc::clone(&self.schema)), self.options.clone());
        let config = FileScanConfigBuilder::new(ObjectStoreUrl::local_filesystem(), Arc::new(source))
            .with_file_groups(vec![FileGroup::new(vec![file])])
            .with_statistics(statistics)
            .with_projection_indices(projection.cloned())?
            .with_limit(limit)
            .with_output_ordering(self.options.sorted.iter().filter_map(|key| self.ordering(key)).collect())
            .build();
        Ok(DataSourceExec::from_data_source(config))
    }
}
