//! Where a platform's footer begins.

use super::lines::Line;
use crate::message::{Address, Message};

/// Index of the first line of the footer: a ruler below the first link, a line with the
/// recipient's address below it, a copyright or legal line, a line that offers to end the mails.
pub(super) fn start(message: &Message, lines: &[Line<'_>]) -> usize {
    let recipient = recipient(message);
    let mut seen_link = false;
    for (index, line) in lines.iter().enumerate() {
        if line.is_empty() {
            continue;
        }
        let ends = line.is_ruler()
            || recipient
                .as_deref()
                .is_some_and(|to| line.text.contains(to));
        if seen_link && ends || says_so(line.text) {
            return index;
        }
        seen_link |= line.has_frame_link();
    }
    lines.len()
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

fn says_so(line: &str) -> bool {
    let lower = line.to_lowercase();
    FOOTER.iter().any(|mark| lower.contains(mark))
}

/// What footers say, as seen; a human's note does not.
const FOOTER: &[&str] = &[
    "unsubscribe:",
    "unsubscribe from",
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
    "did you know",
    "why might connecting",
    "was invited to join facebook",
    "to sign up for facebook",
    "facebook, inc",
    "meta platforms",
    "new work se",
    "xing ag",
    "sie erhalten diese",
    "du erhältst diese",
    "vous recevez cet",
    "vous recevez ce",
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
    "if you don't want",
    "if you do not want",
    "update your preferences",
    "email preferences",
    "reply to this email directly",
    "estaba dirigido a",
    "estás recibiendo",
    "était destiné",
    "était adressé",
    "war für",
    "era destinado",
    "foi destinad",
    "era destinat",
    "was bedoeld voor",
    "この電子メール",
    "に宛てて",
    "发送给",
    "收件人",
    "에게 발송",
    "предназначалось",
    "adresat",
];
