# Finds a JDK: read by the launcher and by the test command, so that both run on the same one.
# POSIX sh. Defines functions only; every variable it sets begins with jdk_.
#
#   find_jdk run|build   sets jdk_home and jdk_version and returns 0, or returns 1 with one sentence
#                        for the user in jdk_problem. "build" asks for a compiler as well.
#
# Order: LARDER_JAVA_HOME, JAVA_HOME, the java of PATH, the newest in the usual directories.
# LARDER_JDK_DIRS (directories separated by colons) replaces the usual directories.

# shellcheck disable=SC2034 # jdk_home, jdk_version and jdk_problem are for whoever reads this file
jdk_least=25

# The usual directories: Linux distributions, Oracle's and vendors' packages, SDKMAN; FreeBSD.
jdk_usual_dirs() {
  if [ -n "${LARDER_JDK_DIRS+set}" ]; then
    printf '%s\n' "$LARDER_JDK_DIRS" | tr ':' '\n'
    return
  fi
  for jdk_dir in /usr/lib/jvm/* /usr/lib64/jvm/* /opt/*jdk* /opt/java/* /usr/java/* \
    "${HOME:-/nonexistent}"/.sdkman/candidates/java/* /usr/local/openjdk*; do
    if [ -d "$jdk_dir" ]; then
      printf '%s\n' "$jdk_dir"
    fi
  done
}

# Sets jdk_version to that of the JDK in $1; returns 1 if there is none. Reads the file "release"
# where there is one: starting a Java runtime only to ask for its version costs more than all the
# rest of the search.
jdk_read_version() {
  jdk_version=
  [ -x "$1/bin/java" ] || return 1
  if [ -r "$1/release" ]; then
    jdk_version=$(sed -n 's/^JAVA_VERSION="\{0,1\}\([^"]*\)"\{0,1\}.*$/\1/p' "$1/release" 2>/dev/null)
  fi
  if [ -z "$jdk_version" ]; then
    jdk_version=$("$1/bin/java" -version 2>&1 </dev/null |
      sed -n 's/^[^"]* version "\([^"]*\)".*$/\1/p' | sed -n 1p)
  fi
  [ -n "$jdk_version" ]
}

# Prints the version $1 as a number that orders: 25.0.3 as 25000003.
jdk_rank() {
  jdk_rest=${1%%[!0-9.]*}.0.0
  jdk_major=${jdk_rest%%.*}
  jdk_rest=${jdk_rest#*.}
  jdk_minor=${jdk_rest%%.*}
  jdk_rest=${jdk_rest#*.}
  jdk_patch=${jdk_rest%%.*}
  # awk, because the shell takes a leading zero for octal.
  printf '%s %s %s\n' "${jdk_major:-0}" "${jdk_minor:-0}" "${jdk_patch:-0}" |
    awk '{ printf "%d\n", $1 * 1000000 + $2 * 1000 + $3 }'
}

# Whether the JDK in $1 will do for the purpose $2; sets jdk_version.
jdk_suits() {
  jdk_read_version "$1" || return 1
  jdk_major=${jdk_version%%[!0-9]*}
  [ "${jdk_major:-0}" -ge "$jdk_least" ] || return 1
  [ "$2" = run ] || [ -x "$1/bin/javac" ]
}

# Prints the home of the java of PATH; empty if there is none.
jdk_of_path() {
  jdk_java=$(command -v java 2>/dev/null) || return 0
  case $jdk_java in
    /*) ;;
    *) return 0 ;;
  esac
  while [ -L "$jdk_java" ]; do
    jdk_link=$(readlink "$jdk_java") || return 0
    case $jdk_link in
      /*) jdk_java=$jdk_link ;;
      *) jdk_java=${jdk_java%/*}/$jdk_link ;;
    esac
  done
  jdk_dir=${jdk_java%/*}
  if [ -r "${jdk_dir%/*}/release" ]; then
    printf '%s\n' "${jdk_dir%/*}"
  else
    # A wrapper, as FreeBSD's /usr/local/bin/java: only the runtime itself knows its home.
    "$jdk_java" -XshowSettings:properties -version 2>&1 </dev/null |
      sed -n 's/^ *java\.home = //p' | sed -n 1p
  fi
}

# How to install a JDK on this system, in one sentence.
jdk_advice() {
  jdk_system=$(uname -s 2>/dev/null)
  if [ -r /etc/os-release ]; then
    jdk_system=$(sed -n 's/^ID\(_LIKE\)\{0,1\}=//p' /etc/os-release | tr '\n"' '  ')
  fi
  case " $jdk_system " in
    *debian* | *ubuntu*)
      echo "install one with 'apt install openjdk-25-jdk', or where that is not packaged yet take Temurin 25 from Eclipse Adoptium" ;;
    *arch*) echo "install one with 'pacman -S jdk-openjdk'" ;;
    *fedora* | *rhel*) echo "install one with 'dnf install java-25-openjdk-devel'" ;;
    *alpine*) echo "install one with 'apk add openjdk25'" ;;
    *FreeBSD* | *freebsd*) echo "install one with 'pkg install openjdk25'" ;;
    *) echo "install one, for example Temurin 25 from Eclipse Adoptium" ;;
  esac
}

find_jdk() {
  jdk_home=
  jdk_problem=
  if [ -n "${LARDER_JAVA_HOME:-}" ]; then
    # Asked for by name: another one would be a surprise.
    if jdk_suits "$LARDER_JAVA_HOME" "$1"; then
      jdk_home=$LARDER_JAVA_HOME
      return 0
    fi
    jdk_problem="LARDER_JAVA_HOME is $LARDER_JAVA_HOME, which holds no JDK $jdk_least or newer; correct it or unset it."
    return 1
  fi
  if [ -n "${JAVA_HOME:-}" ] && jdk_suits "$JAVA_HOME" "$1"; then
    jdk_home=$JAVA_HOME
    return 0
  fi
  jdk_candidate=$(jdk_of_path)
  if [ -n "$jdk_candidate" ] && jdk_suits "$jdk_candidate" "$1"; then
    jdk_home=$jdk_candidate
    return 0
  fi
  jdk_best=0
  jdk_best_version=
  jdk_dirs=$(jdk_usual_dirs)
  while IFS= read -r jdk_candidate; do
    if [ -n "$jdk_candidate" ] && jdk_suits "$jdk_candidate" "$1"; then
      jdk_this=$(jdk_rank "$jdk_version")
      if [ "$jdk_this" -gt "$jdk_best" ]; then
        jdk_best=$jdk_this
        jdk_best_version=$jdk_version
        jdk_home=$jdk_candidate
      fi
    fi
  done <<EOF
$jdk_dirs
EOF
  jdk_version=$jdk_best_version
  if [ -n "$jdk_home" ]; then
    return 0
  fi
  jdk_problem="no JDK $jdk_least or newer found (looked at JAVA_HOME, PATH and the usual directories): $(jdk_advice)."
  return 1
}
