package dev.larder.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/// The directory of a FreeBSD release: sets and the MANIFEST that names them.
public final class ReleaseTree {
  private static final byte[] XZ = {(byte) 0xfd, '7', 'z', 'X', 'Z', 0};

  private final String directory;
  private final Map<String, Bytes> sets = new TreeMap<>();
  private Instant time = Instant.now().truncatedTo(ChronoUnit.SECONDS).minus(Duration.ofDays(1));

  /// One that lies in this directory below the mirror's root: `releases/amd64/amd64/15.0-RELEASE`.
  public ReleaseTree(String directory) {
    this.directory = directory;
  }

  /// Adds or replaces a set of so many bytes that begins as an xz archive does.
  ///
  /// @param name `base.txz`
  public ReleaseTree set(String name, int size, long seed) {
    byte[] bytes = Bytes.random(size, seed);
    System.arraycopy(XZ, 0, bytes, 0, XZ.length);
    sets.put(name, new Bytes(bytes));
    return this;
  }

  /// Everything the next publication has, by path, a second younger than the last one.
  public Map<String, ServedFile> next() {
    time = time.plusSeconds(1);
    Map<String, ServedFile> files = new HashMap<>();
    StringBuilder manifest = new StringBuilder();
    sets.forEach((name, bytes) -> {
      String stem = name.substring(0, name.length() - ".txz".length());
      manifest.append(
          "%s\t%s\t%d\t%s\t\"%s system (MANDATORY)\"\ton\n"
              .formatted(name, Sums.sha256(bytes.raw()), 1000, stem, stem));
      files.put(path(name), ServedFile.of(bytes.raw(), time));
    });
    files.put(path("MANIFEST"), ServedFile.of(manifest.toString().getBytes(UTF_8), time));
    return files;
  }

  /// The path of a file of the release.
  public String path(String name) {
    return directory + "/" + name;
  }

  /// The bytes of a set.
  public byte[] bytes(String name) {
    return sets.getOrDefault(name, new Bytes(new byte[0])).copy();
  }

  /// Whether `bytes` are those of the set as it is now.
  public boolean isCurrent(String name, byte[] bytes) {
    return Arrays.equals(bytes(name), bytes);
  }
}
