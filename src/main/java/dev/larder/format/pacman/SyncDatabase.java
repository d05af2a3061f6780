package dev.larder.format.pacman;

import dev.larder.format.Format;
import dev.larder.format.InvalidIndex;
import dev.larder.format.TarMembers;
import dev.larder.store.Expected;
import dev.larder.store.RelPath;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;

/// Reads a sync database (alpm-repo-db(5)): a packed tar archive with a directory `NAME-VERSION`
/// for each package that holds `desc` and, in a `files` database, `files`. Follows libalpm's
/// `be_sync.c`: directories and files of other names (`depends` of old databases) are passed over,
/// the name of the directory has to agree with what is in it.
final class SyncDatabase {
  private static final long MAX_UNPACKED_DB = 512L << 20;
  private static final long MAX_UNPACKED_FILES = 2L << 30;
  private static final int MAX_PACKAGES = 100_000;

  private final RelPath index;
  private final IndexName.Part part;
  private final Format.Promises promises;
  private final boolean promising;
  private final TarMembers members;
  private final Lines lines;
  private final Map<String, Expected> promised = new HashMap<>();

  private SyncDatabase(
      RelPath index,
      IndexName.Part part,
      Format.Promises promises,
      boolean promising,
      TarMembers members) {
    this.index = index;
    this.part = part;
    this.promises = promises;
    this.promising = promising;
    this.members = members;
    this.lines = new Lines(members);
  }

  /// Reads `bytes` to their end; they are not closed. Only a [IndexName.Part#DB] promises anything.
  ///
  /// @throws InvalidIndex if it is not a well-formed database
  /// @throws IOException if `bytes` cannot be read
  static void read(RelPath index, IndexName.Part part, InputStream bytes, Format.Promises promises)
      throws IOException {
    read(index, part, bytes, promises, part == IndexName.Part.DB);
  }

  /// Reads a database of ours: `files`, too, says which packages it is about.
  ///
  /// @throws InvalidIndex if it is not a well-formed database
  static void readOwn(
      RelPath index, IndexName.Part part, InputStream bytes, Format.Promises promises)
      throws IOException {
    read(index, part, bytes, promises, true);
  }

  private static void read(
      RelPath index,
      IndexName.Part part,
      InputStream bytes,
      Format.Promises promises,
      boolean promising)
      throws IOException {
    long maxUnpacked = part == IndexName.Part.DB ? MAX_UNPACKED_DB : MAX_UNPACKED_FILES;
    try (TarMembers members = TarMembers.open(index.value(), bytes, maxUnpacked)) {
      SyncDatabase database = new SyncDatabase(index, part, promises, promising, members);
      while (members.next()) {
        database.member();
      }
    }
  }

  private void member() throws IOException {
    String name = members.name();
    int slash = name.indexOf('/');
    if (slash < 0 || !members.isFile()) {
      return;
    }
    switch (name.substring(slash + 1)) {
      case "desc" -> description(name.substring(0, slash));
      case "files" -> fileList();
      default -> {
        // libalpm passes over files it does not know
      }
    }
  }

  private void description(String directory) throws IOException {
    if (part == IndexName.Part.LINKS) {
      return;
    }
    Description description = Description.read(members, lines);
    if (!directory.equals(description.name() + "-" + description.version())) {
      throw members.fault(
          "lies in the wrong directory: it describes "
              + TarMembers.shown(description.name() + "-" + description.version()));
    }
    promise(description.fileName(), description.file());
    if (description.signature() != null) {
      promise(description.fileName() + ".sig", description.signature());
    }
  }

  private void promise(String fileName, Expected expected) throws InvalidIndex {
    RelPath path = RelPath.orNull(sibling(fileName));
    if (path == null) {
      throw members.fault("%FILENAME% cannot be a path: " + TarMembers.shown(fileName));
    }
    Expected before = promised.putIfAbsent(fileName, expected);
    if (before == null) {
      if (promised.size() > 2 * MAX_PACKAGES) {
        throw members.fault("is one package too many: the limit is " + MAX_PACKAGES);
      }
      if (promising) {
        promises.promise(path, expected);
      }
    } else if (!before.equals(expected)) {
      throw members.fault(
          "promises other bytes for " + TarMembers.shown(fileName) + " than an entry before it");
    }
  }

  private String sibling(String fileName) {
    RelPath directory = index.parent();
    return directory.isRoot() ? fileName : directory.value() + "/" + fileName;
  }

  // Long, and of no use here: only its form is checked.
  private void fileList() throws IOException {
    lines.restart();
    while (lines.next()) {
      if (lines.isBlank()) {
        continue;
      }
      if (!lines.isHeader()) {
        throw members.fault("has text outside a section: " + TarMembers.shown(lines.text()));
      }
      lines.skipSection();
    }
  }
}
