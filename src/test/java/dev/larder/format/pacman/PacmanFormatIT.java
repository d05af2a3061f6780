package dev.larder.format.pacman;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.format.PathKind;
import dev.larder.store.Checksum;
import dev.larder.store.Checksum.Algorithm;
import dev.larder.store.Expected;
import dev.larder.store.RelPath;
import dev.larder.testing.Command;
import dev.larder.testing.SigningKey;
import dev.larder.testing.Tools;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A database by the real repo-add, packed again by the real tools; what we read in it has to be
/// what bsdtar shows and what sha256sum computes from the packages.
final class PacmanFormatIT {
  private static final int PACKAGES = 200;
  private static final Pattern ENTRY =
      Pattern.compile(
          "%FILENAME%\n(?<file>.*)\n(?:.*\n)*?%CSIZE%\n(?<size>.*)\n(?:.*\n)*?"
              + "%SHA256SUM%\n(?<sha>.*)\n");

  @TempDir static Path directory;
  private static final Map<String, Expected> EXPECTED = new TreeMap<>();

  @BeforeAll
  static void makeARepository() throws Exception {
    Tools.require("repo-add", "bsdtar", "sha256sum", "gpg", "vercmp");
    List<String> files = new ArrayList<>();
    for (int i = 0; i < PACKAGES; i++) {
      files.add(makePackage(i));
    }
    sign(files.subList(0, 5));
    Command.of("repo-add", "-q", "lab.db.tar.gz")
        .with(files.toArray(String[]::new))
        .in(directory)
        .runOk();

    Command sha256sum =
        Command.of("sha256sum")
            .with(files.toArray(String[]::new))
            .with(files.stream().limit(5).map(file -> file + ".sig").toArray(String[]::new))
            .in(directory);
    for (String line : sha256sum.runOk().lines().toList()) {
      String file = line.substring(66);
      EXPECTED.put(
          "x/" + file,
          new Expected(
              Files.size(directory.resolve(file)),
              new Checksum(Algorithm.SHA256, line.substring(0, 64))));
    }
  }

  private static String makePackage(int i) throws Exception {
    String name =
        switch (i % 5) {
          case 0 -> "lib++" + i + "@x_y.z";
          case 1 -> "name-with-hyphens-" + i;
          case 2 -> "n".repeat(120) + i;
          default -> "package" + i;
        };
    String version = (i % 3 == 0 ? "2:" : "") + "1." + i + ".r3.gabc-" + (1 + i % 2) + ".1";
    Path work = Files.createDirectories(directory.resolve("work"));
    Files.writeString(
        work.resolve(".PKGINFO"),
        """
        pkgname = %s
        pkgbase = %s
        pkgver = %s
        pkgdesc = Größe %d
        url = https://example.invalid/
        builddate = 1795194565
        packager = Somebody <somebody@example.invalid>
        size = %d
        arch = any
        license = MIT
        depend = glibc>=2.0
        """
            .formatted(name, name, version, i, i));
    Files.writeString(work.resolve("payload"), "payload " + i);
    String suffix = List.of("zst", "xz", "gz").get(i % 3);
    String file = name + "-" + version + "-any.pkg.tar." + suffix;
    Command.of("bsdtar", "-acf", "../" + file, ".PKGINFO", "payload").in(work).runOk();
    return file;
  }

  private static void sign(List<String> files) throws Exception {
    Path home = Files.createDirectories(directory.resolve("g"));
    Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwx------"));
    try {
      gpg(home, "--quick-gen-key", "a@example.invalid", "ed25519", "sign", "never").runOk();
      for (String file : files) {
        gpg(home, "--detach-sign", file).runOk();
      }
    } finally {
      SigningKey.endAgent(home);
    }
  }

  private static Command gpg(Path home, String... arguments) {
    return Command.of("gpg", "--homedir", home.toString(), "--batch", "--passphrase", "")
        .with(arguments)
        .in(directory);
  }

  @Test
  void thePromisesAreWhatBsdtarShowsAndSha256sumComputes() throws Exception {
    Path db = directory.resolve("lab.db.tar.gz");
    Map<String, Expected> promises = Archive.promises("x/lab.db", Files.readAllBytes(db));
    assertThat(promises).containsExactlyInAnyOrderEntriesOf(EXPECTED).hasSize(PACKAGES + 5);

    Matcher entry = ENTRY.matcher(Command.of("bsdtar", "-xOf", db.toString(), "*/desc").runOk());
    int entries = 0;
    while (entry.find()) {
      entries++;
      assertThat(promises)
          .containsEntry(
              "x/" + entry.group("file"),
              new Expected(
                  Long.parseLong(entry.group("size")),
                  new Checksum(Algorithm.SHA256, entry.group("sha"))));
    }
    assertThat(entries).isEqualTo(PACKAGES);
  }

  @Test
  void theFilesDatabaseIsReadAndPromisesNothing() throws Exception {
    byte[] files = Files.readAllBytes(directory.resolve("lab.files.tar.gz"));
    assertThat(Archive.promises("x/lab.files", files)).isEmpty();
  }

  @Test
  void everyFileOfTheRepositoryIsKnownForWhatItIs() {
    PacmanFormat format = new PacmanFormat();
    for (String path : EXPECTED.keySet()) {
      RelPath file = new RelPath(path);
      assertThat(format.kind(file))
          .isEqualTo(
              path.endsWith(".sig")
                  ? new PathKind.Companion(new RelPath(path.substring(0, path.length() - 4)))
                  : new PathKind.PackageFile(false));
      assertThat(format.packageName(file)).isNotNull();
      assertThat(file.fileName()).startsWith(format.packageName(file) + "-");
      byte[] start = start(directory.resolve(file.fileName()));
      assertThat(format.plausible(file, start)).as(path).isTrue();
    }
  }

  private static byte[] start(Path file) {
    try (var in = Files.newInputStream(file)) {
      return in.readNBytes(512);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gzip -9c",
        "zstd -qc",
        "zstd -q19 --long=27 -c",
        "xz -c",
        "xz -9c",
        "bzip2 -c",
        "lz4 -qc",
        "lz4 -q9 -BD -c",
        "cat"
      })
  void whateverPackedItTheDatabaseSaysTheSame(String packer) throws Exception {
    Tools.require(packer.substring(0, (packer + " ").indexOf(' ')));
    checkAfter("gzip -dc lab.db.tar.gz | " + packer);
  }

  @ParameterizedTest
  @ValueSource(strings = {"gnutar", "pax", "ustar"})
  void whateverTheDialectOfTarTheDatabaseSaysTheSame(String dialect) throws Exception {
    checkAfter("bsdtar -cf - --format " + dialect + " @lab.db.tar.gz | gzip -c");
  }

  private static void checkAfter(String script) throws Exception {
    Path again = Files.createTempFile(directory, "again", ".db");
    Command.of("sh", "-c", script + " > " + again).in(directory).runOk();
    byte[] bytes = Files.readAllBytes(again);
    assertThat(new PacmanFormat().plausible(new RelPath("lab.db"), start(again))).isTrue();
    assertThat(Archive.promises("x/lab.db", bytes)).containsExactlyInAnyOrderEntriesOf(EXPECTED);
  }

  @Test
  void aDatabaseFromWhichEverythingWasRemovedIsValid() throws Exception {
    Path empty = Files.createDirectories(directory.resolve("empty"));
    Command.of("sh", "-c", "head -c 10240 /dev/zero | gzip -c > none.db").in(empty).runOk();
    assertThat(Archive.promises("none.db", Files.readAllBytes(empty.resolve("none.db")))).isEmpty();
    String name = EXPECTED.keySet().stream().filter(n -> n.contains("package3-")).findAny().get();
    Command.of("repo-add", "-q", "one.db.tar.gz", "../" + name.substring(2)).in(empty).runOk();
    Command.of("repo-remove", "-q", "one.db.tar.gz", "package3").in(empty).runOk();
    assertThat(Archive.promises("one.db", Files.readAllBytes(empty.resolve("one.db.tar.gz"))))
        .isEmpty();
  }
}
