#!/bin/sh
# Own repositories: Larder against repo-add and pkg repo, on the same packages. What is measured and
# what it means stands in bench/README.md.
#
#   sh bench/repository.sh          ROUNDS=5 SIZES="2000 15000" PKG=pkg
set -u
. "$(dirname "$0")/lib.sh"
need repo-add curl bsdtar
sizes=${SIZES:-2000 15000}
rounds=${ROUNDS:-5}
pkg=${PKG:-pkg}
abi=FreeBSD:14:amd64

"$root/larder" version >/dev/null || exit 1 # builds it if it has to
. "$root/scripts/find-jdk.sh"
find_jdk run || { echo "bench: $jdk_problem" >&2; exit 1; }

make() { # make FORMAT DIRECTORY FIRST COUNT FILES
  "$jdk_home/bin/java" --enable-native-access=ALL-UNNAMED -cp "$root/target/run/lib/*" \
    "$root/bench/Packages.java" "$@"
}

larder_conf "[mirror.unused]
format = \"pacman\"
upstream = \"http://127.0.0.1:$upstream_port\""
start_larder
await "http://127.0.0.1:$larder_port/"
token=$(cat "$work/data/cli.token")
api=http://127.0.0.1:$console_port/api/v1/repositories

ask() { # ask METHOD PATH [curl option ...]
  method=$1
  path=$2
  shift 2
  curl -sSf -X "$method" -H "Authorization: Bearer $token" "$@" "$api$path"
}

now() { date +%s%N; }

# since BEGIN FILE: writes down how many milliseconds have passed, but for the first round, in which
# everybody warms up.
since() {
  [ "$i" -eq 0 ] || echo $((($(now) - $1) / 1000000)) >>"$2"
}

# create NAME FORMAT [MORE]: an empty repository. No two generations are made within a second, so
# what comes next would have to wait for that; it is not what is measured.
create() {
  ask POST "" -d "{\"name\":\"$1\",\"format\":\"$2\"${3:-}}" -o /dev/null
  sleep 1.2
}

# list REPOSITORY DIRECTORY: what curl is to send, with BATCH for what is not known yet. Not timed.
list() {
  for file in "$2"/*.pkg*; do
    printf 'upload-file = "%s"\nurl = "%s/%s/batches/BATCH/files/%s"\noutput = "/dev/null"\n' \
      "$file" "$api" "$1" "${file##*/}"
  done >"$work/urls"
}

# add_all REPOSITORY: what was listed, in one batch.
add_all() {
  batch=$(ask POST "/$1/batches" | sed 's/.*"id":"\([^"]*\)".*/\1/')
  sed "s/BATCH/$batch/" "$work/urls" >"$work/urls.now"
  curl -sSf --no-progress-meter -Z --parallel-max 8 -H "Authorization: Bearer $token" \
    -K "$work/urls.now" || exit 1
}

commit() { # commit REPOSITORY: the batch of add_all
  ask POST "/$1/batches/$batch/commit" -o /dev/null || exit 1
}

say() { # say WHAT RIVAL LARDER: the ratio of the medians of two files
  printf '%-58s %s\n' "$1" "$(ratio "$(median "$2")" "$(median "$3")")"
}

# --- the first index of 500 ---------------------------------------------------------------------

make pacman "$work/500" 0 500 60
i=0
while [ "$i" -le "$rounds" ]; do
  if [ "$i" -le 2 ]; then # it takes long and always the same
    rm -rf "$work/theirs" && mkdir "$work/theirs"
    start=$(now)
    repo-add -q "$work/theirs/r.db.tar.gz" "$work"/500/*.zst >/dev/null
    since "$start" "$work/first.repo-add"
  fi
  create "curl$i" pacman
  list "curl$i" "$work/500"
  start=$(now)
  add_all "curl$i"
  middle=$(now)
  commit "curl$i"
  since "$middle" "$work/first.index"
  since "$start" "$work/first.curl"
  create "command$i" pacman
  start=$(now)
  "$root/larder" repo add "command$i" "$work"/500/*.zst --config "$work/larder.toml" \
    >/dev/null 2>&1 || exit 1
  since "$start" "$work/first.command"
  i=$((i + 1))
done
say "first index of 500 over the API: repo-add / larder" "$work/first.repo-add" "$work/first.curl"
say "first index of 500 that were read before: repo-add / larder" "$work/first.repo-add" \
  "$work/first.index"
say "first index of 500 by larder repo add: repo-add / larder" "$work/first.repo-add" \
  "$work/first.command"

# --- one more -----------------------------------------------------------------------------------

# more NAME SIZE FILES: one package more into a repository of SIZE with FILES files a package, by
# Larder; writes $work/NAME.larder.
more() {
  make pacman "$work/$1.packages" 0 "$2" "$3"
  make pacman "$work/$1.more" 100000 $((rounds + 1)) "$3"
  create "$1" pacman
  list "$1" "$work/$1.packages"
  add_all "$1"
  commit "$1"
  i=0
  while [ "$i" -le "$rounds" ]; do
    file=$work/$1.more/bench-package-$((100000 + i))-1.0-1-any.pkg.tar.zst
    sleep 1.2
    start=$(now)
    ask PUT "/$1/packages/${file##*/}" -T "$file" -o /dev/null || exit 1
    since "$start" "$work/$1.larder"
    i=$((i + 1))
  done
  rm -rf "$work/$1.packages"
}

# theirs NAME: the same by repo-add, with the databases that Larder has by then, but for what is
# added; writes $work/NAME.repo-add.
theirs() {
  mkdir "$work/theirs.$1"
  for index in db files; do
    curl -sSfL -o "$work/theirs.$1/r.$index.tar.gz" \
      "http://127.0.0.1:$larder_port/repo/$1/x86_64/$1.$index"
  done
  i=0
  while [ "$i" -le 2 ]; do
    file=$work/$1.more/bench-package-$((100000 + i))-1.0-1-any.pkg.tar.zst
    start=$(now)
    repo-add -q "$work/theirs.$1/r.db.tar.gz" "$file" >/dev/null 2>&1
    since "$start" "$work/$1.repo-add"
    i=$((i + 1))
  done
}

for size in $sizes; do
  more "lists$size" "$size" 60
  theirs "lists$size"
  say "one into $size: repo-add / larder" "$work/lists$size.repo-add" "$work/lists$size.larder"
  more "bare$size" "$size" 0
done
set -- $sizes
if [ $# -eq 2 ]; then
  say "larder, one into $2 / one into $1, db alone" "$work/bare$2.larder" "$work/bare$1.larder"
  say "larder, one into $2 / one into $1, db and files" "$work/lists$2.larder" \
    "$work/lists$1.larder"
fi

# --- FreeBSD ------------------------------------------------------------------------------------

if ! command -v "$pkg" >/dev/null 2>&1; then
  echo "bench: NO pkg ON THIS MACHINE: the comparison with pkg repo is LEFT OUT; PKG=/path/to/pkg names one" >&2
  exit 0
fi
make freebsd-pkg "$work/catalogue/All" 0 2000 60
make freebsd-pkg "$work/freebsd.more" 100000 $((rounds + 1)) 60

pkg_repo() {
  "$pkg" -C /dev/null -o ABI=$abi -o OSVERSION=1400097 -o PKG_DBDIR="$work/pkgdb" -o IGNORE_OSVERSION=yes \
    repo -q "$work/catalogue" >"$work/pkg.log" 2>&1 || { cat "$work/pkg.log" >&2; exit 1; }
}

i=0
while [ "$i" -le "$rounds" ]; do
  start=$(now)
  pkg_repo
  since "$start" "$work/pkg.theirs"
  create "ports$i" freebsd-pkg ",\"directories\":[\"$abi\"]"
  list "ports$i" "$work/catalogue/All"
  start=$(now)
  add_all "ports$i"
  middle=$(now)
  commit "ports$i"
  since "$middle" "$work/pkg.catalogue"
  since "$start" "$work/pkg.all"
  file=$work/freebsd.more/bench-package-$((100000 + i))-1.0.pkg
  sleep 1.2
  start=$(now)
  ask PUT "/ports$i/packages/${file##*/}" -T "$file" -o /dev/null || exit 1
  since "$start" "$work/pkg.more"
  i=$((i + 1))
done
say "FreeBSD, one into 2000: pkg repo / larder" "$work/pkg.theirs" "$work/pkg.more"
say "FreeBSD, catalogue of 2000 read before: pkg repo / larder" "$work/pkg.theirs" \
  "$work/pkg.catalogue"
say "FreeBSD, 2000 over the API and catalogue: pkg repo / larder" "$work/pkg.theirs" "$work/pkg.all"
