package dev.larder;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.larder.cli.Surroundings;
import dev.larder.cli.Terminal;
import dev.larder.config.Addresses;
import dev.larder.settings.Machine;
import dev.larder.sign.KeyKind;
import dev.larder.sign.KeyStore;
import dev.larder.store.Hold;
import dev.larder.store.Layout;
import dev.larder.store.Owner;
import dev.larder.testing.ArchRepository;
import dev.larder.testing.Command;
import dev.larder.testing.Curl;
import dev.larder.testing.FaultyUpstream;
import dev.larder.testing.PackageSpec;
import dev.larder.testing.Tools;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Reader;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `larder doctor` on data directories, certificates, keys and disks that are really broken.
class DoctorStateIT {
  @TempDir Path directory;

  private record Run(int code, String out) {}

  @BeforeAll
  static void tools() {
    Tools.require("openssl", "curl", "df", "repo-add", "bsdtar", "zstd");
  }

  private static Run doctor(Path config, Map<String, String> environment, String... arguments) {
    StringWriter out = new StringWriter();
    Surroundings surroundings =
        new Surroundings(
            new PrintWriter(out),
            new PrintWriter(out),
            new BufferedReader(Reader.nullReader()),
            Map.of(),
            Terminal.NONE,
            InstantSource.system());
    Path place = config.resolveSibling("");
    Machine machine = new Machine(environment, "Linux", "root", place, place, Path.of("/"));
    String[] all =
        Stream.concat(Stream.of("doctor", "--config", config.toString()), Stream.of(arguments))
            .toArray(String[]::new);
    return new Run(Main.commandLine(surroundings, machine).run(all), out.toString());
  }

  private static Run doctor(Path config, String... arguments) {
    return doctor(config, Map.of(), arguments);
  }

  /// A data directory as a stopped Larder leaves it, with one package of its own.
  private Path stopped() {
    try (HostedLarder hosted = HostedLarder.pacman();
        ArchRepository maker = ArchRepository.unsigned("maker")) {
      hosted.add(maker.add(PackageSpec.of("tool", "1-1").payload(20_000)));
      CommandRun.of(hosted.larder(), "token", "create", "ci", "--scope", "admin", "-q");
      hosted.larder().stop();
      return hosted.larder().data().resolveSibling("larder.toml");
    }
  }

  private static Path data(Path config) {
    return config.resolveSibling("data");
  }

  private Path config(Path data, String... lines) throws IOException {
    List<String> toml = new ArrayList<>();
    toml.add("data = \"" + data + "\"");
    toml.add("[console]\nlisten = []\n[packages]\nlisten = [\"127.0.0.1:0\"]");
    toml.addAll(List.of(lines));
    toml.addAll(TestLarder.mirrorTable("arch", "pacman", List.of(), "http://127.0.0.1:9"));
    return Files.write(directory.resolve("larder.toml"), toml);
  }

  private static void chmod(Path file, String mode) throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
  }

  @Test
  void aSoundDirectoryIsSound() {
    Path config = stopped();
    Run run = doctor(config, "--deep");
    assertThat(run.out())
        .contains("All is well.")
        .contains("java: 25")
        .contains("zstd: native")
        .contains("sqlite: native")
        .contains("inodes free")
        .contains("layout: version " + Layout.VERSION)
        .contains("internal: can be used")
        .contains("files: 1 package read, checksums are right")
        .doesNotContain("PROBLEM");
    assertThat(run.code()).isZero();
  }

  @Test
  void secretsThatOthersCanReadAreAProblemUntilFixed() throws IOException {
    Path config = stopped();
    Path tokens = data(config).resolve("tokens.json");
    Path secret = data(config).resolve("keys/internal/1.secret");
    chmod(tokens, "rw-r--r--");
    chmod(secret, "rw-rw-rw-");
    chmod(data(config).resolve("state"), "rwxr-xr-x");
    chmod(data(config).resolve("tree"), "rwx------");
    Run run = doctor(config);
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.out())
        .contains(tokens + ": has mode rw-r--r-- and not rw-------")
        .contains(secret + ": has mode rw-rw-rw- and not rw-------")
        .contains("state: has mode rwxr-xr-x")
        .contains("tree: has mode rwx------")
        .contains("why   other users of this machine can read it")
        .contains("do    larder doctor --fix");
    Run fixed = doctor(config, "--fix");
    assertThat(fixed.code()).isZero();
    assertThat(fixed.out()).contains("fixed    " + tokens + ": had mode rw-r--r--");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(secret)))
        .isEqualTo("rw-------");
    assertThat(doctor(config).out()).contains("All is well.");
  }

  @Test
  void filesOfAnotherUserAreAProblemUntilRootFixesThem() throws IOException {
    Tools.requireRoot("owners of files");
    Path config = stopped();
    Path file = data(config).resolve("state/repo/internal").resolve("root").resolve("current");
    Command.of("chown", "12345:12345", file.toString()).runOk();
    Run run = doctor(config);
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.out()).contains("owners: 1 files").contains("chown -R");
    assertThat(doctor(config, "--fix").code()).isZero();
    assertThat(Owner.of(file)).isEqualTo(Owner.of(data(config)));
  }

  @Test
  void aLinkToTheDataIsAsGoodAsTheDataAndLinksInItAreLeftAlone() throws IOException {
    Tools.requireRoot("owners of files");
    Path real = data(stopped());
    Path outside = Files.writeString(directory.resolve("outside"), "not ours");
    chmod(outside, "rw-r--r--");
    Files.createSymbolicLink(real.resolve("keys/link"), outside);
    Command.of("chown", "-R", "-h", "12345:12345", real.toString()).runOk();
    Path config = config(Files.createSymbolicLink(directory.resolve("linked"), real));
    Run run = doctor(config, "--fix");
    assertThat(run.code()).as(run.out()).isZero();
    assertThat(run.out()).doesNotContain("owners").doesNotContain("outside");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(outside)))
        .isEqualTo("rw-r--r--");
    Files.deleteIfExists(real.resolve("hold"));
    Hold.take(new Layout(directory.resolve("linked"))).close();
    assertThat(Owner.of(real.resolve("hold"))).isEqualTo(Owner.of(real));
  }

  @Test
  void aConsoleThatEverybodyMayReadIsALarderAndAnotherServerIsNone() throws IOException {
    Path config = stopped();
    AtomicReference<String> body = new AtomicReference<>("");
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/api/v1/version",
        exchange -> {
          byte[] bytes = body.get().getBytes(StandardCharsets.UTF_8);
          exchange.getResponseHeaders().add("Content-Type", "application/json");
          exchange.sendResponseHeaders(200, bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
    server.start();
    try {
      Map<String, String> environment =
          Map.of("LARDER_CONSOLE__LISTEN", Addresses.format(server.getAddress()));
      body.set("{\"version\": \"1.2.3\", \"java\": \"25\"}");
      assertThat(doctor(config, environment).out()).contains("a Larder answers");
      body.set("[]");
      assertThat(doctor(config, environment).out()).contains("no Larder answers there");
    } finally {
      server.stop(0);
    }
  }

  @Test
  void whatMirrorsShallLeaveFreeIsKnown() throws IOException {
    try (Mounts disk = Mounts.disk(256)) {
      Path data = Files.createDirectory(disk.directory().resolve("data"));
      Files.write(data.resolve("filler"), new byte[32 << 20]);
      Path config = config(data, "[cache]", "min-free = \"100%\"");
      Run run = doctor(config);
      assertThat(run.code()).as(run.out()).isZero();
      assertThat(run.out()).contains("less than [cache] min-free keeps free");
    }
  }

  @Test
  void whileFilesComeAndGoNothingIsWrong() throws Exception {
    Path config = stopped();
    Path busy = Files.createDirectories(data(config).resolve("state/busy"));
    AtomicBoolean stop = new AtomicBoolean();
    try (ExecutorService thread = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> work =
          thread.submit(() -> {
            while (!stop.get()) {
              Path made = Files.createDirectories(busy.resolve("a/b"));
              Path file = Files.createFile(made.resolve("c"));
              Files.delete(file);
              Files.delete(made);
              Files.delete(made.getParent());
            }
            return null;
          });
      try {
        for (int i = 0; i < 10; i++) {
          Run run = doctor(config);
          assertThat(run.code()).as(run.out()).isZero();
        }
      } finally {
        stop.set(true);
      }
      work.get();
    }
  }

  @Test
  void aMissingDirectoryAndAnotherLayoutAreProblems() throws IOException {
    Path config = stopped();
    Command.of("rm", "-r", data(config).resolve("keys").toString()).runOk();
    Run run = doctor(config);
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.out()).contains("keys: is missing").contains("restore it from a backup");
    assertThat(doctor(config, "--fix").out()).contains("was missing; made, empty");
    assertThat(data(config).resolve("keys")).isEmptyDirectory();
    Files.writeString(data(config).resolve("version"), "99\n");
    assertThat(doctor(config).out()).contains("version 99, this larder knows " + Layout.VERSION);
    Files.writeString(data(config).resolve("version"), "1\n");
    Run older = doctor(config);
    assertThat(older.out())
        .contains("version 1; the next start of this larder makes it version " + Layout.VERSION);
    assertThat(older.code()).isZero();
  }

  @Test
  void whatACrashLeftIsNotedAndRemovedOnlyIfAsked() throws IOException {
    Path config = stopped();
    Path draft = Files.createDirectories(data(config).resolve(".restoring-1/state"));
    Path broken = Files.writeString(data(config).resolve("larder.db.broken-1"), "?");
    Run run = doctor(config);
    assertThat(run.code()).isZero();
    assertThat(run.out()).contains("leftovers: .restoring-1, larder.db.broken-1");
    assertThat(draft).exists();
    assertThat(doctor(config, "--fix").out()).contains("removed: .restoring-1");
    assertThat(draft).doesNotExist();
    assertThat(broken).doesNotExist();
    assertThat(doctor(config, "--deep").out()).contains("All is well.");
  }

  @Test
  void aPackageThatIsGoneCutOrChangedIsAProblem() throws IOException {
    Path config = stopped();
    Path file = data(config).resolve("tree/repo/internal/x86_64/tool-1-1-any.pkg.tar.zst");
    byte[] bytes = Files.readAllBytes(file);
    byte[] changed = bytes.clone();
    changed[bytes.length / 2] ^= 1;
    Files.write(file, changed);
    assertThat(doctor(config).code()).isZero();
    Run deep = doctor(config, "--deep");
    assertThat(deep.code()).isEqualTo(1);
    assertThat(deep.out()).contains(file + " has other bytes").contains("larder repo verify");
    Files.write(file, Arrays.copyOf(bytes, 100));
    assertThat(doctor(config).out()).contains(file + " has 100 bytes and must have");
    Files.delete(file);
    Run run = doctor(config);
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.out()).contains(file + " is missing");
  }

  @Test
  void anIndexThatIsCutIsFoundInAMirrorAndInARepository() throws IOException {
    try (ArchRepository repository = ArchRepository.unsigned("core");
        FaultyUpstream upstream = FaultyUpstream.start()) {
      repository.add(PackageSpec.of("tool", "1-1"));
      upstream.publish(repository.next());
      try (TestLarder larder = TestLarder.of(upstream.url())) {
        Curl.get(larder.url() + "/" + repository.databasePath());
        larder.stop();
        Path config = larder.data().resolveSibling("larder.toml");
        assertThat(doctor(config).out()).contains("indexes: 1 root can be read");
        Path index =
            larder.state("generations").resolve("1/index").resolve(repository.databasePath());
        Files.write(index, new byte[] {1, 2, 3});
        Run run = doctor(config);
        assertThat(run.code()).isZero();
        assertThat(run.out()).contains("has 3 bytes and must have").contains("fetches the indexes");
      }
    }
    Path config = stopped();
    Path index =
        data(config)
            .resolve("state/repo/internal")
            .resolve("root")
            .resolve("generations/2/index/x86_64/internal.db");
    Files.write(index, new byte[] {1});
    Run run = doctor(config);
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.out()).containsPattern("internal.db\\S* has not the size it must have");
  }

  /// A certificate as PEM files, valid from so many days ago for so many days.
  private void certificate(String name, int ago, int valid) {
    String keytool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
    Path store = directory.resolve(name + ".p12");
    Command.of(keytool, "-genkeypair", "-alias", "key", "-keyalg", "EC")
        .with("-startdate", "-" + ago + "d", "-validity", String.valueOf(valid))
        .with("-dname", "CN=" + name + ".test", "-storetype", "PKCS12", "-storepass", "secret")
        .with("-keystore", store.toString())
        .runOk();
    Command.of("openssl", "pkcs12", "-in", store.toString(), "-passin", "pass:secret", "-nodes")
        .with("-nokeys", "-out", directory.resolve(name + ".crt").toString())
        .runOk();
    Command.of("openssl", "pkcs12", "-in", store.toString(), "-passin", "pass:secret", "-nodes")
        .with("-nocerts", "-out", directory.resolve(name + ".key").toString())
        .runOk();
  }

  private Run withCertificate(String certificate, String key) throws IOException {
    String tls =
        "tls = { cert = \"%s.crt\", key = \"%s.key\" }"
            .formatted(directory.resolve(certificate), directory.resolve(key));
    return doctor(config(directory.resolve("data"), tls));
  }

  @Test
  void certificatesThatExpireHaveExpiredOrAreAnothersAreFound() throws IOException {
    certificate("good", 1, 100);
    certificate("soon", 1, 11);
    certificate("old", 30, 10);
    Run good = withCertificate("good", "good");
    assertThat(good.code()).as(good.out()).isZero();
    assertThat(good.out()).contains("CN=good.test, valid until");
    Run soon = withCertificate("soon", "soon");
    assertThat(soon.code()).isZero();
    assertThat(soon.out()).contains("note").contains("that is in 9 days").contains("renew it");
    Run old = withCertificate("old", "old");
    assertThat(old.code()).isEqualTo(1);
    assertThat(old.out()).contains("CN=old.test has expired").contains("clients refuse");
    Run mixed = withCertificate("good", "old");
    assertThat(mixed.code()).isEqualTo(1);
    assertThat(mixed.out()).contains("is not the key of the first certificate");
    chmod(directory.resolve("good.key"), "rw-r--r--");
    assertThat(withCertificate("good", "good").out())
        .contains("every user of this machine can read it");
    byte[] two =
        (Files.readString(directory.resolve("good.crt"))
                + Files.readString(directory.resolve("soon.crt")))
            .getBytes(StandardCharsets.US_ASCII);
    Files.write(directory.resolve("good.crt"), two);
    assertThat(withCertificate("good", "good").out()).contains("not signed by the one after it");
  }

  @Test
  void keysThatExpireOrAreDamagedAreFound() throws IOException {
    Path data = Files.createDirectories(directory.resolve("data"));
    Instant now = Instant.now();
    Instant then = now.minus(Duration.ofDays(400));
    KeyStore past = KeyStore.open(data.resolve("keys"), () -> then);
    past.create(
        "old", KeyKind.OPENPGP_ED25519, "old <o@example.org>", now.minus(Duration.ofDays(3)));
    past.create(
        "soon", KeyKind.OPENPGP_ED25519, "soon <s@example.org>", now.plus(Duration.ofDays(3)));
    past.create("torn", KeyKind.OPENPGP_ED25519, "torn <t@example.org>", null);
    past.create("well", KeyKind.OPENPGP_ED25519, "well <w@example.org>", null);
    Files.delete(data.resolve("keys/torn/1.secret"));
    Run run = doctor(config(data));
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.out())
        .contains("PROBLEM  old: key old has expired")
        .contains("note     soon: key soon expires in")
        .contains("PROBLEM  torn: key torn is damaged: its file 1.secret is missing")
        .contains("ok       well: can be used");
    assertThat(data.resolve("keys/torn")).exists();
  }

  @Test
  void aDiskWithoutInodesWithoutSpaceOrReadOnlyIsAProblem() throws IOException {
    try (Mounts disk = Mounts.disk(16)) {
      Path data = Files.createDirectory(disk.directory().resolve("data"));
      Path config = config(data);
      Command.of("mount", "-o", "remount,nr_inodes=500", disk.directory().toString()).runOk();
      Run run = doctor(config);
      assertThat(run.code()).isEqualTo(1);
      assertThat(run.out())
          .containsPattern("PROBLEM  inodes: \\d+ of 500 inodes free")
          .contains("PROBLEM  space: 0.0 GiB free")
          .contains("packages pass through unstored");
      disk.readOnly(data);
      Run readOnly = doctor(config);
      assertThat(readOnly.code()).isEqualTo(1);
      assertThat(readOnly.out()).contains("cannot be written to").contains("look at the disk");
    }
  }

  @Test
  void aRunningServerIsAskedAndItsConsoleMustNotBeReachedFromOutside() throws IOException {
    try (TestLarder larder = TestLarder.of("http://127.0.0.1:9")) {
      InetSocketAddress console = larder.larder().consoleAddresses().getFirst();
      Map<String, String> environment = new HashMap<>();
      environment.put("LARDER_CONSOLE__LISTEN", Addresses.format(console));
      environment.put(
          "LARDER_PACKAGES__LISTEN",
          Addresses.format(larder.larder().packageAddresses().getFirst()));
      Path config = larder.data().resolveSibling("larder.toml");
      Run run = doctor(config, environment, "--deep");
      assertThat(run.out())
          .contains("a Larder answers")
          .contains("answers")
          .contains("no address of this machine but loopback answers")
          .contains("All is well.");
      Optional<InetAddress> outer =
          NetworkInterface.networkInterfaces()
              .flatMap(NetworkInterface::inetAddresses)
              .filter(address -> !address.isLoopbackAddress() && !address.isLinkLocalAddress())
              .findFirst();
      if (outer.isEmpty()) {
        Tools.missing("this machine has no address but loopback");
      }
      // As a container that publishes the port does.
      InetSocketAddress published = new InetSocketAddress(outer.orElseThrow(), console.getPort());
      HttpServer forward = HttpServer.create(published, 0);
      forward.createContext(
          "/",
          exchange -> {
            exchange.getResponseHeaders().add("Content-Type", "application/problem+json");
            exchange.sendResponseHeaders(401, -1);
            exchange.close();
          });
      forward.start();
      try {
        Run open = doctor(config, environment);
        assertThat(open.code()).isEqualTo(1);
        assertThat(open.out()).contains("the console answers there").contains("no TLS");
      } finally {
        forward.stop(0);
      }
    }
  }

  @Test
  void jsonSaysWhyAndWhatToDo() throws IOException {
    Path config = stopped();
    chmod(data(config).resolve("tokens.json"), "rw-r--r--");
    Run run = doctor(config, "-o", "json");
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.out())
        .startsWith("{")
        .contains("\"ok\" : false")
        .contains("\"level\" : \"problem\"")
        .contains("\"why\" : \"other users")
        .contains("\"remedy\" : \"larder doctor --fix");
  }
}
