#!/bin/sh
# Prints the path of a tar archive of a minimal Debian system of this machine's architecture, made by
# debootstrap and kept for the tests that need one. POSIX sh; needs root the first time.
#
#   sh scripts/minbase.sh [SUITE]       default: the suite this machine runs, else "bookworm"
#
# It comes from the mirror apt uses on this machine and is made anew after 30 days. Two that make it at
# the same time disturb nobody: the archive gets its name when it is complete.
set -u

say() { printf 'minbase: %s\n' "$1" >&2; }
die() {
  say "$1"
  exit 1
}

# shellcheck source=/dev/null
suite=${1:-$(. /etc/os-release 2>/dev/null && [ "${ID:-}" = debian ] && printf '%s' "${VERSION_CODENAME:-}")}
suite=${suite:-bookworm}
arch=$(dpkg --print-architecture) || die "only on Debian and its relatives."
cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/larder-test
archive=$cache/minbase-$suite-$arch.tar

if [ -s "$archive" ] && [ -z "$(find "$archive" -mtime +30)" ]; then
  printf '%s\n' "$archive"
  exit 0
fi
[ "$(id -u)" = 0 ] || die "only root can make $archive."
PATH=$PATH:/usr/sbin:/sbin
command -v debootstrap >/dev/null || die "there is no debootstrap: install it."

# The mirror of the suite itself; what has updates or security only is no complete system.
# shellcheck disable=SC2016 # apt-get's own names
mirror=$(apt-get indextargets --format '$(SITE) $(RELEASE) $(COMPONENT)' 2>/dev/null |
  awk -v suite="$suite" '$2 == suite && $3 == "main" { print $1; exit }')
mirror=${mirror:-http://deb.debian.org/debian}
eval "$(apt-config shell proxy Acquire::http::Proxy)"
[ -z "${proxy:-}" ] || export http_proxy="$proxy"

mkdir -p "$cache" || die "cannot write to $cache."
work=$(mktemp -d "$cache/minbase.XXXXXX") || die "cannot write to $cache."
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP
debootstrap --variant=minbase --arch="$arch" "$suite" "$work/system" "$mirror" >"$work/log" 2>&1 </dev/null ||
  { tail -n 20 "$work/log" >&2; die "debootstrap of $suite from $mirror failed."; }
rm -rf "$work/system/var/cache/apt/archives/"*.deb "$work/system/var/lib/apt/lists/"*
tar -C "$work/system" --numeric-owner --one-file-system -cf "$work/tar" . || die "cannot write to $cache."
mv -f "$work/tar" "$archive" || die "cannot write $archive."
printf '%s\n' "$archive"
