//! The structured dtype as a value: what NumPy would call the type of a record.
//!
//! This module knows no files and no Rust types; [`DType::of`] ties it to them.

mod descr;
mod diff;
mod export;
mod layout;
mod literal;
mod pin;
mod scalar;
mod shorthand;
pub(crate) mod stored;
mod syntax;

use std::{
    borrow::Cow,
    fmt,
    hash::{Hash, Hasher},
    ops::Deref,
    sync::Arc,
};

pub use self::scalar::{ByteOrder, Kind, Scalar, TimeStep, TimeUnit};
pub(crate) use self::{
    descr::{Form, ShapeText, Stop, read},
    layout::MAX_AXES,
    literal::{Lexer, Malformed, Token},
    syntax::Axis,
};

/// The largest record, field or sub-array in bytes: NumPy keeps these in a C `int`.
pub(crate) const MAX_ITEMSIZE: usize = i32::MAX as usize;

/// How deep records and axes of sub-arrays made at run time may be nested, so that no recursion over them is too deep.
const MAX_DEPTH: usize = 300;

/// A NumPy dtype: a scalar, a sub-array or a record.
///
/// Two dtypes are equal when NumPy calls them equal: same scalars and byte orders, same field names and titles in the
/// same order, same offsets, same sub-array shapes, same itemsize. [`alignment`](Self::alignment) does not count.
///
/// `Display` writes what NumPy puts into a `.npy` header after `'descr': `, and [`FromStr`](std::str::FromStr) reads
/// it, as well as a bare `<f8`.
///
/// ```
/// use mmrec::DType;
///
/// let dtype: DType = "[('ts', '<u8'), ('price', '<f8'), ('xyz', '<f4', (3,))]".parse()?;
/// assert_eq!(dtype.itemsize(), 28);
/// assert_eq!(dtype.field("xyz").unwrap().offset(), 16);
/// assert_eq!(dtype.field("xyz").unwrap().dtype().shape(), [3]);
/// assert_eq!(dtype.to_string(), "[('ts', '<u8'), ('price', '<f8'), ('xyz', '<f4', (3,))]");
/// # Ok::<(), mmrec::Error>(())
/// ```
///
/// NumPy: `numpy.dtype`.
#[derive(Clone)]
pub struct DType(Repr);

#[derive(Clone)]
enum Repr {
    Scalar(Scalar),
    /// One axis of a sub-array. `joined`: this axis and those of `base` are one shape, `(2, 5)`; otherwise `base` is a
    /// sub-array of its own, which NumPy tells apart: `('<f8', (5,))` in `(2,)`.
    Array {
        base: Ref,
        len: usize,
        itemsize: usize,
        joined: bool,
        depth: usize,
    },
    Record {
        fields: Fields,
        itemsize: usize,
        alignment: usize,
        depth: usize,
    },
}

/// A dtype inside a dtype: part of the program, or made at run time.
#[derive(Clone)]
enum Ref {
    Static(&'static DType),
    Shared(Arc<DType>),
}

impl Deref for Ref {
    type Target = DType;

    fn deref(&self) -> &DType {
        self.get()
    }
}

impl Ref {
    fn get(&self) -> &DType {
        match self {
            Self::Static(dtype) => dtype,
            Self::Shared(dtype) => dtype,
        }
    }
}

#[derive(Clone)]
enum Fields {
    Static(&'static [DTypeField]),
    Shared(Arc<[DTypeField]>),
}

/// One field of a record dtype: its name, where it is and what it holds.
///
/// ```
/// use mmrec::{DType, DTypeField};
///
/// let fields = [
///     DTypeField::new("id", "<u2".parse()?),
///     DTypeField::new("price", "<f8".parse()?).with_title("in EUR"),
/// ];
/// assert_eq!(DType::packed(fields.clone())?.itemsize(), 10);
/// let aligned = DType::aligned(fields.clone())?;
/// assert_eq!((aligned.itemsize(), aligned.fields()[1].offset()), (16, 8));
/// let [id, price] = fields;
/// let dtype = DType::with_offsets([price.at(0), id.at(8)], 12)?;
/// assert_eq!(dtype.to_string(), "[(('in EUR', 'price'), '<f8'), ('id', '<u2'), ('', '|V2')]");
/// # Ok::<(), mmrec::Error>(())
/// ```
///
/// NumPy: an item of the list that `numpy.dtype` takes.
#[derive(Clone)]
pub struct DTypeField {
    name: Cow<'static, str>,
    title: Option<Cow<'static, str>>,
    offset: usize,
    dtype: Ref,
}

impl DTypeField {
    /// A field called `name` of type `dtype`. Where it lies is decided by [`DType::packed`] or [`DType::aligned`],
    /// or by [`at`](Self::at) for [`DType::with_offsets`].
    pub fn new(name: impl Into<String>, dtype: DType) -> Self {
        let dtype = Ref::Shared(Arc::new(dtype));
        Self { name: Cow::Owned(name.into()), title: None, offset: 0, dtype }
    }

    /// The same field `offset` bytes into the record.
    #[must_use]
    pub fn at(mut self, offset: usize) -> Self {
        self.offset = offset;
        self
    }

    /// The same field with a title, NumPy's second name for it.
    #[must_use]
    pub fn with_title(mut self, title: impl Into<String>) -> Self {
        self.title = Some(Cow::Owned(title.into()));
        self
    }

    /// A field of a derived struct; its offset comes from the compiler.
    pub(crate) const fn of_struct(
        name: &'static str,
        title: Option<&'static str>,
        offset: usize,
        dtype: &'static DType,
    ) -> Self {
        let title = match title {
            Some(title) => Some(Cow::Borrowed(title)),
            None => None,
        };
        Self { name: Cow::Borrowed(name), title, offset, dtype: Ref::Static(dtype) }
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The title, if it has one.
    pub fn title(&self) -> Option<&str> {
        self.title.as_deref()
    }

    /// Bytes from the start of the record to the field.
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// What the field holds.
    pub fn dtype(&self) -> &DType {
        self.dtype.get()
    }

    /// The first byte after the field.
    fn end(&self) -> usize {
        self.offset + self.dtype().itemsize()
    }
}

impl DType {
    /// The dtype of a scalar.
    pub const fn scalar(scalar: Scalar) -> Self {
        Self(Repr::Scalar(scalar))
    }

    /// The dtype of a Rust array of `len` elements: arrays of arrays become one shape, as in NumPy `('<f8', (2, 5))`.
    #[doc(hidden)]
    #[track_caller]
    pub const fn of_array(base: &'static Self, len: usize) -> Self {
        let joined = matches!(base.0, Repr::Array { .. });
        let itemsize = base.itemsize() * len;
        assert!(itemsize <= MAX_ITEMSIZE, "an array of more than 2147483647 bytes has no NumPy dtype");
        let depth = base.depth() + 1;
        Self(Repr::Array { base: Ref::Static(base), len, itemsize, joined, depth })
    }

    /// The dtype of a derived struct `R`.
    ///
    /// # Panics
    ///
    /// While compiling, if it is too large for NumPy, or if a field does not lie within it.
    #[doc(hidden)]
    #[track_caller]
    pub const fn of_record<R>(fields: &'static [DTypeField]) -> Self {
        let (itemsize, alignment) = (size_of::<R>(), align_of::<R>());
        assert!(itemsize <= MAX_ITEMSIZE, "a record of more than 2147483647 bytes has no NumPy dtype");
        let (mut i, mut depth) = (0, 1);
        while i < fields.len() {
            let Ref::Static(dtype) = &fields[i].dtype else { panic!("the fields of a struct are constants") };
            if depth <= dtype.depth() {
                depth = dtype.depth() + 1;
            }
            let within = fields[i].offset <= itemsize && dtype.itemsize() <= itemsize - fields[i].offset;
            assert!(within, "a field does not lie within its record");
            i += 1;
        }
        Self(Repr::Record { fields: Fields::Static(fields), itemsize, alignment, depth })
    }

    /// Bytes that one element takes.
    ///
    /// NumPy: `dtype.itemsize`.
    pub const fn itemsize(&self) -> usize {
        match &self.0 {
            Repr::Scalar(scalar) => scalar.size(),
            Repr::Array { itemsize, .. } | Repr::Record { itemsize, .. } => *itemsize,
        }
    }

    /// How many records and axes of sub-arrays are inside each other.
    const fn depth(&self) -> usize {
        match &self.0 {
            Repr::Scalar(_) => 0,
            Repr::Array { depth, .. } | Repr::Record { depth, .. } => *depth,
        }
    }

    /// The alignment in bytes: of scalars as in C, of sub-arrays that of their base, of records that of the derived
    /// struct or of [`DType::aligned`], and 1 for packed records and those read from a text.
    ///
    /// NumPy: `dtype.alignment`.
    pub fn alignment(&self) -> usize {
        match &self.0 {
            Repr::Scalar(scalar) => scalar.alignment(),
            Repr::Array { base, .. } => base.alignment(),
            Repr::Record { alignment, .. } => *alignment,
        }
    }

    /// The scalar, if it is one.
    pub const fn as_scalar(&self) -> Option<Scalar> {
        match &self.0 {
            Repr::Scalar(scalar) => Some(*scalar),
            _ => None,
        }
    }

    /// Whether it is a record, even one without fields.
    pub const fn is_record(&self) -> bool {
        matches!(self.0, Repr::Record { .. })
    }

    /// The fields of a record in order; empty for anything else.
    ///
    /// NumPy: `dtype.names` and `dtype.fields`.
    pub fn fields(&self) -> &[DTypeField] {
        match &self.0 {
            Repr::Record { fields: Fields::Static(fields), .. } => fields,
            Repr::Record { fields: Fields::Shared(fields), .. } => fields,
            _ => &[],
        }
    }

    /// The field of that name or, failing that, of that title.
    ///
    /// NumPy: `dtype['name']`.
    pub fn field(&self, name: &str) -> Option<&DTypeField> {
        let by_name = self.fields().iter().find(|field| field.name() == name);
        by_name.or_else(|| self.fields().iter().find(|field| field.title() == Some(name)))
    }

    /// The shape of a sub-array; empty for anything else.
    ///
    /// NumPy: `dtype.shape`.
    pub fn shape(&self) -> Vec<usize> {
        let mut shape = Vec::new();
        let mut at = self;
        while let Repr::Array { base, len, joined, .. } = &at.0 {
            shape.push(*len);
            if !joined {
                break;
            }
            at = base;
        }
        shape
    }

    /// The element type of a sub-array; the dtype itself for anything else.
    ///
    /// NumPy: `dtype.base`.
    pub fn base(&self) -> &DType {
        let mut at = self;
        while let Repr::Array { base, joined, .. } = &at.0 {
            at = base;
            if !joined {
                break;
            }
        }
        at
    }

    /// The elements of a sub-array, however deep, and its shape; for anything else the dtype itself and no axes.
    pub(crate) fn without_axes(&self) -> (&Self, Vec<usize>) {
        let (mut base, mut shape) = (self, Vec::new());
        while let Some((inner, len)) = base.outer_axis() {
            base = inner;
            shape.push(len);
        }
        (base, shape)
    }

    /// Calls `f` with every scalar in an element: its place in bytes, what it is, and how many of it follow each other. What
    /// is padding is in none.
    pub(crate) fn each_leaf(&self, at: usize, f: &mut dyn FnMut(usize, Scalar, usize)) {
        let (mut base, mut count) = (self, 1usize);
        while let Repr::Array { base: inner, len, .. } = &base.0 {
            // No overflow: their bytes are at most `MAX_ITEMSIZE`, or there are none.
            count = count.saturating_mul(*len);
            base = inner;
        }
        match &base.0 {
            _ if base.itemsize() == 0 || count == 0 => {}
            Repr::Scalar(scalar) => f(at, *scalar, count),
            _ => {
                // Those without bytes are left out once, and not in every record.
                let fields: Vec<_> =
                    base.fields().iter().filter(|field| field.dtype().itemsize() > 0).collect();
                if fields.is_empty() {
                    return;
                }
                for i in 0..count {
                    for field in &fields {
                        field.dtype().each_leaf(at + i * base.itemsize() + field.offset(), f);
                    }
                }
            }
        }
    }

    /// The dtype of the elements along the first axis of a sub-array, and how many there are.
    pub(crate) fn outer_axis(&self) -> Option<(&DType, usize)> {
        match &self.0 {
            Repr::Array { base, len, .. } => Some((base, *len)),
            _ => None,
        }
    }
}

impl PartialEq for DType {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Repr::Scalar(a), Repr::Scalar(b)) => a == b,
            (
                Repr::Array { base: a, len: m, joined: j, .. },
                Repr::Array { base: b, len: n, joined: k, .. },
            ) => m == n && j == k && a.get() == b.get(),
            (Repr::Record { itemsize: m, .. }, Repr::Record { itemsize: n, .. }) => {
                m == n && self.fields() == other.fields()
            }
            _ => false,
        }
    }
}

impl Eq for DType {}

/// What is equal hashes alike.
impl Hash for DType {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match &self.0 {
            Repr::Scalar(scalar) => scalar.hash(state),
            Repr::Array { base, len, joined, .. } => (len, joined, base.get()).hash(state),
            Repr::Record { itemsize, .. } => (itemsize, self.fields()).hash(state),
        }
    }
}

impl PartialEq for DTypeField {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
            && self.title == other.title
            && self.offset == other.offset
            && self.dtype() == other.dtype()
    }
}

impl Eq for DTypeField {}

impl Hash for DTypeField {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (&self.name, &self.title, self.offset, self.dtype()).hash(state);
    }
}

impl From<Scalar> for DType {
    fn from(scalar: Scalar) -> Self {
        Self::scalar(scalar)
    }
}

impl fmt::Debug for DType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DType({self})")
    }
}

impl fmt::Debug for DTypeField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DTypeField({:?} at {}: {})", self.name(), self.offset, self.dtype())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::DType;

    #[test]
    fn equal_dtypes_hash_alike_and_others_differ() {
        let dtype = |text: &str| text.parse::<DType>().unwrap();
        let texts = [
            "<f8",
            ">f8",
            "<M8[ns]",
            "('<f8', (2, 5))",
            "[('a', '<f8', (2,)), ('b', 'i1')]",
            "[('a', '<f8', (2,)), (('t', 'b'), 'i1')]",
            "{'names': ['a'], 'formats': ['<f8'], 'offsets': [8], 'itemsize': 16}",
        ];
        let dtypes: HashSet<_> = texts.iter().map(|text| dtype(text)).collect();
        assert_eq!(dtypes.len(), texts.len());
        for text in ["float64", "<M8[1000ps]", "f8, i1"] {
            assert_eq!(
                dtypes.contains(&dtype(text)),
                texts.iter().any(|other| dtype(other) == dtype(text)),
                "{text}"
            );
        }
        // Part of the program or made at run time; the alignment does not count.
        let of_array = DType::of::<[f64; 2]>();
        assert_eq!(of_array, dtype("('<f8', (2,))"));
        assert!(HashSet::from([of_array]).contains(&dtype("('<f8', (2,))")));
        let record = dtype("[('a', '<f8')]");
        assert!(HashSet::from([record.to_aligned().unwrap()]).contains(&record));
    }
}
