package dev.larder.format.pacman;

import dev.larder.format.IndexOrder;
import dev.larder.format.IndexOrder.Entry;
import dev.larder.store.Checksum;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Neighbouring packages of a database that are deflated together.
///
/// Where a run ends is decided by the name that begins the next one and by nothing else, so a
/// package that comes or goes changes its own run (two, if its name is one that begins a run), and
/// the same packages are always cut the same way, whatever was there before.
///
/// @param entries in the order of the database; not empty
record PackageRun(List<Entry> entries) {
  // One name in 32 begins a run. Shorter runs deflate worse, longer ones cost more when one of
  // their
  // packages changes.
  private static final int MEAN_BITS = 5;

  // Stands for the code that turns entries into bytes; another one must not find its chunks.
  private static final int WRITER = 1;

  PackageRun {
    entries = List.copyOf(entries);
  }

  /// Cuts a database into runs.
  static List<PackageRun> cut(List<Entry> entries) {
    List<PackageRun> runs = new ArrayList<>();
    List<Entry> run = new ArrayList<>();
    for (Entry entry : entries) {
      if (!run.isEmpty() && beginsRun(entry.name())) {
        runs.add(new PackageRun(run));
        run.clear();
      }
      run.add(entry);
    }
    if (!run.isEmpty()) {
      runs.add(new PackageRun(run));
    }
    return runs;
  }

  // The hash of a text is the same everywhere (JLS); multiplied by the golden ratio, its highest
  // bits
  // depend on all of them.
  private static boolean beginsRun(String name) {
    return (name.hashCode() * 0x9e3779b9) >>> (Integer.SIZE - MEAN_BITS) == 0;
  }

  /// What the chunks of this run are made of, without loading any of it.
  String key(Compat compat) {
    StringBuilder text = new StringBuilder(entries.size() * 256);
    text.append(WRITER).append(' ').append(Chunk.LEVEL).append(' ').append(compat.id());
    for (Entry entry : entries) {
      add(text, entry.name());
      add(text, entry.version());
      add(text, entry.path());
      text.append(' ').append(entry.size()).append(' ').append(entry.sha256().hex());
      add(text, signature(entry, compat));
    }
    return Checksum.sha256(text.toString().getBytes(StandardCharsets.UTF_8)).hex();
  }

  private static String signature(Entry entry, Compat compat) {
    return switch (compat) {
      case CURRENT -> "";
      case V6_0 -> entry.signature() == null ? "" : entry.signature().toString();
    };
  }

  // What is not the signature that the order is about must not get into a signed database.
  private static byte[] signature(Entry entry, IndexOrder.Contents contents) throws IOException {
    byte[] signature = contents.signature(entry);
    if (signature == null || !Checksum.sha256(signature).equals(entry.signature())) {
      throw new IOException(
          "the signature beside "
              + entry.path()
              + (signature == null ? " is missing" : " is another than the one that is recorded")
              + "; restore it, or add the package again");
    }
    return signature;
  }

  // With its length, so that two texts are never taken for others with the border elsewhere.
  private static void add(StringBuilder to, String text) {
    to.append(' ').append(text.length()).append(':').append(text);
  }

  /// Loads what is known of the packages.
  ///
  /// @throws IOException if it cannot be read, or is about other packages
  List<DatabaseEntry> load(IndexOrder.Contents contents, Compat compat) throws IOException {
    List<DatabaseEntry> loaded = new ArrayList<>();
    for (Entry entry : entries) {
      byte[] signature =
          switch (compat) {
            case CURRENT -> null;
            case V6_0 -> entry.signature() == null ? null : signature(entry, contents);
          };
      try {
        loaded.add(new DatabaseEntry(entry, new PackedRecord(contents.record(entry)), signature));
      } catch (IllegalArgumentException e) {
        throw new IOException(e.getMessage() + "; add the package " + entry.path() + " again", e);
      }
    }
    return loaded;
  }
}
