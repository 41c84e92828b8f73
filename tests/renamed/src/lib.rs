//! A crate that knows mmrec as `records`, and nothing called `mmrec`.

use records::{Code, DType, MmapRecord};

/// A record of plain fields, with checks.
#[derive(Clone, Copy, Debug, MmapRecord)]
#[mmrec(crate = records, itemsize = 16, descr = "[('id', '<u4'), ('', '|V4'), ('at', '<f8')]")]
#[repr(C)]
pub struct Plain {
    /// A number.
    pub id: u32,
    /// A time.
    #[mmrec(offset = 8, dtype = "<f8")]
    pub at: f64,
}

/// A generic record, nested, with padding.
#[derive(Clone, Copy, Debug, MmapRecord)]
#[mmrec(crate = "::records")]
#[repr(C, packed)]
pub struct Generic<T, const N: usize> {
    /// Several.
    pub values: [T; N],
    #[mmrec(pad)]
    _gap: [u8; 3],
    /// One more.
    pub plain: Plain,
}

/// An enum that is an element.
#[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
#[mmrec(crate = records)]
#[repr(u8)]
pub enum Side {
    /// Bought.
    Buy = 1,
    /// Neither.
    #[mmrec(other)]
    Unknown,
}

/// A record of enums.
#[derive(Clone, Copy, Debug, MmapRecord)]
#[mmrec(crate = records)]
#[repr(C)]
pub struct Sides {
    /// By number.
    pub code: Code<Side>,
    /// As it is.
    pub side: Side,
}

/// The dtypes, which need every path of the derive's code.
pub fn dtypes() -> [DType; 3] {
    [DType::of::<Plain>(), DType::of::<Generic<u16, 2>>(), DType::of::<Sides>()]
}

#[cfg(test)]
mod tests {
    use records::RecordMap;

    use super::*;

    #[test]
    fn the_derive_names_the_crate_as_it_was_told() {
        let [plain, generic, sides] = dtypes();
        assert_eq!(plain.to_string(), "[('id', '<u4'), ('', '|V4'), ('at', '<f8')]");
        assert_eq!(
            generic.to_string(),
            "[('values', '<u2', (2,)), ('', '|V3'), ('plain', [('id', '<u4'), ('', '|V4'), ('at', '<f8')])]"
        );
        assert_eq!(sides.to_string(), "[('code', '|u1'), ('side', '|u1')]");
        let path = std::env::temp_dir().join(format!("mmrec-renamed-{}", std::process::id()));
        let mut map = RecordMap::<Generic<u16, 2>>::options().shape(2).create(&path).unwrap();
        map.columns_mut().values.fill([1, 2]);
        map.field_mut(Generic::<u16, 2>::FIELDS.plain.then(Plain::FIELDS.at)).fill(0.5);
        let read = map.at(1);
        assert_eq!((read.values[1], { read.plain }.at), (2, 0.5));
        std::fs::remove_file(path).unwrap();
    }
}
