package dev.larder;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.testing.ArchRepository;
import dev.larder.testing.Download;
import dev.larder.testing.FaultyUpstream;
import dev.larder.testing.PackageSpec;
import dev.larder.testing.Tools;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Strangers with several addresses, who stay below the limits of each but mean to use up the
/// memory of the server: it has the heap and the buffers it has in earnest, and a quiet client goes
/// on being served.
class StrangersIT {
  private static final int EACH = 64; // connections of one address
  private static final int PATIENCE = 10_000;
  private static final PackageSpec PACKAGE = PackageSpec.of("small", "1-1").payload(14_000);
  private static final PackageSpec LARGE = PackageSpec.of("large", "1-1").payload(3_000_000);
  private static final String BRANCH = "core/os/x86_64/";
  private static final String SMALL = BRANCH + PACKAGE.fileName();

  @TempDir Path directory;
  private final List<SocketChannel> open = new ArrayList<>();
  private FaultyUpstream upstream;
  private LarderProcess larder;

  @BeforeEach
  void start() throws IOException {
    Tools.require("repo-add", "bsdtar", "zstd");
    upstream = FaultyUpstream.start();
    try (ArchRepository repository = ArchRepository.unsigned("core")) {
      repository.add(PACKAGE);
      repository.add(LARGE);
      upstream.publish(repository.next());
    }
    List<String> tables = new ArrayList<>();
    tables.addAll(
        List.of("[limits]", "connections-per-client = " + EACH, "exempt = [\"127.0.0.1\"]"));
    tables.addAll(TestLarder.mirrorTable("arch", "pacman", List.of(), upstream.url()));
    larder = new LarderProcess(directory, "arch", tables).start();
    assertThat(Download.get(larder.uri(BRANCH + "core.db")).status()).isEqualTo(200);
    // From the second time on it comes from memory.
    assertServed();
    assertServed();
  }

  @AfterEach
  void stop() throws IOException {
    for (SocketChannel each : open) {
      each.close();
    }
    larder.close();
    upstream.close();
  }

  /// Sends the same on all connections of several addresses; what is not taken is not sent.
  private void send(int addresses, String what) throws IOException {
    URI uri = larder.uri("");
    for (int address = 2; address < addresses + 2; address++) {
      for (int i = 0; i < EACH; i++) {
        SocketChannel channel = SocketChannel.open();
        open.add(channel);
        channel.socket().setReceiveBufferSize(4096);
        channel.bind(new InetSocketAddress("127.0.0." + address, 0));
        channel.socket().connect(new InetSocketAddress(uri.getHost(), uri.getPort()), PATIENCE);
        channel.configureBlocking(false);
        channel.write(ByteBuffer.wrap(what.getBytes(ISO_8859_1)));
      }
    }
  }

  private void assertServed() throws IOException {
    URI uri = larder.uri(SMALL);
    try (Socket socket = new Socket(uri.getHost(), uri.getPort())) {
      socket.setSoTimeout(PATIENCE);
      String request =
          "GET " + uri.getRawPath() + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(ISO_8859_1));
      String answer = new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
      assertThat(answer).startsWith("HTTP/1.1 200");
      assertThat(answer.length()).isGreaterThan(14_000);
    }
  }

  private void assertMemoryIsEnough() throws Exception {
    for (int i = 0; i < 5; i++) {
      assertServed();
    }
    assertThat(larder.isAlive()).isTrue();
    assertThat(larder.output()).doesNotContain("OutOfMemoryError");
    for (SocketChannel each : open) {
      each.close();
    }
    assertThat(larder.terminate(Duration.ofSeconds(30))).isZero();
  }

  @Test
  void thousandsOfHeadersThatDoNotEnd() throws Exception {
    send(12, "GET / HTTP/1.1\r\nHost: x\r\n" + "a:\r\n".repeat(4000));
    assertMemoryIsEnough();
  }

  @Test
  void requestsWhoseAnswersAreNotRead() throws Exception {
    String get = "GET " + larder.uri(SMALL).getRawPath() + " HTTP/1.1\r\nHost: x\r\n\r\n";
    send(12, get.repeat(400));
    assertMemoryIsEnough();
  }

  @Test
  void longRequestsThatDoNotEnd() throws Exception {
    String name = "a".repeat(8000);
    send(40, "GET /" + name + " HTTP/1.1\r\nHost: x\r\nUser-Agent: " + name + name.substring(500));
    assertMemoryIsEnough();
  }

  /// Of each one request is being answered, with a file that is not read, and one waits.
  @Test
  void longRequestsThatAreAnswered() throws Exception {
    URI large = larder.uri(BRANCH + LARGE.fileName());
    assertThat(Download.get(large).status()).isEqualTo(200);
    String get =
        "GET %s HTTP/1.1\r\nHost: x\r\nUser-Agent: %s\r\n\r\n"
            .formatted(large.getRawPath(), "a".repeat(15_000));
    send(48, get.repeat(2));
    assertMemoryIsEnough();
  }

  /// What comes after a request with a body is not looked at.
  @Test
  void moreThanWasListenedTo() throws Exception {
    URI large = larder.uri(BRANCH + LARGE.fileName());
    assertThat(Download.get(large).status()).isEqualTo(200);
    String get = "GET %s HTTP/1.1\r\nHost: x\r\n".formatted(large.getRawPath());
    String more = "GET / HTTP/1.1\r\nHost: x\r\nUser-Agent: " + "a".repeat(15_500);
    send(48, get + "\r\n" + get + "Content-Length: 1\r\n\r\n." + more);
    assertMemoryIsEnough();
  }
}
