package dev.larder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.larder.testing.ArchRepository;
import dev.larder.testing.Command;
import dev.larder.testing.Download;
import dev.larder.testing.Download.End;
import dev.larder.testing.Fault;
import dev.larder.testing.FaultyUpstream;
import dev.larder.testing.PackageSpec;
import dev.larder.testing.ServedFile;
import dev.larder.testing.Tools;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The configuration of a running server is changed, by SIGHUP to a real process: downloads go on,
/// and a configuration that cannot be used changes nothing.
class ReloadIT {
  private static final PackageSpec BIG = PackageSpec.of("big", "1-1").payload(3_000_000);
  private static final int HALF = 1_500_000;

  private static Map<String, ServedFile> published;
  private static String big;
  private static byte[] bigBytes;

  @TempDir private Path directory;
  private FaultyUpstream first;
  private FaultyUpstream second;
  private LarderProcess larder;

  @BeforeAll
  static void publish() {
    Tools.require("curl", "repo-add", "bsdtar", "zstd");
    try (ArchRepository repository = ArchRepository.unsigned("core")) {
      repository.add(BIG);
      published = repository.next();
      big = repository.path(BIG);
      bigBytes = repository.bytes(BIG);
    }
  }

  @BeforeEach
  void start() throws IOException {
    first = FaultyUpstream.start();
    second = FaultyUpstream.start();
    first.publish(published);
    second.publish(published);
    larder = new LarderProcess(directory, first.url()).start();
    assertThat(curl(larder.uri("core/os/x86_64/core.db").toString())).isEqualTo("200");
  }

  @AfterEach
  void stop() {
    larder.close();
    first.close();
    second.close();
  }

  private Path file() {
    return directory.resolve("larder.toml");
  }

  private void replace(String text, String other) throws IOException {
    String toml = Files.readString(file());
    assertThat(toml).contains(text);
    Files.writeString(file(), toml.replace(text, other));
  }

  private void add(String text) throws IOException {
    Files.writeString(file(), Files.readString(file()) + text);
  }

  /// Sends the signal and waits until the log says what came of it.
  private void hup(String expected) throws IOException {
    Command.of("kill", "-HUP", Long.toString(larder.pid())).runOk();
    await().until(() -> larder.output().contains(expected));
  }

  private static String curl(String url) {
    return Command.of("curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", url).run().output();
  }

  private String top() {
    return larder.uri("").toString().replaceFirst("/arch/$", "");
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  @Test
  void aSlowDownloadOutlivesChangesOfUpstreamsMirrorsAndAddresses() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    first.fault(big, new Fault.HoldAt(HALF, release));
    int port = freePort();
    try (Download slow = Download.open(larder.uri(big))) {
      byte[] begun = slow.read(HALF / 2);

      replace(first.url(), second.url());
      add("[mirror.extra]\nformat = \"pacman\"\nupstream = \"%s\"\n".formatted(second.url()));
      add("listen = [\"127.0.0.1:%d\"]\n".formatted(port));
      hup("mirror.extra: added");

      assertThat(larder.output()).contains("mirror.arch.upstream: ");
      assertThat(curl(top() + "/extra/core/os/x86_64/core.db")).isEqualTo("200");
      assertThat(curl("http://127.0.0.1:" + port + "/core/os/x86_64/core.db")).isEqualTo("200");
      int asked = first.count("core/os/x86_64/core.db");
      assertThat(curl(larder.uri("core/os/x86_64/core.db").toString())).isEqualTo("200");
      assertThat(first.count("core/os/x86_64/core.db")).isEqualTo(asked);

      release.countDown();
      Download.Answer rest = slow.rest();
      assertThat(rest.end()).isEqualTo(End.COMPLETE);
      assertThat(begun.length + rest.body().length).isEqualTo(bigBytes.length);
      assertThat(first.count(big)).isEqualTo(1);
    }
    assertThat(Files.readAllBytes(larder.file(big))).isEqualTo(bigBytes);
  }

  @Test
  void aMirrorThatIsRemovedAnswersNoMoreAndEndsItsDownloads() throws Exception {
    add("[mirror.extra]\nformat = \"pacman\"\nupstream = \"%s\"\n".formatted(second.url()));
    hup("mirror.extra: added");
    CountDownLatch release = new CountDownLatch(1);
    second.fault(big, new Fault.HoldAt(HALF, release));
    try (Download slow = Download.open(URI.create(top() + "/extra/" + big))) {
      slow.read(HALF / 2);
      String toml = Files.readString(file());
      Files.writeString(file(), toml.substring(0, toml.indexOf("[mirror.extra]")));
      hup("mirror.extra: removed");
      assertThat(curl(top() + "/extra/core/os/x86_64/core.db")).isEqualTo("404");
      release.countDown();
      assertThat(slow.rest().end()).isEqualTo(End.COMPLETE);
    }
    Path kept = larder.data().resolve("tree/extra").resolve(big);
    await().until(() -> Files.exists(kept));
    assertThat(Files.readAllBytes(kept)).isEqualTo(bigBytes);
  }

  @Test
  void aConfigurationThatCannotBeUsedChangesNothing() throws Exception {
    replace(first.url(), second.url());
    add("refersh = \"1m\"\n");
    int line = Files.readAllLines(file()).size();
    hup("larder.toml:" + line + ":1: error:");
    assertThat(larder.output()).contains("nothing has changed");

    replace("refersh = \"1m\"\n", "keyring = \"/nowhere/keys.gpg\"\n");
    hup("larder.toml:" + line + ": error:");

    // An address that somebody else has: the new mirror is not served either.
    try (ServerSocket taken = new ServerSocket(0)) {
      replace(
          "keyring = \"/nowhere/keys.gpg\"\n",
          "listen = [\"127.0.0.1:%d\"]\n".formatted(taken.getLocalPort()));
      add("[mirror.extra]\nformat = \"pacman\"\nupstream = \"%s\"\n".formatted(second.url()));
      hup("another program listens there");
    }
    assertThat(curl(top() + "/extra/core/os/x86_64/core.db")).isEqualTo("404");
    int asked = second.requests().size();
    assertThat(curl(larder.uri("core/os/x86_64/core.db").toString())).isEqualTo("200");
    assertThat(second.requests()).hasSize(asked);
    assertThat(larder.output()).doesNotContain("read again");
  }

  @Test
  void oneAddressBecomesAllOfThatPort() throws Exception {
    String port = top().substring(top().lastIndexOf(':') + 1);
    replace(
        "[packages]\nlisten = [\"127.0.0.1:0\"]",
        "[packages]\nlisten = [\"0.0.0.0:" + port + "\"]");
    hup("packages.listen: ");
    assertThat(curl("http://127.0.0.2:" + port + "/arch/core/os/x86_64/core.db")).isEqualTo("200");
    replace("data = \"" + larder.data() + "\"", "data = \"" + directory.resolve("other") + "\"");
    hup("(needs a restart)");
    assertThat(directory.resolve("other")).doesNotExist();
  }
}
