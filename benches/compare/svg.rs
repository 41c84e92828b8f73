//! Line charts as SVG, to be part of an HTML page: texts have the colour of its text, on light and on dark ground.

use std::fmt::Write;

/// Panels side by side.
#[derive(Debug)]
pub(crate) struct Chart {
    pub(crate) panels: Vec<Panel>,
}

/// Lines over two axes.
#[derive(Debug)]
pub(crate) struct Panel {
    pub(crate) title: &'static str,
    pub(crate) x: Axis,
    pub(crate) y: Axis,
    pub(crate) lines: Vec<Line>,
}

/// What an axis shows, and how. A logarithmic axis reaches from the least to the greatest value, another from 0.
#[derive(Debug)]
pub(crate) struct Axis {
    pub(crate) label: &'static str,
    pub(crate) is_log: bool,
}

/// One line.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) name: &'static str,
    pub(crate) colour: &'static str,
    pub(crate) points: Vec<(f64, f64)>,
}

const WIDTH: f64 = 440.0;
const HEIGHT: f64 = 320.0;
/// Around the lines: room for titles and numbers.
const LEFT: f64 = 56.0;
const RIGHT: f64 = 16.0;
const TOP: f64 = 56.0;
const BOTTOM: f64 = 48.0;

/// Lines that show on white and on black.
const GREY: &str = "#808080";

impl Chart {
    /// The text of the SVG file.
    pub(crate) fn svg(&self) -> String {
        let width = WIDTH * self.panels.len() as f64;
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{HEIGHT}\" \
             viewBox=\"0 0 {width} {HEIGHT}\" font-family=\"sans-serif\" font-size=\"12\" fill=\"currentColor\">\n"
        );
        for (i, panel) in self.panels.iter().enumerate() {
            // Writing to a string does not fail, here and below.
            let _ = writeln!(svg, "<g transform=\"translate({} 0)\">", WIDTH * i as f64);
            panel.write(&mut svg);
            svg.push_str("</g>\n");
        }
        svg.push_str("</svg>\n");
        svg
    }
}

impl Panel {
    fn write(&self, svg: &mut String) {
        let points = || self.lines.iter().flat_map(|line| &line.points);
        let x = Range::of(&self.x, points().map(|point| point.0), LEFT, WIDTH - RIGHT);
        let y = Range::of(&self.y, points().map(|point| point.1), HEIGHT - BOTTOM, TOP);

        text(
            svg,
            (WIDTH + LEFT) / 2.0,
            18.0,
            "middle",
            &format!("<tspan font-weight=\"bold\">{}</tspan>", self.title),
        );
        text(svg, (WIDTH + LEFT) / 2.0, HEIGHT - 10.0, "middle", self.x.label);
        text(svg, 8.0, TOP - 12.0, "start", self.y.label);
        for tick in x.ticks() {
            let at = x.place(tick);
            stroke(svg, (at, TOP), (at, HEIGHT - BOTTOM));
            text(svg, at, HEIGHT - BOTTOM + 16.0, "middle", &short(tick));
        }
        for tick in y.ticks() {
            let at = y.place(tick);
            stroke(svg, (LEFT, at), (WIDTH - RIGHT, at));
            text(svg, LEFT - 6.0, at + 4.0, "end", &short(tick));
        }
        for (i, line) in self.lines.iter().enumerate() {
            let (name, colour) = (line.name, line.colour);
            let places: Vec<_> = line
                .points
                .iter()
                .map(|&(px, py)| format!("{:.1},{:.1}", x.place(px), y.place(py)))
                .collect();
            let _ = writeln!(
                svg,
                "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>",
                places.join(" ")
            );
            for place in &places {
                let (cx, cy) = place.split_once(',').unwrap_or_default();
                let _ = writeln!(svg, "<circle cx=\"{cx}\" cy=\"{cy}\" r=\"2.5\" fill=\"{colour}\"/>");
            }
            // The legend, in one row under the title.
            let at = LEFT + 70.0 + 96.0 * i as f64;
            let _ = writeln!(svg, "<rect x=\"{at}\" y=\"31\" width=\"16\" height=\"3\" fill=\"{colour}\"/>");
            text(svg, at + 22.0, 36.0, "start", name);
        }
    }
}

/// The values of an axis, and where they are drawn.
struct Range {
    is_log: bool,
    least: f64,
    most: f64,
    from: f64,
    to: f64,
}

impl Range {
    fn of(axis: &Axis, values: impl Iterator<Item = f64>, from: f64, to: f64) -> Self {
        let (mut least, mut most) = values
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), value| {
                (least.min(value), most.max(value))
            });
        if axis.is_log {
            // A little room, so that no point lies on the edge.
            (least, most) = (least / 1.15, most * 1.15);
        } else {
            (least, most) = (0.0, most * 1.08);
        }
        Self { is_log: axis.is_log, least, most, from, to }
    }

    fn place(&self, value: f64) -> f64 {
        let scale = |value: f64| if self.is_log { value.ln() } else { value };
        let share = (scale(value) - scale(self.least)) / (scale(self.most) - scale(self.least));
        self.from + share * (self.to - self.from)
    }

    /// Round numbers within the range: powers of ten, with 2 and 5 where there are few of them; or even steps.
    fn ticks(&self) -> Vec<f64> {
        let digits: &[f64] = if self.most / self.least < 1000.0 { &[1.0, 2.0, 5.0] } else { &[1.0] };
        let steps = (-3..12).flat_map(|power| digits.iter().map(move |digit| digit * 10_f64.powi(power)));
        if self.is_log {
            return steps.filter(|step| (self.least..self.most).contains(step)).collect();
        }
        let fine = (-3..12).flat_map(|power| [1.0, 2.0, 5.0].map(|digit| digit * 10_f64.powi(power)));
        let step = fine.filter(|step| *step >= 1.0).find(|step| self.most / step <= 8.0).unwrap_or(self.most);
        (0..=8).map(|i| f64::from(i) * step).filter(|tick| *tick <= self.most).collect()
    }
}

/// As `1k`, `10M`, `0.5`.
fn short(value: f64) -> String {
    match value {
        1e9.. => format!("{}G", value / 1e9),
        1e6.. => format!("{}M", value / 1e6),
        1e3.. => format!("{}k", value / 1e3),
        _ => format!("{}", (value * 1000.0).round() / 1000.0),
    }
}

fn text(svg: &mut String, x: f64, y: f64, anchor: &str, text: &str) {
    let _ = writeln!(svg, "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{text}</text>");
}

/// A line of the grid.
fn stroke(svg: &mut String, from: (f64, f64), to: (f64, f64)) {
    let _ = writeln!(
        svg,
        "<line x1=\"{:.1}\" y1=\"{:.1}\" x2=\"{:.1}\" y2=\"{:.1}\" stroke=\"{GREY}\" stroke-opacity=\"0.3\"/>",
        from.0, from.1, to.0, to.1
    );
}
