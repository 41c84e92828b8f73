//! The command `mmrec`, run as users run it.

mod look;
mod run;
mod stats;
