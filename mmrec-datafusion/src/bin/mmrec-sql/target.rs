//! The file that is made: in a directory of its own beside the place where it goes, until all of it is there and on the disk.

use std::{
    ffi::OsString,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use tempfile::TempPath;

use super::{
    failure::{Failure, Result},
    stop,
    unfinished::Unfinished,
};

/// The file's name without its ending, until it gets its own; it has this one where the engine collects rows, too.
const NAME: &str = "rows";

/// A place for a new file, which is removed with what is in it unless [`finish`](Self::finish) gives the file its name.
pub(super) struct Target {
    directory: Unfinished,
    out: PathBuf,
    /// Of the file that it replaces.
    permissions: Option<fs::Permissions>,
}

impl Target {
    /// A place for what is to have the name `out` later.
    pub(super) fn new(out: &Path, force: bool) -> Result<Self> {
        let (out, permissions) = checked(out, force)?;
        let parent = match out.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let directory = Unfinished::new(parent).map_err(|error| {
            // In the system's own words, without the name of the directory, which says nothing.
            let text = error.to_string();
            let text = text.split(" at path ").next().unwrap_or_default().to_owned();
            let what = format!("{}: cannot make a file in its directory", out.display());
            Failure::Io(what, io::Error::new(error.kind(), text))
        })?;
        Ok(Self { directory, out, permissions })
    }

    /// Where the file is to be made: with the ending of its name, and nothing else of it.
    pub(super) fn path(&self) -> PathBuf {
        self.directory.path().join(self.name())
    }

    /// An error of the engine with the name that the file was to have, where it tells that of one that is made.
    pub(super) fn named(&self, failure: Failure) -> Failure {
        let Failure::Engine(_) = failure else { return failure };
        let text = failure.to_string();
        let out = self.out.display().to_string();
        let word = |word: &str| {
            let path = word.trim_end_matches(':');
            match path.rsplit_once('/').is_some_and(|(_, name)| Some(name) == self.name().to_str()) {
                true => format!("{out}{}", &word[path.len()..]),
                false => word.to_owned(),
            }
        };
        Failure::Usage(text.split(' ').map(word).collect::<Vec<_>>().join(" "))
    }

    fn name(&self) -> OsString {
        Path::new(NAME).with_extension(self.out.extension().unwrap_or_default()).into_os_string()
    }

    /// An error of the new file, with the name that it was to have.
    pub(super) fn error(&self, error: io::Error) -> Failure {
        Failure::io(&self.out, error)
    }

    /// Brings the file to the disk and gives it its name, at once and whole.
    pub(super) fn finish(self) -> Result<()> {
        let path = self.path();
        let file = File::open(&path).map_err(|error| self.error(error))?;
        if let Some(permissions) = &self.permissions {
            file.set_permissions(permissions.clone()).map_err(|error| self.error(error))?;
        }
        file.sync_all().map_err(|error| self.error(error))?;
        stop::is_to_stop()?;
        let path = TempPath::try_from_path(path).map_err(|error| self.error(error))?;
        let kept = match self.permissions {
            Some(_) => path.persist(&self.out),
            None => path.persist_noclobber(&self.out),
        };
        kept.map_err(|error| match error.error.kind() {
            io::ErrorKind::AlreadyExists => exists(&self.out),
            _ => self.error(error.error),
        })?;
        // The name itself is to outlast a loss of power, where the system can say so of a directory.
        #[cfg(unix)]
        if let Some(parent) = self.out.parent() {
            let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
            let _ = File::open(parent).and_then(|directory| directory.sync_all());
        }
        Ok(())
    }
}

/// The place of the new file, where a link leads if there is one, and who may read the file that is there.
fn checked(out: &Path, force: bool) -> Result<(PathBuf, Option<fs::Permissions>)> {
    if fs::symlink_metadata(out).is_err() {
        let last = out.as_os_str().as_encoded_bytes().last();
        if last.is_some_and(|&last| std::path::is_separator(last.into())) {
            return Err(Failure::Usage(format!(
                "{}: expected a file, and it is the name of a directory; name a file in it",
                out.display()
            )));
        }
        return Ok((out.to_path_buf(), None));
    }
    let found = fs::metadata(out).map_err(|error| Failure::io(out, error))?;
    if !found.is_file() {
        return Err(Failure::Usage(format!(
            "{}: expected a file or nothing, found something else; give another name",
            out.display()
        )));
    }
    if !force {
        return Err(exists(out));
    }
    let place = fs::canonicalize(out).map_err(|error| Failure::io(out, error))?;
    Ok((place, Some(found.permissions())))
}

fn exists(out: &Path) -> Failure {
    Failure::Usage(format!(
        "{}: the file exists; give --force to put the new one in its place, or another name",
        out.display()
    ))
}
