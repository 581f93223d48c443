#!/usr/bin/env bash
# debian-root.sh SUITE [OUT.tar]
# Makes a small Debian root (bookworm, trixie, ...) for tests and prints where its tar is.
#
# The root is installed from `main` of the base suite alone and then told about the -updates
# and -security suites as well, so that it has real pending updates. It keeps no package
# lists: run `apt-get update` in it. The mirror is this machine's own, read from /etc/apt;
# the machine's apt settings for a proxy and for the Release file's dates are taken along.
# Suites from trixie on get a deb822 .sources file, older ones a one-line .list.
#
# Without OUT.tar the tar is kept under target/e2e-roots for a week. Two callers at once
# make one tar. Must run as root (the tests that use it must too).
set -euo pipefail

suite=${1:?usage: debian-root.sh SUITE [OUT.tar]}
out=${2:-}
root=$(cd "$(dirname "$0")/.." && pwd)

[ "$(id -u)" = 0 ] || { echo "debian-root: must run as root" >&2; exit 1; }
command -v mmdebstrap >/dev/null || { echo "debian-root: no mmdebstrap. Run: scripts/setup.sh test" >&2; exit 1; }

# One line "URI SUITE SIGNED-BY-FILE" per enabled binary source that has `main`.
configured_sources() {
    local file
    for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
        [ -r "$file" ] || continue
        awk '
            $1 == "deb" {
                line = $0; key = "-"
                if (match(line, /\[[^]]*\]/)) {
                    n = split(substr(line, RSTART + 1, RLENGTH - 2), options, /[ \t]+/)
                    for (i = 1; i <= n; i++) if (sub(/^signed-by=/, "", options[i])) key = options[i]
                    line = substr(line, 1, RSTART - 1) substr(line, RSTART + RLENGTH)
                }
                n = split(line, word, /[ \t]+/)
                for (i = 4; i <= n; i++) if (word[i] == "main") print word[2], word[3], key
            }' "$file"
    done
    for file in /etc/apt/sources.list.d/*.sources; do
        [ -r "$file" ] || continue
        awk -v RS= '
            {
                split("", field); name = ""
                count = split($0, lines, "\n")
                for (i = 1; i <= count; i++) {
                    if (lines[i] ~ /^#/) continue
                    if (lines[i] ~ /^[ \t]/) { field[name] = field[name] " " lines[i]; continue }
                    at = index(lines[i], ":"); name = tolower(substr(lines[i], 1, at - 1))
                    field[name] = substr(lines[i], at + 1)
                }
                if (tolower(field["enabled"]) ~ /no|false|0/) next
                if ((" " field["types"] " ") !~ /[ \t]deb[ \t]/) next
                if ((" " field["components"] " ") !~ /[ \t]main[ \t]/) next
                key = "-"; split(field["signed-by"], keys, /[ \t]+/)
                for (i in keys) if (keys[i] ~ /^\//) key = keys[i]
                uris = split(field["uris"], uri, /[ \t]+/); suites = split(field["suites"], suite, /[ \t]+/)
                for (u = 1; u <= uris; u++) for (s = 1; s <= suites; s++)
                    if (uri[u] != "" && suite[s] != "") print uri[u], suite[s], key
            }' "$file"
    done
}

base_uri= base_key= security_uri= security_key=
while read -r uri name key; do
    case $name in
        *-security | */updates) [ -n "$security_uri" ] || { security_uri=$uri security_key=$key; } ;;
        *-* | */*) ;;
        *) [ -n "$base_uri" ] || { base_uri=$uri base_key=$key; } ;;
    esac
done < <(configured_sources)
[ -n "$base_uri" ] || { echo "debian-root: /etc/apt names no source of a base suite with main" >&2; exit 1; }
[ -n "$security_uri" ] || echo "debian-root: /etc/apt names no security suite; the root may have no pending updates" >&2

archive_key=/usr/share/keyrings/debian-archive-keyring.gpg
for key in base_key security_key; do
    if [ "${!key}" = - ] && [ -r "$archive_key" ]; then printf -v "$key" %s "$archive_key"; fi
done

# The settings of this machine's apt without which its mirror cannot be used.
mapfile -t settings < <(apt-config dump | grep -E \
    '^Acquire::(Check-Valid-Until|Check-Date|[Hh][Tt][Tt][Pp][Ss]?::[Pp]roxy[^ ]*) "[^"]+";$' || true)

if [ -z "$out" ]; then
    settings_hash=$(printf '%s\n' "$base_uri $base_key $security_uri $security_key" "${settings[@]}" |
        cat - "$0" | sha256sum | cut -c1-8)
    cache=${CARGO_TARGET_DIR:-$root/target}/e2e-roots
    out=$cache/$suite-$(dpkg --print-architecture)-$(date -u +%G-W%V)-$settings_hash.tar
    mkdir -p "$cache"
    exec 9>"$cache/$suite.lock"
    flock 9
    if [ -s "$out" ]; then
        echo "$out"
        exit 0
    fi
    rm -f "$cache/$suite"-*.tar
fi

work=$(mktemp -d -t sluice-root.XXXXXX)
trap 'rm -rf "$work"; rm -f "$out.part"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

signed_by() { [ "$1" = - ] || echo "[signed-by=$1] "; }
base_line() { echo "deb $(signed_by "$base_key")$base_uri $1 main"; }

case $suite in
    bullseye | bookworm)
        sources=/etc/apt/sources.list.d/debian.list
        {
            base_line "$suite"
            base_line "$suite-updates"
            [ -z "$security_uri" ] || echo "deb $(signed_by "$security_key")$security_uri $suite-security main"
        } >"$work/sources"
        ;;
    *)
        sources=/etc/apt/sources.list.d/debian.sources
        stanza() { # URI KEY SUITES
            printf 'Types: deb\nURIs: %s\nSuites: %s\nComponents: main\n' "$1" "$3"
            [ "$2" = - ] || echo "Signed-By: $2"
            echo
        }
        {
            stanza "$base_uri" "$base_key" "$suite $suite-updates"
            [ -z "$security_uri" ] || stanza "$security_uri" "$security_key" "$suite-security"
        } >"$work/sources"
        ;;
esac
# Translated descriptions are two fifths of the download, and no test reads them.
printf '%s\n' "${settings[@]}" 'Acquire::Languages "none";' >"$work/settings"
chmod 644 "$work/sources" "$work/settings" # as apt's own unprivileged user reads them

options=()
for setting in "${settings[@]}"; do options+=(--aptopt="$setting"); done
case "$base_uri$security_uri" in *https:*) options+=(--include=ca-certificates) ;; esac

mmdebstrap --quiet --format=tar --variant=apt --mode=root "${options[@]}" \
    --customize-hook='rm -f "$1/etc/apt/sources.list" "$1"/etc/apt/apt.conf.d/99mmdebstrap' \
    --customize-hook="upload $work/sources $sources" \
    --customize-hook="upload $work/settings /etc/apt/apt.conf.d/90machine" \
    "$suite" - "$(base_line "$suite")" >"$out.part" </dev/null
mv "$out.part" "$out"
echo "$out"
