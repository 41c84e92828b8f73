//! Where a text comes from, and what is none.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::Path,
    sync::mpsc::{Receiver, RecvTimeoutError, sync_channel},
    thread,
    time::Duration,
};

use super::super::progress::is_to_stop;

/// Bytes that are read at once, and how many times so many wait to be taken.
const PART: usize = 256 << 10;
const PARTS: usize = 4;

/// How long nobody looks whether to stop.
const LOOK: Duration = Duration::from_millis(50);

/// Opens a text, or the standard input.
pub(super) fn open(path: Option<&Path>) -> io::Result<Box<dyn Read>> {
    let Some(path) = path else { return Waiting::on(|| Ok(io::stdin())) };
    if fs::metadata(path)?.is_file() {
        return Ok(Box::new(File::open(path)?));
    }
    // A pipe with a name may be waited for before it is open, too.
    let path = path.to_path_buf();
    Waiting::on(move || File::open(path))
}

/// What another thread reads, so that this one can stop while nothing comes.
struct Waiting {
    parts: Receiver<io::Result<Vec<u8>>>,
    part: io::Cursor<Vec<u8>>,
}

impl Waiting {
    fn on<R: Read>(open: impl FnOnce() -> io::Result<R> + Send + 'static) -> io::Result<Box<dyn Read>> {
        let (give, parts) = sync_channel(PARTS);
        thread::Builder::new().name("input".to_owned()).spawn(move || {
            let mut from = match open() {
                Ok(from) => from,
                Err(error) => return drop(give.send(Err(error))),
            };
            loop {
                let mut part = vec![0; PART];
                let read = match from.read(&mut part) {
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                    read => read,
                };
                let is_last = !matches!(read, Ok(1..));
                part.truncate(*read.as_ref().unwrap_or(&0));
                // Whoever has seen enough takes no more.
                if give.send(read.map(|_| part)).is_err() || is_last {
                    return;
                }
            }
        })?;
        Ok(Box::new(Self { parts, part: io::Cursor::default() }))
    }
}

impl Read for Waiting {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.part.read(to)?;
            if read > 0 || to.is_empty() {
                return Ok(read);
            }
            match self.parts.recv_timeout(LOOK) {
                Ok(part) => {
                    self.part = io::Cursor::new(part?);
                    if self.part.get_ref().is_empty() {
                        return Ok(0);
                    }
                }
                // Who asks it again gets the end again.
                Err(RecvTimeoutError::Disconnected) => return Ok(0),
                Err(RecvTimeoutError::Timeout) => {}
            }
            if is_to_stop().is_err() {
                return Err(io::Error::other("stopped"));
            }
        }
    }
}

/// What is no text: how it starts, what it is, and what to do.
#[derive(Debug)]
pub(super) struct Other {
    start: &'static [u8],
    pub(super) what: &'static str,
    pub(super) advice: &'static str,
}

const OTHERS: [Other; 3] = [
    Other {
        start: b"\x93NUMPY",
        what: "a .npy file",
        advice: "name the file, and give --from binary if its name does not end with .npy",
    },
    Other {
        start: b"PK\x03\x04",
        what: "an archive",
        advice: "take the text out of it, or name it as an .npz archive, with --from binary and --member",
    },
    Other {
        start: b"\x1f\x8b",
        what: "compressed",
        advice: "unpack it, as in gunzip -c FILE | mmrec convert - OUT",
    },
];

/// What bytes start that are no text.
pub(super) fn other(head: &[u8]) -> Option<&'static Other> {
    OTHERS.iter().find(|other| head.starts_with(other.start))
}
