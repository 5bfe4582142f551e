# shellcheck shell=bash disable=SC2034,SC2154 # shared with common.bash
# Cyrus: strict about what it is given, `INBOX.` before every folder, immediate expunging.

export LD_LIBRARY_PATH

install_server() {
    "$here/../need" setpriv:util-linux
    unpack cyrus-common cyrus-imapd sasl2-bin libsasl2-modules
    LD_LIBRARY_PATH=$(find "$root/usr/lib" -maxdepth 1 -type d -name '*-linux-gnu*' | paste -sd:)
}

configure() {
    imap_port=$(free_port)
    imaps_port=$(free_port)
    lmtp_port=$(free_port)
    mkdir -p "$dir"/conf/{db,socket,log,msg,proc,user,quota,sieve} "$dir"/run/{proc,lock} \
        "$dir"/{spool,sock}
    cyrus_settings >"$dir/imapd.conf"
    cyrus_services >"$dir/cyrus.conf"
    echo secret | "$root/usr/sbin/saslpasswd2" -f "$dir/sasldb2" -c -p -u "$(hostname)" test
}

cyrus_settings() {
    cat <<X
configdirectory: $dir/conf
proc_path: $dir/run/proc
mboxname_lockpath: $dir/run/lock
defaultpartition: default
partition-default: $dir/spool
cyrus_user: $user
cyrus_group: $group
admins: nobody-at-all
altnamespace: no
unixhierarchysep: no
virtdomains: off
allowplaintext: yes
autocreate_quota: 0
autocreate_post: yes
autocreate_users: anyone
autocreate_inbox_folders: Junk | Trash
autocreate_subscribe_folders: Junk | Trash
xlist-Junk: Junk
xlist-Trash: Trash
specialusealways: yes
sasl_pwcheck_method: auxprop
sasl_auxprop_plugin: sasldb
sasl_sasldb_path: $dir/sasldb2
sasl_mech_list: PLAIN LOGIN
tls_server_cert: $dir/server.pem
tls_server_key: $dir/server.key
idlesocket: $dir/sock/idle
lmtpsocket: $dir/sock/lmtp
notifysocket: $dir/sock/notify
sievedir: $dir/sieve
duplicatesuppression: no
conversations: no
delete_mode: immediate
expunge_mode: immediate
X
}

cyrus_services() {
    local programs=$root/usr/lib/cyrus/bin conf=$dir/imapd.conf
    cat <<X
START {
  recover cmd="$programs/ctl_cyrusdb -C $conf -r"
}
DAEMON {
  idled cmd="$programs/idled -C $conf -d"
}
SERVICES {
  imap cmd="$programs/imapd -C $conf -U 30" listen="127.0.0.1:$imap_port" prefork=1 maxchild=100
  imaps cmd="$programs/imapd -C $conf -s -U 30" listen="127.0.0.1:$imaps_port" prefork=0 maxchild=100
  lmtp cmd="$programs/lmtpd -C $conf -a" listen="127.0.0.1:$lmtp_port" prefork=0 maxchild=20
}
EVENTS {
  checkpoint cmd="$programs/ctl_cyrusdb -C $conf -c" period=30
}
X
}

launch() {
    in_background "$dir/run/cyrus.pid" "$root/usr/sbin/cyrmaster" -D -C "$dir/imapd.conf" -M "$dir/cyrus.conf" \
        -p "$dir/run/own.pid"
}

halt() {
    end_process "$dir/run/cyrus.pid"
}

ready_line() {
    echo "cyrus imap=$imap_port imaps=$imaps_port lmtp=$lmtp_port user=test recipient=test"
}

feed() {
    deliver_lmtp test "$@"
}

wipe() {
    rm -rf "$dir/conf" "$dir/spool"
}
