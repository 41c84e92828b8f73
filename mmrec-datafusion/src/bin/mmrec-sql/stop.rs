//! Whether the command is to stop.

use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Notify;

use super::{
    failure::{Failure, Result},
    unfinished,
};

static IS_STOPPED: AtomicBool = AtomicBool::new(false);
static STOP: Notify = Notify::const_new();

/// From now on Ctrl-C, and the signals that ask a program to end, are what [`stopped`] waits for; a second one ends the process.
pub(super) fn catch_interrupts() -> Result<()> {
    ctrlc::set_handler(|| {
        if IS_STOPPED.swap(true, Ordering::SeqCst) {
            unfinished::remove_all();
            std::process::exit(130);
        }
        STOP.notify_one();
    })
    .map_err(|error| Failure::Usage(format!("cannot handle Ctrl-C: {error}")))
}

/// Waits until the command is to stop.
pub(super) async fn stopped() {
    STOP.notified().await;
}

/// An error once the command is to stop.
pub(super) fn is_to_stop() -> Result<()> {
    if IS_STOPPED.load(Ordering::Relaxed) { Err(Failure::Stopped) } else { Ok(()) }
}
