package dev.larder.format.freebsd;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// The name of a package's file: `NAME-VERSION.pkg`, or `NAME-VERSION~HASH.pkg` where a repository
/// was made with `pkg repo --hash`; then HASH is the first [PkgSum#PREFIX] characters of the file's
/// checksum, and the name never means other bytes.
///
/// @param name without the version
/// @param version empty if the name has none
/// @param hash what the name says of the bytes, or null
record PkgFileName(String name, String version, @Nullable String hash) {
  private static final List<String> SUFFIXES =
      List.of(".pkg", ".txz", ".tzst", ".tbz", ".tgz", ".tar");

  /// Reads `fileName`, the last segment of a path; null if no package is called so.
  static @Nullable PkgFileName orNull(String fileName) {
    for (String suffix : SUFFIXES) {
      if (fileName.endsWith(suffix) && fileName.length() > suffix.length()) {
        return of(fileName.substring(0, fileName.length() - suffix.length()));
      }
    }
    return null;
  }

  private static PkgFileName of(String stem) {
    int tilde = stem.lastIndexOf('~');
    String hash =
        tilde > 0 && PkgSum.isPrefix(stem.substring(tilde + 1)) ? stem.substring(tilde + 1) : null;
    String plain = hash == null ? stem : stem.substring(0, tilde);
    // Names have dashes, versions have none.
    int dash = plain.lastIndexOf('-');
    return dash <= 0
        ? new PkgFileName(plain, "", hash)
        : new PkgFileName(plain.substring(0, dash), plain.substring(dash + 1), hash);
  }
}
