package dev.larder.format.freebsd;

import dev.larder.format.PackageInfo;
import dev.larder.format.PackageInfo.Relation;
import dev.larder.format.RepositoryFormat.Lint;
import dev.larder.format.RepositoryFormat.Severity;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// What will hurt the users of a directory of FreeBSD packages.
final class PkgLint {
  private static final int MAX_NAMED = 5;

  private final String directory;
  private final List<PackageInfo> packages;
  private final Set<String> present = new HashSet<>();
  private final List<Lint> findings = new ArrayList<>();
  private final int usualMinor;

  private PkgLint(String directory, List<PackageInfo> packages) {
    this.directory = directory;
    this.packages = packages;
    for (PackageInfo info : packages) {
      present.add(info.name());
      present.addAll(info.relation(Relation.PROVIDES));
    }
    this.usualMinor = usualMinor();
  }

  /// Looks at all packages of a directory.
  static List<Lint> of(String directory, List<PackageInfo> packages) {
    PkgLint lint = new PkgLint(directory, packages);
    lint.names();
    for (PackageInfo info : packages) {
      lint.abi(info);
      lint.dependencies(info);
      lint.libraries(info);
      lint.contents(info);
    }
    return lint.findings;
  }

  // pkg looks names up without regard to case, unless it is told to.
  private void names() {
    Map<String, PackageInfo> seen = new HashMap<>();
    for (PackageInfo info : packages) {
      PackageInfo other = seen.putIfAbsent(info.name().toLowerCase(Locale.ROOT), info);
      if (other == null) {
        continue;
      }
      if (other.name().equals(info.name())) {
        add(
            info,
            "duplicate-name",
            Severity.ERROR,
            "is here twice, as "
                + other.version()
                + " of "
                + other.base()
                + " and as "
                + info.version()
                + " of "
                + info.base()
                + ": remove one, clients install either");
      } else {
        add(
            info,
            "name-differs-in-case",
            Severity.WARNING,
            "has the name of "
                + other.name()
                + " but for upper and lower case, which pkg ignores:"
                + " rename one");
      }
    }
  }

  private void abi(PackageInfo info) {
    Abi abi = Abi.orNull(directory);
    if (abi == null || !abi.admits(info.architecture())) {
      add(
          info,
          "wrong-abi",
          Severity.ERROR,
          "is for "
              + info.architecture()
              + ", and one such package makes clients refuse the whole catalogue of "
              + directory
              + ": remove it from there");
    }
    OsVersion builtOn = OsVersion.neededBy(info);
    if (abi == null || builtOn == null) {
      return;
    }
    if (builtOn.major() > abi.major()) {
      add(
          info,
          "newer-system",
          Severity.ERROR,
          "was built on FreeBSD "
              + builtOn
              + ", newer than any FreeBSD "
              + abi.major()
              + ", whose pkg refuses the whole catalogue: build it there");
    } else if (builtOn.major() == abi.major() && builtOn.minor() > usualMinor) {
      add(
          info,
          "newer-minor",
          Severity.WARNING,
          "was built on FreeBSD "
              + builtOn
              + ", most packages here on "
              + abi.major()
              + "."
              + usualMinor
              + ": machines that are older than "
              + builtOn
              + " refuse it. Build all on the oldest system that is in use");
    }
  }

  // The one most packages were built on; of two, the older.
  private int usualMinor() {
    Abi abi = Abi.orNull(directory);
    Map<Integer, Integer> counts = new TreeMap<>();
    for (PackageInfo info : packages) {
      OsVersion builtOn = OsVersion.neededBy(info);
      if (abi != null && builtOn != null && builtOn.major() == abi.major()) {
        counts.merge(builtOn.minor(), 1, Integer::sum);
      }
    }
    int usual = Integer.MAX_VALUE;
    int most = 0;
    for (Map.Entry<Integer, Integer> count : counts.entrySet()) {
      if (count.getValue() > most) {
        most = count.getValue();
        usual = count.getKey();
      }
    }
    return usual;
  }

  private void dependencies(PackageInfo info) {
    for (String need : info.relation(Relation.DEPENDS)) {
      if (!present.contains(need) && !OsVersion.isNeed(need)) {
        add(
            info,
            "missing-dependency",
            Severity.WARNING,
            "needs "
                + need
                + ", which is not in this repository: add it, or see to it that its machines use"
                + " another repository that has it");
      }
    }
  }

  private void libraries(PackageInfo info) {
    List<String> missing =
        info.relation(Relation.LIBRARIES).stream()
            .filter(library -> !present.contains(library))
            .toList();
    if (!missing.isEmpty()) {
      add(
          info,
          "missing-library",
          Severity.NOTE,
          "needs "
              + String.join(", ", missing.subList(0, Math.min(MAX_NAMED, missing.size())))
              + (missing.size() > MAX_NAMED ? " and " + (missing.size() - MAX_NAMED) + " more" : "")
              + ", which no package in this repository provides: FreeBSD itself or another"
              + " repository has to");
    }
  }

  private void contents(PackageInfo info) {
    if (info.hasScripts()) {
      add(
          info,
          "scripts",
          Severity.NOTE,
          "runs scripts as root when it is installed or removed: read them if you did not build"
              + " it");
    }
    if ((info.name() + info.version()).indexOf('+') >= 0) {
      add(
          info,
          "plus-in-name",
          Severity.NOTE,
          "has a + in the name of its file, which S3 and some caches in front of it take for a"
              + " blank: publish it where %2B and + are the same");
    }
  }

  private void add(PackageInfo info, String rule, Severity severity, String message) {
    findings.add(new Lint(info.name(), rule, severity, info.name() + " " + message + "."));
  }
}
