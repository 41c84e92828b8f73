//! The symbol table of a 64-bit ELF file: a program, a library or an object file of either byte order.
//!
//! The records are generic over the byte order, so that each format is written down once: `Symbol<Little>` and
//! `Symbol<Big>` have the dtypes `<u4 …` and `>u4 …`.

use std::{
    fmt::Debug,
    path::{Path, PathBuf},
};

use mmrec::{Element, MmapRecord, RecordMap, big_endian, little_endian};

use crate::{
    error::{Error, Result},
    part,
};

const SHT_SYMTAB: u32 = 2;
const SHT_STRTAB: u32 = 3;
const SHT_DYNSYM: u32 = 11;

/// The numbers of a byte order.
pub trait Endian: Copy + Debug + 'static {
    /// Two bytes.
    type U16: Element + Debug + Into<u16>;
    /// Four bytes.
    type U32: Element + Debug + Into<u32>;
    /// Eight bytes.
    type U64: Element + Debug + Into<u64>;
}

/// The least significant byte comes first.
#[derive(Clone, Copy, Debug)]
pub enum Little {}

/// The most significant byte comes first.
#[derive(Clone, Copy, Debug)]
pub enum Big {}

impl Endian for Little {
    type U16 = little_endian::U16;
    type U32 = little_endian::U32;
    type U64 = little_endian::U64;
}

impl Endian for Big {
    type U16 = big_endian::U16;
    type U32 = big_endian::U32;
    type U64 = big_endian::U64;
}

/// The first bytes of every ELF file, which say how to read the rest.
#[derive(Clone, Copy, Debug, MmapRecord)]
#[repr(C)]
#[mmrec(itemsize = 16)]
pub struct Ident {
    /// `7F 45 4C 46`.
    pub magic: [u8; 4],
    /// 1 for 32 bits, 2 for 64.
    pub class: u8,
    /// 1 if the least significant byte comes first, 2 if the most significant does.
    pub data: u8,
    /// 1.
    pub version: u8,
    /// Whose conventions the file follows.
    pub os_abi: u8,
    /// Zeros.
    pub rest: [u8; 8],
}

/// The file header.
#[derive(Clone, Copy, Debug, MmapRecord)]
#[repr(C)]
#[mmrec(itemsize = 64)]
pub struct Header<E: Endian> {
    /// The first bytes.
    pub ident: Ident,
    /// Program, library, object file or core.
    pub kind: E::U16,
    /// The processor.
    pub machine: E::U16,
    /// 1.
    pub version: E::U32,
    /// The address of the first instruction.
    pub entry: E::U64,
    /// The byte at which the program headers begin.
    pub program_headers: E::U64,
    /// The byte at which the section headers begin; 0 if there are none.
    pub section_headers: E::U64,
    /// Flags of the processor.
    pub flags: E::U32,
    /// Bytes in this header.
    pub header_size: E::U16,
    /// Bytes in a program header.
    pub program_header_size: E::U16,
    /// The number of program headers.
    pub program_header_count: E::U16,
    /// Bytes in a section header.
    pub section_header_size: E::U16,
    /// The number of section headers; 0 if it does not fit, and stands in the first of them.
    pub section_header_count: E::U16,
    /// The section that has the names of the sections.
    pub section_names: E::U16,
}

/// The header of a section.
#[derive(Clone, Copy, Debug, MmapRecord)]
#[repr(C)]
#[mmrec(itemsize = 64)]
pub struct SectionHeader<E: Endian> {
    /// Where the name begins, in the table of names.
    pub name: E::U32,
    /// What the section holds.
    pub kind: E::U32,
    /// Flags.
    pub flags: E::U64,
    /// The address at run time.
    pub address: E::U64,
    /// The byte of the file at which the section begins.
    pub offset: E::U64,
    /// Bytes in the section.
    pub size: E::U64,
    /// Another section: for symbols, the one with their names.
    pub link: E::U32,
    /// Depends on the kind.
    pub info: E::U32,
    /// The alignment of the address.
    pub alignment: E::U64,
    /// Bytes in an entry, for sections that are tables.
    pub entry_size: E::U64,
}

/// A symbol: a function, a variable, a section, a source file.
#[derive(Clone, Copy, Debug, MmapRecord)]
#[repr(C)]
#[mmrec(itemsize = 24)]
pub struct Symbol<E: Endian> {
    /// Where the name begins, in the table of names.
    pub name: E::U32,
    /// Kind and binding, four bits each.
    pub info: u8,
    /// Visibility.
    pub other: u8,
    /// The section that the symbol lies in; 0 if it lies in another file.
    pub section: E::U16,
    /// The address.
    pub value: E::U64,
    /// Bytes that the symbol takes.
    pub size: E::U64,
}

/// The symbol table of a file, in the file's byte order.
#[derive(Debug)]
pub enum Elf {
    /// A file with the least significant byte first.
    Little(SymbolTable<Little>),
    /// A file with the most significant byte first.
    Big(SymbolTable<Big>),
}

/// The symbols of a file and their names.
#[derive(Debug)]
pub struct SymbolTable<E: Endian> {
    path: PathBuf,
    /// `.symtab`, or `.dynsym` in a file that was stripped of it.
    pub section: &'static str,
    /// The section headers.
    pub sections: RecordMap<SectionHeader<E>>,
    /// The symbols. The first one is empty.
    pub symbols: RecordMap<Symbol<E>>,
    names: RecordMap<u8>,
}

impl Elf {
    /// Maps the symbol table of an ELF file.
    ///
    /// # Errors
    ///
    /// [`Error::Map`] if the file cannot be mapped; [`Error::Malformed`] if it is no 64-bit ELF file, is damaged, or
    /// has no symbols.
    pub fn open(path: &Path) -> Result<Self> {
        let not_elf = |why: String| Error::malformed(path, format!("not a 64-bit ELF file: {why}"));
        let ident = match part::record::<Ident>(path, "identification", 0) {
            Ok(ident) => ident.at(()),
            Err(Error::Malformed { .. }) => return Err(not_elf("it has less than 16 bytes".to_owned())),
            Err(error) => return Err(error),
        };
        if ident.magic != *b"\x7FELF" {
            return Err(not_elf(format!("it begins with \"{}\"", ident.magic.escape_ascii())));
        }
        match (ident.class, ident.data) {
            (2, 1) => SymbolTable::open(path).map(Self::Little),
            (2, 2) => SymbolTable::open(path).map(Self::Big),
            (1, _) => Err(not_elf("it has 32 bits".to_owned())),
            (class, data) => Err(not_elf(format!("class {class} and byte order {data} are unknown"))),
        }
    }
}

impl<E: Endian> SymbolTable<E> {
    fn open(path: &Path) -> Result<Self> {
        let sections = section_headers::<E>(path)?;
        let find = |kind| sections.iter().find(|section| section.kind.into() == kind);
        let (section, header) = find(SHT_SYMTAB)
            .map(|header| (".symtab", header))
            .or_else(|| find(SHT_DYNSYM).map(|header| (".dynsym", header)))
            .ok_or_else(|| Error::malformed(path, "it has no symbol table; it was stripped"))?;

        let size: u64 = header.size.into();
        let entry_size: u64 = header.entry_size.into();
        let record = size_of::<Symbol<E>>() as u64;
        if entry_size != record || !size.is_multiple_of(record) {
            let message = format!(
                "{section} has {size} bytes in entries of {entry_size}, not a whole number of {record}; it is damaged"
            );
            return Err(Error::malformed(path, message));
        }
        let symbols = part::records(path, "symbols", header.offset.into(), size / record)?;

        let link: u32 = header.link.into();
        let names = usize::try_from(link).ok().and_then(|link| sections.get(link));
        let names = names.filter(|names| names.kind.into() == SHT_STRTAB).ok_or_else(|| {
            let message = format!(
                "section {link} should have the names of the symbols and is no table of names; it is damaged"
            );
            Error::malformed(path, message)
        })?;
        let names = part::records(path, "names of the symbols", names.offset.into(), names.size.into())?;
        Ok(Self { path: path.to_path_buf(), section, sections, symbols, names })
    }

    /// The name of a symbol; empty for symbols without one.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`] if it lies outside the table of names.
    pub fn name(&self, symbol: &Symbol<E>) -> Result<String> {
        let start: u32 = symbol.name.into();
        part::text(&self.names, start.into()).ok_or_else(|| {
            let message = format!(
                "the name at {start} does not end within the table of names, which has {} bytes; it is damaged",
                self.names.len()
            );
            Error::malformed(&self.path, message)
        })
    }
}

impl<E: Endian> Symbol<E> {
    /// Whether it is a function that lies in this file.
    pub fn is_function(&self) -> bool {
        let (kind, section): (u8, u16) = (self.info & 0xF, self.section.into());
        // 10 is a function that picks the one to call.
        matches!(kind, 2 | 10) && section != 0
    }
}

fn section_headers<E: Endian>(path: &Path) -> Result<RecordMap<SectionHeader<E>>> {
    let header = part::record::<Header<E>>(path, "file header", 0)?.at(());
    let offset: u64 = header.section_headers.into();
    if offset == 0 {
        return Err(Error::malformed(path, "it has no section headers, so no symbols are to be found"));
    }
    let (size, wanted) = (header.section_header_size.into(), size_of::<SectionHeader<E>>());
    if usize::from(size) != wanted {
        let message = format!("a section header should have {wanted} bytes and has {size}; it is damaged");
        return Err(Error::malformed(path, message));
    }
    let count = match header.section_header_count.into() {
        0 => part::record::<SectionHeader<E>>(path, "first section header", offset)?.at(()).size.into(),
        count => u64::from(count),
    };
    part::records(path, "section headers", offset, count)
}
