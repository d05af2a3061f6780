package dev.larder.format.freebsd;

import dev.larder.format.InvalidIndex;
import dev.larder.format.TarMembers;
import dev.larder.store.RelPath;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/// `meta.conf`: how a repository's catalogues are called and packed. Checked as pkg's schema does
/// (`pkg_repo_meta.c`); keys it does not know are allowed.
final class MetaConf {
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,18}");
  private static final Set<String> PACKINGS = Set.of("tzst", "txz", "tbz", "tgz", "tar");
  private static final Set<String> DIGESTS =
      Set.of("sha256_base32", "sha256_hex", "blake2_base32", "blake2s_base32");
  private static final List<String> FILE_NAMES =
      List.of(
          "manifests",
          "data",
          "filesite",
          "conflicts",
          "fulldb",
          "digests",
          "manifests_archive",
          "data_archive",
          "filesite_archive",
          "conflicts_archive",
          "fulldb_archive",
          "digests_archive");
  private static final List<String> TEXTS = List.of("maintainer", "source", "source_identifier");
  private static final List<String> NUMBERS = List.of("revision", "eol");

  private MetaConf() {}

  /// Checks it.
  ///
  /// @param where what is read, for messages
  /// @throws InvalidIndex if pkg would not take it
  static void check(String where, byte[] bytes) throws InvalidIndex {
    Map<String, Ucl> entries = UclReader.read(where, bytes).entries();
    String version = text(where, entries, "version");
    if (version.isEmpty()) {
      throw new InvalidIndex(where + ": has no version");
    }
    if (!version.equals("1") && !version.equals("2")) {
      throw new InvalidIndex(
          where + ": has version " + TarMembers.shown(version) + "; only 1 and 2 are known");
    }
    oneOf(where, entries, "packing_format", PACKINGS);
    oneOf(where, entries, "digest_format", DIGESTS);
    for (String key : FILE_NAMES) {
      fileName(where, entries, key);
    }
    for (String key : TEXTS) {
      text(where, entries, key);
    }
    for (String key : NUMBERS) {
      String number = text(where, entries, key);
      if (!number.isEmpty() && !NUMBER.matcher(number).matches()) {
        throw fault(where, key, "is not a number", number);
      }
    }
    certificates(where, entries.getOrDefault("cert", new Ucl.Many(List.of())));
    if (entries.containsKey("extra") && !(entries.get("extra") instanceof Ucl.Table)) {
      throw new InvalidIndex(where + ": extra is not an object");
    }
  }

  private static void certificates(String where, Ucl cert) throws InvalidIndex {
    switch (cert) {
      case Ucl.Many(List<Ucl> several) -> {
        for (Ucl one : several) {
          certificate(where, one);
        }
      }
      case Ucl.Table _, Ucl.Text _ -> certificate(where, cert);
    }
  }

  private static void certificate(String where, Ucl cert) throws InvalidIndex {
    if (!(cert instanceof Ucl.Table(Map<String, Ucl> entries))) {
      throw new InvalidIndex(where + ": cert is not an object");
    }
    oneOf(where, entries, "type", Set.of("rsa"));
    for (String key : List.of("type", "data", "name")) {
      if (text(where, entries, key).isEmpty()) {
        throw new InvalidIndex(where + ": cert has no " + key);
      }
    }
  }

  // A client makes a URL of it, and looks for a member of that name.
  private static void fileName(String where, Map<String, Ucl> entries, String key)
      throws InvalidIndex {
    if (!entries.containsKey(key)) {
      return;
    }
    String name = text(where, entries, key);
    if (name.isEmpty() || name.indexOf('/') >= 0 || RelPath.orNull(name) == null) {
      throw fault(where, key, "is not the name of a file", name);
    }
  }

  private static void oneOf(String where, Map<String, Ucl> entries, String key, Set<String> allowed)
      throws InvalidIndex {
    if (entries.containsKey(key) && !allowed.contains(text(where, entries, key))) {
      throw fault(where, key, "is unknown", text(where, entries, key));
    }
  }

  // Empty if there is none.
  private static String text(String where, Map<String, Ucl> entries, String key)
      throws InvalidIndex {
    return switch (entries.get(key)) {
      case null -> "";
      case Ucl.Text(String value) -> value;
      case Ucl.Many _ -> throw new InvalidIndex(where + ": " + key + " has more than one value");
      case Ucl.Table _ -> throw new InvalidIndex(where + ": " + key + " is an object");
    };
  }

  private static InvalidIndex fault(String where, String key, String what, String value) {
    return new InvalidIndex(where + ": " + key + " " + what + ": " + TarMembers.shown(value));
  }
}
