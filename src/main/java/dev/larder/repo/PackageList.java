package dev.larder.repo;

import dev.larder.format.IndexOrder.Entry;
import dev.larder.store.Checksum;
import dev.larder.store.RelPath;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
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

  /// The same list, made of the entries of `other` where they are equal; `other` itself if all are.
  PackageList sharing(PackageList other) {
    if (equals(other)) {
      return other;
    }
    List<Entry> shared = new ArrayList<>(entries.size());
    for (Entry entry : entries) {
      Entry same = other.find(entry.name());
      shared.add(entry.equals(same) ? same : entry);
    }
    return new PackageList(shared);
  }

  /// The packages that are not the same in `other`. Quick for lists that share most of theirs.
  List<Entry> without(PackageList other) {
    List<Entry> own = new ArrayList<>();
    int at = 0;
    for (Entry entry : entries) {
      while (at < other.entries.size()
          && other.entries.get(at).name().compareTo(entry.name()) < 0) {
        at++;
      }
      boolean same = at < other.entries.size() && other.entries.get(at).equals(entry);
      if (!same) {
        own.add(entry);
      }
      at += same ? 1 : 0;
    }
    return own;
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
    try (Reader reader = new Reader(file)) {
      for (Entry entry = reader.next(); entry != null; entry = reader.next()) {
        entries.add(entry);
      }
    }
    return new PackageList(entries);
  }

  /// Reads the entries of a file one by one.
  static final class Reader implements Closeable {
    private final Path file;
    private final BufferedReader lines;

    Reader(Path file) throws IOException {
      this.file = file;
      this.lines = Files.newBufferedReader(file, StandardCharsets.UTF_8);
    }

    /// The next one, or null after the last.
    ///
    /// @throws IOException if the file cannot be read or is damaged
    @Nullable Entry next() throws IOException {
      try {
        String line = lines.readLine();
        return line == null ? null : entry(line);
      } catch (CharacterCodingException e) {
        throw new IOException(file + " is damaged: it is not UTF-8", e);
      }
    }

    private Entry entry(String line) throws IOException {
      String[] fields = line.split("\t", -1);
      if (fields.length != 6) {
        throw new IOException(file + " is damaged: " + line);
      }
      try {
        return new Entry(
            fields[0],
            fields[1],
            fields[2],
            Long.parseLong(fields[3]),
            sha256(fields[4]),
            fields[5].equals("-") ? null : sha256(fields[5]));
      } catch (IllegalArgumentException e) {
        throw new IOException(file + " is damaged: " + e.getMessage(), e);
      }
    }

    @Override
    public void close() throws IOException {
      lines.close();
    }
  }

  private static Checksum sha256(String hex) {
    return new Checksum(Checksum.Algorithm.SHA256, hex);
  }

  /// What clients may ask for because of this list.
  ///
  /// @param directory where its packages lie
  Manifest manifest(RelPath directory) {
    String prefix = directory.isRoot() ? "" : directory.value() + "/";
    Manifest.Lines lines = new Manifest.Lines(entries.size() * 2);
    for (Entry entry : entries) {
      String path = prefix + entry.path();
      lines.add(path, entry.size(), entry.sha256());
      Checksum signature = entry.signature();
      if (signature != null) {
        // The length is the file's: to ask 15,000 files for it took longer than all the rest.
        lines.add(path + SIGNATURE, -1, signature);
      }
    }
    return lines.manifest();
  }
}
