package dev.larder.repo;

import dev.larder.store.Checksum;
import dev.larder.store.Durable;
import dev.larder.store.RelPath;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The files of one generation. A manifest file is a head of `key value` lines, an empty line, and
/// the lines of a [Manifest]; a member exists when its manifest file does.
///
/// ```
/// larder-manifest 1
/// size 8192
/// sha256 0a1b...
/// last-modified 1763665200
/// upstream-etag "65f1-2000"
/// upstream-last-modified Thu, 20 Nov 2026 19:00:00 GMT
///
/// core/os/x86_64/bash-5.3-1-x86_64.pkg.tar.zst TAB 1886022 TAB sha256:...
/// ```
///
/// @param directory `generations/<n>` or a draft
record GenerationFiles(Path directory) {
  private static final String MAGIC = "larder-manifest 1";

  Path index(RelPath path) {
    return directory.resolve("index").resolve(path.value());
  }

  private Path manifest(RelPath path) {
    return directory.resolve("manifest").resolve(path.value());
  }

  private Path origin() {
    return directory.resolve("origin");
  }

  void writeOrigin(Generation.Origin origin) throws IOException {
    String text =
        "upstream %s\nfetched-at %d\ntime %d\ntoken %s\n"
            .formatted(
                origin.upstream(),
                origin.fetchedAt().getEpochSecond(),
                origin.time(),
                origin.token());
    Durable.write(origin(), text.getBytes(StandardCharsets.UTF_8));
  }

  Generation.Origin readOrigin() throws IOException {
    return understood(
        origin(),
        () -> {
          Map<String, String> head =
              head(Files.readString(origin(), StandardCharsets.UTF_8).lines());
          return new Generation.Origin(
              required(head, "upstream"),
              Instant.ofEpochSecond(number(head, "fetched-at")),
              number(head, "time"),
              head.getOrDefault("token", ""));
        });
  }

  private interface Reading<T> {
    T read() throws IOException;
  }

  /// Whatever is wrong with what a file says, it is said of which file.
  private static <T> T understood(Path file, Reading<T> reading) throws IOException {
    try {
      return reading.read();
    } catch (CharacterCodingException | IllegalArgumentException | DateTimeException e) {
      throw new IOException("%s is damaged: %s".formatted(file, e.getMessage()), e);
    } catch (UncheckedIOException e) {
      throw new IOException("%s is damaged: %s".formatted(file, e.getMessage()), e);
    }
  }

  /// Writes a member's manifest into a draft; its bytes lie in place already.
  void write(Member member, Manifest manifest) throws IOException {
    Path file = manifest(member.path());
    Files.createDirectories(file.resolveSibling(""));
    Durable.write(file, manifestBytes(member, manifest));
  }

  /// Moves a member's bytes from `file` into place and makes the member exist.
  void addDurably(Member member, Manifest manifest, Path file) throws IOException {
    Path target = index(member.path());
    Files.createDirectories(target.resolveSibling(""));
    Durable.sync(file);
    Files.move(file, target, StandardCopyOption.ATOMIC_MOVE);
    Durable.syncDirectory(target.resolveSibling(""));
    Durable.replace(manifest(member.path()), manifestBytes(member, manifest));
  }

  private static byte[] manifestBytes(Member member, Manifest manifest) {
    StringBuilder head = new StringBuilder(MAGIC).append('\n');
    head.append("size ").append(member.size()).append('\n');
    head.append("sha256 ").append(member.sha256().hex()).append('\n');
    head.append("last-modified ").append(member.lastModified().getEpochSecond()).append('\n');
    append(head, "upstream-etag", member.upstreamEtag());
    append(head, "upstream-last-modified", member.upstreamLastModified());
    head.append('\n');
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(head.toString().getBytes(StandardCharsets.UTF_8));
    out.writeBytes(manifest.lines());
    return out.toByteArray();
  }

  private static void append(StringBuilder head, String key, @Nullable String value) {
    if (value != null) {
      head.append(key).append(' ').append(value).append('\n');
    }
  }

  List<Member> readMembers() throws IOException {
    Path root = directory.resolve("manifest");
    List<Member> members = new ArrayList<>();
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
        if (!file.getFileName().toString().startsWith(".new-")) {
          members.add(
              understood(
                  file, () -> readMember(new RelPath(root.relativize(file).toString()), file)));
        }
      }
    }
    return members;
  }

  private static Member readMember(RelPath path, Path file) throws IOException {
    Map<String, String> head;
    try (Stream<String> lines = Files.lines(file, StandardCharsets.UTF_8)) {
      head = head(lines);
    }
    if (!head.containsKey("larder-manifest")) {
      throw new IOException(file + " is not a manifest");
    }
    return new Member(
        path,
        number(head, "size"),
        new Checksum(Checksum.Algorithm.SHA256, required(head, "sha256")),
        Instant.ofEpochSecond(number(head, "last-modified")),
        head.get("upstream-etag"),
        head.get("upstream-last-modified"));
  }

  /// The manifest of a member, mapped: it is read as it is searched, and takes no heap.
  Manifest readManifest(RelPath path) throws IOException {
    ByteBuffer bytes;
    try (FileChannel file = FileChannel.open(manifest(path), StandardOpenOption.READ)) {
      bytes = file.map(FileChannel.MapMode.READ_ONLY, 0, file.size());
    }
    for (int i = 1; i < bytes.limit(); i++) {
      if (bytes.get(i) == '\n' && bytes.get(i - 1) == '\n') {
        ByteBuffer lines = bytes.slice(i + 1, bytes.limit() - i - 1);
        return understood(manifest(path), () -> Manifest.parse(lines));
      }
    }
    throw new IOException(manifest(path) + " has no end of head");
  }

  private static Map<String, String> head(Stream<String> lines) {
    Map<String, String> head = new HashMap<>();
    lines
        .takeWhile(line -> !line.isEmpty())
        .forEach(line -> {
          int space = line.indexOf(' ');
          if (space > 0) {
            head.put(line.substring(0, space), line.substring(space + 1));
          }
        });
    return head;
  }

  private static String required(Map<String, String> head, String key) {
    String value = head.get(key);
    if (value == null) {
      throw new IllegalArgumentException("it lacks " + key);
    }
    return value;
  }

  private static long number(Map<String, String> head, String key) {
    try {
      return Long.parseLong(required(head, key));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("it has a bad " + key, e);
    }
  }
}
