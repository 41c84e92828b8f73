//! Words in brackets: which elements are printed, and where lines break.

/// Arrays of more elements than this are cut short.
const THRESHOLD: usize = 1000;
/// Elements on each side of an axis that is cut short.
const EDGE: usize = 3;
/// Characters in a line.
const LINE: usize = 75;
const DOTS: &str = "...";

/// One axis as it is printed.
pub(super) struct Axis {
    len: usize,
    cut: bool,
}

impl Axis {
    /// The axes of an array of this shape, which are cut if it has too many elements.
    pub(super) fn of_shape(shape: &[usize]) -> Vec<Self> {
        let many = is_cut(shape);
        shape.iter().map(|&len| Self { len, cut: many && len > 2 * EDGE }).collect()
    }

    /// How many places are printed, the dots included.
    fn printed(&self) -> usize {
        if self.cut { 2 * EDGE + 1 } else { self.len }
    }

    /// The places that are printed; `None` is the dots.
    fn places(&self) -> impl Iterator<Item = Option<usize>> + use<> {
        let (head, tail) = if self.cut { (EDGE, self.len - EDGE) } else { (self.len, self.len) };
        let dots = self.cut.then_some(None);
        (0..head).map(Some).chain(dots).chain((tail..self.len).map(Some))
    }
}

/// How many elements are printed of an array, the dots included.
pub(super) fn printed(axes: &[Axis]) -> usize {
    axes.iter().fold(1, |all, axis| all.saturating_mul(axis.printed()))
}

/// How many elements and pairs of brackets are printed of an array.
pub(super) fn parts(axes: &[Axis]) -> usize {
    (0..=axes.len()).fold(0, |all, inner| all.saturating_add(printed(&axes[..inner])))
}

/// Whether even what is printed of arrays of one shape, so many of them, is too much: elements without bytes can be any number,
/// and so can the brackets around none. NumPy prints them all.
pub(super) fn is_endless(axes: &[Axis], times: usize) -> bool {
    const MOST: usize = 1 << 20;
    parts(axes).saturating_mul(times) > MOST
}

/// What stands for it.
pub(super) const ENDLESS: &str = "[...]";

/// Whether an array of this shape is cut short.
pub(super) fn is_cut(shape: &[usize]) -> bool {
    count(shape) > THRESHOLD
}

/// Whether `end` fits on a line after `start` and a space.
pub(super) fn fits(start: &str, end: &str) -> bool {
    start.chars().count() + end.chars().count() < LINE
}

/// How many elements an array of this shape has.
pub(super) fn count(shape: &[usize]) -> usize {
    if shape.contains(&0) { 0 } else { shape.iter().fold(1, |count, len| count.saturating_mul(*len)) }
}

/// Calls `see` with the index of every printed element, the last axis fastest.
pub(super) fn visit(axes: &[Axis], see: &mut dyn FnMut(&[usize])) {
    fn step(axes: &[Axis], index: &mut Vec<usize>, see: &mut dyn FnMut(&[usize])) {
        let Some((axis, rest)) = axes.split_first() else { return see(index) };
        for place in axis.places().flatten() {
            index.push(place);
            step(rest, index, see);
            index.pop();
        }
    }
    step(axes, &mut Vec::new(), see);
}

/// A sub-array inside a record, in one line: `[[1, 2], [3, 4]]`. `word` gives the text of the element that many places
/// on, the last axis counted fastest.
pub(super) fn inline(axes: &[Axis], word: &mut dyn FnMut(usize) -> String) -> String {
    fn step(axes: &[Axis], at: usize, word: &mut dyn FnMut(usize) -> String, text: &mut String) {
        let Some((axis, rest)) = axes.split_first() else { return text.push_str(&word(at)) };
        text.push('[');
        for (i, place) in axis.places().enumerate() {
            if i > 0 {
                text.push_str(", ");
            }
            match place {
                Some(place) => step(rest, at.saturating_mul(axis.len).saturating_add(place), word, text),
                None => text.push_str(DOTS),
            }
        }
        text.push(']');
    }
    let mut text = String::new();
    step(axes, 0, word, &mut text);
    text
}

/// What stands between elements and around the array.
#[derive(Clone, Copy)]
pub(super) struct Form {
    pub(super) separator: &'static str,
    /// Characters before the first bracket, by which further lines are indented.
    pub(super) prefix: usize,
    /// Characters after the last bracket, for which a line leaves room.
    pub(super) suffix: usize,
}

/// The array in brackets, its rows broken into lines. `words`: the printed elements in the order of [`visit`].
pub(super) fn lines(axes: &[Axis], words: Vec<String>, form: Form) -> String {
    let mut text = String::new();
    block(axes, &mut words.into_iter(), 1, form, &mut text);
    text
}

/// One axis and those inside it. `depth`: brackets to the left of what the block holds, as many as will close it.
fn block(
    axes: &[Axis],
    words: &mut dyn Iterator<Item = String>,
    depth: usize,
    form: Form,
    text: &mut String,
) {
    let Some((axis, rest)) = axes.split_first() else {
        return text.push_str(&words.next().unwrap_or_default());
    };
    let indent = form.prefix + depth;
    let margin = " ".repeat(indent);
    text.push('[');
    if !rest.is_empty() {
        for (i, place) in axis.places().enumerate() {
            if i > 0 {
                // A blank line more for every further axis.
                text.push_str(form.separator.trim_end());
                text.push_str(&"\n".repeat(rest.len()));
                text.push_str(&margin);
            }
            match place {
                Some(_) => block(rest, words, depth + 1, form, text),
                None => text.push_str(DOTS),
            }
        }
        return text.push(']');
    }
    // Room for the brackets that close.
    let room = LINE.saturating_sub(form.suffix + depth);
    let mut column = indent;
    for (i, place) in axis.places().enumerate() {
        let word = match place {
            Some(_) => words.next().unwrap_or_default(),
            None => DOTS.to_owned(),
        };
        let width = word.chars().count();
        if i > 0 {
            text.push_str(form.separator);
            column += form.separator.len();
        }
        // On a fresh line even a word that is too wide stays.
        if column > indent && column + width > room {
            text.truncate(text.trim_end().len());
            text.push('\n');
            text.push_str(&margin);
            column = indent;
        }
        text.push_str(&word);
        column += width;
    }
    text.push(']');
}
