#!/usr/bin/env bash
# Makes sure that there is an nginx for the benches to compare with: the installed one, else the
# distribution's package unpacked into a folder (`bench-nginx.sh FOLDER`). Nothing is installed,
# no service is started.
set -euo pipefail

folder=$1
if [ -x /usr/sbin/nginx ] || [ -x "$folder/usr/sbin/nginx" ]; then
    exit 0
fi
if ! command -v apt-get >/dev/null || ! command -v dpkg-deb >/dev/null; then
    echo "bench-nginx: there is no nginx and no apt-get; install nginx to compare with it." >&2
    exit 0
fi
mkdir -p "$folder"
cd "$folder"
# As root, apt would download as a user of its own, who may not write here.
apt-get -qq -o APT::Sandbox::User=root download nginx
dpkg-deb --extract nginx_*.deb .
