#!/usr/bin/env bash
# Makes sure that the tools needed to build (`setup.sh build`) or to build and test
# (`setup.sh test`) are on this machine. Installs what is missing with apt, as root or
# through sudo; anywhere else it says what is missing. Does nothing when all is there.
set -euo pipefail

goal=${1:-build}
missing_packages=()
missing_words=()

# need COMMAND-OR-TEST PACKAGE WHY
need() {
    local check=$1 package=$2 why=$3
    if ! eval "$check" >/dev/null 2>&1; then
        missing_packages+=("$package")
        missing_words+=("  $package: $why")
    fi
}

has() { command -v "$1"; }
compiles() { echo '#include <stdio.h>' | cc -E -; }
has_postgres() { compgen -G '/usr/lib/postgresql/*/bin/initdb' || compgen -G '/usr/pgsql-*/bin/initdb' || has initdb; }

if ! command -v cargo >/dev/null; then
    echo "setup: cargo is not on the PATH. Install Rust 1.95 or newer (with rustup: rustup toolchain install stable)." >&2
    exit 1
fi

need compiles build-essential "a C compiler and the C library's headers, for SQLite and the cryptography"
need 'test -s /etc/ssl/certs/ca-certificates.crt || test -s /etc/pki/tls/certs/ca-bundle.crt' ca-certificates \
    "trust for https package sources and for fetching crates"

if [ "$goal" = test ]; then
    need has_postgres postgresql "the second database of the store's tests"
    need 'has chromium || has chromium-browser || has google-chrome' chromium "the console's browser tests"
    need 'has chromedriver' chromium-driver "the console's browser tests"
    need 'has mmdebstrap' mmdebstrap "Debian roots for the tests with real devices"
    need 'has ip' iproute2 "network namespaces for the tests with real devices"
    need 'has apt-ftparchive' apt-utils "self-made package repositories in tests"
    need 'has gpg && has gpg-agent' "gpg gpg-agent" "signing self-made package repositories in tests"
    need 'has xz' xz-utils "compressed package indices in tests"
    need 'python3 -c "import ensurepip, venv"' python3-venv "an independent SOAP toolkit, for the tests of Windows devices"
    need 'has mono && has mcs && has wsdl' "mono-devel mono-mcs" "a downstream server in .NET's own technology, for the tests of Windows devices"
    need 'has git' git "the architecture tests look at tracked files only"
fi

if [ ${#missing_packages[@]} -gt 0 ]; then
    if [ "$(id -u)" = 0 ]; then
        as_root=()
    elif command -v sudo >/dev/null && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then
        as_root=(sudo)
    else
        as_root=(none)
    fi
    if ! command -v apt-get >/dev/null || [ "${as_root[*]}" = none ]; then
        {
            echo "setup: these are missing (Debian's package names):"
            printf '%s\n' "${missing_words[@]}"
            if command -v apt-get >/dev/null; then
                echo "setup: install them: apt-get install --no-install-recommends ${missing_packages[*]}"
            else
                echo "setup: this machine has no apt-get: install what matches them with its own package manager."
            fi
        } >&2
        exit 1
    fi
    echo "setup: installing ${missing_packages[*]}"
    # A test machine needs PostgreSQL's programs, not a cluster of its own that starts at boot.
    drop_in=/etc/postgresql-common/createcluster.d/sluice-no-cluster.conf
    if [[ " ${missing_packages[*]} " == *" postgresql "* ]]; then
        "${as_root[@]}" mkdir -p "${drop_in%/*}"
        echo 'create_main_cluster = false' | "${as_root[@]}" tee "$drop_in" >/dev/null
        trap '"${as_root[@]}" rm -f "$drop_in"' EXIT
    fi
    "${as_root[@]}" apt-get -qq update
    # shellcheck disable=SC2068 # an entry may name two packages
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends \
        -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 install ${missing_packages[@]} </dev/null
fi

if [ "$goal" = test ]; then
    for component in fmt clippy; do
        if ! cargo "$component" --version >/dev/null 2>&1; then
            name=${component/fmt/rustfmt}
            command -v rustup >/dev/null && rustup component add "$name" </dev/null || {
                echo "setup: cargo $component is missing. Install Rust's $name component." >&2
                exit 1
            }
        fi
    done
fi
