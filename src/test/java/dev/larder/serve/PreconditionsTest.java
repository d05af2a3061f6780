package dev.larder.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.repo.Representation;
import dev.larder.serve.Preconditions.Decision;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The table of RFC 9110 section 13.2.2. Headers are separated by `&`; SAME, EARLIER and LATER
/// stand for the file's date and the seconds beside it.
class PreconditionsTest {
  private static final Instant MODIFIED = Instant.parse("2026-03-01T10:00:00Z");
  private static final Representation FILE = new Representation(100, MODIFIED, "\"a\"", null);
  private static final long LATER = MODIFIED.getEpochSecond() + 1000;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\'',
      value = {
        "                                                      | 200",
        "If-None-Match: \"a\"                                  | 304",
        "If-None-Match: W/\"a\"                                | 304",
        "If-None-Match: *                                      | 304",
        "If-None-Match: \"b\"                                  | 200",
        "If-None-Match: \"b\" & If-None-Match: \"a\"           | 304",
        "If-Modified-Since: SAME                               | 304",
        "If-Modified-Since: EARLIER                            | 200",
        "If-Modified-Since: LATER                              | 200",
        "If-Modified-Since: yesterday                          | 200",
        "If-Modified-Since: Sunday, 01-Mar-26 10:00:00 GMT     | 304",
        "If-Modified-Since: Sun Mar  1 10:00:00 2026           | 304",
        "If-None-Match: \"b\" & If-Modified-Since: SAME        | 200",
        "If-None-Match: \"a\" & If-Modified-Since: EARLIER     | 304",
        "If-Match: \"a\"                                       | 200",
        "If-Match: *                                           | 200",
        "If-Match: W/\"a\"                                     | 412",
        "If-Match: \"b\"                                       | 412",
        "If-Match: \"b\" & If-None-Match: \"a\"                | 412",
        "If-Match: \"a\" & If-None-Match: \"a\"                | 304",
        "If-Match: \"b\" & If-Unmodified-Since: SAME           | 412",
        "If-Match: \"a\" & If-Unmodified-Since: EARLIER        | 200",
        "If-Unmodified-Since: SAME                             | 200",
        "If-Unmodified-Since: LATER                            | 200",
        "If-Unmodified-Since: EARLIER                          | 412",
        "If-Unmodified-Since: nonsense                         | 200",
        "If-Unmodified-Since: EARLIER & If-Modified-Since: SAME| 412",
        "Range: bytes=10-19                                    | 206 10-19",
        "Range: bytes=10-19 & If-Range: \"a\"                  | 206 10-19",
        "Range: bytes=10-19 & If-Range: W/\"a\"                | 200",
        "Range: bytes=10-19 & If-Range: \"b\"                  | 200",
        "Range: bytes=10-19 & If-Range: SAME                   | 206 10-19",
        "Range: bytes=10-19 & If-Range: EARLIER                | 200",
        "Range: bytes=10-19 & If-Range: LATER                  | 200",
        "Range: bytes=10-19 & If-Range: nonsense               | 200",
        "If-Range: \"a\"                                       | 200",
        "Range: bytes=100-                                     | 416",
        "Range: bytes=100- & If-Range: \"b\"                   | 200",
        "Range: bytes=100- & If-None-Match: \"a\"              | 304",
        "Range: bytes=100- & If-Match: \"b\"                   | 412",
        "Range: bytes=0-1,5-6                                  | 200",
        "Range: bytes=0-1 & Range: bytes=5-6                   | 200",
      })
  void headersDecide(@Nullable String headers, String expected) {
    assertThat(decide(headers, false, FILE, LATER)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "If-None-Match: *, 200",
    "If-Match: *, 200",
  })
  void anythingMatchesWhatHasNoTag(String header, String expectedOfMatch) {
    Representation bare = new Representation(100, null, null, null);
    String expected = header.startsWith("If-None") ? "304" : expectedOfMatch;
    assertThat(decide(header, false, bare, LATER)).isEqualTo(expected);
  }

  @Test
  void whatHasNoDateIgnoresDates() {
    Representation bare = new Representation(100, null, null, null);
    assertThat(decide("If-Modified-Since: SAME", false, bare, LATER)).isEqualTo("200");
    assertThat(decide("If-Unmodified-Since: EARLIER", false, bare, LATER)).isEqualTo("200");
    assertThat(decide("If-Match: \"a\"", false, bare, LATER)).isEqualTo("412");
    assertThat(decide("Range: bytes=0-1 & If-Range: SAME", false, bare, LATER)).isEqualTo("200");
  }

  @Test
  void aDateOfThisVerySecondIsNoStrongValidator() {
    String headers = "Range: bytes=10-19 & If-Range: SAME";
    long second = MODIFIED.getEpochSecond();
    assertThat(decide(headers, false, FILE, second)).isEqualTo("200");
    assertThat(decide(headers, false, FILE, second + 1)).isEqualTo("206 10-19");
  }

  @Test
  void rangesAreForGetOnly() {
    assertThat(decide("Range: bytes=10-19", true, FILE, LATER)).isEqualTo("200");
    assertThat(decide("Range: bytes=100-", true, FILE, LATER)).isEqualTo("200");
  }

  @Test
  void rangesOfUnknownLengthAreIgnored() {
    Representation growing = new Representation(-1, MODIFIED, "\"a\"", null);
    assertThat(decide("Range: bytes=10-19", false, growing, LATER)).isEqualTo("200");
  }

  private static String decide(@Nullable String lines, boolean head, Representation is, long now) {
    HttpHeaders headers = new DefaultHttpHeaders();
    if (lines != null) {
      for (String line : lines.split(" & ", -1)) {
        int colon = line.indexOf(':');
        String value =
            line.substring(colon + 1)
                .strip()
                .replace("SAME", HttpDate.format(MODIFIED.getEpochSecond()))
                .replace("EARLIER", HttpDate.format(MODIFIED.getEpochSecond() - 1))
                .replace("LATER", HttpDate.format(MODIFIED.getEpochSecond() + 1));
        headers.add(line.substring(0, colon), value);
      }
    }
    return switch (Preconditions.decide(Conditions.of(headers), head, is, now)) {
      case Decision.Whole() -> "200";
      case Decision.Part(long from, long to) -> "206 " + from + "-" + to;
      case Decision.NotModified() -> "304";
      case Decision.Failed() -> "412";
      case Decision.Unsatisfiable() -> "416";
    };
  }
}
