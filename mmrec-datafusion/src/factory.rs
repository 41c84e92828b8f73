//! All of it made known to a session.

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
};

use arrow_schema::{DataType, Schema};
use async_trait::async_trait;
use datafusion::{
    catalog::{DynamicFileCatalog, Session, TableProvider, TableProviderFactory, UrlTableFactory},
    common::{DFSchema, Result, plan_datafusion_err},
    datasource::{
        file_format::FileFormat,
        listing::{ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl},
    },
    execution::{SessionState, context::SessionContext, object_store::ObjectStoreUrl},
    logical_expr::{CreateExternalTable, Expr, SortExpr},
};
use futures::TryStreamExt;
use object_store::ObjectStore;
use url::Url;

use crate::{
    columns::{DESCR, DESCR_PATTERN, NPY_PATTERN},
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
///
/// The engine's own factory takes files of all endings where columns are declared and in object stores, and patterns in paths alone.
#[derive(Debug, Default)]
pub struct NpyTableFactory(());

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
        let mut options = NpyOptions::from_map(&command.options)?;
        let sorted = SortKey::of_orders(&command.order_exprs);
        if !sorted.is_empty() {
            options.sorted = sorted;
        }
        let (store, places) = places(command, &options)?;
        let format: Arc<dyn FileFormat> = Arc::new(NpyFormat::new(options));
        // What is no file of a store may be a folder, whose name has no slash at its end.
        let ending = match &places[..] {
            [place] if !place.is_collection() && place.file_extension() == Some("npy") => ".npy",
            _ => "",
        };
        let listing = ListingOptions::new(format).with_file_extension(ending);
        // What was found for a table of this name that could not be made counts no more.
        if let Some(lists) = state.runtime_env().cache_manager.get_list_files_cache() {
            lists.drop_table_entries(&command.name)?;
        }
        let Columns { file, partitions } = match command.schema.fields().is_empty() {
            true => {
                let store = state.runtime_env().object_store(&store)?;
                Columns::found(state, command, &listing, &store, &places).await?
            }
            false => Columns::declared(command)?,
        };
        let listing = listing.with_table_partition_cols(partitions);
        for place in &places {
            listing.validate_partitions(state, place).await?;
        }
        let listing = listing.with_file_sort_order(command.order_exprs.clone());
        let config =
            ListingTableConfig::new_with_multi_paths(places).with_listing_options(listing).with_schema(file);
        let table = ListingTable::try_new(config)?
            .with_cache(state.runtime_env().cache_manager.get_file_statistic_cache())
            .with_definition(command.definition.clone())
            .with_constraints(command.constraints.clone())
            .with_column_defaults(command.column_defaults.clone());
        if state.config().collect_statistics() {
            // The queries read again what cannot be read now, and say so.
            let _ = table.list_files_for_scan(state, &[], None).await;
        }
        Ok(Arc::new(table))
    }
}

/// The store that all files of a table are in, and where in it.
fn places(
    command: &CreateExternalTable,
    options: &NpyOptions,
) -> Result<(ObjectStoreUrl, Vec<ListingTableUrl>)> {
    let places = command
        .locations
        .iter()
        .map(|location| Ok(files_of(location, options)?.with_table_ref(command.name.clone())));
    let places = places.collect::<Result<Vec<_>>>()?;
    let Some(first) = places.first() else {
        return Err(plan("CREATE EXTERNAL TABLE has no LOCATION; give one"));
    };
    let store = first.object_store();
    if let Some(other) = places.iter().find(|place| place.object_store() != store) {
        return Err(plan(format!(
            "the files of a table are in one store, and {first} and {other} are in two; make two tables of them"
        )));
    }
    if let Some(at) = (1..places.len()).find(|&at| places[..at].contains(&places[at])) {
        return Err(plan(format!("{} comes twice; give each LOCATION once", places[at])));
    }
    Ok((store, places))
}

/// The columns of a table: those of its files, and those of the names of folders.
struct Columns {
    file: Arc<Schema>,
    partitions: Vec<(String, DataType)>,
}

impl Columns {
    /// Those that the files have.
    async fn found(
        state: &dyn Session,
        command: &CreateExternalTable,
        listing: &ListingOptions,
        store: &Arc<dyn ObjectStore>,
        places: &[ListingTableUrl],
    ) -> Result<Self> {
        let mut names = command.table_partition_cols.clone();
        let infers = state.config_options().execution.listing_table_factory_infer_partitions;
        if names.is_empty()
            && infers
            && let Some(first) = places.first()
        {
            names = listing.infer_partitions(state, first).await?;
        }
        let mut files = Vec::new();
        for place in places {
            let there: Vec<_> = place.list_all_files(state, &**store, "").await?.try_collect().await?;
            if there.is_empty() {
                return Err(plan(format!(
                    "No files found at {place}. Cannot infer the columns of a table without files; add data files, or declare the columns"
                )));
            }
            files.extend(there);
        }
        // Those say nothing, and have no rows.
        files.retain(|file| file.size > 0);
        let file = listing.format.infer_schema(state, store, &files).await?;
        let orders = command.order_exprs.iter().flatten().flat_map(|key| key.expr.column_refs());
        let columns = DFSchema::try_from(Arc::clone(&file))?;
        if let Some(column) = orders.into_iter().find(|column| !columns.has_column(column)) {
            return Err(plan(format!("Column {column} is not in schema")));
        }
        let text = DataType::Dictionary(Box::new(DataType::UInt16), Box::new(DataType::Utf8));
        Ok(Self { file, partitions: names.into_iter().map(|name| (name, text.clone())).collect() })
    }

    /// Those that the statement declares, the ones of folders among them.
    fn declared(command: &CreateExternalTable) -> Result<Self> {
        let schema = command.schema.inner();
        let names = &command.table_partition_cols;
        let partitions = names.iter().map(|name| {
            let field = schema.field_with_name(name)?;
            Ok((name.clone(), field.data_type().clone()))
        });
        let of_files = schema.fields().iter().enumerate().filter(|(_, field)| !names.contains(field.name()));
        let file = schema.project(&of_files.map(|(at, _)| at).collect::<Vec<_>>())?;
        Ok(Self { file: Arc::new(file), partitions: partitions.collect::<Result<_>>()? })
    }
}

/// What is meant by a path or a URL. In a path some letters stand for others, unless there is something of just that name.
fn place_of(location: &str) -> Result<ListingTableUrl> {
    if location.contains(['*', '?', '['])
        && let Ok(path) = std::path::absolute(location)
        && path.exists()
        && let Some(url) = url_of(&path)
    {
        return ListingTableUrl::try_new(url, None);
    }
    ListingTableUrl::parse(location)
}

/// The files that are meant by a path or a URL: of a folder those that are of a table.
fn files_of(location: &str, options: &NpyOptions) -> Result<ListingTableUrl> {
    let place = place_of(location)?;
    // A pattern says what is meant.
    if place.get_glob().is_some() {
        return Ok(place);
    }
    let Some(directory) = local(&place).filter(|path| path.is_dir()) else {
        return match place.is_collection() && options.dtype.is_none() {
            true => place.with_glob(NPY_PATTERN),
            false => Ok(place),
        };
    };
    // With the slash at its end, whether it was given or not.
    let place = match url_of(&directory) {
        Some(url) => ListingTableUrl::try_new(url, None)?,
        None => place,
    };
    if options.dtype.is_some() {
        // Files in others are passed over without a word.
        return match other_folder(&directory, 8) {
            None => Ok(place),
            Some(folder) => Err(plan(format!(
                "all files in {location} are rows of the table, and {} is a folder of no partition: move it elsewhere, or give a pattern \
                 of the files, as {}/*.bin",
                folder.display(),
                location.trim_end_matches('/')
            ))),
        };
    }
    match url_of(&directory.join(DESCR)) {
        Some(descr) if directory.join(DESCR).is_file() => ListingTableUrl::try_new(descr, None),
        _ if has_columns(&directory, 8) => place.with_glob(DESCR_PATTERN),
        _ => place.with_glob(NPY_PATTERN),
    }
}

/// A path of this machine as a URL, with a slash at its end if it is a directory.
fn url_of(path: &Path) -> Option<Url> {
    let url = match path.is_dir() {
        true => Url::from_directory_path(path),
        false => Url::from_file_path(path),
    };
    // Without `..`, which is no name of a store.
    Url::parse(url.ok()?.as_str()).ok()
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
        let options = NpyOptions::default();
        let (Ok(place), Ok(files)) = (place_of(url), files_of(url, &options)) else { return Ok(None) };
        let is_ours = match (place.get_glob(), local(&place)) {
            (Some(pattern), folder) => match Path::new(pattern.as_str()).extension() {
                // One that may be any is looked for among our files.
                Some(ending) if !ending.to_string_lossy().contains(['*', '?', '[']) => ending == "npy",
                _ => folder.is_some_and(|folder| has_npy(&folder)),
            },
            (None, Some(path)) if path.is_dir() => {
                path.join(DESCR).is_file() || has_columns(&path, 8) || has_npy(&path)
            }
            (None, Some(path)) if path.ends_with(DESCR) => path.is_file(),
            (None, _) => place.file_extension() == Some("npy"),
        };
        if !is_ours {
            return Ok(None);
        }
        let state = (self.session)()
            .ok_or_else(|| plan_datafusion_err!("the session of the table {url:?} has ended"))?;
        let format: Arc<dyn FileFormat> = Arc::new(NpyFormat::new(options));
        let ending = if place.get_glob().is_some() { ".npy" } else { "" };
        let listing = ListingOptions::new(format).with_file_extension(ending);
        let config =
            ListingTableConfig::new(files).with_listing_options(listing).infer_schema(&state).await?;
        Ok(Some(Arc::new(ListingTable::try_new(config)?)))
    }
}

fn has_npy(directory: &Path) -> bool {
    let Ok(entries) = std::fs::read_dir(directory) else { return false };
    entries.flatten().any(|entry| entry.path().extension().is_some_and(|extension| extension == "npy"))
}
