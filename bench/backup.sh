#!/bin/sh
# Backup and restore of repositories of our own that have very many packages: the most memory each
# takes, against the goal of 128 MiB, and how that grows with the number of packages; the time each
# takes, against tar with zstd on the same files. What was restored is served again, and has to be the
# same.
#
#   sh bench/backup.sh          ROUNDS=5 SIZES="5000 50000"
set -u
. "$(dirname "$0")/lib.sh"
sizes=${SIZES:-5000 50000}
rounds=${ROUNDS:-5}
goal=$((128 * 1024))
need curl tar zstd time

"$root/larder" version >/dev/null || exit 1 # builds it if it has to
. "$root/scripts/find-jdk.sh"
find_jdk run || { echo "bench: $jdk_problem" >&2; exit 1; }

# serve DATA: a server of that data directory; its pid is in $larder.
serve() {
  cat >"$work/larder.toml" <<CONF
data = "$1"
[packages]
listen = ["127.0.0.1:$larder_port"]
[console]
listen = ["127.0.0.1:$console_port"]
[mirror.unused]
format = "pacman"
upstream = "http://127.0.0.1:$upstream_port"
CONF
  "$root/larder" serve --config "$work/larder.toml" >>"$work/larder.log" 2>&1 &
  larder=$!
  started="$started $larder"
  await "http://127.0.0.1:$larder_port/"
}

stop() {
  kill "$larder"
  wait "$larder" 2>/dev/null
}

ask() { # ask METHOD PATH [curl option ...]
  method=$1
  path=$2
  shift 2
  curl -sSf -X "$method" -H "Authorization: Bearer $(cat "$data/cli.token")" "$@" \
    "http://127.0.0.1:$console_port/api/v1/repositories$path"
}

# add FIRST COUNT: so many packages into the repository `many`, as one batch.
add() {
  "$jdk_home/bin/java" --enable-native-access=ALL-UNNAMED -cp "$root/target/run/lib/*" \
    "$root/bench/Packages.java" pacman "$work/packages" "$1" "$2" 6
  batch=$(ask POST /many/batches | sed 's/.*"id":"\([^"]*\)".*/\1/')
  for file in "$work"/packages/*.pkg*; do
    printf 'upload-file = "%s"\nurl = "%s/%s"\noutput = "/dev/null"\n' "$file" \
      "http://127.0.0.1:$console_port/api/v1/repositories/many/batches/$batch/files" "${file##*/}"
  done >"$work/urls"
  curl -sSf --no-progress-meter -Z --parallel-max 8 -K "$work/urls" \
    -H "Authorization: Bearer $(cat "$data/cli.token")" || exit 1
  ask POST "/many/batches/$batch/commit" -o /dev/null || exit 1
  rm -rf "$work/packages"
}

# indexes: the checksums of what clients read first.
indexes() {
  for index in many.db many.db.sig many.files many.files.sig; do
    curl -sSfL "http://127.0.0.1:$larder_port/repo/many/x86_64/$index" | sha256sum
  done
}

# timed NAME COMMAND ...: runs it; its peak goes to $work/NAME.peak in KiB and its time, but for the first
# round, to $work/NAME.times.
timed() {
  name=$1
  shift
  env time -f '%M %e' -o "$work/time" "$@" >"$work/out" 2>&1 || { cat "$work/out" >&2; exit 1; }
  read -r peak seconds <"$work/time"
  echo "$peak" >>"$work/$name.peak"
  [ "$i" -eq 0 ] || echo "$seconds" >>"$work/$name.times"
}

highest() { sort -n "$1" | tail -n 1; }

for size in $sizes; do
  data=$work/data.$size
  serve "$data"
  ask POST "" -d '{"name":"many","format":"pacman"}' -o /dev/null
  sleep 1.2 # no two generations are made within a second
  n=0
  while [ "$n" -lt "$size" ]; do
    step=$((size / 5))
    add "$n" "$step"
    n=$((n + step))
  done
  indexes >"$work/before"
  stop
  i=0
  while [ "$i" -le "$rounds" ]; do
    timed "backup.$size" "$root/larder" backup --config "$work/larder.toml" "$work/backup"
    timed "tar.$size" tar --zstd -cf "$work/tar" -C "$data" tree state keys
    rm -rf "$work/restored" "$work/untarred"
    timed "restore.$size" "$root/larder" restore --data "$work/restored" "$work/backup"
    mkdir "$work/untarred"
    timed "untar.$size" tar --zstd -xf "$work/tar" -C "$work/untarred"
    i=$((i + 1))
  done
  data=$work/restored
  serve "$data"
  indexes | cmp - "$work/before" || { echo "bench: what was restored is served otherwise" >&2; exit 1; }
  "$root/larder" repo verify many --config "$work/larder.toml" >"$work/out" 2>&1 ||
    { cat "$work/out" >&2; exit 1; }
  stop
  echo "$size packages, $(find "$work/restored/tree" "$work/restored/state" -type f | wc -l) files"
  for what in backup restore; do
    printf '  %-32s peak / goal %s\n' "$what" "$(ratio "$(highest "$work/$what.$size.peak")" "$goal")"
  done
  printf '  %-32s larder / tar %s\n' "backup, time" \
    "$(ratio "$(median "$work/backup.$size.times")" "$(median "$work/tar.$size.times")")"
  printf '  %-32s larder / tar %s\n' "restore, time" \
    "$(ratio "$(median "$work/restore.$size.times")" "$(median "$work/untar.$size.times")")"
  printf '  %-32s larder / tar %s\n' "backup, size" \
    "$(ratio "$(stat -c %s "$work/backup")" "$(stat -c %s "$work/tar")")"
done
