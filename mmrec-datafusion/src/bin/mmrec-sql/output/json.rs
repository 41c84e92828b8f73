//! Rows as JSON, in which NaN and the infinities are the strings that stand for them.

use std::{
    io::{self, Write},
    ops::ControlFlow,
    sync::Arc,
};

use datafusion::arrow::{
    array::{Array, AsArray, PrimitiveArray, RecordBatch},
    datatypes::{ArrowPrimitiveType, DataType, FieldRef, Float32Type, Float64Type},
    error::ArrowError,
    json::{
        Encoder, EncoderFactory, EncoderOptions,
        writer::{LineDelimited, NullableEncoder, WriterBuilder},
    },
};

use super::{Failure, Result, Sink};

pub(super) struct Json<W, F> {
    out: W,
    failure: F,
    /// What stands between objects, and at the end, in a list.
    is_list: bool,
    is_first: bool,
    builder: WriterBuilder,
    lines: Vec<u8>,
}

impl<W: Write, F: Fn(io::Error) -> Failure> Json<W, F> {
    /// An object in each line.
    pub(super) fn lines(out: W, failure: F) -> Self {
        let builder = WriterBuilder::new().with_explicit_nulls(true).with_encoder_factory(Arc::new(Floats));
        Self { out, failure, is_list: false, is_first: true, builder, lines: Vec::new() }
    }

    /// A list of objects, each in a line.
    pub(super) fn list(out: W, failure: F) -> Result<Self> {
        let mut json = Self { is_list: true, ..Self::lines(out, failure) };
        json.out.write_all(b"[").map_err(&json.failure)?;
        Ok(json)
    }
}

impl<W: Write, F: Fn(io::Error) -> Failure> Sink for Json<W, F> {
    fn write(&mut self, batch: &RecordBatch) -> Result<ControlFlow<()>> {
        self.lines.clear();
        let mut writer = self.builder.clone().build::<_, LineDelimited>(&mut self.lines);
        writer.write(batch)?;
        writer.finish()?;
        if self.is_list {
            // Within strings the ends of lines are escaped.
            for line in self.lines.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()) {
                let between: &[u8] = if std::mem::take(&mut self.is_first) { b"\n" } else { b",\n" };
                self.out.write_all(between).and_then(|()| self.out.write_all(line)).map_err(&self.failure)?;
            }
        } else {
            self.out.write_all(&self.lines).map_err(&self.failure)?;
        }
        Ok(ControlFlow::Continue(()))
    }

    fn finish(&mut self) -> Result<()> {
        let end: &[u8] = match (self.is_list, self.is_first) {
            (true, true) => b"]\n",
            (true, false) => b"\n]\n",
            (false, _) => b"",
        };
        self.out.write_all(end).and_then(|()| self.out.flush()).map_err(&self.failure)
    }
}

/// Encodes floats, at any depth: with the fewest digits that read back as the same, and all that are no numbers as texts.
#[derive(Debug)]
struct Floats;

impl EncoderFactory for Floats {
    fn make_default_encoder<'a>(
        &self,
        _: &'a FieldRef,
        array: &'a dyn Array,
        _: &'a EncoderOptions,
    ) -> Result<Option<NullableEncoder<'a>>, ArrowError> {
        let encoder: Box<dyn Encoder + 'a> = match array.data_type() {
            DataType::Float32 => Box::new(Float(array.as_primitive::<Float32Type>())),
            DataType::Float64 => Box::new(Float(array.as_primitive::<Float64Type>())),
            _ => return Ok(None),
        };
        Ok(Some(NullableEncoder::new(encoder, array.nulls().cloned())))
    }
}

struct Float<'a, T: ArrowPrimitiveType>(&'a PrimitiveArray<T>);

impl<T: ArrowPrimitiveType> Encoder for Float<'_, T>
where
    T::Native: Into<f64>,
{
    fn encode(&mut self, row: usize, out: &mut Vec<u8>) {
        let number = self.0.value(row);
        let wide: f64 = number.into();
        // Writing to a `Vec` cannot fail.
        let _ = if wide.is_finite() {
            write!(out, "{number:?}")
        } else if wide.is_nan() {
            write!(out, "\"NaN\"")
        } else {
            write!(out, "\"{}Infinity\"", if wide < 0.0 { "-" } else { "" })
        };
    }
}
