//! One binary for all integration tests.

mod access;
mod descr;
mod difference;
mod examples;
mod golden;
mod maps;
mod oracles;
mod printing;
mod sharing;
mod views;
