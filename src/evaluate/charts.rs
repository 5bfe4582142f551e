//! The charts of a report, as SVG.

use std::ops::Range;

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::{CurvePoint, ReliabilityBin, RiskPoint};

/// Width and height of a chart, in pixels.
const SIZE: (u32, u32) = (460, 340);

const BLUE_LINE: RGBColor = RGBColor(31, 97, 171);
const ORANGE_LINE: RGBColor = RGBColor(200, 90, 10);
const GREY_LINE: RGBColor = RGBColor(130, 130, 130);

/// A chart that could not be drawn.
#[derive(Debug, thiserror::Error)]
#[error("a chart could not be drawn: {0}")]
pub struct ChartError(String);

type Canvas<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// Draws on a canvas and gives the SVG.
fn drawn(
    draw: impl FnOnce(&Canvas<'_>) -> Result<(), Box<dyn std::error::Error>>,
) -> Result<String, ChartError> {
    let mut svg = String::new();
    {
        let canvas = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        let failed = |error: Box<dyn std::error::Error>| ChartError(error.to_string());
        draw(&canvas).map_err(failed)?;
        canvas.present().map_err(|error| failed(error.into()))?;
    }
    Ok(svg)
}

/// Titles and ranges of a chart's axes.
struct Axes<'a> {
    x: (&'a str, Range<f64>),
    y: (&'a str, Range<f64>),
}

/// A line with a dot at every point.
struct Series {
    points: Vec<(f64, f64)>,
    colour: RGBColor,
    name: &'static str,
}

fn lines(axes: &Axes<'_>, series: &[Series]) -> Result<String, ChartError> {
    drawn(|canvas| {
        let mut chart = ChartBuilder::on(canvas)
            .margin(10)
            .x_label_area_size(42)
            .y_label_area_size(52)
            .build_cartesian_2d(axes.x.1.clone(), axes.y.1.clone())?;
        chart
            .configure_mesh()
            .x_desc(axes.x.0)
            .y_desc(axes.y.0)
            .light_line_style(RGBColor(240, 240, 240))
            .max_light_lines(2)
            .x_labels(6)
            .y_labels(6)
            .draw()?;
        for one in series {
            let colour = one.colour;
            chart
                .draw_series(LineSeries::new(
                    one.points.iter().copied(),
                    colour.stroke_width(2),
                ))?
                .label(one.name)
                .legend(move |(x, y)| {
                    PathElement::new([(x, y), (x + 16, y)], colour.stroke_width(2))
                });
        }
        chart
            .configure_series_labels()
            .position(SeriesLabelPosition::LowerRight)
            .background_style(WHITE)
            .border_style(GREY_LINE)
            .draw()?;
        Ok(())
    })
}

/// How often the classifier is right against how sure it is.
pub(super) fn reliability_diagram(bins: &[ReliabilityBin]) -> Result<String, ChartError> {
    let axes = Axes {
        x: ("confidence", 0.0..1.0),
        y: ("share right", 0.0..1.0),
    };
    let measured = bins.iter().map(|bin| (bin.confidence, bin.accuracy));
    lines(
        &axes,
        &[
            Series {
                points: vec![(0.0, 0.0), (1.0, 1.0)],
                colour: GREY_LINE,
                name: "what it promises",
            },
            Series {
                points: measured.collect(),
                colour: BLUE_LINE,
                name: "what it keeps",
            },
        ],
    )
}

/// How often the surest judgements are wrong.
pub(super) fn risk_chart(points: &[RiskPoint]) -> Result<String, ChartError> {
    let highest = points.iter().map(|point| point.risk).fold(0.01, f64::max);
    let axes = Axes {
        x: ("share of messages kept, surest first", 0.0..1.0),
        y: ("share of those wrong", 0.0..highest * 1.1),
    };
    let points = points.iter().map(|point| (point.coverage, point.risk));
    lines(
        &axes,
        &[Series {
            points: points.collect(),
            colour: ORANGE_LINE,
            name: "wrong",
        }],
    )
}

/// Accuracy by number of examples, with the worst and the best draw.
pub(super) fn learning_chart(points: &[CurvePoint]) -> Result<String, ChartError> {
    let last = points.iter().map(|point| point.train).max().unwrap_or(1);
    let axes = Axes {
        x: ("messages learned from", 0.0..last as f64 * 1.05),
        y: ("accuracy", 0.0..1.0),
    };
    let along = |figure: fn(&CurvePoint) -> f64| -> Vec<(f64, f64)> {
        points
            .iter()
            .map(|point| (point.train as f64, figure(point)))
            .collect()
    };
    let series = |colour, name, figure| Series {
        points: along(figure),
        colour,
        name,
    };
    lines(
        &axes,
        &[
            series(GREY_LINE, "best draw", |point| point.accuracy.highest),
            series(BLUE_LINE, "mean", |point| point.accuracy.mean),
            series(ORANGE_LINE, "worst draw", |point| point.accuracy.lowest),
        ],
    )
}

/// What every label was taken for; darker is a larger share of the row.
pub(super) fn confusion_matrix(
    confusion: &[Vec<usize>],
    names: &[String],
) -> Result<String, ChartError> {
    const LEFT: i32 = 110;
    const TOP: i32 = 50;
    let n = names.len().max(1) as i32;
    let (width, height) = (
        (SIZE.0 as i32 - LEFT - 10) / n,
        (SIZE.1 as i32 - TOP - 10) / n,
    );
    let text = |size: i32, colour: RGBColor, h: HPos| {
        ("sans-serif", size)
            .into_font()
            .color(&colour)
            .pos(Pos::new(h, VPos::Center))
    };
    drawn(|canvas| {
        let caption = text(13, GREY_LINE, HPos::Left);
        canvas.draw(&Text::new("is \\ taken for", (8, 14), caption))?;
        for (row, (name, counts)) in (0..).zip(names.iter().zip(confusion)) {
            let y = TOP + row * height;
            let label = text(13, BLACK, HPos::Right);
            canvas.draw(&Text::new(short(name), (LEFT - 8, y + height / 2), label))?;
            let total = counts.iter().sum::<usize>().max(1);
            for (column, count) in (0..).zip(counts) {
                let x = LEFT + column * width;
                let share = *count as f64 / total as f64;
                let paper = BLUE_LINE.mix(0.06 + 0.9 * share);
                let corners = [(x + 1, y + 1), (x + width - 1, y + height - 1)];
                canvas.draw(&Rectangle::new(corners, paper.filled()))?;
                let ink = if share > 0.5 { WHITE } else { BLACK };
                let middle = (x + width / 2, y + height / 2);
                canvas.draw(&Text::new(
                    count.to_string(),
                    middle,
                    text(16, ink, HPos::Center),
                ))?;
            }
        }
        for (column, name) in (0..).zip(names) {
            let place = (LEFT + column * width + width / 2, TOP - 14);
            canvas.draw(&Text::new(
                short(name),
                place,
                text(13, BLACK, HPos::Center),
            ))?;
        }
        Ok(())
    })
}

/// A label's name as far as there is room.
fn short(name: &str) -> String {
    match name.chars().count() {
        0..=14 => name.to_owned(),
        _ => name.chars().take(13).chain(['…']).collect(),
    }
}
