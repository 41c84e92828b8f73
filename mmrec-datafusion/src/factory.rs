//! All of it made known to a session.

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
};

use arrow_schema::{DataType, Field, Schema};
use async_trait::async_trait;
use datafusion::{
    catalog::{DynamicFileCatalog, Session, TableProvider, TableProviderFactory, UrlTableFactory},
    common::{DFSchema, Result, plan_datafusion_err},
    datasource::{
        file_format::FileFormat,
        listing::{ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl},
        listing_table_factory::ListingTableFactory,
    },
    execution::{SessionState, context::SessionContext},
    logical_expr::{CreateExternalTable, Expr, SortExpr},
};
use url::Url;

use crate::{
    columns::{DESCR, DESCR_PATTERN},
    error::plan,
    format::{NpyFormat, NpyFormatFactory},
    options::{NpyOptions, SortKey},
};

/// Makes the files known to a session: `CREATE EXTERNAL TABLE … STORED AS NPY`, `COPY … TO 'out.npy'`, and the path of a file or a
/// directory as the name of a table, `SELECT … FROM 'trades.npy'`.
///
/// Called twice for a session, it does no more than once.
///
/// # Errors
///
/// None today; those of the registry of formats, should it have any.
pub fn register(context: &SessionContext) -> Result<()> {
    let state = context.state_ref();
    let is_new = {
        let mut state = state.write();
        state.register_file_format(Arc::new(NpyFormatFactory::new()), true)?;
        state.table_factories_mut().insert("NPY".to_owned(), Arc::new(NpyTableFactory::new())).is_none()
    };
    if is_new {
        let catalogs = Arc::clone(context.state().catalog_list());
        let session = context.state_weak_ref();
        let session = Arc::new(move || session.upgrade().map(|state| state.read().clone()));
        let urls = Arc::new(UrlTables { session });
        context.register_catalog_list(Arc::new(DynamicFileCatalog::new(catalogs, urls)));
    }
    Ok(())
}

/// Makes the tables of `CREATE EXTERNAL TABLE … STORED AS NPY`.
#[derive(Debug, Default)]
pub struct NpyTableFactory {
    listing: ListingTableFactory,
}

impl NpyTableFactory {
    /// Makes tables of files, and of directories of columns.
    pub fn new() -> Self {
        Self::default()
    }
}

#[async_trait]
impl TableProviderFactory for NpyTableFactory {
    async fn create(
        &self,
        state: &dyn Session,
        command: &CreateExternalTable,
    ) -> Result<Arc<dyn TableProvider>> {
        let mut command = command.clone();
        let options = NpyOptions::from_map(&command.options)?;
        let sorted = SortKey::of_orders(&command.order_exprs);
        if !sorted.is_empty() {
            let sorted = NpyOptions { sorted, ..NpyOptions::default() };
            command.options.extend(sorted.to_map());
        }
        for location in &mut command.locations {
            *location = location_of(location, &options)?;
        }
        // Of raw files all in a folder are rows of the table.
        if options.dtype.is_some() {
            return self.listing.create(state, &command).await;
        }
        let command = with_columns(command, state, &options).await?;
        let table = self.listing.create(state, &command).await?;
        of_ending(table, state, &command)
    }
}

/// The statement with the columns that the `.npy` files in the folder of a store have, if it declares none: the engine asks files of
/// all endings there.
async fn with_columns(
    mut command: CreateExternalTable,
    state: &dyn Session,
    options: &NpyOptions,
) -> Result<CreateExternalTable> {
    let paths = command.locations.iter().map(ListingTableUrl::parse).collect::<Result<Vec<_>>>()?;
    let [first, others @ ..] = &paths[..] else { return Ok(command) };
    if !command.schema.fields().is_empty() || !paths.iter().any(takes_all) {
        return Ok(command);
    }
    let format = Arc::new(NpyFormat::new(options.clone()));
    let listing = ListingOptions::new(format).with_file_extension(".npy");
    let infers = state.config_options().execution.listing_table_factory_infer_partitions;
    if command.table_partition_cols.is_empty() && infers {
        command.table_partition_cols = listing.infer_partitions(state, first).await?;
    }
    let schema = listing.infer_schema(state, first).await?;
    for path in others {
        if listing.infer_schema(state, path).await?.fields() != schema.fields() {
            return Err(plan(format!(
                "the files at {path} have other columns than those at {first}; make two tables of them"
            )));
        }
    }
    let mut fields = schema.fields().to_vec();
    fields.extend(command.table_partition_cols.iter().map(|name| {
        let type_ = DataType::Dictionary(Box::new(DataType::UInt16), Box::new(DataType::Utf8));
        Arc::new(Field::new(name, type_, false))
    }));
    let schema = DFSchema::try_from(Schema::new_with_metadata(fields, schema.metadata().clone()))?;
    let columns = command.order_exprs.iter().flatten().flat_map(|key| key.expr.column_refs());
    if let Some(column) = columns.into_iter().find(|column| !schema.has_column(column)) {
        return Err(plan(format!("Column {column} is not in schema")));
    }
    command.schema = Arc::new(schema);
    Ok(command)
}

/// Whether all files of a folder are of the table.
fn takes_all(path: &ListingTableUrl) -> bool {
    path.is_collection() && path.get_glob().is_none()
}

/// The table with the files of its folders that end in `.npy`: the engine takes all of them where the columns are declared.
fn of_ending(
    table: Arc<dyn TableProvider>,
    state: &dyn Session,
    command: &CreateExternalTable,
) -> Result<Arc<dyn TableProvider>> {
    let listing = table.downcast_ref::<ListingTable>();
    let Some(listing) = listing.filter(|listing| listing.table_paths().iter().any(takes_all)) else {
        return Ok(table);
    };
    let paths = listing.table_paths().iter().cloned().map(|path| match takes_all(&path) {
        true => path.with_glob("*.npy"),
        false => Ok(path),
    });
    let options = listing.options();
    let schema = listing.schema();
    let columns = schema.fields().len() - options.table_partition_cols.len();
    let schema = schema.project(&(0..columns).collect::<Vec<_>>())?;
    let config = ListingTableConfig::new_with_multi_paths(paths.collect::<Result<_>>()?)
        .with_listing_options(options.clone())
        .with_schema(Arc::new(schema));
    let table = ListingTable::try_new(config)?
        .with_cache(state.runtime_env().cache_manager.get_file_statistic_cache())
        .with_definition(command.definition.clone())
        .with_constraints(command.constraints.clone())
        .with_column_defaults(command.column_defaults.clone());
    Ok(Arc::new(table))
}

/// Where the files of a table are listed.
fn location_of(location: &str, options: &NpyOptions) -> Result<String> {
    // In a path some letters stand for others, and in a URL none does: what there is by this name is meant.
    if location.contains(['*', '?', '['])
        && let Ok(path) = std::path::absolute(location)
        && path.exists()
        && let Some(url) = url_of(&path)
    {
        return Ok(match local(&ListingTableUrl::parse(&url)?) {
            Some(path) if path.join(DESCR).is_file() => format!("{url}{DESCR}"),
            _ => url,
        });
    }
    if !location.ends_with('/') && !Path::new(location).is_dir() {
        return Ok(location.to_owned());
    }
    let directory = location.trim_end_matches('/');
    let path = ListingTableUrl::parse(location).ok().and_then(|url| local(&url));
    if options.dtype.is_some() {
        // The pattern is compared with the first name of a path alone, be it a file or a folder.
        if let Some(folder) = path.and_then(|path| other_folder(&path, 8)) {
            return Err(plan(format!(
                "all files in {location} are rows of the table, and {} is a folder of no partition: move it elsewhere, or give a pattern \
                 of the files, as {directory}/*.bin",
                folder.display()
            )));
        }
        return Ok(format!("{directory}/*"));
    }
    Ok(match path {
        Some(path) if path.join(DESCR).is_file() => path.join(DESCR).display().to_string(),
        // A pattern, which the engine looks for in the folders of partitions too.
        Some(path) if has_columns(&path, 8) => format!("{directory}/{DESCR_PATTERN}"),
        // Else the engine looks at files of all endings, where the columns are declared. Of a URL it takes no pattern.
        Some(_) => format!("{directory}/*.npy"),
        None => format!("{directory}/"),
    })
}

/// A path of this machine as a URL, with a slash at its end if it is a directory.
fn url_of(path: &Path) -> Option<String> {
    let url = match path.is_dir() {
        true => Url::from_directory_path(path),
        false => Url::from_file_path(path),
    };
    url.ok().map(Into::into)
}

/// A folder that stands for no value of a partition column.
fn other_folder(directory: &Path, depth: usize) -> Option<PathBuf> {
    let entries = std::fs::read_dir(directory).ok()?;
    let mut folders = entries.flatten().map(|entry| entry.path()).filter(|path| path.is_dir());
    folders.find_map(|folder| match folder.file_name() {
        Some(name) if name.to_string_lossy().contains('=') => {
            depth.checked_sub(1).and_then(|depth| other_folder(&folder, depth))
        }
        _ => Some(folder),
    })
}

/// Whether a folder of partitions holds a directory of columns.
fn has_columns(directory: &Path, depth: usize) -> bool {
    let Ok(entries) = std::fs::read_dir(directory) else { return false };
    let mut folders = entries.flatten().map(|entry| entry.path()).filter(|path| {
        path.file_name().is_some_and(|name| name.to_string_lossy().contains('=')) && path.is_dir()
    });
    depth > 0
        && folders
            .next()
            .is_some_and(|folder| folder.join(DESCR).is_file() || has_columns(&folder, depth - 1))
}

/// The path of what lies on this machine.
fn local(url: &ListingTableUrl) -> Option<PathBuf> {
    (url.scheme() == "file").then(|| url.get_url().to_file_path().ok()).flatten()
}

impl SortKey {
    /// The first keys of declared orders, where these are columns.
    fn of_orders(orders: &[Vec<SortExpr>]) -> Vec<Self> {
        let keys = orders.iter().filter_map(|order| match order.first()? {
            SortExpr { expr: Expr::Column(column), asc, nulls_first } => {
                Some(Self { column: column.name.clone(), descending: !asc, nulls_first: *nulls_first })
            }
            _ => None,
        });
        keys.collect()
    }
}

/// Paths as names of tables.
struct UrlTables {
    /// The session, until it ends. It holds this.
    session: Arc<dyn Fn() -> Option<SessionState> + Send + Sync>,
}

impl fmt::Debug for UrlTables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UrlTables")
    }
}

#[async_trait]
impl UrlTableFactory for UrlTables {
    async fn try_new(&self, url: &str) -> Result<Option<Arc<dyn TableProvider>>> {
        let Ok(location) = location_of(url, &NpyOptions::default()) else { return Ok(None) };
        // With the pattern left away, if it has one: whose place it is is asked of the folder.
        let whole = if location.starts_with("file:") { location.as_str() } else { url };
        let Ok(parsed) = ListingTableUrl::parse(whole) else { return Ok(None) };
        let is_ours = match local(&parsed) {
            Some(path) if path.is_dir() => {
                path.join(DESCR).is_file() || has_columns(&path, 8) || has_npy(&path)
            }
            Some(path) if path.ends_with(DESCR) => true,
            _ => parsed.file_extension() == Some("npy"),
        };
        if !is_ours {
            return Ok(None);
        }
        let state = (self.session)()
            .ok_or_else(|| plan_datafusion_err!("the session of the table {url:?} has ended"))?;
        let format: Arc<dyn FileFormat> = Arc::new(NpyFormat::default());
        let url = ListingTableUrl::parse(&location)?;
        // A pattern says all.
        let ending = if takes_all(&url) { ".npy" } else { "" };
        let listing = ListingOptions::new(format).with_file_extension(ending);
        let config = ListingTableConfig::new(url).with_listing_options(listing).infer_schema(&state).await?;
        Ok(Some(Arc::new(ListingTable::try_new(config)?)))
    }
}

fn has_npy(directory: &Path) -> bool {
    let Ok(entries) = std::fs::read_dir(directory) else { return false };
    entries.flatten().any(|entry| entry.path().extension().is_some_and(|extension| extension == "npy"))
}
