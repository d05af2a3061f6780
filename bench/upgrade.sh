#!/bin/sh
# The shape of a freebsd-update upgrade: hundreds of small files and of patches that do not exist,
# all asked for at once on one connection, as phttpget does, while upstream is some way off. How long
# it takes from nothing, and how long for the second machine. Larder against nginx with proxy_store
# and with proxy_cache.
#
#   sh bench/upgrade.sh       ROUNDS=5 FILES=400 ABSENT=200 AWAY=20 (milliseconds)
set -u
ROUNDS=${ROUNDS:-5}
. "$(dirname "$0")/lib.sh"
files=${FILES:-400}
absent=${ABSENT:-200}
away=${AWAY:-20}
# shellcheck source=../scripts/find-jdk.sh
. "$root/scripts/find-jdk.sh"
find_jdk run || { echo "bench: $jdk_problem" >&2; exit 1; }
far_port=$((upstream_port + 5))

upgrade() { "$jdk_home/bin/java" "$root/bench/Upgrade.java" "$@"; }

upgrade make "$work/far" "$files" "$absent" $((rounds + 1)) || exit 1
"$jdk_home/bin/java" "$root/bench/Upgrade.java" serve "$work/far" "$far_port" "$away" &
started="$started $!"
nginx_conf far "upstream up { server 127.0.0.1:$far_port; keepalive 64; }
  proxy_cache_path $work/cache keys_zone=c:10m max_size=10g use_temp_path=off;
  server { listen 127.0.0.1:$store_port; root $work/store/data;
    location / { try_files \$uri @fetch; }
    location @fetch { proxy_pass http://up; proxy_http_version 1.1; proxy_set_header Connection \"\";
      proxy_store on; } }
  server { listen 127.0.0.1:$cache_port;
    location / { proxy_pass http://up; proxy_http_version 1.1; proxy_set_header Connection \"\";
      proxy_cache c; proxy_cache_valid 200 404 1d; proxy_cache_lock on; } }"
start_nginx far
larder_conf "[mirror.freebsd-update]
upstream = [\"http://127.0.0.1:$far_port\"]"
start_larder
first=$(sed -n 1p "$work/far/list0")
await "http://127.0.0.1:$far_port$first"
await "http://127.0.0.1:$larder_port/"

# both PORT LIST NAME: cold and warm milliseconds are noted for NAME.
both() {
  cold=$(upgrade fetch "$1" "$work/far/list$2") || exit 1
  warm=$(upgrade fetch "$1" "$work/far/list$2") || exit 1
  case "$cold $warm" in
    *" $files $absent "*" $files $absent") ;;
    *) echo "bench: $3 answered otherwise: $cold, $warm" >&2; exit 1 ;;
  esac
  [ "$2" -gt 0 ] || return 0 # the first round warms all three
  echo "${cold%% *}" >>"$work/$3.cold"
  echo "${warm%% *}" >>"$work/$3.warm"
}

i=0
while [ "$i" -le "$rounds" ]; do
  both "$store_port" "$i" store
  both "$cache_port" "$i" cache
  both "$larder_port" "$i" larder
  i=$((i + 1))
done

report() { # report LABEL NAME
  printf '%-22s cold: time / larder %-8s second machine: time / larder %s\n' "$1" \
    "$(ratio "$(median "$work/$2.cold")" "$(median "$work/larder.cold")")" \
    "$(ratio "$(median "$work/$2.warm")" "$(median "$work/larder.warm")")"
}
echo "$files files and $absent absent patches on one connection, upstream $away ms away, medians of $rounds rounds"
report "nginx proxy_store" store
report "nginx proxy_cache" cache
report "larder" larder
