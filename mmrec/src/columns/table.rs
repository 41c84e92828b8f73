//! The mapped columns of a directory, whose dtype is known at run time. Every map of columns has one.

use std::{
    collections::BTreeSet,
    fmt, fs, io,
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread,
    time::Duration,
};

use super::{
    append::{self, Append},
    convert::{self, WriteColumn},
    place,
};
use crate::{
    dtype::{DType, DTypeField, ShapeText},
    error::{Error, ErrorKind, Result},
    map::{
        Advice, DynMap, Mode, ReadWrite,
        column::{self, Column, NewRows, Unmapped},
    },
    view::{Progress, raw::DynRaw},
};

/// How often a directory is looked at again that others are appending to.
const AGAIN: usize = 20;

/// What the record is called in errors once the directory is open.
const THIS_MAP: &str = "this map";

/// What the columns have to be.
pub(super) struct Wanted<'a> {
    pub(super) dtype: &'a DType,
    /// What the record is called in errors.
    pub(super) name: &'a str,
}

pub(super) struct Table {
    pub(super) dir: PathBuf,
    /// That of the record.
    pub(super) dtype: DType,
    pub(super) len: usize,
    /// One for each field, in their order, with one axis.
    pub(super) columns: Vec<Column>,
    /// Their files.
    files: Vec<PathBuf>,
    /// Whether the names of the files were made, and may not be on the disk yet.
    is_new: AtomicBool,
}

impl Table {
    pub(super) fn open(dir: &Path, wanted: Option<&Wanted<'_>>, mode: Mode) -> Result<Self> {
        let dir = place::absolute(dir);
        let described = place::read_descr(&dir)?;
        let found = place::files(&dir)?;
        if let (Some(wanted), Some(described)) = (wanted, &described) {
            let described = described.fields().iter().map(|field| (field.name(), Some(field.dtype())));
            compare(&dir, wanted, &described.collect::<Vec<_>>())?;
        }
        let dtype = match (wanted, described) {
            (Some(wanted), _) => wanted.dtype.clone(),
            (None, Some(described)) => described,
            (None, None) => of_files(&dir, &found.iter().map(String::as_str).collect::<Vec<_>>())?,
        };
        let name = wanted.map_or("dtype.descr", |wanted| wanted.name);
        let wanted = Wanted { dtype: &dtype, name };
        let files = files_of(&dir, &wanted, &found)?;
        let (columns, len) = columns(&dir, &files, &wanted, mode)?;
        Ok(Self { dir, dtype, len, columns, files, is_new: AtomicBool::new(false) })
    }

    /// Makes a directory of columns of zeros, which has its name once `fill` has written them. It is given what writes rows of a
    /// column: which one, from which row on, and their bytes.
    pub(super) fn create(
        dir: &Path,
        dtype: &DType,
        rows: usize,
        fill: impl FnOnce(WriteColumn<'_>) -> Result<()>,
    ) -> Result<Self> {
        let dir = place::absolute(dir);
        let named = |error: Error| error.with_path(Some(&dir));
        has_columns(dtype).map_err(named)?;
        let (Some(parent), Some(name)) = (dir.parent(), dir.file_name()) else {
            let message = "expected a name for a new directory; give the path of one that is not there yet";
            return Err(named(Error::new(ErrorKind::Unsupported, message)));
        };
        if fs::symlink_metadata(&dir).is_ok() {
            return Err(named(exists()));
        }
        let mut begun = Begun::new(parent, name).map_err(|error| {
            let hint = match error.kind() {
                io::ErrorKind::NotFound => "; make the directory that it is to be in",
                _ => "",
            };
            named(Error::io(
                format!("cannot make the directory, under another name beside it first{hint}"),
                error,
            ))
        })?;
        let made = || {
            let mut columns = Vec::with_capacity(dtype.fields().len());
            for (file, field) in place::file_names(dtype).iter().zip(dtype.fields()) {
                columns.push(Column::create(&begun.path.join(file), field.dtype(), rows)?);
            }
            fill(&|column, row, bytes| columns[column].write(row, bytes))?;
            place::write_descr(&begun.path, dtype)
        };
        made().map_err(|error| error.with_directory(&begun.path, &dir))?;
        fs::rename(&begun.path, &dir).map_err(|error| match error.kind() {
            io::ErrorKind::DirectoryNotEmpty
            | io::ErrorKind::AlreadyExists
            | io::ErrorKind::NotADirectory => named(exists()),
            _ => named(Error::io("cannot give the new directory its name", error)),
        })?;
        begun.is_named = true;
        let wanted = Wanted { dtype, name: "the record" };
        let made = Self::open(&dir, Some(&wanted), Mode::ReadWrite)
            .map_err(|error| error.with_hint("the directory is there, and whole: open it with open_rw"))?;
        made.is_new.store(true, Ordering::SeqCst);
        Ok(made)
    }

    /// Makes all columns longer by records, or none.
    pub(super) fn append(&mut self, rows: &DynRaw<'_>) -> Result<()> {
        let count = rows.len();
        if count == 0 {
            return Ok(());
        }
        let named = |error: Error| error.with_path(Some(&self.dir));
        let (before, files) = (self.len, &self.files);
        let Some(len) = before.checked_add(count) else {
            return Err(named(Error::new(
                ErrorKind::Overflow,
                "the number of rows is more than a map can have",
            )));
        };
        let wanted = Wanted { dtype: &self.dtype, name: THIS_MAP };
        let _lock = append::lock(&self.dir)?;
        // Or a column that was added since would be too short.
        files_of(&self.dir, &wanted, &place::files(&self.dir)?)?;
        finish_append(&self.dir, files, &wanted)?;
        self.columns.iter().zip(files).try_for_each(|(column, file)| column.is_still(file))?;
        // Whoever finds that an append was begun takes all that lies behind the rows for a part of it.
        self.columns.iter().try_for_each(|column| column.can_grow(count))?;
        self.sync_new()?;
        let step = Append { before, rows: len };
        step.begin(&self.dir)?;
        let mut new = Vec::with_capacity(self.columns.len());
        self.write_behind(rows, &mut new).inspect_err(|_| self.cut(&new))?;
        // Others may have mapped the rows by now, so they stay. No header may name them yet: after a loss of power they may not count.
        let counted = match Append::commit(&self.dir) {
            // Over a network a name can have been given although that is reported as failed.
            Err(error) if Append::is_done(&self.dir).is_ok_and(|is_done| !is_done) => {
                self.cut(&new);
                return Err(error);
            }
            committed => committed.and_then(|()| column::sync_names(&self.dir)),
        };
        counted.map_err(|error| {
            error.with_hint(match Append::is_done(&self.dir) {
                Ok(true) => {
                    "the rows were written, and count, but may not survive a loss of power: open the directory again before anything \
                     else is appended"
                }
                _ => {
                    "the rows were written, and may count: open the directory again, and look how many there are, before anything else \
                     is appended"
                }
            })
        })?;
        // From here on the rows are there: who appends or opens the directory next does what fails here, for which `.append` stays.
        let named = self.columns.iter().zip(&new).try_for_each(|(column, new)| column.name(new));
        let named = named.and_then(|()| self.columns.iter().try_for_each(Column::sync));
        self.columns.iter_mut().zip(new).for_each(|(column, new)| column.take(new));
        self.len = len;
        if named.is_ok() {
            let _ = Append::end(&self.dir);
        }
        Ok(())
    }

    /// Cuts rows that do not count. What cannot be done the next append or opening does, for which `.append.begun` stays: Windows cuts
    /// no file that is mapped.
    fn cut(&self, new: &[NewRows]) {
        self.columns.iter().zip(new).for_each(|(column, new)| column.cut(new));
        if self.columns.iter().all(|column| column.is_cut() && column.sync().is_ok()) {
            let _ = Append::end(&self.dir);
        }
    }

    /// An error if another program has cut a column, as far as it was noticed.
    pub(super) fn health(&self) -> Result<()> {
        self.columns.iter().try_for_each(Column::health)
    }

    /// Writes records behind the rows of all columns, to the disk.
    fn write_behind(&self, rows: &DynRaw<'_>, new: &mut Vec<NewRows>) -> Result<()> {
        for column in &self.columns {
            new.push(column.put_behind(rows.len())?);
        }
        let write = |column: usize, row, bytes: &[u8]| self.columns[column].write(self.len + row, bytes);
        convert::to_columns(rows, &self.dtype, &write, &mut |_| ())?;
        for (column, new) in self.columns.iter().zip(&*new) {
            column.check(new)?;
            column.sync()?;
        }
        Ok(())
    }

    /// Copies the records to a new `.npy`.
    pub(super) fn to_rows(
        &self,
        path: &Path,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<DynMap<ReadWrite>> {
        let columns: Vec<_> = self.columns.iter().map(|column| column.raw().clone()).collect();
        DynMap::create_filled(path, &self.dtype, self.len, |write| {
            convert::to_rows(&columns, &self.dtype, self.len, write, progress)?;
            self.health()
        })
    }

    /// The bytes of a record, padding as zeros; `None` if there is no such row.
    pub(super) fn read(&self, row: usize) -> Option<Vec<u8>> {
        let mut bytes = vec![0; self.dtype.itemsize()];
        for (column, field) in self.columns.iter().zip(self.dtype.fields()) {
            let value = column.raw().read(&[row])?;
            bytes[field.offset()..][..value.len()].copy_from_slice(&value);
        }
        Some(bytes)
    }

    pub(super) fn flush(&self) -> Result<()> {
        self.columns.iter().try_for_each(Column::flush)?;
        self.sync_new()
    }

    /// Puts a directory that was made for this map on the disk, with all names that lead to the columns.
    fn sync_new(&self) -> Result<()> {
        if self.is_new.load(Ordering::SeqCst) {
            self.columns.iter().try_for_each(Column::sync)?;
            place::sync_descr(&self.dir)?;
            column::sync_names(&self.dir)?;
            self.dir.parent().map_or(Ok(()), column::sync_names)?;
            self.is_new.store(false, Ordering::SeqCst);
        }
        Ok(())
    }

    pub(super) fn debug(&self, name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct(name)
            .field("path", &self.dir)
            .field("len", &self.len)
            .field("dtype", &format_args!("{}", self.dtype))
            .finish()
    }

    pub(super) fn advise(&self, advice: Advice) -> Result<()> {
        self.columns.iter().try_for_each(|column| column.advise(advice))
    }
}

/// A directory under another name than it is to have, removed unless it gets that.
struct Begun {
    path: PathBuf,
    is_named: bool,
}

impl Begun {
    fn new(parent: &Path, name: &std::ffi::OsStr) -> io::Result<Self> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        loop {
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            let path = parent.join(format!(".{}.{}-{number}.new", name.display(), std::process::id()));
            match fs::create_dir(&path) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                made => return made.map(|()| Self { path, is_named: false }),
            }
        }
    }
}

impl Drop for Begun {
    fn drop(&mut self) {
        if !self.is_named {
            // The caller has a better error to report than that this failed.
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}

fn exists() -> Error {
    let error = io::Error::from(io::ErrorKind::AlreadyExists);
    Error::io(
        "cannot make the directory of columns; open what is there with open_rw, remove it, or give another path",
        error,
    )
}

/// An error if there is no field to be a column.
pub(super) fn has_columns(dtype: &DType) -> Result<()> {
    if dtype.is_record() && !dtype.fields().is_empty() {
        return Ok(());
    }
    let message =
        format!("{dtype} has no fields that could be columns; give the dtype of a record that has some");
    Err(Error::new(ErrorKind::Unsupported, message))
}

/// The dtype of the records of which these are the columns, by name.
fn of_files(dir: &Path, files: &[&str]) -> Result<DType> {
    if files.is_empty() {
        let message = "there is no .npy in the directory; give one that has a .npy for each field";
        return Err(Error::new(ErrorKind::NoSuchField, message).with_path(Some(dir)));
    }
    let field = |file: &&str| {
        let path = dir.join(file);
        let column = Unmapped::open(&path, Mode::ReadOnly)?;
        let name = place::field_name(file);
        let dtype = dtype_of(&column, &name).map_err(|error| error.with_path(Some(&path)))?;
        Ok(DTypeField::new(name, dtype))
    };
    let fields: Result<Vec<_>> = files.iter().map(field).collect();
    DType::packed(fields?).map_err(|error| error.with_path(Some(dir)))
}

/// The file of each field: under the name that this crate gives it, or under another that stands for the field, as NumPy's users
/// give it. An error if a field has none or several, or a file is of no field.
fn files_of(dir: &Path, wanted: &Wanted<'_>, found: &BTreeSet<String>) -> Result<Vec<PathBuf>> {
    let (mut files, mut there) = (Vec::new(), Vec::new());
    let mut rest: Vec<_> = found.iter().map(|file| (file.as_str(), place::field_name(file))).collect();
    for (name, field) in place::file_names(wanted.dtype).iter().zip(wanted.dtype.fields()) {
        let is_of = |(file, stands_for): &(&str, String)| *file == name || stands_for == field.name();
        let (mut of_field, others) = rest.into_iter().partition::<Vec<_>, _>(is_of);
        rest = others;
        if let [(one, _), (other, _), ..] = &of_field[..] {
            let message = format!("`{one}` and `{other}` are both the column `{}`; remove one", field.name());
            return Err(Error::new(ErrorKind::DTypeMismatch, message).with_path(Some(dir)));
        }
        if let Some((file, _)) = of_field.pop() {
            files.push(dir.join(file));
            there.push((field.name().to_owned(), None));
        }
    }
    there.extend(rest.into_iter().map(|(_, stands_for)| (stands_for, None)));
    compare(dir, wanted, &there.iter().map(|(name, dtype)| (name.as_str(), *dtype)).collect::<Vec<_>>())?;
    Ok(files)
}

/// The dtype of the rows of a column.
fn dtype_of(column: &Unmapped, name: &str) -> Result<DType> {
    let shape = column.shape();
    let Some((_, inner)) = shape.split_first() else {
        let message =
            format!("column `{name}` is a single element without rows; save an array of shape (n,)");
        return Err(Error::new(ErrorKind::RankMismatch, message));
    };
    if column.is_fortran() {
        let message = format!(
            "column `{name}` has shape {} in Fortran order, so that its rows are not together; save it in order C \
             (numpy.ascontiguousarray)",
            ShapeText(shape)
        );
        return Err(Error::new(ErrorKind::ShapeMismatch, message));
    }
    if inner.is_empty() { Ok(column.dtype().clone()) } else { DType::array(column.dtype().clone(), inner) }
}

/// An error with all columns that are missing, extra, or of another dtype, where that is known.
fn compare(dir: &Path, wanted: &Wanted<'_>, found: &[(&str, Option<&DType>)]) -> Result<()> {
    let mut lines = Vec::new();
    let name = wanted.name;
    for field in wanted.dtype.fields() {
        let (ours, there) = (field.dtype(), found.iter().find(|(found, _)| *found == field.name()));
        match there {
            None => {
                lines.push(format!("column `{}`: the directory has none, {name} has {ours}", field.name()))
            }
            Some((_, Some(theirs))) if *theirs != ours => {
                lines.push(format!(
                    "column `{}`: the directory has {theirs}, {name} has {ours}",
                    field.name()
                ));
            }
            Some(_) => {}
        }
    }
    for (found, dtype) in found {
        if wanted.dtype.fields().iter().all(|field| field.name() != *found) {
            let dtype = dtype.map_or_else(|| "one".to_owned(), ToString::to_string);
            lines.push(format!("column `{found}`: the directory has {dtype}, {name} has none"));
        }
    }
    if lines.is_empty() {
        return Ok(());
    }
    let what_to_do = match name {
        "dtype.descr" => {
            "put the columns back, or remove dtype.descr, and the record is made of the columns there are"
        }
        THIS_MAP => "another program has changed the directory since it was opened: open it again",
        _ => {
            "put the columns back, or change the type; without the file dtype.descr DynColumnMap opens the columns there are"
        }
    };
    let message = format!("the columns are not those of {name}; {what_to_do}\n{}", lines.join("\n"));
    Err(Error::new(ErrorKind::DTypeMismatch, message).with_path(Some(dir)))
}

/// Maps the columns, all of them with the same number of rows.
fn columns(dir: &Path, files: &[PathBuf], wanted: &Wanted<'_>, mode: Mode) -> Result<(Vec<Column>, usize)> {
    let mut again = AGAIN;
    loop {
        if mode == Mode::ReadWrite && column::append_left(dir).is_some() {
            let _lock = append::lock(dir)?;
            finish_append(dir, files, wanted)?;
        }
        let done = Append::done(dir)?;
        if mode == Mode::ReadWrite && done.is_some() && again > 0 {
            // Another program has appended since, and has ended or is about to.
            again -= 1;
            continue;
        }
        let columns = open_all(dir, files, wanted, mode)?;
        let is_last = again == 0;
        let checked = match done {
            None => same_rows(dir, files, &columns),
            Some(done) => done.check(dir, files, &columns).map(|()| done.rows),
        };
        match checked {
            Ok(rows) => {
                // The rows are in the file, whether its header names them yet or not.
                let fields = wanted.dtype.fields();
                let mapped =
                    columns.into_iter().zip(fields).map(|(column, field)| column.map(field.dtype(), rows));
                return Ok((mapped.collect::<Result<_>>()?, rows));
            }
            Err(error) if is_last => return Err(error),
            // Another program was between the first header and the last when they were read.
            Err(_) => {
                again -= 1;
                thread::sleep(Duration::from_millis(1));
            }
        }
    }
}

/// Does what was left to do of an append. The caller has the lock. Columns that are not those that are expected are left alone.
fn finish_append(dir: &Path, files: &[PathBuf], wanted: &Wanted<'_>) -> Result<()> {
    match column::append_left(dir) {
        Some(_) => append::recover(dir, files, &open_all(dir, files, wanted, Mode::ReadWrite)?),
        None => Ok(()),
    }
}

/// Opens the columns if their dtypes are those of the fields.
fn open_all(dir: &Path, files: &[PathBuf], wanted: &Wanted<'_>, mode: Mode) -> Result<Vec<Unmapped>> {
    let (mut columns, mut dtypes) = (Vec::with_capacity(files.len()), Vec::with_capacity(files.len()));
    for (file, field) in files.iter().zip(wanted.dtype.fields()) {
        let column = Unmapped::open(file, mode)?;
        dtypes.push(dtype_of(&column, field.name()).map_err(|error| error.with_path(Some(file)))?);
        columns.push(column);
    }
    let fields = wanted.dtype.fields();
    let found = fields.iter().zip(&dtypes).map(|(field, found)| {
        // One file may say the same in two ways: arrays of two elements of three, or of two by three.
        let is_same = field.dtype().without_axes() == found.without_axes();
        (field.name(), (!is_same).then_some(found))
    });
    compare(dir, wanted, &found.collect::<Vec<_>>())?;
    Ok(columns)
}

/// The number of rows, if all columns have the same.
pub(super) fn same_rows(dir: &Path, files: &[PathBuf], columns: &[Unmapped]) -> Result<usize> {
    let rows = |column: &Unmapped| column.shape().first().copied().unwrap_or(0);
    // What most have, so that the one that differs is named.
    let count = |n: usize| columns.iter().filter(|column| rows(column) == n).count();
    let most = columns.iter().map(rows).max_by_key(|&n| (count(n), n)).unwrap_or(0);
    let Some(at) = columns.iter().position(|column| rows(column) != most) else { return Ok(most) };
    let like = columns.iter().position(|column| rows(column) == most).unwrap_or(0);
    let name = |at: usize| place::field_name(&files[at].file_name().unwrap_or_default().to_string_lossy());
    let few = rows(&columns[at]);
    let also: String = (at + 1..columns.len())
        .filter(|&other| rows(&columns[other]) != most)
        .map(|other| format!("; `{}` has {}", name(other), rows(&columns[other])))
        .collect();
    let message = format!(
        "column `{}` has {few} rows, and `{}` has {most}, {} {}{also}; it was cut, replaced, or appended to by itself: make it \
         as long as the others",
        name(at),
        name(like),
        few.abs_diff(most),
        if few < most { "more" } else { "fewer" }
    );
    Err(Error::new(ErrorKind::ShapeMismatch, message).with_path(Some(dir)))
}
