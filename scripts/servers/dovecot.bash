# shellcheck shell=bash disable=SC2034,SC2154 # shared with common.bash
# Dovecot: everything anteroom can use of a server, unless HIDE takes it away.

# What it says it can do, so that words can be left out.
abilities=(IMAP4rev1 SASL-IR ID ENABLE IDLE LITERAL+ NAMESPACE UIDPLUS UNSELECT CHILDREN
    SPECIAL-USE ESEARCH CONDSTORE QRESYNC LIST-EXTENDED LIST-STATUS MOVE QUOTA)

install_server() {
    # Not in the PATH of an ordinary user.
    [[ -x /usr/sbin/dovecot && -x /usr/lib/dovecot/imap && -x /usr/lib/dovecot/lmtp ]] ||
        "$here/../need" dovecot:dovecot-imapd lmtp:dovecot-lmtpd
    "$here/../need" setpriv:util-linux
}

configure() {
    imap_port=$(free_port)
    imaps_port=$(free_port)
    lmtp_port=$(free_port)
    local version
    version=$(/usr/sbin/dovecot --version)
    case $version in
    2.3.*) configure_2_3 ;;
    2.4.*) configure_2_4 ;;
    *) die 69 "Dovecot $version: only 2.3 and 2.4 are known here" ;;
    esac >"$dir/dovecot.conf"
}

# What both versions understand: no part of it changes its user or its root directory, so that it
# runs without privileges. What the clients of a user say is written down where there is a directory
# wire/USER, which only tests make.
common_settings() {
    cat <<X
protocols = imap lmtp
listen = 127.0.0.1
base_dir = $dir/run
state_dir = $dir/run
instance_name = $(basename "$dir")
log_path = $dir/log
default_internal_user = $user
default_internal_group = $group
default_login_user = $user
default_process_limit = 200
default_client_limit = 1000
mail_uid = $user
mail_gid = $group
first_valid_uid = 1
first_valid_gid = 1
imap_capability = $(visible "${abilities[@]}")
imap_idle_notify_interval = 2 mins
service anvil {
  chroot =
}
service stats {
  chroot =
}
service imap-login {
  chroot =
  process_min_avail = 1
  inet_listener imap {
    port = $imap_port
  }
  inet_listener imaps {
    port = $imaps_port
    ssl = yes
  }
}
service imap-urlauth-login {
  chroot =
}
service lmtp {
  inet_listener lmtp {
    port = $lmtp_port
  }
}
X
}

# The folders there are from the start, in the words of both versions.
folders() {
    cat <<X
namespace inbox {
  inbox = yes
  separator = ${SEPARATOR:-/}
  prefix = ${PREFIX-}
  mailbox Junk {
    special_use = \\Junk
    auto = create
  }
  mailbox Trash {
    special_use = \\Trash
    auto = create
  }
}
X
}

configure_2_3() {
    common_settings
    cat <<X
disable_plaintext_auth = no
ssl = yes
ssl_cert = <$dir/server.pem
ssl_key = <$dir/server.key
mail_location = ${FORMAT:-maildir}:~/store
passdb {
  driver = static
  args = password=${PASSWORD:-secret}
}
userdb {
  driver = static
  args = uid=$user gid=$group home=$dir/mail/%u
}
X
    folders
    cat <<X
mail_plugins = quota
protocol imap {
  rawlog_dir = $dir/wire/%u
  mail_plugins = quota imap_quota
  mail_max_userip_connections = 200
}
plugin {
  quota = count:User quota
  quota_vsizes = yes
  quota_rule = *:storage=${QUOTA:-10G}
}
X
}

configure_2_4() {
    cat <<X
dovecot_config_version = 2.4.0
dovecot_storage_version = 2.4.0
X
    common_settings
    cat <<X
auth_allow_cleartext = yes
ssl = yes
ssl_server_cert_file = $dir/server.pem
ssl_server_key_file = $dir/server.key
mail_home = $dir/mail/%{user}
mail_driver = ${FORMAT:-maildir}
mail_path = ~/store
passdb static {
  password = ${PASSWORD:-secret}
}
userdb static {
  fields {
    uid = $user
    gid = $group
    home = $dir/mail/%{user}
  }
}
X
    folders
    cat <<X
mail_plugins {
  quota = yes
}
protocol imap {
  rawlog_dir = $dir/wire/%{user}
  mail_max_userip_connections = 200
  mail_plugins {
    quota = yes
    imap_quota = yes
  }
}
quota "User quota" {
  driver = count
  storage_size = ${QUOTA:-10G}
}
X
}

launch() {
    "${as_user[@]}" /usr/sbin/dovecot -c "$dir/dovecot.conf" </dev/null >>"$dir/log" 2>&1
}

halt() {
    end_process "$dir/run/master.pid"
}

ready_line() {
    echo "dovecot imap=$imap_port imaps=$imaps_port lmtp=$lmtp_port user=test@example.org recipient=test@example.org"
}

feed() {
    deliver_lmtp test@example.org "$@"
}

wipe() {
    rm -rf "$dir/mail/test@example.org"
}
