//! The command `mmrec-sql`, run as users run it.

mod errors;
mod files;
mod formats;
mod kit;
mod made;
mod statements;
#[cfg(unix)]
mod stopped;
#[cfg(target_os = "linux")]
mod terminal;
