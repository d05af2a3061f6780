# Shared by the benchmarks: an upstream, nginx as a caching mirror in front of it, and Larder in front
# of it, all on loopback. Sourced, not run. POSIX sh.
#
# Absolute times of a shared machine mean nothing: every benchmark runs the rivals in turn, several
# rounds, and prints the ratio of the medians.

root=$(cd "$(dirname "$0")/.." && pwd)
rounds=${ROUNDS:-7}
upstream_port=${BENCH_PORT:-18210}
store_port=$((upstream_port + 1))
cache_port=$((upstream_port + 2))
larder_port=$((upstream_port + 3))
console_port=$((upstream_port + 4))
started=

need() {
  for tool in "$@"; do
    command -v "$tool" >/dev/null 2>&1 || [ -x "/usr/sbin/$tool" ] || {
      echo "bench: $tool is not installed" >&2
      exit 1
    }
  done
}

finish() {
  for pid in $started; do
    kill "$pid" 2>/dev/null
  done
  wait
  rm -rf "$work"
}

# make_package NAME BYTES: a package of about that size that does not compress.
make_package() {
  dir=$work/make/$1
  mkdir -p "$dir/usr/share/$1"
  head -c "$2" /dev/urandom >"$dir/usr/share/$1/data"
  printf 'pkgname = %s\npkgbase = %s\npkgver = 1-1\npkgdesc = %s\nurl = https://example.org\nbuilddate = 1\npackager = bench\nsize = %s\narch = any\n' \
    "$1" "$1" "$1" "$2" >"$dir/.PKGINFO"
  (cd "$dir" && bsdtar --zstd -cf "$work/upstream/core/os/x86_64/$1-1-1-any.pkg.tar.zst" .PKGINFO usr)
}

path_of() { echo "core/os/x86_64/$1-1-1-any.pkg.tar.zst"; }

# nginx_conf NAME BODY: a configuration with temporary directories of its own.
nginx_conf() {
  as=
  [ "$(id -un)" != root ] || as='user root;'
  cat >"$work/$1.conf" <<CONF
$as worker_processes auto; daemon off; pid $work/$1.pid; error_log $work/$1.err;
events { worker_connections 2048; }
http {
  default_type application/octet-stream; sendfile on; tcp_nopush on; keepalive_requests 1000000000;
  access_log off; open_file_cache max=10000 inactive=300s; open_file_cache_min_uses 1;
  client_body_temp_path $work/$1.cb; proxy_temp_path $work/store/.tmp; fastcgi_temp_path $work/$1.ft;
  uwsgi_temp_path $work/$1.ut; scgi_temp_path $work/$1.st;
  $2
}
CONF
}

start_nginx() {
  nginx -c "$work/$1.conf" &
  started="$started $!"
}

# larder_conf TABLES: Larder's configuration, with these tables after its addresses.
larder_conf() {
  cat >"$work/larder.toml" <<CONF
data = "$work/data"
[packages]
listen = ["127.0.0.1:$larder_port"]
[console]
listen = ["127.0.0.1:$console_port"]
$1
CONF
}

# Starts Larder, after building it if it has to be; its process is $larder.
start_larder() {
  "$root/larder" version >/dev/null || exit 1
  "$root/larder" serve --config "$work/larder.toml" >>"$work/larder.log" 2>&1 &
  larder=$!
  started="$started $larder"
}

await() {
  n=0
  until curl -sf -o /dev/null "$1"; do
    n=$((n + 1))
    [ "$n" -lt 300 ] || { echo "bench: $1 does not answer" >&2; cat "$work"/*.err "$work/larder.log" >&2; exit 1; }
    sleep 0.1
  done
}

# Starts the upstream (its requests are logged to $work/upstream.log) and the rivals.
start_all() {
  nginx_conf upstream "server { listen 127.0.0.1:$upstream_port backlog=4096; root $work/upstream; access_log $work/upstream.log; }"
  nginx_conf mirror "upstream up { server 127.0.0.1:$upstream_port; keepalive 64; }
  proxy_cache_path $work/cache keys_zone=c:10m max_size=10g use_temp_path=off;
  server { listen 127.0.0.1:$store_port backlog=4096; root $work/store/data;
    location / { try_files \$uri @fetch; }
    location @fetch { proxy_pass http://up; proxy_http_version 1.1; proxy_set_header Connection \"\";
      proxy_store on; proxy_buffers 16 64k; } }
  server { listen 127.0.0.1:$cache_port backlog=4096;
    location / { proxy_pass http://up; proxy_http_version 1.1; proxy_set_header Connection \"\";
      proxy_cache c; proxy_cache_valid 1d; proxy_cache_lock on; proxy_cache_lock_timeout 60s;
      proxy_cache_lock_age 60s; proxy_buffers 16 64k; } }"
  start_nginx upstream
  start_nginx mirror
  larder_conf "[mirror.arch]
format = \"pacman\"
upstream = [\"http://127.0.0.1:$upstream_port\"]"
  start_larder
  await "http://127.0.0.1:$upstream_port/core/os/x86_64/core.db"
  await "http://127.0.0.1:$larder_port/arch/core/os/x86_64/core.db"
}

# median FILE: of one number a line.
median() { sort -n "$1" | awk '{ v[NR] = $1 } END { print (NR % 2) ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }

ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'; }

need nginx curl bsdtar repo-add
PATH=$PATH:/usr/sbin
work=$(mktemp -d)
trap finish EXIT
trap 'exit 130' INT TERM
mkdir -p "$work/upstream/core/os/x86_64" "$work/store/.tmp" "$work/store/data" "$work/make"
chmod 755 "$work"
