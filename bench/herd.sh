#!/bin/sh
# A herd on one cold file: how long until all clients have all of it, and how often upstream was asked.
# Larder against nginx with proxy_store and with proxy_cache + proxy_cache_lock.
#
#   sh bench/herd.sh          ROUNDS=7 CLIENTS=64 BYTES=52428800
set -u
. "$(dirname "$0")/lib.sh"
clients=${CLIENTS:-64}
bytes=${BYTES:-52428800}

i=0
while [ "$i" -le "$rounds" ]; do
  make_package "cold$i" "$bytes"
  i=$((i + 1))
done
(cd "$work/upstream/core/os/x86_64" && repo-add -q core.db.tar.gz ./*.pkg.tar.zst >/dev/null 2>&1)
start_all

herd() { # herd BASE PACKAGE -> milliseconds, and the requests upstream saw
  path=$(path_of "$2")
  set -- "$1/$path"
  urls=
  n=0
  while [ "$n" -lt "$clients" ]; do
    urls="$urls -o /dev/null $1"
    n=$((n + 1))
  done
  before=$(grep -c "$path" "$work/upstream.log")
  start=$(date +%s%N)
  # shellcheck disable=SC2086
  curl -sf --no-progress-meter -Z --parallel-immediate --parallel-max "$clients" $urls || echo "bench: a client failed" >&2
  end=$(date +%s%N)
  sleep 0.2
  after=$(grep -c "$path" "$work/upstream.log")
  echo "$(((end - start) / 1000000)) $((after - before))"
}

: >"$work/store.t"
: >"$work/cache.t"
: >"$work/larder.t"
i=0
while [ "$i" -le "$rounds" ]; do
  store=$(herd "http://127.0.0.1:$store_port" "cold$i")
  cache=$(herd "http://127.0.0.1:$cache_port" "cold$i")
  larder=$(herd "http://127.0.0.1:$larder_port/arch" "cold$i")
  if [ "$i" -gt 0 ]; then # the first round warms all three
    echo "$store" >>"$work/store.t"
    echo "$cache" >>"$work/cache.t"
    echo "$larder" >>"$work/larder.t"
  fi
  i=$((i + 1))
done

report() { # report LABEL FILE
  cut -d' ' -f1 "$work/$2.t" >"$work/t"
  cut -d' ' -f2 "$work/$2.t" >"$work/u"
  printf '%-28s time / larder %s   upstream requests %s\n' "$1" \
    "$(ratio "$(median "$work/t")" "$(median "$work/l")")" "$(median "$work/u")"
}
cut -d' ' -f1 "$work/larder.t" >"$work/l"
echo "$clients clients, one cold file of $bytes bytes, medians of $rounds rounds"
report "larder" larder
report "nginx proxy_store" store
report "nginx proxy_cache + lock" cache
