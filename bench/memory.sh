#!/bin/sh
# What Larder keeps in memory after it has brought very many distinct files: resident memory when it is
# idle again, and once more after a restart, against the budget of 160 MiB. The files are those of
# freebsd-update, whose names say what they are, so that each is fetched, proven and kept for itself.
#
#   sh bench/memory.sh          FILES=200000
set -u
. "$(dirname "$0")/lib.sh"
files=${FILES:-200000}
budget=$((160 * 1024))
need python3

set_of=15.0-RELEASE/amd64/f
python3 - "$work/upstream/$set_of" "$files" >"$work/names" <<'PY'
import gzip, hashlib, os, sys
directory, count = sys.argv[1], int(sys.argv[2])
os.makedirs(directory)
for i in range(count):
    body = b"file %d\n" % i
    name = hashlib.sha256(body).hexdigest() + ".gz"
    with open(os.path.join(directory, name), "wb") as out:
        out.write(gzip.compress(body, 1, mtime=0))
    print(name)
PY
nginx_conf upstream "server { listen 127.0.0.1:$upstream_port backlog=4096; root $work/upstream; }"
start_nginx upstream
larder_conf "[mirror.update]
format = \"freebsd-update\"
upstream = [\"http://127.0.0.1:$upstream_port\"]"

resident() { awk '$1 == "VmRSS:" { print $2 }' "/proc/$larder/status"; }

# Waits until Larder has taken hardly any processor time for five minutes, in which it gives back what it
# needed, then prints what is resident.
idle() {
  calm=0
  last=$(awk '{ print $14 + $15 }' "/proc/$larder/stat")
  while [ "$calm" -lt 30 ]; do
    sleep 10
    now=$(awk '{ print $14 + $15 }' "/proc/$larder/stat")
    if [ $((now - last)) -lt 50 ]; then calm=$((calm + 1)); else calm=0; fi
    last=$now
  done
  resident
}

report() { # report LABEL KIB
  printf '%-34s resident / budget %s\n' "$1" "$(ratio "$2" "$budget")"
}

start_larder
await "http://127.0.0.1:$larder_port/"
none=$(idle)
awk -v base="http://127.0.0.1:$larder_port/update/$set_of/" \
  '{ printf "url = \"%s%s\"\noutput = /dev/null\n", base, $1 }' "$work/names" >"$work/urls"
curl -f --no-progress-meter -Z --parallel-max 16 -K "$work/urls" || echo "bench: a request failed" >&2
loaded=$(resident)
kept=$(find "$work/data/tree/update" -type f | wc -l)
after=$(idle)
kill "$larder"
wait "$larder" 2>/dev/null
start_larder
await "http://127.0.0.1:$larder_port/"
again=$(idle)

echo "$files distinct files, $kept kept"
report "idle, nothing brought" "$none"
report "the moment all are there" "$loaded"
report "idle again" "$after"
report "idle after a restart" "$again"
