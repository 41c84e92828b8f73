//! The commands that look at files: `info`, `head`, `tail`, `rows`, `struct`, `diff`, and what all have in common.
//!
//! The files are made by `tests/golden/cli_look.py`. What is shown of them is compared with `shots/*.txt`, which
//! `MMREC_WRITE_SHOTS=1` writes anew.

mod errors;
mod kit;
#[cfg(target_os = "linux")]
mod memory;
mod numpy;
mod pages;
mod shots;
#[cfg(unix)]
mod terminal;
mod texts;
