#!/bin/sh
# Own repositories: Larder against repo-add on the same packages. How long until a repository of 500
# packages has its first indexes, and until one package more is in one of 2,000 and one of 15,000, with
# file lists like those of a distribution. Larder's times have all of it: upload over HTTP, writing and
# syncing the packages, both databases, signatures; repo-add's neither copies nor syncs nor signs.
#
#   sh bench/repository.sh          ROUNDS=5 SIZES="2000 15000"
set -u
. "$(dirname "$0")/lib.sh"
need repo-add curl bsdtar
sizes=${SIZES:-2000 15000}
rounds=${ROUNDS:-5}

"$root/larder" version >/dev/null || exit 1 # builds it if it has to
. "$root/scripts/find-jdk.sh"
find_jdk run || { echo "bench: $jdk_problem" >&2; exit 1; }

make() { # make DIRECTORY FIRST COUNT
  "$jdk_home/bin/java" --enable-native-access=ALL-UNNAMED -cp "$root/target/run/lib/*" \
    "$root/bench/Packages.java" "$1" "$2" "$3" 60
}

cat >"$work/larder.toml" <<CONF
data = "$work/data"
[packages]
listen = ["127.0.0.1:$larder_port"]
[console]
listen = ["127.0.0.1:$console_port"]
[mirror.unused]
format = "pacman"
upstream = "http://127.0.0.1:$upstream_port"
CONF
"$root/larder" serve --config "$work/larder.toml" >"$work/larder.log" 2>&1 &
started="$started $!"
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

create() { ask POST "" -d "{\"name\":\"$1\",\"format\":\"pacman\"}" -o /dev/null; }

# add_all REPOSITORY DIRECTORY: everything in one batch.
add_all() {
  batch=$(ask POST "/$1/batches" | sed 's/.*"id":"\([^"]*\)".*/\1/')
  : >"$work/urls"
  for file in "$2"/*.zst; do
    printf 'upload-file = "%s"\nurl = "%s/%s/batches/%s/files/%s"\noutput = "/dev/null"\n' \
      "$file" "$api" "$1" "$batch" "$(basename "$file")" >>"$work/urls"
  done
  curl -sSf --no-progress-meter -Z --parallel-max 8 -H "Authorization: Bearer $token" -K "$work/urls"
  ask POST "/$1/batches/$batch/commit" -o /dev/null
}

# --- the first index of 500 ---------------------------------------------------------------------

make "$work/500" 0 500
: >"$work/first.repo-add"
: >"$work/first.larder"
i=0
while [ "$i" -le "$rounds" ]; do
  rm -rf "$work/theirs" && mkdir "$work/theirs"
  start=$(now)
  [ "$i" -gt 2 ] || repo-add -q "$work/theirs/r.db.tar.gz" "$work"/500/*.zst >/dev/null
  middle=$(now)
  create "first$i"
  sleep 1.2 # no two generations within a second
  begin=$(now)
  add_all "first$i" "$work/500"
  end=$(now)
  if [ "$i" -gt 0 ]; then # the first round warms both
    [ "$i" -gt 2 ] || echo $(((middle - start) / 1000000)) >>"$work/first.repo-add"
    echo $(((end - begin) / 1000000)) >>"$work/first.larder"
  fi
  i=$((i + 1))
done
printf '%-36s repo-add / larder %s\n' "first index of 500" \
  "$(ratio "$(median "$work/first.repo-add")" "$(median "$work/first.larder")")"

# --- one more -----------------------------------------------------------------------------------

for size in $sizes; do
  make "$work/$size" 0 "$size"
  make "$work/$size.more" 100000 $((rounds + 1))
  create "r$size"
  sleep 1.2
  add_all "r$size" "$work/$size"
  mkdir "$work/theirs.$size"
  for index in db files; do
    curl -sSfL -o "$work/theirs.$size/r.$index.tar.gz" \
      "http://127.0.0.1:$larder_port/repo/r$size/x86_64/r$size.$index"
  done
  : >"$work/$size.repo-add"
  : >"$work/$size.larder"
  i=0
  while [ "$i" -le "$rounds" ]; do
    file=$work/$size.more/bench-package-$((100000 + i))-1.0-1-any.pkg.tar.zst
    start=$(now)
    [ "$i" -gt 2 ] || repo-add -q "$work/theirs.$size/r.db.tar.gz" "$file" >/dev/null
    middle=$(now)
    sleep 1.2
    begin=$(now)
    ask PUT "/r$size/packages/$(basename "$file")" -T "$file" -o /dev/null
    end=$(now)
    if [ "$i" -gt 0 ]; then
      [ "$i" -gt 2 ] || echo $(((middle - start) / 1000000)) >>"$work/$size.repo-add"
      echo $(((end - begin) / 1000000)) >>"$work/$size.larder"
    fi
    i=$((i + 1))
  done
  printf '%-36s repo-add / larder %s\n' "one into $size" \
    "$(ratio "$(median "$work/$size.repo-add")" "$(median "$work/$size.larder")")"
done
set -- $sizes
if [ $# -eq 2 ]; then
  printf '%-36s %s\n' "larder, one into $2 / one into $1" \
    "$(ratio "$(median "$work/$2.larder")" "$(median "$work/$1.larder")")"
fi
