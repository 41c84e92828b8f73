//! Records taken apart: the fields that are no records themselves.

use std::fmt::Write as _;

use mmrec::{Axis, DType, DynView};
use serde_json::{Value as Json, json};

use super::{
    failure::{Failure, Result},
    text,
};

/// A field that is no record, of a record or of a record in one.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Leaf {
    /// The names that lead to it; none if the elements are no records.
    pub(super) path: Vec<String>,
    /// Where its first scalar lies in an element, in bytes.
    pub(super) offset: usize,
    /// Of one scalar.
    pub(super) dtype: DType,
    /// How many there are, along each axis: those of arrays of records on the way, and its own.
    pub(super) shape: Vec<usize>,
    /// From one to the next along each axis, in bytes.
    strides: Vec<usize>,
    /// Which of an array with more axes, of which these come first.
    at: Vec<usize>,
}

impl Leaf {
    /// Its names with points between, and which of an array: `a.b[0]`. As they are in the file; [`label`](Self::label) is to be shown.
    pub(super) fn name(&self) -> String {
        self.keys().join(".")
    }

    /// Its name, without what a terminal would obey.
    pub(super) fn label(&self) -> String {
        text::plain(&self.name())
    }

    /// Under which keys it is found in an object.
    pub(super) fn keys(&self) -> Vec<String> {
        let mut keys = if self.path.is_empty() { vec!["value".to_owned()] } else { self.path.clone() };
        if let Some(last) = keys.last_mut() {
            *last += &indices(&self.at);
        }
        keys
    }

    /// It alone, of all elements of a view. Its own axes come last.
    pub(super) fn of<'a>(&self, view: &DynView<'a>) -> Result<DynView<'a>> {
        let mut view = view.clone();
        for name in &self.path {
            view = view.field(name)?;
        }
        let axis = view.ndim() - self.shape.len() - self.at.len();
        for &index in &self.at {
            view = view.index_axis(Axis(axis), index);
        }
        Ok(view)
    }

    /// The bytes of all its scalars together.
    pub(super) fn size(&self) -> usize {
        self.dtype.itemsize().saturating_mul(self.len())
    }

    /// How many scalars it has.
    pub(super) fn len(&self) -> usize {
        count(&self.shape)
    }

    /// From its first byte to its last, with what may lie between its scalars.
    pub(super) fn span(&self) -> std::ops::Range<usize> {
        let steps = self.shape.iter().zip(&self.strides).map(|(len, stride)| len.saturating_sub(1) * stride);
        let end = if self.len() == 0 { 0 } else { steps.sum::<usize>() + self.dtype.itemsize() };
        self.offset..self.offset + end
    }

    /// Which of its scalars a byte of the element is in, and which byte of that.
    pub(super) fn scalar_at(&self, byte: usize) -> Option<(usize, usize)> {
        let mut rest = byte.checked_sub(self.offset)?;
        let mut scalar = 0;
        for (&len, &stride) in self.shape.iter().zip(&self.strides) {
            let index = rest.checked_div(stride).filter(|index| *index < len)?;
            rest -= index * stride;
            scalar = scalar * len + index;
        }
        (rest < self.dtype.itemsize()).then_some((scalar, rest))
    }

    /// Which scalar it is along each axis, as text: `[1][0]`.
    pub(super) fn index_text(&self, mut scalar: usize) -> String {
        let mut along = Vec::new();
        for &len in self.shape.iter().rev() {
            along.push(scalar % len.max(1));
            scalar /= len.max(1);
        }
        along.reverse();
        indices(&along)
    }

    /// Where it is and what.
    pub(super) fn json(&self) -> Json {
        json!({ "offset": self.offset, "size": self.size(), "dtype": self.dtype_text(), "shape": self.shape })
    }

    /// The dtype of one scalar, without quotes.
    pub(super) fn dtype_text(&self) -> String {
        self.dtype.to_string().trim_matches('\'').to_owned()
    }

    /// One of the array that it is, or fewer axes of it.
    fn indexed(mut self, at: &[usize]) -> Result<Self> {
        for &index in at {
            let label = self.label();
            let len = match self.shape.first() {
                Some(&len) if index < len => self.shape.remove(0),
                Some(&len) => {
                    let message = format!("there is no {label}[{index}]: along this axis there are {len}");
                    return Err(Failure::Usage(message));
                }
                None => {
                    return Err(Failure::Usage(format!("there is no {label}[{index}]: {label} is no array")));
                }
            };
            debug_assert!(index < len);
            self.offset += index * self.strides.remove(0);
            self.at.push(index);
        }
        Ok(self)
    }

    /// Each scalar as a leaf of its own.
    pub(super) fn scalars(&self) -> Result<Vec<Self>> {
        match self.shape.first() {
            None => Ok(vec![self.clone()]),
            Some(&len) => {
                let parts = (0..len).map(|index| self.clone().indexed(&[index])?.scalars());
                Ok(parts.collect::<Result<Vec<_>>>()?.concat())
            }
        }
    }
}

/// The elements of an array. Beside an axis of no elements, and if they have no bytes, others may be of any length.
pub(super) fn count(shape: &[usize]) -> usize {
    if shape.contains(&0) { 0 } else { shape.iter().fold(1, |count, len| count.saturating_mul(*len)) }
}

fn indices(along: &[usize]) -> String {
    along.iter().fold(String::new(), |mut text, index| {
        // Writing to a `String` cannot fail.
        let _ = write!(text, "[{index}]");
        text
    })
}

/// All leaves, in the order of the fields.
pub(super) fn leaves(dtype: &DType) -> Vec<Leaf> {
    let mut all = Vec::new();
    let whole = Leaf {
        path: Vec::new(),
        offset: 0,
        dtype: dtype.clone(),
        shape: vec![],
        strides: vec![],
        at: vec![],
    };
    collect(whole, &mut all);
    all
}

fn collect(mut leaf: Leaf, all: &mut Vec<Leaf>) {
    while !leaf.dtype.shape().is_empty() {
        let (shape, base) = (leaf.dtype.shape(), leaf.dtype.base().clone());
        let mut stride = base.itemsize();
        let mut strides = vec![0; shape.len()];
        for (own, len) in strides.iter_mut().zip(&shape).rev() {
            *own = stride;
            stride = stride.saturating_mul(*len);
        }
        leaf.shape.extend(shape);
        leaf.strides.extend(strides);
        leaf.dtype = base;
    }
    if !leaf.dtype.is_record() {
        all.push(leaf);
        return;
    }
    for field in leaf.dtype.fields() {
        let mut path = leaf.path.clone();
        path.push(field.name().to_owned());
        let inner =
            Leaf { path, offset: leaf.offset + field.offset(), dtype: field.dtype().clone(), ..leaf.clone() };
        collect(inner, all);
    }
}

/// The leaves that are asked for: all, or those of these paths, each of which may lead to a record and mean all of it.
pub(super) fn chosen(dtype: &DType, asked: &[String]) -> Result<Vec<Leaf>> {
    chosen_of(leaves(dtype), asked)
}

/// The same of an array whose rows have axes of their own: those come before the axes of the leaves.
pub(super) fn chosen_in_rows(dtype: &DType, of_row: &[usize], asked: &[String]) -> Result<Vec<Leaf>> {
    let mut all = leaves(dtype);
    for leaf in &mut all {
        leaf.shape.splice(0..0, of_row.iter().copied());
        // They lie outside of the element.
        leaf.strides.splice(0..0, of_row.iter().map(|_| 0));
    }
    chosen_of(all, asked)
}

fn chosen_of(all: Vec<Leaf>, asked: &[String]) -> Result<Vec<Leaf>> {
    if asked.is_empty() {
        return Ok(all);
    }
    let mut chosen: Vec<Leaf> = Vec::new();
    for asked in asked {
        let named = |name: &str| -> Vec<Leaf> {
            let leads = |own: &str| {
                own.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            };
            all.iter().filter(|leaf| leads(&leaf.name())).cloned().collect()
        };
        // Spaces after commas, unless they are of the name.
        let asked = if named(asked).is_empty() { asked.trim() } else { asked };
        let (mut found, mut at) = (named(asked), Vec::new());
        if found.is_empty()
            && let Some((name, indices)) = split_indices(asked)
        {
            (found, at) = (named(name), indices);
        }
        if found.is_empty() {
            return Err(Failure::Usage(no_field(asked, &all)));
        }
        for leaf in found {
            let leaf = leaf.indexed(&at)?;
            if !chosen.contains(&leaf) {
                chosen.push(leaf);
            }
        }
    }
    Ok(chosen)
}

/// `a.b[1][2]` as `a.b` and 1, 2.
fn split_indices(text: &str) -> Option<(&str, Vec<usize>)> {
    let (mut name, mut at) = (text, Vec::new());
    while let Some((before, index)) = name.strip_suffix(']').and_then(|rest| rest.rsplit_once('[')) {
        at.insert(0, index.parse().ok()?);
        name = before;
    }
    (!at.is_empty()).then_some((name, at))
}

/// Names that are listed when one is not there.
const LISTED: usize = 20;

fn no_field(asked: &str, all: &[Leaf]) -> String {
    let mut names: Vec<_> = all.iter().map(Leaf::label).collect();
    let near = names.iter().map(|name| (distance(name, asked), name)).min();
    let near = match near {
        // One letter for another is no slip where there is no other.
        Some((distance, name))
            if distance <= 1 + asked.chars().count() / 4 && distance < name.chars().count() =>
        {
            format!("did you mean {name}? ")
        }
        _ => String::new(),
    };
    let more = names.len().saturating_sub(LISTED);
    names.truncate(LISTED);
    let more = if more > 0 { format!(", and {more} more") } else { String::new() };
    format!("there is no field `{}`; {near}there are {}{more}", text::plain(asked), names.join(", "))
}

/// How many letters are to be put in, left out or changed to make one text of the other, small and capital being the same.
fn distance(a: &str, b: &str) -> usize {
    let (a, b) = (a.to_lowercase(), b.to_lowercase());
    let mut costs: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, own) in a.chars().enumerate() {
        let mut before = std::mem::replace(&mut costs[0], i + 1);
        for (j, other) in b.chars().enumerate() {
            let changed = before + usize::from(own != other);
            before = costs[j + 1];
            costs[j + 1] = changed.min(before + 1).min(costs[j] + 1);
        }
    }
    costs.last().copied().unwrap_or(0)
}
