package dev.larder.repo;

import dev.larder.format.IndexOrder.Entry;
import dev.larder.store.Checksum;
import dev.larder.store.Expected;
import dev.larder.store.RelPath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The packages of one directory of a generation: sorted by name, one of each. The file is the
/// truth about what a repository has; indexes are made from it.
///
/// A line is `name TAB version TAB path TAB size TAB sha256 TAB sha256 of the signature or - LF`.
///
/// @param entries sorted by the bytes of their names
record PackageList(List<Entry> entries) {
  /// Without packages.
  static final PackageList EMPTY = new PackageList(List.of());

  /// The name of the file among the indexes of a directory. Not served, since it begins with a dot.
  static final String FILE = ".packages";

  /// What the file of a detached signature is called.
  static final String SIGNATURE = ".sig";

  static final Comparator<Entry> BY_NAME = Comparator.comparing(Entry::name);

  PackageList {
    entries = List.copyOf(entries);
  }

  /// The list with these packages, in any order.
  static PackageList of(Iterable<Entry> entries) {
    List<Entry> sorted = new ArrayList<>();
    entries.forEach(sorted::add);
    sorted.sort(BY_NAME);
    return new PackageList(sorted);
  }

  /// The package of that name, or null.
  @Nullable Entry find(String name) {
    int low = 0;
    int high = entries.size() - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int order = entries.get(middle).name().compareTo(name);
      if (order == 0) {
        return entries.get(middle);
      }
      if (order < 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return null;
  }

  /// The packages by name, to be changed.
  Map<String, Entry> byName() {
    Map<String, Entry> map = new HashMap<>(entries.size() * 2);
    entries.forEach(entry -> map.put(entry.name(), entry));
    return map;
  }

  byte[] bytes() {
    StringBuilder text = new StringBuilder(entries.size() * 200);
    for (Entry entry : entries) {
      Checksum signature = entry.signature();
      text.append(entry.name())
          .append('\t')
          .append(entry.version())
          .append('\t')
          .append(entry.path())
          .append('\t')
          .append(entry.size())
          .append('\t')
          .append(entry.sha256().hex())
          .append('\t')
          .append(signature == null ? "-" : signature.hex())
          .append('\n');
    }
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  /// Reads what [#bytes] gave.
  ///
  /// @throws IOException if the file cannot be read or is damaged
  static PackageList read(Path file) throws IOException {
    List<Entry> entries = new ArrayList<>();
    for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
      String[] fields = line.split("\t", -1);
      if (fields.length != 6) {
        throw new IOException(file + " is damaged: " + line);
      }
      try {
        entries.add(
            new Entry(
                fields[0],
                fields[1],
                fields[2],
                Long.parseLong(fields[3]),
                sha256(fields[4]),
                fields[5].equals("-") ? null : sha256(fields[5])));
      } catch (IllegalArgumentException e) {
        throw new IOException(file + " is damaged: " + e.getMessage(), e);
      }
    }
    return new PackageList(entries);
  }

  private static Checksum sha256(String hex) {
    return new Checksum(Checksum.Algorithm.SHA256, hex);
  }

  /// What clients may ask for because of this list.
  ///
  /// @param directory where its packages lie
  Manifest manifest(RelPath directory) {
    Map<RelPath, Expected> promises = new HashMap<>(entries.size() * 4);
    for (Entry entry : entries) {
      RelPath path = directory.resolve(entry.path());
      promises.put(path, new Expected(entry.size(), entry.sha256()));
      Checksum signature = entry.signature();
      if (signature != null) {
        // The length is the file's: to ask 15,000 files for it took longer than all the rest.
        promises.put(path.sibling(path.fileName() + SIGNATURE), new Expected(-1, signature));
      }
    }
    return Manifest.of(promises);
  }
}
