#!/bin/sh
# first-process.sh NAME BASE WORK PROGRAM: the first process of a test device, started in
# namespaces of its own. Lays a writable layer in memory over the root in BASE, says on standard
# output which process it is, and lives until its standard input closes: with the test, however
# that ends. All other processes, mounts and the network of the device go with it.
set -eu
name=$1 base=$2 work=$3 program=$4
read -r process _ </proc/self/stat

hostname "$name"
mount -t tmpfs -o mode=755,size=400m device "$work"
mkdir "$work/upper" "$work/work" "$work/root"
root=$work/root
mount -t overlay -o "lowerdir=$base,upperdir=$work/upper,workdir=$work/work" device "$root"
mount -t proc proc "$root/proc"
: >"$root/usr/local/bin/sluice"
mount --bind "$program" "$root/usr/local/bin/sluice"

# Only now: whoever enters by that number before the root is changed is in this machine's files.
exec chroot "$root" /bin/sh -c 'echo "$0"; while read -r line; do :; done' "$process"
