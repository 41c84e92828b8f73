//! The SQL types of the fields of a dtype.

use std::{collections::HashMap, sync::Arc};

use arrow_schema::{DataType, Field, Fields, Schema};
use datafusion::common::{DataFusionError, Result};
use mmrec::{DType, Kind, Scalar};

use crate::{
    error::{external, plan},
    open::empty,
    options::{NpyOptions, Strings},
};

/// The name of the one column of an array whose elements are no records.
pub(crate) const VALUE: &str = "value";

/// What is said of the dtype beside an Arrow type.
pub(crate) const DTYPE: &str = "mmrec.dtype";

/// The columns of an array, from the dtype of its rows.
pub(crate) fn columns(row: &DType, options: &NpyOptions) -> Result<Schema> {
    let view = empty(row).map_err(external)?;
    let base = row.base();
    let fields = if base.is_record() {
        let natural = base.to_arrow_schema().map_err(external)?;
        let fields = base.fields().iter().map(|field| {
            let type_ = view.field(field.name()).and_then(|column| column.to_arrow()).map_err(external)?;
            let metadata = natural
                .field_with_name(field.name())
                .map(|field| field.metadata().clone())
                .unwrap_or_default();
            Ok(column(field.name(), field.dtype(), type_.data_type(), options).with_metadata(metadata))
        });
        fields.collect::<Result<Vec<_>>>()?
    } else {
        let type_ = view.to_arrow().map_err(external)?;
        vec![column(VALUE, base, type_.data_type(), options)]
    };
    Ok(Schema::new(fields))
}

fn column(name: &str, dtype: &DType, natural: &DataType, options: &NpyOptions) -> Field {
    Field::new(name, sql_type(dtype.base(), natural, options.strings), has_times(dtype))
}

/// The natural type with strings as the engine likes them best.
fn sql_type(base: &DType, natural: &DataType, strings: Strings) -> DataType {
    match natural {
        DataType::FixedSizeList(item, len) if !is_complex(base) => {
            let type_ = sql_type(base, item.data_type(), strings);
            DataType::FixedSizeList(Arc::new(item.as_ref().clone().with_data_type(type_)), *len)
        }
        DataType::Struct(fields) if base.is_record() => {
            let fields = fields.iter().map(|field| match base.field(field.name()) {
                Some(inner) => {
                    let type_ = sql_type(inner.dtype().base(), field.data_type(), strings);
                    Arc::new(field.as_ref().clone().with_data_type(type_))
                }
                None => Arc::clone(field),
            });
            DataType::Struct(fields.collect::<Fields>())
        }
        _ => match (base.as_scalar().map(|scalar| scalar.kind()), strings) {
            (Some(Kind::Unicode), _) | (Some(Kind::Bytes), Strings::Utf8) => DataType::Utf8View,
            (Some(Kind::Bytes), Strings::Binary) => DataType::BinaryView,
            _ => natural.clone(),
        },
    }
}

fn is_complex(base: &DType) -> bool {
    base.as_scalar().is_some_and(|scalar| scalar.kind() == Kind::Complex)
}

/// Whether there can be a NaT, which is NULL.
fn has_times(dtype: &DType) -> bool {
    let base = dtype.base();
    match base.as_scalar() {
        Some(scalar) => matches!(scalar.kind(), Kind::DateTime(_) | Kind::TimeDelta(_)),
        None => base.fields().iter().any(|field| has_times(field.dtype())),
    }
}

/// The columns of the files of a table, which have to agree unless a superset was asked for.
pub(crate) struct Merge<'a> {
    options: &'a NpyOptions,
    first: Option<(String, DType)>,
    /// The columns found, each with the file and the dtype it was found with first.
    found: Vec<(Field, String, DType)>,
    /// Whether all files have all of `found`.
    is_whole: bool,
}

impl<'a> Merge<'a> {
    pub(crate) fn new(options: &'a NpyOptions) -> Self {
        Self { options, first: None, found: Vec::new(), is_whole: true }
    }

    /// Takes a file in.
    pub(crate) fn add(&mut self, name: &str, row: &DType) -> Result<()> {
        match &self.first {
            Some((_, dtype)) if dtype == row => return Ok(()),
            Some((first, dtype)) if !self.options.superset => {
                let difference = dtype.difference(first, row, name).unwrap_or_default();
                let what_to_do = match dtype.base().is_record() || row.base().is_record() {
                    true => "set npy.superset to true if columns that a file lacks may be NULL in its rows",
                    false => {
                        "if each file is a column of one table, write a dtype.descr beside them: the text of the dtype of its rows, as \
                         [('ts', '<i8'), ('price', '<f8')] for ts.npy and price.npy"
                    }
                };
                return Err(plan(format!(
                    "the files of the table have different dtypes: {name} differs from {first}:\n{difference}\n{what_to_do}"
                )));
            }
            _ => {}
        }
        let schema = columns(row, self.options)?;
        let dtype_of = |field: &Field| match row.base().field(field.name()) {
            Some(inner) => inner.dtype().clone(),
            None => row.clone(),
        };
        if self.first.is_some() {
            self.is_whole &= schema.fields().len() == self.found.len();
        }
        for field in schema.fields() {
            let dtype = dtype_of(field);
            match self.found.iter_mut().find(|(found, ..)| found.name() == field.name()) {
                None => {
                    self.is_whole &= self.first.is_none();
                    self.found.push((field.as_ref().clone(), name.to_owned(), dtype));
                }
                Some((found, _, before))
                    if found.data_type() == field.data_type()
                        && means_the_same(field.data_type(), before, &dtype) =>
                {
                    found.set_nullable(found.is_nullable() || field.is_nullable());
                }
                Some((found, first, before)) => {
                    return Err(differs(field.name(), first, found, before, name, field, &dtype));
                }
            }
        }
        if self.first.is_none() {
            self.first = Some((name.to_owned(), row.clone()));
        }
        Ok(())
    }

    pub(crate) fn finish(self) -> Schema {
        let is_whole = self.is_whole;
        // Rows that are added to the table are laid out like this.
        let metadata = match self.first {
            Some((_, dtype)) if !self.options.superset => [(DTYPE.to_owned(), dtype.to_string())].into(),
            _ => HashMap::new(),
        };
        let fields = self.found.into_iter().map(|(field, ..)| match is_whole {
            true => field,
            false => field.with_nullable(true),
        });
        Schema::new_with_metadata(fields.collect::<Vec<_>>(), metadata)
    }
}

/// Whether values of two dtypes with this type are of the same kind: steps of time that have no type of their own are integers as
/// other integers are, and those of another step are other times.
fn means_the_same(type_: &DataType, a: &DType, b: &DType) -> bool {
    let (a, b) = (a.base(), b.base());
    match type_ {
        DataType::FixedSizeList(item, _) => means_the_same(item.data_type(), a, b),
        DataType::Struct(fields) => {
            fields.iter().all(|field| match (a.field(field.name()), b.field(field.name())) {
                (Some(a), Some(b)) => means_the_same(field.data_type(), a.dtype(), b.dtype()),
                _ => true,
            })
        }
        type_ if type_.is_integer() => a.as_scalar().map(Scalar::kind) == b.as_scalar().map(Scalar::kind),
        _ => true,
    }
}

fn differs(
    column: &str,
    first: &str,
    before: &Field,
    before_dtype: &DType,
    name: &str,
    found: &Field,
    dtype: &DType,
) -> DataFusionError {
    plan(format!(
        "the files of the table have different dtypes for column {column:?}: {name} has {dtype} ({}), {first} has {before_dtype} ({}); \
         a superset has columns that are missing, not columns of two types",
        found.data_type(),
        before.data_type()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Which columns may be NULL in the rows of files with these dtypes.
    fn nullable(dtypes: &[&str]) -> Vec<(String, bool)> {
        let options = NpyOptions { superset: true, ..NpyOptions::default() };
        let mut merge = Merge::new(&options);
        for (number, dtype) in dtypes.iter().enumerate() {
            merge.add(&format!("{number}.npy"), &dtype.parse().unwrap()).unwrap();
        }
        let schema = merge.finish();
        schema.fields().iter().map(|field| (field.name().clone(), field.is_nullable())).collect()
    }

    #[test]
    fn columns_of_a_superset_are_nullable_where_a_file_has_none_or_nat() {
        let of = |columns: &[(&str, bool)]| -> Vec<(String, bool)> {
            columns.iter().map(|&(name, is_nullable)| (name.to_owned(), is_nullable)).collect()
        };
        let (first, turned) = ("[('a', '<i4'), ('t', '<M8[s]')]", "[('t', '>M8[s]'), ('a', '>i4')]");
        assert_eq!(nullable(&[first, turned]), of(&[("a", false), ("t", true)]));
        assert_eq!(nullable(&[turned, first]), of(&[("t", true), ("a", false)]));
        // A file that lacks one, and one that has more.
        assert_eq!(nullable(&[first, "[('a', '<i4')]"]), of(&[("a", true), ("t", true)]));
        assert_eq!(nullable(&["[('a', '<i4')]", first]), of(&[("a", true), ("t", true)]));
        assert_eq!(
            nullable(&["[('a', '<i4')]", "[('b', '<i4')]", "[('a', '<i4'), ('b', '<i4')]"]),
            of(&[("a", true), ("b", true)])
        );
    }
}
