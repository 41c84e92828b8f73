//! The command `mmrec`, run as users run it.

mod look;
mod plot;
mod run;
mod stats;
