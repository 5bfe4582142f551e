//! What somebody wrote into a form on a web site: their words apart from the fields around them.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::relay::is_sites;
use crate::message::{Message, lower_case};

/// What a form sends on.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// Who wrote, as they named themselves.
    pub(super) name: Option<String>,
    /// What they wrote.
    pub(super) words: String,
}

/// Reads the fields of a form: a site sent the mail, and a line names the field of the message and
/// another one that of a name or an address.
pub(super) fn read(message: &Message, text: &str) -> Option<Entry> {
    if !message.from.as_ref().is_some_and(is_sites) {
        return None;
    }
    let lines: Vec<&str> = text.lines().collect();
    let at = lines.iter().position(|line| is_in(&MESSAGES, line))?;
    let is_field = |line: &&&str| is_in(&NAMES, line) || is_in(&FIELDS, line);
    lines.iter().find(is_field)?;
    let below = lines[at + 1..].iter();
    let rest = below.take_while(|line| !is_field(line) && !is_end(line));
    let first = parted(lines[at]).map(|(_, value)| value);
    let words: Vec<&str> = first.into_iter().chain(rest.copied()).collect();
    let words = words.join("\n").trim().to_owned();
    let name = lines.iter().position(|line| is_in(&NAMES, line));
    let name = name
        .and_then(|at| value_of(&lines[at..]))
        .map(name_of)
        .filter(|name| !name.is_empty() && !name.contains('@'));
    (!words.is_empty()).then_some(Entry { name, words })
}

/// The name of a field and what stands behind it: "Your message: …", "2. Who are you? …", or the name
/// alone on its line.
fn parted(line: &str) -> Option<(String, &str)> {
    let (label, value) = line
        .split_once([':', '：'])
        .or_else(|| line.split_once('?'))
        .unwrap_or((line, ""));
    if label.chars().count() > LABEL_CHARS {
        return None;
    }
    let label = label.trim_start_matches(|c: char| c.is_ascii_digit() || ". *".contains(c));
    let label = label.trim_end_matches(['?', '*', '.', ' ']);
    Some((lower_case(label), value.trim()))
}

/// What stands behind the name of a field, or else on the line below it.
fn value_of<'a>(lines: &[&'a str]) -> Option<&'a str> {
    let (_, value) = parted(lines.first()?)?;
    match value {
        "" => lines
            .iter()
            .skip(1)
            .copied()
            .find(|line| !line.trim().is_empty()),
        value => Some(value),
    }
}

/// Longest name of a field.
const LABEL_CHARS: usize = 70;

fn is_in(labels: &Labels, line: &str) -> bool {
    parted(line).is_some_and(|(label, _)| labels.contains(label.as_str()))
}

/// "Ann Lee <ann@lee.example>" without the address.
fn name_of(value: &str) -> String {
    let name = value.split(['<', '(']).next().unwrap_or_default();
    name.trim_matches([' ', '"']).to_owned()
}

/// True for what a form's site writes below the fields.
fn is_end(line: &str) -> bool {
    let lower = lower_case(line.trim());
    lower.starts_with("--") || ENDS.iter().any(|end| lower.starts_with(end))
}

/// Names of fields, lower case.
type Labels = HashSet<&'static str>;

static MESSAGES: LazyLock<Labels> = LazyLock::new(|| labels(include_str!("form/messages.txt")));

static NAMES: LazyLock<Labels> = LazyLock::new(|| labels(include_str!("form/names.txt")));

static FIELDS: LazyLock<Labels> = LazyLock::new(|| labels(include_str!("form/fields.txt")));

fn labels(file: &'static str) -> Labels {
    let lines = file.lines().filter(|line| !line.starts_with('#'));
    lines
        .flat_map(|line| line.split(',').map(str::trim))
        .collect()
}

/// How the lines begin that a form's site writes below the fields, lower case.
const ENDS: &[&str] = &[
    "reply now",
    "need to make a change",
    "report this event",
    "view contact in",
    "view all responses",
    "does this submission",
    "if you think this submission",
    "this e-mail was sent from",
    "this email was sent from",
    "this message was sent from",
    "diese e-mail wurde",
    "diese nachricht wurde",
    "cet e-mail a été envoyé",
    "ce message a été envoyé",
    "este correo electrónico ha sido",
    "este mensaje se ha enviado",
    "este e-mail foi enviado",
    "esta mensagem foi enviada",
    "questa e-mail è stata inviata",
    "questo messaggio è stato inviato",
    "deze e-mail is verzonden",
    "dit bericht is verzonden",
    "date:",
    "time:",
    "page url:",
    "remote ip:",
    "ip address:",
    "user agent:",
    "powered by",
    "sent from",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(from: &str, text: &str) -> Option<Entry> {
        let mail = format!("From: {from}\n\n{text}");
        read(&Message::parse(mail.as_bytes()), text)
    }

    #[test]
    fn the_words_stand_in_the_field_of_the_message() {
        for text in [
            "New entry\n\nName: Ann Lee\nEmail: a@lee.example\nYour message: Is the mill\nopen?\n\nPage URL: https://x.example",
            "Email: a@lee.example\nVon: Ann Lee <a@lee.example>\n\nNachrichtentext:\nIs the mill\nopen?\n\nDiese E-Mail wurde gesendet",
            "1. お名前：Ann Lee\n2. メッセージ：Is the mill\nopen?\n--\nx",
            "Nom\n\nAnn Lee\n\nE-mail\n\na@lee.example\n\nMessage\n\nIs the mill\nopen?\n\nSent from Mill",
            "What\nA call\n\nInvitee\nAnn Lee\n\nAdditional notes\nIs the mill\nopen?\n\nNeed to make a change? Cancel",
            "Name*: Ann Lee\nHow can we help? Is the mill\nopen?\nPhone: 1",
        ] {
            let read = entry("wordpress@site.example", text);
            let words = "Is the mill\nopen?".to_owned();
            let name = Some("Ann Lee".to_owned());
            assert_eq!(read, Some(Entry { name, words }), "{text}");
        }
    }

    #[test]
    fn what_is_no_form_stays_as_it_is() {
        let text = "Name: Ann\nMessage: hello";
        assert_eq!(entry("ann@lee.example", text), None);
        assert_eq!(entry("noreply@x.example", "Message: hello"), None);
        assert_eq!(entry("noreply@x.example", "Name: Ann\nMessage:\n"), None);
    }
}
