//! The file that is looked at.

use std::{
    fs::File,
    io::Read,
    path::{Path, PathBuf},
};

use clap::ValueEnum;
use mmrec::{DType, DynMap, Order, ReadOnly};

use super::failure::{Failure, Result};

/// A file of records, and what is known of it besides.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Input {
    /// A .npy file; with --member, an .npz archive; with --dtype or --like, raw records
    pub(super) file: PathBuf,

    /// The dtype of raw records, as numpy.dtype takes it: "[('ts', '<u8'), ('price', '<f8')]"
    #[arg(long, value_name = "DTYPE")]
    dtype: Option<String>,

    /// Raw records of the dtype of this .npy file
    #[arg(long, value_name = "FILE", conflicts_with = "dtype")]
    like: Option<PathBuf>,

    /// Where raw records start, in bytes
    #[arg(long, value_name = "BYTES")]
    offset: Option<u64>,

    /// The shape of raw records, such as 3,4; by default one axis to the end of the file
    #[arg(long, value_name = "SHAPE", value_delimiter = ',')]
    shape: Option<Vec<usize>>,

    /// The order of raw records of several axes
    #[arg(long, value_enum, ignore_case = true)]
    order: Option<OrderName>,

    /// The array of this name in an .npz archive
    #[arg(long, value_name = "NAME")]
    member: Option<String>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum OrderName {
    /// The last index varies fastest
    C,
    /// The first index varies fastest
    F,
}

impl Input {
    /// What is to be read of a file alone.
    pub(super) fn of(file: PathBuf) -> Self {
        Self { file, dtype: None, like: None, offset: None, shape: None, order: None, member: None }
    }

    /// The array of a name in an archive.
    pub(super) fn of_member(file: PathBuf, member: &str) -> Self {
        Self { member: Some(member.to_owned()), ..Self::of(file) }
    }

    /// Whether it is said what the records are, and the file has no header to say it.
    pub(super) fn is_raw(&self) -> bool {
        self.dtype.is_some() || self.like.is_some()
    }

    pub(super) fn member(&self) -> Option<&str> {
        self.member.as_deref()
    }

    /// Whether it is the standard input, which text alone is read from.
    pub(super) fn is_stdin(&self) -> bool {
        self.file.as_os_str() == "-"
    }

    /// What a row of a text is: an element, or all that an array has at one index of its first axis.
    pub(super) fn row(&self) -> Result<DType> {
        if self.offset.is_some() || self.shape.is_some() || self.order.is_some() || self.member.is_some() {
            let message = "--offset, --shape, --order and --member are not for text, which has rows alone";
            return Err(Failure::Usage(message.to_owned()));
        }
        if let Some(path) = &self.like {
            let like = DynMap::open(path)?;
            return Ok(DType::array(like.dtype().clone(), like.shape().get(1..).unwrap_or_default())?);
        }
        self.dtype()?.ok_or_else(|| {
            let message = format!(
                "{}: a text does not say what its records are: say it with --dtype or --like",
                self.file.display()
            );
            Failure::Usage(message)
        })
    }

    /// Whether it is an archive, and no array of it is named.
    pub(super) fn is_archive(&self) -> bool {
        let is_unknown = self.member.is_none() && !self.is_raw() && self.file.is_file();
        // Any file may end as an archive does.
        is_unknown && !starts_as_npy(&self.file).unwrap_or(true) && members(&self.file).is_some()
    }

    /// An error of a file, or what there is to say of the file instead.
    fn why(&self, error: mmrec::Error) -> Failure {
        if self.member.is_some() || self.is_raw() || !self.file.is_file() {
            return error.into();
        }
        let file = self.file.display();
        let is_text = || {
            self.file
                .extension()
                .is_some_and(|name| ["csv", "tsv"].iter().any(|text| name.eq_ignore_ascii_case(text)))
        };
        if std::fs::metadata(&self.file).is_ok_and(|metadata| metadata.len() == 0) {
            Failure::Usage(format!("{file} is empty: there is no header in it, and there are no records"))
        } else if let Some(names) = members(&self.file) {
            let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
            Failure::Usage(format!(
                "{file} is an .npz archive; name an array of it with --member: {}",
                names.join(", ")
            ))
        } else if is_text() {
            Failure::Usage(format!(
                "{file} is a text by its name, and no file of records; make one of it first: \
                 mmrec convert --dtype DTYPE {file} records.npy"
            ))
        } else {
            error.into()
        }
    }

    fn has_header(&self) -> Result<bool> {
        Ok(self.file.is_file() && starts_as_npy(&self.file)?)
    }

    /// What it says of the dtype, if anything.
    pub(super) fn dtype(&self) -> Result<Option<DType>> {
        Ok(match (&self.dtype, &self.like) {
            (Some(text), _) => Some(text.parse()?),
            (_, Some(path)) => Some(DynMap::open(path)?.dtype().clone()),
            _ => None,
        })
    }

    /// Maps the file, to be read.
    pub(super) fn open(&self) -> Result<DynMap<ReadOnly>> {
        let dtype = self.dtype()?;
        if dtype.is_some() && self.offset.is_none() && self.member.is_none() && self.has_header()? {
            let file = self.file.display();
            return Err(Failure::Usage(format!(
                "{file} is a .npy file, whose header says what its records are; leave out --dtype and --like, or give \
                 --offset 0 to take the header for records, too"
            )));
        }
        let mut options = DynMap::options();
        if let Some(dtype) = dtype {
            options = options.dtype(dtype).raw();
        } else if self.offset.is_some() || self.shape.is_some() || self.order.is_some() {
            let message =
                "--offset, --shape and --order are of raw records: say what they are with --dtype or --like";
            return Err(Failure::Usage(message.to_owned()));
        }
        if let Some(member) = &self.member {
            options = options.npz_member(member);
        }
        if let Some(offset) = self.offset {
            options = options.offset(offset);
        }
        if let Some(order) = self.order {
            options = options.order(match order {
                OrderName::C => Order::C,
                OrderName::F => Order::F,
            });
        }
        let opened = match &self.shape {
            Some(shape) => options.shape(shape.as_slice()).open(&self.file),
            None => options.open(&self.file),
        };
        opened.map_err(|error| self.why(error))
    }
}

/// Whether a file begins as each .npy file does.
pub(super) fn starts_as_npy(path: &Path) -> Result<bool> {
    let mut start = Vec::new();
    let read = File::open(path).and_then(|file| file.take(6).read_to_end(&mut start));
    read.map_err(|error| Failure::io(path, error))?;
    Ok(start == b"\x93NUMPY")
}

/// The names of the arrays in an archive.
pub(super) fn members(file: &Path) -> Option<Vec<String>> {
    DynMap::npz_members(file).ok()
}
