#!/bin/sh
# Installs what a build of Sheaf needs and this machine lacks, with apt-get.
#
#   sh tests/deps.sh          compiler, libraries, curl
#   sh tests/deps.sh demo     also pip, when neither `pip` nor `python3 -m pip` works
#
# Looks at the things themselves (a header the compiler finds, a command on PATH), so a library from
# /usr/local or another distribution's package counts. Silent, and without root, when nothing is
# missing.
set -u
CC=${CC:-cc}

# header  package
headers='gmp.h              libgmp-dev
mpfr.h                      libmpfr-dev
cjson/cJSON.h               libcjson-dev
xxhash.h                    libxxhash-dev
utf8proc.h                  libutf8proc-dev
zstd.h                      libzstd-dev
sqlite3.h                   libsqlite3-dev
cmocka.h                    libcmocka-dev
openssl/evp.h               libssl-dev
pthread.h                   libc6-dev'

# command  packages
commands='make       make
pkg-config           pkg-config
curl                 curl ca-certificates'

has_command() { command -v "$1" >/dev/null 2>&1; }

# True when the preprocessor finds every header named.
has_headers() {
    for h; do printf '#include <%s>\n' "$h"; done |
        $CC -E -x c - >/dev/null 2>&1
}

# Packages of the rows whose header or command is missing, one list on standard output.
missing_packages() {
    has_command "${CC%% *}" || compiler_package
    # One run of the preprocessor answers for all; only a failure is looked at row by row.
    if ! has_headers $(echo "$headers" | awk '{print $1}'); then
        echo "$headers" | while read -r h package; do has_headers "$h" || echo "$package"; done
    fi
    echo "$commands" | while read -r c packages; do has_command "$c" || echo "$packages"; done
    if [ "${1:-}" = demo ] && ! has_pip; then
        echo python3-pip
    fi
}

# `make CC=clang-14` asks for clang-14, which Debian's package of that name holds.
compiler_package() {
    case $CC in cc | gcc) echo gcc libc6-dev ;; *) echo "${CC%% *}" ;; esac
}

has_pip() {
    has_command pip || python3 -m pip --version >/dev/null 2>&1
}

fail() {
    echo "deps: $*" >&2
    exit 1
}

wanted=$(missing_packages "${1:-}" | tr '\n' ' ' | sed 's/ *$//')
[ -n "$wanted" ] || exit 0

has_command apt-get ||
    fail "missing: $wanted (Debian's names); install them with this system's package manager"
if [ "$(id -u)" -eq 0 ]; then
    root=
elif has_command sudo; then
    root=sudo
else
    fail "missing: $wanted; run as root: apt-get install $wanted"
fi

echo "deps: installing $wanted" >&2
log=$(mktemp) || fail "no room for a temporary file"
trap 'rm -f "$log"' EXIT
apt() {
    $root env DEBIAN_FRONTEND=noninteractive apt-get -qq "$@" >"$log" 2>&1 </dev/null ||
        fail "apt-get $1 failed ($(grep -m 1 '^E:' "$log" || tail -n 1 "$log")); wanted: $wanted"
}
apt update
# shellcheck disable=SC2086  # the list is split on purpose
apt install -y --no-install-recommends $wanted
still=$(missing_packages "${1:-}" | tr '\n' ' ' | sed 's/ *$//')
[ -z "$still" ] || fail "still missing after the installation: $still"
