package dev.larder;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.testing.ArchRepository;
import dev.larder.testing.Command;
import dev.larder.testing.Curl;
import dev.larder.testing.Fault;
import dev.larder.testing.FaultyUpstream;
import dev.larder.testing.NginxServer;
import dev.larder.testing.PackageSpec;
import dev.larder.testing.PacmanClient;
import dev.larder.testing.Tools;
import dev.larder.wire.FilePage;
import dev.larder.wire.Json;
import dev.larder.wire.KeptInfo;
import dev.larder.wire.MirrorInfo;
import dev.larder.wire.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The command line against a running Larder: real console, real token, real mirror.
class CommandLineIT {
  private static final PackageSpec TOOL = PackageSpec.of("tool", "1:1-1").payload(100_000);
  private static final PackageSpec NEWER = PackageSpec.of("tool", "1:2-1").payload(100_000);

  @TempDir Path upstream;
  @TempDir Path saved;

  @BeforeAll
  static void tools() {
    Tools.require("pacman", "repo-add", "bsdtar", "nginx", "curl");
  }

  @Test
  void explainAndCacheTellWhatIsHeldAndARemovedFileIsFetchedAgain() {
    try (ArchRepository repository = ArchRepository.unsigned("core");
        NginxServer nginx = NginxServer.serve(upstream)) {
      repository.add(TOOL);
      repository.publish(upstream);
      try (TestLarder larder = TestLarder.of(nginx.url())) {
        String path = repository.path(TOOL);
        String url = larder.url() + "/" + path;
        assertThat(run(larder, "explain", url).out()).contains("generation\tnone yet");
        Curl.get(larder.url() + "/" + repository.databasePath());

        CommandRun cold = run(larder, "explain", url);
        assertThat(cold.exit()).isZero();
        assertThat(cold.out())
            .contains("path\t" + path)
            .contains("answer\tfetched from upstream on request")
            .contains(repository.bytes(TOOL).length + " bytes");
        assertThat(Curl.get(url).status()).isEqualTo(200);
        assertThat(Curl.get(url).header("Cache-Status")).startsWith("larder; hit");

        for (String name : List.of(url, "/arch/" + path, nginx.url() + "/" + path)) {
          assertThat(run(larder, "explain", "-q", name).out()).isEqualTo("200 from what we hold\n");
        }
        CommandRun listing = run(larder, "cache", "ls", "arch", "tool-*", "-o", "json");
        FilePage page = Json.response(listing.out().getBytes(UTF_8), FilePage.class);
        assertThat(page.files())
            .singleElement()
            .satisfies(file -> {
              assertThat(file.path()).isEqualTo(path);
              assertThat(file.size()).isEqualTo(repository.bytes(TOOL).length);
              assertThat(file.checked()).isTrue();
            });

        assertThat(run(larder, "cache", "purge", "tool-*", "-m", "arch").exit()).isEqualTo(2);
        assertThat(larder.file(path)).exists();
        CommandRun removed = run(larder, "cache", "purge", "tool-*", "--yes");
        assertThat(removed.exit()).isZero();
        assertThat(removed.out())
            .isEqualTo("arch\ttool-*\t1\t" + repository.bytes(TOOL).length + "\t0\n");
        assertThat(larder.file(path)).doesNotExist();
        assertThat(run(larder, "explain", "-q", url).out())
            .isEqualTo("fetched from upstream on request\n");
        assertThat(run(larder, "cache", "ls", "arch", "tool-*", "-q").out()).isEmpty();

        Curl.Answer again = Curl.get(url);
        assertThat(again.header("Cache-Status")).contains("fwd=uri-miss");
        assertThat(again.body().copy()).isEqualTo(repository.bytes(TOOL));
        assertThat(nginx.awaitLog("/" + path, 2)).hasSize(2);
        // What is not held by any mirror here is a mistake of whoever asks.
        assertThat(run(larder, "explain", "https://example.org/x").exit()).isEqualTo(3);
        explainsWhatClientsAskElsewhere(larder, path);
        assertThat(run(larder, "cache", "ls", "none").exit()).isEqualTo(3);
      }
    }
  }

  /// By a public URL, of which a proxy takes the path off, and by a name at the mirror's own port.
  private static void explainsWhatClientsAskElsewhere(TestLarder larder, String path) {
    String outside = "https://pkg.example/larder";
    larder.replace("[packages]", "[packages]\npublic-url = \"" + outside + "\"");
    larder.replace("refresh = \"0s\"", "refresh = \"0s\"\nlisten = [\"0.0.0.0:0\"]");
    larder.restartAfter(Duration.ZERO);
    String own = "http://localhost:" + larder.larder().ownAddresses("arch").getFirst().getPort();
    assertThat(run(larder, "explain", "-q", own + "/" + path).out())
        .isEqualTo("200 from what we hold\n");
    assertThat(run(larder, "explain", "/no where").err()).contains("no mirror");
    assertThat(run(larder, "explain", "-q", outside + "/arch/" + path).out())
        .isEqualTo("200 from what we hold\n");
  }

  @Test
  void whatIsKeptStaysEvenOverARestart() {
    try (ArchRepository repository = ArchRepository.unsigned("core");
        ArchRepository other = ArchRepository.unsigned("extra");
        NginxServer nginx = NginxServer.serve(upstream)) {
      repository.add(TOOL);
      repository.publish(upstream);
      other.add(PackageSpec.of("other", "1-1").payload(1000));
      other.publish(upstream);
      try (TestLarder larder = TestLarder.of(nginx.url())) {
        String mine = repository.path(TOOL);
        String theirs = other.path(PackageSpec.of("other", "1-1").payload(1000));
        for (String path : List.of(repository.databasePath(), other.databasePath(), mine, theirs)) {
          assertThat(Curl.get(larder.url() + "/" + path).status()).isEqualTo(200);
        }
        String directory = mine.substring(0, mine.lastIndexOf('/'));
        CommandRun kept = run(larder, "mirror", "keep", "arch", directory, "-o", "json");
        KeptInfo info = Json.response(kept.out().getBytes(UTF_8), KeptInfo.class);
        assertThat(info.path()).isEqualTo(directory);
        assertThat(info.bytes()).isGreaterThan(repository.bytes(TOOL).length);
        assertThat(larder.data().resolve("state/arch/.keep")).hasContent(directory + "\n");

        larder.restartAfter(Duration.ZERO);
        assertThat(run(larder, "mirror", "keep", "arch", "-q").out()).isEqualTo(directory + "\n");
        assertThat(run(larder, "mirror", "show", "arch").out())
            .contains("kept\tarch\t" + directory + "\n");
        String[] removal = {"cache", "purge", "*.pkg.tar.*", "-m", "arch", "--yes"};
        assertThat(run(larder, removal).out()).endsWith("\t1\n");
        assertThat(larder.file(mine)).exists();
        assertThat(larder.file(theirs)).doesNotExist();

        assertThat(run(larder, "mirror", "unkeep", "arch", directory).exit()).isZero();
        assertThat(run(larder, "mirror", "unkeep", "arch", directory).exit()).isEqualTo(3);
        assertThat(larder.file(mine)).exists();
        assertThat(run(larder, removal).out()).endsWith("\t0\n");
        assertThat(larder.file(mine)).doesNotExist();
      }
    }
  }

  @Test
  void statusAndMirrorTellOfARefusalAndTheWayOut() {
    try (ArchRepository repository = ArchRepository.unsigned("core");
        NginxServer nginx = NginxServer.serve(upstream)) {
      repository.add(TOOL);
      repository.publish(upstream);
      Command.of("cp", "-a", upstream + "/.", saved.toString()).runOk();
      try (TestLarder larder = TestLarder.of(nginx.url())) {
        assertThat(run(larder, "mirror", "list", "-q").out()).isEqualTo("arch\n");
        assertThat(run(larder, "status", "-q").out()).isEqualTo("arch\tidle\n");
        assertThat(run(larder, "mirror", "refresh", "arch").out()).startsWith("arch\tnothing\t");
        Curl.get(larder.url() + "/" + repository.databasePath());
        Curl.get(larder.url() + "/" + repository.path(TOOL));
        Curl.get(larder.url() + "/" + repository.path(TOOL));
        assertThat(run(larder, "status", "-q").out()).isEqualTo("arch\tok\n");
        Status status =
            Json.response(run(larder, "status", "-o", "json").out().getBytes(UTF_8), Status.class);
        MirrorInfo mirror = status.mirrors().getFirst();
        assertThat(status.server().data()).isEqualTo(larder.data().toString());
        assertThat(larder.url()).startsWith(status.server().packages().getFirst());
        assertThat(mirror.roots().getFirst().generation()).isEqualTo(1);
        assertThat(mirror.roots().getFirst().packages()).isPositive();
        assertThat(mirror.hits()).isEqualTo(1);
        assertThat(mirror.requests()).isEqualTo(3);
        long size = repository.bytes(TOOL).length;
        assertThat(mirror.bytesFromCache()).isEqualTo(size);
        assertThat(mirror.bytesFromUpstream()).isGreaterThan(size);
        assertThat(mirror.upstreams())
            .containsExactly(new MirrorInfo.Upstream(nginx.url(), "ok", null, null));

        repository.add(NEWER);
        repository.publish(upstream);
        assertThat(run(larder, "mirror", "refresh", "arch").out()).startsWith("arch\tswitched\t2");
        assertThat(run(larder, "mirror", "refresh", "arch").out()).startsWith("arch\tunchanged\t2");

        Command.of("find", upstream.toString(), "-mindepth", "1", "-delete").runOk();
        Command.of("cp", "-a", saved + "/.", upstream.toString()).runOk();
        CommandRun refused = run(larder, "mirror", "refresh", "arch");
        assertThat(refused.exit()).isEqualTo(8);
        assertThat(refused.err()).contains("older", "larder mirror refresh arch --accept");
        assertThat(run(larder, "status", "-q").out()).isEqualTo("arch\trefused\n");
        assertThat(CommandRun.onScreen(larder, "status").out())
            .contains("older than the set we have");
        assertThat(run(larder, "mirror", "show", "arch", "-q").out()).isEqualTo("refused\n");
        String database = larder.url() + "/" + repository.databasePath();
        assertThat(run(larder, "explain", database).out()).contains("refused\t");

        assertThat(run(larder, "mirror", "refresh", "arch", "--accept").out())
            .startsWith("arch\tswitched\t3");
        assertThat(run(larder, "status", "-q").out()).isEqualTo("arch\tok\n");
        assertThat(run(larder, "mirror", "refresh", "none").exit()).isEqualTo(3);

        nginx.kill();
        CommandRun unreachable = run(larder, "mirror", "refresh", "arch");
        assertThat(unreachable.exit()).isEqualTo(1);
        assertThat(unreachable.err()).contains(nginx.url());
        assertThat(run(larder, "status", "-q").out()).isEqualTo("arch\tfailing\n");
      }
    }
  }

  @Test
  void statusShowsAFillUnderWay() throws InterruptedException, IOException {
    try (ArchRepository repository = ArchRepository.unsigned("core");
        FaultyUpstream slow = FaultyUpstream.start()) {
      repository.add(TOOL);
      slow.publish(repository.next());
      CountDownLatch release = new CountDownLatch(1);
      slow.fault(repository.path(TOOL), new Fault.HoldAt(20_000, release));
      try (TestLarder larder = TestLarder.of(slow.url())) {
        Curl.get(larder.url() + "/" + repository.databasePath());
        Path file = saved.resolve("file");
        Process curl =
            Command.of("curl", "-sS", "--globoff", "-o", file.toString())
                .with(larder.url() + "/" + repository.path(TOOL))
                .start(saved.resolve("output"));
        Awaitility.await()
            .atMost(Duration.ofSeconds(20))
            .untilAsserted(() -> {
              CommandRun json = run(larder, "mirror", "show", "arch", "-o", "json");
              MirrorInfo mirror = Json.response(json.out().getBytes(UTF_8), MirrorInfo.class);
              assertThat(mirror.fills())
                  .singleElement()
                  .satisfies(fill -> {
                    assertThat(fill.path()).isEqualTo(repository.path(TOOL));
                    assertThat(fill.received()).isEqualTo(20_000);
                    assertThat(fill.readers()).isEqualTo(1);
                    assertThat(fill.upstream()).isEqualTo(slow.url());
                  });
            });
        release.countDown();
        assertThat(curl.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(file).hasBinaryContent(repository.bytes(TOOL));
        Awaitility.await()
            .atMost(Duration.ofSeconds(20))
            .until(() -> larder.mirror().report().fills().isEmpty());
      }
    }
  }

  @Test
  void theSnippetIsWhatPacmanNeeds() {
    try (ArchRepository repository = ArchRepository.unsigned("core");
        NginxServer nginx = NginxServer.serve(upstream)) {
      repository.add(TOOL);
      repository.publish(upstream);
      try (TestLarder larder = TestLarder.of(nginx.url());
          PacmanClient client = new PacmanClient()) {
        CommandRun snippet = run(larder, "snippet", "arch", "-q");
        assertThat(snippet.out()).startsWith("Server = http://127.0.0.1:").endsWith("$arch\n");
        client.repository("core", snippet.out().strip());
        assertThat(client.sync().exit()).isZero();
        assertThat(client.install("tool").exit()).isZero();
        assertThat(client.installed("tool")).isEqualTo("1:1-1");
        assertThat(larder.file(repository.path(TOOL))).exists();
        assertThat(run(larder, "snippet", "none").exit()).isEqualTo(3);
      }
    }
  }

  @Test
  void aWrongTokenAndAServerThatIsNotThereHaveExitCodesOfTheirOwn() throws IOException {
    try (TestLarder larder = TestLarder.of("http://127.0.0.1:9")) {
      CommandRun version = run(larder, "version");
      assertThat(version.exit()).isZero();
      assertThat(version.out()).contains(Version.current());
      Path token = Files.writeString(saved.resolve("token"), "wrong-token\n");
      assertThat(run(larder, "status", "--token-file", token.toString()).exit()).isEqualTo(4);
      String nobody = "http://127.0.0.1:9";
      assertThat(run(larder, "status", "--server", nobody).exit()).isEqualTo(6);
    }
  }

  @Test
  void theRealProcessServesAnswersItsCommandLineAndStopsWhenTold()
      throws IOException, InterruptedException {
    try (ArchRepository repository = ArchRepository.unsigned("core");
        NginxServer nginx = NginxServer.serve(upstream)) {
      repository.add(TOOL);
      repository.publish(upstream);
      Path config = saved.resolve("larder.toml");
      Files.writeString(
          config,
          """
          data = "%s"
          [packages]
          listen = ["127.0.0.1:0"]
          [console]
          listen = ["127.0.0.1:0"]
          [mirror.arch]
          upstream = "%s"
          """
              .formatted(saved.resolve("data"), nginx.url()));
      Path output = saved.resolve("output");
      Process serve = larder("serve", "--config", config.toString()).start(output);
      try {
        String packages = awaitUrl(output, "mirror");
        String console = awaitUrl(output, "console");
        Curl.Answer answer = Curl.get(packages + repository.path(TOOL));
        assertThat(answer.body().copy()).isEqualTo(repository.bytes(TOOL));
        Command.Result status =
            larder("status", "-q", "--server", console)
                .with("--token-file", saved.resolve("data/cli.token").toString())
                .run();
        assertThat(status.output()).isEqualTo("arch\tok\n");
        assertThat(status.exit()).isZero();
      } finally {
        serve.destroy();
      }
      assertThat(serve.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(Files.readString(output)).doesNotContain("WARNING", "Exception");
      // Everything is written down: what was served is there, and nothing half-done.
      assertThat(saved.resolve("data/tree/arch/" + repository.path(TOOL)))
          .hasBinaryContent(repository.bytes(TOOL));
    }
  }

  @Test
  void theLinkOfTheFirstStartMakesATokenThatTheCommandLineCanUse()
      throws IOException, InterruptedException {
    Path config = saved.resolve("larder.toml");
    Files.writeString(
        config,
        """
        data = "%s"
        [packages]
        listen = ["127.0.0.1:0"]
        [console]
        listen = ["127.0.0.1:0"]
        authorized-secrets = "%s"
        [mirror.arch]
        upstream = "http://127.0.0.1:9"
        """
            .formatted(saved.resolve("data"), readable("secrets")));
    Path output = saved.resolve("output");
    Process serve = larder("serve", "--config", config.toString()).start(output);
    try {
      String link = awaitUrl(output, "set up");
      String console = awaitUrl(output, "console");
      Curl.Answer page = Curl.get(link);
      assertThat(page.status()).isEqualTo(200);
      String code = link.substring(link.indexOf("?t=") + 3);
      String made =
          Command.of("curl", "-sS", "-d", "t=" + code, "-d", "name=first", console + "setup")
              .runOk();
      Matcher secret = Pattern.compile("<pre>(larder_[0-9a-f]{64})</pre>").matcher(made);
      assertThat(secret.find()).describedAs(made).isTrue();
      Path token = Files.writeString(saved.resolve("token"), secret.group(1) + "\n");
      Command.Result who =
          larder("whoami", "--server", console, "--token-file", token.toString()).run();
      assertThat(who.output()).isEqualTo("token:first\ttoken\tadmin\n");
      assertThat(Curl.get(link).status()).isEqualTo(403);
    } finally {
      serve.destroy();
    }
    assertThat(serve.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(Files.readString(output)).contains("every user of this machine can read " + saved);
    readable("data/cli.token");
    Path again = saved.resolve("again");
    Process second = larder("serve", "--config", config.toString()).start(again);
    try {
      awaitUrl(again, "console");
      assertThat(Files.readString(again))
          .doesNotContain("/setup")
          .contains("others than its owner could read " + saved.resolve("data/cli.token"));
    } finally {
      second.destroy();
    }
    assertThat(second.waitFor(30, TimeUnit.SECONDS)).isTrue();
  }

  /// A file that others can read.
  private Path readable(String name) throws IOException {
    Path file = saved.resolve(name);
    if (!Files.exists(file)) {
      Files.writeString(file, "");
    }
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
  }

  private static Command larder(String... arguments) {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    return Command.of(java, "-Xmx256m", "--enable-native-access=ALL-UNNAMED")
        .with("--sun-misc-unsafe-memory-access=allow", "-cp", classPath, "dev.larder.Main")
        .with(arguments);
  }

  private static String awaitUrl(Path output, String what) {
    Pattern line = Pattern.compile("(?m)^  " + what + " +(http://\\S+)$");
    Awaitility.await()
        .atMost(Duration.ofSeconds(40))
        .until(() -> line.matcher(Files.readString(output)).find());
    try {
      Matcher matcher = line.matcher(Files.readString(output));
      assertThat(matcher.find()).isTrue();
      return matcher.group(1);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static CommandRun run(TestLarder larder, String... arguments) {
    return CommandRun.of(larder, arguments);
  }
}
