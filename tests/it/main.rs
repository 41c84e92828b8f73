//! One binary for all integration tests.

mod access;
mod descr;
mod difference;
mod golden;
mod maps;
mod printing;
mod views;
