//! What is shown.

use super::kit::{files, is_as_kept, look, session};

const SHARED: &str = "{'names': ['all', 'low', 'odd'], 'formats': ['<u4', '<u2', '<u2'], 'offsets': [4, 4, 11], 'itemsize': 16}";

/// Fields that have no room for their names, and some that are named as the marks were that stand for those.
const NARROW: &str = "[('side', 'S1'), ('a', 'u1'), ('b', 'u1'), ('flag', '?'), ('x', '<u4')]";

#[test]
fn info() {
    let text = session(
        &files(),
        &[
            &["info", "trades.npy"],
            &["info", "trades.npy", "--json"],
            &["info", "numbers.npy"],
            &["info", "others.npy"],
            &["info", "times.npy"],
            &["info", "nested.npy"],
            &["info", "hostile.npy"],
            &["info", "none.npy"],
            &["info", "titles.npy"],
            &["info", "single.npy"],
            &["info", "single_record.npy"],
            &["info", "grid.npy"],
            &["info", "grid_f.npy"],
            &["info", "grid_records.npy"],
            &["info", "texts.npy"],
            &["info", "empty.npy"],
            &["info", "wide.npy"],
            &["info", "raw.bin", "--like", "trades.npy", "--offset", "10"],
            &["info", "raw.bin", "--dtype", "<u2", "--offset", "3", "--shape", "4,5", "--order", "f"],
            &["info", "shared.bin", "--dtype", SHARED],
            &["info", "shared.bin", "--dtype", "[]", "--shape", "3"],
            &[
                "info",
                "raw.bin",
                "--offset",
                "10",
                "--dtype",
                "[('a', 'u1', (3, 5)), ('text', 'S1000'), ('n', '<f8', (23,)), ('b', 'u1')]",
            ],
            &["info", "raw.bin", "--shape", "1", "--dtype", "[('p', [('x', '<f4'), ('', 'V4')], (100,))]"],
            &["info", "arrays.npz", "--member", "second"],
            &["info", "arrays.npz"],
            &["info", "arrays.npz", "--json"],
            &["info", "deflated.npz"],
            &["info", "deflated.npz", "--json"],
            &["info", "raw.bin", "--shape", "3", "--dtype", NARROW],
        ],
    );
    is_as_kept("info", &text);
}

#[test]
fn rows() {
    let text = session(
        &files(),
        &[
            &["head", "trades.npy"],
            &["head", "trades.npy", "-n", "2"],
            &["head", "trades.npy", "-n", "0"],
            &["tail", "trades.npy", "-n", "2"],
            &["tail", "trades.npy", "--rows", "30", "--fields", "qty"],
            &["tail", "trades.npy", "-n", "0", "--json"],
            &["head", "numbers.npy"],
            &["head", "others.npy"],
            &["head", "times.npy"],
            &["head", "nested.npy"],
            &["head", "hostile.npy"],
            &["head", "none.npy"],
            &["head", "none.npy", "--json"],
            &["head", "titles.npy"],
            &["head", "single.npy"],
            &["head", "single_record.npy"],
            &["head", "grid.npy"],
            &["head", "grid_f.npy"],
            &["head", "grid_records.npy"],
            &["head", "texts.npy"],
            &["head", "empty.npy"],
            &["head", "wide.npy", "--width", "80"],
            &["head", "times.npy", "--width", "0", "-n", "1", "--fields", "ns"],
            &["head", "wide.npy", "--width", "1", "-n", "1", "--fields", "field_00,field_02"],
            &["head", "raw.bin", "--like", "trades.npy", "--offset", "10", "-n", "1"],
            &["head", "arrays.npz", "--member", "second"],
            &["head", "shared.bin", "--dtype", "[]", "--shape", "2"],
            &["head", "raw.bin", "--dtype", "u1", "--shape", "2,24"],
            &["head", "raw.bin", "--dtype", "u1", "--shape", "2,25"],
            &["head", "raw.bin", "--dtype", "u1", "--shape", "2,12,50"],
            &["head", "raw.bin", "--dtype", "[('s', 'S4', (30,)), ('g', '<u2', (2, 13))]", "--shape", "2"],
            &["head", "raw.bin", "--dtype", "u1", "--shape", "1,25", "--json"],
        ],
    );
    is_as_kept("rows", &text);
}

#[test]
fn ranges_and_fields() {
    let text = session(
        &files(),
        &[
            &["rows", "3..5", "trades.npy"],
            &["rows", "23..", "trades.npy"],
            &["rows", "..2", "trades.npy"],
            &["rows", "-2..", "trades.npy", "--fields", "qty"],
            &["rows", "-3..-1", "trades.npy", "--fields", "qty"],
            &["rows", "7", "trades.npy", "--fields", "qty"],
            &["rows", "-1", "trades.npy", "--fields", "qty"],
            &["rows", "-25", "trades.npy", "--fields", "qty"],
            &["rows", "..", "none.npy"],
            &["rows", "..", "grid.npy"],
            &["rows", "23..1_000_000", "trades.npy", "--fields", "qty"],
            &["rows", "30..40", "trades.npy"],
            &["rows", "5..5", "trades.npy"],
            &["rows", "5..5", "trades.npy", "--json"],
            &["rows", "25", "trades.npy"],
            &["rows", "-26", "trades.npy"],
            &["rows", "0", "none.npy"],
            &["rows", "5..3", "trades.npy"],
            &["rows", "-1..3", "trades.npy"],
            &["rows", "99999999999999999999", "trades.npy"],
            &["rows", "", "trades.npy"],
            &["rows", "1,2", "trades.npy"],
            &["rows", "0..=3", "trades.npy"],
            &["rows", "--fields", "symbol,price,symbol", "0..2", "trades.npy"],
            &["rows", "0..2", "nested.npy", "--fields", "path,id"],
            &["rows", "0", "trades.npy", "--fields", "ts, price"],
            &["rows", "0", "raw.bin", "--dtype", "[(' a', 'u1'), ('a', 'u1')]", "--fields", "a, a,  a "],
            &["rows", "0..2", "nested.npy", "--fields", "at.y,at"],
            &["rows", "0..2", "nested.npy", "--fields", "path.x[1],grid[0],path[0]"],
            &["rows", "0..2", "nested.npy", "--fields", "path.x[1],grid[0],path[0]", "--json"],
            &["rows", "0..2", "grid_records.npy", "--fields", "qty[1]"],
            &["rows", "0..2", "grid_f.npy", "--fields", "value[2][3],value[0]", "--json"],
            &["rows", "0..2", "hostile.npy", "--fields", "a.b,quote'\"\\"],
            &["rows", "0", "nested.npy", "--fields", "grid[2]"],
            &["rows", "0", "nested.npy", "--fields", "grid[0][0][0]"],
            &["rows", "0", "nested.npy", "--fields", "id[0]"],
            &["rows", "0", "nested.npy", "--fields", "grid[x]"],
            &["rows", "0", "trades.npy", "--fields", "Prices"],
            &["rows", "0", "trades.npy", "--fields", "price.x"],
            &["rows", "0", "trades.npy", "--fields", "price,,qty"],
            &["rows", "0", "wide.npy", "--fields", "volume"],
            &["rows", "0", "hostile.npy", "--fields", "\u{1b}[32m"],
        ],
    );
    is_as_kept("ranges", &text);
}

#[test]
fn structs_and_differences() {
    let text = session(
        &files(),
        &[
            &["struct", "trades.npy", "--name", "Trade"],
            &["struct", "trades.npy", "--name", "Trade", "--c"],
            &["struct", "trades.npy", "--numpy"],
            &["struct", "trades.npy", "--numpy", "--json"],
            &["struct", "hostile.npy"],
            &["struct", "hostile.npy", "--c"],
            &["struct", "hostile.npy", "--numpy"],
            &["struct", "grid.npy"],
            &["struct", "--dtype", "[('a', '<f4'), ('b', '<i4')]", "--c"],
            &["struct", "--like", "grid.npy"],
            &["struct", "--numpy"],
            &["struct", "trades.npy", "--c", "--numpy"],
            &["struct", "trades.npy", "--name", "my trade"],
            &["struct", "trades.npy", "--name", "fn"],
            &["diff", "trades.npy", "trades.npy"],
            &["diff", "trades.npy", "none.npy"],
            &["diff", "trades.npy", "none.npy", "--json"],
            &["diff", "grid.npy", "arrays.npz:second"],
            &["diff", "trades.npy", "arrays.npz:first"],
            &["diff", "arrays.npz:none", "trades.npy"],
            &["diff", "trades.npy", "nested.npy"],
            &["diff", "trades.npy", "[('ts', '<M8[us]'), ('side', 'S1'), ('price', '>f8')]"],
            &["diff", "[('a', '<f4'), ('b', '<i4')]", "[('a', '<f4'), ('b', '<i2')]", "--json"],
            &["diff", "<f8", "f8", "--json"],
            &["diff", "<f8", ">f8"],
            &["diff", "trades.npy", "trades"],
            &["diff", "trades.npy", "raw.bin"],
            &["diff", "arrays.npz", "trades.npy"],
            &["diff", "trades.npy", "."],
            &["diff", "hostile.npy", "[('\u{1b}[31mred', '<i4')]"],
        ],
    );
    is_as_kept("structs", &text);
}

#[test]
fn help_and_versions() {
    assert_eq!(look(&["--version"]).text, format!("mmrec {}\n", env!("CARGO_PKG_VERSION")));
    let mut text = session(
        &files(),
        &[&["--help"], &["rows", "--help"], &["info", "-h"], &["struct", "-h"], &["diff", "-h"]],
    );
    text = text.replace(env!("CARGO_PKG_VERSION"), "VERSION");
    is_as_kept("help", &text);
    for command in
        ["info", "head", "tail", "rows", "stats", "plot", "struct", "diff", "convert", "completions", "man"]
    {
        let version = look(&[command, "--version"]).text;
        assert_eq!(version, format!("mmrec-{command} {}\n", env!("CARGO_PKG_VERSION")));
        for help in ["-h", "--help"] {
            let ran = look(&[command, help]);
            assert!(ran.code == Some(0) && ran.text.contains(&format!("Usage: mmrec {command} ")), "{ran:?}");
        }
    }
}
