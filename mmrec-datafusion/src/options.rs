//! What is said of the files besides what they say themselves.

use std::{collections::HashMap, str::FromStr};

use datafusion::common::{DataFusionError, Result};
use mmrec::DType;

use crate::error::plan;

/// Which SQL type byte strings (`S`) have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Strings {
    /// Text, `Utf8View`. Bytes that are no UTF-8 are an error of the query that reads them.
    #[default]
    Utf8,
    /// Bytes, `BinaryView`.
    Binary,
}

/// Which dtype text is written as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Text {
    /// `U`: four bytes for each code point, text for NumPy.
    #[default]
    Unicode,
    /// `S`: UTF-8, bytes for NumPy.
    Bytes,
}

/// What is done with the files beside `.npy` files that hold the least and greatest value of each column, `trades.npy.stats`.
///
/// Such a file says of which state of the `.npy` it is, by size, time of the last change and tag, which on this machine has the inode in
/// it: one that was copied with its `.npy` counts for nothing, and is made again by `write`. When the `.npy` is another by any of these,
/// it counts for nothing. On Linux that is so for files that are written through maps too, of this process or of
/// others: a `.npy` is synced to its disk before its values are looked at, since the system changes its time at the first write to a page
/// that is not waiting for the disk. **Where files are in memory (`tmpfs`), in a file system of FUSE or over a network, or the system is
/// another,** the time may stay as it is: have no such file beside one that is still written through a map, for answers would be those
/// of before. A pattern of a `LOCATION` ends in
/// `.npy`, or it takes them for files of the table. Directories of columns have none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Sidecars {
    /// They are not looked for.
    #[default]
    Off,
    /// They are read where they are. One that says something else, or nothing that can be read, is an error; one that the store lets
    /// nobody read is passed over.
    Read,
    /// They are read, and where one is missing or out of date, it is made, from all rows, when the statistics of the file are asked
    /// for; files of object stores are not read for that. None is made of a file that cannot be synced, nor of one from the future. `COPY` and `INSERT` write them with their files, and if only that fails, leave
    /// them away.
    Write,
}

/// By what rows are sorted: the first column of an order that was declared.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SortKey {
    /// The name of the column.
    pub column: String,
    /// Whether the greatest comes first.
    pub descending: bool,
    /// Whether NULLs come before all other rows.
    pub nulls_first: bool,
}

/// How files are read and written, from the `OPTIONS` of a table. All of it is plain values: [`from_map`](Self::from_map) reads
/// what [`to_map`](Self::to_map) gives.
///
/// | option | value | without it |
/// |---|---|---|
/// | `npy.dtype` | the dtype of raw files, as NumPy writes it | the files are `.npy`, and say it |
/// | `npy.offset` | bytes before the first row of a raw file | 0 |
/// | `npy.superset` | `true`: files may lack columns that others have; there they are NULL | all files have the same dtype |
/// | `npy.strings` | `utf8` or `binary`: the type of `S` | `utf8` |
/// | `npy.member` | the array of an `.npz` to read | |
/// | `npy.sorted` | `"ts"`, `"ts" DESC NULLS FIRST`: by what the rows of each file are sorted; one a line. `WITH ORDER` sets it | |
/// | `npy.sidecar` | `off`, `read`, `write`: whether the least and greatest values that lie beside the files are used, and made; see [`Sidecars`] | `off` |
/// | `npy.text` | `unicode` or `bytes`: what text is written as, `U` or `S` | `unicode` |
/// | `npy.width` | code points (`U`) or bytes (`S`) that text and bytes are written with | the greatest length there is |
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NpyOptions {
    /// The dtype of the records of raw files; `None` for `.npy`.
    pub dtype: Option<DType>,
    /// Bytes before the first record of a raw file.
    pub offset: u64,
    /// Whether files may lack columns that others have.
    pub superset: bool,
    /// The type of byte strings.
    pub strings: Strings,
    /// The array to read of an `.npz`.
    pub member: Option<String>,
    /// By what the rows of each file are sorted. Of several, each is true.
    pub sorted: Vec<SortKey>,
    /// What is done with least and greatest values beside the files.
    pub sidecars: Sidecars,
    /// The dtype that text is written as.
    pub text: Text,
    /// The width that text and bytes are written with.
    pub width: Option<usize>,
}

const KNOWN: &str = "dtype, offset, superset, strings, member, sorted, sidecar, text, width";

impl NpyOptions {
    /// Reads the options of a table: the keys that begin with `npy.`, or with `format.`, which is what SQL makes of keys without a
    /// dot. Those of others, such as an object store's, are passed over.
    ///
    /// # Errors
    ///
    /// [`DataFusionError::Plan`] for a key that is none of ours, and for a value that does not fit its key.
    pub fn from_map(map: &HashMap<String, String>) -> Result<Self> {
        let mut options = Self::default();
        for (key, value) in map {
            if let Some(key) = key.strip_prefix("npy.").or_else(|| key.strip_prefix("format.")) {
                options.set(key, value)?;
            }
        }
        if options.dtype.is_some() && options.member.is_some() {
            return Err(plan("npy.dtype is of raw files and npy.member of .npz files; give one of them"));
        }
        if options.offset != 0 && options.dtype.is_none() {
            return Err(plan("npy.offset is of raw files; give npy.dtype too"));
        }
        if options.sidecars != Sidecars::Off && (options.dtype.is_some() || options.member.is_some()) {
            return Err(plan("npy.sidecar is of .npy files; leave npy.dtype and npy.member away"));
        }
        Ok(options)
    }

    fn set(&mut self, key: &str, value: &str) -> Result<()> {
        let wrong = |expected: &str| plan(format!("option npy.{key}: expected {expected}, found {value:?}"));
        match key {
            "dtype" => {
                let dtype =
                    DType::from_str(value).map_err(|error| plan(format!("option npy.dtype: {error}")))?;
                self.dtype = Some(dtype);
            }
            "offset" => self.offset = value.parse().map_err(|_| wrong("a number of bytes"))?,
            "superset" => self.superset = value.parse().map_err(|_| wrong("true or false"))?,
            "strings" => {
                self.strings = match value.to_ascii_lowercase().as_str() {
                    "utf8" => Strings::Utf8,
                    "binary" => Strings::Binary,
                    _ => return Err(wrong("utf8 or binary")),
                }
            }
            "text" => {
                self.text = match value.to_ascii_lowercase().as_str() {
                    "unicode" => Text::Unicode,
                    "bytes" => Text::Bytes,
                    _ => return Err(wrong("unicode or bytes")),
                }
            }
            "sidecar" => {
                self.sidecars = match value.to_ascii_lowercase().as_str() {
                    "off" => Sidecars::Off,
                    "read" => Sidecars::Read,
                    "write" => Sidecars::Write,
                    _ => return Err(wrong("off, read or write")),
                }
            }
            "member" => self.member = Some(value.to_owned()),
            "sorted" => {
                let keys = value.lines().filter(|line| !line.trim().is_empty());
                self.sorted = keys
                    .map(|line| {
                        SortKey::parse(line)
                            .ok_or_else(|| wrong("a column, ASC or DESC, NULLS FIRST or NULLS LAST"))
                    })
                    .collect::<Result<_>>()?;
            }
            "width" => self.width = Some(value.parse().map_err(|_| wrong("a number of characters"))?),
            _ => return Err(plan(format!("there is no option npy.{key}; there are {KNOWN}"))),
        }
        Ok(())
    }

    /// The options as texts, without those that are as they would be anyway.
    pub fn to_map(&self) -> HashMap<String, String> {
        let default = Self::default();
        let mut map = HashMap::new();
        let mut put = |key: &str, value: String| drop(map.insert(format!("npy.{key}"), value));
        if let Some(dtype) = &self.dtype {
            put("dtype", dtype.to_string());
        }
        if self.offset != default.offset {
            put("offset", self.offset.to_string());
        }
        if self.superset {
            put("superset", "true".to_owned());
        }
        if self.strings == Strings::Binary {
            put("strings", "binary".to_owned());
        }
        if let Some(member) = &self.member {
            put("member", member.clone());
        }
        if !self.sorted.is_empty() {
            put("sorted", self.sorted.iter().map(SortKey::text).collect::<Vec<_>>().join("\n"));
        }
        match self.sidecars {
            Sidecars::Off => {}
            Sidecars::Read => put("sidecar", "read".to_owned()),
            Sidecars::Write => put("sidecar", "write".to_owned()),
        }
        if self.text == Text::Bytes {
            put("text", "bytes".to_owned());
        }
        if let Some(width) = self.width {
            put("width", width.to_string());
        }
        map
    }
}

impl TryFrom<&HashMap<String, String>> for NpyOptions {
    type Error = DataFusionError;

    fn try_from(map: &HashMap<String, String>) -> Result<Self> {
        Self::from_map(map)
    }
}

impl SortKey {
    /// Reads `name`, `"name"`, each with `ASC`, `DESC`, `NULLS FIRST`, `NULLS LAST` behind it. As in SQL, NULLs are last unless the
    /// greatest comes first.
    fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (column, rest) = match text.strip_prefix('"') {
            Some(quoted) => {
                let mut column = String::new();
                let mut rest = quoted;
                loop {
                    let (before, after) = rest.split_once('"')?;
                    column.push_str(before);
                    match after.strip_prefix('"') {
                        Some(more) => {
                            column.push('"');
                            rest = more;
                        }
                        None => break (column, after),
                    }
                }
            }
            None => {
                let (column, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
                (column.to_owned(), rest)
            }
        };
        let words: Vec<String> = rest.split_whitespace().map(str::to_ascii_uppercase).collect();
        let mut words = words.iter().map(String::as_str).peekable();
        let descending = match words.next_if(|word| ["ASC", "DESC"].contains(word)) {
            Some(word) => word == "DESC",
            None => false,
        };
        let nulls_first = match (words.next(), words.next(), words.next()) {
            (None, None, None) => descending,
            (Some("NULLS"), Some("FIRST"), None) => true,
            (Some("NULLS"), Some("LAST"), None) => false,
            _ => return None,
        };
        Some(Self { column, descending, nulls_first })
    }

    fn text(&self) -> String {
        let Self { column, descending, nulls_first } = self;
        let order = if *descending { "DESC" } else { "ASC" };
        let nulls = if *nulls_first { "FIRST" } else { "LAST" };
        // A line is a key; a name that holds a line end cannot be one.
        format!("\"{}\" {order} NULLS {nulls}", column.replace('"', "\"\""))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_come_back_from_their_texts() {
        let sorted = vec![
            SortKey { column: "a \"b\" c".to_owned(), descending: true, nulls_first: false },
            SortKey { column: "ts".to_owned(), descending: false, nulls_first: false },
        ];
        let options = NpyOptions {
            dtype: Some("[('a', '<i4'), ('S p', '|S3')]".parse().unwrap()),
            offset: 16,
            superset: true,
            strings: Strings::Binary,
            member: None,
            sorted,
            sidecars: Sidecars::Off,
            text: Text::Bytes,
            width: Some(3),
        };
        assert_eq!(NpyOptions::from_map(&options.to_map()).unwrap(), options);
        for sidecars in [Sidecars::Read, Sidecars::Write] {
            let options = NpyOptions { sidecars, ..NpyOptions::default() };
            assert_eq!(NpyOptions::from_map(&options.to_map()).unwrap(), options);
        }
        assert!(NpyOptions::default().to_map().is_empty());
    }

    #[test]
    fn sort_keys_read_as_in_sql() {
        let key = |text: &str| SortKey::parse(text).map(|key| (key.column, key.descending, key.nulls_first));
        assert_eq!(key("ts"), Some(("ts".to_owned(), false, false)));
        assert_eq!(key("ts desc"), Some(("ts".to_owned(), true, true)));
        assert_eq!(key("\"T s\" ASC nulls first"), Some(("T s".to_owned(), false, true)));
        assert_eq!(key("ts, price"), None);
        assert_eq!(key("\"ts"), None);
    }

    #[test]
    fn what_is_no_option_is_an_error() {
        let error = |key: &str, value: &str| {
            let map = HashMap::from([(key.to_owned(), value.to_owned())]);
            NpyOptions::from_map(&map).unwrap_err().to_string()
        };
        assert!(
            error("format.has_header", "true").contains("no option npy.has_header; there are dtype, offset")
        );
        assert!(error("npy.strings", "utf16").contains("expected utf8 or binary, found \"utf16\""));
        assert!(error("npy.dtype", "<q9").contains("option npy.dtype"));
        assert!(error("npy.sidecar", "true").contains("expected off, read or write, found \"true\""));
        assert!(error("npy.offset", "16").contains("give npy.dtype too"));
        assert_eq!(
            NpyOptions::from_map(&HashMap::from([("aws.region".into(), "x".into())])).unwrap(),
            NpyOptions::default()
        );
    }
}
