//! Which fields are drawn: each is one value in each row.

use mmrec::{Axis, DynView, Scalar};

use super::read::is_drawable;
use crate::{
    failure::{Failure, Result},
    leaf::{Leaf, leaves},
};

/// The most lines of a picture, and the most elements of a field that are drawn without being named.
pub(super) const MOST_LINES: usize = 12;

/// A field, or one element of a field that has several in each row.
pub(super) struct Field<'a> {
    /// As it was asked for: `price`, `inner.x`, `levels[3]`.
    pub(super) name: String,
    pub(super) scalar: Scalar,
    /// One axis.
    pub(super) view: DynView<'a>,
}

/// The names in texts with commas between; those in brackets separate nothing.
pub(super) fn names(texts: &[String]) -> Vec<String> {
    let mut names = Vec::new();
    for text in texts {
        let (mut depth, mut name) = (0usize, String::new());
        for letter in text.chars() {
            match letter {
                '[' => depth += 1,
                ']' => depth = depth.saturating_sub(1),
                _ => {}
            }
            if letter == ',' && depth == 0 {
                names.push(std::mem::take(&mut name));
            } else {
                name.push(letter);
            }
        }
        names.push(name);
    }
    names.into_iter().map(|name| name.trim().to_owned()).collect()
}

/// The fields of these names, in the elements of an array; of all leaves if there is but one, and none is named.
pub(super) fn lines<'a>(view: &DynView<'a>, names: &[String]) -> Result<Vec<Field<'a>>> {
    let leaves = leaves(view.dtype());
    let mut lines = Vec::new();
    if names.is_empty() {
        let [leaf] = leaves.as_slice() else {
            return Err(Failure::Usage(format!("say with --y what to draw; {}", drawable(&leaves))));
        };
        lines.extend(of_leaf(view, &leaves, leaf, &leaf.name(), "")?);
    }
    for name in names {
        lines.extend(named(view, &leaves, name)?);
    }
    if lines.len() > MOST_LINES {
        let message =
            format!("{} lines are too many to be told apart; draw at most {MOST_LINES}", lines.len());
        return Err(Failure::Usage(message));
    }
    Ok(lines)
}

/// The one field of this name.
pub(super) fn axis<'a>(view: &DynView<'a>, name: &str) -> Result<Field<'a>> {
    let mut fields = named(view, &leaves(view.dtype()), name)?.into_iter();
    match (fields.next(), fields.len()) {
        (Some(field), 0) => Ok(field),
        (Some(first), others) => Err(Failure::Usage(format!(
            "{name} has {} elements in each row, and --x takes one, such as {}",
            others + 1,
            first.name
        ))),
        (None, _) => Err(Failure::Usage(format!("{name} has no elements"))),
    }
}

fn named<'a>(view: &DynView<'a>, leaves: &[Leaf], name: &str) -> Result<Vec<Field<'a>>> {
    // A name may have brackets of its own.
    if let Some(leaf) = leaves.iter().find(|leaf| leaf.name() == name) {
        return of_leaf(view, leaves, leaf, name, "");
    }
    if let Some((own, index)) = name.strip_suffix(']').and_then(|name| name.rsplit_once('['))
        && let Some(leaf) = leaves.iter().find(|leaf| leaf.name() == own)
    {
        return of_leaf(view, leaves, leaf, own, index);
    }
    let inner = format!("{name}.");
    Err(Failure::Usage(match leaves.iter().find(|leaf| leaf.name().starts_with(&inner)) {
        Some(leaf) => format!("{name} is a record; name a field of it, such as {}", leaf.name()),
        None => format!("there is no field {name}; {}", drawable(leaves)),
    }))
}

/// The element of a leaf that has this index, or all of them if there is none, and they are few.
fn of_leaf<'a>(
    view: &DynView<'a>,
    leaves: &[Leaf],
    leaf: &Leaf,
    name: &str,
    index: &str,
) -> Result<Vec<Field<'a>>> {
    let scalar = leaf.dtype.as_scalar().filter(|scalar| is_drawable(*scalar));
    let Some(scalar) = scalar else {
        let dtype = leaf.dtype.to_string();
        let message = format!(
            "{name} is {}, which has no place on an axis; {}",
            dtype.trim_matches('\''),
            drawable(leaves)
        );
        return Err(Failure::Usage(message));
    };
    let field = leaf.of(view)?;
    let shape = &field.shape()[1..];
    let elements = shape.iter().product::<usize>();
    if index.is_empty() && elements > MOST_LINES {
        let message = format!(
            "{name} has {elements} elements in each row; name some, such as {}",
            element(name, &vec![0; shape.len()])
        );
        return Err(Failure::Usage(message));
    }
    let indices = if index.is_empty() { all(shape) } else { vec![parsed(name, index, shape)?] };
    Ok(indices
        .into_iter()
        .map(|index| {
            let view = index.iter().fold(field.clone(), |view, &i| view.index_axis(Axis(1), i));
            Field { name: element(name, &index), scalar, view }
        })
        .collect())
}

fn element(name: &str, index: &[usize]) -> String {
    match index {
        [] => name.to_owned(),
        _ => format!("{name}[{}]", index.iter().map(usize::to_string).collect::<Vec<_>>().join(",")),
    }
}

/// All indices of a shape, the last one fastest.
fn all(shape: &[usize]) -> Vec<Vec<usize>> {
    shape.iter().fold(vec![Vec::new()], |indices, &len| {
        indices.iter().flat_map(|index| (0..len).map(move |i| [index.as_slice(), &[i]].concat())).collect()
    })
}

fn parsed(name: &str, text: &str, shape: &[usize]) -> Result<Vec<usize>> {
    let wrong = || {
        let shape = crate::text::shape(shape);
        Failure::Usage(format!("there is no {name}[{text}]; {name} has the shape {shape} in each row"))
    };
    let numbers: Vec<i64> =
        text.split(',').map(|number| number.trim().parse().map_err(|_| wrong())).collect::<Result<_>>()?;
    if numbers.len() != shape.len() {
        return Err(wrong());
    }
    let place = |(number, &len): (i64, &usize)| {
        let from_end = if number < 0 { len as i128 } else { 0 };
        usize::try_from(i128::from(number) + from_end).ok().filter(|place| *place < len).ok_or_else(wrong)
    };
    numbers.into_iter().zip(shape).map(place).collect()
}

/// What can be drawn, for an error.
fn drawable(leaves: &[Leaf]) -> String {
    let is_one = |leaf: &&Leaf| leaf.dtype.as_scalar().is_some_and(is_drawable);
    let names: Vec<_> = leaves.iter().filter(is_one).map(Leaf::name).collect();
    match names.is_empty() {
        true => "no field of this file can be drawn: numbers, bool and times can".to_owned(),
        false => format!("what can be drawn: {}", names.join(", ")),
    }
}
