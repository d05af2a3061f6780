package dev.larder.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.larder.access.Access;
import dev.larder.access.AccessSettings;
import dev.larder.config.Addresses;
import dev.larder.mirror.RefreshOutcome;
import dev.larder.store.Layout;
import dev.larder.wire.ErrorCode;
import dev.larder.wire.ExplainResult;
import dev.larder.wire.FilePage;
import dev.larder.wire.Json;
import dev.larder.wire.KeptInfo;
import dev.larder.wire.KeptList;
import dev.larder.wire.MirrorInfo;
import dev.larder.wire.MirrorList;
import dev.larder.wire.Problem;
import dev.larder.wire.RefreshResult;
import dev.larder.wire.RemovalResult;
import dev.larder.wire.Status;
import dev.larder.wire.VersionInfo;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConsoleListenerTest {
  private static final InetSocketAddress ANY_PORT =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  @TempDir private Path directory;
  private final SampleOperations operations = new SampleOperations();
  private final HttpClient http = HttpClient.newHttpClient();
  private Access access;
  private ConsoleListener console;
  private String token;

  @BeforeEach
  void open() throws IOException {
    access = Access.open(new Layout(directory), AccessSettings.DEFAULTS, InstantSource.system());
    token = Files.readString(access.cli().file()).strip();
    console = SampleConsole.open(new ConsoleSettings(List.of(ANY_PORT)), operations, access);
  }

  @AfterEach
  void close() throws IOException {
    console.close();
    access.close();
    http.close();
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(
        URI.create("http://127.0.0.1:" + console.addresses().getFirst().getPort() + path));
  }

  private HttpResponse<byte[]> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return http.send(
        request.header("Authorization", "Bearer " + token).build(), BodyHandlers.ofByteArray());
  }

  private <T> T get(String path, Class<T> type) throws IOException, InterruptedException {
    return ok(send(request(path)), type);
  }

  private static <T> T ok(HttpResponse<byte[]> response, Class<T> type) {
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("Content-Type")).hasValue("application/json");
    return Json.response(response.body(), type);
  }

  private static Problem problem(HttpResponse<byte[]> response, ErrorCode code) {
    assertThat(response.headers().firstValue("Content-Type")).hasValue(Problem.MEDIA_TYPE);
    Problem problem = Json.response(response.body(), Problem.class);
    assertThat(problem.code()).isEqualTo(code.code());
    assertThat(response.statusCode()).isEqualTo(code.status());
    assertThat(problem.status()).isEqualTo(code.status());
    return problem;
  }

  private Problem problem(String path, ErrorCode code) throws IOException, InterruptedException {
    return problem(send(request(path)), code);
  }

  /// For what the JDK's client refuses to send: a foreign `Host`, broken requests.
  private String raw(String request) throws IOException {
    try (Socket socket = new Socket()) {
      socket.connect(console.addresses().getFirst());
      socket.getOutputStream().write(request.getBytes(UTF_8));
      return new String(socket.getInputStream().readAllBytes(), UTF_8);
    }
  }

  @Test
  void versionTellsTheServersVersion() throws Exception {
    assertThat(get("/api/v1/version", VersionInfo.class))
        .isEqualTo(new VersionInfo("1.2.3", "25.0.3"));
  }

  @Test
  void statusTellsOfTheServerAndEveryMirror() throws Exception {
    Status status = get("/api/v1/status", Status.class);
    assertThat(status.server().data()).isEqualTo("/var/lib/larder");
    assertThat(status.server().packages()).contains("http://192.0.2.7:8080");
    assertThat(status.mirrors()).extracting(MirrorInfo::name).containsExactly("arch", "quiet");
    MirrorInfo arch = status.mirrors().getFirst();
    assertThat(arch.path()).isEqualTo("/arch/");
    assertThat(arch.roots().getFirst().refusal()).contains("older");
    assertThat(arch.fills()).extracting(MirrorInfo.Fill::size).containsExactly(140_123_456L, null);
  }

  @Test
  void mirrorsListsThemAndShowsOne() throws Exception {
    assertThat(get("/api/v1/mirrors", MirrorList.class).mirrors()).hasSize(2);
    MirrorInfo arch = get("/api/v1/mirrors/arch", MirrorInfo.class);
    assertThat(arch.roots().getFirst().held()).containsExactly(11L, 10L);
    assertThat(arch.upstreams().get(1).retryAt()).isEqualTo(SampleOperations.NOW.plusSeconds(90));
    assertThat(problem("/api/v1/mirrors/arc", ErrorCode.UNKNOWN_MIRROR).detail())
        .isEqualTo("there is no mirror named arc");
  }

  @Test
  void refreshTellsWhatItCameTo() throws Exception {
    record Case(RefreshOutcome outcome, RefreshResult expected) {}
    List<Case> cases =
        List.of(
            new Case(
                new RefreshOutcome.Switched(13),
                new RefreshResult("arch", RefreshResult.Outcome.SWITCHED, 13L, null)),
            new Case(
                new RefreshOutcome.Unchanged(12),
                new RefreshResult("arch", RefreshResult.Outcome.UNCHANGED, 12L, null)),
            new Case(
                new RefreshOutcome.Refused("older"),
                new RefreshResult("arch", RefreshResult.Outcome.REFUSED, null, "older")),
            new Case(
                new RefreshOutcome.Unreachable("timeout"),
                new RefreshResult("arch", RefreshResult.Outcome.UNREACHABLE, null, "timeout")),
            new Case(
                new RefreshOutcome.Nothing(),
                new RefreshResult("arch", RefreshResult.Outcome.NOTHING, null, null)));
    for (Case c : cases) {
      operations.outcome = c.outcome();
      HttpResponse<byte[]> response =
          send(request("/api/v1/mirrors/arch/refresh").POST(BodyPublishers.noBody()));
      assertThat(ok(response, RefreshResult.class)).isEqualTo(c.expected());
    }
  }

  @Test
  void refreshAcceptsOnlyWhenItIsTold() throws Exception {
    for (String body : List.of("", "{}", "{\"accept\":false}", "{\"accept\":true}")) {
      send(request("/api/v1/mirrors/arch/refresh").POST(BodyPublishers.ofString(body)));
    }
    assertThat(operations.calls)
        .containsExactly(
            "refresh arch false", "refresh arch false", "refresh arch false", "refresh arch true");
  }

  @Test
  void aRefreshRequestThatCannotBeReadChangesNothing() throws Exception {
    for (String body : List.of("{\"acept\":true}", "yes", "[]", "{\"accept\":\"no\"}")) {
      problem(
          send(request("/api/v1/mirrors/arch/refresh").POST(BodyPublishers.ofString(body))),
          ErrorCode.BAD_REQUEST);
    }
    problem(
        send(
            request("/api/v1/mirrors/arch/refresh")
                .POST(BodyPublishers.ofString(" ".repeat(70_000)))),
        ErrorCode.TOO_LARGE);
    problem(
        send(request("/api/v1/mirrors/none/refresh").POST(BodyPublishers.noBody())),
        ErrorCode.UNKNOWN_MIRROR);
    assertThat(operations.calls).isEmpty();
  }

  @Test
  void explainTellsWhatAClientWouldGet() throws Exception {
    String url = "http://127.0.0.1:8080/arch/core/os/x86_64/core.db";
    ExplainResult result =
        get("/api/v1/explain?url=" + URLEncoder.encode(url, UTF_8), ExplainResult.class);
    assertThat(result.mirror()).isEqualTo("arch");
    assertThat(result.path()).isEqualTo("core/os/x86_64/core.db");
    assertThat(result.steps()).contains(new ExplainResult.Step("kind", "index"));
    problem("/api/v1/explain", ErrorCode.BAD_REQUEST);
    problem("/api/v1/explain?url=" + "a".repeat(5000), ErrorCode.BAD_REQUEST);
    assertThat(problem("/api/v1/explain?url=/debian/x", ErrorCode.NOT_COVERED).detail())
        .isEqualTo("no mirror or repository has a file at /debian/x");
  }

  @Test
  void filesComeInPagesThatJoinWithoutGapOrOverlap() throws Exception {
    FilePage all = get("/api/v1/mirrors/arch/files", FilePage.class);
    assertThat(all.files()).hasSize(5);
    assertThat(all.next()).isNull();
    FilePage first = get("/api/v1/mirrors/arch/files?limit=3", FilePage.class);
    FilePage second =
        get(
            "/api/v1/mirrors/arch/files?limit=3&cursor="
                + URLEncoder.encode(String.valueOf(first.next()), UTF_8),
            FilePage.class);
    assertThat(second.next()).isNull();
    assertThat(first.files()).hasSize(3);
    assertThat(second.files()).isEqualTo(all.files().subList(3, 5));
    assertThat(get("/api/v1/mirrors/arch/files?limit=5", FilePage.class).next()).isNull();
  }

  @Test
  void filesAreFilteredByGlob() throws Exception {
    String glob = URLEncoder.encode("*+*", UTF_8);
    assertThat(get("/api/v1/mirrors/arch/files?glob=" + glob, FilePage.class).files())
        .extracting(FilePage.File::path)
        .containsExactly("extra/os/x86_64/libsigc++-2.12.1-1-x86_64.pkg.tar.zst");
    problem("/api/v1/mirrors/arch/files?glob=" + "a".repeat(600), ErrorCode.BAD_REQUEST);
    problem("/api/v1/mirrors/arch/files?limit=0", ErrorCode.BAD_REQUEST);
    problem("/api/v1/mirrors/arch/files?limit=many", ErrorCode.BAD_REQUEST);
    problem("/api/v1/mirrors/arch/files?cursor=../etc", ErrorCode.BAD_REQUEST);
    problem("/api/v1/mirrors/none/files", ErrorCode.UNKNOWN_MIRROR);
  }

  @Test
  void removingTellsHowMuchWentAndNeedsAGlob() throws Exception {
    HttpResponse<byte[]> removed =
        send(request("/api/v1/mirrors/arch/files?glob=extra/**").DELETE());
    assertThat(ok(removed, RemovalResult.class))
        .isEqualTo(new RemovalResult("arch", "extra/**", 2, 7_242_880, 0));
    problem(send(request("/api/v1/mirrors/arch/files").DELETE()), ErrorCode.BAD_REQUEST);
    problem(send(request("/api/v1/mirrors/arch/files?glob=").DELETE()), ErrorCode.BAD_REQUEST);
    assertThat(get("/api/v1/mirrors/arch/files", FilePage.class).files()).hasSize(3);
    assertThat(operations.calls).containsExactly("remove arch extra/**");
  }

  @Test
  void whatIsKeptIsListedAndNotRemoved() throws Exception {
    KeptInfo linux = new KeptInfo("arch", "core/os/x86_64", 3, 140_248_889);
    String place = "/api/v1/mirrors/arch/kept?path=";
    assertThat(get("/api/v1/mirrors/arch/kept", KeptList.class).kept()).isEmpty();
    HttpResponse<byte[]> kept =
        send(request(place + "/core/os/x86_64/").PUT(BodyPublishers.noBody()));
    assertThat(ok(kept, KeptInfo.class)).isEqualTo(linux);
    assertThat(get("/api/v1/mirrors/arch/kept", KeptList.class).kept()).containsExactly(linux);
    assertThat(get("/api/v1/mirrors/arch", MirrorInfo.class).kept())
        .containsExactly("core/os/x86_64");
    HttpResponse<byte[]> removed = send(request("/api/v1/mirrors/arch/files?glob=**").DELETE());
    assertThat(ok(removed, RemovalResult.class))
        .isEqualTo(new RemovalResult("arch", "**", 2, 7_242_880, 3));
    assertThat(ok(send(request(place + "core/os/x86_64").DELETE()), KeptInfo.class))
        .isEqualTo(linux);
    Problem twice = problem(send(request(place + "core/os/x86_64").DELETE()), ErrorCode.NOT_KEPT);
    assertThat(twice.detail()).isEqualTo("core/os/x86_64 of mirror arch is not kept");
    assertThat(twice.advice()).startsWith("larder mirror keep arch shows what is");
  }

  @Test
  void keepingNeedsADirectoryBelowAMirror() throws Exception {
    for (String query : List.of("", "?path=", "?path=/", "?path=a/../b", "?path=a//b")) {
      String place = "/api/v1/mirrors/arch/kept" + query;
      problem(send(request(place).PUT(BodyPublishers.noBody())), ErrorCode.BAD_REQUEST);
      problem(send(request(place).DELETE()), ErrorCode.BAD_REQUEST);
    }
    problem("/api/v1/mirrors/none/kept", ErrorCode.UNKNOWN_MIRROR);
    assertThat(operations.calls).isEmpty();
  }

  @Test
  void healthyNeedsNoToken() throws Exception {
    HttpResponse<String> response =
        http.send(request("/-/healthy").build(), BodyHandlers.ofString());
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body()).isEqualTo("ok\n");
  }

  @Test
  void everythingElseDoes() throws Exception {
    for (String path :
        List.of(
            "/api/v1/status",
            "/api/v1/mirrors/arch",
            "/api/v1/nothing",
            "/api/v1/status/",
            "//api/v1/status",
            "/%61pi/v1/status",
            "/",
            "/-/healthy/../../api/v1/status")) {
      for (String authorization :
          List.of("", "Bearer", "Bearer larder_" + "0".repeat(64), "Basic " + token)) {
        HttpRequest.Builder request = request(path);
        if (!authorization.isEmpty()) {
          request.header("Authorization", authorization);
        }
        HttpResponse<byte[]> response = http.send(request.build(), BodyHandlers.ofByteArray());
        assertThat(response.statusCode()).describedAs(path).isIn(400, 401, 429);
        if (response.statusCode() == 401) {
          assertThat(problem(response, ErrorCode.UNAUTHENTICATED).advice())
              .contains(directory.resolve("cli.token").toString());
          assertThat(response.headers().firstValue("WWW-Authenticate").orElse(""))
              .startsWith("Bearer");
        }
      }
    }
  }

  @Test
  void theSchemesCaseDoesNotMatter() throws Exception {
    HttpResponse<byte[]> response =
        http.send(
            request("/api/v1/version").header("Authorization", "bearer " + token).build(),
            BodyHandlers.ofByteArray());
    assertThat(response.statusCode()).isEqualTo(200);
  }

  @Test
  void aForeignHostIsRefusedEvenWithTheToken() throws Exception {
    for (String host :
        List.of("evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80", "[::1].x")) {
      String answer =
          raw(
              "GET /api/v1/version HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\n"
                      .formatted(host, token)
                  + "Connection: close\r\n\r\n");
      assertThat(answer).describedAs(host).containsPattern("^HTTP/1.1 (421|400) ");
      assertThat(answer).contains(Problem.MEDIA_TYPE).doesNotContain("1.2.3");
    }
    assertThat(raw("GET /-/healthy HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 421 ")
        .contains("misdirected");
    assertThat(raw("GET /-/healthy HTTP/1.0\r\n\r\n")).startsWith("HTTP/1.1 421 ");
  }

  @Test
  void ourOwnHostsAreTaken() throws Exception {
    for (String host : List.of("localhost", "LOCALHOST:8090", "127.0.0.1:1", "[::1]:8090")) {
      assertThat(
              raw(
                  "GET /-/healthy HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n"
                      .formatted(host)))
          .describedAs(host)
          .startsWith("HTTP/1.1 200 ");
    }
  }

  @Test
  void unknownRoutesAndWrongMethodsSaySo() throws Exception {
    problem("/api/v1/nothing", ErrorCode.UNKNOWN_ROUTE);
    problem("/", ErrorCode.UNKNOWN_ROUTE);
    HttpResponse<byte[]> post = send(request("/api/v1/status").POST(BodyPublishers.noBody()));
    problem(post, ErrorCode.METHOD_NOT_ALLOWED);
    assertThat(post.headers().firstValue("Allow")).hasValue("GET");
    HttpResponse<byte[]> get = send(request("/api/v1/mirrors/arch/refresh"));
    assertThat(problem(get, ErrorCode.METHOD_NOT_ALLOWED).advice()).contains("POST");
    HttpResponse<byte[]> put =
        send(request("/api/v1/mirrors/arch/files").PUT(BodyPublishers.noBody()));
    assertThat(put.headers().firstValue("Allow")).hasValue("DELETE, GET");
  }

  @Test
  void whatIsNotHttpIsAProblemToo() throws Exception {
    assertThat(raw("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 400 ")
        .contains(Problem.MEDIA_TYPE)
        .doesNotContain("html");
    assertThat(raw("GET / HTTP/1.1\r\nHost: localhost\r\nX: " + "a".repeat(20_000) + "\r\n\r\n"))
        .startsWith("HTTP/1.1 431 ")
        .contains(Problem.MEDIA_TYPE);
  }

  @Test
  void aFaultIsToldWithARequestIdAndNothingElse() throws Exception {
    operations.fault = new IllegalStateException("secret internals");
    Problem problem = problem("/api/v1/status", ErrorCode.INTERNAL);
    assertThat(problem.requestId()).matches("[0-9a-f]{8}");
    assertThat(problem.advice()).contains(String.valueOf(problem.requestId()));
    assertThat(Json.pretty(problem)).doesNotContain("secret");
  }

  @Test
  void anOperationMayFailWithItsOwnError() throws Exception {
    operations.fault = new RequestFailed(ErrorCode.CONFLICT, "it is busy", "wait");
    Problem problem = problem("/api/v1/status", ErrorCode.CONFLICT);
    assertThat(problem.detail()).isEqualTo("it is busy");
    assertThat(problem.advice()).isEqualTo("wait");
  }

  @Test
  void aDiskThatCannotBeReadIsToldAsSuch() throws Exception {
    operations.diskFault = new IOException("Input/output error");
    assertThat(problem("/api/v1/mirrors/arch/files", ErrorCode.STORAGE_FAILED).detail())
        .contains("Input/output error");
  }

  @Test
  void answersAreNotKeptAndNoOtherOriginMayReadThem() throws Exception {
    HttpResponse<byte[]> response =
        send(request("/api/v1/version").header("Origin", "http://evil.example"));
    assertThat(response.headers().firstValue("Cache-Control")).hasValue("no-store");
    assertThat(response.headers().firstValue("Access-Control-Allow-Origin")).isEmpty();
    assertThat(response.headers().firstValue("Server")).isEmpty();
  }

  @Test
  void itListensOnSeveralAddresses() throws Exception {
    List<InetSocketAddress> listen =
        List.of(ANY_PORT, new InetSocketAddress(InetAddress.getByName("127.0.0.2"), 0));
    try (ConsoleListener two =
        SampleConsole.open(new ConsoleSettings(listen), operations, access)) {
      assertThat(two.addresses()).hasSize(2).allMatch(address -> address.getPort() > 0);
      for (InetSocketAddress address : two.addresses()) {
        HttpResponse<String> response =
            http.send(
                HttpRequest.newBuilder(
                        URI.create("http://" + Addresses.format(address) + "/-/healthy"))
                    .build(),
                BodyHandlers.ofString());
        assertThat(response.body()).isEqualTo("ok\n");
      }
    }
  }

  @Test
  void noAddressMeansNoConsole() throws Exception {
    try (ConsoleListener off =
        SampleConsole.open(new ConsoleSettings(List.of()), operations, access)) {
      assertThat(off.addresses()).isEmpty();
    }
  }

  @Test
  void anAddressInUseIsOneClearSentenceAndLeavesNothingOpen() throws Exception {
    InetSocketAddress taken = console.addresses().getFirst();
    InetSocketAddress free = freeAddress();
    assertThatThrownBy(
            () -> SampleConsole.open(new ConsoleSettings(List.of(free, taken)), operations, access))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "the console cannot listen on 127.0.0.1:%d: Address already in use; stop what uses it"
                    .formatted(taken.getPort())
                + " or change [console] listen");
    SampleConsole.open(new ConsoleSettings(List.of(free)), operations, access).close();
  }

  private static InetSocketAddress freeAddress() throws IOException {
    try (java.net.ServerSocket socket =
        new java.net.ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return (InetSocketAddress) socket.getLocalSocketAddress();
    }
  }

  @Test
  void anAddressOthersCanReachIsRefused() throws Exception {
    for (String host : List.of("0.0.0.0", "192.0.2.7", "[::]")) {
      ConsoleSettings settings =
          new ConsoleSettings(List.of(new InetSocketAddress(InetAddress.getByName(host), 8090)));
      assertThatThrownBy(() -> SampleConsole.open(settings, operations, access))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("[console] listen")
          .hasMessageContaining("use 127.0.0.1:8090");
    }
    assertThat(
            new ConsoleSettings(
                    List.of(InetSocketAddress.createUnresolved("console.invalid", 8090)))
                .fault())
        .contains("console.invalid");
  }
}
