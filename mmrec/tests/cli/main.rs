//! The command `mmrec`, run as users run it.

mod convert;
mod look;
mod plot;
mod run;
mod stats;
