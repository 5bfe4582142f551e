use anteroom::decide::{Policy, Verdict, Why};
use anteroom::extract::{Forgery, Kind, Standing};
use anteroom::label::Label;
use anteroom::model::Model;
use anteroom::owner::Owner;
use anteroom::triage::{Triage, triage};

use Forgery::{
    BorrowedHeaders, BorrowedName, FailedDmarc, ForeignButtons, ForeignReplyTo, LookAlikeHost,
    MaskedLink,
};
use Standing::{Authentic, Forged, Unproven};

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

/// The owner's server found the platform's signature good.
const AUTHENTICATED: &[Case] = &[
    (
        "dmarc passed",
        "Authentication-Results: mx.own.example; dmarc=pass header.from=linkedin.com\nFrom: Lena Voss <invitations@linkedin.com>",
        Text::Invitation,
        Authentic,
        &[],
    ),
    (
        "signed by the platform",
        "Authentication-Results: mx.own.example; dkim=pass header.d=linkedin.com\nFrom: Lena Voss <invitations@linkedin.com>",
        Text::Invitation,
        Authentic,
        &[],
    ),
    (
        "signed by a part of its organisation",
        "Authentication-Results: mx.own.example; dkim=pass header.i=@mailc.linkedin.com\nFrom: Lena Voss <invitations@linkedin.com>",
        Text::Invitation,
        Authentic,
        &[],
    ),
    (
        "two signatures, one good",
        "Authentication-Results: mx.own.example; dkim=fail header.d=linkedin.com; dkim=pass header.d=linkedin.com\nFrom: Lena Voss <invitations@linkedin.com>",
        Text::Invitation,
        Authentic,
        &[],
    ),
    (
        "version, comments, folding",
        "Authentication-Results: (own) MX.own.example 1;\n\tspf=pass (sender ok) smtp.mailfrom=\"m;x\"@bounce.linkedin.com;\n\tdmarc = pass (p=REJECT) header.from = LinkedIn.com\nFrom: Lena Voss <invitations@linkedin.com>",
        Text::Invitation,
        Authentic,
        &[],
    ),
    (
        "quoted name of the server",
        "Authentication-Results: \"mx.own.example\"; dmarc=pass header.from=linkedin.com\nFrom: Lena Voss <invitations@linkedin.com>",
        Text::Invitation,
        Authentic,
        &[],
    ),
    (
        "another host's field above ours",
        "Authentication-Results: relay.example; dmarc=fail header.from=linkedin.com\nAuthentication-Results: mx.own.example; dmarc=pass header.from=linkedin.com\nFrom: Lena Voss <invitations@linkedin.com>",
        Text::Invitation,
        Authentic,
        &[],
    ),
    (
        "a forged field below ours changes nothing",
        "Authentication-Results: mx.own.example; dmarc=pass header.from=linkedin.com\nAuthentication-Results: mx.own.example; dmarc=fail header.from=linkedin.com\nFrom: Lena Voss <invitations@linkedin.com>",
        Text::Invitation,
        Authentic,
        &[],
    ),
    (
        "the inviter's own From, the platform's signature",
        "Authentication-Results: mx.own.example; dkim=pass header.d=linkedin.com\nMessage-ID: <1.2.JavaMail.app@ech3-cdn09.prod>\nFrom: Lena Voss <lena@freemail.example>",
        Text::Invitation,
        Authentic,
        &[],
    ),
    (
        "a note with a link of the sender's",
        "Authentication-Results: mx.own.example; dmarc=pass header.from=linkedin.com\nFrom: Lena Voss <invitations@linkedin.com>",
        Text::InvitationWithLink,
        Authentic,
        &[],
    ),
    (
        "links that only look foreign",
        "Authentication-Results: mx.own.example; dmarc=pass header.from=linkedin.com\nFrom: Lena Voss <invitations@linkedin.com>",
        Text::ForeignInvitation,
        Authentic,
        &[],
    ),
    (
        "Facebook",
        "Authentication-Results: mx.own.example; dkim=pass header.d=facebookmail.com\nFrom: Facebook <notification+x@facebookmail.com>",
        Text::Letter,
        Authentic,
        &[],
    ),
    (
        "Xing",
        "Authentication-Results: mx.own.example; dmarc=pass header.from=mail.xing.com\nFrom: XING <mailrobot@mail.xing.com>",
        Text::Letter,
        Authentic,
        &[],
    ),
    (
        "a person, dmarc passed",
        "Authentication-Results: mx.own.example; dmarc=pass header.from=brydon.example\nFrom: Lena Voss <lena@brydon.example>",
        Text::Letter,
        Authentic,
        &[],
    ),
    (
        "a person, signed by their domain",
        "Authentication-Results: mx.own.example; dkim=pass header.d=mail.brydon.example\nFrom: Lena Voss <lena@brydon.example>",
        Text::Letter,
        Authentic,
        &[],
    ),
    (
        "a person, dmarc none, signed",
        "Authentication-Results: mx.own.example; dmarc=none header.from=brydon.example; dkim=pass header.d=brydon.example\nFrom: Lena Voss <lena@brydon.example>",
        Text::Letter,
        Authentic,
        &[],
    ),
];

/// Nothing proves the sender, nothing speaks against them.
const UNPROVEN: &[Case] = &[
    (
        "no field at all",
        "From: Lena Voss <invitations@linkedin.com>",
        Text::Invitation,
        Unproven,
        &[],
    ),
    (
        "our server found nothing",
        "Authentication-Results: mx.own.example; none\nFrom: Lena Voss <invitations@linkedin.com>",
        Text::Invitation,
        Unproven,
        &[],
    ),
    (
        "only spf passed",
        "Authentication-Results: mx.own.example; spf=pass smtp.mailfrom=m@bounce.linkedin.com\nFrom: Lena Voss <invitations@linkedin.com>",
        Text::Invitation,
        Unproven,
        &[],
    ),
    (
        "another host's word",
        "Authentication-Results: mx.other.example; dmarc=pass header.from=linkedin.com\nFrom: Lena Voss <invitations@linkedin.com>",
        Text::Invitation,
        Unproven,
        &[],
    ),
    (
        "a host that begins like ours",
        "Authentication-Results: mx.own.example.evil.example; dmarc=pass header.from=linkedin.com\nFrom: Lena Voss <invitations@linkedin.com>",
        Text::Invitation,
        Unproven,
        &[],
    ),
    (
        "our name in a comment",
        "Authentication-Results: (mx.own.example) mx.other.example; dmarc=pass header.from=linkedin.com\nFrom: Lena Voss <invitations@linkedin.com>",
        Text::Invitation,
        Unproven,
        &[],
    ),
    (
        "a pass in a comment",
        "Authentication-Results: mx.own.example; dmarc=none (dmarc=pass header.from=linkedin.com)\nFrom: Lena Voss <invitations@linkedin.com>",
        Text::Invitation,
        Unproven,
        &[],
    ),
    (
        "a pass in a quoted address",
        "Authentication-Results: mx.own.example; spf=none smtp.mailfrom=\"x; dmarc=pass header.from=linkedin.com\"@evil.example\nFrom: Lena Voss <invitations@linkedin.com>",
        Text::Invitation,
        Unproven,
        &[],
    ),
    (
        "signed by somebody else",
        "Authentication-Results: mx.own.example; dkim=pass header.d=bulkmail.example\nFrom: Lena Voss <invitations@linkedin.com>",
        Text::Invitation,
        Unproven,
        &[],
    ),
    (
        "dmarc of another domain",
        "Authentication-Results: mx.own.example; dmarc=pass header.from=evil.example\nFrom: Lena Voss <invitations@linkedin.com>",
        Text::Invitation,
        Unproven,
        &[],
    ),
    (
        "a signature that names no domain",
        "Authentication-Results: mx.own.example; dkim=pass\nFrom: Lena Voss <invitations@linkedin.com>",
        Text::Invitation,
        Unproven,
        &[],
    ),
    (
        "a forged field below ours",
        "Authentication-Results: mx.own.example; dkim=none\nAuthentication-Results: mx.own.example; dmarc=pass header.from=linkedin.com\nFrom: Lena Voss <invitations@linkedin.com>",
        Text::Invitation,
        Unproven,
        &[],
    ),
    (
        "an ARC seal",
        "ARC-Authentication-Results: i=1; mx.own.example; dmarc=pass header.from=linkedin.com\nFrom: Lena Voss <invitations@linkedin.com>",
        Text::Invitation,
        Unproven,
        &[],
    ),
    (
        "Received-SPF",
        "Received-SPF: pass (mx.own.example: domain of linkedin.com)\nFrom: Lena Voss <invitations@linkedin.com>",
        Text::Invitation,
        Unproven,
        &[],
    ),
    (
        "two From fields",
        "Authentication-Results: mx.own.example; dmarc=pass header.from=linkedin.com\nFrom: Lena Voss <invitations@linkedin.com>\nFrom: x <x@evil.example>",
        Text::Invitation,
        Unproven,
        &[],
    ),
    (
        "the inviter's own From, unsigned",
        "Message-ID: <1.2.JavaMail.app@ech3-cdn09.prod>\nFrom: Lena Voss <lena@freemail.example>",
        Text::Invitation,
        Unproven,
        &[],
    ),
    (
        "the inviter's own From, the provider's signature",
        "Authentication-Results: mx.own.example; dkim=pass header.d=freemail.example\nMessage-ID: <1.2.JavaMail.app@ech3-cdn09.prod>\nFrom: Lena Voss <lena@freemail.example>",
        Text::Invitation,
        Unproven,
        &[],
    ),
    (
        "the inviter's own From, dmarc failed for it",
        "Authentication-Results: mx.own.example; dmarc=fail header.from=freemail.example\nMessage-ID: <1.2.JavaMail.app@ech3-cdn09.prod>\nFrom: Lena Voss <lena@freemail.example>",
        Text::Invitation,
        Unproven,
        &[],
    ),
    (
        "member's mail of 2011, answers to the member",
        "From: Lena Voss via LinkedIn <member@linkedin.com>\nReply-To: Lena Voss <lena@freemail.example>",
        Text::Invitation,
        Unproven,
        &[],
    ),
    (
        "answers through the platform",
        "From: Lena Voss <inmail-hit-reply@linkedin.com>\nReply-To:\n Lena Voss <9a-b@reply.linkedin.com>\nX-LinkedIn-Class: INMAIL",
        Text::Invitation,
        Unproven,
        &[],
    ),
    (
        "a person, dmarc failed on the way",
        "Authentication-Results: mx.own.example; dmarc=fail header.from=brydon.example\nFrom: Lena Voss <lena@brydon.example>",
        Text::Letter,
        Unproven,
        &[],
    ),
    (
        "a person named Xing",
        "From: Mei Xing <mei@brydon.example>",
        Text::Letter,
        Unproven,
        &[],
    ),
    (
        "a person named Slack",
        "From: Tom Slack <tom@brydon.example>",
        Text::Letter,
        Unproven,
        &[],
    ),
    (
        "an academy",
        "From: Academia de Ciencias <info@academia-ciencias.example>",
        Text::Letter,
        Unproven,
        &[],
    ),
    (
        "a group's own Discord",
        "From: DataGuild Discord <mods@dataguild.example>",
        Text::Letter,
        Unproven,
        &[],
    ),
    (
        "a list that rewrites From",
        "List-Id: Devel <devel.lists.example>\nFrom: LinkedIn via Devel <devel@lists.example>",
        Text::Letter,
        Unproven,
        &[],
    ),
    (
        "a firm's host in its own alphabet",
        "From: Jan <jan@xn--bckerei-5wa.example>",
        Text::Html("<a href='https://bäckerei.example/'>zur Seite</a>"),
        Unproven,
        &[],
    ),
    (
        "a Russian host",
        "From: Jan <jan@brydon.example>",
        Text::Html("<a href='https://xn--80aa2aho.xn--p1ai/'>сайт</a>"),
        Unproven,
        &[],
    ),
    (
        "a mailer counts clicks",
        "From: Jan <news@brydon.example>",
        Text::Html(
            "<a href='https://brydon.us5.list-manage.com/track/click?u=1'>https://brydon.example/</a>",
        ),
        Unproven,
        &[],
    ),
    (
        "a mailer's tracker under the sender's name",
        "From: Jan <news@brydon.example>",
        Text::Html("<a href='https://click.brydon.example/x'>https://partner.example/</a>"),
        Unproven,
        &[],
    ),
    (
        "a newsletter's unnamed tracker",
        "List-Unsubscribe: <https://m.example/u>\nFrom: Jan <news@brydon.example>",
        Text::Html("<a href='https://click2.mailer7.example/x'>www.brydon.example</a>"),
        Unproven,
        &[],
    ),
    (
        "a profile link behind a filter",
        "From: Jan <jan@brydon.example>",
        Text::Html(
            "<a href='https://eu1.safelinks.protection.outlook.com/?url=x'>linkedin.com/in/jan</a>",
        ),
        Unproven,
        &[],
    ),
    (
        "a platform's short link",
        "From: Jan <jan@brydon.example>",
        Text::Html("<a href='https://lnkd.in/x'>https://www.linkedin.com/in/jan</a>"),
        Unproven,
        &[],
    ),
    (
        "a link with words for a text",
        "From: Jan <jan@brydon.example>",
        Text::Html("<a href='https://brydon.example/linkedin-tips'>How we use LinkedIn</a>"),
        Unproven,
        &[],
    ),
    (
        "a platform's name over a page of one's own",
        "From: Jan <jan@brydon.example>",
        Text::Html("<a href='https://brydon.example/li'>LinkedIn</a>"),
        Unproven,
        &[],
    ),
    (
        "a platform's name over its own host",
        "From: Jan <jan@brydon.example>",
        Text::Html("<a href='https://uk.linkedin.com/in/jan'>LinkedIn</a>"),
        Unproven,
        &[],
    ),
];

/// The message itself, or the owner's server, shows that it is not from whom it says.
const FORGED: &[Case] = &[
    (
        "dmarc failed",
        "Authentication-Results: mx.own.example; dmarc=fail (p=REJECT) header.from=linkedin.com\nFrom: Lena Voss <invitations@linkedin.com>",
        Text::Invitation,
        Forged,
        &[FailedDmarc],
    ),
    (
        "dmarc failed, signed by somebody else",
        "Authentication-Results: mx.own.example; dkim=pass header.d=evil.example; dmarc=fail header.from=linkedin.com\nFrom: Lena Voss <invitations@linkedin.com>",
        Text::Invitation,
        Forged,
        &[FailedDmarc],
    ),
    (
        "our failure above a forged pass",
        "Authentication-Results: mx.own.example; dmarc=fail header.from=facebookmail.com\nAuthentication-Results: mx.own.example; dmarc=pass header.from=facebookmail.com\nFrom: Facebook <x@facebookmail.com>",
        Text::Letter,
        Forged,
        &[FailedDmarc],
    ),
    (
        "buttons of another",
        "From: Lena Voss <invitations@linkedin.com>",
        Text::ForeignInvitation,
        Forged,
        &[ForeignButtons],
    ),
    (
        "buttons of another, a forged pass of another host",
        "Authentication-Results: mx.evil.example; dmarc=pass header.from=linkedin.com\nFrom: Lena Voss <invitations@linkedin.com>",
        Text::ForeignInvitation,
        Forged,
        &[ForeignButtons],
    ),
    (
        "machine's Message-ID, buttons of another",
        "Message-ID: <1.2.JavaMail.app@ech3-cdn09.prod>\nFrom: Lena Voss <lena@freemail.example>",
        Text::ForeignInvitation,
        Forged,
        &[ForeignButtons],
    ),
    (
        "answers to somebody else",
        "From: Lena Voss <messages-noreply@linkedin.com>\nReply-To: lena@in-login.example",
        Text::Invitation,
        Forged,
        &[ForeignReplyTo],
    ),
    (
        "the platform's name",
        "From: LinkedIn <no-reply@volnaizba.example>",
        Text::ForeignInvitation,
        Forged,
        &[BorrowedName],
    ),
    (
        "a person via the platform",
        "From: Lena Voss via LinkedIn <lena@volnaizba.example>",
        Text::Invitation,
        Forged,
        &[BorrowedName],
    ),
    (
        "its name misspelt",
        "From: LinkeIn Support <x@volnaizba.example>",
        Text::ForeignInvitation,
        Forged,
        &[BorrowedName],
    ),
    (
        "its name in look-alike letters",
        "From: =?utf-8?q?L=D1=96nked=D0=86n?= <x@volnaizba.example>",
        Text::ForeignInvitation,
        Forged,
        &[BorrowedName],
    ),
    (
        "its name in Chinese",
        "From: =?utf-8?b?6aKG6Iux?= <x@volnaizba.example>",
        Text::ForeignInvitation,
        Forged,
        &[BorrowedName],
    ),
    (
        "its name in Russian",
        "From: =?utf-8?b?0JvQuNC90LrQtdC00LjQvQ==?= <x@volnaizba.example>",
        Text::Letter,
        Forged,
        &[BorrowedName],
    ),
    (
        "its name and a list's header",
        "List-Id: <x.volnaizba.example>\nFrom: LinkedIn <x@volnaizba.example>",
        Text::ForeignInvitation,
        Forged,
        &[BorrowedName],
    ),
    (
        "its name through another's list",
        "List-Id: <devel.lists.example>\nFrom: LinkedIn via Devel <x@volnaizba.example>",
        Text::ForeignInvitation,
        Forged,
        &[BorrowedName],
    ),
    (
        "Slack's service",
        "From: Slack Notifications <x@volnaizba.example>",
        Text::Letter,
        Forged,
        &[BorrowedName],
    ),
    (
        "Xing alone",
        "From: XING <x@volnaizba.example>",
        Text::Letter,
        Forged,
        &[BorrowedName],
    ),
    (
        "the name, and a true signature of its own domain",
        "Authentication-Results: mx.own.example; dmarc=pass header.from=volnaizba.example\nFrom: LinkedIn <x@volnaizba.example>",
        Text::ForeignInvitation,
        Forged,
        &[BorrowedName],
    ),
    (
        "one letter more",
        "From: Lena Voss <messages-noreply@liinkedin.example>",
        Text::ForeignInvitation,
        Forged,
        &[BorrowedName, LookAlikeHost],
    ),
    (
        "the brand with a hyphen",
        "From: Lena Voss <x@linkedin-mail.example>",
        Text::Letter,
        Forged,
        &[BorrowedName, LookAlikeHost],
    ),
    (
        "the brand's domain in front",
        "From: Lena Voss <x@linkedin.com.login.example>",
        Text::Letter,
        Forged,
        &[BorrowedName, LookAlikeHost],
    ),
    (
        "digits for letters",
        "From: Facebook <x@faceb00k.example>",
        Text::Letter,
        Forged,
        &[BorrowedName, LookAlikeHost],
    ),
    (
        "a look-alike domain, dmarc passed",
        "Authentication-Results: mx.own.example; dmarc=pass header.from=linkedin-mail.example\nFrom: Lena Voss <x@linkedin-mail.example>",
        Text::Letter,
        Forged,
        &[BorrowedName, LookAlikeHost],
    ),
    (
        "punycode of a look-alike",
        "From: Lena Voss <x@xn--lnkedin-rog.example>",
        Text::Letter,
        Forged,
        &[BorrowedName, LookAlikeHost],
    ),
    (
        "eFax malware of 2013",
        "From: eFax Corporate <message@efax-inbound.example>\nSubject: Corporate eFax message - 3 pages\nX-LinkedIn-Template: welcome_default\nX-LinkedIn-Class: EMAIL-DEFAULT\nX-LinkedIn-fbl: s-0x1",
        Text::Html(
            "<p>You have received a 3 page fax.</p><a href='http://fax-view.example/doc.zip'>Open</a>",
        ),
        Forged,
        &[BorrowedName, BorrowedHeaders],
    ),
    (
        "Facebook's headers",
        "From: Friends <x@volnaizba.example>\nX-Facebook-Notify: friend; mailid=1",
        Text::Letter,
        Forged,
        &[BorrowedName, BorrowedHeaders],
    ),
    (
        "a bank's address over another link",
        "From: Jan <jan@brydon.example>",
        Text::Html("<a href='http://evil.example/'>https://bank.example/</a>"),
        Forged,
        &[MaskedLink],
    ),
    (
        "a profile's address over another link",
        "From: Jan <jan@brydon.example>",
        Text::Html("<a href='http://evil.example/'>linkedin.com/in/jan</a>"),
        Forged,
        &[MaskedLink],
    ),
    (
        "a tracker's name on a stranger's host",
        "From: Jan <jan@brydon.example>",
        Text::Html("<a href='http://click.evil.example/'>https://bank.example/</a>"),
        Forged,
        &[MaskedLink],
    ),
    (
        "a link to a look-alike",
        "From: Jan <jan@brydon.example>",
        Text::Html("<a href='https://secure-linkedin.example/'>my profile</a>"),
        Forged,
        &[LookAlikeHost],
    ),
    (
        "a link to the brand's domain in front of another",
        "From: Jan <jan@brydon.example>",
        Text::Html("<a href='https://www.facebook.com.photo-view.example/'>my photos</a>"),
        Forged,
        &[LookAlikeHost],
    ),
    (
        "a link in Cyrillic look-alikes",
        "From: Jan <jan@brydon.example>",
        Text::Html("<a href='https://xn--pple-43d.com/'>here</a>"),
        Forged,
        &[LookAlikeHost],
    ),
    (
        "a member of the platform's name on a free address",
        "From: LinkedIn Member <lena@freemail.example>",
        Text::Letter,
        Forged,
        &[BorrowedName],
    ),
    (
        "a reminder with everything wrong",
        "From: LinkedIn Invitations <x@linkedln.example>\nSubject: Reminder: Lena Voss is waiting for your response\nReply-To: messages-noreply@linkedin.com",
        Text::ForeignInvitation,
        Forged,
        &[BorrowedName, LookAlikeHost],
    ),
    (
        "a platform's name over another host",
        "From: Jan <jan@brydon.example>",
        Text::Html("<a href='https://evil.example/in'> LinkedIn </a>"),
        Forged,
        &[MaskedLink],
    ),
];

fn judge(headers: &str, text: Text, owner: &Owner, model: &Model) -> Triage {
    let subject = match headers.contains("Subject:") {
        true => "",
        false => "\nSubject: Ann, please add me to your LinkedIn network",
    };
    let mail = format!("{headers}{subject}\nTo: ann@own.example{}", text.write());
    triage(mail.as_bytes(), owner, model, &Policy::default())
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
