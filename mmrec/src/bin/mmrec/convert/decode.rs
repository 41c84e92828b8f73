//! Text as stored scalars.

use mmrec::{ByteOrder, DType, Kind, Scalar, TimeUnit, Value, f16};

use super::{
    columns::Style,
    scalar::{is_opaque, put_bits},
    times,
};

const DATE: &str = "a date such as 2021-06-01T09:30:00";

/// The most digits of what is surely a year.
const YEAR: usize = "2021".len();

/// Reads a scalar into its place, whose bytes are 0; what was expected, if the text is none.
pub(super) fn read(text: &[u8], scalar: Scalar, style: Style, to: &mut [u8]) -> Result<(), String> {
    let (order, size) = (scalar.order(), scalar.size());
    match scalar.kind() {
        _ if is_opaque(scalar) => return hex(text, to),
        Kind::Bytes => return bytes(text, to),
        Kind::Unicode => {
            let text = str::from_utf8(text).map_err(|_| "text in UTF-8".to_owned())?;
            let (found, most) = (text.chars().count(), size / 4);
            if found > most {
                return Err(format!("at most {most} characters, and these are {found}"));
            }
            for (unit, place) in text.chars().zip(to.chunks_exact_mut(4)) {
                put_bits(u64::from(u32::from(unit)), place, order);
            }
            return Ok(());
        }
        _ => {}
    }
    let text = text.trim_ascii();
    if text.is_empty() {
        return match scalar.kind() {
            _ if !style.empty_is_nan => {
                Err(format!("{}, or --empty-is-nan for floats and times", what(scalar)))
            }
            Kind::Float | Kind::Complex => {
                to.chunks_exact_mut(if scalar.kind() == Kind::Complex { size / 2 } else { size })
                    .for_each(|part| put_bits(nan(part.len()), part, order));
                Ok(())
            }
            Kind::DateTime(_) | Kind::TimeDelta(_) => {
                put_bits(times::NAT.cast_unsigned(), to, order);
                Ok(())
            }
            _ => Err(what(scalar)),
        };
    }
    let word = match scalar.kind() {
        Kind::Bool => truth(text),
        Kind::Int => int(text)
            .filter(|number| (number << (64 - 8 * size)) >> (64 - 8 * size) == *number)
            .map(i64::cast_unsigned),
        Kind::Uint => uint(text).filter(|number| number.leading_zeros() as usize >= 64 - 8 * size),
        Kind::Float => float(text, size),
        Kind::Complex => {
            let (real, imaginary) = complex(text, size / 2).ok_or_else(|| what(scalar))?;
            let (first, second) = to.split_at_mut(size / 2);
            put_bits(real, first, order);
            put_bits(imaginary, second, order);
            return Ok(());
        }
        Kind::DateTime(Some(_)) if style.epoch && digits(text) > 0 => {
            let steps = int(text).filter(|&steps| steps != times::NAT);
            Some(steps.ok_or("a date, or its steps since 1970 in 64 bits")?.cast_unsigned())
        }
        // One of more digits than a year has is hardly a year, though it is for NumPy.
        Kind::DateTime(Some(step)) if step.unit != TimeUnit::Year && digits(text) > YEAR => {
            return Err(format!("{DATE}, or --epoch for steps of {} since 1970", DType::from(scalar)));
        }
        Kind::DateTime(Some(step)) => {
            let text = str::from_utf8(text).map_err(|_| what(scalar))?;
            Some(times::steps(text, scalar, step)?.cast_unsigned())
        }
        _ if text.eq_ignore_ascii_case(b"nat") => Some(times::NAT.cast_unsigned()),
        _ => int(text).filter(|&steps| steps != times::NAT).map(i64::cast_unsigned),
    };
    put_bits(word.ok_or_else(|| what(scalar))?, to, order);
    Ok(())
}

/// What a text of it has to be.
fn what(scalar: Scalar) -> String {
    let bits = 8 * scalar.size();
    match scalar.kind() {
        Kind::Bool => "True or False".to_owned(),
        Kind::Int => format!("an integer of {bits} bits"),
        Kind::Uint => format!("an integer of {bits} bits without a sign"),
        Kind::Float => format!("a float of {bits} bits"),
        Kind::Complex => format!("a complex number such as 1.5-2j, of two floats of {} bits", bits / 2),
        Kind::DateTime(Some(_)) => format!("{DATE}, or NaT"),
        _ => "a whole number of steps, or NaT".to_owned(),
    }
}

fn truth(text: &[u8]) -> Option<u64> {
    let is = |word: &[u8]| text.eq_ignore_ascii_case(word);
    if is(b"true") || text == b"1" {
        Some(1)
    } else if is(b"false") || text == b"0" {
        Some(0)
    } else {
        None
    }
}

/// Of up to so many digits no check for overflow is needed.
const SHORT: usize = 18;

fn uint(text: &[u8]) -> Option<u64> {
    let digits = text.strip_prefix(b"+").unwrap_or(text);
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    if digits.len() <= SHORT {
        return Some(digits.iter().fold(0, |number, digit| 10 * number + u64::from(digit - b'0')));
    }
    str::from_utf8(digits).ok()?.parse().ok()
}

/// How many digits it is, perhaps with a sign before them; 0 if there is anything else.
fn digits(text: &[u8]) -> usize {
    let digits = text.strip_prefix(b"-").or_else(|| text.strip_prefix(b"+")).unwrap_or(text);
    if digits.iter().all(u8::is_ascii_digit) { digits.len() } else { 0 }
}

fn int(text: &[u8]) -> Option<i64> {
    match text.strip_prefix(b"-") {
        Some(digits) if digits.first() == Some(&b'+') => None,
        Some(digits) => 0i64.checked_sub_unsigned(uint(digits)?),
        None => uint(text)?.try_into().ok(),
    }
}

/// The bits of a float of so many bytes. A number that is too large is none.
fn float(text: &[u8], size: usize) -> Option<u64> {
    let text = str::from_utf8(text).ok()?;
    let (word, is_nan, is_infinite) = match size {
        8 => {
            let number: f64 = text.parse().ok()?;
            (number.to_bits(), number.is_nan(), number.is_infinite())
        }
        4 => {
            let number: f32 = text.parse().ok()?;
            (number.to_bits().into(), number.is_nan(), number.is_infinite())
        }
        // Not by `f16::from_f64`, which looks at the first digits alone.
        _ => {
            let half = Scalar::new(Kind::Float, 2, ByteOrder::Little);
            let value = Value::from(text.parse::<f64>().ok()?).cast(&half.into()).ok()?;
            let number = value.to::<f16>().ok()?;
            (number.to_bits().into(), number.is_nan(), number.is_infinite())
        }
    };
    if is_nan {
        return Some(nan(size));
    }
    // Infinity has an n, and a number has none.
    (!is_infinite || text.contains(['n', 'N'])).then_some(word)
}

fn nan(size: usize) -> u64 {
    match size {
        8 => f64::NAN.to_bits(),
        4 => f32::NAN.to_bits().into(),
        _ => f16::NAN.to_bits().into(),
    }
}

/// The parts of `1.5-2j`, `(1.5-2j)`, `2j` or `1.5`, of so many bytes each.
fn complex(text: &[u8], size: usize) -> Option<(u64, u64)> {
    let inside = text.strip_prefix(b"(").and_then(|text| text.strip_suffix(b")")).unwrap_or(text);
    let Some(parts) = inside.strip_suffix(b"j").or_else(|| inside.strip_suffix(b"J")) else {
        return Some((float(inside, size)?, 0));
    };
    // The last sign that is none of an exponent.
    let sign = (1..parts.len())
        .rev()
        .find(|&at| matches!(parts[at], b'+' | b'-') && !matches!(parts[at - 1], b'e' | b'E'));
    match sign {
        Some(at) => Some((float(&parts[..at], size)?, float(&parts[at..], size)?)),
        None => Some((0, float(parts, size)?)),
    }
}

fn bytes(text: &[u8], to: &mut [u8]) -> Result<(), String> {
    let most = to.len();
    let place = to.get_mut(..text.len());
    let place = place.ok_or_else(|| format!("at most {most} bytes, and these are {}", text.len()))?;
    place.copy_from_slice(text);
    Ok(())
}

fn hex(text: &[u8], to: &mut [u8]) -> Result<(), String> {
    let wrong = || format!("{} hexadecimal digits, two for each of {} bytes", 2 * to.len(), to.len());
    let text = text.trim_ascii();
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let pairs: Option<Vec<u8>> = text
        .chunks(2)
        .map(|pair| match *pair {
            [high, low] => u8::try_from(16 * digit(high)? + digit(low)?).ok(),
            _ => None,
        })
        .collect();
    let pairs = pairs.filter(|pairs| pairs.len() == to.len()).ok_or_else(wrong)?;
    to.copy_from_slice(&pairs);
    Ok(())
}
