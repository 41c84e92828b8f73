//! Where the members of a zip file lie, such as the arrays of a `.npz` file.

use std::{collections::HashSet, fmt::Write as _};

use super::{ReadAt, read_at_most};
use crate::error::{Error, ErrorKind, Result};

/// The record at the end of the file, but for the comment behind it.
const END: usize = 22;
const END_SIGNATURE: [u8; 4] = *b"PK\x05\x06";
/// The same for more than 4 GiB, and what says that it is there.
const END_64: usize = 56;
const END_64_SIGNATURE: [u8; 4] = *b"PK\x06\x06";
const LOCATOR: usize = 20;
const LOCATOR_SIGNATURE: [u8; 4] = *b"PK\x06\x07";
/// What the directory has for each member, but for the name and what follows it.
const ENTRY: usize = 46;
const ENTRY_SIGNATURE: [u8; 4] = *b"PK\x01\x02";
/// What is in front of each member's bytes, but for its name again.
const LOCAL: usize = 30;
const LOCAL_SIGNATURE: [u8; 4] = *b"PK\x03\x04";

/// How many members an error names.
const NAMED: usize = 10;

/// The characters of the bytes from 128 on where a name is not in UTF-8: those of the first PC.
const CP437: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";

/// Where the bytes of a member are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Member {
    pub(crate) offset: u64,
    pub(crate) len: u64,
}

/// Where the bytes of a stored member lie in a zip file of `len` bytes. As in NumPy, the `.npy` at the end of its name may
/// be left out, and of two members of one name the last counts.
///
/// # Errors
///
/// [`ErrorKind::NoSuchMember`] if there is none of that name, with those that there are, [`ErrorKind::Unsupported`] if it
/// is compressed or encrypted, [`ErrorKind::BadNpy`] for what is no zip file, and the errors of `read`.
pub(crate) fn find_member(len: u64, name: &str, read: &mut ReadAt<'_>) -> Result<Member> {
    let directory = Directory::find(len, read)?;
    let with_suffix = format!("{name}.npy");
    let (mut found, mut found_with_suffix, mut names) = (None, None, Names::default());
    let mut at = directory.start;
    while at < directory.end {
        let entry = Entry::read(&directory, at, read)?;
        at = entry.end;
        if entry.name == name {
            found = Some(entry);
        } else if entry.name == with_suffix {
            found_with_suffix = Some(entry);
        } else {
            names.add(&entry.name);
        }
    }
    match found.or(found_with_suffix) {
        Some(entry) => entry.member(&directory, read),
        None => {
            let message = format!("the .npz file has no member `{name}`; {names}");
            Err(Error::new(ErrorKind::NoSuchMember, message))
        }
    }
}

/// The names of all members, each once, in the order of the directory; without the `.npy` at their ends, as NumPy lists them.
///
/// # Errors
///
/// [`ErrorKind::BadNpy`] for what is no zip file, and the errors of `read`.
pub(crate) fn member_names(len: u64, read: &mut ReadAt<'_>) -> Result<Vec<String>> {
    let directory = Directory::find(len, read)?;
    let (mut names, mut seen) = (Vec::new(), HashSet::new());
    let mut at = directory.start;
    while at < directory.end {
        let entry = Entry::read(&directory, at, read)?;
        at = entry.end;
        let name = entry.name.strip_suffix(".npy").unwrap_or(&entry.name);
        if seen.insert(name.to_owned()) {
            names.push(name.to_owned());
        }
    }
    Ok(names)
}

/// The first few names, and how many there are.
#[derive(Default)]
struct Names {
    text: String,
    count: usize,
}

impl Names {
    fn add(&mut self, name: &str) {
        self.count += 1;
        if self.count <= NAMED {
            let separator = if self.count > 1 { ", " } else { "" };
            let short: String = name.chars().take(60).collect();
            // Writing to a `String` cannot fail.
            let _ = write!(self.text, "{separator}`{}`", short.escape_debug());
        }
    }
}

impl std::fmt::Display for Names {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.count {
            0 => f.write_str("it has none at all"),
            1..=NAMED => write!(f, "it has {}", self.text),
            count => write!(f, "it has {} and {} more", self.text, count - NAMED),
        }
    }
}

fn damaged(what: &str) -> Error {
    Error::new(ErrorKind::BadNpy, format!("the .npz file is no whole zip file: {what}; save it again"))
}

/// The number that is `at` bytes into a record, in `N` bytes.
fn number<const N: usize>(record: &[u8], at: usize) -> u64 {
    let bytes = record.iter().skip(at).take(N).rev();
    bytes.fold(0, |number, &byte| number << 8 | u64::from(byte))
}

/// The list of all members.
struct Directory {
    start: u64,
    end: u64,
    /// Bytes in front of the zip file, which its offsets do not count.
    prefix: u64,
}

impl Directory {
    fn find(len: u64, read: &mut ReadAt<'_>) -> Result<Self> {
        // A comment of at most 65535 bytes may follow.
        let start = len.saturating_sub((END + usize::from(u16::MAX)) as u64);
        let tail = read_at_most(start, (len - start) as usize, read, "the end of the .npz file")?;
        let records = || {
            let records = tail.windows(END).enumerate().rev();
            records.filter(|(_, record)| record.starts_with(&END_SIGNATURE))
        };
        // Of what looks like the record, in the comment too, it is that whose comment ends with the file.
        let reaches_end =
            |(at, record): &(usize, &[u8])| number::<2>(record, 20) == (tail.len() - at - END) as u64;
        let Some((at, record)) = records().find(reaches_end).or_else(|| records().next()) else {
            return Err(damaged("it has no end of a central directory"));
        };
        let (mut size, mut offset) = (number::<4>(record, 12), number::<4>(record, 16));
        let mut end = start + at as u64;

        let before = (LOCATOR + END_64) as u64;
        if let Some(end_64) = end.checked_sub(before) {
            let found = read_at_most(end_64, LOCATOR + END_64, read, "the end of the .npz file")?;
            if found.starts_with(&END_64_SIGNATURE)
                && found.get(END_64..).is_some_and(|locator| locator.starts_with(&LOCATOR_SIGNATURE))
            {
                (size, offset) = (number::<8>(&found, 40), number::<8>(&found, 48));
                end = end_64;
            }
        }
        let Some(start) = end.checked_sub(size) else {
            return Err(damaged("its directory is longer than the file"));
        };
        let Some(prefix) = start.checked_sub(offset) else {
            return Err(damaged("its directory lies past its end"));
        };
        Ok(Self { start, end, prefix })
    }
}

/// What the directory says of one member.
struct Entry {
    name: String,
    flags: u64,
    method: u64,
    stored: u64,
    size: u64,
    offset: u64,
    /// Where the next entry starts.
    end: u64,
}

impl Entry {
    fn read(directory: &Directory, at: u64, read: &mut ReadAt<'_>) -> Result<Self> {
        let rest = usize::try_from(directory.end - at).unwrap_or(usize::MAX);
        let mut take = |len: usize| read_at_most(at, len.min(rest), read, "the directory of the .npz file");
        let mut entry = take(512)?;
        if entry.len() < ENTRY || !entry.starts_with(&ENTRY_SIGNATURE) {
            return Err(damaged("its directory ends too early"));
        }
        let [name, extra, comment] =
            [28, 30, 32].map(|at| usize::from(u16::from_le_bytes([entry[at], entry[at + 1]])));
        let len = ENTRY + name + extra + comment;
        if len > entry.len() {
            entry = take(len)?;
        }
        if len > entry.len() {
            return Err(damaged("its directory ends too early"));
        }
        let flags = number::<2>(&entry, 8);
        let (mut stored, mut size) = (number::<4>(&entry, 20), number::<4>(&entry, 24));
        let mut offset = number::<4>(&entry, 42);
        let (name, rest) = entry[ENTRY..].split_at(name);
        Self::widen(&rest[..extra], [&mut size, &mut stored, &mut offset])?;
        Ok(Self {
            name: decode(name, flags & 0x800 != 0)?,
            flags,
            method: number::<2>(&entry, 10),
            stored,
            size,
            offset,
            end: at + len as u64,
        })
    }

    /// Takes the numbers that do not fit 4 bytes from where they are instead.
    fn widen(mut extra: &[u8], numbers: [&mut u64; 3]) -> Result<()> {
        let is_wide = |number: &u64| *number == u64::from(u32::MAX);
        while extra.len() >= 4 {
            let (tag, len) = (number::<2>(extra, 0), usize::from(u16::from_le_bytes([extra[2], extra[3]])));
            let Some(field) = extra.get(4..4 + len) else {
                return Err(damaged("a member has more to say than there is"));
            };
            extra = &extra[4 + len..];
            if tag == 1 {
                let mut wide = field.chunks_exact(8);
                for number in numbers.into_iter().filter(|number| is_wide(number)) {
                    *number = match wide.next() {
                        Some(bytes) => self::number::<8>(bytes, 0),
                        None => return Err(damaged("the size or place of a member is missing")),
                    };
                }
                return Ok(());
            }
        }
        Ok(())
    }

    /// Where its bytes are, if they are there as they are.
    fn member(&self, directory: &Directory, read: &mut ReadAt<'_>) -> Result<Member> {
        let name = &self.name;
        if self.flags & 0x41 != 0 {
            let message = format!("member `{name}` is encrypted, and cannot be mapped; unpack the .npz file");
            return Err(Error::new(ErrorKind::Unsupported, message));
        }
        if self.method != 0 || self.flags & 0x20 != 0 {
            let message = format!(
                "member `{name}` is compressed, and cannot be mapped; save it with numpy.savez, or unpack the .npz file"
            );
            return Err(Error::new(ErrorKind::Unsupported, message));
        }
        if self.stored != self.size {
            return Err(damaged(&format!(
                "member `{name}` has two sizes, {} and {}",
                self.stored, self.size
            )));
        }
        let outside = || damaged(&format!("member `{name}` does not lie within the file"));
        let at = self.offset.checked_add(directory.prefix).ok_or_else(outside)?;
        if at >= directory.start {
            return Err(outside());
        }
        let local = read_at_most(at, LOCAL, read, "a member of the .npz file")?;
        if local.len() < LOCAL || !local.starts_with(&LOCAL_SIGNATURE) {
            return Err(damaged(&format!("member `{name}` is not where the directory says")));
        }
        let offset = at + LOCAL as u64 + number::<2>(&local, 26) + number::<2>(&local, 28);
        let end = offset.checked_add(self.size).ok_or_else(outside)?;
        if end > directory.start {
            return Err(outside());
        }
        Ok(Member { offset, len: self.size })
    }
}

fn decode(name: &[u8], utf8: bool) -> Result<String> {
    if utf8 {
        return match str::from_utf8(name) {
            Ok(name) => Ok(name.to_owned()),
            Err(_) => Err(damaged("the name of a member is no UTF-8")),
        };
    }
    let upper = |byte: u8| CP437.chars().nth(usize::from(byte) - 128);
    Ok(name
        .iter()
        .filter_map(|&byte| if byte < 128 { Some(char::from(byte)) } else { upper(byte) })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::{
        super::tests::{mutations, reader},
        *,
    };

    #[test]
    fn the_characters_of_the_first_pc_are_128() {
        assert_eq!(CP437.chars().count(), 128);
        assert_eq!(decode(b"caf\x82.npy", false).unwrap(), "café.npy");
    }

    /// The cases of the golden file: name, bytes, and what Python says of members.
    fn golden() -> Vec<(String, Vec<u8>, serde_json::Map<String, serde_json::Value>)> {
        let golden = include_str!("../../tests/golden/zips.json");
        let golden: serde_json::Value = serde_json::from_str(golden).unwrap();
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        let byte = |pair: &[u8]| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap();
        let case = |case: &serde_json::Value| {
            let bytes = text(&case["hex"]).as_bytes().chunks(2).map(byte).collect();
            (text(&case["id"]), bytes, case["members"].as_object().unwrap().clone())
        };
        golden["cases"].as_array().unwrap().iter().map(case).collect()
    }

    /// Where the answer is not Python's.
    const DIFFERENCES: [(&str, &str); 5] = [
        ("comment with a record in it", "Python takes a part of the comment for the end of the directory"),
        ("cut in front", "Python finds those members that are there still; where they are is a guess"),
        ("directory past the end", "Python finds that there is none of that name"),
        ("zip64 directory past the end", "Python finds that there is none of that name"),
        ("name too long", "Python takes what is left of the directory for a name"),
    ];

    #[test]
    fn members_are_found_where_python_finds_them() {
        let (cases, mut wrong, mut used) = (golden(), Vec::new(), std::collections::BTreeSet::new());
        assert!(cases.len() >= 45, "too few cases: {}", cases.len());
        for (id, bytes, members) in cases {
            let differs = DIFFERENCES.iter().any(|(other, _)| *other == id);
            for (name, expected) in members {
                let found = find_member(bytes.len() as u64, &name, &mut reader(&bytes));
                let outcome: serde_json::Value = match &found {
                    Ok(Member { offset, len }) => serde_json::json!([offset, len]),
                    Err(error) => match error.kind() {
                        ErrorKind::NoSuchMember => "missing".into(),
                        ErrorKind::Unsupported => "unsupported".into(),
                        ErrorKind::BadNpy => "damaged".into(),
                        kind => panic!("{kind:?}: {error}"),
                    },
                };
                if outcome != expected && differs {
                    used.insert(id.clone());
                } else if outcome != expected {
                    wrong.push(format!("{id}, {name}: Python {expected}, found {found:?}"));
                }
            }
        }
        assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
        assert_eq!(used.len(), DIFFERENCES.len(), "a difference that is none");
    }

    #[test]
    fn a_missing_member_names_those_there_are() {
        let golden = golden();
        let of = |id: &str| {
            let (_, bytes, _) = golden.iter().find(|(other, _, _)| other == id).unwrap();
            find_member(bytes.len() as u64, "nope", &mut reader(bytes)).unwrap_err().to_string()
        };
        assert_eq!(of("savez"), "the .npz file has no member `nope`; it has `a.npy`, `b.npy`");
        assert_eq!(of("empty"), "the .npz file has no member `nope`; it has none at all");
        assert!(of("many").ends_with("`m9.npy` and 15 more"), "{}", of("many"));
    }

    #[test]
    fn all_members_are_named_as_numpy_lists_them() {
        for (id, bytes, members) in golden() {
            let names = member_names(bytes.len() as u64, &mut reader(&bytes));
            // Whatever Python finds under its name in a whole file is among them.
            let there = members.iter().filter(|(_, found)| found.is_array() || *found == "unsupported");
            for (name, _) in there.filter(|_| DIFFERENCES.iter().all(|(other, _)| *other != id)) {
                let names = names.as_ref().unwrap_or_else(|error| panic!("{id}: {error}"));
                let short = name.strip_suffix(".npy").unwrap_or(name);
                assert!(
                    names.iter().any(|other| other == short || other == name),
                    "{id}: {name} in {names:?}"
                );
            }
            match id.as_str() {
                "savez" => assert_eq!(names.unwrap(), ["a", "b"]),
                "empty" => assert_eq!(names.unwrap(), [""; 0]),
                "many" => assert_eq!(names.unwrap().len(), 25),
                _ => {}
            }
        }
    }

    #[test]
    fn any_zip_is_read_or_refused_and_members_lie_within_it() {
        let seeds: Vec<_> =
            golden().into_iter().map(|(_, bytes, _)| bytes).filter(|bytes| bytes.len() > 4).collect();
        let mut found = 0;
        mutations(&seeds, |bytes| {
            let len = bytes.len() as u64;
            if let Ok(member) = find_member(len, "a", &mut reader(bytes)) {
                assert!(member.offset <= len && member.len <= len - member.offset);
                found += 1;
            }
            if let Ok(names) = member_names(len, &mut reader(bytes)) {
                assert!(names.len() <= bytes.len() / ENTRY);
            }
        });
        assert!(found > 500, "too few were found: {found}");
    }

    /// A file that claims more than it has costs no more than what it has.
    #[test]
    fn claims_cost_nothing() {
        for (id, bytes, _) in golden() {
            for len in [bytes.len() as u64, 1 << 40, u64::MAX] {
                let (mut largest, mut whole) = (0, reader(&bytes));
                let mut count = |at: u64, buf: &mut [u8]| {
                    largest = largest.max(buf.len());
                    whole(at, buf)
                };
                let _ = find_member(len, "a", &mut count);
                let _ = member_names(len, &mut count);
                assert!(largest <= 1 << 17, "{id}: {largest} bytes at once");
            }
        }
    }
}
