//! Binary STL, the file format of 3D printing: a surface of triangles, each a packed record of 50 bytes, so that of every
//! two one has its numbers at odd addresses.
//!
//! | bytes | |
//! |---|---|
//! | 80 | any text |
//! | 4 | the number of triangles |
//! | n × 50 | the triangles |
//!
//! All numbers have their least significant byte first.

use std::{collections::HashSet, path::Path};

use mmrec::{Ix0, Ix3, MmapRecord, RecordMap, View, little_endian::U32, s};

use crate::{
    error::{Error, Result},
    part,
};

/// A point or a direction.
pub type Vector = [f32; 3];

/// How the file begins.
#[derive(Clone, Copy, Debug, MmapRecord)]
#[repr(C)]
#[mmrec(itemsize = 84)]
pub struct Head {
    /// Any text.
    pub text: [u8; 80],
    /// The number of triangles.
    pub count: U32,
}

/// A triangle.
#[derive(Clone, Copy, Debug, Default, PartialEq, MmapRecord)]
#[repr(C, packed)]
#[mmrec(descr = "[('normal', '<f4', (3,)), ('vertices', '<f4', (3, 3)), ('attribute', '<u2')]")]
pub struct Facet {
    /// The direction away from the solid, of length 1; may be zeros.
    pub normal: Vector,
    /// The corners, counterclockwise when seen from outside.
    pub vertices: [Vector; 3],
    /// Not used, or a colour.
    pub attribute: u16,
}

/// A surface of triangles.
#[derive(Debug)]
pub struct Mesh {
    /// How the file begins.
    pub head: RecordMap<Head, Ix0>,
    /// The triangles.
    pub facets: RecordMap<Facet>,
}

impl Mesh {
    /// Maps a binary STL file.
    ///
    /// # Errors
    ///
    /// [`Error::Map`] if the file cannot be mapped; [`Error::Malformed`] if it has not as many triangles as it says.
    pub fn open(path: &Path) -> Result<Self> {
        let head = part::record::<Head>(path, "head of a binary STL file", 0)?;
        let count = head.field(Head::FIELDS.count).at(());
        match part::records(path, "triangles", size_of::<Head>() as u64, count.into()) {
            Ok(facets) => Ok(Self { head, facets }),
            // A binary file may begin like this, too.
            Err(Error::Malformed { .. }) if head.field(Head::FIELDS.text).at(()).starts_with(b"solid") => {
                let message = "it seems to be an STL file of text; only binary ones have records";
                Err(Error::malformed(path, message))
            }
            Err(error) => Err(error),
        }
    }

    /// All coordinates of all corners: triangles × 3 corners × 3 axes, where they lie in the file.
    pub fn coordinates(&self) -> View<'_, f32, Ix3> {
        self.facets.field(Facet::FIELDS.vertices).elements().elements()
    }

    /// The least and the greatest coordinate along each axis, or `None` if there is no triangle.
    pub fn bounds(&self) -> Option<[(f32, f32); 3]> {
        let coordinates = self.coordinates();
        let [x, y, z] = [0, 1, 2].map(|axis| coordinates.slice(s![.., .., axis]).min_max());
        Some([x?, y?, z?])
    }

    /// The area of the surface.
    pub fn area(&self) -> f64 {
        let corners = self.facets.field(Facet::FIELDS.vertices);
        corners.fold_lanes(0.0, |area, corners| area + length(normal(corners)) / 2.0, |a, b| a + b)
    }

    /// The volume that the surface encloses, if it is [closed](Self::is_closed); negative if it is inside out.
    pub fn volume(&self) -> f64 {
        // Each triangle makes a tetrahedron with the origin, and those that look the other way are taken off.
        let six_fold = |corners: [Vector; 3]| {
            let [a, b, c] = corners.map(|corner| corner.map(f64::from));
            dot(a, cross(b, c))
        };
        let corners = self.facets.field(Facet::FIELDS.vertices);
        corners.fold_lanes(0.0, |volume, corners| volume + six_fold(corners) / 6.0, |a, b| a + b)
    }

    /// Whether each edge of a triangle is that of one other triangle, which runs along it the other way.
    pub fn is_closed(&self) -> bool {
        let corners = self.facets.field(Facet::FIELDS.vertices);
        // Adding 0 makes 0 of -0, which is the same place.
        let place = |vertex: Vector| vertex.map(|x| (x + 0.0).to_bits());
        let edges = |corners: [Vector; 3]| {
            let [a, b, c] = corners.map(place);
            [(a, b), (b, c), (c, a)]
        };
        let all: HashSet<_> = corners.iter().flat_map(edges).collect();
        all.len() == 3 * self.facets.len() && all.iter().all(|&(from, to)| all.contains(&(to, from)))
    }

    /// How many triangles have a normal that points to the wrong side; those without one do not count.
    pub fn turned(&self) -> usize {
        let both = self.facets.select((Facet::FIELDS.normal, Facet::FIELDS.vertices));
        let is_turned =
            |(said, corners): &(Vector, [Vector; 3])| dot(said.map(f64::from), normal(*corners)) < 0.0;
        both.iter().filter(is_turned).count()
    }

    /// The text at the beginning.
    pub fn text(&self) -> String {
        let text = self.head.field(Head::FIELDS.text).at(());
        let end = text.iter().position(|&byte| byte == 0).unwrap_or(text.len());
        String::from_utf8_lossy(&text[..end]).trim().to_owned()
    }
}

/// The direction away from a triangle; its length is twice the triangle's area.
fn normal(corners: [Vector; 3]) -> [f64; 3] {
    let [a, b, c] = corners.map(|corner| corner.map(f64::from));
    cross(minus(b, a), minus(c, a))
}

fn cross([a, b, c]: [f64; 3], [x, y, z]: [f64; 3]) -> [f64; 3] {
    [b * z - c * y, c * x - a * z, a * y - b * x]
}

fn dot([a, b, c]: [f64; 3], [x, y, z]: [f64; 3]) -> f64 {
    a * x + b * y + c * z
}

fn length(vector: [f64; 3]) -> f64 {
    dot(vector, vector).sqrt()
}

/// Writes a ball of radius 1 with 20 × 4^`times` triangles, to have a mesh to look at.
///
/// # Errors
///
/// [`Error::Map`] if the file cannot be made; [`Error::Request`] for more triangles than the format can count.
pub fn write_sample(path: &Path, times: u32) -> Result<()> {
    let count = 4u32.checked_pow(times).and_then(|count| count.checked_mul(20));
    let count =
        count.ok_or_else(|| Error::Request(format!("20 × 4^{times} triangles are more than 2^32")))?;
    let mut head = RecordMap::<Head>::options().shape(()).create(path)?;
    let mut text = [b' '; 80];
    text[..6].copy_from_slice(b"a ball");
    head.set((), Head { text, count: count.into() });

    let mut triangles = icosahedron();
    for _ in 0..times {
        triangles = triangles.into_iter().flat_map(quartered).collect();
    }
    let facets: Vec<_> = triangles.into_iter().map(facet).collect();
    let options = RecordMap::<Facet>::options().offset(size_of::<Head>() as u64).shape(facets.len());
    options.open_rw(path)?.copy_from_slice(&facets);
    Ok(())
}

type Triangle = [[f64; 3]; 3];

/// The 20 triangles between 12 points that are evenly spread over a ball.
fn icosahedron() -> Vec<Triangle> {
    let golden = (1.0 + 5f64.sqrt()) / 2.0;
    // (±1, ±golden, 0), and the same with the axes in turn: the edges have length 2.
    let corners: Vec<[f64; 3]> = (0..12)
        .map(|i| {
            let sign = |bit| if i & bit == 0 { 1.0 } else { -1.0 };
            let mut corner = [sign(1), sign(2) * golden, 0.0];
            corner.rotate_right(i / 4);
            corner
        })
        .collect();
    let is_edge = |a: [f64; 3], b: [f64; 3]| (length(minus(a, b)) - 2.0).abs() < 1e-9;
    let mut triangles = Vec::new();
    for (i, &a) in corners.iter().enumerate() {
        for (j, &b) in corners.iter().enumerate().skip(i + 1) {
            for &c in &corners[j + 1..] {
                if is_edge(a, b) && is_edge(b, c) && is_edge(c, a) {
                    let is_outside = dot(a, cross(b, c)) > 0.0;
                    triangles.push(if is_outside { [a, b, c] } else { [a, c, b] }.map(unit));
                }
            }
        }
    }
    triangles
}

/// The four triangles between the corners and the middles of the edges, which move out to the surface of the ball.
fn quartered([a, b, c]: Triangle) -> [Triangle; 4] {
    let middle = |p: [f64; 3], q: [f64; 3]| unit(std::array::from_fn(|axis| p[axis] + q[axis]));
    let [ab, bc, ca] = [middle(a, b), middle(b, c), middle(c, a)];
    [[a, ab, ca], [ab, b, bc], [ca, bc, c], [ab, bc, ca]]
}

fn facet([a, b, c]: Triangle) -> Facet {
    let round = |vector: [f64; 3]| vector.map(|x| x as f32);
    let normal = unit(cross(minus(b, a), minus(c, a)));
    Facet { normal: round(normal), vertices: [a, b, c].map(round), attribute: 0 }
}

fn minus(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    std::array::from_fn(|axis| a[axis] - b[axis])
}

fn unit(vector: [f64; 3]) -> [f64; 3] {
    vector.map(|x| x / length(vector))
}
