//! The random arrays through maps whose dtype is known at run time: NumPy's files opened here, and files made here.

use std::fs;

use mmrec::{ByteOrder, DType, DynMap, Kind, Mode};
use tempfile::tempdir;

use super::{
    Case,
    answers::{column, crc32, sum},
    cases,
};

/// Every leaf column is what NumPy says it is.
#[track_caller]
fn check<M>(case: &Case, map: &DynMap<M>) {
    assert_eq!(*map.dtype(), case.dtype(), "{}", case.id);
    assert_eq!((map.shape(), map.order()), (case.shape.as_slice(), case.order()), "{}", case.id);
    for leaf in &case.leaves {
        let column = column(map, &leaf.names).unwrap();
        let what = format!("{} {:?}", case.id, leaf.names);
        assert_eq!(*column.dtype(), leaf.dtype.parse::<DType>().unwrap(), "{what}");
        assert_eq!(column.shape(), leaf.shape, "{what}");
        assert_eq!(crc32(&column.to_bytes()), leaf.crc, "{what}");
        let scalar = column.dtype().as_scalar().unwrap();
        match (sum(&column), &leaf.sum) {
            (Some(sum), Some(expected)) => {
                assert_eq!(sum, (expected.kind.clone(), expected.text.clone()), "{what}")
            }
            // What has no sum here.
            (None, Some(_)) => assert!(matches!(scalar.kind(), Kind::Bool | Kind::Complex), "{what}"),
            (found, None) => assert_eq!(found, None, "{what}"),
        }
        // Element by element, too.
        let values: Vec<u8> = column.iter().flat_map(|value| value.bytes().to_vec()).collect();
        assert_eq!(crc32(&values), leaf.crc, "{what}");
    }
    if let Some(text) = &case.text {
        assert_eq!(map.to_string(), *text, "{}", case.id);
    }
}

#[test]
fn arrays_that_numpy_wrote_are_read_in_every_mode() {
    let dir = tempdir().unwrap();
    let mut texts = 0;
    for case in cases() {
        let path = dir.path().join("array.npy");
        fs::write(&path, case.npy()).unwrap();
        for mode in [Mode::ReadOnly, Mode::ReadWrite, Mode::CopyOnWrite] {
            check(&case, &DynMap::options().open_mode(mode, &path).unwrap());
        }
        assert_eq!(fs::read(&path).unwrap(), case.npy(), "{}", case.id);
        // As raw bytes, with the dtype, shape and order given.
        let at = (case.npy().len() - case.data().len()) as u64;
        let options = DynMap::options().dtype(case.dtype()).offset(at).shape(case.shape.clone());
        check(&case, &options.order(case.order()).open(&path).unwrap());
        texts += usize::from(case.text.is_some());
    }
    assert!(texts > 50, "{texts}");
}

#[test]
fn members_of_the_archive_are_read_where_they_lie() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/random.npz");
    for case in cases() {
        check(&case, &DynMap::options().npz_member(&case.id).open(&path).unwrap());
    }
}

/// But for padding, which is zero here, the file is NumPy's.
#[test]
fn arrays_written_here_are_numpys_byte_for_byte() {
    let dir = tempdir().unwrap();
    for case in cases() {
        let (from, to) = (dir.path().join("from.npy"), dir.path().join("to.npy"));
        fs::write(&from, case.npy()).unwrap();
        let from = DynMap::open(&from).unwrap();
        let options = DynMap::options().dtype(case.dtype()).order(case.order()).shape(case.shape.clone());
        let mut map = options.create_npy(&to).unwrap();
        map.assign(&from).unwrap();
        check(&case, &map);
        map.close().unwrap();
        let written = fs::read(&to).unwrap();
        let head = case.npy().len() - case.data().len();
        assert_eq!(written.len(), case.npy().len(), "{}", case.id);
        assert_eq!(written[..head], case.npy()[..head], "{}", case.id);
        // The same in the other byte order, and back.
        let swapped = swapped(&case.dtype());
        let other = from.repack(dir.path().join("swapped.npy"), &swapped, |_| ()).unwrap();
        let back = other.repack(dir.path().join("back.npy"), &case.dtype(), |_| ()).unwrap();
        check(&Case { text: None, ..case }, &back);
        drop((other, back));
        fs::remove_file(dir.path().join("swapped.npy")).unwrap();
        fs::remove_file(dir.path().join("back.npy")).unwrap();
    }
}

/// The dtype with every byte order reversed, and packed.
fn swapped(dtype: &DType) -> DType {
    if let Some(scalar) = dtype.as_scalar() {
        let order = if scalar.order() == ByteOrder::Little { ByteOrder::Big } else { ByteOrder::Little };
        return mmrec::Scalar::new(scalar.kind(), scalar.size(), order).into();
    }
    if dtype.is_record() {
        let fields =
            dtype.fields().iter().map(|field| mmrec::DTypeField::new(field.name(), swapped(field.dtype())));
        return DType::packed(fields).unwrap();
    }
    DType::array(swapped(dtype.base()), &dtype.shape()).unwrap()
}
