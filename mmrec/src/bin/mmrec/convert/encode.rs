//! Stored scalars as text.

use mmrec::{Kind, Scalar, Value, f16};

use super::{
    columns::Style,
    scalar::{bits, is_opaque, signed},
    times,
};

/// Writes a scalar; why not, if it has no text.
pub(super) fn put(
    stored: &[u8],
    scalar: Scalar,
    style: Style,
    out: &mut Vec<u8>,
) -> Result<(), &'static str> {
    let order = scalar.order();
    match (scalar.kind(), scalar.size()) {
        _ if is_opaque(scalar) => hex(stored, style, out),
        (Kind::Bool, _) => out.extend_from_slice(if stored == [0] { b"False" } else { b"True" }),
        (Kind::Int, _) => int(signed(stored, order), out),
        (Kind::Uint, _) => out.extend_from_slice(itoa::Buffer::new().format(bits(stored, order)).as_bytes()),
        (Kind::Float, _) => float(bits(stored, order), stored.len(), out),
        (Kind::Complex, size) => {
            let (real, imaginary) = stored.split_at(size / 2);
            float(bits(real, order), size / 2, out);
            let at = out.len();
            float(bits(imaginary, order), size / 2, out);
            if out[at] != b'-' {
                out.insert(at, b'+');
            }
            out.push(b'j');
        }
        (Kind::DateTime(Some(step)), _) if !style.epoch => {
            let text =
                times::date(signed(stored, order), step).ok_or("a date too far away to have a text")?;
            out.extend_from_slice(text.as_bytes());
        }
        (Kind::DateTime(_) | Kind::TimeDelta(_), _) => match signed(stored, order) {
            times::NAT => out.extend_from_slice(b"NaT"),
            steps => int(steps, out),
        },
        (Kind::Unicode, _) => {
            let units = stored.chunks_exact(4).map(|unit| bits(unit, order) as u32);
            let text: Option<String> = units.map(char::from_u32).collect();
            let text = text.ok_or("code units that are no text")?;
            style.put(text.trim_end_matches('\0').as_bytes(), out);
        }
        _ => {
            let end = stored.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1);
            style.put(&stored[..end], out);
        }
    }
    Ok(())
}

fn int(number: i64, out: &mut Vec<u8>) {
    out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}

/// The shortest text of a float of so many bytes that reads back as it.
fn float(bits: u64, size: usize, out: &mut Vec<u8>) {
    let number = match size {
        8 => f64::from_bits(bits),
        4 => f32::from_bits(bits as u32).into(),
        _ => f16::from_bits(bits as u16).into(),
    };
    let mut buffer = zmij::Buffer::new();
    let text = match size {
        _ if number.is_nan() => "nan",
        _ if number == f64::INFINITY => "inf",
        _ if number == f64::NEG_INFINITY => "-inf",
        8 => buffer.format_finite(number),
        4 => buffer.format_finite(f32::from_bits(bits as u32)),
        _ => return out.extend_from_slice(Value::from(f16::from_bits(bits as u16)).to_string().as_bytes()),
    };
    out.extend_from_slice(text.as_bytes());
}

fn hex(stored: &[u8], style: Style, out: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    if stored.is_empty() {
        return style.put(b"", out);
    }
    for &byte in stored {
        out.extend([DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
    }
}
