#!/bin/sh
# Builds the pacman package from the distribution, installs it into a minimal system, starts it there and
# removes it. POSIX sh; called by scripts/test. Needs root; the pacman of this machine is left alone.
# shellcheck disable=SC2317 # functions that only yes and no call
set -u
cd "$(dirname "$0")/.." || exit 1
suite=arch
# shellcheck source=scripts/testing.sh
. scripts/testing.sh
# shellcheck source=scripts/find-jdk.sh
. scripts/find-jdk.sh
PATH=$PATH:/usr/sbin:/sbin
make_scratch

[ "$(id -u)" = 0 ] || skip_all "which needs root"
lacking=$(lacks makepkg fakeroot pacman bsdtar zstd debootstrap ip nsenter unshare setpriv curl systemd-sysusers \
  systemd-tmpfiles)
[ -z "$lacking" ] || skip_all "not installed: $lacking"
need_distribution
find_jdk run || skip_all "$jdk_problem"
base=$(sh scripts/minbase.sh) || skip_all "as there is no minimal Debian"

net=larder-arch-$$
larder_pid=
close_all() {
  [ -z "$larder_pid" ] || end "$larder_pid"
  ip netns del "$net" 2>/dev/null
}
ip netns add "$net" || skip_all "network namespaces cannot be made here"
ip -n "$net" link set lo up

# --- the package --------------------------------------------------------------------------------

# makepkg wants no root. Not compressed: jars are.
mkdir "$scratch/build" "$scratch/root" "$scratch/db"
cp packaging/arch/PKGBUILD packaging/arch/larder.install "$archive" "$scratch/build/"
chmod 755 "$scratch"
chown -R 12345:12345 "$scratch/build"
build() {
  cd "$scratch/build" && setpriv --reuid 12345 --regid 12345 --clear-groups env -i "PATH=$PATH" \
    "HOME=$scratch/build" "$@"
}
version=$(basename "$archive" .tar.gz)
version=${version#larder-}
is "PKGBUILD is about this version" "$version" "$(sed -n 's/^_version=//p' packaging/arch/PKGBUILD)"
if (build makepkg --nodeps PKGEXT=.pkg.tar) >"$scratch/out" 2>"$scratch/err" </dev/null; then ok; else
  bad "makepkg"
  finish
fi
is "without a warning but the one we asked for" "==> WARNING: Skipping dependency checks." \
  "$(grep WARNING "$scratch/err")"
for package in "$scratch"/build/larder-*.pkg.tar; do :; done
bsdtar -tf "$package" >"$scratch/files"
for file in usr/bin/larder usr/share/larder/bin/larder usr/share/larder/lib/find-jdk.sh \
  usr/lib/systemd/system/larder.service usr/lib/sysusers.d/larder.conf usr/lib/tmpfiles.d/larder.conf \
  etc/logrotate.d/larder usr/share/man/man1/larder.1.gz usr/share/man/man5/larder.toml.5.gz \
  usr/share/licenses/larder/LICENSE usr/share/doc/larder/packaging/firewall/nftables.conf; do
  has "it has" "^$file\$" "$scratch/files"
done
bsdtar -tvf "$package" | awk '$3 != "root" && $3 != 0 || $4 != "root" && $4 != 0' >"$scratch/out"
is "all of it is root's" "" "$(cat "$scratch/out")"
(build makepkg --printsrcinfo) >"$scratch/out" 2>"$scratch/err"
has "it can be published" "pkgver = $(printf '%s' "$version" | tr -d -)" "$scratch/out"

# --- installed ----------------------------------------------------------------------------------

root=$scratch/root
tar -xf "$base" -C "$root"
printf '[options]\nArchitecture = x86_64\nSigLevel = Never\nLocalFileSigLevel = Never\n' >"$scratch/pacman.conf"
pac() {
  pacman --config "$scratch/pacman.conf" --root "$root" --dbpath "$scratch/db" --cachedir "$scratch" \
    --hookdir "$scratch/none" --logfile "$scratch/pacman.log" --noconfirm "$@"
}
no "it wants Java" pac -U "$package"
has "and says which" "java-runtime-headless>=25" "$scratch/err"
yes "it is installed" pac -U --assume-installed java-runtime-headless=25 --assume-installed sh=1 "$package"
has "and says how to go on" "larder config init" "$scratch/out"
is "its unit comes with what is Arch's own" /var/cache \
  "$(sed -n 's/^Environment=XDG_CACHE_HOME=//p' "$root/usr/lib/systemd/system/larder.service.d/cache.conf")"
has_not "no script of it fails" "error" "$scratch/err"
# What pacman's hooks do on Arch.
yes "the user is made" systemd-sysusers "--root=$root"
yes "and the directories" systemd-tmpfiles "--root=$root" --create "$root/usr/lib/tmpfiles.d/larder.conf"
owner=$(chroot "$root" stat -c %U:%a /var/lib/larder)
is "which are its own" larder:755 "$owner"

# As the unit starts it, as far as that is without systemd: command, user and variables are read from it.
unit=$root/usr/lib/systemd/system/larder.service
command=$(sed -n 's/^ExecStart=//p' "$unit")
user=$(sed -n 's/^User=//p' "$unit")
variables=$(sed -n 's/^Environment=//p' "$unit" "$unit.d/cache.conf")
mkdir -p "$root/usr/lib/jvm/java" "$root/var/cache/larder"
chroot "$root" chown larder:larder /var/cache/larder
cat >"$scratch/start" <<'END'
# The root becomes a mount of its own, since a Java runtime asks on which file system a directory is.
mount --bind "$2" "$2" && mount --bind "$1" "$2/usr/lib/jvm/java" && mount -t proc proc "$2/proc" &&
  mount --bind /dev "$2/dev" || exit 1
root=$2
user=$3
shift 3
exec chroot --userspec="$user:$user" "$root" env -i PATH=/usr/bin:/bin HOME=/ "$@"
END
# Takes the place of the shell, so that whoever starts it in the background has the program's number.
chroot_exec() {
  exec nsenter --net="/run/netns/$net" unshare -m --propagation private sh "$scratch/start" "$jdk_home" "$root" "$@"
}
chroot_run() { (chroot_exec "$@"); }
# shellcheck disable=SC2086 # lists without blanks in them
chroot_exec "$user" $variables STATE_DIRECTORY=/var/lib/larder $command >"$scratch/larder.log" 2>&1 </dev/null &
larder_pid=$!
get() { nsenter --net="/run/netns/$net" curl -sS -f -m 10 "$@"; }
if eventually 90 get -o /dev/null http://127.0.0.1:8090/-/ready; then ok; else
  cat "$scratch/larder.log"
  bad "it does not start"
  finish
fi
yes "clients get its page" get -o "$scratch/page" http://127.0.0.1:8080/
has "which is its own" "<html" "$scratch/page"
java=$(readlink "/proc/$larder_pid/exe")
is "the process is Java's" java "${java##*/}"
is "of its user" "$(chroot "$root" id -u larder)" "$(stat -c %u "/proc/$larder_pid")"
own=$(small_package "$root/tmp" own)
yes "the command line finds it" chroot_run root LARDER_AOT=off STATE_DIRECTORY=/var/lib/larder /usr/bin/larder repo create internal \
  --format pacman
yes "and adds to it" chroot_run root LARDER_AOT=off STATE_DIRECTORY=/var/lib/larder /usr/bin/larder repo add internal \
  "/tmp/${own##*/}"
yes "for clients" get -o "$scratch/got" http://127.0.0.1:8080/repo/internal/x86_64/own-1-1-any.pkg.tar.zst
yes "as it was" cmp "$scratch/got" "$own"
has_file() { find "$root/var/cache/larder" -name "*.aot" -size +1000k | grep -q aot; }
yes "the next start is faster" has_file
kill "$larder_pid"
wait "$larder_pid"
code=$?
larder_pid=
is "it ends in an orderly way" 0 "$code"

# --- removed ------------------------------------------------------------------------------------

yes "it is removed" pac -R larder
has "and says what is left" "left in /var/lib/larder" "$scratch/out"
if [ -e "$root/usr/bin/larder" ] || [ -e "$root/usr/share/larder" ]; then bad "files are left"; else ok; fi
if [ -s "$root/var/lib/larder/larder.db" ]; then ok; else bad "the data is gone"; fi

finish
