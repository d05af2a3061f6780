package dev.larder;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.larder.testing.ArchRepository;
import dev.larder.testing.Curl;
import dev.larder.testing.NginxServer;
import dev.larder.testing.PackageSpec;
import dev.larder.testing.Tools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// A running Larder does what its OpenAPI document says: every operation once with success, and the
/// ways in which they fail.
class ApiContractIT {
  private static final PackageSpec MIRRORED = PackageSpec.of("mirrored", "1-1");
  private static final String REPOSITORIES = "/api/v1/repositories";
  private static final String INTERNAL = REPOSITORIES + "/internal";

  @TempDir Path upstream;
  private ArchRepository mirrored;
  private ArchRepository maker;
  private NginxServer nginx;
  private TestLarder larder;
  private ApiContract api;
  private String token;

  @BeforeAll
  static void tools() {
    Tools.require("repo-add", "bsdtar", "zstd", "nginx", "curl");
  }

  @BeforeEach
  void open() throws IOException {
    mirrored = ArchRepository.unsigned("core");
    mirrored.add(MIRRORED);
    mirrored.publish(upstream);
    maker = ArchRepository.unsigned("maker");
    nginx = NginxServer.serve(upstream);
    larder = TestLarder.of(nginx.url());
    int port = larder.larder().consoleAddresses().getFirst().getPort();
    api = new ApiContract("http://127.0.0.1:" + port);
    token = Files.readString(larder.data().resolve("cli.token")).strip();
  }

  @AfterEach
  void close() {
    api.close();
    larder.close();
    nginx.close();
    maker.close();
    mirrored.close();
  }

  private ApiContract.Call as(String secret, String method, String target) {
    return api.call(method, target).header("Authorization", "Bearer " + secret);
  }

  private ApiContract.Call call(String method, String target) {
    return as(token, method, target);
  }

  private JsonNode get(String target) {
    return call("GET", target).expect(200);
  }

  private byte[] build(PackageSpec spec) throws IOException {
    return Files.readAllBytes(maker.add(spec).getFirst());
  }

  private JsonNode upload(String repository, PackageSpec spec, String query) throws IOException {
    return call("PUT", REPOSITORIES + "/" + repository + "/packages/" + spec.fileName() + query)
        .bytes(build(spec))
        .expect(200);
  }

  private static String digest(byte[] bytes) throws GeneralSecurityException {
    byte[] sum = MessageDigest.getInstance("SHA-256").digest(bytes);
    return "sha-256=:" + Base64.getEncoder().encodeToString(sum) + ":";
  }

  @Test
  void everyOperationAnswersAsTheDocumentSays() throws Exception {
    server();
    mirrors();
    keys();
    tokens();
    repositories();
    packages();
    batches();
    generations();
    jobs();
    deletion();
    assertThat(api.untried()).isEmpty();
  }

  private void server() {
    api.call("GET", "/-/healthy").expect(200);
    api.call("GET", "/-/ready").expect(200);
    call("GET", "/metrics").expect(200);
    api.call("GET", "/metrics").expect(401);
    api.call("GET", "/api/v1/openapi.json").expect(200);
    api.call("GET", "/api/v1/openapi.yaml").expect(200);
    get("/api/v1/version");
    assertThat(get("/api/v1/whoami").path("kind").asString()).isEqualTo("cli");
    api.call("GET", "/api/v1/version").expect(401);
    as("wrong", "GET", "/api/v1/whoami").expect(401);
    assertThat(get("/api/v1/audit?limit=1").path("events")).hasSize(1);
    call("GET", "/api/v1/audit?since=yesterday").expect(400);
  }

  private void mirrors() {
    String arch = "/api/v1/mirrors/arch";
    get("/api/v1/mirrors");
    assertThat(Curl.get(larder.url() + "/" + mirrored.databasePath()).status()).isEqualTo(200);
    assertThat(Curl.get(larder.url() + "/" + mirrored.path(MIRRORED)).status()).isEqualTo(200);
    assertThat(get(arch).path("roots")).isNotEmpty();
    call("GET", "/api/v1/mirrors/none").expect(404);
    assertThat(get("/api/v1/status").path("mirrors")).hasSize(1);
    assertThat(get(arch + "/files?limit=1").has("next")).isTrue();
    call("GET", arch + "/files?limit=0").expect(400);
    call("POST", arch + "/refresh").expect(200);
    call("POST", arch + "/refresh").json("{\"accept\": true}").expect(200);
    call("POST", arch + "/refresh").json("{\"acept\": true}").refused(400);
    get("/api/v1/explain?url=/arch/" + mirrored.databasePath());
    call("GET", "/api/v1/explain?url=/nowhere/x").expect(404);
    call("GET", "/api/v1/explain").expect(400);
    call("PUT", arch + "/kept?path=core/os").expect(200);
    call("PUT", arch + "/kept").expect(400);
    assertThat(get(arch + "/kept").path("kept")).hasSize(1);
    call("DELETE", arch + "/kept?path=core/os").expect(200);
    call("DELETE", arch + "/kept?path=core/os").expect(404);
    assertThat(call("DELETE", arch + "/files?glob=*.zst").expect(200).path("files").asInt())
        .isEqualTo(1);
    call("DELETE", arch + "/files").expect(400);
    cache();
  }

  private void cache() {
    assertThat(get("/api/v1/cache").path("mirrors")).hasSize(1);
    call("POST", "/api/v1/reload?dry-run=true").expect(200);
    call("POST", "/api/v1/reload?dry-run=perhaps").expect(400);
    call("POST", "/api/v1/cache/gc?dry-run=true&free=10%25").expect(200);
    call("POST", "/api/v1/cache/gc").expect(200);
    call("POST", "/api/v1/cache/gc?free=much").expect(400);
    call("POST", "/api/v1/cache/gc?dry-run=perhaps").expect(400);
    call("POST", "/api/v1/cache/scrub?mirror=arch&glob=*.zst").expect(200);
    call("POST", "/api/v1/cache/scrub?mirror=none").expect(404);
  }

  private void keys() {
    String keys = "/api/v1/keys";
    call("POST", keys)
        .json(
            "{\"name\": \"own\", \"userId\": \"A <a@example.org>\","
                + " \"expires\": \"2099-01-01T00:00:00Z\"}")
        .expect(200);
    call("POST", keys).json("{\"name\": \"rsa\", \"kind\": \"rsa4096\"}").expect(200);
    call("POST", keys).json("{\"name\": \"own\"}").expect(409);
    call("POST", keys).json("{\"name\": \"x\", \"kind\": \"dsa\"}").refused(400);
    call("POST", keys).json("{\"name\": \"x\", \"secret\": \"none\"}").expect(422);
    call("GET", keys + "/none").expect(404);
    call("GET", keys + "/own/public").expect(200);
    call("GET", keys + "/rsa/public").expect(200);
    call("POST", keys + "/own/rotate/finish").expect(409);
    assertThat(call("POST", keys + "/own/rotate").expect(200).has("next")).isTrue();
    call("POST", keys + "/own/rotate").expect(409);
    assertThat(call("POST", keys + "/own/rotate/finish").expect(200).path("retired")).hasSize(1);
    call("DELETE", keys + "/rsa").expect(200);
    call("DELETE", keys + "/rsa").expect(404);
    get(keys + "/own");
    assertThat(get(keys).path("keys")).hasSize(1);
  }

  private void tokens() {
    String tokens = "/api/v1/tokens";
    JsonNode made =
        call("POST", tokens).json("{\"name\": \"ci\", \"scopes\": [\"upload:other\"]}").expect(200);
    String secret = made.path("secret").asString();
    call("POST", tokens).json("{\"name\": \"ci\", \"scopes\": [\"upload:other\"]}").expect(409);
    call("POST", tokens).json("{\"name\": \"other\"}").refused(400);
    as(secret, "GET", "/api/v1/whoami").expect(200);
    as(secret, "GET", "/api/v1/audit").expect(403);
    as(secret, "POST", INTERNAL + "/sign").expect(403);
    as(secret, "GET", tokens).expect(403);
    assertThat(get(tokens).path("tokens")).hasSize(1);
    call("DELETE", tokens + "/ci").expect(200);
    call("DELETE", tokens + "/ci").expect(404);
    as(secret, "GET", "/api/v1/whoami").expect(401);
  }

  private void repositories() {
    call("POST", REPOSITORIES).json("{\"name\": \"internal\", \"format\": \"pacman\"}").expect(201);
    call("POST", REPOSITORIES).json("{\"name\": \"internal\", \"format\": \"pacman\"}").expect(409);
    call("POST", REPOSITORIES).json("{\"name\": \"x\"}").refused(400);
    call("POST", REPOSITORIES)
        .json(
            "{\"name\": \"testing\", \"format\": \"pacman\", \"directories\": [\"x86_64\"],"
                + " \"sign\": [\"own\"], \"keep\": 2, \"onConflict\": \"bump\", \"maxSize\": \"1GiB\"}")
        .expect(201);
    call("POST", REPOSITORIES)
        .json(
            "{\"name\": \"ports\", \"format\": \"freebsd-pkg\", \"directories\": [\"FreeBSD:14:amd64\"]}")
        .expect(201);
    call("DELETE", "/api/v1/keys/own").expect(409);
    assertThat(get(REPOSITORIES).path("repositories")).hasSize(3);
    assertThat(get("/api/v1/status").path("repositories")).hasSize(3);
    get(INTERNAL);
    call("GET", REPOSITORIES + "/none").expect(404);
  }

  private void packages() throws Exception {
    PackageSpec hello = PackageSpec.of("hello", "1.0-1").depends("missing");
    byte[] bytes = build(hello);
    String file = INTERNAL + "/packages/" + hello.fileName();
    call("PUT", file).bytes(bytes).header("Repr-Digest", digest(new byte[1])).expect(422);
    JsonNode change =
        call("PUT", file).bytes(bytes).header("Repr-Digest", digest(bytes)).expect(200);
    assertThat(change.path("differences")).hasSize(1);
    call("PUT", file).bytes(build(hello.seed(2))).expect(409);
    call("PUT", file).bytes("no package".getBytes(UTF_8)).expect(422);
    call("PUT", file + "?on-conflict=maybe").bytes(bytes).expect(400);
    upload("internal", PackageSpec.of("hello", "2.0-1"), "?on-conflict=bump");
    upload("internal", PackageSpec.of("other", "1-1"), "");
    assertThat(get(INTERNAL + "/packages?limit=1").has("next")).isTrue();
    assertThat(get(INTERNAL + "/packages?q=HELL").path("packages")).hasSize(1);
    call("GET", INTERNAL + "/packages?limit=x").expect(400);
    get(INTERNAL + "/packages/hello");
    call("GET", INTERNAL + "/packages/nobody").expect(404);
    assertThat(get(INTERNAL + "/packages/hello/files").path("files")).isNotEmpty();
    call("GET", INTERNAL + "/packages/hello/files?directory=mips").expect(404);
    call("GET", INTERNAL + "/packages/hello/download").expect(200);
    call("GET", INTERNAL + "/packages/hello/signature").expect(200);
    call("GET", INTERNAL + "/packages/hello/download?generation=99").expect(404);
    call("GET", INTERNAL + "/packages/hello/download?generation=x").expect(400);
    assertThat(call("POST", INTERNAL + "/keyring").expect(200).path("differences")).hasSize(1);
    call("POST", REPOSITORIES + "/ports/keyring").expect(422);
    call("DELETE", INTERNAL + "/packages").expect(400);
    call("DELETE", INTERNAL + "/packages?name=nobody").expect(404);
    call("DELETE", INTERNAL + "/packages?name=other&directory=x86_64").expect(200);
  }

  private void batches() throws Exception {
    String batches = INTERNAL + "/batches";
    String batch = batches + "/" + call("POST", batches).expect(201).path("id").asString();
    call("POST", batch + "/commit").expect(422);
    PackageSpec older = PackageSpec.of("hello", "1.5-1").depends("missing");
    JsonNode put =
        call("PUT", batch + "/files/" + older.fileName()).bytes(build(older)).expect(200);
    assertThat(put.path("version").asString()).isEqualTo("1.5-1");
    get(batch);
    call("POST", batch + "/commit").json("{\"downgrade\": \"yes\"}").refused(400);
    call("POST", batch + "/commit").expect(409);
    call("POST", batch + "/commit")
        .json("{\"downgrade\": true, \"onConflict\": \"bump\"}")
        .expect(200);
    call("GET", batch).expect(404);
    String other = batches + "/" + call("POST", batches).expect(201).path("id").asString();
    call("DELETE", other).expect(204);
    call("DELETE", other).expect(404);
  }

  private void generations() throws Exception {
    JsonNode held = get(INTERNAL + "/generations").path("generations");
    assertThat(held).hasSizeGreaterThan(2);
    long last = held.get(0).path("number").asLong();
    assertThat(get(INTERNAL + "/diff?from=" + (last - 1) + "&to=" + last).path("differences"))
        .isNotEmpty();
    call("GET", INTERNAL + "/diff?from=1").expect(400);
    call("GET", INTERNAL + "/diff?from=1&to=99").expect(404);
    call("POST", INTERNAL + "/rollback").json("{\"generation\": " + (last - 1) + "}").expect(200);
    call("POST", INTERNAL + "/rollback").json("{\"generation\": 99}").expect(404);
    call("POST", INTERNAL + "/rollback").json("{\"generations\": 1}").refused(400);
    PackageSpec fresh = PackageSpec.of("fresh", "1-1").depends("missing");
    upload("testing", fresh, "");
    call("POST", INTERNAL + "/promote")
        .json("{\"from\": \"testing\", \"packages\": [\"fresh\"], \"downgrade\": true}")
        .expect(200);
    call("POST", INTERNAL + "/promote").json("{\"from\": \"none\"}").expect(404);
    call("POST", INTERNAL + "/promote").json("{\"from\": \"ports\"}").expect(422);
    call("POST", INTERNAL + "/sign").expect(200);
    call("POST", INTERNAL + "/sign").json("{\"all\": true}").expect(200);
    assertThat(get(INTERNAL + "/lint").path("findings")).isNotEmpty();
    Path tree = larder.data().resolve("tree/repo/internal/x86_64");
    Files.writeString(tree.resolve(fresh.fileName()), "damaged");
    assertThat(call("POST", INTERNAL + "/verify").expect(200).path("damages")).isNotEmpty();
  }

  private void jobs() throws Exception {
    JsonNode accepted =
        call("POST", INTERNAL + "/verify").header("Prefer", "respond-async").expect(202);
    String job = "/api/v1/jobs/" + accepted.path("id").asString();
    await().until(() -> get(job).path("state").asString().equals("done"));
    assertThat(get(job).at("/result/repository").asString()).isEqualTo("internal");
    assertThat(get("/api/v1/jobs").path("jobs")).isNotEmpty();
    call("GET", "/api/v1/jobs/none").expect(404);
    JsonNode event =
        call("GET", "/api/v1/events?type=job.done")
            .firstEvent(() -> call("POST", INTERNAL + "/verify").expect(200));
    assertThat(event.at("/data/action").asString()).isEqualTo("repository.verify");
  }

  private void deletion() {
    call("DELETE", INTERNAL).expect(409);
    call("DELETE", INTERNAL + "?packages=true").expect(204);
    call("DELETE", INTERNAL).expect(404);
    get("/api/v1/audit?limit=1000");
  }
}
