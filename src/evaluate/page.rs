//! A report as one page of HTML that needs nothing from outside.

use std::fmt::Write;

use html_escape::encode_text;

use super::charts::{
    ChartError, confusion_matrix, learning_chart, reliability_diagram, risk_chart,
};
use super::{Bounded, Report, SplitKind, SplitReport};

const STYLE: &str = "body{font:15px/1.5 system-ui,sans-serif;max-width:76rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a;background:#fff}
h1{font-size:1.5rem}h2{font-size:1.1rem;margin-top:2rem}
table{border-collapse:collapse;margin:.5rem 0}th,td{padding:.25rem .7rem;text-align:right;border-bottom:1px solid #ddd;white-space:nowrap}
th:first-child,td:first-child,td.text,th.text{text-align:left}tbody tr:first-child{font-weight:600}table.plain tbody tr:first-child{font-weight:400}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(26rem,1fr));gap:1rem}
figure{margin:0}figcaption{font-weight:600}svg{max-width:100%;height:auto}.wide{overflow-x:auto}";

/// The page.
///
/// # Errors
/// If a chart cannot be drawn.
pub fn page(report: &Report) -> Result<String, ChartError> {
    let mut html = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>anteroom: evaluation</title>\n\
         <style>{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>How good is it on mail it has not seen?</h1>\n\
         <p>{} labelled messages; at most {:.1} % of genuine mail may be filed away.</p>\n",
        report.messages,
        100.0 * report.error_budget
    );
    for split in &report.splits {
        methods(&mut html, split);
    }
    charts(&mut html, report)?;
    misleading(&mut html, report);
    html += "</main>\n</body>\n</html>\n";
    Ok(html)
}

/// Writing to a string cannot fail.
fn put(html: &mut String, text: std::fmt::Arguments<'_>) {
    html.write_fmt(text).unwrap_or_default();
}

fn heading(split: &SplitReport) -> String {
    let how = match split.split {
        SplitKind::GroupedFolds => "In five folds, all mail of a sender or a text in one",
        SplitKind::Time => "The past 70 % teaches, the future is judged",
        SplitKind::Fixed => "The given split",
    };
    let only = match split.platform_mail_only {
        true => ", platform mail only",
        false => "",
    };
    format!("{how}{only}")
}

fn methods(html: &mut String, split: &SplitReport) {
    put(
        html,
        format_args!(
            "<h2>{}</h2>\n<p>{} messages learned from, {} judged, {} without a date left out.</p>\n",
            heading(split),
            split.train,
            split.test,
            split.left_out
        ),
    );
    if let Some(why) = &split.skipped {
        put(
            html,
            format_args!("<p>Not judged: {}</p>\n", encode_text(why)),
        );
        return;
    }
    let ranked = split
        .methods
        .iter()
        .any(|method| method.figures.ranking.is_some());
    html.push_str("<div class=\"wide\"><table class=\"methods\"><thead><tr><th>method</th><th>accuracy</th><th>macro-F1</th><th>log loss</th><th>calibration error</th><th>unsure</th><th>filed right</th><th>genuine filed away</th><th>genuine as spam</th>");
    if ranked {
        html.push_str("<th>1-AUC</th><th>spam missed</th>");
    }
    html.push_str("</tr></thead>\n<tbody>\n");
    for method in &split.methods {
        let figures = &method.figures;
        put(
            html,
            format_args!(
                "<tr><td>{}</td><td>{:.1} %</td><td>{:.3}</td><td>{:.3}</td><td>{:.3}</td><td>{:.1} %</td><td>{:.1} %</td><td>{}</td><td>{}</td>",
                encode_text(method.method),
                100.0 * figures.accuracy,
                figures.macro_f1,
                figures.log_loss,
                figures.calibration_error,
                100.0 * figures.unsure,
                100.0 * figures.filed_right,
                bounded(figures.genuine_filed_away),
                bounded(figures.genuine_as_spam)
            ),
        );
        if let Some(ranking) = &figures.ranking {
            put(
                html,
                format_args!(
                    "<td>{:.3} %</td><td>{:.1} %</td>",
                    100.0 * ranking.one_minus_auc,
                    100.0 * ranking.spam_missed
                ),
            );
        }
        html.push_str("</tr>\n");
    }
    html.push_str("</tbody></table></div>\n");
}

fn bounded(bounded: Option<Bounded>) -> String {
    bounded.map_or_else(
        || "–".to_owned(),
        |bounded| {
            format!(
                "{} of {} (&lt; {:.1} %)",
                bounded.count,
                bounded.of,
                100.0 * bounded.upper
            )
        },
    )
}

fn charts(html: &mut String, report: &Report) -> Result<(), ChartError> {
    html.push_str("<h2>The program on the first split</h2>\n<div class=\"charts\">\n");
    let own = report
        .splits
        .first()
        .and_then(|split| split.methods.first());
    if let Some(own) = own {
        let svg = confusion_matrix(&own.figures.confusion, &report.labels)?;
        figure(html, "confusion", "What each label was taken for", &svg);
    }
    let svg = reliability_diagram(&report.reliability)?;
    figure(html, "reliability", "Does it keep what it promises?", &svg);
    let svg = risk_chart(&report.risk_coverage)?;
    figure(html, "risk", "Errors among the surest", &svg);
    if !report.learning_curve.is_empty() {
        let svg = learning_chart(&report.learning_curve)?;
        figure(html, "learning", "What more examples would bring", &svg);
    }
    html.push_str("</div>\n");
    Ok(())
}

fn figure(html: &mut String, id: &str, caption: &str, svg: &str) {
    let svg = svg.replacen(
        "<svg ",
        &format!("<svg role=\"img\" aria-label=\"{caption}\" "),
        1,
    );
    put(
        html,
        format_args!("<figure id=\"{id}\"><figcaption>{caption}</figcaption>\n{svg}</figure>\n"),
    );
}

fn misleading(html: &mut String, report: &Report) {
    html.push_str("<h2>What misled most</h2>\n<p>Evidence in wrongly judged messages of the first split, by the sum of its pull towards the wrong label.</p>\n<div class=\"wide\"><table id=\"misleading\" class=\"plain\"><thead><tr><th>pull</th><th>messages</th><th class=\"text\">evidence</th><th class=\"text\">they are</th><th class=\"text\">taken for</th></tr></thead>\n<tbody>\n");
    for one in &report.misleading {
        put(
            html,
            format_args!(
                "<tr><td>{:.1}</td><td>{}</td><td class=\"text\">{}</td><td class=\"text\">{}</td><td class=\"text\">{}</td></tr>\n",
                one.pull,
                one.messages,
                encode_text(&one.what),
                encode_text(&one.truth),
                encode_text(&one.towards)
            ),
        );
    }
    html.push_str("</tbody></table></div>\n");
}
