//! The dtype as an expression that `numpy.dtype` takes, whatever it is.

use std::fmt;

use crate::dtype::{DType, descr::ShapeText, literal::quoted};

/// Writes records with `'names'`, `'formats'` and `'offsets'`, also inside each other.
pub(in crate::dtype) struct NumpyDict<'a>(pub(in crate::dtype) &'a DType);

impl fmt::Display for NumpyDict<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let dtype = self.0;
        if let Some(scalar) = dtype.as_scalar() {
            return write!(f, "'{scalar}'");
        }
        if !dtype.is_record() {
            return write!(f, "({}, {})", NumpyDict(dtype.base()), ShapeText(&dtype.shape()));
        }
        let fields = dtype.fields();
        f.write_str("{'names': ")?;
        list(f, fields.iter().map(|field| quoted(field.name())))?;
        f.write_str(", 'formats': ")?;
        list(f, fields.iter().map(|field| NumpyDict(field.dtype())))?;
        f.write_str(", 'offsets': ")?;
        list(f, fields.iter().map(|field| field.offset()))?;
        if fields.iter().any(|field| field.title().is_some()) {
            f.write_str(", 'titles': ")?;
            list(f, fields.iter().map(|field| field.title().map_or("None".to_owned(), quoted)))?;
        }
        write!(f, ", 'itemsize': {}}}", dtype.itemsize())
    }
}

fn list(f: &mut fmt::Formatter<'_>, items: impl Iterator<Item = impl fmt::Display>) -> fmt::Result {
    f.write_str("[")?;
    for (i, item) in items.enumerate() {
        write!(f, "{}{item}", if i > 0 { ", " } else { "" })?;
    }
    f.write_str("]")
}
