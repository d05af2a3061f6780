package dev.larder.sign;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a real agent would need a card or bad manners for, said by a small one.
final class GpgAgentTest {
  private static final String GRIP = "0123456789ABCDEF0123456789ABCDEF01234567";
  private static final KeyAlgorithm ALGORITHM = new KeyAlgorithm.Ed25519();
  private static final String CARD =
      "S KEYINFO " + GRIP + " T D276000124 OPENPGP.1 - - - - -\nOK\n";

  @TempDir Path directory;
  private Path socket = Path.of("");
  private ServerSocketChannel server;

  /// What the agent says to a line that begins so; else `OK`.
  private final Map<String, String> answers = new ConcurrentSkipListMap<>();

  private final List<String> asked = new CopyOnWriteArrayList<>();

  @BeforeEach
  void listen() throws IOException {
    socket = directory.resolve("S");
    server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(socket));
    answers.put("KEYINFO", "S KEYINFO " + GRIP + " D - - - C - - -\nOK\n");
    answers.put("PKSIGN", "D (7:sig-val(5:eddsa(1:r2:%25a)(1:s2:%0Ab)))\nOK\n");
    Thread.ofVirtual().start(this::serve);
  }

  @AfterEach
  void close() throws IOException {
    server.close();
  }

  private void serve() {
    try {
      while (true) {
        SocketChannel client = server.accept();
        Thread.ofVirtual().start(() -> talk(client));
      }
    } catch (IOException e) {
      // The test is over.
    }
  }

  private void talk(SocketChannel client) {
    try (client) {
      say(client, answers.getOrDefault("greeting", "OK Pleased to meet you\n"));
      BufferedReader lines =
          new BufferedReader(new InputStreamReader(Channels.newInputStream(client), ISO_8859_1));
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        asked.add(line);
        String answer = "OK\n";
        for (Map.Entry<String, String> known : answers.entrySet()) {
          answer = line.startsWith(known.getKey()) ? known.getValue() : answer;
        }
        say(client, answer);
        if (answer.isEmpty()) {
          return;
        }
      }
    } catch (IOException e) {
      // The other side left.
    }
  }

  private static void say(SocketChannel client, String text) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(ISO_8859_1));
    while (bytes.hasRemaining()) {
      client.write(bytes);
    }
  }

  private List<byte[]> sign() throws IOException {
    return sign(Duration.ofSeconds(30));
  }

  private List<byte[]> sign(Duration patience) throws IOException {
    return new GpgAgent(socket, patience).sign(GRIP, ALGORITHM, new byte[32]);
  }

  private void refused(String why) {
    assertThatThrownBy(this::sign)
        .isInstanceOf(KeyRefused.class)
        .hasMessageContaining(socket.toString())
        .hasMessageContaining(why);
  }

  @Test
  void aSignatureIsReadWithItsEscapesAndNothingIsAskedOfAnybody() throws Exception {
    List<byte[]> numbers = sign();
    assertThat(numbers.getFirst()).isEqualTo("%a".getBytes(ISO_8859_1));
    assertThat(numbers.getLast()).isEqualTo("\nb".getBytes(ISO_8859_1));
    assertThat(asked)
        .containsExactly(
            "OPTION pinentry-mode=error",
            "KEYINFO " + GRIP,
            "SIGKEY " + GRIP,
            "SETHASH --hash=sha256 " + "00".repeat(32),
            "PKSIGN");
  }

  @Test
  void whatIsToldAndAskedInBetweenDoesNotDisturb() throws Exception {
    answers.put(
        "PKSIGN",
        """
        # a remark
        S PROGRESS need_entropy X 30 120
        D (7:sig-val(5:ed
        D dsa(1:s1:b)(1:r1:a)))
        OK
        """);
    assertThat(sign()).containsExactly(new byte[] {'a'}, new byte[] {'b'});
    answers.put("PKSIGN", "INQUIRE PINENTRY_LAUNCHED 123\n");
    answers.put("END", "ERR 83886179 Operation cancelled <Pinentry>\n");
    refused("would have to ask");
  }

  @Test
  void aCardWithOnePinTryLeftIsLeftAlone() throws Exception {
    answers.put("KEYINFO", CARD);
    answers.put("SCD GETATTR CHV-STATUS", "S CHV-STATUS +1+127+127+127+1+0+3\nOK\n");
    refused("1 PIN try left");
    answers.put("SCD GETATTR CHV-STATUS", "S CHV-STATUS +1+127+127+127+0+0+3\nOK\n");
    refused("0 PIN tries left");
    assertThat(asked).noneMatch(line -> line.startsWith("PKSIGN"));
    answers.put("SCD GETATTR CHV-STATUS", "S CHV-STATUS +1+127+127+127+2+0+3\nOK\n");
    assertThat(sign()).hasSize(2);
    // A card that does not tell is not held against.
    answers.put("SCD GETATTR CHV-STATUS", "ERR 100663414 Invalid ID <SCD>\n");
    assertThat(sign()).hasSize(2);
    assertThat(asked).contains("SCD SERIALNO --demand=D276000124");
    answers.put("SCD SERIALNO", "ERR 100663408 Card not present <SCD>\n");
    refused("does not find the card D276000124; put it in");
  }

  @Test
  void whatNeedsAPersonIsRefusedBeforeAnythingIsSigned() {
    answers.put("KEYINFO", "S KEYINFO " + GRIP + " D - - - P - - -\nOK\n");
    refused("does not remember the password");
    answers.put("KEYINFO", "S KEYINFO " + GRIP + " D - - 1 P - - Sc\nOK\n");
    refused("asks for a confirmation");
    answers.put("KEYINFO", "ERR 67108891 Not found <GPG Agent>\n");
    refused("does not sign: Not found");
    assertThat(asked).noneMatch(line -> line.startsWith("SIGKEY"));
  }

  @Test
  void refusalsOfTheAgentAreToldInWords() {
    answers.put("PKSIGN", "ERR 67108949 No pinentry <GPG Agent>\n");
    refused("unlock it by signing something by hand");
    answers.put("SIGKEY", "ERR 67108881 No secret key <GPG Agent>\n");
    refused("does not have the secret key");
    answers.put("greeting", "ERR 1 no\n");
    refused("no gpg-agent answers at");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "HTTP/1.1 400 Bad Request\n",
        "D %zz\nOK\n",
        "OK\n",
        "D (\nOK\n",
        "D (7:sig-val(3:rsa(1:s1:a)))\nOK\n",
        "D (7:sig-val(5:eddsa(1:r1:a)))\nOK\n",
        "D (7:sig-val(5:eddsa(1:r9:a)(1:s1:b)))\nOK\n",
        "D (7:sig-val(5:eddsa(1:r999999999:a)(1:s1:b)))\nOK\n",
        "D ((((((((((((((((((((((((\nOK\n",
        "D 7:sig-val\nOK\n"
      })
  void anAnswerThatIsNoSignatureIsAnError(String answer) {
    answers.put("PKSIGN", answer);
    assertThatThrownBy(this::sign).isInstanceOf(IOException.class);
  }

  @Test
  void anEndlessAnswerEnds() {
    answers.put("PKSIGN", ("D " + "x".repeat(900) + "\n").repeat(100));
    refused("says too much");
    answers.put("PKSIGN", "x".repeat(10_000));
    refused("says too much");
  }

  @ParameterizedTest
  @ValueSource(strings = {"greeting", "OPTION", "KEYINFO", "PKSIGN"})
  void anAgentThatSaysNothingIsNotWaitedForWithoutEnd(String at) {
    answers.put(at, "# one moment\n");
    assertTimeoutPreemptively(
        Duration.ofSeconds(20),
        () ->
            assertThatThrownBy(() -> sign(Duration.ofMillis(200)))
                .isInstanceOf(KeyRefused.class)
                .hasMessageContaining("does not answer"));
  }

  @Test
  void anAgentThatAcceptsNobodyIsNotWaitedForWithoutEnd() throws Exception {
    Path full = directory.resolve("full");
    List<SocketChannel> waiting = new ArrayList<>();
    try (ServerSocketChannel deaf = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      deaf.bind(UnixDomainSocketAddress.of(full), 1);
      while (knock(full, waiting)) {
        // There is room for a few that wait.
      }
      GpgAgent agent = new GpgAgent(full, Duration.ofMillis(200));
      assertTimeoutPreemptively(
          Duration.ofSeconds(20),
          () ->
              assertThatThrownBy(() -> agent.has(GRIP))
                  .isInstanceOf(KeyRefused.class)
                  .hasMessageContaining("it takes no connection"));
    } finally {
      for (SocketChannel one : waiting) {
        one.close();
      }
    }
  }

  private static boolean knock(Path full, List<SocketChannel> waiting) throws IOException {
    SocketChannel one = SocketChannel.open(StandardProtocolFamily.UNIX);
    waiting.add(one);
    one.configureBlocking(false);
    try {
      return one.connect(UnixDomainSocketAddress.of(full));
    } catch (SocketException e) {
      return false;
    }
  }

  private static long openFiles() throws IOException {
    try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
      return all.count();
    }
  }

  @Test
  void whatFailsLeavesNothingOpen() throws Exception {
    assumeTrue(Files.isDirectory(Path.of("/proc/self/fd")));
    sign();
    long before = openFiles();
    answers.put("greeting", "ERR 1 no\n");
    for (int i = 0; i < 100; i++) {
      refused("no gpg-agent answers at");
    }
    await().atMost(Duration.ofSeconds(10)).until(() -> openFiles() < before + 50);
  }
}
