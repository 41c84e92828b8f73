//! The picture.

use std::fmt::Display;

use plotters::{
    coord::Shift,
    prelude::{
        BitMapBackend, Circle, Color, DrawingArea, DrawingBackend, IntoDrawingArea, IntoFont, PathElement,
        RGBColor, Rectangle, SVGBackend, Text, TextStyle,
    },
    style::{
        FontStyle, FontTransform,
        text_anchor::{HPos, Pos, VPos},
    },
};

use super::{
    decimate::{Column, Line, Number},
    scale::{Measure, Scale, Ticks},
};
use crate::failure::{Failure, Result};

/// The family that the texts of an SVG name, and the font that a PNG is drawn with.
const FAMILY: &str = "sans-serif";
const FONT: &[u8] = include_bytes!("dejavu-sans.ttf");

/// Pixels beside the frame: on the left there is place for numbers, or for times.
const LEFT: i32 = 92;
const LEFT_OF_TIMES: i32 = 176;
const RIGHT: i32 = 28;
const TOP: i32 = 22;
const BOTTOM: i32 = 58;

/// Pixels between the frame and the outermost points.
const INSET: i32 = 8;

/// The heights of texts, and what a letter takes of the width.
const SMALL: i32 = 17;
const LARGE: i32 = 22;
const LETTER: i32 = 9;

/// How far the rows of the legend lie apart.
const LEGEND: i32 = 20;

/// The least width and height, the greatest, and the most pixels of a picture.
pub(super) const LEAST: (u32, u32) = (240, 160);
pub(super) const GREATEST: u32 = 8192;
pub(super) const PIXELS: u32 = 1 << 24;

/// The size of a dot, and the most points of a line that has one at each.
const DOT: i32 = 2;
const DOTS: usize = 100;

const INK: RGBColor = RGBColor(51, 51, 51);
const GRID: RGBColor = RGBColor(228, 228, 228);

/// Colours that are told apart in all kinds of sight (Okabe and Ito, Color Universal Design), and a few more.
const COLORS: [RGBColor; super::field::MOST_LINES] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
    RGBColor(0, 0, 0),
    RGBColor(139, 69, 19),
    RGBColor(127, 127, 127),
    RGBColor(148, 0, 211),
    RGBColor(128, 128, 0),
    RGBColor(220, 20, 60),
];

/// How points are joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Style {
    /// Lines if x never falls from row to row, and otherwise points
    Auto,
    /// Lines from each point to the next one by x
    Lines,
    /// Up to two points in a column of pixels as dots, more as a line from the lowest to the highest; nothing between columns
    Points,
}

/// How wide and high a picture is, in pixels.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    pub(super) width: u32,
    pub(super) height: u32,
}

impl std::str::FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = |text: &str| text.trim().parse::<u32>().ok();
        let size = text.split_once('x').and_then(|(width, height)| Some((number(width)?, number(height)?)));
        let (width, height) = size.ok_or_else(|| format!("{text} is no size; give one such as 1200x600"))?;
        let is_small = width < LEAST.0 || height < LEAST.1;
        // Each is compared before they are multiplied.
        if is_small || width > GREATEST || height > GREATEST || width * height > PIXELS {
            let (least, height) = LEAST;
            return Err(format!(
                "a picture has from {least}x{height} to {GREATEST}x2048 pixels, and no more in all"
            ));
        }
        Ok(Self { width, height })
    }
}

impl Size {
    /// The columns of pixels that points may lie in, if y measures this.
    pub(super) fn columns(self, y: Measure) -> usize {
        (self.width.cast_signed() - left_of(y) - RIGHT - 2 * INSET).max(1).cast_unsigned() as usize
    }
}

/// Where the frame starts.
fn left_of(y: Measure) -> i32 {
    if matches!(y, Measure::Time(_)) { LEFT_OF_TIMES } else { LEFT }
}

/// What is in a picture.
pub(super) struct Picture<'a> {
    pub(super) size: Size,
    pub(super) title: Option<&'a str>,
    pub(super) x: (&'a str, Option<Scale>),
    pub(super) y: (&'a str, Option<Scale>),
    pub(super) measure: Measure,
    pub(super) lines: Vec<(&'a str, &'a Line)>,
    pub(super) is_joined: bool,
}

impl Picture<'_> {
    pub(super) fn svg(&self) -> Result<Vec<u8>> {
        let mut text = String::new();
        let area =
            SVGBackend::with_string(&mut text, (self.size.width, self.size.height)).into_drawing_area();
        area.fill(&plotters::style::WHITE).map_err(failed)?;
        self.draw(area)?;
        Ok(text.into_bytes())
    }

    pub(super) fn png(&self) -> Result<Vec<u8>> {
        let (width, height) = (self.size.width, self.size.height);
        // White.
        let mut pixels = vec![0xff; 3 * width as usize * height as usize];
        self.draw(BitMapBackend::with_buffer(&mut pixels, (width, height)).into_drawing_area())?;
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, width, height);
        encoder.set_color(png::ColorType::Rgb);
        let mut writer = encoder.write_header().map_err(failed)?;
        writer.write_image_data(&pixels).map_err(failed)?;
        writer.finish().map_err(failed)?;
        Ok(bytes)
    }

    fn draw<B: DrawingBackend>(&self, area: DrawingArea<B, Shift>) -> Result<()> {
        plotters::style::register_font(FAMILY, FontStyle::Normal, FONT)
            .map_err(|_| failed("the font cannot be read"))?;
        let canvas = Canvas { area, frame: self.frame() };
        canvas.title_and_legend(self)?;
        canvas.axes(self)?;
        let mut lines: Vec<_> = self.lines.iter().map(|(_, line)| line).zip(COLORS.iter().cycle()).collect();
        // What covers most lies behind the others, of which each is seen so.
        lines.sort_by_key(|(line, _)| std::cmp::Reverse(canvas.covered(self, line)));
        for (line, color) in lines {
            canvas.line(self, line, *color)?;
        }
        canvas.area.present().map_err(failed)
    }

    fn frame(&self) -> Frame {
        let title = if self.title.is_some() { LARGE + 8 } else { 0 };
        let legend = LEGEND * pixels(self.legend().len());
        Frame {
            left: left_of(self.measure),
            right: self.size.width.cast_signed() - RIGHT - 1,
            top: TOP + title + legend,
            bottom: (self.size.height.cast_signed() - BOTTOM - 1).max(TOP + title + legend + 2 * INSET + 1),
        }
    }

    /// The lines that are named, in rows; a single one is named by the axis.
    fn legend(&self) -> Vec<Vec<usize>> {
        let mut rows: Vec<Vec<usize>> = Vec::new();
        let (mut at, width) = (0, self.size.width.cast_signed() - left_of(self.measure) - RIGHT);
        for i in 0..if self.lines.len() > 1 { self.lines.len() } else { 0 } {
            let own = entry(self.lines[i].0);
            match rows.last_mut() {
                Some(row) if at + own <= width => row.push(i),
                _ => {
                    rows.push(vec![i]);
                    at = 0;
                }
            }
            at += own;
        }
        rows
    }
}

/// How wide the name of a line is, with its colour.
fn entry(name: &str) -> i32 {
    width(name.chars().count()) + 44
}

/// How wide a text of so many letters is, or a little less.
fn width(letters: usize) -> i32 {
    pixels(letters) * LETTER
}

/// A number of pixels, of which a picture has not nearly as many as could be too many.
fn pixels(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX).min(1 << 20)
}

fn failed(error: impl Display) -> Failure {
    Failure::Usage(format!("the picture could not be drawn: {error}"))
}

/// Where the frame lies.
#[derive(Clone, Copy)]
struct Frame {
    left: i32,
    right: i32,
    top: i32,
    bottom: i32,
}

impl Frame {
    /// The pixel of a column.
    fn column(self, at: usize) -> i32 {
        self.left + INSET + pixels(at)
    }

    /// The pixel of a place along the axis, from 0 to 1.
    fn x(self, place: f64) -> i32 {
        let last = f64::from(self.right - self.left - 2 * INSET);
        self.left + INSET + (place * last).round() as i32
    }

    fn y(self, place: f64) -> i32 {
        let last = f64::from(self.bottom - self.top - 2 * INSET);
        self.bottom - INSET - (place * last).round() as i32
    }
}

struct Canvas<B: DrawingBackend> {
    area: DrawingArea<B, Shift>,
    frame: Frame,
}

impl<B: DrawingBackend> Canvas<B> {
    fn text(&self, text: &str, at: (i32, i32), size: i32, h: HPos, v: VPos) -> Result<()> {
        let style = TextStyle::from((FAMILY, size).into_font()).color(&INK).pos(Pos::new(h, v));
        self.area.draw(&Text::new(shown(text), at, style)).map_err(failed)
    }

    fn path(&self, points: &[(i32, i32)], color: RGBColor) -> Result<()> {
        self.area.draw(&PathElement::new(points, color)).map_err(failed)
    }

    fn title_and_legend(&self, picture: &Picture<'_>) -> Result<()> {
        let mut y = TOP / 2;
        if let Some(title) = picture.title {
            let middle = picture.size.width.cast_signed() / 2;
            self.text(title, (middle, y), LARGE, HPos::Center, VPos::Top)?;
            y += LARGE + 8;
        }
        for row in picture.legend() {
            let mut x = self.frame.left;
            for i in row {
                let color = COLORS[i % COLORS.len()];
                let corners = [(x, y + 4), (x + 22, y + 7)];
                self.area.draw(&Rectangle::new(corners, color.filled())).map_err(failed)?;
                self.text(picture.lines[i].0, (x + 28, y - 1), SMALL, HPos::Left, VPos::Top)?;
                x += entry(picture.lines[i].0);
            }
            y += LEGEND;
        }
        Ok(())
    }

    fn axes(&self, picture: &Picture<'_>) -> Result<()> {
        let Frame { left, right, top, bottom } = self.frame;
        let beyond = |len: i32| f64::from(INSET) / f64::from(len - 2 * INSET).max(1.0);
        let ticks = |scale: Option<Scale>, len: i32, most: &dyn Fn(usize) -> usize| {
            scale.map_or_else(Ticks::default, |scale| scale.ticks(beyond(len), most))
        };
        let of_x = ticks(picture.x.1, right - left, &|letters| {
            ((right - left) / (width(letters) + 24)).max(1).cast_unsigned() as usize
        });
        let of_y =
            ticks(picture.y.1, bottom - top, &|_| ((bottom - top) / 44).max(1).cast_unsigned() as usize);
        for tick in &of_x.ticks {
            let x = self.frame.x(tick.at);
            self.path(&[(x, top), (x, bottom)], GRID)?;
            self.path(&[(x, bottom), (x, bottom + 5)], INK)?;
            // What would be cut off at the end is moved.
            let half = width(tick.text.chars().count()) / 2;
            let middle = x.min(picture.size.width.cast_signed() - half);
            self.text(&tick.text, (middle, bottom + 8), SMALL, HPos::Center, VPos::Top)?;
        }
        for tick in &of_y.ticks {
            let y = self.frame.y(tick.at);
            self.path(&[(left, y), (right, y)], GRID)?;
            self.path(&[(left - 5, y), (left, y)], INK)?;
            self.text(&tick.text, (left - 9, y), SMALL, HPos::Right, VPos::Center)?;
        }
        self.path(&[(left, top), (right, top), (right, bottom), (left, bottom), (left, top)], INK)?;
        let name = described(picture.x.0, &of_x.note);
        let place = ((left + right) / 2, picture.size.height.cast_signed() - 10);
        self.text(&name, place, SMALL, HPos::Center, VPos::Bottom)?;
        let name = described(picture.y.0, &of_y.note);
        let style = TextStyle::from((FAMILY, SMALL).into_font())
            .color(&INK)
            .pos(Pos::new(HPos::Center, VPos::Top))
            .transform(FontTransform::Rotate270);
        self.area.draw(&Text::new(shown(&name), (8, (top + bottom) / 2), style)).map_err(failed)?;
        if picture.lines.iter().all(|(_, line)| line.columns.is_empty()) {
            let middle = ((left + right) / 2, (top + bottom) / 2);
            self.text("nothing to draw", middle, LARGE, HPos::Center, VPos::Center)?;
        }
        Ok(())
    }

    fn line(&self, picture: &Picture<'_>, line: &Line, color: RGBColor) -> Result<()> {
        let Some(scale) = picture.y.1 else { return Ok(()) };
        let y = |number: Number| self.frame.y(scale.place(number));
        let mut path: Vec<(i32, i32)> = Vec::new();
        for column in &line.columns {
            if !picture.is_joined && column.count == 2 {
                self.dot(column, y(column.least), color)?;
                self.dot(column, y(column.greatest), color)?;
                continue;
            }
            if column.is_after_gap || !picture.is_joined {
                self.piece(&path, color)?;
                path.clear();
            }
            self.visit(column, y, &mut path);
        }
        self.piece(&path, color)?;
        if line.columns.len() <= DOTS && line.count == line.columns.len() as u64 {
            for column in &line.columns {
                self.dot(column, y(column.least), color)?;
            }
        }
        Ok(())
    }

    /// About how many pixels a line covers: of each column, those from its lowest point to its highest.
    fn covered(&self, picture: &Picture<'_>, line: &Line) -> u64 {
        let Some(scale) = picture.y.1 else { return 0 };
        let y = |number: Number| self.frame.y(scale.place(number));
        let heights = line.columns.iter().map(|column| y(column.least).abs_diff(y(column.greatest)));
        heights.map(|height| u64::from(height) + 1).sum()
    }

    fn dot(&self, column: &Column, y: i32, color: RGBColor) -> Result<()> {
        let point = (self.frame.column(column.at), y);
        self.area.draw(&Circle::new(point, DOT, color.filled())).map_err(failed)
    }

    /// Goes through the points of a column.
    fn visit(&self, column: &Column, y: impl Fn(Number) -> i32, path: &mut Vec<(i32, i32)>) {
        let x = self.frame.column(column.at);
        for number in [column.first.1, column.least, column.greatest, column.last.1] {
            let point = (x, y(number));
            if path.last() != Some(&point) {
                path.push(point);
            }
        }
    }

    /// A line, or a dot if it has no length.
    fn piece(&self, path: &[(i32, i32)], color: RGBColor) -> Result<()> {
        match path {
            [] => Ok(()),
            [point] => self.area.draw(&Circle::new(*point, DOT, color.filled())).map_err(failed),
            _ => self.path(path, color),
        }
    }
}

fn described(name: &str, note: &str) -> String {
    match note {
        "" => name.to_owned(),
        _ => format!("{name} ({note})").trim_start().to_owned(),
    }
}

/// Text without what an SVG must not hold, which breaks its line, or which a terminal obeys that the SVG goes to.
fn shown(text: &str) -> String {
    let is_wrong = |letter: char| crate::text::is_obeyed(letter) || matches!(letter, '\u{fffe}' | '\u{ffff}');
    text.chars().map(|letter| if is_wrong(letter) { '\u{fffd}' } else { letter }).collect()
}
