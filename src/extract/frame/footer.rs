//! Where a platform's footer begins.

use std::cell::LazyCell;
use std::sync::LazyLock;

use super::lines::Line;
use crate::extract::layout::Definition;
use crate::extract::phrases::PhraseIndex;
use crate::extract::registrable;
use crate::extract::vocabulary::tells_of_connection;
use crate::message::{Address, Message};

/// Index of the first line of the footer: a ruler below the first link, a line with the
/// recipient's address below it, a copyright or legal line, the platform's own address, a line that
/// offers to end the mails; and what stands right above that without a blank line between.
pub(super) fn start(message: &Message, definition: &Definition, lines: &[Line<'_>]) -> usize {
    let recipient = LazyCell::new(|| recipient(message));
    let brand = LazyCell::new(|| brand(message, definition));
    let mut first_link = None;
    for (index, line) in lines.iter().enumerate() {
        if line.is_empty() {
            continue;
        }
        if first_link.is_some() && is_rule(line) {
            if holds_words(&lines[index + 1..]) {
                continue;
            }
            return index;
        }
        // Above a newsletter, not below it.
        if first_link.is_none() && tells_of_connection(line.lower) {
            continue;
        }
        let has_recipient = || {
            line.text.contains('@')
                && recipient
                    .as_deref()
                    .is_some_and(|to| line.text.contains(to))
        };
        let is_postal = || is_address_of(&brand, line.lower);
        if first_link.is_some() && (has_recipient() || is_postal()) || INDEX.is_in(line.lower) {
            return first_of_block(lines, index, first_link);
        }
        if first_link.is_none() && line.has_frame_link() {
            first_link = Some(index);
        }
    }
    lines.len()
}

/// What a platform is called in its own address: a site that no list knows, as in its domain.
fn brand(message: &Message, definition: &Definition) -> String {
    let from = message.from.as_ref().map_or("", Address::domain);
    match definition.domains {
        [] => registrable(from).split('.').next().unwrap_or_default(),
        _ => definition.brand,
    }
    .to_owned()
}

/// "Discord • 444 De Haro Street, Suite 200": the brand, a number and a comma.
fn is_address_of(brand: &str, line: &str) -> bool {
    let digits = line.bytes().filter(u8::is_ascii_digit).count();
    digits >= ADDRESS_DIGITS
        && line.contains(',')
        && line.len() <= ADDRESS_BYTES
        && brand.len() > 2
        && line.contains(brand)
}

/// Digits of a house's number and a postal code, at least.
const ADDRESS_DIGITS: usize = 4;

/// Longest line that is nothing but an address.
const ADDRESS_BYTES: usize = 160;

/// True if what stands above the next ruler is somebody's: text without a link of the platform and
/// without what footers say.
fn holds_words(below: &[Line<'_>]) -> bool {
    let Some(end) = below.iter().position(is_rule) else {
        return false;
    };
    let block = &below[..end];
    let is_footers = |line: &Line<'_>| line.has_frame_link() || INDEX.is_in(line.lower);
    block.iter().any(|line| !line.is_empty()) && !block.iter().any(is_footers)
}

/// A ruler of any length.
fn is_rule(line: &Line<'_>) -> bool {
    line.is_ruler()
        || line.text.len() >= 2 && line.text.bytes().all(|byte| matches!(byte, b'-' | b'_'))
}

/// Longest line that still looks like a footer's rather than a person's.
const BLOCK_BYTES: usize = 80;

/// Index of the first line of the block a line belongs to, if the block lies below the first link,
/// or of the ruler above the line.
fn first_of_block(lines: &[Line<'_>], index: usize, first_link: Option<usize>) -> usize {
    if index > 0 && is_rule(&lines[index - 1]) {
        return index - 1;
    }
    let above = lines[..index].iter().rev();
    let length = above
        .take_while(|line| !line.is_empty() && !line.is_bare_link && line.text.len() <= BLOCK_BYTES)
        .count();
    match first_link {
        Some(link) if index - length > link => index - length,
        _ => index,
    }
}

/// Lines of a footer, blank ones not counted.
pub(super) fn count(footer: &[Line<'_>]) -> u32 {
    let n = footer.iter().filter(|line| !line.is_empty()).count();
    u32::try_from(n).unwrap_or(u32::MAX)
}

fn recipient(message: &Message) -> Option<String> {
    let to = message.raw_header("to").and_then(Address::of_header)?;
    (to.email.len() > 5).then_some(to.email)
}

static INDEX: LazyLock<PhraseIndex> = LazyLock::new(|| PhraseIndex::new(FOOTER.iter().copied()));

/// What footers say, as seen; a human's note does not.
const FOOTER: &[&str] = &[
    "unsubscribe:",
    "unsubscribe from",
    "unsubscribe |",
    "désabonner |",
    "you are receiving",
    "you're receiving",
    "you received this",
    "this email was intended for",
    "this message was intended",
    "this message was sent to",
    "linkedin corporation",
    "linkedin ireland",
    "(c) 20",
    "© 20",
    "did you know you can",
    "did you know your linkedin",
    "did you know that linkedin",
    "did you know linkedin",
    "why might connecting",
    "was invited to join facebook",
    "facebook, inc",
    "meta platforms",
    "new work se",
    "xing ag",
    "diese e-mail ist bestimmt für",
    "diese nachricht ist bestimmt für",
    "correo electrónico está dirigido a",
    "este mensaje está dirigido a",
    "este e-mail foi enviado para",
    "este e-mail destina-se a",
    "questa email era destinata a",
    "bu e-posta şu kişi içindir",
    "письмо предназначено для",
    "denne e-posten er ment for",
    "este mensaje va dirigido a",
    "e-mail je určen pro",
    "e-mail este destinat",
    "denne mail er tiltænkt",
    "det här mejlet är avsett för",
    "sähköpostiviesti on tarkoitettu",
    "лист призначено для",
    "email ini ditujukan untuk",
    "อีเมลฉบับนี้ส่งถึง",
    "هذه الرسالة موجهة",
    "הודעה זו נועדה",
    "davet e-postaları alıyorsunuz",
    "adına gönderilmiştir",
    "esta mensagem foi enviada para",
    "cet e-mail vous est destiné",
    "questa e-mail è destinata a",
    "questo messaggio è destinato a",
    "deze e-mail is bedoeld voor",
    "dit bericht is bedoeld voor",
    "recibes correos",
    "sie erhalten diese",
    "du erhältst diese",
    "vous recevez cet",
    "vous recevez ce",
    "vous recevez les",
    "recibes este",
    "ha recibido este",
    "você está recebendo",
    "recebeu este",
    "ricevi questa",
    "ricevi questo",
    "je ontvangt",
    "u ontvangt",
    "otrzymujesz",
    "вы получили это",
    "вы получаете",
    "ezt az e-mailt",
    "本邮件",
    "此邮件",
    "このメール",
    "이 이메일",
    "هذه الرسالة الإلكترونية",
    "תקבל",
    "researchgate gmbh",
    "academia, 580",
    "if you no longer wish to receive",
    "if you no longer want to receive",
    "you receive this email because",
    "reply to this email to respond",
    "manage notifications:",
    "manage all notifications",
    "manage your notification",
    "manage your email",
    "e-mailvoorkeuren wijzigen",
    "· unsubscribe",
    "· abmelden",
    "· afmelden",
    "· se désabonner",
    "if you don't want to receive",
    "if you don't want to get",
    "if you don't want these",
    "if you don't want facebook",
    "if you do not want to receive",
    "if you do not want to get",
    "if you do not want these",
    "update your preferences",
    "email preferences",
    "reply to this email directly",
    "reply to this email to message",
    "your email settings",
    "e-mail settings at",
    "email settings at",
    "email settings:",
    "to stop receiving",
    "goodreads inc",
    "goodreads, inc",
    "don't want to receive",
    "need help? contact our support",
    "sent by discord",
    "made by slack",
    "slack technologies",
    "you can also open the link on your phone",
    "you're getting this message because",
    "sie erhalten e-mails",
    "du erhältst e-mails",
    "تتلقى رسائل",
    "estaba dirigido a",
    "estás recibiendo",
    "e-mail était destiné",
    "message était destiné",
    "e-mail était adressé",
    "message était adressé",
    "diese e-mail war für",
    "diese nachricht war für",
    "mensagem era destinad",
    "e-mail era destinad",
    "mensagem foi destinad",
    "e-mail foi destinad",
    "messaggio era destinat",
    "e-mail era destinat",
    "e-mail was bedoeld voor",
    "bericht was bedoeld voor",
    "この電子メール",
    "に宛てて",
    "邮件发送给",
    "收件人",
    "에게 발송",
    "предназначалось",
    "adresatem tej",
    "adresat tej wiadomości",
    "mesaj a fost adresat",
    "mesajul a fost adresat",
];
