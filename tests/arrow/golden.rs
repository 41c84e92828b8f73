//! Replays what pyarrow made of NumPy's arrays, `tests/golden/arrow.json`, which `tests/golden/arrow.py` writes.

use std::{fs, path::Path};

use base64::{Engine, prelude::BASE64_STANDARD};
use mmrec::{
    DType, DynView,
    arrow_array::{Array, ArrayRef, cast::AsArray, types},
    arrow_schema::{DataType, TimeUnit},
};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
struct Golden {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    dtype: String,
    shape: Vec<usize>,
    bytes: String,
    #[serde(flatten)]
    made: Made,
    #[serde(default)]
    columns: Vec<Column>,
}

#[derive(Deserialize)]
struct Column {
    name: String,
    #[serde(flatten)]
    made: Made,
}

/// What pyarrow made of an array.
#[derive(Deserialize)]
struct Made {
    r#type: Option<String>,
    values: Option<Vec<Value>>,
    error: Option<String>,
}

fn cases() -> Vec<Case> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/arrow.json");
    serde_json::from_slice::<Golden>(&fs::read(path).unwrap()).unwrap().cases
}

/// The Arrow type of a name of pyarrow's.
fn type_of(name: &str) -> DataType {
    let unit = |unit: &str| match unit {
        "s" => TimeUnit::Second,
        "ms" => TimeUnit::Millisecond,
        "us" => TimeUnit::Microsecond,
        "ns" => TimeUnit::Nanosecond,
        other => panic!("unknown unit {other}"),
    };
    match name.trim_end_matches(']').split_once('[') {
        Some(("timestamp", step)) => DataType::Timestamp(unit(step), None),
        Some(("duration", step)) => DataType::Duration(unit(step)),
        Some(("date32", "day")) => DataType::Date32,
        _ => match name {
            "bool" => DataType::Boolean,
            "int8" => DataType::Int8,
            "int16" => DataType::Int16,
            "int32" => DataType::Int32,
            "int64" => DataType::Int64,
            "uint8" => DataType::UInt8,
            "uint16" => DataType::UInt16,
            "uint32" => DataType::UInt32,
            "uint64" => DataType::UInt64,
            "halffloat" => DataType::Float16,
            "float" => DataType::Float32,
            "double" => DataType::Float64,
            "binary" => DataType::Binary,
            "string" => DataType::Utf8,
            other => panic!("unknown type {other}"),
        },
    }
}

/// A value as the golden file has it; axes of lists are one.
fn value(array: &ArrayRef, index: usize) -> Value {
    macro_rules! numbers {
        ($($variant:ident $kind:ident),*) => {
            match array.data_type() {
                $(DataType::$variant => json!(array.as_primitive::<types::$kind>().value(index)),)*
                DataType::Float16 => float(array.as_primitive::<types::Float16Type>().value(index).into()),
                DataType::Float32 => float(array.as_primitive::<types::Float32Type>().value(index).into()),
                DataType::Float64 => float(array.as_primitive::<types::Float64Type>().value(index)),
                DataType::Date32 => json!(array.as_primitive::<types::Date32Type>().value(index)),
                DataType::Boolean => json!(array.as_boolean().value(index)),
                DataType::Binary => json!(BASE64_STANDARD.encode(array.as_binary::<i32>().value(index))),
                DataType::Utf8 => json!(array.as_string::<i32>().value(index)),
                DataType::Timestamp(..) | DataType::Duration(_) => {
                    json!(array.to_data().buffers()[0].typed_data::<i64>()[index])
                }
                DataType::FixedSizeList(..) => {
                    let list = array.as_fixed_size_list().value(index);
                    let items = (0..list.len()).map(|i| value(&list, i));
                    json!(items.flat_map(|item| match item {
                        Value::Array(items) => items,
                        item => vec![item],
                    }).collect::<Vec<_>>())
                }
                other => panic!("{other} is none that pyarrow makes"),
            }
        };
    }
    if array.is_null(index) {
        return Value::Null;
    }
    numbers!(
        Int8 Int8Type, Int16 Int16Type, Int32 Int32Type, Int64 Int64Type, UInt8 UInt8Type, UInt16 UInt16Type,
        UInt32 UInt32Type, UInt64 UInt64Type
    )
}

fn float(number: f64) -> Value {
    json!(number.to_bits())
}

/// The values of an array, those of floats as bits.
fn wanted(values: &[Value]) -> Vec<Value> {
    let number = |text: &str| text.parse::<f64>().map_or_else(|_| json!(text), float);
    values
        .iter()
        .map(|value| match value {
            Value::Array(items) => Value::Array(wanted(items)),
            Value::String(text) => number(text),
            other => other.clone(),
        })
        .collect()
}

/// What pyarrow makes of a string: all before its first NUL.
fn cut(value: &Value, is_binary: bool) -> Value {
    match value {
        Value::String(text) if is_binary => {
            let bytes = BASE64_STANDARD.decode(text).unwrap();
            json!(BASE64_STANDARD.encode(bytes.split(|byte| *byte == 0).next().unwrap()))
        }
        Value::String(text) => json!(text.split('\0').next().unwrap()),
        other => other.clone(),
    }
}

/// How many strings pyarrow cut.
fn compare(what: &str, array: &ArrayRef, made: &Made) -> usize {
    let mut found: Vec<Value> = (0..array.len()).map(|index| value(array, index)).collect();
    let name = made.r#type.as_deref().unwrap();
    if name.starts_with("fixed_size_list") {
        let inner = name.split_once(": ").unwrap().1.split_once('>').unwrap().0;
        let mut of = array.data_type();
        while let DataType::FixedSizeList(item, _) = of {
            of = item.data_type();
        }
        assert_eq!(*of, type_of(inner), "{what}");
    } else {
        assert_eq!(*array.data_type(), type_of(name), "{what}");
    }
    let mut wanted = wanted(made.values.as_deref().unwrap());
    let mut cuts = 0;
    if let "binary" | "string" = name {
        wanted = made.values.clone().unwrap();
        let pyarrows: Vec<Value> = found.iter().map(|value| cut(value, name == "binary")).collect();
        cuts = pyarrows.iter().zip(&found).filter(|(cut, found)| cut != found).count();
        found = pyarrows;
    }
    assert_eq!(found, wanted, "{what}");
    cuts
}

#[test]
fn arrays_are_those_of_pyarrow() {
    let (mut compared, mut unknown, mut cuts) = (0, 0, 0);
    for case in cases() {
        let dtype: DType = case.dtype.parse().unwrap();
        let bytes = BASE64_STANDARD.decode(&case.bytes).unwrap();
        let rows = DType::array(dtype.clone(), &case.shape[1..]).unwrap();
        let view = DynView::from_bytes(&bytes, &rows).unwrap();
        // There are no elements in no bytes.
        if dtype.itemsize() == 0 {
            assert_eq!(*view.to_arrow().unwrap().data_type(), DataType::FixedSizeBinary(0));
            unknown += 1;
            continue;
        }
        let batch = view.to_record_batch().unwrap();
        for column in &case.columns {
            cuts += compare(&case.dtype, batch.column_by_name(&column.name).unwrap(), &column.made);
            compared += 1;
        }
        if dtype.is_record() {
            continue;
        }
        let array = view.to_arrow().unwrap();
        assert_eq!(array.len(), case.shape[0]);
        match &*case.dtype {
            // pyarrow leaves out that a step is 25 seconds, or 1000 ms: the times are others.
            "<M8[25s]" | "<m8[25s]" => {
                assert_eq!(*array.data_type(), DataType::Int64);
                let seconds = type_of(case.made.r#type.as_deref().unwrap());
                let seconds = view.to_arrow_as(&seconds).unwrap();
                let times_25 = |step: &Value| step.as_i64().map_or(Value::Null, |step| json!(25 * step));
                let wanted: Vec<Value> = case.made.values.unwrap().iter().map(times_25).collect();
                assert_eq!((0..array.len()).map(|index| value(&seconds, index)).collect::<Vec<_>>(), wanted);
            }
            "<M8[1000ms]" => {
                assert_eq!(*array.data_type(), DataType::Timestamp(TimeUnit::Second, None));
                let wanted = case.made.values.unwrap();
                assert_eq!((0..array.len()).map(|index| value(&array, index)).collect::<Vec<_>>(), wanted);
            }
            _ if case.made.error.is_some() => unknown += 1,
            _ => {
                cuts += compare(&case.dtype, &array, &case.made);
                compared += 1;
            }
        }
    }
    assert_eq!((compared, unknown), (40, 25));
    assert!(cuts > 10, "{cuts}");
}
