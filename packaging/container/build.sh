#!/bin/sh
# Builds the container image from a distribution. POSIX sh; needs podman or docker.
#
#   sh packaging/container/build.sh [--tag NAME] [--base IMAGE] [--dist FILE] [OPTION OF podman build ...]
#
#   --tag NAME     default: localhost/larder:VERSION
#   --base IMAGE   a Debian with glibc; default: what the Containerfile says
#   --dist FILE    a distribution. One with a Java runtime for Linux is taken as it is; another, as
#                  "mvn package" makes it, scripts/package gives a runtime, for which it needs a JDK 25
#                  or newer of this machine. Default: target/larder-*.tar.gz of the checkout, or what
#                  scripts/package has made of it
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
  for packed in "$root"/target/packages/larder-*-linux-"$(uname -m)".tar.gz; do
    [ -z "$(find "$packed" -newer "$dist" 2>/dev/null)" ] || dist=$packed
  done
fi
case $dist in
  /*) ;;
  *) dist=$(pwd)/$dist ;;
esac
[ -f "$dist" ] || die "there is no distribution $dist: 'mvn package' makes it, --dist names one."

work=$(mktemp -d "${TMPDIR:-/tmp}/larder-image.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP

mkdir "$work/larder"
unpack() {
  tar -xzf "$1" -C "$work/larder" --strip-components=1 --no-same-owner || die "cannot unpack $1."
}
unpack "$dist"
if [ ! -d "$work/larder/runtime" ]; then
  [ -f "$root/scripts/package" ] ||
    die "$dist has no Java runtime, and this is no checkout that could make one: name a distribution that has one with --dist."
  sh "$root/scripts/package" --dist "$dist" --output "$work/packed" tarball >&2 || exit 1
  for packed in "$work"/packed/larder-*.tar.gz; do
    unpack "$packed"
  done
  rm -rf "$work/packed"
fi
version=
for jar in "$work/larder/lib/larder-"*.jar; do
  version=${jar##*/larder-}
  version=${version%.jar}
done
[ -f "$work/larder/lib/larder-$version.jar" ] || die "$dist is no distribution of Larder."
# A layer of its own, which is the same for each build with the same JDK.
mv "$work/larder/runtime" "$work/runtime"

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
