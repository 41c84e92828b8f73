//! A time-zone file, as in `/usr/share/zoneinfo`: when the clocks of a place changed, and to what.
//!
//! It has a header and seven tables, one after another; then, from version 2 on, a second header and the same tables
//! with 64-bit times; then a line of text with the rule for all times after. This module reads the second half. All
//! numbers have their most significant byte first.

use std::path::{Path, PathBuf};

use mmrec::{
    Element, MmapRecord, ReadWrite, RecordMap,
    big_endian::{I32, I64, U32},
};

use crate::{
    error::{Error, Result},
    part,
};

/// Text of a rule that is longer than this is none.
const LONGEST_RULE: usize = 1000;

/// How each half of the file begins.
#[derive(Clone, Copy, Debug, MmapRecord)]
#[repr(C)]
#[mmrec(itemsize = 44)]
pub struct Header {
    /// `TZif`.
    pub magic: [u8; 4],
    /// NUL for version 1, or a digit from 2 on.
    pub version: u8,
    /// Zeros.
    pub reserved: [u8; 15],
    /// How many of the types say whether their rules are in universal time.
    pub ut_count: U32,
    /// How many of the types say whether their rules are in standard time.
    pub standard_count: U32,
    /// The number of leap seconds.
    pub leap_count: U32,
    /// The number of transitions.
    pub time_count: U32,
    /// The number of types of local time.
    pub type_count: U32,
    /// Bytes in the table of abbreviations.
    pub char_count: U32,
}

/// A type of local time: a record of 6 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, MmapRecord)]
#[repr(C)]
#[mmrec(descr = "[('utc_offset', '>i4'), ('is_dst', '|b1'), ('abbreviation', '|u1')]")]
pub struct LocalTimeType {
    /// Seconds to add to universal time.
    pub utc_offset: I32,
    /// Whether it is daylight saving time.
    pub is_dst: bool,
    /// Where the abbreviation begins, in the table of abbreviations.
    pub abbreviation: u8,
}

/// The 64-bit half of a time-zone file: four maps.
#[derive(Debug)]
pub struct TimeZone {
    path: PathBuf,
    /// How the half begins.
    pub header: Header,
    /// The transitions, in seconds since 1970, sorted.
    pub times: RecordMap<I64>,
    /// Which type of local time begins with each transition.
    pub kinds: RecordMap<u8>,
    /// The types of local time.
    pub types: RecordMap<LocalTimeType>,
    abbreviations: RecordMap<u8>,
    /// The rule for times after the last transition, as in the environment variable `TZ`; may be empty.
    pub rule: String,
}

impl Header {
    /// Bytes in the tables after this header, if times have so many bytes each.
    fn tables(&self, time_size: u64) -> u64 {
        let [times, types, chars] = [self.time_count, self.type_count, self.char_count].map(u64::from);
        let [leaps, standards, uts] = [self.leap_count, self.standard_count, self.ut_count].map(u64::from);
        let type_size = size_of::<LocalTimeType>() as u64;
        times * (time_size + 1) + types * type_size + chars + leaps * (time_size + 4) + standards + uts
    }
}

impl TimeZone {
    /// Maps the 64-bit half of a time-zone file.
    ///
    /// # Errors
    ///
    /// [`Error::Map`] if the file cannot be mapped; [`Error::Malformed`] if it is no time-zone file of version 2 or
    /// later, or is damaged.
    pub fn open(path: &Path) -> Result<Self> {
        let first = header(path, 0)?;
        if first.version < b'2' {
            let message = "it is of version 1, without 64-bit times; newer versions of `zic` make version 2";
            return Err(Error::malformed(path, message));
        }
        let start = size_of::<Header>() as u64 + first.tables(4);
        let header = header(path, start)?;
        if header.type_count == 0 {
            return Err(Error::malformed(path, "it has no types of local time; it is damaged"));
        }

        let count = |count: U32| u64::from(count);
        let at = start + size_of::<Header>() as u64;
        let times = part::records::<I64>(path, "times of transitions", at, count(header.time_count))?;
        let at = at + 8 * count(header.time_count);
        let kinds = part::records::<u8>(path, "types of transitions", at, count(header.time_count))?;
        let at = at + count(header.time_count);
        let types = part::records(path, "types of local time", at, count(header.type_count))?;
        let at = at + size_of::<LocalTimeType>() as u64 * count(header.type_count);
        let abbreviations = part::records(path, "abbreviations", at, count(header.char_count))?;
        let rule = rule(path, start + size_of::<Header>() as u64 + header.tables(8))?;

        let zone = Self { path: path.to_path_buf(), header, times, kinds, types, abbreviations, rule };
        zone.check()?;
        Ok(zone)
    }

    /// Checks what everything else relies on.
    fn check(&self) -> Result<()> {
        let damaged = |what: String| Err(Error::malformed(&self.path, format!("{what}; it is damaged")));
        if let Some(kind) = self.kinds.iter().find(|&kind| usize::from(kind) >= self.types.len()) {
            return damaged(format!("a transition is to type {kind}, and there are {}", self.types.len()));
        }
        if !self.times.iter().map(I64::get).is_sorted_by(|a, b| a < b) {
            return damaged("its transitions do not follow each other in time".to_owned());
        }
        self.types.iter().try_for_each(|kind| self.abbreviation(&kind).map(drop))
    }

    /// The number of the first transition that comes after a time.
    pub fn next_transition(&self, time: i64) -> usize {
        self.times.view().partition_point(|transition| transition <= time)
    }

    /// The type of local time that a transition brings, or for `None` the one before the first.
    pub fn type_after(&self, transition: Option<usize>) -> LocalTimeType {
        // There is at least one type, and no transition is to one that is not there.
        self.types.at(transition.map_or(0, |transition| self.kinds.at(transition).into()))
    }

    /// The abbreviation of a type: `CET`.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`] if it lies outside the table of abbreviations.
    pub fn abbreviation(&self, kind: &LocalTimeType) -> Result<String> {
        let start = kind.abbreviation;
        part::text(&self.abbreviations, start.into()).ok_or_else(|| {
            let message =
                format!("the abbreviation at {start} does not end within their table; it is damaged");
            Error::malformed(&self.path, message)
        })
    }
}

/// The header that begins at byte `at`.
fn header(path: &Path, at: u64) -> Result<Header> {
    let header = part::record::<Header>(path, "header of a time-zone file", at)?.at(());
    if header.magic != *b"TZif" {
        let found = header.magic.escape_ascii();
        let message = format!("not a time-zone file: expected \"TZif\" at byte {at}, found \"{found}\"");
        return Err(Error::malformed(path, message));
    }
    Ok(header)
}

/// The line of text from byte `at` to the end of the file.
fn rule(path: &Path, at: u64) -> Result<String> {
    let malformed = || {
        let message = format!("from byte {at} on it should have one line of text, the rule; it is damaged");
        Error::malformed(path, message)
    };
    let line = match RecordMap::<u8>::options().offset(at).open(path) {
        Ok(line) => line,
        Err(error) if error.kind() == mmrec::ErrorKind::PastEnd => return Err(malformed()),
        Err(error) => return Err(error.into()),
    };
    if line.len() > LONGEST_RULE {
        return Err(malformed());
    }
    match line.to_vec().as_slice() {
        [b'\n', rule @ .., b'\n'] if rule.is_ascii() && !rule.contains(&b'\n') => {
            Ok(String::from_utf8_lossy(rule).into_owned())
        }
        _ => Err(malformed()),
    }
}

/// Writes a time-zone file for Berlin from 2024 to 2027, to have one to look at where the system has none.
///
/// # Errors
///
/// [`Error::Map`] if the file cannot be made.
pub fn write_sample(path: &Path) -> Result<()> {
    // 01:00 universal time, on the last Sundays in March and in October.
    let times = [
        1_711_846_800,
        1_729_990_800,
        1_743_296_400,
        1_761_440_400,
        1_774_746_000,
        1_792_890_000,
        1_806_195_600,
        1_824_944_400,
    ];
    let kinds: [u8; 8] = [1, 0, 1, 0, 1, 0, 1, 0];
    let (standard, summer) = (I32::new(3600), I32::new(7200));
    let types = [
        LocalTimeType { utc_offset: standard, is_dst: false, abbreviation: 0 },
        LocalTimeType { utc_offset: summer, is_dst: true, abbreviation: 4 },
    ];
    let header = |times: u32, types: u32, chars: u32| Header {
        magic: *b"TZif",
        version: b'2',
        reserved: [0; 15],
        ut_count: 0.into(),
        standard_count: 0.into(),
        leap_count: 0.into(),
        time_count: times.into(),
        type_count: types.into(),
        char_count: chars.into(),
    };

    // The 32-bit half may be empty but for one type, which nobody reads.
    RecordMap::<Header>::options().shape(()).create(path)?.set((), header(0, 1, 1));
    let mut at = 44 + 6 + 1;
    append(path, &mut at, &[header(8, 2, 9)])?;
    append(path, &mut at, &times.map(I64::new))?;
    append(path, &mut at, &kinds)?;
    append(path, &mut at, &types)?;
    append(path, &mut at, b"CET\0CEST\0")?;
    append(path, &mut at, b"\nCET-1CEST,M3.5.0,M10.5.0/3\n")
}

/// Extends the file, which has `at` bytes or fewer, by these records.
fn append<T: Element>(path: &Path, at: &mut u64, records: &[T]) -> Result<()> {
    let options = RecordMap::<T>::options().offset(*at).shape(records.len());
    let mut map: RecordMap<T, _, ReadWrite> = options.open_rw(path)?;
    map.copy_from_slice(records);
    *at += size_of_val(records) as u64;
    Ok(())
}
