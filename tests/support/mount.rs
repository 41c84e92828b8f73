//! Small file systems and block devices, where a test may have them.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
    thread,
    time::Duration,
};

/// A file system that is mounted for a test, and unmounted behind it.
pub struct Mount {
    at: PathBuf,
}

impl Mount {
    /// One of memory, with so many bytes; `None`, and says so, where that is not allowed.
    pub fn memory(at: &Path, bytes: usize) -> Option<Self> {
        Self::new(&["-t", "tmpfs", "-o", &format!("size={bytes}"), "mmrec-test"], at)
    }

    /// One of a given kind in a file of so many bytes.
    pub fn image(kind: &str, at: &Path, image: &Path, bytes: usize) -> Option<Self> {
        fs::write(image, vec![0; bytes]).unwrap();
        let made = Command::new("mkfs.ext4").args(["-q", "-F", "-m", "0", "-t", kind]).arg(image).output();
        if !succeeded(made) {
            println!("skipped: no mkfs.ext4, or none for {kind}");
            return None;
        }
        Self::of_image(kind, at, image)
    }

    /// An ext4 in a file that is all holes at first, so that it has more room than the disk which the file is on.
    pub fn thin(at: &Path, image: &Path, bytes: u64) -> Option<Self> {
        fs::File::create(image).unwrap().set_len(bytes).unwrap();
        let options = ["-q", "-F", "-m", "0", "-O", "^has_journal", "-E", "lazy_itable_init=0,nodiscard"];
        if !succeeded(Command::new("mkfs.ext4").args(options).arg(image).output()) {
            println!("skipped: no mkfs.ext4");
            return None;
        }
        Self::of_image("ext4", at, image)
    }

    /// What is in a file. An ext4 writes its journal when it is asked to, and not every few seconds.
    pub fn of_image(kind: &str, at: &Path, image: &Path) -> Option<Self> {
        let options = if kind == "ext4" { "loop,commit=3000" } else { "loop" };
        Self::new(&["-o", options, "-t", kind, &image.display().to_string()], at)
    }

    pub fn new(args: &[&str], at: &Path) -> Option<Self> {
        if succeeded(Command::new("mount").args(args).arg(at).output()) {
            return Some(Self { at: fs::canonicalize(at).unwrap() });
        }
        println!("skipped: no permission to mount a small file system, or none of this kind ({args:?})");
        None
    }

    pub fn path(&self) -> &Path {
        &self.at
    }

    /// Mounts it anew with other options.
    pub fn remount(&self, options: &str) -> bool {
        succeeded(Command::new("mount").args(["-o", &format!("remount,{options}")]).arg(&self.at).output())
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        for _ in 0..50 {
            if succeeded(Command::new("umount").arg(&self.at).output()) {
                return;
            }
            thread::sleep(Duration::from_millis(20));
        }
        let _ = Command::new("umount").arg("--lazy").arg(&self.at).status();
    }
}

/// A block device over a file.
pub struct Loop {
    device: PathBuf,
}

impl Loop {
    /// `None`, and says so, where there are none.
    pub fn new(image: &Path) -> Option<Self> {
        match Command::new("losetup").args(["--find", "--show"]).arg(image).output() {
            Ok(output) if output.status.success() => {
                Some(Self { device: PathBuf::from(String::from_utf8(output.stdout).unwrap().trim()) })
            }
            _ => {
                println!("skipped: no loop devices");
                None
            }
        }
    }

    pub fn path(&self) -> &Path {
        &self.device
    }
}

impl Drop for Loop {
    fn drop(&mut self) {
        let _ = Command::new("losetup").arg("--detach").arg(&self.device).status();
    }
}

fn succeeded(output: std::io::Result<Output>) -> bool {
    output.is_ok_and(|output| output.status.success())
}
