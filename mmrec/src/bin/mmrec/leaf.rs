//! Records taken apart: the fields that are no records themselves.

use mmrec::{DType, DynView};

use super::failure::{Failure, Result};

/// A field that is no record, of a record or of a record in one.
#[derive(Clone, Debug)]
pub(super) struct Leaf {
    /// The names that lead to it; none if the elements are no records.
    pub(super) path: Vec<String>,
    /// Where its first scalar lies in an element, in bytes.
    pub(super) offset: usize,
    /// Of one scalar.
    pub(super) dtype: DType,
    /// How many there are, along each axis: those of arrays of records on the way, and its own.
    pub(super) shape: Vec<usize>,
}

impl Leaf {
    /// Its names with points between.
    pub(super) fn name(&self) -> String {
        if self.path.is_empty() { "value".to_owned() } else { self.path.join(".") }
    }

    /// It alone, of all elements of a view. Its own axes come last.
    pub(super) fn of<'a>(&self, view: &DynView<'a>) -> Result<DynView<'a>> {
        let mut view = view.clone();
        for name in &self.path {
            view = view.field(name)?;
        }
        Ok(view)
    }

    /// The bytes of all its scalars, as ranges in the element, if they lie next to each other, and of the first one if not.
    pub(super) fn bytes(&self) -> std::ops::Range<usize> {
        self.offset..self.offset + self.dtype.itemsize() * self.shape.iter().product::<usize>()
    }
}

/// All leaves, in the order of the fields.
pub(super) fn leaves(dtype: &DType) -> Vec<Leaf> {
    let mut all = Vec::new();
    collect(dtype, &mut Vec::new(), 0, &[], &mut all);
    all
}

fn collect(dtype: &DType, path: &mut Vec<String>, offset: usize, shape: &[usize], all: &mut Vec<Leaf>) {
    let (mut base, mut shape) = (dtype.clone(), shape.to_vec());
    while !base.shape().is_empty() {
        shape.extend(base.shape());
        base = base.base().clone();
    }
    if !base.is_record() {
        all.push(Leaf { path: path.clone(), offset, dtype: base, shape });
        return;
    }
    for field in base.fields() {
        path.push(field.name().to_owned());
        collect(field.dtype(), path, offset + field.offset(), &shape, all);
        path.pop();
    }
}

/// The leaves that are asked for: all, or those of these paths, each of which may lead to a record and mean all of it.
pub(super) fn chosen(dtype: &DType, asked: &[String]) -> Result<Vec<Leaf>> {
    let all = leaves(dtype);
    if asked.is_empty() {
        return Ok(all);
    }
    let mut chosen = Vec::new();
    for name in asked {
        let before = chosen.len();
        chosen.extend(
            all.iter()
                .filter(|leaf| {
                    let own = leaf.name();
                    own == *name || own.strip_prefix(name.as_str()).is_some_and(|rest| rest.starts_with('.'))
                })
                .cloned(),
        );
        if chosen.len() == before {
            let names: Vec<_> = all.iter().map(Leaf::name).collect();
            return Err(Failure::Usage(format!("there is no field {name}; there are {}", names.join(", "))));
        }
    }
    Ok(chosen)
}
