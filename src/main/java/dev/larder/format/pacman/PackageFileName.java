package dev.larder.format.pacman;

import dev.larder.format.Compression;
import org.jspecify.annotations.Nullable;

/// The name of a package file, `name-[epoch:]pkgver-pkgrel-arch.pkg.tar[.suffix]`. It is a label:
/// the truth is the `.PKGINFO` inside. Read from the right, since only the name may hold hyphens
/// (PKGBUILD(5), pkgname and pkgver).
///
/// @param name of the package
/// @param version `[epoch:]pkgver-pkgrel`
/// @param architecture `any` or a machine's
record PackageFileName(String name, String version, String architecture) {
  private static final String MARK = ".pkg.tar";

  /// Where the compression's suffix starts in the name of a package file; -1 if `fileName` is none.
  static int suffixStart(String fileName) {
    int mark = fileName.lastIndexOf(MARK);
    if (mark <= 0 || fileName.charAt(0) == '.') {
      return -1;
    }
    int suffix = mark + MARK.length();
    return Compression.named(fileName.substring(suffix)) == null ? -1 : suffix;
  }

  /// Reads a file name; null if it is not a package file's.
  static @Nullable PackageFileName orNull(String fileName) {
    int suffix = suffixStart(fileName);
    if (suffix < 0) {
      return null;
    }
    String stem = fileName.substring(0, suffix - MARK.length());
    int arch = stem.lastIndexOf('-');
    int release = arch < 0 ? -1 : stem.lastIndexOf('-', arch - 1);
    int version = release < 0 ? -1 : stem.lastIndexOf('-', release - 1);
    if (version <= 0 || release - version < 2 || arch - release < 2 || arch == stem.length() - 1) {
      return null;
    }
    return new PackageFileName(
        stem.substring(0, version), stem.substring(version + 1, arch), stem.substring(arch + 1));
  }
}
