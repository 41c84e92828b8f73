//! Tables as bytes.

use std::{collections::HashMap, sync::Arc};

use arrow_schema::{DataType, Schema, SchemaRef};
use async_trait::async_trait;
use datafusion::{
    catalog::{ScanArgs, ScanResult, Session, TableProvider},
    common::{Constraints, Result, Statistics, TableReference, plan_err, tree_node::Transformed},
    datasource::{
        TableType,
        file_format::{FileFormat, FileFormatFactory},
        listing::{ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl},
        provider_as_source, source_as_provider,
    },
    execution::TaskContext,
    logical_expr::{
        AggregateUDF, Expr, Extension, HigherOrderUDF, LogicalPlan, ScalarUDF, TableProviderFilterPushDown,
        TableScan, WindowUDF, dml::InsertOp,
    },
    optimizer::{OptimizerConfig, OptimizerRule},
    physical_plan::ExecutionPlan,
};
use datafusion_proto::{
    logical_plan::{
        DefaultLogicalExtensionCodec, LogicalExtensionCodec, from_proto::parse_sorts,
        to_proto::serialize_sorts,
    },
    protobuf,
};

use super::{Kind, NOT_A_MAP, guarded, read, required, write};
use crate::{MapTable, NpyFormat, NpyFormatFactory, NpyOptions};

codec_around! {
    /// Writes logical plans over the tables of this crate, and asks another codec for all other nodes.
    ///
    /// The session that writes needs the rule [`SendNpyTables`] besides.
    NpyLogicalCodec, LogicalExtensionCodec, DefaultLogicalExtensionCodec
}

/// Lets the scans of plans be written: the last rule of a session whose plans go elsewhere.
///
/// DataFusion writes a scan of listed files itself, without asking a codec, and knows its own formats alone. This rule
/// puts something around the tables of this crate that is no listing of files, and reads as the table does.
///
/// ```
/// # use std::sync::Arc;
/// # use datafusion::prelude::SessionContext;
/// # use mmrec_datafusion::proto::SendNpyTables;
/// let context = SessionContext::new();
/// mmrec_datafusion::register(&context);
/// context.add_optimizer_rule(Arc::new(SendNpyTables));
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct SendNpyTables;

impl OptimizerRule for SendNpyTables {
    fn name(&self) -> &str {
        "send_npy_tables"
    }

    fn rewrite(&self, plan: LogicalPlan, _: &dyn OptimizerConfig) -> Result<Transformed<LogicalPlan>> {
        plan.transform_down_with_subqueries(|node| match node {
            LogicalPlan::TableScan(scan) => Ok(send(scan)),
            other => Ok(Transformed::no(other)),
        })
    }
}

fn send(scan: TableScan) -> Transformed<LogicalPlan> {
    let sent = source_as_provider(&scan.source).ok().and_then(Sent::of);
    match sent {
        Some(sent) => {
            let source = provider_as_source(Arc::new(sent));
            Transformed::yes(LogicalPlan::TableScan(TableScan { source, ..scan }))
        }
        None => Transformed::no(LogicalPlan::TableScan(scan)),
    }
}

/// A listing table of our format that is not seen to be one.
#[derive(Debug)]
struct Sent(Arc<dyn TableProvider>);

impl Sent {
    fn of(table: Arc<dyn TableProvider>) -> Option<Self> {
        let listing = table.downcast_ref::<ListingTable>()?;
        listing.options().format.downcast_ref::<NpyFormat>()?;
        Some(Self(table))
    }
}

#[async_trait]
impl TableProvider for Sent {
    fn schema(&self) -> SchemaRef {
        self.0.schema()
    }

    fn constraints(&self) -> Option<&Constraints> {
        self.0.constraints()
    }

    fn table_type(&self) -> TableType {
        self.0.table_type()
    }

    fn get_table_definition(&self) -> Option<&str> {
        self.0.get_table_definition()
    }

    fn get_column_default(&self, column: &str) -> Option<&Expr> {
        self.0.get_column_default(column)
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        self.0.scan(state, projection, filters, limit).await
    }

    async fn scan_with_args<'a>(&self, state: &dyn Session, args: ScanArgs<'a>) -> Result<ScanResult> {
        self.0.scan_with_args(state, args).await
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Result<Vec<TableProviderFilterPushDown>> {
        self.0.supports_filters_pushdown(filters)
    }

    fn statistics(&self) -> Option<Statistics> {
        self.0.statistics()
    }

    async fn insert_into(
        &self,
        state: &dyn Session,
        input: Arc<dyn ExecutionPlan>,
        insert: InsertOp,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        self.0.insert_into(state, input, insert).await
    }
}

/// A listing table. Its columns are in the message around this one.
#[derive(Clone, PartialEq, prost::Message)]
struct Table {
    #[prost(message, repeated, tag = "1")]
    paths: Vec<Path>,
    #[prost(map = "string, string", tag = "2")]
    options: HashMap<String, String>,
    #[prost(string, tag = "3")]
    extension: String,
    /// Names of columns: the last ones of the table.
    #[prost(string, repeated, tag = "4")]
    partitions: Vec<String>,
    #[prost(message, repeated, tag = "5")]
    orders: Vec<protobuf::SortExprNodeCollection>,
}

/// Where files are.
#[derive(Clone, PartialEq, prost::Message)]
struct Path {
    #[prost(string, tag = "1")]
    url: String,
    #[prost(string, optional, tag = "2")]
    glob: Option<String>,
}

impl Path {
    fn of(url: &ListingTableUrl) -> Self {
        Self { url: url.to_string(), glob: url.get_glob().as_ref().map(|glob| glob.as_str().to_owned()) }
    }

    fn url(&self) -> Result<ListingTableUrl> {
        let url = ListingTableUrl::parse(&self.url)?;
        match &self.glob {
            None => Ok(url),
            // A path on this machine is where patterns are read.
            Some(glob) => {
                let pattern = ListingTableUrl::parse(format!("/{glob}"))?.get_glob().clone();
                ListingTableUrl::try_new(url.get_url().clone(), pattern)
            }
        }
    }
}

impl Table {
    fn of(table: &ListingTable, format: &NpyFormat, codec: &dyn LogicalExtensionCodec) -> Result<Self> {
        let options = table.options();
        let orders = options.file_sort_order.iter().map(|order| {
            let sort_expr_nodes = serialize_sorts(order, codec)?;
            Ok(protobuf::SortExprNodeCollection { sort_expr_nodes })
        });
        Ok(Self {
            paths: table.table_paths().iter().map(Path::of).collect(),
            options: format.options().to_map(),
            extension: options.file_extension.clone(),
            partitions: options.table_partition_cols.iter().map(|(name, _)| name.clone()).collect(),
            orders: orders.collect::<Result<_>>()?,
        })
    }

    fn into_table(
        self,
        schema: &Schema,
        context: &TaskContext,
        codec: &dyn LogicalExtensionCodec,
    ) -> Result<Arc<dyn TableProvider>> {
        // What is known of the files of a table is kept by its name, for all queries of all clients: what holds for these options, and
        // this store, need not hold for others.
        let mut options: Vec<_> = self.options.iter().collect();
        options.sort();
        let paths = self.paths.iter().map(|path| {
            let name = TableReference::bare(format!("{} {:?} {options:?}", path.url, path.glob));
            Ok(path.url()?.with_table_ref(name))
        });
        let paths = paths.collect::<Result<Vec<_>>>()?;
        required(paths.first(), "path")?;
        let is_partition = |name: &String| self.partitions.contains(name);
        let file = schema.fields().iter().filter(|field| !is_partition(field.name())).cloned();
        let file = Schema::new(file.collect::<Vec<_>>()).with_metadata(schema.metadata().clone());
        let partitions = self.partitions.iter().map(|name| {
            let field = required(schema.column_with_name(name), "partition column")?.1;
            Ok((name.clone(), field.data_type().clone()))
        });
        let partitions: Vec<(String, DataType)> = partitions.collect::<Result<_>>()?;
        let orders = self.orders.iter().map(|order| Ok(parse_sorts(&order.sort_expr_nodes, context, codec)?));
        let format: Arc<dyn FileFormat> = Arc::new(NpyFormat::new(NpyOptions::from_map(&self.options)?));
        let options = ListingOptions::new(format)
            .with_file_extension(self.extension)
            .with_table_partition_cols(partitions)
            .with_file_sort_order(orders.collect::<Result<_>>()?);
        let config = ListingTableConfig::new_with_multi_paths(paths)
            .with_listing_options(options)
            .with_schema(Arc::new(file));
        let cache = context.runtime_env().cache_manager.get_file_statistic_cache();
        let table = ListingTable::try_new(config)?.with_cache(cache);
        Ok(Arc::new(table))
    }
}

impl LogicalExtensionCodec for NpyLogicalCodec {
    fn try_decode(&self, buf: &[u8], inputs: &[LogicalPlan], ctx: &TaskContext) -> Result<Extension> {
        self.inner.try_decode(buf, inputs, ctx)
    }

    fn try_encode(&self, node: &Extension, buf: &mut Vec<u8>) -> Result<()> {
        self.inner.try_encode(node, buf)
    }

    fn try_decode_table_provider(
        &self,
        buf: &[u8],
        table_ref: &TableReference,
        schema: SchemaRef,
        ctx: &TaskContext,
    ) -> Result<Arc<dyn TableProvider>> {
        match read::<Table>(Kind::Table, buf)? {
            Some(table) => guarded(|| table.into_table(&schema, ctx, self)),
            None => self.inner.try_decode_table_provider(buf, table_ref, schema, ctx),
        }
    }

    fn try_encode_table_provider(
        &self,
        table_ref: &TableReference,
        node: Arc<dyn TableProvider>,
        buf: &mut Vec<u8>,
    ) -> Result<()> {
        if node.downcast_ref::<MapTable>().is_some() {
            return plan_err!("{NOT_A_MAP}");
        }
        let table = node.downcast_ref::<Sent>().map_or(&node, |sent| &sent.0);
        let listing = table.downcast_ref::<ListingTable>();
        let ours = listing
            .and_then(|listing| Some((listing, listing.options().format.downcast_ref::<NpyFormat>()?)));
        match ours {
            Some((listing, format)) => write(Kind::Table, &Table::of(listing, format, self)?, buf),
            None => self.inner.try_encode_table_provider(table_ref, node, buf)?,
        }
        Ok(())
    }

    fn try_decode_file_format(&self, buf: &[u8], ctx: &TaskContext) -> Result<Arc<dyn FileFormatFactory>> {
        self.inner.try_decode_file_format(buf, ctx)
    }

    fn try_encode_file_format(&self, buf: &mut Vec<u8>, node: Arc<dyn FileFormatFactory>) -> Result<()> {
        if node.downcast_ref::<NpyFormatFactory>().is_some() {
            return plan_err!(
                "COPY to a .npy file is not sent to other machines; write the rows of the query where they arrive, or copy to Parquet"
            );
        }
        self.inner.try_encode_file_format(buf, node)
    }

    codec_around!(functions);
}
