#!/bin/sh
# Builds the container image on a minimal Debian and runs it in Podman. POSIX sh; called by scripts/test.
# Needs root. Images, containers and networks of this machine are left alone: all is in a directory and
# a network namespace of its own.
# shellcheck disable=SC2317 # functions that only yes and no call
set -u
cd "$(dirname "$0")/.." || exit 1
suite=image
# shellcheck source=scripts/testing.sh
. scripts/testing.sh
# shellcheck source=scripts/find-jdk.sh
. scripts/find-jdk.sh
PATH=$PATH:/usr/sbin:/sbin
make_scratch

[ "$(id -u)" = 0 ] || skip_all "which needs root"
lacking=$(lacks podman crun debootstrap ip nsenter unshare nginx curl repo-add bsdtar)
[ -z "$lacking" ] || skip_all "not installed: $lacking"
need_distribution
find_jdk build || skip_all "$jdk_problem"
JAVA_HOME=$jdk_home
export JAVA_HOME
base=$(sh scripts/minbase.sh) || skip_all "as there is no minimal Debian"

# --- a Podman of its own ------------------------------------------------------------------------

net=larder-image-$$
mkdir "$scratch/bin" "$scratch/up"
printf '[storage]\ndriver = "overlay"\ngraphroot = "%s"\nrunroot = "%s"\n' "$scratch/store" "$scratch/run" \
  >"$scratch/storage.conf"
# Limits that need not be raised, as Podman's own would have to be: a guest may not be allowed to.
awk '/^Max open files/ { printf "[containers]\ndefault_ulimits = [\"nofile=%s:%s\", \"nproc=4096:4096\"]\n", $5, $5 }' \
  /proc/self/limits >"$scratch/containers.conf"
printf '[engine]\ncgroup_manager = "cgroupfs"\n' >>"$scratch/containers.conf"
printf 'events_logger = "file"\nruntime = "crun"\n' >>"$scratch/containers.conf"
# crun refuses a machine that has control groups of both versions: the second is hidden from it.
cat >"$scratch/bin/podman" <<END
#!/bin/sh
CONTAINERS_STORAGE_CONF=$scratch/storage.conf
CONTAINERS_CONF=$scratch/containers.conf
export CONTAINERS_STORAGE_CONF CONTAINERS_CONF
exec nsenter --net=/run/netns/$net unshare -m --propagation private sh -c '
  umount /sys/fs/cgroup/unified 2>/dev/null
  exec "\$@"' sh $(command -v podman) "\$@"
END
chmod 755 "$scratch" "$scratch/bin/podman"
podman=$scratch/bin/podman
inside() { nsenter --net="/run/netns/$net" "$@"; }
get() { inside curl -sS -f -m 20 "$@"; }

close_all() {
  "$podman" rm -f -t 5 larder >/dev/null 2>&1
  [ -z "${upstream_pid:-}" ] || end "$upstream_pid"
  ip netns del "$net" 2>/dev/null
}

ip netns add "$net" || skip_all "network namespaces cannot be made here"
ip -n "$net" link set lo up

# --- the image ----------------------------------------------------------------------------------

yes "the base is imported" "$podman" import "$base" localhost/base
if CONTAINER_TOOL=$podman sh packaging/container/build.sh --base localhost/base --tag localhost/larder --pull=never \
  --layers=false --network=host >"$scratch/out" 2>"$scratch/err" </dev/null; then
  ok
else
  bad "the image is not built"
  finish
fi
version=$(basename "$archive" .tar.gz)
version=${version#larder-}
config() { "$podman" image inspect localhost/larder --format "{{$1}}"; }
is "it runs as a user of its own" 65532:65532 "$(config .Config.User)"
is "it says its version" "$version" "$(config 'index .Config.Labels "org.opencontainers.image.version"')"
is "and its licence" Apache-2.0 "$(config 'index .Config.Labels "org.opencontainers.image.licenses"')"
is "it is stopped by" SIGTERM "$(config .Config.StopSignal)"
is "it has a health check" "[CMD /opt/larder/bin/healthy]" "$(config .HealthCheck.Test)"
is "and a volume" "map[/var/lib/larder:{}]" "$(config .Config.Volumes)"

# Another user, no writable place: it starts as fast, which it would say otherwise.
yes "it runs as any user" "$podman" run --rm --network=host --user 12345 --read-only localhost/larder --version
is "it knows its version" "larder $version" "$(cat "$scratch/out")"
has_not "and has its cache" "preparing" "$scratch/err"

"$podman" run --rm --network=host -e LARDER_MIRROR__ARCH__REFRESH=soon localhost/larder >"$scratch/out" \
  2>"$scratch/err" </dev/null
is "a wrong variable ends it" 7 "$?"
has "and is named" LARDER_MIRROR__ARCH__REFRESH "$scratch/err"

"$podman" run --rm --network=host --read-only --read-only-tmpfs=false --tmpfs /tmp:noexec localhost/larder \
  >"$scratch/out" 2>"$scratch/err" </dev/null
is "a place that runs no programs ends it" 1 "$?"
has "in a sentence that says what to do" "^larder: .*/tmp, from which programs must be allowed to run" "$scratch/err"

# --- a container --------------------------------------------------------------------------------

upstream "$scratch/up" 127.0.0.1:8000 nsenter --net="/run/netns/$net"
# The example as it is in the distribution, written for a machine where other addresses hold.
sed -e 's|https://geo.mirror.pkgbuild.com|http://127.0.0.1:8000|' -e 's|"0.0.0.0:8080"|"127.0.0.1:9999"|' \
  -e 's|^data = .*|data = "/srv/elsewhere"|' larder.toml.example >"$scratch/larder.toml"
chmod 644 "$scratch/larder.toml"

# start: a container named larder as the documentation has it.
start() {
  yes "it starts" "$podman" run -d --name larder --network=host --read-only --cap-drop=all \
    --security-opt=no-new-privileges --stop-timeout=90 -v larder-data:/var/lib/larder \
    -v "$scratch/larder.toml:/etc/larder/larder.toml:ro" localhost/larder
  if eventually 60 "$podman" healthcheck run larder; then ok; else
    "$podman" logs larder >"$scratch/out" 2>&1
    bad "it does not become healthy"
    finish
  fi
}

started=$(date +%s)
start
echo "image: healthy after $(($(date +%s) - started)) s"
is "it says so" healthy "$("$podman" inspect larder --format '{{.State.Health.Status}}')"
is "the process is its own user's" 65532 "$("$podman" exec larder stat -c %u /proc/1)"
is "without a capability" 0000000000000000 \
  "$("$podman" exec larder sed -n 's/^CapEff:[[:space:]]*//p' /proc/1/status)"
"$podman" exec larder sh -c 'tr "\0" "\n" </proc/1/cmdline' >"$scratch/out"
has "it starts from the cache" "^-XX:AOTCache=/opt/larder/cache/" "$scratch/out"
no "it cannot write to its program" "$podman" exec larder test -w /opt/larder/lib
yes "the native parts are used" "$podman" logs larder
cat "$scratch/err" >>"$scratch/out"
has "the fast network" "packages are served on .*:8080 (epoll)" "$scratch/out"

for host in 127.0.0.1 '[::1]'; do
  yes "it answers at $host" get -g -o "$scratch/page" "http://$host:8080/"
  has "with its page" "<html" "$scratch/page"
done
package=core/os/x86_64/tool-1-1-any.pkg.tar.zst
yes "a package comes through it" get -o "$scratch/got" "http://127.0.0.1:8080/arch/$package"
yes "the right one" cmp "$scratch/got" "$scratch/up/$package"

own=$(small_package "$scratch" own)
yes "the command line works in it" "$podman" exec larder larder repo create internal --format pacman
yes "a package goes in" "$podman" cp "$own" larder:/var/lib/larder/own-1-1-any.pkg.tar.zst
yes "and into the repository" "$podman" exec larder larder repo add internal /var/lib/larder/own-1-1-any.pkg.tar.zst
yes "from which clients get it" get -o "$scratch/got" \
  http://127.0.0.1:8080/repo/internal/x86_64/own-1-1-any.pkg.tar.zst
yes "as it was" cmp "$scratch/got" "$own"

# The probe can say no: nobody there, and a server that is not ready.
probe() { "$podman" exec -e "LARDER_CONSOLE__LISTEN=$1" larder /opt/larder/bin/healthy; }
no "nobody at the console is not healthy" probe 127.0.0.1:9
has "and it says where" "nobody listens at 127.0.0.1:9" "$scratch/out"
yes "without a console the package listener counts" probe ""
no "another answer is not healthy" probe "127.0.0.1:8080"
has "and it says which" "HTTP/1.1 404" "$scratch/out"

# --- stop, and again ----------------------------------------------------------------------------

began=$(date +%s)
yes "it stops" "$podman" stop larder
took=$(($(date +%s) - began))
if [ "$took" -lt 20 ]; then ok; else bad "stopping took $took s"; fi
code=$("$podman" inspect larder --format '{{.State.ExitCode}}')
# 137 would be a kill.
is "it ends in an orderly way" 0 "$code"
yes "it is removed" "$podman" rm larder
end "$upstream_pid"
upstream_pid=
no "the upstream is gone" get http://127.0.0.1:8000/
start
yes "what was fetched is still there" get -o "$scratch/got" "http://127.0.0.1:8080/arch/$package"
yes "as it was" cmp "$scratch/got" "$scratch/up/$package"
yes "and so is the repository" get -o "$scratch/got" \
  http://127.0.0.1:8080/repo/internal/x86_64/own-1-1-any.pkg.tar.zst
yes "as it was" cmp "$scratch/got" "$own"

finish
