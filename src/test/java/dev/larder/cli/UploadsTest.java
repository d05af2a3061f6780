package dev.larder.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.larder.cli.Upload.Result;
import dev.larder.wire.ErrorCode;
import dev.larder.wire.Json;
import dev.larder.wire.Problem;
import dev.larder.wire.VersionInfo;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.RandomAccessFile;
import java.io.StringReader;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Sending files, against a small server.
class UploadsTest {
  /// What the server has got.
  private record Got(String method, long size, String digest, String length, String type) {}

  /// The bar of a file with a long name, whatever has been sent of it when it is drawn.
  private static final Pattern BAR = Pattern.compile("…h1-1-x86_64\\.pkg\\.tar\\.zst +\\d+% \\[");

  @TempDir private Path directory;
  private final Map<String, Got> got = new ConcurrentHashMap<>();
  private final StringWriter err = new StringWriter();
  private final AtomicLong seconds = new AtomicLong();
  private CountDownLatch together = new CountDownLatch(1);
  private HttpServer server;

  @BeforeEach
  void open() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.start();
  }

  @AfterEach
  void close() {
    server.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    if (path.startsWith("/refuse")) {
      ErrorCode code = ErrorCode.CONFLICT;
      Problem problem = Problem.of(code, "it is there already", "bump it", null);
      byte[] body = Json.bytes(problem);
      // This server asks for the body at once; one that is refused unread is tried with our own.
      exchange.getRequestBody().transferTo(OutputStream.nullOutputStream());
      exchange.getResponseHeaders().set("Content-Type", Problem.MEDIA_TYPE);
      exchange.sendResponseHeaders(409, body.length);
      exchange.getResponseBody().write(body);
      exchange.close();
      return;
    }
    try (InputStream in = exchange.getRequestBody()) {
      DigestInputStream read = new DigestInputStream(in, MessageDigest.getInstance("SHA-256"));
      long size = 0;
      byte[] buffer = new byte[1 << 16];
      int count = read.read(buffer);
      if (path.startsWith("/shown")) {
        await().atMost(Duration.ofSeconds(30)).until(() -> BAR.matcher(err.toString()).find());
      }
      if (path.startsWith("/together")) {
        together.countDown();
        assertThat(together.await(30, TimeUnit.SECONDS)).isTrue();
      }
      while (count >= 0) {
        size += count;
        seconds.addAndGet(path.startsWith("/slow") ? 1 : 0);
        count = read.read(buffer);
      }
      String digest = Base64.getEncoder().encodeToString(read.getMessageDigest().digest());
      assertThat(exchange.getRequestHeaders().getFirst("Repr-Digest"))
          .isEqualTo("sha-256=:%s:".formatted(digest));
      got.put(
          path,
          new Got(
              exchange.getRequestMethod(),
              size,
              digest,
              exchange.getRequestHeaders().getFirst("Content-Length"),
              exchange.getRequestHeaders().getFirst("Content-Type")));
    } catch (NoSuchAlgorithmException | InterruptedException e) {
      throw new IOException(e);
    }
    byte[] body = Json.bytes(new VersionInfo(path, "25"));
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(201, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  private Session session(Terminal terminal, Map<String, String> environment) {
    Surroundings surroundings =
        new Surroundings(
            new PrintWriter(OutputStream.nullOutputStream(), false, UTF_8),
            new PrintWriter(err, true),
            new BufferedReader(new StringReader("")),
            environment,
            terminal,
            () -> Instant.ofEpochSecond(seconds.get()));
    Options options = new Options(surroundings);
    options.server = "http://127.0.0.1:" + server.getAddress().getPort();
    options.tokenFile = directory.resolve("token");
    return new Session(
        options,
        surroundings,
        new ThisMachine() {
          @Override
          public Endpoint endpoint(@org.jspecify.annotations.Nullable Path config) {
            throw new AssertionError("not asked for");
          }

          @Override
          public List<Object> commands(GlobalOptions given) {
            return List.of();
          }
        });
  }

  private Got got(String path) {
    return Objects.requireNonNull(got.get(path));
  }

  private List<Result> send(int jobs, List<Upload> uploads) throws IOException {
    return send(Terminal.NONE, Map.of(), jobs, uploads);
  }

  private List<Result> send(
      Terminal terminal, Map<String, String> environment, int jobs, List<Upload> uploads)
      throws IOException {
    Files.writeString(directory.resolve("token"), "larder_x");
    try (Session session = session(terminal, environment)) {
      return new Uploads(session).send(uploads, jobs);
    }
  }

  private Path file(String name, int size) throws IOException {
    byte[] bytes = new byte[size];
    new java.util.Random(size).nextBytes(bytes);
    return Files.write(directory.resolve(name), bytes);
  }

  @Test
  void aFileIsSentWithItsLengthAndChecksum() throws IOException {
    Path file = file("a.pkg", 300_000);
    List<Result> results = send(1, List.of(new Upload(file, "/x?y=z")));
    assertThat(results.getFirst()).isInstanceOf(Result.Sent.class);
    Got there = got("/x");
    assertThat(there.size()).isEqualTo(300_000);
    assertThat(there.method()).isEqualTo("PUT");
    assertThat(there.length()).isEqualTo("300000");
    assertThat(there.type()).isEqualTo("application/octet-stream");
    assertThat(send(1, List.of(new Upload(file("empty", 0), "/empty"))).getFirst())
        .isInstanceOf(Result.Sent.class);
    assertThat(got("/empty").length()).isEqualTo("0");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void aFileThatDoesNotFitIntoMemoryIsSent() throws IOException {
    Path file = directory.resolve("large");
    long size = Runtime.getRuntime().maxMemory() + (64L << 20);
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.setLength(size);
    }
    assertThat(send(1, List.of(new Upload(file, "/large"))).getFirst())
        .isInstanceOf(Result.Sent.class);
    assertThat(got("/large").size()).isEqualTo(size);
    assertThat(got("/large").length()).isEqualTo(String.valueOf(size));
  }

  @Test
  void severalAreUnderWayAtATime() throws IOException {
    together = new CountDownLatch(3);
    List<Upload> uploads = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      uploads.add(new Upload(file("f" + i, 1000 + i), "/together/" + i));
    }
    assertThat(send(3, uploads)).allMatch(Result.Sent.class::isInstance).hasSize(3);
  }

  @Test
  void oneThatFailsDoesNotKeepTheOthersBack() throws IOException {
    Path file = file("a.pkg", 1 << 20);
    List<Upload> uploads =
        List.of(
            new Upload(file, "/one"),
            new Upload(directory.resolve("gone"), "/gone"),
            new Upload(file, "/refuse"),
            new Upload(directory, "/directory"),
            new Upload(file, "/two"));
    List<Result> results = send(1, uploads);
    assertThat(results).extracting(Result::upload).isEqualTo(uploads);
    assertThat(results)
        .extracting(result -> result instanceof Result.Failed failed ? failed.why().line() : "")
        .containsExactly(
            "",
            "there is no file " + directory.resolve("gone"),
            "it is there already; bump it",
            "cannot read %s: Is a directory".formatted(directory),
            "");
    assertThat(got).containsOnlyKeys("/one", "/two");
    try (Session session = session(Terminal.NONE, Map.of())) {
      Uploads all = new Uploads(session);
      assertThatThrownBy(() -> all.check(results))
          .isInstanceOfSatisfying(
              CommandFailed.class,
              e -> {
                assertThat(e.line()).isEqualTo("3 of 5 files could not be sent");
                assertThat(e.exitCode()).isEqualTo(ExitCode.NOT_FOUND);
              });
      assertThat(err.toString())
          .startsWith("larder: gone: there is no file ")
          .contains("larder: a.pkg: it is there already; bump it\n");
      assertThatThrownBy(() -> all.check(results.subList(2, 3))).hasMessage("it is there already");
      all.check(List.of(results.getFirst(), results.getLast()));
    }
  }

  @Test
  void theConsoleRefusesBeforeAByteIsSent() throws IOException {
    try (CliFixture larder = new CliFixture(Files.createDirectory(directory.resolve("data")))) {
      Files.writeString(directory.resolve("token"), "larder_wrong");
      Path file = directory.resolve("large");
      try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
        sparse.setLength(64 << 20);
      }
      Session session = session(new Terminal(false, false, true, 100), Map.of());
      session.options().server = larder.server.toString();
      List<Result> results =
          new Uploads(session).send(List.of(new Upload(file, "/api/v1/mirrors")), 1);
      session.close();
      assertThat(results.getFirst())
          .isInstanceOfSatisfying(
              Result.Failed.class,
              failed -> assertThat(failed.why().exitCode()).isEqualTo(ExitCode.AUTHENTICATION));
      assertThat(err.toString()).contains("large: failed\n").doesNotContain("1%");
    }
  }

  @Test
  void aRefusalOfASmallFileArrivesThoughNobodyReadsTheFile() throws IOException {
    // Sent at once, without asking: the console answers while it is still on its way.
    try (CliFixture larder = new CliFixture(Files.createDirectory(directory.resolve("data")))) {
      Files.writeString(directory.resolve("token"), "larder_wrong");
      Path file = file("small", (1 << 20) - 1);
      for (int round = 0; round < 5; round++) {
        try (Session session = session(Terminal.NONE, Map.of())) {
          session.options().server = larder.server.toString();
          List<Result> results =
              new Uploads(session).send(List.of(new Upload(file, "/api/v1/mirrors")), 1);
          assertThat(results.getFirst())
              .isInstanceOfSatisfying(
                  Result.Failed.class,
                  failed ->
                      assertThat(failed.why().exitCode())
                          .as(failed.why().line())
                          .isEqualTo(ExitCode.AUTHENTICATION));
        }
      }
    }
  }

  @Test
  void aFileThatBreaksOffIsSentAgainAndTheServerIsAskedFirst() throws Exception {
    byte[] body = Json.bytes(Problem.of(ErrorCode.CONFLICT, "it is there already", null, null));
    String answer =
        "HTTP/1.1 409 Conflict\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n"
            .formatted(Problem.MEDIA_TYPE, body.length);
    List<String> heads = new CopyOnWriteArrayList<>();
    try (ServerSocket listening = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        ExecutorService thread = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> served =
          thread.submit(() -> {
            try (Socket first = listening.accept()) {
              heads.add(head(first));
              first.setSoLinger(true, 0); // as it is when bytes come that nobody reads
            }
            try (Socket second = listening.accept()) {
              heads.add(head(second));
              second.getOutputStream().write(answer.getBytes(UTF_8));
              second.getOutputStream().write(body);
            }
            return null;
          });
      try (Session session = session(Terminal.NONE, Map.of())) {
        Files.writeString(directory.resolve("token"), "larder_x");
        session.options().server = "http://127.0.0.1:" + listening.getLocalPort();
        assertThat(new Uploads(session).send(List.of(new Upload(file("a", 1000), "/x")), 1))
            .singleElement()
            .isInstanceOfSatisfying(
                Result.Failed.class,
                failed -> assertThat(failed.why().line()).isEqualTo("it is there already"));
      }
      served.get(30, TimeUnit.SECONDS);
    }
    assertThat(heads).hasSize(2);
    assertThat(heads.getFirst()).doesNotContain("100-continue");
    assertThat(heads.getLast()).containsIgnoringCase("expect: 100-continue");
  }

  private static String head(Socket socket) throws IOException {
    StringBuilder head = new StringBuilder();
    while (!head.toString().endsWith("\r\n\r\n")) {
      int next = socket.getInputStream().read();
      if (next < 0) {
        throw new IOException("no head: " + head);
      }
      head.append((char) next);
    }
    return head.toString();
  }

  @Test
  void aLogGetsALineEveryTenSeconds() throws IOException {
    // More than fits between the two: the server's clock goes on while we send.
    Path file = file("slow.pkg", 32 << 20);
    assertThat(send(1, List.of(new Upload(file, "/slow")))).hasSize(1);
    assertThat(err.toString().lines())
        .isNotEmpty()
        .allMatch(
            line -> line.matches("larder: sent 0 of 1 file, .* of 32.0 MiB, [0-9.]+ [KM]?i?B/s"));
  }

  @Test
  void aTerminalGetsOneBarForEachFileAndOneForAll() throws IOException {
    Terminal terminal = new Terminal(false, false, true, 100);
    Path file = file("linux-6.12.1.arch1-1-x86_64.pkg.tar.zst", 1 << 20);
    List<Upload> uploads =
        List.of(new Upload(file, "/shown"), new Upload(file, "/refuse"), new Upload(file, "/two"));
    assertThat(send(terminal, Map.of("NO_COLOR", "1"), 2, uploads)).hasSize(3);
    String screen = err.toString();
    assertThat(screen)
        .contains("linux-6.12.1.arch1-1-x86_64.pkg.tar.zst: sent, 1.0 MiB\n")
        .contains("linux-6.12.1.arch1-1-x86_64.pkg.tar.zst: failed\n")
        .containsPattern(BAR)
        .doesNotContain("\u001b[36m");
    // At the end nothing but what was said for good is left.
    assertThat(screen).endsWith("\r\u001b[J");
    assertThat(screen.lines()).allMatch(line -> line.length() < 130);
    err.getBuffer().setLength(0);
    assertThat(send(terminal, Map.of(), 1, List.of(new Upload(file, "/one")))).hasSize(1);
    assertThat(err.toString()).contains("sent, 1.0 MiB\n").doesNotContain("total");
    err.getBuffer().setLength(0);
    // Nothing is shown here, so nothing may wait for it.
    List<Upload> others = uploads.subList(1, 3);
    assertThat(send(terminal, Map.of("TERM", "dumb"), 1, others)).hasSize(2);
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void theBarsShowWhatHasMoved() {
    ProgressBars bars = new ProgressBars(new PrintWriter(err), true, 100, 2, 3 << 20);
    Progress.Transfer first = bars.begin("first.pkg", 1 << 20);
    Progress.Transfer second = bars.begin("second.pkg", 2 << 20);
    first.moved(1 << 19);
    second.moved(1 << 20);
    // Both bars and the one for all are drawn by a thread of the library's.
    await().atMost(Duration.ofSeconds(20)).until(() -> err.toString().contains(" 512/1024"));
    bars.end(first, "sent");
    bars.close();
    assertThat(err.toString())
        .contains("1536/3072", "total", "second.pkg", "\u001b[36m", "first.pkg: sent\n");
  }
}
