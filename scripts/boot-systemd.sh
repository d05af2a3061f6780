#!/bin/sh
# Boots the systemd of a directory, for the tests: mounts what it expects, makes the directory its root
# and becomes it. POSIX sh; as the first process of its own namespaces, all of which end with it:
#
#   unshare --fork --kill-child --pid --mount --uts --ipc --cgroup sh scripts/boot-systemd.sh ROOT PIDFILE
#
# PIDFILE gets the process id of that systemd, as others see it. The network is the caller's.
set -eu
root=$1

# /proc is still that of whoever called: cut's parent there is this shell.
cut -d ' ' -f 4 /proc/self/stat >"$2"
mount --make-rprivate /
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount -t sysfs -o ro sysfs "$root/sys"
mount -t tmpfs -o mode=755 tmpfs "$root/run"

mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for device in null zero full random urandom tty; do
  touch "$root/dev/$device"
  mount --bind "/dev/$device" "$root/dev/$device"
done
mkdir "$root/dev/shm" "$root/dev/pts"
mount -t tmpfs tmpfs "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"

# systemd takes one hierarchy of control groups for itself: the second version, or where this machine has
# both, the one of the first that is named after it.
if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
  mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
else
  mount -t tmpfs -o mode=755 tmpfs "$root/sys/fs/cgroup"
  mkdir "$root/sys/fs/cgroup/systemd"
  mount -t cgroup -o none,name=systemd cgroup "$root/sys/fs/cgroup/systemd"
fi

cd "$root"
mkdir -p mnt
pivot_root . mnt
umount -l /mnt
exec env -i container=lxc PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --log-target=journal \
  --show-status=0 --unit=multi-user.target
