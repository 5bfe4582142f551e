# shellcheck shell=bash disable=SC2034,SC2154 # shared with common.bash
# GNU Mailutils' imap4d: no MOVE, no UIDPLUS, no keywords, and an IDLE that never reports.

export LD_LIBRARY_PATH

install_server() {
    "$here/../need" setpriv:util-linux openssl
    unpack mailutils-imap4d
    LD_LIBRARY_PATH=$(find "$root/usr/lib" -maxdepth 1 -type d -name '*-linux-gnu*' | paste -sd:)
}

configure() {
    imap_port=$(free_port)
    imaps_port=$(free_port)
    mkdir -p "$dir/passwd" "$dir/spool" "$dir/home/Mail"
    mkdir -p "$dir"/home/INBOX/{cur,new,tmp}
    echo "test:$(openssl passwd -1 secret):$(id -u "$user"):$(id -g "$user")::$dir/home:/bin/sh" \
        >"$dir/passwd/example.org"
    cat >"$dir/imap4d.conf" <<X
logging { syslog no; };
auth { authentication "generic"; authorization "virtdomain"; };
virtdomain { passwd-dir $dir/passwd; };
mailbox { mailbox-pattern "maildir://$dir/spool/\${user}"; mailbox-type maildir; };
namespace personal {
  prefix "" { directory "$dir/home/Mail"; delimiter "/"; mailbox-type maildir; };
};
tls { ssl-certificate-file $dir/server.pem; ssl-key-file $dir/server.key; };
tls-file-checks { key-file none; cert-file none; ca-file none; };
tcp-wrappers { enable no; };
mode daemon;
foreground yes;
max-children 50;
pidfile $dir/run/own.pid;
server 127.0.0.1:$imap_port { tls-mode ondemand; };
server 127.0.0.1:$imaps_port { tls-mode connection; };
X
}

launch() {
    in_background "$dir/run/imap4d.pid" "$root/usr/sbin/imap4d" "--config-file=$dir/imap4d.conf"
}

halt() {
    end_process "$dir/run/imap4d.pid"
}

ready_line() {
    echo "imap4d imap=$imap_port imaps=$imaps_port user=test@example.org maildir=$dir/home/INBOX"
}

feed() {
    deliver_maildir "$dir/home/INBOX" "$@"
}

wipe() {
    rm -rf "${dir:?}/home"
}
