//! How two dtypes differ, field by field, for errors that a person can act on.

use std::fmt::Write as _;

use super::{DType, DTypeField};

impl DType {
    /// How `found`, called `found_name` in the text, differs from this dtype, called `name`: one line for each field
    /// that is missing, extra, elsewhere or of another type. `None` if they are equal.
    ///
    /// ```
    /// use mmrec::DType;
    ///
    /// let trade: DType = "[('ts', '<u8'), ('qty', '<u8')]".parse()?;
    /// let file: DType = "[('ts', '<u8'), ('qty', '<u4')]".parse()?;
    /// assert_eq!(
    ///     trade.difference("Trade", &file, "the file").unwrap(),
    ///     "field `qty`: the file has '<u4' at 8, Trade has '<u8' at 8\nitemsize: the file has 12 bytes, Trade has 16"
    /// );
    /// # Ok::<(), mmrec::Error>(())
    /// ```
    pub fn difference(&self, name: &str, found: &DType, found_name: &str) -> Option<String> {
        if self == found {
            return None;
        }
        let mut lines = Lines { expected: name, found: found_name, text: String::new() };
        lines.compare(self, found, "", 0);
        Some(lines.text)
    }
}

struct Lines<'a> {
    expected: &'a str,
    found: &'a str,
    text: String,
}

impl Lines<'_> {
    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        // Writing to a `String` cannot fail.
        let _ = self.text.write_fmt(line);
    }

    fn compare(&mut self, expected: &DType, found: &DType, prefix: &str, base: usize) {
        let (e, f) = (self.expected, self.found);
        if !(expected.is_record() && found.is_record()) {
            return self.line(format_args!("{f} has {found}, {e} has {expected}"));
        }
        let before = self.text.len();
        for ours in expected.fields() {
            match found.fields().iter().find(|theirs| theirs.name() == ours.name()) {
                Some(theirs) => self.field(ours, theirs, prefix, base),
                None => self.line(format_args!(
                    "field `{prefix}{}`: {f} has none, {e} has {} at {}",
                    ours.name(),
                    ours.dtype(),
                    base + ours.offset()
                )),
            }
        }
        for theirs in found.fields() {
            if !expected.fields().iter().any(|ours| ours.name() == theirs.name()) {
                let (name, dtype, at) = (theirs.name(), theirs.dtype(), base + theirs.offset());
                self.line(format_args!("field `{prefix}{name}`: {f} has {dtype} at {at}, {e} has none"));
            }
        }
        if expected.itemsize() != found.itemsize() {
            let (theirs, ours) = (found.itemsize(), expected.itemsize());
            let of = if prefix.is_empty() {
                String::new()
            } else {
                format!(" of `{}`", prefix.trim_end_matches('.'))
            };
            self.line(format_args!("itemsize{of}: {f} has {theirs} bytes, {e} has {ours}"));
        }
        if self.text.len() == before {
            self.line(format_args!("the fields come in another order: {f} has {found}, {e} has {expected}"));
        }
    }

    fn field(&mut self, ours: &DTypeField, theirs: &DTypeField, prefix: &str, base: usize) {
        let (e, f, name) = (self.expected, self.found, ours.name());
        let (at, there) = (base + ours.offset(), base + theirs.offset());
        if at == there && ours.dtype().is_record() && theirs.dtype().is_record() {
            if ours.dtype() != theirs.dtype() {
                self.compare(ours.dtype(), theirs.dtype(), &format!("{prefix}{name}."), at);
            }
        } else if at != there || ours.dtype() != theirs.dtype() {
            let (found, expected) = (theirs.dtype(), ours.dtype());
            self.line(format_args!(
                "field `{prefix}{name}`: {f} has {found} at {there}, {e} has {expected} at {at}"
            ));
        }
        if ours.title() != theirs.title() {
            let text =
                |title: Option<&str>| title.map_or("no title".to_owned(), |title| format!("title `{title}`"));
            let (found, expected) = (text(theirs.title()), text(ours.title()));
            self.line(format_args!("field `{prefix}{name}`: {f} has {found}, {e} has {expected}"));
        }
    }
}
