package dev.larder.format.pacman;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.format.Compression;
import dev.larder.format.PackageRecord;
import dev.larder.sign.OpenPgpSigner;
import dev.larder.testing.ArchRepository;
import dev.larder.testing.Bytes;
import dev.larder.testing.Command;
import dev.larder.testing.PacmanClient;
import dev.larder.testing.SigningKey;
import dev.larder.testing.Temporary;
import dev.larder.testing.Tools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Databases and packages written here, read by the real repo-add, bsdtar, gzip and pacman.
final class PacmanRepositoryFormatIT {
  private static final String PKGBUILD =
      """
      pkgbase=made
      pkgname=(made 'made++lib' made-data)
      epoch=2
      pkgver=1.2.r3.gabc
      pkgrel=4
      pkgdesc="  Made   for tests: ünïcode & %NAME%	tab "
      arch=(x86_64)
      url='https://example.org/?a=b&c=d'
      license=(MIT 'custom:odd one')
      groups=(one two)
      makedepends=(cmake 'ninja>=1')
      checkdepends=(python)
      options=(!strip)
      package_made() {
        depends=('glibc>=2.0' "made-data=$epoch:$pkgver-$pkgrel" 'libx.so=1-64')
        optdepends=('bash: to   run it' 'perl')
        provides=('virtual=1.0' libmade.so)
        conflicts=(old)
        replaces=('old<1')
        backup=(etc/made.conf)
        install=made.install
        install -Dm644 /dev/null "$pkgdir/etc/made.conf"
        install -Dm755 /bin/true "$pkgdir/usr/bin/made"
        ln -s made "$pkgdir/usr/bin/made-link"
        ln "$pkgdir/usr/bin/made" "$pkgdir/usr/bin/made-hard"
      }
      package_made++lib() {
        install -Dm644 /dev/null "$pkgdir/usr/lib/with space and ünïcode"
        install -Dm644 /dev/null "$pkgdir/usr/lib/back\\\\slash"
        mkdir -p "$pkgdir/usr/lib/empty" "$pkgdir/usr/lib/$(printf 'long%.0s' {1..50})/x"
      }
      package_made-data() {
        arch=(any)
        mkdir -p "$pkgdir/usr/share"
        seq 1000 > "$pkgdir/usr/share/numbers"
      }
      """;

  @TempDir private static Path directory;
  private static final List<Path> PACKAGES = new ArrayList<>();

  private static @Nullable SigningKey key;

  @BeforeAll
  static void makePackages() throws Exception {
    Tools.require("makepkg", "repo-add", "bsdtar", "gzip", "pacman", "pacman-key", "gpg");
    key = SigningKey.create("Larder Test <test@example.org>");
    try (ArchRepository workshop = ArchRepository.unsigned("workshop")) {
      String script = "post_install() {\n  true\n}\n";
      String text = PKGBUILD + "cat > made.install <<'X'\n" + script + "X\n";
      for (Path file : workshop.makepkg(text)) {
        PACKAGES.add(Files.copy(file, directory.resolve(file.getFileName())));
      }
    }
    for (Compression packing : List.of(Compression.XZ, Compression.GZIP, Compression.NONE)) {
      String name = "by-hand-" + packing.name().toLowerCase(Locale.ROOT);
      byte[] tar =
          PackageMaker.of(name, "1.0-1", "pkgdesc = x", "license = MIT", "size = 5")
              .directory("usr")
              .file("usr/" + name, Bytes.random(5, 1))
              .tar();
      PACKAGES.add(
          Files.write(
              directory.resolve(name + "-1.0-1-any.pkg.tar" + packing.suffix()),
              Archive.pack(packing, tar)));
    }
  }

  @AfterAll
  static void endAgent() {
    if (key != null) {
      key.close();
    }
  }

  private static SigningKey key() {
    return Objects.requireNonNull(key);
  }

  /// Signs with gpg.
  private record GpgSigner(SigningKey key) implements OpenPgpSigner {
    @Override
    public byte[] sign(Path file) throws IOException {
      Path signature = key.sign(file);
      byte[] bytes = Files.readAllBytes(signature);
      Files.delete(signature);
      return bytes;
    }

    @Override
    public String fingerprint() {
      return key.fingerprint();
    }

    @Override
    public byte[] publicKey() {
      try {
        return Files.readAllBytes(key.publicKey());
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }

    @Override
    public @Nullable Instant expires() {
      return null;
    }
  }

  private static Path directory(String name) throws IOException {
    return Files.createDirectory(directory.resolve(name));
  }

  /// The members of a database by bsdtar.
  private static Map<String, String> members(Path database) throws IOException {
    Path into = Files.createTempDirectory(directory, "members");
    Command.of("bsdtar", "-xf", database.toString(), "-C", into.toString()).runOk();
    Map<String, String> members = new TreeMap<>();
    try (var files = Files.walk(into)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        members.put(into.relativize(file).toString(), new String(Files.readAllBytes(file), UTF_8));
      }
    }
    return members;
  }

  private static void repoAdd(Path database, List<Path> files) {
    Command command = Command.of("repo-add", "-q", database.toString()).env("LC_ALL", "C.UTF-8");
    files.forEach(file -> command.with(file.toString()));
    command.runOk();
  }

  @ParameterizedTest
  @EnumSource
  void repoAddWritesTheSame(Compat compat) throws Exception {
    Path place = directory("repo-add-" + compat);
    Hosted hosted = new Hosted(compat, place);
    List<Path> files = new ArrayList<>();
    for (Path file : PACKAGES) {
      Path copy = Files.copy(file, place.resolve(file.getFileName()));
      if (!copy.toString().endsWith(".gz")) {
        key().sign(copy);
      }
      files.add(copy);
      hosted.add(copy);
    }
    Path theirs = place.resolve("lab.db.tar.gz");
    repoAdd(theirs, files);
    Path output = hosted.write();
    for (String part : List.of("db", "files")) {
      Map<String, String> expected = members(place.resolve("lab." + part + ".tar.gz"));
      expected.replaceAll((name, text) -> {
        String plain =
            compat == Compat.V6_0 || !name.endsWith("/desc")
                ? text
                : text.replaceAll("%(MD5SUM|PGPSIG)%\n[^\n]*\n\n", "");
        return name.endsWith("/files") ? plain.replace("\\\\", "\\") : plain;
      });
      assertThat(members(output.resolve("lab." + part))).isEqualTo(expected);
    }
    assertThat(members(output.resolve("lab.files")).toString())
        .contains("usr/lib/back\\slash\n", "usr/lib/with space and ünïcode\n");
  }

  @Test
  void whatWasPutTogetherIsOneGzipFile() throws Exception {
    Path place = directory("gzip");
    Hosted hosted = new Hosted(Compat.CURRENT, place);
    Path output = hosted.write();
    Command.of("gzip", "-t", "-S", ".db", output.resolve("lab.db").toString()).runOk();
    assertThat(Command.of("bsdtar", "-tf", output.resolve("lab.db").toString()).runOk()).isEmpty();
    PackageRecord template = PackageReader.read(PACKAGES.getFirst());
    for (int i = 0; i < 150; i++) {
      Path file = place.resolve("one");
      PackageMaker.of("package-" + i, "1-1").file("usr/x" + i, "x").write(file);
      hosted.add(PackageReader.read(file), null);
    }
    hosted.write();
    output = hosted.add(template, null).write();
    for (String name : List.of("lab.db", "lab.files")) {
      Path file = output.resolve(name);
      Command.of("gzip", "-t", "-S", name.substring(3), file.toString()).runOk();
      String listed = Command.of("bsdtar", "-tf", file.toString()).runOk();
      assertThat(listed.lines().filter(line -> line.endsWith("/desc"))).hasSize(151);
      // repo-add, too, takes it for its own.
      Path copy = Files.copy(file, place.resolve(name + ".tar.gz"));
      assertThat(Files.size(copy)).isPositive();
    }
    repoAdd(place.resolve("lab.db.tar.gz"), List.of(PACKAGES.getLast()));
    assertThat(members(place.resolve("lab.db.tar.gz"))).hasSize(152);
  }

  /// Places a repository where a client finds it.
  private static Path serve(Path place, Hosted hosted, List<Path> files) throws Exception {
    Path root = Files.createDirectories(place.resolve("served"));
    for (Path file : files) {
      Path copy = root.resolve(file.getFileName());
      Files.copy(file, copy);
      key().sign(copy);
      hosted.add(copy);
    }
    publish(hosted.write(), root);
    return root;
  }

  private static void publish(Path output, Path root) throws IOException {
    try (var files = Files.list(output)) {
      for (Path file : files.toList()) {
        Path copy = root.resolve(file.getFileName());
        Files.deleteIfExists(copy);
        Files.copy(file, copy);
      }
    }
  }

  @Test
  void pacmanInstallsAndVerifiesWhatIsSigned() throws Exception {
    Path place = directory("pacman");
    Hosted hosted = new Hosted(Compat.CURRENT, place).signedBy(new GpgSigner(key()));
    Path root = serve(place, hosted, PACKAGES);
    try (PacmanClient client = new PacmanClient()) {
      client.trust(key()).signatures("Required DatabaseRequired TrustedOnly");
      client.repository("lab", "file://" + root);
      assertThat(client.sync().output()).doesNotContain("error").doesNotContain("warning");
      assertThat(client.files().ok()).isTrue();
      assertThat(client.run("-Sl").output())
          .contains("lab made 2:1.2.r3.gabc-4", "lab made++lib", "lab by-hand-");
      assertThat(client.run("-Fl", "made++lib").output())
          .contains("made++lib usr/lib/with space and ünïcode", "usr/lib/back\\slash");
      assertThat(client.run("-Si", "made").output())
          .contains("Replaces", "old<1", "bash: to run it", "Made for tests: ünïcode & %NAME% tab");
      assertThat(client.install("made-data", "made++lib").output())
          .contains("installing made-data");
      assertThat(client.installed("made-data")).isEqualTo("2:1.2.r3.gabc-4");
      assertThat(client.run("-Qkk").output()).contains("0 altered files");
    }
  }

  @Test
  void pacmanUpgradesToTheNextRelease() throws Exception {
    Path place = directory("bump");
    Hosted hosted = new Hosted(Compat.V6_0, place).signedBy(new GpgSigner(key()));
    List<Path> data = PACKAGES.stream().filter(f -> f.toString().contains("made-data")).toList();
    Path root = serve(place, hosted, data);
    try (PacmanClient client = new PacmanClient()) {
      client.trust(key()).signatures("Required DatabaseRequired");
      client.repository("lab", "file://" + root);
      client.sync();
      assertThat(client.install("made-data").ok()).isTrue();
      Path copy = place.resolve("copy");
      PacmanRepositoryFormat format = new PacmanRepositoryFormat(Compat.V6_0);
      format.bump(data.getFirst(), List.of(), copy);
      PackageRecord read = format.read(copy);
      Path file = Files.move(copy, root.resolve(format.pathOf(read, "")));
      assertThat(file.getFileName()).hasToString("made-data-2:1.2.r3.gabc-4.1-any.pkg.tar.zst");
      key().sign(file);
      publish(hosted.add(file).write(), root);
      client.sync(true);
      assertThat(client.upgrade().output()).contains("upgrading made-data");
      assertThat(client.installed("made-data")).isEqualTo("2:1.2.r3.gabc-4.1");
      assertThat(client.run("-Qkk", "made-data").output()).contains("0 altered files");
      assertThat(client.run("-Qi", "made-data").output()).contains("2:1.2.r3.gabc-4.1");
    }
  }

  @Test
  void onlyTheVersionOfARealPackageChanges() throws Exception {
    for (Path file : PACKAGES) {
      Path copy = Files.createTempDirectory(directory, "bump").resolve("copy.pkg.tar");
      new PacmanRepositoryFormat(Compat.CURRENT).bump(file, List.of(), copy);
      String before = Command.of("bsdtar", "-tvf", file.toString()).runOk();
      String after = Command.of("bsdtar", "-tvf", copy.toString()).runOk();
      assertThat(payload(after)).isEqualTo(payload(before)).isNotEmpty();
      assertThat(Command.of("bsdtar", "-xOf", copy.toString(), ".PKGINFO").runOk())
          .containsPattern("pkgver = .*-[14]\\.1\n");
    }
  }

  private static List<String> payload(String listing) {
    return listing.lines().filter(line -> !line.matches(".* \\.[A-Z]+")).toList();
  }

  @Test
  void itsScriptHasPacmanKeyTakeTheKeyring() throws Exception {
    Path root = directory("script");
    KeyringPackage.of("lab", "1-1", Instant.EPOCH, List.of(), List.of())
        .write(root.resolve("package"));
    Command.of("bsdtar", "-xf", "package", ".INSTALL").in(root).runOk();
    Path tool = Files.createDirectories(root.resolve("usr/bin")).resolve("pacman-key");
    Files.writeString(tool, "#!/bin/sh\necho called with \"$@\"\n");
    assertThat(tool.toFile().setExecutable(true)).isTrue();
    for (String function : List.of("post_install", "post_upgrade")) {
      String script = ". ./.INSTALL && " + function + " 1-1";
      assertThat(Command.of("sh", "-c", script).in(root).runOk())
          .isEqualTo("called with --populate lab\n");
    }
    Files.delete(tool);
    assertThat(Command.of("sh", "-c", ". ./.INSTALL && post_install 1-1").in(root).runOk())
        .isEmpty();
  }

  @Test
  void aKeyringPackageBringsTheKeyToPacman() throws Exception {
    Path place = directory("keyring");
    KeyringPackage keyring =
        KeyringPackage.of(
            "lab",
            "20261126-1",
            Instant.ofEpochSecond(1_795_000_000),
            List.of(new KeyringPackage.Key(key().fingerprint(), new GpgSigner(key()).publicKey())),
            List.of());
    Path file = place.resolve(keyring.fileName());
    keyring.write(file);
    try (PacmanClient client = new PacmanClient()) {
      Command.Result result = client.run("-U", "--noscriptlet", file.toString());
      assertThat(result.output()).contains("installing lab-keyring").doesNotContain("error: ");
      assertThat(client.installed("lab-keyring")).isEqualTo("20261126-1");
      assertThat(client.run("-Qkk", "lab-keyring").output()).contains("0 altered files");
      String home = Temporary.directory("lk").toString();
      // Where keyrings lie is written down in the script, and Debian's lie elsewhere.
      Path script = place.resolve("pacman-key");
      Files.writeString(
          script,
          Files.readString(Path.of(Tools.path("pacman-key")))
              .replaceAll(
                  "KEYRING_IMPORT_DIR='[^']*'",
                  "KEYRING_IMPORT_DIR='" + client.file("usr/share/pacman/keyrings") + "'"));
      try {
        Command.of("bash", script.toString(), "--gpgdir", home, "--init").runOk();
        Command.of("bash", script.toString(), "--gpgdir", home, "--populate", "lab").runOk();
        assertThat(Command.of("pacman-key", "--gpgdir", home, "--list-keys").runOk())
            .contains(key().fingerprint(), "[  full  ]");
      } finally {
        SigningKey.endAgent(Path.of(home));
        Temporary.delete(Path.of(home));
      }
    }
  }
}
