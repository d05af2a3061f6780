package dev.larder.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.larder.repo.Answer;
import dev.larder.repo.CacheStatus;
import dev.larder.store.Checksum;
import dev.larder.store.OpenFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What is answered, asked cold and again from the hot cache.
@ParameterizedClass
@MethodSource("dev.larder.serve.Listening#transports")
class AnswersTest {
  private final Path directory;
  private final byte[] small = Listening.bytes(1000);
  private final byte[] large = Listening.bytes(3_000_000);
  private final PlainContent arch;
  private final Listening listening;

  AnswersTest(Transport transport, @TempDir Path directory) throws IOException {
    this.directory = directory;
    arch =
        new PlainContent("arch", directory)
            .file("core/core.db", small)
            .file("core/core.db.sig", small)
            .file("core/empty", new byte[0])
            .file("lastupdate", small)
            .file("pool/big.pkg", large)
            .file("pool/lib++0@x_y:1.2~3,$z-1-any.pkg", small)
            .answer("moved", _ -> new Answer.Moved("@12/core/core.db", CacheStatus.hit("pinned")))
            .answer("busy", _ -> PlainContent.unavailable());
    listening = Listening.on(transport, arch);
  }

  @AfterEach
  void close() {
    listening.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"core/core.db", "pool/big.pkg"})
  void aFileComesWithAllItsHeadersColdAndHot(String path) throws IOException {
    byte[] bytes = path.startsWith("pool") ? large : small;
    arch.validity.confirmedAt = System.currentTimeMillis() / 1000 - 100;
    for (int round = 0; round < 3; round++) {
      RawClient.Response response = listening.get("/arch/" + path);
      assertThat(response.code()).isEqualTo(200);
      assertThat(response.body()).isEqualTo(bytes);
      assertThat(response.header("Content-Length")).isEqualTo("" + bytes.length);
      assertThat(response.header("Content-Type")).isEqualTo("application/octet-stream");
      assertThat(response.header("Last-Modified")).isEqualTo(PlainContent.MODIFIED_TEXT);
      assertThat(response.header("ETag")).isEqualTo(PlainContent.ETAG);
      assertThat(response.header("Accept-Ranges")).isEqualTo("bytes");
      assertThat(response.header("Cache-Status")).isEqualTo("larder; hit; detail=\"gen=1\"");
      assertThat(Integer.parseInt(response.header("Age"))).isBetween(100, 160);
      assertThat(HttpDate.parse(response.header("Date"))).isNotEqualTo(HttpDate.NONE);
      String digest = Base64.getEncoder().encodeToString(Checksum.sha256(bytes).bytes());
      assertThat(response.header("Repr-Digest")).isEqualTo("sha-256=:" + digest + ":");
      assertThat(response.headers())
          .doesNotContainKeys("content-encoding", "set-cookie", "transfer-encoding", "connection");
    }
    assertThat(arch.asked).as("asks of the content").hasValue(1);
    await().until(() -> arch.sent.size() == 3);
    assertThat(arch.sent).containsOnly(new PlainContent.Sent(true, bytes.length));
  }

  @ParameterizedTest
  @ValueSource(strings = {"core/core.db", "pool/big.pkg"})
  void headSaysWhatGetSaysColdAndHot(String path) throws IOException {
    for (int round = 0; round < 2; round++) {
      try (RawClient client = listening.client()) {
        RawClient.Response head = client.request("HEAD", "/arch/" + path).readHead();
        RawClient.Response get = client.get("/arch/" + path).read();
        head.headers().remove("date");
        get.headers().remove("date");
        assertThat(head.code()).isEqualTo(200);
        assertThat(head.headers()).isEqualTo(get.headers());
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\'',
      value = {
        "If-Modified-Since: Sun, 01 Mar 2026 10:00:00 GMT | 304",
        "If-Modified-Since: Sun, 01 Mar 2026 10:00:01 GMT | 200",
        "If-None-Match: W/\"tag\"                         | 304",
        "If-None-Match: \"other\"                         | 200",
        "If-Match: \"other\"                              | 412",
        "If-Unmodified-Since: Sun, 01 Mar 2026 09:59:59 GMT | 412",
        "Range: bytes=10-19                               | 206",
        "Range: bytes=999999999-                          | 416",
        "Range: bytes=1-2,4-5                             | 200",
      })
  void conditionsDecideColdAndHot(String header, int expected) throws IOException {
    for (String path : new String[] {"/arch/core/core.db", "/arch/pool/big.pkg"}) {
      for (String warm : new String[] {"", path, path}) {
        try (RawClient client = listening.client()) {
          if (!warm.isEmpty()) {
            client.get(warm).read();
          }
          RawClient.Response response = client.get(path, header).read();
          assertThat(response.code()).as(path).isEqualTo(expected);
          assertThat(response.header("Cache-Status")).startsWith("larder; hit");
          assertThat(response.has("Date")).isTrue();
          if (expected == 304) {
            assertThat(response.header("ETag")).isEqualTo(PlainContent.ETAG);
            assertThat(response.header("Last-Modified")).isEqualTo(PlainContent.MODIFIED_TEXT);
          }
          // The connection is kept whatever the answer was.
          assertThat(client.get("/arch/core/core.db").read().body()).isEqualTo(small);
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "core/core.db, bytes=10-19, 10, 20",
    "core/core.db, bytes=-7, 993, 1000",
    "core/core.db, bytes=0-, 0, 1000",
    "pool/big.pkg, bytes=1500000-, 1500000, 3000000",
    "pool/big.pkg, bytes=17-1048600, 17, 1048601",
    "pool/big.pkg, bytes=-1, 2999999, 3000000",
  })
  void aRangeIsThatPartColdAndHot(String path, String range, int from, int end) throws IOException {
    byte[] bytes = path.startsWith("pool") ? large : small;
    for (int round = 0; round < 2; round++) {
      RawClient.Response part = listening.get("/arch/" + path, "Range: " + range);
      assertThat(part.code()).isEqualTo(206);
      assertThat(part.body()).isEqualTo(Arrays.copyOfRange(bytes, from, end));
      assertThat(part.header("Content-Range"))
          .isEqualTo("bytes " + from + "-" + (end - 1) + "/" + bytes.length);
      String digest = Base64.getEncoder().encodeToString(Checksum.sha256(bytes).bytes());
      assertThat(part.header("Repr-Digest")).isEqualTo("sha-256=:" + digest + ":");
      assertThat(part.header("ETag")).isEqualTo(PlainContent.ETAG);
    }
  }

  @Test
  void anUnsatisfiableRangeIsToldTheLength() throws IOException {
    RawClient.Response response = listening.get("/arch/core/core.db", "Range: bytes=1000-");
    assertThat(response.code()).isEqualTo(416);
    assertThat(response.header("Content-Range")).isEqualTo("bytes */1000");
  }

  @Test
  void anEmptyFileIsAnAnswerToo() throws IOException {
    for (int round = 0; round < 2; round++) {
      RawClient.Response response = listening.get("/arch/core/empty");
      assertThat(response.code()).isEqualTo(200);
      assertThat(response.header("Content-Length")).isEqualTo("0");
    }
  }

  @Test
  void signaturesAndMarksHaveTheirTypes() throws IOException {
    assertThat(listening.get("/arch/core/core.db.sig").header("Content-Type"))
        .isEqualTo("application/pgp-signature");
    assertThat(listening.get("/arch/lastupdate").header("Content-Type")).isEqualTo("text/plain");
  }

  @Test
  void rawAndEscapedNamesAreTheSameFile() throws IOException {
    String raw = "/arch/pool/lib++0@x_y:1.2~3,$z-1-any.pkg";
    String escaped = "/arch/pool/lib%2b%2B0%40x_y%3A1.2%7e3%2c%24z-1-any.pkg?query=ignored";
    assertThat(listening.get(raw).body()).isEqualTo(small);
    assertThat(listening.get(escaped).body()).isEqualTo(small);
  }

  @Test
  void aConditionalClientNeverMakesTheBodyBeReadAndIsServedHotFromThenOn() throws IOException {
    String since = "If-Modified-Since: " + PlainContent.MODIFIED_TEXT;
    for (int round = 0; round < 3; round++) {
      assertThat(listening.get("/arch/core/core.db", since).code()).isEqualTo(304);
    }
    assertThat(arch.asked).hasValue(1);
    assertThat(listening.get("/arch/core/core.db").body()).isEqualTo(small);
    assertThat(listening.get("/arch/core/core.db").body()).isEqualTo(small);
    assertThat(arch.asked).hasValue(2);
  }

  @Test
  void whatNoLongerHoldsIsAskedForAgain() throws IOException {
    assertThat(listening.get("/arch/core/core.db").body()).isEqualTo(small);
    byte[] newer = Listening.bytes(2000);
    arch.file("core/core.db", newer);
    assertThat(listening.get("/arch/core/core.db").body()).isEqualTo(small);
    arch.validity.on = false;
    assertThat(listening.get("/arch/core/core.db").body()).isEqualTo(newer);
  }

  @Test
  void whatUpstreamWasAskedForSaysSoAndIsNotKept() throws IOException {
    CacheStatus status =
        CacheStatus.forwarded("uri-miss", 200, true, "mirror \"x\"\r\nSet-Cookie: a")
            .withCollapsed();
    arch.answer("cold", ask -> stored("core/core.db", small, status));
    for (int round = 0; round < 2; round++) {
      RawClient.Response response = listening.get("/arch/cold");
      assertThat(response.header("Cache-Status"))
          .isEqualTo(
              "larder; fwd=uri-miss; fwd-status=200; stored; collapsed;"
                  + " detail=\"mirror xSet-Cookie: a\"");
      assertThat(response.has("Age")).isFalse();
    }
    await().until(() -> arch.sent.size() == 2);
    assertThat(arch.sent).containsOnly(new PlainContent.Sent(false, small.length));
    assertThat(arch.asked).hasValue(2);
  }

  private Answer stored(String path, byte[] bytes, CacheStatus status) {
    try {
      OpenFile file = OpenFile.open(directory.resolve(path));
      return new Answer.Found(
          PlainContent.representation(bytes), new Answer.Body.Stored(file), status, arch.validity);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void absentIsOneLineAndKeepsTheConnection() throws IOException {
    try (RawClient client = listening.client()) {
      for (int round = 0; round < 3; round++) {
        RawClient.Response response = client.get("/arch/core/core.db.nothing").read();
        assertThat(response.code()).isEqualTo(404);
        assertThat(response.text()).isEqualTo("There is no such file.\n");
        assertThat(response.header("Content-Type")).startsWith("text/plain");
        assertThat(response.header("Cache-Status")).contains("absent");
      }
    }
  }

  @Test
  void unavailableSaysWhenToComeBack() throws IOException {
    RawClient.Response response = listening.get("/arch/busy");
    assertThat(response.code()).isEqualTo(503);
    assertThat(response.header("Retry-After")).isEqualTo("7");
    assertThat(response.header("Cache-Status")).isEqualTo("larder; fwd=uri-miss; fwd-status=429");
    assertThat(response.text()).isEqualTo("Upstream is busy.\n");
  }

  @Test
  void movedLeadsBelowTheSameRoot() throws IOException {
    RawClient.Response response = listening.get("/arch/moved");
    assertThat(response.code()).isEqualTo(302);
    assertThat(response.header("Location")).isEqualTo("/arch/@12/core/core.db");
  }

  @Test
  void aDirectoryWithoutItsSlashIsRedirected() throws IOException {
    assertThat(listening.get("/arch/core").header("Location")).isEqualTo("/arch/core/");
    assertThat(listening.get("/arch").header("Location")).isEqualTo("/arch/");
    assertThat(listening.get("/arch").code()).isEqualTo(301);
  }

  @Test
  void aContentThatBreaksIsAnErrorOfOursAndKeepsTheConnection() throws IOException {
    arch.answer(
        "broken",
        _ -> {
          throw new IllegalStateException("broken for a test");
        });
    try (RawClient client = listening.client()) {
      assertThat(client.get("/arch/broken").read().code()).isEqualTo(500);
      assertThat(client.get("/arch/core/core.db").read().code()).isEqualTo(200);
    }
  }

  @Test
  void aContentThatDiesOfAnErrorEndsTheConnectionInsteadOfHangingIt() throws IOException {
    arch.answer(
        "dying",
        _ -> {
          throw new AssertionError("for a test");
        });
    try (RawClient client = listening.client()) {
      assertThat(client.get("/arch/dying").readByte()).isEqualTo(-1);
    }
  }
}
