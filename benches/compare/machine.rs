//! What the figures were measured on.

use std::{fs, process::Command};

use mmrec_benches::kernels::cores;

/// The processor, its caches, the memory, and the versions, in one line.
pub(crate) fn describe(numpy: Option<&str>) -> String {
    let mut parts = vec![
        field("/proc/cpuinfo", "model name").unwrap_or_else(|| std::env::consts::ARCH.to_owned()),
        match cores() {
            1 => "1 core".to_owned(),
            cores => format!("{cores} cores"),
        },
    ];
    for level in 1..=4 {
        let read =
            |name| fs::read_to_string(format!("/sys/devices/system/cpu/cpu0/cache/index{level}/{name}"));
        if let (Ok(level), Ok(size)) = (read("level"), read("size"))
            && level.trim() != "1"
        {
            parts.push(format!("L{} {}", level.trim(), size.trim().replace('K', " KiB")));
        }
    }
    parts.push(rustc().unwrap_or_else(|| "rustc unknown".to_owned()));
    parts.push(numpy.map_or_else(|| "no NumPy".to_owned(), |version| format!("NumPy {version}")));
    parts.join(", ")
}

/// The value of the first line of this name.
fn field(path: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    text.lines().find_map(|line| Some(line.strip_prefix(name)?.split_once(':')?.1.trim().to_owned()))
}

/// As `rustc 1.95.0`.
fn rustc() -> Option<String> {
    let output = Command::new("rustc").arg("--version").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    Some(text.split(" (").next()?.trim().to_owned())
}
