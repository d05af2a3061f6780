package dev.larder.repo;

import dev.larder.store.Checksum;
import dev.larder.store.Expected;
import dev.larder.store.RelPath;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// What one index promises: path -> [Expected]. Immutable: the lines of its file, found by binary
/// search, because a big repository has tens of thousands of them and only a few are ever asked
/// for. Those of a generation on disk are mapped and take no heap, however many generations are
/// held.
///
/// A line is `path TAB size TAB checksum LF`, sorted by the bytes of the path; an unknown size or
/// checksum is `-`.
public final class Manifest {
  /// Promises nothing.
  public static final Manifest EMPTY = new Manifest(ByteBuffer.allocate(0), 0);

  private final ByteBuffer lines;
  private final int count;

  private Manifest(ByteBuffer lines, int count) {
    this.lines = lines;
    this.count = count;
  }

  /// The manifest with these promises.
  public static Manifest of(Map<RelPath, Expected> promises) {
    Lines lines = new Lines(promises.size());
    promises.forEach((path, expected) ->
        lines.add(path.value(), expected.hasSize() ? expected.size() : -1, expected.checksum()));
    return lines.manifest();
  }

  /// A manifest while it is put together, for whoever has tens of thousands of paths.
  static final class Lines {
    private final List<byte[]> lines;
    private final StringBuilder line = new StringBuilder(256);
    private int length;

    Lines(int expected) {
      lines = new ArrayList<>(expected);
    }

    /// Adds a path, each once.
    ///
    /// @param path the value of a [RelPath]
    /// @param size in bytes; -1 if it is not known
    /// @param checksum null if it is not known
    void add(String path, long size, @Nullable Checksum checksum) {
      line.setLength(0);
      line.append(path).append('\t');
      if (size < 0) {
        line.append('-');
      } else {
        line.append(size);
      }
      line.append('\t');
      if (checksum == null) {
        line.append('-');
      } else {
        line.append(checksum.algorithm().id()).append(':').append(checksum.hex());
      }
      byte[] bytes = line.append('\n').toString().getBytes(StandardCharsets.UTF_8);
      lines.add(bytes);
      length += bytes.length;
    }

    /// The manifest of these lines.
    Manifest manifest() {
      // No byte of a path is as small as the tab behind it: lines are in the order of their paths.
      lines.sort(Arrays::compareUnsigned);
      ByteBuffer all = ByteBuffer.allocate(length);
      lines.forEach(all::put);
      return new Manifest(all.rewind(), lines.size());
    }
  }

  /// Reads what [#lines()] gave.
  ///
  /// @param lines its first byte is at 0; not changed
  /// @throws IOException if they are not whole
  static Manifest parse(ByteBuffer lines) throws IOException {
    int count = 0;
    for (int i = 0; i < lines.limit(); i++) {
      count += lines.get(i) == '\n' ? 1 : 0;
    }
    if (lines.limit() > 0 && lines.get(lines.limit() - 1) != '\n') {
      throw new IOException("manifest ends in the middle of a line");
    }
    return new Manifest(lines, count);
  }

  /// The lines, as stored.
  byte[] lines() {
    return bytes(0, lines.limit());
  }

  private byte[] bytes(int from, int to) {
    byte[] bytes = new byte[to - from];
    lines.get(from, bytes);
    return bytes;
  }

  /// How many paths it names.
  public int size() {
    return count;
  }

  /// Whether it promises the same as `other`.
  public boolean isSame(Manifest other) {
    return lines.duplicate().rewind().equals(other.lines.duplicate().rewind());
  }

  /// What is promised of `path`, or null if it is not named.
  public @Nullable Expected find(RelPath path) {
    byte[] key = path.value().getBytes(StandardCharsets.UTF_8);
    int start = firstNotBefore(key);
    return start < lines.limit() && compare(start, key) == 0
        ? expected(start + key.length + 1)
        : null;
  }

  /// Whether it names something below `directory`.
  public boolean namesBelow(RelPath directory) {
    byte[] prefix = prefix(directory);
    int start = firstNotBefore(prefix);
    return start < lines.limit() && startsWith(start, prefix);
  }

  private static byte[] prefix(RelPath directory) {
    String prefix = directory.isRoot() ? "" : directory.value() + "/";
    return prefix.getBytes(StandardCharsets.UTF_8);
  }

  /// Where the first line starts whose path is not smaller than `key`; the end if there is none.
  private int firstNotBefore(byte[] key) {
    int low = 0;
    int high = lines.limit();
    while (low < high) {
      int start = (low + high) >>> 1;
      while (start > low && lines.get(start - 1) != '\n') {
        start--;
      }
      if (compare(start, key) < 0) {
        low = endOfLine(start) + 1;
      } else {
        high = start;
      }
    }
    return low;
  }

  /// Compares the path of the line at `start` with `key`, byte by byte and unsigned.
  private int compare(int start, byte[] key) {
    for (int i = 0; ; i++) {
      byte b = lines.get(start + i);
      if (b == '\t') {
        return i == key.length ? 0 : -1;
      }
      if (i == key.length) {
        return 1;
      }
      if (b != key[i]) {
        return Byte.compareUnsigned(b, key[i]);
      }
    }
  }

  private boolean startsWith(int start, byte[] prefix) {
    for (int i = 0; i < prefix.length; i++) {
      // The end of a path differs from every byte of a prefix: it is a tab.
      if (lines.get(start + i) != prefix[i]) {
        return false;
      }
    }
    return true;
  }

  private int endOfLine(int from) {
    return next('\n', from);
  }

  private int next(char wanted, int from) {
    int at = from;
    while (lines.get(at) != wanted) {
      at++;
    }
    return at;
  }

  /// Hands every path with its promise to `action`, sorted by path.
  public void forEach(BiConsumer<RelPath, Expected> action) {
    forEachBelow(RelPath.ROOT, action);
  }

  /// The same for the paths below `directory` only.
  public void forEachBelow(RelPath directory, BiConsumer<RelPath, Expected> action) {
    byte[] prefix = prefix(directory);
    int start = firstNotBefore(prefix);
    while (start < lines.limit() && startsWith(start, prefix)) {
      int end = next('\t', start);
      action.accept(new RelPath(text(start, end)), expected(end + 1));
      start = endOfLine(end) + 1;
    }
  }

  private String text(int from, int to) {
    return new String(bytes(from, to), StandardCharsets.UTF_8);
  }

  private Expected expected(int from) {
    int tab = next('\t', from);
    String size = text(from, tab);
    String checksum = text(tab + 1, endOfLine(tab));
    return new Expected(
        size.equals("-") ? -1 : Long.parseLong(size),
        checksum.equals("-") ? null : Checksum.parse(checksum));
  }
}
