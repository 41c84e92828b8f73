//! Records and arrays in a row as columns of their own, which CSV has alone.

use std::sync::Arc;

use datafusion::arrow::{
    array::{
        Array, ArrayRef, AsArray, RecordBatch, RecordBatchOptions, StringArray, UInt64Array, make_array,
    },
    buffer::NullBuffer,
    compute::take,
    datatypes::{DataType, Field, Schema},
    error::ArrowError,
    util::display::{ArrayFormatter, FormatOptions},
};

/// The same rows: `a.b` is field b of the record in column a, `v[0]` an element of the array in column v. Lists of any length are texts.
pub(super) fn flat(batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    if batch.columns().iter().all(|column| !column.data_type().is_nested()) {
        return Ok(batch.clone());
    }
    let mut columns = Columns::default();
    for (field, array) in batch.schema().fields().iter().zip(batch.columns()) {
        columns.add(field.name().clone(), array)?;
    }
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    RecordBatch::try_new_with_options(Arc::new(Schema::new(columns.fields)), columns.arrays, &options)
}

#[derive(Default)]
struct Columns {
    fields: Vec<Field>,
    arrays: Vec<ArrayRef>,
}

impl Columns {
    fn add(&mut self, name: String, array: &ArrayRef) -> Result<(), ArrowError> {
        match array.data_type() {
            DataType::Struct(fields) => {
                let record = array.as_struct();
                for (field, own) in fields.iter().zip(record.columns()) {
                    let own = beneath(own, record.nulls())?;
                    self.add(format!("{name}.{}", field.name()), &own)?;
                }
            }
            DataType::FixedSizeList(_, len) => {
                let list = array.as_fixed_size_list();
                let len = u64::try_from(*len).unwrap_or(0);
                for at in 0..len {
                    let places =
                        (0..list.len()).map(|row| list.is_valid(row).then_some(row as u64 * len + at));
                    let own = take(list.values(), &places.collect::<UInt64Array>(), None)?;
                    self.add(format!("{name}[{at}]"), &own)?;
                }
            }
            other if other.is_nested() && !matches!(other, DataType::Dictionary(..)) => {
                let options = FormatOptions::default().with_null("NULL");
                let texts = ArrayFormatter::try_new(array, &options)?;
                let text = |row| array.is_valid(row).then(|| texts.value(row).to_string());
                let texts: StringArray = (0..array.len()).map(text).collect();
                self.push(name, Arc::new(texts));
            }
            _ => self.push(name, array.clone()),
        }
        Ok(())
    }

    fn push(&mut self, name: String, array: ArrayRef) {
        self.fields.push(Field::new(name, array.data_type().clone(), true));
        self.arrays.push(array);
    }
}

/// A field of records: null where the record is.
fn beneath(own: &ArrayRef, records: Option<&NullBuffer>) -> Result<ArrayRef, ArrowError> {
    let Some(records) = records.filter(|records| records.null_count() > 0) else {
        return Ok(own.clone());
    };
    let nulls = NullBuffer::union(own.logical_nulls().as_ref(), Some(records));
    Ok(make_array(own.to_data().into_builder().nulls(nulls).build()?))
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::{
        array::{FixedSizeListArray, Int32Array, StructArray},
        datatypes::Int32Type,
    };

    use super::*;

    #[test]
    fn nulls_of_records_and_arrays_are_those_of_what_is_in_them() {
        let field = |name| Arc::new(Field::new(name, DataType::Int32, true));
        let a: ArrayRef = Arc::new(Int32Array::from(vec![Some(1), None, Some(3)]));
        let nulls = NullBuffer::from(vec![true, true, false]);
        let records = StructArray::new(vec![field("a")].into(), vec![a], Some(nulls));
        let lists = [Some(vec![Some(0), None]), None, Some(vec![Some(4), Some(5)])];
        let lists = FixedSizeListArray::from_iter_primitive::<Int32Type, _, _>(lists, 2);
        let batch = RecordBatch::try_from_iter_with_nullable([
            ("r", Arc::new(records) as ArrayRef, true),
            ("v", Arc::new(lists), true),
        ])
        .unwrap();

        // Of a part, for arrays know where they start.
        for (from, rows) in [(0, vec![Some(1), None, None]), (1, vec![None, None])] {
            let flat = flat(&batch.slice(from, 3 - from)).unwrap();
            let names: Vec<_> = flat.schema().fields().iter().map(|field| field.name().clone()).collect();
            assert_eq!(names, ["r.a", "v[0]", "v[1]"]);
            assert_eq!(flat.column(0).as_primitive::<Int32Type>(), &Int32Array::from(rows));
            let (first, second) = ([Some(0), None, Some(4)], [None, None, Some(5)]);
            assert_eq!(flat.column(1).as_primitive::<Int32Type>(), &Int32Array::from(first[from..].to_vec()));
            assert_eq!(
                flat.column(2).as_primitive::<Int32Type>(),
                &Int32Array::from(second[from..].to_vec())
            );
        }
    }
}
