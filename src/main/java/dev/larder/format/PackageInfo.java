package dev.larder.format;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A package as the metadata inside it describes it; its file name has no say in it.
///
/// @param name of the package
/// @param version whole, as clients compare it: `1:2.0-3`, `1.2_3,1`
/// @param base what it was built from: the pkgbase, the port's origin; never empty
/// @param architecture where it can be installed: `x86_64`, `any`, `FreeBSD:15:amd64`,
///   `FreeBSD:15:*`
/// @param description one line; may be empty
/// @param url its home page; may be empty
/// @param licenses as the metadata names them
/// @param packager who made it; may be empty
/// @param installedSize bytes it takes when installed; -1 if not stated
/// @param builtAt null if not stated
/// @param relations to other packages, each in the format's own notation (`glibc>=2.38`); a
///   relation without values is left out
/// @param hasScripts whether it brings code that runs as root when it is installed or removed
public record PackageInfo(
    String name,
    String version,
    String base,
    String architecture,
    String description,
    String url,
    List<String> licenses,
    String packager,
    long installedSize,
    @Nullable Instant builtAt,
    Map<Relation, List<String>> relations,
    boolean hasScripts) {
  /// How a package relates to others.
  public enum Relation {
    /// Needed when it is used.
    DEPENDS,
    /// Useful beside it.
    OPTIONAL,
    /// Needed to build it.
    MAKE,
    /// Needed to test it.
    CHECK,
    /// Names, versions and libraries it stands for.
    PROVIDES,
    /// Cannot be installed beside it.
    CONFLICTS,
    /// Takes the place of.
    REPLACES,
    /// Groups or categories it belongs to.
    GROUPS,
    /// Libraries it needs.
    LIBRARIES
  }

  /// Takes defensive copies.
  public PackageInfo {
    licenses = List.copyOf(licenses);
    relations = Map.copyOf(relations);
  }

  /// The values of a relation; empty if there are none.
  public List<String> relation(Relation relation) {
    return relations.getOrDefault(relation, List.of());
  }
}
