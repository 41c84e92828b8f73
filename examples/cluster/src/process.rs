//! A cluster of processes on this machine, which end with the one that started them.

use std::{
    env,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, RecvTimeoutError, channel},
    thread,
    time::{Duration, Instant},
};

use datafusion::error::{DataFusionError, Result};

use crate::nodes::LISTENING;

/// How long a node may take to start.
const START: Duration = Duration::from_secs(60);

/// A scheduler and its executors, each a process. All of them are killed when this is dropped, and end by themselves when this
/// process does, however that happens: their standard input ends then.
pub(crate) struct Cluster {
    pub(crate) executors: Vec<Node>,
    pub(crate) scheduler: Node,
}

/// What a cluster is made of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    pub(crate) executors: usize,
    /// Tasks that an executor runs at a time.
    pub(crate) tasks: usize,
    /// What an executor waits before each task, in milliseconds.
    pub(crate) pause: u64,
}

impl Cluster {
    /// Starts a cluster whose executors keep what they hand to each other below a directory, and waits until it is ready.
    pub(crate) fn start(size: Size, work_dir: &Path) -> Result<Self> {
        let executors = size.executors.to_string();
        let scheduler =
            Node::start(&["scheduler", "--port", "0", "--timeout", "8", "--min-executors", &executors])?;
        let mut cluster = Self { executors: Vec::new(), scheduler };
        for number in 0..size.executors {
            let work_dir = work_dir.join(format!("executor-{number}"));
            std::fs::create_dir(&work_dir)?;
            cluster.executors.push(Node::start(&[
                "executor",
                "--scheduler",
                &cluster.scheduler.address,
                "--tasks",
                &size.tasks.to_string(),
                "--pause",
                &size.pause.to_string(),
                "--work-dir",
                &work_dir.display().to_string(),
                "--tell",
            ])?);
        }
        let deadline = Instant::now() + START;
        while !is_ready(&cluster.scheduler.address).unwrap_or(false) {
            for node in &mut cluster.executors {
                if let Some(status) = node.child.try_wait()? {
                    return Err(execution(format!(
                        "executor {} ended as it started: {status}",
                        node.address
                    )));
                }
            }
            if Instant::now() > deadline {
                return Err(execution(format!("no {executors} executors within {START:?}")));
            }
            thread::sleep(Duration::from_millis(20));
        }
        Ok(cluster)
    }
}

/// Whether the scheduler has as many executors as it waits for.
fn is_ready(address: &str) -> Result<bool> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    stream.write_all(
        format!("GET /readyz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").as_bytes(),
    )?;
    let mut status = [0; 12];
    stream.read_exact(&mut status)?;
    Ok(status.ends_with(b"200"))
}

/// One process.
pub(crate) struct Node {
    child: Child,
    lines: Receiver<String>,
    /// Where it listens.
    pub(crate) address: String,
}

impl Node {
    /// Starts this program with these arguments, and waits until it says where it listens.
    fn start(arguments: &[&str]) -> Result<Self> {
        let mut child = Command::new(env::current_exe()?)
            .args(arguments)
            .arg("--until-eof")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let (sender, lines) = channel();
        if let Some(stdout) = child.stdout.take() {
            thread::spawn(move || {
                for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                    if sender.send(line).is_err() {
                        break;
                    }
                }
            });
        }
        let mut node = Self { child, lines, address: String::new() };
        let line = node.line(LISTENING, START)?;
        line[LISTENING.len()..].clone_into(&mut node.address);
        Ok(node)
    }

    /// The next line that begins so.
    pub(crate) fn line(&self, start: &str, patience: Duration) -> Result<String> {
        let deadline = Instant::now() + patience;
        loop {
            match self.lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(line) if line.starts_with(start) => return Ok(line),
                Ok(_) => {}
                Err(RecvTimeoutError::Timeout) => {
                    return Err(execution(format!("no line {start:?} within {patience:?}")));
                }
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(execution(format!("a node ended before {start:?}")));
                }
            }
        }
    }

    /// Passes over the lines that are there.
    pub(crate) fn forget_lines(&self) {
        while self.lines.try_recv().is_ok() {}
    }

    /// Ends it at once, in the midst of whatever it does.
    pub(crate) fn kill(&mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // One that has ended already is an error here, and is what is wanted.
        let _ = self.kill();
    }
}

pub(crate) fn execution(text: String) -> DataFusionError {
    DataFusionError::Execution(text)
}
