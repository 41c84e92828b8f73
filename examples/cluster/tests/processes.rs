//! Clusters of real processes: what they answer, and what is left when one of them ends.

use std::{
    fs,
    io::{BufRead, BufReader},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Output, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
    time::{Duration, Instant},
};

use mmrec::RecordMap;

const PATIENCE: Duration = Duration::from_secs(120);
const SUM: &str = "SELECT value % 7 AS rest, count(*), sum(value) FROM t GROUP BY value % 7 ORDER BY rest";

fn cluster() -> Command {
    Command::new(env!("CARGO_BIN_EXE_cluster"))
}

/// A process that ends with the test, whether the test ends well or not.
struct Node {
    child: Child,
    lines: Receiver<String>,
    /// What one that is killed leaves there goes with it.
    _temporary: tempfile::TempDir,
}

impl Node {
    fn start(arguments: &[&str]) -> Self {
        let temporary = tempfile::tempdir().unwrap();
        let mut command = cluster();
        command.args(arguments).env("TMPDIR", temporary.path());
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (sender, lines) = channel();
        let stdout = child.stdout.take().unwrap();
        thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                let _ = sender.send(line);
            }
        });
        Self { child, lines, _temporary: temporary }
    }

    /// What is behind the start of the next line that begins so.
    fn line(&self, start: &str) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let line = self.lines.recv_timeout(deadline - Instant::now()).unwrap();
            if let Some(rest) = line.strip_prefix(start) {
                return rest.to_owned();
            }
        }
    }

    fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.kill();
    }
}

fn scheduler() -> (Node, String) {
    let node = Node::start(&["scheduler", "--port", "0", "--timeout", "8", "--until-eof"]);
    let address = node.line("listening on ");
    (node, address)
}

fn executor(scheduler: &str, more: &[&str]) -> (Node, String) {
    let arguments = ["executor", "--scheduler", scheduler, "--tasks", "1", "--tell", "--until-eof"];
    let node = Node::start(&[&arguments, more].concat());
    let address = node.line("listening on ");
    (node, address)
}

fn table(directory: &Path) -> String {
    format!("CREATE EXTERNAL TABLE t STORED AS NPY LOCATION '{}/'", directory.display())
}

/// Eight files of integers.
fn files(directory: &Path) {
    fs::create_dir_all(directory).unwrap();
    for number in 0..8 {
        let mut map = RecordMap::<i64>::options()
            .shape(1000)
            .create_npy(directory.join(format!("{number}.npy")))
            .unwrap();
        (0..1000).for_each(|row| map.set(row, i64::try_from(row).unwrap() * 3 + number));
        map.close().unwrap();
    }
}

fn query(scheduler: Option<&str>, sql: &str) -> Command {
    let mut command = cluster();
    command.args(["query", "--partitions", "4"]);
    if let Some(scheduler) = scheduler {
        command.args(["--scheduler", scheduler]);
    }
    command.arg(sql).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn rows(output: Output) -> String {
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{error}");
    String::from_utf8(output.stdout).unwrap()
}

fn error(output: Output) -> String {
    assert!(!output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn a_cluster_answers_as_one_process_does() {
    let directory = tempfile::tempdir().unwrap();
    files(directory.path());
    let (_scheduler, address) = scheduler();
    let _executors = [executor(&address, &[]), executor(&address, &[])];
    for sql in [
        SUM,
        "SELECT count(*) FROM t",
        "SELECT * FROM t WHERE value > 2990 ORDER BY value",
        "SELECT value FROM t ORDER BY value DESC LIMIT 5",
        "SELECT count(*) FROM t a JOIN t b ON a.value = b.value WHERE b.value < 500",
        "SELECT count(*) FROM t WHERE value > (SELECT avg(value) FROM t)",
        "SELECT max(value) FROM t WHERE value < 0",
    ] {
        let sql = format!("{}; {sql}", table(directory.path()));
        let expected = rows(query(None, &sql).output().unwrap());
        assert_eq!(rows(query(Some(&address), &sql).output().unwrap()), expected, "{sql}");
    }
    let path = format!("SELECT sum(value) FROM '{}/3.npy'", directory.path().display());
    assert_eq!(
        rows(query(Some(&address), &path).output().unwrap()),
        rows(query(None, &path).output().unwrap())
    );
}

/// The first executor is killed when the second runs a task of the second stage: what the first stage left on it is lost.
#[test]
fn results_that_are_lost_are_made_again() {
    let directory = tempfile::tempdir().unwrap();
    files(directory.path());
    let sql = format!("{}; {SUM}", table(directory.path()));
    let expected = rows(query(None, &sql).output().unwrap());
    let (_scheduler, address) = scheduler();
    let (mut first, _) = executor(&address, &["--pause", "300"]);
    let (second, _) = executor(&address, &["--pause", "300"]);
    let running = query(Some(&address), &sql).spawn().unwrap();
    second.line("task 2.");
    first.kill();
    assert_eq!(rows(running.wait_with_output().unwrap()), expected);
}

#[test]
fn a_query_that_has_lost_all_executors_fails() {
    let directory = tempfile::tempdir().unwrap();
    files(directory.path());
    let (_scheduler, address) = scheduler();
    let (mut only, _) = executor(&address, &["--pause", "300"]);
    let running = query(Some(&address), &format!("{}; {SUM}", table(directory.path()))).spawn().unwrap();
    only.line("task ");
    only.kill();
    let error = error(running.wait_with_output().unwrap());
    assert!(error.contains("failed") && error.to_lowercase().contains("executor"), "{error}");
}

/// An executor under whose root there is nothing.
#[test]
fn a_file_that_an_executor_does_not_see_is_named_with_it() {
    let directory = tempfile::tempdir().unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    files(directory.path());
    let (_scheduler, address) = scheduler();
    let (_executor, name) = executor(&address, &["--root", &elsewhere.path().display().to_string()]);
    let error =
        error(query(Some(&address), &format!("{}; {SUM}", table(directory.path()))).output().unwrap());
    assert!(error.contains(&format!("on executor {name}: ")), "{error}");
    assert!(error.contains(&format!("{}/", directory.path().display())) && error.contains(".npy"), "{error}");
}

/// The demonstration is killed, so it cannot end what it started.
#[test]
fn no_process_outlives_the_one_that_started_it() {
    let demo = Node::start(&["demo"]);
    let line = demo.line("a scheduler at ");
    let addresses: Vec<&str> = line
        .split_whitespace()
        .map(|word| word.trim_end_matches(','))
        .filter(|word| word.contains(':'))
        .collect();
    assert_eq!(addresses.len(), 3, "{line}");
    assert!(TcpStream::connect(addresses[0]).is_ok());
    drop(demo);
    let deadline = Instant::now() + PATIENCE;
    while addresses.iter().any(|address| TcpStream::connect(address).is_ok()) {
        assert!(Instant::now() < deadline, "processes are left at {addresses:?}");
        thread::sleep(Duration::from_millis(100));
    }
}
