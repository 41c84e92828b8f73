//! The largest functions of a program: its symbol table, mapped where it lies in the ELF file.
//!
//! `cargo run --release --example 10_elf_symbols` shows this program's own; `-- /bin/ls` those of another file. The records
//! and how the tables are found are in `src/elf.rs`.
//!
//! It prints:
//!
//! ```text
//! …10_elf_symbols…: … section headers
//! .symtab has … symbols from byte … on
//! dtype [('name', '<u4'), ('info', '|u1'), ('other', '|u1'), ('section', '<u2'), ('value', '<u8'), ('size', '<u8')]
//!
//! the largest of … functions, which take … bytes
//!
//!  bytes    address   function
//! …
//! …   …0x…clap_builder::parser::parser::Parser::get_matches_with
//! …
//! ```

use std::{
    env,
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Parser;
use mmrec_examples::{
    Column::{Left, Right},
    Result, Table,
    elf::{Elf, Endian, Symbol, SymbolTable},
    exit_code,
};

/// Shows the largest functions of an ELF file.
#[derive(Parser)]
struct Args {
    /// A 64-bit ELF file, of either byte order; this program if none is given.
    file: Option<PathBuf>,
    /// How many functions to show.
    #[arg(long, default_value_t = 20)]
    count: usize,
}

fn main() -> ExitCode {
    exit_code(run(&Args::parse()))
}

fn run(args: &Args) -> Result<()> {
    let path = match &args.file {
        Some(file) => file.clone(),
        None => env::current_exe()?,
    };
    // The byte order is a type, so from here on it costs nothing.
    match Elf::open(&path)? {
        Elf::Little(table) => show(&path, &table, args.count),
        Elf::Big(table) => show(&path, &table, args.count),
    }
}

fn show<E: Endian>(path: &Path, table: &SymbolTable<E>, count: usize) -> Result<()> {
    let mut out = io::stdout().lock();
    let symbols = &table.symbols;
    writeln!(out, "{}: {} section headers", path.display(), table.sections.len())?;
    writeln!(out, "{} has {} symbols from byte {} on", table.section, symbols.len(), symbols.offset())?;
    writeln!(out, "dtype {}\n", symbols.dtype())?;

    let mut functions: Vec<Symbol<E>> = symbols.iter().filter(Symbol::is_function).collect();
    functions.sort_by_key(|function| std::cmp::Reverse(function.size.into()));
    let bytes: u64 = functions.iter().map(|function| function.size.into()).fold(0, u64::wrapping_add);

    let mut rows = Table::new([Right("bytes"), Right("address"), Left("function")]);
    for function in functions.iter().take(count) {
        let (size, address): (u64, u64) = (function.size.into(), function.value.into());
        let name = table.name(function)?;
        rows.row([size.to_string(), format!("{address:#x}"), readable(&name)]);
    }
    if functions.is_empty() {
        writeln!(out, "it holds no function: the program is stripped; try another, or a library")?;
        return Ok(());
    }
    writeln!(out, "the largest of {} functions, which take {bytes} bytes\n\n{rows}", functions.len())?;
    Ok(())
}

/// The name as it was written, if it is that of a Rust function, and not longer than a line.
fn readable(name: &str) -> String {
    const LONGEST: usize = 90;
    let name = format!("{:#}", rustc_demangle::demangle(name));
    match name.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &name[..end]),
        None => name,
    }
}
