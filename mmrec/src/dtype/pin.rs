//! `#[mmrec(descr = "…")]`, `dtype`, `offset` and `itemsize`: the struct compared with a text while compiling.
//!
//! A mismatch is a panic in a constant, which the compiler reports with the message made here.

use super::{
    DType, DTypeField, Fields, Ref, Repr, Scalar,
    literal::{Lexer, Malformed, Quoted, Token},
};

impl DType {
    /// Panics, while compiling, unless the dtype of the struct called `name` is what `#[mmrec(descr = "…")]` says.
    #[doc(hidden)]
    #[track_caller]
    pub const fn assert_descr(&self, name: &str, text: &str) {
        self.assert_text(name, text, Message::new("descr", "the struct"));
    }

    /// Panics, while compiling, unless the dtype of a field is what `#[mmrec(dtype = "…")]` says.
    #[doc(hidden)]
    #[track_caller]
    pub const fn assert_dtype(&self, field: &str, text: &str) {
        self.assert_text(field, text, Message::new("dtype", "the field"));
    }

    /// Panics, while compiling, unless the record has this itemsize.
    #[doc(hidden)]
    #[track_caller]
    pub const fn assert_itemsize(&self, name: &str, itemsize: usize) {
        if self.itemsize() != itemsize {
            let mut message = Message::new("itemsize", "the struct");
            message.text("itemsize = ").number(itemsize).text(", but `").text(name).text("` has ");
            message
                .number(self.itemsize())
                .text(" bytes; change the number or the fields, or add or remove padding");
            message.panic()
        }
    }

    /// Panics, while compiling, unless the field lies at this offset.
    #[doc(hidden)]
    #[track_caller]
    pub const fn assert_offset(field: &str, expected: usize, found: usize) {
        if expected != found {
            let mut message = Message::new("offset", "the struct");
            message
                .text("offset = ")
                .number(expected)
                .text(", but field `")
                .text(field)
                .text("` lies at byte ");
            message.number(found).text("; change the number, or the fields and padding before it");
            message.panic()
        }
    }

    #[track_caller]
    const fn assert_text(&self, what: &str, text: &str, mut message: Message) {
        let mut lexer = Lexer::new(text);
        // A bare `<f8` is fine too, as at run time.
        if let Some(scalar) = Scalar::parse(text.as_bytes()) {
            if !same_scalar(self, scalar) {
                message.mismatch(what, text.as_bytes(), self);
                message.panic();
            }
            return;
        }
        let is_literal = matches!(lexer.peek(), Ok(Token::Str(_) | Token::Punct(b'(' | b'[')));
        let checked = match check(self, what, &mut lexer, &mut message) {
            Err(_) if !is_literal => {
                Lexer::new(text).fail("a dtype such as <f8, ('<f4', (3,)) or [('ts', '<u8')]")
            }
            Ok(true) if !matches!(lexer.peek(), Ok(Token::End)) => lexer.fail("the end of the text"),
            checked => checked,
        };
        match checked {
            Ok(true) => {}
            Ok(false) => message.panic(),
            Err(malformed) => {
                message.malformed(text, malformed);
                message.panic()
            }
        }
    }

    const fn same_shape_and_base(&self) -> (&DType, usize) {
        let (mut at, mut axes) = (self, 0);
        while let Repr::Array { base: Ref::Static(base), joined, .. } = &at.0 {
            at = base;
            axes += 1;
            if !*joined {
                break;
            }
        }
        (at, axes)
    }
}

const fn same_scalar(dtype: &DType, expected: Scalar) -> bool {
    let Some(found) = dtype.as_scalar() else { return false };
    let same_kind = match (found.kind(), expected.kind()) {
        (super::Kind::DateTime(a), super::Kind::DateTime(b)) => same_step(a, b),
        (super::Kind::TimeDelta(a), super::Kind::TimeDelta(b)) => same_step(a, b),
        (a, b) => discriminant(a) == discriminant(b),
    };
    same_kind && found.size() == expected.size() && found.order() as u8 == expected.order() as u8
}

const fn same_step(a: Option<super::TimeStep>, b: Option<super::TimeStep>) -> bool {
    match (a, b) {
        (None, None) => true,
        (Some(a), Some(b)) => a.unit as u8 == b.unit as u8 && a.count == b.count,
        _ => false,
    }
}

/// `mem::discriminant` for constants; the times are told apart by their steps as well.
const fn discriminant(kind: super::Kind) -> u8 {
    match kind {
        super::Kind::Bool => 0,
        super::Kind::Int => 1,
        super::Kind::Uint => 2,
        super::Kind::Float => 3,
        super::Kind::Complex => 4,
        super::Kind::Bytes => 5,
        super::Kind::Unicode => 6,
        super::Kind::Void => 7,
        super::Kind::DateTime(_) => 8,
        super::Kind::TimeDelta(_) => 9,
    }
}

/// Compares `found` with the dtype the lexer is at. `Ok(false)`: they differ and `message` says how.
const fn check(
    found: &DType,
    what: &str,
    lexer: &mut Lexer<'_>,
    message: &mut Message,
) -> Result<bool, Malformed> {
    let start = lexer.at();
    let before = *lexer;
    match lexer.next() {
        Ok(Token::Str(Quoted { inside: text, .. })) => {
            let Some(scalar) = Scalar::parse(text) else {
                return before.fail("a scalar such as '<f8', '|S5' or '<M8[ns]'");
            };
            if !same_scalar(found, scalar) {
                message.mismatch(what, text, found);
                return Ok(false);
            }
            Ok(true)
        }
        Ok(Token::Punct(b'(')) => {
            let (base, axes) = found.same_shape_and_base();
            if axes == 0 {
                message.other_kind(what, "a sub-array", found);
                return Ok(false);
            }
            match check(base, what, lexer, message) {
                Ok(true) => {}
                other => return other,
            }
            if let Err(malformed) = lexer.expect(b',', "a comma and the shape") {
                return Err(malformed);
            }
            match check_shape(found, what, lexer, message) {
                Ok(true) => {}
                other => return other,
            }
            match lexer.expect(b')', "`)` after the shape") {
                Ok(()) => Ok(true),
                Err(malformed) => Err(malformed),
            }
        }
        Ok(Token::Punct(b'[')) => check_record(found, what, lexer, message),
        Ok(_) => {
            Err(Malformed { at: start, expected: "a scalar in quotes, a sub-array in ( ) or a list in [ ]" })
        }
        Err(malformed) => Err(malformed),
    }
}

const fn check_shape(
    found: &DType,
    what: &str,
    lexer: &mut Lexer<'_>,
    message: &mut Message,
) -> Result<bool, Malformed> {
    let start = lexer.at();
    let close = match lexer.peek() {
        Ok(Token::Int(_)) => 0,
        Ok(Token::Punct(b'(')) => b')',
        Ok(Token::Punct(b'[')) => b']',
        _ => return lexer.fail("a shape such as (3,)"),
    };
    if close != 0 {
        let _ = lexer.next();
    }
    let (_, axes) = found.same_shape_and_base();
    let (mut at, mut axis, mut same) = (found, 0, true);
    loop {
        let before = *lexer;
        match lexer.next() {
            Ok(Token::Int(len)) => {
                if axis < axes {
                    if let Repr::Array { base: Ref::Static(base), len: ours, .. } = &at.0 {
                        same = same && *ours == len;
                        at = base;
                    }
                } else {
                    same = false;
                }
                axis += 1;
            }
            _ => {
                *lexer = before;
                break;
            }
        }
        if close == 0 || !lexer.comma() {
            break;
        }
    }
    let end = lexer.at();
    if close != 0
        && let Err(malformed) = lexer.expect(close, "a comma or the end of the shape")
    {
        return Err(malformed);
    }
    if !same || axis != axes {
        let shape = lexer.bytes(start, if close == 0 { end } else { lexer.at() }).trim_ascii();
        message.name(what).source().text(" has the shape ").bytes(shape).text(", ");
        message.found().text(" has ").dtype(found).text("; change one of the two");
        return Ok(false);
    }
    Ok(true)
}

const fn check_record(
    found: &DType,
    what: &str,
    lexer: &mut Lexer<'_>,
    message: &mut Message,
) -> Result<bool, Malformed> {
    let Repr::Record { fields: Fields::Static(fields), itemsize, .. } = &found.0 else {
        message.other_kind(what, "a record", found);
        return Ok(false);
    };
    let (mut at, mut offset) = (0, 0);
    loop {
        if let Ok(Token::Punct(b']')) = lexer.peek() {
            break;
        }
        match check_field(fields, &mut at, &mut offset, lexer, message) {
            Ok(true) => {}
            other => return other,
        }
        if !lexer.comma() {
            break;
        }
    }
    if let Err(malformed) = lexer.expect(b']', "a comma or `]` after the field") {
        return Err(malformed);
    }
    if at < fields.len() {
        let field = &fields[at];
        message.text("field ").name(name_of(field)).found().text(" has ").dtype(dtype_of(field)).text(" at ");
        message.number(field.offset).text(", ").source().text(" ends before it; add it to ").source();
        return Ok(false);
    }
    if offset != *itemsize {
        message.name(what).source().text(" ends at byte ").number(offset).text(", ").found().text(" has ");
        message.count(*itemsize).text(": ").padding(*itemsize, offset);
        return Ok(false);
    }
    Ok(true)
}

/// One `(name, type)` or `(name, type, shape)` against the struct's next field; a nameless void is padding.
const fn check_field(
    fields: &[DTypeField],
    at: &mut usize,
    offset: &mut usize,
    lexer: &mut Lexer<'_>,
    message: &mut Message,
) -> Result<bool, Malformed> {
    if let Err(malformed) = lexer.expect(b'(', "`(` before a field's name") {
        return Err(malformed);
    }
    let mut title: Option<Quoted<'_>> = None;
    let name = match lexer.peek() {
        Ok(Token::Punct(b'(')) => {
            let _ = lexer.next();
            title = match string(lexer) {
                Ok(title) => Some(title),
                Err(malformed) => return Err(malformed),
            };
            if let Err(malformed) = lexer.expect(b',', "a comma between title and name") {
                return Err(malformed);
            }
            let name = string(lexer);
            if let Err(malformed) = lexer.expect(b')', "`)` after title and name") {
                return Err(malformed);
            }
            name
        }
        _ => string(lexer),
    };
    let name = match name {
        Ok(name) => name,
        Err(malformed) => return Err(malformed),
    };
    if let Err(malformed) = lexer.expect(b',', "a comma after the name") {
        return Err(malformed);
    }
    if name.inside.is_empty() && title.is_none() {
        let mut ahead = *lexer;
        if let Ok(Token::Str(quoted)) = ahead.next()
            && let Some(scalar) = Scalar::parse(quoted.inside)
            && matches!(scalar.kind(), super::Kind::Void)
        {
            *lexer = ahead;
            *offset += scalar.size();
            return match lexer.expect(b')', "`)` after the padding") {
                Ok(()) => Ok(true),
                Err(malformed) => Err(malformed),
            };
        }
    }
    if *at == fields.len() {
        message
            .text("field `")
            .bytes(name.inside)
            .text("`: ")
            .source()
            .text(" has it at ")
            .number(*offset)
            .text(", ");
        message.found().text(" has no such field; add it to ").found().text(", or remove it from ").source();
        return Ok(false);
    }
    let field = &fields[*at];
    if !name.spells(name_of(field)) {
        message.text("field ").name(name_of(field)).source().text(" has `").bytes(name.inside).text("` at ");
        message.number(*offset).text(", ").found().text(" has `").text(name_of(field)).text("` at ");
        message
            .number(field.offset)
            .text("; put the fields in the same order, or add rename = \"…\" to the field");
        return Ok(false);
    }
    if !same_title(title, field) {
        message.text("field ").name(name_of(field)).text("the title in ").source().text(" is not that of ");
        message.found().text("; add or change title = \"…\" on the field");
        return Ok(false);
    }
    if field.offset != *offset {
        message.text("field ").name(name_of(field)).source().text(" has it at ").number(*offset).text(", ");
        message.found().text(" has it at ").number(field.offset).text(": ").padding(field.offset, *offset);
        return Ok(false);
    }
    *at += 1;
    *offset += dtype_of(field).itemsize();
    check_field_type(field, lexer, message)
}

const fn check_field_type(
    field: &DTypeField,
    lexer: &mut Lexer<'_>,
    message: &mut Message,
) -> Result<bool, Malformed> {
    let found = dtype_of(field);
    // `('a', '<f4', (3,))` and `('a', ('<f4', (3,)))` are the same type, so see first which one is here.
    let separate_shape = !matches!(lexer.peek(), Ok(Token::Punct(b'(')));
    let (base, axes) = found.same_shape_and_base();
    let checked = if separate_shape && axes > 0 {
        check(base, name_of(field), lexer, message)
    } else {
        check(found, name_of(field), lexer, message)
    };
    match checked {
        Ok(true) => {}
        other => return other,
    }
    if separate_shape && axes > 0 {
        if !lexer.comma() {
            message.other_kind(name_of(field), "a scalar", found);
            return Ok(false);
        }
        match check_shape(found, name_of(field), lexer, message) {
            Ok(true) => {}
            other => return other,
        }
    } else if lexer.comma() {
        let before = *lexer;
        if !matches!(lexer.peek(), Ok(Token::Punct(b')'))) {
            *lexer = before;
            match check_shape(found, name_of(field), lexer, message) {
                Ok(true) => {}
                other => return other,
            }
        }
    }
    match lexer.expect(b')', "`)` after the field") {
        Ok(()) => Ok(true),
        Err(malformed) => Err(malformed),
    }
}

const fn string<'a>(lexer: &mut Lexer<'a>) -> Result<Quoted<'a>, Malformed> {
    let before = *lexer;
    match lexer.next() {
        Ok(Token::Str(quoted)) => Ok(quoted),
        _ => before.fail("a name in quotes"),
    }
}

const fn same_title(title: Option<Quoted<'_>>, field: &DTypeField) -> bool {
    match (title, &field.title) {
        (None, None) => true,
        (Some(title), Some(std::borrow::Cow::Borrowed(ours))) => title.spells(ours),
        _ => false,
    }
}

/// The fields of derived structs are made of constants, which is all that is ever compared here.
const fn name_of(field: &DTypeField) -> &str {
    match &field.name {
        std::borrow::Cow::Borrowed(name) => name,
        std::borrow::Cow::Owned(_) => "",
    }
}

const fn dtype_of(field: &DTypeField) -> &DType {
    match &field.dtype {
        Ref::Static(dtype) => dtype,
        Ref::Shared(_) => panic!("a derived struct has constant fields"),
    }
}

/// A message put together while compiling, where there is no `format!`.
struct Message {
    /// What the text is called in the attribute: `descr` or `dtype`.
    source: &'static str,
    /// What it is compared with.
    found: &'static str,
    text: [u8; Self::CAPACITY],
    len: usize,
}

impl Message {
    const CAPACITY: usize = 512;

    const fn new(source: &'static str, found: &'static str) -> Self {
        Self { source, found, text: [0; Self::CAPACITY], len: 0 }
    }

    const fn text(&mut self, text: &str) -> &mut Self {
        self.bytes(text.as_bytes())
    }

    /// What the rest of the message is about.
    const fn name(&mut self, name: &str) -> &mut Self {
        self.text("`").text(name).text("`: ")
    }

    const fn source(&mut self) -> &mut Self {
        self.text(self.source)
    }

    const fn found(&mut self) -> &mut Self {
        self.text(self.found)
    }

    const fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        let mut i = 0;
        while i < bytes.len() && self.len < Self::CAPACITY {
            self.text[self.len] = bytes[i];
            self.len += 1;
            i += 1;
        }
        self
    }

    const fn number(&mut self, number: usize) -> &mut Self {
        if number >= 10 {
            self.number(number / 10);
        }
        self.bytes(&[b'0' + (number % 10) as u8])
    }

    const fn count(&mut self, bytes: usize) -> &mut Self {
        self.number(bytes).text(if bytes == 1 { " byte" } else { " bytes" })
    }

    /// The dtype as text; records by their size, for the fields that differ are named one by one.
    const fn dtype(&mut self, dtype: &DType) -> &mut Self {
        match &dtype.0 {
            Repr::Scalar(scalar) => self.text("'").scalar(*scalar).text("'"),
            Repr::Array { .. } => {
                let (base, axes) = dtype.same_shape_and_base();
                self.text("(").dtype(base).text(", (");
                let mut at = dtype;
                let mut axis = 0;
                while let Repr::Array { base: Ref::Static(base), len, .. } = &at.0 {
                    self.number(*len);
                    axis += 1;
                    if axis == axes {
                        break;
                    }
                    self.text(", ");
                    at = base;
                }
                self.text(if axes == 1 { ",))" } else { "))" })
            }
            Repr::Record { itemsize, .. } => self.text("a record of ").count(*itemsize),
        }
    }

    const fn scalar(&mut self, scalar: Scalar) -> &mut Self {
        self.text(match scalar.order() {
            super::ByteOrder::Little => "<",
            super::ByteOrder::Big => ">",
            super::ByteOrder::None => "|",
        });
        let (letter, size) = match scalar.kind() {
            super::Kind::Bool => ("b", scalar.size()),
            super::Kind::Int => ("i", scalar.size()),
            super::Kind::Uint => ("u", scalar.size()),
            super::Kind::Float => ("f", scalar.size()),
            super::Kind::Complex => ("c", scalar.size()),
            super::Kind::Bytes => ("S", scalar.size()),
            super::Kind::Unicode => ("U", scalar.size() / 4),
            super::Kind::Void => ("V", scalar.size()),
            super::Kind::DateTime(step) => return self.text("M8").step(step),
            super::Kind::TimeDelta(step) => return self.text("m8").step(step),
        };
        self.text(letter).number(size)
    }

    const fn step(&mut self, step: Option<super::TimeStep>) -> &mut Self {
        let Some(step) = step else { return self };
        self.text("[");
        if step.count != 1 {
            self.number(step.count as usize);
        }
        self.text(step.unit.text()).text("]")
    }

    /// The scalar in the text is not what was found.
    const fn mismatch(&mut self, what: &str, expected: &[u8], found: &DType) {
        self.name(what).source().text(" has '").bytes(expected).text("', ");
        self.found().text(" has ").dtype(found).text("; change one of the two");
    }

    /// What the text describes is not of the same sort as what was found.
    const fn other_kind(&mut self, what: &str, expected: &str, found: &DType) {
        self.name(what).source().text(" has ").text(expected).text(", ");
        self.found().text(" has ").dtype(found).text("; change one of the two");
    }

    const fn padding(&mut self, found: usize, expected: usize) -> &mut Self {
        if found > expected {
            self.found().text(" has ").count(found - expected).text(" of padding there that ").source();
            self.text(" has not; use repr(C, packed), or add ('', '|V")
                .number(found - expected)
                .text("') to ")
                .source()
        } else {
            self.source().text(" has ").count(expected - found).text(" more than ").found();
            self.text("; remove them from ").source().text(", or add a field or padding")
        }
    }

    const fn malformed(&mut self, text: &str, malformed: Malformed) {
        self.source().text(" cannot be read at byte ").number(malformed.at).text(": expected ");
        self.text(malformed.expected).text(", found ");
        let rest = text.as_bytes().split_at(malformed.at).1.trim_ascii_start();
        if rest.is_empty() {
            self.text("the end of the text");
        } else {
            let (start, more) = if rest.len() > 20 { (rest.split_at(20).0, "…") } else { (rest, "") };
            self.text("`").bytes(start).text(more).text("`");
        }
    }

    #[track_caller]
    const fn panic(&self) -> ! {
        let text = self.text.split_at(self.len).0;
        // A text cut at the capacity may end inside a character.
        let whole = match std::str::from_utf8(text) {
            Ok(_) => text,
            Err(error) => text.split_at(error.valid_up_to()).0,
        };
        match std::str::from_utf8(whole) {
            Ok(text) => panic!("{}", text),
            Err(_) => panic!("the dtype differs"),
        }
    }
}
