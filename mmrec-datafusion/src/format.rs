//! The format of the files, as the engine knows formats.

use std::{collections::HashMap, sync::Arc};

use arrow_schema::{Schema, SchemaRef};
use async_trait::async_trait;
use datafusion::{
    catalog::Session,
    common::{DataFusionError, GetExt, Result, Statistics, not_impl_err, parsers::CompressionTypeVariant},
    datasource::{
        file_format::{FileFormat, FileFormatFactory, file_compression_type::FileCompressionType},
        physical_plan::{FileScanConfig, FileScanConfigBuilder, FileSinkConfig, FileSource},
        source::DataSourceExec,
        table_schema::TableSchema,
    },
    physical_expr::{LexRequirement, expressions::Column},
    physical_plan::ExecutionPlan,
};
use futures::{StreamExt, TryStreamExt, stream};
use object_store::{ObjectMeta, ObjectStore};

use crate::{
    columns::{count, estimates, is_descr},
    error::plan,
    making::blocking,
    open::{Opened, open},
    options::{NpyOptions, Sidecars, SortKey},
    schema::Merge,
    sidecar,
    source::NpySource,
    statistics::of_file,
};

/// Files whose headers are read at the same time.
const AT_ONCE: usize = 32;

/// Files of fixed-size records: `.npy`, raw files with the option `npy.dtype`, arrays of `.npz` with `npy.member`, and directories
/// of columns.
#[derive(Clone, Debug, Default)]
pub struct NpyFormat {
    options: NpyOptions,
}

impl NpyFormat {
    /// The format with these options.
    pub fn new(options: NpyOptions) -> Self {
        Self { options }
    }

    /// Its options.
    pub fn options(&self) -> &NpyOptions {
        &self.options
    }
}

/// Makes [`NpyFormat`]s from the options of SQL statements.
#[derive(Clone, Debug, Default)]
pub struct NpyFormatFactory {
    options: NpyOptions,
}

impl NpyFormatFactory {
    /// Makes formats that have the options of the statement.
    pub fn new() -> Self {
        Self { options: NpyOptions::default() }
    }
}

impl FileFormatFactory for NpyFormatFactory {
    fn create(&self, _: &dyn Session, options: &HashMap<String, String>) -> Result<Arc<dyn FileFormat>> {
        let mut all = self.options.to_map();
        all.extend(options.iter().map(|(key, value)| (key.clone(), value.clone())));
        Ok(Arc::new(NpyFormat::new(NpyOptions::from_map(&all)?)))
    }

    fn default(&self) -> Arc<dyn FileFormat> {
        Arc::new(NpyFormat::new(self.options.clone()))
    }
}

impl GetExt for NpyFormatFactory {
    fn get_ext(&self) -> String {
        "npy".to_owned()
    }
}

#[async_trait]
impl FileFormat for NpyFormat {
    fn get_ext(&self) -> String {
        "npy".to_owned()
    }

    fn get_ext_with_compression(&self, compression: &FileCompressionType) -> Result<String> {
        match compression.get_variant() {
            CompressionTypeVariant::UNCOMPRESSED => Ok(self.get_ext()),
            other => Err(plan(format!(
                "files of records cannot be mapped if they are compressed, with {other:?}; unpack them"
            ))),
        }
    }

    fn compression_type(&self) -> Option<FileCompressionType> {
        None
    }

    async fn infer_schema(
        &self,
        _: &dyn Session,
        store: &Arc<dyn ObjectStore>,
        objects: &[ObjectMeta],
    ) -> Result<SchemaRef> {
        let mut rows: Vec<_> = stream::iter(objects.iter().cloned())
            .map(|object| async move {
                let opened = open(&**store, &object, &self.options).await?;
                let (row, _) = opened.shape().map_err(crate::error::external)?;
                Ok::<_, DataFusionError>((object.location.to_string(), row))
            })
            .boxed()
            .buffer_unordered(AT_ONCE)
            .try_collect()
            .await?;
        // The order of the columns does not depend on which file was open first.
        rows.sort_by(|(a, _), (b, _)| a.cmp(b));
        let mut merge = Merge::new(&self.options);
        for (name, row) in &rows {
            merge.add(name, row)?;
        }
        match (&self.options.dtype, rows.is_empty()) {
            // No file says what the table is, and the options do.
            (Some(dtype), true) => Ok(Arc::new(crate::schema::columns(dtype, &self.options)?)),
            (None, true) => Err(plan(
                "no file of the table says which columns it has, and files without bytes do not: save them again, or give npy.dtype",
            )),
            _ => Ok(Arc::new(merge.finish())),
        }
    }

    async fn infer_stats(
        &self,
        _: &dyn Session,
        store: &Arc<dyn ObjectStore>,
        table_schema: SchemaRef,
        object: &ObjectMeta,
    ) -> Result<Statistics> {
        let opened = open(&**store, object, &self.options).await?;
        let about = |error: DataFusionError| error.context(format!("table file {}", object.location));
        // Files are left out by what is known of their values, if that is wanted: they are to be what they are then.
        let is_wanted = self.options.sidecars != Sidecars::Off && !is_descr(&object.location);
        let is_settled = match &opened {
            Opened::Here(array) if is_wanted => {
                let array = Arc::clone(array);
                blocking(move || Ok(array.settle())).await?
            }
            _ => true,
        };
        let mut statistics = of_file(&opened, &table_schema, &self.options, is_settled).map_err(about)?;
        if is_descr(&object.location) {
            return Ok(estimates(statistics));
        }
        if let Some(sidecar) =
            sidecar::of_file(&**store, object, opened, &self.options, is_settled).await.map_err(about)?
        {
            sidecar.add_to(&mut statistics, &table_schema);
        }
        Ok(statistics)
    }

    async fn create_physical_plan(
        &self,
        state: &dyn Session,
        mut config: FileScanConfig,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let Some(source) = config.file_source().downcast_ref::<NpySource>() else {
            return not_impl_err!("NpyFormat reads with NpySource alone");
        };
        // An order that was declared of the files without the option, by hand.
        let mut options = source.options().clone();
        for ordering in &config.output_ordering {
            let first = ordering.first();
            if let Some(column) = first.expr.downcast_ref::<Column>() {
                let key = SortKey {
                    column: column.name().to_owned(),
                    descending: first.options.descending,
                    nulls_first: first.options.nulls_first,
                };
                if is_of_file(config.file_source().table_schema().file_schema(), &key)
                    && !options.sorted.contains(&key)
                {
                    options.sorted.push(key);
                }
            }
        }
        let source = source.clone().with_options(options);
        let store = state.runtime_env().object_store(&config.object_store_url)?;
        let table = Arc::clone(source.table_schema().table_schema());
        count(&mut config.file_groups, &*store, source.options(), &table).await?;
        let config = FileScanConfigBuilder::from(config).with_source(Arc::new(source)).build();
        Ok(DataSourceExec::from_data_source(config))
    }

    async fn create_writer_physical_plan(
        &self,
        input: Arc<dyn ExecutionPlan>,
        _: &dyn Session,
        config: FileSinkConfig,
        order: Option<LexRequirement>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        crate::sink::plan_writer(input, config, order, &self.options)
    }

    fn file_source(&self, table_schema: TableSchema) -> Arc<dyn FileSource> {
        Arc::new(NpySource::new(table_schema, self.options.clone()))
    }
}

fn is_of_file(schema: &Schema, key: &SortKey) -> bool {
    schema.field_with_name(&key.column).is_ok()
}
