package dev.larder.repo;

import dev.larder.store.Checksum;
import dev.larder.store.Expected;
import dev.larder.store.RelPath;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// What one index promises: path -> [Expected]. Immutable and compact: the lines of its file as
/// bytes, found by binary search, because a big repository has tens of thousands of them and only a
/// few are ever asked for.
///
/// A line is `path TAB size TAB checksum LF`, sorted by the bytes of the path; an unknown size or
/// checksum is `-`.
public final class Manifest {
  /// Promises nothing.
  public static final Manifest EMPTY = new Manifest(new byte[0], new int[0]);

  private final byte[] lines;
  private final int[] starts;

  private Manifest(byte[] lines, int[] starts) {
    this.lines = lines;
    this.starts = starts;
  }

  /// The manifest with these promises.
  public static Manifest of(Map<RelPath, Expected> promises) {
    TreeMap<byte[], Expected> sorted = new TreeMap<>(Arrays::compareUnsigned);
    promises.forEach(
        (path, expected) -> sorted.put(path.value().getBytes(StandardCharsets.UTF_8), expected));
    ByteArrayOutputStream out = new ByteArrayOutputStream(promises.size() * 128);
    sorted.forEach((path, expected) -> {
      out.writeBytes(path);
      Checksum checksum = expected.checksum();
      String rest =
          "\t%s\t%s\n"
              .formatted(
                  expected.hasSize() ? Long.toString(expected.size()) : "-",
                  checksum == null ? "-" : checksum.toString());
      out.writeBytes(rest.getBytes(StandardCharsets.UTF_8));
    });
    byte[] lines = out.toByteArray();
    return new Manifest(lines, starts(lines, sorted.size()));
  }

  /// Reads what [#lines()] gave.
  ///
  /// @throws IOException if it is not whole
  static Manifest parse(byte[] lines) throws IOException {
    int count = 0;
    for (byte b : lines) {
      count += b == '\n' ? 1 : 0;
    }
    if (lines.length > 0 && lines[lines.length - 1] != '\n') {
      throw new IOException("manifest ends in the middle of a line");
    }
    return new Manifest(lines, starts(lines, count));
  }

  private static int[] starts(byte[] lines, int count) {
    int[] starts = new int[count];
    int line = 0;
    int start = 0;
    for (int i = 0; i < lines.length; i++) {
      if (lines[i] == '\n') {
        starts[line++] = start;
        start = i + 1;
      }
    }
    return starts;
  }

  /// The lines, as stored.
  byte[] lines() {
    return lines;
  }

  /// How many paths it names.
  public int size() {
    return starts.length;
  }

  /// What is promised of `path`, or null if it is not named.
  public @Nullable Expected find(RelPath path) {
    byte[] key = path.value().getBytes(StandardCharsets.UTF_8);
    int line = firstNotBefore(key);
    if (line == starts.length) {
      return null;
    }
    int start = starts[line];
    int end = endOfPath(start);
    boolean same = Arrays.equals(lines, start, end, key, 0, key.length);
    return same ? expected(end + 1) : null;
  }

  /// Which line is the first whose path is not smaller than `key`; the number of lines if none is.
  private int firstNotBefore(byte[] key) {
    int low = 0;
    int high = starts.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      int start = starts[middle];
      if (Arrays.compareUnsigned(lines, start, endOfPath(start), key, 0, key.length) < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private int endOfPath(int start) {
    int end = start;
    while (lines[end] != '\t') {
      end++;
    }
    return end;
  }

  /// Hands every path with its promise to `action`, sorted by path.
  public void forEach(BiConsumer<RelPath, Expected> action) {
    forEachBelow(RelPath.ROOT, action);
  }

  /// The same for the paths below `directory` only.
  public void forEachBelow(RelPath directory, BiConsumer<RelPath, Expected> action) {
    String prefix = directory.isRoot() ? "" : directory.value() + "/";
    byte[] key = prefix.getBytes(StandardCharsets.UTF_8);
    for (int line = firstNotBefore(key); line < starts.length; line++) {
      int start = starts[line];
      int end = endOfPath(start);
      if (end - start < key.length
          || !Arrays.equals(lines, start, start + key.length, key, 0, key.length)) {
        return;
      }
      String path = new String(lines, start, end - start, StandardCharsets.UTF_8);
      action.accept(new RelPath(path), expected(end + 1));
    }
  }

  private Expected expected(int from) {
    int tab = from;
    while (lines[tab] != '\t') {
      tab++;
    }
    int end = tab;
    while (lines[end] != '\n') {
      end++;
    }
    String size = new String(lines, from, tab - from, StandardCharsets.UTF_8);
    String checksum = new String(lines, tab + 1, end - tab - 1, StandardCharsets.UTF_8);
    return new Expected(
        size.equals("-") ? -1 : Long.parseLong(size),
        checksum.equals("-") ? null : Checksum.parse(checksum));
  }
}
