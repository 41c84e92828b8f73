//! A dtype as a struct to derive on, in C, or as the dict that NumPy reads.

use serde_json::json;

use super::{
    args::{Common, Struct},
    failure::{Result, write_out},
    json,
    text::plain_lines,
};

pub(super) fn run(asked: &Struct, common: Common) -> Result<()> {
    // A dtype is enough, without a file.
    let dtype = match asked.input.dtype()?.filter(|_| asked.input.is_stdin()) {
        Some(dtype) => dtype,
        None => asked.input.open()?.dtype().clone(),
    };
    let (language, text) = match (asked.c, asked.numpy) {
        (true, _) => ("c", dtype.to_c_struct(&asked.name)?),
        (_, true) => ("numpy", dtype.to_numpy_dict()),
        _ => ("rust", dtype.to_rust_struct(&asked.name)?),
    };
    let text = text.trim_end();
    match common.json {
        true => {
            let all =
                json!({ "language": language, "name": asked.name, "dtype": dtype.to_string(), "text": text });
            write_out(json::pretty(&all).as_bytes())
        }
        false => write_out(format!("{}\n", plain_lines(text)).as_bytes()),
    }
}
