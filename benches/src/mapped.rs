//! The kernels with mmrec, as one writes them.
//!
//! None of it is unsafe but [`as_slice`], which is there to show that the reference tier costs nothing.
#![allow(unsafe_code, reason = "the reference tier is unsafe")]

use std::path::Path;

use mmrec::{
    Dimension, Ix2, Ix3, MmapRecord, Number, Order, ReadOnly, RecordMap, Result, View, ViewMut, big_endian, s,
};

use crate::{
    raw::{scattered, weigh},
    records::{Padded, Wide},
};

/// The sum of numbers.
#[inline(never)]
pub fn sum<T: Number, D: Dimension>(numbers: &View<'_, T, D>) -> T::Sum {
    numbers.sum()
}

/// The sum of numbers by all threads of the current pool.
pub fn par_sum(prices: &View<'_, f64>) -> f64 {
    prices.par_sum()
}

/// The sum of big-endian numbers.
#[inline(never)]
pub fn sum_big(prices: &View<'_, big_endian::F64>) -> f64 {
    prices.sum()
}

/// The price weighted by the quantity.
#[inline(never)]
pub fn vwap(trades: &View<'_, Wide>) -> f64 {
    let fields = (Wide::FIELDS.price, Wide::FIELDS.qty);
    let (turnover, volume) = trades.select(fields).fold_lanes(
        (0.0, 0),
        |(turnover, volume), (price, qty)| (turnover + price * f64::from(qty), volume + u64::from(qty)),
        |a, b| (a.0 + b.0, a.1 + b.1),
    );
    turnover / volume as f64
}

/// How many prices are greater than `x`.
#[inline(never)]
pub fn count_above(prices: &View<'_, f64>, x: f64) -> usize {
    prices.iter().filter(|&price| price > x).count()
}

/// The least and the greatest price.
#[inline(never)]
pub fn min_max(prices: &View<'_, f64>) -> (f64, f64) {
    prices.min_max().unwrap_or((f64::INFINITY, f64::NEG_INFINITY))
}

/// The prices in a new `Vec`.
#[inline(never)]
pub fn gather<D: Dimension>(prices: &View<'_, f64, D>) -> Vec<f64> {
    prices.to_vec()
}

/// The prices in a buffer.
#[inline(never)]
pub fn gather_to(prices: &View<'_, f64>, to: &mut [f64]) {
    prices.copy_to(to);
}

/// The sum of the prices, of records that are read whole.
#[inline(never)]
pub fn sum_of_records(trades: &View<'_, Wide>) -> f64 {
    trades.iter().map(|trade| trade.price).sum()
}

/// The numbers as a slice.
///
/// # Panics
///
/// If they do not lie one after another.
pub fn as_slice<'a>(numbers: &View<'a, f64>) -> &'a [f64] {
    // SAFETY: the files of the benchmark are its own, and nothing writes to this one while it is measured.
    unsafe { numbers.as_slice() }.expect("the numbers lie one after another")
}

/// Adds 1 to each number.
#[inline(never)]
pub fn increment(mut numbers: ViewMut<'_, u32>) {
    numbers.update(|number| number.wrapping_add(1));
}

/// Fills with one number.
#[inline(never)]
pub fn fill(mut numbers: ViewMut<'_, u32>, value: u32) {
    numbers.fill(value);
}

/// Copies numbers from another map.
#[inline(never)]
pub fn assign_field(mut to: ViewMut<'_, f64>, from: &View<'_, f64>) {
    to.assign(from);
}

/// Copies records without padding from another map.
#[inline(never)]
pub fn assign_records(mut to: ViewMut<'_, Wide>, from: &View<'_, Wide>) {
    to.assign(from);
}

/// Copies records with padding from another map.
#[inline(never)]
pub fn assign_padded(mut to: ViewMut<'_, Padded>, from: &View<'_, Padded>) {
    to.assign(from);
}

/// The sum of records at scattered places.
#[inline(never)]
pub fn at_records(trades: &View<'_, Wide>, lookups: usize) -> f64 {
    let n = trades.len();
    (0..lookups).map(|i| weigh(trades.at(scattered(i, n)))).sum()
}

/// The sum of the prices at scattered places.
#[inline(never)]
pub fn at_field(prices: &View<'_, f64>, lookups: usize) -> f64 {
    let n = prices.len();
    (0..lookups).map(|i| prices.at(scattered(i, n))).sum()
}

/// A map of planes of 256 by 256 numbers.
///
/// # Errors
///
/// If the file cannot be mapped.
pub fn cube(path: &Path, planes: usize) -> Result<RecordMap<f64, Ix3, ReadOnly>> {
    RecordMap::<f64>::options().shape((planes, 256, 256)).open(path)
}

/// The sum of every second row and column.
#[inline(never)]
pub fn sum_cube(cube: &RecordMap<f64, Ix3, ReadOnly>) -> f64 {
    cube.slice(s![.., ..;2, ..;2]).sum()
}

/// A map of a matrix of `rows` rows in Fortran order.
///
/// # Errors
///
/// If the file cannot be mapped.
pub fn matrix(path: &Path, rows: usize, columns: usize) -> Result<RecordMap<f64, Ix2, ReadOnly>> {
    RecordMap::<f64>::options().shape((rows, columns)).order(Order::F).open(path)
}

/// Opens a file, reads the price of its first record, and closes it.
///
/// # Errors
///
/// If the file cannot be mapped.
#[inline(never)]
pub fn open_and_close(path: &Path) -> Result<f64> {
    let trades = RecordMap::<Wide>::open(path)?;
    let price = trades.at(0).price;
    trades.close()?;
    Ok(price)
}
