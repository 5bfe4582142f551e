//! The owner's server found the platform's signature good.

use anteroom::extract::Standing::Authentic;

use super::{Case, Text};

pub(super) const AUTHENTICATED: &[Case] = &[
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
