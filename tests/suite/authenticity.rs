mod authenticated;
mod forged;
mod unproven;

use anteroom::decide::{Policy, Verdict, Why};
use anteroom::extract::{Forgery, Kind, Standing};
use anteroom::label::Label;
use anteroom::model::Model;
use anteroom::owner::Owner;
use anteroom::source::Content;
use anteroom::triage::{Triage, triage};

use authenticated::AUTHENTICATED;
use forged::FORGED;
use unproven::UNPROVEN;

use Forgery::MaskedLink;
use Standing::{Authentic, Unproven};

/// A message by its own header fields and its text, and what is to be found out about it. The
/// owner's mail server calls itself `mx.own.example`.
type Case = (
    &'static str,
    &'static str,
    Text,
    Standing,
    &'static [Forgery],
);

/// What stands in a message.
#[derive(Clone, Copy)]
enum Text {
    /// LinkedIn's invitation with the stock sentence, its buttons LinkedIn's.
    Invitation,
    /// The same, its buttons somebody else's.
    ForeignInvitation,
    /// The same with a note that holds one link of the sender's own.
    InvitationWithLink,
    /// A person's mail without links.
    Letter,
    /// An HTML part.
    Html(&'static str),
}

impl Text {
    fn write(self) -> String {
        let invitation = |note: &str, host: &str| {
            format!(
                "\n\nHi Ann,\n\n{note}\n\nLena Voss\nEngineer at Brydon\n\n\
                 View profile: https://{host}/comm/profile/view?id=1\n\
                 Accept: https://{host}/comm/people/invite-accept?x=1\n\
                 .....................................\n\
                 Unsubscribe: https://{host}/e/v2?x=1\nHelp: https://{host}/help\n"
            )
        };
        let stock = "I'd like to join your LinkedIn network.";
        match self {
            Text::Invitation => invitation(stock, "www.linkedin.com"),
            Text::ForeignInvitation => invitation(stock, "in-login.example"),
            Text::InvitationWithLink => invitation(
                "We met at the bridge forum; my slides are at https://voss.example/slides",
                "www.linkedin.com",
            ),
            Text::Letter => "\n\nDear Ann,\n\nthank you for the talk on bearing wear last Friday. \
                May I send you our measurements from the Ostra crossing?\n\nBest regards\nLena\n"
                .to_owned(),
            Text::Html(html) => {
                format!("\nMIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\n\n{html}\n")
            }
        }
    }
}

fn judge(headers: &str, text: Text, owner: &Owner, model: &Model) -> Triage {
    let subject = match headers.contains("Subject:") {
        true => "",
        false => "\nSubject: Ann, please add me to your LinkedIn network",
    };
    let mail = format!("{headers}{subject}\nTo: ann@own.example{}", text.write());
    triage(
        &Content::Mail(mail.as_bytes().to_vec()),
        owner,
        model,
        &Policy::default(),
    )
}

fn owner() -> Owner {
    Owner {
        authserv_ids: vec!["mx.own.example".to_owned()],
        ..Owner::default()
    }
}

#[test]
fn standing_and_signs_are_told() {
    let model = Model::shipped().unwrap();
    let all = || AUTHENTICATED.iter().chain(UNPROVEN).chain(FORGED);
    assert!(all().count() >= 60);
    let mut wrong = Vec::new();
    for (what, headers, text, standing, signs) in all() {
        let found = judge(headers, *text, &owner(), &model).contact.authenticity;
        if (found.standing, found.signs.as_slice()) != (*standing, *signs) {
            wrong.push(format!(
                "{what}: {standing:?} {signs:?}, but found {found:?}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn what_is_forged_is_never_an_invitation_or_a_letter() {
    let model = Model::shipped().unwrap();
    for (what, headers, text, ..) in FORGED {
        let decision = judge(headers, *text, &owner(), &model).decision;
        assert!(
            matches!(
                decision.verdict,
                Verdict::Label(Label::Spam) | Verdict::Unsure | Verdict::OutOfScope
            ),
            "{what}: {decision:?}"
        );
    }
}

#[test]
fn the_reason_of_a_forgery_is_said() {
    let model = Model::shipped().unwrap();
    let headers = "In-Reply-To: <1@own.example>\nFrom: Lena Voss <lena@brydon.example>\n\
        Subject: Re: bearing wear on the Ostra bridge";
    let letter = "<p>Dear Ann, thank you for your reply. As we discussed after your talk at the \
        bridge forum, I measured the bearings again; the wear is what you expected. Could we \
        compare our figures on Friday?</p><p>Best regards, Lena</p>";
    let honest = judge(headers, Text::Html(letter), &owner(), &model).decision;
    assert_eq!(honest.verdict, Verdict::Label(Label::Genuine), "{honest:?}");
    let link = "<a href='http://evil.example/'>https://own.example/figures</a>";
    let masked: &'static str = format!("{letter}{link}").leak();
    let forged = judge(headers, Text::Html(masked), &owner(), &model).decision;
    assert_eq!(forged.verdict, Verdict::Unsure, "{forged:?}");
    assert_eq!(forged.why, Why::Forged(MaskedLink));
}

#[test]
fn proof_settles_nothing_but_who_it_is_from() {
    let model = Model::shipped().unwrap();
    for (what, headers, text, ..) in AUTHENTICATED.iter().chain(UNPROVEN) {
        let decision = judge(headers, *text, &owner(), &model).decision;
        assert!(
            !matches!(decision.why, Why::Forged(_)),
            "{what}: {decision:?}"
        );
        // A bare link is spam by its form, and not for who sent it.
        assert!(
            decision.verdict != Verdict::Label(Label::Spam) || matches!(text, Text::Html(_)),
            "{what}: {decision:?}"
        );
    }
}

#[test]
fn the_stock_invitation_is_generic_however_it_is_proven() {
    let model = Model::shipped().unwrap();
    let mut seen = 0;
    for (what, headers, text, ..) in AUTHENTICATED.iter().chain(UNPROVEN) {
        let read = judge(headers, *text, &owner(), &model);
        if matches!(text, Text::Invitation) && read.contact.kind == Kind::Invitation {
            seen += 1;
            assert_eq!(
                read.decision.verdict,
                Verdict::Label(Label::GenericInvite),
                "{what}"
            );
        }
    }
    assert!(seen >= 25, "{seen}");
}

#[test]
fn without_a_known_server_nobody_is_proven_and_nobody_failed() {
    let model = Model::shipped().unwrap();
    for (what, headers, text, standing, signs) in AUTHENTICATED.iter().chain(UNPROVEN) {
        let found = judge(headers, *text, &Owner::default(), &model)
            .contact
            .authenticity;
        assert_ne!(found.standing, Authentic, "{what}");
        if *standing == Unproven {
            assert_eq!(found.signs, *signs, "{what}");
        }
    }
    let (_, headers, text, ..) = FORGED[0];
    let found = judge(headers, text, &Owner::default(), &model)
        .contact
        .authenticity;
    assert_eq!((found.standing, found.signs.len()), (Unproven, 0));
}

#[test]
fn a_flood_of_fields_costs_little_and_earns_nothing() {
    let model = Model::shipped().unwrap();
    let flood = "Authentication-Results: mx.evil.example; dmarc=pass\n".repeat(2_000);
    let long = format!(
        "Authentication-Results: mx.own.example; {} dmarc=pass header.from=linkedin.com\n",
        "(".repeat(50_000)
    );
    for start in [flood, long] {
        let headers = format!("{start}From: Lena Voss <invitations@linkedin.com>");
        let found = judge(&headers, Text::Invitation, &owner(), &model)
            .contact
            .authenticity;
        assert_ne!(found.standing, Authentic);
    }
}
