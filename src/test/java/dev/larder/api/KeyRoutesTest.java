package dev.larder.api;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.larder.access.Access;
import dev.larder.access.AccessSettings;
import dev.larder.access.AuditEvent;
import dev.larder.sign.KeyKind;
import dev.larder.sign.KeyReport;
import dev.larder.sign.KeyStore;
import dev.larder.store.Layout;
import dev.larder.wire.ErrorCode;
import dev.larder.wire.Json;
import dev.larder.wire.KeyInfo;
import dev.larder.wire.KeyRequest;
import dev.larder.wire.Problem;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The routes of keys, over HTTP. What the command line says with them is in its own test.
class KeyRoutesTest {
  private static final String PATH = "/api/v1/keys";

  @TempDir private Path directory;
  private final HttpClient http = HttpClient.newHttpClient();
  private ConsoleListener console;
  private SampleKeys keys;
  private Access access;
  private String token;

  @BeforeEach
  void open() throws IOException {
    access = Access.open(new Layout(directory), AccessSettings.DEFAULTS, InstantSource.system());
    token = Files.readString(access.cli().file()).strip();
    keys = new SampleKeys(KeyStore.open(directory.resolve("keys"), InstantSource.system()));
    console =
        SampleConsole.open(
            new ConsoleSettings(
                List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))),
            new SampleOperations(),
            access,
            keys);
  }

  @AfterEach
  void close() throws IOException {
    console.close();
    access.close();
    http.close();
  }

  private HttpResponse<byte[]> send(String method, String path, String body)
      throws IOException, InterruptedException {
    int port = console.addresses().getFirst().getPort();
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .header("Authorization", "Bearer " + token)
            .method(method, BodyPublishers.ofString(body))
            .build();
    return http.send(request, BodyHandlers.ofByteArray());
  }

  private Problem problem(ErrorCode code, HttpResponse<byte[]> response) {
    Problem problem = Json.response(response.body(), Problem.class);
    assertThat(problem.code()).isEqualTo(code.code());
    assertThat(response.statusCode()).isEqualTo(code.status());
    return problem;
  }

  @Test
  void publicKeysAreGivenAsClientsTakeThem() throws Exception {
    keys.keys().create("internal", KeyKind.OPENPGP_ED25519, "A <a@example.org>", null);
    HttpResponse<byte[]> open = send("GET", PATH + "/internal/public", "");
    assertThat(open.headers().firstValue("Content-Type")).hasValue("application/pgp-keys");
    assertThat(open.body()).isEqualTo(keys.keys().publicKey("internal"));
    keys.keys().create("ports", KeyKind.RSA4096, "", null);
    HttpResponse<byte[]> pem = send("GET", PATH + "/ports/public", "");
    assertThat(pem.headers().firstValue("Content-Type")).hasValue("application/x-pem-file");
    assertThat(new String(pem.body(), US_ASCII)).startsWith("-----BEGIN PUBLIC KEY-----\n");
    problem(ErrorCode.UNKNOWN_KEY, send("GET", PATH + "/none/public", ""));
  }

  @Test
  void aKeyNeedsANameAndOneOrigin() throws Exception {
    KeyInfo made =
        Json.response(send("POST", PATH, "{\"name\": \"internal\"}").body(), KeyInfo.class);
    assertThat(made.current().userId()).isEqualTo("internal package signing key");
    assertThat(made.origin()).isEqualTo("created");
    for (String body :
        List.of(
            "{}",
            "",
            "[]",
            "{\"name\":\"x\",\"secrte\":\"y\"}",
            "{\"name\":\"x\",\"password\":\"y\"}",
            "{\"name\":\"x\",\"publicKey\":\"y\"}",
            "{\"name\":\"x\",\"secret\":\"y\",\"kind\":\"rsa4096\"}",
            "{\"name\":\"x\",\"secret\":\"y\",\"socket\":\"/z\"}",
            "{\"name\":\"x\",\"socket\":\"relative\",\"publicKey\":\"y\"}",
            "{\"name\":\"x\",\"socket\":\"\\u0000\",\"publicKey\":\"y\"}",
            "{\"name\":\"x\",\"kind\":\"rsa4096\",\"expires\":\"2099-01-01T00:00:00Z\"}")) {
      problem(ErrorCode.BAD_REQUEST, send("POST", PATH, body));
    }
    problem(ErrorCode.CONFLICT, send("POST", PATH, "{\"name\": \"internal\"}"));
    assertThat(keys.keys().list()).hasSize(1);
    assertThat(keys.changes).isEmpty();
  }

  @Test
  void whatCameAsASecretIsInNoAnswer() throws Exception {
    keys.keys().create("a", KeyKind.RSA4096, "", null);
    String secret = Files.readString(directory.resolve("keys/a/1.secret"));
    KeyRequest request = KeyRequest.secret("b", secret, "pass-word");
    assertThat(request.toString()).isEqualTo("KeyRequest[b]");
    HttpResponse<byte[]> done = send("POST", PATH, new String(Json.bytes(request), UTF_8));
    assertThat(done.statusCode()).isEqualTo(200);
    String line = secret.lines().skip(3).findFirst().orElseThrow();
    List<HttpResponse<byte[]>> answers =
        List.of(
            done,
            send("POST", PATH, new String(Json.bytes(request), UTF_8)),
            send("POST", PATH, "{\"name\":\"c\",\"secret\":\"pass-word\"}"),
            send("POST", PATH, "{\"name\":\"c\",\"secret\":{\"pass-word\":1}}"),
            send("GET", PATH, ""),
            send("GET", PATH + "/b", ""));
    assertThat(answers)
        .extracting(answer -> new String(answer.body(), UTF_8))
        .noneMatch(text -> text.contains(line.substring(0, 20)) || text.contains("pass-word"));
    assertThat(problem(ErrorCode.UNFIT_KEY, answers.get(2)).advice()).contains("openssl");
    problem(ErrorCode.BAD_REQUEST, answers.get(3));
  }

  @Test
  void theAuditLogTellsWhatWasDoneToWhichKey() throws Exception {
    send("POST", PATH, "{\"name\": \"a\"}");
    KeyReport first = Objects.requireNonNull(keys.keys().info("a"));
    send("POST", PATH, "{\"name\": \"a\"}");
    send("POST", PATH + "/a/rotate", "{}");
    KeyReport rotating = Objects.requireNonNull(keys.keys().info("a"));
    send("POST", PATH + "/a/rotate/finish", "{}");
    send("DELETE", PATH + "/a", "");
    send("DELETE", PATH + "/b", "");
    send("POST", PATH, "{\"name\":\"c\",\"secret\":\"nonsense\"}");
    String one = "openpgp-ed25519 " + first.current().fingerprint();
    String two = "openpgp-ed25519 " + Objects.requireNonNull(rotating.next()).fingerprint();
    assertThat(access.audit().last(Instant.EPOCH, 100))
        .extracting(
            AuditEvent::principal, AuditEvent::action, AuditEvent::target, AuditEvent::result)
        .containsExactly(
            tuple("cli", "key.add", "a created " + one, "ok"),
            tuple("cli", "key.add", "a created", "conflict"),
            tuple("cli", "key.rotate", "a gets the successor " + two, "ok"),
            tuple("cli", "key.rotate.finish", "a is " + two, "ok"),
            tuple("cli", "key.remove", "a", "ok"),
            tuple("cli", "key.remove", "b", "unknown-key"),
            tuple("cli", "key.add", "c imported", "unfit-key"));
  }

  @Test
  void aDamagedKeyIsToldAndCanBeRemoved() throws Exception {
    keys.keys().create("a", KeyKind.OPENPGP_ED25519, "A <a@example.org>", null);
    Files.writeString(directory.resolve("keys/a/info"), "nonsense\n");
    console.close();
    open();
    problem(ErrorCode.UNFIT_KEY, send("GET", PATH + "/a", ""));
    assertThat(new String(send("GET", PATH, "").body(), UTF_8)).contains("key a is damaged");
    assertThat(send("DELETE", PATH + "/a", "").statusCode()).isEqualTo(200);
    problem(ErrorCode.UNKNOWN_KEY, send("DELETE", PATH + "/a", ""));
  }
}
