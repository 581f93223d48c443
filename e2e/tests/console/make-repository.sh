#!/bin/sh
# make-repository.sh DIRECTORY: a signed package repository of two suites, made by the tools that
# distributions use, and the key to check it with in DIRECTORY/archive.gpg. The suite `anvil` has
# the first version of a package and a package that nobody needs, `anvil-security` the second.
set -eu
cd "$1"
architecture=$(dpkg --print-architecture)
export GNUPGHOME="$PWD/keys"
mkdir -m 700 keys
trap 'gpgconf --kill all' EXIT
gpg --batch --quiet --passphrase '' --quick-gen-key archive ed25519 sign never
gpg --export archive >archive.gpg

package() { # SUITE NAME VERSION
    tree=build/$2-$3
    mkdir -p "$tree/DEBIAN" "$tree/usr/share/$2" "pool/$1"
    echo "$2 $3" >"$tree/usr/share/$2/version"
    cat >"$tree/DEBIAN/control" <<END
Package: $2
Version: $3
Architecture: all
Maintainer: Nobody <nobody@example.org>
Description: says something
END
    dpkg-deb --root-owner-group --build "$tree" "pool/$1" >build/log
}

publish() { # SUITE LABEL
    index=dists/$1/main/binary-$architecture
    mkdir -p "$index"
    apt-ftparchive packages "pool/$1" >"$index/Packages"
    xz --keep "$index/Packages"
    set -- "$1" -o "APT::FTPArchive::Release::Suite=$1" -o "APT::FTPArchive::Release::Codename=$1" \
        -o "APT::FTPArchive::Release::Label=$2" -o APT::FTPArchive::Release::Origin=Foundry \
        -o APT::FTPArchive::Release::Version=1 -o APT::FTPArchive::Release::Components=main \
        -o "APT::FTPArchive::Release::Architectures=$architecture"
    suite=$1
    shift
    apt-ftparchive "$@" release "dists/$suite" >build/Release
    gpg --batch --quiet --clearsign --output "dists/$suite/InRelease" build/Release
}

package anvil greeting 1.0
package anvil parting 1.0
package anvil-security greeting 1.1
publish anvil Foundry
publish anvil-security Foundry-Security
