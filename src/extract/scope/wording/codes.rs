//! One-time codes, sign-ins and password resets.

use super::Phrases;

/// Subjects of one-time codes and password resets.
pub(in super::super) static CODES: Phrases = Phrases::new(&[
    (
        "en",
        "verification code|security code|access code|login code|log-in code|sign-in code",
    ),
    (
        "en",
        "one-time|passcode|otp$|verification pin|your code|code is|magic link|sign in to",
    ),
    (
        "en",
        "new sign-in|new login|reset your password|password reset|reset password",
    ),
    (
        "en",
        "confirm your email|verify your email|confirm your address",
    ),
    (
        "de",
        "bestätigungscode|sicherheitscode|anmeldecode|einmalcode|ihr code|passwort|kennwort",
    ),
    (
        "fr",
        "code de vérification|code de sécurité|code d'accès|code de connexion|votre code",
    ),
    ("fr", "mot de passe|code à usage unique"),
    (
        "es",
        "código de verificación|código de seguridad|código de acceso|tu código|su código",
    ),
    ("es", "contraseña"),
    (
        "pt",
        "código de segurança|código de verificação|código de acesso|seu código|senha|redefinir",
    ),
    (
        "it",
        "codice di verifica|codice di accesso|codice di sicurezza|il tuo codice|la tua password",
    ),
    (
        "nl",
        "verificatiecode|inlogcode|beveiligingscode|uw code|wachtwoord",
    ),
    (
        "sv",
        "engangskod|engångskod|verifieringskod|inloggningskod|lösenord",
    ),
    ("da", "engangskode|bekræftelseskode|adgangskode"),
    ("no", "engangskode|bekreftelseskode|passord"),
    ("fi", "vahvistuskoodi|kertakäyttö|salasana"),
    (
        "pl",
        "kod weryfikacyjny|kod dostępu|kod logowania|twój kod|hasło|hasła",
    ),
    ("cs", "ověřovací kód|přihlašovací kód|jednorázov|hesl"),
    ("hu", "ellenőrző kód|megerősítő kód|belépési kód|jelszó"),
    ("ro", "cod de verificare|codul de verificare|parol"),
    ("el", "κωδικός|κωδικό"),
    (
        "tr",
        "doğrulama kodu|giriş kodu|tek kullanımlık|şifre|parola",
    ),
    (
        "ru",
        "код подтверждения|код для входа|одноразовый|пароль|пароля",
    ),
    ("uk", "код підтвердження|код для входу|пароль|пароля"),
    ("ar", "رمز التحقق|رمز|كلمة المرور"),
    ("he", "קוד אימות|קוד|סיסמה"),
    ("hi", "कोड|ओटीपी|पासवर्ड"),
    ("id", "kode verifikasi|kode otp|kata sandi"),
    ("vi", "mã xác|mã otp|mật khẩu"),
    ("th", "รหัสยืนยัน|รหัสผ่าน|รหัส otp"),
    ("ja", "確認コード|認証コード|ワンタイム|パスワード"),
    ("zh", "验证码|驗證碼|密码|密碼|动态码"),
    ("ko", "인증|비밀번호"),
]);
