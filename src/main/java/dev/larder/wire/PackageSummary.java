package dev.larder.wire;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A package of a repository, in one of its directories.
///
/// @param repository the repository's name
/// @param directory where: `x86_64`, `FreeBSD:15:amd64`
/// @param name of the package
/// @param version whole
/// @param base what it was built from
/// @param architecture where it can be installed: `any` is in every directory
/// @param description one line
/// @param url its home page
/// @param licenses as the package names them
/// @param packager who made it
/// @param path of its file below the repository
/// @param size of the file in bytes
/// @param installedSize bytes it takes when installed; -1 if not stated
/// @param sha256 of the file
/// @param signed whether a signature lies beside it
/// @param builtAt absent if not stated
/// @param relations to other packages by kind (`depends`, `provides`, ...), in the format's
///   notation
/// @param hasScripts whether it brings code that runs as root
public record PackageSummary(
    String repository,
    String directory,
    String name,
    String version,
    String base,
    String architecture,
    String description,
    String url,
    List<String> licenses,
    String packager,
    String path,
    long size,
    long installedSize,
    String sha256,
    boolean signed,
    @Nullable Instant builtAt,
    Map<String, List<String>> relations,
    boolean hasScripts) {
  /// Takes defensive copies.
  public PackageSummary {
    licenses = List.copyOf(licenses);
    relations = Map.copyOf(relations);
  }
}
