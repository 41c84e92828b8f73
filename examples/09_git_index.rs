//! The index of a git pack: tables of names, checksums and offsets, each mapped where it lies in the one file.
//!
//! `cargo run --release --example 09_git_index` shows the index of the largest pack in the repository that it is run in, or
//! one that it makes if there is none; `-- FILE` shows another, and `-- --find 3f2a` looks up objects by the beginning of
//! their names. The records and the search are in `src/pack_index.rs`.
//!
//! It prints:
//!
//! ```text
//! ….idx: … objects, checksum correct
//!           names: … of ('|u1', (20,)) from byte 1032 on
//!       checksums: … of '>u4' from byte … on
//!         offsets: … of '>u4' from byte … on
//!   large offsets: 0 of '>u8' from byte … on
//!
//! the objects that take the most bytes in the pack
//!  name                                        offset    bytes
//! ─────────────────────────────────────────────────────────────
//! …
//! … with a name that begins with …
//!  name …
//! …
//! ```

use std::{
    env, fs,
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

use clap::Parser;
use mmrec::{Element, RecordMap};
use mmrec_examples::{
    Column::{Left, Right},
    Error, Result, Table, exit_code,
    pack_index::{self, Entry, PackIndex},
};

/// Shows the index of a git pack, and finds objects in it.
#[derive(Parser)]
struct Args {
    /// An index, `.git/objects/pack/pack-*.idx`; the largest in this repository if none is given.
    file: Option<PathBuf>,
    /// The first digits of the name of an object; those of some object in the index if none are given.
    #[arg(long, value_name = "NAME")]
    find: Option<String>,
    /// How many objects to show.
    #[arg(long, default_value_t = 10)]
    count: usize,
}

fn main() -> ExitCode {
    exit_code(run(&Args::parse()))
}

fn run(args: &Args) -> Result<()> {
    let mut out = io::stdout().lock();
    let dir = tempfile::tempdir()?;
    let path = match args.file.clone().or_else(largest_here) {
        Some(path) => path,
        None => {
            let path = dir.path().join("sample.idx");
            pack_index::write_sample(&path, (0..400).map(|i| format!("object {i}\n")))?;
            writeln!(out, "no pack is here, so this is a made-up one; `git gc` makes one of a repository\n")?;
            path
        }
    };

    let index = PackIndex::open(&path)?;
    index.verify()?;
    writeln!(out, "{}: {} objects, checksum correct", path.display(), index.len())?;
    describe(&mut out, "names", &index.ids)?;
    describe(&mut out, "checksums", &index.crc32s)?;
    describe(&mut out, "offsets", &index.offsets)?;
    describe(&mut out, "large offsets", &index.large_offsets)?;

    // An object takes the bytes up to where the next one begins; of the last one, the index does not say.
    let mut entries = (0..index.len()).map(|i| index.entry(i)).collect::<Result<Vec<_>>>()?;
    entries.sort_by_key(|entry| entry.offset);
    let mut sizes: Vec<(u64, Entry)> =
        entries.windows(2).map(|pair| (pair[1].offset - pair[0].offset, pair[0])).collect();
    sizes.sort_by_key(|(size, _)| std::cmp::Reverse(*size));
    let mut table = Table::new([Left("name"), Right("offset"), Right("bytes")]);
    for (size, Entry { id, offset, .. }) in sizes.iter().take(args.count) {
        table.row([id.to_string(), offset.to_string(), size.to_string()]);
    }
    writeln!(out, "\nthe objects that take the most bytes in the pack\n{table}")?;

    let middle = index.ids.get(index.len() / 2).map(|id| id.to_string()[..8].to_owned());
    let Some(prefix) = args.find.clone().or(middle) else { return Ok(()) };
    let found = index.find(&prefix)?;
    if found.is_empty() {
        let message = format!("{}: no object has a name that begins with {prefix}", path.display());
        return Err(Error::Request(message));
    }
    writeln!(out, "\n{} with a name that begins with {prefix}", found.len())?;
    let mut table = Table::new([Left("name"), Right("offset"), Left("CRC-32")]);
    for i in found.take(args.count) {
        let Entry { id, offset, crc32 } = index.entry(i)?;
        table.row([id.to_string(), offset.to_string(), format!("{crc32:08x}")]);
    }
    writeln!(out, "{table}")?;
    Ok(())
}

/// Prints where a table lies in the file, and what it holds.
fn describe<T: Element>(out: &mut impl Write, name: &str, table: &RecordMap<T>) -> Result<()> {
    let (len, dtype, offset) = (table.len(), table.dtype(), table.offset());
    Ok(writeln!(out, "{name:>15}: {len} of {dtype} from byte {offset} on")?)
}

/// The largest pack index in the repository of the current directory.
fn largest_here() -> Option<PathBuf> {
    let here = env::current_dir().ok()?;
    let packs = here.ancestors().map(|dir| dir.join(".git/objects/pack")).find(|packs| packs.is_dir())?;
    let files = fs::read_dir(packs).ok()?.filter_map(|entry| Some(entry.ok()?.path()));
    let indexes = files.filter(|path| path.extension().is_some_and(|extension| extension == "idx"));
    indexes.max_by_key(|path| fs::metadata(path).map_or(0, |metadata| metadata.len()))
}
