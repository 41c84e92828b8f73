//! One binary for all integration tests.

mod access;
mod descr;
mod golden;
mod maps;
mod printing;
mod views;
