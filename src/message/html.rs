//! HTML → the text a reader sees, with its links; one linear pass over the bytes.
//!
//! Not a browser: tags matter only as far as they break lines, hide text, quote or link. Real
//! HTML tree builders are quadratic in nesting (160 kB of `<ul><li>` took 4.6 s), and the sender
//! chooses the nesting.

use std::borrow::Cow;

use memchr::{memchr, memmem};

use super::clean::clean;
use crate::limits;
use crate::message::{Link, clean_text};

/// Stands in the text where a link ends: the n-th mark belongs to the n-th link.
pub const LINK_MARK: char = '\u{fffc}';

/// What a reader sees of an HTML part.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HtmlText {
    /// Visible text, one line a block; quoted blocks carry `> `, and [`LINK_MARK`] stands
    /// behind the text of every link in `links`.
    pub text: String,
    /// Links in their order, at most [`limits::LINKS`].
    pub links: Vec<Link>,
    /// Number of images.
    pub images: usize,
    /// Bytes of text that are there but not shown.
    pub hidden: usize,
}

/// Reads the visible text of an HTML document or fragment.
pub fn html_to_text(html: &str) -> HtmlText {
    let mut scanner = Scanner::new(html);
    scanner.run();
    scanner.finish()
}

struct Scanner<'a> {
    html: &'a str,
    at: usize,
    out: HtmlText,
    /// Off once a quoted attribute value never ended: from there on a tag ends at its first `>`.
    quotes_close: bool,
    hidden: Option<HiddenElement>,
    quote_depth: usize,
    open_link: Option<(String, usize)>,
    at_line_start: bool,
    space_due: bool,
}

struct HiddenElement {
    name: String,
    depth: usize,
}

impl<'a> Scanner<'a> {
    fn new(html: &'a str) -> Self {
        Scanner {
            html,
            at: 0,
            out: HtmlText::default(),
            quotes_close: true,
            hidden: None,
            quote_depth: 0,
            open_link: None,
            at_line_start: true,
            space_due: false,
        }
    }

    fn run(&mut self) {
        let bytes = self.html.as_bytes();
        while self.at < bytes.len() {
            let next_tag = memchr(b'<', &bytes[self.at..]).map_or(bytes.len(), |n| self.at + n);
            self.text(&self.html[self.at..next_tag]);
            self.at = next_tag;
            if next_tag < bytes.len() {
                self.markup();
            }
        }
    }

    fn finish(mut self) -> HtmlText {
        self.close_link();
        if let Cow::Owned(cleaned) = clean(&self.out.text) {
            self.out.text = cleaned;
        }
        self.out
    }

    /// Consumes what starts with the `<` at the cursor.
    fn markup(&mut self) {
        let rest = &self.html[self.at..];
        if let Some(comment) = rest.strip_prefix("<!--") {
            self.at = match memmem::find(comment.as_bytes(), b"-->") {
                Some(end) => self.at + 4 + end + 3,
                None => self.html.len(),
            };
            return;
        }
        let second = rest.as_bytes().get(1).copied().unwrap_or(b' ');
        if !(second.is_ascii_alphabetic() || matches!(second, b'/' | b'!' | b'?')) {
            self.text("<");
            self.at += 1;
            return;
        }
        let Some(end) = self.tag_end() else {
            self.at = self.html.len();
            return;
        };
        let inside = &self.html[self.at + 1..end];
        self.at = end + 1;
        match inside.strip_prefix('/') {
            Some(name) => self.close(tag_name(name, &mut [0; NAME_BYTES])),
            None => self.open(tag_name(inside, &mut [0; NAME_BYTES]), inside),
        }
    }

    /// Index of the `>` that ends the tag at the cursor.
    fn tag_end(&mut self) -> Option<usize> {
        let rest = &self.html.as_bytes()[self.at..];
        if self.quotes_close {
            let mut quote = None;
            for (offset, &byte) in rest.iter().enumerate() {
                match (quote, byte) {
                    (None, b'>') => return Some(self.at + offset),
                    (None, b'"' | b'\'') if rest[offset - 1] == b'=' => quote = Some(byte),
                    (Some(open), byte) if open == byte => quote = None,
                    _ => {}
                }
            }
            self.quotes_close = false;
        }
        memchr(b'>', rest).map(|offset| self.at + offset)
    }

    fn open(&mut self, name: &str, inside: &str) {
        if let Some(hidden) = &mut self.hidden {
            if hidden.name == name {
                // A paragraph or list item ends where the next begins.
                if matches!(name, "p" | "li") {
                    self.hidden = None;
                } else {
                    hidden.depth += 1;
                    return;
                }
            } else {
                return;
            }
        }
        match name {
            "script" | "style" | "title" | "noscript" => return self.skip_element(name),
            "br" => self.line_break(),
            "img" => self.out.images += 1,
            "a" => {
                self.close_link();
                if let Some(target) = attribute(inside, "href") {
                    self.open_link = Some((target, self.out.text.len()));
                }
            }
            "blockquote" => {
                self.line_break();
                self.quote_depth += 1;
            }
            "td" | "th" => self.space_due = true,
            name if is_block(name) => self.line_break(),
            _ => {}
        }
        if !is_void(name) && hides(inside) {
            self.hidden = Some(HiddenElement {
                name: name.to_owned(),
                depth: 1,
            });
        }
    }

    fn close(&mut self, name: &str) {
        if let Some(hidden) = &mut self.hidden {
            if hidden.name == name {
                hidden.depth -= 1;
                if hidden.depth == 0 {
                    self.hidden = None;
                }
            }
            return;
        }
        match name {
            "a" => self.close_link(),
            "blockquote" => {
                self.line_break();
                self.quote_depth = self.quote_depth.saturating_sub(1);
            }
            name if is_block(name) => self.line_break(),
            _ => {}
        }
    }

    /// Skips to the end of an element whose content is not markup.
    fn skip_element(&mut self, name: &str) {
        let rest = &self.html.as_bytes()[self.at..];
        let mut from = 0;
        while let Some(offset) = memmem::find(&rest[from..], b"</") {
            let start = from + offset + 2;
            let end = start + name.len();
            if rest.len() >= end && rest[start..end].eq_ignore_ascii_case(name.as_bytes()) {
                self.at += start - 2;
                return;
            }
            from = start;
        }
        self.at = self.html.len();
    }

    fn text(&mut self, raw: &str) {
        if raw.is_empty() {
            return;
        }
        if self.hidden.is_some() {
            self.out.hidden += raw.trim().len();
            return;
        }
        let text = html_escape::decode_html_entities(raw);
        let mut rest = &*text;
        while !rest.is_empty() {
            // A run of plain characters is copied whole; white space and the rest one by one.
            let run = rest.bytes().take_while(u8::is_ascii_graphic).count();
            if run > 0 {
                self.lead();
                self.out.text.push_str(&rest[..run]);
                rest = &rest[run..];
            } else {
                let mut chars = rest.chars();
                match chars.next() {
                    Some(c) if c.is_whitespace() => self.space_due = true,
                    Some(LINK_MARK) | None => {}
                    Some(c) => {
                        self.lead();
                        self.out.text.push(c);
                    }
                }
                rest = chars.as_str();
            }
        }
    }

    /// What is due before a visible character: a quote mark at a line's start, or a space.
    fn lead(&mut self) {
        if self.at_line_start {
            if self.quote_depth > 0 {
                self.out.text.push_str("> ");
            }
            self.at_line_start = false;
        } else if self.space_due {
            self.out.text.push(' ');
        }
        self.space_due = false;
    }

    fn line_break(&mut self) {
        if !self.out.text.is_empty() && !self.out.text.ends_with("\n\n") {
            self.out.text.push('\n');
        }
        self.at_line_start = true;
        self.space_due = false;
    }

    fn close_link(&mut self) {
        let Some((target, start)) = self.open_link.take() else {
            return;
        };
        if self.out.links.len() == limits::LINKS {
            return;
        }
        let text = self.out.text.get(start..).unwrap_or_default();
        let text = &text[..text.floor_char_boundary(200)];
        let text = clean_text(text.trim());
        self.out.text.push(LINK_MARK);
        self.out.links.push(Link { target, text });
    }
}

/// Bytes of the longest tag name that means anything here.
const NAME_BYTES: usize = 16;

/// The tag's name in lower case, written to `buffer`.
fn tag_name<'a>(inside: &str, buffer: &'a mut [u8; NAME_BYTES]) -> &'a str {
    let name = inside
        .bytes()
        .take(NAME_BYTES)
        .take_while(u8::is_ascii_alphanumeric);
    let mut length = 0;
    for byte in name {
        buffer[length] = byte.to_ascii_lowercase();
        length += 1;
    }
    std::str::from_utf8(&buffer[..length]).unwrap_or_default()
}

/// Value of an attribute, entities undone.
fn attribute(inside: &str, name: &str) -> Option<String> {
    let bytes = inside.as_bytes();
    let mut from = 0;
    while let Some(offset) = memchr(b'=', &bytes[from..]) {
        let equals = from + offset;
        let key = inside[from..equals].trim_end();
        let value = &inside[equals + 1..];
        let (value, used) = attribute_value(value);
        let key_matches = key.len() >= name.len()
            && key.as_bytes()[key.len() - name.len()..].eq_ignore_ascii_case(name.as_bytes())
            && !key[..key.len() - name.len()].ends_with(|c: char| c.is_alphanumeric() || c == '-');
        if key_matches {
            return Some(html_escape::decode_html_entities(value.trim()).into_owned());
        }
        from = equals + 1 + used;
    }
    None
}

/// The value at the start of `text` and the bytes it takes.
fn attribute_value(text: &str) -> (&str, usize) {
    let lead = text.len() - text.trim_start().len();
    let trimmed = &text[lead..];
    match trimmed.as_bytes().first() {
        Some(&quote @ (b'"' | b'\'')) => match memchr(quote, &trimmed.as_bytes()[1..]) {
            Some(end) => (&trimmed[1..1 + end], lead + end + 2),
            None => (&trimmed[1..], text.len()),
        },
        _ => {
            let end = trimmed.find(char::is_whitespace).unwrap_or(trimmed.len());
            (&trimmed[..end], lead + end)
        }
    }
}

/// True if the element's own style keeps it off the screen.
fn hides(inside: &str) -> bool {
    // Most tags have no style; the attributes need not be read then.
    if !inside
        .as_bytes()
        .windows(5)
        .any(|five| five.eq_ignore_ascii_case(b"style"))
    {
        return false;
    }
    let Some(style) = attribute(inside, "style") else {
        return false;
    };
    let style: String = style
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| c.to_ascii_lowercase())
        .collect();
    style.split(';').any(|rule| {
        let rule = rule.trim_end_matches("!important");
        matches!(
            rule,
            "display:none"
                | "visibility:hidden"
                | "opacity:0"
                | "font-size:0"
                | "font-size:0px"
                | "max-height:0"
                | "max-height:0px"
                | "mso-hide:all"
        )
    })
}

fn is_block(name: &str) -> bool {
    matches!(
        name,
        "p" | "div"
            | "tr"
            | "li"
            | "ul"
            | "ol"
            | "table"
            | "center"
            | "hr"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "pre"
            | "dl"
            | "dt"
            | "dd"
            | "form"
            | "section"
            | "article"
            | "header"
            | "footer"
            | "address"
            | "body"
    )
}

fn is_void(name: &str) -> bool {
    matches!(
        name,
        "br" | "img" | "hr" | "input" | "meta" | "link" | "col" | "area" | "base"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(html: &str) -> String {
        html_to_text(html).text.replace(LINK_MARK, "")
    }

    #[test]
    fn shows_what_a_reader_sees() {
        let html = "<html><head><title>T</title><style>p{}</style></head><body><p>Hi&nbsp;Ann,<br>\
            caf&eacute; &amp; tea</p><script>x='</p>'</script><p>2 < 3</p></body>";
        assert_eq!(text(html).trim(), "Hi Ann,\ncafé & tea\n\n2 < 3");
        assert_eq!(text("<td>a</td><td>b</td>").trim(), "a b");
        assert_eq!(text("<p title=\"a > b\">c</p>").trim(), "c");
    }

    #[test]
    fn hidden_text_is_counted_not_read() {
        let html = "<div style='display: none !important'>bait <div>more</div></div><p>seen</p>";
        let seen = html_to_text(html);
        assert_eq!((seen.text.trim(), seen.hidden), ("seen", 8));
        assert_eq!(text("<p style='font-size:0'>x<p>y").trim(), "y");
    }

    #[test]
    fn links_carry_target_and_text() {
        let seen =
            html_to_text("<a class=b href=\"https://x.example/?a=1&amp;b=2\">www.y.example</a> z");
        assert_eq!(
            seen.links,
            [Link {
                target: "https://x.example/?a=1&b=2".into(),
                text: "www.y.example".into()
            }]
        );
    }

    #[test]
    fn quotes_are_marked() {
        assert_eq!(
            text("yes<blockquote>did you<br>go?</blockquote>bye").trim(),
            "yes\n> did you\n> go?\nbye"
        );
    }

    #[test]
    fn broken_markup_is_read_to_the_end() {
        assert_eq!(text("a <b\"c=\"> d"), "a d");
        assert_eq!(text("a<!-- b"), "a");
        assert_eq!(text("<a href=\"x>click</a> here").trim(), "click here");
    }
}
