//! The statements of the tables of residents.

/// Account, mailbox, label.
pub(super) const MANAGE: &str = "INSERT INTO folder (account, mailbox, label) VALUES (?1, ?2, ?3)
    ON CONFLICT (account, mailbox) DO UPDATE SET label = excluded.label";

/// Account, mailbox.
pub(super) const FOLDER: &str = "SELECT id, label, uid_validity, first_new, uid_next, messages
    FROM folder WHERE account = ?1 AND mailbox = ?2";

/// UIDVALIDITY, first new UID, folder.
pub(super) const BEGIN_TABLE: &str = "UPDATE folder
    SET uid_validity = ?1, first_new = ?2, uid_next = NULL, messages = NULL WHERE id = ?3";

/// UIDNEXT, messages, account, mailbox.
pub(super) const END_LOOK: &str = "UPDATE folder SET uid_next = ?1, messages = ?2
    WHERE account = ?3 AND mailbox = ?4";

/// Folder, UID, fingerprint, known.
pub(super) const ENTER: &str =
    "INSERT OR REPLACE INTO resident (folder, uid, fingerprint, known) VALUES (?1, ?2, ?3, ?4)";

/// Account, folder, UID.
pub(super) const DEPART_ONE: &str = "INSERT INTO departed (account, fingerprint, filed)
    SELECT ?1, r.fingerprint, f.label IS NOT NULL
    FROM resident r JOIN folder f ON f.id = r.folder WHERE r.folder = ?2 AND r.uid = ?3
    ON CONFLICT (account, fingerprint) DO UPDATE SET filed = max(filed, excluded.filed)";

/// Account, folder.
pub(super) const DEPART_ALL: &str = "INSERT INTO departed (account, fingerprint, filed)
    SELECT ?1, r.fingerprint, f.label IS NOT NULL
    FROM resident r JOIN folder f ON f.id = r.folder WHERE r.folder = ?2
    ON CONFLICT (account, fingerprint) DO UPDATE SET filed = max(filed, excluded.filed)";

/// Folder, UID.
pub(super) const DELETE_ONE: &str = "DELETE FROM resident WHERE folder = ?1 AND uid = ?2";

/// Account, how many are kept.
pub(super) const FORGET_DEPARTED: &str = "DELETE FROM departed WHERE id IN (
    SELECT id FROM departed WHERE account = ?1 ORDER BY id DESC LIMIT -1 OFFSET ?2)";

/// Account, how many are kept.
pub(super) const FORGET_PINS: &str = "DELETE FROM pin WHERE id IN (
    SELECT id FROM pin WHERE account = ?1 ORDER BY id DESC LIMIT -1 OFFSET ?2)";

/// Account, fingerprint: 2 if it was ever in a verdict folder, 1 if it was seen at all, else 0.
pub(super) const PAST: &str = "SELECT max(
    coalesce((SELECT max(1 + (f.label IS NOT NULL)) FROM resident r JOIN folder f ON f.id = r.folder
        WHERE r.fingerprint = ?2 AND f.account = ?1), 0),
    coalesce((SELECT 1 + filed FROM departed WHERE account = ?1 AND fingerprint = ?2), 0),
    EXISTS (SELECT 1 FROM pin WHERE account = ?1 AND fingerprint = ?2))";

/// Account, mailbox, UIDVALIDITY, UID.
pub(super) const IS_KNOWN: &str = "SELECT r.known FROM resident r JOIN folder f ON f.id = r.folder
    WHERE f.account = ?1 AND f.mailbox = ?2 AND f.uid_validity = ?3 AND r.uid = ?4";

/// Account, mailbox, UIDVALIDITY.
pub(super) const NOTE_FOLDER: &str = "INSERT INTO folder (account, mailbox, uid_validity)
    VALUES (?1, ?2, ?3)
    ON CONFLICT (account, mailbox) DO UPDATE SET uid_validity = excluded.uid_validity
    WHERE uid_validity IS NULL";

/// Account, mailbox.
pub(super) const ADD_FOLDER: &str =
    "INSERT OR IGNORE INTO folder (account, mailbox) VALUES (?1, ?2)";

/// Account, fingerprint.
pub(super) const NOTE_DEPARTED: &str = "INSERT INTO departed (account, fingerprint, filed)
    VALUES (?1, ?2, ?3)
    ON CONFLICT (account, fingerprint) DO UPDATE SET filed = max(filed, excluded.filed)";

/// Folder, UID, fingerprint.
pub(super) const NOTE_JUDGED: &str =
    "INSERT OR IGNORE INTO resident (folder, uid, fingerprint, known) VALUES (?1, ?2, ?3, 0)";
