//! Tests of records in other files of NumPy's: whole classes, and single tests. Each module has its own table.

use std::path::Path;

use mmrec::{
    Axis, DType, DTypeField, Datum, DynMap, DynView, ErrorKind, MmapRecord, Order, ReadWrite, RecordMap,
    Value, View, s,
};

use super::{contents, dtype, folder};

fn field(name: &str, text: &str) -> DTypeField {
    DTypeField::new(name, dtype(text))
}

fn nested(name: &str, dtype: &DType) -> DTypeField {
    DTypeField::new(name, dtype.clone())
}

fn array(base: &DType, shape: &[usize]) -> DType {
    DType::array(base.clone(), shape).unwrap()
}

/// A text that is no dtype here.
#[track_caller]
fn refused(text: &str) -> ErrorKind {
    match text.parse::<DType>() {
        Ok(found) => panic!("{text} is read as {found}"),
        Err(error) => error.kind(),
    }
}

fn zeros(dtype: &DType, shape: &[usize], path: &Path) -> DynMap<ReadWrite> {
    DynMap::options().dtype(dtype.clone()).shape(shape).create(path).unwrap()
}

fn text_of(map: &DynMap<ReadWrite>, name: &str) -> String {
    map.field(name).unwrap().to_string()
}

mod dtype_record {
    //! `TestRecord` of `numpy/_core/tests/test_dtype.py`.
    //!
    //! | left out | why |
    //! |---|---|
    //! | `test_refcount_dictionary_setting` | Of Python's reference counts. |
    //! | `test_mutate` | A dtype cannot be changed. |
    //! | `test_mutate_error` | A dtype cannot be changed. |
    //! | `test_subarray_list` | Of Python lists that become arrays. |
    //! | `test_from_dictproxy` | Of Python's dicts that are views of a dtype. |
    //! | `test_nonstructured_with_object` | Of Python objects as elements. |

    use super::*;

    #[test]
    fn test_equivalent_record() {
        let a = dtype("[('yo', '<i8')]");
        assert_eq!(
            (&a, a.to_string()),
            (&DType::packed([field("yo", "<i8")]).unwrap(), "[('yo', '<i8')]".into())
        );
    }

    #[test]
    fn test_different_names() {
        assert_ne!(dtype("[('yo', '<i8')]"), dtype("[('ye', '<i8')]"));
    }

    #[test]
    fn test_different_titles() {
        let pixel = |red: &str| {
            let fields = [field("r", "|u1").with_title(red), field("b", "|u1").with_title("Blue pixel")];
            DType::packed(fields).unwrap()
        };
        assert_ne!(pixel("Red pixel"), pixel("RRed pixel"));
        assert_eq!(pixel("Red pixel"), dtype("[(('Red pixel', 'r'), '|u1'), (('Blue pixel', 'b'), '|u1')]"));
    }

    #[test]
    fn test_init_simple_structured() {
        assert_eq!(dtype("i, i"), dtype("[('f0', '<i4'), ('f1', '<i4')]"));
        assert_eq!(dtype("i,"), dtype("[('f0', '<i4')]"));
    }

    #[test]
    fn test_not_lists() {
        refused("{'names': {'A', 'B'}, 'formats': ['<f8', '<i4']}");
        refused("{'names': ['A', 'B'], 'formats': {'<f8', '<i4'}}");
        assert_eq!(dtype("{'names': ['A', 'B'], 'formats': ['<f8', '<i4']}").itemsize(), 12);
    }

    #[test]
    fn test_aligned_size() {
        let pair = DType::aligned([field("f0", "<i4"), field("f1", "|i1")]).unwrap();
        assert_eq!((pair.itemsize(), pair.alignment()), (8, 4));
        let at = DType::with_offsets([field("f0", "<i4").at(0), field("f1", "|i1").at(4)], 8).unwrap();
        assert_eq!(pair, at);
        let three = || [field("f1", "|i1"), field("f2", "<i4"), field("f3", "|i1")];
        let whole = |inner: DType| [field("f0", "<i4"), DTypeField::new("f1", inner), field("f2", "|i1")];
        // Nested records are aligned if they are made so,
        let aligned = DType::aligned(whole(DType::aligned(three()).unwrap())).unwrap();
        assert_eq!(aligned.itemsize(), 20);
        let [f0, f1, f2] = whole(DType::aligned(three()).unwrap());
        assert_eq!(aligned, DType::with_offsets([f0, f1.at(4), f2.at(16)], 20).unwrap());
        // and packed if not.
        let packed = DType::packed(whole(DType::packed(three()).unwrap())).unwrap();
        assert_eq!(packed.itemsize(), 11);
        let [f0, f1, f2] = whole(DType::packed(three()).unwrap());
        assert_eq!(packed, DType::with_offsets([f0, f1.at(4), f2.at(10)], 11).unwrap());
        assert_eq!((packed.to_aligned().unwrap(), aligned.to_packed().unwrap()), (aligned, packed));
        // Arrays are aligned as their elements are.
        let two = array(&DType::aligned([field("f0", "<i2"), field("f1", "<f4")]).unwrap(), &[2]);
        assert_eq!(
            DType::aligned([field("a", "|i1"), nested("b", &two)]).unwrap().to_string(),
            "[('a', '|i1'), ('', '|V3'), ('b', [('f0', '<i2'), ('', '|V2'), ('f1', '<f4')], (2,))]"
        );
    }

    #[test]
    fn test_empty_struct_alignment() {
        let empty = DType::aligned([]).unwrap();
        assert_eq!((empty.alignment(), empty.itemsize()), (1, 0));
        assert_eq!(DType::aligned([nested("f0", &empty)]).unwrap().alignment(), 1);
        assert_eq!(dtype("[]"), empty);
        assert_eq!(DType::with_offsets([nested("f0", &empty).at(0)], 0).unwrap().alignment(), 1);
    }

    #[test]
    fn test_union_struct() {
        let (_dir, path) = folder();
        let fields = || [field("f0", "<u4"), field("f1", "<u2"), field("f2", "<u2")];
        let at = |fields: [DTypeField; 3], offsets: [usize; 3], size| {
            let fields = fields.into_iter().zip(offsets).map(|(field, offset)| field.at(offset));
            DType::with_offsets(fields, size).unwrap()
        };
        let mut map = zeros(&at(fields(), [0, 0, 2], 4), &[1], &path);
        map.field_mut("f0").unwrap().set(0, 3).unwrap();
        map.field_mut("f1").unwrap().set(0, 10).unwrap();
        map.field_mut("f2").unwrap().set(0, 36).unwrap();
        assert_eq!(map.field("f0").unwrap().at(0).as_u64(), Some(10 + 36 * 256 * 256));
        // Fields in another order than they lie in; the bytes are those of any other names.
        let out_of_order = at(fields(), [4, 0, 2], 8);
        let mut map = zeros(&out_of_order, &[2], &path);
        for (i, record) in [[0, 1, 2], [3, (1 << 15) - 1, 4]].into_iter().enumerate() {
            for (name, number) in ["f0", "f1", "f2"].into_iter().zip(record) {
                map.field_mut(name).unwrap().set(i, number).unwrap();
            }
        }
        assert_eq!(map.to_string(), "[(0,     1, 2) (3, 32767, 4)]");
        let [f0, f1, f2] = [field("f2", "<u4"), field("f0", "<u2"), field("f1", "<u2")];
        let renamed = at([f0, f1, f2], [4, 0, 2], 8);
        let bytes = map.view().to_bytes();
        assert_eq!(DynView::from_bytes(&bytes, &renamed).unwrap().to_string(), map.to_string());
        // Objects are refused anywhere.
        for formats in ["['O', '|i1']", "['<i4', 'O']", "[[('a', 'O')], '|i1']", "['<i4', [('a', 'O')]]"] {
            let text = format!("{{'names': ['f0', 'f1'], 'formats': {formats}, 'offsets': [0, 2]}}");
            assert_eq!(refused(&text), ErrorKind::Unsupported);
        }
    }

    #[test]
    fn test_parenthesized_single_number() {
        refused("(2)f4");
        // NumPy warns that it should be `(2,)`.
        assert_eq!(dtype("(2)f4,"), dtype("[('f0', '<f4', (2,))]"));
    }

    #[test]
    fn test_comma_datetime() {
        let record = dtype("[('f0', '<M8[D]'), ('f1', '<M8[Y]'), ('f2', '<i8')]");
        assert_eq!(dtype("M8[D],datetime64[Y],i8"), record);
    }

    #[test]
    fn test_from_dict_with_zero_width_field() {
        let record = dtype("[('val1', '<f4', (0,)), ('val2', '<i8')]");
        assert_eq!(record, dtype("{'names': ['val1', 'val2'], 'formats': [('<f4', (0,)), '<i8']}"));
        let [val1, val2] = record.fields() else { panic!() };
        assert_eq!(
            (val1.dtype().itemsize(), record.itemsize(), val2.offset()),
            (0, val2.dtype().itemsize(), 0)
        );
        let view = DynView::from_bytes(&[7, 0, 0, 0, 0, 0, 0, 0], &record).unwrap();
        assert_eq!(
            (view.field("val1").unwrap().shape(), view.to_string().as_str()),
            (&[1, 0][..], "[([], 7)]")
        );
    }

    #[test]
    fn test_bool_commastring() {
        let record = dtype("?,?,?");
        assert_eq!(record.fields().len(), 3);
        assert!(record.fields().iter().all(|field| *field.dtype() == DType::of::<bool>()));
    }

    #[test]
    fn test_nonint_offsets() {
        let at = |offset: &str| format!("{{'names': ['A'], 'formats': ['<i4'], 'offsets': [{offset}]}}");
        for offset in ["'ASD'", "1180591620717411303424", "2.3", "-10"] {
            refused(&at(offset));
        }
        assert_eq!(dtype(&at("0")), dtype("[('A', '<i4')]"));
    }

    #[test]
    fn test_fields_by_index() {
        let record = dtype("[('a', '|i1'), ('b', '<f4', 3)]");
        assert_eq!(record.fields()[0].dtype(), &dtype("|i1"));
        assert_eq!(record.fields()[1].dtype(), &dtype("('<f4', (3,))"));
        assert_eq!(record.fields().last().unwrap().name(), "b");
        assert!(record.fields().get(2).is_none());
    }

    #[test]
    fn test_multifield_index() {
        let fields = || [field("col1", "<U20").with_title("title"), field("A", "<f8"), field("B", "<f8")];
        for record in [DType::packed(fields()).unwrap(), DType::aligned(fields()).unwrap()] {
            let bytes = vec![0; 2 * record.itemsize()];
            let view = DynView::from_bytes(&bytes, &record).unwrap();
            let found = |names: &[&str]| view.fields(names).map(|view| view.dtype().clone());
            let two = [field("B", "<f8").at(88), field("col1", "<U20").with_title("title").at(0)];
            assert_eq!(found(&["B", "col1"]).unwrap(), DType::with_offsets(two, 96).unwrap());
            assert_eq!(found(&["B"]).unwrap(), DType::with_offsets([field("B", "<f8").at(88)], 96).unwrap());
            assert_eq!(found(&[]).unwrap(), DType::with_offsets([], 96).unwrap());
            let kind = |names: &[&str]| found(names).unwrap_err().kind();
            assert_eq!((kind(&["fake"]), kind(&["title"])), (ErrorKind::NoSuchField, ErrorKind::NoSuchField));
            assert_eq!(kind(&["col1", "col1"]), ErrorKind::BadDescr);
        }
    }

    #[test]
    fn test_partial_dict() {
        refused("{'formats': ['<i4', '<i4'], 'f0': ('<i4', 0), 'f1': ('<i4', 4)}");
    }

    #[test]
    fn test_fieldless_views() {
        let empty = dtype("[]");
        let ten = array(&empty, &[10]);
        assert_eq!((ten.shape(), ten.itemsize(), ten.base()), (vec![10], 0, &empty));
        // How many there are in no bytes is not known, and where there are bytes, it is none of these.
        let error = DynView::from_bytes(&[1; 8], &empty).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::SizeNotMultiple);
        let (_dir, path) = folder();
        let map = DynMap::options().dtype(empty.clone()).shape(2).create_npy(&path).unwrap();
        assert_eq!((map.len(), map.view().to_bytes()), (2, vec![]));
        assert_eq!(map.at(0), map.at(1));
        assert_eq!(DynMap::open(&path).unwrap().shape(), [2]);
        let padded = dtype("{'names': [], 'formats': [], 'offsets': [], 'itemsize': 8}");
        assert_eq!((padded.itemsize(), DynView::from_bytes(&[1; 16], &padded).unwrap().len()), (8, 2));
        refused("([], '<f8')");
    }
}

/// `TestSubarray` of `numpy/_core/tests/test_dtype.py`.
mod dtype_subarray {
    use super::*;

    #[test]
    fn test_single_subarray() {
        assert_eq!(dtype("('<i8', 2)"), dtype("('<i8', (2,))"));
        assert_eq!(dtype("('<i8', (2))").shape(), [2]);
    }

    #[test]
    fn test_equivalent_record() {
        assert_eq!(dtype("('<i8', (2, 3))"), array(&dtype("<i8"), &[2, 3]));
        assert_eq!(dtype("('<i8', (2, 3))"), DType::of::<[[i64; 3]; 2]>());
    }

    #[test]
    fn test_nonequivalent_record() {
        assert_ne!(dtype("('<i8', (2, 3))"), dtype("('<i8', (3, 2))"));
        assert_ne!(dtype("('<i8', (2, 3))"), dtype("('<i8', (2, 2))"));
        assert_ne!(dtype("('<i8', (1, 2, 3))"), dtype("('<i8', (1, 2))"));
        assert_ne!(dtype("('<i8', (2, 3))"), dtype("('<i8', (6,))"));
    }

    #[test]
    fn test_shape_equal() {
        assert_eq!(dtype("('<f8', ())"), dtype("<f8"));
        assert_eq!(array(&dtype("<f8"), &[]), dtype("<f8"));
        assert_eq!(dtype("('<f8', 1)").shape(), [1]);
        assert_eq!(dtype("('<f4', (3, 2))"), dtype("('<f4', (3, 2))"));
        let text = "([('a', '<f4', (1, 2)), ('b', '<f8', (3, 1))], (3, 2))";
        assert_eq!(dtype(text), dtype(text));
        assert_eq!(dtype(text).to_string(), text);
    }

    #[test]
    fn test_shape_simple() {
        assert_ne!(dtype("<f8"), dtype("('<f8', (1,))"));
        assert_ne!(dtype("('<f8', (1,))"), dtype("('<f8', (1, 1))"));
        assert_ne!(dtype("('<f4', (3, 2))"), dtype("('<f4', (2, 3))"));
    }

    #[test]
    fn test_shape_monster() {
        let one = dtype("([('a', '<f4', (2, 1)), ('b', '<f8', (1, 3))], (2, 2))");
        for other in [
            "([('a', '<f4', (1, 2)), ('b', '<f8', (1, 3))], (2, 2))",
            "([('a', '<f4', (2, 1)), ('b', '<i8', (1, 3))], (2, 2))",
            "([('e', '<f8', (1, 3)), ('d', '<f4', (2, 1))], (2, 2))",
        ] {
            assert_ne!(one, dtype(other), "{other}");
        }
        assert_ne!(
            dtype("([('a', [('a', '<i4', 6)], (2, 1)), ('b', '<f8', (1, 3))], (2, 2))"),
            dtype("([('a', [('a', '<u4', 6)], (2, 1)), ('b', '<f8', (1, 3))], (2, 2))")
        );
    }

    #[test]
    fn test_shape_sequence() {
        assert_eq!(dtype("[('a', '<f4', [1, 2, 3])]").fields()[0].dtype().shape(), [1, 2, 3]);
        assert_eq!(dtype("[('a', '<f4', 3)]"), dtype("[('a', '<f4', (3,))]"));
    }

    #[test]
    fn test_shape_matches_ndim() {
        let shape = |text: &str| dtype(text).field("a").unwrap().dtype().shape();
        assert!(shape("[('a', '<f4', ())]").is_empty());
        assert!(shape("[('a', '<f4')]").is_empty());
        assert_eq!(shape("[('a', '<f4', 4)]"), [4]);
        assert_eq!(shape("[('a', '<f4', (1, 2, 3))]"), [1, 2, 3]);
    }

    #[test]
    fn test_shape_invalid() {
        for shape in ["536870912", "2147483648", "(2147483647, 2)", "9223372036854775808", "-1", "(-1, -1)"] {
            refused(&format!("[('a', '<f4', {shape})]"));
        }
        for shape in [&[536870912][..], &[2147483648], &[2147483647, 2], &[usize::MAX, 0], &[usize::MAX; 2]] {
            let error = DType::array(dtype("<f4"), shape).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Overflow, "{shape:?}: {error}");
        }
        assert_eq!(dtype("[('a', '<f4', 536870911)]").itemsize(), 2147483644);
    }

    #[test]
    fn test_alignment() {
        let (one, two) = (array(&dtype("<i4"), &[1]), array(&dtype("<i4"), &[2]));
        assert_eq!((one.alignment(), two.alignment()), (4, 4));
    }

    #[test]
    fn test_aligned_empty() {
        assert_eq!(DType::aligned([]).unwrap(), dtype("[]"));
        assert_eq!(dtype("{'names': [], 'formats': [], 'itemsize': 0}"), dtype("[]"));
    }

    #[test]
    fn test_subarray_base_item() {
        let (_dir, path) = folder();
        let mut map = zeros(&dtype("[('f', '<i4', 3)]"), &[3], &path);
        map.field_mut("f").unwrap().fill(1).unwrap();
        map.field_mut("f").unwrap().set([1, 2], 7).unwrap();
        assert_eq!(map.to_string(), "[([1, 1, 1],) ([1, 1, 7],) ([1, 1, 1],)]");
        // The field is a view of the records, with an axis more.
        let field = map.field("f").unwrap();
        let one = field.index_axis(Axis(0), 1).index_axis(Axis(0), 2);
        assert_eq!((field.shape(), one.byte_offset(), one.at(()).as_i64()), (&[3, 3][..], 20, Some(7)));
    }

    #[test]
    fn test_subarray_cast_copies() {
        let (_dir, path) = folder();
        let mut map = zeros(&dtype("[('f', '<i4', 3)]"), &[3], &path);
        map.field_mut("f").unwrap().fill(1).unwrap();
        let values: Vec<Value> = map.iter().collect();
        map.field_mut("f").unwrap().fill(2).unwrap();
        drop(map);
        for value in values {
            assert_eq!(value.field("f").unwrap().to::<[i32; 3]>().unwrap(), [1, 1, 1]);
        }
    }
}

/// `TestStructuredDtypeSparseFields` of `numpy/_core/tests/test_dtype.py`.
mod sparse_fields {
    use super::*;

    const WHOLE: &str =
        "[('a', {'names': ['aa', 'ab'], 'formats': ['<f4', '<f4'], 'offsets': [0, 4]}, (2, 3))]";
    const SPARSE: &str = "[('a', {'names': ['ab'], 'formats': ['<f4'], 'offsets': [4]}, (2, 3))]";

    /// All three records are written through the sparse dtype, and what it leaves out stays.
    fn written(write: impl Fn(&mut DynMap<ReadWrite>, &Value)) {
        let (_dir, path) = folder();
        let mut whole = zeros(&dtype(WHOLE), &[3], &path);
        whole.field_mut("a.aa").unwrap().fill(0.5).unwrap();
        let mut sparse = DynMap::options().dtype(dtype(SPARSE)).open_rw(&path).unwrap();
        let greatest = f32::MAX.to_le_bytes();
        let bytes = [[9; 4], greatest].concat().repeat(6);
        let value = Value::from_bytes(dtype(SPARSE), bytes).unwrap();
        write(&mut sparse, &value);
        let found =
            |name: &str| (whole.field(name).unwrap().shape().to_vec(), whole.field(name).unwrap().to_bytes());
        assert_eq!(found("a.aa"), (vec![3, 2, 3], 0.5f32.to_le_bytes().repeat(18)));
        assert_eq!(found("a.ab"), (vec![3, 2, 3], greatest.repeat(18)));
    }

    #[test]
    fn test_sparse_field_assignment() {
        written(|map, value| map.fill(value).unwrap());
        written(|map, value| {
            let bytes = value.bytes().repeat(3);
            let from = DynView::from_bytes(&bytes, value.dtype()).unwrap();
            map.assign(from).unwrap();
        });
    }

    #[test]
    fn test_sparse_field_assignment_fancy() {
        written(|map, value| [2, 0, 1].iter().for_each(|&i| map.set(i, value).unwrap()));
    }
}

/// `TestMonsterType` of `numpy/_core/tests/test_dtype.py`.
mod monster_type {
    use super::*;

    #[test]
    fn test1() {
        let simple = "[(('Red pixel', 'r'), '|u1'), (('Blue pixel', 'b'), '|u1')]";
        let with = |yi: &str| dtype(&format!("[('yo', '<i8'), ('ye', {simple}), ('yi', {yi}, (3, 2))]"));
        let a = with("'<i8'");
        assert_eq!(a, with("'<i8'"));
        let c = with(&a.to_string());
        assert_eq!((&c, c.itemsize()), (&with(&a.to_string()), 10 + 6 * a.itemsize()));
        assert_eq!(dtype(&c.to_string()), c);
        assert_ne!(a, c);
    }

    // A text cannot hold itself, but it can be as deep as it likes.
    const DEPTH: usize = 100_000;

    #[test]
    fn test_list_recursion() {
        refused(&("[('f', ".repeat(DEPTH) + "'<i4'" + &")]".repeat(DEPTH)));
        refused(&"[('f', ".repeat(DEPTH));
    }

    #[test]
    fn test_tuple_recursion() {
        refused(&("(".repeat(DEPTH) + "'<i4'" + &", (1,))".repeat(DEPTH)));
    }

    #[test]
    fn test_dict_recursion() {
        let open = "{'names': ['self'], 'formats': [";
        refused(&(open.repeat(DEPTH) + "'<i4'" + &"], 'offsets': [0]}".repeat(DEPTH)));
    }
}

mod multiarray_structured {
    //! `TestStructured` of `numpy/_core/tests/test_multiarray.py`.
    //!
    //! | left out | why |
    //! |---|---|
    //! | `test_objview` | Of Python objects as fields. |
    //! | `test_setfield_object` | Of Python objects as fields. |
    //! | `test_base_attr` | Of an element as a view, which is a copy here; fields are written through `field_mut`. |
    //! | `test_structured_cast_promotion_fieldorder` | Of the dtype that two others have in common; nothing is converted unasked. |
    //! | `test_structured_asarray_is_view` | Of an element as a view, which is a copy here; fields are written through `field_mut`. |

    use super::*;

    #[test]
    fn test_subarray_field_access() {
        let (_dir, path) = folder();
        let mut a = zeros(&dtype("[('a', ('<i4', (2, 2)))]"), &[3, 5], &path);
        let numbers: Vec<u8> = (0..60i32).flat_map(i32::to_le_bytes).collect();
        let one = dtype("('<i4', (5, 2, 2))");
        a.view_mut().into_field("a").unwrap().assign(DynView::from_bytes(&numbers, &one).unwrap()).unwrap();
        let field = a.field("a").unwrap();
        assert_eq!((field.shape(), field.at([1, 2, 1, 0]).as_i64()), (&[3, 5, 2, 2][..], Some(20 + 8 + 2)));
        assert_eq!(
            contents(&a.view().t().field("a").unwrap()),
            contents(&field.permuted_axes(&[1, 0, 2, 3]))
        );
        // In Fortran order too, the axes of the elements come last.
        let options = DynMap::options().dtype(a.dtype().clone()).shape((3, 5)).order(Order::F);
        let mut b = options.create(path.with_file_name("b")).unwrap();
        b.assign(&a).unwrap();
        assert_eq!(contents(&b.field("a").unwrap()), contents(&field));
        assert_eq!(b.field("a").unwrap().strides(), [16, 48, 8, 4]);
    }

    #[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
    #[repr(C)]
    struct Rec {
        a: [f32; 3],
        c: [[i32; 2]; 2],
    }

    #[test]
    fn test_subarray_comparison() {
        let a = [Rec { a: [1., 2., 3.], c: [[1, 2], [3, 4]] }, Rec { a: [3.; 3], c: [[0; 2]; 2] }];
        let view = View::from_slice(&a);
        let equal =
            |b: &[Rec]| View::from_slice(b).iter().zip(&view).map(|(b, a)| a == b).collect::<Vec<_>>();
        let values = |b: &[Rec]| {
            let (a, b) = (view.untyped(), View::from_slice(b));
            a.iter().zip(b.untyped().iter()).map(|(a, b)| a == b).collect::<Vec<_>>()
        };
        assert_eq!((equal(&a), values(&a)), (vec![true; 2], vec![true; 2]));
        assert_eq!(view, View::from_slice(&a));
        for i in 0..3 {
            let mut b = a;
            b[0].a[i] = 5.0;
            assert_eq!((equal(&b), values(&b)), (vec![false, true], vec![false, true]));
            assert_ne!(view, View::from_slice(&b));
        }
        for (i, j) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
            let mut b = a;
            b[0].c[i][j] = 10;
            assert_eq!((equal(&b), values(&b)), (vec![false, true], vec![false, true]));
        }
        // Sub-arrays of other shapes are never equal.
        let bytes = [0; 9];
        let value = |text: &str| Value::from_bytes(dtype(text), bytes).unwrap();
        let two = value("[('a', '<f4', (2,)), ('b', '|i1')]");
        assert_ne!(two, value("[('a', '<f4', (1, 2)), ('b', '|i1')]"));
        assert_ne!(two, value("[('a', '<f4', (2, 1)), ('b', '|i1')]"));
        assert_eq!(two, value("[('a', '<f4', (2,)), ('b', '|i1')]"));
    }

    #[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
    #[repr(C)]
    struct One {
        a: [[f64; 1]; 1],
    }

    #[test]
    fn test_empty_structured_array_comparison() {
        let (_dir, path) = folder();
        RecordMap::<One>::options().shape(0).create(&path).unwrap();
        let open = |shape: &[usize]| RecordMap::<One>::options().shape(shape).open(&path).unwrap();
        for shape in [&[0][..], &[0, 0], &[1, 0, 1]] {
            assert_eq!(open(shape).view(), open(shape).view());
        }
        assert_ne!(open(&[0]).view(), open(&[0, 0]).view());
    }

    #[test]
    fn test_structured_array_comparison_bad_broadcasts() {
        // Nothing is broadcast: views of other shapes differ, and are not assigned.
        let a = [One { a: [[0.0]] }; 3];
        assert_ne!(View::from_slice(&a), View::from_slice(&a[..0]));
        let (_dir, path) = folder();
        let mut map = zeros(&DType::of::<One>(), &[3], &path);
        let error = map.assign(View::from_slice(&a[..0])).unwrap_err();
        assert_eq!((error.kind(), error.path()), (ErrorKind::ShapeMismatch, Some(path.as_path())));
    }

    /// A record of two numbers.
    fn pair(text: &str, a: f64, b: f64) -> Value {
        let (_dir, path) = folder();
        let mut map = zeros(&dtype(text), &[1], &path);
        map.field_mut("a").unwrap().fill(a).unwrap();
        map.field_mut("b").unwrap().fill(b).unwrap();
        map.at(0)
    }

    #[test]
    fn test_structured_comparisons_with_promotion() {
        for (one, other) in [
            ("[('a', '>i8'), ('b', '<f8')]", "[('a', '<i8'), ('b', '>f8')]"),
            ("[('a', '>f8'), ('b', '<f8')]", "[('a', '<i8'), ('b', '>i8')]"),
            ("[('a', '>f8', 10), ('b', '<f8', 5)]", "[('a', '<i8', 10), ('b', '>i8', 5)]"),
        ] {
            // Values of different dtypes are compared once one is converted.
            assert_ne!(pair(one, 10., 1.), pair(other, 10., 1.));
            assert_ne!(pair(other, 5., 43.).cast(&dtype(one)).unwrap(), pair(one, 5., 42.));
            assert_eq!(pair(other, 10., 1.).cast(&dtype(one)).unwrap(), pair(one, 10., 1.));
            assert_eq!(pair(one, 10., 1.).cast(&dtype(other)).unwrap(), pair(other, 10., 1.));
        }
    }

    #[test]
    fn test_void_comparison_failures() {
        // What cannot be compared does not compile, or is not equal, and is not assigned.
        let (_dir, path) = folder();
        for (one, other) in
            [("[('a', '|i1')]", "|i1"), ("[('a', '|i1')]", "[(('title', 'a'), '|i1')]"), ("|V1", "|i1")]
        {
            let value = |text: &str| Value::from_bytes(dtype(text), [0]).unwrap();
            assert_ne!(value(one), value(other));
            let (mut to, from) =
                (zeros(&dtype(one), &[3], &path), zeros(&dtype(other), &[3], &path.with_file_name("b")));
            assert_eq!(to.assign(&from).unwrap_err().kind(), ErrorKind::DTypeMismatch);
        }
    }

    #[test]
    fn test_casting() {
        let (_dir, path) = folder();
        let text = "[('a', '>i4'), ('b', '<f8')]";
        let mut from = zeros(&dtype(text), &[2], &path);
        for (i, (a, b)) in [(5, 42.0), (10, 1.0)].into_iter().enumerate() {
            from.field_mut("a").unwrap().set(i, a).unwrap();
            from.field_mut("b").unwrap().set(i, b).unwrap();
        }
        let cast = |to: &str| {
            let mut to = zeros(&dtype(to), &[2], &path.with_file_name("to"));
            to.assign_by_name(&from).map(|()| to.to_string())
        };
        // Byte orders, and wider fields.
        for to in [text, "[('a', '<i4'), ('b', '>f8')]", "[('a', '<i8'), ('b', '>f8')]"] {
            assert_eq!(cast(to).unwrap(), "[( 5, 42.) (10,  1.)]", "{to}");
        }
        // difference `assign-fields`: no others.
        for to in
            ["[('a', '<i4'), ('b', '>f4')]", "[('a', '>i2'), ('b', '<f8')]", "[('a', '>i8'), ('b', '<i2')]"]
        {
            assert_eq!(cast(to).unwrap_err().kind(), ErrorKind::DTypeMismatch, "{to}");
        }
        // By name: the fields that both have.
        assert_eq!(cast("[('a', '>i4')]").unwrap(), "[( 5,) (10,)]");
        assert_eq!(
            cast("[('c', '<i4'), ('b', '<f8'), ('a', '>i4')]").unwrap(),
            "[(0, 42.,  5) (0,  1., 10)]"
        );
        assert_eq!(cast("[('c', '<i4')]").unwrap_err().kind(), ErrorKind::NoSuchField);
        assert_eq!(from.at(0).cast(&dtype("[('a', '>i4')]")).unwrap_err().kind(), ErrorKind::NoSuchField);
        // Bytes in the other order are the number in the other type.
        let swapped = from.field("a").unwrap().at(1).cast(&dtype("<i4")).unwrap();
        assert_eq!((swapped.bytes(), swapped.as_i64()), (&[10, 0, 0, 0][..], Some(10)));
    }

    #[test]
    fn test_setfield() {
        let (_dir, path) = folder();
        let mut x = zeros(&dtype("[('field', '<i4', 10), ('struct', [('elem', '<i4', 5)])]"), &[1], &path);
        x.view_mut().index_axis_mut(Axis(0), 0).into_field("field").unwrap().fill(1).unwrap();
        let elem = Value::from_bytes(dtype("[('elem', '<i4', 5)]"), 1i32.to_le_bytes().repeat(5)).unwrap();
        x.field_mut("struct").unwrap().set(0, elem).unwrap();
        assert_eq!(x.at(0).field("field").unwrap().to::<[i32; 10]>().unwrap(), [1; 10]);
        assert_eq!(x.view().to_bytes(), 1i32.to_le_bytes().repeat(15));
    }

    #[test]
    fn test_zero_width_string() {
        let (_dir, path) = folder();
        let mut x = zeros(&dtype("[('I', '<i8'), ('S', '|S0')]"), &[4], &path);
        let check = |x: &DynMap<ReadWrite>| {
            assert_eq!(x.field("S").unwrap().dtype().itemsize(), 0);
            assert_eq!((text_of(x, "S"), text_of(x, "I")), ("[b'' b'' b'' b'']".into(), "[0 0 0 0]".into()));
        };
        check(&x);
        // difference `long-strings`: what does not fit is not cut.
        for text in ["a", "hello"] {
            assert_eq!(x.field_mut("S").unwrap().set(1, text).unwrap_err().kind(), ErrorKind::ShapeMismatch);
            assert_eq!(x.field_mut("S").unwrap().fill(text).unwrap_err().kind(), ErrorKind::ShapeMismatch);
        }
        x.field_mut("S").unwrap().fill("").unwrap();
        x.field_mut("S").unwrap().set(3, &b""[..]).unwrap();
        check(&x);
        for (text, name) in [
            ("[('a', [('f0', '|S0'), ('f1', '|S0')]), ('b', '|u1')]", "a"),
            ("[('f0', '|S0'), ('f1', '|u1')]", "f0"),
        ] {
            let bytes = [7; 4];
            let view = DynView::from_bytes(&bytes, &dtype(text)).unwrap();
            assert_eq!(
                (view.field(name).unwrap().dtype().itemsize(), view.field(name).unwrap().shape()),
                (0, &[4][..])
            );
        }
        let mut xx = DynMap::options().dtype(dtype("|S0")).shape((2, 2)).create_npy(&path).unwrap();
        xx.fill("").unwrap();
        assert_eq!(xx.to_string(), "[[b'' b'']\n [b'' b'']]");
        let yy = DynMap::open(&path).unwrap();
        assert_eq!((contents(&yy.view()), yy.dtype().itemsize()), (contents(&xx.view()), 0));
    }

    #[test]
    fn test_assignment() {
        // difference `assign-fields`: by name, where NumPy goes by position.
        let (_dir, path) = folder();
        let mut files = 0;
        let mut number = |text: &str, values: &[f64]| {
            files += 1;
            let mut map = zeros(&dtype(text), &[2], &path.with_file_name(format!("from{files}")));
            let names: Vec<_> = dtype(text).fields().iter().map(|field| field.name().to_owned()).collect();
            for (name, value) in names.iter().zip(values) {
                map.field_mut(name).unwrap().fill(*value).unwrap();
            }
            map
        };
        let mut map = zeros(&dtype("[('foo', '<i8'), ('bar', '<i8')]"), &[2], &path);
        let mut assigned = |from: &DynMap<ReadWrite>| {
            map.fill(Value::from_bytes(map.dtype().clone(), [1, 0, 0, 0, 0, 0, 0, 0].repeat(2)).unwrap())
                .unwrap();
            map.assign_by_name(from).map(|()| map.to_string())
        };
        let both = number("[('foo', '<i8'), ('bar', '<i8')]", &[2., 3.]);
        assert_eq!(assigned(&both).unwrap(), "[(2, 3) (2, 3)]");
        let swapped = number("[('bar', '<i8'), ('foo', '<i8')]", &[2., 3.]);
        assert_eq!(assigned(&swapped).unwrap(), "[(3, 2) (3, 2)]");
        assert_eq!(
            assigned(&number("[('bar', '<i8'), ('baz', '<i8')]", &[2., 3.])).unwrap(),
            "[(1, 2) (1, 2)]"
        );
        assert_eq!(assigned(&number("[('bar', '<i8')]", &[2.])).unwrap(), "[(1, 2) (1, 2)]");
        let floats = assigned(&number("[('foo', '<f8'), ('bar', '<f8')]", &[2., 3.]));
        assert_eq!(floats.unwrap_err().kind(), ErrorKind::DTypeMismatch);
        // Through a dtype that has one of the fields, where it lies.
        drop(assigned(&both));
        let bar = dtype("{'names': ['bar'], 'formats': ['<i8'], 'offsets': [8]}");
        let mut w = DynMap::options().dtype(bar).open_rw(&path).unwrap();
        w.field_mut("bar").unwrap().fill(4).unwrap();
        assert_eq!(map.to_string(), "[(2, 4) (2, 4)]");
    }

    #[test]
    fn test_structuredscalar_indexing() {
        let record = dtype("[('f0', '|S3', (2,)), ('f1', '<U3', (2,))]");
        let bytes: Vec<u8> =
            [b"abcdef".to_vec(), "ghijkl".chars().flat_map(|c| u32::from(c).to_le_bytes()).collect()]
                .concat();
        let x = DynView::from_bytes(&bytes, &record).unwrap();
        assert_eq!(x.fields(["f0", "f1"]).unwrap().at(0), x.at(0));
        let both = x.fields(["f1", "f0"]).unwrap().at(0);
        for name in ["f0", "f1"] {
            assert_eq!(both.field(name), x.at(0).field(name));
        }
        assert_eq!(x.at(0).to_string(), "([b'abc', b'def'], ['ghi', 'jkl'])");
    }

    #[test]
    fn test_multiindex_titles() {
        let (_dir, path) = folder();
        let a = zeros(&dtype("[(('a', 'b'), '<i4'), ('c', '<i4'), ('d', '<i4')]"), &[4], &path);
        let kind = |names: [&str; 2]| a.fields(names).unwrap_err().kind();
        assert_eq!((kind(["a", "c"]), kind(["a", "a"])), (ErrorKind::NoSuchField, ErrorKind::NoSuchField));
        assert_eq!(kind(["b", "b"]), ErrorKind::BadDescr);
        assert_eq!(a.fields(["b", "c"]).unwrap().shape(), [4]);
    }

    #[test]
    fn test_structured_promotion_packs() {
        // Nothing is packed unasked.
        let fields = || [field("a", "<i4"), field("b", "<f4")];
        let [a, b] = fields();
        let wide = DType::with_offsets([a.at(0), b.at(4)], 100).unwrap();
        let [a, b] = fields();
        let apart = DType::with_offsets([a.at(0), b.at(12)], 16).unwrap();
        for record in [wide, apart] {
            assert_eq!(record.to_packed().unwrap(), DType::packed(fields()).unwrap());
            assert_eq!(record.to_aligned().unwrap(), DType::aligned(fields()).unwrap());
        }
    }
}

mod multiarray_record {
    //! `TestRecord` of `numpy/_core/tests/test_multiarray.py`.
    //!
    //! | left out | why |
    //! |---|---|
    //! | `test_field_rename` | A dtype cannot be changed. |
    //! | `test_fromarrays_unicode` | Of arrays that become the fields of a new one in memory. |
    //! | `test_unicode_order` | Of sorting, which maps do not do. |
    //! | `test_record_hash` | Of hashes of elements; a Rust record derives `Hash`. |
    //! | `test_record_no_hash` | Of hashes of elements; a Rust record derives `Hash`. |

    use super::*;

    #[test]
    fn test_multiple_field_name_occurrence() {
        assert_eq!(refused("[('A', '<f8'), ('B', '<f8'), ('A', '<f8')]"), ErrorKind::BadDescr);
        let fields = [field("A", "<f8"), field("B", "<f8").with_title("A")];
        assert_eq!(DType::packed(fields).unwrap_err().kind(), ErrorKind::BadDescr);
    }

    #[test]
    fn test_bytes_fields() {
        refused("[(b'a', '<i8')]");
        refused("[(('b', b'a'), '<i8')]");
        // difference `dtype-texts`: nor are they titles.
        refused("[((b'a', 'b'), '<i8')]");
    }

    #[test]
    fn test_multiple_field_name_unicode() {
        assert_eq!(refused("[('₹', '<f8'), ('B', '<f8'), ('\\u20b9', '<f8')]"), ErrorKind::BadDescr);
    }

    #[test]
    fn test_field_names() {
        let (_dir, path) = folder();
        let mut b = zeros(&dtype("[('f1', '<i4'), ('f2', '<i4'), ('f3', [('sf1', '<i4')])]"), &[1], &path);
        b.field_mut("f1").unwrap().fill(2).unwrap();
        b.field_mut("f3").unwrap().field_mut("sf1").unwrap().fill(1).unwrap();
        b.field_mut("f2").unwrap().fill(3).unwrap();
        assert_eq!(b.to_string(), "[(2, 3, (1,))]");
        assert_eq!(b.at(0).field("f3").unwrap().field("sf1").unwrap().as_i64(), Some(1));
        for name in ["not at all", "\u{3e0}", "f3.not at all", "sf1"] {
            assert_eq!(b.field(name).unwrap_err().kind(), ErrorKind::NoSuchField, "{name}");
            assert_eq!(b.field_mut(name).unwrap_err().kind(), ErrorKind::NoSuchField, "{name}");
            assert!(b.at(0).field(name).is_none(), "{name}");
        }
        let two = |names: [&str; 2]| b.fields(names).unwrap().at(0).to_string();
        assert_eq!(
            [two(["f1", "f2"]), two(["f2", "f1"]), two(["f1", "f3"])],
            ["(2, 3)", "(3, 2)", "(2, (1,))"]
        );
    }

    #[test]
    fn test_empty_structure_creation() {
        let empty = dtype("{'names': [], 'formats': [], 'offsets': [], 'itemsize': 12}");
        let (_dir, path) = folder();
        for len in [1, 5] {
            let map = zeros(&empty, &[len], &path);
            assert_eq!((map.len(), map.at(len - 1).bytes()), (len, &[0; 12][..]));
        }
    }

    #[test]
    fn test_multifield_indexing_view() {
        let (_dir, path) = folder();
        let mut a = zeros(&dtype("[('a', '<i4'), ('b', '<f4'), ('c', '<u4')]"), &[3], &path);
        for name in ["a", "b", "c"] {
            a.field_mut(name).unwrap().fill(1).unwrap();
        }
        let offsets = "{'names': ['a', 'c'], 'formats': ['<i4', '<u4'], 'offsets': [0, 8]}";
        assert_eq!(*a.fields(["a", "c"]).unwrap().dtype(), dtype(offsets));
        // Written through a map of that dtype, it shows in the view.
        let v = a.view().fields(["a", "c"]).unwrap();
        let mut other = DynMap::options().dtype(dtype(offsets)).open_rw(&path).unwrap();
        let value = Value::from_bytes(dtype(offsets), [4, 0, 0, 0, 9, 9, 9, 9, 5, 0, 0, 0]).unwrap();
        other.fill(value).unwrap();
        assert_eq!(v.to_string(), "[(4, 5) (4, 5) (4, 5)]");
        assert_eq!(a.at(0).to_string(), "(4, 1.0, 5)");
    }
}

/// What `numpy/lib/tests/test_io.py` has of maps.
mod saving {
    use super::*;

    #[test]
    fn test_mmap() {
        let (_dir, path) = folder();
        let numbers = [1.0, 2.5, 4.0, 7.3];
        for order in [Order::C, Order::F] {
            let mut map = RecordMap::<f64>::options().shape((2, 2)).order(order).create_npy(&path).unwrap();
            map.copy_from_slice(&numbers);
            map.close().unwrap();
            let map = DynMap::open(&path).unwrap();
            assert_eq!((map.order(), map.shape(), map.dtype()), (order, &[2, 2][..], &dtype("<f8")));
            assert_eq!(map.to_string(), "[[1.  2.5]\n [4.  7.3]]");
            assert_eq!(map.into_typed::<f64, mmrec::Ix2>().unwrap().to_vec(), numbers);
        }
    }

    fn grid(path: &Path) -> RecordMap<i64, mmrec::Ix2, ReadWrite> {
        let mut map = RecordMap::<i64>::options().shape((2, 2)).create_npy(path).unwrap();
        map.copy_from_slice(&[1, 2, 3, 4]);
        map
    }

    #[test]
    fn test_save_load_memmap() {
        let (_dir, path) = folder();
        drop(grid(&path));
        assert_eq!(DynMap::open(path.clone()).unwrap().to_string(), "[[1 2]\n [3 4]]");
        assert_eq!(DynMap::open(path.to_str().unwrap()).unwrap().to_string(), "[[1 2]\n [3 4]]");
    }

    #[test]
    fn test_save_load_memmap_readwrite() {
        let (_dir, path) = folder();
        drop(grid(&path));
        let mut map = DynMap::open_rw(&path).unwrap();
        map.set([0, 0], 5).unwrap();
        drop(map);
        assert_eq!(DynMap::open(&path).unwrap().view().slice(s![0, ..]).to_string(), "[5 2]");
        // And in mode c it stays in the map.
        let mut map = DynMap::open_cow(&path).unwrap();
        map.set([0, 0], 6).unwrap();
        assert_eq!(map.at([0, 0]).as_i64(), Some(6));
        drop(map);
        assert_eq!(DynMap::open(&path).unwrap().at([0, 0]).as_i64(), Some(5));
    }
}

/// Some of `numpy/lib/tests/test_recfunctions.py`.
mod fields {
    use super::*;

    #[test]
    fn test_repack_fields() {
        let (_dir, path) = folder();
        let fields = || [field("f0", "|u1"), field("f1", "<f4"), field("f2", "<i8")];
        let (packed, aligned) = (DType::packed(fields()).unwrap(), DType::aligned(fields()).unwrap());
        assert_eq!((packed.itemsize(), aligned.itemsize()), (13, 16));
        assert_eq!(
            (aligned.to_packed().unwrap(), packed.to_aligned().unwrap()),
            (packed.clone(), aligned.clone())
        );
        let from = DynMap::options().dtype(aligned).shape(2).create_npy(&path).unwrap();
        let to = from.repack(path.with_file_name("packed.npy"), &packed, |_| ()).unwrap();
        assert_eq!((to.dtype().itemsize(), to.to_string()), (13, from.to_string()));
    }

    #[test]
    fn test_field_assignment_by_name() {
        let (_dir, path) = folder();
        let mut a = zeros(&dtype("[('a', '<i4'), ('b', '<f8'), ('c', '|u1')]"), &[2], &path);
        let mut b = zeros(&dtype("[('b', '<f4'), ('c', '|u1')]"), &[2], &path.with_file_name("b"));
        for name in ["a", "b", "c"] {
            a.field_mut(name).unwrap().fill(1).unwrap();
        }
        for (i, (x, y)) in [(1, 2), (3, 4)].into_iter().enumerate() {
            b.field_mut("b").unwrap().set(i, x).unwrap();
            b.field_mut("c").unwrap().set(i, y).unwrap();
        }
        // Fields that the other has not stay, as with NumPy's zero_unassigned=False.
        a.assign_by_name(&b).unwrap();
        assert_eq!(a.to_string(), "[(1, 1., 2) (1, 3., 4)]");
        // Nested ones too.
        let deep = |inner: &str| dtype(&format!("[('a', [('b', {inner}), ('c', '|u1')]), ('d', '|u1')]"));
        let mut to = zeros(&deep("'<f8'"), &[1], &path.with_file_name("to"));
        let mut from = zeros(&deep("'<f4'"), &[1], &path.with_file_name("from"));
        from.field_mut("a.b").unwrap().fill(0.5).unwrap();
        from.field_mut("d").unwrap().fill(9).unwrap();
        to.assign_by_name(&from).unwrap();
        assert_eq!(to.to_string(), "[((0.5, 0), 9)]");
    }

    #[test]
    fn test_structured_to_unstructured() {
        let (_dir, path) = folder();
        let all = |text: &str| {
            let record = dtype(text);
            let bytes: Vec<u8> = (1i32..).flat_map(i32::to_le_bytes).take(2 * record.itemsize()).collect();
            std::fs::write(&path, bytes).unwrap();
            DynMap::options().dtype(record).open(&path).unwrap()
        };
        // What is written to the file shows in the view, which therefore is none.
        let map = all("[('x', '<i4'), ('y', '<i4'), ('z', '<i4')]");
        let view = map.view().structured_to_unstructured().unwrap();
        assert_eq!((view.shape(), view.strides()), (&[2, 3][..], &[12, 4][..]));
        assert_eq!(view.to_string(), "[[1 2 3]\n [4 5 6]]");
        RecordMap::<i32>::open_rw(&path).unwrap().set(4, 50);
        assert_eq!(view.to_string(), "[[ 1  2  3]\n [ 4 50  6]]");
        // Of some fields; one that is in the way must be as long as the gap between others.
        let some = |names: &[&str]| map.view().fields(names).unwrap().structured_to_unstructured();
        assert_eq!(some(&["x", "z"]).unwrap().strides(), [12, 8]);
        assert_eq!(some(&["x"]).unwrap().to_string(), "[[1]\n [4]]");
        // Sub-arrays are taken apart, of views that run backwards as well.
        let map = all("[('x0', '<i4'), ('x1', '<i4', 2), ('x2', '<i4', (2, 2))]");
        let view = map.view().structured_to_unstructured().unwrap();
        assert_eq!(view.to_string(), "[[ 1  2  3  4  5  6  7]\n [ 8  9 10 11 12 13 14]]");
        let backwards = map.slice(s![..;-1]).structured_to_unstructured().unwrap();
        assert_eq!(backwards.to_string(), "[[ 8  9 10 11 12 13 14]\n [ 1  2  3  4  5  6  7]]");
        // One that is left out at the end.
        let map = all("[('x0', '<i4'), ('x1', '<i4', 2), ('ignored', '<u4')]");
        let view = map.fields(["x0", "x1"]).unwrap().structured_to_unstructured().unwrap();
        assert_eq!(view.to_string(), "[[1 2 3]\n [5 6 7]]");
        // Records in records.
        let map = all("[('a', [('x', '<i4'), ('y', '<i4')]), ('b', [('x', '<i4'), ('y', '<i4')])]");
        assert_eq!(map.view().structured_to_unstructured().unwrap().to_string(), "[[1 2 3 4]\n [5 6 7 8]]");
        for (text, len) in [
            ("[('x0', [('x0', '<i4'), ('x1', '<i4')], 3)]", 6),
            ("[('x0', ('<i4', 2), 2)]", 4),
            ("[('x0', '<i4')]", 1),
            ("[('x0', '<i4'), ('x1', ('<i4', 2), 2)]", 5),
        ] {
            let map = all(text);
            assert_eq!(map.view().structured_to_unstructured().unwrap().shape(), [2, len], "{text}");
        }
        // NumPy copies where the numbers are of several types; here it is an error, as it is there for none.
        for text in
            ["[('a', '<i4'), ('b', [('f0', '<f4'), ('f1', '<i4')]), ('c', '<f4', 2)]", "[('', '|V4')]"]
        {
            let error = all(text).view().structured_to_unstructured().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::DTypeMismatch, "{text}");
        }
    }
}

/// What `numpy/_core/tests/test_dtype.py` has of dtypes as texts, which here are what a header says.
mod printing {
    use super::*;

    #[track_caller]
    fn prints(dtype: &DType, text: &str) {
        assert_eq!(dtype.to_string(), text);
        assert_eq!(super::dtype(text), *dtype);
    }

    #[test]
    fn test_repr_structured() {
        let grid = |shape: &[usize]| array(&dtype(">f4"), shape);
        let pair = |names: [&str; 2], one: DType, other: DType| {
            DType::packed([nested(names[0], &one), nested(names[1], &other)]).unwrap()
        };
        let top = pair(["tiles", "rtile"], array(&grid(&[64, 64]), &[1]), grid(&[64, 36]));
        let bottom = pair(["bleft", "bright"], array(&grid(&[8, 64]), &[1]), grid(&[8, 36]));
        prints(
            &pair(["top", "bottom"], array(&top, &[3]), bottom),
            "[('top', [('tiles', ('>f4', (64, 64)), (1,)), ('rtile', '>f4', (64, 36))], (3,)), \
             ('bottom', [('bleft', ('>f4', (8, 64)), (1,)), ('bright', '>f4', (8, 36))])]",
        );
        let pixel = |name: &str, title: &str| field(name, "|u1").with_title(title);
        let colors = [pixel("r", "Red pixel"), pixel("g", "Green pixel"), pixel("b", "Blue pixel")];
        let text =
            "[(('Red pixel', 'r'), '|u1'), (('Green pixel', 'g'), '|u1'), (('Blue pixel', 'b'), '|u1')]";
        prints(&DType::aligned(colors).unwrap(), text);
    }

    #[test]
    fn test_repr_structured_not_packed() {
        let pixel = |name: &str, title: &str| field(name, "|u1").with_title(title);
        let rgba = [
            field("rgba", "<u4").with_title("Color").at(0),
            pixel("r", "Red pixel").at(0),
            pixel("g", "Green pixel").at(1),
            pixel("b", "Blue pixel").at(2),
        ];
        prints(
            &DType::with_offsets(rgba, 4).unwrap(),
            "{'names': ['rgba', 'r', 'g', 'b'], 'formats': ['<u4', '|u1', '|u1', '|u1'], 'offsets': [0, 0, 1, 2], \
             'titles': ['Color', 'Red pixel', 'Green pixel', 'Blue pixel'], 'itemsize': 4}",
        );
        // Gaps are padding in a header, and NumPy's dict where that is asked for.
        let gaps = [pixel("r", "Red pixel").at(0), pixel("b", "Blue pixel").at(2)];
        let gaps = DType::with_offsets(gaps, 4).unwrap();
        prints(
            &gaps,
            "[(('Red pixel', 'r'), '|u1'), ('', '|V1'), (('Blue pixel', 'b'), '|u1'), ('', '|V1')]",
        );
        assert_eq!(dtype(&gaps.to_numpy_dict()), gaps);
        for part in [
            "'names': ['r', 'b']",
            "'offsets': [0, 2]",
            "'titles': ['Red pixel', 'Blue pixel']",
            "'itemsize': 4",
        ] {
            assert!(gaps.to_numpy_dict().contains(part), "{part}: {}", gaps.to_numpy_dict());
        }
    }

    #[test]
    fn test_repr_structured_datetime() {
        let fields = [field("a", "M8[D]"), field("b", "m8[us]")];
        prints(&DType::packed(fields).unwrap(), "[('a', '<M8[D]'), ('b', '<m8[us]')]");
    }

    #[test]
    fn test_repr_str_subarray() {
        prints(&DType::of::<[i16; 1]>(), "('<i2', (1,))");
    }

    #[test]
    fn test_descr_has_trailing_void() {
        let fields = [field("A", "<f4").at(0), field("B", "<f4").at(8)];
        let record = DType::with_offsets(fields, 16).unwrap();
        assert_eq!(dtype(&record.to_string()).itemsize(), 16);
        prints(&record, "[('A', '<f4'), ('', '|V4'), ('B', '<f4'), ('', '|V4')]");
    }
}

mod records {
    //! Some of `numpy/_core/tests/test_records.py`.
    //!
    //! | left out | why |
    //! |---|---|
    //! | `test_recarray_views` | Of the Python types of views; there is one type of views, and fields have names in all. |

    use mmrec::{ByteStr, Mode};

    use super::*;

    #[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
    #[repr(C)]
    struct Conflict {
        field: i64,
        shape: ByteStr<3>,
        mean: f64,
    }

    #[test]
    fn test_recarray_conflict_fields() {
        // Fields that have the names of methods are no trouble: they are members of the columns.
        let (_dir, path) = folder();
        let mut ra = RecordMap::<Conflict>::options().shape((1, 3)).create(&path).unwrap();
        ra.columns_mut().mean.copy_from_slice(&[1.1, 2.2, 3.3]);
        ra.columns_mut().shape.copy_from_slice(&["A", "B", "C"].map(|text| text.parse().unwrap()));
        ra.columns_mut().field.fill(5);
        assert_eq!((ra.shape(), ra.columns().mean.max()), (&[1, 3][..], Some(3.3)));
        assert_eq!(ra.field(Conflict::FIELDS.field).to_vec(), [5, 5, 5]);
        assert_eq!(ra.at([0, 2]), Conflict { field: 5, shape: "C".parse().unwrap(), mean: 3.3 });
        let any = ra.view().untyped();
        assert_eq!(
            (any.shape(), any.field("shape").unwrap().to_string().as_str()),
            (&[1, 3][..], "[[b'A' b'B' b'C']]")
        );
    }

    #[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
    #[repr(C, packed)]
    struct Row {
        f0: f64,
        f1: i32,
        f2: ByteStr<5>,
    }

    #[test]
    fn test_tofile_fromfile() {
        let (_dir, path) = folder();
        let mut a = RecordMap::<Row>::options().shape(10).create(&path).unwrap();
        let row = Row { f0: 0.5, f1: 10, f2: "abcde".parse().unwrap() };
        a.set(5, row);
        a.close().unwrap();
        // What the file has is the records and nothing else.
        let bytes = [&0.5f64.to_le_bytes()[..], &10i32.to_le_bytes(), b"abcde"].concat();
        let file = [vec![0; 5 * 17], bytes, vec![0; 4 * 17]].concat();
        assert_eq!(std::fs::read(&path).unwrap(), file);
        let x = DynMap::options().dtype(dtype("f8,i4,S5")).shape(10).open(&path).unwrap();
        assert_eq!((x.at(5).to_string(), x.view().to_bytes()), ("(0.5, 10, b'abcde')".into(), file));
        assert_eq!(x.into_typed::<Row, mmrec::Ix1>().unwrap().at(5), row);
    }

    #[test]
    fn test_nonwriteable_setfield() {
        let (_dir, path) = folder();
        drop(zeros(&dtype("[('f', '<i4')]"), &[2], &path));
        let options = || DynMap::options().dtype(dtype("[('f', '<i4')]"));
        let mut map = options().open_mode(Mode::ReadOnly, &path).unwrap();
        let error = map.view_mut().map(drop).unwrap_err();
        assert_eq!((error.kind(), error.path()), (ErrorKind::ReadOnly, Some(path.as_path())));
        let mut map = options().open_mode(Mode::ReadWrite, &path).unwrap();
        map.view_mut().unwrap().field_mut("f").unwrap().fill(3).unwrap();
        assert_eq!(options().open(&path).unwrap().to_string(), "[(3,) (3,)]");
    }

    #[test]
    fn test_out_of_order_fields() {
        let (_dir, path) = folder();
        let map = zeros(&dtype("[('col1', '<i4'), ('col2', '<i4'), ('col3', '<i4')]"), &[2], &path);
        let found = |names: [&str; 2]| map.fields(names).unwrap().dtype().clone();
        let x = found(["col1", "col2"]);
        assert_eq!(x.to_string(), "[('col1', '<i4'), ('col2', '<i4'), ('', '|V4')]");
        // Another order has no form in a header.
        let y = found(["col2", "col1"]);
        assert_eq!(y.fields().iter().map(DTypeField::name).collect::<Vec<_>>(), ["col2", "col1"]);
        for (dtype, is_saved) in [(x, true), (y, false)] {
            let saved = DynMap::options().dtype(dtype).shape(2).create_npy(path.with_file_name("new.npy"));
            assert_eq!(
                saved.map(drop).map_err(|error| error.kind()),
                is_saved.then_some(()).ok_or(ErrorKind::Unsupported)
            );
        }
    }

    #[test]
    fn test_missing_field() {
        let (_dir, path) = folder();
        let arr = zeros(&dtype("[('x', '<i8'), ('y', '<i8')]"), &[3], &path);
        let error = arr.fields(["nofield"]).unwrap_err();
        assert_eq!((error.kind(), error.path()), (ErrorKind::NoSuchField, Some(path.as_path())));
    }

    #[test]
    fn test_nested_fields_are_records() {
        for count in 0..3 {
            let (_dir, path) = folder();
            let inner =
                DType::packed(["a", "b", "c"][..count].iter().map(|name| field(name, "|u1"))).unwrap();
            let data = zeros(&DType::packed([nested("inner", &inner)]).unwrap(), &[3], &path);
            assert!(data.field("inner").unwrap().dtype().is_record());
            let record = data.at(0);
            let Datum::Record(fields) = record.data() else { panic!() };
            let [(name, value)] = &fields[..] else { panic!() };
            assert_eq!((*name, value.dtype()), ("inner", &inner));
            assert!(matches!(value.data(), Datum::Record(fields) if fields.len() == count));
        }
    }

    #[test]
    fn test_nested_dtype_padding() {
        let three = dtype("[('a', '|u1'), ('b', '|u1'), ('c', '|u1')]");
        let padded = DynView::from_bytes(&[], &three).unwrap().fields(["a", "b"]).unwrap().dtype().clone();
        assert_eq!(padded.itemsize(), three.itemsize());
        let (_dir, path) = folder();
        let data = zeros(&DType::packed([nested("inner", &padded)]).unwrap(), &[3], &path);
        assert_eq!(data.field("inner").unwrap().dtype(), &padded);
        assert_eq!(data.at(0).field("inner").unwrap().dtype(), &padded);
        assert_eq!((data.field("inner").unwrap().strides(), data.dtype().itemsize()), (&[3][..], 3));
    }
}

mod closing {
    //! One of `numpy/_core/tests/test_multiarray.py`.
    //!
    //! | left out | why |
    //! |---|---|
    //! | `test_mmap_close` | That a map is not closed while there are views of it is known while compiling. |
}
