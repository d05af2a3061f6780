#!/bin/sh
# Tests the launcher and the search for a JDK: with made-up JDKs and a made-up Maven under every
# shell there is, then with the real distribution. POSIX sh; called by scripts/test.
set -u
cd "$(dirname "$0")/.." || exit 1
root=$(pwd)
scratch=$(mktemp -d "${TMPDIR:-/tmp}/larder-launcher.XXXXXX") || exit 1
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM HUP

passed=0
failures=0
skipped=0
ok() { passed=$((passed + 1)); }
bad() {
  failures=$((failures + 1))
  printf 'FAILED (%s): %s\n' "$shell" "$1"
  [ ! -s "$scratch/out" ] || sed 's/^/  out: /' "$scratch/out"
  [ ! -s "$scratch/err" ] || sed 's/^/  err: /' "$scratch/err"
}
# is WHAT EXPECTED GOT
is() { if [ "$2" = "$3" ]; then ok; else bad "$1: expected <$2>, got <$3>"; fi; }
# has WHAT TEXT FILE
has() { if grep -q -e "$2" "$3"; then ok; else bad "$1: no <$2>"; fi; }
# has_not WHAT TEXT FILE
has_not() { if grep -q -e "$2" "$3"; then bad "$1: there is <$2>"; else ok; fi; }
# lines WHAT COUNT FILE
lines() { is "$1" "$2" "$(wc -l <"$3" | tr -d ' ')"; }

# --- made-up parts ------------------------------------------------------------------------------

# A PATH with the tools a bare system has, and neither java nor mvn.
tools=$scratch/tools
mkdir "$tools"
for tool in sh awk cat chmod cksum cmp cp cut date find grep id ls mkdir mv printf readlink rm sed \
  sleep sort timeout touch tr uname wc; do
  path=$(command -v "$tool") && [ "${path#/}" != "$path" ] && ln -s "$path" "$tools/$tool"
done

# jdk DIRECTORY VERSION [jre] [norelease]: a Java that prints what it was called with.
jdk() {
  mkdir -p "$1/bin"
  cat >"$1/bin/java" <<END
#!/bin/sh
home=$1
version=$2
END
  cat >>"$1/bin/java" <<'END'
for argument in "$@"; do
  case $argument in
    -version)
      echo "openjdk version \"$version\" 2026-01-01" >&2
      echo "    java.home = $home" >&2
      exit ;;
    -XX:AOTCacheOutput=*)
      [ -n "${FAKE_NO_AOT:-}" ] || echo cache >"${argument#*=}"
      exit ;;
  esac
done
echo "java of $home pid $$"
printf 'arg %s\n' "$@"
END
  chmod +x "$1/bin/java"
  [ "${3:-}" = jre ] || { echo '#!/bin/sh' >"$1/bin/javac" && chmod +x "$1/bin/javac"; }
  [ "${4:-}" = norelease ] || printf 'IMPLEMENTOR="Nobody"\nJAVA_VERSION="%s"\n' "$2" >"$1/release"
}

# find_with PURPOSE [VARIABLE=VALUE ...]: what the search finds in that environment.
find_with() {
  purpose=$1
  shift
  # shellcheck disable=SC2086,SC2016 # $shell is a command with its options; the script is for it
  env -i "PATH=$tools" "HOME=$scratch/nobody" "LARDER_JDK_DIRS=" "$@" $shell -c '
    . "$0"
    if find_jdk "$1"; then echo "$jdk_home $jdk_version"; else echo "none: $jdk_problem"; fi
  ' "$root/scripts/find-jdk.sh" "$purpose" 2>"$scratch/err"
}

jdks=$scratch/jdks
jdk "$jdks/8" 1.8.0_402
jdk "$jdks/17" 17.0.15
jdk "$jdks/25" 25
jdk "$jdks/25.0.9" 25.0.9
jdk "$jdks/25.0.10" 25.0.10
jdk "$jdks/26" 26-ea
jdk "$jdks/jre26" 26.0.1 jre
jdk "$jdks/bare" 25.0.2 full norelease
mkdir "$jdks/empty" "$scratch/path17" "$scratch/path25" "$scratch/alternatives" "$scratch/wrapped"
ln -s "$jdks/17/bin/java" "$scratch/path17/java"
ln -s "$jdks/25/bin/java" "$scratch/alternatives/java"
ln -s ../alternatives/java "$scratch/path25/java"
printf '#!/bin/sh\nexec %s/bin/java "$@"\n' "$jdks/bare" >"$scratch/wrapped/java"
chmod +x "$scratch/wrapped/java"

test_search() {
  is "LARDER_JAVA_HOME comes first" "$jdks/25 25" \
    "$(find_with run "LARDER_JAVA_HOME=$jdks/25" "JAVA_HOME=$jdks/26")"
  is "JAVA_HOME comes before PATH" "$jdks/26 26-ea" \
    "$(find_with run "JAVA_HOME=$jdks/26" "PATH=$scratch/path25:$tools")"
  is "an old JAVA_HOME is passed over" "$jdks/25 25" \
    "$(find_with run "JAVA_HOME=$jdks/17" "PATH=$scratch/path25:$tools")"
  is "PATH comes before the usual directories" "$jdks/25 25" \
    "$(find_with run "PATH=$scratch/path25:$tools" "LARDER_JDK_DIRS=$jdks/26")"
  is "an old java of PATH is passed over" "$jdks/25.0.9 25.0.9" \
    "$(find_with run "PATH=$scratch/path17:$tools" "LARDER_JDK_DIRS=$jdks/25.0.9")"
  is "a wrapper in PATH is asked for its home" "$jdks/bare 25.0.2" \
    "$(find_with run "PATH=$scratch/wrapped:$tools")"
  is "the newest of the usual directories" "$jdks/25.0.10 25.0.10" \
    "$(find_with run "LARDER_JDK_DIRS=$jdks/25:$jdks/25.0.10:$jdks/25.0.9:$jdks/17:$jdks/empty")"
  is "an early access build counts" "$jdks/26 26-ea" \
    "$(find_with run "LARDER_JDK_DIRS=$jdks/25.0.10:$jdks/26:$jdks/8")"
  is "without a release file java is asked" "$jdks/bare 25.0.2" \
    "$(find_with run "LARDER_JDK_DIRS=$jdks/bare")"
  is "a runtime without a compiler runs" "$jdks/jre26 26.0.1" \
    "$(find_with run "LARDER_JDK_DIRS=$jdks/jre26:$jdks/25")"
  is "a runtime without a compiler does not build" "$jdks/25 25" \
    "$(find_with build "LARDER_JDK_DIRS=$jdks/jre26:$jdks/25")"
  find_with run "LARDER_JDK_DIRS=$jdks/17:$jdks/8:$jdks/empty" >"$scratch/out"
  has "none is said" "^none: no JDK 25 or newer found" "$scratch/out"
  has "and what to install" "install" "$scratch/out"
  lines "in one sentence" 1 "$scratch/out"
  find_with run "LARDER_JAVA_HOME=$jdks/17" "JAVA_HOME=$jdks/26" >"$scratch/out"
  has "a wrong LARDER_JAVA_HOME is not passed over" "^none: LARDER_JAVA_HOME is $jdks/17" "$scratch/out"
}

# launch DIRECTORY [ARGUMENT ...] with the variables of $with; output in out and err.
launch() {
  where=$1
  shift
  # shellcheck disable=SC2086 # lists
  env -i "PATH=$scratch/maven:$tools" "HOME=$scratch/nobody" "LARDER_JDK_DIRS=$jdks/25" $with \
    $shell "$where/larder" "$@" >"$scratch/out" 2>"$scratch/err" </dev/null
}
builds() { wc -l <"$scratch/builds" | tr -d ' '; }

# A checkout with one source, and a Maven that notes each build.
make_checkout() {
  rm -rf "$scratch/checkout" "$scratch/maven"
  mkdir -p "$scratch/checkout/src/main/java" "$scratch/checkout/scripts" "$scratch/checkout/.mvn" \
    "$scratch/maven"
  cp "$root/larder" "$scratch/checkout/"
  cp "$root/scripts/find-jdk.sh" "$scratch/checkout/scripts/"
  echo '<project/>' >"$scratch/checkout/pom.xml"
  echo one >"$scratch/checkout/src/main/java/One.java"
  echo two >"$scratch/checkout/src/main/java/Two.java"
  cat >"$scratch/maven/mvn" <<END
#!/bin/sh
case "\$*" in
  *-version*) echo "Apache Maven \${FAKE_MAVEN:-3.8.7}"; exit ;;
esac
[ "\$JAVA_HOME" = "$jdks/25" ] || exit 9
echo "Downloading the world"
[ -z "\${FAKE_FAIL:-}" ] || { echo "One.java:1: it is broken"; exit 1; }
echo build >>"$scratch/builds"
mkdir -p target/quick/larder/lib
cat src/main/java/*.java >target/quick/larder/lib/larder-1.jar
echo library >target/quick/larder/lib/library-\${FAKE_LIBRARY:-1}.jar
END
  chmod +x "$scratch/maven/mvn"
  : >"$scratch/builds"
}

# Makes the sources, and after them the build, long past: a file system's clock may tick only once a
# second, so that what is touched next would not count as newer.
age() {
  find "$scratch/checkout/pom.xml" "$scratch/checkout/src" "$scratch/checkout/.mvn" \
    -exec touch -t 202501010000 {} +
  touch -t 202506010000 "$scratch/checkout/target/run/stamp"
}

test_checkout() {
  make_checkout
  with=
  launch "$scratch/checkout" status --wide
  is "first use succeeds" 0 "$?"
  has "the first build is announced" "^larder: building (first use, about a minute) ...$" "$scratch/err"
  has_not "Maven is not heard" "Downloading" "$scratch/err"
  lines "two lines in all: the build and the cache" 2 "$scratch/err"
  has "java gets the arguments" "^arg --wide$" "$scratch/out"
  has "and the jar" "^arg $scratch/checkout/target/run/lib/larder-1.jar$" "$scratch/out"
  has "a command runs on a small heap" "^arg -Xmx64m$" "$scratch/out"
  has "and on the quick compiler" "^arg -XX:TieredStopAtLevel=1$" "$scratch/out"
  has "the cache is used" "^arg -XX:AOTCache=" "$scratch/out"
  has "mapped where it was made for" "^arg -XX:ArchiveRelocationMode=0$" "$scratch/out"
  age
  launch "$scratch/checkout" serve
  is "nothing changed, nothing built" 1 "$(builds)"
  lines "and nothing said" 0 "$scratch/err"
  has "serve has a bounded heap" "^arg -Xmx128m$" "$scratch/out"
  has "and bounded buffers" "^arg -XX:MaxDirectMemorySize=64m$" "$scratch/out"
  has_not "and the full compiler" "TieredStopAtLevel" "$scratch/out"
  with="LARDER_JAVA_OPTS=-Xmx1g LARDER_AOT=off"
  launch "$scratch/checkout" serve
  has "further options come" "^arg -Xmx1g$" "$scratch/out"
  has_not "the cache can be switched off" "AOTCache" "$scratch/out"
  has_not "and what is only for it" "ArchiveRelocationMode" "$scratch/out"
  with=

  # The marks: newer source, removed source, newer pom.
  before=$(ls -i "$scratch/checkout/target/run/lib/larder-1.jar")
  library=$(ls -i "$scratch/checkout/target/run/lib/library-1.jar")
  echo three >"$scratch/checkout/src/main/java/One.java"
  launch "$scratch/checkout"
  is "a newer source builds" 2 "$(builds)"
  has "and says so" "^larder: building (the sources have changed) ...$" "$scratch/err"
  after=$(ls -i "$scratch/checkout/target/run/lib/larder-1.jar")
  if [ "$before" != "$after" ]; then ok; else bad "the jar was written over, not replaced"; fi
  is "an unchanged library is left alone" "$library" "$(ls -i "$scratch/checkout/target/run/lib/library-1.jar")"
  age
  rm "$scratch/checkout/src/main/java/Two.java"
  launch "$scratch/checkout"
  is "a removed source builds" 3 "$(builds)"
  age
  touch "$scratch/checkout/pom.xml"
  with="FAKE_LIBRARY=2"
  launch "$scratch/checkout"
  is "a newer pom builds" 4 "$(builds)"
  is "a library that is gone goes" "larder-1.jar library-2.jar" \
    "$(cd "$scratch/checkout/target/run/lib" && echo *)"

  # What goes wrong.
  age
  touch "$scratch/checkout/pom.xml"
  with="FAKE_FAIL=1"
  launch "$scratch/checkout"
  is "a failed build fails" 1 "$?"
  has "and shows what Maven said" "One.java:1: it is broken" "$scratch/err"
  has_not "and does not run the old program" "java of" "$scratch/out"
  with="FAKE_MAVEN=3.6.3"
  launch "$scratch/checkout"
  has "an old Maven is refused" "needs Maven 3.8.7 or newer, and mvn is 3.6.3" "$scratch/err"
  lines "in one sentence" 1 "$scratch/err"
  with="PATH=$tools"
  launch "$scratch/checkout"
  has "no Maven is said" "needs Maven 3.8.7 or newer: install it" "$scratch/err"
  lines "in one sentence" 1 "$scratch/err"
  with="LARDER_JDK_DIRS=$jdks/17"
  launch "$scratch/checkout"
  is "no JDK fails" 1 "$?"
  has "no JDK is said" "^larder: no JDK 25 or newer found" "$scratch/err"
  lines "in one sentence" 1 "$scratch/err"
  with=

  # Two at once: one builds, the other waits for it.
  : >"$scratch/builds"
  (launch "$scratch/checkout") &
  first=$!
  env -i "PATH=$scratch/maven:$tools" "LARDER_JDK_DIRS=$jdks/25" "$scratch/checkout/larder" \
    >"$scratch/out2" 2>&1 </dev/null
  wait "$first"
  is "two at once build once" 1 "$(builds)"
  has "and both run" "^java of" "$scratch/out2"
  # A lock whose holder is gone.
  age
  touch "$scratch/checkout/pom.xml"
  mkdir "$scratch/checkout/target/run.lock"
  sh -c 'echo $$' >"$scratch/checkout/target/run.lock/pid"
  launch "$scratch/checkout"
  has "the lock of a dead build is taken over" "^java of" "$scratch/out"

  rm -rf "$scratch/checkout/target/aot"
  with="FAKE_NO_AOT=1"
  launch "$scratch/checkout"
  is "a cache that cannot be made does not stop the program" 0 "$?"
  has "it is said" "could not prepare it" "$scratch/err"
  has_not "and none is used" "AOTCache" "$scratch/out"
  launch "$scratch/checkout"
  lines "and it is not tried again" 0 "$scratch/err"
  with=

  # shellcheck disable=SC2086
  env -i "PATH=$tools" "LARDER_JDK_DIRS=$jdks/25" $shell "$scratch/checkout/larder" >"$scratch/out" \
    2>"$scratch/err" </dev/null &
  pid=$!
  wait "$pid"
  has "the process is java's" " pid $pid$" "$scratch/out"
}

for shell in sh dash "busybox sh" "bash --posix"; do
  # shellcheck disable=SC2086
  path=$(command -v ${shell%% *}) || continue
  ln -sf "$path" "$tools/${shell%% *}"
  for script in larder scripts/find-jdk.sh scripts/test scripts/test-launcher.sh; do
    # shellcheck disable=SC2086
    if $shell -n "$script"; then ok; else bad "$script is not well-formed"; fi
  done
  test_search
  test_checkout
done
if command -v shellcheck >/dev/null; then
  for script in larder scripts/find-jdk.sh scripts/test scripts/test-launcher.sh scripts/testing.sh \
    scripts/minbase.sh scripts/test-image.sh scripts/test-firewall.sh scripts/test-arch.sh \
    scripts/test-freebsd.sh packaging/container/build.sh; do
    if shellcheck -s sh -x "$script" >"$scratch/out" 2>&1; then ok; else bad "shellcheck $script"; fi
  done
fi

# --- the real distribution ----------------------------------------------------------------------

shell="distribution"
test_distribution() {
  # A blank in the name, and a link from elsewhere.
  mkdir "$scratch/opt with blank" "$scratch/bin"
  tar -xzf "$1" -C "$scratch/opt with blank" || { bad "$1 cannot be unpacked"; return; }
  for unpacked in "$scratch/opt with blank"/*; do :; done
  ln -s "$unpacked/bin/larder" "$scratch/bin/larder"
  for file in LICENSE README.md CHANGELOG.md SECURITY.md larder.toml.example lib/find-jdk.sh \
    share/man/man1/larder.1 share/man/man1/larder-mirror-keep.1 share/man/man5/larder.toml.5; do
    if [ -s "$unpacked/$file" ]; then ok; else bad "$file is not in the distribution"; fi
  done
  # The names in a jar are not compressed.
  grep -l -a 'META-INF/[^/]*[.]SF' "$unpacked"/lib/*.jar >"$scratch/out"
  lines "no jar is signed" 0 "$scratch/out"
  XDG_CACHE_HOME=$scratch/cache
  export XDG_CACHE_HOME
  (cd / && "$scratch/bin/larder" --version >"$scratch/out" 2>"$scratch/err" </dev/null)
  is "it runs by a link" 0 "$?"
  has "it says who it is" "^larder" "$scratch/out"
  lines "the first time one line about the cache" 1 "$scratch/err"
  "$scratch/bin/larder" --version >"$scratch/out" 2>"$scratch/err" </dev/null
  has "the second time too" "^larder" "$scratch/out"
  lines "and nothing on stderr" 0 "$scratch/err"
  cache=$(find "$scratch/cache" -name '*.aot')
  if [ -s "$cache" ]; then ok; else bad "there is no cache"; fi
  "$scratch/bin/larder" --version >"$scratch/out" 2>"$scratch/err" </dev/null
  LARDER_JAVA_OPTS=-Xlog:class+load:file="$scratch/classes" "$scratch/bin/larder" --version \
    >"$scratch/out" 2>"$scratch/err" </dev/null
  has "Larder's classes come from the cache" "dev.larder.Main source: shared objects file" "$scratch/classes"
  for damage in "truncated" "garbage"; do
    case $damage in
      truncated) printf 'no cache' >"$cache" ;;
      garbage) head -c 100000 /dev/urandom >"$cache" ;;
    esac
    "$scratch/bin/larder" --version >"$scratch/out" 2>"$scratch/err" </dev/null
    has "it runs with a $damage cache" "^larder" "$scratch/out"
    lines "and says nothing" 0 "$scratch/err"
  done
  LARDER_AOT=off "$scratch/bin/larder" --version >"$scratch/out" 2>"$scratch/err" </dev/null
  has "it runs without a cache" "^larder" "$scratch/out"
  lines "and says nothing" 0 "$scratch/err"
  env -u HOME -u XDG_CACHE_HOME "$scratch/bin/larder" --version >"$scratch/out" 2>"$scratch/err" </dev/null
  has "it runs without a home" "^larder" "$scratch/out"
  lines "and says nothing" 0 "$scratch/err"
  XDG_CACHE_HOME=/dev/null/none "$scratch/bin/larder" --version >"$scratch/out" 2>"$scratch/err" </dev/null
  has "it runs where no cache can be kept" "^larder" "$scratch/out"
  lines "and says nothing" 0 "$scratch/err"
  # A warning of the Java runtime at start would be seen here: all of the program's own output is kept.
  LC_ALL=C LARDER_AOT=off "$scratch/bin/larder" --version 2>"$scratch/err" >/dev/null </dev/null
  has_not "no warning at start" "[Ww][Aa][Rr][Nn]" "$scratch/err"
  rm "$unpacked"/lib/larder-*.jar
  "$scratch/bin/larder" --version >"$scratch/out" 2>"$scratch/err" </dev/null
  is "an incomplete distribution fails" 1 "$?"
  has "and says so" "neither a checkout nor a complete distribution" "$scratch/err"
}

. "$root/scripts/find-jdk.sh"
archive=
for candidate in target/larder-*.tar.gz; do
  [ ! -f "$candidate" ] || archive=$root/$candidate
done
if [ -z "$archive" ]; then
  echo "SKIPPED: the distribution, as there is no target/larder-*.tar.gz ('mvn package' makes it)"
  skipped=$((skipped + 1))
elif ! find_jdk run; then
  bad "$jdk_problem"
else
  test_distribution "$archive"
fi

mkdir -p target
printf 'tests="%s"\nfailures="%s"\nskipped="%s"\n' $((passed + failures + skipped)) "$failures" "$skipped" \
  >target/launcher.count
echo "launcher: $passed passed, $failures failed, $skipped skipped"
[ "$failures" = 0 ]
