//! Arrays as text, exactly as NumPy 2.4 prints them with its default options: `str(array)`.
//!
//! Two steps, as there: a [`Style`] is made for all elements that will be printed, which decides widths and exponents;
//! then each is written and the words are laid out in brackets and lines. Arrays of more than 1000 elements show three
//! on each side of every axis, and no others are read.
//!
//! Where NumPy refuses to print (dates without a unit, code units that are no Unicode), something readable appears.

mod digits;
mod float;
mod layout;
mod text;

use std::fmt;

use self::{
    digits::Real,
    float::{FloatStyle, Part},
    layout::{Axis, Form},
};
use crate::{
    dtype::{
        DType, DTypeField, Kind, Scalar, ShapeText,
        stored::{bits, int, steps, units, without_end},
    },
    element::time,
};

/// Writes the array as NumPy's `str(array)` does.
///
/// `item` gives the stored bytes of an element; it is asked for printed elements alone, for each once. An element that
/// is a sub-array adds its axes to `shape`.
pub(crate) fn write_array(
    f: &mut fmt::Formatter<'_>,
    dtype: &DType,
    shape: &[usize],
    item: &dyn Fn(&[usize]) -> Vec<u8>,
) -> fmt::Result {
    let (base, inner_shape) = dtype.without_axes();
    if shape.is_empty() && inner_shape.is_empty() {
        return f.write_str(&alone(base, &item(&[])));
    }
    f.write_str(&text(dtype, shape, item, Form { separator: " ", prefix: 0, suffix: 0 }))
}

/// Writes an element as NumPy's `str(scalar)` does. Of byte strings, `str` of an array without axes says more.
pub(crate) fn write_value(f: &mut fmt::Formatter<'_>, dtype: &DType, bytes: &[u8]) -> fmt::Result {
    match dtype.as_scalar().map(Scalar::kind) {
        Some(Kind::Bytes) => f.write_str(&text::bytes_repr(without_end(bytes))),
        _ => write_array(f, dtype, &[], &|_| bytes.to_vec()),
    }
}

/// Writes the array as NumPy's `repr(array)` does, with `name` for `array`. The dtype is always told, also where NumPy
/// leaves it out.
pub(crate) fn write_repr(
    f: &mut fmt::Formatter<'_>,
    name: &str,
    dtype: &DType,
    shape: &[usize],
    item: &dyn Fn(&[usize]) -> Vec<u8>,
) -> fmt::Result {
    let form = Form { separator: ", ", prefix: name.len() + 1, suffix: 1 };
    let start = format!("{name}({},", text(dtype, shape, item, form));
    let told = layout::is_cut(shape) || (shape.contains(&0) && shape != [0]);
    let shape = if told { format!("shape={}, ", ShapeText(shape)) } else { String::new() };
    let end = format!("{shape}dtype={dtype})");
    let last_line = start.rsplit('\n').next().unwrap_or(&start);
    if layout::fits(last_line, &end) {
        write!(f, "{start} {end}")
    } else {
        write!(f, "{start}\n{:1$}{end}", "", form.prefix)
    }
}

fn text(dtype: &DType, shape: &[usize], item: &dyn Fn(&[usize]) -> Vec<u8>, form: Form) -> String {
    let (base, inner_shape) = dtype.without_axes();
    let all = [shape, &inner_shape].concat();
    if all.contains(&0) {
        return "[]".to_owned();
    }
    let axes = Axis::of_shape(&all);
    if layout::is_endless(&axes, if base.itemsize() > 0 { 1 } else { weight(base) }) {
        return layout::ENDLESS.to_owned();
    }
    let (outer, inner) = axes.split_at(shape.len());
    let mut elements = Vec::new();
    layout::visit(outer, &mut |index| {
        let bytes = item(index);
        layout::visit(inner, &mut |index| {
            let at = index.iter().zip(&inner_shape).fold(0, |at, (i, len)| at * len + i);
            elements.push(nth(&bytes, at, base.itemsize()).to_vec());
        });
    });
    let slices: Vec<&[u8]> = elements.iter().map(Vec::as_slice).collect();
    let place = Place { axes: !all.is_empty(), plain_floats: false, times: slices.len() };
    let style = Style::new(base, &slices, place);
    let words = slices.iter().map(|bytes| style.text(bytes)).collect();
    layout::lines(&axes, words, form)
}

/// How the elements of one array, or of one field of its records, are written.
enum Style {
    Bool { width: usize },
    Int { scalar: Scalar, width: usize },
    PlainFloat { scalar: Scalar },
    Float { scalar: Scalar, style: FloatStyle },
    Complex { scalar: Scalar, real: FloatStyle, imaginary: FloatStyle },
    Time { scalar: Scalar, width: usize },
    Bytes,
    Unicode { scalar: Scalar },
    Void,
    Record(Vec<FieldStyle>),
}

struct FieldStyle {
    offset: usize,
    itemsize: usize,
    shape: Vec<usize>,
    /// Whether it is too much to be printed.
    is_endless: bool,
    element: Style,
}

/// Where elements are printed.
#[derive(Clone, Copy)]
struct Place {
    /// In an array that has axes.
    axes: bool,
    /// In a record on its own, where floats are written like floats on their own.
    plain_floats: bool,
    /// How often: in that many records, and so that all that is as endless as this is not too much together.
    times: usize,
}

/// How much is printed of what has no bytes in an element, in words and pairs of brackets. It takes no bytes of a file to be a
/// lot.
fn weight(dtype: &DType) -> usize {
    let (base, shape) = dtype.without_axes();
    let axes = Axis::of_shape(&shape);
    let own = usize::from(base.itemsize() == 0);
    let element = base.fields().iter().fold(own, |all, field| all.saturating_add(weight(field.dtype())));
    match dtype.itemsize() {
        0 if layout::is_endless(&axes, element.max(1)) => 1,
        0 => layout::parts(&axes).saturating_mul(element.max(1)),
        _ => layout::printed(&axes).saturating_mul(element),
    }
}

impl Style {
    fn new(base: &DType, elements: &[&[u8]], place: Place) -> Self {
        let Some(scalar) = base.as_scalar() else {
            let fields = base.fields().iter();
            let sharing = fields.clone().filter(|field| weight(field.dtype()) > 0).count().max(1);
            let place = Place { times: place.times.saturating_mul(sharing), ..place };
            return Self::Record(fields.map(|field| FieldStyle::new(field, elements, place)).collect());
        };
        match scalar.kind() {
            Kind::Bool => Self::Bool { width: if place.axes { 5 } else { 0 } },
            Kind::Int | Kind::Uint => {
                let numbers = || elements.iter().map(|bytes| int(scalar, bytes));
                let width = width(numbers().min(), numbers().max(), |number| number.to_string());
                Self::Int { scalar, width }
            }
            Kind::Float if place.plain_floats => Self::PlainFloat { scalar },
            Kind::Float => {
                let reals: Vec<_> = elements.iter().map(|bytes| real(scalar, bytes)).collect();
                Self::Float { scalar, style: FloatStyle::new(&reals, scalar.size(), Part::Number) }
            }
            Kind::Complex => {
                let (reals, imaginaries): (Vec<_>, Vec<_>) =
                    elements.iter().map(|bytes| complex(scalar, bytes)).unzip();
                let size = scalar.size() / 2;
                Self::Complex {
                    scalar,
                    real: FloatStyle::new(&reals, size, Part::Real),
                    imaginary: FloatStyle::new(&imaginaries, size, Part::Imaginary),
                }
            }
            Kind::Bytes => Self::Bytes,
            Kind::Unicode => Self::Unicode { scalar },
            Kind::Void => Self::Void,
            Kind::DateTime(_) | Kind::TimeDelta(_) => {
                let steps = || elements.iter().map(|bytes| steps(scalar, bytes));
                let times = || steps().filter(|steps| *steps != time::NAT);
                let width = width(times().min(), times().max(), |steps| quoted_time(scalar, steps));
                let nat = if steps().any(|steps| steps == time::NAT) { 5 } else { 0 };
                Self::Time { scalar, width: width.max(nat) }
            }
        }
    }

    fn text(&self, bytes: &[u8]) -> String {
        match self {
            Self::Bool { width } => format!("{:>width$}", truth(bytes)),
            Self::Int { scalar, width } => format!("{:>width$}", int(*scalar, bytes)),
            Self::PlainFloat { scalar } => float::alone(&real(*scalar, bytes), scalar.size(), Part::Number),
            Self::Float { scalar, style } => style.text(&real(*scalar, bytes)),
            Self::Complex { scalar, real, imaginary } => {
                let (a, b) = complex(*scalar, bytes);
                let (a, b) = (real.text(&a), imaginary.text(&b));
                // The letter goes before the padding.
                let digits = b.trim_end();
                format!("{a}{digits}j{}", &b[digits.len()..])
            }
            Self::Time { scalar, width } => {
                format!("{:>width$}", quoted_time(*scalar, steps(*scalar, bytes)))
            }
            Self::Bytes => text::bytes_repr(without_end(bytes)),
            Self::Unicode { scalar } => text::str_repr(&units(*scalar, bytes)),
            Self::Void => text::void_repr(bytes),
            Self::Record(fields) => {
                let fields: Vec<_> = fields.iter().map(|field| field.text(bytes)).collect();
                match fields.as_slice() {
                    [only] => format!("({only},)"),
                    fields => format!("({})", fields.join(", ")),
                }
            }
        }
    }
}

impl FieldStyle {
    fn new(field: &DTypeField, records: &[&[u8]], place: Place) -> Self {
        let (element, shape) = field.dtype().without_axes();
        let itemsize = element.itemsize();
        let mut elements = Vec::new();
        // Without bytes there is nothing to measure.
        if itemsize > 0 {
            for record in records {
                elements
                    .extend(part(record, field.offset(), field.dtype().itemsize()).chunks_exact(itemsize));
            }
        }
        let axes = Axis::of_shape(&shape);
        let is_endless = match field.dtype().itemsize() {
            0 => {
                !shape.is_empty()
                    && layout::is_endless(&axes, place.times.saturating_mul(weight(element).max(1)))
            }
            // As many as there are bytes, and so are the records that it is in.
            _ => layout::is_endless(&axes, 1),
        };
        let place = Place {
            axes: place.axes || !shape.is_empty(),
            times: place.times.saturating_mul(layout::printed(&axes)),
            ..place
        };
        Self {
            offset: field.offset(),
            itemsize,
            shape,
            is_endless,
            element: Style::new(element, &elements, place),
        }
    }

    fn text(&self, record: &[u8]) -> String {
        if self.is_endless {
            return layout::ENDLESS.to_owned();
        }
        let count = layout::count(&self.shape);
        let bytes = part(record, self.offset, self.itemsize.saturating_mul(count));
        layout::inline(&Axis::of_shape(&self.shape), &mut |at| {
            self.element.text(nth(bytes, at, self.itemsize))
        })
    }
}

/// An element that is not in an array. NumPy prints it as a scalar, at full precision and without quotes.
fn alone(base: &DType, bytes: &[u8]) -> String {
    let Some(scalar) = base.as_scalar() else {
        return Style::new(base, &[bytes], Place { axes: false, plain_floats: true, times: 1 }).text(bytes);
    };
    match scalar.kind() {
        Kind::Complex => {
            let (a, b) = complex(scalar, bytes);
            let size = scalar.size() / 2;
            if a.is_zero() && !a.negative {
                return format!("{}j", float::alone(&b, size, Part::Real));
            }
            format!("({}{}j)", float::alone(&a, size, Part::Real), float::alone(&b, size, Part::Imaginary))
        }
        Kind::Bytes => format!("np.bytes_({})", text::bytes_repr(without_end(bytes))),
        Kind::Unicode => text::str_plain(&units(scalar, bytes)),
        Kind::DateTime(step) => time::date(steps(scalar, bytes), step),
        Kind::TimeDelta(step) => time::duration(steps(scalar, bytes), step),
        _ => Style::new(base, &[bytes], Place { axes: false, plain_floats: true, times: 1 }).text(bytes),
    }
}

/// The width of the wider of two texts. NumPy measures the least and the largest number only.
fn width<T>(least: Option<T>, largest: Option<T>, text: impl Fn(T) -> String) -> usize {
    [least, largest].into_iter().flatten().map(|number| text(number).len()).max().unwrap_or(0)
}

/// The bytes from `offset` on; none if they are not all there.
fn part(bytes: &[u8], offset: usize, size: usize) -> &[u8] {
    bytes.get(offset..).and_then(|bytes| bytes.get(..size)).unwrap_or(&[])
}

/// The bytes of an element among those of a sub-array.
fn nth(bytes: &[u8], at: usize, size: usize) -> &[u8] {
    part(bytes, at.saturating_mul(size), size)
}

fn quoted_time(scalar: Scalar, steps: i64) -> String {
    match scalar.kind() {
        _ if steps == time::NAT => "'NaT'".to_owned(),
        Kind::DateTime(step) => format!("'{}'", time::date(steps, step)),
        _ => steps.to_string(),
    }
}

fn real(scalar: Scalar, bytes: &[u8]) -> Real {
    Real::new(bits(scalar.order(), bytes), scalar.size())
}

fn complex(scalar: Scalar, bytes: &[u8]) -> (Real, Real) {
    let size = scalar.size() / 2;
    let half = |at| Real::new(bits(scalar.order(), nth(bytes, at, size)), size);
    (half(0), half(1))
}

fn truth(bytes: &[u8]) -> &'static str {
    if bytes.iter().any(|byte| *byte != 0) { "True" } else { "False" }
}

#[cfg(test)]
mod tests;
