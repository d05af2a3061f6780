#!/bin/sh
# Files that are held: requests per second of Larder against nginx serving what proxy_store kept, with
# open_file_cache on and its log off, which is the hardest nginx to beat. Needs wrk.
#
#   sh bench/hits.sh          ROUNDS=7 SECONDS_EACH=2 CONNECTIONS=64
set -u
. "$(dirname "$0")/lib.sh"
need wrk
each=${SECONDS_EACH:-2}
connections=${CONNECTIONS:-64}

for spec in 1K:700 12K:12000 200K:204800 5M:5242880; do
  make_package "p${spec%%:*}" "${spec##*:}"
done
(cd "$work/upstream/core/os/x86_64" && repo-add -q core.db.tar.gz ./*.pkg.tar.zst >/dev/null 2>&1)
start_all

load() { # load URL [HEADER] -> requests per second
  if [ $# -gt 1 ]; then
    wrk -t1 -c"$connections" -d"${each}s" -H "$2" "$1"
  else
    wrk -t1 -c"$connections" -d"${each}s" "$1"
  fi | awk '/Requests\/sec/ { print $2 }'
}

compare() { # compare LABEL NGINX_URL LARDER_URL [HEADER]
  label=$1 nginx_url=$2 larder_url=$3
  shift 3
  curl -sf -o /dev/null "$nginx_url" && curl -sf -o /dev/null "$larder_url" || exit 1
  load "$larder_url" "$@" >/dev/null # the first load also warms the compiler
  load "$larder_url" "$@" >/dev/null
  : >"$work/a"
  : >"$work/b"
  i=0
  while [ "$i" -lt "$rounds" ]; do
    load "$nginx_url" "$@" >>"$work/a"
    load "$larder_url" "$@" >>"$work/b"
    i=$((i + 1))
  done
  printf '%-18s larder / nginx  %s\n' "$label" "$(ratio "$(median "$work/b")" "$(median "$work/a")")"
}

echo "requests per second, $connections connections, medians of $rounds rounds (more is better)"
for size in 1K 12K 200K 5M; do
  compare "$size" "http://127.0.0.1:$store_port/$(path_of p$size)" \
    "http://127.0.0.1:$larder_port/arch/$(path_of p$size)"
done
stamp=$(curl -sI "http://127.0.0.1:$larder_port/arch/$(path_of p12K)" | sed -n 's/^Last-Modified: //p' | tr -d '\r')
compare "12K, 304" "http://127.0.0.1:$upstream_port/$(path_of p12K)" \
  "http://127.0.0.1:$larder_port/arch/$(path_of p12K)" "If-Modified-Since: $stamp"
