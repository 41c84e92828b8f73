//! Scans as bytes.

use std::{collections::HashMap, sync::Arc};

use arrow_schema::Schema;
use datafusion::{
    common::{
        Result, exec_err, plan_err,
        tree_node::{TreeNode, TreeNodeRecursion},
    },
    datasource::{physical_plan::FileScanConfig, source::DataSourceExec},
    execution::TaskContext,
    logical_expr::{AggregateUDF, HigherOrderUDF, ScalarUDF, WindowUDF},
    physical_expr::{
        PhysicalExpr,
        expressions::Column,
        projection::{ProjectionExpr, ProjectionExprs},
    },
    physical_expr_common::physical_expr::{
        proto_decode::PhysicalExprDecodeCtx, proto_encode::PhysicalExprEncodeCtx,
    },
    physical_plan::ExecutionPlan,
};
use datafusion_proto::{
    physical_plan::{
        DefaultPhysicalExtensionCodec, PhysicalExtensionCodec, PhysicalPlanDecodeContext,
        PhysicalProtoConverterExtension,
        from_proto::{parse_protobuf_file_scan_config, parse_table_schema_from_proto},
        to_proto::serialize_file_scan_config,
    },
    protobuf,
};

use super::{Kind, NOT_A_MAP, guarded, read, required, write};
use crate::{NpyOptions, NpySource, opener::MapFile};

codec_around! {
    /// Writes physical plans over the tables of this crate, and asks another codec for all other nodes.
    NpyPhysicalCodec, PhysicalExtensionCodec, DefaultPhysicalExtensionCodec
}

/// A scan. What any format has is in DataFusion's message, but for what would be lost in it.
#[derive(Clone, PartialEq, prost::Message)]
struct Scan {
    /// Without `projection_exprs`.
    #[prost(message, optional, tag = "1")]
    base: Option<protobuf::FileScanExecConf>,
    #[prost(map = "string, string", tag = "2")]
    options: HashMap<String, String>,
    #[prost(message, optional, tag = "3")]
    predicate: Option<protobuf::PhysicalExprNode>,
    #[prost(message, optional, tag = "4")]
    projection: Option<protobuf::ProjectionExprs>,
    /// DataFusion's has 32 bits.
    #[prost(uint64, optional, tag = "5")]
    limit: Option<u64>,
    #[prost(uint64, optional, tag = "6")]
    batch_size: Option<u64>,
    #[prost(bool, tag = "7")]
    preserve_order: bool,
}

impl Scan {
    fn of(
        config: &FileScanConfig,
        source: &NpySource,
        codec: &dyn PhysicalExtensionCodec,
        converter: &dyn PhysicalProtoConverterExtension,
    ) -> Result<Self> {
        let files = config.file_groups.iter().flat_map(|group| group.files());
        if files.into_iter().any(|file| file.extensions.get::<MapFile>().is_some()) {
            return plan_err!("{NOT_A_MAP}");
        }
        let mut base = serialize_file_scan_config(config, codec, converter)?;
        let filter = datafusion::datasource::physical_plan::FileSource::filter(source);
        Ok(Self {
            projection: base.projection_exprs.take(),
            base: Some(base),
            options: source.options().to_map(),
            predicate: filter.map(|filter| converter.physical_expr_to_proto(&filter, codec)).transpose()?,
            limit: config.limit.map(|limit| limit as u64),
            batch_size: source.batch_size().map(|rows| rows as u64),
            preserve_order: config.preserve_order,
        })
    }

    fn into_plan(
        self,
        context: &PhysicalPlanDecodeContext<'_>,
        converter: &dyn PhysicalProtoConverterExtension,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let base = required(self.base, "scan")?;
        let constraints = base.constraints.iter().flat_map(|constraints| &constraints.constraints);
        for constraint in constraints {
            required(constraint.constraint_mode.as_ref(), "mode of a constraint")?;
        }
        let table_schema = parse_table_schema_from_proto(&base)?;
        let schema = Arc::clone(table_schema.table_schema());
        let expression = |node: Option<&protobuf::PhysicalExprNode>| {
            let expression =
                converter.proto_to_physical_expr(required(node, "expression")?, &schema, context)?;
            check_columns(&expression, &schema)?;
            Ok::<_, datafusion::common::DataFusionError>(expression)
        };

        let mut source = NpySource::new(table_schema, NpyOptions::from_map(&self.options)?);
        if let Some(projection) = &self.projection {
            let expressions = projection.projections.iter();
            let projection = expressions
                .map(|projected| {
                    Ok(ProjectionExpr::new(expression(projected.expr.as_ref())?, projected.alias.clone()))
                })
                .collect::<Result<Vec<_>>>()?;
            source = source.with_projection(ProjectionExprs::new(projection));
        }
        if self.predicate.is_some() {
            source = source.with_predicate(expression(self.predicate.as_ref())?);
        }
        if let Some(rows) = self.batch_size {
            source = source.with_rows_in_batch(count(rows, "number of rows in a batch")?.max(1));
        }
        let mut config = parse_protobuf_file_scan_config(&base, context, converter, Arc::new(source))?;
        config.limit = self.limit.map(|limit| count(limit, "limit")).transpose()?;
        config.preserve_order = self.preserve_order;
        check(&config, &schema)?;
        Ok(DataSourceExec::from_data_source(config))
    }
}

fn count(number: u64, name: &str) -> Result<usize> {
    required(usize::try_from(number).ok(), name)
}

/// Says whether the parts of a scan fit each other: what is wrong would be a panic when it is planned or run.
fn check(config: &FileScanConfig, schema: &Schema) -> Result<()> {
    let columns = schema.fields().len();
    let partitions = config.table_partition_cols().len();
    for file in config.file_groups.iter().flat_map(|group| group.files()) {
        let path = &file.object_meta.location;
        if file.partition_values.len() != partitions {
            return exec_err!(
                "{path}: {} values for {partitions} partition columns",
                file.partition_values.len()
            );
        }
        if file.range.as_ref().is_some_and(|range| range.start < 0 || range.end < range.start) {
            return exec_err!("{path}: a range of bytes that ends before it starts");
        }
        if file.statistics.as_ref().is_some_and(|statistics| statistics.column_statistics.len() != columns) {
            return exec_err!("{path}: statistics of another number of columns than {columns}");
        }
    }
    for expression in config.output_ordering.iter().flat_map(|order| order.iter()) {
        check_columns(&expression.expr, schema)?;
    }
    if config.batch_size == Some(0) {
        return exec_err!("batches of no rows");
    }
    Ok(())
}

/// Says whether all columns of an expression are there.
fn check_columns(expression: &Arc<dyn PhysicalExpr>, schema: &Schema) -> Result<()> {
    let columns = schema.fields().len();
    expression.apply(|part| match part.downcast_ref::<Column>() {
        Some(column) if column.index() >= columns => {
            exec_err!("column {:?} is at {}, and there are {columns}", column.name(), column.index())
        }
        _ => Ok(TreeNodeRecursion::Continue),
    })?;
    Ok(())
}

impl PhysicalExtensionCodec for NpyPhysicalCodec {
    fn try_decode(
        &self,
        buf: &[u8],
        inputs: &[Arc<dyn ExecutionPlan>],
        ctx: &TaskContext,
        converter: &dyn PhysicalProtoConverterExtension,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        match read::<Scan>(Kind::Scan, buf)? {
            Some(scan) => guarded(|| scan.into_plan(&PhysicalPlanDecodeContext::new(ctx, self), converter)),
            None => self.inner.try_decode(buf, inputs, ctx, converter),
        }
    }

    fn try_encode(
        &self,
        node: Arc<dyn ExecutionPlan>,
        buf: &mut Vec<u8>,
        converter: &dyn PhysicalProtoConverterExtension,
    ) -> Result<()> {
        let ours = node
            .downcast_ref::<DataSourceExec>()
            .and_then(|scan| scan.downcast_to_file_source::<NpySource>());
        match ours {
            Some((config, source)) => write(Kind::Scan, &Scan::of(config, source, self, converter)?, buf),
            None => self.inner.try_encode(node, buf, converter)?,
        }
        Ok(())
    }

    fn try_decode_expr(
        &self,
        buf: &[u8],
        inputs: &[Arc<dyn PhysicalExpr>],
        ctx: &PhysicalExprDecodeCtx<'_>,
    ) -> Result<Arc<dyn PhysicalExpr>> {
        self.inner.try_decode_expr(buf, inputs, ctx)
    }

    fn try_encode_expr(
        &self,
        node: &Arc<dyn PhysicalExpr>,
        buf: &mut Vec<u8>,
        ctx: &PhysicalExprEncodeCtx<'_>,
    ) -> Result<()> {
        self.inner.try_encode_expr(node, buf, ctx)
    }

    codec_around!(functions);
}
