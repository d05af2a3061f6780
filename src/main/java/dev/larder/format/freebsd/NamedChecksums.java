package dev.larder.format.freebsd;

import dev.larder.format.Format.Promises;
import dev.larder.format.InvalidIndex;
import dev.larder.format.TarMembers;
import dev.larder.store.Checksum;
import dev.larder.store.Checksum.Algorithm;
import dev.larder.store.Expected;
import dev.larder.store.RelPath;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads the two kinds of index a release has. Both are lines, each of which gives a file in the
/// same directory and its checksum.
///
/// `MANIFEST` is what make-manifest.sh of FreeBSD writes and bsdinstall reads: columns with tabs
/// between them, of which only the first two, name and SHA-256, concern us; the others (number of
/// files, title, description, whether it is installed by default) have changed over time.
/// `CHECKSUM.SHA256` is what sha256(1) prints: `SHA256 (NAME) = HEX`.
final class NamedChecksums {
  static final int MAX_SIZE = 1 << 20;

  private static final int MAX_LINES = 10_000;
  private static final int MAX_LINE = 4096;

  private static final Pattern MANIFEST_LINE = Pattern.compile("([^\t]*)\t([^\t]*)(?:\t.*)?");
  private static final Pattern CHECKSUM_LINE = Pattern.compile("(SHA[0-9]+) \\((.*)\\) = ([^ ]*)");
  private static final Pattern HEX = Pattern.compile("[0-9a-f]+");

  private final RelPath index;
  private final Algorithm algorithm;
  private final int hexLength;
  private final Map<RelPath, Checksum> found = new HashMap<>();
  // Names that stand in for others, and those of them that stand for two files.
  private final Map<RelPath, Checksum> linked = new HashMap<>();
  private final Set<RelPath> ambiguous = new HashSet<>();

  private NamedChecksums(RelPath index, Algorithm algorithm, int hexLength) {
    this.index = index;
    this.algorithm = algorithm;
    this.hexLength = hexLength;
  }

  /// Reads a `MANIFEST` to its end.
  ///
  /// @throws InvalidIndex if it is not a well-formed one
  static void readManifest(RelPath index, InputStream bytes, Promises promises) throws IOException {
    NamedChecksums read = new NamedChecksums(index, Algorithm.SHA256, 64);
    for (String line : read.lines(bytes)) {
      Matcher columns = MANIFEST_LINE.matcher(line);
      if (!columns.matches()) {
        throw read.fault("a line has no tab after the name: " + TarMembers.shown(line));
      }
      read.add(List.of(columns.group(1)), columns.group(2));
    }
    read.hand(promises);
  }

  /// Reads a `CHECKSUM.SHA256` or `CHECKSUM.SHA512` to its end.
  ///
  /// @throws InvalidIndex if it is not a well-formed one
  static void readChecksums(RelPath index, InputStream bytes, Promises promises)
      throws IOException {
    boolean sha512 = ReleasePath.algorithm(index) == Algorithm.SHA512;
    String name = sha512 ? "SHA512" : "SHA256";
    NamedChecksums read =
        sha512
            ? new NamedChecksums(index, Algorithm.SHA512, 128)
            : new NamedChecksums(index, Algorithm.SHA256, 64);
    for (String line : read.lines(bytes)) {
      Matcher parts = CHECKSUM_LINE.matcher(line);
      if (!parts.matches() || !parts.group(1).equals(name)) {
        throw read.fault(
            "a line is not \"" + name + " (NAME) = CHECKSUM\": " + TarMembers.shown(line));
      }
      read.add(ReleasePath.namesBeside(index, parts.group(2)), parts.group(3));
    }
    read.hand(promises);
  }

  private List<String> lines(InputStream bytes) throws IOException {
    byte[] all = bytes.readNBytes(MAX_SIZE + 1);
    if (all.length > MAX_SIZE) {
      throw fault("is longer than " + MAX_SIZE + " bytes");
    }
    if (FirstBytes.isPage(all)) {
      throw fault("is not an index but a page");
    }
    List<String> lines =
        new String(all, StandardCharsets.ISO_8859_1)
            .lines()
            .filter(line -> !line.isBlank())
            .toList();
    if (lines.isEmpty()) {
      throw fault("names no file");
    }
    if (lines.size() > MAX_LINES) {
      throw fault("has more than " + MAX_LINES + " lines");
    }
    if (lines.stream().anyMatch(line -> line.length() > MAX_LINE)) {
      throw fault("has a line longer than " + MAX_LINE + " bytes");
    }
    return lines;
  }

  // The first name is the file's own.
  private void add(List<String> names, String hex) throws InvalidIndex {
    if (hex.length() != hexLength || !HEX.matcher(hex).matches()) {
      throw fault(
          TarMembers.shown(names.getFirst())
              + ": not a "
              + algorithm.id()
              + " checksum: "
              + TarMembers.shown(hex));
    }
    Checksum checksum = new Checksum(algorithm, hex);
    RelPath own = path(names.getFirst());
    Checksum other = found.putIfAbsent(own, checksum);
    if (other != null && !other.equals(checksum)) {
      throw fault(own.fileName() + " has two different checksums");
    }
    for (String name : names.subList(1, names.size())) {
      RelPath link = path(name);
      Checksum first = linked.putIfAbsent(link, checksum);
      if (first != null && !first.equals(checksum)) {
        ambiguous.add(link);
      }
    }
  }

  private RelPath path(String name) throws InvalidIndex {
    RelPath plain = RelPath.orNull(name);
    RelPath path = plain == null ? null : RelPath.orNull(beside(name));
    boolean ascii = name.chars().allMatch(c -> c > 0x20 && c < 0x7f);
    if (path == null || name.isEmpty() || name.indexOf('/') >= 0 || !ascii) {
      throw fault("names what is no plain file name: " + TarMembers.shown(name));
    }
    return path;
  }

  private String beside(String name) {
    return index.parent().isRoot() ? name : index.parent() + "/" + name;
  }

  private void hand(Promises promises) {
    linked.keySet().removeAll(ambiguous);
    linked.keySet().removeAll(found.keySet());
    found.putAll(linked);
    found.forEach((path, checksum) -> {
      // An index is known by nothing but itself.
      if (ReleasePath.isPackage(path)) {
        promises.promise(path, new Expected(-1, checksum));
      }
    });
  }

  private InvalidIndex fault(String what) {
    return new InvalidIndex(index + ": " + what);
  }
}
