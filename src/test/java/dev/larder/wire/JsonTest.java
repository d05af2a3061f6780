package dev.larder.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class JsonTest {
  @Test
  void fieldsKeepTheirOrderInstantsAreRfc3339AndAbsentOnesAreLeftOut() {
    FilePage page =
        new FilePage(
            List.of(
                new FilePage.File("arch", "ä+b", 3, Instant.parse("2026-11-20T12:00:00Z"), true)),
            null);
    assertThat(new String(Json.bytes(page), UTF_8))
        .isEqualTo(
            """
            {"files":[{"mirror":"arch","path":"ä+b","size":3,\
            "lastModified":"2026-11-20T12:00:00Z","checked":true}]}\
            """);
  }

  @Test
  void whatIsWrittenIsRead() {
    RefreshResult result =
        new RefreshResult("arch", RefreshResult.Outcome.REFUSED, null, "bad signature");
    assertThat(new String(Json.bytes(result), UTF_8)).contains("\"outcome\":\"refused\"");
    assertThat(Json.response(Json.bytes(result), RefreshResult.class)).isEqualTo(result);
  }

  @Test
  void aResponseMayHaveFieldsOfANewerVersion() {
    byte[] json = "{\"version\":\"2\",\"java\":\"26\",\"new\":[1]}".getBytes(UTF_8);
    assertThat(Json.response(json, VersionInfo.class)).isEqualTo(new VersionInfo("2", "26"));
  }

  @Test
  void aRequestMayNot() {
    byte[] json = "{\"acept\":true}".getBytes(UTF_8);
    assertThatThrownBy(() -> Json.request(json, RefreshRequest.class))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("unknown field acept");
    byte[] wrong = "{\"accept\":[]}".getBytes(UTF_8);
    assertThatThrownBy(() -> Json.request(wrong, RefreshRequest.class))
        .hasMessage("a value of the wrong kind for accept");
    byte[] broken = "{\"accept\":".getBytes(UTF_8);
    assertThatThrownBy(() -> Json.request(broken, RefreshRequest.class))
        .hasMessageStartingWith("not JSON at line 1");
  }

  @Test
  void whatIsNotSuchARecordIsRefused() {
    for (String json : new String[] {"", "null", "[]", "<html>", "{\"files\":null}", "{} {}"}) {
      assertThatThrownBy(() -> Json.response(json.getBytes(UTF_8), FilePage.class))
          .describedAs(json)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void everyErrorCodeHasItsOwnName() {
    assertThat(Arrays.stream(ErrorCode.values()).map(ErrorCode::code))
        .doesNotHaveDuplicates()
        .allMatch(code -> code.matches("[a-z]+(-[a-z]+)*"));
  }

  @Test
  void theStatusDecidesTheExitCodeOfAnUnknownError() {
    assertThat(ErrorCode.exitCode("unknown-mirror", 404)).isEqualTo(3);
    assertThat(ErrorCode.exitCode("unknown-route", 404)).isEqualTo(1);
    assertThat(ErrorCode.exitCode("from-the-future", 409)).isEqualTo(5);
    assertThat(ErrorCode.exitCode("from-the-future", 503)).isEqualTo(1);
  }
}
