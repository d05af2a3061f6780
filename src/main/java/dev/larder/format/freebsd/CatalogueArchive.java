package dev.larder.format.freebsd;

import dev.larder.format.InvalidIndex;
import dev.larder.format.TarMembers;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;

/// A packed index: a tar archive of one payload and the signatures made over it (`pkg_repo.c`). The
/// name of the payload is not looked at, since `meta.conf` may choose it; the limits are pkg's own.
final class CatalogueArchive {
  /// The name of the signature that is checked by a key the client has.
  static final String SIGNATURE = "signature";

  /// The suffix of a signature that is checked by the key beside it, in a member ending in [#KEY].
  static final String SIGNED = ".sig";

  static final String KEY = ".pub";

  static final long MAX_PAYLOAD = 1L << 30;
  static final int MAX_SIGNATURE = 1 << 20;
  static final int MAX_SIGNATURES = 8;

  private static final long MAX_UNPACKED = MAX_PAYLOAD + (MAX_SIGNATURES + 2L) * MAX_SIGNATURE;

  private CatalogueArchive() {}

  /// Receives the payload.
  interface Payload {
    /// Reads it.
    ///
    /// @param where its name after the index's, for messages
    /// @param modified when it was made, by the archive's account; seconds since the epoch
    /// @param content not closed; what is left of it is passed over
    void read(String where, long modified, InputStream content) throws IOException;
  }

  /// Reads `bytes` to their end; they are not closed.
  ///
  /// @return the signatures and their keys, by the names of their members
  /// @throws InvalidIndex if it is no such archive
  static Map<String, byte[]> read(String index, InputStream bytes, Payload payload)
      throws IOException {
    Map<String, byte[]> signatures = new HashMap<>();
    String found = "";
    try (TarMembers members = TarMembers.open(index, bytes, MAX_UNPACKED)) {
      while (members.next()) {
        if (!members.isFile()) {
          throw members.fault("is not a file");
        }
        String name = members.name();
        if (name.equals(SIGNATURE) || name.endsWith(SIGNED) || name.endsWith(KEY)) {
          if (signatures.put(name, signature(members)) != null) {
            throw members.fault("is there twice");
          }
          if (signatures.size() > MAX_SIGNATURES) {
            throw members.fault("is one signature too many: the limit is " + MAX_SIGNATURES);
          }
          continue;
        }
        if (!found.isEmpty()) {
          throw members.fault("is a second payload beside " + TarMembers.shown(found));
        }
        if (name.isEmpty() || members.size() > MAX_PAYLOAD) {
          throw members.fault("is larger than " + MAX_PAYLOAD + " bytes, or has no name");
        }
        found = name;
        payload.read(
            index + ": " + TarMembers.shown(name), members.modified(), new Content(members));
      }
    }
    if (found.isEmpty()) {
      throw new InvalidIndex(index + ": holds nothing but signatures");
    }
    return signatures;
  }

  private static byte[] signature(TarMembers members) throws IOException {
    if (members.size() < 1 || members.size() > MAX_SIGNATURE) {
      throw members.fault("has " + members.size() + " bytes, which no signature has");
    }
    return new Content(members).readNBytes((int) members.size());
  }
}
