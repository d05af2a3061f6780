package dev.larder.testing;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntPredicate;

/// What a freebsd-update server has of one release, patch level after patch level. Files of older
/// levels stay, as they do there.
public final class UpdateTree {
  private static final long END_OF_LIFE = 4_102_444_800L;

  private final String release;
  private final String arch;
  private final FreeBsdKey key;
  private final Map<String, ServedFile> served = new HashMap<>();
  private final Map<String, Bytes> original = new TreeMap<>();
  private final Map<String, Bytes> content = new TreeMap<>();
  private Map<String, Bytes> published = new TreeMap<>();
  private String metadata = "";
  private int patch = -1;
  private Instant time = Instant.now().truncatedTo(ChronoUnit.SECONDS).minus(Duration.ofDays(1));

  private UpdateTree(String release, String arch, FreeBsdKey key) {
    this.release = release;
    this.arch = arch;
    this.key = key;
  }

  /// An empty one for amd64.
  ///
  /// @param release `15.0-RELEASE`
  public static UpdateTree of(String release, FreeBsdKey key) {
    return new UpdateTree(release, "amd64", key);
  }

  /// Puts a file of the system into the next patch level.
  ///
  /// @param path on a client: `/bin/ls`
  public void file(String path, byte[] bytes) {
    content.put(path, new Bytes(bytes));
  }

  /// Publishes the next patch level, the first of which is 0, with a patch for every changed file.
  public UpdateTree publish() {
    return publish(_ -> true);
  }

  /// The same with a patch only for those changed files whose number (from 0, in the order of their
  /// paths) is taken.
  public UpdateTree publish(IntPredicate hasPatch) {
    patch++;
    time = time.plusSeconds(1);
    if (patch == 0) {
      original.putAll(content);
    }
    content.values().forEach(this::object);
    patches(directory() + "/bp/", published, content, hasPatch);
    String index = index();
    if (patch > 0) {
      metadataPatch(metadata, index);
    }
    metadata = index;
    published = new TreeMap<>(content);
    String newest = metadata(index);
    String oldest = metadata(index(original));
    String table = "INDEX-ALL|" + newest + "\nINDEX-NEW|" + newest + "\nINDEX-OLD|" + oldest + "\n";
    byte[] bytes = table.getBytes(US_ASCII);
    put("t/" + Sums.sha256(bytes), bytes);
    tag(patch, Sums.sha256(bytes));
    put("pub.ssl", key.publicPem());
    return this;
  }

  private void tag(int level, String table) {
    String line =
        "freebsd-update|%s|%s|%d|%s|%d\n".formatted(arch, release, level, table, END_OF_LIFE);
    put("latest.ssl", key.wrap(line.getBytes(US_ASCII)));
  }

  private String metadata(String index) {
    byte[] bytes = index.getBytes(US_ASCII);
    put("m/" + Sums.sha256(bytes) + ".gz", Packed.gzip(bytes));
    return Sums.sha256(bytes);
  }

  private void metadataPatch(String from, String to) {
    List<String> before = from.lines().toList();
    List<String> after = to.lines().toList();
    StringBuilder lines = new StringBuilder();
    before.stream()
        .filter(line -> !after.contains(line))
        .forEach(line -> lines.append('-').append(line).append('\n'));
    after.stream()
        .filter(line -> !before.contains(line))
        .forEach(line -> lines.append('+').append(line).append('\n'));
    String name = Sums.sha256(from.getBytes(US_ASCII)) + "-" + Sums.sha256(to.getBytes(US_ASCII));
    put("tp/" + name + ".gz", Packed.gzip(lines.toString().getBytes(US_ASCII)));
  }

  private String index() {
    return index(content);
  }

  private static String index(Map<String, Bytes> files) {
    StringBuilder index = new StringBuilder();
    files.forEach((path, bytes) ->
        index
            .append("world|base|")
            .append(path)
            .append("|f|0|0|0755|0|")
            .append(Sums.sha256(bytes.raw()))
            .append("|\n"));
    return index.toString();
  }

  private void object(Bytes bytes) {
    String path = "f/" + Sums.sha256(bytes.raw()) + ".gz";
    if (!served.containsKey(directory() + "/" + path)) {
      put(path, Packed.gzip(bytes.raw()));
    }
  }

  private void put(String path, byte[] bytes) {
    served.put(directory() + "/" + path, ServedFile.of(bytes, time));
  }

  private void patches(
      String where, Map<String, Bytes> from, Map<String, Bytes> to, IntPredicate hasPatch) {
    int number = 0;
    for (Map.Entry<String, Bytes> file : to.entrySet()) {
      Bytes old = from.get(file.getKey());
      if (old != null && !old.equals(file.getValue()) && hasPatch.test(number++)) {
        served.put(where + pair(old, file.getValue()), ServedFile.of(patch(file.getValue()), time));
      }
    }
  }

  private static String pair(Bytes old, Bytes fresh) {
    return Sums.sha256(old.raw()) + "-" + Sums.sha256(fresh.raw());
  }

  // All that is new goes into the block of extra bytes, which is a patch from anything.
  private static byte[] patch(Bytes fresh) {
    byte[] control = new byte[24];
    ByteBuffer.wrap(control).order(ByteOrder.LITTLE_ENDIAN).putLong(8, fresh.size());
    byte[] packedControl = Packed.bzip2(control);
    byte[] packedDifference = Packed.bzip2(new byte[0]);
    byte[] packedExtra = Packed.bzip2(fresh.raw());
    int size = 32 + packedControl.length + packedDifference.length + packedExtra.length;
    return ByteBuffer.allocate(size)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put("BSDIFF40".getBytes(US_ASCII))
        .putLong(packedControl.length)
        .putLong(packedDifference.length)
        .putLong(fresh.size())
        .put(packedControl)
        .put(packedDifference)
        .put(packedExtra)
        .array();
  }

  /// Adds the patches from the last level of an older release to the last level of this one.
  ///
  /// @param hasPatch as in [#publish(IntPredicate)]
  public UpdateTree upgradesFrom(UpdateTree older, IntPredicate hasPatch) {
    patches("to-" + release + "/" + arch + "/bp/", older.content, content, hasPatch);
    return this;
  }

  /// Everything that is served now, by path.
  public Map<String, ServedFile> files() {
    return new HashMap<>(served);
  }

  /// Where it lies: `15.0-RELEASE/amd64`.
  public String directory() {
    return release + "/" + arch;
  }

  /// The release: `15.0-RELEASE`.
  public String release() {
    return release;
  }

  /// What clients have in their configuration of the key.
  public String keyPrint() {
    return key.fingerprint();
  }

  /// The patch level of the last publication.
  public int patchLevel() {
    return patch;
  }

  /// The files of a client's system at the last publication, by their paths.
  public Map<String, Bytes> system() {
    return new TreeMap<>(content);
  }

  /// Two releases with what an upgrade from 15.0 to 15.1 asks for: patches for so many files, a
  /// third of which nobody made, and so many files instead of those.
  ///
  /// @param patches asked for
  /// @param files asked for; at most a third of `patches`
  public static List<UpdateTree> upgrade(FreeBsdKey key, int patches, int files) {
    UpdateTree from = of("15.0-RELEASE", key);
    UpdateTree to = of("15.1-RELEASE", key);
    int absent = patches / 3;
    for (int i = 0; i < patches; i++) {
      String path = "/usr/share/f%05d".formatted(i);
      from.file(path, ("old " + i + "\n").repeat(20).getBytes(US_ASCII));
      // Where there is no patch several paths have the same new content, as hard links have.
      int body = i < absent ? i % files : i;
      to.file(path, ("new " + body + "\n").repeat(20).getBytes(US_ASCII));
    }
    from.publish();
    to.publish().upgradesFrom(from, number -> number >= absent);
    return new ArrayList<>(List.of(from, to));
  }
}
