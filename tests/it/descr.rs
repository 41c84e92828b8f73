//! dtypes against NumPy's: `tests/golden/dtypes.json`, and random ones against themselves.

use mmrec::{ByteOrder, DType, DTypeField, ErrorKind, Kind, Scalar, TimeStep, TimeUnit};
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Golden {
    #[serde(rename = "numpy")]
    _numpy: String,
    dtypes: Vec<Described>,
    layouts: Vec<Layout>,
    spellings: Vec<Spelling>,
    pairs: Vec<Pair>,
    refused: Vec<String>,
    objects: Vec<String>,
    not_read: Vec<String>,
}

/// A dtype with everything NumPy says about it.
#[derive(Deserialize)]
struct Described {
    text: String,
    itemsize: usize,
    alignment: usize,
    shape: Vec<usize>,
    /// Name, title, offset, text.
    fields: Vec<(String, Option<String>, usize, String)>,
    /// Offset and text of each scalar; not given where there are very many.
    #[serde(default)]
    leaves: Option<Vec<(usize, String)>>,
}

#[derive(Deserialize)]
struct Layout {
    parts: Value,
    #[serde(flatten)]
    described: Described,
}

#[derive(Deserialize)]
struct Spelling {
    spelling: String,
    #[serde(flatten)]
    described: Described,
}

#[derive(Deserialize)]
struct Pair {
    a: String,
    b: String,
    equal: bool,
}

fn golden() -> Golden {
    serde_json::from_str(include_str!("../golden/dtypes.json")).unwrap()
}

impl Described {
    #[track_caller]
    fn check(&self, dtype: &DType) {
        let text = &self.text;
        assert_eq!(dtype.to_string(), *text);
        assert_eq!(dtype.itemsize(), self.itemsize, "itemsize of {text}");
        assert_eq!(dtype.alignment(), self.alignment, "alignment of {text}");
        assert_eq!(dtype.shape(), self.shape, "shape of {text}");
        let fields: Vec<_> = dtype
            .fields()
            .iter()
            .map(|field| {
                let title = field.title().map(str::to_owned);
                (field.name().to_owned(), title, field.offset(), field.dtype().to_string())
            })
            .collect();
        assert_eq!(fields, self.fields, "fields of {text}");
        for (i, field) in dtype.fields().iter().enumerate() {
            assert_eq!(
                dtype.field(field.name()),
                Some(&dtype.fields()[i]),
                "field {:?} of {text}",
                field.name()
            );
        }
        if let Some(expected) = &self.leaves {
            let mut leaves = Vec::new();
            collect_leaves(dtype, 0, &mut leaves);
            assert_eq!(leaves, *expected, "scalars of {text}");
        }
    }
}

fn collect_leaves(dtype: &DType, at: usize, leaves: &mut Vec<(usize, String)>) {
    if dtype.as_scalar().is_some() {
        leaves.push((at, dtype.to_string()));
    } else if dtype.is_record() {
        for field in dtype.fields() {
            collect_leaves(field.dtype(), at + field.offset(), leaves);
        }
    } else {
        let base = dtype.base();
        for i in 0..dtype.shape().iter().product() {
            collect_leaves(base, at + i * base.itemsize(), leaves);
        }
    }
}

#[test]
fn texts_of_numpy_are_read_and_written() {
    let golden = golden();
    assert!(golden.dtypes.len() >= 110, "the file has too few dtypes: {}", golden.dtypes.len());
    for described in golden.dtypes {
        let dtype: DType = described.text.parse().unwrap();
        described.check(&dtype);
        assert_eq!(dtype, dtype.to_string().parse().unwrap());
    }
}

#[test]
fn other_spellings_are_read() {
    let golden = golden();
    assert!(golden.spellings.len() >= 400, "the file has too few spellings: {}", golden.spellings.len());
    let mut refused = Vec::new();
    for Spelling { spelling, described } in golden.spellings {
        match spelling.parse() {
            Ok(dtype) => described.check(&dtype),
            Err(error) => refused.push(format!("{spelling:?}: {error}")),
        }
    }
    assert!(refused.is_empty(), "{}", refused.join("\n"));
}

#[test]
fn what_is_no_dtype_is_an_error() {
    let golden = golden();
    assert!(golden.refused.len() >= 350, "the file has too few texts: {}", golden.refused.len());
    for text in golden.refused.iter().chain(&golden.not_read) {
        let error = match text.parse::<DType>() {
            Ok(dtype) => panic!("{text:?} was read as {dtype}"),
            Err(error) => error,
        };
        let kinds = [ErrorKind::BadDescr, ErrorKind::Overflow, ErrorKind::ShapeMismatch];
        assert!(kinds.contains(&error.kind()), "{text:?}: {error:?}");
    }
}

#[test]
fn python_objects_are_not_supported() {
    for text in golden().objects {
        let error = text.parse::<DType>().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{text:?}: {error:?}");
    }
}

#[test]
fn dtypes_are_equal_when_numpy_says_so() {
    let golden = golden();
    assert!(golden.pairs.iter().any(|pair| pair.equal) && golden.pairs.len() >= 500);
    for Pair { a, b, equal } in golden.pairs {
        let (x, y): (DType, DType) = (a.parse().unwrap(), b.parse().unwrap());
        assert_eq!(x == y, equal, "{a} == {b}");
        assert_eq!(y == x, equal, "{b} == {a}");
        assert_eq!(x.difference("a", &y, "b").is_none(), equal, "difference of {a} and {b}");
    }
}

/// Builds what `part` of `tests/golden/dtype_cases.py` builds.
fn build(part: &Value) -> DType {
    let Some(parts) = part.as_array() else { return part.as_str().unwrap().parse().unwrap() };
    let kind = parts[0].as_str().unwrap();
    if kind == "array" {
        let shape: Vec<usize> = serde_json::from_value(parts[2].clone()).unwrap();
        return DType::array(build(&parts[1]), &shape).unwrap();
    }
    let fields = parts[1].as_array().unwrap().iter();
    let fields = fields.map(|field| DTypeField::new(field[0].as_str().unwrap(), build(&field[1])));
    match kind {
        "packed" => DType::packed(fields).unwrap(),
        "aligned" => DType::aligned(fields).unwrap(),
        other => panic!("no such part: {other}"),
    }
}

#[test]
fn fields_lie_where_numpy_puts_them() {
    let golden = golden();
    assert!(golden.layouts.len() >= 28, "the file has too few layouts: {}", golden.layouts.len());
    for Layout { parts, described } in golden.layouts {
        described.check(&build(&parts));
    }
}

fn scalar() -> impl Strategy<Value = DType> {
    let order = prop_oneof![Just(ByteOrder::Little), Just(ByteOrder::Big)];
    let step = (0usize..13, prop_oneof![Just(1u32), 1..=u32::try_from(i32::MAX).unwrap()]).prop_map(
        |(unit, count)| {
            let units = [
                TimeUnit::Year,
                TimeUnit::Month,
                TimeUnit::Week,
                TimeUnit::Day,
                TimeUnit::Hour,
                TimeUnit::Minute,
                TimeUnit::Second,
                TimeUnit::Millisecond,
                TimeUnit::Microsecond,
                TimeUnit::Nanosecond,
                TimeUnit::Picosecond,
                TimeUnit::Femtosecond,
                TimeUnit::Attosecond,
            ];
            TimeStep { unit: units[unit], count }
        },
    );
    let step = proptest::option::of(step);
    let kind = prop_oneof![
        Just((Kind::Bool, 1)),
        prop_oneof![Just(1), Just(2), Just(4), Just(8)].prop_map(|size| (Kind::Int, size)),
        prop_oneof![Just(1), Just(2), Just(4), Just(8)].prop_map(|size| (Kind::Uint, size)),
        prop_oneof![Just(2), Just(4), Just(8), Just(16)].prop_map(|size| (Kind::Float, size)),
        prop_oneof![Just(8), Just(16), Just(32)].prop_map(|size| (Kind::Complex, size)),
        (0usize..40).prop_map(|size| (Kind::Bytes, size)),
        (0usize..40).prop_map(|size| (Kind::Unicode, 4 * size)),
        (0usize..40).prop_map(|size| (Kind::Void, size)),
        step.clone().prop_map(|step| (Kind::DateTime(step), 8)),
        step.prop_map(|step| (Kind::TimeDelta(step), 8)),
    ];
    (kind, order).prop_map(|((kind, size), order)| Scalar::new(kind, size, order).into())
}

/// Any name: also those with quotes, escapes, brackets and what cannot be printed.
fn name() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z]{1,4}", "['\"\\\\\\[\\](), \n\t]{0,5}", any::<String>()]
}

/// Any dtype that a text can stand for: sub-arrays only inside records, names all different.
fn dtype() -> impl Strategy<Value = DType> {
    scalar().prop_recursive(4, 24, 5, |inner| {
        let shape = proptest::collection::vec(0usize..4, 0..4);
        let field = (name(), proptest::option::of(name()), inner, shape, 0usize..9);
        (proptest::collection::vec(field, 0..5), 0usize..9).prop_map(|(fields, rest)| {
            let (mut end, mut seen, mut made) = (0, Vec::new(), Vec::new());
            for (name, title, dtype, shape, gap) in fields {
                // NumPy has no sub-arrays of strings without a length.
                let shape = if dtype.itemsize() > 0 || dtype.is_record() { shape.as_slice() } else { &[] };
                let dtype = DType::array(dtype, shape).unwrap();
                // NumPy reads these as padding.
                let is_void = dtype.as_scalar().is_some_and(|scalar| scalar.kind() == Kind::Void);
                let is_hole = name.is_empty() && (is_void || !dtype.shape().is_empty());
                let names = std::iter::once(&name).chain(&title);
                if is_hole || title.as_ref() == Some(&name) || names.clone().any(|name| seen.contains(name)) {
                    continue;
                }
                seen.extend(names.cloned());
                let mut field = DTypeField::new(name, dtype).at(end + gap);
                if let Some(title) = title {
                    field = field.with_title(title);
                }
                end = field.offset() + field.dtype().itemsize();
                made.push(field);
            }
            DType::with_offsets(made, end + rest).unwrap()
        })
    })
}

/// A text of NumPy with a piece cut out and other characters put in.
fn mutated() -> impl Strategy<Value = String> {
    let golden = golden();
    let texts: Vec<String> = golden
        .dtypes
        .into_iter()
        .map(|described| described.text)
        .chain(golden.spellings.into_iter().map(|spelling| spelling.spelling))
        .filter(|text| text.len() < 400)
        .collect();
    let text = proptest::sample::select(texts);
    (text, any::<[proptest::sample::Index; 2]>(), "[\\[\\](){},'\"\\\\<>|=?a-zA-Z0-9 :\n]{0,6}").prop_map(
        |(text, cut, put)| {
            let mut chars: Vec<char> = text.chars().collect();
            let start = cut[0].index(chars.len() + 1);
            let end = (start + cut[1].index(8)).min(chars.len());
            chars.splice(start..end, put.chars());
            chars.into_iter().collect()
        },
    )
}

proptest! {
    #[test]
    fn a_text_is_read_as_what_was_written(dtype in dtype()) {
        let text = dtype.to_string();
        let read: DType = text.parse().unwrap();
        prop_assert_eq!(read.to_string(), text);
        prop_assert_eq!(read, dtype);
    }

    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        if let Ok(dtype) = text.parse::<DType>() {
            prop_assert_eq!(dtype.to_string().parse::<DType>().unwrap(), dtype);
        }
    }

    #[test]
    fn almost_a_dtype_is_read_or_refused(text in mutated()) {
        if let Ok(dtype) = text.parse::<DType>() {
            prop_assert_eq!(dtype.to_string().parse::<DType>().unwrap(), dtype);
        }
    }
}

/// As deep and as wide as texts may be, in a thread with a small stack: reading, printing, comparing and dropping.
#[test]
fn the_deepest_text_does_not_overflow_the_stack() {
    // Every record and every axis is a level, of which there may be 300; and 200 brackets.
    let level = |text: String, axes: usize| format!("[('a', {text}, ({}))]", "1,".repeat(axes));
    let text = (0..96).fold("'|u1'".to_owned(), |text, _| level(text, 2));
    let text = (0..3).fold(text, |text, _| level(text, 3));
    let small = std::thread::Builder::new().stack_size(2 << 20);
    let thread = small.spawn(move || {
        let dtype: DType = text.parse().unwrap();
        assert_eq!(dtype.to_string().parse::<DType>().unwrap(), dtype);
        assert_eq!((dtype.itemsize(), dtype.alignment()), (1, 1));
        assert!(format!("[('a', {text})]").parse::<DType>().is_err());
        let error = level(text, 1).parse::<DType>().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::BadDescr, "{error}");
        // As wide as it can be, and one more.
        let wide = (0..4).fold("'|u1'".to_owned(), |text, _| level(text, 64));
        assert!(level(wide.clone(), 39).parse::<DType>().is_ok());
        let error = level(wide, 40).parse::<DType>().unwrap_err();
        assert!(error.to_string().contains("at most 300 levels"), "{error}");
    });
    thread.unwrap().join().unwrap();
}

#[test]
fn dtypes_made_at_run_time_nest_no_deeper_than_recursion_goes() {
    let byte: DType = "|u1".parse().unwrap();
    let nest = |dtype: DType, i: usize| match i % 2 {
        0 => DType::packed([DTypeField::new("a", dtype)]),
        _ => DType::array(dtype, &[1]),
    };
    let deepest = (0..300).try_fold(byte, nest).unwrap();
    for i in 0..2 {
        let error = nest(deepest.clone(), i).unwrap_err();
        assert_eq!(error.kind(), mmrec::ErrorKind::BadDescr);
        assert!(error.to_string().contains("at most 300"), "{error}");
    }
    assert_eq!(deepest, deepest.clone());
}

#[test]
fn sub_arrays_have_as_many_axes_as_numpy_allows() {
    let text = |axes: usize| format!("('|u1', ({}))", "1,".repeat(axes));
    assert_eq!(text(64).parse::<DType>().unwrap().shape(), [1; 64]);
    for axes in [65, 100_000] {
        let error = text(axes).parse::<DType>().unwrap_err();
        assert_eq!(error.kind(), mmrec::ErrorKind::RankMismatch);
        assert!(error.to_string().contains("64"), "{error}");
    }
}
