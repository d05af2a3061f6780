package dev.larder.testing;

import dev.larder.testing.FreeBsdShape.Signing;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import tools.jackson.databind.json.JsonMapper;

/// The workshop of a FreeBSD package repository: packages are added, rebuilt and removed, and each
/// publication is what `pkg repo` would have left then. Dates begin a day ago and advance a second
/// with every publication; all files of one catalogue have the same.
public final class FreeBsdRepository {
  private static final JsonMapper JSON = new JsonMapper();

  private final String directory;
  private final Map<String, Built> packages = new LinkedHashMap<>();
  private final Map<String, FreeBsdPackage> specs = new LinkedHashMap<>();
  private FreeBsdShape shape;
  private Instant time = Instant.now().truncatedTo(ChronoUnit.SECONDS).minus(Duration.ofDays(1));

  /// A package file.
  private record Built(FreeBsdPackage spec, Bytes bytes, Instant built) {}

  /// One that lies in this directory below the mirror's root: `FreeBSD:14:amd64/latest`.
  public FreeBsdRepository(String directory, FreeBsdShape shape) {
    this.directory = directory;
    this.shape = shape;
  }

  /// Publishes like this from now on.
  public void shape(FreeBsdShape other) {
    shape = other;
  }

  /// Dates the next publication a second after this.
  public void time(Instant other) {
    time = other.truncatedTo(ChronoUnit.SECONDS);
  }

  /// The date of the last publication.
  public Instant time() {
    return time;
  }

  /// Builds packages and adds them; those of the same name are replaced. Not published yet.
  public void add(FreeBsdPackage... added) {
    for (FreeBsdPackage spec : added) {
      specs.put(spec.name(), spec);
    }
    for (FreeBsdPackage spec : added) {
      packages.put(spec.name(), new Built(spec, new Bytes(build(spec)), time));
    }
  }

  /// Removes packages. Not published yet.
  public void remove(String... names) {
    for (String name : names) {
      specs.remove(name);
      packages.remove(name);
    }
  }

  private byte[] build(FreeBsdPackage spec) {
    byte[] content = Bytes.random(spec.payload(), spec.seed() * 31 + spec.payload());
    Map<String, Object> compact = FreeBsdCatalogue.compactManifest(spec, specs);
    String file = "/usr/local/share/larder-test/" + spec.name();
    Map<String, Object> full = new LinkedHashMap<>(compact);
    full.put("files", Map.of(file, "1$" + Sums.sha256(content)));
    Map<String, byte[]> members = new LinkedHashMap<>();
    members.put("+COMPACT_MANIFEST", JSON.writeValueAsBytes(compact));
    members.put("+MANIFEST", JSON.writeValueAsBytes(full));
    members.put(file, content);
    return Packed.tar(FreeBsdShape.Packing.ZSTD, members);
  }

  // ---- publication ----------------------------------------------------------------------------

  /// Everything the next publication has, by its path below the mirror's root, for
  /// [FaultyUpstream#publish(Map)]; several repositories' maps can be joined. Advances the clock.
  public Map<String, ServedFile> next() {
    time = time.plusSeconds(1);
    Map<String, ServedFile> files = new TreeMap<>();
    FreeBsdCatalogue catalogue = new FreeBsdCatalogue(shape);
    for (Built built : packages.values()) {
      byte[] bytes = built.bytes().raw();
      String path = relative(built);
      catalogue.add(
          FreeBsdCatalogue.compactManifest(built.spec(), specs), path, sum(bytes), bytes.length);
      files.put(path(path), ServedFile.of(bytes, built.built()));
    }
    catalogue.files().forEach((name, bytes) -> files.put(path(name), ServedFile.of(bytes, time)));
    if (shape.bootstrap()) {
      bootstrap(files);
    }
    return new HashMap<>(files);
  }

  private void bootstrap(Map<String, ServedFile> files) {
    Built pkg = packages.get("pkg");
    if (pkg == null) {
      throw new IllegalStateException("there is no package pkg");
    }
    byte[] bytes = pkg.bytes().raw();
    files.put(path("Latest/pkg.pkg"), ServedFile.of(bytes, time));
    switch (shape.signing()) {
      case Signing.None _ -> {}
      case Signing.PublicKey(FreeBsdKey key) ->
          files.put(path("Latest/pkg.pkg.pubkeysig"), ServedFile.of(key.sign(bytes), time));
      case Signing.Fingerprints(List<FreeBsdKey> keys) ->
          files.put(
              path("Latest/pkg.pkg.sig"),
              ServedFile.of(keys.getFirst().signingOutput(bytes), time));
    }
  }

  /// Publishes into a mirror's root directory and deletes the packages no catalogue names any more.
  public void publish(Path root) {
    Map<String, ServedFile> files = publishKeeping(root);
    try {
      Path all = root.resolve(directory).resolve("All");
      if (Files.isDirectory(all)) {
        try (Stream<Path> walk = Files.walk(all)) {
          for (Path file : walk.filter(Files::isRegularFile).toList()) {
            if (!files.containsKey(root.relativize(file).toString())) {
              Files.delete(file);
            }
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Publishes without deleting, as a mirror does that keeps packages.
  ///
  /// @return what [#next] has
  public Map<String, ServedFile> publishKeeping(Path root) {
    Map<String, ServedFile> files = next();
    place(root, files);
    return files;
  }

  /// Places files in a directory, packages before the catalogue that names them.
  public static void place(Path root, Map<String, ServedFile> files) {
    try {
      for (boolean catalogue : new boolean[] {false, true}) {
        for (Map.Entry<String, ServedFile> file : files.entrySet()) {
          if (file.getKey().contains("/All/") != catalogue) {
            place(root.resolve(file.getKey()), file.getValue());
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  // Like rsync: a temporary name, then a rename, so no reader sees half a file.
  private static void place(Path target, ServedFile file) throws IOException {
    Path parent = target.toAbsolutePath().getParent();
    if (parent == null) {
      throw new IOException("no directory to publish in: " + target);
    }
    Files.createDirectories(parent);
    if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)
        && Files.getLastModifiedTime(target).toInstant().equals(file.lastModified())
        && Files.size(target) == file.bytes().size()) {
      return;
    }
    Path temporary = parent.resolve("." + target.getFileName() + ".new");
    Files.write(temporary, file.bytes().raw());
    Files.setLastModifiedTime(temporary, FileTime.from(file.lastModified()));
    Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
  }

  // ---- what is where --------------------------------------------------------------------------

  /// Its directory below the mirror's root.
  public String directory() {
    return directory;
  }

  /// The path of a file of the repository below the mirror's root: of `data.pkg`.
  public String path(String name) {
    return directory + "/" + name;
  }

  /// The path of a package file below the mirror's root.
  public String packagePath(String name) {
    return path(relative(built(name)));
  }

  /// The bytes of a package file.
  public byte[] bytes(String name) {
    return built(name).bytes().copy();
  }

  private Built built(String name) {
    Built built = packages.get(name);
    if (built == null) {
      throw new IllegalArgumentException("there is no package " + name);
    }
    return built;
  }

  private String sum(byte[] bytes) {
    return switch (shape.sums()) {
      case HEX -> Sums.sha256(bytes);
      case BLAKE2B -> Sums.blake2b(bytes);
    };
  }

  private String relative(Built built) {
    String stem = built.spec().stem();
    return switch (shape.names()) {
      case PLAIN -> "All/" + stem + ".pkg";
      case HASHED ->
          "All/Hashed/" + stem + "~" + sum(built.bytes().raw()).substring(0, 10) + ".pkg";
    };
  }
}
