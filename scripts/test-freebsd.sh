#!/bin/sh
# Checks the skeleton of the FreeBSD port as far as that is possible elsewhere: its recipes put the
# distribution where its list of files says, and its script, newsyslog and the list agree. POSIX sh; called
# by scripts/test. Needs bmake, which is FreeBSD's make.
# shellcheck disable=SC2317,SC2016 # functions that only yes calls; patterns with dollars
set -u
cd "$(dirname "$0")/.." || exit 1
suite=freebsd
# shellcheck source=scripts/testing.sh
. scripts/testing.sh
make_scratch
lacking=$(lacks bmake)
[ -z "$lacking" ] || skip_all "not installed: $lacking"
need_distribution
port=$(pwd)/packaging/freebsd

# --- the recipes --------------------------------------------------------------------------------

# The framework makes the usual directories.
mkdir -p "$scratch/work" "$scratch/stage/usr/local/bin" "$scratch/mk"
tar -xzf "$archive" -C "$scratch/work" --strip-components=1
# What the recipes use of the ports framework, as its Mk/bsd.port.mk has it.
cat >"$scratch/mk/bsd.port.mk" <<END
PREFIX=		/usr/local
WRKSRC=		$scratch/work
STAGEDIR=	$scratch/stage
TMPPLIST=	$scratch/plist
DATADIR=	\${PREFIX}/share/larder
DOCSDIR=	\${PREFIX}/share/doc/larder
EXAMPLESDIR=	\${PREFIX}/share/examples/larder
JAVA_HOME=	\${PREFIX}/openjdk25
MKDIR=		mkdir -p
INSTALL_SCRIPT=	install -m 555
INSTALL_DATA=	install -m 0644
INSTALL_MAN=	install -m 444
RLN=		ln -sr
FIND=		find
SED=		sed
SORT=		sort
COPYTREE_SHARE=	cp -R . \${STAGEDIR}\${DOCSDIR} && :
stage: do-install post-install post-install-DOCS-on post-install-EXAMPLES-on
.for name in PORTNAME DISTVERSION USE_RC_SUBR SUB_FILES USERS GROUPS SUB_LIST
say: say-\${name}
say-\${name}: .PHONY
	@echo '\${name}=\${\${name}}'
.endfor
END
# The framework's list before the recipes add to it.
sed -e 's|%%DATADIR%%|share/larder|' "$port/pkg-plist" >"$scratch/plist"
make_port() { bmake -r -m "$scratch/mk" -C "$port" MAKEOBJDIR="$scratch" "$@"; }
yes "its recipes run" make_port stage
yes "it says what it is" make_port say
cp "$scratch/out" "$scratch/variables"
version=$(basename "$archive" .tar.gz)
has "it is about this version" "^DISTVERSION=${version#larder-}\$" "$scratch/variables"

# What was installed and what the list has are the same, but for documents, which the framework lists.
(cd "$scratch/stage/usr/local" && find . ! -type d | sed -e 's|^\./||' \
  -e '/^share\/doc\/larder\//d' -e '/^share\/examples\/larder\//d' -e '/^share\/man\//s|$|.gz|') |
  sort >"$scratch/installed"
sed -e '/^@dir/d' -e 's/^@sample //' "$scratch/plist" | sort >"$scratch/listed"
is "all that is installed is listed, and the other way round" "" "$(diff "$scratch/installed" "$scratch/listed")"
sed -n 's/^@dir([^)]*) //p' "$scratch/plist" | while read -r directory; do
  case $directory in
    /*) [ -d "$scratch/stage$directory" ] ;;
    *) [ -d "$scratch/stage/usr/local/$directory" ] ;;
  esac || echo "$directory"
done >"$scratch/missing"
is "directories too" "" "$(cat "$scratch/missing")"
is "the command is found" "$scratch/stage/usr/local/share/larder/bin/larder" \
  "$(readlink -f "$scratch/stage/usr/local/bin/larder")"
has "the sample has FreeBSD's paths" '^data = "/var/db/larder"' "$scratch/stage/usr/local/etc/larder/larder.toml.sample"
for file in README.md install-freebsd.md reference/configuration.md; do
  if [ -s "$scratch/stage/usr/local/share/doc/larder/$file" ]; then ok; else bad "there is no $file"; fi
done
for file in pf.conf larder.rules.yml; do
  if [ -s "$scratch/stage/usr/local/share/examples/larder/$file" ]; then ok; else bad "there is no $file"; fi
done

# --- the script and what goes with it -----------------------------------------------------------

# As the framework substitutes, with what it always has and what the Makefile adds.
substitute() {
  sed -e 's|%%PREFIX%%|/usr/local|g' -e 's|%%DOCSDIR%%|/usr/local/share/doc/larder|g' \
    -e 's|%%JAVA_HOME%%|/usr/local/openjdk25|g' -e 's|%%LARDER_USER%%|larder|g' "$1"
}
has "the Java runtime is substituted" "^SUB_LIST=.*JAVA_HOME=/usr/local/openjdk25" "$scratch/variables"
has "and the user" "^SUB_LIST=.*LARDER_USER=larder" "$scratch/variables"
substitute "$port/files/larder.in" >"$scratch/larder"
substitute "$port/files/pkg-message.in" >"$scratch/pkg-message"
has_not "all is substituted" "%%" "$scratch/larder"
has_not "in the message too" "%%" "$scratch/pkg-message"
for shell in sh dash "busybox sh" "bash --posix"; do
  command -v "${shell%% *}" >/dev/null || continue
  # shellcheck disable=SC2086 # a command with its options
  if $shell -n "$scratch/larder"; then ok; else bad "the script is not well-formed for $shell"; fi
done
if command -v shellcheck >/dev/null; then
  yes "shellcheck" shellcheck -s sh "$scratch/larder"
fi

# Every path of ours that it names is listed, or made by itself.
grep -o '/usr/local/[a-z/.]*larder[a-z/.]*\|/var/[a-z]*/larder' "$scratch/larder" | sort -u |
  while read -r path; do
    case $path in
      # Of the administrator.
      /usr/local/etc/larder/larder.toml) ;;
      *) grep -q -e " ${path}\$" -e "^${path#/usr/local/}\$" "$scratch/plist" || echo "$path" ;;
    esac
  done >"$scratch/unlisted"
is "every path it names is listed" "" "$(cat "$scratch/unlisted")"
has "its cache too" "^@dir(larder,larder,0750) /var/cache/larder$" "$scratch/plist"

# newsyslog finds the server, not daemon(8), which would end of it, and sends what the server takes.
rundir=$(sed -n 's/^rundir=//p' "$scratch/larder")
server=$(sed -n 's/^serverpid=\$rundir/&/p' "$scratch/larder" | sed -e "s|.*\\\$rundir|$rundir|")
sed -n 's|^/var/log/larder/.*[[:space:]]\(/[^[:space:]]*\)[[:space:]]*\([0-9]*\)$|\1 \2|p' \
  packaging/newsyslog/larder.conf | sort -u >"$scratch/signalled"
is "newsyslog has the server's number, and SIGUSR1" "$server 30" "$(cat "$scratch/signalled")"
is "of every log" 2 "$(grep -c "^/var/log/larder/.*$server" packaging/newsyslog/larder.conf)"
has "which daemon(8) writes there" "^command_args=.* -p \$serverpid " "$scratch/larder"
has "SIGUSR1 is what the server takes" '^  USR1;' src/main/java/dev/larder/Signals.java
has "and SIGHUP" '^  HUP,' src/main/java/dev/larder/Signals.java
has "and the script sends" '^reopen_cmd="larder_signal USR1"' "$scratch/larder"

finish
