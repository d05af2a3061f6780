package dev.larder.format.pacman;

import dev.larder.format.PackageInfo;
import dev.larder.format.PackageInfo.Relation;
import dev.larder.format.RepositoryFormat.Lint;
import dev.larder.format.RepositoryFormat.Severity;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// What will hurt the users of one directory of packages. Which packages other repositories have,
/// the official ones among them, is not known here.
final class PackageLint {
  private static final int MAX_NAMED = 12;

  private final String directory;
  private final List<PackageInfo> packages;
  private final Map<String, PackageInfo> byName = new HashMap<>();
  private final Map<String, List<PackageInfo>> providers = new HashMap<>();
  private final List<Lint> findings = new ArrayList<>();

  PackageLint(String directory, List<PackageInfo> packages) {
    this.directory = directory;
    this.packages = packages;
    for (PackageInfo info : packages) {
      byName.putIfAbsent(info.name(), info);
      Set<String> provided = new HashSet<>();
      for (String provision : info.relation(Relation.PROVIDES)) {
        provided.add(Dependency.parse(provision).name());
      }
      for (String name : provided) {
        providers.computeIfAbsent(name, _ -> new ArrayList<>()).add(info);
      }
    }
  }

  /// All findings, by package.
  List<Lint> findings() {
    Set<String> seen = new HashSet<>();
    for (PackageInfo info : packages) {
      if (!seen.add(info.name())) {
        add(
            info,
            "duplicate",
            Severity.ERROR,
            "is in the directory twice; clients take either. Remove one of them");
      }
      architecture(info);
      names(info);
      dependencies(info);
      provisions(info);
      replacements(info);
      if (info.hasScripts()) {
        add(
            info,
            "install-script",
            Severity.NOTE,
            "brings an .INSTALL script, which runs as root when it is installed or removed");
      }
    }
    return List.copyOf(findings);
  }

  private void add(PackageInfo info, String rule, Severity severity, String message) {
    findings.add(new Lint(info.name(), rule, severity, info.name() + " " + message));
  }

  private void architecture(PackageInfo info) {
    if (!info.architecture().equals("any") && !info.architecture().equals(directory)) {
      add(
          info,
          "wrong-architecture",
          Severity.ERROR,
          "is for "
              + info.architecture()
              + ", but lies in "
              + directory
              + ", whose machines refuse it; move it");
    }
  }

  private void names(PackageInfo info) {
    String text = info.name() + "-" + info.version();
    if (!PkgInfo.isName(info.name()) || !PkgInfo.isVersion(info.version())) {
      add(
          info,
          "name-breaks-clients",
          Severity.ERROR,
          "has a name or version that pacman refuses or cannot ask a server for: "
              + text
              + ". Build it under a name of ASCII letters, digits and @._+-");
    } else if (text.indexOf('+') >= 0) {
      add(
          info,
          "name-breaks-clients",
          Severity.NOTE,
          "has a + in its file name: "
              + text
              + ". S3 takes it for a blank when pacman asks it directly");
    }
  }

  private void dependencies(PackageInfo info) {
    Set<String> elsewhere = new TreeSet<>();
    for (String text : info.relation(Relation.DEPENDS)) {
      Dependency dependency = Dependency.parse(text);
      if (isSatisfied(dependency)) {
        continue;
      }
      PackageInfo literal = byName.get(dependency.name());
      if (literal == null) {
        elsewhere.add(dependency.toString());
      } else {
        add(
            info,
            "missing-dependency",
            Severity.ERROR,
            "needs "
                + dependency
                + ", but "
                + literal.name()
                + " is "
                + literal.version()
                + " here; bring a version that fits, or build "
                + info.name()
                + " again");
      }
    }
    if (!elsewhere.isEmpty()) {
      add(
          info,
          "missing-dependency",
          Severity.NOTE,
          "needs from other repositories: " + joined(elsewhere));
    }
  }

  private static String joined(Set<String> names) {
    String first = String.join(", ", names.stream().limit(MAX_NAMED).toList());
    int more = names.size() - MAX_NAMED;
    return more > 0 ? first + " and " + more + " more" : first;
  }

  private boolean isSatisfied(Dependency dependency) {
    PackageInfo literal = byName.get(dependency.name());
    if (literal != null && dependency.accepts(literal.name(), literal.version())) {
      return true;
    }
    return providers.getOrDefault(dependency.name(), List.of()).stream()
        .flatMap(provider -> provider.relation(Relation.PROVIDES).stream())
        .map(Dependency::parse)
        .anyMatch(dependency::isProvidedBy);
  }

  private void provisions(PackageInfo info) {
    Set<String> done = new HashSet<>();
    for (String text : info.relation(Relation.PROVIDES)) {
      String name = Dependency.parse(text).name();
      PackageInfo literal = byName.get(name);
      if (name.equals(info.name()) || !done.add(name)) {
        continue;
      }
      if (literal != null) {
        if (!conflict(info, literal)) {
          add(
              info,
              "conflicting-provides",
              Severity.WARNING,
              "provides "
                  + name
                  + ", which is a package here, and neither conflicts with the other; both can be"
                  + " installed at once. Add conflicts=("
                  + name
                  + ")");
        }
        continue;
      }
      for (PackageInfo other : providers.getOrDefault(name, List.of())) {
        if (info.name().compareTo(other.name()) < 0 && !conflict(info, other)) {
          add(
              info,
              "conflicting-provides",
              Severity.NOTE,
              "provides "
                  + name
                  + " as "
                  + other.name()
                  + " does, and neither conflicts with the other; pacman asks which to install");
        }
      }
    }
  }

  private static boolean conflict(PackageInfo a, PackageInfo b) {
    return conflictsWith(a, b) || conflictsWith(b, a);
  }

  private static boolean conflictsWith(PackageInfo info, PackageInfo other) {
    return info.relation(Relation.CONFLICTS).stream()
        .map(Dependency::parse)
        .anyMatch(
            c -> c.isSatisfiedBy(other.name(), other.version(), other.relation(Relation.PROVIDES)));
  }

  private void replacements(PackageInfo info) {
    for (String text : info.relation(Relation.REPLACES)) {
      String name = Dependency.parse(text).name();
      if (!byName.containsKey(name)) {
        add(
            info,
            "hijacks",
            Severity.WARNING,
            "replaces "
                + text
                + ", which is not in this repository: on every machine that has it from elsewhere,"
                + " pacman -Su puts "
                + info.name()
                + " in its place. Use provides and conflicts if that is not meant");
      }
    }
  }
}
