package dev.larder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.larder.testing.ArchRepository;
import dev.larder.testing.Command;
import dev.larder.testing.Curl;
import dev.larder.testing.PackageSpec;
import dev.larder.testing.PacmanClient;
import dev.larder.testing.Tools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Jobs, events, downloads and keyrings of the API, asked for with the real curl.
class JobsIT {
  private static final String REPOSITORY = "/api/v1/repositories/internal";

  @TempDir Path directory;
  private HostedLarder larder;
  private ArchRepository maker;

  @BeforeAll
  static void tools() {
    Tools.require("pacman", "pacman-key", "repo-add", "bsdtar", "zstd", "gpg", "curl");
  }

  @BeforeEach
  void open() {
    larder = HostedLarder.pacman();
    maker = ArchRepository.unsigned("maker");
  }

  @AfterEach
  void close() {
    larder.close();
    maker.close();
  }

  private String console() {
    int port = larder.larder().larder().consoleAddresses().getFirst().getPort();
    return "http://127.0.0.1:" + port;
  }

  private String bearer() {
    return "Authorization: Bearer " + larder.larder().token();
  }

  private Curl.Answer api(String path, String... options) {
    String[] all = new String[options.length + 2];
    all[0] = "--header";
    all[1] = bearer();
    System.arraycopy(options, 0, all, 2, options.length);
    return Curl.get(console() + path, all);
  }

  /// What the stream says once it has said `text`.
  private static void awaitText(Path stream, String text) {
    await().atMost(Duration.ofSeconds(20)).until(() -> read(stream).contains(text));
  }

  private static String read(Path file) throws IOException {
    return Files.exists(file) ? Files.readString(file) : "";
  }

  private Process follow(Path into, String query, String... options) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of("curl", "-sN", "-H", bearer(), console() + "/api/v1/events" + query));
    command.addAll(List.of(options));
    return new ProcessBuilder(command).redirectOutput(into.toFile()).start();
  }

  private void add(String name) {
    larder.add(maker.add(PackageSpec.of(name, "1-1")));
  }

  // ---- events ---------------------------------------------------------------------------------

  @Test
  void whatHappensToARepositoryIsStreamedAndGoneOnWithAfterAnInterruption() throws Exception {
    Path first = directory.resolve("first");
    Process curl = follow(first, "?repository=internal");
    try {
      awaitText(first, "id: ");
      add("one");
      awaitText(first, "event: repository.changed");
      assertThat(read(first))
          .contains("\"repository\":\"internal\"")
          .contains("\"generation\":2")
          .contains("\"name\":\"one\"");
    } finally {
      curl.destroy();
      curl.waitFor();
    }
    add("two");
    add("three");
    Matcher ids = Pattern.compile("id: (\\S+)\nevent").matcher(read(first));
    assertThat(ids.find()).isTrue();
    Path second = directory.resolve("second");
    curl = follow(second, "", "-H", "Last-Event-ID: " + ids.group(1));
    try {
      awaitText(second, "\"name\":\"three\"");
      assertThat(read(second)).contains("\"name\":\"two\"").doesNotContain("\"name\":\"one\"");
      // The stream ends with the server, and the server does not wait for it.
      larder.larder().stop();
      assertThat(curl.waitFor(20, TimeUnit.SECONDS)).isTrue();
    } finally {
      curl.destroy();
    }
    larder.larder().start();
    Path third = directory.resolve("third");
    curl = follow(third, "", "-H", "Last-Event-ID: " + ids.group(1));
    try {
      awaitText(third, "event: reset");
    } finally {
      curl.destroy();
      curl.waitFor();
    }
  }

  @Test
  void nobodySeesEventsOrJobsOfRepositoriesTheyMayNotRead() throws Exception {
    CommandRun made =
        CommandRun.of(larder.larder(), "token", "create", "other", "--scope", "read:other", "-q");
    assertThat(made.exit()).as(made.toString()).isZero();
    String token = "Authorization: Bearer " + made.out().strip();
    Path stream = directory.resolve("stream");
    Process curl =
        new ProcessBuilder("curl", "-sN", "-H", token, console() + "/api/v1/events")
            .redirectOutput(stream.toFile())
            .start();
    try {
      awaitText(stream, "id: ");
      add("one");
      assertThat(CommandRun.of(larder.larder(), "repo", "create", "other", "--format", "pacman"))
          .satisfies(run -> assertThat(run.exit()).isZero());
      awaitText(stream, "event: repository.created");
      assertThat(read(stream)).doesNotContain("\"repository\":\"internal\"");
    } finally {
      curl.destroy();
      curl.waitFor();
    }
    assertThat(api(REPOSITORY + "/verify", "--request", "POST").status()).isEqualTo(200);
    assertThat(api("/api/v1/jobs").text()).contains("repository.verify");
    assertThat(Curl.get(console() + "/api/v1/jobs", "--header", token).text())
        .doesNotContain("repository.verify");
  }

  // ---- jobs -----------------------------------------------------------------------------------

  @Test
  void whoDoesNotWaitFindsTheOutcomeOfTheJob() throws Exception {
    add("one");
    Curl.Answer accepted =
        api(REPOSITORY + "/verify", "--request", "POST", "--header", "Prefer: respond-async");
    assertThat(accepted.status()).isEqualTo(202);
    assertThat(accepted.header("Preference-Applied")).isEqualTo("respond-async");
    String location = String.valueOf(accepted.header("Location"));
    assertThat(location).startsWith("/api/v1/jobs/");
    await().until(() -> api(location).text().contains("\"state\":\"done\""));
    assertThat(api(location).text())
        .contains("\"action\":\"repository.verify\"")
        .contains("\"result\":{\"repository\":\"internal\",\"damages\":[]}")
        .contains("\"by\":\"cli\"");
    await()
        .until(() -> CommandRun.of(larder.larder(), "audit").out().contains("repository.verify"));

    Curl.Answer failing =
        api(
            REPOSITORY + "/rollback",
            "--json",
            "{\"generation\": 99}",
            "--header",
            "Prefer: wait=5, respond-async");
    String place = String.valueOf(failing.header("Location"));
    await().until(() -> api(place).text().contains("\"state\":\"failed\""));
    assertThat(api(place).text()).contains("\"code\":\"not-there\"");
    assertThat(api("/api/v1/jobs?running=true").text()).isEqualTo("{\"jobs\":[]}");
    assertThat(api("/api/v1/jobs/none").status()).isEqualTo(404);
  }

  // ---- packages -------------------------------------------------------------------------------

  @Test
  void aPackageIsDownloadedWithItsSignatureFromAnyGenerationThatIsHeld() throws Exception {
    Path file = maker.add(PackageSpec.of("hello", "1-1")).getFirst();
    larder.add(List.of(file));
    larder.add(maker.add(PackageSpec.of("hello", "2-1")));
    Curl.Answer old = api(REPOSITORY + "/packages/hello/download?generation=2");
    assertThat(old.status()).isEqualTo(200);
    assertThat(old.body().copy()).isEqualTo(Files.readAllBytes(file));
    assertThat(old.header("Content-Disposition")).contains("hello-1-1-any.pkg.tar.zst");
    assertThat(old.header("Repr-Digest")).startsWith("sha-256=:");
    Path there = Files.write(directory.resolve("hello.pkg"), old.body().copy());
    Path signature =
        Files.write(
            directory.resolve("hello.pkg.sig"),
            api(REPOSITORY + "/packages/hello/signature?generation=2").body().copy());
    Path ring = directory.resolve("ring.gpg");
    Command.of("gpg", "--dearmor", "-o", ring + "", larder.publicKey("key.asc") + "").runOk();
    Command.of("gpgv", "--keyring", ring + "", signature + "", there + "").runOk();
    assertThat(api(REPOSITORY + "/packages/hello/download").header("Content-Disposition"))
        .contains("hello-2-1");
    assertThat(api(REPOSITORY + "/packages/none/download").status()).isEqualTo(404);
    assertThat(api(REPOSITORY + "/packages/hello/download?generation=77").status()).isEqualTo(404);
  }

  @Test
  void thePackageWithTheKeysIsMadeOnRequestAndInstalls() throws Exception {
    Path key = larder.publicKey("key.asc");
    assertThat(api(REPOSITORY + "/keyring", "--request", "POST").status()).isEqualTo(200);
    assertThat(api(REPOSITORY + "/keyring", "--request", "POST").text())
        .contains("internal-keyring");
    try (PacmanClient client =
        new PacmanClient()
            .repository("internal", larder.url() + "/$arch")
            .signatures("Required DatabaseRequired")
            .trust(key)) {
      client.sync();
      assertThat(client.install("internal-keyring").exit()).isZero();
      assertThat(client.installed("internal-keyring")).matches("20\\d{6}-2");
      Path trusted = client.file("usr/share/pacman/keyrings/internal-trusted");
      assertThat(Files.readString(trusted))
          .contains(larder.repository().report().signedBy().getFirst());
    }
  }
}
