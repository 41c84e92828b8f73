//! What a directory of columns holds: a `.npy` for each field, and the text of the record's dtype.

use std::{
    collections::{BTreeSet, HashMap},
    fmt::Write as _,
    fs, io,
    path::{Path, PathBuf},
};

use crate::{
    dtype::DType,
    error::{Error, ErrorKind, Result},
};

/// The file with the text of the record's dtype.
const DESCR: &str = "dtype.descr";

/// The longest such text that is read, as of a header.
const MAX_DESCR: u64 = 1 << 20;

/// The directory as an absolute path.
pub(super) fn absolute(dir: &Path) -> PathBuf {
    std::path::absolute(dir).unwrap_or_else(|_| dir.to_path_buf())
}

/// The names of the files of the fields, in the order of the fields.
///
/// A file is named as its field. What a file system takes for something else is percent-encoded, and so are the capital
/// letters of names that differ in these alone, which some file systems do not tell apart.
pub(super) fn file_names(dtype: &DType) -> Vec<String> {
    let mut alike = HashMap::new();
    for field in dtype.fields() {
        *alike.entry(field.name().to_lowercase()).or_insert(0) += 1;
    }
    let is_alike = |name: &str| alike.get(&name.to_lowercase()).is_some_and(|count| *count > 1);
    dtype.fields().iter().map(|field| file_name(field.name(), is_alike(field.name()))).collect()
}

fn file_name(name: &str, without_capitals: bool) -> String {
    let last = name.chars().count().saturating_sub(1);
    let is_device = is_device(name);
    let mut file = String::with_capacity(name.len() + 4);
    for (at, c) in name.chars().enumerate() {
        let is_encoded = match c {
            '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' | '%' => true,
            '.' => at == 0 || at == last,
            ' ' => at == last,
            _ => c.is_control() || (at == 0 && is_device) || (without_capitals && !c.to_lowercase().eq([c])),
        };
        if is_encoded {
            for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                // Writing to a `String` cannot fail.
                let _ = write!(file, "%{byte:02X}");
            }
        } else {
            file.push(c);
        }
    }
    if name.is_empty() {
        // No other name gives this, for the sign is always followed by two digits.
        file.push('%');
    }
    file + ".npy"
}

/// Whether Windows takes the name for that of a device, whatever its extension.
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    let numbered =
        stem.strip_prefix("COM").or_else(|| stem.strip_prefix("LPT")).is_some_and(|number| number.len() == 1);
    numbered || matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL")
}

/// The field whose file has this name; what is no code of a byte stands for itself.
pub(super) fn field_name(file: &str) -> String {
    let stem = file.strip_suffix(".npy").unwrap_or(file);
    if stem == "%" {
        return String::new();
    }
    let (mut bytes, mut rest) = (Vec::with_capacity(stem.len()), stem.as_bytes());
    while let Some((&first, after)) = rest.split_first() {
        let code = (first == b'%').then(|| stem_code(after)).flatten();
        bytes.push(code.unwrap_or(first));
        rest = if code.is_some() { &after[2..] } else { after };
    }
    String::from_utf8(bytes).unwrap_or_else(|_| stem.to_owned())
}

/// The byte that two hexadecimal digits say.
fn stem_code(text: &[u8]) -> Option<u8> {
    let digits = std::str::from_utf8(text.get(..2)?).ok()?;
    let is_hex = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    u8::from_str_radix(digits, 16).ok().filter(|_| is_hex)
}

/// The names of all `.npy` files in the directory.
pub(super) fn files(dir: &Path) -> Result<BTreeSet<String>> {
    let named = |error| {
        let what =
            "cannot list the directory of columns; give the path of a directory with a .npy for each field";
        Error::io(what, error).with_path(Some(dir))
    };
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(dir).map_err(named)? {
        let name = entry.map_err(named)?.file_name();
        if Path::new(&name).extension().is_none_or(|extension| extension != "npy") {
            continue;
        }
        let name = name.into_string().map_err(|name| {
            let message =
                format!("the name of {} is no UTF-8, and so that of no field; rename it", name.display());
            Error::new(ErrorKind::Unsupported, message).with_path(Some(dir))
        })?;
        // Those that begin with a dot are not for everyone to see: a copy that is under way, or the system's own notes.
        if !name.starts_with('.') {
            found.insert(name);
        }
    }
    Ok(found)
}

/// The record's dtype, if the directory says it.
pub(super) fn read_descr(dir: &Path) -> Result<Option<DType>> {
    let path = dir.join(DESCR);
    let named = |error: Error| error.with_path(Some(&path));
    let text = match read_to_string(&path) {
        // Which of the two it is depends on the system.
        Err(error)
            if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
                && dir.is_file() =>
        {
            let what =
                "cannot open a directory of columns, for this is a file; RecordMap and DynMap open files";
            return Err(Error::io(what, error).with_path(Some(dir)));
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        read => read.map_err(|error| named(Error::io("cannot read the dtype of the records", error)))?,
    };
    let dtype: DType = text.trim_end().parse().map_err(named)?;
    match dtype.is_record() && !dtype.fields().is_empty() {
        true => Ok(Some(dtype)),
        false => {
            let message = format!(
                "expected the dtype of a record with fields, found {dtype}; write that of the records, or remove the file"
            );
            Err(named(Error::new(ErrorKind::BadDescr, message)))
        }
    }
}

fn read_to_string(path: &Path) -> io::Result<String> {
    use io::Read as _;
    let mut text = String::new();
    fs::File::open(path)?.take(MAX_DESCR).read_to_string(&mut text)?;
    Ok(text)
}

/// Writes the record's dtype into a new directory.
pub(super) fn write_descr(dir: &Path, dtype: &DType) -> Result<()> {
    let path = dir.join(DESCR);
    let text = format!("{dtype}\n");
    let is_whole =
        text.len() as u64 <= MAX_DESCR && text.trim_end().parse().is_ok_and(|read: DType| read == *dtype);
    if !is_whole {
        let message = format!("the text of {dtype} does not say all of it; use fewer fields or other names");
        return Err(Error::new(ErrorKind::Unsupported, message).with_path(Some(&path)));
    }
    let written = || {
        use io::Write as _;
        let mut file = fs::File::create_new(&path)?;
        file.write_all(text.as_bytes())?;
        // Or it might be empty after a loss of power, and the rows on the disk.
        file.sync_all()
    };
    written()
        .map_err(|error| Error::io("cannot write the dtype of the records", error).with_path(Some(&path)))
}

/// Waits until the record's dtype is on the disk, if it is still there.
pub(super) fn sync_descr(dir: &Path) -> Result<()> {
    let path = dir.join(DESCR);
    match fs::File::options().write(true).open(&path).and_then(|file| file.sync_all()) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(Error::io("cannot write the dtype of the records to the disk", error).with_path(Some(&path)))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::{field_name, file_names};
    use crate::dtype::{DType, DTypeField};

    fn names(of: &[&str]) -> Vec<String> {
        let fields = of.iter().map(|name| DTypeField::new(*name, DType::of::<u8>()));
        file_names(&DType::packed(fields).unwrap())
    }

    #[test]
    fn a_file_is_named_as_its_field() {
        assert_eq!(names(&["price", "a.b", "Größe", "日"]), ["price.npy", "a.b.npy", "Größe.npy", "日.npy"]);
    }

    #[test]
    fn what_file_systems_take_for_something_else_is_encoded() {
        let all = [
            "a/b",
            "..",
            ".x",
            "a.",
            "a ",
            "50%",
            "con",
            "COM1",
            "nul.x",
            "a\0b",
            "a\\:*?\"<>|",
            "comet",
            "\u{85}",
        ];
        let files = [
            "a%2Fb.npy",
            "%2E%2E.npy",
            "%2Ex.npy",
            "a%2E.npy",
            "a%20.npy",
            "50%25.npy",
            "%63on.npy",
            "%43OM1.npy",
            "%6Eul.x.npy",
            "a%00b.npy",
            "a%5C%3A%2A%3F%22%3C%3E%7C.npy",
            "comet.npy",
            "%C2%85.npy",
        ];
        assert_eq!(names(&all), files);
        assert_eq!(files.map(field_name), all);
    }

    #[test]
    fn names_that_differ_in_capitals_alone_have_files_that_differ_in_more() {
        let all = ["x", "X", "aB", "Ab", "AB", "É", "é", "Z"];
        let files =
            ["x.npy", "%58.npy", "a%42.npy", "%41b.npy", "%41%42.npy", "%C3%89.npy", "é.npy", "Z.npy"];
        assert_eq!(names(&all), files);
        assert_eq!(files.map(field_name), all);
        let lower: std::collections::HashSet<_> = files.iter().map(|file| file.to_lowercase()).collect();
        assert_eq!(lower.len(), files.len());
    }

    #[test]
    fn what_is_no_code_stands_for_itself() {
        assert_eq!(
            ["%", "%zz", "50%", "%2", "%+1", "%FF"].map(|stem| field_name(&format!("{stem}.npy"))),
            ["", "%zz", "50%", "%2", "%+1", "%FF"]
        );
    }
}
