//! Any text as a dtype: it is read or refused, and what is read is written, laid out, printed and copied.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use mmrec::{DType, DynMap, DynView, ErrorKind, Value};
use mmrec_fuzz::{Memory, check_dtype, check_value, check_view};

static FILE: LazyLock<Memory> = LazyLock::new(Memory::default);

fuzz_target!(|text: &str| {
    let dtype = match text.parse::<DType>() {
        Ok(dtype) => dtype,
        Err(error) => return refused(error),
    };
    check_dtype(&dtype);
    for title in dtype.fields().iter().filter_map(|field| field.title()) {
        assert!(dtype.field(title).is_some());
    }
    let itemsize = dtype.itemsize();
    // Every digit of a long double takes its time.
    if itemsize > 1 << 12 {
        return;
    }
    check_elements(&dtype, &vec![0; 2 * itemsize]);
    // Any bytes are elements.
    check_elements(&dtype, &(0..2 * itemsize).map(|i| (i * 37 % 251) as u8).collect::<Vec<_>>());
});

fn refused(error: mmrec::Error) {
    use ErrorKind::{BadDescr, Overflow, RankMismatch, ShapeMismatch, Unsupported};
    let known = [BadDescr, Overflow, RankMismatch, ShapeMismatch, Unsupported];
    assert!(known.contains(&error.kind()), "{error:?}");
}

fn check_elements(dtype: &DType, bytes: &[u8]) {
    match DynView::from_bytes(bytes, dtype) {
        Ok(view) => {
            check_view(&view);
            check_copies(&view);
        }
        // Elements without bytes are any number of them.
        Err(error) => assert!(dtype.itemsize() == 0 || error.kind() == ErrorKind::Overflow, "{error}"),
    }
    let value =
        Value::from_bytes(dtype.clone(), &bytes[..dtype.itemsize()]).expect("as many bytes as an element");
    check_value(&value);
}

/// Copies to the same fields elsewhere are the values cast one by one.
fn check_copies(view: &DynView<'_>) {
    let Ok(packed) = view.dtype().to_packed() else { return };
    if packed.itemsize() > 1 << 14 || view.len() > 4 || !view.dtype().is_record() {
        return;
    }
    let options = DynMap::options().dtype(packed.clone()).shape(view.shape());
    let mut map = options.create(FILE.file()).expect("a file in memory is made");
    match map.assign_by_name(view) {
        Ok(()) => {
            for (copied, value) in map.iter().zip(view.iter()) {
                if let Ok(cast) = value.cast(&packed) {
                    assert_eq!(copied, cast);
                }
            }
        }
        Err(error) => assert_eq!(error.kind(), ErrorKind::NoSuchField, "{error}"),
    }
}
