use anteroom::extract::{Contact, Scope};
use anteroom::message::Message;
use anteroom::owner::Owner;

use super::support::root;

fn scope(mail: &[u8]) -> Scope {
    Contact::extract(&Message::parse(mail), &Owner::default()).scope
}

/// Every kept mail that is no contact is left where it is.
#[test]
fn what_is_no_contact_is_left_alone() {
    let mut files: Vec<_> = std::fs::read_dir(root().join("tests/fixtures/out-of-scope"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let touched: Vec<_> = files
        .iter()
        .filter(|file| scope(&std::fs::read(file).unwrap()) == Scope::In)
        .collect();
    assert!(files.len() >= 124, "{}", files.len());
    assert!(touched.is_empty(), "{touched:#?}");
}

/// A calendar's invitation as mail.
const CALENDAR: &str = "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\n\
    Join us.\n--b\nContent-Type: text/calendar; method=REQUEST; name=invite.ics\n\n\
    BEGIN:VCALENDAR\nEND:VCALENDAR\n--b--\n";

/// A file that runs when it is opened.
const PROGRAM: &str = "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\n\
    See the attached receipt.\n--b\nContent-Type: application/octet-stream\n\
    Content-Disposition: attachment; filename=\"receipt.pdf.exe\"\n\nMZ\n--b--\n";

/// Mail that resembles what is no contact: what it is, its header fields, the rest.
const NEAR_MISSES: &[(&str, &str, &str)] = &[
    (
        "a stranger's calendar",
        "From: Raul Iglesia <raul@growthloop.example>\nTo: ann@own.example\nSubject: Invitation: Intro chat @ Tue 8 Mar",
        CALENDAR,
    ),
    (
        "a stranger's calendar from the same mail provider",
        "From: Raul Iglesia <raul.iglesia@gmail.com>\nTo: ann.lee@gmail.com\nSubject: Invitation: Virtual coffee @ Tue 8 Mar",
        CALENDAR,
    ),
    (
        "a pitch about invoices",
        "From: Mona Grau <mona@paperless.example>\nSubject: Your invoices, paid a week earlier",
        "\nHi Ann, we help firms like yours get paid sooner. A quick call?\n",
    ),
    (
        "a receipt that runs",
        "From: Billing <billing@pay-desk.example>\nSubject: Your receipt 88213",
        PROGRAM,
    ),
    (
        "an order that runs",
        "From: Order Desk <orders@pay-desk.example>\nSubject: Order confirmation\nAuto-Submitted: auto-generated\nList-Unsubscribe: <https://x.example>",
        PROGRAM,
    ),
    (
        "a bill that threatens",
        "From: Registry <billing@domain-desk.example>\nSubject: FINAL NOTICE: invoice 8812 overdue",
        "\nPay now or your web site will be suspended.\n",
    ),
    (
        "a parcel held for money",
        "From: Parcels <notice@redelivery.example>\nSubject: Your parcel is on hold",
        "\nPay 1.99 to release it.\n",
    ),
    (
        "a code in a person's subject",
        "From: Ivo Brandt <ivo@brandt.example>\nSubject: A bug in your access code for the lock paper",
        "\nDear Ann, in section 3 of your paper the code is never checked.\n",
    ),
    (
        "a newsletter because of a connection",
        "From: Lars <lars@growthloop.example>\nSubject: 5 growth hacks\nList-Unsubscribe: <https://x.example>",
        "\nYou receive this because we are connected on LinkedIn. Your subscription is free.\n",
    ),
    (
        "a newsletter nobody asked for",
        "From: Lars <lars@growthloop.example>\nSubject: 5 growth hacks\nList-Unsubscribe: <https://x.example>",
        "\nThis week: how to double your leads. Unsubscribe here.\n",
    ),
    (
        "a person writing from a service's address",
        "From: Ida Bloom <info@bloom-garden.example>\nSubject: Your talk on moss",
        "\nDear Ann, your talk made me look at my wall again. Which species was it?\n",
    ),
    (
        "a person writing to a list-like address",
        "From: Ida Bloom <ida@bloom.example>\nTo: all-staff@own.example\nSubject: Question to Ann Lee",
        "\nDear Ann, are you the author of the moss atlas?\n",
    ),
    (
        "a newsletter with a list id and no way to post",
        "From: Lars <lars@growthloop.example>\nSubject: Offer\nList-Id: <offers.growthloop.example>\nList-Post: NO\nList-Unsubscribe: <https://x.example>",
        "\nBuy two, get one.\n",
    ),
    (
        "a person named Gordon about an order of knights",
        "From: Gordon Billings <gordon.billings@abbey.example>\nSubject: The order of the bridge knights",
        "\nDear Ann, may I cite your article on the order?\n",
    ),
    (
        "a person about an absence",
        "From: Ivo Brandt <ivo@brandt.example>\nSubject: Re: our talk about absence and out of office culture",
        "\nDear Ann, your essay on absence was right.\n",
    ),
    (
        "a person who answers and whose server is careful",
        "From: Ivo Brandt <ivo@brandt.example>\nReturn-Path: <ivo@brandt.example>\nIn-Reply-To: <1@own.example>\nX-Auto-Response-Suppress: All\nSubject: Re: bearings",
        "\nFriday suits me.\n",
    ),
    (
        "a stock tip from alerts@",
        "From: Market Desk <alerts@pulse-penny.example>\nSubject: URGENT: this one moves on Monday",
        "\nGet in before the street.\n",
    ),
    (
        "a person named Lucia Croot",
        "From: Lucia Croot <lucia.croot@abbey.example>\nSubject: Backups of the parish archive",
        "\nDear Ann, you wrote about archives; how do you store yours?\n",
    ),
    (
        "an extortioner who names a password",
        "From: noreply <noreply@relaynode.example>\nSubject: ann - your password is hunter2",
        "\nI made a film of you. Send bitcoin.\n",
    ),
    (
        "a forged digest",
        "From: LinkedIn <digest@volnaizba.example>\nSubject: You appeared in 9 searches",
        "\nSee who: https://volnaizba.example/x\n",
    ),
    (
        "a forged notice that says it is an automatic reply",
        "From: LinkedIn <notice@volnaizba.example>\nAuto-Submitted: auto-replied\nSubject: Your account is restricted",
        "\nConfirm: https://volnaizba.example/x\n",
    ),
    (
        "a forged receipt behind a masked link",
        "From: Billing <billing@pay-desk.example>\nSubject: Your receipt",
        "Content-Type: text/html\n\n<a href='http://evil.example/'>https://bank.example/receipt</a>\n",
    ),
    (
        "an invitation to connect",
        "From: Lena Voss <invitations@linkedin.com>\nSubject: Ann, please add me to your LinkedIn network",
        "\nHi Ann,\n\nI'd like to join your LinkedIn network.\n\nAccept: https://www.linkedin.com/x\n",
    ),
    (
        "a request to follow",
        "From: Twitter <notify@twitter.com>\nSubject: moss (@moss) has requested to follow you on Twitter!",
        "\nAccept: https://twitter.com/x\n",
    ),
    (
        "a customer's question about a shipment",
        "From: Noa Field <noa@field.example>\nSubject: Tracking number for my moss atlas?",
        "\nDear Ann, I ordered your atlas in May. Has it left?\n",
    ),
    (
        "an event of a stranger with a ticket in its name",
        "From: Mona Grau <mona@summit.example>\nSubject: A speaker ticket for you: Bridge Summit, 4 May",
        "\nDear Ann, would you speak on bearing wear?\n",
    ),
];

#[test]
fn near_misses_stay_in_scope() {
    assert!(NEAR_MISSES.len() >= 20);
    let left: Vec<_> = NEAR_MISSES
        .iter()
        .map(|(what, headers, rest)| (what, scope(format!("{headers}\n{rest}").as_bytes())))
        .filter(|(_, scope)| *scope != Scope::In)
        .collect();
    assert!(left.is_empty(), "{left:#?}");
}

/// Header fields beat words: the same sober letter, and what machines write above it.
#[test]
fn header_fields_decide_before_words() {
    let letter = |fields: &str| {
        let mail = format!(
            "{fields}From: Ivo Brandt <ivo@brandt.example>\nTo: ann@own.example\nSubject: Bearings\n\nDear Ann, see below.\n"
        );
        scope(mail.as_bytes())
    };
    assert_eq!(letter(""), Scope::In);
    for fields in [
        "Auto-Submitted: auto-replied\n",
        "Auto-Submitted: auto-generated\n",
        "X-Autoreply: yes\n",
        "Return-Path: <>\nIn-Reply-To: <1@own.example>\n",
        "X-Failed-Recipients: a@b.example\n",
        "Content-Type: multipart/report; boundary=b\n",
        "List-Id: <moss.lists.example>\nList-Post: <mailto:moss@lists.example>\n",
        "Mailing-List: moss@lists.example\n",
        "X-Jenkins-Job: moss\n",
    ] {
        assert_ne!(letter(fields), Scope::In, "{fields}");
    }
}
