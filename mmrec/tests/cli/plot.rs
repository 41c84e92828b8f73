use std::{
    fs::{self, File},
    io::BufReader,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde_json::{Value, json};

use super::run::{Ran, mmrec, wait_until};
#[cfg(target_os = "linux")]
use super::stats::{SPARSE, line, sparse};

fn golden(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/cli").join(name);
    path.to_str().unwrap().to_owned()
}

/// A picture in a directory of its own, and what is said of it.
struct Plotted {
    dir: tempfile::TempDir,
    ran: Ran,
}

impl Plotted {
    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn svg(&self) -> String {
        assert_eq!((self.ran.code, self.ran.errors.as_str()), (Some(0), ""), "{:?}", self.ran);
        fs::read_to_string(self.path("picture.svg")).unwrap()
    }

    fn json(&self) -> Value {
        assert_eq!((self.ran.code, self.ran.errors.as_str()), (Some(0), ""), "{:?}", self.ran);
        serde_json::from_str(&self.ran.text).unwrap()
    }

    fn png(&self) -> Png {
        assert_eq!((self.ran.code, self.ran.errors.as_str()), (Some(0), ""), "{:?}", self.ran);
        Png::read(&self.path("picture.png"))
    }
}

fn plot(picture: &str, args: &[&str]) -> Plotted {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(picture);
    let ran = mmrec(&[&["plot", "-o", path.to_str().unwrap()], args].concat());
    Plotted { dir, ran }
}

struct Png {
    width: usize,
    height: usize,
    pixels: Vec<u8>,
}

impl Png {
    fn read(path: &Path) -> Self {
        let mut reader = png::Decoder::new(BufReader::new(File::open(path).unwrap())).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        assert_eq!(info.color_type, png::ColorType::Rgb);
        Self { width: info.width as usize, height: info.height as usize, pixels }
    }

    fn at(&self, x: usize, y: usize) -> [u8; 3] {
        let at = 3 * (y * self.width + x);
        [self.pixels[at], self.pixels[at + 1], self.pixels[at + 2]]
    }

    fn count(
        &self,
        xs: std::ops::Range<usize>,
        ys: std::ops::Range<usize>,
        is_it: impl Fn([u8; 3]) -> bool,
    ) -> usize {
        xs.map(|x| ys.clone().filter(|&y| is_it(self.at(x, y))).count()).sum()
    }
}

#[test]
fn the_points_are_those_of_numpy() {
    let cases: Value = serde_json::from_slice(&fs::read(golden("plot.json")).unwrap()).unwrap();
    let cases = cases.as_array().unwrap();
    for case in cases {
        let what = format!("{} {}", case["file"], case["args"]);
        let file = golden(&format!("plot_{}.npy", case["file"].as_str().unwrap()));
        let rows = case["args"][2].as_array().map(|rows| format!("{}..{}", rows[0], rows[1]));
        let mut args = vec![file.as_str(), "--json", "--points", "--size", "240x160"];
        args.extend(["--y", case["args"][1].as_str().unwrap()]);
        if let Some(x) = case["args"][0].as_str() {
            args.extend(["--x", x]);
        }
        if let Some(rows) = &rows {
            args.extend(["--rows", rows]);
        }
        let found = plot("picture.svg", &args).json();
        let line = &found["y"][0];
        let points: Vec<_> = line["points"]
            .as_array()
            .unwrap()
            .iter()
            .map(|point| {
                let names = ["column", "count", "first", "last", "min", "max", "after_gap"];
                Value::Array(names.iter().map(|name| point[name].clone()).collect())
            })
            .collect();
        for (found, expected) in points.iter().zip(case["points"].as_array().unwrap()) {
            assert_eq!(found, expected, "{what}");
        }
        assert_eq!(points.len(), case["points"].as_array().unwrap().len(), "{what}");
        for name in ["gaps", "count", "min", "max"] {
            assert_eq!(line[name], case[name], "{what} {name}");
        }
        assert_eq!(json!([found["x"]["min"], found["x"]["max"]]), case["x"], "{what}");
        assert_eq!(found["x"]["is_sorted"], case["is_sorted"], "{what}");
        // Which says the unit of the steps of a timedelta64.
        if case["args"][1] == "d" {
            assert_eq!(line["dtype"], ">m8[us]", "{what}");
        }
    }
    assert!(cases.len() > 20);
}

/// Numbers that look random, below a billion.
fn numbers(count: usize) -> impl Iterator<Item = u64> {
    let mut state = 7u64;
    (0..count).map(move |_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % 1_000_000_000
    })
}

/// Records of a time that mostly rises, and of numbers with NaN among them.
const MIXED: &str = "[('ts', '>M8[ns]'), ('any', '<f8'), ('y', '<f4'), ('z', '<i8')]";

fn mixed(dir: &Path, rows: usize) -> String {
    let mut bytes = Vec::new();
    for (row, number) in (0..).zip(numbers(rows)) {
        let time = if row % 500 == 3 { i64::MIN } else { 1_700_000_000_000_000_000 + row * 1000 };
        bytes.extend(time.to_be_bytes());
        bytes.extend((number as f64 / 3.0).to_le_bytes());
        let y = if row % 70 < 3 { f32::NAN } else { number as f32 };
        bytes.extend(y.to_le_bytes());
        bytes.extend((number.cast_signed() << 30).to_le_bytes());
    }
    let path = dir.join("mixed.bin");
    fs::write(&path, bytes).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let file = mixed(dir.path(), 200_000);
    for x in ["ts", "any", "z"] {
        let run = |threads: &str| {
            let output = Command::new(env!("CARGO_BIN_EXE_mmrec"))
                .args(["plot", "--dtype", MIXED, &file, "--x", x, "--y", "y,z", "-o"])
                .arg("-")
                .env("RAYON_NUM_THREADS", threads)
                .output()
                .unwrap();
            assert!(output.status.success());
            output.stdout
        };
        let one = run("1");
        assert!(one.len() > 10_000);
        for threads in ["2", "3", "7"] {
            assert!(run(threads) == one, "{x} {threads}");
        }
    }
}

#[test]
fn x_that_falls_between_blocks_is_not_sorted() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("x.bin");
    for (modulus, is_sorted) in [(f64::INFINITY, true), (4096.0, false), (8192.0, false), (8191.0, false)] {
        let numbers =
            (0..20_000u16).map(f64::from).map(|row| if row % 5.0 == 4.0 { f64::NAN } else { row % modulus });
        fs::write(&file, numbers.flat_map(f64::to_le_bytes).collect::<Vec<u8>>()).unwrap();
        let args = ["--dtype", "<f8", file.to_str().unwrap(), "--x", "value", "--json"];
        let found = plot("picture.svg", &args).json();
        assert_eq!(
            (&found["x"]["is_sorted"], &found["y"][0]["count"]),
            (&json!(is_sorted), &json!(16_000)),
            "{modulus}"
        );
    }
}

#[test]
fn every_column_reaches_from_its_lowest_point_to_its_highest() {
    const ROWS: usize = 60_000;
    // The frame, its inset, and where points lie in it.
    let (left, top, width, height) = (100, 30, 104, 160 - 58 - 22 - 16);
    let dir = tempfile::tempdir().unwrap();
    let values: Vec<u64> = numbers(ROWS).collect();
    let bytes: Vec<u8> = values.iter().flat_map(|&value| (value as f64).to_be_bytes()).collect();
    let file = dir.path().join("noise.bin");
    fs::write(&file, bytes).unwrap();
    let args = ["--dtype", ">f8", file.to_str().unwrap(), "--size", "240x160"];
    let picture = plot("picture.png", &args).png();
    assert_eq!((picture.width, picture.height), (240, 160));
    let (least, greatest) = (*values.iter().min().unwrap() as f64, *values.iter().max().unwrap() as f64);
    // Bins of 32 rows, of which there are no more than 2048.
    let bins = ROWS.div_ceil(32);
    let mut ends = vec![(u64::MAX, 0); width];
    for (row, &value) in values.iter().enumerate() {
        let column = (2 * (row / 32) * (width - 1) + bins - 1) / (2 * (bins - 1));
        ends[column] = (ends[column].0.min(value), ends[column].1.max(value));
    }
    let y = |value: u64| {
        let place = (value as f64 - least) / (greatest - least) * (height - 1) as f64;
        let from_below = (0..height).find(|&y| (y as f64 - place).abs() <= 0.5).unwrap();
        top + height - 1 - from_below
    };
    let mut heights = 0;
    for (column, &(low, high)) in ends.iter().enumerate() {
        let is_drawn = |y: &usize| picture.at(left + column, *y) == [0, 114, 178];
        let (first, last) = ((0..160).find(is_drawn).unwrap(), (0..160).rfind(is_drawn).unwrap());
        assert_eq!((first, last), (y(high), y(low)), "{column}");
        assert!((first..=last).all(|y| is_drawn(&y)), "{column}");
        heights += last - first;
    }
    assert!(heights > width * height * 9 / 10 && heights < width * height, "{heights}");
}

#[test]
fn the_picture_is_that_of_lines_between_all_rows() {
    use plotters::prelude::{BitMapBackend, IntoDrawingArea, PathElement, RGBColor};
    const ROWS: usize = 5000;
    let (left, top, width, height) = (100, 30, 104, 160 - 58 - 22 - 16);
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("walk.bin");
    let mut at = 0.0;
    let values: Vec<f64> = numbers(ROWS)
        .map(|number| {
            at += (number % 2001) as f64 - 1000.0;
            at
        })
        .collect();
    fs::write(&file, values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>()).unwrap();
    let args = ["--dtype", "<f8", file.to_str().unwrap(), "--size", "240x160"];
    let picture = plot("picture.png", &args).png();

    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    let greatest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    // Bins of 4 rows.
    let bins = ROWS.div_ceil(4);
    let point = |(row, value): (usize, &f64)| {
        let column = (2 * (row / 4) * (width - 1) + bins - 1) / (2 * (bins - 1));
        let from_below = ((value - least) / (greatest - least) * f64::from(height - 1)).round();
        (left + i32::try_from(column).unwrap(), top + height - 1 - from_below as i32)
    };
    let path =
        PathElement::new(values.iter().enumerate().map(point).collect::<Vec<_>>(), RGBColor(0, 114, 178));
    let mut pixels = vec![0xff; 3 * 240 * 160];
    BitMapBackend::with_buffer(&mut pixels, (240, 160)).into_drawing_area().draw(&path).unwrap();
    let all = Png { width: 240, height: 160, pixels };
    // How blue a pixel is, whatever grey was there before.
    let blue = |[red, _, blue]: [u8; 3]| i32::from(blue) - i32::from(red);
    let mut drawn = 0;
    for (x, y) in (0..240).flat_map(|x| (0..160).map(move |y| (x, y))) {
        let (found, expected) = (blue(picture.at(x, y)), blue(all.at(x, y)));
        assert!((found - expected).abs() <= 3, "{x} {y}: {found} for {expected}");
        drawn += usize::from(expected > 3);
    }
    assert!(drawn > 500 && drawn < 4000, "{drawn}");
}

/// Checks that tags are closed in order, and that their texts and values are escaped.
fn check_xml(text: &str) {
    let (mut open, mut rest) = (Vec::new(), text.trim());
    while let Some(start) = rest.find('<') {
        assert!(!rest[..start].contains('>') && is_escaped(&rest[..start]), "{}", &rest[..start]);
        let end = start + rest[start..].find('>').unwrap();
        let tag = &rest[start + 1..end];
        assert!(is_escaped(tag) && tag.matches('"').count() % 2 == 0, "{tag}");
        let name = tag.split_whitespace().next().unwrap();
        if let Some(name) = name.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name));
        } else if !tag.ends_with('/') {
            open.push(name);
        }
        rest = &rest[end + 1..];
    }
    assert!(open.is_empty() && rest.is_empty(), "{open:?} {rest}");
    assert!(
        text.starts_with("<svg") && !text.chars().any(|letter| letter.is_control() && letter != '\n'),
        "{text}"
    );
}

fn is_escaped(text: &str) -> bool {
    text.split('&')
        .skip(1)
        .all(|rest| ["lt;", "gt;", "amp;", "quot;", "apos;"].iter().any(|name| rest.starts_with(name)))
}

#[test]
fn an_svg_is_well_formed_whatever_the_names_are() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("names.bin");
    fs::write(&path, [7; 64]).unwrap();
    let dtype = "[('a<b>&\"', '<f4'), ('\\x01\\n', '<i4')]";
    let args =
        ["--dtype", dtype, path.to_str().unwrap(), "--x", "\x01\n", "--title", "</svg> & <so> on \u{fffe}"];
    let drawn = plot("picture.svg", &[args.as_slice(), &["--y", "a<b>&\""]].concat());
    let svg = drawn.svg();
    check_xml(&svg);
    assert!(svg.contains("a&lt;b&gt;&amp;") && svg.contains("&lt;/svg&gt; &amp; &lt;so&gt; on"), "{svg}");
    assert!(svg.contains("<polyline") && svg.contains("width=\"1200\" height=\"600\""), "{svg}");
}

#[test]
fn a_png_has_its_texts() {
    let args = ["--x", "t", "--y", "p,n", "--title", "Prices", "--size", "800x400"];
    let file = golden("plot_packed.npy");
    let picture = plot("picture.png", &[&[file.as_str()], args.as_slice()].concat()).png();
    assert_eq!((picture.width, picture.height), (800, 400));
    let is_dark = |[r, g, b]: [u8; 3]| r < 120 && r == g && g == b;
    // Title, legend, the marks of both axes, and the name of one.
    let places =
        [(300..500, 0..34), (110..300, 36..60), (20..86, 80..330), (92..772, 348..366), (300..500, 372..395)];
    for (xs, ys) in places {
        assert!(picture.count(xs.clone(), ys.clone(), is_dark) > 20, "{xs:?} {ys:?}");
    }
    for color in [[0, 114, 178], [213, 94, 0]] {
        assert!(picture.count(92..772, 80..341, |pixel| pixel == color) > 500, "{color:?}");
        assert!(picture.count(92..250, 36..62, |pixel| pixel == color) > 20, "{color:?}");
    }
}

/// The texts of an SVG.
fn texts(svg: &str) -> Vec<&str> {
    let texts = svg.split("<text").skip(1);
    texts.map(|rest| rest[rest.find('>').unwrap() + 1..rest.find("</text>").unwrap()].trim()).collect()
}

#[test]
fn axes_are_marked_with_numbers_and_dates() {
    let draw = |name: &str, x: &str, y: &str| {
        let file = golden(&format!("plot_{name}.npy"));
        let svg = plot("picture.svg", &[&file, "--x", x, "--y", y]).svg();
        texts(&svg).iter().map(|text| (*text).to_owned()).collect::<Vec<_>>()
    };
    let has = |texts: &[String], wanted: &[&str]| {
        for text in wanted {
            assert!(texts.iter().any(|own| own == text), "{text} in {texts:?}");
        }
    };
    has(&draw("packed", "t", "d"), &["22:14", "22:24", "t (2023-11-14)", "200000", "d [us]"]);
    has(&draw("days", "day", "y"), &["1950", "2020", "day", "y (×10¹⁸)", "9", "0"]);
    has(&draw("near", "ns", "y"), &["ns (− 18446744073709550000)", "800", "1000"]);
    has(&draw("few", "x", "y"), &["0", "20", "120", "1.0", "2.5", "5.0"]);
    has(&draw("huge", "x", "y"), &["x (×10³⁰⁸)", "−1.5", "1.5"]);
    has(&draw("packed", "t", "b"), &["0", "1", "b"]);
}

#[test]
fn whatever_is_in_a_file_there_is_a_picture() {
    let mut files: Vec<_> = ["none", "no_x", "no_y", "huge", "tiny", "close", "few", "near"].to_vec();
    files.extend(["shuffled"]);
    for file in files {
        let x = if file == "near" { "ns" } else { "x" };
        let path = golden(&format!("plot_{file}.npy"));
        for args in [&["--x", x, "--y", "y"][..], &["--y", "y"], &["--x", "y", "--y", x]] {
            let args = [&[path.as_str()], args].concat();
            let svg = plot("picture.svg", &args).svg();
            check_xml(&svg);
            assert!(
                !svg.contains("NaN") && !svg.contains("inf") && !svg.contains("2147483647"),
                "{file}: {svg}"
            );
            let is_empty = file == "none" || file == "no_y" || file == "no_x" && args.contains(&"--x");
            assert_eq!(svg.contains("nothing to draw"), is_empty, "{file} {args:?}");
            plot("picture.png", &args).png();
        }
    }
    for dtype in ["<f8", ">f4", "<i8", "u1", "<M8[ns]", "<M8[Y]", ">m8[as]", "<M8", "?", "<f2"] {
        for byte in [0, 0x7f, 0xfb] {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("same.bin");
            for rows in [1, 3] {
                let itemsize = [("f8", 8), ("f4", 4), ("i8", 8), ("u1", 1), ("?", 1), ("f2", 2)]
                    .iter()
                    .find_map(|(name, size)| dtype.ends_with(name).then_some(*size))
                    .unwrap_or(8);
                fs::write(&path, vec![byte; rows * itemsize]).unwrap();
                let path = path.to_str().unwrap();
                check_xml(&plot("picture.svg", &["--dtype", dtype, path]).svg());
                check_xml(&plot("picture.svg", &["--dtype", dtype, path, "--x", "value"]).svg());
            }
        }
    }
}

#[test]
fn points_are_joined_if_x_never_falls() {
    let styles = |name: &str, style: &str| {
        let file = golden(&format!("plot_{name}.npy"));
        let drawn = plot("picture.svg", &[&file, "--x", "x", "--y", "y", "--json", "--style", style]);
        let count = |tag: &str| drawn.svg().matches(tag).count();
        (drawn.json()["style"].clone(), count("<polyline"), count("<circle"))
    };
    let (auto, lines) = (styles("shuffled", "auto"), styles("shuffled", "lines"));
    assert!(auto.0 == "points" && lines.0 == "lines" && auto.2 > lines.2 + 100, "{auto:?} {lines:?}");
    let (auto, points) = (styles("few", "auto"), styles("few", "points"));
    assert!(auto.0 == "lines" && points.0 == "points" && auto.1 == points.1 + 3, "{auto:?} {points:?}");
}

#[test]
fn a_line_does_not_hide_another() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("dense.bin");
    let bytes: Vec<u8> = numbers(20_000)
        .flat_map(|number| {
            let number = number as f64 / 1e9;
            [0.4 + number / 5.0, number].map(f64::to_le_bytes).concat()
        })
        .collect();
    fs::write(&path, bytes).unwrap();
    for names in ["narrow,wide", "wide,narrow"] {
        let dtype = "[('narrow', '<f8'), ('wide', '<f8')]";
        let drawn = plot(
            "picture.png",
            &[path.to_str().unwrap(), "--dtype", dtype, "--size", "400x300", "--y", names],
        );
        let png = drawn.png();
        let count = |color: [u8; 3]| (0..400 * 300).filter(|at| png.at(at % 400, at / 400) == color).count();
        let colors = [count([0, 114, 178]), count([213, 94, 0])];
        // About a fifth of the frame, and the rest.
        assert!(colors.iter().all(|pixels| *pixels > 5000), "{names}: {colors:?}");
    }
}

#[test]
fn points_are_asked_for_with_json_on_either_side_of_the_command() {
    let dir = tempfile::tempdir().unwrap();
    let (file, picture) = (golden("plot_few.npy"), dir.path().join("few.svg"));
    let args = ["plot", &file, "--y", "y", "-o", picture.to_str().unwrap(), "--points"];
    let ran = mmrec(&args);
    assert!(ran.code == Some(2) && ran.errors.contains("--json") && !picture.exists(), "{ran:?}");
    let (before, behind) =
        (mmrec(&[&["--json"], args.as_slice()].concat()), mmrec(&[args.as_slice(), &["--json"]].concat()));
    assert!(
        before.code == Some(0) && before.text.contains("\"points\"") && before.text == behind.text,
        "{before:?}"
    );
}

#[test]
fn what_cannot_be_drawn_is_an_error() {
    let (packed, shuffled, little) =
        (golden("plot_packed.npy"), golden("plot_shuffled.npy"), golden("little.npy"));
    let (axes, single) = (golden("axes.npy"), golden("single.npy"));
    let cases: [(&[&str], &str); 15] = [
        (&[&shuffled, "--y", "s"], "s is |S2, which has no place on an axis; what can be drawn: x, y"),
        (&[&little, "--y", "f_c8"], "f_c8 is <c8, which has no place on an axis"),
        (&[&packed, "--y", "price"], "there is no field price; what can be drawn: t, b, p, n, d, h, u, q"),
        (
            &[&packed, "--y", "p", "--x", "q"],
            "q has 4 elements in each row, and --x takes one, such as q[0,0]",
        ),
        (&[&packed, "--y", "q[2,0]"], "there is no q[2,0]; q has the shape (2, 2) in each row"),
        (&[&packed, "--y", "q[0]"], "there is no q[0]"),
        (&[&packed, "--y", "q[x,0]"], "there is no q[x,0]"),
        (&[&packed], "say with --y what to draw; what can be drawn: t, b, p"),
        (&[&packed, "--y", "p,d"], "p is >f8 and d is >m8[us], which have no axis in common"),
        (&[&packed, "--y", "p,q,q,q,q"], "17 lines are too many"),
        (&[&axes], "value has 70 elements in each row; name some, such as value[0,0]"),
        (&[&single], "holds one element, and no rows"),
        (&[&golden("nested.npy"), "--y", "q"], "q is a record; name a field of it, such as q.x"),
        (&[&packed, "--y", "p", "--size", "10x10"], "a picture has from 240x160"),
        (&[&packed, "--y", "p", "--size", "70000x70000"], "a picture has from 240x160"),
    ];
    for (args, wanted) in cases {
        let drawn = plot("picture.svg", args);
        assert!(drawn.ran.code == Some(2) && drawn.ran.errors.contains(wanted), "{args:?} {:?}", drawn.ran);
        assert!(!drawn.path("picture.svg").exists(), "{args:?}");
    }
    for picture in ["picture.jpg", "picture", "none/picture.svg", "."] {
        let drawn = plot(picture, &[&packed, "--y", "p"]);
        assert!(drawn.ran.code == Some(2) && drawn.ran.errors.starts_with("error: "), "{:?}", drawn.ran);
        assert_eq!(fs::read_dir(drawn.dir.path()).unwrap().count(), 0, "{picture}");
    }
    let ran = mmrec(&["plot", &packed, "--y", "p", "-o", "-", "--json"]);
    assert!(ran.code == Some(2) && ran.text.is_empty(), "{ran:?}");
}

#[test]
fn a_bad_file_is_an_error_and_leaves_the_picture_that_was_there() {
    let dir = tempfile::tempdir().unwrap();
    let (path, picture) = (dir.path().join("bad.npy"), dir.path().join("picture.svg"));
    fs::write(&picture, "old").unwrap();
    let whole = fs::read(golden("plot_few.npy")).unwrap();
    for bytes in [&whole[..whole.len() - 1], &whole[..70], &whole[..5], b"not a file of records"] {
        fs::write(&path, bytes).unwrap();
        let ran = mmrec(&["plot", path.to_str().unwrap(), "--y", "y", "-o", picture.to_str().unwrap()]);
        assert!(ran.code == Some(2) && ran.text.is_empty() && ran.errors.starts_with("error: "), "{ran:?}");
        assert!(!ran.errors.contains("panicked"), "{ran:?}");
        assert_eq!(fs::read(&picture).unwrap(), b"old");
    }
    fs::write(&path, whole).unwrap();
    let ran = mmrec(&["plot", path.to_str().unwrap(), "--y", "y", "-o", picture.to_str().unwrap()]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(fs::read_to_string(&picture).unwrap().starts_with("<svg"));
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2);
}

#[cfg(unix)]
#[test]
fn the_file_itself_is_never_replaced() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("data.svg");
    fs::write(&file, [0; 80]).unwrap();
    let (link, hard) = (dir.path().join("link.svg"), dir.path().join("hard.png"));
    std::os::unix::fs::symlink(&file, &link).unwrap();
    fs::hard_link(&file, &hard).unwrap();
    for picture in [&file, &link, &hard] {
        let picture = picture.to_str().unwrap();
        let ran = mmrec(&["plot", "--dtype", "<f8", file.to_str().unwrap(), "-o", picture]);
        assert!(ran.code == Some(2) && ran.errors.contains("is the file that is drawn"), "{ran:?}");
    }
    // Without a name it would be the file's own.
    let output = Command::new(env!("CARGO_BIN_EXE_mmrec"))
        .args(["plot", "--dtype", "<f8", "data.svg"])
        .current_dir(dir.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(fs::read(&file).unwrap(), [0; 80]);
    // Another picture behind a link is replaced, and the link stays.
    let other = dir.path().join("other.svg");
    fs::write(&other, "old").unwrap();
    fs::remove_file(&link).unwrap();
    std::os::unix::fs::symlink(&other, &link).unwrap();
    let ran = mmrec(&["plot", "--dtype", "<f8", file.to_str().unwrap(), "-o", link.to_str().unwrap()]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert!(fs::read_to_string(&other).unwrap().starts_with("<svg"));
}

#[test]
fn a_picture_is_named_after_its_file() {
    let dir = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_mmrec"))
        .args(["plot", &golden("nested.npy"), "--x", "a", "--y", "q.x,p.x[2,1,0]", "--y", "q.y"])
        .current_dir(dir.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines[..2], ["nested.svg: 50 rows as points", "x: a from 0 to 6"]);
    assert!(
        lines[2..]
            .iter()
            .zip(["q.x[0]", "q.x[1]", "p.x[2,1,0]", "q.y"])
            .all(|(line, name)| line.starts_with(&format!("y: {name} from "))),
        "{text}"
    );
    let svg = fs::read_to_string(dir.path().join("nested.svg")).unwrap();
    for name in ["q.x[0]", "q.x[1]", "p.x[2,1,0]", "q.y"] {
        assert!(texts(&svg).contains(&name), "{name}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn memory_does_not_grow_with_the_file() {
    let dir = tempfile::tempdir().unwrap();
    let path = sparse(dir.path(), 10 << 30);
    let mut child = Command::new(env!("CARGO_BIN_EXE_mmrec"))
        .args(["plot", "--json", "--dtype", SPARSE, "--y", "n", "-o"])
        .args([&dir.path().join("picture.png"), &path])
        .env("RAYON_NUM_THREADS", "16")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut most, mut looks) = (0, 0);
    while child.try_wait().unwrap().is_none() {
        if let Some(text) = line(child.id(), "VmHWM") {
            most = most.max(text.trim_end_matches(" kB").parse::<u64>().unwrap());
            looks += 1;
        }
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    let found: Value = serde_json::from_slice(&child.wait_with_output().unwrap().stdout).unwrap();
    assert_eq!(found["y"][0]["count"], (10u64 << 30) / 65536);
    assert!(looks > 5 && most > 0 && most < 100 << 10, "{most} KiB, {looks} looks");
}

#[cfg(target_os = "linux")]
#[test]
fn many_lines_in_a_large_picture_take_little_memory() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("wide.bin");
    // An x in no order, and lines that are mostly flat, for long ones take long to draw.
    let number =
        |(i, number): (usize, u64)| if i % 12 == 3 || number % 1000 == 0 { number } else { number % 3 };
    let numbers = numbers(12 * 20_000).enumerate().map(number);
    let bytes: Vec<u8> = numbers.flat_map(|number| (number as f64).to_le_bytes()).collect();
    fs::write(&path, bytes).unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_mmrec"))
        .args(["plot", "--json", "--dtype", "('<f8', 12)", "--shape", "20000", "--size", "8192x2048", "-o"])
        .args([&dir.path().join("picture.png"), &path])
        .args(["--x", "value[3]", "--style", "lines"])
        .env("RAYON_NUM_THREADS", "16")
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let mut most = 0;
    while child.try_wait().unwrap().is_none() {
        if let Some(text) = line(child.id(), "VmHWM") {
            most = most.max(text.trim_end_matches(" kB").parse::<u64>().unwrap());
        }
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    assert!(child.wait().unwrap().success());
    assert!(most > 1 << 10 && most < 100 << 10, "{most} KiB");
}

#[cfg(target_os = "linux")]
#[test]
fn ctrl_c_leaves_no_picture() {
    let dir = tempfile::tempdir().unwrap();
    // More than can be read before the signal comes.
    let path = sparse(dir.path(), 200 << 30);
    let mut child = Command::new(env!("CARGO_BIN_EXE_mmrec"))
        .args(["plot", "--dtype", "u1", "-o"])
        .args([&dir.path().join("picture.svg"), &path])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Bit 1 is of SIGINT.
    wait_until(&mut child, |id| u64::from_str_radix(&line(id, "SigCgt").unwrap(), 16).unwrap() & 2 != 0);
    std::thread::sleep(std::time::Duration::from_millis(100));
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    assert_eq!((output.stdout.len(), output.stderr.len()), (0, 0));
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_that_is_cut_meanwhile_leaves_no_picture() {
    let dir = tempfile::tempdir().unwrap();
    let path = sparse(dir.path(), 200 << 30);
    let mut child = Command::new(env!("CARGO_BIN_EXE_mmrec"))
        .args(["plot", "--dtype", "u1", "-o"])
        .args([&dir.path().join("picture.svg"), &path])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    wait_until(&mut child, |id| {
        fs::read_to_string(format!("/proc/{id}/maps")).unwrap().contains("sparse.bin")
    });
    fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(1 << 20).unwrap();
    let output = child.wait_with_output().unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(2) && errors.starts_with("error: "), "{errors}");
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
}

#[test]
fn names_give_a_terminal_no_orders() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("hostile.npy");
    let text =
        "{'descr': [('\\x1b]0;pwn\\x07\\x9b\\u202e', '<f8')], 'fortran_order': False, 'shape': (2,), }";
    let mut bytes = b"\x93NUMPY\x03\x00\xf4\x00\x00\x00".to_vec();
    bytes.extend(format!("{text:<243}\n").as_bytes());
    bytes.extend([1.0_f64, 2.0].iter().flat_map(|number| number.to_le_bytes()));
    fs::write(&path, bytes).unwrap();
    let path = path.to_str().unwrap();
    let picture = dir.path().join("picture.svg");
    let picture = picture.to_str().unwrap();
    for args in [&["-o", picture][..], &["-o", picture, "--json"], &["-o", "-"]] {
        let ran = mmrec(&[&["plot", path], args].concat());
        assert_eq!((ran.code, ran.errors.as_str()), (Some(0), ""));
        let is_obeyed = |letter: char| letter.is_control() && letter != '\n' || letter == '\u{202e}';
        assert_eq!(ran.text.find(is_obeyed), None, "{:?}", ran.text);
        assert!(ran.text.contains("pwn"), "{}", ran.text);
    }
    assert_eq!(fs::read_to_string(picture).unwrap().find(['\u{1b}', '\u{9b}', '\u{202e}']), None);
}
