//! A day of trades, as a file of records: written, mapped, read, corrected, and played with.
//!
//! `cargo run --release --example 02_trades` makes five million trades in a temporary file. `-- --rows 20000000` makes
//! more, and `-- --path trades.bin` keeps them.
//!
//! It prints:
//!
//! ```text
//! 5,000,000 trades of 48 bytes in …trades.bin
//! dtype [('ts', '<u8'), ('id', '<u8'), ('price', '<f8'), ('quote', '<f4', (2,)), ('qty', '<u4'), ('flags', '<u4'), ('symbol', '|S8')]
//!
//!         0  2026-01-15 14:30:00.002644200  #0  AAPL      193 at 231.51 (231.49 to 231.53)  flags 0
//!         1  2026-01-15 14:30:00.008124480  #1  AMZN       55 at 229.12 (229.11 to 229.13)  flags 0
//! …
//! volume, and average price weighted by volume
//!  symbol      trades        volume       VWAP
//! ─────────────────────────────────────────────
//!  AAPL     1,171,954   106,782,124   245.3401
//!  AMZN       703,504    64,243,620   229.6817
//! …
//! AAPL, minute by minute
//!  minute                trades     open     high      low    close    volume
//! ────────────────────────────────────────────────────────────────────────────
//!  2026-01-15 15:00:00    2,958   240.08   240.26   239.32   239.53   276,828
//! …
//! 5,000 disputed prices corrected through r+; the map in mode r shows 5,000 of them corrected
//! what if prices were 10 % higher? through c, the trades are worth $147.442 billion and not $134.038
//! the file has not changed: its checksum was d3ad4326742c24d5 before, and is d3ad4326742c24d5
//!
//!  step … ms   GB/s of file
//! ──…
//!  write through w+…
//!  flush to the disk, and close…
//!  open in mode r…
//! …
//! … s in total
//! ```

use std::{
    collections::{BTreeSet, HashMap},
    fmt,
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    time::Instant,
};

use clap::Parser;
use indicatif::{HumanCount, ProgressBar, ProgressStyle};
use mmrec::{ByteStr, Ix1, MmapRecord, ReadWrite, RecordMap, View, s};
use mmrec_examples::{
    Column::{Left, Right},
    Error, Result, Table, Utc, exit_code,
};

/// Writes trades to a file, maps it, and works on it.
#[derive(Parser)]
struct Args {
    /// How many trades to write.
    #[arg(long, default_value_t = 5_000_000)]
    rows: usize,
    /// Where to write them; overwrites the file, and keeps it. Otherwise a temporary file is made and removed.
    #[arg(long, value_name = "FILE")]
    path: Option<PathBuf>,
}

/// A trade, as it lies in the file. What `descr` says is checked while compiling.
#[derive(Clone, Copy, Debug, Default, PartialEq, MmapRecord)]
#[repr(C)]
#[mmrec(itemsize = 48)]
#[mmrec(descr = "[('ts', '<u8'), ('id', '<u8'), ('price', '<f8'), ('quote', '<f4', (2,)), ('qty', '<u4'), \
                 ('flags', '<u4'), ('symbol', '|S8')]")]
struct Trade {
    /// Nanoseconds since 1970.
    ts: u64,
    id: u64,
    price: f64,
    /// Bid and ask just before the trade.
    quote: [f32; 2],
    qty: u32,
    flags: u32,
    symbol: ByteStr<8>,
}

/// The flag of a trade whose price was reported one percent too high.
const DISPUTED: u32 = 1;

const SECOND: u64 = 1_000_000_000;
/// 2026-01-15, when the exchange opens and closes, and the ten minutes to look at.
const OPEN: u64 = 1_768_487_400 * SECOND;
const CLOSE: u64 = OPEN + 23_400 * SECOND;
const FROM: u64 = OPEN + 1_800 * SECOND;
const TO: u64 = FROM + 600 * SECOND;

const SYMBOLS: [ByteStr<8>; 8] = [
    ByteStr::from_literal("AAPL"),
    ByteStr::from_literal("MSFT"),
    ByteStr::from_literal("NVDA"),
    ByteStr::from_literal("AMZN"),
    ByteStr::from_literal("GOOG"),
    ByteStr::from_literal("BRK.B"),
    ByteStr::from_literal("JPM"),
    ByteStr::from_literal("XOM"),
];

fn main() -> ExitCode {
    exit_code(run(&Args::parse()))
}

fn run(args: &Args) -> Result<()> {
    let mut out = io::stdout().lock();
    let dir = tempfile::tempdir()?;
    let path = args.path.clone().unwrap_or_else(|| dir.path().join("trades.bin"));
    let mut clock = Clock::start();

    // Mode w+: a file of zeros, which is then filled.
    let new = clock.time("write through w+", args.rows, || write(&path, args.rows))?;
    clock.time("flush to the disk, and close", args.rows, || new.close())?;

    // Mode r. Nothing of the file is read yet.
    let trades = clock.time("open in mode r", 0, || RecordMap::<Trade>::open(&path))?;
    print_ends(&mut out, &trades)?;

    // Several columns in one pass over the records.
    let totals = clock.time("volume and VWAP per symbol", trades.len(), || totals(&trades));
    print_totals(&mut out, &totals)?;

    // Two binary searches find a time range, for `ts` is sorted. A slice is a view of it.
    let ts = trades.columns().ts;
    let range = clock
        .time("find ten minutes", 0, || ts.partition_point(|ts| ts < FROM)..ts.partition_point(|ts| ts < TO));
    let busiest =
        totals.iter().max_by_key(|(_, total)| total.trades).map_or(SYMBOLS[0], |(symbol, _)| *symbol);
    let ten_minutes = trades.slice(s![range]);
    let bars = clock.time("one-minute bars", ten_minutes.len(), || minute_bars(ten_minutes, busiest));
    print_bars(&mut out, busiest, &bars)?;

    // Mode r+. The map in mode r, which is still open, shows each correction as soon as it is made.
    let disputed = clock.time("find disputed prices", trades.len(), || disputed(&trades));
    let corrected = clock.time("correct them through r+", 0, || correct(&path, &disputed))?;
    let seen =
        disputed.iter().filter(|&&row| trades.at(row) == corrected.at(row) && trades.at(row).flags == 0);
    let [made, seen] = [disputed.len(), seen.count()].map(|n| count(n as u64));
    if made != seen {
        return Err(Error::Request(format!("of {made} corrections made through r+, mode r shows {seen}")));
    }
    writeln!(
        out,
        "\n{made} disputed prices corrected through r+; the map in mode r shows {seen} of them corrected"
    )?;

    // Mode c: what is written stays in this map.
    let before = clock.time("checksum of the file", trades.len(), || checksum(&path))?;
    let mut what_if = RecordMap::<Trade>::open_cow(&path)?;
    clock.time("raise all prices through c", what_if.len(), || {
        what_if.field_mut(Trade::FIELDS.price).update(|price| price * 1.1);
    });
    let now = clock.time("value of all trades", trades.len(), || value(trades.view()));
    let then = clock.time("value after the raise", what_if.len(), || value(what_if.view()));
    let after = clock.time("checksum of the file", trades.len(), || checksum(&path))?;
    if before != after {
        return Err(Error::Request(format!("mode c changed the file from {before:016x} to {after:016x}")));
    }
    writeln!(
        out,
        "what if prices were 10 % higher? through c, the trades are worth ${:.3} billion and not ${:.3}",
        then / 1e9,
        now / 1e9
    )?;
    writeln!(out, "the file has not changed: its checksum was {before:016x} before, and is {after:016x}")?;

    writeln!(out, "\n{}", clock.table)?;
    writeln!(out, "{:.2} s in total", clock.started.elapsed().as_secs_f64())?;
    if args.path.is_some() {
        writeln!(out, "the trades are in {}", path.display())?;
    }
    Ok(())
}

/// Makes the file and fills it, with a progress bar if the standard error output is a terminal.
fn write(path: &Path, rows: usize) -> Result<RecordMap<Trade, Ix1, ReadWrite>> {
    const BLOCK: usize = 1 << 14;
    let mut map = RecordMap::<Trade>::options().shape(rows).create(path)?;
    let bar = progress_bar(rows);
    let mut market = Market::new(rows);
    for start in (0..rows).step_by(BLOCK) {
        let end = rows.min(start + BLOCK);
        map.slice_mut(s![start..end]).fill_with(|| market.trade());
        bar.set_position(end as u64);
    }
    bar.finish_and_clear();
    Ok(map)
}

fn progress_bar(rows: usize) -> ProgressBar {
    let style =
        ProgressStyle::with_template("writing {bar:40} {human_pos} of {human_len} trades, {eta} left");
    ProgressBar::new(rows as u64).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

/// Prints the dtype, and the first and last rows.
fn print_ends(out: &mut impl Write, trades: &RecordMap<Trade>) -> Result<()> {
    let (rows, size) = (trades.len(), size_of::<Trade>());
    let path = trades.path().unwrap_or(Path::new("")).display();
    writeln!(out, "{} trades of {size} bytes in {path}", count(rows as u64))?;
    writeln!(out, "dtype {}\n", trades.dtype())?;
    for row in BTreeSet::from([0, 1, rows.saturating_sub(2), rows.saturating_sub(1)]) {
        if let Some(trade) = trades.get(row) {
            writeln!(out, "{row:>9}  {}", Line(trade))?;
        }
    }
    Ok(())
}

/// Trades and shares of one symbol.
#[derive(Default)]
struct Total {
    trades: u64,
    volume: u64,
    turnover: f64,
}

/// The totals of each symbol, in the order of symbols.
fn totals(trades: &RecordMap<Trade>) -> Vec<(ByteStr<8>, Total)> {
    let mut totals = HashMap::<_, Total>::new();
    for (symbol, price, qty) in trades.select((Trade::FIELDS.symbol, Trade::FIELDS.price, Trade::FIELDS.qty))
    {
        let total = totals.entry(symbol).or_default();
        total.trades += 1;
        total.volume += u64::from(qty);
        total.turnover += price * f64::from(qty);
    }
    let mut totals: Vec<_> = totals.into_iter().collect();
    totals.sort_by_key(|(symbol, _)| *symbol);
    totals
}

/// What was traded in one minute, and at which prices.
struct Bar {
    /// Minutes since 1970.
    minute: u64,
    trades: u64,
    open: f64,
    high: f64,
    low: f64,
    close: f64,
    volume: u64,
}

fn print_totals(out: &mut impl Write, totals: &[(ByteStr<8>, Total)]) -> Result<()> {
    let mut table = Table::new([Left("symbol"), Right("trades"), Right("volume"), Right("VWAP")]);
    for (symbol, total) in totals {
        let vwap = format!("{:.4}", total.turnover / total.volume as f64);
        table.row([symbol.to_string(), count(total.trades), count(total.volume), vwap]);
    }
    Ok(writeln!(out, "\nvolume, and average price weighted by volume\n{table}")?)
}

fn minute_bars(trades: View<'_, Trade>, symbol: ByteStr<8>) -> Vec<Bar> {
    let mut bars: Vec<Bar> = Vec::new();
    for trade in trades.iter().filter(|trade| trade.symbol == symbol) {
        let (minute, price) = (trade.ts / (60 * SECOND), trade.price);
        if bars.last().is_none_or(|bar| bar.minute != minute) {
            bars.push(Bar {
                minute,
                trades: 0,
                open: price,
                high: price,
                low: price,
                close: price,
                volume: 0,
            });
        }
        if let Some(bar) = bars.last_mut() {
            bar.trades += 1;
            (bar.high, bar.low, bar.close) = (bar.high.max(price), bar.low.min(price), price);
            bar.volume += u64::from(trade.qty);
        }
    }
    bars
}

fn print_bars(out: &mut impl Write, symbol: ByteStr<8>, bars: &[Bar]) -> Result<()> {
    if bars.is_empty() {
        return Ok(writeln!(out, "\nno trades of {symbol} in the ten minutes")?);
    }
    let mut table = Table::new([
        Left("minute"),
        Right("trades"),
        Right("open"),
        Right("high"),
        Right("low"),
        Right("close"),
        Right("volume"),
    ]);
    for bar in bars {
        let minute = Utc((bar.minute * 60).cast_signed()).to_string();
        let [open, high, low, close] =
            [bar.open, bar.high, bar.low, bar.close].map(|price| format!("{price:.2}"));
        table.row([minute, count(bar.trades), open, high, low, close, count(bar.volume)]);
    }
    writeln!(out, "\n{symbol}, minute by minute")?;
    Ok(writeln!(out, "{table}")?)
}

/// The rows of the trades whose price is disputed. Reads the flags of each trade and nothing else.
fn disputed(trades: &RecordMap<Trade>) -> Vec<usize> {
    let flags = trades.columns().flags;
    flags.iter().enumerate().filter(|(_, flags)| flags & DISPUTED != 0).map(|(row, _)| row).collect()
}

/// Takes the one percent off the prices in these rows.
fn correct(path: &Path, rows: &[usize]) -> Result<RecordMap<Trade, Ix1, ReadWrite>> {
    let mut map = RecordMap::<Trade>::open_rw(path)?;
    for &row in rows {
        let trade = map.at(row);
        map.set(row, Trade { price: cents(trade.price / 1.01), flags: trade.flags & !DISPUTED, ..trade });
    }
    map.flush()?;
    Ok(map)
}

/// What all trades are worth together.
fn value(trades: View<'_, Trade>) -> f64 {
    let fields = (Trade::FIELDS.price, Trade::FIELDS.qty);
    trades.select(fields).iter().fold(0.0, |sum, (price, qty)| sum + price * f64::from(qty))
}

/// The same file once more, mapped as the words that it consists of.
fn checksum(path: &Path) -> Result<u64> {
    let words = RecordMap::<u64>::open(path)?;
    Ok(words.iter().fold(0, |sum: u64, word| (sum.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95)))
}

/// A market that does the same every day.
struct Market {
    random: u64,
    next_id: u64,
    /// Nanoseconds from one trade to the next, on average.
    step: u64,
    /// The price of each symbol, in cents.
    prices: [u32; SYMBOLS.len()],
}

impl Market {
    fn new(trades: usize) -> Self {
        let step = (CLOSE - OPEN) / (trades as u64).max(1);
        Self {
            random: 0x9E37_79B9_7F4A_7C15,
            next_id: 0,
            step,
            prices: [23_150, 48_820, 18_645, 22_910, 19_575, 49_930, 30_760, 11_835],
        }
    }

    /// A number below `below`, as xorshift64* gives them.
    fn random(&mut self, below: u32) -> u32 {
        self.random ^= self.random >> 12;
        self.random ^= self.random << 25;
        self.random ^= self.random >> 27;
        let bits = self.random.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 32;
        ((bits * u64::from(below)) >> 32) as u32
    }

    fn trade(&mut self) -> Trade {
        let id = self.next_id;
        self.next_id += 1;
        // The lower of two: some symbols are traded more than others.
        let symbol = self.random(8).min(self.random(8)) as usize;
        let walk = self.random(5);
        let price = &mut self.prices[symbol];
        *price = (*price + walk - 2).max(100);
        let price = f64::from(*price) / 100.0;
        let half_spread = 0.01 + f64::from(self.random(3)) / 100.0;
        let is_disputed = id % 1_000 == 500;
        Trade {
            ts: OPEN + id * self.step + u64::from(self.random(1_000)) * self.step / 1_000,
            id,
            price: if is_disputed { cents(price * 1.01) } else { price },
            quote: [price - half_spread, price + half_spread].map(|price| price as f32),
            qty: 1 + self.random(20) * self.random(20),
            flags: if is_disputed { DISPUTED } else { 0 },
            symbol: SYMBOLS[symbol],
        }
    }
}

/// Rounds to whole cents.
fn cents(price: f64) -> f64 {
    (price * 100.0).round() / 100.0
}

/// A trade as a line of text.
struct Line(Trade);

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Trade { ts, id, price, quote: [bid, ask], qty, flags, symbol } = self.0;
        let time = Utc((ts / SECOND).cast_signed());
        let nanos = ts % SECOND;
        write!(
            f,
            "{time}.{nanos:09}  #{id}  {symbol:<8}{qty:>5} at {price:.2} ({bid:.2} to {ask:.2})  flags {flags}"
        )
    }
}

/// Takes the time of each step.
struct Clock {
    started: Instant,
    table: Table<3>,
}

impl Clock {
    fn start() -> Self {
        let table = Table::new([Left("step"), Right("ms"), Right("GB/s of file")]);
        Self { started: Instant::now(), table }
    }

    /// Does a step, which goes over so many records.
    fn time<A>(&mut self, step: &str, rows: usize, work: impl FnOnce() -> A) -> A {
        let started = Instant::now();
        let done = work();
        let seconds = started.elapsed().as_secs_f64();
        let rate = rows as f64 * size_of::<Trade>() as f64 / 1e9 / seconds;
        let rate = if rows == 0 { String::new() } else { format!("{rate:.2}") };
        self.table.row([step.to_owned(), format!("{:.2}", seconds * 1e3), rate]);
        done
    }
}

fn count(n: u64) -> String {
    HumanCount(n).to_string()
}
