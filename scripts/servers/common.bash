# shellcheck shell=bash
# What the servers share; sourced by `server`, which sets here, name and dir.
# shellcheck disable=SC2034,SC2154 # the files of the servers set and use what is set here

# Where unpacked packages and certificates are kept from run to run. A short path: the names of
# sockets end at 107 bytes.
cache=${TMPDIR:-/tmp}/anteroom-servers-$UID
name=
dir=
imap_port=
imaps_port=
lmtp_port=

# The servers run as an ordinary user, also if root starts them.
as_user=()
user=$(id -un)
group=$(id -gn)
if ((EUID == 0)); then
    user=nobody
    group=$(id -gn nobody)
    as_user=(setpriv "--reuid=$user" "--regid=$group" --clear-groups)
fi

die() {
    echo "server: $2" >&2
    exit "$1"
}

# Makes the cache, or refuses one that somebody else put there.
open_cache() {
    mkdir -p "$cache"
    chmod 755 "$cache"
    [[ -O $cache && ! -L $cache ]] || die 77 "$cache belongs to somebody else"
}

# unpack PACKAGE... : unpacks these Debian packages, and those of their dependencies that are not
# installed, into the private root of the server. Nothing is installed. The file `.whole` in it names
# them all.
unpack() {
    root=$cache/$name
    open_cache
    exec 9>"$cache/$name.lock"
    flock 9
    is_whole "$@" || unpack_anew "$@"
    exec 9>&-
}

# Whether the private root still holds all that is needed: a dependency may have been installed when
# it was unpacked, and have been removed since.
is_whole() {
    [[ -s $root/.whole ]] || return 1
    [[ /var/lib/dpkg/status -nt $root/.whole ]] || return 0
    local missing
    missing=$(dependencies "$@") || return 1
    [[ -z $(comm -23 <(sort -u <<<"$missing") "$root/.whole") ]] || return 1
    touch "$root/.whole"
}

unpack_anew() {
    type -P apt-get dpkg >/dev/null ||
        die 69 "$name comes from Debian packages, and this is no Debian (apt-get is missing)"
    local new=$root.new
    rm -rf "$root" "$new"
    mkdir -p "$new/deb"
    local missing
    missing=$(dependencies "$@") || {
        refresh_index
        missing=$(dependencies "$@") ||
            die 69 "apt does not know all of: $*; they are named as in Debian 12 and 13"
    }
    # shellcheck disable=SC2086 # one word a package
    (cd "$new/deb" && apt-get download -qq -o APT::Sandbox::User= $missing "$@") >&2 ||
        die 69 "apt-get could not download: $missing $*"
    local package
    for package in "$new"/deb/*.deb; do
        dpkg-deb -x "$package" "$new"
    done
    rm -r "$new/deb"
    printf '%s\n' "$missing" "$@" | sort -u >"$new/.whole"
    mv -T "$new" "$root"
}

# visible ABILITY... : those that HIDE does not take away.
visible() {
    local word shown=()
    for word in "$@"; do
        [[ " ${HIDE-} " == *" $word "* ]] || shown+=("$word")
    done
    echo "${shown[*]}"
}

# Names of what apt would install for these packages, downloaded already or not. A mail server is a
# dependency by name only.
dependencies() {
    apt-get install -s -qq --no-install-recommends "$@" 2>/dev/null |
        sed -nE 's/^Inst ([^ :]+).*/\1/p' | sed '/^exim4/d'
    return "${PIPESTATUS[0]}"
}

refresh_index() {
    if ((EUID == 0)); then
        apt-get update -qq >&2
    else
        sudo apt-get update -qq >&2
    fi || die 69 "the index of packages is old, and 'apt-get update' did not work; is there a network?"
}

# A certificate authority of our own, and a certificate for localhost, made once.
certificates() {
    open_cache
    exec 9>"$cache/ca.lock"
    flock 9
    if [[ -e $cache/ca/server.pem ]]; then
        exec 9>&-
        return
    fi
    "$here/../need" openssl
    local new=$cache/ca.new
    rm -rf "$new" "$cache/ca"
    mkdir -p "$new"
    (
        cd "$new"
        openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 3650 \
            -subj "/CN=Anteroom test authority" -addext basicConstraints=critical,CA:TRUE \
            -addext keyUsage=critical,keyCertSign,cRLSign
        openssl req -newkey rsa:2048 -nodes -keyout server.key -out server.csr -subj /CN=localhost
        openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 3650 \
            -out server.pem -extfile /dev/stdin <<X
subjectAltName = DNS:localhost, IP:127.0.0.1
extendedKeyUsage = serverAuth
basicConstraints = CA:FALSE
keyUsage = digitalSignature, keyEncipherment
X
    ) 2>"$new/log" || die 69 "openssl could not make certificates; see $new/log"
    mv -T "$new" "$cache/ca"
    exec 9>&-
}

prepare_directory() {
    mkdir -p "$dir" "$dir/run" "$dir/mail"
    touch "$dir/log"
    cp "$cache/ca/ca.pem" "$cache/ca/server.pem" "$cache/ca/server.key" "$dir"
    chmod 600 "$dir/server.key"
    chmod 755 "$dir"
    (umask 077 && echo "${PASSWORD:-secret}" >"$dir/password")
}

# Gives the directory to the user the server runs as.
hand_over() {
    ((EUID != 0)) || chown -R "$user:$group" "$dir"
    ((EUID != 0)) || chown root "$dir/password"
}

# A port nobody listens on, below those the system gives to outgoing connections.
free_port() {
    local port
    while :; do
        port=$((10000 + SRANDOM % 22000))
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
    done
    echo "$port"
}

greet() {
    local line
    IFS= read -r -t 5 line <"/dev/tcp/127.0.0.1/$1"
    echo "$line"
}

# Waits until a server greets on this port.
answers() {
    local greeting
    for _ in {1..100}; do
        greeting=$(greet "$1" 2>/dev/null) || true
        [[ $greeting != "* OK"* ]] || return 0
        sleep 0.1
    done
    return 1
}

# in_background PIDFILE COMMAND... : in a session of its own, holding nothing open.
in_background() {
    local pidfile=$1
    shift
    (
        cd /
        setsid "${as_user[@]}" "$@" </dev/null >>"$dir/log" 2>&1 &
        echo $! >"$pidfile"
    )
}

# end_process PIDFILE : TERM, and KILL if that does not help.
end_process() {
    local pid
    [[ -s $1 ]] || return 0
    pid=$(<"$1")
    kill "$pid" 2>/dev/null || true
    for _ in {1..50}; do
        kill -0 "$pid" 2>/dev/null || break
        sleep 0.1
    done
    kill -KILL "$pid" 2>/dev/null || true
    rm -f "$1"
}

# deliver_lmtp RECIPIENT FILE...
deliver_lmtp() {
    local recipient=$1 file port
    shift
    port=$(sed -n 's/.* lmtp=\([0-9]*\).*/\1/p' "$dir/ports")
    exec 3<>"/dev/tcp/127.0.0.1/$port"
    lmtp_reply 2
    lmtp_say 2 "LHLO localhost"
    for file in "$@"; do
        lmtp_say 2 "MAIL FROM:<sender@example.net>"
        lmtp_say 2 "RCPT TO:<$recipient>"
        lmtp_say 3 "DATA"
        # Lines end in CR LF on the way; a line that starts with a dot gets another.
        awk 1 "$file" | sed -e 's/\r*$/\r/' -e 's/^\./../' >&3
        lmtp_say 2 "."
    done
    printf 'QUIT\r\n' >&3
    exec 3>&-
}

# lmtp_say EXPECTED LINE : says it and reads the whole reply.
lmtp_say() {
    printf '%s\r\n' "$2" >&3
    lmtp_reply "$1"
}

lmtp_reply() {
    local line
    while IFS= read -r -t 30 line <&3; do
        [[ $line == "$1"* ]] || die 70 "$name refused the delivery: $line"
        [[ ${line:3:1} == - ]] || return 0
    done
    die 70 "$name went away during the delivery"
}

# deliver_maildir MAILDIR FILE... : written in tmp, then renamed into new.
deliver_maildir() {
    local maildir=$1 file unique
    shift
    for file in "$@"; do
        unique=$EPOCHREALTIME.$BASHPID.$SRANDOM.localhost
        cp -- "$file" "$maildir/tmp/$unique"
        ((EUID != 0)) || chown "$user:$group" "$maildir/tmp/$unique"
        mv "$maildir/tmp/$unique" "$maildir/new/$unique"
    done
}
