//! LinkedIn: invitations since 2009, messages, InMails.

use crate::extract::Kind;
use crate::extract::layout::{Definition, Layout, Place, Sign, guess, quoted, seen};
use crate::extract::vocabulary::{INVITE, REMINDER, SINCE_CONNECTED};

pub(super) static PLATFORM: Definition = Definition {
    name: "linkedin",
    title: "LinkedIn",
    brand: "linkedin",
    is_coined: true,
    other_names: &[
        "领英",
        "領英",
        "linked in",
        "リンクトイン",
        "링크드인",
        "линкедин",
        "линкедін",
        "لينكد",
        "לינקדאין",
        "לינקדין",
        "लिंक्डइन",
        "ลิงก์อิน",
        "ลิงค์อิน",
        "λινκεντιν",
    ],
    domains: &["linkedin.com", "linkedinmail.com", "lnkd.in", "licdn.com"],
    layouts: &[LAYOUTS],
    furniture: &[
        "linkedin",
        "reply",
        "group",
        "sponsored",
        "领英",
        "follow this link to accept*",
        "signing up is free*",
        "this is a reminder that*",
    ],
    profiles: &["/in/", "/pub/", "/profile/view?id="],
};

const LAYOUTS: &[Layout] = &[
    guess(
        Kind::NewsletterOrOffer,
        &[
            Sign::Template(&["inmail", "sponsored"]),
            Sign::Text(&["%firstname%", "· sponsored", "\nsponsored\n"]),
        ],
        Place::BelowReply,
    ),
    // InMail since 2015: subject twice, the name, a link to answer, the message, a ruler.
    quoted(
        Kind::Inmail,
        &[Sign::Template(&["inmail"])],
        Place::BelowReply,
    ),
    guess(
        Kind::Inmail,
        &[Sign::Sender(&["inmail"])],
        Place::BelowReply,
    ),
    guess(
        Kind::RecommendationRequest,
        &[Sign::Template(&["recommendation"])],
        Place::AroundName,
    ),
    guess(
        Kind::RecommendationRequest,
        &[Sign::Subject(RECOMMENDATION)],
        Place::AroundName,
    ),
    guess(
        Kind::RecommendationRequest,
        &[
            Sign::InOwnName,
            Sign::Text(&["requesting a recommendation"]),
        ],
        Place::AroundName,
    ),
    guess(
        Kind::EndorsementRequest,
        &[Sign::Template(&["endorse"])],
        Place::AroundName,
    ),
    guess(
        Kind::EndorsementRequest,
        &[Sign::Subject(ENDORSEMENT)],
        Place::AroundName,
    ),
    guess(
        Kind::InvitationReminder,
        &[Sign::Template(&["reminder"])],
        Place::AroundName,
    ),
    guess(
        Kind::InvitationReminder,
        &[Sign::Subject(REMINDER), Sign::Subject(INVITE)],
        Place::AroundName,
    ),
    guess(
        Kind::InvitationReminder,
        &[Sign::Sender(&["invitation"]), Sign::Subject(SEVERAL_WAIT)],
        Place::Nowhere,
    ),
    guess(
        Kind::EventOrGroupInvite,
        &[Sign::Template(GROUP_TEMPLATES)],
        Place::AroundName,
    ),
    guess(
        Kind::PlatformMessage,
        &[Sign::Sender(&["messaging-digest-noreply"])],
        Place::BelowButton,
    ),
    guess(
        Kind::EventOrGroupInvite,
        &[
            Sign::Sender(&["groups-noreply"]),
            Sign::Subject(&["invitation to join"]),
        ],
        Place::AroundName,
    ),
    guess(
        Kind::PlatformMessage,
        &[
            Sign::Sender(&["groups-noreply"]),
            Sign::Subject(&["sent you a message"]),
        ],
        Place::BelowButton,
    ),
    guess(
        Kind::PlatformMessage,
        &[
            Sign::Sender(&["notifications-noreply", "services"]),
            Sign::Subject(SERVICES),
        ],
        Place::AroundName,
    ),
    guess(
        Kind::PlatformMessage,
        &[Sign::Template(&["mention"])],
        Place::BelowButton,
    ),
    guess(
        Kind::NewsletterOrOffer,
        &[
            Sign::Sender(&["newsletters-noreply"]),
            Sign::Text(SINCE_CONNECTED),
        ],
        Place::AroundName,
    ),
    // SAVEDSEARCH, JOBS-TO-MBR and the editors' templates of 2017 to 2026.
    quoted(
        Kind::Notice,
        &[Sign::Template(REPORT_TEMPLATES)],
        Place::Nowhere,
    ),
    guess(
        Kind::EventOrGroupInvite,
        &[
            Sign::Sender(&["invitation"]),
            Sign::Subject(INVITE),
            Sign::Subject(&[" to follow ", " to attend ", " to subscribe ", " to join "]),
        ],
        Place::AroundName,
    ),
    // 2016: `NAME <invitations@…>`; 2024: also `NAME via LinkedIn <invitations@…>`.
    seen(
        Kind::Invitation,
        &[Sign::Sender(&["invitation"])],
        Place::AroundName,
    ),
    guess(
        Kind::Invitation,
        &[Sign::Sender(MESSAGE_SENDERS), Sign::Template(&["invit"])],
        Place::AroundName,
    ),
    guess(
        Kind::PlatformMessage,
        &[Sign::Sender(MESSAGE_SENDERS)],
        Place::BelowButton,
    ),
    guess(
        Kind::EventOrGroupInvite,
        &[Sign::Sender(GROUP_SENDERS), Sign::Subject(INVITE)],
        Place::AroundName,
    ),
    // 2011 to 2014: `NAME via LinkedIn <member@…>`, a heading between rulers, `- FIRST`.
    seen(
        Kind::Invitation,
        &[Sign::Sender(MEMBER_SENDERS), Sign::Subject(INVITE)],
        Place::AroundName,
    ),
    seen(
        Kind::Invitation,
        &[
            Sign::Sender(MEMBER_SENDERS),
            Sign::Subject(&["stay in touch", "network"]),
        ],
        Place::AroundName,
    ),
    seen(
        Kind::Invitation,
        &[Sign::Sender(MEMBER_SENDERS), Sign::Text(INVITATION_LINKS)],
        Place::AroundName,
    ),
    guess(
        Kind::PlatformMessage,
        &[Sign::Sender(MEMBER_SENDERS)],
        Place::BelowSubject,
    ),
    // 2009 to 2014, member and guest: the inviter's own address; a heading between rulers, or a
    // letter with the profile below it.
    seen(Kind::Invitation, &[Sign::InOwnName], Place::AroundName),
    guess(
        Kind::Notice,
        &[Sign::Sender(REPORT_SENDERS)],
        Place::Nowhere,
    ),
];

const MESSAGE_SENDERS: &[&str] = &["messages-noreply", "hit-reply", "messaging-noreply"];

const GROUP_SENDERS: &[&str] = &[
    "groups-noreply",
    "newsletters-noreply",
    "events-noreply",
    "notifications-noreply",
];

/// What is said of several invitations at once.
const SEVERAL_WAIT: &[&str] = &[
    "invitations waiting",
    "pending invitations",
    "invitations are waiting",
    "einladungen warten",
    "ausstehende einladungen",
    "offene einladungen",
    "invitations en attente",
    "invitaciones pendientes",
    "convites pendentes",
    "inviti in attesa",
    "inviti in sospeso",
    "openstaande uitnodigingen",
];

/// What customers of a member's services ask.
const SERVICES: &[&str] = &[
    "service request",
    "requested a service",
    "requested a proposal",
    "request for proposal",
    "projektanfrage",
    "anfrage gesendet",
    "solicitud de servicio",
    "demande de service",
    "pedido de serviço",
    "solicitação de serviço",
    "richiesta di servizi",
    "serviceaanvraag",
];

const MEMBER_SENDERS: &[&str] = &["member", "connections"];

/// Senders of what LinkedIn reports.
const REPORT_SENDERS: &[&str] = &[
    "noreply",
    "no-reply",
    "updates",
    "welcome",
    "group-digests",
    "support",
    "security",
    "billing",
    "reminders",
    "editors",
    "jobs",
];

/// Parts of links by which invitations of 2009 to 2014 are accepted.
const INVITATION_LINKS: &[&str] = &["invite-accept", "/blk/i", "/isd/"];

/// Parts of the names of templates that invite to something other than a person.
const GROUP_TEMPLATES: &[&str] = &[
    "event_invite",
    "events_invite",
    "page_invite",
    "group_invite",
    "groups_invite",
    "newsletter_invite",
    "series_subscribe_invite",
];

/// Parts of the names of templates that report.
const REPORT_TEMPLATES: &[&str] = &[
    "digest",
    "weekly",
    "analytics",
    "recap",
    "pymk",
    "jymbii",
    "job_alert",
    "jobs_",
    "suggested",
    "editorial",
    "security",
    "savedsearch",
    "recommended_by_admin",
];

const RECOMMENDATION: &[&str] = &[
    "recommend me",
    "recommendation",
    "empfehlung",
    "recommandation",
    "recomendación",
    "recomendação",
    "raccomanda",
    "aanbeveling",
    "rekomendac",
    "rekommendation",
    "рекомендац",
    "tavsiye",
    "推荐信",
    "推薦文",
    "推荐",
    "추천서",
];

const ENDORSEMENT: &[&str] = &[
    "endorse",
    "kenntnisse bestätig",
    "onderschrij",
    "valider mes compétences",
    "validar mis aptitudes",
    "conferma le mie competenze",
    "技能认可",
    "スキルを推薦",
];
