//! The expected texts were printed by NumPy 2.4.6, but for those it refuses to print.

use std::{cell::RefCell, fmt};

use super::write_array;
use crate::dtype::DType;

struct Printed<'a> {
    dtype: &'a DType,
    shape: &'a [usize],
    item: &'a dyn Fn(&[usize]) -> Vec<u8>,
}

impl fmt::Display for Printed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_array(f, self.dtype, self.shape, self.item)
    }
}

fn printed(descr: &str, shape: &[usize], item: &dyn Fn(&[usize]) -> Vec<u8>) -> String {
    Printed { dtype: &descr.parse().unwrap(), shape, item }.to_string()
}

/// `bytes`: the elements, the last axis fastest.
#[track_caller]
fn check(descr: &str, shape: &[usize], bytes: &[u8], text: &str) {
    let size = descr.parse::<DType>().unwrap().itemsize();
    let item = |index: &[usize]| {
        let at = index.iter().zip(shape).fold(0, |at, (i, len)| at * len + i);
        bytes[at * size..(at + 1) * size].to_vec()
    };
    assert_eq!(printed(descr, shape, &item), text);
}

fn f8(values: &[f64]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

fn f4(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

#[test]
fn whole_numbers_and_truth_values_align_to_the_right() {
    check("'<i2'", &[3], b"\x01\0\xec\xff,\x01", "[  1 -20 300]");
    check(
        "'>u8'",
        &[2],
        b"\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0\0\0\0\0\0",
        "[18446744073709551615                    0]",
    );
    check("'|b1'", &[2], b"\x01\0", "[ True False]");
    check("'|b1'", &[], b"\x01", "True");
    check("'|i1'", &[], b"\xf9", "-7");
}

#[test]
fn floats_share_one_point_and_one_form() {
    check("'<f8'", &[3], &f8(&[1.0, 2.5, -0.125]), "[ 1.     2.5   -0.125]");
    check("'<f4'", &[2], &f4(&[0.1, 0.33333334]), "[0.1        0.33333334]");
    check("'<f2'", &[2], b"f.\xd0c", "[1.e-01 1.e+03]");
    check("'<f8'", &[2], &f8(&[100000000.0, 1.0]), "[1.e+08 1.e+00]");
    check("'<f8'", &[2], &f8(&[99999.0, 100.0]), "[99999.   100.]");
    check("'<f4'", &[1], &f4(&[1e+06]), "[1.e+06]");
    check("'<f8'", &[2], &f8(&[9e-05, 0.0]), "[9.e-05 0.e+00]");
    check("'<f8'", &[2], &f8(&[1.0, 1000.0]), "[   1. 1000.]");
    check("'<f8'", &[2], &f8(&[1.0, 1000.5]), "[1.0000e+00 1.0005e+03]");
    check("'>f4'", &[2], b"=\xcc\xcc\xcd7'\xc5\xac", "[1.e-01 1.e-05]");
    check("'<f8'", &[2], &f8(&[1e-300, -1e+300]), "[ 1.e-300 -1.e+300]");
    check("'<f8'", &[3], &f8(&[f64::NAN, 1.0, -f64::INFINITY]), "[ nan   1. -inf]");
    check("'<f8'", &[2], &f8(&[f64::NAN, f64::INFINITY]), "[nan inf]");
    check("'<f8'", &[2], &f8(&[f64::NAN, -f64::INFINITY]), "[ nan -inf]");
    check("'<f8'", &[2], &f8(&[0.123456789012, 123456.75]), "[1.23456789e-01 1.23456750e+05]");
    check("'<f8'", &[2], &f8(&[-0.0, 0.0]), "[-0.  0.]");
    check("'<f8'", &[1], &f8(&[5e-324]), "[5.e-324]");
    check("'<f8'", &[1], &f8(&[1125899906842624.2]), "[1.12589991e+15]");
}

#[test]
fn a_float_on_its_own_has_all_its_digits() {
    check("'<f8'", &[], &f8(&[0.3333333333333333]), "0.3333333333333333");
    check("'<f8'", &[], &f8(&[1e+16]), "1e+16");
    check("'<f4'", &[], &f4(&[0.1]), "0.1");
    check("'<f4'", &[], &f4(&[1e+06]), "1e+06");
    check("'<f2'", &[], b"\xd0c", "1e+03");
    check("'<f8'", &[], &f8(&[-0.0]), "-0.0");
    check("'<f8'", &[], &f8(&[1125899906842624.2]), "1125899906842624.2");
    check("'<f8'", &[], &f8(&[0.0001]), "0.0001");
    check("'<f8'", &[], &f8(&[f64::NAN]), "nan");
    check("[('f0', '<f8'), ('f1', '<f4')]", &[], b"UUUUUU\xd5?\xac\xc5'7", "(0.3333333333333333, 1e-05)");
}

#[test]
fn complex_numbers_are_two_columns() {
    check("'<c16'", &[2], &f8(&[1.0, 2.0, -0.5, -100.0]), "[ 1.   +2.j -0.5-100.j]");
    check("'>c8'", &[2], b"\x7f\xc0\0\0?\x80\0\0\0\0\0\0\xff\x80\0\0", "[nan +1.j  0.-infj]");
    check("'<c16'", &[], &f8(&[1.0, -2.0]), "(1-2j)");
    check("'<c16'", &[], &f8(&[0.0, 2.0]), "2j");
    check("'<c16'", &[], &f8(&[1e+16, f64::NAN]), "(1e+16+nanj)");
}

#[test]
fn strings_are_python_literals() {
    check(
        "'|S5'",
        &[5],
        b"AAPL\0a\0b\0\0it's\0\x22'\0\0\0\xff\x0a\x5c\0\0",
        "[b'AAPL' b'a\\x00b' b\"it's\" b'\"\\'' b'\\xff\\n\\\\']",
    );
    check(
        "'<U2'",
        &[5],
        b"\xe9\0\0\0'\0\0\0\x0d \0\0\x22\0\0\0\x07\0\0\0\0\0\0\0\0\xf6\x01\0\0\0\0\0e\0\0\0\x01\x03\0\0",
        "[\"é'\" '\\u200d\"' '\\x07' '😀' 'e\u{301}']",
    );
    check("'>U3'", &[1], b"\0\0\0a\0\0\0b\0\0\0\0", "['ab']");
    check("'|S5'", &[], b"AAPL\0", "np.bytes_(b'AAPL')");
    check("'<U2'", &[], b"\xe9\0\0\0'\0\0\0", "é'");
    check("'|V3'", &[1], b"\x01\xab\0", "[b'\\x01\\xAB\\x00']");
}

#[test]
fn records_align_field_by_field() {
    check(
        "[('a', '<u4'), ('b', '>f8'), ('c', '|S5')]",
        &[2],
        b"\x01\0\0\0@\x04\0\0\0\0\0\0AAPL\0\xc8\0\0\0\xbf\xc0\0\0\0\0\0\0IT\0\0\0",
        "[(  1,  2.5  , b'AAPL') (200, -0.125, b'IT')]",
    );
    check(
        "[('a', '<u4'), ('b', '>f8'), ('c', '|S5')]",
        &[],
        b"\x01\0\0\0@\x04\0\0\0\0\0\0AAPL\0",
        "(1, 2.5, b'AAPL')",
    );
    check(
        "[('a', '<u4'), ('b', '>f8'), ('c', '|S5')]",
        &[1],
        b"\x01\0\0\0@\x04\0\0\0\0\0\0AAPL\0",
        "[(1, 2.5, b'AAPL')]",
    );
    check("[('a', '|i1')]", &[2], b"\x01\xfe", "[( 1,) (-2,)]");
    check(
        "[('a', '|b1'), ('b', '<i2', (2, 2)), ('c', [('d', '<f4'), ('e', '|S1')])]",
        &[1],
        b"\x01\x01\0\x02\0\x03\0\x04\0\0\0\0?x",
        "[( True, [[1, 2], [3, 4]], (0.5, b'x'))]",
    );
}

#[test]
fn times_are_quoted_in_arrays() {
    check(
        "'<M8[ms]'",
        &[2],
        b"\xba\x8e\xe8\xc6y\x01\0\0\0\0\0\0\0\0\0\x80",
        "['2021-06-01T09:30:00.250'                     'NaT']",
    );
    check(
        "'<M8[D]'",
        &[2],
        b"\x9a)\0\0\0\0\0\0\xa2\xff\xf4\xff\xff\xff\xff\xff",
        "['1999-02-28' '-005-12-31']",
    );
    check("'>M8[W]'", &[1], b"\0\0\0\0\0\0\x06%", "['2000-02-24']");
    check("'<M8[Y]'", &[1], b"3\0\0\0\0\0\0\0", "['2021']");
    check("'<M8[M]'", &[1], b"j\x02\0\0\0\0\0\0", "['2021-07']");
    check(
        "'<M8[25s]'",
        &[2],
        b"\x05\0\0\0\0\0\0\0\xfd\xff\xff\xff\xff\xff\xff\xff",
        "['1970-01-01T00:02:05' '1969-12-31T23:58:45']",
    );
    check(
        "'<m8[s]'",
        &[3],
        b"\x05\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x80\x18\xfc\xff\xff\xff\xff\xff\xff",
        "[    5 'NaT' -1000]",
    );
    check("'<m8[25s]'", &[], b"\x05\0\0\0\0\0\0\0", "125 seconds");
    check("'<M8[h]'", &[], b"\x88\xe0\x06\0\0\0\0\0", "2021-06-01T00");
    check("'<m8'", &[], b"\0\0\0\0\0\0\0\x80", "NaT");
}

#[test]
fn lines_break_before_column_75_and_axes_nest() {
    check("'<i2'", &[30], b"\0\0\x01\0\x02\0\x03\0\x04\0\x05\0\x06\0\x07\0\x08\0\x09\0\x0a\0\x0b\0\x0c\0\x0d\0\x0e\0\x0f\0\x10\0\x11\0\x12\0\x13\0\x14\0\x15\0\x16\0\x17\0\x18\0\x19\0\x1a\0\x1b\0\x1c\0\x1d\0", "[ 0  1  2  3  4  5  6  7  8  9 10 11 12 13 14 15 16 17 18 19 20 21 22 23\n 24 25 26 27 28 29]");
    check(
        "'|i1'",
        &[2, 2, 3],
        b"\0\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b",
        "[[[ 0  1  2]\n  [ 3  4  5]]\n\n [[ 6  7  8]\n  [ 9 10 11]]]",
    );
    check(
        "'|S40'",
        &[1, 2],
        b"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "[[b'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'\n  b'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx']]",
    );
    check("'<f8'", &[0, 3], b"", "[]");
    check("'|i1'", &[2, 0], b"", "[]");
}

#[test]
fn sub_arrays_add_axes() {
    check("('|i1', (2,))", &[2], b"\0\x01\x02\x03", "[[0 1]\n [2 3]]");
    check("('|i1', (2,))", &[], b"\0\x01", "[0 1]");
}

#[test]
fn more_than_a_thousand_elements_are_cut_and_only_the_printed_are_read() {
    let seen = RefCell::new(Vec::new());
    let item = |index: &[usize]| {
        seen.borrow_mut().push(index.to_vec());
        let number = index.iter().fold(0, |number, i| number * 1000 + i);
        u32::try_from(number).unwrap().to_le_bytes().to_vec()
    };
    assert_eq!(printed("'<u4'", &[1001], &item), "[   0    1    2 ...  998  999 1000]");
    assert_eq!(seen.take(), [[0], [1], [2], [998], [999], [1000]]);
    assert_eq!(
        printed("'<u4'", &[2, 600], &item),
        "[[   0    1    2 ...  597  598  599]\n [1000 1001 1002 ... 1597 1598 1599]]"
    );
    assert_eq!(seen.take().len(), 12);
    assert_eq!(
        printed("('<u4', (1,))", &[1001], &item),
        "[[   0]\n [   1]\n [   2]\n ...\n [ 998]\n [ 999]\n [1000]]"
    );
    assert_eq!(seen.take().len(), 6);
}

#[test]
fn a_long_sub_array_is_cut_inside_its_record() {
    let mut bytes = vec![0; 1001];
    bytes[500] = 100;
    // Its width is that of all its elements, printed or not.
    check("[('a', '|u1', (1001,))]", &[1], &bytes, "[([  0,   0,   0, ...,   0,   0,   0],)]");
}

#[test]
fn what_numpy_cannot_print_is_still_text() {
    check("'<U1'", &[2], b"\xff\xff\xff\xff\0\xd8\0\0", r"['\Uffffffff' '\ud800']");
    check("'<U1'", &[], b"\0\xd8\0\0", r"\ud800");
    check("'<M8'", &[1], b"\x05\0\0\0\0\0\0\0", "['5']");
}

#[test]
fn any_bytes_print() {
    let descrs = [
        "'|b1'",
        "'<i8'",
        "'<f2'",
        "'<f16'",
        "'>c32'",
        "'|S3'",
        "'>U2'",
        "'<M8[as]'",
        "'<M8[400000000Y]'",
        "'<M8[W]'",
        "'>m8[2D]'",
        "[('a', '<f4', (3,)), ('b', '<M8[D]')]",
    ];
    for descr in descrs {
        let size = descr.parse::<DType>().unwrap().itemsize();
        for byte in [0x00, 0x01, 0x7F, 0x80, 0xFF] {
            for shape in [&[][..], &[2]] {
                for start in [byte, 0x00, 0x80, 0xFF] {
                    let mut bytes = vec![byte; size];
                    bytes[0] = start;
                    assert!(
                        !printed(descr, shape, &|_| bytes.clone()).is_empty() || descr.contains(['S', 'U'])
                    );
                    // An element that is too short is a mistake elsewhere, but no reason to stop the program.
                    printed(descr, shape, &|_| bytes[1..].to_vec());
                }
            }
        }
    }
}

struct Repr<'a>(&'a str, &'a [usize]);

impl fmt::Debug for Repr<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let dtype: DType = self.0.parse().unwrap();
        let shape = self.1;
        let item = |index: &[usize]| {
            let at = index.iter().zip(shape).fold(0, |at, (i, len)| at * len + i);
            // Little-endian numbers, cut to the size.
            let mut bytes = (at as u64).to_le_bytes().to_vec();
            bytes.resize(dtype.itemsize(), 0);
            bytes
        };
        super::write_repr(f, "array", &dtype, shape, &item)
    }
}

/// NumPy's text, with the dtype that it leaves out for `<i8` put in.
#[test]
fn repr_has_commas_lines_that_leave_room_and_the_dtype() {
    let repr = |descr: &str, shape: &[usize]| format!("{:?}", Repr(descr, shape));
    assert_eq!(repr("'<i2'", &[3]), "array([0, 1, 2], dtype='<i2')");
    assert_eq!(repr("'<i2'", &[2, 2]), "array([[0, 1],\n       [2, 3]], dtype='<i2')");
    assert_eq!(repr("'<u4'", &[]), "array(0, dtype='<u4')");
    assert_eq!(repr("'<u4'", &[0]), "array([], dtype='<u4')");
    assert_eq!(repr("'<u4'", &[0, 3]), "array([], shape=(0, 3), dtype='<u4')");
    assert_eq!(
        repr("'<u4'", &[2000]),
        "array([   0,    1,    2, ..., 1997, 1998, 1999],\n      shape=(2000,), dtype='<u4')"
    );
    assert_eq!(
        repr("'<u2'", &[30]),
        "array([ 0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11, 12, 13, 14, 15, 16,\n       17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29], dtype='<u2')"
    );
    assert_eq!(
        repr("[('a', '<i2'), ('b', '<f8')]", &[2]),
        "array([(0, 0.), (1, 0.)], dtype=[('a', '<i2'), ('b', '<f8')])"
    );
    assert_eq!(
        repr("'<u2'", &[2, 2, 2]),
        "array([[[0, 1],\n        [2, 3]],\n\n       [[4, 5],\n        [6, 7]]], dtype='<u2')"
    );
    assert_eq!(
        repr("'<u2'", &[18]),
        "array([ 0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11, 12, 13, 14, 15, 16,\n       17], dtype='<u2')"
    );
}
