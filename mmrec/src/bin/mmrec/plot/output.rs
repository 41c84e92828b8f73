//! Where a picture goes: a file that is there as a whole or not at all.

use std::{
    ffi::OsString,
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use crate::{
    convert::Target,
    failure::{Failure, Result},
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Svg,
    Png,
}

/// Where to, and as what.
#[derive(Clone, Debug)]
pub(super) enum Output {
    /// SVG to the standard output.
    Out,
    File {
        /// As it was asked for.
        name: PathBuf,
        path: PathBuf,
        format: Format,
    },
}

impl Output {
    /// As asked for, or beside nothing asked for in the current directory, named after the file that is drawn.
    pub(super) fn new(asked: Option<&Path>, of: &Path) -> Result<Self> {
        let name = match asked {
            Some(path) if path.as_os_str() == "-" => return Ok(Self::Out),
            Some(path) => path.to_owned(),
            None => {
                let mut stem = of.file_stem().map_or_else(|| OsString::from("plot"), OsString::from);
                stem.push(".svg");
                PathBuf::from(stem)
            }
        };
        let extension =
            name.extension().and_then(|extension| extension.to_str()).map(str::to_ascii_lowercase);
        let format = match extension.as_deref() {
            Some("svg") => Format::Svg,
            Some("png") => Format::Png,
            _ => {
                let name = name.display();
                return Err(Failure::Usage(format!("{name}: the name of a picture ends in .svg or .png")));
            }
        };
        // A link stays one.
        let path = fs::canonicalize(&name).unwrap_or_else(|_| name.clone());
        if let Ok(found) = fs::metadata(&path) {
            if !found.is_file() {
                return Err(Failure::Usage(format!("{} is no file that could be replaced", name.display())));
            }
            if is_same(&path, of) {
                let path = path.display();
                return Err(Failure::Usage(format!(
                    "{path} is the file that is drawn; say with -o where the picture goes"
                )));
            }
        }
        Ok(Self::File { name, path, format })
    }

    pub(super) fn format(&self) -> Format {
        match self {
            Self::Out => Format::Svg,
            Self::File { format, .. } => *format,
        }
    }

    /// The name of the file.
    pub(super) fn name(&self) -> Option<&Path> {
        match self {
            Self::Out => None,
            Self::File { name, .. } => Some(name),
        }
    }

    pub(super) fn write(&self, bytes: &[u8]) -> Result<()> {
        match self {
            Self::Out => crate::failure::write_out(bytes),
            Self::File { path, .. } => replace(path, bytes),
        }
    }
}

/// Whether two names are of one file.
#[cfg(unix)]
fn is_same(a: &Path, b: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let place = |path| fs::metadata(path).ok().map(|found| (found.dev(), found.ino()));
    place(a).is_some_and(|a| place(b) == Some(a))
}

#[cfg(not(unix))]
fn is_same(a: &Path, b: &Path) -> bool {
    let place = |path| fs::canonicalize(path).ok();
    place(a).is_some_and(|a| place(b) == Some(a))
}

/// Writes a file beside, which gets the name when it is whole and on the disk.
fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    let target = Target::new(path, true)?;
    target.file().write_all(bytes).map_err(|error| target.error(error))?;
    target.finish()
}
