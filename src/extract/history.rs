//! Quoted history: the earlier messages that mail programs copy under or above a reply.
//!
//! Told by structure first: `>` at the line start, dashes around words, a block of header lines.
//! Only the line above a quote without marks ("On Monday, Ann wrote:") needs words.

use std::sync::LazyLock;

use super::phrases::PhraseIndex;
use crate::limits;
use crate::message::lower_case;

/// A text in its two parts.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Parted {
    /// What is new.
    pub(super) own: String,
    /// Lines of what is quoted, blank ones not counted.
    pub(super) history_lines: u32,
}

/// Whose words stand behind a `>` that nothing introduces as an earlier mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Marked {
    /// Those of an earlier mail: the message is a reply.
    Earlier,
    /// What the message is there to tell: there is no earlier mail. Platforms set a human's words off
    /// from their own like this.
    Own,
}

/// Parts a text.
pub(super) fn part(text: &str, marked: Marked) -> Parted {
    if !may_hold_history(text) {
        return Parted {
            own: text.to_owned(),
            history_lines: 0,
        };
    }
    let lines: Vec<&str> = text.lines().collect();
    let mut parted = Parted {
        own: String::with_capacity(text.len()),
        history_lines: 0,
    };
    let mut at = 0;
    // Whether an introduction stands above the marked lines.
    let mut is_introduced = false;
    while at < lines.len() {
        if at >= limits::HISTORY_LINES {
            parted
                .own
                .extend(lines[at..].iter().flat_map(|line| [*line, "\n"]));
            return parted;
        }
        let is_marked = lines[at].trim_start().starts_with('>');
        is_introduced &= is_marked || lines[at].trim().is_empty();
        let marked = match is_introduced {
            true => Marked::Earlier,
            false => marked,
        };
        match quote_at(&lines[at..], marked) {
            Quote::Lines(n) => {
                is_introduced = true;
                let quoted = lines[at..at + n].iter();
                parted.history_lines += count(quoted.copied());
                at += n;
            }
            Quote::Rest => {
                parted.history_lines += count(lines[at..].iter().copied());
                return parted;
            }
            Quote::No => {
                parted.own.push_str(match is_marked {
                    true => without_marks(lines[at]),
                    false => lines[at],
                });
                parted.own.push('\n');
                at += 1;
            }
        }
    }
    parted
}

fn without_marks(line: &str) -> &str {
    line.trim_start_matches(|c: char| c == '>' || c.is_whitespace())
}

fn count<'a>(lines: impl Iterator<Item = &'a str>) -> u32 {
    u32::try_from(lines.filter(|line| !line.trim().is_empty()).count()).unwrap_or(u32::MAX)
}

/// What of the lines ahead is quoted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quote {
    No,
    /// So many lines.
    Lines(usize),
    /// Everything that follows.
    Rest,
}

/// Lines that an introduction may be wrapped over.
const INTRODUCTION_LINES: usize = 3;

fn quote_at(lines: &[&str], marked: Marked) -> Quote {
    let first = lines[0].trim();
    if first.starts_with('>') {
        return match marked {
            Marked::Earlier => Quote::Lines(1),
            Marked::Own => Quote::No,
        };
    }
    if first.is_empty() {
        return Quote::No;
    }
    if is_copy_mark(first) || is_header_block(lines) {
        return Quote::Rest;
    }
    introduction(lines, marked)
}

/// "On 3 May 2024, Ann <a@x.example> wrote:" over one to three lines: with marked lines below it
/// those are the quote, without them the rest is if the words say so.
fn introduction(lines: &[&str], marked: Marked) -> Quote {
    let ends = |line: &&str| line.trim_end().ends_with([':', '：']);
    let ahead = || lines.iter().take(INTRODUCTION_LINES);
    let can_introduce = ahead().any(ends) && ahead().any(|line| has_date_or_address(line));
    if !can_introduce {
        return Quote::No;
    }
    let mut length = 0;
    let mut text = String::new();
    for line in lines.iter().take(INTRODUCTION_LINES) {
        let line = line.trim();
        if line.is_empty() || line.len() > 200 {
            return Quote::No;
        }
        length += 1;
        text.push_str(line);
        text.push(' ');
        if line.ends_with([':', '：']) {
            break;
        }
    }
    let text = text.trim_end();
    if !text.ends_with([':', '：']) || !has_date_or_address(text) {
        return Quote::No;
    }
    let below = lines[length..].iter().map(|line| line.trim());
    let blank = below
        .clone()
        .take(3)
        .take_while(|line| line.is_empty())
        .count();
    match lines.get(length + blank) {
        Some(next) if blank <= 2 && next.trim_start().starts_with('>') => match marked {
            Marked::Own if !says_wrote(text) => Quote::No,
            _ => Quote::Lines(length + blank),
        },
        Some(_) if says_wrote(text) => Quote::Rest,
        _ => Quote::No,
    }
}

fn has_date_or_address(text: &str) -> bool {
    text.contains(|c: char| c.is_numeric() || c == '@')
}

fn says_wrote(text: &str) -> bool {
    let lower = lower_case(text);
    let tail = &lower[lower.ceil_char_boundary(lower.len().saturating_sub(120))..];
    WROTE.iter().any(|word| tail.contains(word))
}

/// "wrote", as mail programs say it.
const WROTE: &[&str] = &[
    "wrote:",
    "wrote :",
    "writes:",
    "schrieb",
    "a écrit",
    "escribió",
    "escribio",
    "ha scritto",
    "scrisse",
    "escreveu",
    "schreef",
    "skrev",
    "kirjoitti",
    "napisał",
    "napísal",
    "napsal",
    "napisao",
    "je napisao",
    "написал",
    "пише",
    "написа",
    "írta",
    "a scris",
    "şunu yazdı",
    "yazdı",
    "έγραψε",
    "menulis",
    "đã viết",
    "写道",
    "寫道",
    "書きました",
    "のメール",
    "님이 작성",
    "כתב",
    "كتب",
    "نوشت",
    "va escriure",
    "เขียน",
    "लिखा",
];

/// False if no line can begin a quote, a copied message or its introduction: most mail, told at
/// the speed of a search.
fn may_hold_history(text: &str) -> bool {
    let bytes = text.as_bytes();
    let starts = |at: usize| matches!(bytes.get(at), Some(b'>' | b'-' | b'_' | b' ' | b'\t'));
    let ends_colon = |at: usize| {
        let end = &bytes[at.saturating_sub(4)..at];
        end.contains(&b':') || end.windows(3).any(|c| c == "：".as_bytes())
    };
    starts(0)
        || memchr::memchr_iter(b'\n', bytes).any(|at| starts(at + 1) || ends_colon(at))
        || memchr::memmem::find(bytes, b"@").is_some() && FROM_INDEX.is_in(text)
}

/// True for the line mail programs put above a copied earlier message, in any language: dashes
/// on both sides of words, or a line of underscores.
pub(super) fn is_copy_mark(line: &str) -> bool {
    if !line.starts_with(['-', '_']) {
        return FORWARDED.iter().any(|words| line.starts_with(words));
    }
    let dashed = line.len() > 8 && line.starts_with("---") && line.ends_with("---");
    dashed && line.trim_matches('-').chars().any(char::is_alphabetic)
        || line.len() >= 30 && line.bytes().all(|b| b == b'_')
}

/// What one mail program puts above a forwarded message instead of dashes.
const FORWARDED: &[&str] = &[
    "Begin forwarded message:",
    "Anfang der weitergeleiteten Nachricht:",
    "Début du message réexpédié",
    "Début du message transféré",
    "Inicio del mensaje reenviado:",
    "Início da mensagem reencaminhada:",
    "Inizio messaggio inoltrato:",
    "Begin doorgestuurd bericht:",
    "Vidarebefordrat brev:",
    "Начало переадресованного сообщения:",
];

/// True for copied header lines: "From:" in some language, and within three lines of it one of
/// the others.
pub(super) fn is_header_block(lines: &[&str]) -> bool {
    let is_one_of = |line: &str, names: &[&str]| {
        let line = line.trim().trim_start_matches('*');
        names.iter().any(|name| {
            line.strip_prefix(name)
                .is_some_and(|rest| !rest.trim_matches('*').trim().is_empty())
        })
    };
    lines[0].contains([':', '：'])
        && is_one_of(lines[0], HEADERS_FROM)
        && lines[1..]
            .iter()
            .take(4)
            .filter(|line| is_one_of(line, HEADERS_OTHER))
            .count()
            >= 2
}

/// "From:" as mail programs write it above a copied message.
const HEADERS_FROM: &[&str] = &[
    "From:",
    "Von:",
    "De :",
    "De:",
    "Da:",
    "Van:",
    "Från:",
    "Fra:",
    "Lähettäjä:",
    "Od:",
    "Feladó:",
    "От:",
    "Від:",
    "Kimden:",
    "Gönderen:",
    "Από:",
    "De la:",
    "Dari:",
    "Từ:",
    "差出人:",
    "差出人：",
    "发件人:",
    "发件人：",
    "寄件者:",
    "寄件者：",
    "보낸 사람:",
    "מאת:",
    "من:",
];

static FROM_INDEX: LazyLock<PhraseIndex> =
    LazyLock::new(|| PhraseIndex::new(HEADERS_FROM.iter().copied()));

/// The lines that follow it.
const HEADERS_OTHER: &[&str] = &[
    "Sent:",
    "Date:",
    "To:",
    "Cc:",
    "Subject:",
    "Gesendet:",
    "Datum:",
    "An:",
    "Betreff:",
    "Envoyé :",
    "Envoyé:",
    "Date :",
    "À :",
    "À:",
    "Objet :",
    "Objet:",
    "Enviado:",
    "Enviado el:",
    "Fecha:",
    "Para:",
    "Asunto:",
    "Inviato:",
    "Data:",
    "A:",
    "Oggetto:",
    "Enviada:",
    "Enviada em:",
    "Assunto:",
    "Verzonden:",
    "Aan:",
    "Onderwerp:",
    "Skickat:",
    "Till:",
    "Ämne:",
    "Sendt:",
    "Til:",
    "Emne:",
    "Lähetetty:",
    "Vastaanottaja:",
    "Aihe:",
    "Wysłano:",
    "Do:",
    "Temat:",
    "Odesláno:",
    "Komu:",
    "Předmět:",
    "Elküldve:",
    "Címzett:",
    "Tárgy:",
    "Отправлено:",
    "Дата:",
    "Кому:",
    "Тема:",
    "Gönderildi:",
    "Tarih:",
    "Kime:",
    "Konu:",
    "Εστάλη:",
    "Προς:",
    "Θέμα:",
    "Trimis:",
    "Către:",
    "Subiect:",
    "Dikirim:",
    "Kepada:",
    "送信日時:",
    "宛先:",
    "件名:",
    "发送时间:",
    "发送时间：",
    "收件人:",
    "收件人：",
    "主题:",
    "主题：",
    "寄件日期:",
    "主旨:",
    "날짜:",
    "받는 사람:",
    "제목:",
    "נשלח:",
    "אל:",
    "נושא:",
    "تاريخ الإرسال:",
    "إلى:",
    "الموضوع:",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn own(text: &str) -> (String, u32) {
        let parted = part(text, Marked::Earlier);
        (parted.own.trim().to_owned(), parted.history_lines)
    }

    #[test]
    fn quotes_below_above_and_between_are_history() {
        assert_eq!(
            own(
                "Yes, gladly.\n\nOn 3 May 2024, Ann <a@x.example> wrote:\n> will you come?\n> Ann\nSee you."
            ),
            ("Yes, gladly.\n\nSee you.".to_owned(), 3)
        );
        assert_eq!(
            own("Am 03.05.24 schrieb Ann\n<a@x.example>:\n\n> Kommst du?\n\nJa."),
            ("Ja.".to_owned(), 3)
        );
        assert_eq!(
            own("Prices from 10:\n- tea"),
            ("Prices from 10:\n- tea".to_owned(), 0)
        );
        assert_eq!(own("> a\nyes"), ("yes".to_owned(), 1));
    }

    #[test]
    fn what_a_platform_marks_is_its_own_news() {
        let told = |text| part(text, Marked::Own);
        let notice = told("Ann (2 people) sent you a message:\n\n> Is it *you*?\n>> A\n\nReply");
        assert_eq!(
            notice.own,
            "Ann (2 people) sent you a message:\n\nIs it *you*?\nA\n\nReply\n"
        );
        let answer = told("Yes.\n\nOn 3 May, Ann <a@x.example> wrote:\n\n> a\n> b\n\nSo\n> it is");
        assert_eq!(answer.own, "Yes.\n\n\nSo\nit is\n");
        assert_eq!(answer.history_lines, 3);
    }

    #[test]
    fn copied_messages_are_history_in_many_languages() {
        for text in [
            "Fine.\n\n-----Ursprüngliche Nachricht-----\nVon: Ann\nhello",
            "Fine.\n\nVon: Ann <a@x.example>\nGesendet: Montag, 3. Mai 2024\nAn: Bob\nBetreff: Brücke\n\nhello",
            "Fine.\n\nDe : Ann <a@x.example>\nEnvoyé : lundi 3 mai 2024\nÀ : Bob\nObjet : pont\n\nhello",
            "Fine.\n________________________________\nFrom: Ann\nSent: Monday\nTo: Bob\n\nhello",
            "Fine.\n\nLe lun. 3 mai 2024 à 10:00, Ann <a@x.example> a écrit :\n\nhello",
            "Fine.\n\nEl 3 may 2024, Ann escribió:\nhello",
            "Fine.\n\nOn Mon, 3 May 2024 at 10:00\nAnn <a@x.example>\nwrote:\n\nhello",
            "Fine.\n\n3 мая 2024 г., Анна написала:\nhello",
            "Fine.\n\n2024年5月3日 Ann <a@x.example> 写道：\nhello",
        ] {
            let (words, history) = own(text);
            assert_eq!(words, "Fine.", "{text}");
            assert!(history >= 2, "{text}");
        }
    }
}
