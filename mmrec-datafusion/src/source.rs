//! What a query reads of files: columns, rows, and how many of them at a time.

use std::{fmt, sync::Arc};

use datafusion::{
    common::{Result, config::ConfigOptions, tree_node::TreeNodeRecursion},
    datasource::{
        physical_plan::{FileGroup, FileGroupPartitioner, FileOpener, FileScanConfig, FileSource},
        projection::{ProjectionOpener, SplitProjection},
        table_schema::TableSchema,
    },
    physical_expr::{
        EquivalenceProperties, LexOrdering, PhysicalExpr, PhysicalSortExpr, conjunction, conjunction_opt,
        expressions::DynamicFilterTracking, projection::ProjectionExprs, split_conjunction,
    },
    physical_plan::{
        DisplayFormatType, SortOrderPushdownResult,
        filter_pushdown::{FilterPushdownPropagation, PushedDown},
        metrics::ExecutionPlanMetricsSet,
    },
};
use object_store::ObjectStore;

use crate::{columns, opener::NpyOpener, options::NpyOptions};

/// Reads files of fixed-size records for a `DataSourceExec`: the columns of a projection, of the rows that pass a predicate.
///
/// All that it is made of can be asked for, and a source with the same parts reads the same:
///
/// ```
/// use std::sync::Arc;
///
/// use datafusion::{datasource::{physical_plan::FileSource, table_schema::TableSchema}, error::Result};
/// use mmrec_datafusion::NpySource;
///
/// fn again(source: &NpySource) -> Result<Arc<dyn FileSource>> {
///     let mut again = NpySource::new(source.table_schema().clone(), source.options().clone());
///     if let Some(predicate) = source.filter() {
///         again = again.with_predicate(predicate);
///     }
///     if let Some(rows) = source.batch_size() {
///         again = again.with_rows_in_batch(rows);
///     }
///     Ok(Arc::new(again.with_projection(source.projection().unwrap().clone())))
/// }
/// # let schema = arrow_schema::Schema::new(vec![arrow_schema::Field::new("a", arrow_schema::DataType::Int32, false)]);
/// # assert!(again(&NpySource::new(TableSchema::from(Arc::new(schema)), Default::default())).is_ok());
/// ```
#[derive(Clone, Debug)]
pub struct NpySource {
    table_schema: TableSchema,
    options: NpyOptions,
    projection: SplitProjection,
    predicate: Option<Arc<dyn PhysicalExpr>>,
    batch_size: Option<usize>,
    metrics: ExecutionPlanMetricsSet,
}

impl NpySource {
    /// Reads all rows and columns of files that are read with these options.
    pub fn new(table_schema: TableSchema, options: NpyOptions) -> Self {
        Self {
            projection: SplitProjection::unprojected(&table_schema),
            table_schema,
            options,
            predicate: None,
            batch_size: None,
            metrics: ExecutionPlanMetricsSet::new(),
        }
    }

    /// Gives the rows for which this is true, an expression over the columns of the table, partition columns too.
    #[must_use]
    pub fn with_predicate(mut self, predicate: Arc<dyn PhysicalExpr>) -> Self {
        self.predicate = Some(predicate);
        self
    }

    /// Gives these expressions over the columns of the table, instead of all columns.
    #[must_use]
    pub fn with_projection(mut self, projection: ProjectionExprs) -> Self {
        self.projection = SplitProjection::new(self.table_schema.file_schema(), &projection);
        self
    }

    /// Gives batches of this many rows, instead of as many as the session says.
    #[must_use]
    pub fn with_rows_in_batch(mut self, rows: usize) -> Self {
        self.batch_size = Some(rows);
        self
    }

    /// Reads the files with these options instead.
    #[must_use]
    pub fn with_options(mut self, options: NpyOptions) -> Self {
        self.options = options;
        self
    }

    /// How the files are read.
    pub fn options(&self) -> &NpyOptions {
        &self.options
    }

    /// Rows in a batch, if it was said.
    pub fn batch_size(&self) -> Option<usize> {
        self.batch_size
    }
}

impl FileSource for NpySource {
    fn create_file_opener(
        &self,
        store: Arc<dyn ObjectStore>,
        config: &FileScanConfig,
        partition: usize,
    ) -> Result<Arc<dyn FileOpener>> {
        let opener = NpyOpener {
            store,
            table_schema: self.table_schema.clone(),
            options: self.options.clone(),
            projection: self.projection.file_indices.clone(),
            predicate: match config.limit {
                Some(_) => self.predicate.as_ref().and_then(without_dynamic),
                None => self.predicate.clone(),
            },
            batch_size: self.batch_size.unwrap_or(8192),
            limit: config.limit,
            metrics: self.metrics.clone(),
            partition,
        };
        ProjectionOpener::try_new(self.projection.clone(), Arc::new(opener), self.table_schema.file_schema())
    }

    fn table_schema(&self) -> &TableSchema {
        &self.table_schema
    }

    fn with_batch_size(&self, batch_size: usize) -> Arc<dyn FileSource> {
        let batch_size = Some(self.batch_size.unwrap_or(batch_size));
        Arc::new(Self { batch_size, ..self.clone() })
    }

    fn filter(&self) -> Option<Arc<dyn PhysicalExpr>> {
        self.predicate.clone()
    }

    fn projection(&self) -> Option<&ProjectionExprs> {
        Some(&self.projection.source)
    }

    fn metrics(&self) -> &ExecutionPlanMetricsSet {
        &self.metrics
    }

    fn file_type(&self) -> &str {
        "npy"
    }

    fn fmt_extra(&self, format: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(predicate) = &self.predicate else { return Ok(()) };
        match format {
            DisplayFormatType::TreeRender => writeln!(f, "predicate={predicate}"),
            _ => write!(f, ", predicate={predicate}"),
        }
    }

    /// Files are split into ranges of their bytes, which stand for as large a part of their rows. A directory of columns is known by
    /// a small file, whose range stands for a part of the rows too.
    fn repartitioned(
        &self,
        target_partitions: usize,
        repartition_file_min_size: usize,
        output_ordering: Option<LexOrdering>,
        config: &FileScanConfig,
    ) -> Result<Option<FileScanConfig>> {
        let groups = match columns::split(&config.file_groups, target_partitions, repartition_file_min_size) {
            Some(groups) => groups.map(|groups| groups.into_iter().map(FileGroup::new).collect()),
            None => FileGroupPartitioner::new()
                .with_target_partitions(target_partitions)
                .with_repartition_file_min_size(repartition_file_min_size)
                .with_preserve_order_within_groups(output_ordering.is_some())
                .repartition_file_groups(&config.file_groups),
        };
        Ok(groups.map(|groups| {
            let mut config = config.clone();
            config.file_groups = groups;
            config
        }))
    }

    /// All filters are applied here, row by row, to the last one.
    fn try_pushdown_filters(
        &self,
        filters: Vec<Arc<dyn PhysicalExpr>>,
        _: &ConfigOptions,
    ) -> Result<FilterPushdownPropagation<Arc<dyn FileSource>>> {
        if filters.is_empty() {
            return Ok(FilterPushdownPropagation::with_parent_pushdown_result(Vec::new()));
        }
        let applied = vec![PushedDown::Yes; filters.len()];
        let source = Self {
            predicate: Some(conjunction(self.predicate.clone().into_iter().chain(filters))),
            ..self.clone()
        };
        Ok(FilterPushdownPropagation::with_parent_pushdown_result(applied)
            .with_updated_node(Arc::new(source) as Arc<dyn FileSource>))
    }

    /// An order that the files have anyway needs no sort.
    fn try_pushdown_sort(
        &self,
        order: &[PhysicalSortExpr],
        properties: &EquivalenceProperties,
    ) -> Result<SortOrderPushdownResult<Arc<dyn FileSource>>> {
        if properties.ordering_satisfy(order.iter().cloned())? {
            return Ok(SortOrderPushdownResult::Exact { inner: Arc::new(self.clone()) });
        }
        Ok(SortOrderPushdownResult::Unsupported)
    }

    fn try_pushdown_projection(&self, projection: &ProjectionExprs) -> Result<Option<Arc<dyn FileSource>>> {
        let merged = self.projection.source.try_merge(projection)?;
        Ok(Some(Arc::new(self.clone().with_projection(merged))))
    }

    fn apply_expressions(
        &self,
        f: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        let projected = self.projection.source.iter().map(|projected| &projected.expr);
        for expression in self.predicate.iter().chain(projected) {
            if f(expression)? == TreeNodeRecursion::Stop {
                return Ok(TreeNodeRecursion::Stop);
            }
        }
        Ok(TreeNodeRecursion::Continue)
    }
}

/// The predicate without the parts that joins, sorts with a limit and aggregates found out while they ran.
///
/// Such a part can come to a scan that has a limit, from above the limit: rows that it leaves out count for the limit all the same.
/// Nothing is lost without it, for who made it looks at all rows that it gets.
fn without_dynamic(predicate: &Arc<dyn PhysicalExpr>) -> Option<Arc<dyn PhysicalExpr>> {
    let is_static =
        |part: &&Arc<dyn PhysicalExpr>| !DynamicFilterTracking::classify(part).contains_dynamic_filter();
    conjunction_opt(split_conjunction(predicate).into_iter().filter(is_static).cloned())
}
