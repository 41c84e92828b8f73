//! `#[mmrec(descr = "…")]`, `dtype`, `offset` and `itemsize`: the struct compared with a text while compiling.
//!
//! A mismatch is a panic in a constant, which the compiler reports with the message made here.

use super::{
    DType, DTypeField, Fields, Ref, Repr, Scalar,
    literal::{self, Lexer, Malformed, Token},
};

impl DType {
    /// Panics, while compiling, unless this dtype is what the descr text says.
    #[doc(hidden)]
    pub const fn assert_descr(&self, what: &str, text: &str) {
        let mut message = Message::new();
        let mut lexer = Lexer::new(text);
        // A bare `<f8` is fine too, as at run time.
        if let Some(scalar) = Scalar::parse(text.as_bytes()) {
            if !same_scalar(self, scalar) {
                message.mismatch(what, text.as_bytes(), self);
                message.panic();
            }
            return;
        }
        match check(self, what, &mut lexer, &mut message) {
            Ok(true) => {}
            Ok(false) => message.panic(),
            Err(malformed) => {
                message.malformed(text, malformed);
                message.panic()
            }
        }
        if !matches!(lexer.next(), Ok(Token::End)) {
            message.malformed(text, Malformed { at: lexer.at(), expected: "the end of the text" });
            message.panic()
        }
    }

    /// Panics, while compiling, unless the record has this itemsize.
    #[doc(hidden)]
    pub const fn assert_itemsize(&self, name: &str, itemsize: usize) {
        if self.itemsize() != itemsize {
            let mut message = Message::new();
            message.text("itemsize = ").number(itemsize).text(", but `").text(name).text("` has ");
            message
                .number(self.itemsize())
                .text(" bytes: change the number, or the fields, or add or remove padding");
            message.panic()
        }
    }

    /// Panics, while compiling, unless the field lies at this offset.
    #[doc(hidden)]
    pub const fn assert_offset(name: &str, expected: usize, found: usize) {
        if expected != found {
            let mut message = Message::new();
            message
                .text("offset = ")
                .number(expected)
                .text(", but field `")
                .text(name)
                .text("` lies at byte ");
            message
                .number(found)
                .text(": change the number, or the fields before it, or use repr(C, packed)");
            message.panic()
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
        Ok(Token::Str { start, end }) => {
            let text = lexer.bytes(start, end);
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
                message.mismatch(what, b"a sub-array", found);
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
    if close != 0 {
        if let Err(malformed) = lexer.expect(close, "the end of the shape") {
            return Err(malformed);
        }
    }
    if !same || axis != axes {
        message.text(what).text(": descr has the shape ");
        message
            .bytes(lexer.bytes(start, if close == 0 { end } else { lexer.at() }))
            .text(", the struct has ");
        message.dtype(found);
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
        message.mismatch(what, b"a record", found);
        return Ok(false);
    };
    let (mut at, mut offset) = (0, 0);
    loop {
        if let Ok(Token::Punct(b']')) = lexer.peek() {
            break;
        }
        match check_field(fields, &mut at, &mut offset, what, lexer, message) {
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
        message
            .text("field `")
            .text(name_of(&fields[at]))
            .text("`: the struct has ")
            .dtype(dtype_of(&fields[at]));
        message.text(" at ").number(fields[at].offset).text(", descr of ").text(what).text(" ends before it");
        return Ok(false);
    }
    if offset != *itemsize {
        message
            .text(what)
            .text(": descr ends at byte ")
            .number(offset)
            .text(", the struct has ")
            .number(*itemsize);
        message.text(" bytes: ").padding(*itemsize, offset);
        return Ok(false);
    }
    Ok(true)
}

/// One `(name, type)` or `(name, type, shape)` against the struct's next field; a nameless void is padding.
const fn check_field(
    fields: &[DTypeField],
    at: &mut usize,
    offset: &mut usize,
    what: &str,
    lexer: &mut Lexer<'_>,
    message: &mut Message,
) -> Result<bool, Malformed> {
    if let Err(malformed) = lexer.expect(b'(', "`(` before a field's name") {
        return Err(malformed);
    }
    let mut title: Option<&[u8]> = None;
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
    if name.is_empty() && title.is_none() {
        let mut ahead = *lexer;
        if let Ok(Token::Str { start, end }) = ahead.next()
            && let Some(scalar) = Scalar::parse(lexer.bytes(start, end))
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
            .bytes(name)
            .text("`: descr of ")
            .text(what)
            .text(" has it at ")
            .number(*offset);
        message.text(", the struct has no such field there");
        return Ok(false);
    }
    let field = &fields[*at];
    if !literal::spells(name, name_of(field)) {
        message.text("field `").text(name_of(field)).text("`: descr has `").bytes(name).text("` at ");
        message
            .number(*offset)
            .text(", the struct has `")
            .text(name_of(field))
            .text("` at ")
            .number(field.offset);
        message.text("; put the fields in the same order or add rename = \"…\"");
        return Ok(false);
    }
    if !same_title(title, field) {
        message
            .text("field `")
            .text(name_of(field))
            .text("`: the title in descr is not the struct's; add or change ");
        message.text("title = \"…\" on the field");
        return Ok(false);
    }
    if field.offset != *offset {
        message.text("field `").text(name_of(field)).text("`: descr has it at ").number(*offset);
        message
            .text(", the struct has it at ")
            .number(field.offset)
            .text(": ")
            .padding(field.offset, *offset);
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
            message.mismatch(name_of(field), b"a scalar", found);
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

const fn string<'a>(lexer: &mut Lexer<'a>) -> Result<&'a [u8], Malformed> {
    let before = *lexer;
    match lexer.next() {
        Ok(Token::Str { start, end }) => Ok(lexer.bytes(start, end)),
        _ => before.fail("a name in quotes"),
    }
}

const fn same_title(title: Option<&[u8]>, field: &DTypeField) -> bool {
    match (title, &field.title) {
        (None, None) => true,
        (Some(title), Some(std::borrow::Cow::Borrowed(ours))) => literal::spells(title, ours),
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
    text: [u8; Self::CAPACITY],
    len: usize,
}

impl Message {
    const CAPACITY: usize = 512;

    const fn new() -> Self {
        Self { text: [0; Self::CAPACITY], len: 0 }
    }

    const fn text(&mut self, text: &str) -> &mut Self {
        self.bytes(text.as_bytes())
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

    /// The dtype as text; records by their size, for the fields that differ are named one by one.
    const fn dtype(&mut self, dtype: &DType) -> &mut Self {
        match &dtype.0 {
            Repr::Scalar(scalar) => self.scalar(*scalar),
            Repr::Array { base: Ref::Static(base), len, .. } => {
                self.text("[").dtype(base).text("; ").number(*len).text("]")
            }
            Repr::Array { .. } => self.text("a sub-array"),
            Repr::Record { itemsize, .. } => self.text("a record of ").number(*itemsize).text(" bytes"),
        }
    }

    const fn scalar(&mut self, scalar: Scalar) -> &mut Self {
        let order = match scalar.order() {
            super::ByteOrder::Little => "'<",
            super::ByteOrder::Big => "'>",
            super::ByteOrder::None => "'|",
        };
        let (letter, size) = match scalar.kind() {
            super::Kind::Bool => ("b", scalar.size()),
            super::Kind::Int => ("i", scalar.size()),
            super::Kind::Uint => ("u", scalar.size()),
            super::Kind::Float => ("f", scalar.size()),
            super::Kind::Complex => ("c", scalar.size()),
            super::Kind::Bytes => ("S", scalar.size()),
            super::Kind::Unicode => ("U", scalar.size() / 4),
            super::Kind::Void => ("V", scalar.size()),
            super::Kind::DateTime(_) => ("M", scalar.size()),
            super::Kind::TimeDelta(_) => ("m", scalar.size()),
        };
        self.text(order).text(letter).number(size).text("'")
    }

    const fn mismatch(&mut self, what: &str, expected: &[u8], found: &DType) {
        self.text("`")
            .text(what)
            .text("`: descr has '")
            .bytes(expected)
            .text("', the struct has ")
            .dtype(found);
        self.text("; change one of the two");
    }

    const fn padding(&mut self, found: usize, expected: usize) -> &mut Self {
        if found > expected {
            self.text("the struct has ")
                .number(found - expected)
                .text(" bytes of padding that descr has not; use ");
            self.text("repr(C, packed), or say ('', '|V").number(found - expected).text("') in descr")
        } else {
            self.text("descr has ")
                .number(expected - found)
                .text(" bytes more than the struct; remove them from ");
            self.text("descr, or add a field or padding")
        }
    }

    const fn malformed(&mut self, text: &str, malformed: Malformed) {
        self.text("`")
            .text(text)
            .text("` is not a dtype: expected ")
            .text(malformed.expected)
            .text(" at byte ");
        self.number(malformed.at);
    }

    const fn panic(&self) -> ! {
        match std::str::from_utf8(self.text.split_at(self.len).0) {
            Ok(text) => panic!("{}", text),
            Err(_) => panic!("the dtype differs from descr"),
        }
    }
}
