package dev.larder.testing;

import static java.nio.charset.StandardCharsets.US_ASCII;

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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A pacman repository, made by the real `repo-add` from packages made here or by `makepkg`, and
/// published as the maintainers of real ones do: packages first, then the databases, then what
/// nobody names any more is deleted.
///
/// Its clock starts a day ago and goes on by one second with every publication: HTTP tells times in
/// seconds, and two publications within one would be the same to every client.
public final class ArchRepository implements AutoCloseable {
  private final String name;
  private final Layout layout;
  private final @Nullable SigningKey key;
  private final boolean signedDatabase;
  private final Path work;
  private final Map<String, Path> packages = new TreeMap<>();
  private Instant time = Instant.now().truncatedTo(ChronoUnit.SECONDS).minus(Duration.ofDays(1));

  private ArchRepository(
      String name, Layout layout, @Nullable SigningKey key, boolean signedDatabase) {
    Tools.require("repo-add", "repo-remove", "bsdtar", "zstd");
    this.name = name;
    this.layout = layout;
    this.key = key;
    this.signedDatabase = signedDatabase;
    this.work = Temporary.directory("larder-repo");
    try {
      Files.createDirectories(databases());
      Files.createDirectories(pool());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Where a repository lies below the root of its mirror.
  ///
  /// @param directory of the packages and databases
  /// @param lastUpdate whether the root has a `lastupdate` file
  public record Layout(String directory, boolean lastUpdate) {
    /// `NAME/os/x86_64` with `lastupdate`, as Arch mirrors have it.
    public static Layout arch(String name) {
      return new Layout(name + "/os/x86_64", true);
    }

    /// Directly in `directory`, without `lastupdate`, as custom repositories have it.
    public static Layout custom(String directory) {
      return new Layout(directory, false);
    }
  }

  /// An unsigned repository laid out as on Arch mirrors.
  public static ArchRepository unsigned(String name) {
    return new ArchRepository(name, Layout.arch(name), null, false);
  }

  /// A repository with signed packages and, like Arch's, no signed databases.
  public static ArchRepository signedPackages(String name, SigningKey key) {
    return new ArchRepository(name, Layout.arch(name), key, false);
  }

  /// A repository with signed packages and databases.
  public static ArchRepository signed(String name, SigningKey key) {
    return new ArchRepository(name, Layout.arch(name), key, true);
  }

  /// A repository of any layout.
  ///
  /// @param key signs packages and databases; null for none
  public static ArchRepository custom(String name, Layout layout, @Nullable SigningKey key) {
    return new ArchRepository(name, layout, key, key != null);
  }

  // ---- content --------------------------------------------------------------------------------

  /// Makes packages and adds them to the databases, instead of other versions of the same names.
  /// Not published yet.
  public List<Path> add(PackageSpec... specs) {
    List<Path> files = Stream.of(specs).map(this::build).toList();
    addFiles(files);
    return files;
  }

  /// Adds package files made elsewhere, such as by [#makepkg].
  public void addFiles(List<Path> files) {
    List<String> arguments = new ArrayList<>();
    for (Path file : files) {
      Path pooled = pool().resolve(file.getFileName());
      try {
        if (!file.equals(pooled)) {
          Files.copy(file, pooled, StandardCopyOption.REPLACE_EXISTING);
        }
        Files.setLastModifiedTime(pooled, FileTime.from(time));
        if (key != null) {
          Files.setLastModifiedTime(key.sign(pooled), FileTime.from(time));
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      packages.put(packageName(file), pooled);
      arguments.add(pooled.toString());
    }
    database("repo-add", arguments);
  }

  /// Removes packages from the databases. Not published yet.
  public void remove(String... names) {
    List.of(names).forEach(packages::remove);
    database("repo-remove", List.of(names));
  }

  private void database(String program, List<String> arguments) {
    Command command = Command.of(program, "--quiet").env("HOME", work.toString());
    if (key != null && signedDatabase) {
      command.with("--sign", "--key", key.fingerprint());
      command.env("GNUPGHOME", key.home().toString());
    }
    command.with(databases().resolve(name + ".db.tar.gz").toString());
    command.with(arguments.toArray(String[]::new)).runOk();
  }

  /// The file name without version, release and architecture: names may hold any number of dashes.
  private static String packageName(Path file) {
    String rest = String.valueOf(file.getFileName());
    for (int i = 0; i < 3; i++) {
      rest = rest.substring(0, rest.lastIndexOf('-'));
    }
    return rest;
  }

  /// Makes one package file without the cost of makepkg: the same archive, metadata first.
  private Path build(PackageSpec spec) {
    Tools.require("bsdtar");
    try {
      Path root = Files.createTempDirectory(work, "pkg");
      Path content = root.resolve("usr/share/larder-test").resolve(spec.name());
      Files.createDirectories(content.getParent());
      Files.write(content, Bytes.random(spec.payload(), spec.seed() * 31 + spec.payload()));
      StringBuilder info = new StringBuilder();
      info.append("pkgname = ").append(spec.name()).append('\n');
      info.append("pkgbase = ").append(spec.name()).append('\n');
      info.append("pkgver = ").append(spec.version()).append('\n');
      info.append("pkgdesc = A package for tests\nurl = https://example.org/\n");
      info.append("builddate = ").append(time.getEpochSecond()).append('\n');
      info.append("packager = Larder Test <test@example.org>\n");
      info.append("size = ").append(spec.payload()).append('\n');
      info.append("arch = ").append(spec.arch()).append("\nlicense = Apache\n");
      spec.depends().forEach(name -> info.append("depend = ").append(name).append('\n'));
      Files.writeString(root.resolve(".PKGINFO"), info);
      Path file = pool().resolve(spec.fileName());
      Command tar = Command.of("bsdtar", "--uid", "0", "--gid", "0", "-cf", file.toString());
      if (!spec.compression().option().isEmpty()) {
        tar.with(spec.compression().option());
      }
      tar.with(".PKGINFO", "usr").in(root).runOk();
      Temporary.delete(root);
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Makes packages by the real makepkg, as a user that is not root, from a PKGBUILD. Takes
  /// seconds.
  ///
  /// @param pkgbuild its text; sources are not fetched, so it should have none
  /// @return the package files, compressed by zstd
  public List<Path> makepkg(String pkgbuild) {
    Tools.require("makepkg", "fakeroot", "zstd", "setpriv");
    Path directory = Temporary.directory("larder-makepkg");
    try {
      Files.writeString(directory.resolve("PKGBUILD"), pkgbuild);
      List<String> command = new ArrayList<>();
      if (Tools.isRoot()) {
        // makepkg refuses to run as root.
        String nobody = "65534";
        Command.of("chown", "-R", nobody + ":" + nobody, directory.toString()).runOk();
        command.addAll(List.of("setpriv", "--reuid", nobody, "--regid", nobody, "--clear-groups"));
      }
      command.addAll(List.of("makepkg", "--force", "--nodeps"));
      Command.of(command)
          .in(directory)
          .env("HOME", directory.toString())
          .env("PKGDEST", directory.toString())
          .env("SRCDEST", directory.toString())
          .env("BUILDDIR", directory.toString())
          .env("PKGEXT", ".pkg.tar.zst")
          .env("PACKAGER", "Larder Test <test@example.org>")
          .runOk();
      List<Path> files = new ArrayList<>();
      for (Path file : list(directory)) {
        if (file.toString().endsWith(".pkg.tar.zst")) {
          files.add(Files.copy(file, pool().resolve(file.getFileName())));
        }
      }
      return files;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      Temporary.delete(directory);
    }
  }

  // ---- publication ----------------------------------------------------------------------------

  /// Publishes into a mirror's root directory and deletes the packages no database names any more.
  public void publish(Path root) {
    publishKeeping(root);
    deleteOld(root);
  }

  /// Publishes without deleting, as a mirror does that syncs late or a pool that keeps packages.
  public void publishKeeping(Path root) {
    try {
      Map<String, ServedFile> files = next();
      // Names sort the databases and their signatures among the packages, so: packages first.
      for (boolean database : new boolean[] {false, true}) {
        for (Map.Entry<String, ServedFile> file : files.entrySet()) {
          if (isDatabase(file.getKey()) == database && !file.getKey().equals("lastupdate")) {
            place(root.resolve(file.getKey()), file.getValue());
          }
        }
      }
      ServedFile lastUpdate = files.get("lastupdate");
      if (lastUpdate != null) {
        place(root.resolve("lastupdate"), lastUpdate);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Deletes the packages no database names any more.
  public void deleteOld(Path root) {
    try {
      for (Path file : list(root.resolve(layout.directory()))) {
        String fileName = String.valueOf(file.getFileName());
        String ofPackage = fileName.replaceFirst("\\.sig$", "");
        if (fileName.contains(".pkg.tar")
            && packages.values().stream().noneMatch(p -> p.endsWith(ofPackage))) {
          Files.delete(file);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Everything the next publication has, by its path below the mirror's root, for
  /// [FaultyUpstream#publish(Map)]; several repositories' maps can be joined. Advances the clock.
  public Map<String, ServedFile> next() {
    time = time.plusSeconds(1);
    Map<String, ServedFile> files = new TreeMap<>();
    try {
      for (Path file : packages.values()) {
        files.put(path(file), served(file));
        Path signature = file.resolveSibling(file.getFileName() + ".sig");
        if (Files.exists(signature)) {
          files.put(path(signature), served(signature));
        }
      }
      for (Path file : list(databases())) {
        if (!file.toString().endsWith(".old") && !file.toString().endsWith(".old.sig")) {
          files.put(path(file), ServedFile.of(Files.readAllBytes(file), time));
        }
      }
      if (layout.lastUpdate()) {
        byte[] stamp = (time.getEpochSecond() + "\n").getBytes(US_ASCII);
        files.put("lastupdate", ServedFile.of(stamp, time));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new HashMap<>(files);
  }

  private static ServedFile served(Path file) throws IOException {
    return ServedFile.of(Files.readAllBytes(file), Files.getLastModifiedTime(file).toInstant());
  }

  private String path(Path file) {
    String directory = layout.directory().isEmpty() ? "" : layout.directory() + "/";
    return directory + file.getFileName();
  }

  /// Like rsync: a temporary name, then a rename, so no reader sees half a file.
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

  private static boolean isDatabase(String path) {
    String fileName = path.substring(path.lastIndexOf('/') + 1);
    return !fileName.contains(".pkg.tar");
  }

  private static List<Path> list(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(directory)) {
      return files.sorted().toList();
    }
  }

  // ---- what is where --------------------------------------------------------------------------

  /// The repository's name: `core`.
  public String name() {
    return name;
  }

  /// The directory of its packages and databases below the mirror's root.
  public String directory() {
    return layout.directory();
  }

  /// The path of a package file below the mirror's root.
  public String path(PackageSpec spec) {
    return path(Path.of(spec.fileName()));
  }

  /// The path of the database below the mirror's root.
  public String databasePath() {
    return path(Path.of(name + ".db"));
  }

  /// The bytes of a package that was added.
  public byte[] bytes(PackageSpec spec) {
    try {
      return Files.readAllBytes(pool().resolve(spec.fileName()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The entries of the current database, `desc` by package directory (`name-version`).
  public Map<String, String> database() {
    Path file = databases().resolve(name + ".db.tar.gz");
    Map<String, String> entries = new TreeMap<>();
    for (String entry : Command.of("bsdtar", "-tf", file.toString()).runOk().split("\n", -1)) {
      if (entry.endsWith("/desc")) {
        String desc = Command.of("bsdtar", "-xOf", file.toString(), entry).runOk();
        entries.put(entry.substring(0, entry.length() - "/desc".length()), desc);
      }
    }
    return entries;
  }

  private Path pool() {
    return work.resolve("pool");
  }

  private Path databases() {
    return work.resolve("db");
  }

  /// Deletes the workshop; what was published stays.
  @Override
  public void close() {
    Temporary.delete(work);
  }
}
