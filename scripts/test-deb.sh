#!/bin/sh
# Builds the package for Debian and the archive with a Java runtime, and lives through all of the package's
# life on a minimal Debian with a systemd of its own: installed, started, used by pacman, reloaded, upgraded
# over an older build with another layout of the data, removed, purged. POSIX sh; called by scripts/test.
# Needs root. Nothing of this machine is touched: all is in a directory and in namespaces of its own.
# shellcheck disable=SC2317 # functions that only others call
set -u
cd "$(dirname "$0")/.." || exit 1
suite=deb
# Whether Larder tells systemd that it is ready and reads its configuration again on SIGHUP.
notifies=yes
# shellcheck source=scripts/testing.sh
. scripts/testing.sh
# shellcheck source=scripts/find-jdk.sh
. scripts/find-jdk.sh
PATH=$PATH:/usr/sbin:/sbin
make_scratch
chmod 755 "$scratch"

[ "$(id -u)" = 0 ] || skip_all "which needs root"
lacking=$(lacks dpkg-deb debootstrap ip nsenter unshare nginx curl pacman repo-add bsdtar)
[ -z "$lacking" ] || skip_all "not installed: $lacking"
need_distribution
find_jdk build || { bad "$jdk_problem"; finish; }
# lines WHAT COUNT FILE
lines() { is "$1" "$2" "$(wc -l <"$3" | tr -d ' ')"; }
root=$scratch/root
net=larder-deb-$$
up=$scratch/up
in_net() { nsenter --net="/run/netns/$net" "$@"; }
# phase NAME COMMAND ...: does it and says how long it took.
phase() {
  name=$1
  shift
  begun=$(date +%s)
  "$@"
  printf 'deb: %s: %s s\n' "$name" "$(($(date +%s) - begun))"
}
# Without the environment of whoever runs the tests.
bare() { env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 "$@"; }
# A command in the root before anything runs there.
before() {
  # shellcheck disable=SC2016 # for the inner shell
  in_net unshare --mount --pid --fork sh -c 'mount -t proc proc "$0/proc" && exec chroot "$0" "$@"' "$root" \
    env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive "$@"
}
# A command beside the systemd there.
inside() { bare nsenter -t "$(cat "$scratch/init")" -a "$@"; }
shown() { inside systemctl show -p "$1" --value larder.service; }
close_all() {
  [ -z "${upstream_pid:-}" ] || end "$upstream_pid"
  # The process started in the background is a shell; the system is its child and would outlive it.
  for child in $(cat "/proc/${boot_pid:-none}/task/${boot_pid:-none}/children" 2>/dev/null); do
    kill -9 "$child" 2>/dev/null
  done
  [ -z "${boot_pid:-}" ] || { kill -9 "$boot_pid"; wait "$boot_pid"; } 2>/dev/null
  ip netns del "$net" 2>/dev/null
}

# --- the packages -------------------------------------------------------------------------------

# make_older DEB OUT: the same program as an older build, whose classes know layout 1 of the data only.
# This undoes the last change of the layout, and changes with the next one.
make_older() {
  mkdir "$scratch/older" "$scratch/sources" "$scratch/classes"
  dpkg-deb -R "$1" "$scratch/older"
  for jar in "$scratch/older/usr/lib/larder/lib/larder-"*.jar; do :; done
  store=src/main/java/dev/larder/store
  sed -e 's/int VERSION = 2;/int VERSION = 1;/' -e 's/resolve("\.keep")/resolve("keep")/' \
    "$store/Layout.java" >"$scratch/sources/Layout.java"
  sed 's/List.of(LayoutSteps::hideKept)/List.of()/' "$store/LayoutSteps.java" >"$scratch/sources/LayoutSteps.java"
  has "the older build has another layout" 'VERSION = 1;' "$scratch/sources/Layout.java"
  has "in which the list lies elsewhere" 'resolve("keep")' "$scratch/sources/Layout.java"
  has "and to which no step leads" 'ALL = List.of();' "$scratch/sources/LayoutSteps.java"
  # Whoever names the constant has its value compiled in.
  # shellcheck disable=SC2046 # names of source files
  "$jdk_home/bin/javac" -proc:none -nowarn -d "$scratch/classes" -cp "$scratch/older/usr/lib/larder/lib/*" \
    "$scratch/sources/"*.java $(grep -rl 'Layout\.VERSION' src/main/java | grep -v /LayoutSteps.java) &&
    "$jdk_home/bin/jar" --update --file "$jar" -C "$scratch/classes" . &&
    sed -i 's/^Version: .*/Version: 0.0.9/' "$scratch/older/DEBIAN/control" &&
    (cd "$scratch/older" && md5sum $(sed 's/^.*  //' DEBIAN/md5sums) >DEBIAN/md5sums.new &&
      mv DEBIAN/md5sums.new DEBIAN/md5sums) &&
    dpkg-deb -Znone --root-owner-group --build "$scratch/older" "$2" && rm -rf "$scratch/older"
}

# --- a system to install it into ----------------------------------------------------------------

# Prints the path of an archive of a minimal Debian with systemd, which is kept like the one it comes from.
with_systemd() {
  base=$(sh scripts/minbase.sh) || return 1
  kept=${base%/*}/systemd-${base##*/minbase-}
  if [ -s "$kept" ] && [ -z "$(find "$base" -newer "$kept")" ]; then
    echo "$kept"
    return
  fi
  mkdir "$scratch/making" && tar -xf "$base" -C "$scratch/making" || return 1
  cp -L /etc/resolv.conf "$scratch/making/etc/resolv.conf"
  printf '#!/bin/sh\nexit 101\n' >"$scratch/making/usr/sbin/policy-rc.d"
  chmod 755 "$scratch/making/usr/sbin/policy-rc.d"
  eval "$(apt-config shell proxy Acquire::http::Proxy)"
  unshare --mount --pid --fork sh -c '
    mount -t proc proc "$0/proc" && exec chroot "$0" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin \
      DEBIAN_FRONTEND=noninteractive ${1:+http_proxy="$1"} sh -c "
        apt-get -qq update && apt-get -qq install -y --no-install-recommends systemd && apt-get clean"
  ' "$scratch/making" "${proxy:-}" >"$scratch/out" 2>&1 </dev/null || { cat "$scratch/out" >&2; return 1; }
  rm -rf "$scratch/making/usr/sbin/policy-rc.d" "$scratch/making/etc/resolv.conf" \
    "$scratch/making/var/lib/apt/lists/"*
  tar -C "$scratch/making" --numeric-owner -cf "$kept.$$" . && mv "$kept.$$" "$kept" || return 1
  rm -rf "$scratch/making"
  echo "$kept"
}

make_system() {
  system=$(with_systemd) || { bad "there is no minimal Debian with systemd"; finish; }
  mkdir "$root" && tar -xf "$system" -C "$root" || { bad "$system cannot be unpacked"; finish; }
  # What is lost in a power cut is of no interest here, and waiting for the disk is.
  echo force-unsafe-io >"$root/etc/dpkg/dpkg.cfg.d/test"
  cp "$deb" "$root/var/tmp/larder.deb"
  cp "$older" "$root/var/tmp/older.deb"
  ip netns add "$net" || { bad "network namespaces cannot be made here"; finish; }
  ip -n "$net" link set lo up
  upstream "$up" 127.0.0.1:8000 nsenter --net="/run/netns/$net"
}

boot() {
  in_net unshare --fork --kill-child --pid --mount --uts --ipc --cgroup sh scripts/boot-systemd.sh "$root" \
    "$scratch/init" >"$scratch/boot" 2>&1 </dev/null &
  boot_pid=$!
  booted() { inside systemctl is-system-running | grep -e running -e degraded; }
  if eventually 60 booted; then ok; else cp "$scratch/boot" "$scratch/out"; bad "systemd does not boot"; finish; fi
}

# --- the tests ----------------------------------------------------------------------------------

test_tarball() {
  mkdir "$scratch/opt"
  tar -xzf "$tarball" -C "$scratch/opt"
  for unpacked in "$scratch/opt"/*; do :; done
  yes "it runs by its own Java, whatever others there are" bare "JAVA_HOME=$jdk_home" LARDER_AOT=off \
    LARDER_JAVA_OPTS=-XshowSettings:properties "$unpacked/bin/larder" --version
  has "and says who it is" '^larder' "$scratch/out"
  has "that Java is the one beside it" "java.home = $unpacked/runtime" "$scratch/err"
  yes "the runtime's archive of classes fits" "$unpacked/runtime/bin/java" -XX:+UseSerialGC \
    -XX:+UseCompactObjectHeaders -Xshare:on -version
  no "a LARDER_JAVA_HOME that is none is said" bare "LARDER_JAVA_HOME=$scratch" "$unpacked/bin/larder" --version
  has "in a sentence" 'LARDER_JAVA_HOME is' "$scratch/err"
  rm -rf "$scratch/opt"
}

# Where no systemd runs: in a container or another root.
test_without_systemd() {
  yes "it is installed where no systemd runs" before dpkg -i /var/tmp/older.deb
  yes "the user is there" before getent passwd larder
  has "who cannot log in" ':/var/lib/larder:/usr/sbin/nologin$' "$scratch/out"
  yes "files are what their sums say" before dpkg --verify larder
  lines "all of them" 0 "$scratch/out"
  is "the data directory is the user's" "larder larder 755" \
    "$(before stat -c '%U %G %a' /var/lib/larder)"
  is "the training run has left one cache" 1 "$(find "$root/var/cache/larder" -name '*.aot' -size +1M | wc -l)"
  is "of root, for everybody" "root 644" "$(before stat -c '%U %a' "/var/cache/larder/$(ls "$root/var/cache/larder")")"
  yes "an ordinary user runs it" before setpriv --reuid=65534 --regid=65534 --clear-groups \
    env LARDER_JAVA_OPTS=-Xlog:class+load:stdout larder --version
  has "from that cache" 'dev.larder.Main source: shared objects file' "$scratch/out"
  cp -Rp "$root/var/cache/larder" "$scratch/cache"
  yes "it is purged" before dpkg --purge larder
  no "without data the user goes" before getent passwd larder
  is "and nothing stays" "" "$(cd "$root" && find etc usr var/lib/larder var/cache/larder var/log/larder \
    -path '*larder*' 2>/dev/null | head)"
  # The next installation of this build would make the same cache, and take its time again.
  cp -Rp "$scratch/cache" "$root/var/cache/larder"
}

# configure [ADDRESS]: port 80, and that address too.
configure() {
  more=
  [ -z "${1:-}" ] || more=", \"$1\""
  cat >"$root/etc/larder/larder.toml" <<END
[packages]
listen = ["0.0.0.0:80"$more]
[mirror.arch]
format = "pacman"
upstream = ["http://127.0.0.1:8000"]
END
}

# Without the notification the service counts as started before it listens.
unless_notifying() {
  [ "$notifies" = no ] || return 0
  mkdir -p "$root/etc/systemd/system/larder.service.d"
  printf '[Service]\nType=exec\n' >"$root/etc/systemd/system/larder.service.d/type.conf"
}
answers() { in_net curl -sS -f -m 20 -o /dev/null "http://127.0.0.1:$1/"; }
# serves PORT: it answers there; at once, since systemd was told so.
serves() {
  if [ "$notifies" = yes ]; then answers "$1"; else eventually 60 answers "$1"; fi
}

# pacman_gets WHAT: pacman fetches the index and a package from port 80.
pacman_gets() {
  rm -rf "$scratch/pacman"
  mkdir -p "$scratch/pacman/db" "$scratch/pacman/cache" "$scratch/pacman/root"
  cat >"$scratch/pacman/conf" <<END
[options]
RootDir = $scratch/pacman/root
DBPath = $scratch/pacman/db
CacheDir = $scratch/pacman/cache
LogFile = $scratch/pacman/log
Architecture = x86_64
SigLevel = Never
[core]
Server = http://127.0.0.1/arch/\$repo/os/\$arch
END
  yes "$1" in_net pacman --config "$scratch/pacman/conf" --noconfirm -Syw tool
  if cmp -s "$scratch/pacman/cache/tool-1-1-any.pkg.tar.zst" "$up/core/os/x86_64/tool-1-1-any.pkg.tar.zst"; then
    ok
  else
    bad "$1: the package is not upstream's"
  fi
}

test_installed() {
  yes "the older build is installed" inside dpkg -i /var/tmp/older.deb
  is "it is started and enabled" "active enabled" "$(shown ActiveState) $(shown UnitFileState)"
  if serves 8080; then ok; else bad "it does not answer at 8080"; fi
  configure
  yes "and restarts it" inside systemctl restart larder.service
  if serves 80; then ok; else bad "it does not answer at port 80"; fi
  pacman_gets "pacman fetches from it"
  yes "the command line has its token" inside larder mirror keep arch old/release
  has "the older layout is what is on the disk" '^1$' "$root/var/lib/larder/version"
  has "with what is kept" '^old/release$' "$root/var/lib/larder/state/arch/keep"
}

# That the unit's restrictions are in force, seen from the inside.
test_confined() {
  pid=$(shown MainPID)
  yes "the unit is well-formed" inside systemd-analyze verify --man=no larder.service
  lines "and nothing is said of it" 0 "$scratch/err"
  yes "systemd counts it as confined" inside systemd-analyze security --no-pager --threshold=20 larder.service
  yes "its process is there" inside cat "/proc/$pid/status"
  has "with one capability" '^CapEff:.*0000000000000400$' "$scratch/out"
  has "and never another" '^CapBnd:.*0000000000000400$' "$scratch/out"
  has "without new privileges" '^NoNewPrivs:.*1$' "$scratch/out"
  has "behind a filter of system calls" '^Seccomp:.*2$' "$scratch/out"
  is "as its own user" larder "$(inside stat -c %U "/proc/$pid")"
  for place in /usr /etc /var/cache/larder /root; do
    no "it cannot write to $place" inside nsenter -t "$pid" -m touch "$place/probe"
  done
  yes "it can to its data" inside nsenter -t "$pid" -m touch /var/lib/larder/probe
  yes "and to its logs" inside nsenter -t "$pid" -m touch /var/log/larder/probe
  rm -f "$root/var/lib/larder/probe" "$root/var/log/larder/probe"
  yes "its classes come from the cache for all" inside grep '/var/cache/larder/.*\.aot' "/proc/$pid/maps"
}

test_kept_running() {
  pid=$(shown MainPID)
  if [ "$notifies" = yes ]; then
    configure 0.0.0.0:8081
    yes "it is reloaded" inside systemctl reload larder.service
    # The signal is sent when systemctl returns; what it does takes a moment.
    if eventually 20 answers 8081; then ok; else bad "the new listener does not answer after the reload"; fi
    is "by the same process" "$pid" "$(shown MainPID)"
  fi
  inside sh -c "kill -9 $pid"
  another() { [ "$(shown MainPID)" != "$pid" ] && [ "$(shown ActiveState)" = active ]; }
  if eventually 30 another && eventually 60 answers 80; then ok; else bad "it is not started again after a kill"; fi
}

test_upgraded() {
  yes "the new build is installed over it" inside dpkg -i /var/tmp/larder.deb
  has_not "nobody is asked about the configuration" 'onfiguration file' "$scratch/out"
  if serves 80; then ok; else bad "it does not answer after the upgrade"; fi
  has "the layout is the new one" "^$(sed -n 's/.*int VERSION = \([0-9]*\);/\1/p' \
    src/main/java/dev/larder/store/Layout.java)\$" "$root/var/lib/larder/version"
  yes "and it says so" inside journalctl -q -u larder.service --grep 'data of layout 1 is of layout'
  yes "the list is read" inside larder mirror keep arch
  has "with what was kept before" 'old/release' "$scratch/out"
  is "the cache of the older build is gone" 1 "$(find "$root/var/cache/larder" -name '*.aot' | wc -l)"
  end "$upstream_pid"
  upstream_pid=
  pacman_gets "what pacman had is still here, with no upstream left"
}

test_removed() {
  yes "it is stopped" inside systemctl stop larder.service
  is "which is no failure" "success inactive" "$(shown Result) $(shown ActiveState)"
  yes "and started" inside systemctl start larder.service
  yes "it is removed" inside dpkg --remove larder
  is "it runs no more" inactive "$(shown ActiveState)"
  is "its program is gone" "" "$(ls -d "$root/usr/lib/larder" "$root/usr/bin/larder" "$root/var/cache/larder" 2>/dev/null)"
  has "its configuration stays" 'mirror.arch' "$root/etc/larder/larder.toml"
  yes "it is purged" inside dpkg --purge larder
  has "which says what stays" 'still in /var/lib/larder' "$scratch/err"
  is "nothing else does" "" "$(ls -d "$root/etc/larder" "$root/var/log/larder" 2>/dev/null)"
  has "what was kept does" 'old/release' "$root/var/lib/larder/state/arch/.keep"
  is "as its user's" larder "$(inside stat -c %U /var/lib/larder/state)"
}

# --- all of it ----------------------------------------------------------------------------------

pack() {
  sh scripts/package --output "$scratch/packages" --dist "$archive" tarball deb >"$scratch/out" \
    2>"$scratch/err" || { bad "nothing is packed"; finish; }
  for deb in "$scratch/packages"/*.deb; do :; done
  for tarball in "$scratch/packages"/*.tar.gz; do :; done
  older=$scratch/older.deb
  yes "an older build is made" make_older "$deb" "$older"
}

phase "packed" pack
phase "the archive with a Java runtime" test_tarball
phase "a minimal Debian" make_system
phase "without systemd" test_without_systemd
unless_notifying
phase "booted" boot
phase "installed" test_installed
phase "confined" test_confined
phase "kept running" test_kept_running
phase "upgraded" test_upgraded
phase "removed" test_removed
finish
