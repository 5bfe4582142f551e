# shellcheck shell=bash disable=SC2034,SC2154 # shared with common.bash
# Courier: no MOVE, `INBOX.` before every folder, an IDLE that looks once a minute.
#
# Its programs hold the paths /etc/courier, /run/courier and /usr/lib/courier-authlib. So that an
# instance touches nothing outside of it, each runs copies in which other paths of the same length
# stand in their place: through a link in /tmp to its directory.
# STARTTLS would need the user "courier", and is off.

export LD_LIBRARY_PATH
abilities=(IMAP4rev1 UIDPLUS CHILDREN NAMESPACE THREAD=ORDEREDSUBJECT THREAD=REFERENCES SORT QUOTA
    IDLE)

install_server() {
    "$here/../need" setpriv:util-linux openssl perl
    unpack courier-imap courier-base courier-authlib courier-authdaemon courier-authlib-userdb
}

configure() {
    imap_port=$(free_port)
    imaps_port=$(free_port)
    [[ -e $dir/link ]] || private_programs
    LD_LIBRARY_PATH=$dir/root/usr/lib:$dir/root/usr/lib/courier-authlib
    local library
    for library in "$dir"/root/usr/lib/*-linux-gnu*; do
        LD_LIBRARY_PATH+=:$library
    done
    mkdir -p "$dir/authdaemon" "$dir"/mail/Maildir/{cur,new,tmp}
    cat "$dir/server.pem" "$dir/server.key" >"$dir/imapd.pem"
    chmod 600 "$dir/imapd.pem"
    echo 'authmodulelist="authuserdb"' >"$dir/authdaemonrc"
    echo 'daemons=5' >>"$dir/authdaemonrc"
    user_database
}

# Copies of the programs that look into this instance only.
private_programs() {
    local old=/etc/courier link file
    # The path is patched into programs, so it must be just as long as the one it replaces.
    link=$(mktemp -u /tmp/cXXXXXX)
    ((${#link} == ${#old})) || die 70 "$link is not as long as $old"
    ln -s "$dir" "$link"
    echo "$link" >"$dir/link"
    cp -a "$root" "$dir/root"
    while IFS= read -r file; do
        sed -i -e "s#/etc/courier#$link#g" -e "s#/run/courier#$link#g" \
            -e "s#/usr/lib/courier-authlib#$link/authmodules#g" "$file"
    done < <(grep -rlE '/(etc|run|usr/lib)/courier' "$dir/root/usr/"{bin,lib,sbin})
    ln -s root/usr/lib/courier-authlib "$dir/authmodules"
    sed -i "s#/usr/lib/courier/#$dir/root&#" "$dir/root/usr/sbin/makeuserdb"
}

user_database() {
    local fields
    fields="uid=$(id -u "$user")|gid=$(id -g "$user")|home=$dir/mail|mail=$dir/mail/Maildir"
    fields+="|systempw=$(openssl passwd -1 secret)"
    (umask 077 && printf '%s\t%s\n' test@example.org "$fields" >"$dir/userdb")
    perl "$dir/root/usr/sbin/makeuserdb"
}

# Locks ask a server of file changes, which is not where it is looked for: without it each waits for a
# second in vain.
imapd_environment() {
    printf '%s\n' "PATH=/usr/bin:/bin:/usr/sbin" "LD_LIBRARY_PATH=$LD_LIBRARY_PATH" \
        "IMAP_CAPABILITY=$(visible "${abilities[@]}")" \
        "IMAP_CAPABILITY_TLS=$(visible "${abilities[@]}" AUTH=PLAIN)" \
        IMAP_KEYWORDS=1 IMAP_ACL=1 "IMAP_IDLE_TIMEOUT=${IDLE_SECONDS:-60}" \
        IMAP_ENHANCEDIDLE=0 IMAP_MAILBOX_SANITY_CHECK=1 IMAP_CHECK_ALL_FOLDERS=0 \
        IMAP_OBSOLETE_CLIENT=0 IMAP_UMASK=022 IMAP_USELOCKS=1 IMAP_TRASHFOLDERNAME=Trash \
        "GAMIN_DEBUG_SERVER=$dir/root/usr/libexec/gam_server" \
        IMAP_MOVE_EXPUNGE_TO_TRASH=0 IMAP_TLS_REQUIRED=0 IMAP_STARTTLS=NO \
        "COURIERTLS=$dir/root/usr/bin/couriertls" "TLS_CERTFILE=$dir/imapd.pem" \
        TLS_VERIFYPEER=NONE MAILDIRPATH=Maildir DEBUG_LOGIN=0
}

launch() {
    local programs=$dir/root/usr environment
    mapfile -t environment < <(imapd_environment)
    local listen=("$programs/sbin/couriertcpd" -address=127.0.0.1 -maxprocs=100 -maxperip=100
        -nodnslookup)
    local session=("$programs/lib/courier/courier/imaplogin" "$programs/bin/imapd" Maildir)
    in_background "$dir/run/auth.pid" "$programs/lib/courier/courier-authlib/authdaemond"
    in_background "$dir/run/imap.pid" env -i "${environment[@]}" \
        "${listen[@]}" "$imap_port" "${session[@]}"
    in_background "$dir/run/imaps.pid" env -i "${environment[@]}" IMAP_TLS=1 \
        "${listen[@]}" "$imaps_port" "$programs/bin/couriertls" -server -tcpd "${session[@]}"
}

halt() {
    end_process "$dir/run/imap.pid"
    end_process "$dir/run/imaps.pid"
    end_process "$dir/run/auth.pid"
    [[ ! -e $dir/link ]] || rm -f "$(<"$dir/link")" "$dir/link"
    rm -rf "$dir/root" "$dir/authmodules"
}

ready_line() {
    echo "courier imap=$imap_port imaps=$imaps_port user=test@example.org maildir=$dir/mail/Maildir"
}

feed() {
    deliver_maildir "$dir/mail/Maildir" "$@"
}

wipe() {
    rm -rf "$dir/mail/Maildir"
}
