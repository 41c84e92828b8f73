//! What the fields of a file hold: least, greatest, means, deviations, and how the values are spread.
//!
//! The file is read once. It is cut into chunks that fit a cache (`plan.rs`); of each, one field after another is handed on in
//! slices (`column.rs`) and counted (`tally.rs`). Each thread has tallies of its own, and they are merged at the end. All they
//! hold is the same in whatever order it was counted, but for the moments, which are kept apart for each part of the file and
//! merged in its order. So the result does not depend on the number of threads. `summary.rs` makes of it what is shown.

mod bins;
mod column;
mod distinct;
mod moments;
mod plan;
mod show;
mod summary;
mod tally;

use std::sync::atomic::{AtomicUsize, Ordering};

use mmrec::{
    DynMap, ReadOnly,
    rayon::{self, prelude::*},
};

use self::{
    column::Column,
    moments::Moments,
    plan::{Plan, in_file_order},
    summary::Summary,
    tally::Tally,
};
use super::{
    args::{Common, Stats},
    failure::{Result, write_out},
    leaf::{Leaf, chosen},
    pages::Pages,
    progress::Progress,
};

/// Bytes that the tallies of all threads may take together, as far as one thread's are no more.
const TALLIES: usize = 40 << 20;

/// The most fields that have histograms.
const MOST_HISTOGRAMS: usize = 5000;

/// The most fields of 16 bits of which it is known which numbers there are.
const MOST_SETS: usize = 1000;

/// The most strings of a field that are told apart, and the bytes that those of all fields may take.
const MOST_STRINGS: usize = 1000;
const STRINGS: usize = 16 << 20;

/// The most bytes that one string of each field may have together.
const LONG: usize = 8 << 20;

/// What a string takes beside its bytes.
const OF_STRING: usize = 64;

/// The moments that are kept of all fields and parts together.
const MOMENTS: usize = 200_000;

pub(super) fn run(asked: &Stats, common: Common) -> Result<()> {
    let map = asked.input.open()?;
    let leaves = chosen(map.dtype(), &asked.shown.fields)?;
    let view = in_file_order(&map.view());
    let longest = (LONG / leaves.len().max(1)).min(column::STORED);
    let column = |leaf| Column::new(leaf, &view, leaves.len() <= MOST_SETS, longest);
    let fields = Fields {
        columns: leaves.iter().map(column).collect::<Result<_>>()?,
        most: leaves.iter().map(|leaf| most_strings(leaf, leaves.len())).collect(),
        has_bins: !asked.no_histogram && leaves.len() <= MOST_HISTOGRAMS,
    };
    let plan = Plan::new(&view, (MOMENTS / leaves.len().max(1)).max(16));
    let progress = Progress::new(view.len() as u64, common);
    let (tallies, moments) = fields.counted(&plan, &map, &progress)?;
    drop(progress);
    // Rows that were lost meanwhile have been read as zeros.
    map.health()?;
    let mut summaries = Vec::new();
    for (((leaf, column), tally), moments) in leaves.iter().zip(&fields.columns).zip(&tallies).zip(moments) {
        let count = leaf.of(&view)?.len() as u64;
        summaries.push(Summary::of(leaf, count, column, tally, moments, fields.has_bins)?);
    }
    write_out(&match common.json {
        true => show::json(&asked.input.file, map.shape(), &summaries)?,
        false => show::text(&summaries, asked.shown.width)?,
    })
}

/// The fields that are counted.
struct Fields<'a> {
    columns: Vec<Column<'a>>,
    /// How many strings of each are told apart.
    most: Vec<usize>,
    has_bins: bool,
}

impl Fields<'_> {
    fn tallies(&self) -> Vec<Tally> {
        let columns = self.columns.iter().zip(&self.most);
        columns.map(|(column, &most)| Tally::new(column, self.has_bins, most)).collect()
    }

    /// Bytes that the tallies of one thread may take.
    fn size(&self) -> usize {
        let of_column = |(column, most): (&Column<'_>, &usize)| match column {
            Column::Text(stored, _) => (most + 2) * (stored.width() + OF_STRING),
            Column::Unread => 0,
            _ => tally::OF_NUMBER,
        };
        self.columns.iter().zip(&self.most).map(of_column).sum()
    }

    /// Counts all values, in as many threads as there are, or as memory allows.
    fn counted(
        &self,
        plan: &Plan,
        map: &DynMap<ReadOnly>,
        progress: &Progress,
    ) -> Result<(Vec<Tally>, Vec<[Moments; 2]>)> {
        let (next, pages, itemsize) = (AtomicUsize::new(0), Pages::of(map), map.dtype().itemsize() as u64);
        let work = |_| -> Result<_> {
            let (mut tallies, mut moments) = (self.tallies(), Vec::new());
            loop {
                let part = next.fetch_add(1, Ordering::Relaxed);
                if part >= plan.parts() {
                    return Ok((tallies, moments));
                }
                // Of a file that was cut, the rest need not be read, as zeros.
                map.health()?;
                for chunk in plan.chunks(part) {
                    for (tally, column) in tallies.iter_mut().zip(&self.columns) {
                        tally.add(column, &chunk);
                    }
                    pages.read(chunk.elements * itemsize);
                    progress.add(chunk.elements)?;
                }
                moments.push((part, tallies.iter_mut().map(Tally::take_moments).collect::<Vec<_>>()));
            }
        };
        let most = (TALLIES / self.size().max(1)).min(plan.parts());
        let threads = rayon::current_num_threads().min(most).max(1);
        let counted: Vec<_> =
            (0..threads).into_par_iter().with_max_len(1).map(work).collect::<Result<_>>()?;

        let (mut all, mut parts) = (self.tallies(), Vec::new());
        for (tallies, moments) in counted {
            all.iter_mut().zip(tallies).for_each(|(own, other)| own.merge(other));
            parts.extend(moments);
        }
        parts.sort_by_key(|(part, _)| *part);
        let mut moments = vec![[Moments::default(); 2]; self.columns.len()];
        for (_, part) in parts {
            for (own, part) in moments.iter_mut().flatten().zip(part.into_iter().flatten()) {
                own.merge(part);
            }
        }
        Ok((all, moments))
    }
}

/// How many strings of a field are told apart, if there are so many fields.
fn most_strings(leaf: &Leaf, fields: usize) -> usize {
    let bytes = leaf.dtype.itemsize() + OF_STRING;
    (STRINGS / (fields * bytes)).min(MOST_STRINGS)
}
