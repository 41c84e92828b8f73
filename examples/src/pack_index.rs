//! The index of a git pack, version 2: the names of the objects in a pack, sorted, and where each of them lies.
//!
//! | bytes | |
//! |---|---|
//! | 8 | magic and version |
//! | 256 × 4 | how many names begin with this byte or a lower one |
//! | n × 20 | the names, sorted |
//! | n × 4 | a checksum of each object as it is packed |
//! | n × 4 | where it lies in the pack; with the highest bit set, an index into the next table |
//! | m × 8 | where objects lie that 31 bits cannot say |
//! | 2 × 20 | checksums of the pack and of this file |
//!
//! All numbers have their most significant byte first.

use std::{
    fmt, fs,
    ops::Range,
    path::{Path, PathBuf},
};

use mmrec::{
    Element, Ix0, MmapRecord, ReadWrite, RecordMap,
    big_endian::{U32, U64},
    s,
};
use sha1::{Digest, Sha1};

use crate::{
    error::{Error, Result},
    part,
};

const MAGIC: [u8; 4] = *b"\xFFtOc";

/// The bit of an offset that makes it an index into the table of large offsets.
const IS_LARGE: u32 = 1 << 31;

/// How the file begins.
#[derive(Clone, Copy, Debug, MmapRecord)]
#[repr(C)]
#[mmrec(descr = "[('magic', '|u1', (4,)), ('version', '>u4'), ('fanout', '>u4', (256,))]")]
pub struct Head {
    /// `FF 74 4F 63`.
    pub magic: [u8; 4],
    /// 2.
    pub version: U32,
    /// For each byte, how many names begin with it or with a lower one.
    pub fanout: [U32; 256],
}

/// The name of an object: the SHA-1 hash of what it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, MmapRecord)]
#[repr(transparent)]
pub struct ObjectId(pub [u8; 20]);

/// How the file ends.
#[derive(Clone, Copy, Debug, MmapRecord)]
#[repr(C)]
#[mmrec(itemsize = 40)]
pub struct Trailer {
    /// The checksum of the pack.
    pub pack: ObjectId,
    /// The checksum of this file up to here.
    pub index: ObjectId,
}

/// What the index says of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name.
    pub id: ObjectId,
    /// The CRC-32 of its bytes in the pack.
    pub crc32: u32,
    /// The byte of the pack at which it begins.
    pub offset: u64,
}

/// The index of a pack: six maps of one file.
#[derive(Debug)]
pub struct PackIndex {
    path: PathBuf,
    /// How the file begins.
    pub head: RecordMap<Head, Ix0>,
    /// The names, sorted.
    pub ids: RecordMap<ObjectId>,
    /// The checksum of each object.
    pub crc32s: RecordMap<U32>,
    /// Where each object lies, or an index into the next table.
    pub offsets: RecordMap<U32>,
    /// Where objects lie that 31 bits cannot say.
    pub large_offsets: RecordMap<U64>,
    /// How the file ends.
    pub trailer: RecordMap<Trailer, Ix0>,
}

/// Where the tables of an index with so many objects begin.
struct Layout {
    ids: u64,
    crc32s: u64,
    offsets: u64,
    large_offsets: u64,
}

impl Layout {
    fn of(objects: u32) -> Self {
        let (ids, objects) = (size_of::<Head>() as u64, u64::from(objects));
        let crc32s = ids + 20 * objects;
        let offsets = crc32s + 4 * objects;
        Self { ids, crc32s, offsets, large_offsets: offsets + 4 * objects }
    }
}

impl PackIndex {
    /// Maps the index of a pack.
    ///
    /// # Errors
    ///
    /// [`Error::Map`] if the file cannot be mapped; [`Error::Malformed`] if it is no such index, or is damaged.
    pub fn open(path: &Path) -> Result<Self> {
        let head = part::record::<Head>(path, "head of a git pack index", 0)?;
        let (magic, version) =
            (head.field(Head::FIELDS.magic).at(()), head.field(Head::FIELDS.version).at(()));
        if magic != MAGIC {
            let message = format!(
                "not a git pack index of version 2: it begins with \"{}\"; version 1 is made no more, and \
                 `git index-pack` makes version 2",
                magic.escape_ascii()
            );
            return Err(Error::malformed(path, message));
        }
        if version != 2 {
            return Err(Error::malformed(path, format!("a pack index of version {version}; 2 is known")));
        }
        let fanout = head.field(Head::FIELDS.fanout).elements();
        if !fanout.iter().is_sorted() {
            return Err(Error::malformed(path, "the counts of names go down; the index is damaged"));
        }
        let objects = fanout.at(255).get();

        let layout = Layout::of(objects);
        let len = fs::metadata(path)?.len();
        let trailer_size = size_of::<Trailer>() as u64;
        let large = len.checked_sub(layout.large_offsets + trailer_size);
        let large = large.filter(|bytes| bytes % 8 == 0 && bytes / 8 <= objects.into()).ok_or_else(|| {
            let message =
                format!("{objects} objects do not make an index of {len} bytes; it is cut short or damaged");
            Error::malformed(path, message)
        })?;
        Ok(Self {
            path: path.to_path_buf(),
            head,
            ids: part::records(path, "names", layout.ids, objects.into())?,
            crc32s: part::records(path, "checksums", layout.crc32s, objects.into())?,
            offsets: part::records(path, "offsets", layout.offsets, objects.into())?,
            large_offsets: part::records(path, "large offsets", layout.large_offsets, large / 8)?,
            trailer: part::record(path, "trailer", len - trailer_size)?,
        })
    }

    /// The number of objects.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there are no objects.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// What the index says of the object with this number, in the order of names.
    ///
    /// # Errors
    ///
    /// [`Error::Request`] if there is no such object; [`Error::Malformed`] if its offset is not in the table.
    pub fn entry(&self, number: usize) -> Result<Entry> {
        let (Some(id), Some(crc32), Some(offset)) =
            (self.ids.get(number), self.crc32s.get(number), self.offsets.get(number))
        else {
            let message = format!("there is no object {number}, only {}", self.len());
            return Err(Error::Request(message));
        };
        let (crc32, offset) = (crc32.get(), offset.get());
        if offset & IS_LARGE == 0 {
            return Ok(Entry { id, crc32, offset: offset.into() });
        }
        let large =
            usize::try_from(offset & !IS_LARGE).ok().and_then(|number| self.large_offsets.get(number));
        let offset = large.ok_or_else(|| {
            let message = format!("the large offset of {id} is not in the table; the index is damaged");
            Error::malformed(&self.path, message)
        })?;
        Ok(Entry { id, crc32, offset: offset.get() })
    }

    /// The numbers of the objects whose names begin with `prefix`, in hexadecimal. Reads about log2(n) names.
    ///
    /// # Errors
    ///
    /// [`Error::Request`] if that is no beginning of a name.
    pub fn find(&self, prefix: &str) -> Result<Range<usize>> {
        let (lowest, highest) = bounds(prefix)?;
        let fanout = self.head.field(Head::FIELDS.fanout).elements();
        // At most as many as there are names, which open has checked.
        let names_below = |byte: usize| fanout.get(byte).map_or(0, |count| count.get() as usize);
        let from = usize::from(lowest.0[0]).checked_sub(1).map_or(0, names_below);
        let to = names_below(highest.0[0].into());

        let start = from + self.ids.slice(s![from..to]).partition_point(|id| id < lowest);
        let end = start + self.ids.slice(s![start..to]).partition_point(|id| id <= highest);
        Ok(start..end)
    }

    /// Computes the checksum of the file, and compares it with the one that it ends with.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`] if they differ.
    pub fn verify(&self) -> Result<()> {
        let expected = self.trailer.field(Trailer::FIELDS.index).at(());
        let found = checksum(&self.path)?;
        if found != expected {
            let message = format!("it ends with checksum {expected} and has {found}; the index is damaged");
            return Err(Error::malformed(&self.path, message));
        }
        Ok(())
    }
}

/// The lowest and the highest name with that beginning.
fn bounds(prefix: &str) -> Result<(ObjectId, ObjectId)> {
    let digits: Option<Vec<u32>> = prefix.chars().map(|digit| digit.to_digit(16)).collect();
    let digits = digits.filter(|digits| digits.len() <= 40).ok_or_else(|| {
        Error::Request(format!("{prefix:?} is no beginning of a name, which has 40 digits from 0 to f"))
    })?;
    let name = |fill: u32| {
        let digit = |i: usize| digits.get(i).copied().unwrap_or(fill);
        ObjectId(std::array::from_fn(|i| (16 * digit(2 * i) + digit(2 * i + 1)) as u8))
    };
    Ok((name(0), name(0xF)))
}

/// The checksum of a file, its last 20 bytes left out.
fn checksum(path: &Path) -> Result<ObjectId> {
    let bytes = RecordMap::<u8>::open(path)?;
    let (mut hash, mut block) = (Sha1::new(), [0; 4096]);
    let end = bytes.len().saturating_sub(20);
    for start in (0..end).step_by(block.len()) {
        let part = bytes.slice(s![start..end.min(start + block.len())]);
        let block = &mut block[..part.len()];
        part.copy_to(block);
        hash.update(block);
    }
    Ok(ObjectId(hash.finalize().into()))
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Writes an index as git would for a pack with these texts as blobs, to have one to look at. There is no such pack:
/// where the objects lie is made up, some of them beyond 2 GiB.
///
/// # Errors
///
/// [`Error::Map`] if the file cannot be made.
pub fn write_sample(path: &Path, texts: impl IntoIterator<Item = String>) -> Result<()> {
    let mut ids: Vec<_> = texts.into_iter().map(|text| blob_id(&text)).collect();
    ids.sort_unstable();
    ids.dedup();
    let objects = u32::try_from(ids.len()).map_err(|_| Error::Request("too many objects".to_owned()))?;
    let is_large = |number: &u32| number % 16 == 15;
    let large: Vec<_> = (0..objects).filter(is_large).collect();

    let layout = Layout::of(objects);
    let trailer = layout.large_offsets + 8 * large.len() as u64;
    let mut head = RecordMap::<Head>::options().shape(()).create(path)?;
    let fanout = std::array::from_fn(|byte| {
        let below = ids.partition_point(|id| usize::from(id.0[0]) <= byte);
        U32::new(below as u32)
    });
    head.set((), Head { magic: MAGIC, version: 2.into(), fanout });

    // Mode r+ extends the file, table by table.
    extend::<ObjectId>(path, layout.ids, ids.len())?.copy_from_slice(&ids);
    let mut numbers = 0..objects;
    extend::<U32>(path, layout.crc32s, ids.len())?
        .fill_with(|| numbers.next().unwrap_or_default().wrapping_mul(0x9E37_79B9).into());
    let mut larges = 0..;
    let offset = |number: u32| {
        if is_large(&number) { IS_LARGE | larges.next().unwrap_or(0) } else { 12 + 100 * number }
    };
    let offsets: Vec<U32> = (0..objects).map(offset).map(U32::from).collect();
    extend::<U32>(path, layout.offsets, ids.len())?.copy_from_slice(&offsets);
    let large: Vec<_> = large.iter().map(|&number| U64::new((1 << 33) + 100 * u64::from(number))).collect();
    extend::<U64>(path, layout.large_offsets, large.len())?.copy_from_slice(&large);

    let mut end = RecordMap::<Trailer>::options().offset(trailer).shape(()).open_rw(path)?;
    end.set((), Trailer { pack: blob_id("no pack"), index: ObjectId::default() });
    // This maps the file once more, and what was written to the other maps is there.
    let index = checksum(path)?;
    end.field_mut(Trailer::FIELDS.index).set((), index);
    Ok(())
}

fn extend<T: Element>(path: &Path, offset: u64, len: usize) -> Result<RecordMap<T, mmrec::Ix1, ReadWrite>> {
    Ok(RecordMap::<T>::options().offset(offset).shape(len).open_rw(path)?)
}

/// The name that git gives to a file with this text.
fn blob_id(text: &str) -> ObjectId {
    let hash = Sha1::new().chain_update(format!("blob {}\0", text.len())).chain_update(text);
    ObjectId(hash.finalize().into())
}
