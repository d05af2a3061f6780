# What the tests of the packaging share: counts, checks, namespaces, a running Larder. Read by
# scripts/test-image.sh and its like, which have set "suite" to their name. POSIX sh.
# shellcheck shell=sh disable=SC2154,SC2034 # suite comes from whoever reads this

passed=0
failures=0
skipped=0
ok() { passed=$((passed + 1)); }
bad() {
  failures=$((failures + 1))
  printf 'FAILED (%s): %s\n' "$suite" "$1"
  for file in out err; do
    [ ! -s "$scratch/$file" ] || tail -n 20 "$scratch/$file" | sed "s/^/  $file: /"
  done
}
# is WHAT EXPECTED GOT
is() { if [ "$2" = "$3" ]; then ok; else bad "$1: expected <$2>, got <$3>"; fi; }
# has WHAT TEXT FILE
has() { if grep -q -e "$2" "$3"; then ok; else bad "$1: no <$2>"; fi; }
# has_not WHAT TEXT FILE
has_not() { if grep -q -e "$2" "$3"; then bad "$1: there is <$2>"; else ok; fi; }
# yes WHAT COMMAND ...: it succeeds; output in out and err.
yes() {
  what=$1
  shift
  if "$@" >"$scratch/out" 2>"$scratch/err" </dev/null; then ok; else bad "$what: exit $?"; fi
}
# no WHAT COMMAND ...: it fails.
no() {
  what=$1
  shift
  if "$@" >"$scratch/out" 2>"$scratch/err" </dev/null; then bad "$what: it succeeds"; else ok; fi
}

# Makes the directory for everything the test writes; it goes when the test ends, after close_all.
make_scratch() {
  scratch=$(mktemp -d "${TMPDIR:-/tmp}/larder-$suite.XXXXXX") || exit 1
  # Twice: what was just ended may still have written a last file.
  trap 'close_all; rm -rf "$scratch" 2>/dev/null || { sleep 1; rm -rf "$scratch"; }' EXIT
  trap 'exit 130' INT TERM HUP
}
# What has to be ended; a test that has more says so by a function of the same name.
close_all() { :; }

# eventually SECONDS COMMAND ...: whether it succeeds within that time; asks four times a second.
eventually() {
  rounds=$(($1 * 4))
  shift
  while ! "$@" >"$scratch/eventually" 2>&1 </dev/null; do
    rounds=$((rounds - 1))
    [ "$rounds" -gt 0 ] || return 1
    sleep 0.25
  done
}

# Ends the process $1, which this test started, and waits for it.
end() {
  kill "$1" 2>/dev/null
  wait "$1" 2>/dev/null
}

# lacks COMMAND ...: prints those that are not there.
lacks() {
  for command in "$@"; do
    command -v "$command" >/dev/null || printf '%s ' "$command"
  done
}

# Ends the test as skipped: one test that says why.
skip_all() {
  echo "SKIPPED: $suite, $1"
  skipped=$((skipped + 1))
  finish
}

# Writes the counts for scripts/test, and ends the test.
finish() {
  mkdir -p target
  printf 'tests="%s"\nfailures="%s"\nskipped="%s"\n' $((passed + failures + skipped)) "$failures" "$skipped" \
    >"target/$suite.count"
  echo "$suite: $passed passed, $failures failed, $skipped skipped"
  [ "$failures" = 0 ]
  exit
}

# Sets archive to the distribution, or skips the test where there is none.
need_distribution() {
  archive=
  for candidate in target/larder-*.tar.gz; do
    [ ! -f "$candidate" ] || archive=$(pwd)/$candidate
  done
  [ -n "$archive" ] || skip_all "as there is no target/larder-*.tar.gz ('mvn package' makes it)"
}

# small_package DIRECTORY NAME: writes the package NAME 1-1 for any architecture as pacman has it, and
# prints its path.
small_package() {
  mkdir -p "$1/$2.root/usr/share/$2"
  head -c 300000 /dev/urandom >"$1/$2.root/usr/share/$2/data"
  printf '%s\n' "pkgname = $2" "pkgbase = $2" 'pkgver = 1-1' 'pkgdesc = Made by a test' \
    'url = https://example.org' 'builddate = 1700000000' 'packager = Nobody' 'size = 300000' 'arch = any' \
    >"$1/$2.root/.PKGINFO"
  bsdtar -C "$1/$2.root" --uid 0 --gid 0 --zstd -cf "$1/$2-1-1-any.pkg.tar.zst" .PKGINFO usr &&
    rm -rf "$1/$2.root"
  printf '%s\n' "$1/$2-1-1-any.pkg.tar.zst"
}

# upstream DIRECTORY ADDRESS [COMMAND ...]: a pacman mirror at http://ADDRESS/ with one package, tool;
# nginx, started by COMMAND, a program that is replaced by it. Sets upstream_pid.
upstream() {
  up=$1
  up_address=$2
  shift 2
  mkdir -p "$up/core/os/x86_64" "$up/tmp"
  small_package "$up/core/os/x86_64" tool >/dev/null
  repo-add -q "$up/core/os/x86_64/core.db.tar.gz" "$up"/core/os/x86_64/*.pkg.tar.zst >/dev/null 2>&1
  cat >"$up/tmp/nginx.conf" <<END
daemon off;
master_process off;
pid $up/tmp/pid;
error_log $up/tmp/error.log;
events { worker_connections 64; }
http {
  access_log $up/tmp/access.log;
  client_body_temp_path $up/tmp/body;
  proxy_temp_path $up/tmp/proxy;
  fastcgi_temp_path $up/tmp/fastcgi;
  uwsgi_temp_path $up/tmp/uwsgi;
  scgi_temp_path $up/tmp/scgi;
  server { listen $up_address; root $up; }
}
END
  chmod 755 "$up" "$up/tmp"
  "$@" "$(command -v nginx)" -c "$up/tmp/nginx.conf" -e "$up/tmp/error.log" >"$up/tmp/out" 2>&1 </dev/null &
  upstream_pid=$!
}
