//! How newsletters say why they come.

use super::Phrases;

/// How newsletters say that they were asked for.
pub(in super::super) static SUBSCRIBED: Phrases = Phrases::new(&[
    (
        "en",
        "you subscribed|you signed up|you are subscribed|you're subscribed|your subscription",
    ),
    (
        "en",
        "you registered|you opted in|thanks for subscribing|subscribed to|subscribed at",
    ),
    ("en", "you chose to receive|as a subscriber|as a member"),
    (
        "de",
        "sie haben sich|angemeldet haben|abonniert|abonnement|newsletter angemeldet|als mitglied",
    ),
    (
        "fr",
        "êtes abonné|êtes inscrit|inscrit à|inscrite à|votre abonnement|votre inscription",
    ),
    (
        "es",
        "te suscribiste|suscripción|suscrito|suscrita|te registraste",
    ),
    (
        "pt",
        "você se inscreveu|inscreveu|inscrição|assinante|subscreveu",
    ),
    ("it", "sei iscritt|iscritta|ti sei iscritt|iscrizione"),
    (
        "nl",
        "je bent geabonneerd|u bent ingeschreven|aangemeld|ingeschreven|als lid van",
    ),
    ("sv", "prenumer"),
    ("da", "tilmeldt|abonner"),
    ("no", "påmeldt|abonner"),
    ("fi", "tilannut|tilaajana"),
    ("pl", "zapisałeś|zapisała|subskry"),
    ("cs", "přihlásili|odebíráte|odběr"),
    ("hu", "feliratkoz"),
    ("ro", "abonat"),
    ("el", "εγγραφεί|εγγραφή σας"),
    ("tr", "abone ol|aboneliğ"),
    ("ru", "вы подписаны|подписались|подписк"),
    ("uk", "ви підписан|підписалися|підписк"),
    ("ar", "اشترك"),
    ("he", "נרשמת|מנוי"),
    ("id", "berlangganan"),
    ("vi", "đăng ký"),
    ("th", "สมัครรับ|ลงทะเบียน"),
    ("ja", "ご登録|購読"),
    ("zh", "订阅|訂閱"),
    ("ko", "구독"),
    ("tl", "nag-subscribe"),
]);

/// How newsletters say that a connection was enough.
pub(in super::super) static BY_CONNECTION: Phrases = Phrases::new(&[
    (
        "en",
        "we are connected|we're connected|we connected|connected on linkedin",
    ),
    (
        "en",
        "connection on linkedin|accepted my|accepting my|linkedin connection",
    ),
    ("de", "wir vernetzt|auf linkedin vernetzt|auf xing"),
    ("fr", "connectés sur"),
    ("es", "conectados|somos contacto"),
    ("pt", "conectados"),
    ("it", "collegati su"),
    ("nl", "verbonden"),
    ("pl", "połączeni"),
]);
