//! The table of times, as Markdown.

use std::fmt;

/// What all contenders took for a question.
pub(crate) struct Line {
    pub(crate) name: &'static str,
    title: &'static str,
    /// Seconds of each contender, round by round.
    pub(crate) times: Vec<Vec<f64>>,
}

impl Line {
    pub(crate) fn new(name: &'static str, title: &'static str, contenders: usize) -> Self {
        Self { name, title, times: vec![Vec::new(); contenders] }
    }

    /// What a contender took, in times of what the first did: the median of the ratios within a round, which share what else the
    /// machine was doing.
    pub(crate) fn ratio(&self, contender: usize) -> f64 {
        let rounds = self.times[contender].iter().zip(&self.times[0]);
        median(rounds.map(|(own, first)| own / first).collect())
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "| {} |", self.title)?;
        for (contender, times) in self.times.iter().enumerate() {
            write!(f, " {}", milliseconds(median(times.clone())))?;
            match contender {
                0 => write!(f, " |")?,
                _ => write!(f, " ({:.2}x) |", self.ratio(contender))?,
            }
        }
        Ok(())
    }
}

fn milliseconds(seconds: f64) -> String {
    let ms = seconds * 1e3;
    if ms < 100.0 { format!("{ms:.1} ms") } else { format!("{ms:.0} ms") }
}

/// The names of the columns, and the line under them.
pub(crate) fn header<'a>(contenders: impl Iterator<Item = &'a str>) -> String {
    let (mut names, mut line) = ("| |".to_owned(), "|---|".to_owned());
    for name in contenders {
        names += &format!(" {name} |");
        line += "---:|";
    }
    format!("{names}\n{line}")
}

/// What the table is measured by.
pub(crate) fn summary(lines: &[Line]) -> String {
    let of = |name| lines.iter().find(|line: &&Line| line.name == name).map(|line| &line.times[0]);
    let (Some(sorted), Some(scanned)) = (of("range_sorted"), of("range")) else {
        return String::new();
    };
    let times = median(scanned.clone()) / median(sorted.clone());
    format!("Of mmrec's rows, the range by the declared order is {times:.1} times as fast as the scan.")
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
