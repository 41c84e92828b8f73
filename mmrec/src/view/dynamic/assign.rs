//! Copying arrays of records into arrays of other records, field by field.

use std::collections::HashMap;

use ndarray::{Slice, SliceInfoElem};

use super::{DynView, DynViewMut, cast::swapped_width};
use crate::{
    dtype::{DType, DTypeField, Kind, Scalar, ShapeText},
    element::bulk::Part,
    error::{Error, ErrorKind, Result},
    view::raw::{DynRaw, DynRawMut},
};

/// How far a copy has come; see [`DynViewMut::assign_by_name_with`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// Elements that are copied.
    pub done: usize,
    /// Elements in all.
    pub total: usize,
}

/// Bytes between two reports of progress, at least.
const STEP: usize = 16 << 20;

/// The most fields that an error lists.
const MOST_LISTED: usize = 20;

/// What to do with every element.
#[derive(Default)]
struct Plan {
    /// From where, to where, and what.
    parts: Vec<(usize, usize, Part)>,
    /// Scalars, or arrays of them, that become others: where they are, what they are, and where they go as what.
    casts: Vec<(usize, DType, usize, DType)>,
    /// Arrays of records: where they are, what they are, where they go as what, and what to do with each record.
    inner: Vec<(usize, DType, usize, DType, Plan)>,
}

/// What was found on the way to a plan.
#[derive(Default)]
struct Findings {
    /// Fields that cannot be copied, and why.
    refused: Vec<String>,
    /// Whether any field is in both.
    any: bool,
}

/// How one field of records is copied to or from an array that has nothing else, by its scalars.
pub(crate) struct FieldCopy(Plan);

impl FieldCopy {
    /// Copies elements of a dtype that lie so many bytes into those of one array, to so many bytes into those of another.
    pub(crate) fn new(dtype: &DType, source: usize, target: usize) -> Self {
        let mut plan = Plan::default();
        plan.copy(dtype, source, target);
        Self(plan)
    }

    /// The two arrays have the same shape, and elements that are long enough. They may be arrays, too.
    pub(crate) fn run(&self, to: DynRawMut<'_>, from: DynRaw<'_>) {
        // With their axes, short ones, elements that are arrays would be copied piece by piece.
        DynViewMut { raw: to }.run(&DynView { raw: from }, &self.0);
    }
}

impl DynViewMut<'_> {
    /// Copies all elements from a view of the same shape and dtype. Padding stays as it is.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::ShapeMismatch`] or [`ErrorKind::DTypeMismatch`] if they differ, and then nothing is written.
    ///
    /// NumPy: `array[...] = other`.
    pub fn assign<'v>(&mut self, from: impl Into<DynView<'v>>) -> Result<()> {
        let from = &from.into();
        self.check_shape(from)?;
        if self.dtype() != from.dtype() {
            let difference =
                self.dtype().difference("this view", from.dtype(), "the other").unwrap_or_default();
            let message = format!(
                "the dtypes differ; use assign_by_name to copy the fields that both have\n{difference}"
            );
            return Err(Error::new(ErrorKind::DTypeMismatch, message));
        }
        let mut plan = Plan::default();
        plan.copy(from.dtype(), 0, 0);
        self.run(from, &plan);
        Ok(())
    }

    /// Copies the fields that both records have, by name, from a view of the same shape. A field may lie elsewhere, have the
    /// other byte order, or be of a wider type, as far as no value of the narrower one is lost. Other fields here stay as they
    /// are, and those of the other are left out. Where fields here overlap, which of them stays is not said.
    ///
    /// ```
    /// use mmrec::DynMap;
    ///
    /// # let dir = std::env::temp_dir().join(format!("mmrec-doc-by-name-{}", std::process::id()));
    /// # std::fs::create_dir_all(&dir).unwrap();
    /// # let (old, new) = (dir.join("old.npy"), dir.join("new.npy"));
    /// # let mut made = DynMap::options().dtype("[('id', '<u4'), ('x', '>f4')]".parse()?).shape(2).create_npy(&old)?;
    /// # made.field_mut("x")?.fill(1.5)?;
    /// let from = DynMap::open(&old)?;                                       // [('id', '<u4'), ('x', '>f4')]
    /// let wider = "[('x', '<f8'), ('y', '<f8'), ('id', '<u8')]".parse()?;
    /// let mut to = DynMap::options().dtype(wider).shape(from.shape()).create_npy(&new)?;
    /// to.assign_by_name(&from)?;
    /// assert_eq!(to.at(1).to_string(), "(1.5, 0.0, 0)");
    /// # std::fs::remove_dir_all(dir).unwrap();
    /// # Ok::<(), mmrec::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::ShapeMismatch`] if the shapes differ, [`ErrorKind::DTypeMismatch`] with all fields whose values might be
    /// lost, [`ErrorKind::NoSuchField`] if there is no field in common; nothing is written then.
    ///
    /// NumPy: `numpy.lib.recfunctions.assign_fields_by_name(self, other, zero_unassigned=False)`, which converts whatever the
    /// types.
    pub fn assign_by_name<'v>(&mut self, from: impl Into<DynView<'v>>) -> Result<()> {
        self.assign_by_name_with(from, |_| ())
    }

    /// [`assign_by_name`](Self::assign_by_name), calling `progress` after every 16 MiB or so and at the end.
    ///
    /// # Errors
    ///
    /// As for `assign_by_name`.
    pub fn assign_by_name_with<'v>(
        &mut self,
        from: impl Into<DynView<'v>>,
        mut progress: impl FnMut(Progress),
    ) -> Result<()> {
        let from = &from.into();
        self.check_shape(from)?;
        let plan = plan(from.dtype(), self.dtype())?;
        let (total, itemsize) = (from.len(), self.dtype().itemsize().max(from.dtype().itemsize()));
        // Along the axis that is widest in memory, so that the file is written from front to back.
        let strides = self.raw.strides().to_vec();
        let axis = (0..strides.len()).max_by_key(|&axis| (strides[axis].unsigned_abs(), usize::MAX - axis));
        let Some(axis) = axis.filter(|_| total > 0 && itemsize > 0) else {
            self.run(from, &plan);
            progress(Progress { done: total, total });
            return Ok(());
        };
        let rows = self.shape()[axis];
        let per_row = total / rows;
        let step = (STEP / itemsize.saturating_mul(per_row).max(1)).clamp(1, rows);
        let mut start = 0;
        while start < rows {
            let end = start.saturating_add(step).min(rows);
            let mut part = vec![SliceInfoElem::from(Slice::from(..)); strides.len()];
            part[axis] = SliceInfoElem::from(Slice::from(start..end));
            self.slice_mut(part.as_slice()).run(&from.slice(part.as_slice()), &plan);
            progress(Progress { done: end * per_row, total });
            start = end;
        }
        Ok(())
    }

    fn check_shape(&self, from: &DynView<'_>) -> Result<()> {
        if self.shape() == from.shape() {
            return Ok(());
        }
        let message = format!(
            "the shapes differ: {} here, {} of what is copied; take slices of one shape",
            ShapeText(self.shape()),
            ShapeText(from.shape())
        );
        Err(Error::new(ErrorKind::ShapeMismatch, message))
    }

    fn run(&mut self, from: &DynView<'_>, plan: &Plan) {
        if from.is_empty() {
            return;
        }
        let copied = self.raw.copy_parts(&from.raw, &plan.parts);
        debug_assert!(copied.is_some(), "a plan is made of parts of the elements");
        // There are elements, so that their parts have axes that fit.
        for (source, dtype, target, to) in &plan.casts {
            let (Some(source), Some(mut target)) = (from.part(*source, dtype), self.part(*target, to)) else {
                continue;
            };
            let indices = ndarray::indices(ndarray::IxDyn(source.shape()));
            for (index, value) in indices.into_iter().zip(source.iter()) {
                // The plan has conversions that never fail.
                let _ = target.set(index, value);
            }
        }
        for (source, dtype, target, to, plan) in &plan.inner {
            if let (Some(source), Some(mut target)) = (from.part(*source, dtype), self.part(*target, to)) {
                target.run(&source, plan);
            }
        }
    }

    /// What lies `offset` bytes into each element, to be written as this dtype; see [`DynView::part`].
    pub(crate) fn part(&mut self, offset: usize, dtype: &DType) -> Option<DynViewMut<'_>> {
        DynViewMut::from_raw(self.raw.reborrow().part(offset, dtype.clone())?).ok()
    }
}

impl<'a> DynView<'a> {
    /// What lies `offset` bytes into each element, read as this dtype, with its axes at the end; `None` if it ends past the element.
    pub(crate) fn part(&self, offset: usize, dtype: &DType) -> Option<DynView<'a>> {
        DynView::from_raw(self.raw.part(offset, dtype.clone())?).ok()
    }

    /// Whether the elements can be copied to those of a dtype by name.
    pub(crate) fn check_by_name(&self, to: &DType) -> Result<()> {
        plan(self.dtype(), to).map(drop)
    }
}

fn plan(from: &DType, to: &DType) -> Result<Plan> {
    let (mut plan, mut findings) = (Plan::default(), Findings::default());
    plan.convert(from, 0, to, 0, "", &mut findings);
    if !findings.refused.is_empty() {
        let more = match findings.refused.len().checked_sub(MOST_LISTED) {
            None | Some(0) => String::new(),
            Some(more) => format!("\nand {more} more"),
        };
        findings.refused.truncate(MOST_LISTED);
        let message = format!(
            "values would be lost; make these fields wider, or leave them out\n{}{more}",
            findings.refused.join("\n")
        );
        return Err(Error::new(ErrorKind::DTypeMismatch, message));
    }
    if !findings.any {
        let names = |dtype: &DType| {
            let names: Vec<_> = dtype.fields().iter().map(|field| format!("`{}`", field.name())).collect();
            names.join(", ")
        };
        let message = format!(
            "no field has a name in common: {} here, {} in what is copied; check which file is which",
            names(to),
            names(from)
        );
        return Err(Error::new(ErrorKind::NoSuchField, message));
    }
    Ok(plan)
}

impl Plan {
    /// All scalars of an element of the same dtype.
    fn copy(&mut self, dtype: &DType, source: usize, target: usize) {
        if dtype.itemsize() == 0 {
            return;
        }
        // No more than the bytes of the element.
        let (base, shape) = dtype.without_axes();
        let count = shape.iter().product::<usize>();
        match base.as_scalar() {
            Some(scalar) => self.add(source, target, Part { size: scalar.size(), count, swapped: None }),
            None if shape.is_empty() => {
                for field in base.fields() {
                    self.copy(field.dtype(), source + field.offset(), target + field.offset());
                }
            }
            None => {
                let mut inner = Self::default();
                inner.copy(base, 0, 0);
                self.inner.push((source, dtype.clone(), target, dtype.clone(), inner));
            }
        }
    }

    /// Bytes that follow those of the part before, on both sides, are copied with them.
    fn add(&mut self, source: usize, target: usize, part: Part) {
        if let Some((from, to, before)) = self.parts.last_mut()
            && part.swapped.is_none()
            && before.swapped.is_none()
            && let Some(bytes) = before.bytes()
            && (*from + bytes, *to + bytes) == (source, target)
            && before.size == part.size
        {
            before.count += part.count;
            return;
        }
        self.parts.push((source, target, part));
    }

    fn convert(
        &mut self,
        from: &DType,
        source: usize,
        to: &DType,
        target: usize,
        name: &str,
        findings: &mut Findings,
    ) {
        let refused = |findings: &mut Findings, why: &str| {
            let field = if name.is_empty() { "the elements".to_owned() } else { format!("field `{name}`") };
            findings.refused.push(format!("{field}: {from} does not become {to}{why}"));
        };
        if from == to {
            findings.any = true;
            return self.copy(from, source, target);
        }
        if from.is_record() && to.is_record() {
            let fields = by_name(from);
            for field in to.fields() {
                if let Some(other) = fields.get(field.name()) {
                    let dot = if name.is_empty() { "" } else { "." };
                    let (source, target) = (source + other.offset(), target + field.offset());
                    let name = format!("{name}{dot}{}", field.name());
                    self.convert(other.dtype(), source, field.dtype(), target, &name, findings);
                }
            }
            return;
        }
        let ((base, shape), (to_base, to_shape)) = (from.without_axes(), to.without_axes());
        if shape != to_shape {
            return refused(findings, ", for the shapes differ");
        }
        let has_bytes = from.itemsize() > 0 && to.itemsize() > 0;
        match (base.as_scalar(), to_base.as_scalar()) {
            (Some(a), Some(b)) if a.kind() == b.kind() && a.size() == b.size() => {
                findings.any = true;
                if has_bytes {
                    let count = shape.iter().product::<usize>();
                    self.add(source, target, Part { size: a.size(), count, swapped: swapped_width(a, b) });
                }
            }
            (Some(a), Some(b)) if is_safe(a, b) => {
                findings.any = true;
                if has_bytes {
                    self.casts.push((source, from.clone(), target, to.clone()));
                }
            }
            (None, None) => {
                let mut inner = Self::default();
                inner.convert(base, 0, to_base, 0, name, findings);
                if has_bytes {
                    self.inner.push((source, from.clone(), target, to.clone(), inner));
                }
            }
            _ => refused(findings, " without loss"),
        }
    }
}

/// The fields of a record by their names.
pub(super) fn by_name(dtype: &DType) -> HashMap<&str, &DTypeField> {
    dtype.fields().iter().map(|field| (field.name(), field)).collect()
}

/// Whether every value of one scalar is one of the other.
pub(crate) fn is_safe(from: Scalar, to: Scalar) -> bool {
    use Kind::{Bool, Bytes, Complex, Float, Int, Uint, Unicode};
    // The bits of the integers that a float has all of.
    let digits = |size| match size {
        2 => 11,
        4 => 24,
        _ => 53,
    };
    let bits = |scalar: Scalar| 8 * scalar.size();
    let is_known = |scalar: Scalar| !matches!((scalar.kind(), scalar.size()), (Float, 16) | (Complex, 32));
    if !is_known(from) || !is_known(to) {
        return false;
    }
    match (from.kind(), to.kind()) {
        (Bool, Int | Uint | Float | Complex) => true,
        (Uint, Uint) | (Int, Int) | (Float, Float) | (Bytes, Bytes) | (Unicode, Unicode) => {
            from.size() < to.size()
        }
        (Complex, Complex) => from.size() < to.size(),
        (Uint, Int) => from.size() < to.size(),
        (Uint, Float) => bits(from) <= digits(to.size()),
        (Int, Float) => bits(from) - 1 <= digits(to.size()),
        (Uint, Complex) => bits(from) <= digits(to.size() / 2),
        (Int, Complex) => bits(from) - 1 <= digits(to.size() / 2),
        (Float, Complex) => from.size() <= to.size() / 2,
        _ => false,
    }
}

impl DType {
    /// The same fields one after another without gaps, those of nested records too.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Overflow`] if they overlapped and now take more than 2^31 - 1 bytes.
    ///
    /// NumPy: `numpy.dtype([...])` of the same fields; `numpy.lib.recfunctions.repack_fields(dtype, recurse=True)`, which
    /// leaves records in arrays as they are.
    pub fn to_packed(&self) -> Result<DType> {
        self.repacked(&|fields| DType::packed(fields))
    }

    /// The same fields, each at the next multiple of its alignment, as a C compiler would lay them out, those of nested
    /// records too.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Overflow`] past 2^31 - 1 bytes.
    ///
    /// NumPy: `numpy.dtype([...], align=True)` of the same fields; `repack_fields(dtype, align=True, recurse=True)` packs
    /// nested records.
    pub fn to_aligned(&self) -> Result<DType> {
        self.repacked(&|fields| DType::aligned(fields))
    }

    fn repacked(&self, lay_out: &dyn Fn(Vec<DTypeField>) -> Result<DType>) -> Result<DType> {
        if self.is_record() {
            let fields: Result<_> = self
                .fields()
                .iter()
                .map(|field| {
                    let new = DTypeField::new(field.name(), field.dtype().repacked(lay_out)?);
                    Ok(match field.title() {
                        Some(title) => new.with_title(title),
                        None => new,
                    })
                })
                .collect();
            return lay_out(fields?);
        }
        match self.base() {
            base if base == self => Ok(self.clone()),
            base => DType::array(base.repacked(lay_out)?, &self.shape()),
        }
    }
}
