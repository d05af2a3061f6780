package dev.larder.format.freebsd;

import dev.larder.format.InvalidIndex;
import dev.larder.format.TarMembers;
import java.io.IOException;
import java.io.InputStream;

/// A package: a packed tar archive that begins with `+COMPACT_MANIFEST` and `+MANIFEST`.
final class PackageArchive {
  private PackageArchive() {}

  /// Reads `bytes` to their end.
  ///
  /// @param where what is read, for messages
  /// @param maxUnpacked how many bytes it may hold unpacked
  /// @throws InvalidIndex if it is no whole package
  static void check(String where, InputStream bytes, long maxUnpacked) throws IOException {
    boolean manifest = false;
    try (TarMembers members = TarMembers.open(where, bytes, maxUnpacked)) {
      while (members.next()) {
        manifest |=
            members.name().equals("+COMPACT_MANIFEST") || members.name().equals("+MANIFEST");
      }
    }
    if (!manifest) {
      throw new InvalidIndex(where + ": is not a package: it holds no manifest");
    }
  }
}
