package dev.larder.format.pacman;

import dev.larder.format.Compression;
import dev.larder.format.InvalidPackage;
import dev.larder.format.TarMembers;
import dev.larder.store.Checksum.Algorithm;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;

/// The same package as its next release: `1.0-1` becomes `1.0-1.1`, and that `1.0-1.2`. The second
/// number of a release is for builds whose recipe did not change (PKGBUILD(5), pkgrel), so the next
/// release from upstream is newer again.
///
/// `.PKGINFO` and `.BUILDINFO` state the new version, `.MTREE` what these are now; all other bytes
/// of the archive stay as they are. It is packed in the same way.
final class NextRelease {
  // The bytes of an archive as characters, and back, none of them changed.
  private static final Charset BYTES = StandardCharsets.ISO_8859_1;

  private static final int MAX_DIGITS = 9;

  private NextRelease() {}

  /// Writes the copy.
  ///
  /// @param taken versions that must not be used
  /// @param copy is created
  static void write(Path file, List<String> taken, Path copy) throws IOException {
    PackageReader.Metadata before = PackageReader.metadata(file);
    String version = after(PkgInfo.read(before.pkgInfo()).version(), taken);
    Map<String, byte[]> changed = new HashMap<>();
    changed.put(".PKGINFO", withVersion(before.pkgInfo(), version));
    if (before.buildInfo() != null) {
      changed.put(".BUILDINFO", withVersion(before.buildInfo(), version));
    }
    if (before.mtree() != null) {
      changed.put(".MTREE", mtree(before.mtree(), Map.copyOf(changed)));
    }
    PkgInfo.read(changed.getOrDefault(".PKGINFO", new byte[0]));
    Compression compression = before.compression();
    long maxUnpacked = TarMembers.maxUnpacked(Files.size(file));
    // Some unpackers ask for one byte at a time.
    try (InputStream packed = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
        InputStream in = compression.open(packed);
        OutputStream out =
            compression.pack(new BufferedOutputStream(Files.newOutputStream(copy), 1 << 16))) {
      new TarCopy(in, out, maxUnpacked).run(changed);
    } catch (RuntimeException e) {
      // The unpackers index arrays by what they read.
      throw new InvalidPackage("the package: is damaged: " + TarMembers.shown("" + e), e);
    }
  }

  /// The first release after `version` that is not taken.
  ///
  /// @throws InvalidPackage if there is no number for it
  static String after(String version, List<String> taken) throws InvalidPackage {
    int hyphen = version.lastIndexOf('-');
    int point = version.indexOf('.', hyphen);
    String base = point < 0 ? version : version.substring(0, point);
    String digits = point < 0 ? "0" : version.substring(point + 1);
    if (digits.length() > MAX_DIGITS) {
      throw new InvalidPackage(
          "version " + version + " has no next release; build it with a higher pkgrel");
    }
    long release = Long.parseLong(digits);
    while (true) {
      release++;
      String next = base + "." + release;
      if (taken.stream().noneMatch(other -> PacmanVersion.compare(other, next) == 0)) {
        return next;
      }
    }
  }

  private static byte[] withVersion(byte[] text, String version) {
    StringBuilder changed = new StringBuilder();
    for (String line : new String(text, BYTES).splitWithDelimiters("\n", -1)) {
      int equals = line.indexOf('=');
      boolean states = equals > 0 && line.substring(0, equals).strip().equals("pkgver");
      changed.append(states ? "pkgver = " + version : line);
    }
    return changed.toString().getBytes(BYTES);
  }

  private static byte[] mtree(byte[] packed, Map<String, byte[]> changed) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream(packed.length);
    try (OutputStream gzip = new BufferedOutputStream(new GZIPOutputStream(out), 1 << 14)) {
      Mtree.eachLine(
          packed,
          (line, ended) -> {
            int end = line.indexOf(' ');
            byte[] content =
                end < 2 || !line.startsWith("./") ? null : changed.get(line.substring(2, end));
            gzip.write((content == null ? line : mtreeLine(line, content)).getBytes(BYTES));
            if (ended) {
              gzip.write('\n');
            }
          });
    }
    return out.toByteArray();
  }

  private static String mtreeLine(String line, byte[] content) {
    StringBuilder changed = new StringBuilder();
    for (String word : line.splitWithDelimiters(" +", -1)) {
      int equals = word.indexOf('=');
      String keyword = equals < 0 ? word : word.substring(0, equals);
      changed.append(
          switch (keyword) {
            case "size" -> "size=" + content.length;
            case "md5", "md5digest" -> keyword + "=" + hex(Algorithm.MD5, content);
            case "sha256", "sha256digest" -> keyword + "=" + hex(Algorithm.SHA256, content);
            case "sha512", "sha512digest" -> keyword + "=" + hex(Algorithm.SHA512, content);
            // What cannot be stated again is not stated.
            case "cksum", "sha1", "sha1digest", "sha384", "sha384digest", "rmd160digest" -> "";
            default -> word;
          });
    }
    return changed.toString();
  }

  private static String hex(Algorithm algorithm, byte[] content) {
    return HexFormat.of().formatHex(algorithm.digest().digest(content));
  }
}
