package dev.larder.format.pacman;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a package asks of others, `name[op version][: description]` (alpm-package-relation(7)),
/// read as libalpm's `alpm_dep_from_string` does.
///
/// @param name of a package, or something others provide
/// @param operator null if any version will do
/// @param version empty if any version will do
record Dependency(String name, @Nullable Operator operator, String version) {
  /// How versions must compare.
  enum Operator {
    AT_MOST("<="),
    AT_LEAST(">="),
    LESS("<"),
    MORE(">"),
    EQUAL("=");

    private final String sign;

    Operator(String sign) {
      this.sign = sign;
    }

    private boolean accepts(int order) {
      return switch (this) {
        case AT_MOST -> order <= 0;
        case AT_LEAST -> order >= 0;
        case LESS -> order < 0;
        case MORE -> order > 0;
        case EQUAL -> order == 0;
      };
    }
  }

  /// Reads one.
  static Dependency parse(String text) {
    int description = text.indexOf(": ");
    String plain = description < 0 ? text : text.substring(0, description);
    for (char sign : new char[] {'<', '>', '='}) {
      int at = plain.indexOf(sign);
      if (at >= 0) {
        for (Operator operator : Operator.values()) {
          if (plain.startsWith(operator.sign, at)) {
            String version = plain.substring(at + operator.sign.length());
            return new Dependency(plain.substring(0, at), operator, version);
          }
        }
      }
    }
    return new Dependency(plain, null, "");
  }

  /// Whether a package of this name and version is what is asked for. A version without a release
  /// means all its releases.
  boolean accepts(String otherName, String otherVersion) {
    return name.equals(otherName)
        && (operator == null || operator.accepts(PacmanVersion.compare(otherVersion, version)));
  }

  /// Whether a package that provides `provision` has what is asked for. What is provided without a
  /// version has none to compare.
  boolean isProvidedBy(Dependency provision) {
    if (operator == null || provision.operator == null) {
      return operator == null && name.equals(provision.name);
    }
    return provision.operator == Operator.EQUAL && accepts(provision.name, provision.version);
  }

  /// Whether a package has what is asked for, by its name or by what it provides.
  boolean isSatisfiedBy(String packageName, String packageVersion, List<String> provides) {
    return accepts(packageName, packageVersion)
        || provides.stream().map(Dependency::parse).anyMatch(this::isProvidedBy);
  }

  @Override
  public String toString() {
    return operator == null ? name : name + operator.sign + version;
  }
}
