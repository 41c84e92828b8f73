//! The file that is made: under a name of its own beside the place where it goes, until all of it is there and on the disk.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use tempfile::{Builder, NamedTempFile};

use super::super::failure::{Failure, Result, as_flags};

/// The file that is being made, for a second Ctrl-C, which ends the process at once.
static UNFINISHED: Mutex<Option<PathBuf>> = Mutex::new(None);

/// Removes what is not finished; to be called before the process ends without unwinding.
pub(crate) fn remove_unfinished() {
    if let Some(path) = UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner).take() {
        // It may have been removed, or got its name, just now.
        let _ = fs::remove_file(path);
    }
}

/// A new file, which is removed unless [`finish`](Self::finish) gives it its name.
pub(crate) struct Target {
    file: NamedTempFile,
    /// What is known of the file that it replaces.
    #[cfg_attr(not(unix), expect(dead_code, reason = "on other systems it says nothing that is kept"))]
    old: Option<fs::Metadata>,
    out: PathBuf,
    force: bool,
    /// Dropped after the file, which removes itself if it has no name yet.
    _unfinished: Unfinished,
}

/// While there is one, a second Ctrl-C removes the file.
struct Unfinished;

impl Drop for Unfinished {
    fn drop(&mut self) {
        UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

impl Target {
    /// A file without contents, to be given the name `out` later.
    pub(crate) fn new(out: &Path, force: bool) -> Result<Self> {
        let (out, old) = checked(out, force)?;
        let directory = match out.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let mut builder = Builder::new();
        builder.prefix(".mmrec-").suffix(".part");
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(match old {
            Some(_) => 0o600,
            None => 0o666,
        }));
        // Under the lock, so that a second Ctrl-C does not come between.
        let mut unfinished = UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner);
        let file = builder.tempfile_in(directory).map_err(|error| {
            Failure::Io(
                format!("{}: cannot make a file in its directory", out.display()),
                without_path(&error),
            )
        })?;
        *unfinished = Some(file.path().to_path_buf());
        Ok(Self { file, old, out, force, _unfinished: Unfinished })
    }

    /// Where it is until it is finished.
    pub(super) fn path(&self) -> &Path {
        self.file.path()
    }

    pub(crate) fn file(&self) -> &File {
        self.file.as_file()
    }

    /// An error of the new file, with the name that it was to have.
    pub(crate) fn error(&self, error: io::Error) -> Failure {
        Failure::io(&self.out, error)
    }

    /// The same of an error of the library.
    pub(super) fn named(&self, error: &mmrec::Error) -> Failure {
        let (own, out) = (self.path().display().to_string(), self.out.display().to_string());
        Failure::Usage(as_flags(&error.to_string()).replace(&own, &out))
    }

    /// Brings it to the disk and gives it its name, at once and whole.
    pub(crate) fn finish(self) -> Result<()> {
        #[cfg(unix)]
        if let Some(old) = &self.old {
            take_over(self.file(), old).map_err(|error| self.error(error))?;
        }
        self.file().sync_all().map_err(|error| self.error(error))?;
        super::super::progress::is_to_stop()?;
        let kept = match self.force {
            true => self.file.persist(&self.out),
            false => self.file.persist_noclobber(&self.out),
        };
        kept.map_err(|error| match error.error.kind() {
            io::ErrorKind::AlreadyExists => exists(&self.out),
            _ => Failure::io(&self.out, error.error),
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

/// The place of the new file: where a link leads, if there is one.
fn checked(out: &Path, force: bool) -> Result<(PathBuf, Option<fs::Metadata>)> {
    if fs::symlink_metadata(out).is_err() {
        if out.as_os_str().as_encoded_bytes().last().is_some_and(|&last| std::path::is_separator(last.into()))
        {
            let message = format!(
                "{}: expected a file, and it is the name of a directory; name a file in it",
                out.display()
            );
            return Err(Failure::Usage(message));
        }
        return Ok((out.to_path_buf(), None));
    }
    let found = fs::metadata(out).map_err(|error| Failure::io(out, error))?;
    if !found.is_file() {
        let message =
            format!("{}: expected a file or nothing, found something else; give another name", out.display());
        return Err(Failure::Usage(message));
    }
    if !force {
        return Err(exists(out));
    }
    if is_output(&found) {
        let message = format!(
            "{}: it is the file that the standard output goes to; give another name, or -",
            out.display()
        );
        return Err(Failure::Usage(message));
    }
    let place = fs::canonicalize(out).map_err(|error| Failure::io(out, error))?;
    Ok((place, Some(found)))
}

/// Whether the standard output, or that of errors, is this file, as it is by the name /dev/stdout.
#[cfg(unix)]
fn is_output(found: &fs::Metadata) -> bool {
    use std::os::{fd::AsFd, unix::fs::MetadataExt};

    let place = |found: fs::Metadata| (found.dev(), found.ino());
    let (out, errors) = (io::stdout(), io::stderr());
    [out.as_fd(), errors.as_fd()].into_iter().any(|output| {
        let file = output.try_clone_to_owned().map(File::from);
        file.and_then(|file| file.metadata()).is_ok_and(|own| place(own) == (found.dev(), found.ino()))
    })
}

#[cfg(not(unix))]
fn is_output(_: &fs::Metadata) -> bool {
    false
}

/// Gives a file the owner of an old one, as far as the system lets, and who may read and write it: nobody who could not before.
#[cfg(unix)]
fn take_over(file: &File, old: &fs::Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};

    let made = file.metadata()?;
    if (made.uid(), made.gid()) != (old.uid(), old.gid()) {
        // Another owner is for the superuser to give, and some groups are for nobody to give.
        let _ =
            fchown(file, Some(old.uid()), Some(old.gid())).or_else(|_| fchown(file, None, Some(old.gid())));
    }
    let mut mode = old.mode() & 0o777;
    if file.metadata()?.gid() != old.gid() {
        // Another group may do what all others may.
        mode &= 0o707 | (mode & 0o007) << 3;
    }
    file.set_permissions(PermissionsExt::from_mode(mode))
}

fn exists(out: &Path) -> Failure {
    Failure::Usage(format!(
        "{}: the file exists; give --force to put the new one in its place, or another name",
        out.display()
    ))
}

/// The error in the system's own words, without the name of the temporary file, which says nothing.
fn without_path(error: &io::Error) -> io::Error {
    let text = error.to_string();
    io::Error::new(error.kind(), text.split(" at path ").next().unwrap_or_default().to_owned())
}
