#!/bin/sh
# Builds the container image from a distribution. POSIX sh; needs podman or docker, and a JDK 25 or newer
# of this machine's architecture and with glibc, from which it makes the image's Java runtime.
#
#   sh packaging/container/build.sh [--tag NAME] [--base IMAGE] [--dist FILE] [OPTION OF podman build ...]
#
#   --tag NAME     default: localhost/larder:VERSION
#   --base IMAGE   a Debian with glibc; default: what the Containerfile says
#   --dist FILE    default: target/larder-*.tar.gz of the checkout ("mvn package" makes it)
#
#   CONTAINER_TOOL     podman or docker; default: the first of them there is
#   SOURCE_DATE_EPOCH  the time the image says it was made, for builds that can be repeated
set -u

say() { printf 'build.sh: %s\n' "$1" >&2; }
die() {
  say "$1"
  exit 1
}

here=$(CDPATH='' cd -P -- "$(dirname -- "$0")" && pwd) || exit 1
root=${here%/packaging/container}
tag=
base=
dist=
while [ $# -gt 0 ]; do
  case $1 in
    --tag | --base | --dist)
      [ $# -ge 2 ] || die "$1 needs a value."
      case $1 in
        --tag) tag=$2 ;;
        --base) base=$2 ;;
        --dist) dist=$2 ;;
      esac
      shift 2
      ;;
    *) break ;;
  esac
done

tool=${CONTAINER_TOOL:-$(command -v podman || command -v docker)} || die "there is neither podman nor docker: install one."
if [ -z "$dist" ]; then
  for dist in "$root"/target/larder-*.tar.gz; do :; done
fi
[ -f "$dist" ] || die "there is no distribution $dist: 'mvn package' makes it, --dist names one."

# The launcher's own search: from a checkout, or from an unpacked distribution that has this file.
search=$root/scripts/find-jdk.sh
[ -r "$search" ] || search=$root/lib/find-jdk.sh
# shellcheck source=scripts/find-jdk.sh
. "$search"
find_jdk build || die "$jdk_problem"
[ -x "$jdk_home/bin/jlink" ] || die "$jdk_home has no jlink: set JAVA_HOME to a complete JDK."

work=$(mktemp -d "${TMPDIR:-/tmp}/larder-image.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP

mkdir "$work/larder"
tar -xzf "$dist" -C "$work/larder" --strip-components=1 --no-same-owner || die "cannot unpack $dist."
[ -f "$work/larder/lib/find-jdk.sh" ] || die "$dist is no distribution of Larder."
version=$(basename "$dist" .tar.gz)
version=${version#larder-}

# All of the standard edition, so that no library misses a part on some day; the DNS client (upstreams
# by SRV records); what Netty and the signals need; what tells of a runtime that misbehaves.
"$jdk_home/bin/jlink" --add-modules java.se,jdk.naming.dns,jdk.unsupported,jdk.management,jdk.jfr,jdk.zipfs \
  --strip-debug --no-header-files --no-man-pages --output "$work/runtime" >"$work/log" 2>&1 ||
  { cat "$work/log" >&2; die "jlink of $jdk_home failed."; }

cp "$here/Containerfile" "$here/healthy" "$work/"
chmod 755 "$work/healthy"
chmod -R go+rX,go-w "$work/larder" "$work/runtime"
# One old date: the launcher names its cache after a listing, in which "ls" shows dates of the last six
# months otherwise than older ones. The cache would be lost when the image is half a year old.
find "$work/larder" "$work/runtime" "$work/healthy" -exec touch -h -t 202501010000 {} +

created=$(date -u "${SOURCE_DATE_EPOCH:+-d@$SOURCE_DATE_EPOCH}" +%Y-%m-%dT%H:%M:%SZ 2>/dev/null ||
  date -u +%Y-%m-%dT%H:%M:%SZ)
revision=$(git -C "$root" rev-parse HEAD 2>/dev/null || echo unknown)
set -- "$@" --tag "${tag:-localhost/larder:$version}" --build-arg "VERSION=$version" \
  --build-arg "REVISION=$revision" --build-arg "CREATED=$created"
[ -z "$base" ] || set -- "$@" --build-arg "BASE=$base"
case ${tool##*/} in
  # The OCI format has no health check; podman leaves it out unless the image has Docker's.
  podman | buildah) set -- "$@" --format docker ;;
esac
"$tool" build "$@" "$work"
